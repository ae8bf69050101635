/* SPDX-License-Identifier: ISC */
#include "config_merged.h"

#include "proto.h"

/* Keys of conversations, where a handler is in the place of one. */
static const enum config_key conversation[] = { CONFIG_PROTOCOL,
	CONFIG_STARTTLS, CONFIG_SEND, CONFIG_SEND_HEX, CONFIG_EXPECT,
	CONFIG_EXPECT_PREFIX, CONFIG_EXPECT_REGEX, CONFIG_EXPECT_HEX,
	CONFIG_EXPECT_NOT, CONFIG_ALL, CONFIG_QUIT, CONFIG_ESCAPE,
	CONFIG_DIALOGUE, CONFIG_DIALOGUE_FILE, CONFIG_DNS_QUERY,
	CONFIG_DNS_RCODE, CONFIG_DNS_ADDRESS, CONFIG_ANY_SOURCE_PORT,
	CONFIG_OFFSET_WARNING, CONFIG_OFFSET_CRITICAL, CONFIG_MAXBYTES,
	CONFIG_DELAY, CONFIG_WAIT, CONFIG_TLS, CONFIG_CERT_DAYS, CONFIG_SNI,
	CONFIG_VERIFY, CONFIG_VERIFY_NAME, CONFIG_CA_FILE, CONFIG_TLS_MIN,
	CONFIG_CLIENT_CERT, CONFIG_CLIENT_KEY, CONFIG_ALPN };

static void leave_out(struct merged *);

void
merged_init(struct merged *m, const struct config_layers *l)
{
	size_t i, j;

	*m = (struct merged){ 0 };
	for (i = 0; i < l->n; i++)
		for (j = 0; l->layers[i] != NULL && j < l->layers[i]->n; j++) {
			const struct config_value *v = &l->layers[i]->values[j];

			if (m->values[v->key] != NULL)
				continue;
			m->values[v->key] = v;
			m->own[v->key] = i < l->n_own;
			m->layer[v->key] = (uint8_t)i;
		}
	leave_out(m);
}

/* What is said farther off, and what is said nearer makes to be of no use. */
static void
leave_out(struct merged *m)
{
	static const enum config_key trust[] = { CONFIG_VERIFY_NAME,
		CONFIG_CA_FILE };
	bool tls = merged_has_tls(m);
	size_t i;

	for (i = 0; i < CONFIG_KEYS; i++)
		if ((config_rows[i].levels & CONFIG_WITH_TLS) != 0 &&
		    !m->own[i] && !tls)
			m->values[i] = NULL;
	for (i = 0; i < sizeof(trust) / sizeof(trust[0]); i++)
		if (m->values[CONFIG_VERIFY] != NULL &&
		    m->values[CONFIG_VERIFY]->n == 0 &&
		    m->layer[trust[i]] > m->layer[CONFIG_VERIFY])
			m->values[trust[i]] = NULL;
	if (!m->own[CONFIG_HANDLER] && merged_conversation(m) != CONFIG_KEYS)
		m->values[CONFIG_HANDLER] = NULL;
}

bool
merged_has(const struct merged *m, enum config_key key)
{
	return m->values[key] != NULL && m->values[key]->n > 0;
}

const char *
merged_word(const struct merged *m, enum config_key key)
{
	return merged_has(m, key) ? m->values[key]->words[0].s : NULL;
}

bool
merged_has_tls(const struct merged *m)
{
	const char *name = merged_word(m, CONFIG_PROTOCOL);
	const struct proto *p = name != NULL ? proto_find(name) : NULL;
	size_t i;

	if (merged_has(m, CONFIG_UDP))
		return false;
	if (merged_has(m, CONFIG_TLS) || merged_has(m, CONFIG_STARTTLS) ||
	    (p != NULL && (p->tls || steps_to(p->steps, p->n, STEP_TLS) > 0)))
		return true;
	for (i = 0; i < CONFIG_KEYS; i++)
		if ((config_rows[i].levels & CONFIG_WITH_TLS) != 0 &&
		    m->own[i] && merged_has(m, (enum config_key)i))
			return true;
	return false;
}

enum config_key
merged_conversation(const struct merged *m)
{
	size_t i;

	for (i = 0; i < sizeof(conversation) / sizeof(conversation[0]); i++)
		if (m->own[conversation[i]] && merged_has(m, conversation[i]))
			return conversation[i];
	return CONFIG_KEYS;
}
