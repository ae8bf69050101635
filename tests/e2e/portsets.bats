#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2030,SC2031,SC2034,SC2154
#
# The ready sets of data/portsets: what they say, that portstate-portsets(7) says
# the same, and that each is OK of a host that has it all, and of no other.  A
# set is tested since its file is there; an entry of it is one line.
#
# By its name a set is asked with --portset.  A program without that is asked by
# -p for the same ports and protocols, and that only.

data=$BATS_TEST_DIRNAME/../../data/portsets
man=$BATS_TEST_DIRNAME/../../man
common=$BATS_TEST_DIRNAME/../../common

setup_file() {
	load tls
	tls_authority "$BATS_FILE_TMPDIR/tls" || return 0
	tls_certificate good -1days '+30 days +1 hour'
	tls_certificate soon -1days '+10 days'
	tls_certificate late -1days '+5 days'
}

setup() {
	load common
	load tls
	common_setup check_portset
	tls_dir=$BATS_FILE_TMPDIR/tls
	certificate=good
	"$plugin" --help >help || true
	declare -gA tls_at=()
}

teardown() {
	tls_end
	common_teardown
}

has() {
	grep -q -e "^ *$1\b" help
}

# entries SET: what an entry says, a line each:
# name|transport|port|protocol|expected|severity|enabled|days|others it has
entries() {
	awk '
	function value(key, at) {
		if (!match($0, "[{ ]" key ": *(\"[^\"]*\"|\\[[^]]*\\]|\\{[^}]*\\}|[^,}]*)"))
			return ""
		at = substr($0, RSTART + 1, RLENGTH - 1)
		sub(/^[^:]*: */, "", at); gsub(/"/, "", at)
		return at
	}
	function given(a, b) { return a != "" ? a : b }
	/^    [a-z0-9-]+: \{.*\}( +#.*)?$/ && !/^    defaults: / {
		name = $1; sub(/:/, "", name)
		transport = value("tcp") != "" ? "tcp" : "udp"
		others = ""
		if (value("tls") == "yes") others = others "tls "
		if (value("send") value("send-hex") != "") others = others "send "
		if (value("expect-prefix") != "") others = others "prefix "
		if (value("state") ~ /silent: ok/) others = others "silent "
		if (value("state") == "{timeout: ok, rejected: ok, prohibited: ok}")
			others = others "away "
		print name "|" transport "|" value(transport) "|" \
			value("protocol") "|" given(value("expected"), "open") "|" \
			given(value("severity"), "critical") "|" \
			given(value("enabled"), "yes") "|" value("cert-days") "|" others
	}' "$data/$1.yaml"
}

# sets: all there are
sets() {
	local file

	for file in "$data"/*.yaml; do
		file=${file##*/}
		echo "${file%.yaml}"
	done
}

# each FUNCTION: calls it for each set
each() {
	local set n=0

	for set in $(sets); do
		"$1" "$set" || {
			echo "$set"
			return 1
		}
		n=$((n + 1))
	done
	((n >= 11))
}

fields='name transport port protocol expected severity enabled days others'
entry="IFS='|' read -r $fields"

#
# What the files say.
#
@test "a file defines one set, that of its name" {
	one() {
		[[ $(grep -c '^portsets:$' "$data/$1.yaml") == 1 ]] &&
			diff <(echo "  $1:") <(grep '^  [^ #]' "$data/$1.yaml") &&
			diff <(echo portsets:) <(grep '^[^ #]' "$data/$1.yaml")
	}
	each one
}

@test "a line is an entry, a comment, or the defaults" {
	lines() {
		diff <(entries "$1" | sed 's/|.*//') \
			<(sed -n 's/^    \([^ #:]*\): .*/\1/p' "$data/$1.yaml" |
				grep -vx defaults) &&
			lacks '^    [^ #].*[^}]$' <(sed 's/} *#.*/}/' "$data/$1.yaml") &&
			lacks '^     ' "$data/$1.yaml"
	}
	each lines
}

