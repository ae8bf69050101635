# SPDX-License-Identifier: ISC

# PS_HARDENING
# ------------
# HARDEN_CPPFLAGS, HARDEN_CFLAGS, HARDEN_LDFLAGS: what this compiler and
# linker know of fortified libc calls, stack protection and full RELRO.
# PIE_CFLAGS, PIE_LDFLAGS: the same of programs, which modules are not.
# Comes after PS_SANITIZERS: fortified calls hide errors from the sanitizers.
AC_DEFUN([PS_HARDENING], [
AC_REQUIRE([PS_SANITIZERS])dnl
AC_ARG_ENABLE([hardening],
  [AS_HELP_STRING([--disable-hardening], [build without hardening flags])],
  [], [enable_hardening=yes])

HARDEN_CPPFLAGS=
HARDEN_CFLAGS=
HARDEN_LDFLAGS=
PIE_CFLAGS=
PIE_LDFLAGS=
AS_IF([test "x$enable_hardening" = xyes], [
  AS_IF([test "x$ps_sanitize" = xno], [
    PS_TRY_FLAG([HARDEN_CPPFLAGS], [-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3],
      [PS_TRY_FLAG([HARDEN_CPPFLAGS],
        [-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2])])])
  PS_TRY_FLAGS([HARDEN_CFLAGS], [
    -fstack-protector-strong
    -fstack-clash-protection
    -fcf-protection])
  PS_TRY_FLAGS([HARDEN_LDFLAGS], [
    -Wl,-z,relro
    -Wl,-z,now
    -Wl,-z,noexecstack])
  PS_TRY_FLAG([PIE_CFLAGS], [-fPIE])
  PS_TRY_FLAG([PIE_LDFLAGS], [-pie])])
AC_SUBST([HARDEN_CPPFLAGS])
AC_SUBST([HARDEN_CFLAGS])
AC_SUBST([HARDEN_LDFLAGS])
AC_SUBST([PIE_CFLAGS])
AC_SUBST([PIE_LDFLAGS])
])
