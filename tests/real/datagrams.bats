#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2030,SC2031,SC2034,SC2094,SC2154
#
# The protocols that check_udp knows by name, against the servers of others, as
# services.bats has it for check_tcp.

setup_file() {
	load ../e2e/tls
	tls_setup_file
}

setup() {
	load ../e2e/common
	load servers
	common_setup
	# Servers are other users, whom bats keeps out.
	chmod a+rx "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR"
	plugin=$(realpath "${PLUGINDIR:-$BUILDDIR/plugins}/check_udp")
	services=datagram.def
	certificates=$BATS_FILE_TMPDIR/tls
	certificate=$certificates/good
	key=$certificates/key
	chmod -R a+rX "$certificates" 2>/dev/null || true
}

teardown() {
	[[ -z ${out:-} ]] || servers_stop
}

need_own_network() {
	[[ ${OWN_NETWORK:-} == yes ]] || skip "needs a network of its own"
}

# seconds NAME: the performance data of that name
seconds() {
	sed -n -E "s/.*[| ]$1=([-0-9.]+)s.*/\\1/p" "$out"
}

@test "dnsmasq: dns, domain" {
	need dnsmasq
	ports dns
	server dnsmasq -k -C /dev/null -p "$dns" --bind-interfaces \
		--listen-address=127.0.0.1 --no-resolv --no-hosts --user=nobody \
		--pid-file --log-facility=- --local=/test/ \
		--host-record=www.test,192.0.2.80,2001:db8::80 \
		--cname=alias.test,www.test --txt-record=text.test,hello
	await_udp "$dns"
	good dns "$dns"
	good domain "$dns"
	good dns "$dns" --dns-query www.test
	good dns "$dns" --dns-query www.test --dns-address 192.0.2.80
	good dns "$dns" --dns-query www.test/AAAA --dns-address 2001:db8::80
	good dns "$dns" --dns-query alias.test --dns-address 192.0.2.80
	good dns "$dns" --dns-query text.test/TXT
	bad 1 dns "$dns" 'NXDOMAIN' --dns-query none.test
	good dns "$dns" --dns-query none.test --dns-rcode NXDOMAIN
	good dns "$dns" --dns-query www.example --dns-rcode REFUSED
	bad 1 dns "$dns" 'Unexpected response' --dns-query www.test \
		--dns-address 192.0.2.81
	bad 2 dns "$dns" 'Unexpected response' --dns-query www.test -M crit \
		--dns-rcode NXDOMAIN
	only "$dns" dns domain
	gone dns "$dns"
}

@test "chrony: ntp" {
	need chronyd
	need_root
	ports ntp alone
	printf '%s\n' 'local stratum 5' "port $ntp" 'cmdport 0' \
		'bindaddress 127.0.0.1' 'allow 127.0.0.1' "pidfile $PWD/pid" \
		>conf
	sed -e "/local/d; s/$ntp/$alone/; s/pid$/pid.alone/" conf >conf.alone
	chmod a+rwx .
	server chronyd -d -x -u root -f "$PWD/conf.alone"
	await_udp "$alone"
	bad 1 ntp "$alone" 'Unexpected response'
	servers_stop
	server chronyd -d -x -u root -f "$PWD/conf"
	await_udp "$ntp"
	ready ntp "$ntp"
	good ntp "$ntp"
	[[ $(seconds offset) == +(-|0|.)?([0-9])*([0-9]) ]]
	good ntp "$ntp" --offset-warning 0.5 --offset-critical 1
	bad 2 ntp "$ntp" 'offset' --offset-critical 3600:
	bad 1 ntp "$ntp" 'offset' --offset-warning 3600:
	only "$ntp" ntp
	gone ntp "$ntp"
}

@test "Net-SNMP: snmp" {
	need snmpd
	ports snmp
	mkdir state
	export SNMP_PERSISTENT_DIR=$PWD/state SNMPCONFPATH=$PWD
	echo 'rocommunity public 127.0.0.1' >conf
	server snmpd -f -Lo -C -c "$PWD/conf" -p "$PWD/pid" -I '' \
		"udp:127.0.0.1:$snmp"
	await_udp "$snmp"
	good snmp "$snmp"
	only "$snmp" snmp
	gone snmp "$snmp"
	# It tells its engine to everybody.
	echo 'rocommunity secret 127.0.0.1' >conf
	server snmpd -f -Lo -C -c "$PWD/conf" -p "$PWD/pid" -I '' \
		"udp:127.0.0.1:$snmp"
	await_udp "$snmp"
	good snmp "$snmp"
	# As one does without SNMPv3: SNMPv1, a community that it does not know.
	check -H 127.0.0.1 -p "$snmp" -t 2 -E -s '0\x26\x02\x01\0\x04\x06public\xa0\x19\x02\x01\x01\x02\x01\0\x02\x01\x000\x0e0\x0c\x06\x08\x2b\x06\x01\x02\x01\x01\x01\0\x05\0'
	exits 1 'No reply within 2 seconds' snmp
}

