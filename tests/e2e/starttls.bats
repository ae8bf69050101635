#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2030,SC2031,SC2154
#
# The services of check_tcp that speak TLS, from the first byte or after an
# agreement in the clear, against tests/tlsserver.

setup_file() {
	load tls
	tls_authority "$BATS_FILE_TMPDIR/tls" || return 0
	tls_certificate good -1days '+30 days +1 hour'
	tls_certificate expired '-10 days' '-3 days'
}

setup() {
	load common
	load tls
	common_setup
	tls_dir=$BATS_FILE_TMPDIR/tls
	TLSSERVER=$(realpath "${FAKESERVER%/*}/tlsserver")
	[[ -f $tls_dir/good ]] || skip "needs openssl"
	[[ -x $TLSSERVER ]] || skip "no TLS in this build"
	certificate=good
	TLS_PID=
}

teardown() {
	tls_end
	common_teardown
}

# tls_serve WORD...: tests/tlsserver with them; its port in $p0
tls_serve() {
	tls_end
	coproc TLS { exec "$TLSSERVER" "$tls_dir/$certificate" "$tls_dir/key" "$@" 3>&- 4>&-; }
	read -r -t 10 -u "${TLS[0]}" _ p0
}

# What the connection said, until its end: in $clear, in $through.
heard() {
	local what words

	clear='' through=''
	while read -r -t 10 -u "${TLS[0]}" what words; do
		case $what in
		clear) clear=$words ;;
		tls) through=$words ;;
		end) return 0 ;;
		esac
	done
	return 1
}

tls_end() {
	local pid=${TLS_PID:-}

	[[ -n $pid ]] || return 0
	kill "$pid" 2>/dev/null || true
	wait "$pid" 2>/dev/null || true
	TLS_PID=
}

ehlo='expect:EHLO~portstate\r\n say:250-x\r\n wait:20 say:250-STARTTLS\r\n250~HELP\r\n'
lhlo=${ehlo/EHLO/LHLO}
header="<stream:stream~id='1'~version='1.0'><stream:features><starttls/></stream:features>"
bound='\x30\x0c\x02\x01\x02\x61\x07\x0a\x01\x00\x04\x00\x04\x00'
extended='\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00'
greeting='\x18\0\0\0\x0a8.0.36\0\x01\0\0\0abcdefgh\0'
ready='"IMPLEMENTATION"~"x"\r\nOK\r\n'

# name|words up to the agreement|the agreement|what follows TLS|a refusal|the
# bye, ~ being a blank
rows() {
	local smtp="say:220-x\r\n wait:20 say:220~y\r\n $ehlo expect:STARTTLS\r\n"

	cat <<-END
		ftp|say:220~x\r\n expect:AUTH~TLS\r\n|234~go\r\n|expect:PBSZ~0\r\n say:200~x\r\n|502~no\r\n|QUIT\r\n
		smtp|$smtp|220~go\r\n|$ehlo|454~no\r\n|QUIT\r\n
		submission|$smtp|220-go\r\n220~on\r\n|$ehlo|502~no\r\n|QUIT\r\n
		lmtp|${smtp/EHLO/LHLO}|220~go\r\n|$lhlo|502~no\r\n|QUIT\r\n
		pop|say:+OK~x\r\n expect:STLS\r\n|+OK~go\r\n|expect:CAPA\r\n say:+OK\r\n.\r\n|-ERR~no\r\n|QUIT\r\n
		pop3|say:+OK~x wait:20 say:\r\n expect:STLS\r\n|+OK~go\r\n|expect:CAPA\r\n say:+OK\r\n.\r\n|-ERR~no\r\n|QUIT\r\n
		imap|say:*~OK~x\r\n expect:a1~STARTTLS\r\n|*~CAPABILITY~x\r\na1~OK~go\r\n|expect:a2~CAPABILITY\r\n say:*~x\r\na2~OK\r\n|a1~NO~no\r\n|a3 LOGOUT\r\n
		sieve|say:$ready expect:STARTTLS\r\n|OK~"go"\r\n|say:$ready|NO~"no"\r\n|LOGOUT\r\n
		nntp|say:200~x\r\n expect:STARTTLS\r\n|382~go\r\n|expect:CAPABILITIES\r\n say:101~x\r\n.\r\n|580~no\r\n|QUIT\r\n
		xmpp|expect:'1.0'> say:$header expect:<starttls~xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>|<proceed/>|expect:'1.0'> say:$header|<failure/></stream:stream>|</stream:stream>
		irc|expect:STARTTLS\r\n say::x~NOTICE~*~:y\r\n|:x~670~*~:go\r\n|expect:CAP~LS~302\r\n say::x~CAP~*~LS~:y\r\n|:x~691~*~:no\r\n|QUIT\r\n
		ldap|expect:1.3.6.1.4.1.1466.20037|$extended|expect:\x80\0 say:$bound|\x30\x0e\x02\x01\x01\x78\x09\x0a\x01\x02\x04\x00\x04\x02no|0\x05\x02\x01\x03B\x00
		postgres|expect:\x04\xd2\x16\x2f|S|expect:\0\0 say:R\0\0\0\x08\0\0\0\0|N|X\x00\x00\x00\x04
		mysql||$greeting\xff\xff\xff||$greeting\xff\xf7\xff|
	END
}

