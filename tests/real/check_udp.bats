#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2086,SC2154
#
# check_udp beside the plugin of the same name of the Monitoring Plugins 2.x:
# the command lines below run through both.  The exit status is the same, and so
# is what stands before the colon: like: the state only, since theirs has a first
# line without service or performance data; same: the first line, but for the
# time and what ours says more of.

reference=${CHECK_UDP_REFERENCE:-/usr/lib/nagios/plugins/check_udp}

setup() {
	[ -x "$reference" ] || skip "needs $reference: monitoring-plugins-basic"
	"$reference" -V 2>/dev/null | grep -q 'monitoring-plugins 2\.' ||
		skip "$reference is not of the Monitoring Plugins 2.x"
	load ../e2e/common
	common_setup
	plugin=$(realpath "${PLUGINDIR:-$BUILDDIR/plugins}/check_udp")
	export LC_ALL=C
}

teardown() {
	[ -z "${out:-}" ] || common_teardown
}

# The first line, without times, and without what ours adds in a mismatch.
shape() {
	head -n 1 "$1" | sed -E -e 's/[0-9]+\.[0-9]{3} second/T second/' \
		-e 's/time=[0-9.]+s/time=Ts/' \
		-e 's/(host\/socket) on [^ ]+ port [0-9]+/\1/' \
		-e 's/ \(expected [^|]*\)\|/|/'
}

@test "check_udp of the Monitoring Plugins" {
	serve 'udp4 echo' 'udp4 closed' 'udp4 silent' 'udp4 reply ""' \
		'udp4 reply "other"'
	while read -r want line; do
		eval "line=\"$line\""
		theirs=0
		"$reference" $line >theirs 2>/dev/null || theirs=$?
		check $line
		[[ $status == "$theirs" ]] || {
			printf '%s: exit status %s, theirs %s\n' "$line" "$status" \
				"$theirs"
			false
		}
		[[ $want == like ]] || diff <(shape theirs) <(shape "$out") || {
			echo "$line"
			false
		}
	done <<-'END'
		same -H 127.0.0.1 -p $p0 -s hi -e hi
		same -H 127.0.0.1 -p $p0 -s hi -e hi -w 5 -c 9 -t 20
		same -H 127.0.0.1 -p $p0 -s hello -e ell -e nope
		same -H 127.0.0.1 -p $p0 -s hello -e hell -e llo -A -q bye
		like -H 127.0.0.1 -p $p0 -E -s a\\tb -e b
		same -H 127.0.0.1 -p $p4 -s hi -e hi
		same -H 127.0.0.1 -p $p4 -s hi -e hi -M ok
		same -H 127.0.0.1 -p $p4 -s hi -e hi -M crit
		like -H 127.0.0.1 -p $p4 -s hi -e hi -M warn -j
		like -H 127.0.0.1 -p $p1 -s hi -e hi
		like -H 127.0.0.1 -p $p2 -s hi -e hi -t 1
		like -H 127.0.0.1 -p $p3 -s hi -e hi
		like -H no.such.invalid -p 5 -s hi -e hi
		like -p 0 -s hi -e hi
		like -p $p0 -s hi -e hi -r bogus
	END
}
