/* SPDX-License-Identifier: ISC */
/*
 * Writes what the code takes PORTSTATE-MIB for, sorted as it comes, a line each:
 *
 *	object NAME OID scalar|column SYNTAX ACCESS
 *	notification NAME OID OBJECT...
 *	enum SYNTAX LABEL NUMBER
 *
 * Numbers of enumerations are those that come out for what the rest of the program calls
 * by that name.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "expected.h"
#include "mib_notice.h"
#include "outcome.h"
#include "state.h"

static struct mib_view *view;

static void
put_oid(const struct mib_oid *oid)
{
	size_t i;

	printf(MIB_BASE);
	for (i = 0; i < oid->len; i++)
		printf(".%u", oid->ids[i]);
}

static void
put_object(enum mib_object o)
{
	static const char *const access[] = {
		[MIB_READ] = "read-only",
		[MIB_NOTIFY] = "accessible-for-notify",
		[MIB_NONE] = "not-accessible",
	};
	const struct mib_row *row = mib_row(o);
	const struct mib_oid oid = mib_oid(o);

	printf("object %s ", row->name);
	put_oid(&oid);
	printf(" %s %s %s\n",
	    mib_instances(o) == MIB_SCALARS ? "scalar" : "column", row->syntax,
	    access[row->access]);
}

static void
put_notice(const char *name, const struct mib_notice *n)
{
	size_t i;

	printf("notification %s ", name);
	put_oid(&n->oid);
	for (i = 0; i < n->n; i++) {
		const struct mib_oid *oid = &n->varbinds[i].oid;

		printf(" %s", mib_row(mib_find(oid->ids, oid->len))->name);
	}
	printf("\n");
}

static void
put_event(const char *name, enum table_event_kind kind)
{
	const struct table_event e = { .index = 1, .kind = (uint8_t)kind };
	struct mib_notice n;

	mib_notice_event(view, &e, &n);
	put_notice(name, &n);
}

static void
put_storm(void)
{
	struct mib_notice n;

	mib_notice_storm(view, &n);
	put_notice("psStorm", &n);
}

/* "no-reply" is noReply. */
static void
put_enum(enum mib_object o, const char *name, const struct table_record *r)
{
	const struct mib_source s = { .record = r };
	struct mib_value v;
	bool word = false;

	mib_value(&s, o, &v);
	printf("enum %s ", mib_row(o)->syntax);
	for (; *name != '\0'; name++) {
		if (isalnum((unsigned char)*name))
			putchar(word ? toupper((unsigned char)*name)
				     : tolower((unsigned char)*name));
		word = !isalnum((unsigned char)*name);
	}
	printf(" %u\n", (unsigned)v.number);
}

static void
put_enums(void)
{
	static const char *const transports[] = {
		[TABLE_TCP] = "tcp",
		[TABLE_UDP] = "udp",
		[TABLE_UNIX] = "unix",
	};
	struct table_record r = { .last_probe_us = 0 };

	put_enum(MIB_psCheckReason, "none", &r);
	r.last_probe_us = 1;
	for (r.outcome = 0; r.outcome < OUTCOME_COUNT; r.outcome++)
		put_enum(MIB_psCheckReason,
		    outcome_name((enum outcome)r.outcome), &r);
	for (r.state = 0; r.state <= STATE_UNKNOWN; r.state++)
		put_enum(MIB_psCheckStatus, state_name((enum state)r.state),
		    &r);
	for (r.port_state = 0; r.port_state <= PORT_OPEN_FILTERED;
	     r.port_state++)
		put_enum(MIB_psCheckState,
		    port_state_name((enum port_state)r.port_state), &r);
	for (r.expected = 0; r.expected <= EXPECTED_ANY; r.expected++)
		put_enum(MIB_psCheckExpected,
		    expected_name((enum expected)r.expected), &r);
	for (r.transport = 0; r.transport <= TABLE_UNIX; r.transport++)
		put_enum(MIB_psCheckTransport, transports[r.transport], &r);
}

int
main(void)
{
	static const struct mib_notify notify;
	unsigned i;

	view = mib_view_new("/dev/null", &notify);
	for (i = 0; i < MIB_OBJECTS; i++)
		put_object((enum mib_object)i);
	put_event("psStateChange", TABLE_EVENT_DOWN);
	put_event("psLagged", TABLE_EVENT_LAGGED);
	put_event("psSevere", TABLE_EVENT_SEVERE);
	put_storm();
	put_enums();
	mib_view_free(view);
	return 0;
}
