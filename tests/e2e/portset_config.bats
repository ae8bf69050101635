#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2030,SC2031,SC2034,SC2154
# Backslashes are the program's:
# shellcheck disable=SC1003,SC2016
#
# check_portset with a configuration or a list of targets, as portstate.yaml(5)
# and check_portset(1) have them.

load common
load tls

setup_file() {
	tls_setup_file
}

setup() {
	common_setup check_portset
	tls_dir=$BATS_FILE_TMPDIR/tls
	ca=$tls_dir/ca
	need_yaml
}

teardown() {
	tls_stop
	common_teardown
}

# yaml LINE...: writes them to c.yaml
yaml() {
	printf '%s\n' "$@" >c.yaml
}

# says STATUS LINE...: the lines, without performance data and times
says() {
	local want=$1

	shift
	diff -a --label expected --label output -U 99 <(printf '%s\n' "$@") \
		<(sed -E -e 's/\|.*//' -e 's/, [0-9]+\.[0-9]+ s/, T s/' "$out") ||
		return 1
	[[ $status == "$want" ]] || {
		echo "exit status: $status, not $want"
		return 1
	}
	silent
}

# as says, of an error of usage: its first line
refuses() {
	silent || return 1
	[[ $status == 3 && $(head -n 1 "$out") == "PORTSET UNKNOWN - $1" ]] || {
		printf 'expected: %s\nexit status %s, output:\n' "$1" "$status"
		cat "$out"
		return 1
	}
}

@test "ports of all kinds are as they should be" {
	serve 'tcp4 say "220 mail\r\n" hold' 'tcp4 closed' 'udp4 echo' \
		'unix hold' 'tcp4 hold'
	yaml 'portsets:' \
		'  all:' \
		"    mail: {tcp: $p0, expect-prefix: '220'}" \
		"    off: {tcp: $p1, expected: closed}" \
		"    echo: {udp: $p2, send: hello, expect: hello}" \
		"    socket: {unix: $p3}" \
		"    twice: {tcp: $p4, probes: 2}" \
		'hosts:' \
		'  server: {address: 127.0.0.1, portsets: all}'
	check --config c.yaml -v
	sed -i -e '/^Limits/d; s/ (.*//' -e 's/open, 2 probes, .*/open twice/' "$out"
	says 0 'PORTSET OK - 5 of 5 as expected' \
		'server/mail: open, T s' \
		'server/off: closed: Connection refused' \
		'server/echo: open, T s' \
		'server/socket: open, T s' \
		'server/twice: open twice' ||
		{ cat "$out"; false; }
	[ "$(fake_count accept 4)" = 2 ]
}

@test "the severity and the states of entries" {
	serve 'tcp4 closed'
	yaml "hosts: {127.0.0.1: {ports: {a: {tcp: $p0, severity: warning}}}}"
	check --config c.yaml
	[ "$status" = 1 ]
	grep -q '^PORTSET WARNING - 1 of 1 not as expected, 1 only a warning: 127.0.0.1/a closed' \
		"$out"
	# Never more than that.
	yaml "hosts: {127.0.0.1: {ports: {a: {tcp: $p0, severity: warning, " \
		"state: {refused: critical}}}}}"
	check --config c.yaml
	[ "$status" = 1 ]
	yaml "hosts: {127.0.0.1: {ports: {a: {tcp: $p0, state: {refused: ok}}}}}"
	check --config c.yaml
	[ "$status" = 0 ]
	yaml "hosts: {127.0.0.1: {ports: {a: $p0}}}"
	check --config c.yaml
	[ "$status" = 2 ]
}

@test "an answer that is not expected" {
	serve 'tcp4 say "hello\r\n" close'
	yaml "hosts: {127.0.0.1: {ports: {a: {tcp: $p0, expect: bye}}}}"
	check --config c.yaml
	[ "$status" != 0 ]
	yaml "hosts: {127.0.0.1: {ports: {a: {tcp: $p0, expect: bye, " \
		"state: {mismatch: ok}}}}}"
	check --config c.yaml
	[ "$status" = 0 ]
}

@test "a range expects any, unless it is said" {
	serve 'tcp4 closed' 'tcp4 hold'
	yaml "hosts: {127.0.0.1: [$p0-$p0=any, $p1]}"
	check --config c.yaml
	[ "$status" = 0 ]
	yaml "hosts: {127.0.0.1: {ports: {r: {tcp: $p0, expected: open}}}}"
	check --config c.yaml
	[ "$status" = 2 ]
}

