#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2030,SC2031,SC2034,SC2154
#
# portstated: what it does when it is told to: read its configuration anew, say how
# it is, end, and be there again; and when the clock is set.

load daemon

setup() {
	daemon_setup
	need_yaml
}

teardown() {
	daemon_teardown
}

# host LINE...: of one host, a, at $here
host() {
	yaml 'hosts:' '  a:' "    address: $here" '    ports:' "${@/#/      }"
}

# reload TEXT: and waits until the log says so once more
reload() {
	local before

	before=$(grep -cF -e "$1" "$err" || true)
	kill -HUP "$pid"
	eventually said_more "$1" "$before"
}

said_more() {
	(($(grep -cF -e "$1" "$err" || true) > $2))
}

# rounds_of NAME: how many there were
rounds_of() {
	records | sed -nE "s|^record [0-9]+ $1 .* probes=([0-9]+) .*|\1|p"
}

# two_more NAME: waits until two more rounds of it have ended
two_more() {
	local before

	before=$(rounds_of "$1")
	eventually more_than "$1" $((before + 1))
}

more_than() {
	(($(rounds_of "$1") > $2))
}

# ends_soon SIGNAL: however long what it waits for would take
ends_soon() {
	local begin=${EPOCHREALTIME/[.,]/}

	stop "$1" || return 1
	took_ms=$(((${EPOCHREALTIME/[.,]/} - begin) / 1000))
	within 10000
}

@test "reload: entries that are new, gone, changed, and the same" {
	peer x up
	peer y up
	host "x: {tcp: ${port[x]}}" "y: {tcp: ${port[y]}}"
	daemon
	eventually recorded '^record . a/x enabled,known OK open '
	eventually recorded '^record . a/y enabled,known OK open '
	x=$(index_of a/x) y=$(index_of a/y)
	peer x down
	eventually told '1 a/x down'
	host "x: {tcp: ${port[x]}}" "z: {tcp: ${port[y]}, expected: closed}"
	reload 'the configuration was read: 2 entries'
	eventually told '2 a/z down'
	recorded "^record $y a/y known OK open "
	[ "$(index_of a/x)" = "$x" ]
	z=$(index_of a/z)
	[ "$z" = 3 ]
	host "y: {tcp: ${port[y]}}" "x: {tcp: ${port[x]}}" \
		"z: {tcp: ${port[y]}}"
	reload 'the configuration was read: 3 entries'
	eventually told '3 a/z up'
	peer x up
	eventually told '4 a/x up'
	[ "$(index_of a/x) $(index_of a/y) $(index_of a/z)" = "$x $y $z" ]
	two_more a/y
	stop
	diff <(events) <(printf 'a/%s\n' 'x down' 'z down' 'z up' 'x up')
}

@test "reload: who is gone while down has its all-clear when it comes back" {
	peer x down
	peer y up
	host "x: {tcp: ${port[x]}}" "y: {tcp: ${port[y]}}"
	daemon
	eventually told '1 a/x down'
	host "y: {tcp: ${port[y]}}"
	reload 'the configuration was read: 1 entr'
	peer x up
	two_more a/y
	host "x: {tcp: ${port[x]}}" "y: {tcp: ${port[y]}}"
	reload 'the configuration was read: 2 entries'
	eventually told '2 a/x up'
	stop
	diff <(events) <(printf 'a/%s\n' 'x down' 'x up')
}

@test "reload: a file with errors changes nothing" {
	peer x up
	host "x: {tcp: ${port[x]}}"
	daemon
	eventually recorded 'a/x enabled,known OK open '
	host "x: {tcp: 0}" "y: {nosuch: 1}"
	reload 'error: the configuration stays as it was'
	logged 'error: c.yaml:5: ' 'error: c.yaml:6: '
	rm c.yaml
	reload 'error: the configuration stays as it was'
	logged 'error: c.yaml: No such file or directory'
	two_more a/x
	peer x down
	eventually told '1 a/x down'
	host "x: {tcp: ${port[x]}}"
	reload 'the configuration was read: 1 entr'
	stop
	diff events <(echo '1 a/x down')
}

@test "reload: the command of the new file is run" {
	peer x down
	{
		echo "notify: {command: ['$PWD/note', '%i', old]}"
		host "x: {tcp: ${port[x]}, severe: 0}"
		cat c.yaml
	} >d.yaml
	launch -c d.yaml --table table -n 0.1
	eventually told '1 old down'
	sed -i 's/old/new/' d.yaml
	reload 'the configuration was read'
	peer x up
	eventually told '2 new up'
	stop
}

@test "reload: the log is opened again" {
	peer x down
	host "x: {tcp: ${port[x]}, severe: 0}"
	daemon -l log
	eventually grep -q 'a/x is down' log
	mv log log.1
	reload 'the configuration was read'
	eventually grep -q 'the configuration was read' log
	lacks 'the configuration was read' log.1
	[ "$(stat -c %a log)" = 640 ]
	peer x up
	eventually grep -q 'a/x is up again' log
	stop
	tail -n 1 log | grep -q 'ended by SIGTERM'
}

