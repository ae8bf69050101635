/* SPDX-License-Identifier: ISC */
/*
 * portstated: asks the ports of a configuration for ever, keeps the port table, and
 * tells people what happens.  portstated(8) is its manual, and portmon(8) that of
 * what it is under the name of portmon.
 */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "daemon_options.h"
#include "daemonize.h"
#include "delivery.h"
#include "entry.h"
#include "event_log.h"
#include "fd.h"
#include "log.h"
#include "monitor.h"
#include "pidfile.h"
#include "portmon_options.h"
#include "portmon_report.h"
#include "service_manager.h"
#include "startup.h"
#include "xalloc.h"

/* Of all that is wrong with a configuration. */
#define ERROR_MAX 65536

/* How often the table is written: with news, with events, without either. */
#define FLUSH_US (250 * CLOCK_MILLISECOND)
#define FLUSH_EVENTS_US (20 * CLOCK_MILLISECOND)

/* Descriptors of each command that runs for an event. */
#define COMMAND_FDS 4

/* Entries that there is room for to begin with; it grows. */
#define CAPACITY_MIN 1024

/* Later than that is worth a line. */
#define LATE_US CLOCK_SECOND

/* What it is, by its name. */
static const struct role {
	struct startup startup;
	struct options (*table)(struct daemon_options *);
	bool (*parse)(struct daemon_options *, int, char **, struct text *);
} portstated = {
	.startup.program = "portstated",
	.startup.purpose =
	    "Asks ports at intervals, keeps their state, and runs commands when it\n"
	    "changes.\n",
	.startup.usage =
	    "Usage: portstated [-c FILE] [--hosts FILE]... [-d] [-e COMMAND] [-l FILE]\n"
	    "           [OPTION]...\n"
	    "       portstated [-c FILE] --check-config\n"
	    "portstated --help lists all options.\n",
	.startup.signals =
	    "Signals: HUP reads the configuration anew, USR1 logs a status,"
	    " TERM ends.\n",
	.table = daemon_options_table,
	.parse = daemon_options_parse,
}, portmon = {
	.startup.program = "portmon",
	.startup.purpose =
	    "Asks ports at intervals, and runs a command when what they are changes.\n",
	.startup.usage =
	    "Usage: portmon [-dhvV] [-n MINUTES] [-c FILE] [-s NUMBER] [-l FILE]\n"
	    "           [-e COMMAND] [-t SECONDS] [-g MILLISECONDS] [-p NUMBER]\n"
	    "       portmon -r[FORMAT] [OPTION]...\n"
	    "portmon --help lists all options.\n",
	.startup.signals = "Signals: HUP reads the hosts anew, USR1 logs a status,"
	    " TERM ends.\n",
	.table = portmon_options_table,
	.parse = portmon_options_parse,
};

struct daemon {
	const struct role *role;
	struct daemon_options options;
	struct daemon_conf conf;
	struct table *table;
	struct monitor *monitor;
	struct delivery *delivery;
	struct watch signals;
	sigset_t blocked;
	const char *ended_by; /* NULL: it goes on */
	bool started;
	bool reload;
	bool status;
	bool late;        /* and that was said */
	bool unflushed;   /* there are events that are not on disk */
	int64_t flush_us; /* when it is to be written next */
	int64_t alive_us; /* the same of the service manager */
	char *table_file;
	uint32_t events;  /* in the ring */
	uint32_t told[4]; /* to the service manager: entries by state */
};

static const struct {
	int signal;
	const char *name;
} handled[] = {
	{ SIGTERM, "SIGTERM" },
	{ SIGINT, "SIGINT" },
	{ SIGHUP, "SIGHUP" },
	{ SIGUSR1, "SIGUSR1" },
};

#define HANDLED (sizeof(handled) / sizeof(handled[0]))

static _Noreturn void print_config(const struct site *);
static _Noreturn void fail(struct daemon *, const char *, const char *);
static void say_lines(int, const struct text *);
static int report(const struct daemon *, struct site *);
static void start(struct daemon *, struct site *);
static void say_no_command(const struct daemon *);
static void open_log(struct daemon *);
static void open_table(struct daemon *);
static void block_signals(struct daemon *);
static void watch_signals(struct daemon *);
static void signal_came(struct watch *, int64_t);
static void adopt(struct daemon *, struct site *);
static void run(struct daemon *);
static int64_t sooner(int64_t, int64_t);
static int64_t keep_table(struct daemon *, int64_t);
static void flush(struct daemon *, int64_t);
static void say_late(struct daemon *, int64_t);
static void tell_manager(struct daemon *, const struct table_totals *);
static int64_t keep_alive(struct daemon *, int64_t);
static void reload(struct daemon *);
static void say_status(struct daemon *);
static void end(struct daemon *);

