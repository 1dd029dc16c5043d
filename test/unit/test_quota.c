/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* Quotas, and what counts against them. */

#include "daemon/vnf.h"
#include "config_file.h"

static void
assert_max(const struct config *c, uid_t uid, enum quota_kind kind, long max)
{
	unsigned found = 0;

	if (quota_max(&c->quotas, uid, kind, &found) != (max >= 0) ||
	    (max >= 0 && found != (unsigned)max))
		fail_msg("%s of %u: %u, not %ld", quota_word(kind),
		    (unsigned)uid, found, max);
}

static void
test_limits(void **state)
{
	struct config *c = accept(WEB);
	int i;

	(void)state;
	for (i = 0; i < QUOTA_COUNT; i++)
		assert_max(c, 5001, i, i == QUOTA_FOLLOWS ? 512 :
		    i == QUOTA_CONNECTIONS || i == QUOTA_BRIDGES ? 256 : -1);
	config_free(c);
	c = accept("quotas:\n"
	    "  default: {vnfs: 4, memory_mb: 64}\n"
	    "  users:\n"
	    "    5003: {vnfs: 9}\n"
	    "    5001: {vnfs: 0, vcpus: 1000000000, builds: 2}\n"
	    "    no-such-user: {vnfs: 7}\n"
	    "    nobody: {}\n" WEB);
	assert_max(c, 5000, QUOTA_VNFS, 4);
	assert_max(c, 5000, QUOTA_MEMORY_MB, 64);
	assert_max(c, 5000, QUOTA_VCPUS, -1);
	assert_max(c, 5001, QUOTA_VNFS, 0);
	assert_max(c, 5001, QUOTA_MEMORY_MB, 64);
	assert_max(c, 5001, QUOTA_VCPUS, 1000000000);
	assert_max(c, 5001, QUOTA_BUILDS, 2);
	assert_max(c, 5003, QUOTA_VNFS, 9);
	assert_max(c, 5003, QUOTA_BUILDS, -1);
	assert_max(c, 65534, QUOTA_VNFS, 4);
	assert_max(c, (uid_t)-1, QUOTA_VNFS, 4);
	assert_max(c, 5001, QUOTA_CONNECTIONS, 256);
	assert_int_equal(c->quotas.n, 3);
	config_free(c);
	c = accept("quotas: {default: {connections: 9, bridges: 0}, users: "
	    "{5001: {connections: 4096}}}\n" WEB);
	assert_max(c, 5001, QUOTA_CONNECTIONS, 4096);
	assert_max(c, 5002, QUOTA_CONNECTIONS, 9);
	assert_max(c, 5001, QUOTA_BRIDGES, 0);
	config_free(c);
}

static const struct refused quotas_refused[] = {
	{ "quotas: 5\n" WEB, "1:9: quotas must be a map with keys, not '5'" },
	{ "quotas: {vnfs: 5}\n" WEB, "1:10: unknown key 'vnfs' in quotas; the "
	    "keys are: default, users" },
	{ "quotas: {default: 5}\n" WEB, "1:19: default must be a map with "
	    "keys, not '5'" },
	{ "quotas: {default: {vnf: 5}}\n" WEB, "1:20: unknown key 'vnf' in "
	    "default; did you mean vnfs? ..." },
	{ "quotas: {default: {vnfs: -1}}\n" WEB, "1:26: vnfs must be a whole "
	    "number from 0 to 1000000000, not '-1'" },
	{ "quotas: {default: {vcpus: }}\n" WEB, "1:27: vcpus must be a whole "
	    "number from 0 to 1000000000, not nothing" },
	{ "quotas: {default: {memory_mb: 1000000001}}\n" WEB, "1:31: memory_mb "
	    "must be a whole number from 0 to 1000000000, ..." },
	{ "quotas: {default: {builds: all}}\n" WEB, "1:28: builds must be a "
	    "whole number ..." },
	{ "quotas: {users: [root]}\n" WEB, "1:17: users must be a map of "
	    "quotas by user, not a list" },
	{ "quotas: {users: {5001: 3}}\n" WEB, "1:24: 5001 must be a map with "
	    "keys, not '3'" },
	{ "quotas: {users: {no-such-user: {vnfs: x}}}\n" WEB, "1:39: vnfs must "
	    "be a whole number ..." },
	{ "quotas: {users: {\"a b\": {}}}\n" WEB, "1:18: 'a b' is no name of a "
	    "user" },
};

static void
test_refused(void **state)
{
	(void)state;
	REFUSE_ALL(quotas_refused);
}

struct seen {
	uid_t uids[8];
	unsigned n;
};

