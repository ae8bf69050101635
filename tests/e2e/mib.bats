#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# PORTSTATE-MIB: as smilint has it, and the same as mib.def and outcome.def.

setup() {
	BUILDDIR=${BUILDDIR:-$BATS_TEST_DIRNAME/../../build}
	SRCDIR=${SRCDIR:-$BATS_TEST_DIRNAME/../..}
	mib=$SRCDIR/subagent/PORTSTATE-MIB.txt
	built=$BUILDDIR/data/mibs/PORTSTATE-MIB.txt
	base=$(sed -n 's/^#define MIB_BASE "\(.*\)"/\1/p' "$BUILDDIR/config.h")
	cd "$BATS_TEST_TMPDIR" || return 1
	printf 'path %s/tests/mibs:/usr/share/snmp/mibs\n' "$SRCDIR" >smi.conf
}

needs_smitools() {
	command -v smilint >/dev/null || skip "smilint is missing"
	[ -e /usr/share/snmp/mibs/NET-SNMP-MIB.txt ] ||
	    skip "NET-SNMP-MIB is missing"
}

# complaints FILE: of the strictest kind.  Its exit status says nothing.
complaints() {
	smilint -c smi.conf -s -m -l 9 "$1" 2>&1
}

# dump FORMAT FILE
dump() {
	smidump -c smi.conf -q -f "$1" "$2" 2>/dev/null
}

# As mib_table writes it.
table_of() {
	{
		dump identifiers "$1" | awk '
		$3 == "scalar" || $3 == "column" || $3 == "notification" {
			print "is", $2, $4, $3
		}'
		dump mosy "$1"
		dump xml "$1" | sed -nE 's/<object module=.* name="(.*)"\/>/with \1/p
			s/ *<notification name="([^"]*)" .*/notification \1/p
			/<\/notifications>/q'
	} | awk '
	$1 == "is" { oid[$2] = $3; kind[$2] = $4; next }
	$1 == "notification" { line[++n] = "notification " $2 " " oid[$2]; next }
	$1 == "with" { line[n] = line[n] " " $2; next }
	$1 == "%es" { print "enum", $2, $3, $4; next }
	NF == 5 && $1 in kind {
		sub(/^Bits$/, "BITS", $3)
		print "object", $1, oid[$1], kind[$1], $3, $4
	}
	END { for (i = 1; i <= n; i++) print line[i] }' | sort
}

@test "smilint is silent at level 9" {
	needs_smitools
	[ -z "$(complaints "$mib")" ]
	[ -z "$(complaints "$built")" ]
}

@test "a copy that is broken is not passed over" {
	needs_smitools
	sed 's/^psCheckName OBJECT-TYPE/psCheckNom OBJECT-TYPE/' "$mib" >broken.txt
	complaints ./broken.txt | grep -q psCheckName
	sed '/^    UNITS  *"probes"/d; s/psStatsRttMin,//' "$mib" >broken.txt
	[ -n "$(complaints ./broken.txt)" ]
}

@test "the code has the objects, notifications and numbers of the MIB, and no others" {
	needs_smitools
	"$BUILDDIR/tests/mib_table" | sort >code
	table_of "$built" >mib
	[ "$(grep -c ^object mib)" -gt 50 ]
	[ "$(grep -c '^enum PsReason' mib)" = \
	    $(($(grep -c ^OUTCOME "$SRCDIR/common/outcome.def") + 1)) ]
	[ "$(grep -c ^notification mib)" = 4 ]
	diff code mib
}

@test "the page has what managers can read, by the same numbers, and nothing else" {
	local base

	base=$("$BUILDDIR/tests/mib_table" |
		sed -n 's/^object psAgentVersion \(.*\)\.1\.1\.1 .*/\1/p')
	"$BUILDDIR/tests/mib_table" | awk -v base="$base." '
	$1 == "notification" || $1 == "object" && $NF == "read-only" {
		print $2, substr($3, length(base) + 1)
	}' | sort >code
	[ "$(wc -l <code)" -gt 50 ]
	sed -n 's/^\.It \(ps[^ ]*\) Ta \([0-9.]*\) Ta .*/\1 \2/p' \
		"$SRCDIR/man/portstate-mib.7" | sort | diff code -
}

@test "a number, a syntax or an access that is another is found" {
	needs_smitools
	"$BUILDDIR/tests/mib_table" | sort >code
	sed 's/::= { psCheckEntry 9 }/::= { psCheckEntry 99 }/' "$built" >other.txt
	table_of ./other.txt >mib
	[ "$(diff code mib | grep -c '^[<>]')" = 2 ]
	sed 's/noReply(6), silent(7)/silent(6), noReply(7)/' "$built" >other.txt
	table_of ./other.txt >mib
	[ "$(diff code mib | grep -c '^[<>]')" = 4 ]
	sed '/^psSumWorst/,/^$/s/PsStatus/PsPortState/' "$built" >other.txt
	table_of ./other.txt >mib
	[ "$(diff code mib | grep -c '^[<>]')" = 2 ]
}

@test "each reason says in the MIB what it says everywhere" {
	tr -s ' \n' ' ' <"$mib" >words
	sed -zE 's/,\n +/, /g' "$SRCDIR/common/outcome.def" |
	    sed -nE 's/^OUTCOME\([A-Z_]+, "[^"]+", [A-Z_]+, [A-Z_]+, [0-9]+, "(.*)"\)/\1/p' >meanings
	[ "$(wc -l <meanings)" = "$(grep -c ^OUTCOME "$SRCDIR/common/outcome.def")" ]
	while IFS= read -r meaning; do
		grep -qF "$meaning" words || { echo "$meaning"; false; }
	done <meanings
}

@test "it can stand elsewhere" {
	needs_smitools
	for base in 1.3.6.1.4.1.99999 1.3.6.1.4.1.99999.1.2 \
	    1.3.6.1.4.1.8072.9999.9999.1; do
		awk -v base="$base" -f "$SRCDIR/subagent/mib_base.awk" "$mib" \
		    >elsewhere.txt
		[ -z "$(complaints ./elsewhere.txt)" ]
		dump identifiers ./elsewhere.txt | grep -qE " portstateMIB .* $base\$"
	done
	awk -v base=1.3.6.1.4.1.8072.9999.9999.7707 \
	    -f "$SRCDIR/subagent/mib_base.awk" "$mib" | cmp - "$mib"
}

@test "the base of the build is where the built one stands" {
	needs_smitools
	dump identifiers "$built" | grep -qE " portstateMIB .* $base\$"
}
