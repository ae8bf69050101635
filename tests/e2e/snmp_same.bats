#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2030,SC2031,SC2154
#
# portstate-agentx and portstate_snmpd.so say the same, whatever they are asked: of
# tables of many shapes, by GET, GETNEXT and GETBULK.  SAME_SEED is another play.

load common
load snmp

setup() {
	snmp_setup
	RANDOM=${SAME_SEED:-1}
}

teardown() {
	snmp_teardown
}

# entries N: lines for make_table, at random
entries() {
	awk -v n="$1" -v seed="$RANDOM" 'function one(s,  a) {
		return a[int(rand() * split(s, a, " ")) + 1]
	}
	BEGIN {
		srand(seed)
		for (i = 1; i <= n; i++) {
			line = "mx" i "/smtp"
			if (rand() < 0.5)
				line = line "/" int(rand() * 1e9)
			line = line " port=" int(rand() * 65536)
			line = line " " one("udp unix new unsure lagged severe down disabled rtt=4294967295 rtt=0")
			line = line " outcome=" one("ok refused timeout rejected no-reply")
			line = line " expected=" one("open closed filtered any")
			line = line " state=" one("OK WARNING CRITICAL UNKNOWN")
			line = line " " one("address=192.0.2.1 address=2001:db8::1 address=:: portset=x protocol=y")
			line = line " rtt=" int(rand() * 4294967295) " interval=" int(rand() * 1e6)
			line = line " failed=" int(rand() * 4294967295) " warning=" int(rand() * 1e5)
			if (rand() < 0.3)
				line = line " reason=" one("timed Connection \"quoted\" \\0\\1") " out"
			print line
		}
	}'
}

# begin_with SETTING... <LINES: both of them have this table
begin_with() {
	table "$@"
	if [[ -z $snmpd ]]; then
		module_start
		agentx_start --rate 0
		registered
	fi
	both_see() {
		[[ $(get "$base.1.2.1.0") == "$(get "$base2.1.2.1.0" | sed 's/\.7708\./.7707./')" ]]
	}
	eventually both_see
	sleep 0.02
}

# one_base BASE: as they are under one base; what is after that is of others
one_base() {
	sed -n "/7\.0 = /s/\(\.1\.1\.7\.0 = \).*/\1whatever/; s/^${1//./\\.}\./@./p"
}

# same COMMAND...: with @ for the base
same() {
	# shellcheck disable=SC2086
	snmp"$1" -v2c -c public -r 0 -t 5 -On "${@:2:$#-2}" "$agent" \
		${!#//@/"$base"} 2>&1 | one_base "$base" >one
	# shellcheck disable=SC2086
	snmp"$1" -v2c -c public -r 0 -t 5 -On "${@:2:$#-2}" "$agent" \
		${!#//@/"$base2"} 2>&1 | one_base "$base2" >other
	diff one other >differs || {
		echo "differs: $*"
		head -20 differs
		return 1
	}
}

# An OID of ours, and near them.
random_oid() {
	local oid=@ i n=$((RANDOM % 7))
	local -a at=(1 $((RANDOM % 7)) 1 $((RANDOM % 25)) $((RANDOM % 12)) $((RANDOM % 3)))

	if ((RANDOM % 2)); then
		at[1]=$((RANDOM % 2 + 3))
	fi
	for ((i = 0; i < n; i++)); do
		oid+=.${at[i]}
	done
	if ((RANDOM % 10 == 0)); then
		oid+=.4294967295
	fi
	echo "$oid"
}

@test "walks of tables of many shapes, one and many at a time" {
	local n r

	for n in 0 1 2 65; do
		rm -f "$run/table"
		if [[ -n $snmpd ]]; then
			kill -KILL "$snmpd" "$agentx"
			wait "$snmpd" "$agentx" || true
			rm "$run/agentx.log"
			snmpd=
		fi
		begin_with capacity=256 < <(entries "$n")
		same walk @
		cp one walked
		(($(grep -c '\.1\.3\.1\.2\.' one) <= n))
		[ "$(wc -l <one)" -eq $((7 + 9 + 5 + 6 + 34 * $(grep -c '\.1\.3\.1\.2\.' one))) ]
		for r in 2 9 100; do
			same bulkwalk -Cr$r @
			diff walked one
		done
	done
}

@test "tables that are stale, of which nothing is known, and whose writer was killed" {
	begin_with stale=-10 < <(entries 20)
	same walk @
	grep -q '\.1\.2\.6\.0 = INTEGER: 3' one
	lacks '\.1\.3\.1\.3\.[0-9]* = INTEGER: [012]' one
	begin_with stale=180 dies=1 < <(entries 20)
	same walk @
	: >"$run/table"
	begin_with now=-600 dies=1 < <(entries 20)
	same walk @
}

@test "GETs and GETNEXTs of random OIDs, several at once" {
	local i n oids

	begin_with capacity=64 < <(entries 20)
	for ((i = 0; i < 50; i++)); do
		oids=
		for ((n = RANDOM % 4; n >= 0; n--)); do
			oids+=" $(random_oid)"
		done
		if ((i % 2)); then
			same get "$oids"
		else
			same getnext "$oids"
		fi
	done
}

@test "each value that a walk has is got by its OID" {
	begin_with capacity=64 < <(entries 20)
	same walk @
	for b in "$base" "$base2"; do
		sed "s/ = .*//; s/@/$b/" one | xargs -n 20 \
			snmpget -v2c -c public -r 0 -t 5 -On "$agent" |
			one_base "$b" >got
		diff one got
	done
}

@test "GETBULKs with random numbers of both kinds" {
	local i n oids

	begin_with capacity=64 < <(entries 20)
	for ((i = 0; i < 50; i++)); do
		oids=
		for ((n = RANDOM % 5; n >= 0; n--)); do
			oids+=" $(random_oid)"
		done
		same bulkget -Cn$((RANDOM % 5)) -Cr$((RANDOM % 30)) "$oids"
	done
}
