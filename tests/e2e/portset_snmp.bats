#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2030,SC2031,SC2154
#
# check_portset --snmp with a real snmpd, whose PORTSTATE-MIB is that of portstate-agentx
# or of the module, and with peers that are neither.

load common
load snmp

setup() {
	common_setup check_portset
	snmp_setup
	secret auth authpassword
	secret priv privpassword
	secret wrong wrongpassword
}

teardown() {
	snmp_teardown
	common_teardown
}

# secret NAME WORD: the file $run/NAME
secret() {
	printf '%s\n' "$2" >"$run/$1"
	chmod 600 "$run/$1"
}

# good: two ports, as they should be
good() {
	table "$@" <<-'EOT'
		mx1/smtp port=25 address=192.0.2.1 portset=mail
		mx2/imap port=143
	EOT
}

# mixed: of each kind that there is
mixed() {
	table "$@" <<-'EOT'
		mx1/smtp port=25 address=192.0.2.1 portset=mail
		mx2/imap port=143 outcome=refused down failed=3 reason=Connection refused
		mx2/ssh port=22
		mx2/pop3 port=110 outcome=timeout severe failed=12
		www/http port=80 outcome=timeout down state=warning
		www/https port=443 lagged address=2001:db8::1
		dns/53 port=53 udp outcome=local-error reason=Too many open files
		/run/x unix outcome=mismatch down reason=\"500\"
	EOT
}

# begin [LINE...]: with lines of snmpd.conf
begin() {
	snmpd_start "$@"
	agentx_start
	registered
}

# ask ARG...
ask() {
	check --snmp "$agent" -t 20 "$@"
}

# first: the line without performance data
first() {
	head -n 1 "$out" | sed 's/|.*//'
}

# says_one STATUS LINE: that is all
says_one() {
	[ "$status" -eq "$1" ] && [ "$(<"$out")" = "$2" ] && [ ! -s "$err" ]
}

users=(
	'createUser sha SHA-256 "authpassword" AES "privpassword"'
	'createUser auth SHA-512 "authpassword"'
	'createUser md5 MD5 "authpassword" DES "privpassword"'
	'createUser plain'
)

# with_users: who may all see it, each as he should
with_users() {
	begin "${users[@]}" "rouser sha authpriv $base" \
		"rouser auth auth $base" "rouser md5 authpriv $base" \
		"rouser plain noauth $base"
}

@test "all is OK: one question, one answer" {
	good
	begin
	ask
	[ "$status" -eq 0 ]
	[ "$(first)" = 'PORTSET OK - 2 of 2 as expected' ]
	grep -qE '\|total=2;;;0; failed=0;;0;0;2 open=2;;;0; closed=0;;;0; filtered=0;;;0; open_filtered=0;;;0; unknown=0;;;0; time=[0-9.]+s;;;0.000000;$' "$out"
	[ "$(wc -l <"$out")" -eq 1 ]
	traced network,openat --snmp "$agent"
	[ "$(grep -c 'sendto(' trace)" -eq 1 ]
	grep openat trace >opened
	lacks 'snmp.*\.conf' opened
	lacks '/mibs' opened
	lacks '\.snmp' opened
	lacks '/var/lib/snmp' opened
}

# traced CALLS ARG...: runs the program, and has its calls in the file trace
traced() {
	strace -o trace true 2>/dev/null || skip "strace is missing, or cannot trace"
	# Nobody else may trace what looks for leaks.
	ASAN_OPTIONS=detect_leaks=0 strace -f -e trace="$1" -o trace \
		"$plugin" "${@:2}" >/dev/null
}

# untimed: without the times of last probes, which the MIB has in tenths, and of runs
untimed() {
	sed -E '/_(timestamp_seconds|duration_seconds|time_seconds)|last_probe_seconds/d
		s/"last_probe":[0-9.]*//
		s/[0-9]{2}:[0-9]{2}:[0-9]{2}//g
		s/took [0-9.]+ m?s//'
}

