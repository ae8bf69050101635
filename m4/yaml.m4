# SPDX-License-Identifier: ISC

# PS_YAML
# -------
# libyaml, for the module that reads configurations.  YAML_CFLAGS, YAML_LIBS,
# the conditional YAML; sets $have_yaml to yes or no.
AC_DEFUN([PS_YAML], [
AC_ARG_WITH([libyaml],
  [AS_HELP_STRING([--without-libyaml], [do without configuration in YAML])],
  [with_libyaml=$withval], [with_libyaml=auto])
have_yaml=no
AS_IF([test "x$with_libyaml" != xno], [
  PKG_CHECK_MODULES([YAML], [yaml-0.1 >= 0.2.5], [have_yaml=yes], [
    AS_IF([test "x$with_libyaml" = xyes], [
      AC_MSG_ERROR([$YAML_PKG_ERRORS])])])])
AM_CONDITIONAL([YAML], [test "x$have_yaml" = xyes])
])
