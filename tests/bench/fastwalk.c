/* SPDX-License-Identifier: ISC */

/*
 * Asks an SNMP agent on 127.0.0.1 (v2c, community public) as fast as it answers:
 *
 *	fastwalk walk PORT OID FIRST COUNT COLUMNS REQUESTS REPETITIONS [PID]...
 *	fastwalk ask PORT OID MILLISECONDS
 *	fastwalk await PORT OID SECONDS
 *
 * walk: COUNT columns of the table whose entry has that OID, from column FIRST on, by
 * GETBULK; COLUMNS of them in each, REQUESTS at a time.  An index is one number.  Prints
 * one line:
 *
 *	values  wall (us)  shape  processor time of each PID (us)
 *
 * The shape is the same for tables whose values have the same columns, indexes, types
 * and lengths.
 *
 * ask: one value, every so many milliseconds, until the end of its input.  Prints
 *
 *	questions  those without an answer within a second  the longest answer (us)
 *
 * await: asks every millisecond until there is a value, and prints the wall clock (us)
 * then.
 */

#define _GNU_SOURCE

#include <sys/socket.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	PACKET = 65536,
	OID_MAX = 128,
	COLUMNS_MAX = 64,
	PIDS_MAX = 8,
	PATIENCE_MS = 20000,
	ANSWER_MS = 1000,
};

enum {
	INTEGER = 2,
	OCTETS = 4,
	NULL_VALUE = 5,
	OBJECT = 6,
	SEQUENCE = 0x30,
	GET = 0xa0,
	RESPONSE = 0xa2,
	GETBULK = 0xa5,
	EXCEPTIONS = 0x80, /* noSuchObject, noSuchInstance, endOfMibView */
};

struct object {
	uint32_t ids[OID_MAX];
	size_t n;
};

/* Columns that are asked for together. */
struct group {
	uint32_t first, n;
	uint32_t last[COLUMNS_MAX]; /* index; 0: none yet */
	uint32_t left[COLUMNS_MAX]; /* columns that go on */
	uint32_t n_left;
};

struct walk {
	struct object entry;
	long repetitions;
	uint64_t values, shape;
};

/* What is left of a packet. */
struct reader {
	const unsigned char *at, *end;
};

/* A packet is written from its end to its beginning. */
static unsigned char packet[PACKET];
static unsigned char *begin;
static int sock;

static int64_t
clock_us(clockid_t id)
{
	struct timespec ts;

	if (clock_gettime(id, &ts) == -1)
		err(1, "clock_gettime");
	return ts.tv_sec * INT64_C(1000000) + ts.tv_nsec / 1000;
}

static long
parse_number(const char *text, long least, long most)
{
	char *end;
	long number = strtol(text, &end, 10);

	if (end == text || *end != '\0' || number < least || number > most)
		errx(1, "%s: not a number from %ld to %ld", text, least, most);
	return number;
}

static struct object
parse_object(const char *text)
{
	struct object o = { .n = 0 };
	char *end;

	for (; *text == '.'; text = end) {
		if (o.n == OID_MAX - 2)
			errx(1, "the OID is too long");
		o.ids[o.n++] = (uint32_t)strtoul(text + 1, &end, 10);
	}
	if (*text != '\0' || o.n < 2)
		errx(1, "%s: not the rest of an OID", text);
	return o;
}

static void
put_byte(unsigned value)
{
	if (begin == packet)
		errx(1, "the question is too long");
	*--begin = (unsigned char)value;
}

/* The type and length of what was written since begin was at end. */
static void
put_head(unsigned type, const unsigned char *end)
{
	size_t len = (size_t)(end - begin);

	if (len < 128) {
		put_byte((unsigned)len);
	} else {
		put_byte(len & 255);
		put_byte((unsigned)(len >> 8));
		put_byte(0x82);
	}
	put_byte(type);
}

static void
put_integer(long value)
{
	const unsigned char *end = begin;

	do {
		put_byte(value & 255);
		value >>= 8;
	} while (value != 0 || (*begin & 128) != 0);
	put_head(INTEGER, end);
}

