#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154
#
# check_tcp in networks of its own: what a peer on loopback cannot do.
# The networks are those of spaces.bash.

setup() {
	load spaces
	spaces_setup check_tcp
}

teardown() {
	spaces_teardown
}

@test "open: over a network, IPv4 and IPv6" {
	serve 'tcp4@10.9.0.2:80' 'tcp6@[fd00:9::2]:80'
	check -H 10.9.0.2 -p 80
	is 0 "TCP OK - T second response time on 10.9.0.2 port 80$timed"
	need_ipv6
	check -H fd00:9::2 -p 80
	is 0 "TCP OK - T second response time on fd00:9::2 port 80$timed"
	check -H '[fd00:9::2]' -p 80
	is 0 "TCP OK - T second response time on [fd00:9::2] port 80$timed"
}

@test "a link-local address with its zone, by name or number" {
	need_ipv6
	serve 'tcp6@[::]:80'
	local=$(server ip -o -6 addr show dev to-client scope link |
		sed -E 's/.*inet6 ([^/]*).*/\1/')
	index=$(client ip -o link show dev to-server | cut -d: -f1)
	check -H "$local%to-server" -p 80
	is 0 "TCP OK - T second response time on $local%to-server port 80$timed"
	check -H "[$local%$index]" -p 80
	is 0 "TCP OK - T second response time on [$local%$index] port 80$timed"
	check -H "$local" -p 80
	is 2 "TCP CRITICAL - Invalid hostname, address or socket: $local: a link-local address needs a zone: fe80::1%eth0$untimed"
}

@test "the port of a service and of a protocol" {
	serve 'tcp4@10.9.0.2:23' 'tcp4@10.9.0.2:21 say "220 ready"'
	check -H 10.9.0.2 -p telnet
	is 0 "TCP OK - T second response time on 10.9.0.2 port 23$timed"
	check -H 10.9.0.2 --protocol=ftp
	is 0 "FTP OK - T second response time on 10.9.0.2 port 21 [220 ready]$timed"
}

@test "timeout: a router drops it" {
	server ip route add blackhole 10.9.2.0/24
	check -H 10.9.2.7 -p 80 -t 0.3 -r ok
	is 2 "TCP CRITICAL - Socket timeout after 0.3 seconds on 10.9.2.7 port 80: no answer to the connection attempt|time=U;;;0.000000;0.300000"
	check -H 10.9.2.7 -p 80 -t 0.3:ok
	is 0 "TCP OK - Socket timeout after 0.3 seconds on 10.9.2.7 port 80: no answer to the connection attempt|time=U;;;0.000000;0.300000"
	need_ipv6
	server ip route add blackhole fd00:a::/64
	check -H fd00:a::7 -p 80 -t 0.3
	is 2 "TCP CRITICAL - Socket timeout after 0.3 seconds on fd00:a::7 port 80: no answer to the connection attempt|time=U;;;0.000000;0.300000"
}

@test "timeout: a firewall drops it" {
	firewall server input 'tcp dport 80 drop'
	serve 'tcp4@10.9.0.2:80'
	check -H 10.9.0.2 -p 80 -t 0.3 -r ok
	is 2 "TCP CRITICAL - Socket timeout after 0.3 seconds on 10.9.0.2 port 80: no answer to the connection attempt|time=U;;;0.000000;0.300000"
}

# 3 s: one SYN, then another one.
@test "timeout: the kernel gives up first" {
	server ip route add blackhole 10.9.2.0/24
	client sh -c 'echo 1 >/proc/sys/net/ipv4/tcp_syn_retries' ||
		skip "may not set tcp_syn_retries"
	check -H 10.9.2.7 -p 80 -t 30 -r ok
	is 2 "TCP CRITICAL - Connection timed out on 10.9.2.7 port 80|time=U;;;0.000000;30.000000"
	within 20000
}

@test "rejected: a firewall says port unreachable" {
	firewall server input 'tcp dport 80 reject with icmp type port-unreachable'
	serve 'tcp4@10.9.0.2:80'
	check -H 10.9.0.2 -p 80
	is 2 "TCP CRITICAL - Connection rejected on 10.9.0.2 port 80: ICMP port unreachable from 10.9.0.2$untimed"
	check -H 10.9.0.2 -p 80 -r ok
	is 0 "TCP OK - Connection rejected on 10.9.0.2 port 80: ICMP port unreachable from 10.9.0.2$untimed"
	check -H 10.9.0.2 -p 80 -r warn
	is 1 "TCP WARNING - Connection rejected on 10.9.0.2 port 80: ICMP port unreachable from 10.9.0.2$untimed"
}