@test "what is not OK is what --table says" {
	mixed
	begin
	ask
	[ "$status" -eq 2 ]
	first >agent
	check --table="$run/table" -t 20
	[ "$status" -eq 2 ]
	first | sed 's/ [0-9]* ms$//' | diff agent -
	[ "$(<agent)" = 'PORTSET CRITICAL - 4 of 8 not as expected, 2 only a warning: mx2/imap closed (Connection refused), ...; 1 not probed: dns/53 (Too many open files); 1 slow: www/https' ]
	# All of it is asked for all of it.
	for format in table csv json prometheus portmon html; do
		check --table="$run/table" -t 20 --format "$format"
		untimed <"$out" >file
		ask --format "$format"
		[ "$status" -eq 2 ]
		untimed <"$out" | diff file -
	done
	ask -v
	grep -q '^SNMP agent: 127.0.0.1:16161, portstated 0.1.0, configuration ' "$out"
	grep -q '^mx1/smtp: open, 0.001500 s$' "$out"
	grep -q "mx1/smtp'*=0.001500s" "$out"
	ask --at-least 2
	[ "$status" -eq 1 ]
	ask -c 5 -w 9
	[ "$status" -eq 3 ]
}

@test "the module of snmpd is as good" {
	! grep -q __asan_init "$BUILDDIR/subagent/portstate_snmpd.so" ||
		skip "snmpd has no sanitizers"
	mixed
	begin "dlmod portstate_snmpd $BUILDDIR/subagent/portstate_snmpd.so" \
		"portstateTable $run/table" "portstateOid ${base%7707}7708"
	ask
	first >agentx
	ask --snmp-oid "${base%7707}7708"
	[ "$status" -eq 2 ]
	diff agentx <(first)
	ask --format csv
	cp "$out" agentx
	ask --snmp-oid "${base%7707}7708" --format csv
	diff agentx "$out"
}

@test "2,000 entries, many of them not OK" {
	for ((i = 1; i <= 2000; i++)); do
		if ((i % 4 != 0)); then
			echo "h$i/smtp port=25"
		else
			echo "h$i/smtp port=25 outcome=refused down"
		fi
	done | table capacity=4096
	begin
	ask
	[ "$status" -eq 2 ]
	first | grep -q '^PORTSET CRITICAL - 500 of 2000 not as expected: h4/smtp closed'
	grep -q '|total=2000;;;0; failed=500;;0;0;2000 open=1500;;;0; closed=500;' "$out"
	[ "$(wc -c <"$out")" -le 8192 ]
	lines=$(grep -c '^h[0-9]*/smtp: closed, expected open' "$out")
	grep -q "^(left out: $((500 - lines)) lines, 0 latencies)$" "$out"
	ask --format csv
	[ "$(wc -l <"$out")" -eq 2001 ]
}

@test "by version 3, at each level" {
	good
	with_users
	ask --snmp-user plain
	[ "$status" -eq 0 ]
	ask --snmp-user auth --snmp-auth SHA-512 --snmp-auth-file "$run/auth"
	[ "$status" -eq 0 ]
	ask --snmp-user sha --snmp-auth-file "$run/auth" --snmp-priv-file "$run/priv"
	[ "$status" -eq 0 ]
	[ "$(first)" = 'PORTSET OK - 2 of 2 as expected' ]
}

@test "by version 3, each mistake has its line" {
	good
	with_users
	ask --snmp-user nobody
	says_one 3 "PORTSET UNKNOWN - $agent: it does not know the user"
	ask --snmp-user sha --snmp-auth-file "$run/wrong" --snmp-priv-file "$run/priv"
	says_one 3 "PORTSET UNKNOWN - $agent: wrong digest: the authentication secret or protocol is another there"
	ask --snmp-user sha --snmp-auth SHA --snmp-auth-file "$run/auth"
	says_one 3 "PORTSET UNKNOWN - $agent: wrong digest: the authentication secret or protocol is another there"
	ask --snmp-user plain --snmp-auth-file "$run/auth"
	says_one 3 "PORTSET UNKNOWN - $agent: the user has no such security level there"
	ask --snmp-user sha --snmp-auth-file "$run/auth"
	says_one 3 "PORTSET UNKNOWN - $agent: authorizationError: who asks may not read it"
	# About these, snmpd keeps silent.
	ask -t 1 --snmp-user sha --snmp-auth-file "$run/auth" --snmp-priv-file "$run/wrong"
	says_one 3 "PORTSET UNKNOWN - $agent: no answer but to who it is: it has no such context, or the privacy secret or protocol is another there"
	ask -t 1 --snmp-user plain --snmp-context other
	says_one 3 "PORTSET UNKNOWN - $agent: no answer but to who it is: it has no such context, or the privacy secret or protocol is another there"
}

