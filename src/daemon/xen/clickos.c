/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/xen/clickos.h"

#define PATH_LEN 128
#define ROUTER 0			/* more than one cannot be stopped */
#define MARK "uvnf"

void
clickos_root(int domid, char *buf, size_t size)
{
	snprintf(buf, size, "/local/domain/%d/data/clickos", domid);
}

void
clickos_config_dir(int domid, char *buf, size_t size)
{
	snprintf(buf, size, "/local/domain/%d/data/clickos/%d/config", domid,
	    ROUTER);
}

static void
mark_written(void *arg, int err, const char *data, size_t len)
{
	struct guest *g = arg;

	(void)data;
	(void)len;
	if (err != 0 && err != ECANCELED)
		log_warn("mark not written domid=%d error=%s", g->domid,
		    strerror(err));
	guest_unref(g);
}

void
clickos_mark(struct guest *g)
{
	char path[PATH_LEN];

	clickos_root(g->domid, path, sizeof(path));
	xenstore_write(g->xen->xs, path, MARK, strlen(MARK), mark_written,
	    guest_ref(g));
}

bool
clickos_is_mark(const char *data, size_t len)
{
	return len == strlen(MARK) && memcmp(data, MARK, len) == 0;
}

/* A burst of writes that completes as one. */
struct burst {
	struct guest *guest;
	unsigned left;			/* replies */
	int err;			/* the first */
	bool went_through;		/* `Running` was accepted */
	backend_done done;
	void *arg;
};

static struct burst *
burst_new(struct guest *g, backend_done done, void *arg)
{
	struct burst *b = xcalloc(1, sizeof(*b));

	guest_write_begin(g);
	b->guest = g;
	b->done = done;
	b->arg = arg;
	return b;
}

static void
burst_free(struct burst *b)
{
	guest_write_end(b->guest);
	free(b);
}

static void
burst_complete(struct burst *b)
{
	struct uvnf_error e;

	uvnf_error_set(&e, UVNF_E_SYSTEM,
	    "xenstored refused a write for domain %d: %s%s",
	    b->guest->domid, strerror(b->err),
	    b->err == ENOSPC || b->err == E2BIG ?
	    " (a quota of xenstored)" : "");
	b->done(b->arg, b->err != 0 ? &e : NULL);
	burst_free(b);
}

static void put_status(struct burst *b, bool running);

static void
one_done(struct burst *b, int err)
{
	if (err != 0 && b->err == 0)
		b->err = err;
	if (--b->left > 0)
		return;
	if (b->err == ECANCELED) {
		burst_free(b);
	} else if (b->err != 0 && b->went_through) {
		/* It would start on half a configuration. */
		b->went_through = false;
		put_status(b, false);
	} else {
		burst_complete(b);
	}
}

static void
on_written(void *arg, int err, const char *data, size_t len)
{
	(void)data;
	(void)len;
	one_done(arg, err);
}

static void
on_removed(void *arg, int err, const char *data, size_t len)
{
	(void)data;
	(void)len;
	one_done(arg, err == ENOENT ? 0 : err);
}

static void
on_running(void *arg, int err, const char *data, size_t len)
{
	struct burst *b = arg;

	(void)data;
	(void)len;
	b->went_through = err == 0;
	one_done(b, err);
}

static void
put_status(struct burst *b, bool running)
{
	const char *word = running ? "Running" : "Halted";
	char path[PATH_LEN];

	snprintf(path, sizeof(path), "/local/domain/%d/data/clickos/%d/"
	    "status", b->guest->domid, ROUTER);
	b->left++;
	xenstore_write(b->guest->xen->xs, path, word, strlen(word),
	    running ? on_running : on_written, b);
}

static void
put_chunks(struct burst *b, const char *text, size_t len)
{
	struct guest *g = b->guest;
	char dir[PATH_LEN], path[PATH_LEN + 16];
	unsigned i, n = 0;
	size_t at, piece;

	clickos_config_dir(g->domid, dir, sizeof(dir));
	for (at = 0; at < len; at += piece) {
		piece = len - at < CLICKOS_CHUNK ? len - at : CLICKOS_CHUNK;
		snprintf(path, sizeof(path), "%s/%u", dir, n++);
		b->left++;
		xenstore_write(g->xen->xs, path, text + at, piece, on_written,
		    b);
	}
	for (i = n; i < g->d->chunks; i++) {
		snprintf(path, sizeof(path), "%s/%u", dir, i);
		b->left++;
		xenstore_remove(g->xen->xs, path, on_removed, b);
	}
	g->d->chunks = n;
}

void
clickos_configure(struct guest *g, const char *text, size_t len, bool start,
    backend_done done, void *arg)
{
	struct burst *b = burst_new(g, done, arg);

	put_chunks(b, text, len);
	if (start)
		put_status(b, true);
	if (b->left == 0) {
		later_done(g->xen->later, done, arg, NULL);
		burst_free(b);
	}
}

void
clickos_set_status(struct guest *g, bool running, backend_done done,
    void *arg)
{
	put_status(burst_new(g, done, arg), running);
}
