# SPDX-License-Identifier: ISC
#
# awk -f json.awk NAME=STRING NAME:NUMBER...
#
# Prints an object of these members.  A string is bytes, which come out as UTF-8: what
# is none becomes U+FFFD.  What is no number becomes null.  To be run with LC_ALL=C.

BEGIN {
	for (i = 1; i < 256; i++)
		code[sprintf("%c", i)] = i
	before = "{"
	for (i = 1; i < ARGC; i++) {
		at = match(ARGV[i], /[=:]/)
		value = substr(ARGV[i], at + 1)
		if (substr(ARGV[i], at, 1) == "=")
			value = string(value)
		else if (value !~ /^(0|[1-9][0-9]*)([.][0-9]+)?$/)
			value = "null"
		printf "%s\"%s\":%s", before, substr(ARGV[i], 1, at - 1), value
		before = ","
	}
	print "}"
	exit
}

function string(s,   out, c, n)
{
	out = "\""
	while (s != "") {
		c = substr(s, 1, 1)
		n = 1
		if (c == "\"" || c == "\\")
			out = out "\\" c
		else if (code[c] < 32 || code[c] == 127)
			out = out sprintf("\\u%04x", code[c])
		else if (code[c] < 128)
			out = out c
		else {
			n = character(s)
			out = out (n > 0 ? substr(s, 1, n) : "\\ufffd")
			n += n == 0
		}
		s = substr(s, n + 1)
	}
	return out "\""
}

# How many bytes the first character of s has; 0: it is none of UTF-8.
function character(s,   a, b, n, i)
{
	a = code[substr(s, 1, 1)]
	b = code[substr(s, 2, 1)]
	n = a >= 194 && a < 224 ? 2 : a >= 224 && a < 240 ? 3 : \
	    a >= 240 && a < 245 ? 4 : 0
	if (a == 224 && b < 160 || a == 237 && b > 159 ||
	    a == 240 && b < 144 || a == 244 && b > 143)
		return 0
	for (i = 2; i <= n; i++) {
		b = code[substr(s, i, 1)]
		if (b < 128 || b > 191)
			return 0
	}
	return n
}
