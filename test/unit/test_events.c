/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/util.h"
#include "daemon/events.h"

struct fixture {
	struct template template;
	struct vnf_table vnfs;
	struct events *events;
};

static int
set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	f->template.name = xstrdup("web");
	vnf_table_init(&f->vnfs);
	f->events = events_new();
	vnf_observe(&f->vnfs, events_observe, f->events);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	events_free(f->events);
	free(f->template.name);
	free(f);
	return 0;
}

/* The words of all lines, a line each. */
static void
add_words(const struct notice *n, void *arg)
{
	struct proto_buf *b = arg;

	notice_format(n, true, b);
	proto_buf_add(b, "\n", 1);
}

static void
assert_said(const struct fixture *f, const char *text)
{
	struct proto_buf b = { 0 };

	events_each(f->events, add_words, &b);
	if (b.len == 0 || strstr(b.data, text) == NULL)
		fail_msg("'%s' is not in:\n%s", text,
		    b.len > 0 ? b.data : "");
	proto_buf_free(&b);
}

static void
count_one(const struct notice *n, void *arg)
{
	uint64_t *next = arg;

	assert_int_equal(n->seq, *next);
	(*next)++;
}

static void
test_states(void **state)
{
	struct fixture *f = *state;
	struct vnf *v = vnf_new(&f->vnfs, "a", &f->template);
	struct uvnf_error e;

	v->source = KIND_PAUSED;
	vnf_set_state(&f->vnfs, v, VNF_CREATING);
	assert_said(f, "kind=\"state\" name=\"a\" template=\"web\" "
	    "source=\"paused\" from=\"none\" to=\"creating\"\n");
	v->domain = domain_new(&f->template, KIND_COLD);
	v->domain->domid = 7;
	v->source = KIND_COLD;
	vnf_set_state(&f->vnfs, v, VNF_CLAIMED);
	assert_said(f, " domid=7 template=\"web\" source=\"cold\" "
	    "from=\"creating\" to=\"claimed\"\n");
	uvnf_error_set(&e, UVNF_E_ROUTER_FAILED, "it said \"%c[31m\"", 27);
	vnf_set_error(v, &e);
	vnf_set_state(&f->vnfs, v, VNF_FAILED);
	assert_said(f, "to=\"failed\" error.code=\"router-failed\" "
	    "error.text=\"it said \\\"\\x1b[31m\\\"\"\n");
	vnf_set_state(&f->vnfs, v, VNF_STOPPING);
	assert_said(f, "from=\"failed\" to=\"stopping\"\n");
	domain_free(v->domain);
	v->domain = NULL;
	vnf_release(&f->vnfs, v);
	assert_said(f, "from=\"stopping\" to=\"none\"\n");
	vnf_free(v);
}

/* One that goes on when the daemon ends is not gone. */
static void
test_release(void **state)
{
	struct fixture *f = *state;
	struct vnf *v = vnf_new(&f->vnfs, "a", &f->template);
	uint64_t next = 1;

	vnf_set_state(&f->vnfs, v, VNF_CLAIMED);
	vnf_release(&f->vnfs, v);
	vnf_free(v);
	events_each(f->events, count_one, &next);
	assert_int_equal(next, 2);
}

static void
test_others(void **state)
{
	struct fixture *f = *state;
	struct domain *d = domain_new(&f->template, KIND_BOOTED);
	struct vnf *v;
	struct uvnf_error e;

	uvnf_error_set(&e, UVNF_E_NO_MEMORY, "none left");
	events_daemon(f->events, EVENT_DAEMON_STARTED);
	events_shell_failed(f->events, &f->template, KIND_PAUSED, &e);
	events_shell_died(f->events, d);
	events_daemon(f->events, EVENT_DAEMON_STOPPING);
	assert_said(f, "kind=\"daemon-started\"\n");
	assert_said(f, "kind=\"shell-failed\" template=\"web\" "
	    "source=\"paused\" error.code=\"no-memory\" "
	    "error.text=\"none left\"\n");
	assert_said(f, " template=\"web\" source=\"booted\"\n");
	assert_said(f, "seq=4 ");
	v = vnf_new(&f->vnfs, "b", &f->template);
	v->source = KIND_PAUSED;
	vnf_set_state(&f->vnfs, v, VNF_CLAIMED);
	events_adopted(f->events, v);
	assert_said(f, "kind=\"adopted\" name=\"b\" template=\"web\" "
	    "source=\"paused\" to=\"claimed\"\n");
	vnf_release(&f->vnfs, v);
	vnf_free(v);
	domain_free(d);
}

static void
test_ring(void **state)
{
	struct fixture *f = *state;
	struct uvnf_error e;
	uint64_t i, next = 1;

	events_each(f->events, count_one, &next);
	assert_int_equal(next, 1);
	uvnf_error_set(&e, UVNF_E_SYSTEM, "again");
	for (i = 1; i <= 3 * EVENTS_KEPT_MAX; i++) {
		events_shell_failed(f->events, &f->template, KIND_PAUSED, &e);
		if (i != 1 && i != EVENTS_KEPT_MAX - 1 &&
		    i % EVENTS_KEPT_MAX > 1)
			continue;
		next = i > EVENTS_KEPT_MAX ? i - EVENTS_KEPT_MAX + 1 : 1;
		events_each(f->events, count_one, &next);
		assert_int_equal(next, i + 1);
	}
}

static void
test_sink(void **state)
{
	struct fixture *f = *state;
	uint64_t next = 1;

	events_daemon(f->events, EVENT_DAEMON_STARTED);
	next = 2;
	events_listen(f->events, count_one, &next);
	events_daemon(f->events, EVENT_DAEMON_STOPPING);
	assert_int_equal(next, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_states, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_release, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_others, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_ring, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_sink, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
