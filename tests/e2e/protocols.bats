#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2030,SC2031,SC2154
#
# The services that check_tcp knows by name, against the fake server: what is
# said to them, what they answer, and what others answer.

setup() {
	load common
	common_setup
}

teardown() {
	common_teardown
}

opening() {
	printf '%s' "<?xml version='1.0'?><stream:stream to='127.0.0.1' xmlns='jabber:$1' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"
}

# name|what comes of it first|script|text|what is said, in lines
rows() {
	local xmpp="<stream:stream id='1' version='1.0'><stream:features/>"
	local unknown="<stream:stream id='1' version='1.0'><stream:error><host-unknown/></stream:error></stream:stream>"

	cat <<-END
		ftp|say "220 x\r\n"|220 x|QUIT\r\n
		smtp|say "220 x\r\n"|220 x|QUIT\r\n
		submission|say "220-x\r\n220 y\r\n"|220-x\\r\\n220 y|QUIT\r\n
		lmtp|say "220 x\r\n"|220 x|QUIT\r\n
		pop|say "+OK x\r\n"|+OK x|QUIT\r\n
		pop3|say "+OK x\r\n"|+OK x|QUIT\r\n
		imap|say "* OK x\r\n"|* OK x|a1 LOGOUT\r\n
		sieve|say "\\"IMPLEMENTATION\\" \\"x\\"\r\n" wait 20 say "OK\r\n"|\\"IMPLEMENTATION\\" \\"x\\"\\r\\nOK|LOGOUT\r\n
		nntp|say "200 x\r\n"|200 x|QUIT\r\n
		nntp|say "201 x\r\n"|201 x|QUIT\r\n
		xmpp|expect "'1.0'>" say "$xmpp"|$xmpp|$(opening client)</stream:stream>
		xmpp|expect "'1.0'>" say "$unknown"|$unknown|$(opening client)</stream:stream>
		xmpp-server|expect "'1.0'>" say "$xmpp"|$xmpp|$(opening server)</stream:stream>
		irc|expect "\n" say ":x NOTICE * :y\r\n"|:x NOTICE * :y|CAP LS 302\r\nQUIT\r\n
		irc|say "NOTICE AUTH :y\r\n"|NOTICE AUTH :y|CAP LS 302\r\nQUIT\r\n
		ssh|say "hello\r\nSSH-2.0-x\r\n"|hello\\r\\nSSH-2.0-x|SSH-2.0-portstate\r\n
		http|expect "\r\n\r\n" say "HTTP/1.1 301 x\r\n\r\n"|HTTP/1.1 301 x|GET / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nUser-Agent: portstate/VERSION\r\nAccept: */*\r\nConnection: close\r\n\r\n
		rtsp|expect "\r\n\r\n" say "RTSP/1.0 200 OK\r\n"|RTSP/1.0 200 OK|OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n
		ldap|expect "\\x80\\x00" say "\\x30\\x0c\\x02\\x01\\x01\\x61\\x07\\x0a\\x01\\x00\\x04\\x00\\x04\\x00"|0\\x0c\\x02\\x01\\x01a\\x07\\n\\x01\\x00\\x04\\x00\\x04\\x00|0\x0c\x02\x01\x01\`\x07\x02\x01\x03\x04\x00\x80\x000\x05\x02\x01\x03B\x00
		mysql|say "\\x18\\x00\\x00\\x00\\x0a8.0.36\\x00\\x01\\x00\\x00\\x00abcdefgh\\x00\\xff\\xf7\\xff"|\\x18\\x00\\x00\\x00\\n8.0.36\\x00\\x01\\x00\\x00\\x00abcdefgh\\x00\\xff\\xf7\\xff|+\x00\x00\x01\x00\x82\x00\x00\x00\x00\x00\x01!\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00portstate\x00\x00\x01\x00\x00\x00\x01
		mysql|say "\\x06\\x00\\x00\\x00\\xff\\x6a\\x04not"|\\x06\\x00\\x00\\x00\\xffj\\x04not|+\x00\x00\x01\x00\x82\x00\x00\x00\x00\x00\x01!\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00portstate\x00\x00\x01\x00\x00\x00\x01
		postgres|expect "\\x00\\x00" say "R\\x00\\x00\\x00\\x08\\x00\\x00\\x00\\x00"|R\\x00\\x00\\x00\\x08\\x00\\x00\\x00\\x00|\x00\x00\x00E\x00\x03\x00\x00user\x00portstate\x00database\x00postgres\x00application_name\x00portstate\x00\x00X\x00\x00\x00\x04
		redis|expect "\r\n" say "+PONG\r\n"|+PONG|PING\r\nQUIT\r\n
		redis|expect "\r\n" say "-NOAUTH x\r\n"|-NOAUTH x|PING\r\nQUIT\r\n
		memcached|expect "\r\n" say "VERSION 1\r\n"|VERSION 1|version\r\nquit\r\n
		amqp|expect "AMQP" say "AMQP\\x00\\x01\\x00\\x00"|AMQP\\x00\\x01\\x00\\x00|AMQP\x00\x00\t\x01
		mqtt|expect "MQTT" say "\\x20\\x02\\x00" wait 20 say "\\x05"| \\x02\\x00\\x05|\x10\x0c\x00\x04MQTT\x04\x02\x00<\x00\x00\xe0\x00
		rsync|say "@RSYNCD: 31.0\n"|@RSYNCD: 31.0|
		git|expect "host" say "000bERR no\n"|000bERR no|0025git-upload-pack /\x00host=127.0.0.1\x000000
		git|expect "host" say "0000"|0000|0025git-upload-pack /\x00host=127.0.0.1\x000000
		clamd|expect "PING" say "PONG\n"|PONG|PING
		zabbix-agent|expect "ping" say "ZBXD\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x001"|ZBXD\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x001|ZBXD\x01\n\x00\x00\x00\x00\x00\x00\x00agent.ping
		daytime|say "Mon Nov 23 09:43:35 2026\r\n"|Mon Nov 23 09:43:35 2026|
		echo|echo|portstate|portstate\r\n
		finger|expect "\n" say "No one.\r\n"|No one.|\r\n
	END
}

# said: what the first connection said, all its pieces in one
said() {
	fake_wait_log 'closed 0 #1' || return 1
	sed -n -E 's/^recv 0 #1 [0-9]+ "(.*)"$/\1/p' "$FAKE_LOG" | tr -d '\n'
}

@test "--protocol: right answers, and what is said" {
	local n=0 name script text want version

	version=$("$plugin" -V | sed -n 's/.* v\([^ ]*\).*/\1/p') || true
	while IFS='|' read -r name script text want; do
		serve "tcp4 $script"
		check -p "$p0" --protocol="$name" --wait 1
		is 0 "${name^^} OK - T second response time on 127.0.0.1 port $p0 [$text]$timed" || {
			echo "$name"
			return 1
		}
		want=${want/PORT/$p0}
		[[ $(said) == "${want/VERSION/$version}" ]] || {
			printf '%s\n' "$name" "${want/VERSION/$version}" "$(said)"
			return 1
		}
		n=$((n + 1))
	done < <(rows)
	((n == 35))
}

