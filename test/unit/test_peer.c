/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* Who is at the other end of a socket. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <grp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/access.h"

/* What the kernel says, against what it says of this process. */
static void
test_peer(void **state)
{
	gid_t groups[256];
	int n = getgroups(256, groups), fds[2], i;
	struct peer p;

	(void)state;
	assert_true(n >= 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(peer_read(&p, fds[0]), 0);
	assert_int_equal(p.uid, geteuid());
	assert_int_equal(p.gid, getegid());
	assert_int_equal(p.pid, getpid());
	assert_int_equal(p.ngroups, n);
	for (i = 0; i < n; i++)
		assert_int_equal(p.groups[i], groups[i]);
	peer_free(&p);
	close(fds[1]);
	close(fds[0]);
	assert_int_equal(peer_read(&p, fds[0]), -1);
	peer_free(&p);
}

/* More groups than a first look takes; root alone can be in them. */
static void
test_many_groups(void **state)
{
	gid_t groups[500], own[256];
	int n = getgroups(256, own), fds[2];
	struct peer p;
	size_t i;

	(void)state;
	for (i = 0; i < 500; i++)
		groups[i] = (gid_t)(7000 + i);
	if (n < 0 || setgroups(500, groups) != 0)
		skip();
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(setgroups((size_t)n, own), 0);
	assert_int_equal(peer_read(&p, fds[0]), 0);
	assert_int_equal(p.ngroups, 500);
	for (i = 0; i < 500; i++)
		assert_int_equal(p.groups[i], 7000 + i);
	peer_free(&p);
	close(fds[0]);
	close(fds[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_peer),
		cmocka_unit_test(test_many_groups),
	};

	return cmocka_run_group_tests_name("peer", tests, NULL, NULL);
}
