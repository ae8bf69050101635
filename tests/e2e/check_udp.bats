#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2030,SC2031,SC2154
# Options of a list are split into words, backslashes are the program's:
# shellcheck disable=SC1003,SC2016,SC2086
#
# check_udp as man/check_udp.1 has it, against fake servers on loopback and in
# Unix sockets: what needs no privileges.  The rest is in udp_netns.bats.

setup() {
	load common
	common_setup check_udp
	RELAY=$(realpath "$BUILDDIR/tests/relay")
}

teardown() {
	relay_stop
	common_teardown
}

# relay PORT [OPTION]...: a relay to that port, its own in $r
relay() {
	coproc RELAY_COPROC { exec "$RELAY" "${@:2}" "$1" 3>&- 4>&-; }
	relay_pid=$RELAY_COPROC_PID
	read -r -t 10 -u "${RELAY_COPROC[0]}" _ r
}

relay_stop() {
	[[ -z ${relay_pid:-} ]] || kill -TERM "$relay_pid" 2>/dev/null || true
	relay_pid=
}

# is_udp_usage TEXT
is_udp_usage() {
	silent || return 1
	[[ $status == 3 ]] || return 1
	diff <(echo "UDP UNKNOWN - $1") <(head -n 1 "$out") || return 1
	sed -n 2p "$out" | grep -q '^Usage: check_udp ' || return 1
	(($(wc -l <"$out") <= 23)) || return 1
	[[ $(sed 1d "$out" | wc -L) -le 80 ]]
}

# has STATUS TEXT...: that exit status, and each text on standard output
has() {
	[[ $status == "$1" ]] || {
		echo "exit status $status, not $1:"
		cat "$out"
		return 1
	}
	shift
	for text; do
		grep -qF -e "$text" "$out" || {
			echo "no '$text' in:"
			cat "$out"
			return 1
		}
	done
	silent
}

