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

struct used {
	const char *text;
	uint32_t vifs;
};

struct refused {
	const char *text;
	unsigned nvifs;
	const char *sentence;
};

/* All of these are given to a guest with 4 vifs. */
static const struct used used[] = {
	{ "FromDevice -> Discard;", 1 },
	{ "FromDevice() -> Discard;", 1 },
	{ "FromDevice( ) -> Discard;", 1 },
	{ "FromDevice(0) -> ToDevice(0);", 1 },
	{ "FromDevice(0)->ToDevice(1);", 3 },
	{ "FromDevice (2) -> Discard;", 4 },
	{ "FromDevice\n\t( 3 ) -> Discard;", 8 },
	{ "FromDevice /* a */ ( /* b */ 3 /* c */ ) -> Discard", 8 },
	{ "FromDevice(// 1\n2) -> Discard", 4 },
	{ "FromDevice(DEVID 1) -> Discard;", 2 },
	{ "FromDevice(DEVID\t\n1) -> Discard;", 2 },
	{ "ToDevice(BURST 2, DEVID 1)", 2 },
	{ "ToDevice(BURST 2)", 1 },
	{ "ToDevice(1, BURST 2)", 2 },
	{ "ToDevice(1, 2)", 2 },
	{ "ToDevice(1, X (2, 3))", 2 },
	{ "ToDevice(\"1\")", 2 },
	{ "ToDevice('1')", 2 },
	{ "ToDevice(0x2)", 4 },
	{ "ToDevice(003)", 8 },
	{ "ToDevice(+1)", 2 },
	{ "in :: FromDevice(1); out :: ToDevice(2); in -> out;", 6 },
	{ "in::FromDevice(1);", 2 },
	{ "a, b :: FromDevice(1);", 2 },
	{ "Idle -> [0] x :: ToDevice [1] -> Discard", 1 },
	{ "elementclass P { FromDevice(1) -> output } P -> ToDevice;", 3 },
	{ "{ FromDevice(1) -> output } -> (-> ToDevice(2))", 6 },
	/* no devices at all */
	{ "Idle -> Discard;", 0 },
	{ "// FromDevice(9)", 0 },
	{ "// FromDevice(9)\r\n/* ToDevice(9) */ Idle -> Discard;", 0 },
	{ "/* FromDevice(9)", 0 },
	{ "/*/ FromDevice(9) */ Idle", 0 },
	{ "x :: Print(\"FromDevice(9)\") -> Discard;", 0 },
	{ "x :: Print(\"a\\\") FromDevice(9)\", ToDevice(9));", 0 },
	{ "x :: Print('a\\') -> FromDevice(2)", 4 },
	{ "x :: Print(a (b) FromDevice(9)) -> Discard;", 0 },
	{ "x :: Print(\\<29> FromDevice(9));", 0 },
	{ "Print(\"FromDevice(9)", 0 },
	{ "MyFromDevice(9); FromDevice2(9); FromDevice_x(9);", 0 },
	{ "a/FromDevice -> FromDevice/b -> ToDevice@1", 0 },
	{ "fromdevice(9) -> TODEVICE(9)", 0 },
	{ "FromDevice :: Counter;", 0 },
	{ "FromDevice /* a name */ :: Counter;", 0 },
	{ "elementclass FromDevice { input -> output }", 0 },
	{ "elementclass P { $FromDevice, $b | input -> output }", 0 },
	{ "{ $a | input -> output }(FromDevice(9)) -> Discard", 0 },
	{ "# 5 \"FromDevice(9)\"\nIdle -> Discard", 0 },
	/* what only the guest can tell */
	{ "FromDevice(eth0) -> Discard;", 0 },
	{ "FromDevice($dev) -> Discard;", 0 },
	{ "FromDevice(DEVID $dev) -> Discard;", 0 },
	{ "FromDevice(-1) -> Discard;", 0 },
	{ "FromDevice(1x) -> Discard;", 0 },
	{ "FromDevice(1 2) -> Discard;", 0 },
	{ "FromDevice(0x) -> Discard;", 0 },
	{ "FromDevice(09) -> Discard;", 0 },
	{ "FromDevice(+) -> Discard;", 0 },
	{ "FromDevice(", 1 },
	{ "FromDevice(2", 4 },
	{ ")]}{[(", 0 },
	{ "$", 0 },
	{ "\"", 0 },
};

