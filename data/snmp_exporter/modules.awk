# SPDX-License-Identifier: ISC
#
# Makes of snmp.yml what snmp_exporter wants since 0.23, where modules and who asks are
# apart: awk -f modules.awk snmp.yml

BEGIN {
	print "# SPDX-License-Identifier: ISC"
	print "#"
	print "# For snmp_exporter 0.23 and later; snmp.yml is the same for older ones."
	print "auths:"
	print "  public_v2:"
	print "    community: public"
	print "    version: 2"
	print "modules:"
}

/^#/ { next }

{ print "  " $0 }
