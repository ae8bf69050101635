/* SPDX-License-Identifier: ISC */
#include "extraopts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"
#include "xalloc.h"

/* Where to look when no file is named; the manual has the same list. */
static const char *const usual_files[] = {
	"/usr/local/etc/monitoring-plugins/monitoring-plugins.ini",
	"/usr/local/etc/monitoring-plugins.ini",
	"/etc/monitoring-plugins/monitoring-plugins.ini",
	"/etc/monitoring-plugins.ini",
	"/usr/local/nagios/etc/plugins.ini",
	"/usr/local/etc/nagios/plugins.ini",
	"/usr/local/etc/nagios-plugins.ini",
	"/etc/nagios/plugins.ini",
	"/etc/nagios-plugins.ini",
	"/etc/opt/nagios/plugins.ini",
	"/etc/opt/nagios-plugins.ini",
};

/* The names that count in the directories of NAGIOS_CONFIG_PATH. */
static const char *const usual_names[] = {
	"monitoring-plugins.ini",
	"plugins.ini",
	"nagios-plugins.ini",
};

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* A larger file is not one of options. */
#define FILE_MAX ((size_t)1 << 20)

struct ini {
	const struct options *o;
	const char *file;
	const char *section;
	size_t section_len;
	unsigned line;
	bool within; /* the section that is wanted */
	bool found;
	struct text *error;
};

/* Option values point into what was read, for as long as the program runs. */
static struct contents {
	struct contents *next;
	char *data;
} * kept;

static char *find_file(void);
static char *find_in_path(const char *);
static char *read_file(const char *, size_t *, struct text *);
static const char *read_regular(int, char **, size_t *);
static bool read_lines(struct ini *, char *, size_t);
static bool read_line(struct ini *, char *);
static bool read_section(struct ini *, char *);
static bool fail(struct ini *, const char *, const char *);
static char *trim(char *);

bool
extraopts_set(const struct options *o, const char *where, const char *name,
    struct text *error)
{
	const char *at = where != NULL ? strchr(where, '@') : NULL;
	struct ini ini = { .o = o, .section = name, .error = error };
	char *file, *data;
	size_t len = 0;
	bool ok;

	if (where != NULL && where[0] != '\0' && where[0] != '@')
		ini.section = where;
	ini.section_len = ini.section == where ? strcspn(where, "@")
					       : strlen(name);
	file = at != NULL && at[1] != '\0' ? xstrdup(at + 1) : find_file();
	if (file == NULL) {
		text_puts(error, "none of the usual files exists");
		return false;
	}
	ini.file = file;
	data = read_file(file, &len, error);
	ok = data != NULL && read_lines(&ini, data, len);
	free(file);
	return ok;
}

static char *
find_file(void)
{
	struct stat st;
	const char *s = getenv("MP_CONFIG_FILE");
	char *file;
	size_t i;

	if (s != NULL && s[0] != '\0')
		return xstrdup(s);
	s = getenv("NAGIOS_CONFIG_PATH");
	if (s != NULL && (file = find_in_path(s)) != NULL)
		return file;
	for (i = 0; i < ARRAY_SIZE(usual_files); i++)
		if (stat(usual_files[i], &st) == 0)
			return xstrdup(usual_files[i]);
	return NULL;
}

static char *
find_in_path(const char *dirs)
{
	struct stat st;
	const char *dir, *end;
	struct text t;
	size_t i;

	for (dir = dirs; *dir != '\0'; dir = *end == ':' ? end + 1 : end) {
		end = dir + strcspn(dir, ":");
		for (i = 0; i < ARRAY_SIZE(usual_names) && end > dir; i++) {
			text_init(&t, 4096);
			text_printf(&t, "%.*s/%s", (int)(end - dir), dir,
			    usual_names[i]);
			if (!t.cut && stat(t.data, &st) == 0)
				return t.data;
			text_free(&t);
		}
	}
	return NULL;
}

/* The whole file, with a NUL after it, which is never freed; or NULL. */
static char *
read_file(const char *file, size_t *len, struct text *error)
{
	struct contents *c = xcalloc(1, sizeof(*c));
	const char *why;
	int fd;

	c->next = kept;
	kept = c;
	fd = fd_above_standard(open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
	why = fd == -1 ? strerror(errno) : read_regular(fd, &c->data, len);
	if (fd != -1)
		(void)close(fd);
	if (why == NULL)
		return c->data;
	text_escape_string(error, file);
	text_printf(error, ": %s", why);
	return NULL;
}

/* Anything but a regular file could keep us waiting.  NULL or the reason. */
static const char *
read_regular(int fd, char **data, size_t *len)
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) == -1)
		return strerror(errno);
	if (!S_ISREG(st.st_mode))
		return "not a regular file";
	*data = xmalloc(FILE_MAX + 1);
	*len = 0;
	while ((n = read(fd, *data + *len, FILE_MAX + 1 - *len)) > 0)
		*len += (size_t)n;
	if (n == -1)
		return strerror(errno);
	if (*len > FILE_MAX)
		return "larger than 1 MiB";
	(*data)[*len] = '\0';
	return NULL;
}

static bool
read_lines(struct ini *ini, char *data, size_t len)
{
	char *line, *end;

	if (strlen(data) != len)
		return fail(ini, NULL, "the file has a NUL byte");
	for (line = data; line < data + len; line = end + 1) {
		end = line + strcspn(line, "\n");
		*end = '\0';
		ini->line++;
		if (!read_line(ini, trim(line)))
			return false;
	}
	if (!ini->found) {
		text_escape_string(ini->error, ini->file);
		text_puts(ini->error, ": has no section [");
		text_escape(ini->error, ini->section, ini->section_len, 200);
		text_puts(ini->error, "]");
	}
	return ini->found;
}

static bool
read_line(struct ini *ini, char *line)
{
	struct text why;
	char *equals;
	bool ok;

	if (line[0] == '\0' || line[0] == '#' || line[0] == ';')
		return true;
	if (line[0] == '[')
		return read_section(ini, line);
	if (!ini->within)
		return true;
	equals = strchr(line, '=');
	if (equals == NULL)
		return fail(ini, line, "there is no '='");
	if (equals == line)
		return fail(ini, line, "there is no option before the '='");
	*equals = '\0';
	text_init(&why, 1024);
	ok = options_set(ini->o, trim(line), trim(equals + 1), &why) ||
	    fail(ini, NULL, why.data);
	text_free(&why);
	return ok;
}

static bool
read_section(struct ini *ini, char *line)
{
	size_t len = strlen(line);
	char *name;

	if (line[len - 1] != ']')
		return fail(ini, line, "the closing bracket is missing");
	line[len - 1] = '\0';
	name = trim(line + 1);
	ini->within = strlen(name) == ini->section_len &&
	    strncmp(name, ini->section, ini->section_len) == 0;
	ini->found |= ini->within;
	return true;
}

static bool
fail(struct ini *ini, const char *what, const char *why)
{
	text_escape_string(ini->error, ini->file);
	if (ini->line > 0)
		text_printf(ini->error, ":%u", ini->line);
	text_puts(ini->error, ": ");
	if (what != NULL) {
		text_escape(ini->error, what, strlen(what), 80);
		text_puts(ini->error, ": ");
	}
	text_puts(ini->error, why);
	return false;
}

static char *
trim(char *s)
{
	s += strspn(s, " \t\r\n\v\f");
	s[text_trimmed(s, strlen(s))] = '\0';
	return s;
}
