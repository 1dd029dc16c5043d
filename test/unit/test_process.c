/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* Who is ended before a new daemon looks at Xen, and who is not. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/process.h"

static char dir[] = "/tmp/uvnf-process-XXXXXX";

static int
make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) != NULL ? 0 : -1;
}

static int
remove_dir(void **state)
{
	char path[80];

	(void)state;
	snprintf(path, sizeof(path), "%s/lock", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/journal", dir);
	unlink(path);
	return rmdir(dir);
}

static struct journal *
open_it(void)
{
	struct uvnf_error e;
	struct journal *j = journal_open(dir, &e);

	if (j == NULL)
		fail_msg("%s", e.text);
	return j;
}

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
		cmocka_unit_test(test_start_of_nobody),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
