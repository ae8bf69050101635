/* SPDX-License-Identifier: ISC */
#include "agentx_config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "mib.h"
#include "snmp_socket.h"
#include "xalloc.h"

static void check(struct config *);
static char **command_line(const struct config *, int, char **);
static char *option(const char *, const char *);

char **
agentx_config_command_line(const char *file, int argc, char **argv,
    struct text *errors)
{
	struct config c = { 0 };
	char **all = NULL;

	config_read(&c, file);
	check(&c);
	if (c.n_errors > 0)
		text_puts(errors, c.errors.data);
	else
		all = command_line(&c, argc, argv);
	config_free(&c);
	return all;
}

/* What only who speaks to snmpd knows. */
static void
check(struct config *c)
{
	uint32_t base[MIB_BASE_MAX];
	const char *why;
	size_t i, len;

	for (i = 0; i < c->n_snmp; i++) {
		const struct config_said *s = &c->snmp[i];

		why = NULL;
		if (strcmp(s->key, "agentx") == 0)
			why = snmp_socket_check(s->word.s);
		else if (strcmp(s->key, "oid") == 0)
			why = mib_base_parse(s->word.s, base, &len);
		if (why != NULL)
			config_word_error(c, s->key, s->word, why);
	}
}

static char **
command_line(const struct config *c, int argc, char **argv)
{
	char **all = xcalloc((size_t)argc + c->n_snmp + 2, sizeof(all[0]));
	size_t n = 0, i;

	all[n++] = argv[0];
	if (c->daemon.table != NULL)
		all[n++] = option("table", c->daemon.table);
	for (i = 0; i < c->n_snmp; i++)
		all[n++] = option(c->snmp[i].key, c->snmp[i].word.s);
	memcpy(all + n, argv + 1, (size_t)argc * sizeof(all[0]));
	return all;
}

static char *
option(const char *name, const char *value)
{
	size_t size = strlen(name) + strlen(value) + sizeof("--=");
	char *s = xcalloc(size, 1);

	(void)snprintf(s, size, "--%s=%s", name, value);
	return s;
}
