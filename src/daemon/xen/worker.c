/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <libxl.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/xen/burst.h"
#include "daemon/xen/child.h"
#include "daemon/xen/domconf.h"
#include "daemon/xen/hyper.h"
#include "daemon/xen/nodes.h"
#include "daemon/xen/plug.h"
#include "daemon/xen/spec.h"
#include "daemon/xen/sweep.h"
#include "daemon/xen/worker.h"
#include "daemon/xen/xtl.h"

/* How long a destroyed domain may take to give its memory back. */
#define GONE_LIMIT_US (20 * 1000 * 1000)

/* What Xen needs for a domain beyond its own memory, roughly. */
#define OVERHEAD_MB 2

/*
 * Builds and destroys leave a CPU of dom0's to what a claim waits for: uvnfd,
 * and xenstored, which the builds keep busy themselves.
 */
#define NICE 10

struct worker {
	struct template template;	/* of the build at hand */
	struct xtl log;
	libxl_ctx *ctx;
	struct hyper *hyper;
	struct links *links;
};

/* Where Xen runs, this fails only when something is very wrong. */
static int
worker_open(struct worker *wk, struct uvnf_error *e)
{
	if (wk->hyper == NULL)
		wk->hyper = hyper_open(e);
	if (wk->hyper == NULL)
		return -UVNF_E_SYSTEM;
	if (wk->ctx != NULL)
		return 0;
	xtl_reset(&wk->log);
	if (libxl_ctx_alloc(&wk->ctx, LIBXL_VERSION, 0,
	    &wk->log.logger) != 0) {
		wk->ctx = NULL;
		return uvnf_error_set(e, UVNF_E_SYSTEM,
		    "cannot open libxl: %s", xtl_kept(&wk->log));
	}
	return 0;
}

/* A script may make its bridge; whether Open vSwitch has one, it knows. */
static int
check_bridges(const struct template *t, const struct work *w,
    struct uvnf_error *e)
{
	const struct place *p;
	unsigned i;

	for (i = 0; i < w->nvifs; i++) {
		p = &w->vifs[i].place;
		if (p->plug == PLUG_BRIDGE && t->vifs[i].script == NULL &&
		    if_nametoindex(p->name) == 0)
			return uvnf_error_set(e, UVNF_E_BUILD_FAILED,
			    "template '%s': bridge '%s' does not exist",
			    t->name, p->name);
	}
	return 0;
}

static int
check_cpus(struct worker *wk, const struct template *t, struct uvnf_error *e)
{
	int i, last = t->affinity != NULL ? hyper_last_cpu(wk->hyper) : -1;

	if (last < 0)
		return 0;
	for (i = 0; i <= last && i < CPUS_MAX; i++)
		if (t->cpus.affinity[i / 8] & 1u << i % 8)
			return 0;
	return uvnf_error_set(e, UVNF_E_BUILD_FAILED, "template '%s': its "
	    "affinity %s names no CPU of this host, which has 0 to %d",
	    t->name, t->affinity, last);
}

/* What can be said more clearly than libxl would, and at once. */
static int
check_first(struct worker *wk, const struct work *w, struct uvnf_error *e)
{
	const struct template *t = &wk->template;
	uint64_t free_mb;
	int rc;

	if (access(t->kernel, R_OK) < 0)
		return uvnf_error_set(e, UVNF_E_BUILD_FAILED,
		    "template '%s': cannot read its kernel %s: %s", t->name,
		    t->kernel, strerror(errno));
	if (t->ramdisk != NULL && access(t->ramdisk, R_OK) < 0)
		return uvnf_error_set(e, UVNF_E_BUILD_FAILED,
		    "template '%s': cannot read its ramdisk %s: %s", t->name,
		    t->ramdisk, strerror(errno));
	if ((rc = check_bridges(t, w, e)) < 0)
		return rc;
	if (hyper_free_memory_mb(wk->hyper, &free_mb, e) < 0)
		return -UVNF_E_SYSTEM;
	if (free_mb < t->memory_mb + OVERHEAD_MB)
		return uvnf_error_set(e, UVNF_E_NO_MEMORY,
		    "template '%s' takes %u MiB, and the host has %u free",
		    t->name, t->memory_mb, (unsigned)free_mb);
	return check_cpus(wk, t, e);
}

/* uvnf-vif's own sentence among libxl's: it names the cause. */
static bool
explain_vif(const struct template *t, const char *why, struct uvnf_error *e)
{
	const char *s = strstr(why, "script: ");

	if (s == NULL)
		return false;
	s += strlen("script: ");
	uvnf_error_set(e, UVNF_E_BUILD_FAILED, "template '%s': %.*s", t->name,
	    (int)strcspn(s, ";"), s);
	return true;
}

