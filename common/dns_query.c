/* SPDX-License-Identifier: ISC */
#include "dns_query.h"

#include <string.h>

#include "escape.h"
#include "num.h"
#include "target.h"
#include "wire.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define HEADER 12
#define NAME_BYTES 255
#define LABEL_MAX 63
#define POINTER 0xc0

/* Flags of the header (RFC 1035 4.1.1). */
enum {
	RESPONSE = 0x8000,
	OPCODE = 0x7800,
	TRUNCATED = 0x0200,
	RECURSION_DESIRED = 0x0100,
	RCODE = 0x000f,
};

enum {
	CLASS_IN = 1,
	/* RFC 6762 5.4, 10.2: of a question, to answer to us alone. */
	CLASS_TOP_BIT = 0x8000,
	TYPE_A = 1,
	TYPE_NS = 2,
	TYPE_PTR = 12,
	TYPE_AAAA = 28,
	TYPE_ANY = 255,
};

enum { NOERROR = 0, NXDOMAIN = 3, REFUSED = 5 };

/* The IANA registry "Domain Name System (DNS) Parameters". */
static const struct {
	char name[12];
	uint16_t number;
} types[] = {
	{ "A", TYPE_A },
	{ "NS", TYPE_NS },
	{ "CNAME", 5 },
	{ "SOA", 6 },
	{ "PTR", TYPE_PTR },
	{ "HINFO", 13 },
	{ "MX", 15 },
	{ "TXT", 16 },
	{ "AAAA", TYPE_AAAA },
	{ "LOC", 29 },
	{ "SRV", 33 },
	{ "NAPTR", 35 },
	{ "DNAME", 39 },
	{ "DS", 43 },
	{ "SSHFP", 44 },
	{ "RRSIG", 46 },
	{ "NSEC", 47 },
	{ "DNSKEY", 48 },
	{ "NSEC3PARAM", 51 },
	{ "TLSA", 52 },
	{ "SMIMEA", 53 },
	{ "CDS", 59 },
	{ "OPENPGPKEY", 61 },
	{ "SVCB", 64 },
	{ "HTTPS", 65 },
	{ "SPF", 99 },
	{ "ANY", TYPE_ANY },
	{ "CAA", 257 },
};

static const char rcodes[][12] = { "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",
	"NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH",
	"NOTZONE", "rcode 11", "rcode 12", "rcode 13", "rcode 14", "rcode 15" };

static const unsigned char services[] = "\x09_services\x07_dns-sd\x04_udp"
					"\x05local";

/* A message that is being read. */
struct message {
	struct cursor all, rest;
	unsigned flags;
	unsigned questions, answers, others;
};

/* A resource record. */
struct record {
	unsigned char owner[NAME_BYTES];
	size_t owner_len;
	unsigned type, class;
	struct cursor data;
};

static const char *check_name(const char *, size_t);
static const char *parse_type(const char *, uint16_t *);
static const struct dns_want *want_of(const struct target *);
static unsigned want_type(const struct dns_want *);
static void put_name(struct pen *, const char *, size_t);
static enum judgement read_header(struct exchange *, struct message *);
static bool same_question(const struct exchange *, struct message *);
static enum judgement judge_records(struct exchange *, struct message *,
    const struct dns_want *);
static bool is_wanted(const struct record *, const struct dns_want *);
static bool is_service(const struct record *);
static bool read_record(struct message *, struct record *);
static bool read_name(struct message *, unsigned char *, size_t *);
static bool same_name(const unsigned char *, const unsigned char *, size_t);
static unsigned char lower(unsigned char);

const char *
dns_want_query(struct dns_want *w, const char *s)
{
	size_t len = strcspn(s, "/");
	const char *why;

	why = check_name(s, len);
	if (why == NULL && s[len] == '/')
		why = parse_type(s + len + 1, &w->type);
	if (why != NULL)
		return why;
	w->name = s;
	w->name_len = len > 0 && s[len - 1] == '.' ? len - 1 : len;
	return NULL;
}

