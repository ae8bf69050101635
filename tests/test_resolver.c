/* SPDX-License-Identifier: ISC */
/*
 * The resolver.  The program's own getaddrinfo() takes the place of the
 * system's: names under "test" are answered from a table, or not at all; the
 * others are passed on, and are such that no name server is asked.
 */
#include "resolver.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "clock.h"
#include "unit.h"

#define PATIENCE_US (5 * CLOCK_SECOND)
#define QUIET_US (20 * CLOCK_MILLISECOND)

#define ANSWERS_MAX 64

/* The name service. */

static const struct zone_row {
	const char *name;
	int error;
	const char *addrs[8];
} zone[] = {
	{ "four.test", 0, { "192.0.2.1", "192.0.2.2" } },
	{ "six.test", 0, { "2001:db8::1", "2001:db8::2" } },
	{ "mixed.test", 0,
	    { "2001:db8::1", "2001:db8::2", "2001:db8::3", "192.0.2.1",
		"192.0.2.2" } },
	{ "mostly4.test", 0,
	    { "192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1" } },
	{ "twice.test", 0,
	    { "192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2" } },
	{ "twicemixed.test", 0,
	    { "2001:db8::1", "2001:db8::1", "2001:db8::2", "192.0.2.1",
		"192.0.2.2", "192.0.2.3" } },
	{ "strange.test", 0, { "/a/path" } },
	{ "strangefirst.test", 0, { "/a/path", "192.0.2.1" } },
	{ "noname.test", EAI_NONAME, { NULL } },
	{ "nodata.test", EAI_NODATA, { NULL } },
	{ "family4.test", EAI_ADDRFAMILY, { NULL } },
	{ "again.test", EAI_AGAIN, { NULL } },
	{ "fail.test", EAI_FAIL, { NULL } },
	{ "memory.test", EAI_MEMORY, { NULL } },
	{ "system.test", EAI_SYSTEM, { NULL } },
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool hang = true;
static unsigned hanging; /* threads in it now */

/* In the flags of what is made here. */
#define OURS 0x7e57

static struct addrinfo *
prepend(struct addrinfo *next, const char *text)
{
	struct addrinfo *ai = calloc(1, sizeof(*ai));
	union addr_sockaddr *sa = calloc(1, sizeof(*sa));
	struct addr a;
	const char *why;

	(void)addr_parse(text, AF_UNSPEC, &a, &why);
	ai->ai_flags = OURS;
	ai->ai_family = a.family;
	ai->ai_addrlen = addr_get(&a, sa);
	ai->ai_addr = &sa->any;
	ai->ai_next = next;
	return ai;
}

static int
answer_from(const struct zone_row *row, struct addrinfo **list)
{
	size_t i;

	for (i = ARRAY_SIZE(row->addrs); i-- > 0;)
		if (row->addrs[i] != NULL)
			*list = prepend(*list, row->addrs[i]);
	errno = row->error == EAI_SYSTEM ? EMFILE : 0;
	return row->error;
}

static int
answer_hundred(struct addrinfo **list)
{
	char text[32];
	int i;

	for (i = 100; i > 0; i--) {
		(void)snprintf(text, sizeof(text), "192.0.2.%d", i);
		*list = prepend(*list, text);
	}
	return 0;
}

static int
answer_late(void)
{
	(void)pthread_mutex_lock(&mutex);
	hanging++;
	(void)pthread_cond_broadcast(&changed);
	while (hang)
		(void)pthread_cond_wait(&changed, &mutex);
	hanging--;
	(void)pthread_cond_broadcast(&changed);
	(void)pthread_mutex_unlock(&mutex);
	return EAI_NONAME;
}

int
getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
    struct addrinfo **list)
{
	int (*real)(const char *, const char *, const struct addrinfo *,
	    struct addrinfo **);
	size_t i;

