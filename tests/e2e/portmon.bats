#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154
#
# portstated by the name of portmon.  Nothing here is mailed: where there may be an
# event, there is a command.

load common

setup() {
	common_setup
	plugin=$(realpath "$BUILDDIR/subagent/portstated")
	link portmon
	# Half a second, or less.
	soon=0.005
}

teardown() {
	local process

	for process in $(daemons); do
		kill -KILL "$process" 2>/dev/null || true
	done
	common_teardown
}

# listen SCRIPT...: fake servers; ./hosts has a line for each of them
listen() {
	serve "$@"
	printf '127.0.0.1 %s\n' "${FAKE_PORT[@]}" >hosts
}

# has FILE TEXT: waits until it does
has() {
	local i

	for ((i = 0; i < 500; i++)); do
		if grep -qF -e "$2" "$1" 2>/dev/null; then
			return 0
		fi
		sleep 0.02
	done
	echo "no '$2' in $1:"
	cat "$1"
	return 1
}

# ends: it does by SIGTERM, and said nothing
ends() {
	heeds && kill -TERM "$pid" && finish && [[ $status == 0 ]] && silent &&
		[[ ! -s $out ]]
}

# lines LINE...: these are all of the report, with N in place of each latency that
# is right to be any
lines() {
	diff --label wanted --label report -U 99 <(printf '%s\n' "$@") \
		<(sed -E 's/^([-+] .*\()[0-9]+ms/\1Nms/' "$out") || return 1
	[[ $status == 0 ]] && silent
}

# refused STATUS LINE ARG...: that is what it says, and perhaps how it is used
refused() {
	local want=$1 line=$2

	shift 2
	check "$@"
	[[ $status == "$want" && ! -s $out && $(head -n 1 "$err") == "portmon: $line" ]] || {
		echo "$*: $status"
		cat "$err"
		return 1
	}
}

@test "a link whose name has portmon in it, and no other" {
	for name in portmon my-portmon portmon-2.0; do
		plugin=$(realpath "$plugin")
		link "$name"
		check -V
		[ "$status" = 0 ] && silent
		grep -qx 'portmon v[0-9.]* (portstate)' "$out"
	done
	mkdir portmon.d
	link portmon.d/x
	check -V
	grep -qx 'portstated v[0-9.]* (portstate)' "$out"
}

@test "the link of the build" {
	"$BUILDDIR/subagent/portmon" -V | grep -qx 'portmon v.*'
}

@test "-h and --help: all options of portmon, in so many columns" {
	check --help
	[ "$status" = 0 ] && silent
	for o in c:config d:daemon e:error g:lag h:help l:logfile n:sleep p:probe \
		r:report s:severe t:timeout v:verbose V:version; do
		grep -qE "^ -${o%:*}, --${o#*:}(=|\[=|$)" "$out"
	done
	[ "$(grep -c '^ -' "$out")" = 13 ]
	[ "$(wc -L <"$out")" -le 80 ]
	cp "$out" long
	check -h
	[ "$status" = 0 ] && cmp long "$out"
}

@test "options that cannot be used" {
	refused 2 '-n: 0: not from 0.1 seconds to a week' -n 0
	tail -n +2 "$err" | head -n 1 | grep -q '^Usage: portmon '
	refused 2 '-p: 0: too small' -p 0
	refused 2 '-s: severe=x: not a whole number' -s severe=x
	refused 2 '-e: /nonexistent: there is no such command' -e /nonexistent
	refused 2 '-c: needs a value' -c
	refused 2 '-x: no such option' -x
	refused 2 '--table: no such option' --table=x
	refused 2 'hosts: not an option' hosts
	refused 2 'hosts: not an option' -r hosts
	refused 2 '-d: cannot be used with -r' -dr
}

@test "hosts that cannot be used" {
	refused 1 './hosts: No such file or directory'
	refused 1 './hosts: No such file or directory' -r
	printf '%s\n' '# one' '127.0.0.1 25' '127.0.0.1' 'mx1 25 a b' >hosts
	refused 1 './hosts:3: 127.0.0.1: not a host, a port and perhaps a name' -d
	[ "$(wc -l <"$err")" = 2 ]
	grep -qx 'portmon: ./hosts:4: mx1: .*' "$err"
	echo '# none' >x
	refused 1 'the configuration has no port of any host' -c x
	[ -z "$(daemons)" ]
}

@test "-r: up, down and lagged" {
	listen 'tcp4 say "x"' 'tcp4 closed'
	check -r
	lines "- Service on 127.0.0.1:$p0 is normal (Nms)" \
		"! Service on 127.0.0.1:$p1 is down (0ms)"
	check --report -g 100000
	lines "- Service on 127.0.0.1:$p0 is normal (Nms)" \
		"! Service on 127.0.0.1:$p1 is down (0ms)"
	check -r -g 0.000001
	lines "+ Service on 127.0.0.1:$p0 is lagged (Nms)" \
		"! Service on 127.0.0.1:$p1 is down (0ms)"
	printf '# mail\nlocalhost %s  # here\n\n' "$p0" >other
	check -r --config other
	lines "- Service on localhost:$p0 is normal (Nms)"
}

@test "-r: lines of one's own" {
	listen 'tcp4 say "x"' 'tcp4 closed'
	printf '127.0.0.1 %s mail\n' "$p0" >named
	check '-r%h:%p %w'
	lines "127.0.0.1:$p0 normal" "127.0.0.1:$p1 down"
	check -r '%s %S %r' -p 2
	lines '- open ' '! closed Connection refused'
	check -c named '--report=%n\t%P %o\n%%'
	lines $'127.0.0.1/mail\ttcp ok' %
	refused 2 '-r: %q: not one of %h, %p, %l, %s, %w, %a, %n, %P, %S, %x, %o, %r, %m, %t, %%' -r%q
}

