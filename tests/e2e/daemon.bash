# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034
#
# A daemon in a test: to be loaded in setup() after common.
#
#	setup() { common_setup; daemon_setup; }
#	teardown() { daemon_teardown; common_teardown; }
#
#	@test "tells of a change" {
#		serve 'tcp4 say "hello\r\n" close'
#		daemon_config 'hosts:' "  h: {address: 127.0.0.1, tcp: $p0}"
#		daemon_start --config "$daemon_config"
#		daemon_says 'is ready'
#		fake_stop
#		daemon_says 'h/tcp/'"$p0"' is down'
#		daemon_stop
#		[[ $status == 0 ]]
#	}
#
# daemon_setup [NAME]	$daemon is that program of the build; else portstated
# daemon_config LINE...	writes them to the file $daemon_config
# daemon_start ARG...	runs it in the foreground of a process of its own,
#			$daemon_pid, in $BATS_TEST_TMPDIR; what it writes is in
#			the file $daemon_said, that of each start after the last
# daemon_says TEXT [N]	waits until TEXT was said, N times if given; fails when
#			the daemon has ended without it, or after 20 s
# daemon_said TEXT	prints how many lines have TEXT
# daemon_until COMMAND...	waits in the same manner until a command succeeds:
#			one that looks at the table, say
# daemon_signal NAME	sends it a signal
# daemon_stop [NAME]	ends it, by SIGTERM or that: its exit status in $status,
#			how long it took in $took_ms; fails if it does not end
# daemon_teardown	whatever happened: kills it, and shows what it said, which
#			bats prints of a test that failed
#
# The daemon keeps none of bats' descriptors (3 and 4), and is waited for by its
# number only.  Nothing depends on how fast it is.

daemon_pid=

daemon_setup() {
	daemon=$(realpath "${BUILDDIR:-build}/subagent/${1:-portstated}")
	daemon_config=$BATS_TEST_TMPDIR/daemon.yaml
	daemon_said=$BATS_TEST_TMPDIR/daemon.said
	daemon_pid=
	: >"$daemon_said"
	[[ -x $daemon ]] || {
		echo "daemon_setup: there is no $daemon"
		return 1
	}
}

daemon_config() {
	printf '%s\n' "$@" >"$daemon_config"
}

daemon_start() {
	[[ -z $daemon_pid ]] || daemon_stop TERM || return 1
	"$daemon" "$@" >>"$daemon_said" 2>&1 </dev/null 3>&- 4>&- &
	daemon_pid=$!
}

daemon_says() {
	daemon_until _daemon_said_often "$1" "${2:-1}"
}

daemon_said() {
	grep -cF -e "$1" "$daemon_said" || true
}

_daemon_said_often() {
	(($(daemon_said "$1") >= $2))
}

# What is true when the daemon has ended was true in time.
daemon_until() {
	local i lives=yes

	for ((i = 0; i < 1000; i++)); do
		_daemon_lives || lives=
		if "$@"; then
			return 0
		fi
		[[ -n $lives ]] || break
		sleep 0.02
	done
	if [[ -n $lives ]]; then
		echo "daemon_until: in 20 s never: $*"
	else
		echo "daemon_until: the daemon ended without: $*"
	fi
	return 1
}

_daemon_lives() {
	[[ -n $daemon_pid ]] && kill -0 "$daemon_pid" 2>/dev/null
}

daemon_signal() {
	kill -s "$1" "$daemon_pid"
}

# The shell reaps it as it ends, so that kill -0 tells.
daemon_stop() {
	local begin=${EPOCHREALTIME/[.,]/} i

	status=0
	kill -s "${1:-TERM}" "$daemon_pid" 2>/dev/null || true
	for ((i = 0; i < 1000; i++)); do
		_daemon_lives || break
		sleep 0.01
	done
	took_ms=$(((${EPOCHREALTIME/[.,]/} - begin) / 1000))
	if _daemon_lives; then
		echo "daemon_stop: it does not end"
		return 1
	fi
	wait "$daemon_pid" || status=$?
	daemon_pid=
}

daemon_teardown() {
	if [[ -n $daemon_pid ]]; then
		kill -KILL "$daemon_pid" 2>/dev/null || true
		wait "$daemon_pid" 2>/dev/null || true
		daemon_pid=
	fi
	if [[ -s ${daemon_said:-} ]]; then
		echo "the daemon said:"
		cat "$daemon_said"
	fi
}
