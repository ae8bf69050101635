#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154
#
# The definitions for Icinga and Nagios that are made in data/: whether they are
# about the options that there are.  That the cores run them is for
# tests/real/cores.bats to see.

load common

programs='check_portset check_tcp check_udp'

setup() {
	common_setup
	source=$(realpath "${SRCDIR:-$BATS_TEST_DIRNAME/../..}")
	plugins=$(realpath "${PLUGINDIR:-$BUILDDIR/plugins}")
	built=$(realpath "$BUILDDIR")
	icinga=$built/data/icinga2/portstate.conf
	nagios=$built/data/nagios/portstate.cfg
}

teardown() {
	common_teardown
}

need_icinga() {
	[[ -f $icinga ]] || skip "this build has no definitions: cross compiled"
}

# help_of PROGRAM: each option of --help that a service can have: its name, no, yes
# or may, and its text
help_of() {
	"$plugins/$1" --help | sed -n '/^Options:$/,/^$/p' | awk '
	function put() {
		if (name != "" && name !~ /^(help|version)$/ &&
		    text !~ /^(Refused:|Taken, and)/)
			print name "\t" has "\t" text
	}
	/^ (-., )?--/ {
		put()
		sub(/^ (-., )?--/, "")
		has = /\[=/ ? "may" : /=/ ? "yes" : "no"
		sub(/(\[|=).*/, "")
		name = $0
		text = ""
	}
	/^    / { text = text (text == "" ? "" : " ") substr($0, 5) }
	END { put() }'
}

# object PROGRAM: the lines of its CheckCommand
object() {
	sed -n "/^object CheckCommand \"portstate_${1#check_}\" {\$/,/^}\$/p" "$icinga"
}

# arguments_of PROGRAM: the same of each argument of its CheckCommand, whose variable
# is that of its name
arguments_of() {
	object "$1" | awk '
	/^\t\t"--/ {
		split($1, part, "\"")
		name = part[2]
		variable = name
		sub(/^--/, "$portstate_", variable)
		gsub(/-/, "_", variable)
		variable = variable "$"
		has = ""
		next
	}
	/^\t\t\tkey = / { name = "" }
	$1 == "set_if" && $3 == "\"" variable "\"" { has = "no" }
	$1 == "value" && $3 == "\"" variable "\"" { has = "yes" }
	$1 == "value" && $3 == "\"" name "=" variable "\"" { has = "may" }
	$1 == "description" {
		text = substr($0, index($0, "\"") + 1)
		sub(/"$/, "", text)
		gsub(/\\\\/, "\001", text)
		gsub(/\\"/, "\"", text)
		gsub(/\001/, "\\", text)
	}
	/^\t\t}/ && name != "" { print substr(name, 3) "\t" has "\t" text }'
}

same() {
	diff --label "$1" --label "$2" -U 99 "$1" "$2"
}

@test "Icinga: an argument for each option, with its text, and no other" {
	need_icinga
	for program in $programs; do
		help_of "$program" >options
		arguments_of "$program" >arguments
		(($(wc -l <options) > 25))
		same options arguments
		lacks $'\t$' arguments
	done
}

@test "Icinga: arguments are given in the order of --help" {
	need_icinga
	for program in $programs; do
		object "$program" | sed -n 's/^\t\t\torder = //p' >orders
		sort -n orders >sorted
		same sorted orders
		[[ -s orders ]]
	done
}

@test "Icinga: the programs are the installed ones" {
	need_icinga
	grep -qx '	const PortstatePluginDir = "/.*"' "$icinga"
	lacks '@[a-z]*@' "$icinga"
	for program in $programs; do
		object "$program" |
			grep -qx "	command = \[ PortstatePluginDir + \"/$program\" \]"
	done
}

# balanced FILE: brackets outside of strings and comments, and quotes
balanced() {
	awk '
	{
		s = $0
		if (inside) {
			if (!sub(/^.*\*\//, "", s))
				next
			inside = 0
		}
		gsub(/"([^"\\]|\\.)*"/, "", s)
		sub(/\/\/.*/, "", s)
		gsub(/\/\*.*\*\//, "", s)
		if (sub(/\/\*.*/, "", s))
			inside = 1
		if (s ~ /"/)
			print "line " FNR ": an open string"
		n += gsub(/[{[(]/, "", s) - gsub(/[]})]/, "", s)
		if (n < 0)
			print "line " FNR ": more closed than opened"
	}
	END { if (n != 0 || inside) print "the end: something is open" }' "$1" >found
	[[ ! -s found ]] || {
		cat found
		return 1
	}
}

@test "Icinga: brackets and quotes are balanced" {
	need_icinga
	balanced "$icinga"
	balanced "$source/data/icinga2/portstate-apply.conf"
	printf 'a = { "}\\"" // }\n' >wrong
	run balanced wrong
	[[ $status == 1 ]]
}

# made TEXT: of a program that says this for --help
made() {
	"${AM_TAP_AWK:-awk}" -v program=check_x -v installed=theirs-check_x \
		-f "$source/data/help.awk" -f "$source/data/icinga2.awk" <<<"$1" \
		>made
}

@test "Icinga: made of a text with all that it takes for its own" {
	made 'Options:
 -x, --to-x=[A]:"B"\
    It'\''s "a" \n $b$ {{ c }} // d
    /* e */ twice: f
 --flag
    One; twice: two
 --refused=X
    Refused: no
 --timeout=SECONDS
    Deadline (default: it depends)
 --may[=X]
    It may

 --none
    None'
	cat >wanted <<-'END'

		object CheckCommand "portstate_x" {
			import "portstate"

			command = [ PortstatePluginDir + "/theirs-check_x" ]
			arguments = {
				"--to-x" = { // -x, --to-x=[A]:"B"\
					value = "$portstate_to_x$"
					description = "It's \"a\" \\n $b$ {{ c }} // d /* e */ twice: f"
					order = 1
				}
				"--flag" = { // --flag
					set_if = "$portstate_flag$"
					description = "One; twice: two"
					order = 2
				}
				"--flag, twice" = {
					key = "--flag"
					set_if = {{ number(macro("$portstate_flag$")) > 1 }}
					description = "The second one, if portstate_flag is 2"
					order = 2
				}
				"--timeout" = { // --timeout=SECONDS
					value = "$portstate_timeout$"
					set_if = {{ macro("$portstate_timeout$") != "" }}
					description = "Deadline (default: it depends)"
					order = 4
				}
				"--may" = { // --may[=X]
					skip_key = true
					value = "--may=$portstate_may$"
					description = "It may"
					order = 5
				}
			}

			vars.portstate_timeout = 50
		}
	END
	sed 's/^\t*//' made >flat
	same wanted flat
}

@test "Icinga: made of a text without options: an error" {
	for text in '' 'usage: check_x' $'Options:\n'; do
		if made "$text"; then
			return 1
		fi
	done
}

# command_lines PORT: each as a shell would have it, with arguments in place of macros
command_lines() {
	sed -n 's/^[[:blank:]]*command_line[[:blank:]]*//p' "$nagios" |
		sed -e "s,^[^ ]*/check_,$plugins/check_," \
			-e 's/\$HOSTADDRESS\$/127.0.0.1/' \
			-e "s/-p '\\\$[A-Z0-9_]*\\\$'/-p $1/" \
			-e 's/ \$ARG[0-9]\$$/ -v/' \
			-e 's/--table /--table=table /' \
			-e 's/\$HOSTNAME\$/a/' \
			-e "s/--protocol '\\\$ARG1\\\$'/--protocol smtp/" \
			-e "s/--portset '\\\$ARG1\\\$'/--config one.yaml &/" \
			-e "s/--portset '\\\$ARG1\\\$'/--portset one/" \
			-e "s/--config '\\\$ARG1\\\$'/--config one.yaml/" \
			-e 's/\$ARG[0-9]\$/1/g'
}

@test "Nagios: the programs take each command line" {
	serve 'tcp4 closed' 'udp4 closed'
	command_lines "$p0" >commands
	cat >one.yaml <<-END
		portsets: {one: {ssh: {tcp: $p0}}}
		hosts: {a: {address: 127.0.0.1, portsets: [one]}}
	END
	"${FAKESERVER%/*}/make_table" table \
		<<<'a/tcp/1 port=1 down outcome=refused reason=refused'
	(($(wc -l <commands) >= 10))
	lacks '[$@]' commands
	while read -r command; do
		[[ $command != */check_tcp* ]] || command+=" -p $p0"
		[[ $command != */check_udp* ]] || command+=" -p $p1"
		status=0
		want=2
		# Of an agent that is not there nothing is known.
		[[ $command != *--snmp* ]] || want=3
		eval "timeout 20 $command" >"$out" 2>"$err" 3>&- 4>&- || status=$?
		if [[ $status != "$want" || -s $err ]] || ! grep -q 'refused' "$out"; then
			grep -qE 'this build (has no TLS|is without net-snmp)' "$out" || {
				echo "$command: $status"
				cat "$out" "$err"
				return 1
			}
		fi
	done <commands
}

@test "Nagios: each command has one line and a name of its own, and is explained" {
	sed -n 's/^\tcommand_name\t//p' "$nagios" >names
	sort -u names >unique
	[[ $(wc -l <names) == $(wc -l <unique) ]]
	[[ $(wc -l <names) == $(grep -c '^	command_line	/' "$nagios") ]]
	[[ $(wc -l <names) == $(grep -c '^define command {$' "$nagios") ]]
	[[ $(wc -l <names) == $(grep -c '^}$' "$nagios") ]]
	while read -r name; do
		grep -q "^# ${name}[!,: ]" "$nagios" || grep -q "^# $name\$" "$nagios" || {
			echo "not explained: $name"
			return 1
		}
	done <names
}

@test "Nagios: the commands of the example exist" {
	sed -n 's/^# *	*check_command[[:blank:]]*\([a-z_]*\).*/\1/p' "$nagios" >used
	(($(wc -l <used) >= 4))
	while read -r name; do
		grep -qx "	command_name	$name" "$nagios"
	done <used
}

@test "an error in the options has nothing that is taken for performance data" {
	for program in $programs; do
		plugin=$plugins/$program
		check --no-such-option
		[[ $status == 3 ]]
		lacks '|' "$out"
	done
}

@test "make install installs them" {
	need_icinga
	command -v make >/dev/null || skip "needs make"
	[[ -f $built/Makefile ]] || skip "needs the build"
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -C "$built" \
		install-data DESTDIR="$BATS_TEST_TMPDIR/to" >log 2>&1 3>&- 4>&- || {
		cat log
		return 1
	}
	for file in icinga2/portstate.conf icinga2/portstate-apply.conf \
		nagios/portstate.cfg; do
		found=$(find to -path "*/portstate/$file" -type f)
		from=$built/data/$file
		[[ -f $from ]] || from=$source/data/$file
		cmp "$found" "$from"
	done
}
