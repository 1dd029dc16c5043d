/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "common/util.h"

extern char **environ;

struct helper {
	FILE *to, *from;
};

/* posix_spawn wants them writable, and does not write. */
static char *const *
arguments(const char *const *argv)
{
	union {
		const char *const *in;
		char *const *out;
	} u = { .in = argv };

	return u.out;
}

static pid_t
spawn(const char *const *argv, int in, int out)
{
	posix_spawn_file_actions_t io;
	pid_t pid;
	int err;

	posix_spawn_file_actions_init(&io);
	if (in >= 0)
		posix_spawn_file_actions_adddup2(&io, in, STDIN_FILENO);
	else
		posix_spawn_file_actions_addopen(&io, STDIN_FILENO,
		    "/dev/null", O_RDONLY, 0);
	if (out >= 0)
		posix_spawn_file_actions_adddup2(&io, out, STDOUT_FILENO);
	else
		posix_spawn_file_actions_addopen(&io, STDOUT_FILENO,
		    "/dev/null", O_WRONLY, 0);
	err = posix_spawnp(&pid, argv[0], &io, NULL, arguments(argv),
	    environ);
	posix_spawn_file_actions_destroy(&io);
	if (err != 0)
		fatal("cannot run %s: %s", argv[0], strerror(err));
	return pid;
}

int
run(const char *const *argv)
{
	pid_t pid = spawn(argv, -1, -1);
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			fatal("waitpid: %s", strerror(errno));
	return WIFEXITED(status) ? WEXITSTATUS(status) :
	    128 + WTERMSIG(status);
}

struct helper *
helper_start(const char *path, const char *arg)
{
	const char *argv[] = { path, arg, NULL };
	struct helper *h = xcalloc(1, sizeof(*h));
	int to[2], from[2];

	if (pipe2(to, O_CLOEXEC) < 0 || pipe2(from, O_CLOEXEC) < 0)
		fatal("pipe: %s", strerror(errno));
	spawn(argv, to[0], from[1]);
	close(to[0]);
	close(from[1]);
	h->to = fdopen(to[1], "w");
	h->from = fdopen(from[0], "r");
	if (h->to == NULL || h->from == NULL)
		fatal("fdopen: %s", strerror(errno));
	return h;
}

int
helper_do(struct helper *h, const char *what, uint64_t *begin, uint64_t *end)
{
	char line[1024];

	fprintf(h->to, "%s\n", what);
	fflush(h->to);
	if (fgets(line, sizeof(line), h->from) == NULL)
		fatal("libvirt-fast ended");
	if (sscanf(line, "%" SCNu64 " %" SCNu64, begin, end) == 2)
		return 0;
	fprintf(stderr, "libvirt-fast: %s", line);
	return -1;
}
