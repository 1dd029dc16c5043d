/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * Journals given line by line: what is read of them, and read again of what
 * was written anew.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "common/util.h"
#include "daemon/journal_impl.h"
#include "journal_dir.h"

#define A "0a234567-89ab-4def-8123-456789abcdef"
#define B "0b234567-89ab-4def-8123-456789abcdef"
#define C "0c234567-89ab-4def-8123-456789abcdef"
#define D "0d234567-89ab-4def-8123-456789abcdef"
#define E "0e234567-89ab-4def-8123-456789abcdef"

/* Puts a checksum before each of the lines, of which NULL is the end. */
static void
write_journal(const char *const *lines)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	for (; *lines != NULL; lines++)
		fprintf(f, "%08lx %s\n", crc32(0, (const Bytef *)*lines,
		    (uInt)strlen(*lines)), *lines);
	assert_int_equal(fclose(f), 0);
}

/* Three times: it is written anew each time. */
static void
check(const char *const *lines, void (*look)(struct journal_entry *))
{
	struct journal_entry *e;
	struct journal *j;
	int i;

	write_journal(lines);
	for (i = 0; i < 3; i++) {
		j = open_it();
		assert_false(TAILQ_EMPTY(journal_entries(j)));
		TAILQ_FOREACH(e, journal_entries(j), entry)
			look(e);
		journal_close(j);
	}
}

/* --- what is written ----------------------------------------------------- */

