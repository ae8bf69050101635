#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2030,SC2031,SC2034,SC2154
# Options of a list are split into words, backslashes are the program's:
# shellcheck disable=SC1003,SC2016,SC2046,SC2086,SC2094
#
# check_portset as man/check_portset.1 has it, against fake servers on loopback
# and in Unix sockets: what needs no privileges.  The rest is in
# portset_netns.bats.

# Before the functions below, some of which are in place of its own.
load common
load tls

setup_file() {
	tls_authority "$BATS_FILE_TMPDIR/tls" || return 0
	tls_certificate good -1days '+30 days +1 hour'
	tls_certificate expired '-10 days' '-3 days'
	tls_certificate early '+3 days +1 hour' '+30 days'
}

setup() {
	common_setup check_portset
	tls_dir=$BATS_FILE_TMPDIR/tls
	ca=$tls_dir/ca
}

teardown() {
	tls_stop
	common_teardown
}

# Of common.bash, for the output of this program: T in place of each time.
masked() {
	sed -E -e 's/=[0-9]+\.[0-9]{6}s;/=Ts;/g' \
		-e 's/^([^ ]+: [a-z]+(, expected [a-z]+)?), [0-9]+\.[0-9]{6} s/\1, T s/' \
		-e 's/ [0-9]+ ms/ T ms/g' -e 's/ +[0-9]+\.[0-9]{3} ms$/ T ms/' \
		-e 's/("time":|"rtt":)[0-9]+\.[0-9]{6}/\1T/g' \
		-e 's/((cert_days|"cert_days")[=:])-?[0-9]+\.[0-9]{6}/\1D/' \
		-e 's/[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} UTC/DATE/g' \
		"$out"
}

usage() {
	silent || return 1
	if [[ $status != 3 || $(head -n 1 "$out") != "PORTSET UNKNOWN - $1" ]]; then
		printf 'expected: PORTSET UNKNOWN - %s\nexit status %s, output:\n' \
			"$1" "$status"
		cat "$out"
		return 1
	fi
	sed -n 2p "$out" | grep -q '^Usage: check_portset ' || return 1
	(($(wc -l <"$out") <= 23)) || return 1
	[[ $(sed 1d "$out" | wc -L) -le 80 ]]
}

# perf OPEN CLOSED FILTERED UNKNOWN FAILED NAME...: the performance data with
# the default limits; a name with + at its end has a latency
perf() {
	local total=$(($1 + $2 + $3 + $4)) name

	printf '|total=%d;;;0; failed=%d;;0;0;%d' \
		"$total" "$5" "$total"
	printf ' open=%d;;;0; closed=%d;;;0; filtered=%d;;;0; unknown=%d;;;0;' \
		"$1" "$2" "$3" "$4"
	for name in "${@:6}"; do
		if [[ $name == *+ ]]; then
			printf ' %s=Ts;;;0.000000;' "${name%+}"
		else
			printf ' %s=U;;;0.000000;' "$name"
		fi
	done
}

# says STATUS TEXT: that exit status, and a first line that begins with TEXT
says() {
	silent || return 1
	[[ $status == "$1" && $(head -n 1 "$out") == "PORTSET $2"* ]] || {
		printf 'expected: %s, PORTSET %s\nexit status %s, output:\n' \
			"$1" "$2" "$status"
		cat "$out"
		return 1
	}
}

# has LINE...: lines of the output
has() {
	local line

	for line in "$@"; do
		masked | grep -Fqx -e "$line" || {
			printf 'no line: %s\nin:\n' "$line"
			cat "$out"
			return 1
		}
	done
}

# on_terminal ARG...: the program with a terminal as output and as standard
# error; all that it shows there is in $out, its exit status in $status
on_terminal() {
	command -v script >/dev/null || skip "needs script(1)"
	status=0
	script -qec "$(printf '%q ' "$plugin" "$@")" /dev/null >"$out" \
		</dev/null 3>&- 4>&- || status=$?
}

# What is closed are ports that nobody has: 1 to 6, and in a network of its own
# those from 61001, which the kernel gives to nobody.
declare -gA code=([OK]=0 [WARNING]=1 [CRITICAL]=2 [UNKNOWN]=3)
refused='Connection refused'
ends_first='the run ended first'

#
# What to ask: hosts.
#

@test "-H, --hostname: hosts, by option or alone" {
	serve 'tcp4'
	for o in '-H 127.0.0.1' -H127.0.0.1 --hostname=127.0.0.1 \
		'--hostname 127.0.0.1' --hostn=127.0.0.1 127.0.0.1 '-- 127.0.0.1'; do
		check -p "$p0" $o
		is 0 "PORTSET OK - 1 of 1 as expected$(perf 1 0 0 0 0 "127.0.0.1/tcp/$p0+")"
	done
	check -p "$p0" -H 127.0.0.2
	is 2 "PORTSET CRITICAL - 1 of 1 not as expected: 127.0.0.2/tcp/$p0 closed ($refused)$(perf 0 1 0 0 1 "127.0.0.2/tcp/$p0")" \
		"127.0.0.2/tcp/$p0: closed, expected open: $refused"
}

@test "-H: the default is 127.0.0.1, with -6 ::1" {
	serve 'tcp4'
	check -p "$p0"
	is 0 "PORTSET OK - 1 of 1 as expected$(perf 1 0 0 0 0 "127.0.0.1/tcp/$p0+")"
	need_ipv6
	serve 'tcp6'
	check -p "$p0" -6
	is 0 "PORTSET OK - 1 of 1 as expected$(perf 1 0 0 0 0 "::1/tcp/$p0+")"
}

@test "-H: several, in one list or in many" {
	serve 'tcp4' 'tcp4 closed'
	for o in '-H 127.0.0.1,127.0.0.2' '-H 127.0.0.1 -H 127.0.0.2' \
		'127.0.0.1 127.0.0.2' '-H 127.0.0.1 127.0.0.2' \
		'-H 127.0.0.1,,127.0.0.2,'; do
		check $o -p "$p1=closed" -v
		has "127.0.0.1/tcp/$p1: closed: $refused" \
			"127.0.0.2/tcp/$p1: closed: $refused"
		says 0 "OK - 2 of 2 as expected|"
	done
	check -H '127.0.0.1 127.0.0.2' -p "$p0"
	is 2 "PORTSET CRITICAL - 1 of 2 not as expected: 127.0.0.2/tcp/$p0 closed ($refused)$(perf 1 1 0 0 1 "127.0.0.1/tcp/$p0+" "127.0.0.2/tcp/$p0")" \
		"127.0.0.2/tcp/$p0: closed, expected open: $refused"
}

@test "-H: a network is all its addresses" {
	check -H 127.0.0.4/30 -p 1=closed -v
	says 0 "OK - 4 of 4 as expected|"
	has "127.0.0.4/tcp/1: closed: $refused" "127.0.0.5/tcp/1: closed: $refused" \
		"127.0.0.6/tcp/1: closed: $refused" "127.0.0.7/tcp/1: closed: $refused"
}

@test "-H: an IPv6 address, also in brackets" {
	need_ipv6
	serve 'tcp6'
	check -H '::1,[::1]' -p "$p0"
	# A bracket needs quotes in performance data.
	is 0 "PORTSET OK - 2 of 2 as expected$(perf 2 0 0 0 0 "::1/tcp/$p0+" "'[::1]/tcp/$p0'+")"
}

@test "-H: a name, once for all its ports" {
	serve 'tcp4' 'tcp4 closed'
	check -4 -H localhost,127.0.0.1 -p "$p0,$p1=closed"
	says 0 "OK - 4 of 4 as expected|"
	[ "$(fake_count accept 0)" = 2 ]
}

@test "-H: what cannot be a host" {
	check -p 1 -H ''
	usage '-H: there is no host in it'
	check -p 1 -H ' , '
	usage '-H:  , : there is no host in it'
	check -p 1 -H 127.0.0.1,/run/x
	usage '-H: 127.0.0.1,/run/x: /run/x: a path goes into -p: unix:/path'
	check -p 1 '[::1'
	usage '[::1: [::1: the closing bracket is missing'
	check -p 1 -H 127.0.0.0/33
	usage "-H: 127.0.0.0/33: 33: not the length of a network's prefix"
}

@test "-H: a name without an address is not as expected, whatever is" {
	for expected in open closed filtered any; do
		check -H a..b -p "1=$expected"
		[ "$status" = 2 ] && silent
		head -n 1 "$out" | grep -q '^PORTSET CRITICAL - 1 of 1 not as expected: a..b/tcp/1 unknown ([A-Z].*)|total=1;.* unknown=1;;;0; a..b/tcp/1=U;;;0.000000;$'
	done
}

@test "-F, --hosts-file: a file, with comments" {
	cat >hosts <<-'END'
		# all of them
		127.0.0.1	# the first
		127.0.0.2, 127.0.0.3 #127.0.0.99

		127.0.0.4/31
	END
	for o in '-F hosts' -Fhosts --hosts-file=hosts --hosts-f=hosts; do
		check $o -p 1=closed -v
		says 0 "OK - 5 of 5 as expected|"
		has "127.0.0.1/tcp/1: closed: $refused" \
			"127.0.0.2/tcp/1: closed: $refused" \
			"127.0.0.3/tcp/1: closed: $refused" \
			"127.0.0.4/tcp/1: closed: $refused" \
			"127.0.0.5/tcp/1: closed: $refused"
	done
	check -F hosts -H 127.0.0.9 -p 1=closed
	says 0 "OK - 6 of 6 as expected|"
}

@test "-F -: standard input" {
	check -F - -p 1=closed <<<'127.0.0.1 127.0.0.2'
	is 0 "PORTSET OK - 2 of 2 as expected$(perf 0 2 0 0 0 127.0.0.1/tcp/1 127.0.0.2/tcp/1)"
	check -F - -p 1=closed <<<$'127.0.0.1\n127.0.0.0/33'
	usage "-F: -: -:2: 33: not the length of a network's prefix"
}