@test "by version 2c with a community of its own" {
	good
	begin 'rocommunity sesame 127.0.0.1'
	secret community sesame
	ask --snmp-community-file "$run/community"
	[ "$status" -eq 0 ]
	ask -t 1 --snmp-community-file "$run/wrong"
	says_one 3 "PORTSET UNKNOWN - $agent: no answer in 1.0 s: it is not there, or the community is wrong"
}

@test "over TCP, by IPv6 and by a name" {
	mixed
	begin 'agentaddress tcp:127.0.0.1:16163' 'agentaddress udp6:[::1]:16161' \
		'rocommunity6 public ::1'
	agent=tcp:127.0.0.1:16163 ask
	[ "$status" -eq 2 ]
	agent=tcp:127.0.0.1:16163 ask --format csv
	[ "$(wc -l <"$out")" -eq 9 ]
	agent='[::1]:16161' ask
	[ "$status" -eq 2 ]
	agent='udp6:[::1]:16161' ask
	[ "$status" -eq 2 ]
	agent=localhost:16161 ask
	[ "$status" -eq 2 ]
	agent=nowhere.invalid ask
	[ "$status" -eq 3 ]
	first | grep -q '^PORTSET UNKNOWN - nowhere.invalid: cannot resolve its name: '
}

@test "tables that tell nothing, and none" {
	begin
	ask
	says_one 3 "PORTSET UNKNOWN - $agent: it has no port table that it can read"
	good now=-600
	ask
	[ "$status" -eq 3 ]
	first | grep -qE '^PORTSET UNKNOWN - 127.0.0.1:16161: its port table is stale: written 1[01] min ago$'
	rm "$run/table"
	table </dev/null
	kill -KILL "$agentx"
	agentx_start
	registered 2
	ask
	says_one 3 "PORTSET UNKNOWN - $agent: its port table has no entry"
	good behind=600
	ask
	[ "$status" -eq 3 ]
	[ "$(first)" = 'PORTSET UNKNOWN - 2 of 2 as expected; portstated is late by 10 min' ]
}

@test "where there is nothing of ours" {
	snmpd_start
	eventually snmpd_answers
	ask
	says_one 3 "PORTSET UNKNOWN - $agent: there is no PORTSTATE-MIB at ${base#.}: portstate-agentx does not run there, or who asks may not see it, or it has another OID"
	agent=127.0.0.1:9 ask
	says_one 3 'PORTSET UNKNOWN - 127.0.0.1:9: Connection refused'
	agent=tcp:127.0.0.1:9 ask
	says_one 3 'PORTSET UNKNOWN - tcp:127.0.0.1:9: Connection refused'
}

@test "an agent that hangs" {
	good
	begin
	kill -STOP "$snmpd"
	agent=localhost:16161 ask -t 2
	says_one 3 'PORTSET UNKNOWN - localhost:16161: no answer in 2.0 s: it is not there, or the community is wrong'
	start --snmp "$agent" -t 60
	eventually grep -q ' 00000000:0000\| 0100007F:' /proc/net/udp
	sleep 0.2
	kill -TERM "$pid"
	finish
	[ "$status" -eq 3 ]
	kill -CONT "$snmpd"
	kill -STOP "$agentx"
	ask -t 2
	[ "$status" -eq 3 ]
	kill -CONT "$agentx"
	eventually there
	ask
	[ "$status" -eq 0 ]
}

there() {
	[[ $(get "$base.1.2.1.0" 2>/dev/null) == *' 2' ]]
}