static void
put_varbind(const struct object *o)
{
	const unsigned char *end = begin, *id_end;
	size_t i;

	put_head(NULL_VALUE, begin);
	id_end = begin;
	for (i = o->n; i > 2; i--) {
		uint32_t id = o->ids[i - 1];

		put_byte(id & 127);
		while ((id >>= 7) != 0)
			put_byte((id & 127) | 128);
	}
	put_byte(o->ids[0] * 40 + o->ids[1]);
	put_head(OBJECT, id_end);
	put_head(SEQUENCE, end);
}

/* Around the varbinds, which were written before. */
static void
send_packet(unsigned type, long id, long repetitions)
{
	unsigned char *const end = packet + sizeof(packet);

	put_head(SEQUENCE, end);
	put_integer(repetitions);
	put_integer(0);
	put_integer(id);
	put_head(type, end);
	begin -= 6;
	memcpy(begin, "public", 6);
	put_head(OCTETS, begin + 6);
	put_integer(1);
	put_head(SEQUENCE, end);
	if (send(sock, begin, (size_t)(end - begin), 0) == -1 &&
	    errno != ECONNREFUSED)
		err(1, "send");
	begin = end;
}

static struct reader
take(struct reader *r, unsigned *type)
{
	struct reader inner;
	size_t len, n;

	if (r->end - r->at < 2)
		errx(1, "an answer is cut");
	*type = *r->at++;
	len = *r->at++;
	if (len >= 128) {
		n = len & 127;
		if (n > 3 || (size_t)(r->end - r->at) < n)
			errx(1, "an answer is wrong");
		for (len = 0; n > 0; n--)
			len = len << 8 | *r->at++;
	}
	if ((size_t)(r->end - r->at) < len)
		errx(1, "an answer is cut");
	inner = (struct reader){ r->at, r->at + len };
	r->at += len;
	return inner;
}

static long
take_integer(struct reader *r)
{
	unsigned type;
	struct reader inner = take(r, &type);
	long value = 0;

	if (type != INTEGER)
		errx(1, "an answer is wrong");
	while (inner.at < inner.end)
		value = value << 8 | *inner.at++;
	return value;
}

static struct object
take_object(struct reader *r)
{
	unsigned type;
	struct reader inner = take(r, &type);
	struct object o = { .n = 2 };

	if (type != OBJECT || inner.at == inner.end)
		errx(1, "an answer is wrong");
	o.ids[0] = *inner.at / 40;
	o.ids[1] = *inner.at++ % 40;
	while (inner.at < inner.end) {
		uint32_t id = 0;

		do
			id = id << 7 | (*inner.at & 127);
		while ((*inner.at++ & 128) != 0 && inner.at < inner.end);
		if (o.n == OID_MAX)
			errx(1, "an answer is wrong");
		o.ids[o.n++] = id;
	}
	return o;
}

/* False: there is none in time.  The varbinds are left in r. */
static int
receive(int timeout_ms, long *id, long *error, struct reader *r)
{
	static unsigned char answer[PACKET];
	struct pollfd p = { .fd = sock, .events = POLLIN };
	struct reader all;
	unsigned type;
	ssize_t n;

	if (poll(&p, 1, timeout_ms) == 0)
		return 0;
	n = recv(sock, answer, sizeof(answer), 0);
	if (n == -1 && errno == ECONNREFUSED)
		return 0;
	if (n == -1)
		err(1, "recv");
	all = (struct reader){ answer, answer + n };
	all = take(&all, &type);
	(void)take_integer(&all);
	(void)take(&all, &type);
	all = take(&all, &type);
	if (type != RESPONSE)
		errx(1, "an answer is wrong");
	*id = take_integer(&all);
	*error = take_integer(&all);
	(void)take_integer(&all);
	*r = take(&all, &type);
	return 1;
}

