#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2034,SC2154
#
# check_tcp beside the plugin of the same name of the Monitoring Plugins 2.x:
# the command lines of check_tcp.table run through both.  That file says how to
# read it; here is what is done with it.
#
# A test is a section of the table, and fails with one that is not, or with a
# line that is compared in no test.

here=$BATS_TEST_DIRNAME
table=$here/check_tcp.table
manual=$here/../../man/check_tcp.1
reference=${CHECK_TCP_REFERENCE:-/usr/lib/nagios/plugins/check_tcp}

# How many lines are run at once: most of them only wait.
at_once=24

# A locale of our own making, where localedef can make it.
setup_file() {
	localedef -i de_DE -f UTF-8 "$BATS_FILE_TMPDIR/de_DE.UTF-8" \
		>/dev/null 2>&1 || true
	load ../e2e/tls
	tls_authority "$BATS_FILE_TMPDIR/tls" || return 0
	tls_certificate good -1days '+30 days +1 hour'
	tls_certificate last -1days '+20 hours'
	tls_certificate expired '-10 days' '-3 days'
	tls_certificate early '+3 days' '+30 days'
}

setup() {
	[ -x "$reference" ] || skip "needs $reference: monitoring-plugins-basic"
	"$reference" -V 2>/dev/null | grep -q 'monitoring-plugins 2\.' ||
		skip "$reference is not of the Monitoring Plugins 2.x"
	load ../e2e/common
	load ../e2e/tls
	common_setup
	tls_dir=$BATS_FILE_TMPDIR/tls
	export LC_ALL=C # a line may have any bytes
	declare -gA value=()
}

teardown() {
	[ -z "${out:-}" ] || tls_stop
	[ -z "${out:-}" ] || common_teardown
}

# The lines of one kind: of the peers, or of all commands.
peers() {
	sed -n -E 's/^peer +([^ ]+) +/\1 /p' "$table"
}

tls_peers() {
	sed -n -E 's/^tls +([^ ]+) +/\1 /p' "$table"
}

commands() {
	sed -n -E '/^(#|peer |tls |- |=|$)/!p' "$table"
}

# Those of one section.
commands_of() {
	sed -n "/^= $1\$/,/^= /p" "$table" | sed -E '/^(=|#|- |$)/d'
}

#
# What stands for a name with an @: it is empty if that cannot be had here.
#
start_peers() {
	local name script i
	local -a names=() scripts=()

	while read -r name script; do
		value[$name]=
		[[ $script != tcp6* ]] || there_is_ipv6 || continue
		names+=("$name")
		scripts+=("$script")
	done < <(peers)
	fake_start "${scripts[@]}" || return 1
	for i in "${!names[@]}"; do
		value[${names[i]}]=${FAKE_PORT[i]:-${FAKE_PATH[i]}}
	done
	while read -r name script; do
		value[$name]=
		[ -f "$tls_dir/$script" ] || continue
		tls_start "$script" || return 1
		value[$name]=$tls_port
	done < <(tls_peers)
	value[NONAME]=
	! resolver_says_no || value[NONAME]=no.such.invalid
	value[GERMAN]=
	! speaks_german || value[GERMAN]=de_DE.UTF-8
}

# localedef leaves a directory even where it cannot do its work.
speaks_german() {
	[ "$(LOCPATH=$BATS_FILE_TMPDIR LC_ALL=de_DE.UTF-8 \
		bash -c 'printf %.1f 1' 2>/dev/null)" = 1,0 ]
}

there_is_ipv6() {
	grep -q '^0\{31\}1 ' /proc/net/if_inet6 2>/dev/null
}

# At once: without a name server that answers, a name costs many seconds.
resolver_says_no() {
	local status=0

	timeout 2 getent ahosts no.such.invalid >/dev/null || status=$?
	[ "$status" = 2 ]
}

