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

#include "daemon/console.h"

struct heard {
	enum console_sign signs[16];
	size_t n;
};

struct line {
	const char *text;
	enum console_sign sign;
};

static const struct line lines[] = {
	{ "[router_thread:158] Starting driver...\n", CONSOLE_ROUTER_UP },
	{ "[router_thread:158] Starting driver...\r\n", CONSOLE_ROUTER_UP },
	{ "\r[router_thread:158] Starting driver...\n", CONSOLE_ROUTER_UP },
	{ "[router_thread:158] Starting driver... \r\n", CONSOLE_ROUTER_UP },
	{ "[f:1] Starting driver...\n", CONSOLE_ROUTER_UP },
	{ "Starting driver...\n", CONSOLE_ROUTER_UP },
	{ "[router_thread:149] Router init failed!\r\n",
	    CONSOLE_ROUTER_FAILED },
	{ "Router init failed!\n", CONSOLE_ROUTER_FAILED },
	{ "[router_stop:188] Router 0 stoped.\n", CONSOLE_ROUTER_STOPPED },
	{ "[router_stop:188] Router 63 stoped.\n", CONSOLE_ROUTER_STOPPED },
	{ "[router_stop:188] Router 0 stopped.\n", CONSOLE_ROUTER_STOPPED },
	/* what a guest may print without meaning it */
	{ "\n", CONSOLE_NOTHING },
	{ "\r\n", CONSOLE_NOTHING },
	{ "Starting driver...", CONSOLE_NOTHING },
	{ "Starting driver...:   64 | 00000000\n", CONSOLE_NOTHING },
	{ "in: [router_thread:158] Starting driver...\n", CONSOLE_NOTHING },
	{ "[router_thread:158] Starting driver... not\n", CONSOLE_NOTHING },
	{ "[router_thread:158] [a:1] Starting driver...\n",
	    CONSOLE_NOTHING },
	{ "[router_thread:158]Starting driver...\n", CONSOLE_NOTHING },
	{ "[router_thread:] Starting driver...\n", CONSOLE_NOTHING },
	{ "[:158] Starting driver...\n", CONSOLE_NOTHING },
	{ "[router thread:158] Starting driver...\n", CONSOLE_NOTHING },
	{ "[router_thread:158 Starting driver...\n", CONSOLE_NOTHING },
	{ "[router_thread:158\n", CONSOLE_NOTHING },
	{ "[\n", CONSOLE_NOTHING },
	{ " Starting driver...\n", CONSOLE_NOTHING },
	{ "starting driver...\n", CONSOLE_NOTHING },
	{ "Starting driver..\n", CONSOLE_NOTHING },
	{ "Starting driver....\n", CONSOLE_NOTHING },
	{ "Router could not be initialized!\n", CONSOLE_NOTHING },
	{ "Router  stoped.\n", CONSOLE_NOTHING },
	{ "Router x stoped.\n", CONSOLE_NOTHING },
	{ "Router 0 stoped\n", CONSOLE_NOTHING },
	{ "Router 0 stoped..\n", CONSOLE_NOTHING },
	{ "Router 0\n", CONSOLE_NOTHING },
};

#define NLINES (sizeof(lines) / sizeof(lines[0]))

static void
hear(enum console_sign sign, void *arg)
{
	struct heard *h = arg;

	assert_true(h->n < sizeof(h->signs) / sizeof(h->signs[0]));
	h->signs[h->n++] = sign;
}

static void
feed(struct console *c, const char *text, struct heard *h)
{
	console_feed(c, text, strlen(text), hear, h);
}

static void
test_lines(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < NLINES; i++) {
		struct console c = { 0 };
		struct heard h = { .n = 0 };

		feed(&c, lines[i].text, &h);
		if (h.n != (lines[i].sign != CONSOLE_NOTHING) ||
		    (h.n > 0 && h.signs[0] != lines[i].sign))
			fail_msg("'%s' said %zu signs, the first %d",
			    lines[i].text, h.n, h.n > 0 ? h.signs[0] : 0);
		console_free(&c);
	}
}

/* Whatever the cut, and whatever came in the lines before. */
static void
test_cuts(void **state)
{
	static const char text[] =
	    "config:1: undeclared element 'X'\r\n"
	    "Router could not be initialized!\r\n"
	    "[router_thread:149] Router init failed!\r\n"
	    "[router_thread:158] Starting driver...\r\n"
	    "a[router_thread:158] Starting driver...\r\n"
	    "[router_stop:188] Router 0 stoped.\r\n";
	size_t piece, at, n;

	(void)state;
	for (piece = 1; piece < sizeof(text); piece++) {
		struct console c = { 0 };
		struct heard h = { .n = 0 };

		for (at = 0; at < sizeof(text) - 1; at += n) {
			n = sizeof(text) - 1 - at;
			if (n > piece)
				n = piece;
			console_feed(&c, text + at, n, hear, &h);
		}
		assert_int_equal(h.n, 3);
		assert_int_equal(h.signs[0], CONSOLE_ROUTER_FAILED);
		assert_int_equal(h.signs[1], CONSOLE_ROUTER_UP);
		assert_int_equal(h.signs[2], CONSOLE_ROUTER_STOPPED);
		console_free(&c);
	}
}

