/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * The simulated backend: domains that exist in this process alone, or in a
 * folder that outlives it.  It is for tests, for faults, and for trying the
 * protocol; what it measures says nothing about Xen.  $UVNF_SIM sets its delays
 * and faults, see uvnfd(8).
 */

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/sim/guest.h"
#include "daemon/sim/host.h"
#include "daemon/sim/sim.h"

/* An operation under way: its act comes with its delay, then it completes. */
struct sim_op {
	struct sim *sim;
	struct domain *domain;
	bool (*act)(struct sim_op *op, struct uvnf_error *e);
	backend_done done;
	backend_text text_done;
	void *arg;
	char *text;			/* a configuration; a handler's reply */
	size_t len;
	bool start;
	unsigned router;
	struct domain_vif vifs[TEMPLATE_VIFS_MAX];
	uint32_t mask;			/* of those to be changed */
	struct event *timer;
	LIST_ENTRY(sim_op) entry;
};

static struct sim *
sim_of(struct backend *b)
{
	return (struct sim *)b;		/* its first member */
}

static struct sim_domain *
guest_of(const struct domain *d)
{
	return d->backend;
}

/* --- operations ---------------------------------------------------------- */

static void
op_free(struct sim_op *op)
{
	LIST_REMOVE(op, entry);
	event_free(op->timer);
	free(op->text);
	free(op);
}

static void
op_timer(evutil_socket_t fd, short what, void *arg)
{
	struct sim_op *op = arg;
	struct uvnf_error e;
	bool ok = op->act(op, &e);

	(void)fd;
	(void)what;
	if (op->text_done != NULL)
		op->text_done(op->arg, ok ? op->text : NULL,
		    ok ? op->len : 0, ok ? NULL : &e);
	else
		op->done(op->arg, ok ? NULL : &e);
	op_free(op);
}

static struct sim_op *
op_begin(struct backend *b, struct domain *d,
    bool (*act)(struct sim_op *, struct uvnf_error *), uint64_t ms,
    backend_done done, void *arg)
{
	struct sim_op *op = xcalloc(1, sizeof(*op));

	op->sim = sim_of(b);
	op->domain = d;
	op->act = act;
	op->done = done;
	op->arg = arg;
	LIST_INSERT_HEAD(&op->sim->ops, op, entry);
	if ((op->timer = evtimer_new(op->sim->base, op_timer, op)) == NULL)
		log_fatal("out of memory");
	sim_arm_ms(op->timer, ms);
	return op;
}

static bool
gone(const struct sim_op *op, struct uvnf_error *e)
{
	if (op->domain->backend != NULL)
		return false;
	uvnf_error_set(e, UVNF_E_DESTROYED, "the simulated domain is gone");
	return true;
}

static bool
act_build(struct sim_op *op, struct uvnf_error *e)
{
	struct sim *sim = op->sim;
	struct domain *d = op->domain;

	if (sim_fault(sim, FAIL_BUILDS)) {
		uvnf_error_set(e, UVNF_E_BUILD_FAILED,
		    "template '%s': a simulated failure (fail_builds)",
		    d->template->name);
		return false;
	}
	sim_domain_new(sim, d);
	d->spoiled = sim_fault(sim, SPOIL_BUILDS);
	if (d->spoiled)
		uvnf_error_set(e, UVNF_E_BUILD_FAILED,
		    "template '%s': a simulated failure (spoil_builds)",
		    d->template->name);
	return !d->spoiled;
}

static void
sim_build(struct backend *b, struct domain *d, backend_done done, void *arg)
{
	op_begin(b, d, act_build, sim_of(b)->knob[BUILD_MS], done, arg);
}

/* What else is under way on a domain ends before its destroy does. */
static void
fail_others(struct sim_op *op)
{
	struct sim_op *other;

	do {
		LIST_FOREACH(other, &op->sim->ops, entry) {
			if (other != op && other->domain == op->domain)
				break;
		}
		if (other != NULL)
			op_timer(-1, 0, other);
	} while (other != NULL);
}