# The message may come while connect(2) still has the socket.  The kernel then
# only queues it, and poll(2) does not sleep until the next SYN is answered.
@test "rejected: at once, not when the SYN is sent again" {
	firewall server input \
		'tcp dport 80 counter reject with icmp type port-unreachable'
	check -H 10.9.0.2 -p 80
	is 2 "TCP CRITICAL - Connection rejected on 10.9.0.2 port 80: ICMP port unreachable from 10.9.0.2$untimed"
	server nft list chain inet test input | grep 'counter packets 1 '
}

@test "rejected: by a router, whose address is told" {
	firewall server forward 'tcp dport 80 reject'
	server ip route add 10.9.2.0/24 via 10.9.0.1
	check -H 10.9.2.7 -p 80
	is 2 "TCP CRITICAL - Connection rejected on 10.9.2.7 port 80: ICMP port unreachable from 10.9.0.2$untimed"
}

@test "rejected: icmpx, IPv4 and IPv6" {
	firewall server input 'tcp dport 80 reject with icmpx type port-unreachable'
	check -H 10.9.0.2 -p 80
	is 2 "TCP CRITICAL - Connection rejected on 10.9.0.2 port 80: ICMP port unreachable from 10.9.0.2$untimed"
	need_ipv6
	check -H fd00:9::2 -p 80
	is 2 "TCP CRITICAL - Connection rejected on fd00:9::2 port 80: ICMP port unreachable from fd00:9::2$untimed"
	check -H fd00:9::2 -p 80 -r ok
	is 0 "TCP OK - Connection rejected on fd00:9::2 port 80: ICMP port unreachable from fd00:9::2$untimed"
}

@test "refused: a firewall says reset" {
	firewall server input 'tcp dport 80 reject with tcp reset'
	serve 'tcp4@10.9.0.2:80'
	check -H 10.9.0.2 -p 80
	is 2 "TCP CRITICAL - Connection refused on 10.9.0.2 port 80$untimed"
	check -H 10.9.0.2 -p 80 -r ok
	is 0 "TCP OK - Connection refused on 10.9.0.2 port 80$untimed"
}

@test "prohibited: a firewall says so, in each of its words" {
	firewall server input
	while read -r type words; do
		server nft flush chain inet test input
		server nft "add rule inet test input tcp dport 80 reject with icmp type $type"
		check -H 10.9.0.2 -p 80 -r ok
		is 2 "TCP CRITICAL - Connection prohibited on 10.9.0.2 port 80: ICMP $words from 10.9.0.2$untimed"
	done <<-'END'
		admin-prohibited administratively prohibited
		host-prohibited host prohibited
		net-prohibited network prohibited
	END
}

@test "prohibited: icmpx, IPv4 and IPv6" {
	firewall server input 'tcp dport 80 reject with icmpx type admin-prohibited'
	check -H 10.9.0.2 -p 80
	is 2 "TCP CRITICAL - Connection prohibited on 10.9.0.2 port 80: ICMP administratively prohibited from 10.9.0.2$untimed"
	need_ipv6
	check -H fd00:9::2 -p 80
	is 2 "TCP CRITICAL - Connection prohibited on fd00:9::2 port 80: ICMP administratively prohibited from fd00:9::2$untimed"
}

@test "prohibited: a route of a router" {
	server ip route add prohibit 10.9.2.0/24
	check -H 10.9.2.7 -p 80 -r ok
	is 2 "TCP CRITICAL - Connection prohibited on 10.9.2.7 port 80: ICMP administratively prohibited from 10.9.0.2$untimed"
	need_ipv6
	server ip route add prohibit fd00:a::/64
	check -H fd00:a::7 -p 80
	is 2 "TCP CRITICAL - Connection prohibited on fd00:a::7 port 80: ICMP administratively prohibited from fd00:9::2$untimed"
}

@test "prohibited: a route of this machine" {
	client ip route add prohibit 10.9.2.0/24
	check -H 10.9.2.7 -p 80 -r ok
	is 2 "TCP CRITICAL - Connection prohibited on 10.9.2.7 port 80: by a rule of this machine$untimed"
	need_ipv6
	client ip route add prohibit fd00:a::/64
	check -H fd00:a::7 -p 80
	is 2 "TCP CRITICAL - Connection prohibited on fd00:a::7 port 80: by a rule of this machine$untimed"
}

@test "prohibited: a firewall of this machine" {
	firewall client output 'tcp dport 80 reject with icmp type admin-prohibited'
	check -H 10.9.0.2 -p 80 -r ok
	is 2 "TCP CRITICAL - Connection prohibited on 10.9.0.2 port 80: ICMP administratively prohibited from 10.9.0.1$untimed"
}

