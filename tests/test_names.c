/* SPDX-License-Identifier: ISC */
/*
 * Names and their ages.  The program's clock_now_us() and getaddrinfo() take the
 * place of the library's and the system's; a bulk of the test's own tells TTLs.
 */
#include "names.h"

#include <sys/resource.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "fd.h"
#include "lookup.h"
#include "resolver_threads.h"
#include "unit.h"

#define START_US (1000 * CLOCK_SECOND)
#define AGE_US (60 * CLOCK_SECOND)
#define SHORT_US (NAMES_FAILED_US / 4)
#define KEPT_US (NAMES_KEPT_AGES * AGE_US)

/* In real time: what comes, comes before. */
#define PATIENCE_US (10 * CLOCK_SECOND)

/* Time. */

static int64_t now = START_US;

int64_t
clock_now_us(void)
{
	return now;
}

int64_t
clock_wall_us(void)
{
	return now;
}

/* The name service. */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int error;         /* what it says; 0: */
static unsigned last = 1; /* 192.0.2.last */
static bool hang;
static unsigned lookups;

int
getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
    struct addrinfo **list)
{
	struct {
		struct addrinfo info;
		struct sockaddr_in in;
	} *answer = NULL;
	int code;

	(void)port;
	(void)hints;
	(void)pthread_mutex_lock(&mutex);
	lookups++;
	while (hang || strncmp(host, "hang", 4) == 0)
		(void)pthread_cond_wait(&changed, &mutex);
	code = error;
	if (code == 0) {
		answer = calloc(1, sizeof(*answer));
		answer->in.sin_family = AF_INET;
		answer->in.sin_addr.s_addr = htonl(0xc0000200 + last);
		answer->info.ai_addr = (struct sockaddr *)&answer->in;
		answer->info.ai_addrlen = sizeof(answer->in);
	}
	(void)pthread_mutex_unlock(&mutex);
	*list = (struct addrinfo *)(void *)answer;
	return code;
}

void
freeaddrinfo(struct addrinfo *ai)
{
	free(ai);
}

/* From now on; 192.0.2.to, unless there is an error. */
static void
service(int says, unsigned to)
{
	(void)pthread_mutex_lock(&mutex);
	hang = false;
	error = says;
	last = to;
	(void)pthread_cond_broadcast(&changed);
	(void)pthread_mutex_unlock(&mutex);
}

static void
service_hangs(void)
{
	(void)pthread_mutex_lock(&mutex);
	hang = true;
	(void)pthread_mutex_unlock(&mutex);
}

static unsigned
count_lookups(void)
{
	unsigned n;

	(void)pthread_mutex_lock(&mutex);
	n = lookups;
	(void)pthread_mutex_unlock(&mutex);
	return n;
}

/* A bulk: each answer is the test's. */

static struct bulk {
	lookup_fn *done;
	void *ctx;
	struct lookup *asked;
} bulk;

static void *
bulk_new(struct poller *p, const char *servers, lookup_fn *done, void *ctx)
{
	(void)p;
	(void)servers;
	bulk = (struct bulk){ done, ctx, NULL };
	return &bulk;
}

static void
bulk_free(void *b)
{
	ck_assert_ptr_eq(b, &bulk);
	if (bulk.asked != NULL)
		lookup_free(bulk.asked);
}

static bool
bulk_ask(void *b, struct lookup *l)
{
	ck_assert_ptr_eq(b, &bulk);
	ck_assert_ptr_null(bulk.asked);
	bulk.asked = l;
	return true;
}

static const struct lookup_bulk test_bulk = { bulk_new, bulk_free, bulk_ask };

static void
bulk_answer(uint32_t ttl_s)
{
	const struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_addr = { htonl(0xc0000207) },
	};
	struct lookup_found found = { .has_ttl = true, .ttl_s = ttl_s };
	struct lookup *l = bulk.asked;

	ck_assert_ptr_nonnull(l);
	bulk.asked = NULL;
	lookup_add(&found, (const struct sockaddr *)&in, sizeof(in));
	bulk.done(bulk.ctx, l, &found, NULL, now);
}

/* The names. */

static struct poller *poller;
static struct names *names;
static unsigned told;

static void
known(void *ctx, struct name *n, int64_t now_us)
{
	ck_assert_ptr_eq(ctx, &names);
	ck_assert(n->known);
	ck_assert_int_eq(now_us, now);
	told++;
}

static void
start(int64_t age_us)
{
	poller = poller_new();
	names = names_new(poller, &test_bulk, age_us, known, &names);
}

static void
teardown(void)
{
	names_free(names);
	poller_free(poller);
}

static struct name *
find(const char *host)
{
	return names_find(names, host, AF_UNSPEC, now);
}

static void
pass(int64_t us)
{
	now += us;
}

