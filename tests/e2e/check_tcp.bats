#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2030,SC2031,SC2154
# Options of a list are split into words, backslashes are the program's:
# shellcheck disable=SC1003,SC2016,SC2046,SC2086,SC2094
#
# check_tcp as man/check_tcp.1 has it, against fake servers on loopback and in
# Unix sockets: what needs no privileges.  The rest is in netns.bats.

setup() {
	load common
	common_setup
}

teardown() {
	common_teardown
}

#
# The options, each in all its forms.
#

@test "-H, --hostname: the host, by option or alone" {
	serve 'tcp4'
	for o in '-H 127.0.0.1' -H127.0.0.1 --hostname=127.0.0.1 \
		'--hostname 127.0.0.1' --host=127.0.0.1 127.0.0.1 '-- 127.0.0.1'; do
		check -p "$p0" $o
		is 0 "TCP OK - T second response time on 127.0.0.1 port $p0$timed"
	done
	check -p "$p0" -H 127.0.0.2
	is 2 "TCP CRITICAL - Connection refused on 127.0.0.2 port $p0$untimed"
}

@test "-H: the default is 127.0.0.1" {
	serve 'tcp4'
	check -p "$p0"
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0$timed"
	[ "$(fake_count accept 0)" = 1 ]
}

@test "-H: an IPv6 address, also in brackets" {
	need_ipv6
	serve 'tcp6'
	check -H ::1 -p "$p0"
	is 0 "TCP OK - T second response time on ::1 port $p0$timed"
	check -H '[::1]' -p "$p0"
	is 0 "TCP OK - T second response time on [::1] port $p0$timed"
	check '[::1]' -p "$p0"
	is 0 "TCP OK - T second response time on [::1] port $p0$timed"
}

@test "-H: the last one counts, a second one beside the option is an error" {
	serve 'tcp4'
	check -H 127.0.0.2 -H 127.0.0.1 -p "$p0"
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0$timed"
	check 127.0.0.1 127.0.0.2 -p "$p0"
	usage '127.0.0.2: one host is given already'
	check -H 127.0.0.1 -p "$p0" 127.0.0.2
	usage '127.0.0.2: one host is given already'
}

@test "-H: what cannot be a host" {
	check -p 1 -H ''
	usage '-H: is empty'
	check -p 1 -H '[::1'
	usage '-H: [::1: the closing bracket is missing'
	check -p 1 -H '[127.0.0.1]'
	usage '-H: [127.0.0.1]: not an IPv6 address in the brackets'
}

@test "-p, --port: a number" {
	serve 'tcp4'
	for o in "-p $p0" "-p$p0" "--port=$p0" "--port $p0" "--po=$p0"; do
		check $o
		is 0 "TCP OK - T second response time on 127.0.0.1 port $p0$timed"
	done
}

# The broadcast address needs no server: no TCP goes there.
@test "-p: a service name" {
	check -H 255.255.255.255 -p telnet
	is 2 "TCP CRITICAL - Network is unreachable on 255.255.255.255 port 23$untimed"
}

@test "-p: only ports that exist" {
	for port in 0 -1 65536 99999 70000000 99999999999999999999 1x ' 1' 1.5 \
		0x50 no-such-service; do
		check -p "$port"
		usage "-p: $port: not a port from 1 to 65535, nor a service name"
	done
	check -p ''
	usage '-p: not a port from 1 to 65535, nor a service name'
	check -H 255.255.255.255 -p 65535
	is 2 "TCP CRITICAL - Network is unreachable on 255.255.255.255 port 65535$untimed"
}

@test "-p must be given" {
	check
	usage '-p: no port is given'
	check -H 127.0.0.1
	usage '-p: no port is given'
}

@test "-4, --use-ipv4: IPv4 only" {
	serve 'tcp4'
	for o in -4 --use-ipv4; do
		check $o -p "$p0"
		is 0 "TCP OK - T second response time on 127.0.0.1 port $p0$timed"
		check $o -H ::1 -p "$p0"
		is 2 "TCP CRITICAL - Invalid hostname, address or socket: ::1: not an IPv4 address$untimed"
	done
}

@test "-6, --use-ipv6: IPv6 only" {
	need_ipv6
	serve 'tcp6'
	for o in -6 --use-ipv6; do
		check $o -H ::1 -p "$p0"
		is 0 "TCP OK - T second response time on ::1 port $p0$timed"
		check $o -H 127.0.0.1 -p "$p0"
		is 2 "TCP CRITICAL - Invalid hostname, address or socket: 127.0.0.1: not an IPv6 address$untimed"
	done
}

@test "-s, --send: sent as it is, nothing added" {
	for o in -sPING '-s PING' --send=PING --se=PING; do
		serve 'tcp4'
		check -p "$p0" $o
		is 0 "TCP OK - T second response time on 127.0.0.1 port $p0$timed"
		got '4 "PING"'
	done
}

@test "-s: 100,000 bytes" {
	serve 'tcp4 expect "END" say "all"'
	check -p "$p0" -s "$(printf 'y%.0s' {1..100000})END" -e all
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0 [all]$timed"
}

@test "-e, --expect: anywhere in the answer" {
	serve 'tcp4 say "220 hello\r\n"'
	for o in '-e ello' -eello --expect=ello --exp=ello; do
		check -p "$p0" $o
		is 0 "TCP OK - T second response time on 127.0.0.1 port $p0 [220 hello]$timed"
	done
}

@test "-e: one of several will do" {
	serve 'tcp4 say "220 hello\r\n" close'
	check -p "$p0" -e no -e 220 -e never
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0 [220 hello]$timed"
	check -p "$p0" -e no -e never
	is 1 "TCP WARNING - Unexpected response from host/socket on 127.0.0.1 port $p0: 220 hello (expected \"no\" or \"never\"; the peer closed)$timed"
}

@test "-e '' matches any data, and no data does not match" {
	serve 'tcp4 say "x"' 'tcp4 close'
	check -p "$p0" -e ''
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0 [x]$timed"
	check -p "$p1" -e ''
	is 2 "TCP CRITICAL - No data received from host on 127.0.0.1 port $p1: connection closed$untimed"
}

@test "-e: in pieces, across their borders" {
	serve 'tcp4 slow 1 20ms "abcdefgh"'
	check -p "$p0" -e defg
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0 [abcdefg]$timed"
}

@test "-e: at most 64" {
	serve 'tcp4 say "x63"'
	check -p "$p0" $(printf -- '-e x%d ' {0..63})
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0 [x63]$timed"
	check -p "$p0" $(printf -- '-e x%d ' {0..64})
	usage '-e: x64: more than can be expected (64)'
}

@test "-A, --all: all of them, in any order" {
	serve 'tcp4 say "220 hello\r\n" close'
	for o in -A --all --al; do
		check -p "$p0" $o -e hello -e 220
		is 0 "TCP OK - T second response time on 127.0.0.1 port $p0 [220 hello]$timed"
		check -p "$p0" -e 220 -e never $o
		is 1 "TCP WARNING - Unexpected response from host/socket on 127.0.0.1 port $p0: 220 hello (expected \"220\" and \"never\"; the peer closed)$timed"
	done
}

@test "-q, --quit: sent before closing, with a line's end" {
	for o in '-q BYE' -qBYE --quit=BYE --qui=BYE; do
		serve 'tcp4'
		check -p "$p0" $o
		is 0 "TCP OK - T second response time on 127.0.0.1 port $p0$timed"
		got '5 "BYE\r\n"'
	done
}

@test "-q with -E: as it is" {
	serve 'tcp4'
	check -p "$p0" -q 'B\nE\' -E
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0$timed"
	got '4 "B\nE\\"'
}

@test "-q without -E: a backslash is a backslash" {
	serve 'tcp4'
	check -p "$p0" -q 'B\n'
	got '5 "B\\n\r\n"'
}

@test "-q: also after a mismatch, and after what -s sent" {
	serve 'tcp4 expect "hi" say "no" expect "BYE\r\n" close'
	check -p "$p0" -s hi -e yes -q BYE --wait 0.05
	is 1 "TCP WARNING - Unexpected response from host/socket on 127.0.0.1 port $p0: no (expected \"yes\"; nothing more came for 0.05 s)$timed"
	got '2 "hi"' '5 "BYE\r\n"'
}

@test "-E, --escape: counts for -s wherever it stands" {
	for o in -E --escape --esc; do
		serve 'tcp4'
		check -p "$p0" -s 'a\nb' $o
		got '3 "a\nb"'
		serve 'tcp4'
		check $o -p "$p0" -s 'a\nb'
		got '3 "a\nb"'
	done
}

@test "-E: every escape" {
	serve 'tcp4'
	check -p "$p0" -E -s '\n\r\t\\\0\x00\x7f\xFf\xfFz\z\"'
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0$timed"
	got '12 "\n\r\t\\\x00\x00\x7f\xff\xffzz\""'
}

@test "-E: not in -e" {
	serve 'tcp4 say "a\\nb"'
	check -p "$p0" -E -e '\n'
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0 [a\\\\nb]$timed"
}

@test "without -E a backslash is a backslash" {
	serve 'tcp4'
	check -p "$p0" -s 'a\n\x00'
	got '7 "a\\n\\x00"'
}

@test "-E: \\x wants two digits" {
	for s in '\x' '\x1' '\xg0' '\x0g'; do
		check -p 1 -E -s "$s"
		usage "-s: \\${s}: \\x needs two hexadecimal digits"
		check -p 1 -E -q "$s"
		usage "-q: \\${s}: \\x needs two hexadecimal digits"
	done
}

@test "-r, --refuse: the state of a refused connection" {
	serve 'tcp4 closed'
	for o in '-r ok' -rok --refuse=ok '--refuse ok' --ref=ok '-r OK'; do
		check -p "$p0" $o
		is 0 "TCP OK - Connection refused on 127.0.0.1 port $p0$untimed"
	done
	for o in '-r warn' '-r warning'; do
		check -p "$p0" $o
		is 1 "TCP WARNING - Connection refused on 127.0.0.1 port $p0$untimed"
	done
	for o in '-r crit' '-r critical' ''; do
		check -p "$p0" $o
		is 2 "TCP CRITICAL - Connection refused on 127.0.0.1 port $p0$untimed"
	done
}