# words TEXT: the words of a row, in the array
words() {
	read -r -a words <<<"$1"
	words=("${words[@]//\~/ }")
}

# each FUNCTION: called for each row with the fields as variables and the words
# in the arrays before and after
each() {
	local name before agreement after refusal bye n=0 row

	while IFS= read -r row; do
		IFS='|' read -r name before agreement after refusal bye <<<"${row//|/ |}"
		name=${name% }
		words "$before"
		before=("${words[@]}")
		words "$after"
		after=("${words[@]}")
		agreement=${agreement% } refusal=${refusal% }
		agreement=${agreement//\~/ } refusal=${refusal//\~/ }
		"$1" || {
			echo "$name"
			cat "$out"
			return 1
		}
		n=$((n + 1))
	done < <(rows)
	((n == 14))
}

asked() {
	check -p "$p0" --protocol="$name+starttls" "$@"
	service=${name^^}+STARTTLS
}

# failed WORDS: tls-failed, with these
failed() {
	[[ $status == 2 && $(<"$out") == "$service CRITICAL - TLS ${1}failed on 127.0.0.1 port $p0: $2"* ]]
}

not='the peer does not agree to begin TLS'
injected='bytes in the clear follow the agreement on TLS'

# What it is asked for, between its agreement and TLS.
mysql_reads=('expect:\x21\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0')

# serve_row: all goes well up to the agreement; then these words
serve_row() {
	local read=()

	[[ $name != mysql ]] || read=("${mysql_reads[@]}")
	tls_serve "${before[@]}" "say:$agreement" "${read[@]}" "$@"
}

succeeds() {
	serve_row tls "${after[@]}" hold
	asked
	[[ $status == 0 && $(<"$out") == "$service OK - "*" second response time on 127.0.0.1 port $p0"* ]] || return 1
	heard || return 1
	bye=${bye% }
	[[ $through == *"$bye\"" ]] || {
		echo "through: $through, not $bye"
		return 1
	}
	[[ $clear != *QUIT* && $clear != *LOGOUT* ]]
}

@test "+starttls: success, and the bye goes through TLS" {
	each succeeds
}

starttls() {
	serve_row tls "${after[@]}" hold
	service=${name^^}+STARTTLS
	check -p "$p0" --protocol="$name" --starttls
	[[ $status == 0 && $(<"$out") == "$service OK - "* ]]
}

@test "--starttls is +starttls" {
	each starttls
}

is_refused() {
	local words

	tls_serve "${before[@]}" "say:$refusal" hold
	asked --wait 0.3
	failed '' "$not: \"" || return 1
	case $name in
	ldap) words=no ;;
	mysql) words=8.0.36 ;;
	postgres) words=N ;;
	*) words=${refusal%'\r\n'} ;;
	esac
	[[ $(<"$out") == *"${words//\"/\\\"}"* ]]
}

