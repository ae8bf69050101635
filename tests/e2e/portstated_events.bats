#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2030,SC2031,SC2034,SC2154
#
# portstated: what becomes an event, and what is run for it.
#
# Peers say what they say by the count of their connections, of which each round is
# one: so it does not matter how fast anything is.

load daemon
load tls

setup_file() {
	tls_setup_file
}

setup() {
	daemon_setup
	need_yaml
	tls_dir=$BATS_FILE_TMPDIR/tls
	ca=$tls_dir/ca
}

teardown() {
	tls_stop
	daemon_teardown
}

# up N, down N: words of a fake server, for N connections
up() {
	echo "first $1 ( expect \"?\" say \"up\" close )"
}

down() {
	echo "first $1 ( expect \"?\" say \"no\" close )"
}

# then_up, then_down: for ever
then_up() {
	echo 'expect "?" say "up" close'
}

then_down() {
	echo 'expect "?" say "no" close'
}

# entry NAME PORT [KEY]...: of host a, one that asks such a server
entry() {
	local keys=("${@:3}")

	printf '    %s: {tcp: %s, send: "?", expect: up%s}\n' "$1" "$2" \
		"${keys[*]/#/, }"
}

# host LINE...: of one host, a
host() {
	yaml 'hosts:' '  a:' '    address: 127.0.0.1' '    ports:' "${@/#/  }"
}

# told_all LINE...: that is all of events, in this order
told_all() {
	diff --label expected --label events -U 99 <(printf '%s\n' "$@") \
		<(events)
}

# asked N: so many connections of the first peer have ended
asked() {
	(($(fake_count closed 0) >= $1))
}

@test "down when it is confirmed, and up when that is" {
	serve "tcp4 $(up 1) $(down 5) $(then_up)"
	host "$(entry x "$p0")"
	daemon
	eventually told '2 a/x up'
	told_all 'a/x down' 'a/x up'
	stop
	recorded '^record 1 a/x enabled,known OK open failed=0 .* last_event=2'
	recorded '^event 1 1 a/x down done$'
	logged 'warning: a/x is down: ' 'notice: a/x is up again'
}

@test "a port that is down from the start is told" {
	serve "tcp4 $(then_down)"
	host "$(entry x "$p0")"
	daemon
	eventually told '1 a/x down'
	stop
	told_all 'a/x down'
}

@test "one that is up from the start, and one that flaps, are not" {
	serve "tcp4 $(up 2) $(down 2) $(up 1) $(down 2) $(up 1) $(down 1) \
		$(then_up)"
	host "$(entry x "$p0")"
	daemon
	eventually asked 12
	stop
	[ ! -s events ]
	recorded '^live next=1 '
	recorded '^record 1 a/x enabled,known OK open '
}

@test "without confirmations each round counts" {
	serve "tcp4 $(up 1) $(down 1) $(up 1) $(down 1) $(then_up)"
	host "$(entry x "$p0" 'retries: 0')"
	daemon
	eventually told '4 a/x up'
	stop
	told_all 'a/x down' 'a/x up' 'a/x down' 'a/x up'
}

@test "severe after so many rounds, recovered before up" {
	serve "tcp4 $(up 1) $(down 6) $(then_up)"
	host "$(entry x "$p0" 'severe: 4')"
	daemon
	eventually told '4 a/x up'
	stop
	told_all 'a/x down' 'a/x severe' 'a/x recovered' 'a/x up'
	logged 'a/x is still down after 4 rounds: ' \
		'a/x is no longer severely down'
}

@test "with a row of 0 nothing is severe" {
	serve "tcp4 $(then_down)"
	host "$(entry x "$p0")"
	daemon -s 0
	eventually asked 15
	stop
	told_all 'a/x down'
}

@test "lagged when it is slow, and normal again" {
	# A datagram that is slow is sent once more.
	serve 'udp4 first 1 ( reply "up" ) first 6 ( wait 700 reply "up" )
		reply "up"'
	host "    x: {udp: $p0, send: '?', expect: up, lag: 500, retries: 1, timeout: 20}"
	daemon
	eventually told '2 a/x normal'
	stop
	told_all 'a/x lagged' 'a/x normal'
	logged ' ms, more than 500 ms' 'a/x is back to normal: '
}

