/* SPDX-License-Identifier: ISC */
#include "command.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fd.h"

/*
 * How much is read of one pipe in one turn, for the others' sake: more than a
 * pipe has room for (pipe(7)).
 */
#define READ_SIZE 16384
#define READS_MAX 16

/* How long a process that was killed may take to end. */
#define KILLED_MS 100

/* More processes that cannot be killed are not remembered. */
#define LEFT_MAX 64

/* Those that were killed and have not ended. */
static pid_t left[LEFT_MAX];
static size_t n_left;

static void heed_children(void);
static int open_pipe(struct command *, struct command_pipe *, size_t, int *);
static int spawn(struct command *, const char *, char *const[], char *const[],
    int, int);
static int set_files(posix_spawn_file_actions_t *, int, int);
static void set_attributes(posix_spawnattr_t *);
static int watch_end(struct command *);
static void pipe_ready(struct watch *, int64_t);
static bool read_some(struct command_pipe *);
static void end_ready(struct watch *, int64_t);
static bool reap(struct command *);
static void kill_group(struct command *);
static bool ended_by_itself(const struct command *);
static void close_all(struct command *);
static void close_pipe(struct command_pipe *);
static void reap_left(void);

int
command_start(struct command *c, const char *path, char *const argv[],
    char *const envp[])
{
	int out = -1, err = -1, error;

	assert(c->pid == 0);
	reap_left();
	heed_children();
	c->end = (struct watch){ end_ready, -1, WANT_READ };
	c->err.watch.fd = -1;
	error = open_pipe(c, &c->out, COMMAND_OUT_MAX, &out);
	if (error == 0)
		error = open_pipe(c, &c->err, COMMAND_ERR_MAX, &err);
	if (error == 0)
		error = spawn(c, path, argv, envp, out, err);
	if (out != -1)
		(void)close(out);
	if (err != -1)
		(void)close(err);
	if (error == 0)
		error = watch_end(c);
	if (error != 0)
		close_all(c);
	return error;
}

bool
command_stop(struct command *c)
{
	bool ended;

	if (c->pid == 0)
		return true;
	ended = reap(c);
	if (!ended) {
		kill_group(c);
		ended = ended_by_itself(c);
	}
	close_all(c);
	return ended;
}

void
command_clear(struct command *c)
{
	(void)command_stop(c);
	buf_clear(&c->out.bytes);
	buf_clear(&c->err.bytes);
}

void
command_put_error(struct text *t, const char *path, int error)
{
	text_printf(t, "%s: %s", path,
	    error == ENOSYS ? "this kernel has no pidfd_open(2)"
			    : strerror(error));
}

void
command_put_end(struct text *t, const struct command *c)
{
	const char *name;

	if (c->signal == 0) {
		text_printf(t, "exit code %d", c->code);
		return;
	}
	text_printf(t, "killed by signal %d", c->signal);
	name = sigabbrev_np(c->signal);
	if (name != NULL)
		text_printf(t, " (SIG%s)", name);
}

void
command_put_late(struct text *t, const struct command *c, int64_t after_us)
{
	text_printf(t, "did not end within %g s and %s", (double)after_us / 1e6,
	    c->signal != 0 ? "was killed" : "cannot be killed");
}

/* Of who ignores it, children leave without a word. */
static void
heed_children(void)
{
	struct sigaction sa;

	(void)sigaction(SIGCHLD, NULL, &sa);
	if (sa.sa_handler != SIG_IGN)
		return;
	sa = (struct sigaction){ .sa_handler = SIG_DFL };
	(void)sigaction(SIGCHLD, &sa, NULL);
}

/* *theirs is the end for the child, which is to know nothing of O_NONBLOCK. */
static int
open_pipe(struct command *c, struct command_pipe *p, size_t max, int *theirs)
{
	int fds[2];

	p->watch = (struct watch){ pipe_ready, -1, WANT_READ };
	p->command = c;
	buf_clear(&p->bytes);
	buf_init(&p->bytes, max);
	if (pipe2(fds, O_CLOEXEC) == -1)
		return errno;
	p->watch.fd = fd_above_standard(fds[0]);
	*theirs = fd_above_standard(fds[1]);
	if (p->watch.fd == -1 || *theirs == -1)
		return EMFILE;
	if (fcntl(p->watch.fd, F_SETFL, O_NONBLOCK) == -1)
		return errno;
	return poller_add(c->poller, &p->watch);
}

static int
spawn(struct command *c, const char *path, char *const argv[],
    char *const envp[], int out, int err)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	int error;

	(void)posix_spawn_file_actions_init(&files);
	error = set_files(&files, out, err);
	if (error == 0) {
		(void)posix_spawnattr_init(&attributes);
		set_attributes(&attributes);
		error = posix_spawn(&c->pid, path, &files, &attributes, argv,
		    envp);
		(void)posix_spawnattr_destroy(&attributes);
	}
	(void)posix_spawn_file_actions_destroy(&files);
	if (error == 0)
		fd_restore_limit(c->pid);
	else
		c->pid = 0;
	return error;
}

