#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154
#
# The ready commands of data/notify: what they send, byte by byte, when all that is
# foreign looks like something else.

load common

setup() {
	common_setup
	source=$(realpath "${SRCDIR:-$BATS_TEST_DIRNAME/../..}")
	notify=$source/data/notify
	node=$(uname -n)
	mkdir bin
	event=(
		PORTSTATE_HOST=mx1.example
		PORTSTATE_TIME=2026-11-23T14:00:00Z
		'PORTSTATE_MESSAGE=mx1/smtp is down: Connection refused'
		PORTSTATE_NAME=mx1/smtp
		PORTSTATE_PORT=25
		PORTSTATE_TRANSPORT=tcp
		PORTSTATE_STATE=closed
		PORTSTATE_STATUS=CRITICAL
		'PORTSTATE_REASON=Connection refused'
		PORTSTATE_LATENCY=0.004
		PORTSTATE_EVENT_ID=17
		PORTSTATE_EVENT=down
	)
}

teardown() {
	common_teardown
}

# With names, reasons and whatever else there is that nobody should have.
nasty() {
	event+=(
		'PORTSTATE_NAME=mx1/-x "$(id)" `id` \n %s ü€'
		'PORTSTATE_MESSAGE=mx1/-x "$(id)" `id` \n %s ü€ is down: =?utf-8?q?a=0ABcc:_x?= <b>|'
		'PORTSTATE_REASON=-f =?utf-8?q?a=0ABcc:_x?= <b>|'
		PORTSTATE_PORT=
		PORTSTATE_LATENCY=
		PORTSTATE_TRANSPORT=unix
		"PORTSTATE_HOST=/run/a b'c"
	)
}

# Runs one as portstated does, but for PATH, where ours come first.
tell() {
	local command=$1

	shift
	status=0
	env -i LC_ALL=C "PATH=$PWD/bin:$PATH" "${event[@]}" timeout -s KILL 60 \
		"$notify/$command" "$@" >"$out" 2>"$err" 3>&- 4>&- || status=$?
}

# double NAME STATUS: a program that writes down its words and its input
double() {
	{
		echo '#!/bin/sh'
		echo 'printf "[%s]\n" "$@" >'"$PWD/words"
		echo 'cat >'"$PWD/input"
		echo "exit $2"
	} >"bin/$1"
	chmod +x "bin/$1"
}

# same FILE LINE...
same() {
	diff -a -U 99 <(shift; printf '%s\n' "$@") "$1"
}

# What the server got in its first connection, as its log writes it.
received() {
	fake_wait_log 'closed 0 #1' || return 1
	sed -n 's/^recv 0 #1 [0-9]* "\(.*\)"$/\1/p' "$FAKE_LOG" | tr -d '\n'
	echo
}

fine() {
	[[ $status == 0 && ! -s $err ]] || {
		echo "exit status: $status"
		cat "$err"
		return 1
	}
}

@test "mail" {
	double sendmail 0
	tell mail -f noc@example.org root ops@example.org
	fine
	same words '[-i]' '[-f]' '[noc@example.org]' '[root]' '[ops@example.org]'
	same input 'To: root, ops@example.org' \
		'Subject: mx1/smtp is down: Connection refused' \
		'Date: 23 Nov 2026 14:00:00 +0000' \
		"Message-ID: <portstate.17.20261123T140000Z@$node>" \
		'Auto-Submitted: auto-generated' \
		'MIME-Version: 1.0' \
		'Content-Type: text/plain; charset=UTF-8' \
		'Content-Transfer-Encoding: 8bit' \
		'' \
		'mx1/smtp is down: Connection refused' \
		'' \
		'Name:      mx1/smtp' \
		'Event:     down' \
		'Status:    CRITICAL' \
		'State:     closed' \
		'Reason:    Connection refused' \
		'Latency:   0.004 ms' \
		'Host:      mx1.example' \
		'Port:      25' \
		'Transport: tcp' \
		'Time:      2026-11-23T14:00:00Z' \
		'Number:    17'
	# Once more: the same.
	mv input before
	tell mail -f noc@example.org root ops@example.org
	cmp input before
}

