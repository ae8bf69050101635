/* SPDX-License-Identifier: ISC */
#include "source_snmp.h"

#include "secret.h"
#include "snmp_agent.h"

#define COMMUNITY_USUAL "public"
#define AUTH_USUAL "SHA-256"
#define PRIV_USUAL "AES"

/* SNMPv3 wants so many bytes of a passphrase (RFC 3414 11.2). */
#define PASSPHRASE_MIN 8

struct secrets {
	struct secret community, auth, priv;
};

static bool read_secrets(const struct source_snmp *, struct secrets *,
    struct text *);
static bool ask(struct source_snmp *, struct snmp_agent *, struct portset *,
    struct text *);

const char *
source_snmp_option(const struct source_snmp *s)
{
	const struct {
		const char *option, *given;
	} options[] = {
		{ "--snmp", s->agent },
		{ "--snmp-community-file", s->community_file },
		{ "--snmp-user", s->user },
		{ "--snmp-auth", s->auth },
		{ "--snmp-auth-file", s->auth_file },
		{ "--snmp-priv", s->priv },
		{ "--snmp-priv-file", s->priv_file },
		{ "--snmp-context", s->context },
		{ "--snmp-oid", s->oid },
	};
	size_t i;

	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (options[i].given != NULL)
			return options[i].option;
	return NULL;
}

bool
source_snmp_fit(const struct source_snmp *s, struct text *error)
{
	const struct {
		const char *option, *given, *other, *needed;
	} needs[] = {
		{ source_snmp_option(s), source_snmp_option(s), "--snmp",
		    s->agent },
		{ "--snmp-auth-file", s->auth_file, "--snmp-user", s->user },
		{ "--snmp-auth", s->auth, "--snmp-auth-file", s->auth_file },
		{ "--snmp-priv-file", s->priv_file, "--snmp-auth-file",
		    s->auth_file },
		{ "--snmp-priv", s->priv, "--snmp-priv-file", s->priv_file },
		{ "--snmp-context", s->context, "--snmp-user", s->user },
	};
	size_t i;

	for (i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
		if (needs[i].given != NULL && needs[i].needed == NULL) {
			text_printf(error, "%s: cannot be used without %s",
			    needs[i].option, needs[i].other);
			return false;
		}
	if (s->community_file != NULL && s->user != NULL)
		text_puts(error,
		    "--snmp-community-file: cannot be used with --snmp-user");
	return error->len == 0;
}

bool
source_snmp_fill(struct source_snmp *s, struct portset *set, struct text *error)
{
	struct secrets secrets = { 0 };
	const struct snmp_who who = {
		.community = s->community_file != NULL ? secrets.community.word
						       : COMMUNITY_USUAL,
		.user = s->user,
		.auth = s->auth != NULL ? s->auth : AUTH_USUAL,
		.auth_secret = s->auth_file != NULL ? secrets.auth.word : NULL,
		.priv = s->priv != NULL ? s->priv : PRIV_USUAL,
		.priv_secret = s->priv_file != NULL ? secrets.priv.word : NULL,
		.context = s->context,
	};
	struct snmp_agent *agent = NULL;
	bool ok = false;
	struct text why;

	if (!read_secrets(s, &secrets, error))
		goto out;
	text_init(&why, error->max);
	agent = snmp_agent_open(&s->place, &who, s->until_us, &why);
	explicit_bzero(&secrets, sizeof(secrets));
	ok = agent != NULL && ask(s, agent, set, &why);
	if (!ok) {
		text_escape_string(error, s->agent);
		text_printf(error, ": %s", why.data);
	}
	snmp_agent_close(agent);
	text_free(&why);
out:
	explicit_bzero(&secrets, sizeof(secrets));
	return ok;
}

static bool
read_secrets(const struct source_snmp *s, struct secrets *to,
    struct text *error)
{
	return (s->community_file == NULL ||
		   secret_read(&to->community, s->community_file, 1, error)) &&
	    (s->auth_file == NULL ||
		secret_read(&to->auth, s->auth_file, PASSPHRASE_MIN, error)) &&
	    (s->priv_file == NULL ||
		secret_read(&to->priv, s->priv_file, PASSPHRASE_MIN, error));
}

static bool
ask(struct source_snmp *s, struct snmp_agent *agent, struct portset *set,
    struct text *why)
{
	const struct query_agent queries = snmp_agent_queries(agent);

	s->told = portset_snmp_read(&queries, &s->wishes, set, why);
	if (s->told == NULL)
		return false;
	if (s->told->complete || !s->strict)
		return true;
	text_puts(why, s->told->note.data);
	portset_free(set);
	portset_snmp_free(s->told);
	s->told = NULL;
	return false;
}