@test "unreachable: a router says so, in each of its words" {
	firewall server input
	while read -r type error words; do
		server nft flush chain inet test input
		server nft "add rule inet test input tcp dport 80 reject with icmp type $type"
		check -H 10.9.0.2 -p 80 -r ok
		is 2 "TCP CRITICAL - ${error//_/ } on 10.9.0.2 port 80: ICMP $words from 10.9.0.2$untimed"
	done <<-'END'
		host-unreachable No_route_to_host host unreachable
		net-unreachable Network_is_unreachable network unreachable
		prot-unreachable Protocol_not_available protocol unreachable
	END
}

@test "unreachable: a route of a router, whose address is told" {
	server ip route add unreachable 10.9.2.0/24
	check -H 10.9.2.7 -p 80 -r ok
	is 2 "TCP CRITICAL - No route to host on 10.9.2.7 port 80: ICMP host unreachable from 10.9.0.2$untimed"
	check -H 10.9.3.7 -p 80 # the router has no route
	is 2 "TCP CRITICAL - Network is unreachable on 10.9.3.7 port 80: ICMP network unreachable from 10.9.0.2$untimed"
	need_ipv6
	check -H fd00:a::7 -p 80
	is 2 "TCP CRITICAL - Network is unreachable on fd00:a::7 port 80: ICMP no route to destination from fd00:9::2$untimed"
}

@test "unreachable: the host behind a router is not there" {
	space third
	server ip link add to-third type veth peer name up netns "${spaces[third]}"
	server ip addr add 10.9.2.1/24 dev to-third
	server sh -c 'echo 100 >/proc/sys/net/ipv4/neigh/to-third/retrans_time_ms' ||
		true
	server ip link set to-third up
	nsenter -t "${spaces[third]}" -n ip link set dev up up
	check -H 10.9.2.7 -p 80 -t 30 -r ok
	is 2 "TCP CRITICAL - No route to host on 10.9.2.7 port 80: ICMP host unreachable from 10.9.0.2|time=U;;;0.000000;30.000000"
	within 20000
}

@test "unreachable: a neighbour that is not there" {
	check -H 10.9.0.77 -p 80 -t 30 -r ok
	is 2 "TCP CRITICAL - No route to host on 10.9.0.77 port 80: ICMP host unreachable from 10.9.0.1|time=U;;;0.000000;30.000000"
	need_ipv6
	check -H fd00:9::77 -p 80 -t 30 -r ok
	is 2 "TCP CRITICAL - No route to host on fd00:9::77 port 80: ICMP address unreachable from fd00:9::1|time=U;;;0.000000;30.000000"
}

@test "unreachable: routes of this machine" {
	client ip route add unreachable 10.9.2.0/24
	client ip route add blackhole 10.9.3.0/24
	check -H 10.9.2.7 -p 80 -r ok
	is 2 "TCP CRITICAL - No route to host on 10.9.2.7 port 80$untimed"
	check -H 10.9.3.7 -p 80 -r ok
	is 2 "TCP CRITICAL - Blackhole route on 10.9.3.7 port 80$untimed"
	need_ipv6
	client ip route add unreachable fd00:a::/64
	client ip route add blackhole fd00:b::/64
	check -H fd00:a::7 -p 80 -r ok
	is 2 "TCP CRITICAL - No route to host on fd00:a::7 port 80$untimed"
	check -H fd00:b::7 -p 80 -r ok
	is 2 "TCP CRITICAL - Blackhole route on fd00:b::7 port 80$untimed"
}

@test "unreachable: no route at all" {
	client ip route del default
	check -H 10.9.2.7 -p 80 -r ok
	is 2 "TCP CRITICAL - Network is unreachable on 10.9.2.7 port 80$untimed"
	need_ipv6
	client ip route del default via fd00:9::2
	check -H fd00:a::7 -p 80 -r ok
	is 2 "TCP CRITICAL - Network is unreachable on fd00:a::7 port 80$untimed"
}

@test "unreachable: time to live exceeded" {
	server ip route add 10.9.2.0/24 via 10.9.0.1
	client ip route add 10.9.2.0/24 via 10.9.0.2
	client sh -c 'echo 1 >/proc/sys/net/ipv4/ip_default_ttl' || skip "may not set the TTL"
	check -H 10.9.2.7 -p 80 -t 5 -r ok
	is 2 "TCP CRITICAL - No route to host on 10.9.2.7 port 80: ICMP time to live exceeded from 10.9.0.2|time=U;;;0.000000;5.000000"
}

@test "a socket that connected to itself is closed" {
	client sh -c 'echo 40000 40000 >/proc/sys/net/ipv4/ip_local_port_range' ||
		skip "may not set the range of ports"
	check -p 40000
	is 2 "TCP CRITICAL - Connection refused on 127.0.0.1 port 40000: it would connect to itself$untimed"
}

