#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2030,SC2031,SC2034,SC2154
# Backslashes and backquotes are the pages':
# shellcheck disable=SC1003,SC2016
#
# Every example of the manual pages is run, each as it stands but for its hosts and
# ports, which are fake servers here; what nobody can play is only read, with
# --check-config.  One that is in a page and not in this file is a failure, and so
# is the other way round.  Those of portstate-migrating(7) are in migrating.bats.

load common
load tls

setup_file() {
	tls_setup_file
}

setup() {
	common_setup check_portset
	man=$BATS_TEST_DIRNAME/../../man
	tls_dir=$BATS_FILE_TMPDIR/tls
	host=127.0.0.1
	# Where nothing but our servers listens, all ports are looked at.
	all=1-65535 first=1-1024
	[[ ${OWN_NETWORK:-} == yes ]] || all=1-9 first=1-9
}

teardown() {
	tls_stop
	common_teardown
}

# examples PAGE: its command lines, each in one line
examples() {
	sed -n 's/^\.Dl //p' "$man/$1" | sed 's/\\ / /g' | awk '
	/^\$ (check_|portmon )/ { on = 1; line = "" }
	on {
		on = /\\e$/
		sub(/\\e$/, "")
		line = line $0
		gsub(/  +/, " ", line)
		if (!on) { gsub(/\\e/, "\\", line); print line }
	}'
}