@test "-F: errors name the file and the line" {
	printf '# x\n127.0.0.1\n\n[::1\n' >hosts
	check -F hosts -p 1
	usage '-F: hosts: hosts:4: [::1: the closing bracket is missing'
	check -F no-such-file -p 1
	usage '-F: no-such-file: No such file or directory'
	check -F . -p 1
	usage '-F: .: Is a directory'
	printf '127.0.0.1\0 127.0.0.2\n' >hosts
	check -F hosts -p 1
	usage '-F: hosts: hosts:1: a NUL byte'
}

@test "-F: a file without a host is an error" {
	printf '# none\n' >hosts
	check -F hosts -p 1
	usage '-F: hosts: there is no host in it'
	for o in '-H 127.0.0.1 -F hosts' '-F hosts -H 127.0.0.1'; do
		check $o -p 1
		usage '-F: hosts: there is no host in it'
	done
}

@test "-F -: a signal while it is read" {
	mkfifo input
	exec 8<>input
	for signal in TERM INT; do
		"$plugin" -F - -p 1 <input >"$out" 2>"$err" 3>&- 4>&- 8>&- &
		pid=$!
		sleep 0.5
		kill -s "$signal" "$pid"
		for i in {1..100}; do
			kill -0 "$pid" 2>/dev/null || break
			sleep 0.02
		done
		if kill -0 "$pid" 2>/dev/null; then
			kill -KILL "$pid"
			exec 8>&-
			echo "SIG$signal does not end it"
			return 1
		fi
		finish
	done
	exec 8>&-
}

@test "--max-hosts: more are an error" {
	check -H 127.0.0.1,127.0.0.2 --max-hosts=2 -p 1=closed
	says 0 "OK - 2 of 2 as expected|"
	for o in '-H 127.0.0.1,127.0.0.2,127.0.0.3 --max-hosts=2' \
		'--max-hosts 2 -H 127.0.0.1 -H 127.0.0.2 127.0.0.3'; do
		check $o -p 1
		silent && [ "$status" = 3 ]
		grep -q '^PORTSET UNKNOWN - .*: more hosts than --max-hosts=2 allows$' "$out"
	done
	check --max-hosts=3 -H 127.0.0.0/30 -p 1
	usage '-H: 127.0.0.0/30: 127.0.0.0: the network has more addresses than --max-hosts allows'
}

@test "--max-hosts: the default is 1024" {
	check -H 127.1.0.0/22 -p 1=closed
	says 0 "OK - 1024 of 1024 as expected|total=1024;"
	check -H 127.1.0.0/21 -p 1=closed
	usage '-H: 127.1.0.0/21: 127.1.0.0: the network has more addresses than --max-hosts allows'
	check --max-hosts=2048 -H 127.1.0.0/21 -p 1=closed
	says 0 "OK - 2048 of 2048 as expected|total=2048;"
	seq -f 127.0.0.%g 1025 >hosts
	check -F hosts -p 1
	usage '-F: hosts: hosts:1025: more hosts than --max-hosts=1024 allows'
}

@test "-4, --use-ipv4: IPv4 only" {
	serve 'tcp4'
	for o in -4 --use-ipv4; do
		check $o -H localhost -p "$p0"
		says 0 "OK - 1 of 1 as expected|"
		check $o -H ::1 -p "$p0"
		says 2 "CRITICAL - 1 of 1 not as expected: ::1/tcp/$p0 unknown (not an IPv4 address)|"
	done
}

@test "-6, --use-ipv6: IPv6 only" {
	need_ipv6
	serve 'tcp6'
	for o in -6 --use-ipv6; do
		check $o -H ::1 -p "$p0"
		says 0 "OK - 1 of 1 as expected|"
		check $o -H 127.0.0.1 -p "$p0"
		says 2 "CRITICAL - 1 of 1 not as expected: 127.0.0.1/tcp/$p0 unknown (not an IPv6 address)|"
	done
}

#
# What to ask: ports.
#

@test "-p, --ports: a number" {
	serve 'tcp4'
	for o in "-p $p0" "-p$p0" "--ports=$p0" "--ports $p0" "--po=$p0" \
		"-p tcp:$p0" "-p $p0=open" "-p $p0/tcp"; do
		check $o
		is 0 "PORTSET OK - 1 of 1 as expected$(perf 1 0 0 0 0 "127.0.0.1/tcp/$p0+")"
	done
}

@test "-p must be given" {
	check
	usage '-p: no port is given'
	check -H 127.0.0.1
	usage '-p: no port is given'
}

@test "-p: a list; may be repeated" {
	serve 'tcp4' 'tcp4' 'tcp4'
	for o in "-p $p0,$p1,$p2" "-p $p0 -p $p1,$p2"; do
		check $o
		says 0 "OK - 3 of 3 as expected|total=3;;;0; failed=0;;0;0;3 open=3;"
	done
	[ "$(fake_count accept 2)" = 2 ]
}

@test "-p: a service name" {
	grep -q '^ssh[[:blank:]]*22/tcp' /etc/services || skip "there is no ssh in /etc/services"
	check -H 255.255.255.255 -p ssh,23 -v
	has '255.255.255.255/ssh: filtered, expected open: Network is unreachable' \
		'255.255.255.255/tcp/23: filtered, expected open: Network is unreachable'
	check -H 255.255.255.255 -p ssh --format json
	grep -q '^{"name":"255.255.255.255/ssh","host":"255.255.255.255","address":"255.255.255.255","port":22,' "$out"
}

@test "-p: a range expects any, and the open ones are listed" {
	serve 'tcp4'
	check -p "$p0-$p0"
	is 0 "PORTSET OK - 1 of 1 as expected; open: 127.0.0.1/tcp/$p0$(perf 1 0 0 0 0 "127.0.0.1/tcp/$p0+")"
	check -p 1-3
	is 0 "PORTSET OK - 3 of 3 as expected$(perf 0 3 0 0 0 127.0.0.1/tcp/{1,2,3})"
	# Not so where there should be somebody to speak it.
	check -p 1-3/smtp
	says 2 "CRITICAL - 3 of 3 not as expected: 127.0.0.1 (all 3 ports: closed, $refused)|"
	check -p 1-3=open
	says 2 "CRITICAL - 3 of 3 not as expected: 127.0.0.1 (all 3 ports: closed, $refused)|"
}

@test "-p: what is expected" {
	serve 'tcp4' 'tcp4 closed' 'tcp4 full'
	check -p "$p0=open,$p1=closed,$p2=filtered" --probe-timeout 0.3
	says 0 "OK - 3 of 3 as expected|total=3;;;0; failed=0;;0;0;3 open=1;;;0; closed=1;;;0; filtered=1;;;0; unknown=0;"
	check -p "$p0=any,$p1=any,$p2=any" --probe-timeout 0.3
	says 0 "OK - 3 of 3 as expected; open: 127.0.0.1/tcp/$p0|"
	check -p "$p0=closed,$p1=filtered,$p2=open" --probe-timeout 0.3 -v
	says 2 "CRITICAL - 3 of 3 not as expected: "
	has "127.0.0.1/tcp/$p0: open, expected closed, T s" \
		"127.0.0.1/tcp/$p1: closed, expected filtered: $refused" \
		"127.0.0.1/tcp/$p2: filtered, expected open: no answer"
	check -p "$p0=filtered,$p2=closed" --probe-timeout 0.3
	says 2 "CRITICAL - 2 of 2 not as expected: "
}

@test "-H: a host that is given twice is asked once" {
	serve 'tcp4'
	check -H 127.0.0.1,127.0.0.1 -H 127.0.0.1 -p "$p0"
	is 0 "PORTSET OK - 1 of 1 as expected$(perf 1 0 0 0 0 "127.0.0.1/tcp/$p0+")"
	[ "$(fake_count accept 0)" = 1 ]
}

@test "-p: a later item overrides an earlier one: only this one" {
	own_network
	serve 'tcp4' 'tcp4'
	check -p "$p0-$p0=closed,$p0"
	says 0 "OK - 1 of 1 as expected|"
	check -p "$p0,$p0=closed"
	says 2 "CRITICAL - 1 of 1 not as expected: 127.0.0.1/tcp/$p0 open|"
	check -p 61001-61020=closed -p 61007=open
	says 2 "CRITICAL - 1 of 20 not as expected: 127.0.0.1/tcp/61007 closed ($refused)|"
}

@test "-p: errors name the item" {
	while read -r item error; do
		check -p "22,$item,80"
		usage "-p: 22,$item,80: $item: $error"
	done <<-'END'
		0 not a port from 1 to 65535, nor a service name
		65536 not a port from 1 to 65535, nor a service name
		no-such-service not a port from 1 to 65535, nor a service name
		0-5 not a range of ports from 1 to 65535
		5-1 the range ends before it begins
		22=shut not expected one of open, closed, filtered, any
		22/no-such no protocol of that name; see check_tcp(1)
		udp:53/no-such no protocol of that name; see check_udp(1)
		udp:0 not a port from 1 to 65535, nor a service name
		unix:x the path does not begin with a slash
		unix:/x=y not expected one of open, closed, filtered, any
	END
	check -p ''
	usage '-p: : an item is empty'
	check -p 22,,80
	usage '-p: 22,,80: : an item is empty'
}

