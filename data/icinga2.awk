# SPDX-License-Identifier: ISC
#
# Prints the CheckCommand of Icinga 2 for a program:
#
#	PROGRAM --help |
#	    awk -v program=check_NAME -v installed=NAME -f help.awk -f icinga2.awk
#
# installed is the name of its file.  Each long option --some-name is an argument,
# and the custom variable portstate_some_name its value, whatever the program;
# the text of --help is its description.  Left out are the options that ask for
# a text (--help, --version), and those that are refused or ignored.
#
# Arguments are given in the order of --help, so that a command line is always
# the same.

END {
	if (n == 0)
		exit 1
	object = program
	sub(/^check_/, "portstate_", object)
	print ""
	print "object CheckCommand " quoted(object) " {"
	print "\timport \"portstate\""
	print ""
	print "\tcommand = [ PortstatePluginDir + " quoted("/" installed) " ]"
	print "\targuments = {"
	for (i = 1; i <= n; i++)
		if (!idle(i) && name[i] != "help" && name[i] != "version")
			argument(i)
	print "\t}"
	defaults()
	print "}"
}

function argument(i,    variable, key) {
	variable = "portstate_" name[i]
	gsub(/-/, "_", variable)
	key = "--" name[i]
	print "\t\t" quoted(key) " = { // " shown(i)
	if (has[i] == "no") {
		print "\t\t\tset_if = \"$" variable "$\""
	} else if (has[i] == "yes") {
		print "\t\t\tvalue = \"$" variable "$\""
		if (ours(i) != "")
			print "\t\t\tset_if = {{ macro(\"$" variable \
			    "$\") != \"\" }}"
	} else {
		print "\t\t\tskip_key = true"
		print "\t\t\tvalue = \"" key "=$" variable "$\""
	}
	print "\t\t\tdescription = " quoted(text[i])
	print "\t\t\torder = " i
	print "\t\t}"
	if (has[i] == "no" && text[i] ~ /twice:/)
		again(i, variable, key)
}

# A flag that says more when it is given twice.
function again(i, variable, key) {
	print "\t\t" quoted(key ", twice") " = {"
	print "\t\t\tkey = " quoted(key)
	print "\t\t\tset_if = {{ number(macro(\"$" variable "$\")) > 1 }}"
	print "\t\t\tdescription = " quoted("The second one, if " variable " is 2")
	print "\t\t\torder = " i
	print "\t\t}"
}

# What the template "portstate" or this file has a value for, which may be taken
# back; with a deadline that would be too long for Icinga, which ends a check after
# a minute, and what it would have said is lost.
function ours(i) {
	if (name[i] == "hostname")
		return "the template"
	if (name[i] == "timeout" && text[i] !~ /default: [0-9]/)
		return "50"
	return ""
}

function defaults(    i) {
	for (i = 1; i <= n; i++)
		if (ours(i) ~ /^[0-9]/)
			print "\n\tvars.portstate_" name[i] " = " ours(i)
}

function shown(i) {
	return (letter[i] == "" ? "" : "-" letter[i] ", ") "--" name[i] \
	    (has[i] == "may" ? "[=" value[i] "]" : \
	    has[i] == "yes" ? "=" value[i] : "")
}

# As a string of Icinga's language.
function quoted(s,    i, c, out) {
	for (i = 1; i <= length(s); i++) {
		c = substr(s, i, 1)
		out = out (c == "\\" || c == "\"" ? "\\" c : c)
	}
	return "\"" out "\""
}
