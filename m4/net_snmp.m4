# SPDX-License-Identifier: ISC

# PS_NET_SNMP
# -----------
# net-snmp: its agent library for portstate-agentx and portstate_snmpd.so, and the one
# of clients for check_portset --snmp.
# NET_SNMP_CFLAGS, NET_SNMP_LIBS, NET_SNMP_CLIENT_CFLAGS, NET_SNMP_CLIENT_LIBS, the
# conditional NET_SNMP; sets $have_net_snmp to yes or no.
AC_DEFUN([PS_NET_SNMP], [
AC_ARG_WITH([net-snmp],
  [AS_HELP_STRING([--without-net-snmp], [do without SNMP, on both sides])],
  [with_net_snmp=$withval], [with_net_snmp=auto])
have_net_snmp=no
AS_IF([test "x$with_net_snmp" != xno], [
  PKG_CHECK_MODULES([NET_SNMP], [netsnmp-agent >= 5.8], [
    PKG_CHECK_MODULES([NET_SNMP_CLIENT], [netsnmp], [have_net_snmp=yes],
      [NET_SNMP_PKG_ERRORS=$NET_SNMP_CLIENT_PKG_ERRORS])], [:])
  AS_IF([test "x$with_net_snmp" = xyes && test "x$have_net_snmp" = xno], [
    AC_MSG_ERROR([$NET_SNMP_PKG_ERRORS])])])
AM_CONDITIONAL([NET_SNMP], [test "x$have_net_snmp" = xyes])
])
