/* SPDX-License-Identifier: ISC */
/*
 * The module tls_openssl.so: TLS by OpenSSL 3.  It reads no configuration file
 * and no environment, and asks for no passphrase.
 */
#include "tls_module.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"

/* Of all names offered, on the wire. */
#define ALPN_MAX 1024

/* Tickets and the like that may come between two pieces of data. */
#define MESSAGES_MAX 64

struct tls_shared {
	const struct tls_conf *conf;
	SSL_CTX *ctx;
	BIO_METHOD *method;
};

struct tls_session {
	const struct tls_shared *shared;
	const struct tls_io *io;
	const struct tls_peer *peer;
	SSL *ssl;
	bool ended;
	bool starved; /* there was nothing more to read */
	bool asked;   /* the peer wants our certificate */
	enum outcome verified;
	char why[sizeof(((struct handshake *)NULL)->why)];
	struct cert culprit;
};

static struct tls_shared *open_shared(const struct tls_conf *, char *);
static bool configure(struct tls_shared *, char *);
static bool trust(SSL_CTX *, const struct tls_conf *, char *);
static bool use_client_cert(SSL_CTX *, const struct tls_conf *, char *);
static bool offer(SSL_CTX *, const char *);
static int no_passphrase(char *, int, int, void *);
static void close_shared(struct tls_shared *);
static struct tls_session *start(struct tls_shared *, const struct tls_io *,
    const struct tls_peer *);
static void free_session(struct tls_session *);
static BIO_METHOD *new_method(void);
static int bio_read(BIO *, char *, int);
static int bio_write(BIO *, const char *, int);
static long bio_ctrl(BIO *, int, long, void *);
static enum tls_status handshake(struct tls_session *, char *);
static int asked(SSL *, void *);
static enum tls_status settle(struct tls_session *, char *);
static int verify(X509_STORE_CTX *, void *);
static int verify_failed(int, X509_STORE_CTX *);
static bool note(struct tls_session *, enum outcome, const char *);
static bool is_grave(enum outcome);
static void verify_name(struct tls_session *);
static bool is_for(X509 *, const char *);
static enum tls_status status(const struct tls_session *, int, char *);
static void reason(char *);
static const char *alert(int);
static size_t certs(const struct tls_session *);
static void told(const struct tls_session *, struct handshake *);
static void tell_rest(struct handshake *, const STACK_OF(X509) *);
static void tell_cert(struct cert *, X509 *);
static void tell_name(char *, size_t, const X509_NAME *, X509 *);
static bool tell_string(char *, size_t, const ASN1_STRING *);
static int64_t seconds(const ASN1_TIME *);
static enum tls_status receive(struct tls_session *, void *, size_t, size_t *,
    char *);
static enum tls_status transmit(struct tls_session *, const void *, size_t,
    size_t *, char *);
static void end(struct tls_session *);

const struct tls_module tls_module = {
	.version = TLS_MODULE_VERSION,
	.open = open_shared,
	.close = close_shared,
	.start = start,
	.free = free_session,
	.handshake = handshake,
	.settle = settle,
	.certs = certs,
	.told = told,
	.recv = receive,
	.send = transmit,
	.end = end,
};

static struct tls_shared *
open_shared(const struct tls_conf *conf, char *why)
{
	struct tls_shared *s;

	why[0] = '\0';
	(void)OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG |
		OPENSSL_INIT_NO_ATEXIT,
	    NULL);
	ERR_clear_error();
	s = calloc(1, sizeof(*s));
	if (s != NULL) {
		s->conf = conf;
		s->ctx = SSL_CTX_new(TLS_client_method());
		s->method = new_method();
		if (s->ctx != NULL && s->method != NULL && configure(s, why))
			return s;
	}
	if (why[0] == '\0')
		reason(why);
	close_shared(s);
	return NULL;
}

