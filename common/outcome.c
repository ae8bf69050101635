/* SPDX-License-Identifier: ISC */
#include "outcome.h"

#include "escape.h"

static const struct {
	char name[20]; /* in place: a pointer costs at every start */
	const char *meaning;
	enum port_state port;
	enum state state;
	int rank;
} outcomes[OUTCOME_COUNT] = {
#define OUTCOME(symbol, name, port, state, rank, meaning) \
	[OUTCOME_##symbol] = { name, meaning, port, state, rank },
#include "outcome.def"
#undef OUTCOME
};

static const char *const port_states[] = {
	[PORT_UNKNOWN] = "unknown",
	[PORT_OPEN] = "open",
	[PORT_CLOSED] = "closed",
	[PORT_FILTERED] = "filtered",
	[PORT_OPEN_FILTERED] = "open|filtered",
};

const char *
outcome_name(enum outcome o)
{
	return outcomes[o].name;
}

bool
outcome_find(const char *name, size_t len, enum outcome *o)
{
	size_t i;

	for (i = 0; i < OUTCOME_COUNT; i++)
		if (word_equal(outcomes[i].name, name, len)) {
			*o = (enum outcome)i;
			return true;
		}
	return false;
}

const char *
outcome_meaning(enum outcome o)
{
	return outcomes[o].meaning;
}

enum port_state
outcome_port(enum outcome o)
{
	return outcomes[o].port;
}

enum state
outcome_default_state(enum outcome o)
{
	return outcomes[o].state;
}

bool
outcome_of_handler(enum outcome o)
{
	return o == OUTCOME_HANDLER_WARNING || o == OUTCOME_HANDLER_CRITICAL ||
	    o == OUTCOME_HANDLER_UNKNOWN;
}

bool
outcome_distrusts(enum outcome o)
{
	return o == OUTCOME_CERT_UNTRUSTED || o == OUTCOME_CERT_MISMATCH;
}

bool
outcome_tells_more(enum outcome a, enum outcome b)
{
	return outcomes[a].rank > outcomes[b].rank;
}

const char *
port_state_name(enum port_state p)
{
	return port_states[p];
}

const char *
port_state_words(enum port_state p)
{
	return p == PORT_OPEN_FILTERED ? "open or filtered" : port_states[p];
}