@test "response times have thresholds" {
	serve 'tcp4 wait 300 say "hello\r\n" close'
	yaml "hosts: {127.0.0.1: {ports: {a: {tcp: $p0, expect: hello, " \
		"warning: 0.1}}}}"
	check --config c.yaml
	[ "$status" = 1 ]
	yaml "hosts: {127.0.0.1: {ports: {a: {tcp: $p0, expect: hello, " \
		"warning: 0.1, critical: 0.2}}}}"
	check --config c.yaml
	[ "$status" = 2 ]
	yaml "hosts: {127.0.0.1: {ports: {a: {tcp: $p0, expect: hello, " \
		"warning: 5, critical: 6}}}}"
	check --config c.yaml
	[ "$status" = 0 ]
}

@test "an entry is asked from where it says, by its family, and how often" {
	serve 'tcp4 hold'
	yaml 'hosts:' '  localhost:' '    ports:' \
		"      a: {tcp: $p0, source: 127.0.0.3, family: ipv4, probes: 3}"
	check --config c.yaml
	[ "$status" = 0 ]
	fake_wait_log 'accept 0 #3'
	[ "$(grep -c '^accept 0 .* 127\.0\.0\.3' "$FAKE_LOG")" = 3 ]
}

@test "handlers decide" {
	yaml 'hosts:' '  web:' '    address: 127.0.0.1' '    ports:' \
		'      a: {tcp: 5, handler: [/bin/echo, "OK %h %p %n"]}'
	check --config c.yaml --format csv
	[ "$status" = 0 ]
	grep -q ',OK web 5 web/a,' "$out"
	yaml 'hosts:' '  web:' '    address: 127.0.0.1' '    ports:' \
		'      a: {udp: 5, handler: [/bin/echo, "%a %P 100%% %h/%n"]}'
	check --config c.yaml --format csv
	grep -q ',127.0.0.1 udp 100% web/web/a,' "$out"
	yaml 'hosts: {127.0.0.1: {ports: {a: {tcp: 5, handler: /bin/false}}}}'
	check --config c.yaml
	[ "$status" != 0 ]
	yaml 'hosts: {127.0.0.1: {ports: {a: {tcp: 5, handler: /no/such}}}}'
	check --config c.yaml
	[ "$status" = 3 ]
}

@test "handlers are told the name of the host, wherever it is asked" {
	yaml "defaults: {handler: [/bin/sh, -c, 'echo \"\$0 \$PORTSTATE_HOST \$PORTSTATE_ADDRESS\"', '%h']}" \
		'hosts:' '  web: {address: localhost, ports: {a: {tcp: 5, family: ipv4}}}' \
		'  db: {ports: {b: {unix: /nosuch/b}}}' \
		'  c: unix:/nosuch/c'
	check --config c.yaml --format json
	[ "$status" = 0 ]
	grep -qF '"note":"web web 127.0.0.1"' "$out"
	grep -qF '"note":"db db /nosuch/b"' "$out"
	grep -qF '"note":"/nosuch/c /nosuch/c /nosuch/c"' "$out"
}

@test "what handlers measure has the name of its entry" {
	yaml 'hosts:' '  web:' '    address: 127.0.0.1' '    ports:' \
		'      a:' '        tcp: 5' \
		"        handler: [/bin/echo, \"OK|size=5KB;;;0 'it s'=1%%;2;3\"]" \
		'      b: {tcp: 6, handler: [/bin/echo, OK]}'
	check --config c.yaml
	[ "$status" = 0 ]
	grep -q " web/a=[0-9.]*s;;;0.000000; 'web/a::size'=5KB;;;0 'web/a::it s'=1%;2;3 web/b=[0-9.]*s;" "$out"
	check --config c.yaml --format json
	[ "$status" = 0 ]
	grep -qF ",\"perfdata\":\"size=5KB;;;0 'it s'=1%;2;3\"," "$out"
	grep -qF ',"perfdata":null,' "$out"
	check --config c.yaml --format csv
	[ "$status" = 0 ]
	grep -q "^web/a,.*,size=5KB;;;0 'it s'=1%;2;3," "$out"
}

@test "an answer that is late, asked often, and one that is only a warning" {
	serve 'tcp4 wait 300 say "hello\r\n" close'
	yaml "hosts: {127.0.0.1: {ports: {a: {tcp: $p0, expect: hello, " \
		"warning: 0.1, probes: 2}}}}"
	check --config c.yaml
	[ "$status" = 1 ]
	grep -q '; 1 slow: 127.0.0.1/a [0-9]* ms|' "$out"
	grep -q ' 127.0.0.1/a=[01]\.[0-9]*s;0.100000;;0.000000; ' "$out"
	yaml "hosts: {127.0.0.1: {ports: {a: {tcp: $p0, expect: hello, " \
		"critical: 0.1, severity: warning}}}}"
	check --config c.yaml
	[ "$status" = 1 ]
}