const char *
dns_want_rcode(struct dns_want *w, const char *s)
{
	int64_t number;
	size_t i;

	for (i = 0; i <= 10; i++)
		if (word_equal(rcodes[i], s, strlen(s))) {
			w->rcode = (uint8_t)i;
			w->has_rcode = true;
			return NULL;
		}
	if (num_int(s, 0, 15, &number) != NULL)
		return "an rcode is NOERROR, FORMERR, SERVFAIL, NXDOMAIN, "
		       "NOTIMP, REFUSED, another one of DNS, or 0 to 15";
	w->rcode = (uint8_t)number;
	w->has_rcode = true;
	return NULL;
}

const char *
dns_want_address(struct dns_want *w, const char *s)
{
	const char *why;

	if (addr_parse(s, AF_UNSPEC, &w->address, &why) == ADDR_LITERAL &&
	    (w->address.family == AF_INET || w->address.family == AF_INET6))
		return NULL;
	w->address = (struct addr){ 0 };
	return "not an address of IPv4 or IPv6";
}

const char *
dns_want_check(const struct dns_want *w)
{
	unsigned type = want_type(w);

	if (w->address.family == AF_UNSPEC)
		return NULL;
	if (w->name == NULL)
		return "an address is expected, but of no name";
	if (w->has_rcode && w->rcode != NOERROR)
		return "an address is expected, and an rcode that has none";
	if (type != (w->address.family == AF_INET ? TYPE_A : TYPE_AAAA) &&
	    type != TYPE_ANY)
		return "an address is expected of a type that has none";
	return NULL;
}

size_t
dns_query_ask(const struct question *q)
{
	const struct dns_want *w = want_of(q->target);
	struct pen p = wire_pen(q->to, STEP_MADE_MAX);

	wire_put(&p, q->arbitrary, 2);
	wire_put(&p, RECURSION_DESIRED, 2);
	wire_put(&p, 1, 2);
	wire_put_zeros(&p, 6);
	put_name(&p, w->name, w->name_len);
	wire_put(&p, want_type(w), 2);
	wire_put(&p, CLASS_IN, 2);
	return (size_t)(p.at - q->to);
}

/*
 * An error may come without the question.  A truncated answer is as good as a
 * whole one for what is in it.
 */
enum judgement
dns_query_answer(struct exchange *x)
{
	const struct dns_want *w = want_of(x->target);
	enum judgement j;
	struct message m;
	unsigned rcode;

	j = read_header(x, &m);
	if (j != JUDGE_MATCH)
		return j;
	rcode = m.flags & RCODE;
	if (m.questions > 1 || (m.questions == 0 && rcode == NOERROR))
		return exchange_mismatch(x, "malformed");
	if (m.questions == 1 && !same_question(x, &m))
		return m.rest.bad ? exchange_mismatch(x, "malformed")
				  : JUDGE_MORE;
	j = judge_records(x, &m, w);
	if (x->why != NULL)
		return j;
	if (w->has_rcode ? rcode != w->rcode
			 : rcode != NOERROR &&
		    (w->name != NULL ||
			(rcode != NXDOMAIN && rcode != REFUSED)))
		return exchange_mismatch(x, rcodes[rcode]);
	if (w->name == NULL || (w->has_rcode && w->address.family == AF_UNSPEC))
		return JUDGE_MATCH;
	if (j == JUDGE_MATCH)
		return j;
	if ((m.flags & TRUNCATED) != 0)
		return exchange_mismatch(x, "truncated");
	return exchange_mismatch(x,
	    w->address.family != AF_UNSPEC ? "not that address"
					   : "no such record");
}

size_t
dns_query_ask_services(const struct question *q)
{
	struct pen p = wire_pen(q->to, STEP_MADE_MAX);

	wire_put(&p, q->arbitrary, 2);
	wire_put(&p, 0, 2);
	wire_put(&p, 1, 2);
	wire_put_zeros(&p, 6);
	wire_put_bytes(&p, services, sizeof(services));
	wire_put(&p, TYPE_PTR, 2);
	wire_put(&p, CLASS_TOP_BIT | CLASS_IN, 2);
	return (size_t)(p.at - q->to);
}