@test "-r ok: an open port is OK too, a mismatch is not" {
	serve 'tcp4 say "x" close'
	check -p "$p0" -r ok
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0$timed"
	check -p "$p0" -r ok -e y
	is 1 "TCP WARNING - Unexpected response from host/socket on 127.0.0.1 port $p0: x (expected \"y\"; the peer closed)$timed"
}

@test "-r ok covers a refusal only: no timeout" {
	serve 'tcp4 full'
	check -p "$p0" -r ok -t 0.2
	is 2 "TCP CRITICAL - Socket timeout after 0.2 seconds on 127.0.0.1 port $p0: no answer to the connection attempt|time=U;;;0.000000;0.200000"
}

@test "-r ok covers a refusal only: no other failure" {
	serve 'tcp4 close' 'tcp4 reset'
	check -H 255.255.255.255 -p 80 -r ok
	is 2 "TCP CRITICAL - Network is unreachable on 255.255.255.255 port 80$untimed"
	check -H /nonexistent -r ok
	is 2 "TCP CRITICAL - No such file or directory on socket /nonexistent$untimed"
	check -H a..b -p 1 -r ok
	is 2 "TCP CRITICAL - Invalid hostname, address or socket: a..b: Name or service not known$untimed"
	check -p "$p0" -r ok -e x
	is 2 "TCP CRITICAL - No data received from host on 127.0.0.1 port $p0: connection closed$untimed"
	check -p "$p1" -r ok -e x
	is 2 "TCP CRITICAL - No data received from host: Connection reset by peer on 127.0.0.1 port $p1$untimed"
}

@test "-M, --mismatch: the state of another answer" {
	serve 'tcp4 say "no" close'
	text="Unexpected response from host/socket on 127.0.0.1 port $p0: no (expected \"yes\"; the peer closed)"
	for o in '-M ok' -Mok --mismatch=ok '--mismatch ok' --mi=ok; do
		check -p "$p0" -e yes $o
		is 0 "TCP OK - $text$timed"
	done
	for o in '-M warn' '-M warning' ''; do
		check -p "$p0" -e yes $o
		is 1 "TCP WARNING - $text$timed"
	done
	for o in '-M crit' '-M critical'; do
		check -p "$p0" -e yes $o
		is 2 "TCP CRITICAL - $text$timed"
	done
}

@test "-M ok does not hide -w or -c" {
	serve 'tcp4 say "no" close'
	text="Unexpected response from host/socket on 127.0.0.1 port $p0: no (expected \"yes\"; the peer closed)"
	check -p "$p0" -e yes -M ok -w 0
	is 1 "TCP WARNING - $text|time=Ts;0.000000;;0.000000;10.000000"
	check -p "$p0" -e yes -M ok -c 0
	is 2 "TCP CRITICAL - $text|time=Ts;;0.000000;0.000000;10.000000"
}

@test "-M ok covers an answer only: not none" {
	serve 'tcp4 close' 'tcp4'
	check -p "$p0" -e x -M ok
	is 2 "TCP CRITICAL - No data received from host on 127.0.0.1 port $p0: connection closed$untimed"
	check -p "$p1" -e x -M ok -t 0.2
	is 2 "TCP CRITICAL - Socket timeout after 0.2 seconds on 127.0.0.1 port $p1: connected, but no answer|time=U;;;0.000000;0.200000"
}

@test "-r and -M: only states" {
	check -p 1 -r bogus
	usage '-r: bogus: not one of ok, warning, critical, unknown'
	check -p 1 -M bogus
	usage '-M: bogus: not one of ok, warning, critical, unknown'
}

@test "-j, --jail: the answer is not printed, not even with -v" {
	serve 'tcp4 say "secret" close'
	for o in -j --jail --ja; do
		check -p "$p0" -e sec $o
		is 0 "TCP OK - T second response time on 127.0.0.1 port $p0$timed"
		check -p "$p0" -e yes $o
		is 1 "TCP WARNING - Unexpected response from host/socket on 127.0.0.1 port $p0 (expected \"yes\"; the peer closed)$timed"
		check -p "$p0" -e sec $o -vv
		[ "$(grep -c secret "$out")" = 0 ]
		grep '^Received: 6 bytes$' "$out"
	done
}

@test "-m, --maxbytes: what is expected must occur in that many" {
	serve 'tcp4 say "hello"'
	for o in '-m 4' -m4 --maxbytes=4 '--maxbytes 4' --ma=4; do
		check -p "$p0" -e lo $o
		is 1 "TCP WARNING - Unexpected response from host/socket on 127.0.0.1 port $p0: hell (expected \"lo\"; not in the first 4 bytes)$timed"
	done
	check -p "$p0" -e lo -m 5
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0 [hello]$timed"
	check -p "$p0" -e hell -m 4
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0 [hell]$timed"
}

@test "-m: 1048576 without it" {
	serve 'tcp4 endless "abcd"'
	check -p "$p0" -e END -j
	is 1 "TCP WARNING - Unexpected response from host/socket on 127.0.0.1 port $p0 (expected \"END\"; not in the first 1048576 bytes)$timed"
}

@test "-m: only counts" {
	check -p 1 -m 0
	usage '-m: 0: too small'
	check -p 1 -m -1
	usage '-m: -1: too small'
	check -p 1 -m 1k
	usage '-m: 1k: not a whole number'
	check -p 1 -m 99999999999999999999
	usage '-m: 99999999999999999999: too large'
}

@test "-d, --delay: between sending and reading, not in the response time" {
	serve 'tcp4 expect "hi" say "ho"'
	for o in '-d 0.2' -d.2 --delay=0.2 '--delay 2e-1' --de=0.2; do
		check -p "$p0" -s hi -e ho $o
		is 0 "TCP OK - T second response time on 127.0.0.1 port $p0 [ho]$timed"
		((took_ms * 1000 >= $(reported_us) + 200000))
	done
}

@test "-d counts against -t" {
	serve 'tcp4 say "ho"'
	check -p "$p0" -d 30 -t 0.2 -e ho
	is 2 "TCP CRITICAL - Socket timeout after 0.2 seconds on 127.0.0.1 port $p0: connected, but no answer|time=U;;;0.000000;0.200000"
	within 10000
}

@test "-d: only seconds" {
	check -p 1 -d x
	usage '-d: x: not a number'
	check -p 1 -d -1
	usage '-d: -1: is negative'
	check -p 1 -d 1s
	usage '-d: 1s: not a number'
}

@test "--wait: how long for more of what does not match" {
	serve 'tcp4 say "no"'
	for o in --wait=0.05 '--wait 0.05' --wai=0.05; do
		check -p "$p0" -e yes $o
		is 1 "TCP WARNING - Unexpected response from host/socket on 127.0.0.1 port $p0: no (expected \"yes\"; nothing more came for 0.05 s)$timed"
		within 1900
	done
}

@test "--wait: 2 s without it" {
	serve 'tcp4 say "no"'
	check -p "$p0" -e yes
	is 1 "TCP WARNING - Unexpected response from host/socket on 127.0.0.1 port $p0: no (expected \"yes\"; nothing more came for 2 s)$timed"
	((took_ms >= 2000))
}

@test "--wait 0: until the deadline" {
	serve 'tcp4 say "a" wait 2200ms say "b"' 'tcp4 say "no"'
	check -p "$p0" -e ab --wait 0 -t 30
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0 [ab]|time=Ts;;;0.000000;30.000000"
	check -p "$p1" -e yes --wait 0 -t 0.2
	is 1 "TCP WARNING - Unexpected response from host/socket on 127.0.0.1 port $p1: no (expected \"yes\"; not within 0.2 seconds)|time=Ts;;;0.000000;0.200000"
}

@test "--wait: every piece starts it anew" {
	serve 'tcp4 slow 1 200ms "abcdefgh"'
	check -p "$p0" -e abcdefgh --wait 1
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0 [abcdefgh]$timed"
	(($(reported_us) >= 1200000))
}

@test "--wait does not count before the first byte" {
	serve 'tcp4 wait 300ms say "yes"'
	check -p "$p0" -e yes --wait 0.01
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0 [yes]$timed"
}

@test "--wait: only seconds" {
	check -p 1 --wait=x
	usage '--wait: x: not a number'
	check -p 1 --wait=-1
	usage '--wait: -1: is negative'
}

@test "-w, --warning: WARNING outside of the range" {
	serve 'tcp4'
	for o in '-w 0' -w0 --warning=0 '--warning 0' '-wt 0'; do
		check -p "$p0" $o
		is 1 "TCP WARNING - T second response time on 127.0.0.1 port $p0|time=Ts;0.000000;;0.000000;10.000000"
	done
	check -p "$p0" -w 60
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0|time=Ts;60.000000;;0.000000;10.000000"
}

@test "-c, --critical: CRITICAL outside of the range" {
	serve 'tcp4'
	for o in '-c 0' -c0 --critical=0 '--critical 0' '-ct 0'; do
		check -p "$p0" $o
		is 2 "TCP CRITICAL - T second response time on 127.0.0.1 port $p0|time=Ts;;0.000000;0.000000;10.000000"
	done
	check -p "$p0" -c 60
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0|time=Ts;;60.000000;0.000000;10.000000"
}

@test "-w and -c: the worse one counts" {
	serve 'tcp4'
	check -p "$p0" -w 0 -c 60
	is 1 "TCP WARNING - T second response time on 127.0.0.1 port $p0|time=Ts;0.000000;60.000000;0.000000;10.000000"
	check -p "$p0" -w 60 -c 0
	is 2 "TCP CRITICAL - T second response time on 127.0.0.1 port $p0|time=Ts;60.000000;0.000000;0.000000;10.000000"
	check -p "$p0" -w 30 -c 60
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0|time=Ts;30.000000;60.000000;0.000000;10.000000"
}