@test "-p: a protocol makes the answer count" {
	serve 'tcp4 say "220 mx1\r\n"' 'tcp4 say "554 no\r\n"' 'tcp4 close' \
		'tcp4 say "* OK ready\r\n"' 'tcp4 reset'
	check -p "$p0/smtp"
	is 0 "PORTSET OK - 1 of 1 as expected$(perf 1 0 0 0 0 "127.0.0.1/tcp/$p0+")"
	got '6 "QUIT\r\n"'
	check -p "$p1/smtp"
	is 2 "PORTSET CRITICAL - 1 of 1 not as expected: 127.0.0.1/tcp/$p1 open (unexpected answer: 554 no)$(perf 1 0 0 0 1 "127.0.0.1/tcp/$p1+")" \
		"127.0.0.1/tcp/$p1: open, expected open, T s: unexpected answer: 554 no"
	check -p "$p2/smtp,$p4/SMTP" -v
	has "127.0.0.1/tcp/$p2: open, expected open: connection closed without an answer" \
		"127.0.0.1/tcp/$p4: open, expected open: Connection reset by peer"
	check -p "$p3/imap,$p1/tcp"
	says 0 "OK - 2 of 2 as expected|"
	# Without one, an open port is open; and any answer is any.
	check -p "$p1,$p2,$p4"
	says 0 "OK - 3 of 3 as expected|"
	check -p "$p1/smtp=any"
	says 0 "OK - 1 of 1 as expected; open: 127.0.0.1/tcp/$p1|"
	check -p "$p1/smtp=closed"
	says 2 "CRITICAL - 1 of 1 not as expected: 127.0.0.1/tcp/$p1 open (unexpected answer: 554 no)|"
}

@test "-p: a protocol, and no answer" {
	serve 'tcp4' 'tcp4 noaccept'
	check -p "$p0/smtp,$p1/smtp" --probe-timeout 0.3 -v
	says 2 "CRITICAL - 2 of 2 not as expected: "
	has "127.0.0.1/tcp/$p0: open, expected open: connected, but no answer" \
		"127.0.0.1/tcp/$p1: open, expected open: connected, but no answer"
	check -p "$p0,$p1"
	says 0 "OK - 2 of 2 as expected|"
}

@test "-p: Unix sockets, once whatever the hosts" {
	serve 'unix' 'unix closed' 'tcp4'
	check -H 127.0.0.1,127.0.0.2 -p "unix:$p0,unix:$p1=closed,$p2=any"
	is 0 "PORTSET OK - 4 of 4 as expected; open: 127.0.0.1/tcp/$p2$(perf 2 2 0 0 0 "127.0.0.1/tcp/$p2+" "127.0.0.2/tcp/$p2" "$p0+" "$p1")"
	fake_wait_log 'closed 0 #1'
	[ "$(fake_count accept 0)" = 1 ]
	check -p "unix:$p0=closed"
	says 2 "CRITICAL - 1 of 1 not as expected: $p0 open|"
	check -p "unix:$p1"
	says 2 "CRITICAL - 1 of 1 not as expected: $p1 closed ($refused)|"
	check -p unix:/no/such,unix:/dev/null=any
	says 2 "CRITICAL - 2 of 2 not as expected: /no/such unknown (No such file or directory), ...|"
	has '/dev/null: unknown, expected any: Connection refused' ||
		grep -q '^/dev/null: ' "$out"
}

@test "open, closed, full, silent: each is told from the others" {
	serve 'tcp4' 'tcp4 closed' 'tcp4 full' 'tcp4 noaccept' 'tcp4 close' \
		'tcp4 reset' 'unix' 'unix closed' 'unix full'
	check -p "$p0,$p1,$p2,$p3,$p4,$p5,unix:$p6,unix:$p7,unix:$p8" \
		--probe-timeout 0.5 -v
	[ "$status" = 2 ] && silent
	has "127.0.0.1/tcp/$p0: open, T s" \
		"127.0.0.1/tcp/$p1: closed, expected open: $refused" \
		"127.0.0.1/tcp/$p2: filtered, expected open: no answer" \
		"127.0.0.1/tcp/$p3: open, T s" "127.0.0.1/tcp/$p4: open, T s" \
		"127.0.0.1/tcp/$p5: open, T s" "$p6: open, T s" \
		"$p7: closed, expected open: $refused" \
		"$p8: filtered, expected open: no answer"
	[ "$(grep -c ': [a-z]*' "$out")" -ge 9 ]
	# The worst first: what could not be reached before what is open.
	says 2 "CRITICAL - 4 of 9 not as expected: "
}

@test "the order of the entries is that of ports and hosts" {
	check -H 127.0.0.2,127.0.0.1 -p 9=closed,1-2=closed,unix:/no -v
	sed -n '3,$p' "$out" | cut -d: -f1 >names
	diff names - <<-'END'
		127.0.0.2/tcp/1
		127.0.0.1/tcp/1
		127.0.0.2/tcp/2
		127.0.0.1/tcp/2
		127.0.0.2/tcp/9
		127.0.0.1/tcp/9
		/no
	END
}

#
# TLS.
#

issued='certificate "www.test" of issuer "Test CA"'

@test "-p: TLS from the first byte" {
	need_tls
	tls_say '* OK ready\r\n' good
	check -p "$tls_port/imaps"
	is 0 "PORTSET OK - 1 of 1 as expected$(perf 1 0 0 0 0 "127.0.0.1/tcp/$tls_port+")"
	tls_web good
	for o in '' --tls-min=1.2 '--tls-min 1.3' "--ca-file $ca --verify"; do
		check -p "$tls_port/https" $o
		is 0 "PORTSET OK - 1 of 1 as expected$(perf 1 0 0 0 0 "127.0.0.1/tcp/$tls_port+")"
	done
}

@test "-p: the answer is that of the protocol, through TLS" {
	need_tls
	tls_say '* BYE no\r\n' good
	check -p "$tls_port/imaps"
	is 2 "PORTSET CRITICAL - 1 of 1 not as expected: 127.0.0.1/tcp/$tls_port open (unexpected answer: * BYE no)$(perf 1 0 0 0 1 "127.0.0.1/tcp/$tls_port+")" \
		"127.0.0.1/tcp/$tls_port: open, expected open, T s: unexpected answer: * BYE no"
}

@test "-p: TLS that begins in the clear" {
	need_tls
	tls_say '250 ok\r\n' good
	serve "tcp4 say '220 mx\\r\\n' expect 'EHLO portstate\\r\\n' say '250-mx\\r\\n250 STARTTLS\\r\\n' expect 'STARTTLS\\r\\n' say '220 go\\r\\n' relay $tls_port"
	check -p "$p0/smtp+starttls" --ca-file "$ca" -D 31,10
	says 1 "WARNING - 1 of 1 as expected; 1 expiring: 127.0.0.1/tcp/$p0 ($issued expires in 30 days ("
	tls_say '"IMPLEMENTATION" "x"\r\nOK\r\n' good
	serve "tcp4 say '\"IMPLEMENTATION\" \"x\"\\r\\nOK\\r\\n' expect 'STARTTLS\\r\\n' say 'OK\\r\\n' relay $tls_port"
	check -p "$p0/sieve+starttls"
	is 0 "PORTSET OK - 1 of 1 as expected$(perf 1 0 0 0 0 "127.0.0.1/tcp/$p0+")"
}

@test "-p: TLS that does not begin" {
	need_tls
	serve 'tcp4 say "220 mx\r\n" expect "EHLO" say "250 mx\r\n" expect "STARTTLS" say "454 no|\r\n"' \
		'tcp4 say "220 mx\r\n" expect "EHLO" say "250 mx\r\n" expect "STARTTLS" say "220 go\r\n250 x\r\n"' \
		'tcp4 say "220 mx\r\n" expect "EHLO" say "250 mx\r\n" expect "STARTTLS" say "220 go\r\n" close' \
		'tcp4 say "220 mx\r\n" expect "EHLO" say "250 mx\r\n" expect "STARTTLS" say "220 go\r\n"'
	check -p "$p0/smtp+starttls,$p1/smtp+starttls,$p2/smtp+starttls,$p3/smtp+starttls" \
		--probe-timeout 1 -v
	says 2 "CRITICAL - 4 of 4 not as expected: "
	has "127.0.0.1/tcp/$p0: open, expected open: TLS failed: the peer does not agree to begin TLS: 454 no\\x7c"
	grep -q "^127.0.0.1/tcp/$p1: open, expected open: TLS failed: bytes in the clear follow the agreement on TLS" "$out"
	grep -q "^127.0.0.1/tcp/$p2: open, expected open: TLS failed: the peer \(closed\|reset\) the connection" "$out"
	has "127.0.0.1/tcp/$p3: open, expected open: connected, but no answer in the TLS handshake"
}

@test "-p: who does not speak TLS, or not to the end" {
	need_tls
	serve 'tcp4 say "220 hi|\r\n"' 'tcp4 silent' 'tcp4 close' 'tcp4 closed' \
		'tcp4 read say "\x15\x03\x03\x00\x02\x02\x28" close' \
		'tcp4 trickle "\x16" 100'
	check -p "$p0/smtps,$p1/imaps,$p2/imaps,$p3/imaps,$p4/https,$p5/https" \
		--probe-timeout 0.5 -v
	says 2 "CRITICAL - 6 of 6 not as expected: "
	has "127.0.0.1/tcp/$p0: open, expected open: TLS failed: the peer does not speak TLS: 220 hi\\x7c" \
		"127.0.0.1/tcp/$p1: open, expected open: connected, but no answer in the TLS handshake" \
		"127.0.0.1/tcp/$p3: closed, expected open: $refused" \
		"127.0.0.1/tcp/$p4: open, expected open: TLS failed: the peer sent the alert: handshake failure"
	grep -q "^127.0.0.1/tcp/$p2: open, expected open: TLS failed: the peer " "$out"
	grep -q "^127.0.0.1/tcp/$p5: open, expected open: " "$out"
	within 3000
	check -p "$p0/smtps=any,$p3/imaps=closed"
	says 0 "OK - 2 of 2 as expected; open: 127.0.0.1/tcp/$p0|"
}

