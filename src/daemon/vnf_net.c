/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * PHASE_NET: a shell's vifs are changed for the VNF that is to have it.  Until
 * that has ended the VNF is `creating', and its claim is not on record: should
 * the daemon end meanwhile, the next one finds a shell, and destroys it.
 */

#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/net.h"
#include "daemon/pool.h"
#include "daemon/vnf_task_impl.h"

/* The shell no longer belongs to the VNF. */
static struct domain *
let_go(struct vnf *v)
{
	struct domain *d = v->domain;

	v->domain = NULL;
	d->vnf = NULL;
	return d;
}

static void
record_all(struct vnf_task *t, const struct domain *d)
{
	unsigned i;

	for (i = 0; i < d->nvifs; i++)
		journal_vif(t->daemon->journal, d, i, &d->vifs[i]);
}

/* A shell that is as it was goes back; any other one goes. */
static void
give_up_shell(struct vnf_task *t, struct domain *d)
{
	struct daemon *dm = t->daemon;

	if (!d->spoiled && !d->dead && !dm->stopping) {
		record_all(t, d);
		domain_set_values(d, NULL);
		pool_put_back(dm->pools, d);
		return;
	}
	doom(dm, d);
}

static void
net_changed(void *arg, const struct uvnf_error *e)
{
	struct vnf_task *t = arg;
	struct domain *d;

	t->inflight--;
	if (t->vnf == NULL) {		/* its domain is being destroyed */
		task_end(t);
		return;
	}
	d = let_go(t->vnf);
	t->phase = PHASE_NONE;
	if (e == NULL) {
		task_claim(t, d);
		return;
	}
	log_warn("vifs not changed name=%s domid=%d spoiled=%d error=%s",
	    t->vnf->name, d->domid, d->spoiled, e->text);
	give_up_shell(t, d);
	task_unclaimed(t, e);
}

static int
record_wanted(struct vnf_task *t, const struct domain *d,
    const struct domain_vif *vifs, uint32_t mask)
{
	unsigned i;
	int rc = 0;

	for (i = 0; i < d->nvifs && rc == 0; i++)
		if (mask & 1u << i)
			rc = journal_vif(t->daemon->journal, d, i, &vifs[i]);
	return rc;
}

static void
change(struct vnf_task *t, struct domain *d, const struct domain_vif *vifs,
    uint32_t mask)
{
	struct backend *b = t->daemon->backend;
	struct uvnf_error e;

	if (record_wanted(t, d, vifs, mask) != 0) {
		journal_refused(&e, "the vifs of '%s'", t->vnf->name);
		doom(t->daemon, d);
		task_unclaimed(t, &e);
		return;
	}
	t->phase = PHASE_NET;
	if (t->vnf->state == VNF_NONE)
		vnf_set_state(&t->daemon->vnfs, t->vnf, VNF_CREATING);
	t->vnf->source = d->kind;
	t->vnf->domain = d;
	d->vnf = t->vnf;
	t->inflight++;
	b->set_vifs(b, d, vifs, mask, net_changed, t);
}

void
task_take_shell(struct vnf_task *t, struct domain *d)
{
	struct domain_vif vifs[TEMPLATE_VIFS_MAX];
	uint32_t mask = 0;

	task_give_values(t, d);
	if (!net_is_plain(d->template, t->net))
		mask = net_wanted(d, t->vnf->name, t->net, vifs);
	if (mask != 0)
		change(t, d, vifs, mask);
	else
		task_claim(t, d);
}

void
task_net_failed(struct vnf_task *t, const struct uvnf_error *e)
{
	struct daemon *dm = t->daemon;
	struct domain *d = let_go(t->vnf);

	journal_doom(dm->journal, d);
	/* Or a short time limit would cost nothing, again and again. */
	domain_owe(d, t->vnf->owner, t->vnf->memory_mb);
	task_unclaimed(t, e);
	/* It goes once what is under way has ended. */
	reap(dm, d, NULL, NULL);
}

bool
task_is_in_net(const struct vnf_task *t)
{
	return t != NULL && t->phase == PHASE_NET;
}

const struct net_wish *
task_net_wish(const struct vnf_task *t)
{
	return t != NULL ? t->net : NULL;
}

void
tasks_stop_net(struct daemon *dm)
{
	struct vnf *v, *next;
	struct uvnf_error e;

	uvnf_error_set(&e, UVNF_E_STOPPING, "the daemon is going down");
	for (v = TAILQ_FIRST(&dm->vnfs.list); v != NULL; v = next) {
		next = TAILQ_NEXT(v, entry);
		if (task_is_in_net(v->task))
			task_net_failed(v->task, &e);
	}
}
