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

/* Of a line, and of all that may be there. */
#define LINE_MAX_SIZE 128
#define ALERTS_MAX 1000000

#define NUMBERS 6

/* All of a file, before any of it counts. */
struct contents {
	struct alerts_file file;
	struct alerts_counts counts;
	struct alert_memory *alerts;
	size_t n, size;
};

static const char *read_lines(FILE *, struct contents *);
static bool take_line(char *, struct contents *);
static bool take_alert(char *, struct contents *);
static bool take_time(const char *, const char *, int64_t *);
static bool take_number(const char *, const char *, uint64_t *);
static bool take_numbers(char *, int64_t *);

const char *
alerts_file_read(const char *path, struct alerts_file *f, struct alerts *a,
    int64_t now_us)
{
	struct contents c = { .file = { .complete = true } };
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
	text_printf(&t,
	    FIRST_LINE "\nbegan %" PRId64 "\ncomplete %d\ntable %" PRId64
		       "\nnext %" PRIu64 "\nsent %" PRIu64
		       "\nsuppressed %" PRIu64 "\nstorms %" PRIu64 "\n",
	    f->began_us, f->complete, f->born_us, f->next, counts.sent,
	    counts.suppressed, f->storms);
	while (alerts_remember(a, &i, &m))
		text_printf(&t, "alert %" PRIu32 " %u %d %d %u %" PRIu64 "\n",
		    m.index, m.kind, m.told, m.wanted, m.old_port_state,
		    m.event);
	outfile_write(&to, t.data, t.len);
	text_free(&t);
	return outfile_commit(&to);
}

static const char *
read_lines(FILE *from, struct contents *c)
{
	char line[LINE_MAX_SIZE];

	if (fgets(line, sizeof(line), from) == NULL ||
	    strcmp(line, FIRST_LINE "\n") != 0)
		return "is none of ours";
	while (fgets(line, sizeof(line), from) != NULL) {
		size_t len = strcspn(line, "\n");

		if (line[len] == '\0')
			return "is not complete";
		line[len] = '\0';
		if (!take_line(line, c))
			return "is damaged";
	}
	return NULL;
}

static bool
take_line(char *line, struct contents *c)
{
	uint64_t complete;

	if (strncmp(line, "alert ", 6) == 0)
		return take_alert(line + 6, c);
	if (take_number(line, "complete ", &complete)) {
		c->file.complete = complete == 1;
		return complete <= 1;
	}
	return take_time(line, "began ", &c->file.began_us) ||
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
	    n[4] > PORT_OPEN_FILTERED)
		return false;
	c->alerts = xgrow(c->alerts, &c->size, c->n, sizeof(c->alerts[0]));
	c->alerts[c->n++] = (struct alert_memory){ (uint32_t)n[0],
		(uint8_t)n[1], n[2] != 0, n[3] != 0, (uint8_t)n[4],
		(uint64_t)n[5] };
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
