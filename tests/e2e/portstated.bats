#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2030,SC2031,SC2034,SC2154
# Backquotes and dollars are the program's:
# shellcheck disable=SC2016
#
# portstated: its options, how it starts, and what keeps it from that.

load daemon

setup() {
	daemon_setup
	printf '127.0.0.1 9 x\n' >hosts
}

teardown() {
	[[ ! -s pid ]] || kill -KILL "$(<pid)" 2>/dev/null || true
	daemon_teardown
}

# run_it ARG...: until it ends by itself, what it says in $out and $err
run_it() {
	: >"$err"
	check "$@"
}

# refuses TEXT ARG...: an error of usage, on standard error
refuses() {
	local want=$1

	run_it "${@:2}"
	[[ $status == 2 && ! -s $out ]] || {
		echo "exit status: $status"
		cat "$out" "$err"
		return 1
	}
	diff <(echo "portstated: $want") <(head -n 1 "$err") || return 1
	sed -n 2p "$err" | grep -q '^Usage: portstated ' || return 1
	(($(wc -l <"$err") <= 6))
}

# fails TEXT ARG...: with one line on standard error, whatever is before it
fails() {
	local want=$1

	run_it "${@:2}"
	[[ $status == 1 && ! -s $out && $(wc -l <"$err") == 1 &&
		$(<"$err") == *"$want" ]] || {
		printf 'expected: %s\nexit status: %s\n' "$want" "$status"
		cat "$out" "$err"
		return 1
	}
}

# seconds, as a limit of time: what is meant to go on is ended by that
goes_on() {
	: >"$err"
	launch --hosts hosts --table table "$@"
	eventually logged 'notice: portstated ' || return 1
	stop
}

@test "--help has every option of the manual" {
	run_it --help
	[ "$status" = 0 ]
	silent
	diff <(sed -nE 's/^\.It Fl (. , )?-([a-z0-9-]+).*/--\2/p' \
		"${SRCDIR:-$BATS_TEST_DIRNAME/../..}/man/portstated.8" | sort) \
		<(grep -oE '^ +(-., )?--[a-z0-9-]+' "$out" | grep -oE -e '--.*' |
			sort)
	[ "$(wc -L <"$out")" -le 80 ]
}

@test "--version" {
	run_it --version
	[ "$status" = 0 ]
	grep -qxE 'portstated v[0-9.]+ \(portstate\)' "$out"
	silent
}

@test "a number that is none" {
	for option in -n -t -g -s --interval --timeout --retries --lag \
		--severe --parallel --rate; do
		run_it $option x
		[ "$status" = 2 ]
		head -n 1 "$err" |
			grep -qxE 'portstated: --?[a-z]+: x: not a (whole )?number'
	done
}

@test "a number out of its range" {
	for value in '-n 0' '-n 0.09' '-t 0' '-t 3601' '--retries 101' '-g -1' \
		'-s -1' '--parallel 0' '--rate 0' '--rate 1000001'; do
		# shellcheck disable=SC2086
		run_it $value
		[ "$status" = 2 ]
		head -n 1 "$err" |
			grep -qE "^portstated: ${value/ /: }: [a-z0-9]"
	done
}

@test "an option that there is not, and a word that is none" {
	run_it --nosuch
	[ "$status" = 2 ]
	head -n 1 "$err" | grep -q '^portstated: --nosuch: '
	refuses 'word: not an option' word
	run_it -c
	[ "$status" = 2 ]
	head -n 1 "$err" | grep -q '^portstated: -c: '
}

@test "what is for a shell is refused, with advice" {
	for command in 'a | b' 'a > b' 'a; b' 'a `b`' 'a $b'; do
		run_it --hosts hosts -e "$command"
		[ "$status" = 2 ]
		head -n 1 "$err" | grep -q '^portstated: -e: .*script$'
	done
}

@test "a command that is not there, and a field that is none" {
	refuses '-e: /nosuch %m: there is no such command' -e '/nosuch %m'
	run_it -e './true %m'
	[ "$status" = 2 ]
	grep -q '^portstated: -e: ./true %m: .*absolute path' "$err"
	run_it -e 'true %x'
	[ "$status" = 2 ]
	head -n 1 "$err" | grep -q '^portstated: -e: true %x: .*%x'
	refuses '-e: there is no command' -e ''
}

@test "a configuration that is missing, a directory, or empty" {
	need_yaml
	fails 'nosuch: No such file or directory' -c nosuch
	mkdir directory
	fails 'directory: Is a directory' -c directory
	: >c.yaml
	fails 'the configuration has no port of any host' -c c.yaml
	yaml 'hosts: {}'
	fails 'the configuration has no port of any host' -c c.yaml
	fails 'nosuch: No such file or directory' --hosts nosuch
}

@test "a configuration that may not be read" {
	[ "$(id -u)" = 0 ] || skip "needs root"
	command -v setpriv >/dev/null || skip "needs setpriv"
	chmod 600 hosts
	chmod 755 .
	plugin=$(command -v setpriv)
	run_it --reuid 65534 --clear-groups \
		"$(realpath "$plugins/../subagent/portstated")" --hosts "$PWD/hosts"
	# The directories above may be closed, too.
	[ "$status" = 1 ] || [ "$status" = 127 ]
	grep -q 'Permission denied' "$err"
}

