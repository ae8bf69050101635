/* SPDX-License-Identifier: ISC */
/*
 * A configuration as it stands in its files: port sets, hosts, and the defaults
 * of each level.  portstate.yaml(5) describes it; config_set.h makes of it what
 * is probed.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon_conf.h"
#include "index.h"
#include "pool.h"
#include "rounds.h"
#include "text.h"

enum config_key {
#define KEY(symbol, name, type, levels, option, default) CONFIG_##symbol,
#include "config.def"
#undef KEY
	CONFIG_KEYS
};

enum config_type {
	CONFIG_TYPE_SCALAR,
	CONFIG_TYPE_FLAG,  /* yes or no, true or false */
	CONFIG_TYPE_FILE,  /* a relative path begins at the file's directory */
	CONFIG_TYPE_LIST,  /* of scalars, or one of them */
	CONFIG_TYPE_PAIRS, /* a map of scalars, each kept as "key=value" */
};

#define CONFIG_AT_NONE 0
#define CONFIG_AT_PORT 1
#define CONFIG_AT_DEFAULTS 3
#define CONFIG_WITH_TLS 4

struct config_row {
	const char *name;
	enum config_type type;
	unsigned levels;
	const char *option;
	const char *fallback; /* the default */
};

/* The file that is read when none is given. */
#define CONFIG_USUAL SYSCONFDIR "/portstate/portstate.yaml"

/* By enum config_key. */
extern const struct config_row config_rows[CONFIG_KEYS];

/* Where something stands. */
struct config_place {
	unsigned line;
	uint16_t file; /* of the configuration's */
};

struct config_word {
	const char *s;
	struct config_place at;
};

/* What a key says that has one word. */
struct config_said {
	const char *key;
	struct config_word word;
};

struct config_value {
	const struct config_word *words; /* of a flag that is no: none */
	uint16_t n;
	uint8_t key;
	unsigned line;
};

/*
 * The keys of one level, in the order of the rows; such as say the same are one
 * and the same layer, wherever they stand.
 */
struct config_layer {
	const struct config_value *values;
	size_t n;
	struct config_place at; /* where it stands first */
};

/* One port, or many: a member of a port set or of a host. */
struct config_entry {
	const char *name; /* NULL: it has none of its own */
	const struct config_layer *layer;
	struct config_place at;
};

struct config_portset {
	const char *name;
	struct config_place at;
	const struct config_layer *defaults; /* or NULL */
	uint32_t first; /* of the configuration's entries */
	uint32_t n;
};

/* There may be very many. */
struct config_host {
	const char *name;
	const char *address;                 /* NULL: its name */
	const struct config_layer *defaults; /* or NULL */
	/* The names of its port sets; those of one list are shared. */
	const struct config_word *portsets;
	uint16_t n_portsets;
	bool enabled;
	bool implied;   /* by a loose entry: it may still be given */
	uint32_t n;     /* of entries of its own */
	uint32_t first; /* of the configuration's entries */
	/* Of the configuration's loose ones, CONFIG_NONE: none. */
	uint32_t first_loose;
	uint32_t last_loose;
	struct config_place at;
};

#define CONFIG_NONE UINT32_MAX

/* An entry that stands in no host, but names one. */
struct config_loose {
	uint32_t entry;
	uint32_t next; /* of the same host; CONFIG_NONE: none */
};

struct config_file {
	const char *name;
	const struct config_layer *defaults; /* or NULL */
	uint16_t parent; /* that includes it; CONFIG_NO_FILE: none */
	uint64_t device; /* which file it is, whatever its name */
	uint64_t inode;
};

#define CONFIG_NO_FILE UINT16_MAX

/* Files include others not deeper than this. */
#define CONFIG_DEPTH_MAX 16

/* A zeroed one is empty. */
struct config {
	struct pool pool;
	struct config_file *files;
	size_t n_files;
	struct config_portset *portsets;
	size_t n_portsets;
	struct config_host *hosts;
	size_t n_hosts;
	struct config_entry *entries;
	size_t n_entries;
	struct config_loose *loose;
	size_t n_loose;
	struct config_layer **layers;
	size_t n_layers;

