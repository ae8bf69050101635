# SPDX-License-Identifier: ISC
#
# Prints how a shell completes the command line of a program:
#
#	PROGRAM --help |
#	    awk -v shell=bash|zsh|fish -v program=NAME -f help.awk -f completion.awk
#
# By what VALUE is, it is completed:
#
#	HOST		a host; when it begins with a slash, a path
#	HOST[,HOST]...	hosts with commas between them
#	FILE, INTERFACE	one of this machine
#	any other	by the words of "one of a, b, c" in the text, or nothing
#
# An operand is a host.  Options that are refused or ignored are left out.

END {
	for (i = 1; i <= n; i++)
		if (idle(i))
			name[i] = ""
		else
			kind[i] = kind_of(i)
	if (n == 0)
		exit 1
	if (shell == "bash")
		bash()
	else if (shell == "zsh")
		zsh()
	else if (shell == "fish")
		fish()
	else
		exit 1
}

function kind_of(i) {
	if (has[i] == "no")
		return ""
	if (value[i] == "HOST")
		return "host"
	if (substr(value[i], 1, 5) == "HOST[")
		return "hosts"
	if (value[i] == "FILE")
		return "path"
	if (value[i] == "INTERFACE")
		return "interface"
	words[i] = words_of(text[i])
	return words[i] != "" ? "words" : "nothing"
}

