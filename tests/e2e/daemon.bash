# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034,SC2154
#
# Daemons for bats: to be loaded in place of common, which it has.
#
#	setup() { daemon_setup; }
#	teardown() { daemon_teardown; }
#
#	@test "tells who goes down" {
#		serve 'tcp4 first 1 ( say "up" ) then ( say "no" )'
#		yaml 'hosts: {a: {address: 127.0.0.1, ports:' \
#			"  {x: {tcp: $p0, expect: up}}}}"
#		daemon
#		eventually told '1 a/x down'
#		stop
#	}
#
# A peer that is up and down by the count of its connections makes all that is
# decided depend on rounds alone, and on no clock.
#
# daemon_setup		begins each test: $plugin is portstated
# daemon_teardown	ends what is left, and shows the log, for a test that failed
# yaml LINE...		writes them to c.yaml
# launch ARG...		starts portstated as $pid, its log in $err
# daemon ARG...		the same with c.yaml, the table in `table`, and a command
#			that writes a line to `events`; waits until it is ready.
#			Rounds are as soon as may be unless ARG says otherwise.
# $daemon_shell		a line of sh(1) that is before all others of who launches
# stop [SIGNAL]		ends it: it says so, and its status is 0
# slay			kills it at once
# eventually COMMAND...	waits until that is so, at most half a minute, or
#			for as long as the daemon lives
# logged TEXT...	whether the log has each TEXT
# told LINE...		whether `events` has each LINE: number, name and event
# events		all of that in order of numbers, without the numbers
# records, recorded PATTERN
#			what tests/read_table says of `table`; whether any line of
#			it is as the PATTERN of grep -E
# index_of NAME		the index of an entry
# peer NAME up|down	a server that listens or does not, always at the same port
#			of $here, an address of its own, which is ${port[NAME]}
# need_network		skips where there is no network of the test's own
# need_mounts		skips where nothing may be mounted for it

# shellcheck source=tests/e2e/common.bash
source "${BASH_SOURCE[0]%/*}/common.bash"

daemon_setup() {
	common_setup ../subagent/portstated
	tests=${FAKESERVER%/*}
	daemon_shell=
	# Where no other test has a server, though all have one network.
	here=127.$((RANDOM % 100 + 100)).$((RANDOM % 250 + 1)).$((RANDOM % 250 + 1))
	declare -gA port=() peers=()
	: >"$err"
	cat >note <<-'END'
		#!/bin/sh
		printf '%s %s %s\n' "$1" "$2" "$PORTSTATE_EVENT" >>events
	END
	chmod +x note
	: >events
}

daemon_teardown() {
	local peer

	[[ -n ${out:-} ]] || return 0
	for peer in "${peers[@]}" ${pid:+"$pid"}; do
		kill -KILL "$peer" 2>/dev/null || true
		wait "$peer" 2>/dev/null || true
	done
	common_teardown
	grep -v "notice: status:" "$err" | tail -n 20
}

yaml() {
	printf '%s\n' "$@" >c.yaml
}

launch() {
	if [[ -n $daemon_shell ]]; then
		sh -c "$daemon_shell"'; exec "$@"' - "$plugin" "$@" \
			>"$out" 2>>"$err" 3>&- 4>&- &
	else
		"$plugin" "$@" >"$out" 2>>"$err" 3>&- 4>&- &
	fi
	pid=$!
}

daemon() {
	local before

	before=$(starts)
	launch -c c.yaml --table table -n 0.1 -e "'$PWD/note' %i %n" "$@"
	eventually started "$before"
}

starts() {
	grep -c ' notice: portstated .* entr' "$err" || true
}

started() {
	(($(starts) > $1))
}

running() {
	kill -0 "$pid" 2>/dev/null
}

ended() {
	! running
}

stop() {
	kill -"${1:-TERM}" "$pid"
	eventually ended || return 1
	finish
	[[ $status == 0 ]] || {
		echo "exit status: $status"
		return 1
	}
	logged "ended by SIG${1:-TERM}"
}

slay() {
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null || true
	pid=
}

eventually() {
	local end=$((EPOCHSECONDS + 30))

	until "$@"; do
		if ((EPOCHSECONDS > end)) || [[ -n $pid && ! -e /proc/$pid ]]; then
			"$@" && return
			echo "not so in half a minute, or at the end: $*"
			return 1
		fi
		sleep 0.02
	done
}

logged() {
	local text

	for text; do
		grep -qF -e "$text" "$err" || return 1
	done
}

told() {
	local line

	for line; do
		grep -qxF -e "$line" events || return 1
	done
}

events() {
	sort -n events | cut -d ' ' -f 2-
}

records() {
	"$tests/read_table" "${1:-table}"
}

recorded() {
	records 2>/dev/null | grep -qE -e "$1"
}

index_of() {
	records | awk -v name="$1" '$1 == "record" && $3 == name { print $2 }'
}

# The port that the kernel chose the first time; nobody who asks can be given it as
# their own, since they are at 127.0.0.1.
peer() {
	local server=${peers[$1]:-}

	unset "peers[$1]"
	if [[ -n $server ]]; then
		kill -KILL "$server"
		wait "$server" 2>/dev/null || true
	fi
	[[ $2 == up || -z ${port[$1]:-} ]] || return 0
	"$FAKESERVER" -n "tcp4@$here:${port[$1]:-0} accept" \
		>"peer.$1" 3>&- 4>&- &
	peers[$1]=$!
	eventually grep -q '^ready$' "peer.$1" || return 1
	port[$1]=$(sed -n 's/^ready 0 .* //p' "peer.$1")
	[[ $2 == up ]] || peer "$1" "$2"
}

need_network() {
	[[ ${OWN_NETWORK:-} == yes ]] || skip "needs a network of its own"
}

need_mounts() {
	[ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null ||
		skip "may not mount anything"
}
