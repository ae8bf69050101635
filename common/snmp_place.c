/* SPDX-License-Identifier: ISC */
#include "snmp_place.h"

#include <string.h>

#include "addr.h"
#include "num.h"

static const char *take_prefix(const char *, struct snmp_place *);
static const char *split(const char *, struct snmp_place *);

const char *
snmp_place_parse(const char *s, struct snmp_place *place)
{
	const char *why;
	struct addr a;

	*place = (struct snmp_place){ .family = AF_UNSPEC, .port = SNMP_PORT };
	s = take_prefix(s, place);
	why = split(s, place);
	if (why != NULL)
		return why;
	if (place->host[0] == '\0')
		return "has no host";
	if (place->host[0] == '/')
		return "is a path";
	return addr_parse(place->host, place->family, &a, &why) == ADDR_BAD
	    ? why
	    : NULL;
}

static const char *
take_prefix(const char *s, struct snmp_place *place)
{
	static const struct {
		char prefix[6];
		bool tcp;
		int family;
	} prefixes[] = {
		{ "udp:", false, AF_UNSPEC },
		{ "udp6:", false, AF_INET6 },
		{ "tcp:", true, AF_UNSPEC },
		{ "tcp6:", true, AF_INET6 },
	};
	size_t i;

	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		size_t len = strlen(prefixes[i].prefix);

		if (strncmp(s, prefixes[i].prefix, len) == 0) {
			place->tcp = prefixes[i].tcp;
			place->family = prefixes[i].family;
			return s + len;
		}
	}
	return s;
}

/* What has more than one colon and no brackets is an address. */
static const char *
split(const char *s, struct snmp_place *place)
{
	bool brackets = s[0] == '[';
	size_t len = brackets ? strcspn(s, "]") + 1 : strcspn(s, ":");
	int64_t port;

	if (brackets && s[len - 1] == '\0')
		return "has a bracket that is not closed";
	if (!brackets && strchr(s, ':') != strrchr(s, ':'))
		len = strlen(s);
	if (len >= sizeof(place->host))
		return "is too long";
	memcpy(place->host, s, len);
	place->host[len] = '\0';
	if (s[len] == '\0')
		return NULL;
	if (s[len] != ':' || num_int(s + len + 1, 1, 65535, &port) != NULL)
		return "has a port that is not from 1 to 65535";
	place->port = (uint16_t)port;
	return NULL;
}
