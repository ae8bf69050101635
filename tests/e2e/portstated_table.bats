#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154
#
# portstated and its table: damaged, of others, on a full disk; and very many events.

load daemon

setup() {
	daemon_setup
	need_yaml
}

teardown() {
	daemon_teardown
}

# one_port: the configuration of one that is up
one_port() {
	peer x up
	yaml 'hosts:' "  a: {address: $here, ports: {x: {tcp: ${port[x]}}}}"
}

# a_table: that of one_port, by a daemon that has ended
a_table() {
	one_port
	daemon
	eventually recorded '^record 1 a/x enabled,known OK open '
	stop
	: >"$err"
}

# flip OFFSET [COUNT]: other bytes there
flip() {
	head -c "${2:-1}" /dev/zero | tr '\0' '\377' |
		dd of=table bs=1 seek="$1" conv=notrunc 2>/dev/null
}

@test "a table of another version is put aside" {
	a_table
	flip 12 4
	cp table other
	daemon
	logged 'table.bad-1'
	cmp other table.bad-1
	eventually recorded '^record 1 a/x enabled,known OK open '
	stop
	[ "$(grep -c 'table.bad-1' "$err")" = 1 ]
	flip 12 4
	daemon
	logged 'table.bad-2'
	stop
}

@test "a file that is no table is put aside" {
	one_port
	for content in 'some text' "$(head -c 20000 /dev/zero | tr '\0' x)"; do
		rm -f table table.bad-1
		printf '%s' "$content" >table
		daemon
		logged 'table.bad-1'
		[ "$(<table.bad-1)" = "$content" ]
		stop
	done
}

@test "an empty file becomes a table" {
	one_port
	: >table
	daemon
	eventually recorded '^record 1 a/x enabled,known OK open '
	stop
}

@test "a table that was cut is mended, or put aside" {
	a_table
	size=$(stat -c %s table)
	cp table whole
	for length in 100 600 4096 5000 $((size / 2)) $((size - 1)); do
		rm -f table.bad-*
		cp whole table
		truncate -s "$length" table
		: >"$err"
		daemon
		eventually recorded ' a/x enabled,known OK open '
		stop
	done
	[ ! -s events ]
}

@test "bytes that are others are found, and mended or put aside" {
	a_table
	cp table whole
	for offset in 0 20 512 530 600 4096 4200 4400 4700 5000; do
		cp whole table
		flip "$offset" 8
		daemon
		eventually recorded ' a/x enabled,known OK open '
		stop
	done
	[ ! -s events ]
}

@test "who is down before the table is damaged is told again at the most" {
	a_table
	peer x down
	daemon
	eventually told '1 a/x down'
	stop
	flip 0 8
	daemon
	eventually [ "$(wc -l <events)" -ge 1 ]
	eventually recorded '^event 1 1 a/x down done'
	stop
	peer x up
	daemon
	eventually told '2 a/x up'
	stop
	logged 'table.bad-1'
}

@test "a table that is cut, removed or replaced while it runs comes back" {
	one_port
	daemon
	eventually recorded '^record 1 a/x enabled,known OK open '
	truncate -s 0 table
	eventually recorded '^record 1 a/x enabled,known OK open '
	rm table
	eventually recorded '^record 1 a/x enabled,known OK open '
	echo text >other
	mv other table
	eventually recorded '^record 1 a/x enabled,known OK open '
	running
	peer x down
	eventually told '1 a/x down'
	eventually recorded '^event 1 1 a/x down done$'
	stop
	[ "$(<table.bad-1)" = text ]
}

@test "a full disk at the start is said, and ends it" {
	one_port
	small_disk 8k
	launch -c c.yaml --table disk/table
	finish
	[ "$status" = 1 ]
	logged 'disk/table' 'No space left on device'
}