static bool
act_destroy(struct sim_op *op, struct uvnf_error *e)
{
	if (sim_fault(op->sim, FAIL_DESTROYS)) {
		uvnf_error_set(e, UVNF_E_SYSTEM,
		    "a simulated failure (fail_destroys)");
		return false;
	}
	if (op->domain->backend != NULL)
		sim_domain_destroy(op->domain->backend);
	else if (host_has(op->sim, op->domain->domid, op->domain->uuid))
		host_remove(op->sim, op->domain->domid);
	fail_others(op);
	return true;
}

static void
sim_destroy(struct backend *b, struct domain *d, backend_done done, void *arg)
{
	if (guest_of(d) != NULL) {
		sim_domain_halt(guest_of(d));
		guest_of(d)->doomed = true;
	}
	op_begin(b, d, act_destroy, sim_of(b)->knob[DESTROY_MS], done, arg);
}

/* What a burst of writes does once it is acknowledged. */
static bool
act_write(struct sim_op *op, struct uvnf_error *e)
{
	struct sim_domain *sd = guest_of(op->domain);

	if (gone(op, e))
		return false;
	if (op->text != NULL && op->router == 0) {
		free(sd->config);
		sd->config = op->text;
		sd->config_len = op->len;
		op->text = NULL;
	} else if (op->text != NULL) {
		free(sd->other);
		sd->other = op->text;
		sd->other_len = op->len;
		op->text = NULL;
	}
	sim_domain_keep(sd);
	return true;
}

static bool
act_write_start(struct sim_op *op, struct uvnf_error *e)
{
	if (!act_write(op, e))
		return false;
	sim_domain_status(guest_of(op->domain), op->router, op->start);
	return true;
}

static void
sim_configure(struct backend *b, struct domain *d, unsigned router,
    const char *text, size_t len, bool start, backend_done done, void *arg)
{
	struct sim_op *op = op_begin(b, d,
	    start ? act_write_start : act_write, sim_of(b)->knob[WRITE_MS],
	    done, arg);
	unsigned chunks = sim_chunks(len);

	op->text = xmemdup0(text, len);
	op->len = len;
	op->start = start;
	op->router = router;
	if (router == 0)
		d->chunks = chunks;
	else
		op->sim->stats.xenstore_requests++;	/* what was there */
	op->sim->stats.xenstore_requests += chunks + start;
}

static void
sim_set_status(struct backend *b, struct domain *d, unsigned router,
    bool running, backend_done done, void *arg)
{
	struct sim_op *op = op_begin(b, d, act_write_start,
	    sim_of(b)->knob[WRITE_MS], done, arg);

	op->start = running;
	op->router = router;
	op->sim->stats.xenstore_requests++;
}

static bool
act_fetch(struct sim_op *op, struct uvnf_error *e)
{
	struct sim_domain *sd = guest_of(op->domain);

	if (gone(op, e))
		return false;
	op->text = xmemdup0(sd->config != NULL ? sd->config : "",
	    sd->config_len);
	op->len = sd->config_len;
	return true;
}

static void
sim_fetch(struct backend *b, struct domain *d, backend_text done, void *arg)
{
	op_begin(b, d, act_fetch, sim_of(b)->knob[WRITE_MS], NULL,
	    arg)->text_done = done;
}

static bool
act_shutdown(struct sim_op *op, struct uvnf_error *e)
{
	if (gone(op, e))
		return false;
	sim_domain_shutdown(guest_of(op->domain));
	return true;
}

static void
sim_shutdown(struct backend *b, struct domain *d, backend_done done,
    void *arg)
{
	op_begin(b, d, act_shutdown, sim_of(b)->knob[WRITE_MS], done, arg);
}

static bool
act_read(struct sim_op *op, struct uvnf_error *e)
{
	if (gone(op, e))
		return false;
	if (op->text != NULL)
		return true;
	uvnf_error_set(e, UVNF_E_TIMEOUT, "the guest gave no answer: no such "
	    "element or handler, or an empty value");
	return false;
}

