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
	only "$ssh" ssh
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
	await "$http" "$https" "$sick" "$moved"
	good http "$http"
	good http "$moved"
	bad 1 http "$sick" 503
	bad 1 http "$https" 400
	trusted https "$https"
	trusted http "$https" -S
	without access '"[^G"]*\\\\x'
	only "$http" http
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
	need_root
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
	only "$ftp" ftp ftp+starttls smtp submission lmtp
	gone ftp "$ftp"
	same ftp "$ftp"
}

@test "Postfix: smtp, smtp+starttls, smtps, submission" {
	need postfix
	need_root
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
	await "$smtp" "$clear" "$submission" "$smtps"
	good smtp "$smtp"
	trusted smtp+starttls "$smtp"
	bad 2 smtp+starttls "$clear" 'does not agree to begin TLS: "502 '
	good submission "$submission"
	trusted submission+starttls "$submission"
	trusted smtps "$smtps"
	trusted ssmtp "$smtps"
	trusted submissions "$smtps"
	same ssmtp "$smtps"
	without data/log 'improper|non-SMTP'
	only "$smtp" smtp smtp+starttls submission submission+starttls \
		ftp lmtp
	gone smtp "$smtp"
}

@test "Dovecot: imap, pop3, sieve, lmtp" {
	need dovecot
	need_root
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
	await "$imap" "$imaps" "$pop3" "$pop3s" "$sieve" "$lmtp"
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
	only "$imap" imap imap+starttls
	only "$pop3" pop pop+starttls pop3 pop3+starttls
	only "$sieve" sieve sieve+starttls
	only "$lmtp" lmtp lmtp+starttls ftp smtp submission
	gone imap "$imap"
	same imap "$imap"
}

@test "INN: nntp, nntp+starttls, nntps" {
	need /usr/lib/news/bin/nnrpd
	need_root
	ports nntp nntps
	mkdir news
	touch news/tradspool.map news/active news/group.index
	cp "$key" newskey
	chmod 600 newskey
	lend news news newskey
	cat >inn.conf <<-END
		mta: "/bin/true"
		organization: Test
		server: 127.0.0.1
		domain: test
		pathhost: www.test
		pathnews: /usr/lib/news
		pathdb: $PWD/news
		pathlog: $PWD/news
		pathrun: $PWD/news
		pathspool: $PWD/news
		pathtmp: $PWD/news
		pathetc: $PWD
		hismethod: hisv6
		enableoverview: true
		ovmethod: tradindexed
		pathoverview: $PWD/news
		tlscafile: $certificates/ca
		tlscertfile: $certificate
		tlskeyfile: $PWD/newskey
	END
	cat >storage.conf <<-END
		method tradspool {
		    class: 0
		    newsgroups: *
		}
	END
	cat >readers.conf <<-END
		auth "all" {
		    hosts: "*"
		    default: "<reader>"
		}
		access "all" {
		    users: "<reader>"
		    newsgroups: "*"
		}
	END
	export INNCONF=$PWD/inn.conf
	server -u news /usr/lib/news/bin/nnrpd -D -f -b 127.0.0.1 -p "$nntps" \
		-c "$PWD/readers.conf" -S
	await "$nntps"
	server -u news /usr/lib/news/bin/nnrpd -D -f -b 127.0.0.1 -p "$nntp" \
		-c "$PWD/readers.conf"
	await "$nntp"
	good nntp "$nntp"
	trusted nntp+starttls "$nntp"
	trusted nntps "$nntps"
	same nntp "$nntp"
	same nntps "$nntps"
	only "$nntp" nntp nntp+starttls
	gone nntp "$nntp"
}

@test "OpenLDAP: ldap, ldap+starttls, ldaps" {
	need slapd
	ports ldap ldaps closed
	printf '%s\n' 'include /etc/ldap/schema/core.schema' \
		"TLSCACertificateFile $certificates/ca" \
		"TLSCertificateFile $certificate" \
		"TLSCertificateKeyFile $key" >conf
	server slapd -d 0 -f "$PWD/conf" \
		-h "ldap://127.0.0.1:$ldap ldaps://127.0.0.1:$ldaps"
	await "$ldap" "$ldaps"
	good ldap "$ldap"
	trusted ldap+starttls "$ldap"
	trusted ldaps "$ldaps"
	only "$ldap" ldap ldap+starttls
	gone ldap "$ldap"
	# It works, even when it wants to know who asks, and that in secret.
	printf '%s\n' 'disallow bind_anon' | cat conf - >conf.known
	server slapd -d 0 -f "$PWD/conf.known" -h "ldap://127.0.0.1:$closed"
	await "$closed"
	good ldap "$closed"
	servers_stop
	printf '%s\n' 'security ssf=128' | cat conf - >conf.secret
	server slapd -d 0 -f "$PWD/conf.secret" -h "ldap://127.0.0.1:$closed"
	await "$closed"
	good ldap "$closed"
	trusted ldap+starttls "$closed"
}

