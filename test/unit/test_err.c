/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"

static void
test_words_round_trip(void **state)
{
	const char *word;
	int i;

	(void)state;
	for (i = UVNF_OK; i < UVNF_E_COUNT; i++) {
		word = uvnf_code_word((enum uvnf_code)i);
		assert_int_equal(uvnf_code_from_word(word), i);
		assert_int_equal(word[strspn(word,
		    "abcdefghijklmnopqrstuvwxyz-")], '\0');
	}
	assert_int_equal(uvnf_code_from_word(""), -1);
	assert_int_equal(uvnf_code_from_word("nonsense"), -1);
	assert_int_equal(uvnf_code_from_word("no-vn"), -1);
	assert_int_equal(uvnf_code_from_word("no-vnf2"), -1);
	assert_string_equal(uvnf_code_word(UVNF_OK), "ok");
	assert_string_equal(uvnf_code_word(UVNF_E_NAME_TAKEN), "name-taken");
	assert_string_equal(uvnf_code_word(UVNF_E_COUNT), "system");
}

static void
test_exit_statuses(void **state)
{
	int i, status;

	(void)state;
	for (i = UVNF_OK; i < UVNF_E_COUNT; i++) {
		status = uvnf_code_exit_status((enum uvnf_code)i);
		if (i == UVNF_OK)
			assert_int_equal(status, 0);
		else if (i == UVNF_E_USAGE)
			assert_int_equal(status, 2);
		else if (i == UVNF_E_NO_DAEMON)
			assert_int_equal(status, 3);
		else if (i == UVNF_E_TIMEOUT)
			assert_int_equal(status, 4);
		else
			assert_int_equal(status, 1);
	}
}

static void
test_set(void **state)
{
	struct uvnf_error e;

	(void)state;
	assert_int_equal(uvnf_error_set(&e, UVNF_E_NO_VNF, "no '%s', %d",
	    "web1", 7), -UVNF_E_NO_VNF);
	assert_int_equal(e.code, UVNF_E_NO_VNF);
	assert_string_equal(e.text, "no 'web1', 7");
	assert_int_equal(uvnf_error_set(NULL, UVNF_E_BUSY, "x"), -UVNF_E_BUSY);
}

static void
test_set_cuts(void **state)
{
	char big[2 * UVNF_ERROR_TEXT_MAX];
	struct uvnf_error e;

	(void)state;
	memset(big, 'a', sizeof(big));
	big[sizeof(big) - 1] = '\0';
	uvnf_error_set(&e, UVNF_E_SYSTEM, "%s", big);
	assert_int_equal(strlen(e.text), sizeof(e.text) - 1);
	uvnf_error_prefix(&e, "%s", big);
	assert_int_equal(strlen(e.text), sizeof(e.text) - 1);
}

static void
test_prefix(void **state)
{
	struct uvnf_error e;

	(void)state;
	uvnf_error_set(&e, UVNF_E_SYSTEM, "no such file");
	uvnf_error_prefix(&e, "line %d", 3);
	uvnf_error_prefix(&e, "%s", "uvnf.yaml");
	assert_string_equal(e.text, "uvnf.yaml: line 3: no such file");
	assert_int_equal(e.code, UVNF_E_SYSTEM);
	uvnf_error_prefix(NULL, "nothing");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_round_trip),
		cmocka_unit_test(test_exit_statuses),
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_set_cuts),
		cmocka_unit_test(test_prefix),
	};

	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
