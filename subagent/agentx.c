/* SPDX-License-Identifier: ISC */
/*
 * portstate-agentx: publishes the port table to snmpd over AgentX, and sends
 * notifications.  portstate-agentx(8) is its manual.
 *
 * The library has one session in the life of a process (snmp_master.h).  When that is
 * lost the program waits until there is a master again, and then becomes itself anew,
 * execve(2): what it knows is in the file of its notifications, and in the
 * environment, what it has said.
 *
 * Of a configuration it becomes itself with the options that this amounts to, too:
 * so it has nothing of it in memory, and nobody who edits the file ends it.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "agentx_config.h"
#include "agentx_options.h"
#include "clock.h"
#include "daemonize.h"
#include "fd.h"
#include "log.h"
#include "notifier.h"
#include "num.h"
#include "pidfile.h"
#include "service_manager.h"
#include "snmp_master.h"
#include "snmp_socket.h"
#include "startup.h"
#include "xalloc.h"

#define PROGRAM "portstate-agentx"

#define ERROR_MAX 65536

/* In the environment of the one who goes on: since when there is no master. */
#define GONE "PORTSTATE_AGENTX_GONE"

/* The same: the configuration has been read. */
#define CONFIGURED "PORTSTATE_AGENTX_CONFIGURED"

/* What the log and the service manager had no room for is tried again so often. */
#define FLUSH_US (250 * CLOCK_MILLISECOND)

/* Between two sessions that a master accepts and does not open. */
#define REFUSED_US CLOCK_SECOND

/* Between two of a kind at the least: the master may refuse each. */
#define INTERVAL_MIN_US CLOCK_SECOND

static const struct startup words = {
	.program = PROGRAM,
	.purpose =
	    "Publishes the port table of portstated to snmpd over AgentX, and sends\n"
	    "notifications of what happens in it.\n",
	.usage =
	    "Usage: portstate-agentx [-c FILE] [-x SOCKET] [-d] [-l FILE]\n"
	    "           [OPTION]...\n"
	    "portstate-agentx --help lists all options.\n",
	.signals = "Signals: HUP opens the log again, USR1 logs a status, TERM"
		   " ends.\n",
};

