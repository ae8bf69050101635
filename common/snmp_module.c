/* SPDX-License-Identifier: ISC */
/*
 * snmp_netsnmp.so: messages of SNMP by net-snmp's library.
 *
 * The library has a session whose transport is memory: what it sends goes to the host,
 * and it reads what the host has received.  It waits for nothing, knows no address, and
 * is told to read no file and no variable, and to write none.
 */
#include "snmp_module.h"

#include <stdlib.h>
#include <string.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/library/large_fd_set.h>

/* A transport has a descriptor, by which it is said to be readable. */
#define NO_SOCKET 0

/* That of a datagram. */
#define MESSAGE_MAX 65507

/* How often the library asks again by itself, when an engine's clock is another. */
#define RETRIES 2

/* And how often that may be so; a few questions are under way at the first time. */
#define LATE_MAX (2 * QUERIES_MAX)

/* The host has the clock. */
#define TIMEOUT_US (1000 * 1000000L)

struct snmp_codec {
	struct snmp_host host;
	void *session;
	netsnmp_session *terms; /* the library's, of the session */
	bool stranger;
	bool greeted; /* the answer to hello() has come ... */
	uint32_t greeting;
	const void *message; /* that is being taken */
	size_t len;
	unsigned late; /* how often our idea of its clock was wrong */
};

static bool start(void);
static const char *auth_wrong(const char *);
static const char *priv_wrong(const char *);
static const char *set_user(netsnmp_session *, const struct snmp_who *);
static const char *set_auth(netsnmp_session *, const struct snmp_who *);
static const char *set_priv(netsnmp_session *, const struct snmp_who *);
static netsnmp_transport *make_transport(struct snmp_codec *);
static int receive(netsnmp_transport *, void *, int, void **, int *);
static int transmit(netsnmp_transport *, const void *, int, void **, int *);
static int close_transport(netsnmp_transport *);
static bool submit(struct snmp_codec *, netsnmp_pdu *, uint32_t);
static int came(int, netsnmp_session *, int, netsnmp_pdu *, void *);
static void take_report(struct snmp_codec *, netsnmp_pdu *, uint32_t);
static const char *report_words(int);
static void take_response(struct snmp_codec *, const netsnmp_pdu *, uint32_t);
static const char *error_words(long);
static struct query_varbind *varbinds(const netsnmp_pdu *, size_t *);
static void convert(struct query_varbind *, const netsnmp_variable_list *);

static struct snmp_codec *
codec_open(const struct snmp_who *who, const struct snmp_host *host,
    const char **why)
{
	struct snmp_codec *c = calloc(1, sizeof(*c));
	netsnmp_transport *transport = NULL;
	netsnmp_session terms;

	*why = "no memory";
	if (c == NULL || !start())
		goto fail;
	c->host = *host;
	snmp_sess_init(&terms);
	terms.retries = RETRIES;
	terms.timeout = TIMEOUT_US;
	terms.callback = came;
	terms.myvoid = c;
	if (who->user == NULL) {
		terms.version = SNMP_VERSION_2c;
		terms.community = (u_char *)(uintptr_t)who->community;
		terms.community_len = strlen(who->community);
	} else {
		const char *wrong = set_user(&terms, who);

		c->stranger = true;
		if (wrong != NULL) {
			*why = wrong;
			goto fail;
		}
	}
	transport = make_transport(c);
	if (transport == NULL)
		goto fail;
	c->session = snmp_sess_add(&terms, transport, NULL, NULL);
	explicit_bzero(terms.securityAuthKey, sizeof(terms.securityAuthKey));
	explicit_bzero(terms.securityPrivKey, sizeof(terms.securityPrivKey));
	if (c->session == NULL)
		goto fail;
	c->terms = snmp_sess_session(c->session);
	return c;
fail:
	free(c);
	return NULL;
}