static void
see(const struct account *acc, void *arg)
{
	struct seen *s = arg;

	assert_true(s->n < 8);
	s->uids[s->n++] = acc->uid;
}

static unsigned
count_accounts(const struct accounts *a)
{
	struct seen s = { .n = 0 };

	accounts_each(a, see, &s);
	return s.n;
}

static void
test_accounts(void **state)
{
	struct accounts a = { NULL };
	struct seen s = { .n = 0 };

	(void)state;
	assert_int_equal(account_used(&a, 7, QUOTA_VNFS), 0);
	account_add(&a, 7, QUOTA_VNFS, 1);
	account_add(&a, 4294967294, QUOTA_MEMORY_MB, 5);
	account_add(&a, 3, QUOTA_BUILDS, 1);
	account_add(&a, 7, QUOTA_MEMORY_MB, UINT64_C(1) << 40);
	assert_int_equal(account_used(&a, 7, QUOTA_VNFS), 1);
	assert_true(account_used(&a, 7, QUOTA_MEMORY_MB) == UINT64_C(1) << 40);
	assert_int_equal(account_used(&a, 3, QUOTA_VNFS), 0);
	accounts_each(&a, see, &s);
	assert_int_equal(s.n, 3);
	assert_int_equal(s.uids[0], 3);
	assert_int_equal(s.uids[1], 7);
	assert_true(s.uids[2] == 4294967294);
	account_take(&a, 7, QUOTA_VNFS, 1);
	assert_int_equal(count_accounts(&a), 3);
	account_take(&a, 7, QUOTA_MEMORY_MB, UINT64_C(1) << 40);
	account_take(&a, 3, QUOTA_BUILDS, 1);
	assert_int_equal(count_accounts(&a), 1);
	account_take(&a, 4294967294, QUOTA_MEMORY_MB, 5);
	assert_null(a.by_uid);
}

static void
test_check(void **state)
{
	struct config *c = accept("quotas: {default: {memory_mb: 64}}\n" WEB);
	struct accounts a = { NULL };
	struct uvnf_error e;

	(void)state;
	account_add(&a, 5001, QUOTA_MEMORY_MB, 60);
	assert_int_equal(quota_check(&c->quotas, &a, 5001, QUOTA_MEMORY_MB, 4,
	    &e), 0);
	assert_int_equal(quota_check(&c->quotas, &a, 5001, QUOTA_MEMORY_MB, 5,
	    &e), -UVNF_E_QUOTA);
	assert_string_equal(e.text, "user 5001 may have memory_mb: 64, has 60 "
	    "and would need 5 more; see quotas in uvnf.yaml(5)");
	assert_int_equal(quota_check(&c->quotas, &a, 5002, QUOTA_MEMORY_MB, 64,
	    &e), 0);
	assert_int_equal(quota_check(&c->quotas, &a, 5001, QUOTA_VNFS, 1000,
	    &e), 0);
	account_take(&a, 5001, QUOTA_MEMORY_MB, 60);
	config_free(c);
}

/* From one owner to another, and back to nothing. */
static void
test_vnfs(void **state)
{
	struct config *c = accept(WEB);
	struct vnf_table t;
	struct vnf *v, *w;

	(void)state;
	vnf_table_init(&t);
	v = vnf_new(&t, "v", c->templates[0]);
	assert_int_equal(v->owner, 0);
	assert_int_equal(account_used(&t.accounts, 0, QUOTA_VNFS), 1);
	vnf_own(&t, v, 5001, 8, 2);
	assert_int_equal(account_used(&t.accounts, 0, QUOTA_VNFS), 0);
	assert_int_equal(account_used(&t.accounts, 5001, QUOTA_VNFS), 1);
	w = vnf_new(&t, "w", c->templates[0]);
	vnf_own(&t, w, 5001, 16, 1);
	assert_int_equal(account_used(&t.accounts, 5001, QUOTA_MEMORY_MB), 24);
	assert_int_equal(account_used(&t.accounts, 5001, QUOTA_VCPUS), 3);
	vnf_own(&t, v, 5001, 9, 2);
	vnf_own(&t, v, 5001, 9, 2);
	assert_int_equal(account_used(&t.accounts, 5001, QUOTA_VNFS), 2);
	assert_int_equal(account_used(&t.accounts, 5001, QUOTA_MEMORY_MB), 25);
	vnf_release(&t, w);
	vnf_free(w);
	assert_int_equal(account_used(&t.accounts, 5001, QUOTA_MEMORY_MB), 9);
	vnf_release(&t, v);
	vnf_free(v);
	assert_null(t.accounts.by_uid);
	config_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_accounts),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_vnfs),
	};

	return cmocka_run_group_tests_name("quota", tests, setup, teardown);
}