@test "every key is one of an entry" {
	# That what is quoted may have commas and colons.
	keys() {
		sed -n 's/^    [a-z0-9-]*: {\(.*\)}.*/\1/p' "$data/$1.yaml" |
			sed -E -e 's/"[^"]*"//g' -e 's/\{[^}]*\}//g' -e 's/\[[^]]*\]//g' |
			tr , '\n' | sed -E 's/^ *([a-z-]+):.*/\1/' | sort -u |
			grep -vxE 'tcp|udp|protocol|tls|expected|send|send-hex|expect|expect-prefix|expect-hex|cert-days|offset-critical|severity|state|timeout|retries|enabled' >wrong
		[[ ! -s wrong ]] || {
			cat wrong
			return 1
		}
	}
	each keys
}

@test "no name and no port is there twice" {
	twice() {
		entries "$1" | cut -d '|' -f 1 | sort | uniq -d >names
		entries "$1" | cut -d '|' -f 2,3 | sort | uniq -d >ports
		[[ ! -s names && ! -s ports ]] || {
			cat names ports
			return 1
		}
	}
	each twice
}

@test "every protocol exists, and is one of its transport" {
	protocols() {
		while eval "$entry"; do
			case $transport:$protocol in
			*:) continue ;;
			tcp:*) grep -qF "PROTO(\"$protocol\"," "$common/proto.def" ;;
			udp:*) grep -qF "DATAGRAM(\"$protocol\"," "$common/datagram.def" ;;
			esac || {
				echo "$name: $protocol"
				return 1
			}
		done < <(entries "$1")
	}
	each protocols
}

@test "dates are asked of TLS, and of nothing else" {
	dates() {
		while eval "$entry"; do
			[[ -z $days || $others == *tls* ]] ||
				grep -qE "^PROTO\(\"(${protocol/+/\\+}\", [0-9]+, TLS|[^\"]*\+starttls\")" \
					"$common/proto.def" || {
				echo "$name"
				return 1
			}
			[[ -z $days || $days =~ ^[0-9]+,[0-9]+$ ]]
		done < <(entries "$1")
	}
	each dates
}

@test "every set can alarm, and what must be closed may be kept by a firewall" {
	alarms() {
		entries "$1" | grep -qE '^[^|]*\|[^|]*\|[^|]*\|[^|]*\|open\|critical\|yes\|' &&
			! entries "$1" | grep '|closed|' | grep -v 'away $'
	}
	each alarms
}

@test "YAML can be parsed by others" {
	local python=/usr/bin/python3

	"$python" -c 'import yaml' 2>/dev/null || skip "needs python3-yaml"
	parsed() {
		"$python" - "$data/$1.yaml" "$1" <<-'EOF' >theirs
			import sys, yaml
			root = yaml.safe_load(open(sys.argv[1]))
			assert list(root) == ["portsets"], root
			assert list(root["portsets"]) == [sys.argv[2]]
			for name, e in root["portsets"][sys.argv[2]].items():
			    if name == "defaults":
			        continue
			    how = "tcp" if "tcp" in e else "udp"
			    print(name, how, e[how], e.get("protocol", ""),
			          e.get("expected", "open"), e.get("severity", "critical"),
			          "yes" if e.get("enabled", True) else "no",
			          e.get("cert-days", ""), sep="|")
		EOF
		diff theirs <(entries "$1" | sed 's/|[^|]*$//')
	}
	each parsed
}

@test "the program finds nothing wrong" {
	loaded() {
		check --portset "$1" -H 127.0.0.1 --check-config
		silent && [[ $status == 0 ]] || {
			cat "$out"
			return 1
		}
	}
	each loaded
}

#
# The page.
#
# table SET: its table, as the page must have it
table() {
	local what state

	while eval "$entry"; do
		case $expected:$transport:$others in
		closed:*) what='not open' ;;
		any:*) what='any' ;;
		*:tcp:*tls*) what='TLS' ;;
		*:tcp:*send*) what=${protocol:-an answer} ;;
		*:tcp:*) what=${protocol:-open} ;;
		*:udp:*silent*) what="${protocol:+$protocol or }silent" ;;
		*:udp:*) what=${protocol:-an answer} ;;
		esac
		state=${severity^^}
		[[ $enabled == yes ]] || state=off
		echo ".It $name Ta $transport $port Ta $what Ta $days Ta $state"
	done < <(entries "$1")
}

@test "portstate-portsets(7) has the sets, and their entries" {
	for set in $(sets); do
		printf '.Ss %s\n' "$set"
		table "$set"
	done | sed 's/ Ta  Ta / Ta Ta /' >ours
	diff --label files --label page ours \
		<(sed -n -e '/^\.Ss /p' -e '/^\.It Sy /d' -e '/^\.It .* Ta /p' \
			"$man/portstate-portsets.7")
}

