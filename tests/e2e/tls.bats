#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2030,SC2031,SC2154
#
# TLS and certificates of check_tcp, against servers of openssl and hostile
# peers of the fake server.

setup_file() {
	load tls
	tls_authority "$BATS_FILE_TMPDIR/tls" || return 0
	tls_certificate good -1days '+30 days +1 hour'
	tls_certificate expired '-10 days' '-3 days'
	tls_certificate early '+3 days +1 hour' '+30 days'
	tls_root short 'Test CA' 5
	tls_root stranger 'A stranger' 30
	tls_certificate_of old 'Test CA' '-10 days' '-2 days'
}

setup() {
	load common
	load tls
	common_setup
	tls_dir=$BATS_FILE_TMPDIR/tls
	need_tls
	ca=$tls_dir/ca
}

teardown() {
	tls_stop
	common_teardown
}

# tls_serve FILE OPTION...: tls_start, its port in $p0
tls_serve() {
	tls_start "$@" && p0=$tls_port
}

where='on 127.0.0.1 port'
issued='certificate "www.test" of issuer "Test CA"'

@test "-S, --ssl: a handshake" {
	tls_serve good
	for o in -S --ssl --tls-min=1.2 --tls-min=1.3 --sni=www.test; do
		check -p "$p0" $o
		is 0 "TCP OK - T second response time $where $p0$timed"
	done
}

@test "-S: what is said goes through TLS" {
	tls_serve good
	check -p "$p0" -S -E -s 'hello\n' -e olleh
	is 0 "TCP OK - T second response time $where $p0 [olleh]$timed"
	check -p "$p0" -S -E -s 'hello\n' -e hello --wait 0.2
	is 1 "TCP WARNING - Unexpected response from host/socket $where $p0: olleh (expected \"hello\"; nothing more came for 0.2 s)$timed"
	check -p "$p0" -S --step 'send:ab\n' --step expect:ba \
		--step 'send:cd\n' --step expect:dc
	is 0 "TCP OK - T second response time $where $p0 [ba\\ndc]$timed"
}

# What has come with the first answer is not waited for.
@test "-S: two answers at once" {
	tls_serve good
	check -p "$p0" -S --step 'send:ab\ncd\n' --step expect:ba \
		--step expect:dc
	is 0 "TCP OK - T second response time $where $p0 [ba\\ndc]$timed"
	within 2000
}

@test "--step tls: begins in the middle, and only once" {
	tls_serve good
	check -p "$p0" --step tls --step 'send:ab\n' --step expect:ba
	is 0 "TCP OK - T second response time $where $p0 [ba]$timed"
	check -p "$p0" --ca-file "$ca" --step wait:0.1 --step tls \
		--step 'send:ab\n' --step expect:ba
	is 0 "TCP OK - T second response time $where $p0 [ba]$timed"
	check -p "$p0" --step tls --step tls
	usage '--step: TLS begins only once'
}

@test "-D: how long certificates are valid" {
	tls_serve good
	for o in -D30 '-D 30,10' '--certificate=30' '-D 0'; do
		check -p "$p0" $o
		[[ $status == 0 ]]
		grep -q "^TCP OK - .* second response time $where $p0, certificate \"www.test\" expires in 30 days (.* UTC)|time=.* cert_days=30.04" "$out"
	done
	check -p "$p0" -D 31
	is 1 "TCP WARNING - ${issued^} expires in 30 days (DATE), T second response time $where $p0$timed cert_days=D;31.000000:;0.000000:;;"
	check -p "$p0" -D 60,31
	is 2 "TCP CRITICAL - ${issued^} expires in 30 days (DATE), T second response time $where $p0$timed cert_days=D;60.000000:;31.000000:;;"
	for o in -D 'x' '1,' '1,x' ',1' -1 1.5 1,2,3; do
		check -p "$p0" -D "$o"
		[[ $status == 3 ]]
	done
}

@test "-D: an expired certificate, and one that is not valid yet" {
	tls_serve expired
	check -p "$p0" -D 0
	is 2 "TCP CRITICAL - ${issued^} expired 3 days ago (DATE), T second response time $where $p0$timed cert_days=D;0.000000:;0.000000:;;"
	check -p "$p0" -D 0 --state cert-expired=warn
	[[ $status == 1 ]]
	check -p "$p0" -S
	is 0 "TCP OK - T second response time $where $p0$timed"
	check -p "$p0" --ca-file "$ca"
	is 2 "TCP CRITICAL - ${issued^} expired 3 days ago (DATE), T second response time $where $p0$timed"
	tls_serve early
	check -p "$p0" -D 0
	is 2 "TCP CRITICAL - ${issued^} is not valid yet, but in 3 days (DATE), T second response time $where $p0$timed cert_days=D;0.000000:;0.000000:;;"
	check -p "$p0" --ca-file "$ca" --state cert-not-yet-valid=ok
	[[ $status == 0 ]]
}

