#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2030,SC2031
#
# What managers read of data/: whether it is about the objects that there are, which
# mib_table tells.  That managers run it is for tests/real/managers.bats to see.
#
# complaints_about_X FILE	what is wrong in it, a line each

load common

setup() {
	BUILDDIR=$(realpath "${BUILDDIR:-$BATS_TEST_DIRNAME/../../build}")
	source=$(realpath "${SRCDIR:-$BATS_TEST_DIRNAME/../..}")
	base=$(sed -n 's/^#define MIB_BASE "\(.*\)"/\1/p' "$BUILDDIR/config.h")
	exporter=$BUILDDIR/data/snmp_exporter
	cd "$BATS_TEST_TMPDIR" || return 1
	"$BUILDDIR/tests/mib_table" >mib
	read_mib
}

need_yq() {
	yq --help 2>/dev/null | grep -q jq || skip "needs yq, the one of jq"
}

# read_mib: what the file mib has of each object
read_mib() {
	local what name at k s a

	declare -gA oid=() kind=() syntax=() access=()
	while read -r what name at k s a; do
		[[ $what == object ]] || continue
		oid[$name]=$at
		kind[$name]=$k
		syntax[$name]=$s
		access[$name]=$a
	done <mib
}

# numbers_of SYNTAX: label and number, a line each
numbers_of() {
	if [[ $1 == TruthValue ]]; then
		printf '%s\n' 'true 1' 'false 2'
	else
		sed -n "s/^enum $1 //p" mib
	fi | sort
}

# instance NAME INDEX OID: that OID is the object's, with that index
instance() {
	if [[ -z ${oid[$1]-} ]]; then
		echo "$1: no such object"
	elif [[ $3 != "${oid[$1]}.$2" ]]; then
		echo "$1: $3 is not ${oid[$1]}.$2"
	elif [[ ${access[$1]} != read-only ]]; then
		echo "$1: cannot be read"
	elif [[ $2 != '{{ $index }}' && $2 != "$(index_of "$1" "$2")" ]]; then
		echo "$1: a ${kind[$1]}"
	fi
}

# index_of NAME INDEX: that of an instance, which is INDEX in a column
index_of() {
	[[ ${kind[$1]-} == scalar ]] && echo 0 || echo "$2"
}

# enumeration NAME FILE: its labels and numbers are those of the syntax of the object
enumeration() {
	diff <(numbers_of "${syntax[$1]}") <(sort "$2") |
		sed -n "s/^</$1 lacks/p; s/^>/$1 has/p"
}

# parse FILE: its JSON in the file json
parse() {
	yq . "$1" >json || echo "$1: no YAML"
}

unique() {
	sort | uniq -d | sed "s/^/twice: /"
}

# missing FILE: which of the lines are not in it
missing() {
	grep -vxF -f "$1" | sed 's/^/no such thing: /'
}

#
# snmp_exporter
#

complaints_about_exporter() {
	local name at index numbers

	parse "$1"
	jq -r '.portstate.metrics[] | "\(.name) \(.oid)"' json >metrics
	jq -r '.portstate.metrics[].lookups[]? | "\(.labelname) \(.oid)"' json |
		sort -u >lookups
	sort -u metrics lookups | while read -r name at; do
		index=$(index_of "$name" x)
		instance "$name" "$index" "$at.$index"
	done
	jq -r '.portstate | .get[], .walk[] + ".x"' json | sort >asked
	sort -u metrics lookups | while read -r name at; do
		echo "$at.$(index_of "$name" x)"
	done | sort | diff asked - | grep '^[<>]'
	jq -r '.portstate.metrics[] | select(.enum_values) |
		[.name, (.enum_values | to_entries[] | .value + " " + .key)] | join(":")' \
		json >enums
	while IFS=: read -r name numbers; do
		tr : '\n' <<<"$numbers" >labels
		enumeration "$name" labels
	done <enums
	cut -d ' ' -f 1 metrics | unique
}

@test "snmp_exporter: each object where it is, with its numbers" {
	need_yq
	[ -z "$(complaints_about_exporter "$exporter/snmp.yml")" ]
	[ "$(wc -l <metrics)" -gt 20 ]
	[ "$(wc -l <lookups)" = 2 ]
	[ "$(wc -l <enums)" = 5 ]
}