static const struct refused refused[] = {
	{ "", 1, "the Click configuration is empty; give one with at least "
	    "one element" },
	{ " \t\r\n\n", 1, "the Click configuration is empty; give one with at "
	    "least one element" },
	{ "Idle;\n\n -> ToDevice(2)", 1,
	    "line 3: ToDevice(2) names vif 2, but there is only vif 0" },
	{ "FromDevice(4)", 4,
	    "line 1: FromDevice(4) names vif 4, but there are only vifs 0 to "
	    "3" },
	{ "FromDevice", 0,
	    "line 1: FromDevice(0) names vif 0, but there is none" },
	{ "/* a\nb */ Print(\"\n\") // c\n-> ToDevice\n(\n7)", 2,
	    "line 4: ToDevice(7) names vif 7, but there are only vifs 0 to "
	    "1" },
	{ "FromDevice(0x10)", 1,
	    "line 1: FromDevice(16) names vif 16, but there is only vif 0" },
	{ "FromDevice(DEVID 1)", 1,
	    "line 1: FromDevice(1) names vif 1, but there is only vif 0" },
	{ "// a comment\rFromDevice(1)", 1,
	    "line 1: FromDevice(1) names vif 1, but there is only vif 0" },
	{ "{ -> FromDevice(32) }", 64,
	    "line 1: FromDevice(32) names vif 32, but there are only vifs 0 "
	    "to 31" },
	{ "FromDevice(4294967294)", 1,
	    "line 1: FromDevice(4294967294) names vif 4294967294, but there "
	    "is only vif 0" },
	{ "FromDevice(4294967296)", 1,
	    "line 1: the number of the vif in FromDevice is too large; there "
	    "is only vif 0" },
	{ "FromDevice(18446744073709551616)", 1,
	    "line 1: the number of the vif in FromDevice is too large; there "
	    "is only vif 0" },
};

struct found {
	const char *text;
	const char *name;	/* or NULL */
};

static const struct found found[] = {
	{ "FromDevice -> cnt :: Counter -> Discard;", "cnt" },
	{ "a::Counter; b :: Counter;", "a" },
	{ "a /* x :: Idle */\n:: // y :: Idle\n Counter", "a" },
	{ "// a :: Counter\n/* b :: Counter */ c :: Counter;", "c" },
	{ "# 1 \"a :: Counter\"\nb :: Counter;", "b" },
	{ "Print(\"a :: Counter\", b :: Counter) -> c :: Counter", "c" },
	{ "in :: Classifier(12/0806 20/0001, -); in[0] -> Discard", "in" },
	{ "Idle -> [0] x_1@ :: ToDevice [1] -> Discard", "x_1@" },
	{ "a, b :: Counter;", "b" },
	{ "define($x 1); a :: Counter($x)", "a" },
	{ "define($x 1); $x :: Counter; a :: Counter", "a" },
	/* what is inside of another one, and that one itself */
	{ "elementclass P { a :: Counter } b :: Counter;", "b" },
	{ "elementclass P { a :: Counter } b :: P; c :: Counter;", "c" },
	{ "elementclass /* x */ P { a :: Q } b :: P(1); c :: Counter", "c" },
	{ "b :: P; c :: Counter; elementclass P Idle;", "c" },
	{ "elementclass Pa Idle; b :: P;", "b" },
	{ "elementclass P { $a | i :: Counter($a) || input -> x :: Q } "
	    "c :: Counter;", "c" },
	{ "{ a :: Counter } -> b :: Counter", "b" },
	{ "{ { a :: Idle } b :: Idle }(c :: Idle) -> d :: Idle", "d" },
	{ "x :: { a :: Counter } -> b :: Counter", "b" },
	{ "Idle -> (a :: Counter, b :: Counter) -> c :: Counter", "c" },
	{ "a/b :: Counter; c :: Counter;", "c" },
	{ "a :: {}; b :: Counter(\"}\", \\<7d>, ')') ; ", "b" },
	{ "elementclass P {} a::P;b::P;c::P;d::P;e::P;f::P;g::P; h::Idle",
	    "h" },
	{ "elementclass P {} a::P;b::P;c::P;d::P;e::P;f::P;g::P;h::P;i::Idle",
	    NULL },
	{ "a2345678901234567890123456789012345678901234567890123456789012345"
	    " :: Idle; b :: Idle", "b" },
	{ "a234567890123456789012345678901234567890123456789012345678901234"
	    " :: Idle; b :: Idle", "a23456789012345678901234567890123456789"
	    "0123456789012345678901234" },
	/* none */
	{ "", NULL },
	{ "FromDevice(0) -> Discard;", NULL },
	{ "elementclass P { a :: Counter }", NULL },
	{ "a ::", NULL },
	{ ":: Counter", NULL },
	{ "a : : Counter", NULL },
	{ "/* a :: Counter", NULL },
	{ "Print(a :: Counter", NULL },
	{ "{ a :: Counter", NULL },
};

/* Exactly the bytes, so that a sanitizer sees a step beyond them. */
static char *
find(const char *text, size_t len)
{
	char *copy = malloc(len > 0 ? len : 1), *name;

	assert_non_null(copy);
	memcpy(copy, text, len);
	name = click_find_element(copy, len);
	free(copy);
	return name;
}

