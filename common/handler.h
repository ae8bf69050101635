/* SPDX-License-Identifier: ISC */
/*
 * A handler: a command of the user's, any plugin of the Monitoring Plugins
 * guidelines say, that decides in place of a conversation whether a port is
 * open.  What is here says with what it is run, and reads what it writes.
 *
 * Its words are a list, never a line for a shell: fields in them are filled
 * after the list was made, so that each stays one argument, whatever is in it.
 * A host that begins with '-' would be an option to it: hosts are checked
 * elsewhere (hostlist.h).
 */
#ifndef HANDLER_H
#define HANDLER_H

#include <stdbool.h>

#include "addr.h"
#include "call.h"
#include "target.h"
#include "text.h"

/* Performance data of a handler: more values than this are left out. */
#define HANDLER_VALUES_MAX 64

/* Appends a name of that target: of its host, or of the entry that it is. */
typedef void handler_name_fn(struct text *t, const void *ctx,
    const struct target *target);

/* Shared by all targets that it decides of; all that it points to outlives it. */
struct handler {
	/*
	 * The command and its arguments, then NULL.  The command is an absolute
	 * path, or a name to be looked for in CALL_PATH, without fields.  In
	 * arguments:
	 *
	 *	%h  name of the host
	 *	%a  address that it has, the first of several; or the path
	 *	%p  port; nothing with a path
	 *	%P  transport: tcp, udp or unix
	 *	%t  time that there is, in whole seconds, rounded up
	 *	%n  name of the entry
	 *	%%  a percent sign
	 */
	const char *const *words;
	handler_name_fn *host; /* NULL: host as it is given, or the path */
	handler_name_fn *name; /* NULL: host/transport/port, or the path */
	const void *ctx;
};

/* False: it cannot be used; the reason is appended to error. */
bool handler_check(const struct handler *h, struct text *error);

/* What is asked. */
struct handler_question {
	const struct target *target; /* whose handler it is */
	const struct addr *addr;
	int64_t timeout_us;
};

/*
 * What a handler that was checked is run with, as call_init(); the fields are in
 * the environment, too, as PORTSTATE_HOST, _ADDRESS, _PORT, _TRANSPORT, _TIMEOUT
 * and _NAME.
 */
bool handler_call_init(struct call *c, const struct handler *h,
    const struct handler_question *q);

/*
 * What it wrote, read by the guidelines: how many bytes of its first line are
 * text, without performance data and the white space in front of them.
 */
size_t handler_line(const void *out, size_t len);

/*
 * Appends its performance data, those of the first line and, behind the text
 * of further ones, the others, as far as they are valid (perfdata.h).
 */
void handler_perfdata(struct text *t, const void *out, size_t len);

#endif
