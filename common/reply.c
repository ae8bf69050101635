/* SPDX-License-Identifier: ISC */
#include "reply.h"

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
static enum judgement judge_irc(const struct line *, const char *);
static enum judgement matched(struct exchange *, size_t);
static bool has_digit(const struct line *);

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

enum judgement
reply_sieve(struct exchange *x)
{
	struct line l;
	size_t at = 0;

	while (next_line(x, &at, &l)) {
		if (l.len > 0 && l.data[0] != '"' && l.data[0] != 'O' &&
		    l.data[0] != 'o')
			return JUDGE_MISMATCH;
		if (!l.whole)
			break;
		if (l.len > 0 && l.data[0] == '"')
			continue;
		return begins_word(&l, "OK") ? matched(x, at) : JUDGE_MISMATCH;
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

	(void)next_line(x, &at, &l);
	j = begins(&l, x->arg);
	if (j != JUDGE_MATCH)
		return j;
	if (!l.whole)
		return JUDGE_MORE;
	/* "HTTP/1.1 200 OK" */
	if (l.len < len + 5 || !is_digits(l.data + len, 1) ||
	    l.data[len + 1] != ' ' || !is_digits(l.data + len + 2, 3) ||
	    (l.len > len + 5 && l.data[len + 5] != ' '))
		return JUDGE_MISMATCH;
	return l.data[len + 2] == '2' || l.data[len + 2] == '3'
	    ? matched(x, at)
	    : JUDGE_MISMATCH;
}

enum judgement
reply_ssh(struct exchange *x)
{
	struct line l;
	size_t at = 0;

	while (next_line(x, &at, &l) && l.whole) {
		if (begins(&l, "SSH-") == JUDGE_MISMATCH)
			continue;
		return begins(&l, "SSH-2.0-") == JUDGE_MATCH ||
			begins(&l, "SSH-1.99-") == JUDGE_MATCH
		    ? matched(x, at)
		    : JUDGE_MISMATCH;
	}
	return JUDGE_MORE;
}

enum judgement
reply_xmpp(struct exchange *x)
{
	const char *data = (const char *)x->answer, *tag, *end;

	if (data[0] != '<' && data[0] != ' ' && data[0] != '\n' &&
	    data[0] != '\r')
		return JUDGE_MISMATCH;
	tag = memmem(data, x->len, x->arg, strlen(x->arg));
	if (tag != NULL) {
		end = memchr(tag, '>', x->len - (size_t)(tag - data));
		if (end != NULL)
			return matched(x, (size_t)(end - data) + 1);
	} else if (memmem(data, x->len, "<stream:error", 13) != NULL ||
	    memmem(data, x->len, "<failure", 8) != NULL) {
		/* What went wrong is said before the stream ends. */
		end = memmem(data, x->len, "</stream", 8);
		if (end != NULL)
			return JUDGE_MISMATCH;
	}
	return JUDGE_MORE;
}

enum judgement
reply_text(struct exchange *x)
{
	size_t i, at = 0;
	struct line l;

	for (i = 0; i < x->len; i++)
		if ((x->answer[i] < ' ' &&
			strchr("\t\n\f\r", x->answer[i]) == NULL) ||
		    x->answer[i] == '\0' || x->answer[i] == 0x7f)
			return JUDGE_MISMATCH;
	(void)next_line(x, &at, &l);
	return l.whole || x->ended ? matched(x, at) : JUDGE_MORE;
}

enum judgement
reply_daytime(struct exchange *x)
{
	enum judgement j = reply_text(x);
	struct line l;
	size_t at = 0;

	if (j != JUDGE_MATCH)
		return j;
	(void)next_line(x, &at, &l);
	return has_digit(&l) ? JUDGE_MATCH : JUDGE_MISMATCH;
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

/*
 * Numerics come with the name of the server in front, which those of other
 * protocols do not have.
 */
static enum judgement
judge_irc(const struct line *l, const char *numeric)
{
	static const char *const words[] = { "NOTICE", "PING", "CAP" };
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
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (begins_word(&command, words[i]))
			return numeric == NULL ? JUDGE_MATCH : JUDGE_MORE;
	return JUDGE_MISMATCH;
}

static enum judgement
matched(struct exchange *x, size_t end)
{
	x->end = end;
	return JUDGE_MATCH;
}

static bool
has_digit(const struct line *l)
{
	size_t i;

	for (i = 0; i < l->len; i++)
		if (is_digits(l->data + i, 1))
			return true;
	return false;
}
