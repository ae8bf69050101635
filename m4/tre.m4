# SPDX-License-Identifier: ISC

# PS_TRE
# ------
# TRE, for the module of regular expressions.  TRE_CFLAGS, TRE_LIBS, the
# conditional TRE; sets $have_tre to yes or no.
AC_DEFUN([PS_TRE], [
AC_ARG_WITH([tre],
  [AS_HELP_STRING([--without-tre], [do without regular expressions])],
  [with_tre=$withval], [with_tre=auto])
have_tre=no
AS_IF([test "x$with_tre" != xno], [
  PKG_CHECK_MODULES([TRE], [tre >= 0.8], [have_tre=yes], [
    AS_IF([test "x$with_tre" = xyes], [AC_MSG_ERROR([$TRE_PKG_ERRORS])])])])
# Fortified calls are for PS_HARDENING to choose.
TRE_CFLAGS=`AS_ECHO(["$TRE_CFLAGS"]) | sed 's/-D_FORTIFY_SOURCE=@<:@0-9@:>@//'`
AM_CONDITIONAL([TRE], [test "x$have_tre" = xyes])
])
