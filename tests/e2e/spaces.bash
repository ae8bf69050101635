# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2016,SC2034
#
# Two network name spaces, to be loaded in setup() in place of common: the
# client's, where the programs run, and one that is both a server and the router
# to everywhere else.  Of a name's addresses, getaddrinfo(3) puts those of our
# own network first, and leaves the order of the others as it is: so names have
# addresses that are behind the router.
#
#	client 10.9.0.1, fd00:9::1 --- 10.9.0.2, fd00:9::2 server
#	       10.9.0.7                10.9.4.2, 10.9.4.4
#
# Each is held by a process that ends when the test's shell does, however that
# ends, and nothing has a name: so nothing is left behind.
#
# spaces_setup PROGRAM	makes them; $plugin is that program in the client's
# spaces_teardown	ends them, and whatever else is in $holders

# shellcheck source=tests/e2e/common.bash
source "${BASH_SOURCE[0]%/*}/common.bash"

spaces_setup() {
	[ "$(id -u)" = 0 ] || skip "needs root"
	command -v ip nsenter unshare >/dev/null || skip "needs iproute2"
	unshare -n -m true 2>/dev/null || skip "may not make name spaces"
	common_setup
	declare -gA spaces=()
	declare -ga holders=()
	mkfifo made
	space client
	space server
	network
	program=$(realpath "${PLUGINDIR:-$BUILDDIR/plugins}/$1")
	plugin=$BATS_TEST_TMPDIR/$1
	inside client "$program" >"$plugin"
	chmod +x "$plugin"
	fakeserver=$FAKESERVER
	FAKESERVER=$BATS_TEST_TMPDIR/fakeserver
	serve_in server
}

spaces_teardown() {
	local holder

	[ -z "${out:-}" ] || common_teardown
	for holder in "${holders[@]}" "${spaces[@]}"; do
		kill -KILL "$holder" 2>/dev/null || true
	done
}

# space NAME
space() {
	local fd

	exec {fd}> >(exec unshare -n -m sh -c \
		'ip link set lo up; echo >"$1"; exec cat >/dev/null' - "$PWD/made" \
		3>&- 4>&-)
	spaces[$1]=$!
	read -r -t 10 <>made
}

client() {
	nsenter -t "${spaces[client]}" -n -m -- "$@"
}

server() {
	nsenter -t "${spaces[server]}" -n -m -- "$@"
}

# inside SPACE PROGRAM: a script that runs it there
inside() {
	printf '#!/bin/sh\nexec nsenter -t %d -n -m -- %q "$@"\n' \
		"${spaces[$1]}" "$2"
}

# Where the fake servers are from now on.
serve_in() {
	inside "$1" "$fakeserver" >"$FAKESERVER"
	chmod +x "$FAKESERVER"
}

network() {
	if [ -e /proc/sys/net/ipv6 ]; then
		has_ipv6=yes
	else
		has_ipv6=
	fi
	for space in client server; do
		# No wait for duplicate addresses, or between ICMP messages.
		"$space" sh -c '
			cd /proc/sys/net
			echo 0 >ipv6/conf/default/accept_dad
			echo 0 >ipv6/icmp/ratelimit
			echo 0 >ipv4/icmp_ratelimit
			echo 1 >ipv4/ip_forward
			echo 1 >ipv6/conf/all/forwarding' 2>/dev/null || true
	done
	client ip link add to-server type veth peer name to-client \
		netns "${spaces[server]}"
	client sh -c '# Nor long for neighbours.
		for i in 4 6; do
			echo 100 >/proc/sys/net/ipv$i/neigh/to-server/retrans_time_ms
		done' 2>/dev/null || true
	client ip link set to-server up
	server ip link set to-client up
	client ip addr add 10.9.0.1/24 dev to-server
	client ip addr add 10.9.0.7/32 dev to-server
	server ip addr add 10.9.0.2/24 dev to-client
	server ip addr add 10.9.4.2/32 dev lo
	server ip addr add 10.9.4.4/32 dev lo
	client ip route add default via 10.9.0.2
	[ -n "$has_ipv6" ] || return 0
	client ip addr add fd00:9::1/64 dev to-server nodad
	server ip addr add fd00:9::2/64 dev to-client nodad
	client ip route add default via fd00:9::2
}

need_ipv6() {
	[ -n "$has_ipv6" ] || skip "there is no IPv6 here"
}

# firewall SPACE CHAIN RULE...
firewall() {
	command -v nft >/dev/null || skip "needs nftables"
	"$1" nft add table inet test 2>/dev/null ||
		skip "nftables does not work here"
	"$1" nft "add chain inet test $2 { type filter hook $2 priority 0; }"
	for rule in "${@:3}"; do
		"$1" nft "add rule inet test $2 $rule"
	done
}

# names LINE...: the client's /etc/hosts, in its own view of the files
names() {
	printf '%s\n' "$@" >hosts
	client mount --bind "$PWD/hosts" /etc/hosts
	printf 'hosts: files dns\nservices: files\n' >nsswitch.conf
	[ ! -e /etc/nsswitch.conf ] ||
		client mount --bind "$PWD/nsswitch.conf" /etc/nsswitch.conf
}

# resolver: the client's names are looked up at 127.0.0.1
resolver() {
	[ -e /etc/resolv.conf ] || skip "there is no /etc/resolv.conf"
	names '127.0.0.1 localhost'
	echo 'nameserver 127.0.0.1' >resolv.conf
	client mount --bind "$PWD/resolv.conf" /etc/resolv.conf
}