@test "-D, --certificate: how long certificates are valid" {
	need_tls
	tls_web good
	for o in -D30 '-D 30,10' --certificate=30 '-D 0'; do
		check -p "$tls_port/https" $o
		says 0 "OK - 1 of 1 as expected|total=1;"
		grep -q ' unknown=0;;;0; cert_days=30.04[0-9]*;[0-9.]*:;[0-9.]*:;; 127.0.0.1/tcp/[0-9]*=[0-9.]*s;' "$out"
		[ "$(wc -l <"$out")" = 1 ]
	done
	# As expected, but not for long: WARNING, however many may fail.
	for o in '' '-c 5' '--any'; do
		check -p "$tls_port/https" -D 31 $o
		says 1 "WARNING - 1 of 1 as expected; 1 expiring: 127.0.0.1/tcp/$tls_port ($issued expires in 30 days ("
		has "127.0.0.1/tcp/$tls_port: open, T s, expiring: $issued expires in 30 days (DATE)"
		grep -q ' cert_days=30.04[0-9]*;31.000000:;0.000000:;; ' "$out"
	done
	# Too short is not as expected.
	check -p "$tls_port/https" -D 60,31
	says 2 "CRITICAL - 1 of 1 not as expected: 127.0.0.1/tcp/$tls_port open ($issued expires in 30 days ("
	has "127.0.0.1/tcp/$tls_port: open, expected open, T s: $issued expires in 30 days (DATE)"
	for o in x 1, 1,x ,1 -1 1.5 1,2,3 '' 1000001; do
		check -p "$tls_port/https" -D "$o"
		[ "$status" = 3 ]
		grep -q '^PORTSET UNKNOWN - -D: ' "$out"
	done
}

@test "-D, --verify: an expired certificate, or one not valid yet, is never OK" {
	need_tls
	tls_web expired
	for o in '-D 0' '-D 10,5' "--ca-file $ca" "-D 0 --ca-file $ca"; do
		for e in '' =any =open =closed =filtered; do
			check -p "$tls_port/https$e" $o
			says 2 "CRITICAL - 1 of 1 not as expected: 127.0.0.1/tcp/$tls_port open ($issued expired 3 days ago ("
		done
	done
	grep -q ' cert_days=-3\.0' "$out"
	# Who is content with any certificate, is with this one.
	check -p "$tls_port/https"
	says 0 "OK - 1 of 1 as expected|"
	tls_web early
	for o in '-D 0' "--ca-file $ca"; do
		check -p "$tls_port/https=any" $o
		says 2 "CRITICAL - 1 of 1 not as expected: 127.0.0.1/tcp/$tls_port open ($issued is not valid yet, but in 3 days ("
	done
}

@test "-D: the answer counts, too, and both are told" {
	need_tls
	tls_say '* BYE no\r\n' expired
	check -p "$tls_port/imaps" -D 0
	says 2 'CRITICAL - 1 of 1 not as expected: '
	has "127.0.0.1/tcp/$tls_port: open, expected open, T s: $issued expired 3 days ago (DATE); unexpected answer: * BYE no"
	tls_say '* BYE no\r\n' good
	check -p "$tls_port/imaps" -D 31
	says 2 'CRITICAL - 1 of 1 not as expected: '
	has "127.0.0.1/tcp/$tls_port: open, expected open, T s: unexpected answer: * BYE no; $issued expires in 30 days (DATE)"
}

@test "-D: of many, the first to expire is in the performance data" {
	need_tls
	tls_web good
	good=$tls_port
	tls_web expired
	serve 'tcp4' 'tcp4 closed'
	check -p "$good/https,$tls_port/https,$p0,$p1=closed" -D 60 -c 1
	says 1 'WARNING - 1 of 4 not as expected: '
	grep -q ' cert_days=-3\.0' "$out"
	check -p "$good/https,$p0,$p1=closed" -D 20
	says 0 'OK - 3 of 3 as expected|'
	grep -q ' cert_days=30\.0' "$out"
	check -p "$p1/https=closed" -D 20
	says 0 'OK - 1 of 1 as expected|'
	grep -q ' cert_days=U;20.000000:;0.000000:;; ' "$out"
}

@test "--verify, --ca-file: who is not trusted, or somebody else" {
	need_tls
	tls_web good
	cert='subject "www.test", issuer "Test CA", valid until DATE'
	check -p "$tls_port/https" --verify
	says 2 "CRITICAL - 1 of 1 not as expected: 127.0.0.1/tcp/$tls_port open (certificate not trusted: self-signed certificate in certificate chain: subject "
	has "127.0.0.1/tcp/$tls_port: open, expected open, T s: certificate not trusted: self-signed certificate in certificate chain: $cert"
	check -p "$tls_port/https=any" --verify
	says 2 'CRITICAL - 1 of 1 not as expected: '
	check -p "$tls_port/https" --ca-file "$tls_dir/other"
	says 2 'CRITICAL - 1 of 1 not as expected: '
	check -4 -H localhost,127.0.0.1 -p "$tls_port/https" --ca-file "$ca"
	says 2 'CRITICAL - 1 of 2 not as expected: localhost/tcp/'
	has "localhost/tcp/$tls_port: open, expected open, T s: certificate for another name: hostname mismatch: not for \"localhost\": $cert"
	check -p "$tls_port/https" --ca-file /nonexistent
	says 3 "UNKNOWN - 0 of 1 as expected; 1 not probed: 127.0.0.1/tcp/$tls_port (--ca-file: /nonexistent: No such file or directory)|"
}

@test "--verify: nothing is said to somebody else" {
	need_tls
	tls_hear good -tls1_2
	check -p "$tls_port/jabber,$tls_port/ftps" --verify
	[ "$status" = 2 ]
	check -p "$tls_port/https" --ca-file "$ca" --probe-timeout 0.5
	for ((i = 0; i < 100; i++)); do
		! grep -q 'GET /' "$tls_log" || break
		sleep 0.02
	done
	grep -q 'GET /' "$tls_log"
	lacks QUIT "$tls_log"
}

@test "--client-cert, --client-key" {
	need_tls
	tls_web good -Verify 1 -CAfile "$ca" -verify_return_error
	check -p "$tls_port/https"
	says 2 'CRITICAL - 1 of 1 not as expected: '
	grep -q 'TLS failed: the peer sent the alert: certificate required$' "$out"
	check -p "$tls_port/https" --client-cert "$tls_dir/good" \
		--client-key "$tls_dir/key"
	says 0 'OK - 1 of 1 as expected|'
	check -p "$tls_port/https" --client-key x
	usage '--client-key: cannot be used without --client-cert'
}

@test "--tls-min" {
	need_tls
	tls_web good -tls1_2
	check -p "$tls_port/https" --tls-min 1.3
	says 2 'CRITICAL - 1 of 1 not as expected: '
	grep -q 'TLS failed: the peer sent the alert: protocol version$' "$out"
	check -p "$tls_port/https" --tls-min 1.4
	usage '--tls-min: 1.4: not one of 1.0, 1.1, 1.2, 1.3'
}

@test "nrpe: without a certificate, unless one is wanted" {
	need_tls
	tls_web good
	web=$tls_port
	tls_say 'x' good -nocert -tls1_2 -cipher 'aNULL:@SECLEVEL=0'
	# The other one still wants one, and does without no verification.
	check -p "$tls_port/nrpe,$web/https" --probe-timeout 1
	says 2 "CRITICAL - 1 of 2 not as expected: 127.0.0.1/tcp/$tls_port open ("
	lacks 'TLS failed' "$out"
	check -p "$tls_port/https" --probe-timeout 1
	grep -q 'TLS failed: the peer sent the alert: handshake failure' "$out"
	for o in '-D 10' "--ca-file $ca"; do
		check -p "$tls_port/nrpe=any,$tls_port/nrpe" $o
		grep -q 'TLS failed: the peer sent the alert: handshake failure' "$out"
	done
}

@test "the options of TLS are for lists with TLS" {
	need_tls
	for o in '-D 10' --verify '--ca-file x' '--tls-min 1.2' \
		'--client-cert x' '--client-key x'; do
		check -p 25/smtp,unix:/x $o
		usage "${o%% *}: no item of the list has TLS"
	done
	check -p 25/smtp --verify -D 10
	usage '--verify: no item of the list has TLS'
	# What was overridden is not asked.
	check -p 993/imaps,993 -D 10
	usage '-D: no item of the list has TLS'
}

@test "without TLS in this build, the item is named" {
	"$plugin" -p 1/imaps -t 1 >"$out" || true
	grep -q 'this build has no TLS' "$out" || skip "this build has TLS"
	for item in 993/imaps tcp:25/smtp+starttls 5666/nrpe=any; do
		check -p "22,$item"
		usage "-p: 22,$item: $item: this build has no TLS (OpenSSL)"
	done
	check -p 22 -D 10
	usage '-D: 10: this build has no TLS (OpenSSL)'
	check -p 1=closed,2/imap=closed
	says 0 'OK - 2 of 2 as expected|'
}

@test "TLS: --format=json, table: the certificate is told" {
	need_tls
	tls_web expired
	expired=$tls_port
	tls_web good
	serve 'tcp4'
	check -p "$tls_port/https,$expired/https,$p0" -D 31 --format json
	[ "$status" = 2 ] && silent
	valid
	masked >out.masked
	grep -qF '"summary":{"total":3,"as_expected":2,"failed":1,"open":3,"closed":0,"filtered":0,"open_filtered":0,"unknown":0,"expiring":1,"warned":0,"not_probed":0,"worth_unknown":0,"slow":0,"clock_off":0,"hosts_down":0}' out.masked
	cert='"certificate":{"subject":"www.test","issuer":"Test CA","not_before":"DATE","not_after":"DATE"}}'
	grep -F "\"port\":$tls_port,\"transport\":\"tcp\",\"protocol\":\"https\",\"path\":null,\"expected\":\"open\",\"state\":\"open\",\"open\":true,\"ok\":true,\"severity\":\"WARNING\",\"outcome\":\"cert-expiring\",\"reason\":\"certificate \\u0022www.test" out.masked |
		grep -qF "\"tls\":{\"version\":\"TLSv1.3\",\"cert_days\":D,$cert}"
	grep -F "\"port\":$expired,\"transport\":\"tcp\",\"protocol\":\"https\",\"path\":null,\"expected\":\"open\",\"state\":\"open\",\"open\":true,\"ok\":false,\"severity\":\"CRITICAL\",\"outcome\":\"cert-expired\"," out.masked |
		grep -qF "$cert}"
	grep -F "\"port\":$p0," out.masked | grep -qF ',"tls":null}'
	check -p "$tls_port/https,$expired/https" -D 31 --format table
	[ "$status" = 2 ] && silent
	grep -Eq "^127.0.0.1/tcp/$tls_port .* ms  $issued expires in 30 days \(" "$out"
	grep -Eq "^127.0.0.1/tcp/$expired .* ms  $issued expired 3 days ago \(" "$out"
	[ "$(tail -n 1 "$out")" = 'CRITICAL: 1 of 2 as expected; 2 open, 0 closed, 0 filtered, 0 unknown; 1 expiring' ]
}

