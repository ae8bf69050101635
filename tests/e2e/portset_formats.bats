#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2030,SC2031,SC2034,SC2154
# Options of a list are split into words:
# shellcheck disable=SC2016,SC2046,SC2086
#
# The formats of check_portset as man/portstate-formats.5 has them, --output,
# --probes and the limits of counts, against fake servers.

load common
load tls

setup_file() {
	tls_setup_file
}

setup() {
	common_setup check_portset
	tls_dir=$BATS_FILE_TMPDIR/tls
	mkdir w && cd w || return 1
	page=$BATS_TEST_DIRNAME/../../man/portstate-formats.5
}

teardown() {
	tls_stop
	common_teardown
}

# Of common.bash, for these formats: T in place of each time.
masked() {
	sed -E -e 's/\r$/$/' \
		-e 's/([=, ])[0-9]+\.[0-9]{6}s?([;,$]|$)/\1T\2/g' \
		-e 's/([=, ])[0-9]+\.[0-9]{6}s?([;,$]|$)/\1T\2/g' \
		-e 's/ +[0-9]+\.[0-9]{3} ms/ T ms/g' \
		-e 's/(timestamp_seconds(\{[^}]*\})?) [0-9]+$/\1 T/' \
		-e 's/\([0-9]+ms\)/(Tms)/' "${1:-$out}"
}

# same FILE LINE...: the file has exactly these lines; of several entries, which
# are in the order of their ports, in any order
same() {
	local file=$1

	shift
	diff -a --label expected --label "$file" -U 99 \
		<(printf '%s\n' "$@" | sort) <(masked "$file" | sort)
}

usage() {
	silent || return 1
	[[ $status == 3 && $(head -n 1 "$out") == "PORTSET UNKNOWN - $1" ]] || {
		printf 'expected: %s\nexit status %s, output:\n' "$1" "$status"
		cat "$out"
		return 1
	}
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

# one: that there is nothing here but these files
only() {
	[[ $(ls -A | tr '\n' ' ') == "$* " ]] || {
		ls -lA
		return 1
	}
}

refused='Connection refused'
csv_header='name,host,address,port,transport,protocol,expected,state,ok,severity,outcome,reason,time,rtt,probes,lost,min,avg,max,cert_days,perfdata,note,path$'

@test "--format csv" {
	serve 'tcp4 say "220 a\r\n"' 'tcp4 closed' 'unix' 'tcp4 say "=1,\"|\xff\r\n"'
	check -p "$p0/smtp,$p1,unix:$p2,$p3/smtp" --format csv
	[ "$status" = 2 ] && silent
	same "$out" "$csv_header" \
		"127.0.0.1/tcp/$p0,127.0.0.1,127.0.0.1,$p0,tcp,smtp,open,open,true,OK,ok,,T,T,,,,,,,,220 a,$" \
		"127.0.0.1/tcp/$p1,127.0.0.1,127.0.0.1,$p1,tcp,,open,closed,false,CRITICAL,refused,$refused,,,,,,,,,,,$" \
		"$p2,,,,unix,,open,open,true,OK,ok,,T,,,,,,,,,,$p2$" \
		"127.0.0.1/tcp/$p3,127.0.0.1,127.0.0.1,$p3,tcp,smtp,open,open,false,CRITICAL,mismatch,\"unexpected answer: =1,\\\"\"\\x7c\\xff\",T,T,,,,,,,,\"'=1,\\\"\"\\x7c\\xff\",$"
}

@test "a Unix socket of a host: its name is another than its path" {
	need_yaml
	serve 'unix'
	echo "hosts: {h: {address: 127.0.0.1, ports: {s: {unix: $p0}}}}" >c.yaml
	check --config c.yaml --format json
	valid
	grep -qF "{\"name\":\"h/s\",\"host\":\"h\",\"address\":null,\"port\":null,\"transport\":\"unix\",\"protocol\":null,\"path\":\"$p0\"," "$out"
	check --config c.yaml --format csv
	same "$out" "$csv_header" \
		"h/s,h,,,unix,,open,open,true,OK,ok,,T,,,,,,,,,,$p0$"
	check --config c.yaml --format prometheus
	grep -qxF "portstate_port_up{name=\"h/s\",host=\"h\",port=\"\",transport=\"unix\",protocol=\"\",path=\"$p0\"} 1" "$out"
}

@test "--format prometheus" {
	serve 'tcp4' 'tcp4 closed'
	check -p "$p0,$p1=closed" --format prometheus
	[ "$status" = 0 ] && silent
	local a="{name=\"127.0.0.1/tcp/$p0\",host=\"127.0.0.1\",port=\"$p0\",transport=\"tcp\",protocol=\"\""
	local b="{name=\"127.0.0.1/tcp/$p1\",host=\"127.0.0.1\",port=\"$p1\",transport=\"tcp\",protocol=\"\""
	grep -v '^#' "$out" | sort >got
	sort -o want - <<-END
		portstate_build_info{version="$("$plugin" -V | sed 's/.* v\([^ ]*\) .*/\1/')"} 1
		portstate_entries_failed 0
		portstate_entries_not_probed 0
		portstate_entries_worth_unknown 0
		portstate_entries{state="closed"} 1
		portstate_entries{state="filtered"} 0
		portstate_entries{state="open"} 1
		portstate_entries{state="open|filtered"} 0
		portstate_entries{state="unknown"} 0
		portstate_hosts_down 0
		portstate_port_latency_seconds$a} T
		portstate_port_open$a} 1
		portstate_port_open$b} 0
		portstate_port_outcome_info$a,outcome="ok",expected="open"} 1
		portstate_port_outcome_info$b,outcome="refused",expected="closed"} 1
		portstate_port_response_seconds$a} T
		portstate_port_state$a,state="closed"} 0
		portstate_port_state$a,state="filtered"} 0
		portstate_port_state$a,state="open"} 1
		portstate_port_state$a,state="open|filtered"} 0
		portstate_port_state$a,state="unknown"} 0
		portstate_port_state$b,state="closed"} 1
		portstate_port_state$b,state="filtered"} 0
		portstate_port_state$b,state="open"} 0
		portstate_port_state$b,state="open|filtered"} 0
		portstate_port_state$b,state="unknown"} 0
		portstate_port_up$a} 1
		portstate_port_up$b} 1
		portstate_run_duration_seconds T
		portstate_run_state 0
		portstate_run_timestamp_seconds T
	END
	diff -u want <(masked got)
	# Each family once, with its head in front of it.
	awk '
	/^# HELP / { name = $3; if (seen[name]++) exit 1; next }
	/^# TYPE / { if ($3 != name || $4 != "gauge") exit 1; next }
	{ sub(/[{ ].*/, ""); if ($0 != name) exit 1 }' "$out"
}

