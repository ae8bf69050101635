/* SPDX-License-Identifier: ISC */
/*
 * Packets: reading them with bounds, and writing them.
 */
#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Bytes that are still to be read.  Reading beyond their end makes a cursor bad:
 * from then on it gives 0, NULL and bad cursors, and never a byte.
 */
struct cursor {
	const unsigned char *at;
	size_t left;
	bool bad;
};

struct cursor wire_cursor(const void *bytes, size_t len);

/* Everything was read, and nothing beyond the end. */
bool wire_done(const struct cursor *c);

/* A number of up to 8 bytes, in network byte order and in the other one. */
uint64_t wire_get(struct cursor *c, size_t n);
uint64_t wire_get_little(struct cursor *c, size_t n);

/* The next n bytes, or NULL. */
const unsigned char *wire_take(struct cursor *c, size_t n);

/* The same as a cursor of their own. */
struct cursor wire_part(struct cursor *c, size_t n);

/* Whether the next n bytes are these. */
bool wire_same(struct cursor *c, const void *bytes, size_t n);

/*
 * BER (X.690) with lengths of up to 4 bytes: what the next element holds, which
 * has to be of that tag, and the same for whole numbers.
 */
struct cursor wire_ber(struct cursor *c, unsigned char tag);
int64_t wire_ber_number(struct cursor *c, unsigned char tag);

enum {
	BER_BOOLEAN = 0x01,
	BER_INTEGER = 0x02,
	BER_STRING = 0x04,
	BER_NULL = 0x05,
	BER_OID = 0x06,
	BER_ENUMERATED = 0x0a,
	BER_GENERALIZED_TIME = 0x18,
	BER_SEQUENCE = 0x30,
};

/* Where a packet is being written.  That it fits is for the writer to know. */
struct pen {
	unsigned char *at;
	size_t left;
};

struct pen wire_pen(unsigned char *to, size_t size);

/* n bytes of a number, in network byte order. */
void wire_put(struct pen *p, uint64_t value, size_t n);
void wire_put_bytes(struct pen *p, const void *bytes, size_t n);
void wire_put_text(struct pen *p, const char *s);
void wire_put_zeros(struct pen *p, size_t n);

/* n hexadecimal digits. */
void wire_put_hex(struct pen *p, uint64_t value, size_t n);
void wire_put_decimal(struct pen *p, unsigned value);

/* n bytes that follow from *seed, which is another one then. */
void wire_put_random(struct pen *p, uint64_t *seed, size_t n);

/*
 * An element of BER: opened, filled, and closed with what opening returned.  One
 * that is in another one is closed first.
 */
unsigned char *wire_open(struct pen *p, unsigned char tag);
void wire_close(struct pen *p, unsigned char *opened);

/* A whole element that is a number, of up to 4 bytes and not negative. */
void wire_put_number(struct pen *p, unsigned char tag, uint32_t value);

#endif