@test "reload: again and again while much is asked" {
	peer x up
	{
		host
		for i in {1..300}; do
			echo "      x$i: {tcp: ${port[x]}}"
		done
	} >/dev/null
	for i in {1..300}; do
		echo "      x$i: {tcp: ${port[x]}}"
	done >>c.yaml
	daemon
	for i in {1..100}; do
		kill -HUP "$pid"
		((i % 10)) || sleep 0.02
	done
	reload 'the configuration was read: 300 entries'
	two_more a/x300
	stop
	[ ! -s events ]
	[ "$(records | grep -c '^record .* enabled,known OK open ')" = 300 ]
}

@test "SIGUSR1 says how it is" {
	peer x up
	host "x: {tcp: ${port[x]}}" "y: {tcp: ${port[x]}, expected: closed}"
	daemon
	eventually recorded '^event 1 . a/y down done'
	kill -USR1 "$pid"
	eventually logged 'status: 2 entries: 1 ok, 0 warning, 1 critical, 0 unknown; '
	logged 'events: 1 delivered, 0 given up, 0 running, 0 waiting'
	stop
}

@test "it ends at once while commands run, which the next runs again" {
	peer x down
	host "x: {tcp: ${port[x]}, severe: 0}"
	cat >slow <<-'END'
		#!/bin/sh
		: >begun
		exec sleep 1000
	END
	chmod +x slow
	daemon -e "'$PWD/slow'"
	eventually test -e begun
	ends_soon INT
	daemon
	eventually told '1 a/x down'
	stop
	diff events <(echo '1 a/x down')
}

@test "it ends at once while a thousand probes hang" {
	serve "tcp4@$here:0 silent"
	host
	for i in {1..1000}; do
		echo "      x$i: {tcp: $p0, expect: hello, timeout: 600}"
	done >>c.yaml
	daemon
	eventually in_flight 1000
	ends_soon TERM
	[ ! -s events ]
}

# in_flight N: by its own word
in_flight() {
	kill -USR1 "$pid"
	logged "; $1 probes in flight"
}

@test "it ends at once while a handler and the name service hang" {
	need_network
	need_mounts
	serve 'udp4@127.0.0.3:53 silent'
	echo 'nameserver 127.0.0.3' >resolv.conf
	daemon_shell="exec unshare -m sh -c 'mount --bind resolv.conf \
		/etc/resolv.conf && exec \"\$@\"' - \"\$@\""
	yaml 'hosts:' '  nosuch.example: {ports: {x: {tcp: 9}}}' \
		"  127.0.0.1: {ports: {h: {tcp: 9, handler: [sleep, '1000']," \
		'    timeout: 900}}}'
	daemon
	eventually in_flight 1
	fake_wait_log 'accept 0 #1'
	ends_soon TERM
}

@test "a restart goes on with what is known" {
	peer x down
	peer y up
	host "y: {tcp: ${port[y]}}" "x: {tcp: ${port[x]}, severe: 0}"
	daemon
	eventually recorded '^event 1 . a/x down done'
	x=$(index_of a/x) y=$(index_of a/y)
	stop
	host "x: {tcp: ${port[x]}, severe: 0}" "z: {tcp: ${port[y]}}" \
		"y: {tcp: ${port[y]}}"
	daemon
	two_more a/x
	two_more a/y
	stop
	diff events <(echo '1 a/x down')
	peer x up
	daemon
	eventually told '2 a/x up'
	stop
	[ "$(index_of a/x) $(index_of a/y) $(index_of a/z)" = "$x $y 3" ]
	[ "$(wc -l <events)" = 2 ]
}

@test "a clock that is set is no event, and nothing is late of it" {
	nm -D "$plugin" 2>/dev/null | lacks '__asan_' - ||
		skip "sanitizers are to be first"
	peer x up
	peer y up
	host "x: {tcp: ${port[x]}}" "y: {tcp: ${port[y]}, severe: 0}"
	echo 0 >shift
	daemon_shell="export LD_PRELOAD='$tests/shift_clock.so' SHIFT_CLOCK='$PWD/shift'"
	daemon
	eventually recorded 'a/x enabled,known OK open '
	for shift in -86400 86400 0; do
		echo "$shift" >shift
		two_more a/x
		two_more a/y
		at=$(date -u -d "now + $shift seconds" +%Y-%m-%dT%H)
		kill -USR1 "$pid"
		eventually grep -qE "^$at.* status: 2 entries: 2 ok" "$err"
		eventually fresh
	done
	[ ! -s events ]
	peer y down
	eventually told '1 a/y down'
	stop
	lacks 'behind by' <(grep -v ' status: ' "$err")
}

# fresh: to who has the same clock
fresh() {
	LD_PRELOAD=$tests/shift_clock.so SHIFT_CLOCK=$PWD/shift records |
		grep -q '^live .* stale=no'
}
