/* SPDX-License-Identifier: ISC */
/*
 * Rounds are letters: M met, L met but too slow, N met without a latency,
 * f failed, ? not asked.  Events are letters, too: D down, U up, L lagged,
 * N normal, S severe, R recovered; a dot ends those of a round: "..DS." is none,
 * none, and two.
 */
#include "judge.h"

#include <math.h>

#include "unit.h"

#define LIMIT_MS 100

/* For what is asserted a million times: ck_assert() tells each time. */
#define must(condition)                                 \
	do {                                            \
		if (!(condition))                       \
			ck_abort_msg("%s", #condition); \
	} while (0)

static const char event_letters[] = {
	[TABLE_EVENT_DOWN] = 'D',
	[TABLE_EVENT_UP] = 'U',
	[TABLE_EVENT_LAGGED] = 'L',
	[TABLE_EVENT_NORMAL] = 'N',
	[TABLE_EVENT_SEVERE] = 'S',
	[TABLE_EVENT_RECOVERED] = 'R',
};

static struct judge_round
round_of(char letter)
{
	struct judge_round r = { JUDGE_MET, STATE_OK, PORT_OPEN, LIMIT_MS };

	if (letter == 'L')
		r.latency_ms = LIMIT_MS + 0.001;
	if (letter == 'N')
		r.latency_ms = NAN;
	/* It is refused at once, or after a long while: both are no lag. */
	if (letter == 'f')
		r = (struct judge_round){ JUDGE_FAILED, STATE_CRITICAL,
			PORT_CLOSED, 10.0 * LIMIT_MS };
	if (letter == '?')
		r = (struct judge_round){ JUDGE_UNASKED, STATE_UNKNOWN,
			PORT_UNKNOWN, NAN };
	return r;
}

/* Takes a round; returns its events as letters, good until the next call. */
static const char *
take(struct judge *j, const struct judge_conf *conf, char letter)
{
	static char got[JUDGE_EVENTS_MAX + 1];
	enum table_event_kind events[JUDGE_EVENTS_MAX];
	struct judge_round r = round_of(letter);
	unsigned i, n = judge_round(j, conf, &r, events);

	must(n <= JUDGE_EVENTS_MAX);
	for (i = 0; i < n; i++)
		got[i] = event_letters[events[i]];
	got[n] = '\0';
	return got;
}

/* retries, severe, whether there is a lag limit; rounds and their events. */
static const struct {
	unsigned retries, severe;
	bool lag;
	const char *rounds, *events;
} cases[] = {
	/* Up from the start, and for ever: nothing to tell. */
	{ 2, 12, true, "MMMM", "...." },
	/* Down from the start is an alarm, once confirmed. */
	{ 0, 0, false, "ff", "D.." },
	{ 2, 0, false, "ffff", "..D.." },
	/* Up before it was confirmed: there was nothing. */
	{ 2, 0, false, "ffMff", "....." },
	/* An alarm and its all-clear take the same. */
	{ 1, 0, false, "MffMM", "..D..U." },
	{ 2, 0, false, "MfffMMM", "...D...U." },
	/* Confirmations are in a row. */
	{ 2, 0, false, "MffMffMfff", ".........D." },
	{ 2, 0, false, "fffMMfMMfMMM", "..D.........U." },
	/* Flapping: without retries each is told, with one none is. */
	{ 0, 0, false, "MfMfMf", ".D.U.D.U.D." },
	{ 1, 0, false, "MfMfMf", "......" },
	{ 1, 0, false, "ffMfMfMM", ".D......U." },
	/* Our own fault decides nothing, and interrupts nothing. */
	{ 1, 0, false, "????", "...." },
	{ 1, 0, false, "?f??f?", "....D.." },
	{ 1, 0, true, "L?L?M?M", "..L....N." },
	{ 0, 2, false, "f?f?M", "D..S..RU." },
	/* Severe is inside of down. */
	{ 0, 1, false, "fM", "DS.RU." },
	{ 0, 3, false, "ffffM", "D..S..RU." },
	{ 2, 1, false, "fffMMM", "..DS...RU." },
	/* Rounds that confirm are failed rounds, too. */
	{ 2, 3, false, "fff", "..DS." },
	{ 2, 4, false, "ffff", "..D.S." },
	/* Up before it was severe: nothing recovered. */
	{ 0, 3, false, "ffMffM", "D..U.D..U." },
	/* An up that is not confirmed does not end the row, nor add to it. */
	{ 1, 3, false, "ffMfMM", ".D..S..RU." },
	/* A row that ended up begins anew. */
	{ 1, 3, false, "fMffMM", "...D..U." },
	/* The limit is what may be, and the confirmation is the same. */
	{ 0, 0, true, "LLMM", "L..N.." },
	{ 1, 0, true, "LMLLMLMM", "...L....N." },
	{ 1, 0, false, "LLLL", "...." },
	/* What has no latency says nothing of it, and confirms nothing. */
	{ 1, 0, true, "LNLNLL", ".....L." },
	{ 0, 0, true, "LNNM", "L...N." },
	/* Nor does what failed: who was lagged is so when it is back. */
	{ 0, 0, true, "LfMM", "L.D.UN.." },
	{ 0, 0, true, "LfLM", "L.D.U.N." },
	{ 1, 0, true, "LfLLffLL", "...L..D..U." },
	/* Up and slow: first the all-clear, then the alarm. */
	{ 0, 1, true, "fL", "DS.RUL." },
	{ 1, 1, true, "ffLL", ".DS..RUL." },
};

START_TEST(table)
{
	const struct judge_conf conf = { cases[_i].retries, cases[_i].severe,
		cases[_i].lag ? LIMIT_MS : 0 };
	struct judge j = { 0 };
	char got[100] = "";
	const char *p;

	for (p = cases[_i].rounds; *p != '\0'; p++) {
		strcat(got, take(&j, &conf, *p));
		strcat(got, ".");
	}
	unit_str(cases[_i].rounds, got, cases[_i].events);
}
END_TEST

/*
 * What the events of a round are by the rules alone, found anew from all rounds
 * there were: whether the last retries + 1 that say something agree.
 */
struct model {
	char rounds[64];
	size_t n;
	size_t row; /* where the row of failed rounds may begin */
	bool down, lagged, severe;
};

static bool
all_last(const struct model *m, const char *letters, unsigned many)
{
	size_t i = m->n;

	while (many > 0 && i-- > 0)
		if (m->rounds[i] != '?') {
			if (strchr(letters, m->rounds[i]) == NULL)
				return false;
			many--;
		}
	return many == 0;
}

static const char *
model_take(struct model *m, const struct judge_conf *conf, char letter)
{
	static char want[JUDGE_EVENTS_MAX + 1];
	unsigned many = conf->retries + 1, failed = 0;
	bool was_down = m->down, severe;
	char *p = want;
	size_t i;

	m->rounds[m->n++] = letter;
	if (all_last(m, m->down ? "MLN" : "f", many))
		m->down = !m->down;
	if (!m->down && letter != 'f' && letter != '?')
		m->row = m->n;
	for (i = m->row; i < m->n; i++)
		failed += m->rounds[i] == 'f';
	severe = m->down && conf->severe > 0 && failed >= conf->severe;
	if (m->down && !was_down)
		*p++ = 'D';
	if (severe != m->severe)
		*p++ = severe ? 'S' : 'R';
	if (!m->down && was_down)
		*p++ = 'U';
	if (letter != '?' && conf->lag_ms > 0 &&
	    all_last(m, m->lagged ? "M" : "L", many)) {
		m->lagged = !m->lagged;
		*p++ = m->lagged ? 'L' : 'N';
	}
	m->severe = severe;
	*p = '\0';
	return want;
}

/* Any rounds, in runs, so that what needs many in a row comes about. */
static char
random_round(unsigned *seed, char last)
{
	return unit_random(seed, 3) > 0 ? last
					: "MMLNff?"[unit_random(seed, 7)];
}

START_TEST(as_model)
{
	unsigned seed = (unsigned)_i, game, i;
	char letter = 'M';

	for (game = 0; game < 2000; game++) {
		const struct judge_conf conf = { unit_random(&seed, 4),
			unit_random(&seed, 8),
			unit_random(&seed, 2) * LIMIT_MS };
		struct model m = { 0 };
		struct judge j = { 0 };

		for (i = 0; i < sizeof(m.rounds); i++) {
			const char *got;

			letter = random_round(&seed, letter);
			got = take(&j, &conf, letter);
			if (strcmp(got, model_take(&m, &conf, letter)) != 0)
				ck_abort_msg("%u, %u: %.*s", conf.retries,
				    conf.severe, (int)m.n, m.rounds);
			must(j.down == m.down && j.severe == m.severe &&
			    j.lagged == m.lagged);
		}
	}
}
END_TEST

/* What has an alarm open, by the events alone. */
struct open {
	bool down, lagged, severe;
};

static void
follow(struct open *open, char event)
{
	switch (event) {
	case 'D':
	case 'U':
		must(open->down == (event == 'U') && !open->severe);
		open->down = event == 'D';
		break;
	case 'S':
	case 'R':
		must(open->severe == (event == 'R') && open->down);
		open->severe = event == 'S';
		break;
	default:
		must(open->lagged == (event == 'N'));
		open->lagged = event == 'L';
		break;
	}
}

static void
reconfigure(struct judge *j, struct judge_conf *conf, unsigned *seed,
    struct open *open)
{
	enum table_event_kind events[JUDGE_EVENTS_MAX];
	unsigned i, n;

	conf->retries = unit_random(seed, 4);
	conf->severe = unit_random(seed, 8);
	conf->lag_ms = unit_random(seed, 2) * LIMIT_MS;
	n = judge_reconfigure(j, conf, events);
	for (i = 0; i < n; i++)
		follow(open, event_letters[events[i]]);
	must(judge_reconfigure(j, conf, events) == 0);
}

/* The daemon ends and starts: nothing decided is lost or told twice. */
static void
restart(struct judge *j)
{
	struct table_record r = { .flags = TABLE_USED | TABLE_ENABLED };
	struct judge restored;

	judge_store(j, &r);
	must((r.flags & TABLE_USED) != 0 && (r.flags & TABLE_ENABLED) != 0);
	must(((r.flags & TABLE_UNSURE) != 0) ==
	    (j->against + j->lag_against > 0));
	judge_restore(&restored, &r);
	must(restored.known == j->known && restored.down == j->down &&
	    restored.lagged == j->lagged && restored.severe == j->severe &&
	    restored.failed_rounds == j->failed_rounds &&
	    restored.port == j->port && !judge_unsure(&restored));
	*j = restored;
}

/* A million rounds, of entries that are reconfigured and restarted. */
START_TEST(alternates)
{
	unsigned seed = (unsigned)_i, n;
	struct judge_conf conf = { 0 };
	struct open open = { 0 };
	struct judge j = { 0 };
	char letter = 'M';
	const char *got;

	for (n = 0; n < 250000; n++) {
		letter = random_round(&seed, letter);
		for (got = take(&j, &conf, letter); *got != '\0'; got++)
			follow(&open, *got);
		must(open.down == j.down && open.lagged == j.lagged &&
		    open.severe == j.severe);
		if (unit_random(&seed, 50) == 0)
			reconfigure(&j, &conf, &seed, &open);
		if (unit_random(&seed, 50) == 0)
			restart(&j);
	}
}
END_TEST

/*
 * A configuration that changes: the entry of `rounds` by retries 1, severe 3 and
 * a limit; then others, and what follows from them at once.
 */
static const struct {
	const char *rounds;
	unsigned retries, severe;
	double lag_ms;
	const char *events;
} changes[] = {
	{ "MMM", 0, 1, 1, "" },
	{ "LL", 1, 3, LIMIT_MS, "" },
	{ "LL", 1, 3, 0, "N" },
	{ "LL", 1, 0, 2 * LIMIT_MS, "" },
	{ "MM", 1, 3, 1, "" },
	{ "ffff", 1, 0, LIMIT_MS, "R" },
	{ "ffff", 1, 5, LIMIT_MS, "R" },
	{ "ffff", 1, 4, LIMIT_MS, "" },
	{ "ff", 1, 2, LIMIT_MS, "S" },
	{ "f", 0, 1, LIMIT_MS, "" }, /* it is not down yet */
	{ "LLffff", 0, 0, 0, "RN" },
};

START_TEST(reconfigures)
{
	static const struct judge_conf before = { 1, 3, LIMIT_MS };
	const struct judge_conf after = { changes[_i].retries,
		changes[_i].severe, changes[_i].lag_ms };
	enum table_event_kind events[JUDGE_EVENTS_MAX];
	char got[JUDGE_EVENTS_MAX + 1];
	struct judge j = { 0 };
	const char *p;
	unsigned i, n;

	for (p = changes[_i].rounds; *p != '\0'; p++)
		(void)take(&j, &before, *p);
	n = judge_reconfigure(&j, &after, events);
	for (i = 0; i < n; i++)
		got[i] = event_letters[events[i]];
	got[n] = '\0';
	unit_str(changes[_i].rounds, got, changes[_i].events);
}
END_TEST

/* Whether it is asked sooner, and what it is said to be worth. */
static const struct {
	const char *rounds;
	bool unsure;
	enum state state;
	enum port_state port;
} shown[] = {
	{ "", false, STATE_UNKNOWN, PORT_UNKNOWN },
	{ "?", false, STATE_UNKNOWN, PORT_UNKNOWN },
	{ "M", false, STATE_OK, PORT_OPEN },
	{ "f", true, STATE_UNKNOWN, PORT_UNKNOWN },
	{ "ff", false, STATE_CRITICAL, PORT_CLOSED },
	{ "Mf", true, STATE_OK, PORT_OPEN },
	{ "MfM", false, STATE_OK, PORT_OPEN },
	{ "ffM", true, STATE_CRITICAL, PORT_CLOSED },
	{ "ffMM", false, STATE_OK, PORT_OPEN },
	{ "M?", false, STATE_UNKNOWN, PORT_OPEN },
	{ "M?M", false, STATE_OK, PORT_OPEN },
	{ "Mf?", false, STATE_UNKNOWN, PORT_OPEN },
	{ "Mf?f", false, STATE_CRITICAL, PORT_CLOSED },
	{ "L", true, STATE_OK, PORT_OPEN },
	{ "LL", false, STATE_OK, PORT_OPEN },
	{ "LLM", true, STATE_OK, PORT_OPEN },
	{ "Lff", false, STATE_CRITICAL, PORT_CLOSED },
};

START_TEST(shows)
{
	static const struct judge_conf conf = { 1, 3, LIMIT_MS };
	struct judge j = { 0 };
	const char *p;

	for (p = shown[_i].rounds; *p != '\0'; p++)
		(void)take(&j, &conf, *p);
	ck_assert_msg(judge_unsure(&j) == shown[_i].unsure &&
		judge_state(&j) == shown[_i].state &&
		(enum port_state)j.port == shown[_i].port,
	    "%s", shown[_i].rounds);
}
END_TEST

/* What is down may fail in another way: that is shown, and no event. */
START_TEST(fails_otherwise)
{
	static const struct judge_conf conf = { 0, 0, 0 };
	static const struct judge_round warning = { JUDGE_FAILED, STATE_WARNING,
		PORT_OPEN, 1 };
	static const struct judge_round expiring = { JUDGE_MET, STATE_WARNING,
		PORT_OPEN, 1 };
	enum table_event_kind events[JUDGE_EVENTS_MAX];
	struct judge j = { 0 };

	ck_assert_str_eq(take(&j, &conf, 'f'), "D");
	ck_assert_uint_eq(judge_round(&j, &conf, &warning, events), 0);
	ck_assert(judge_state(&j) == STATE_WARNING && j.port == PORT_OPEN);
	ck_assert_uint_eq(judge_round(&j, &conf, &expiring, events), 1);
	ck_assert(events[0] == TABLE_EVENT_UP);
	ck_assert(judge_state(&j) == STATE_WARNING && !j.down);
}
END_TEST

/* Of 100,000 entries, and for ever. */
START_TEST(bounds)
{
	static const struct judge_conf conf = { 0, UINT32_MAX, 0 };
	struct judge j = { .failed_rounds = UINT32_MAX - 1 };

	ck_assert_uint_le(sizeof(j), 32);
	ck_assert_str_eq(take(&j, &conf, 'f'), "DS");
	ck_assert_str_eq(take(&j, &conf, 'f'), "");
	ck_assert_uint_eq(j.failed_rounds, UINT32_MAX);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("judge");

	unit_rows(tc, table, cases);
	tcase_add_loop_test(tc, as_model, 0, 4);
	tcase_add_loop_test(tc, alternates, 0, 4);
	unit_rows(tc, reconfigures, changes);
	unit_rows(tc, shows, shown);
	tcase_add_test(tc, fails_otherwise);
	tcase_add_test(tc, bounds);
	return unit_run("judge", tc);
}