@test "mail: of hostile words" {
	double sendmail 0
	nasty
	tell mail root
	fine
	same words '[-i]' '[root]'
	same input 'To: root' \
		'Subject: =?UTF-8?Q?mx1=2F=2Dx=20=22=24=28id=29=22=20=60id=60?=' \
		' =?UTF-8?Q?=20=5Cn=20=25s=20=C3=BC=E2=82=AC=20is=20d?=' \
		' =?UTF-8?Q?own=3A=20=3D=3Futf=2D8=3Fq=3Fa=3D0ABcc=3A?=' \
		' =?UTF-8?Q?=5Fx=3F=3D=20=3Cb=3E=7C?=' \
		'Date: 23 Nov 2026 14:00:00 +0000' \
		"Message-ID: <portstate.17.20261123T140000Z@$node>" \
		'Auto-Submitted: auto-generated' \
		'MIME-Version: 1.0' \
		'Content-Type: text/plain; charset=UTF-8' \
		'Content-Transfer-Encoding: 8bit' \
		'' \
		'mx1/-x "$(id)" `id` \n %s ü€ is down: =?utf-8?q?a=0ABcc:_x?= <b>|' \
		'' \
		'Name:      mx1/-x "$(id)" `id` \n %s ü€' \
		'Event:     down' \
		'Status:    CRITICAL' \
		'State:     closed' \
		'Reason:    -f =?utf-8?q?a=0ABcc:_x?= <b>|' \
		"Host:      /run/a b'c" \
		'Transport: unix' \
		'Time:      2026-11-23T14:00:00Z' \
		'Number:    17'
}

@test "mail: no header is injected, whatever portstated lets through" {
	local id
	double sendmail 0
	event+=($'PORTSTATE_MESSAGE=a\r\nBcc: x@example.org\n\nbody'
		$'PORTSTATE_EVENT_ID=1\nBcc: y' $'PORTSTATE_TIME=2026-11-23T14:00:00Z')
	tell mail root
	fine
	[[ $(sed '/^$/q' input | grep -c .) == 8 ]]
	grep -x 'Subject: aBcc: x@example.orgbody' input
	grep -x "Message-ID: <portstate.1Bccy.20261123T140000Z@$node>" input
}

@test "mail: what is no address, and a sendmail that fails" {
	local who
	double sendmail 75
	for who in '' '-oQ/tmp' 'a b' 'a,b' $'a\nBcc: b' '<a>' '"a"' '|sh'; do
		rm -f words
		tell mail root "$who"
		[[ $status == 64 && ! -e words ]]
		tell mail -f "$who" root
		[[ $status == 64 && ! -e words ]]
	done
	tell mail
	[[ $status == 64 ]]
	tell mail root
	[[ $status == 75 ]]
}

need_python() {
	command -v python3 >/dev/null || skip "needs python3"
}

