/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* What the journal keeps over a restart. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "common/util.h"
#include "daemon/journal.h"
#include "journal_dir.h"

/* In a reboot the new domain has all that its router starts on. */
static void
test_claim_of_one_to_start(void **state)
{
	struct journal *j = open_it();
	struct domain *old = record(j, 7), *new = record_kind(j, 8, KIND_COLD);
	const struct journal_entry *e;
	struct vnf_table t;
	struct vnf *v;

	(void)state;
	vnf_table_init(&t);
	claim(j, &t, old, "web1");
	v = vnf_find(&t, "web1");
	v->domain = new;
	v->to_start = true;
	assert_int_equal(journal_claim(j, v), 0);
	journal_observe(v, VNF_READY, j);
	journal_close(j);
	j = open_it();
	assert_true(TAILQ_FIRST(journal_entries(j))->doomed);
	e = TAILQ_LAST(journal_entries(j), journal_entries);
	assert_int_equal(e->domid, 8);
	assert_int_equal(e->state, VNF_STARTED);
	assert_false(e->torn);
	/* A halt is a halt again. */
	vnf_set_state(&t, v, VNF_STARTED);
	vnf_set_state(&t, v, VNF_CLAIMED);
	journal_observe(v, VNF_STARTED, j);
	journal_close(j);
	j = open_it();
	e = TAILQ_LAST(journal_entries(j), journal_entries);
	assert_int_equal(e->state, VNF_CLAIMED);
	journal_close(j);
	vnf_release(&t, v);
	vnf_free(v);
	domain_free(old);
	domain_free(new);
}

/* Reading, and writing it anew as a compaction does. */
static void
test_keeps_parameters(void **state)
{
	struct journal *j = open_it();
	struct domain *d = record(j, 7);
	struct journal_entry *e;
	struct vnf_table t;
	struct vnf *v;

	(void)state;
	vnf_table_init(&t);
	v = vnf_new(&t, "web1", &template);
	v->domain = d;
	v->set = xcalloc(1, sizeof(*v->set));
	params_set(v->set, "ip", "10.0.0.7 00:16:3e:00:00:07");
	params_set(v->set, "expr", "a == b, c");
	assert_int_equal(journal_claim(j, v), 0);
	journal_close(j);
	j = open_it();
	e = TAILQ_FIRST(journal_entries(j));
	assert_true(params_equal(&e->set, v->set));
	params_set(v->set, "gw", "10.0.0.1");
	assert_int_equal(journal_config(j, v), 0);
	journal_close(j);
	j = open_it();
	journal_close(j);
	j = open_it();
	e = TAILQ_FIRST(journal_entries(j));
	assert_int_equal(e->set.n, 3);
	assert_true(params_equal(&e->set, v->set));
	journal_close(j);
	vnf_release(&t, v);
	vnf_free(v);
	domain_free(d);
}

static void
test_keeps_a_vnf(void **state)
{
	struct journal *j = open_it();
	struct domain *d = record(j, 7);
	struct journal_entry *e;
	struct vnf_table t;
	struct vnf *v;

	(void)state;
	vnf_table_init(&t);
	vnf_observe(&t, journal_observe, j);
	claim(j, &t, d, "web1");
	v = vnf_find(&t, "web1");
	vnf_set_state(&t, v, VNF_STARTED);
	vnf_set_state(&t, v, VNF_READY);
	v->routers = UINT64_C(1) << 63 | 2;
	assert_int_equal(journal_routers(j, v), 0);
	journal_close(j);
	j = open_it();		/* which writes it anew */
	journal_close(j);

	j = open_it();
	assert_int_equal(count(j), 1);
	e = TAILQ_FIRST(journal_entries(j));
	assert_memory_equal(e->uuid, d->uuid, 16);
	assert_string_equal(e->name, "web1");
	assert_string_equal(e->template, "responder");
	assert_string_equal(e->domain_name, d->name);
	assert_int_equal(e->kind, KIND_BOOTED);
	assert_int_equal(e->domid, 7);
	assert_int_equal(e->state, VNF_READY);
	assert_int_equal(e->vifs_used, 1);
	assert_true(e->routers == v->routers);
	assert_int_equal(e->nvifs, 1);
	assert_memory_equal(e->vifs[0].mac, d->vifs[0].mac, 6);
	assert_string_equal(e->vifs[0].place.name, "xenbr0");
	assert_string_equal(e->vifs[0].dev, "vif7.0");
	assert_false(e->doomed);
	journal_close(j);
	vnf_release(&t, v);
	vnf_free(v);
	domain_free(d);
}