static void formats(const char *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

static void
formats(const char *want, const char *fmt, ...)
{
	char line[LINE_MAX_LEN], crc[CRC_LEN + 1];
	va_list ap;
	size_t len;

	va_start(ap, fmt);
	len = journal_format(line, fmt, ap);
	va_end(ap);
	snprintf(crc, sizeof(crc), "%08lx ", crc32(0, (const Bytef *)want,
	    (uInt)strlen(want)));
	assert_int_equal(len, CRC_LEN + strlen(want) + 1);
	assert_memory_equal(line, crc, CRC_LEN);
	assert_memory_equal(line + CRC_LEN, want, strlen(want));
	assert_int_equal(line[len - 1], '\n');
}

static void
test_format(void **state)
{
	(void)state;
	formats("doom", "doom");
	formats("built a 7 0", "built %s %d %u", "a", 7, 0u);
	formats("-1 -2147483648 2147483647", "%d %d %d", -1, INT32_MIN,
	    INT32_MAX);
	formats("4294967295", "%u", UINT32_MAX);
	formats("18446744073709551615 0 x", "%" PRIu64 " %" PRIu64 " %s",
	    UINT64_MAX, UINT64_C(0), "x");
	formats("ab", "%s%s%s", "a", "", "b");
}

/* --- what is read -------------------------------------------------------- */

static void
look_name_again(struct journal_entry *e)
{
	assert_string_equal(e->name, "web1");
	assert_int_equal(e->doomed, e->domid == 8);
}

/* The one that had the name before was built later, and is not gone yet. */
static void
test_name_again(void **state)
{
	static const char *const lines[] = {
		"build " A " t booted d7", "built " A " 7 0",
		"build " B " t booted d8", "built " B " 8 0",
		"claim " B " web1 1", "doom " B,
		"claim " A " web1 1", "state " A " ready",
		NULL
	};

	(void)state;
	check(lines, look_name_again);
}

static void
look_name_third(struct journal_entry *e)
{
	assert_string_equal(e->name, e->domid == 10 ? "web2" : "web1");
	assert_int_equal(e->doomed, e->domid == 8 || e->domid == 9);
}

/*
 * Three have a name, one after the other, the second of them had another one
 * before; who is gone or has another name dooms nobody.
 */
static void
test_name_third(void **state)
{
	static const char *const lines[] = {
		"build " A " t booted d7", "built " A " 7 0",
		"build " B " t booted d8", "built " B " 8 0",
		"build " C " t booted d9", "built " C " 9 0",
		"build " D " t booted d10", "built " D " 10 0",
		"build " E " t booted d11", "built " E " 11 0",
		"claim " E " web1 1", "gone " E,
		"claim " B " web1 1", "claim " C " web2 1",
		"claim " C " web1 1", "claim " D " web2 1",
		"claim " A " web1 1", "state " A " ready",
		NULL
	};

	(void)state;
	check(lines, look_name_third);
}

static void
look_odd_pause(struct journal_entry *e)
{
	assert_int_equal(e->state, VNF_PAUSED);
	assert_int_equal(e->paused_from, VNF_CLAIMED);
}

/* No such state can be paused: the line between was damaged. */
static void
test_odd_pause(void **state)
{
	static const char *const crashed[] = {
		"build " A " t booted d7", "built " A " 7 0",
		"claim " A " web1 1", "state " A " crashed",
		"state " A " paused", NULL
	};
	static const char *const none[] = {
		"build " A " t booted d7", "built " A " 7 0",
		"state " A " paused", NULL
	};

	(void)state;
	check(crashed, look_odd_pause);
	check(none, look_odd_pause);
}

static void
look_stages(struct journal_entry *e)
{
	assert_int_equal(e->stages.act, ACT_CREATE);
	assert_int_equal(e->stages.since_us, 5000000);
	assert_int_equal(e->stages.us[STAGE_CLAIMED], 40);
	assert_int_equal(e->stages.us[STAGE_CONFIGURED], 110);
	assert_int_equal(e->stages.us[STAGE_STARTED], 111);
	assert_int_equal(e->stages.us[STAGE_READY], 182000);
}

static void
look_no_stages(struct journal_entry *e)
{
	assert_int_equal(e->stages.act, ACT_UNKNOWN);
	assert_int_equal(e->stages.us[STAGE_READY], 0);
}

/* The last ones hold; those of another configuration are gone. */
static void
test_stages(void **state)
{
	static const char *const ready[] = {
		"build " A " t booted d7", "built " A " 7 0",
		"claim " A " web1 1",
		"stages " A " create 5000000 40 110 111 0",
		"state " A " started 0",
		"stages " A " create 5000000 40 110 111 182000",
		"state " A " ready 0",
		"stages " A " create 5000000 1 1 1",
		"stages " A " create 5000000 1 1 1 1x",
		"stages " A " unknown 5000000 1 1 1 1", NULL
	};
	static const char *const configured_anew[] = {
		"build " A " t booted d7", "built " A " 7 0",
		"claim " A " web1 1",
		"stages " A " create 5000000 40 110 111 182000",
		"state " A " ready 0", "config " A " 1", NULL
	};

	(void)state;
	check(ready, look_stages);
	check(configured_anew, look_no_stages);
}

static void
look_long_value(struct journal_entry *e)
{
	assert_int_equal(e->set.n, 1);
	assert_string_equal(e->set.list[0].name, "a");
}

/* No request could have set it, and no line that is written has the room. */
static void
test_long_value(void **state)
{
	char value[9000], line[sizeof(value) + 80];
	const char *lines[] = {
		"build " A " t booted d7", "built " A " 7 0",
		"claim " A " web1 1", line, NULL
	};

	(void)state;
	memset(value, 'v', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	snprintf(line, sizeof(line), "config %s 1 a=b c=%s", A, value);
	check(lines, look_long_value);
}

static void
look_damaged_built(struct journal_entry *e)
{
	assert_int_equal(e->domid, 7);
	assert_int_equal(e->nvifs, 1);
	assert_string_equal(e->vifs[0].dev, "vif7.0");
	assert_string_equal(e->vifs[0].place.name, "xenbr0");
}

/* It changes nothing, not even in part. */
static void
test_damaged_built(void **state)
{
	static const char *const lines[] = {
		"build " A " t booted d7",
		"built " A " 7 1 00:16:3e:00:00:01 xenbr0 vif7.0",
		"built " A " 8 1 00:16:3e:00:00:02 a/b vif8.0",
		NULL
	};

	(void)state;
	check(lines, look_damaged_built);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, make_dir, remove_dir)
		cmocka_unit_test(test_format),
		TEST(test_name_again),
		TEST(test_name_third),
		TEST(test_odd_pause),
		TEST(test_stages),
		TEST(test_long_value),
		TEST(test_damaged_built),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
