/* SPDX-License-Identifier: ISC */
#include "setreport.h"

#include <strings.h>

static const struct {
	const char *name;
	setreport_fn *fn;
} reports[] = {
	{ "nagios", setreport_nagios },
	{ "table", setreport_table },
	{ "json", setreport_json },
	{ "html", setreport_html },
};

setreport_fn *
setreport_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(reports) / sizeof(reports[0]); i++)
		if (strcasecmp(name, reports[i].name) == 0)
			return reports[i].fn;
	return NULL;
}
