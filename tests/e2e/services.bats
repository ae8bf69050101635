#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154
#
# What options do to the services of check_tcp(1), PROTOCOLS, and the links by
# which they are checked.

load common

links='check_clamd check_ftp check_imap check_jabber check_nntp check_nntps
	check_pop check_simap check_spop check_ssmtp'

setup() {
	common_setup
	source=$(realpath "${SRCDIR:-$BATS_TEST_DIRNAME/../..}")
}

teardown() {
	common_teardown
}

# refused TEXT: that error of the options
refused() {
	[[ $status == 3 ]] || return 1
	head -n 1 "$out" | grep -qx "[A-Z+-]* UNKNOWN - $1" || {
		cat "$out"
		return 1
	}
}

# clock SECONDS: a server whose clock is so far ahead
clock() {
	local hex

	printf -v hex '%08x' $((($(date +%s) + 2208988800 + $1) & 0xffffffff))
	serve "tcp4 say \"$(sed 's/../\\x&/g' <<<"$hex")\" close"
}

# offset: what the performance data say, in seconds
offset() {
	sed -n -E 's/.* offset=(-?[0-9]+)\.000000s;.*/\1/p' "$out"
}

@test "make install: check_tcp, and a link for each service of the reference" {
	local make=$BUILDDIR/Makefile bin

	[[ -f $make ]] || skip "no build directory"
	make -C "$BUILDDIR" install DESTDIR="$PWD/root" \
		plugindir=/p man1dir=/m >log 2>&1 3>&- 4>&- || {
		cat log
		return 1
	}
	cd root/p
	for l in $links; do
		[ "$(readlink "$l")" = check_tcp ]
		[ "$(readlink "../m/$l.1")" = check_tcp.1 ]
	done
	[ "$(find . -type l | wc -l)" = "$(wc -w <<<"$links")" ]
	[ -x check_tcp ]
	make -C "$BUILDDIR" uninstall DESTDIR="$OLDPWD/root" \
		plugindir=/p man1dir=/m >"$OLDPWD/log" 2>&1 3>&- 4>&-
	[ -z "$(find . ../m ! -type d)" ]
}

