/* SPDX-License-Identifier: ISC */
/*
 * Reports: of any result they are whole lines of harmless text, not too long,
 * with the state in front and the performance data where it belongs.
 *
 * Input: the numbers of the result, a byte each; the strings in it are made of
 * the bytes of the whole input.
 */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../json_reader.h"
#include "inquiry.h"
#include "report.h"

#define ATTEMPTS_MAX 64 /* RESOLVER_ADDRS_MAX */
#define PATH_MAX_LEN 107
#define STEPS_MAX 100
#define DAYS_MAX 1000000 /* SETTINGS_DAYS_MAX */

static const struct range ranges[] = {
	{ 0, 1.5 },
	{ 0, INFINITY },
	{ -INFINITY, 1e-9, true },
	{ -1e300, 1e300 },
};

static const uint8_t *at, *end;

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);
static unsigned take(unsigned);
static int64_t take_us(void);
static void take_addr(struct addr *);
static void take_attempt(struct attempt *);
static void take_result(struct result *, struct attempt *, const char *);
static void take_steps(struct dialogue *, struct step *, struct result *,
    int64_t *, struct bytes);
static struct handshake *take_handshake(struct result *, const char *);
static void take_cert(struct cert *, const char *);
static void take_inquiry(struct inquiry *, struct target *, struct result *,
    const struct expect *);
static void take_policy(struct policy *);
static void check(const struct report *, report_fn *, char *);
static void check_text(const struct text *, const char *, report_fn *);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s = strndup((const char *)data, size), *reply = malloc(size);
	struct attempt attempts[ATTEMPTS_MAX];
	struct pattern patterns[EXPECT_MAX];
	struct step steps[STEPS_MAX], *step = &steps[0];
	struct dialogue dialogue = { .steps = steps };
	int64_t step_us[STEPS_MAX];
	struct target target = { s[0] != '\0' ? s : "h",
		.dialogue = &dialogue };
	struct result result = { .attempts = attempts, .step_us = step_us };
	struct policy policy;
	struct report r = { .service = "TCP",
		.target = &target,
		.result = &result,
		.policy = &policy };
	struct handshake *handshake;
	struct dialogue nothing = { .n = 0 };
	struct inquiry inquiry;
	size_t i, len;

	at = data;
	end = data + size;
	if (s[0] == '/' && strlen(s) > PATH_MAX_LEN)
		s[PATH_MAX_LEN] = '\0';
	r.jail = take(2);
	r.verbosity = take(4);
	r.timeout_us = take_us() + 1;
	r.try_us = take_us() + 1;
	take_result(&result, attempts, s);
	handshake = take_handshake(&result, s);
	take_policy(&policy);
	memcpy(reply, data, size);
	result.reply.data = (unsigned char *)reply;
	result.reply.len = take(2) ? size : size / 64;
	dialogue.quiet_us = take_us();
	dialogue.max_bytes = (size_t)take_us();
	*step = (struct step){ .kind = STEP_EXPECT, .expect = { patterns } };
	step->expect.all = take(2);
	step->expect.n = 1 + take(EXPECT_MAX);
	for (i = 0; i < step->expect.n; i++) {
		len = take(256);
		patterns[i] = (struct pattern){ (enum pattern_kind)take(4),
			{ (const char *)data, len < size ? len : size }, NULL };
	}
	take_steps(&dialogue, steps, &result, step_us, patterns[0].text);
	take_inquiry(&inquiry, &target, &result, &step->expect);
	r.verdict = verdict_of(&policy, &result);
	r.full = take(2);
	r.wall_s = take_us();
	r.text = report_text_check(s) == NULL ? s : "%n %s - %m%h%a%b%t%l%r";
	if (target.inquiry != NULL) {
		target.dialogue = &nothing;
		result.n_steps = 0;
	}
	check(&r, report_one_line, reply);
	check(&r, report_multi_line, reply);
	check(&r, report_text, reply);
	check(&r, report_json, reply);
	free(handshake);
	free(reply);
	free(s);
	return 0;
}

