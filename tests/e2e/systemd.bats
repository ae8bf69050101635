#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154
#
# The units, as systemd reads them.  Nothing is started.

load common

setup() {
	command -v systemd-analyze >/dev/null || skip "needs systemd-analyze"
	source=$(realpath "${SRCDIR:-$BATS_TEST_DIRNAME/../..}")
	built=$(realpath "${BUILDDIR:-$source/build}")
	cd "$BATS_TEST_TMPDIR" || return 1
	# The program may not be installed.
	sed 's|^ExecStart=[^ ]*|ExecStart=/bin/true|' \
		"$built/data/systemd/portstated.service" >portstated.service
}

drop_in() {
	mkdir portstated.service.d
	cp "$source/data/systemd/portstated-commands.conf" \
		portstated.service.d/commands.conf
}

# verified: systemd has nothing to say of our files; what else is installed may be
# worse.
verified() {
	systemd-analyze verify --man=no "$PWD/portstated.service" >said 2>&1 || true
	lacks portstated said
}

# settings FILE: those that imply NoNewPrivileges=yes where there is a User=,
# systemd.exec(5), if they are not switched off
settings() {
	sed -nE '/=(no)?$/d
		s/^(NoNewPrivileges|LockPersonality|MemoryDenyWriteExecute|PrivateDevices|ProtectClock|ProtectHostname|ProtectKernelLogs|ProtectKernelModules|ProtectKernelTunables|RestrictAddressFamilies|RestrictNamespaces|RestrictRealtime|RestrictSUIDSGID|SystemCallArchitectures|SystemCallFilter|SystemCallLog)=.*/\1/p' \
		"$1" | sort -u
}

@test "the unit is right, and names the program that is installed" {
	verified
	grep -q '^ExecStart=/.*/portstated --config=/.*/portstate.yaml$' \
		"$built/data/systemd/portstated.service"
	lacks '@[a-z]*@' "$built/data/systemd/portstated.service"
}

@test "its exposure is at most 2.0" {
	systemd-analyze security --offline=yes --threshold=20 --no-pager \
		"$PWD/portstated.service"
}

@test "the unit of portstate-agentx is right, too, and as little exposed" {
	unit=$built/data/systemd/portstate-agentx.service
	[ -f "$unit" ] || skip "needs net-snmp: --with-net-snmp"
	grep -q '^ExecStart=/.*/portstate-agentx --config=/.*/portstate.yaml$' "$unit"
	lacks '@[a-z]*@' "$unit"
	sed 's|^ExecStart=[^ ]*|ExecStart=/bin/true|' "$unit" \
		>portstate-agentx.service
	systemd-analyze verify --man=no "$PWD/portstate-agentx.service" >said 2>&1 ||
		true
	lacks portstate-agentx said
	systemd-analyze security --offline=yes --threshold=20 --no-pager \
		"$PWD/portstate-agentx.service"
}

@test "the drop-in for commands is right" {
	drop_in
	verified
}

@test "the drop-in takes back all that forbids new privileges, and nothing else" {
	drop_in
	diff <(settings portstated.service) \
		<(sed -nE 's/^([A-Z][A-Za-z]*)=(no)?$/\1/p' \
			portstated.service.d/commands.conf | grep -v PrivateUsers |
			sort)
	[ -z "$(settings portstated.service.d/commands.conf)" ]
}

@test "the user is one that systemd-sysusers can make" {
	command -v systemd-sysusers >/dev/null || skip "needs systemd-sysusers"
	mkdir -p root/etc
	systemd-sysusers --root="$PWD/root" --dry-run \
		"$source/data/systemd/portstate.sysusers.conf"
}
