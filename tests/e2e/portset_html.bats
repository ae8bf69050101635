#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2030,SC2031,SC2034,SC2154
#
# check_portset --format html, as man/check_portset.1 has it, against fake
# servers.  tests/html/screenshots looks at such pages with a browser.

load common

setup() {
	common_setup check_portset
}

teardown() {
	common_teardown
}

# page STATUS ARG...: a page that is one, with that exit status
page() {
	local want=$1

	shift
	check --format html "$@"
	silent || return 1
	[[ $status == "$want" ]] || {
		echo "exit status: $status, not $want"
		return 1
	}
	sed -n '/<main>/,/<\/main>/p' "$out" |
		sed -E 's/[0-9]+(\.[0-9]+)? ms/T ms/; s/"b[0-9]+"/"bN"/' >body
	is_page
}

# One file for itself, of ASCII, that nothing can be made to run in.
is_page() {
	[[ $(head -n 1 "$out") == '<!DOCTYPE html>' ]] || return 1
	[[ $(tail -n 1 "$out") == '</html>' ]] || return 1
	lacks '[^ -~]' "$out" || return 1
	lacks '<script' "$out" || return 1
	lacks '<\(a\|img\|link\|iframe\|object\|form\|svg\)\b' "$out" || return 1
	lacks '<[^>]* \(src\|href\|style\|on[a-z]*\)=' "$out" || return 1
	lacks '://' "$out" || return 1
	lacks 'url(\|@import' "$out" || return 1
	grep -q "content=\"default-src 'none'; style-src 'unsafe-inline';" "$out"
}

# tidy(1) has neither an error nor a warning
is_tidy() {
	command -v tidy >/dev/null || skip "needs tidy"
	tidy -q -e "$out" >tidied 2>&1
	[[ ! -s tidied ]] || {
		cat tidied
		return 1
	}
}

# has LINE...: lines of the page, with T in place of times
has() {
	local line

	for line in "$@"; do
		grep -Fqx -e "$line" body || {
			printf 'no line: %s\nin:\n' "$line"
			cat body
			return 1
		}
	done
}

@test "html: hosts and ports as a table, in full" {
	serve 'tcp4' 'tcp4 closed'
	page 0 -H 127.0.0.1 -p "$p0,1=closed"
	diff -U 99 --label expected --label output - body <<-END
		<main>
		<section aria-label="Counts">
		<ul class="counts" role="list">
		<li><strong>2 of 2</strong> as expected</li>
		<li><strong>1</strong> open</li>
		<li><strong>1</strong> closed</li>
		<li><strong>0</strong> filtered</li>
		</ul>
		</section>
		<section aria-labelledby="wrong">
		<h2 id="wrong">What is wrong</h2>
		<p>Nothing: all is as it should be.</p>
		</section>
		<section aria-labelledby="ports">
		<h2 id="ports">Hosts and ports</h2>
		<div class="scroll" role="region" tabindex="0" aria-label="Table of hosts and ports">
		<table>
		<caption><span>A row for each host, a column for each port</span></caption>
		<thead>
		<tr>
		<th scope="col">Host</th>
		<th scope="col">tcp/1</th>
		<th scope="col">tcp/$p0</th>
		</tr>
		</thead>
		<tbody>
		<tr>
		<th scope="row">127.0.0.1</th>
		<td class="ok" title="Connection refused"><b>&#10003; closed</b></td>
		<td class="ok"><div class="bN"><b>&#10003; open</b> <span class="time">T ms</span></div></td>
		</tr>
		</tbody>
		</table>
		</div>
		<ul class="key" role="list" aria-label="Key">
		<li>&#10003; as expected</li>
		<li>&#10007; not as expected</li>
		<li>! as expected, but not good</li>
		<li>? not probed, or worth UNKNOWN</li>
		<li>Bars are logarithmic: a quarter is T ms, half 10 ms, three quarters 100 ms, all of it 1 s or more</li>
		</ul>
		</section>
		</main>
	END
	is_tidy
}

@test "html: the state, the words of the first line, when and from where" {
	page 2 -H 127.0.0.1 -p 1
	words='1 of 1 not as expected: 127.0.0.1/tcp/1 closed (Connection refused)'
	grep -Fqx "<title>PORTSET CRITICAL - $words</title>" "$out"
	grep -Fqx '<header class="bad">' "$out"
	grep -Fqx '<h1>Port states: <span class="verdict">CRITICAL</span></h1>' "$out"
	grep -Fqx "<p class=\"lead\">$words</p>" "$out"
	asked=$(grep -o 'datetime="[^"]*"' "$out")
	asked=$(date -u -d "${asked:10:20}" +%s)
	((asked <= $(date +%s) && asked > $(date +%s) - 60))
	grep -Fq " UTC</time> from $(uname -n)</p>" "$out"
	lacks '^<p>Limits: ' "$out"
	page 2 -H 127.0.0.1 -p 1 -v
	grep -q '^<p>Limits: 1 entry, ' "$out"
}

