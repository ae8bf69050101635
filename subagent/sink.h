/* SPDX-License-Identifier: ISC */
/*
 * Where the daemon's words go, a record at a time, without ever a wait for who
 * reads them: a file, a pipe or a terminal, or a datagram socket of the system's.
 *
 * A record that the reader has no room for now waits in memory, and with it all
 * later ones, so that they stay in order.  What cannot be written for another
 * reason, a full disk or a reader that has gone, or would wait where max bytes
 * wait already, is lost, and counted.
 *
 * SIGPIPE and SIGXFSZ are to be blocked or ignored.
 */
#ifndef SINK_H
#define SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

/* The longest record; of one for a pipe PIPE_BUF, so that it is not mixed up. */
#define SINK_RECORD_MAX 32768

struct sink {
	int fd;     /* -1: there is none, and nothing is done */
	size_t max; /* bytes that may wait */
	uint64_t lost;
	int err; /* why the last one was */

	/* Datagrams go there; of a file the length is 0. */
	struct sockaddr_un to;
	socklen_t to_len;

	char *waiting; /* records, each after its length in 32 bits */
	size_t begin;
	size_t end;
	size_t size;
	bool cut; /* a part of a record was written */
};

/*
 * Opens a file to append to, which is made with mode 0640 less the umask: a regular
 * file, a FIFO that somebody reads, a character device (/dev/stdout).  Links are
 * followed, since that is one, and since a log's directory is only for who may
 * also write to the log.  Returns NULL or the reason as static text, and then s is
 * what it was; else s, which is not open, is empty but for max.
 */
const char *sink_open_file(struct sink *s, const char *path);

/*
 * Sends to the datagram socket of that path, or abstract name after '@' (unix(7)),
 * which is looked up each time, so that it may come and go.  One that is open goes
 * on with the new address.  Returns as above.
 */
const char *sink_open_socket(struct sink *s, const char *path);

/* Tries once more what waits, and closes it. */
void sink_close(struct sink *s);

/*
 * Writes a record, of a file with its newline, or has it wait.  Returns false when
 * it was lost.  errno changes.
 */
bool sink_put(struct sink *s, const char *record, size_t len);

/* Writes what waits.  Returns whether nothing waits any more. */
bool sink_flush(struct sink *s);

#endif
