/* SPDX-License-Identifier: ISC */
/*
 * The truth harness for datagrams: random peers on UDP ports, asked by check_udp
 * with random options.  What each of them says in time is known, and OK may not
 * be told of anything else.
 *
 * A tenth of TRUTH_COUNT groups (30) of 10 cases from TRUTH_SEED, which is
 * printed; PLUGINDIR has the program (plugins).
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "fake.h"
#include "outcome.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define BIT(o) (1UL << (o))

#define GROUP 10
#define ACTS_MAX 4
#define WORD_MAX 12 /* bytes that are sent, said or expected */
#define SCRIPT_MAX 512
#define LINE_MAX_SIZE 2048
#define OUTPUT_MAX 8192

/* Among those that the kernel chooses, the one port that has a protocol. */
#define WIREGUARD 51820

/* What a peer does with each datagram; nobody waits for it so LONG. */
enum act_kind {
	REPLY,
	TWICE,
	OTHER_PORT,
	ECHO,
	EXPECT, /* goes on when the datagram has these bytes */
	SHORT,
	LONG,
	ACT_KINDS,
};

static const char *const words[] = {
	[REPLY] = "reply",
	[TWICE] = "twice",
	[OTHER_PORT] = "reply-from-other",
	[ECHO] = "echo",
	[EXPECT] = "expect",
	[SHORT] = "wait 10",
	[LONG] = "wait 15000",
};

/* Protocols whose answers nobody gives by chance, or with an echo. */
static const struct {
	const char *name;
	bool demanded;
} protocols[] = {
	{ "echo", true },
	{ "dns", true },
	{ "ntp", true },
	{ "kerberos", true },
	{ "rpcbind", true },
	{ "netbios-ns", true },
	{ "snmp", false },
	{ "cldap", true },
	{ "quic", true },
	{ "isakmp", false },
	{ "ipmi", true },
	{ "openvpn", false },
	{ "l2tp", false },
	{ "radius", false },
	{ "stun", true },
	{ "sip", true },
	{ "coap", true },
	{ "dtls", false },
	{ "memcached", true },
	{ "syslog", false },
};