@test "Prosody: xmpp, xmpp+starttls, xmpps, xmpp-server, jabber" {
	need prosody
	ports xmpp xmpps peers
	mkdir data
	cp "$key" key
	lend prosody data key
	cat >prosody.cfg.lua <<-END
		daemonize = false
		pidfile = "$PWD/data/pid"
		data_path = "$PWD/data"
		log = { debug = "$PWD/data/log" }
		modules_enabled = { "roster", "saslauth", "tls", "dialback", "disco" }
		interfaces = { "127.0.0.1" }
		c2s_ports = { $xmpp }
		c2s_direct_tls_ports = { $xmpps }
		s2s_ports = { $peers }
		ssl = { certificate = "$certificate", key = "$PWD/key" }
		c2s_direct_tls_ssl = { certificate = "$certificate", key = "$PWD/key" }
		VirtualHost "www.test"
		VirtualHost "localhost"
	END
	server -u prosody prosody -F --config "$PWD/prosody.cfg.lua"
	await "$xmpp" "$xmpps" "$peers"
	good xmpp "$xmpp" -H localhost
	trusted xmpp+starttls "$xmpp" --sni www.test
	trusted xmpps "$xmpps" --sni www.test
	good xmpp-server "$peers" -H localhost
	good jabber "$xmpp"
	same jabber "$xmpp"
	only "$xmpp" xmpp xmpp-server jabber
	gone xmpp "$xmpp"
}

@test "ngIRCd: irc, ircs" {
	need ngircd
	ports irc ircs
	cat >conf <<-END
		[Global]
		Name = irc.test
		Info = Test
		Listen = 127.0.0.1
		Ports = $irc
		ServerUID = irc
		ServerGID = irc
		MotdPhrase = Hello
		PidFile =
		[Limits]
		MaxConnectionsIP = 0
		[Options]
		DNS = no
		Ident = no
		PAM = no
		[SSL]
		CertFile = $certificate
		KeyFile = $key
		Ports = $ircs
	END
	server ngircd -n -f "$PWD/conf"
	await "$irc" "$ircs"
	good irc "$irc"
	trusted ircs "$ircs"
	only "$irc" irc
	gone irc "$irc"
}

@test "InspIRCd: irc, irc+starttls, ircs" {
	need inspircd
	ports irc ircs
	mkdir data
	lend irc data
	cat >conf <<-END
		<server name="irc.test" description="Test" network="Test" id="001">
		<admin name="Test" nick="test" email="test@www.test">
		<bind address="127.0.0.1" port="$irc" type="clients">
		<bind address="127.0.0.1" port="$ircs" type="clients" sslprofile="Clients">
		<module name="ssl_gnutls">
		<module name="starttls">
		<module name="cap">
		<sslprofile name="Clients" provider="gnutls" certfile="$certificate"
		  keyfile="$key" requestclientcert="no">
		<connect name="all" allow="*" timeout="20" resolvehostnames="no">
		<path datadir="$PWD/data" logdir="$PWD/data" runtimedir="$PWD/data">
		<pid file="$PWD/data/pid">
		<log method="file" type="*" level="default" target="$PWD/data/log">
	END
	server -u irc inspircd --nofork --nopid "--config=$PWD/conf"
	await "$irc" "$ircs"
	good irc "$irc"
	trusted irc+starttls "$irc"
	trusted ircs "$ircs"
	only "$irc" irc irc+starttls
	gone irc "$irc"
}

