/* SPDX-License-Identifier: ISC */
#include "tls_conf.h"

#include <string.h>

#include "escape.h"

static const struct {
	char name[4];
	int version;
} versions[] = {
	{ "1.0", TLS_1_0 },
	{ "1.1", TLS_1_1 },
	{ "1.2", TLS_1_2 },
	{ "1.3", TLS_1_3 },
};

const char *
tls_version_parse(const char *s, int *version)
{
	size_t i;

	for (i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		if (word_equal(versions[i].name, s, strlen(s))) {
			*version = versions[i].version;
			return NULL;
		}
	return "not one of 1.0, 1.1, 1.2, 1.3";
}
