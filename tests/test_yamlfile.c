/* SPDX-License-Identifier: ISC */
#include "yamlfile.h"

#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "text.h"
#include "unit.h"

#define KIB ((size_t)1024)
#define MIB (KIB * KIB)
#define LOG_MAX (1 << 20)

#define N4(x) x x x x
#define N16(x) N4(N4(x))
#define N32(x) N16(x) N16(x)

/* A literal, which may hold NUL. */
#define CONTENT(s) s, sizeof(s) - 1

static char path[] = "test_yamlfile.XXXXXX";

/*
 * The file, and what stands in it: line and item, with a blank after each.
 * Items are { } [ ], =plain, 'quoted', !reason and . at the end.
 */
struct row {
	const char *name;
	const char *content;
	size_t len;
	const char *want;
};

static const struct row documents[] = {
	/* The empty document. */
	{ "nothing", CONTENT(""), "1. " },
	{ "a blank line", CONTENT("\n"), "1. " },
	{ "comments", CONTENT("# a\n\n# b\n"), "3. " },
	{ "a comment that has no end", CONTENT("# a"), "1. " },
	{ "its mark alone", CONTENT("---\n"), "1. " },
	{ "its mark and comments", CONTENT("# a\n---\n# b\n"), "3. " },
	{ "marks on both sides", CONTENT("---\n...\n"), "2. " },
	{ "a byte order mark", CONTENT("\xef\xbb\xbf"), "1. " },
	/* What it can be. */
	{ "a scalar", CONTENT("a\n"), "1=a 1. " },
	{ "a scalar without a newline", CONTENT("a"), "1=a 1. " },
	{ "a map", CONTENT("a: b\nc: d\n"), "1{ 1=a 1=b 2=c 2=d 2} 2. " },
	{ "a list", CONTENT("- a\n- b\n"), "1[ 1=a 2=b 2] 2. " },
	{ "in braces", CONTENT("{a: [b, c], d: {}}\n"),
	    "1{ 1=a 1[ 1=b 1=c 1] 1=d 1{ 1} 1} 1. " },
	{ "JSON", CONTENT("{\"a\":[1,{\"b\":null}],\"c\":\"d\\n\"}"),
	    "1{ 1'a' 1[ 1=1 1{ 1'b' 1=null 1} 1] 1'c' 1'd\n' 1} 1. " },
	{ "a pair in a list", CONTENT("[a: b]\n"), "1[ 1{ 1=a 1=b 1} 1] 1. " },
	{ "keys alone", CONTENT("{a, b}\n"), "1{ 1=a 1= 1=b 1= 1} 1. " },
	{ "explicit keys", CONTENT("? a\n: b\n? c\n"),
	    "1{ 1=a 2=b 3=c 3= 3} 3. " },
	{ "merge", CONTENT("<<: a\n"), "1{ 1=<< 1=a 1} 1. " },
	{ "the same key twice", CONTENT("a: b\na: c\n"),
	    "1{ 1=a 1=b 2=a 2=c 2} 2. " },
	{ "with marks", CONTENT("--- \na: b\n...\n# c\n"),
	    "2{ 2=a 2=b 3} 4. " },
	{ "YAML 1.1", CONTENT("%YAML 1.1\n---\na\n"), "3=a 3. " },
	{ "YAML 1.2", CONTENT("%YAML 1.2 # c\n---\na\n"), "3=a 3. " },
	{ "a percent sign inside", CONTENT("- \"a\n%TAG ! b\"\n"),
	    "1[ 1'a %TAG ! b' 2] 2. " },
	/* Scalars, as they stand. */
	{ "plain or not", CONTENT("[~, null, '', \"~\", 0x1f, yes,]\n"),
	    "1[ 1=~ 1=null 1'' 1'~' 1=0x1f 1=yes 1] 1. " },
	{ "empty ones", CONTENT("a:\nb:\n- \n-\nc: ''\n"),
	    "1{ 1=a 1= 2=b 3[ 3= 4= 5] 5=c 5'' 5} 5. " },
	{ "escapes", CONTENT("\"\\x41\\u00e4\\t\\\"\"\n"),
	    "1'A\xc3\xa4\t\"' 1. " },
	{ "single quotes", CONTENT("'a''b\\n'\n"), "1'a'b\\n' 1. " },
	{ "bytes of UTF-8",
	    CONTENT("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80: \xed\x9f\xbf\n"),
	    "1{ 1=\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80 1=\xed\x9f\xbf 1} 1. " },
	/* Lines. */
	{ "after comments", CONTENT("# a\n\nb: # c\n\n# d\n  e: f\n"),
	    "3{ 3=b 6{ 6=e 6=f 6} 6} 6. " },
	{ "quoted over lines", CONTENT("a: \"b\n  c\n\n  d\"\ne: f\n"),
	    "1{ 1=a 1'b c\nd' 5=e 5=f 5} 5. " },
	{ "plain over lines", CONTENT("a:\n  b\n  c\nd: e\n"),
	    "1{ 1=a 2=b c 4=d 4=e 4} 4. " },
	{ "literal", CONTENT("a: |\n  b\n   # c\n\nd: e\n"),
	    "1{ 1=a 1'b\n # c\n' 5=d 5=e 5} 5. " },
	{ "folded", CONTENT("a: >-\n  b\n  c\nd: e\n"),
	    "1{ 1=a 1'b c' 4=d 4=e 4} 4. " },
	{ "braces over lines", CONTENT("a: {\n  b: [\n c,\n d]\n}\ne: f\n"),
	    "1{ 1=a 1{ 2=b 2[ 3=c 4=d 4] 5} 6=e 6=f 6} 6. " },
	{ "DOS", CONTENT("a: b\r\n# c\r\nd: |\r\n  e\r\nf: \"g\r\n  h\"\r\n"),
	    "1{ 1=a 1=b 3=d 3'e\n' 5=f 5'g h' 6} 6. " },
	{ "after a byte order mark", CONTENT("\xef\xbb\xbf\n\na: b\n"),
	    "3{ 3=a 3=b 3} 3. " },
	{ "32 deep", CONTENT(N32("[") N32("]")), N32("1[ ") N32("1] ") "1. " },
};