	*list = NULL;
	if (strncmp(host, "hang", 4) == 0)
		return answer_late();
	if (strcmp(host, "hundred.test") == 0)
		return answer_hundred(list);
	if (strcmp(host, "family.test") == 0)
		*list = prepend(NULL,
		    hints->ai_family == AF_INET        ? "192.0.2.4"
			: hints->ai_family == AF_INET6 ? "2001:db8::6"
						       : "192.0.2.46");
	if (*list != NULL)
		return 0;
	for (i = 0; i < ARRAY_SIZE(zone); i++)
		if (strcmp(host, zone[i].name) == 0)
			return answer_from(&zone[i], list);
	*(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
	return real(host, port, hints, list);
}

void
freeaddrinfo(struct addrinfo *ai)
{
	void (*real)(struct addrinfo *);
	struct addrinfo *next;

	if (ai != NULL && ai->ai_flags != OURS) {
		*(void **)&real = dlsym(RTLD_NEXT, "freeaddrinfo");
		real(ai);
		return;
	}
	for (; ai != NULL; ai = next) {
		next = ai->ai_next;
		free(ai->ai_addr);
		free(ai);
	}
}

static void
await_hanging(unsigned n)
{
	(void)pthread_mutex_lock(&mutex);
	while (hanging != n)
		(void)pthread_cond_wait(&changed, &mutex);
	(void)pthread_mutex_unlock(&mutex);
}

static void
let_go(void)
{
	(void)pthread_mutex_lock(&mutex);
	hang = false;
	(void)pthread_cond_broadcast(&changed);
	(void)pthread_mutex_unlock(&mutex);
}

/* The resolver, and what it told. */

static struct poller *poller;
static struct resolver *resolver;

static struct answer {
	unsigned told;
	struct addr addrs[ANSWERS_MAX];
	size_t n;
	char why[128];
	bool denied;
	int64_t now_us;
} answers[ANSWERS_MAX];

static void
told(void *ctx, const struct resolver_answer *r, int64_t now_us)
{
	struct answer *a = ctx;
	size_t i;

	a->told++;
	ck_assert_uint_le(r->n, RESOLVER_ADDRS_MAX);
	for (i = 0; i < r->n; i++)
		a->addrs[i] = r->addrs[i];
	a->n = r->n;
	a->denied = r->denied;
	if (r->n == 0)
		(void)snprintf(a->why, sizeof(a->why), "%s", r->why);
	ck_assert(!r->has_ttl);
	a->now_us = now_us;
}

static struct resolver_query *
ask(const char *host, int family, struct answer *a)
{
	struct resolver_query *q = resolver_ask(resolver, host, family, told,
	    a);

	ck_assert_ptr_nonnull(q);
	return q;
}

static void
await(const struct answer *a)
{
	int64_t end_us = clock_now_us() + PATIENCE_US;

	while (a->told == 0 && clock_now_us() < end_us)
		poller_wait(poller, end_us);
	ck_assert_uint_eq(a->told, 1);
}

/* Something is there to be told, and has not been. */
static void
await_untold(int fd)
{
	struct pollfd p = { fd, POLLIN, 0 };

	ck_assert_int_eq(poll(&p, 1, PATIENCE_US / 1000), 1);
}

/* What the poller says of a new descriptor is heard, and forgotten. */
static int
settled_fd(void)
{
	int fd = poller_fd(poller);

	ck_assert_int_ne(fd, -1);
	poller_wait(poller, 0);
	return fd;
}

static void
setup(void)
{
	poller = poller_new();
	resolver = resolver_new(poller, NULL);
	ck_assert_ptr_nonnull(resolver);
}

static void
teardown(void)
{
	resolver_free(resolver);
	poller_free(poller);
	let_go();
	await_hanging(0);
}

static void
assert_addr(const struct addr *a, const char *text)
{
	struct text t;

	text_init(&t, 200);
	addr_format(&t, a);
	ck_assert_str_eq(t.data, text);
	text_free(&t);
}

/* The order of the addresses. */

static const struct {
	const char *name;
	const char *addrs[8];
} orders[] = {
	{ "four.test", { "192.0.2.1", "192.0.2.2" } },
	{ "six.test", { "2001:db8::1", "2001:db8::2" } },
	{ "mixed.test",
	    { "2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2",
		"2001:db8::3" } },
	{ "mostly4.test",
	    { "192.0.2.1", "2001:db8::1", "192.0.2.2", "192.0.2.3" } },
	{ "twice.test", { "192.0.2.1", "192.0.2.2" } },
	/* What is left out takes nobody's turn. */
	{ "twicemixed.test",
	    { "2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2",
		"192.0.2.3" } },
	{ "strangefirst.test", { "192.0.2.1" } },
};

START_TEST(families_in_turn)
{
	struct answer *a = &answers[0];
	size_t i;

	(void)ask(orders[_i].name, AF_UNSPEC, a);
	await(a);
	for (i = 0; orders[_i].addrs[i] != NULL; i++) {
		ck_assert_uint_lt(i, a->n);
		assert_addr(&a->addrs[i], orders[_i].addrs[i]);
	}
	ck_assert_uint_eq(a->n, i);
}
END_TEST

START_TEST(first_64_addresses)
{
	struct answer *a = &answers[0];
	char text[32];
	size_t i;

	(void)ask("hundred.test", AF_UNSPEC, a);
	await(a);
	ck_assert_uint_eq(a->n, RESOLVER_ADDRS_MAX);
	for (i = 0; i < a->n; i++) {
		(void)snprintf(text, sizeof(text), "192.0.2.%zu", i + 1);
		assert_addr(&a->addrs[i], text);
	}
}
END_TEST

START_TEST(family_is_asked_for)
{
	static const struct {
		int family;
		const char *addr;
	} families[] = { { AF_UNSPEC, "192.0.2.46" }, { AF_INET, "192.0.2.4" },
		{ AF_INET6, "2001:db8::6" } };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		(void)ask("family.test", families[i].family, &answers[i]);
		await(&answers[i]);
		ck_assert_uint_eq(answers[i].n, 1);
		assert_addr(&answers[i].addrs[0], families[i].addr);
	}
}
END_TEST