/* The same. */
static int
scan(const char *text, size_t len, unsigned nvifs, uint32_t *vifs,
    struct uvnf_error *e)
{
	char *copy = malloc(len > 0 ? len : 1);
	int r;

	assert_non_null(copy);
	memcpy(copy, text, len);
	memset(e, 0, sizeof(*e));
	r = click_scan(copy, len, nvifs, vifs, e);
	free(copy);
	return r;
}

static void
test_used(void **state)
{
	struct uvnf_error e;
	uint32_t vifs;
	size_t i;
	int r;

	(void)state;
	for (i = 0; i < sizeof(used) / sizeof(used[0]); i++) {
		vifs = 0xdead;
		r = scan(used[i].text, strlen(used[i].text), 4, &vifs, &e);
		if (r != 0 || vifs != used[i].vifs)
			fail_msg("\"%s\": %d, vifs %#x, not %#x: %s",
			    used[i].text, r, vifs, used[i].vifs, e.text);
	}
}

static void
test_refused(void **state)
{
	struct uvnf_error e;
	uint32_t vifs = 0xdead;
	size_t i;
	int r;

	(void)state;
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		r = scan(refused[i].text, strlen(refused[i].text),
		    refused[i].nvifs, &vifs, &e);
		assert_int_equal(r, -UVNF_E_BAD_CONFIG);
		assert_int_equal(e.code, UVNF_E_BAD_CONFIG);
		assert_string_equal(e.text, refused[i].sentence);
		assert_int_equal(vifs, 0xdead);
	}
}

static void
test_found(void **state)
{
	size_t i, n;
	char *name;

	(void)state;
	for (i = 0; i < sizeof(found) / sizeof(found[0]); i++) {
		name = find(found[i].text, strlen(found[i].text));
		if ((name == NULL) != (found[i].name == NULL) ||
		    (name != NULL && strcmp(name, found[i].name) != 0))
			fail_msg("\"%s\": %s, not %s", found[i].text,
			    name != NULL ? name : "none", found[i].name != NULL
			    ? found[i].name : "none");
		free(name);
		for (n = 0; n < strlen(found[i].text); n++)
			free(find(found[i].text, n));
	}
}

/* A number of any length is a number, or too large. */
static void
test_long_number(void **state)
{
	char text[512];
	struct uvnf_error e;
	uint32_t vifs;
	int n;

	(void)state;
	for (n = 1; n < 400; n++) {
		snprintf(text, sizeof(text), "ToDevice(1%0*d)", n, 0);
		assert_int_equal(scan(text, strlen(text), 8, &vifs, &e),
		    -UVNF_E_BAD_CONFIG);
	}
}

static void
test_nul(void **state)
{
	static const char text[] = "Idle ->\nDis\0card;";
	struct uvnf_error e;
	uint32_t vifs;

	(void)state;
	assert_int_equal(scan(text, sizeof(text) - 1, 1, &vifs, &e),
	    -UVNF_E_BAD_CONFIG);
	assert_string_equal(e.text, "line 2 has a NUL byte; a Click "
	    "configuration is plain text");
	assert_int_equal(click_scan(NULL, 0, 1, &vifs, NULL),
	    -UVNF_E_BAD_CONFIG);
}

/* However a text is cut, no byte behind its end is looked at. */
static void
test_cuts(void **state)
{
	struct uvnf_error e;
	uint32_t vifs;
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(used) / sizeof(used[0]); i++)
		for (n = 1; n <= strlen(used[i].text); n++)
			(void)scan(used[i].text, n, 32, &vifs, &e);
}

static void
test_large(void **state)
{
	struct uvnf_error e;
	uint32_t vifs;
	size_t i;
	char *text = xmalloc(CLICK_CONFIG_MAX);

	(void)state;
	for (i = 0; i + 11 <= CLICK_CONFIG_MAX; i += 11)
		memcpy(text + i, "FromDevice(", 11);
	memset(text + i, '(', CLICK_CONFIG_MAX - i);
	assert_int_equal(scan(text, CLICK_CONFIG_MAX, 1, &vifs, &e), 0);
	memset(text, '/', CLICK_CONFIG_MAX);
	assert_int_equal(scan(text, CLICK_CONFIG_MAX, 1, &vifs, &e), 0);
	assert_int_equal(vifs, 0);
	/* Not once through all of it for each that is passed over. */
	for (i = 0; i + 6 <= CLICK_CONFIG_MAX; i += 6)
		memcpy(text + i, "a::P\n;", 6);
	memcpy(text + CLICK_CONFIG_MAX - 16, "\nelementclass P ", 16);
	assert_null(click_find_element(text, CLICK_CONFIG_MAX));
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_used),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_long_number),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