	struct text errors;  /* a line each: "file:line: reason" */
	size_t n_errors;     /* more than these, if there are many */
	size_t at_error;     /* where the last line begins */
	size_t before_error; /* and the one before it */

	/* What ports have that say nothing. */
	struct {
		int64_t timeout_us; /* 0: 2 seconds */
		unsigned retries;
		unsigned probes; /* 0: one */
		int family;
		/* The key retries is that of the rounds: no probe has any. */
		bool confirm;
		struct rounds rounds;
	} usual;

	/* Of the arrays. */
	struct {
		size_t files, portsets, hosts, entries, loose, layers, recipes;
	} sizes;
	struct index by_layer;
	struct index by_host;
	struct index by_portset;

	/* What config_recipe.c makes of them. */
	struct config_recipe **recipes;
	size_t n_recipes;
	struct index by_recipe;
	struct config_tls *contexts;
	void (*free_recipes)(struct config *c); /* all this; or NULL */

	/*
	 * What the daemon is told of itself, and where, which is config_daemon.c's.
	 * A command that is there before a file is read is one to its keys.
	 */
	struct daemon_conf daemon;
	struct config_place *daemon_places;

	/* The keys of the section snmp, which are options of portstate-agentx. */
	struct config_said *snmp;
	size_t n_snmp;

	struct settings *scratch;  /* config_option.c's; or NULL */
	const struct portset *set; /* whose entries handlers decide */
};

void config_free(struct config *c);

/*
 * Reads a file, with all that it includes, into what is there already.  Errors
 * are added to c->errors; a configuration with any is not to be used.
 */
void config_read(struct config *c, const char *file);

/*
 * The same of a list of lines "host port-item [name]", with the items of
 * check_portset(1); "-" is standard input.
 */
void config_read_list(struct config *c, const char *file);

/* INDEX_NONE: there is none of that name. */
uint32_t config_find_host(const struct config *c, const char *name);
uint32_t config_find_portset(const struct config *c, const char *name);

/* The number of a file, which is added unless it is there, by whatever name. */
uint16_t config_add_file(struct config *c, const char *name, uint16_t parent);

/* Adds one of a new name, and returns its number. */
uint32_t config_add_host(struct config *c, const struct config_host *host);
uint32_t config_add_portset(struct config *c, const struct config_portset *p);

/* Adds n entries, and returns the number of the first. */
uint32_t config_add_entries(struct config *c, const struct config_entry *e,
    size_t n);

/* Adds an entry to the host of that name, which is added if there is none. */
void config_add_loose(struct config *c, const char *host,
    const struct config_entry *e);

/*
 * Adds an error: "file:line: what: why", where what is foreign and may be NULL.
 */
void config_error(struct config *c, struct config_place at, const char *what,
    const char *why);

/* The same of the word of a key: "file:line: key: word: why". */
void config_word_error(struct config *c, const char *key,
    struct config_word word, const char *why);

/* The same, of something that clashes with what stands elsewhere. */
void config_clash(struct config *c, struct config_place at, const char *what,
    const char *why, struct config_place other);

/* NULL, or why a host or an entry cannot have this name. */
const char *config_check_name(const char *name);

/* The same of what is connected to: a name or an address. */
const char *config_check_address(const char *address);

/* The value of a key in a layer, which may be NULL; NULL: it has none. */
const struct config_value *config_value(const struct config_layer *layer,
    enum config_key key);

/* The words of a value as a list that ends with NULL. */
const char *const *config_value_words(struct pool *pool,
    const struct config_value *v);

/* Whether two values say the same of the same key; and a hash of what they say. */
bool config_value_same(const struct config_value *v,
    const struct config_value *w);
uint32_t config_value_hash(const struct config_value *v, uint32_t hash);

#endif
