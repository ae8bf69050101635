/* SPDX-License-Identifier: ISC */
/*
 * TLS against a server of OpenSSL's own in this process.  The two are joined by
 * the test, which hands the server's bytes on as it likes.
 */
#include "tls.h"

#include <sys/socket.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "engine.h"
#include "stream_probe.h"
#include "unit.h"

#define DAY 86400

/* More than any turn of a handshake has. */
#define TURNS 200000

static char directory[] = "/tmp/test_tls.XXXXXX";
static char ca_file[64], other_ca_file[64], leaf_file[64], key_file[64],
    locked_file[64], empty_file[64];

/* Who there is, made once. */
static EVP_PKEY *ca_key, *other_key, *leaf_key;
static X509 *ca, *other_ca;
static int64_t made_s;

static struct tls_conf conf;
static struct tls_context *context;
static struct tls *tls;
static SSL_CTX *server_ctx;
static SSL *server;
static int fds[2]; /* the client's, and what the server's bytes go to */

static EVP_PKEY *
new_key(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");

	ck_assert_ptr_nonnull(key);
	return key;
}

static void
add_ext(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	ck_assert_ptr_nonnull(e);
	ck_assert_int_eq(X509_add_ext(x, e, -1), 1);
	X509_EXTENSION_free(e);
}