# range, state, range in the performance data
@test "-w and -c: every kind of range" {
	serve 'tcp4'
	while read -r range alert shown; do
		check -p "$p0" -w "$range"
		is $((alert)) "TCP $( ((alert)) && echo WARNING || echo OK) - T second response time on 127.0.0.1 port $p0|time=Ts;$shown;;0.000000;10.000000"
		check -p "$p0" -c "$range"
		is $((alert * 2)) "TCP $( ((alert)) && echo CRITICAL || echo OK) - T second response time on 127.0.0.1 port $p0|time=Ts;;$shown;0.000000;10.000000"
	done <<-'END'
		60        0  60.000000
		0.000001  1  0.000001
		60:       1  60.000000:
		0:        0  0.000000:
		~:60      0  ~:60.000000
		~:0       1  ~:0.000000
		60:120    1  60.000000:120.000000
		0:60      0  60.000000
		-1:60     0  -1.000000:60.000000
		@60       1  @60.000000
		@0:60     1  @60.000000
		@60:      0  @60.000000:
		@60:120   0  @60.000000:120.000000
		@~:60     1  @~:60.000000
		6e1       0  60.000000
		.5:60     1  0.500000:60.000000
	END
}

@test "-w and -c: neither number nor range" {
	for r in abc 5x 1,5 0x10 inf nan 1:2:3 '1 ' x:5 5:x '~' '~5:' 1:~; do
		check -p 1 -w "$r"
		usage "-w: $r: not a number"
		check -p 1 -c "$r"
		usage "-c: $r: not a number"
	done
	check -p 1 -w 2:1
	usage '-w: 2:1: the start is greater than the end'
	check -p 1 -w ''
	usage '-w: is empty'
	check -p 1 -c @
	usage '-c: @: is empty'
}

@test "-t, --timeout: bounds the connection" {
	serve 'tcp4 full'
	for o in '-t 0.1' -t0.1 --timeout=0.1 '--timeout 0.1' --time=.1 '-to 0.1'; do
		check -p "$p0" $o
		is 2 "TCP CRITICAL - Socket timeout after 0.1 seconds on 127.0.0.1 port $p0: no answer to the connection attempt|time=U;;;0.000000;0.100000"
		within 10000
	done
}

@test "-t: bounds a silent peer" {
	serve 'tcp4'
	check -p "$p0" -e x -t 0.2
	is 2 "TCP CRITICAL - Socket timeout after 0.2 seconds on 127.0.0.1 port $p0: connected, but no answer|time=U;;;0.000000;0.200000"
	within 10000
}

@test "-t: bounds a peer that never stops" {
	serve 'tcp4 trickle "x" 150ms'
	check -p "$p0" -e y -j -t 0.7
	is 1 "TCP WARNING - Unexpected response from host/socket on 127.0.0.1 port $p0 (expected \"y\"; not within 0.7 seconds)|time=Ts;;;0.000000;0.700000"
	within 10000
}

@test "-t SECONDS:STATE: the state of a timeout" {
	serve 'tcp4 full' 'tcp4'
	while read -r name status state; do
		check -p "$p0" -t "0.3:$name"
		is "$status" "TCP $state - Socket timeout after 0.3 seconds on 127.0.0.1 port $p0: no answer to the connection attempt|time=U;;;0.000000;0.300000"
		check -p "$p1" -e x -t "0.3:$name"
		is "$status" "TCP $state - Socket timeout after 0.3 seconds on 127.0.0.1 port $p1: connected, but no answer|time=U;;;0.000000;0.300000"
	done <<-'END'
		ok       0 OK
		warning  1 WARNING
		critical 2 CRITICAL
		UNKNOWN  3 UNKNOWN
		0        0 OK
		1        1 WARNING
		2        2 CRITICAL
		3        3 UNKNOWN
	END
}

@test "-t :STATE keeps the 10 seconds, and is of a timeout only" {
	serve 'tcp4 closed'
	check -p "$p0" -t :ok
	is 2 "TCP CRITICAL - Connection refused on 127.0.0.1 port $p0$untimed"
	check -p "$p0" -t 3:ok
	is 2 "TCP CRITICAL - Connection refused on 127.0.0.1 port $p0|time=U;;;0.000000;3.000000"
}

@test "-t: only seconds and states" {
	check -p 1 -t 0
	usage '-t: 0: must be more than 0'
	check -p 1 -t -1
	usage '-t: -1: is negative'
	check -p 1 -t abc
	usage '-t: abc: not a number'
	check -p 1 -t 5s
	usage '-t: 5s: not a number'
	check -p 1 -t 5:bad
	usage '-t: 5:bad: the state is not one of ok, warning, critical, unknown'
	check -p 1 -t 5:
	usage '-t: 5:: the state is not one of ok, warning, critical, unknown'
	check -p 1 -t ''
	usage '-t: is empty'
}

@test "-v, --verbose: the addresses, the times, the bytes" {
	serve 'tcp4 say "hi\n"'
	for o in -v --verbose --verb; do
		check -p "$p0" -e hi $o
		no_rtt
		is 0 "TCP OK - T second response time on 127.0.0.1 port $p0 [hi]$timed$(more connect reply syn_resent)" \
			'Outcome: ok: port open: connected, and answered as expected where something was expected' \
			'Address 127.0.0.1: connected' 'Connection: T s' 'Response: T s' \
			'Received: 3 bytes: "hi\n"'
	done
}

# The kernel has one or not.
no_rtt() {
	sed -i '/^Round trip: /d; s/ rtt=[^ ]*;//; s/"rtt":[0-9][0-9.]*/"rtt":null/' "$out"
}

@test "-v: of a failure" {
	serve 'tcp4 closed'
	check -p "$p0" -v
	sed -i '/^Response: /d' "$out"
	is 2 "TCP CRITICAL - Connection refused on 127.0.0.1 port $p0$untimed" \
		'Outcome: refused: port closed: refused the connection' \
		'Address 127.0.0.1: refused: Connection refused'
}

