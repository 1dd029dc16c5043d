/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* Who does what, with a spawner and workers that the test plays itself. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "daemon/xen/spawner.h"
#include "daemon/xen/workers.h"

static struct event_base *base;
static struct workers *workers;
static int spawner, builder, ends;

static void
on_lost(void *arg, const struct uvnf_error *e)
{
	(void)arg;
	fail_msg("%s", e->text);
}

static void
on_process(void *arg, pid_t pid, bool began)
{
	(void)arg;
	(void)pid;
	(void)began;
}

static void
on_done(struct job *j, const struct work_result *res, bool lost,
    const struct uvnf_error *e)
{
	(void)j;
	assert_non_null(res);
	assert_false(lost);
	assert_null(e);
	ends++;
}

static void
run(void)
{
	int i;

	for (i = 0; i < 4; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
}

/* Its socket goes with the news, as the spawner sends it. */
static void
tell_started(uint32_t id, int fd)
{
	struct spawn_news news = { SPAWN_STARTED, id, 1000 + (int)id, 0 };
	struct iovec iov = { &news, sizeof(news) };
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(int))];
	} control = { .align = { .cmsg_len = CMSG_LEN(sizeof(int)),
	    .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS } };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
	    .msg_control = control.buf, .msg_controllen = sizeof(control.buf) };

	memcpy(CMSG_DATA(&control.align), &fd, sizeof(fd));
	assert_int_equal(sendmsg(spawner, &msg, 0), sizeof(news));
}

/*
 * Returns its id.  Of the movers, which have nothing to do here, none comes to
 * be.
 */
static uint32_t
start_builder(void)
{
	struct spawn_order order;
	uint32_t id = 0;
	int pair[2];

	while (recv(spawner, &order, sizeof(order), MSG_DONTWAIT) > 0) {
		if (order.kind != SPAWN_START || order.role != ROLE_BUILDER)
			continue;
		assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair),
		    0);
		tell_started(order.id, pair[0]);
		close(pair[0]);
		builder = pair[1];
		id = order.id;
	}
	run();
	return id;
}

static int
setup(void **state)
{
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0,
	    pair), 0);
	base = event_base_new();
	spawner = pair[1];
	workers = workers_new(base, pair[0], 1, on_lost, on_process, NULL);
	ends = 0;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	workers_free(workers);
	event_base_free(base);
	close(spawner);
	close(builder);
	return 0;
}

/* Does the next job; its name is a letter. */
static char
work_one(void)
{
	struct work_result res = { .domid = 1 };
	struct work w;

	assert_int_equal(recv(builder, &w, sizeof(w), MSG_DONTWAIT),
	    sizeof(w));
	assert_int_equal(send(builder, &res, sizeof(res), 0), sizeof(res));
	run();
	return w.name[0];
}

static void
submit(struct job *j, enum job_priority priority)
{
	memset(j, 0, sizeof(*j));
	j->work.kind = WORK_DESTROY;
	j->work.name[0] = "cds"[priority];
	j->role = ROLE_BUILDER;
	j->priority = priority;
	j->done = on_done;
	workers_submit(workers, j);
}

static void
check_order(size_t n, const char *order)
{
	size_t i;

	assert_int_equal(strlen(order), n);
	for (i = 0; i < n; i++)
		assert_int_equal(work_one(), order[i]);
	assert_int_equal(ends, n);
}

static void
test_clients_go_first(void **state)
{
	struct job jobs[4];

	(void)state;
	submit(&jobs[0], JOB_SHELL);
	submit(&jobs[1], JOB_DESTROY);
	submit(&jobs[2], JOB_CLIENT);
	submit(&jobs[3], JOB_CLIENT);
	start_builder();
	check_order(4, "ccds");
}

static void
test_nobody_waits_for_ever(void **state)
{
	struct job jobs[20];
	unsigned i;

	(void)state;
	for (i = 0; i < 12; i++)
		submit(&jobs[i], JOB_CLIENT);
	for (; i < 16; i++)
		submit(&jobs[i], JOB_SHELL);
	for (; i < 20; i++)
		submit(&jobs[i], JOB_DESTROY);
	start_builder();
	check_order(20, "cccdsccdsccdsccdsccc");
}

static struct job next;

static void
on_done_and_more(struct job *j, const struct work_result *res, bool lost,
    const struct uvnf_error *e)
{
	on_done(j, res, lost, e);
	submit(&next, JOB_CLIENT);
}

/* Its death is known before its last result was read. */
static void
test_a_dead_one_gets_no_job(void **state)
{
	struct spawn_news news = { SPAWN_DIED, 0, 0, 0 };
	struct work_result res = { .domid = 1 };
	struct job first;
	struct work w;

	(void)state;
	submit(&first, JOB_DESTROY);
	first.done = on_done_and_more;
	news.id = start_builder();
	news.pid = 1000 + (int)news.id;
	assert_int_equal(recv(builder, &w, sizeof(w), MSG_DONTWAIT),
	    sizeof(w));
	assert_int_equal(send(spawner, &news, sizeof(news), 0), sizeof(news));
	assert_int_equal(send(builder, &res, sizeof(res), 0), sizeof(res));
	close(builder);
	run();
	start_builder();
	assert_int_equal(work_one(), 'c');
	assert_int_equal(ends, 2);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_clients_go_first),
		TEST(test_nobody_waits_for_ever),
		TEST(test_a_dead_one_gets_no_job),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
