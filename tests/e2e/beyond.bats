#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2030,SC2031,SC2154
# Options of a list are split into words, backslashes are the program's:
# shellcheck disable=SC1003,SC2046,SC2086
#
# check_tcp as man/check_tcp.1 has it, against hostile peers: the options that
# the plugin of the Monitoring Plugins does not have.  What needs privileges is
# in netns.bats.
#
# says STATUS TEXT...	that exit status, each TEXT somewhere in the output,
#			nothing on standard error
# never TEXT...		none of them is in the output
# is_ok ARG..., is_not_ok ARG...	a check that is, or is not, OK

setup() {
	load common
	common_setup
	need_regex
}

teardown() {
	common_teardown
}

says() {
	local want=$1 text

	shift
	if [[ $status != "$want" ]]; then
		echo "exit status $status, not $want:"
		cat "$out"
		return 1
	fi
	for text; do
		grep -qF -e "$text" "$out" || {
			echo "there is no '$text' in:"
			cat "$out"
			return 1
		}
	done
	silent
}

never() {
	local text

	for text; do
		if grep -qF -e "$text" "$out"; then
			echo "there is '$text' in:"
			cat "$out"
			return 1
		fi
	done
}

is_ok() {
	check "$@"
	says 0 ' OK - '
}

is_not_ok() {
	check "$@"
	if [[ $status == 0 ]]; then
		echo "OK of: $*"
		cat "$out"
		return 1
	fi
	silent
	never ' OK - '
}

# of JSON: jq is not everywhere
json_has() {
	local text

	valid || return 1
	for text; do
		grep -qF -e "$text" "$out" || {
			cat "$out"
			return 1
		}
	done
}

#
# What is expected
#

@test "--expect-prefix: at the beginning, not elsewhere" {
	serve 'tcp4 say "220 hello\r\n" close' 'tcp4 say "x220 hello\r\n220 \r\n" silent' \
		'tcp4 slow 1 5ms "220 hello"' 'tcp4 say "22" close'
	is_ok -p "$p0" --expect-prefix=220
	is_ok -p "$p0" --expect-prefix '220 hello'
	check -p "$p1" --expect-prefix=220
	says 1 'TCP WARNING - Unexpected response' '(expected "220"; it begins otherwise)'
	is_ok -p "$p2" --expect-prefix='220 hello'
	check -p "$p3" --expect-prefix=220
	says 1 '(expected "220"; the peer closed)'
	check -p "$p0" --expect-prefix=
	usage '--expect-prefix: is empty'
}

@test "--expect-regex: a line matches, as grep -E has it" {
	serve 'tcp4 say "220 mail ESMTP\r\n250-one\r\n250 two\r\n" close'
	for o in '^220 ' 'ESMTP$' '^250 two$' '^250[- ][a-z]{3}$' 'mail|never' \
		'^(220|554) .*P$' '\<two\>' '^250-\w+$'; do
		is_ok -p "$p0" --expect-regex="$o"
	done
	for o in '^ESMTP' 'mail$' '220.*250' '^$' 'two.' '\<wo\>' '^22$'; do
		is_not_ok -p "$p0" --expect-regex="$o"
		says 1 "(expected /" '; the peer closed)'
	done
}

@test "--expect-regex: no end of a line before it is there" {
	serve 'tcp4 say "22" wait 300 say "0 ready\r\n" silent' \
		'tcp4 slow 1 10ms "220 a\r\nb\r\n" silent' \
		'tcp4 say "220\r" wait 300 say "x\r\n" silent'
	is_not_ok -p "$p0" --expect-regex='^22$' --wait 1 -t 1
	is_not_ok -p "$p1" --expect-regex='^2+$' --wait 0.3
	is_ok -p "$p1" --expect-regex='^b$' --wait 0.5
	is_not_ok -p "$p2" --expect-regex='^220$' --wait 1 -t 1
}

@test "--expect-regex: NUL bytes, and a carriage return that ends no line" {
	serve 'tcp4 say "a\0b\r\nc\rd\r\n" close'
	is_ok -p "$p0" --expect-regex='^a.b$'
	is_ok -p "$p0" --expect-regex='b$'
	is_ok -p "$p0" --expect-regex='^c[^x]d$'
	is_not_ok -p "$p0" --expect-regex='^a$'
	is_not_ok -p "$p0" --expect-regex='c$'
	is_not_ok -p "$p0" --expect-regex='^ab$'
}

@test "--expect-regex: what is none, and what is not linear" {
	for o in '(' '[a' 'a{2,1}' '(a)\1' '*'; do
		check -p 9 --expect-regex="$o"
		says 3 'TCP UNKNOWN - --expect-regex: '
	done
	check -p 9 --expect-regex=
	usage '--expect-regex: is empty'
}

@test "--expect-regex: a line that never ends takes no time of anybody else" {
	serve 'tcp4 endless "aaaaaaaaaaaaaaaaaaaaaaaab"'
	check -p "$p0" --expect-regex '^(a|b)*c$' -j
	says 1 'not in the first 1048576 bytes'
	within 9000
}

@test "--expect-hex: bytes, in any place" {
	serve 'tcp4 say "\x01\0\xff\n\x80" close' 'tcp4 say "x"'
	for o in '00ff' '00 FF' ' 0a80 ' '01 00 ff 0A 80' 80; do
		is_ok -p "$p0" --expect-hex "$o"
	done
	is_not_ok -p "$p0" --expect-hex '0100ff0a81'
	is_ok -p "$p1" --expect-hex ''
	for o in 0 0g '0 0' 0x00 000; do
		check -p 9 --expect-hex="$o"
		says 3 '--expect-hex: ' ': not hexadecimal bytes of two digits each'
	done
}

