/* SPDX-License-Identifier: ISC */
/*
 * What a peer says in place of a TLS handshake: nobody can finish one without
 * having read what we said, and so each ends in a failure with a reason.
 *
 * Input: what the peer sends before it closes.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tls.h"

/* What fits into a socket at once. */
#define BYTES_MAX 65536

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct tls_conf conf = { .min_version = TLS_1_0,
		.verify = true };
	static struct tls_context *context;
	enum tls_status status;
	struct tls *t;
	size_t heard;
	int fds[2];

	if (context == NULL)
		context = tls_context_new(&conf);
	if (size > BYTES_MAX ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == -1)
		return 0;
	assert(write(fds[1], data, size) == (ssize_t)size);
	(void)shutdown(fds[1], SHUT_WR);
	t = tls_start(context, fds[0], "www.test");
	assert(t != NULL);
	status = tls_handshake(t);
	assert(status == TLS_CLOSED || status == TLS_FAILED);
	assert(tls_why(t)[0] != '\0' && tls_told(t) == NULL);
	(void)tls_heard(t, &heard);
	assert(heard <= size);
	tls_free(t);
	(void)close(fds[0]);
	(void)close(fds[1]);
	return 0;
}