@test "-r: as many probes as -p says" {
	listen 'tcp4 say "x"'
	check -r -p 3
	lines "- Service on 127.0.0.1:$p0 is normal (Nms)"
	fake_wait_log 'closed 0 #3'
	[ "$(fake_count accept 0)" = 3 ]
}

@test "-r: who is silent is waited for as long as -t says" {
	serve 'tcp4 silent'
	printf '127.0.0.1 %s/smtp\n' "$p0" >hosts
	check -r'%w %r' -t 0.25
	lines 'down connected, but no answer'
}

@test "-r: a name that does not exist is down" {
	echo 'a.invalid 25' >hosts
	check -r'%s %h %w' -t 1
	lines '! a.invalid down'
}

@test "-r: a report that cannot be printed" {
	listen 'tcp4 say "x"'
	"$plugin" -r >/dev/full 2>"$err" || status=$?
	[ "$status" = 1 ]
	[ "$(<"$err")" = 'portmon: cannot print: No space left on device' ]
}

@test "it goes on, and says nothing, and leaves nothing" {
	listen 'tcp4 say "x"' 'tcp4 closed'
	start -n "$soon" -e 'touch told'
	for ((i = 0; i < 500; i++)); do
		[ ! -e told ] || break
		sleep 0.02
	done
	fake_wait_log 'closed 0 #2'
	ends
	[ "$(ls -A | sort | tr '\n' ' ')" = "$(printf '%s\n' hosts portmon told \
		"$(basename "$out")" "$(basename "$err")" "$(basename "$FAKE_DIR")" |
		sort | tr '\n' ' ')" ]
}

@test "-e: its fields, and those of portstated; a change counts at once" {
	listen 'tcp4 closed'
	start -e "sh -c 'printf \"%%s|\" \"\$@\" >told.new; mv told.new told' - %h %m %t %n %p %S %i"
	has told '|1|'
	ends
	grep -qE "^127\.0\.0\.1\|127\.0\.0\.1/tcp/$p0 is down: Connection refused\|[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} [0-9]{4}\|127\.0\.0\.1/tcp/$p0\|$p0\|CRITICAL\|1\|$" told
}

@test "-s: severe after so many rounds, once" {
	for severe in 2 severe=2; do
		rm -f told
		listen 'tcp4 closed'
		start -n "$soon" -s "$severe" -e "sh -c 'echo \"\$PORTSTATE_EVENT %m\" >>told'"
		has told 'severe 127.0.0.1/tcp/'
		ends
		[ "$(cut -d ' ' -f 1 told | tr '\n' ' ')" = 'down severe ' ]
		grep -qF 'still down after 2 rounds' told
	done
}

@test "-g: an open port that is slow is an event, and no other" {
	listen 'tcp4 say "x"'
	start -n "$soon" -g 0.000001 -e "sh -c 'echo \"\$PORTSTATE_EVENT\" >>told'"
	has told lagged
	fake_wait_log 'closed 0 #3'
	ends
	[ "$(<told)" = lagged ]
}

@test "a port that goes away, and comes back" {
	listen 'tcp4 say "x"'
	start -n "$soon" -l log -e "sh -c 'echo %m >>told'"
	fake_wait_log 'closed 0 #2'
	[ ! -e told ]
	fake_stop
	has told "127.0.0.1/tcp/$p0 is down: Connection refused"
	fake_start "tcp4:$p0 say 'x'"
	has told "127.0.0.1/tcp/$p0 is up again"
	has log "127.0.0.1/tcp/$p0 is up again"
	ends
	[ "$(wc -l <told)" = 2 ]
}

@test "-l: what happens is in the file, which SIGHUP opens anew, with the hosts" {
	listen 'tcp4 closed' 'tcp4 say "x"'
	printf '127.0.0.1 %s\n' "$p1" >hosts
	start -n "$soon" --logfile log -e true
	has log '1 entry, table in memory'
	mv log old
	printf '127.0.0.1 %s\n' "$p0" >hosts
	kill -HUP "$pid"
	has log "127.0.0.1/tcp/$p0 is down: Connection refused"
	mv log older
	echo nonsense >>hosts
	kill -HUP "$pid"
	has log './hosts:2: nonsense: not a host, a port and perhaps a name'
	has log 'the configuration stays as it was'
	ends
	has log 'ended by SIGTERM'
	sed -i '$d' hosts
	check -l /nonexistent/log -e true
	[ "$status" = 1 ]
	grep -q ' error: /nonexistent/log: No such file or directory$' "$err"
}

@test "-v: the log on standard error" {
	listen 'tcp4 closed'
	start -v -e true
	has "$err" "127.0.0.1/tcp/$p0 is down: Connection refused"
	heeds && kill -TERM "$pid" && finish
	[ "$status" = 0 ] && [ ! -s "$out" ]
	start -vv -e true
	has "$err" 'delivered'
	kill -INT "$pid" && finish
	[ "$status" = 0 ]
}

@test "-d: in the background, and in this directory" {
	listen 'tcp4 say "x"'
	check -d -n "$soon" -l log
	[ "$status" = 0 ] && silent && [ ! -s "$out" ]
	has log 'table in memory'
	fake_wait_log 'closed 0 #2'
	pid=$(daemons)
	[ "$(wc -w <<<"$pid")" = 1 ]
	kill -TERM "$pid"
	has log 'ended by SIGTERM'
	pid=
}

@test "-n: minutes; a port that is down is asked no sooner" {
	listen 'tcp4 closed'
	start -v -n 1000 -e true
	has "$err" 'is down'
	heeds && kill -USR1 "$pid"
	has "$err" '1 rounds since the last status'
	kill -TERM "$pid" && finish
	[ "$status" = 0 ]
}
