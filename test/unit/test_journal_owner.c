/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* Whose VNFs and bridges are, over a restart. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "journal_dir.h"

static const struct journal_entry *
only_entry(struct journal **j)
{
	journal_close(*j);
	*j = open_it();
	assert_non_null(TAILQ_FIRST(journal_entries(*j)));
	assert_null(TAILQ_NEXT(TAILQ_FIRST(journal_entries(*j)), entry));
	return TAILQ_FIRST(journal_entries(*j));
}

/* Over restarts and compactions, and from a domain to the next one. */
static void
test_owners(void **state)
{
	struct journal *j = open_it();
	struct domain *d = record_kind(j, 7, KIND_BOOTED), *next;
	struct journal_bridge *b;
	struct vnf_table t;
	struct vnf *v;

	(void)state;
	vnf_table_init(&t);
	v = vnf_new(&t, "web1", &template);
	v->domain = d;
	vnf_own(&t, v, 4294967294, 12, 3);
	assert_int_equal(journal_claim(j, v), 0);
	assert_int_equal(journal_bridge(j, "uv1", "", 6002), 0);
	assert_true(only_entry(&j)->owner == 4294967294);
	assert_true(only_entry(&j)->owner == 4294967294);
	b = TAILQ_FIRST(journal_bridges(j));
	assert_int_equal(b->owner, 6002);
	assert_string_equal(b->chain, "");
	next = record_kind(j, 8, KIND_BOOTED);		/* a reboot */
	v->domain = next;
	assert_int_equal(journal_claim(j, v), 0);
	assert_int_equal(journal_doom(j, d), 0);
	assert_int_equal(journal_gone(j, d), 0);
	assert_true(only_entry(&j)->owner == 4294967294);
	assert_int_equal(only_entry(&j)->memory_mb, 12);
	assert_int_equal(only_entry(&j)->vcpus, 3);
	assert_int_equal(only_entry(&j)->domid, 8);
	journal_close(j);
	vnf_release(&t, v);
	vnf_free(v);
	domain_free(d);
	domain_free(next);
}

/* A line as this or another version may have written it. */
static void
append_line(const char *line)
{
	FILE *f = fopen(path, "a");

	assert_non_null(f);
	fprintf(f, "%08lx %s\n", crc32(0, (const Bytef *)line,
	    (uInt)strlen(line)), line);
	assert_int_equal(fclose(f), 0);
}

/* What an earlier version has written is root's; so is what makes no sense. */
static void
test_no_owner(void **state)
{
	static const char *const bad[] = { "", " 1", " x 8 1", " -1 8 1",
	    " 4294967295 8 1", " 1 x 1", " 1 8 4294967296", " 1 8 1 1" };
	struct journal *j = open_it();
	struct domain *d = record_kind(j, 7, KIND_BOOTED);
	char uuid[UUID_TEXT_LEN + 1], line[128];
	struct vnf_table t;
	struct vnf *v;
	size_t i;

	(void)state;
	vnf_table_init(&t);
	v = vnf_new(&t, "web1", &template);
	v->domain = d;
	assert_int_equal(journal_claim(j, v), 0);
	append_line("bridge uv1 -");
	append_line("bridge uv2 - x");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(line, sizeof(line), "owner %s%s",
		    uuid_format(d->uuid, uuid), bad[i]);
		append_line(line);
	}
	assert_int_equal(only_entry(&j)->owner, 0);
	assert_string_equal(only_entry(&j)->name, "web1");
	assert_int_equal(TAILQ_FIRST(journal_bridges(j))->owner, 0);
	assert_null(TAILQ_NEXT(TAILQ_FIRST(journal_bridges(j)), entry));
	journal_close(j);
	vnf_release(&t, v);
	vnf_free(v);
	domain_free(d);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_dir, remove_dir)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_owners),
		TEST(test_no_owner),
	};

	return cmocka_run_group_tests_name("journal_owner", tests, NULL,
	    NULL);
}
