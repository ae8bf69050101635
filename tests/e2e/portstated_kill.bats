#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2030,SC2031,SC2034,SC2154
#
# portstated that is killed at random moments, DAEMON_KILLS times (20).

load daemon

setup() {
	daemon_setup
	need_yaml
	kills=${DAEMON_KILLS:-20}
	RANDOM=${DAEMON_SEED:-$$}
	echo "DAEMON_SEED=${DAEMON_SEED:-$$}"
}

teardown() {
	daemon_teardown
}

# some_time: up to half a second
some_time() {
	sleep "0.$(printf '%03d' $((RANDOM % 500)))"
}

# every_number: each event of the table was told, and what was told is in the table
every_number() {
	records | sed -nE 's/^event ([0-9]+) [0-9]+ (.*) done$/\1 \2/p' >in_table
	sort -n events | uniq | diff - in_table
}

# alternates NAME EVENT OPPOSITE: the one first, then by turns
alternates() {
	sort -n events | uniq | awk -v name="$1" -v is="$2" -v opposite="$3" '
		$2 == name && ($3 == is || $3 == opposite) {
			if ($3 != (n++ % 2 ? opposite : is)) {
				print "out of order: " $0
				wrong = 1
			}
		}
		END { exit wrong }'
}

# all_done: the daemon has nothing more to tell
all_done() {
	records | awk '$1 == "live" {
		split($2, next_, "=")
		split($3, done_, "=")
		exit next_[2] != done_[2]
	}'
}

# as_it_is STATE...: so x and y are known by the daemon that runs
as_it_is() {
	recorded " a/x enabled,known[a-z,]* [A-Z]+ $1 " &&
		recorded " a/y enabled,known[a-z,]* [A-Z]+ $2 "
}

@test "kill -9: no event is lost, none is false, all come in order" {
	local is=(up up) i

	peer always up
	peer x up
	peer y up
	yaml 'hosts:' '  a:' "    address: $here" '    ports:' \
		"      always: {tcp: ${port[always]}}" \
		"      never: {tcp: ${port[always]}, expected: closed, severe: 0}" \
		"      x: {tcp: ${port[x]}, severe: 3}" \
		"      y: {tcp: ${port[y]}, severe: 0}"
	for ((i = 0; i < kills; i++)); do
		daemon --retries 1
		some_time
		for which in 0 1; do
			((RANDOM % 3 == 0)) || continue
			[[ ${is[which]} == up ]] && is[which]=down || is[which]=up
			names=(x y)
			peer "${names[which]}" "${is[which]}"
		done
		some_time
		running
		slay
	done
	daemon --retries 1
	for which in 0 1; do
		[[ ${is[which]} == up ]] && state[which]=open || state[which]=closed
	done
	eventually as_it_is "${state[@]}"
	eventually all_done
	stop
	every_number
	# Nothing that a number said was said otherwise.
	[ -z "$(sort -n events | uniq | cut -d ' ' -f 1 | uniq -d)" ]
	for name in x y; do
		alternates a/$name down up
		alternates a/$name severe recovered
	done
	lacks a/always events
	[ "$(grep a/never events | sort -u | wc -l)" = 1 ]
	lacks 'bad-\|lost' "$err"
	[ ! -e table.bad-1 ]
	[ "$(records | grep -c '^record ')" = 4 ]
}
