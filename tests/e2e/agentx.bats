#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2030,SC2031,SC2154
#
# portstate-agentx and portstate_snmpd.so with a real snmpd.

load common
load snmp

setup() {
	snmp_setup
}

teardown() {
	snmp_teardown
}

# Three ports, each in another state.
some_table() {
	table "$@" <<-'EOT'
		mx1/smtp port=25 address=192.0.2.1 portset=mail
		mx2/imap port=143 outcome=refused down failed=3
		www/https port=443 lagged address=2001:db8::1
	EOT
}

# begin [ARG...]: all three of them are there
begin() {
	snmpd_start
	agentx_start "$@"
	registered
}

name_of() {
	get "$base.1.3.1.2.$1"
}

needs_yaml() {
	if "$BUILDDIR/plugins/check_portset" --config /dev/null |
		grep -q 'this build has no YAML'; then
		skip "needs libyaml"
	fi
}

@test "a walk has every object, whatever it is made of" {
	some_table
	begin
	walk >next
	# 7 of the agent, 9 of the summary and 5 states, 3 entries of 22 and 12
	# columns, 6 of notifications
	[ "$(wc -l <next)" -eq $((7 + 9 + 5 + 3 * (22 + 12) + 6)) ]
	for r in 1 7 50; do
		diff next <(walk "$r")
	done
	grep -q '\.1\.3\.1\.2\.2 = STRING: "mx2/imap"' next
	grep -q '\.1\.2\.4\.0 = Gauge32: 1' next
	while read -r oid rest; do
		snmpget -v2c -c public -On "$agent" "$oid"
	done <next >each
	diff next each
	snmpgetnext -v2c -c public -On "$agent" "$base.1.5.6.0" >after
	lacks "^$base" after
}

@test "what is not there is said, and nothing can be set" {
	some_table
	snmpd_start 'rwcommunity private 127.0.0.1'
	agentx_start
	registered
	[[ $(name_of 77) == *'No Such Instance'* ]]
	[[ $(get "$base.1.3.1.99.1") == *'No Such Object'* ]]
	run snmpset -v2c -c private -r 0 "$agent" "$base.1.3.1.2.1" s x
	[[ $status != 0 && $output == *'notWritable'* ]]
	there
}

@test "by version 3 with authentication and privacy" {
	some_table
	snmpd_start 'createUser portstate SHA-256 "authpassword" AES "privpassword"' \
		"rouser portstate authpriv $base"
	agentx_start
	registered
	snmpbulkwalk -v3 -u portstate -l authPriv -a SHA-256 -A authpassword -x AES \
		-X privpassword -On "$agent" "$base" >v3
	diff <(walk) <(grep -v 'No more variables left' v3)
}

@test "over TCP" {
	agentx_socket=tcp:127.0.0.1:17705
	some_table
	begin
	there
	kill -KILL "$snmpd"
	eventually says_times 1 'has gone'
	snmpd_start
	registered 2
	there
}

@test "the module of snmpd says the same, byte for byte" {
	! grep -q __asan_init "$BUILDDIR/subagent/portstate_snmpd.so" ||
		skip "snmpd has no sanitizers"
	some_table
	snmpd_start \
		"dlmod portstate_snmpd $BUILDDIR/subagent/portstate_snmpd.so" \
		"portstateTable $run/table" "portstateOid ${base%7707}7708"
	agentx_start --rate 0
	registered
	walk >agentx
	base=${base%7707}7708 walk | sed 's/\.7708\./.7707./' >next
	base=${base%7707}7708 walk 25 | sed 's/\.7708\./.7707./' >bulk
	[ "$(wc -l <agentx)" -eq 129 ]
	diff agentx next
	diff agentx bulk
	kill -HUP "$snmpd"
	base=${base%7707}7708 eventually there
	base=${base%7707}7708 walk 25 | sed 's/\.7708\./.7707./' | diff agentx -
	# Nor does what is no table harm it.
	head -c 6000 /dev/urandom >"$run/table"
	base=${base%7707}7708 walk 25 >damaged
	lacks '7708\.1\.[34]\.1' damaged
	: >"$run/table"
	base=${base%7707}7708 walk 25 | grep -q '7708\.1\.2\.6\.0'
	snmpd_answers
}

@test "it waits for snmpd, and says so once" {
	some_table
	agentx_start
	eventually says_times 1 'waiting for snmpd at'
	sleep 0.6
	[ "$(says 'waiting for snmpd')" -eq 1 ]
	snmpd_start
	eventually there
	[ "$(says 'registered with snmpd at .* after')" -eq 1 ]
	[ "$(wc -l <"$run/agentx.log")" -eq 3 ]
}

