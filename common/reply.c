/* SPDX-License-Identifier: ISC */
#include "reply.h"

#include <stdint.h>
#include <string.h>

#include "escape.h"

/* A line of an answer, without its end. */
struct line {
	const char *data;
	size_t len;
	bool whole;
};

static bool next_line(const struct exchange *, size_t *, struct line *);
static enum judgement begins(const struct line *, const char *);
static bool begins_word(const struct line *, const char *);
static bool is_digits(const char *, size_t);
static bool has_code(const char *, const char *);
static bool next_response(const struct exchange *, size_t *, struct line *);
static bool is_literal(const struct line *, size_t *);
static enum judgement judge_irc(const struct line *, const char *);
static char status_class(const struct line *, size_t);
static bool skip_header(const struct exchange *, size_t *);
static enum judgement next_tag(struct line *, struct line *);
static bool is_tag(const struct line *, const char *);
static enum judgement skip_content(struct line *, const struct line *,
    const char *);
static bool has(const struct line *, const char *);
static enum judgement first_text(struct exchange *, struct line *);
static bool is_text(const struct line *);
static bool is_letter(char);
static bool is_blank(char);
static bool begins_date(const struct line *);
static bool has_time(const struct line *);
static enum judgement matched(struct exchange *, size_t);

enum judgement
reply_line(struct exchange *x)
{
	struct line l;
	size_t at = 0;
	enum judgement j;

	(void)next_line(x, &at, &l);
	j = begins(&l, x->arg);
	if (j != JUDGE_MATCH)
		return j;
	return l.whole ? matched(x, at) : JUDGE_MORE;
}

/*
 * The lines of a long one between the first and the last, which has a blank
 * after the code, may be anything.
 */
enum judgement
reply_code(struct exchange *x)
{
	const char *code = (const char *)x->answer;
	struct line l;
	size_t at = 0;

	if (!is_digits(code, x->len < 3 ? x->len : 3))
		return JUDGE_MISMATCH;
	if (x->len < 3)
		return JUDGE_MORE;
	if (!has_code(x->arg, code))
		return JUDGE_MISMATCH;
	while (next_line(x, &at, &l) && l.whole) {
		bool ours = l.len >= 3 && memcmp(l.data, code, 3) == 0;

		if (ours && (l.len == 3 || l.data[3] == ' '))
			return matched(x, at);
		if (l.data == code && l.data[3] != '-')
			return JUDGE_MISMATCH;
	}
	return JUDGE_MORE;
}

enum judgement
reply_tagged(struct exchange *x)
{
	size_t tag_len = strlen(x->arg), at = 0;
	struct line l;

	while (next_line(x, &at, &l) && l.whole) {
		struct line rest = l;

		if (begins_word(&l, "* BYE"))
			return JUDGE_MISMATCH;
		if (begins_word(&l, "*") || begins_word(&l, "+"))
			continue;
		if (!begins_word(&l, x->arg) || l.len == tag_len)
			return JUDGE_MISMATCH;
		rest.data += tag_len + 1;
		rest.len -= tag_len + 1;
		return begins_word(&rest, "OK") ? matched(x, at)
						: JUDGE_MISMATCH;
	}
	return JUDGE_MORE;
}

/* What comes before OK are capabilities, each a string, maybe with another. */
enum judgement
reply_sieve(struct exchange *x)
{
	bool told = x->arg == NULL;
	struct line l;
	size_t at = 0;

	while (next_response(x, &at, &l)) {
		if (l.len > 0 && l.data[0] != '"' && l.data[0] != 'O' &&
		    l.data[0] != 'o')
			return JUDGE_MISMATCH;
		if (!l.whole)
			break;
		if (l.len == 0 || l.data[0] != '"')
			return told && begins_word(&l, "OK") ? matched(x, at)
							     : JUDGE_MISMATCH;
		told = told || begins_word(&l, x->arg);
	}
	return JUDGE_MORE;
}

