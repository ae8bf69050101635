/* SPDX-License-Identifier: ISC */
/*
 * The port table: one file in which portstated keeps what it knows of each entry
 * and what has happened, for itself after a restart and for every reader.
 *
 * A header, records of fixed size by index, a ring of events; all in the byte
 * order of the machine, as byte_order tells.  portstated alone writes it, under a
 * lock (flock(2)) of the file itself.
 *
 * The header and each record begin with a sequence number that is odd while the
 * rest is being written: who reads an odd one, or another after the rest than
 * before it, reads again, and after a few times says that the table is busy.
 * An event has its own number in it, written last: one that has another number
 * than its place demands was overwritten, or is being written.
 *
 * Everything is written in an order that lets a writer that is killed at any
 * moment, or a machine that loses its power, leave a table that can be repaired:
 * an event that was decided is in the ring before its record says so, and the
 * record names the last event that it knows of.
 *
 * What changes the meaning of a byte raises TABLE_VERSION.
 */
#ifndef TABLE_FORMAT_H
#define TABLE_FORMAT_H

#include <stdint.h>

#define TABLE_MAGIC "PORTTBL"
#define TABLE_VERSION 1
#define TABLE_BYTE_ORDER UINT32_C(0x01020304)

/* Times are microseconds; of the wall clock since 1970; 0: never. */

struct table_header {
	uint32_t seq;
	char magic[8];
	uint32_t version;
	uint32_t byte_order;
	uint32_t header_size; /* bytes, each */
	uint32_t record_size;
	uint32_t event_size;
	uint32_t capacity;   /* records there is room for */
	uint32_t ring;       /* events there is room for: a power of two */
	uint32_t n_records;  /* indexes 1 to this have been given */
	uint32_t replaced;   /* a newer file has this one's name: open that */
	uint64_t next_event; /* its number; the first is 1 */
	int64_t started_us;  /* the writer */
	int64_t discontinuity_us; /* when counters may have lost something */
	uint32_t config_serial;   /* one more when the set of entries changes */
	uint32_t pid;
	/* Of the whole, as of written_us. */
	int64_t written_us;
	int64_t behind_us; /* by how much probing is late; 0: it is not */
	int64_t stale_us;  /* after this time the table is stale */
	uint64_t probes;
	uint32_t in_flight;
	uint32_t entries;   /* enabled */
	uint32_t states[4]; /* by enum state */
	uint32_t ports[8];  /* by enum port_state */
	uint32_t lagged;
	uint32_t severe;
	int64_t last_change_us;
	char program[32]; /* "portstated 0.1.0" */
	unsigned char spare[64];
};

/* Flags of a record. */
#define TABLE_USED 1u    /* its index is that of an entry */
#define TABLE_ENABLED 2u /* the configuration has it */
#define TABLE_KNOWN 4u   /* it was probed, and its state is decided */
#define TABLE_UNSURE 8u  /* its state is being confirmed */
#define TABLE_LAGGED 16u
#define TABLE_SEVERE 32u
#define TABLE_DOWN 64u /* decided: not as expected, whatever it is worth */

struct table_record {
	uint32_t seq;
	uint32_t index; /* from 1; never given to another name */
	uint32_t flags;
	uint8_t state;       /* enum state: what it is worth */
	uint8_t outcome;     /* enum outcome: of the last round */
	uint8_t port_state;  /* enum port_state: decided */
	uint8_t expected;    /* enum expected */
	uint8_t transport;   /* 0 tcp, 1 udp, 2 unix */
	uint8_t severity;    /* enum state */
	uint8_t addr_family; /* 0: none, 4 or 6 */
	uint8_t addr_len;
	unsigned char addr[16];
	uint32_t addr_scope;
	uint16_t port;
	uint16_t err;           /* errno of the cause */
	uint32_t failed_rounds; /* in a row */
	/* What the configuration says, in milliseconds; 0: nothing. */
	uint32_t interval_ms;
	uint32_t timeout_ms;
	uint32_t warning_ms;
	uint32_t critical_ms;
	uint32_t lag_ms;
	/* Round trips in microseconds; UINT32_MAX: none. */
	uint32_t rtt_us;
	uint32_t rtt_min_us;
	uint32_t rtt_max_us;
	uint32_t rtt_avg_us;
	uint32_t jitter_us; /* RFC 3550 6.4.1 */
	uint64_t rtt_sum_us;
	uint64_t rtt_sum_squares;
	uint64_t probes;
	uint64_t responses;
	uint64_t failures;
	uint32_t changes;
	uint32_t spare32;
	int64_t last_change_us;
	int64_t last_probe_us;
	int64_t created_us;
	uint64_t last_event; /* that the record knows of; 0: none */
	char name[256];      /* of the entry; with NULs to its end, each */
	char host[256];
	char protocol[24];
	char portset[64];
	char reason[128]; /* in words, escaped */
	unsigned char spare[64];
};

/* What happened to an entry. */
enum table_event_kind {
	TABLE_EVENT_DOWN = 1,
	TABLE_EVENT_UP,
	TABLE_EVENT_LAGGED,
	TABLE_EVENT_NORMAL,
	TABLE_EVENT_SEVERE,
	TABLE_EVENT_RECOVERED, /* up again after severe */
};

struct table_event {
	uint64_t number; /* written last; 0: never used */
	int64_t at_us;   /* when it was decided */
	uint32_t index;
	uint8_t kind;
	uint8_t state; /* enum state, before and after */
	uint8_t old_state;
	uint8_t port_state;
	uint8_t old_port_state;
	uint8_t outcome;
	uint16_t spare16;
	uint32_t rtt_us;
	uint32_t failed_rounds;
	uint32_t lag_ms; /* the limit */
	uint32_t spare32;
	char reason[128];
	char name[256]; /* so that it tells all by itself */
};

#endif