@test "--send-hex: bytes, and not with -s" {
	serve 'tcp4 expect "\0\xfe\n" say "yes"'
	is_ok -p "$p0" --send-hex '00 fE0a' -e yes
	for o in 0 zz; do
		check -p 9 --send-hex "$o"
		usage "--send-hex: $o: not hexadecimal bytes of two digits each"
	done
	for o in '-s x --send-hex 61' '--send-hex= -s x'; do
		check -p 9 $o
		usage '--send-hex: cannot be used with -s'
	done
}

@test "--expect-not: the answer is read to its end" {
	serve 'tcp4 say "220 ok\r\n" close' 'tcp4 say "220 ok\r\n"' \
		'tcp4 say "220 ok\r\n" wait 200 say "bad" close' \
		'tcp4 slow 1 5ms "220 bad" close' 'tcp4 say "bad"'
	is_ok -p "$p0" --expect-not bad
	check -p "$p1" --expect-not bad --wait 0.2 -w 0.15
	says 0 'TCP OK - ' '[220 ok]'
	check -p "$p2" --expect-not bad
	says 1 '(expected not "bad"; '
	check -p "$p2" -e 220 --expect-not bad
	says 1 '(expected "220" and not "bad"; '
	check -p "$p3" --expect-prefix 220 --expect-not x --expect-not bad
	says 1 '(expected "220" and not "x" and not "bad"; '
	is_not_ok -p "$p4" --expect-not bad
	check -p 9 --expect-not=
	usage '--expect-not: is empty'
}

@test "--expect-not: no answer is not a good one" {
	serve 'tcp4 close' 'tcp4 reset' 'tcp4 silent' 'tcp4 say "ab" wait 100 reset'
	check -p "$p0" --expect-not bad
	says 2 'No data received' 'connection closed'
	check -p "$p1" --expect-not bad
	says 2 'Connection reset by peer'
	check -p "$p2" --expect-not bad -t 0.4
	says 2 'Socket timeout after 0.4 seconds'
	# How it would have gone on is not known.
	check -p "$p3" --expect-not bad
	says 1 'the connection was reset'
}

@test "--expect-not: does not make anything else OK" {
	serve 'tcp4 say "554 no\r\n" close'
	check -p "$p0" -e 220 --expect-not bad
	says 1 '(expected "220" and not "bad"; the peer closed)'
	is_not_ok -p "$p0" --expect-not bad --expect-regex '^220'
	is_not_ok -p "$p0" --expect-not bad -e 554 -e 220 -A
	is_ok -p "$p0" --expect-not bad -e 554 -e 220
	is_not_ok -p "$p0" --expect-not 5 -e 554 -e 220
}

@test "--expect-not: 1 MiB of a flood, or -m bytes" {
	serve 'tcp4 endless "aaaa\n"' 'tcp4 say "aaaabbbb" close'
	check -p "$p0" --expect-not b -j
	says 0 'TCP OK - '
	is_not_ok -p "$p0" --expect-not a -j
	is_not_ok -p "$p1" --expect-not b -m 5
	is_ok -p "$p1" --expect-not b -m 4
}

@test "-A: all kinds of expectations, in pieces of one byte" {
	serve 'tcp4 slow 1 5ms "ab\0cd\r\n220 x\0y ok\r\nEND"'
	is_ok -p "$p0" -A --expect-hex '00 63' --expect-prefix ab \
		--expect-regex '^220.*ok$' -e END
	for o in '--expect-hex 6300' '--expect-prefix b' '--expect-regex ^x' \
		'-e NO' '--expect-not 220'; do
		is_not_ok -p "$p0" -A --expect-hex '00 63' --expect-prefix ab \
			--expect-regex '^220.*ok$' -e END $o --wait 0.2
	done
	# Without -A one will do, but what must not be never may.
	is_ok -p "$p0" --expect-prefix b --expect-regex ^x -e END
	is_not_ok -p "$p0" --expect-prefix b --expect-regex ^x -e NO --wait 0.2
}

@test "expectations: at most 64 of all kinds" {
	check -p 9 $(printf -- '--expect-not=x%d ' {0..31}) \
		$(printf -- '--expect-regex=x%d ' {0..31}) -e x
	usage '-e: x: more than can be expected (64)'
}

