/* SPDX-License-Identifier: ISC */
/*
 * Many names at once: c-ares against a DNS server of our own, and the resolver
 * that decides between it and the system, in namespaces of its own.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "dns.h"
#include "resolver.h"
#include "resolver_cares.h"
#include "resolver_threads.h"
#include "unit.h"
#include "xalloc.h"

#define WAIT_US (20 * CLOCK_SECOND)

/* One name and what came back. */
struct name {
	char host[64];
	int family;
	unsigned told;
	size_t n;
	struct addr addrs[LOOKUP_ADDRS_MAX];
	bool has_ttl;
	uint32_t ttl_s;
	bool denied;
	char why[64];
};

/* A lookup of the c-ares back end. */
struct ask {
	struct lookup lookup; /* first */
	struct name *name;
};

static struct name names[2000];
static size_t n_names;
static size_t n_told;
static struct poller *poller;
static struct dns dns;
static void *cares;

static void
answered(void *ctx, const struct resolver_answer *a, int64_t now_us)
{
	struct name *name = ctx;

	ck_assert_int_gt(now_us, 0);
	ck_assert_uint_le(a->n, LOOKUP_ADDRS_MAX);
	ck_assert_uint_eq(name->told++, 0);
	memcpy(name->addrs, a->addrs, a->n * sizeof(a->addrs[0]));
	name->n = a->n;
	name->has_ttl = a->has_ttl;
	name->ttl_s = a->ttl_s;
	name->denied = a->denied;
	if (a->why != NULL)
		(void)snprintf(name->why, sizeof(name->why), "%s", a->why);
	n_told++;
}

static void
done(void *ctx, struct lookup *l, const struct lookup_found *found,
    const char *why, int64_t now_us)
{
	struct addr addrs[LOOKUP_ADDRS_MAX];
	const struct resolver_answer a = {
		.addrs = addrs,
		.n = lookup_order(found, addrs),
		.why = why,
		.has_ttl = found->has_ttl,
		.ttl_s = found->ttl_s,
	};

	ck_assert_ptr_eq(ctx, &dns);
	answered(((struct ask *)(void *)l)->name, &a, now_us);
	lookup_free(l);
}

/* A name to ask for, as it is or of a kind that dns.h lists. */
static struct name *
add(const char *host, int family)
{
	struct name *name = &names[n_names++];

	ck_assert_uint_le(n_names, ARRAY_SIZE(names));
	(void)snprintf(name->host, sizeof(name->host), "%s", host);
	name->family = family;
	return name;
}

static struct name *
add_kind(const char *kind, unsigned i, int family)
{
	char host[64];

	(void)snprintf(host, sizeof(host), "%s-%u.test", kind, i);
	return add(host, family);
}

static const struct name *
ask(struct name *name)
{
	struct ask *a = xcalloc(1, sizeof(*a));

	a->lookup.host = xstrdup(name->host);
	a->lookup.family = name->family;
	a->name = name;
	ck_assert(resolver_cares.ask(cares, &a->lookup));
	return name;
}

/* Returns whether so many were told in that time. */
static bool
wait_for(size_t n, int64_t time_us)
{
	int64_t end_us = clock_now_us() + time_us;

	while (n_told < n && clock_now_us() < end_us)
		poller_wait(poller, end_us);
	return n_told >= n;
}

static void
start(unsigned delay_ms)
{
	dns_start(&dns, 0, delay_ms);
	poller = poller_new();
	cares = resolver_cares.new(poller, dns.servers, done, &dns);
	ck_assert_ptr_nonnull(cares);
}

static void
stop(void)
{
	resolver_cares.free(cares);
	poller_free(poller);
	dns_stop(&dns);
}

static void
check_v4(const struct addr *a, unsigned n)
{
	ck_assert_int_eq(a->family, AF_INET);
	ck_assert_uint_eq(ntohl(a->in.sin_addr.s_addr), 0x7f010000 + n);
}

static void
check_v6(const struct addr *a, unsigned n)
{
	ck_assert_int_eq(a->family, AF_INET6);
	ck_assert_uint_eq(a->in6.sin6_addr.s6_addr[0], 0x20);
	ck_assert_uint_eq(a->in6.sin6_addr.s6_addr[15], n & 0xff);
}