@test "--format prometheus: promtool has nothing to say" {
	command -v promtool >/dev/null || skip "needs promtool"
	serve 'tcp4 say "554 \"|\xff\r\n"' 'tcp4 closed' 'unix'
	check -H 127.0.0.1,a..b -p "$p0/smtp,$p1,unix:$p2,unix:/x\"\\y" --probes 2 \
		--format prometheus --output x.prom
	promtool check metrics <x.prom >lint 2>&1
	[ ! -s lint ]
}

@test "--format portmon, --report" {
	serve 'tcp4' 'tcp4 closed' 'unix'
	for o in '--format portmon' --report; do
		check -p "$p0,$p1,unix:$p2" $o
		[ "$status" = 2 ] && silent
		same "$out" "- Service on 127.0.0.1:$p0 is normal (Tms)" \
			"! Service on 127.0.0.1:$p1 is down (Tms)" \
			"- Service on localhost:$p2 is normal (Tms)"
	done
	check -p "$p0,$p1" --lag-warning 1: --report
	same "$out" "+ Service on 127.0.0.1:$p0 is lagged (Tms)" \
		"! Service on 127.0.0.1:$p1 is down (Tms)"
	check -p "$p0=closed,$p1=closed" --report='%s%w'
	same "$out" '!down' '-normal'
	[ "$status" = 2 ] && silent
}

@test "--report=FORMAT: every letter" {
	serve 'tcp4 closed'
	check -p "$p0/smtp" --report='%h|%p|%l|%s|%w|%n|%P|%S|%x|%o|%r|%m|%a|%%'
	n=127.0.0.1/tcp/$p0
	same "$out" "127.0.0.1|$p0|0|!|down|$n|tcp|closed|closed|refused|$refused|$n closed ($refused)|127.0.0.1|%"
	check -p "$p0" --report='%t'
	grep -qx '[0-9]\{4\}-[01][0-9]-[0-3][0-9]T[0-9:]\{8\}Z' "$out"
	check -p "$p0" --report='\t%p\n\\%p\x41'
	same "$out" $'\t'"$p0" "\\${p0}A"
	check -p "$p0" --report=
	same "$out" ''
}

