# SPDX-License-Identifier: ISC

# PS_SYSTEMD
# ----------
# Where the unit of portstated goes: systemdsystemunitdir, and sysusersdir for its
# user; the conditional SYSTEMD.  By default where systemd says, if we go where the
# system's programs are: who installs for himself may not write there.  Sets
# $have_systemd to yes or no.
AC_DEFUN([PS_SYSTEMD], [
AC_ARG_WITH([systemdsystemunitdir],
  [AS_HELP_STRING([--with-systemdsystemunitdir=DIR],
    [where the systemd unit goes, or no for none])],
  [], [with_systemdsystemunitdir=auto])
AC_ARG_WITH([sysusersdir],
  [AS_HELP_STRING([--with-sysusersdir=DIR],
    [where its user goes, sysusers.d(5)])],
  [], [with_sysusersdir=auto])
AS_CASE([$with_systemdsystemunitdir,$prefix],
  [auto,NONE | auto,/usr | auto,/usr/local | yes,*], [
    with_systemdsystemunitdir=`$PKG_CONFIG --variable=systemdsystemunitdir \
      systemd 2>/dev/null`],
  [auto,*], [with_systemdsystemunitdir=no])
AS_CASE([$with_sysusersdir],
  [auto | yes], [
    with_sysusersdir=`$PKG_CONFIG --variable=sysusersdir systemd 2>/dev/null`
    AS_IF([test -z "$with_sysusersdir"],
      [with_sysusersdir='${prefix}/lib/sysusers.d'])])
AS_IF([test -n "$with_systemdsystemunitdir" &&
    test "x$with_systemdsystemunitdir" != xno],
  [have_systemd=yes], [have_systemd=no])
AC_SUBST([systemdsystemunitdir], [$with_systemdsystemunitdir])
AC_SUBST([sysusersdir], [$with_sysusersdir])
AM_CONDITIONAL([SYSTEMD], [test "x$have_systemd" = xyes])
])
