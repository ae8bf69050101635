/* SPDX-License-Identifier: ISC */
#include "hostlist.h"

#include <arpa/inet.h>
#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "addr.h"
#include "num.h"
#include "xalloc.h"

#define SEPARATORS ", \t\r\n\v\f"

/* DNS: a name has at most 253 characters, an address with its zone fewer. */
#define HOST_MAX 255

/* A network with more bits for hosts than this is too large in any case. */
#define HOST_BITS_MAX 24

static bool add_host(struct hostlist *, const char *, size_t, struct text *);
static bool add_network(struct hostlist *, const char *, const char *,
    struct text *);
static void next_address(unsigned char *, size_t);
static int compare(const void *, const void *);
static bool append(struct hostlist *, const char *, struct text *);
static bool fail(struct text *, const char *, size_t, const char *);

void
hostlist_free(struct hostlist *l)
{
	tdestroy(l->tree, free);
	free(l->hosts);
	*l = (struct hostlist){ .max = l->max };
}

bool
hostlist_add(struct hostlist *l, const char *s, struct text *error)
{
	size_t len;

	for (;;) {
		s += strspn(s, SEPARATORS);
		if (*s == '\0')
			return true;
		len = strcspn(s, SEPARATORS);
		if (!add_host(l, s, len, error))
			return false;
		s += len;
	}
}

bool
hostlist_has(const struct hostlist *l, const char *host)
{
	return tfind(host, &l->tree, compare) != NULL;
}

bool
hostlist_read(struct hostlist *l, const char *file, struct text *error)
{
	FILE *f = strcmp(file, "-") == 0 ? stdin : fopen(file, "re");
	char *line = NULL;
	size_t size = 0;
	unsigned number = 0;
	struct text why;
	ssize_t len;
	bool ok = f != NULL;

	text_init(&why, error->max);
	if (f == NULL)
		text_printf(&why, ": %s", strerror(errno));
	while (ok && (len = getline(&line, &size, f)) != -1) {
		number++;
		text_printf(&why, ":%u: ", number);
		if (strlen(line) != (size_t)len) {
			text_puts(&why, "a NUL byte");
			ok = false;
			break;
		}
		line[strcspn(line, "#")] = '\0';
		ok = hostlist_add(l, line, &why);
		if (ok) {
			text_free(&why);
			text_init(&why, error->max);
		}
	}
	if (ok && ferror(f)) {
		text_printf(&why, ": %s", strerror(errno));
		ok = false;
	}
	if (!ok) {
		text_escape_string(error, file);
		text_puts(error, why.data);
	}
	text_free(&why);
	free(line);
	if (f != NULL && f != stdin)
		(void)fclose(f);
	return ok;
}

static bool
add_host(struct hostlist *l, const char *s, size_t len, struct text *error)
{
	char host[HOST_MAX + 1];
	const char *why;
	char *slash;
	struct addr a;

	if (len > HOST_MAX)
		return fail(error, s, len, "longer than a name can be");
	memcpy(host, s, len);
	host[len] = '\0';
	if (host[0] == '/')
		return fail(error, s, len, "a path goes into -p: unix:/path");
	slash = strchr(host, '/');
	if (slash != NULL) {
		*slash = '\0';
		return add_network(l, host, slash + 1, error);
	}
	if (addr_parse(host, AF_UNSPEC, &a, &why) == ADDR_BAD)
		return fail(error, s, len, why);
	return append(l, host, error);
}

static bool
add_network(struct hostlist *l, const char *address, const char *prefix,
    struct text *error)
{
	char network[INET6_ADDRSTRLEN];
	unsigned char bytes[sizeof(struct in6_addr)];
	int family = strchr(address, ':') != NULL ? AF_INET6 : AF_INET;
	size_t i, size = family == AF_INET6 ? 16 : 4;
	int64_t bits, host_bits;
	const char *why;
	struct addr first;

	if (inet_pton(family, address, bytes) != 1)
		return fail(error, address, strlen(address),
		    "not the address of a network");
	if (num_int(prefix, 0, (int64_t)size * 8, &bits) != NULL)
		return fail(error, prefix, strlen(prefix),
		    "not the length of a network's prefix");
	host_bits = (int64_t)size * 8 - bits;
	if (host_bits > HOST_BITS_MAX || (size_t)1 << host_bits > l->max - l->n)
		return fail(error, address, strlen(address),
		    "the network has more addresses than --max-hosts allows");
	for (i = 0; i < size; i++) {
		int64_t kept = bits - (int64_t)i * 8;

		if (kept < 8)
			bytes[i] &= kept <= 0 ? 0
					      : (unsigned char)(0xff00 >> kept);
	}
	(void)inet_ntop(family, bytes, network, sizeof(network));
	if (addr_parse(network, AF_UNSPEC, &first, &why) == ADDR_BAD)
		return fail(error, address, strlen(address), why);
	for (i = 0; i < (size_t)1 << host_bits; i++) {
		(void)inet_ntop(family, bytes, network, sizeof(network));
		if (!append(l, network, error))
			return false;
		next_address(bytes, size);
	}
	return true;
}

static void
next_address(unsigned char *bytes, size_t size)
{
	while (size-- > 0 && ++bytes[size] == 0)
		;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

static bool
append(struct hostlist *l, const char *host, struct text *error)
{
	char *copy;

	l->given++;
	if (tfind(host, &l->tree, compare) != NULL)
		return true;
	if (l->n == l->max) {
		text_printf(error, "more hosts than --max-hosts=%zu allows",
		    l->max);
		return false;
	}
	if (l->n == l->size) {
		l->size = l->size == 0 ? 16 : l->size * 2;
		l->hosts = xreallocarray(l->hosts, l->size,
		    sizeof(l->hosts[0]));
	}
	copy = xstrdup(host);
	(void)xcheck(tsearch(copy, &l->tree, compare));
	l->hosts[l->n++] = copy;
	return true;
}

static bool
fail(struct text *error, const char *what, size_t len, const char *why)
{
	text_escape(error, what, len, 100);
	text_printf(error, ": %s", why);
	return false;
}