@test "html: what is wrong is listed, with what the peer said, escaped" {
	serve 'tcp4 say "554 \"><script>alert(1)</script> & '"'"']]>-->\x01\xe2\x80\xae\xff\x00</td>\r\n"'
	page 2 -H 127.0.0.1 -p "$p0/smtp"
	said='554 \&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#39;]]&gt;--&gt;\x01\xe2\x80\xae\xff\x00&lt;/td&gt;'
	has "<h3>Not as expected</h3>" \
		"<li class=\"bad\"><p><b>&#10007; 127.0.0.1/tcp/$p0</b> open, mismatch, T ms</p>" \
		"<p class=\"reason\">unexpected answer: $said</p></li>" \
		"<th scope=\"col\">tcp/$p0 <small>smtp</small></th>" \
		"<td class=\"bad\" title=\"unexpected answer: $said\"><div class=\"bN\"><b>&#10007; open</b> <span class=\"time\">T ms</span></div> <small>mismatch</small></td>"
	is_tidy
}

@test "html: names of hosts are escaped" {
	page 2 -H '"><script>alert(1)<,x&lt;y,'"'a=b" -p 1 -t 20
	has '<th scope="row">\&quot;&gt;&lt;script&gt;alert(1)&lt;</th>' \
		'<th scope="row">x&amp;lt;y</th>' \
		'<th scope="row">&#39;a=b</th>'
	is_tidy
}

@test "html: a host of which nothing is as expected is listed once" {
	page 2 -H 127.0.0.1,127.0.0.2 -p 1-3=open
	has '<li><strong>0 of 6</strong> as expected</li>' \
		'<li class="bad"><strong>2</strong> hosts with nothing as expected</li>' \
		'<li class="bad"><p><b>&#10007; 127.0.0.1</b> none of 3 ports</p>' \
		'<p class="reason">tcp/1 closed: Connection refused</p></li>' \
		'<th scope="row">127.0.0.2 <small>nothing as expected</small></th>'
	[ "$(grep -c '^<li class="bad"><p>' body)" = 2 ]
	[ "$(grep -c '^<td class="bad" title="Connection refused">' body)" = 6 ]
}

@test "html: Unix sockets have a table of their own" {
	serve 'unix' 'tcp4'
	page 2 -H 127.0.0.1 -p "unix:$p0,unix:/run/no-such-socket<,$p1"
	has '<h2 id="sockets">Unix sockets</h2>' \
		"<th scope=\"row\">$p0</th>" \
		'<th scope="row">/run/no-such-socket&lt;</th>' \
		'<td class="bad"><b>&#10007; unknown</b> <small>expected open</small></td>' \
		'<td class="text">No such file or directory</td>'
	[ "$(grep -c '^<th scope="col">' body)" = 5 ]
	is_tidy
}

@test "html: only Unix sockets" {
	serve 'unix'
	page 0 -p "unix:$p0"
	lacks 'Hosts and ports' body
	[ "$(grep -c '<table>' body)" = 1 ]
	is_tidy
}

@test "html: a port of UDP that is silent is open or filtered" {
	serve 'udp4 silent'
	page 2 -H 127.0.0.1 -p "udp:$p0" --probe-timeout 0.3
	has '<li><strong>1</strong> open or filtered</li>' \
		"<th scope=\"col\">udp/$p0</th>" \
		'<td class="bad" title="no reply"><b>&#10007; open or filtered</b> <small>expected open</small></td>'
}

@test "html: more ports than ten of few hosts are rows" {
	page 0 -H 127.0.0.1,127.0.0.2 -p 1-11=closed
	has '<caption><span>A row for each port, a column for each host</span></caption>' \
		'<th scope="col">Port</th>' '<th scope="col">127.0.0.2</th>' \
		'<th scope="row">tcp/11</th>'
	[ "$(grep -c '^<td class="ok" ' body)" = 22 ]
}

@test "html: of more than sixty ports only those of interest" {
	own_network
	serve 'tcp4'
	page 2 -H 127.0.0.1 -p "61001-63000=closed,61007=open,$p0"
	has '<p>1,999 more ports are left out here: 1,999 closed, all as expected.</p>' \
		'<th scope="row">tcp/61007</th>' "<th scope=\"row\">tcp/$p0</th>"
	[ "$(grep -c '^<td class=' body)" = 2 ]
	(($(wc -c <"$out") < 16384))
}

@test "html: every entry is there" {
	own_network
	page 0 -H 127.0.0.0/21 -p 61001-61005=closed --max-hosts 3000
	[ "$(grep -c '^<td class="ok" ' body)" = 10240 ]
	[ "$(grep -c '^<th scope="row">127.0.[0-7].[0-9]*</th>$' body)" = 2048 ]
	is_tidy
}

@test "html: names of ports, the service or the number" {
	page 0 -H 127.0.0.1 -p "tcpmux=closed,2=closed"
	has '<th scope="col">tcpmux</th>' '<th scope="col">tcp/2</th>'
}

@test "html: an interrupted run" {
	serve 'tcp4 silent'
	start --format html -H 127.0.0.1 -p "$p0/smtp" --probe-timeout 30 -t 30
	fake_wait_log 'accept 0'
	kill -TERM "$pid"
	finish
	[ "$status" = 3 ]
	is_page
	grep -Fqx '<h1>Port states: <span class="verdict">UNKNOWN</span></h1>' "$out"
	grep -q '^<td class="unk"' "$out"
}