/* Why there is none. */

static const struct {
	const char *name;
	int error;
	bool denied;
} errors[] = {
	{ "noname.test", EAI_NONAME, true },
	{ "nodata.test", EAI_NODATA, true },
	{ "family4.test", EAI_ADDRFAMILY, true },
	{ "again.test", EAI_AGAIN, false },
	{ "fail.test", EAI_FAIL, false },
	{ "memory.test", EAI_MEMORY, false },
};

START_TEST(error_is_told_in_words)
{
	(void)ask(errors[_i].name, AF_UNSPEC, &answers[0]);
	await(&answers[0]);
	ck_assert_uint_eq(answers[0].n, 0);
	ck_assert_str_eq(answers[0].why, gai_strerror(errors[_i].error));
	ck_assert_int_eq(answers[0].denied, errors[_i].denied);
}
END_TEST

START_TEST(error_of_the_system)
{
	(void)ask("system.test", AF_UNSPEC, &answers[0]);
	await(&answers[0]);
	ck_assert_uint_eq(answers[0].n, 0);
	ck_assert_str_eq(answers[0].why, strerror(EMFILE));
	ck_assert(!answers[0].denied);
}
END_TEST

START_TEST(no_address_that_can_be_used)
{
	(void)ask("strange.test", AF_UNSPEC, &answers[0]);
	await(&answers[0]);
	ck_assert_uint_eq(answers[0].n, 0);
	ck_assert_uint_gt(strlen(answers[0].why), 0);
}
END_TEST

/* The system's own answers, where it asks nobody. */

static const struct {
	const char *host;
	int family;
	const char *addr; /* NULL: there is none */
} reals[] = {
	{ "localhost", AF_INET, "127.0.0.1" },
	{ "192.0.2.7", AF_UNSPEC, "192.0.2.7" },
	{ "::1", AF_UNSPEC, "::1" },
	{ "::1", AF_INET, NULL },
	{ "192.0.2.7", AF_INET6, NULL },
};