# least FIGURE MS MORE: of the performance data, in milliseconds, and how much
# more it may be on a busy machine
least() {
	local us

	us=$(sed -n -E "s/.*[| ]$1=([0-9]+)\\.([0-9]{6})s;.*/\\1\\2/p" "$out")
	us=$((10#$us))
	((us >= $2 * 1000 && us < ($2 + $3) * 1000)) || {
		echo "$1: $us us"
		return 1
	}
}

# short SECONDS: performance data of a peer that did not answer in that time
short() {
	printf '|time=U;;;0.000000;%s' "$1"
}

#
# As the reference has it, with -s and -e.
#

@test "-s and -e: as expected" {
	serve 'udp4 echo'
	check -H 127.0.0.1 -p "$p0" -s hi -e hi
	is 0 "UDP OK - T second response time on 127.0.0.1 port $p0 [hi]$timed"
	check -p "$p0" -s hello -e ell -e nope
	has 0 '[hello]'
	check -p "$p0" -s hello -e ell -e nope -A --wait 0.1
	has 1 'expected "ell" and "nope"'
}

@test "-s and -e: not as expected" {
	serve 'udp4 reply "other\n|"'
	check -p "$p0" -s hi -e hi --wait 0.2
	is 1 "UDP WARNING - Unexpected response from host/socket on 127.0.0.1 port $p0: other\\n\\x7c (expected \"hi\"; nothing more came for 0.2 s)$timed"
	check -p "$p0" -s hi -e hi --wait 0.2 -M ok
	has 0 'UDP OK - Unexpected response'
	check -p "$p0" -s hi -e hi --wait 0.2 -M crit -j
	is 2 "UDP CRITICAL - Unexpected response from host/socket on 127.0.0.1 port $p0 (expected \"hi\"; nothing more came for 0.2 s)$timed"
	check -p "$p0" -s hi -e hi -t 0.5 --wait 0
	has 1 'not within 0.5 seconds'
}

@test "-e: a better datagram may follow" {
	serve 'udp4 reply "first" wait 100 reply "second"'
	check -p "$p0" -s hi -e second
	has 0 '[second]'
	[ "$(fake_count accept 0)" = 1 ]
	check -p "$p0" -s hi -e second --wait 0.02
	has 1 'Unexpected response' ': first '
}

@test "-e: the kinds of patterns" {
	serve 'udp4 echo'
	check -p "$p0" -s 'one two' --expect-prefix one
	has 0 '[one two]'
	check -p "$p0" -s 'one two' --expect-prefix two --wait 0.1
	has 1 'expected "two"'
	check -p "$p0" -E -s 'a\x00b' --expect-hex '00 62'
	has 0 '[a\x00b]'
	check -p "$p0" --send-hex '61 00' --expect-hex 6100
	has 0 '[a\x00]'
	check -p "$p0" -s 'one two' --expect-not three
	has 0 '[one two]'
	check -p "$p0" -s 'one two' --expect-not two --wait 0.1
	has 1 'not "two"'
	need_regex
	check -p "$p0" -s 'one two' --expect-regex '^one .wo$'
	has 0 '[one two]'
}

@test "silence where a reply is expected" {
	serve 'udp4 silent'
	check -p "$p0" -s hi -e hi -t 1
	is 2 "UDP CRITICAL - Socket timeout after 1 seconds on 127.0.0.1 port $p0: no reply, asked 2 times$(short 1.000000)"
	check -p "$p0" -s hi -e hi -t 0.3:unknown
	has 3 'UDP UNKNOWN - Socket timeout after 0.3 seconds'
	check -p "$p0" -s hi -e hi -t 0.3 --state no-reply=warning
	has 1 'UDP WARNING - Socket timeout'
}

@test "a closed port: how often it was asked" {
	serve 'udp4 closed'
	for protocol in dns snmp; do
		check -p "$p0" --protocol "$protocol" -v
		has 2 ' asked=1;;;0; lost=0;;;0;'
	done
}

@test "a closed port, and -r" {
	serve 'udp4 closed'
	check -p "$p0" -s hi -e hi
	is 2 "UDP CRITICAL - Connection refused on 127.0.0.1 port $p0: ICMP port unreachable from 127.0.0.1$untimed"
	within 2000
	for o in '-s hi -e hi' ''; do
		check -p "$p0" $o -r ok
		is 0 "UDP OK - Connection refused on 127.0.0.1 port $p0: ICMP port unreachable from 127.0.0.1$untimed"
		check -p "$p0" $o -r warn
		has 1 'UDP WARNING - Connection refused'
		check -p "$p0" $o --expected closed
		has 0 ', as expected'
		check -p "$p0" $o --expected filtered
		has 2 ', expected filtered'
	done
}

@test "an empty datagram in reply" {
	serve 'udp4 reply ""'
	check -p "$p0" -s hi -e hi --wait 0.1
	is 2 "UDP CRITICAL - No data received from host on 127.0.0.1 port $p0: an empty datagram$untimed"
	check -p "$p0" -s hi
	is 0 "UDP OK - T second response time on 127.0.0.1 port $p0$timed"
}

@test "-w and -c" {
	serve 'udp4 wait 100 echo'
	check -p "$p0" -s hi -e hi -w 0.05 -c 5
	has 1 'UDP WARNING - ' ';0.050000;5.000000;'
	check -p "$p0" -s hi -e hi -c 0.05
	has 2 'UDP CRITICAL - '
}

@test "-q: said to who has answered" {
	serve 'udp4 expect "hi" reply "hello"'
	check -p "$p0" -s hi -e hello -q bye
	has 0 '[hello]'
	fake_wait_log 'recv 0 #2 5 "bye\r\n"'
	check -p "$p0" -s hi -e hello -E -q 'bye\x00'
	fake_wait_log 'recv 0 #4 4 "bye'
}

@test "-m: of a datagram only so much is looked at" {
	serve 'udp4 echo'
	check -p "$p0" -s 'one two' -e two -m 3 --wait 0.1
	has 1 ': one ('
	check -p "$p0" -s 'one two' -e one -m 3
	has 0 '[one]'
}

@test "what is taken and has no effect, and what is not" {
	serve 'udp4 echo'
	check -p "$p0" -s hi -e hi -d 3 -C 1 -W 2 -to 5
	has 0 '[hi]' ';5.000000'
	within 2500
	check -p "$p0" -S
	is_udp_usage '-S: no such option'
}

#
# What it does without -s and -e.
#

@test "a port that is not known: an empty datagram" {
	serve 'udp4 reply "x"' 'udp4 silent'
	check -p "$p0"
	has 0 '[x]'
	fake_wait_log 'recv 0 #1 0 ""'
	check -p "$p1" -t 0.6
	is 1 "UDP WARNING - No reply within 0.6 seconds on 127.0.0.1 port $p1: open or filtered, asked 2 times$(short 0.600000)"
	check -p "$p1" -t 0.3:ok
	has 0 'UDP OK - No reply'
	check -p "$p1" -t 0.3 --state silent=critical
	has 2 'UDP CRITICAL - No reply'
	check -p "$p1" -t 0.3 --expected any
	has 0 ', as expected'
	check -p "$p1" -t 0.3 --expected filtered
	has 2 ', expected filtered'
	check -p "$p1" -t 0.3 --expected closed
	has 2 ', expected closed'
	check -p "$p1" -t 0.3 -s hi
	has 1 'UDP WARNING - No reply'
}

@test "--protocol: what a server must answer" {
	serve 'udp4 echo' 'udp4 reply "x"'
	check -p "$p0" --protocol echo
	is 0 "ECHO OK - T second response time on 127.0.0.1 port $p0$timed"
	check -p "$p1" --protocol echo
	has 1 'ECHO WARNING - Unexpected response' 'expected the same'
	check -p "$p1" --protocol echo -e x
	has 0 'ECHO OK - ' '[x]'
	check -p "$p1" --protocol nonsense
	is_udp_usage '--protocol: nonsense: no protocol of that name'
}

@test "--protocol: one that has no replies" {
	serve 'udp4 silent' 'udp4 closed'
	check -p "$p0" --protocol syslog -t 0.3
	has 1 'SYSLOG WARNING - No reply' 'open or filtered, syslog has no answers'
	check -p "$p1" --protocol syslog
	has 2 'SYSLOG CRITICAL - Connection refused'
}

@test "the port tells the protocol" {
	own_network
	serve 'udp4:7 echo' 'udp4:53 silent' 'udp4:514 silent'
	check -p 7 -v
	has 0 'UDP OK - ' 'Received: '
	check -p 53 -t 0.3
	has 2 'UDP CRITICAL - Socket timeout' ': no reply'
	check -p domain -t 0.3
	has 2 ': no reply'
	check -p 514 -t 0.3
	has 1 'UDP WARNING - No reply'
	check --protocol echo
	has 0 'ECHO OK - ' 'port 7'
	check
	is_udp_usage '-p: no port is given'
}

# The identification, and a response without an error to the same question.
dns_answer='copy 0 2 0 copy 12 5 12 reply "\x00\x00\x84\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01"'

@test "dns: a right answer, an error, another identification" {
	serve "udp4 $dns_answer" \
		'udp4 copy 0 2 0 copy 12 5 12 reply "\x00\x00\x84\x02\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01"' \
		'udp4 reply "\x00\x00\x84\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01"' \
		"udp4 reply 'x' wait 50 $dns_answer"
	check -p "$p0" --protocol dns -v
	has 0 'DNS OK - ' ' asked=1;;;0; lost=0;;;0; ignored=0;;;0;'
	check -p "$p1" --protocol dns
	has 1 'DNS WARNING - Unexpected response' 'expected an answer of DNS'
	check -p "$p2" --protocol dns -t 0.5 -v
	has 1 'not within 0.5 seconds), asked 2 times' 'ignored=2'
	check -p "$p0" --dns-query example.org
	is_udp_usage '--dns-query and its like: only servers of DNS are asked for names'
	check -p "$p0" --protocol dns --dns-query example.org -s x
	has 3 'DNS UNKNOWN - --dns-query and its like: cannot be used with -s'
	check -p "$p0" --protocol dns --dns-query example.org -e x --dns-address 192.0.2.1
	has 3 'DNS UNKNOWN - --dns-query and its like: an rcode or an address is expected, and -e another answer'
	check -p "$p0" --protocol dns --dns-query example.org
	has 1 'DNS WARNING - Unexpected response'
}

@test "--expect-not alone: besides what the protocol expects" {
	serve "udp4 $dns_answer" 'udp4 reply "x"' \
		'udp4 copy 0 2 0 copy 12 5 12 reply "\x00\x00\x84\x02\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01"'
	check -p "$p0" --protocol dns --expect-not zone
	has 0 'DNS OK - '
	lacks '\[' "$out"
	check -p "$p0" --protocol dns --expect-not $'\x01' --wait 0.1
	has 1 '(expected not "\x01"; nothing more came for 0.1 s)'
	check -p "$p1" --protocol dns --expect-not zone --wait 0.1
	has 1 '(expected an answer of DNS; too short)'
	check -p "$p2" --protocol dns --expect-not zone --wait 0.1
	has 1 '(expected an answer of DNS; SERVFAIL)'
	check -p "$p2" --protocol dns --expect-not zone -s x
	has 0 'DNS OK - '
}

@test "ntp: the offset and its limits" {
	# Of 1 January 2036, in the seconds of NTP.
	local reply='\x24\x02\x00\xec\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xec\x15\x80\x00\x00\x00\x00\xff\xec\x15\x80\x00\x00\x00\x00'

	serve "udp4 copy 40 8 24 reply \"$reply\""
	check -p "$p0" --protocol ntp
	has 0 'NTP OK - ' ', its clock ' ' ahead' ' offset='
	check -p "$p0" --protocol ntp --offset-warning 5
	has 1 'NTP WARNING - ' 's;5.000000;'
	check -p "$p0" --protocol ntp --offset-critical 5
	has 2 'NTP CRITICAL - '
	check -p "$p0" --offset-critical 5
	is_udp_usage '--offset-warning, --offset-critical: udp does not tell the time'
	check -p "$p0" --protocol ntp --offset-critical 5 -s x
	has 3 'NTP UNKNOWN - --offset-warning, --offset-critical: cannot be used with -s or -e'
	check -p "$p0" --protocol ntp --offset-warning 5 --expect-not x
	has 3 'NTP UNKNOWN - --offset-warning, --offset-critical: cannot be used with -s or -e'
}

@test "a reply from another port" {
	serve 'udp4 reply-from-other "hi"'
	check -p "$p0" -s x -e hi -t 0.4
	has 2 ': no reply'
	check -p "$p0" -s x -e hi -t 2 --any-source-port
	has 0 '[hi]'
}

@test "--source-port" {
	serve 'udp4 echo'
	port=$((20000 + RANDOM % 10000))
	check -p "$p0" -s x -e x --source-port "$port"
	has 0 '[x]'
	fake_wait_log "accept 0 #1 127.0.0.1:$port"
	check -p "$p0" -s x -e x --source-port "$port" --source 127.0.0.7
	has 0 '[x]'
	fake_wait_log "accept 0 #2 127.0.0.7:$port"
}

#
# What is lost, late or said twice.
#

@test "asked again: the second question is answered" {
	serve 'udp4 first 1 (silent) then (echo)'
	check -p "$p0" -s hi -e hi -v
	has 0 '[hi], asked 2 times' ' asked=2;;;0; lost=1;;;0; ignored=0;;;0;'
	lacks ' rtt=' "$out"
	least time 500 900
}

@test "asked again: a late answer to the first question counts" {
	serve 'udp4 first 1 (wait 700 echo) then (silent)'
	check -p "$p0" --protocol echo -v
	has 0 'ECHO OK - ' 'asked 2 times'
	least time 700 700
	least rtt 700 700
}

@test "asked again: what is computed tells which question was answered" {
	serve 'udp4 first 1 (silent) then (wait 100 echo)'
	check -p "$p0" --protocol echo -v
	has 0 'ECHO OK - ' 'asked 2 times'
	least time 600 800
	least rtt 100 390
}

@test "said twice: once is enough" {
	serve 'udp4 twice "hi"'
	check -p "$p0" -s x -e hi -v
	has 0 'ignored=0'
	check -p "$p0" -s x -e hi --probes 3
	has 0 '3 of 3 probes OK'
}

@test "a lossy line: every check gets its answer" {
	serve 'udp4 echo'
	relay "$p0" -d 20 -L 30 -S 1
	for _ in 1 2 3 4 5 6; do
		check -p "$r" --protocol echo -t 20
		has 0 'ECHO OK - '
		[ "$(reported_us)" -ge 40000 ]
	done
}

@test "a line that loses the first two: the round trip is the third's" {
	serve 'udp4 echo'
	relay "$p0" -d 50 -x 2
	check -p "$r" --protocol echo -v
	has 0 'ECHO OK - ' 'asked 3 times' ' lost=2;'
	least time 1600 1000
	least rtt 100 900
}

@test "the time is the kernel's, however late we look" {
	serve 'udp4 wait 20 echo'
	check -p "$p0" -s hi -e hi -v
	has 0 '[hi]'
	least time 20 200
	least rtt 20 200
}

#
# Names, families and Unix sockets.
#

@test "IPv6: open and closed" {
	need_ipv6
	serve 'udp6 echo' 'udp6 closed'
	check -H ::1 -p "$p0" -s x -e x
	has 0 'on ::1 port' '[x]'
	check -H ::1 -p "$p1"
	has 2 'Connection refused on ::1 port' ': ICMP port unreachable from ::1'
}

@test "an address of IPv4 in one of IPv6" {
	need_ipv6
	serve 'udp4 echo' 'udp4 closed'
	check -H ::ffff:127.0.0.1 -p "$p0" -s x -e x
	has 0 'on ::ffff:127.0.0.1 port' '[x]'
	check -H ::ffff:127.0.0.1 -p "$p1"
	has 2 'Connection refused on ::ffff:127.0.0.1 port' ': ICMP port unreachable from ::ffff:127.0.0.1'
}

@test "the address of none: this machine's own answers" {
	serve 'udp4 echo' 'udp4 closed' 'udp4 reply-from-other "x"'
	check -H 0.0.0.0 -p "$p0" -s x -e x
	has 0 'on 0.0.0.0 port' '[x]'
	check -H 0.0.0.0 -p "$p1"
	has 2 'Connection refused on 0.0.0.0 port'
	check -H 0.0.0.0 -p "$p2" -s x -e x --any-source-port
	has 0 '[x]'
	need_ipv6
	serve 'udp6 echo'
	check -H :: -p "$p0" -s x -e x
	has 0 'on :: port' '[x]'
}

@test "a Unix socket of datagrams" {
	serve 'unixdgram silent' 'unixdgram echo' 'unix'
	check -H "$p0"
	is 0 "UDP OK - T second response time on socket $p0$timed"
	check -H "$p0" -s hi
	is 0 "UDP OK - T second response time on socket $p0$timed"
	fake_wait_log 'recv 0 #1 2 "hi"'
	check -H "$p0" -s hi -e hi -t 0.3
	is 2 "UDP CRITICAL - Socket timeout after 0.3 seconds on socket $p0: no reply$(short 0.300000)"
	check -H "$p1" -s hi -e hi
	is 0 "UDP OK - T second response time on socket $p1 [hi]$timed"
	check -H "$p2"
	is 2 "UDP CRITICAL - Not a socket of datagrams on socket $p2$untimed"
	check -H /nonexistent
	is 2 "UDP CRITICAL - No such file or directory on socket /nonexistent$untimed"
	check -H "$out"
	has 2 'Not a socket on socket'
	fake_stop
	check -H "$p0"
	has 2 'on socket'
}

@test "formats: JSON, several lines, a text" {
	serve 'udp4 echo' 'udp4 closed'
	check -p "$p0" -s hi -e hi --json
	has 0 "\"name\":\"127.0.0.1/udp/$p0\"" '"transport":"udp"' '"state":"open"' \
		'"asked":1,"lost":0,"ignored":0'
	valid
	check -p "$p1" --json
	has 2 '"state":"closed"' '"outcome":"refused"'
	valid
	check -p "$p0" -s hi -e hi --output-format multi-line
	has 0 '[OK] - Connection succeeded' 'matched the expectation'
	check -p "$p1" --text '%n %x %o %p'
	has 2 "UDP closed refused $p1|"
}

@test "--extra-opts: the section of its name" {
	serve 'udp4 echo'
	ini '[check_udp]' "port=$p0" 'send=hi' 'expect=hi'
	check "--extra-opts=@$ini"
	has 0 '[hi]'
}

@test "--retries, --probes" {
	serve 'udp4 first 2 (silent) then (echo)'
	check -p "$p0" -s hi -e hi -t 3 --retries 2 --retry-wait 0.1
	has 0 '[hi]'
}

@test "a signal: a line, and UNKNOWN" {
	serve 'udp4 silent'
	start -p "$p0" -t 30
	fake_wait_log 'accept 0 #1'
	kill -TERM "$pid"
	finish
	has 3 'UDP UNKNOWN - Not probed' 'interrupted by SIGTERM'
}

@test "no descriptor left: our own fault" {
	serve 'udp4 echo'
	status=0
	(
		ulimit -n 4
		ASAN_OPTIONS=detect_leaks=0 exec "$plugin" -p "$p0" -s x -e x
	) >"$out" 2>"$err" 3>&- 4>&- || status=$?
	has 3 'UDP UNKNOWN - Cannot probe' 'Too many open files'
}