static void
sim_handler(struct backend *b, struct domain *d, const char *element,
    const char *handler, const char *value, unsigned timeout_ms,
    backend_text done, void *arg)
{
	struct sim_domain *sd = guest_of(d);
	char *reply = NULL;
	struct sim_op *op;

	if (sd != NULL && sd->running && sd->pauses == 0)
		reply = sim_guest_read(sd->config, sd->config_len, element,
		    value == NULL ? handler : "class");
	if (value != NULL && reply != NULL) {
		reply[0] = '\0';
		sim_domain_write(sd, element, handler, value);
	}
	op = op_begin(b, d, act_read, reply != NULL ?
	    sim_of(b)->knob[WRITE_MS] : timeout_ms, NULL,
	    arg);
	op->text_done = done;
	op->text = reply;
	op->len = reply != NULL ? strlen(reply) : 0;
}

/* Six writes, as on Xen, three each for a MAC and for a place. */
static void
change_vif(struct sim_op *op, unsigned i)
{
	struct domain_vif *v = &op->domain->vifs[i];

	if (memcmp(v->mac, op->vifs[i].mac, sizeof(v->mac)) != 0)
		op->sim->stats.xenstore_requests += 3;
	if (!place_equal(&v->place, &op->vifs[i].place))
		op->sim->stats.xenstore_requests += 3;
	domain_set_mac(op->domain, i, op->vifs[i].mac);
	v->place = op->vifs[i].place;
}

static bool
act_set_vifs(struct sim_op *op, struct uvnf_error *e)
{
	unsigned i;

	if (gone(op, e))
		return false;
	if (sim_fault(op->sim, FAIL_VIFS)) {
		uvnf_error_set(e, UVNF_E_BUILD_FAILED,
		    "a simulated failure (fail_vifs)");
		return false;
	}
	if (sim_fault(op->sim, SPOIL_VIFS)) {
		op->domain->spoiled = true;
		uvnf_error_set(e, UVNF_E_BUILD_FAILED,
		    "a simulated failure (spoil_vifs)");
		return false;
	}
	for (i = 0; i < op->domain->nvifs; i++)
		if (op->mask & 1u << i)
			change_vif(op, i);
	return true;
}

static void
sim_set_vifs(struct backend *b, struct domain *d,
    const struct domain_vif *vifs, uint32_t mask, backend_done done,
    void *arg)
{
	struct sim_op *op = op_begin(b, d, act_set_vifs,
	    sim_of(b)->knob[VIF_MS], done, arg);

	memcpy(op->vifs, vifs, d->nvifs * sizeof(*vifs));
	op->mask = mask;
}

static bool
act_gate(struct sim_op *op, struct uvnf_error *e)
{
	if (gone(op, e))
		return false;
	if (!sim_fault(op->sim, FAIL_GATES))
		return true;
	uvnf_error_set(e, UVNF_E_SYSTEM,
	    "a simulated failure (fail_gates)");
	return false;
}

/* No frame ever comes here. */
static void
sim_gate(struct backend *b, struct domain *d, bool open, backend_done done,
    void *arg)
{
	(void)open;
	op_begin(b, d, act_gate, sim_of(b)->knob[VIF_MS], done, arg);
}

static bool
act_bridge(struct sim_op *op, struct uvnf_error *e)
{
	if (!sim_fault(op->sim, FAIL_BRIDGES)) {
		host_bridge(op->sim, op->text, op->start);
		return true;
	}
	uvnf_error_set(e, UVNF_E_SYSTEM,
	    "a simulated failure (fail_bridges)");
	return false;
}

/* They are there as soon as somebody speaks of them. */
static void
sim_bridge(struct backend *b, const char *name, bool make, backend_done done,
    void *arg)
{
	struct sim_op *op = op_begin(b, NULL, act_bridge,
	    sim_of(b)->knob[VIF_MS], done, arg);

	op->text = xstrdup(name);
	op->start = make;
}

/* --- the synchronous ones ------------------------------------------------ */