@test "what is worth UNKNOWN was asked" {
	serve 'tcp4 closed'
	yaml 'hosts:' '  127.0.0.1:' '    ports:' \
		"      a: {tcp: $p0, state: {refused: unknown}}" \
		'      b: {tcp: 5, handler: [/bin/sh, -c, "echo why; exit 3"]}'
	check --config c.yaml
	says 3 'PORTSET UNKNOWN - 0 of 2 as expected; 2 unknown: 127.0.0.1/a (Connection refused), ...' \
		'127.0.0.1/a: closed: Connection refused' \
		'127.0.0.1/b: unknown: handler: UNKNOWN: why'
}

@test "TLS, by the name of a host that has an address" {
	need_tls
	tls_start good
	yaml "defaults: {verify: yes, ca-file: $ca, cert-days: '14,7'}" \
		'hosts:' \
		"  www.test: {address: 127.0.0.1, ports: {a: {tcp: $tls_port, tls: yes}}}"
	check --config c.yaml
	[ "$status" = 0 ]
	sed -i 's/www.test/other.test/' c.yaml
	check --config c.yaml
	[ "$status" != 0 ]
	grep -q 'other.test/a' "$out"
	# In a set, with -H, it is no name.
	yaml "portsets: {s: {a: {tcp: $tls_port, tls: yes, verify: yes, " \
		"ca-file: $ca}}}"
	check --config c.yaml --portset s -H 127.0.0.1
	[ "$status" = 0 ]
	check --config c.yaml --portset s -H localhost
	[ "$status" != 0 ]
}

@test "certificates that expire too soon" {
	need_tls
	tls_start good
	yaml "defaults: {cert-days: 100}" \
		"hosts: {127.0.0.1: {ports: {a: {tcp: $tls_port, tls: yes}}}}"
	check --config c.yaml
	[ "$status" = 1 ]
}

@test "the host's name in HTTP" {
	serve 'tcp4 expect "\r\n\r\n" say "HTTP/1.0 200 OK\r\n\r\n" close'
	yaml "hosts: {www.test: {address: 127.0.0.1, ports: $p0/http}}"
	check --config c.yaml
	fake_wait_log 'closed 0 #1'
	grep -q 'Host: www.test' "$FAKE_LOG"
}

@test "--check-config says what would be asked, and asks nothing" {
	serve 'tcp4 hold'
	yaml "hosts: {h: {address: 127.0.0.1, ports: {a: $p0, b: udp:53/dns}}}"
	check --config c.yaml --check-config
	is 0 'PORTSET OK - 2 ports of 1 host would be asked' \
		"h/a: 127.0.0.1 tcp/$p0, expected open, within 2 s" \
		'h/b: 127.0.0.1 udp/53, dns, expected open, within 2 s'
	[ "$(fake_count accept 0)" = 0 ]
	check --check-config --config - <c.yaml
	[ "$status" = 0 ]
}

@test "--check-config with -p" {
	serve 'tcp4 hold'
	check --check-config -p "$p0,udp:53/dns" -H 127.0.0.1
	is 0 'PORTSET OK - 2 ports of 1 host would be asked' \
		"127.0.0.1/tcp/$p0: 127.0.0.1 tcp/$p0, expected open" \
		'127.0.0.1/udp/53: 127.0.0.1 udp/53, dns, expected open'
	[ "$(fake_count accept 0)" = 0 ]
	yaml 'hosts: {h: 22}'
	check --check-config -p 22 --config c.yaml
	refuses '-p: cannot be used with --config, --portset or --hosts'
	check --check-config -p 0
	[ "$status" = 3 ]
}

@test "--check-config has one format" {
	yaml 'hosts: {h: {address: 127.0.0.1, ports: 22}}'
	check --config c.yaml --check-config --format json
	refuses '--format: cannot be used with --check-config'
	check --config c.yaml --check-config --report=%n
	refuses '--report: cannot be used with --check-config'
	check -p 22 --output x --check-config
	refuses '--output: cannot be used with --check-config'
	[ ! -e x ]
}

@test "handlers hold up nobody else" {
	# Whoever waited for one of them would not be asked in this run.
	yaml 'defaults: {timeout: 30}' 'hosts:' '  127.0.0.1:' '    ports:'
	for ((i = 1; i <= 17; i++)); do
		echo "      h$i: {tcp: $i, handler: [/bin/sleep, 30]}"
	done >>c.yaml
	echo '      closed: {tcp: 18}' >>c.yaml
	check --config c.yaml -t 2
	[ "$status" = 2 ]
	grep -q '^PORTSET CRITICAL' "$out"
	grep -q '^127.0.0.1/closed: closed, expected open: Connection refused' "$out"
}