@test "snmp_exporter: what generator.yml wants, and nothing else" {
	need_yq
	yq -r '.portstate.metrics[].name' "$exporter/snmp.yml" | sort >made
	yq -r '.modules.portstate.walk[]' "$source/data/snmp_exporter/generator.yml" |
		sort >wanted
	diff wanted made
}

@test "snmp_exporter: the same for 0.23 and later" {
	need_yq
	diff <(yq -S .portstate "$exporter/snmp.yml") \
		<(yq -S .modules.portstate "$exporter/snmp-0.23.yml")
	[ "$(yq -c 'keys' "$exporter/snmp-0.23.yml")" = '["auths","modules"]' ]
	[ "$(yq -c '.auths' "$exporter/snmp-0.23.yml")" = \
		'{"public_v2":{"community":"public","version":2}}' ]
}

@test "Prometheus: rules are about series that there are" {
	need_yq
	rules=$source/data/snmp_exporter/portstate.rules.yml
	yq -r '.portstate.metrics[] | .name, (.lookups[]?.labelname)' \
		"$exporter/snmp.yml" | sort -u >known
	grep -v '^#' "$rules" | grep -oE '\bps[A-Z][A-Za-z]*' | sort -u >used
	[ "$(wc -l <used)" -gt 7 ]
	[ -z "$(missing known <used)" ]
	yq -r '.groups[].rules[] | .alert // .record' "$rules" >names
	[ -z "$(unique <names)" ]
}

#
# Zabbix
#

# of_template FILTER: of the template that was parsed, in jq's words
of_template() {
	jq -r ".zabbix_export.templates[0] | $1" json
}