/* A number below n. */
static unsigned
take(unsigned n)
{
	return at < end ? *at++ % n : 0;
}

static int64_t
take_us(void)
{
	return (int64_t)take(256) << take(43);
}

static void
take_addr(struct addr *a)
{
	unsigned kind = take(4);
	int byte = (int)take(256);

	*a = (struct addr){ 0 };
	if (kind == 1) {
		a->in.sin_family = AF_INET;
		memset(&a->in.sin_addr, byte, sizeof(a->in.sin_addr));
	} else if (kind != 0) {
		a->in6.sin6_family = AF_INET6;
		memset(&a->in6.sin6_addr, byte, sizeof(a->in6.sin6_addr));
		a->in6.sin6_scope_id = kind == 3 ? (unsigned)byte << 20 : 0;
	}
}

static void
take_attempt(struct attempt *a)
{
	take_addr(&a->addr);
	a->outcome = (enum outcome)take(OUTCOME_COUNT);
	a->cause.err = (int)take(140);
	a->cause.origin = (enum origin)take(ORIGIN_ICMP + 1);
	a->cause.icmp_v6 = take(2) == 1;
	a->cause.icmp_type = (uint8_t)take(16);
	a->cause.icmp_code = (uint8_t)take(16);
	take_addr(&a->cause.from);
}

static void
take_result(struct result *r, struct attempt *attempts, const char *note)
{
	size_t i;

	r->n_attempts = take(ATTEMPTS_MAX) + 1;
	for (i = 0; i < r->n_attempts; i++)
		take_attempt(&attempts[i]);
	r->outcome = attempts[0].outcome;
	r->cause = attempts[0].cause;
	r->addr = attempts[0].addr;
	r->ending = (enum ending)take(ENDING_DEADLINE + 1);
	r->syn_resent = take(3);
	r->time_us = take_us();
	r->resolve_us = r->connect_us = take_us() - 1;
	r->rtt_us = r->reply_us = take_us() - 1;
	r->has_offset = take(2);
	r->offset_us = take_us() - take_us();
	/* Of some it is our own text, and always there. */
	if (r->outcome == OUTCOME_TLS_FAILED)
		r->note = "unknown protocol";
	else if (r->outcome == OUTCOME_NOT_PROBED)
		r->note = "interrupted by SIGTERM";
	else
		r->note = take(2) ? note : NULL;
}

/* Steps like the first one, or that send. */
static void
take_steps(struct dialogue *d, struct step *steps, struct result *r,
    int64_t *step_us, struct bytes bytes)
{
	size_t i;

	d->n = 1 + take(STEPS_MAX);
	r->n_steps = take(256) % (d->n + 1);
	for (i = 0; i < d->n; i++) {
		step_us[i] = take_us() - 1;
		if (i == 0)
			continue;
		steps[i] = steps[0];
		steps[i].kind = (enum step_kind)take(STEP_TLS + 1);
		steps[i].words = take(2) ? "a \"word\"" : NULL;
		steps[i].send = bytes;
		steps[i].wait_us = take_us();
	}
}

/* Or NULL; who it is that is not the right one is always told. */
static struct handshake *
take_handshake(struct result *r, const char *s)
{
	static const enum outcome found[] = { OUTCOME_OK, OUTCOME_CERT_EXPIRED,
		OUTCOME_CERT_NOT_YET_VALID };
	bool wrong = r->outcome == OUTCOME_CERT_UNTRUSTED ||
	    r->outcome == OUTCOME_CERT_MISMATCH;
	struct handshake *h;
	size_t i;

	if (!wrong && !take(2))
		return NULL;
	h = handshake_new(take(HANDSHAKE_CERTS_MAX + 1));
	strcpy(h->version, "TLSv1.3");
	strcpy(h->cipher, "TLS_AES_256_GCM_SHA384");
	strcpy(h->why, "certificate has expired");
	snprintf(h->alpn, sizeof(h->alpn), "%s", s);
	snprintf(h->name, sizeof(h->name), "%s", s);
	h->at_s = take_us();
	h->verified = wrong ? r->outcome : found[take(3)];
	for (i = 0; i < h->n; i++)
		take_cert(&h->certs[i], s);
	r->handshake = h;
	r->tls_us = take_us() - 1;
	return h;
}

