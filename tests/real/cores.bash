# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034,SC2154
#
# Nagios and Icinga 2, started for a test with the definitions of data/: to be
# loaded after common.bash and servers.bash.
#
# expect_case NAME PROGRAM STATE LINES OPTION...
#			a service of that name, with these options in their long
#			form, and what is to be known of it then: LINES are what
#			the plugin prints, with T in place of times
# expect_of NAME STATE LINES
#			the same of one that stands in the file `objects`
# nagios_start		starts Nagios with these services, and those that are
# icinga_start		in `objects`, without a warning; and Icinga
# nagios_results	waits until all of these have been checked, and makes the
# icinga_results	files results/NAME: a line with the state and the state
#			type, 1 for hard, and then the lines of the plugin, put
#			together of what the core made of them
# icinga_asks LINES	what the last of these is in the running Icinga: a string
# passed NAME ARGUMENTS	Icinga ran that service with these, a bar between two
# results_are [COMMAND]	they are as expected, and as the command, a filter, would
#			have that
#
# Both run as nobody where the tests are root's, and as who runs them elsewhere.

cores_setup() {
	command -v openssl >/dev/null || skip "needs openssl"
	definitions=$(realpath "$BUILDDIR/data")
	plugins=$(realpath "${PLUGINDIR:-$BUILDDIR/plugins}")
	user=$(id -un)
	group=$(id -gn)
	if [[ $(id -u) == 0 ]]; then
		user=nobody
		group=$(id -gn nobody)
	fi
	reachable
	names=()
	mkdir cases expected results
	: >objects
}

# A build in somebody's home is not for nobody: what needs no module works anywhere.
reachable() {
	[[ $(id -u) == 0 ]] || return 0
	runuser -u "$user" -- test -x "$plugins/check_tcp" 2>/dev/null && return
	mkdir plugins
	cp "$plugins"/check_{tcp,udp,portset} plugins/
	plugins=$PWD/plugins
}

expect_case() {
	expect_of "$1" "$3" "$4"
	printf '%s\n' "$2" "${@:5}" >"cases/$1"
}

expect_of() {
	names+=("$1")
	printf '%s\n' "$2 1" "$3" >"expected/$1"
}