struct subagent {
	struct agentx_options options;
	char **argv;
	struct snmp_socket *socket;
	struct mib_view *view;
	struct mib_notify figures;
	struct snmp_handler handler;
	struct notifier *notifier; /* NULL: none are sent */
	int signals;
	const char *ended_by; /* NULL: it goes on */
	int64_t gone_us; /* since when there is no master, by the wall clock;
	                  * -1: there is one, and that was said */
	bool refused;    /* and that was said */
	int64_t flush_us, alive_us;
	/* What the service manager gave us, for who goes on. */
	char *notify_socket, *watchdog;
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

static _Noreturn void fail(const char *, const char *);
static _Noreturn void configure(const struct agentx_options *, int, char **);
static void take_environment(struct subagent *);
static const char *become(const char *);
static void start(struct subagent *);
static void open_log(const struct subagent *);
static void watch_signals(struct subagent *);
static void wait_for_master(struct subagent *);
static void serve(struct subagent *);
static void say_registered(struct subagent *);
static int64_t housekeeping(struct subagent *, int64_t);
static void take_signals(struct subagent *);
static void say_status(const struct subagent *);
static _Noreturn void go_on(struct subagent *);
static void keep(const char *, const char *);
static void end(struct subagent *);

int
main(int argc, char **argv)
{
	static struct subagent s;
	const struct options options = agentx_options_table(&s.options);
	struct text errors;
	bool ok;

	/* Of whoever starts us: the library selects, and knows 1,024. */
	(void)close_range(STDERR_FILENO + 1, ~0u, 0);
	s.argv = argv;
	text_init(&errors, ERROR_MAX);
	ok = agentx_options_parse(&s.options, argc, argv, &errors);
	if (s.options.help)
		startup_help(&words, &options);
	if (s.options.version)
		startup_version(&words);
	if (!ok)
		startup_wrong_usage(&words, &errors);
	text_free(&errors);
	if (!ok)
		return STARTUP_USAGE;
	if (s.options.config != NULL && getenv(CONFIGURED) == NULL)
		configure(&s.options, argc, argv);
	start(&s);
	wait_for_master(&s);
	if (s.ended_by == NULL)
		serve(&s);
	if (s.ended_by == NULL)
		wait_for_master(&s);
	if (s.ended_by == NULL)
		go_on(&s);
	end(&s);
	return 0;
}

static _Noreturn void
fail(const char *what, const char *why)
{
	log_say(LOG_ERR, "%s: %s", what, why);
	log_close();
	daemonize_failed(STARTUP_FAILURE);
	exit(STARTUP_FAILURE);
}

static _Noreturn void
configure(const struct agentx_options *o, int argc, char **argv)
{
	struct text errors;
	char **command_line;

	text_init(&errors, ERROR_MAX);
	command_line = agentx_config_command_line(o->config, argc, argv,
	    &errors);
	if (command_line == NULL) {
		startup_errors(&words, &errors);
		exit(STARTUP_FAILURE);
	}
	keep(CONFIGURED, "1");
	(void)execv("/proc/self/exe", command_line);
	(void)fprintf(stderr, PROGRAM ": /proc/self/exe: %s\n",
	    strerror(errno));
	exit(STARTUP_FAILURE);
}

/* That of the process that we were, if there was one. */
static void
take_environment(struct subagent *s)
{
	const char *gone = getenv(GONE), *value;

	if (gone != NULL)
		(void)num_int(gone, 1, INT64_MAX, &s->gone_us);
	(void)unsetenv(GONE);
	value = getenv("NOTIFY_SOCKET");
	s->notify_socket = value != NULL ? xstrdup(value) : NULL;
	value = getenv("WATCHDOG_USEC");
	s->watchdog = value != NULL ? xstrdup(value) : NULL;
}

static const char *
become(const char *user)
{
	const struct passwd *p;

	errno = 0;
	p = getpwnam(user);
	if (p == NULL)
		return errno != 0 ? strerror(errno) : "there is no such user";
	if (geteuid() == p->pw_uid)
		return NULL;
	if (initgroups(user, p->pw_gid) == -1 || setgid(p->pw_gid) == -1 ||
	    setuid(p->pw_uid) == -1)
		return strerror(errno);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return NULL;
}

static void
start(struct subagent *s)
{
	const struct agentx_options *o = &s->options;
	const char *why = NULL;
	bool first;

	take_environment(s);
	first = s->gone_us == 0;
	if (o->user != NULL && (why = become(o->user)) != NULL)
		fail(o->user, why);
	if (first && o->detach && (why = daemonize_begin()) != NULL)
		fail("cannot go on in the background", why);
	open_log(s);
	why = service_manager_open();
	if (why != NULL)
		log_say(LOG_WARNING, "NOTIFY_SOCKET: %s", why);
	watch_signals(s);
	s->socket = snmp_socket_new(o->socket);
	s->view = mib_view_new(o->table, &s->figures);
	if (o->rate > 0)
		s->notifier = notifier_new(
		    &(struct notifier_conf){ .file = o->state,
			.alerts = { o->rate, o->burst,
			    o->patience_s * CLOCK_SECOND,
			    o->interval_s > 0 ? o->interval_s * CLOCK_SECOND
					      : INTERVAL_MIN_US },
			.view = s->view,
			.figures = &s->figures },
		    clock_now_us());
	if (!first)
		return;
	if (o->pidfile != NULL && (why = pidfile_write(o->pidfile)) != NULL)
		fail(o->pidfile, why);
	why = daemonize_ready();
	if (why != NULL)
		fail("cannot go on in the background", why);
	service_manager_ready();
	log_say(LOG_NOTICE, PROGRAM " " PACKAGE_VERSION ": table %s", o->table);
}

/* As portstated has it. */
static void
open_log(const struct subagent *s)
{
	static const int levels[] = { LOG_NOTICE, LOG_INFO, LOG_DEBUG };
	unsigned more = s->options.verbosity;
	const struct log_conf conf = {
		.name = PROGRAM,
		.level = levels[more < 2 ? more : 2],
		.standard_error = !s->options.detach,
		.system = s->options.detach,
		.file = s->options.log,
	};
	const char *why = log_open(&conf);

	if (why != NULL)
		fail(s->options.log, why);
}

static void
watch_signals(struct subagent *s)
{
	sigset_t set;
	size_t i;

	(void)sigemptyset(&set);
	for (i = 0; i < HANDLED; i++)
		(void)sigaddset(&set, handled[i].signal);
	s->signals = fd_above_standard(signalfd(-1, &set,
	    SFD_CLOEXEC | SFD_NONBLOCK));
	if (s->signals == -1)
		fail("cannot watch signals", strerror(errno));
	(void)sigaddset(&set, SIGPIPE);
	(void)sigaddset(&set, SIGXFSZ);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
}

/* Says so once, when it begins. */
static void
wait_for_master(struct subagent *s)
{
	const char *why;

	while (s->ended_by == NULL && !snmp_socket_try(s->socket, &why)) {
		if (s->gone_us == 0) {
			s->gone_us = clock_wall_us();
			log_say(LOG_WARNING, "waiting for snmpd at %s: %s",
			    s->options.socket, why);
			service_manager_status("waiting for snmpd");
		}
		snmp_socket_wait(s->socket, s->signals,
		    housekeeping(s, clock_now_us()));
		take_signals(s);
	}
}

static void
serve(struct subagent *s)
{
	s->handler.view = s->view;
	s->handler.base_len = s->options.base_len;
	memcpy(s->handler.base, s->options.base, sizeof(s->handler.base));
	s->handler.uptime_cs = snmp_master_uptime_cs;
	if (!snmp_master_open(PROGRAM, s->options.socket, &s->handler)) {
		int64_t until_us = clock_now_us() + REFUSED_US;

		if (s->gone_us == 0) {
			s->gone_us = clock_wall_us();
			log_say(LOG_WARNING,
			    "waiting for snmpd at %s: it answers no AgentX",
			    s->options.socket);
		}
		while (s->ended_by == NULL && clock_now_us() < until_us) {
			snmp_socket_wait(s->socket, s->signals, until_us);
			take_signals(s);
		}
		return;
	}
	while (s->ended_by == NULL && snmp_master_state() != SNMP_MASTER_LOST) {
		int64_t now_us = clock_now_us();
		int64_t next_us = housekeeping(s, now_us);

		say_registered(s);
		if (s->notifier != NULL &&
		    snmp_master_state() == SNMP_MASTER_REGISTERED) {
			int64_t turn_us = notifier_turn(s->notifier, now_us);

			if (turn_us < next_us)
				next_us = turn_us;
		}
		if (snmp_master_wait(s->signals, next_us))
			take_signals(s);
	}
	if (s->ended_by == NULL) {
		s->gone_us = clock_wall_us();
		log_say(LOG_WARNING, "snmpd at %s has gone: waiting for it",
		    s->options.socket);
		service_manager_status("waiting for snmpd");
	}
}

/* When that begins, and when it ends. */
static void
say_registered(struct subagent *s)
{
	if (snmp_master_state() == SNMP_MASTER_REFUSED && !s->refused) {
		s->refused = true;
		log_say(LOG_WARNING, "not registered: %s: trying again",
		    snmp_master_why());
		service_manager_status("not registered");
	}
	if (snmp_master_state() != SNMP_MASTER_REGISTERED ||
	    (s->gone_us == -1 && !s->refused))
		return;
	if (s->gone_us > 0)
		log_say(LOG_NOTICE, "registered with snmpd at %s, after %.1f s",
		    s->options.socket,
		    (double)(clock_wall_us() - s->gone_us) / 1e6);
	else
		log_say(LOG_NOTICE, "registered with snmpd at %s",
		    s->options.socket);
	service_manager_status("registered with snmpd");
	s->gone_us = -1;
	s->refused = false;
}

/* Returns when there is more of it. */
static int64_t
housekeeping(struct subagent *s, int64_t now_us)
{
	int64_t every_us = service_manager_watchdog_us(), next_us = CLOCK_NEVER;

	if (!log_flush() || !service_manager_flush())
		next_us = now_us + FLUSH_US;
	if (every_us == 0)
		return next_us;
	if (s->alive_us <= now_us) {
		service_manager_alive();
		s->alive_us = now_us + every_us;
	}
	return s->alive_us < next_us ? s->alive_us : next_us;
}

static void
take_signals(struct subagent *s)
{
	struct signalfd_siginfo info;
	const char *why;
	size_t i;

	while (read(s->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		for (i = 0; i < HANDLED; i++) {
			if (info.ssi_signo != (uint32_t)handled[i].signal)
				continue;
			if (handled[i].signal == SIGUSR1)
				say_status(s);
			else if (handled[i].signal != SIGHUP)
				s->ended_by = handled[i].name;
			else if ((why = log_reopen()) != NULL)
				log_say(LOG_ERR, "%s: %s", s->options.log, why);
		}
}

static void
say_status(const struct subagent *s)
{
	const char *why = mib_view_why(s->view);

	log_say(LOG_NOTICE,
	    "status: %s; table: %s; events: %lu sent, %lu suppressed",
	    snmp_master_state() == SNMP_MASTER_REGISTERED ? "registered"
							  : "not registered",
	    why != NULL ? why : "good", (unsigned long)s->figures.sent,
	    (unsigned long)s->figures.suppressed);
}

/* All descriptors are closed there, those of the library too. */
static _Noreturn void
go_on(struct subagent *s)
{
	char gone[24];

	notifier_free(s->notifier);
	(void)service_manager_flush();
	(void)snprintf(gone, sizeof(gone), "%lld", (long long)s->gone_us);
	keep(GONE, gone);
	keep("NOTIFY_SOCKET", s->notify_socket);
	keep("WATCHDOG_USEC", s->watchdog);
	(void)execv("/proc/self/exe", s->argv);
	fail("/proc/self/exe", strerror(errno));
}

static void
keep(const char *name, const char *value)
{
	if (value != NULL)
		(void)setenv(name, value, 1);
}

static void
end(struct subagent *s)
{
	service_manager_stopping();
	log_say(LOG_NOTICE, "ended by %s", s->ended_by);
	snmp_master_close();
	notifier_free(s->notifier);
	mib_view_free(s->view);
	snmp_socket_free(s->socket);
	if (s->options.pidfile != NULL)
		pidfile_remove(s->options.pidfile);
	service_manager_close();
	log_close();
}
