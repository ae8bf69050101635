/* SPDX-License-Identifier: ISC */
#include "config_daemon.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "table_format.h"
#include "unit.h"

static char dir[] = "/tmp/test_config_daemon.XXXXXX";

static void
put_directory(void)
{
	strcpy(dir + strlen(dir) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
}

static void
remove_directory(void)
{
	char command[64];

	ck_assert_int_eq(chdir("/"), 0);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static void
put(const char *name, const char *content)
{
	FILE *f = fopen(name, "we");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(content, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

/* With what it includes: i.yaml or d/i.yaml. */
static void
read_all(struct config *c, const char *yaml, const char *included)
{
	if (included != NULL) {
		put("i.yaml", included);
		(void)mkdir("d", 0755);
		put("d/i.yaml", included);
	}
	put("c.yaml", yaml);
	config_read(c, "c.yaml");
	if (c->n_errors == 0)
		config_daemon_check(c);
}

static void
put_string(struct text *t, const char *name, const char *value)
{
	if (value != NULL)
		text_printf(t, " %s=%s", name, value);
}

static void
put_number(struct text *t, const char *name, int64_t value)
{
	if (value != 0)
		text_printf(t, " %s=%lld", name, (long long)value);
}

/* All that was said. */
static void
put_conf(struct text *t, const struct daemon_conf *d)
{
	size_t i;

	put_string(t, "table", d->table);
	put_number(t, "events", d->events);
	put_number(t, "parallel", d->parallel);
	put_number(t, "rate", d->rate);
	put_number(t, "names", d->names_us);
	put_string(t, "log", d->log);
	put_number(t, "syslog", d->syslog);
	for (i = 0; d->command != NULL && d->command[i] != NULL; i++)
		put_string(t, "word", d->command[i]);
	put_number(t, "kinds", d->notify_events);
	put_number(t, "at-once", d->notify_parallel);
	put_number(t, "timeout", d->notify_timeout_us);
	put_number(t, "retries",
	    d->notify_retries == DAEMON_NOTIFY_NO_RETRIES
		? -1
		: (int64_t)d->notify_retries);
	put_number(t, "backoff", d->notify_backoff_us);
}

/* The same of SNMP, in the order of the file. */
static void
put_snmp(struct text *t, const struct config *c)
{
	size_t i;

	for (i = 0; i < c->n_snmp; i++)
		put_string(t, c->snmp[i].key, c->snmp[i].word.s);
}

/* What was read, or the errors. */
static const struct row {
	const char *name;
	const char *yaml;
	const char *included; /* or NULL */
	const char *want;
} cases[] = {
	{ "nothing", "hosts: {h: 1}", NULL, "" },
	{ "empty sections", "daemon: {}\nnotify: {}", NULL, "" },
	/* Each key, its least and its most. */
	{ "table", "daemon: {table: t}", NULL, " table=t" },
	{ "an absolute one", "daemon: {table: /t}", NULL, " table=/t" },
	{ "of another directory", "include: d/i.yaml",
	    "daemon: {table: t, log: ../l}", " table=d/t log=d/../l" },
	{ "no table", "daemon:\n  table: ''", NULL,
	    "c.yaml:2: table: not a file\n" },
	{ "the least events", "daemon: {events: 16}", NULL, " events=16" },
	{ "the most events", "daemon: {events: 1048576}", NULL,
	    " events=1048576" },
	{ "too few", "daemon: {events: 8}", NULL,
	    "c.yaml:1: events: 8: too small\n" },
	{ "too many", "daemon: {events: 2097152}", NULL,
	    "c.yaml:1: events: 2097152: too large\n" },
	{ "no power of two", "daemon:\n  events: 24", NULL,
	    "c.yaml:2: events: 24: not a power of two\n" },
	{ "no number of events", "daemon: {events: many}", NULL,
	    "c.yaml:1: events: many: not a whole number\n" },
	{ "parallel", "daemon: {parallel: 2147483647}", NULL,
	    " parallel=2147483647" },
	{ "parallel, none", "daemon: {parallel: 0}", NULL,
	    "c.yaml:1: parallel: 0: too small\n" },
	{ "rate", "daemon: {rate: 1000000}", NULL, " rate=1000000" },
	{ "too high a rate", "daemon: {rate: 1000001}", NULL,
	    "c.yaml:1: rate: 1000001: too large\n" },
	{ "names", "daemon: {names: 0.1}", NULL, " names=100000" },
	{ "names, a week", "daemon: {names: 604800}", NULL,
	    " names=604800000000" },
	{ "names, more", "daemon: {names: 604800.1}", NULL,
	    "c.yaml:1: names: 604800.1: not from 0.1 seconds to a week\n" },
	{ "names, never", "daemon: {names: 0}", NULL,
	    "c.yaml:1: names: 0: not from 0.1 seconds to a week\n" },
	{ "names, no number", "daemon: {names: 5m}", NULL,
	    "c.yaml:1: names: 5m: not a number\n" },
	{ "log", "daemon: {log: l}", NULL, " log=l" },
	{ "standard output", "daemon: {log: '-'}", NULL,
	    "c.yaml:1: log: not a file\n" },
	{ "syslog", "daemon: {syslog: on}", NULL, " syslog=2" },
	{ "no syslog", "daemon: {syslog: no}", NULL, " syslog=1" },
	{ "perhaps", "daemon: {syslog: maybe}", NULL,
	    "c.yaml:1: syslog: neither yes nor no\n" },
	{ "command", "notify: {command: sh -c 'x \"$1\"' sh %h}", NULL,
	    " word=sh word=-c word=x \"$1\" word=sh word=%h" },
	{ "a list", "notify: {command: [/bin/sh, -c, 'a | b', '']}", NULL,
	    " word=/bin/sh word=-c word=a | b word=" },
	{ "a list of one, which is not split", "notify:\n  command: [sh -c]\n",
	    NULL, "c.yaml:2: command: sh -c: there is no such command\n" },
	{ "no command of that name", "notify:\n  command: nosuch %h\n", NULL,
	    "c.yaml:2: command: nosuch: there is no such command\n" },
	{ "a line in many", "notify:\n  command: >-\n    sh\n    %h\n", NULL,
	    " word=sh word=%h" },
	{ "for a shell", "notify: {command: 'sh; $'}", NULL,
	    "c.yaml:1: command: ; at character 3 is for a shell, and there is "
	    "none: put it in single quotes if it is meant as it is, or what "
	    "is to be done in a script\n" },
	{ "a pipe, which is none in the error", "notify: {command: sh | a}",
	    NULL,
	    "c.yaml:1: command: \\x7c at character 4 is for a shell, and there "
	    "is none: put it in single quotes if it is meant as it is, or what "
	    "is to be done in a script\n" },
	{ "no end", "notify: {command: sh 'a}", NULL,
	    "c.yaml:1: command: ' at character 4 has no end\n" },
	{ "an empty command", "notify: {command: ''}", NULL,
	    "c.yaml:1: command: there is no command\n" },
	{ "an empty list", "notify: {command: []}", NULL,
	    "c.yaml:1: command: the list is empty\n" },
	{ "nothing as a command", "notify: {command: }", NULL,
	    "c.yaml:1: command: has no value\n" },
	{ "a map as a command", "notify: {command: {a: b}}", NULL,
	    "c.yaml:1: command: neither a value nor a list of values\n" },
	{ "a relative path", "notify: {command: bin/sh}", NULL,
	    "c.yaml:1: command: the command is neither an absolute path nor a "
	    "name\n" },
	{ "a field that is none", "notify: {command: 'sh %a'}", NULL,
	    "c.yaml:1: command: %a: not one of %h, %t, %m, %n, %p, %P, %s, "
	    "%S, %r, %l, %i, %%\n" },
	{ "all kinds",
	    "notify: {command: sh, events: [down, up, lagged, normal, severe, "
	    "recovered]}",
	    NULL, " word=sh kinds=126" },
	{ "one kind", "notify: {command: sh, events: severe}", NULL,
	    " word=sh kinds=32" },
	{ "one of another name",
	    "notify:\n  command: sh\n  events:\n  - down\n  - UP\n", NULL,
	    "c.yaml:5: events: UP: not one of down, up, lagged, normal, "
	    "severe, recovered\n" },
	{ "no kind", "notify: {command: sh, events: []}", NULL,
	    "c.yaml:1: events: the list is empty\n" },
	{ "at once", "notify: {command: sh, parallel: 1000}", NULL,
	    " word=sh at-once=1000" },
	{ "too many at once", "notify: {command: sh, parallel: 1001}", NULL,
	    "c.yaml:1: parallel: 1001: too large\n" },
	{ "none at once", "notify: {command: sh, parallel: 0}", NULL,
	    "c.yaml:1: parallel: 0: too small\n" },
	{ "timeout", "notify: {command: sh, timeout: 2.5}", NULL,
	    " word=sh timeout=2500000" },
	{ "no timeout", "notify: {command: sh, timeout: 0.01}", NULL,
	    "c.yaml:1: timeout: 0.01: not from 0.1 seconds to a week\n" },
	{ "no retries", "notify: {command: sh, retries: 0}", NULL,
	    " word=sh retries=-1" },
	{ "retries", "notify: {command: sh, retries: 100}", NULL,
	    " word=sh retries=100" },
	{ "too many retries", "notify: {command: sh, retries: 101}", NULL,
	    "c.yaml:1: retries: 101: too large\n" },
	{ "backoff", "notify: {command: sh, backoff: 300}", NULL,
	    " word=sh backoff=300000000" },
	{ "snmp", "snmp: {rate: 0, burst: 1, agentx: tcp:h:1, oid: 1.2}", NULL,
	    " rate=0 burst=1 agentx=tcp:h:1 oid=1.2" },
	{ "its times", "snmp: {min-interval: 86400, patience: 0}", NULL,
	    " min-interval=86400 patience=0" },
	{ "its file", "include: d/i.yaml", "snmp: {state: s}", " state=d/s" },
	{ "too many of snmp",
	    "snmp:\n  rate: 10001\n  burst: 0\n  patience: 1.5\n  events: 1",
	    NULL,
	    "c.yaml:2: rate: 10001: too large\n"
	    "c.yaml:3: burst: 0: too small\n"
	    "c.yaml:4: patience: 1.5: not a whole number\n"
	    "c.yaml:5: events: there is no such key\n" },
	{ "snmp twice", "snmp: {rate: 1}\ninclude: i.yaml", "snmp: {rate: 2}",
	    "i.yaml:1: rate: this key was given already at c.yaml:1\n" },
	{ "too long a backoff", "notify: {command: sh, backoff: 300.1}", NULL,
	    "c.yaml:1: backoff: 300.1: not from 0.1 to 300 seconds\n" },
	/* The sections. */
	{ "no map", "daemon: [table]\nnotify: mail\n", NULL,
	    "c.yaml:1: daemon: not a map of keys\n"
	    "c.yaml:2: notify: not a map of keys\n" },
	{ "no keys",
	    "daemon:\n  tables: t\n  command: {sh: x}\nnotify: {log: [l]}",
	    NULL,
	    "c.yaml:2: tables: there is no such key\n"
	    "c.yaml:3: command: there is no such key\n"
	    "c.yaml:4: log: there is no such key\n" },
	{ "a list as a value", "daemon: {rate: [5]}", NULL,
	    "c.yaml:1: rate: not a single value\n" },
	{ "twice", "daemon:\n  rate: 5\n  log: l\n  rate: 6\n", NULL,
	    "c.yaml:4: rate: this key was given already at c.yaml:2\n" },
	{ "a section twice", "daemon: {}\ndaemon: {}\n", NULL,
	    "c.yaml:2: daemon: this key was given already at c.yaml:1\n" },
	{ "twice, of which one is bad", "daemon:\n  rate: x\n  rate: 6\n", NULL,
	    "c.yaml:2: rate: x: not a whole number\n"
	    "c.yaml:3: rate: this key was given already at c.yaml:2\n" },
	/* Of many files. */
	{ "a section in two files", "include: i.yaml\ndaemon: {rate: 5}",
	    "daemon: {log: l}", " rate=5 log=l" },
	{ "a key in two files", "\ndaemon: {log: l}\ninclude: i.yaml",
	    "daemon:\n  log: l\n",
	    "i.yaml:2: log: this key was given already at c.yaml:2\n" },
	{ "a command elsewhere", "notify: {events: down}\ninclude: i.yaml",
	    "notify: {command: sh}", " word=sh kinds=2" },
	{ "no command anywhere", "notify:\n  events: down\ninclude: i.yaml",
	    "notify: {timeout: 5}",
	    "c.yaml:2: events: is of no use without command\n"
	    "i.yaml:1: timeout: is of no use without command\n" },
};

START_TEST(said)
{
	const struct row *row = &cases[_i];
	struct config c = { 0 };
	struct text got;

	text_init(&got, 1000);
	read_all(&c, row->yaml, row->included);
	if (c.n_errors == 0) {
		put_conf(&got, &c.daemon);
		put_snmp(&got, &c);
	}
	unit_str(row->name, c.n_errors > 0 ? c.errors.data : got.data,
	    row->want);
	text_free(&got);
	config_free(&c);
}
END_TEST

/* One that an option of the program gave. */
START_TEST(command_of_others)
{
	static const char *const words[] = { "sh", NULL };
	struct config c = { .daemon.command = words };

	read_all(&c, "notify: {events: up}", NULL);
	ck_assert_uint_eq(c.n_errors, 0);
	ck_assert_ptr_eq(c.daemon.command, words);
	config_free(&c);
}
END_TEST

/* What people are told of as a default is the one that counts. */
START_TEST(defaults)
{
	static const struct daemon_conf want = {
		.table = "/var/lib/portstate/table",
		.events = DAEMON_EVENTS,
		.names_us = DAEMON_NAMES_US,
		.syslog = DAEMON_YES,
		.notify_parallel = DAEMON_NOTIFY_PARALLEL,
		.notify_timeout_us = DAEMON_NOTIFY_TIMEOUT_US,
		.notify_retries = DAEMON_NOTIFY_RETRIES,
		.notify_backoff_us = DAEMON_NOTIFY_BACKOFF_US,
	};
	static const struct {
		const char *section, *name, *fallback;
	} rows[] = {
#define DAEMON(section, name, type, set, fallback) { section, name, fallback },
#include "config_daemon.def"
#undef DAEMON
	};
	struct config c = { 0 };
	struct text yaml, got, wanted;
	size_t i;

	text_init(&yaml, 1000);
	text_init(&got, 1000);
	text_init(&wanted, 1000);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		if (i == 0 || strcmp(rows[i].section, rows[i - 1].section) != 0)
			text_printf(&yaml, "%s:\n", rows[i].section);
		if (rows[i].fallback != NULL)
			text_printf(&yaml, "  %s: %s\n", rows[i].name,
			    rows[i].fallback);
	}
	put("c.yaml", yaml.data);
	config_read(&c, "c.yaml");
	put_conf(&got, &c.daemon);
	put_conf(&wanted, &want);
	ck_assert_uint_eq(c.n_errors, 0);
	unit_str(yaml.data, got.data, wanted.data);
	text_free(&yaml);
	text_free(&got);
	text_free(&wanted);
	config_free(&c);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("config_daemon");

	tcase_add_checked_fixture(tc, put_directory, remove_directory);
	unit_rows(tc, said, cases);
	tcase_add_test(tc, command_of_others);
	tcase_add_test(tc, defaults);
	return unit_run("config_daemon", tc);
}
