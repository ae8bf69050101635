/* SPDX-License-Identifier: ISC */
#include "snmp_handler.h"

#include "clock.h"

/* The numbers that the library hands out after those of the base. */
struct question {
	uint32_t suffix[MAX_OID_LEN];
	size_t len;
	bool before; /* before all of ours */
	bool after;
};

static void answer_get(struct snmp_handler *, netsnmp_agent_request_info *,
    netsnmp_request_info *);
static void answer_next(struct snmp_handler *, netsnmp_agent_request_info *,
    netsnmp_request_info *);
static void answer_bulk(struct snmp_handler *, netsnmp_agent_request_info *,
    netsnmp_request_info *);
static enum mib_answer next(struct snmp_handler *, const netsnmp_request_info *,
    netsnmp_variable_list *);
static void ask(const struct snmp_handler *, const netsnmp_variable_list *,
    struct question *);
static void set_value(netsnmp_variable_list *, const struct mib_value *);
static u_char asn_type(enum mib_type);

bool
snmp_handler_register(struct snmp_handler *h)
{
	static const struct mib_oid none;
	oid base[MAX_OID_LEN];
	size_t len = snmp_handler_oid(h, &none, base);
	netsnmp_handler_registration *r;

	h->registration = NULL;
	r = netsnmp_create_handler_registration("portstate",
	    snmp_handler_answer, base, len,
	    HANDLER_CAN_RONLY | HANDLER_CAN_GETBULK);
	if (r == NULL)
		return false;
	r->my_reg_void = h;
	/* It frees what it does not take. */
	if (netsnmp_register_handler(r) != MIB_REGISTERED_OK)
		return false;
	h->registration = r;
	return true;
}

void
snmp_handler_unregister(struct snmp_handler *h)
{
	if (h->registration != NULL)
		(void)netsnmp_unregister_handler(h->registration);
	h->registration = NULL;
}

int
snmp_handler_answer(netsnmp_mib_handler *handler,
    netsnmp_handler_registration *info, netsnmp_agent_request_info *request,
    netsnmp_request_info *requests)
{
	struct snmp_handler *h = info->my_reg_void;
	netsnmp_request_info *r;

	(void)handler;
	mib_view_refresh(h->view, clock_wall_us(), h->uptime_cs());
	for (r = requests; r != NULL; r = r->next) {
		if (r->processed != 0)
			continue;
		switch (request->mode) {
		case MODE_GET:
			answer_get(h, request, r);
			break;
		case MODE_GETNEXT:
			answer_next(h, request, r);
			break;
		case MODE_GETBULK:
			answer_bulk(h, request, r);
			break;
		default:
			(void)netsnmp_set_request_error(request, r,
			    SNMP_ERR_NOTWRITABLE);
			break;
		}
	}
	return SNMP_ERR_NOERROR;
}

size_t
snmp_handler_oid(const struct snmp_handler *h, const struct mib_oid *suffix,
    oid *out)
{
	size_t i;

	for (i = 0; i < h->base_len; i++)
		out[i] = h->base[i];
	for (i = 0; i < suffix->len; i++)
		out[h->base_len + i] = suffix->ids[i];
	return h->base_len + suffix->len;
}

void
snmp_handler_append(const struct snmp_handler *h, netsnmp_variable_list **list,
    const struct mib_varbind *v)
{
	oid name[MAX_OID_LEN];
	size_t len = snmp_handler_oid(h, &v->oid, name);
	netsnmp_variable_list *last;

	last = snmp_varlist_add_variable(list, name, len, ASN_NULL, NULL, 0);
	if (last != NULL)
		set_value(last, &v->value);
}

static void
answer_get(struct snmp_handler *h, netsnmp_agent_request_info *request,
    netsnmp_request_info *r)
{
	enum mib_answer answer = MIB_NO_OBJECT;
	struct mib_value value;
	struct question q;

	ask(h, r->requestvb, &q);
	if (!q.before && !q.after)
		answer = mib_view_get(h->view, q.suffix, q.len, &value);
	switch (answer) {
	case MIB_OK:
		set_value(r->requestvb, &value);
		break;
	case MIB_NO_OBJECT:
		(void)netsnmp_set_request_error(request, r, SNMP_NOSUCHOBJECT);
		break;
	case MIB_NO_INSTANCE:
	case MIB_END:
		(void)netsnmp_set_request_error(request, r,
		    SNMP_NOSUCHINSTANCE);
		break;
	case MIB_BUSY:
		(void)netsnmp_set_request_error(request, r, SNMP_ERR_GENERR);
		break;
	}
}

