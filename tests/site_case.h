/* SPDX-License-Identifier: ISC */
/*
 * Configurations of the daemon, in a directory of the test's own.
 */
#ifndef SITE_CASE_H
#define SITE_CASE_H

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rounds.h"
#include "site.h"
#include "unit.h"

static char site_dir[] = "/tmp/test_site.XXXXXX";

static inline void
site_directory(void)
{
	ck_assert_ptr_nonnull(mkdtemp(site_dir));
	ck_assert_int_eq(chdir(site_dir), 0);
}

static inline void
site_remove(void)
{
	char command[64];

	ck_assert_int_eq(chdir("/"), 0);
	(void)snprintf(command, sizeof(command), "rm -rf %s", site_dir);
	ck_assert_int_eq(system(command), 0);
}

static inline void
site_put(const char *name, const char *content)
{
	FILE *f = fopen(name, "we");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(content, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

/* Of what the file "yaml" and the lists say; errors: see site_read(). */
static inline struct site *
site_of_files(const char *yaml, const char *const *lists, size_t n,
    struct text *errors)
{
	const struct site_files files = {
		.config = yaml,
		.lists = lists,
		.n_lists = n,
		.rounds = { ROUNDS_INTERVAL_MS, ROUNDS_RETRIES, ROUNDS_SEVERE,
		    0 },
		.family = AF_UNSPEC,
	};

	return site_read(&files, errors);
}

/* Of text that is right. */
static inline struct site *
site_of(const char *yaml)
{
	struct text errors;
	struct site *s;

	text_init(&errors, 10000);
	site_put("yaml", yaml);
	s = site_of_files("yaml", NULL, 0, &errors);
	ck_assert_msg(s != NULL, "%s", errors.data);
	ck_assert_uint_eq(errors.len, 0);
	text_free(&errors);
	return s;
}

#endif
