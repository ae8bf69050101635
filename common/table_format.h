/* SPDX-License-Identifier: ISC */
/*
 * The port table: one file in which portstated keeps what it knows of each entry
 * and what has happened, for itself after a restart and for every reader.
 *
 *     0                        struct table_head: what the file is; never changes
 *     TABLE_LIVE_AT            struct table_live: the writer, and the whole
 *     TABLE_RECORDS_AT         struct table_record of index 1, 2 … capacity
 *     after them               struct table_event, ring of them: that of number n
 *                              is in place n modulo ring
 *     in the page after them   struct table_bits, of so many records each: which of
 *                              them are enabled
 *
 * All in the byte order of the machine, as byte_order tells.  portstated alone
 * writes it, under a lock (flock(2)) of the file itself; the others read it with
 * pread(2).
 *
 * Each part is written by one pwrite(2) and ends with a check of all before it
 * (table_layout.h), which is right when all of the part was written at one time:
 * who finds it wrong reads again, and after a while says that the table is busy,
 * or damaged.  No part lies across a page, so a writer that is killed leaves whole
 * ones.  Only a lost power may leave half of one, and then a record has the check of
 * its name, which all that was ever written there agrees on.
 *
 * The bits say nothing that records do not, in little: they are written after them, and
 * before config_serial, and made anew by each writer that starts.  Who finds them wrong,
 * of another writer or not there reads the records.
 *
 * An event that was decided is on disk before its record is written, and the record
 * names the last event that it knows of.
 *
 * What changes the meaning of a byte raises TABLE_VERSION.
 */
#ifndef TABLE_FORMAT_H
#define TABLE_FORMAT_H

#include <stdint.h>

/* The file that it is when none is named. */
#define TABLE_USUAL LOCALSTATEDIR "/lib/portstate/table"

#define TABLE_MAGIC "PORTTBL"
#define TABLE_VERSION 1
#define TABLE_BYTE_ORDER UINT32_C(0x01020304)

#define TABLE_LIVE_AT 512
#define TABLE_RECORDS_AT 4096

/* The longest name with its NUL. */
#define TABLE_NAME_SIZE 256
#define TABLE_REASON_SIZE 128

/* Times are microseconds; of the wall clock since 1970; 0: never. */

struct table_head {
	char magic[8];
	uint32_t byte_order;
	uint32_t version;
	uint32_t live_size; /* bytes, each */
	uint32_t record_size;
	uint32_t event_size;
	uint32_t capacity; /* records there is room for */
	uint32_t ring;     /* events there is room for: a power of two */
	uint32_t spare32;
	int64_t born_us; /* indexes and numbers mean the same since */
	uint64_t check;
};

/* Of the whole, as the daemon tells it. */
struct table_totals {
	int64_t behind_us; /* by how much probing is late; 0: it is not */
	int64_t stale_us;  /* after this time the table is stale */
	uint64_t probes;
	uint32_t in_flight;
	uint32_t config_serial; /* one more when the set of entries changes */
	uint32_t entries;       /* enabled */
	uint32_t lagged;
	uint32_t severe;
	uint32_t spare32;
	uint32_t states[4]; /* by enum state */
	uint32_t ports[8];  /* by enum port_state */
	int64_t last_change_us;
};

struct table_live {
	uint32_t seq;       /* one more each time it is written */
	uint32_t replaced;  /* 1: a newer file has this one's name: open that */
	uint32_t n_records; /* indexes 1 to this have been given */
	uint32_t pid;       /* of the writer; 0: it has ended */
	uint64_t next_event;      /* its number; the first is 1 */
	uint64_t done_below;      /* the daemon has done what these demand */
	uint64_t missed;          /* events overwritten before that */
	int64_t started_us;       /* the writer */
	int64_t discontinuity_us; /* when counters may have lost something */
	int64_t written_us;
	struct table_totals totals;
	char program[32]; /* "portstated 0.1.0" */
	unsigned char spare[64];
	uint64_t check;
};

/* Flags of a record. */
#define TABLE_USED 1u    /* its index is that of an entry */
#define TABLE_ENABLED 2u /* the configuration has it */
#define TABLE_KNOWN 4u   /* it was probed, and its state is decided */
#define TABLE_UNSURE 8u  /* its state is being confirmed */
#define TABLE_LAGGED 16u
#define TABLE_SEVERE 32u
#define TABLE_DOWN 64u /* decided: not as expected, whatever it is worth */
#define TABLE_FLAGS 127u

enum table_transport {
	TABLE_TCP,
	TABLE_UDP,
	TABLE_UNIX,
};

struct table_record {
	uint32_t index;             /* from 1; never given to another name */
	uint32_t seq;               /* one more each time it is written */
	char name[TABLE_NAME_SIZE]; /* strings have NULs to their end */
	uint64_t name_check;        /* of index and name */
	uint32_t flags;
	uint8_t state;       /* enum state: what it is worth */
	uint8_t outcome;     /* enum outcome: of the last round */
	uint8_t port_state;  /* enum port_state: decided */
	uint8_t expected;    /* enum expected */
	uint8_t transport;   /* enum table_transport */
	uint8_t severity;    /* enum state */
	uint8_t addr_family; /* 0: none, 4 or 6 */
	uint8_t addr_len;    /* 0, 4 or 16 */
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
	uint32_t changes;
	uint32_t jitter_rest; /* sixteenths, of jitter_us */
	uint64_t rtt_sum_us;
	uint64_t rtt_sum_squares;
	uint64_t probes;
	uint64_t responses;
	uint64_t failures;
	int64_t last_change_us;
	int64_t last_probe_us;
	int64_t created_us;
	uint64_t last_event; /* that the record knows of; 0: none */
	char host[256];
	char protocol[24];
	char portset[64];
	char reason[TABLE_REASON_SIZE]; /* in words, escaped */
	unsigned char spare[112];
	uint64_t check;
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
	uint64_t number; /* 0: never used */
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
	char reason[TABLE_REASON_SIZE];
	char name[TABLE_NAME_SIZE]; /* so that it tells all by itself */
	unsigned char spare[72];
	uint64_t check;
	uint64_t done; /* number, when the daemon has done what it demands */
};

/* The records of a part. */
#define TABLE_BITS 8000

struct table_bits {
	uint32_t number; /* of the part, from 0 */
	uint32_t seq;
	int64_t started_us; /* of its writer, as in what is told of the whole */
	uint64_t words[TABLE_BITS / 64]; /* the first has the lowest bit */
	uint64_t check;
};

#endif