static const struct row refused[] = {
	/* What is YAML. */
	{ "an alias", CONTENT("a: b\nc: *a\n"),
	    "1{ 1=a 1=b 2=c 2!an alias; write out what it stands for " },
	{ "an anchor", CONTENT("a:\n  &b c\n"),
	    "1{ 1=a 2!an anchor; there are no aliases here " },
	{ "an anchor of a map", CONTENT("a: &b\n  c: d\n"),
	    "1{ 1=a 1!an anchor; there are no aliases here " },
	{ "an anchor of a list", CONTENT("&b [c]\n"),
	    "1!an anchor; there are no aliases here " },
	{ "a tag", CONTENT("- a\n- !!int 5\n"),
	    "1[ 1=a 2!a tag; there are none here " },
	{ "a tag of a map", CONTENT("!a {b: c}\n"),
	    "1!a tag; there are none here " },
	{ "a tag of a list", CONTENT("a: !<tag:b>\n- c\n"),
	    "1{ 1=a 1!a tag; there are none here " },
	{ "a tag and nothing", CONTENT("a: !!null\n"),
	    "1{ 1=a 1!a tag; there are none here " },
	{ "%TAG", CONTENT("%TAG !a! b\n---\nc\n"),
	    "1!a %TAG directive in front; there are no tags here " },
	{ "a map as a key", CONTENT("a: b\n{c: d}: e\n"),
	    "1{ 1=a 1=b 2!a map as a key " },
	{ "a list as a key", CONTENT("? [a]\n: b\n"), "1{ 1!a list as a key " },
	{ "a list as a key in braces", CONTENT("{a: b,\n [c]: d}\n"),
	    "1{ 1=a 1=b 2!a list as a key " },
	{ "a second document", CONTENT("a\n---\nb\n"),
	    "1=a 2!a second document " },
	{ "an empty second document", CONTENT("a: b\n---\n"),
	    "1{ 1=a 1=b 2} 2!a second document " },
	{ "two empty documents", CONTENT("---\n---\n"),
	    "2!a second document " },
	{ "a later document", CONTENT("a\n...\n\n---\nb\n"),
	    "1=a 4!a second document " },
	{ "33 lists", CONTENT(N32("[\n") "[a"),
	    "1[ 2[ 3[ 4[ 5[ 6[ 7[ 8[ 9[ 10[ 11[ 12[ 13[ 14[ 15[ 16[ "
	    "17[ 18[ 19[ 20[ 21[ 22[ 23[ 24[ 25[ 26[ 27[ 28[ 29[ 30[ 31[ 32[ "
	    "33!maps and lists nested more than 32 deep " },
	{ "33 maps and lists", CONTENT(N32("- ") "a: b\n"),
	    N32("1[ ") "1!maps and lists nested more than 32 deep " },
	{ "an escaped NUL", CONTENT("a: \"b\\0\"\n"),
	    "1{ 1=a 1!a NUL byte in a value " },
	/* What is no text. */
	{ "a NUL byte", CONTENT("a: b\nc: d\0\n"), "1{ 1=a 2!a NUL byte " },
	{ "a control character", CONTENT("- a\n- b\n- \x1b[1mc\n"),
	    "1[ 1=a 3!a control character " },
	{ "DEL", CONTENT("a\x7f"), "1!a control character " },
	{ "a control character of Unicode", CONTENT("# \xc2\x9b"),
	    "1!a control character " },
	{ "no character of Unicode", CONTENT("\xef\xbf\xbe"),
	    "1!a control character " },
	{ "a wrong first byte", CONTENT("- a\n- b\n# \x80\n"),
	    "1[ 1=a 3!invalid UTF-8 " },
	{ "a wrong second byte", CONTENT("# a\n\n# \xc3(\n"),
	    "3!invalid UTF-8 " },
	{ "a first byte for a second", CONTENT("# \xe2\xe2"),
	    "1!invalid UTF-8 " },
	{ "half a character in front of a newline", CONTENT("# \xe2\x82\n\n"),
	    "1!invalid UTF-8 " },
	{ "half a character at the end", CONTENT("\n# \xe2\x82"),
	    "2!invalid UTF-8 " },
	{ "too long a form", CONTENT("# \xc0\x8a"), "1!invalid UTF-8 " },
	{ "too long a form of three", CONTENT("# \xe0\x82\x8a"),
	    "1!invalid UTF-8 " },
	{ "half of a pair", CONTENT("# \xed\xa0\x80"), "1!invalid UTF-8 " },
	{ "too large a character", CONTENT("# \xf4\x90\x80\x80"),
	    "1!invalid UTF-8 " },
	{ "a byte that never is", CONTENT("a\xff"), "1!invalid UTF-8 " },
	{ "UTF-16, little end",
	    CONTENT("\xff\xfe"
		    "a\0"),
	    "1!UTF-16, and not UTF-8 " },
	{ "UTF-16, big end", CONTENT("\xfe\xff\0a"),
	    "1!UTF-16, and not UTF-8 " },
	{ "UTF-16 without a mark", CONTENT("a\0:\0"), "1!a NUL byte " },
	{ "Mac", CONTENT("a: b\rc: d\r"),
	    "1!a carriage return without a line feed " },
	{ "a carriage return in front of a letter", CONTENT("# \r\xc3\xa4"),
	    "1!a carriage return without a line feed " },
	{ "a carriage return at the end", CONTENT("# a\n\r"),
	    "2!a carriage return without a line feed " },
	{ "NEL",
	    CONTENT("# a\xc2\x85"
		    "b: c\n"),
	    "1!a line break that is no line feed " },
	{ "a line separator",
	    CONTENT("\n# a\xe2\x80\xa8"
		    "b: c\n"),
	    "2!a line break that is no line feed " },
	{ "a paragraph separator",
	    CONTENT("# a\xe2\x80\xa9"
		    "b: c\n"),
	    "1!a line break that is no line feed " },
	/* What is no YAML: libyaml's words. */
	{ "an open quote", CONTENT("a: b\nc: \"d\n\n\n"),
	    "1{ 1=a 1=b 2=c 4!found unexpected end of stream, while scanning "
	    "a quoted scalar from line 2 " },
	{ "an open bracket", CONTENT("a: [b,\nc: d\n"),
	    "1{ 1=a 1[ 1=b 2{ 2=c 2=d 2} 2!did not find expected ',' or ']', "
	    "while parsing a flow sequence from line 1 " },
	{ "an open bracket on one line", CONTENT("[a"),
	    "1[ 1=a 1!did not find expected ',' or ']', while parsing a flow "
	    "sequence " },
	{ "a tab", CONTENT("a:\n  b: c\n\td: e\n"),
	    "1{ 1=a 2{ 2=b 3!found a tab character that violates indentation, "
	    "while scanning a plain scalar from line 2 " },
	{ "a wrong indentation", CONTENT("a:\n  b: c\n d: e\n"),
	    "1{ 1=a 2{ 2=b 2=c 3} 3!did not find expected key, while parsing a "
	    "block mapping from line 1 " },
	{ "two colons", CONTENT("# a\nb: c: d\n"),
	    "2{ 2=b 2=c 2!mapping values are not allowed in this context " },
	{ "a wrong escape", CONTENT("a: \"\\q\"\n"),
	    "1{ 1=a 1!found unknown escape character, while parsing a quoted "
	    "scalar " },
	{ "no colon", CONTENT("a: b\nc\nd: e\n"),
	    "1{ 1=a 1=b 3!could not find expected ':', while scanning a simple "
	    "key from line 2 " },
	{ "YAML 1.3", CONTENT("%YAML 1.3\n---\na\n"),
	    "1!found incompatible YAML document " },
	{ "an unknown directive", CONTENT("\n%A b\n---\na\n"),
	    "2!found unknown directive name, while scanning a directive " },
};

