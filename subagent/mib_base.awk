# SPDX-License-Identifier: ISC
#
# Puts PORTSTATE-MIB elsewhere: awk -v base=1.3.6.1.4.1.99999.1 -f mib_base.awk FILE
#
# base is below enterprises, 1.3.6.1.4.1.  What is between that and portstateMIB
# gets names, since smilint wants each node to have one.

BEGIN {
	enterprises = "1.3.6.1.4.1."
	playpen = enterprises "8072.9999.9999."
	if (index(base, playpen) == 1 && substr(base, length(playpen) + 1) ~ /^[0-9]+$/)
		parent = "netSnmpPlaypen"
	else
		parent = "enterprises"
	n = split(substr(base, length(parent == "enterprises" ? enterprises : playpen) + 1), id, ".")
	for (i = 1; i < n; i++) {
		nodes = nodes sprintf("psBase%-10d OBJECT IDENTIFIER ::= { %s %s }\n", i, parent, id[i])
		parent = "psBase" i
	}
}

nodes != "" || parent == "enterprises" {
	sub(/^    netSnmpPlaypen$/, "    enterprises")
	sub(/FROM NET-SNMP-MIB;/, "FROM SNMPv2-SMI;")
}

/^    ::= \{ netSnmpPlaypen [0-9]+ \}$/ {
	print "    ::= { " parent " " id[n] " }"
	if (nodes != "")
		printf "\n-- Where it stands\n\n%s", nodes
	next
}

{ print }
