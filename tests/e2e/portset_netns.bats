#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154
#
# check_portset in networks of its own: all ports there are, and what a peer on
# loopback cannot do.
# The networks are those of spaces.bash.

# Before the functions below, some of which are in place of its own.
load spaces

setup() {
	spaces_setup check_portset
}

teardown() {
	spaces_teardown
}

# listen SPACE ADDRESS PORT...: connections stay in the backlog
listen() {
	command -v python3 >/dev/null || skip "needs python3"
	nsenter -t "${spaces[$1]}" -n -m -- python3 -c '
import resource, signal, socket, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
kept = []
for port in sys.argv[3:]:
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((sys.argv[2], int(port)))
    s.listen(100)
    kept.append(s)
open(sys.argv[1], "w").close()
signal.pause()' "$PWD/listening" "${@:2}" 3>&- 4>&- &
	holders+=($!)
	disown
	for i in {1..500}; do
		[ ! -e listening ] || break
		sleep 0.02
	done
	rm listening
}

# hundred: a hundred ports, some beside each other, the first and the last
hundred() {
	printf '%d\n' 1 2 3 65533 65534 65535
	seq 40000 40009
	seq 1000 761 65000
}

# state_is STATE PORTS...: these have it of all that JSON tells, no others
state_is() {
	diff <(printf '%s\n' "${@:2}" | sed '/^$/d' | sort -n) \
		<(sed -nE "s/.*\"port\":([0-9]+),.*\"state\":\"$1\",.*/\1/p" "$out" |
			sort -n) >differ || {
		head -n 20 differ
		return 1
	}
}

silent_status() {
	silent && [ "$status" = "$1" ]
}

