#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2030,SC2031,SC2034,SC2154
#
# Every row of portstate-migrating(7) is run, against fake servers; where the
# other program is installed, it runs too, and must come to the same.
#
# rows(), at the end, has a line for each row of the page:
#
#	theirs | exit status | what our output matches | their command
#
# A section begins with `=`.  The key `example` is the .Dl of a section.  The
# third is a regular expression of bash on all output, so ^ is the first line.
# The last may be missing, and is
#
#	=		the plugin of the Monitoring Plugins 2.x, with the
#			arguments of our row, and our exit status
#	2		the same, but this exit status
#	@		what stands under theirs, and our exit status
#	check_tcp ...	this command, with theirs in place of @, the same
#	nmap ...	this command, likewise; all states of ports that it
#			tells are ours
#	perl		the porthash of the page
#
# A row of the page that is not here is a failure, and so is a line that is not
# on the page.

here=$BATS_TEST_DIRNAME
page=$here/../../man/portstate-migrating.7
reference=/usr/lib/nagios/plugins

setup_file() {
	load tls
	tls_setup_file
}

setup() {
	load common
	load tls
	common_setup
	tls_dir=$BATS_FILE_TMPDIR/tls
	need_regex
	plugins=$(realpath "${PLUGINDIR:-$BUILDDIR/plugins}")
}

teardown() {
	tls_stop
	common_teardown
}