START_TEST(real_answer)
{
	struct answer *a = &answers[0];
	int64_t before_us = clock_now_us();

	(void)ask(reals[_i].host, reals[_i].family, a);
	await(a);
	ck_assert_int_ge(a->now_us, before_us);
	ck_assert_int_le(a->now_us, clock_now_us());
	if (reals[_i].addr == NULL) {
		ck_assert_uint_eq(a->n, 0);
		ck_assert_uint_gt(strlen(a->why), 0);
	} else {
		ck_assert_uint_ge(a->n, 1);
		assert_addr(&a->addrs[0], reals[_i].addr);
	}
}
END_TEST

/* Queries. */

START_TEST(host_is_copied)
{
	char host[] = "four.test";

	(void)ask(host, AF_UNSPEC, &answers[0]);
	memset(host, 'x', strlen(host));
	await(&answers[0]);
	ck_assert_uint_eq(answers[0].n, 2);
}
END_TEST

/* More than there are threads; each is told once. */
START_TEST(many_queries)
{
	size_t i;

	for (i = 0; i < ANSWERS_MAX; i++)
		(void)ask(zone[i % 4].name, AF_UNSPEC, &answers[i]);
	for (i = 0; i < ANSWERS_MAX; i++)
		await(&answers[i]);
	poller_wait(poller, clock_now_us() + QUIET_US);
	for (i = 0; i < ANSWERS_MAX; i++) {
		ck_assert_uint_eq(answers[i].told, 1);
		assert_addr(&answers[i].addrs[0], zone[i % 4].addrs[0]);
	}
}
END_TEST

/* One that hangs holds up no other. */
START_TEST(quick_one_after_a_slow_one)
{
	(void)ask("hang.test", AF_UNSPEC, &answers[0]);
	await_hanging(1);
	(void)ask("four.test", AF_UNSPEC, &answers[1]);
	await(&answers[1]);
	ck_assert_uint_eq(answers[0].told, 0);
	let_go();
	await(&answers[0]);
	ck_assert_uint_eq(answers[0].n, 0);
}
END_TEST

/* With all threads busy the others wait for their turn, and get it. */
START_TEST(more_slow_ones_than_threads)
{
	size_t i;

	for (i = 0; i < 40; i++)
		(void)ask("hang.test", AF_UNSPEC, &answers[i]);
	(void)ask("four.test", AF_UNSPEC, &answers[40]);
	await_hanging(16);
	poller_wait(poller, clock_now_us() + QUIET_US);
	ck_assert_uint_eq(answers[40].told, 0);
	let_go();
	for (i = 0; i <= 40; i++)
		await(&answers[i]);
	ck_assert_uint_eq(answers[40].n, 2);
}
END_TEST

/* Nothing is told before poller_wait(). */
START_TEST(told_when_waiting_only)
{
	int fd = settled_fd();

	(void)ask("four.test", AF_UNSPEC, &answers[0]);
	await_untold(fd);
	ck_assert_uint_eq(answers[0].told, 0);
	poller_wait(poller, 0);
	ck_assert_uint_eq(answers[0].told, 1);
}
END_TEST

static void
ask_again(void *ctx, const struct resolver_answer *a, int64_t now_us)
{
	told(ctx, a, now_us);
	(void)ask("four.test", AF_UNSPEC, &answers[1]);
}

START_TEST(ask_when_told)
{
	ck_assert_ptr_nonnull(resolver_ask(resolver, "noname.test", AF_UNSPEC,
	    ask_again, &answers[0]));
	await(&answers[0]);
	await(&answers[1]);
	ck_assert_uint_eq(answers[1].n, 2);
}
END_TEST

/* What is not wanted any more. */

START_TEST(cancel_what_is_asked)
{
	struct resolver_query *q = ask("hang.test", AF_UNSPEC, &answers[0]);

	await_hanging(1);
	resolver_cancel(q);
	let_go();
	await_hanging(0);
	(void)ask("four.test", AF_UNSPEC, &answers[1]);
	await(&answers[1]);
	poller_wait(poller, clock_now_us() + QUIET_US);
	ck_assert_uint_eq(answers[0].told, 0);
}
END_TEST

