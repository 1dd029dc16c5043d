/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* The table of VNFs: places in it, and what most of them do without. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "daemon/vnf.h"

#define MANY 10

static struct template template = { .name = (char[]){ "web" } };
static struct vnf_table table;
static struct vnf *vnfs[MANY];

static int
set_up(void **state)
{
	char name[8];
	int i;

	(void)state;
	vnf_table_init(&table);
	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "v%d", i);
		vnfs[i] = vnf_new(&table, name, &template);
	}
	return 0;
}

static void
leaves(int i)
{
	vnf_release(&table, vnfs[i]);
	vnf_free(vnfs[i]);
	vnfs[i] = NULL;
}

static int
tear_down(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < MANY; i++)
		if (vnfs[i] != NULL)
			leaves(i);
	return 0;
}

/* However many before, at and behind a place go: it stays in the order. */
static void
test_cursor(void **state)
{
	struct vnf_cursor a, b;

	(void)state;
	vnf_cursor_begin(&table, &a);
	vnf_cursor_begin(&table, &b);
	assert_ptr_equal(a.next, vnfs[0]);
	a.next = vnfs[4];
	leaves(3);
	leaves(5);
	assert_ptr_equal(a.next, vnfs[4]);
	leaves(4);
	assert_ptr_equal(a.next, vnfs[6]);
	assert_ptr_equal(b.next, vnfs[0]);
	leaves(0);
	assert_ptr_equal(b.next, vnfs[1]);
	vnf_cursor_end(&b);
	a.next = vnfs[9];
	leaves(9);
	assert_null(a.next);
	leaves(8);
	assert_null(a.next);
	vnf_cursor_end(&a);
	leaves(1);
}

static void
test_label(void **state)
{
	struct vnf_label label = { "ddos", "1-2" };

	(void)state;
	assert_string_equal(vnf_label(vnfs[0]->label)->chain, "");
	assert_string_equal(vnf_label(vnfs[0]->label)->spec, "");
	vnf_label_keep(&vnfs[0]->label, &label);
	label.chain[0] = label.spec[0] = '\0';
	assert_string_equal(vnf_label(vnfs[0]->label)->chain, "ddos");
	assert_string_equal(vnf_label(vnfs[0]->label)->spec, "1-2");
	vnf_label_keep(&vnfs[0]->label, &label);
	assert_null(vnfs[0]->label);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_cursor, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_label, set_up,
		    tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