/* libxl does not look at the end of each transaction. */
static int
check_written(const struct template *t, struct uvnf_error *e)
{
	const char *why = burst_refused();

	return why == NULL ? 0 : uvnf_error_set(e, UVNF_E_BUILD_FAILED,
	    "template '%s': xenstored refuses %s", t->name, why);
}

/* libxl has failed: say why, in the words of whoever knows best. */
static int
explain(struct worker *wk, struct uvnf_error *e)
{
	const struct template *t = &wk->template;
	const char *why = xtl_kept(&wk->log);

	if (explain_vif(t, why, e) || check_written(t, e) < 0)
		return -UVNF_E_BUILD_FAILED;
	if (strstr(why, "no loader") != NULL ||
	    strstr(why, "Invalid kernel") != NULL)
		return uvnf_error_set(e, UVNF_E_BUILD_FAILED,
		    "template '%s': %s is no kernel that Xen can start with "
		    "type %s", t->name, t->kernel,
		    template_type_word(t->type));
	if (strstr(why, "not enough memory") != NULL)
		return uvnf_error_set(e, UVNF_E_BUILD_FAILED,
		    "template '%s': %u MiB are too few for kernel %s",
		    t->name, t->memory_mb, t->kernel);
	return uvnf_error_set(e, UVNF_E_BUILD_FAILED,
	    "template '%s': Xen cannot build a domain with kernel %s: %s",
	    t->name, t->kernel, why);
}

static void
pause_us(uint64_t us)
{
	struct timespec ts = { us / 1000000, us % 1000000 * 1000 };

	nanosleep(&ts, NULL);
}

/* Waits until Xen no longer has that domain: its memory is free then. */
static int
wait_gone(struct worker *wk, const struct work *w, int domid,
    struct uvnf_error *e)
{
	uint64_t end = now_us() + GONE_LIMIT_US, step = 1000;
	struct hyper_domain d;
	int r;

	while ((r = hyper_get(wk->hyper, domid, &d)) == 1 &&
	    memcmp(d.uuid, w->uuid, sizeof(d.uuid)) == 0) {
		if (now_us() > end)
			return uvnf_error_set(e, UVNF_E_SYSTEM,
			    "domain %d still holds memory %d s after it was "
			    "destroyed", domid, GONE_LIMIT_US / 1000000);
		pause_us(step);
		step = step < 100000 ? step * 2 : step;
	}
	if (r < 0)
		return uvnf_error_set(e, UVNF_E_SYSTEM,
		    "cannot ask Xen for domain %d: %s", domid,
		    strerror(-r));
	return 0;
}

/* Xen is done with the domain, or about to be. */
static bool
is_ending(struct worker *wk, const struct work *w, int domid)
{
	struct hyper_domain d;

	return hyper_get(wk->hyper, domid, &d) != 1 ||
	    memcmp(d.uuid, w->uuid, sizeof(d.uuid)) != 0 ||
	    d.state == HYPER_DYING;
}

/*
 * A domain of ours that Xen has.  libxl fails when something else, its own
 * cleaning up after a failed build for one, takes the domain down meanwhile:
 * that one's end is waited for, and what it leaves swept up.
 */
static int
take_down(struct worker *wk, const struct work *w, int domid,
    struct uvnf_error *e)
{
	int rc;

	xtl_reset(&wk->log);
	rc = libxl_domain_destroy(wk->ctx, domid, NULL);
	if (rc == 0 || rc == ERROR_DOMAIN_NOTFOUND)
		return wait_gone(wk, w, domid, e);
	if (!is_ending(wk, w, domid))
		return uvnf_error_set(e, UVNF_E_SYSTEM,
		    "cannot destroy domain %d: %s", domid,
		    xtl_kept(&wk->log));
	rc = wait_gone(wk, w, domid, e);
	return rc < 0 ? rc : sweep(wk->hyper, domid, w->uuid, e);
}

/*
 * Domids are used again, so that only the uuid says which domain is meant.
 * libxl cleans nothing up of a domain that is gone already, hence the sweep.
 */
static int
destroy(struct worker *wk, const struct work *w, struct uvnf_error *e)
{
	struct hyper_domain d;
	int rc, domid = w->domid;
	bool ours = false;

	rc = domid > 0 ? hyper_get(wk->hyper, domid, &d) :
	    hyper_find(wk->hyper, w->uuid, &d, e);
	if (rc < 0)
		return uvnf_error_set(e, UVNF_E_SYSTEM,
		    "cannot ask Xen for its domains");
	if (rc == 1)
		ours = memcmp(d.uuid, w->uuid, sizeof(d.uuid)) == 0;
	rc = ours ? take_down(wk, w, d.domid, e) :
	    sweep(wk->hyper, domid, w->uuid, e);
	sweep_ports(w->uuid);
	return rc;
}

