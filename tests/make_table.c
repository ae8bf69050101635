/* SPDX-License-Identifier: ISC */
/*
 * Writes a port table from lines, for tests of those who read one:
 *
 *	make_table FILE [SETTING=VALUE]... <LINES
 *
 * Settings are
 *
 *	now=SECONDS		the time, counted from now: -600
 *	stale=SECONDS		until when it is good, counted from that: 180
 *	capacity=NUMBER		of records: 16
 *	ring=NUMBER		of events: 16, a power of two
 *	serial=NUMBER		of the configuration: 0
 *	behind=SECONDS		by how much probing is late: 0
 *	dies=1			it does not say that it has ended
 *
 * A line is the name of an entry, without blanks, and what is known of it, which is
 * otherwise that its port is open as it should be:
 *
 *	new | unsure | lagged | severe | down | disabled	flags; new: nothing is
 *							known
 *	udp | unix		transport
 *	host=NAME		else what is before the first slash, or the path
 *	state=STATE outcome=NAME is=NUMBER (enum port_state) expected=NAME
 *	port=NUMBER portset=NAME protocol=NAME address=ADDRESS
 *	rtt=MICROSECONDS interval=MILLISECONDS probed=SECONDS (ago) failed=NUMBER
 *	warning=MILLISECONDS
 *	event=NUMBER		enum table_event_kind: one that says all this
 *	reason=WORDS		to the end of the line
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "expected.h"
#include "outcome.h"
#include "table.h"
#include "table_reader.h"

static struct table_record record;
static uint8_t event; /* 0: none */
static int64_t now_us;

static _Noreturn void
fail(const char *what, const char *why)
{
	fprintf(stderr, "make_table: %s: %s\n", what, why);
	exit(1);
}

/* NULL: it is another word; or its value. */
static const char *
value_of(const char *word, const char *key)
{
	size_t len = strlen(key);

	return strncmp(word, key, len) == 0 && word[len] == '=' ? word + len + 1
								: NULL;
}

static bool
take_flag(const char *word)
{
	static const struct {
		char name[10];
		uint32_t set, clear;
	} flags[] = {
		{ "new", 0, TABLE_KNOWN },
		{ "unsure", TABLE_UNSURE, 0 },
		{ "lagged", TABLE_LAGGED, 0 },
		{ "severe", TABLE_SEVERE | TABLE_DOWN, 0 },
		{ "down", TABLE_DOWN, 0 },
		{ "disabled", 0, TABLE_ENABLED },
	};
	size_t i;

	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (strcmp(word, flags[i].name) == 0) {
			record.flags |= flags[i].set;
			record.flags &= ~flags[i].clear;
			return true;
		}
	return false;
}

