# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034
#
# What the end-to-end tests share: to be loaded in setup().
#
#	common_setup check_portset		that is $plugin; else check_tcp
#	serve 'tcp4 closed'			a fake server, its port in $p0
#	check -p "$p0" -r ok			runs the program
#	is 0 "TCP OK - ... port $p0$untimed"	all that came of it
#
# common_setup [NAME]	begins each test; $plugins is where the programs are
# serve SCRIPT...	fake_start of fake.bash; $p0, $p1 ... are the ports, or
#			the paths of Unix sockets
# check ARG...		runs $plugin: its exit status in $status, its output in
#			the files $out and $err, how long it took in $took_ms
# start ARG...		the same in the background, as $pid
# heeds		waits until that one takes signals
# finish		waits for that one, and sets $status
# is STATUS LINE...	that exit status, exactly these lines on standard
#			output, with T in place of each time that is right to
#			be any, and nothing on standard error
# more NAME...		what full performance data have of that name: seconds,
#			or syn_resent, which is 0
# valid			what is on standard output is JSON
# usage TEXT		the error TEXT of the options, and a short usage
# got LINE...		the server got this and nothing else: the lines
#			`recv` of its log; waits for the end of connection 1
# reported_us		the response time of the performance data
# within MS		the last check took less; generous, to be sure
# ini LINE...		writes them to the file $ini
# daemons		those of $plugin that work in this directory, by number
# link NAME		makes a link of that name to the program, for $plugin
#
# $timed and $untimed are performance data without thresholds, of a peer that
# answered and of one that did not.

# shellcheck source=tests/e2e/fake.bash
source "${BASH_SOURCE[0]%/*}/fake.bash"

timed='|time=Ts;;;0.000000;10.000000'
untimed='|time=U;;;0.000000;10.000000'

