#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154
#
# check_udp in networks of its own: what routers and firewalls say, and what is
# not said.  The networks are those of spaces.bash.

setup() {
	load spaces
	spaces_setup check_udp
}

teardown() {
	spaces_teardown
}

# has STATUS TEXT...
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

# behind: another network behind the server, in which there is nobody
behind() {
	server ip link add behind type veth peer name nobody
	server ip link set behind up
	server ip link set nobody up
}

@test "open and closed over a network, IPv4 and IPv6" {
	serve 'udp4@10.9.0.2:4000 echo' 'udp6@[fd00:9::2]:4000 echo'
	check -H 10.9.0.2 -p 4000 -s hi -e hi
	is 0 "UDP OK - T second response time on 10.9.0.2 port 4000 [hi]$timed"
	check -H 10.9.0.2 -p 4001
	is 2 "UDP CRITICAL - Connection refused on 10.9.0.2 port 4001: ICMP port unreachable from 10.9.0.2$untimed"
	need_ipv6
	check -H fd00:9::2 -p 4000 -s hi -e hi
	is 0 "UDP OK - T second response time on fd00:9::2 port 4000 [hi]$timed"
	check -H fd00:9::2 -p 4001
	is 2 "UDP CRITICAL - Connection refused on fd00:9::2 port 4001: ICMP port unreachable from fd00:9::2$untimed"
}

@test "a link-local address with its zone" {
	need_ipv6
	serve 'udp6@[::]:4000 echo'
	local=$(server ip -o -6 addr show dev to-client scope link |
		sed -E 's/.*inet6 ([^/]*).*/\1/')
	check -H "$local%to-server" -p 4000 -s hi -e hi
	has 0 '[hi]'
	check -H "$local%to-server" -p 4001
	has 2 'Connection refused' "from $local%to-server"
}

@test "a firewall in front of it refuses in its place" {
	firewall server forward \
		'ip daddr 10.9.5.1 udp dport 81 reject with icmp port-unreachable' \
		'ip daddr 10.9.5.1 udp dport 82 reject with icmp admin-prohibited' \
		'ip daddr 10.9.5.1 udp dport 83 reject with icmp host-unreachable' \
		'ip daddr 10.9.5.1 udp dport 84 reject with icmp host-prohibited' \
		'ip daddr 10.9.5.1 udp dport 85 drop'
	behind
	server ip addr add 10.9.5.254/24 dev behind
	check -H 10.9.5.1 -p 81
	is 2 "UDP CRITICAL - Connection rejected on 10.9.5.1 port 81: ICMP port unreachable from 10.9.0.2$untimed"
	check -H 10.9.5.1 -p 81 -r ok
	has 0 'UDP OK - Connection rejected'
	check -H 10.9.5.1 -p 81 --expected closed
	has 2 ', expected closed'
	check -H 10.9.5.1 -p 81 --expected filtered
	has 0 ', as expected'
	check -H 10.9.5.1 -p 82 -r ok
	is 2 "UDP CRITICAL - Connection prohibited on 10.9.5.1 port 82: ICMP administratively prohibited from 10.9.0.2$untimed"
	check -H 10.9.5.1 -p 83
	is 2 "UDP CRITICAL - No route to host on 10.9.5.1 port 83: ICMP host unreachable from 10.9.0.2$untimed"
	check -H 10.9.5.1 -p 84
	has 2 'ICMP host prohibited from 10.9.0.2'
	check -H 10.9.5.1 -p 85 -t 0.6
	is 1 "UDP WARNING - No reply within 0.6 seconds on 10.9.5.1 port 85: open or filtered, asked 2 times|time=U;;;0.000000;0.600000"
	check -H 10.9.5.1 -p 85 -t 0.6 --protocol dns
	has 2 'DNS CRITICAL - Socket timeout after 0.6 seconds on 10.9.5.1 port 85: no reply'
}

@test "the same over IPv6" {
	need_ipv6
	firewall server forward \
		'ip6 daddr fd00:5::1 udp dport 81 reject with icmpv6 port-unreachable' \
		'ip6 daddr fd00:5::1 udp dport 82 reject with icmpv6 admin-prohibited' \
		'ip6 daddr fd00:5::1 udp dport 83 reject with icmpv6 addr-unreachable'
	behind
	server ip addr add fd00:5::254/64 dev behind nodad
	check -H fd00:5::1 -p 81
	has 2 'Connection rejected on fd00:5::1 port 81: ICMP port unreachable from fd00:9::2'
	check -H fd00:5::1 -p 82
	has 2 'Connection prohibited' 'ICMP administratively prohibited from fd00:9::2'
	check -H fd00:5::1 -p 83
	has 2 'ICMP address unreachable from fd00:9::2'
}

