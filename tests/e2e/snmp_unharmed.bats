#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2030,SC2031,SC2154
#
# Whatever becomes of portstate-agentx, portstate_snmpd.so and the port table, snmpd
# answers for others.  How long that takes is printed, and not judged.  HARM_ALL=1 is
# for all pairs, HARM_SEED for other damage.

load common
load snmp

setup() {
	snmp_setup
	writer=
	naive=
	watcher=
}

teardown() {
	local pid

	for pid in $writer $naive $watcher; do
		kill -KILL "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	if [[ -n $snmpd ]]; then
		kill -CONT "$snmpd" 2>/dev/null || true
	fi
	snmp_teardown
}

some_table() {
	table "$@" <<-'EOT'
		mx1/smtp port=25 address=192.0.2.1 portset=mail
		mx2/imap port=143 outcome=refused down failed=3
		www/https port=443 lagged address=2001:db8::1
	EOT
}

# unharmed [N]: it answers, N times; the longest that it has taken is $most
most=0
unharmed() {
	local i ms

	for ((i = 0; i < ${1:-1}; i++)); do
		ms=$(other_ms) || return 1
		((ms <= most)) || most=$ms
	done
}

told_most() {
	echo "# snmpd took $most ms at the most" >&3
}

#
# Killed and stopped.
#

# The table changes all the time, each time with an event, until $run/enough.
writer_start() {
	(
		kinds=(down "")
		for ((i = 0; ; i++)); do
			[[ ! -e $run/enough ]] || exit 0
			"$BUILDDIR/tests/make_table" "$run/table" ring=16384 \
				<<<"mx1/smtp port=25 ${kinds[i % 2]} event=$((i % 2 + 1))" || true
			sleep 0.02
		done
	) 3>&- 4>&- &
	writer=$!
}

# A manager that walks all the time.
watcher_start() {
	(
		while [[ ! -e $run/enough ]]; do
			walk 10 >/dev/null 2>&1 || true
		done
	) 3>&- 4>&- &
	watcher=$!
}

start_party() {
	case $1 in
	snmpd) snmpd_start ;;
	agentx) agentx_start --min-interval 0 --rate 100 ;;
	snmptrapd) snmptrapd_start ;;
	writer) writer_start ;;
	esac
}

# hit PARTY SIGNAL
hit() {
	kill "-$2" "${!1}"
	if [[ $2 == KILL ]]; then
		wait "${!1}" 2>/dev/null || true
	fi
}

# mend PARTY SIGNAL
mend() {
	if [[ $2 == KILL ]]; then
		start_party "$1"
	else
		kill -CONT "${!1}"
	fi
}

# all_counted: sent and suppressed are as many as there are events
all_counted() {
	local events both

	events=$("$BUILDDIR/tests/read_table" "$run/table" | grep -c "^event")
	both=$(get "$base.1.5.5.0" "$base.1.5.6.0" | awk '{ n += $2 } END { print n }')
	[[ $events -eq $both ]]
}

looked() {
	eventually grep -q '^table [1-9]' "$run/state"
}

