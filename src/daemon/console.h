/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_CONSOLE_H
#define UVNF_CONSOLE_H

#include <stddef.h>

#define CONSOLE_RING_MAX (16 * 1024)
#define CONSOLE_LINE_MAX 256

/* What a line of a ClickOS console can tell. */
enum console_sign {
	CONSOLE_NOTHING,
	CONSOLE_BOOTED,		/* a line with "main", quotes and all */
	CONSOLE_AWAITED,	/* c->await is in the line */
	CONSOLE_ROUTER_UP,	/* Starting driver... */
	CONSOLE_ROUTER_FAILED,	/* Router init failed! */
	CONSOLE_ROUTER_STOPPED	/* Router N stoped. (sic) */
};

/*
 * The last 16 KiB that a guest wrote, with the line that it is writing.
 * Zeroed memory is a valid empty console; the ring grows with the text, so
 * that a shell, which says a few lines at boot, costs no more than these.
 */
struct console {
	char *ring;
	size_t size;		/* allocated, at most CONSOLE_RING_MAX */
	size_t head;		/* bytes ever written */
	size_t mark;		/* value of head at console_mark */
	size_t line;		/* value of head where its line began */
	const char *await;	/* text to look for, once; or NULL */
};

typedef void (*console_sign_cb)(enum console_sign sign, void *arg);

/*
 * The text that is awaited is seen as soon as it is there, for a prompt has no
 * end of line.  It belongs to whoever sets it.
 */

/*
 * Takes a piece of text, in whatever cut it arrives, and calls back, before
 * it returns, for each line that tells something.  By then the console has
 * all up to the end of that line.  The callback must not free it.
 */
void console_feed(struct console *c, const char *text, size_t len,
    console_sign_cb cb, void *arg);

/* Remembers this place, for console_since_mark. */
void console_mark(struct console *c);

/*
 * Copies what came since the mark (its end, if that is longer than size - 1)
 * and ends it with NUL.  Returns the bytes copied.  Bytes are the guest's:
 * escape them before they reach a terminal, a log or a reply.
 */
size_t console_since_mark(const struct console *c, char *buf, size_t size);

/*
 * What it keeps lies between two places, counted in bytes ever written: from
 * console_oldest to c->head.  console_at returns what lies at a place between
 * them in one piece, up to *len bytes; it is valid until the next text.
 */
size_t console_oldest(const struct console *c);
const char *console_at(const struct console *c, size_t place, size_t *len);

void console_free(struct console *c);

/*
 * What an error's text has in front of a guest's own words, which are for those
 * who may read its console; and how much of text everybody may see.
 */
#define CONSOLE_SAYS "; its console: "
size_t console_public_len(const char *text);

#endif