@test "TLS: so many handshakes at a time" {
	need_tls
	own_network
	serve 'tcp4@0.0.0.0:0 silent'
	check -H 127.0.0.0/23 -p "$p0/imaps" --probe-timeout 0.4 -v
	says 2 'CRITICAL - 512 of 512 not as expected: '
	((took_ms >= 800))
	grep -q '^Limits: 512 entries, .* at a time, 256 with TLS, 0.4 s each, ' "$out"
	lacks 'the run ended first' "$out"
}

#
# How to ask.
#

@test "--probe-timeout: of one port" {
	serve 'tcp4 full'
	check -p "$p0=filtered" --probe-timeout=0.4
	says 0 "OK - 1 of 1 as expected|"
	((took_ms >= 400))
	within 1900
	check -p "$p0=filtered" --probe-timeout 0.2 -v
	grep -q '^Limits: 1 entry, .* at a time, 0.2 s each, ' "$out"
}

@test "--probe-timeout: the default is 2 seconds" {
	serve 'tcp4 full'
	check -p "$p0"
	says 2 "CRITICAL - 1 of 1 not as expected: 127.0.0.1/tcp/$p0 filtered (no answer)|"
	((took_ms >= 2000))
	within 9000
}

@test "-t, --timeout: of the run" {
	serve 'tcp4 full'
	for o in '-t 0.4' -t0.4 --timeout=0.4 '-to 0.4'; do
		check $o -p "$p0=filtered"
		says 0 "OK - 1 of 1 as expected|"
		((took_ms >= 400))
		within 1900
	done
}

@test "-t: what was not probed when it ends is never OK" {
	serve 'tcp4 full' 'tcp4 full' 'tcp4 full' 'tcp4 full'
	check -p "$p0=filtered,$p1=filtered,$p2=filtered,$p3=filtered" \
		--parallel 1 --probe-timeout 0.6 -t 1.3
	says 3 "UNKNOWN - 2 of 4 as expected; 2 not probed: "
	[ "$(grep -c "^127.0.0.1/tcp/[0-9]*: unknown: $ends_first$" "$out")" = 2 ]
	within 9000
	check -p "$p0=any,$p1=any,$p2=any,$p3=any" --parallel 1 \
		--probe-timeout 0.6 -t 1.3 -c 4 -w 4
	says 3 "UNKNOWN - 2 of 4 as expected; 2 not probed: "
	# A failure is worse.
	check -p "$p0,$p1,$p2,$p3" --parallel 1 --probe-timeout 0.6 -t 1.3
	says 2 "CRITICAL - 2 of 4 not as expected: "
}

@test "-t: a port that had its time did not answer, whatever is retried" {
	serve 'tcp4 full'
	check -p "$p0=filtered" --probe-timeout 1 -t 1.2 --retries 3
	says 0 "OK - 1 of 1 as expected|"
	within 9000
}

@test "-t: by itself it is long enough for all" {
	serve 'tcp4 full' 'tcp4 full' 'tcp4 full'
	check -p "$p0,$p1,$p2" --parallel 1 --probe-timeout 0.3 --retries 1 -c 3
	says 0 "OK - 3 of 3 not as expected: "
	((took_ms >= 1800))
}

@test "-t and --probe-timeout: however long" {
	own_network
	for o in '--probe-timeout 1000000000 --parallel 1 --retries 100' '-t 1000000000' \
		'--probe-timeout 1000000000 --retries 100 --rate 1000000'; do
		check -p 61001-62000=closed $o
		says 0 "OK - 1000 of 1000 as expected|"
	done
}

@test "-t, --probe-timeout: only times that there are" {
	for o in -t --probe-timeout; do
		check -p 1 $o 0
		usage "$o: 0: must be more than 0"
		check -p 1 $o x
		usage "$o: x: not a number"
		silent
		check -p 1 $o -1
		[ "$status" = 3 ] && silent
	done
}

@test "--parallel: so many at a time" {
	serve 'tcp4 wait 200 say "220\r\n"' 'tcp4 wait 200 say "220\r\n"' \
		'tcp4 wait 200 say "220\r\n"'
	check -p "$p0/smtp,$p1/smtp,$p2/smtp" --parallel=1 -v
	says 0 "OK - 3 of 3 as expected|"
	grep -q '^Limits: 3 entries, 1 at a time, ' "$out"
	((took_ms >= 600))
	# Each after the answer to the one before.
	local order
	mapfile -t order < <(grep -oE '^(accept|sent) [0-9]' "$FAKE_LOG")
	for i in 0 2 4; do
		[[ ${order[i]} == accept* && ${order[i + 1]} == sent* ]]
	done
}

@test "without --parallel: all at once" {
	serve 'tcp4 wait 1s say "220\r\n"' 'tcp4 wait 1s say "220\r\n"' \
		'tcp4 wait 1s say "220\r\n"'
	check -p "$p0/smtp,$p1/smtp,$p2/smtp"
	says 0 "OK - 3 of 3 as expected|"
	[ "$(grep -E '^(accept|sent) ' "$FAKE_LOG" | head -n 3 | grep -c accept)" = 3 ]
}

@test "--parallel: as many as descriptors allow" {
	own_network
	limited() {
		status=0
		ASAN_OPTIONS=detect_leaks=0 bash -c 'ulimit -S -n "$1" && { [ -z "$2" ] || ulimit -H -n "$2"; } &&
			exec "${@:3}"' - "$1" "$2" "$plugin" "${@:3}" \
			>"$out" 2>"$err" 3>&- 4>&- || status=$?
	}
	limited 148 148 -p 61001-62000=closed -v
	says 0 "OK - 1000 of 1000 as expected|"
	grep -q '^Limits: 1000 entries, 100 at a time, ' "$out"
	limited 148 148 -p 61001-62000=closed -v --parallel 500
	grep -q '^Limits: 1000 entries, 100 at a time, ' "$out"
	limited 148 148 -p 61001-62000=closed -v --hedge
	says 0 "OK - 1000 of 1000 as expected|"
	grep -q '^Limits: 1000 entries, 50 at a time, ' "$out"
	# The soft limit is raised to the hard one.
	limited 40 148 -p 61001-62000=closed -v
	grep -q '^Limits: 1000 entries, 100 at a time, ' "$out"
	# As few as there can be.
	limited 16 16 -p 61001-62000=closed -v
	says 0 "OK - 1000 of 1000 as expected|"
	grep -q '^Limits: 1000 entries, 1 at a time, ' "$out"
}

@test "no descriptor left: not probed, and never OK" {
	serve 'tcp4'
	for expected in open closed filtered any; do
		status=0
		ASAN_OPTIONS=detect_leaks=0 bash -c 'ulimit -n 4; exec "$@"' - \
			"$plugin" -p "$p0=$expected" \
			>"$out" 2>"$err" 3>&- 4>&- || status=$?
		says 3 "UNKNOWN - 0 of 1 as expected; 1 not probed: 127.0.0.1/tcp/$p0 (Too many open files)|"
	done
}

@test "--rate, --retries: every port gets its time" {
	check -H 127.0.0.1 -p 1-6=closed --rate 50 --retries 3 --probe-timeout 0.5 -v
	grep -q ', 3.48 s in all$' "$out"
	check -p 1-6=closed --rate 100 --retries 3 --probes 2 --probe-timeout 0.5 -v
	grep -q ', 5.48 s in all$' "$out"
}

@test "-t: reading does not count" {
	{ sleep 0.5; echo 127.0.0.1; } | "$plugin" -F - -p 1=closed -t 0.3 >"$out" 3>&- 4>&-
	grep -q '^PORTSET OK' "$out"
}

@test "--rate: so many in a second" {
	check -p 1-6=closed --rate=10
	says 0 "OK - 6 of 6 as expected|"
	((took_ms >= 490))
	check -p 1,2=closed --rate 1 -t 0.2
	[ "$status" = 2 ]
	((took_ms < 800))
	check -p 1-6=closed --rate 10 -t 0.25
	says 3 "UNKNOWN - 3 of 6 as expected; 3 not probed: " || says 3 "UNKNOWN - "
	grep -qF "unknown: $ends_first" "$out"
}

@test "--retries: a port that does not answer is asked again" {
	serve 'tcp4 once ( silent ) say "220\r\n"'
	check -p "$p0/smtp" --probe-timeout 0.3
	says 2 "CRITICAL - 1 of 1 not as expected: 127.0.0.1/tcp/$p0 open (connected, but no answer)|"
	[ "$(fake_count accept 0)" = 1 ]
	serve 'tcp4 once ( silent ) say "220\r\n"'
	check -p "$p0/smtp" --probe-timeout 0.3 --retries=1
	says 0 "OK - 1 of 1 as expected|"
	[ "$(fake_count accept 0)" = 2 ]
	serve 'tcp4'
	check -p "$p0/smtp" --probe-timeout 0.2 --retries 3
	says 2 "CRITICAL - 1 of 1 not as expected: 127.0.0.1/tcp/$p0 open (connected, but no answer)|"
	[ "$(fake_count accept 0)" = 4 ]
	# Any answer is one.
	serve 'tcp4 say "554\r\n"'
	check -p "$p0/smtp,1" --retries 3
	says 2 "CRITICAL - 2 of 2 not as expected: "
	[ "$(fake_count accept 0)" = 1 ]
}

