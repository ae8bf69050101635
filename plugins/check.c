/* SPDX-License-Identifier: ISC */
#include "check.h"

#include "clock.h"
#include "engine.h"

/* What is kept of the time to print; at most this part of it. */
#define PRINT_US (20 * CLOCK_MILLISECOND)
#define PRINT_PART 64

struct check {
	struct settings set;
	int64_t try_us; /* what the present try may take */
	struct text out;
	enum state state;
};

static void run(struct check *, const struct check_kind *, int64_t);
static void pause_for(struct engine *, int64_t);
static void try(struct check *, struct engine *, int64_t);
static void done(void *, const struct target *, const struct result *);
static void tell(struct check *);

void
check_main(const struct check_kind *kind, int argc, char **argv)
{
	static struct check check;
	struct settings *set = &check.set;
	int64_t start_us = clock_now_us();
	struct text error;
	bool ok;

	plugin_start(kind->service);
	kind->init(set, argc > 0 ? argv[0] : kind->words->program);
	text_init(&error, REPORT_MAX / 2);
	ok = options_parse(&set->options, argc, argv, &error);
	if (set->help)
		plugin_help(kind->words, &set->options);
	if (set->version)
		plugin_version(kind->words);
	if (!ok || !kind->complete(set, start_us, &error))
		plugin_usage_error(kind->words, set->service, &error);
	text_free(&error);
	run(&check, kind, start_us);
	plugin_exit(check.state, &check.out);
}

/* Tries, until there is nothing more to try. */
static void
run(struct check *c, const struct check_kind *kind, int64_t start_us)
{
	const struct engine_conf conf = {
		.sock = c->set.sock,
		.all_addresses = c->set.series.by_address,
		.streams = kind->streams,
		.datagrams = kind->datagrams,
		.done = done,
		.ctx = c,
	};
	struct engine *e = engine_new(&conf);
	struct watch *signals = plugin_signals();
	int64_t print_us = c->set.timeout_us / PRINT_PART;
	enum series_step step;

	if (print_us > PRINT_US)
		print_us = PRINT_US;
	if (signals != NULL)
		(void)engine_watch(e, signals);
	while ((step = series_next(&c->set.series)) != SERIES_DONE) {
		if (step == SERIES_RETRY)
			pause_for(e, c->set.series.retry_wait_us);
		try(c, e, start_us + c->set.timeout_us - print_us);
	}
	engine_free(e);
	tell(c);
}

/* A name that was not found may be, this time. */
static void
pause_for(struct engine *e, int64_t time_us)
{
	int64_t until_us = clock_now_us() + time_us;

	while (!plugin_interrupted && clock_now_us() < until_us)
		engine_wait(e, until_us);
	engine_forget_names(e);
}

static void
try(struct check *c, struct engine *e, int64_t end_us)
{
	int64_t now_us = clock_now_us();
	int64_t share_us = series_share(&c->set.series, end_us - now_us);

	c->try_us = c->set.series.probes * (c->set.series.retries + 1) > 1
	    ? share_us
	    : c->set.timeout_us;
	engine_add(e, &c->set.target, now_us + share_us);
	if (!plugin_interrupted)
		engine_run(e, &plugin_interrupted);
	/* What ended in that very turn is no reason to leave out the others. */
	if (plugin_interrupted && engine_busy(e)) {
		engine_stop(e, plugin_interruption(), clock_now_us());
		series_end(&c->set.series);
	}
}

static void
done(void *ctx, const struct target *t, const struct result *r)
{
	struct check *c = ctx;

	(void)t;
	series_tell(&c->set.series, r, c->try_us);
}

static void
tell(struct check *c)
{
	const struct member *worst = series_worst(&c->set.series);
	const struct report report = {
		.service = c->set.service,
		.target = &c->set.target,
		.result = &worst->told,
		.series = &c->set.series,
		.policy = &c->set.policy,
		.verdict = series_verdict(&c->set.series, worst),
		.timeout_us = c->set.timeout_us,
		.try_us = worst->try_us,
		.jail = c->set.jail,
		.verbosity = c->set.verbosity,
		.full = c->set.has_perfdata ? c->set.full
					    : c->set.verbosity > 0,
		.text = c->set.text,
		.wall_s = clock_wall_s(),
	};
	report_fn *fn = c->set.text != NULL ? report_text : c->set.report;

	text_init(&c->out, REPORT_MAX);
	fn(&c->out, &report);
	c->state = report.verdict.state;
}
