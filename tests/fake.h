/* SPDX-License-Identifier: ISC */
/*
 * Fake servers for unit tests: runs tests/fakeserver as a child.  Its manual,
 * the script language and the log are at the top of fakeserver.c.
 *
 *	struct fake *f = fake_start("tcp4 say 'hello\r\n' close", NULL);
 *	... connect to 127.0.0.1, port fake_port(f, 0) ...
 *	ck_assert(fake_wait_log(f, "closed 0 #1"));
 *	ck_assert_uint_eq(fake_count(f, "accept", 0), 1);
 *	fake_stop(f);
 *
 * The program is $FAKESERVER, or else FAKESERVER_PATH, which the build may give
 * (tests/fakeserver).
 * What cannot work (no such program, a bad script, no such listener) is a bug
 * of the test: one line on stderr, then abort().  The child never outlives the
 * test: it ends when the pipe to its stdin closes, however the test ends.
 */
#ifndef FAKE_H
#define FAKE_H

#include <stdbool.h>
#include <stdint.h>

struct fake;

/*
 * Starts one listener for each script of the NULL-terminated list, numbered
 * from 0, and returns once all of them listen.  The caller ends it with
 * fake_stop.
 */
__attribute__((sentinel)) struct fake *fake_start(const char *script, ...);

/* The port of that listener in host order; 0 for a unix one. */
uint16_t fake_port(const struct fake *fake, unsigned listener);

/*
 * The path of that unix listener, or the address in numbers of another one.
 * Lives as long as fake.
 */
const char *fake_path(const struct fake *fake, unsigned listener);

/* All the log so far; the caller frees it. */
char *fake_log(struct fake *fake);

/* How many lines of the log so far are this event of this listener. */
unsigned fake_count(struct fake *fake, const char *event, unsigned listener);

/*
 * Waits until the log holds text (part of a line will do), at most 5 s; false
 * if it did not come.
 */
bool fake_wait_log(struct fake *fake, const char *text);

/* Ends the server, waits for it and frees fake; takes NULL. */
void fake_stop(struct fake *fake);

#endif