int
main(int argc, char **argv)
{
	static struct daemon d;
	struct options options;
	struct text errors;
	struct site *site;
	const char *why;
	bool ok;

	d.role = argc > 0 && portmon_named(argv[0]) ? &portmon : &portstated;
	options = d.role->table(&d.options);
	text_init(&errors, ERROR_MAX);
	ok = d.role->parse(&d.options, argc, argv, &errors);
	if (d.options.help)
		startup_help(&d.role->startup, &options);
	if (d.options.version)
		startup_version(&d.role->startup);
	if (!ok) {
		startup_wrong_usage(&d.role->startup, &errors);
		text_free(&errors);
		return STARTUP_USAGE;
	}
	site = site_read(&d.options.files, &errors);
	if (site == NULL) {
		startup_errors(&d.role->startup, &errors);
		text_free(&errors);
		return STARTUP_FAILURE;
	}
	text_free(&errors);
	if (d.options.only_check)
		print_config(site);
	if (d.options.once)
		return report(&d, site);
	if (d.options.detach && (why = daemonize_begin()) != NULL)
		fail(&d, NULL, why);
	start(&d, site);
	run(&d);
	end(&d);
	return 0;
}

static _Noreturn void
print_config(const struct site *s)
{
	const struct portset *set = &s->set;
	struct text t;
	size_t i;

	text_init(&t, SIZE_MAX / 2);
	text_printf(&t, "%zu %s of %zu %s would be asked\n", set->n,
	    set->n == 1 ? "port" : "ports", set->n_hosts,
	    set->n_hosts == 1 ? "host" : "hosts");
	for (i = 0; i < set->n; i++) {
		const struct entry *e = &set->entries[i];
		const struct rounds *r = entry_ask(set, e)->rounds;

		entry_describe(&t, set, e);
		text_printf(&t, ", every %g s", r->interval_ms / 1e3);
		if (r->lag_ms > 0)
			text_printf(&t, ", lag %g ms", r->lag_ms);
		text_puts(&t, "\n");
	}
	startup_print(&t);
}

/* Either may be NULL. */
static _Noreturn void
fail(struct daemon *d, const char *what, const char *why)
{
	if (what != NULL)
		log_say(LOG_ERR, "%s: %s", what, why);
	else if (why != NULL)
		log_say(LOG_ERR, "%s", why);
	table_close(d->table);
	log_close();
	daemonize_failed(STARTUP_FAILURE);
	exit(STARTUP_FAILURE);
}

static void
say_lines(int level, const struct text *t)
{
	const char *line = t->data;
	size_t len;

	for (; *line != '\0'; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		log_say(level, "%.*s", (int)len, line);
	}
}

static int
report(const struct daemon *d, struct site *site)
{
	bool ok = portmon_report(site, &d->options.files, d->options.line);

	if (!ok)
		(void)fprintf(stderr, "%s: cannot print: %s\n",
		    d->role->startup.program, strerror(errno));
	site_free(site);
	free(d->options.line);
	return ok ? 0 : STARTUP_FAILURE;
}

static void
start(struct daemon *d, struct site *site)
{
	struct monitor_conf conf = { .event = event_log };
	const char *why;

	d->conf = daemon_options_settle(&d->options, &site->config.daemon);
	open_log(d);
	say_no_command(d);
	why = service_manager_open();
	if (why != NULL)
		log_say(LOG_WARNING, "NOTIFY_SOCKET: %s", why);
	block_signals(d);
	open_table(d);
	/* Threads that hardly allocate need no heap of their own each. */
	(void)mallopt(M_ARENA_MAX, 1);
	conf.table = d->table;
	d->monitor = monitor_new(&conf);
	adopt(d, site);
	watch_signals(d);
	d->delivery = delivery_new(&(struct delivery_conf){
	    .table = d->table,
	    .poller = monitor_poller(d->monitor),
	    .daemon = &d->conf,
	    .log = event_log_delivery,
	});
	if (d->options.pidfile != NULL &&
	    (why = pidfile_write(d->options.pidfile)) != NULL)
		fail(d, "cannot write the pid file", why);
	why = daemonize_ready();
	if (why != NULL)
		fail(d, "cannot go on in the background", why);
	d->started = true;
	if (d->options.detach || d->options.quiet)
		open_log(d);
	service_manager_ready();
	log_say(LOG_NOTICE, "%s %s: %zu %s, table %s", d->role->startup.program,
	    PACKAGE_VERSION, site->set.n,
	    site->set.n == 1 ? "entry" : "entries",
	    d->conf.table != NULL ? d->conf.table : "in memory");
}

static void
say_no_command(const struct daemon *d)
{
	if (d->options.no_command != NULL)
		log_say(LOG_WARNING,
		    "%s: there is no such command; events are not told",
		    d->options.no_command);
}