#
# A world that has all that a set wants.
#
# tls_serve NAME WORD...: tls_peer with them; its port in ${tls_at[NAME]}
tls_serve() {
	[[ -z ${tls_at[$1]:-} ]] || return 0
	tls_peer "$certificate" "${@:2}" || return 1
	tls_at[$1]=$tls_port
}

tls_end() {
	tls_stop
	tls_at=()
}

bound='\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00'

# answers: how the entry is played, in $script; $greeting is what IMAP says
answers() {
	local code=200 head

	# By its name, any answer of HTTP is good where the entry says so.
	[[ $others != *prefix* ]] || code=401
	head="HTTP/1.1 $code x\r\nContent-Length: 0\r\n\r\n"
	case $transport:$protocol in
	tcp:http) script="expect \"\r\n\r\n\" say \"$head\" close" ;;
	tcp:https)
		tls_serve "http$code" tls 'expect:\r\n\r\n' "say:$head" close
		script="relay ${tls_at[http$code]}"
		;;
	tcp:smtp+starttls | tcp:submission+starttls)
		tls_serve smtp 'say:220 x\r\n' 'expect:EHLO portstate\r\n' \
			'say:250-x\r\n250 STARTTLS\r\n' 'expect:STARTTLS\r\n' \
			'say:220 go\r\n' tls 'expect:EHLO portstate\r\n' \
			'say:250 x\r\n' hold
		script="relay ${tls_at[smtp]}"
		;;
	tcp:submissions)
		tls_serve smtps tls 'say:220 x\r\n' hold
		script="relay ${tls_at[smtps]}"
		;;
	tcp:imaps)
		tls_serve imaps tls "say:${greeting:-* OK x}\r\n" hold
		script="relay ${tls_at[imaps]}"
		;;
	tcp:pop3s)
		tls_serve pop3s tls 'say:+OK x\r\n' hold
		script="relay ${tls_at[pop3s]}"
		;;
	tcp:ldaps)
		tls_serve ldaps tls 'expect:\x80\0' "say:$bound" hold
		script="relay ${tls_at[ldaps]}"
		;;
	tcp:imap) script='say "* OK x\r\n"' ;;
	tcp:pop3) script='say "+OK x\r\n"' ;;
	tcp:ssh) script='say "SSH-2.0-x\r\n"' ;;
	tcp:ftp) script='say "220 x\r\n"' ;;
	tcp:ldap) script="expect \"\\x80\\x00\" say \"$bound\"" ;;
	tcp:mysql)
		script='say "\x18\x00\x00\x00\x0a8.0.36\x00\x01\x00\x00\x00abcdefgh\x00\xff\xf7\xff"'
		;;
	tcp:postgres)
		script='expect "\x00\x00" say "R\x00\x00\x00\x08\x00\x00\x00\x00"'
		;;
	tcp:) # one that is sent something is RDP
		script='expect "\x03\x00\x00\x13\x0e\xe0" say "\x03\x00\x00\x13\x0e\xd0\x00\x00\x124\x00\x02\x00\x08\x00\x02\x00\x00\x00"'
		[[ $others == *send* ]] || script=silent
		;;
	udp:dns)
		script='copy 0 2 0 copy 12 5 12 reply "\x00\x00\x84\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01"'
		;;
	udp:sip) # with all that came from Via to CSeq
		script="copy 31 210 16 reply \"SIP/2.0 200 OK\r\n$(printf '%210s' '')Content-Length: 0\r\n\r\n\""
		;;
	udp:snmp) script=silent ;;
	*)
		echo "$name: nobody plays $transport:$protocol"
		return 1
		;;
	esac
}

# world SET [NAME... [SCRIPT]]: all of it but for these entries, of which those
# that must be there are not, or are played by that script, and those that must
# not be there are; the number of entries in $total
world() {
	local but=" ${*:2} " other='' script
	local -a scripts=('unix silent')
	# shellcheck disable=SC2086
	local $fields

	[[ ${!#} != *[\ \"]* ]] || other=${!#}
	total=0
	while eval "$entry"; do
		[[ $enabled == yes ]] || continue
		total=$((total + 1))
		case $expected:$but in
		open:*" $name "*) script=$other ;;
		open:*) answers || return 1 ;;
		*:*" $name "*) script=silent ;;
		*) script='' ;;
		esac
		[[ -z $script ]] || scripts+=("${transport}4:$port $script")
	done < <(entries "$1")
	serve "${scripts[@]}"
}