/* Rows: what is asked for, and how many addresses of each family it has. */
static const struct {
	const char *host;
	int family;
	unsigned v4;
	unsigned v6;
} answers[] = {
	{ "a-7.test", AF_UNSPEC, 1, 0 },
	{ "a-7.test", AF_INET, 1, 0 },
	{ "a-7.test", AF_INET6, 0, 0 },
	{ "a-7.test.", AF_UNSPEC, 1, 0 },
	{ "aaaa-7.test", AF_UNSPEC, 0, 1 },
	{ "aaaa-7.test", AF_INET, 0, 0 },
	{ "both-7.test", AF_UNSPEC, 1, 1 },
	{ "both-7.test", AF_INET, 1, 0 },
	{ "both-7.test", AF_INET6, 0, 1 },
	{ "twice-7.test", AF_UNSPEC, 1, 0 },
	{ "many-20.test", AF_INET, 20, 0 },
	{ "many-20.test", AF_UNSPEC, 20, 20 },
	{ "many-40.test", AF_INET, 40, 0 },
	{ "many-40.test", AF_UNSPEC, 32, 32 },
	{ "nx-7.test", AF_UNSPEC, 0, 0 },
	{ "fail-7.test", AF_UNSPEC, 0, 0 },
	{ "refuse-7.test", AF_UNSPEC, 0, 0 },
	{ "junk-7.test", AF_UNSPEC, 1, 0 },
	{ "forge-7.test", AF_UNSPEC, 1, 0 },
	{ "a..test", AF_UNSPEC, 0, 0 },
	{ "label-of-more-than-63-octets-label-of-more-than-63-octets-aaaaaa",
	    AF_UNSPEC, 0, 0 },
	{ "hidden.onion", AF_UNSPEC, 0, 0 },
	{ "", AF_UNSPEC, 0, 0 },
};

START_TEST(answer)
{
	unsigned v4 = 0, v6 = 0;
	const struct name *name;
	size_t i;

	start(0);
	name = ask(add(answers[_i].host, answers[_i].family));
	ck_assert(wait_for(1, WAIT_US));
	for (i = 0; i < name->n; i++) {
		if (name->addrs[i].family == AF_INET)
			v4++;
		else
			v6++;
		/* Families in turn. */
		if (i > 0 && answers[_i].v4 > 0 && answers[_i].v6 > 0)
			ck_assert_int_ne(name->addrs[i].family,
			    name->addrs[i - 1].family);
	}
	ck_assert_uint_eq(v4, answers[_i].v4);
	ck_assert_uint_eq(v6, answers[_i].v6);
	if (name->n == 1 && v4 == 1)
		check_v4(&name->addrs[0], 7);
	if (name->n == 1 && v6 == 1)
		check_v6(&name->addrs[0], 7);
	stop();
}
END_TEST

/* Rows: what is asked for, and how long it is good. */
static const struct {
	const char *host;
	int family;
	uint32_t ttl_s;
} ttls[] = {
	{ "a-1.test", AF_UNSPEC, 60 },
	{ "both-1.test", AF_UNSPEC, 60 },
	{ "ttl-0.test", AF_UNSPEC, 0 },
	{ "ttl-1.test", AF_INET, 1 },
	{ "ttl-86400.test", AF_UNSPEC, 86400 },
	{ "ttl-2147483647.test", AF_INET, INT32_MAX },
	{ "ttl-2147483648.test", AF_INET, 0 },
	{ "ttl-4294967295.test", AF_INET, 0 },
	{ "alias-7.test", AF_INET, 7 },
	{ "alias-86400.test", AF_UNSPEC, 60 },
};

START_TEST(ttl)
{
	const struct name *name;

	start(0);
	name = ask(add(ttls[_i].host, ttls[_i].family));
	ck_assert(wait_for(1, WAIT_US));
	ck_assert_uint_ge(name->n, 1);
	ck_assert(name->has_ttl);
	ck_assert_uint_eq(name->ttl_s, ttls[_i].ttl_s);
	stop();
}
END_TEST

/* More than are asked for at the same time, of all kinds, each told once. */
START_TEST(many)
{
	static const char *const kinds[] = { "a", "aaaa", "both", "nx", "fail",
		"junk", "forge" };
	unsigned i;

	start(5);
	for (i = 0; i < 1000; i++)
		(void)ask(add_kind(kinds[i % ARRAY_SIZE(kinds)], i, AF_UNSPEC));
	ck_assert_uint_eq(n_told, 0); /* not before poller_wait() */
	ck_assert(wait_for(1000, WAIT_US));
	for (i = 0; i < 1000; i++) {
		const struct name *name = &names[i];

		ck_assert_uint_eq(name->told, 1);
		switch (i % ARRAY_SIZE(kinds)) {
		case 0:
		case 5:
		case 6:
			ck_assert_uint_eq(name->n, 1);
			check_v4(&name->addrs[0], i);
			break;
		case 1:
			ck_assert_uint_eq(name->n, 1);
			check_v6(&name->addrs[0], i);
			break;
		case 2:
			ck_assert_uint_eq(name->n, 2);
			break;
		default:
			ck_assert_uint_eq(name->n, 0);
			break;
		}
	}
	ck_assert(!wait_for(1001, 100 * CLOCK_MILLISECOND));
	stop();
}
END_TEST

