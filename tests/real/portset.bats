#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154
#
# What check_portset writes, as the programs it is for read it.

load ../e2e/common
load ../e2e/tls

setup() {
	common_setup check_portset
}

teardown() {
	tls_stop
	common_teardown
}

need_promtool() {
	command -v promtool >/dev/null || skip "promtool is missing"
}

# One that is collected beside it must be clean, too: promtool has no word on
# lines that occur twice, but the parser it reads with has.
clean() {
	promtool check metrics <"$1" >lint 2>&1 && [[ ! -s lint ]] || {
		cat lint "$1"
		return 1
	}
	[[ -z $(grep -v '^#' "$1" | sed 's/ [^ ]*$//' | sort | uniq -d) ]]
}

@test "promtool: --format prometheus is clean" {
	need_promtool
	serve 'tcp4' 'tcp4 closed' 'tcp4 say "554 \"|\xff\r\n"' 'udp4 silent' \
		'unix@/tmp/portstate "\x01" socket' || serve 'tcp4' 'tcp4 closed' \
		'tcp4 say "554 \"|\xff\r\n"' 'udp4 silent' 'unix'
	check -H 127.0.0.1,127.0.0.2,a..b \
		-p "$p0,$p1=closed,$p2/smtp,udp:$p3=any,unix:$p4,unix:/x\"\\y" \
		--probe-timeout 0.3 --format prometheus
	[[ $status == 2 ]]
	clean "$out"
	check -H 127.0.0.1 -p "$p0" --probes 3 --format prometheus --output x.prom
	[[ $status == 0 ]]
	clean x.prom
}

@test "promtool: two files of two runs have no line in common" {
	need_promtool
	serve 'tcp4' 'tcp4'
	check -p "$p0" --format prometheus --output a.prom
	check -p "$p1" --format prometheus --output b.prom
	# The heads of families are in each.
	cat a.prom b.prom | grep -v '^#' >both.prom
	[[ -z $(sed 's/ [^ ]*$//' both.prom | sort | uniq -d) ]]
}

@test "promtool: certificates" {
	need_promtool
	command -v openssl >/dev/null || skip "needs openssl"
	tls_authority "$BATS_TEST_TMPDIR/tls" || skip "needs openssl"
	tls_certificate good -1days '+30 days +1 hour'
	tls_dir=$BATS_TEST_TMPDIR/tls
	tls_start good
	check -p "$tls_port/imaps" --probe-timeout 10 --format prometheus
	! grep -q 'this build has no TLS' "$out" || skip "no TLS in this build"
	clean "$out"
	grep -q '^portstate_port_cert_expiry_timestamp_seconds{.*} [0-9]\{10\}$' "$out"
}

@test "python3: --format csv is read back" {
	command -v python3 >/dev/null || skip "python3 is missing"
	serve 'tcp4 say "=1+1,\"x\"|\xff\r\n"'
	check -H 127.0.0.1,127.0.0.2 -p "$p0/smtp" -p 'unix:/x"y' --format csv
	python3 - "$out" <<-'END'
		import csv, sys
		rows = list(csv.DictReader(open(sys.argv[1], newline=""), strict=True))
		assert len(rows) == 3, rows
		assert all(None not in r and None not in r.values() for r in rows)
		assert rows[0]["state"] == "open" and rows[0]["ok"] == "false"
		assert rows[0]["note"].startswith("'=1+1,")
		assert rows[2]["name"] == '/x\\"y'
	END
}
