/* SPDX-License-Identifier: ISC */

/*
 * Measures commands against the first of them, the way a monitoring core
 * starts its plugins: fork, exec, a pipe for stdout read to its end, wait4.
 *
 *	launch ROUNDS NAME EXIT TEXT COMMAND [ARGUMENT ...] [-- NAME ...]
 *
 * Each round runs every command once, and the order changes from round to
 * round, so that no command always follows the one that empties the caches.
 * A run counts only if it exits with EXIT and its output contains TEXT (in
 * any case): a fast wrong answer ends the measurement with status 1.
 *
 * Prints a line of tab-separated fields for each command:
 *
 *	NAME  median wall (us)  median ratio to the first  most memory (KiB)
 *
 * where the ratio is taken within each round, and the memory is the kernel's
 * ru_maxrss (it counts in steps of up to 128 KiB for each processor).
 */

#define _GNU_SOURCE

#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>

#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { COMMANDS_MAX = 8, ROUNDS_MAX = 1000000 };

struct command {
	const char *name, *text;
	char **argv;
	double *wall_us; /* one for each round */
	int status;
	long rss_kib;
};

struct output {
	char text[4096]; /* what does not fit is read and dropped */
	size_t length;
};

static long parse_number(const char *, long);
static int parse_commands(struct command *, char **);
static void run(struct command *, double *);
static void report(const struct command *, const struct command *, long);

int
main(int argc, char *argv[])
{
	struct command commands[COMMANDS_MAX];
	double warm_up;
	long round, rounds;
	int at, i, n;

	if (argc < 6)
		errx(1,
		    "usage: launch ROUNDS NAME EXIT TEXT COMMAND "
		    "[ARGUMENT ...] [-- NAME ...]");
	rounds = parse_number(argv[1], ROUNDS_MAX);
	n = parse_commands(commands, argv + 2);
	for (i = 0; i < n; i++) {
		commands[i].wall_us = calloc(rounds + 1, sizeof(double));
		if (commands[i].wall_us == NULL)
			err(1, "calloc");
		run(&commands[i], &warm_up);
	}
	for (round = 0; round < rounds; round++) {
		for (i = 0; i < n; i++) {
			at = (round + i) % n;
			if (round / n % 2 == 1)
				at = n - 1 - at;
			run(&commands[at], &commands[at].wall_us[round]);
		}
	}
	for (i = 0; i < n; i++)
		report(&commands[i], &commands[0], rounds);
	for (i = 0; i < n; i++)
		free(commands[i].wall_us);
	return 0;
}

static long
parse_number(const char *text, long max)
{
	char *end;
	long number = strtol(text, &end, 10);

	if (end == text || *end != '\0' || number < 0 || number > max)
		errx(1, "%s: not a number from 0 to %ld", text, max);
	return number;
}

/* Cuts the list at each "--"; returns how many commands there are. */
static int
parse_commands(struct command *commands, char **arg)
{
	struct command *command;
	int i, n = 0;

	while (*arg != NULL) {
		if (n == COMMANDS_MAX)
			errx(1, "more than %d commands", COMMANDS_MAX);
		for (i = 0; i < 4; i++)
			if (arg[i] == NULL)
				errx(1, "%s: incomplete command", arg[0]);
		command = &commands[n++];
		memset(command, 0, sizeof(*command));
		command->name = arg[0];
		command->status = parse_number(arg[1], 255);
		command->text = arg[2];
		command->argv = arg + 3;
		for (arg += 4; *arg != NULL && strcmp(*arg, "--") != 0;)
			arg++;
		if (*arg != NULL)
			*arg++ = NULL;
	}
	return n;
}

static double
now_us(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_MONOTONIC, &ts) == -1)
		err(1, "clock_gettime");
	return ts.tv_sec * 1e6 + ts.tv_nsec / 1e3;
}

static void
read_all(int fd, struct output *output)
{
	char rest[4096];
	size_t room;
	ssize_t n;

	output->length = 0;
	do {
		room = sizeof(output->text) - 1 - output->length;
		if (room > 0)
			n = read(fd, output->text + output->length, room);
		else
			n = read(fd, rest, sizeof(rest));
		if (n == -1)
			err(1, "read");
		if (room > 0)
			output->length += n;
	} while (n > 0);
	output->text[output->length] = '\0';
}

static void
judge(const struct command *command, int status, const struct output *output)
{
	if (!WIFEXITED(status))
		errx(1, "%s: killed by signal %d", command->name,
		    WTERMSIG(status));
	if (WEXITSTATUS(status) != command->status)
		errx(1, "%s: exit status %d instead of %d: %s", command->name,
		    WEXITSTATUS(status), command->status, output->text);
	if (strcasestr(output->text, command->text) == NULL)
		errx(1, "%s: no \"%s\" in its output: %s", command->name,
		    command->text, output->text);
}

/*
 * fork, not vfork: the child's ru_maxrss begins with what it had before exec,
 * which after fork is less than any program needs, after vfork all of ours.
 */
static void
run(struct command *command, double *wall_us)
{
	struct output output;
	struct rusage usage;
	double start = now_us();
	pid_t pid;
	int fds[2], status;

	if (pipe2(fds, O_CLOEXEC) == -1)
		err(1, "pipe2");
	pid = fork();
	if (pid == -1)
		err(1, "fork");
	if (pid == 0) {
		if (dup2(fds[1], STDOUT_FILENO) == -1)
			_exit(126);
		execv(command->argv[0], command->argv);
		_exit(127);
	}
	close(fds[1]);
	read_all(fds[0], &output);
	if (wait4(pid, &status, 0, &usage) == -1)
		err(1, "wait4");
	*wall_us = now_us() - start;
	close(fds[0]);
	judge(command, status, &output);
	if (usage.ru_maxrss > command->rss_kib)
		command->rss_kib = usage.ru_maxrss;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Of a copy: the values stay in the order of the rounds. */
static double
median(const double *values, long n)
{
	double *sorted = calloc(n + 1, sizeof(*sorted)), result;

	if (sorted == NULL)
		err(1, "calloc");
	memcpy(sorted, values, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), by_value);
	result = n == 0 ? 0 : (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
	free(sorted);
	return result;
}

static void
report(const struct command *command, const struct command *first, long rounds)
{
	double *ratios = calloc(rounds + 1, sizeof(*ratios));
	long i;

	if (ratios == NULL)
		err(1, "calloc");
	for (i = 0; i < rounds; i++)
		ratios[i] = command->wall_us[i] / first->wall_us[i];
	printf("%s\t%.1f\t%.3f\t%ld\n", command->name,
	    median(command->wall_us, rounds), median(ratios, rounds),
	    command->rss_kib);
	free(ratios);
}