/* A certificate; issuer NULL: its own.  alt may be NULL. */
static X509 *
new_cert(const char *name, EVP_PKEY *key, X509 *issuer, EVP_PKEY *issuer_key,
    int64_t from_s, int64_t to_s, const char *alt)
{
	static long serial;
	X509 *x = X509_new();
	X509_NAME *n = X509_get_subject_name(x);

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
	ASN1_TIME_set(X509_getm_notBefore(x), made_s + from_s);
	ASN1_TIME_set(X509_getm_notAfter(x), made_s + to_s);
	if (name[0] != '\0')
		X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_UTF8,
		    (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(x,
	    issuer != NULL ? X509_get_subject_name(issuer) : n);
	X509_set_pubkey(x, key);
	if (issuer == NULL)
		add_ext(x, NID_basic_constraints, "critical,CA:TRUE");
	if (alt != NULL)
		add_ext(x, NID_subject_alt_name, alt);
	ck_assert_int_gt(X509_sign(x, issuer_key, EVP_sha256()), 0);
	return x;
}

static void
write_cert(char *path, const char *name, X509 *x)
{
	FILE *f;

	snprintf(path, sizeof(ca_file), "%s/%s", directory, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	if (x != NULL)
		PEM_write_X509(f, x);
	fclose(f);
}

static void
write_key(char *path, const char *name, EVP_PKEY *key, const char *phrase)
{
	FILE *f;

	snprintf(path, sizeof(ca_file), "%s/%s", directory, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	PEM_write_PrivateKey(f, key, phrase != NULL ? EVP_aes_128_cbc() : NULL,
	    (const unsigned char *)phrase,
	    phrase != NULL ? (int)strlen(phrase) : 0, NULL, NULL);
	fclose(f);
}

static void
make_all(void)
{
	X509 *leaf;

	made_s = time(NULL);
	ck_assert_ptr_nonnull(mkdtemp(directory));
	ca_key = new_key();
	other_key = new_key();
	leaf_key = new_key();
	ca = new_cert("Test CA", ca_key, NULL, ca_key, -DAY, 100 * DAY, NULL);
	other_ca = new_cert("Other CA", other_key, NULL, other_key, -DAY,
	    100 * DAY, NULL);
	leaf = new_cert("client.test", leaf_key, ca, ca_key, -DAY, DAY, NULL);
	write_cert(ca_file, "ca", ca);
	write_cert(other_ca_file, "other", other_ca);
	write_cert(leaf_file, "leaf", leaf);
	write_cert(empty_file, "empty", NULL);
	write_key(key_file, "key", leaf_key, NULL);
	write_key(locked_file, "locked", leaf_key, "secret");
	X509_free(leaf);
}

static void
remove_all(void)
{
	unlink(ca_file);
	unlink(other_ca_file);
	unlink(leaf_file);
	unlink(key_file);
	unlink(locked_file);
	unlink(empty_file);
	rmdir(directory);
	X509_free(ca);
	X509_free(other_ca);
	EVP_PKEY_free(ca_key);
	EVP_PKEY_free(other_key);
	EVP_PKEY_free(leaf_key);
}

static void
set_cert(X509 *x, EVP_PKEY *key)
{
	ck_assert_int_eq(SSL_CTX_use_certificate(server_ctx, x), 1);
	ck_assert_int_eq(SSL_CTX_use_PrivateKey(server_ctx, key), 1);
}

/* The usual: a leaf for www.test that lasts 30 days, and its issuer. */
static void
setup(void)
{
	X509 *leaf = new_cert("www.test", leaf_key, ca, ca_key, -DAY, 30 * DAY,
	    "DNS:www.test,DNS:*.wild.test,IP:127.0.0.1,IP:::1");

	conf = (struct tls_conf){ 0 };
	server_ctx = SSL_CTX_new(TLS_server_method());
	SSL_CTX_set_security_level(server_ctx, 0);
	set_cert(leaf, leaf_key);
	X509_free(leaf);
	X509_up_ref(ca);
	SSL_CTX_add_extra_chain_cert(server_ctx, ca);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0,
			     fds),
	    0);
}

static void
teardown(void)
{
	tls_free(tls);
	tls_context_free(context);
	SSL_free(server);
	SSL_CTX_free(server_ctx);
	close(fds[0]);
	close(fds[1]);
	tls = NULL;
	context = NULL;
	server = NULL;
}

/* Both sides, before the first byte. */
static void
begin(const char *host)
{
	context = tls_context_new(&conf);
	unit_str(host, tls_context_open(context), NULL);
	tls = tls_start(context, fds[0], host);
	ck_assert_ptr_nonnull(tls);
	server = SSL_new(server_ctx);
	SSL_set_bio(server, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
	SSL_set_accept_state(server);
}

/* What the client has said, to the server. */
static void
hear(void)
{
	unsigned char bytes[4096];
	ssize_t n;

	while ((n = read(fds[1], bytes, sizeof(bytes))) > 0)
		BIO_write(SSL_get_rbio(server), bytes, (int)n);
	if (!SSL_is_init_finished(server))
		(void)SSL_do_handshake(server);
	ERR_clear_error();
}

/* At most max of the server's bytes, to the client; returns how many. */
static size_t
answer(size_t max)
{
	unsigned char bytes[4096];
	int n;

	if (max > sizeof(bytes))
		max = sizeof(bytes);
	n = BIO_read(SSL_get_wbio(server), bytes, (int)max);
	if (n <= 0)
		return 0;
	ck_assert_int_eq(write(fds[1], bytes, (size_t)n), n);
	return (size_t)n;
}

/* Until the client has done, or cannot go on; piece bytes at a time. */
static enum tls_status
shake(size_t piece)
{
	enum tls_status s;
	int i;

	for (i = 0; i < TURNS; i++) {
		s = tls_handshake(tls);
		if (s != TLS_READ && s != TLS_WRITE)
			return s;
		hear();
		if (answer(piece) == 0 &&
		    BIO_pending(SSL_get_wbio(server)) == 0)
			return s;
	}
	return s;
}

START_TEST(tells)
{
	const struct handshake *h;

	begin("www.test");
	ck_assert_ptr_null(tls_told(tls));
	ck_assert_int_eq(shake(4096), TLS_DONE);
	h = tls_told(tls);
	ck_assert_ptr_nonnull(h);
	ck_assert_str_eq(h->version, "TLSv1.3");
	ck_assert_str_eq(h->cipher, "TLS_AES_256_GCM_SHA384");
	ck_assert_str_eq(h->alpn, "");
	ck_assert_int_eq(h->verified, OUTCOME_OK);
	ck_assert_int_ge(h->at_s, made_s);
	ck_assert_int_le(h->at_s, time(NULL));
	ck_assert_uint_eq(h->n, 2);
	ck_assert_str_eq(h->certs[0].subject, "www.test");
	ck_assert_str_eq(h->certs[0].issuer, "Test CA");
	ck_assert_int_eq(h->certs[0].not_before_s, made_s - DAY);
	ck_assert_int_eq(h->certs[0].not_after_s, made_s + 30 * DAY);
	ck_assert_str_eq(h->certs[1].subject, "Test CA");
	ck_assert_int_eq(h->certs[1].not_after_s, made_s + 100 * DAY);
	ck_assert_ptr_eq(handshake_first_end(h), &h->certs[0]);
	ck_assert_ptr_eq(handshake_last_begin(h), &h->certs[0]);
}
END_TEST

/* What a certificate without the usual name is called. */
static const struct {
	const char *name, *alt, *subject;
} subjects[] = {
	{ "", "DNS:a.test,DNS:b.test", "a.test" },
	{ "", "IP:127.0.0.1", "" },
	{ "", NULL, "" },
	{ "x\n|\"", NULL, "x\n|\"" },
};

START_TEST(subject)
{
	X509 *x = new_cert(subjects[_i].name, leaf_key, ca, ca_key, 0, DAY,
	    subjects[_i].alt);

	set_cert(x, leaf_key);
	X509_free(x);
	begin("www.test");
	ck_assert_int_eq(shake(4096), TLS_DONE);
	ck_assert_str_eq(tls_told(tls)->certs[0].subject, subjects[_i].subject);
}
END_TEST

/* Verification: a leaf for www.test and 127.0.0.1 from one day on to another. */
enum trust { SYSTEM, GOOD, OTHER };
static const struct {
	const char *name;
	enum trust ca;
	int64_t from_s, to_s;
	const char *host, *sni, *verify_name;
	enum outcome want;
	const char *why;
} checks[] = {
	{ "good", GOOD, -1, DAY, "www.test", NULL, NULL, OUTCOME_OK, "" },
	{ "dot", GOOD, -1, DAY, "www.test.", NULL, NULL, OUTCOME_OK, "" },
	{ "case", GOOD, -1, DAY, "WWW.test", NULL, NULL, OUTCOME_OK, "" },
	{ "wild", GOOD, -1, DAY, "a.wild.test", NULL, NULL, OUTCOME_OK, "" },
	{ "IPv4", GOOD, -1, DAY, "127.0.0.1", NULL, NULL, OUTCOME_OK, "" },
	{ "IPv6", GOOD, -1, DAY, "[::1]", NULL, NULL, OUTCOME_OK, "" },
	{ "by SNI", GOOD, -1, DAY, "127.0.0.9", "www.test", NULL, OUTCOME_OK,
	    "" },
	{ "by name", GOOD, -1, DAY, "x.test", "y.test", "www.test", OUTCOME_OK,
	    "" },
	{ "by address", GOOD, -1, DAY, "x.test", NULL, "127.0.0.1", OUTCOME_OK,
	    "" },
	{ "another", GOOD, -1, DAY, "x.test", NULL, NULL, OUTCOME_CERT_MISMATCH,
	    "hostname mismatch" },
	{ "all that end so", GOOD, -1, DAY, "www.test", NULL, ".wild.test",
	    OUTCOME_CERT_MISMATCH, "hostname mismatch" },
	{ "too wild", GOOD, -1, DAY, "a.b.wild.test", NULL, NULL,
	    OUTCOME_CERT_MISMATCH, "hostname mismatch" },
	{ "another IPv4", GOOD, -1, DAY, "127.0.0.2", NULL, NULL,
	    OUTCOME_CERT_MISMATCH, "IP address mismatch" },
	{ "SNI is another", GOOD, -1, DAY, "www.test", "x.test", NULL,
	    OUTCOME_CERT_MISMATCH, "hostname mismatch" },
	{ "no name", GOOD, -1, DAY, "/run/x", NULL, NULL, OUTCOME_CERT_MISMATCH,
	    "there is no name to verify" },
	{ "a path", GOOD, -1, DAY, "www.test", NULL, "/run/x",
	    OUTCOME_CERT_MISMATCH, "there is no name to verify" },
	{ "no address", GOOD, -1, DAY, "www.test", NULL, "[::1",
	    OUTCOME_CERT_MISMATCH, "there is no name to verify" },
	{ "no CA", SYSTEM, -1, DAY, "www.test", NULL, NULL,
	    OUTCOME_CERT_UNTRUSTED,
	    "self-signed certificate in certificate chain" },
	{ "other CA", OTHER, -1, DAY, "www.test", NULL, NULL,
	    OUTCOME_CERT_UNTRUSTED,
	    "self-signed certificate in certificate chain" },
	{ "expired", GOOD, -DAY, -1, "www.test", NULL, NULL,
	    OUTCOME_CERT_EXPIRED, "certificate has expired" },
	{ "early", GOOD, DAY, 2 * DAY, "www.test", NULL, NULL,
	    OUTCOME_CERT_NOT_YET_VALID, "certificate is not yet valid" },
	{ "expired, another", GOOD, -DAY, -1, "x.test", NULL, NULL,
	    OUTCOME_CERT_MISMATCH, "hostname mismatch" },
	{ "expired, no CA", SYSTEM, -DAY, -1, "www.test", NULL, NULL,
	    OUTCOME_CERT_UNTRUSTED,
	    "self-signed certificate in certificate chain" },
};

START_TEST(verifies)
{
	X509 *x = new_cert("www.test", leaf_key, ca, ca_key, checks[_i].from_s,
	    checks[_i].to_s,
	    "DNS:www.test,DNS:*.wild.test,IP:127.0.0.1,IP:::1");

	set_cert(x, leaf_key);
	X509_free(x);
	conf.verify = true;
	conf.ca_file = checks[_i].ca == GOOD ? ca_file
	    : checks[_i].ca == OTHER         ? other_ca_file
					     : NULL;
	conf.sni = checks[_i].sni;
	conf.verify_name = checks[_i].verify_name;
	begin(checks[_i].host);
	ck_assert_int_eq(shake(4096), TLS_DONE);
	ck_assert_msg(tls_told(tls)->verified == checks[_i].want, "%s: %s: %s",
	    checks[_i].name, outcome_name(tls_told(tls)->verified),
	    tls_told(tls)->why);
	unit_str(checks[_i].name, tls_told(tls)->why, checks[_i].why);
}
END_TEST

/* An authority that is trusted, but not presented, has dates, too. */
static const struct {
	int64_t from_s, to_s;
	enum outcome want;
} authorities[] = {
	{ -DAY, -1, OUTCOME_CERT_EXPIRED },
	{ DAY, 2 * DAY, OUTCOME_CERT_NOT_YET_VALID },
};

START_TEST(authority)
{
	X509 *x = new_cert("Test CA", ca_key, NULL, ca_key,
	    authorities[_i].from_s, authorities[_i].to_s, NULL);
	const struct handshake *h;
	char file[64];

	write_cert(file, "authority", x);
	X509_free(x);
	SSL_CTX_clear_extra_chain_certs(server_ctx);
	SSL_CTX_set_mode(server_ctx, SSL_MODE_NO_AUTO_CHAIN);
	conf.verify = true;
	conf.ca_file = file;
	begin("www.test");
	ck_assert_int_eq(shake(4096), TLS_DONE);
	unlink(file);
	h = tls_told(tls);
	ck_assert_int_eq(h->verified, authorities[_i].want);
	ck_assert_uint_eq(h->n, 1);
	ck_assert_str_eq(h->culprit.subject, "Test CA");
	ck_assert_int_eq(h->culprit.not_before_s,
	    made_s + authorities[_i].from_s);
	ck_assert_int_eq(h->culprit.not_after_s, made_s + authorities[_i].to_s);
}
END_TEST

/* Whom the file has is trusted, whoever is behind him. */
START_TEST(trusts_without_root)
{
	X509 *x = new_cert("www.test", leaf_key, ca, ca_key, -DAY, DAY,
	    "DNS:www.test");
	char file[64];

	write_cert(file, "itself", x);
	set_cert(x, leaf_key);
	X509_free(x);
	conf.verify = true;
	conf.ca_file = file;
	begin("www.test");
	ck_assert_int_eq(shake(4096), TLS_DONE);
	unlink(file);
	ck_assert_int_eq(tls_told(tls)->verified, OUTCOME_OK);
}
END_TEST

/* The environment has no say in what is trusted. */
START_TEST(environment)
{
	setenv("SSL_CERT_FILE", ca_file, 1);
	setenv("SSL_CERT_DIR", directory, 1);
	setenv("OPENSSL_CONF", "/nonexistent", 1);
	conf.verify = true;
	begin("www.test");
	ck_assert_int_eq(shake(4096), TLS_DONE);
	ck_assert_int_eq(tls_told(tls)->verified, OUTCOME_CERT_UNTRUSTED);
}
END_TEST

static const struct {
	const char *host, *sni, *want;
} names[] = {
	{ "www.test", NULL, "www.test" },
	{ "www.test.", NULL, "www.test" },
	{ "www.test", "x.test", "x.test" },
	{ "127.0.0.1", NULL, NULL },
	{ "127.0.0.1", "x.test", "x.test" },
	{ "::1", NULL, NULL },
	{ "[::1]", NULL, NULL },
	{ "fe80::1%lo", NULL, NULL },
	{ "/run/x", NULL, NULL },
	{ "/run/x", "x.test", "x.test" },
};

START_TEST(asks_for_a_name)
{
	conf.sni = names[_i].sni;
	begin(names[_i].host);
	ck_assert_int_eq(shake(4096), TLS_DONE);
	unit_str(names[_i].host,
	    SSL_get_servername(server, TLSEXT_NAMETYPE_host_name),
	    names[_i].want);
}
END_TEST

/* Versions: what we take, what the server has. */
static const struct {
	int min, server_min, server_max;
	const char *want; /* NULL: fails */
	const char *why;
} versions[] = {
	{ 0, TLS1_VERSION, TLS1_3_VERSION, "TLSv1.3", NULL },
	{ 0, TLS1_VERSION, TLS1_2_VERSION, "TLSv1.2", NULL },
	{ TLS_1_0, TLS1_VERSION, TLS1_VERSION, "TLSv1", NULL },
	{ TLS_1_1, TLS1_VERSION, TLS1_1_VERSION, "TLSv1.1", NULL },
	{ 0, TLS1_VERSION, TLS1_1_VERSION, NULL,
	    "the peer sent the alert: protocol version" },
	{ TLS_1_3, TLS1_VERSION, TLS1_2_VERSION, NULL,
	    "the peer sent the alert: protocol version" },
};

START_TEST(version)
{
	conf.min_version = versions[_i].min;
	SSL_CTX_set_min_proto_version(server_ctx, versions[_i].server_min);
	SSL_CTX_set_max_proto_version(server_ctx, versions[_i].server_max);
	begin("www.test");
	if (versions[_i].want != NULL) {
		ck_assert_int_eq(shake(4096), TLS_DONE);
		ck_assert_str_eq(tls_told(tls)->version, versions[_i].want);
	} else {
		ck_assert_int_eq(shake(4096), TLS_FAILED);
		ck_assert_str_eq(tls_why(tls), versions[_i].why);
	}
}
END_TEST

/* What a peer says that is no handshake, and whether it closes then. */
static const struct {
	const char *name;
	const char *bytes;
	size_t len;
	bool closes;
	const char *why;
	bool heard;
} strangers[] = {
#define SAYS(literal) literal, sizeof(literal) - 1
	{ "plain", SAYS("220 hi\r\n"), false, "the peer does not speak TLS",
	    true },
	{ "one byte", SAYS("2"), false, "the peer does not speak TLS", true },
	{ "garbage", SAYS("\x16\x02garbage"), true,
	    "the peer does not speak TLS", true },
	{ "NUL", SAYS("\0\0\0"), true, "the peer does not speak TLS", true },
	{ "nothing", SAYS(""), true, "the peer closed the connection", false },
	{ "a part", SAYS("\x16\x03"), true, "the peer closed the connection",
	    false },
	{ "an alert", SAYS("\x15\x03\x03\0\x02\x02\x28"), true,
	    "the peer sent the alert: handshake failure", false },
	{ "no name", SAYS("\x15\x03\x03\0\x02\x02\x70"), true,
	    "the peer sent the alert: unrecognized name", false },
	{ "close notify", SAYS("\x15\x03\x03\0\x02\x01\0"), true,
	    "the peer closed it", false },
	{ "too long", SAYS("\x16\x03\x03\xff\xff"), false,
	    "packet length too long", false },
	{ "data", SAYS("\x17\x03\x03\0\x01x"), false, "unexpected message",
	    false },
};

START_TEST(strange)
{
	enum tls_status s;
	size_t len;

	begin("www.test");
	ck_assert_int_eq(tls_handshake(tls), TLS_READ);
	ck_assert_int_eq(write(fds[1], strangers[_i].bytes, strangers[_i].len),
	    (ssize_t)strangers[_i].len);
	if (strangers[_i].closes)
		shutdown(fds[1], SHUT_WR);
	s = tls_handshake(tls);
	ck_assert_msg(s == TLS_FAILED || s == TLS_CLOSED, "%s: %d",
	    strangers[_i].name, (int)s);
	unit_str(strangers[_i].name, tls_why(tls), strangers[_i].why);
	(void)tls_heard(tls, &len);
	ck_assert_uint_eq(len, strangers[_i].heard ? strangers[_i].len : 0);
	ck_assert_ptr_null(tls_told(tls));
}
END_TEST

/* The socket is gone before the first byte is said: no signal comes. */
START_TEST(gone)
{
	begin("www.test");
	close(fds[1]);
	fds[1] = -1;
	ck_assert_int_eq(tls_handshake(tls), TLS_CLOSED);
	ck_assert_str_eq(tls_why(tls), "the peer reset the connection");
}
END_TEST

/* It says why, and is gone before we have said all. */
START_TEST(gone_with_a_word)
{
	static const char alert[] = "\x15\x03\x03\0\x02\x02\x28";

	begin("www.test");
	ck_assert_int_eq(write(fds[1], alert, sizeof(alert) - 1),
	    sizeof(alert) - 1);
	close(fds[1]);
	fds[1] = -1;
	ck_assert_int_eq(tls_handshake(tls), TLS_FAILED);
	ck_assert_str_eq(tls_why(tls),
	    "the peer sent the alert: handshake failure");
}
END_TEST

START_TEST(byte_by_byte)
{
	SSL_CTX_set_max_proto_version(server_ctx,
	    _i == 0 ? TLS1_2_VERSION : TLS1_3_VERSION);
	begin("www.test");
	ck_assert_int_eq(shake(1), TLS_DONE);
}
END_TEST

/* After each number of bytes that is less than all: nothing is done. */
START_TEST(stops_at_each_byte)
{
	bool v13 = _i % 2 == 1, closes = _i >= 2;
	size_t total = 0, at;

	/* Signatures have a byte or two more or less. */
	for (at = 0; at == 0 || at < total - 16; at++) {
		enum tls_status s;
		size_t left = at, n;
		int i;

		if (at > 0) {
			teardown();
			setup();
		}
		SSL_CTX_set_max_proto_version(server_ctx,
		    v13 ? TLS1_3_VERSION : TLS1_2_VERSION);
		SSL_CTX_set_num_tickets(server_ctx, 0);
		begin("www.test");
		for (i = 0; i < 10; i++) {
			s = tls_handshake(tls);
			ck_assert_int_eq(s, TLS_READ);
			hear();
			if (at == 0)
				break;
			n = answer(left);
			left -= n;
			if (left == 0)
				break;
		}
		if (at == 0) {
			/* How many there are in all. */
			while ((s = tls_handshake(tls)) == TLS_READ) {
				hear();
				total += answer(4096);
			}
			ck_assert_int_eq(s, TLS_DONE);
			continue;
		}
		if (closes)
			shutdown(fds[1], SHUT_WR);
		s = tls_handshake(tls);
		ck_assert_msg(closes ? s == TLS_FAILED || s == TLS_CLOSED
				     : s == TLS_READ,
		    "byte %zu of %zu: %d", at, total, (int)s);
		if (closes)
			ck_assert_str_eq(tls_why(tls),
			    "the peer closed the connection");
	}
}
END_TEST

static void
both_done(void)
{
	ck_assert_int_eq(shake(4096), TLS_DONE);
	hear();
	ck_assert(SSL_is_init_finished(server));
	while (answer(4096) > 0)
		;
}

START_TEST(talks)
{
	char bytes[40000], got[40000];
	size_t n, len = 0;
	enum tls_status s;

	SSL_CTX_set_max_proto_version(server_ctx,
	    _i == 0 ? TLS1_2_VERSION : TLS1_3_VERSION);
	begin("www.test");
	both_done();
	ck_assert_int_eq(tls_recv(tls, got, sizeof(got), &n), TLS_READ);
	ck_assert_int_eq(tls_send(tls, "EHLO", 4, &n), TLS_DONE);
	ck_assert_uint_eq(n, 4);
	hear();
	ck_assert_int_eq(SSL_read(server, got, sizeof(got)), 4);
	ck_assert_mem_eq(got, "EHLO", 4);
	/* Three records; read by seven bytes, none is forgotten. */
	memset(bytes, 'x', sizeof(bytes));
	ck_assert_int_eq(SSL_write(server, bytes, sizeof(bytes)),
	    sizeof(bytes));
	while (answer(4096) > 0)
		;
	while ((s = tls_recv(tls, got, 7, &n)) == TLS_DONE)
		len += n;
	ck_assert_int_eq(s, TLS_READ);
	ck_assert_uint_eq(len, sizeof(bytes));
	/* Its good-bye, and ours. */
	SSL_shutdown(server);
	answer(4096);
	ck_assert_int_eq(tls_recv(tls, got, 7, &n), TLS_CLOSED);
	tls_end(tls);
	hear();
	ck_assert_int_eq(SSL_read(server, got, sizeof(got)), 0);
	ck_assert_int_ne(SSL_get_shutdown(server) & SSL_RECEIVED_SHUTDOWN, 0);
}
END_TEST

/* Without a good-bye it is an end, too; what comes then is not heard. */
START_TEST(ends)
{
	char got[8];
	size_t n;

	begin("www.test");
	both_done();
	if (_i == 0) {
		shutdown(fds[1], SHUT_WR);
		ck_assert_int_eq(tls_recv(tls, got, sizeof(got), &n),
		    TLS_CLOSED);
	} else if (_i == 1) {
		close(fds[1]);
		fds[1] = -1;
		ck_assert_int_eq(tls_send(tls, "x", 1, &n), TLS_FAILED);
		ck_assert_str_eq(tls_why(tls), "");
		tls_end(tls);
	} else {
		ck_assert_int_eq(write(fds[1], "garbage", 7), 7);
		ck_assert_int_eq(tls_recv(tls, got, sizeof(got), &n),
		    TLS_FAILED);
		ck_assert_str_ne(tls_why(tls), "");
	}
}
END_TEST

/* A server that wants to begin anew is told no. */
START_TEST(no_renegotiation)
{
	char got[8];
	size_t n;

	SSL_CTX_set_max_proto_version(server_ctx, TLS1_2_VERSION);
	begin("www.test");
	both_done();
	ck_assert_int_eq(SSL_renegotiate(server), 1);
	(void)SSL_do_handshake(server);
	answer(4096);
	ck_assert_int_eq(tls_recv(tls, got, sizeof(got), &n), TLS_READ);
	hear();
	(void)SSL_read(server, got, sizeof(got));
	ck_assert_int_eq(ERR_GET_REASON(ERR_get_error()),
	    SSL_R_NO_RENEGOTIATION);
}
END_TEST

/* Tickets without end are no data. */
START_TEST(tickets)
{
	char got[8];
	size_t n;
	int i;

	begin("www.test");
	both_done();
	ck_assert_int_eq(tls_recv(tls, got, sizeof(got), &n), TLS_READ);
	for (i = 0; i < 70; i++) {
		ck_assert_int_eq(SSL_new_session_ticket(server), 1);
		ck_assert_int_eq(SSL_do_handshake(server), 1);
	}
	while (answer(4096) > 0)
		;
	ck_assert_int_eq(tls_recv(tls, got, sizeof(got), &n), TLS_FAILED);
	ck_assert_str_eq(tls_why(tls), "messages, but no data");
}
END_TEST

/* Hello requests without end: 4 bytes in a record of 9. */
START_TEST(hello_requests)
{
	static const char hello[] = "\x16\x03\x03\0\x04\0\0\0\0";
	enum tls_status s;
	int i;

	begin("www.test");
	s = tls_handshake(tls);
	for (i = 0; i < 200000 && s == TLS_READ; i++) {
		ck_assert_int_eq(write(fds[1], hello, 9), 9);
		s = tls_handshake(tls);
	}
	ck_assert_int_eq(s, TLS_FAILED);
}
END_TEST

START_TEST(huge_certificate)
{
	X509 *x = new_cert("www.test", leaf_key, ca, ca_key, 0, DAY, NULL);
	static char comment[150000];

	memset(comment, 'x', sizeof(comment) - 1);
	add_ext(x, NID_netscape_comment, comment);
	ck_assert_int_gt(X509_sign(x, ca_key, EVP_sha256()), 0);
	set_cert(x, leaf_key);
	X509_free(x);
	begin("www.test");
	ck_assert_int_eq(shake(4096), TLS_FAILED);
	ck_assert_str_eq(tls_why(tls), "excessive message size");
}
END_TEST

START_TEST(long_chain)
{
	const struct handshake *h;
	int i;

	for (i = 0; i < 30; i++) {
		X509 *x = ca;

		if (i == 20)
			x = new_cert("old", leaf_key, ca, ca_key, -DAY, -1,
			    NULL);
		else if (i == 25)
			x = new_cert("new", leaf_key, ca, ca_key, DAY, 2 * DAY,
			    NULL);
		else
			X509_up_ref(ca);
		SSL_CTX_add_extra_chain_cert(server_ctx, x);
	}
	begin("www.test");
	ck_assert_int_eq(shake(4096), TLS_DONE);
	h = tls_told(tls);
	ck_assert_uint_eq(h->n, HANDSHAKE_CERTS_MAX);
	ck_assert_str_eq(h->certs[0].subject, "www.test");
	ck_assert_str_eq(handshake_first_end(h)->subject, "old");
	ck_assert_str_eq(handshake_last_begin(h)->subject, "new");
}
END_TEST

/* The server wants our certificate. */
static int
any_client(int ok, X509_STORE_CTX *x)
{
	(void)ok;
	(void)x;
	return 1;
}

START_TEST(client_certificate)
{
	bool v13 = _i % 2 == 1, shown = _i >= 2;
	char got[8], name[32];
	X509 *peer;
	size_t n;

	SSL_CTX_set_max_proto_version(server_ctx,
	    v13 ? TLS1_3_VERSION : TLS1_2_VERSION);
	SSL_CTX_set_verify(server_ctx,
	    SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, any_client);
	if (shown) {
		conf.client_cert = leaf_file;
		conf.client_key = key_file;
	}
	begin("www.test");
	if (shown) {
		both_done();
		peer = SSL_get0_peer_certificate(server);
		ck_assert_ptr_nonnull(peer);
		X509_NAME_get_text_by_NID(X509_get_subject_name(peer),
		    NID_commonName, name, sizeof(name));
		ck_assert_str_eq(name, "client.test");
	} else if (v13) {
		/* It says so when we have done already. */
		ck_assert_int_eq(shake(4096), TLS_DONE);
		hear();
		answer(4096);
		ck_assert_int_eq(tls_recv(tls, got, sizeof(got), &n),
		    TLS_FAILED);
		ck_assert_str_eq(tls_why(tls),
		    "the peer sent the alert: certificate required");
	} else {
		ck_assert_int_eq(shake(4096), TLS_FAILED);
		ck_assert_str_eq(tls_why(tls),
		    "the peer sent the alert: handshake failure");
	}
}
END_TEST

/* ALPN: a server that knows http/1.1, or none. */
static int
choose(SSL *s, const unsigned char **out, unsigned char *len,
    const unsigned char *in, unsigned in_len, void *arg)
{
	static const unsigned char ours[] = "\x08http/1.1";

	(void)s;
	(void)arg;
	return SSL_select_next_proto((unsigned char **)(uintptr_t)out, len,
		   ours, sizeof(ours) - 1, in, in_len) == OPENSSL_NPN_NEGOTIATED
	    ? SSL_TLSEXT_ERR_OK
	    : SSL_TLSEXT_ERR_ALERT_FATAL;
}

static const struct {
	const char *offer;
	bool knows;
	const char *chosen, *why;
} alpns[] = {
	{ "http/1.1", true, "http/1.1", NULL },
	{ "h2,http/1.1", true, "http/1.1", NULL },
	{ "h2", true, NULL,
	    "the peer sent the alert: no application protocol" },
	{ "h2", false, NULL,
	    "the peer chose none of the protocols offered (ALPN)" },
};

START_TEST(alpn)
{
	conf.alpn = alpns[_i].offer;
	if (alpns[_i].knows)
		SSL_CTX_set_alpn_select_cb(server_ctx, choose, NULL);
	begin("www.test");
	if (alpns[_i].chosen != NULL) {
		ck_assert_int_eq(shake(4096), TLS_DONE);
		ck_assert_str_eq(tls_told(tls)->alpn, alpns[_i].chosen);
	} else {
		ck_assert_int_eq(shake(4096), TLS_FAILED);
		ck_assert_str_eq(tls_why(tls), alpns[_i].why);
	}
}
END_TEST

START_TEST(alpn_list)
{
	char name[258];

	memset(name, 'x', sizeof(name));
	name[255] = '\0';
	ck_assert_ptr_null(tls_alpn_check("h2"));
	ck_assert_ptr_null(tls_alpn_check("h2,http/1.1"));
	ck_assert_ptr_null(tls_alpn_check(name));
	name[255] = 'x';
	name[256] = '\0';
	ck_assert_ptr_nonnull(tls_alpn_check(name));
	ck_assert_ptr_nonnull(tls_alpn_check(""));
	ck_assert_ptr_nonnull(tls_alpn_check(","));
	ck_assert_ptr_nonnull(tls_alpn_check("h2,"));
	ck_assert_ptr_nonnull(tls_alpn_check(",h2"));
}
END_TEST

/* Files that are not what they should be; %s is the directory. */
static const struct {
	const char *ca, *cert, *key, *why;
} files[] = {
	{ "none", NULL, NULL, "--ca-file: %s/none: No such file or directory" },
	{ "empty", NULL, NULL,
	    "--ca-file: %s/empty: no certificate or crl found" },
	{ NULL, "none", NULL,
	    "--client-cert: %s/none: No such file or directory" },
	{ NULL, "empty", NULL, "--client-cert: %s/empty: no start line" },
	{ NULL, "leaf", NULL,
	    "--client-key: %s/leaf: there is no private key in it" },
	{ NULL, "leaf", "none",
	    "--client-key: %s/none: No such file or directory" },
	{ NULL, "ca", "key", "--client-key: %s/key: key values mismatch" },
	{ NULL, "leaf", "locked",
	    "--client-key: %s/locked: it is locked with a passphrase" },
};

START_TEST(bad_files)
{
	char ca_path[64], cert[64], key[64], want[200];

	snprintf(ca_path, sizeof(ca_path), "%s/%s", directory, files[_i].ca);
	snprintf(cert, sizeof(cert), "%s/%s", directory, files[_i].cert);
	snprintf(key, sizeof(key), "%s/%s", directory, files[_i].key);
	conf.verify = files[_i].ca != NULL;
	conf.ca_file = files[_i].ca != NULL ? ca_path : NULL;
	conf.client_cert = files[_i].cert != NULL ? cert : NULL;
	conf.client_key = files[_i].key != NULL ? key : NULL;
	context = tls_context_new(&conf);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(want, sizeof(want), files[_i].why, directory);
#pragma GCC diagnostic pop
	unit_str(files[_i].why, tls_context_open(context), want);
	/* Nor later. */
	unit_str(files[_i].why, tls_context_open(context), want);
	ck_assert_ptr_null(tls_start(context, fds[0], "x"));
}
END_TEST

/* Many connections share one context. */
START_TEST(many)
{
	int i;

	begin("www.test");
	ck_assert_int_eq(shake(4096), TLS_DONE);
	for (i = 0; i < 50; i++) {
		tls_free(tls);
		SSL_free(server);
		close(fds[0]);
		close(fds[1]);
		ck_assert_int_eq(socketpair(AF_UNIX,
				     SOCK_STREAM | SOCK_NONBLOCK, 0, fds),
		    0);
		tls = tls_start(context, fds[0], "www.test");
		server = SSL_new(server_ctx);
		SSL_set_bio(server, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
		SSL_set_accept_state(server);
		ck_assert_int_eq(shake(4096), TLS_DONE);
	}
}
END_TEST

/*
 * Through the engine, all at once: more than poll(2) serves.  Each peer is a
 * process, says back what it hears, in pieces, and stays.
 */
#define ENGINE_MANY 60

static unsigned answered_ok;

static void
count_ok(void *ctx, const struct target *t, const struct result *r)
{
	(void)ctx;
	(void)t;
	ck_assert_msg(r->outcome == OUTCOME_OK, "%s: %s",
	    outcome_name(r->outcome), r->note != NULL ? r->note : "");
	ck_assert_ptr_nonnull(r->handshake);
	ck_assert_str_eq(r->handshake->certs[0].subject, "www.test");
	ck_assert_uint_eq(r->reply.len, 30000);
	ck_assert_int_gt(r->tls_us, 0);
	answered_ok++;
}

static _Noreturn void
serve_one(int fd)
{
	static char big[29998];
	SSL *s = SSL_new(server_ctx);
	char bytes[2];

	SSL_set_fd(s, fd);
	if (SSL_accept(s) != 1 || SSL_read(s, bytes, 2) != 2)
		_exit(1);
	memset(big, 'x', sizeof(big));
	SSL_write(s, big, sizeof(big));
	SSL_write(s, bytes, 2);
	(void)SSL_read(s, bytes, 1);
	_exit(0);
}

static _Noreturn void
serve_all(int listener)
{
	int i, fd;

	for (i = 0; i < ENGINE_MANY; i++) {
		fd = accept(listener, NULL, NULL);
		if (fork() == 0)
			serve_one(fd);
		close(fd);
	}
	while (wait(NULL) != -1)
		;
	_exit(0);
}

START_TEST(through_the_engine)
{
	static const struct pattern hi = { PATTERN_ANYWHERE, BYTES("hi"),
		NULL };
	static const struct step steps[] = {
		{ STEP_TLS },
		{ STEP_SEND, .send = BYTES("hi") },
		{ STEP_EXPECT, .expect = { &hi, 1 } },
	};
	const struct engine_conf engine_conf = { .streams = &stream_probe,
		.done = count_ok };
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(sin);
	int listener = socket(AF_INET, SOCK_STREAM, 0), i;
	struct dialogue dialogue = { steps, ARRAY_SIZE(steps),
		.quiet_us = DIALOGUE_QUIET_US, .max_bytes = 100000 };
	struct target target = { "127.0.0.1", .dialogue = &dialogue };
	bool stop = false;
	struct engine *e;
	pid_t child;

	ck_assert_int_eq(bind(listener, (struct sockaddr *)&sin, len), 0);
	ck_assert_int_eq(listen(listener, ENGINE_MANY), 0);
	getsockname(listener, (struct sockaddr *)&sin, &len);
	target.port = ntohs(sin.sin_port);
	child = fork();
	if (child == 0)
		serve_all(listener);
	close(listener);
	conf.verify = true;
	conf.ca_file = ca_file;
	context = tls_context_new(&conf);
	dialogue.tls = context;
	e = engine_new(&engine_conf);
	for (i = 0; i < ENGINE_MANY; i++)
		engine_add(e, &target, clock_now_us() + 20 * CLOCK_SECOND);
	engine_run(e, &stop);
	engine_free(e);
	ck_assert_uint_eq(answered_ok, ENGINE_MANY);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
}
END_TEST

START_TEST(nothing)
{
	tls_free(NULL);
	tls_context_free(NULL);
	ck_assert_ptr_null(tls_missing());
	context = tls_context_new(&conf);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("tls");

	tcase_add_unchecked_fixture(tc, make_all, remove_all);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, tells);
	unit_rows(tc, subject, subjects);
	unit_rows(tc, verifies, checks);
	unit_rows(tc, authority, authorities);
	tcase_add_test(tc, trusts_without_root);
	tcase_add_test(tc, environment);
	unit_rows(tc, asks_for_a_name, names);
	unit_rows(tc, version, versions);
	unit_rows(tc, strange, strangers);
	tcase_add_test(tc, gone);
	tcase_add_test(tc, gone_with_a_word);
	tcase_add_loop_test(tc, byte_by_byte, 0, 2);
	tcase_add_loop_test(tc, stops_at_each_byte, 0, 4);
	tcase_add_loop_test(tc, talks, 0, 2);
	tcase_add_loop_test(tc, ends, 0, 3);
	tcase_add_test(tc, no_renegotiation);
	tcase_add_test(tc, tickets);
	tcase_add_test(tc, hello_requests);
	tcase_add_test(tc, huge_certificate);
	tcase_add_test(tc, long_chain);
	tcase_add_loop_test(tc, client_certificate, 0, 4);
	unit_rows(tc, alpn, alpns);
	tcase_add_test(tc, alpn_list);
	unit_rows(tc, bad_files, files);
	tcase_add_test(tc, many);
	tcase_add_test(tc, through_the_engine);
	tcase_add_test(tc, nothing);
	return unit_run("tls", tc);
}