#
# The page: section, theirs, ours and "not yet" of each row, with tabs between.
#
rows_of_page() {
	awk '
	function text(s) {
		gsub(/\\&/, "", s); gsub(/\\ /, " ", s)
		gsub(/\\e/, "\\", s); gsub(/""/, "\"", s)
		return s
	}
	function quoted(s) {
		sub(/^[^"]*"/, "", s); sub(/"$/, "", s)
		return text(s)
	}
	function row() {
		if (theirs != "")
			print section "\t" theirs "\t" ours "\t" later
		theirs = ours = later = ""
	}
	/^\.S[hs] / { row(); section = substr($0, 5) }
	/^\.El/ { row() }
	/^\.It / { row(); theirs = quoted($0); next }
	/^\.Li "/ && theirs != "" && ours == "" { ours = quoted($0) }
	/^Not yet/ { later = "not yet" }
	/^\.Dl \$ / || goes_on {
		line = text(substr($0, 5)); sub(/^\$ /, "", line)
		if (!goes_on) { row(); theirs = "example" }
		goes_on = sub(/\\$/, "", line)
		ours = ours line
		if (!goes_on) row()
	}' "$page"
}

# literal SECTION: the literal display of that section
literal() {
	awk -v section="$1" '
	/^\.Sh / { here = substr($0, 5) == section }
	/^\.Ed/ { on = 0 }
	on { gsub(/\\e/, "\\"); print }
	/^\.Bd/ && here { on = 1 }' "$page"
}

# The table: section, theirs, and the rest of the line, with tabs between.
table() {
	rows | awk '
	/^= / { section = substr($0, 3); next }
	{ gsub(/ +\| /, "\t"); print section "\t" $0 }'
}

# row SECTION THEIRS: sets $want, $pattern and $command, of the array $rows
row() {
	local line=${rows[$1:$2]:-}

	IFS=$'\t' read -r want pattern command <<<"$line"
	[[ -n $line ]]
}

read_table() {
	local section theirs rest

	while IFS=$'\t' read -r section theirs rest; do
		rows[$section:$theirs]=$rest
	done < <(table)
}

#
# The world: the ports that the page names, here or, in a network of our own,
# just these; mx1 and the like are this machine, mx2 and 192.0.2.0/28 parts of
# it where nothing listens.
#
declare -gA script=(
	[21]='say "220 ftp\r\n"'
	[22]='say "SSH-2.0-x\r\n"'
	[23]='closed'
	[25]='say "220 mx1 ESMTP\r\n" expect "EHLO" expect "\n" say "250-mx1\r\n250 SIZE\r\n" expect "\n" say "221 bye\r\n" close'
	[80]='silent'
	[110]='say "+OK\r\n"'
	[119]='say "200 news\r\n"'
	[143]='say "* OK\r\n"'
	[3310]='expect "PING" say "PONG\n" close'
	[5222]='expect "<stream" say "<?xml version=\x271.0\x27?><stream:stream>"'
	[6379]='expect "PING" say "+PONG\r\n"'
)
declare -A port=()

world() {
	local n i
	local -a numbers=() scripts=('unix say "+PONG\r\n"')

	for n in "${!script[@]}"; do
		numbers+=("$n")
		scripts+=("tcp4${OWN_NETWORK:+:$n} ${script[$n]}")
	done
	# A name server, whose answer is to the question that came.
	numbers+=(53)
	scripts+=("udp4${OWN_NETWORK:+:53} copy 0 2 0 copy 12 5 12 reply '\x00\x00\x84\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01'")
	if [[ ${OWN_NETWORK:-} == yes ]] && ipv6; then
		scripts+=("tcp6:25 ${script[25]}")
	fi
	serve "${scripts[@]}" || return 1
	for i in "${!numbers[@]}"; do
		port[${numbers[i]}]=${FAKE_PORT[i + 1]}
	done
}

# Port 443 speaks TLS.
tls_world() {
	tls_start good && port[443]=$tls_port
}

# The files that the page names.
files() {
	printf '%s\n' 127.0.0.1 127.0.0.2 >hosts.txt
	printf '%s\n' '# mail' "127.0.0.1 ${port[25]}" >hosts
	printf '#!/bin/sh\n' >action
	chmod +x action
	printf '%s\n' 'expect:220' 'send:EHLO me\r\n' 'expect:250' >smtp.steps
	printf '%s\n' portsets: '  mine:' "    smtp: {tcp: ${port[25]}, handler:\
 [$plugins/check_tcp, -H, '%h', -p, '%p', -e, '220']}" >mine.yaml
	printf '%s\n' '[mail]' hostname=127.0.0.1 "port=${port[25]}" \
		expect=220 >mail.ini
	[[ -n $tls_port ]] || return 0
	cp "$tls_dir/ca" ca.pem
	cp "$tls_dir/good" cert.pem
	cp "$tls_dir/key" key.pem
}

ipv6() {
	grep -q '^0\{31\}1 ' /proc/net/if_inet6 2>/dev/null
}

# needs COMMAND: what there must be for it: network, tls, these two, a port set,
# or nothing.
# Ranges, names of ports, ports that are not given, and both families: only
# where all ports are ours, and have the numbers that they should have.
needs() {
	if [[ $1 =~ --portset\  ]]; then
		echo portset
	elif [[ $1 =~ --protocol\ (simap|spop|ssmtp|nntps) ]]; then
		echo these two
	elif [[ $1 =~ -p\ ?[^\ ]*[0-9]-[0-9] || $1 =~ -p\ ssh || $1 =~ \ -6 ||
		$1 =~ --protocol && ! $1 =~ -p\  ]]; then
		echo network
	elif [[ $1 =~ -p\ 443 || $1 =~ --starttls ]]; then
		echo tls
	fi
}

# words COMMAND: sets $args to its words, with the hosts and ports of the world
words() {
	local i line

	line=$(sed -E -e 's/--sni www1/--sni www.test/' -e 's/\b(mx|www|ftp|im|news)1\b/127.0.0.1/g' \
		-e 's/\bmx2\b/127.0.0.2/g' -e 's/192\.0\.2\.[17]\b/127.0.0.1/g' \
		-e 's/192\.0\.2\.0/127.0.0.16/g' -e 's/2001:db8::1/::1/g' \
		-e "s,/usr/local/share/portstate,$BATS_TEST_DIRNAME/../../data," \
		-e "s,/usr/local/bin/action,$PWD/action," \
		-e "s,/run/redis\.sock,${FAKE_PATH[0]},g" \
		-e 's/\beth0\b/lo/g' <<<"$1")
	eval "args=($line)"
	for ((i = 1; i < ${#args[@]}; i++)); do
		[[ ${args[i - 1]} != -p ]] || args[i]=$(ports "${args[i]}")
	done
}

# ports LIST: the list with the ports of the world
ports() {
	local item all='' prefix number

	for item in ${1//,/ }; do
		prefix=${item%%[0-9]*}
		number=${item#"$prefix"}
		number=${number%%[!0-9]*}
		if [[ $item != *-* && -n ${port[${number:-x}]:-} ]]; then
			item=${item/"$number"/"${port[$number]}"}
		fi
		all+=,$item
	done
	echo "${all#,}"
}

# Sets $ours, the words of our command, from $args.
as_ours() {
	plugin=$plugins/${args[0]}
	[[ ${args[0]} == check_* ]] || plugin=$(realpath -s "$BUILDDIR/subagent/${args[0]}")
	ours=("${args[@]:1}")
}

# As theirs: the programs in their directory.
as_theirs() {
	local i

	for i in "${!args[@]}"; do
		case ${args[i]} in
		negate | check_[a-z]*) args[i]=$reference/${args[i]} ;;
		esac
	done
}

complain() {
	printf '%s: %s\n  %s\n' "$section" "$theirs" "$1"
	[[ -z ${2:-} ]] || sed 's/^/  | /' "$2" | head -n 20
}

# How many rows are run at once: many only wait.
at_once=24

# each SECTION FUNCTION: calls it for each row that needs nothing else, or with
# `network` or `tls` for those of all sections that need that, in a directory of
# its own; $section, $theirs, $line, $later, $want, $pattern and $command are set.
# What it prints is wrong, and so is an end before its end.
each() {
	local only=$1 function=$2 number=0 need
	local section theirs line later want pattern command
	local -a args ours pids=()
	local -A rows=()

	read_table
	world || return 1
	while IFS=$'\t' read -r section theirs line later; do
		need=$(needs "$line")
		[[ ${need:-$section} == "$only" ]] || continue
		[[ ! $line =~ \ -6 ]] || ipv6 || continue
		apart "$function" >"report.$number" 2>&1 3>&- 4>&- &
		pids+=("$!")
		((++number % at_once)) || wait "${pids[@]}"
	done < <(rows_of_page)
	wait "${pids[@]}"
	cat report.*
	((number > 0)) && [[ -z $(cat report.*) ]] || return 1
	[[ $(find . -name ended | wc -l) == "$number" ]] || {
		echo "not all $number rows came to their end"
		return 1
	}
}

apart() {
	mkdir "row.$BASHPID" && cd "row.$BASHPID" || return
	out=$PWD/out
	err=$PWD/err
	files
	if row "$section" "$theirs"; then
		"$1"
	else
		complain "is not in the table"
	fi
	: >ended
}

# Whether our command ends by a signal only.
goes_on() {
	[[ ${args[0]} == port* && ! " ${args[*]} " =~ \ -[rVh] ]]
}

# As check, for such a one, which is ended as soon as it takes signals.
check_daemon() {
	start "$@"
	if [[ " $* " == *" -d "* ]]; then
		finish
		[[ $status == 0 ]] || return
		pid=$(daemons)
		[[ -n $pid ]] && heeds && kill -TERM "$pid" && gone
	else
		heeds && kill -TERM "$pid" && finish
	fi
}

gone() {
	local i

	for ((i = 0; i < 500; i++)); do
		[[ -d /proc/$pid ]] || return 0
		sleep 0.02
	done
	kill -KILL "$pid"
	return 1
}

# One row through ours.
our_row() {
	[[ -n $line ]] || complain "has no command"
	words "$line"
	as_ours
	if goes_on; then
		check_daemon "${ours[@]}" || complain "goes not on"
	else
		check "${ours[@]}" <hosts.txt
	fi
	[[ $status == "$want" ]] || complain "exit status $status, not $want" "$out"
	[[ $(<"$out") =~ $pattern ]] || complain "does not match $pattern" "$out"
	[[ ! -s $err || " ${ours[*]} " == *" -v "* || $plugin == */portstated ]] ||
		complain "standard error" "$err"
	if [[ $later == "not yet" ]]; then
		[[ $want == 3 ]] || complain "is not yet, but no error"
	fi
}

# One row through both.
both() {
	local verdict ours_too

	[[ -n $command ]] || return 0
	words "$line"
	as_ours
	check "${ours[@]}" <hosts.txt
	ours_too=$status
	case $command in
	nmap*) beside_nmap ;;
	perl) beside_perl ;;
	*) beside_plugin ;;
	esac
}

beside_plugin() {
	local want=$ours_too

	case $command in
	@) words "$theirs" ;;
	=) words "$line" ;;
	check_*) words "${command/@/"$theirs"}" ;;
	*)
		words "$line"
		want=$command
		;;
	esac
	as_theirs
	status=0
	timeout -s KILL 30 "${args[@]}" >"$out" 2>&1 3>&- 4>&- || status=$?
	[[ $status == "$want" ]] ||
		complain "theirs: exit status $status, not $want: ${args[*]}" "$out"
}