# nrpe_answer TEXT RESULT CRC: a packet of NRPE in hexadecimal escapes
nrpe_answer() {
	printf '\\x00\\x02\\x00\\x02%s\\x00\\x0%s%s' "$3" "$2" "$1"
	printf '\\x00%.0s' $(seq $((1026 - ${#1})))
}

@test "--protocol=nrpe-plain: the version, with a right checksum" {
	local good bad critical

	good=$(nrpe_answer 'NRPE v4.1.0' 0 '\x6a\x31\x17\x7f')
	bad=$(nrpe_answer 'NRPE v4.1.1' 0 '\x6a\x31\x17\x7f')
	critical=$(nrpe_answer 'NRPE v4.1.0' 2 '\x23\x09\xee\xa8')
	for script in "$good" "$bad" "$critical"; do
		serve "tcp4 expect \"_NRPE_CHECK\" say \"$script\""
		check -p "$p0" --protocol=nrpe-plain --wait 0.2
		if [[ $script == "$good" ]]; then
			[[ $status == 0 ]]
			grep -q '^NRPE-PLAIN OK - .*NRPE v4.1.0' "$out"
		else
			[[ $status == 1 ]]
			grep -q '(expected a response of NRPE; it is another)|' "$out"
		fi
	done
	fake_wait_log 'closed 0 #1'
	grep -qF 'recv 0 #1 1036 "\x00\x02\x00\x01\xd4g?\x00\x00\x00_NRPE_CHECK\x00' "$FAKE_LOG"
}

# The time as the peer has it, in four bytes.
time_bytes() {
	local n=$(((2208988800 + $(date +%s) + $1) & 0xffffffff))

	printf '\\x%02x\\x%02x\\x%02x\\x%02x' $((n >> 24)) $((n >> 16 & 255)) \
		$((n >> 8 & 255)) $((n & 255))
}

@test "--protocol=time: the peer's clock" {
	serve "tcp4 say \"$(time_bytes 3600)\" close"
	check -p "$p0" --protocol=time
	[[ $status == 0 ]]
	grep -qE ' offset=(3599|360[01])\.000000s' "$out"
	serve "tcp4 say \"$(time_bytes -3600)\" close"
	check -p "$p0" --protocol=time
	[[ $status == 0 ]]
	grep -qE ' offset=-3(599|60[0-2])\.000000s' "$out"
	serve "tcp4 say \"$(time_bytes 0)x\" close" 'tcp4 say "abc" close'
	for p in "$p0" "$p1"; do
		check -p "$p" --protocol=time
		[[ $status == 1 ]]
		grep -q '(expected the time in four bytes; ' "$out"
	done
}

# name|script|what is expected; why not
wrong() {
	cat <<-'END'
		ftp|say "421 x\r\n"|"220"; it begins otherwise
		smtp|say "554 x\r\n"|"220"; it begins otherwise
		pop|say "-ERR x\r\n"|"+OK"; it begins otherwise
		imap|say "* BYE x\r\n"|"* OK"; it begins otherwise
		sieve|say "BYE \"x\"\r\n"|capabilities and "OK"; it is another
		sieve|say "OK MPD 0.23\n"|capabilities and "OK"; it is another
		nntp|say "502 x\r\n"|"200" or "201"; it begins otherwise
		xmpp|expect ">" echo|a stream of XMPP; it is another
		xmpp|say "<stream:stream id='1' version='1.0'><stream:error><system-shutdown/></stream:error>"|a stream of XMPP; it is another
		irc|say "ERROR :x\r\n"|a message of IRC; it is another
		irc|echo|a message of IRC; it is another
		ssh|say "SSH-1.5-x\r\n"|SSH 2.0; it is another
		ssh|say "220 x\r\n"|SSH 2.0; nothing more came for 0.2 s
		ssh|say "220 x\r\n" close|SSH 2.0; the peer closed
		http|say "HTTP/1.1 503 x\r\n"|HTTP status 2xx or 3xx; it is another
		http|echo|HTTP status 2xx or 3xx; it is another
		rtsp|say "HTTP/1.1 200 OK\r\n"|RTSP status 2xx or 3xx; it is another
		ldap|say "\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x34\x04\x00\x04\x00"|a BindResponse; it is another
		ldap|echo|a BindResponse; it is another
		mysql|say "\x17\x00\x00\x00\xff\x10\x04Too many connections"|a greeting of MySQL; it is another
		postgres|say "E\x00\x00\x00\x0eC57P03\x00\x00\x00\x00"|a server of PostgreSQL that is ready; it is another
		postgres|echo|a server of PostgreSQL that is ready; it is another
		redis|say "-LOADING x\r\n"|"+PONG\r\n" or "-NOAUTH " or "-NOPERM "; it begins otherwise
		memcached|say "ERROR\r\n"|"VERSION "; it begins otherwise
		amqp|echo|Connection.Start of AMQP; it is another
		mqtt|say "\x20\x02\x00\x03"|CONNACK of MQTT; it is another
		rsync|say "@ERROR: x\n"|"@RSYNCD: "; it begins otherwise
		git|say "HTTP/1.1 400 x\r\n"|references of git, or an error; it is another
		clamd|echo|"PONG"; it begins otherwise
		zabbix-agent|say "ZBXD\x01\x10\x00\x00\x00\x00\x00\x00\x00ZBX_NOTSUPPORTED"|1 from a Zabbix agent; it is another
		nrpe-plain|echo|a response of NRPE; it is another
		daytime|say "220 x; 09:43:35\r\n"|a date and time; it is another
		time|say "220 x\r\n"|the time in four bytes; it is another
		echo|say "Portstate\r\n"|"portstate\r\n"; it begins otherwise
		finger|echo|text; nothing more came for 0.2 s
		finger|say "\x15\x03"|text; it is another
	END
}

@test "--protocol: wrong answers, and what is expected" {
	local n=0 name script words

	while IFS='|' read -r name script words; do
		serve "tcp4 $script"
		check -p "$p0" --protocol="$name" --wait 0.2
		[[ $status == 1 ]] &&
			grep -qF "${name^^} WARNING - Unexpected response from host/socket on 127.0.0.1 port $p0: " "$out" &&
			grep -qF " (expected $words)|" "$out" || {
			echo "$name, $status, ($words)"
			cat "$out"
			return 1
		}
		n=$((n + 1))
	done < <(wrong)
	((n == 36))
}

@test "--protocol: closed without an answer, and none at all" {
	local name

	while read -r name; do
		serve 'tcp4 close' 'tcp4 silent'
		check -p "$p0" --protocol="$name"
		[[ $status == 2 ]] && grep -qE "^${name^^} CRITICAL - (Connection closed|No data|Connection reset)" "$out" || {
			cat "$out"
			return 1
		}
		check -p "$p1" --protocol="$name" -t 0.2
		[[ $status == 2 ]] || {
			cat "$out"
			return 1
		}
	done < <(rows | cut -d '|' -f 1 | uniq)
}