@test "tftpd-hpa: tftp" {
	need in.tftpd
	need_root
	ports tftp
	mkdir root
	# It takes an address only where there is one that is not a loopback's.
	[[ ${OWN_NETWORK:-} != yes ]] ||
		ip addr add 192.0.2.1/32 dev lo 2>/dev/null || true
	server in.tftpd -L -s -u nobody -a "127.0.0.1:$tftp" "$PWD/root"
	await_udp "$tftp"
	good tftp "$tftp"
	# Whoever has no row has to say that it comes from another port.
	request='\0\x01none\0octet\0'
	check -H 127.0.0.1 -p "$tftp" -t 3 -E -s "$request" -e '' \
		--any-source-port
	exits 0 ' OK - ' tftp
	check -H 127.0.0.1 -p "$tftp" -t 2 -E -s "$request" -e ''
	exits 2 'no reply' tftp
	only "$tftp" tftp
	gone tftp "$tftp"
}

@test "rpcbind: rpcbind, portmap" {
	need rpcbind
	need_root
	need_own_network
	server rpcbind -f
	await_udp 111
	good rpcbind 111
	good portmap 111
	only 111 rpcbind portmap
	gone rpcbind 111
}

@test "memcached: memcached by datagrams" {
	need memcached
	ports memcached
	server -u nobody memcached -l 127.0.0.1 -p 0 -U "$memcached"
	await_udp "$memcached"
	good memcached "$memcached"
	only "$memcached" memcached
	gone memcached "$memcached"
}

# freeradius_conf DIR PORT CLIENT
freeradius_conf() {
	mkdir "$1"
	cat >"$1/radiusd.conf" <<-END
		name = radiusd
		logdir = $PWD/$1
		run_dir = $PWD/$1
		libdir = /usr/lib/freeradius
		pidfile = $PWD/$1/pid
		security {
			reject_delay = 1
		}
		modules {
		}
		client monitor {
			ipaddr = $3
			secret = testing123
		}
		server default {
			listen {
				type = auth
				ipaddr = 127.0.0.1
				port = $2
			}
			authorize {
				update control {
					Auth-Type := Reject
				}
			}
			authenticate {
			}
		}
	END
	lend nobody "$1"
}

@test "FreeRADIUS: radius" {
	need freeradius
	ports radius strange
	freeradius_conf known "$radius" 127.0.0.1
	freeradius_conf unknown "$strange" 192.0.2.1
	server -u nobody freeradius -f -l stdout -d "$PWD/known"
	await_udp "$radius"
	good radius "$radius"
	only "$radius" radius
	gone radius "$radius"
	server -u nobody freeradius -f -l stdout -d "$PWD/unknown"
	await_udp "$strange"
	bad 1 radius "$strange" 'a server is silent to clients it does not know' -t 2
}

# xinetd_service NAME PORT
xinetd_service() {
	printf '%s\n' "service $1" '{' "id = $1-test" 'type = INTERNAL UNLISTED' \
		'protocol = udp' 'socket_type = dgram' 'wait = yes' \
		'user = root' 'bind = 127.0.0.1' "port = $2" \
		'cps = 10000 1' '}'
}

@test "xinetd: echo, daytime, time, chargen by datagrams" {
	need xinetd
	need_root
	ports echo daytime time chargen
	for name in echo daytime time chargen; do
		xinetd_service "$name" "${!name}"
	done >conf
	server xinetd -dontfork -f "$PWD/conf" -filelog "$PWD/log"
	await_udp "$echo" "$daytime" "$time" "$chargen"
	good echo "$echo"
	same udp "$echo" -s hello -e hello
	same udp "$echo" -s hello -e other
	same udp "$daytime" -s x -e :
	good daytime "$daytime"
	good time "$time" --offset-critical 2
	good chargen "$chargen"
	bad 1 daytime "$echo" 'Unexpected response'
	only "$echo" echo
	only "$daytime" daytime
	only "$time" time
	bad 1 daytime "$chargen" 'more than a line'
	gone time "$time"
	same udp "$echo" -s hello -e hello
}

@test "MIT Kerberos: kerberos" {
	need krb5kdc kdb5_util
	ports kerberos
	cat >conf <<-END
		[libdefaults]
		default_realm = TEST
		[realms]
		TEST = {
			database_name = $PWD/db
			key_stash_file = $PWD/stash
			kdc_listen = 127.0.0.1:$kerberos
			kdc_tcp_listen = ""
		}
		[logging]
		kdc = STDERR
	END
	export KRB5_CONFIG=$PWD/conf KRB5_KDC_PROFILE=$PWD/conf
	kdb5_util create -s -r TEST -P secret >create 2>&1
	server krb5kdc -n -r TEST -P "$PWD/pid"
	await_udp "$kerberos"
	good kerberos "$kerberos" --offset-critical 2
	only "$kerberos" kerberos
	gone kerberos "$kerberos"
}

