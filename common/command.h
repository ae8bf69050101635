/* SPDX-License-Identifier: ISC */
/*
 * A child process: a program with its arguments, run without a shell, whose
 * output and end are waited for with everything else (poller.h).
 *
 * It is the leader of a process group of its own.  Its standard input is
 * /dev/null, its standard output and error are pipes to us, and it has no
 * other descriptor, and the limit of them that we were started with (fd.h).  No
 * signal is blocked or ignored in it, whatever is in us.  Of its output the first
 * bytes are kept; the rest is read, so that it does not have to wait, and thrown
 * away.
 *
 * It ends when its process does, not when its output does: who closes its
 * output goes on, and who leaves a process behind that has it is not waited
 * for: what is left of the group then is killed.  How much time there is
 * the owner knows, who stops it when that is over: with SIGKILL to the whole
 * group, since what did not end in time has to be gone.
 */
#ifndef COMMAND_H
#define COMMAND_H

#include <stdbool.h>
#include <sys/types.h>

#include "buf.h"
#include "poller.h"
#include "text.h"

/* Of what it writes to standard output and error, so much is kept. */
#define COMMAND_OUT_MAX 65536
#define COMMAND_ERR_MAX 1024

struct command;

/*
 * The process has ended and was waited for.  The command must not be started
 * again or be freed before poller_wait() returns; it may be cleared.
 */
typedef void command_fn(struct command *c, int64_t now_us);

/* What it writes. */
struct command_pipe {
	struct watch watch; /* first: a watch is its pipe */
	struct command *command;
	struct buf bytes;
};

/* Part of what it belongs to; zero it before first use. */
struct command {
	/* The owner's. */
	struct poller *poller;
	command_fn *done;
	void *ctx;

	/* How it ended: 0 to 255, or -1; the signal that killed it, or 0. */
	int code;
	int signal;
	struct command_pipe out;
	struct command_pipe err;

	struct watch end; /* its pidfd */
	pid_t pid;        /* 0: it is not running */
};

/*
 * Runs the program at path, whose members poller, done and ctx are set, and
 * which is not running.  argv[0] is what it is told as its name; both lists end
 * with NULL.  Returns 0, or an errno, and then nothing runs and done is not
 * called.  A kernel without pidfd_open(2), before Linux 5.3, gives ENOSYS.
 *
 * To know how it ended, SIGCHLD must not be ignored; where whoever started us
 * has it so, that ends here.
 */
int command_start(struct command *c, const char *path, char *const argv[],
    char *const envp[]);

/*
 * Ends a command that is running: what it has written is read, done is not
 * called.  Returns whether it had ended by itself, which tells how.  One that
 * cannot be killed, being another user's or stuck in the kernel, has neither
 * code nor signal, and is waited for no longer than a tenth of a second; later
 * calls of this module see to it that no zombie is left of it.
 */
bool command_stop(struct command *c);

/* The same, and frees what is kept of its output. */
void command_clear(struct command *c);

/*
 * In words: why it could not be started, by what command_start() returned; how it
 * has ended, "exit code 3"; that it had to be stopped after some time.
 */
void command_put_error(struct text *t, const char *path, int error);
void command_put_end(struct text *t, const struct command *c);
void command_put_late(struct text *t, const struct command *c,
    int64_t after_us);

#endif
