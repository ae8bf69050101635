#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2030,SC2031,SC2154
#
# What managers are told, as snmptrapd decodes it by PORTSTATE-MIB.

load common
load snmp

setup() {
	snmp_setup
	[ -d "$source/tests/mibs" ] || skip "needs the MIB"
}

teardown() {
	snmp_teardown
}

looked() {
	eventually grep -q '^table [1-9]' "$run/state"
}

# told KIND N: the Nth notification of that kind, an object in a line
told() {
	many_told() {
		[[ $(grep -c "PORTSTATE-MIB::$1\b\|= $1\b" "$run/traps") -ge $2 ]]
	}
	eventually many_told "$1" "$2"
	grep "PORTSTATE-MIB::$1\b\|= $1\b" "$run/traps" | sed -n "$2p" | tr '|\t' '\n\n' |
		sed 's/^ *//; s/ *$//; s/^.*:://' | grep '^ps.* ='
}

# four_kinds ARG...: one of each, with all of its objects
four_kinds() {
	table ring=16384 <<-'EOT'
		mx1/smtp port=25 host=192.0.2.1
		web/https port=443 udp
		db port=5432
	EOT
	agentx_start --min-interval 0 "$@"
	registered
	looked
	table <<<'mx1/smtp port=25 host=192.0.2.1 outcome=timeout down event=1 reason=Timed out'
	diff <(told psStateChange 1) - <<-'EOT'
		psCheckName.1 = mx1/smtp
		psCheckStatus.1 = critical
		psCheckState.1 = filtered
		psCheckReason.1 = timeout
		psCheckHost.1 = 192.0.2.1
		psCheckTransport.1 = tcp
		psCheckPort.1 = 25
		psCheckMessage.1 = Timed out
		psNotifyPrevState.0 = open
	EOT
	table <<<'mx1/smtp port=25 host=192.0.2.1 event=2 reason='
	diff <(told psStateChange 2) - <<-'EOT'
		psCheckName.1 = mx1/smtp
		psCheckStatus.1 = ok
		psCheckState.1 = open
		psCheckReason.1 = ok
		psCheckHost.1 = 192.0.2.1
		psCheckTransport.1 = tcp
		psCheckPort.1 = 25
		psCheckMessage.1 =
		psNotifyPrevState.0 = filtered
	EOT
	table <<<'web/https port=443 udp lagged rtt=250000 event=3'
	diff <(told psLagged 1) - <<-'EOT'
		psCheckName.2 = web/https
		psCheckStatus.2 = ok
		psCheckHost.2 = web
		psCheckTransport.2 = udp
		psCheckPort.2 = 443
		psCheckLagLimit.2 = 0 milliseconds
		psCheckLagged.2 = true
		psStatsRtt.2 = 250000 microseconds
	EOT
	table <<<'web/https port=443 udp rtt=1000 event=4'
	told psLagged 2 >lagged
	grep -q '^psCheckLagged.2 = false$' lagged
	grep -q '^psStatsRtt.2 = 1000 ' lagged
	table <<<'db port=5432 outcome=refused severe failed=12 event=5'
	diff <(told psSevere 1) - <<-'EOT'
		psCheckName.3 = db
		psCheckStatus.3 = critical
		psCheckState.3 = closed
		psCheckHost.3 = db
		psCheckTransport.3 = tcp
		psCheckPort.3 = 5432
		psCheckSevere.3 = true
		psStatsConsecutive.3 = 12 rounds
	EOT
	table <<<'db port=5432 event=6'
	told psSevere 2 >severe
	grep -q '^psCheckSevere.3 = false$' severe
	grep -q '^psCheckStatus.3 = ok$' severe
	# More at once than the burst: they are given up.
	for i in 1 2 3 4 5 6 7 8 9; do
		echo "many/$i port=1 outcome=refused down event=1"
	done | table
	told psStorm 1 >storm
	diff <(sed 's/ = .*//' storm) - <<-'EOT'
		psSumEntries.0
		psSumWarning.0
		psSumCritical.0
		psSumUnknown.0
		psNotifySuppressed.0
	EOT
	grep -q '^psNotifySuppressed.0 = [1-9]' storm
}

@test "all kinds by version 2c, with all of their objects" {
	snmptrapd_start
	snmpd_start
	four_kinds --rate 2 --burst 2 --patience 0
}

@test "all kinds by version 3, with all of their objects" {
	printf 'createUser -e 0x8000000001020304 traps SHA "authpassword" AES "privpassword"\nauthUser log traps\n' \
		>"$run/traps.conf"
	snmptrapd_start "$run/traps.conf"
	trap_sink='trapsess -v 3 -e 0x8000000001020304 -l authPriv -u traps -a SHA -A authpassword -x AES -X privpassword 127.0.0.1:16162'
	snmpd_start
	four_kinds --rate 2 --burst 2 --patience 0
}

# What a manager takes for down, by what it was told last of each.
believed_down() {
	tr '|\t' '  ' <"$run/traps" | awk '/psStateChange/ {
		match($0, /psCheckName\.[0-9]+ = [^ ]+/)
		split(substr($0, RSTART, RLENGTH), name, " ")
		down[name[3]] = $0 !~ /psCheckStatus\.[0-9]+ = ok/
	}
	END {
		for (n in down)
			if (down[n])
				print n
	}' | sort
}

@test "an all-clear follows each alarm: slowly, in storms, whoever is killed" {
	local i round

	snmptrapd_start
	snmpd_start
	table ring=16384 capacity=64 </dev/null
	agentx_start --rate 20 --burst 5 --patience 1 --min-interval 0
	registered
	looked
	for ((round = 0; round < 6; round++)); do
		for ((i = 1; i <= 20; i++)); do
			echo "h$i port=1 outcome=refused down event=1"
		done | table ring=16384 capacity=64
		sleep "0.$((round * 2))"
		case $((round % 3)) in
		0)
			kill -KILL "$agentx"
			wait "$agentx" || true
			;;
		1)
			kill -KILL "$snmpd"
			wait "$snmpd" || true
			;;
		esac
		for ((i = 1; i <= 20; i += 1 + round % 2)); do
			echo "h$i port=1 event=2"
		done | table ring=16384 capacity=64
		case $((round % 3)) in
		0) agentx_start --rate 20 --burst 5 --patience 1 --min-interval 0 ;;
		1) snmpd_start ;;
		esac
		sleep 0.3
	done
	for ((i = 1; i <= 20; i++)); do
		echo "h$i port=1 event=2"
	done | table ring=16384 capacity=64
	all_clear() {
		[[ -z $(believed_down) ]]
	}
	all_counted() {
		local events

		events=$("$BUILDDIR/tests/read_table" "$run/table" | grep -c '^event')
		[[ $events -eq $(get "$base.1.5.5.0" "$base.1.5.6.0" 2>/dev/null |
			awk '{ n += $2 } END { print n }') ]]
	}
	eventually all_counted || {
		get "$base.1.5.5.0" "$base.1.5.6.0"
		cat "$run/state" "$run/agentx.log"
		"$BUILDDIR/tests/read_table" "$run/table" | grep -c '^event'
		false
	}
	grep -q psStateChange "$run/traps"
	eventually all_clear
}