/* What is left as it was, the library asks of who comes after us. */
static void
answer_next(struct snmp_handler *h, netsnmp_agent_request_info *request,
    netsnmp_request_info *r)
{
	if (next(h, r, r->requestvb) == MIB_BUSY)
		(void)netsnmp_set_request_error(request, r, SNMP_ERR_GENERR);
}

/* Each value after the first is asked for by the name of the one before. */
static void
answer_bulk(struct snmp_handler *h, netsnmp_agent_request_info *request,
    netsnmp_request_info *r)
{
	enum mib_answer answer;

	while ((answer = next(h, r, r->requestvb)) == MIB_OK && r->repeat > 0) {
		netsnmp_variable_list *last = r->requestvb;

		if (last->next_variable == NULL)
			return;
		r->repeat--;
		r->inclusive = 0;
		r->requestvb = last->next_variable;
		(void)snmp_set_var_objid(r->requestvb, last->name,
		    last->name_length);
	}
	if (answer == MIB_BUSY)
		(void)netsnmp_set_request_error(request, r, SNMP_ERR_GENERR);
}

static enum mib_answer
next(struct snmp_handler *h, const netsnmp_request_info *r,
    netsnmp_variable_list *v)
{
	enum mib_answer answer = MIB_END;
	struct mib_value value;
	struct mib_oid found;
	oid name[MAX_OID_LEN];
	struct question q;

	ask(h, v, &q);
	if (q.after)
		return MIB_END;
	if (r->inclusive != 0 && !q.before) {
		answer = mib_view_get(h->view, q.suffix, q.len, &value);
		if (answer == MIB_OK)
			set_value(v, &value);
	}
	if (answer == MIB_OK || answer == MIB_BUSY)
		return answer;
	answer = mib_view_next(h->view, q.suffix, q.len, &found, &value);
	if (answer != MIB_OK)
		return answer;
	(void)snmp_set_var_objid(v, name, snmp_handler_oid(h, &found, name));
	set_value(v, &value);
	return MIB_OK;
}

static void
ask(const struct snmp_handler *h, const netsnmp_variable_list *v,
    struct question *q)
{
	uint32_t ids[MAX_OID_LEN];
	size_t n = v->name_length < MAX_OID_LEN ? v->name_length : MAX_OID_LEN;
	size_t i, of_base;
	int order;

	for (i = 0; i < n; i++)
		ids[i] = v->name[i] > UINT32_MAX ? UINT32_MAX
						 : (uint32_t)v->name[i];
	of_base = n < h->base_len ? n : h->base_len;
	*q = (struct question){ .len = 0 };
	order = mib_compare(ids, of_base, h->base, h->base_len);
	q->before = order < 0;
	q->after = order > 0;
	if (order == 0) {
		q->len = n - of_base;
		memcpy(q->suffix, ids + of_base, q->len * sizeof(ids[0]));
	}
}

static void
set_value(netsnmp_variable_list *v, const struct mib_value *value)
{
	struct counter64 c64 = { value->number >> 32,
		value->number & UINT32_MAX };
	u_long u = (u_long)value->number;
	long i = (long)(int32_t)value->number;

	switch (value->type) {
	case MIB_OCTETS:
		(void)snmp_set_var_typed_value(v, asn_type(value->type),
		    value->octets, value->len);
		break;
	case MIB_COUNTER64:
		(void)snmp_set_var_typed_value(v, asn_type(value->type), &c64,
		    sizeof(c64));
		break;
	case MIB_INTEGER:
		(void)snmp_set_var_typed_value(v, asn_type(value->type), &i,
		    sizeof(i));
		break;
	case MIB_GAUGE:
	case MIB_COUNTER:
	case MIB_TICKS:
		(void)snmp_set_var_typed_value(v, asn_type(value->type), &u,
		    sizeof(u));
		break;
	}
}

static u_char
asn_type(enum mib_type t)
{
	static const u_char types[] = {
		[MIB_INTEGER] = ASN_INTEGER,
		[MIB_OCTETS] = ASN_OCTET_STR,
		[MIB_GAUGE] = ASN_GAUGE,
		[MIB_COUNTER] = ASN_COUNTER,
		[MIB_COUNTER64] = ASN_COUNTER64,
		[MIB_TICKS] = ASN_TIMETICKS,
	};

	return types[t];
}
