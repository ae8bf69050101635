/* SPDX-License-Identifier: ISC */
/*
 * Writes reports in HTML about fixed sets to files of a directory, for
 * tests/html/screenshots to look at: html_reports DIRECTORY
 */
#include <unistd.h>

#include "html_sets.h"

#define X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

#define MAIL "25/smtp,tcp:465,587,993/imap,udp:123,22"

static FILE *file;

static void
flush(void *sink, struct text *t)
{
	(void)sink;
	(void)fwrite(t->data, 1, t->len, file);
	text_truncate(t, 0);
}

static void
all_ok(struct html_set *s)
{
	html_ask(s,
	    "mx1.example.org,mx2.example.org,www.example.org,"
	    "db.example.org,2001:db8::17",
	    MAIL ",3306=closed", 0);
	html_answer(s, "ooooooooooooooooooooooooorrrrro");
	html_certify(s, 5, 61, STATE_OK);
	html_certify(s, 6, 83, STATE_OK);
}

static void
some_bad(struct html_set *s)
{
	html_ask(s,
	    "mx1.example.org,mx2.example.org,www.example.org,"
	    "db.example.org,192.0.2.17,no-such-host.example.org",
	    MAIL ",3306=closed,unix:/run/redis/redis.sock,"
		 "unix:/run/postgresql/.s.PGSQL.5432",
	    0);
	html_answer(s,
	    "ooooru"
	    "omootu"
	    "oosotu"
	    "oooltu"
	    "ooootu"
	    "rrrotu"
	    "opootu"
	    "or");
	s->policy.has_lag_warning = true;
	s->policy.lag_warning = (struct range){ 0, 500 };
	html_certify(s, 6, 61, STATE_OK);
	html_certify(s, 8, 5, STATE_WARNING);
}

static void
many_probes(struct html_set *s)
{
	unsigned i;

	html_ask(s, "192.0.2.1,192.0.2.2,192.0.2.3", "22,80,udp:53", 5);
	for (i = 0; i < 5; i++)
		html_answer(s, i == 2 ? "ootoootor" : "oooooooor");
}

static void
one_host(struct html_set *s)
{
	html_ask(s, "www.example.org", "1-65535=closed,22,80,443", 0);
	html_answer(s, "r");
	html_tell(s, 21, 'o', 310);
	html_tell(s, 79, 'o', 420);
	html_tell(s, 442, 'o', 55000);
	html_tell(s, 8079, 'o', 1800);
	html_tell(s, 9, 'R', 1800);
}

static void
two_hosts(struct html_set *s)
{
	html_ask(s, "a.example.org,b.example.org",
	    "21-26,53,80,110,143,389,443,587,993,995,8080=open", 0);
	html_answer(s, "oorroooorroooorrooootoooorro");
}

static void
big(struct html_set *s)
{
	html_ask(s, "10.0.0.0/22", "22,25,53,80,110,143,443,993,3306,8080", 0);
	html_answer(s, "o");
	html_tell(s, 1777, 'r', 300);
	html_tell(s, 4711, 't', 300);
}

/* Names that no list of hosts would have, but who knows where they are from. */
static void
hostile(struct html_set *s)
{
	static const char *const names[] = {
		"\"><script>alert(1)</script>",
		"]]>--></td></table>&lt;&amp;",
		"' onmouseover='alert(1)",
		"\xe2\x80\xae"
		"moc.elpmaxe\xff\x1b[2J",
		X50 X50 X50 X50 X50 X50,
	};
	size_t i;

	html_ask(s, "192.0.2.1,192.0.2.2,192.0.2.3,192.0.2.4,192.0.2.5",
	    "1,2=closed,3,unix:/\"><script>alert(1)</script>\x01" X50, 0);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		s->set.hosts[i].name = names[i];
	html_answer(s, "mrurompsomtruolo");
}

static const struct {
	const char *name;
	void (*build)(struct html_set *);
} reports[] = {
	{ "all-ok", all_ok },
	{ "some-bad", some_bad },
	{ "many-probes", many_probes },
	{ "one-host", one_host },
	{ "two-hosts", two_hosts },
	{ "big", big },
	{ "hostile", hostile },
};

int
main(int argc, char **argv)
{
	static struct html_set set;
	struct text t;
	size_t i;

	if (argc != 2 || chdir(argv[1]) == -1)
		return EXIT_FAILURE;
	for (i = 0; i < sizeof(reports) / sizeof(reports[0]); i++) {
		char name[40];

		(void)snprintf(name, sizeof(name), "%s.html", reports[i].name);
		file = fopen(name, "w");
		if (file == NULL)
			return EXIT_FAILURE;
		reports[i].build(&set);
		text_init(&t, SIZE_MAX / 2);
		html_report(&t, &set, flush);
		flush(NULL, &t);
		text_free(&t);
		html_set_free(&set);
		if (fclose(file) != 0)
			return EXIT_FAILURE;
		(void)puts(name);
	}
	return EXIT_SUCCESS;
}
