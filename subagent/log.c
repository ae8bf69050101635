/* SPDX-License-Identifier: ISC */
#include "log.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "printable.h"
#include "sink.h"
#include "xalloc.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"
#define SYSLOG_SOCKET "/dev/log"

/* What is in front of a line, and the newline. */
#define FRONT_MAX 512
_Static_assert(FRONT_MAX + LOG_TEXT_MAX <= PIPE_BUF,
    "lines in a pipe may be mixed up");

/* Of a field's name, with '=' and the newline. */
#define FIELD_NAME_MAX 64
_Static_assert(FRONT_MAX + LOG_TEXT_MAX +
	    LOG_FIELDS_MAX * (FIELD_NAME_MAX + LOG_VALUE_MAX) <=
	SINK_RECORD_MAX,
    "a journal's entry may be too long");

static const char *const level_names[] = {
	[LOG_EMERG] = "emergency",
	[LOG_ALERT] = "alert",
	[LOG_CRIT] = "critical",
	[LOG_ERR] = "error",
	[LOG_WARNING] = "warning",
	[LOG_NOTICE] = "notice",
	[LOG_INFO] = "info",
	[LOG_DEBUG] = "debug",
};

struct message {
	int level;
	char text[LOG_TEXT_MAX + 1];
	const struct log_field *fields;
	size_t n;
};

/* A record that is being written: there is room for the longest. */
struct record {
	char bytes[SINK_RECORD_MAX + 1];
	size_t len;
};

/* Appends the message as it is said there. */
typedef void form_fn(struct record *r, const struct message *m);

static form_fn dated, numbered, journal, syslogd;

static struct outlet {
	struct sink sink;
	form_fn *form;
} outlets[] = {
	{ { .fd = STDERR_FILENO, .max = LOG_WAITING }, dated },
	{ { .fd = -1, .max = LOG_WAITING }, dated },
	{ { .fd = -1, .max = LOG_WAITING }, journal },
};

#define OUTLETS (sizeof(outlets) / sizeof(outlets[0]))

static struct outlet *const standard_error = &outlets[0];
static struct outlet *const file = &outlets[1];
static struct outlet *const the_system = &outlets[2];

static const char *name = "portstated";
static int level_max = LOG_INFO;
static char *file_path;

static const char *open_system(const struct log_conf *);
static void choose_standard_error(bool);
static bool is_journal(int);
static void take_file(struct sink *, const char *);
static void say(int, const struct log_field *, size_t, const char *, va_list)
    __attribute__((format(printf, 4, 0)));
static void put(struct outlet *, const struct message *);
static void put_lost(struct outlet *);
static bool put_one(struct outlet *, const struct message *);
static void add(struct record *, const char *, ...)
    __attribute__((format(printf, 2, 3)));
static void add_field(struct record *, const char *, const char *);
static int64_t now(struct tm *);

const char *
log_open(const struct log_conf *conf)
{
	struct sink opened = { .fd = -1, .max = LOG_WAITING };
	const char *why = NULL;

	if (conf->file != NULL)
		why = sink_open_file(&opened, conf->file);
	if (why == NULL && conf->system)
		why = open_system(conf);
	if (why != NULL) {
		sink_close(&opened);
		return why;
	}
	if (!conf->system)
		sink_close(&the_system->sink);
	take_file(&opened, conf->file);
	choose_standard_error(conf->standard_error);
	name = conf->name;
	level_max = conf->level;
	return NULL;
}

const char *
log_reopen(void)
{
	struct sink opened = { .fd = -1, .max = LOG_WAITING };
	const char *why;

	if (file_path == NULL)
		return NULL;
	why = sink_open_file(&opened, file_path);
	if (why == NULL)
		take_file(&opened, file_path);
	return why;
}

void
log_close(void)
{
	struct sink none = { .fd = -1, .max = LOG_WAITING };

	(void)log_flush();
	take_file(&none, NULL);
	sink_close(&the_system->sink);
	choose_standard_error(true);
}

void
log_say(int level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(level, NULL, 0, fmt, ap);
	va_end(ap);
}

void
log_event(int level, const struct log_field *fields, size_t n, const char *fmt,
    ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(level, fields, n, fmt, ap);
	va_end(ap);
}

bool
log_flush(void)
{
	bool all = true;
	size_t i;

	for (i = 0; i < OUTLETS; i++) {
		all &= sink_flush(&outlets[i].sink);
		if (outlets[i].sink.lost > 0)
			put_lost(&outlets[i]);
	}
	return all;
}

static const char *
open_system(const struct log_conf *conf)
{
	const char *path = conf->journal_socket;
	const char *why;
	form_fn *form = journal;

	if (path == NULL)
		path = JOURNAL_SOCKET;
	if (access(path, F_OK) == -1) {
		form = syslogd;
		path = conf->syslog_socket;
		if (path == NULL)
			path = SYSLOG_SOCKET;
	}
	why = sink_open_socket(&the_system->sink, path);
	if (why == NULL)
		the_system->form = form;
	return why;
}

