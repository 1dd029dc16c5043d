/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* The spawner and a worker, which has nothing to do and so needs no Xen. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/xen/spawner.h"

#define PATIENCE_MS 60000	/* for a slow machine; never waited for */

static int spawner, worker;
static pid_t spawner_pid;

static int
setup(void **state)
{
	struct uvnf_error e;

	(void)state;
	spawner = spawner_fork(&spawner_pid, &e);
	assert_true(spawner >= 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	close(spawner);
	close(worker);
	assert_int_equal(waitpid(spawner_pid, NULL, 0), spawner_pid);
	return 0;
}

static struct spawn_news
news(int *passed)
{
	struct pollfd p = { .fd = spawner, .events = POLLIN };
	struct spawn_news n;

	assert_int_equal(poll(&p, 1, PATIENCE_MS), 1);
	assert_int_equal(spawner_news(spawner, &n, passed), 1);
	return n;
}

static pid_t
start(uint32_t id)
{
	struct spawn_news n;

	assert_int_equal(spawner_order(spawner, SPAWN_START, id,
	    ROLE_BUILDER), 0);
	n = news(&worker);
	assert_int_equal(n.kind, SPAWN_STARTED);
	assert_int_equal(n.id, id);
	assert_true(worker >= 0);
	return n.pid;
}

/* As if the worker had forked it. */
static pid_t
member_of(pid_t group)
{
	pid_t pid = fork();

	if (pid == 0) {
		for (;;)
			pause();
	}
	assert_int_equal(setpgid(pid, group), 0);
	return pid;
}

/* The group's end is waited for, so that this process must see to its part. */
static void
check_died(pid_t pid, pid_t member)
{
	struct spawn_news n;
	int status, none;

	assert_int_equal(waitpid(member, &status, 0), member);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	n = news(&none);
	assert_int_equal(n.kind, SPAWN_DIED);
	assert_int_equal(n.pid, pid);
	assert_true(WIFSTOPPED(n.status));
}

static void
test_a_stopped_worker_is_killed(void **state)
{
	pid_t pid = start(1), member = member_of(pid);

	(void)state;
	kill(pid, SIGSTOP);
	check_died(pid, member);
}

static void
test_what_a_worker_runs_is_watched(void **state)
{
	pid_t pid = start(1), member = member_of(pid);

	(void)state;
	/* There is no worker 2. */
	assert_int_equal(spawner_order(spawner, SPAWN_WATCH, 2,
	    ROLE_BUILDER), 0);
	kill(member, SIGSTOP);
	assert_int_equal(spawner_order(spawner, SPAWN_WATCH, 1,
	    ROLE_BUILDER), 0);
	check_died(pid, member);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_a_stopped_worker_is_killed),
		TEST(test_what_a_worker_runs_is_watched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
