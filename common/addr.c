/* SPDX-License-Identifier: ISC */
#include "addr.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stddef.h>
#include <string.h>

#include "num.h"

static bool is_octal(const char *);
static enum addr_kind parse_path(const char *, struct addr *, const char **);
static enum addr_kind parse_in6(const char *, size_t, struct addr *,
    const char **);
static const char *parse_zone(const char *, uint32_t *);
static enum addr_kind restrict_family(int, const struct addr *, const char **);

enum addr_kind
addr_parse(const char *host, int family, struct addr *a, const char **why)
{
	size_t len = strlen(host);
	enum addr_kind kind;

	*a = (struct addr){ 0 };
	if (host[0] == '/')
		return parse_path(host, a, why);
	if (host[0] == '[') {
		if (host[len - 1] != ']') {
			*why = "the closing bracket is missing";
			return ADDR_BAD;
		}
		kind = parse_in6(host + 1, len - 2, a, why);
		if (kind == ADDR_NAME) {
			*why = "not an IPv6 address in the brackets";
			return ADDR_BAD;
		}
	} else if (inet_pton(AF_INET, host, &a->in.sin_addr) == 1) {
		a->in.sin_family = AF_INET;
		kind = ADDR_LITERAL;
	} else if (is_octal(host)) {
		*why = "a number with a leading zero, which may mean another "
		       "address";
		return ADDR_BAD;
	} else {
		kind = parse_in6(host, len, a, why);
	}
	return kind == ADDR_LITERAL ? restrict_family(family, a, why) : kind;
}

void
addr_set(struct addr *a, const struct sockaddr *sa, socklen_t len)
{
	*a = (struct addr){ 0 };
	if (sa->sa_family == AF_INET && len >= sizeof(a->in))
		memcpy(&a->in, sa, sizeof(a->in));
	else if (sa->sa_family == AF_INET6 && len >= sizeof(a->in6))
		memcpy(&a->in6, sa, sizeof(a->in6));
}

socklen_t
addr_get(const struct addr *a, union addr_sockaddr *sa)
{
	size_t len;

	switch (a->family) {
	case AF_INET:
		sa->in = a->in;
		return sizeof(sa->in);
	case AF_INET6:
		sa->in6 = a->in6;
		return sizeof(sa->in6);
	default:
		len = strlen(a->un.path) + 1;
		sa->un.sun_family = AF_UNIX;
		memcpy(sa->un.sun_path, a->un.path, len);
		return (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
		    len);
	}
}

void
addr_set_port(struct addr *a, uint16_t port)
{
	if (a->family == AF_INET)
		a->in.sin_port = htons(port);
	else if (a->family == AF_INET6)
		a->in6.sin6_port = htons(port);
}

bool
addr_equal(const struct addr *a, const struct addr *b)
{
	if (a->family == AF_UNSPEC || a->family != b->family)
		return false;
	switch (a->family) {
	case AF_INET:
		return a->in.sin_port == b->in.sin_port &&
		    a->in.sin_addr.s_addr == b->in.sin_addr.s_addr;
	case AF_INET6:
		return a->in6.sin6_port == b->in6.sin6_port &&
		    a->in6.sin6_scope_id == b->in6.sin6_scope_id &&
		    IN6_ARE_ADDR_EQUAL(&a->in6.sin6_addr, &b->in6.sin6_addr);
	default:
		return strcmp(a->un.path, b->un.path) == 0;
	}
}

void
addr_format(struct text *t, const struct addr *a)
{
	char s[INET6_ADDRSTRLEN], zone[IF_NAMESIZE];
	uint32_t scope;

	switch (a->family) {
	case AF_INET:
		text_puts(t, inet_ntop(AF_INET, &a->in.sin_addr, s, sizeof(s)));
		break;
	case AF_INET6:
		scope = a->in6.sin6_scope_id;
		text_puts(t,
		    inet_ntop(AF_INET6, &a->in6.sin6_addr, s, sizeof(s)));
		if (scope != 0 && if_indextoname(scope, zone) != NULL) {
			text_puts(t, "%");
			text_escape_string(t, zone);
		} else if (scope != 0) {
			text_printf(t, "%%%u", scope);
		}
		break;
	case AF_UNIX:
		text_escape(t, a->un.path, strlen(a->un.path),
		    4 * sizeof(((union addr_sockaddr *)NULL)->un.sun_path));
		break;
	}
}

/* Whether it is of numbers, one of which inet_aton(3) takes for octal. */
static bool
is_octal(const char *host)
{
	bool first = true, found = false;

	for (; *host != '\0'; host++) {
		if (*host != '.' && (*host < '0' || *host > '9'))
			return false;
		found |= first && host[0] == '0' && host[1] >= '0' &&
		    host[1] <= '9';
		first = *host == '.';
	}
	return found;
}

static enum addr_kind
parse_path(const char *path, struct addr *a, const char **why)
{
	size_t len = strlen(path);

	if (len >= sizeof(((union addr_sockaddr *)NULL)->un.sun_path)) {
		*why = "longer than the path of a socket can be (107 bytes)";
		return ADDR_BAD;
	}
	a->un.family = AF_UNIX;
	a->un.path = path;
	return ADDR_LITERAL;
}

static enum addr_kind
parse_in6(const char *s, size_t len, struct addr *a, const char **why)
{
	char copy[INET6_ADDRSTRLEN + 1 + IF_NAMESIZE];
	char *zone;

	if (memchr(s, ':', len) == NULL)
		return ADDR_NAME;
	if (len >= sizeof(copy)) {
		*why = "too long for an IPv6 address";
		return ADDR_BAD;
	}
	memcpy(copy, s, len);
	copy[len] = '\0';
	zone = strchr(copy, '%');
	if (zone != NULL)
		*zone++ = '\0';
	if (inet_pton(AF_INET6, copy, &a->in6.sin6_addr) != 1) {
		*why = "not an IPv6 address";
		return ADDR_BAD;
	}
	a->in6.sin6_family = AF_INET6;
	if (zone != NULL)
		*why = parse_zone(zone, &a->in6.sin6_scope_id);
	else if (IN6_IS_ADDR_LINKLOCAL(&a->in6.sin6_addr))
		*why = "a link-local address needs a zone: fe80::1%eth0";
	else
		*why = NULL;
	return *why == NULL ? ADDR_LITERAL : ADDR_BAD;
}

static const char *
parse_zone(const char *zone, uint32_t *scope)
{
	int64_t n;

	*scope = if_nametoindex(zone);
	if (*scope != 0)
		return NULL;
	if (num_int(zone, 1, INT32_MAX, &n) != NULL)
		return "the zone is not an interface of this machine";
	*scope = (uint32_t)n;
	return NULL;
}

static enum addr_kind
restrict_family(int family, const struct addr *a, const char **why)
{
	if (family == AF_UNSPEC || family == a->family)
		return ADDR_LITERAL;
	*why = family == AF_INET ? "not an IPv4 address"
				 : "not an IPv6 address";
	return ADDR_BAD;
}
