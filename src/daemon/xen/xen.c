/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/xen/clickos.h"
#include "daemon/xen/guest.h"
#include "daemon/xen/spawner.h"
#include "daemon/xen/xen.h"

/* The Xen backend: backend.h, wired to the files beside this one. */

static struct xen *
xen_of(struct backend *b)
{
	return (struct xen *)b;
}

/* --- its own life --- */

static int
xen_prepare(struct backend *b, const struct config *c, struct uvnf_error *e)
{
	struct xen *x = xen_of(b);
	int rc = hyper_probe(e);

	if (rc < 0)
		return rc;
	x->config = c;
	rc = spawner_fork(&x->spawner_pid, e);
	if (rc < 0)
		return rc;
	x->spawner = rc;
	return 0;
}

static void
on_lost(void *arg, const struct uvnf_error *e)
{
	struct xen *x = arg;

	x->events.lost(e, x->events.arg);
}

static void
on_process(void *arg, pid_t pid, bool began)
{
	struct xen *x = arg;

	x->events.process(pid, began, x->events.arg);
}

/* Stopped by somebody, the spawner would keep all builds waiting. */
static void
on_child(evutil_socket_t signal, short what, void *arg)
{
	struct xen *x = arg;
	siginfo_t info = { 0 };

	(void)signal;
	(void)what;
	if (waitid(P_PID, (id_t)x->spawner_pid, &info,
	    WSTOPPED | WNOHANG) != 0 || info.si_pid == 0)
		return;
	log_warn("spawner was stopped and is told to go on pid=%d",
	    (int)x->spawner_pid);
	kill(x->spawner_pid, SIGCONT);
}

static void
watch_spawner(struct xen *x)
{
	x->child = evsignal_new(x->base, SIGCHLD, on_child, x);
	if (x->child == NULL || evsignal_add(x->child, NULL) != 0)
		log_fatal("out of memory");
	/* It may have been stopped since it was forked, unheard. */
	on_child(SIGCHLD, EV_SIGNAL, x);
}

static int
xen_open(struct backend *b, struct event_base *base,
    const struct backend_events *events, struct uvnf_error *e)
{
	struct xen *x = xen_of(b);

	x->base = base;
	x->events = *events;
	x->hyper = hyper_open(e);
	if (x->hyper == NULL)
		return -UVNF_E_SYSTEM;
	x->xs = xenstore_open(base, on_lost, x, e);
	if (x->xs == NULL)
		return -UVNF_E_SYSTEM;
	x->later = later_new(base);
	x->workers = workers_new(base, x->spawner, x->config->workers,
	    on_lost, on_process, x);
	on_process(x, x->spawner_pid, true);
	watch_spawner(x);
	deaths_begin(x);
	return 0;
}

