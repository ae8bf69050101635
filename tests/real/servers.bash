# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034,SC2154
#
# Servers of others, started for a test: to be loaded after common.bash.
#
# need PROGRAM...	skips the test unless all of them are installed
# need_root		skips it unless it is root's
# ports NAME...		a free port of the loopback, of TCP and UDP, in each of these
#			variables
# server [-u USER] COMMAND [ARG]...
#			starts it, in the foreground, in a space of processes of
#			its own where there may be one, so that nothing of it can
#			outlive it; $server_log has what it says; root lets USER
#			do it
# await PORT...		until the last one's ports are open; a minute and a half
# await_udp PORT...	the same of UDP, as the kernel lists them
# ready ROW PORT	until that service is OK, for 30 seconds
# servers_stop		ends those that were started, with all they started
# lend USER FILE...	makes them that user's, if it is for us to do
# secret FILE...	the same of the key, which is nobody else's then
#
# good ROW PORT [ARG]...	that service is OK
# bad STATE ROW PORT TEXT [ARG]...
#			it has that exit status, and the text of its line has
#			TEXT, a regular expression
# trusted ROW PORT [ARG]...	it is OK when its certificate is verified, and
#			CRITICAL when that is of nobody who is trusted
# gone ROW PORT		CRITICAL, since it has been stopped
# only PORT ROW...	it is OK as these of all services only that neither begin
#			with TLS nor are finger or chargen, which may be any text;
#			of those in common/$services, which is proto.def
# without FILE REGEX	nothing in that log matches it
# same NAME PORT [ARG]...	check_NAME of the Monitoring Plugins and ours
#			exit alike

server_pids=()
services=proto.def

