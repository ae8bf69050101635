# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034,SC2154
#
# A real snmpd for end-to-end tests, as nobody, on ports of the loopback in a network
# of the suite's own: to be loaded after common.
#
# snmp_setup		or skips; in a directory of the test; makes another, $run, which is nobody's
# snmp_teardown
# snmpd_start [LINE...]	snmpd, with lines in its snmpd.conf; its process is $snmpd;
#			$trap_sink: where it sends notifications
# snmptrapd_start [FILE]	what it decodes is in $run/traps, with more lines in its
#			configuration; its process is $snmptrapd
# table [SETTING...] <LINES	the port table $run/table, see tests/make_table.c
# module_start [LINE...]	snmpd with the module, under ${base2}; $so is its file
# other_ms		how long snmpd takes for an object of its own
# agentx_start [ARG...]	portstate-agentx; its process is $agentx, its log $run/agentx.log
# registered [N]	waits until it has said so, the Nth time
# as_nobody COMMAND...
# get OID..., walk [R]	values as lines: R repetitions; without, by GETNEXT
# says TEXT		how many lines of the log have it
# there, there2		whether the first row can be read, of the subagent, of the module
# eventually COMMAND...	until it is true, 60 seconds at the most

base=.1.3.6.1.4.1.8072.9999.9999.7707
base2=.1.3.6.1.4.1.8072.9999.9999.7708
sysuptime=.1.3.6.1.2.1.1.3.0
agent=127.0.0.1:16161

snmp_setup() {
	local program

	snmpd=
	snmptrapd=
	agentx=
	run=
	[[ ${OWN_NETWORK:-} == yes ]] || skip "needs a network of its own"
	for program in snmpd snmptrapd snmpget snmpbulkwalk setpriv; do
		command -v "$program" >/dev/null || skip "needs $program"
	done
	BUILDDIR=$(realpath "${BUILDDIR:-${BASH_SOURCE[0]%/*}/../../build}")
	source=$(realpath "${SRCDIR:-${BASH_SOURCE[0]%/*}/../..}")
	[[ -x $BUILDDIR/subagent/portstate-agentx ]] ||
		skip "needs net-snmp: --with-net-snmp"
	cd "$BATS_TEST_TMPDIR" || return 1
	run=$(mktemp -d /tmp/agentx.XXXXXX)
	mkdir "$run/persist" "$run/persist-trap"
	chown -R nobody "$run"
	export MIBS="" SNMP_PERSISTENT_DIR=$run/persist-client
	mkdir "$run/persist-client"
}

snmp_teardown() {
	local pid

	for pid in $agentx $snmpd $snmptrapd; do
		kill -KILL "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	if [[ -n $run ]]; then
		rm -rf "$run"
	fi
}

as_nobody() {
	setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
}

snmpd_start() {
	{
		cat <<-EOT
			agentaddress udp:127.0.0.1:16161
			rocommunity public 127.0.0.1
			master agentx
			agentXSocket ${agentx_socket:-unix:$run/master}
			agentXPerms 0660 0750
			agentXTimeout 5
			agentXRetries 1
			${trap_sink:-trap2sink 127.0.0.1:16162 public}
			maxGetbulkRepeats 0
			maxGetbulkResponses 0
			dontLogTCPWrappersConnects yes
		EOT
		printf '%s\n' "$@"
	} >"$run/snmpd.conf"
	SNMP_PERSISTENT_DIR=$run/persist setpriv --reuid=65534 --regid=65534 \
		--clear-groups snmpd -f -Lf "$run/snmpd.log" -C \
		-c "$run/snmpd.conf" -p "$run/snmpd.pid" \
		-I snmp_mib,sysORTable,system_mib,usmConf,usmStats,usmUser,vacm_conf,vacm_context,vacm_vars,dlmod \
		3>&- 4>&- &
	snmpd=$!
}

module_start() {
	so=$BUILDDIR/subagent/portstate_snmpd.so
	# shellcheck disable=SC2154
	! grep -q __asan_init "$so" || skip "snmpd has no sanitizers"
	snmpd_start "dlmod portstate_snmpd $so" "portstateTable $run/table" \
		"portstateOid $base2" "$@"
	eventually snmpd_answers
}

snmpd_answers() {
	[[ -n $(get "$sysuptime" 2>/dev/null) ]]
}

other_ms() {
	local begin=${EPOCHREALTIME/[.,]/}

	get "$sysuptime" >/dev/null || return 1
	echo $(((${EPOCHREALTIME/[.,]/} - begin) / 1000))
}

there() {
	[[ $(get "$base.1.3.1.2.1" 2>/dev/null) == *mx1/smtp* ]]
}

there2() {
	[[ $(get "$base2.1.3.1.2.1" 2>/dev/null) == *mx1/smtp* ]]
}

snmptrapd_start() {
	cat >"$run/snmptrapd.conf" <<-'EOT'
		snmpTrapdAddr udp:127.0.0.1:16162
		disableAuthorization yes
		doNotRetainNotificationLogs yes
		format2 %V|%v\n
	EOT
	cat "$@" </dev/null >>"$run/snmptrapd.conf"
	MIBDIRS=$source/tests/mibs:$source/subagent:/usr/share/snmp/mibs \
		MIBS=PORTSTATE-MIB:SNMPv2-MIB SNMP_PERSISTENT_DIR=$run/persist-trap \
		setpriv --reuid=65534 --regid=65534 --clear-groups \
		snmptrapd -f -C -c "$run/snmptrapd.conf" -p "$run/snmptrapd.pid" \
		-OQS -Lf "$run/traps" 3>&- 4>&- &
	snmptrapd=$!
	eventually grep -q NET-SNMP "$run/traps"
}

table() {
	"$BUILDDIR/tests/make_table" "$run/table" "$@"
	chmod 644 "$run/table"
}

agentx_start() {
	setpriv --reuid=65534 --regid=65534 --clear-groups \
		"$BUILDDIR/subagent/portstate-agentx" --table "$run/table" \
		--agentx "${agentx_socket:-unix:$run/master}" \
		--state "$run/state" --log "$run/agentx.log" "$@" \
		>>"$run/agentx.out" 2>&1 3>&- 4>&- &
	agentx=$!
}

registered() {
	eventually says_times "${1:-1}" 'registered with snmpd'
}

says() {
	cat "$run/agentx.log" 2>/dev/null | grep -c -- "$1" || true
}

says_times() {
	[[ $(says "$2") -ge $1 ]]
}

get() {
	snmpget -v2c -c public -r 0 -t 5 -On -Oq "$agent" "$@"
}

walk() {
	if [[ $# -eq 0 ]]; then
		snmpwalk -v2c -c public -r 0 -t 5 -On "$agent" "$base"
	else
		snmpbulkwalk -v2c -c public -r 0 -t 5 -Cr"$1" -On "$agent" "$base"
	fi
}

eventually() {
	local until=$((SECONDS + 60))

	until "$@"; do
		if ((SECONDS > until)); then
			echo "never: $*"
			return 1
		fi
		sleep 0.05
	done
}