/* The spawner takes its workers with it, so that nobody builds on. */
static void
end_spawner(struct xen *x)
{
	if (x->child != NULL)
		event_free(x->child);
	if (x->spawner < 0)
		return;
	close(x->spawner);
	kill(x->spawner_pid, SIGCONT);
	while (waitpid(x->spawner_pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static void
xen_close(struct backend *b)
{
	struct xen *x = xen_of(b);
	struct guest *g;

	/* The daemon may have freed the domains already. */
	while ((g = TAILQ_FIRST(&x->guests)) != NULL)
		guest_close(g, NULL);
	xenstore_close(x->xs);
	workers_free(x->workers);
	end_spawner(x);
	vifs_free(x);
	bridge_ops_free(x);
	ops_free(x);
	deaths_end(x);
	later_free(x->later);
	hyper_close(x->hyper);
	free(x->by_domid);
	free(x);
}

/* --- domains --- */

static void
xen_build(struct backend *b, struct domain *d, backend_done done, void *arg)
{
	op_build(xen_of(b), d, done, arg);
}

static void
xen_adopt(struct backend *b, struct domain *d, backend_done done, void *arg)
{
	struct xen *x = xen_of(b);

	guest_attach(guest_new(x, d), d->domid, true, done, arg);
	deaths_look(x);
}

static void
xen_destroy(struct backend *b, struct domain *d, backend_done done,
    void *arg)
{
	op_destroy(xen_of(b), d, done, arg);
}

static void
xen_forget(struct backend *b, struct domain *d)
{
	struct uvnf_error e;

	(void)b;
	uvnf_error_set(&e, UVNF_E_STOPPING, "the domain was let go of");
	if (d->backend != NULL)
		guest_let_go(d->backend, &e);
}

static int
xen_unpause(struct backend *b, struct domain *d, struct uvnf_error *e)
{
	int r = hyper_unpause(xen_of(b)->hyper, d->domid);

	if (r == 0)
		return 0;
	if (r == -ESRCH)
		return uvnf_error_set(e, UVNF_E_GUEST_DEAD,
		    "domain %d is gone", d->domid);
	if (r == -EINVAL)
		return uvnf_error_set(e, UVNF_E_BAD_STATE,
		    "domain %d was not paused: something else has let it run",
		    d->domid);
	return uvnf_error_set(e, UVNF_E_SYSTEM,
	    "cannot unpause domain %d: %s", d->domid, strerror(-r));
}

/* Off the hot path: makes sure that the domid is still that domain's. */
static int
look_up(struct xen *x, const struct domain *d, struct hyper_domain *hd,
    struct uvnf_error *e)
{
	int r = hyper_get(x->hyper, d->domid, hd);

	if (r < 0)
		return uvnf_error_set(e, UVNF_E_SYSTEM,
		    "cannot ask Xen for domain %d: %s", d->domid,
		    strerror(-r));
	if (r == 0 || memcmp(hd->uuid, d->uuid, sizeof(d->uuid)) != 0)
		return uvnf_error_set(e, UVNF_E_GUEST_DEAD,
		    "domain %d is gone", d->domid);
	return 0;
}

static int
xen_pause(struct backend *b, struct domain *d, struct uvnf_error *e)
{
	struct xen *x = xen_of(b);
	struct hyper_domain hd;
	int r;

	if ((r = look_up(x, d, &hd, e)) != 0)
		return r;
	r = hyper_pause(x->hyper, d->domid);
	if (r == 0)
		return 0;
	return uvnf_error_set(e, UVNF_E_SYSTEM, "cannot pause domain %d: %s",
	    d->domid, strerror(-r));
}

static int
xen_is_paused(struct backend *b, struct domain *d, struct uvnf_error *e)
{
	struct hyper_domain hd;
	int r = look_up(xen_of(b), d, &hd, e);

	return r != 0 ? r : hd.paused;
}

static void
not_built(const struct domain *d, struct uvnf_error *e)
{
	uvnf_error_set(e, UVNF_E_SYSTEM, "domain '%s' is not there", d->name);
}

static void
xen_set_vifs(struct backend *b, struct domain *d,
    const struct domain_vif *vifs, uint32_t mask, backend_done done,
    void *arg)
{
	struct uvnf_error e;

	if (d->backend != NULL) {
		vifs_set(xen_of(b), d, vifs, mask, done, arg);
		return;
	}
	not_built(d, &e);
	later_done(xen_of(b)->later, done, arg, &e);
}

static void
xen_gate(struct backend *b, struct domain *d, bool open, backend_done done,
    void *arg)
{
	struct uvnf_error e;

	if (d->backend != NULL) {
		vifs_gate(xen_of(b), d, open, done, arg);
		return;
	}
	not_built(d, &e);
	later_done(xen_of(b)->later, done, arg, &e);
}

static void
xen_bridge(struct backend *b, const char *name, bool make, backend_done done,
    void *arg)
{
	bridges_make(xen_of(b), name, make, done, arg);
}

/* --- its guest --- */

static void
xen_configure(struct backend *b, struct domain *d, unsigned router,
    const char *text, size_t len, bool start, backend_done done, void *arg)
{
	struct uvnf_error e;

	if (d->backend != NULL) {
		clickos_configure(d->backend, router, text, len, start, done,
		    arg);
		return;
	}
	not_built(d, &e);
	later_done(xen_of(b)->later, done, arg, &e);
}

static void
xen_shutdown(struct backend *b, struct domain *d, backend_done done,
    void *arg)
{
	struct uvnf_error e;

	if (d->backend != NULL) {
		clickos_shutdown(d->backend, done, arg);
		return;
	}
	not_built(d, &e);
	later_done(xen_of(b)->later, done, arg, &e);
}

static void
xen_fetch(struct backend *b, struct domain *d, backend_text done, void *arg)
{
	struct uvnf_error e;

	if (d->backend != NULL) {
		clickos_fetch(d->backend, done, arg);
		return;
	}
	not_built(d, &e);
	later_text(xen_of(b)->later, done, arg, &e);
}

static void
xen_set_status(struct backend *b, struct domain *d, unsigned router,
    bool running, backend_done done, void *arg)
{
	struct uvnf_error e;

	if (d->backend != NULL) {
		clickos_set_status(d->backend, router, running, done, arg);
		return;
	}
	not_built(d, &e);
	later_done(xen_of(b)->later, done, arg, &e);
}

static void
xen_handler(struct backend *b, struct domain *d, const char *element,
    const char *handler, const char *value, unsigned timeout_ms,
    backend_text done, void *arg)
{
	struct uvnf_error e;

	if (d->backend != NULL) {
		clickos_handler(d->backend, element, handler, value,
		    timeout_ms, done, arg);
		return;
	}
	not_built(d, &e);
	later_text(xen_of(b)->later, done, arg, &e);
}

/* --- the host --- */

static int
xen_list(struct backend *b, struct backend_found **found, size_t *n,
    struct uvnf_error *e)
{
	const struct hyper_domain *list;
	size_t i;
	int rc;

	rc = hyper_list(xen_of(b)->hyper, &list, n, e);
	if (rc < 0)
		return rc;
	*found = xcalloc(*n + 1, sizeof(**found));
	for (i = 0; i < *n; i++) {
		(*found)[i].domid = list[i].domid;
		memcpy((*found)[i].uuid, list[i].uuid,
		    sizeof(list[i].uuid));
	}
	return 0;
}

static int
xen_free_memory_mb(struct backend *b, uint64_t *mb, struct uvnf_error *e)
{
	return hyper_free_memory_mb(xen_of(b)->hyper, mb, e);
}

static void
xen_stats(struct backend *b, struct backend_stats *s)
{
	struct xen *x = xen_of(b);

	s->xenstore_requests = xenstore_requests(x->xs);
	s->xenstore_events = xenstore_events(x->xs);
	s->hypercalls = hyper_calls(x->hyper);
	s->workers_started = workers_started(x->workers);
	s->workers_lost = workers_died(x->workers);
}

struct backend *
backend_xen_new(void)
{
	struct xen *x = xcalloc(1, sizeof(*x));

	x->backend = (struct backend){
		.name = "xen",
		.prepare = xen_prepare,
		.open = xen_open,
		.close = xen_close,
		.build = xen_build,
		.adopt = xen_adopt,
		.destroy = xen_destroy,
		.forget = xen_forget,
		.set_vifs = xen_set_vifs,
		.gate = xen_gate,
		.bridge = xen_bridge,
		.unpause = xen_unpause,
		.pause = xen_pause,
		.is_paused = xen_is_paused,
		.shutdown = xen_shutdown,
		.configure = xen_configure,
		.fetch = xen_fetch,
		.set_status = xen_set_status,
		.handler = xen_handler,
		.list = xen_list,
		.free_memory_mb = xen_free_memory_mb,
		.stats = xen_stats,
	};
	x->spawner = -1;
	TAILQ_INIT(&x->guests);
	LIST_INIT(&x->ops);
	LIST_INIT(&x->vifs_ops);
	LIST_INIT(&x->bridge_ops);
	return &x->backend;
}