/* A chain's VNF and its bridge; a word that is missing stays so. */
static void
test_chains(void **state)
{
	struct journal *j = open_it();
	struct domain *d = record(j, 7);
	struct journal_bridge *b;
	struct journal_entry *e;
	struct vnf_table t;
	struct vnf *v;
	int i;

	(void)state;
	vnf_table_init(&t);
	v = vnf_new(&t, "ddos.fw", &template);
	v->domain = d;
	vnf_label_keep(&v->label, &(struct vnf_label){ "ddos", "1-2" });
	assert_int_equal(journal_claim(j, v), 0);
	assert_int_equal(journal_bridge(j, "uv0", "ddos", 0), 0);
	assert_int_equal(journal_bridge(j, "uv1", "", 6002), 0);
	assert_int_equal(journal_bridge(j, "uv2", "", 0), 0);
	assert_int_equal(journal_nobridge(j, "uv2"), 0);
	for (i = 0; i < 2; i++) {
		journal_close(j);
		j = open_it();
		e = TAILQ_FIRST(journal_entries(j));
		assert_string_equal(e->label->chain, "ddos");
		assert_string_equal(e->label->spec, "1-2");
		b = TAILQ_FIRST(journal_bridges(j));
		assert_string_equal(b->name, "uv0");
		assert_string_equal(b->chain, "ddos");
		b = TAILQ_NEXT(b, entry);
		assert_string_equal(b->name, "uv1");
		assert_string_equal(b->chain, "");
		assert_null(TAILQ_NEXT(b, entry));
	}
	v->label->spec[0] = '\0';
	assert_int_equal(journal_config(j, v), 0);
	journal_close(j);
	j = open_it();
	assert_string_equal(TAILQ_FIRST(journal_entries(j))->label->spec, "");
	journal_close(j);
	vnf_release(&t, v);
	vnf_free(v);
	domain_free(d);
}

/* Its router runs since the claim, unless it was stopped. */
static void
test_armed(void **state)
{
	struct journal *j = open_it();
	struct domain *d = record_kind(j, 7, KIND_ARMED);
	struct vnf_table t;
	struct vnf *v;
	int i;

	(void)state;
	vnf_table_init(&t);
	claim(j, &t, d, "web1");
	journal_close(j);
	j = open_it();
	assert_int_equal(TAILQ_FIRST(journal_entries(j))->kind, KIND_ARMED);
	assert_int_equal(TAILQ_FIRST(journal_entries(j))->state, VNF_STARTED);
	vnf_observe(&t, journal_observe, j);
	v = vnf_find(&t, "web1");
	vnf_set_state(&t, v, VNF_STARTED);
	vnf_set_state(&t, v, VNF_CLAIMED);
	for (i = 0; i < 2; i++) {
		journal_close(j);
		j = open_it();
		assert_int_equal(TAILQ_FIRST(journal_entries(j))->state,
		    VNF_CLAIMED);
	}
	journal_close(j);
	vnf_release(&t, v);
	vnf_free(v);
	domain_free(d);
}

/* What a vif was changed to is what counts, also after a rewriting. */
static void
test_changed_vif(void **state)
{
	struct domain_vif vif = { .mac = { 2, 0, 0, 0, 0, 1 },
	    .place = { PLUG_OVS, "br-int", 1450 } };
	struct journal *j = open_it();
	struct domain *d = record(j, 7);
	struct journal_entry *e;
	int i;

	(void)state;
	assert_int_equal(journal_vif(j, d, 0, &vif), 0);
	for (i = 0; i < 2; i++) {
		journal_close(j);
		j = open_it();
		e = TAILQ_FIRST(journal_entries(j));
		assert_memory_equal(e->vifs[0].mac, vif.mac, 6);
		assert_true(place_equal(&e->vifs[0].place, &vif.place));
		assert_string_equal(e->vifs[0].dev, "vif7.0");
	}
	/* One that it does not have is passed over. */
	assert_int_equal(journal_vif(j, d, 1, &vif), 0);
	journal_close(j);
	j = open_it();
	assert_int_equal(TAILQ_FIRST(journal_entries(j))->nvifs, 1);
	journal_close(j);
	domain_free(d);
}

static void
test_forgets_what_is_gone(void **state)
{
	struct journal *j = open_it();
	struct domain *a = record(j, 1), *b = record(j, 2);
	struct stat empty, st;

	(void)state;
	assert_int_equal(journal_doom(j, b), 0);
	assert_int_equal(journal_gone(j, a), 0);
	journal_close(j);
	j = open_it();
	assert_int_equal(count(j), 1);
	assert_true(TAILQ_FIRST(journal_entries(j))->doomed);
	assert_int_equal(journal_gone(j, b), 0);
	journal_close(j);
	j = open_it();
	assert_int_equal(count(j), 0);
	journal_close(j);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(unlink(path), 0);
	journal_close(open_it());
	assert_int_equal(stat(path, &empty), 0);
	assert_int_equal(st.st_size, empty.st_size);
	domain_free(a);
	domain_free(b);
}