@test "all errors are told, and nothing is asked" {
	serve 'tcp4 hold'
	yaml "hosts:" "  127.0.0.1: [$p0, 0]" '  h: {timeout: 5}' 'x: y'
	check --config c.yaml
	is 3 'PORTSET UNKNOWN - c.yaml:2: tcp: 0: not a port from 1 to 65535, nor a service name (the first of 3 errors)' \
		'c.yaml:2: tcp: 0: not a port from 1 to 65535, nor a service name' \
		'c.yaml:3: timeout: no key that can stand here' \
		'c.yaml:4: x: no key that can stand here'
	[ "$(fake_count accept 0)" = 0 ]
	yaml 'hosts: [22]'
	check --config c.yaml --check-config
	is 3 'PORTSET UNKNOWN - c.yaml:1: hosts: not a map of hosts'
}

@test "what is said to the daemon is checked, and of no effect" {
	local daemon='daemon: {table: nosuch/t, events: 64, rate: 1, log: nosuch/l}'
	local notify='notify: {command: "touch ran", events: [down], parallel: 1}'

	serve 'tcp4 closed'
	yaml "$daemon" "$notify" 'hosts:' '  127.0.0.1: {defaults: {interval: 5},' \
		"    ports: {a: {tcp: $p0, lag: 0.001, severe: 1}}}"
	check --config c.yaml --check-config
	is 0 'PORTSET OK - 1 port of 1 host would be asked' \
		"127.0.0.1/a: 127.0.0.1 tcp/$p0, expected open, within 2 s"
	check --config c.yaml
	[ "$status" = 2 ]
	[ ! -e ran ] && [ ! -e nosuch ]
	yaml 'daemon:' '  events: 63' '  mail: root' \
		'notify: {command: [nosuch, "%h"]}' \
		"hosts: {h: {ports: {a: {tcp: 1, interval: 0.01}}}}"
	check --config c.yaml --check-config
	is 3 'PORTSET UNKNOWN - c.yaml:2: events: 63: not a power of two (the first of 4 errors)' \
		'c.yaml:2: events: 63: not a power of two' \
		'c.yaml:3: mail: there is no such key' \
		'c.yaml:4: command: nosuch: there is no such command' \
		'c.yaml:5: interval: 0.01: not from 0.1 seconds to a week'
	# Each key in one of all files, and events with a command.
	printf '%s\n' 'daemon:' '  rate: 6' >other.yaml
	yaml 'daemon: {rate: 5}' 'include: other.yaml'
	check --config c.yaml
	is 3 'PORTSET UNKNOWN - other.yaml:2: rate: this key was given already at c.yaml:1'
	yaml 'hosts: {h: 1}' 'notify: {events: down}'
	check --config c.yaml
	is 3 'PORTSET UNKNOWN - c.yaml:2: events: is of no use without command'
	# What a line of Nagios ends with is none.
	yaml 'notify: {command: sh | x}'
	check --config c.yaml
	[ "$status" = 3 ]
	lacks '|' "$out"
}

@test "files that cannot be read" {
	check --config nosuch.yaml
	is 3 'PORTSET UNKNOWN - nosuch.yaml: No such file or directory'
	check --config .
	is 3 'PORTSET UNKNOWN - .: Is a directory'
	check --hosts nosuch
	is 3 'PORTSET UNKNOWN - nosuch: No such file or directory'
	check --hosts .
	is 3 'PORTSET UNKNOWN - .: Is a directory'
	check --config /dev/null
	refuses 'the configuration has no port of any host'
	check --hosts /dev/null
	refuses 'the configuration has no port of any host'
	if [[ $(id -u) != 0 ]]; then
		yaml 'hosts: {h: 1}'
		chmod 0 c.yaml
		check --config c.yaml
		is 3 'PORTSET UNKNOWN - c.yaml: Permission denied'
	fi
	yaml 'hosts: {h: "22}'
	check --config c.yaml
	[ "$status" = 3 ]
	grep -q '^PORTSET UNKNOWN - c.yaml:' "$out"
}

@test "SIGTERM while a file is waited for" {
	mkfifo fifo
	for option in --config --hosts; do
		start "$option" fifo
		heeds
		kill -TERM "$pid"
		finish
		[ "$status" = 3 ]
		grep -q '^PORTSET UNKNOWN - ' "$out"
	done
}

