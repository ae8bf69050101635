/* SPDX-License-Identifier: ISC */
/*
 * The session with the master agent, snmpd, by AgentX (RFC 2741): net-snmp's, but for
 * what waits or repeats itself there.  A process has one, and has it once: when it is
 * lost, the library is in no state to begin another one.
 *
 * It registers and notifies with messages of our own, whose answers come as any
 * others, so that nothing but opening and closing waits for the master, each for
 * seconds at the most; and it sends no pings, since a master that has ended is
 * seen by the end of the connection, and one that is stopped comes back to a session
 * that still is there.
 */
#ifndef SNMP_MASTER_H
#define SNMP_MASTER_H

#include <stdbool.h>
#include <stdint.h>

#include "snmp_handler.h"

enum snmp_master_state {
	SNMP_MASTER_REGISTERING,
	SNMP_MASTER_REFUSED, /* not registered: why says so; it tries again */
	SNMP_MASTER_REGISTERED, /* managers see us */
	SNMP_MASTER_LOST,
};

/*
 * Opens the session at a place as net-snmp has it, "unix:/var/agentx/master" or
 * "tcp:127.0.0.1:705".  Returns whether there is one.  What the library has to say
 * goes to the log as debugging.
 */
bool snmp_master_open(const char *program, const char *socket,
    struct snmp_handler *h);

/* Ends the session, if there is one. */
void snmp_master_close(void);

enum snmp_master_state snmp_master_state(void);

/* Why it is refused, as static text, or NULL. */
const char *snmp_master_why(void);

/*
 * Does what is due, and waits for messages and for fd, which is the caller's, until
 * a time of CLOCK_MONOTONIC.  Returns whether fd is readable.
 */
bool snmp_master_wait(int fd, int64_t until_us);

/* sysUpTime of the master agent. */
uint32_t snmp_master_uptime_cs(void);

/*
 * Sends a notification.  The function is told whether the master has taken it, unless
 * the session is lost before it says so.  False: it is lost, and nothing was sent.
 */
typedef void snmp_master_taken_fn(void *ctx, bool ok);

bool snmp_master_notify(const struct mib_notice *notice,
    snmp_master_taken_fn *taken, void *ctx);

#endif
