/* SPDX-License-Identifier: ISC */
/*
 * The truth harness for port sets: random peers on ports of one host and on
 * Unix sockets, asked by check_portset in one run with random expectations and
 * options.  The truth about each is known, and neither an entry nor the run may
 * be called OK when it is not.
 *
 * A tenth of TRUTH_COUNT runs (25) from TRUTH_SEED, which is printed; PLUGINDIR
 * has the program (plugins).
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "fake.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define PEERS_MAX 12
#define OUTPUT_MAX (256 * 1024)

/* The protocol that a port is asked for. */
enum proto {
	PLAIN,
	SMTP,
	SMTPS,
};

static const char *const protos[] = { "", "/smtp", "/smtps" };

/*
 * What a peer does, and how asking it may end, by protocol; none of them speaks
 * TLS.
 */
static const struct kind {
	const char *words;
	const char *ends[3][2]; /* a slow machine may take a second way */
} kinds[] = {
	{ "say '220 hi\\r\\n'",
	    { { "ok" }, { "ok", "stalled" }, { "tls-failed", "stalled" } } },
	{ "slow 1 5 '220 hi\\r\\n'",
	    { { "ok" }, { "ok", "stalled" }, { "tls-failed", "stalled" } } },
	{ "say '500 no\\r\\n'",
	    { { "ok" }, { "mismatch", "stalled" },
		{ "tls-failed", "stalled" } } },
	{ "say '22' close",
	    { { "ok" }, { "mismatch", "stalled" },
		{ "tls-failed", "stalled" } } },
	{ "silent", { { "ok" }, { "stalled" }, { "stalled" } } },
	{ "noaccept", { { "ok" }, { "stalled" }, { "stalled" } } },
	{ "close",
	    { { "ok" }, { "no-data", "stalled" },
		{ "tls-failed", "stalled" } } },
	{ "reset",
	    { { "ok" }, { "reset", "no-data" }, { "tls-failed", "reset" } } },
	{ "closed", { { "refused" }, { "refused" }, { "refused" } } },
	{ "full", { { "timeout" }, { "timeout" }, { "timeout" } } },
};

/* What is expected, and of which outcome it is met. */
static const char *const expectations[] = { "open", "closed", "filtered",
	"any" };

struct peer {
	const struct kind *kind;
	unsigned expected;
	bool is_unix;
	enum proto proto;
	char name[160];
};

static unsigned seed;
static bool has_tls; /* the program */

static unsigned
below(unsigned n)
{
	seed = seed * 1664525U + 1013904223U;
	return (seed >> 8) % n;
}

static bool
met(const char *outcome, unsigned expected)
{
	bool open = strcmp(outcome, "refused") != 0 &&
	    strcmp(outcome, "timeout") != 0;

	switch (expected) {
	case 0:
		return strcmp(outcome, "ok") == 0;
	case 1:
		return strcmp(outcome, "refused") == 0;
	case 2:
		return strcmp(outcome, "timeout") == 0;
	default:
		return open || strcmp(outcome, "refused") == 0 ||
		    strcmp(outcome, "timeout") == 0;
	}
}

/* Whether the program was built with TLS. */
static bool
find_tls(void)
{
	const char *dir = getenv("PLUGINDIR");
	char line[4096], said[4096];
	size_t len;
	FILE *p;

	(void)snprintf(line, sizeof(line),
	    "%s/check_portset -p 1/smtps=any -t 1 2>&1",
	    dir != NULL ? dir : "plugins");
	p = popen(line, "re");
	if (p == NULL)
		abort();
	len = fread(said, 1, sizeof(said) - 1, p);
	said[len] = '\0';
	(void)pclose(p);
	return strstr(said, "has no TLS") == NULL;
}

/* Starts n peers of random kinds; fake_start() wants a list of fixed length. */
static struct fake *
start(struct peer *peers, size_t n, bool v6)
{
	static char scripts[PEERS_MAX][64];
	const char *list[PEERS_MAX + 1] = { NULL };
	size_t i;

	for (i = 0; i < n; i++) {
		struct peer *p = &peers[i];

		p->kind = &kinds[below(ARRAY_SIZE(kinds))];
		p->expected = below(ARRAY_SIZE(expectations));
		p->is_unix = below(5) == 0;
		if (!p->is_unix && below(2) == 0)
			p->proto = has_tls && below(2) == 0 ? SMTPS : SMTP;
		(void)snprintf(scripts[i], sizeof(scripts[i]), "%s %s",
		    p->is_unix ? "unix"
			: v6   ? "tcp6"
			       : "tcp4",
		    p->kind->words);
		list[i] = scripts[i];
	}
	return fake_start(list[0], list[1], list[2], list[3], list[4], list[5],
	    list[6], list[7], list[8], list[9], list[10], list[11], NULL);
}

