/* SPDX-License-Identifier: ISC */
#include <math.h>

#include "html_sets.h"
#include "setreport_style.h"
#include "unit.h"

#define DEPTH_MAX 20

static struct html_set set;
static struct text out;
static unsigned flushes;
static size_t most_at_once;

static void
setup(void)
{
	text_init(&out, 1000000000);
}

static void
teardown(void)
{
	html_set_free(&set);
	text_free(&out);
}

static void
flush(void *sink, struct text *t)
{
	(void)sink;
	if (t->len > most_at_once)
		most_at_once = t->len;
	text_put(&out, t->data, t->len);
	text_truncate(t, 0);
	flushes++;
}

/* The whole page, in out. */
static const char *
page(void)
{
	struct text t;

	text_truncate(&out, 0);
	flushes = 0;
	most_at_once = 0;
	text_init(&t, 1000000000);
	html_report(&t, &set, flush);
	ck_assert(!t.cut);
	flush(NULL, &t);
	text_free(&t);
	return out.data;
}

/* That of its main element. */
static const char *
main_of(void)
{
	char *s = strstr(page(), "<main>\n");
	char *end = strstr(s, "</main>\n");

	*end = '\0';
	return s + strlen("<main>\n");
}

static void
has(const char *what)
{
	ck_assert_msg(strstr(out.data, what) != NULL, "no %s", what);
}

static void
lacks(const char *what)
{
	ck_assert_msg(strstr(out.data, what) == NULL, "%s", what);
}

/* The text is long: strstr(3) and the like read all of it with a sanitizer. */
static size_t
count(const char *what)
{
	size_t n = 0, len = strlen(what), i;

	for (i = 0; i + len <= out.len; i++)
		n += out.data[i] == what[0] &&
		    memcmp(out.data + i, what, len) == 0;
	return n;
}

/* How many of these characters there are. */
static size_t
run_of(const char *s, const char *of)
{
	size_t n = 0;

	while (s[n] != '\0' && strchr(of, s[n]) != NULL)
		n++;
	return n;
}

/*
 * A reader of what we write, which is far less than HTML: names of elements and
 * attributes are in a list, each value is in double quotes, what is open is
 * closed, and in text there are no characters that mean something.
 */

/* ck_assert() writes down each time that it holds. */
#define must(holds, what, s)                                    \
	do {                                                    \
		if (!(holds))                                   \
			ck_abort_msg("%s: %.40s", (what), (s)); \
	} while (0)

static bool
listed(const char *const *list, size_t n, const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strlen(list[i]) == len && memcmp(list[i], s, len) == 0)
			return true;
	return false;
}

static const char *
read_reference(const char *s)
{
	static const char *const references[] = { "&lt;", "&gt;", "&amp;",
		"&quot;", "&#39;", "&#10003;", "&#10007;" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(references); i++)
		if (strncmp(s, references[i], strlen(references[i])) == 0)
			return s + strlen(references[i]);
	ck_abort_msg("reference: %.20s", s);
}

static const char *
read_attributes(const char *s)
{
	static const char *const names[] = { "lang", "charset", "http-equiv",
		"content", "name", "class", "datetime", "aria-label",
		"aria-labelledby", "id", "role", "tabindex", "scope", "title" };
	size_t len;

	while (*s == ' ') {
		s++;
		len = run_of(s, "abcdefghijklmnopqrstuvwxyz-");
		must(listed(names, ARRAY_SIZE(names), s, len), "attribute", s);
		s += len;
		must(strncmp(s, "=\"", 2) == 0, "attribute", s);
		for (s += 2; *s != '"';) {
			must(*s >= ' ' && *s < 0x7f && *s != '<' && *s != '>',
			    "value", s);
			s = *s == '&' ? read_reference(s) : s + 1;
		}
		s++;
	}
	must(*s == '>', "tag", s);
	return s + 1;
}

struct open {
	const char *names[DEPTH_MAX];
	size_t lens[DEPTH_MAX];
	size_t n;
};

