/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * The journal on a file system that is full: a small one, in a mount namespace
 * of the test's own.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal_dir.h"

#define SIZE "size=1m"
#define PIECE 4096
#define ENDS 50

static bool alone;

static int
mount_small(void **state)
{
	if (make_dir(state) != 0)
		return -1;
	alone = (unshare(CLONE_NEWNS) == 0 ||
	    unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0) &&
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	    mount("uvnf", dir, "tmpfs", 0, SIZE) == 0;
	return 0;
}

static int
unmount(void **state)
{
	if (alone)
		umount2(dir, MNT_DETACH);
	return remove_dir(state);
}

static void
need_mount(void)
{
	if (!alone) {
		printf("skipped: no file system can be mounted here\n");
		skip();
	}
}

static void
fill_up(void)
{
	static const char piece[PIECE];
	char name[96];
	int fd;

	snprintf(name, sizeof(name), "%s/ballast", dir);
	fd = open(name, O_WRONLY | O_CREAT | O_APPEND, 0600);
	assert_int_not_equal(fd, -1);
	while (write(fd, piece, sizeof(piece)) > 0)
		;
	close(fd);
}

static void
throw_out(void)
{
	char name[96];

	snprintf(name, sizeof(name), "%s/ballast", dir);
	assert_int_equal(unlink(name), 0);
}

/* One that has so many domains; skips the test where none can be. */
static struct journal *
open_with(struct domain *d[ENDS])
{
	struct journal *j;
	int i;

	need_mount();
	j = open_it();
	for (i = 0; i < ENDS; i++)
		d[i] = record_kind(j, i + 1, KIND_BOOTED);
	return j;
}

/* Nothing begins, but what is there can end, and processes are on record. */
static void
test_full(void **state)
{
	struct journal *j;
	struct domain *d[ENDS], *other;
	struct journal_process *p;
	unsigned i;

	(void)state;
	j = open_with(d);
	fill_up();
	other = domain_new(&template, KIND_BOOTED);
	/* What room it has beyond the reserve is used up at some time. */
	for (i = 0; journal_probe(j) == 0; i++)
		assert_true(i < 128 * 1024 / 16);
	assert_int_equal(journal_build(j, other), -1);
	for (i = 1; i < ENDS; i++) {
		assert_int_equal(journal_doom(j, d[i]), 0);
		assert_int_equal(journal_gone(j, d[i]), 0);
	}
	assert_int_equal(journal_process(j, 4711, 42), 0);
	assert_int_equal(journal_build(j, other), -1);
	journal_close(j);

	/* The next one starts, has the same reserve, and knows all that. */
	j = open_it();
	assert_int_equal(count(j), 1);
	p = TAILQ_FIRST(journal_processes(j));
	assert_non_null(p);
	assert_int_equal(p->pid, 4711);
	assert_int_equal(journal_process_ended(j, 4711), 0);
	assert_int_equal(journal_doom(j, d[0]), 0);
	assert_int_equal(journal_gone(j, d[0]), 0);
	throw_out();
	assert_int_equal(journal_build(j, other), 0);
	journal_close(j);

	j = open_it();
	assert_int_equal(count(j), 1);
	assert_true(TAILQ_EMPTY(journal_processes(j)));
	journal_close(j);
	for (i = 0; i < ENDS; i++)
		domain_free(d[i]);
	domain_free(other);
}

/* The reserve of the file that a compaction took away is in the new one. */
static void
test_full_behind_a_compaction(void **state)
{
	struct domain *d[ENDS];
	struct journal *j;
	struct stat st;
	off_t size = 0;
	unsigned i;

	(void)state;
	j = open_with(d);
	assert_int_equal(journal_bridge(j, "uv1", "", 6002), 0);
	do {
		size = stat(path, &st) == 0 ? st.st_size : 0;
		assert_int_equal(journal_doom(j, d[0]), 0);
		assert_int_equal(stat(path, &st), 0);
	} while (st.st_size > size);
	fill_up();
	assert_int_equal(journal_nobridge(j, "uv1"), 0);
	for (i = 0; i < ENDS; i++) {
		assert_int_equal(journal_doom(j, d[i]), 0);
		assert_int_equal(journal_gone(j, d[i]), 0);
	}
	journal_close(j);
	j = open_it();
	assert_int_equal(count(j), 0);
	assert_true(TAILQ_EMPTY(journal_bridges(j)));
	journal_close(j);
	for (i = 0; i < ENDS; i++)
		domain_free(d[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_full, mount_small,
		    unmount),
		cmocka_unit_test_setup_teardown(test_full_behind_a_compaction,
		    mount_small, unmount),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