/* Its descriptor is not ours to close. */
static void
choose_standard_error(bool on)
{
	struct sink *s = &standard_error->sink;

	(void)sink_flush(s);
	standard_error->form = dated;
	if (is_journal(STDERR_FILENO)) {
		standard_error->form = numbered;
		if (the_system->sink.fd != -1 && the_system->form == journal)
			on = false;
	}
	s->fd = on ? STDERR_FILENO : -1;
}

static bool
is_journal(int fd)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char own[2 * 20 + 2];
	struct stat st;

	if (stream == NULL || fstat(fd, &st) == -1)
		return false;
	(void)snprintf(own, sizeof(own), "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino);
	return strcmp(stream, own) == 0;
}

/* The path may be that of the file that was open. */
static void
take_file(struct sink *opened, const char *path)
{
	char *copy = path != NULL ? xstrdup(path) : NULL;

	sink_close(&file->sink);
	opened->lost = file->sink.lost;
	opened->err = file->sink.err;
	file->sink = *opened;
	free(file_path);
	file_path = copy;
}

static void
say(int level, const struct log_field *fields, size_t n, const char *fmt,
    va_list ap)
{
	static char raw[LOG_TEXT_MAX + 2]; /* what is cut here is cut below */
	static struct message m;
	const int err = errno;
	size_t i;

	assert(level >= LOG_EMERG && level <= LOG_DEBUG);
	assert(n <= LOG_FIELDS_MAX);
	if (level > level_max)
		return;
	if (vsnprintf(raw, sizeof(raw), fmt, ap) < 0)
		raw[0] = '\0';
	(void)printable(m.text, sizeof(m.text), raw);
	m.level = level;
	m.fields = fields;
	m.n = n;
	for (i = 0; i < OUTLETS; i++)
		put(&outlets[i], &m);
	errno = err;
}

static void
put(struct outlet *o, const struct message *m)
{
	if (o->sink.fd == -1)
		return;
	if (o->sink.lost > 0)
		put_lost(o);
	(void)put_one(o, m);
}

/* What cannot be said now stays to be said, and does not count itself. */
static void
put_lost(struct outlet *o)
{
	static struct message m = { .level = LOG_WARNING };
	const uint64_t lost = o->sink.lost;

	(void)snprintf(m.text, sizeof(m.text),
	    "%" PRIu64 " line%s could not be written here: %s", lost,
	    lost == 1 ? "" : "s", strerror(o->sink.err));
	o->sink.lost = 0;
	if (!put_one(o, &m))
		o->sink.lost += lost - 1;
}

static bool
put_one(struct outlet *o, const struct message *m)
{
	static struct record r;

	r.len = 0;
	o->form(&r, m);
	return sink_put(&o->sink, r.bytes, r.len);
}

/* RFC 3339, in local time. */
static void
dated(struct record *r, const struct message *m)
{
	struct tm tm;
	int64_t us = now(&tm) % CLOCK_SECOND;
	long minutes = labs(tm.tm_gmtoff) / 60;

	add(r, "%04d-%02d-%02dT%02d:%02d:%02d.%03d%c%02ld:%02ld %s: %s\n",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
	    tm.tm_sec, (int)(us / CLOCK_MILLISECOND),
	    tm.tm_gmtoff < 0 ? '-' : '+', minutes / 60, minutes % 60,
	    level_names[m->level], m->text);
}

static void
numbered(struct record *r, const struct message *m)
{
	add(r, "<%d>%s\n", m->level, m->text);
}

/*
 * The journal's protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL): a field is a line, as
 * long as its value is none of several, and ours have no newline.
 */
static void
journal(struct record *r, const struct message *m)
{
	size_t i;

	add(r,
	    "MESSAGE=%s\nPRIORITY=%d\nSYSLOG_FACILITY=%d\n"
	    "SYSLOG_IDENTIFIER=%s\n",
	    m->text, m->level, LOG_DAEMON >> 3, name);
	for (i = 0; i < m->n; i++)
		if (m->fields[i].value != NULL)
			add_field(r, m->fields[i].name, m->fields[i].value);
}

/* What syslog(3) sends, which may wait for syslogd. */
static void
syslogd(struct record *r, const struct message *m)
{
	char date[32] = "";
	struct tm tm;

	(void)now(&tm);
	(void)strftime(date, sizeof(date), "%b %e %H:%M:%S", &tm);
	add(r, "<%d>%s %s[%ld]: %s", LOG_DAEMON | m->level, date, name,
	    (long)getpid(), m->text);
}

/* Microseconds since 1970, and their local date. */
static int64_t
now(struct tm *tm)
{
	int64_t us = clock_wall_us();
	time_t at = (time_t)(us / CLOCK_SECOND);

	if (localtime_r(&at, tm) == NULL)
		*tm = (struct tm){ .tm_mday = 1 };
	return us;
}

static void
add(struct record *r, const char *fmt, ...)
{
	size_t room = sizeof(r->bytes) - r->len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(r->bytes + r->len, room, fmt, ap);
	va_end(ap);
	assert(n >= 0 && (size_t)n < room);
	r->len += (size_t)n;
}

static void
add_field(struct record *r, const char *field, const char *value)
{
	char text[LOG_VALUE_MAX + 1];

	assert(strlen(field) < FIELD_NAME_MAX - 1);
	(void)printable(text, sizeof(text), value);
	add(r, "%s=%s\n", field, text);
}