static const char *const states[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

struct act {
	enum act_kind kind;
	char bytes[WORD_MAX + 1];
};

struct test {
	/* The peer. */
	bool v6;
	bool closed;
	struct act acts[ACTS_MAX];
	size_t n;
	char script[SCRIPT_MAX];

	/* The options. */
	int protocol; /* -1: none */
	char send[WORD_MAX + 1];
	char expected[2][WORD_MAX + 1];
	size_t n_expected;
	bool all;
	bool any_port;
	bool verbose;
	bool always_slow; /* -w is exceeded by any time */
	bool silent_ok;
	size_t max_bytes; /* 0: not given */
	unsigned refused;
	unsigned mismatch;
	unsigned late;
	unsigned timeout_ms;
	char line[LINE_MAX_SIZE];

	unsigned long allowed; /* outcomes */
	char output[OUTPUT_MAX];
};

/* What came of the acts. */
struct said {
	bool right;
	bool right_first;
	bool something; /* that is wrong */
	bool nothing;   /* an empty datagram, which is wrong */
};

static unsigned seed;

static unsigned
below(unsigned n)
{
	seed = seed * 1664525U + 1013904223U;
	return (seed >> 8) % n;
}

/* Of few letters: what is expected is often there, or nearly. */
static void
letters(char *to, unsigned min, unsigned max)
{
	static const char few[] = "abab|\\ 2";
	unsigned i, n = min + below(max - min + 1);

	for (i = 0; i < n; i++)
		to[i] = few[below(below(4) == 0 ? sizeof(few) - 1 : 2)];
	to[n] = '\0';
}

/* Making. */

static void
make_options(struct test *t)
{
	size_t i;

	t->protocol = below(3) == 0 ? (int)below(ARRAY_SIZE(protocols)) : -1;
	if (t->protocol == -1) {
		if (below(3) > 0)
			letters(t->send, 1, 8);
		t->n_expected = below(3);
		for (i = 0; i < t->n_expected; i++)
			letters(t->expected[i], 1, 3);
		t->all = below(3) == 0;
		if (below(4) == 0)
			t->max_bytes = 1 + below(6);
	}
	t->any_port = below(3) == 0;
	t->verbose = below(3) > 0;
	t->always_slow = below(4) == 0;
	t->silent_ok = below(4) == 0;
	t->refused = below(3) == 0 ? below(3) : 2;
	t->mismatch = below(3) == 0 ? below(3) : 1;
	t->late = below(5) == 0 ? below(4) : 9;
}

static void
make_peer(struct test *t)
{
	char *bytes;
	size_t i;

	t->v6 = below(4) == 0;
	t->closed = below(8) == 0;
	t->n = below(ACTS_MAX + 1);
	for (i = 0; i < t->n; i++) {
		t->acts[i].kind = (enum act_kind)below(ACT_KINDS);
		/* What a protocol sends may have any bytes. */
		if (t->acts[i].kind == EXPECT && t->protocol != -1)
			t->acts[i].kind = SHORT;
		bytes = t->acts[i].bytes;
		switch (t->acts[i].kind) {
		case EXPECT:
			if (t->send[0] != '\0' && below(4) > 0)
				strcpy(bytes, t->send);
			else
				letters(bytes, 1, 2);
			break;
		case REPLY:
		case TWICE:
		case OTHER_PORT:
			letters(bytes, 0, 6);
			if (t->n_expected > 0 && below(2) == 0)
				strcat(bytes, t->expected[0]);
			if (t->n_expected > 1 && below(2) == 0)
				strcat(bytes, t->expected[1]);
			break;
		default:
			break;
		}
	}
}

static void
make_script(struct test *t)
{
	char *at = t->script, *end = t->script + SCRIPT_MAX;
	const char *s;
	size_t i;

	at += snprintf(at, SCRIPT_MAX, "%s%s", t->v6 ? "udp6" : "udp4",
	    t->closed ? " closed" : "");
	for (i = 0; i < t->n && !t->closed; i++) {
		at += snprintf(at, (size_t)(end - at), " %s",
		    words[t->acts[i].kind]);
		if (t->acts[i].kind > EXPECT || t->acts[i].kind == ECHO)
			continue;
		at += snprintf(at, (size_t)(end - at), " '");
		for (s = t->acts[i].bytes; *s != '\0'; s++)
			at += snprintf(at, (size_t)(end - at), "\\x%02x",
			    (unsigned char)*s);
		at += snprintf(at, (size_t)(end - at), "'");
	}
}

/* What is true. */

/* Whether it is what is wanted, in so far as it is looked at. */
static bool
matches(const struct test *t, const char *bytes)
{
	char seen[WORD_MAX + 1];
	size_t i, found = 0;

	if (t->n_expected == 0)
		return true;
	(void)snprintf(seen, sizeof(seen), "%.*s",
	    (int)(t->max_bytes > 0 ? t->max_bytes : WORD_MAX), bytes);
	for (i = 0; i < t->n_expected; i++)
		found += strstr(seen, t->expected[i]) != NULL;
	return t->all ? found == t->n_expected : found > 0;
}

static void
hear(const struct test *t, const char *bytes, bool echo, struct said *said)
{
	bool wrong_before = said->something || said->nothing;
	bool right = t->protocol == -1
	    ? matches(t, bytes)
	    : echo && strcmp(protocols[t->protocol].name, "echo") == 0;

	if (right) {
		said->right_first |= !wrong_before;
		said->right = true;
	} else if (bytes[0] != '\0' || echo) {
		said->something = true;
	} else {
		said->nothing = true;
	}
}

static struct said
listen(const struct test *t)
{
	struct said said = { 0 };
	size_t i;

	for (i = 0; i < t->n && t->acts[i].kind != LONG; i++) {
		const struct act *a = &t->acts[i];

		if (a->kind == EXPECT && strstr(t->send, a->bytes) == NULL)
			break;
		if (a->kind == ECHO)
			hear(t, t->send, t->protocol != -1, &said);
		else if (a->kind == REPLY || a->kind == TWICE ||
		    (a->kind == OTHER_PORT && t->any_port))
			hear(t, a->bytes, false, &said);
	}
	return said;
}

static bool
demanded(const struct test *t)
{
	return t->protocol == -1 ? t->n_expected > 0
				 : protocols[t->protocol].demanded;
}

/*
 * A slow machine may not hear in time what is wrong anyway.  What a protocol
 * thinks of a wrong answer is not known here, but that it is one.
 */
static unsigned long
outcomes(const struct test *t)
{
	unsigned long silence = BIT(demanded(t) ? OUTCOME_NO_REPLY
						: OUTCOME_SILENT);
	struct said said = listen(t);

	if (t->closed)
		return BIT(OUTCOME_REFUSED);
	if (said.right_first || (said.right && t->protocol == -1))
		return BIT(OUTCOME_OK);
	if (said.right)
		return BIT(OUTCOME_OK) | BIT(OUTCOME_MISMATCH);
	if (t->protocol != -1 && (said.something || said.nothing))
		return silence | BIT(OUTCOME_MISMATCH) | BIT(OUTCOME_NO_DATA);
	if (said.something)
		return silence | BIT(OUTCOME_MISMATCH);
	return said.nothing ? silence | BIT(OUTCOME_NO_DATA) : silence;
}

static unsigned
state_of(const struct test *t, enum outcome o)
{
	unsigned s;

	switch (o) {
	case OUTCOME_OK:
		s = 0;
		break;
	case OUTCOME_REFUSED:
		return t->refused;
	case OUTCOME_MISMATCH:
		s = t->mismatch;
		break;
	case OUTCOME_SILENT:
		if (t->silent_ok)
			return 0;
		return t->late < 4 ? t->late : 1;
	case OUTCOME_NO_REPLY:
		return t->late < 4 ? t->late : 2;
	default:
		return 2;
	}
	return t->always_slow && s == 0 ? 1 : s;
}

/* Playing. */

static size_t
append(char *line, size_t len, const char *option, const char *value)
{
	int n = snprintf(line + len, LINE_MAX_SIZE - len, " %s%s%s%s", option,
	    value != NULL ? " '" : "", value != NULL ? value : "",
	    value != NULL ? "'" : "");

	if (n < 0 || (size_t)n >= LINE_MAX_SIZE - len)
		abort();
	return len + (size_t)n;
}

static void
make_line(struct test *t, unsigned port)
{
	static const char *const names[] = { "ok", "warning", "critical",
		"unknown" };
	const char *dir = getenv("PLUGINDIR");
	char number[64];
	size_t i, len;

	len = (size_t)snprintf(t->line, sizeof(t->line),
	    "%s/check_udp -H %s -p %u", dir != NULL ? dir : "plugins",
	    t->v6 ? "::1" : "127.0.0.1", port);
	if (t->protocol != -1)
		len = append(t->line, len, "--protocol",
		    protocols[t->protocol].name);
	if (t->send[0] != '\0')
		len = append(t->line, len, "-s", t->send);
	for (i = 0; i < t->n_expected; i++)
		len = append(t->line, len, "-e", t->expected[i]);
	if (t->all)
		len = append(t->line, len, "-A", NULL);
	if (t->any_port)
		len = append(t->line, len, "--any-source-port", NULL);
	if (t->verbose)
		len = append(t->line, len, "-v", NULL);
	if (t->always_slow)
		len = append(t->line, len, "-w", "@0:1000");
	(void)snprintf(number, sizeof(number), "%zu", t->max_bytes);
	if (t->max_bytes > 0)
		len = append(t->line, len, "-m", number);
	len = append(t->line, len, "-r", names[t->refused]);
	len = append(t->line, len, "-M", names[t->mismatch]);
	(void)snprintf(number, sizeof(number), "%u.%03u%s%s",
	    t->timeout_ms / 1000, t->timeout_ms % 1000, t->late < 4 ? ":" : "",
	    t->late < 4 ? names[t->late] : "");
	len = append(t->line, len, "-t", number);
	/* Of two options for one state, the last counts. */
	if (t->silent_ok)
		len = append(t->line, len, "--state", "silent=ok");
	(void)snprintf(t->line + len, sizeof(t->line) - len, " 2>&1");
}

static void
make(struct test *t)
{
	unsigned long soon = BIT(OUTCOME_OK) | BIT(OUTCOME_REFUSED);

	*t = (struct test){ .closed = false };
	make_options(t);
	make_peer(t);
	make_script(t);
	t->allowed = outcomes(t);
	t->timeout_ms = (t->allowed & ~soon) == 0 ? 10000 : 400 + below(400);
}

static bool
is_true(const struct test *t, int status, enum outcome o)
{
	char line[64];

	(void)snprintf(line, sizeof(line), "\nOutcome: %s: ", outcome_name(o));
	return (t->allowed & BIT(o)) != 0 &&
	    state_of(t, o) == (unsigned)WEXITSTATUS(status) &&
	    (!t->verbose || strstr(t->output, line) != NULL);
}

static bool
judge(const struct test *t, int status)
{
	const char *service_end = strchr(t->output, ' ');
	char start[32];
	unsigned o;

	if (!WIFEXITED(status) || WEXITSTATUS(status) > 3)
		return false;
	(void)snprintf(start, sizeof(start), " %s - ",
	    states[WEXITSTATUS(status)]);
	if (service_end == NULL ||
	    strncmp(service_end, start, strlen(start)) != 0)
		return false;
	for (o = 0; o < OUTCOME_COUNT; o++)
		if (is_true(t, status, (enum outcome)o))
			return true;
	return false;
}

static void
tell(const struct test *t, int status)
{
	unsigned o;

	printf("# script: %s\n# command: %s\n# true:", t->script, t->line);
	for (o = 0; o < OUTCOME_COUNT; o++)
		if (t->allowed & BIT(o))
			printf(" %s=%s", outcome_name((enum outcome)o),
			    states[state_of(t, (enum outcome)o)]);
	printf("\n# status %#x: %s\n", (unsigned)status, t->output);
}

/* Ten at once, since many have to wait. */
static bool
play(unsigned *matched)
{
	static struct test tests[GROUP];
	struct fake *fake;
	FILE *pipes[GROUP];
	bool good = true;
	unsigned i, port;
	size_t len;
	int status;

	for (i = 0; i < GROUP; i++)
		make(&tests[i]);
	fake = fake_start(tests[0].script, tests[1].script, tests[2].script,
	    tests[3].script, tests[4].script, tests[5].script, tests[6].script,
	    tests[7].script, tests[8].script, tests[9].script, NULL);
	for (i = 0; i < GROUP; i++) {
		port = fake_port(fake, i);
		make_line(&tests[i], port);
		pipes[i] = port != WIREGUARD ? popen(tests[i].line, "re")
					     : NULL;
	}
	for (i = 0; i < GROUP; i++) {
		if (pipes[i] == NULL)
			continue;
		len = fread(tests[i].output, 1, OUTPUT_MAX - 1, pipes[i]);
		tests[i].output[len] = '\0';
		status = pclose(pipes[i]);
		*matched += tests[i].allowed == BIT(OUTCOME_OK);
		if (judge(&tests[i], status))
			continue;
		tell(&tests[i], status);
		good = false;
	}
	fake_stop(fake);
	return good;
}

int
main(void)
{
	const char *count = getenv("TRUTH_COUNT"),
		   *given = getenv("TRUTH_SEED");
	long i, n = count != NULL ? strtol(count, NULL, 10) / 10 : 30;
	unsigned matched = 0;
	bool all = true;

	seed = given != NULL ? (unsigned)strtoul(given, NULL, 10)
			     : (unsigned)time(NULL);
	printf("# TRUTH_SEED=%u\n1..%ld\n", seed, n);
	for (i = 1; i <= n; i++) {
		unsigned now = seed;
		bool good = play(&matched);

		printf("%sok %ld - ten UDP ports%s", good ? "" : "not ", i,
		    good ? "\n" : "");
		if (!good)
			printf(", TRUTH_SEED=%u\n", now);
		(void)fflush(stdout);
		all &= good;
	}
	printf("# %u of %ld are OK\n", matched, n * GROUP);
	return all ? 0 : 1;
}