/* What has no end, or too many beginnings, and what is told of it. */
static const struct {
	const char *front;
	const char *again;
	size_t times;
	const char *why;
} hostile[] = {
	{ "", "[", MIB, "1!maps and lists nested more than 32 deep " },
	{ "", "{", MIB, "1!a map as a key " },
	{ "", "{a: ", MIB, "1!maps and lists nested more than 32 deep " },
	{ "", "- ", MIB, "1!maps and lists nested more than 32 deep " },
	{ "", "? ", MIB, "1!a map as a key " },
	{ "", "\"a", MIB, "1!a value of more than 64 KiB, here or below " },
	{ "a:\nb: ", ":", MIB, "2!a value of more than 64 KiB " },
	{ "a: \"", "b", 4 * MIB,
	    "1!a value of more than 64 KiB, here or below " },
	{ "a: b\nc: '", "b\n", 4 * MIB,
	    "2!a value of more than 64 KiB, here or below " },
	{ "a: |\n", " b\n", 4 * MIB,
	    "1!a value of more than 64 KiB, here or below " },
	{ "a: |\n", " # b\n", 8 * MIB,
	    "1!a value of more than 64 KiB, here or below " },
	{ "a: ", "b", 4 * MIB,
	    "1!a value of more than 64 KiB, here or below " },
	{ "a: &", "b", 4 * MIB,
	    "1!a value of more than 64 KiB, here or below " },
	{ "", "\n", 8 * MIB, "1!a value of more than 64 KiB, here or below " },
};