enum judgement
reply_irc(struct exchange *x)
{
	struct line l;
	size_t at = 0;

	while (next_line(x, &at, &l) && l.whole) {
		enum judgement j = judge_irc(&l, x->arg);
		if (j != JUDGE_MORE)
			return j == JUDGE_MATCH ? matched(x, at) : j;
	}
	return JUDGE_MORE;
}

enum judgement
reply_status(struct exchange *x)
{
	size_t len = strlen(x->arg), at = 0;
	enum judgement j;
	struct line l;

	while (next_line(x, &at, &l)) {
		j = begins(&l, x->arg);
		if (j != JUDGE_MATCH)
			return j;
		if (!l.whole)
			break;
		switch (status_class(&l, len)) {
		case '1':
			if (!skip_header(x, &at))
				return JUDGE_MORE;
			break;
		case '2':
		case '3':
			return matched(x, at);
		default:
			return JUDGE_MISMATCH;
		}
	}
	return JUDGE_MORE;
}

enum judgement
reply_ssh(struct exchange *x)
{
	struct line l;
	size_t at = 0;

	while (next_line(x, &at, &l) && l.whole) {
		size_t len = begins(&l, "SSH-2.0-") == JUDGE_MATCH ? 8 : 9;

		if (begins(&l, "SSH-") == JUDGE_MISMATCH)
			continue;
		return (len == 8 || begins(&l, "SSH-1.99-") == JUDGE_MATCH) &&
			l.len > len && is_text(&l)
		    ? matched(x, at)
		    : JUDGE_MISMATCH;
	}
	return JUDGE_MORE;
}

/*
 * The id is the server's: who says our own words again has none.  Servers of
 * before RFC 3920, which tell no version, have no features.
 */
enum judgement
reply_stream(struct exchange *x)
{
	const char *data = (const char *)x->answer;
	struct line rest = { data, x->len, false }, tag;
	enum judgement j;

	do
		j = next_tag(&rest, &tag);
	while (j == JUDGE_MATCH && begins(&tag, "<?") == JUDGE_MATCH);
	if (j != JUDGE_MATCH)
		return j;
	if (!is_tag(&tag, "<stream:stream") || !has(&tag, " id="))
		return JUDGE_MISMATCH;
	if (!has(&tag, " version="))
		return matched(x, (size_t)(rest.data - data));
	j = next_tag(&rest, &tag);
	if (j != JUDGE_MATCH)
		return j;
	if (is_tag(&tag, "<stream:features")) {
		j = skip_content(&rest, &tag, "</stream:features>");
		return j == JUDGE_MATCH ? matched(x, (size_t)(rest.data - data))
					: j;
	}
	if (!is_tag(&tag, "<stream:error"))
		return JUDGE_MISMATCH;
	j = skip_content(&rest, &tag, "</stream:error>");
	if (j != JUDGE_MATCH)
		return j;
	tag.len = (size_t)(rest.data - tag.data);
	return x->arg != NULL && has(&tag, x->arg)
	    ? matched(x, (size_t)(rest.data - data))
	    : JUDGE_MISMATCH;
}

/* What else it says, and why, it says before it ends the stream. */
enum judgement
reply_proceed(struct exchange *x)
{
	const char *data = (const char *)x->answer;
	struct line rest = { data, x->len, false }, tag;
	enum judgement j = next_tag(&rest, &tag);

	if (j != JUDGE_MATCH)
		return j;
	if (!is_tag(&tag, "<proceed"))
		return is_tag(&tag, "</stream:stream") ||
			has(&rest, "</stream:stream")
		    ? JUDGE_MISMATCH
		    : JUDGE_MORE;
	j = skip_content(&rest, &tag, "</proceed>");
	return j == JUDGE_MATCH ? matched(x, (size_t)(rest.data - data)) : j;
}

enum judgement
reply_text(struct exchange *x)
{
	struct line l;

	return first_text(x, &l);
}

/* There is no one syntax, but all that are used have hours and minutes. */
enum judgement
reply_daytime(struct exchange *x)
{
	struct line l;
	enum judgement j = first_text(x, &l);

	if (j != JUDGE_MATCH)
		return j;
	while (is_blank(l.data[0])) {
		l.data++;
		l.len--;
	}
	return begins_date(&l) && has_time(&l) ? JUDGE_MATCH : JUDGE_MISMATCH;
}

