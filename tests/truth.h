/* SPDX-License-Identifier: ISC */
/*
 * The truth harness: random peers against random options of check_tcp, and
 * what may truly be said of them.
 *
 * truth_case.c makes a case, truth_model.c knows what is true of it, and
 * truth.c plays it and compares.  Nothing of the library is used, but for the
 * names of the outcomes.
 */
#ifndef TRUTH_H
#define TRUTH_H

#include <stdbool.h>
#include <stddef.h>

#include "outcome.h"

/*
 * By how much a busy machine may delay anything that happens, in milliseconds:
 * what depends on less is not known, and both are true.
 */
#define AMPLE_MS 1500

#define BYTES_MAX 64
#define ACTS_MAX 8
#define EXPECTED_MAX 3
#define SCRIPT_MAX 4096
#define ARGS_MAX 48
#define ARG_SIZE 128

struct string {
	char data[BYTES_MAX];
	size_t len;
};

enum transport {
	TCP4,
	TCP6,
	UNIX,
};

/* What there is at the address. */
enum listener {
	SERVES,
	CLOSED,
	FULL,
	NOACCEPT,
	MISSING, /* the path */
};

/* What a peer does, as fakeserver's script has it. */
enum act_kind {
	SAY,
	SLOW,   /* so many bytes at a time, one piece every ms */
	WAIT,   /* ms */
	EXPECT, /* goes on when these bytes have come */

	/* The last one. */
	SILENT,
	HOLD,
	CLOSE,
	SHUTDOWN,
	RESET,
	ENDLESS,
	TRICKLE, /* the bytes every ms */
	ECHO,
};

struct act {
	enum act_kind kind;
	struct string bytes;
	unsigned piece;
	unsigned ms;
};

struct peer {
	enum transport transport;
	enum listener listener;
	struct act acts[ACTS_MAX];
	size_t n;
};

/* A limit of the response time that is always or never exceeded. */
enum limit {
	NO_LIMIT,
	NEVER,
	ALWAYS,
};

struct options {
	struct string expected[EXPECTED_MAX];
	size_t n_expected;
	bool all;
	bool ftp; /* --protocol: 220 is expected, at the beginning */
	struct string send;
	const char *quit; /* NULL: none */
	long delay_ms;
	size_t max_bytes; /* 0: not given */
	long wait_ms;     /* -1: not given; 0: until the deadline */
	long timeout_ms;
	enum state refused;
	enum state mismatch;
	enum state timeout;
	enum limit warning;
	enum limit critical;
	bool jail;
	unsigned verbose;
	bool multi_line;
	bool by_name; /* the host is localhost */
};

struct truth_case {
	unsigned seed;
	unsigned number;
	struct peer peer;
	struct options options;
};

/* In all that a peer says to one with -j, and nowhere else. */
#define SECRET "ZQZ"

/* What this machine has. */
struct machine {
	bool ipv6;
	bool localhost; /* is 127.0.0.1 */
};

/* The same for the same seed, number and machine. */
void case_make(struct truth_case *c, unsigned seed, unsigned number,
    const struct machine *machine);

/* The script of its peer. */
void case_script(const struct truth_case *c, char script[SCRIPT_MAX]);

/*
 * The options for a peer at this address, "path" or number and port, NULL at
 * the end.  The strings are in args.
 */
void case_argv(const struct truth_case *c, const char *program,
    const char *path, unsigned port, char args[ARGS_MAX][ARG_SIZE],
    char *argv[ARGS_MAX + 1]);

/*
 * The outcomes, a bit each, that can truly be told if nothing is delayed by
 * more than ample_ms.  *end_ms is the latest time at which it ends otherwise.
 */
unsigned long model_outcomes(const struct truth_case *c, long ample_ms,
    long *end_ms);

/* The state of that outcome, and whether it has a response time. */
enum state model_state(const struct truth_case *c, enum outcome o);
bool model_timed(enum outcome o);

#endif