@test "expectations: split at every place" {
	local text=$'220 one\r\n250 two\r\n' i

	for ((i = 1; i < ${#text}; i += 2)); do
		first=${text:0:i}
		rest=${text:i}
		first=${first//$'\r'/\\r}
		rest=${rest//$'\r'/\\r}
		serve "tcp4 say \"${first//$'\n'/\\n}\" wait 30 say \"${rest//$'\n'/\\n}\" close"
		is_ok -p "$p0" -A --expect-prefix '220 one' --expect-regex '^250 two$' \
			--expect-not 550
		is_not_ok -p "$p0" --expect-regex '^250 tw$'
		is_not_ok -p "$p0" -e 220 --expect-not $'e\r\n2'
	done
}

#
# Dialogues
#

@test "--step: a conversation, and its bytes on the wire" {
	serve 'tcp4 say "220 hi\r\n" expect "EHLO me\r\n" say "250-a\r\n250 b\r\n" expect "\0\xff" say "done" silent'
	check -p "$p0" -q QUIT --step 'expect-regex:^220 ' --step 'send:EHLO me\r\n' \
		--step 'expect-regex:^250 ' --step 'send-hex:00 ff' --step expect-hex:646f6e65
	is 0 "TCP OK - T second response time on 127.0.0.1 port $p0 [220 hi\\r\\n250-a\\r\\n250 b\\r\\ndone]$timed"
	got '9 "EHLO me\r\n"' '2 "\x00\xff"' '6 "QUIT\r\n"'
}

@test "--step: what is not met ends it, -q is sent" {
	serve 'tcp4 say "220 hi\r\n" expect "EHLO" say "554 no\r\n" silent'
	check -p "$p0" -q BYE --step expect:220 --step 'send:EHLO\r\n' \
		--step expect-prefix:250 --step 'send:MAIL\r\n' -v
	says 1 '(expected in step 3 "250"; it begins otherwise)' ' step3='
	never ' step4='
	got '6 "EHLO\r\n"' '5 "BYE\r\n"'
}

@test "--step: blanks, colons, escapes" {
	serve 'tcp4 expect "a: \t\\b" say "ok"'
	is_ok -p "$p0" --step '  send :  a: \t\\b' --step $'expect\t:\tok'
	is_ok -p "$p0" --step 'send-hex: 613A 20 095c 62' --step 'expect-hex: 6f 6b'
	serve 'tcp4 expect " x" say "ok"'
	is_ok -p "$p0" --step 'send:\x20x' --step 'expect-regex: ^ok'
}

@test "--step: what is none" {
	local kinds='a step is one of send, send-hex, expect, expect-prefix, expect-regex, expect-hex, expect-not, tls, wait, close'

	for o in '' : foo foo:x Send:x sendx:y; do
		check -p 9 --step "$o"
		says 3 "$kinds"
	done
	while IFS='|' read -r step why; do
		check -p 9 --step "$step"
		says 3 "TCP UNKNOWN - --step: ${step//\\/\\\\}: $why"
	done <<-'END'
		close:x|takes no value
		tls:x|takes no value
		send x|there is no colon after the kind of step
		send-hex:6|not hexadecimal bytes of two digits each
		send:\x4|\x needs two hexadecimal digits
		expect:\xg0|\x needs two hexadecimal digits
		expect-prefix:|there is no value
		expect-regex:|there is no value
		expect-not:|there is no value
		wait:x|not a number
		wait:-1|is negative
	END
}

@test "--step: at most 100" {
	serve 'tcp4'
	is_ok -p "$p0" $(printf -- '--step=close %.0s' {1..100})
	check -p "$p0" $(printf -- '--step=close %.0s' {1..101})
	usage '--step: close: more steps than there can be (100)'
	printf 'close\n%.0s' {1..100} >steps
	is_ok -p "$p0" --dialogue=steps
	check -p "$p0" --dialogue=steps --step close
	usage '--dialogue: cannot be used with --step'
	echo close >>steps
	check -p "$p0" --dialogue=steps
	says 3 'steps:101: close: more steps than there can be (100)'
}

@test "--step: not with -s, -e, -A, -d" {
	for o in '-s x' --send-hex=61 '-e x' --expect-prefix=x --expect-regex=x \
		--expect-hex=61 --expect-not=x '-d 1' -A; do
		check -p 9 --step close $o
		usage '--step: cannot be used with -s, -e, -A, -d or their like'
		check -p 9 $o --step close
		usage '--step: cannot be used with -s, -e, -A, -d or their like'
	done
}

@test "--step: expect, each on what has come since the last" {
	serve 'tcp4 say "1 a\r\n2 b 3\r\n3 c\r\n"' 'tcp4 say "1 a 2\r\n"' \
		'tcp4 say "x"' 'tcp4 say "ab"'
	is_ok -p "$p0" --step expect:1 --step expect-regex:^2 --step expect-prefix:3
	# In another order they are not met.
	is_not_ok -p "$p0" --step expect:3 --step expect:2 --wait 0.2 -t 1
	is_not_ok -p "$p0" --step expect:1 --step expect-prefix:3 -t 1
	# A line is one answer to a regular expression, and no other.
	is_ok -p "$p1" --step expect:1 --step expect:2 --wait 0.2 -t 0.5
	is_not_ok -p "$p1" --step expect-regex:1 --step expect-regex:2 --wait 0.2 -t 0.5
	# The same bytes count once.
	is_not_ok -p "$p1" --step expect:1 --step expect:1 --wait 0.2 -t 0.5
	is_not_ok -p "$p2" --step expect: --step expect: --wait 0.2 -t 0.5
	# Bytes without an end of a line do count.
	is_ok -p "$p3" --step expect-hex:61 --step expect-hex:62
}

@test "--step: what was read before a send answers nothing" {
	serve 'tcp4 say "220\r\n250\r\n354\r\n" silent'
	is_not_ok -p "$p0" --step expect:220 --step send:x --step expect:250 \
		--wait 0.2 -t 0.5
	is_ok -p "$p0" --step expect:220 --step expect:250 --step expect:354
}

@test "--step: answers in one piece for several sends" {
	serve 'tcp4 expect "ab" say "1\r\n2\r\n" close'
	is_ok -p "$p0" --step send:a --step send:b --step expect:1 --step expect:2
}

@test "--step: an end in the middle of a conversation" {
	serve 'tcp4 say "1\r\n" close' 'tcp4 say "1\r\n" wait 50 reset' \
		'tcp4 say "1\r\n" silent' 'tcp4 say "1\r\n2" close'
	check -p "$p0" --step expect:1 --step expect:2
	says 2 'No data received from host' 'connection closed'
	check -p "$p1" --step expect:1 --step expect:2
	says 2 'Connection reset by peer'
	check -p "$p2" --step expect:1 --step expect:2 -t 0.4
	says 2 'Socket timeout after 0.4 seconds'
	check -p "$p3" --step expect:1 --step expect:22
	says 1 '(expected in step 2 "22"; the peer closed)'
	check -p "$p1" --step expect:1 --step wait:0.2 --step send:x
	says 2 'TCP CRITICAL - '
}

@test "--step: expect-not, in the middle and at the end" {
	serve 'tcp4 say "1 ok\r\n" expect "x" say "2 bad\r\n" silent'
	check -p "$p0" --step expect-not:bad --step send:x --step expect:2 --wait 0.2
	says 0 'TCP OK - '
	is_not_ok -p "$p0" --step expect:1 --step send:x --step expect-not:bad --wait 0.2
	is_ok -p "$p0" --step expect:1 --step send:x --step expect-not:1 --wait 0.2
	is_not_ok -p "$p0" --step expect-not:1 --step send:x --step expect:2 --wait 0.2
}

@test "--step: wait does not count as response time" {
	serve 'tcp4 say "a" expect "x" say "b"'
	is_ok -p "$p0" --step expect:a --step wait:0.3 --step send:x --step expect:b -c 0.25
	((took_ms >= 300))
	check -p "$p0" --step wait:5 -t 0.3
	says 2 'Socket timeout after 0.3 seconds'
	within 4000
	check -p "$p0" --step expect:a --step wait:5 -t 0.3
	says 2
	within 4000
}

@test "--step: close" {
	serve 'tcp4 hold' 'tcp4 say "a" silent'
	is_ok -p "$p0" --step close
	is_ok -p "$p0" --step send:x --step close
	fake_wait_log 'eof 0 #2'
	# Nothing can be said any more.
	is_not_ok -p "$p1" --step close --step send:x
	is_ok -p "$p1" --step close --step expect:a
}

@test "--step: every step with -vv, in the performance data, in JSON" {
	serve 'tcp4 say "a\0" expect "x\n" silent'
	check -p "$p0" --step 'expect-regex:^a' --step 'send:x\n' --step 'expect-not:b"|' \
		--step wait:0.01 --step close --wait 0.1 -vv -t 0.6
	says 2 'Step 1: expect /^a/: ' 'Step 2: send "x\n": ' \
		'Step 3: expect not "b\"\x7c": ' ' step1=' ' step2=' ' step3='
	check -p "$p0" --step 'expect-regex:^a' --step 'send:x\n' --step close --json
	says 0
	json_has '"steps":[{"step":"expect /^a/","time":' '{"step":"close","time":'
}

@test "--step: 100 of them, with all that can be told" {
	serve 'tcp4 say "a"'
	check -p "$p0" $(printf -- '--step=wait:0 %.0s' {1..99}) --step=expect:a -vv
	says 0 ' step1=' ' step100=' ' syn_resent='
	(($(wc -c <"$out") <= 8192))
	check -p "$p0" $(printf -- '--step=wait:0 %.0s' {1..99}) --step=expect:a --json
	says 0
	valid
	(($(wc -c <"$out") <= 8192))
}

@test "--dialogue: a file, and standard input" {
	serve 'tcp4 say "220 #1\r\n" expect "hi\r\n" say "250 ok\r\n" close'
	printf '# greeting\n\n \t \nexpect:220\n  # what\n\tsend: hi\\r\\n\nexpect-regex: ^250 ok$' >steps
	is_ok -p "$p0" --dialogue=steps
	is_ok -p "$p0" --di steps
	is_ok -p "$p0" --dialogue - <steps
	is_ok -p "$p0" --dialogue /dev/stdin <steps
	sed 's/$/\r/' steps >crlf
	echo >>crlf
	is_ok -p "$p0" --dialogue=crlf
}

@test "--dialogue: a pipe" {
	serve 'tcp4 say "220\r\n"'
	is_ok -p "$p0" --dialogue - < <(sleep 0.2; echo expect:22; sleep 0.2; echo close)
	is_ok -p "$p0" --dialogue <(sleep 0.2; echo expect:22)
	mkfifo fifo
	(sleep 0.2; echo expect:22) >fifo 3>&- 4>&- &
	is_ok -p "$p0" --dialogue fifo
	wait $!
}

@test "--dialogue: file and line of what is wrong" {
	while IFS='|' read -r text where why; do
		printf '%b' "$text" >'st|eps'
		check -p 9 --dialogue='st|eps'
		says 3 "TCP UNKNOWN - --dialogue: st\\x7ceps$where: $why"
	done <<-'END'
		foo:bar|:1: foo:bar|a step is one of send,
		\n\r\n#\nclose\nwait:\n|:5: wait:|is empty
		close\r\nclose x\r\n|:2: close x|there is no colon
		expect:a\nwait: 1s\n|:2: wait: 1s|not a number
		expect:a\nexpect-regex:(|:2: expect-regex:(|a closing parenthesis
		expect:a\0b\n||a NUL byte
	END
	for o in /nonexistent / ''; do
		check -p 9 --dialogue="$o"
		says 3 "--dialogue: $o"
	done
	check -p 9 --dialogue=- </dev/null
	usage '--dialogue: -: there is no step in it'
	check -p 9 --dialogue=- <&-
	usage '--dialogue: -: Bad file descriptor'
}

@test "--dialogue: 64 KiB, and an endless one" {
	serve 'tcp4'
	{
		echo close
		head -c 65530 /dev/zero | tr '\0' '#'
	} >steps
	is_ok -p "$p0" --dialogue=steps
	echo >>steps
	check -p "$p0" --dialogue=steps
	usage '--dialogue: steps: more bytes than it can have (65536)'
	check -p "$p0" --dialogue=- <steps
	usage '--dialogue: -: more bytes than it can have (65536)'
	check -p "$p0" --dialogue=/dev/zero
	usage '--dialogue: /dev/zero: more bytes than it can have (65536)'
}

@test "--dialogue: SIGTERM while it is read" {
	mkfifo fifo
	exec 9<>fifo
	for o in - fifo; do
		# Of start, standard input would be /dev/null.
		"$plugin" -p 9 --dialogue=$o <fifo >"$out" 2>"$err" 3>&- 4>&- 9>&- &
		pid=$!
		sleep 0.2
		kill -TERM "$pid"
		finish
		is 3 'TCP UNKNOWN - interrupted before anything was probed'
	done
	exec 9>&-
	# Nobody opens it to write.
	timeout -s KILL 20 "$plugin" -p 9 --dialogue=fifo >"$out" 2>"$err" 3>&- 4>&- &
	pid=$!
	sleep 0.2
	kill -TERM "$pid"
	finish
	is 3 'TCP UNKNOWN - interrupted before anything was probed'
}

#
# States
#

@test "--expected: what is as expected is OK" {
	serve 'tcp4' 'tcp4 closed' 'tcp4 full'
	while read -r expected i state; do
		p=p$i
		check -p "${!p}" --expected "$expected" -t 0.3
		says "$state"
		case $expected:$state in
		open:*) never expected ;;
		*:0) says 0 ', as expected|' ;;
		*) says 2 ", expected $expected|" ;;
		esac
	done <<-'END'
		open 0 0
		open 1 2
		open 2 2
		closed 0 2
		CLOSED 1 0
		closed 2 2
		filtered 0 2
		filtered 1 2
		filtered 2 0
		any 0 0
		any 1 0
		any 2 0
	END
}

@test "--expected: an open port that does not answer as expected" {
	serve 'tcp4 say "no\n" close' 'tcp4 close' 'tcp4 reset' 'tcp4 silent'
	for expected in open any closed filtered; do
		for i in 0 1 2 3; do
			p=p$i
			is_not_ok -p "${!p}" -e 220 -t 0.3 --expected $expected
		done
	done
	check -p "$p0" -e 220 --expected any
	says 1 'TCP WARNING - Unexpected response'
	never 'as expected|'
	check -p "$p1" -e 220 --expected any
	says 2 'TCP CRITICAL - No data received'
	never 'as expected|'
	check -p "$p0" -e no --expected any
	says 0 ', as expected|'
}

@test "--expected: what could not be told keeps its state" {
	for expected in open closed filtered any; do
		check -H a..b -p 9 --expected $expected
		says 2 'TCP CRITICAL - Invalid hostname'
		check -H /no/such --expected $expected
		says 2
		check -p 9 --interface nosuch0 --expected $expected
		says 3 'TCP UNKNOWN - Cannot probe'
	done
	for o in '' x op openn; do
		check -p 9 --expected="$o"
		says 3 'not one of open, closed, filtered, any'
	done
}

@test "--state: every outcome that a peer can give" {
	serve 'tcp4' 'tcp4 closed' 'tcp4 full' 'tcp4 say "no" close' 'tcp4 close' \
		'tcp4 reset' 'tcp4 silent'
	while read -r outcome i o; do
		p=p$i
		for state in 0,OK 1,WARNING 2,CRITICAL 3,UNKNOWN; do
			# shellcheck disable=SC2086
			check -p "${!p}" -t 0.2 $o --state "$outcome=${state#*,}"
			says "${state%,*}" "TCP ${state#*,} - "
			check -p "${!p}" -t 0.2 $o --state "${outcome^^}=${state%,*}" \
				--text %o
			says "${state%,*}" "${outcome,,}"
		done
	done <<-'END'
		ok 0
		refused 1
		timeout 2
		mismatch 3 -e 220
		no-data 4 -e 220
		reset 5 -e 220
		stalled 6 -e 220
	END
	for state in 0 1 2 3; do
		check -H a..b -p 9 --state unresolved=$state
		says $state
	done
	for state in 1 2 3; do
		check -p 9 --interface nosuch0 --state local-error=$state
		says $state
	done
}

@test "--state: of another outcome changes nothing" {
	serve 'tcp4 closed'
	check -p "$p0" $(printf -- '--state=%s=ok ' ok rejected timeout prohibited \
		unreachable mismatch no-data reset stalled unresolved lookup-timeout)
	says 2 'TCP CRITICAL - Connection refused'
}

@test "--state: what it does not take" {
	for o in local-error=ok local-error=0 not-probed=OK NOT-PROBED=0 Local-Error=Ok; do
		check -p 9 --state $o
		usage "--state: $o: what is our own fault cannot be OK"
	done
	for o in x=ok =ok 'ok =ok' open=ok okk=ok; do
		check -p 9 --state "$o"
		usage "--state: $o: there is no outcome of that name; see check_tcp(1)"
	done
	for o in ok= ok=x 'ok= ok' ok=4 ok=ok=ok; do
		check -p 9 --state "$o"
		says 3 "--state: $o: the state is not one of "
	done
	for o in ok x; do
		check -p 9 --state $o
		usage "--state: $o: not OUTCOME=STATE"
	done
}

@test "--state comes before --expected, in any order" {
	serve 'tcp4 closed'
	for o in '--expected closed --state refused=warn' '--state refused=warn --expected closed'; do
		check -p "$p0" $o
		says 1 'TCP WARNING - Connection refused'
	done
	check -p "$p0" --expected filtered --state refused=ok
	says 0
	check -p "$p0" --expected closed -r unknown
	says 3
}

@test "--state, -r, -M, -t: the last one given counts" {
	serve 'tcp4 closed' 'tcp4 say "no" close' 'tcp4 full'
	while IFS='|' read -r i state o; do
		p=p$i
		check -p "${!p}" $o
		says "$state"
	done <<-'END'
		0|0|-r warn --state refused=ok
		0|1|--state refused=ok -r warn
		0|2|--state rejected=ok
		0|3|-r ok --state REFUSED=3
		1|0|-e 220 -M crit --state mismatch=ok
		1|2|-e 220 --state mismatch=ok -M crit
		2|0|-t 0.2:crit --state timeout=ok
		2|2|--state timeout=ok -t 0.2:crit
		2|0|--state timeout=ok -t 0.2
		2|2|-t 0.2:ok --state timeout=2 --state stalled=0
	END
}

@test "--state ok: an answer that is not wanted" {
	serve 'tcp4 say "220"'
	check -p "$p0" -e 220 --state ok=warning
	says 1 'TCP WARNING - '
	check -p "$p0" -e 220 --state ok=crit --json
	says 2
	json_has '"status":"CRITICAL"' '"ok":false'
}

#
# The socket
#

@test "--source, --source-port: what the peer sees" {
	serve 'tcp4 say "x"' 'tcp4 closed'
	check -p "$p0" --source 127.0.0.9 -e x
	says 0
	fake_log | grep -q '^accept 0 #1 127.0.0.9:'
	check -p "$p0" --source '127.0.0.9' --source-port "$p1" -e x
	says 0
	fake_log | grep -q "^accept 0 #2 127.0.0.9:$p1\$"
}

@test "--source: what cannot be" {
	check -p 9 --source 192.0.2.77
	says 3 'TCP UNKNOWN - Cannot probe' 'Cannot assign requested address'
	for o in '' x 127.0.0.1:80 /x localhost 127.0.0.1/8; do
		check -p 9 --source="$o"
		says 3 'TCP UNKNOWN - --source'
	done
	check -p 9 --source ::1
	usage '--source: ::1: not of the family of the host'
	check -H ::1 -p 9 --source 127.0.0.1
	usage '--source: 127.0.0.1: not of the family of the host'
	check -6 -H x -p 9 --source 127.0.0.1
	usage '--source: not of the family of -4 or -6'
	for o in 0 65536 -1 x; do
		check -p 9 --source-port=$o
		says 3 'TCP UNKNOWN - --source-port: '
	done
}

@test "what the kernel refuses of us is never as expected" {
	command -v setpriv >/dev/null || skip "needs setpriv"
	[ "$(id -u)" = 0 ] || skip "needs root"
	serve 'tcp4'
	port=$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start)
	((port > 1)) || skip "any port is allowed to anybody"
	printf '#!/bin/sh\nexec setpriv --reuid=65534 --bounding-set=-all --inh-caps=-all --clear-groups %q "$@"\n' \
		/proc/self/fd/9 >unprivileged
	chmod +x unprivileged
	exec 9<"$plugin"
	plugin=$PWD/unprivileged
	for expected in open closed filtered any; do
		check -p "$p0" --source-port 1 --expected $expected --state prohibited=ok
		says 3 'TCP UNKNOWN - Cannot probe' 'Permission denied'
	done
	exec 9<&-
}

@test "--dscp, --tos, --ttl, --interface: what they take" {
	serve 'tcp4'
	for o in 0 63 df ef va le be cs0 CS7 af11 AF43; do
		is_ok -p "$p0" --dscp=$o
	done
	for o in 64 -1 '' x cs8 af44 af10 ef1 0x2e; do
		check -p 9 --dscp="$o"
		says 3 'TCP UNKNOWN - --dscp: ' 'not 0 to 63, nor the name of a class'
	done
	is_ok -p "$p0" --tos 0
	is_ok -p "$p0" --tos 255
	for o in 256 -1 x ''; do
		check -p 9 --tos="$o"
		says 3 'TCP UNKNOWN - --tos: '
	done
	is_ok -p "$p0" --ttl 1
	is_ok -p "$p0" --ttl 255
	for o in 0 256 x ''; do
		check -p 9 --ttl="$o"
		says 3 'TCP UNKNOWN - --ttl: '
	done
	check -p 9 --interface=
	usage '--interface: is empty'
	check -p "$p0" --interface nosuch0
	says 3 'TCP UNKNOWN - Cannot probe' 'No such device'
}

#
# More than one try
#

@test "--retries: the last try counts" {
	serve 'tcp4 first 2 ( say "no" close ) then ( say "220" )'
	check -p "$p0" -e 220 --retries 2 --retry-wait 0
	says 0 'TCP OK - ' ', after 2 retries|'
	[ "$(fake_count accept 0)" = 3 ]
	serve 'tcp4 first 2 ( say "no" close ) then ( say "220" )'
	check -p "$p0" -e 220 --retries 1 --retry-wait 0
	says 1 'TCP WARNING - ' ', after 1 retry|'
	# What is good is not asked again.
	serve 'tcp4 once ( say "220" ) then ( say "no" close )'
	check -p "$p0" -e 220 --retries 5 --retry-wait 0
	says 0
	never after
	[ "$(fake_count accept 0)" = 1 ]
	# A better outcome of an earlier try is none.
	serve 'tcp4 once ( say "no" close ) then ( close )'
	check -p "$p0" -e 220 --retries 1 --retry-wait 0
	says 2 'No data received'
	# Too slow is not OK.
	serve 'tcp4 once ( wait 300 say "220" ) then ( say "220" )'
	check -p "$p0" -e 220 -w 0.25 --retries 1 --retry-wait 0
	says 0 ', after 1 retry|'
}

@test "--retries: with states" {
	serve 'tcp4 closed'
	check -p "$p0" -r ok --retries 3 --retry-wait 0
	says 0
	never after
	check -p "$p0" --expected closed --retries 3 --retry-wait 0
	says 0
	never after
	serve 'tcp4'
	check -p "$p0" --state ok=warn --retries 3 --retry-wait 0
	says 1 ', after 3 retries|'
}

@test "--retry-wait: between the tries, within -t" {
	serve 'tcp4 closed'
	check -p "$p0" --retries 2 --retry-wait 0.2 -t 5
	says 2 ', after 2 retries|'
	((took_ms >= 400))
	check -p "$p0" --retries 1
	((took_ms >= 1000))
	for o in '--retries 1 -t 1' '--retries 1 --retry-wait 1e9' \
		'--retries 2 --retry-wait 5' '--probes 2 --retries 1 -t 2'; do
		check -p "$p0" $o
		usage '--retry-wait: the waits take longer than -t allows'
	done
}

@test "--retries, --probes: the deadline holds, and each has its share" {
	serve 'tcp4 silent' 'tcp4 full'
	check -p "$p0" -e x --retries 2 --retry-wait 0.1 -t 1
	says 2 'Socket timeout after 0.2' ', after 2 retries|'
	within 4000
	check -p "$p1" --probes 4 -t 1
	says 2 'Socket timeout after 0.2' '0 of 4 probes OK' ' loss=100%;;;0;100'
	within 4000
	((took_ms >= 800))
	check -p "$p0" -e x --retries 1 --retry-wait 0 -t 0.6:ok
	says 0 'Socket timeout after 0.'
	within 4000
}

@test "--probes: the worst of them, the average of the times" {
	serve 'tcp4 first 2 ( say "220" ) then ( say "no" close )'
	check -p "$p0" -e 220 --probes 3
	says 1 'TCP WARNING - ' ', 2 of 3 probes OK, ' ' time_min=' ' time_max=' \
		' loss=0%;;;0;100'
	[ "$(fake_count accept 0)" = 3 ]
	serve 'tcp4 once ( close ) then ( say "220" )'
	check -p "$p0" -e 220 --probes 3
	says 2 'TCP CRITICAL - No data received' ', 2 of 3 probes OK, ' \
		' loss=33%;;;0;100' '|time=U;'
	serve 'tcp4 once ( wait 400 say "220" ) then ( say "220" )'
	check -p "$p0" -e 220 --probes 2 -c 0.1
	says 2 'TCP CRITICAL - ' ', 2 of 2 probes OK, '
	check -p "$p0" -e 220 --probes 2 -c 0.1
	says 0
	serve 'tcp4'
	check -p "$p0" --probes 1000 --json
	says 0
	json_has '"probes":{"asked":1000,"ok":1000,"answered":1000,'
}

@test "--probes with --retries: each may be asked again" {
	serve 'tcp4 once ( say "no" close ) then ( say "220" ) ' \
		'tcp4 repeat 1 ( say "no" ) close'
	check -p "$p0" -e 220 --probes 2 --retries 1 --retry-wait 0
	says 0 ', after 1 retry, 2 of 2 probes OK, '
	check -p "$p1" -e 220 --probes 2 --retries 2 --retry-wait 0
	says 1 ', after 4 retries, 0 of 2 probes OK, '
	[ "$(fake_count accept 1)" = 6 ]
}

@test "--retries, --retry-wait, --probes: what they take" {
	for o in '--retries=101' '--retries=-1' '--retries=x' '--retries=1.5' \
		'--probes=0' '--probes=1001' '--probes=x' '--retry-wait=-1' \
		'--retry-wait=x' '--retry-wait='; do
		check -p 9 "$o"
		says 3 "TCP UNKNOWN - ${o%%=*}: "
	done
}

@test "SIGTERM while waiting between two tries" {
	serve 'tcp4 say "no" close'
	start -p "$p0" -e 220 --retries 1 --retry-wait 8
	fake_wait_log 'closed 0 #1'
	sleep 0.1
	kill -TERM "$pid"
	finish
	says 3 'TCP UNKNOWN - Not probed: ' 'interrupted by SIGTERM'
}

# It is stopped, so that both wait for it when it goes on.
@test "SIGTERM and an answer at once: the other probes were not asked" {
	serve 'tcp4 expect "GO" wait 500 say "220"'
	start -p "$p0" -s GO -e 220 --probes 5 -t 9
	fake_wait_log 'matched 0 #1'
	kill -STOP "$pid"
	fake_wait_log 'sent 0 #1'
	kill -TERM "$pid"
	kill -CONT "$pid"
	finish
	says 3 'TCP UNKNOWN - Not probed: ' 'interrupted by SIGTERM'
}

@test "--all-addresses: of an address, a Unix socket" {
	serve 'tcp4 say "220"' 'unix say "220"' 'tcp4 closed'
	check -p "$p0" -e 220 --all-addresses
	says 0 ' loss=0%;;;0;100'
	check -H "$p1" -e 220 --all-addresses --probes 2
	says 0 ', 2 of 2 probes OK, '
	check -p "$p2" --all-addresses
	says 2 'Connection refused' ' loss=100%;;;0;100'
	check -H a..b -p 9 --all-addresses
	says 2 'Invalid hostname'
}

#
# All together
#

@test "every format, of everything at once" {
	serve 'tcp4 first 2 ( say "n|o\"\\\xff\0" close ) then ( say "220\r\n" expect "x" say "250|\r\n" )'
	local steps=(--step expect-prefix:220 --step send:x --step 'expect-regex:^250\|$')

	for o in '' -v -vv --perfdata=full --output-format=multi-line --json \
		'--text=%n_%s_%m_%b_%o'; do
		for more in '--retries 1 --retry-wait 0' '--probes 3' \
			'--probes 2 --retries 2 --retry-wait 0 --all-addresses'; do
			check -p "$p0" "${steps[@]}" $o $more -q 'BYE|' -j -t 5
			((status < 3))
			silent
			(($(wc -c <"$out") <= 8192))
			[[ $o == --json || $o == *multi* ]] || {
				(($(head -n 1 "$out" | tr -cd '|' | wc -c) == 1))
			}
			[[ $o != --json ]] || valid
		done
	done
}

@test "closed standard output" {
	serve 'tcp4 say "220"'
	for o in --json '--probes 2' '--retries 1' '--step expect:220' -vv; do
		status=0
		"$plugin" -p "$p0" $o >&- 2>"$err" 3>&- 4>&- || status=$?
		((status == 3))
		silent
		status=0
		"$plugin" -p "$p0" $o >/dev/full 2>"$err" 3>&- 4>&- || status=$?
		((status == 3))
	done
}

@test "abbreviations" {
	serve 'tcp4 say "220"'
	# The only one with a letter, or the only one.
	for o in '--exp=220' '--sen=x' '--ti=5' '--re=ok' '--d=0' '--dscp=ef' '--tt=9' \
		'--tos=0' '--ste=expect:22' '--prob=1' '--all-a' '--a' '--expecte=open' \
		'--expect-p=2' '--expect-r=2' '--stat=ok=ok' '--int=lo' '--send-=61'; do
		check -p "$p0" "$o"
		says 0
	done
	for o in --st=close --sta=ok=ok --so=x --pro=1 --retr=1 --expect-=x --e=x --source-=1x; do
		check -p "$p0" "$o"
		says 3
	done
	check -p "$p0" --expect-=x
	usage '--expect-: short for several options'
}

@test "--extra-opts: the new options" {
	serve 'tcp4 say "220 a\r\n" expect "x" say "250\r\n" close' 'tcp4 closed'
	ini '[check_tcp]' "port=$p0" 'step=expect-regex:^220 ' 'step = send:x' \
		'step=expect-prefix:250' 'all-addresses=' 'probes=2' 'dscp=ef'
	check --extra-opts=@"$ini"
	says 0 '2 of 2 probes OK'
	ini '[check_tcp]' "port=$p0" 'step=expect-regex:^221' 'state=mismatch=critical'
	check --extra-opts=@"$ini" --wait 0.1
	says 2 'expected /^221/'
	ini '[check_tcp]' "port=$p1" 'expected=closed'
	check --extra-opts=@"$ini"
	says 0
	check --extra-opts=@"$ini" --state refused=warn
	says 1
	ini '[check_tcp]' 'expect-not='
	check --extra-opts=@"$ini" -p 9
	says 3 'expect-not'
	ini '[check_tcp]' 'all-addresses=yes'
	check --extra-opts=@"$ini" -p 9
	says 3 'takes no value'
}

@test "-j hides the peer's bytes in every format" {
	serve 'tcp4 say "qWxYzZy 1\r\n" close'
	for o in '-e qWx' '-e no' --expect-not=qWx '--step expect:1' '--json -e 1' \
		'--json -e no' '--text=%m%b' '-vv -e 1' '--probes 2 -e no'; do
		check -p "$p0" -j $o
		((status < 3))
		case $o in
		*qWx*) sed -i 's/"qWx"//' "$out" ;;
		esac
		never WxYzZy
	done
}

@test "the same answer in one piece or in several" {
	serve 'tcp4 say "220 250 hello\r\n"' \
		'tcp4 say "220" wait 50 say " 250 hello\r\n"' \
		'tcp4 say "220 " wait 50 say "250 hello\r\n"'
	for p in "$p0" "$p1" "$p2"; do
		is_ok -p "$p" --step expect:220 --step expect:250
		# One line is one answer to a regular expression.
		is_not_ok -p "$p" --step expect-regex:^220 --step expect-regex:^250 \
			--wait 0.3 -t 2
		# The rest of a line does not begin like one.
		is_not_ok -p "$p" --step expect:220 --step expect-prefix:250 \
			--wait 0.3 -t 2
	done
}

@test "--expect-not beside what a protocol expects" {
	serve 'tcp4 say "554 go away\r\n" close' 'tcp4 say "220 hi\r\n" close' \
		'tcp4 say "220 421 soon\r\n" close'
	is_not_ok -p "$p0" --protocol smtp --expect-not 421
	is_ok -p "$p1" --protocol smtp --expect-not 421
	is_not_ok -p "$p2" --protocol smtp --expect-not 421
	says 1 'expected "220" and not "421"; it has what must not be in it' ||
		says 1 'it has what must not be in it'
}

@test "--expect-regex: -m does not end a line, an end does" {
	serve 'tcp4 say "220\r\n"' 'tcp4 say "22" close' 'tcp4 say "login: "'
	is_not_ok -p "$p0" --expect-regex '22$' -m 2
	is_ok -p "$p1" --expect-regex '^22$'
	is_ok -p "$p2" --expect-regex '^login: $' --wait 0.2
	is_ok -p "$p2" -e login: -t 1
}

@test "--expect-not: an answer that does not end before the deadline" {
	serve 'tcp4 trickle "x" 20'
	is_not_ok -p "$p0" --expect-not bad -t 0.5
	is_not_ok -p "$p0" --expect-not bad --wait 2 -t 0.5
	is_ok -p "$p0" --expect-not bad --wait 0 -t 0.5
}

@test "--probes: -w and -c judge those that answered, whatever the others" {
	serve 'tcp4 once ( close ) then ( wait 300 say "220" )'
	check -p "$p0" -e 220 --probes 3 --state no-data=ok -c 0.1 -t 10
	says 2 '2 of 3' || says 2 '3 of 3'
}

@test "--dialogue -: -t is its deadline, too" {
	check -p 9 --dialogue=- -t 0.3 < <(exec sleep 8)
	says 3 'TCP UNKNOWN - no end of what is to be read before the deadline'
	within 6000
}

@test "--source and its like: not with a Unix socket" {
	for o in --source=127.0.0.1 --source-port=99 --interface=lo --ttl=9 --dscp=ef; do
		check -H /run/x "$o"
		usage '--source, --interface and their like: cannot be used with a Unix socket'
	done
}

@test "--step: nothing can be sent after close" {
	check -p 9 --step close --step wait:1 --step send:x
	usage '--step: a send after close'
}