@test "peers that are no agents" {
	serve 'udp4 reply "garbage"'
	check --snmp "127.0.0.1:$p0" -t 1
	says_one 3 "PORTSET UNKNOWN - 127.0.0.1:$p0: no answer in 1.0 s: what it sends is none"
	fake_stop
	serve 'udp4 echo'
	check --snmp "127.0.0.1:$p0" -t 1
	says_one 3 "PORTSET UNKNOWN - 127.0.0.1:$p0: no answer in 1.0 s: what it sends is none"
	check --snmp "127.0.0.1:$p0" -t 1 --snmp-user me
	[ "$status" -eq 3 ]
	fake_stop
	# A response to what was asked, without a word in it; its id is at 21.
	serve 'udp4 copy 21 4 17 reply "0\x1b\x02\x01\x01\x04\x06public\xa2\x0e\x02\x04ABCD\x02\x01\x00\x02\x01\x000\x00"'
	check --snmp "127.0.0.1:$p0" -t 5
	says_one 3 "PORTSET UNKNOWN - 127.0.0.1:$p0: it answers something else"
	fake_stop
	for script in 'tcp4 endless "0"' 'tcp4 say "0\x84\xff\xff\xff\xff" silent' \
		'tcp4 say "SSH-2.0-x\r\n" silent'; do
		serve "$script"
		check --snmp "tcp:127.0.0.1:$p0" -t 5
		[ "$status" -eq 3 ]
		first | grep -qE 'what it sends is (not SNMP|none)$'
		fake_stop
	done
	serve 'tcp4 read close'
	check --snmp "tcp:127.0.0.1:$p0" -t 5
	says_one 3 "PORTSET UNKNOWN - tcp:127.0.0.1:$p0: it closed the connection"
	fake_stop
	serve 'tcp4 trickle "0\x03\x02\x01\x00" 10'
	check --snmp "tcp:127.0.0.1:$p0" -t 1
	[ "$status" -eq 3 ]
}

@test "secrets are in nobody's sight" {
	good
	with_users
	kill -STOP "$snmpd"
	start --snmp "$agent" -t 60 --snmp-user sha --snmp-auth-file "$run/auth" \
		--snmp-priv-file "$run/priv"
	eventually grep -q snmp-user "/proc/$pid/cmdline"
	lacks -a password "/proc/$pid/cmdline"
	lacks -a password "/proc/$pid/environ"
	kill -CONT "$snmpd"
	finish
	[ "$status" -eq 0 ]
	lacks password "$out"
	chmod 644 "$run/auth"
	ask --snmp-user sha --snmp-auth-file "$run/auth"
	says_one 3 "PORTSET UNKNOWN - $run/auth: everybody may read it: its mode is 0644, and should be 0600 or 0640"
	secret short 1234567
	ask --snmp-user sha --snmp-auth-file "$run/short"
	says_one 3 "PORTSET UNKNOWN - $run/short: has less than 8 bytes, which SNMPv3 does not allow"
}

@test "options that do not go together" {
	while read -r words; do
		# shellcheck disable=SC2086
		check ${words%%|*}
		[ "$status" -eq 3 ]
		[ "$(head -n 1 "$out")" = "PORTSET UNKNOWN - ${words#*|}" ]
	done <<-'EOT'
		--snmp a -H b|-H: cannot be used with --snmp
		--snmp a --table|--table: cannot be used with --snmp
		--snmp a -p 25|-p: cannot be used with --snmp
		--snmp a --portset mail|--portset: cannot be used with --snmp
		--snmp a --config x|--config: cannot be used with --snmp
		--snmp a -6|-6: cannot be used with --snmp
		--snmp a --retries 3|--retries: cannot be used with --snmp
		--snmp a:x|--snmp: a:x: has a port that is not from 1 to 65535
		--snmp-user me|--snmp-user: cannot be used without --snmp
		--snmp a --snmp-auth-file f|--snmp-auth-file: cannot be used without --snmp-user
		--snmp a --snmp-user u --snmp-auth SHA|--snmp-auth: cannot be used without --snmp-auth-file
		--snmp a --snmp-user u --snmp-priv-file f|--snmp-priv-file: cannot be used without --snmp-auth-file
		--snmp a --snmp-context c|--snmp-context: cannot be used without --snmp-user
		--snmp a --snmp-user u --snmp-community-file f|--snmp-community-file: cannot be used with --snmp-user
		--snmp a --snmp-auth ROT13|--snmp-auth: ROT13: is no protocol that net-snmp has here
		--snmp a --snmp-oid 1.x|--snmp-oid: 1.x: is not numbers with dots between them
	EOT
}

@test "nothing of it is loaded without --snmp" {
	good
	traced openat --table="$run/table"
	lacks snmp trace
}