static const char *
read_tag(const char *s, struct open *open)
{
	static const char *const names[] = { "html", "head", "title", "style",
		"body", "header", "main", "footer", "section", "div", "h1",
		"h2", "h3", "p", "span", "time", "strong", "ul", "li", "b", "i",
		"small", "code", "table", "caption", "thead", "tbody", "tr",
		"th", "td" };
	static const char *const empty[] = { "meta", "br" };
	bool ends = s[1] == '/';
	size_t len;

	s += 1 + ends;
	len = run_of(s, "abcdefghijklmnopqrstuvwxyz123");
	if (!ends && listed(empty, ARRAY_SIZE(empty), s, len))
		return read_attributes(s + len);
	must(listed(names, ARRAY_SIZE(names), s, len), "tag", s);
	if (ends) {
		must(open->n > 0, "end", s);
		open->n--;
		must(open->lens[open->n] == len &&
			memcmp(open->names[open->n], s, len) == 0,
		    "end", s);
	} else {
		must(open->n < DEPTH_MAX, "depth", s);
		open->names[open->n] = s;
		open->lens[open->n++] = len;
	}
	return read_attributes(s + len);
}

static void
assert_html(const char *s)
{
	static const char doctype[] = "<!DOCTYPE html>\n";
	struct open open = { .n = 0 };

	ck_assert(strncmp(s, doctype, strlen(doctype)) == 0);
	for (s += strlen(doctype); *s != '\0';) {
		if (*s == '<') {
			bool style = strncmp(s, "<style>", 7) == 0;

			s = read_tag(s, &open);
			if (style)
				s = strstr(s, "</style>");
		} else if (*s == '&') {
			s = read_reference(s);
		} else {
			must((*s >= ' ' && *s < 0x7f && *s != '>') ||
				*s == '\n',
			    "text", s);
			s++;
		}
	}
	ck_assert_uint_eq(open.n, 0);
}