# fill_in LINE: sets $filled; status 1 if a value cannot be had
fill_in() {
	local rest=$1

	filled=
	while [[ $rest =~ @([A-Z][A-Z0-9]*) ]]; do
		if [[ -z ${value[${BASH_REMATCH[1]}]+set} ]]; then
			filled=none # no such peer, no such program: the line fails
			return
		fi
		[[ -n ${value[${BASH_REMATCH[1]}]} ]] || return 1
		filled+=${rest%%"${BASH_REMATCH[0]}"*}${value[${BASH_REMATCH[1]}]}
		rest=${rest#*"${BASH_REMATCH[0]}"}
	done
	filled+=$rest
}

# The files of --extra-opts, and names to call the programs by.
make_files() {
	local name

	cat >x.ini <<-END
		; of the test
		[open]
		port=${value[OPEN]}
		[closed]
		port=${value[CLOSED]}
		[check_tcp]
		port=${value[OPEN]}
		hostname=127.0.0.1
		[check_ftp]
		port=${value[FTP]}
		[warn]
		warning=30
		[twice]
		port=${value[SAY]}
		[expect]
		# all of it
		port = ${value[SAY]}
		expect = 220
		expect = hello
		all =
		[quoted]
		port=${value[SAY]}
		expect="220"
		[flag]
		jail=
		[twice]
		expect=220
		[crlf]
		port=${value[OPEN]}$(printf '\r')
		[comment]

		; one
		# two
		port=${value[OPEN]}
		[after]
		port=${value[OPEN]} # not a comment
		[bogus]
		bogus=1
		[short]
		warn=30
		[value]
		port=x1
		[letter]
		p=${value[OPEN]}
		[indented]
		    port=${value[OPEN]}
		[blanks]
		port  =  ${value[OPEN]}
	END
	printf '[noequals]\njail\n' >bad.ini
	cp x.ini monitoring-plugins.ini
	mkdir theirs ours
	for name in $(commands |
		sed -E 's/^[^|]*\| ([A-Z_]+=[^ ]+ )*([^ ]+).*/\2/' | sort -u); do
		ln -s "$reference" "theirs/$name"
		ln -s "$plugin" "ours/$name"
	done
}

# run_both COMMAND: into files in the directory $job
run_both() {
	local whose
	local -a words environment=() pids=()

	eval "words=($1)"
	while [[ ${words[0]} == *=* ]]; do
		environment+=("${words[0]}")
		words=("${words[@]:1}")
	done
	for whose in theirs ours; do
		{
			status=0
			env LOCPATH="$BATS_FILE_TMPDIR" "${environment[@]}" \
				timeout -s KILL 60 "$whose/${words[0]}" "${words[@]:1}" \
				>"$job/$whose" 2>"$job/$whose.err" || status=$?
			echo "$status" >"$job/$whose.status"
		} 2>/dev/null & # where the shell says that theirs was aborted
		pids+=("$!")
	done
	wait "${pids[@]}"
}

# look_at theirs|ours: sets $status, and of the first line $first, $state, like
# "TCP OK", and $shape, the performance data without the time itself
look_at() {
	status=$(<"$job/$1.status")
	IFS= read -r first <"$job/$1" || true
	state=
	shape=
	[[ ! $first =~ ^([A-Z0-9]+' '(OK|WARNING|CRITICAL|UNKNOWN))' - ' ]] ||
		state=${BASH_REMATCH[1]}
	[[ ! $first =~ '|'(.*) ]] || shape=${BASH_REMATCH[1]}
	[[ ! $shape =~ ^time=[0-9]+[.,][0-9]{6}s ]] ||
		shape=time=N${shape#"${BASH_REMATCH[0]}"}
}

# What came of it, in the words of the table: sets $found.
compare() {
	local first state shape status their_state their_shape their_status

	look_at theirs
	their_status=$status their_state=$state their_shape=$shape
	look_at ours
	if [[ -s $job/ours.err ]]; then
		found="something on standard error"
	elif [[ $their_status != "$status" ]]; then
		found="$their_status $status"
	elif [[ $status != 3 && ( -z $state || -z $shape ) ]]; then
		found="no state or performance data"
	elif [[ -z $their_state || -z $their_shape ]]; then
		found=same+
		[[ ${their_state:-$state} == "$state" &&
			${their_shape:-$shape} == "$shape" ]] || found="other data"
	elif [[ $their_state == "$state" && $their_shape == "$shape" ]]; then
		found=same
	elif [[ ${their_state#* } == "${state#* }" ]]; then
		found=like
	else
		found="another state"
	fi
}

# try LINE COMMAND: a line of the table, as it stands and filled in; writes what
# is wrong with it.  What bats does at each command of the shell is left out, to
# be in time.
try() {
	local expected key found

	trap - DEBUG
	mkdir "$job"
	run_both "$2"
	read -r expected key _ <<<"${1%%|*}"
	[[ $expected != [0-9]* ]] || expected+=" $key"
	compare
	[[ $found != "$expected" ]] || return 0
	printf '%s, not %s: %s\n' "$found" "$expected" "${1#*| }"
	printf 'theirs: %s\n' "$(head -n 1 "$job/theirs" | tr -d '\0')"
	printf 'ours:   %s\n' "$(head -n 1 "$job/ours")"
	cat "$job/ours.err"
}

# Runs the section that is named as the test, at_once lines at a time.
section() {
	local job line n=0
	local -a pids=()

	start_peers
	make_files
	while IFS= read -r line; do
		if ! fill_in "${line#*| }"; then
			echo "$line" >>"$BATS_FILE_TMPDIR/absent"
			continue
		fi
		((n < at_once)) || wait "${pids[n - at_once]}"
		job=job$n
		try "$line" "$filled" </dev/null >"wrong$n" 2>&1 3>&- 4>&- &
		pids[n++]=$!
		echo "$line" >>"$BATS_FILE_TMPDIR/compared"
	done < <(commands_of "$BATS_TEST_DESCRIPTION")
	wait "${pids[@]}"
	cat wrong* >wrong
	cat wrong
	[ ! -s wrong ]
}

@test "connections" {
	section
}

@test "addresses" {
	section
}

@test "Unix sockets" {
	section
}

@test "failures" {
	section
}

@test "answers" {
	section
}

@test "bytes" {
	section
}

@test "pieces" {
	section
}

@test "sending" {
	section
}

@test "thresholds" {
	section
}

@test "deadlines" {
	section
}

@test "errors and information" {
	section
}

@test "TLS" {
	[ -z "$(tls_missing)" ] ||
		commands_of TLS >>"$BATS_FILE_TMPDIR/absent"
	need_tls
	section
}

@test "options from a file" {
	section
}

@test "services" {
	section
}

@test "all lines of the table were compared, and are at least 150" {
	cd "$BATS_FILE_TMPDIR"
	touch absent
	diff <(commands | sort) <(sort compared absent)
	[ -z "$(commands | sed 's/^[^|]*| //' | sort | uniq -d)" ]
	(($(sort -u compared | wc -l) >= 150))
}

# A line that is `same` or `same+` needs no key, any other line does.
@test "all differences are in the manual, and all in the manual were shown" {
	[ -z "$(commands | grep -E '^(like|[0-9]+ [0-9]+) *\|')" ]
	[ -z "$(commands | grep -vE '^(same\+?|like|[0-9]+ [0-9]+)( +[a-z-]+)? *\| ')" ]
	diff --label "$table" --label "$manual" -U 0 <(
		{
			commands | sed -n -E 's/^[^|]*[a-z0-9+] +([a-z-]+) *\|.*/\1/p'
			sed -n -E 's/^- +([a-z-]+) +\|.*/\1/p' "$table"
		} | sort -u
	) <(sed -n '/^\.Sh COMPATIBILITY/,/^\.Sh SEE/s/^\.It Sy //p' "$manual" |
		sort -u)
}
