/* SPDX-License-Identifier: ISC */
#include "wire.h"

#include <assert.h>
#include <string.h>

#define HEX "0123456789abcdef"

/* What memset(3) and memmove(3) would do, without their symbols at each start. */
enum {
	ZEROS = 64,
	PIECE = 64,
};

static struct cursor spoil(struct cursor *);
static unsigned char *room(struct pen *, size_t);
static void move_up(unsigned char *, size_t, size_t);

struct cursor
wire_cursor(const void *bytes, size_t len)
{
	return (struct cursor){ bytes, len, false };
}

bool
wire_done(const struct cursor *c)
{
	return !c->bad && c->left == 0;
}

uint64_t
wire_get(struct cursor *c, size_t n)
{
	const unsigned char *p = wire_take(c, n);
	uint64_t value = 0;

	if (p == NULL)
		return 0;
	while (n-- > 0)
		value = value << 8 | *p++;
	return value;
}

uint64_t
wire_get_little(struct cursor *c, size_t n)
{
	const unsigned char *p = wire_take(c, n);
	uint64_t value = 0;

	if (p == NULL)
		return 0;
	while (n-- > 0)
		value = value << 8 | p[n];
	return value;
}

const unsigned char *
wire_take(struct cursor *c, size_t n)
{
	const unsigned char *p = c->at;

	if (c->bad || n > c->left) {
		spoil(c);
		return NULL;
	}
	if (n > 0)
		c->at += n;
	c->left -= n;
	return p;
}

struct cursor
wire_part(struct cursor *c, size_t n)
{
	const unsigned char *p = wire_take(c, n);

	return c->bad ? spoil(c) : wire_cursor(p, n);
}

bool
wire_same(struct cursor *c, const void *bytes, size_t n)
{
	const unsigned char *p = wire_take(c, n);

	return !c->bad && (n == 0 || memcmp(p, bytes, n) == 0);
}

struct cursor
wire_ber(struct cursor *c, unsigned char tag)
{
	size_t len, size;

	if (wire_get(c, 1) != tag)
		return spoil(c);
	len = wire_get(c, 1);
	if (len >= 0x80) {
		size = len - 0x80;
		if (size == 0 || size > 4)
			return spoil(c);
		len = wire_get(c, size);
	}
	return wire_part(c, len);
}

int64_t
wire_ber_number(struct cursor *c, unsigned char tag)
{
	struct cursor value = wire_ber(c, tag);
	bool negative;
	size_t n = value.left;
	uint64_t number;

	if (value.bad || n == 0 || n > 8) {
		spoil(c);
		return 0;
	}
	negative = (value.at[0] & 0x80) != 0;
	number = wire_get(&value, n);
	if (negative && n < 8)
		number |= UINT64_MAX << 8 * n;
	return (int64_t)number;
}

struct pen
wire_pen(unsigned char *to, size_t size)
{
	return (struct pen){ to, size };
}

void
wire_put(struct pen *p, uint64_t value, size_t n)
{
	unsigned char *to = room(p, n);

	while (n-- > 0) {
		to[n] = (unsigned char)value;
		value >>= 8;
	}
}

void
wire_put_bytes(struct pen *p, const void *bytes, size_t n)
{
	unsigned char *to = room(p, n);

	if (n > 0)
		memcpy(to, bytes, n);
}

void
wire_put_text(struct pen *p, const char *s)
{
	wire_put_bytes(p, s, strlen(s));
}

void
wire_put_zeros(struct pen *p, size_t n)
{
	static const unsigned char zeros[ZEROS];
	unsigned char *to = room(p, n);
	size_t part;

	for (; n > 0; n -= part) {
		part = n < ZEROS ? n : ZEROS;
		memcpy(to, zeros, part);
		to += part;
	}
}

void
wire_put_hex(struct pen *p, uint64_t value, size_t n)
{
	unsigned char *to = room(p, n);

	while (n-- > 0) {
		to[n] = (unsigned char)HEX[value & 0xf];
		value >>= 4;
	}
}

void
wire_put_decimal(struct pen *p, unsigned value)
{
	if (value >= 10)
		wire_put_decimal(p, value / 10);
	*room(p, 1) = (unsigned char)('0' + value % 10);
}

/* SplitMix64 of Steele, Lea and Flood, 2014. */
void
wire_put_random(struct pen *p, uint64_t *seed, size_t n)
{
	uint64_t z = 0;
	unsigned char *to = room(p, n);
	size_t i;

	for (i = 0; i < n; i++) {
		if (i % 8 == 0) {
			z = *seed += UINT64_C(0x9e3779b97f4a7c15);
			z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
			z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
			z ^= z >> 31;
		}
		to[i] = (unsigned char)z;
		z >>= 8;
	}
}

unsigned char *
wire_open(struct pen *p, unsigned char tag)
{
	wire_put(p, tag, 1);
	wire_put(p, 0, 1);
	return p->at;
}

void
wire_close(struct pen *p, unsigned char *opened)
{
	size_t len = (size_t)(p->at - opened), more;

	assert(len <= 0xffff);
	if (len < 0x80) {
		opened[-1] = (unsigned char)len;
		return;
	}
	more = len < 0x100 ? 1 : 2;
	room(p, more);
	move_up(opened, len, more);
	opened[-1] = (unsigned char)(0x80 + more);
	if (more == 2)
		*opened++ = (unsigned char)(len >> 8);
	*opened = (unsigned char)len;
}

void
wire_put_number(struct pen *p, unsigned char tag, uint32_t value)
{
	size_t n = 1;

	/* The first bit is the sign. */
	while (n < 5 && (uint64_t)value >> (8 * n - 1) != 0)
		n++;
	wire_put(p, tag, 1);
	wire_put(p, n, 1);
	wire_put(p, value, n);
}

static struct cursor
spoil(struct cursor *c)
{
	c->bad = true;
	c->left = 0;
	return *c;
}

static unsigned char *
room(struct pen *p, size_t n)
{
	unsigned char *to = p->at;

	assert(n <= p->left);
	p->at += n;
	p->left -= n;
	return to;
}

/* By so many bytes, the last piece first. */
static void
move_up(unsigned char *bytes, size_t len, size_t by)
{
	unsigned char piece[PIECE];
	size_t n;

	for (; len > 0; len -= n) {
		n = len < PIECE ? len : PIECE;
		memcpy(piece, bytes + len - n, n);
		memcpy(bytes + len - n + by, piece, n);
	}
}
