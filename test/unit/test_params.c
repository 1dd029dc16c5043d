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
#include "daemon/click.h"
#include "daemon/domain.h"
#include "daemon/params.h"

static struct params declared, set;
static struct domain_vif vifs[] = {
	{ .mac = { 0, 0x16, 0x3e, 1, 2, 3 } },
	{ .mac = { 0, 0x16, 0x3e, 0xa, 0xb, 0xc } },
};
static struct domain domain = { .nvifs = 2, .vifs = vifs };

static int
setup(void **state)
{
	(void)state;
	params_set(&declared, "ip", "10.0.0.7");
	params_set(&declared, "gw", NULL);
	params_set(&declared, "a_1", "1");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	params_clear(&declared);
	params_clear(&set);
	return 0;
}

static struct param_source
source(void)
{
	struct param_source s = { .declared = &declared, .set = &set,
	    .name = "web1", .domain = &domain, .nvifs = 2 };

	return s;
}

static void
check_fill(struct param_source s, const char *text, int uses,
    const char *wanted)
{
	struct uvnf_error e = { .code = UVNF_OK };
	size_t len;
	char *out;
	int r = params_fill(&s, text, strlen(text), &out, &len, &e);

	if (r < 0)
		fail_msg("%s: %s", text, e.text);
	assert_int_equal(r, uses);
	if (wanted == NULL) {
		assert_null(out);
		return;
	}
	assert_int_equal(len, strlen(wanted));
	assert_memory_equal(out, wanted, len);
	free(out);
}

static void
check_refused(struct param_source s, const char *text, enum uvnf_code code,
    const char *sentence)
{
	struct uvnf_error e = { .code = UVNF_OK };
	size_t len;
	char *out;

	assert_int_equal(params_fill(&s, text, strlen(text), &out, &len, &e),
	    -(int)code);
	assert_int_equal(e.code, code);
	assert_null(out);
	if (strncmp(e.text, sentence, strlen(sentence)) != 0)
		fail_msg("%s\nsays '%s'", text, e.text);
}

static void
test_nothing(void **state)
{
	(void)state;
	check_fill(source(), "", 0, NULL);
	check_fill(source(), "Idle -> Discard;\n", 0, NULL);
	check_fill(source(), "{ ip }", 0, NULL);
	/* Click's own braces, and what is cut off */
	check_fill(source(), "x :: {{ a -> b }};", 0, NULL);
	check_fill(source(), "x :: {{}};", 0, NULL);
	check_fill(source(), "{{", 0, NULL);
	check_fill(source(), "{{ip", 0, NULL);
	check_fill(source(), "{{ip}", 0, NULL);
	check_fill(source(), "{{ip\n}}", 0, NULL);
	check_fill(source(), "{{ip gw}}", 0, NULL);
}

static void
test_filled(void **state)
{
	(void)state;
	check_fill(source(), "{{ip}}", USES_PARAMS, "10.0.0.7");
	check_fill(source(), "a{{ip}}b{{ \tip }}c", USES_PARAMS,
	    "a10.0.0.7b10.0.0.7c");
	check_fill(source(), "{{{ip}}}", USES_PARAMS, "{10.0.0.7}");
	check_fill(source(), "// {{ip}} \"{{a_1}}\"", USES_PARAMS,
	    "// 10.0.0.7 \"1\"");
	check_fill(source(), "{{name}}", USES_NAME, "web1");
	check_fill(source(), "{{mac}} {{mac0}} {{mac1}}", USES_MAC,
	    "00:16:3e:01:02:03 00:16:3e:01:02:03 00:16:3e:0a:0b:0c");
	params_set(&set, "gw", "10.0.0.1");
	params_set(&set, "ip", "10.0.0.8");
	check_fill(source(), "{{ip}} {{gw}} {{mac}}", USES_PARAMS | USES_MAC,
	    "10.0.0.8 10.0.0.1 00:16:3e:01:02:03");
	params_clear(&set);
}

/* MAC addresses come last, when the domain is known. */
static void
test_without_domain(void **state)
{
	static const struct params none;
	struct param_source s = source();

	(void)state;
	s.domain = NULL;
	check_fill(s, "{{ip}} {{ mac1 }}", USES_PARAMS | USES_MAC,
	    "10.0.0.7 {{ mac1 }}");
	s.declared = &none;
	s.domain = &domain;
	s.set = NULL;
	s.name = NULL;
	check_fill(s, "10.0.0.7 {{ mac1 }}", USES_MAC,
	    "10.0.0.7 00:16:3e:0a:0b:0c");
}

