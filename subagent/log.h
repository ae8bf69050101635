/* SPDX-License-Identifier: ISC */
/*
 * The log: where the daemon says what happens.  A process has one; only its main
 * thread says something.
 *
 * A line goes to each of
 *
 *	standard error	in the foreground
 *	a file		2026-11-23T18:08:27.042+01:00 notice: mx1/smtp is up again
 *	the system's	the journal with fields, in its own protocol, or else syslogd
 *
 * that is on.  On standard error it is as in the file, except that a journal that
 * reads it ($JOURNAL_STREAM, systemd.exec(5)) is told the level as sd-daemon(3) has
 * it, and the time by nobody; and nothing is there when it has the line already.
 *
 * Saying something never waits, fails or ends the program, and takes no memory
 * unless a reader is too slow: then up to LOG_WAITING bytes wait for each, until
 * log_flush() finds room.  What is lost in spite of that, on a full disk say, is
 * counted for each of them, and said there once it works again.
 *
 * There is no limit on lines in a second, since 10,000 entries may change in one,
 * and no event may be missing.  So who meets the same again and again says it when it
 * begins and when it ends.
 *
 * SIGPIPE and SIGXFSZ are to be blocked or ignored.
 */
#ifndef LOG_H
#define LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <syslog.h>

/* The longest line without what is in front of it, and the longest field. */
#define LOG_TEXT_MAX 2048
#define LOG_VALUE_MAX 1023
#define LOG_FIELDS_MAX 20

#define LOG_WAITING (4 << 20)

/* Strings are copied, but for the name, which is borrowed. */
struct log_conf {
	const char *name; /* of the program */
	int level;        /* what is less urgent is not said: LOG_INFO */
	bool standard_error;
	bool system;
	const char *file; /* NULL: none */

	/* NULL: /run/systemd/journal/socket and /dev/log. */
	const char *journal_socket;
	const char *syslog_socket;
};

/*
 * Says everything there from now on; before that, all goes to standard error.  It
 * may be called again, with the configuration that was read anew.  Returns NULL, or
 * the reason as static text, and then everything is as it was.
 */
const char *log_open(const struct log_conf *conf);

/*
 * Opens the file again, which was renamed, and is made again.  Returns as above: the
 * old one stays open if there is no new one.
 */
const char *log_reopen(void);

/* Tries once more what waits; then all goes to standard error again. */
void log_close(void);

/*
 * Says a line; level: LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO or LOG_DEBUG.
 * Bytes that are no printable ASCII become \xHH (printable.h); foreign words were
 * escaped before, so that it is known which is which.  errno stays.
 */
void log_say(int level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * The same, with up to LOG_FIELDS_MAX fields for the journal: upper-case names such
 * as PORTSTATE_NAME, and values, of which NULL is none.
 */
struct log_field {
	const char *name;
	const char *value;
};

void log_event(int level, const struct log_field *fields, size_t n,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/*
 * To be called some times a second: writes what waits.  Returns whether nothing
 * waits any more.
 */
bool log_flush(void);

#endif