/*
 * The system's log is for who has no terminal before them, unless they say so; and
 * until it has started, everybody has one.
 */
static void
open_log(struct daemon *d)
{
	static const int levels[] = { LOG_NOTICE, LOG_INFO, LOG_DEBUG };
	unsigned more = d->options.verbosity;
	const struct log_conf conf = {
		.name = d->role->startup.program,
		.level = levels[more < 2 ? more : 2],
		/* Whoever starts it has to know why it does not. */
		.standard_error = !d->started ||
		    !(d->options.detach || d->options.quiet),
		.system = d->conf.syslog == DAEMON_YES ||
		    (d->conf.syslog == DAEMON_UNSAID && d->options.detach),
		.file = d->conf.log,
	};
	const char *why = log_open(&conf);

	if (why != NULL && d->table == NULL)
		fail(d, d->conf.log, why);
	if (why != NULL)
		log_say(LOG_ERR, "%s: %s", d->conf.log, why);
}

static void
open_table(struct daemon *d)
{
	const struct table_conf conf = {
		.capacity = CAPACITY_MIN,
		.ring = d->conf.events,
		.program = "portstated " PACKAGE_VERSION,
		.now_us = clock_wall_us(),
	};
	struct text words;

	text_init(&words, ERROR_MAX);
	if (text_same(d->conf.table, TABLE_USUAL))
		(void)mkdir(LOCALSTATEDIR "/lib/portstate", 0755);
	if (d->conf.table != NULL)
		d->table_file = xstrdup(d->conf.table);
	d->events = d->conf.events;
	d->table = table_open(d->table_file, &conf, &words);
	say_lines(d->table != NULL ? LOG_WARNING : LOG_ERR, &words);
	text_free(&words);
	if (d->table == NULL)
		fail(d, NULL, NULL);
}

/* Until they are watched they wait. */
static void
block_signals(struct daemon *d)
{
	size_t i;

	(void)sigemptyset(&d->blocked);
	for (i = 0; i < HANDLED; i++)
		(void)sigaddset(&d->blocked, handled[i].signal);
	(void)sigaddset(&d->blocked, SIGPIPE);
	(void)sigaddset(&d->blocked, SIGXFSZ);
	(void)sigprocmask(SIG_BLOCK, &d->blocked, NULL);
}

static void
watch_signals(struct daemon *d)
{
	d->signals = (struct watch){
		.ready = signal_came,
		.fd = fd_above_standard(signalfd(-1, &d->blocked,
		    SFD_CLOEXEC | SFD_NONBLOCK)),
		.want = WANT_READ,
	};
	if (d->signals.fd == -1 || monitor_watch(d->monitor, &d->signals) != 0)
		fail(d, "cannot watch signals", strerror(errno));
}

