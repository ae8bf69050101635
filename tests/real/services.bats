#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2030,SC2031,SC2154
#
# The services that check_tcp knows by name, against the servers of others:
# `make check-real` installs and tests them, a server that is missing is
# skipped.  Each test starts its own, on free ports of the loopback.

setup_file() {
	load ../e2e/tls
	tls_authority "$BATS_FILE_TMPDIR/tls" || return 0
	tls_certificate good -1days '+30 days +1 hour'
	tls_other
}

# tls_other: trusts another authority of the same name, whose key is its own
tls_other() {
	openssl req -x509 -newkey rsa:2048 -nodes -keyout other.key \
		-out other -days 30 -subj '/CN=Test CA' 2>/dev/null
}

setup() {
	load ../e2e/common
	load servers
	common_setup
	# Servers are other users, whom bats keeps out.
	chmod a+rx "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR"
	certificates=$BATS_FILE_TMPDIR/tls
	certificate=$certificates/good
	key=$certificates/key
	chmod -R a+rX "$certificates" 2>/dev/null || true
	has_tls=
	if [[ -f $certificate ]] && ! "$plugin" -S -p 1 | grep -q 'this build has no TLS'
	then
		has_tls=yes
	fi
}

teardown() {
	[[ -z ${out:-} ]] || servers_stop
}

@test "OpenSSH: ssh" {
	need sshd ssh-keygen
	ports ssh
	ssh-keygen -q -t ed25519 -N '' -f hostkey
	printf '%s\n' "Port $ssh" 'ListenAddress 127.0.0.1' 'PidFile none' \
		"HostKey $PWD/hostkey" >conf
	server "$(command -v sshd)" -D -e -f "$PWD/conf"
	await "$ssh"
	good ssh "$ssh"
	bad 1 smtp "$ssh" 'Unexpected response'
	gone ssh "$ssh"
}

@test "nginx: http, https" {
	need nginx
	ports http https sick moved
	mkdir temp
	lend www-data temp
	cat >conf <<-END
		daemon off;
		pid $PWD/pid;
		events { }
		http {
			access_log $PWD/access;
			client_body_temp_path $PWD/temp/1;
			proxy_temp_path $PWD/temp/2;
			fastcgi_temp_path $PWD/temp/3;
			uwsgi_temp_path $PWD/temp/4;
			scgi_temp_path $PWD/temp/5;
			server { listen 127.0.0.1:$http; return 200 here; }
			server { listen 127.0.0.1:$sick; return 503; }
			server { listen 127.0.0.1:$moved; return 301 /; }
			server {
				listen 127.0.0.1:$https ssl;
				ssl_certificate $certificate;
				ssl_certificate_key $key;
				return 200 here;
			}
		}
	END
	server nginx -e stderr -p "$PWD" -c "$PWD/conf"
	await "$https"
	good http "$http"
	good http "$moved"
	bad 1 http "$sick" 503
	bad 1 http "$https" 400
	trusted https "$https"
	trusted http "$https" -S
	! grep -v '"GET / HTTP/1.1" [2-5]' access
	gone http "$http"
}

# vsftpd_conf FILE LINE...
vsftpd_conf() {
	local file=$1

	shift
	mkdir -p empty
	printf '%s\n' listen=YES listen_address=127.0.0.1 background=NO \
		anonymous_enable=YES "secure_chroot_dir=$PWD/empty" \
		"anon_root=$PWD/empty" ssl_enable=YES ssl_ciphers=HIGH \
		force_local_logins_ssl=NO "rsa_cert_file=$certificate" \
		"rsa_private_key_file=$key" "$@" >"$file"
}

@test "vsftpd: ftp, ftp+starttls, ftps" {
	need vsftpd
	ports ftp ftps
	vsftpd_conf conf "listen_port=$ftp"
	vsftpd_conf conf.tls "listen_port=$ftps" implicit_ssl=YES
	server vsftpd "$PWD/conf.tls"
	await "$ftps"
	server vsftpd "$PWD/conf"
	await "$ftp"
	good ftp "$ftp"
	trusted ftp+starttls "$ftp"
	trusted ftps "$ftps"
	same ftp "$ftp"
	gone ftp "$ftp"
	same ftp "$ftp"
}

