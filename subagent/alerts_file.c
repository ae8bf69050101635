/* SPDX-License-Identifier: ISC */
#include "alerts_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "num.h"
#include "outcome.h"
#include "outfile.h"
#include "text.h"
#include "xalloc.h"

#define FIRST_LINE "portstate-agentx 1"
#define LAST_LINE "complete "

/* Of a line, and of all that may be there. */
#define LINE_MAX_SIZE 128
#define ALERTS_MAX 1000000

#define NUMBERS 7

/* All of a file, before any of it counts. */
struct contents {
	struct alerts_file file;
	struct alerts_counts counts;
	bool storm;
	struct alert_memory *alerts;
	size_t n, size;
};

static const char *read_lines(FILE *, struct contents *);
static bool take_line(char *, struct contents *);
static bool take_truth(const char *, const char *, bool *);
static bool take_alert(char *, struct contents *);
static bool take_time(const char *, const char *, int64_t *);
static bool take_number(const char *, const char *, uint64_t *);
static bool take_numbers(char *, int64_t *);

const char *
alerts_file_read(const char *path, struct alerts_file *f, struct alerts *a,
    int64_t now_us)
{
	struct contents c = { .n = 0 };
	FILE *from = fopen(path, "re");
	const char *why;
	size_t i;

	*f = (struct alerts_file){ .complete = true };
	if (from == NULL)
		return errno == ENOENT ? NULL : strerror(errno);
	why = read_lines(from, &c);
	(void)fclose(from);
	if (why == NULL) {
		*f = c.file;
		alerts_recall_counts(a, c.counts);
		alerts_unsure(a, !f->complete);
		if (c.storm)
			alerts_storm_told(a, false);
		for (i = 0; i < c.n; i++)
			alerts_recall(a, &c.alerts[i], now_us);
	}
	free(c.alerts);
	return why;
}

const char *
alerts_file_write(const char *path, const struct alerts_file *f,
    const struct alerts *a)
{
	struct alerts_counts counts = alerts_counts(a);
	struct alert_memory m;
	struct outfile to;
	struct text t;
	uint32_t i = 0;
	const char *why = outfile_open(&to, path);

	if (why != NULL)
		return why;
	text_init(&t, SIZE_MAX / 2);
	text_puts(&t, FIRST_LINE "\n");
	while (alerts_remember(a, &i, &m)) {
		text_printf(&t,
		    "alert %" PRIu32 " %u %d %d %d %u %" PRIu64 "\n", m.index,
		    m.kind, m.told, m.wanted, m.unsure, m.old_port_state,
		    m.event);
		counts.suppressed += m.superseded;
	}
	text_printf(&t,
	    "began %" PRId64 "\ntable %" PRId64 "\nnext %" PRIu64
	    "\nsent %" PRIu64 "\nsuppressed %" PRIu64 "\nstorms %" PRIu64
	    "\nstorm %d\n" LAST_LINE "%d\n",
	    f->began_us, f->born_us, f->next, counts.sent, counts.suppressed,
	    f->storms, alerts_storm_untold(a), f->complete);
	outfile_write(&to, t.data, t.len);
	text_free(&t);
	return outfile_commit(&to);
}

static const char *
read_lines(FILE *from, struct contents *c)
{
	char line[LINE_MAX_SIZE];
	bool last = false;

	if (fgets(line, sizeof(line), from) == NULL ||
	    strcmp(line, FIRST_LINE "\n") != 0)
		return "is none of ours";
	while (fgets(line, sizeof(line), from) != NULL) {
		size_t len = strcspn(line, "\n");

		if (line[len] == '\0')
			return "is not complete";
		line[len] = '\0';
		if (last || !take_line(line, c))
			return "is damaged";
		last = strncmp(line, LAST_LINE, strlen(LAST_LINE)) == 0;
	}
	return last ? NULL : "is not complete";
}

static bool
take_line(char *line, struct contents *c)
{
	if (strncmp(line, "alert ", 6) == 0)
		return take_alert(line + 6, c);
	return take_truth(line, LAST_LINE, &c->file.complete) ||
	    take_truth(line, "storm ", &c->storm) ||
	    take_time(line, "began ", &c->file.began_us) ||
	    take_time(line, "table ", &c->file.born_us) ||
	    take_number(line, "next ", &c->file.next) ||
	    take_number(line, "sent ", &c->counts.sent) ||
	    take_number(line, "suppressed ", &c->counts.suppressed) ||
	    take_number(line, "storms ", &c->file.storms);
}

static bool
take_alert(char *s, struct contents *c)
{
	int64_t n[NUMBERS];

	if (c->n == ALERTS_MAX || !take_numbers(s, n) || n[0] == 0 ||
	    n[0] > UINT32_MAX || n[1] >= ALERT_KINDS || n[2] > 1 || n[3] > 1 ||
	    n[4] > 1 || n[5] > PORT_OPEN_FILTERED)
		return false;
	c->alerts = xgrow(c->alerts, &c->size, c->n, sizeof(c->alerts[0]));
	c->alerts[c->n++] = (struct alert_memory){ (uint32_t)n[0],
		(uint8_t)n[1], n[2] != 0, n[3] != 0, n[4] != 0, (uint8_t)n[5],
		(uint64_t)n[6], false };
	return true;
}

static bool
take_truth(const char *line, const char *key, bool *out)
{
	uint64_t n;

	if (!take_number(line, key, &n) || n > 1)
		return false;
	*out = n == 1;
	return true;
}

static bool
take_time(const char *line, const char *key, int64_t *out)
{
	uint64_t us;

	if (!take_number(line, key, &us))
		return false;
	*out = (int64_t)us;
	return true;
}

static bool
take_number(const char *line, const char *key, uint64_t *out)
{
	size_t len = strlen(key);
	int64_t n;

	if (strncmp(line, key, len) != 0 ||
	    num_int(line + len, 0, INT64_MAX, &n) != NULL)
		return false;
	*out = (uint64_t)n;
	return true;
}

/* NUMBERS of them with blanks between. */
static bool
take_numbers(char *s, int64_t *out)
{
	size_t i, len;

	for (i = 0; i < NUMBERS; i++) {
		bool last = i == NUMBERS - 1;

		len = strcspn(s, " ");
		if (last != (s[len] == '\0'))
			return false;
		s[len] = '\0';
		if (num_int(s, 0, INT64_MAX, &out[i]) != NULL)
			return false;
		s += len + 1;
	}
	return true;
}