@test "all 65,535 ports: exactly those that listen, three times" {
	mapfile -t open < <(hundred | sort -nu)
	listen client 127.0.0.1 "${open[@]}"
	for i in 1 2 3; do
		check -p 1-65535 --format json
		silent_status 0
		state_is open "${open[@]}"
		[ "$(grep -c '"state":"closed"' "$out")" = $((65535 - ${#open[@]})) ]
	done
	list=$(IFS=,; echo "${open[*]}")
	check -p "1-65535=closed,$list"
	silent_status 0
	head -n 1 "$out" | grep -q '^PORTSET OK - 65535 of 65535 as expected|'
	# One that nobody expects.
	listen client 127.0.0.1 54321
	check -p "1-65535=closed,$list"
	silent_status 2
	head -n 1 "$out" | grep -q '^PORTSET CRITICAL - 1 of 65535 not as expected: 127.0.0.1/tcp/54321 open|'
}

@test "all ports, with few of our own: a socket never finds itself" {
	client sh -c 'echo 40000 40999 >/proc/sys/net/ipv4/ip_local_port_range' ||
		skip "may not set the range of ports"
	listen client 127.0.0.1 40007 40500 50000
	for i in 1 2 3; do
		check -p 39000-42000,50000 --format json
		state_is open 40007 40500 50000
		[ "$(grep -c '"state":"filtered"' "$out")" = 0 ]
	done
	for o in '--parallel 1' '--parallel 50' --hedge '--retries 2'; do
		# shellcheck disable=SC2086
		check -p 40000-40999=closed,40007,40500 $o
		head -n 1 "$out" | grep -q '^PORTSET OK - 1000 of 1000 as expected|'
	done
}

@test "a handful of ports of our own: never open" {
	client sh -c 'echo 40000 40003 >/proc/sys/net/ipv4/ip_local_port_range' ||
		skip "may not set the range of ports"
	for i in {1..30}; do
		check -p 40000-40003=closed --format json
		state_is open
		state_is filtered
		[ "$status" != 2 ]
	done
}

@test "over a network: 2,000 ports of two hosts" {
	listen server 10.9.0.2 80 443 1999
	listen server 10.9.4.2 25 443
	check -H 10.9.0.2,10.9.4.2 -p 1-2000 --format json
	silent_status 0
	diff - <(sed -nE 's/^\{"name":"([^"]*)".*"open":true.*/\1/p' "$out") <<-'END'
		10.9.4.2/tcp/25
		10.9.0.2/tcp/80
		10.9.0.2/tcp/443
		10.9.4.2/tcp/443
		10.9.0.2/tcp/1999
	END
	[ "$(grep -c '"state":"closed"' "$out")" = 3995 ]
	check -H 10.9.0.2,10.9.4.2 -p 1-2000=closed,443
	silent_status 2
	head -n 1 "$out" | grep -q '^PORTSET CRITICAL - 3 of 4000 not as expected: 10.9.4.2/tcp/25 open, ...|'
}

@test "what is open in a network" {
	listen server 10.9.0.2 80
	listen client 10.9.0.7 80
	check -H 10.9.0.0/24 -p 80-81 --format json
	silent_status 0
	diff - <(sed -nE 's/^\{"name":"([^"]*)".*"open":true.*/\1/p' "$out") <<-'END'
		10.9.0.2/tcp/80
		10.9.0.7/tcp/80
	END
	[ "$(grep -c '"state":"closed"' "$out")" = 4 ]
	# The kernel says of some fifty in a second that nobody is there.
	[ "$(grep -c '"state":"filtered"' "$out")" = 506 ]
	[ "$(grep -c '"outcome":"unreachable"' "$out")" -ge 40 ]
	# So it does of the broadcast address.
	check -H 10.9.0.255 -p 80=filtered,81=any,udp:80=any
	silent_status 0
}

@test "filtered: what a firewall drops" {
	firewall server input 'tcp dport 100-199 drop'
	listen server 10.9.0.2 90 150
	check -H 10.9.0.2 -p 90-210 --format json --probe-timeout 0.7
	silent_status 0
	state_is open 90
	state_is filtered {100..199}
	[ "$(grep -c '"outcome":"timeout"' "$out")" = 100 ]
	[ "$(grep -c '"state":"closed"' "$out")" = 20 ]
	check -H 10.9.0.2 -p 100-199=closed --probe-timeout 0.7
	silent_status 2
}

@test "filtered: a thousand take no longer than one" {
	firewall server input 'tcp dport 1-1000 drop'
	check -H 10.9.0.2 -p 1-1000=filtered --probe-timeout 1
	silent_status 0
	((took_ms >= 1000))
	within 4000
}

@test "filtered: --retries, and the time they take" {
	firewall server input 'tcp dport 1-100 drop'
	check -H 10.9.0.2 -p 1-100=filtered --probe-timeout 0.5 --retries 2
	silent_status 0
	((took_ms >= 1500))
	within 6000
}

@test "rejected, prohibited, unreachable: who says so is told" {
	firewall server input 'tcp dport 1 reject with icmp type port-unreachable' \
		'tcp dport 2 reject with icmp type admin-prohibited' \
		'tcp dport 3 reject with icmp type host-unreachable' \
		'tcp dport 4 reject with tcp reset'
	check -H 10.9.0.2 -p 1,2,3,4 --probe-timeout 5 -v
	silent_status 2
	while read -r line; do
		grep -Fqx "10.9.0.2/tcp/$line" "$out" || {
			cat "$out"
			return 1
		}
	done <<-'END'
		1: filtered, expected open: Connection rejected: ICMP port unreachable from 10.9.0.2
		2: filtered, expected open: Connection prohibited: ICMP administratively prohibited from 10.9.0.2
		3: filtered, expected open: No route to host: ICMP host unreachable from 10.9.0.2
		4: closed, expected open: Connection refused
	END
	check -H 10.9.0.2 -p 1-3=filtered,4=closed
	silent_status 0
	within 9000
	# A socket that got such a message is not used for another port.
	check -H 10.9.0.2 -p 1-300=closed --parallel 1
	grep -q '^PORTSET CRITICAL - 3 of 300 not as expected: 10.9.0.2/tcp/1 ' "$out"
}

@test "unreachable: no route" {
	client ip route del default
	check -H 10.9.2.7 -p 1-5,udp:53=any
	silent_status 3
	grep -q '^PORTSET UNKNOWN - 0 of 6 as expected; 6 not probed: 10.9.2.7/tcp/1 (Network is unreachable), ...|total=6;;;0; failed=0;;0;0;6 open=0;;;0; closed=0;;;0; filtered=0;;;0; open_filtered=0;;;0; unknown=6;' "$out"
	check -H 10.9.0.2,10.9.2.7 -p 1,2=filtered --probe-timeout 5 -v
	silent_status 2
	grep -qx '10.9.2.7/tcp/2: unknown, expected filtered: Network is unreachable' "$out"
	grep -qx '10.9.2.7/tcp/1: filtered, expected open: Network is unreachable' "$out"
	# Our own lack of a route makes nothing filtered.
	grep -q '^PORTSET CRITICAL - 4 of 4 not as expected: ' "$out"
}

@test "a SYN that was lost: --hedge, --retries" {
	firewall server input
	server nft add rule inet test input 'tcp flags syn / syn,ack numgen inc mod 2 0 drop'
	serve 'tcp4@10.9.0.2:80'
	check -H 10.9.0.2 -p 80 --probe-timeout 0.7
	silent_status 2
	grep -q '^10.9.0.2/tcp/80: filtered, expected open: no answer$' "$out"
	lose_next
	check -H 10.9.0.2 -p 80 --probe-timeout 0.7 --retries 1
	silent_status 0
	lose_next
	check -H 10.9.0.2 -p 80 --probe-timeout 0.7 --hedge
	silent_status 0
	# The kernel comes to ask again after a second.
	lose_next
	check -H 10.9.0.2 -p 80 --probe-timeout 5
	silent_status 0
	((took_ms >= 900))
}

lose_next() {
	server nft flush chain inet test input
	server nft add rule inet test input 'tcp flags syn / syn,ack numgen inc mod 2 0 drop'
}

@test "--hedge of many: what is lost is asked again, nothing is told twice" {
	firewall server input 'tcp flags syn / syn,ack numgen random mod 20 0 drop'
	mapfile -t open < <(seq 100 149)
	listen server 10.9.0.2 "${open[@]}"
	check -H 10.9.0.2 -p 1-500 --hedge --probe-timeout 5 --format json
	silent_status 0
	state_is open "${open[@]}"
	[ "$(grep -c '^{"name":' "$out")" = 500 ]
	[ "$(grep -c '"state":"closed"' "$out")" = 450 ]
}

@test "--source, --interface" {
	serve 'tcp4@10.9.0.2:80' 'tcp4@10.9.4.2:80'
	check -H 10.9.0.2,10.9.4.2 -p 80 --source 10.9.0.7
	silent_status 0
	fake_wait_log 'accept 0 #1 10.9.0.7:'
	fake_wait_log 'accept 1 #1 10.9.0.7:'
	check -H 10.9.0.2 -p 80 --interface to-server
	silent_status 0
	check -H 10.9.0.2 -p 80 --interface lo --probe-timeout 0.5
	[ "$status" != 0 ] && silent
	[ "$(grep -c '^10.9.0.2/tcp/80: open' "$out")" = 0 ]
}

@test "names: each is looked up once, whatever the ports" {
	serve_in client
	resolver
	# Its id and question, and NXDOMAIN.
	serve 'udp4@127.0.0.1:53 copy 0 2 0 copy 12 18 12 reply "\x00\x00\x81\x83\x00\x01\x00\x00\x00\x00\x00\x00------------------"'
	check -H www.test.lan,127.0.0.1 -p 1-200=closed
	silent_status 2
	head -n 1 "$out" | grep -q '^PORTSET CRITICAL - 200 of 400 not as expected: www.test.lan (all 200 ports: unknown, '
	# Of either family, and each once more.
	[ "$(fake_count accept 0)" -ge 1 ] && [ "$(fake_count accept 0)" -le 4 ]
}

# Its id and its question, nineteen bytes of it, and an address, 127.0.0.5.
a_record="copy 0 2 0 copy 12 19 12 reply \"\\x00\\x00\\x81\\x80\\x00\\x01\\x00\\x01\\x00\\x00\\x00\\x00\
-------------------\\xc0\\x0c\\x00\\x01\\x00\\x01\\x00\\x00\\x00\\x3c\\x00\\x04\\x7f\\x00\\x00\\x05\""

@test "names: many, each looked up once" {
	serve_in client
	resolver
	serve "udp4@127.0.0.1:53 $a_record"
	seq -f n%03g.test.lan 300 >many
	check -4 -F "$PWD/many" -p 1-2 --format json
	silent_status 0
	[ "$(grep -c '^{"name":"n[0-9]*.test.lan/tcp/[12]",.*,"address":"127.0.0.5",.*"state":"closed"' "$out")" = 600 ]
	[ "$(fake_count accept 0)" -ge 300 ]
	[ "$(fake_count accept 0)" -le 450 ]
}

@test "names: many, and a name service that does not answer" {
	serve_in client
	resolver
	serve 'udp4@127.0.0.1:53 silent'
	seq -f n%03g.test.lan 300 >many
	check -4 -F "$PWD/many" -H 127.0.0.1 -p 1=closed -t 2
	silent_status 2
	head -n 1 "$out" | grep -q '^PORTSET CRITICAL - 300 of 301 not as expected: '
	within 15000
}

@test "names: a name service that does not answer holds up nobody else" {
	serve_in client
	resolver
	serve 'udp4@127.0.0.1:53 silent'
	check -H www.test.lan,127.0.0.1 -p 1-100=closed -t 1
	silent_status 2
	head -n 1 "$out" | grep -q '^PORTSET CRITICAL - 100 of 200 not as expected: www.test.lan (all 100 ports: unknown, no answer from the name service)|'
	((took_ms >= 1000))
	within 9000
	check -H www.test.lan -p 1=any -t 0.5 --any
	silent_status 2
}

@test "names: SIGTERM while they are looked up" {
	serve_in client
	resolver
	serve 'udp4@127.0.0.1:53 silent'
	start -H www.test.lan,127.0.0.1 -p 1=closed -t 20
	fake_wait_log 'accept 0 #1'
	kill "$pid"
	finish
	silent_status 3
	grep -qx 'www.test.lan/tcp/1: unknown: interrupted by SIGTERM' "$out"
	grep -q '^PORTSET UNKNOWN - 1 of 2 as expected; 1 not probed: ' "$out"
}

@test "names: the addresses are told, and the next one is tried" {
	names '10.9.4.2 www' '10.9.0.2 www' '10.9.0.2 mx' '10.9.4.2 other'
	serve 'tcp4@10.9.4.2:80' 'tcp4@10.9.0.2:25' 'tcp4@10.9.0.2:80 closed'
	check -H www,mx,other -p 80 --format json -4
	silent_status 2
	grep -q '^{"name":"www/tcp/80","host":"www","address":"10.9.4.2",.*"open":true' "$out"
	grep -q '^{"name":"mx/tcp/80","host":"mx","address":"10.9.0.2",.*"state":"closed"' "$out"
	grep -q '^{"name":"other/tcp/80","host":"other","address":"10.9.4.2",.*"open":true' "$out"
}

@test "works as an unprivileged user over a network" {
	command -v setpriv >/dev/null || skip "needs setpriv"
	firewall server input 'tcp dport 3 reject with icmp type admin-prohibited'
	serve 'tcp4@10.9.0.2:80'
	exec 9<"$program"
	client setpriv --reuid=65534 --regid=65534 --clear-groups \
		/proc/self/fd/9 -H 10.9.0.2 -p 1-100=closed,80,3=filtered \
		>"$out" 2>"$err" 3>&- 4>&- || status=$?
	exec 9<&-
	silent_status 0
}

@test "UDP: open, closed, filtered, silent, all at once" {
	firewall server input 'udp dport 4003 reject with icmp type admin-prohibited' \
		'udp dport 4004 drop'
	serve 'udp4@10.9.0.2:4001 echo' 'udp4@10.9.0.2:53 silent'
	check -H 10.9.0.2 -p udp:4001,udp:4002=closed,udp:4003=filtered,udp:4004=any \
		--probe-timeout 0.7
	silent_status 0
	grep -q 'open=1;;;0; closed=1;;;0; filtered=1;;;0; open_filtered=1;;;0; unknown=0' "$out"
	check -H 10.9.0.2 -p udp:4004,udp:53,udp:4002 --probe-timeout 0.7 -v
	silent_status 2
	grep -qx '10.9.0.2/udp/4004: open or filtered, expected open: no reply' "$out"
	grep -qx '10.9.0.2/udp/53: open or filtered, expected open: no reply' "$out"
	grep -q '^10.9.0.2/udp/4002: closed, expected open: Connection refused: ICMP port unreachable from 10.9.0.2$' "$out"
	check -H 10.9.0.2 -p udp:4001,4001=closed,udp:domain=any --format json --probe-timeout 0.7
	silent_status 0
	grep -q '"name":"10.9.0.2/udp/4001".*"transport":"udp"' "$out"
	grep -q '"name":"10.9.0.2/tcp/4001".*"transport":"tcp"' "$out"
	grep -q '"name":"10.9.0.2/udp/domain".*"state":"open\\u007cfiltered"' "$out"
}

@test "UDP: a host that limits its messages takes one timeout" {
	server sh -c 'echo 1000 >/proc/sys/net/ipv4/icmp_ratelimit'
	serve 'udp4@10.9.0.2:4001 echo'
	check -H 10.9.0.2 -p udp:4000-4999 --probe-timeout 1
	silent_status 0
	within 2000
	grep -qE '^PORTSET OK - 1000 of 1000 as expected; ICMP limited: [0-9]+ of 999 told; open: 10.9.0.2/udp/4001' "$out"
	check -H 10.9.0.2 -p udp:4000-4999 --probe-timeout 1 --format table
	grep -qE ', [0-9]+ open\|filtered(; ICMP limited: [0-9]+ of 999 told)?$' "$out"
}

@test "UDP: a host that does not limit them tells of all" {
	serve 'udp4@10.9.0.2:4001 echo'
	server sh -c 'echo 0 >/proc/sys/net/ipv4/icmp_ratelimit
		echo 1000000 >/proc/sys/net/ipv4/icmp_msgs_per_sec
		echo 1000000 >/proc/sys/net/ipv4/icmp_msgs_burst' 2>/dev/null ||
		skip "cannot lift the limits here"
	check -H 10.9.0.2 -p udp:4000-4999=closed,udp:4001
	silent_status 0
	grep -q ' closed=999;' "$out"
}
