/* SPDX-License-Identifier: ISC */
#include "yamlfile.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "module.h"
#include "xalloc.h"
#include "yaml_module.h"

#define MODULE "yaml_libyaml.so"

#define PIECE_MAX (16 * 1024)

/*
 * How much is read for one item: libyaml keeps all of a value, of which up to
 * ten bytes may stand for one.  Comments, in which many a file has what it does
 * not need now, count less, and directives, which libyaml compares with each
 * other, count more.
 */
#define ITEM_MAX (1024 * 1024)
#define COMMENT_PART 16
#define DIRECTIVE_EXTRA 1024

enum line_kind {
	LINE_NONE, /* nothing of it was seen */
	LINE_PLAIN,
	LINE_COMMENT, /* or blank */
	LINE_DIRECTIVE,
};

struct yamlfile {
	const struct yaml_module *module;
	struct yaml_stream *stream;
	struct yamlfile_item item; /* the last */
	bool over;                 /* nothing follows it */
	unsigned item_line;        /* of the one before it, or 1 */
	size_t cost;               /* of what was read since */
	const char *why;           /* nothing more is read, or NULL */
	unsigned why_line;

	/* The line that is being given, or was. */
	unsigned line;
	bool ended; /* all of it was */
	bool cr;    /* the last of it was a carriage return */
	enum line_kind line_kind;

	/* A character that is being read: the bytes that it lacks. */
	unsigned lacks;
	uint32_t code;
	uint32_t code_min;

	int fd;
	size_t at; /* data[at .. len) was not given yet */
	size_t len;
	unsigned char data[PIECE_MAX];
};

static const struct yaml_module *load(void);
static int open_file(const char *, const char **);
static void close_file(int);
static yaml_read_fn give;
static ssize_t fill(struct yamlfile *);
static void begin_line(struct yamlfile *, const unsigned char *, size_t);
static bool afford(struct yamlfile *, size_t);
static const char *check(struct yamlfile *, const unsigned char *, size_t);
static const char *check_ascii(struct yamlfile *, unsigned char);
static const char *check_utf8(struct yamlfile *, unsigned char);
static ssize_t stop(struct yamlfile *, const char *, unsigned);

static const char missing[] = MODULE
    " or its library, libyaml, cannot be loaded";
static const char invalid[] = "invalid UTF-8";
static const char lone_cr[] = "a carriage return without a line feed";

const char *
yamlfile_missing(void)
{
	return load() != NULL ? NULL : missing;
}

struct yamlfile *
yamlfile_open(const char *file, const char **why)
{
	const struct yaml_module *module = load();
	struct yamlfile *y;
	int fd;

	if (module == NULL) {
		*why = missing;
		return NULL;
	}
	fd = open_file(file, why);
	if (fd == -1)
		return NULL;
	y = xcalloc(1, sizeof(*y));
	y->module = module;
	y->fd = fd;
	y->line = 1;
	y->item.line = 1; /* in front of all */
	y->stream = xcheck(module->open(give, y, &y->line));
	return y;
}

void
yamlfile_close(struct yamlfile *y)
{
	if (y == NULL)
		return;
	y->module->close(y->stream);
	close_file(y->fd);
	free(y);
}

void
yamlfile_next(struct yamlfile *y, struct yamlfile_item *item)
{
	if (!y->over) {
		y->cost = 0;
		y->item_line = y->item.line;
		if (!y->module->next(y->stream, &y->item))
			(void)xcheck(NULL);
		if (y->item.kind == YAMLFILE_BAD && y->why != NULL)
			y->item = (struct yamlfile_item){ YAMLFILE_BAD,
				y->why_line, y->why, strlen(y->why), false };
		y->over = y->item.kind == YAMLFILE_BAD ||
		    y->item.kind == YAMLFILE_END;
	}
	*item = y->item;
}

bool
yamlfile_skip(struct yamlfile *y, struct yamlfile_item *item)
{
	unsigned depth = 0;

	for (;;) {
		switch (item->kind) {
		case YAMLFILE_END:
		case YAMLFILE_SCALAR:
			break;
		case YAMLFILE_MAP:
		case YAMLFILE_LIST:
			depth++;
			break;
		case YAMLFILE_MAP_END:
		case YAMLFILE_LIST_END:
			assert(depth > 0);
			depth--;
			break;
		case YAMLFILE_BAD:
			return false;
		}
		if (depth == 0)
			return true;
		yamlfile_next(y, item);
	}
}

static const struct yaml_module *
load(void)
{
	return module_open(MODULE, YAML_MODULE_SYMBOL, YAML_MODULE_VERSION);
}

static int
open_file(const char *file, const char **why)
{
	int fd = STDIN_FILENO;
	struct stat st;

	*why = NULL;
	if (strcmp(file, "-") != 0)
		fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd == -1 || fstat(fd, &st) == -1)
		*why = strerror(errno);
	else if (S_ISDIR(st.st_mode))
		*why = strerror(EISDIR);
	if (*why == NULL)
		return fd;
	close_file(fd);
	return -1;
}

static void
close_file(int fd)
{
	if (fd > STDIN_FILENO)
		(void)close(fd);
}