static void
take_cert(struct cert *c, const char *s)
{
	snprintf(c->subject, sizeof(c->subject), "%s", s);
	snprintf(c->issuer, sizeof(c->issuer), "%s", s + strlen(s) / 2);
	c->not_before_s = take_us();
	c->not_after_s = take_us();
}

/* Datagrams, of which there is no TLS, but of which some outcomes always are. */
static void
take_inquiry(struct inquiry *q, struct target *t, struct result *r,
    const struct expect *e)
{
	bool always = r->outcome == OUTCOME_SILENT ||
	    r->outcome == OUTCOME_NO_REPLY;

	*q = (struct inquiry){
		.expect = *e,
		.why = take(2) ? "it never answers" : NULL,
		.quiet_us = take_us(),
		.max_bytes = (size_t)take_us(),
	};
	if (!always &&
	    (!take(2) || r->handshake != NULL ||
		r->outcome == OUTCOME_TLS_FAILED))
		return;
	t->inquiry = q;
	r->handshake = NULL;
	r->words = take(2) ? "an answer" : NULL;
}

static void
take_policy(struct policy *p)
{
	size_t i;

	policy_init(p);
	for (i = 0; i < OUTCOME_COUNT; i++)
		p->states[i] = (enum state)take(STATE_UNKNOWN + 1);
	p->has_warning = take(2);
	p->has_critical = take(2);
	p->warning = ranges[take(4)];
	p->critical = ranges[take(4)];
	p->has_days = take(2);
	p->warning_days = take_us() % (DAYS_MAX + 1);
	p->critical_days = take_us() % (DAYS_MAX + 1);
	p->has_offset_warning = take(2);
	p->has_offset_critical = take(2);
	p->offset_warning = ranges[take(3)];
	p->offset_critical = ranges[take(3)];
}

static void
check(const struct report *r, report_fn *fn, char *reply)
{
	const char *state = state_name(r->verdict.state);
	struct text t, other;
	char start[32];
	size_t i;

	assert(r->verdict.state == verdict_state(&r->verdict));
	start[0] = '\0';
	if (fn != report_text && fn != report_json)
		snprintf(start, sizeof(start),
		    fn == report_one_line ? "TCP %s - " : "[%s] - ", state);
	text_init(&t, REPORT_MAX);
	fn(&t, r);
	check_text(&t, start, fn);
	/* Bytes that are kept back leave no trace. */
	for (i = 0; i < r->result->reply.len; i++)
		reply[i] ^= 0x15;
	text_init(&other, REPORT_MAX);
	fn(&other, r);
	assert(!r->jail || strcmp(t.data, other.data) == 0);
	text_free(&other);
	text_free(&t);
}

static void
check_text(const struct text *t, const char *start, report_fn *fn)
{
	bool one_line = fn != report_multi_line;
	const char *bar = strchr(t->data, '|'), *newline, *p;
	size_t semicolons = 0, values = 0;

	assert(t->len <= REPORT_MAX && strlen(t->data) == t->len);
	assert(strncmp(t->data, start, strlen(start)) == 0);
	for (p = t->data; *p != '\0'; p++)
		assert((*p >= ' ' && *p < 0x7f) || *p == '\n' ||
		    (*p == '\t' && !one_line));
	if (fn == report_json) {
		assert(json_is_valid(t->data));
		return;
	}
	assert(bar != NULL && strchr(bar + 1, '|') == NULL);
	assert(strncmp(bar, "|time=", 6) == 0);
	newline = strchr(bar, '\n');
	assert(newline != NULL && t->data[t->len - 1] == '\n');
	assert(!one_line ||
	    memchr(t->data, '\n', (size_t)(bar - t->data)) == NULL);
	for (p = bar; p < newline; p++) {
		semicolons += *p == ';';
		values += *p == '=';
	}
	assert(semicolons == 4 * values);
}