@test "it is back when snmpd is, with a line for each" {
	local begin i

	some_table
	begin
	for i in 1 2 3; do
		kill -KILL "$snmpd"
		wait "$snmpd" || true
		eventually says_times "$i" 'has gone'
		snmpd_start
		eventually snmpd_answers
		begin=${EPOCHREALTIME/[.,]/}
		eventually there
		echo "# back $(((${EPOCHREALTIME/[.,]/} - begin) / 1000)) ms after snmpd" >&3
	done
	[ "$(says 'has gone')" -eq 3 ]
	registered 4
	[ "$(says 'registered with snmpd')" -eq 4 ]
	# It is the same process.
	kill -TERM "$agentx"
	wait "$agentx"
}

@test "snmpd may be stopped" {
	some_table
	begin
	kill -STOP "$snmpd"
	sleep 1.5
	kill -CONT "$snmpd"
	eventually there
	[ "$(says 'has gone')" -eq 0 ]
	# So may it be when a session begins.
	kill -STOP "$snmpd"
	kill -KILL "$agentx"
	wait "$agentx" || true
	rm "$run/agentx.log"
	agentx_start
	sleep 1.5
	kill -CONT "$snmpd"
	eventually there
	[ "$(says 'waiting for snmpd')" -le 1 ]
	# One that is stopped for good keeps nobody from ending.
	kill -STOP "$snmpd"
	kill -TERM "$agentx"
	wait "$agentx"
}

@test "killed or stopped, it keeps nothing from snmpd" {
	local i ms most=0

	some_table
	begin
	for i in 1 2 3; do
		kill -KILL "$agentx"
		wait "$agentx" || true
		agentx_start
		eventually there
	done
	kill -STOP "$agentx"
	get "$base.1.3.1.2.1" >late 2>&1 &
	for ((i = 0; i < 20; i++)); do
		ms=$(other_ms)
		((ms <= most)) || most=$ms
		sleep 0.02
	done
	echo "# snmpd took $most ms at the most with the subagent stopped" >&3
	((most < 5000))
	kill -CONT "$agentx"
	wait $! || true
	eventually there
}

@test "another subagent's OID is waited for" {
	some_table
	begin
	first=$agentx
	agentx_start --state "$run/state2" --pidfile "$run/second.pid"
	eventually says_times 1 'not registered: another subagent has this OID'
	sleep 0.6
	[ "$(says 'not registered')" -eq 1 ]
	kill -TERM "$first"
	wait "$first"
	registered 2
	there
	kill -TERM "$agentx"
	wait "$agentx"
	[ ! -e "$run/second.pid" ]
}

@test "2,000 descriptors that are open at the start are closed" {
	some_table
	snmpd_start
	# shellcheck disable=SC2016
	(
		ulimit -n 4096
		for ((i = 0; i < 2000; i++)); do
			exec {fd}</dev/null
		done
		exec setpriv --reuid=65534 --regid=65534 --clear-groups \
			"$BUILDDIR/subagent/portstate-agentx" --table "$run/table" \
			-x "unix:$run/master" --state "$run/state" -l "$run/agentx.log"
	) >/dev/null 2>&1 &
	agentx=$!
	registered
	there
	(($(find /proc/"$agentx"/fd -type l | wc -l) < 20))
}

@test "the table may be absent, replaced, stale, damaged" {
	begin
	[[ $(get "$base.1.2.6.0") == *3 ]]
	walk >absent
	lacks "^$base.1.3.1" absent
	# Who has it open still learns that when it is stale.
	some_table stale=1
	eventually there
	rm "$run/table"
	table <<<'mx1/smtp port=587'
	port_changed() { [[ $(get "$base.1.3.1.8.1") == *587 ]]; }
	eventually port_changed
	: >"$run/table"
	rm "$run/table"
	some_table now=-600 dies=1
	is_stale() { [[ $(get "$base.1.3.1.3.3") == *' 3' ]]; }
	eventually is_stale
	there
	head -c 6000 /dev/urandom >"$run/table"
	gone() { [[ $(name_of 1) == *'No Such Instance'* ]]; }
	eventually gone
	: >"$run/table"
	gone
	[ "$(says 'has gone')" -eq 0 ]
}

@test "options that cannot be used" {
	run_it() {
		status=0
		"$BUILDDIR/subagent/portstate-agentx" "$@" >out 2>err || status=$?
	}
	run_it --agentx udp:1
	[ "$status" -eq 2 ]
	grep -q 'neither unix:PATH nor tcp:ADDRESS:PORT' err
	run_it --oid 1.x
	[ "$status" -eq 2 ]
	run_it --rate -1
	[ "$status" -eq 2 ]
	run_it more
	[ "$status" -eq 2 ]
	run_it --user no-such-user
	[ "$status" -eq 1 ]
	run_it -V
	[ "$status" -eq 0 ]
	grep -q '^portstate-agentx v.* (portstate)$' out
}