/* All at once, and not one after the other. */
START_TEST(parallel)
{
	int64_t start_us;
	unsigned i;

	start(100);
	start_us = clock_now_us();
	for (i = 0; i < 100; i++)
		(void)ask(add_kind("both", i, AF_UNSPEC));
	ck_assert(wait_for(100, WAIT_US));
	ck_assert_int_lt(clock_now_us() - start_us, 5 * CLOCK_SECOND);
	stop();
}
END_TEST

/* Silence ends some time, and so does not what is free before that. */
START_TEST(silence)
{
	const struct name *name;

	start(0);
	name = ask(add_kind("mute", 1, AF_INET));
	(void)ask(add_kind("a", 2, AF_INET));
	ck_assert(wait_for(1, WAIT_US));
	ck_assert_uint_eq(name->told, 0);
	ck_assert(!wait_for(2, 500 * CLOCK_MILLISECOND));
	ck_assert(wait_for(2, WAIT_US));
	ck_assert_uint_eq(name->told, 1);
	ck_assert_uint_eq(name->n, 0);
	stop();
}
END_TEST

START_TEST(free_while_asked)
{
	unsigned i;

	start(0);
	for (i = 0; i < 1000; i++)
		(void)ask(add_kind(_i == 0 ? "mute" : "many", i, AF_UNSPEC));
	if (_i != 2)
		(void)wait_for(1000, 50 * CLOCK_MILLISECOND);
	i = n_told;
	stop();
	ck_assert_uint_eq(n_told, i);
}
END_TEST

/* Nobody listens: told soon, and not by a signal. */
START_TEST(no_server)
{
	unsigned i;

	start(0);
	dns_stop(&dns);
	for (i = 0; i < 100; i++)
		(void)ask(add_kind("a", i, AF_UNSPEC));
	ck_assert(wait_for(100, WAIT_US));
	for (i = 0; i < 100; i++)
		ck_assert_uint_eq(names[i].n, 0);
	stop();
}
END_TEST

START_TEST(nonsense_servers)
{
	poller = poller_new();
	cares = resolver_cares.new(poller, "not an address", done, &dns);
	ck_assert_ptr_null(cares);
	resolver_cares.free(NULL);
	poller_free(poller);
}
END_TEST

static void
put_in_place(const char *path, const char *text)
{
	char name[] = "/tmp/test_cares.XXXXXX";
	int fd = mkstemp(name);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(write(fd, text, strlen(text)), (int)strlen(text));
	(void)fchmod(fd, 0644);
	(void)close(fd);
	ck_assert_int_eq(mount(name, path, NULL, MS_BIND, NULL), 0);
	(void)unlink(name);
}

/*
 * The resolver asks what /etc says: in namespaces of our own, where a name
 * server listens at port 53.  Returns false where that is not allowed.
 */
static bool
own_system(unsigned delay_ms)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	if (unshare(CLONE_NEWNS | CLONE_NEWNET) == -1 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
		return false;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ck_assert_int_ne(ioctl(fd, SIOCSIFFLAGS, &lo), -1);
	(void)close(fd);
	put_in_place("/etc/resolv.conf", "nameserver 127.0.0.1\n");
	put_in_place("/etc/hosts",
	    "127.0.0.1 localhost\n127.1.2.3 filed.test a-9.test\n");
	dns_start(&dns, 53, delay_ms);
	return true;
}

static bool
is_loaded(void)
{
	FILE *f = fopen("/proc/self/maps", "re");
	char line[512];
	bool found = false;

	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f) != NULL)
		found |= strstr(line, "libcares") != NULL;
	(void)fclose(f);
	return found;
}