/*
 * All of ours close themselves; what we were started with may not.
 */
static int
set_files(posix_spawn_file_actions_t *files, int out, int err)
{
	int error = posix_spawn_file_actions_addopen(files, STDIN_FILENO,
	    "/dev/null", O_RDONLY, 0);

	if (error == 0)
		error = posix_spawn_file_actions_adddup2(files, out,
		    STDOUT_FILENO);
	if (error == 0)
		error = posix_spawn_file_actions_adddup2(files, err,
		    STDERR_FILENO);
	if (error == 0)
		error = posix_spawn_file_actions_addclosefrom_np(files,
		    STDERR_FILENO + 1);
	return error;
}

static void
set_attributes(posix_spawnattr_t *a)
{
	sigset_t set;

	(void)posix_spawnattr_setflags(a,
	    POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
		POSIX_SPAWN_SETSIGMASK);
	(void)posix_spawnattr_setpgroup(a, 0);
	(void)sigfillset(&set);
	(void)posix_spawnattr_setsigdefault(a, &set);
	(void)sigemptyset(&set);
	(void)posix_spawnattr_setsigmask(a, &set);
}

/* pidfd_open(2), which has a name in the latest libc only. */
static int
watch_end(struct command *c)
{
	int error;

	c->end.fd = fd_above_standard((int)syscall(SYS_pidfd_open, c->pid, 0));
	error = c->end.fd != -1 ? poller_add(c->poller, &c->end) : errno;
	if (error != 0)
		kill_group(c);
	return error;
}

static void
pipe_ready(struct watch *w, int64_t now_us)
{
	struct command_pipe *p = (struct command_pipe *)(void *)w;

	(void)now_us;
	if (read_some(p))
		poller_again(p->command->poller, w);
}

/* Returns whether there may be more. */
static bool
read_some(struct command_pipe *p)
{
	static unsigned char unwanted[READ_SIZE];
	unsigned char *to;
	size_t room;
	ssize_t n;
	int i;

	for (i = 0; i < READS_MAX; i++) {
		to = buf_room(&p->bytes, &room);
		if (to == NULL)
			n = read(p->watch.fd, unwanted, sizeof(unwanted));
		else
			n = read(p->watch.fd, to, room);
		if (n == -1 && errno == EAGAIN)
			return false;
		if (n <= 0) {
			close_pipe(p);
			return false;
		}
		if (to != NULL)
			buf_added(&p->bytes, (size_t)n);
	}
	return true;
}

static void
end_ready(struct watch *w, int64_t now_us)
{
	struct command *c = (struct command *)(void *)((char *)w -
	    offsetof(struct command, end));

	if (!reap(c))
		return;
	close_all(c);
	c->done(c, now_us);
}

/*
 * Whether the process has ended; then whom it left behind is killed, and its
 * number means nothing any more.
 */
static bool
reap(struct command *c)
{
	siginfo_t info = { 0 };
	int status;
	pid_t got;

	if (waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) ==
		0 &&
	    info.si_pid == 0)
		return false;
	/* The number is that of its group until it is asked for its status. */
	if (info.si_pid != 0)
		(void)kill(-c->pid, SIGKILL);
	got = waitpid(c->pid, &status, WNOHANG);
	if (got == 0)
		return false;
	c->code = got > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	c->signal = got > 0 && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	c->pid = 0;
	return true;
}

/* Where there is no pidfd, its death is given the whole time. */
static void
kill_group(struct command *c)
{
	struct pollfd end = { c->end.fd, POLLIN, 0 };

	(void)kill(-c->pid, SIGKILL);
	(void)poll(&end, 1, KILLED_MS);
	if (reap(c))
		return;
	if (n_left < LEFT_MAX)
		left[n_left++] = c->pid;
	c->code = -1;
	c->signal = 0;
	c->pid = 0;
}

/* Just before it would have been killed: of what we killed it died of that. */
static bool
ended_by_itself(const struct command *c)
{
	return c->code != -1 || (c->signal != 0 && c->signal != SIGKILL);
}

static void
close_all(struct command *c)
{
	if (c->out.watch.fd != -1)
		(void)read_some(&c->out);
	close_pipe(&c->out);
	if (c->err.watch.fd != -1)
		(void)read_some(&c->err);
	close_pipe(&c->err);
	if (c->end.fd != -1)
		poller_close(c->poller, &c->end);
}

static void
close_pipe(struct command_pipe *p)
{
	if (p->watch.fd != -1)
		poller_close(p->command->poller, &p->watch);
}

static void
reap_left(void)
{
	size_t i = 0;

	while (i < n_left)
		if (waitpid(left[i], NULL, WNOHANG) != 0)
			left[i] = left[--n_left];
		else
			i++;
}
