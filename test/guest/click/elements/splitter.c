/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <limits.h>

#include "../args.h"
#include "../clock.h"
#include "classes.h"

/*
 * RatedSplitter: a bucket of tokens, one for each packet, so many more a
 * second.  It counts in thousandths, since a millisecond may be worth less
 * than one.
 */
struct bucket {
	unsigned int	 rate, burst, burst_ms;	/* as configured */
	uint64_t	 tokens, full, now;
};

#define TOKEN		1000u
#define BURST_MS	20
#define UNSET		UINT_MAX

static void
set_rate(struct bucket *b, unsigned int rate)
{
	uint64_t least = rate > 0 ? (rate - 1) / 1000 + 1 : 1;
	uint64_t size = b->burst;

	if (b->burst == UNSET)
		size = (uint64_t)rate * (b->burst_ms == UNSET ? BURST_MS :
		    b->burst_ms) / 1000;
	/* A millisecond's tokens must fit, or the rate is never reached. */
	if (size < least)
		size = least;
	b->rate = rate;
	b->full = (size < UINT_MAX ? size : UINT_MAX) * TOKEN;
}

static int
configure(struct element *e, struct args *a, struct report *r)
{
	struct bucket *b = e->state;
	unsigned int rate = 0, burst = UNSET, burst_ms = UNSET;
	const struct arg_spec specs[] = {
		{ "RATE", ARG_UNSIGNED, 1, 1, &rate },
		{ "BURST_DURATION", ARG_SECONDS, 0, 0, &burst_ms },
		{ "BURST_SIZE", ARG_UNSIGNED, 0, 0, &burst },
		{ .name = NULL }
	};

	if (args_read(a, specs, r) < 0)
		return -1;
	if (burst != UNSET && burst_ms != UNSET)
		return report_element(r, "cannot specify both "
		    "BURST_DURATION and BURST_SIZE");
	b->burst = burst;
	b->burst_ms = burst_ms;
	set_rate(b, rate);
	return 0;
}

/* Full at first, since long has passed since time 0. */
static void
refill(struct bucket *b)
{
	uint64_t now = clock_ms(), elapsed = now - b->now;

	b->now = now;
	if (b->rate == 0)
		return;
	if (elapsed > b->full / b->rate)
		b->tokens = b->full;
	else
		b->tokens += elapsed * b->rate;
	if (b->tokens > b->full)
		b->tokens = b->full;
}

static void
push(struct element *e, int port, struct packet *p)
{
	struct bucket *b = e->state;

	(void)port;
	refill(b);
	if (b->tokens < TOKEN) {
		element_push(e, 1, p);
		return;
	}
	b->tokens -= TOKEN;
	element_push(e, 0, p);
}

static void
read_rate(struct element *e, struct text *out)
{
	text_printf(out, "%u", ((struct bucket *)e->state)->rate);
}

static int
write_config(struct element *e, const char *value, struct report *r)
{
	struct args a;
	int rc = -1;

	if (args_split(&a, value) == 0)
		rc = configure(e, &a, r);
	args_free(&a);
	return rc;
}

/* The burst stays as it was configured. */
static int
write_rate(struct element *e, const char *value, struct report *r)
{
	int rate;

	if (args_int(value, &rate) < 0 || rate < 0)
		return report_element(r, "RATE: invalid number");
	set_rate(e->state, rate);
	return 0;
}

/* In Click, too, the configuration is read as the rate alone. */
static const struct handler handlers[] = {
	{ "config", HANDLER_READ | HANDLER_WRITE, read_rate, write_config },
	{ "rate", HANDLER_READ | HANDLER_WRITE, read_rate, write_rate },
	{ .name = NULL }
};

const struct class class_rated_splitter = {
	.name = "RatedSplitter",
	.ports = "1/1-2",
	.processing = "h/h",
	.size = sizeof(struct bucket),
	.configure = configure,
	.push = push,
	.handlers = handlers,
};
