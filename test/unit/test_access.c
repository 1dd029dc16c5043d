/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* What a configuration lets whom do. */

#include <grp.h>

#include "config_file.h"

static const struct peer nobody = { .uid = 65534, .gid = 65534 };

static enum access_level
level_of(const struct config *c, uid_t uid, gid_t gid, gid_t *groups,
    size_t ngroups)
{
	const struct peer p = { .uid = uid, .gid = gid, .pid = 1,
	    .groups = groups, .ngroups = ngroups };

	return access_level(&c->access, &p);
}

/* Without the key, whoever gets in; with it, whoever is named. */
static void
test_absent(void **state)
{
	struct config *c = accept(WEB);

	(void)state;
	assert_false(c->access.given);
	assert_int_equal(access_level(&c->access, &nobody), ACCESS_ADMIN);
	config_free(c);
	c = accept("access: {}\n" WEB);
	assert_true(c->access.given);
	assert_int_equal(access_level(&c->access, &nobody), ACCESS_NONE);
	assert_int_equal(level_of(c, 0, 0, NULL, 0), ACCESS_ADMIN);
	assert_int_equal(level_of(c, geteuid(), 7, NULL, 0), ACCESS_ADMIN);
	c->access.self = 4711;
	assert_int_equal(level_of(c, 4711, 7, NULL, 0), ACCESS_ADMIN);
	assert_int_equal(level_of(c, 7, 0, NULL, 0), ACCESS_NONE);
	config_free(c);
}

#define LEVELS								\
	"access:\n"							\
	"  observers: {users: [5001, 5002, 5003], groups: [6001]}\n"	\
	"  operators: {users: [5002, \"5003\"], groups: [6002, 6007]}\n" \
	"  admins: {users: [5003], groups: [6003]}\n"

/* The highest of what a user, a group and another group have. */
static void
test_levels(void **state)
{
	struct config *c = accept(LEVELS WEB);
	gid_t some[] = { 9, 6001, 4 }, more[] = { 6007, 6001, 1 };

	(void)state;
	assert_int_equal(level_of(c, 5000, 1, NULL, 0), ACCESS_NONE);
	assert_int_equal(level_of(c, 5001, 1, NULL, 0), ACCESS_OBSERVER);
	assert_int_equal(level_of(c, 5002, 1, NULL, 0), ACCESS_OPERATOR);
	assert_int_equal(level_of(c, 5003, 1, NULL, 0), ACCESS_ADMIN);
	assert_int_equal(level_of(c, 5004, 1, NULL, 0), ACCESS_NONE);
	assert_int_equal(level_of(c, 5000, 6001, NULL, 0), ACCESS_OBSERVER);
	assert_int_equal(level_of(c, 5000, 6002, NULL, 0), ACCESS_OPERATOR);
	assert_int_equal(level_of(c, 5000, 6003, NULL, 0), ACCESS_ADMIN);
	assert_int_equal(level_of(c, 5000, 1, some, 3), ACCESS_OBSERVER);
	assert_int_equal(level_of(c, 5000, 1, some, 1), ACCESS_NONE);
	assert_int_equal(level_of(c, 5000, 1, more, 3), ACCESS_OPERATOR);
	assert_int_equal(level_of(c, 5001, 1, more, 3), ACCESS_OPERATOR);
	/* A user's number is no group's, nor the other way round. */
	assert_int_equal(level_of(c, 6003, 5003, NULL, 0), ACCESS_NONE);
	config_free(c);
}

static void
test_names(void **state)
{
	struct config *c = accept("access:\n"
	    "  operators: {users: [nobody, no-such-user, 12]}\n"
	    "  admins: {groups: [nogroup, no.such.group]}\n" WEB);
	const struct group *g = getgrnam("nogroup");

	(void)state;
	assert_int_equal(c->access.levels[ACCESS_OPERATOR].users.n, 2);
	assert_int_equal(c->access.levels[ACCESS_ADMIN].groups.n,
	    g != NULL ? 1 : 0);
	assert_int_equal(level_of(c, 12, 1, NULL, 0), ACCESS_OPERATOR);
	assert_int_equal(level_of(c, 65534, 1, NULL, 0), ACCESS_OPERATOR);
	if (g != NULL)
		assert_int_equal(level_of(c, 1, g->gr_gid, NULL, 0),
		    ACCESS_ADMIN);
	/* Nor does what is unknown stand for some number. */
	assert_int_equal(level_of(c, (uid_t)-1, (gid_t)-1, NULL, 0),
	    ACCESS_NONE);
	config_free(c);
}

