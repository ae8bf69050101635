#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154
#
# What bash, zsh and fish complete, with the files that data/completion.awk
# made.  What they shall offer is taken from the manual pages.

load common

programs='check_portset portmon check_tcp check_udp'

setup() {
	common_setup
	[[ -d $BUILDDIR/data/completions ]] ||
		skip "this build has no completion: cross compiled"
	completions=$(realpath "$BUILDDIR/data/completions")
	source=$(realpath "${SRCDIR:-$BATS_TEST_DIRNAME/../..}")
	unset XDG_CONFIG_HOME XDG_DATA_HOME
	HOME=$BATS_TEST_TMPDIR/home
	HOSTFILE=$BATS_TEST_TMPDIR/hosts
	export HOME HOSTFILE
	mkdir -p "$HOME/.ssh"
	echo 'mx1.example.org ssh-ed25519 AAAA' >"$HOME/.ssh/known_hosts"
	echo '192.0.2.1 mx1.example.org' >"$HOSTFILE"
	breaks=$' \t\n"\'><=;|&(:'
	before=:
}

# manual PROGRAM: its options, one a line: letter or -, name, and no, yes or may
# for its value.  Those of the second list are refused or ignored.
manual() {
	local line letter name

	sed -n '/^\.Sh OPTIONS/,/^\.El/p' "$source"/man/"$1".[18] | while read -r line; do
		[[ $line =~ ^'.It Fl '((.)' , ')?-([a-z0-9-]+)(.*)$ ]] || continue
		letter=${BASH_REMATCH[2]:--}
		name=${BASH_REMATCH[3]}
		case ${BASH_REMATCH[4]} in
		' Ns = '*) echo "$letter $name yes" ;;
		' Ns Oo = '*) echo "$letter $name may" ;;
		*) echo "$letter $name no" ;;
		esac
	done
}

# wanted PROGRAM NO YES MAY: what shall be offered of it, each long option with
# what NO, YES or MAY say behind it
wanted() {
	local letter name has tail

	manual "$1" | while read -r letter name has; do
		[[ $letter == - ]] || printf '%s\n' "-$letter"
		case $has in
		no) tail=$2 ;;
		yes) tail=$3 ;;
		may) tail=$4 ;;
		esac
		for tail in $tail; do
			echo "--$name${tail#.}"
		done
	done
}

# Each of these prints what a shell offers at the end of a line, one a line.