complaints_about_zabbix() {
	local all='.items[], (.discovery_rules[] | ., .item_prototypes[])'
	local key at map name

	parse "$1"
	jq -r '.. | .uuid? // empty' json >uuids
	grep -vxE '[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}' uuids
	unique <uuids
	of_template "$all | .key" >keys
	unique <keys
	of_template "$all | .master_item.key // empty" | missing keys
	of_template "$all | .valuemap.name // empty" |
		missing <(of_template '.valuemaps[].name')
	of_template '.items[] | select(.snmp_oid) | .key + " " + .snmp_oid' |
		sed -n 's/walk\[\(.*\)\]/\1/p' >walks
	of_template "$all | select(.preprocessing[0].type? == \"SNMP_WALK_VALUE\") |
		[.key, .preprocessing[0].parameters[0], .master_item.key,
		    .valuemap.name // \"\"] | join(\" \")" >values
	while read -r key at master map; do
		name=${key#*[}
		instance "${name%%.*}" "$(tr -d ']' <<<"${name#*.}")" "$at"
		[[ -z $map || $map == "${syntax[${name%%.*}]-}" ]] ||
			echo "$name: is no $map"
		below "$at" "$master"
	done <values
	of_template '.discovery_rules[].preprocessing[0].parameters | join(" ")' >macros
	[[ $(<macros) == "{#PORT} ${oid[psCheckName]} 0 {#PORTHOST} ${oid[psCheckHost]} 0 {#PORTSET} ${oid[psCheckSet]} 0" ]] ||
		cat macros
	for at in $(grep -oE '[0-9.]{9,}' macros); do
		below "$at" portstate.ports.walk
		alone "$at"
	done
	of_template '.valuemaps[].name' >maps
	while read -r map; do
		of_template ".valuemaps[] | select(.name == \"$map\") | .mappings[] |
			.newvalue + \" \" + .value" | sort |
			diff <(numbers_of "$map") - | sed -n "s/^[<>]/$map:/p"
	done <maps
	complaints_about_triggers "$1"
}

# alone OID: no other column that is walked begins with the same digits, which Zabbix
# would take for this one
alone() {
	awk '{ print $2 }' walks | tr , '\n' | grep -F "$1" | grep -vxF "$1" |
		sed "s/\$/: begins as $1 does/"
}

# below OID MASTER: it is of what that item walks
below() {
	local walked

	for walked in $(awk -v key="$2" '$1 == key { gsub(/,/, " ", $2); print $2 }' walks)
	do
		[[ $1. != "$walked".* ]] || return 0
	done
	echo "$1: not in $2"
}

complaints_about_triggers() {
	local every='.. | (.triggers?, .trigger_prototypes?) // empty | .[]'

	jq -r "$every | .name + \"|\" + .expression" json >triggers
	cut -d '|' -f 1 triggers | unique
	grep -oE '/Portstate by SNMP/[a-z.]+(\[[^]]*\])?' triggers |
		sed 's,.*/,,' | missing keys
	[[ $(grep -c /Portstate triggers) == $(wc -l <triggers) ]] ||
		echo "a trigger of nothing"
	jq -r "$every | .dependencies[]? | .name + \"|\" + .expression" json |
		missing triggers
	grep -oE '\{\$[A-Z.]+\}' "$1" | sort -u |
		missing <(of_template '.macros[].macro')
}

@test "Zabbix: each object where it is; identifiers, keys, maps and triggers" {
	need_yq
	file=$BUILDDIR/data/zabbix/portstate.yaml
	[ -z "$(complaints_about_zabbix "$file")" ]
	[ "$(wc -l <uuids)" -gt 30 ]
	[ "$(wc -l <values)" -gt 15 ]
	[ "$(wc -l <maps)" = 4 ]
	[ "$(wc -l <triggers)" -gt 6 ]
	[ "$(yq -r .zabbix_export.version "$file")" = 6.4 ]
}

@test "Zabbix: the item of traps takes those of the MIB, by name and by number" {
	need_yq
	parse "$BUILDDIR/data/zabbix/portstate.yaml"
	regex=$(of_template '.items[] | select(.type == "SNMP_TRAP") | .key' |
		sed -n 's/^snmptrap\["\(.*\)"\]$/\1/p')
	sed -n 's/^notification \([^ ]*\) \([^ ]*\).*/\1 \2/p' mib >notices
	[ "$(wc -l <notices)" = 4 ]
	while read -r name at; do
		grep -qE "$regex" <<<".1.3.6.1.6.3.1.1.4.1.0 = OID: .$at"
		grep -qE "$regex" <<<"SNMPv2-MIB::snmpTrapOID.0 = PORTSTATE-MIB::$name"
	done <notices
	echo "PORTSTATE-MIB::psCheckName.1 .$base.1.3.1.2.1 .$base.0.5" >other
	lacks "$regex" other
}

#
# LibreNMS
#

complaints_about_librenms() {
	local class value at numbers index name

	parse "$1"
	jq -r '.modules.sensors | to_entries[] | select(.key != "additional_oids") |
		.key as $class | .value.data[] |
		[$class, .value, .num_oid, .index, (.states // [] | map(.descr + " " +
		    (.value | tostring)) | join(":")), (.oid == .value)] | join("|")' \
		json >sensors
	while IFS='|' read -r class value at index numbers same; do
		name=${value#PORTSTATE-MIB::}
		instance "$name" '{{ $index }}' "${at#.}"
		[[ $at == .* && $index == "$name.{{ \$index }}" && $same == true ]] ||
			echo "$name: $at, $index, $same"
		if [[ $class == state ]]; then
			tr : '\n' <<<"$numbers" >labels
			enumeration "$name" labels
		elif [[ $class == delay && ${syntax[$name]-} != PsMicroseconds ]]; then
			echo "$name: not microseconds"
		fi
	done <sensors
	cut -d '|' -f 4 sensors | unique
	jq -r '.modules.sensors.state.data[].states[] |
		select(.value != .generic) | .descr' json
	jq -r '.modules.sensors.delay.data[] | select(.divisor != 1000000) | .descr' json
	jq -r '.. | .descr?, .group? | strings' json | grep -o '{{ [^}]* }}' |
		sort -u | tr -d '{} ' |
		missing <(jq -r '.modules.sensors.additional_oids.data[].oid[]' json)
	jq -r '.modules.sensors.additional_oids.data[].oid[]' json |
		sed 's/PORTSTATE-MIB:://' | missing <(awk '{ print $2 }' mib)
}

@test "LibreNMS: each object where it is, with its numbers and unit" {
	need_yq
	[ -z "$(complaints_about_librenms "$BUILDDIR/data/librenms/portstate.yaml")" ]
	[ "$(wc -l <sensors)" = 8 ]
}

#
# Nagios and Icinga
#

# The comments have names in parentheses, in the order of the OIDs.
complaints_about_commands() {
	local name at

	tr -d '\n#/*' <"$1" | grep -oE '\(ps[A-Za-z, \t]*\)' |
		grep -oE 'ps[A-Za-z]+' >names
	grep -oE '[0-9]+(\.[0-9]+){8,}(\.\$ARG1\$)?' "$1" >oids
	[[ $(wc -l <names) == $(wc -l <oids) ]] || echo "names and OIDs: not as many"
	while read -r name at; do
		instance "$name" "$(index_of "$name" '$ARG1$')" "$at"
	done < <(paste -d ' ' names oids)
}

@test "Nagios and Icinga: each object where it is" {
	[ -z "$(complaints_about_commands "$BUILDDIR/data/nagios/portstate-snmp.cfg")" ]
	[ "$(wc -l <oids)" = 7 ]
	[ -z "$(complaints_about_commands "$BUILDDIR/data/icinga2/portstate-snmp.conf")" ]
	[ "$(wc -l <oids)" = 6 ]
}

#
# All of them
#

files='exporter=snmp_exporter/snmp.yml zabbix=zabbix/portstate.yaml
	librenms=librenms/portstate.yaml commands=nagios/portstate-snmp.cfg
	commands=icinga2/portstate-snmp.conf'

@test "a column that is elsewhere is found in each" {
	need_yq
	sed 's/^\(object psCheckStatus .*\.1\.3\.1\)\.3 /\1.33 /
		s/^\(object psSumWorst .*\.1\.2\)\.6 /\1.66 /' mib >moved
	[ "$(diff mib moved | grep -c '^>')" = 2 ]
	mv moved mib
	read_mib
	for file in $files; do
		complaints_about_"${file%=*}" "$BUILDDIR/data/${file#*=}" >found || true
		grep -q 'psSumWorst.*66' found
		[[ $file == *icinga2* ]] || grep -q 'psCheckStatus.*33' found
	done
}

@test "a number that means something else is found" {
	need_yq
	sed 's/^enum PsStatus warning 1/enum PsStatus warning 4/' mib >moved
	mv moved mib
	read_mib
	for file in $files; do
		[[ $file != commands* ]] || continue
		complaints_about_"${file%=*}" "$BUILDDIR/data/${file#*=}" >found || true
		grep -q 'warning' found
	done
}

@test "what Zabbix would not take is found" {
	need_yq
	while read -r change; do
		sed "$change" "$BUILDDIR/data/zabbix/portstate.yaml" >broken
		run cmp -s broken "$BUILDDIR/data/zabbix/portstate.yaml"
		[[ $status == 1 ]]
		[[ -n $(complaints_about_zabbix broken) ]] || {
			echo "not found: $change"
			return 1
		}
	done <<-'EOT'
		0,/key: portstate.ports.walk/s//key: portstate.other.walk/
		s/uuid: f9b623f277144e75/uuid: f9b623f277143e75/
		s/uuid: f9b623f277144e75.*/uuid: f2606b5fe2bb4d56844042b6283ae1f5/
		s/^\( *name: PsReason\)$/\1s/
		s/last(.*psSumUnknown.0/last(\/Portstate by SNMP\/portstate.none[psSumUnknown.0/
		s/- name: 'Portstate: The port table is stale.*/- name: other/
		s/>{$PORTSTATE.BEHIND.WARN/>{$PORTSTATE.BEHIND.CRIT/
		s/walk\[\([0-9.]*\)\.1,/walk[\1.9,/
		s/walk\[\([0-9.]*\)\.3\.1\.2,/&\1.3.1.20,/
	EOT
}

@test "they follow the base of the build" {
	need_yq
	for other in "$base" 1.3.6.1.4.1.99999.1.2; do
		"$BUILDDIR/tests/mib_table" | sed "s/ $base\./ $other./" >mib
		read_mib
		for file in $files; do
			awk -v base="$other" -f "$source/data/base.awk" \
				"$source/data/${file#*=}.in" >elsewhere
			[ -z "$(complaints_about_"${file%=*}" elsewhere)" ]
			grep -q "$other" elsewhere
			[[ $other == "$base" ]] || lacks 8072 elsewhere
		done
	done
}

@test "make install installs them" {
	command -v make >/dev/null || skip "needs make"
	[[ -f $BUILDDIR/Makefile ]] || skip "needs the build"
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -C "$BUILDDIR" \
		install-data DESTDIR="$BATS_TEST_TMPDIR/to" >log 2>&1 3>&- 4>&- || {
		cat log
		return 1
	}
	for file in $files; do
		cmp "$(find to -path "*/portstate/${file#*=}" -type f)" \
			"$BUILDDIR/data/${file#*=}"
	done
	for file in snmp-0.23.yml generator.yml portstate.rules.yml; do
		find to -path "*/portstate/snmp_exporter/$file" -type f | grep -q .
	done
	lacks '@[a-z]*@' "$(find to -name portstate-snmp.cfg)"
}