static void
test_grants(void **state)
{
	struct config *c = accept("access:\n"
	    "  operators: {users: [5001, 5002, 5003, 0, 5009]}\n"
	    "  admins: {users: [5004]}\n"
	    "  grants: {5001: [5002, 5003], nobody: [5001], no-user: [5001],\n"
	    "    \"65534\": [5002], 5003: [no-user], 5002: []}\n" WEB);
	struct peer p = { .uid = 5001 };

	(void)state;
	assert_true(access_owns(&c->access, &p, 5001));
	assert_true(access_owns(&c->access, &p, 5002));
	assert_true(access_owns(&c->access, &p, 5003));
	assert_false(access_owns(&c->access, &p, 5004));
	assert_false(access_owns(&c->access, &p, 0));
	p.uid = 5002;			/* not the other way round */
	assert_true(access_owns(&c->access, &p, 5002));
	assert_false(access_owns(&c->access, &p, 5001));
	p.uid = 5003;			/* nor over two */
	assert_false(access_owns(&c->access, &p, 5001));
	assert_false(access_owns(&c->access, &p, (uid_t)-1));
	p.uid = 65534;			/* under its name and its number */
	assert_true(access_owns(&c->access, &p, 5001));
	assert_true(access_owns(&c->access, &p, 5002));
	assert_false(access_owns(&c->access, &p, 5003));
	p.uid = 5004;
	assert_true(access_owns(&c->access, &p, 5001));
	p.uid = 0;
	assert_true(access_owns(&c->access, &p, 5001));
	assert_int_equal(c->access.ngrants, 4);
	config_free(c);
}

static const struct refused levels_refused[] = {
	{ "access:\n" WEB, "1:8: access must be a map with keys, not "
	    "nothing" },
	{ "access: all\n" WEB, "1:9: access must be a map with keys, not "
	    "'all'" },
	{ "access: {everybody: {}}\n" WEB, "1:10: unknown key 'everybody' in "
	    "access; the keys are: ..." },
	{ "access: {operator: {}}\n" WEB, "1:10: unknown key 'operator' in "
	    "access; did you mean operators? ..." },
	{ "access: {admins: [root]}\n" WEB, "1:18: admins must be a map with "
	    "keys, not a list" },
	{ "access: {admins: {user: [root]}}\n" WEB, "1:19: unknown key 'user' "
	    "in admins; did you mean users? the keys are: users, groups" },
	{ "access: {admins: {users: root}}\n" WEB, "1:26: users must be a "
	    "list of names or numbers, not 'root'" },
	{ "access: {admins: {groups: }}\n" WEB, "1:27: groups must be a list "
	    "of names or numbers, not nothing" },
	{ "access: {admins: {users: [~]}}\n" WEB, "1:27: a user is a name or "
	    "a number, not nothing" },
	{ "access: {admins: {users: [\"\"]}}\n" WEB, "1:27: a user is a name "
	    "or a number, not ''" },
	{ "access: {admins: {groups: [[a]]}}\n" WEB, "1:28: a group is a name "
	    "or a number, not a list" },
	{ "access: {admins: {users: [\"a b\"]}}\n" WEB, "1:27: 'a b' is no "
	    "name of a user" },
	{ "access: {admins: {users: [\"root:x\"]}}\n" WEB, "1:27: 'root:x' is "
	    "no name of a user" },
	{ "access: {admins: {users: [007]}}\n" WEB, "1:27: the number of a "
	    "user is from 0 to 4294967294, without leading zeros, not '007'" },
	{ "access: {admins: {users: [4294967295]}}\n" WEB, "1:27: the number "
	    "of a user is from 0 to 4294967294, ..." },
	{ "access: {grants: [a]}\n" WEB, "1:18: grants must be a map of lists "
	    "of users by the user who is granted them, not a list" },
	{ "access: {grants: {root: 1}}\n" WEB, "1:25: root must be a list of "
	    "names or numbers, not '1'" },
	{ "access: {grants: {\"a b\": [1]}}\n" WEB, "1:19: 'a b' is no name of "
	    "a user" },
	{ "access: {grants: {1: [[2]]}}\n" WEB, "1:23: a user is a name or a "
	    "number, not a list" },
	{ "access: {grants: {no-user: [007]}}\n" WEB, "1:29: the number of a "
	    "user ..." },
	{ "access: {admins: {groups: [99999999999999999999]}}\n" WEB, "1:28: "
	    "the number of a group is from 0 to 4294967294, ..." },
};

static void
test_levels_refused(void **state)
{
	(void)state;
	REFUSE_ALL(levels_refused);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_absent),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_grants),
		cmocka_unit_test(test_levels_refused),
	};

	return cmocka_run_group_tests_name("access", tests, setup, teardown);
}