common_setup() {
	unset POSIXLY_CORRECT MP_CONFIG_FILE NAGIOS_CONFIG_PATH
	BUILDDIR=${BUILDDIR:-${BASH_SOURCE[0]%/*}/../../build}
	plugins=$(realpath "${PLUGINDIR:-$BUILDDIR/plugins}")
	plugin=$(realpath "$plugins/${1:-check_tcp}")
	FAKESERVER=$(realpath "${FAKESERVER:-$BUILDDIR/tests/fakeserver}")
	out=$BATS_TEST_TMPDIR/out
	err=$BATS_TEST_TMPDIR/err
	ini=$BATS_TEST_TMPDIR/x.ini
	pid=
	status=0
	cd "$BATS_TEST_TMPDIR" || return 1
}

common_teardown() {
	[[ -z $pid ]] || kill -KILL "$pid" 2>/dev/null || true
	fake_stop
}

serve() {
	local i

	fake_start "$@" || return 1
	for i in "${!FAKE_PORT[@]}"; do
		printf -v "p$i" '%s' "${FAKE_PORT[i]:-${FAKE_PATH[i]}}"
	done
}

check() {
	local begin=${EPOCHREALTIME/[.,]/}

	status=0
	timeout --foreground -s KILL 60 "$plugin" "$@" >"$out" 2>"$err" 3>&- 4>&- ||
		status=$?
	took_ms=$(((${EPOCHREALTIME/[.,]/} - begin) / 1000))
}

start() {
	"$plugin" "$@" >"$out" 2>"$err" 3>&- 4>&- &
	pid=$!
}

# Until it is the program, and SIGTERM caught or blocked.
heeds() {
	local i

	for ((i = 0; i < 500; i++)); do
		if [[ /proc/$pid/exe -ef $plugin ]] &&
			grep -q '^Sig\(Blk\|Cgt\):.*[4-7c-f]...$' "/proc/$pid/status"; then
			return 0
		fi
		sleep 0.02
	done
	echo "the program takes no SIGTERM"
	return 1
}

finish() {
	status=0
	wait "$pid" || status=$?
	pid=
}

is() {
	local want=$1

	shift
	if ! diff -a --label expected --label output -U 99 \
		<(printf '%s\n' "$@") <(masked); then
		echo "exit status: $status"
		return 1
	fi
	[[ $status == "$want" ]] || {
		echo "exit status: $status, not $want"
		return 1
	}
	silent
}

masked() {
	sed -E -e 's/([|:]time=)[0-9]+\.[0-9]{6}s;/\1Ts;/' \
		-e 's/( (time_min|time_max|resolve|connect|rtt|tls|reply|step[0-9]+)=)[0-9]+\.[0-9]{6}s;/\1Ts;/g' \
		-e 's/("(time|rtt|resolve|connect|time_min|time_max)":)[0-9]+\.[0-9]{6}/\1T/g' \
		-e 's/("text":")[0-9]+\.[0-9]{3} second/\1T second/' \
		-e 's/( cert_days=)-?[0-9]+\.[0-9]{6};/\1D;/' \
		-e 's/, [0-9]+\.[0-9]{3} second response/, T second response/' \
		-e 's/[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} UTC/DATE/g' \
		-e 's/^([A-Z0-9+-]+ [A-Z]+ - )[0-9]+\.[0-9]{3} second/\1T second/' \
		-e 's/(Connection time )[0-9]+\.[0-9]{6}s/\1Ts/' \
		-e 's/^((Name resolution|Connection|Round trip|TLS handshake|Response|Step [0-9]+: .*): )[0-9]+\.[0-9]{6} s$/\1T s/' \
		"$out"
}

more() {
	local name

	for name; do
		if [[ $name == syn_resent ]]; then
			printf ' syn_resent=0;;;0;'
		else
			printf ' %s=Ts;;;0.000000;' "$name"
		fi
	done
}

valid() {
	if command -v python3 >/dev/null; then
		python3 -m json.tool <"$out" >pretty
	elif command -v jq >/dev/null; then
		jq . <"$out" >pretty
	else
		skip "needs python3 or jq"
	fi
}

silent() {
	[[ ! -s $err ]] || {
		echo "standard error:"
		cat "$err"
		return 1
	}
}

usage() {
	local first

	silent || return 1
	first=$(head -n 1 "$out")
	if [[ $status != 3 || $first != "TCP UNKNOWN - $1" ]]; then
		printf 'expected: TCP UNKNOWN - %s\nexit status %s, output:\n' \
			"$1" "$status"
		cat "$out"
		return 1
	fi
	sed -n 2p "$out" | grep -q '^Usage: check_tcp ' || return 1
	(($(wc -l <"$out") <= 23)) || return 1
	[[ $(sed 1d "$out" | wc -L) -le 80 ]]
}

got() {
	fake_wait_log 'closed 0 #1' || return 1
	diff --label expected --label received -U 99 <(printf '%s' "${@/%/$'\n'}") \
		<(sed -n 's/^recv 0 #1 //p' "$FAKE_LOG")
}

reported_us() {
	local time

	time=$(sed -n -E 's/.*\|time=([0-9]+)\.([0-9]{6})s;.*/\1\2/p' "$out")
	echo "$((10#$time))"
}

within() {
	((took_ms < $1)) || {
		echo "took $took_ms ms, which is not less than $1"
		return 1
	}
}

ini() {
	printf '%s\n' "$@" >"$ini"
}

daemons() {
	local process

	for process in /proc/[0-9]*; do
		[[ ! $process/exe -ef $plugin || ! $process/cwd -ef $PWD ]] ||
			echo "${process#/proc/}"
	done
}

link() {
	ln -sf "$plugin" "$BATS_TEST_TMPDIR/$1"
	plugin=$BATS_TEST_TMPDIR/$1
}

# Other programs listen on the machine's own loopback.
own_network() {
	[[ ${OWN_NETWORK:-} == yes ]] ||
		skip "scans ranges of ports: needs a network of its own"
}

need_regex() {
	! "$plugin" -p 1 --expect-regex=x 2>/dev/null | grep -q 'this build has no' ||
		skip "needs regular expressions: --with-tre"
}

need_yaml() {
	! "$plugins/check_portset" --config /dev/null |
		grep -q 'this build has no YAML' || skip "needs YAML: --with-libyaml"
}

need_ipv6() {
	grep -q '^0\{31\}1 ' /proc/net/if_inet6 2>/dev/null ||
		skip "there is no IPv6 loopback here"
}

# lacks [OPTION] PATTERN FILE: bats does not see `! grep` fail.  What cannot be searched
# lacks nothing.
lacks() {
	local status=0

	grep "$@" || status=$?
	[[ $status == 1 ]]
}
