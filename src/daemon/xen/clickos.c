/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/click.h"
#include "daemon/xen/clickos.h"
#include "daemon/xen/later.h"

#define PATH_LEN 128
#define MARK "uvnf"
#define RUNNING "Running"

/* Paths are put together without printf: a claim has some. */
static char *
put_root(const struct guest *g, char *p)
{
	p = put_uint(stpcpy(p, "/local/domain/"), (unsigned)g->domid);
	return stpcpy(p, g->layout == LAYOUT_DATA ? "/data/clickos" :
	    "/clickos");
}

void
clickos_root(const struct guest *g, char *buf, size_t size)
{
	char path[PATH_LEN];

	put_root(g, path);
	snprintf(buf, size, "%s", path);
}

/* A node of a router's; where it ends. */
static char *
router_path(const struct guest *g, unsigned router, const char *node,
    char buf[PATH_LEN])
{
	char *p = stpcpy(put_root(g, buf), "/");

	return stpcpy(stpcpy(put_uint(p, router), "/"), node);
}

void
clickos_config_dir(const struct guest *g, char *buf, size_t size)
{
	char path[PATH_LEN];

	router_path(g, 0, "config", path);
	snprintf(buf, size, "%s", path);
}

void
clickos_status(const struct guest *g, char *buf, size_t size)
{
	char path[PATH_LEN];

	router_path(g, 0, "status", path);
	snprintf(buf, size, "%s", path);
}

bool
clickos_is_running(const char *data, size_t len)
{
	return len == strlen(RUNNING) && memcmp(data, RUNNING, len) == 0;
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

	clickos_root(g, path, sizeof(path));
	xenstore_write(g->xen->xs, path, MARK, strlen(MARK), mark_written,
	    guest_ref(g));
}

/* What is below the root comes to have its permissions. */
void
clickos_make_tree(struct guest *g)
{
	struct xenstore *xs = g->xen->xs;
	char path[PATH_LEN];

	clickos_root(g, path, sizeof(path));
	xenstore_mkdir(xs, path, NULL, NULL);
	xenstore_share(xs, path, g->domid, NULL, NULL);
	router_path(g, 0, "elements", path);
	xenstore_mkdir(xs, path, NULL, NULL);
	router_path(g, 0, "control", path);
	xenstore_mkdir(xs, path, NULL, NULL);
}

bool
clickos_is_mark(const char *data, size_t len)
{
	return len == strlen(MARK) && memcmp(data, MARK, len) == 0;
}

/* A burst of writes that completes as one. */
struct burst {
	struct guest *guest;
	unsigned router;
	unsigned left;			/* replies */
	int err;			/* the first */
	bool went_through;		/* `Running` was accepted */
	backend_done done;
	void *arg;
};

static struct burst *
burst_new(struct guest *g, unsigned router, backend_done done, void *arg)
{
	struct burst *b = xcalloc(1, sizeof(*b));

	guest_write_begin(g);
	b->guest = g;
	b->router = router;
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
	xenstore_keep_error(&b->err, err);
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
	const char *word = running ? RUNNING : "Halted";
	char path[PATH_LEN];

	router_path(b->guest, b->router, "status", path);
	b->left++;
	xenstore_write(b->guest->xen->xs, path, word, strlen(word),
	    running ? on_running : on_written, b);
}

/* How many chunks router 0 has is known; what others have goes as a whole. */
static void
put_chunks(struct burst *b, const char *text, size_t len)
{
	struct guest *g = b->guest;
	char path[PATH_LEN], *number;
	unsigned i, n = 0;
	size_t at, piece;

	number = router_path(g, b->router, "config", path);
	if (b->router != 0) {
		b->left++;
		xenstore_remove(g->xen->xs, path, on_removed, b);
	}
	*number++ = '/';
	for (at = 0; at < len; at += piece) {
		piece = len - at < CLICKOS_CHUNK ? len - at : CLICKOS_CHUNK;
		put_uint(number, n++);
		b->left++;
		xenstore_write(g->xen->xs, path, text + at, piece, on_written,
		    b);
	}
	if (b->router != 0)
		return;
	for (i = n; i < g->d->chunks; i++) {
		put_uint(number, i);
		b->left++;
		xenstore_remove(g->xen->xs, path, on_removed, b);
	}
	g->d->chunks = n;
}

void
clickos_configure(struct guest *g, unsigned router, const char *text,
    size_t len, bool start, backend_done done, void *arg)
{
	struct burst *b = burst_new(g, router, done, arg);

	put_chunks(b, text, len);
	if (start)
		put_status(b, true);
	if (b->left == 0) {
		later_done(g->xen->later, done, arg, NULL);
		burst_free(b);
	}
}

void
clickos_set_status(struct guest *g, unsigned router, bool running,
    backend_done done, void *arg)
{
	put_status(burst_new(g, router, done, arg), running);
}

void
clickos_shutdown(struct guest *g, backend_done done, void *arg)
{
	struct burst *b = burst_new(g, 0, done, arg);
	char path[PATH_LEN];

	snprintf(path, sizeof(path), "/local/domain/%d/control/shutdown",
	    g->domid);
	b->left++;
	xenstore_write(g->xen->xs, path, "poweroff", 8, on_written, b);
}

/* --- reading the configuration back -------------------------------------- */

struct fetch {
	struct guest *guest;
	unsigned left;			/* replies; they come in order */
	int err;			/* the first */
	char *text;
	size_t len;
	backend_text done;
	void *arg;
};

static void
fetch_complete(struct fetch *f)
{
	struct uvnf_error e;

	if (f->err != 0)
		uvnf_error_set(&e, UVNF_E_SYSTEM, "xenstore does not give "
		    "the configuration of domain %d: %s", f->guest->domid,
		    strerror(f->err));
	if (f->err != ECANCELED)
		f->done(f->arg, f->err == 0 ? f->text : NULL, f->len,
		    f->err != 0 ? &e : NULL);
	guest_unref(f->guest);
	free(f->text);
	free(f);
}

static void
got_chunk(void *arg, int err, const char *data, size_t len)
{
	struct fetch *f = arg;

	if (err == 0 && f->len + len > CLICK_CONFIG_MAX)
		err = EFBIG;		/* the guest has written into it */
	xenstore_keep_error(&f->err, err);
	if (err == 0) {
		f->text = xrealloc(f->text, f->len + len + 1);
		memcpy(f->text + f->len, data, len);
		f->len += len;
		f->text[f->len] = '\0';
	}
	if (--f->left == 0)
		fetch_complete(f);
}

void
clickos_fetch(struct guest *g, backend_text done, void *arg)
{
	char dir[PATH_LEN], path[PATH_LEN + 16];
	unsigned i, n = g->d->chunks;
	struct fetch *f;

	if (n == 0) {
		later_text(g->xen->later, done, arg, NULL);
		return;
	}
	f = xcalloc(1, sizeof(*f));
	f->guest = guest_ref(g);
	f->done = done;
	f->arg = arg;
	f->text = xstrdup("");
	f->left = n;
	clickos_config_dir(g, dir, sizeof(dir));
	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%u", dir, i);
		xenstore_read(g->xen->xs, path, got_chunk, f);
	}
}