/* Until what is asked for now is answered: it is one name. */
static void
await_answer(void)
{
	poller_wait(poller, now + PATIENCE_US);
}

static void
assert_address(const struct name *n, unsigned to)
{
	ck_assert(n->known);
	ck_assert_uint_eq(n->n, 1);
	ck_assert_uint_eq(ntohl(n->addrs[0].in.sin_addr.s_addr),
	    0xc0000200 + to);
}

static void
assert_unresolved(const struct name *n, int code)
{
	ck_assert(n->known);
	ck_assert(!n->failed);
	ck_assert_uint_eq(n->n, 0);
	ck_assert_str_eq(n->why, gai_strerror(code));
}

/* A thousand ask, and none of them causes a question. */
static void
assert_not_asked(const char *host)
{
	int64_t asked_us = find(host)->asked_us;
	int i;

	for (i = 0; i < 1000; i++)
		ck_assert_int_eq(find(host)->asked_us, asked_us);
}

/* One that was answered now. */
static struct name *
find_new(const char *host, unsigned to)
{
	struct name *n;
	unsigned before = told;

	service(0, to);
	n = find(host);
	ck_assert(!n->known);
	await_answer();
	ck_assert_uint_eq(told, before + 1);
	assert_address(n, to);
	return n;
}

START_TEST(for_ever)
{
	struct name *n, *none;

	start(0);
	n = find_new("a.test", 1);
	service(EAI_NONAME, 0);
	none = find("none.test");
	await_answer();
	service(0, 2);
	for (; now < 1000 * NAMES_AGE_MAX_US; pass(NAMES_AGE_MAX_US / 2)) {
		ck_assert_ptr_eq(find("a.test"), n);
		ck_assert_ptr_eq(find("none.test"), none);
	}
	assert_address(n, 1);
	assert_unresolved(none, EAI_NONAME);
	ck_assert_uint_eq(count_lookups(), 2);
}
END_TEST

/* Who asks first gets the old addresses, and all others until there are new. */
START_TEST(renewed_meanwhile)
{
	struct name *n;
	int64_t renewed_us;
	unsigned i;

	start(AGE_US);
	n = find_new("a.test", 1);
	for (i = 2; i < 10; i++) {
		service(0, i);
		pass(AGE_US - 1);
		assert_not_asked("a.test");
		pass(1);
		renewed_us = now;
		assert_address(find("a.test"), i - 1);
		ck_assert_int_eq(n->asked_us, renewed_us);
		pass(CLOCK_MILLISECOND);
		assert_not_asked("a.test");
		assert_address(n, i - 1);
		await_answer();
		assert_address(n, i);
		ck_assert_int_eq(n->took_us, CLOCK_MILLISECOND);
	}
	ck_assert_uint_eq(told, 1);
	ck_assert_uint_eq(count_lookups(), i - 1);
}
END_TEST

/* That costs questions only where somebody asks. */
START_TEST(nobody_asks)
{
	start(AGE_US);
	(void)find_new("a.test", 1);
	service(0, 2);
	for (; now < START_US + KEPT_US; pass(AGE_US))
		poller_wait(poller, now);
	assert_address(find("a.test"), 1);
	await_answer();
	assert_address(find("a.test"), 2);
	ck_assert_uint_eq(count_lookups(), 2);
}
END_TEST

START_TEST(too_old_to_be_told)
{
	struct name *n;

	start(AGE_US);
	n = find_new("a.test", 1);
	service(0, 2);
	pass(AGE_US + KEPT_US);
	ck_assert_ptr_eq(find("a.test"), n);
	ck_assert(!n->known);
	ck_assert_uint_eq(n->n, 0);
	await_answer();
	ck_assert_uint_eq(told, 2);
	assert_address(n, 2);
}
END_TEST

/* Rows: what is said of a name that had an address, and what of one without. */
static const int denials[] = { EAI_NONAME, EAI_NODATA, EAI_ADDRFAMILY };

START_TEST(gone)
{
	struct name *n;

	start(AGE_US);
	n = find_new("a.test", 1);
	service(denials[_i], 0);
	pass(AGE_US);
	assert_address(find("a.test"), 1);
	await_answer();
	assert_unresolved(n, denials[_i]);
	ck_assert_uint_eq(told, 1);

	/* It is asked again, by the first, and waited for. */
	service(0, 2);
	pass(NAMES_FAILED_US - 1);
	assert_not_asked("a.test");
	assert_unresolved(n, denials[_i]);
	pass(1);
	ck_assert(!find("a.test")->known);
	assert_not_asked("a.test");
	await_answer();
	ck_assert_uint_eq(told, 2);
	assert_address(n, 2);
	ck_assert_uint_eq(count_lookups(), 3);
}
END_TEST

