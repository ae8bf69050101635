/* SPDX-License-Identifier: ISC */
/*
 * What the checks of one port have in common: from the options to the report.
 */
#ifndef CHECK_H
#define CHECK_H

#include "plugin.h"
#include "settings.h"

struct probe_kind;

struct check_kind {
	const char *service; /* "TCP", until the options tell */
	const struct plugin_words *words;
	void (*init)(struct settings *set, const char *argv0);
	bool (*complete)(struct settings *set, int64_t start_us,
	    struct text *error);
	/* Of what it checks; the other is NULL. */
	const struct probe_kind *streams;
	const struct probe_kind *datagrams;
};

/* The whole of such a program. */
_Noreturn void check_main(const struct check_kind *kind, int argc, char **argv);

#endif