@test "-D: the whole chain counts" {
	tls_serve good -cert_chain "$tls_dir/short"
	check -p "$p0" -D 10
	is 1 "TCP WARNING - Certificate \"Test CA\" of issuer \"Test CA\" expires in 4 days (DATE), T second response time $where $p0$timed cert_days=D;10.000000:;0.000000:;;"
}

@test "-D: of a long chain, too" {
	for ((i = 0; i < 20; i++)); do
		cat "$tls_dir/ca"
	done >"$BATS_TEST_TMPDIR/chain"
	cat "$tls_dir/short" >>"$BATS_TEST_TMPDIR/chain"
	tls_serve good -cert_chain "$BATS_TEST_TMPDIR/chain"
	check -p "$p0" -D 10
	is 1 "TCP WARNING - Certificate \"Test CA\" of issuer \"Test CA\" expires in 4 days (DATE), T second response time $where $p0$timed cert_days=D;10.000000:;0.000000:;;"
}

@test "-D, -e, -w: all are judged, the worst counts, the others are told" {
	tls_serve good
	check -p "$p0" -D 31 -E -s 'a\n' -e b --wait 0.1 -M crit
	is 2 "TCP CRITICAL - Unexpected response from host/socket $where $p0: a (expected \"b\"; nothing more came for 0.1 s), $issued expires in 30 days (DATE)$timed cert_days=D;31.000000:;0.000000:;;"
	check -p "$p0" -D 60,31 -E -s 'a\n' -e b --wait 0.1
	is 2 "TCP CRITICAL - ${issued^} expires in 30 days (DATE), Unexpected response from host/socket $where $p0: a (expected \"b\"; nothing more came for 0.1 s)$timed cert_days=D;60.000000:;31.000000:;;"
	check -p "$p0" -D 31 -c 1:
	[[ $status == 2 ]]
	grep -q '^TCP CRITICAL - Certificate .* expires in 30 days' "$out"
}

@test "--verify, --ca-file, --verify-name" {
	tls_serve good
	check -p "$p0" --verify
	is 2 "TCP CRITICAL - Certificate not trusted $where $p0: self-signed certificate in certificate chain: subject \"www.test\", issuer \"Test CA\", valid until DATE$timed"
	for o in '' '--sni www.test' '--verify-name www.test' --verify; do
		check -p "$p0" --ca-file "$ca" $o
		is 0 "TCP OK - T second response time $where $p0$timed"
	done
	check -p "$p0" --ca-file "$ca" --verify-name x.test
	is 2 "TCP CRITICAL - Certificate for another name $where $p0: hostname mismatch: not for \"x.test\": subject \"www.test\", issuer \"Test CA\", valid until DATE$timed"
	check -H localhost -4 -p "$p0" --ca-file "$ca"
	[[ $status == 2 ]]
	grep -q 'not for "localhost"' "$out"
	check -p "$p0" --ca-file "$tls_dir/other"
	[[ $status == 2 ]]
	check -p "$p0" --ca-file /nonexistent
	is 3 "TCP UNKNOWN - Cannot probe 127.0.0.1 port $p0: --ca-file: /nonexistent: No such file or directory$untimed"
	for o in cert-mismatch=ok; do
		check -p "$p0" --ca-file "$ca" --verify-name x.test --state "$o"
		[[ $status == 0 ]]
	done
}

@test "--ca-file: an authority that has expired, and is not presented" {
	tls_serve good -cert_chain "$tls_dir/good" -no-CAfile
	for o in '' '-D 60'; do
		check -p "$p0" --ca-file "$tls_dir/old" $o
		[[ $status == 2 ]]
		grep -q '^TCP CRITICAL - Certificate "Test CA" of issuer "Test CA" expired 2 days ago' "$out"
	done
}

@test "--ca-file: who is in it is trusted, root or not" {
	tls_serve good
	check -p "$p0" --ca-file "$tls_dir/good"
	is 0 "TCP OK - T second response time $where $p0$timed"
}

# With TLS 1.3 the server writes once more after the handshake, and may not get
# to read what somebody said who is gone by then.
@test "--verify: nothing is said to somebody else" {
	tls_hear good -tls1_2
	for o in --verify "--ca-file $ca --sni x.test"; do
		check -p "$tls_port" $o -s secret -q password
		[[ $status == 2 ]]
	done
	check -p "$tls_port" --ca-file "$ca" -s hello -q bye
	[[ $status == 0 ]]
	for ((i = 0; i < 100; i++)); do
		! grep -q hellobye "$tls_log" || break
		sleep 0.02
	done
	grep -q hellobye "$tls_log"
	lacks 'secret\|password' "$tls_log"
}