START_TEST(rule)
{
	struct resolver *r;
	unsigned i;

	if (!own_system(200))
		return;
	poller = poller_new();
	r = resolver_new(poller, &resolver_cares);
	ck_assert_ptr_nonnull(r);
	for (i = 0; i < RESOLVER_THREADS_MAX; i++)
		(void)resolver_ask(r, add_kind("a", i, AF_INET)->host, AF_INET,
		    answered, &names[i]);
	ck_assert(!is_loaded());

	/* The next are for c-ares, and what it does not know for the system. */
	(void)add_kind("a", i, AF_INET);
	(void)add("127.1", AF_INET); /* not DNS's: getaddrinfo's alone */
	(void)add_kind("nx", i, AF_INET);
	(void)add("filed.test", AF_INET);
	(void)add("a-9.test", AF_INET); /* /etc/hosts comes first */
	(void)add("localhost", AF_INET);
	(void)add_kind("a", 99, AF_INET);
	for (; i < n_names; i++) {
		struct resolver_query *q = resolver_ask(r, names[i].host,
		    AF_INET, answered, &names[i]);

		ck_assert_ptr_nonnull(q);
		if (i + 1 == n_names)
			resolver_cancel(q);
	}
	ck_assert(is_loaded());
	ck_assert(wait_for(n_names - 1, WAIT_US));

	for (i = 0; i <= RESOLVER_THREADS_MAX; i++) {
		ck_assert_uint_eq(names[i].n, 1);
		if (i != 9)
			check_v4(&names[i].addrs[0], i);
		ck_assert_int_eq(names[i].has_ttl, i == RESOLVER_THREADS_MAX);
	}
	check_v4(&names[9].addrs[0], 0x0203);
	ck_assert_uint_eq(names[i].n, 1);
	ck_assert_uint_eq(ntohl(names[i++].addrs[0].in.sin_addr.s_addr),
	    INADDR_LOOPBACK);
	ck_assert_uint_eq(names[i].n, 0);
	ck_assert(names[i].denied);
	unit_str("nx", names[i++].why, "Name or service not known");
	check_v4(&names[i++].addrs[0], 0x0203);
	check_v4(&names[i++].addrs[0], 0x0203);
	ck_assert_uint_eq(ntohl(names[i++].addrs[0].in.sin_addr.s_addr),
	    INADDR_LOOPBACK);
	ck_assert(!wait_for(n_names, 500 * CLOCK_MILLISECOND));
	ck_assert_uint_eq(names[i].told, 0);
	resolver_free(r);
	poller_free(poller);
	dns_stop(&dns);
}
END_TEST

static void
change(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(write(fd, text, strlen(text)), (int)strlen(text));
	(void)close(fd);
}

/* While the threads have enough to do; all have ended then. */
static const struct name *
ask_beside(struct resolver *r, const char *host)
{
	struct name *name = NULL;
	size_t i;

	for (i = 0; i <= RESOLVER_THREADS_MAX; i++) {
		name = add(i < RESOLVER_THREADS_MAX ? "mute-1.test" : host,
		    AF_INET);
		ck_assert_ptr_nonnull(resolver_ask(r, name->host, AF_INET,
		    answered, name));
	}
	ck_assert(wait_for(n_names, WAIT_US));
	return name;
}

/* A session lives longer than what it has read. */
START_TEST(files_that_change)
{
	const struct name *name;
	struct resolver *r;

	if (!own_system(0))
		return;
	change("/etc/resolv.conf",
	    "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
	poller = poller_new();
	r = resolver_new(poller, &resolver_cares);
	name = ask_beside(r, "a-20.test");
	ck_assert(name->has_ttl);
	check_v4(&name->addrs[0], 20);

	change("/etc/hosts", "127.1.2.4 a-20.test\n");
	name = ask_beside(r, "a-20.test");
	ck_assert(!name->has_ttl);
	check_v4(&name->addrs[0], 0x0204);

	change("/etc/resolv.conf",
	    "nameserver 127.0.0.1\nsearch test\n"
	    "options timeout:1 attempts:1\n");
	name = ask_beside(r, "a-21");
	ck_assert(name->has_ttl);
	check_v4(&name->addrs[0], 21);
	resolver_free(r);
	poller_free(poller);
	dns_stop(&dns);
}
END_TEST

START_TEST(resolver_free_while_asked)
{
	struct resolver *r;
	unsigned i;

	if (!own_system(0))
		return;
	poller = poller_new();
	r = resolver_new(poller, &resolver_cares);
	for (i = 0; i < 500; i++)
		(void)resolver_ask(r,
		    add_kind(i % 2 ? "mute" : "nx", i, AF_UNSPEC)->host,
		    AF_UNSPEC, answered, &names[i]);
	(void)wait_for(1000, 100 * CLOCK_MILLISECOND);
	resolver_free(r);
	poller_free(poller);
	dns_stop(&dns);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("cares");

	tcase_set_timeout(tc, 30);
	unit_rows(tc, answer, answers);
	unit_rows(tc, ttl, ttls);
	tcase_add_test(tc, many);
	tcase_add_test(tc, parallel);
	tcase_add_test(tc, silence);
	tcase_add_loop_test(tc, free_while_asked, 0, 3);
	tcase_add_test(tc, no_server);
	tcase_add_test(tc, nonsense_servers);
	tcase_add_test(tc, rule);
	tcase_add_test(tc, files_that_change);
	tcase_add_test(tc, resolver_free_while_asked);
	return unit_run("cares", tc);
}