# That it helps is shown in portset_netns.bats.
@test "--hedge: each port still is what it is" {
	serve 'tcp4' 'tcp4 closed' 'tcp4 full' 'tcp4 wait 400 say "220\r\n"'
	check -p "$p0,$p1=closed,$p2=filtered,$p3/smtp" --hedge --probe-timeout 1
	says 0 "OK - 4 of 4 as expected|"
}

@test "--source: the address to connect from" {
	serve 'tcp4'
	check -p "$p0" --source=127.0.0.3
	says 0 "OK - 1 of 1 as expected|"
	fake_wait_log 'accept 0 #1 127.0.0.3:'
	check -p "$p0" --source 127.0.0.1
	fake_wait_log 'accept 0 #2 127.0.0.1:'
	# Not an address of this machine, and not one of the family.
	check -p "$p0" --source 192.0.2.1
	says 3 "UNKNOWN - 0 of 1 as expected; 1 not probed: 127.0.0.1/tcp/$p0 (Cannot assign requested address)|"
	check -p "$p0" --source ::1
	[ "$status" = 3 ]
	for a in x '' /run/x localhost; do
		check -p 1 --source "$a"
		[ "$status" = 3 ]
		grep -q '^PORTSET UNKNOWN - --source: ' "$out"
	done
}

@test "--interface: the interface to connect through" {
	serve 'tcp4'
	check -p "$p0" --interface=lo
	case $(head -n 1 "$out") in
	*'Operation not permitted'*) skip "may not choose an interface" ;;
	esac
	says 0 "OK - 1 of 1 as expected|"
	check -p "$p0" --interface no-such-if0
	says 3 "UNKNOWN - 0 of 1 as expected; 1 not probed: 127.0.0.1/tcp/$p0 (No such device)|"
	check -p "$p0" --interface ''
	usage '--interface: is empty'
}

#
# The verdict.
#

@test "-w, -c: how many may be not as expected" {
	serve 'tcp4'
	for row in '0 2 2 WARNING' '0 0 2 CRITICAL' '1 2 0 OK' '1 2 1 OK' \
		'1 2 2 WARNING' '1 2 3 CRITICAL' '~: 5 3 OK' '@1:2 5 2 WARNING' \
		'@1:2 5 3 OK' '0 @3:3 3 CRITICAL' '0 @3:3 2 WARNING'; do
		read -r w c failed state <<<"$row"
		ports=$p0
		((failed == 0)) || ports+=,$(seq -s, "$failed")
		for o in "-w $w -c $c" "--warning=$w --critical=$c" "-wt $w -ct $c"; do
			check -p "$ports" $o
			says "${code[$state]}" "$state - "
		done
	done
}

@test "-w, -c: in the performance data, if they are numbers" {
	check -p 1 -w 1:5 -c @8
	grep -qF ' failed=1;1:5;@8;0;1 ' "$out"
	check -p 1 -w 10% -c 20%
	grep -qF ' failed=1;;;0;1 ' "$out"
}

@test "-w, -c: as a share" {
	serve 'tcp4' 'tcp4' 'tcp4'
	for row in '25% 50% 0 OK' '25% 50% 1 OK' '24% 50% 1 WARNING' \
		'50% 50% 3 OK' '25% 50% 3 WARNING' '50% 50% 4 CRITICAL' '25% 100% 4 WARNING' \
		'10% 4 3 WARNING' '10% 2 3 CRITICAL' '@30:60% 90% 3 WARNING'; do
		read -r w c failed state <<<"$row"
		ports=$p0,$p1,$p2
		((failed == 0)) || ports+=,$(seq -s, "$failed")
		check -p "$ports" -w "$w" -c "$c"
		says "${code[$state]}" "$state - "
	done
}

@test "-w, -c: only ranges" {
	for o in -w -c --lag-warning --lag-critical; do
		check -p 1 $o x
		usage "$o: x: not a number"
		check -p 1 $o 5:1
		usage "$o: 5:1: the start is greater than the end"
	done
	for o in --lag-warning --lag-critical; do
		check -p 1 $o 5%
		usage "$o: 5%: not a number"
	done
	check -p 1 -w %
	usage '-w: %: is empty'
}

@test "--any: one of them will do" {
	serve 'tcp4'
	check -p "$p0,1,2" --any
	says 0 "OK - 2 of 3 not as expected: "
	check -p 1,2,3 --any
	says 2 "CRITICAL - 3 of 3 not as expected: "
	# Closed ports are no sign of life, unless that is all that is asked for.
	check -p 1=closed,2,3=any --any
	says 2 "CRITICAL - 1 of 3 not as expected: "
	check -p "1=closed,$p0=closed" --any
	says 0 "OK - 1 of 2 not as expected: "
	check -H 127.0.0.1,127.0.0.2 -p "$p0" --any
	says 0 "OK - 1 of 2 not as expected: "
	# In place of -w and -c.
	check -p 1,2,3 --any -w 5 -c 5
	says 2 "CRITICAL - 3 of 3 not as expected: "
	grep -q ' failed=3;;;0;3 ' "$out"
}

@test "--at-least: so many of them" {
	serve 'tcp4' 'tcp4'
	check -p "$p0,$p1,1" --at-least=2
	says 0 "OK - 1 of 3 not as expected: "
	check -p "$p0,1,2" --at-least 2
	says 2 "CRITICAL - 2 of 3 not as expected: "
	check -p "$p0,$p1" --at-least 2
	says 0 "OK - 2 of 2 as expected|"
	check -p "$p0,$p1" --at-least 3
	usage '--at-least: 3: there are only 2'
	check -p "$p0,$p1,1=closed" --at-least 3
	usage '--at-least: 3: there are only 2 that are expected to be open'
	for n in 0 -1 x ''; do
		check -p 1 --at-least "$n"
		[ "$status" = 3 ]
		grep -q '^PORTSET UNKNOWN - --at-least: ' "$out"
	done
}

@test "--any, --at-least: what was not probed might have been" {
	local closed

	serve 'tcp4 full' 'tcp4 full'
	closed="1=closed,$p0=closed,$p1=closed"
	# Port 1 is asked first, and one of the others not at all.
	check -p "1,$p0,$p1" --any --parallel 1 --probe-timeout 0.6 -t 0.8
	says 3 "UNKNOWN - 2 of 3 not as expected: "
	check -p "$closed" --any --parallel 1 --probe-timeout 0.6 -t 0.8
	says 0 "OK - 1 of 3 not as expected: "
	check -p "1=closed,$p0,$p1" --any --parallel 1 --probe-timeout 0.6 -t 0.8
	says 3 "UNKNOWN - 1 of 3 not as expected: "
	check -p "$closed" --at-least 3 --parallel 1 --probe-timeout 0.6 -t 0.8
	says 2 "CRITICAL - 1 of 3 not as expected: "
	check -p "$closed" --at-least 2 --parallel 1 --probe-timeout 0.6 -t 0.8
	says 3 "UNKNOWN - 1 of 3 not as expected: "
}

@test "-t: before the time that was given to a port, silence is none" {
	serve 'tcp4 full'
	check -p "$p0=filtered" --probe-timeout 5 -t 0.5
	says 3 "UNKNOWN - 0 of 1 as expected; 1 not probed: 127.0.0.1/tcp/$p0 (the run ended first)|"
	check -p "$p0=filtered" -t 0.5
	says 0 "OK - 1 of 1 as expected|"
}

@test "a signal ends it while nobody reads what it writes" {
	own_network
	mkfifo pipe
	sleep 60 <pipe 3>&- &
	for signal in TERM INT; do
		status=0
		timeout --preserve-status -k 5 -s "$signal" 2 "$plugin" \
			-p 1-3000 --format json >pipe || status=$?
		[ "$status" = 3 ]
	done
	kill %1
}

@test "-H: numbers with leading zeros" {
	for o in 127.0.0.010 0177.0.0.1 010; do
		check -H "$o" -p 1
		[ "$status" != 0 ]
		grep -q 'a number with a leading zero, which may mean another address' "$out"
	done
}

@test "--lag-warning, --lag-critical: the latency of open ports" {
	serve 'tcp4' 'tcp4'
	check -p "$p0,$p1" --lag-warning=0:100000 --lag-critical=100000
	says 0 "OK - 2 of 2 as expected|"
	grep -Eq " 127.0.0.1/tcp/$p0=[0-9.]+s;100.000000;100.000000;0.000000;" "$out"
	check -p "$p0,$p1" --lag-warning=100000:
	says 1 "WARNING - 2 of 2 as expected; 2 slow: 127.0.0.1/tcp/"
	has "127.0.0.1/tcp/$p0: open, T s, slow" "127.0.0.1/tcp/$p1: open, T s, slow"
	check -p "$p0,$p1" --lag-warning 100000: --lag-critical 100000:
	says 2 "CRITICAL - 2 of 2 as expected; 2 slow: 127.0.0.1/tcp/"
	# Of open ports only.
	check -p 1=closed --lag-critical=100000:
	says 0 "OK - 1 of 1 as expected|"
}

#
# What is said.
#

@test "--format=nagios: the default" {
	serve 'tcp4' 'tcp4 closed'
	for o in '' --format=nagios '--format NAGIOS'; do
		check -p "$p0,$p1=closed" $o
		says 0 "OK - 2 of 2 as expected|"
		[ "$(wc -l <"$out")" = 1 ]
	done
}

@test "the first line is short, where it can be" {
	serve 'tcp4' 'tcp4' 'tcp4' 'tcp4'
	check -H 127.0.0.1 -p "$p0=closed,$p1=closed,$p2=closed,$p3=closed"
	line=$(head -n 1 "$out")
	line=${line%%|*}
	[ "${#line}" -le 80 ]
}