@test "coturn: stun" {
	need turnserver
	ports stun
	chmod a+rwx .
	server -u nobody turnserver -n -p "$stun" -L 127.0.0.1 -z -r test \
		--no-tls --no-dtls --no-cli --log-file stdout --simple-log \
		--userdb "$PWD/db" --pidfile "$PWD/pid"
	await_udp "$stun"
	good stun "$stun"
	only "$stun" stun
	gone stun "$stun"
}

@test "OpenVPN: openvpn" {
	need openvpn
	ports openvpn secret
	[[ -f $certificate ]] || skip "needs openssl"
	common=(--dev null --tls-server --proto udp4 --dh none
		--local 127.0.0.1 --ca "$certificates/ca" --cert "$certificate"
		--key "$key")
	server openvpn "${common[@]}" --lport "$openvpn"
	await_udp "$openvpn"
	# This one talks to its first peer only.
	only "$openvpn" openvpn
	gone openvpn "$openvpn"
	openvpn --genkey secret static
	server openvpn "${common[@]}" --lport "$secret" --tls-auth static 0
	await_udp "$secret"
	bad 1 openvpn "$secret" 'is silent to others' -t 2
}

@test "strongSwan: isakmp, ipsec-nat-t" {
	need /usr/lib/ipsec/charon
	need_root
	need_own_network
	# At other ports it takes all for what is behind a NAT.
	printf '%s\n' 'charon {' 'filelog {' 'stderr {' 'default = 1' '}' '}' \
		'}' >conf
	export STRONGSWAN_CONF=$PWD/conf
	server /usr/lib/ipsec/charon
	await_udp 500 4500
	good isakmp 500
	good ipsec-nat-t 4500
	only 500 isakmp
	only 4500 ipsec-nat-t
	gone isakmp 500
}

@test "xl2tpd: l2tp" {
	need xl2tpd
	need_root
	ports l2tp
	printf '%s\n' '[global]' 'listen-addr = 127.0.0.1' "port = $l2tp" \
		'[lns default]' 'ip range = 192.0.2.2-192.0.2.9' \
		'local ip = 192.0.2.1' >conf
	server xl2tpd -D -c "$PWD/conf" -p "$PWD/pid" -C "$PWD/control"
	await_udp "$l2tp"
	good l2tp "$l2tp"
	only "$l2tp" l2tp
	gone l2tp "$l2tp"
}

@test "Kamailio: sip" {
	need kamailio
	ports sip
	cat >conf <<-END
		children=1
		log_stderror=yes
		listen=udp:127.0.0.1:$sip
		loadmodule "sl.so"
		request_route {
			sl_send_reply("404", "Not here");
		}
	END
	server -u nobody kamailio -DD -E -m 16 -M 8 -f "$PWD/conf" -Y "$PWD"
	await_udp "$sip"
	good sip "$sip"
	only "$sip" sip
	gone sip "$sip"
}

@test "OpenIPMI's simulator: ipmi" {
	need ipmi_sim
	ports ipmi
	mkdir state
	cat >conf <<-END
		name "test"
		set_working_mc 0x20
		  startlan 1
		    addr 127.0.0.1 $ipmi
		    priv_limit admin
		    allowed_auths_callback none md2 md5 straight
		    allowed_auths_user none md2 md5 straight
		    allowed_auths_operator none md2 md5 straight
		    allowed_auths_admin none md2 md5 straight
		    guid a123456789abcdefa123456789abcdef
		  endlan
		  user 2 true "admin" "test" admin 10 none md2 md5 straight
	END
	printf '%s\n' 'mc_setbmc 0x20' \
		'mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02' \
		'mc_enable 0x20' >emu
	server ipmi_sim -n -c "$PWD/conf" -f "$PWD/emu" -s "$PWD/state"
	await_udp "$ipmi"
	good ipmi "$ipmi"
	only "$ipmi" ipmi
	gone ipmi "$ipmi"
}

@test "libcoap: coap" {
	local program

	program=$(compgen -c coap-server | sort | head -n 1)
	need "${program:-coap-server}"
	ports coap
	server -u nobody "$program" -A 127.0.0.1 -p "$coap"
	await_udp "$coap"
	good coap "$coap"
	only "$coap" coap
	gone coap "$coap"
}

@test "openssl s_server: dtls" {
	[[ -f $certificate ]] || skip "needs openssl"
	ports dtls
	# It ends with its input.
	# shellcheck disable=SC2016
	server sh -c 'sleep 600 | "$@"' - openssl s_server -dtls -listen \
		-accept "127.0.0.1:$dtls" -cert "$certificate" -key "$key"
	await_udp "$dtls"
	good dtls "$dtls"
	gone dtls "$dtls"
}