@test "a socket that could connect to itself never is open" {
	client sh -c 'echo 40000 40003 >/proc/sys/net/ipv4/ip_local_port_range' ||
		skip "may not set the range of ports"
	for port in 40000 40001 40002 40003; do
		for i in {1..10}; do
			check -p "$port" -r ok -e x
			grep -q '^TCP OK - Connection refused on ' "$out" || {
				# All ports may be taken by those before.
				grep -q '^TCP UNKNOWN - Cannot probe .*: Cannot assign requested address|' "$out"
			}
		done
	done
}

@test "local error: no port of our own is left" {
	serve_in client
	serve 'tcp4'
	client sh -c 'echo 40000 40000 >/proc/sys/net/ipv4/ip_local_port_range' ||
		skip "may not set the range of ports"
	"$plugin" -p "$p0" -e x -t 20 >/dev/null 3>&- 4>&- &
	pid=$!
	fake_wait_log 'accept 0 #1'
	check -p "$p0" -r ok
	is 3 "TCP UNKNOWN - Cannot probe 127.0.0.1 port $p0: Cannot assign requested address$untimed"
}

@test "a SYN that was lost is told, and counts" {
	firewall server input 'tcp flags syn / syn,ack numgen inc mod 2 0 drop'
	serve 'tcp4@10.9.0.2:80'
	check -H 10.9.0.2 -p 80
	is 0 "TCP OK - T second response time on 10.9.0.2 port 80, SYN resent 1 time$timed"
	(($(reported_us) >= 900000 && $(reported_us) <= took_ms * 1000))
	check -H 10.9.0.2 -p 80 -w 0.5 -v
	[ "$status" = 1 ] && silent
	grep -x 'SYN resent: 1' "$out"
	grep -q '^TCP .* syn_resent=1;;;0;$' "$out"
}

@test "-s: what the peer does not take is not OK" {
	client sh -c 'echo 4096 4096 4096 >/proc/sys/net/ipv4/tcp_wmem' ||
		skip "may not set the size of buffers"
	server sh -c 'echo 4096 4096 4096 >/proc/sys/net/ipv4/tcp_rmem'
	serve 'tcp4@10.9.0.2:80 deaf'
	check -H 10.9.0.2 -p 80 -s "$(printf 'y%.0s' {1..100000})" -t 0.5
	is 2 "TCP CRITICAL - Socket timeout after 0.5 seconds on 10.9.0.2 port 80: connected, but no answer|time=U;;;0.000000;0.500000"
}

@test "-t bounds a name service that does not answer" {
	serve_in client
	resolver
	serve 'udp4@127.0.0.1:53 silent'
	check -H www.example.org -p 80 -t 0.5 -r ok
	is 2 "TCP CRITICAL - Socket timeout after 0.5 seconds on www.example.org port 80: no answer from the name service|time=U;;;0.000000;0.500000"
	within 10000
	[ "$(fake_count accept 0)" -gt 0 ]
	check -H www.example.org -p 80 -t 0.3:unknown
	is 3 "TCP UNKNOWN - Socket timeout after 0.3 seconds on www.example.org port 80: no answer from the name service|time=U;;;0.000000;0.300000"
}

@test "SIGTERM while a name is looked up" {
	serve_in client
	resolver
	serve 'udp4@127.0.0.1:53 silent'
	start -H www.example.org -p 80 -t 20
	fake_wait_log 'accept 0 #1'
	kill "$pid"
	finish
	is 3 'TCP UNKNOWN - Not probed: www.example.org port 80: interrupted by SIGTERM|time=U;;;0.000000;20.000000'
}

@test "unresolved: the name service knows no such name" {
	serve_in client
	resolver
	# Its id and question, and NXDOMAIN.
	serve 'udp4@127.0.0.1:53 copy 0 2 0 copy 12 18 12 reply "\x00\x00\x81\x83\x00\x01\x00\x00\x00\x00\x00\x00------------------"'
	check -H www.test.lan -p 80
	is 2 "TCP CRITICAL - Invalid hostname, address or socket: www.test.lan: Name or service not known$untimed"
}

@test "a name: its address is told" {
	names '10.9.4.2 www'
	serve 'tcp4@10.9.4.2:80' 'tcp4@10.9.4.2:81 closed'
	check -H www -p 80
	is 0 "TCP OK - T second response time on www port 80 (10.9.4.2)$timed"
	check -H www -p 81
	is 2 "TCP CRITICAL - Connection refused on www port 81 (10.9.4.2)$untimed"
}

