#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154
#
# check_tcp beside the plugin of the same name of the Monitoring Plugins 2.x:
# what it can stand in the place of, and where it answers differently.
#
# A line of a table is what is expected, and the options:
#
#	same		exit status, the first line's STATE and the shape of the
#			performance data (label, unit, which fields are given)
#	same+		exit status; theirs has no STATE or performance data
#	like		exit status and STATE, other performance data
#	THEIRS OURS	exit status of theirs and of ours, which differ: the
#			section COMPATIBILITY of check_tcp(1) says why
#
# @OPEN, @SAY (says "220 hello"), @SAID (the same, then closes), @NUL, @CLOSE,
# @CLOSED, @FULL and @SILENT are ports, @UNIX is a path.

reference=${CHECK_TCP_REFERENCE:-/usr/lib/nagios/plugins/check_tcp}

setup() {
	[ -x "$reference" ] || skip "needs $reference: monitoring-plugins-basic"
	"$reference" -V 2>/dev/null | grep -q 'monitoring-plugins 2\.' ||
		skip "$reference is not of the Monitoring Plugins 2.x"
	load ../e2e/common
	common_setup
	serve 'tcp4' 'tcp4 say "220 hello\r\n"' 'tcp4 say "220 hello\r\n" close' \
		'tcp4 say "ab\x00XYZ" close' 'tcp4 close' 'tcp4 closed' 'tcp4 full' \
		'unix say "hi\n"' 'tcp4 silent' 'tcp4 expect "PING\r\n" say "+PONG\r\n"'
}

teardown() {
	[ -z "${out:-}" ] || common_teardown
}

# state_of FILE: the first line's
state_of() {
	sed -n -E '1s/^[A-Z]+ (OK|WARNING|CRITICAL|UNKNOWN) - .*/\1/p' "$1"
}

# shape_of FILE: its performance data without the numbers
shape_of() {
	sed -n -E '1s/.*\|//p' "$1" | sed -E 's/[0-9]+\.[0-9]{6}/N/g'
}

# one EXPECTED OPTION...
one() {
	local expected=$1 theirs=0 ours=0 problem=

	shift
	timeout 60 "$reference" "$@" >theirs 2>/dev/null 3>&- 4>&- || theirs=$?
	check "$@"
	silent
	ours=$status
	case $expected in
	same | same+ | like)
		[ "$theirs" = "$ours" ] || problem="exit status $theirs, $ours"
		;;
	*)
		[ "$expected" = "$theirs $ours" ] ||
			problem="exit status $theirs, $ours, not $expected"
		;;
	esac
	case $expected in
	same | like)
		[ "$(state_of theirs)" = "$(state_of "$out")" ] ||
			problem+="; state"
		;;
	esac
	if [ "$expected" = same ]; then
		[ "$(shape_of theirs)" = "$(shape_of "$out")" ] ||
			problem+="; performance data"
	fi
	[ -n "$problem" ] || return 0
	printf '%s: check_tcp' "$problem"
	printf ' %q' "$@"
	printf '\ntheirs: %s\n' "$(head -n 1 theirs | tr -d '\0')"
	printf 'ours:   %s\n' "$(head -n 1 "$out")"
	return 1
}

# Reads a table; options are words of the shell.
table() {
	local line expected failed=0
	local -a words

	while IFS='|' read -r expected line; do
		read -r expected <<<"$expected" # without blanks around it
		line=${line//@OPEN/$p0}
		line=${line//@SAY/$p1}
		line=${line//@SAID/$p2}
		line=${line//@NUL/$p3}
		line=${line//@CLOSED/$p5}
		line=${line//@CLOSE/$p4}
		line=${line//@FULL/$p6}
		line=${line//@UNIX/$p7}
		line=${line//@SILENT/$p8}
		line=${line//@PING/$p9}
		eval "words=($line)"
		one "$expected" "${words[@]}" </dev/null || failed=1
	done
	return "$failed"
}

@test "the same: connections" {
	table <<-'END'
		same  |-p @OPEN
		same  |-H 127.0.0.1 -p @OPEN
		same  |--hostname=127.0.0.1 --port=@OPEN
		same  |-H localhost -p @OPEN
		same  |-4 -H 127.0.0.1 -p @OPEN
		same  |127.0.0.1 -p @OPEN
		same  |-p @OPEN 127.0.0.1
		same  |-p @OPEN -t 5
		same  |-p @OPEN -to 5
		same  |-H @UNIX
		same  |-p @CLOSE
		same+ |-p @CLOSED
		same+ |-H 127.0.0.1 -p @CLOSED -r ok
		same+ |-H 127.0.0.1 -p @CLOSED -r warn
		same+ |-H 127.0.0.1 -p @CLOSED --refuse=crit
		same+ |-p @FULL -t 1
		same+ |-H 255.255.255.255 -p 80
		same+ |-H /nonexistent
		same+ |-H a..b -p 80
	END
}

@test "the same: answers" {
	table <<-'END'
		same  |-p @SAY -e 220
		same  |-p @SAY -e ello -j
		same  |-p @SAY -e no -e hello
		same  |-p @SAY -A -e 220 -e hello
		same  |-p @SAID -e no
		same  |-p @SAID -e no -j
		same  |-p @SAID -A -e 220 -e no
		same  |-p @SAID -e no -M ok
		same  |-p @SAID -e no -M crit
		same  |-p @SAY -e 220 -q QUIT
		same  |-p @SAY -e 220 -m 100
		same  |-p @SAY -e 220 -d 1
		same  |-p @SAY -e ''
		same  |-p @PING -E -s 'PING\r\n' -e +PONG
		same  |-H @UNIX -e hi
		same+ |-p @CLOSE -e x
		same+ |-p @SILENT -e x -t 1
		same+ |-p @CLOSED -r ok -e x
	END
}

@test "the same: thresholds" {
	table <<-'END'
		same  |-p @OPEN -w 30
		same  |-p @OPEN -w 30 -c 60
		same  |-p @OPEN -wt 30 -ct 60
		same  |-p @OPEN -w 0 -c 60
		same  |-p @OPEN -c 0
		same  |-p @OPEN -w 0 -c 0
		same  |-p @SAID -e no -w 30 -c 60
		same  |-p @SAID -e no -c 0 -M ok
	END
}

@test "the same: errors in the options" {
	table <<-'END'
		same+ |
		same+ |-p 0
		same+ |-p -1
		same+ |-p x1
		same+ |-p @OPEN -r bogus
		same+ |-p @OPEN -M bogus
		same+ |-p @OPEN -t 0
		same+ |-p @OPEN -t x
		same+ |-Z
		same+ |--nonsense
		same+ |-p
		same+ |-V
		same+ |-h
	END
}

@test "different, as the manual says" {
	table <<-'END'
		0 2 |-H 255.255.255.255 -p 80 -r ok
		0 2 |-H /nonexistent -r ok
		0 1 |-p @SAY -e END -m 4
		0 1 |-p @SAID 127.0.0.1 -e no
		1 0 |-p @NUL -e XYZ
		0 1 |-p @SAID -e no -M ok -w 0
		1 3 |-p @OPEN -w abc
		0 1 |-p @OPEN -w 30:60
		3 2 |-p telnet -H 255.255.255.255
		2 3 |-p 99999 -H 255.255.255.255
		0 3 |-p @OPEN 127.0.0.1 127.0.0.2
		3 2 |-p @FULL -t 0.5
		2 0 |-p @PING -s 'PING\r\n' -E -e +PONG -t 1
	END
}