/* Neither the tail nor the head of a line that is too long is a line. */
static void
test_long_lines(void **state)
{
	static const char sign[] = "[r:1] Starting driver...";
	char text[3 * CONSOLE_LINE_MAX];
	size_t len;

	(void)state;
	for (len = 1; len < 2 * CONSOLE_LINE_MAX; len++) {
		struct console c = { 0 };
		struct heard h = { .n = 0 };

		memset(text, 'x', len);
		snprintf(text + len, sizeof(text) - len, "%s\n", sign);
		feed(&c, text, &h);
		assert_int_equal(h.n, 0);
		snprintf(text, sizeof(text), "%s%*s.\n", sign, (int)len, "");
		feed(&c, text, &h);
		assert_int_equal(h.n, 0);
		/* and the next one is heard again */
		snprintf(text, sizeof(text), "%s\n", sign);
		feed(&c, text, &h);
		assert_int_equal(h.n, 1);
		console_free(&c);
	}
}

static void
test_nul_bytes(void **state)
{
	static const char text[] = "\0Starting driver...\n"
	    "Starting\0driver...\nStarting driver...\0\n";
	struct console c = { 0 };
	struct heard h = { .n = 0 };

	(void)state;
	console_feed(&c, text, sizeof(text) - 1, hear, &h);
	assert_int_equal(h.n, 0);
	console_free(&c);
}

static void
test_empty(void **state)
{
	struct console c = { 0 };
	char buf[8] = "unread";

	(void)state;
	assert_int_equal(console_since_mark(&c, buf, sizeof(buf)), 0);
	assert_string_equal(buf, "");
	console_mark(&c);
	console_feed(&c, "", 0, hear, NULL);
	assert_null(c.ring);
	assert_int_equal(console_since_mark(&c, buf, sizeof(buf)), 0);
	strcpy(buf, "unread");
	assert_int_equal(console_since_mark(&c, buf, 0), 0);
	assert_string_equal(buf, "unread");
	console_free(&c);
	console_free(&c);
}

static void
test_mark(void **state)
{
	struct console c = { 0 };
	struct heard h = { .n = 0 };
	char buf[16];

	(void)state;
	feed(&c, "before\n", &h);
	assert_int_equal(console_since_mark(&c, buf, sizeof(buf)), 7);
	console_mark(&c);
	assert_int_equal(console_since_mark(&c, buf, sizeof(buf)), 0);
	feed(&c, "one\ntwo", &h);
	assert_int_equal(console_since_mark(&c, buf, sizeof(buf)), 7);
	assert_string_equal(buf, "one\ntwo");
	assert_int_equal(console_since_mark(&c, buf, 8), 7);
	assert_int_equal(console_since_mark(&c, buf, 7), 6);
	assert_string_equal(buf, "ne\ntwo");
	assert_int_equal(console_since_mark(&c, buf, 1), 0);
	assert_string_equal(buf, "");
	console_free(&c);
}

/* The n-th byte of an endless text that shows each slip of one. */
static char
pattern(size_t n)
{
	return (char)('!' + n % 89);
}

static void
check_since(const struct console *c, size_t size, size_t expected)
{
	char *buf = malloc(size);
	size_t n, i;

	assert_non_null(buf);
	n = console_since_mark(c, buf, size);
	assert_int_equal(n, expected);
	assert_int_equal(buf[n], '\0');
	for (i = 0; i < n; i++)
		if (buf[i] != pattern(c->head - n + i))
			fail_msg("byte %zu of %zu is wrong", i, n);
	free(buf);
}

/* Around the ring in steps of many sizes, the mark in and out of it. */
static void
test_wrap(void **state)
{
	static const size_t steps[] = { 1, 7, 255, 4096, CONSOLE_RING_MAX - 1,
	    CONSOLE_RING_MAX, CONSOLE_RING_MAX + 1, 3 * CONSOLE_RING_MAX + 5,
	    2, CONSOLE_RING_MAX - 3, 1, 1, 1, 11, CONSOLE_RING_MAX };
	struct console c = { 0 };
	size_t i, j, since, have;
	char *text;

	(void)state;
	for (i = 0; i < 3 * sizeof(steps) / sizeof(steps[0]); i++) {
		size_t len = steps[i % (sizeof(steps) / sizeof(steps[0]))];

		if (i % 3 == 0)
			console_mark(&c);
		text = malloc(len);
		assert_non_null(text);
		for (j = 0; j < len; j++)
			text[j] = pattern(c.head + j);
		console_feed(&c, text, len, hear, NULL);
		free(text);
		since = c.head - c.mark;
		have = since < CONSOLE_RING_MAX ? since : CONSOLE_RING_MAX;
		check_since(&c, CONSOLE_RING_MAX + 100, have);
		check_since(&c, CONSOLE_RING_MAX + 1, have);
		check_since(&c, CONSOLE_RING_MAX,
		    have < CONSOLE_RING_MAX ? have : CONSOLE_RING_MAX - 1);
		check_since(&c, 2, have < 1 ? have : 1);
	}
	console_free(&c);
}

