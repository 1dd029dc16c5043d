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

#include "common/proto.h"

static char line_buf[PROTO_LINE_MAX];
static struct proto_line line;
static struct uvnf_error error;

static int
parse(const char *text)
{
	snprintf(line_buf, sizeof(line_buf), "%s", text);
	memset(&line, 0xa5, sizeof(line));
	memset(&error, 0, sizeof(error));
	return proto_parse(line_buf, &line, &error);
}

static void
assert_word(unsigned i, const char *key, const char *value, bool quoted)
{
	assert_true(i < line.nwords);
	if (key == NULL)
		assert_null(line.words[i].key);
	else
		assert_string_equal(line.words[i].key, key);
	assert_string_equal(line.words[i].value, value);
	assert_int_equal(line.words[i].quoted, quoted);
}

static void
test_plain(void **state)
{
	(void)state;
	assert_int_equal(parse("create responder web1 config=24 wait=ready"),
	    0);
	assert_null(line.tag);
	assert_int_equal(line.nwords, 5);
	assert_word(0, NULL, "create", false);
	assert_word(1, NULL, "responder", false);
	assert_word(2, NULL, "web1", false);
	assert_word(3, "config", "24", false);
	assert_word(4, "wait", "ready", false);
}

static void
test_spaces(void **state)
{
	(void)state;
	assert_int_equal(parse(" \t list \t  x\t\r"), 0);
	assert_int_equal(line.nwords, 2);
	assert_word(0, NULL, "list", false);
	assert_word(1, NULL, "x", false);
	assert_int_equal(parse(""), 0);
	assert_int_equal(line.nwords, 0);
	assert_int_equal(parse(" \t "), 0);
	assert_int_equal(line.nwords, 0);
	assert_int_equal(parse("\r"), 0);
	assert_int_equal(line.nwords, 0);
}

static void
test_tags(void **state)
{
	(void)state;
	assert_int_equal(parse("@a ping"), 0);
	assert_string_equal(line.tag, "a");
	assert_int_equal(line.nwords, 1);
	assert_int_equal(parse(" @A-z.0_9\tping"), 0);
	assert_string_equal(line.tag, "A-z.0_9");
	assert_int_equal(parse("@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ping"), 0);
	assert_int_equal(strlen(line.tag), 32);
	assert_int_equal(parse("@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ping"),
	    -UVNF_E_BAD_REQUEST);
	assert_null(line.tag);
	assert_int_equal(parse("@ ping"), -UVNF_E_BAD_REQUEST);
	assert_int_equal(parse("@"), -UVNF_E_BAD_REQUEST);
	assert_int_equal(parse("@a/b ping"), -UVNF_E_BAD_REQUEST);
	assert_int_equal(parse("@\"a\" ping"), -UVNF_E_BAD_REQUEST);
	assert_int_equal(parse("@a"), -UVNF_E_BAD_REQUEST);
	assert_string_equal(line.tag, "a");
	assert_int_equal(parse("ping @a"), 0);
	assert_null(line.tag);
	assert_word(1, NULL, "@a", false);
}

/* The tag, and what came before the mistake, are there all the same. */
static void
test_malformed_keeps(void **state)
{
	(void)state;
	assert_int_equal(parse("@t7 create a config=3 \"open"),
	    -UVNF_E_BAD_REQUEST);
	assert_string_equal(line.tag, "t7");
	assert_int_equal(line.nwords, 3);
	assert_word(2, "config", "3", false);
	assert_int_equal(error.code, UVNF_E_BAD_REQUEST);
	assert_true(strlen(error.text) > 0);
	assert_int_equal(parse("@t7 create config=3 wait=x config=3"),
	    -UVNF_E_BAD_REQUEST);
	assert_int_equal(line.nwords, 4);
}

static void
test_quotes(void **state)
{
	(void)state;
	assert_int_equal(parse("v \"a b\" \"\" \"x=y\" k=\"c d=\\\"e\" l=\"\""),
	    0);
	assert_int_equal(line.nwords, 6);
	assert_word(1, NULL, "a b", true);
	assert_word(2, NULL, "", true);
	assert_word(3, NULL, "x=y", true);
	assert_word(4, "k", "c d=\"e", true);
	assert_word(5, "l", "", true);
}

static void
test_escapes(void **state)
{
	(void)state;
	assert_int_equal(parse("v \"\\\"\\\\\\n\\r\\t\\x01\\x7F\\xfe|\""), 0);
	assert_word(1, NULL, "\"\\\n\r\t\x01\x7f\xfe|", true);
	/* outside quotes a backslash is a byte like others */
	assert_int_equal(parse("v a\\n k=\\x41"), 0);
	assert_word(1, NULL, "a\\n", false);
	assert_word(2, "k", "\\x41", false);
}

