# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034
#
# Certificates and TLS servers of openssl: to be loaded.
#
# need_tls		skips where tls_missing has a reason
# tls_missing		writes why there can be no test of TLS, if so: without
#			openssl, or in a build without TLS
# tls_authority DIR	makes DIR, with an authority in the file ca, another in
#			the file other, and a key for everybody in key; status 1
#			without openssl
# tls_setup_file	for setup_file(): an authority in $BATS_FILE_TMPDIR/tls, and
#			of it the certificate good, for 30 days; without
#			openssl nothing
# tls_certificate FILE FROM TO
#			makes DIR/FILE: of that authority for www.test and
#			127.0.0.1, with dates as date(1) has them
# tls_start FILE OPTION...
#			starts a server with that certificate and its issuer,
#			which says each line backwards; its port in $tls_port,
#			its log in $tls_log
# tls_hear FILE OPTION...
#			the same, but it says nothing, and writes what it hears
#			to its log
# tls_web FILE OPTION...
#			the same, but it says a page to who asks by HTTP
# tls_say TEXT FILE OPTION...
#			the same, but it says the TEXT of printf(1) to the first
#			who comes
# tls_peer FILE WORD...	starts tests/tlsserver with that certificate and these
#			words; the same variables
# tls_stop		ends those that were started

tls_dir=
tls_port=
tls_pids=()

need_tls() {
	local why

	why=$(tls_missing)
	[[ -z $why ]] || skip "$why"
}

tls_missing() {
	if [[ ! -f $tls_dir/ca ]]; then
		echo "needs certificates: openssl"
	elif "$plugins/check_tcp" -p 1 -S | grep -q 'this build has no TLS'; then
		echo "needs TLS: --with-openssl"
	fi
}

tls_authority() {
	command -v openssl >/dev/null || return 1
	mkdir -p "$1" && tls_dir=$1 && cd "$1" || return 1
	printf '%s\n' '[ca]' 'default_ca=d' '[d]' 'database=index' \
		'serial=serial' 'new_certs_dir=.' 'default_md=sha256' \
		'policy=p' 'unique_subject=no' 'copy_extensions=copy' \
		'[p]' 'commonName=supplied' >conf
	: >index
	echo 01 >serial
	openssl ecparam -name prime256v1 -genkey -noout -out ca.key &&
		openssl ecparam -name prime256v1 -genkey -noout -out key &&
		tls_root ca 'Test CA' 300 && tls_root other 'Other CA' 300
}

# tls_root FILE NAME DAYS: one more certificate of an authority
tls_root() {
	openssl req -x509 -new -key "$tls_dir/ca.key" -out "$tls_dir/$1" \
		-days "$3" -subj "/CN=$2" 2>/dev/null
}

tls_setup_file() {
	tls_authority "$BATS_FILE_TMPDIR/tls" || return 0
	tls_certificate good -1days '+30 days +1 hour'
}

tls_certificate() (
	cd "$tls_dir" || exit
	openssl req -new -key key -subj '/CN=www.test' -out csr \
		-addext 'subjectAltName=DNS:www.test,IP:127.0.0.1' &&
		openssl ca -config conf -batch -notext -cert ca \
			-keyfile ca.key -in csr -out "$1" \
			-startdate "$(tls_date "$2")" \
			-enddate "$(tls_date "$3")" 2>/dev/null
)

# tls_certificate_of FILE NAME FROM TO: one more of the authority, with dates
tls_certificate_of() (
	cd "$tls_dir" || exit
	openssl req -new -key ca.key -subj "/CN=$2" -out csr &&
		openssl ca -config conf -batch -notext -selfsign \
			-keyfile ca.key -in csr -out "$1" \
			-startdate "$(tls_date "$3")" \
			-enddate "$(tls_date "$4")" 2>/dev/null
)

tls_date() {
	date -u -d "now $1" +%Y%m%d%H%M%SZ
}

tls_start() {
	_tls_start "$@" -rev
}

tls_hear() {
	_tls_start "$@" < <(exec sleep 60 3>&- 4>&-)
}

tls_web() {
	_tls_start "$@" -www
}

tls_say() {
	# shellcheck disable=SC2059
	_tls_start "${@:2}" < <(printf "$1" && exec sleep 60 3>&- 4>&-)
}

tls_peer() {
	tls_log=$BATS_TEST_TMPDIR/tls.${#tls_pids[@]}
	: >"$tls_log"
	"${FAKESERVER%/*}/tlsserver" "$tls_dir/$1" "$tls_dir/key" "${@:2}" \
		>"$tls_log" 2>&1 3>&- 4>&- < <(exec sleep 60 3>&- 4>&-) &
	tls_pids+=("$!")
	_tls_await 'port '
}

_tls_start() {
	local certificate=$1

	shift
	tls_log=$BATS_TEST_TMPDIR/tls.${#tls_pids[@]}
	: >"$tls_log"
	openssl s_server -accept 127.0.0.1:0 -cert_chain "$tls_dir/ca" \
		-cert "$tls_dir/$certificate" -key "$tls_dir/key" "$@" \
		<&0 >"$tls_log" 2>&1 3>&- 4>&- &
	tls_pids+=("$!")
	_tls_await 'ACCEPT 127.0.0.1:'
}

# Until the server that was started last has told its port behind these words.
_tls_await() {
	local i

	for ((i = 0; i < 500; i++)); do
		tls_port=$(sed -n "s/^$1\([0-9]*\).*/\1/p" "$tls_log")
		[[ -z $tls_port ]] || return 0
		sleep 0.02
	done
	cat "$tls_log"
	return 1
}

tls_stop() {
	local pid

	for pid in "${tls_pids[@]}"; do
		kill "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	tls_pids=()
}
