/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* What a process can no longer do that has given up its privileges. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/privileges.h"

/* What f says in a child that has dropped them; 99: it could not. */
static int
without(int (*f)(void))
{
	struct uvnf_error e;
	pid_t pid = fork();
	int status;

	assert_int_not_equal(pid, -1);
	if (pid == 0)
		_exit(privileges_drop(&e) != 0 ? 99 : f());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

#ifndef __SANITIZE_ADDRESS__	/* whose run time needs them */

static int
starts_a_program(void)
{
	char *argv[] = { (char []){ "true" }, NULL };

	execv("/bin/true", argv);
	return errno;
}

static int
makes_a_process(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid == -1 ? errno : 0;
}

static int
traces(void)
{
	return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == -1 ? errno : 0;
}

static int
mounts(void)
{
	return mount("none", "/mnt", "tmpfs", 0, NULL) == -1 ? errno : 0;
}

static int
becomes_root(void)
{
	return setuid(0) == -1 ? errno : 0;
}

static void
test_system_calls(void **state)
{
	(void)state;
	assert_int_equal(without(starts_a_program), EPERM);
	assert_int_equal(without(makes_a_process), EPERM);
	assert_int_equal(without(traces), EPERM);
	assert_int_equal(without(mounts), EPERM);
	assert_int_equal(without(becomes_root), EPERM);
}

#endif

static char file[] = "/tmp/uvnf-privileges-XXXXXX";

static int
writes(void)
{
	return open(file, O_WRONLY) == -1 ? errno : 0;
}

static int
gives_away(void)
{
	return chown(file, 1, 1) == -1 ? errno : 0;
}

/* As root, too; else they were not there before, either. */
static void
test_files_of_others(void **state)
{
	int fd = mkstemp(file);

	(void)state;
	assert_int_not_equal(fd, -1);
	close(fd);
	assert_int_equal(without(writes), 0);
	assert_int_equal(without(gives_away), EPERM);
	if (chown(file, 6002, 6002) == 0)
		assert_int_equal(without(writes), EACCES);
	unlink(file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#ifndef __SANITIZE_ADDRESS__
		cmocka_unit_test(test_system_calls),
#endif
		cmocka_unit_test(test_files_of_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