static bool
configure(struct tls_shared *s, char *why)
{
	const struct tls_conf *conf = s->conf;
	int min = conf->min_version != 0 ? conf->min_version : TLS_1_2;

	if (SSL_CTX_set_min_proto_version(s->ctx, min) != 1)
		return false;
	/* Who has no certificate has ciphers of its own, of the lowest level. */
	if (conf->anonymous &&
	    SSL_CTX_set_cipher_list(s->ctx, "ALL:@SECLEVEL=0") != 1)
		return false;
	/* What is older has nothing but what a higher level forbids. */
	if (min < TLS_1_2)
		SSL_CTX_set_security_level(s->ctx, 0);
	SSL_CTX_set_options(s->ctx,
	    SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
		SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_mode(s->ctx,
	    SSL_MODE_ENABLE_PARTIAL_WRITE |
		SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	/* It would read tickets for as long as somebody sends them. */
	SSL_CTX_clear_mode(s->ctx, SSL_MODE_AUTO_RETRY);
	SSL_CTX_set_session_cache_mode(s->ctx, SSL_SESS_CACHE_OFF);
	/*
	 * In the handshake: one call for all that is there, not two for each
	 * record.  Later it would read tickets for ever, too.
	 */
	SSL_CTX_set_read_ahead(s->ctx, 1);
	SSL_CTX_set_verify(s->ctx, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_cert_verify_callback(s->ctx, verify, NULL);
	SSL_CTX_set_cert_cb(s->ctx, asked, NULL);
	SSL_CTX_set_default_passwd_cb(s->ctx, no_passphrase);
	return (!conf->verify || trust(s->ctx, conf, why)) &&
	    (conf->client_cert == NULL || use_client_cert(s->ctx, conf, why)) &&
	    (conf->alpn == NULL || offer(s->ctx, conf->alpn));
}

/* By their names, not by what the environment says of them. */
static bool
trust(SSL_CTX *ctx, const struct tls_conf *conf, char *why)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);

	if (conf->ca_file == NULL) {
		(void)X509_STORE_load_path(store, X509_get_default_cert_dir());
		(void)X509_STORE_load_file(store, X509_get_default_cert_file());
		ERR_clear_error();
		return true;
	}
	/* What is in the file is trusted, root or not. */
	(void)X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
	if (X509_STORE_load_file(store, conf->ca_file) == 1)
		return true;
	(void)snprintf(why, TLS_WHY_MAX, "--ca-file: %.100s: ", conf->ca_file);
	reason(why);
	return false;
}

static bool
use_client_cert(SSL_CTX *ctx, const struct tls_conf *conf, char *why)
{
	const char *key = conf->client_key != NULL ? conf->client_key
						   : conf->client_cert;

	if (SSL_CTX_use_certificate_chain_file(ctx, conf->client_cert) != 1) {
		(void)snprintf(why, TLS_WHY_MAX,
		    "--client-cert: %.100s: ", conf->client_cert);
		reason(why);
		return false;
	}
	if (SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(ctx) != 1) {
		(void)snprintf(why, TLS_WHY_MAX, "--client-key: %.100s: ", key);
		reason(why);
		return false;
	}
	return true;
}

/* Each name with its length in front. */
static bool
offer(SSL_CTX *ctx, const char *names)
{
	unsigned char wire[ALPN_MAX];
	size_t len, n = 0;

	for (;; names += len + 1) {
		len = strcspn(names, ",");
		if (len > UINT8_MAX || n + 1 + len > sizeof(wire))
			return false;
		wire[n++] = (unsigned char)len;
		memcpy(wire + n, names, len);
		n += len;
		if (names[len] == '\0')
			return SSL_CTX_set_alpn_protos(ctx, wire,
				   (unsigned)n) == 0;
	}
}

/* OpenSSL's own would ask on the terminal. */
static int
no_passphrase(char *buf, int size, int rwflag, void *ctx)
{
	(void)buf;
	(void)size;
	(void)rwflag;
	(void)ctx;
	return -1;
}

static void
close_shared(struct tls_shared *s)
{
	if (s == NULL)
		return;
	SSL_CTX_free(s->ctx);
	BIO_meth_free(s->method);
	free(s);
}

static struct tls_session *
start(struct tls_shared *shared, const struct tls_io *io,
    const struct tls_peer *peer)
{
	struct tls_session *s = calloc(1, sizeof(*s));
	BIO *bio;

	if (s == NULL)
		return NULL;
	s->shared = shared;
	s->io = io;
	s->peer = peer;
	s->verified = OUTCOME_OK;
	s->ssl = SSL_new(shared->ctx);
	bio = BIO_new(shared->method);
	if (s->ssl == NULL || bio == NULL || SSL_set_app_data(s->ssl, s) != 1 ||
	    (peer->sni != NULL &&
		SSL_set_tlsext_host_name(s->ssl,
		    (char *)(uintptr_t)peer->sni) != 1)) {
		BIO_free(bio);
		free_session(s);
		return NULL;
	}
	BIO_set_data(bio, s);
	BIO_set_init(bio, 1);
	SSL_set_bio(s->ssl, bio, bio);
	SSL_set_connect_state(s->ssl);
	return s;
}

static void
free_session(struct tls_session *s)
{
	if (s == NULL)
		return;
	SSL_free(s->ssl);
	free(s);
}

static BIO_METHOD *
new_method(void)
{
	BIO_METHOD *m = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "portstate");

	if (m == NULL || BIO_meth_set_read(m, bio_read) != 1 ||
	    BIO_meth_set_write(m, bio_write) != 1 ||
	    BIO_meth_set_ctrl(m, bio_ctrl) != 1) {
		BIO_meth_free(m);
		return NULL;
	}
	return m;
}