static void
test_ahead(void **state)
{
	struct param_source s = source();

	(void)state;
	s.ahead = true;
	s.name = NULL;
	s.domain = NULL;
	check_fill(s, "{{gw}} {{ip}} {{name}}", USES_PARAMS | USES_MISSING |
	    USES_NAME, "x 10.0.0.7 x");
}

static void
test_refused(void **state)
{
	struct param_source s = source();

	(void)state;
	check_refused(s, "a\n{{ip}}\n {{ipp}}", UVNF_E_BAD_CONFIG,
	    "line 3: {{ipp}} is no parameter; the template's key params has: "
	    "ip, gw, a_1; built in are name, mac, mac0 to mac7");
	check_refused(s, "{{IP}}", UVNF_E_BAD_CONFIG, "line 1: {{IP}} is no");
	check_refused(s, "{{mac8}}", UVNF_E_BAD_CONFIG, "line 1: {{mac8}} is");
	check_refused(s, "{{mac00}}", UVNF_E_BAD_CONFIG, "line 1: {{mac00}} "
	    "is no");
	check_refused(s, "{{1}}", UVNF_E_BAD_CONFIG, "line 1: {{1}} is no");
	check_refused(s, "{{a23456789012345678901234567890123456789}}",
	    UVNF_E_BAD_CONFIG,
	    "line 1: {{a2345678901234567890123456789012}} is no");
	check_refused(s, "\n{{gw}}", UVNF_E_BAD_REQUEST, "line 2: {{gw}} has "
	    "no value, and its template no default; set it (uvnfctl: --set "
	    "gw=VALUE)");
	check_refused(s, "{{mac2}}", UVNF_E_BAD_CONFIG, "line 1: {{mac2}} is "
	    "the MAC address of vif 2, but there are 2 vifs");
	s.nvifs = 0;
	s.domain = NULL;
	check_refused(s, "{{mac}}", UVNF_E_BAD_CONFIG, "line 1: {{mac}} is "
	    "the MAC address of vif 0, but there are 0 vifs");
}

/* It would be filled in again, or refused, when the MAC addresses are. */
static void
test_braces_around(void **state)
{
	struct param_source s = source();

	(void)state;
	params_set(&declared, "word", "foo");
	params_set(&declared, "vif", "mac1");
	check_refused(s, "\n{{{{word}}}} {{mac}}", UVNF_E_BAD_CONFIG,
	    "line 2: the braces around a reference make its value another "
	    "one, {{foo}}; leave them out");
	check_refused(s, "{{ {{vif}} }}", UVNF_E_BAD_CONFIG,
	    "line 1: the braces around a reference make its value another "
	    "one, {{mac1}}");
	check_refused(s, "{{{{name}}}}", UVNF_E_BAD_CONFIG, "line 1: the ");
	check_refused(s, "{{x{{word}}{{word}}}}", UVNF_E_BAD_CONFIG,
	    "line 1: the braces around a reference make its value another "
	    "one, {{xfoofoo}}");
	check_fill(s, "{{{word}}} {{{{ip}}}} {{mac}}", USES_PARAMS | USES_MAC,
	    "{foo} {{10.0.0.7}} 00:16:3e:01:02:03");
	s.domain = NULL;
	check_refused(s, "{{mac}} {{ {{vif}} }}", UVNF_E_BAD_CONFIG,
	    "line 1: the ");
	check_fill(s, "{{ {{mac}} }} {{word}}", USES_PARAMS | USES_MAC,
	    "{{ {{mac}} }} foo");
}

/* The limit holds for what will be there, MAC addresses included. */
static void
test_size(void **state)
{
	struct param_source s = source();
	char *text = xmalloc(CLICK_CONFIG_MAX + 1);
	size_t at = CLICK_CONFIG_MAX - 17;

	(void)state;
	s.domain = NULL;
	memset(text, '\n', CLICK_CONFIG_MAX);
	text[CLICK_CONFIG_MAX] = '\0';
	memcpy(text + at, "{{mac}}", 7);
	text[at + 7] = '\0';
	check_fill(s, text, USES_MAC, text);
	text[at + 7] = '\n';
	text[at + 8] = '\0';
	check_refused(s, text, UVNF_E_TOO_BIG, "the configuration has more "
	    "than 262144 bytes when its parameters are filled in");
	free(text);
}