/* The command line, and the name of each entry. */
static void
command(char *out, size_t size, struct fake *f, struct peer *peers, size_t n,
    const char *host)
{
	const char *dir = getenv("PLUGINDIR");
	size_t i, len;

	len = (size_t)snprintf(out, size,
	    "%s/check_portset -H %s --format json --probe-timeout 0.%u%s%s",
	    dir != NULL ? dir : "plugins", host, 4 + below(4),
	    below(3) == 0 ? " --hedge" : "",
	    below(3) == 0 ? " --retries 1" : "");
	if (below(3) == 0)
		len += (size_t)snprintf(out + len, size - len, " --parallel %u",
		    1 + below(4));
	len += (size_t)snprintf(out + len, size - len, " -p ");
	for (i = 0; i < n; i++) {
		struct peer *p = &peers[i];

		if (p->is_unix)
			(void)snprintf(p->name, sizeof(p->name), "%s",
			    fake_path(f, (unsigned)i));
		else
			(void)snprintf(p->name, sizeof(p->name), "%s/tcp/%u",
			    host, fake_port(f, (unsigned)i));
		len += (size_t)snprintf(out + len, size - len, "%s%s%s%s=%s",
		    i > 0 ? "," : "", p->is_unix ? "unix:" : "tcp:",
		    p->is_unix ? p->name : strrchr(p->name, '/') + 1,
		    protos[p->proto], expectations[p->expected]);
	}
	(void)snprintf(out + len, size - len, " 2>&1");
}

/* The value of a member of the entry of that name, up to its end. */
static bool
member(const char *json, const char *name, const char *key, char *out,
    size_t size)
{
	char wanted[256];
	const char *at, *end;

	(void)snprintf(wanted, sizeof(wanted), "{\"name\":\"%s\"", name);
	at = strstr(json, wanted);
	(void)snprintf(wanted, sizeof(wanted), "\"%s\":", key);
	at = at != NULL ? strstr(at, wanted) : NULL;
	if (at == NULL)
		return false;
	at += strlen(wanted);
	at += *at == '"';
	end = at + strcspn(at, "\",}");
	(void)snprintf(out, size, "%.*s", (int)(end - at), at);
	return true;
}

static bool
judge_entry(const struct peer *p, const char *json, bool *is_met)
{
	char outcome[32], ok[8];
	const char *const *ends;
	bool allowed;

	if (!member(json, p->name, "outcome", outcome, sizeof(outcome)) ||
	    !member(json, p->name, "ok", ok, sizeof(ok))) {
		printf("# %s: not told\n", p->name);
		return false;
	}
	/* A Unix socket whose queue is full keeps us waiting, too. */
	ends = p->kind->ends[p->proto];
	allowed = strcmp(outcome, ends[0]) == 0 ||
	    (ends[1] != NULL && strcmp(outcome, ends[1]) == 0);
	*is_met = met(outcome, p->expected);
	if (!allowed || *is_met != (strcmp(ok, "true") == 0)) {
		printf("# %s, %s %s, expected %s: told %s, ok %s\n", p->name,
		    p->kind->words, protos[p->proto], expectations[p->expected],
		    outcome, ok);
		return false;
	}
	return true;
}

static bool
play(void)
{
	static char json[OUTPUT_MAX];
	struct peer peers[PEERS_MAX] = { 0 };
	size_t i, len, n = 1 + below(PEERS_MAX);
	bool v6 = below(4) == 0, good = true, all = true;
	char line[8192];
	struct fake *f;
	int status;
	FILE *p;

	f = start(peers, n, v6);
	command(line, sizeof(line), f, peers, n, v6 ? "::1" : "127.0.0.1");
	p = popen(line, "re");
	if (p == NULL)
		abort();
	len = fread(json, 1, sizeof(json) - 1, p);
	json[len] = '\0';
	status = pclose(p);
	for (i = 0; i < n; i++) {
		bool is_met = false;

		good &= judge_entry(&peers[i], json, &is_met);
		all &= is_met;
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) != (all ? 0 : 2)) {
		printf("# status %#x, and all are %sas expected\n", status,
		    all ? "" : "not ");
		good = false;
	}
	if (!good)
		printf("# %s\n# %s\n", line, json);
	fake_stop(f);
	return good;
}

int
main(void)
{
	const char *count = getenv("TRUTH_COUNT"),
		   *given = getenv("TRUTH_SEED");
	long i, n = count != NULL ? strtol(count, NULL, 10) / 10 : 25;
	bool all = true;

	seed = given != NULL ? (unsigned)strtoul(given, NULL, 10)
			     : (unsigned)time(NULL);
	has_tls = find_tls();
	printf("# TRUTH_SEED=%u\n1..%ld\n", seed, n);
	for (i = 1; i <= n; i++) {
		unsigned now = seed;
		bool good = play();

		printf("%sok %ld - a set of ports%s", good ? "" : "not ", i,
		    good ? "\n" : "");
		if (!good)
			printf(", TRUTH_SEED=%u\n", now);
		(void)fflush(stdout);
		all &= good;
	}
	return all ? 0 : 1;
}
