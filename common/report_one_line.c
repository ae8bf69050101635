/* SPDX-License-Identifier: ISC */
/*
 * SERVICE STATE - text|performance data
 *
 * The words are those of the Monitoring Plugins 2.x where they have any, since
 * people search for them.
 */
#include "report.h"

static bool judged_datagram(const struct report *);
static bool all_addresses(const struct report *);
static void mismatch(struct text *, const struct report *, const struct text *);

void
report_one_line(struct text *t, const struct report *r)
{
	text_printf(t, "%s %s - ", r->service, state_name(r->verdict.state));
	report_bounded(t, r, report_words);
	if (r->verbosity > 0)
		report_details(t, r);
}

void
report_words(struct text *t, const struct report *r)
{
	const struct result *result = r->result;
	struct text where;

	text_init(&where, REPORT_MAX);
	report_where(&where, r);
	if (r->verdict.told != result->outcome) {
		report_dates(t, r, true);
		text_puts(t, ", ");
	}
	if (result->outcome == OUTCOME_OK) {
		text_printf(t, "%.3f second response time %s",
		    (double)result->time_us / 1e6, where.data);
		if (result->has_offset) {
			text_puts(t, ", its ");
			report_clock(t, r);
		} else if (result->reply.len > 0 && !r->jail &&
		    !judged_datagram(r)) {
			text_puts(t, " [");
			report_answer(t, r);
			text_puts(t, "]");
		}
	} else if (result->outcome == OUTCOME_MISMATCH) {
		mismatch(t, r, &where);
	} else {
		report_failure(t, r);
		if (result->n_attempts > 1 && !all_addresses(r))
			text_printf(t, ", %zu addresses tried",
			    result->n_attempts);
	}
	if (result->handshake != NULL && r->verdict.told == result->outcome &&
	    (r->policy->has_days || r->verdict.dates_outcome != OUTCOME_OK)) {
		text_puts(t, ", ");
		report_dates(t, r, false);
	}
	if (result->syn_resent > 0)
		text_printf(t, ", SYN resent %u time%s", result->syn_resent,
		    result->syn_resent == 1 ? "" : "s");
	if (result->asked > 1)
		text_printf(t, ", asked %u times", result->asked);
	if (r->policy->expected != EXPECTED_OPEN) {
		if (r->policy->expected == EXPECTED_ANY &&
		    outcome_port(result->outcome) == PORT_OPEN &&
		    result->outcome != OUTCOME_OK)
			; /* the port is, its answer is not */
		else if (expected_met(r->policy->expected, result->outcome) &&
		    result_told(result))
			text_puts(t, ", as expected");
		else
			text_printf(t, ", expected %s",
			    expected_name(r->policy->expected));
	}
	report_series_words(t, r);
	text_free(&where);
}

/* The bytes of a protocol are not for people. */
static bool
judged_datagram(const struct report *r)
{
	return r->target->inquiry != NULL && r->result->words != NULL;
}

static bool
all_addresses(const struct report *r)
{
	return r->series != NULL && r->series->by_address;
}

static void
mismatch(struct text *t, const struct report *r, const struct text *where)
{
	text_printf(t, "Unexpected response from host/socket %s", where->data);
	if (!r->jail) {
		text_puts(t, ": ");
		report_answer(t, r);
	}
	text_puts(t, " (expected ");
	report_expected(t, r);
	text_puts(t, "; ");
	report_ending(t, r);
	text_puts(t, ")");
}
