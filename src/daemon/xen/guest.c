/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/xen/clickos.h"
#include "daemon/xen/guest.h"
#include "daemon/xen/pty.h"

#define PATH_LEN 128

/*
 * Watches are few, for C xenstored walks all of them for each write: one for
 * each vif's state, one for the announcement until it was seen, one while a
 * handler is read, one while xenconsoled is away.
 */

struct guest *
guest_new(struct xen *x, struct domain *d)
{
	struct guest *g = xcalloc(1, sizeof(*g));
	unsigned i;

	g->xen = x;
	g->d = d;
	g->refs = 1;
	g->domid = -1;
	g->generic = d->template->guest == GUEST_GENERIC;
	g->layout = d->template->layout;
	TAILQ_INIT(&g->calls);
	for (i = 0; i < TEMPLATE_VIFS_MAX; i++)
		g->vifs[i].guest = g;
	d->backend = g;
	return g;
}

struct guest *
guest_ref(struct guest *g)
{
	g->refs++;
	return g;
}

void
guest_unref(struct guest *g)
{
	if (--g->refs > 0)
		return;
	free(g->asked);
	free(g->written);
	free(g);
}

static void
track(struct guest *g)
{
	struct xen *x = g->xen;
	size_t old = x->by_domid_size, id = g->domid;

	if (id >= old) {
		x->by_domid_size = id + 64;
		x->by_domid = xrealloc(x->by_domid,
		    x->by_domid_size * sizeof(struct guest *));
		memset(x->by_domid + old, 0,
		    (x->by_domid_size - old) * sizeof(struct guest *));
	}
	x->by_domid[id] = g;
	TAILQ_INSERT_TAIL(&x->guests, g, entry);
}

static void
untrack(struct guest *g)
{
	struct xen *x = g->xen;

	if (g->domid < 0)
		return;
	if (x->by_domid[g->domid] == g)
		x->by_domid[g->domid] = NULL;
	TAILQ_REMOVE(&x->guests, g, entry);
}

/* --- the announcement --- */

static void
announce(struct guest *g)
{
	xenstore_unwatch(g->announce);
	g->announce = NULL;
	if (!g->d->announced)
		g->xen->events.announced(g->d, g->xen->events.arg);
}

static void
got_announcement(void *arg, int err, const char *data, size_t len)
{
	struct guest *g = arg;

	if (err != 0 || g->d == NULL || g->announce == NULL)
		;
	else if (clickos_is_mark(data, len))
		g->marked = true;
	else
		announce(g);
	guest_unref(g);
}

/*
 * The guest writes the root of its tree itself, once, when it has booted.
 * Nodes below it may be ours, written ahead; they make the root appear
 * without an event of its own.  Once our mark was seen in it, what changes it
 * is the guest, and need not be read: that would keep its router waiting.
 */
static void
on_announce(void *arg, const char *path)
{
	struct guest *g = arg;
	char root[PATH_LEN];

	clickos_root(g, root, sizeof(root));
	if (strcmp(path, root) != 0)
		return;
	if (g->marked)
		announce(g);
	else
		xenstore_read(g->xen->xs, path, got_announcement,
		    guest_ref(g));
}

/* --- vifs --- */

struct state_read {
	struct guest *guest;
	unsigned i;
};

static void
got_vif_state(void *arg, int err, const char *data, size_t len)
{
	struct state_read *r = arg;
	struct guest *g = r->guest;
	unsigned i = r->i;
	int state = 0;

	free(r);
	if (err == 0 && len == 1 && data[0] >= '0' && data[0] <= '9')
		state = data[0] - '0';
	if (err != ECANCELED && g->d != NULL &&
	    g->d->vifs[i].state != state) {
		g->d->vifs[i].state = state;
		g->xen->events.vif_state(g->d, i, g->xen->events.arg);
	}
	guest_unref(g);
}

static void
on_vif_state(void *arg, const char *path)
{
	struct guest_vif *v = arg;
	struct state_read *r = xcalloc(1, sizeof(*r));

	r->guest = guest_ref(v->guest);
	r->i = v - v->guest->vifs;
	xenstore_read(v->guest->xen->xs, path, got_vif_state, r);
}

