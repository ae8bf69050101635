/* SPDX-License-Identifier: ISC */
/*
 * Plays random peers against the real check_tcp, and compares what it says
 * with what is true.
 *
 *	TRUTH_COUNT	how many cases (300)
 *	TRUTH_SEED	for the same ones once more (printed)
 *	TRUTH_FIRST	the number of the first one (0)
 *	PLUGINDIR	where check_tcp is (plugins)
 *
 * A failed test tells how to play the failed case again.
 */
#include "truth.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <netinet/in.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <regex.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fake.h"

#define COUNT 300
#define GROUP 10 /* cases played at once, against one fake server */
#define THREADS 4

/* All that check_tcp prints is 8 KiB at most. */
#define OUTPUT_MAX 8192
#define OUTPUT_SIZE (2 * OUTPUT_MAX)

/* So long after its own deadline it is late beyond doubt. */
#define LATE_MS 5000

/* Of its time it may keep so much to print. */
#define PRINT_MS 21

#define TEXT_SIZE 32768

/* The first group of both forms; the time is the last one. */
#define STATES "(OK|WARNING|CRITICAL|UNKNOWN)"
#define TIME                                                       \
	"\\|time=(U|[0-9]+\\.[0-9]{6}s);[^;|]*;[^;|]*;0\\.000000;" \
	"[0-9]+\\.[0-9]{6}"
#define FULL "( [a-z_0-9]+=[0-9.]+s?;;;0(\\.000000)?;)*"

extern char **environ;

