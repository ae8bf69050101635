/* SPDX-License-Identifier: ISC */
#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *read_line(struct secret *, int, size_t);
static const char *check(struct secret *, size_t, size_t);

bool
secret_read(struct secret *s, const char *file, size_t min, struct text *error)
{
	/* Not to wait for who writes to a pipe. */
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	const char *why = NULL;
	struct stat st;

	text_escape_string(error, file);
	text_puts(error, ": ");
	if (fd == -1 || fstat(fd, &st) == -1)
		why = strerror(errno);
	else if (!S_ISREG(st.st_mode))
		why = "is not a regular file";
	else if ((st.st_mode & (S_IROTH | S_IWOTH)) != 0)
		text_printf(error,
		    "everybody may %s it: its mode is %04o, and should be "
		    "0600 or 0640",
		    (st.st_mode & S_IROTH) != 0 ? "read" : "write",
		    (unsigned)st.st_mode & 07777);
	else if ((why = read_line(s, fd, min)) == NULL)
		text_truncate(error, 0);
	if (why != NULL)
		text_puts(error, why);
	if (fd != -1)
		(void)close(fd);
	if (error->len == 0)
		return true;
	secret_wipe(s);
	return false;
}

void
secret_wipe(struct secret *s)
{
	explicit_bzero(s, sizeof(*s));
}

/* NULL or the reason.  One byte more than there may be tells that it is too long. */
static const char *
read_line(struct secret *s, int fd, size_t min)
{
	char bytes[SECRET_MAX + 2];
	size_t len = 0;
	const char *why;
	ssize_t n;

	do {
		n = read(fd, bytes + len, sizeof(bytes) - len);
		if (n > 0)
			len += (size_t)n;
	} while (n > 0 && len < sizeof(bytes));
	if (n == -1) {
		why = strerror(errno);
	} else {
		if (len > 0 && bytes[len - 1] == '\n')
			len--;
		memcpy(s->word, bytes, len <= SECRET_MAX ? len : 0);
		why = check(s, len, min);
	}
	explicit_bzero(bytes, sizeof(bytes));
	return why;
}

static const char *
check(struct secret *s, size_t len, size_t min)
{
	if (len > SECRET_MAX)
		return "has more than 255 bytes";
	if (len == 0)
		return "is empty";
	if (memchr(s->word, '\0', len) != NULL)
		return "has a NUL byte";
	if (memchr(s->word, '\n', len) != NULL)
		return "has more than one line";
	if (len < min)
		return "has less than 8 bytes, which SNMPv3 does not allow";
	s->word[len] = '\0';
	return NULL;
}