static const char small[] =
    "<section aria-label=\"Counts\">\n"
    "<ul class=\"counts\" role=\"list\">\n"
    "<li><strong>4 of 7</strong> as expected</li>\n"
    "<li class=\"bad\"><strong>2</strong> not as expected</li>\n"
    "<li class=\"unk\"><strong>1</strong> not probed</li>\n"
    "<li><strong>3</strong> open</li>\n"
    "<li><strong>2</strong> closed</li>\n"
    "<li><strong>1</strong> filtered</li>\n"
    "<li><strong>1</strong> unknown</li>\n"
    "</ul>\n</section>\n"
    "<section aria-labelledby=\"wrong\">\n"
    "<h2 id=\"wrong\">What is wrong</h2>\n"
    "<h3>Not as expected</h3>\n<ul class=\"list\" role=\"list\">\n"
    "<li class=\"bad\"><p><b>&#10007; b/tcp/25</b> open, mismatch, 8.46 ms</p>\n"
    "<p class=\"reason\">unexpected answer: 554 5.7.1 &lt;no&gt; service for "
    "you</p></li>\n"
    "<li class=\"bad\"><p><b>&#10007; a/tcp/80</b> filtered, expected "
    "closed</p>\n"
    "<p class=\"reason\">no answer</p></li>\n"
    "</ul>\n"
    "<h3>Not probed</h3>\n<ul class=\"list\" role=\"list\">\n"
    "<li class=\"unk\"><p><b>? /x</b> unknown, not-probed</p>\n"
    "<p class=\"reason\">the run ended first</p></li>\n"
    "</ul>\n"
    "</section>\n"
    "<section aria-labelledby=\"ports\">\n"
    "<h2 id=\"ports\">Hosts and ports</h2>\n"
    "<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
    "aria-label=\"Table of hosts and ports\">\n<table>\n"
    "<caption><span>A row for each host, a column for each port</span>"
    "</caption>\n"
    "<thead>\n<tr>\n<th scope=\"col\">Host</th>\n"
    "<th scope=\"col\">tcp/22</th>\n"
    "<th scope=\"col\">tcp/25 <small>smtp</small></th>\n"
    "<th scope=\"col\">tcp/80</th>\n"
    "</tr>\n</thead>\n<tbody>\n"
    "<tr>\n<th scope=\"row\">a</th>\n"
    "<td class=\"ok\"><div class=\"b2\"><b>&#10003; open</b> "
    "<span class=\"time\">0.18 ms</span></div></td>\n"
    "<td class=\"ok\"><div class=\"b7\"><b>&#10003; open</b> "
    "<span class=\"time\">1.85 ms</span></div></td>\n"
    "<td class=\"bad\" title=\"no answer\"><b>&#10007; filtered</b> "
    "<small>expected closed</small></td>\n"
    "</tr>\n"
    "<tr>\n<th scope=\"row\">b</th>\n"
    "<td class=\"ok\" title=\"Connection refused\"><b>&#10003; closed</b>"
    "</td>\n"
    "<td class=\"bad\" title=\"unexpected answer: 554 5.7.1 &lt;no&gt; service "
    "for you\"><div class=\"b10\"><b>&#10007; open</b> <span class=\"time\">8.46 ms</span></div> <small>mismatch</small></td>\n"
    "<td class=\"ok\" title=\"Connection refused\"><b>&#10003; closed</b>"
    "</td>\n"
    "</tr>\n</tbody>\n</table>\n</div>\n"
    "<ul class=\"key\" role=\"list\" aria-label=\"Key\">\n"
    "<li>&#10003; as expected</li>\n"
    "<li>&#10007; not as expected</li>\n"
    "<li>! as expected, but not good</li>\n"
    "<li>? not probed, or worth UNKNOWN</li>\n"
    "<li>Bars are logarithmic: a quarter is 1 ms, half 10 ms, three quarters "
    "100 ms, all of it 1 s or more</li>\n</ul>\n"
    "</section>\n"
    "<section aria-labelledby=\"sockets\">\n"
    "<h2 id=\"sockets\">Unix sockets</h2>\n"
    "<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
    "aria-label=\"Table of Unix sockets\">\n<table>\n"
    "<caption><span>A row for each socket</span></caption>\n"
    "<thead>\n<tr>\n<th scope=\"col\">Path</th>\n"
    "<th scope=\"col\">State</th>\n<th scope=\"col\">Reason</th>\n"
    "</tr>\n</thead>\n<tbody>\n"
    "<tr>\n<th scope=\"row\">/x</th>\n"
    "<td class=\"unk\"><b>? unknown</b> <small>not-probed</small></td>\n"
    "<td class=\"text\">the run ended first</td>\n</tr>\n"
    "</tbody>\n</table>\n</div>\n</section>\n";

START_TEST(whole)
{
	const char *got;
	size_t i = 0;

	html_ask(&set, "a,b", "22=any,25/smtp,80=closed,unix:/x", 0);
	html_answer(&set, "oromtrp");
	got = main_of();
	while (got[i] != '\0' && got[i] == small[i])
		i++;
	ck_assert_msg(got[i] == small[i], "\"%.80s\" and not \"%.80s\"",
	    got + i, small + i);
}
END_TEST

START_TEST(around)
{
	html_ask(&set, "a", "22", 0);
	html_answer(&set, "o");
	assert_html(page());
	has("<html lang=\"en\">\n");
	has("<meta http-equiv=\"Content-Security-Policy\" content=\""
	    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
	    "form-action 'none'\">\n");
	has("<title>PORTSET OK - 1 of 1 as expected</title>\n");
	has("<header class=\"ok\">\n<h1>Port states: "
	    "<span class=\"verdict\">OK</span></h1>\n"
	    "<p class=\"lead\">1 of 1 as expected</p>\n"
	    "<p class=\"quiet\">Asked on "
	    "<time datetime=\"2026-11-23T14:00:00Z\">2026-11-23 14:00:00 "
	    "UTC</time> from monitor.example.org</p>\n</header>\n");
	has("<p>Nothing: all is as it should be.</p>\n");
	has("<footer>\n<p>Written by " PACKAGE_STRING "</p>\n</footer>\n");
	lacks("Limits");
	lacks("Unix sockets");
}
END_TEST