results_are() {
	local name wrong=0

	((${#names[@]} > 0)) || return 1
	for name in "${names[@]}"; do
		diff --label "$name, expected" --label "$name, in the core" -U 99 \
			<("${@:-cat}" <"expected/$name") \
			<(timeless <"results/$name") || wrong=1
	done
	return "$wrong"
}

timeless() {
	sed -E -e 's/=[0-9]+\.[0-9]{6}s;/=Ts;/g' \
		-e 's/[0-9]+\.[0-9]{3} second/T second/' \
		-e 's/^(.*[:,] )[0-9]+\.[0-9]{6} s$/\1T s/' \
		-e 's/[0-9]+ at a time/N at a time/' \
		-e 's/asked [0-9]+ times/asked N times/'
}

#
# Nagios
#

nagios_start() {
	local name

	nagios_conf
	{
		nagios_objects
		for name in cases/*; do
			[[ ! -e $name ]] ||
				nagios_service "${name#*/}" "$(nagios_command "$name")"
		done
		cat objects
	} >nagios/objects.cfg
	sed "s,\(command_line[[:blank:]]*\)[^ ]*/check_,\1$plugins/check_," \
		"$definitions/nagios/portstate.cfg" >nagios/portstate.cfg
	lend "$user" nagios
	chmod a+rx . nagios
	nagios4 -v nagios/nagios.cfg >verified 2>&1 || {
		cat verified
		return 1
	}
	grep -q '^Total Warnings: 0$' verified || {
		cat verified
		return 1
	}
	server -u "$user" "$(command -v nagios4)" "$PWD/nagios/nagios.cfg"
}

nagios_conf() {
	mkdir nagios nagios/spool
	cat >nagios/nagios.cfg <<-END
		log_file=$PWD/nagios/log
		cfg_file=$PWD/nagios/objects.cfg
		cfg_file=$PWD/nagios/portstate.cfg
		object_cache_file=$PWD/nagios/objects.cache
		precached_object_file=$PWD/nagios/objects.precache
		status_file=$PWD/nagios/status.dat
		status_update_interval=1
		nagios_user=$user
		nagios_group=$group
		check_external_commands=0
		command_file=$PWD/nagios/command
		query_socket=$PWD/nagios/socket
		lock_file=$PWD/nagios/lock
		temp_file=$PWD/nagios/temp
		temp_path=$PWD/nagios/spool
		check_result_path=$PWD/nagios/spool
		check_result_reaper_frequency=1
		check_workers=2
		check_for_updates=0
		illegal_macro_output_chars=\`~\$&|'"<>
		event_broker_options=0
		log_rotation_method=n
		use_syslog=0
		retain_state_information=0
		enable_notifications=0
		enable_flap_detection=0
		execute_host_checks=0
		interval_length=1
		service_inter_check_delay_method=n
		service_interleave_factor=1
		max_service_check_spread=1
	END
}

nagios_objects() {
	cat <<-'END'
		define timeperiod {
			timeperiod_name	always
			alias		always
			monday		00:00-24:00
			tuesday		00:00-24:00
			wednesday	00:00-24:00
			thursday	00:00-24:00
			friday		00:00-24:00
			saturday	00:00-24:00
			sunday		00:00-24:00
		}
		define command {
			command_name	nothing
			command_line	/bin/true
		}
		define contact {
			contact_name			nobody
			host_notification_period	always
			service_notification_period	always
			host_notification_commands	nothing
			service_notification_commands	nothing
		}
		define host {
			name			any
			address			127.0.0.1
			check_command		nothing
			check_period		always
			max_check_attempts	1
			contacts		nobody
			notification_period	always
			register		0
		}
		define host {
			use		any
			host_name	local
		}
		define service {
			name			any
			check_period		always
			check_interval		2
			retry_interval		2
			max_check_attempts	1
			contacts		nobody
			notification_period	always
			register		0
		}
	END
}

# nagios_service NAME COMMAND [HOST]
nagios_service() {
	printf 'define service {\n\tuse any\n\thost_name %s\n' "${3:-local}"
	printf '\tservice_description %s\n\tcheck_command %s\n}\n' "$1" "$2"
}

# nagios_command CASE: its check_command
nagios_command() {
	local program word port='' options=''

	{
		read -r program
		while IFS= read -r word; do
			case $word in
			--port=* | --ports=*) port=${word#*=} ;;
			--*=*) options+=" ${word%%=*}=$(for_shell "${word#*=}")" ;;
			*) options+=" $word" ;;
			esac
		done
	} <"$1"
	printf '%s!%s!%s' "${program/check_/check_portstate_}" \
		"$(for_nagios "$port")" "$(for_nagios "$options")"
}

for_shell() {
	printf "'%s'" "${1//"'"/"'\\''"}"
}

for_nagios() {
	sed -e 's/[!;]/\\&/g' -e 's/\$/$$/g' <<<"$1"
}

nagios_results() {
	local i

	for ((i = 0; i < 300; i++)); do
		! nagios_read || return 0
		kill -0 "${server_pids[-1]}" 2>/dev/null || break
		sleep 0.2
	done
	echo "Nagios has not checked all services"
	tail -n 20 "$server_log" nagios/log
	return 1
}

# The status file, which is replaced as a whole.  Of the text only the lines after
# the first have their backslashes doubled.
nagios_read() {
	local name

	[[ -s nagios/status.dat ]] || return 1
	awk "$unescape"'
	/^servicestatus \{/ { inside = 1; split("", value) }
	inside && match($0, /^\t[a-z_]+=/) {
		value[substr($0, 2, RLENGTH - 2)] = substr($0, RLENGTH + 1)
	}
	/^\t\}/ && inside {
		inside = 0
		if (value["has_been_checked"] != 1)
			next
		file = "results/" value["service_description"]
		print value["current_state"] " " value["state_type"] >file
		print value["plugin_output"] \
		    (value["performance_data"] == "" ? "" : \
		    "|" value["performance_data"]) >file
		text = unescape(value["long_plugin_output"])
		sub(/\n$/, "", text)
		if (text != "")
			print text >file
		close(file)
	}' nagios/status.dat
	for name in "${names[@]}"; do
		[[ -s results/$name ]] || return 1
	done
}

# Nagios wants the semicolons of the first line for its own logs.
as_nagios_has_it() {
	awk 'NR == 2 {
		at = index($0 "|", "|")
		text = substr($0, 1, at - 1)
		gsub(/;/, ":", text)
		$0 = text substr($0, at)
	}
	{ print }'
}

# A function of awk.
unescape='
function unescape(s,    i, c, out) {
	for (i = 1; i <= length(s); i++) {
		c = substr(s, i, 1)
		if (c == "\\") {
			c = substr(s, ++i, 1)
			c = c == "n" ? "\n" : c == "t" ? "\t" : c
		}
		out = out c
	}
	return out
}
'

#
# Icinga 2
#

icinga_start() {
	local name

	ports api
	mkdir icinga icinga/certs
	cp "$definitions/icinga2/portstate.conf" \
		"$BATS_TEST_DIRNAME/../../data/icinga2/portstate-apply.conf" icinga
	openssl req -x509 -newkey rsa:2048 -nodes -keyout icinga/certs/local.key \
		-out icinga/certs/local.crt -days 30 -subj /CN=local 2>/dev/null
	cp icinga/certs/local.crt icinga/certs/ca.crt
	{
		icinga_conf
		for name in cases/*; do
			[[ ! -e $name ]] || icinga_service "${name#*/}" <"$name"
		done
		cat objects
	} >icinga/icinga2.conf
	lend "$user" icinga
	chmod a+rx . icinga
	icinga_dirs=(-D "ConfigDir=$PWD/icinga")
	for name in Data Cache Log InitRun Spool; do
		icinga_dirs+=(-D "${name}Dir=$PWD/icinga")
	done
	export ICINGA2_USER=$user ICINGA2_GROUP=$group
	server -u "$user" icinga2 daemon -C -c "$PWD/icinga/icinga2.conf" \
		"${icinga_dirs[@]}"
	wait "${server_pids[-1]}" || {
		cat "$server_log"
		return 1
	}
	if grep -E '(warning|critical)/' "$server_log"; then
		return 1
	fi
	server -u "$user" icinga2 daemon -c "$PWD/icinga/icinga2.conf" \
		"${icinga_dirs[@]}"
	await "$api"
}

# The plugins are the build tree's; the template library's are not used.
icinga_conf() {
	cat <<-END
		const NodeName = "local"
		const PortstatePluginDir = "$plugins"
		include <itl>
		include "$PWD/icinga/portstate.conf"
		object Endpoint "local" { }
		object Zone "local" { endpoints = [ "local" ] }
		object CheckerComponent "checker" { }
		object ApiListener "api" {
			bind_host = "127.0.0.1"
			bind_port = $api
		}
		object ApiUser "test" {
			password = "test"
			permissions = [ "*" ]
		}
		object Host "local" {
			check_command = "dummy"
			address = "127.0.0.1"
		}
	END
}

# icinga_service NAME: that case, from standard input
icinga_service() {
	local program word name value
	local -A vars=()

	{
		read -r program
		while IFS= read -r word; do
			value=true
			[[ $word != *=* ]] || value=$(for_icinga "${word#*=}")
			name=${word%%=*}
			name=portstate_${name#--}
			name=${name//-/_}
			vars[$name]+=${vars[$name]:+, }$value
		done
	}
	printf 'object Service "%s" {\n\thost_name = "local"\n' "$1"
	printf '\tcheck_command = "%s"\n' "${program/check_/portstate_}"
	printf '\tmax_check_attempts = 1\n\tcheck_interval = 2\n'
	printf '\tretry_interval = 2\n'
	for name in "${!vars[@]}"; do
		value=${vars[$name]}
		[[ $value != *'", "'* ]] || value="[ $value ]"
		printf '\tvars.%s = %s\n' "$name" "$value"
	done
	printf '}\n'
}

for_icinga() {
	printf '"%s"' "$(sed -e 's/["\\]/\\&/g' -e 's/\$/$$/g' <<<"$1")"
}

passed() {
	local got

	got=$(icinga_asks "
		var all = []
		for (s in get_objects(Service)) {
			if (s.name == \"$1\") { all = s.last_check_result.command }
		}
		all.join(\"|\")")
	[[ $got == "$plugins/$2" ]] || {
		printf '%s: the command is\n%s, not\n%s\n' "$1" "$got" "$plugins/$2"
		return 1
	}
}

# A string is printed as it is written.
icinga_asks() {
	icinga2 console --connect "https://test:test@127.0.0.1:$api/" \
		--eval "$1" 2>console.err 3>&- 4>&- >console.out || return 1
	awk "$unescape"'{ print unescape(substr($0, 2, length($0) - 2)) }' \
		console.out
}

# A line @ and the name, one with the states, and the lines of the text, behind
# the first of which is what the core keeps apart.
icinga_results() {
	local i

	for ((i = 0; i < 150; i++)); do
		if icinga_asks '
			var all = []
			for (s in get_objects(Service)) {
				var cr = s.last_check_result
				if (cr) {
					var lines = cr.output.split("\n")
					var perf = cr.performance_data.join(" ")
					if (perf) { lines.set(0, lines[0] + "|" + perf) }
					all.add("@" + s.name + "\n" + cr.state +
					    " " + s.state_type + "\n" +
					    lines.join("\n"))
				}
			}
			all.join("\n")' >asked && icinga_read; then
			return
		fi
		kill -0 "${server_pids[-1]}" 2>/dev/null || break
		sleep 0.2
	done
	echo "Icinga has not checked all services"
	cat console.err
	tail -n 20 "$server_log"
	return 1
}

icinga_read() {
	local name

	awk '/^@/ { file = "results/" substr($0, 2); next }
		file != "" { print >file }' asked
	for name in "${names[@]}"; do
		[[ -s results/$name ]] || return 1
	done
}

# icinga_parses: Icinga reads each of the performance data that it keeps, as is
# said there, but U, which it knows of no number.  What is no number is no
# threshold of its own.
icinga_parses() {
	icinga_asks '
		var all = []
		for (s in get_objects(Service)) {
			for (p in s.last_check_result.performance_data) {
				try {
					var v = parse_performance_data(p)
					all.add([ p, v.label, v.value, v.unit,
					    v.warn, v.crit, v.min, v.max ].join("\t"))
				} except {
					all.add(p + "\trefused")
				}
			}
		}
		all.join("\n")' >parsed
	awk -F '\t' '
	function number(s) {
		return s ~ /^-?[0-9.]+$/ ? sprintf("%.6f", s) : ""
	}
	{
		at = match($0, /=[^=\t]*\t/)
		split(substr($1, at + 1), part, ";")
		label = substr($1, 1, at - 1)
		if (label ~ /^\047/)
			label = substr(label, 2, length(label) - 2)
		unit = part[1]
		gsub(/[-0-9.]/, "", unit)
		sub(unit "$", "", part[1])
		want = label "|" number(part[1]) "|" (unit == "s" ? "seconds" : unit)
		for (i = 2; i <= 5; i++)
			want = want "|" number(part[i])
		got = $2 "|" number($3) "|" $4
		for (i = 5; i <= 8; i++)
			got = got "|" number($i)
		if (unit == "U" ? $2 != "refused" : got != want) {
			print $1 ": " got ", not " want
			wrong = 1
		}
		n[unit]++
	}
	END { exit wrong || n["s"] < 5 || n["U"] < 5 || n[""] < 10 }' parsed || {
		cat parsed
		return 1
	}
}
