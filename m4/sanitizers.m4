# SPDX-License-Identifier: ISC

# PS_SANITIZERS
# -------------
# SANITIZE_CFLAGS: for every object and program; a finding ends the program.
# FUZZ_LDFLAGS: what makes a program with LLVMFuzzerTestOneInput() a fuzzer.
# Sets $ps_sanitize to yes or no.
AC_DEFUN([PS_SANITIZERS], [
AC_ARG_ENABLE([sanitizers],
  [AS_HELP_STRING([--enable-sanitizers],
    [build with AddressSanitizer and UndefinedBehaviorSanitizer])],
  [], [enable_sanitizers=no])
AC_ARG_ENABLE([fuzzing],
  [AS_HELP_STRING([--enable-fuzzing],
    [build the fuzzers in tests/fuzz, with sanitizers (needs clang)])],
  [], [enable_fuzzing=no])

SANITIZE_CFLAGS=
FUZZ_LDFLAGS=
ps_sanitize=no
AS_IF([test "x$enable_fuzzing" = xyes], [
  ps_sanitize=yes
  PS_TRY_FLAG([SANITIZE_CFLAGS], [-fsanitize=fuzzer-no-link],
    [AC_MSG_ERROR([--enable-fuzzing needs clang and its runtime: CC=clang])])
  FUZZ_LDFLAGS=-fsanitize=fuzzer])
AS_IF([test "x$enable_sanitizers" = xyes], [ps_sanitize=yes])
AS_IF([test "x$ps_sanitize" = xyes], [
  PS_TRY_FLAG([SANITIZE_CFLAGS], [-fsanitize=address,undefined],
    [AC_MSG_ERROR([$CC has no address and undefined sanitizers])])
  PS_TRY_FLAGS([SANITIZE_CFLAGS],
    [-fno-sanitize-recover=all -fno-omit-frame-pointer])])
AC_SUBST([SANITIZE_CFLAGS])
AC_SUBST([FUZZ_LDFLAGS])
AM_CONDITIONAL([FUZZING], [test "x$enable_fuzzing" = xyes])
])