@test "-v, --verbose: all entries, and the limits of the run" {
	serve 'tcp4' 'tcp4 closed'
	for o in -v --verbose -vv; do
		check -p "$p0,$p1=closed" $o -t 7 --probe-timeout 3 --parallel 5
		says 0 "OK - 2 of 2 as expected|"
		has 'Limits: 2 entries, 5 at a time, 3 s each, 7 s in all' \
			"127.0.0.1/tcp/$p0: open, T s" \
			"127.0.0.1/tcp/$p1: closed: $refused"
	done
	check -p "$p0,$p1=closed" --parallel 1 --probe-timeout 3 -v
	# Two waves, and something for what they do not need.
	grep -q '^Limits: 2 entries, 1 at a time, 3 s each, 7 s in all$' "$out"
}

@test "--format=table" {
	serve 'tcp4' 'tcp4 closed' 'unix'
	check -p "$p0,$p1,unix:$p2,1=closed" --format=table
	[ "$status" = 2 ] && silent
	[ "$(head -n 1 "$out" | tr -s ' ')" = 'NAME STATE EXPECTED TIME REASON' ]
	tr -s ' ' <"$out" | sed -E 's/[0-9.]+ ms$/T/' >squeezed
	grep -qx "127.0.0.1/tcp/$p0 open open T" squeezed
	grep -qx "127.0.0.1/tcp/$p1 closed open - $refused" squeezed
	grep -qx "127.0.0.1/tcp/1 closed closed - $refused" squeezed
	grep -qx "$p2 open open T" squeezed
	[ "$(tail -n 1 "$out")" = 'CRITICAL: 3 of 4 as expected; 2 open, 2 closed, 0 filtered, 0 unknown' ]
	[ "$(wc -l <"$out")" = 6 ]
	# The states are in one column.
	[ "$(grep -bo ' STATE\| open \| closed ' "$out" | wc -l)" -ge 4 ]
	check -p 1 --format table -v
	tail -n 1 "$out" | grep -q '^Limits: '
}

@test "--format=table: colours on a terminal, but not with NO_COLOR" {
	serve 'tcp4' 'tcp4 closed'
	on_terminal -p "$p0,$p1" --format table
	[ "$status" = 2 ]
	grep -q $'\e\\[32mopen' "$out"
	grep -q $'\e\\[31mclosed' "$out"
	NO_COLOR=1 on_terminal -p "$p0,$p1" --format table
	[ "$status" = 2 ]
	lacks $'\e' "$out"
	check -p "$p0,$p1" --format table
	lacks $'\e' "$out"
	for f in nagios json csv prometheus portmon; do
		on_terminal -p "$p0,$p1" --format "$f"
		lacks $'\e' "$out"
	done
}

@test "--format=json" {
	serve 'tcp4 say "220 a\r\n"' 'tcp4 closed' 'unix' 'tcp4 say "554 \"|\xff\r\n"'
	check -p "$p0/smtp,unix:$p2,$p3/smtp" --format=json
	[ "$status" = 2 ] && silent
	valid
	has '{"version":1,"state":"CRITICAL","summary":{"total":3,"as_expected":2,"failed":1,"open":3,"closed":0,"filtered":0,"open_filtered":0,"unknown":0,"expiring":0,"warned":0,"not_probed":0,"worth_unknown":0,"slow":0,"clock_off":0,"hosts_down":0},' \
		'"entries":['
	masked >out.masked
	grep -F "{\"name\":\"127.0.0.1/tcp/$p0\",\"host\":\"127.0.0.1\",\"address\":\"127.0.0.1\",\"port\":$p0,\"transport\":\"tcp\",\"protocol\":\"smtp\",\"path\":null,\"expected\":\"open\",\"state\":\"open\",\"open\":true,\"ok\":true,\"severity\":\"OK\",\"outcome\":\"ok\",\"reason\":null,\"closed_reason\":null,\"note\":\"220 a\",\"time\":T,\"rtt\":T,\"probes\":null,\"perfdata\":null,\"tls\":null}" out.masked
	grep -F "{\"name\":\"$p2\",\"host\":null,\"address\":null,\"port\":null,\"transport\":\"unix\",\"protocol\":null,\"path\":\"$p2\",\"expected\":\"open\",\"state\":\"open\",\"open\":true,\"ok\":true,\"severity\":\"OK\",\"outcome\":\"ok\",\"reason\":null,\"closed_reason\":null,\"note\":null,\"time\":T,\"rtt\":null,\"probes\":null,\"perfdata\":null,\"tls\":null}" out.masked
	grep -F '"outcome":"mismatch",' out.masked
	check -p "$p1,1-2=closed" --format json
	[ "$status" = 2 ] && silent
	valid
	grep -F "\"port\":$p1,\"transport\":\"tcp\",\"protocol\":null,\"path\":null,\"expected\":\"open\",\"state\":\"closed\",\"open\":false,\"ok\":false,\"severity\":\"CRITICAL\",\"outcome\":\"refused\",\"reason\":\"$refused\",\"closed_reason\":\"$refused\",\"note\":null," "$out"
}

@test "--format=json: of many, and of names" {
	own_network
	check -H localhost,127.0.0.2 -p 61001-63000=closed -4 --format json
	[ "$status" = 0 ] && silent
	valid
	[ "$(grep -c '^{"name":' "$out")" = 4000 ]
	[ "$(grep -c '"host":"localhost","address":"127.0.0.1"' "$out")" = 2000 ]
}

@test "--format: no other" {
	for f in xml '' nagiosx; do
		check -p 1 --format "$f"
		usage "--format: $f: not one of nagios, table, json, csv, prometheus, portmon, html" ||
			usage "--format: not one of nagios, table, json, csv, prometheus, portmon, html"
	done
}

@test "all output of the nagios format is at most 8 KiB, and counted" {
	own_network
	for o in '' -v; do
		check -p 1=closed,61001-62000=open $o
		[ "$status" = 2 ] && silent
		(($(wc -c <"$out") <= 8192 && $(wc -c <"$out") > 6000))
		says 2 "CRITICAL - 1000 of 1001 not as expected: 127.0.0.1/tcp/61001 closed ($refused), ...|total=1001;"
		left=$(tail -n 1 "$out")
		[[ $left =~ ^\(left\ out:\ ([0-9]+)\ lines,\ ([0-9]+)\ latencies\)$ ]]
		whole=$(grep -c "^127.0.0.1/tcp/[0-9]*: closed, expected open: $refused$" "$out")
		((whole > 0 && whole + BASH_REMATCH[1] == 1000))
		latencies=$(head -n 1 "$out" | grep -o '127.0.0.1/tcp/[0-9]*=U;;;0.000000;' | wc -l)
		((latencies > 0 && latencies + BASH_REMATCH[2] == 1001))
	done
	check -p 61001-62000=closed --format table
	[ "$(wc -l <"$out")" = 1002 ]
}

@test "--max-output: the performance data are whole, however long a name" {
	long=$(printf 'a%.0s' {1..255})
	hosts=$(printf "$long%s," {1..30} | sed 's/a\{2\}\([0-9]*,\)/\1/g')
	check -H "$hosts" -p 1 --max-output 4096 -t 5
	(($(wc -c <"$out") <= 4096))
	head -n 1 "$out" | grep -q ' unknown=[0-9]*;;;0;'
	grep -q '^(left out: ' "$out"
}

@test "--max-output: another limit" {
	own_network
	check -p 1=closed,61001-62000=open --max-output=20000
	(($(wc -c <"$out") <= 20000 && $(wc -c <"$out") > 15000))
	check -p 1=closed,61001-62000=open --max-output 1000000
	lacks 'left out' "$out"
	[ "$(grep -c ": closed, expected open: $refused$" "$out")" = 1000 ]
	for n in 0 4095 x 9999999999999; do
		check -p 1 --max-output "$n"
		[ "$status" = 3 ]
		grep -q '^PORTSET UNKNOWN - --max-output: ' "$out"
	done
}

@test "hostile bytes are escaped, in every format" {
	serve "tcp4 say \"5|\\e\\x01\\xff'\\\"<b>\\r\\n\" close" || serve 'tcp4 say "5|\x1b\x01\xff<b>\r\n" close'
	for f in nagios table json; do
		check -H $'127.0.0.1,a|b\e\xff' -p "$p0/smtp" --format "$f" -v
		[ "$status" = 2 ] && silent
		[ "$(tr -d '\n -~' <"$out" | wc -c)" = 0 ]
	done
	check -p "$p0/smtp,unix:/x|y"
	[ "$(grep -o '|' "$out" | wc -l)" = 1 ]
}

@test "an entry has the same name in each format and as a label" {
	check -p 'unix:/x|y z,1' --format json
	grep -qF '{"name":"/x\u005cx7cy z",' "$out"
	check -p 'unix:/x|y z,1'
	grep -q '^/x\\x7cy z: unknown' "$out"
	grep -qF " '/x\\x7cy z'=U;" "$out"
}

@test "a progress bar on a terminal, when the run is long" {
	serve 'tcp4 full' 'tcp4 closed'
	on_terminal -p "$p0,$p1" --probe-timeout 1.6
	[ "$status" = 2 ]
	grep -q $'\r\[#*\.*\] 1 of 2' "$out"
	# Gone before the first line.
	tr -d '\r' <"$out" | grep -q $'\e\[KPORTSET CRITICAL'
	on_terminal -p "$p1"
	lacks ' of 1$' "$out"
	lacks $'\e' "$out"
}

