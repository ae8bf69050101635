/* SPDX-License-Identifier: ISC */
/*
 * What systemd, or who else started us, is told of the daemon's life: the protocol
 * of sd_notify(3), in which each message is a datagram to $NOTIFY_SOCKET.
 *
 * Without that socket all of this does nothing.  Nothing waits: what the manager has
 * no room for is sent with the next message, in the same order.  So that it also
 * arrives when that is far away, service_manager_flush() is to be called some times
 * a second.
 */
#ifndef SERVICE_MANAGER_H
#define SERVICE_MANAGER_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Takes $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID, which no child of ours
 * shall find.  Returns NULL or why the socket cannot be used, as static text.  To be
 * called by the process that the daemon is, not by one that forks it.
 */
const char *service_manager_open(void);
void service_manager_close(void);

/*
 * It is ready, the first time or after what follows; it reads its configuration
 * anew, since now_us of CLOCK_MONOTONIC; it ends.
 */
void service_manager_ready(void);
void service_manager_reloading(int64_t now_us);
void service_manager_stopping(void);

/* What it does, in a few words of printable ASCII (printable.h). */
void service_manager_status(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));

/*
 * How often it has to say that it lives, half of what the manager waits for that; 0:
 * never.
 */
int64_t service_manager_watchdog_us(void);
void service_manager_alive(void);

/* Returns whether all was sent. */
bool service_manager_flush(void);

#endif
