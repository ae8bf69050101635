/* SPDX-License-Identifier: ISC */
/*
 * Many results of one target, from retries, several probes and several
 * addresses, as one: what is told of them, and their figures.
 */
#ifndef SERIES_H
#define SERIES_H

#include "verdict.h"

/* The results of one address, or of all if they are not told apart. */
struct member {
	struct result told; /* the worst, or the first of them; a copy */
	enum state state;   /* of its outcome */
	int64_t try_us;     /* what its try was allowed to take */
	unsigned asked;
	unsigned ok;
	unsigned answered;
	/* Response times of those that answered. */
	int64_t sum_us;
	int64_t min_us;
	int64_t max_us;
	/* How long certificates are valid, of the first of all to expire. */
	bool has_certs;
	int64_t cert_left_s;
};

struct series {
	/* What is wanted; set by the owner. */
	unsigned probes;
	unsigned retries; /* of each, while it is not OK */
	int64_t retry_wait_us;
	bool by_address;
	const struct policy *policy;

	unsigned done;    /* probes that have ended */
	unsigned tries;   /* of the present one */
	unsigned retried; /* in all */
	struct member *members;
	size_t n;

	/* The results of the present try. */
	struct member *round;
	size_t n_round;
};

enum series_step {
	SERIES_ASK,
	SERIES_RETRY, /* ask after retry_wait_us */
	SERIES_DONE,
};

/* What to do at the beginning, and after all results of a try were told. */
enum series_step series_next(struct series *s);

/* This try is the last. */
void series_end(struct series *s);

/* How much of the time that is left the next try may take. */
int64_t series_share(const struct series *s, int64_t left_us);

/* Tells a result of the present try, which may take try_us. */
void series_tell(struct series *s, const struct result *r, int64_t try_us);

/*
 * Of all members the one whose verdict is the worst, the slowest of equals; its
 * response time is the average, and it has the attempts of all.  To be called
 * once, of a series in which something was told.
 */
const struct member *series_worst(struct series *s);

/* What a member is worth: its outcome, and its average response time. */
struct verdict series_verdict(const struct series *s, const struct member *m);

/* How many members are OK. */
size_t series_ok(const struct series *s);

/* All members' figures together; told is of no meaning. */
struct member series_sum(const struct series *s);

void series_free(struct series *s);

#endif
