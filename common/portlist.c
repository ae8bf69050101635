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
static char *copy_of(struct bytes);
static bool parse_path(struct parse *, const char *);
static bool parse_ports(struct parse *, const char *);
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

void
portlist_split(const char *s, size_t len, struct item_words *w)
{
	static const char *const prefixes[] = {
		[ITEM_TCP] = "tcp:", [ITEM_UDP] = "udp:", [ITEM_UNIX] = "unix:"
	};
	const char *mark;
	size_t i;

	*w = (struct item_words){ .transport = ITEM_TCP };
	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		size_t n = strlen(prefixes[i]);

		if (n > len || memcmp(s, prefixes[i], n) != 0)
			continue;
		w->transport = (enum item_transport)i;
		s += n;
		len -= n;
		break;
	}
	mark = memchr(s, '=', len);
	if (mark != NULL) {
		w->expected = (struct bytes){ mark + 1,
			len - (size_t)(mark + 1 - s) };
		len = (size_t)(mark - s);
	}
	mark = w->transport != ITEM_UNIX ? memchr(s, '/', len) : NULL;
	if (mark != NULL) {
		w->protocol = (struct bytes){ mark + 1,
			len - (size_t)(mark + 1 - s) };
		len = (size_t)(mark - s);
	}
	w->ports = (struct bytes){ s, len };
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
	struct item_words w;
	char *ports, *protocol;
	bool ok;

	if (p->len == 0)
		return fail(p, "an item is empty");
	portlist_split(p->s, p->len, &w);
	ports = copy_of(w.ports);
	protocol = copy_of(w.protocol);
	p->item.udp = w.transport == ITEM_UDP;
	p->item.path = w.transport == ITEM_UNIX;
	ok = p->item.path ? parse_path(p, ports) : parse_ports(p, ports);
	free(ports);
	if (ok && w.expected.data != NULL &&
	    !expected_parse(w.expected.data, w.expected.len, &p->item.expected))
		ok = fail(p, "not expected one of " EXPECTED_NAMES);
	/* Who names a protocol means that there is somebody to speak it. */
	else if (w.expected.data == NULL && protocol != NULL)
		p->item.expected = EXPECTED_OPEN;
	if (ok && p->item.udp)
		ok = parse_datagram(p, protocol);
	else if (ok)
		ok = parse_protocol(p, protocol != NULL ? protocol : "tcp");
	free(protocol);
	return ok;
}

/* NULL of nothing. */
static char *
copy_of(struct bytes b)
{
	char *copy;

	if (b.data == NULL)
		return NULL;
	copy = xmalloc(b.len + 1);
	memcpy(copy, b.data, b.len);
	copy[b.len] = '\0';
	return copy;
}

static bool
parse_path(struct parse *p, const char *path)
{
	const char *why;
	struct addr a;

	p->item.name = xstrdup(path);
	if (path[0] != '/')
		return fail(p, "the path does not begin with a slash");
	return addr_parse(path, AF_UNSPEC, &a, &why) == ADDR_LITERAL ||
	    fail(p, why);
}

static bool
parse_ports(struct parse *p, const char *ports)
{
	const char *why = portlist_parse_range(ports, &p->first, &p->last);
	bool number = ports[strspn(ports, "0123456789-")] == '\0';

	if (why != NULL)
		return fail(p, why);
	if (!number)
		p->item.name = xstrdup(ports);
	p->item.expected = number && strchr(ports, '-') != NULL ? EXPECTED_ANY
								: EXPECTED_OPEN;
	return true;
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
