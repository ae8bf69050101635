/* SPDX-License-Identifier: ISC */
#include "config_ports.h"

#include <string.h>

#include "datagram.h"
#include "portlist.h"
#include "proto.h"

static bool transport_of(struct config *, const struct merged *,
    const struct config_layers *, enum item_transport *, enum config_key *);
static bool numbers(struct config *, const struct merged *,
    const struct config_layers *, enum item_transport, enum config_key,
    struct config_ports *);
static uint16_t usual_port(const struct merged *, enum item_transport);

bool
config_ports(struct config *c, const struct config_layers *l,
    struct config_ports *out)
{
	enum item_transport transport;
	enum config_key key;
	const char *name;
	struct merged m;

	merged_init(&m, l);
	*out = (struct config_ports){ .enabled = m.values[CONFIG_ENABLED] ==
			NULL ||
		    merged_has(&m, CONFIG_ENABLED) };
	if (!transport_of(c, &m, l, &transport, &key) ||
	    !numbers(c, &m, l, transport, key, out))
		return false;
	out->host = merged_word(&m, CONFIG_HOST);
	out->address = merged_word(&m, CONFIG_ADDRESS);
	name = merged_has(&m, CONFIG_NAME) ? merged_word(&m, CONFIG_NAME)
					   : l->name;
	out->own_name = name != NULL;
	if (out->own_name)
		out->name = name;
	return true;
}

/* *key is the one that has the ports. */
static bool
transport_of(struct config *c, const struct merged *m,
    const struct config_layers *l, enum item_transport *transport,
    enum config_key *key)
{
	static const enum config_key keys[] = { [ITEM_TCP] = CONFIG_TCP,
		[ITEM_UDP] = CONFIG_UDP,
		[ITEM_UNIX] = CONFIG_UNIX };
	const char *name = merged_word(m, CONFIG_TRANSPORT);
	size_t i, n = 0;

	*key = CONFIG_PORT;
	*transport = name != NULL && strcmp(name, "udp") == 0 ? ITEM_UDP
							      : ITEM_TCP;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (merged_has(m, keys[i])) {
			*key = keys[i];
			*transport = (enum item_transport)i;
			n++;
		}
	if (n == 0 || (n == 1 && name == NULL && !merged_has(m, CONFIG_PORT)))
		return true;
	config_error(c, l->at, l->name,
	    "more than one of tcp, udp, unix, port");
	return false;
}

static bool
numbers(struct config *c, const struct merged *m, const struct config_layers *l,
    enum item_transport transport, enum config_key key,
    struct config_ports *out)
{
	const char *s = merged_word(m, key);

	out->udp = transport == ITEM_UDP;
	if (transport == ITEM_UNIX && merged_has(m, CONFIG_ADDRESS)) {
		config_error(c, l->at, l->name,
		    "address: cannot be used with unix");
		return false;
	}
	if (transport == ITEM_UNIX) {
		out->path = s;
		out->name = s;
		return true;
	}
	if (s == NULL) {
		out->first = out->last = usual_port(m, transport);
		if (out->first == 0)
			config_error(c, l->at, l->name,
			    "no port: one of tcp, udp, unix, port is needed");
		return out->first != 0;
	}
	(void)portlist_parse_range(s, &out->first, &out->last);
	if (s[strspn(s, "0123456789-")] != '\0')
		out->name = s;
	return true;
}

/* That of its protocol; 0: it has none. */
static uint16_t
usual_port(const struct merged *m, enum item_transport transport)
{
	const char *name = merged_word(m, CONFIG_PROTOCOL);
	const struct datagram *d;
	const struct proto *p;

	if (name == NULL)
		return 0;
	if (transport == ITEM_UDP) {
		d = datagram_find(name);
		return d != NULL ? d->ports[0] : 0;
	}
	p = proto_find(name);
	return p != NULL ? p->port : 0;
}
