/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * What libxl calls in a worker, against a xenstored that a thread plays: a
 * client that waits for answers which do not come is ended by an alarm.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <xen/io/xs_wire.h>
#include <xenstore.h>

#include "daemon/xen/burst.h"
#include "store.h"

static int
setup(void **state)
{
	(void)state;
	alarm(20);
	return store_begin();
}

/* The connection that is kept ends with its server's next answer. */
static int
teardown(void **state)
{
	(void)state;
	played.last = played.nlog + 1;
	free(xs_read(NULL, XBT_NULL, "/end", NULL));
	store_end();
	alarm(0);
	return 0;
}

static void
assert_log(unsigned i, const char *line)
{
	assert_true(i < played.nlog);
	assert_string_equal(played.log[i], line);
}

static bool
put(xs_transaction_t t, const char *path)
{
	return xs_write(NULL, t, path, "value", 5);
}

static void
changes_leave_together(void **state)
{
	struct xs_permissions perms[] = {
		{ .id = 0, .perms = XS_PERM_NONE },
		{ .id = 5, .perms = XS_PERM_READ },
		{ .id = 6, .perms = XS_PERM_WRITE },
		{ .id = 70, .perms = XS_PERM_READ | XS_PERM_WRITE } };
	xs_transaction_t t;

	(void)state;
	played.hold = 5;
	t = xs_transaction_start(NULL);
	assert_int_equal(t, 7);
	assert_true(xs_rm(NULL, t, "/a"));
	assert_true(xs_mkdir(NULL, t, "/a"));
	assert_true(xs_set_permissions(NULL, t, "/a", perms, 4));
	assert_true(put(t, "/a/b"));
	assert_int_equal(played.nlog, 1);
	assert_true(xs_write(NULL, t, "/a/c", "", 0));
	assert_true(xs_transaction_end(NULL, t, false));
	assert_int_equal(played.nlog, 7);
	assert_log(0, "6 0 |");
	assert_log(1, "13 7 /a|");
	assert_log(2, "12 7 /a|");
	assert_log(3, "14 7 /a|n0|r5|w6|b70|");
	assert_log(4, "11 7 /a/b|value");
	assert_log(5, "11 7 /a/c|");
	assert_log(6, "7 7 T|");
}

static void
many_changes_keep_their_order(void **state)
{
	xs_transaction_t t;
	char text[32];
	int i;

	(void)state;
	played.hold = 5;
	t = xs_transaction_start(NULL);
	for (i = 0; i < 40; i++) {
		snprintf(text, sizeof(text), "/n/%d", i);
		assert_true(put(t, text));
	}
	assert_true(xs_transaction_end(NULL, t, false));
	assert_int_equal(played.nlog, 42);
	for (i = 0; i < 40; i++) {
		snprintf(text, sizeof(text), "11 7 /n/%d|value", i);
		assert_log((unsigned)i + 1, text);
	}
}

static void
the_largest_fit(void **state)
{
	static char data[XENSTORE_PAYLOAD_MAX];
	xs_transaction_t t;
	int i;

	(void)state;
	memset(data, 'x', sizeof(data));
	t = xs_transaction_start(NULL);
	for (i = 0; i < 20; i++)
		assert_true(xs_write(NULL, t, "/a", data, sizeof(data) - 3));
	assert_false(xs_write(NULL, t, "/a", data, sizeof(data) - 2));
	assert_int_equal(errno, E2BIG);
	assert_true(xs_transaction_end(NULL, t, false));
	assert_int_equal(played.nlog, 22);
}

static void
a_read_sees_what_was_kept(void **state)
{
	xs_transaction_t t;
	unsigned len;
	char *value;

	(void)state;
	t = xs_transaction_start(NULL);
	assert_true(put(t, "/a"));
	value = xs_read(NULL, t, "/b", &len);
	assert_string_equal(value, "/b");
	assert_int_equal(len, 2);
	free(value);
	assert_log(1, "11 7 /a|value");
	assert_log(2, "2 7 /b|");
	assert_true(xs_transaction_end(NULL, t, false));
}

static void
what_fails_fails_the_end(void **state)
{
	xs_transaction_t t;

	(void)state;
	t = xs_transaction_start(NULL);
	assert_true(put(t, "/full"));
	assert_true(put(t, "/missing"));
	assert_true(put(t, "/a"));
	assert_false(xs_transaction_end(NULL, t, false));
	assert_int_equal(errno, ENOSPC);
	assert_log(4, "7 7 F|");
}