/*
 * The line that begins at *at, which is moved behind it.  Returns false when
 * there is not a byte of it.
 */
static bool
next_line(const struct exchange *x, size_t *at, struct line *l)
{
	const char *end;

	l->data = (const char *)x->answer + *at;
	l->len = x->len - *at;
	if (l->len == 0)
		return false;
	end = memchr(l->data, '\n', l->len);
	l->whole = end != NULL;
	if (l->whole)
		l->len = (size_t)(end - l->data);
	*at += l->len + l->whole;
	if (l->whole && l->len > 0 && l->data[l->len - 1] == '\r')
		l->len--;
	return true;
}

static enum judgement
begins(const struct line *l, const char *prefix)
{
	size_t len = strlen(prefix);

	if (memcmp(l->data, prefix, l->len < len ? l->len : len) != 0)
		return JUDGE_MISMATCH;
	return l->len >= len ? JUDGE_MATCH
	    : l->whole       ? JUDGE_MISMATCH
			     : JUDGE_MORE;
}

/* In any case, with a blank or nothing after it. */
static bool
begins_word(const struct line *l, const char *word)
{
	size_t len = strlen(word);

	return l->len >= len && word_equal(word, l->data, len) &&
	    (l->len == len || l->data[len] == ' ');
}

static bool
is_digits(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (s[i] < '0' || s[i] > '9')
			return false;
	return true;
}

static bool
has_code(const char *codes, const char *code)
{
	for (; *codes != '\0'; codes += codes[3] == ' ' ? 4 : 3)
		if (memcmp(codes, code, 3) == 0)
			return true;
	return false;
}

/* A line and the literals in it: "{5}", five bytes, and so on (RFC 5804 4). */
static bool
next_response(const struct exchange *x, size_t *at, struct line *l)
{
	struct line rest;
	size_t len;

	if (!next_line(x, at, l))
		return false;
	rest = *l;
	while (rest.whole && is_literal(&rest, &len)) {
		rest.whole = false;
		if (len >= x->len - *at)
			break;
		*at += len;
		(void)next_line(x, at, &rest);
	}
	l->whole = rest.whole;
	return true;
}

/* One that is longer than any answer is as long as can be. */
static bool
is_literal(const struct line *l, size_t *len)
{
	size_t i = l->len, from;

	if (i == 0 || l->data[--i] != '}')
		return false;
	for (from = i; from > 0 && is_digits(l->data + from - 1, 1); from--)
		;
	if (from == i || from == 0 || l->data[from - 1] != '{')
		return false;
	for (*len = 0; from < i; from++)
		*len = *len > SIZE_MAX / 10 - 1
		    ? SIZE_MAX
		    : *len * 10 + (size_t)(l->data[from] - '0');
	return true;
}

/*
 * Numerics and what is said of capabilities come with the name of the server in
 * front, which the codes of other protocols and our own words do not have.
 */
static enum judgement
judge_irc(const struct line *l, const char *numeric)
{
	static const char *const words[] = { "NOTICE", "PING" };
	struct line command = *l;
	const char *blank;
	bool named = l->len > 0 && l->data[0] == ':';
	size_t i;

	if (named) {
		blank = memchr(l->data, ' ', l->len);
		if (blank == NULL)
			return JUDGE_MISMATCH;
		command.data = blank + 1;
		command.len -= (size_t)(command.data - l->data);
	}
	if (named && command.len > 3 && is_digits(command.data, 3) &&
	    command.data[3] == ' ') {
		if (numeric == NULL || begins_word(&command, numeric))
			return JUDGE_MATCH;
		return command.data[0] < '4' ? JUDGE_MORE : JUDGE_MISMATCH;
	}
	if (named && begins_word(&command, "CAP"))
		return numeric == NULL ? JUDGE_MATCH : JUDGE_MORE;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (begins_word(&command, words[i]))
			return numeric == NULL ? JUDGE_MATCH : JUDGE_MORE;
	return JUDGE_MISMATCH;
}