@test "--client-cert, --client-key" {
	tls_serve good -Verify 1 -CAfile "$ca" -verify_return_error
	check -p "$p0" -S -E -s 'ab\n' -e ba
	is 2 "TCP CRITICAL - TLS failed $where $p0: the peer sent the alert: certificate required$untimed"
	check -p "$p0" --client-cert "$tls_dir/good" \
		--client-key "$tls_dir/key" -E -s 'ab\n' -e ba
	is 0 "TCP OK - T second response time $where $p0 [ba]$timed"
	check -p "$p0" -S
	is 2 "TCP CRITICAL - TLS failed $where $p0: the peer sent the alert: certificate required$untimed"
	check -p "$p0" --client-cert "$tls_dir/stranger" \
		--client-key "$tls_dir/ca.key" -s hello
	is 2 "TCP CRITICAL - TLS failed $where $p0: the peer sent the alert: unknown CA$untimed"
	check -p "$p0" --client-cert "$tls_dir/good" --client-key "$tls_dir/key"
	is 0 "TCP OK - T second response time $where $p0$timed"
	within 900
	check -p "$p0" --client-cert "$tls_dir/good"
	[[ $status == 3 ]]
	check -p "$p0" --client-key x
	usage '--client-key: cannot be used without --client-cert'
}

@test "--client-cert: a peer that says nothing to it" {
	tls_serve good -verify 1 -num_tickets 0
	check -p "$p0" -S
	is 0 "TCP OK - T second response time $where $p0$timed"
	check -p "$p0" -S -t 0.5 -c 0.4
	is 0 "TCP OK - T second response time $where $p0|time=Ts;;0.400000;0.000000;0.500000"
}

@test "--alpn" {
	tls_serve good -alpn http/1.1
	check -p "$p0" --alpn h2,http/1.1 -v
	[[ $status == 0 ]]
	grep -q '^TLS: TLSv1.3, .*, ALPN http/1.1$' "$out"
	check -p "$p0" --alpn h2
	[[ $status == 2 ]]
	check -p "$p0" --alpn h2,
	usage '--alpn: h2,: a name is empty'
}

@test "--tls-min" {
	tls_serve good -tls1_2
	check -p "$p0" --tls-min 1.3
	is 2 "TCP CRITICAL - TLS handshake failed $where $p0: the peer sent the alert: protocol version$untimed"
	check -p "$p0" --tls-min 1.4
	usage '--tls-min: 1.4: not one of 1.0, 1.1, 1.2, 1.3'
}

@test "-S: who does not speak TLS" {
	serve 'tcp4 say "220 hi|\r\n"' 'tcp4 expect "\x16" say "HTTP/1.1 400 Bad\r\n" close'
	check -p "$p0" -S
	is 2 "TCP CRITICAL - TLS handshake failed $where $p0: the peer does not speak TLS: \"220 hi\\x7c\"$untimed"
	check -p "$p0" -S -j
	is 2 "TCP CRITICAL - TLS handshake failed $where $p0: the peer does not speak TLS$untimed"
	check -p "$p0" -S --state tls-failed=warning
	[[ $status == 1 ]]
	check -p "$p1" -S
	is 2 "TCP CRITICAL - TLS handshake failed $where $p1: the peer does not speak TLS: \"HTTP/1.1 400 Bad\"$untimed"
}

# A dead program would have the status 141.
@test "-S: who ends in the handshake" {
	serve 'tcp4 close' 'tcp4 read reset' 'tcp4 reset' \
		'tcp4 read say "\x15\x03\x03\x00\x02\x02\x28" close'
	check -p "$p0" -S
	[[ $status == 2 ]]
	grep -q '^TCP CRITICAL - TLS handshake failed .*: the peer \(closed\|reset\) the connection' "$out"
	for p in "$p1" "$p2"; do
		check -p "$p" -S
		is 2 "TCP CRITICAL - TLS handshake failed $where $p: the peer reset the connection$untimed"
	done
	check -p "$p3" -S
	is 2 "TCP CRITICAL - TLS handshake failed $where $p3: the peer sent the alert: handshake failure$untimed"
}