enum judgement
dns_query_services(struct exchange *x)
{
	struct message m;
	struct record r;
	enum judgement j;
	bool found = false;
	unsigned n;

	j = read_header(x, &m);
	if (j != JUDGE_MATCH)
		return j;
	if (m.questions > 1)
		return exchange_mismatch(x, "malformed");
	if (m.questions == 1 && !same_question(x, &m))
		return m.rest.bad ? exchange_mismatch(x, "malformed")
				  : JUDGE_MORE;
	for (n = 0; n < m.answers + m.others; n++) {
		if (!read_record(&m, &r))
			return exchange_mismatch(x, "malformed");
		found = found || (n < m.answers && is_service(&r));
	}
	if (!wire_done(&m.rest))
		return exchange_mismatch(x, "malformed");
	if ((m.flags & RCODE) != NOERROR)
		return exchange_mismatch(x, rcodes[m.flags & RCODE]);
	return found ? JUDGE_MATCH : exchange_mismatch(x, "no services");
}

/* The root is "." */
static const char *
check_name(const char *s, size_t len)
{
	size_t i, label = 0;

	if (len == 0)
		return "there is no name";
	if (len == 1 && s[0] == '.')
		return NULL;
	if (s[len - 1] == '.')
		len--;
	if (len > DNS_NAME_MAX)
		return "a name has at most 253 characters";
	for (i = 0; i < len; i++) {
		if (s[i] <= ' ' || s[i] > '~')
			return "a name is of printable ASCII characters";
		label = s[i] == '.' ? 0 : label + 1;
		if (label > LABEL_MAX)
			return "a label has at most 63 characters";
		if (s[i] == '.' && (i == 0 || s[i - 1] == '.'))
			return "a label is empty";
	}
	return label == 0 ? "a label is empty" : NULL;
}

/* By name, or as TYPE65280 (RFC 3597 5). */
static const char *
parse_type(const char *s, uint16_t *type)
{
	int64_t number;
	size_t i, len = strlen(s);

	for (i = 0; i < ARRAY_SIZE(types); i++)
		if (word_equal(types[i].name, s, len)) {
			*type = types[i].number;
			return NULL;
		}
	if (len <= 4 || !word_equal("TYPE", s, 4) ||
	    num_int(s + 4, 1, UINT16_MAX, &number) != NULL)
		return "the type is none of DNS, nor TYPE and a number";
	*type = (uint16_t)number;
	return NULL;
}

static const struct dns_want *
want_of(const struct target *t)
{
	static const struct dns_want nothing;

	return t != NULL && t->dialogue != NULL && t->dialogue->dns != NULL
	    ? t->dialogue->dns
	    : &nothing;
}

static unsigned
want_type(const struct dns_want *w)
{
	if (w->type != 0)
		return w->type;
	if (w->name == NULL)
		return TYPE_NS;
	return w->address.family == AF_INET6 ? TYPE_AAAA : TYPE_A;
}

static void
put_name(struct pen *p, const char *name, size_t len)
{
	size_t at = 0, n;

	while (at < len) {
		const char *dot = memchr(name + at, '.', len - at);

		n = dot != NULL ? (size_t)(dot - name) - at : len - at;
		wire_put(p, n, 1);
		wire_put_bytes(p, name + at, n);
		at += n + 1;
	}
	wire_put(p, 0, 1);
}

/* That it is an answer, and to a question with our number. */
static enum judgement
read_header(struct exchange *x, struct message *m)
{
	struct cursor c = wire_cursor(x->answer, x->len),
		      sent = wire_cursor(x->sent.data, x->sent.len);
	unsigned id = (unsigned)wire_get(&c, 2);

	m->all = wire_cursor(x->answer, x->len);
	m->flags = (unsigned)wire_get(&c, 2);
	m->questions = (unsigned)wire_get(&c, 2);
	m->answers = (unsigned)wire_get(&c, 2);
	m->others = (unsigned)wire_get(&c, 2);
	m->others += (unsigned)wire_get(&c, 2);
	if (c.bad)
		return exchange_mismatch(x, "too short");
	m->rest = c;
	if (id != wire_get(&sent, 2))
		return JUDGE_MORE;
	if ((m->flags & RESPONSE) == 0)
		return exchange_mismatch(x, "the question came back");
	if ((m->flags & OPCODE) != 0)
		return exchange_mismatch(x, "malformed");
	return JUDGE_MATCH;
}