@test "-4 and -6 choose among the addresses of a name" {
	need_ipv6
	names '10.9.4.2 both' 'fd00:9::2 both' '10.9.4.2 four' 'fd00:9::2 six'
	serve 'tcp4@10.9.4.2:80' 'tcp6@[fd00:9::2]:80'
	check -H both -p 80 -4
	is 0 "TCP OK - T second response time on both port 80 (10.9.4.2)$timed"
	check -H both -p 80 -6
	is 0 "TCP OK - T second response time on both port 80 (fd00:9::2)$timed"
	check -H six -p 80 -4
	grep -q '^TCP CRITICAL - Invalid hostname, address or socket: six: [A-Z].*|time=U;;;' "$out"
	check -H four -p 80 -6
	grep -q '^TCP CRITICAL - Invalid hostname, address or socket: four: [A-Z].*|time=U;;;' "$out"
}

@test "a name: the next address when the first is black-holed" {
	server ip route add blackhole 10.9.4.7
	names '10.9.4.7 www' '10.9.4.2 www'
	serve 'tcp4@10.9.4.2:80'
	for t in 10 0.5; do
		check -H www -p 80 -v -t "$t"
		grep -qx 'Address 10.9.4.7: not-probed' "$out"
		grep -q '^TCP OK - 0.[0-9]* second response time on www port 80 (10.9.4.2)|' "$out"
		grep -qx 'Address 10.9.4.2: connected' "$out"
		[ "$status" = 0 ] && silent
	done
}

@test "a name: the next address at once when the first is refused" {
	names '10.9.4.4 www' '10.9.4.2 www'
	serve 'tcp4@10.9.4.2:80' 'tcp4@10.9.4.4:80 closed'
	check -H www -p 80
	is 0 "TCP OK - T second response time on www port 80 (10.9.4.2)$timed"
}

@test "a name: the first address that connects decides" {
	names '10.9.4.4 www' '10.9.4.2 www'
	serve 'tcp4@10.9.4.2:80 say "yes" close' 'tcp4@10.9.4.4:80 say "yes" close'
	check -H www -p 80 -e no
	[ "$status" = 1 ]
	[ "$(($(fake_count accept 0) + $(fake_count accept 1)))" = 1 ]
}

@test "a name: all refused" {
	names '10.9.4.4 www' '10.9.4.2 www'
	serve 'tcp4@10.9.4.2:80 closed' 'tcp4@10.9.4.4:80 closed'
	check -H www -p 80
	sed -i 's/10\.9\.4\.4/10.9.4.2/' "$out"
	is 2 "TCP CRITICAL - Connection refused on www port 80 (10.9.4.2), 2 addresses tried$untimed"
	check -H www -p 80 -r ok -v
	[ "$status" = 0 ] && silent
	grep -qx 'Address 10.9.4.2: refused: Connection refused' "$out"
	grep -qx 'Address 10.9.4.4: refused: Connection refused' "$out"
}

@test "a name: refused and timeout is not OK with -r ok" {
	server ip route add blackhole 10.9.4.7
	serve 'tcp4@10.9.4.2:80 closed'
	for order in '10.9.4.7 10.9.4.2' '10.9.4.2 10.9.4.7'; do
		names "${order% *} www" "${order#* } www"
		check -H www -p 80 -r ok -t 0.5 -v
		sed -i '/^Response: \|^Name resolution: /d; s/ resolve=[^ ]*$//' "$out"
		is 2 "TCP CRITICAL - Connection refused on www port 80 (10.9.4.2), 2 addresses tried|time=U;;;0.000000;0.500000" \
			'Outcome: refused: port closed: refused the connection' \
			"Address ${order% *}: $(fate "${order% *}")" \
			"Address ${order#* }: $(fate "${order#* }")"
	done
}

fate() {
	case $1 in
	10.9.4.2) echo 'refused: Connection refused' ;;
	*) echo 'timeout' ;;
	esac
}

@test "a name: the most telling outcome, the worst state" {
	server ip route add prohibit 10.9.2.0/24
	server ip route add unreachable 10.9.3.0/24
	names '10.9.3.7 www' '10.9.2.7 www'
	check -H www -p 80
	is 2 "TCP CRITICAL - Connection prohibited on www port 80 (10.9.2.7): ICMP administratively prohibited from 10.9.0.2, 2 addresses tried$untimed"
	serve 'tcp4@10.9.4.2:80 closed'
	names '10.9.3.7 www' '10.9.2.7 www' '10.9.4.2 www'
	check -H www -p 80 -r ok
	is 2 "TCP CRITICAL - Connection refused on www port 80 (10.9.4.2), 3 addresses tried$untimed"
}

