/* SPDX-License-Identifier: ISC */
/*
 * What a check of one port is told to do: its options as they are given, and
 * what follows from them together.
 */
#ifndef SETTINGS_H
#define SETTINGS_H

#include "dns_query.h"
#include "inquiry.h"
#include "options.h"
#include "proto.h"
#include "report.h"
#include "sock.h"
#include "tls.h"

/* What leads to TLS, and then as many as people can write. */
#define SETTINGS_STEPS_MAX (DIALOGUE_STEPS_MAX + 10)

#define SETTINGS_MAX_BYTES_MAX (INT64_C(1) << 30)

struct settings {
	/* As given. */
	const char *program;
	const struct proto *proto;       /* of streams */
	const struct datagram *datagram; /* NULL: none was named */
	bool other_port;
	struct dns_want dns;
	bool has_dns;
	const char *host;
	uint16_t port;
	int family;
	const char *send;
	const char *send_hex;
	const char *quit;
	bool escape;
	struct pattern patterns[EXPECT_MAX];
	size_t n_patterns;
	bool all;
	struct script script;
	const char *dialogue_file;
	int64_t delay_us;
	int64_t quiet_us;
	int64_t max_bytes;
	int64_t timeout_us;
	struct policy policy;
	enum expected expected;
	/* States that were given, which come before all others. */
	enum state given[OUTCOME_COUNT];
	bool is_given[OUTCOME_COUNT];
	struct sock_conf sock;
	bool use_tls;
	bool starttls;
	struct tls_conf tls;
	struct series series;
	report_fn *report;
	const char *text;
	bool has_perfdata;
	bool full;
	unsigned verbosity;
	bool jail;
	bool help;
	bool version;

	/* Made of it. */
	char service[sizeof(((struct proto *)NULL)->name)];
	struct bytes sent; /* by -s and its like */
	struct step steps[SETTINGS_STEPS_MAX];
	struct pattern expected_patterns[EXPECT_MAX];
	struct dialogue dialogue;
	struct payload payload;
	struct inquiry inquiry;
	struct target target;
	struct options options;
};

/*
 * The defaults, and the table of the options; argv0, by which a program is
 * called, may name a protocol of streams.
 */
void settings_init(struct settings *set, const char *argv0);
void settings_init_datagram(struct settings *set, const char *argv0);

/* Frees what options made; a program that ends need not. */
void settings_clear(struct settings *set);

/* Checks that protocol; NULL: there is none of the name that was given. */
void settings_use(struct settings *set, const struct proto *p);

/*
 * When all options are set: makes of them what is to be done, for a check that
 * began at start_us.  On an error *error says in one line which option and why.
 */
bool settings_complete(struct settings *set, int64_t start_us,
    struct text *error);
bool settings_complete_datagram(struct settings *set, int64_t start_us,
    struct text *error);

/* Parts of that, for both; the bytes live as long as the program. */
bool settings_complete_host(struct settings *set, struct text *error);
bool settings_decode(const char *option, bool escape, const char *s,
    struct bytes *out, const char *end, struct text *error);
bool settings_decode_hex(const char *s, struct bytes *out, struct text *error);

#endif