static void
codec_close(struct snmp_codec *c)
{
	if (c == NULL)
		return;
	if (c->terms->community != NULL)
		explicit_bzero(c->terms->community, c->terms->community_len);
	(void)snmp_sess_close(c->session);
	free(c);
}

static bool
is_stranger(const struct snmp_codec *c)
{
	return c->stranger;
}

/* The agent tells its engine in a report that it does not know ours. */
static bool
hello(struct snmp_codec *c, uint32_t ticket)
{
	netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_GET);

	if (pdu == NULL)
		return false;
	/* There is no user yet: his keys depend on the engine. */
	c->terms->flags |= SNMP_FLAGS_USER_CREATED;
	pdu->version = SNMP_VERSION_3;
	pdu->securityName = strdup("");
	pdu->securityNameLen = 0;
	pdu->securityLevel = SNMP_SEC_LEVEL_NOAUTH;
	pdu->securityModel = SNMP_SEC_MODEL_USM;
	c->greeting = ticket;
	return submit(c, pdu, ticket);
}

static bool
ask(struct snmp_codec *c, const struct query *q, uint32_t ticket)
{
	netsnmp_pdu *pdu = snmp_pdu_create(q->repetitions > 0 ? SNMP_MSG_GETBULK
							      : SNMP_MSG_GET);
	oid ids[MAX_OID_LEN];
	size_t i, j;

	if (pdu == NULL)
		return false;
	if (q->repetitions > 0) {
		pdu->non_repeaters = 0;
		pdu->max_repetitions = (long)q->repetitions;
	}
	for (i = 0; i < q->n; i++) {
		for (j = 0; j < q->oids[i].len; j++)
			ids[j] = q->oids[i].ids[j];
		if (snmp_add_null_var(pdu, ids, q->oids[i].len) == NULL) {
			snmp_free_pdu(pdu);
			return false;
		}
	}
	return submit(c, pdu, ticket);
}

static void
take(struct snmp_codec *c, const void *message, size_t len)
{
	netsnmp_large_fd_set fds;

	netsnmp_large_fd_set_init(&fds, FD_SETSIZE);
	NETSNMP_LARGE_FD_ZERO(&fds);
	NETSNMP_LARGE_FD_SET(NO_SOCKET, &fds);
	c->message = message;
	c->len = len;
	(void)snmp_sess_read2(c->session, &fds);
	c->message = NULL;
	netsnmp_large_fd_set_cleanup(&fds);
	if (!c->greeted)
		return;
	/* Only now the library has taken over what the agent said it is. */
	c->greeted = false;
	if (!c->stranger || c->terms->securityEngineIDLen == 0)
		return;
	c->terms->flags &= ~(u_long)SNMP_FLAGS_USER_CREATED;
	c->stranger = false;
	if (usm_create_user_from_session(c->terms) == SNMPERR_SUCCESS)
		c->host.answer(c->host.ctx, c->greeting, SNMP_STATUS_OK, NULL,
		    0, NULL);
	else
		c->host.answer(c->host.ctx, c->greeting, SNMP_STATUS_REFUSED,
		    NULL, 0, "the protocols of its user cannot be used");
}

const struct snmp_module snmp_module = {
	.version = SNMP_MODULE_VERSION,
	.auth_wrong = auth_wrong,
	.priv_wrong = priv_wrong,
	.open = codec_open,
	.close = codec_close,
	.is_stranger = is_stranger,
	.hello = hello,
	.ask = ask,
	.take = take,
};

