/* SPDX-License-Identifier: ISC */
/*
 * The socket on which snmpd listens for subagents, before there is a session: whether
 * somebody is there, and waiting until somebody is.
 *
 * A place is as net-snmp has it:
 *
 *	unix:PATH, /PATH	whose directory is watched, inotify(7)
 *	tcp:ADDRESS:PORT	which is tried some times a second
 */
#ifndef SNMP_SOCKET_H
#define SNMP_SOCKET_H

#include <stdbool.h>
#include <stdint.h>

struct snmp_socket;

/* NULL: it is a place; or why not, as static text. */
const char *snmp_socket_check(const char *place);

/* place: one that was checked, borrowed. */
struct snmp_socket *snmp_socket_new(const char *place);
void snmp_socket_free(struct snmp_socket *s);

/*
 * Whether somebody listens: a connection to it was made, and closed.  Else why not.
 */
bool snmp_socket_try(struct snmp_socket *s, const char **why);

/*
 * Waits until it is worth to try again, fd is readable, or a time of CLOCK_MONOTONIC
 * has come.
 */
void snmp_socket_wait(struct snmp_socket *s, int fd, int64_t until_us);

#endif
