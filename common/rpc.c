/* SPDX-License-Identifier: ISC */
#include "rpc.h"

#include "wire.h"

enum { CALL = 0, REPLY = 1, RPC_VERSION = 2, PROCEDURE_NULL = 0 };
enum { PORTMAP = 100000, NFS = 100003 };
enum { MSG_ACCEPTED = 0, MSG_DENIED = 1 };
enum { SUCCESS = 0, PROG_UNAVAIL = 1, PROG_MISMATCH = 2 };

#define VERIFIER_MAX 400

static size_t ask(const struct question *, unsigned, unsigned);

size_t
rpc_portmap_ask(const struct question *q)
{
	return ask(q, PORTMAP, 2);
}

size_t
rpc_nfs_ask(const struct question *q)
{
	return ask(q, NFS, 3);
}

enum judgement
rpc_answer(struct exchange *x)
{
	struct cursor c = wire_cursor(x->answer, x->len),
		      sent = wire_cursor(x->sent.data, x->sent.len);
	uint64_t id = wire_get(&c, 4), what = wire_get(&c, 4), status, len;

	if (c.bad)
		return exchange_mismatch(x, "too short");
	if (id != wire_get(&sent, 4))
		return JUDGE_MORE;
	if (what != REPLY)
		return exchange_mismatch(x, "the question came back");
	status = wire_get(&c, 4);
	if (!c.bad && status == MSG_DENIED)
		return exchange_mismatch(x, "denied");
	if (status != MSG_ACCEPTED)
		return exchange_mismatch(x, "malformed");
	(void)wire_get(&c, 4);
	len = wire_get(&c, 4);
	if (len > VERIFIER_MAX)
		return exchange_mismatch(x, "malformed");
	(void)wire_take(&c, (len + 3) / 4 * 4);
	status = wire_get(&c, 4);
	if (status == PROG_MISMATCH)
		(void)wire_get(&c, 8);
	if (!wire_done(&c))
		return exchange_mismatch(x, "malformed");
	if (status == PROG_UNAVAIL)
		return exchange_mismatch(x, "no such program");
	return status == SUCCESS || status == PROG_MISMATCH
	    ? JUDGE_MATCH
	    : exchange_mismatch(x, "an error of the server");
}

/* Of nobody: AUTH_NONE, twice. */
static size_t
ask(const struct question *q, unsigned program, unsigned version)
{
	struct pen p = wire_pen(q->to, STEP_MADE_MAX);

	wire_put(&p, q->arbitrary, 4);
	wire_put(&p, CALL, 4);
	wire_put(&p, RPC_VERSION, 4);
	wire_put(&p, program, 4);
	wire_put(&p, version, 4);
	wire_put(&p, PROCEDURE_NULL, 4);
	wire_put_zeros(&p, 16);
	return (size_t)(p.at - q->to);
}
