#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2030,SC2031,SC2154
#
# The files of data/ for managers that ask by SNMP, in the managers of Debian:
# portstated asks real ports, portstate-agentx is behind a real snmpd, and what comes out
# of snmp_exporter and check_snmp, alone and in Nagios and Icinga 2, is what snmpget says.

setup() {
	load ../e2e/daemon
	load ../e2e/snmp
	load servers
	load cores
	daemon_setup
	definitions=$BUILDDIR/data
	exporter=$(realpath "$BUILDDIR/data/snmp_exporter")
	rules=$(realpath "$BATS_TEST_DIRNAME/../../data/snmp_exporter")
	"$BUILDDIR/tests/mib_table" >mib
	chmod a+rx "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR"
}

teardown() {
	[[ -z ${run:-} ]] || snmp_teardown
	[[ -z ${out:-} ]] || servers_stop
	[[ -z ${out:-} ]] || daemon_teardown
}

# oid NAME: of that object
oid() {
	awk -v name="$1" '$1 == "object" && $2 == name { print $3 }' mib
}

# number NAME INSTANCE: its value
number() {
	get -Oe ".$(oid "$1").$2" | sed 's/.* //'
}

# asked: a port that is open, one that is closed, one that is worth a warning, a firewall
# that is as expected; each was asked, and is asked again in an hour
asked() {
	need_yaml
	snmp_setup
	serve 'tcp4 accept' 'tcp4 closed' 'tcp4 say "SSH-2.0-x\r\n"' 'tcp4 full'
	yaml 'defaults: {timeout: 1, retries: 0}' \
		'portsets: {mail: {smtp: {tcp: '"$p0"'}, imap: {tcp: '"$p1"'}}}' \
		'hosts: {mx: {address: 127.0.0.1, portsets: [mail],' \
		"  ports: {ssh: {tcp: $p2, expect: 220, state: {mismatch: warning}}," \
		"    none: {tcp: $p3, expected: filtered}}}}"
	launch -c c.yaml --table "$run/table" -n 3600
	eventually decided
	chmod 644 "$run/table"
	snmpd_start
	agentx_start
	registered
}

decided() {
	[[ $(records "$run/table" 2>/dev/null | grep -c ' enabled,known[, ]') == 4 ]] &&
		! recorded_unsure
}

recorded_unsure() {
	records "$run/table" | grep -q unsure
}

#
# snmp_exporter and Prometheus
#

# generated MIB: what the generator makes of it, without comments
generated() {
	mkdir -p made/mibs
	cp "$1" made/mibs/PORTSTATE-MIB.txt
	cp "$rules/generator.yml" made
	(cd made && MIBDIRS=$source/tests/mibs:/usr/share/snmp/mibs:$PWD/mibs \
		prometheus-snmp-generator generate >log 2>&1) || cat made/log
	grep -v '^#' made/snmp.yml
}

@test "snmp_exporter: what is shipped is what its generator makes of the MIB" {
	need prometheus-snmp-generator
	source=$(realpath "$BATS_TEST_DIRNAME/../..")
	[[ -e /usr/share/snmp/mibs/NET-SNMP-MIB.txt ]] || skip "NET-SNMP-MIB is missing"
	generated "$source/subagent/PORTSTATE-MIB.txt" >wanted
	grep -v '^#' "$rules/snmp.yml.in" | diff wanted -
	sed 's/::= { psCheckEntry 3 }/::= { psCheckEntry 33 }/' \
		"$source/subagent/PORTSTATE-MIB.txt" >moved.txt
	generated moved.txt >wanted
	[[ $(grep -v '^#' "$rules/snmp.yml.in" | diff wanted - | grep -c '^<.*\.33') == 3 ]]
}

# scrape: what the exporter says of our agent
scrape() {
	exec 5<>"/dev/tcp/127.0.0.1/$web"
	printf 'GET /snmp?module=portstate&auth=public_v2&target=%s HTTP/1.0\r\n\r\n' "$agent" >&5
	cat <&5
	exec 5>&-
}