/* A line with its checksum, as another version may write it. */
static void
append_line(const char *text)
{
	char *line = xasprintf("%08lx %s\n", crc32(0, (const Bytef *)text,
	    (uInt)strlen(text)), text);

	append_text(line, strlen(line));
	free(line);
}

static void
test_knows_what_was_cut_short(void **state)
{
	struct journal *j = open_it();
	struct domain *d = record(j, 7);
	struct journal_entry *e;
	struct vnf_table t;
	struct vnf *v;
	int i;

	(void)state;
	vnf_table_init(&t);
	vnf_observe(&t, journal_observe, j);
	claim(j, &t, d, "web1");
	v = vnf_find(&t, "web1");
	vnf_set_state(&t, v, VNF_STARTED);
	vnf_set_state(&t, v, VNF_READY);
	assert_int_equal(journal_pausing(j, d), 0);
	assert_int_equal(journal_config(j, v), 0);
	journal_close(j);
	for (i = 0; i < 2; i++) {	/* read, and read as written anew */
		j = open_it();
		e = TAILQ_FIRST(journal_entries(j));
		assert_int_equal(e->state, VNF_READY);
		assert_true(e->pausing);
		assert_true(e->torn);
		journal_close(j);
	}
	j = open_it();
	t.observers[0].arg = j;
	vnf_set_state(&t, v, VNF_PAUSED);
	assert_int_equal(journal_routers(j, v), 0);
	journal_close(j);
	j = open_it();
	e = TAILQ_FIRST(journal_entries(j));
	assert_int_equal(e->state, VNF_PAUSED);
	assert_int_equal(e->paused_from, VNF_READY);
	assert_false(e->pausing || e->torn || e->pause_undone);
	v->pause_undone = true;
	assert_int_equal(journal_routers(j, v), 0);
	journal_close(j);
	for (i = 0; i < 2; i++) {
		j = open_it();
		e = TAILQ_FIRST(journal_entries(j));
		assert_int_equal(e->state, VNF_PAUSED);
		assert_true(e->pause_undone);
		journal_close(j);
	}
	vnf_release(&t, v);
	vnf_free(v);
	domain_free(d);
}

/* What the first versions wrote: no version, no manner, no routers, labels. */
static void
test_reads_an_older_one(void **state)
{
	struct journal_entry *e;
	struct journal *j;

	(void)state;
	journal_close(open_it());
	assert_int_equal(truncate(path, 0), 0);
	append_line("build 01234567-89ab-4def-8123-456789abcdef responder "
	    "booted uvnf-responder-01234567");
	append_line("built 01234567-89ab-4def-8123-456789abcdef 7 1 "
	    "00:16:3e:ab:cd:ef xenbr0 vif7.0");
	append_line("claim 01234567-89ab-4def-8123-456789abcdef web1 1");
	append_line("state 01234567-89ab-4def-8123-456789abcdef ready");
	j = open_it();
	assert_int_equal(count(j), 1);
	e = TAILQ_FIRST(journal_entries(j));
	assert_string_equal(e->name, "web1");
	assert_int_equal(e->domid, 7);
	assert_int_equal(e->state, VNF_READY);
	assert_string_equal(e->vifs[0].place.name, "xenbr0");
	journal_close(j);
}

static void
test_refuses_a_later_one(void **state)
{
	struct uvnf_error e;
	struct stat before, after;

	(void)state;
	journal_close(open_it());
	append_line("version 2");
	append_line("unheard of");
	assert_int_equal(stat(path, &before), 0);
	assert_null(journal_open(dir, &e));
	assert_non_null(strstr(e.text, "later version"));
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(after.st_ino, before.st_ino);
	assert_int_equal(after.st_size, before.st_size);
}

static void
test_refuses_a_second_daemon(void **state)
{
	struct journal *j = open_it();
	struct uvnf_error e;

	(void)state;
	assert_null(journal_open(dir, &e));
	assert_int_equal(e.code, UVNF_E_SYSTEM);
	assert_non_null(strstr(e.text, "another uvnfd"));
	journal_close(j);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, make_dir, remove_dir)
		TEST(test_keeps_a_vnf),
		TEST(test_keeps_parameters),
		TEST(test_armed),
		TEST(test_claim_of_one_to_start),
		TEST(test_chains),
		TEST(test_changed_vif),
		TEST(test_forgets_what_is_gone),
		TEST(test_knows_what_was_cut_short),
		TEST(test_reads_an_older_one),
		TEST(test_refuses_a_later_one),
		TEST(test_refuses_a_second_daemon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