/*
 * The name in any case; a server of multicast DNS need not repeat the bit that
 * we set.
 */
static bool
same_question(const struct exchange *x, struct message *m)
{
	struct cursor sent = wire_cursor(x->sent.data, x->sent.len);
	size_t len = x->sent.len - HEADER - 4;
	const unsigned char *theirs = wire_take(&m->rest, len), *ours;

	(void)wire_take(&sent, HEADER);
	ours = wire_take(&sent, len);
	return theirs != NULL && ours != NULL && same_name(theirs, ours, len) &&
	    wire_get(&m->rest, 2) == wire_get(&sent, 2) &&
	    ((wire_get(&m->rest, 2) ^ wire_get(&sent, 2)) &
		~(uint64_t)CLASS_TOP_BIT) == 0 &&
	    !m->rest.bad;
}

/*
 * Whether a record is there that is wanted.  All are read: a message that ends
 * too early, or too late, is malformed.
 */
static enum judgement
judge_records(struct exchange *x, struct message *m, const struct dns_want *w)
{
	struct record r;
	bool found = false;
	unsigned n;

	for (n = 0; n < m->answers + m->others; n++) {
		if (!read_record(m, &r))
			return exchange_mismatch(x, "malformed");
		found = found || (n < m->answers && is_wanted(&r, w));
	}
	if (!wire_done(&m->rest))
		return exchange_mismatch(x, "malformed");
	return found ? JUDGE_MATCH : JUDGE_MISMATCH;
}

static bool
is_wanted(const struct record *r, const struct dns_want *w)
{
	const struct addr *a = &w->address;
	unsigned type = want_type(w);
	struct cursor data = r->data;

	if (r->class != CLASS_IN)
		return false;
	if (a->family == AF_INET)
		return r->type == TYPE_A &&
		    wire_same(&data, &a->in.sin_addr, 4) && wire_done(&data);
	if (a->family == AF_INET6)
		return r->type == TYPE_AAAA &&
		    wire_same(&data, &a->in6.sin6_addr, 16) && wire_done(&data);
	return r->type == type || type == TYPE_ANY;
}

static bool
is_service(const struct record *r)
{
	return r->type == TYPE_PTR &&
	    (r->class & ~(unsigned)CLASS_TOP_BIT) == CLASS_IN &&
	    r->owner_len == sizeof(services) &&
	    same_name(r->owner, services, sizeof(services));
}

static bool
read_record(struct message *m, struct record *r)
{
	if (!read_name(m, r->owner, &r->owner_len))
		return false;
	r->type = (unsigned)wire_get(&m->rest, 2);
	r->class = (unsigned)wire_get(&m->rest, 2);
	(void)wire_get(&m->rest, 4);
	r->data = wire_part(&m->rest, wire_get(&m->rest, 2));
	return !r->data.bad;
}

/*
 * Labels, and perhaps where in the message they go on (RFC 1035 4.1.4): always
 * before where that was said, so that it comes to an end.
 */
static bool
read_name(struct message *m, unsigned char *name, size_t *len)
{
	struct cursor c = m->rest, *in = &m->rest;
	size_t n, to, limit = (size_t)(m->rest.at - m->all.at);
	const unsigned char *label;

	*len = 0;
	for (;;) {
		n = wire_get(in, 1);
		if (in->bad)
			return false;
		if ((n & POINTER) == POINTER) {
			to = (n & ~(size_t)POINTER) << 8 | wire_get(in, 1);
			if (in->bad || to >= limit || to < HEADER)
				return false;
			limit = to;
			c = m->all;
			(void)wire_take(&c, to);
			in = &c;
			continue;
		}
		label = wire_take(in, n);
		if (n > LABEL_MAX || label == NULL || *len + 1 + n > NAME_BYTES)
			return false;
		name[(*len)++] = (unsigned char)n;
		if (n == 0)
			return true;
		memcpy(name + *len, label, n);
		*len += n;
	}
}

static bool
same_name(const unsigned char *a, const unsigned char *b, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (lower(a[i]) != lower(b[i]))
			return false;
	return true;
}

static unsigned char
lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c - 'A' + 'a') : c;
}