/* It is answered already, but not told yet. */
START_TEST(cancel_what_is_answered)
{
	int fd = settled_fd();
	struct resolver_query *q = ask("four.test", AF_UNSPEC, &answers[0]);

	await_untold(fd);
	resolver_cancel(q);
	poller_wait(poller, 0);
	ck_assert_uint_eq(answers[0].told, 0);
}
END_TEST

static struct resolver_query *other;

static void
cancel_other(void *ctx, const struct resolver_answer *a, int64_t now_us)
{
	told(ctx, a, now_us);
	resolver_cancel(other);
}

START_TEST(cancel_when_told)
{
	ck_assert_ptr_nonnull(resolver_ask(resolver, "four.test", AF_UNSPEC,
	    cancel_other, &answers[0]));
	other = ask("hang.test", AF_UNSPEC, &answers[1]);
	await(&answers[0]);
	let_go();
	poller_wait(poller, clock_now_us() + QUIET_US);
	ck_assert_uint_eq(answers[1].told, 0);
}
END_TEST

/* The thread comes back when nobody is there any more; ASan looks on. */
START_TEST(free_while_asking)
{
	int before, after;

	resolver_free(resolver);
	resolver = NULL;
	before = fcntl(STDIN_FILENO, F_DUPFD, 0);
	close(before);
	resolver = resolver_new(poller, NULL);
	(void)ask("hang.test", AF_UNSPEC, &answers[0]);
	await_hanging(1);
	/* Its descriptor is closed, and its threads are not waited for. */
	resolver_free(resolver);
	resolver = NULL;
	after = fcntl(STDIN_FILENO, F_DUPFD, 0);
	close(after);
	ck_assert_int_eq(before, after);
	poller_wait(poller, clock_now_us() + QUIET_US);
	let_go();
	await_hanging(0);
	poller_wait(poller, clock_now_us() + QUIET_US);
	ck_assert_uint_eq(answers[0].told, 0);
}
END_TEST

START_TEST(free_with_answers_untold)
{
	int fd = settled_fd();
	size_t i;

	for (i = 0; i < 40; i++)
		(void)ask(i % 2 ? "hang.test" : "four.test", AF_UNSPEC,
		    &answers[i]);
	await_untold(fd);
	resolver_free(resolver);
	resolver = NULL;
	poller_wait(poller, 0);
	for (i = 0; i < 40; i++)
		ck_assert_uint_eq(answers[i].told, 0);
	resolver_free(NULL);
}
END_TEST

/* Where there is no descriptor for it. */
START_TEST(no_descriptors)
{
	struct rlimit before, limit;
	struct resolver *r;
	int lowest = fcntl(STDIN_FILENO, F_DUPFD, 0), err;

	close(lowest);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	limit = before;
	limit.rlim_cur = (rlim_t)lowest;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	r = resolver_new(poller, NULL);
	err = errno;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
	ck_assert_ptr_null(r);
	ck_assert_int_eq(err, EMFILE);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("resolver");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	unit_rows(tc, families_in_turn, orders);
	tcase_add_test(tc, first_64_addresses);
	tcase_add_test(tc, family_is_asked_for);
	unit_rows(tc, error_is_told_in_words, errors);
	tcase_add_test(tc, error_of_the_system);
	tcase_add_test(tc, no_address_that_can_be_used);
	unit_rows(tc, real_answer, reals);
	tcase_add_test(tc, host_is_copied);
	tcase_add_test(tc, many_queries);
	tcase_add_test(tc, quick_one_after_a_slow_one);
	tcase_add_test(tc, more_slow_ones_than_threads);
	tcase_add_test(tc, told_when_waiting_only);
	tcase_add_test(tc, ask_when_told);
	tcase_add_test(tc, cancel_what_is_asked);
	tcase_add_test(tc, cancel_what_is_answered);
	tcase_add_test(tc, cancel_when_told);
	tcase_add_test(tc, free_while_asking);
	tcase_add_test(tc, free_with_answers_untold);
	tcase_add_test(tc, no_descriptors);
	return unit_run("resolver", tc);
}
