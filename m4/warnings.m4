# SPDX-License-Identifier: ISC

# PS_WARNINGS
# -----------
# WARN_CFLAGS: the warnings this compiler knows. --enable-werror makes them
# errors: for our own builds, not for a distributor's.  Rows of tables may
# leave out their last fields.
AC_DEFUN([PS_WARNINGS], [
AC_ARG_ENABLE([werror],
  [AS_HELP_STRING([--enable-werror], [treat compiler warnings as errors])],
  [], [enable_werror=no])
WARN_CFLAGS=
PS_TRY_FLAGS([WARN_CFLAGS], [
  -Wall
  -Wextra
  -Wno-missing-field-initializers
  -Wcast-qual
  -Wduplicated-cond
  -Wformat=2
  -Wimplicit-fallthrough
  -Wlogical-op
  -Wmissing-prototypes
  -Wnested-externs
  -Wold-style-definition
  -Wpointer-arith
  -Wshadow
  -Wstrict-prototypes
  -Wundef
  -Wvla
  -Wwrite-strings])
AS_IF([test "x$enable_werror" = xyes], [AS_VAR_APPEND([WARN_CFLAGS], [" -Werror"])])
AC_SUBST([WARN_CFLAGS])
])