static void
test_names(void **state)
{
	(void)state;
	assert_true(param_name_valid("a"));
	assert_true(param_name_valid("ip_2"));
	assert_true(param_name_valid("a234567890123456789012345678901"));
	assert_false(param_name_valid("a2345678901234567890123456789012"));
	assert_false(param_name_valid(""));
	assert_false(param_name_valid("2a"));
	assert_false(param_name_valid("_a"));
	assert_false(param_name_valid("Ip"));
	assert_false(param_name_valid("a-b"));
	assert_false(param_name_valid("a.b"));
	assert_true(param_built_in("mac"));
	assert_true(param_built_in("mac0"));
	assert_true(param_built_in("mac7"));
	assert_true(param_built_in("name"));
	assert_false(param_built_in("mac8"));
	assert_false(param_built_in("mac01"));
	assert_false(param_built_in("macs"));
	assert_false(param_built_in("ip"));
}

static void
check_value(const char *value, const char *sentence)
{
	struct uvnf_error e = { .code = UVNF_OK };
	int r = param_value_check("p", value, &e);

	if (sentence == NULL) {
		if (r != 0)
			fail_msg("%s: %s", value, e.text);
		return;
	}
	assert_int_equal(r, -UVNF_E_BAD_REQUEST);
	if (strstr(e.text, sentence) == NULL)
		fail_msg("%s\nsays '%s'", value, e.text);
}

static void
test_values(void **state)
{
	static const char bad[] = "{}()[]<>\"'`;\\$#*^~?";
	char text[PARAM_VALUE_MAX + 2];
	size_t i;

	(void)state;
	check_value("10.0.0.7", NULL);
	check_value("00:16:3e:00:00:07", NULL);
	check_value("10.0.0.0/8, 192.168.0.0/16", NULL);
	check_value("fe80::1", NULL);
	check_value("tcp && dst port 80 || !icmp", NULL);
	check_value("12/0800 20/01%1f", NULL);
	check_value("-", NULL);
	check_value("", "is empty");
	for (i = 0; i < strlen(bad); i++) {
		snprintf(text, sizeof(text), "a%cb", bad[i]);
		check_value(text, "which no value may have");
	}
	check_value("a\nb", "has the byte 0x0a");
	check_value("a\tb", "has the byte 0x09");
	check_value("\xc3\xa4", "has the byte 0xc3");
	check_value("/a", "slash");
	check_value("a/", "slash");
	check_value("a//b", "slash");
	memset(text, '1', sizeof(text));
	text[PARAM_VALUE_MAX + 1] = '\0';
	check_value(text, "may have at most 256 bytes, this has 257");
	text[PARAM_VALUE_MAX] = '\0';
	check_value(text, NULL);
}

static void
test_sets(void **state)
{
	struct params a = { .n = 0 }, b = { .n = 0 };
	char name[8], list[PARAMS_LIST_MAX];
	int i;

	(void)state;
	assert_string_equal(params_list(&a, list), "none");
	for (i = 0; i < PARAMS_MAX; i++) {
		snprintf(name, sizeof(name), "p%d", i);
		assert_int_equal(params_set(&a, name, "1"), 0);
	}
	assert_int_equal(params_set(&a, "more", "1"), -1);
	assert_int_equal(params_set(&a, "p0", "2"), 0);
	assert_string_equal(params_get(&a, "p0")->value, "2");
	assert_null(params_get(&a, "more"));
	assert_false(params_equal(&a, &b));
	params_copy(&b, &a);
	assert_true(params_equal(&a, &b));
	params_set(&b, "p3", NULL);
	assert_false(params_equal(&a, &b));
	assert_false(params_equal(&b, &a));
	params_clear(&a);
	params_clear(&b);
	assert_true(params_equal(&a, &b));
}

/* --- ranges -------------------------------------------------------------- */

