/* SPDX-License-Identifier: ISC */
#include "regex_pattern.h"

#include <stdint.h>
#include <string.h>

/*
 * TRE makes an automaton of positions (Glushkov's) of a pattern.  A byte costs
 * it a look at each step from the positions it is at; to compile it makes the
 * sets of first and last positions of each part.
 */
#define NODES_MAX 2048
#define STEPS_MAX 2048
#define SETS_MAX (1 << 17)

#define DEPTH_MAX 250
#define REPEAT_MAX 255
#define WITHOUT_END (REPEAT_MAX + 1)

/* What a part of a pattern makes. */
struct part {
	uint64_t nodes;
	uint64_t first; /* positions a match of it can begin with */
	uint64_t last;
	uint64_t steps; /* from one position to another */
	uint64_t sets;  /* the sum of the sizes of sets */
	bool empty;     /* the empty string matches */
	bool anchored;  /* there is ^ $ \< or \> in it */
};

struct reader {
	const char *at;
	const char *why; /* the first fault, or NULL */
	unsigned depth;
	bool needs_next;
};

static struct part alternatives(struct reader *);
static struct part sequence(struct reader *);
static struct part atom(struct reader *);
static struct part group(struct reader *);
static struct part escape(struct reader *);
static struct part bracket(struct reader *);
static struct part repeated(struct reader *, struct part);
static bool is_repetition(char);
static bool repeat_count(struct reader *, unsigned *, unsigned *);
static unsigned number(struct reader *, unsigned);
static struct part fail(struct reader *, const char *);

static struct part position(unsigned);
static struct part both(const struct part *, const struct part *);
static struct part either(const struct part *, const struct part *);
static struct part times(const struct part *, unsigned, unsigned);
static bool too_large(const struct part *);

static const struct part nothing = { .nodes = 1, .empty = true };
static const struct part anchor = { .nodes = 1,
	.empty = true,
	.anchored = true };

/* Of two ways to match nothing TRE knows the first, and what it asks for. */
static const char left_out[] = "an anchor that need not hold";

const char *
regex_pattern_check(const char *pattern, bool *needs_next)
{
	struct reader r = { .at = pattern };

	if (strlen(pattern) > REGEX_PATTERN_MAX)
		return "longer than 4096 bytes";
	if (strchr(pattern, '\n') != NULL)
		return "a newline, which no line has in it";
	(void)alternatives(&r);
	if (r.why == NULL && *r.at != '\0')
		r.why = "an opening parenthesis is missing";
	*needs_next = r.needs_next;
	return r.why;
}

static struct part
alternatives(struct reader *r)
{
	struct part p = sequence(r), other;

	while (*r->at == '|') {
		r->at++;
		other = sequence(r);
		if (p.empty && p.anchored && other.empty)
			return fail(r, left_out);
		p = either(&p, &other);
		if (too_large(&p))
			return fail(r, "too large");
	}
	return p;
}

static struct part
sequence(struct reader *r)
{
	struct part p = nothing, next;

	while (*r->at != '\0' && *r->at != '|' && *r->at != ')') {
		next = atom(r);
		next = repeated(r, next);
		p = both(&p, &next);
		if (too_large(&p))
			return fail(r, "too large");
	}
	return p;
}

static struct part
atom(struct reader *r)
{
	switch (*r->at) {
	case '(':
		return group(r);
	case '[':
		return bracket(r);
	case '\\':
		return escape(r);
	case '*':
	case '+':
	case '?':
	case '{':
		return fail(r, "a repetition of nothing");
	case '^':
	case '$':
		r->at++;
		return anchor;
	default:
		r->at++;
		return position(1);
	}
}

static struct part
group(struct reader *r)
{
	struct part p;

	r->at++;
	if (++r->depth > DEPTH_MAX)
		return fail(r, "too many parentheses within another");
	p = alternatives(r);
	p.nodes++;
	if (r->why != NULL)
		return p;
	if (*r->at != ')')
		return fail(r, "a closing parenthesis is missing");
	r->at++;
	r->depth--;
	return p;
}

