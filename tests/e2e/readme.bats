#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# What README.md says of SNMP, typed as it stands: in a network, processes and a view of
# /etc, /usr and /var of its own, so that nothing is installed.
# Backquotes and dollars are the page's:
# shellcheck disable=SC2016

setup() {
	BUILDDIR=$(realpath "${BUILDDIR:-$BATS_TEST_DIRNAME/../../build}")
	readme=$BATS_TEST_DIRNAME/../../README.md
	[[ ${OWN_NETWORK:-} == yes ]] || skip "needs a network of its own"
	[[ -x $BUILDDIR/subagent/portstate-agentx ]] ||
		skip "needs net-snmp: --with-net-snmp"
	grep -q '^prefix = /usr/local$' "$BUILDDIR/Makefile" ||
		skip "this build goes elsewhere than to /usr/local"
	for package in snmp snmpd; do
		dpkg-query -W "$package" >/dev/null 2>&1 || skip "needs $package"
	done
	unshare --mount sh -c 'mount -t tmpfs none /mnt && mkdir /mnt/u /mnt/w &&
		mount -t overlay none /etc \
		-o lowerdir=/etc,upperdir=/mnt/u,workdir=/mnt/w' 2>/dev/null ||
		skip "needs mounts of its own"
}

# typed: the commands of the section on SNMP
typed() {
	sed -n '/^Over SNMP/,/^`data\/systemd`/s/^    # //p' "$readme"
}

# The configuration above them.
shop() {
	sed -n '/`shop.yaml` is now$/,/^    \$/s/^    \([^$].*\|$\)/\1/p' "$readme"
}

@test "README: from apt to the table in six commands" {
	shop >"$BATS_TEST_TMPDIR/shop.yaml"
	typed >"$BATS_TEST_TMPDIR/typed"
	[[ $(wc -l <"$BATS_TEST_TMPDIR/typed") == 6 ]]
	run env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL unshare --mount --pid --fork \
		--kill-child --mount-proc bash "$BATS_TEST_DIRNAME/newcomer" \
		"$BUILDDIR" "$BATS_TEST_TMPDIR" 3>&- 4>&-
	echo "$output"
	[[ $status == 0 ]]
	grep -q '^ *Name *Status *State *Reason' <<<"$output"
	grep -q 'mx1/smtp *critical *closed *refused' <<<"$output"
	grep -q 'mx1/telnet *ok *closed *refused' <<<"$output"
}