static bool
take_string(const char *word)
{
	const struct {
		const char *key;
		char *to;
		size_t size;
	} strings[] = {
		{ "host", record.host, sizeof(record.host) },
		{ "portset", record.portset, sizeof(record.portset) },
		{ "protocol", record.protocol, sizeof(record.protocol) },
		{ "reason", record.reason, sizeof(record.reason) },
	};
	const char *value;
	size_t i;

	for (i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
		if ((value = value_of(word, strings[i].key)) != NULL) {
			memset(strings[i].to, 0, strings[i].size);
			memcpy(strings[i].to, value,
			    strnlen(value, strings[i].size - 1));
			return true;
		}
	return false;
}

static bool
take_number(const char *word)
{
	const struct {
		const char *key;
		uint32_t *to;
	} numbers[] = {
		{ "rtt", &record.rtt_us },
		{ "interval", &record.interval_ms },
		{ "failed", &record.failed_rounds },
		{ "warning", &record.warning_ms },
	};
	const char *value;
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if ((value = value_of(word, numbers[i].key)) != NULL) {
			*numbers[i].to = (uint32_t)strtoul(value, NULL, 10);
			return true;
		}
	return false;
}

static void
take_address(const char *value)
{
	if (inet_pton(AF_INET, value, record.addr) == 1) {
		record.addr_family = 4;
		record.addr_len = 4;
	} else if (inet_pton(AF_INET6, value, record.addr) == 1) {
		record.addr_family = 6;
		record.addr_len = 16;
	} else {
		fail(value, "no address");
	}
}

/* As an entry in which the port of that outcome is found. */
static void
take_outcome(const char *value)
{
	enum outcome o;

	if (!outcome_find(value, strlen(value), &o))
		fail(value, "no outcome");
	record.outcome = (uint8_t)o;
	record.port_state = (uint8_t)outcome_port(o);
	record.state = (uint8_t)outcome_default_state(o);
}

static void
take_word(const char *word)
{
	const char *value;
	enum expected x;
	enum state s;

	if (strcmp(word, "udp") == 0) {
		record.transport = TABLE_UDP;
	} else if (strcmp(word, "unix") == 0) {
		record.transport = TABLE_UNIX;
	} else if ((value = value_of(word, "state")) != NULL) {
		if (!state_parse(value, &s))
			fail(value, "no state");
		record.state = (uint8_t)s;
	} else if ((value = value_of(word, "outcome")) != NULL) {
		take_outcome(value);
	} else if ((value = value_of(word, "expected")) != NULL) {
		if (!expected_parse(value, strlen(value), &x))
			fail(value, "not expected");
		record.expected = (uint8_t)x;
	} else if ((value = value_of(word, "address")) != NULL) {
		take_address(value);
	} else if ((value = value_of(word, "port")) != NULL) {
		record.port = (uint16_t)strtoul(value, NULL, 10);
	} else if ((value = value_of(word, "is")) != NULL) {
		record.port_state = (uint8_t)strtoul(value, NULL, 10);
	} else if ((value = value_of(word, "event")) != NULL) {
		event = (uint8_t)strtoul(value, NULL, 10);
	} else if ((value = value_of(word, "probed")) != NULL) {
		record.last_probe_us = now_us -
		    strtoll(value, NULL, 10) * CLOCK_SECOND;
	} else if (!take_flag(word) && !take_string(word) &&
	    !take_number(word)) {
		fail(word, "unknown");
	}
}

static void
write_event(struct table *t, uint32_t index, uint8_t old_port_state)
{
	struct table_event e = {
		.at_us = now_us,
		.index = index,
		.kind = event,
		.state = record.state,
		.port_state = record.port_state,
		.old_port_state = old_port_state,
		.outcome = record.outcome,
		.rtt_us = record.rtt_us,
		.failed_rounds = record.failed_rounds,
	};

	memcpy(e.reason, record.reason, sizeof(e.reason));
	record.last_event = table_event(t, &e);
}

static void
take_line(struct table *t, char *line)
{
	char *rest = strstr(line, " reason="), *word, *save;
	uint8_t old_port_state;
	const char *name;
	uint32_t index;

	line[strcspn(line, "\n")] = '\0';
	if (rest != NULL)
		*rest++ = '\0';
	name = strtok_r(line, " ", &save);
	if (name == NULL)
		return;
	index = table_index(t, name);
	(void)table_read(t, index, &record);
	old_port_state = record.port_state;
	event = 0;
	record.flags = TABLE_USED | TABLE_ENABLED | TABLE_KNOWN;
	record.severity = STATE_CRITICAL;
	record.last_probe_us = now_us;
	record.interval_ms = 60000;
	memcpy(record.host, name,
	    name[0] == '/' ? strlen(name) : strcspn(name, "/"));
	take_outcome("ok");
	record.rtt_us = 1500;
	while ((word = strtok_r(NULL, " ", &save)) != NULL)
		take_word(word);
	if (rest != NULL)
		take_word(rest);
	if (event != 0)
		write_event(t, index, old_port_state);
	table_write(t, index, &record);
}

/* Of all that are enabled, those of earlier runs, too. */
static struct table_totals
count(const char *file)
{
	struct table_reader *reader = table_reader_open(file);
	struct table_totals totals = { 0 };
	enum table_answer answer;
	struct table_record r;
	uint32_t index = 0;

	(void)table_reader_refresh(reader, now_us);
	while ((answer = table_reader_next(reader, &index, &r)) != TABLE_NONE)
		if (answer == TABLE_OK && (r.flags & TABLE_ENABLED) != 0) {
			totals.entries++;
			totals.states[r.state]++;
			totals.ports[r.port_state]++;
			totals.lagged += (r.flags & TABLE_LAGGED) != 0;
			totals.severe += (r.flags & TABLE_SEVERE) != 0;
		}
	table_reader_close(reader);
	return totals;
}

int
main(int argc, char **argv)
{
	struct table_conf conf = { 16, 16, "portstated 0.1.0", 0 };
	struct table_totals told = { .stale_us = 180 * CLOCK_SECOND }, totals;
	char *line = NULL;
	bool dies = false;
	struct table *t;
	struct text words;
	size_t size = 0;
	int i;

	if (argc < 2)
		fail("FILE", "lacks");
	now_us = clock_wall_us();
	for (i = 2; i < argc; i++) {
		const char *v;

		if ((v = value_of(argv[i], "now")) != NULL)
			now_us += strtoll(v, NULL, 10) * CLOCK_SECOND;
		else if ((v = value_of(argv[i], "stale")) != NULL)
			told.stale_us = strtoll(v, NULL, 10) * CLOCK_SECOND;
		else if ((v = value_of(argv[i], "serial")) != NULL)
			told.config_serial = (uint32_t)strtoul(v, NULL, 10);
		else if ((v = value_of(argv[i], "behind")) != NULL)
			told.behind_us = strtoll(v, NULL, 10) * CLOCK_SECOND;
		else if ((v = value_of(argv[i], "capacity")) != NULL)
			conf.capacity = (uint32_t)strtoul(v, NULL, 10);
		else if ((v = value_of(argv[i], "ring")) != NULL)
			conf.ring = (uint32_t)strtoul(v, NULL, 10);
		else if (value_of(argv[i], "dies") != NULL)
			dies = true;
		else
			fail(argv[i], "unknown");
	}
	conf.now_us = now_us;
	text_init(&words, 4096);
	t = table_open(argv[1], &conf, &words);
	if (t == NULL)
		fail(argv[1], words.data);
	while (getline(&line, &size, stdin) != -1)
		take_line(t, line);
	told.stale_us += now_us;
	table_tell(t, &told);
	if (!table_flush(t, now_us, &words))
		fail(argv[1], words.data);
	totals = count(argv[1]);
	totals.stale_us = told.stale_us;
	totals.behind_us = told.behind_us;
	totals.config_serial = told.config_serial;
	table_tell(t, &totals);
	if (!table_flush(t, now_us, &words))
		fail(argv[1], words.data);
	if (dies)
		_exit(0);
	table_close(t);
	free(line);
	text_free(&words);
	return 0;
}
