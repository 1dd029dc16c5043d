/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* When a journal is written anew, and what must not be lost then. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <event2/event.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal_dir.h"

static void
test_is_compacted(void **state)
{
	struct journal *j = open_it();
	struct domain *stays = record(j, 9);
	struct stat st;
	int i;

	(void)state;
	for (i = 0; i < 4000; i++) {
		struct domain *d = record(j, 10 + i);

		assert_int_equal(journal_gone(j, d), 0);
		domain_free(d);
	}
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_size < 300 * 1024);
	journal_close(j);
	j = open_it();
	assert_int_equal(count(j), 1);
	assert_int_equal(TAILQ_FIRST(journal_entries(j))->domid, 9);
	journal_close(j);
	domain_free(stays);
}

/* Records domains that are gone, or does what the loop has to do. */
static void
churn(struct journal *j, struct event_base *base, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		struct domain *d = record(j, 1000 + i);

		assert_int_equal(journal_gone(j, d), 0);
		domain_free(d);
		event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	}
}

static off_t
journal_size(void)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_size;
}

#define NSTAYS 300

/* Lines come in all the time, and it may be broken off. */
static void
test_is_compacted_in_pieces(void **state)
{
	struct event_base *base = event_base_new();
	struct domain *stays[NSTAYS], *late;
	struct journal *j = open_it();
	char tmp[96];
	size_t i;

	(void)state;
	snprintf(tmp, sizeof(tmp), "%s.tmp", path);
	journal_in_pieces(j, base);
	for (i = 0; i < NSTAYS; i++)
		stays[i] = record(j, 1 + (int)i);
	while (access(tmp, F_OK) != 0)
		churn(j, base, 1);
	late = record(j, 900);		/* in the tail */
	while (access(tmp, F_OK) == 0)
		churn(j, base, 1);
	assert_true(journal_size() < 200 * 1024);
	churn(j, base, 1);		/* to the new file */
	journal_close(j);
	j = open_it();
	assert_int_equal(count(j), NSTAYS + 1);
	journal_in_pieces(j, base);
	while (access(tmp, F_OK) != 0)
		churn(j, base, 1);
	journal_close(j);
	assert_int_not_equal(access(tmp, F_OK), 0);
	j = open_it();
	assert_int_equal(count(j), NSTAYS + 1);
	journal_close(j);
	for (i = 0; i < NSTAYS; i++)
		domain_free(stays[i]);
	domain_free(late);
	event_base_free(base);
}

/* Also where nothing ends: changes of one VNF, and those that are refused. */
static void
test_is_compacted_without_an_end(void **state)
{
	struct event_base *base = event_base_new();
	struct journal *j = open_it();
	struct domain *d = record(j, 7);
	struct vnf_table t;
	struct vnf *v;
	int i;

	(void)state;
	vnf_table_init(&t);
	claim(j, &t, d, "web1");
	v = vnf_find(&t, "web1");
	journal_in_pieces(j, base);
	for (i = 0; i < 20000; i++) {
		assert_int_equal(journal_routers(j, v), 0);
		assert_int_equal(journal_probe(j), 0);
		event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
		assert_true(journal_size() < 512 * 1024);
	}
	journal_close(j);
	vnf_release(&t, v);
	vnf_free(v);
	domain_free(d);
	event_base_free(base);
}

/* A long journal of what is all there would be as long again. */
static void
test_is_not_compacted_for_nothing(void **state)
{
	struct journal *j = open_it();
	struct stat before, after;
	int i;

	(void)state;
	assert_int_equal(stat(path, &before), 0);
	for (i = 0; i < 6000; i++) {
		domain_free(record(j, 1 + i));
		assert_int_equal(stat(path, &after), 0);
		assert_int_equal(after.st_ino, before.st_ino);
	}
	assert_true(after.st_size > 1024 * 1024);
	journal_close(j);
	j = open_it();
	assert_int_equal(count(j), 6000);
	journal_close(j);
}

/* Not as if what somebody has put there were the journal. */
static void
test_is_not_compacted_from_another(void **state)
{
	struct event_base *base = event_base_new();
	struct journal *j = open_it();

	(void)state;
	journal_in_pieces(j, base);
	assert_int_equal(unlink(path), 0);
	churn(j, base, 4000);
	assert_int_not_equal(access(path, F_OK), 0);
	journal_close(j);
	event_base_free(base);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, make_dir, remove_dir)
		TEST(test_is_compacted),
		TEST(test_is_compacted_in_pieces),
		TEST(test_is_compacted_without_an_end),
		TEST(test_is_not_compacted_for_nothing),
		TEST(test_is_not_compacted_from_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