# All that nmap says of ports is what we say of them, and the open ones are the
# same: what it leaves out it calls ignored.
beside_nmap() {
	local told

	words "${command/@/"$theirs"}"
	[[ " ${args[*]} " == *" -oG "* ]] || args+=(-oG grepable)
	"${args[@]}" <hosts.txt >theirs 2>&1 3>&- 4>&- || complain "theirs" theirs
	[[ " ${args[*]} " != *" -oG - "* ]] || cp theirs grepable
	sed -n -E 's/^Host: ([^ ]+).*Ports: ([^\t]*).*/\1 \2/p' grepable |
		awk '{ host = $1; $1 = ""; n = split($0, p, ",")
			for (i = 1; i <= n; i++) {
				split(p[i], f, "/"); sub(/ /, "", f[1])
				print host, f[1], f[2]
			} }' | sort >theirs.ports
	our_ports >ours.ports
	[[ -s theirs.ports ]] || complain "theirs: tells of no port" theirs
	comm -23 theirs.ports ours.ports >only
	[[ ! -s only ]] || complain "only theirs says" only
	diff <(grep ' open$' theirs.ports) <(grep ' open$' ours.ports) >only ||
		complain "open differs" only
}

# Address, port and state of all that our command asks.
our_ports() {
	local json=--json

	[[ $plugin != */check_portset ]] || json=--format=json
	"$plugin" "${ours[@]}" "$json" <hosts.txt | sed -n -E \
		's/.*"address":"([^"]*)","port":([0-9]+),.*"state":"(open|closed|filtered)".*/\1 \2 \3/p' |
		sort
}