static void
put_file(void)
{
	int fd = mkstemp(path);

	ck_assert_int_ne(fd, -1);
	(void)close(fd);
}

static void
remove_file(void)
{
	(void)unlink(path);
	memset(path + strlen(path) - 6, 'X', 6);
}

static void
write_file(const char *content, size_t len)
{
	FILE *f = fopen(path, "we");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(content, 1, len, f), len);
	ck_assert_int_eq(fclose(f), 0);
}

static struct yamlfile *
opened(const char *file)
{
	const char *why = NULL;
	struct yamlfile *y = yamlfile_open(file, &why);

	ck_assert_msg(y != NULL, "%s: %s", file, why);
	return y;
}

static bool
over(const struct yamlfile_item *item)
{
	return item->kind == YAMLFILE_END || item->kind == YAMLFILE_BAD;
}

static void
log_item(struct text *log, const struct yamlfile_item *item)
{
	static const char *const marks[] = {
		[YAMLFILE_END] = ".",
		[YAMLFILE_SCALAR] = "=",
		[YAMLFILE_MAP] = "{",
		[YAMLFILE_MAP_END] = "}",
		[YAMLFILE_LIST] = "[",
		[YAMLFILE_LIST_END] = "]",
		[YAMLFILE_BAD] = "!",
	};

	text_printf(log, "%u%s", item->line,
	    item->quoted ? "'" : marks[item->kind]);
	if (item->value != NULL) {
		ck_assert_uint_eq(strlen(item->value), item->len);
		text_puts(log, item->value);
	}
	text_puts(log, item->quoted ? "' " : " ");
}

