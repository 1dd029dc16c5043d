/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* What damage the journal survives. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/journal.h"
#include "journal_dir.h"

static void
test_survives_a_torn_tail(void **state)
{
	struct journal *j = open_it();
	struct domain *d = record(j, 3);

	(void)state;
	journal_close(j);
	append_text("0badc0de claim 1234", 19);
	j = open_it();
	assert_int_equal(count(j), 1);
	assert_int_equal(journal_doom(j, d), 0);
	journal_close(j);
	j = open_it();
	assert_true(TAILQ_FIRST(journal_entries(j))->doomed);
	journal_close(j);
	domain_free(d);
}

/* A bit that fell costs its own line, not the ones after it. */
static void
test_survives_damage_in_the_middle(void **state)
{
	struct journal *j = open_it();
	struct domain *a = record(j, 4), *b;
	struct stat st;
	int fd;

	(void)state;
	assert_int_equal(stat(path, &st), 0);
	b = record(j, 5);
	journal_close(j);
	fd = open(path, O_WRONLY);
	assert_int_equal(pwrite(fd, "#", 1, st.st_size - 5), 1);
	close(fd);
	j = open_it();
	assert_int_equal(count(j), 2);
	assert_int_equal(TAILQ_FIRST(journal_entries(j))->domid, -1);
	assert_int_equal(TAILQ_LAST(journal_entries(j),
	    journal_entries)->domid, 5);
	journal_close(j);
	domain_free(a);
	domain_free(b);
}

/* Makes the first line of that kind one whose checksum is wrong. */
static void
spoil(const char *kind)
{
	char text[4096], word[32], *line;
	FILE *f = fopen(path, "r+");
	size_t n = fread(text, 1, sizeof(text) - 1, f);

	text[n] = '\0';
	snprintf(word, sizeof(word), " %s ", kind);
	line = strstr(text, word);
	assert_non_null(line);
	fseek(f, line - text + 1, SEEK_SET);
	fputc('#', f);
	fclose(f);
}

/* A VNF named web1, ready, of user 6001; its domain is the caller's. */
static struct domain *
record_ready(struct journal *j, struct vnf_table *t)
{
	struct domain *d = record(j, 4);
	struct vnf *v;

	vnf_table_init(t);
	v = vnf_new(t, "web1", &template);
	v->domain = d;
	v->vifs_used = 1;
	vnf_own(t, v, 6001, 8, 1);
	assert_int_equal(journal_claim(j, v), 0);
	vnf_set_state(t, v, VNF_CLAIMED);
	vnf_set_state(t, v, VNF_STARTED);
	vnf_set_state(t, v, VNF_READY);
	journal_observe(v, VNF_STARTED, j);
	return d;
}

static void
drop(struct vnf_table *t)
{
	struct vnf *v = vnf_find(t, "web1");

	vnf_release(t, v);
	vnf_free(v);
}

/* Its entry after that line was damaged. */
static struct journal *
open_without(const char *kind, struct journal_entry **e)
{
	struct journal *j = open_it();
	struct vnf_table t;
	struct domain *d = record_ready(j, &t);

	journal_close(j);
	drop(&t);
	spoil(kind);
	journal_close(open_it());
	j = open_it();
	assert_int_equal(count(j), 1);
	*e = TAILQ_FIRST(journal_entries(j));
	assert_memory_equal((*e)->uuid, d->uuid, sizeof(d->uuid));
	assert_int_equal((*e)->state, VNF_READY);
	assert_false((*e)->doomed);
	domain_free(d);
	return j;
}

/* A VNF outlives the line that gave it its name, and that of its build. */
static void
test_survives_damage_of_a_vnf(void **state)
{
	struct journal_entry *e;
	struct journal *j = open_without("claim", &e);
	char name[VNF_NAME_MAX + 1];

	(void)state;
	snprintf(name, sizeof(name), "lost-%02x%02x%02x%02x", e->uuid[0],
	    e->uuid[1], e->uuid[2], e->uuid[3]);
	assert_string_equal(e->name, name);
	assert_int_equal(e->vifs_used, 1);
	assert_int_equal(e->kind, KIND_BOOTED);
	journal_close(j);
	assert_int_equal(unlink(path), 0);
	j = open_without("build", &e);
	assert_string_equal(e->name, "web1");
	assert_string_equal(e->template, "lost");
	assert_int_equal(e->domid, 4);
	journal_close(j);
}

/* It stays its owner's, paused, and on its way out, as it was told. */
static void
test_keeps_what_it_told(void **state)
{
	static const char *const kinds[] = { "owner", "paused", "doom" };
	const struct journal_entry *e;
	struct journal *j = open_it();
	struct vnf_table t;
	struct domain *d = record_ready(j, &t);
	struct vnf *v = vnf_find(&t, "web1");
	size_t i;

	(void)state;
	vnf_set_state(&t, v, VNF_PAUSED);
	journal_observe(v, VNF_READY, j);
	assert_int_equal(journal_doom(j, d), 0);
	journal_close(j);
	drop(&t);
	/* As they were written first, and as a compaction writes them. */
	for (i = 0; i < 6; i++) {
		spoil(kinds[i % 3]);
		if (i % 3 == 2)
			journal_close(open_it());
	}
	j = open_it();
	assert_int_equal(count(j), 1);
	e = TAILQ_FIRST(journal_entries(j));
	assert_int_equal(e->owner, 6001);
	assert_int_equal(e->memory_mb, 8);
	assert_int_equal(e->state, VNF_PAUSED);
	assert_int_equal(e->paused_from, VNF_READY);
	assert_true(e->doomed);
	journal_close(j);
	domain_free(d);
}

static void
test_survives_garbage(void **state)
{
	char garbage[4096];
	struct journal *j = open_it();
	size_t i;

	(void)state;
	journal_close(j);
	for (i = 0; i < sizeof(garbage); i++)
		garbage[i] = (char)(i * 7919 >> 3);
	append_text(garbage, sizeof(garbage));
	j = open_it();
	assert_int_equal(count(j), 0);
	journal_close(j);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, make_dir, remove_dir)
		TEST(test_survives_a_torn_tail),
		TEST(test_survives_damage_in_the_middle),
		TEST(test_survives_damage_of_a_vnf),
		TEST(test_keeps_what_it_told),
		TEST(test_survives_garbage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