static void
what_was_refused_is_known(void **state)
{
	xs_transaction_t t;

	(void)state;
	burst_reset();
	assert_null(burst_refused());
	t = xs_transaction_start(NULL);
	assert_true(put(t, "/a/full"));
	assert_true(put(t, "/missing"));
	assert_false(xs_transaction_end(NULL, t, false));
	assert_string_equal(burst_refused(),
	    "/a/full: No space left on device");
	burst_reset();
	assert_null(burst_refused());
}

static void
what_failed_before_a_read_fails_the_end(void **state)
{
	xs_transaction_t t;

	(void)state;
	t = xs_transaction_start(NULL);
	assert_true(put(t, "/full"));
	free(xs_read(NULL, t, "/b", NULL));
	assert_false(xs_transaction_end(NULL, t, false));
	assert_int_equal(errno, ENOSPC);
}

static void
a_failure_is_of_one_transaction(void **state)
{
	xs_transaction_t t;

	(void)state;
	t = xs_transaction_start(NULL);
	assert_true(put(t, "/full"));
	assert_false(xs_transaction_end(NULL, t, false));
	t = xs_transaction_start(NULL);
	assert_int_equal(t, 8);
	assert_true(put(t, "/a"));
	assert_true(xs_transaction_end(NULL, t, false));
}

static void
what_is_not_there_may_be_removed(void **state)
{
	xs_transaction_t t;

	(void)state;
	t = xs_transaction_start(NULL);
	assert_true(xs_rm(NULL, t, "/missing"));
	assert_true(xs_transaction_end(NULL, t, false));
	assert_log(2, "7 7 T|");
	assert_false(xs_rm(NULL, XBT_NULL, "/missing"));
	assert_int_equal(errno, ENOENT);
}

static void
what_is_abandoned_does_not_leave(void **state)
{
	xs_transaction_t t;

	(void)state;
	t = xs_transaction_start(NULL);
	assert_true(put(t, "/a"));
	assert_true(put(t, "/full"));
	assert_true(xs_transaction_end(NULL, t, true));
	assert_int_equal(played.nlog, 2);
	assert_log(1, "7 7 F|");
}

static void
a_conflict_is_told(void **state)
{
	xs_transaction_t t;

	(void)state;
	burst_reset();
	played.conflict = true;
	t = xs_transaction_start(NULL);
	assert_true(put(t, "/a"));
	assert_false(xs_transaction_end(NULL, t, false));
	assert_int_equal(errno, EAGAIN);
	assert_null(burst_refused());
	assert_log(2, "7 7 T|");
}

/* Whose end alone makes libxl begin anew. */
static void
a_removal_by_two_is_a_conflict(void **state)
{
	xs_transaction_t t;

	(void)state;
	played.conflict = true;
	t = xs_transaction_start(NULL);
	assert_true(xs_rm(NULL, t, "/other"));
	assert_false(xs_transaction_end(NULL, t, false));
	assert_int_equal(errno, EAGAIN);
}

static void
outside_a_transaction_it_waits(void **state)
{
	(void)state;
	assert_true(put(XBT_NULL, "/a"));
	assert_int_equal(played.nlog, 1);
	assert_false(put(XBT_NULL, "/full"));
	assert_int_equal(errno, ENOSPC);
	assert_false(xs_mkdir(NULL, XBT_NULL, "/missing"));
	assert_int_equal(errno, ENOENT);
}

/* Whose failures it would have to tell from the other's. */
static void
a_second_transaction_waits(void **state)
{
	xs_transaction_t one, two;

	(void)state;
	one = xs_transaction_start(NULL);
	assert_true(put(one, "/full"));
	two = xs_transaction_start(NULL);
	assert_int_equal(two, 8);
	assert_true(put(two, "/a"));
	assert_log(3, "11 8 /a|value");
	assert_false(put(two, "/missing"));
	assert_true(xs_transaction_end(NULL, two, false));
	assert_false(xs_transaction_end(NULL, one, false));
	assert_int_equal(errno, ENOSPC);
}

static void
values_may_be_empty_or_missing(void **state)
{
	unsigned len = 9;
	char *value;

	(void)state;
	value = xs_read(NULL, XBT_NULL, "", &len);
	assert_string_equal(value, "");
	assert_int_equal(len, 0);
	free(value);
	assert_null(xs_read(NULL, XBT_NULL, "/missing", &len));
	assert_int_equal(errno, ENOENT);
}

static void
folders_are_lists(void **state)
{
	unsigned n;
	char **list;

	(void)state;
	list = xs_directory(NULL, XBT_NULL, "/a", &n);
	assert_int_equal(n, 2);
	assert_string_equal(list[0], "a");
	assert_string_equal(list[1], "bc");
	free(list);
	list = xs_directory(NULL, XBT_NULL, "/empty", &n);
	assert_non_null(list);
	assert_int_equal(n, 0);
	free(list);
	assert_null(xs_directory(NULL, XBT_NULL, "/missing", &n));
	assert_int_equal(errno, ENOENT);
}