/* What few entries have. */
START_TEST(remarks)
{
	html_ask(&set, "a,b", "22,25,udp:53", 0);
	html_answer(&set, "osoott");
	set.policy.has_lag_warning = true;
	set.policy.lag_warning = (struct range){ 0, 500 };
	html_certify(&set, 0, 61, STATE_OK);
	html_certify(&set, 2, 5, STATE_WARNING);
	html_certify(&set, 3, -1, STATE_CRITICAL);
	assert_html(page());
	has(" <small>certificate: 61 days</small></td>");
	has("<h3>Certificates that expire soon</h3>\n"
	    "<ul class=\"list\" role=\"list\">\n"
	    "<li class=\"warn\"><p><b>! a/tcp/25</b> open, expiring, ");
	has("certificate &quot;www&quot; of issuer &quot;Test CA&quot;");
	has("<small>expiring</small> <small>certificate: 5 days</small></td>");
	has("<small>certificate expired</small>");
	has("<h3>Too slow or too fast</h3>\n<ul class=\"list\" role=\"list\">\n"
	    "<li class=\"warn\"><p><b>! b/tcp/22</b> open, slow, 742 ms</p>");
	has("<td class=\"warn\"><div class=\"b20\"><b>! open</b> "
	    "<span class=\"time\">742 ms</span></div> <small>slow</small></td>");
	has("<strong>2</strong> open or filtered</li>");
	has("<b>&#10007; open or filtered</b> <small>expected open</small>");
	has("<strong>-1</strong> days to the next expiry</li>");
}
END_TEST

START_TEST(many_probes)
{
	html_ask(&set, "a", "22,25", 4);
	html_tell(&set, 0, 'o', 1000);
	html_tell(&set, 0, 'o', 3000);
	html_tell(&set, 0, 't', 0);
	html_tell(&set, 0, 'o', 2000);
	html_tell(&set, 1, 't', 0);
	assert_html(page());
	has("<span class=\"time\">2.00 ms</span></div> "
	    "<small>expected open</small> "
	    "<small>min 1.00 ms, avg 2.00 ms, max 3.00 ms</small> "
	    "<small>1 of 4 lost (25 %)</small></td>");
	has("<small>expected open</small> <small>1 of 1 lost (100 %)</small>");
}
END_TEST

/* A host that is down is told of once. */
START_TEST(down)
{
	html_ask(&set, "a,b", "1,2,3", 0);
	html_answer(&set, "toroto");
	assert_html(page());
	has("<strong>1</strong> host with nothing as expected</li>");
	has("<h3>Hosts with nothing as expected</h3>\n"
	    "<ul class=\"list\" role=\"list\">\n"
	    "<li class=\"bad\"><p><b>&#10007; a</b> none of 3 ports</p>\n"
	    "<p class=\"reason\">tcp/1 filtered: no answer</p></li>\n</ul>\n"
	    "</section>\n");
	has("<th scope=\"row\">a <small>nothing as expected</small></th>");
}
END_TEST

START_TEST(not_asked)
{
	struct portset_host *hosts;

	html_ask(&set, "a,b", "1,2", 0);
	html_answer(&set, "o");
	set.set.n = 3;
	hosts = set.set.hosts;
	hosts[0].name = "the first";
	assert_html(page());
	has("<td class=\"none\">not asked</td>\n</tr>\n</tbody>");
	has("<th scope=\"row\">the first <small>a</small></th>");
}
END_TEST

START_TEST(left_out)
{
	html_ask(&set, "a", "1-65535=closed,22", 0);
	html_answer(&set, "r");
	html_tell(&set, 21, 'o', 300);
	assert_html(page());
	has("<p>65,534 more ports are left out here: 65,534 closed, all as "
	    "expected.</p>\n<div class=\"scroll\"");
	has("<strong>65,535 of 65,535</strong>");
	ck_assert_uint_eq(count("<td"), 1);
	ck_assert_uint_lt(out.len, 20000);
}
END_TEST