@test "PostgreSQL: postgres, postgres+starttls" {
	local bin=/usr/lib/postgresql

	bin=$(find $bin -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
	need "$bin/initdb" "$bin/postgres"
	ports postgres clear
	mkdir data
	cp "$key" data.key
	chmod 600 data.key
	lend postgres data data.key
	server -u postgres "$bin/initdb" -A trust -U postgres -N data
	wait "${server_pids[-1]}"
	server_pids=()
	server -u postgres "$bin/postgres" -D data -p "$postgres" \
		-c listen_addresses=127.0.0.1 -c unix_socket_directories= \
		-c fsync=off -c ssl=on -c "ssl_cert_file=$certificate" \
		-c "ssl_key_file=$PWD/data.key"
	ready postgres "$postgres"
	good postgres "$postgres"
	trusted postgres+starttls "$postgres"
	only "$postgres" postgres postgres+starttls
	gone postgres "$postgres"
	# It works, whomever it lets in.
	echo 'host all all 0.0.0.0/0 reject' >data/pg_hba.conf
	server -u postgres "$bin/postgres" -D data -p "$postgres" \
		-c listen_addresses=127.0.0.1 -c unix_socket_directories=
	ready postgres "$postgres"
	good postgres "$postgres"
	servers_stop
	# A standby to which nobody may connect.
	touch data/standby.signal
	server -u postgres "$bin/postgres" -D data -p "$clear" \
		-c listen_addresses=127.0.0.1 -c unix_socket_directories= \
		-c hot_standby=off
	await "$clear"
	bad 1 postgres "$clear" 'not accepting connections|starting up'
	bad 2 postgres+starttls "$clear" 'does not agree to begin TLS: "N"'
}

# mariadb_install: a database, for mariadb_start
mariadb_install() {
	mariadb_user=mysql
	[[ $(id -u) == 0 ]] || mariadb_user=$(id -un)
	mkdir data
	cp "$key" data.key
	lend mysql data data.key
	mariadb-install-db --no-defaults --datadir="$PWD/data" \
		--tmpdir="$PWD/data" --skip-test-db --user=$mariadb_user \
		--auth-root-authentication-method=normal >install 2>&1
}

# mariadb_start PORT OPTION...: where 192.0.2.1 has a name, if that may be
mariadb_start() {
	local port=$1

	shift
	echo 192.0.2.1 monitor.test | cat /etc/hosts - >hosts
	server sh -c '[ "$OWN_NETWORK" != yes ] || mount --bind hosts /etc/hosts
		exec "$@"' - mariadbd --no-defaults --datadir="$PWD/data" \
		--tmpdir="$PWD/data" --socket="$PWD/data/socket" \
		--pid-file="$PWD/data/pid" --port="$port" --user=$mariadb_user \
		--ssl-ca="$certificates/ca" --ssl-cert="$certificate" \
		--ssl-key="$PWD/data.key" "$@"
	await "$port"
}

@test "MariaDB: mysql, mysql+starttls" {
	need mariadbd mariadb-install-db
	ports mysql
	mariadb_install
	mariadb_start "$mysql" --bind-address=127.0.0.1
	good mysql "$mysql"
	trusted mysql+starttls "$mysql"
	only "$mysql" mysql mysql+starttls
	gone mysql "$mysql"
}

@test "MariaDB: who asks often is not kept out" {
	need mariadbd mariadb-install-db
	[[ ${OWN_NETWORK:-} == yes ]] || skip "needs a network of its own"
	ports strange known
	ip addr add 192.0.2.1/32 dev lo 2>/dev/null || true
	mariadb_install
	mariadb_start "$strange"
	good mysql "$strange" -H 192.0.2.1
	grep -q 'is not allowed to connect' "$out"
	servers_stop
	echo "create user other@'%' identified by 'secret';" >init
	mariadb_start "$known" --max-connect-errors=2 --init-file="$PWD/init"
	for _ in {1..5}; do
		good mysql "$known" -H 192.0.2.1
		[[ -z $has_tls ]] || good mysql+starttls "$known" -H 192.0.2.1
	done
	good mysql "$known" -H 192.0.2.1
}

@test "Redis: redis, redis with TLS" {
	need redis-server
	ports redis rediss secret
	server -u nobody redis-server --port "$redis" --bind 127.0.0.1 --save '' \
		--dir "$PWD" --tls-port "$rediss" --tls-cert-file "$certificate" \
		--tls-key-file "$key" --tls-ca-cert-file "$certificates/ca" \
		--tls-auth-clients no
	await "$redis" "$rediss"
	server -u nobody redis-server --port "$secret" --bind 127.0.0.1 --save '' \
		--dir "$PWD" --requirepass secret
	await "$secret"
	good redis "$redis"
	trusted redis "$rediss" -S
	good redis "$secret"
	only "$redis" redis
	gone redis "$redis"
}

@test "memcached: memcached" {
	need memcached
	ports memcached
	server -u nobody memcached -l 127.0.0.1 -p "$memcached"
	await "$memcached"
	good memcached "$memcached"
	bad 1 redis "$memcached" 'ERROR'
	only "$memcached" memcached
	gone memcached "$memcached"
}

@test "RabbitMQ: amqp, amqps" {
	need /usr/lib/rabbitmq/bin/rabbitmq-server epmd
	ports amqp amqps epmd nodes
	mkdir data
	cp "$key" data/key
	cat >data/rabbitmq.conf <<-END
		listeners.tcp.1 = 127.0.0.1:$amqp
		listeners.ssl.1 = 127.0.0.1:$amqps
		ssl_options.cacertfile = $certificates/ca
		ssl_options.certfile = $certificate
		ssl_options.keyfile = $PWD/data/key
		ssl_options.verify = verify_none
	END
	: >data/plugins
	lend rabbitmq data
	export ERL_EPMD_PORT=$epmd ERL_EPMD_ADDRESS=127.0.0.1
	server -u rabbitmq epmd
	await "$epmd"
	export HOME=$PWD/data RABBITMQ_NODENAME=test@localhost \
		RABBITMQ_DIST_PORT=$nodes RABBITMQ_MNESIA_BASE=$PWD/data \
		RABBITMQ_LOG_BASE=$PWD/data RABBITMQ_PID_FILE=$PWD/data/pid \
		RABBITMQ_CONFIG_FILE=$PWD/data/rabbitmq.conf \
		RABBITMQ_ENABLED_PLUGINS_FILE=$PWD/data/plugins \
		RABBITMQ_CONF_ENV_FILE=/dev/null
	server -u rabbitmq /usr/lib/rabbitmq/bin/rabbitmq-server
	await "$amqp" "$amqps"
	good amqp "$amqp"
	trusted amqps "$amqps"
	only "$amqp" amqp
	gone amqp "$amqp"
}

@test "Mosquitto: mqtt, mqtts" {
	need mosquitto
	ports mqtt mqtts named
	cat >conf <<-END
		user nobody
		per_listener_settings true
		listener $mqtt 127.0.0.1
		allow_anonymous true
		listener $named 127.0.0.1
		allow_anonymous false
		listener $mqtts 127.0.0.1
		allow_anonymous true
		certfile $certificate
		keyfile $key
	END
	server mosquitto -c "$PWD/conf"
	await "$mqtt" "$named" "$mqtts"
	good mqtt "$mqtt"
	good mqtt "$named"
	trusted mqtts "$mqtts"
	only "$mqtt" mqtt
	gone mqtt "$mqtt"
}

@test "rsync: rsync" {
	need rsync
	ports rsync
	printf '%s\n' 'use chroot = no' "log file = $PWD/log" '[here]' \
		"path = $PWD" >conf
	server rsync --daemon --no-detach --config="$PWD/conf" \
		--address=127.0.0.1 --port="$rsync"
	await "$rsync"
	good rsync "$rsync"
	only "$rsync" rsync
	gone rsync "$rsync"
}

@test "git daemon: git" {
	need git
	ports git informative
	git init -q --bare here
	server git daemon --listen=127.0.0.1 --port="$git" --export-all \
		--base-path="$PWD/here" --verbose
	await "$git"
	server git daemon --listen=127.0.0.1 --port="$informative" \
		--informative-errors --base-path="$PWD" --verbose
	await "$informative"
	good git "$git"
	good git "$informative"
	only "$git" git
	gone git "$git"
}

@test "ClamAV: clamd" {
	need clamd
	ports clamd
	mkdir data
	echo 44d88612fea8a8f36de82e1278abb02f:68:Eicar-Test-Signature >data/x.hdb
	cat >conf <<-END
		Foreground yes
		User nobody
		TCPSocket $clamd
		TCPAddr 127.0.0.1
		DatabaseDirectory $PWD/data
	END
	server clamd -c "$PWD/conf"
	await "$clamd"
	good clamd "$clamd"
	same clamd "$clamd"
	only "$clamd" clamd
	gone clamd "$clamd"
	same clamd "$clamd"
}

@test "Zabbix agent: zabbix-agent" {
	need zabbix_agentd
	ports agent strange
	printf '%s\n' "ListenPort=$agent" ListenIP=127.0.0.1 Server=127.0.0.1 \
		"PidFile=$PWD/pid" LogType=console StartAgents=1 >conf
	printf '%s\n' "ListenPort=$strange" ListenIP=127.0.0.1 \
		Server=192.0.2.1 "PidFile=$PWD/pid.strange" LogType=console \
		StartAgents=1 >conf.strange
	chmod a+rwx .
	server -u nobody zabbix_agentd -f -c "$PWD/conf.strange"
	await "$strange"
	server -u nobody zabbix_agentd -f -c "$PWD/conf"
	await "$agent"
	good zabbix-agent "$agent"
	bad 2 zabbix-agent "$strange" 'No data received'
	only "$agent" zabbix-agent
	gone zabbix-agent "$agent"
}

@test "NRPE: nrpe, nrpe-plain" {
	need nrpe
	ports nrpe named plain
	for name in nrpe plain named; do
		printf '%s\n' "server_port=${!name}" server_address=127.0.0.1 \
			nrpe_user=nobody nrpe_group=nogroup \
			"pid_file=$PWD/pid.$name" "log_file=$PWD/log.$name" \
			allowed_hosts=127.0.0.1 >"conf.$name"
	done
	printf '%s\n' "ssl_cert_file=$certificate" "ssl_privatekey_file=$key" \
		"ssl_cacert_file=$certificates/ca" >>conf.named
	chmod a+rwx .
	server nrpe -c "$PWD/conf.plain" -f -n
	await "$plain"
	server nrpe -c "$PWD/conf.named" -f
	await "$named"
	server nrpe -c "$PWD/conf.nrpe" -f
	await "$nrpe"
	good nrpe-plain "$plain"
	good nrpe "$nrpe"
	good nrpe "$named"
	trusted nrpe "$named"
	only "$plain" nrpe-plain
	gone nrpe "$nrpe"
}

# xinetd_service NAME PORT LINE...
xinetd_service() {
	printf '%s\n' "service $1" '{' "id = $1-test" 'type = INTERNAL UNLISTED' \
		'protocol = tcp' 'socket_type = stream' 'wait = no' \
		'user = root' 'bind = 127.0.0.1' "port = $2" "${@:3}" '}'
}

@test "xinetd: daytime, time, echo; fingerd: finger" {
	need xinetd
	need_root
	ports daytime time echo finger
	{
		xinetd_service daytime "$daytime"
		xinetd_service time "$time"
		xinetd_service echo "$echo"
		xinetd_service finger "$finger" 'type = UNLISTED' \
			'server = /usr/sbin/in.fingerd' | sed '/INTERNAL/d'
	} >conf
	server xinetd -dontfork -f "$PWD/conf" -filelog "$PWD/log"
	await "$daytime" "$time" "$echo" "$finger"
	good daytime "$daytime"
	good time "$time"
	good echo "$echo"
	if [[ -x /usr/sbin/in.fingerd ]]; then
		good finger "$finger"
	fi
	bad 1 echo "$daytime" 'Unexpected response'
	only "$daytime" daytime
	only "$time" time
	only "$echo" echo
	gone time "$time"
}

@test "RTSP::Server and stunnel: rtsp, rtsps" {
	need rtsp-server-perl
	ports rtsp source rtsps
	server -u nobody rtsp-server-perl --clientport "$rtsp" \
		--serverport "$source" --client_listen_address 127.0.0.1 \
		--source_listen_address 127.0.0.1
	await "$rtsp"
	good rtsp "$rtsp"
	if command -v stunnel4 >/dev/null; then
		cp "$key" stunnel.key
		chmod 600 stunnel.key
		printf '%s\n' 'foreground = yes' 'pid =' '[rtsps]' \
			"accept = 127.0.0.1:$rtsps" "cert = $certificate" \
			"connect = 127.0.0.1:$rtsp" "key = $PWD/stunnel.key" >conf
		server stunnel4 "$PWD/conf"
		await "$rtsps"
		trusted rtsps "$rtsps"
	fi
	only "$rtsp" rtsp
	gone rtsp "$rtsp"
}
