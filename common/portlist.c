/* SPDX-License-Identifier: ISC */
#include "portlist.h"

#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "num.h"
#include "service.h"
#include "tls.h"
#include "xalloc.h"

#define ITEMS_MAX UINT16_MAX

/* One item as it is read. */
struct parse {
	const char *s;
	size_t len;
	struct text *error;
	uint16_t first;
	uint16_t last;
	struct port_item item;
};

static bool parse_item(struct parse *);
static bool parse_path(struct parse *, const char *);
static bool parse_ports(struct parse *, char *);
static bool parse_protocol(struct parse *, const char *);
static bool parse_datagram(struct parse *, const char *);
static bool fail(const struct parse *, const char *);
static bool insert(struct portlist *, struct parse *);
static void insert_path(struct portlist *, uint16_t);
static void insert_range(struct port_map *, uint16_t, uint16_t, uint16_t);
static void sort(struct portlist *);
static size_t take(const struct port_map *, struct port *);

void
portlist_free(struct portlist *l)
{
	size_t i;

	for (i = 0; i < l->n_items; i++)
		free(l->items[i].name);
	free(l->items);
	free(l->ports);
	free(l->tcp.item);
	free(l->udp.item);
	*l = (struct portlist){ 0 };
}

const char *
portlist_parse_range(const char *s, uint16_t *first, uint16_t *last)
{
	size_t dash = strcspn(s, "-");
	char number[8] = "";
	int64_t from, to;

	if (s[dash] == '\0' || s[strspn(s, "0123456789-")] != '\0') {
		*first = *last = service_port(s);
		return *first != 0
		    ? NULL
		    : "not a port from 1 to 65535, nor a service name";
	}
	if (dash < sizeof(number))
		memcpy(number, s, dash);
	if (num_int(number, 1, UINT16_MAX, &from) != NULL ||
	    num_int(s + dash + 1, 1, UINT16_MAX, &to) != NULL)
		return "not a range of ports from 1 to 65535";
	if (from > to)
		return "the range ends before it begins";
	*first = (uint16_t)from;
	*last = (uint16_t)to;
	return NULL;
}

bool
portlist_add(struct portlist *l, const char *s, struct text *error)
{
	const char *end;

	for (;; s = end + 1) {
		struct parse p = { .s = s, .error = error };

		end = strchrnul(s, ',');
		p.len = (size_t)(end - s);
		if (!parse_item(&p) || !insert(l, &p)) {
			free(p.item.name);
			return false;
		}
		if (*end == '\0') {
			sort(l);
			return true;
		}
	}
}

static bool
parse_item(struct parse *p)
{
	static const char unix_prefix[] = "unix:", tcp_prefix[] = "tcp:",
			  udp_prefix[] = "udp:";
	const char *ports = p->s;
	char *copy;
	bool ok;

	if (p->len == 0)
		return fail(p, "an item is empty");
	if (strncmp(p->s, unix_prefix, sizeof(unix_prefix) - 1) == 0)
		return parse_path(p, p->s + sizeof(unix_prefix) - 1);
	p->item.udp = strncmp(p->s, udp_prefix, sizeof(udp_prefix) - 1) == 0;
	if (p->item.udp ||
	    strncmp(p->s, tcp_prefix, sizeof(tcp_prefix) - 1) == 0)
		ports += sizeof(tcp_prefix) - 1;
	copy = xmalloc(p->len + 1);
	memcpy(copy, ports, p->len - (size_t)(ports - p->s));
	copy[p->len - (size_t)(ports - p->s)] = '\0';
	ok = parse_ports(p, copy);
	free(copy);
	return ok;
}

/* s is the item without its prefix. */
static bool
parse_path(struct parse *p, const char *s)
{
	size_t len = p->len - (size_t)(s - p->s), path_len;
	const char *equals = memchr(s, '=', len), *why;
	struct addr a;

	path_len = equals != NULL ? (size_t)(equals - s) : len;
	if (equals != NULL &&
	    !expected_parse(equals + 1, len - path_len - 1, &p->item.expected))
		return fail(p, "not expected one of " EXPECTED_NAMES);
	p->item.path = true;
	p->item.proto = proto_find("tcp");
	p->item.name = xmalloc(path_len + 1);
	memcpy(p->item.name, s, path_len);
	p->item.name[path_len] = '\0';
	if (p->item.name[0] != '/')
		return fail(p, "the path does not begin with a slash");
	if (addr_parse(p->item.name, AF_UNSPEC, &a, &why) != ADDR_LITERAL)
		return fail(p, why);
	return true;
}