@test "a configuration says where the table and snmpd are, and options count more" {
	needs_yaml
	some_table
	cat >"$run/c.yaml" <<-EOT
		hosts: {h: {ports: {p: 1}}}
		daemon: {table: table}
		snmp:
		  agentx: unix:$run/nosuch/master
		  oid: $base.1
		  state: configured.state
		  rate: 3
	EOT
	snmpd_start
	eventually snmpd_answers
	# By as_nobody it would be a shell that is killed at the end.
	setpriv --reuid=65534 --regid=65534 --clear-groups \
		"$BUILDDIR/subagent/portstate-agentx" -c "$run/c.yaml" \
		-x "unix:$run/master" --oid "$base" -l "$run/agentx.log" \
		2>"$run/agentx.out" 3>&- 4>&- &
	agentx=$!
	registered
	there
	# psNotifyMaxRate, of the configuration.
	[[ $(get "$base.1.5.3.0") == *' 3' ]]
	[[ -e $run/configured.state ]]
	# It was read: who edits it now does no harm.
	echo 'hosts: [' >"$run/c.yaml"
	kill -KILL "$snmpd"
	wait "$snmpd" || true
	snmpd_start
	registered 2
	there
}

@test "a configuration with errors" {
	needs_yaml
	printf '%s\n' 'snmp:' '  agentx: master' '  oid: 1.x' '  rate: many' \
		>"$run/c.yaml"
	run "$BUILDDIR/subagent/portstate-agentx" -c "$run/c.yaml"
	[[ $status == 1 ]]
	[[ $output == *"c.yaml:2: agentx: "* ]]
	[[ $output == *"c.yaml:3: oid: "* ]]
	[[ $output == *"c.yaml:4: rate: many: not a whole number"* ]]
	[[ ${#lines[@]} == 3 ]]
	run "$BUILDDIR/subagent/portstate-agentx" -c "$run/nosuch.yaml"
	[[ $status == 1 ]]
	[[ $output == *"nosuch.yaml: No such file"* ]]
}

@test "in the background" {
	some_table
	snmpd_start
	eventually test -S "$run/master"
	"$BUILDDIR/subagent/portstate-agentx" -d --pidfile "$run/pid" \
		--table "$run/table" -x "unix:$run/master" \
		--state "$run/state" -l "$run/agentx.log" 3>&- 4>&-
	agentx=$(cat "$run/pid")
	eventually there
	kill -KILL "$snmpd"
	wait "$snmpd" || true
	snmpd_start
	eventually says_times 1 'registered .* after'
	[ "$(cat "$run/pid")" -eq "$agentx" ]
	kill -TERM "$agentx"
	eventually test ! -e "$run/pid"
	agentx=
}

# sent N: so many notifications of events, as the MIB says
sent() {
	[[ $(get "$base.1.5.5.0") == *" $1" ]]
}

# Until it has looked at the table, and begins with what happens next.
looked() {
	eventually grep -q '^table [1-9]' "$run/state"
}

@test "what happens is notified, with names by the MIB" {
	[ -d "$source/tests/mibs" ] || skip "needs the MIB"
	some_table
	snmptrapd_start
	begin --min-interval 0
	looked
	table <<-'EOT'
		mx1/smtp port=25 address=192.0.2.1 portset=mail outcome=timeout down event=1 reason=Timed out
	EOT
	eventually sent 1
	table <<<'www/https port=443 lagged rtt=250000 event=3'
	table <<<'mx2/imap port=143 outcome=refused severe event=5 failed=12'
	eventually sent 3
	eventually grep -q psSevere "$run/traps"
	cat "$run/traps"
	grep -q 'psStateChange.*psCheckName.1 = mx1/smtp.*psCheckState.1 = filtered.*psNotifyPrevState.0 = open' "$run/traps"
	grep -q 'psCheckReason.1 = timeout' "$run/traps"
	grep -q 'psLagged.*psCheckLagged.3 = true' "$run/traps"
	grep -q 'psSevere.*psCheckSevere.2 = true' "$run/traps"
	# An all-clear while it is not there, whether it could write that down or not.
	kill -KILL "$agentx"
	wait "$agentx" || true
	table <<<'mx1/smtp port=25 address=192.0.2.1 portset=mail event=2'
	agentx_start --min-interval 0
	clear() {
		grep -q 'psStateChange.*psCheckName.1 = mx1/smtp.*psCheckState.1 = open.*psNotifyPrevState.0 = filtered' \
			"$run/traps"
	}
	eventually clear
}

@test "notifications by version 3" {
	[ -d "$source/tests/mibs" ] || skip "needs the MIB"
	some_table
	printf 'createUser -e 0x8000000001020304 traps SHA "authpassword" AES "privpassword"\nauthUser log traps\n' \
		>"$run/traps.conf"
	snmptrapd_start "$run/traps.conf"
	trap_sink='trapsess -v 3 -e 0x8000000001020304 -l authPriv -u traps -a SHA -A authpassword -x AES -X privpassword 127.0.0.1:16162'
	snmpd_start
	agentx_start
	registered
	looked
	table <<<'mx1/smtp port=25 outcome=refused down event=1'
	eventually grep -q 'psStateChange.*mx1/smtp' "$run/traps"
	eventually sent 1
}

# all_down N: as many entries go down at once
all_down() {
	seq "$1" | awk '{
		print "host" $1 "/tcp/25 port=25 outcome=timeout down event=1"
	}' | "$BUILDDIR/tests/make_table" "$run/table" capacity=16384 ring=16384
}

# accounted N: sent and suppressed are as many
accounted() {
	local both

	both=$(get "$base.1.5.5.0" "$base.1.5.6.0" | awk '{ n += $2 } END { print n }')
	[[ $both -eq $1 ]]
}

# storm N ARG...: N events at once, and how long snmpd takes for others meanwhile
storm() {
	local n=$1 ms most=0 i

	shift
	"$BUILDDIR/tests/make_table" "$run/table" capacity=16384 ring=16384 </dev/null
	chmod 644 "$run/table"
	snmptrapd_start
	snmpd_start
	agentx_start --min-interval 0 "$@"
	registered
	looked
	all_down "$n"
	for ((i = 0; i < 300; i++)); do
		ms=$(other_ms)
		((ms <= most)) || most=$ms
		! accounted "$n" || break
	done
	accounted "$n"
	echo "# $n events: $(get "$base.1.5.5.0" | cut -d ' ' -f 2) sent;" \
		"snmpd took $most ms at the most" >&3
	((most < 5000))
	[ "$(says 'has gone')" -eq 0 ]
}

@test "10,000 events at once: some are sent, all are counted, a storm is told of" {
	storm 10000 --rate 100 --burst 50 --patience 2
	eventually grep -q '9999.7707.0.4\|psStorm' "$run/traps"
	(($(get "$base.1.5.5.0" | cut -d ' ' -f 2) < 1000))
}

@test "10,000 events at once: all can be sent, and snmpd goes on" {
	storm 10000 --rate 10000 --burst 10000
	sent 10000
}

@test "5,000 events at once: the same" {
	storm 5000 --rate 10000 --burst 10000
	sent 5000
}

@test "snmpd may be killed while 5,000 notifications are on their way" {
	"$BUILDDIR/tests/make_table" "$run/table" capacity=16384 ring=16384 </dev/null
	chmod 644 "$run/table"
	begin --rate 1000 --burst 1000 --min-interval 0
	looked
	all_down 5000
	some_sent() { ! sent 0; }
	eventually some_sent
	kill -KILL "$snmpd"
	wait "$snmpd" || true
	eventually says_times 1 'has gone'
	snmpd_start
	registered 2
	eventually accounted 5000
	kill -STOP "$snmpd"
	sleep 1
	kill -CONT "$snmpd"
	eventually accounted 5000
}

@test "with our part of snmpd.conf, an unprivileged user may connect, and nobody else" {
	some_table
	mkdir "$run/etc"
	sed -e "s|/var/agentx|$run/agentx|; s|portstate portstate|nobody nogroup|" \
		-e "s|^#rocommunity portstate|rocommunity public|" \
		"$BUILDDIR/data/snmp/portstate.conf" >"$run/etc/portstate.conf"
	printf 'agentaddress udp:127.0.0.1:16161\nincludeDir %s/etc\n' "$run" \
		>"$run/snmpd.conf"
	# snmpd begins as root, and becomes somebody else, as it does in Debian.
	SNMP_PERSISTENT_DIR=$run/persist snmpd -u games -g games -f \
		-Lf "$run/snmpd.log" -C -c "$run/snmpd.conf" \
		-I snmp_mib,sysORTable,system_mib,vacm_conf,vacm_context,vacm_vars \
		3>&- 4>&- &
	snmpd=$!
	agentx_socket=unix:$run/agentx/master agentx_start
	registered
	there
	# The view has this and the system group.
	[[ $(get .1.3.6.1.2.1.11.1.0) == *'No Such Object'* ]]
	lacks -i 'error\|unknown\|warning' "$run/snmpd.log"
	run setpriv --reuid=5 --regid=60 --clear-groups \
		timeout 2 "$BUILDDIR/subagent/portstate-agentx" --rate 0 \
		--table "$run/table" -x "unix:$run/agentx/master"
	[[ $output == *'Permission denied'* ]]
}