static void
test_malformed(void **state)
{
	static const char *const bad[] = {
		"v \"", "v \"a", "v \"a\\", "v \"a\\\"", "v k=\"", "v k=\"a",
		"v \"\\q\"", "v \"\\0\"", "v \"\\x\"", "v \"\\x4\"",
		"v \"\\xg0\"", "v \"\\x0g\"", "v \"\\x00\"", "v \"a\\x00b\"",
		"v a\"b\"", "v a\"", "v \"a\"b", "v \"a\"\"b\"", "v k=a\"b",
		"v k=\"a\"b", "v k=\"a\"=b", "v \"k\"=b",
		"v =", "v =x", "v k=1 =2", "=", "k=v", "v K=1", "v 1=1",
		"v a/b=1", "v \xe9=1",
		"v k=1 k=1", "v k=1 l=2 k=\"\"", "v k=1 a", "v k=1 \"a\"",
		"v \"a\r", "v k=\\\"",
	};
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		rc = parse(bad[i]);
		if (rc != -UVNF_E_BAD_REQUEST)
			print_error("accepted: %s\n", bad[i]);
		assert_int_equal(rc, -UVNF_E_BAD_REQUEST);
		assert_int_equal(error.code, UVNF_E_BAD_REQUEST);
	}
}

static void
test_equals(void **state)
{
	(void)state;
	assert_int_equal(parse("v k=a=b l=="), 0);
	assert_word(1, "k", "a=b", false);
	assert_word(2, "l", "=", false);
	assert_int_equal(parse("v k="), 0);
	assert_word(1, "k", "", false);
	assert_int_equal(parse("v a.b_c-1=2"), 0);
	assert_word(1, "a.b_c-1", "2", false);
}

static void
test_word_limit(void **state)
{
	char text[3 * PROTO_WORDS_MAX + 16] = "@x ";
	int i;

	(void)state;
	for (i = 0; i < PROTO_WORDS_MAX; i++)
		strcat(text, "w ");
	assert_int_equal(parse(text), 0);
	assert_int_equal(line.nwords, PROTO_WORDS_MAX);
	strcat(text, "w");
	assert_int_equal(parse(text), -UVNF_E_TOO_BIG);
	assert_int_equal(error.code, UVNF_E_TOO_BIG);
	assert_string_equal(line.tag, "x");
	assert_int_equal(line.nwords, PROTO_WORDS_MAX);
}

static void
test_build(void **state)
{
	struct proto_buf b = { 0 };

	(void)state;
	proto_buf_add(&b, "DATA", 4);
	proto_add_string(&b, "name", "we\"b\\1");
	proto_add_number(&b, "domid", 7);
	proto_add_number(&b, "low", INT64_MIN);
	proto_add_bool(&b, "yes", true);
	proto_add_bool(&b, "no", false);
	proto_add_bytes(&b, "raw", "\0\n\r\t\x1b\x7f\xff~", 8);
	proto_add_string(&b, "empty", "");
	proto_buf_printf(&b, "%s", "");
	assert_string_equal(b.data, "DATA name=\"we\\\"b\\\\1\" domid=7 "
	    "low=-9223372036854775808 yes=true no=false "
	    "raw=\"\\x00\\n\\r\\t\\x1b\\x7f\\xff~\" empty=\"\"");
	assert_int_equal(b.len, strlen(b.data));
	proto_buf_free(&b);
	assert_null(b.data);
	proto_buf_escape(&b, "", 0);
	assert_string_equal(b.data, "");
	proto_buf_free(&b);
	proto_buf_free(&b);
}

static void
test_build_long(void **state)
{
	struct proto_buf b = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < 100000; i++)
		proto_buf_add(&b, "x", 1);
	assert_int_equal(b.len, 100000);
	assert_int_equal(strlen(b.data), 100000);
	proto_buf_printf(&b, "%5000d", 1);
	assert_int_equal(strlen(b.data), 105000);
	proto_buf_free(&b);
}

static void
assert_field(char **cursor, const char *key, enum proto_type type,
    const char *value, size_t len)
{
	struct proto_field f;

	assert_int_equal(proto_field_next(cursor, &f), 1);
	assert_string_equal(f.key, key);
	assert_int_equal(f.type, type);
	assert_int_equal(f.len, len);
	assert_memory_equal(f.value, value, len + 1);
}