@test "each link is a service, with its port and TLS" {
	for row in check_clamd:3310 check_ftp:21 check_imap:143 check_jabber:5222 \
		check_nntp:119 check_nntps:563 check_pop:110 check_simap:993 \
		check_spop:995 check_ssmtp:465; do
		name=${row%:*}
		link "$name"
		check -H 255.255.255.255
		service=${name#check_}
		if [[ $status == 3 ]] && grep -q 'has no TLS' "$out"; then
			[[ $name =~ s(imap|pop|smtp)$|s$ ]]
			continue
		fi
		is 2 "${service^^} CRITICAL - Network is unreachable on 255.255.255.255 port ${row#*:}$untimed"
	done
}

@test "the manual has the names and ports of the table, in its order" {
	sed -n 's/^PROTO("\([^"]*\)", \([0-9]*\),.*/\1 \2/p' \
		"$source/common/proto.def" >table
	sed -n '/^\.Sh PROTOCOLS/,/^\.Sh DIALOGUES/s/^\.It \([^ ]*\) Ta \([0-9]*\) Ta.*/\1 \2/p' \
		"$source/man/check_tcp.1" | grep -v '^tcp ' >manual
	diff table manual
	(($(wc -l <table) > 60))
}

@test "--starttls: what has none" {
	for p in tcp ssh imaps time; do
		check -p 1 --protocol $p --starttls
		if grep -q 'this build has no TLS' "$out"; then
			skip "needs TLS: --with-openssl"
		fi
		refused "--starttls: $p has no TLS that begins in the clear"
	done
}

@test "--starttls: before or after --protocol, and of a link" {
	local said='TLS failed on 127.0.0.1 port'

	serve 'tcp4 say "220 x\r\n" expect "\r\n" say "250 x\r\n" expect "STARTTLS\r\n" say "502 no\r\n"' \
		'tcp4 say "* OK\r\n" expect "a1 STARTTLS\r\n" say "a1 NO not\r\n"'
	check -p "$p0" --starttls --protocol smtp
	! grep -q 'has no TLS$' "$out" || skip "needs TLS: --with-openssl"
	is 2 "SMTP+STARTTLS CRITICAL - $said $p0: the peer does not agree to begin TLS: \"502 no\"$untimed"
	for how in '--protocol smtp --starttls' '--protocol smtp+starttls' \
		'--protocol=SMTP+STARTTLS' '--protocol smtp+starttls --starttls' \
		'--protocol smtp -S --starttls'; do
		check -p "$p0" $how
		is 2 "SMTP+STARTTLS CRITICAL - $said $p0: the peer does not agree to begin TLS: \"502 no\"$untimed"
	done
	check -p "$p0" --protocol smtp --starttls -j
	is 2 "SMTP+STARTTLS CRITICAL - $said $p0: the peer does not agree to begin TLS$untimed"
	link check_imap
	check -p "$p1" --starttls
	is 2 "IMAP+STARTTLS CRITICAL - $said $p1: the peer does not agree to begin TLS: \"a1 NO not\"$untimed"
}

@test "--starttls: steps come after TLS, which begins once" {
	check -p 1 --protocol smtp --starttls --step tls
	! grep -q 'has no TLS$' "$out" || skip "needs TLS: --with-openssl"
	refused '--step: TLS begins only once'
	serve 'tcp4 say "220 x\r\n" expect "EHLO portstate\r\n" say "250 x\r\n" expect "STARTTLS\r\n" say "454 later\r\n"'
	check -p "$p0" --protocol smtp+starttls --step send:x --step expect:y
	is 2 "SMTP+STARTTLS CRITICAL - TLS failed on 127.0.0.1 port $p0: the peer does not agree to begin TLS: \"454 later\"$untimed"
	got '16 "EHLO portstate\r\n"' '10 "STARTTLS\r\n"'
}

@test "a greeting that is none in front of STARTTLS is a mismatch" {
	serve 'tcp4 say "554 no service\r\n" close'
	check -p "$p0" --protocol smtp+starttls
	! grep -q 'has no TLS$' "$out" || skip "needs TLS: --with-openssl"
	[ "$status" = 1 ]
	grep -q '^SMTP+STARTTLS WARNING - Unexpected response .*: 554 no service (expected in step 1 reply 220; it is another)' "$out"
	fake_wait_log 'closed 0 #1'
	[ "$(fake_count recv 0)" = 0 ]
}

@test "-e takes the place of what is expected last" {
	serve 'tcp4 expect "PING\r\n" say "-LOADING\r\n"' 'tcp4 expect "\r\n\r\n" say "HTTP/1.0 404 no\r\n"'
	check -p "$p0" --protocol redis -e LOADING
	is 0 "REDIS OK - T second response time on 127.0.0.1 port $p0 [-LOADING]$timed"
	check -p "$p0" --protocol redis --expect-not LOADING --wait 0.1
	[ "$status" = 1 ]
	check -p "$p1" --protocol http -e ' 404 '
	is 0 "HTTP OK - T second response time on 127.0.0.1 port $p1 [HTTP/1.0 404 no]$timed"
}

@test "--expect-not alone takes the place of nothing" {
	serve 'tcp4 expect "\r\n\r\n" say "HTTP/1.0 500 no\r\n\r\nx" close' \
		'tcp4 expect "\r\n\r\n" say "HTTP/1.0 200 ok\r\n\r\n" wait 50 say "fatal" close'
	check -p "$p0" --protocol http --expect-not fatal
	is 1 "HTTP WARNING - Unexpected response from host/socket on 127.0.0.1 port $p0: HTTP/1.0 500 no\r\n\r\nx (expected HTTP status 2xx or 3xx and not \"fatal\"; it is another)$timed"
	check -p "$p1" --protocol http --expect-not fatal
	is 1 "HTTP WARNING - Unexpected response from host/socket on 127.0.0.1 port $p1: HTTP/1.0 200 ok\r\n\r\nfatal (expected HTTP status 2xx or 3xx and not \"fatal\"; it has what must not be in it)$timed"
	check -p "$p1" --protocol http --expect-not error
	is 0 "HTTP OK - T second response time on 127.0.0.1 port $p1 [HTTP/1.0 200 ok\r\n\r\nfatal]$timed"
	clock 100
	check -p "$p0" --protocol time --expect-not error --offset-critical 50
	[ "$status" = 2 ]
	grep -q ' clock .* seconds ahead' "$out"
}

@test "-s takes the place of all that is said, -q of the good-bye" {
	serve 'tcp4 expect "INFO\r\n" say "+PONG\r\n"'
	check -p "$p0" --protocol redis -E -s 'INFO\r\n' -q 'BYE\n'
	is 0 "REDIS OK - T second response time on 127.0.0.1 port $p0 [+PONG]$timed"
	got '6 "INFO\r\n"' '4 "BYE\n"'
}

@test "-d waits before the answer is read" {
	serve 'tcp4 expect "PING\r\n" say "+PONG\r\n"'
	check -p "$p0" --protocol redis -d 0.2
	is 0 "REDIS OK - T second response time on 127.0.0.1 port $p0 [+PONG]$timed"
	((took_ms >= 200))
	(($(reported_us) < 200000))
}

@test "--step takes the place of all steps of the service" {
	serve 'tcp4 say "x" expect "hello" say "there"'
	check -p "$p0" --protocol ssh --step send:hello --step expect:there
	[ "$status" = 0 ]
	got '5 "hello"' '19 "SSH-2.0-portstate\r\n"'
}

@test "the name of the host, and that of --sni" {
	serve 'tcp4 expect "\r\n\r\n" say "HTTP/1.1 200 OK\r\n"'
	check -H localhost -4 -p "$p0" --protocol http
	[ "$status" = 0 ]
	fake_log | grep -q "Host: localhost:$p0\\\\r\\\\n"
	serve 'unix expect "\r\n\r\n" say "HTTP/1.1 200 OK\r\n"'
	check -H "$p0" --protocol http
	[ "$status" = 0 ]
	fake_log | grep -q 'Host: localhost\\r\\n'
}

@test "time: the offset of the clock" {
	clock 100
	check -p "$p0" --protocol time
	[ "$status" = 0 ]
	grep -q '^TIME OK - .* second response time on 127\.0\.0\.1 port [0-9]*, its clock [0-9]* seconds ahead|time=.* offset=' "$out"
	(($(offset) >= 98 && $(offset) <= 100))
	clock -3600
	check -p "$p0" --protocol time
	[ "$status" = 0 ]
	grep -q ', its clock 360[0-2] seconds behind|' "$out"
	(($(offset) <= -3600 && $(offset) >= -3602))
}

@test "time: its limits, either way" {
	for ahead in 100 -100; do
		clock $ahead
		check -p "$p0" --protocol time --offset-warning 50 --offset-critical 200
		[ "$status" = 1 ]
		grep -q '^TIME WARNING - .* offset=-\?[0-9.]*s;50\.000000;200\.000000;;' "$out"
		check -p "$p0" --protocol time --offset-critical 50
		[ "$status" = 2 ]
		grep -q '^TIME CRITICAL - ' "$out"
		check -p "$p0" --protocol time --offset-warning 110 --offset-critical 200
		[ "$status" = 0 ]
	done
}

@test "time: every probe's clock counts" {
	serve 'tcp4 once ( say "\x00\x00\x00\x00" close ) then ( say "\x00\x00\x00\x00" close )'
	check -p "$p0" --protocol time --probes 3 --offset-critical 60
	[ "$status" = 2 ]
	grep -q ', 0 of 3 probes OK' "$out"
}

@test "time: multi-line and JSON" {
	clock 0
	check -p "$p0" --protocol time --output-format multi-line --offset-warning 60
	[ "$status" = 0 ]
	grep -qE $'^\t\\\\_\\[OK\\] - Its clock [012] seconds? (ahead|behind)$' "$out"
	clock 100
	check -p "$p0" --protocol time --output-format multi-line --offset-warning 60
	[ "$status" = 1 ]
	grep -qE $'^\t\\\\_\\[WARNING\\] - Its clock (98|99|100) seconds ahead$' "$out"
	check -p "$p0" --protocol time --json
	valid
	grep -qE '"offset": (98|99|100)\.0' pretty
}

@test "time: what is none" {
	serve 'tcp4 say "220 mail\r\n" close' 'tcp4 say "abc" close' 'tcp4 say "220 "'
	check -p "$p0" --protocol time
	[ "$status" = 1 ]
	grep -q '(expected the time in four bytes; it is another)' "$out"
	lacks offset= "$out"
	check -p "$p1" --protocol time
	[ "$status" = 1 ]
	grep -q '(expected the time in four bytes; the peer closed)' "$out"
}

@test "--offset-warning, --offset-critical: of a service that tells no time" {
	for o in --offset-warning --offset-critical; do
		check -p 1 $o 5
		refused '--offset-warning, --offset-critical: tcp does not tell the time'
		check --protocol time $o 5 -e x
		[ "$status" = 3 ]
		grep -qF -e '--offset-critical: cannot be used with -e, --step or their like' "$out"
		check -p 1 --protocol time $o x
		refused "$o: x: .*"
		for range in 1000000001 -1000000001:0 1e300: '@1000000001:'; do
			check -p 1 --protocol time $o "$range"
			refused "$o: $range: more than 1000000000"
		done
		for other in '-e x' '--step expect:x' '--expect-hex 00'; do
			check -p 1 --protocol time $o 5 $other
			refused '--offset-warning, --offset-critical: cannot be used with -e, --step or their like'
		done
	done
}
