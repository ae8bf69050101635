/* SPDX-License-Identifier: ISC */
/*
 * The names of a run: each is resolved once, whoever asks and however often,
 * or, where names age, once an age.
 *
 * Who asks for a name whose age is over gets the addresses as they were, and
 * they are renewed meanwhile; only a name without addresses is waited for.  So
 * a name costs one question an age if it is asked for often, and none if it is
 * not; and addresses are no older than their age and the time since somebody
 * asked for them.
 *
 * An age is the TTL (RFC 2181 section 8) where DNS has told it, from
 * NAMES_AGE_MIN_US to NAMES_AGE_MAX_US, else what the owner says.  While they
 * cannot be renewed, be it our own fault or the name service's, addresses stay
 * for NAMES_KEPT_AGES of the owner's more; once it says that there are none,
 * they are gone.  It is asked again NAMES_RETRY_US later while there are such, and
 * NAMES_FAILED_US later without, so that who asks again, to be sure, gets another
 * answer; or after an age of the owner's if that is sooner.
 */
#ifndef NAMES_H
#define NAMES_H

#include "addr.h"
#include "clock.h"
#include "poller.h"
#include "timer.h"

#define NAMES_AGE_MIN_US (5 * CLOCK_SECOND)
#define NAMES_AGE_MAX_US (3600 * CLOCK_SECOND)
#define NAMES_KEPT_AGES 10
#define NAMES_RETRY_US (30 * CLOCK_SECOND)
#define NAMES_FAILED_US CLOCK_SECOND

/*
 * A name that nobody asked for in so many ages of the owner's may be dropped: no
 * more names are kept than about twice those in use.
 */
#define NAMES_UNUSED_AGES 20

struct name {
	struct timer timer; /* first; the owner's, as is waiters */
	void *waiters;
	char *host;
	int family;
	bool known;  /* the rest says what came back */
	bool failed; /* n is 0, and why is our own fault, not the name's */
	struct addr *addrs;
	size_t n;
	char *why;        /* of a name without addresses */
	int64_t asked_us; /* the last time */
	int64_t took_us;  /* what came back */
};

struct names;
struct lookup_bulk;

/* Told whenever a name is known that names_find() returned while it was not. */
typedef void names_fn(void *ctx, struct name *n, int64_t now_us);

/*
 * bulk is for many names at once; NULL: there is none.  age_us: how long
 * addresses are good where that is not told; 0: all are for ever, and what has
 * failed has.
 */
struct names *names_new(struct poller *p, const struct lookup_bulk *bulk,
    int64_t age_us, names_fn *known, void *ctx);
/* The names go with it. */
void names_free(struct names *ns);

/*
 * The name, which is asked for if it is new or too old; it may be known at
 * once.  host is copied.  The addresses live until the next call or wait; the
 * name too, if it is known.
 */
struct name *names_find(struct names *ns, const char *host, int family,
    int64_t now_us);

/* How many are kept. */
size_t names_count(const struct names *ns);

#endif