# small_disk SIZE [COMMAND]: a file system of that size at disk/, for who is launched;
# while it runs it is at $disk
small_disk() {
	need_mounts
	mkdir -p disk
	unshare -m mount -t tmpfs none disk 2>/dev/null ||
		skip "may not mount a tmpfs"
	daemon_shell="exec unshare -m sh -c 'mount -t tmpfs -o size=$1 none disk &&
		${2:-true} && exec \"\$@\"' - \"\$@\""
}

@test "a disk that is full while it runs: it goes on, and writes when there is room" {
	one_port
	# The table has its room; what grows is the log and, with more entries, itself.
	small_disk 24m
	daemon --table disk/table -l disk/log
	disk=/proc/$pid/root$PWD/disk
	eventually in_table '^record 1 a/x enabled,known OK open '
	cat /dev/zero >"$disk/filler" 2>/dev/null || true
	{
		echo 'hosts:'
		echo "  a: {address: $here, ports: {"
		for i in {1..3000}; do
			echo "x$i: {tcp: ${port[x]}, expected: any, interval: 60},"
		done
		echo "x: {tcp: ${port[x]}}}}"
	} >c.yaml
	kill -HUP "$pid"
	eventually logged 'No space left on device'
	peer x down
	eventually told_of a/x down
	running
	rm "$disk/filler"
	eventually in_table '^record 1 a/x enabled,known,.*down CRITICAL closed '
	eventually in_table '^record 3001 '
	peer x up
	eventually told_of a/x up
	kill -TERM "$pid"
	finish
	[ "$status" = 0 ]
}

in_table() {
	records "$disk/table" 2>/dev/null | grep -qE -e "$1"
}

told_of() {
	grep -qE "^[0-9]+ $1 $2\$" events
}

# A network that goes, in which all ports of an address are unreachable then.
many() {
	need_network
	ip addr add 10.77.0.1/32 dev lo 2>/dev/null || skip "needs iproute2"
	yaml 'hosts:' '  a:' '    address: 10.77.0.1' '    ports:' \
		"      p: {tcp: 1001-$((1000 + $1)), expected: closed}"
}

gone() {
	ip addr del 10.77.0.1/32 dev lo
}

back() {
	ip addr add 10.77.0.1/32 dev lo
}

# told_each EVENT N: so many different ports, each of them once
told_each() {
	[ "$(awk -v e="$1" '$3 == e { print $2 }' events | sort | uniq -c |
		awk '$1 == 1' | wc -l)" = "$2" ]
}

@test "ten thousand entries change in one round: all is in the table" {
	many 10000
	launch -c c.yaml --table table -n 3 --retries 0 -s 0
	eventually logged 'notice: portstated '
	eventually all_are OK 10000
	gone
	eventually events_are down 10000
	eventually all_are CRITICAL 10000
	stop
	[ "$(records | awk '$1 == "event" { print $4 }' | sort -u | wc -l)" = 10000 ]
	[ "$(records | grep -c '^event .* down done$')" = 10000 ]
}

# all_are STATE N, events_are EVENT N: in the table
all_are() {
	[ "$(records | grep -c "^record .* enabled,known[a-z,]* $1 ")" = "$2" ]
}

events_are() {
	[ "$(records | grep -c "^event .* $1")" = "$2" ]
}

@test "very many entries change in one round: each is told once" {
	local n=300

	[[ -z ${DAEMON_LONG:-} ]] || n=10000
	many "$n"
	daemon -n $((1 + n / 2000)) --retries 0 -s 0
	eventually all_are OK "$n"
	gone
	delivered down "$n"
	back
	delivered up "$n"
	stop
	[ "$(wc -l <events)" = $((2 * n)) ]
}

# delivered EVENT N: so many, each of another port, however long it takes
delivered() {
	local before

	while before=$(wc -l <events) && ! told_each "$1" "$2"; do
		eventually more_lines "$before" || return 1
	done
}

more_lines() {
	(($(wc -l <events) > $1))
}