# play EXAMPLE STATUS TEXT [FROM TO]...: runs it with TO in place of each FROM,
# which must be there: that status, and a first line that begins with TEXT.
play() {
	local line=$1 want=$2 text=$3 args

	grep -qxF -e "$line" page || {
		echo "not in the page: $line"
		return 1
	}
	grep -vxF -e "$line" page >left || true
	mv left page
	shift 3
	while (($# > 0)); do
		[[ $line == *"$1"* ]] || {
			echo "not in the example: $1"
			return 1
		}
		line=${line//"$1"/$2}
		shift 2
	done
	plugin=$plugins/$(cut -d ' ' -f 2 <<<"$line")
	[[ $plugin != */portmon ]] || plugin=$(realpath -s "$BUILDDIR/subagent/portmon")
	line=${line#\$ * }
	[[ $line != *' >'* ]] || line=${line% >*}
	eval "args=($line)"
	check "${args[@]}"
	[[ $status == "$want" && $(head -n 1 "$out") == "$text"* ]] && silent || {
		printf 'expected: %s, %s\nexit status %s of %s, output:\n' \
			"$want" "$text" "$status" "$line"
		cat "$out"
		return 1
	}
}

# That nothing of the page was left out.
all_played() {
	[[ ! -s page ]] || {
		echo "not played:"
		cat page
		return 1
	}
}

# hex SECONDS: a time of NTP, as fakeserver and printf have bytes
hex() {
	printf '%08x' "$(($(date +%s) + 2208988800))" | sed 's/../\\x&/g'
}

@test "check_tcp(1)" {
	local mx=mx1.example.org www=www.example.org

	examples check_tcp.1 >page
	serve 'tcp4 say "220 a\r\n"' \
		'unix expect "PING\r\n" say "+PONG\r\n"' 'tcp4 closed' \
		'tcp4 say "220 a\r\n" expect "HELO me\r\n" say "250 a\r\n" expect "MAIL FROM:<>\r\n" say "250 a\r\n" expect "RCPT TO:<you@example.org>\r\n" say "250 a\r\n" expect "QUIT"' \
		"tcp4 say \"$(hex)\"" 'tcp4'
	play "\$ check_tcp -H $mx -p 25 -e 220 -w 1 -c 5" 0 'TCP OK - ' \
		"$mx" $host 25 "$p0"
	play '$ check_tcp -H /run/redis/redis.sock -E -s '\''PING\r\n'\'' -e +PONG' \
		0 'TCP OK - ' /run/redis/redis.sock "$p1"
	play '$ check_tcp -H 192.0.2.7 -p telnet --expected closed' 0 \
		'TCP OK - Connection refused on ' 192.0.2.7 $host telnet "$p2"
	if ! "$plugins/check_tcp" -p 1 --expect-regex=x | grep -q 'this build has no'; then
		play "$(grep -F 'RCPT TO' page)" 0 'TCP OK - ' "$mx" $host \
			'-p 25' "-p $p3"
	fi
	play '$ check_tcp -H 192.0.2.7 --protocol time --offset-critical 5' 0 \
		'TIME OK - ' 192.0.2.7 $host '--protocol' "-p $p4 --protocol"
	play "\$ check_tcp -H $www -p 443 --probes 3 --all-addresses" 0 \
		'TCP OK - ' "$www" $host 443 "$p5"
}

@test "check_tcp(1): with TLS" {
	need_tls
	examples check_tcp.1 >page
	tls_start good
	play '$ check_tcp -H www.example.org -p 443 --verify --tls-min 1.3 -D 14,3' \
		0 'TCP OK - ' www.example.org $host 443 "$tls_port" \
		--verify "--verify --ca-file $tls_dir/ca"
	tls_peer good 'say:220 x\r\n' 'expect:EHLO portstate\r\n' \
		'say:250-x\r\n250 STARTTLS\r\n' 'expect:STARTTLS\r\n' \
		'say:220 go\r\n' tls 'expect:EHLO portstate\r\n' 'say:250 x\r\n' hold
	play '$ check_tcp -H mx1.example.org --protocol smtp --starttls --verify -D 14,3' \
		0 'SMTP+STARTTLS OK - ' mx1.example.org $host \
		--protocol "-p $tls_port --protocol" \
		--verify "--verify --ca-file $tls_dir/ca"
}

@test "check_udp(1)" {
	local at

	examples check_udp.1 >page
	at=$(hex)
	serve 'udp4 copy 0 2 0 copy 12 5 12 reply "\x00\x00\x84\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01"' \
		"udp4 copy 0 2 0 copy 12 21 12 reply \"\x00\x00\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00$(printf '%21s' '')\xc0\x0c\x00\x01\x00\x01\x00\x00\x0e\x10\x00\x04\xc0\x00\x02\x50\"" \
		"udp4 copy 40 8 24 reply \"\x24\x02\x00\xec$(printf '\\x00%.0s' {1..8})\x00\x00\x00\x01$(printf '\\x00%.0s' {1..16})$at\x00\x00\x00\x00$at\x00\x00\x00\x00\"" \
		'udp4 silent' 'unixdgram' \
		'udp4 expect "status\n" reply "ready"' 'udp4 closed'
	play '$ check_udp -H 192.0.2.53 -p 53 -w 0.1 -c 1' 0 'DNS OK - ' \
		192.0.2.53 $host '-p 53' "-p $p0 --protocol dns" '-w 0.1' '-w 5' \
		'-c 1' '-c 9'
	play '$ check_udp -H 192.0.2.53 --protocol dns --dns-query www.example.org --dns-address 192.0.2.80' \
		0 'DNS OK - ' 192.0.2.53 $host --protocol "-p $p1 --protocol"
	play '$ check_udp -H ntp.example.org --protocol ntp --offset-critical 0.1' \
		0 'NTP OK - ' ntp.example.org $host --protocol "-p $p2 --protocol" \
		'--offset-critical 0.1' '--offset-critical 5'
	play '$ check_udp -H loghost.example.org -p 514 -t 3 --state silent=ok' \
		0 'UDP OK - ' loghost.example.org $host 514 "$p3" '-t 3' '-t 0.5'
	play '$ check_udp -H /dev/log' 0 'UDP OK - ' /dev/log "$p4"
	play '$ check_udp -H 192.0.2.7 -p 4000 -E -s '\''status\n'\'' -e ready' \
		0 'UDP OK - ' 192.0.2.7 $host 4000 "$p5"
	play '$ check_udp -H 192.0.2.7 -p 69 --expected closed' 0 'UDP OK - ' \
		192.0.2.7 $host 69 "$p6"
	all_played
}

@test "check_portset(1)" {
	examples check_portset.1 >page
	serve 'tcp4' 'tcp4' 'tcp4 say "220 a\r\n"' 'tcp4'
	play '$ check_portset -H www1,www2 -p 1-65535=closed,22,443' 2 \
		"PORTSET CRITICAL - 2 of " www1,www2 $host 1-65535 "$all" \
		22,443 "$p0,$p1" || [[ $all == 1-9 ]]
	play '$ check_portset -H mx1,mx2 -p 25/smtp --any' 0 \
		'PORTSET OK - 1 of 1 as expected' mx1,mx2 $host 25 "$p2"
	play '$ check_portset -H 192.0.2.0/24 -p 1-1024 --format table' 0 \
		'NAME ' 192.0.2.0/24 127.0.0.0/30 1-1024 "$first"
	play '$ check_portset -H mx1,mx2 -p 25,143 --format prometheus --output mail.prom' \
		0 'PORTSET OK - 2 of 2 as expected|' mx1,mx2 $host 25,143 "$p0,$p1"
	grep -q '^portstate_run_state{run="mail"} 0$' mail.prom
	play '$ check_portset -H mx1 -p 25 --probes 20 -v' 0 \
		'PORTSET OK - 1 of 1 as expected' mx1 $host 25 "$p0"
	grep -q "^127.0.0.1/tcp/$p0: open, 20 probes, 0 lost, min " "$out"
	echo $host >servers
	play '$ check_portset -F servers -p 22,80,443/https --format html >servers.html' \
		0 '<!DOCTYPE html>' 22,80,443/https "$p0,$p1"
	"${FAKESERVER%/*}/make_table" table <<<'mx1/smtp port=25 portset=mail'
	play '$ check_portset --table -H mx1 --portset mail' 0 \
		'PORTSET OK - 1 of 1 as expected|' --table --table=table
}

@test "check_portset(1): with TLS, and configurations" {
	local line

	need_tls
	need_yaml
	examples check_portset.1 >page
	tls_peer good tls 'say:* OK x\r\n' hold
	line=$tls_port
	tls_peer good 'say:220 x\r\n' 'expect:EHLO portstate\r\n' \
		'say:250-x\r\n250 STARTTLS\r\n' 'expect:STARTTLS\r\n' \
		'say:220 go\r\n' tls 'expect:EHLO portstate\r\n' 'say:250 x\r\n' hold
	play '$ check_portset -H mx1.example.org,mx2.example.org -p 993/imaps,25/smtp+starttls --verify -D 14,3' \
		0 'PORTSET OK - 2 of 2 as expected' \
		mx1.example.org,mx2.example.org $host 993/ "$line/" 25/smtp+ "$tls_port/smtp+" \
		--verify "--verify --ca-file $tls_dir/ca"
	block portstate.yaml.5 1 >c.yaml
	play '$ check_portset --config /etc/portstate/portstate.yaml --portset mail' \
		0 'PORTSET OK - 7 ports of 2 hosts would be asked' \
		/etc/portstate/portstate.yaml 'c.yaml --check-config'
	play '$ check_portset --portset mail -H mx3.example.org' 0 \
		'PORTSET OK - 5 ports of 1 host would be asked' \
		'--portset mail' '--portset mail --check-config'
}

@test "portstate-formats(5)" {
	examples portstate-formats.5 >page
	serve 'tcp4' 'tcp4'
	play '$ check_portset -H mx1,mx2 -p 25,143 --format csv --output mail.csv' \
		0 'PORTSET OK - 2 of 2 as expected|' mx1,mx2 $host 25,143 "$p0,$p1"
	[ "$(wc -l <mail.csv)" = 3 ]
	play '$ check_portset -H mx1,mx2 -p 25,143 --probes 3 --format prometheus --output mail.prom' \
		0 'PORTSET OK - 2 of 2 as expected|' mx1,mx2 $host 25,143 "$p0,$p1"
	grep -q '^portstate_run_state{run="mail"} 0$' mail.prom
	play '$ check_portset -H mx1 -p 25 --report' 0 \
		"- Service on $host:$p0 is normal (" mx1 $host 25 "$p0"
	play '$ check_portset -H mx1 -p 25 --report='\''%n\t%S\t%r'\' 0 \
		"127.0.0.1/tcp/$p0"$'\topen\t' mx1 $host 25 "$p0"
	all_played
}

# Each set is asked for all that it has by portsets.bats.
@test "portstate-portsets(7)" {
	need_tls
	need_yaml
	examples portstate-portsets.7 >page
	play '$ check_portset --portset mail -H mx1,mx2' 0 \
		'PORTSET OK - 10 ports of 2 hosts would be asked' \
		mail 'mail --check-config'
	play '$ check_portset --portset database -H db1 --any' 0 \
		'PORTSET OK - 2 ports of 1 host would be asked' \
		--any '--any --check-config'
	play '$ check_portset --portset cpanel-outbound -H reflector.example.org' 0 \
		'PORTSET OK - 12 ports of 1 host would be asked' \
		reflector 'reflector' outbound 'outbound --check-config'
	all_played
}

@test "portmon(8)" {
	local n

	examples portmon.8 >page
	serve 'tcp4 say "220 a\r\n"'
	echo "127.0.0.1 $p0" >hosts
	play '$ portmon -c hosts -r' 0 "- Service on 127.0.0.1:$p0 is normal ("
	play "\$ portmon -c hosts -p 3 -g 500 -r'%s %n: %w, %r'" 0 \
		"- 127.0.0.1/tcp/$p0: normal, "
	play "\$ portmon -d -n 5 -l portmon.log -e 'logger -t portmon %m'" 0 ''
	for n in $(daemons); do
		kill -TERM "$n"
	done
	[ -n "$n" ]
	all_played
}

# The pages have no other examples, whoever can play them here.
@test "every example of every page is here" {
	local page line n=0

	for page in check_tcp.1 check_udp.1 check_portset.1 portstate-formats.5 \
		portstate.yaml.5 portstate-portsets.7 portmon.8; do
		while IFS= read -r line; do
			n=$((n + 1))
			[[ $line != *'RCPT TO'* ]] || continue
			sed -e "s/'\\\\''/'/g" -e 's/\\\$/$/g' \
				-e 's/\$mx/mx1.example.org/; s/\$www/www.example.org/' \
				"$BATS_TEST_FILENAME" | grep -qF -e "$line" || {
				echo "$page: not played: $line"
				return 1
			}
		done < <(examples "$page")
	done
	((n >= 31))
}

# block PAGE N: the Nth literal display of it
block() {
	awk -v n="$2" '
	/^\.Ed/ { on = 0 }
	on { gsub(/\\\(dq/, "\""); gsub(/\\e/, "\\"); print }
	/^\.Bd -literal/ { on = ++i == n }' "$man/$1"
}

@test "portstate.yaml(5): its first configuration, and what it means" {
	need_tls
	need_yaml
	block portstate.yaml.5 1 >c.yaml
	check --config c.yaml --check-config
	is 0 'PORTSET OK - 8 ports of 2 hosts would be asked' \
		'mx1/smtp: 192.0.2.10 tcp/25, smtp, expected open, within 2 s' \
		'mx1/imaps: 192.0.2.10 tcp/993, imaps, TLS, expected open, within 2 s' \
		'mx1/dns: 192.0.2.10 udp/53, dns, expected open, within 2 s' \
		'mx1/telnet: 192.0.2.10 tcp/23, expected closed, or else a warning, within 2 s' \
		'mx2.example.org/smtp: mx2.example.org tcp/25, smtp, expected open, within 2 s' \
		'mx2.example.org/imaps: mx2.example.org tcp/993, imaps, TLS, expected open, within 2 s' \
		'mx2.example.org/dns: mx2.example.org udp/53, dns, expected open, within 2 s' \
		'mx2.example.org/ssh: mx2.example.org tcp/22, ssh, expected open, within 2 s'
	# The same of a server that is one, but for the ports.
	tls_peer good tls 'say:* OK x\r\n' hold
	serve 'tcp4 say "220 a\r\n"' 'tcp4 closed' \
		'udp4 copy 0 2 0 copy 12 5 12 reply "\x00\x00\x84\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01"' \
		'tcp4 say "SSH-2.0-x\r\n"'
	sed -i -e "s/tcp: 25,/tcp: $p0,/; s/tcp: 993,/tcp: $tls_port,/; s/udp: 53,/udp: $p2,/" \
		-e "s/tcp: 23,/tcp: $p1,/; s,22/ssh,$p3/ssh,; s/192.0.2.10/127.0.0.1/" \
		-e "s/mx2.example.org/127.0.0.1/" c.yaml
	check --config c.yaml
	[ "$status" = 0 ] && silent
	grep -q '^PORTSET OK - 8 of 8 as expected|' "$out"
}

@test "portstate.yaml(5): the example of a daemon" {
	need_yaml
	block portstate.yaml.5 2 >c.yaml
	grep -q /usr/local/bin/page c.yaml
	printf '#!/bin/sh\n' >page
	chmod +x page
	sed -i "s,/usr/local/bin,$PWD," c.yaml
	check --config c.yaml --check-config
	is 0 'PORTSET OK - 2 ports of 1 host would be asked' \
		'mx1/smtp: 192.0.2.10 tcp/25, smtp, expected open, within 2 s, retries 4, probes 3' \
		'mx1/queue: 192.0.2.10 tcp/10025, expected open, within 2 s, probes 3'
}

@test "portstate.yaml(5): the example of a handler" {
	need_yaml
	block portstate.yaml.5 3 >c.yaml
	check --config c.yaml --check-config
	is 0 'PORTSET OK - 1 port of 1 host would be asked' \
		'www1/login: www1 tcp/443, handler check_http, expected open, within 10 s'
	printf '#!/bin/sh\necho "$* |time=1s"\n' >handler
	chmod +x handler
	sed -i -e "s,check_http,$PWD/handler," -e 's/  www1:/&\n    address: 127.0.0.1/' c.yaml
	check --config c.yaml --format json
	[ "$status" = 0 ] && valid
	grep -qF '"note":"-H www1 -I 127.0.0.1 -p 443 -S -u /login"' "$out"
	grep -qF '"perfdata":"time=1s"' "$out"
}

@test "portstate.yaml(5): its list of targets" {
	need_tls
	block portstate.yaml.5 4 >list
	check --hosts list --check-config
	[ "$status" = 0 ] && silent
	diff <(head -n 5 "$out") <(printf '%s\n' \
		'PORTSET OK - 14 ports of 3 hosts would be asked' \
		'mx1/tcp/25: mx1 tcp/25, expected open, within 2 s' \
		'mx1/imaps: mx1 tcp/993, imaps, TLS, expected open, within 2 s' \
		'192.0.2.7/udp/53: 192.0.2.7 udp/53, dns, expected open, within 2 s' \
		'2001:db8::1/tcp/8000: 2001:db8::1 tcp/8000, expected closed, within 2 s')
	[ "$(wc -l <"$out")" = 15 ]
}

# handler LINE...: what is said of a handler on that line
handler() {
	printf '%s\n' "hosts: {h: {address: 127.0.0.1, ports: {a: {tcp: 5, $1}}}}" >c.yaml
	check --config c.yaml "${@:2}"
}

@test "portstate.yaml(5): what is said of handlers, bounds included" {
	local words

	need_yaml
	# Standard error where standard output has no text; retries are none.
	handler 'retries: 3, handler: [/bin/sh, -c, "echo x >>runs; echo no >&2; exit 2"]' -v
	[ "$status" = 2 ]
	grep -qF 'no' "$out"
	[ "$(wc -l <runs)" = 1 ]
	handler 'probes: 3, handler: [/bin/sh, -c, "echo x >>runs"]'
	[ "$(wc -l <runs)" = 4 ]
	# 64 performance values of 100.
	handler 'handler: [/bin/sh, -c, "printf ok; printf \" | \"; i=0; while [ $i -lt 100 ]; do printf \"v$i=1 \"; i=$((i+1)); done"]' \
		--format json
	[ "$status" = 0 ] && valid
	[ "$(grep -o '"perfdata":"[^"]*' "$out" | grep -o '=1' | wc -l)" = 64 ]
	# More than is read does no harm, nor does an exit code of another kind.
	handler 'handler: [/bin/sh, -c, "head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2; exit 0"]'
	[ "$status" = 0 ]
	handler 'handler: [/bin/sh, -c, "exit 9"]'
	[ "$status" = 3 ]
	# 64 words, 16 KiB.
	words=$(printf ', x%.0s' {1..63})
	handler "handler: [/bin/true$words]"
	[ "$status" = 0 ]
	handler "handler: [/bin/true$words, x]"
	[ "$status" = 3 ]
	handler "handler: [/bin/true, $(printf 'x%.0s' {1..16384})]"
	[ "$status" = 3 ]
	# A conversation of its own, or one that is inherited.
	handler 'expect: x, handler: /bin/true'
	[ "$status" = 3 ]
	grep -qF 'expect: cannot be used with handler' "$out"
	echo "{defaults: {handler: /bin/false}, hosts: {h: {ports: {a: {tcp: 5, expect: x}}}}}" >c.yaml
	check --config c.yaml --check-config
	is 0 'PORTSET OK - 1 port of 1 host would be asked' \
		'h/a: h tcp/5, expected open, within 2 s'
}

@test "portstate.yaml(5): no other example is there" {
	[ "$(grep -c '^\.Bd -literal' "$man/portstate.yaml.5")" = 4 ]
}