@test "-S: who is silent in the handshake" {
	serve 'tcp4 silent' 'tcp4 read say "\x16\x03"' 'tcp4 full'
	for p in "$p0" "$p1"; do
		check -p "$p" -S -t 0.5
		is 2 "TCP CRITICAL - Socket timeout after 0.5 seconds $where $p: connected, but no answer in the TLS handshake|time=U;;;0.000000;0.500000"
		check -p "$p" -S -t 0.5:unknown
		[[ $status == 3 ]]
		within 3000
	done
	check -p "$p2" -S -t 0.5
	is 2 "TCP CRITICAL - Socket timeout after 0.5 seconds $where $p2: no answer to the connection attempt|time=U;;;0.000000;0.500000"
}

@test "-S: who is never done in the handshake" {
	serve 'tcp4 endless "\x16\x03\x03\x00\x04\x00\x00\x00\x00"' \
		'tcp4 endless "\x14\x03\x03\x00\x01\x01"' 'tcp4 endless "x"'
	for p in "$p0" "$p1" "$p2"; do
		check -p "$p" -S -t 3
		[[ $status == 2 ]]
		grep -q '^TCP CRITICAL - TLS handshake failed' "$out"
		[[ $(wc -l <"$out") == 1 ]]
		silent
	done
}

@test "-S: a port that is closed" {
	serve 'tcp4 closed'
	check -p "$p0" -S
	is 2 "TCP CRITICAL - Connection refused $where $p0$untimed"
	check -p "$p0" -D 10 -r ok
	[[ $status == 0 ]]
}

@test "-S: options that do not go together" {
	check -H /run/x --verify
	usage '--verify: a Unix socket needs --verify-name'
	check -p 1 --sni ''
	usage '--sni: is empty'
	check -p 1 --sni /run/x
	usage '--sni: /run/x: neither a name nor an address'
	check -p 1 --verify-name '[::1'
	usage '--verify-name: [::1: neither a name nor an address'
}

@test "-v: what the handshake told" {
	tls_serve good
	check -p "$p0" -D 10 -v
	is 0 "TCP OK - T second response time $where $p0, certificate \"www.test\" expires in 30 days (DATE)$timed cert_days=D;10.000000:;0.000000:;;$(more connect rtt tls syn_resent)" \
		'Outcome: ok: port open: connected, and answered as expected where something was expected' \
		'Address 127.0.0.1: connected' 'Connection: T s' 'Round trip: T s' \
		'TLS handshake: T s' 'Response: T s' \
		'TLS: TLSv1.3, TLS_AES_256_GCM_SHA384' \
		'Certificate 1: subject "www.test", issuer "Test CA", valid until DATE, from DATE' \
		'Certificate 2: subject "Test CA", issuer "Test CA", valid until DATE, from DATE'
}

@test "--json, --output-format=multi-line, --text: the certificate is told" {
	tls_serve expired
	check -p "$p0" -D 10 --json
	valid
	grep -q '"outcome":"cert-expired","reason":"certificate \\u0022www.test' "$out"
	grep -q '"tls":{"version":"TLSv1.3",.*"certificates":\[{"subject":"www.test","issuer":"Test CA","not_before":".* UTC","not_after":".* UTC"},' "$out"
	check -p "$p0" -D 10 --output-format multi-line
	grep -q '^\[CRITICAL\] - Certificate "www.test" of issuer "Test CA" expired 3 days ago' "$out"
	check -p "$p0" -D 10 --text '%o'
	grep -q '^cert-expired|' "$out"
}

@test "a plain check opens no library of TLS" {
	tls_serve good
	run ldd "$plugin"
	[[ $output != *ssl* && $output != *crypto* ]]
	LD_DEBUG=libs "$plugin" -p "$p0" >"$out" 2>"$err"
	lacks 'libssl\|libcrypto' "$err"
	LD_DEBUG=libs "$plugin" -p "$p0" -S >"$out" 2>"$err"
	grep -q libssl "$err"
}

@test "TLS is made ready while the connection is, and only if there is one" {
	command -v strace >/dev/null || skip "needs strace"
	tls_serve good
	strace -o trace -e trace=connect,openat "$plugin" -S -p "$p0" >"$out" ||
		skip "strace may not"
	[[ $(grep -n -m 1 'connect(.*127' trace | cut -d: -f1) -lt \
		$(grep -n -m 1 tls_openssl.so trace | cut -d: -f1) ]]
	serve 'tcp4 closed'
	strace -o trace -e trace=connect,openat "$plugin" -S -p "$p0" >"$out" ||
		true
	grep -q 'Connection refused' "$out"
	lacks tls_openssl.so trace
	strace -o trace -e trace=openat "$plugin" -p "$p0" >"$out" || true
	lacks 'tls_openssl\|libssl\|libcrypto' trace
	grep -q libc.so trace
}

@test "--probes, --retries: one context for all" {
	tls_serve good
	check -p "$p0" -S --probes 20
	[[ $status == 0 ]]
	grep -q '20 of 20 probes OK' "$out"
}