# A machine without IPv6 and a name with an address of it.
@test "a name: an address that cannot be asked does not count" {
	need_ipv6
	client ip route del default via fd00:9::2
	names 'fd00:a::7 www' '10.9.4.2 www'
	serve 'tcp4@10.9.4.2:80' 'tcp4@10.9.4.2:81 closed'
	check -H www -p 80
	is 0 "TCP OK - T second response time on www port 80 (10.9.4.2)$timed"
	check -H www -p 81 -r ok
	sed -i 's/, 2 addresses tried//' "$out"
	is 0 "TCP OK - Connection refused on www port 81 (10.9.4.2)$untimed"
}

@test "an ICMP message to a connection that stands does not end it" {
	firewall server input
	serve 'tcp4@10.9.0.2:80 expect "a" wait 500 say "yes"'
	start -H 10.9.0.2 -p 80 -s a -e yes -t 20 --wait 0
	fake_wait_log 'matched 0 #1'
	firewall server output
	server nft add rule inet test output ip protocol icmp accept
	server nft add rule inet test input tcp dport 80 reject with icmp type host-unreachable
	fake_wait_log 'sent 0 #1'
	server nft flush ruleset
	finish
	is 0 "TCP OK - T second response time on 10.9.0.2 port 80 [yes]|time=Ts;;;0.000000;20.000000"
}

# counted SPACE TEXT: the firewall's rule with TEXT has seen packets
counted() {
	"$1" nft list chain inet test input | grep -F -e "$2 counter" |
		grep -v 'packets 0 '
}

# The masks of is() do not know the figures of several probes.
says() {
	local want=$1 text

	shift
	for text; do
		[ "$status" = "$want" ] && grep -qF -e "$text" "$out" || {
			echo "exit status $status, not $want, or no '$text' in:"
			cat "$out"
			return 1
		}
	done
	silent
}

@test "--dscp, --tos, --ttl: on the wire" {
	firewall server input 'ip dscp ef counter' 'ip dscp af43 counter' \
		'ip ttl 7 counter' '@nh,8,8 0x64 counter'
	serve 'tcp4@10.9.0.2:80 say "220"'
	check -H 10.9.0.2 -p 80 -e 220 --dscp ef --ttl 7
	is 0 "TCP OK - T second response time on 10.9.0.2 port 80 [220]$timed"
	counted server 'ip dscp ef'
	counted server 'ip ttl 7'
	if counted server 'ip dscp af43'; then return 1; fi
	check -H 10.9.0.2 -p 80 -e 220 --tos=$((0x64)) --dscp=ef --tos=$((0x64))
	is 0 "TCP OK - T second response time on 10.9.0.2 port 80 [220]$timed"
	counted server '@nh,8,8 0x64'
	check -H 10.9.0.2 -p 80 -e 220 --tos=$((0x64)) --dscp=AF43
	counted server 'ip dscp af43'
}

@test "--dscp, --tos, --ttl: on the wire, IPv6" {
	need_ipv6
	firewall server input 'ip6 dscp ef counter' 'ip6 hoplimit 9 counter' \
		'ip6 dscp cs3 counter'
	serve 'tcp6@[fd00:9::2]:80 say "220"'
	check -H fd00:9::2 -p 80 -e 220 --dscp ef --ttl 9
	is 0 "TCP OK - T second response time on fd00:9::2 port 80 [220]$timed"
	counted server 'ip6 dscp ef'
	counted server 'ip6 hoplimit 9'
	check -H fd00:9::2 -p 80 -e 220 --tos 96
	counted server 'ip6 dscp cs3'
}

@test "--ttl: too small for a peer behind a router" {
	server ip route add 10.9.2.0/24 via 10.9.0.1
	serve 'tcp4@10.9.4.2:80'
	check -H 10.9.4.2 -p 80 --ttl 1
	is 0 "TCP OK - T second response time on 10.9.4.2 port 80$timed"
	check -H 10.9.2.7 -p 80 --ttl 1
	is 2 "TCP CRITICAL - No route to host on 10.9.2.7 port 80: ICMP time to live exceeded from 10.9.0.2$untimed"
}

@test "--source, --source-port: over a network" {
	client ip addr add 10.9.0.77/24 dev to-server
	serve 'tcp4@10.9.0.2:80 say "220"' 'tcp4@10.9.0.2:81 closed'
	check -H 10.9.0.2 -p 80 -e 220 --source 10.9.0.77 --source-port 99
	is 0 "TCP OK - T second response time on 10.9.0.2 port 80 [220]$timed"
	fake_log | grep -x 'accept 0 #1 10.9.0.77:99'
	# A refusal leaves no connection behind.
	check -H 10.9.0.2 -p 81 --source-port 98 --retries 2 --retry-wait 0
	is 2 "TCP CRITICAL - Connection refused on 10.9.0.2 port 81, after 2 retries$untimed"
	need_ipv6
	client ip addr add fd00:9::77/64 dev to-server nodad
	serve 'tcp6@[fd00:9::2]:80 say "220"'
	check -H fd00:9::2 -p 80 -e 220 --source fd00:9::77 --source-port 99
	is 0 "TCP OK - T second response time on fd00:9::2 port 80 [220]$timed"
	fake_log | grep -xF 'accept 0 #1 [fd00:9::77]:99'
}