static void
vif_state_path(const struct guest *g, unsigned i, char path[PATH_LEN])
{
	snprintf(path, PATH_LEN, "/local/domain/0/backend/vif/%d/%u/state",
	    g->domid, i);
}

/* Not only when the watches say so: before anybody asks for it. */
static void
read_vif_states(struct guest *g)
{
	char path[PATH_LEN];
	unsigned i;

	for (i = 0; i < g->d->nvifs; i++) {
		vif_state_path(g, i, path);
		on_vif_state(&g->vifs[i], path);
	}
}

/* --- the console --- */

static void
on_console(void *arg, const char *text, size_t len)
{
	struct guest *g = arg;

	if (g->d != NULL)
		g->xen->events.console(g->d, text, len, g->xen->events.arg);
}

static void on_hung_up(void *arg);

/* Of the path in xenstore: 0, or what is wrong. */
static int
open_console(struct guest *g, const char *path, size_t len)
{
	if (memchr(path, '\0', len) != NULL)
		return EINVAL;
	snprintf(g->tty, sizeof(g->tty), "%s", path);
	g->console = pty_open(g->xen->base, path, on_console, on_hung_up, g);
	return g->console != NULL ? 0 : errno;
}

static void
got_tty_anew(void *arg, int err, const char *data, size_t len)
{
	struct guest *g = arg;

	if (g->tty_watch != NULL && err == 0 &&
	    open_console(g, data, len) == 0) {
		log_info("console is back domid=%d", g->domid);
		xenstore_unwatch(g->tty_watch);
		g->tty_watch = NULL;
	}
	guest_unref(g);
}

/*
 * What is there when the watch is set may be from before: a pty by whose number
 * another domain's is known now.
 */
static void
got_tty_first(void *arg, int err, const char *data, size_t len)
{
	struct guest *g = arg;

	if (err == 0 && strcmp(data, g->tty) == 0)
		guest_unref(g);
	else
		got_tty_anew(g, err, data, len);
}

static void
on_tty(void *arg, const char *path)
{
	struct guest *g = arg;

	xenstore_read(g->xen->xs, path, g->tty_read ? got_tty_anew :
	    got_tty_first, guest_ref(g));
	g->tty_read = true;
}

static void
tty_path(const struct guest *g, char path[PATH_LEN])
{
	snprintf(path, PATH_LEN, "/local/domain/%d/console/tty", g->domid);
}

/*
 * Either the guest is dead, or xenconsoled, which writes the node again when it
 * comes back, also where the pty has the same number as before.
 */
static void
on_hung_up(void *arg)
{
	struct guest *g = arg;
	char path[PATH_LEN];

	pty_close(g->console);
	g->console = NULL;
	g->tty_read = false;
	tty_path(g, path);
	if (!g->dead && g->tty_watch == NULL)
		g->tty_watch = xenstore_watch(g->xen->xs, path, on_tty, g);
}

/* --- attaching --- */

struct attach {
	struct guest *guest;
	backend_done done;
	void *arg;
	bool adopted;
	int err;			/* of the console */
};

static void
got_tty(void *arg, int err, const char *data, size_t len)
{
	struct attach *a = arg;
	struct guest *g = a->guest;

	if (err == 0 && g->d != NULL)
		err = open_console(g, data, len);
	a->err = err;
	if (err != 0 && err != ECANCELED && a->adopted && g->d != NULL)
		on_hung_up(g);
}

/* The numbers of the chunks, as "0" NUL "1" NUL. */
static void
got_chunks(void *arg, int err, const char *data, size_t len)
{
	struct guest *g = arg;
	unsigned long n, max = 0;
	const char *s;

	for (s = data; err == 0 && s < data + len; s += strlen(s) + 1) {
		n = strtoul(s, NULL, 10);
		if (n < CLICKOS_CHUNKS_MAX && n + 1 > max)
			max = n + 1;
	}
	if (err == 0 && g->d != NULL)
		g->d->chunks = max;
	guest_unref(g);
}

/* Router 0's status, which is the toolstack's word alone. */
static void
got_status(void *arg, int err, const char *data, size_t len)
{
	struct guest *g = arg;

	if (err == 0 && g->d != NULL)
		g->d->ordered = clickos_is_running(data, len);
	guest_unref(g);
}

