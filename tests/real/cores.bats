#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2030,SC2031,SC2154
#
# Nagios and Icinga 2 of Debian run the definitions of data/, and what they make of
# the plugins' output is what these have printed.

setup() {
	load ../e2e/common
	load servers
	load cores
	common_setup
	chmod a+rx "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR"
}

teardown() {
	[[ -z ${out:-} ]] || servers_stop
	[[ -z ${out:-} ]] || common_teardown
}

# What shells and cores take for their own.
nasty='5$ $$ $(id) `id` "a" '\''b'\'' \d \\ c|d=1;2 !e ;f {g} *?[h] #i <j> ~ % & ^ $USER1$'
nasty_shown='5$ $$ $(id) `id` \"a\" '\''b'\'' \\d \\\\ c\x7cd=1;2 !e ;f {g} *?[h] #i <j> ~ % & ^ $USER1$'

peers() {
	local said

	said=${nasty//\\/\\\\}
	said=${said//\"/\\\"}
	serve 'tcp4 say "220 mx ESMTP\r\n"' 'tcp4 closed' 'tcp4 silent' 'tcp4 full' \
		'udp4 reply "pong"' 'udp4 closed' 'udp4 silent' \
		"tcp4 say \"$said\\r\\n\"" "unix:$PWD/socket say \"220\""
	chmod 777 socket
	ln -s socket 'a socket'
	p8="$PWD/a socket"
}

# lines_of LINE...
lines_of() {
	printf '%s\n' "$@"
}

# by_port LINE...: as check_portset orders them, which do not know their ports
by_port() {
	printf '%s\n' "$@" | sort -t / -k 2,2 -k 3,3n
}

details() {
	lines_of 'Outcome: ok: port open: connected, and answered as expected where something was expected' \
		'Address 127.0.0.1: connected' 'Connection: T s' 'Round trip: T s' \
		'Response: T s'
}

# The cases of both cores.
cases() {
	local on='on 127.0.0.1 port' none='time=U;;;0.000000' min=';;;0.000000;'
	local full

	full="$timed$(more connect rtt reply syn_resent)"
	expect_case open check_tcp 0 \
		"TCP OK - T second response time $on $p0 [220 mx ESMTP]$timed" \
		--port="$p0" --expect=220
	expect_case closed check_tcp 2 \
		"TCP CRITICAL - Connection refused $on $p1$untimed" --port="$p1"
	expect_case closed-expected check_tcp 0 \
		"TCP OK - Connection refused $on $p1, as expected$untimed" \
		--port="$p1" --expected=closed
	expect_case tarpit check_tcp 2 \
		"TCP CRITICAL - Socket timeout after 2 seconds $on $p2: connected, but no answer|$none;2.000000" \
		--port="$p2" --expect=220 --timeout=2
	expect_case filtered check_tcp 2 \
		"TCP CRITICAL - Socket timeout after 2 seconds $on $p3: no answer to the connection attempt|$none;2.000000" \
		--port="$p3" --timeout=2
	expect_case mismatch check_tcp 1 \
		"TCP WARNING - Unexpected response from host/socket $on $p0: 220 mx ESMTP (expected \"SSH-\" or \"OpenSSH\"; nothing more came for 0.1 s)$timed" \
		--port="$p0" --expect=SSH- --expect=OpenSSH --wait=0.1
	expect_case thresholds check_tcp 0 \
		"TCP OK - T second response time $on $p0|time=Ts;9.000000;@20.000000:30.000000;0.000000;10.000000" \
		--port="$p0" --warning=9 --critical=@20:30
	expect_case verbose check_tcp 0 \
		"$(lines_of "TCP OK - T second response time $on $p0 [220 mx ESMTP]$full" \
			"$(details)" 'Received: 14 bytes: "220 mx ESMTP\r\n"')" \
		--port="$p0" --expect=220 --verbose
	expect_case nasty check_tcp 0 \
		"$(lines_of "TCP OK - T second response time $on $p7 [$nasty_shown]$full" \
			"$(details)" "Received: 79 bytes: \"$nasty_shown\\r\\n\"")" \
		--port="$p7" --expect="$nasty" --verbose
	expect_case usage check_tcp 3 \
		"$(lines_of 'TCP UNKNOWN - -p: 65536: not a port from 1 to 65535, nor a service name' \
			"$(usage_of check_tcp)")" --port=65536
	expect_case udp-open check_udp 0 \
		"UDP OK - T second response time $on $p4 [pong]$timed" \
		--port="$p4" --send=ping --expect=pong
	expect_case udp-closed check_udp 2 \
		"UDP CRITICAL - Connection refused $on $p5: ICMP port unreachable from 127.0.0.1$untimed" \
		--port="$p5"
	expect_case udp-silent check_udp 1 \
		"UDP WARNING - No reply within 2 seconds $on $p6: open or filtered, asked N times|$none;2.000000" \
		--port="$p6" --send=ping --timeout=2
	expect_case portset check_portset 0 \
		"$(lines_of "PORTSET OK - 6 of 6 as expected|total=6;;;0; failed=0;;0;0;6 open=3;;;0; closed=2;;;0; filtered=1;;;0; open_filtered=0;;;0; unknown=0;;;0; $(by_port \
			"127.0.0.1/tcp/$p0=Ts$min" "127.0.0.1/tcp/$p1=U$min" \
			"127.0.0.1/tcp/$p3=U$min" "127.0.0.1/udp/$p4=Ts$min" \
			"127.0.0.1/udp/$p5=U$min" | tr '\n' ' ')'$p8'=Ts$min" \
			'Limits: 6 entries, N at a time, 2 s each, 50 s in all' \
			"$(by_port "127.0.0.1/tcp/$p0: open, T s" \
				"127.0.0.1/tcp/$p1: closed: Connection refused" \
				"127.0.0.1/tcp/$p3: filtered: no answer" \
				"127.0.0.1/udp/$p4: open, T s" \
				"127.0.0.1/udp/$p5: closed: Connection refused: ICMP port unreachable from 127.0.0.1")" \
			"$p8: open, T s")" \
		--ports="$p0,$p1=closed,$p3=filtered,udp:$p4,udp:$p5=closed,unix:$p8" \
		--verbose
	expect_case portset-bad check_portset 2 \
		"$(lines_of "PORTSET CRITICAL - 1 of 2 not as expected: 127.0.0.1/tcp/$p1 closed (Connection refused)|total=2;;;0; failed=1;;0;0;2 open=1;;;0; closed=1;;;0; filtered=0;;;0; unknown=0;;;0; $(by_port \
			"127.0.0.1/tcp/$p0=Ts$min" "127.0.0.1/tcp/$p1=U$min" |
			paste -sd ' ')" \
			"127.0.0.1/tcp/$p1: closed, expected open: Connection refused")" \
		--ports="$p0,$p1"
	expect_case portset-usage check_portset 3 \
		"$(lines_of 'PORTSET UNKNOWN - -p: 65536: not a port from 1 to 65535, nor a service name' \
			"$(usage_of check_portset)")" --ports=65536
	large
}

usage_of() {
	"$plugins/$1" --help | sed -n '/^Usage:/,/lists all options/p'
}

# As much as there may be: none of it has a time.  Nagios has the host in its command,
# too, and one that is given twice is asked once.
large() {
	local -a options=(--hostname=127.0.0.1 --hostname=127.77.0.0/24
		--ports="$p1" --verbose)

	check_portset_prints "${options[@]}" --timeout=50
	[[ $(wc -c <"$out") -gt 8000 ]]
	expect_case large check_portset 2 "$(timeless <"$out")" "${options[@]}"
}

check_portset_prints() {
	plugin=$plugins/check_portset
	check "$@"
	[[ $status == 2 && ! -s $err ]]
}

@test "Nagios: open, closed, tarpit, filtered; UDP; port sets; what is nasty" {
	need nagios4
	cores_setup
	peers
	cases
	nagios_start
	nagios_results
	results_are as_nagios_has_it
}

@test "Icinga 2: the same, and performance data as it reads them" {
	need icinga2
	cores_setup
	peers
	cases
	icinga_start
	icinga_results
	results_are
	icinga_parses
}

@test "Nagios: the commands of services, and what a host says about its ports" {
	local on='on 127.0.0.1 port' icmp=': ICMP port unreachable from 127.0.0.1'
	local rest='closed=1;;;0; filtered=0;;;0; open_filtered=0;;;0; unknown=0;;;0;'

	need nagios4
	cores_setup
	peers
	{
		printf 'define host {\n\tuse any\n\thost_name ports\n'
		printf '\t_PORTS %s\n}\n' "$p0/smtp,$p1=closed,udp:$p4"
		nagios_service ports check_portstate_ports ports
		nagios_service protocol "check_portstate_protocol!smtp!-p $p0 -e ESMTP"
		nagios_service dns "check_portstate_dns!-p $p5 --dns-query example.org/MX"
		nagios_service ntp "check_portstate_ntp!0.5!2!-p $p5"
		nagios_service smtp "check_portstate_smtp!-p $p1"
		nagios_service imaps "check_portstate_imaps!-p $p1"
		nagios_service https "check_portstate_https!-p $p1 -t 5"
		nagios_service cert "check_portstate_https_cert!www.example.org!14,3!-p $p1"
	} >objects
	expect_of ports 0 "PORTSET OK - 3 of 3 as expected|total=3;;;0; failed=0;;0;0;3 open=2;;;0; $rest $(by_port \
		"127.0.0.1/tcp/$p0=Ts;;;0.000000;" "127.0.0.1/tcp/$p1=U;;;0.000000;" \
		"127.0.0.1/udp/$p4=Ts;;;0.000000;" | paste -sd ' ')"
	expect_of protocol 0 "SMTP OK - T second response time $on $p0 [220 mx ESMTP]$timed"
	expect_of dns 2 "DNS CRITICAL - Connection refused $on $p5$icmp$untimed"
	expect_of ntp 2 "NTP CRITICAL - Connection refused $on $p5$icmp$untimed"
	if has_tls; then
		expect_of smtp 2 "SMTP+STARTTLS CRITICAL - Connection refused $on $p1$untimed"
		expect_of imaps 2 "IMAPS CRITICAL - Connection refused $on $p1$untimed"
		expect_of https 2 "HTTPS CRITICAL - Connection refused $on $p1|time=U;;;0.000000;5.000000"
		expect_of cert 2 "HTTPS CRITICAL - Connection refused $on $p1$untimed"
	fi
	nagios_start
	nagios_results
	results_are as_nagios_has_it
}

has_tls() {
	! "$plugin" -S -p 1 | grep -q 'this build has no TLS'
}

# icinga_rules: those that are shipped, and a template for what they make
icinga_rules() {
	cat <<-END
		template Service "soon" default {
			check_interval = 2
			retry_interval = 2
			max_check_attempts = 1
		}
		include "$PWD/icinga/portstate-apply.conf"
	END
}

@test "Icinga 2: services by the rules, of what a host says about its ports" {
	local on='on 127.0.0.1 port' counts='unknown=0;;;0;'

	need icinga2
	cores_setup
	peers
	{
		icinga_rules
		cat <<-END
			object Host "ports" {
				check_command = "dummy"
				address = "127.0.0.1"
				vars.ports = [ "$p0/smtp", "$p1" ]
				vars.portsets["one"] = {
					portstate_ports = $p0
					portstate_verbose = true
				}
				vars.tcp["number"] = $p0
				vars.tcp["string"] = "$p1"
				vars.tcp["smtp"] = {
					portstate_port = $p0
					portstate_protocol = "smtp"
				}
				vars.udp["pong"] = {
					portstate_port = $p4
					portstate_send = "ping"
					portstate_expect = "pong"
				}
				vars.udp["number"] = $p5
			}
		END
	} >objects
	expect_of ports 2 "$(lines_of "PORTSET CRITICAL - 1 of 2 not as expected: 127.0.0.1/tcp/$p1 closed (Connection refused)|total=2;;;0; failed=1;;0;0;2 open=1;;;0; closed=1;;;0; filtered=0;;;0; $counts $(by_port \
		"127.0.0.1/tcp/$p0=Ts;;;0.000000;" "127.0.0.1/tcp/$p1=U;;;0.000000;" |
		paste -sd ' ')" \
		"127.0.0.1/tcp/$p1: closed, expected open: Connection refused")"
	expect_of portset-one 0 "$(lines_of "PORTSET OK - 1 of 1 as expected|total=1;;;0; failed=0;;0;0;1 open=1;;;0; closed=0;;;0; filtered=0;;;0; $counts 127.0.0.1/tcp/$p0=Ts;;;0.000000;" \
		'Limits: 1 entry, N at a time, 2 s each, 50 s in all' \
		"127.0.0.1/tcp/$p0: open, T s")"
	expect_of tcp-number 0 "TCP OK - T second response time $on $p0$timed"
	expect_of tcp-string 2 "TCP CRITICAL - Connection refused $on $p1$untimed"
	expect_of tcp-smtp 0 "SMTP OK - T second response time $on $p0 [220 mx ESMTP]$timed"
	expect_of udp-pong 0 "UDP OK - T second response time $on $p4 [pong]$timed"
	expect_of udp-number 2 "UDP CRITICAL - Connection refused $on $p5: ICMP port unreachable from 127.0.0.1$untimed"
	icinga_start
	icinga_results
	results_are
}

# service NAME HOST COMMAND VARIABLE...
service() {
	names+=("$1")
	printf 'object Service "%s" {\n\thost_name = "%s"\n' "$1" "$2"
	printf '\tcheck_command = "portstate_%s"\n' "$3"
	printf '\tcheck_interval = 2\n\tretry_interval = 2\n'
	printf '\tvars.portstate_%s\n' "${@:4}"
	printf '}\n'
}

@test "Icinga 2: arguments are made of variables" {
	need icinga2
	cores_setup
	peers
	{
		printf 'object Host "%s" { check_command = "dummy", %s }\n' \
			localhost '' six 'address6 = "::1"' \
			both 'address = "127.0.0.1", address6 = "::1"'
		service name localhost tcp "port = $p1"
		service six six tcp "port = $p1"
		service four both udp "port = $p5"
		service both both tcp "port = $p1" 'use_ipv6 = true'
		service file both portset "ports = $p1" 'hosts_file = "/dev/null"'
		service null both portset "ports = $p1" 'hostname = null' \
			'timeout = null'
		service hosts both portset "ports = [ $p1, \"$p2/smtp\" ]" \
			'hostname = [ "127.0.0.1", "127.0.0.2" ]' 'any = true' \
			'hedge = false' 'timeout = 1m' 'verbose = true'
		service values both tcp "port = $p1" 'expect = [ "a b", "$$c" ]' \
			'quit = ""' 'wait = 0.5' 'maxbytes = 1048576' \
			'timeout = 3' 'verbose = 2' 'jail = 1' 'all = 0'
		service ini both tcp "port = $p1" 'extra_opts = ""'
		service table both portset 'table = ""'
		service tables both portset 'table = "/t"' 'hostname = null'
		service inis both tcp "port = $p1" 'extra_opts = "a@/b c"' \
			'verbose = 1'
	} >objects
	icinga_start
	icinga_results
	passed name "check_tcp|--hostname|localhost|--port|$p1"
	passed six "check_tcp|--hostname|::1|--port|$p1"
	passed four "check_udp|--hostname|127.0.0.1|--port|$p5"
	passed both "check_tcp|--hostname|::1|--port|$p1|--use-ipv6"
	passed file "check_portset|--hosts-file|/dev/null|--ports|$p1|--timeout|50"
	passed null "check_portset|--ports|$p1"
	passed hosts "check_portset|--hostname|127.0.0.1|--hostname|127.0.0.2|--ports|$p1|--ports|$p2/smtp|--timeout|60|--any|--verbose"
	passed values "check_tcp|--hostname|127.0.0.1|--port|$p1|--expect|a b|--expect|\$c|--quit||--jail|--maxbytes|1048576|--wait|0.500000|--timeout|3|--verbose|--verbose"
	passed ini "check_tcp|--hostname|127.0.0.1|--port|$p1|--extra-opts="
	passed table "check_portset|--hostname|both|--table=|--timeout|50"
	passed tables "check_portset|--table=/t|--timeout|50"
	passed inis "check_tcp|--hostname|127.0.0.1|--port|$p1|--extra-opts=a@/b c|--verbose"
}