@test "--source: which addresses of a name" {
	need_ipv6
	names '10.9.0.2 six' 'fd00:9::2 six' '10.9.0.2 four'
	serve 'tcp4@10.9.0.2:80' 'tcp6@[fd00:9::2]:80 closed'
	check -H six -p 80 --source 10.9.0.1
	is 0 "TCP OK - T second response time on six port 80 (10.9.0.2)$timed"
	check -H six -p 80 --source fd00:9::1
	is 2 "TCP CRITICAL - Connection refused on six port 80 (fd00:9::2)$untimed"
	check -H four -p 80 --source fd00:9::1
	[ "$status" != 0 ]
	check -H six -p 80 --all-addresses --source 10.9.0.1
	says 0 'TCP OK - ' ' loss=0%'
}

@test "--interface: through that one only" {
	serve 'tcp4@10.9.0.2:80'
	check -H 10.9.0.2 -p 80 --interface to-server
	is 0 "TCP OK - T second response time on 10.9.0.2 port 80$timed"
	check -H 10.9.0.2 -p 80 --interface lo -t 0.3
	[ "$status" = 2 ]
	client ip link add other type veth peer name another
	client ip addr add 10.9.7.1/24 dev other
	client ip link set other up
	check -H 10.9.0.2 -p 80 --interface other -t 0.3
	[ "$status" = 2 ]
	check -H 10.9.0.2 -p 80 --interface gone
	is 3 "TCP UNKNOWN - Cannot probe 10.9.0.2 port 80: No such device$untimed"
}

@test "--expected: filtered, by each of its kinds" {
	firewall server input 'tcp dport 80 drop' \
		'tcp dport 81 reject with icmp type port-unreachable' \
		'tcp dport 82 reject with icmp type admin-prohibited' \
		'tcp dport 83 reject with icmp type host-unreachable' \
		'tcp dport 84 reject with tcp reset'
	for port in 80 81 82 83; do
		for expected in filtered any; do
			check -H 10.9.0.2 -p $port -t 0.3 --expected $expected
			says 0 'TCP OK - ' ', as expected|'
		done
		check -H 10.9.0.2 -p $port -t 0.3 --expected closed
		says 2 ', expected closed|'
	done
	check -H 10.9.0.2 -p 84 --expected filtered
	says 2 'Connection refused' ', expected filtered|'
	check -H 10.9.0.2 -p 84 --expected closed
	says 0 ', as expected|'
}

@test "--state: the outcomes of a network" {
	firewall server input 'tcp dport 80 drop' \
		'tcp dport 81 reject with icmp type port-unreachable' \
		'tcp dport 82 reject with icmp type admin-prohibited' \
		'tcp dport 83 reject with icmp type host-unreachable'
	while read -r port outcome; do
		check -H 10.9.0.2 -p "$port" -t 0.3 --state "$outcome=ok"
		says 0 'TCP OK - '
		check -H 10.9.0.2 -p "$port" -t 0.3 --state "$outcome=ok" \
			--state "$outcome=unknown"
		says 3 'TCP UNKNOWN - '
		check -H 10.9.0.2 -p "$port" -t 0.3 --state refused=ok
		says 2 'TCP CRITICAL - '
	done <<-'END'
		80 timeout
		81 rejected
		82 prohibited
		83 unreachable
	END
	check -H 10.9.0.2 -p 81 -r ok --state rejected=warn
	says 1 'TCP WARNING - '
	check -H 10.9.0.2 -p 81 --state rejected=warn -r ok
	says 0 'TCP OK - '
	check -H 10.9.0.2 -p 80 -t 0.3:ok --state timeout=warn
	says 1 'TCP WARNING - '
}

@test "--state: lookup-timeout" {
	resolver
	client ip addr add 127.0.0.1/8 dev lo 2>/dev/null || true
	serve_in client
	serve 'udp4@127.0.0.1:53 silent'
	check -H www.example.org -p 80 -t 0.4
	says 2 'no answer from the name service'
	check -H www.example.org -p 80 -t 0.4 --state lookup-timeout=ok
	says 0 'TCP OK - '
	check -H www.example.org -p 80 -t 0.4 --expected any
	says 2 'no answer from the name service'
}

