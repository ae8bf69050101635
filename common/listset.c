/* SPDX-License-Identifier: ISC */
#include "listset.h"

#include <stdlib.h>

#include "inquiry.h"
#include "tls.h"
#include "xalloc.h"

/* What is known while a set is built. */
struct build {
	struct listset *list;
	struct portset *set;
	uint32_t first_ask; /* of the items, in their order */
};

static void build_dialogue(struct listset *, const struct port_item *,
    struct dialogue *);
static struct tls_context *tls_for(struct listset *, const struct proto *);
static void build_inquiries(struct listset *);
static void add_ask(struct build *, size_t);
static void add_entry(struct build *, uint32_t, const struct port *);
static const struct inquiry *inquiry_for(const struct build *,
    const struct port *);

void
listset_init(struct listset *l, const struct listset_conf *conf,
    const struct hostlist *hosts, const struct portlist *ports,
    struct portset *set)
{
	struct build b = { l, set, (uint32_t)set->n_asks };
	uint32_t first_host = (uint32_t)set->n_hosts;
	size_t i, j, paths = 0;

	*l = (struct listset){
		.conf = *conf, .ports = ports, .anonymous = conf->tls
	};
	l->anonymous.anonymous = true;
	l->dialogues = xcalloc(ports->n_items, sizeof(l->dialogues[0]));
	if (ports->udp.item != NULL)
		build_inquiries(l);
	for (i = 0; i < ports->n_items; i++)
		add_ask(&b, i);
	for (j = 0; j < hosts->n; j++)
		(void)portset_add_host(set, hosts->hosts[j], hosts->hosts[j]);
	for (i = 0; i < ports->n; i++)
		paths += ports->items[ports->ports[i].item].path;
	portset_room(set, (ports->n - paths) * hosts->n + paths);
	for (i = 0; i < ports->n; i++) {
		const struct port *p = &ports->ports[i];

		if (ports->items[p->item].path)
			add_entry(&b, NO_HOST, p);
		else
			for (j = 0; j < hosts->n; j++)
				add_entry(&b, first_host + (uint32_t)j, p);
	}
}

void
listset_free(struct listset *l)
{
	size_t i;

	for (i = 0; l->ports != NULL && i < l->ports->n_items; i++)
		if (l->ports->items[i].proto->tls)
			free((struct step *)(uintptr_t)l->dialogues[i].steps);
	free(l->dialogues);
	free(l->inquiries);
	tls_context_free(l->context);
	tls_context_free(l->anonymous_context);
	*l = (struct listset){ 0 };
}

/* TLS from the first byte is a step in front of those of the protocol. */
static void
build_dialogue(struct listset *l, const struct port_item *item,
    struct dialogue *d)
{
	const struct proto *p = item->proto;
	struct step *steps;
	size_t j;

	*d = (struct dialogue){ p->steps, p->n, p->quit, DIALOGUE_QUIET_US,
		DIALOGUE_MAX_BYTES };
	if (item->tls)
		d->tls = tls_for(l, p);
	if (p->tls) {
		steps = xcalloc(p->n + 1, sizeof(steps[0]));
		steps[0].kind = STEP_TLS;
		for (j = 0; j < p->n; j++)
			steps[j + 1] = p->steps[j];
		d->steps = steps;
		d->n++;
	}
}

static struct tls_context *
tls_for(struct listset *l, const struct proto *p)
{
	bool anonymous = p->anonymous &&
	    !policy_wants_cert(&l->conf.policy, l->conf.tls.verify);
	struct tls_context **c = anonymous ? &l->anonymous_context
					   : &l->context;

	if (*c == NULL)
		*c = tls_context_new(anonymous ? &l->anonymous : &l->conf.tls);
	return *c;
}

static void
build_inquiries(struct listset *l)
{
	const struct datagram *d;
	size_t i, n = 0;

	while (datagram_row(n) != NULL)
		n++;
	l->inquiries = xcalloc(n + 1, sizeof(l->inquiries[0]));
	inquiry_init(&l->inquiries[0], NULL);
	for (i = 0; (d = datagram_row(i)) != NULL; i++)
		inquiry_init(&l->inquiries[i + 1], d);
}

static void
add_ask(struct build *b, size_t i)
{
	const struct port_item *item = &b->list->ports->items[i];
	struct dialogue *d = &b->list->dialogues[i];
	struct ask ask = {
		.name = item->name,
		.path = item->path ? item->name : NULL,
		.udp = item->udp,
		.family = item->path ? AF_UNSPEC : b->list->conf.family,
		.expected = item->expected,
		.severity = STATE_CRITICAL,
		.probes = b->list->conf.probes,
		.dialogue = d,
		.policy = &b->list->conf.policy,
	};

	build_dialogue(b->list, item, d);
	if (item->datagram != NULL)
		ask.protocol = item->datagram->name;
	else if (!item->udp && item->proto != proto_find("tcp"))
		ask.protocol = item->proto->name;
	(void)portset_add_ask(b->set, &ask);
}

static void
add_entry(struct build *b, uint32_t host, const struct port *p)
{
	struct entry *e = portset_add(b->set, host, b->first_ask + p->item,
	    p->number);

	e->target.inquiry = inquiry_for(b, p);
}

/* Of a port of UDP, by its number if nothing else is said; else NULL. */
static const struct inquiry *
inquiry_for(const struct build *b, const struct port *p)
{
	const struct port_item *item = &b->list->ports->items[p->item];
	const struct datagram *d = item->datagram;

	if (!item->udp)
		return NULL;
	if (d == NULL)
		d = datagram_of_port(p->number);
	return &b->list->inquiries[d != NULL ? d - datagram_row(0) + 1 : 0];
}