# The porthash, with the ports of the world.
beside_perl() {
	local code n

	code=$(literal IO::Socket::PortState | sed "s/'mx1'/'127.0.0.1'/")
	for n in "${!port[@]}"; do
		code=${code/"$n => {"/"${port[$n]} => {"}
	done
	perl -e 'use strict; use IO::Socket::PortState qw(check_ports);' -e "$code" \
		-e 'print "$_ ", $porthash{tcp}{$_}{open} ? "true" : "false", "\n"
			for sort keys %{$porthash{tcp}};' >theirs 2>&1 ||
		complain "theirs" theirs
	sed -n -E 's/.*"port":([0-9]+),.*"open":(true|false),.*/\1 \2/p' "$out" |
		sort >ours.ports
	diff theirs ours.ports >only || complain "theirs differs" only
	[[ $(grep -c true theirs) == 2 && $(grep -c false theirs) == 1 ]] ||
		complain "theirs" theirs
}

need_plugins() {
	[[ -x $reference/check_tcp && -x $reference/negate ]] ||
		skip "needs $reference/check_tcp: monitoring-plugins-basic"
	"$reference/check_tcp" -V 2>/dev/null | grep -q 'monitoring-plugins 2\.' ||
		skip "$reference/check_tcp is not of the Monitoring Plugins 2.x"
}

need_nmap() {
	command -v nmap >/dev/null || skip "needs nmap"
}

need_perl() {
	perl -MIO::Socket::PortState -e 1 2>/dev/null ||
		skip "needs IO::Socket::PortState: libio-socket-portstate-perl"
}

@test "the rows of the page are those of the table" {
	diff --label page --label table \
		<(rows_of_page | cut -f 1,2 | sort) <(table | cut -f 1,2 | sort)
	[ "$(rows_of_page | cut -f 1,2 | sort | uniq -d | wc -l)" = 0 ]
	[ "$(grep -c -e '^\.It ' -e '^\.Dl \$ ' "$page")" = \
		"$(rows_of_page | wc -l)" ]
}

@test "every section has rows" {
	rows_of_page | cut -f 1 | uniq >sections
	for s in check_tcp check_udp 'MONITORING PLUGINS 3.x' 'NAGIOS PLUGINS' \
		IO::Socket::PortState nmap blackbox_exporter 'sensu check-ports' \
		portmon; do
		grep -qxF "$s" sections || {
			echo "$s"
			return 1
		}
	done
	[ "$(wc -l <sections)" = 9 ]
}