/* The reply to the last request of the burst. */
static void
attached(void *arg, int err, const char *data, size_t len)
{
	struct attach *a = arg;
	struct guest *g = a->guest;
	struct uvnf_error e;

	(void)data;
	(void)len;
	if (err == ECANCELED)
		;
	else if (g->d == NULL)
		uvnf_error_set(&e, UVNF_E_DESTROYED,
		    "domain %d was destroyed meanwhile", g->domid);
	else if (a->err != 0)
		uvnf_error_set(&e, UVNF_E_SYSTEM,
		    "cannot read the console of domain %d: %s", g->domid,
		    strerror(a->err));
	if (err != ECANCELED)
		a->done(a->arg, g->d == NULL || a->err != 0 ? &e : NULL);
	guest_unref(g);
	free(a);
}

static void
set_watches(struct guest *g)
{
	char path[PATH_LEN];
	unsigned i;

	clickos_root(g, path, sizeof(path));
	if (!g->generic && !g->d->announced && g->layout == LAYOUT_DATA)
		g->announce = xenstore_watch(g->xen->xs, path, on_announce,
		    g);
	for (i = 0; i < g->d->nvifs; i++) {
		vif_state_path(g, i, path);
		g->vifs[i].watch = xenstore_watch(g->xen->xs, path,
		    on_vif_state, &g->vifs[i]);
	}
}

void
guest_attach(struct guest *g, int domid, bool adopted, backend_done done,
    void *arg)
{
	struct xenstore *xs = g->xen->xs;
	struct attach *a = xcalloc(1, sizeof(*a));
	char path[PATH_LEN];
	unsigned i;

	g->domid = g->d->domid = domid;
	for (i = 0; i < g->d->nvifs; i++)
		snprintf(g->d->vifs[i].dev, sizeof(g->d->vifs[i].dev),
		    "vif%d.%u", domid, i);
	track(g);
	/* What its console said before is lost; a start can be repeated. */
	if (adopted && g->layout == LAYOUT_ROOT)
		g->d->announced = true;
	set_watches(g);
	if (adopted)
		read_vif_states(g);
	if (g->generic) {
		/* there is no tree */
	} else if (adopted) {
		clickos_config_dir(g, path, sizeof(path));
		xenstore_list(xs, path, got_chunks, guest_ref(g));
		clickos_status(g, path, sizeof(path));
		xenstore_read(xs, path, got_status, guest_ref(g));
	} else if (g->layout == LAYOUT_ROOT) {
		clickos_make_tree(g);	/* acknowledged before it can run */
	} else {
		clickos_mark(g);	/* so is this */
	}
	a->guest = guest_ref(g);
	a->done = done;
	a->arg = arg;
	a->adopted = adopted;
	tty_path(g, path);
	xenstore_read(xs, path, got_tty, a);
	/* Something to wait for behind it, whatever became of the rest. */
	snprintf(path, sizeof(path), "/local/domain/%d/vm", domid);
	xenstore_read(xs, path, attached, a);
}

void
guest_close(struct guest *g, const struct uvnf_error *why)
{
	unsigned i;

	clickos_drop_calls(g, why);
	xenstore_unwatch(g->announce);
	g->announce = NULL;
	for (i = 0; i < TEMPLATE_VIFS_MAX; i++) {
		xenstore_unwatch(g->vifs[i].watch);
		g->vifs[i].watch = NULL;
	}
	pty_close(g->console);
	g->console = NULL;
	xenstore_unwatch(g->tty_watch);
	g->tty_watch = NULL;
	untrack(g);
	g->d = NULL;
	guest_unref(g);
}

void
guest_let_go(struct guest *g, const struct uvnf_error *why)
{
	g->d->backend = NULL;
	guest_close(g, why);
}

/* --- operations that write its tree --- */

void
guest_write_begin(struct guest *g)
{
	guest_ref(g);
	g->writes++;
}

void
guest_write_end(struct guest *g)
{
	struct xen_op *op = g->parked;

	if (--g->writes == 0 && op != NULL) {
		g->parked = NULL;
		op_unpark(op);
	}
	guest_unref(g);
}