/* Nothing of the machine's configuration is for us, and no directory is made. */
static bool
start(void)
{
	static bool started;
	static const int off[] = {
		NETSNMP_DS_LIB_DONT_READ_CONFIGS,
		NETSNMP_DS_LIB_DONT_PERSIST_STATE,
		NETSNMP_DS_LIB_DISABLE_PERSISTENT_LOAD,
		NETSNMP_DS_LIB_DISABLE_PERSISTENT_SAVE,
		NETSNMP_DS_LIB_ALARM_DONT_USE_SIG,
	};
	size_t i;

	if (started)
		return true;
	if (setenv("MIBS", "", 1) != 0 || setenv("MIBDIRS", "/dev/null", 1) ||
	    setenv("SNMPCONFPATH", "/dev/null", 1) ||
	    setenv("SNMP_PERSISTENT_DIR", "/dev/null", 1))
		return false;
	snmp_disable_log();
	for (i = 0; i < sizeof(off) / sizeof(off[0]); i++)
		(void)netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, off[i], 1);
	init_snmp("portstate");
	return started = true;
}

static const char *
auth_wrong(const char *name)
{
	int type = usm_lookup_auth_type(name);
	size_t len;

	return type > 0 && sc_get_auth_oid(type, &len) != NULL
	    ? NULL
	    : "is no protocol that net-snmp has here";
}

static const char *
priv_wrong(const char *name)
{
	int type = usm_lookup_priv_type(name);
	size_t len;

	return type > 0 && sc_get_priv_oid(type, &len) != NULL
	    ? NULL
	    : "is no protocol that net-snmp has here";
}

/* NULL, or why not. */
static const char *
set_user(netsnmp_session *s, const struct snmp_who *who)
{
	const char *why = NULL;

	s->version = SNMP_VERSION_3;
	s->securityModel = SNMP_SEC_MODEL_USM;
	s->flags |= SNMP_FLAGS_DONT_PROBE;
	s->securityName = (char *)(uintptr_t)who->user;
	s->securityNameLen = strlen(who->user);
	if (who->context != NULL) {
		s->contextName = (char *)(uintptr_t)who->context;
		s->contextNameLen = strlen(who->context);
	}
	s->securityLevel = SNMP_SEC_LEVEL_NOAUTH;
	if (who->auth_secret != NULL)
		why = set_auth(s, who);
	if (why == NULL && who->priv_secret != NULL)
		why = set_priv(s, who);
	return why;
}

static const char *
set_auth(netsnmp_session *s, const struct snmp_who *who)
{
	s->securityLevel = SNMP_SEC_LEVEL_AUTHNOPRIV;
	s->securityAuthProto = sc_get_auth_oid(usm_lookup_auth_type(who->auth),
	    &s->securityAuthProtoLen);
	s->securityAuthKeyLen = sizeof(s->securityAuthKey);
	if (s->securityAuthProto == NULL ||
	    generate_Ku(s->securityAuthProto, (u_int)s->securityAuthProtoLen,
		(const u_char *)who->auth_secret, strlen(who->auth_secret),
		s->securityAuthKey, &s->securityAuthKeyLen) != SNMPERR_SUCCESS)
		return "its authentication protocol cannot be used";
	return NULL;
}

/* Its key is made by the protocol of authentication. */
static const char *
set_priv(netsnmp_session *s, const struct snmp_who *who)
{
	s->securityLevel = SNMP_SEC_LEVEL_AUTHPRIV;
	s->securityPrivProto = sc_get_priv_oid(usm_lookup_priv_type(who->priv),
	    &s->securityPrivProtoLen);
	s->securityPrivKeyLen = sizeof(s->securityPrivKey);
	if (s->securityPrivProto == NULL ||
	    generate_Ku(s->securityAuthProto, (u_int)s->securityAuthProtoLen,
		(const u_char *)who->priv_secret, strlen(who->priv_secret),
		s->securityPrivKey, &s->securityPrivKeyLen) != SNMPERR_SUCCESS)
		return "its privacy protocol cannot be used";
	return NULL;
}