static int
bio_read(BIO *bio, char *to, int room)
{
	struct tls_session *s = BIO_get_data(bio);
	ssize_t n = s->io->recv(s->io->ctx, to, (size_t)room);

	BIO_clear_retry_flags(bio);
	s->starved = n == -1 && errno == EAGAIN;
	if (s->starved)
		BIO_set_retry_read(bio);
	s->ended = n == 0;
	return (int)n;
}

static int
bio_write(BIO *bio, const char *p, int len)
{
	struct tls_session *s = BIO_get_data(bio);
	ssize_t n = s->io->send(s->io->ctx, p, (size_t)len);

	BIO_clear_retry_flags(bio);
	if (n == -1 && errno == EAGAIN)
		BIO_set_retry_write(bio);
	return (int)n;
}

static long
bio_ctrl(BIO *bio, int what, long number, void *p)
{
	const struct tls_session *s = BIO_get_data(bio);

	(void)number;
	(void)p;
	switch (what) {
	case BIO_CTRL_FLUSH:
		return 1;
	case BIO_CTRL_EOF:
		return s->ended;
	default:
		return 0;
	}
}

static enum tls_status
handshake(struct tls_session *s, char *why)
{
	const unsigned char *alpn;
	unsigned len;
	int n;

	ERR_clear_error();
	n = SSL_do_handshake(s->ssl);
	if (n != 1)
		return status(s, n, why);
	SSL_set_read_ahead(s->ssl, 0);
	SSL_get0_alpn_selected(s->ssl, &alpn, &len);
	if (s->shared->conf->alpn != NULL && len == 0) {
		(void)snprintf(why, TLS_WHY_MAX,
		    "the peer chose none of the protocols offered (ALPN)");
		return TLS_FAILED;
	}
	if (s->shared->conf->verify)
		verify_name(s);
	return TLS_DONE;
}

static int
asked(SSL *ssl, void *arg)
{
	struct tls_session *s = SSL_get_app_data(ssl);

	(void)arg;
	s->asked = true;
	return 1;
}

/*
 * In TLS 1.3 we have done before the peer has seen our certificate.  What it
 * says next, be it a ticket, tells that it takes it, or an alert that it does
 * not.  Data are left where they are.
 */