@test "snmp_exporter: each series has the value that snmpget has, and its names" {
	need prometheus-snmp-exporter
	asked
	ports web
	server prometheus-snmp-exporter --config.file="$exporter/snmp.yml" \
		--web.listen-address="127.0.0.1:$web"
	await "$web"
	scrape >scraped
	grep -q '200 OK' scraped
	sed -nE 's/^psCheckStatus\{psCheckIndex="[0-9]+",(.*)\} (.*)/\1 \2/p' scraped |
		sort >statuses
	diff statuses - <<-'END'
		psCheckName="mx/imap",psCheckSet="mail" 2
		psCheckName="mx/none",psCheckSet="" 0
		psCheckName="mx/smtp",psCheckSet="mail" 0
		psCheckName="mx/ssh",psCheckSet="" 1
	END
	grep -qx 'psCheckState{.*psCheckName="mx/none",psCheckSet=""} 4' scraped
	grep -qx 'psSumEntries 4' scraped
	grep -qx 'psSumWorst 2' scraped
	grep -qx 'psSumCount{psSumState="open"} 2' scraped
	grep '^ps' scraped >series
	# 11 scalars, 5 states, 11 columns of 4 ports
	[[ $(wc -l <series) == $((11 + 5 + 11 * 4)) ]]
	grep -v '^psCheckInState' series | grep -v '^psSumCount' |
		sed -E 's/^([A-Za-z]+) /\1 0 /; s/^([A-Za-z]+)\{psCheckIndex="([0-9]+)".*\} /\1 \2 /' \
		>values
	while read -r name index value; do
		[[ $(number "$name" "$index") == "$(printf %.0f "$value")" ]] || {
			echo "$name.$index is not $value"
			return 1
		}
	done <values
	grep -q '^psStatsRttSum [0-9]* [1-9]' values
	grep -q '^psStatsResponses [0-9]* [1-9]' values
}

@test "Prometheus: the rules are right, and alert when they should" {
	need promtool
	promtool check rules "$rules/portstate.rules.yml"
	cp "$rules/portstate.rules.yml" "$BATS_TEST_DIRNAME/portstate.rules.test.yml" .
	promtool test rules portstate.rules.test.yml
	sed -n 's/^#	//p' portstate.rules.yml >prometheus.yml
	promtool check config prometheus.yml
	sed -i 's/psCheckStatus == 2/psCheckStatus == 1/' portstate.rules.yml
	run promtool test rules portstate.rules.test.yml
	[[ $status != 0 ]]
}

#
# Zabbix and LibreNMS, who are not here: their questions, by snmpbulkwalk
#

need_yq() {
	yq --help 2>/dev/null | grep -q jq || skip "needs yq, the one of jq"
}

@test "Zabbix: the walks have all that the items are made of, for each port" {
	need_yq
	asked
	yq .zabbix_export.templates[0] "$definitions/zabbix/portstate.yaml" >template
	jq -r '.items[].snmp_oid // empty' template |
		sed -n 's/^walk\[\(.*\)\]$/\1/p' | tr , '\n' >walked
	(($(wc -l <walked) > 5))
	while read -r oid; do
		snmpbulkwalk -v2c -c public -r 0 -t 5 -On "$agent" ".$oid"
	done <walked >walk
	jq -r '[.items[], .discovery_rules[].item_prototypes[], .discovery_rules[]] |
		.[].preprocessing[0]? | select(.type? // "" | startswith("SNMP_WALK")) |
		.parameters[] | select(startswith("1.3.6."))' template |
		sort -u >wanted
	(($(wc -l <wanted) > 15))
	while read -r oid; do
		case $oid in
		*.0) number=1 ;;
		*'.{#SNMPINDEX}') oid=${oid%.*} number=4 ;;
		*) number=4 ;;
		esac
		if [[ $number == 4 ]]; then
			oid+='\.[0-9]+'
		fi
		[[ $(grep -cE "^\.$oid = (\"\"\$|[A-Za-z0-9]+: )" walk) == "$number" ]] || {
			echo "$oid"
			cat walk
			return 1
		}
	done <wanted
}

@test "LibreNMS: its walks by name have what the sensors are made of, where they are" {
	need_yq
	asked
	yq .modules.sensors "$definitions/librenms/portstate.yaml" >sensors
	jq -r '.additional_oids.data[].oid[], (.[].data[].oid | strings)' sensors |
		sort -u >walked
	[[ $(wc -l <walked) == 10 ]]
	while read -r name; do
		MIBS=PORTSTATE-MIB MIBDIRS=$source/tests/mibs:$definitions/mibs:/usr/share/snmp/mibs \
			snmpbulkwalk -v2c -c public -r 0 -t 5 -OteQUS -Ih "$agent" "$name"
	done <walked >walk
	jq -r '.[].data[] | select(.num_oid) | .value + " " + .num_oid' sensors >places
	while read -r name at; do
		grep "^$name\." walk >rows
		[[ $(wc -l <rows) == [14] ]]
		while IFS='= ' read -r instance value; do
			[[ $(get -Oe "${at%%\{*}${instance##*.}" | sed 's/.* //') == "$value" ]]
		done <rows
	done < <(sed 's/ *{{.*//' places)
	grep -q '^PORTSTATE-MIB::psCheckName\.[0-9]* = "*mx/smtp' walk
	grep -q '^PORTSTATE-MIB::psCheckStatus\.[0-9]* = 2$' walk
}