static void
signal_came(struct watch *w, int64_t now_us)
{
	struct daemon *d = (struct daemon *)(void *)((char *)w -
	    offsetof(struct daemon, signals));
	struct signalfd_siginfo info;
	size_t i;

	(void)now_us;
	while (read(w->fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
		for (i = 0; i < HANDLED; i++) {
			if (info.ssi_signo != (uint32_t)handled[i].signal)
				continue;
			if (handled[i].signal == SIGHUP)
				d->reload = true;
			else if (handled[i].signal == SIGUSR1)
				d->status = true;
			else
				d->ended_by = handled[i].name;
		}
}

static void
adopt(struct daemon *d, struct site *site)
{
	const struct monitor_limits limits = {
		.parallel = d->conf.parallel,
		.rate = d->conf.rate,
		.names_us = d->conf.names_us,
		.descriptors = fd_raise_limit() -
		    (int64_t)d->conf.notify_parallel * COMMAND_FDS,
	};

	monitor_adopt(d->monitor, site, &limits, clock_wall_us());
}

static void
run(struct daemon *d)
{
	while (d->ended_by == NULL) {
		int64_t now_us, next_us;

		if (d->reload)
			reload(d);
		if (d->status)
			say_status(d);
		/* Only now: a reload takes its time. */
		now_us = clock_now_us();
		next_us = monitor_turn(d->monitor, now_us);
		next_us = sooner(next_us, keep_table(d, now_us));
		next_us = sooner(next_us, delivery_turn(d->delivery, now_us));
		next_us = sooner(next_us, keep_alive(d, now_us));
		monitor_wait(d->monitor, next_us);
	}
}

static int64_t
sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t
keep_table(struct daemon *d, int64_t now_us)
{
	if (monitor_had_events(d->monitor) && !d->unflushed) {
		d->unflushed = true;
		d->flush_us = sooner(d->flush_us, now_us + FLUSH_EVENTS_US);
	}
	if (d->flush_us <= now_us) {
		flush(d, now_us);
		d->flush_us = now_us + FLUSH_US;
		(void)log_flush();
		(void)service_manager_flush();
	}
	return d->flush_us;
}

static void
flush(struct daemon *d, int64_t now_us)
{
	int64_t wall_us = clock_wall_us();
	const struct table_totals totals = monitor_totals(d->monitor, now_us,
	    wall_us);
	struct text words;

	say_late(d, totals.behind_us);
	tell_manager(d, &totals);
	text_init(&words, ERROR_MAX);
	table_tell(d->table, &totals);
	(void)table_flush(d->table, wall_us, &words);
	say_lines(LOG_WARNING, &words);
	text_free(&words);
	delivery_flushed(d->delivery);
	d->unflushed = false;
}

/* When it begins and when it ends. */
static void
say_late(struct daemon *d, int64_t behind_us)
{
	if (!d->late && behind_us >= LATE_US)
		log_say(LOG_WARNING, "probing is behind by %.1f s",
		    (double)behind_us / 1e6);
	else if (d->late && behind_us == 0)
		log_say(LOG_NOTICE, "probing is not behind any more");
	d->late = d->late ? behind_us > 0 : behind_us >= LATE_US;
}

static void
tell_manager(struct daemon *d, const struct table_totals *t)
{
	if (memcmp(d->told, t->states, sizeof(d->told)) == 0)
		return;
	memcpy(d->told, t->states, sizeof(d->told));
	service_manager_status(
	    "%u entries: %u ok, %u warning, %u critical, %u unknown",
	    t->entries, t->states[STATE_OK], t->states[STATE_WARNING],
	    t->states[STATE_CRITICAL], t->states[STATE_UNKNOWN]);
}

static int64_t
keep_alive(struct daemon *d, int64_t now_us)
{
	int64_t every_us = service_manager_watchdog_us();

	if (every_us == 0)
		return CLOCK_NEVER;
	if (d->alive_us <= now_us) {
		service_manager_alive();
		d->alive_us = now_us + every_us;
	}
	return d->alive_us;
}

/* Errors change nothing. */
static void
reload(struct daemon *d)
{
	const char *why = log_reopen();
	struct daemon_conf conf;
	struct text errors;
	struct site *site;

	d->reload = false;
	if (why != NULL)
		log_say(LOG_ERR, "%s: %s", d->conf.log, why);
	service_manager_reloading(clock_now_us());
	text_init(&errors, ERROR_MAX);
	site = site_read(&d->options.files, &errors);
	if (site == NULL) {
		say_lines(LOG_ERR, &errors);
		log_say(LOG_ERR, "the configuration stays as it was");
	} else {
		conf = daemon_options_settle(&d->options, &site->config.daemon);
		if (!text_same(conf.table, d->table_file) ||
		    conf.events != d->events ||
		    conf.names_us != d->conf.names_us)
			log_say(LOG_WARNING,
			    "table, events and names stay as they are until a "
			    "restart");
		d->conf = conf;
		open_log(d);
		adopt(d, site);
		delivery_reconfigure(d->delivery, &d->conf);
		log_say(LOG_NOTICE, "the configuration was read: %u entries",
		    (unsigned)site->set.n);
	}
	text_free(&errors);
	service_manager_ready();
}

static void
say_status(struct daemon *d)
{
	const struct table_totals t = monitor_totals(d->monitor, clock_now_us(),
	    clock_wall_us());
	const struct monitor_lateness late = monitor_lateness(d->monitor);
	const struct delivery_counts *c = delivery_counts(d->delivery);

	d->status = false;
	log_say(LOG_NOTICE,
	    "status: %u entries: %u ok, %u warning, %u critical, %u unknown; "
	    "%u lagged, %u severe; %u probes in flight, behind by %.3f s; "
	    "%llu rounds since the last status, late by %.3f s at the most, "
	    "99 %% by less than %.3f s, %llu missed; "
	    "events: %llu delivered, %llu given up, %zu running, %zu waiting",
	    t.entries, t.states[STATE_OK], t.states[STATE_WARNING],
	    t.states[STATE_CRITICAL], t.states[STATE_UNKNOWN], t.lagged,
	    t.severe, t.in_flight, (double)t.behind_us / 1e6,
	    (unsigned long long)late.rounds, (double)late.most_us / 1e6,
	    (double)late.p99_us / 1e6, (unsigned long long)late.missed,
	    (unsigned long long)c->delivered, (unsigned long long)c->given_up,
	    c->running, c->waiting);
}

static void
end(struct daemon *d)
{
	service_manager_stopping();
	log_say(LOG_NOTICE, "ended by %s", d->ended_by);
	delivery_free(d->delivery);
	monitor_free(d->monitor);
	table_close(d->table);
	if (d->options.pidfile != NULL)
		pidfile_remove(d->options.pidfile);
	service_manager_close();
	log_close();
}
