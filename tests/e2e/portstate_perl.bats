#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154
#
# IO::Socket::PortState of CPAN and check_portset, side by side: the same hash of
# ports, the same peers, and the same verdict on each.  Where it is not the same
# ours is right, and theirs is known to be wrong: without a word to it they call
# every UDP port open.
#
# PERL_SEED repeats a run.

setup() {
	load common
	common_setup check_portset
	perl -MIO::Socket::PortState -MJSON::PP -e 1 2>/dev/null ||
		skip "needs IO::Socket::PortState: libio-socket-portstate-perl"
	theirs=$BATS_TEST_TMPDIR/theirs.pl
	compare=$BATS_TEST_TMPDIR/compare.pl
	# theirs.pl TIMEOUT [HANDLER]: a porthash of lines "transport port name"
	# goes through them, twice: changed in place, and as a new one.
	cat >"$theirs" <<-'EOF'
		use strict;
		use warnings;
		use IO::Socket::PortState qw(check_ports);
		my ($timeout, $file) = @ARGV;
		my (%porthash, @handler);
		if ($file) {
		    require $file;
		    @handler = (\&handler);
		}
		while (<STDIN>) {
		    my ($proto, $port, $name) = split;
		    $porthash{$proto}{$port} = { name => $name };
		}
		my $new = check_ports('127.0.0.1', $timeout, \%porthash, @handler);
		for my $proto (sort keys %$new) {
		    for (sort keys %{ $new->{$proto} }) {
		        my $e = $new->{$proto}{$_};
		        print join('|', $proto, $_, $e->{name}, $e->{open}, $e->{note},
		            defined $e->{closed_reason} ? $e->{closed_reason} : ''), "\n";
		    }
		}
		die 'changed' if grep { exists $_->{open} } map { values %$_ } values %porthash;
	EOF
	# compare.pl THEIRS OURS: entries that are not open in both or closed in
	# both, by what they should be, which is in their names; and ours that say
	# why, or do not, against the form of the JSON.
	cat >"$compare" <<-'EOF'
		use strict;
		use warnings;
		use JSON::PP;
		my ($theirs, $ours) = @ARGV;
		my (%entry, %differ, $n);
		{
		    local (@ARGV, $/) = ($ours);
		    my $json = decode_json(<>);
		    $entry{"$_->{transport}|$_->{port}"} = $_ for @{ $json->{entries} };
		}
		open my $in, '<', $theirs or die;
		while (<$in>) {
		    chomp;
		    my ($proto, $port, $name, $open, $note) = split /\|/;
		    my $e = delete $entry{"$proto|$port"} or die "$proto $port is not ours";
		    $n++;
		    die "$proto $port: a note '$note'" if $note ne 'builtin()';
		    die "$proto $port: reason" if !$e->{open} == !defined $e->{closed_reason};
		    die "$proto $port: open, and $e->{state}"
		        if !$e->{open} != ($e->{state} ne 'open');
		    my ($true) = $name =~ /-(\w+)$/;
		    $differ{"$proto $name: theirs " . ($open ? 'open' : 'closed') .
		        ", ours $e->{state}"}++ if !$open != !$e->{open};
		    die "$proto $port: $name, and ours $e->{state}"
		        if ($e->{open} ? 'open' : 'shut') ne $true;
		}
		die 'only ours: ', join ' ', keys %entry if %entry;
		print "$_\n" for sort keys %differ;
		print "compared $n\n";
	EOF
}

teardown() {
	common_teardown
}

# What there is, by the names that it gets: of UDP, an answer is to the empty
# datagram that ours sends to a port of which nothing is known.
declare -gA kinds=(
	[tcp:banner-open]='say "220 x\r\n"'
	[tcp:silent-open]='silent'
	[tcp:deaf-open]='noaccept'
	[tcp:close-open]='close'
	[tcp:web-open]='expect "GET" say "HTTP/1.0 200 OK\r\n\r\n" close'
	[tcp:tarpit-open]='trickle "x" 100ms'
	[tcp:closed-shut]='closed'
	[udp:answer-open]='reply "x"'
	[udp:closed-shut]='closed'
	[udp:silent-shut]='silent'
)

# A full backlog, where they wait for each as long as they may, one by one.
slow='tcp:full-shut'