static void
log_file(struct text *log, const char *file)
{
	struct yamlfile *y = opened(file);
	struct yamlfile_item item, again;

	text_init(log, LOG_MAX);
	do {
		yamlfile_next(y, &item);
		log_item(log, &item);
	} while (!over(&item));
	yamlfile_next(y, &again);
	ck_assert(again.kind == item.kind && again.line == item.line &&
	    again.value == item.value);
	yamlfile_close(y);
}

static void
check_row(const struct row *row)
{
	struct text log;

	write_file(row->content, row->len);
	log_file(&log, path);
	unit_str(row->name, log.data, row->want);
	text_free(&log);
}

START_TEST(document)
{
	check_row(&documents[_i]);
}
END_TEST

START_TEST(is_refused)
{
	check_row(&refused[_i]);
}
END_TEST

/* However the file comes in pieces, it is the same. */
START_TEST(byte_by_byte)
{
	const struct row *row = &refused[_i];
	struct text log;
	int ends[2];
	size_t i;

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	if (fork() == 0) {
		for (i = 0; i < row->len; i++)
			if (write(ends[1], row->content + i, 1) != 1)
				break;
		_exit(0);
	}
	(void)close(ends[1]);
	ck_assert_int_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	(void)close(ends[0]);
	log_file(&log, "-");
	unit_str(row->name, log.data, row->want);
	text_free(&log);
}
END_TEST

static double
seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* It ends soon, wherever the file does. */
START_TEST(hostile_file)
{
	FILE *f = fopen(path, "we");
	struct yamlfile_item item;
	struct yamlfile *y;
	struct text log;
	double begin;
	size_t i;

	ck_assert_ptr_nonnull(f);
	(void)fputs(hostile[_i].front, f);
	for (i = 0; i < hostile[_i].times; i++)
		(void)fputs(hostile[_i].again, f);
	ck_assert_int_eq(fclose(f), 0);
	begin = seconds();
	y = opened(path);
	do
		yamlfile_next(y, &item);
	while (!over(&item));
	ck_assert_double_lt(seconds() - begin, 5);
	text_init(&log, LOG_MAX);
	log_item(&log, &item);
	unit_str(hostile[_i].again, log.data, hostile[_i].why);
	text_free(&log);
	yamlfile_close(y);
}
END_TEST

/* They are not compared, each with each. */
START_TEST(directives)
{
	FILE *f = fopen(path, "we");
	double begin = seconds();
	struct text log;
	unsigned i;

	ck_assert_ptr_nonnull(f);
	(void)fputs("a\n...\n", f);
	for (i = 0; i < 100000; i++)
		(void)fprintf(f, "%%TAG !%u! b\n", i);
	ck_assert_int_eq(fclose(f), 0);
	log_file(&log, path);
	unit_str("directives", log.data,
	    "1=a 1!a value of more than 64 KiB, here or below ");
	text_free(&log);
	ck_assert_double_lt(seconds() - begin, 5);
}
END_TEST

