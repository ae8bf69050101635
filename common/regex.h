/* SPDX-License-Identifier: ISC */
/*
 * Regular expressions: whether a line of an answer matches one.
 *
 * They are the extended ones of POSIX with \w \W \s \S \< \> as in grep -E, and
 * \d \D \t \n \r \f \a \e besides; bytes are compared, of whatever value, in no
 * locale.  What POSIX leaves undefined is refused, and so are back-references.
 *
 * A line ends with "\n" or "\r\n", which is not matched; any other "\r" is.  The
 * last one needs neither when the answer has ended.
 */
#ifndef REGEX_H
#define REGEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct regex;

/* How far an answer has been searched; zero before the first byte. */
struct regex_progress {
	size_t line; /* where the line begins that is not complete */
	size_t seen; /* bytes in which its end was looked for */
};

/*
 * NULL when there cannot be one, with the reason in *why, a static text.  What
 * would take more than some megabytes or microseconds a byte is refused.
 */
struct regex *regex_new(const char *pattern, const char **why);

/* r may be NULL. */
void regex_free(struct regex *r);

/*
 * Whether a line matches in the first len bytes of an answer, which has only
 * grown since the last call with the same progress and did not match then.
 * ended: nothing more will come.  Each line is searched once, when it is
 * complete; of a line only the first 64 KiB are: what is longer has no end that
 * $ could match, and none is searched for a pattern with \< or \>.  With a
 * progress of zero all is searched.  *progress then says where the line begins
 * that matches.
 */
bool regex_matches(const struct regex *r, struct regex_progress *progress,
    const void *answer, size_t len, bool ended);

#endif