static const int faults[] = { EAI_AGAIN, EAI_FAIL, EAI_MEMORY };

/* It stays for a while, and is asked for at each retry. */
START_TEST(cannot_be_told)
{
	struct name *n;
	int64_t kept_us = now + AGE_US + KEPT_US;
	unsigned asked;

	start(AGE_US);
	n = find_new("a.test", 1);
	service(faults[_i], 0);
	pass(AGE_US);
	for (asked = 1; now < kept_us; asked++) {
		assert_address(find("a.test"), 1);
		ck_assert_int_eq(n->asked_us, now);
		await_answer();
		assert_address(n, 1);
		pass(NAMES_RETRY_US - 1);
		if (now < kept_us)
			assert_not_asked("a.test");
		pass(1);
	}
	ck_assert_uint_eq(count_lookups(), asked);
	ck_assert_int_eq(now, kept_us);
	ck_assert(!find("a.test")->known);
	await_answer();
	assert_unresolved(n, faults[_i]);
	ck_assert_uint_eq(told, 2);

	/* And again when it can be told. */
	service(0, 3);
	pass(NAMES_RETRY_US);
	ck_assert(!find("a.test")->known);
	await_answer();
	assert_address(n, 3);
}
END_TEST

START_TEST(told_after_a_fault)
{
	struct name *n;

	start(AGE_US);
	n = find_new("a.test", 1);
	service(EAI_AGAIN, 0);
	pass(AGE_US);
	(void)find("a.test");
	await_answer();
	service(_i == 0 ? 0 : EAI_NONAME, 2);
	pass(NAMES_RETRY_US);
	assert_address(find("a.test"), 1);
	await_answer();
	if (_i == 0)
		assert_address(n, 2);
	else
		assert_unresolved(n, EAI_NONAME);
	ck_assert_uint_eq(told, 1);
}
END_TEST

/* One question, however long that takes. */
START_TEST(service_that_hangs)
{
	struct name *n;

	start(AGE_US);
	n = find_new("a.test", 1);
	service_hangs();
	pass(AGE_US);
	(void)find("a.test");
	for (; now < START_US + AGE_US + KEPT_US; pass(AGE_US / 4)) {
		assert_not_asked("a.test");
		assert_address(n, 1);
	}
	assert_not_asked("a.test");
	ck_assert(!n->known);
	ck_assert_uint_eq(n->n, 0);
	ck_assert_uint_eq(told, 1);
	service(0, 2);
	await_answer();
	ck_assert_uint_eq(told, 2);
	assert_address(n, 2);
	ck_assert_uint_eq(count_lookups(), 2);
}
END_TEST

/* A short age is the time to the next try, too. */
START_TEST(short_age)
{
	struct name *n;

	start(SHORT_US);
	n = find_new("a.test", 1);
	pass(SHORT_US - 1);
	assert_not_asked("a.test");
	service(EAI_NONAME, 0);
	pass(1);
	assert_address(find("a.test"), 1);
	await_answer();
	pass(SHORT_US - 1);
	assert_not_asked("a.test");
	pass(1);
	ck_assert(!find("a.test")->known);
	await_answer();
	assert_unresolved(n, EAI_NONAME);
}
END_TEST

/* It is our own fault, whatever the service says then; addresses stay. */
START_TEST(no_descriptors)
{
	bool had = _i == 1;
	struct rlimit limit, full;
	struct name *n;

	start(AGE_US);
	if (had)
		(void)find_new("a.test", 1);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	full = limit;
	full.rlim_cur = (rlim_t)dup(STDIN_FILENO);
	(void)close((int)full.rlim_cur);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &full), 0);
	ck_assert(fd_exhausted());

	service(EAI_NONAME, 0);
	pass(AGE_US);
	n = find("a.test");
	if (had) {
		await_answer();
		assert_address(n, 1);
	} else {
		ck_assert(n->known);
		ck_assert(n->failed);
		ck_assert_str_eq(n->why, strerror(EMFILE));
	}
	ck_assert_uint_eq(told, had);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);

	service(0, 2);
	pass(NAMES_RETRY_US);
	ck_assert_int_eq(find("a.test")->known, had);
	await_answer();
	assert_address(n, 2);
}
END_TEST

/* Rows: the TTL, and how long the addresses are good. */
static const struct {
	uint32_t ttl_s;
	int64_t good_us;
} ttls[] = {
	{ 0, NAMES_AGE_MIN_US },
	{ 4, NAMES_AGE_MIN_US },
	{ 5, 5 * CLOCK_SECOND },
	{ 6, 6 * CLOCK_SECOND },
	{ 59, 59 * CLOCK_SECOND },
	{ 600, 600 * CLOCK_SECOND },
	{ 3599, 3599 * CLOCK_SECOND },
	{ 3600, 3600 * CLOCK_SECOND },
	{ 3601, NAMES_AGE_MAX_US },
	{ UINT32_MAX, NAMES_AGE_MAX_US },
};