START_TEST(devices)
{
	struct text log;

	log_file(&log, "/dev/zero");
	unit_str("/dev/zero", log.data, "1!a NUL byte ");
	text_free(&log);
	log_file(&log, "/dev/null");
	unit_str("/dev/null", log.data, "1. ");
	text_free(&log);
	/* There is nothing at address 0. */
	log_file(&log, "/proc/self/mem");
	unit_str("/proc/self/mem", log.data, "1!Input/output error ");
	text_free(&log);
}
END_TEST

/* The longest scalar, in each of its forms, and one byte more. */
START_TEST(longest)
{
	static const char *const forms[][3] = {
		{ "", "a", "\n" },
		{ "\"", "\\U00000061", "\"\n" },
		{ "- a\n- |-\n ", "a", "\n" },
	};
	size_t n, i;

	for (n = 64 * KIB; n <= 64 * KIB + 1; n++) {
		FILE *f = fopen(path, "we");
		struct yamlfile_item item;
		struct yamlfile *y;

		ck_assert_ptr_nonnull(f);
		(void)fputs(forms[_i][0], f);
		for (i = 0; i < n; i++)
			(void)fputs(forms[_i][1], f);
		(void)fputs(forms[_i][2], f);
		ck_assert_int_eq(fclose(f), 0);
		y = opened(path);
		do
			yamlfile_next(y, &item);
		while (!over(&item) && item.len < n);
		if (n == 64 * KIB)
			ck_assert_uint_eq(strspn(item.value, "a"), n);
		else
			unit_str(forms[_i][0], item.value,
			    "a value of more than 64 KiB");
		ck_assert_uint_eq(item.line, _i == 2 ? 2 : 1);
		yamlfile_close(y);
	}
}
END_TEST

/* Much that is commented out is no harm, nor a file of one line. */
START_TEST(large)
{
	static const char *const forms[][3] = {
		{ "a: b\n", "#  host: {address: 10.1.2.3}\n", "c: d\n" },
		{ "[", "{\"address\":\"10.1.2.3\"},", "a]" },
	};
	FILE *f = fopen(path, "we");
	struct yamlfile_item item;
	struct yamlfile *y;
	size_t i;

	ck_assert_ptr_nonnull(f);
	(void)fputs(forms[_i][0], f);
	for (i = 0; i < 100000; i++)
		(void)fputs(forms[_i][1], f);
	(void)fputs(forms[_i][2], f);
	ck_assert_int_eq(fclose(f), 0);
	y = opened(path);
	yamlfile_next(y, &item);
	ck_assert(yamlfile_skip(y, &item));
	ck_assert_uint_eq(item.line, _i == 0 ? 100002 : 1);
	yamlfile_next(y, &item);
	ck_assert_int_eq(item.kind, YAMLFILE_END);
	yamlfile_close(y);
}
END_TEST

/* 100,000 hosts, each on its line. */
START_TEST(many_hosts)
{
	FILE *f = fopen(path, "we");
	struct yamlfile_item item;
	struct yamlfile *y;
	char name[32];
	unsigned i;

	ck_assert_ptr_nonnull(f);
	(void)fputs("hosts:\n", f);
	for (i = 0; i < 100000; i++)
		(void)fprintf(f,
		    "  host%u: {address: 10.1.2.3, portsets: [mail]}\n", i);
	ck_assert_int_eq(fclose(f), 0);
	y = opened(path);
	yamlfile_next(y, &item);
	yamlfile_next(y, &item);
	yamlfile_next(y, &item);
	ck_assert_int_eq(item.kind, YAMLFILE_MAP);
	for (i = 0; i < 100000; i++) {
		yamlfile_next(y, &item);
		(void)snprintf(name, sizeof(name), "host%u", i);
		unit_str("host", item.value, name);
		ck_assert_uint_eq(item.line, i + 2);
		yamlfile_next(y, &item);
		ck_assert_int_eq(item.kind, YAMLFILE_MAP);
		ck_assert(yamlfile_skip(y, &item));
		ck_assert_int_eq(item.kind, YAMLFILE_MAP_END);
		ck_assert_uint_eq(item.line, i + 2);
	}
	yamlfile_next(y, &item);
	ck_assert_int_eq(item.kind, YAMLFILE_MAP_END);
	yamlfile_close(y);
}
END_TEST