/* Too many to list; all are counted. */
START_TEST(list_is_bounded)
{
	size_t i;

	html_ask(&set, "10.0.0.0/22", "1,2", 0);
	html_answer(&set, "o");
	for (i = 0; i < 1002; i++)
		html_tell(&set, i, 'r', 1);
	assert_html(page());
	ck_assert_uint_eq(count("<li class=\"bad\"><p>"), 1000);
	has("</ul>\n<p class=\"more\">2 more are not listed.");
	ck_assert_uint_eq(count("<td class=\"bad\""), 1002);
	ck_assert_uint_eq(count("<td"), 2048);
	for (i = 1024; i < 2048; i++)
		html_tell(&set, i, 'r', 1);
	assert_html(page());
	ck_assert_uint_eq(count("<li class=\"bad\"><p>"), 1000);
	has("24 more are not listed.");
}
END_TEST

/* Written in pieces, each entry of them. */
START_TEST(pieces)
{
	html_ask(&set, "10.0.0.0/17", "1,2,3", 0);
	html_answer(&set, "o");
	assert_html(page());
	ck_assert_uint_gt(flushes, 100);
	ck_assert_uint_lt(most_at_once, 64000);
	ck_assert_uint_eq(count("<td class=\"ok\""), 3 * 32768);
	ck_assert_uint_eq(count("<th scope=\"row\">10."), 32768);
}
END_TEST

/* Bytes of all kinds from everybody. */
START_TEST(hostile)
{
	static const char *const tricks[] = { "\"><script>alert(1)</script>",
		"]]>", "-->", "</style>", "</title>", "' onclick='x", "&lt;",
		"\xe2\x80\xae", "\xff", "\x1b[2J", "<!--", "javascript:" };
	char name[400], path[60], reply[500];
	struct result r = { .outcome = OUTCOME_MISMATCH,
		.rtt_us = RESULT_NONE };
	unsigned seed = (unsigned)_i + 1;
	size_t i, j;

	html_ask(&set, "a,b,c", "1,2,3,unix:/x", 0);
	html_answer(&set, "mrtuptoslm");
	for (i = 0; i < sizeof(name); i++)
		name[i] = (char)(1 + unit_random(&seed, 255));
	for (i = 0; i < sizeof(path); i++)
		path[i] = (char)(1 + unit_random(&seed, 255));
	name[sizeof(name) - 1] = path[sizeof(path) - 1] = '\0';
	set.set.hosts[0].name = name;
	set.set.hosts[1].name = tricks[(size_t)_i % ARRAY_SIZE(tricks)];
	set.set.hosts[2].address = tricks[(size_t)_i % ARRAY_SIZE(tricks)];
	set.set.asks[0].name = path;
	set.set.asks[3].name = tricks[(size_t)_i % ARRAY_SIZE(tricks)];
	for (i = 0; i < 5; i++) {
		for (j = 0; j < sizeof(reply); j++)
			reply[j] = (char)unit_random(&seed, 256);
		memcpy(reply, tricks[i], strlen(tricks[i]) + 1);
		r.reply.data = xmemdup(reply, sizeof(reply));
		r.reply.len = sizeof(reply);
		r.outcome = i == 4 ? OUTCOME_UNRESOLVED : OUTCOME_MISMATCH;
		r.note = i == 4 ? "<b>\"note\"&\x01" : NULL;
		(void)portset_tell(&set.set, &set.set.entries[i].target, &r);
		free(r.reply.data);
	}
	assert_html(page());
	lacks("<script");
}
END_TEST

/* The style sheet. */

/* A colour of the n-th block of them: its light from 0 to 1 (WCAG 2.2). */
static double
light_of(unsigned block, const char *name)
{
	const char *s = setreport_style;
	unsigned rgb[3], i;
	char property[40];
	double light[3];

	for (i = 0; i <= block; i++)
		s = strstr(s, ":root {") + 1;
	(void)snprintf(property, sizeof(property), "--%s: #", name);
	s = strstr(s, property);
	ck_assert_msg(s != NULL, "%s", name);
	ck_assert_int_eq(sscanf(s + strlen(property), "%2x%2x%2x", &rgb[0],
			     &rgb[1], &rgb[2]),
	    3);
	for (i = 0; i < 3; i++)
		light[i] = rgb[i] <= 10
		    ? rgb[i] / 3294.6
		    : pow((rgb[i] / 255.0 + 0.055) / 1.055, 2.4);
	return 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2];
}

