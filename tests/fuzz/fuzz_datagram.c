/* SPDX-License-Identifier: ISC */
/*
 * Answers of datagrams: whatever comes back, no judge reads beyond it; what is
 * judged twice is judged the same; a question is no answer to itself.
 *
 * Input: the name of the row, a newline, a byte that picks the payload, one of
 * what is wanted of DNS, the answer, in which "\xff@" stands for the next two
 * bytes of the question, so that numbers can be right.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "datagram.h"
#include "dns_query.h"
#include "target.h"

#define COPY "\xff@"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);
static const struct datagram *pick(const uint8_t **, size_t *);
static void want(struct dns_want *, uint8_t);
static size_t fill(unsigned char *, const uint8_t *, size_t,
    const struct bytes *);
static enum judgement judge(const struct payload *, const struct target *,
    const struct bytes *, const void *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char made[STEP_MADE_MAX];
	struct dns_want w;
	struct dialogue dialogue = { .dns = &w };
	struct target t = { .host = "server.example", .dialogue = &dialogue };
	const struct datagram *d;
	const struct payload *p;
	struct bytes sent;
	unsigned char *answer;
	enum judgement j;
	size_t len;

	d = pick(&data, &size);
	if (d == NULL || size < 2)
		return 0;
	p = &d->payloads[data[0] % d->n];
	want(&w, data[1]);
	t.port = d->ports[0];
	sent = p->send;
	if (p->make != NULL) {
		sent.data = (const char *)made;
		sent.len = p->make(&(struct question){ .target = &t,
		    .arg = p->arg,
		    .to = made,
		    .arbitrary = UINT64_C(0x0123456789abcdef) });
		assert(sent.len > 0 && sent.len <= sizeof(made));
	}
	j = judge(p, &t, &sent, sent.data, sent.len);
	assert(strcmp(d->name, "echo") == 0 ? j == JUDGE_MATCH
					    : j != JUDGE_MATCH);
	answer = malloc(size);
	assert(answer != NULL);
	len = fill(answer, data + 2, size - 2, &sent);
	answer = realloc(answer, len > 0 ? len : 1);
	assert(answer != NULL);
	j = judge(p, &t, &sent, answer, len);
	assert(j == judge(p, &t, &sent, answer, len));
	free(answer);
	return 0;
}

static const struct datagram *
pick(const uint8_t **data, size_t *size)
{
	const uint8_t *end = *size > 0 ? memchr(*data, '\n', *size) : NULL;
	char name[sizeof(((struct datagram *)NULL)->name)];
	size_t len;

	if (end == NULL || (size_t)(end - *data) >= sizeof(name))
		return NULL;
	len = (size_t)(end - *data);
	memcpy(name, *data, len);
	name[len] = '\0';
	*data += len + 1;
	*size -= len + 1;
	return datagram_find(name);
}

static void
want(struct dns_want *w, uint8_t bits)
{
	*w = (struct dns_want){ 0 };
	if ((bits & 1) != 0)
		dns_want_query(w, (bits & 2) != 0 ? "a.example/MX" : "a");
	if ((bits & 4) != 0)
		dns_want_rcode(w, "NXDOMAIN");
	if ((bits & 8) != 0)
		dns_want_address(w,
		    (bits & 16) != 0 ? "192.0.2.1" : "2001:db8::1");
}

static size_t
fill(unsigned char *to, const uint8_t *from, size_t len,
    const struct bytes *sent)
{
	size_t i, n = 0, at = 0;

	for (i = 0; i < len; i++) {
		to[n++] = from[i];
		if (n < 2 || memcmp(to + n - 2, COPY, 2) != 0 ||
		    at + 2 > sent->len)
			continue;
		memcpy(to + n - 2, sent->data + at, 2);
		at += 2;
	}
	return n;
}

static enum judgement
judge(const struct payload *p, const struct target *t, const struct bytes *sent,
    const void *answer, size_t len)
{
	struct exchange x = { .target = t,
		.arg = p->arg,
		.sent = *sent,
		.answer = answer,
		.len = len,
		.end = len,
		.ended = true,
		.sent_us = INT64_C(1700000000000000),
		.wall_us = INT64_C(1700000000020000) };
	enum judgement j = p->judge(&x);

	assert(j == JUDGE_MORE || j == JUDGE_MATCH || j == JUDGE_MISMATCH);
	assert(x.why == NULL || j == JUDGE_MISMATCH);
	assert(x.end <= len);
	return j;
}