@test "options that go with a configuration, and such that do not" {
	yaml 'hosts: {127.0.0.1: 1=any}' 'portsets: {s: 1=any}'
	check --config c.yaml -p 22
	refuses '-p: cannot be used with --config, --portset or --hosts'
	check --config c.yaml --hosts c.yaml
	refuses '--hosts: cannot be used with --config or --portset'
	check --config c.yaml -D 5
	refuses '-D: is for -p; a configuration has keys for it' ||
		refuses '-D: 5: this build has no TLS: --with-openssl'
	check --config c.yaml -H other
	refuses '-H: other: there is no host of that name in the configuration'
	check --config c.yaml --portset t
	refuses '--portset: t: there is no port set of that name'
	check --config c.yaml --portset s
	refuses '--portset: s: nothing of it is asked of any host; -H names hosts'
	check --config c.yaml --portset s -H 127.0.0.1,127.0.0.2
	[ "$status" = 0 ]
	grep -q '^PORTSET OK - 2 of 2' "$out"
	check --config c.yaml --portset ''
	refuses '--portset: a name is empty'
	yaml 'portsets: {s: 1=any}'
	check --config c.yaml --portset s
	[ "$status" = 0 ]
	check
	refuses '-p: no port is given' ||
		skip "there is a configuration on this machine"
}

@test "a host that is not enabled is asked by name" {
	yaml 'hosts: {127.0.0.1: {enabled: no, ports: 1=any}}'
	check --config c.yaml
	refuses 'the configuration has no port of any host'
	check --config c.yaml -H 127.0.0.1
	[ "$status" = 0 ]
}

@test "a list of targets" {
	serve 'tcp4 hold' 'tcp4 closed'
	printf '%s\r\n' '# targets' "127.0.0.1 $p0 web" "127.0.0.1 $p1=closed" >list
	check --hosts list -v
	[ "$status" = 0 ]
	grep -q '^127.0.0.1/web: open' "$out"
	grep -q "^127.0.0.1/tcp/$p1: closed: Connection refused" "$out"
	check --hosts - <list
	[ "$status" = 0 ]
	printf '127.0.0.1\n127.0.0.1 0\n' >list
	check --hosts list
	is 3 'PORTSET UNKNOWN - list:1: 127.0.0.1: not a host, a port and perhaps a name (the first of 2 errors)' \
		'list:1: 127.0.0.1: not a host, a port and perhaps a name' \
		'list:2: tcp: 0: not a port from 1 to 65535, nor a service name'
}

@test "what is not meant does not make the run longer" {
	serve 'tcp4 hold'
	yaml 'portsets: {slow: {a: {tcp: 1, timeout: 5000}}}' \
		"hosts: {127.0.0.1: $p0}"
	check --config c.yaml -v
	[ "$status" = 0 ]
	grep -q '^Limits: 1 entr' "$out"
	lacks '5000' "$out"
}

@test "whoever is named is asked something" {
	yaml 'portsets: {p: {s: 1}, q: {s: 2}, r: {s: {tcp: 3, enabled: no}}}' \
		'hosts:' '  a: {address: 127.0.0.1, portsets: p}' \
		'  b: {address: 127.0.0.2, portsets: r}' \
		'  c: {address: 127.0.0.3}'
	check --config c.yaml -H a,b
	refuses '-H: b: nothing is asked of this host'
	check --config c.yaml -H c,a
	refuses '-H: c: nothing is asked of this host'
	check --config c.yaml --portset p,q
	refuses '--portset: q: nothing of it is asked of any host; -H names hosts'
	check --config c.yaml --portset p,r
	refuses '--portset: r: nothing of it is asked of any host; -H names hosts'
}

@test "a host by its address, with what the file has of it" {
	yaml 'portsets: {p: {s: {tcp: 1, expected: any}}}' \
		'hosts: {a: {address: 127.0.0.1, portsets: p,' \
		'  ports: {s: {expected: closed}}}}'
	for host in a 127.0.0.1; do
		check --config c.yaml --portset p -H "$host" --check-config
		[ "$status" = 0 ]
		grep -q '^a/s: 127\.0\.0\.1 tcp/1, expected closed' "$out"
	done
}

@test "a ready port set of a host" {
	yaml 'hosts: {a: {address: 127.0.0.1, portsets: [printer]}}'
	check --config c.yaml --check-config
	[ "$status" = 0 ]
	grep -q '^a/printer-telnet: 127\.0\.0\.1 tcp/23, expected closed' "$out"
	yaml 'portsets: {printer: {x: 7}}' \
		'hosts: {a: {address: 127.0.0.1, portsets: [printer]}}'
	check --config c.yaml --check-config
	grep -q '^PORTSET OK - 1 port of 1 host' "$out"
}