# bash_offers LINE: split as bash does when COMP_WORDBREAKS is $breaks, in a
# shell that has run the command $before
bash_offers() {
	BREAKS=$breaks COMPLETIONS=$completions bash --norc -c '
		program=${1%% *} line=$1
		source "$COMPLETIONS/$program"
		COMP_WORDBREAKS=$BREAKS COMP_LINE=$1 COMP_POINT=${#1}
		[[ $BREAKS != *=* ]] || line=${line//=/ = }
		read -ra COMP_WORDS <<<"$line"
		[[ $1 != *" " ]] || COMP_WORDS+=("")
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		read -r _ _ function _ < <(complete -p "$program")
		eval "$2"
		"$function" "$program" "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"
		[[ ${#COMPREPLY[@]} -eq 0 ]] || printf "%s\n" "${COMPREPLY[@]}"
	' bash "$1" "$before"
}

zsh_offers() {
	TMPPREFIX=$BATS_TEST_TMPDIR/zsh TERM=dumb \
		zsh -f "$BATS_TEST_DIRNAME/completion.zsh" "$completions" "$1" 3>&-
}

fish_offers() {
	local program=${1%% *}

	fish --no-config -c "source '$completions/$program.fish'
		complete -C \"\$argv\"" "$1"
}

# offered SHELL LINE WORD...: exactly these, without their descriptions
offered() {
	local shell=$1 line=$2

	shift 2
	"${shell}_offers" "$line" >"$out" 2>"$err" || true
	if ! diff --label wanted --label offered -U 99 \
		<(printf '%s' "${@/%/$'\n'}" | sort) <(cut -f 1 "$out" | sort); then
		echo "$shell: $line"
		return 1
	fi
	silent
}

# options_of SHELL NO YES MAY: all of the manual are offered, and no other
options_of() {
	local program words

	for program in $programs; do
		mapfile -t words < <(wanted "$program" "${@:2}")
		((${#words[@]} > 25)) || return 1
		offered "$1" "$program -" "${words[@]}" || return 1
	done
}

# described TEXT...: each line that was offered has a description, and these
# are among them
described() {
	local text

	if grep -vnE $'\t.' "$out"; then
		return 1
	fi
	for text; do
		cut -f 2 "$out" | grep -qxF -e "$text" || {
			echo "missing: $text"
			return 1
		}
	done
}

need() {
	command -v "$1" >/dev/null || skip "$1 is not installed"
}

# interfaces BEGINNING
interfaces() {
	(cd /sys/class/net && printf '%s\n' "$1"*)
}

protocols() {
	sed -n '/^\.It Sy name Ta Sy port/,/^\.El/s/^\.It \([a-z0-9+-]*\) Ta.*/\1/p' \
		"$source/man/check_tcp.1"
}

@test "bash: every option of the manual, and no other" {
	options_of bash . = '. ='
}

@test "bash: options by their beginning" {
	offered bash 'check_portset --for' --format=
	offered bash 'check_portset --la' --lag-warning= --lag-critical=
	offered bash 'check_tcp --extra' --extra-opts --extra-opts=
	offered bash 'portmon -r --sl' --sleep=
	offered bash 'portmon -rx'
	[[ ! -e $completions/portstate-agentx ]] ||
		offered bash 'portstate-agentx --min' --min-interval=
	offered bash 'check_tcp -H localhost --use' --use-ipv4 --use-ipv6
	offered bash 'check_tcp -4 -H' -H
}

@test "bash: options that are refused or ignored are not offered" {
	for o in --critical-codes --warning-codes; do
		offered bash "check_tcp $o"
	done
	offered bash 'check_tcp --warning' --warning=
}

@test "bash: the words of a value, whatever COMP_WORDBREAKS is" {
	offered bash 'check_portset --format=' nagios table json csv prometheus portmon html
	offered bash 'check_portset --format=ta' table
	offered bash 'check_portset --format ' nagios table json csv prometheus portmon html
	offered bash 'check_portset --format ta' table
	offered bash 'check_tcp -r ' ok warn crit
	offered bash 'check_tcp -M w' warn
	offered bash 'check_tcp -rw' -rwarn
	offered bash 'check_tcp --output-format=o' one-line
	breaks=${breaks/=/}
	offered bash 'check_portset --format=' --format={nagios,table,json,csv,prometheus,portmon,html}
	offered bash 'check_portset --format=ta' --format=table
	offered bash 'check_portset --format ta' table
}

@test "bash: protocols are those of the manual" {
	mapfile -t words < <(protocols)
	((${#words[@]} > 5))
	offered bash 'check_tcp --protocol ' "${words[@]}"
}

@test "bash: files" {
	mkdir dir
	touch hosts.txt 'hosts 2.txt'
	offered bash 'check_portset -F host' hosts hosts.txt 'hosts 2.txt'
	offered bash 'check_portset --hosts-file=hosts.' hosts.txt
	offered bash 'check_portset --hosts-file di' dir
	breaks=${breaks/=/}
	offered bash 'check_portset --hosts-file=hosts.' --hosts-file=hosts.txt
}

@test "bash: hosts, also as operands and in lists; paths of sockets" {
	for o in '' '-H ' '--hostname ' '--hostname=' '-v ' '--extra-opts '; do
		offered bash "check_tcp ${o}m" mx1.example.org
	done
	offered bash 'check_tcp -Hm' -Hmx1.example.org
	offered bash 'check_portset -H a,m' a,mx1.example.org
	offered bash 'check_portset m' mx1.example.org
	touch "$BATS_TEST_TMPDIR/socket"
	offered bash "check_tcp -H $BATS_TEST_TMPDIR/sock" "$BATS_TEST_TMPDIR/socket"
}

@test "bash: hosts are those of bash-completion where it is loaded" {
	before='_known_hosts_real() { COMPREPLY=("known$1$2"); }'
	offered bash 'check_tcp -H m' known--m
	offered bash 'check_portset -H a,m' a,known--m
}

@test "bash: interfaces" {
	mapfile -t words < <(interfaces '')
	offered bash 'check_portset --interface ' "${words[@]}"
	mapfile -t words < <(interfaces lo)
	offered bash 'check_portset --interface=lo' "${words[@]}"
}

@test "bash: nothing for numbers, ranges and strings" {
	touch 1 file
	for o in '-p ' --port= '--port ' -t1 '-t ' '--wait=' '-w ' '-s ' --expect= \
		--extra-opts= --nonsense=; do
		offered bash "check_tcp $o"
	done
	offered bash 'check_tcp -p f'
	offered bash 'check_portset --rate 1'
	offered bash 'check_portset -p '
}

@test "bash: a set IFS and strict options of the shell do no harm" {
	before='set -u; IFS=o'
	offered bash 'check_portset --for' --format=
	offered bash 'check_portset --format=' nagios table json csv prometheus portmon html
	offered bash 'check_portset -p '
}

# made NAME: the files of a program that prints standard input when it is asked
# for --help
made() {
	local shell

	cat >help
	completions=$BATS_TEST_TMPDIR/made
	mkdir "$completions"
	for shell in bash:$1 zsh:_$1 fish:$1.fish; do
		"${AM_TAP_AWK:-awk}" -v shell="${shell%:*}" -v program="$1" \
			-f "$source/data/help.awk" \
			-f "$source/data/completion.awk" help \
			>"$completions/${shell#*:}" || return 1
	done
}

# What no shell may take for its own.
nasty='It'\''s [a] "b"]: $HOME `id` $(id) \n \\ %s {c,d} * ~ # !! <e> | & end'

made_nasty() {
	made check_nasty <<-EOT
		Options:
		 -x, --nasty=[A]:B'S\\
		    $nasty,
		    one of a-b, c (not d)
	EOT
}

@test "made of a text with all that shells take for their own" {
	made_nasty
	offered bash 'check_nasty -' -x --nasty=
	offered bash 'check_nasty --nasty=' a-b c
}

@test "made of a text without options: an error" {
	for text in '' 'usage: check_x' $'Options:\n'; do
		if made check_x <<<"$text"; then
			return 1
		fi
		rm -r made
	done
}

@test "zsh: every option of the manual, and no other, described" {
	need zsh
	for program in $programs; do
		zsh -n "$completions/_$program"
	done
	options_of zsh . = =
	described '\n, \r, \t, \\, \0 and \xHH count in -s and -q' \
		'Port: 1 to 65535 or a service name'
}

@test "zsh: a text with all that shells take for their own" {
	need zsh
	made_nasty
	offered zsh 'check_nasty -' -x --nasty=
	described "$nasty, one of a-b, c (not d)"
	offered zsh 'check_nasty -x ' a-b c
}

@test "zsh: values" {
	need zsh
	touch hosts.txt
	mapfile -t words < <(interfaces lo)
	offered zsh 'check_portset --for' --format=
	described
	offered zsh 'check_portset --format=' nagios table json csv prometheus portmon html
	offered zsh 'check_portset --format t' table
	offered zsh 'check_tcp -rw' warn
	offered zsh 'check_tcp -p '
	offered zsh 'check_tcp --extra-opts='
	offered zsh 'check_portset -F hosts.' hosts.txt
	offered zsh 'check_portset --interface lo' "${words[@]}"
	offered zsh 'check_tcp -H mx1.e' mx1.example.org
	offered zsh 'check_tcp mx1.e' mx1.example.org
	offered zsh 'check_portset --hostname=a,mx1.e' mx1.example.org,
}

@test "fish: every option of the manual, and no other, described" {
	need fish
	for program in $programs; do
		fish -n "$completions/$program.fish"
	done
	options_of fish . . '. ='
	described '\n, \r, \t, \\, \0 and \xHH count in -s and -q' \
		'Port: 1 to 65535 or a service name'
}

@test "fish: a text with all that shells take for their own" {
	need fish
	made_nasty
	offered fish 'check_nasty -' -x --nasty
	described "$nasty, one of a-b, c (not d)"
	offered fish 'check_nasty -x ' a-b c
}

@test "fish: values" {
	need fish
	touch hosts.txt
	mapfile -t words < <(interfaces lo)
	offered fish 'check_portset --table=hosts.' --table=hosts.txt
	offered fish 'check_portset --for' --format
	described
	offered fish 'check_portset --format=' --format={nagios,table,json,csv,prometheus,portmon,html}
	offered fish 'check_portset --format t' table
	offered fish 'check_tcp -rw' -rwarn
	offered fish 'check_tcp -p '
	offered fish 'check_tcp --extra-opts='
	offered fish 'check_portset -F hosts.' hosts.txt
	offered fish 'check_portset --interface lo' "${words[@]}"
	offered fish 'check_tcp -H mx1.e' mx1.example.org
	offered fish 'check_tcp mx1.e' mx1.example.org
	offered fish 'check_portset --hostname=a,mx1.e' \
		--hostname=a,mx1.example.org
}