/* copy is the item without its prefix, to be cut up. */
static bool
parse_ports(struct parse *p, char *copy)
{
	char *equals = strchr(copy, '='), *slash;
	const char *why;
	bool is_range;

	if (equals != NULL)
		*equals++ = '\0';
	slash = strchr(copy, '/');
	if (slash != NULL)
		*slash++ = '\0';
	why = portlist_parse_range(copy, &p->first, &p->last);
	if (why != NULL)
		return fail(p, why);
	is_range = strspn(copy, "0123456789-") == strlen(copy) &&
	    strchr(copy, '-') != NULL;
	if (copy[strspn(copy, "0123456789-")] != '\0')
		p->item.name = xstrdup(copy);
	p->item.expected = is_range ? EXPECTED_ANY : EXPECTED_OPEN;
	if (equals != NULL &&
	    !expected_parse(equals, strlen(equals), &p->item.expected))
		return fail(p, "not expected one of " EXPECTED_NAMES);
	return p->item.udp ? parse_datagram(p, slash)
			   : parse_protocol(p, slash != NULL ? slash : "tcp");
}

static bool
parse_protocol(struct parse *p, const char *name)
{
	p->item.proto = proto_find(name);
	if (p->item.proto == NULL)
		return fail(p, "no protocol of that name; see check_tcp(1)");
	p->item.tls = p->item.proto->tls ||
	    steps_to(p->item.proto->steps, p->item.proto->n, STEP_TLS) > 0;
	return !p->item.tls || tls_missing() == NULL || fail(p, tls_missing());
}

static bool
parse_datagram(struct parse *p, const char *name)
{
	p->item.proto = proto_find("tcp");
	if (name != NULL)
		p->item.datagram = datagram_find(name);
	return name == NULL || p->item.datagram != NULL ||
	    fail(p, "no protocol of that name; see check_udp(1)");
}

static bool
fail(const struct parse *p, const char *why)
{
	text_escape(p->error, p->s, p->len, 100);
	text_printf(p->error, ": %s", why);
	return false;
}

static bool
insert(struct portlist *l, struct parse *p)
{
	uint16_t item = (uint16_t)l->n_items;

	if (l->n_items == ITEMS_MAX)
		return fail(p, "more items than a list can have (65535)");
	if ((l->n_items & (l->n_items - 1)) == 0)
		l->items = xreallocarray(l->items,
		    l->n_items == 0 ? 1 : l->n_items * 2, sizeof(l->items[0]));
	l->items[l->n_items++] = p->item;
	if (p->item.path)
		insert_path(l, item);
	else
		insert_range(p->item.udp ? &l->udp : &l->tcp, p->first, p->last,
		    item);
	return true;
}

static void
insert_path(struct portlist *l, uint16_t item)
{
	size_t i;

	for (i = l->n; i > 0 && l->ports[i - 1].number == 0; i--) {
		struct port *p = &l->ports[i - 1];

		if (strcmp(l->items[p->item].name, l->items[item].name) == 0) {
			p->item = item;
			return;
		}
	}
	l->ports = xreallocarray(l->ports, l->n + 1, sizeof(l->ports[0]));
	l->ports[l->n++] = (struct port){ 0, item };
}

static void
insert_range(struct port_map *m, uint16_t first, uint16_t last, uint16_t item)
{
	size_t i;

	if (m->item == NULL) {
		m->item = xcalloc(UINT16_MAX + 1, sizeof(uint16_t));
		m->lowest = UINT16_MAX;
	}
	for (i = first; i <= last; i++)
		m->item[i] = (uint16_t)(item + 1);
	if (first < m->lowest)
		m->lowest = first;
	if (last > m->highest)
		m->highest = last;
}

/* A list that came item by item is put in order once. */
static void
sort(struct portlist *l)
{
	struct port *ports;
	size_t n = 0, i;

	if (l->tcp.item == NULL && l->udp.item == NULL)
		return;
	for (i = 0; i < l->n; i++)
		n += l->ports[i].number == 0;
	n += take(&l->tcp, NULL) + take(&l->udp, NULL);
	ports = xreallocarray(NULL, n, sizeof(ports[0]));
	n = take(&l->tcp, ports);
	n += take(&l->udp, ports + n);
	for (i = 0; i < l->n; i++)
		if (l->ports[i].number == 0)
			ports[n++] = l->ports[i];
	free(l->ports);
	l->ports = ports;
	l->n = n;
}

/* Counts the ports, and writes them unless ports is NULL. */
static size_t
take(const struct port_map *m, struct port *ports)
{
	size_t n = 0, i;

	if (m->item == NULL)
		return 0;
	for (i = m->lowest; i <= m->highest; i++) {
		if (m->item[i] == 0)
			continue;
		if (ports != NULL)
			ports[n] = (struct port){ (uint16_t)i,
				(uint16_t)(m->item[i] - 1) };
		n++;
	}
	return n;
}