static void
ask_group(const struct walk *w, const struct group *g, long id)
{
	struct object o = w->entry;
	uint32_t i;

	for (i = g->n_left; i > 0; i--) {
		uint32_t column = g->left[i - 1];

		o.ids[w->entry.n] = g->first + column;
		o.ids[w->entry.n + 1] = g->last[column];
		o.n = w->entry.n + (g->last[column] > 0 ? 2 : 1);
		put_varbind(&o);
	}
	send_packet(GETBULK, id, w->repetitions);
}

static uint64_t
mix(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	uint64_t h = a;

	h = (h ^ b) * UINT64_C(0x9e3779b97f4a7c15);
	h = (h ^ h >> 29 ^ c) * UINT64_C(0xff51afd7ed558ccd);
	h = (h ^ h >> 31 ^ d) * UINT64_C(0xc4ceb9fe1a85ec53);
	return h ^ h >> 32;
}

/* False: it is none of its column. */
static int
take_varbind(struct walk *w, struct group *g, uint32_t column, struct reader *r)
{
	unsigned type;
	struct reader varbind = take(r, &type), value;
	struct object o = take_object(&varbind);

	value = take(&varbind, &type);
	if (o.n != w->entry.n + 2 || (type & EXCEPTIONS) != 0 ||
	    memcmp(o.ids, w->entry.ids, w->entry.n * sizeof(o.ids[0])) != 0 ||
	    o.ids[w->entry.n] != g->first + column)
		return 0;
	if (o.ids[w->entry.n + 1] <= g->last[column])
		errx(1, "the walk goes back");
	g->last[column] = o.ids[w->entry.n + 1];
	w->values++;
	w->shape += mix(o.ids[w->entry.n], g->last[column], type,
	    (uint64_t)(value.end - value.at));
	return 1;
}

static void
take_answer(struct walk *w, struct group *g, struct reader *r)
{
	uint32_t asked = g->n_left, i, k;
	int ended[COLUMNS_MAX] = { 0 };

	if (r->at == r->end)
		errx(1, "an answer is empty");
	for (k = 0; r->at < r->end; k = (k + 1) % asked)
		if (!take_varbind(w, g, g->left[k], r))
			ended[k] = 1;
	g->n_left = 0;
	for (i = 0; i < asked; i++)
		if (!ended[i])
			g->left[g->n_left++] = g->left[i];
}

/* CPU time in microseconds. */
static int64_t
used_us(const char *pid)
{
	char path[64];
	int64_t ns;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%s/schedstat", pid);
	f = fopen(path, "r");
	if (f == NULL || fscanf(f, "%" SCNd64, &ns) != 1)
		errx(1, "%s: cannot be read", path);
	(void)fclose(f);
	return ns / 1000;
}

static void
go(struct walk *w, struct group *groups, size_t n, size_t at_a_time)
{
	size_t next = 0, ended = 0;
	long id, error;
	struct reader r;

	while (next < n && next < at_a_time) {
		ask_group(w, &groups[next], (long)next + 1);
		next++;
	}
	while (ended < n) {
		struct group *g;

		if (!receive(PATIENCE_MS, &id, &error, &r))
			errx(1, "there is no answer");
		if (error != 0 || id < 1 || (size_t)id > n)
			errx(1, "error status %ld", error);
		g = &groups[id - 1];
		take_answer(w, g, &r);
		if (g->n_left > 0) {
			ask_group(w, g, id);
			continue;
		}
		ended++;
		if (next < n) {
			ask_group(w, &groups[next], (long)next + 1);
			next++;
		}
	}
}