/* Of oxenstored; the transaction it was in goes on. */
static void
a_folder_may_be_too_long(void **state)
{
	xs_transaction_t t;
	unsigned n;

	(void)state;
	t = xs_transaction_start(NULL);
	assert_null(xs_directory(NULL, t, "/crowded", &n));
	assert_int_equal(errno, E2BIG);
	assert_true(put(t, "/a"));
	assert_true(xs_transaction_end(NULL, t, false));
}

static void
permissions_are_read(void **state)
{
	static const unsigned ids[] = { 0, 5, 6, 7 }, perms[] = {
		XS_PERM_NONE, XS_PERM_READ, XS_PERM_WRITE,
		XS_PERM_READ | XS_PERM_WRITE };
	struct xs_permissions *list;
	unsigned n, i;

	(void)state;
	list = xs_get_permissions(NULL, XBT_NULL, "/a", &n);
	assert_int_equal(n, 4);
	for (i = 0; i < n; i++) {
		assert_int_equal(list[i].id, ids[i]);
		assert_int_equal(list[i].perms, perms[i]);
	}
	free(list);
	assert_null(xs_get_permissions(NULL, XBT_NULL, "/missing", &n));
}

static void
the_path_of_a_domain_is_known(void **state)
{
	char *path = xs_get_domain_path(NULL, 32751);

	(void)state;
	assert_string_equal(path, "/local/domain/32751");
	assert_int_equal(played.nlog, 0);
	free(path);
}

static void
a_lost_connection_is_an_error_and_comes_again(void **state)
{
	xs_transaction_t t;

	(void)state;
	burst_reset();
	played.last = 3;
	t = xs_transaction_start(NULL);
	assert_true(put(t, "/a"));
	assert_true(put(t, "/b"));
	assert_false(xs_transaction_end(NULL, t, false));
	assert_int_equal(errno, EIO);
	assert_string_equal(burst_refused(),
	    "a transaction: Input/output error");
	assert_true(put(XBT_NULL, "/c"));
}

/* What it is asked is no longer there, which is not what it is told. */
static void
a_transaction_ends_with_its_connection(void **state)
{
	xs_transaction_t t;

	(void)state;
	played.last = 2;
	t = xs_transaction_start(NULL);
	assert_null(xs_read(NULL, t, "/a", NULL));
	assert_int_equal(errno, EIO);
	assert_null(xs_read(NULL, t, "/b", NULL));
	assert_int_equal(errno, EIO);
	assert_false(put(t, "/c"));
	assert_false(xs_transaction_end(NULL, t, false));
	assert_int_equal(errno, EIO);
	t = xs_transaction_start(NULL);
	assert_true(put(t, "/d"));
	assert_true(xs_transaction_end(NULL, t, false));
}

/* libxl's may outlive a worker, for whose end xenstored waits. */
static void
a_child_does_not_have_it(void **state)
{
	pid_t child;
	int status;

	(void)state;
	assert_true(put(XBT_NULL, "/a"));
	child = fork();
	if (child == 0) {
		/* So it would have to connect, and cannot. */
		setenv("XENSTORED_PATH", "/nowhere", 1);
		_exit(put(XBT_NULL, "/b") ? 1 : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_true(put(XBT_NULL, "/c"));
	assert_log(1, "11 0 /c|value");
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(changes_leave_together),
		TEST(many_changes_keep_their_order),
		TEST(the_largest_fit),
		TEST(a_read_sees_what_was_kept),
		TEST(what_fails_fails_the_end),
		TEST(what_failed_before_a_read_fails_the_end),
		TEST(what_was_refused_is_known),
		TEST(a_failure_is_of_one_transaction),
		TEST(what_is_not_there_may_be_removed),
		TEST(what_is_abandoned_does_not_leave),
		TEST(a_conflict_is_told),
		TEST(a_removal_by_two_is_a_conflict),
		TEST(outside_a_transaction_it_waits),
		TEST(a_second_transaction_waits),
		TEST(values_may_be_empty_or_missing),
		TEST(folders_are_lists),
		TEST(a_folder_may_be_too_long),
		TEST(permissions_are_read),
		TEST(the_path_of_a_domain_is_known),
		TEST(a_lost_connection_is_an_error_and_comes_again),
		TEST(a_transaction_ends_with_its_connection),
		TEST(a_child_does_not_have_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
