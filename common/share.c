/* SPDX-License-Identifier: ISC */
#include "share.h"

#include <stdlib.h>
#include <string.h>

#include "xalloc.h"

const char *
share_parse(const char *s, struct share *out)
{
	size_t len = strlen(s);
	const char *why;
	char *number;

	if (len == 0 || s[len - 1] != '%') {
		why = range_parse(s, &out->range);
	} else {
		number = xstrdup(s);
		number[len - 1] = '\0';
		why = range_parse(number, &out->range);
		free(number);
	}
	out->percent = len > 0 && s[len - 1] == '%';
	out->set = why == NULL;
	return why;
}

bool
share_alerts(const struct share *s, size_t n, size_t total)
{
	double value = (double)n;

	if (s->percent)
		value = total > 0 ? value * 100 / (double)total : 0;
	return s->set && range_alerts(&s->range, value);
}

enum state
share_limits_state(const struct share_limits *l, size_t n, size_t total)
{
	if (share_alerts(&l->critical, n, total))
		return STATE_CRITICAL;
	return share_alerts(&l->warning, n, total) ? STATE_WARNING : STATE_OK;
}