static const char *const states[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

static struct {
	unsigned seed;
	unsigned first;
	unsigned count;
	struct machine machine;
	char program[256];
	regex_t one_line; /* the whole output */
	regex_t multi_line;

	pthread_mutex_t mutex;
	unsigned next; /* group */
	unsigned failed;
	unsigned definite; /* cases of which there is one truth */
	unsigned good;     /* that it is OK */
} truth = { .mutex = PTHREAD_MUTEX_INITIALIZER };

/* A case while it is played, and what came of it. */
struct play {
	struct truth_case c;
	char script[SCRIPT_MAX];
	char args[ARGS_MAX][ARG_SIZE];
	char *argv[ARGS_MAX + 1];
	pid_t pid;
	int out; /* -1: it has ended */
	int err;
	int64_t start_ms;
	int64_t end_ms;
	char output[OUTPUT_SIZE];
	size_t len;
	bool killed;
	int status;

	/* What it said. */
	enum state state;
	bool timed;
	double seconds;

	unsigned long allowed;
	char why[256]; /* it is wrong; or empty */
};

/* A line or more of TAP. */
struct text {
	char data[TEXT_SIZE];
	size_t len;
};

static void __attribute__((format(printf, 2, 3)))
print(struct text *t, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(t->data + t->len, TEXT_SIZE - t->len, format, ap);
	va_end(ap);
	t->len += (size_t)n;
	if (t->len >= TEXT_SIZE)
		t->len = TEXT_SIZE - 1;
}

static void __attribute__((format(printf, 2, 3)))
wrong(struct play *p, const char *format, ...)
{
	va_list ap;

	if (p->why[0] != '\0')
		return;
	va_start(ap, format);
	(void)vsnprintf(p->why, sizeof(p->why), format, ap);
	va_end(ap);
}

static _Noreturn void
bail_out(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

static int64_t
clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Playing. */

static void
launch(struct play *p)
{
	posix_spawn_file_actions_t actions;
	int out[2], error;

	if (pipe2(out, O_CLOEXEC | O_NONBLOCK) == -1)
		bail_out("pipe");
	p->err = memfd_create("stderr", MFD_CLOEXEC);
	if (p->err == -1)
		bail_out("memfd_create");
	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO,
	    "/dev/null", O_RDONLY, 0);
	(void)posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
	(void)posix_spawn_file_actions_adddup2(&actions, p->err, STDERR_FILENO);
	p->start_ms = clock_ms();
	error = posix_spawn(&p->pid, truth.program, &actions, NULL, p->argv,
	    environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	close(out[1]);
	p->out = out[0];
	errno = error;
	if (error != 0)
		bail_out(truth.program);
}

static int64_t
limit_ms(const struct play *p)
{
	return p->start_ms + p->c.options.timeout_ms + LATE_MS;
}

/* Reads on; at the end of the output the program has ended, too. */
static void
receive(struct play *p)
{
	ssize_t n = read(p->out, p->output + p->len, OUTPUT_SIZE - 1 - p->len);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0) {
		p->len += (size_t)n;
		return;
	}
	p->output[p->len] = '\0';
	p->end_ms = clock_ms();
	close(p->out);
	p->out = -1;
	while (waitpid(p->pid, &p->status, 0) == -1 && errno == EINTR)
		continue;
}

static void
play_to_the_end(struct play *plays, size_t n)
{
	struct pollfd fds[GROUP];
	size_t i, left = n;

	while (left > 0) {
		for (i = 0; i < n; i++)
			fds[i] = (struct pollfd){ plays[i].out, POLLIN, 0 };
		(void)poll(fds, n, 100);
		left = 0;
		for (i = 0; i < n; i++) {
			struct play *p = &plays[i];

			if (p->out != -1 && fds[i].revents != 0)
				receive(p);
			if (p->out == -1)
				continue;
			left++;
			if (!p->killed && clock_ms() > limit_ms(p)) {
				p->killed = true;
				kill(p->pid, SIGKILL);
			}
		}
	}
}

static struct fake *
start_peers(const struct play *p)
{
	/* fake_start takes a list as it is written. */
	return fake_start(p[0].script, p[1].script, p[2].script, p[3].script,
	    p[4].script, p[5].script, p[6].script, p[7].script, p[8].script,
	    p[9].script, NULL);
}

static void
play(struct play *plays, unsigned first, size_t n)
{
	char path[ARG_SIZE];
	struct fake *fake;
	size_t i;

	for (i = 0; i < GROUP; i++) {
		case_make(&plays[i].c, truth.seed, first + (unsigned)i,
		    &truth.machine);
		case_script(&plays[i].c, plays[i].script);
	}
	fake = start_peers(plays);
	for (i = 0; i < n; i++) {
		struct play *p = &plays[i];

		(void)snprintf(path, sizeof(path), "%s%s",
		    fake_path(fake, (unsigned)i),
		    p->c.peer.listener == MISSING ? ".missing" : "");
		case_argv(&p->c, truth.program, path,
		    fake_port(fake, (unsigned)i), p->args, p->argv);
		launch(p);
	}
	play_to_the_end(plays, n);
	fake_stop(fake);
}

/* Judging. */

static void
judge_end(struct play *p)
{
	struct text err = { .len = 0 };
	ssize_t n;

	if (p->killed)
		wrong(p, "it did not end");
	else if (!WIFEXITED(p->status))
		wrong(p, "killed by signal %d", WTERMSIG(p->status));
	else if (WEXITSTATUS(p->status) > 3)
		wrong(p, "exit status %d", WEXITSTATUS(p->status));
	n = pread(p->err, err.data, 200, 0);
	close(p->err);
	if (n > 0)
		wrong(p, "on stderr: %.*s", (int)n, err.data);
	if (p->len > OUTPUT_MAX)
		wrong(p, "more than %d bytes of output", OUTPUT_MAX);
}

/* What breaks a terminal or a parser; tabs only after the first line. */
static void
judge_bytes(struct play *p)
{
	bool first = true;
	size_t i;

	for (i = 0; i < p->len; i++) {
		unsigned char byte = (unsigned char)p->output[i];

		if (byte == '\n')
			first = false;
		else if ((byte < ' ' || byte > '~') && (byte != '\t' || first))
			wrong(p, "byte %02x at %zu", byte, i);
	}
	if (p->len == 0 || p->output[p->len - 1] != '\n')
		wrong(p, "no newline at the end");
	if (p->c.options.jail && strstr(p->output, SECRET) != NULL)
		wrong(p, "it prints what the peer said, though -j is given");
}

static void
judge_form(struct play *p)
{
	bool multi_line = p->c.options.multi_line;
	regmatch_t m[4], *time = &m[multi_line ? 3 : 2];
	size_t i;

	if (regexec(multi_line ? &truth.multi_line : &truth.one_line, p->output,
		4, m, 0) != 0) {
		wrong(p, "not of the form of its format");
		return;
	}
	for (i = 0; i < 4; i++)
		if (strncmp(p->output + m[1].rm_so, states[i],
			strlen(states[i])) == 0)
			p->state = (enum state)i;
	p->timed = p->output[time->rm_so] != 'U';
	if (p->timed)
		p->seconds = strtod(p->output + time->rm_so, NULL);
	if (WEXITSTATUS(p->status) != (int)p->state)
		wrong(p, "exit status %d and %s", WEXITSTATUS(p->status),
		    states[p->state]);
}

/* The state, the outcome where it is said, and whether there is a time. */
static void
judge_truth(struct play *p)
{
	char line[64];
	bool found = false;
	unsigned o;

	for (o = 0; o < OUTCOME_COUNT; o++) {
		if ((p->allowed & 1UL << o) == 0 ||
		    model_state(&p->c, (enum outcome)o) != p->state ||
		    model_timed((enum outcome)o) != p->timed)
			continue;
		(void)snprintf(line, sizeof(line),
		    "\nOutcome: %s: ", outcome_name((enum outcome)o));
		if (p->c.options.verbose == 0 ||
		    strstr(p->output, line) != NULL)
			found = true;
	}
	if (!found)
		wrong(p, "it is not true");
}

/*
 * No answer before the deadline cannot be said before the deadline, and what
 * was waited for with -d is no part of the time.
 */
static void
judge_time(struct play *p)
{
	const unsigned long until_deadline = 1UL << OUTCOME_TIMEOUT |
	    1UL << OUTCOME_STALLED | 1UL << OUTCOME_LOOKUP_TIMEOUT;
	const struct options *o = &p->c.options;
	int64_t took_ms = p->end_ms - p->start_ms;

	if ((p->allowed & ~until_deadline) == 0 &&
	    took_ms < o->timeout_ms - PRINT_MS)
		wrong(p, "it ended too early");
	if (p->timed && p->seconds * 1000 > (double)(took_ms - o->delay_ms + 2))
		wrong(p, "the time is longer than it can be");
	if (took_ms > o->timeout_ms + LATE_MS)
		wrong(p, "it ended too late");
}

static void
judge(struct play *p)
{
	long end_ms;

	p->allowed = model_outcomes(&p->c, AMPLE_MS, &end_ms);
	judge_end(p);
	if (p->why[0] == '\0') {
		judge_bytes(p);
		judge_form(p);
	}
	if (p->why[0] == '\0') {
		judge_truth(p);
		judge_time(p);
	}
}

/* Whether everything that may be true looks the same. */
static bool
definite(const struct play *p)
{
	unsigned o, seen = 0;

	for (o = 0; o < OUTCOME_COUNT; o++)
		if (p->allowed & 1UL << o)
			seen |= 1U << (model_state(&p->c, (enum outcome)o) * 2 +
				    model_timed((enum outcome)o));
	return (seen & (seen - 1)) == 0;
}

/* Telling. */

static void
tell_word(struct text *t, const char *word)
{
	if (word[0] != '\0' &&
	    strspn(word,
		"abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789-+=:,./_@") == strlen(word)) {
		print(t, " %s", word);
		return;
	}
	print(t, " $'");
	for (; *word != '\0'; word++) {
		unsigned char byte = (unsigned char)*word;

		print(t,
		    byte < ' ' || byte > '~' || byte == '\'' || byte == '\\'
			? "\\x%02x"
			: "%c",
		    byte);
	}
	print(t, "'");
}

static void
tell_failure(struct text *t, const struct play *p)
{
	const char *line, *next;
	unsigned o;
	size_t i;

	print(t,
	    "# case %u: %s\n#   TRUTH_SEED=%u TRUTH_FIRST=%u TRUTH_COUNT=1\n"
	    "#   script: %s\n#   command:",
	    p->c.number, p->why, p->c.seed, p->c.number, p->script);
	for (i = 0; p->argv[i] != NULL; i++)
		tell_word(t, p->argv[i]);
	print(t, "\n#   true:");
	for (o = 0; o < OUTCOME_COUNT; o++)
		if (p->allowed & 1UL << o)
			print(t, " %s=%s", outcome_name((enum outcome)o),
			    states[model_state(&p->c, (enum outcome)o)]);
	print(t, "\n#   status %#x after %lld ms\n", (unsigned)p->status,
	    (long long)(p->end_ms - p->start_ms));
	for (line = p->output; *line != '\0'; line = next) {
		next = strchrnul(line, '\n');
		print(t, "#   > %.*s\n", (int)(next - line), line);
		next += *next == '\n';
	}
}

static void
tell(const struct play *plays, unsigned first, size_t n)
{
	static struct text t;
	size_t i, failed = 0, sure = 0, good = 0;

	(void)pthread_mutex_lock(&truth.mutex);
	t.len = 0;
	for (i = 0; i < n; i++) {
		failed += plays[i].why[0] != '\0';
		sure += definite(&plays[i]);
		good += plays[i].allowed == 1UL << OUTCOME_OK;
		if (plays[i].why[0] != '\0')
			tell_failure(&t, &plays[i]);
	}
	truth.failed += (unsigned)failed;
	truth.definite += (unsigned)sure;
	truth.good += (unsigned)good;
	printf("%sok - cases %u to %zu\n%.*s", failed > 0 ? "not " : "", first,
	    first + n - 1, (int)t.len, t.data);
	fflush(stdout);
	(void)pthread_mutex_unlock(&truth.mutex);
}

/* Each thread takes group after group. */
static void *
work(void *arg)
{
	struct play *plays = NULL;
	unsigned first;
	size_t n;

	for (;;) {
		(void)pthread_mutex_lock(&truth.mutex);
		first = truth.next;
		truth.next += GROUP;
		(void)pthread_mutex_unlock(&truth.mutex);
		if (first >= truth.count)
			break;
		n = truth.count - first < GROUP ? truth.count - first : GROUP;
		free(plays);
		plays = calloc(GROUP, sizeof(plays[0]));
		if (plays == NULL)
			bail_out("calloc");
		play(plays, truth.first + first, n);
		for (size_t i = 0; i < n; i++)
			judge(&plays[i]);
		tell(plays, truth.first + first, n);
	}
	free(plays);
	return arg;
}

/* The machine. */

static bool
has_ipv6(void)
{
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool has = fd != -1 &&
	    bind(fd, (struct sockaddr *)&sin6, sizeof(sin6)) == 0;

	if (fd != -1)
		close(fd);
	return has;
}

static bool
has_localhost(void)
{
	const struct addrinfo hints = { .ai_family = AF_INET,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *list;
	const struct sockaddr_in *sin;
	bool has;

	if (getaddrinfo("localhost", NULL, &hints, &list) != 0)
		return false;
	sin = (const struct sockaddr_in *)(const void *)list->ai_addr;
	has = list->ai_next == NULL &&
	    sin->sin_addr.s_addr == htonl(INADDR_LOOPBACK);
	freeaddrinfo(list);
	return has;
}

static unsigned
number(const char *name, unsigned otherwise)
{
	const char *s = getenv(name);

	return s != NULL ? (unsigned)strtoul(s, NULL, 10) : otherwise;
}

static void
prepare(void)
{
	const char *dir = getenv("PLUGINDIR");
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	truth.seed = number("TRUTH_SEED",
	    (unsigned)ts.tv_sec ^ (unsigned)ts.tv_nsec);
	truth.first = number("TRUTH_FIRST", 0);
	truth.count = number("TRUTH_COUNT", COUNT);
	truth.machine = (struct machine){ has_ipv6(), has_localhost() };
	(void)snprintf(truth.program, sizeof(truth.program), "%s/check_tcp",
	    dir != NULL ? dir : "plugins");
	if (access(truth.program, X_OK) == -1)
		bail_out(truth.program);
	/* One '|' only: what follows it is performance data. */
	if (regcomp(&truth.one_line,
		"^[A-Z]+ " STATES " - [^|\n]*" TIME FULL "\n[^|]*$",
		REG_EXTENDED) != 0 ||
	    regcomp(&truth.multi_line,
		"^\\[" STATES "\\] - [^|\n]*(\n\t\\\\_\\[[A-Z]+\\] - [^|\n]*)+"
		"[^|]*" TIME FULL "\n$",
		REG_EXTENDED) != 0)
		bail_out("regcomp");
}

int
main(void)
{
	pthread_t threads[THREADS];
	size_t i, n;

	prepare();
	printf("1..%u\n# TRUTH_SEED=%u\n", (truth.count + GROUP - 1) / GROUP,
	    truth.seed);
	if (!truth.machine.ipv6)
		printf("# no IPv6 here: nothing was tried with it\n");
	for (n = 0; n < THREADS; n++)
		if (pthread_create(&threads[n], NULL, work, NULL) != 0)
			bail_out("pthread_create");
	for (i = 0; i < n; i++)
		(void)pthread_join(threads[i], NULL);
	printf("# %u cases: of %u there is but one truth, %u of which match; "
	       "%u failed\n",
	    truth.count, truth.definite, truth.good, truth.failed);
	regfree(&truth.one_line);
	regfree(&truth.multi_line);
	return truth.failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
