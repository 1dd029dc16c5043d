/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "daemon/console.h"

#define RING_FIRST 64		/* doubled until it is CONSOLE_RING_MAX */

/* Bounds of a text without an end mark. */
struct span {
	const char *at;
	size_t len;
};

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
word_char(char c)
{
	return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    c == '_';
}

static void
skip(struct span *s, size_t n)
{
	s->at += n;
	s->len -= n;
}

static size_t
skip_digits(struct span *s)
{
	size_t n = 0;

	while (n < s->len && digit(s->at[n]))
		n++;
	skip(s, n);
	return n;
}

static bool
skip_text(struct span *s, const char *text)
{
	size_t n = strlen(text);

	if (s->len < n || memcmp(s->at, text, n) != 0)
		return false;
	skip(s, n);
	return true;
}

/* "[function:line] ", whose words and numbers vary between images. */
static void
skip_origin(struct span *s)
{
	struct span try = *s;
	size_t n = 0;

	if (!skip_text(&try, "["))
		return;
	while (n < try.len && word_char(try.at[n]))
		n++;
	skip(&try, n);
	if (n > 0 && skip_text(&try, ":") && skip_digits(&try) > 0 &&
	    skip_text(&try, "] "))
		*s = try;
}

static bool
is_text(struct span s, const char *text)
{
	return skip_text(&s, text) && s.len == 0;
}

/* Images spell it "stoped"; one day somebody may mend that. */
static bool
is_stop(struct span s)
{
	if (!skip_text(&s, "Router ") || skip_digits(&s) == 0)
		return false;
	return is_text(s, " stoped.") || is_text(s, " stopped.");
}

/*
 * The whole line must be the sign: a Print element may put any words into
 * the middle of a line, or behind its label.
 */
static enum console_sign
recognise(const char *line, size_t len)
{
	struct span s = { line, len };

	while (s.len > 0 && s.at[0] == '\r')
		skip(&s, 1);
	while (s.len > 0 && (s.at[s.len - 1] == '\r' ||
	    s.at[s.len - 1] == ' '))
		s.len--;
	skip_origin(&s);
	if (is_text(s, "Starting driver..."))
		return CONSOLE_ROUTER_UP;
	if (is_text(s, "Router init failed!"))
		return CONSOLE_ROUTER_FAILED;
	if (is_stop(s))
		return CONSOLE_ROUTER_STOPPED;
	/* The name of MiniOS's first thread; images word its line variously. */
	if (memmem(s.at, s.len, "\"main\"", 6) != NULL)
		return CONSOLE_BOOTED;
	return CONSOLE_NOTHING;
}

/* Nothing has wrapped yet while it may still grow. */
static void
ring_grow(struct console *c, size_t len)
{
	size_t size = c->size == 0 ? RING_FIRST : c->size;

	if (c->size == CONSOLE_RING_MAX || c->head + len <= c->size)
		return;
	while (size < CONSOLE_RING_MAX && size < c->head + len)
		size *= 2;
	c->ring = xrealloc(c->ring, size);
	c->size = size;
}

static void
ring_put(struct console *c, const char *text, size_t len)
{
	size_t at, n;

	ring_grow(c, len);
	for (; len > 0; len -= n, text += n) {
		at = c->head % CONSOLE_RING_MAX;
		n = CONSOLE_RING_MAX - at;
		if (n > len)
			n = len;
		memcpy(c->ring + at, text, n);
		c->head += n;
	}
}

/*
 * The line that is being written, as far as it may tell something: one of
 * CONSOLE_LINE_MAX bytes was too long.  buf has as many.
 */
static size_t
line_copy(const struct console *c, char *buf)
{
	size_t n = 0, len, whole = c->head - c->line;
	const char *text;

	if (whole > CONSOLE_LINE_MAX)
		whole = CONSOLE_LINE_MAX;
	for (; n < whole; n += len) {
		len = whole - n;
		text = console_at(c, c->line + n, &len);
		memcpy(buf + n, text, len);
	}
	return whole;
}

static void
look_for_awaited(struct console *c, console_sign_cb cb, void *arg)
{
	char line[CONSOLE_LINE_MAX];

	if (c->await == NULL || c->line < console_oldest(c) ||
	    memmem(line, line_copy(c, line), c->await,
	    strlen(c->await)) == NULL)
		return;
	c->await = NULL;
	cb(CONSOLE_AWAITED, arg);
}

/* So that a line's tail is never taken for a line, a long one is nothing. */
static void
line_end(struct console *c, console_sign_cb cb, void *arg)
{
	enum console_sign sign = CONSOLE_NOTHING;
	char line[CONSOLE_LINE_MAX];

	/* The new-line is in the ring, too. */
	if (c->head - c->line <= CONSOLE_LINE_MAX)
		sign = recognise(line, line_copy(c, line) - 1);
	c->line = c->head;
	if (sign != CONSOLE_NOTHING)
		cb(sign, arg);
}

void
console_feed(struct console *c, const char *text, size_t len,
    console_sign_cb cb, void *arg)
{
	const char *nl;
	size_t n;

	while (len > 0) {
		/* No more at a time than may tell something. */
		n = len < CONSOLE_LINE_MAX ? len : CONSOLE_LINE_MAX;
		nl = memchr(text, '\n', n);
		if (nl != NULL)
			n = (size_t)(nl - text) + 1;
		/* The line goes into the ring before anyone hears of it. */
		ring_put(c, text, n);
		look_for_awaited(c, cb, arg);
		if (nl != NULL)
			line_end(c, cb, arg);
		text += n;
		len -= n;
	}
}

void
console_mark(struct console *c)
{
	c->mark = c->head;
}

size_t
console_oldest(const struct console *c)
{
	return c->head > CONSOLE_RING_MAX ? c->head - CONSOLE_RING_MAX : 0;
}

const char *
console_at(const struct console *c, size_t place, size_t *len)
{
	size_t at = place % CONSOLE_RING_MAX;

	if (*len > c->head - place)
		*len = c->head - place;
	if (*len > CONSOLE_RING_MAX - at)
		*len = CONSOLE_RING_MAX - at;
	return c->ring + at;
}

size_t
console_since_mark(const struct console *c, char *buf, size_t size)
{
	size_t n = c->head - c->mark, done, len;
	const char *text;

	if (size == 0)
		return 0;
	if (n > CONSOLE_RING_MAX)
		n = CONSOLE_RING_MAX;
	if (n > size - 1)
		n = size - 1;
	for (done = 0; done < n; done += len) {
		len = n - done;
		text = console_at(c, c->head - n + done, &len);
		memcpy(buf + done, text, len);
	}
	buf[n] = '\0';
	return n;
}

void
console_free(struct console *c)
{
	free(c->ring);
	memset(c, 0, sizeof(*c));
}

size_t
console_public_len(const char *text)
{
	const char *says = strstr(text, CONSOLE_SAYS);

	return says != NULL ? (size_t)(says - text) : strlen(text);
}