START_TEST(ttl)
{
	char host[32];
	int i;

	start(_i % 2 == 0 ? AGE_US : 10 * AGE_US);
	/* So that names are asked of the bulk. */
	for (i = 0; i < RESOLVER_THREADS_MAX; i++) {
		(void)snprintf(host, sizeof(host), "hang%d.test", i);
		(void)find(host);
	}
	(void)find("a.test");
	for (i = 0; i < 3; i++) {
		pass(CLOCK_MILLISECOND);
		bulk_answer(ttls[_i].ttl_s);
		assert_address(find("a.test"), 7);
		pass(ttls[_i].good_us - 1);
		assert_not_asked("a.test");
		ck_assert_ptr_null(bulk.asked);
		pass(1);
		assert_address(find("a.test"), 7);
		ck_assert_ptr_nonnull(bulk.asked);
	}
	ck_assert_uint_eq(told, 1);
}
END_TEST

/* Each is another one. */
START_TEST(what_names_are)
{
	static const struct {
		const char *host;
		int family;
	} keys[] = {
		{ "a.test", AF_UNSPEC },
		{ "a.test", AF_INET },
		{ "a.test", AF_INET6 },
		{ "A.test", AF_UNSPEC },
		{ "a.test.", AF_UNSPEC },
		{ "", AF_UNSPEC },
	};
	const struct name *n[ARRAY_SIZE(keys)];
	size_t i, j;

	start(AGE_US);
	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		n[i] = names_find(names, keys[i].host, keys[i].family, now);
		ck_assert_str_eq(n[i]->host, keys[i].host);
		ck_assert_int_eq(n[i]->family, keys[i].family);
		for (j = 0; j < i; j++)
			ck_assert_ptr_ne(n[i], n[j]);
	}
	for (i = 0; i < ARRAY_SIZE(keys); i++)
		ck_assert_ptr_eq(names_find(names, keys[i].host, keys[i].family,
				     now),
		    n[i]);
	ck_assert_uint_eq(names_count(names), ARRAY_SIZE(keys));
}
END_TEST

/* Others come all the time, and go; who is asked for, or waited for, stays. */
START_TEST(names_that_come_and_go)
{
	const struct name *always, *hanging;
	unsigned i, before;
	char host[32];
	size_t most = 0;

	start(_i == 0 ? AGE_US : 0);
	always = find_new("always.test", 1);
	hanging = find("hang.test");
	for (i = 0; i < 5000; i++) {
		(void)snprintf(host, sizeof(host), "%u.test", i);
		before = told;
		(void)find(host);
		while (told == before)
			await_answer();
		(void)find("always.test");
		pass(AGE_US / 2);
		if (names_count(names) > most)
			most = names_count(names);
	}
	ck_assert_ptr_eq(find("always.test"), always);
	ck_assert_ptr_eq(find("hang.test"), hanging);
	if (_i == 0)
		ck_assert_uint_le(most, 128);
	else
		ck_assert_uint_eq(most, 5002);
}
END_TEST

/* Many at once are not fewer for it. */
START_TEST(names_in_use)
{
	static const struct name *n[3000];
	unsigned i, turn;
	char host[32];

	start(AGE_US);
	for (turn = 0; turn < 30; turn++) {
		for (i = 0; i < ARRAY_SIZE(n); i++) {
			(void)snprintf(host, sizeof(host), "%u.test", i);
			if (turn == 0)
				n[i] = find(host);
			ck_assert_ptr_eq(find(host), n[i]);
			if (bulk.asked != NULL)
				bulk_answer(60);
		}
		while (told < ARRAY_SIZE(n))
			await_answer();
		pass(AGE_US);
	}
	ck_assert_uint_eq(names_count(names), ARRAY_SIZE(n));
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("names");

	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, for_ever);
	tcase_add_test(tc, renewed_meanwhile);
	tcase_add_test(tc, nobody_asks);
	tcase_add_test(tc, too_old_to_be_told);
	unit_rows(tc, gone, denials);
	unit_rows(tc, cannot_be_told, faults);
	tcase_add_loop_test(tc, told_after_a_fault, 0, 2);
	tcase_add_test(tc, service_that_hangs);
	tcase_add_test(tc, short_age);
	tcase_add_loop_test(tc, no_descriptors, 0, 2);
	unit_rows(tc, ttl, ttls);
	tcase_add_test(tc, what_names_are);
	tcase_add_loop_test(tc, names_that_come_and_go, 0, 2);
	tcase_add_test(tc, names_in_use);
	return unit_run("names", tc);
}