static int
sim_unpause(struct backend *b, struct domain *d, struct uvnf_error *e)
{
	struct sim_domain *sd = guest_of(d);

	if (sd == NULL)
		return uvnf_error_set(e, UVNF_E_GUEST_DEAD,
		    "the simulated domain is gone");
	sim_of(b)->stats.hypercalls++;
	if (sim_domain_unpause(sd))
		return 0;
	return uvnf_error_set(e, UVNF_E_BAD_STATE,
	    "the simulated domain was not paused");
}

static int
sim_pause(struct backend *b, struct domain *d, struct uvnf_error *e)
{
	struct sim_domain *sd = guest_of(d);

	if (sd == NULL)
		return uvnf_error_set(e, UVNF_E_GUEST_DEAD,
		    "the simulated domain is gone");
	sim_of(b)->stats.hypercalls++;
	sim_domain_pause(sd);
	if (sim_fault(sim_of(b), FOREIGN_PAUSES))
		sim_domain_pause(sd);
	return 0;
}

static int
sim_is_paused(struct backend *b, struct domain *d, struct uvnf_error *e)
{
	(void)b;
	(void)e;
	return guest_of(d) != NULL && guest_of(d)->pauses > 0;
}

static bool
act_adopt(struct sim_op *op, struct uvnf_error *e)
{
	return sim_domain_adopt(op->sim, op->domain) || !gone(op, e);
}

static void
sim_adopt(struct backend *b, struct domain *d, backend_done done, void *arg)
{
	op_begin(b, d, act_adopt, 0, done, arg);
}

static void
sim_forget(struct backend *b, struct domain *d)
{
	(void)b;
	if (guest_of(d) != NULL)
		sim_domain_free(d->backend);
}

static int
sim_list(struct backend *b, struct backend_found **found, size_t *n,
    struct uvnf_error *e)
{
	return host_list(sim_of(b), found, n, e);
}

static int
sim_free_memory(struct backend *b, uint64_t *mb, struct uvnf_error *e)
{
	const struct sim *sim = sim_of(b);
	uint64_t all = sim->knob[MEMORY_MB];

	(void)e;
	*mb = sim->used_mb < all ? all - sim->used_mb : 0;
	return 0;
}

static void
sim_stats(struct backend *b, struct backend_stats *s)
{
	*s = sim_of(b)->stats;
}

/* --- beginning and end --------------------------------------------------- */

static int
sim_prepare(struct backend *b, const struct config *c, struct uvnf_error *e)
{
	(void)c;
	return knobs_read(sim_of(b), getenv("UVNF_SIM"), e);
}

static int
sim_open(struct backend *b, struct event_base *base,
    const struct backend_events *events, struct uvnf_error *e)
{
	struct sim *sim = sim_of(b);

	sim->base = base;
	sim->events = *events;
	return host_open(sim, e);
}

static void
sim_close(struct backend *b)
{
	struct sim *sim = sim_of(b);

	while (!LIST_EMPTY(&sim->ops))
		op_free(LIST_FIRST(&sim->ops));
	while (!LIST_EMPTY(&sim->domains))
		sim_domain_free(LIST_FIRST(&sim->domains));
	free(sim->host);
	free(sim);
}

struct backend *
backend_sim_new(void)
{
	static const struct backend ops = {
		.name = "sim",
		.prepare = sim_prepare,
		.open = sim_open,
		.close = sim_close,
		.build = sim_build,
		.adopt = sim_adopt,
		.destroy = sim_destroy,
		.forget = sim_forget,
		.set_vifs = sim_set_vifs,
		.gate = sim_gate,
		.bridge = sim_bridge,
		.unpause = sim_unpause,
		.pause = sim_pause,
		.is_paused = sim_is_paused,
		.shutdown = sim_shutdown,
		.fetch = sim_fetch,
		.configure = sim_configure,
		.set_status = sim_set_status,
		.handler = sim_handler,
		.list = sim_list,
		.free_memory_mb = sim_free_memory,
		.stats = sim_stats,
	};
	struct sim *sim = xcalloc(1, sizeof(*sim));

	sim->backend = ops;
	sim->next_domid = 1;
	LIST_INIT(&sim->domains);
	LIST_INIT(&sim->ops);
	return &sim->backend;
}
