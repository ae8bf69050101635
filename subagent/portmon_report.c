/* SPDX-License-Identifier: ISC */
#include "portmon_report.h"

#include <stdio.h>

#include "clock.h"
#include "setreport.h"
#include "sweep.h"

static void ask(struct portset *, int64_t);
static void print(void *, struct text *);

bool
portmon_report(struct site *s, const struct site_files *files, const char *line)
{
	const struct portset_policy policy = {
		.has_lag_warning = files->rounds.lag_ms > 0,
		.lag_warning = { .end = files->rounds.lag_ms },
	};
	struct setreport report = {
		.set = &s->set,
		.policy = &policy,
		.line = line,
		.flush = print,
	};
	struct text t;

	ask(&s->set, files->timeout_us);
	report.wall_s = clock_wall_s();
	text_init(&t, SIZE_MAX / 2);
	setreport_portmon(&t, &report);
	print(NULL, &t);
	text_free(&t);
	return fflush(stdout) == 0 && !ferror(stdout);
}

static void
ask(struct portset *set, int64_t timeout_us)
{
	static const bool never = false;
	const struct plan_wishes wishes = { .probe_timeout_us = timeout_us };
	struct sweep sweep;

	sweep_begin(&sweep, set, &wishes, NULL);
	engine_run(sweep.engine, &never);
	sweep_end(&sweep);
}

static void
print(void *sink, struct text *t)
{
	(void)sink;
	(void)fwrite(t->data, 1, t->len, stdout);
	text_truncate(t, 0);
}