@test "the command's words and environment" {
	serve 'tcp4 closed'
	host "    x y: {tcp: $p0}"
	cat >tell <<-'END'
		#!/bin/sh
		{
			printf '<%s>' "$@"
			echo
			env
			readlink /proc/self/fd/0
		} >told.new
		mv told.new told
	END
	chmod +x tell
	TZ=UTC0 daemon -e "'$PWD/tell' %h %m '%n' %p %P-%s/%S %r '' %l %i%% %t"
	eventually test -e told
	stop
	head -n 1 told | sed -E 's/<[A-Z][a-z]{2} [A-Z][a-z]{2} .[0-9] [0-9:]{8} 20[0-9]{2}>$/<DATE>/' |
		diff - <(echo "<a><a/x y is down: Connection refused><a/x y><$p0>$(:
		)<tcp-closed/CRITICAL><Connection refused><><><1%><DATE>")
	sed -e 1d -e '/^PWD=/d;/^_=/d;/^SHLVL=/d;/^OLDPWD=/d' \
		-e 's/^\(PORTSTATE_TIME\)=20..-..-..T..:..:.*Z$/\1=DATE/' told |
		sort | diff - <(sort <<-END
			/dev/null
			LC_ALL=C
			PATH=$(sed -n 's/^PATH=//p' told)
			PORTSTATE_EVENT=down
			PORTSTATE_EVENT_ID=1
			PORTSTATE_HOST=a
			PORTSTATE_LATENCY=
			PORTSTATE_MESSAGE=a/x y is down: Connection refused
			PORTSTATE_NAME=a/x y
			PORTSTATE_PORT=$p0
			PORTSTATE_REASON=Connection refused
			PORTSTATE_STATE=closed
			PORTSTATE_STATUS=CRITICAL
			PORTSTATE_TIME=DATE
			PORTSTATE_TRANSPORT=tcp
			TZ=UTC0
		END
		)
}

@test "what a peer says is no word of its own" {
	serve 'tcp4 say "\x1b[2J;reboot\n`x` $(y) %h" close'
	host "    x: {tcp: $p0, expect: up}"
	cat >tell <<-'END'
		#!/bin/sh
		printf '%s|' $# "$@" >told.new
		mv told.new told
	END
	chmod +x tell
	daemon -e "'$PWD/tell' %r"
	eventually test -e told
	stop
	[[ $(<told) == '1|'* ]]
	lacks $'\x1b' told
	lacks $'\x1b' "$err"
}

@test "datagrams, paths, TLS, handlers: each down and up" {
	need_tls
	serve "udp4 first 1 ( reply \"up\" ) \
		first 3 ( reply \"no\" ) then ( reply \"up\" )" \
		"unix $(up 1) $(down 3) $(then_up)"
	tls_web good
	cat >handle <<-'END'
		#!/bin/sh
		echo >>rounds
		case $(wc -l <rounds) in
		[234]) echo 'it is not'; exit 2 ;;
		*) echo 'it is' ;;
		esac
	END
	chmod +x handle
	host "    u: {udp: $p0, send: '?', expect: up}" \
		"    x: {unix: '$p1', send: '?', expect: up}" \
		"    h: {tcp: 9, handler: ['$PWD/handle', '%p']}" \
		"    t: {tcp: $tls_port, tls: yes}" \
		"    n: {tcp: $tls_port, tls: yes, verify: yes, ca-file: '$ca'}"
	daemon -s 0
	eventually grep -q 'a/u up' events
	eventually grep -q 'a/x up' events
	eventually grep -q 'a/h up' events
	eventually grep -q 'a/n down' events
	stop
	events | sort | diff - <(printf 'a/%s\n' 'h down' 'h up' 'n down' \
		'u down' 'u up' 'x down' 'x up')
	logged 'a/h is down: ' 'a/n is down: '
	recorded '^record . a/t enabled,known OK open '
}

@test "a port that should be closed, and one of which any will do" {
	serve "tcp4 silent" 'tcp4 closed'
	host "    c: {tcp: $p0, expected: closed}" \
		"    d: {tcp: $p1, expected: closed}" \
		"    e: {tcp: $p1, expected: any}"
	daemon
	eventually told '1 a/c down'
	eventually recorded 'a/d enabled,known OK closed '
	eventually recorded 'a/e enabled,known OK closed '
	stop
	told_all 'a/c down'
}

@test "a port that should be filtered" {
	serve 'tcp4 full' 'tcp4 closed'
	host "    f: {tcp: $p0, expected: filtered, timeout: 0.5}" \
		"    g: {tcp: $p1, expected: filtered, severe: 0}"
	daemon
	eventually told '1 a/g down'
	eventually recorded 'a/f enabled,known OK filtered '
	stop
	told_all 'a/g down'
}

@test "severity: a warning is down, too" {
	serve 'tcp4 closed'
	host "    x: {tcp: $p0, severity: warning}"
	daemon
	eventually told '1 a/x down'
	stop
	recorded 'a/x enabled,known,down WARNING closed '
}

@test "names that lead nowhere are down, others are asked at their address" {
	serve 'tcp4 silent'
	yaml 'hosts:' "  localhost: {ports: {x: {tcp: $p0}}}" \
		'  nosuch.invalid: {ports: {x: {tcp: 9}}}'
	daemon -4 -t 5
	eventually told '1 nosuch.invalid/x down'
	eventually recorded 'localhost/x enabled,known OK open '
	stop
	told_all 'nosuch.invalid/x down'
}

