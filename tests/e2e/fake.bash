# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034
#
# Fake servers for bats: to be sourced.  The script language and the log are
# described at the top of tests/fakeserver.c.
#
#	setup() { fake_start 'tcp4 say "hello\r\n" close' 'unix silent'; }
#	teardown() { fake_stop; }
#
#	@test "greets" {
#		run check_tcp -p "${FAKE_PORT[0]}"
#		fake_wait_log 'closed 0 #1'
#		[ "$(fake_count accept 0)" = 1 ]
#	}
#
# fake_start SCRIPT...		starts one listener a script, returns once all
#				listen; status 1 and a line on stderr if not.
#				A server that still runs is stopped before.
#   FAKE_PORT[i]		port of listener i; empty for a unix one
#   FAKE_PATH[i]		path of unix listener i, or the address
#   FAKE_LOG			file with the log, gone after fake_stop
#   FAKE_PID			the server
# fake_stop			ends it and waits for it; harmless without one
# fake_log			prints the log so far
# fake_count EVENT LISTENER	prints how many such lines the log has
# fake_wait_log TEXT		waits until the log has TEXT, at most 5 s; status
#				1 and the log on stderr if it does not
#
# The program is $FAKESERVER, or else $BUILDDIR/tests/fakeserver.  It is to be
# used in setup() and teardown(), or in a test, but not behind `run`, which is
# a subshell: what setup_file() starts does not show its arrays to the tests,
# which are other processes.

FAKE_PID=
FAKE_DIR=

# The server of the coprocess keeps none of bats' descriptors (3 and 4), for
# which bats would wait, and ends when this shell is gone: its stdin closes.
fake_start() {
	local program=${FAKESERVER:-${BUILDDIR:-.}/tests/fakeserver}

	fake_stop
	FAKE_PORT=()
	FAKE_PATH=()
	FAKE_DIR=$(mktemp -d "${BATS_TEST_TMPDIR:-${TMPDIR:-/tmp}}/fake.XXXXXX") ||
		return 1
	FAKE_LOG=$FAKE_DIR/log
	: >"$FAKE_LOG"
	coproc FAKE_COPROC { exec "$program" -l "$FAKE_LOG" "$@" 3>&- 4>&-; }
	FAKE_PID=$FAKE_COPROC_PID
	if ! _fake_read_ready "${FAKE_COPROC[0]}"; then
		echo "fake_start: $program did not start" >&2
		fake_stop
		return 1
	fi
}

# Reads `ready 0 tcp4 127.0.0.1 43047` and the like from descriptor $1.
_fake_read_ready() {
	local word index transport rest

	while read -r -t 10 -u "$1" word index transport rest; do
		[[ $word == ready ]] || return 1
		[[ -n $index ]] || return 0
		case $transport in
		unix*)
			FAKE_PATH[index]=$rest
			FAKE_PORT[index]=
			;;
		*)
			FAKE_PATH[index]=${rest% *}
			FAKE_PORT[index]=${rest##* }
			;;
		esac
	done
	return 1
}

# The shell reaps the server as it ends, so that kill -0 tells; wait is left to
# the end, since it knows no limit.
fake_stop() {
	local i

	if [[ -n $FAKE_PID ]]; then
		kill -TERM "$FAKE_PID" 2>/dev/null || true
		for ((i = 0; i < 250; i++)); do
			kill -0 "$FAKE_PID" 2>/dev/null || break
			sleep 0.02
		done
		kill -KILL "$FAKE_PID" 2>/dev/null || true
		wait "$FAKE_PID" 2>/dev/null || true
	fi
	[[ -z $FAKE_DIR ]] || rm -rf "$FAKE_DIR"
	FAKE_PID=
	FAKE_DIR=
}

fake_log() {
	cat "$FAKE_LOG"
}

fake_count() {
	grep -c "^$1 $2 " "$FAKE_LOG" || true
}

fake_wait_log() {
	local i

	for ((i = 0; i < 250; i++)); do
		if grep -qF -e "$1" "$FAKE_LOG"; then
			return 0
		fi
		sleep 0.02
	done
	echo "fake_wait_log: no '$1' in:" >&2
	fake_log >&2
	return 1
}
