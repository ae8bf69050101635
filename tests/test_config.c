/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config_set.h"
#include "dns_query.h"
#include "entry.h"
#include "handler.h"
#include "inquiry.h"
#include "outcome.h"
#include "rounds.h"
#include "sock.h"
#include "unit.h"

#define X10 "xxxxxxxxxx"
#define X50 X10 X10 X10 X10 X10
#define X200 X50 X50 X50 X50

#define TAKEN "the host has another of that name already, from c.yaml:"

/* One host of one entry. */
#define ENTRY(keys) "hosts: {h: {ports: {e: {" keys "}}}}"
#define OPEN ", expected open, within 2 s\n"
#define ANY ", expected any, within 2 s\n"
#define CLOSED ", expected closed, within 2 s\n"

/* What became of a configuration. */
struct built {
	struct config config;
	struct portset set;
	struct hostlist hosts;
	struct text error;
	struct text got; /* the entries, or the errors */
};

/* Which hosts and port sets are meant; NULL: no such selection. */
struct row {
	const char *name;
	const char *yaml;
	const char *want;
	const char *hosts;
	const char *portsets;
};

static char dir[] = "/tmp/test_config.XXXXXX";

static void
put_directory(void)
{
	strcpy(dir + strlen(dir) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
}

static void
remove_directory(void)
{
	char command[64];

	ck_assert_int_eq(chdir("/"), 0);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static void
write_file(const char *name, const char *content, size_t len)
{
	FILE *f = fopen(name, "we");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(content, 1, len, f), len);
	ck_assert_int_eq(fclose(f), 0);
}

static void
put(const char *name, const char *content)
{
	write_file(name, content, strlen(content));
}

static void
begin(struct built *b)
{
	*b = (struct built){ .hosts.max = 1000 };
	text_init(&b->error, 1000);
	text_init(&b->got, SIZE_MAX / 2);
}

/* Of what was read: the entries or the errors. */
static void
fill(struct built *b, const char *hosts, const char *portsets)
{
	struct config_selection sel = { .hosts = &b->hosts };
	const char *names[8];
	char *copy = strdup(portsets != NULL ? portsets : ""), *s;
	size_t i;

	if (hosts != NULL)
		ck_assert(hostlist_add(&b->hosts, hosts, &b->error));
	for (s = strtok(copy, ","); s != NULL; s = strtok(NULL, ","))
		names[sel.n_portsets++] = s;
	sel.portsets = names;
	if (!config_fill(&b->config, &sel, &b->set, &b->error)) {
		ck_assert(b->config.n_errors > 0 || b->error.len > 0);
		text_puts(&b->got,
		    b->config.n_errors > 0 ? b->config.errors.data
					   : b->error.data);
	} else {
		ck_assert_uint_eq(b->config.n_errors, 0);
		ck_assert_uint_eq(b->error.len, 0);
		for (i = 0; i < b->set.n; i++) {
			entry_describe(&b->got, &b->set, &b->set.entries[i]);
			text_puts(&b->got, "\n");
		}
	}
	free(copy);
}

static void
build(struct built *b, const char *yaml)
{
	begin(b);
	put("c.yaml", yaml);
	config_read(&b->config, "c.yaml");
	fill(b, NULL, NULL);
}

static void
end(struct built *b)
{
	portset_free(&b->set);
	config_free(&b->config);
	hostlist_free(&b->hosts);
	text_free(&b->error);
	text_free(&b->got);
}

/* Structure, from the file to the entries. */

static const struct row good[] = {
	{ "nothing", "", "" },
	{ "a host of nothing", "hosts: {h: }", "" },
	{ "a host that is null", "hosts: {h: ~}", "" },
	{ "one port", "hosts: {h: 22}", "h/tcp/22: h tcp/22" OPEN },
	{ "a list", "hosts:\n  h: [22, udp:53]\n",
	    "h/tcp/22: h tcp/22" OPEN "h/udp/53: h udp/53, domain" OPEN },
	{ "a list in a scalar", "hosts: {h: '22, 443'}",
	    "h/tcp/22: h tcp/22" OPEN "h/tcp/443: h tcp/443" OPEN },
	{ "an address", "hosts: {h: {address: '::1', ports: 22}}",
	    "h/tcp/22: ::1 tcp/22" OPEN },
	{ "a map of ports", "hosts: {h: {ports: {ssh: 22, web: {tcp: 80}}}}",
	    "h/ssh: h tcp/22" OPEN "h/web: h tcp/80" OPEN },
	{ "a port set", "portsets: {s: {ssh: 22}}\nhosts: {h: {portsets: s}}",
	    "h/ssh: h tcp/22" OPEN },
	{ "a list of port sets, which stand behind it",
	    "hosts: {h: {portsets: [s, t]}}\nportsets: {s: [22], t: 23}",
	    "h/tcp/22: h tcp/22" OPEN "h/tcp/23: h tcp/23" OPEN },
	{ "two hosts",
	    "portsets: {s: 22}\nhosts: {a: {portsets: s}, "
	    "b: {address: a, portsets: s}}",
	    "a/tcp/22: a tcp/22" OPEN "b/tcp/22: a tcp/22" OPEN },
	{ "a loose port", "ports: {a: {host: h, tcp: 22}}",
	    "h/a: h tcp/22" OPEN },
	{ "loose ports and their host",
	    "ports: {a: {host: web 1, tcp: 1}, b: {host: web 1, tcp: 2}}\n"
	    "hosts: {web 1: {address: a.example, ports: 3}}",
	    "web 1/tcp/3: a.example tcp/3" OPEN "web 1/a: a.example tcp/1" OPEN
	    "web 1/b: a.example tcp/2" OPEN },
	{ "a name in place of another",
	    "hosts: {h: {ports: {a: {tcp: 1, name: b}}}}",
	    "h/b: h tcp/1" OPEN },
	{ "an address of one port",
	    "hosts: {h: {ports: {a: {tcp: 1, address: g}}}}",
	    "h/a: g tcp/1" OPEN },
	{ "names that YAML has other ideas of",
	    "hosts: {no: {ports: {yes: 1, ~: 2, 10: 3, 2020-01-01: 4}}}",
	    "no/yes: no tcp/1" OPEN "no/~: no tcp/2" OPEN "no/10: no tcp/3" OPEN
	    "no/2020-01-01: no tcp/4" OPEN },
	/* The grammar of items. */
	{ "items",
	    "hosts: {h: [ssh, tcp:smtp, udp:123/ntp, 993/imaps, 5=closed, "
	    "unix:/x, unix:/y=any, 080]}",
	    "h/ssh: h tcp/22" OPEN "h/smtp: h tcp/25" OPEN
	    "h/udp/123: h udp/123, ntp" OPEN
	    "h/tcp/993: h tcp/993, imaps, TLS" OPEN "h/tcp/5: h tcp/5" CLOSED
	    "/x: /x" OPEN "/y: /y" ANY "h/tcp/80: h tcp/80" OPEN },
	{ "items of an entry",
	    "hosts: {h: {ports: {a: 443=filtered, b: unix:/x, c: 8-9}}}",
	    "h/a: h tcp/443, expected filtered, within 2 s\n"
	    "h/b: /x" OPEN "h/c/8: h tcp/8" ANY "h/c/9: h tcp/9" ANY },
	{ "a range expects any", "hosts: {h: 8-9}",
	    "h/tcp/8: h tcp/8" ANY "h/tcp/9: h tcp/9" ANY },
	{ "but what is said, whoever says it",
	    "hosts: {h: {ports: [8-9=closed]}, g: {defaults: {expected: open}, "
	    "ports: 8-9}}",
	    "h/tcp/8: h tcp/8" CLOSED "h/tcp/9: h tcp/9" CLOSED
	    "g/tcp/8: g tcp/8" OPEN "g/tcp/9: g tcp/9" OPEN },
	{ "a range beside one of its ports, both asked for the same",
	    "hosts: {h: {ports: {a: 8-9, b: 8}}}",
	    "h/a/8: h tcp/8" ANY "h/a/9: h tcp/9" ANY "h/b: h tcp/8" OPEN },
	{ "a later item", "hosts: {h: [22, 22=closed]}",
	    "h/tcp/22: h tcp/22" CLOSED },
	{ "a later item in a range", "hosts: {h: [7-9, 8]}",
	    "h/tcp/7: h tcp/7" ANY "h/tcp/9: h tcp/9" ANY
	    "h/tcp/8: h tcp/8" OPEN },
	{ "a later range", "hosts: {h: [8, 8-9]}",
	    "h/tcp/8: h tcp/8" ANY "h/tcp/9: h tcp/9" ANY },
	{ "items of another transport", "hosts: {h: [22, udp:22=any]}",
	    "h/tcp/22: h tcp/22" OPEN "h/udp/22: h udp/22" ANY },
	{ "a later path", "hosts: {h: [unix:/x, 5, unix:/x=closed]}",
	    "/x: /x" CLOSED "h/tcp/5: h tcp/5" OPEN },
	{ "a path of two hosts", "hosts: {g: unix:/x, h: unix:/x}",
	    "/x: /x" OPEN },
	{ "an item of the host and one of its set",
	    "portsets: {s: 22}\nhosts: {h: {portsets: s, ports: 22=closed}}",
	    "h/tcp/22: h tcp/22" CLOSED },
	{ "transport and port",
	    "hosts: {h: {ports: {a: {transport: udp, port: 123, "
	    "protocol: ntp}, b: {transport: tcp, port: 1}, c: {port: 2}}}}",
	    "h/a: h udp/123, ntp" OPEN "h/b: h tcp/1" OPEN
	    "h/c: h tcp/2" OPEN },
	{ "the port of a protocol",
	    "hosts: {h: {ports: {a: {protocol: smtp}, "
	    "b: {transport: udp, protocol: ntp}}}}",
	    "h/a: h tcp/25, smtp" OPEN "h/b: h udp/123, ntp" OPEN },
	/* Which level counts. */
	{ "defaults of the file", "defaults: {timeout: 7}\nhosts: {h: 1}",
	    "h/tcp/1: h tcp/1, expected open, within 7 s\n" },
	{ "of the set before those",
	    "defaults: {timeout: 7, retries: 1}\n"
	    "portsets: {s: {defaults: {timeout: 6}, a: 1}}\n"
	    "hosts: {h: {portsets: s}}",
	    "h/a: h tcp/1, expected open, within 6 s, retries 1\n" },
	{ "of the host before those",
	    "defaults: {timeout: 7, retries: 1}\n"
	    "portsets: {s: {defaults: {timeout: 6, probes: 2}, a: 1}}\n"
	    "hosts: {h: {portsets: s, defaults: {timeout: 5}}}",
	    "h/a: h tcp/1, expected open, within 5 s, retries 1, probes 2\n" },
	{ "of the host before those of the file",
	    "defaults: {timeout: 7, retries: 1}\n"
	    "hosts: {h: {defaults: {timeout: 6}, ports: {a: 1}}}",
	    "h/a: h tcp/1, expected open, within 6 s, retries 1\n" },
	{ "the entry before those",
	    "portsets: {s: {defaults: {timeout: 6}, a: {tcp: 1, timeout: 4}}}\n"
	    "hosts: {h: {portsets: s, defaults: {timeout: 5}}}",
	    "h/a: h tcp/1, expected open, within 4 s\n" },
	{ "an override before all",
	    "portsets: {s: {a: {tcp: 1, timeout: 4, severity: warning}}}\n"
	    "hosts: {h: {portsets: s, defaults: {timeout: 5}, "
	    "ports: {a: {timeout: 3}}}}",
	    "h/a: h tcp/1, expected open, or else a warning, within 3 s\n" },
	{ "an override by an item",
	    "portsets: {s: {a: 1}}\nhosts: {h: {portsets: s, ports: {a: "
	    "2=closed}}}",
	    "h/a: h tcp/2" CLOSED },
	{ "an override of one of two sets",
	    "portsets: {s: {a: 1}, t: {b: 2}}\n"
	    "hosts: {h: {portsets: [s, t], ports: {b: {expected: any}}}}",
	    "h/a: h tcp/1" OPEN "h/b: h tcp/2" ANY },
	{ "an override for UDP, without saying so",
	    "portsets: {s: {a: {udp: 123}}}\n"
	    "hosts: {h: {portsets: s, ports: {a: {protocol: ntp}}}}",
	    "h/a: h udp/123, ntp" OPEN },
	{ "the same entry of two sets",
	    "portsets: {s: {a: 1}, t: {a: 1}}\nhosts: {h: {portsets: [s, t]}}",
	    "h/a: h tcp/1" OPEN },
	{ "not enabled",
	    "hosts: {h: {ports: {a: {tcp: 1, enabled: no}, b: 2}}, "
	    "g: {enabled: no, ports: 1}}",
	    "h/b: h tcp/2" OPEN },
	{ "not enabled by an override",
	    "portsets: {s: {a: 1, b: 2}}\n"
	    "hosts: {h: {portsets: s, ports: {a: {enabled: off}}}}",
	    "h/b: h tcp/2" OPEN },
	{ "enabled where it is not by default",
	    "defaults: {enabled: false}\n"
	    "hosts: {h: {ports: {a: {tcp: 1, enabled: on}, b: 2}}}",
	    "h/a: h tcp/1" OPEN },
	/* What is inherited where it fits. */
	{ "handlers, where there is no conversation",
	    "defaults: {handler: [/bin/true]}\n"
	    "hosts: {h: {ports: {a: 1, b: {tcp: 2, expect: x}, c: 3/smtp}}}",
	    "h/a: h tcp/1, handler /bin/true" OPEN "h/b: h tcp/2" OPEN
	    "h/c: h tcp/3, smtp" OPEN },
	{ "what is said at the end, by UDP",
	    ENTRY("udp: 5, quit: bye, send: a"), "h/e: h udp/5" OPEN },
	{ "wait, by UDP as well", "defaults: {wait: 1}\nhosts: {h: [1, udp:5]}",
	    "h/tcp/1: h tcp/1" OPEN "h/udp/5: h udp/5" OPEN },
	{ "TLS",
	    "defaults: {cert-days: 14, tls-min: '1.3', verify: yes}\n"
	    "hosts: {h: {ports: {a: 1, b: {tcp: 2, tls: yes}, "
	    "c: {tcp: 3, alpn: h2}, d: udp:4, e: {tcp: 5, starttls: yes, "
	    "protocol: smtp}}}}",
	    "h/a: h tcp/1" OPEN "h/b: h tcp/2, TLS" OPEN
	    "h/c: h tcp/3, TLS" OPEN "h/d: h udp/4" OPEN
	    "h/e: h tcp/5, smtp+starttls, TLS" OPEN },
	/* What is meant. */
	{ "a host", "hosts: {g: 1, h: 2}", "h/tcp/2: h tcp/2" OPEN, "h" },
	{ "a host that is not enabled", "hosts: {h: {enabled: no, ports: 2}}",
	    "h/tcp/2: h tcp/2" OPEN, "h" },
	{ "a port set",
	    "portsets: {s: 1, t: 2}\nhosts: {g: {portsets: [s, t]}, "
	    "h: {portsets: s, ports: 3}, i: {portsets: s, enabled: no}}",
	    "g/tcp/1: g tcp/1" OPEN "h/tcp/1: h tcp/1" OPEN, NULL, "s" },
	{ "two port sets",
	    "portsets: {s: 1, t: 2}\nhosts: {g: {portsets: t}, "
	    "h: {portsets: s}}",
	    "g/tcp/2: g tcp/2" OPEN "h/tcp/1: h tcp/1" OPEN, NULL, "s,t" },
	{ "both",
	    "portsets: {s: 1}\nhosts: {g: {address: a}, h: {portsets: s}}",
	    "g/tcp/1: a tcp/1" OPEN "x/tcp/1: x tcp/1" OPEN, "g,x", "s" },
	{ "both, with an entry that overrides nothing",
	    "portsets: {s: {a: 1}}\nhosts: {g: {ports: {a: udp:5}}}",
	    "g/a: g tcp/1" OPEN, "g", "s" },
	{ "both, with one that does",
	    "portsets: {s: {a: 1}}\n"
	    "hosts: {g: {portsets: s, ports: {a: {timeout: 5}}}}",
	    "g/a: g tcp/1, expected open, within 5 s\n", "g", "s" },
	{ "hosts of a network", "hosts: {10.0.0.1: 1, 10.0.0.2: 2}",
	    "10.0.0.2/tcp/2: 10.0.0.2 tcp/2" OPEN, "10.0.0.2/32" },
};

/* The row's configuration, as it is or with what is wrong with it. */
static void
assert_row(const struct row *r)
{
	struct built b;

	begin(&b);
	put("c.yaml", r->yaml);
	config_read(&b.config, "c.yaml");
	fill(&b, r->hosts, r->portsets);
	unit_str(r->name, b.got.data, r->want);
	end(&b);
}

START_TEST(is_good)
{
	assert_row(&good[_i]);
}
END_TEST

static const struct row bad[] = {
	/* Kinds of nodes. */
	{ "a scalar", "a",
	    "c.yaml:1: not a map of include, defaults, "
	    "portsets, hosts, ports, daemon, notify and snmp\n" },
	{ "null", "~",
	    "c.yaml:1: not a map of include, defaults, portsets, "
	    "hosts, ports, daemon, notify and snmp\n" },
	{ "a list", "- hosts",
	    "c.yaml:1: not a map of include, defaults, "
	    "portsets, hosts, ports, daemon, notify and snmp\n" },
	{ "no key", "host: {h: 1}",
	    "c.yaml:1: host: no key that can stand here\n" },
	{ "a key twice", "hosts: {h: 1}\nhosts: {g: 1}",
	    "c.yaml:2: hosts: this key was given already at c.yaml:1\n" },
	{ "hosts", "hosts: [a]", "c.yaml:1: hosts: not a map of hosts\n" },
	{ "hosts of nothing",
	    "hosts:", "c.yaml:1: hosts: not a map of hosts\n" },
	{ "portsets", "portsets: a",
	    "c.yaml:1: portsets: not a map of port sets\n" },
	{ "ports", "ports: [22]", "c.yaml:1: ports: not a map of ports\n" },
	{ "defaults", "defaults: 5",
	    "c.yaml:1: defaults: not a map of keys\n" },
	{ "include", "include: {a: b}",
	    "c.yaml:1: include: neither a file nor a list of files\n" },
	{ "include a list", "include: [[a]]",
	    "c.yaml:1: include: not a file\n" },
	{ "include nothing", "include:", "c.yaml:1: include: is empty\n" },
	{ "a port set", "portsets: {s: }",
	    "c.yaml:1: s: neither a map nor a list of ports\n" },
	{ "an item", "hosts: {h: [[22]]}", "c.yaml:1: h: not a port\n" },
	{ "an item that is a map", "hosts:\n  h:\n  - tcp: 22\n",
	    "c.yaml:3: h: not a port\n" },
	{ "an entry", "hosts: {h: {ports: {a: [22]}}}",
	    "c.yaml:1: a: neither a map nor a port\n" },
	{ "an entry of nothing", "hosts: {h: {ports: {a: }}}",
	    "c.yaml:1: a: neither a map nor a port\n" },
	{ "ports of nothing", "hosts: {h: {ports: }}",
	    "c.yaml:1: h: neither a map nor a list of ports\n" },
	{ "a key of a host", "hosts: {h: {port: 22}}",
	    "c.yaml:1: port: no key that can stand here\n" },
	{ "no address", "hosts: {h: {address: ''}}",
	    "c.yaml:1: address: is empty\n" },
	{ "two addresses", "hosts: {'a, b': 22}",
	    "c.yaml:1: a, b: not one address or name\n" },
	{ "a network", "hosts: {h: {address: 10.0.0.0/8}}",
	    "c.yaml:1: address: not one address or name\n" },
	{ "a port set without ports", "portsets: {p: {}}",
	    "c.yaml:1: p: there is no port in it\n" },
	{ "a port set of defaults", "portsets: {p: {defaults: {timeout: 1}}}",
	    "c.yaml:1: p: there is no port in it\n" },
	{ "a host's empty list", "hosts: {h: []}",
	    "c.yaml:1: h: the list of ports is empty\n" },
	{ "a host's empty ports", "hosts: {h: {ports: {}}}",
	    "c.yaml:1: h: there is no port in it\n" },
	{ "an override of nothing",
	    "hosts: {h: {ports: {smtpp: {enabled: no}}}}",
	    "c.yaml:1: smtpp: no port: one of tcp, udp, unix, port is "
	    "needed\n" },
	{ "lists that know nothing of each other",
	    "portsets: {p: '25/smtp', q: '20-30=any'}\n"
	    "hosts: {h: {portsets: [p, q]}}\n",
	    "c.yaml:1: tcp/25: is in another list of the host, where it is "
	    "asked otherwise, at c.yaml:1\n" },
	{ "an expectation of nothing",
	    "hosts: {h: {ports: {a: {tcp: 1, "
	    "expect: ''}}}}",
	    "c.yaml:1: expect: is empty\n" },
	{ "a handler that is not there",
	    "hosts: {h: {ports: {a: {tcp: 1, "
	    "handler: [nosuch-command]}}}}",
	    "c.yaml:1: handler: nosuch-command: there is no such command\n" },
	{ "an address", "hosts: {h: {address: [a]}}",
	    "c.yaml:1: address: not a single value\n" },
	{ "an address that is a path", "hosts: {h: {address: /x}}",
	    "c.yaml:1: address: not one address or name\n" },
	{ "enabled", "hosts: {h: {enabled: 1}}",
	    "c.yaml:1: enabled: neither yes nor no\n" },
	{ "enabled as y", "hosts: {h: {enabled: y}}",
	    "c.yaml:1: enabled: neither yes nor no\n" },
	{ "port sets of nothing", "hosts: {h: {portsets: }}",
	    "c.yaml:1: portsets: has no value\n" },
	{ "no port sets", "hosts: {h: {portsets: []}}",
	    "c.yaml:1: portsets: the list is empty\n" },
	{ "port sets in a map", "hosts: {h: {portsets: {s: 1}}}",
	    "c.yaml:1: portsets: neither a value nor a list of values\n" },
	{ "a value of nothing", ENTRY("tcp: "),
	    "c.yaml:1: tcp: has no value\n" },
	{ "a value of null", ENTRY("tcp: null"),
	    "c.yaml:1: tcp: has no value\n" },
	{ "a value that is a map", ENTRY("tcp: {a: b}"),
	    "c.yaml:1: tcp: not a single value\n" },
	{ "a list with nothing in it", ENTRY("tcp: 1, expect: [~]"),
	    "c.yaml:1: expect: a value is missing\n" },
	{ "a list in a list", ENTRY("tcp: 1, expect: [[a]]"),
	    "c.yaml:1: expect: not a single value\n" },
	{ "states that are no map", ENTRY("tcp: 1, state: ok"),
	    "c.yaml:1: state: not a map\n" },
	{ "a state that is a map", ENTRY("tcp: 1, state: {timeout: {a: b}}"),
	    "c.yaml:1: state: not a single value\n" },
	{ "a state twice", ENTRY("tcp: 1, state: {timeout: ok, timeout: ok}"),
	    "c.yaml:1: timeout: is given twice\n" },
	{ "no such key", ENTRY("tcp: 1, port-name: x"),
	    "c.yaml:1: port-name: there is no such key\n" },
	{ "port sets of an entry", ENTRY("tcp: 1, portsets: x"),
	    "c.yaml:1: portsets: there is no such key\n" },
	{ "a key of an entry twice", ENTRY("tcp: 1, tcp: 1"),
	    "c.yaml:1: tcp: is given twice\n" },
	{ "what is no default", "defaults: {tcp: 1}",
	    "c.yaml:1: tcp: is for a port, and not for defaults\n" },
	{ "YAML", "hosts: [",
	    "c.yaml:1: hosts: not a map of hosts\n"
	    "c.yaml:1: did not find expected node content, while parsing a "
	    "flow node\n" },
	{ "an alias", "hosts: {h: *a}",
	    "c.yaml:1: an alias; write out what it stands for\n" },
	/* Ports. */
	{ "no port", ENTRY("timeout: 5"),
	    "c.yaml:1: e: no port: one of tcp, udp, unix, port is needed\n" },
	{ "two ports", ENTRY("tcp: 5, udp: 5"),
	    "c.yaml:1: e: more than one of tcp, udp, unix, port\n" },
	{ "an empty item", "hosts: {h: ''}", "c.yaml:1: an item is empty\n" },
	{ "an empty item among others", "hosts: {h: '1,,2'}",
	    "c.yaml:1: an item is empty\n" },
	{ "a list with a name", "hosts: {h: {ports: {a: '1,2'}}}",
	    "c.yaml:1: a: one port has a name, and not a list of them\n" },
	{ "a blank", ENTRY("tcp: '25 '"),
	    "c.yaml:1: tcp: 25 : not a port from 1 to 65535, nor a service "
	    "name\n" },
	{ "half a range", ENTRY("tcp: 25-"),
	    "c.yaml:1: tcp: 25-: not a range of ports from 1 to 65535\n" },
	{ "hexadecimal", ENTRY("tcp: 0x19"),
	    "c.yaml:1: tcp: 0x19: not a port from 1 to 65535, nor a service "
	    "name\n" },
	{ "sexagesimal", ENTRY("tcp: 10:20"),
	    "c.yaml:1: tcp: 10:20: not a port from 1 to 65535, nor a service "
	    "name\n" },
	{ "no time", ENTRY("tcp: 1, timeout: 0"),
	    "c.yaml:1: timeout: 0: must be more than 0\n" },
	{ "no probes", ENTRY("tcp: 1, probes: 0"),
	    "c.yaml:1: probes: 0: too small\n" },
	{ "an address of a path", ENTRY("unix: /x, address: a"),
	    "c.yaml:1: e: address: cannot be used with unix\n" },
	/* What does not go together. */
	{ "for UDP", ENTRY("tcp: 1, dns-query: a"),
	    "c.yaml:1: dns-query: is for UDP only\n" },
	{ "not for UDP", ENTRY("udp: 1, tls: yes"),
	    "c.yaml:1: tls: is not for UDP\n" },
	{ "no TLS and TLS", ENTRY("tcp: 1, tls: no, sni: a"),
	    "c.yaml:1: e: tls: no, and there is TLS by another key\n" },
	{ "a handler and a conversation",
	    ENTRY("tcp: 1, handler: /bin/true, expect: a"),
	    "c.yaml:1: e: expect: cannot be used with handler\n" },
	{ "no such handler", ENTRY("tcp: 1, handler: \"\\eno|such\""),
	    "c.yaml:1: handler: \\x1bno\\x7csuch: there is no such command\n" },
	{ "a standard input for steps", ENTRY("tcp: 1, dialogue-file: '-'"),
	    "c.yaml:1: dialogue-file: not a file\n" },
	{ "no file", ENTRY("tcp: 1, ca-file: ''"),
	    "c.yaml:1: ca-file: not a file\n" },
	/* Names. */
	{ "an empty name", "hosts: {h: {ports: {'': 1}}}",
	    "c.yaml:1: : the name is empty\n" },
	{ "a long name", "hosts: {h: {ports: {" X200 "x: 1}}}",
	    "c.yaml:1: " X200 "x: the name is longer than 200 bytes\n" },
	{ "a long name and its host's",
	    "hosts: {" X50 X10 X10 ": {address: a, ports: {" X200 ": 1}}}",
	    "c.yaml:1: " X50 X10 X10
	    ": with that of an entry the name is longer than 255 bytes\n" },
	{ "a control character", "hosts: {h: {ports: {\"a\\tb\": 1}}}",
	    "c.yaml:1: a\\tb: a control character in the name\n" },
	{ "a slash", "hosts: {h: {ports: {a/b: 1}}}",
	    "c.yaml:1: a/b: a slash in the name\n" },
	{ "a slash of a host",
	    "hosts: {10.0.0.0/24: {address: 10.0.0.1, ports: 1}}",
	    "c.yaml:1: 10.0.0.0/24: a slash in the name\n" },
	{ "a slash of a name", ENTRY("tcp: 1, name: a/b"),
	    "c.yaml:1: name: a/b: a slash in the name\n" },
	{ "a merge key", "hosts: {h: {ports: {<<: {tcp: 1}}}}",
	    "c.yaml:1: <<: a merge key; there are none here\n" },
	{ "a range called like ports without names",
	    "hosts: {h: {ports: {tcp: 25-26}}}",
	    "c.yaml:1: tcp: a range cannot have this name: its ports do "
	    "without\n" },
	{ "a host like an address", "hosts: {'::g': 1}",
	    "c.yaml:1: ::g: not an IPv6 address\n" },
	{ "a loose port of such", "ports: {a: {host: '::g', tcp: 1}}",
	    "c.yaml:1: ::g: not an IPv6 address\n" },
	{ "a host like an option", "hosts: {-f: {address: a}}",
	    "c.yaml:1: -f: the name begins with a dash\n" },
	{ "an address like an option", "hosts: {h: {address: -f}}",
	    "c.yaml:1: address: begins with a dash\n" },
	{ "the name of a service, and a service",
	    "portsets: {s: [ssh]}\n"
	    "hosts:\n  h: {portsets: s, ports: {ssh: 2222}}\n",
	    "c.yaml:3: ssh: " TAKEN "1\n" },
	{ "a service, and a path like it",
	    "portsets: {s: {ssh: unix:/x}, t: ssh}\n"
	    "hosts:\n  h: {portsets: [s, t]}\n",
	    "c.yaml:1: ssh: " TAKEN "1\n" },
	{ "a host to ask for that is like an option", "portsets: {s: 1}",
	    "-H: -f: the name begins with a dash", "-f", "s" },
	{ "a loose port of no host", "ports: {a: {tcp: 1}}",
	    "c.yaml:1: a: no host: it stands in none, and names none\n" },
	{ "of another host", "hosts: {h: {ports: {a: {tcp: 1, host: g}}}}",
	    "c.yaml:1: a: is of another host than the one in which it "
	    "stands\n" },
	{ "a host twice", "hosts:\n  h: 1\n  h: 2\n",
	    "c.yaml:3: h: there is a host of that name already, at "
	    "c.yaml:2\n" },
	{ "a port set twice", "portsets:\n  s: 1\n  s: 2\n",
	    "c.yaml:3: s: there is a port set of that name already, at "
	    "c.yaml:2\n" },
	{ "an entry twice",
	    "hosts:\n  h:\n    ports:\n      a: 1\n      a: 1\n",
	    "c.yaml:5: a: there is one of that name already, at c.yaml:4\n" },
	{ "defaults of a set twice",
	    "portsets: {s: {defaults: {}, a: 1, defaults: {}}}",
	    "c.yaml:1: defaults: is given twice\n" },
	{ "another entry of another set",
	    "portsets:\n  s: {a: 1}\n  t: {a: 2}\n"
	    "hosts: {h: {portsets: [s, t]}}",
	    "c.yaml:3: a: " TAKEN "2\n" },
	{ "the same entry with other defaults",
	    "portsets:\n  s: {a: 1}\n  t: {a: 1, defaults: {expected: closed}}\n"
	    "hosts: {h: {portsets: [s, t]}}",
	    "c.yaml:3: a: " TAKEN "2\n" },
	{ "an override of two different ones",
	    "portsets:\n  s: {a: 1}\n  t: {a: 2}\n"
	    "hosts: {h: {portsets: [s, t], ports: {a: {timeout: 5}}}}",
	    "c.yaml:4: a: " TAKEN "4\n" },
	{ "a loose one of the same name",
	    "hosts:\n  h: {ports: {a: 1}}\nports:\n  a: {host: h, tcp: 2}\n",
	    "c.yaml:4: a: " TAKEN "2\n" },
	{ "a path of two hosts, asked otherwise",
	    "hosts: {g: unix:/x, h: unix:/x=closed}",
	    "c.yaml:1: /x: is asked for otherwise already; names tell them "
	    "apart\n" },
	{ "no such port set", "hosts:\n  h: {portsets: s}\n",
	    "c.yaml:2: s: there is no port set of that name\n" },
	{ "events, and no command", "notify: {events: down}\nhosts: {h: 1}",
	    "c.yaml:1: events: is of no use without command\n" },
	/* All of them, once each. */
	{ "errors of a port set, whoever has it",
	    "portsets:\n  s: {a: {}}\nhosts: {g: {portsets: s}, "
	    "h: {portsets: s, ports: 1}}",
	    "c.yaml:2: a: no port: one of tcp, udp, unix, port is needed\n" },
	{ "errors of what is not meant",
	    "portsets: {s: {a: {}}}\nhosts: {g: 1, h: 2}",
	    "c.yaml:1: a: no port: one of tcp, udp, unix, port is needed\n",
	    "g" },
	{ "many",
	    "defaults: {timeout: x}\nportsets: {s: 99999}\nhosts: {h: a b}\n"
	    "ports: 1\nmore: 2\n",
	    "c.yaml:1: timeout: x: not a number\n"
	    "c.yaml:2: tcp: 99999: not a port from 1 to 65535, nor a service "
	    "name\n"
	    "c.yaml:3: tcp: a b: not a port from 1 to 65535, nor a service "
	    "name\n"
	    "c.yaml:4: ports: not a map of ports\n"
	    "c.yaml:5: more: no key that can stand here\n" },
	/* What is meant. */
	{ "no such host", "hosts: {h: 1}",
	    "-H: g: there is no host of that name in the configuration", "g" },
	{ "no such port set to ask for", "hosts: {h: 1}",
	    "--portset: s: there is no port set of that name", NULL, "s" },
};

START_TEST(is_bad)
{
	assert_row(&bad[_i]);
}
END_TEST

/* What is asked, in more words than people are told. */

static void
put_bytes(struct text *t, const char *what, struct bytes b)
{
	text_printf(t, " %s=", what);
	text_escape(t, b.data, b.len, 100);
}

static void
put_expect(struct text *t, const struct expect *e)
{
	size_t i;

	for (i = 0; i < e->n; i++) {
		text_printf(t, " %s%d=", e->all ? "all" : "expect",
		    (int)e->patterns[i].kind);
		text_escape(t, e->patterns[i].text.data,
		    e->patterns[i].text.len, 100);
	}
}

static void
put_policy(struct text *t, const struct policy *p)
{
	enum outcome o;

	for (o = 0; o < OUTCOME_COUNT; o++)
		if (p->given[o])
			text_printf(t, " %s=%s", outcome_name(o),
			    state_name(p->states[o]));
	if (p->has_warning)
		text_printf(t, " warning=%g", p->warning.end);
	if (p->has_critical)
		text_printf(t, " critical=%g", p->critical.end);
	if (p->has_days)
		text_printf(t, " days=%d,%d", (int)p->warning_days,
		    (int)p->critical_days);
	if (p->has_offset_warning)
		text_printf(t, " offset-w=%g", p->offset_warning.end);
	if (p->has_offset_critical)
		text_printf(t, " offset-c=%g", p->offset_critical.end);
}

static void
put_sock(struct text *t, const struct sock_conf *s)
{
	if (s == NULL)
		return;
	text_printf(t, " sock=%d/%u/%s/%u/%u", s->source.family, s->source_port,
	    s->interface != NULL ? s->interface : "", s->tos, s->ttl);
}

/* The interval in milliseconds, retries, severe, lag. */
static void
put_rounds(struct text *t, const struct rounds *r)
{
	text_printf(t, "%u/%u/%u/%g ", (unsigned)r->interval_ms, r->retries,
	    r->severe, r->lag_ms);
}

static void
details(struct text *t, const struct portset *set, const struct entry *e)
{
	const struct ask *ask = entry_ask(set, e);
	const struct dialogue *d = e->target.dialogue;
	const struct inquiry *q = e->target.inquiry;
	const struct handler *h = e->target.terms->handler;
	size_t i;

	entry_describe(t, set, e);
	text_printf(t, " family=%d", e->target.family);
	put_policy(t, ask->policy);
	put_sock(t, e->target.terms->sock);
	text_puts(t, " rounds=");
	put_rounds(t, ask->rounds);
	for (i = 0; h != NULL && h->words[i] != NULL; i++)
		text_printf(t, " word=%s", h->words[i]);
	for (i = 0; i < d->n; i++) {
		if (d->steps[i].kind == STEP_SEND)
			put_bytes(t, "send", d->steps[i].send);
		put_expect(t, &d->steps[i].expect);
		if (d->steps[i].kind == STEP_WAIT)
			text_printf(t, " pause=%d", (int)d->steps[i].wait_us);
	}
	put_bytes(t, "quit", q != NULL ? q->quit : d->quit);
	text_printf(t, " quiet=%d max=%zu",
	    (int)(q != NULL ? q->quiet_us : d->quiet_us),
	    q != NULL ? q->max_bytes : d->max_bytes);
	if (q == NULL)
		return;
	for (i = 0; i < q->n && q->payloads[i].send.data != NULL; i++)
		put_bytes(t, "payload", q->payloads[i].send);
	put_expect(t, &q->expect);
	text_printf(t, " other-port=%d", q->other_port);
	if (d->dns != NULL && d->dns->name != NULL)
		text_printf(t, " name=%.*s", (int)d->dns->name_len,
		    d->dns->name);
	if (d->dns != NULL && d->dns->has_rcode)
		text_printf(t, " rcode=%u", d->dns->rcode);
	if (d->dns != NULL && d->dns->address.family != AF_UNSPEC)
		text_printf(t, " address");
}

/* Each key, on an entry: a good value and what becomes of it, and a bad one. */
static const struct {
	enum config_key key;
	const char *keys;
	const char *want; /* somewhere in the details */
	const char *bad;
	const char *why;
} keys[] = {
	{ CONFIG_TCP, "tcp: 5", "h/e: h tcp/5,", "tcp: 0",
	    "tcp: 0: not a port from 1 to 65535, nor a service name" },
	{ CONFIG_UDP, "udp: 5", "h/e: h udp/5,", "udp: -1",
	    "udp: -1: not a range of ports from 1 to 65535" },
	{ CONFIG_UNIX, "unix: /x", "h/e: /x,", "unix: x",
	    "unix: x: the path does not begin with a slash" },
	{ CONFIG_TRANSPORT, "transport: udp, port: 7", "h udp/7,",
	    "transport: sctp, port: 7",
	    "transport: sctp: neither tcp nor udp" },
	{ CONFIG_PORT, "port: ssh", "h tcp/22,", "port: 65536",
	    "port: 65536: not a port from 1 to 65535, nor a service name" },
	{ CONFIG_NAME, "tcp: 5, name: f", "h/f: ", "tcp: 5, name: ''",
	    "name: the name is empty" },
	{ CONFIG_HOST, "tcp: 5, host: h", "h/e: ", "tcp: 5, host: ''",
	    "host: the name is empty" },
	{ CONFIG_ADDRESS, "tcp: 5, address: 192.0.2.1", "192.0.2.1 tcp/5",
	    "tcp: 5, address: /x", "address: /x: not one address or name" },
	{ CONFIG_PROTOCOL, "protocol: imap", "tcp/143, imap",
	    "tcp: 5, protocol: ntp",
	    "protocol: ntp: no protocol of that name" },
	{ CONFIG_STARTTLS, "protocol: smtp, starttls: yes", "+starttls, TLS",
	    "tcp: 5, starttls: 1", "starttls: neither yes nor no" },
	{ CONFIG_SEND, "tcp: 5, send: a", " send=a", "udp: 5, send: [a]",
	    "send: not a single value" },
	{ CONFIG_SEND_HEX, "udp: 5, send-hex: 41", " payload=A",
	    "tcp: 5, send-hex: 4",
	    "e: --send-hex: 4: not hexadecimal bytes of "
	    "two digits each" },
	{ CONFIG_EXPECT, "tcp: 5, expect: [a, b]", " expect0=a expect0=b",
	    "tcp: 5, expect: []", "expect: the list is empty" },
	{ CONFIG_EXPECT_PREFIX, "tcp: 5, expect-prefix: a", " expect1=a",
	    "tcp: 5, expect-prefix: ''", NULL },
	{ CONFIG_EXPECT_REGEX, "tcp: 5, expect-regex: '[ab]'", " expect2=[ab]",
	    "tcp: 5, expect-regex: '['", NULL },
	{ CONFIG_EXPECT_HEX, "tcp: 5, expect-hex: 4142", " expect0=AB",
	    "tcp: 5, expect-hex: x", NULL },
	{ CONFIG_EXPECT_NOT, "tcp: 5, expect-not: a", " expect3=a",
	    "tcp: 5, expect-not: ''", NULL },
	{ CONFIG_ALL, "tcp: 5, expect: [a, b], all: yes", " all0=a all0=b",
	    "tcp: 5, all: maybe", "all: neither yes nor no" },
	{ CONFIG_QUIT, "tcp: 5, quit: bye", " quit=bye\\r\\n",
	    "tcp: 5, quit: [a]", "quit: not a single value" },
	{ CONFIG_ESCAPE, "tcp: 5, quit: 'a\\x42', escape: yes", " quit=aB ",
	    "tcp: 5, escape: []", "escape: not a single value" },
	{ CONFIG_DIALOGUE, "tcp: 5, dialogue: ['send:a', 'expect:b']",
	    " send=a expect0=b", "tcp: 5, dialogue: 'say:a'", NULL },
	{ CONFIG_DIALOGUE_FILE, "tcp: 5, dialogue-file: steps",
	    " send=fromfile", "tcp: 5, dialogue-file: nosuch",
	    "dialogue-file: nosuch: No such file or directory" },
	{ CONFIG_HANDLER, "tcp: 5, handler: [/bin/true, -H, '%h']",
	    " word=/bin/true word=-H word=%h", "tcp: 5, handler: '%h'", NULL },
	{ CONFIG_DNS_QUERY, "udp: 53, dns-query: a.example", " name=a.example",
	    "udp: 53, dns-query: 'a/NOSUCH'", NULL },
	{ CONFIG_DNS_RCODE, "udp: 53, dns-rcode: nxdomain", " rcode=3",
	    "udp: 53, dns-rcode: x", NULL },
	{ CONFIG_DNS_ADDRESS,
	    "udp: 53, dns-query: a.example, "
	    "dns-address: 192.0.2.1",
	    " address", "udp: 53, dns-address: x", NULL },
	{ CONFIG_ANY_SOURCE_PORT, "udp: 5, any-source-port: yes",
	    " other-port=1", "tcp: 5, any-source-port: yes",
	    "any-source-port: is for UDP only" },
	{ CONFIG_OFFSET_WARNING, "udp: 123, offset-warning: 5", " offset-w=5",
	    "udp: 123, offset-warning: x", NULL },
	{ CONFIG_OFFSET_CRITICAL, "udp: 123, offset-critical: 5", " offset-c=5",
	    "udp: 123, offset-critical: x", NULL },
	{ CONFIG_MAXBYTES, "tcp: 5, expect: a, maxbytes: 77", " max=77",
	    "tcp: 5, maxbytes: 0", NULL },
	{ CONFIG_DELAY, "tcp: 5, send: a, expect: b, delay: 1",
	    " pause=1000000", "tcp: 5, delay: x", NULL },
	{ CONFIG_WAIT, "tcp: 5, expect: a, wait: 1", " quiet=1000000",
	    "tcp: 5, wait: x", NULL },
	{ CONFIG_TLS, "tcp: 5, tls: on", ", TLS", "tcp: 5, tls: 5",
	    "tls: neither yes nor no" },
	{ CONFIG_CERT_DAYS, "tcp: 5, cert-days: '14,7'", " days=14,7",
	    "tcp: 5, cert-days: x", NULL },
	{ CONFIG_SNI, "tcp: 5, sni: a.example", ", TLS", "tcp: 5, sni: ''",
	    NULL },
	{ CONFIG_VERIFY, "tcp: 5, verify: yes", ", TLS", "tcp: 5, verify: x",
	    "verify: neither yes nor no" },
	{ CONFIG_VERIFY_NAME, "tcp: 5, verify-name: a.example", ", TLS",
	    "tcp: 5, verify-name: ''", NULL },
	{ CONFIG_CA_FILE, "tcp: 5, ca-file: steps", ", TLS",
	    "tcp: 5, ca-file: {}", "ca-file: not a single value" },
	{ CONFIG_TLS_MIN, "tcp: 5, tls-min: 1.3", ", TLS",
	    "tcp: 5, tls-min: 1.4", NULL },
	{ CONFIG_CLIENT_CERT, "tcp: 5, client-cert: steps", ", TLS",
	    "tcp: 5, client-cert: ''", "client-cert: not a file" },
	{ CONFIG_CLIENT_KEY, "tcp: 5, client-cert: steps, client-key: steps",
	    ", TLS", "tcp: 5, client-key: ''", "client-key: not a file" },
	{ CONFIG_ALPN, "tcp: 5, alpn: 'h2,http/1.1'", ", TLS",
	    "tcp: 5, alpn: ''", NULL },
	{ CONFIG_EXPECTED, "tcp: 5, expected: filtered", "expected filtered",
	    "tcp: 5, expected: shut", NULL },
	{ CONFIG_SEVERITY, "tcp: 5, severity: Warning", "or else a warning",
	    "tcp: 5, severity: ok",
	    "severity: ok: neither warning nor critical" },
	{ CONFIG_STATE, "tcp: 5, state: {timeout: warning, refused: ok}",
	    " refused=OK timeout=WARNING", "tcp: 5, state: {timeout: bad}",
	    NULL },
	{ CONFIG_WARNING, "tcp: 5, warning: 0.5", " warning=0.5",
	    "tcp: 5, warning: x", NULL },
	{ CONFIG_CRITICAL, "tcp: 5, critical: 0.5", " critical=0.5",
	    "tcp: 5, critical: '5:1'", NULL },
	{ CONFIG_TIMEOUT, "tcp: 5, timeout: 0.5", "within 0.5 s",
	    "tcp: 5, timeout: '5:ok'",
	    "timeout: 5:ok: not a number of seconds" },
	{ CONFIG_RETRIES, "tcp: 5, retries: 3", "retries 3",
	    "tcp: 5, retries: -1", NULL },
	{ CONFIG_INTERVAL, "tcp: 5, interval: 0.25", " rounds=250/0/0/0 ",
	    "tcp: 5, interval: 0.05",
	    "interval: 0.05: not from 0.1 seconds to a week" },
	{ CONFIG_INTERVAL, "tcp: 5, interval: 604800",
	    " rounds=604800000/0/0/0 ", "tcp: 5, interval: 5m",
	    "interval: 5m: not a number" },
	{ CONFIG_LAG, "tcp: 5, lag: 0.5", " rounds=0/0/0/0.5 ",
	    "tcp: 5, lag: -1", "lag: -1: is negative" },
	{ CONFIG_SEVERE, "tcp: 5, severe: 7", " rounds=0/0/7/0 ",
	    "tcp: 5, severe: 0.5", "severe: 0.5: not a whole number" },
	{ CONFIG_PROBES, "tcp: 5, probes: 3", "probes 3", "tcp: 5, probes: 0",
	    NULL },
	{ CONFIG_FAMILY, "tcp: 5, family: ipv4", " family=2 ",
	    "tcp: 5, family: IPv4",
	    "family: IPv4: not one of any, ipv4, ipv6" },
	{ CONFIG_FAMILY, "tcp: 5, family: ipv6", " family=10",
	    "tcp: 5, family: 4", "family: 4: not one of any, ipv4, ipv6" },
	{ CONFIG_SOURCE, "tcp: 5, source: 192.0.2.1", " sock=2/0//0/0",
	    "tcp: 5, source: x", NULL },
	{ CONFIG_SOURCE_PORT, "tcp: 5, source-port: 99", " sock=0/99//0/0",
	    "tcp: 5, source-port: 0", NULL },
	{ CONFIG_INTERFACE, "tcp: 5, interface: lo", " sock=0/0/lo/0/0",
	    "tcp: 5, interface: ''", NULL },
	{ CONFIG_DSCP, "tcp: 5, dscp: ef", " sock=0/0//184/0",
	    "tcp: 5, dscp: 64", NULL },
	{ CONFIG_TOS, "tcp: 5, tos: 16", " sock=0/0//16/0", "tcp: 5, tos: 256",
	    NULL },
	{ CONFIG_TTL, "tcp: 5, ttl: 9", " sock=0/0//0/9", "tcp: 5, ttl: 0",
	    NULL },
	{ CONFIG_ENABLED, "tcp: 5, enabled: TRUE",
	    "h/e: ", "tcp: 5, enabled: 1", "enabled: neither yes nor no" },
};

static void
build_entry(struct built *b, const char *entry)
{
	char yaml[1000];

	put("steps", "send:fromfile\n");
	snprintf(yaml, sizeof(yaml), ENTRY("%s"), entry);
	build(b, yaml);
}

START_TEST(key)
{
	const char *name = config_rows[keys[_i].key].name;
	char want[300];
	struct built b;
	struct text t;

	build_entry(&b, keys[_i].keys);
	ck_assert_msg(b.set.n == 1, "%s: %s", name, b.got.data);
	text_init(&t, 10000);
	details(&t, &b.set, &b.set.entries[0]);
	ck_assert_msg(strstr(t.data, keys[_i].want) != NULL,
	    "%s: no \"%s\" in \"%s\"", name, keys[_i].want, t.data);
	text_free(&t);
	end(&b);

	build_entry(&b, keys[_i].bad);
	snprintf(want, sizeof(want), "c.yaml:1: %s%s",
	    keys[_i].why != NULL ? keys[_i].why : name,
	    keys[_i].why != NULL ? "\n" : ": ");
	ck_assert_msg(strncmp(b.got.data, want, strlen(want)) == 0,
	    "%s: \"%s\" and not \"%s\"", name, b.got.data, want);
	ck_assert_uint_eq(b.config.n_errors, 1);
	end(&b);
}
END_TEST

/* Where each key may stand, and that none is without a case. */
START_TEST(levels)
{
	char yaml[300];
	struct built b;
	size_t i, j;

	for (i = 0; i < CONFIG_KEYS; i++) {
		const struct config_row *row = &config_rows[i];
		bool refused;

		for (j = 0; j < ARRAY_SIZE(keys); j++)
			if (keys[j].key == i)
				break;
		ck_assert_msg(i == CONFIG_PORTSETS || j < ARRAY_SIZE(keys),
		    "%s: no case", row->name);
		snprintf(yaml, sizeof(yaml), "defaults: {%s: {x: y}}",
		    row->name);
		build(&b, yaml);
		refused = strstr(b.got.data, "is for a port") != NULL ||
		    strstr(b.got.data, "no such key") != NULL;
		ck_assert_msg(refused ==
			((row->levels & CONFIG_AT_DEFAULTS) !=
			    CONFIG_AT_DEFAULTS),
		    "%s: %s", row->name, b.got.data);
		ck_assert_uint_eq(b.config.n_errors, 1);
		end(&b);
	}
}
END_TEST

static const struct entry *
entry_of(const struct built *b, const char *name)
{
	struct text t;
	size_t i;
	bool found;

	for (i = 0; i < b->set.n; i++) {
		text_init(&t, 300);
		entry_name(&t, &b->set, &b->set.entries[i]);
		found = strcmp(t.data, name) == 0;
		text_free(&t);
		if (found)
			return &b->set.entries[i];
	}
	ck_abort_msg("%s: not in: %s", name, b->got.data);
}

/* Who wants the same of TLS has it together, and nobody else. */
START_TEST(contexts)
{
	const struct tls_context *a, *c, *d, *e, *f;
	struct built b;

	build(&b,
	    "defaults: {verify: yes}\n"
	    "hosts: {h: {ports: {a: {tcp: 1, tls: yes}, "
	    "b: {tcp: 2, tls: yes, expect: x, timeout: 5}, "
	    "c: {tcp: 3, verify: no, tls: yes}, "
	    "d: {tcp: 4, sni: x}, e: {tcp: 5, verify-name: x}, "
	    "f: {tcp: 6, tls: yes, tls-min: 1.3}, g: 7}}, "
	    "i: {ports: {a: {tcp: 9, protocol: imaps}}}}");
	ck_assert_msg(b.set.n == 8, "%s", b.got.data);
	a = entry_of(&b, "h/a")->target.dialogue->tls;
	c = entry_of(&b, "h/c")->target.dialogue->tls;
	d = entry_of(&b, "h/d")->target.dialogue->tls;
	e = entry_of(&b, "h/e")->target.dialogue->tls;
	f = entry_of(&b, "h/f")->target.dialogue->tls;
	ck_assert_ptr_nonnull(a);
	ck_assert_ptr_eq(a, entry_of(&b, "h/b")->target.dialogue->tls);
	ck_assert_ptr_eq(a, entry_of(&b, "i/a")->target.dialogue->tls);
	ck_assert_ptr_ne(a, c);
	ck_assert(a != d && c != d && a != e && d != e && a != f);
	ck_assert_ptr_null(entry_of(&b, "h/g")->target.dialogue->tls);
	end(&b);
}
END_TEST

/* Two that differ in nothing else, from which no connection may be shared. */
static const struct {
	const char *one, *other;
} wishes[] = {
	{ "sni: x", "sni: y" },
	{ "verify: yes", "verify: no" },
	{ "verify: yes, verify-name: x", "verify: yes, verify-name: y" },
	{ "verify: yes, ca-file: one", "verify: yes, ca-file: two" },
	{ "tls-min: 1.2", "tls-min: 1.3" },
	{ "client-cert: one", "client-cert: two" },
	{ "client-cert: one, client-key: one",
	    "client-cert: one, client-key: two" },
	{ "alpn: x", "alpn: y" },
};

START_TEST(contexts_by_wish)
{
	char yaml[300];
	struct built b;

	put("one", "");
	put("two", "");
	snprintf(yaml, sizeof(yaml),
	    "hosts: {h: {ports: {a: {tcp: 1, tls: yes, %s}, "
	    "b: {tcp: 1, tls: yes, %s}, c: {tcp: 2, tls: yes, %s}}}}",
	    wishes[_i].one, wishes[_i].other, wishes[_i].one);
	build(&b, yaml);
	ck_assert_msg(b.set.n == 3, "%s: %s", yaml, b.got.data);
	ck_assert_ptr_nonnull(b.set.entries[0].target.dialogue->tls);
	ck_assert_msg(b.set.entries[0].target.dialogue->tls !=
		b.set.entries[1].target.dialogue->tls,
	    "%s", wishes[_i].other);
	ck_assert_ptr_eq(b.set.entries[0].target.dialogue->tls,
	    b.set.entries[2].target.dialogue->tls);
	end(&b);
}
END_TEST

/* "verify: no" that is nearer than who is to be trusted. */
START_TEST(no_verify)
{
	const struct tls_context *a;
	struct built b;

	build(&b,
	    "defaults: {ca-file: /dev/null, verify-name: y}\n"
	    "hosts: {h: {ports: {a: {tcp: 1, tls: yes, verify: no}}}}");
	a = entry_of(&b, "h/a")->target.dialogue->tls;
	ck_assert_ptr_nonnull(a);
	ck_assert_ptr_nonnull(b.config.recipes);
	end(&b);
}
END_TEST

/* What handlers are told of who decides, be it a path or a name elsewhere. */
static const struct {
	const char *entry, *want;
} named[] = {
	{ "h/a", "h h/a" },
	{ "h/b", "h h/b" },
	{ "h/c", "h h/c" },
	{ "/x", "/x /x" },
	{ "i/tcp/1", "i i/tcp/1" },
	{ "i/tcp/2", "i i/tcp/2" },
};

START_TEST(names_for_handlers)
{
	const struct target *t;
	const struct handler *h;
	struct text got;
	struct built b;

	build(&b,
	    "defaults: {handler: /bin/true}\n"
	    "hosts: {h: {address: n, ports: {a: 1, b: unix:/y, "
	    "c: {tcp: 3, address: m}}}, i: [1-2, unix:/x]}");
	t = &entry_of(&b, named[_i].entry)->target;
	h = t->terms->handler;
	text_init(&got, 100);
	h->host(&got, h->ctx, t);
	text_puts(&got, " ");
	h->name(&got, h->ctx, t);
	unit_str(named[_i].entry, got.data, named[_i].want);
	text_free(&got);
	end(&b);
}
END_TEST

/* What many ports share is there once. */
START_TEST(shared)
{
	struct built b;

	build(&b,
	    "portsets: {s: {a: {tcp: 1, expect: x}, b: {tcp: 2, "
	    "expect: x}}}\n"
	    "hosts: {g: {portsets: s}, h: {portsets: s}}");
	ck_assert_uint_eq(b.set.n, 4);
	ck_assert_uint_eq(b.config.n_recipes, 1);
	ck_assert_uint_eq(b.set.n_asks, 2);
	ck_assert_uint_eq(b.set.entries[0].ask, b.set.entries[2].ask);
	end(&b);
}
END_TEST

/* What the daemon reads: retries are those of rounds, whoever says it. */
static const struct {
	const char *name;
	const char *yaml;
	const char *want; /* put_rounds() of each entry */
} told_rounds[] = {
	{ "nothing", "hosts: {h: 1}", "60000/2/12/0 " },
	{ "the file", "defaults: {interval: 5, retries: 0}\nhosts: {h: 1}",
	    "5000/0/12/0 " },
	{ "the set before it",
	    "defaults: {interval: 5, lag: 100, severe: 3}\n"
	    "portsets: {s: {defaults: {lag: 0, severe: 0}, a: 1}}\n"
	    "hosts: {h: {portsets: s}}",
	    "5000/2/0/0 " },
	{ "the host before those",
	    "defaults: {interval: 5}\n"
	    "portsets: {s: {defaults: {interval: 6, retries: 1}, a: 1}}\n"
	    "hosts: {h: {portsets: s, defaults: {interval: 0.5}}}",
	    "500/1/12/0 " },
	{ "the entry before those",
	    "portsets: {s: {a: {tcp: 1, interval: 9, retries: 3}}}\n"
	    "hosts: {h: {portsets: s, defaults: {interval: 6, lag: 2.5}}}",
	    "9000/3/12/2.5 " },
	{ "an override before all",
	    "portsets: {s: {a: {tcp: 1, interval: 9, severe: 2}}}\n"
	    "hosts: {h: {portsets: s, ports: {a: {interval: 90}}}}",
	    "90000/2/2/0 " },
	{ "two that differ in nothing else",
	    "hosts: {h: {ports: {a: {tcp: 1, interval: 1}, "
	    "b: {tcp: 1, interval: 2}, c: {tcp: 1}, d: {tcp: 1, lag: 1}, "
	    "e: {tcp: 1, severe: 1}, f: {tcp: 1, retries: 1}}}}",
	    "1000/2/12/0 2000/2/12/0 60000/2/12/0 60000/2/12/1 60000/2/1/0 "
	    "60000/1/12/0 " },
	{ "by UDP, by a handler",
	    "defaults: {interval: 7, retries: 4}\n"
	    "hosts: {h: {ports: {a: udp:53, b: {tcp: 1, handler: "
	    "/bin/true}}}}",
	    "7000/4/12/0 7000/4/12/0 " },
};

START_TEST(rounds)
{
	struct built b;
	struct text got;
	size_t i;

	begin(&b);
	text_init(&got, 1000);
	put("c.yaml", told_rounds[_i].yaml);
	b.config.usual.confirm = true;
	b.config.usual.retries = 9;
	b.config.usual.rounds = (struct rounds){ ROUNDS_INTERVAL_MS,
		ROUNDS_RETRIES, ROUNDS_SEVERE, 0 };
	config_read(&b.config, "c.yaml");
	fill(&b, NULL, NULL);
	for (i = 0; i < b.set.n; i++) {
		const struct entry *e = &b.set.entries[i];

		put_rounds(&got, entry_ask(&b.set, e)->rounds);
		ck_assert_uint_eq(e->target.terms->retries, 0);
	}
	unit_str(told_rounds[_i].name, got.data, told_rounds[_i].want);
	text_free(&got);
	end(&b);
}
END_TEST

/* What is not meant is not in the set, nor has it a say in it. */
START_TEST(no_asks_of_others)
{
	struct built b;

	begin(&b);
	put("c.yaml",
	    "portsets: {s: {a: {udp: 1, timeout: 999}}}\n"
	    "hosts: {g: {portsets: s}, h: 22}");
	config_read(&b.config, "c.yaml");
	fill(&b, "h", NULL);
	unit_str("one", b.got.data, "h/tcp/22: h tcp/22" OPEN);
	ck_assert_uint_eq(b.set.n_asks, 1);
	ck_assert(!b.set.udp);
	end(&b);
}
END_TEST

/* Files that are included. */

START_TEST(include)
{
	struct built b;

	ck_assert_int_eq(mkdir("d", 0755), 0);
	ck_assert_int_eq(mkdir("d/sub", 0755), 0);
	put("d/2.yaml", "portsets: {t: 2}\ninclude: sub/x.yaml\n");
	put("d/1.yml", "portsets: {s: 1}\ndefaults: {retries: 1}\n");
	put("d/.3.yaml", "[");
	put("d/4.txt", "[");
	put("d/sub/ca", "");
	put("d/sub/x.yaml", "portsets: {u: {a: {tcp: 3, ca-file: ca}}}\n");
	build(&b,
	    "defaults: {timeout: 9}\n"
	    "hosts: {h: {portsets: [s, t, u], ports: 4}}\n"
	    "include: [d]\n");
	unit_str("directory", b.got.data,
	    "h/tcp/1: h tcp/1, expected open, within 9 s, retries 1\n"
	    "h/tcp/2: h tcp/2, expected open, within 9 s\n"
	    "h/a: h tcp/3, TLS, expected open, within 9 s\n"
	    "h/tcp/4: h tcp/4, expected open, within 9 s\n");
	end(&b);
}
END_TEST

static const struct {
	const char *name;
	const char *yaml;
	const char *want;
} includes[] = {
	{ "itself", "include: c.yaml",
	    "c.yaml:1: c.yaml: this file is read already, as c.yaml:1\n" },
	{ "itself by another name", "include: ./c.yaml",
	    "c.yaml:1: ./c.yaml: this file is read already, as c.yaml:1\n" },
	{ "twice", "include:\n- a.yaml\n- a.yaml\n",
	    "c.yaml:3: a.yaml: this file is read already, as a.yaml:1\n" },
	{ "in a circle", "include: b.yaml",
	    "b.yaml:1: c.yaml: this file is read already, as c.yaml:1\n" },
	{ "missing", "\ninclude: no.yaml",
	    "c.yaml:2: no.yaml: No such file or directory\n" },
	{ "a bad one", "include: e.yaml",
	    "e.yaml:2: x: no key that can stand here\n" },
	{ "what is there already", "hosts: {h: 1}\ninclude: f.yaml",
	    "f.yaml:1: h: there is a host of that name already, at "
	    "c.yaml:1\n" },
	{ "too deep", "include: 0.yaml",
	    "15.yaml:1: 16.yaml: too many files\n" },
};

START_TEST(included)
{
	char file[20], text[40];
	struct built b;
	int i;

	put("a.yaml", "");
	put("b.yaml", "include: c.yaml");
	put("e.yaml", "hosts: {h: 1}\nx: y\n");
	put("f.yaml", "hosts: {h: 1}\n");
	for (i = 0; i < 20; i++) {
		snprintf(file, sizeof(file), "%d.yaml", i);
		snprintf(text, sizeof(text), "include: %d.yaml", i + 1);
		put(file, text);
	}
	build(&b, includes[_i].yaml);
	unit_str(includes[_i].name, b.got.data, includes[_i].want);
	end(&b);
}
END_TEST

START_TEST(many_files)
{
	struct built b;
	char file[20];
	struct text t;
	int i;

	text_init(&t, 100000);
	text_puts(&t, "include:\n");
	for (i = 0; i < 2000; i++) {
		snprintf(file, sizeof(file), "f%d.yaml", i);
		put(file, "");
		text_printf(&t, "- %s\n", file);
	}
	build(&b, t.data);
	ck_assert_uint_eq(b.config.n_errors, 1001);
	unit_str("first", strtok(b.got.data, "\n"),
	    "c.yaml:1001: f999.yaml: too many files");
	text_free(&t);
	end(&b);
}
END_TEST

static const struct {
	const char *file;
	const char *want;
} unreadable[] = {
	{ "no.yaml", "no.yaml: No such file or directory\n" },
	{ "/", "/: Is a directory\n" },
	{ "/dev/null", "" },
};

START_TEST(file)
{
	struct built b;

	begin(&b);
	config_read(&b.config, unreadable[_i].file);
	fill(&b, NULL, NULL);
	unit_str(unreadable[_i].file, b.got.data, unreadable[_i].want);
	end(&b);
	begin(&b);
	config_read_list(&b.config, unreadable[_i].file);
	fill(&b, NULL, NULL);
	unit_str(unreadable[_i].file, b.got.data, unreadable[_i].want);
	end(&b);
}
END_TEST

START_TEST(many_errors)
{
	struct built b;
	struct text t;
	size_t i, lines = 0;

	text_init(&t, 100000);
	text_puts(&t, "hosts:\n");
	for (i = 0; i < 1500; i++)
		text_printf(&t, "  h%zu: x y\n", i);
	build(&b, t.data);
	for (i = 0; i < b.got.len; i++)
		lines += b.got.data[i] == '\n';
	ck_assert_uint_eq(b.config.n_errors, 1500);
	ck_assert_uint_eq(lines, 1000);
	text_free(&t);
	end(&b);
}
END_TEST

/* Lists. */

static const struct {
	const char *list;
	size_t len;
	const char *want;
} lists[] = {
#define LIST(s) s, sizeof(s) - 1
	{ LIST(""), "" },
	{ LIST("# nothing\n\n  \t\n"), "" },
	{ LIST("h 22\n"), "h/tcp/22: h tcp/22" OPEN },
	{ LIST("h 22"), "h/tcp/22: h tcp/22" OPEN },
	{ LIST("h\t22 ssh\r\nh 25 smtp # mail\r\n"),
	    "h/ssh: h tcp/22" OPEN "h/smtp: h tcp/25" OPEN },
	{ LIST("h 22 # x\n::1 udp:53\nh unix:/x\n"),
	    "h/tcp/22: h tcp/22" OPEN "/x: /x" OPEN
	    "::1/udp/53: ::1 udp/53, domain" OPEN },
	{ LIST("h 8-9=closed\nh 9=closed\n"),
	    "h/tcp/8: h tcp/8" CLOSED "h/tcp/9: h tcp/9" CLOSED },
	{ LIST("h 993/imaps mail\nh 993/imaps\n"),
	    "h/mail: h tcp/993, imaps, TLS" OPEN
	    "h/tcp/993: h tcp/993, imaps, TLS" OPEN },
	{ LIST("h unix:/x socket\n"), "h/socket: /x" OPEN },
	{ LIST("h 22 a\nh 23 a\n"),
	    "list:2: a: the host has another of that name already, from "
	    "list:1\n" },
	{ LIST("h 22 a\nh 22 a\n"), "h/a: h tcp/22" OPEN },
	{ LIST("h\n"), "list:1: h: not a host, a port and perhaps a name\n" },
	{ LIST("\nh 22 a b\n"),
	    "list:2: h: not a host, a port and perhaps a name\n" },
	{ LIST("/h 22\n"), "list:1: /h: a slash in the name\n" },
	{ LIST("h 22,23\n"), "list:1: 22,23: one port or range in a line\n" },
	{ LIST("h 22 a/b\n"), "list:1: a/b: a slash in the name\n" },
	{ LIST("h 22\0 a\nh 0\n"),
	    "list:1: a NUL byte\nlist:2: tcp: 0: not a port from 1 to 65535, "
	    "nor a service name\n" },
	{ LIST("\xff 22\n"), "\\xff/tcp/22: \\xff tcp/22" OPEN },
	{ LIST("-f 22\n"), "list:1: -f: the name begins with a dash\n" },
};

START_TEST(list)
{
	struct built b;

	begin(&b);
	write_file("list", lists[_i].list, lists[_i].len);
	config_read_list(&b.config, "list");
	fill(&b, NULL, NULL);
	unit_str(lists[_i].list, b.got.data, lists[_i].want);
	end(&b);
}
END_TEST

/* Hosts without number: little is kept of each, and they are all there. */
START_TEST(long_list)
{
	FILE *f = fopen("list", "we");
	struct built b;
	int i;

	ck_assert_ptr_nonnull(f);
	for (i = 0; i < 100000; i++)
		(void)fprintf(f, "h%d %s\n", i,
		    i % 2 == 0 ? "22" : "443/https");
	ck_assert_int_eq(fclose(f), 0);
	begin(&b);
	config_read_list(&b.config, "list");
	ck_assert_uint_eq(b.config.n_layers, 2);
	fill(&b, "h99999", NULL);
	unit_str("the last", b.got.data,
	    "h99999/tcp/443: h99999 tcp/443, "
	    "https, TLS" OPEN);
	ck_assert_uint_eq(b.config.n_hosts, 100000);
	ck_assert_uint_eq(b.config.n_recipes, 2);
	end(&b);
	ck_assert(sizeof(struct config_host) <= 64 &&
	    sizeof(struct config_entry) <= 24 &&
	    sizeof(struct config_loose) <= 8);
}
END_TEST

/* Time that does not grow with the square: 10,000 that are all overridden. */
START_TEST(large_host)
{
	struct built b;
	struct text t;
	int i;

	text_init(&t, 1 << 20);
	text_puts(&t, "portsets:\n  s:\n");
	for (i = 1; i <= 10000; i++)
		text_printf(&t, "    e%d: %d\n", i, i);
	text_puts(&t, "hosts:\n  h:\n    portsets: s\n    ports:\n");
	for (i = 1; i <= 10000; i++)
		text_printf(&t, "      e%d: {expected: closed}\n", i);
	build(&b, t.data);
	ck_assert_uint_eq(b.set.n, 10000);
	ck_assert_uint_eq(b.set.n_asks, 10000);
	ck_assert_uint_eq(b.config.n_recipes, 2);
	text_free(&t);
	end(&b);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("config");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, put_directory, remove_directory);
	unit_rows(tc, is_good, good);
	unit_rows(tc, is_bad, bad);
	unit_rows(tc, key, keys);
	tcase_add_test(tc, levels);
	tcase_add_test(tc, contexts);
	unit_rows(tc, contexts_by_wish, wishes);
	tcase_add_test(tc, no_verify);
	unit_rows(tc, names_for_handlers, named);
	tcase_add_test(tc, shared);
	unit_rows(tc, rounds, told_rounds);
	tcase_add_test(tc, no_asks_of_others);
	tcase_add_test(tc, include);
	unit_rows(tc, included, includes);
	tcase_add_test(tc, many_files);
	unit_rows(tc, file, unreadable);
	tcase_add_test(tc, many_errors);
	unit_rows(tc, list, lists);
	tcase_add_test(tc, long_list);
	tcase_add_test(tc, large_host);
	return unit_run("config", tc);
}