@test "--check-config says what would be asked" {
	need_yaml
	yaml 'hosts:' '  a:' '    address: 127.0.0.1' '    ports:' \
		'      x: {tcp: 25, interval: 300, lag: 80}' \
		'      y: {udp: 53, protocol: dns}'
	run_it -c c.yaml --check-config -n 10
	[ "$status" = 0 ]
	silent
	diff - "$out" <<-'END'
		2 ports of 1 host would be asked
		a/x: 127.0.0.1 tcp/25, expected open, within 2 s, every 300 s, lag 80 ms
		a/y: 127.0.0.1 udp/53, dns, expected open, within 2 s, every 10 s
	END
	[ ! -e table ]
}

@test "--check-config has a line for everything that is wrong" {
	need_yaml
	yaml 'hosts:' '  a:' '    ports:' '      x: {tcp: 0}' \
		'      y: {tcp: 25, interval: 0}' 'nosuch: 1'
	run_it -c c.yaml --check-config
	[ "$status" = 1 ]
	[ ! -s "$out" ]
	diff <(printf 'portstated: c.yaml:%d\n' 4 5 6) \
		<(sed -E 's/^(portstated: c.yaml:[0-9]+):.*/\1/' "$err" | sort)
}

@test "two entries of one name" {
	printf '127.0.0.1 9 x\n127.0.0.1 10 x\n' >hosts
	run_it --hosts hosts --table table
	[ "$status" = 1 ]
	grep -q 'x: .*' "$err"
	[ ! -e table ]
}

@test "a table that cannot be made" {
	fails 'No such file or directory' --hosts hosts --table nosuch/table
	mkdir directory
	fails 'directory' --hosts hosts --table directory
}

@test "a table that is in use" {
	launch --hosts hosts --table table
	eventually logged 'notice: portstated '
	first=$pid
	log=$(<"$err")
	run_it --hosts hosts --table table
	[ "$status" = 1 ]
	grep -q "table.*\b$first\b" "$err"
	[ "$(wc -l <"$err")" = 1 ]
	echo "$log" >"$err"
	stop
}

@test "a log, a file of its number that cannot be made" {
	run_it --hosts hosts --table table -l nosuch/log
	[ "$status" = 1 ]
	grep -q 'nosuch/log: No such file or directory' "$err"
	run_it --hosts hosts --table table --pidfile nosuch/pid
	[ "$status" = 1 ]
	grep -q 'pid file.*: No such file or directory' "$err"
}

@test "the file of its number is there while it runs" {
	launch --hosts hosts --table table --pidfile pid
	eventually logged 'notice: portstated '
	[ "$(<pid)" = "$pid" ]
	stop
	[ ! -e pid ]
}

@test "standard output and error that are closed, or nobody's" {
	for shell in 'exec >&- 2>&-' 'exec 2>/dev/full' \
		'mkfifo pipe; exec 3<>pipe 2>pipe 3<&-'; do
		rm -f log
		daemon_shell=$shell
		launch --hosts hosts --table table -l log
		eventually grep -q 'notice: portstated ' log
		kill -TERM "$pid"
		finish
		[ "$status" = 0 ]
		tail -n 1 log | grep -q 'ended by SIGTERM'
	done
}

@test "help into a full device fails" {
	[ -w /dev/full ] || skip "there is no /dev/full"
	"$plugin" --help >/dev/full && return 1
	"$plugin" --version >/dev/full && return 1
	"$plugin" --hosts hosts --check-config >/dev/full && return 1
	true
}

@test "as nobody, with a table of its own" {
	[ "$(id -u)" = 0 ] || skip "needs root"
	command -v setpriv >/dev/null || skip "needs setpriv"
	own=$(mktemp -d /tmp/portstated.XXXXXX)
	cp "$plugin" hosts "$own/"
	chown -R 65534 "$own"
	daemon_shell="cd $own; exec setpriv --reuid 65534 --regid 65534 --clear-groups \
		./portstated --hosts hosts --table table"
	launch
	eventually logged 'notice: portstated '
	[ "$(stat -c %u "$own/table")" = 65534 ]
	stop
	rm -r "$own"
}

@test "-d: who started it gets 0 when it is ready, and it goes on" {
	run_it --hosts hosts --table table -l log --pidfile pid -d
	[ "$status" = 0 ]
	silent
	pid=$(<pid)
	running
	eventually grep -q 'notice: portstated ' log
	[ "$(stat -c %a pid)" = 644 ]
	[[ $(readlink "/proc/$pid/fd/2") == /dev/null ]]
	kill -TERM "$pid"
	eventually ended
	pid=
	[ ! -e pid ]
	tail -n 1 log | grep -q 'ended by SIGTERM'
}

@test "-d: what is wrong is said before, and ends it" {
	fails 'nosuch: No such file or directory' -d --hosts nosuch
	fails 'No such file or directory' -d --hosts hosts --table nosuch/table
	fails 'No such file or directory' -d --hosts hosts --table table \
		-l nosuch/log
}

@test "every option is taken, in both ways" {
	goes_on -n 5 -t 1 -g 80 -s 3 -4 -l log -v -e 'true %m'
	goes_on --interval=5 --timeout 1.5 --lag 80.5 --severe=0 --use-ipv4 \
		--log log --verbose -v --exec true --retries 0 --parallel 5 \
		--rate 100 --use-ipv6
}