static void
walk(int argc, char *argv[])
{
	static struct group groups[COLUMNS_MAX];
	struct walk w = { .entry = parse_object(argv[3]) };
	uint32_t first = (uint32_t)parse_number(argv[4], 1, 1000);
	uint32_t count = (uint32_t)parse_number(argv[5], 1, COLUMNS_MAX);
	uint32_t columns = (uint32_t)parse_number(argv[6], 1, COLUMNS_MAX);
	size_t requests = (size_t)parse_number(argv[7], 1, COLUMNS_MAX), n = 0;
	int64_t used[PIDS_MAX], start_us, wall_us;
	uint32_t done, i;
	int p, pids = argc - 9;

	w.repetitions = parse_number(argv[8], 1, 10000);
	if (pids > PIDS_MAX)
		errx(1, "too many processes");
	for (done = 0; done < count; done += groups[n++].n) {
		struct group *g = &groups[n];

		g->first = first + done;
		g->n = count - done < columns ? count - done : columns;
		g->n_left = g->n;
		for (i = 0; i < g->n; i++)
			g->left[i] = i;
	}
	for (p = 0; p < pids; p++)
		used[p] = used_us(argv[9 + p]);
	start_us = clock_us(CLOCK_MONOTONIC);
	go(&w, groups, n, requests);
	wall_us = clock_us(CLOCK_MONOTONIC) - start_us;
	printf("%" PRIu64 " %" PRId64 " %016" PRIx64, w.values, wall_us,
	    w.shape);
	for (p = 0; p < pids; p++)
		printf(" %" PRId64, used_us(argv[9 + p]) - used[p]);
	printf("\n");
}

/* Whether there is an answer in time; *value: whether that is a value. */
static int
ask_once(const struct object *o, long number, int timeout_ms, int *value)
{
	long id = 0, error;
	struct reader r, varbind;
	unsigned type;

	put_varbind(o);
	send_packet(GET, number, 0);
	while (id != number)
		if (!receive(timeout_ms, &id, &error, &r))
			return 0;
	varbind = take(&r, &type);
	(void)take_object(&varbind);
	(void)take(&varbind, &type);
	*value = error == 0 && (type & EXCEPTIONS) == 0;
	return 1;
}

static void
ask(char *argv[])
{
	struct object o = parse_object(argv[3]);
	int every_ms = (int)parse_number(argv[4], 1, 10000);
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	long asked = 0, unanswered = 0;
	int64_t longest_us = 0;
	int value;

	do {
		int64_t start_us = clock_us(CLOCK_MONOTONIC), took_us;

		if (!ask_once(&o, ++asked, ANSWER_MS, &value))
			unanswered++;
		took_us = clock_us(CLOCK_MONOTONIC) - start_us;
		if (took_us > longest_us)
			longest_us = took_us;
	} while (poll(&input, 1, every_ms) == 0);
	printf("%ld %ld %" PRId64 "\n", asked, unanswered, longest_us);
}

static void
await(char *argv[])
{
	struct object o = parse_object(argv[3]);
	int64_t end_us = clock_us(CLOCK_MONOTONIC) +
	    parse_number(argv[4], 1, 3600) * 1000000;
	long asked = 0;
	int value = 0;

	/* An answer that takes longer is one to another question. */
	while (!ask_once(&o, ++asked, 20, &value) || !value) {
		if (clock_us(CLOCK_MONOTONIC) > end_us)
			errx(1, "%s: there is no value", argv[3]);
		(void)poll(NULL, 0, 1);
	}
	printf("%" PRId64 "\n", clock_us(CLOCK_REALTIME));
}

int
main(int argc, char *argv[])
{
	struct sockaddr_in in4 = { .sin_family = AF_INET };

	if (argc < 5)
		errx(1, "usage: see fastwalk.c");
	in4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	in4.sin_port = htons((uint16_t)parse_number(argv[2], 1, 65535));
	sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sock == -1 ||
	    connect(sock, (struct sockaddr *)&in4, sizeof(in4)) == -1)
		err(1, "socket");
	begin = packet + sizeof(packet);
	if (strcmp(argv[1], "walk") == 0 && argc >= 9)
		walk(argc, argv);
	else if (strcmp(argv[1], "ask") == 0 && argc == 5)
		ask(argv);
	else if (strcmp(argv[1], "await") == 0 && argc == 5)
		await(argv);
	else
		errx(1, "usage: see fastwalk.c");
	return 0;
}
