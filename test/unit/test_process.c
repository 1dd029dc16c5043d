/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* Who is ended before a new daemon looks at Xen, and who is not. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/process.h"
#include "journal_dir.h"

static pid_t
sleeper(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		for (;;)
			pause();
	}
	assert_int_not_equal(pid, -1);
	return pid;
}

/* What an earlier daemon left is ended; who has its pid by now is not. */
static void
test_ends_processes(void **state)
{
	pid_t ours = sleeper(), other = sleeper(), seen = sleeper();
	struct journal *j = open_it();
	struct uvnf_error e;
	int status;

	(void)state;
	journal_process(j, ours, process_start(ours));
	journal_process(j, other, process_start(other) + 1);
	journal_process(j, seen, process_start(seen));
	journal_process_ended(j, seen);
	journal_close(j);
	journal_close(open_it());	/* which writes it anew */
	j = open_it();
	assert_int_equal(processes_end(j, &e), 0);
	journal_close(j);
	assert_int_equal(waitpid(ours, &status, 0), ours);
	assert_int_equal(WTERMSIG(status), SIGKILL);
	assert_int_equal(waitpid(other, &status, WNOHANG), 0);
	assert_int_equal(waitpid(seen, &status, WNOHANG), 0);
	j = open_it();
	assert_true(TAILQ_EMPTY(journal_processes(j)));
	journal_close(j);
	kill(other, SIGKILL);
	kill(seen, SIGKILL);
	waitpid(other, &status, 0);
	waitpid(seen, &status, 0);
}

enum member { FORKED, RUN, STRANGER, MEMBERS };

static void
member_run(enum member which)
{
	if (which == RUN) {
		execlp("sleep", "sleep", "1000", (char *)NULL);
		_exit(1);
	}
	prctl(PR_SET_NAME, which == FORKED ? "uvnfd: worker" : "stranger");
}

/* Leads a group of three, and says their pids to fd. */
static void
leader_run(int fd)
{
	pid_t members[MEMBERS];
	enum member i;
	char mark[16];

	setpgid(0, 0);
	snprintf(mark, sizeof(mark), "%d", (int)getpid());
	setenv("UVNF_PROCESS", mark, 1);
	for (i = FORKED; i < MEMBERS; i++) {
		if ((members[i] = fork()) == 0) {
			member_run(i);
			break;
		}
	}
	if (i == MEMBERS && write(fd, members, sizeof(members)) < 0)
		_exit(1);
	close(fd);
	for (;;)
		pause();
}

static pid_t
leader(pid_t *members)
{
	char more;
	int fds[2];
	pid_t pid;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	if ((pid = fork()) == 0)
		leader_run(fds[1]);
	close(fds[1]);
	assert_int_equal(read(fds[0], members, MEMBERS * sizeof(*members)),
	    MEMBERS * sizeof(*members));
	/* At its end each of them is what it is to be. */
	assert_int_equal(read(fds[0], &more, 1), 0);
	close(fds[0]);
	return pid;
}

/* What they forked and ran ends with them, and does if they are gone. */
static void
ends_members(bool leader_is_gone)
{
	pid_t members[MEMBERS], pid;
	struct uvnf_error e;
	struct journal *j;
	int status;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pid = leader(members);
	j = open_it();
	journal_process(j, pid, process_start(pid));
	journal_close(j);
	if (leader_is_gone) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
	}
	j = open_it();
	assert_int_equal(processes_end(j, &e), 0);
	journal_close(j);
	if (!leader_is_gone)
		assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(waitpid(members[FORKED], &status, 0),
	    members[FORKED]);
	assert_int_equal(WTERMSIG(status), SIGKILL);
	assert_int_equal(waitpid(members[RUN], &status, 0), members[RUN]);
	assert_int_equal(WTERMSIG(status), SIGKILL);
	if (leader_is_gone)
		assert_int_equal(waitpid(members[STRANGER], &status, WNOHANG),
		    0);
	kill(members[STRANGER], SIGKILL);
	waitpid(members[STRANGER], &status, 0);
}

static void
test_ends_members(void **state)
{
	(void)state;
	ends_members(false);
}

/* But nobody who merely happens to be in a group of that number. */
static void
test_ends_members_of_the_dead(void **state)
{
	(void)state;
	ends_members(true);
}

static void
test_start_of_nobody(void **state)
{
	(void)state;
	assert_int_not_equal(process_start(getpid()), 0);
	assert_int_equal(process_start(0x7ffffffe), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends_processes),
		cmocka_unit_test(test_ends_members),
		cmocka_unit_test(test_ends_members_of_the_dead),
		cmocka_unit_test(test_start_of_nobody),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
