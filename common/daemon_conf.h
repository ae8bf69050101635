/* SPDX-License-Identifier: ISC */
/*
 * What portstated is told of itself, in the sections daemon and notify of a
 * configuration or by its options.  portstate.yaml(5) has the keys.
 */
#ifndef DAEMON_CONF_H
#define DAEMON_CONF_H

#include <stdbool.h>
#include <stdint.h>

/* Strings are borrowed.  Zero: not said, and the default counts. */
struct daemon_conf {
	const char *table; /* a file */
	uint32_t events;   /* that the table keeps: a power of two */
	unsigned parallel; /* probes in flight */
	unsigned rate;     /* probes in a second */
	int64_t names_us;  /* addresses of a name are good, if nobody says */
	const char *log;   /* a file */
	enum daemon_choice {
		DAEMON_UNSAID,
		DAEMON_NO,
		DAEMON_YES,
	} syslog;

	/* What is run for an event. */
	const char *const *command; /* words; NULL: nothing */
	unsigned notify_parallel;   /* at once */
	int64_t notify_timeout_us;  /* of each */
	unsigned notify_retries;    /* further tries of one that failed */
	int64_t notify_backoff_us;  /* before the first of them */
	unsigned notify_events;     /* 1u << enum table_event_kind, each */
};

#define DAEMON_EVENTS 16384
#define DAEMON_NAMES_US (300 * CLOCK_SECOND)
#define DAEMON_NOTIFY_PARALLEL 4
#define DAEMON_NOTIFY_TIMEOUT_US (30 * CLOCK_SECOND)
#define DAEMON_NOTIFY_RETRIES 5
#define DAEMON_NOTIFY_BACKOFF_US CLOCK_SECOND
/* The time between two tries is doubled each time, up to this. */
#define DAEMON_NOTIFY_BACKOFF_MAX_US (300 * CLOCK_SECOND)

/* No retries, where that is said; 0, where the defaults have been applied. */
#define DAEMON_NOTIFY_NO_RETRIES UINT32_MAX

/* Of notifications over SNMP: how many a second or at once, and times. */
#define SNMP_RATE_MAX 10000
#define SNMP_SECONDS_MAX 86400

#endif