/*
 * A line at a time: what is wrong in one is told with its number, and after
 * what stands on those in front of it.
 */
static ssize_t
give(void *ctx, void *to, size_t room)
{
	struct yamlfile *y = ctx;
	const unsigned char *piece, *newline;
	const char *why;
	ssize_t filled;
	size_t n;

	if (y->at == y->len) {
		filled = fill(y);
		if (filled <= 0)
			return filled;
	}
	piece = y->data + y->at;
	n = y->len - y->at;
	if (n > room)
		n = room;
	newline = memchr(piece, '\n', n);
	if (newline != NULL)
		n = (size_t)(newline - piece) + 1;
	if (y->line_kind == LINE_NONE)
		begin_line(y, piece, n);
	why = check(y, piece, n);
	if (why != NULL)
		return stop(y, why, y->line);
	if (!afford(y, n))
		return stop(y, "a value of more than 64 KiB, here or below",
		    y->item_line);
	if (newline != NULL) {
		y->ended = true;
		y->line_kind = LINE_NONE;
	}
	y->at += n;
	memcpy(to, piece, n);
	return (ssize_t)n;
}

static ssize_t
fill(struct yamlfile *y)
{
	ssize_t n = read(y->fd, y->data, sizeof(y->data));

	if (n == -1)
		return stop(y, strerror(errno), y->line);
	if (n == 0 && y->lacks > 0)
		return stop(y, invalid, y->line);
	if (n == 0 && y->cr)
		return stop(y, lone_cr, y->line);
	/* The mark of UTF-16, which is never in UTF-8. */
	if (n > 0 && y->len == 0 && y->data[0] >= 0xfe)
		return stop(y, "UTF-16, and not UTF-8", 1);
	y->at = 0;
	y->len = (size_t)n;
	return n;
}

static void
begin_line(struct yamlfile *y, const unsigned char *piece, size_t n)
{
	size_t i = 0;

	y->line += y->ended;
	y->ended = false;
	while (i < n && (piece[i] == ' ' || piece[i] == '\t'))
		i++;
	y->line_kind = LINE_PLAIN;
	if (i == n || piece[i] == '#' || piece[i] == '\r' || piece[i] == '\n')
		y->line_kind = LINE_COMMENT;
	else if (piece[0] == '%')
		y->line_kind = LINE_DIRECTIVE;
}

static bool
afford(struct yamlfile *y, size_t n)
{
	switch (y->line_kind) {
	case LINE_NONE:
	case LINE_PLAIN:
		y->cost += n;
		break;
	case LINE_COMMENT:
		y->cost += 1 + n / COMMENT_PART;
		break;
	case LINE_DIRECTIVE:
		y->cost += n + DIRECTIVE_EXTRA;
		break;
	}
	return y->cost <= ITEM_MAX;
}

/*
 * What is given is text, of which our lines are those of libyaml, and of people
 * who look at it.  NULL or the reason.
 */
static const char *
check(struct yamlfile *y, const unsigned char *piece, size_t n)
{
	const char *why = NULL;
	size_t i;

	for (i = 0; i < n && why == NULL; i++) {
		if (piece[i] >= ' ' && piece[i] < 0x7f && y->lacks == 0 &&
		    !y->cr)
			continue;
		why = piece[i] < 0x80 ? check_ascii(y, piece[i])
				      : check_utf8(y, piece[i]);
	}
	return why;
}

static const char *
check_ascii(struct yamlfile *y, unsigned char c)
{
	if (y->lacks > 0)
		return invalid;
	if (y->cr && c != '\n')
		return lone_cr;
	y->cr = c == '\r';
	if (c == '\0')
		return "a NUL byte";
	if ((c < ' ' && c != '\t' && c != '\r' && c != '\n') || c == 0x7f)
		return "a control character";
	return NULL;
}

/* RFC 3629 */
static const char *
check_utf8(struct yamlfile *y, unsigned char c)
{
	static const uint32_t mins[] = { 0, 0x80, 0x800, 0x10000 };

	if (y->cr)
		return lone_cr;
	if (y->lacks == 0) {
		y->lacks = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
		if (c < 0xc0 || c >= 0xf8)
			return invalid;
		y->code = c & (0x3fU >> y->lacks);
		y->code_min = mins[y->lacks];
		return NULL;
	}
	if (c >= 0xc0)
		return invalid;
	y->code = y->code << 6 | (c & 0x3fU);
	if (--y->lacks > 0)
		return NULL;
	if (y->code < y->code_min || y->code > 0x10ffff ||
	    (y->code >= 0xd800 && y->code <= 0xdfff))
		return invalid;
	/* They end a line in YAML 1.1: what follows looks like a comment. */
	if (y->code == 0x85 || y->code == 0x2028 || y->code == 0x2029)
		return "a line break that is no line feed";
	if (y->code < 0xa0 || y->code == 0xfffe || y->code == 0xffff)
		return "a control character";
	return NULL;
}

static ssize_t
stop(struct yamlfile *y, const char *why, unsigned line)
{
	y->why = why;
	y->why_line = line;
	return -1;
}
