# SPDX-License-Identifier: ISC

# PS_TRY_FLAG(VARIABLE, FLAG, [IF-NOT-TAKEN])
# -------------------------------------------
# Append FLAG to VARIABLE if a program builds with it and without a warning.
AC_DEFUN([PS_TRY_FLAG], [dnl
AS_VAR_PUSHDEF([ps_taken], [ps_cv_flag_$2])dnl
AC_CACHE_CHECK([whether $CC takes $2], [ps_taken], [
  ps_save_CFLAGS=$CFLAGS
  CFLAGS="$CFLAGS -Werror $2"
  AC_LINK_IFELSE(
    [AC_LANG_PROGRAM([[#include <stdio.h>]], [[return puts("") < 0;]])],
    [AS_VAR_SET([ps_taken], [yes])], [AS_VAR_SET([ps_taken], [no])])
  CFLAGS=$ps_save_CFLAGS])
AS_VAR_IF([ps_taken], [yes], [AS_VAR_APPEND([$1], [" $2"])], [$3])
AS_VAR_POPDEF([ps_taken])dnl
])

# PS_TRY_FLAGS(VARIABLE, FLAGS)
# -----------------------------
# The same for each of a blank-separated list.
AC_DEFUN([PS_TRY_FLAGS], [dnl
m4_foreach_w([ps_flag], [$2], [PS_TRY_FLAG([$1], m4_defn([ps_flag]))
])])