static void
test_fields(void **state)
{
	char text[] = "  name=\"a\\x00b \\\"c\\\"\" domid=7\tneg=-12 up=true "
	    "down=false vifs.0.mac=\"\" big=9223372036854775807 ";
	char *cursor = text;
	struct proto_field f;

	(void)state;
	assert_field(&cursor, "name", PROTO_STRING, "a\0b \"c\"", 7);
	assert_field(&cursor, "domid", PROTO_NUMBER, "7", 1);
	assert_field(&cursor, "neg", PROTO_NUMBER, "-12", 3);
	assert_field(&cursor, "up", PROTO_BOOL, "true", 4);
	assert_field(&cursor, "down", PROTO_BOOL, "false", 5);
	assert_field(&cursor, "vifs.0.mac", PROTO_STRING, "", 0);
	assert_field(&cursor, "big", PROTO_NUMBER, "9223372036854775807", 19);
	assert_int_equal(proto_field_next(&cursor, &f), 0);
	assert_int_equal(proto_field_next(&cursor, &f), 0);
}

static void
test_fields_malformed(void **state)
{
	static const char *const bad[] = {
		"x", "=", "=1", "x=", "x= y=1", "x=y", "x=tru", "x=truee",
		"x=TRUE", "x=-", "x=--1", "x=1a", "x=1.5", "x=+1",
		"x=9223372036854775808", "x=\"", "x=\"a", "x=\"a\"b",
		"x=\"a\"\"b\"", "x=\"\\\"", "x=\"\\q\"", "x=\"\\x0\"",
		".x=1", "x.=1", "x..y=1", "x y=1", "\"x\"=1", "x\x01=1",
		"x=1\r", "x=\"a\"\r",
	};
	char text[64], *cursor;
	struct proto_field f;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), "%s", bad[i]);
		cursor = text;
		rc = proto_field_next(&cursor, &f);
		if (rc != -1)
			print_error("accepted: %s\n", bad[i]);
		assert_int_equal(rc, -1);
	}
}

static void
test_unescape(void **state)
{
	char all[] = "a \\\"b\\\" \\\\ \\n\\r\\t\\x41\\x00\\xff \"bare\"";
	char bad[] = "a\\q", cut[] = "a\\", hex[] = "\\x4", none[] = "";
	size_t len;

	(void)state;
	assert_int_equal(proto_unescape(all, &len), 0);
	assert_int_equal(len, 21);
	assert_memory_equal(all, "a \"b\" \\ \n\r\tA\0\xff \"bare\"", 22);
	assert_int_equal(proto_unescape(bad, &len), -1);
	assert_int_equal(proto_unescape(cut, &len), -1);
	assert_int_equal(proto_unescape(hex, &len), -1);
	assert_int_equal(proto_unescape(none, NULL), 0);
}

/* Every byte goes out and comes back, as a field and as a request word. */
static void
test_round_trip(void **state)
{
	struct proto_buf b = { 0 };
	struct proto_field f;
	char bytes[256], *cursor;
	int i;

	(void)state;
	for (i = 0; i < 256; i++)
		bytes[i] = (char)i;
	proto_add_bytes(&b, "v", bytes, 256);
	for (i = 0; i < (int)b.len; i++)
		assert_true(b.data[i] >= 0x20 && b.data[i] < 0x7f);
	cursor = b.data;
	assert_int_equal(proto_field_next(&cursor, &f), 1);
	assert_int_equal(f.len, 256);
	assert_memory_equal(f.value, bytes, 256);
	proto_buf_free(&b);

	proto_buf_add(&b, "v", 1);
	proto_add_bytes(&b, "k", bytes + 1, 255);
	assert_int_equal(proto_parse(b.data, &line, NULL), 0);
	assert_int_equal(strlen(line.words[1].value), 255);
	assert_memory_equal(line.words[1].value, bytes + 1, 255);
	proto_buf_free(&b);
}

/* Lines of random pieces: whatever is in them, no harm is done. */
static void
test_random(void **state)
{
	static const char pieces[] = "@aZ09.=\"\"\\\\xn  \t\r\x01\xff-k=";
	struct proto_field f;
	char text[200], *cursor;
	unsigned seed = 1;
	int i, j, n;

	(void)state;
	for (i = 0; i < 200000; i++) {
		n = rand_r(&seed) % 40;
		for (j = 0; j < n; j++)
			text[j] = pieces[(size_t)rand_r(&seed) %
			    (sizeof(pieces) - 1)];
		text[n] = '\0';
		(void)parse(text);
		cursor = text;
		while (proto_field_next(&cursor, &f) == 1)
			assert_true(strlen(f.value) <= f.len);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_spaces),
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_malformed_keeps),
		cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_equals),
		cmocka_unit_test(test_word_limit),
		cmocka_unit_test(test_build),
		cmocka_unit_test(test_build_long),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_fields_malformed),
		cmocka_unit_test(test_unescape),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests_name("proto", tests, NULL, NULL);
}