/* The library frees it, and its data. */
static netsnmp_transport *
make_transport(struct snmp_codec *c)
{
	netsnmp_transport *t = calloc(1, sizeof(*t));
	struct snmp_codec **whose = malloc(sizeof(struct snmp_codec *));

	if (t == NULL || whose == NULL) {
		free(t);
		free(whose);
		return NULL;
	}
	*whose = c;
	t->domain = netsnmpUDPDomain;
	t->domain_length = (int)netsnmpUDPDomain_len;
	t->sock = NO_SOCKET;
	t->flags = NETSNMP_TRANSPORT_FLAG_OPENED;
	t->msgMaxSize = MESSAGE_MAX;
	t->f_recv = receive;
	t->f_send = transmit;
	t->f_close = close_transport;
	t->data = whose;
	t->data_length = sizeof(*whose);
	return t;
}

static int
receive(netsnmp_transport *t, void *to, int room, void **opaque, int *len)
{
	const struct snmp_codec *c = *(struct snmp_codec **)t->data;

	*opaque = NULL;
	*len = 0;
	if (c->message == NULL || c->len > (size_t)room)
		return -1;
	memcpy(to, c->message, c->len);
	return (int)c->len;
}

static int
transmit(netsnmp_transport *t, const void *message, int len, void **opaque,
    int *opaque_len)
{
	const struct snmp_codec *c = *(struct snmp_codec **)t->data;

	(void)opaque;
	(void)opaque_len;
	if (len > 0)
		c->host.send(c->host.ctx, message, (size_t)len);
	return len;
}

static int
close_transport(netsnmp_transport *t)
{
	t->sock = -1;
	return 0;
}

static bool
submit(struct snmp_codec *c, netsnmp_pdu *pdu, uint32_t ticket)
{
	/* The library forgets it; without it, it would ask and wait by itself. */
	c->terms->flags |= SNMP_FLAGS_DONT_PROBE;
	if (snmp_sess_async_send(c->session, pdu, came,
		(void *)(uintptr_t)ticket) != 0)
		return true;
	snmp_free_pdu(pdu);
	return false;
}

/* One that the library found to be an answer, and let pass. */
static int
came(int operation, netsnmp_session *terms, int id, netsnmp_pdu *pdu,
    void *magic)
{
	struct snmp_codec *c = terms->myvoid;
	uint32_t ticket = (uint32_t)(uintptr_t)magic;

	(void)id;
	if (operation != NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE || ticket == 0)
		return 1;
	if (pdu->command == SNMP_MSG_REPORT)
		take_report(c, pdu, ticket);
	else if (pdu->command == SNMP_MSG_RESPONSE && !c->stranger &&
	    (terms->version != SNMP_VERSION_3 ||
		pdu->securityLevel == terms->securityLevel))
		take_response(c, pdu, ticket);
	return 1;
}

static void
take_report(struct snmp_codec *c, netsnmp_pdu *pdu, uint32_t ticket)
{
	int type = snmpv3_get_report_type(pdu);

	if (c->stranger && type == SNMPERR_UNKNOWN_ENG_ID)
		c->greeted = true;
	else if (type != SNMPERR_NOT_IN_TIME_WINDOW || c->late++ >= LATE_MAX)
		c->host.answer(c->host.ctx, ticket, SNMP_STATUS_REFUSED, NULL,
		    0, report_words(type));
}

/* RFC 3414 5, RFC 3412 5. */
static const char *
report_words(int type)
{
	switch (type) {
	case SNMPERR_UNKNOWN_USER_NAME:
		return "it does not know the user";
	case SNMPERR_UNSUPPORTED_SEC_LEVEL:
		return "the user has no such security level there";
	case SNMPERR_AUTHENTICATION_FAILURE:
		return "wrong digest: the authentication secret or protocol is "
		       "another there";
	case SNMPERR_DECRYPTION_ERR:
		return "it cannot decrypt: the privacy secret or protocol is "
		       "another there";
	case SNMPERR_NOT_IN_TIME_WINDOW:
		return "not in its time window";
	case SNMPERR_UNKNOWN_ENG_ID:
		return "it is another engine than it said";
	default:
		return "it reports an error, perhaps that it has no such "
		       "context";
	}
}

