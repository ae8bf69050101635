/* SPDX-License-Identifier: ISC */
#include "mib.h"

#include "unit.h"

int
main(void)
{
	return unit_run("mib", tcase_create("mib"));
}