@test "Postfix: smtp, smtp+starttls, smtps, submission" {
	need postfix
	[[ $(id -u) == 0 ]] || skip "postfix wants root"
	ports smtp smtps submission clear
	mkdir conf queue data
	lend postfix data
	cat >conf/main.cf <<-END
		compatibility_level = 3.6
		queue_directory = $PWD/queue
		data_directory = $PWD/data
		command_directory = /usr/sbin
		daemon_directory = /usr/lib/postfix/sbin
		myhostname = www.test
		mydestination =
		inet_interfaces = 127.0.0.1
		inet_protocols = ipv4
		alias_maps =
		local_recipient_maps =
		maillog_file = $PWD/data/log
		maillog_file_prefixes = $PWD
		smtpd_tls_cert_file = $certificate
		smtpd_tls_key_file = $key
		smtpd_tls_security_level = may
	END
	cat >conf/master.cf <<-END
		127.0.0.1:$smtp inet n - n - - smtpd
		127.0.0.1:$clear inet n - n - - smtpd
		  -o smtpd_tls_security_level=none
		127.0.0.1:$submission inet n - n - - smtpd
		  -o smtpd_tls_security_level=encrypt
		127.0.0.1:$smtps inet n - n - - smtpd
		  -o smtpd_tls_wrappermode=yes
		cleanup unix n - n - 0 cleanup
		rewrite unix - - n - - trivial-rewrite
		bounce unix - - n - 0 bounce
		defer unix - - n - 0 bounce
		anvil unix - - n - 1 anvil
		tlsmgr unix - - n 1000? 1 tlsmgr
		proxymap unix - - n - - proxymap
		scache unix - - n - 1 scache
		pickup unix n - n 60 1 pickup
		qmgr unix n - n 300 1 qmgr
		postlog unix-dgram n - n - 1 postlogd
	END
	server postfix -c "$PWD/conf" start-fg
	await "$smtps"
	good smtp "$smtp"
	trusted smtp+starttls "$smtp"
	bad 2 smtp+starttls "$clear" 'does not agree to begin TLS: "502 '
	good submission "$submission"
	trusted submission+starttls "$submission"
	trusted smtps "$smtps"
	trusted ssmtp "$smtps"
	trusted submissions "$smtps"
	same ssmtp "$smtps"
	[[ -s data/log ]]
	! grep -E 'improper|lost connection|non-SMTP' data/log
	gone smtp "$smtp"
}

@test "Dovecot: imap, pop3, sieve, lmtp" {
	need dovecot
	ports imap imaps pop3 pop3s sieve lmtp
	mkdir run state
	cat >conf <<-END
		base_dir = $PWD/run
		state_dir = $PWD/state
		log_path = $PWD/log
		protocols = imap pop3 lmtp sieve
		listen = 127.0.0.1
		ssl = yes
		ssl_cert = <$certificate
		ssl_key = <$key
		passdb {
		  driver = static
		}
		userdb {
		  driver = static
		  args = uid=nobody gid=nogroup home=$PWD
		}
		service imap-login {
		  inet_listener imap {
		    port = $imap
		  }
		  inet_listener imaps {
		    port = $imaps
		  }
		}
		service pop3-login {
		  inet_listener pop3 {
		    port = $pop3
		  }
		  inet_listener pop3s {
		    port = $pop3s
		  }
		}
		service managesieve-login {
		  inet_listener sieve {
		    port = $sieve
		  }
		}
		service lmtp {
		  inet_listener lmtp {
		    address = 127.0.0.1
		    port = $lmtp
		  }
		}
	END
	server dovecot -F -c "$PWD/conf"
	await "$lmtp"
	good imap "$imap"
	trusted imap+starttls "$imap"
	trusted imaps "$imaps"
	trusted simap "$imaps"
	same imap "$imap"
	same simap "$imaps"
	good pop3 "$pop3"
	good pop "$pop3"
	trusted pop3+starttls "$pop3"
	trusted pop+starttls "$pop3"
	trusted pop3s "$pop3s"
	trusted spop "$pop3s"
	same pop "$pop3"
	same spop "$pop3s"
	good sieve "$sieve"
	trusted sieve+starttls "$sieve"
	good lmtp "$lmtp"
	trusted lmtp+starttls "$lmtp"
	bad 1 imap "$pop3" 'Unexpected response'
	bad 1 lmtp "$sieve" 'Unexpected response'
	gone imap "$imap"
	same imap "$imap"
}
