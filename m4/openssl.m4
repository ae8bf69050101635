# SPDX-License-Identifier: ISC

# PS_OPENSSL
# ----------
# OpenSSL 3, for the module of TLS.  OPENSSL_CFLAGS, OPENSSL_LIBS, the
# conditional OPENSSL; sets $have_openssl to yes or no.
AC_DEFUN([PS_OPENSSL], [
AC_ARG_WITH([openssl],
  [AS_HELP_STRING([--without-openssl], [do without TLS])],
  [with_openssl=$withval], [with_openssl=auto])
have_openssl=no
AS_IF([test "x$with_openssl" != xno], [
  PKG_CHECK_MODULES([OPENSSL], [openssl >= 3.0], [have_openssl=yes], [
    AS_IF([test "x$with_openssl" = xyes], [
      AC_MSG_ERROR([$OPENSSL_PKG_ERRORS])])])])
AM_CONDITIONAL([OPENSSL], [test "x$have_openssl" = xyes])
])