@test "+starttls: refused, in the server's words" {
	each is_refused
}

is_injected() {
	tls_serve "${before[@]}" "say:${agreement}250 x\r\n" tls hold
	asked
	failed '' "$injected: \"" || return 1
	heard
	[[ -z ${through//\"/} ]]
}

@test "+starttls: bytes in the clear with the agreement" {
	each is_injected
}

comes_late() {
	serve_row 'expect:\x16' 'say:250 x\r\n' tls hold
	asked
	failed 'handshake ' 'the peer does not speak TLS: "250 x' || return 1
	heard
	[[ -z ${through//\"/} ]]
}

@test "+starttls: bytes in the clear after the agreement" {
	each comes_late
}

is_garbage() {
	serve_row 'expect:\x16' 'say:\x16\x03\x01\0\x04abcd' wait:50
	asked
	failed 'handshake ' || return 1
	serve_row 'expect:\x16' 'say:\x15\x03\x03\0\x02\x02\x28' hold
	asked
	failed 'handshake '
}

@test "+starttls: TLS garbage, and an alert" {
	each is_garbage
}

# A part of a reply is a wrong one: a warning.
stalls() {
	local i

	for ((i = 0; i < ${#before[@]}; i++)); do
		[[ ${before[i]} == say:* ]] || continue
		tls_serve "${before[@]:0:i}" hold
		asked --wait 0 -t 0.25
		[[ $status == 2 || $(<"$out") == *"; not within 0.25 seconds)"* ]] || return 1
	done
	tls_serve "${before[@]}" hold
	asked --wait 0 -t 0.25
	[[ $status == 2 && $(<"$out") == "$service CRITICAL - "* ]] || return 1
	serve_row hold
	asked --wait 0 -t 0.25
	[[ $status == 2 ]] || return 1
	((${#after[@]} > 0)) || return 0
	serve_row tls hold
	asked --wait 0 -t 0.4
	[[ $status == 2 ]] && within 5000
}

@test "+starttls: a stall in each phase" {
	each stalls
}

closes() {
	local i

	for ((i = 0; i < ${#before[@]}; i++)); do
		[[ ${before[i]} == say:* ]] || continue
		tls_serve "${before[@]:0:i}" close
		asked
		[[ $status == 2 || $(<"$out") == *"; the peer closed)"* ]] || return 1
	done
	tls_serve "${before[@]}" close
	asked
	[[ $status == 2 ]] || return 1
	serve_row close
	asked
	failed 'handshake ' || return 1
	((${#after[@]} > 0)) || return 0
	serve_row tls close
	asked
	[[ $status == 2 ]]
}

@test "+starttls: closed in each phase" {
	each closes
}

has_expired() {
	serve_row tls "${after[@]}" hold
	asked -D 10
	[[ $status == 2 && $(<"$out") == "$service CRITICAL - Certificate \"www.test\" of issuer \"Test CA\" expired 3 days ago"* ]]
}

@test "+starttls: an expired certificate" {
	certificate=expired
	each has_expired
}

is_untrusted() {
	serve_row tls "${after[@]}" hold
	asked --verify
	[[ $status == 2 && $(<"$out") == "$service CRITICAL - Certificate not trusted "* ]] || return 1
	heard
	[[ -z ${through//\"/} ]]
}

@test "+starttls: nothing is said to whom nobody trusts" {
	each is_untrusted
}

# The rest of a reply is never the answer to what is said next.
@test "+starttls: replies in pieces" {
	tls_serve 'say:22' wait:20 'say:0-x\r' wait:20 'say:\n220 y\r\n' \
		'expect:EHLO portstate\r\n' 'say:250-a\r\n220 no\r\n' wait:30 \
		'say:250-b\r\n25' wait:30 'say:0 c\r\n' 'expect:STARTTLS\r\n' \
		'say:454-no\r\n' wait:30 'say:220 x\r\n454 no\r\n' hold
	name=smtp asked
	failed '' "$not: \"454-no"
	heard
	[[ $clear == '"EHLO portstate\r\nSTARTTLS\r\n"' ]]
	# What was not asked for is not the answer.
	tls_serve 'say:220 x\r\n220 y\r\n' 'expect:EHLO portstate\r\n' wait:30 \
		'say:250 x\r\n220 go\r\n' 'expect:STARTTLS\r\n' wait:30 \
		'say:454 no\r\n' hold
	name=smtp asked
	failed '' "$not: \"454 no"
}

# name|what follows the handshake|the bye
tls_rows() {
	local packet=

	packet='\0\x02\0\x02\x6a\x31\x17\x7f\0\0NRPE v4.1.0'
	packet+=$(printf '\\0%.0s' $(seq 1015))
	cat <<-END
		ftps|say:220~x\r\n|QUIT\r\n
		smtps|say:220~x\r\n|QUIT\r\n
		ssmtp|say:220~x\r\n|QUIT\r\n
		submissions|say:220~x\r\n|QUIT\r\n
		spop|say:+OK~x\r\n|QUIT\r\n
		pop3s|say:+OK~x\r\n|QUIT\r\n
		simap|say:*~OK~x\r\n|a1 LOGOUT\r\n
		imaps|say:*~OK~x\r\n|a1 LOGOUT\r\n
		nntps|say:201~x\r\n|QUIT\r\n
		xmpps|expect:'1.0'> say:$header|</stream:stream>
		ircs|expect:302\r\n say::x~CAP~*~LS~:y\r\n|QUIT\r\n
		https|expect:\r\n\r\n say:HTTP/1.1~200~OK\r\n|Connection: close\r\n\r\n
		rtsps|expect:\r\n\r\n say:RTSP/1.0~200~OK\r\n|CSeq: 1\r\n\r\n
		ldaps|expect:\x80\0 say:${bound/02\\x61/01\\x61}|0\x05\x02\x01\x03B\x00
		amqps|expect:\x09\x01 say:AMQP\0\x01\0\0|AMQP\x00\x00\x09\x01
		mqtts|expect:\x3c\0\0 say:\x20\x02\0\0|\xe0\x00
		nrpe|expect:_NRPE_CHECK say:${packet// /\~}|
	END
}

@test "--protocol: with TLS from the first byte" {
	local name after bye n=0

	while IFS='|' read -r name after bye; do
		words "$after"
		tls_serve tls "${words[@]}" hold
		check -p "$p0" --protocol="$name"
		[[ $status == 0 && $(<"$out") == "${name^^} OK - "* ]] && heard &&
			[[ $clear == '""' && $through == *"$bye\"" ]] || {
			cat "$out"
			echo "$name $clear $through"
			return 1
		}
		# In the clear it is another service.
		tls_serve "${words[@]}" hold
		check -p "$p0" --protocol="$name" -t 1
		[[ $status == 2 ]]
		n=$((n + 1))
	done < <(tls_rows)
	((n == 17))
}

@test "--protocol=nrpe: a server that has no certificate, as it is by default" {
	words "$(tls_rows | sed -n 's/^nrpe|//p' | tr -d '|')"
	tls_serve anonymous "${words[@]}" hold
	check -p "$p0" --protocol=nrpe
	[[ $status == 0 && $(<"$out") == "NRPE OK - "* ]]
	for o in '-D 10' --verify; do
		check -p "$p0" --protocol=nrpe $o
		[[ $status == 2 && $(<"$out") == "NRPE CRITICAL - TLS handshake failed"* ]]
	done
}