# disturb [PARTY SIGNAL]...: all of them, and then they are mended, in this order
disturb() {
	local -a all=("$@")

	while (($# > 0)); do
		hit "$1" "$2"
		shift 2
	done
	if [[ " ${all[*]} " != *" snmpd "* ]]; then
		unharmed 2 || return 1
	fi
	set -- "${all[@]}"
	while (($# > 0)); do
		mend "$1" "$2"
		shift 2
	done
	eventually snmpd_answers
	eventually there || return 1
}

@test "killed and stopped, each and two in either order: all is back, and counted" {
	local a b x y pairs=0

	table ring=16384 <<<'mx1/smtp port=25'
	snmptrapd_start
	snmpd_start
	eventually snmpd_answers
	start_party agentx
	registered
	looked
	writer_start
	watcher_start
	for a in snmpd agentx snmptrapd writer; do
		for x in KILL STOP; do
			disturb "$a" "$x"
			for b in snmpd agentx snmptrapd writer; do
				[[ $b != "$a" ]] || continue
				# Half of them, unless all are wanted.
				((++pairs % 2 == 0)) || [[ -n ${HARM_ALL:-} ]] || continue
				for y in KILL STOP; do
					echo "$a $x, $b $y"
					disturb "$a" "$x" "$b" "$y"
				done
			done
		done
	done
	: >"$run/enough"
	wait "$writer" "$watcher"
	eventually all_counted
	told_most
}

#
# The module.
#

# hostile: of a table that cannot be read there is an answer, never a good one
hostile() {
	unharmed 2
	timeout 20 snmpbulkwalk -v2c -c public -r 0 -t 5 -Cr20 -On "$agent" "$base2" \
		>walked
	lacks "^$base2.1.[34]" walked
	grep -q "^$base2.1.2.6.0 = INTEGER: 3" walked
	[[ $(get "$base2.1.3.1.3.1") == *'No Such Instance'* ]]
}

@test "the module: what has the name of the table is no table" {
	some_table
	module_start
	there2
	cp "$run/table" good
	# Who has it open would not miss its name.
	: >"$run/table"
	hostile
	rm "$run/table"
	hostile
	mkdir "$run/table"
	hostile
	rmdir "$run/table"
	mkfifo "$run/table"
	chmod 666 "$run/table"
	hostile
	rm "$run/table"
	ln -s table "$run/table"
	hostile
	ln -sf /dev/zero "$run/table"
	hostile
	ln -sf /dev/tty "$run/table"
	hostile
	ln -sf /proc/self/mem "$run/table"
	hostile
	rm "$run/table"
	cp good "$run/table"
	chmod 0 "$run/table"
	hostile
	chmod 644 "$run/table"
	eventually there2
	told_most
}

@test "the module: a table that is cut while it is open" {
	local size

	some_table
	module_start
	there2
	cp "$run/table" good
	for size in 0 1 63 64 511 512 800 4095 4096 4097 5000 6143 6144 20000; do
		truncate -s "$size" "$run/table"
		hostile
		cp good "$run/table"
		eventually there2
	done
	# One that is longer is none the worse.
	truncate -s 1T "$run/table"
	there2
	told_most
}

@test "the module: who writes the table is stopped and killed in the middle" {
	local i

	some_table
	module_start
	for ((i = 0; i < 20; i++)); do
		seq 2000 | awk '{ print "host" $1 "/tcp/25 port=25 event=1 down" }' |
			"$BUILDDIR/tests/make_table" "$run/table" capacity=4096 \
				ring=4096 3>&- 4>&- &
		writer=$!
		sleep "0.00$((RANDOM % 10))"
		kill -STOP "$writer" 2>/dev/null || true
		unharmed
		timeout 20 snmpbulkwalk -v2c -c public -r 0 -t 5 -Cr20 -On "$agent" \
			"$base2.1.3.1.2" >walked
		kill -KILL "$writer" 2>/dev/null || true
		wait "$writer" 2>/dev/null || true
		writer=
		unharmed
	done
	told_most
}

# configured [LINE...]: snmpd reads these lines instead, by a signal
configured() {
	local was

	was=$(grep -c 'Reconfiguring daemon' "$run/snmpd.log" || true)
	{
		grep -v '^dlmod\|^portstate' "$run/snmpd.conf"
		printf '%s\n' "$@"
	} >new.conf
	cat new.conf >"$run/snmpd.conf"
	kill -HUP "$snmpd"
	read_anew() {
		[[ $(grep -c 'Reconfiguring daemon' "$run/snmpd.log") -gt $was ]]
	}
	eventually read_anew
	eventually snmpd_answers
}

# warned TEXT: of the configuration, with its line
warned() {
	eventually grep -q "snmpd.conf: line [0-9]*: .*$1" "$run/snmpd.log"
}

@test "the module: snmpd reads its configuration anew" {
	some_table
	module_start
	load_it="dlmod portstate_snmpd $so"
	there2
	configured "$load_it" "portstateTable $run/table"
	there
	[[ $(get "$base2.1.2.6.0") == *'No Such'* ]]
	configured "$load_it" "portstateTable $run/none"
	run there
	[[ $status != 0 ]]
	[[ $(get "$base.1.2.6.0") == *' 3' ]]
	configured "$load_it" "portstateTable $run/table" "portstateOid $base2" "$load_it"
	there2
	configured
	[[ $(get "$base2.1.2.6.0") == *'No Such Object'* ]]
	configured "$load_it" "portstateOid $base2" "portstateTable $run/table" \
		"portstateTable $run/table"
	there2
}

@test "the module: lines of snmpd.conf that cannot be used" {
	some_table
	module_start
	load_it="dlmod portstate_snmpd $so"
	configured "$load_it" "portstateTable $run/table" "portstateOid nonsense"
	warned 'nonsense: is not numbers'
	there
	# It takes nothing of a base that begins well.
	configured "$load_it" "portstateTable $run/table" "portstateOid 2.5.x"
	warned '2.5.x: is not numbers'
	there
	configured "$load_it" "portstateTable $run/table" portstateOid
	warned 'Blank line following portstateOid'
	there
	configured "$load_it" "portstateTable table"
	warned 'table: not an absolute path'
	[[ $(get "$base.1.2.6.0") == *' 3' ]]
	configured "portstateTable $run/table"
	warned 'Unknown token: portstateTable'
	configured "$load_it.no"
	eventually grep -q 'dlopen' "$run/snmpd.log"
	configured "dlmod portstate $so"
	eventually grep -q "can't find 'init_portstate'" "$run/snmpd.log"
	unharmed
}

#
# Damage.
#

# values FILE: what does not change with time
values() {
	grep "^$base\.1\.[1-4]\.\|^$base2\.1\.[1-4]\." "$1" | sed 's/\.7708\./.7707./'
}

@test "a damaged table: rows are left out, and none is better than it was" {
	local i n size at

	some_table
	module_start
	agentx_start --rate 0
	registered
	cp "$run/table" good
	walk 20 >all
	values all | sort >right
	size=$(stat -c %s good)
	RANDOM=${HARM_SEED:-1}
	for ((i = 0; i < 25; i++)); do
		cp good damaged
		for ((n = RANDOM % 4; n >= 0; n--)); do
			# Most of it in what is not empty.
			at=$(((RANDOM * 32768 + RANDOM) % (RANDOM % 2 ? size : 8192)))
			printf '%b' "\\x$(printf %02x $((RANDOM % 256)))" |
				dd of=damaged bs=1 seek="$at" conv=notrunc status=none
		done
		if ((RANDOM % 4 == 0)); then
			truncate -s $(((RANDOM * 32768 + RANDOM) % size)) damaged
		fi
		cat damaged >"$run/table"
		timeout 20 snmpbulkwalk -v2c -c public -r 0 -t 5 -Cr20 -On "$agent" \
			"$base" >one
		timeout 20 snmpbulkwalk -v2c -c public -r 0 -t 5 -Cr20 -On "$agent" \
			"$base2" >other
		diff <(values one) <(values other)
		# Rows are as they were.
		values one | grep '7707\.1\.[34]\.' | sort | comm -23 - right >wrong
		diff /dev/null wrong
		# So is what is told of the whole, or it is unknown.
		if ! diff <(values one | grep '7707\.1\.2\.') \
			<(values all | grep '7707\.1\.2\.') >/dev/null; then
			grep -q "^$base\.1\.2\.6\.0 = INTEGER: 3" one
		fi
		unharmed
	done
	cat good >"$run/table"
	eventually there
	there2
	[ "$(says 'has gone')" -eq 0 ]
	told_most
}

#
# Descriptors.
#

@test "descriptors above 1,023" {
	nm -D "$BUILDDIR/subagent/portstate-agentx" 2>/dev/null | lacks '__asan_' - ||
		skip "sanitizers come first"
	some_table
	module_start
	(
		ulimit -n 4096
		for ((i = 0; i < 2000; i++)); do
			exec {fd}</dev/null
		done
		LD_PRELOAD=$BUILDDIR/tests/keep_fds.so exec setpriv --reuid=65534 \
			--regid=65534 --clear-groups \
			"$BUILDDIR/subagent/portstate-agentx" --table "$run/table" \
			-x "unix:$run/master" --state "$run/state" -l "$run/agentx.log"
	) >"$run/agentx.out" 2>&1 3>&- 4>&- &
	agentx=$!
	registered
	(($(find /proc/"$agentx"/fd -type l | wc -l) > 2000))
	there
	walk 10 >one
	[ "$(wc -l <one)" -eq 129 ]
	looked
	table <<<'mx1/smtp port=25 outcome=refused down event=1'
	sent() { [[ $(get "$base.1.5.5.0") == *" 1" ]]; }
	eventually sent
	kill -KILL "$snmpd"
	wait "$snmpd" || true
	eventually says_times 1 'has gone'
	module_start
	registered 2
	there
}

@test "snmpd with 2,000 descriptors, and the module" {
	ulimit -n 4096
	some_table
	for ((i = 0; i < 2000; i++)); do
		exec {fd}</dev/null
	done
	module_start
	there2
	agentx_start
	registered
	there
	unharmed 3
	told_most
}

#
# Others who wait.
#

@test "a master that is stopped, with its queue full, keeps nobody from ending" {
	local i

	some_table
	snmpd_start
	eventually snmpd_answers
	kill -STOP "$snmpd"
	# Each try to open a session leaves one connection in the queue.
	for ((i = 0; i < 5; i++)); do
		(
			exec timeout 60 snmpget -v2c -c public -r 0 -t 60 \
				"unix:$run/master" "$sysuptime"
		) >/dev/null 2>&1 3>&- 4>&- &
		naive+=" $!"
	done
	sleep 0.5
	agentx_start
	eventually says_times 1 'waiting for snmpd'
	kill -TERM "$agentx"
	wait "$agentx"
	[ "$(says 'ended by SIGTERM')" -eq 1 ]
}

@test "a subagent that hears no answers makes snmpd deaf; ours does not" {
	local i deaf=no

	[[ -x $BUILDDIR/tests/naive_agent ]] || skip "needs naive_agent"
	snmptrapd_start
	snmpd_start
	eventually snmpd_answers
	"$BUILDDIR/tests/naive_agent" "unix:$run/master" 5000 >"$run/naive" 2>&1 \
		3>&- 4>&- &
	naive=$!
	for ((i = 0; i < 20; i++)); do
		if ! snmpget -v2c -c public -r 0 -t 2 "$agent" "$sysuptime" >/dev/null 2>&1; then
			deaf=yes
			break
		fi
		! grep -q '^sent' "$run/naive" || break
	done
	[[ $deaf == yes ]] || skip "snmpd took 5,000 notifications in one go this time"
	grep -q '^sending' "$run/naive"
	lacks '^sent' "$run/naive"
	kill -KILL "$naive"
	wait "$naive" || true
	naive=
	eventually snmpd_answers
	# As many by ours.
	"$BUILDDIR/tests/make_table" "$run/table" capacity=8192 ring=8192 </dev/null
	chmod 644 "$run/table"
	agentx_start --min-interval 0 --rate 10000 --burst 10000
	registered
	looked
	seq 5000 | awk '{ print "host" $1 "/tcp/25 port=25 outcome=timeout down event=1" }' |
		"$BUILDDIR/tests/make_table" "$run/table" capacity=8192 ring=8192
	all_sent() {
		unharmed || return 2
		[[ $(get "$base.1.5.5.0") == *" 5000" ]]
	}
	eventually all_sent
	told_most
}
