/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * A guest's console: in whatever pieces a text comes, it gives the same signs
 * at the same places, and its end is kept byte by byte.  The first line is
 * the text that is awaited, if it is not empty, and the seed of the pieces.
 */

#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "daemon/console.h"
#include "fuzz.h"

const char fuzz_target[] = "console";

#define SIGNS_MAX 4096

struct heard {
	struct console console;
	size_t n;
	enum console_sign signs[SIGNS_MAX];
	size_t places[SIGNS_MAX];
};

static struct heard whole, bytes, pieces;

static void
on_sign(enum console_sign sign, void *arg)
{
	struct heard *h = arg;

	REQUIRE(sign != CONSOLE_NOTHING);
	if (h->n < SIGNS_MAX) {
		h->signs[h->n] = sign;
		/* What is awaited is seen before its line has ended. */
		h->places[h->n] = sign == CONSOLE_AWAITED ? 0 :
		    h->console.head;
	}
	h->n++;
}

static void
begin(struct heard *h, const char *await)
{
	console_free(&h->console);
	h->console.await = await[0] != '\0' ? await : NULL;
	h->n = 0;
}

/* Piece by piece, each in memory of just its size. */
static void
feed_pieces(struct heard *h, const char *text, size_t len,
    struct fuzz_random *r, unsigned longest)
{
	char *copy;
	size_t n;

	for (; len > 0; len -= n, text += n) {
		n = 1 + fuzz_random(r, longest);
		if (n > len)
			n = len;
		copy = xmalloc(n);
		memcpy(copy, text, n);
		console_feed(&h->console, copy, n, on_sign, h);
		free(copy);
	}
}

static void
feed_bytes(struct heard *h, const char *text, size_t len)
{
	for (; len > 0; len--, text++)
		console_feed(&h->console, text, 1, on_sign, h);
}

static void
require_same(const struct heard *a, const struct heard *b)
{
	size_t i;

	REQUIRE(a->n == b->n);
	for (i = 0; i < a->n && i < SIGNS_MAX; i++) {
		REQUIRE(a->signs[i] == b->signs[i]);
		REQUIRE(a->places[i] == b->places[i]);
	}
}

static void
require_kept(const struct console *c, const char *text, size_t len)
{
	size_t at, n;
	const char *kept;

	REQUIRE(c->head == len && c->size <= CONSOLE_RING_MAX);
	at = console_oldest(c);
	REQUIRE(len - at == (len < CONSOLE_RING_MAX ? len : CONSOLE_RING_MAX));
	for (; at < len; at += n) {
		n = len - at;
		kept = console_at(c, at, &n);
		REQUIRE(n > 0 && memcmp(kept, text + at, n) == 0);
	}
}

static void
require_since(struct heard *h, const char *text, size_t len, size_t mark)
{
	static char buf[CONSOLE_RING_MAX / 2];
	size_t n = console_since_mark(&h->console, buf, sizeof(buf));

	REQUIRE(n == (len - mark < sizeof(buf) - 1 ? len - mark :
	    sizeof(buf) - 1));
	REQUIRE(buf[n] == '\0' && memcmp(buf, text + len - n, n) == 0);
}

static void
three_ways(const char *text, size_t len, const char *await)
{
	struct fuzz_random r = { (uint32_t)strlen(await) + 1 };
	size_t half = len / 2;

	begin(&whole, await);
	begin(&bytes, await);
	begin(&pieces, await);
	console_feed(&whole.console, text, len, on_sign, &whole);
	feed_bytes(&bytes, text, len);
	feed_pieces(&pieces, text, half, &r, 300);
	console_mark(&pieces.console);
	feed_pieces(&pieces, text + half, len - half, &r, 9000);
	require_same(&whole, &bytes);
	require_same(&whole, &pieces);
	require_kept(&whole.console, text, len);
	require_kept(&bytes.console, text, len);
	require_kept(&pieces.console, text, len);
	require_since(&pieces, text, len, half);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { (const char *)data,
	    (const char *)data + size };
	struct fuzz_line first;
	char *await;

	if (!fuzz_next_line(&in, &first))
		return 0;
	await = xmemdup0(first.text, first.len);
	three_ways(in.at, (size_t)(in.end - in.at), await);
	console_free(&whole.console);
	console_free(&bytes.console);
	console_free(&pieces.console);
	free(await);
	return 0;
}