# A terminal that was stopped takes nothing; ^Q lets it go on.
@test "a stopped terminal does not hold up the run" {
	command -v script >/dev/null || skip "needs script(1)"
	serve 'tcp4 full'
	(
		printf '\023'
		for ((i = 0; i < 60; i++)); do
			[[ ! -s report ]] || break
			sleep 0.1
		done
		cp report in_time
		printf '\021'
	) | script -qec "$(printf '%q ' "$plugin" -p "$p0" \
		--probe-timeout 1.6) >report" /dev/null >"$out" 3>&- 4>&- ||
		true
	grep -q '^PORTSET CRITICAL' in_time
}

@test "nothing on standard error in a pipe" {
	serve 'tcp4 full'
	check -p "$p0" --probe-timeout 1.6
	[ "$status" = 2 ] && silent
}

#
# The rest.
#

@test "-V, --version: exit 3" {
	for o in -V --version --vers '-p 1 -V'; do
		check $o
		[ "$status" = 3 ] && silent
		grep -Eqx 'check_portset v[0-9][^ ]* \(portstate\)' "$out"
		[ "$(wc -l <"$out")" = 1 ]
	done
}

@test "-h, --help: exit 3, every option, at most 80 columns" {
	for o in -h --help --hel '-h --nonsense'; do
		check $o
		[ "$status" = 3 ] && silent
		head -n 1 "$out" | grep -Eqx 'check_portset v[0-9][^ ]* \(portstate\)'
		[ "$(wc -L <"$out")" -le 80 ]
	done
	for o in H,\ --hostname=HOST\[,HOST]... F,\ --hosts-file=FILE \
		p,\ --ports=LIST -max-hosts=NUMBER 4,\ --use-ipv4 6,\ --use-ipv6 \
		t,\ --timeout=SECONDS -probe-timeout=SECONDS -parallel=NUMBER \
		-rate=NUMBER -retries=NUMBER -hedge -source=ADDRESS \
		D,\ --certificate=DAYS\[,DAYS] -verify -ca-file=FILE \
		-tls-min=VERSION -client-cert=FILE -client-key=FILE \
		-interface=INTERFACE w,\ --warning=RANGE\[%] c,\ --critical=RANGE\[%] \
		-at-least=NUMBER -any -lag-warning=RANGE -lag-critical=RANGE \
		-format=FORMAT -max-output=BYTES v,\ --verbose V,\ --version \
		h,\ --help; do
		grep -Fqx -e " -$o" "$out"
	done
}

@test "every option that needs a value says so" {
	for o in H F p t w c D; do
		check "-$o"
		usage "-$o: needs a value"
	done
	for o in max-hosts probe-timeout parallel rate retries source interface \
		at-least lag-warning lag-critical format max-output \
		ca-file tls-min client-cert client-key; do
		check "--$o"
		usage "--$o: needs a value"
	done
	for o in hedge any verify; do
		check "--$o=1"
		usage "--$o: takes no value"
	done
	check --nonsense -p 1
	usage '--nonsense: no such option'
	for o in parallel rate retries; do
		for n in -1 x 1.5 99999999999999999999; do
			check -p 1 --"$o" "$n"
			[ "$status" = 3 ]
			grep -q "^PORTSET UNKNOWN - --$o: " "$out"
		done
	done
}

@test "usage errors escape and bound what they quote" {
	check -p $'22,a|b\n\e\xff'
	usage '-p: 22,a\x7cb\n\x1b\xff: a\x7cb\n\x1b\xff: not a port from 1 to 65535, nor a service name'
	long=$(printf 'b%.0s' {1..9000})
	for o in "-p $long" "-p unix:/$long" "-p 1 -w $long" "-p 1 -H $long" \
		"-p 1 -H $long/24" "-F $long -p 1" "--$long" "-p 1 --source $long" \
		"-p 1=$long" "-p 1/$long" "-p 1 --format $long"; do
		check $o
		[ "$status" = 3 ] && silent
		first=$(head -n 1 "$out")
		[[ ${#first} -le 1024 ]]
		# The reason, which comes last, is not lost.
		[[ $first == 'PORTSET UNKNOWN - '*bb*': '* && $first != *bbb ]]
	done
}

@test "standard output closed, or full: exit 3" {
	own_network
	serve 'tcp4'
	for f in nagios table json; do
		status=0
		"$plugin" -p "$p0" --format "$f" >&- 2>"$err" || status=$?
		[ "$status" = 3 ] && silent
		status=0
		"$plugin" -p "$p0" --format "$f" >/dev/full 2>"$err" || status=$?
		[ "$status" = 3 ] && silent
		status=0
		"$plugin" -p 61001-64000=closed --format "$f" >/dev/full 2>"$err" || status=$?
		[ "$status" = 3 ] && silent
	done
}

@test "a pipe that nobody reads any more: exit 3, not a signal" {
	own_network
	mkfifo fifo
	exec 8<>fifo 9>fifo 8<&-
	"$plugin" -p 61001-64000=closed --format json >&9 2>"$err" 8<&- || status=$?
	exec 9>&-
	[ "$status" = 3 ] && silent
}

@test "no standard descriptor is taken for a socket" {
	serve 'tcp4 say "220\r\n"' 'tcp4'
	"$plugin" -p "$p0/smtp,$p1" <&- >&- 2>&- || status=$?
	[ "$status" = 3 ]
	got '6 "QUIT\r\n"'
	fake_wait_log 'closed 1 #1'
	lacks '^recv 1 ' "$FAKE_LOG"
}

@test "nothing is read from standard input" {
	check -p 1=closed < <(printf '127.0.0.9\n'; sleep 30) &
	wait $!
	check -p 1=closed <<<127.0.0.9
	is 0 "PORTSET OK - 1 of 1 as expected$(perf 0 1 0 0 0 127.0.0.1/tcp/1)"
}

@test "SIGTERM, SIGINT, SIGHUP, SIGQUIT: what is known, and exit 3" {
	for signal in TERM INT HUP QUIT; do
		serve 'tcp4' 'tcp4'
		start -p "1=closed,$p0/smtp" -t 20
		fake_wait_log 'accept 0 #1'
		kill -s "$signal" "$pid"
		finish
		is 3 "PORTSET UNKNOWN - 1 of 2 as expected; 1 not probed: 127.0.0.1/tcp/$p0 (interrupted by SIG$signal)$(perf 0 1 0 1 0 127.0.0.1/tcp/1 "127.0.0.1/tcp/$p0")" \
			"127.0.0.1/tcp/$p0: unknown: interrupted by SIG$signal"
	done
}

@test "an interruption is exit 3, whatever is known" {
	for o in '-p 1' '-p 1=closed --any'; do
		serve 'tcp4'
		start $o -p "$p0/smtp" -t 20
		fake_wait_log 'accept 0 #1'
		kill -TERM "$pid"
		finish
		silent
		[ "$status" = 3 ]
		grep -q "127.0.0.1/tcp/$p0: unknown: interrupted by SIGTERM" "$out"
	done
}

@test "SIGTERM with most of it in the queue, in each format" {
	own_network
	serve 'tcp4'
	for f in nagios table json; do
		start -p "$p0/smtp,61001-62000" --parallel 1 --format "$f" -t 20 \
			--max-output 1000000
		for i in {1..250}; do
			[ "$(fake_count accept 0)" -gt 0 ] && break
			sleep 0.02
		done
		kill -TERM "$pid"
		finish
		[ "$status" = 3 ] && silent
		[ "$(grep -c 'interrupted by SIGTERM' "$out")" -ge 1 ]
		[ "$f" != json ] || valid
		serve 'tcp4'
	done
}

@test "signals that ask for nothing do nothing" {
	serve 'tcp4 expect "QUIT" close' 'tcp4 wait 500 say "220\r\n"'
	start -p "$p1/smtp"
	fake_wait_log 'accept 1 #1'
	kill -USR1 "$pid"
	kill -ALRM "$pid"
	kill -PIPE "$pid"
	kill -CHLD "$pid"
	finish
	is 0 "PORTSET OK - 1 of 1 as expected$(perf 1 0 0 0 0 "127.0.0.1/tcp/$p1+")"
}

# The program is read through a descriptor: the directories above it may not be
# for everybody.
@test "works as an unprivileged user" {
	[ "$(id -u)" = 0 ] || skip "not root: all tests show it"
	command -v setpriv >/dev/null || skip "needs setpriv"
	serve 'tcp4' 'tcp4 closed' 'tcp4 say "220\r\n"'
	exec 9<"$plugin"
	for o in '' --hedge '--source 127.0.0.2' '--retries 2'; do
		status=0
		setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs \
			/proc/self/fd/9 -p "$p0,$p1=closed,$p2/smtp" $o \
			>"$out" 2>"$err" 3>&- 4>&- || status=$?
		says 0 "OK - 3 of 3 as expected|"
	done
	exec 9<&-
}

@test "locales change nothing" {
	serve 'tcp4'
	LC_ALL=de_DE.UTF-8 check -p "$p0" -c 0.5
	is 0 "PORTSET OK - 1 of 1 as expected|total=1;;;0; failed=0;;0.5;0;1 open=1;;;0; closed=0;;;0; filtered=0;;;0; unknown=0;;;0; 127.0.0.1/tcp/$p0=Ts;;;0.000000;"
}

@test "UDP: a thousand ports, of which fifty answer" {
	own_network
	scripts=()
	for ((i = 0; i < 50; i++)); do
		scripts+=("udp4:$((20000 + i * 20)) echo")
	done
	serve "${scripts[@]}"
	check -p udp:20000-20999
	[ "$status" = 0 ]
	grep -q ' open=50;;;0; closed=950;;;0; filtered=0;;;0; open_filtered=0;;;0; unknown=0;' "$out"
	lacks 'ICMP limited' "$out"
	within 2000
}

@test "UDP: the protocol makes the reply count" {
	serve 'udp4 echo' 'udp4 reply "x"'
	check -p "udp:$p0/echo"
	[ "$status" = 0 ]
	check -p "udp:$p1/echo"
	[ "$status" = 2 ]
	grep -q "127.0.0.1/udp/$p1 open (" "$out"
	check -p "udp:$p1"
	[ "$status" = 0 ]
}