@test "a name that gets another address is asked there" {
	need_network
	need_mounts
	peer x up
	echo "$here www.test" >hosts
	daemon_shell="exec unshare -m sh -c 'mount --bind hosts /etc/hosts &&
		exec \"\$@\"' - \"\$@\""
	yaml 'daemon: {names: 0.1}' \
		"hosts: {www.test: {ports: {x: {tcp: ${port[x]}, severe: 0}}}}"
	daemon -4
	eventually recorded 'www.test/x enabled,known OK open '
	echo '127.0.0.3 www.test' >hosts
	eventually told '1 www.test/x down'
	echo "$here www.test" >hosts
	eventually told '2 www.test/x up'
	stop
}

@test "a command that fails is run again, with the same number" {
	serve 'tcp4 closed'
	host "    x: {tcp: $p0, severe: 0}"
	cat >note <<-'END'
		#!/bin/sh
		echo "$1 $2 $PORTSTATE_EVENT" >>events
		echo "no mail today" >&2
		[ "$(wc -l <events)" = 2 ]
	END
	daemon -vv
	eventually logged 'event 1: down of a/x: delivered'
	stop
	diff events <(printf '%s\n' '1 a/x down' '1 a/x down')
	logged 'event 1: down of a/x: try 1 failed: ' 'no mail today' '; again in 1 s'
	recorded '^event 1 1 a/x down done$'
}

@test "one that always fails is given up, and the next goes on" {
	serve "tcp4 $(up 1) $(down 3) $(then_up)"
	printf '%s\n' "notify: {command: ['$PWD/note', '%i', '%n']," \
		'  retries: 1, backoff: 0.1}' 'hosts:' '  a:' \
		'    address: 127.0.0.1' '    ports:' "  $(entry x "$p0")" >c.yaml
	cat >note <<-'END'
		#!/bin/sh
		echo "$1 $2 $PORTSTATE_EVENT" >>events
		[ "$PORTSTATE_EVENT" = up ]
	END
	launch -c c.yaml --table table -n 0.1
	eventually told '2 a/x up'
	eventually recorded '^event 2 1 a/x up done$'
	stop
	diff events <(printf '%s\n' '1 a/x down' '1 a/x down' '2 a/x up')
	logged 'error: event 1: down of a/x: not delivered after 2 tries: '
}

@test "one that takes too long is killed, with what it started" {
	serve 'tcp4 closed'
	printf '%s\n' "notify: {command: '\"$PWD/note\"', timeout: 0.5, retries: 0}" \
		'hosts:' "  a: {address: 127.0.0.1, ports: {x: {tcp: $p0, severe: 0}}}" \
		>c.yaml
	cat >note <<-'END'
		#!/bin/sh
		sleep 1000 &
		echo $! >child
		wait
	END
	launch -c c.yaml --table table -n 0.1
	eventually logged 'not delivered after 1 try'
	eventually is_gone "$(<child)"
	stop
}

is_gone() {
	[[ ! -e /proc/$1 || $(sed -n 's/^State:\t//p' "/proc/$1/status") == Z* ]]
}

@test "no more run at the same time than may" {
	serve 'tcp4 closed'
	{
		echo "notify: {command: '\"$PWD/note\"', parallel: 2}"
		echo 'hosts: {a: {address: 127.0.0.1, ports: {'
		for i in 1 2 3 4 5 6; do
			echo "x$i: {tcp: $p0, severe: 0},"
		done
		echo '}}}'
	} >c.yaml
	mkdir now
	cat >note <<-'END'
		#!/bin/sh
		: >now/$PORTSTATE_EVENT_ID
		ls now | wc -l >>most
		sleep 0.1
		rm now/$PORTSTATE_EVENT_ID
		echo "$PORTSTATE_EVENT_ID $PORTSTATE_NAME $PORTSTATE_EVENT" >>events
	END
	launch -c c.yaml --table table -n 0.1
	eventually recorded '^live next=7 done_below=7 '
	stop
	[ "$(events | sort -u | wc -l)" = 6 ]
	[ "$(sort -n most | tail -n 1)" = 2 ]
}

@test "events of a port come in order, others do not wait" {
	serve "tcp4 $(up 1) $(down 3) $(then_up)" 'tcp4 closed'
	host "$(entry x "$p0")" "    y: {tcp: $p1, severe: 0}"
	cat >note <<-'END'
		#!/bin/sh
		[ -e go ] || [ "$2" = a/y ] || exit 1
		echo "$1 $2 $PORTSTATE_EVENT" >>events
	END
	daemon
	eventually grep -q 'a/y down' events
	eventually recorded ' a/x up$'
	diff <(events) <(echo 'a/y down')
	: >go
	eventually grep -q 'a/x up' events
	stop
	diff <(cut -d ' ' -f 2- events | grep a/x) \
		<(printf 'a/x %s\n' down up)
}

@test "only the events that are asked for are told" {
	serve "tcp4 $(up 1) $(down 3) $(then_up)"
	printf '%s\n' "notify: {command: ['$PWD/note', '%i', '%n'], events: up}" \
		'hosts:' '  a:' '    address: 127.0.0.1' '    ports:' \
		"  $(entry x "$p0")" >c.yaml
	launch -c c.yaml --table table -n 0.1
	eventually told '2 a/x up'
	stop
	told_all 'a/x up'
	recorded '^event 1 1 a/x down done$'
}