/* Text and bars on what is behind them, wherever they meet. */
static const struct {
	const char *fore, *back;
	double least;
} pairs[] = {
	{ "text", "page", 7 },
	{ "text", "head", 7 },
	{ "quiet", "page", 4.5 },
	{ "quiet", "head", 4.5 },
	/* Words in the state's colour, in lists and in the counts. */
	{ "ok", "page", 4.5 },
	{ "warn", "page", 4.5 },
	{ "bad", "page", 4.5 },
	{ "unk", "page", 4.5 },
	/* In cells, with remarks beside them. */
	{ "ok", "ok-area", 4.5 },
	{ "warn", "warn-area", 4.5 },
	{ "bad", "bad-area", 4.5 },
	{ "unk", "unk-area", 4.5 },
	{ "text", "ok-area", 4.5 },
	{ "text", "warn-area", 4.5 },
	{ "text", "bad-area", 4.5 },
	{ "text", "unk-area", 4.5 },
	/* What is not text. */
	{ "ok-bar", "page", 3 },
	{ "warn-bar", "page", 3 },
	{ "bad-bar", "page", 3 },
	{ "unk-bar", "page", 3 },
	{ "ok-bar", "line", 2 },
	{ "warn-bar", "warn-area", 3 },
	{ "bad-bar", "bad-area", 3 },
	{ "unk-bar", "unk-area", 3 },
	{ "focus", "page", 3 },
};

START_TEST(contrast)
{
	unsigned dark;

	for (dark = 0; dark < 2; dark++) {
		double a = light_of(dark, pairs[_i].fore) + 0.05;
		double b = light_of(dark, pairs[_i].back) + 0.05;
		double ratio = a > b ? a / b : b / a;

		ck_assert_msg(ratio >= pairs[_i].least,
		    "%s on %s, %s: %.2f, which is less than %.1f",
		    pairs[_i].fore, pairs[_i].back, dark ? "dark" : "light",
		    ratio, pairs[_i].least);
	}
}
END_TEST

/* Every colour has a name, which is in a pair, and is there twice. */
START_TEST(colours)
{
	const char *s = setreport_style, *name;
	size_t i, n = 0, len;

	for (; (s = strchr(s, '#')) != NULL; s++, n++) {
		ck_assert(memcmp(s - 2, ": ", 2) == 0);
		for (name = s - 2; memcmp(name, "--", 2) != 0; name--)
			ck_assert(name > setreport_style && *name != ';');
		name += 2;
		len = (size_t)(s - 2 - name);
		for (i = 0; i < ARRAY_SIZE(pairs); i++)
			if ((strlen(pairs[i].fore) == len &&
				memcmp(pairs[i].fore, name, len) == 0) ||
			    (strlen(pairs[i].back) == len &&
				memcmp(pairs[i].back, name, len) == 0))
				break;
		ck_assert_msg(i < ARRAY_SIZE(pairs), "%.*s", (int)len, name);
	}
	ck_assert_uint_eq(n, 2 * 18);
}
END_TEST

START_TEST(loads_nothing)
{
	static const char *const no[] = { "url(", "@import", "@font-face",
		"http", "//", "expression", "<", "&", "\\", "src" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(no); i++)
		ck_assert_msg(strstr(setreport_style, no[i]) == NULL, "%s",
		    no[i]);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("setreport_html");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, whole);
	tcase_add_test(tc, around);
	tcase_add_test(tc, remarks);
	tcase_add_test(tc, many_probes);
	tcase_add_test(tc, down);
	tcase_add_test(tc, not_asked);
	tcase_add_test(tc, left_out);
	tcase_add_test(tc, list_is_bounded);
	tcase_add_test(tc, pieces);
	tcase_add_loop_test(tc, hostile, 0, 60);
	unit_rows(tc, contrast, pairs);
	tcase_add_test(tc, colours);
	tcase_add_test(tc, loads_nothing);
	return unit_run("setreport_html", tc);
}