@test "no route: of a router, and of this machine" {
	server ip route add unreachable 10.9.2.0/24
	server ip route add prohibit 10.9.3.0/24
	check -H 10.9.2.7 -p 80
	has 2 'on 10.9.2.7 port 80: ICMP host unreachable from 10.9.0.2'
	check -H 10.9.3.7 -p 80
	has 2 'Connection prohibited' 'from 10.9.0.2'
	client ip route del default
	check -H 10.9.2.7 -p 80 --expected filtered
	has 2 'Network is unreachable on 10.9.2.7 port 80'
	check -H 10.9.0.99 -p 80
	has 2 'No route to host on 10.9.0.99 port 80'
}

@test "a rule of this machine" {
	firewall client output 'udp dport 4005 reject' 'udp dport 4006 drop'
	check -H 10.9.0.2 -p 4005
	[ "$status" = 2 ]
	check -H 10.9.0.2 -p 4006
	has 2 'Connection prohibited on 10.9.0.2 port 4006: by a rule of this machine'
	check -H 10.9.0.2 -p 4006 --expected filtered
	has 2 ': by a rule of this machine, expected filtered'
}

@test "a host that limits its messages: asked again, it tells" {
	server sh -c 'echo 1000 >/proc/sys/net/ipv4/icmp_ratelimit'
	# The burst is used up.
	for port in 1 2 3 4 5 6 7 8; do
		check -H 10.9.0.2 -p "$port" -t 0.05 || true
	done
	[ "$status" = 1 ]
	check -H 10.9.0.2 -p 9 -t 5 -v
	has 2 'Connection refused on 10.9.0.2 port 9' ', asked ' ' lost='
	within 4500
}

@test "what is lost both ways is asked for again" {
	firewall server input 'udp dport 4000 numgen inc mod 3 < 2 drop'
	serve 'udp4@10.9.0.2:4000 echo'
	check -H 10.9.0.2 -p 4000 --protocol echo -v
	has 0 'asked 3 times' ' lost=2;' ' rtt=0.0'
}

@test "a reply from another address of the host is none" {
	serve 'udp4@0.0.0.0:4000 echo'
	# One that does not care answers from the address of its interface.
	check -H 10.9.4.2 -p 4000 -s hi -e hi -t 0.6
	has 2 ': no reply'
	check -H 10.9.4.2 -p 4000 -s hi -e hi -t 0.6 --any-source-port
	has 2 ': no reply'
}

@test "addresses of a name: the first that answers decides" {
	serve 'udp4@10.9.4.4:4000 echo'
	server ip route add blackhole 10.9.2.0/24
	names '10.9.4.2 one' '10.9.4.4 one' '10.9.2.7 two' '10.9.4.4 two' \
		'10.9.4.2 none' '10.9.2.7 none'
	check -H one -p 4000 -s hi -e hi
	has 0 '(10.9.4.4) [hi]'
	within 2000
	check -H two -p 4000 -s hi -e hi
	has 0 '(10.9.4.4) [hi]'
	within 2000
	check -H none -p 4000 -s hi -e hi -t 1
	has 2 'Connection refused on none port 4000 (10.9.4.2)' ', 2 addresses tried'
	check -H one -p 4000 -s hi -e hi --all-addresses
	has 2 ', 1 of 2 addresses OK, not 10.9.4.2 (Connection refused'
}

@test "--interface, --ttl, --tos" {
	serve 'udp4@10.9.0.2:4000 echo'
	check -H 10.9.0.2 -p 4000 -s hi -e hi --interface to-server --ttl 3 --dscp ef
	has 0 '[hi]'
	check -H 10.9.4.2 -p 4000 --interface lo -t 0.5
	[ "$status" != 0 ]
	check -H 10.9.4.2 -p 4000 --source 10.9.0.7
	has 2 'Connection refused'
}

@test "a time to live that is too short: the router says so" {
	behind
	server ip addr add 10.9.5.254/24 dev behind
	check -H 10.9.5.1 -p 80 --ttl 1
	has 2 ': ICMP time to live exceeded from 10.9.0.2'
}

@test "unprivileged" {
	command -v setpriv >/dev/null || skip "needs setpriv"
	serve 'udp4@10.9.0.2:4000 echo'
	exec 9<"$program"
	for port in 4000 4001; do
		status=0
		client setpriv --reuid=65534 --regid=65534 --clear-groups \
			/proc/self/fd/9 -H 10.9.0.2 -p "$port" -s x -e x -r ok >"$out" 2>"$err" \
			3>&- 4>&- || status=$?
		[ "$status" = 0 ] && silent
	done
	exec 9<&-
}
