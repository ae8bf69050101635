# SPDX-License-Identifier: ISC
#
# Reads what a program prints for --help, for the file that comes behind it:
#
#	PROGRAM --help | awk ... -f help.awk -f completion.awk
#
# The rows of options_help() are " -X, --name", with "=VALUE" or "[=VALUE]"
# behind it, and below it the text, four columns in.  There are n of them; of
# row i there are
#
#	letter[i]	X, or nothing
#	name[i]		name
#	has[i]		no, yes or may: its value
#	value[i]	VALUE
#	text[i]		the text, in one line
#
# Without any, END finds n to be 0.

$0 == "Options:" {
	inside = 1
	next
}
$0 == "" {
	inside = 0
}
!inside {
	next
}
/^ -/ {
	n++
	read_option(substr($0, 2))
}
/^    / {
	text[n] = text[n] (text[n] == "" ? "" : " ") substr($0, 5)
}

function read_option(line,    at) {
	if (line !~ /^--/) {
		letter[n] = substr(line, 2, 1)
		line = substr(line, 5)
	}
	name[n] = substr(line, 3)
	has[n] = "no"
	at = index(name[n], "=")
	if (at == 0)
		return
	value[n] = substr(name[n], at + 1)
	name[n] = substr(name[n], 1, at - 1)
	has[n] = "yes"
	if (name[n] ~ /\[$/) {
		has[n] = "may"
		sub(/\[$/, "", name[n])
		sub(/\]$/, "", value[n])
	}
}

# Whether row i is there only so that it is no error.
function idle(i) {
	return text[i] ~ /^(Refused:|Taken, and of no effect)/
}