@test "--report: with another format" {
	for o in '--report --format json' '--format=json --report=%n' '--report=%n --format json'; do
		check -p 1 $o
		usage '--report: cannot be used with --format json'
	done
	serve 'tcp4'
	check -p "$p0" --report='%p' --format portmon
	[ "$status" = 0 ]
	[ "$(cat "$out")" = "$p0" ]
}

@test "--report: what cannot be one" {
	known='not one of %h, %p, %l, %s, %w, %a, %n, %P, %S, %x, %o, %r, %m, %t, %%'
	check -p 1 --report=%h%Z
	usage "--report: %h%Z: %Z: $known"
	check -p 1 --report='100%'
	usage "--report: 100%: %: $known"
	check -p 1 --report='\x1'
	usage '--report: \\x1: \x needs two hexadecimal digits'
	check -p 1 --report='a\0'
	usage '--report: a\\0: a line ends at \0'
}

@test "--output: the report is there, and standard output is for Nagios" {
	serve 'tcp4' 'tcp4 closed'
	for f in nagios table json csv prometheus html portmon; do
		rm -f ./*
		check -p "$p0,$p1=closed" --format "$f" --output x
		says 0 'OK - 2 of 2 as expected|total=2;'
		only x
		[ "$(stat -c %a x)" = "$(printf '%o' $((0666 & ~$(umask))))" ]
	done
	same x "- Service on 127.0.0.1:$p0 is normal (Tms)" \
		"- Service on 127.0.0.1:$p1 is normal (Tms)"
	check -p "$p0" --format portmon --output -
	same "$out" "- Service on 127.0.0.1:$p0 is normal (Tms)"
	check -p "$p0" --output ''
	usage '--output: is empty'
}

@test "--output: a file is replaced as a whole" {
	echo old >x
	chmod 640 x
	ln x other
	check -p 1=closed --format portmon --output x
	says 0 'OK - 1 of 1 as expected|'
	[ "$(cat x)" = '- Service on 127.0.0.1:1 is normal (0ms)' ]
	[ "$(stat -c %a x)" = 640 ]
	[ "$(cat other)" = old ]
	mkdir d
	ln -s ../x d/link
	check -p 2=closed --format portmon --output d/link
	[ -L d/link ]
	[ "$(cat x)" = '- Service on 127.0.0.1:2 is normal (0ms)' ]
	only d other x
	[ "$(ls -A d)" = link ]
}

@test "--output: what cannot be written leaves all as it was" {
	local no='(OK: 0 of 1 not as expected)'

	check -p 1=closed --output nowhere/x
	is 3 "PORTSET UNKNOWN - cannot write nowhere/x: No such file or directory $no"
	check -p 1=closed --output /
	is 3 "PORTSET UNKNOWN - cannot write /: Is a directory $no"
	mkfifo fifo
	for f in /dev/null /dev/full fifo; do
		check -p 1=closed --output "$f"
		is 3 "PORTSET UNKNOWN - cannot write $f: not a regular file $no"
	done
	ln -s nowhere link
	check -p 1=closed --output link
	is 3 "PORTSET UNKNOWN - cannot write link: a symbolic link that leads nowhere $no"
	echo old >x
	(
		ulimit -f 1
		check -H 127.0.0.0/24 -p 1=closed --format json --output x
		is 3 'PORTSET UNKNOWN - cannot write x: File too large (OK: 0 of 256 not as expected)'
	)
	[ "$(cat x)" = old ]
	only fifo link x
}

@test "--output: no room on the disk" {
	[ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null || skip "may not mount anything"
	mkdir d
	cat >full <<-'END'
		mount -t tmpfs -o size=64k none d || exit 77
		echo old >d/x
		"$@" >"$out"
		echo "$?" "$(cat d/x)" "$(ls -A d)" >>"$out"
	END
	out=$out unshare -m bash full "$plugin" -H 127.0.0.0/22 -p 1=closed --format json \
		--output d/x || [ $? != 77 ] || skip "may not mount anything"
	same "$out" 'PORTSET UNKNOWN - cannot write d/x: No space left on device (OK: 0 of 1024 not as expected)' \
		'3 old x'
}

@test "--output: a signal leaves the old report or the new one, and nothing else" {
	local i n cut=0

	for i in 1 2 3 4 5 6 7 8 9 10; do
		echo old >x
		start -H 127.0.0.0/22 -p 1=any,2=any,3=any,4=any,5=any --format json --output x
		# Half of them when the file that becomes the report is there.
		if ((i % 2)); then
			sleep "0.0$((i * 7))"
		else
			for ((n = 0; n < 2000; n++)); do
				compgen -G '.portstate.*' >/dev/null && break
				kill -0 "$pid" 2>/dev/null || break
			done
		fi
		kill -TERM "$pid" 2>/dev/null || true
		finish
		# The last is from before the program took it.
		[[ $status == 0 || $status == 3 || $status == 143 ]]
		[[ $status == 0 ]] || cut=$((cut + 1))
		only x
		[[ $(cat x) == old || $(tail -n 1 x) == ']}' ]]
	done
	((cut > 0)) || {
		echo "all were done before the signal"
		return 1
	}
}

@test "--probes: so many times, and what came of it" {
	serve 'tcp4'
	check -p "1=closed,$p0" --probes 3 -v
	[ "$(fake_count accept 0)" = 3 ]
	is 0 "PORTSET OK - 2 of 2 as expected|total=2;;;0; failed=0;;0;0;2 open=1;;;0; closed=1;;;0; filtered=0;;;0; unknown=0;;;0; 127.0.0.1/tcp/1=U;;;0.000000; '127.0.0.1/tcp/1_loss'=0.0%;;;0;100 127.0.0.1/tcp/$p0=T;;;0.000000; '127.0.0.1/tcp/${p0}_loss'=0.0%;;;0;100" \
		"$(grep '^Limits: 2 entries, ' "$out")" \
		"127.0.0.1/tcp/1: closed, 3 probes, 0 lost: $refused" \
		"127.0.0.1/tcp/$p0: open, 3 probes, 0 lost, min T ms, avg T ms, max T ms"
	check -p "1=closed,$p0" --probes 3 --format json
	valid
	grep -q '"probes":{"sent":3,"lost":0,"min":0\.[0-9]*,"avg":0\.[0-9]*,"max":0\.[0-9]*},' "$out"
	grep -q '"probes":{"sent":3,"lost":0,"min":null,"avg":null,"max":null},' "$out"
	check -p "$p0" --probes 3 --format table
	same "$out" "$(head -n 1 "$out")" \
		"127.0.0.1/tcp/$p0  open      open T ms    0.0% T ms T ms" \
		'OK: 1 of 1 as expected; 1 open, 0 closed, 0 filtered, 0 unknown'
	check -p "$p0" --probes 3 --format csv
	same "$out" "$csv_header" \
		"127.0.0.1/tcp/$p0,127.0.0.1,127.0.0.1,$p0,tcp,,open,open,true,OK,ok,,T,T,3,0,T,T,T,,,,$"
}

@test "--probes: the worst counts" {
	serve 'tcp4 first 1 (say "220 a\r\n") say "554 b\r\n"' \
		'tcp4 first 1 (say "554 a\r\n") say "220 b\r\n"'
	for p in "$p0" "$p1"; do
		check -p "$p/smtp" --probes 3 -v
		says 2 "CRITICAL - 1 of 1 not as expected: 127.0.0.1/tcp/$p open (unexpected answer: 554 "
		grep -q "^127.0.0.1/tcp/$p: open, expected open, 3 probes, 0 lost, min " "$out"
	done
}

@test "--probes: without an answer, in the time that it takes" {
	serve 'tcp4 full'
	check -p "$p0" --probes 3 --probe-timeout 0.2
	[ "$status" = 2 ]
	has_line="127.0.0.1/tcp/$p0: filtered, expected open, 3 probes, 3 lost: no answer"
	grep -Fqx "$has_line" "$out"
	grep -Fq "'127.0.0.1/tcp/${p0}_loss'=100.0%;;;0;100" "$out"
	((took_ms >= 600))
	within 5000
	check -p "$p0" --probes 3 --probe-timeout 0.2 -v
	grep -qx 'Limits: 1 entry, [0-9]* at a time, 0.2 s each, 1.6 s in all' "$out"
	check -p 1=closed --probes 1000 --probe-timeout 0.2 -v
	grep -q '^127.0.0.1/tcp/1: closed, 1000 probes, 0 lost: ' "$out"
}

@test "--probes: only numbers that there are" {
	for n in 0 1001 -1 x 1.5; do
		check -p 1 --probes "$n"
		[[ $status == 3 && $(head -n 1 "$out") == "PORTSET UNKNOWN - --probes: $n: "* ]]
	done
}

@test "--count-warning, --count-critical" {
	serve 'tcp4' 'tcp4 closed' 'tcp4 closed'
	local w="total=3;;;0; failed=0;;0;0;3 open=1;;;0; closed=2;1;1:;0; filtered=0;;;0; unknown=0;;;0;"

	check -p "$p0,$p1=any,$p2=any" --count-warning closed=1 --count-critical closed=1:
	says 1 "WARNING - 3 of 3 as expected; 2 closed|$w"
	check -p "$p0,$p1=any,$p2=any" --count-critical CLOSED=50%
	says 2 'CRITICAL - 3 of 3 as expected; 2 closed|total=3;;;0; failed=0;;0;0;3 open=1;;;0; closed=2;;;0;'
	check -p "$p0,$p1=any,$p2=any" --count-critical 'closed=70%' \
		--count-critical 'open|filtered=0' --count-critical open_filtered=0 \
		--count-warning open=2: --count-warning unknown=1:
	says 1 'WARNING - 3 of 3 as expected; 0 unknown; 1 open|'
	for v in closed closed= =1 shut=1 closed=x closed=1%%; do
		check -p 1 --count-warning "$v"
		[[ $status == 3 && $(head -n 1 "$out") == "PORTSET UNKNOWN - --count-warning: $v: "* ]]
	done
}

@test "a host that is down is told once, before single entries" {
	serve 'tcp4' 'tcp4 closed' 'tcp4'
	check -H 127.0.0.1,127.0.0.2 -p "$p0,$p1,$p2"
	says 2 "CRITICAL - 4 of 6 not as expected: 127.0.0.2 (all 3 ports: closed, $refused), ...|total=6;;;0; failed=4;;0;0;6 open=2;;;0; closed=4;"
	diff <(sed 1d "$out") <(printf '%s\n' \
		"127.0.0.2 (all 3 ports: closed, $refused)" \
		"127.0.0.1/tcp/$p1: closed, expected open: $refused")
	check -H 127.0.0.1,127.0.0.2 -p "$p0,$p1,$p2" --format json
	valid
	grep -q '"hosts_down":1}' "$out"
	[ "$(grep -c '^{"name":"127.0.0.2/' "$out")" = 3 ]
}

# words SECTION: what the page has in Cm there, a line each
words() {
	sed -n "/^\.Sh $1\$/,/^\.Sh /p" "$page" | awk '
	/^\.(It |Pq )?Cm / {
		sub(/^\.(It |Pq )?Cm /, "")
		for (i = 1; i <= NF; i++) if ($i ~ /^[a-z_]+$/) print $i
	}' | awk '!seen[$0]++'
}

# as_page WHAT PAGE: standard input has the same names, in any order
as_page() {
	diff --label "$1" --label "the page" -U 0 <(sort -u) <(sort -u "$2")
}

# All members, columns, metrics and labels that there are, and no others, of a run
# that has something of each, and of a port table.
@test "portstate-formats(5): names every column, member and metric, and no other" {
	need_yaml
	need_tls
	tls_start good
	serve 'tcp4' 'unix'
	cat >c.yaml <<-END
		hosts:
		  h:
		    address: 127.0.0.1
		    ports:
		      a: $p0
		      b: {unix: $p1}
		      c: {tcp: $tls_port, tls: yes}
		      d: {tcp: 1, handler: [/bin/echo, "OK|x=1"]}
	END
	words PROMETHEUS >named
	check --config c.yaml --probes 2 --format prometheus --output x.prom
	[ "$status" = 0 ]
	"${FAKESERVER%/*}/make_table" t <<<'h/tcp/1 port=1'
	check --table=t --format prometheus --output t.prom
	[ "$status" = 0 ]
	sed -n 's/^# TYPE \([^ ]*\) .*/\1/p' x.prom t.prom |
		as_page metrics <(grep ^portstate_ named)
	grep -o '[{,][a-z]*="' x.prom | tr -d '{,="' |
		as_page labels <(grep -v ^portstate_ named)
	check --config c.yaml --format csv
	diff -u <(words CSV) <(head -n 1 "$out" | tr -d '\r' | tr ',' '\n')
	check --config c.yaml --probes 2 --format json
	valid
	words JSON >named
	cp "$out" run.json
	check --table=t --format json
	valid
	cat run.json "$out" | grep -o '"[a-z_]*":' | tr -d '":' | as_page members named
}
