/* SPDX-License-Identifier: ISC */
/*
 * Addresses: what is read as an address is written as text that is read as the
 * same address; nothing else is taken for one.
 *
 * Input: a byte that chooses the family, then the host.
 */
#include <arpa/inet.h>
#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "escape.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);
static void check_literal(const char *, const struct addr *);
static void check_path(const char *, const struct addr *, const char *);
static void check_ip(const struct addr *, const char *);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int families[] = { AF_UNSPEC, AF_INET, AF_INET6 };
	const char *why = NULL;
	struct addr a;
	int family;
	char *host;

	if (size == 0)
		return 0;
	family = families[data[0] % 3];
	host = strndup((const char *)data + 1, size - 1);
	switch (addr_parse(host, family, &a, &why)) {
	case ADDR_LITERAL:
		assert(family == AF_UNSPEC || host[0] == '/' ||
		    a.family == family);
		check_literal(host, &a);
		break;
	case ADDR_NAME:
		assert(host[0] != '/' && host[0] != '[');
		assert(strchr(host, ':') == NULL);
		assert(inet_pton(AF_INET, host, &(struct in_addr){ 0 }) != 1);
		break;
	case ADDR_BAD:
		assert(why != NULL && why[0] != '\0');
		break;
	}
	free(host);
	return 0;
}

static void
check_literal(const char *host, const struct addr *a)
{
	struct text t;
	size_t i;

	text_init(&t, 1024);
	addr_format(&t, a);
	assert(t.len > 0 && !t.cut);
	for (i = 0; i < t.len; i++)
		assert(t.data[i] > ' ' - (host[0] == '/') && t.data[i] < 0x7f &&
		    t.data[i] != '|');
	assert(addr_equal(a, a));
	if (host[0] == '/')
		check_path(host, a, t.data);
	else
		check_ip(a, t.data);
	text_free(&t);
}

static void
check_path(const char *host, const struct addr *a, const char *written)
{
	union addr_sockaddr sa;
	char back[1024];
	size_t len;

	assert(a->family == AF_UNIX && a->un.path == host);
	assert(addr_get(a, &sa) ==
	    offsetof(struct sockaddr_un, sun_path) + strlen(host) + 1);
	assert(strcmp(sa.un.sun_path, host) == 0);
	assert(escape_decode(written, back, &len) == NULL);
	assert(len == strlen(host) && memcmp(back, host, len) == 0);
}

static void
check_ip(const struct addr *a, const char *written)
{
	char in_brackets[128];
	union addr_sockaddr sa;
	struct addr again;
	const char *why;
	socklen_t len;

	assert(a->family == AF_INET || a->family == AF_INET6);
	len = addr_get(a, &sa);
	addr_set(&again, &sa.any, len);
	assert(addr_equal(a, &again));
	assert(addr_parse(written, a->family, &again, &why) == ADDR_LITERAL);
	assert(addr_equal(a, &again) && addr_equal(&again, a));
	if (a->family == AF_INET6) {
		assert(strlen(written) < sizeof(in_brackets) - 2);
		strcpy(in_brackets, "[");
		strcat(in_brackets, written);
		strcat(in_brackets, "]");
		assert(addr_parse(in_brackets, AF_UNSPEC, &again, &why) ==
		    ADDR_LITERAL);
		assert(addr_equal(a, &again));
	}
	addr_set_port(&again, 25);
	assert(!addr_equal(a, &again));
	addr_set_port(&again, 0);
	assert(addr_equal(a, &again));
}
