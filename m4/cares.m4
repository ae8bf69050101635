# SPDX-License-Identifier: ISC

# PS_CARES
# --------
# c-ares, for the module that resolves many names at once.  CARES_CFLAGS,
# CARES_LIBS, the conditional CARES; sets $have_cares to yes or no.
AC_DEFUN([PS_CARES], [
AC_ARG_WITH([c-ares],
  [AS_HELP_STRING([--without-c-ares],
    [resolve names in a few threads only, also those of big runs])],
  [with_cares=$withval], [with_cares=auto])
have_cares=no
AS_IF([test "x$with_cares" != xno], [
  PKG_CHECK_MODULES([CARES], [libcares >= 1.16], [have_cares=yes], [
    AS_IF([test "x$with_cares" = xyes], [AC_MSG_ERROR([$CARES_PKG_ERRORS])])])])
AM_CONDITIONAL([CARES], [test "x$have_cares" = xyes])
])
