/* SPDX-License-Identifier: ISC */
/*
 * A program that goes on in the background, as daemon(7) has it for what is not
 * started by a service manager: forked twice, in a session of its own without a
 * terminal.
 *
 * Who starts it waits until it is ready, and gets its exit status if it never is.
 * Until then it has the standard error it was started with, and says there what
 * is wrong.  It stays in its directory, since names of files are taken from there,
 * the next time too.
 */
#ifndef DAEMONIZE_H
#define DAEMONIZE_H

/*
 * Returns in the daemon.  NULL, or the reason as static text; then the caller, which
 * may be another process by now, says so, calls daemonize_failed() and ends.  To be
 * called before there are threads, epoll, locks or timers, and while signals that
 * end a program still do, for who waits.
 */
const char *daemonize_begin(void);

/*
 * It is ready: its standard descriptors become /dev/null, and who waits exits with
 * 0.  Returns NULL, or the reason as static text, and then it should end: who waited
 * was killed, say.  Does nothing and returns NULL where it was not begun.
 */
const char *daemonize_ready(void);

/*
 * It will not be, and said why: who waits exits with the status, and its caller should
 * too.  If it ends or is killed without that, the status is 1, and a line says so.
 */
void daemonize_failed(int status);

#endif