static enum tls_status
settle(struct tls_session *s, char *why)
{
	enum tls_status got;
	unsigned char byte;
	size_t n;

	if (!s->asked || SSL_version(s->ssl) < TLS1_3_VERSION)
		return TLS_DONE;
	ERR_clear_error();
	if (SSL_peek_ex(s->ssl, &byte, sizeof(byte), &n) == 1)
		return TLS_DONE;
	got = status(s, 0, why);
	return got == TLS_READ && !s->starved ? TLS_DONE : got;
}

/* The handshake goes on in any case: all there is to say shall be said. */
static int
verify(X509_STORE_CTX *x, void *arg)
{
	(void)arg;
	const SSL *ssl = X509_STORE_CTX_get_ex_data(x,
	    SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls_session *s = SSL_get_app_data(ssl);

	if (!s->shared->conf->verify)
		return 1;
	X509_STORE_CTX_set_verify_cb(x, verify_failed);
	if (X509_verify_cert(x) != 1 && s->verified == OUTCOME_OK)
		(void)note(s, OUTCOME_CERT_UNTRUSTED,
		    X509_verify_cert_error_string(X509_STORE_CTX_get_error(x)));
	return 1;
}

static int
verify_failed(int ok, X509_STORE_CTX *x)
{
	const SSL *ssl = X509_STORE_CTX_get_ex_data(x,
	    SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls_session *s = SSL_get_app_data(ssl);
	int error = X509_STORE_CTX_get_error(x);
	X509 *cert = X509_STORE_CTX_get_current_cert(x);
	enum outcome o = OUTCOME_CERT_UNTRUSTED;

	if (ok)
		return 1;
	if (error == X509_V_ERR_CERT_HAS_EXPIRED)
		o = OUTCOME_CERT_EXPIRED;
	else if (error == X509_V_ERR_CERT_NOT_YET_VALID)
		o = OUTCOME_CERT_NOT_YET_VALID;
	if (note(s, o, X509_verify_cert_error_string(error)) && cert != NULL)
		tell_cert(&s->culprit, cert);
	return 1;
}

/*
 * The first finding counts, but dates only where there is nothing else.  Whether
 * this one does.
 */
static bool
note(struct tls_session *s, enum outcome o, const char *why)
{
	if (is_grave(s->verified) ||
	    (s->verified != OUTCOME_OK && !is_grave(o)))
		return false;
	s->verified = o;
	(void)snprintf(s->why, sizeof(s->why), "%s", why);
	return true;
}

static bool
is_grave(enum outcome o)
{
	return o == OUTCOME_CERT_UNTRUSTED || o == OUTCOME_CERT_MISMATCH;
}

static void
verify_name(struct tls_session *s)
{
	X509 *peer = SSL_get0_peer_certificate(s->ssl);
	const char *name = s->peer->name, *address = s->peer->address;

	if (peer == NULL)
		(void)note(s, OUTCOME_CERT_UNTRUSTED, "no certificate");
	else if (name == NULL && address == NULL)
		(void)note(s, OUTCOME_CERT_MISMATCH,
		    "there is no name to verify");
	else if (name != NULL && !is_for(peer, name))
		(void)note(s, OUTCOME_CERT_MISMATCH, "hostname mismatch");
	else if (address != NULL && X509_check_ip_asc(peer, address, 0) != 1)
		(void)note(s, OUTCOME_CERT_MISMATCH, "IP address mismatch");
}

/* With a dot in front, OpenSSL would take any name that ends so. */
static bool
is_for(X509 *peer, const char *name)
{
	return name[0] != '.' &&
	    X509_check_host(peer, name, 0, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS,
		NULL) == 1;
}

/* Of a call that returned n, which is no success. */
static enum tls_status
status(const struct tls_session *s, int n, char *why)
{
	switch (SSL_get_error(s->ssl, n)) {
	case SSL_ERROR_WANT_READ:
		return TLS_READ;
	case SSL_ERROR_WANT_WRITE:
		return TLS_WRITE;
	case SSL_ERROR_ZERO_RETURN:
		return TLS_CLOSED;
	default:
		reason(why);
		return TLS_FAILED;
	}
}

/* Appends the reason of the first error; nothing if there is none. */
static void
reason(char *why)
{
	size_t len = strlen(why);
	unsigned long error = ERR_get_error();
	int code = ERR_GET_REASON(error);
	const char *text = ERR_reason_error_string(error);

	if (error == 0)
		return;
	if (ERR_SYSTEM_ERROR(error))
		text = strerror(code);
	else if (code == ERR_R_INTERRUPTED_OR_CANCELLED)
		text = "it is locked with a passphrase";
	else if (ERR_GET_LIB(error) == ERR_LIB_OSSL_DECODER &&
	    code == ERR_R_UNSUPPORTED)
		text = "there is no private key in it";
	else if (ERR_GET_LIB(error) != ERR_LIB_SSL)
		;
	else if (code >= SSL_AD_REASON_OFFSET)
		return (void)snprintf(why + len, TLS_WHY_MAX - len,
		    "the peer sent the alert: %s",
		    alert(code - SSL_AD_REASON_OFFSET));
	else if (code == SSL_R_UNSUPPORTED_PROTOCOL ||
	    code == SSL_R_VERSION_TOO_LOW)
		text = "the peer's version of TLS is too low";
	(void)snprintf(why + len, TLS_WHY_MAX - len, "%s",
	    text != NULL ? text : "an error without a name");
}

/* Two of TLS 1.3 (RFC 8446 6) have no name in OpenSSL. */
static const char *
alert(int code)
{
	switch (code) {
	case SSL_AD_MISSING_EXTENSION:
		return "missing extension";
	case SSL_AD_CERTIFICATE_REQUIRED:
		return "certificate required";
	default:
		return SSL_alert_desc_string_long(code);
	}
}

static size_t
certs(const struct tls_session *s)
{
	int n = sk_X509_num(SSL_get_peer_cert_chain(s->ssl));

	return n < 0                          ? 0
	    : (size_t)n > HANDSHAKE_CERTS_MAX ? HANDSHAKE_CERTS_MAX
					      : (size_t)n;
}

static void
told(const struct tls_session *s, struct handshake *h)
{
	const STACK_OF(X509) *chain = SSL_get_peer_cert_chain(s->ssl);
	const unsigned char *alpn;
	unsigned len;
	size_t i;

	(void)snprintf(h->version, sizeof(h->version), "%s",
	    SSL_get_version(s->ssl));
	(void)snprintf(h->cipher, sizeof(h->cipher), "%s",
	    SSL_get_cipher_name(s->ssl));
	SSL_get0_alpn_selected(s->ssl, &alpn, &len);
	(void)snprintf(h->alpn, sizeof(h->alpn), "%.*s", (int)len,
	    len > 0 ? (const char *)alpn : "");
	h->at_s = time(NULL);
	h->verified = s->verified;
	memcpy(h->why, s->why, sizeof(h->why));
	h->culprit = s->culprit;
	for (i = 0; i < h->n; i++)
		tell_cert(&h->certs[i], sk_X509_value(chain, (int)i));
	if (sk_X509_num(chain) > HANDSHAKE_CERTS_MAX)
		tell_rest(h, chain);
}

/* Of what does not fit, the dates that count. */
static void
tell_rest(struct handshake *h, const STACK_OF(X509) * chain)
{
	struct cert *first = &h->certs[HANDSHAKE_CERTS_MAX - 2];
	struct cert *last = &h->certs[HANDSHAKE_CERTS_MAX - 1], c;
	int i = HANDSHAKE_CERTS_MAX - 2;

	for (*last = *first; i < sk_X509_num(chain); i++) {
		c = (struct cert){ 0 };
		tell_cert(&c, sk_X509_value(chain, i));
		if (c.not_after_s < first->not_after_s)
			*first = c;
		if (c.not_before_s > last->not_before_s)
			*last = c;
	}
}

static void
tell_cert(struct cert *c, X509 *x)
{
	tell_name(c->subject, sizeof(c->subject), X509_get_subject_name(x), x);
	tell_name(c->issuer, sizeof(c->issuer), X509_get_issuer_name(x), NULL);
	c->not_before_s = seconds(X509_get0_notBefore(x));
	c->not_after_s = seconds(X509_get0_notAfter(x));
}

/* A subject may have no name but the alternative ones of its certificate x. */
static void
tell_name(char *out, size_t size, const X509_NAME *name, X509 *x)
{
	static const int nids[] = { NID_commonName, NID_organizationalUnitName,
		NID_organizationName };
	GENERAL_NAMES *names;
	size_t i;
	int at;

	for (i = 0; i < sizeof(nids) / sizeof(nids[0]); i++) {
		at = X509_NAME_get_index_by_NID(name, nids[i], -1);
		if (at >= 0 &&
		    tell_string(out, size,
			X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name,
			    at))))
			return;
		if (i > 0 || x == NULL)
			continue;
		names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
		for (at = 0; at < sk_GENERAL_NAME_num(names); at++) {
			GENERAL_NAME *n = sk_GENERAL_NAME_value(names, at);

			if (n->type == GEN_DNS &&
			    tell_string(out, size, n->d.dNSName))
				break;
		}
		at = at < sk_GENERAL_NAME_num(names);
		GENERAL_NAMES_free(names);
		if (at)
			return;
	}
}