START_TEST(skip)
{
	static const char content[] =
	    "a: {b: [c, {d: e}], f: }\ng: h\ni: [j,\n[k, *l]]\n";
	struct yamlfile *y;
	struct yamlfile_item item;
	struct text log;

	write_file(content, sizeof(content) - 1);
	y = opened(path);
	text_init(&log, LOG_MAX);
	yamlfile_next(y, &item);
	for (yamlfile_next(y, &item); yamlfile_skip(y, &item);
	     yamlfile_next(y, &item))
		log_item(&log, &item);
	log_item(&log, &item);
	unit_str("skip", log.data,
	    "1=a 1} 2=g 2=h 3=i 4!an alias; write out what it stands for ");
	ck_assert(!yamlfile_skip(y, &item));
	text_free(&log);
	yamlfile_close(y);
	write_file("", 0);
	y = opened(path);
	yamlfile_next(y, &item);
	ck_assert(yamlfile_skip(y, &item));
	ck_assert_int_eq(item.kind, YAMLFILE_END);
	yamlfile_close(y);
}
END_TEST

START_TEST(cannot_be_opened)
{
	static const struct {
		const char *file;
		const char *why;
	} files[] = {
		{ "/nonexistent/file", "No such file or directory" },
		{ "", "No such file or directory" },
		{ "/", "Is a directory" },
		{ "/dev/null/file", "Not a directory" },
	};
	const char *why;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		why = NULL;
		ck_assert_ptr_null(yamlfile_open(files[i].file, &why));
		unit_str(files[i].file, why, files[i].why);
	}
	(void)close(STDIN_FILENO);
	ck_assert_ptr_null(yamlfile_open("-", &why));
	unit_str("-", why, "Bad file descriptor");
	ck_assert_int_eq(open("/", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
	ck_assert_ptr_null(yamlfile_open("-", &why));
	unit_str("-", why, "Is a directory");
	ck_assert_int_ne(fcntl(STDIN_FILENO, F_GETFD), -1);
}
END_TEST

/* What was read is told, and nothing else. */
START_TEST(changed_while_read)
{
	struct yamlfile_item item;
	struct yamlfile *y;
	size_t i, n = 0;
	FILE *f = fopen(path, "we");

	ck_assert_ptr_nonnull(f);
	for (i = 0; i < 100000; i++)
		(void)fputs("- a\n", f);
	ck_assert_int_eq(fclose(f), 0);
	y = opened(path);
	yamlfile_next(y, &item);
	ck_assert_int_eq(item.kind, YAMLFILE_LIST);
	ck_assert_int_eq(truncate(path, 0), 0);
	for (yamlfile_next(y, &item); item.kind == YAMLFILE_SCALAR; n++)
		yamlfile_next(y, &item);
	ck_assert_int_eq(item.kind, YAMLFILE_LIST_END);
	ck_assert(n > 0 && n < 100000);
	yamlfile_close(y);
}
END_TEST

START_TEST(there_is_one)
{
	unit_str("missing", yamlfile_missing(), NULL);
	yamlfile_close(NULL);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("yamlfile");

	tcase_add_checked_fixture(tc, put_file, remove_file);
	unit_rows(tc, document, documents);
	unit_rows(tc, is_refused, refused);
	unit_rows(tc, byte_by_byte, refused);
	unit_rows(tc, hostile_file, hostile);
	tcase_add_test(tc, directives);
	tcase_add_test(tc, devices);
	tcase_add_loop_test(tc, longest, 0, 3);
	tcase_add_loop_test(tc, large, 0, 2);
	tcase_add_test(tc, many_hosts);
	tcase_add_test(tc, skip);
	tcase_add_test(tc, cannot_be_opened);
	tcase_add_test(tc, changed_while_read);
	tcase_add_test(tc, there_is_one);
	return unit_run("yamlfile", tc);
}