# peers N: that many, by $RANDOM, and two that are slow; the hash in the file
# porthash, the list in $list, how many of each kind in the file kinds
peers() {
	local i kind
	local -a names scripts
	local -a all=("${!kinds[@]}")

	mapfile -t all < <(printf '%s\n' "${all[@]}" | sort)
	for ((i = 2; i < $1; i++)); do
		kind=${all[RANDOM % ${#all[@]}]}
		names+=("$kind")
		scripts+=("${kind%%:*}4 ${kinds[$kind]}")
	done
	names+=("$slow" "$slow")
	scripts+=('tcp4 full' 'tcp4 full')
	serve "${scripts[@]}" || return 1
	list=''
	for i in "${!names[@]}"; do
		echo "${names[i]%%:*} ${FAKE_PORT[i]} ${names[i]#*:}"
		list+=,${names[i]%%:*}:${FAKE_PORT[i]}
	done >porthash
	list=${list#,}
	printf '%s\n' "${names[@]}" | sort | uniq -c >kinds
}

ms() {
	echo "${EPOCHREALTIME/[.,]/}"
}

@test "random hashes of 60 ports" {
	local seed=${PERL_SEED:-$RANDOM} i begin
	local theirs_us=0 ours_us=0

	echo "PERL_SEED=$seed"
	RANDOM=$seed
	for i in {1..4}; do
		peers 60
		begin=$(ms)
		perl "$theirs" 1 <porthash >theirs
		theirs_us=$((theirs_us + $(ms) - begin))
		begin=$(ms)
		check -H 127.0.0.1 -p "$list" --probe-timeout 1 --format json
		ours_us=$((ours_us + $(ms) - begin))
		silent
		[ "$status" = 2 ]
		perl "$compare" theirs "$out" >differ
		cat kinds differ
		# Those of UDP, and no others.
		diff differ - <<-'EOF'
			udp closed-shut: theirs open, ours closed
			udp silent-shut: theirs open, ours open|filtered
			compared 60
		EOF
	done
	echo "# 4 hashes of 60: theirs $((theirs_us / 1000)) ms, one port after the other; ours $((ours_us / 1000)) ms" >&3
}

@test "in place, as without a handler in void context" {
	peers 20
	perl -MIO::Socket::PortState=check_ports -e '
		while (<STDIN>) {
			my ($proto, $port, $name) = split;
			$porthash{$proto}{$port} = { name => $name };
		}
		check_ports("127.0.0.1", 1, \%porthash);
		for my $proto (sort keys %porthash) {
			print join("|", $proto, $_, @{ $porthash{$proto}{$_} }{qw(name open note)}), "\n"
				for sort keys %{ $porthash{$proto} };
		}' <porthash >theirs
	check -H 127.0.0.1 -p "$list" --probe-timeout 1 --format json
	perl "$compare" theirs "$out" >differ
	lacks '^tcp' differ
	grep -qx 'compared 20' differ
}

# It accepted, and so is open: to them only if they look before the reset is here.
@test "a port that resets at once is open, each time" {
	serve 'tcp4 reset'
	echo "tcp $p0 reset-open" >porthash
	list=$p0
	for i in {1..20}; do
		check -H 127.0.0.1 -p "$list" --format json
		silent
		[ "$status" = 0 ]
		perl "$theirs" 1 <porthash >theirs
		perl "$compare" theirs "$out" >differ
		lacks 'theirs open' differ
	done
}

# The same file decides in both: theirs calls its function, ours runs it.
handler() {
	cat >handler.pl <<-'EOF'
		#!/usr/bin/perl
		use strict;
		use warnings;
		use IO::Socket::INET;

		sub verdict {
		    my ($host, $port, $proto, $timeout) = @_;
		    my $sock = IO::Socket::INET->new(PeerAddr => $host,
		        PeerPort => $port, Proto => $proto, Timeout => $timeout)
		        or return (0, 'not running');
		    my $line = '';
		    local $SIG{ALRM} = sub { die };
		    eval {
		        alarm $timeout;
		        sysread $sock, $line, 100;
		        alarm 0;
		        1;
		    } or return (0, 'says nothing');
		    return (1, '') if $line =~ /^220 /;
		    return (0, $line eq '' ? 'hangs up' : 'says something else');
		}

		sub handler {
		    my ($entry, $host, $port, $proto, $timeout) = @_;
		    ($entry->{open}, my $why) = verdict($host, $port, $proto, $timeout);
		    $entry->{note} = 'my handler()';
		    $entry->{closed_reason} = $why if !$entry->{open};
		}

		unless (caller) {
		    my ($open, $why) = verdict(@ARGV);
		    print $open ? "up\n" : "$why\n";
		    exit($open ? 0 : 2);
		}
		1;
	EOF
	chmod +x handler.pl
	serve 'tcp4 say "220 x\r\n"' 'tcp4 say "554 no\r\n"' 'tcp4 closed' \
		'tcp4 silent' 'tcp4 close' 'tcp4 full'
	names=(greets refuses closed silent closes full)
	verdicts=('1|' '0|says something else' '0|not running' '0|says nothing' \
		'0|hangs up' '0|not running')
}

@test "a handler of one's own decides: theirs" {
	handler
	for i in "${!names[@]}"; do
		echo "tcp ${FAKE_PORT[i]} ${names[i]}"
	done >porthash
	perl "$theirs" 1 "$PWD/handler.pl" <porthash >theirs
	for i in "${!names[@]}"; do
		grep -qxF "tcp|${FAKE_PORT[i]}|${names[i]}|${verdicts[i]%|*}|my handler()|${verdicts[i]#*|}" \
			theirs || {
			echo "${names[i]}"
			cat theirs
			return 1
		}
	done
}

@test "a handler of one's own decides: ours, by the same file" {
	"$plugin" --help >help || true
	handler
	{
		printf '%s\n' portsets: '  mine:' \
			"    defaults: {timeout: 5, handler: [$PWD/handler.pl, '%h', '%p', '%P', '1']}"
		for i in "${!names[@]}"; do
			echo "    ${names[i]}: {tcp: ${FAKE_PORT[i]}}"
		done
	} >mine.yaml
	check --config mine.yaml --portset mine -H 127.0.0.1 --format json
	silent
	[ "$status" = 2 ]
	perl -MJSON::PP -e '
		local $/;
		for (@{ decode_json(<>)->{entries} }) {
			my ($name) = $_->{name} =~ m{([^/]*)$};
			my $why = defined $_->{closed_reason} ? $_->{closed_reason} : "";
			print "$name|", $_->{ok} ? 1 : 0, "|$why\n";
		}' "$out" >ours
	for i in "${!names[@]}"; do
		grep -qE "^${names[i]}\|${verdicts[i]%|*}\|.*${verdicts[i]#*|}" ours || {
			echo "${names[i]}"
			cat ours
			return 1
		}
	done
}