# A server that takes what comes, but for what it answers to the mail itself.
mail_server() {
	serve "tcp4 say \"220 mx\r\n\" expect \"\r\n\" say \"250-mx\r\n250 8BITMIME\r\n\"
		expect \"\r\n\" say \"250 sender\r\n\" expect \"\r\n\" say \"250 rcpt\r\n\"
		expect \"data\r\n\" say \"354 go\r\n\" expect \"\r\n.\r\n\" say \"$1\r\n\"
		repeat 0 (expect \"\r\n\" say \"250 bye\r\n\")"
}

# Lines are shown with their end.
lines_received() {
	received | sed 's/\\r\\n$//; s/\\r\\n/\n/g'
}

@test "smtp" {
	need_python
	mail_server '250 queued'
	tell smtp --from noc@example.org "127.0.0.1:$p0" root
	fine
	same <(lines_received) "ehlo $node" \
		'mail FROM:<noc@example.org>' \
		'rcpt TO:<root>' \
		'data' \
		'Content-Type: text/plain; charset=\"utf-8\"' \
		'MIME-Version: 1.0' \
		'Content-Transfer-Encoding: quoted-printable' \
		'From: noc@example.org' \
		'To: root' \
		'Subject: mx1/smtp is down: Connection refused' \
		'Date: Mon, 23 Nov 2026 14:00:00 -0000' \
		"Message-ID: <portstate.17.20261123T140000Z@$node>" \
		'Auto-Submitted: auto-generated' \
		'' \
		'mx1/smtp is down: Connection refused' \
		'' \
		'Name:      mx1/smtp' \
		'Event:     down' \
		'Status:    CRITICAL' \
		'State:     closed' \
		'Reason:    Connection refused' \
		'Latency:   0.004 ms' \
		'Host:      mx1.example' \
		'Port:      25' \
		'Transport: tcp' \
		'Time:      2026-11-23T14:00:00Z' \
		'Number:    17' \
		'.' \
		'quit'
}

@test "smtp: of hostile words" {
	need_python
	nasty
	event+=($'PORTSTATE_EVENT_ID=1\r\nBcc: y')
	mail_server '250 queued'
	tell smtp --from noc@example.org "127.0.0.1:$p0" root
	fine
	lines_received >got
	[[ $(sed -n '/^data$/,/^$/p' got | grep -c '^[A-Z]') == 9 ]]
	[[ $(grep -ci '^Bcc' got) == 0 ]]
	sed -n '/^Subject: /,/^Date: /{/^Date/!p}' got | python3 -c '
import email.header, sys
words = email.header.decode_header(sys.stdin.read()[9:])
print("".join(w.decode("utf-8") for w, _ in words))' >subject
	same subject 'mx1/-x "$(id)" `id` \n %s ü€ is down: =?utf-8?q?a=0ABcc:_x?= <b>|'
	grep -x 'Reason:    -f =3D?utf-8?q?a=3D0ABcc:_x?=3D <b>|' got
}

# It is delivered: to try again would be to send it twice.
@test "smtp: a server that does not say good-bye" {
	need_python
	serve 'tcp4 say "220 mx\r\n" expect "\r\n" say "250 mx\r\n" expect "\r\n"
		say "250 sender\r\n" expect "\r\n" say "250 rcpt\r\n" expect "data\r\n"
		say "354 go\r\n" expect "\r\n.\r\n" say "250 queued\r\n" silent'
	tell smtp "127.0.0.1:$p0" root
	fine
}

@test "smtp: what is refused, silent or not there" {
	need_python
	serve 'tcp4 say "220 mx\r\n" expect "\r\n" say "250 mx\r\n" expect "\r\n"
		say "250 sender\r\n" expect "\r\n" say "550 no\r\n"
		repeat 0 (expect "\r\n" say "250 fine\r\n")'
	tell smtp "127.0.0.1:$p0" root
	[[ $status == 1 ]]
	mail_server '451 later'
	tell smtp "127.0.0.1:$p0" root
	[[ $status == 1 ]]
	grep -q "451, b'later'" "$err"
	serve 'tcp4 closed'
	tell smtp "127.0.0.1:$p0" root
	[[ $status == 1 ]]
	grep -q refused "$err"
	# A server without TLS is told nothing; one without a certificate neither.
	mail_server '250 queued'
	tell smtp --starttls "127.0.0.1:$p0" root
	[[ $status == 1 ]]
	serve 'tcp4 say "220 mx\r\n" close'
	tell smtp --tls "127.0.0.1:$p0" root
	[[ $status == 1 ]]
	tell smtp --login /dev/null "127.0.0.1:$p0" root
	[[ $status == 2 ]]
	tell smtp "127.0.0.1:$p0" 'a>b'
	[[ $status == 2 ]]
	tell smtp "127.0.0.1:$p0" -- -oQ/tmp
	[[ $status == 2 ]]
}

@test "nsca" {
	local tab=$'\t'
	double send_nsca 0
	tell nsca monitor.example -c '/etc/a b.cfg'
	fine
	same words '[-H]' '[monitor.example]' '[-to]' '[20]' '[-c]' '[/etc/a b.cfg]'
	same input "mx1${tab}smtp${tab}2${tab}mx1/smtp is down: Connection refused"
	nasty
	tell nsca monitor.example
	fine
	same words '[-H]' '[monitor.example]' '[-to]' '[20]'
	same input "mx1$tab"'-x "$(id)" `id` \n %s ü€'"${tab}2$tab"'mx1/-x "$(id)" `id` \n %s ü€ is down: =?utf-8?q?a=0ABcc:_x?= <b>/'
	double send_nsca 2
	tell nsca monitor.example
	[[ $status == 2 ]]
	tell nsca -H monitor.example
	[[ $status == 64 ]]
}

# status, event, code
@test "nsca: what it is worth" {
	local state what code
	double send_nsca 0
	while read -r state what code; do
		event+=("PORTSTATE_STATUS=$state" "PORTSTATE_EVENT=$what")
		tell nsca monitor.example
		fine
		[[ $(cut -f 3 input) == "$code" ]]
	done <<-END
		OK up 0
		OK lagged 1
		OK normal 0
		WARNING down 1
		CRITICAL lagged 2
		CRITICAL severe 2
		UNKNOWN down 3
	END
}

need_curl() {
	command -v curl >/dev/null || skip "needs curl"
}

web_server() {
	serve "tcp4 expect \"}\n\" say \"HTTP/1.1 $1\r\nContent-Length: 0\r\n$2\r\n\" close"
}

# body_is BODY: with what precedes it in the file got
body_is() {
	received >got
	same <(sed 's/.*\\r\\n\\r\\n//' got) "$1"
}

@test "webhook" {
	need_curl
	web_server '204 No Content'
	tell webhook "http://127.0.0.1:$p0/hook?a=b"
	fine
	[[ ! -s $out ]]
	body_is '{\"id\":17,\"event\":\"down\",\"message\":\"mx1/smtp is down: Connection refused\",\"name\":\"mx1/smtp\",\"host\":\"mx1.example\",\"port\":25,\"transport\":\"tcp\",\"state\":\"closed\",\"status\":\"CRITICAL\",\"reason\":\"Connection refused\",\"latency_ms\":0.004,\"time\":\"2026-11-23T14:00:00Z\"}\n'
	grep -qF 'POST /hook?a=b HTTP/1.1\r\n' got
	grep -qF 'Content-Type: application/json\r\n' got
}

# What is to be sent, as somebody else reads it.
@test "webhook: of hostile words" {
	need_python
	double curl 0
	nasty
	event+=('PORTSTATE_STATE=open|filtered' $'PORTSTATE_STATUS=a\tb\x7f"\\'
		$'PORTSTATE_REASON=\xff<\xc0\xaf>\xe2\x82<\xed\xa0\x80>\xf0\x9f\x98\x80\xf4\x90\x80\x80'
		'PORTSTATE_EVENT_ID=1,"a":2')
	tell webhook "http://127.0.0.1:1"
	[[ $status == 1 ]]
	python3 - >read <<-'END'
		import json
		for name, value in json.load(open("input", encoding="utf-8")).items():
		    print(name, ascii(value))
	END
	same read 'id None' "event 'down'" \
		"message 'mx1/-x \"\$(id)\" \`id\` \\\\n %s \\xfc\\u20ac is down: =?utf-8?q?a=0ABcc:_x?= <b>|'" \
		"name 'mx1/-x \"\$(id)\" \`id\` \\\\n %s \\xfc\\u20ac'" \
		"host \"/run/a b'c\"" 'port None' "transport 'unix'" \
		"state 'open|filtered'" "status 'a\\tb\\x7f\"\\\\'" \
		"reason '\\ufffd<\\ufffd\\ufffd>\\ufffd\\ufffd<\\ufffd\\ufffd\\ufffd>\\U0001f600\\ufffd\\ufffd\\ufffd\\ufffd'" \
		'latency_ms None' "time '2026-11-23T14:00:00Z'"
}

# Each awk that is there writes the same.
@test "json.awk" {
	local awk
	for awk in gawk mawk 'busybox awk' 'original-awk'; do
		command -v "${awk%% *}" >/dev/null || continue
		[[ $(LC_ALL=C $awk -f "$notify/json.awk" -- 'a=ü"\\'$'\x01\xff' b:1 c:01 \
			d:0.5 e: 'f=b=c:d' g=) == \
			'{"a":"ü\"\\\\\u0001\ufffd","b":1,"c":null,"d":0.5,"e":null,"f":"b=c:d","g":""}' ]] || {
			echo "$awk"
			return 1
		}
	done
}

@test "webhook: a file, whose words are in no list of processes" {
	need_curl
	web_server '200 OK'
	printf 'url = "http://127.0.0.1:%s/secret"\nheader = "Authorization: Bearer x"\n' \
		"$p0" >'a file'
	tell webhook "$PWD/a file"
	fine
	received >got
	grep -qF 'POST /secret HTTP/1.1\r\n' got
	grep -qF 'Authorization: Bearer x\r\n' got
	double curl 0
	tell webhook http://127.0.0.1:1/a "$PWD/a file"
	[[ $(grep -c -e Bearer -e secret -e down words) == 0 ]]
	grep -qxF "[$PWD/a file]" words
}

# Only 2xx is a delivery.
@test "webhook: what is not taken" {
	local answer
	need_curl
	for answer in '301 Moved' '400 Bad' '500 Error' '100 Continue'; do
		web_server "$answer" 'Location: http://127.0.0.1:1/\r\n'
		tell webhook "http://127.0.0.1:$p0/"
		[[ $status != 0 && -s $err ]]
	done
	serve 'tcp4 closed'
	tell webhook "http://127.0.0.1:$p0/"
	[[ $status != 0 && -s $err ]]
	for answer in ftp://127.0.0.1/ file:///etc/passwd -o x; do
		tell webhook "$answer"
		[[ $status == 64 ]]
	done
	tell webhook
	[[ $status == 64 ]]
}

@test "icinga-api" {
	need_curl
	web_server '200 OK'
	printf 'user = "portstate:secret"\n' >login
	tell icinga-api "http://127.0.0.1:$p0" "$PWD/login"
	fine
	body_is '{\"type\":\"Service\",\"service\":\"mx1!smtp\",\"exit_status\":2,\"plugin_output\":\"mx1/smtp is down: Connection refused\",\"check_source\":\"'"$node"'\"}\n'
	grep -qF 'POST /v1/actions/process-check-result HTTP/1.1\r\n' got
	grep -qF 'Accept: application/json\r\n' got
	grep -qF "Authorization: Basic $(printf portstate:secret | base64)"'\r\n' got
	web_server '404 No objects found'
	tell icinga-api "http://127.0.0.1:$p0" "$PWD/login"
	[[ $status == 1 ]]
	same "$err" 'HTTP status 404'
	nasty
	web_server '200 OK'
	tell icinga-api "http://127.0.0.1:$p0" "$PWD/login"
	fine
	received >got
	grep -qF '\"service\":\"mx1!-x \\\"$(id)\\\" `id` \\\\n %s \xc3\xbc\xe2\x82\xac\",' got
	tell icinga-api "http://127.0.0.1:$p0" "$PWD/nothing"
	[[ $status == 64 ]]
	tell icinga-api "http://127.0.0.1:$p0"
	[[ $status == 64 ]]
}