static struct part
escape(struct reader *r)
{
	char c = *++r->at;

	if (c == '\0')
		return fail(r, "a backslash at the end");
	if (c >= '0' && c <= '9')
		return fail(r, "back-references are not supported");
	if (c == 'b' || c == 'B')
		return fail(r,
		    "\\b and \\B are not supported; \\< and \\> are");
	r->at++;
	if (c == '<' || c == '>') {
		r->needs_next = true;
		return anchor;
	}
	if (strchr("wW", c) != NULL)
		return position(2); /* a class and '_' */
	if (((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '`' ||
		c == '\'') &&
	    strchr("sSdDtnrfae", c) == NULL)
		return fail(r, "a backslash before what needs none");
	return position(1);
}

/* As TRE reads it: a range comes before all else. */
static struct part
bracket(struct reader *r)
{
	const char *s = r->at + 1, *first;
	unsigned n = 1;

	if (*s == '^')
		s++;
	for (first = s; *s != ']' || s == first; n++) {
		if (*s == '\0')
			break;
		if (s[1] == '-' && s[2] != ']' && s[2] != '\0') {
			s += 3;
		} else if (*s == '[' && s[1] == ':') {
			s = strchr(s + 2, ':');
			if (s == NULL || s[1] != ']')
				return fail(r,
				    "the end of a character class is missing");
			s += 2;
		} else {
			s++;
		}
	}
	if (*s == '\0')
		return fail(r, "a closing bracket is missing");
	r->at = s + 1;
	return position(n);
}

/* TRE has a+? as a non-greedy a+, others as (a+)?. */
static struct part
repeated(struct reader *r, struct part p)
{
	unsigned min = 0, max = WITHOUT_END;

	if (!is_repetition(*r->at))
		return p;
	if (*r->at == '{') {
		if (!repeat_count(r, &min, &max))
			return fail(r, "a wrong repeat count; at most 255");
	} else {
		min = *r->at == '+' ? 1 : 0;
		max = *r->at == '?' ? 1 : WITHOUT_END;
		r->at++;
	}
	if (p.empty && p.anchored && min != max)
		return fail(r, left_out);
	if (is_repetition(*r->at))
		return fail(r, "a repetition of a repetition");
	p = times(&p, min, max);
	if (too_large(&p))
		return fail(r, "too large");
	return p;
}

static bool
is_repetition(char c)
{
	return c == '*' || c == '+' || c == '?' || c == '{';
}

/* {3} {3,} {3,5}; TRE takes {,3} for {0,}. */
static bool
repeat_count(struct reader *r, unsigned *min, unsigned *max)
{
	r->at++;
	*min = number(r, REPEAT_MAX + 1);
	*max = *min;
	if (*r->at == ',') {
		r->at++;
		*max = number(r, WITHOUT_END);
	}
	if (*r->at != '}' || *min > REPEAT_MAX || *max < *min)
		return false;
	r->at++;
	return *max <= REPEAT_MAX || r->at[-2] == ',';
}

/* The number that stands there, none is what none says. */
static unsigned
number(struct reader *r, unsigned none)
{
	unsigned n = 0;

	if (*r->at < '0' || *r->at > '9')
		return none;
	for (; *r->at >= '0' && *r->at <= '9'; r->at++)
		if (n <= REPEAT_MAX)
			n = n * 10 + (unsigned)(*r->at - '0');
	return n;
}

/* The rest is not read. */
static struct part
fail(struct reader *r, const char *why)
{
	if (r->why == NULL)
		r->why = why;
	r->at += strlen(r->at);
	return nothing;
}

/* TRE makes a position for each range of bytes. */
static struct part
position(unsigned ranges)
{
	return (struct part){ .nodes = 1, .first = ranges, .last = ranges };
}

static struct part
both(const struct part *a, const struct part *b)
{
	struct part p = {
		.nodes = a->nodes + b->nodes,
		.first = a->first,
		.last = b->last,
		.steps = a->steps + b->steps + a->last * b->first,
		.sets = a->sets + b->sets,
		.empty = a->empty && b->empty,
		.anchored = a->anchored || b->anchored,
	};

	if (a->empty) {
		p.first += b->first;
		p.sets += p.first;
	}
	if (b->empty) {
		p.last += a->last;
		p.sets += p.last;
	}
	return p;
}

static struct part
either(const struct part *a, const struct part *b)
{
	struct part p = {
		.nodes = a->nodes + b->nodes,
		.first = a->first + b->first,
		.last = a->last + b->last,
		.steps = a->steps + b->steps,
		.empty = a->empty || b->empty,
		.anchored = a->anchored || b->anchored,
	};

	p.sets = a->sets + b->sets + p.first + p.last;
	return p;
}

/* aa(a(a)?)? or aaa*, as TRE has it. */
static struct part
times(const struct part *once, unsigned min, unsigned max)
{
	struct part p = nothing;
	unsigned i;

	if (max == WITHOUT_END) {
		p = *once;
		p.steps += p.last * p.first;
		p.empty = min == 0 || once->empty;
		min = min > 0 ? min - 1 : 0;
	} else {
		for (i = min; i < max && !too_large(&p); i++) {
			p = both(once, &p);
			p.empty = true;
		}
	}
	for (i = 0; i < min && !too_large(&p); i++)
		p = both(once, &p);
	p.nodes++;
	return p;
}

static bool
too_large(const struct part *p)
{
	return p->nodes > NODES_MAX || p->steps + p->first > STEPS_MAX ||
	    p->sets > SETS_MAX;
}