@test "--all-addresses: each must answer" {
	serve 'tcp4@10.9.4.2:80 say "220"' 'tcp4@10.9.0.2:80 say "220"' \
		'tcp4@10.9.4.4:80 say "no" close' 'tcp4@10.9.4.2:81 say "220"' \
		'tcp4@10.9.4.4:81 closed'
	names '10.9.4.2 both' '10.9.0.2 both' '10.9.4.2 other' '10.9.4.4 other'
	check -H both -p 80 -e 220 --all-addresses
	says 0 ', 2 of 2 addresses OK, ' ' loss=0%;;;0;100'
	check -H other -p 80 -e 220 --all-addresses
	says 1 'TCP WARNING - ' '(10.9.4.4)' \
		', 1 of 2 addresses OK, not 10.9.4.4 (unexpected answer)'
	check -H other -p 81 -e 220 --all-addresses
	says 2 'TCP CRITICAL - Connection refused on other port 81 (10.9.4.4)' \
		', 1 of 2 addresses OK, not 10.9.4.4 (Connection refused)' \
		' loss=50%;;;0;100'
	# The same without it: one will do.
	check -H other -p 81 -e 220
	says 0 'TCP OK - '
	check -H other -p 81 -e 220 --all-addresses -r ok
	says 0 ', 2 of 2 addresses OK'
	check -H other -p 81 -e 220 --all-addresses --json
	says 2 '"probes":{"asked":2,"ok":1,"answered":1,' \
		'"address":"10.9.4.4","outcome":"refused"'
	valid
	check -H other -p 81 -e 220 --all-addresses --expected closed
	says 2 ', 1 of 2 addresses OK, not 10.9.4.2'
}

@test "--all-addresses: IPv4 and IPv6, and one of them only" {
	need_ipv6
	serve 'tcp4@10.9.0.2:80' 'tcp6@[fd00:9::2]:80 closed'
	names '10.9.0.2 www' 'fd00:9::2 www'
	check -H www -p 80 --all-addresses
	says 2 ', 1 of 2 addresses OK, not fd00:9::2 (Connection refused)'
	check -4 -H www -p 80 --all-addresses
	says 0 'TCP OK - ' ' loss=0%'
	check -6 -H www -p 80 --all-addresses
	says 2 'TCP CRITICAL - ' ' loss=100%'
}

@test "--all-addresses: one is dead; the deadline, retries" {
	server ip route add blackhole 10.9.2.0/24
	serve 'tcp4@10.9.4.2:80'
	names '10.9.2.7 www' '10.9.4.2 www'
	check -H www -p 80 --all-addresses -t 0.5
	says 2 'Socket timeout after 0.5 seconds on www port 80 (10.9.2.7)' \
		', 1 of 2 addresses OK, not 10.9.2.7 (no answer)'
	within 4000
	check -H www -p 80 --all-addresses -t 1 --retries 1 --retry-wait 0.2
	says 2 'Socket timeout after 0.3' ', after 1 retry, 1 of 2 addresses OK'
	within 4000
	check -H www -p 80 --all-addresses -t 1 --probes 2
	says 2 'Socket timeout after 0.4' ', 2 of 4 probes OK'
	within 4000
	check -H www -p 80 --all-addresses -t 0.5 --expected filtered
	says 2 ', 1 of 2 addresses OK, not 10.9.4.2'
}

@test "--retries: a name is looked up again" {
	serve 'tcp4@10.9.4.2:80' 'tcp4@10.9.4.4:80 closed'
	names '10.9.4.4 www'
	start -H www -p 80 --retries 1 --retry-wait 1
	sleep 0.3
	echo '10.9.4.2 www' >hosts
	finish
	says 0 '(10.9.4.2)' ', after 1 retry|'
}

@test "--expected filtered: what only this machine says is not it" {
	client ip route del default
	check -H 10.9.2.7 -p 80 --expected filtered
	[ "$status" = 2 ]
	grep -q 'Network is unreachable' "$out"
	check -H 10.9.2.7 -p 80 --expected filtered --state unreachable=ok
	[ "$status" = 0 ]
	check -H 10.9.0.2 -p 80 --source 127.0.0.1 --expected filtered
	[ "$status" = 3 ]
	grep -q '^TCP UNKNOWN - Cannot probe 10.9.0.2 port 80: Not reachable from the source address' "$out"
}

@test "works as an unprivileged user over a network" {
	command -v setpriv >/dev/null || skip "needs setpriv"
	serve 'tcp4@10.9.0.2:80' 'tcp4@10.9.0.2:81 closed'
	exec 9<"$program"
	for port in 80 81; do
		status=0
		client setpriv --reuid=65534 --regid=65534 --clear-groups \
			/proc/self/fd/9 -H 10.9.0.2 -p "$port" -r ok >"$out" 2>"$err" \
			3>&- 4>&- || status=$?
		[ "$status" = 0 ] && silent
	done
	exec 9<&-
}