/* "HTTP/1.1 200 OK": its '2', or '\0'; the first len bytes were judged. */
static char
status_class(const struct line *l, size_t len)
{
	const char *s = l->data + len;

	if (l->len < len + 5 || !is_digits(s, 1) || s[1] != ' ' ||
	    !is_digits(s + 2, 3) || (l->len > len + 5 && s[5] != ' '))
		return '\0';
	return s[2];
}

/* To behind the empty line. */
static bool
skip_header(const struct exchange *x, size_t *at)
{
	struct line l;

	while (next_line(x, at, &l) && l.whole)
		if (l.len == 0)
			return true;
	return false;
}

/* The tag with which the rest begins, after blanks; the rest is then the rest. */
static enum judgement
next_tag(struct line *rest, struct line *tag)
{
	const char *end;

	while (rest->len > 0 && is_blank(rest->data[0])) {
		rest->data++;
		rest->len--;
	}
	if (rest->len == 0)
		return JUDGE_MORE;
	if (rest->data[0] != '<')
		return JUDGE_MISMATCH;
	end = memchr(rest->data, '>', rest->len);
	if (end == NULL)
		return JUDGE_MORE;
	*tag = (struct line){ rest->data, (size_t)(end - rest->data) + 1,
		true };
	rest->data += tag->len;
	rest->len -= tag->len;
	return JUDGE_MATCH;
}

static bool
is_tag(const struct line *tag, const char *name)
{
	size_t len = strlen(name);

	return begins(tag, name) == JUDGE_MATCH &&
	    (is_blank(tag->data[len]) || tag->data[len] == '/' ||
		tag->data[len] == '>');
}

/* To the end of the element that this tag begins, unless it is that, too. */
static enum judgement
skip_content(struct line *rest, const struct line *tag, const char *end)
{
	const char *at;

	if (tag->data[tag->len - 2] == '/')
		return JUDGE_MATCH;
	at = memmem(rest->data, rest->len, end, strlen(end));
	if (at == NULL)
		return JUDGE_MORE;
	at += strlen(end);
	rest->len -= (size_t)(at - rest->data);
	rest->data = at;
	return JUDGE_MATCH;
}

static bool
has(const struct line *l, const char *s)
{
	return memmem(l->data, l->len, s, strlen(s)) != NULL;
}

/* The first line that is not blank. */
static enum judgement
first_text(struct exchange *x, struct line *l)
{
	size_t i, at = 0;

	while (next_line(x, &at, l)) {
		if (!is_text(l))
			return JUDGE_MISMATCH;
		if (!l->whole && !x->ended)
			break;
		for (i = 0; i < l->len; i++)
			if (!is_blank(l->data[i]))
				return matched(x, at);
	}
	return JUDGE_MORE;
}

static bool
is_text(const struct line *l)
{
	size_t i;

	for (i = 0; i < l->len; i++) {
		unsigned char c = (unsigned char)l->data[i];

		if ((c < ' ' && !is_blank((char)c)) || c == 0x7f)
			return false;
	}
	return true;
}

/* Of any language. */
static bool
is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    (c & 0x80) != 0;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f';
}

/*
 * A word or a number, but not one of three digits, with which replies begin that
 * have a code.
 */
static bool
begins_date(const struct line *l)
{
	size_t i = 0;

	if (is_digits(l->data, 1))
		return l->len <= 3 || !is_digits(l->data, 3) ||
		    (l->data[3] != ' ' && l->data[3] != '-');
	while (i < l->len && is_letter(l->data[i]))
		i++;
	return i > 0 && i < l->len && strchr(" ,.", l->data[i]) != NULL;
}

/* "9:43" */
static bool
has_time(const struct line *l)
{
	size_t i;

	for (i = 0; i + 4 <= l->len; i++)
		if (is_digits(l->data + i, 1) && l->data[i + 1] == ':' &&
		    is_digits(l->data + i + 2, 2))
			return true;
	return false;
}

static enum judgement
matched(struct exchange *x, size_t end)
{
	x->end = end;
	return JUDGE_MATCH;
}