/* All that is kept, piece by piece, is what was fed last. */
static void
check_pieces(const struct console *c)
{
	size_t at = console_oldest(c), len, i;
	const char *text;

	assert_int_equal(at, c->head > CONSOLE_RING_MAX ?
	    c->head - CONSOLE_RING_MAX : 0);
	for (; at < c->head; at += len) {
		len = 1000;
		text = console_at(c, at, &len);
		assert_in_range(len, 1, 1000);
		for (i = 0; i < len; i++)
			if (text[i] != pattern(at + i))
				fail_msg("byte %zu is wrong", at + i);
	}
	assert_int_equal(at, c->head);
}

/* The ring is never larger than twice its text, nor than its limit. */
static void
test_growth(void **state)
{
	struct console c = { 0 };
	char text[77];
	size_t i;

	(void)state;
	check_pieces(&c);
	while (c.head < 3 * CONSOLE_RING_MAX) {
		for (i = 0; i < sizeof(text); i++)
			text[i] = pattern(c.head + i);
		console_feed(&c, text, sizeof(text), hear, NULL);
		check_pieces(&c);
		assert_in_range(c.size, sizeof(text), CONSOLE_RING_MAX);
		if (c.head < CONSOLE_RING_MAX)
			assert_in_range(c.size, c.head, 2 * c.head);
	}
	console_free(&c);
}

struct witness {
	struct console *console;
	char said[64];
};

static void
witness(enum console_sign sign, void *arg)
{
	struct witness *w = arg;

	assert_int_equal(sign, CONSOLE_ROUTER_FAILED);
	console_since_mark(w->console, w->said, sizeof(w->said));
}

/* At the call, the console has all up to that line, and no more. */
static void
test_text_at_sign(void **state)
{
	static const char text[] = "old\nwhy\nRouter init failed!\nlater";
	struct console c = { 0 };
	struct witness w = { .console = &c };

	(void)state;
	console_feed(&c, text, 4, witness, &w);
	console_mark(&c);
	console_feed(&c, text + 4, sizeof(text) - 5, witness, &w);
	assert_string_equal(w.said, "why\nRouter init failed!\n");
	console_free(&c);
}

static void
count_awaited(enum console_sign sign, void *arg)
{
	if (sign == CONSOLE_AWAITED)
		++*(int *)arg;
}

/* Wherever the text is cut, and without an end of line; but once. */
static void
test_awaited(void **state)
{
	static const char text[] = "a login\nb lo\ngin\nweb1 login: ";
	struct console c;
	size_t cut;
	int seen;

	(void)state;
	for (cut = 0; cut < sizeof(text); cut++) {
		memset(&c, 0, sizeof(c));
		c.await = "login: ";
		seen = 0;
		console_feed(&c, text, cut, count_awaited, &seen);
		assert_int_equal(seen, cut == sizeof(text) - 1 ? 1 : 0);
		console_feed(&c, text + cut, sizeof(text) - 1 - cut,
		    count_awaited, &seen);
		console_feed(&c, "login: login: \n", 15, count_awaited,
		    &seen);
		assert_int_equal(seen, 1);
		console_free(&c);
	}
}

/* A line may lie on both sides of the ring's end. */
static void
test_line_across_end(void **state)
{
	static const char line[] = "[r:1] Starting driver...\n";
	size_t before, len = sizeof(line) - 1;
	struct heard h;
	struct console c;

	(void)state;
	for (before = CONSOLE_RING_MAX - len - 1; before <= CONSOLE_RING_MAX;
	    before++) {
		memset(&c, 0, sizeof(c));
		memset(&h, 0, sizeof(h));
		while (c.head < before)
			console_feed(&c, c.head + 1 < before ? "x" : "\n", 1,
			    hear, &h);
		assert_int_equal(h.n, 0);
		c.await = "driver";
		console_feed(&c, line, 9, hear, &h);
		console_feed(&c, line + 9, len - 9, hear, &h);
		assert_int_equal(h.n, 2);
		assert_int_equal(h.signs[0], CONSOLE_AWAITED);
		assert_int_equal(h.signs[1], CONSOLE_ROUTER_UP);
		console_free(&c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_nul_bytes),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_mark),
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_text_at_sign),
		cmocka_unit_test(test_awaited),
		cmocka_unit_test(test_line_across_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