@test "check_tcp of the Monitoring Plugins 2.x" {
	each check_tcp our_row
}

@test "check_udp of the Monitoring Plugins" {
	each check_udp our_row
}

@test "a link with a name that is not yet a protocol is an error" {
	for name in check_udp; do
		plugin=$plugins/check_tcp
		link "$name"
		check -p 53 -s x -e y
		[ "$status" = 3 ]
		grep -qx "TCP UNKNOWN - $name: there is no protocol of that name" "$out"
		grep -qw "$name" "$page"
	done
}

@test "Monitoring Plugins 3.x" {
	each 'MONITORING PLUGINS 3.x' our_row
}

@test "Nagios Plugins" {
	each 'NAGIOS PLUGINS' our_row
}

@test "IO::Socket::PortState" {
	each IO::Socket::PortState our_row
}

@test "nmap" {
	each nmap our_row
}

@test "blackbox_exporter" {
	each blackbox_exporter our_row
}

# It is not run: its module must say what our steps say.
@test "blackbox_exporter: the steps are those of the module" {
	literal blackbox_exporter | sed -n -E -e 's/^[ -]+expect: "(.*)"$/expect-regex:\1/p' \
		-e 's/^[ -]+send: "(.*)"$/send:\1\\n/p' >theirs
	rows_of_page | grep '^blackbox_exporter.example' | grep -oE "'[^']+'" |
		tr -d "'" >ours
	diff theirs ours
	[ "$(wc -l <ours)" = 4 ]
}

@test "sensu check-ports" {
	each 'sensu check-ports' our_row
}

@test "portmon" {
	each portmon our_row
}

@test "what needs a network of its own" {
	own_network
	each network our_row
}

@test "what needs TLS" {
	need_tls
	tls_world
	each tls our_row
}

@test "what needs a port set" {
	own_network
	each portset our_row
}

@test "what needs these two" {
	own_network
	need_tls
	each 'these two' our_row
}

@test "check_tcp of the Monitoring Plugins 2.x: beside theirs" {
	need_plugins
	each check_tcp both
}

@test "IO::Socket::PortState: beside theirs" {
	need_perl
	each IO::Socket::PortState both
}

@test "nmap: beside theirs" {
	need_nmap
	each nmap both
}

@test "what needs a network of its own: beside theirs" {
	own_network
	need_plugins
	need_nmap
	each network both
}

@test "what needs TLS: beside theirs" {
	need_tls
	need_plugins
	need_nmap
	tls_world
	each tls both
}