static void
test_ranges(void **state)
{
	static const char *const bad[] = { "", "-", "1", "1-", "-1", "2-1",
		"1-2-3", "1-10.0.0.1", "10.0.0.1-2", "10.0.0.9-10.0.0.1",
		"10.0.0.1-10.0.0", "0-65536", "+1-2", " 1-2", "1 -2",
		"4294967295-4294967296", "1-0x2", "10.0.0.1-10.1.0.1" };
	char text[RANGE_TEXT_MAX];
	struct range r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(range_parse(bad[i], &r), -1);
	assert_int_equal(range_parse("10.0.0.250-10.0.1.4", &r), 0);
	assert_true(r.given && r.ipv4);
	assert_string_equal(range_format(&r, text), "10.0.0.250-10.0.1.4");
	assert_int_equal(range_parse(
	    "255.255.255.254-255.255.255.255", &r), 0);
	assert_string_equal(range_format(&r, text),
	    "255.255.255.254-255.255.255.255");
	assert_int_equal(range_parse("4294901760-4294967295", &r), 0);
	assert_false(r.ipv4);
	assert_string_equal(range_format(&r, text), "4294901760-4294967295");
}

/* In turn, past what is in use, until all are. */
static void
test_range_next(void **state)
{
	char text[RANGE_TEXT_MAX];
	struct range r;

	(void)state;
	assert_int_equal(range_parse("10.0.0.254-10.0.1.1", &r), 0);
	value_use("ip", "10.0.0.255");
	value_use("ip", "10.0.0.255");
	value_use("other", "10.0.0.254");
	assert_int_equal(range_next(&r, "ip", text), 0);
	assert_string_equal(text, "10.0.0.254");
	assert_int_equal(range_next(&r, "ip", text), 0);
	assert_string_equal(text, "10.0.1.0");
	value_use("ip", text);
	assert_int_equal(range_next(&r, "ip", text), 0);
	assert_string_equal(text, "10.0.1.1");
	value_use("ip", text);
	assert_int_equal(range_next(&r, "ip", text), 0);
	assert_string_equal(text, "10.0.0.254");
	value_use("ip", text);
	assert_int_equal(range_next(&r, "ip", text), -1);
	value_unuse("ip", "10.0.0.255");
	assert_true(value_used("ip", "10.0.0.255"));
	assert_int_equal(range_next(&r, "ip", text), -1);
	value_unuse("ip", "10.0.0.255");
	assert_int_equal(range_next(&r, "ip", text), 0);
	assert_string_equal(text, "10.0.0.255");
	value_unuse("ip", "10.0.0.255");	/* is none of ours */
	value_unuse("ip", "10.0.0.254");
	value_unuse("ip", "10.0.1.0");
	value_unuse("ip", "10.0.1.1");
	value_unuse("other", "10.0.0.254");
	assert_false(value_used("ip", "10.0.0.254"));
}

/* A text takes one value of each range, however often it has it. */
static void
test_filled_from_range(void **state)
{
	static const char text[] = "a({{port}}, {{port}}, {{vlan}});";
	struct params has = { .n = 0 }, given = { .n = 0 };
	struct params taken = { .n = 0 };
	struct param_source from = { .declared = &has, .set = &given,
	    .taken = &taken };
	struct uvnf_error e;
	struct range r;
	size_t len;
	char *out;

	(void)state;
	assert_int_equal(range_parse("7-8", &r), 0);
	assert_int_equal(params_set_range(&has, "port", &r), 0);
	assert_int_equal(params_set_range(&has, "vlan", &r), 0);
	params_set(&given, "vlan", "99");
	assert_int_equal(params_fill(&from, text, strlen(text), &out, &len,
	    &e), USES_PARAMS | USES_RANGE);
	assert_string_equal(out, "a(7, 7, 99);");
	free(out);
	assert_int_equal(taken.n, 1);
	assert_string_equal(params_get(&taken, "port")->value, "7");
	params_clear(&taken);
	value_use("port", "7");
	value_use("port", "8");
	assert_int_equal(params_fill(&from, text, strlen(text), &out, &len,
	    &e), -UVNF_E_RANGE_EXHAUSTED);
	assert_string_equal(e.text, "every value of port in the range 7-8 is "
	    "in use; destroy something, or set one (uvnfctl: --set "
	    "port=VALUE)");
	value_unuse("port", "7");
	value_unuse("port", "8");
	/* A default in its place ends it, and the other way round. */
	params_set(&has, "port", "5");
	assert_false(params_get(&has, "port")->range.given);
	params_set_range(&has, "port", &r);
	assert_null(params_get(&has, "port")->value);
	params_clear(&has);
	params_clear(&given);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_filled),
		cmocka_unit_test(test_without_domain),
		cmocka_unit_test(test_ahead),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_braces_around),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_range_next),
		cmocka_unit_test(test_filled_from_range),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
