/* SPDX-License-Identifier: ISC */
/*
 * What portmon prints with -r: one round of all ports, a line for each.
 */
#ifndef PORTMON_REPORT_H
#define PORTMON_REPORT_H

#include "site.h"

/*
 * Asks and prints, in the order of the files, with the lag and the time of each
 * probe that they have.  line: as in struct setreport.  False: standard output does
 * not take it, and errno says why.
 */
bool portmon_report(struct site *s, const struct site_files *files,
    const char *line);

#endif