@test "-vv: more of the answer" {
	serve 'tcp4 say "begin" repeat 100 ( say "0123456789" ) say "end"'
	check -p "$p0" -e end -v
	[ "$(grep -c '^Received: 1008 bytes: .*end"$' "$out")" = 0 ]
	check -p "$p0" -e end -vv
	grep '^Received: 1008 bytes: "begin0123.*6789end"$' "$out"
}

@test "-vv: each step with its time, with -j too" {
	serve 'tcp4 expect "hi|" say "secret\n"'
	for o in '' -j; do
		check -p "$p0" -s 'hi|' -d 0.05 -e secret -vv $o
		no_rtt
		sed -i '/^Received: \|^TCP /d' "$out"
		is 0 'Outcome: ok: port open: connected, and answered as expected where something was expected' \
			'Address 127.0.0.1: connected' 'Connection: T s' 'Response: T s' \
			'Step 1: send "hi\x7c": T s' 'Step 2: wait 0.05 s: T s' \
			'Step 3: expect "secret": T s'
	done
	check -p "$p0" -s 'hi|' -e secret -v
	[ "$(grep -c '^Step' "$out")" = 0 ]
}

@test "--perfdata: basic, full, and what -v makes of it" {
	serve 'tcp4' 'tcp4 closed' 'unix'
	text="TCP OK - T second response time on 127.0.0.1 port $p0$timed"
	for o in '' --perfdata=basic '--perfdata basic' --perf=BASIC \
		'--perfdata=full --perfdata=basic'; do
		check -p "$p0" $o
		is 0 "$text"
	done
	for o in --perfdata=full '--perfdata full' --perf=Full '-v' '-v --perfdata=full'; do
		check -p "$p0" $o
		no_rtt
		sed -i 1q "$out"
		is 0 "$text$(more connect syn_resent)"
	done
	for o in '-v --perfdata=basic' '--perfdata=basic -vv'; do
		check -p "$p0" $o
		sed -i 1q "$out"
		is 0 "$text"
	done
	check -p "$p1" --perfdata=full
	is 2 "TCP CRITICAL - Connection refused on 127.0.0.1 port $p1$untimed"
	check -H "$p2" --perfdata=full
	is 0 "TCP OK - T second response time on socket $p2$timed$(more connect)"
	check -p "$p0" --perfdata=full --output-format=multi-line
	no_rtt
	is 0 '[OK] - Connection succeeded' \
		$'\t\\_[OK] - Connection time Ts is within thresholds' \
		$'\t\\_[OK]'" - Connection on 127.0.0.1 port $p0 was a SUCCESS$timed$(more connect syn_resent)"
}

@test "--perfdata=full: the answer, and the steps of several" {
	serve 'tcp4 expect "hi" say "ho"' 'tcp4 say "ho"'
	check -p "$p0" -s hi -e ho --perfdata=full
	no_rtt
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0 [ho]$timed$(more connect reply step1 step2 syn_resent)"
	check -p "$p1" -e ho --perfdata=full
	no_rtt
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p1 [ho]$timed$(more connect reply syn_resent)"
}

@test "--perfdata=full: the resolution of a name" {
	serve 'tcp4'
	check -4 -H localhost -p "$p0" --perfdata=full
	no_rtt
	is 0 "TCP OK - T second response time on localhost port $p0 (127.0.0.1)$timed$(more resolve connect syn_resent)"
}

@test "--perfdata: no other" {
	for o in no ful fullest 'basic,full'; do
		check -p 1 --perfdata="$o"
		usage "--perfdata: $o: not one of basic, full"
	done
	check -p 1 --perfdata=
	usage '--perfdata: not one of basic, full' ||
		usage '--perfdata: is empty'
}

@test "--text: every letter" {
	serve 'tcp4 say "hi|\n"'
	for o in '--text=%h %p %a %n %s %x %o' '--tex=%h %p %a %n %s %x %o'; do
		check -p "$p0" -e hi "$o"
		is 0 "127.0.0.1 $p0 127.0.0.1 TCP OK open ok$timed"
	done
	check -p "$p0" -e hi --text '%n %s - %m'
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0 [hi\\x7c]$timed"
	check -p "$p0" -e hi --text '[%b] 100%%'
	is 0 "[hi\\x7c] 100%$timed"
	check -p "$p0" -e hi --text %l
	[ "$status" = 0 ] && silent
	[ "$(sed 's/|.*//' "$out")" = "$(sed 's/.*|time=//; s/s;.*//' "$out")" ]
	check -p "$p0" -e hi --text 'after %r s'
	grep -Eqx 'after ([0-9]+\.[0-9]{6}|U) s\|time=.*' "$out"
	before=$(date -u +%Y-%m-%dT%H:%M:%SZ)
	check -p "$p0" --text %t
	now=$(sed 's/|.*//' "$out")
	[[ $before < $now || $before == "$now" ]]
	[[ ! $now > $(date -u +%Y-%m-%dT%H:%M:%SZ) ]]
}

@test "--text: of a failure, a name, a Unix socket" {
	serve 'tcp4 closed' 'unix'
	check -p "$p0" --text '%s: %h:%p is %x (%o): %m; %l %r [%b]'
	is 2 "CRITICAL: 127.0.0.1:$p0 is closed (refused): Connection refused on 127.0.0.1 port $p0; U U []$untimed"
	check -H "$p1" --text '%h %p <%a>'
	is 0 "$p1 0 <>$timed"
	check -H 255.255.255.255 -p telnet --text '%p %x'
	is 2 "23 filtered$untimed"
	check -H a..b -p 1 --text '<%a> %o'
	is 2 "<> unresolved$untimed"
}

@test "--text: the service is that of the protocol" {
	serve 'tcp4 say "220 x\r\n"'
	check -p "$p0" --protocol=smtp --text '%n %s'
	is 0 "SMTP OK$timed"
}

@test "--text: its own bytes end no line and no text" {
	serve 'tcp4'
	check -p "$p0" --text $'a|b\n\e\xff"\\%s|time=9s'
	is 0 "a\\x7cb\\n\\x1b\\xff\\\"\\\\OK\\x7ctime=9s$timed"
	check -p "$p0" --text ' '
	is 0 " $timed"
	check -p "$p0" --text "$(printf 'x%.0s' {1..20000})"
	[ "$status" = 0 ] && silent
	[ "$(wc -c <"$out")" = 8192 ]
	grep -q 'xx|time=[0-9.]*s;;;0.000000;10.000000$' "$out"
}

@test "--text: -j, and the lines of -v" {
	serve 'tcp4 say "secret"'
	check -p "$p0" -e sec --text '<%b> %s' -j
	is 0 "<> OK$timed"
	check -p "$p0" -e sec --text '%s' -v
	[ "$(head -n 1 "$out" | sed 's/;.*//; s/=.*//')" = 'OK|time' ]
	grep -qx 'Received: 6 bytes: "secret"' "$out"
}

@test "--text: no other letters" {
	letters='not one of %h, %p, %a, %n, %s, %x, %o, %m, %l, %r, %b, %t, %%'
	check -p 1 --text 'a %q b'
	usage "--text: a %q b: %q: $letters"
	check -p 1 --text '100%'
	usage "--text: 100%: %: $letters"
	check -p 1 --text '%%%'
	usage "--text: %%%: %: $letters"
	check -p 1 --text $'%\e'
	usage "--text: %\\x1b: $letters"
}

@test "--text: with its own format only" {
	for o in '--json --text=x' '--text=x --json' '--text=x --output-format=json' \
		'--output-format=multi-line --text=x'; do
		check -p 1 $o
		usage '--output-format: cannot be used with --text'
	done
	serve 'tcp4'
	check -p "$p0" --text=x --json --output-format=one-line
	is 0 "x$timed"
}

# json_of PORT STATUS TEXT STATE OK OUTCOME REASON CLOSED NOTE: the line up to
# the times, of 127.0.0.1
json_of() {
	printf '{"version":1,"service":"TCP","status":"%s","text":"%s","name":"127.0.0.1/tcp/%s","host":"127.0.0.1","address":"127.0.0.1","port":%s,"transport":"tcp","expected":"open","state":"%s","open":%s,"ok":%s,"outcome":"%s","reason":%s,"closed_reason":%s,"note":%s' \
		"$2" "$3" "$1" "$1" "$4" "$([[ $4 == open ]] && echo true || echo false)" \
		"$5" "$6" "$7" "$8" "$9"
}

answered='"retries":0,"probes":{"asked":1,"ok":1,"answered":1,"time_min":T,"time_max":T}'
unanswered='"retries":0,"probes":{"asked":1,"ok":0,"answered":0,"time_min":null,"time_max":null}'
connected='"attempts":[{"address":"127.0.0.1","outcome":"ok","reason":null}]'

@test "--json: open" {
	serve 'tcp4'
	for o in --json --output-format=json '--output-format JSON' --js \
		'--json -vv --perfdata=full' '--output-format=one-line --json'; do
		check -p "$p0" $o
		valid
		no_rtt
		is 0 "$(json_of "$p0" OK "T second response time on 127.0.0.1 port $p0" open true ok null null null),\"time\":T,\"rtt\":null,\"resolve\":null,\"connect\":T,\"syn_resent\":0,\"offset\":null,$answered,$connected,\"steps\":[],\"tls\":null}"
	done
	grep -qx '    "status": "OK",' pretty
}

@test "--json: what the peer sent, and the steps" {
	serve 'tcp4 expect "hi" say "a\"b|\n\x00\xff\\c" close'
	check -p "$p0" -s hi -e c --json
	valid
	no_rtt
	is 0 "$(json_of "$p0" OK "T second response time on 127.0.0.1 port $p0 [a\\u005c\\u0022b\\u005cx7c\\u005cn\\u005cx00\\u005cxff\\u005c\\u005cc]" open true ok null null '"a\u005c\u0022b\u005cx7c\u005cn\u005cx00\u005cxff\u005c\u005cc"'),\"time\":T,\"rtt\":null,\"resolve\":null,\"connect\":T,\"syn_resent\":0,\"offset\":null,$answered,$connected,\"steps\":[{\"step\":\"send \\u0022hi\\u0022\",\"time\":T},{\"step\":\"expect \\u0022c\\u0022\",\"time\":T}],\"tls\":null}"
}

@test "--json: refused" {
	serve 'tcp4 closed'
	check -p "$p0" --json
	valid
	is 2 "$(json_of "$p0" CRITICAL "Connection refused on 127.0.0.1 port $p0" closed false refused '"Connection refused"' '"Connection refused"' null),\"time\":null,\"rtt\":null,\"resolve\":null,\"connect\":null,\"syn_resent\":0,\"offset\":null,$unanswered,\"attempts\":[{\"address\":\"127.0.0.1\",\"outcome\":\"refused\",\"reason\":\"Connection refused\"}],\"steps\":[],\"tls\":null}"
	check -p "$p0" --json -r ok
	[ "$status" = 0 ] && silent
	grep -q '"status":"OK".*"state":"closed","open":false,"ok":true,' "$out"
}

@test "--json: mismatch, with -j too" {
	serve 'tcp4 say "no" close'
	check -p "$p0" -e yes --json
	valid
	[ "$status" = 1 ] && silent
	grep -q '"status":"WARNING","text":"Unexpected response from host/socket on 127.0.0.1 port [0-9]*: no (expected \\u0022yes\\u0022; the peer closed)",' "$out"
	grep -q '"state":"open","open":true,"ok":false,"outcome":"mismatch","reason":"unexpected answer: no","closed_reason":null,"note":"no",' "$out"
	serve 'tcp4 say "secret" close'
	check -p "$p0" -e yes --json -j
	valid
	[ "$status" = 1 ] && silent
	[ "$(grep -c secret "$out")" = 0 ]
	grep -q '"outcome":"mismatch","reason":"unexpected answer","closed_reason":null,"note":null,' "$out"
}

@test "--json: timeout, stalled, unresolved" {
	serve 'tcp4 full' 'tcp4'
	check -p "$p0" -t 0.2 --json
	valid
	[ "$status" = 2 ] && silent
	grep -q '"state":"filtered","open":false,"ok":false,"outcome":"timeout","reason":"no answer","closed_reason":"no answer","note":null,' "$out"
	check -p "$p1" -e x -t 0.2 --json
	valid
	[ "$status" = 2 ] && silent
	grep -q '"state":"open","open":true,"ok":false,"outcome":"stalled","reason":"connected, but no answer","closed_reason":null,"note":null,' "$out"
	check -H $'a"..|\e\xff' -p 1 --json
	valid
	[ "$status" = 2 ] && silent
	grep -q '"name":"a\\u005c\\u0022..\\u005cx7c\\u005cx1b\\u005cxff/tcp/1","host":"a\\u0022..\\u007c\\u001b\\u00ff","address":null,"port":1,' "$out"
}

@test "--json: a Unix socket" {
	serve 'unix'
	check -H "$p0" --json
	valid
	is 0 "{\"version\":1,\"service\":\"TCP\",\"status\":\"OK\",\"text\":\"T second response time on socket $p0\",\"name\":\"$p0\",\"host\":null,\"address\":null,\"port\":null,\"transport\":\"unix\",\"expected\":\"open\",\"state\":\"open\",\"open\":true,\"ok\":true,\"outcome\":\"ok\",\"reason\":null,\"closed_reason\":null,\"note\":null,\"time\":T,\"rtt\":null,\"resolve\":null,\"connect\":T,\"syn_resent\":0,\"offset\":null,$answered,\"attempts\":[{\"address\":null,\"outcome\":\"ok\",\"reason\":null}],\"steps\":[],\"tls\":null}"
}

@test "--json: an error in the options is plain text" {
	check -p 0 --json
	usage "-p: 0: not a port from 1 to 65535, nor a service name"
	check --json=yes
	usage '--json: takes no value'
}

@test "--protocol: each service says, expects and ends as it should" {
	while IFS='|' read -r name script answer bytes; do
		serve "tcp4 $script"
		check -p "$p0" --protocol="$name" -E
		is 0 "${name^^} OK - T second response time on 127.0.0.1 port $p0$answer$timed"
		got ${bytes:+"$bytes"}
	done <<-'END'
		tcp|say "x"||
		ftp|say "220 x\r\n"| [220 x]|6 "QUIT\r\n"
		smtp|say "220 x\r\n"| [220 x]|6 "QUIT\r\n"
		pop|say "+OK x\r\n"| [+OK x]|6 "QUIT\r\n"
		imap|say "* OK x\r\n"| [* OK x]|11 "a1 LOGOUT\r\n"
		nntp|say "200 x\r\n"| [200 x]|6 "QUIT\r\n"
		nntp|say "201 x\r\n"| [201 x]|6 "QUIT\r\n"
		clamd|expect "PING" say "PONG\n"| [PONG]|4 "PING"
	END
}

@test "--protocol=jabber: what is said stays unsaid" {
	serve "tcp4 expect \"<stream:stream to='host' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>\n\" say \"<?xml version='1.0'?>\""
	check -p "$p0" --protocol=jabber
	is 0 "JABBER OK - T second response time on 127.0.0.1 port $p0$timed"
	fake_wait_log 'closed 0 #1'
	grep -F '"</stream:stream>\n"' "$FAKE_LOG"
}

@test "--protocol: each has its port" {
	while read -r name port; do
		for o in "--protocol=$name" "--protocol ${name^^}" "--prot=$name"; do
			check -H 255.255.255.255 $o
			is 2 "${name^^} CRITICAL - Network is unreachable on 255.255.255.255 port $port$untimed"
		done
	done <<-'END'
		ftp 21
		smtp 25
		pop 110
		imap 143
		nntp 119
		jabber 5222
		clamd 3310
	END
	check -H 255.255.255.255 --protocol=tcp
	usage '-p: no port is given'
}

@test "--protocol: expected at the beginning, decided as soon as it differs" {
	serve 'tcp4 say "x 220"' 'tcp4 say "22"'
	check -p "$p0" --protocol=ftp --wait 0 -t 30
	is 1 "FTP WARNING - Unexpected response from host/socket on 127.0.0.1 port $p0: x 220 (expected \"220\"; it begins otherwise)|time=Ts;;;0.000000;30.000000"
	within 20000
	check -p "$p1" --protocol=ftp --wait 0.05
	is 1 "FTP WARNING - Unexpected response from host/socket on 127.0.0.1 port $p1: 22 (expected \"220\"; nothing more came for 0.05 s)$timed"
	check -p "$p0" --protocol=nntp --wait 0 -t 30
	is 1 "NNTP WARNING - Unexpected response from host/socket on 127.0.0.1 port $p0: x 220 (expected \"200\" or \"201\"; it begins otherwise)|time=Ts;;;0.000000;30.000000"
}

@test "--protocol with -e: these in place of its own, anywhere" {
	serve 'tcp4 say "200 ready"'
	check -p "$p0" --protocol=nntp -e ready
	is 0 "NNTP OK - T second response time on 127.0.0.1 port $p0 [200 ready]$timed"
	check -p "$p0" --protocol=nntp -A -e ready -e 200
	is 0 "NNTP OK - T second response time on 127.0.0.1 port $p0 [200 ready]$timed"
	check -p "$p0" --protocol=nntp -e no --wait 0.05
	is 1 "NNTP WARNING - Unexpected response from host/socket on 127.0.0.1 port $p0: 200 ready (expected \"no\"; nothing more came for 0.05 s)$timed"
}

@test "--protocol with -s and -q: these in place of its own" {
	serve 'tcp4 expect "VERSION" say "PONG"'
	check -p "$p0" --protocol=clamd -s VERSION -q END
	is 0 "CLAMD OK - T second response time on 127.0.0.1 port $p0 [PONG]$timed"
	got '7 "VERSION"' '5 "END\r\n"'
}

@test "--protocol: none of that name" {
	check --protocol=gopher -p 1
	usage '--protocol: gopher: no protocol of that name'
}

@test "the program's name: check_imap is imap" {
	serve 'tcp4 say "* OK x\r\n"'
	link check_imap
	check -p "$p0"
	is 0 "IMAP OK - T second response time on 127.0.0.1 port $p0 [* OK x]$timed"
	check -p "$p0" --protocol=tcp
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0$timed"
}

@test "the program's name: each service" {
	for name in ftp:21 smtp:25 pop:110 imap:143 nntp:119 jabber:5222 clamd:3310; do
		link "check_${name%:*}"
		check -H 255.255.255.255
		service=${name%:*}
		is 2 "${service^^} CRITICAL - Network is unreachable on 255.255.255.255 port ${name#*:}$untimed"
	done
}

@test "the program's name: check_tcp and foreign names are tcp" {
	serve 'tcp4'
	for name in check_tcp port-check; do
		link "$name"
		check -p "$p0"
		is 0 "TCP OK - T second response time on 127.0.0.1 port $p0$timed"
	done
}

@test "the program's name: no such service, and no part of one" {
	for name in check_gopher check_tcp_local check_ftpx check_im check_; do
		link "$name"
		check -p 1
		usage "$name: there is no protocol of that name"
	done
}

@test "--output-format: one-line" {
	serve 'tcp4'
	for o in --output-format=one-line '--output-format one-line' --o=ONE-LINE; do
		check -p "$p0" $o
		is 0 "TCP OK - T second response time on 127.0.0.1 port $p0$timed"
	done
}

@test "--output-format=multi-line: open" {
	serve 'tcp4'
	for o in --output-format=multi-line '--output-format multi-line' \
		--output-format=Multi-Line --out=multi-line; do
		check -p "$p0" $o
		is 0 '[OK] - Connection succeeded' \
			$'\t\\_[OK] - Connection time Ts is within thresholds' \
			$'\t\\_[OK]'" - Connection on 127.0.0.1 port $p0 was a SUCCESS$timed"
	done
}

@test "--output-format=multi-line: expected, mismatch" {
	serve 'tcp4 say "hello" close'
	check -p "$p0" --output-format=multi-line -e ello
	is 0 '[OK] - Connection succeeded' \
		$'\t\\_[OK] - Connection time Ts is within thresholds' \
		$'\t\\_[OK] - The answer of the server matched the expectation' \
		$'\t\\_[OK]'" - Connection on 127.0.0.1 port $p0 was a SUCCESS$timed"
	check -p "$p0" --output-format=multi-line -e no
	is 1 '[WARNING] - Answer failed to match expectation: expected "no"; the peer closed' \
		$'\t\\_[OK] - Connection time Ts is within thresholds' \
		$'\t\\_[WARNING] - Answer failed to match expectation: expected "no"; the peer closed' \
		$'\t\\_[OK]'" - Connection on 127.0.0.1 port $p0 was a SUCCESS$timed"
}

@test "--output-format=multi-line: thresholds" {
	serve 'tcp4'
	check -p "$p0" --output-format=multi-line -w 0 -c 60
	is 1 '[WARNING] - Connection time Ts exceeded warning threshold (0.000000)' \
		$'\t\\_[WARNING] - Connection time Ts exceeded warning threshold (0.000000)' \
		$'\t\\_[OK]'" - Connection on 127.0.0.1 port $p0 was a SUCCESS|time=Ts;0.000000;60.000000;0.000000;10.000000"
	check -p "$p0" --output-format=multi-line -w 0 -c @0:60
	is 2 '[CRITICAL] - Connection time Ts exceeded critical threshold (@60.000000)' \
		$'\t\\_[CRITICAL] - Connection time Ts exceeded critical threshold (@60.000000)' \
		$'\t\\_[OK]'" - Connection on 127.0.0.1 port $p0 was a SUCCESS|time=Ts;0.000000;@60.000000;0.000000;10.000000"
}

@test "--output-format=multi-line: refused" {
	serve 'tcp4 closed'
	check -p "$p0" --output-format=multi-line
	is 2 "[CRITICAL] - Connection refused on 127.0.0.1 port $p0" \
		$'\t\\_[CRITICAL]'" - Connection refused on 127.0.0.1 port $p0$untimed"
	check -p "$p0" --output-format=multi-line -r ok
	is 0 "[OK] - Connection refused on 127.0.0.1 port $p0" \
		$'\t\\_[OK]'" - Connection refused on 127.0.0.1 port $p0$untimed"
}

@test "--output-format=multi-line: no data" {
	serve 'tcp4 close'
	check -p "$p0" --output-format=multi-line -e x
	is 2 "[CRITICAL] - No data received from host on 127.0.0.1 port $p0: connection closed" \
		$'\t\\_[CRITICAL]'" - No data received from host on 127.0.0.1 port $p0: connection closed" \
		$'\t\\_[OK]'" - Connection on 127.0.0.1 port $p0 was a SUCCESS$untimed"
}

@test "--output-format: no other" {
	check -p 1 --output-format=xml
	usage '--output-format: xml: not one of one-line, multi-line, json'
}

@test "-V, --version: exit 3" {
	for o in -V --version --vers; do
		check $o
		[ "$status" = 3 ] && silent
		grep -Eqx 'check_tcp v[0-9][^ ]* \(portstate\)' "$out"
		[ "$(wc -l <"$out")" = 1 ]
	done
}

@test "-h, --help: exit 3, every option, at most 80 columns" {
	for o in -h --help --he '-h --nonsense'; do
		check $o
		[ "$status" = 3 ] && silent
		head -n 1 "$out" | grep -Eqx 'check_tcp v[0-9][^ ]* \(portstate\)'
		[ "$(wc -L <"$out")" -le 80 ]
	done
	for o in H,\ --hostname=HOST p,\ --port=PORT 4,\ --use-ipv4 6,\ --use-ipv6 \
		s,\ --send=STRING e,\ --expect=STRING A,\ --all q,\ --quit=STRING \
		E,\ --escape r,\ --refuse=STATE M,\ --mismatch=STATE j,\ --jail \
		m,\ --maxbytes=BYTES d,\ --delay=SECONDS -wait=SECONDS \
		w,\ --warning=RANGE c,\ --critical=RANGE \
		t,\ --timeout=SECONDS\[:STATE] -protocol=NAME \
		-output-format=FORMAT -json -text=FORMAT -perfdata=SET \
		-extra-opts\[=\[SECTION]\[@FILE]] \
		v,\ --verbose V,\ --version h,\ --help S,\ --ssl; do
		grep -Fqx -e " -$o" "$out"
	done
}

@test "-C, --critical-codes, -W, --warning-codes: of no effect" {
	serve 'tcp4'
	for o in '-C 1' --critical-codes=1 --critical-c=1 '-W 1' --warning-codes=1 \
		'--warning-c 1'; do
		check -p "$p0" $o
		is 0 "TCP OK - T second response time on 127.0.0.1 port $p0$timed"
	done
}

@test "an option of TLS is an error in a build without it" {
	"$plugin" -p 1 -S | grep -q 'this build has no TLS' ||
		skip "this build has TLS"
	for o in -S '-D 30' '--sni x' --verify '--verify-name x' '--ca-file x' \
		'--tls-min 1.2' '--client-cert x' '--client-key x' '--alpn x'; do
		check -p 1 -r ok $o
		usage "${o/ /: }: this build has no TLS (OpenSSL)"
	done
	check -p 1 -r ok --step tls
	usage '--step: this build has no TLS (OpenSSL)'
}

#
# How options are read.
#

@test "options count after the host" {
	serve 'tcp4 say "no" close'
	check 127.0.0.1 -p "$p0" -e yes
	is 1 "TCP WARNING - Unexpected response from host/socket on 127.0.0.1 port $p0: no (expected \"yes\"; the peer closed)$timed"
	check -p "$p0" 127.0.0.1 -e yes
	is 1 "TCP WARNING - Unexpected response from host/socket on 127.0.0.1 port $p0: no (expected \"yes\"; the peer closed)$timed"
	check -4 127.0.0.1 -p "$p0" -e no
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0 [no]$timed"
}

@test "POSIXLY_CORRECT changes nothing" {
	serve 'tcp4 say "no" close'
	export POSIXLY_CORRECT=1
	check 127.0.0.1 -p "$p0" -e yes
	is 1 "TCP WARNING - Unexpected response from host/socket on 127.0.0.1 port $p0: no (expected \"yes\"; the peer closed)$timed"
}

@test "letters can be joined" {
	serve 'tcp4 say "220 hello" close'
	check -4jAp "$p0" -e220 -ehello
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0$timed"
}

@test "no such option" {
	check -p 1 -Z
	usage '-Z: no such option'
	check -p 1 --nonsense
	usage '--nonsense: no such option'
	check -p 1 --nonsense=5
	usage '--nonsense: no such option'
	check -p 1 --war=5
	usage '--war: short for several options'
	check -p 1 --all=5
	usage '-A: takes no value'
}

@test "every option that needs a value says so" {
	for o in H p s e q r M m d w c t D C W; do
		check "-$o"
		usage "-$o: needs a value"
	done
	for o in wait protocol output-format text perfdata sni; do
		check "--$o"
		usage "--$o: needs a value"
	done
}

@test "usage errors escape and bound what they quote" {
	check -p $'a|b\n\e\xff'
	usage '-p: a\x7cb\n\x1b\xff: not a port from 1 to 65535, nor a service name'
	check -p 1 a $'b|\n'
	usage 'b\x7c\n: one host is given already'
	long=$(printf 'b%.0s' {1..9000})
	for o in "-p $long" "-w $long" "-p 1 a $long" "--$long" \
		"--extra-opts=@$long" "--extra-opts=$long@/dev/null" "-H /$long"; do
		check $o
		[ "$status" = 3 ] && silent
		first=$(head -n 1 "$out")
		[[ ${#first} -le 1024 ]]
		# The reason, which comes last, is not lost.
		[[ $first == 'TCP UNKNOWN - '*bb*': '* && $first != *bbb ]]
	done
}

#
# --extra-opts
#

@test "--extra-opts: options of the section that has the program's name" {
	serve 'tcp4 say "no" close'
	ini "[other]" "port=1" "[check_tcp]" "port=$p0" "expect=yes" "M=crit" "jail="
	for o in "--extra-opts=@$ini" "--ext=@$ini"; do
		check $o
		is 2 "TCP CRITICAL - Unexpected response from host/socket on 127.0.0.1 port $p0 (expected \"yes\"; the peer closed)$timed"
	done
}

@test "--extra-opts: a section by name" {
	serve 'tcp4'
	ini "[check_tcp]" "port=1" "[mail]" "p=$p0"
	check --extra-opts="mail@$ini"
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0$timed"
}

@test "--extra-opts: the section of a link is the link's name" {
	serve 'tcp4 say "+OK"'
	ini "[check_tcp]" "port=1" "[check_pop]" "port=$p0"
	link check_pop
	check --extra-opts="@$ini"
	is 0 "POP OK - T second response time on 127.0.0.1 port $p0 [+OK]$timed"
}

@test "--extra-opts: one-letter keys" {
	serve 'tcp4 expect "a\nb" say "yes"'
	ini "[check_tcp]" "p=$p0" "H=127.0.0.1" 's=a\nb' "E=" "e=yes" "w=60" "t=5"
	check --extra-opts="@$ini"
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0 [yes]|time=Ts;60.000000;;0.000000;5.000000"
}

@test "--extra-opts: the command line comes after it, wherever it stands" {
	serve 'tcp4'
	ini "[check_tcp]" "port=1" "w=60"
	for o in "--extra-opts=@$ini -p $p0" "-p $p0 --extra-opts=@$ini"; do
		check $o
		is 0 "TCP OK - T second response time on 127.0.0.1 port $p0|time=Ts;60.000000;;0.000000;10.000000"
	done
}

@test "--extra-opts: white space, comments, repeated keys and sections" {
	serve 'tcp4 say "a = b; c" close'
	printf '%s\n' '# a comment' '; another' '' '  [ check_tcp ]  ' \
		" port =  $p0  " 'expect = = b; c' $'\texpect\t=\tno\r' '[x]' 'port=1' \
		'what is not of our section' '[check_tcp]' 'all=' >"$ini"
	check --extra-opts="@$ini"
	is 1 "TCP WARNING - Unexpected response from host/socket on 127.0.0.1 port $p0: a = b; c (expected \"= b; c\" and \"no\"; the peer closed)$timed"
}

@test "--extra-opts: may be repeated" {
	serve 'tcp4'
	ini "[a]" "port=1" "w=60" "[b]" "port=$p0"
	check --extra-opts="a@$ini" --extra-opts="b@$ini"
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0|time=Ts;60.000000;;0.000000;10.000000"
}

@test "--extra-opts: a file without a newline at its end" {
	serve 'tcp4'
	printf '[check_tcp]\nport=%s' "$p0" >"$ini"
	check --extra-opts="@$ini"
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0$timed"
}

@test "--extra-opts: MP_CONFIG_FILE" {
	serve 'tcp4'
	ini "[check_tcp]" "port=$p0" "[mail]" "port=$p0" "w=60"
	export MP_CONFIG_FILE=$ini
	check --extra-opts
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0$timed"
	check --extra-opts=
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0$timed"
	check --extra-opts=mail
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0|time=Ts;60.000000;;0.000000;10.000000"
	MP_CONFIG_FILE=/nonexistent check --extra-opts
	usage '--extra-opts: /nonexistent: No such file or directory'
}

@test "--extra-opts: NAGIOS_CONFIG_PATH" {
	serve 'tcp4'
	mkdir a b
	export NAGIOS_CONFIG_PATH=/nonexistent:$PWD/a:$PWD/b
	for name in a/monitoring-plugins.ini a/plugins.ini a/nagios-plugins.ini \
		b/plugins.ini; do
		rm -f a/* b/*
		printf '[check_tcp]\nport=1\n' >b/nagios-plugins.ini
		printf '[check_tcp]\nport=%s\n' "$p0" >"$name"
		check --extra-opts
		is 0 "TCP OK - T second response time on 127.0.0.1 port $p0$timed"
	done
	ini "[check_tcp]" "port=$p0" "w=60"
	MP_CONFIG_FILE=$ini check --extra-opts
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0|time=Ts;60.000000;;0.000000;10.000000"
}

@test "--extra-opts: errors name file and line" {
	ini "[check_tcp]" "" "port=99999"
	check --extra-opts="@$ini"
	usage "--extra-opts: @$ini: $ini:3: -p: 99999: not a port from 1 to 65535, nor a service name"
	ini "[check_tcp]" "gopher=5"
	check --extra-opts="@$ini"
	usage "--extra-opts: @$ini: $ini:2: gopher: no such option"
	ini "[check_tcp]" "jail=5"
	check --extra-opts="@$ini"
	usage "--extra-opts: @$ini: $ini:2: jail: takes no value"
	ini "[check_tcp]" "port"
	check --extra-opts="@$ini"
	usage "--extra-opts: @$ini: $ini:2: port: there is no '='"
	ini "[check_tcp" "port=1"
	check --extra-opts="@$ini"
	usage "--extra-opts: @$ini: $ini:1: [check_tcp: the closing bracket is missing"
	ini "[check_tcp]" "extra-opts=@$ini"
	check --extra-opts="@$ini"
	usage "--extra-opts: @$ini: $ini:2: extra-opts: not in a file"
	printf '[check_tcp]\nport=1\0\n' >"$ini"
	check --extra-opts="@$ini"
	usage "--extra-opts: @$ini: $ini: the file has a NUL byte"
}

@test "--extra-opts: an option in a file that needs a value" {
	ini "[check_tcp]" "port="
	check --extra-opts="@$ini"
	usage "--extra-opts: @$ini: $ini:2: -p: not a port from 1 to 65535, nor a service name"
}

@test "--extra-opts: no such section, no such file, no regular file" {
	ini "[check_tcp]" "port=1"
	check --extra-opts="no@$ini"
	usage "--extra-opts: no@$ini: $ini: has no section [no]"
	check --extra-opts=@/nonexistent
	usage '--extra-opts: @/nonexistent: /nonexistent: No such file or directory'
	check --extra-opts=@/
	usage '--extra-opts: @/: /: not a regular file'
	check --extra-opts=@/dev/zero
	usage '--extra-opts: @/dev/zero: /dev/zero: not a regular file'
	mkfifo fifo
	check --extra-opts="@$PWD/fifo"
	usage "--extra-opts: @$PWD/fifo: $PWD/fifo: not a regular file"
}

@test "--extra-opts: no file anywhere" {
	for dir in /usr/local/etc /etc /usr/local/nagios/etc /usr/local/etc/nagios \
		/etc/nagios /etc/monitoring-plugins /etc/opt /etc/opt/nagios \
		/usr/local/etc/monitoring-plugins; do
		for name in monitoring-plugins plugins nagios-plugins; do
			[ ! -e "$dir/$name.ini" ] || skip "$dir/$name.ini exists"
		done
	done
	check --extra-opts -p 1
	usage '--extra-opts: none of the usual files exists'
}

#
# Outcomes.
#

@test "refused" {
	serve 'tcp4 closed'
	check -p "$p0"
	is 2 "TCP CRITICAL - Connection refused on 127.0.0.1 port $p0$untimed"
}

@test "refused: IPv6" {
	need_ipv6
	serve 'tcp6 closed'
	check -H ::1 -p "$p0"
	is 2 "TCP CRITICAL - Connection refused on ::1 port $p0$untimed"
}

@test "a failure keeps the thresholds in its performance data" {
	serve 'tcp4 closed'
	check -p "$p0" -w 1:2 -c @5 -t 3
	is 2 "TCP CRITICAL - Connection refused on 127.0.0.1 port $p0|time=U;1.000000:2.000000;@5.000000;0.000000;3.000000"
}

@test "timeout" {
	serve 'tcp4 full'
	check -p "$p0" -t 0.3
	is 2 "TCP CRITICAL - Socket timeout after 0.3 seconds on 127.0.0.1 port $p0: no answer to the connection attempt|time=U;;;0.000000;0.300000"
}

@test "a mismatch has the thresholds, not zeroes" {
	serve 'tcp4 say "no" close'
	check -p "$p0" -e yes -w 30 -c 60
	is 1 "TCP WARNING - Unexpected response from host/socket on 127.0.0.1 port $p0: no (expected \"yes\"; the peer closed)|time=Ts;30.000000;60.000000;0.000000;10.000000"
}

@test "a mismatch is decided at once when the peer closes" {
	serve 'tcp4 say "no" close' 'tcp4 say "no" shutdown'
	for port in "$p0" "$p1"; do
		check -p "$port" -e yes --wait 0 -t 30
		is 1 "TCP WARNING - Unexpected response from host/socket on 127.0.0.1 port $port: no (expected \"yes\"; the peer closed)|time=Ts;;;0.000000;30.000000"
		within 20000
	done
}

@test "a mismatch is decided at once when the peer resets" {
	serve 'tcp4 say "no" wait 100 reset'
	check -p "$p0" -e yes --wait 0 -t 30
	is 1 "TCP WARNING - Unexpected response from host/socket on 127.0.0.1 port $p0: no (expected \"yes\"; the connection was reset)|time=Ts;;;0.000000;30.000000"
	within 20000
}

@test "what matched before the peer closed or reset is a match" {
	serve 'tcp4 say "yes" close' 'tcp4 say "yes" wait 100 reset'
	check -p "$p0" -e yes
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0 [yes]$timed"
	check -p "$p1" -e yes
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p1 [yes]$timed"
}

@test "no data: closed before an answer" {
	serve 'tcp4 close'
	check -p "$p0" -e x
	is 2 "TCP CRITICAL - No data received from host on 127.0.0.1 port $p0: connection closed$untimed"
	check -p "$p0" -e x -A -e y
	is 2 "TCP CRITICAL - No data received from host on 127.0.0.1 port $p0: connection closed$untimed"
}

@test "reset before an answer" {
	serve 'tcp4 reset' 'tcp4 read reset'
	check -p "$p0" -e x
	is 2 "TCP CRITICAL - No data received from host: Connection reset by peer on 127.0.0.1 port $p0$untimed"
	check -p "$p1" -s hello -q bye -e x
	is 2 "TCP CRITICAL - No data received from host: Connection reset by peer on 127.0.0.1 port $p1$untimed"
}

@test "stalled: accepted by the kernel, read by nobody" {
	serve 'tcp4 noaccept'
	check -p "$p0" -s hello -e x -t 0.3
	is 2 "TCP CRITICAL - Socket timeout after 0.3 seconds on 127.0.0.1 port $p0: connected, but no answer|time=U;;;0.000000;0.300000"
}

@test "an open port is OK although its peer closes or resets, when nothing is expected" {
	serve 'tcp4 close' 'tcp4 reset'
	check -p "$p0"
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0$timed"
	check -p "$p0" -q bye
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0$timed"
}

@test "unresolved: no name, no address" {
	check -H a..b -p 1
	is 2 "TCP CRITICAL - Invalid hostname, address or socket: a..b: Name or service not known$untimed"
	check -H ::1::1 -p 1
	is 2 "TCP CRITICAL - Invalid hostname, address or socket: ::1::1: not an IPv6 address$untimed"
	check -H fe80::1 -p 1
	is 2 "TCP CRITICAL - Invalid hostname, address or socket: fe80::1: a link-local address needs a zone: fe80::1%eth0$untimed"
	check -H fe80::1%nosuchif0 -p 1
	is 2 "TCP CRITICAL - Invalid hostname, address or socket: fe80::1%nosuchif0: the zone is not an interface of this machine$untimed"
}

@test "unresolved: a long name does not push out the rest" {
	check -H "$(printf 'b%.0s' {1..9000})" -p 1
	[ "$status" = 2 ] && silent
	[ "$(wc -l <"$out")" = 1 ] && [ "$(wc -c <"$out")" -le 1024 ]
	grep -q '^TCP CRITICAL - Invalid hostname, address or socket: bbb.*: [A-Z].*|time=U;;;0.000000;10.000000$' "$out"
}

@test "unreachable: a broadcast address" {
	check -H 255.255.255.255 -p 80
	is 2 "TCP CRITICAL - Network is unreachable on 255.255.255.255 port 80$untimed"
}

# limited N ARG...: with that many descriptors, of which three are taken
limited() {
	grep -q __asan_init "$plugin" && skip "sanitizers need descriptors"
	status=0
	timeout -s KILL 60 sh -c 'ulimit -n "$1" && shift && exec "$@"' - \
		"$1" "$plugin" "${@:2}" >"$out" 2>"$err" 3>&- 4>&- || status=$?
}

@test "local error: no descriptor left" {
	serve 'tcp4'
	limited 4 -p "$p0"
	is 3 "TCP UNKNOWN - Cannot probe 127.0.0.1 port $p0: Too many open files$untimed"
	limited 3 -p "$p0" <&- # the loader needs one
	is 3 "TCP UNKNOWN - Cannot probe 127.0.0.1 port $p0: Too many open files$untimed"
}

@test "local error: no descriptor left to look up a name" {
	for n in 4 5 6; do
		limited "$n" -H localhost -p 1
		[ "$status" = 3 ] || grep '^TCP CRITICAL - Connection refused' "$out"
		silent
	done
}

@test "local error: no permission for the path of a socket" {
	[ "$(id -u)" = 0 ] || skip "not root"
	serve 'unix'
	chmod 700 "${p0%/*}"
	unprivileged -H "$p0"
	is 3 "TCP UNKNOWN - Cannot probe socket $p0: Permission denied$untimed"
}

# By its descriptor, as the directory may be root's alone.
unprivileged() {
	exec 9<"$plugin"
	status=0
	setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs \
		/proc/self/fd/9 "$@" >"$out" 2>"$err" 3>&- 4>&- || status=$?
	exec 9<&-
}

@test "works as an unprivileged user" {
	[ "$(id -u)" = 0 ] || skip "not root: all tests show it"
	serve 'tcp4 expect "a" say "b"' 'tcp4 closed'
	unprivileged -p "$p0" -s a -e b -q c
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0 [b]$timed"
	unprivileged -p "$p1"
	is 2 "TCP CRITICAL - Connection refused on 127.0.0.1 port $p1$untimed"
}

#
# Unix sockets.
#

@test "a Unix socket" {
	serve 'unix say "hello\n"'
	check -H "$p0"
	is 0 "TCP OK - T second response time on socket $p0$timed"
	check -H "$p0" -p 5 -e hell
	is 0 "TCP OK - T second response time on socket $p0 [hello]$timed"
	check "$p0" -e no --wait 0.05
	is 1 "TCP WARNING - Unexpected response from host/socket on socket $p0: hello (expected \"no\"; nothing more came for 0.05 s)$timed"
}

@test "a Unix socket: send, quit" {
	serve 'unix expect "PING" say "PONG"'
	check -H "$p0" -s PING -e PONG -q BYE
	is 0 "TCP OK - T second response time on socket $p0 [PONG]$timed"
	got '4 "PING"' '5 "BYE\r\n"'
}

@test "a Unix socket: closed, silent" {
	serve 'unix close' 'unix'
	check -H "$p0" -e x
	is 2 "TCP CRITICAL - No data received from host on socket $p0: connection closed$untimed"
	check -H "$p1" -e x -t 0.2
	is 2 "TCP CRITICAL - Socket timeout after 0.2 seconds on socket $p1: connected, but no answer|time=U;;;0.000000;0.200000"
}

@test "a Unix socket that nobody listens to is refused" {
	serve 'unix closed'
	check -H "$p0"
	is 2 "TCP CRITICAL - Connection refused on socket $p0$untimed"
	check -H "$p0" -r ok
	is 0 "TCP OK - Connection refused on socket $p0$untimed"
}

@test "a Unix socket with a full queue is a timeout" {
	serve 'unix full'
	check -H "$p0" -t 0.3 -r ok
	is 2 "TCP CRITICAL - Socket timeout after 0.3 seconds on socket $p0: no answer to the connection attempt|time=U;;;0.000000;0.300000"
	within 10000
}

@test "no Unix socket: missing, a file, a directory, datagrams" {
	serve 'unixdgram'
	: >file
	check -H "$PWD/missing" -r ok
	is 2 "TCP CRITICAL - No such file or directory on socket $PWD/missing$untimed"
	check -H "$PWD/file" -r ok
	is 2 "TCP CRITICAL - Not a socket on socket $PWD/file$untimed"
	check -H "$PWD/file/x" -r ok
	is 2 "TCP CRITICAL - Not a directory on socket $PWD/file/x$untimed"
	check -H "$PWD" -r ok
	is 2 "TCP CRITICAL - Not a socket on socket $PWD$untimed"
	check -H "$p0" -r ok
	is 2 "TCP CRITICAL - Not a stream socket on socket $p0$untimed"
}

@test "a Unix socket: how long a path can be" {
	path=/$(printf 'p%.0s' {1..106})
	check -H "$path"
	is 2 "TCP CRITICAL - No such file or directory on socket $path$untimed"
	check -H "${path}p"
	usage "-H: ${path}p: longer than the path of a socket can be (107 bytes)"
}

#
# What the peer sends.
#

@test "NUL bytes hide nothing" {
	serve 'tcp4 say "ab\x00cdXYZ" close'
	check -p "$p0" -e XYZ
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0 [ab\\x00cdXYZ]$timed"
	check -p "$p0" -e b -e XYZ -A
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0 [ab\\x00cdXYZ]$timed"
	check -p "$p0" -e no
	is 1 "TCP WARNING - Unexpected response from host/socket on 127.0.0.1 port $p0: ab\\x00cdXYZ (expected \"no\"; the peer closed)$timed"
}

@test "any byte can be sent and expected" {
	serve 'tcp4 expect "\x01\xfe\xff\x00" say "\x80\xff\x00ok"'
	check -p "$p0" -E -s '\x01\xfe\xff\0' -e $'\x80\xff'
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0 [\\x80\\xff\\x00ok]$timed"
}

@test "hostile bytes are escaped, on the first line and below" {
	serve 'tcp4 say "a|b\n\r\t\\\"\x1b[31m\x7f\xc3\xa4|time=9s\r\n \x00\n" close'
	check -p "$p0" -e a
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0 [a\\x7cb\\n\\r\\t\\\\\\\"\\x1b[31m\\x7f\\xc3\\xa4\\x7ctime=9s\\r\\n \\x00]$timed"
	check -p "$p0" -e $'|\n\e'
	is 1 "TCP WARNING - Unexpected response from host/socket on 127.0.0.1 port $p0: a\\x7cb\\n\\r\\t\\\\\\\"\\x1b[31m\\x7f\\xc3\\xa4\\x7ctime=9s\\r\\n \\x00 (expected \"\\x7c\\n\\x1b\"; the peer closed)$timed"
	check -p "$p0" -e a -vv
	[ "$(grep '^Received' "$out")" = 'Received: 29 bytes: "a\x7cb\n\r\t\\\"\x1b[31m\x7f\xc3\xa4\x7ctime=9s\r\n \x00\n"' ]
	[ "$(grep -c '|' "$out")" = 1 ]
}

@test "at most 200 bytes of the answer are on the first line" {
	serve 'tcp4 repeat 30 ( say "0123456789" ) say "end"' 'tcp4 repeat 200 ( say "\x01" ) say "end"'
	digits=$(printf '0123456789%.0s' {1..19})
	check -p "$p0" -e end
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0 [${digits}0123456...]$timed"
	check -p "$p1" -e end
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p1 [$(printf '\\x01%.0s' {1..49})...]$timed"
}

@test "hosts are escaped" {
	check -H $'x|y\n\e' -p 1 -t 20
	grep -q '^TCP CRITICAL - Invalid hostname, address or socket: x\\x7cy\\n\\x1b: [A-Z].*|time=U;;;0.000000;20.000000$' "$out"
	[ "$status" = 2 ] && silent
	check -H $'/x|y\n\e'
	is 2 "TCP CRITICAL - No such file or directory on socket /x\\x7cy\\n\\x1b$untimed"
}

@test "all output is at most 8 KiB, and whole" {
	serve 'tcp4 endless "\x01"'
	long=$(printf '\x01%.0s' {1..100})
	check -p "$p0" -e no -vv
	[ "$status" = 1 ] && silent
	[ "$(wc -c <"$out")" -le 8192 ] && [ -z "$(tail -c 1 "$out")" ]
	grep -q '^Received: 1048576 bytes: ".*"$' "$out"
	expected=()
	for i in {1..64}; do
		expected+=(-e "$i$long")
	done
	for format in one-line multi-line; do
		check -p "$p0" -vv "${expected[@]}" --output-format="$format"
		[ "$status" = 1 ] && silent
		[ "$(wc -c <"$out")" -le 8192 ] && [ -z "$(tail -c 1 "$out")" ]
		grep -q '|time=[0-9.]*s;;;0.000000;10.000000 connect=.*;$' "$out"
	done
	check -p "$p0" "${expected[@]}" --json
	valid
	[ "$status" = 1 ] && silent
	[ "$(wc -c <"$out")" -le 8192 ]
}

#
# Where the output goes, signals, surroundings.
#

@test "standard output closed, or full: exit 3" {
	serve 'tcp4'
	"$plugin" -p "$p0" >&- 2>"$err" || status=$?
	[ "$status" = 3 ] && silent
	status=0
	"$plugin" -p "$p0" >/dev/full 2>"$err" || status=$?
	[ "$status" = 3 ] && silent
	for o in -h -V --nonsense; do
		status=0
		"$plugin" "$o" >/dev/full 2>"$err" || status=$?
		[ "$status" = 3 ] && silent
	done
}

@test "a pipe that nobody reads: exit 3, not a signal" {
	serve 'tcp4'
	mkfifo fifo
	exec 8<>fifo 9>fifo 8<&-
	"$plugin" -p "$p0" >&9 2>"$err" 8<&- || status=$?
	exec 9>&-
	[ "$status" = 3 ] && silent
}

@test "a pipe that does not block and is full at first" {
	serve 'tcp4'
	command -v python3 >/dev/null || skip "needs python3"
	python3 - "$plugin" "$p0" >"$out" 2>"$err" <<-'END' || status=$?
		import fcntl, os, subprocess, sys, threading, time
		r, w = os.pipe()
		fcntl.fcntl(w, fcntl.F_SETFL, os.O_NONBLOCK)
		full = 0
		try:
		    while True:
		        full += os.write(w, b'x' * 65536)
		except BlockingIOError:
		    pass
		try:
		    while True:
		        full += os.write(w, b'x')
		except BlockingIOError:
		    pass
		p = subprocess.Popen([sys.argv[1], '-p', sys.argv[2]], stdout=w)
		os.close(w)
		time.sleep(0.1)
		while full > 0:
		    full -= len(os.read(r, min(full, 65536)))
		sys.stdout.write(os.read(r, 65536).decode())
		sys.exit(p.wait())
	END
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0$timed"
}

@test "descriptors 0 to 2 closed: nothing of ours takes their place" {
	serve 'tcp4 expect "a" say "b"'
	"$plugin" -p "$p0" -s a -e b <&- 2>&- >"$out" || status=$?
	: >"$err"
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0 [b]$timed"
	serve 'tcp4 expect "a" say "b"'
	status=0
	"$plugin" -p "$p0" -s a -e b <&- >&- 2>&- || status=$?
	[ "$status" = 3 ]
	got '1 "a"'
	serve 'unix'
	status=0
	"$plugin" -H "$p0" -v <&- >&- 2>&- || status=$?
	[ "$status" = 3 ]
	got
}

@test "nothing is read from standard input" {
	serve 'tcp4'
	check -p "$p0" <<<$'QUIT\n'
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0$timed"
	got
}

@test "SIGTERM, SIGINT, SIGHUP, SIGQUIT: a line, and exit 3" {
	for signal in TERM INT HUP QUIT; do
		serve 'tcp4'
		start -p "$p0" -e x -t 20
		fake_wait_log 'accept 0 #1'
		kill -s "$signal" "$pid"
		finish
		is 3 "TCP UNKNOWN - Not probed: 127.0.0.1 port $p0: interrupted by SIG$signal|time=U;;;0.000000;20.000000"
	done
}

@test "SIGTERM while connecting" {
	serve 'tcp4 full' 'unix full'
	for o in "-p $p0" "-H $p1"; do
		start $o -t 20 -v
		# All that shows from outside: it blocks SIGTERM, and sleeps.
		for i in {1..500}; do
			[[ $(cat "/proc/$pid/comm") == check_tcp* &&
				$(cat "/proc/$pid/status") == *State:?S*SigBlk:?+([0-9a-f])[4-7c-f][0-9a-f][0-9a-f][0-9a-f]$'\n'* ]] &&
				break
			sleep 0.02
		done
		kill -TERM "$pid"
		finish
		[ "$status" = 3 ] && silent
		grep '^TCP UNKNOWN - Not probed: .*: interrupted by SIGTERM|time=U;;;0.000000;20.000000$' "$out"
	done
}

@test "signals that ask for nothing do nothing" {
	serve 'tcp4 read say "yes"'
	start -p "$p0" -s a -d 0.5 -e yes
	fake_wait_log 'accept 0 #1'
	kill -USR1 "$pid"
	kill -ALRM "$pid"
	kill -PIPE "$pid"
	kill -CHLD "$pid"
	finish
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0 [yes]$timed"
}

@test "decimal points in every locale" {
	serve 'tcp4'
	LC_ALL=de_DE.UTF-8 LANG=de_DE.UTF-8 check -p "$p0" -w 30.5 -t 5.5
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0|time=Ts;30.500000;;0.000000;5.500000"
	LC_ALL=de_DE.UTF-8 check -p "$p0" -w 30,5
	usage '-w: 30,5: not a number'
}

@test "works without any environment" {
	serve 'tcp4'
	env -i "$plugin" -p "$p0" >"$out" 2>"$err" || status=$?
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0$timed"
}