/* After a failure: libxl has cleaned up behind itself, or so it should. */
static void
undo(struct worker *wk, const struct work *w, uint32_t id)
{
	struct work built = *w;
	struct uvnf_error e;

	built.domid = id != (uint32_t)INVALID_DOMID ? (int32_t)id : -1;
	if (destroy(wk, &built, &e) < 0)
		log_error("a failed build may have left something behind "
		    "domid=%d error=%s", built.domid, e.text);
}

void
worker_vif(const struct work *w, int domid, unsigned i, struct plug_vif *v)
{
	snprintf(v->dev, sizeof(v->dev), "vif%d.%u", domid, i);
	memcpy(v->mac, w->vifs[i].mac, sizeof(v->mac));
	memcpy(v->uuid, w->uuid, sizeof(v->uuid));
	v->number = i;
}

static int
plug(struct worker *wk, const struct plug_vif *v, int domid,
    const struct place *p, struct uvnf_error *e)
{
	struct uvnf_error why;
	char backend[64];
	int rc;

	if (wk->links == NULL && (wk->links = links_open(e)) == NULL)
		return -UVNF_E_SYSTEM;
	snprintf(backend, sizeof(backend), "/local/domain/0/backend/vif/%d/%u",
	    domid, v->number);
	rc = plug_in(wk->links, v, p, &why);
	if (rc == 0)
		rc = nodes_put(backend, "hotplug-status", "connected", &why);
	return rc == 0 ? 0 : uvnf_error_set(e, UVNF_E_BUILD_FAILED,
	    "template '%s': %s", wk->template.name, why.text);
}

/* The guest is paused yet; netback connects a vif when it is plugged in. */
static int
plug_all(struct worker *wk, const struct work *w, int domid,
    struct uvnf_error *e)
{
	const struct place *p;
	struct plug_vif v;
	unsigned i;
	int rc = 0;

	for (i = 0; i < w->nvifs && rc == 0; i++) {
		p = &w->vifs[i].place;
		if (!domconf_plugs(&wk->template.vifs[i], p))
			continue;
		worker_vif(w, domid, i, &v);
		rc = plug(wk, &v, domid, p, e);
	}
	return rc;
}

static int
build(struct worker *wk, const struct work *w, int32_t *domid,
    struct uvnf_error *e)
{
	libxl_domain_config config;
	uint32_t id = INVALID_DOMID;
	int rc;

	rc = check_first(wk, w, e);
	if (rc < 0)
		return rc;
	domconf_make(&config, &wk->template, w);
	xtl_reset(&wk->log);
	burst_reset();
	rc = libxl_domain_create_new(wk->ctx, &config, &id, NULL, NULL);
	libxl_domain_config_dispose(&config);
	rc = rc != 0 ? explain(wk, e) : check_written(&wk->template, e);
	if (rc == 0)
		rc = plug_all(wk, w, (int)id, e);
	if (rc == 0)
		*domid = (int32_t)id;
	else
		undo(wk, w, id);
	return rc;
}

static void
work(struct worker *wk, const struct work *w, struct work_result *res)
{
	struct uvnf_error e = { 0 };
	int rc;

	memset(res, 0, sizeof(*res));
	res->domid = -1;
	rc = worker_open(wk, &e);
	if (rc == 0 && w->kind == WORK_BUILD)
		rc = build(wk, w, &res->domid, &e);
	else if (rc == 0)
		rc = destroy(wk, w, &e);
	res->code = -rc;
	memcpy(res->text, e.text, sizeof(res->text));
}

/* Takes the next packet; false when there will be none. */
static bool
take(struct worker *wk, int fd, struct work *w)
{
	static union {
		struct work work;
		char bytes[sizeof(struct work) + SPEC_MAX];
	} packet;
	ssize_t n;

	do
		n = recv(fd, &packet, sizeof(packet), 0);
	while (n < 0 && errno == EINTR);
	if (n == 0)
		return false;
	if (n < (ssize_t)sizeof(*w))
		_exit(1);
	*w = packet.work;
	if (w->kind == WORK_BUILD && spec_unpack(&wk->template,
	    packet.bytes + sizeof(*w), (size_t)n - sizeof(*w)) < 0)
		_exit(1);
	return true;
}

void
worker_run(int fd)
{
	struct worker wk = { .ctx = NULL };
	struct uvnf_error e;
	struct work w;
	struct work_result res;

	child_begin("uvnfd: worker", fd);
	errno = 0;
	if (nice(NICE) == -1 && errno != 0)
		log_warn("worker stays as urgent as uvnfd error=%s",
		    strerror(errno));
	xtl_init(&wk.log);
	/* Opened ahead of the first job; a failure is told by that one. */
	worker_open(&wk, &e);
	while (take(&wk, fd, &w)) {
		work(&wk, &w, &res);
		if (send(fd, &res, sizeof(res), MSG_NOSIGNAL) < 0)
			_exit(1);
	}
	_exit(0);
}