# What stands after "one of", up to a parenthesis, a semicolon or the end.
function words_of(s) {
	if (!match(s, /(^|[ ,])[Oo]ne of /))
		return ""
	s = substr(s, RSTART + RLENGTH)
	sub(/ *[(;].*/, "", s)
	return gsub(/, */, " ", s) > 0 && s ~ /^[a-z0-9 +-]+$/ ? s : ""
}

# What completes an operand.
function operand(    i) {
	for (i = 1; i <= n; i++)
		if (kind[i] ~ /^hosts?$/)
			return kind[i]
	return "nothing"
}

# s, with a backslash in front of each character that is one of special.
function escaped(s, special,    i, c, out) {
	for (i = 1; i <= length(s); i++) {
		c = substr(s, i, 1)
		out = out (index(special, c) > 0 ? "\\" c : c)
	}
	return out
}

# As one word for a shell of the Bourne family, which knows no backslash here.
function quoted(s,    i, c, out) {
	for (i = 1; i <= length(s); i++) {
		c = substr(s, i, 1)
		out = out (c == "'" ? "'\\''" : c)
	}
	return "'" out "'"
}

function header() {
	print "# SPDX-License-Identifier: ISC"
	print "# Made of `" program " --help`."
}

# bash: a function that sets COMPREPLY.  It asks nothing of bash-completion, a
# package that may be missing, but takes its hosts, which are more.

function bash(    i) {
	header()
	print "_" program "()"
	print "{"
	print "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}"
	print "\tlocal option=$prev before='' words='' i IFS=$' \\t\\n'"
	print "\tlocal kind=" operand()
	print ""
	print "\t# --name=VALUE is three words when COMP_WORDBREAKS has the =."
	print "\tif [[ $cur == = && $prev == --* ]]; then"
	print "\t\toption=$prev= cur=''"
	print "\telif [[ $prev == = && ${COMP_WORDS[COMP_CWORD-2]} == --* ]]; then"
	print "\t\toption=${COMP_WORDS[COMP_CWORD-2]}="
	print "\telif [[ $cur == --*=* ]]; then"
	print "\t\toption=${cur%%=*}= before=${cur%%=*}= cur=${cur#*=}"
	print "\telif [[ $cur == -[!-]?* ]]; then"
	print "\t\toption=${cur:0:2} before=${cur:0:2} cur=${cur:2}"
	print "\tfi"
	print "\tcase $option in"
	for (i = 1; i <= n; i++)
		if (name[i] != "" && has[i] != "no")
			bash_case(i)
	print "\t*)"
	print "\t\tif [[ $before || $option == *= ]]; then"
	print "\t\t\tkind=nothing"
	print "\t\telif [[ $cur == -* ]]; then"
	print "\t\t\tkind=words words='" bash_options() "'"
	print "\t\tfi ;;"
	print "\tesac"
	print ""
	print "\tif [[ $kind == hosts && $cur == *,* ]]; then"
	print "\t\tbefore+=${cur%,*}, cur=${cur##*,}"
	print "\telif [[ $kind == host && $cur == /* ]]; then"
	print "\t\tkind=path"
	print "\tfi"
	print "\tCOMPREPLY=()"
	print "\tcase $kind in"
	print "\thost*)"
	print "\t\tif declare -F _known_hosts_real >/dev/null; then"
	print "\t\t\t_known_hosts_real -- \"$cur\""
	print "\t\telse"
	print "\t\t\tmapfile -t COMPREPLY < <(compgen -A hostname -- \"$cur\")"
	print "\t\tfi ;;"
	print "\tpath)"
	print "\t\tcompopt -o filenames 2>/dev/null"
	print "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\") ;;"
	print "\tinterface)"
	print "\t\tmapfile -t COMPREPLY < <(cd /sys/class/net &&"
	print "\t\t\tcompgen -f -- \"$cur\") ;;"
	print "\twords)"
	print "\t\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\") ;;"
	print "\tesac"
	print "\tfor i in \"${!COMPREPLY[@]}\"; do"
	print "\t\tCOMPREPLY[i]=$before${COMPREPLY[i]}"
	print "\tdone"
	print "\tif [[ ${COMPREPLY[*]} == --*= ]]; then"
	print "\t\tcompopt -o nospace 2>/dev/null"
	print "\tfi"
	print "} &&"
	print "\tcomplete -F _" program " " program
}

function bash_case(i,    out) {
	out = "--" name[i] "="
	if (has[i] == "yes")
		out = "--" name[i] " | " out
	if (has[i] == "yes" && letter[i] != "")
		out = "-" letter[i] " | " out
	out = out ") kind=" kind[i]
	if (words[i] != "")
		out = out " words='" words[i] "'"
	print "\t" out " ;;"
}

function bash_options(    i, out) {
	for (i = 1; i <= n; i++) {
		if (name[i] == "")
			continue
		if (letter[i] != "")
			out = out " -" letter[i]
		if (has[i] != "yes")
			out = out " --" name[i]
		if (has[i] != "no")
			out = out " --" name[i] "="
	}
	return substr(out, 2)
}

# zsh: specifications for _arguments.

function zsh(    i) {
	zsh_sign["yes"] = "+"
	zsh_sign["may"] = "-"
	print "#compdef " program
	header()
	print "_arguments -s -S : \\"
	for (i = 1; i <= n; i++)
		if (name[i] != "")
			print "\t" zsh_option(i) " \\"
	print "\t" quoted("*:HOST:" zsh_action(operand()))
}

function zsh_option(i,    long, rest) {
	long = "--" name[i]
	if (has[i] == "yes")
		long = long "="
	else if (has[i] == "may")
		long = long "=-"
	if (letter[i] != "")
		long = "{-" letter[i] zsh_sign[has[i]] "," long "}"
	rest = "[" escaped(text[i], "\\[]:") "]"
	if (has[i] != "no")
		rest = rest (has[i] == "may" ? "::" : ":") \
		    escaped(value[i], "\\:") ":" zsh_action(kind[i], words[i])
	return "'*'" long quoted(rest)
}

function zsh_action(kind, words) {
	if (kind == "host")
		return "{ if [[ $PREFIX == /* ]]; then _files; else _hosts; fi }"
	if (kind == "hosts")
		return "_sequence _hosts"
	if (kind == "path")
		return "_files"
	if (kind == "interface")
		return "compadd - /sys/class/net/*(N\\:t)"
	if (kind == "words")
		return "(" words ")"
	return " "
}

# fish: a command for each option.

function fish(    i) {
	header()
	print fish_complete(operand(), "")
	for (i = 1; i <= n; i++)
		if (name[i] != "")
			print fish_option(i)
}

function fish_option(i,    out) {
	out = fish_complete(kind[i], words[i], has[i])
	if (letter[i] != "")
		out = out " -s " letter[i]
	return out " -l " name[i] " -d " fish_quoted(text[i])
}

function fish_complete(kind, words, has,    out) {
	out = "complete -c " program " -f"
	if (has == "yes")
		out = out "r"
	if (kind == "host")
		return out " -a '(if string match -q \"/*\" -- (commandline -ct);" \
		    " __fish_complete_path (commandline -ct);" \
		    " else; __fish_print_hostnames; end)'"
	if (kind == "hosts")
		return out " -a '(__fish_complete_list , __fish_print_hostnames)'"
	if (kind == "path" && has == "may")
		return "complete -c " program " -F -a '(true)'"
	if (kind == "path")
		return "complete -c " program " -Fr"
	if (kind == "interface")
		return out " -a '(__fish_print_interfaces)'"
	if (kind == "words")
		return out " -a '" words "'"
	# Only with something to offer is --name= offered besides --name.
	if (has == "may")
		return out " -a '(true)'"
	return out
}

function fish_quoted(s) {
	return "'" escaped(s, "\\'") "'"
}
