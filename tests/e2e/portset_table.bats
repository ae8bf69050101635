#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2030,SC2031,SC2034,SC2154
#
# check_portset --table, on tables that tests/make_table writes.

load common

setup() {
	common_setup check_portset
	make_table=${FAKESERVER%/*}/make_table
	counts='closed=0;;;0; filtered=0;;;0; unknown=0;;;0;'
}

teardown() {
	common_teardown
}

# table [SETTING...] <LINES: writes the file t
table() {
	"$make_table" t "$@"
}

# good [SETTING...]: one with two ports, which are as they should be
good() {
	table "$@" <<-'EOT'
		mx1/tcp/25 port=25 portset=mail protocol=smtp address=192.0.2.1
		mx2/tcp/80 port=80 portset=web address=192.0.2.2
	EOT
}

# says STATUS TEXT: that exit status, and a first line that begins with TEXT
says() {
	silent || return 1
	[[ $status == "$1" && $(head -n 1 "$out") == "$2"* ]] || {
		printf 'expected: %s, %s\nexit status %s, output:\n' \
			"$1" "$2" "$status"
		cat "$out"
		return 1
	}
}

# fails TEXT: UNKNOWN, and TEXT about the table as the one line
fails() {
	is 3 "PORTSET UNKNOWN - t: $1"
}

# flip OFFSET [BYTE]: overwrites one byte of the table
flip() {
	printf '%b' "${2:-\\377}" |
		dd of=t bs=1 seek="$1" conv=notrunc status=none
}

@test "all as expected" {
	good
	check --table=t
	is 0 "PORTSET OK - 2 of 2 as expected|total=2;;;0; failed=0;;0;0;2 open=2;;;0; $counts mx1/tcp/25=0.001500s;;;0.000000; mx2/tcp/80=0.001500s;;;0.000000;"
}

@test "-v tells how old the table is, and whose" {
	good dies=1
	check --table=t -v
	says 0 'PORTSET OK - 2 of 2 as expected; table '
	head -n 1 "$out" | grep -qE '; table [0-9]+(\.[0-9])? s old\|'
	sed -n 2p "$out" |
		grep -qxE 'Port table: t, by portstated 0\.1\.0, process [0-9]+'
	grep -qx 'mx1/tcp/25: open, 0.001500 s' "$out"
	good
	check --table=t -v
	sed -n 2p "$out" |
		grep -qx 'Port table: t, by portstated 0\.1\.0, which has ended'
}

@test "down, severe, lagged, unsure, new and disabled" {
	table <<-'EOT'
		a/tcp/1 port=1 down outcome=refused reason=Connection refused
		a/tcp/2 port=2 severe outcome=timeout failed=14 reason=no answer
		a/tcp/3 port=3 lagged rtt=612000
		a/tcp/4 port=4 unsure
		b/tcp/5 port=5 new outcome=not-probed
		b/tcp/6 port=6 disabled down outcome=refused
		b/tcp/7 port=7 down outcome=refused state=warning
	EOT
	check --table=t
	says 2 'PORTSET CRITICAL - 3 of 6 not as expected, 1 only a warning: a/tcp/1 closed (Connection refused), ...; 1 not probed: b/tcp/5 (not probed yet); 1 slow: a/tcp/3 612 ms|total=6;;;0; failed=3;;0;0;6 '
	sed 1d "$out" >lines
	diff - lines <<-'EOT'
		a/tcp/1: closed, expected open: Connection refused
		a/tcp/2: filtered, expected open: no answer; severe: 14 rounds failed
		a/tcp/3: open, 0.612000 s, slow
		b/tcp/5: unknown: not probed yet
		b/tcp/7: closed, expected open, only a warning: refused the connection
	EOT
	check --table=t -v
	grep -qx 'a/tcp/4: open, 0.001500 s: unsure' "$out"
}

@test "lagged alone is a WARNING, also without a round trip" {
	table <<<'a/tcp/1 port=1 lagged rtt=4294967295'
	check --table=t
	says 1 'PORTSET WARNING - 1 of 1 as expected; 1 slow: a/tcp/1|'
}

@test "what was not probed for three of its intervals is UNKNOWN" {
	table <<-'EOT'
		a/tcp/1 port=1 interval=60000 probed=179
		a/tcp/2 port=2 interval=3600000 probed=10000
		a/tcp/3 port=3 interval=60000 probed=600
	EOT
	check --table=t
	says 3 'PORTSET UNKNOWN - 2 of 3 as expected; 1 not probed: a/tcp/3 (last probed 10 min ago)|'
}

@test "limits count as for a run" {
	table <<-'EOT'
		a/tcp/1 port=1 rtt=20000
		a/tcp/2 port=2
		a/tcp/3 port=3 down outcome=refused
	EOT
	check --table=t -w 0 -c 1
	says 1 'PORTSET WARNING - 1 of 3 not as expected'
	check --table=t -c 50%
	says 0 'PORTSET OK - '
	check --table=t --any
	says 0 'PORTSET OK - '
	check --table=t --at-least 3
	says 2 'PORTSET CRITICAL - '
	check --table=t --at-least 4
	says 3 'PORTSET UNKNOWN - --at-least: 4: there are only 3'
	check --table=t -c 1 --lag-warning 10 --lag-critical 100
	says 1 'PORTSET WARNING - 1 of 3 not as expected: a/tcp/3 closed (refused the connection); 1 slow: a/tcp/1 20 ms|'
	check --table=t -c 1 --count-critical open=3:
	says 2 'PORTSET CRITICAL - '
}

@test "hosts and port sets that are meant" {
	good
	check --table=t -H mx1
	says 0 'PORTSET OK - 1 of 1 as expected|'
	grep -q ' mx1/tcp/25=' "$out"
	check --table=t mx1 mx2
	says 0 'PORTSET OK - 2 of 2 as expected|'
	echo 'mx2 # the second' >hosts
	check --table=t -F hosts
	grep -q ' mx2/tcp/80=' "$out"
	check --table=t --portset mail
	says 0 'PORTSET OK - 1 of 1 as expected|'
	check --table=t --portset mail,web
	says 0 'PORTSET OK - 2 of 2 as expected|'
	check --table=t --portset mail -H mx2
	fails 'has nothing of host mx2 in these port sets'
	check --table=t --portset mail,web -H mx2
	fails 'has nothing of port set mail'
	check --table=t -H mx1,mx3
	fails 'has nothing of host mx3'
	check --table=t --portset nosuch
	fails 'has nothing of port set nosuch'
}

@test "every format" {
	table <<-'EOT'
		a/tcp/25 port=25 protocol=smtp address=192.0.2.1
		a/udp/53 udp port=53 down outcome=no-reply reason=no reply
		/run/x unix probed=0
	EOT
	check --table=t --format table
	says 2 'NAME      STATE     EXPECTED         TIME  REASON'
	check --table=t --format json
	valid
	grep -q '^{"name":"a/tcp/25","host":"a","address":"192.0.2.1","port":25,"transport":"tcp","protocol":"smtp","path":null,"expected":"open","state":"open","open":true,"ok":true,"severity":"OK","outcome":"ok","reason":null,"closed_reason":null,"note":null,"time":null,"rtt":0.001500,"probes":null,"perfdata":null,"tls":null,"last_probe":[0-9]*\.[0-9]\{6\}},$' "$out"
	grep -q '^{"name":"/run/x","host":null,.*"port":null,"transport":"unix","protocol":null,"path":"/run/x",' "$out"
	check --table=t --format csv
	grep -q '^a/udp/53,a,,53,udp,,open,open|filtered,false,CRITICAL,no-reply,no reply,' "$out"
	check --table=t --format prometheus
	grep -qE '^portstate_port_last_probe_timestamp_seconds\{name="a/tcp/25",.*\} [0-9]{10}\.[0-9]{6}$' "$out"
	check --table=t --report='%n %w %l\t%r'
	is 2 $'a/tcp/25 normal 2\t' $'a/udp/53 down 0\tno reply' $'/run/x normal 2\t'
	check --table=t --format html --output page
	says 2 'PORTSET CRITICAL - '
	grep -q '<th scope="row">/run/x</th>' page
}

@test "a table is escaped" {
	printf 'a|b/tcp/1\e port=1 down outcome=refused reason=|\e[31m <b> "x"\n' |
		table
	check --table=t
	is 2 'PORTSET CRITICAL - 1 of 1 not as expected: a\x7cb/tcp/1\x1b closed (\x7c\x1b[31m <b> \"x\")|total=1;;;0; failed=1;;0;0;1 open=0;;;0; closed=1;;;0; filtered=0;;;0; unknown=0;;;0; '\''a\x7cb/tcp/1\x1b'\''=U;;;0.000000;' \
		'a\x7cb/tcp/1\x1b: closed, expected open: \x7c\x1b[31m <b> \"x\"'
	check --table=t --format html
	lacks '<b> ' "$out"
	check --table=t --format json
	valid
}

@test "a table that is stale, or from the future" {
	good now=-600
	check --table=t
	fails 'is stale: written 10 min ago, when portstated ended'
	good now=-600 dies=1
	check --table=t
	fails 'is stale: written 10 min ago'
	good stale=-1
	check --table=t --format json
	says 3 'PORTSET UNKNOWN - t: is stale: '
	good now=600
	check --table=t
	says 3 'PORTSET UNKNOWN - t: was written '
}

@test "a record that is damaged makes it UNKNOWN, unless it is worse" {
	good
	flip $((4096 + 1024 + 300))
	check --table=t
	says 3 'PORTSET UNKNOWN - 1 of 2 as expected; 1 not probed: mx2/tcp/80 (its record is damaged)|'
	flip $((4096 + 1024 + 20))
	check --table=t -H mx1
	says 3 'PORTSET UNKNOWN - 1 of 2 as expected; 1 not probed: ?/record 2 (its record is damaged)|'
	check --table=t --any
	says 0 'PORTSET OK - 1 of 2 as expected; 1 not probed: ?/record 2 '
	rm t
	table <<-'EOT'
		a/tcp/1 port=1 down outcome=refused
		a/tcp/2 port=2
	EOT
	flip $((4096 + 1024 + 300))
	check --table=t
	says 2 'PORTSET CRITICAL - 1 of 2 not as expected'
}

@test "what is no table" {
	check --table=t
	fails 'No such file or directory'
	: >t
	check --table=t
	fails 'is empty'
	head -c 10000 /dev/urandom >t
	check --table=t
	fails 'is not a port table'
	rm t
	good
	flip 12 '\2'
	check --table=t
	fails 'is of another version of portstate'
	flip 12 '\1'
	flip 30
	check --table=t
	fails 'is damaged'
	rm t
	good
	truncate -s 5000 t
	check --table=t
	fails 'was cut short'
	rm t
	: | table
	check --table=t
	fails 'has no entry'
}

@test "what is no file keeps nobody waiting" {
	mkfifo t
	check --table=t
	fails 'is not a regular file'
	rm t
	mkdir t
	check --table=t
	fails 'is not a regular file'
	rmdir t
	ln -s /dev/zero t
	check --table=t
	fails 'is not a regular file'
	ln -sf t t
	check --table=t
	fails 'Too many levels of symbolic links'
}

@test "who may not read it says so" {
	good
	chmod 0 t
	((EUID != 0)) || {
		command -v setpriv >/dev/null || skip "needs setpriv"
		printf '#!/bin/sh\nexec setpriv --bounding-set=-all --inh-caps=-all %q "$@"\n' \
			"$plugin" >as
		chmod +x as
		plugin=$PWD/as
	}
	check --table=t
	fails 'Permission denied'
}

@test "a table that grows and is replaced while it is read" {
	local i n

	good
	(
		for ((i = 3; i < 60; i++)); do
			echo "h$i/tcp/1 port=1" | table capacity=$((i * 8))
		done
		touch grown
	) 3>&- 4>&- &
	n=0
	while [[ ! -e grown ]]; do
		check --table=t
		says 0 'PORTSET OK - '
		n=$((n + 1))
		((n < 10000))
	done
	wait
	check --table=t
	says 0 'PORTSET OK - 59 of 59 as expected|'
}

@test "the table of a daemon says what a run says" {
	local i

	need_yaml
	serve 'tcp4 say "220 a\r\n"' 'tcp4 closed' 'udp4 closed'
	cat >c.yaml <<-EOT
		daemon: {table: $PWD/t}
		defaults: {interval: 1, retries: 0}
		portsets:
		  mail: {smtp: {tcp: $p0, protocol: smtp}, gone: {tcp: $p1}}
		hosts:
		  a:
		    address: 127.0.0.1
		    portsets: [mail]
		    ports:
		      not: {tcp: $p1, expected: closed}
		      dns: {udp: $p2, severity: warning}
	EOT
	check --config c.yaml --format csv
	cut -d , -f 1-12 "$out" >run
	[[ $status == 2 ]]
	"${plugins%/*}/subagent/portstated" -c c.yaml >log 2>&1 3>&- 4>&- &
	pid=$!
	for ((i = 0; i < 100; i++)); do
		check --table=t --format csv
		cut -d , -f 1-12 "$out" >told
		if cmp -s run told; then
			break
		fi
		sleep 0.1
	done
	diff run told
	[[ $(wc -l <run) == 5 ]]
	check --table=t --portset mail -H a
	says 2 'PORTSET CRITICAL - 1 of 2 not as expected: a/gone closed (Connection refused)|'
}

@test "nothing is sent, and no library loaded" {
	command -v strace >/dev/null || skip "needs strace"
	good
	strace -f -o calls "$plugin" --table=t >"$out" 2>"$err" ||
		skip "strace cannot trace here"
	says 0 'PORTSET OK - '
	lacks '^[0-9]* *\(socket\|connect\|send[a-z]*\|bind\|clone[3]*\|fork\)(' calls
	lacks 'open.*\(ssl\|crypto\|cares\|yaml\|tre\).*\.so' calls
}

@test "options that ask go with no table" {
	local option

	good
	for option in '-p 25' '--config x' '--hosts x' --check-config -4 -6 \
		'--probe-timeout 1' '--parallel 1' '--rate 1' '--retries 1' \
		'--probes 2' --hedge '--source 127.0.0.1' '--interface lo'; do
		# shellcheck disable=SC2086
		check --table=t $option
		says 3 "PORTSET UNKNOWN - ${option%% *}: cannot be used with --table"
	done
	check --table=t -D 14
	[[ $(head -n 1 "$out") == *'no OpenSSL'* ]] ||
		says 3 'PORTSET UNKNOWN - -D: cannot be used with --table'
}

@test "the usual table is in the state directory" {
	local usual option

	usual=$("$plugin" --help | sed -n 's,.*(default: \(/.*/lib/portstate/table\))$,\1,p')
	[[ -n $usual && ! -e $usual ]] || skip "there is one"
	for option in --table --table=; do
		check "$option"
		is 3 "PORTSET UNKNOWN - $usual: No such file or directory"
	done
}