#
# check_snmp
#

need_check_snmp() {
	need "$plugins_of_others/check_snmp"
}

# snmp STATE TEXT COMMAND ARGUMENT...: that command of Nagios
snmp() {
	local line state=$1 text=$2 name=$3 i=0 arg

	shift 3
	line=$(sed -n "/^\tcommand_name\tcheck_portstate_snmp_$name\$/{n;s/^\tcommand_line\t//p}" \
		"$definitions/nagios/portstate-snmp.cfg")
	for arg; do
		i=$((i + 1))
		line=${line//'$ARG'$i'$'/$arg}
	done
	line=${line//'$HOSTADDRESS$'/127.0.0.1}
	line=${line//'$USER1$'/$plugins_of_others}
	status=0
	sh -c "$line" >"$out" 2>&1 3>&- 4>&- || status=$?
	[[ $status == "$state" ]] && grep -qE "$text" "$out" || {
		echo "$line"
		echo "exit status: $status"
		cat "$out"
		return 1
	}
}

index() {
	records "$run/table" | awk -v name="$1" '$1 == "record" && $3 == name { print $2 }'
}

@test "check_snmp: the commands for Nagios, when all is well, not well, and unknown" {
	need_check_snmp
	asked
	snmp 2 'worst \*2\*' worst '-p 16161'
	snmp 2 'ports 4 \*1\* 0 \*1\*' counts '-p 16161'
	snmp 0 'behind 0 us' behind 5000000 60000000 '-p 16161'
	snmp 0 'status 0 ' port "$(index mx/smtp)" '-p 16161'
	snmp 1 'status \*1\* ' port "$(index mx/ssh)" '-p 16161'
	snmp 2 'status \*2\* ' port "$(index mx/imap)" '-p 16161'
	snmp 3 'No Such Instance' port 99 '-p 16161'
	slay
	kill "$agentx"
	wait "$agentx" || true
	rm "$run/table"
	agentx_start
	registered 2
	snmp 2 'worst \*3\*' worst '-p 16161'
	snmp 2 'ports \*0\* 0 0 0' counts '-p 16161'
	snmp 2 'behind \*4294967295\* us' behind 5000000 60000000 '-p 16161'
	snmp 3 '' port 1 '-p 16161'
}

# expect_snmp PREFIX: of services of these names
expect_snmp() {
	expect_of "${1}worst" 2 'SNMP CRITICAL - worst *2*'
	expect_of "${1}counts" 2 'SNMP CRITICAL - ports 4 *1* 0 *1*'
	expect_of "${1}behind" 0 'SNMP OK - behind 0 us'
}

# without_figures: performance data are the plugin's own
without_figures() {
	sed -i '2s/ *|.*//' "${names[@]/#/results/}"
}

@test "Nagios runs them" {
	need nagios4
	need_check_snmp
	asked
	cores_setup
	{
		sed "s,\$USER1\\\$,$plugins_of_others,g" \
			"$definitions/nagios/portstate-snmp.cfg"
		nagios_service worst 'check_portstate_snmp_worst!-p 16161'
		nagios_service counts 'check_portstate_snmp_counts!-p 16161'
		nagios_service behind 'check_portstate_snmp_behind!5000000!60000000!-p 16161'
	} >objects
	expect_snmp ""
	nagios_start
	nagios_results
	without_figures
	results_are
}

@test "Icinga 2 makes services by the rules, and runs them" {
	need icinga2
	need_check_snmp
	asked
	cores_setup
	cp "$definitions/icinga2/portstate-snmp.conf" .
	chmod a+r portstate-snmp.conf
	cat >objects <<-END
		const PluginDir = "$plugins_of_others"
		include <plugins>
		template Service "soon" default {
			check_interval = 2
			retry_interval = 2
			max_check_attempts = 1
		}
		include "$PWD/portstate-snmp.conf"
		object Host "prober" {
			check_command = "dummy"
			address = "127.0.0.1"
			vars.portstate_snmp = { snmp_port = 16161 }
		}
	END
	expect_snmp portstate-
	icinga_start
	icinga_results
	without_figures
	results_are
}