plugins_of_others=/usr/lib/nagios/plugins

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/games
for unpacked in "${BUILDDIR:-.}"/real/*/usr/sbin; do
	PATH=$PATH:$unpacked
done

need() {
	local program

	for program; do
		[[ -x $program ]] || command -v "$program" >/dev/null ||
			skip "needs $program"
	done
}

need_root() {
	[[ $(id -u) == 0 ]] || skip "this server wants root"
}

# From below what the kernel gives to connections.
ports() {
	local name port

	for name; do
		for ((;;)); do
			port=$((20000 + RANDOM % 12000))
			[[ " ${ports_taken-} " != *" $port "* ]] || continue
			! bound_udp "$port" || continue
			(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
		done
		ports_taken+=" $port"
		printf -v "$name" '%s' "$port"
	done
}

lend() {
	local user=$1

	shift
	[[ $(id -u) != 0 ]] || chown -R "$user:" "$@"
}

# What starts a command so that it ends with us, as words of $space; there /run
# is its own, too.
server_space() {
	local own=(unshare -pif --mount-proc --kill-child)

	space=(setsid)
	if [[ $(id -u) == 0 ]] && "${own[@]}" mount -t tmpfs run /run 2>/dev/null
	then
		space=("${own[@]}" sh -c 'mount -t tmpfs -o mode=755 run /run &&
			mkdir -m 755 /run/sshd && "$@"; exit' -)
	fi
}

server() {
	local -a space user=()

	if [[ $1 == -u ]]; then
		[[ $(id -u) != 0 ]] || user=(runuser -u "$2" --)
		shift 2
	fi
	server_space
	server_log=$BATS_TEST_TMPDIR/server.${#server_pids[@]}
	"${space[@]}" "${user[@]}" "$@" </dev/null >"$server_log" 2>&1 3>&- 4>&- &
	server_pids+=("$!")
}

await() {
	local port i pid=${server_pids[-1]}

	for port; do
		for ((i = 0; i < 900; i++)); do
			! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null ||
				continue 2
			kill -0 "$pid" 2>/dev/null || break
			sleep 0.1
		done
		echo "port $port does not open; the server's log:"
		tail -n 50 "$server_log"
		return 1
	done
}

bound_udp() {
	grep -Eqs "^ *[0-9]+: [0-9A-F]+:$(printf %04X "$1") " /proc/net/udp \
		/proc/net/udp6
}

await_udp() {
	local port i pid=${server_pids[-1]}

	for port; do
		for ((i = 0; i < 900; i++)); do
			! bound_udp "$port" || continue 2
			kill -0 "$pid" 2>/dev/null || break
			sleep 0.1
		done
		echo "port $port is not bound; the server's log:"
		tail -n 50 "$server_log"
		return 1
	done
}

ready() {
	local i

	for ((i = 0; i < 300; i++)); do
		! "$plugin" -H 127.0.0.1 -p "$2" --protocol "$1" >"$out" 2>&1 \
			3>&- 4>&- || return 0
		sleep 0.1
	done
	cat "$out"
	tail -n 50 "$server_log"
	return 1
}

# A space of processes ends with its first one, which is the child of ours, and
# only when all others have; a session is a group of processes.
servers_stop() {
	local pid first

	for pid in "${server_pids[@]}"; do
		first=
		read -r first _ <"/proc/$pid/task/$pid/children" || true
		kill -KILL -- "-$pid" 2>/dev/null ||
			kill -KILL ${first:+"$first"} 2>/dev/null ||
			kill -KILL "$pid" 2>/dev/null || true
		wait "$pid" || true
	done 2>/dev/null
	server_pids=()
}

good() {
	local row=$1 port=$2

	shift 2
	check -H 127.0.0.1 -p "$port" -t 10 --protocol "$row" "$@"
	exits 0 ' OK - ' "$row" "$@"
}

bad() {
	local state=$1 row=$2 port=$3 text=$4

	shift 4
	check -H 127.0.0.1 -p "$port" -t 10 --protocol "$row" "$@"
	exits "$state" "$text" "$row" "$@"
}

exits() {
	local state=$1 text=$2

	shift 2
	if [[ $status != "$state" ]] || ! grep -Eq -- "$text" "$out" || [[ -s $err ]]; then
		echo "$*: exit status $status, expected $state and $text"
		cat "$out" "$err"
		echo "the server's log:"
		tail -n 20 "$server_log"
		return 1
	fi
}

trusted() {
	local row=$1 port=$2

	shift 2
	[[ -n $has_tls ]] || return 0
	good "$row" "$port" --ca-file "$certificates/ca" "$@"
	bad 2 "$row" "$port" 'Certificate not trusted' --ca-file "$certificates/other" "$@"
}

gone() {
	servers_stop
	bad 2 "$1" "$2" 'Connection refused'
}

only() {
	local port=$1 row found

	shift
	sed -n -E '/TLS|finger|chargen/!s/^(PROTO|DATAGRAM)\("([^"]*)".*/\2/p' \
		"$BATS_TEST_DIRNAME/../../common/$services" >rows
	[[ -s rows ]]
	found=$(while read -r row; do
		timeout -s KILL 20 "$plugin" -H 127.0.0.1 -p "$port" -t 2 --wait 1 \
			--protocol "$row" >/dev/null 2>&1 3>&- 4>&- && echo "$row" &
	done <rows; wait)
	diff --label expected --label OK -U 99 \
		<(printf '%s\n' "$@" | sort) <(sort <<<"$found")
}

without() {
	[[ -s $1 ]] || return 1
	if grep -aE -- "$2" "$1"; then
		echo "this is in the log $1"
		return 1
	fi
}

same() {
	local name=$1 port=$2 theirs=0 program=$plugin

	shift 2
	[[ -x $plugins_of_others/check_$name ]] || return 0
	timeout -s KILL 60 "$plugins_of_others/check_$name" -H 127.0.0.1 \
		-p "$port" -t 10 "$@" >theirs 2>&1 3>&- 4>&- || theirs=$?
	link "check_$name"
	check -H 127.0.0.1 -p "$port" -t 10 "$@"
	plugin=$program
	[[ $status == "$theirs" ]] || {
		echo "check_$name $*: exit status $status, theirs $theirs"
		cat "$out" "$err" theirs
		return 1
	}
}
