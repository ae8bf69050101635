# SPDX-License-Identifier: ISC

# PS_LEAN
# -------
# LEAN_CFLAGS, LEAN_LDFLAGS: what keeps out of a program the functions it does
# not call, and with them the symbols and libraries that the loader would have
# to look up at each start.  Sanitizers have sections of their own to keep.
AC_DEFUN([PS_LEAN], [
AC_REQUIRE([PS_SANITIZERS])dnl
LEAN_CFLAGS=
LEAN_LDFLAGS=
PS_TRY_FLAG([LEAN_LDFLAGS], [-Wl,--as-needed])
AS_IF([test "x$ps_sanitize" = xno], [
  PS_TRY_FLAGS([LEAN_CFLAGS], [-ffunction-sections -fdata-sections])
  PS_TRY_FLAG([LEAN_LDFLAGS], [-Wl,--gc-sections])])
AC_SUBST([LEAN_CFLAGS])
AC_SUBST([LEAN_LDFLAGS])
])
