# SPDX-License-Identifier: ISC
#
# Files for managers, with PORTSTATE-MIB where the build has it:
#
#	awk -v base=1.3.6.1.4.1.99999.1 -v nagiosdir=DIRECTORY -f base.awk FILE.in

{
	gsub(/1\.3\.6\.1\.4\.1\.8072\.9999\.9999\.7707/, base)
	gsub(/@nagiosdir@/, nagiosdir)
	print
}