# ask SET
ask() {
	check --portset "$1" -H 127.0.0.1
}

# tells STATUS TEXT: how the first line begins
tells() {
	silent && [[ $status == "$1" && $(head -n 1 "$out") == "PORTSET $2"* ]] || {
		echo "exit status $status, not $1 with: $2"
		cat "$out"
		return 1
	}
}

has_it_all() {
	tls_end
	world "$1" && ((total > 0)) && ask "$1" &&
		tells 0 "OK - $total of $total as expected"
}

# Every other is not there, or is where it must not be; then the others.
has_half() {
	local line half i want
	local -a lines but
	# shellcheck disable=SC2086
	local $fields

	tls_end
	mapfile -t lines < <(entries "$1" | grep '|yes|[^|]*|[^|]*$')
	for half in 0 1; do
		but=()
		: >names
		want='1 WARNING'
		for ((i = half; i < ${#lines[@]}; i += 2)); do
			eval "$entry" <<<"${lines[i]}"
			but+=("$name")
			echo "127.0.0.1/$name" >>names
			[[ $severity == warning ]] || want='2 CRITICAL'
		done
		((${#but[@]} > 0)) && world "$1" "${but[@]}" && ask "$1" &&
			tells "${want% *}" "${want#* } - ${#but[@]} of $total not as expected" &&
			diff <(sort names) <(sed -n -E '2,$s/^(127[^:]*): .*/\1/p' "$out" | sort) ||
			return 1
	done
}

begin() {
	own_network
	need_tls_server
}

need_tls_server() {
	[[ -f $tls_dir/good ]] || skip "needs openssl"
	[[ -x ${FAKESERVER%/*}/tlsserver ]] || skip "no TLS in this build"
}

@test "a host that has it all is OK" {
	begin
	each has_it_all
}

@test "a host that has half of it is not, and it is told which" {
	begin
	each has_half
}

has_nothing() {
	ask "$1"
	[[ $status == 2 && $(head -n 1 "$out") == "PORTSET CRITICAL - "* ]]
}

@test "a host that has nothing is CRITICAL" {
	begin
	each has_nothing
}

wrong_answers() {
	local transport=tcp greeting='* BYE no'

	world mail
	ask mail
	name=imaps port=993
	tells 2 "CRITICAL - 1 of 5 not as expected: 127.0.0.1/$name open"
	world web http 'expect "\n" say "HTTP/1.1 500 x\r\n\r\n" close'
	ask web
	name=http port=80
	tells 2 "CRITICAL - 1 of 3 not as expected: 127.0.0.1/$name open"
	# It speaks, but no TLS.
	world web https 'say "220 x\r\n"'
	ask web
	name=https port=443
	tells 2 "CRITICAL - 1 of 3 not as expected: 127.0.0.1/$name open"
}

certificates() {
	local transport=tcp name=https port=443

	certificate=soon
	world web
	ask web
	tells 1 "WARNING - "
	grep -q 'expires in [89] days' "$out"
	tls_end
	certificate=late
	world web
	ask web
	tells 2 "CRITICAL - 1 of 3 not as expected: 127.0.0.1/$name open"
}

@test "mail, web: another answer, no TLS" {
	begin
	wrong_answers
}

@test "web: a certificate that expires in 10 days, in 5" {
	begin
	certificates
}

# A firewall that drops, and one that rejects.
@test "what must not be open may be filtered" {
	begin
	command -v nft >/dev/null && nft add table inet test 2>/dev/null ||
		skip "needs nftables"
	nft 'add chain inet test input { type filter hook input priority 0; }'
	world web
	for how in drop 'reject with icmpx admin-prohibited' \
		'reject with icmpx port-unreachable' 'reject with tcp reset'; do
		nft flush chain inet test input
		nft "add rule inet test input tcp dport 23 $how"
		ask web
		tells 0 'OK - 3 of 3 as expected'
	done
	nft delete table inet test
}