static void
take_response(struct snmp_codec *c, const netsnmp_pdu *pdu, uint32_t ticket)
{
	const struct snmp_host *h = &c->host;
	struct query_varbind *v;
	size_t n;

	switch (pdu->errstat) {
	case SNMP_ERR_NOERROR:
		v = varbinds(pdu, &n);
		if (v != NULL)
			h->answer(h->ctx, ticket, SNMP_STATUS_OK, v, n, NULL);
		else
			h->answer(h->ctx, ticket, SNMP_STATUS_REFUSED, NULL, 0,
			    "it answers more than was asked");
		free(v);
		break;
	case SNMP_ERR_TOOBIG:
		h->answer(h->ctx, ticket, SNMP_STATUS_TOO_BIG, NULL, 0, NULL);
		break;
	case SNMP_ERR_GENERR:
		h->answer(h->ctx, ticket, SNMP_STATUS_GEN_ERR, NULL, 0, NULL);
		break;
	default:
		h->answer(h->ctx, ticket, SNMP_STATUS_REFUSED, NULL, 0,
		    error_words(pdu->errstat));
	}
}

static const char *
error_words(long status)
{
	switch (status) {
	case SNMP_ERR_AUTHORIZATIONERROR:
		return "authorizationError: who asks may not read it";
	case SNMP_ERR_NOACCESS:
		return "noAccess: who asks may not read it";
	case SNMP_ERR_NOSUCHNAME:
		return "noSuchName: there is no PORTSTATE-MIB at that OID";
	case SNMP_ERR_RESOURCEUNAVAILABLE:
		return "resourceUnavailable";
	default:
		return "it answers with an error that is none of reading";
	}
}

/* NULL: too many, or no memory. */
static struct query_varbind *
varbinds(const netsnmp_pdu *pdu, size_t *n)
{
	const netsnmp_variable_list *from;
	struct query_varbind *v;

	*n = 0;
	for (from = pdu->variables; from != NULL; from = from->next_variable)
		++*n;
	if (*n > QUERY_VARBINDS_MAX)
		return NULL;
	v = calloc(*n + 1, sizeof(*v));
	if (v == NULL)
		return NULL;
	*n = 0;
	for (from = pdu->variables; from != NULL; from = from->next_variable)
		convert(&v[(*n)++], from);
	return v;
}

static void
convert(struct query_varbind *v, const netsnmp_variable_list *from)
{
	size_t i;

	v->kind = QUERY_VALUE;
	for (i = 0; i < from->name_length && i < QUERY_OID_MAX; i++)
		v->oid.ids[v->oid.len++] = (uint32_t)from->name[i];
	switch (from->type) {
	case ASN_INTEGER:
		v->type = MIB_INTEGER;
		v->number = (uint64_t)*from->val.integer;
		break;
	case ASN_GAUGE:
	case ASN_COUNTER:
	case ASN_TIMETICKS:
		v->type = from->type == ASN_GAUGE ? MIB_GAUGE
		    : from->type == ASN_COUNTER   ? MIB_COUNTER
						  : MIB_TICKS;
		v->number = (uint32_t)*from->val.integer;
		break;
	case ASN_COUNTER64:
		v->type = MIB_COUNTER64;
		v->number = (uint64_t)from->val.counter64->high << 32 |
		    (uint32_t)from->val.counter64->low;
		break;
	case ASN_OCTET_STR:
		v->type = MIB_OCTETS;
		v->octets = from->val.string;
		v->len = from->val_len;
		break;
	case SNMP_NOSUCHOBJECT:
		v->kind = QUERY_NO_OBJECT;
		break;
	case SNMP_NOSUCHINSTANCE:
		v->kind = QUERY_NO_INSTANCE;
		break;
	case SNMP_ENDOFMIBVIEW:
		v->kind = QUERY_END;
		break;
	default:
		v->kind = QUERY_OTHER;
	}
}