static bool
tell_string(char *out, size_t size, const ASN1_STRING *string)
{
	unsigned char *utf8 = NULL;
	int len = ASN1_STRING_to_UTF8(&utf8, string);
	size_t i, n;

	if (len <= 0)
		return false;
	n = (size_t)len < size ? (size_t)len : size - 1;
	for (i = 0; i < n; i++)
		out[i] = utf8[i] != '\0' ? (char)utf8[i] : '?';
	out[n] = '\0';
	OPENSSL_free(utf8);
	return true;
}

/*
 * What is no time is long ago.  timegm() and gmtime(), which ASN1_TIME_set()
 * asks, would open the file of the time zone that the environment names.
 */
static int64_t
seconds(const ASN1_TIME *t)
{
	ASN1_TIME *epoch = ASN1_TIME_new();
	int64_t s = 0;
	int days, rest;

	if (epoch != NULL &&
	    ASN1_TIME_set_string(epoch, "700101000000Z") == 1 &&
	    ASN1_TIME_diff(&days, &rest, epoch, t) == 1)
		s = days * CLOCK_DAY_S + rest;
	ASN1_TIME_free(epoch);
	return s > 0 ? s : 0;
}

static enum tls_status
receive(struct tls_session *s, void *to, size_t room, size_t *n, char *why)
{
	enum tls_status got;
	int i;

	for (i = 0; i < MESSAGES_MAX; i++) {
		ERR_clear_error();
		if (SSL_read_ex(s->ssl, to, room, n) == 1)
			return TLS_DONE;
		got = status(s, 0, why);
		if (got != TLS_READ || s->starved)
			return got;
	}
	(void)snprintf(why, TLS_WHY_MAX, "messages, but no data");
	return TLS_FAILED;
}

static enum tls_status
transmit(struct tls_session *s, const void *p, size_t len, size_t *n, char *why)
{
	int ok;

	ERR_clear_error();
	ok = SSL_write_ex(s->ssl, p, len, n);
	return ok == 1 ? TLS_DONE : status(s, ok, why);
}

static void
end(struct tls_session *s)
{
	ERR_clear_error();
	(void)SSL_shutdown(s->ssl);
}