rows() {
	cat <<-'END'
= check_tcp
-H mx1 | 0 | ^TCP OK - .* on 127\.0\.0\.1 port | =
-H /run/redis.sock | 0 | ^TCP OK - .* on socket / | =
-p 25 | 0 | ^TCP OK - | =
-4 | 0 | ^TCP OK - | =
-6 | 0 | ^TCP OK - .* on ::1 port 25 | 2
-s PING | 0 | ^TCP OK - | =
-E -s 'PING\r\n' | 0 | ^TCP OK - .*\[\+PONG\] | =
-e 220 | 0 | ^TCP OK - .*\[220 mx1 ESMTP\] | =
-A -e 220 -e ESMTP | 0 | ^TCP OK - .*\[220 mx1 ESMTP\] | =
-q QUIT | 0 | ^TCP OK - | =
-r ok | 0 | ^TCP OK - Connection refused | =
-r ok -H /run/missing | 0 | ^TCP OK - No such file or directory | check_tcp @
-M crit | 2 | ^TCP CRITICAL - Unexpected response | =
-j | 0 | ^TCP OK - [^[]*time= | =
-m 3 | 0 | ^TCP OK - .*\[220\] | =
-m 3 -e ESMTP | 1 | ^TCP WARNING - Unexpected response | 0
-d 1 | 0 | ^TCP OK - | =
-w 1 -c 5 | 0 | ^TCP OK - .*;1\.000000;5\.000000; | =
-t 1 | 2 | ^TCP CRITICAL - Socket timeout after 1 seconds | =
-to 5 -wt 1 -ct 5 | 0 | ^TCP OK - .*;1\.000000;5\.000000;0\.000000;5\.000000 | =
-v | 0 | ^TCP OK - | =
--extra-opts=mail@mail.ini | 0 | ^TCP OK - .*\[220 mx1 ESMTP\] | =
-C 1 -W 2 | 0 | ^TCP OK - | =
-V | 3 | ^check_tcp v.*\(portstate\) | =
-h | 3 | ^check_tcp v.*Usage: | =
check_ftp -H ftp1 | 0 | ^FTP OK - .*port 21 \[220 ftp\] | @
check_pop -H mx1 | 0 | ^POP OK - .*port 110 \[\+OK\] | @
check_imap -H mx1 | 0 | ^IMAP OK - .*port 143 \[\* OK\] | @
check_nntp -H news1 | 0 | ^NNTP OK - .*port 119 \[200 news\] | @
check_jabber -H im1 | 0 | ^JABBER OK - .*port 5222 | @
check_clamd -H mx1 | 0 | ^CLAMD OK - .*port 3310 \[PONG\] | @
negate check_tcp -p 23 | 0 | ^TCP OK - Connection refused | @
-S | 0 | ^TCP OK - | =
-D 14,7 | 0 | ^TCP OK - .* expires in 30 days .* cert_days=30\.[0-9]*;14\.000000:;7\.000000:; | =
--sni www1 | 0 | ^TCP OK - | =
check_simap -H mx1 | 2 | ^SIMAP CRITICAL - Connection refused .*port 993
check_spop -H mx1 | 2 | ^SPOP CRITICAL - Connection refused .*port 995
check_ssmtp -H mx1 | 2 | ^SSMTP CRITICAL - Connection refused .*port 465
check_nntps -H news1 | 2 | ^NNTPS CRITICAL - Connection refused .*port 563
= check_udp
-p 53 -s x -e y | 1 | ^UDP WARNING - Unexpected response
= MONITORING PLUGINS 3.x
no option | 0 | ^\[OK\] - Connection succeeded
--output-format mp-test-json | 2 | ^\{.*"status":"CRITICAL"
-e 220 | 0 | ^TCP OK - [^[]*time=
-r warn | 1 | ^TCP WARNING - Connection refused
= NAGIOS PLUGINS
-t 1:unknown | 3 | ^TCP UNKNOWN - Socket timeout after 1 seconds
-t 1:3 | 3 | ^TCP UNKNOWN - Socket timeout after 1 seconds
-t :ok | 0 | ^TCP OK - .*;10\.000000
-r ok | 0 | ^TCP OK - Connection refused.*time=U;
-r warn | 1 | ^TCP WARNING - Connection refused
-h | 3 | ^check_tcp v.*Usage:
-V | 3 | ^check_tcp v
-S -N www1 | 0 | ^TCP OK -
= IO::Socket::PortState
example | 2 | ^\{"version":1,.*"open":2,"closed":1,.*"entries":\[ | perl
$host | 2 | ^PORTSET CRITICAL - 1 of 2 not as expected: 127\.0\.0\.2/tcp/[0-9]* closed
$hr = check_ports | 0 | ^\{"version":1,.*"open":2,"closed":0,.*"entries":\[
$timeout | 0 | ^PORTSET OK - 1 of 1
name | 0 | ^PORTSET OK - 2 of 2 .* 127\.0\.0\.1/ssh=.* 127\.0\.0\.1/smtp=
open | 0 | "open":true
note | 0 | "open":true,.*"note":"220 mx1 ESMTP
closed_reason | 2 | "open":false.*"closed_reason":"Connection refused"
if !open | 0 | ^PORTSET OK - 2 of 2
\&handler | 0 | ^PORTSET OK - 1 of 1
\&handler of one's own | 0 | ^TCP OK -
\&handler that is a program | 0 | ^PORTSET OK - 1 of 1
udp | 0 | ^PORTSET OK - 1 of 1
::cPanel, check_inbound | 2 | ^PORTSET CRITICAL - [0-9]+ of 22 not as expected(, [0-9]+ only a warning)?: 127\.0\.0\.1/
::cPanel, check_outbound | 2 | ^PORTSET CRITICAL - 12 of 12 not as expected, 7 only a warning: 127\.0\.0\.2 \(all 12 ports: closed, Connection refused\)
another ::module like it | 0 | ^PORTSET OK - 1 of 1
= nmap
-sT | 2 | CRITICAL: 2 of 3 as expected; 2 open, 1 closed | nmap -n -Pn @ -p 22,23,25 mx1
-p 22,25 | 0 | ^PORTSET OK - 2 of 2 | nmap -n -Pn -sT @ mx1
-p 1-1024 | 0 | ^PORTSET OK - 1024 of 1024 .*tcp/22.*tcp/25 | nmap -n -Pn -sT @ mx1
-p ssh,smtp | 0 | ^PORTSET OK - 2 of 2 | nmap -n -Pn -sT @ mx1
-p T:25 | 0 | ^PORTSET OK - 1 of 1 | nmap -n -Pn -sT @ mx1
-p- | 0 | ^PORTSET OK - 65535 of 65535 | nmap -n -Pn -sT @ mx1
-Pn | 0 | ^PORTSET OK - 1 of 1 | nmap -n @ -sT -p 25 mx1
-n | 0 | ^PORTSET OK - 1 of 1 | nmap @ -Pn -sT -p 25 192.0.2.1
mx1 mx2 | 2 | CRITICAL: 1 of 2 as expected; 1 open, 1 closed | nmap -n -Pn -sT -p 25 @
192.0.2.0/28 | 0 | OK: 16 of 16 as expected; 0 open, 16 closed | nmap -n -Pn -sT -p 25 @
-iL hosts.txt | 2 | ^PORTSET CRITICAL - 1 of 2 not as expected: 127\.0\.0\.2/ | nmap -n -Pn -sT -p 25 @
-iL - | 2 | ^PORTSET CRITICAL - 1 of 2 not as expected: 127\.0\.0\.2/ | nmap -n -Pn -sT -p 25 @
-6 | 0 | ^PORTSET OK - 1 of 1 | nmap -n -Pn -sT @ -p 25 2001:db8::1
--resolve-all | 0 | ^TCP OK - | nmap -n -Pn -sT @ -p 25 mx1
--open | 0 | ^PORTSET OK - .*tcp/22.*tcp/25 | nmap -n -Pn -sT @ -p 1-1024 mx1
--reason | 2 | tcp/[0-9]* +closed +open .*Connection refused | nmap -n -Pn -sT @ -p 23,25 mx1
-v | 0 | ^PORTSET OK - .*Limits: 2 entries.*127\.0\.0\.1/tcp/[0-9]*: open | nmap -n -Pn -sT @ -p 22,25 mx1
-oN - | 2 | ^NAME .*CRITICAL: 1 of 2 as expected | nmap -n -Pn -sT @ -p 23,25 mx1
-oG - | 2 | ^\{"version":1,.*"open":1,"closed":1,.*"entries":\[ | nmap -n -Pn -sT @ -p 23,25 mx1
-oX - | 2 | ^\{"version":1,.*"open":1,"closed":1,.*"entries":\[ | nmap -n -Pn -sT @ -p 23,25 mx1
-T4 | 0 | ^PORTSET OK - 1 of 1 | nmap -n -Pn -sT @ -p 25 mx1
--max-rate 100 | 0 | ^PORTSET OK - 2 of 2 | nmap -n -Pn -sT @ -p 22,25 mx1
--min-rate 100 | 0 | ^PORTSET OK - 2 of 2 | nmap -n -Pn -sT @ -p 22,25 mx1
--max-parallelism 10 | 0 | ^PORTSET OK - 2 of 2 | nmap -n -Pn -sT @ -p 22,25 mx1
--max-rtt-timeout 500ms | 0 | ^PORTSET OK - 1 of 1 | nmap -n -Pn -sT @ -p 25 mx1
--max-retries 2 | 0 | ^PORTSET OK - 1 of 1 | nmap -n -Pn -sT @ -p 25 mx1
--host-timeout 30 | 0 | ^PORTSET OK - 1 of 1 | nmap -n -Pn -sT @ -p 25 mx1
-e eth0 | 0 | ^PORTSET OK - 1 of 1 | nmap -n -Pn -sT @ -p 25 mx1
-S 192.0.2.7 | 0 | ^PORTSET OK - 1 of 1 | nmap -n -Pn -sT -e lo @ -p 25 mx1
-g 20000 | 0 | ^TCP OK - | nmap -n -Pn -sT @ -p 25 mx1
--ttl 9 | 0 | ^TCP OK - | nmap -n -Pn -sT @ -p 25 mx1
-sV | 0 | ^PORTSET OK - 1 of 1
--script banner | 0 | ^TCP OK - .*\[220 mx1 ESMTP\] | nmap -n -Pn -sT @ -p 25 mx1
-V | 3 | ^check_portset v
-sU | 0 | ^PORTSET OK - 1 of 1
--script ssl-cert | 0 | ^TCP OK - .* expires in 30 days .*Certificate 1: subject "www\.test".*Certificate 2: | nmap -n -Pn -sT @ -p 443 mx1
= blackbox_exporter
example | 0 | ^TCP OK -
prober: tcp | 0 | ^TCP OK -
targets: [mx1:25, mx2:25] | 2 | ^PORTSET CRITICAL - 1 of 2 not as expected: 127\.0\.0\.2/
timeout: 5s | 0 | ^TCP OK - .*;5\.000000
preferred_ip_protocol: ip4 | 0 | ^TCP OK -
preferred_ip_protocol: ip6 | 0 | ^TCP OK - .* on ::1 port 25
source_ip_address | 0 | ^TCP OK -
- expect: ^220 | 0 | ^TCP OK - .*\[220 mx1 ESMTP\]
- send: PING | 0 | ^TCP OK - .*\[\+PONG\]
- expect, then send of ${1} | 0 | ^TCP OK -
a module in blackbox.yml | 0 | ^TCP OK -
probe_success | 2 | ^TCP CRITICAL - Connection refused
probe_duration_seconds | 0 | ^TCP OK - .*time=[0-9.]*s.* connect=
probe_failed_due_to_regex | 1 | ^mismatch.time=
tls: true | 2 | ^TCP CRITICAL - Certificate not trusted
insecure_skip_verify: true | 0 | ^TCP OK -
ca_file: ca.pem | 0 | ^TCP OK -
server_name: www1 | 0 | ^TCP OK -
cert_file, key_file | 0 | ^TCP OK -
min_version: TLS13 | 0 | ^TCP OK -
starttls: true | 2 | ^SMTP\+STARTTLS CRITICAL - TLS failed .*does not agree to begin TLS: "221 bye"
probe_ssl_earliest_cert_expiry | 0 | ^TCP OK - .* cert_days=30\.
probe_tls_version_info | 0 | "tls":\{"version":"TLSv1\.3"
prober: dns | 0 | ^DNS OK
= sensu check-ports
-H mx1,mx2 -p 25 | 2 | ^PORTSET CRITICAL - 1 of 2 not as expected: 127\.0\.0\.2/
-p 22,8100-8131 | 2 | ^PORTSET CRITICAL - 32 of 33 not as expected: 127\.0\.0\.1/tcp/8100 closed
-P tcp | 0 | ^PORTSET OK - 1 of 1
-t 30 | 0 | ^PORTSET OK - 1 of 1
-P udp | 0 | ^PORTSET OK - 1 of 1
= portmon
-c hosts | 0 | ^- Service on 127\.0\.0\.1:[0-9]+ is normal \([0-9]+ms\)$
-d | 0 | ^$
-e 'page %h %t %m' | 0 | ^$
no -e | 0 | ^$
action.c | 0 | ^$
-g 500 | 0 | ^$
-g 500 -p 3 | 0 | ^$
-l log | 0 | ^$
-n 60 | 0 | ^$
its report | 0 | ^- Service on 127\.0\.0\.1:[0-9]+ is normal \([0-9]+ms\)$
-r '%s %h:%p' | 0 | ^- 127\.0\.0\.1:[0-9]+$
-s 3 | 0 | ^$
-s severe=3 | 0 | ^$
-t 5 | 0 | ^$
-v | 0 | ^$
-V | 0 | ^portmon v
-h | 0 | ^portmon v.*Usage:
--sleep=60, --error ... | 0 | ^$
mx1 25 | 0 | ^TCP OK -
mx1 25 and mx2 25 | 2 | ^PORTSET CRITICAL - 1 of 2 not as expected: 127\.0\.0\.2/
one round, as a plugin | 0 | ^PORTSET OK - 1 of 1
its report, by a plugin | 0 | ^- Service on 127\.0\.0\.1:[0-9]+ is normal \([0-9]+ms\)$
-g 500 -p 3, by a plugin | 0 | ^PORTSET OK - 1 of 1.*_loss'=0\.0%
-c hosts -n 60, and a table | 0 | ^$
	END
}
