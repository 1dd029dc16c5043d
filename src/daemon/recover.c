/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/mac.h"
#include "daemon/recover.h"
#include "daemon/reap.h"
#include "daemon/vnf_ops.h"

struct adoption {
	struct daemon *daemon;
	char name[VNF_NAME_MAX + 1];
	bool pausing;			/* as the journal has it */
};

static int
compare_found(const void *a, const void *b)
{
	const struct backend_found *x = a, *y = b;

	return memcmp(x->uuid, y->uuid, sizeof(x->uuid));
}

/*
 * The template of that name, even if it says something else now; one that has
 * left the configuration, or has become one of guests that are spoken to in
 * another manner, gets a stand-in.  The reference is the caller's.
 */
static const struct template *
template_of(struct daemon *dm, const struct journal_entry *je)
{
	const struct template *t = config_template(dm->config, je->template);
	struct template *stand_in;

	if (t != NULL && t->guest == je->guest && t->layout == je->layout)
		return template_ref(t);
	stand_in = template_new(je->template);
	stand_in->guest = je->guest;
	stand_in->layout = je->layout;
	stand_in->nvifs = je->nvifs;
	stand_in->ready = READY_RUNNING;
	return stand_in;
}

/* The line that said what its vifs are was damaged: as they were built. */
static void
derive_vifs(struct domain *d)
{
	uint8_t mac[6];
	unsigned i;

	for (i = 0; i < d->nvifs; i++) {
		if (d->template->vifs[i].mac_source == MAC_GIVEN)
			continue;
		mac_of_uuid(mac, d->uuid, i);
		domain_set_mac(d, i, mac);
	}
}

static struct domain *
domain_of(struct daemon *dm, const struct journal_entry *je, int domid)
{
	const struct template *t = template_of(dm, je);
	struct domain *d = domain_new(t, je->kind);

	template_unref(t);
	memcpy(d->uuid, je->uuid, sizeof(d->uuid));
	free(d->name);
	d->name = xstrdup(je->domain_name);
	d->domid = domid;
	if (je->domid != -1)
		domain_take_vifs(d, je->vifs, je->nvifs);
	else
		derive_vifs(d);
	return d;
}

/*
 * That it is undone goes on record behind it, and at once: whoever pauses the
 * domain later did not do so for that request.
 */
static void
undo_pause(struct daemon *dm, struct vnf *v)
{
	struct backend *b = dm->backend;
	struct uvnf_error e;
	int paused = b->is_paused(b, v->domain, &e);

	if (paused < 0 || (paused && b->unpause(b, v->domain, &e) != 0))
		log_error("vnf not resumed name=%s domid=%d error=%s",
		    v->name, v->domain->domid, e.text);
	else
		journal_routers(dm->journal, v);
}

/*
 * A pause that an earlier daemon began for a request that it did not answer is
 * undone; one whose end it did not record has ended.
 */
static void
settle_pause(struct daemon *dm, struct vnf *v, bool pausing)
{
	struct backend *b = dm->backend;
	struct uvnf_error e;

	if (v->state != VNF_PAUSED) {
		if (pausing)
			undo_pause(dm, v);
	} else if (b->is_paused(b, v->domain, &e) == 0) {
		log_warn("vnf was resumed name=%s domid=%d", v->name,
		    v->domain->domid);
		vnf_set_state(&dm->vnfs, v, v->paused_from);
	}
}

static void
adopted(void *arg, const struct uvnf_error *e)
{
	struct adoption *a = arg;
	struct vnf *v = vnf_find(&a->daemon->vnfs, a->name);

	if (e != NULL)
		log_error("adoption incomplete name=%s error=%s", a->name,
		    e->text);
	if (v != NULL && !v->domain->dead)
		settle_pause(a->daemon, v, a->pausing);
	if (v != NULL && v->task == NULL)
		vnf_adopted(a->daemon, v);
	a->daemon->adopting--;
	free(a);
}

/*
 * Leads a fresh VNF through its states to the one that it had.  None of them is
 * for the journal, which knows more than these say: v has no domain yet.
 */
static void
restore_state(struct vnf_table *t, struct vnf *v, enum vnf_state state,
    enum vnf_state paused_from)
{
	struct uvnf_error e;

	if (v->state != VNF_CLAIMED)
		vnf_set_state(t, v, VNF_CLAIMED);
	switch (state) {
	case VNF_STARTED:
		vnf_set_state(t, v, VNF_STARTED);
		break;
	case VNF_READY:
		vnf_set_state(t, v, VNF_STARTED);
		vnf_set_state(t, v, VNF_READY);
		break;
	case VNF_PAUSED:
		restore_state(t, v, paused_from, VNF_CLAIMED);
		vnf_set_state(t, v, VNF_PAUSED);
		break;
	case VNF_FAILED:
	case VNF_CRASHED:
		uvnf_error_set(&e, UVNF_E_SYSTEM,
		    "it was %s before the daemon was restarted",
		    vnf_state_word(state));
		vnf_set_error(v, &e);
		vnf_set_state(t, v, state);
		break;
	case VNF_NONE:
	case VNF_CREATING:
	case VNF_CLAIMED:
	case VNF_STOPPING:
	case VNF_STATE_COUNT:
		break;
	}
}

/* In others a router runs, with what it was given before the kill. */
static bool
is_torn_in(enum vnf_state state)
{
	return state == VNF_CLAIMED || state == VNF_FAILED ||
	    state == VNF_CRASHED;
}

static void
adopt(struct daemon *dm, const struct journal_entry *je, int domid)
{
	struct adoption *a = xcalloc(1, sizeof(*a));
	struct domain *d = domain_of(dm, je, domid);
	struct vnf *v = vnf_new(&dm->vnfs, je->name, d->template);

	v->source = je->kind;
	v->vifs_used = je->vifs_used;
	vnf_label_keep(&v->label, vnf_label(je->label));
	vnf_own(&dm->vnfs, v, je->owner, je->owner != 0 ? je->memory_mb :
	    d->template->memory_mb, je->owner != 0 ? je->vcpus :
	    d->template->vcpus);
	v->routers = je->routers;
	v->torn = je->torn && is_torn_in(je->state == VNF_PAUSED ?
	    je->paused_from : je->state);
	if (je->set.n > 0) {
		v->set = xcalloc(1, sizeof(*v->set));
		params_copy(v->set, &je->set);
	}
	domain_set_values(d, v->set);
	v->stages = je->stages;
	v->stages_kept = true;
	v->pause_undone = je->pause_undone;
	restore_state(&dm->vnfs, v, je->state, je->paused_from);
	v->domain = d;
	d->vnf = v;
	dm->metrics.adopted++;
	log_info("vnf adopted name=%s domid=%d state=%s", v->name, domid,
	    vnf_state_word(v->state));
	a->daemon = dm;
	strcpy(a->name, v->name);
	a->pausing = je->pausing;
	d->adopted = true;
	dm->adopting++;
	dm->backend->adopt(dm->backend, d, adopted, a);
}

static bool
is_instance(const struct daemon *dm, const struct journal_entry *je)
{
	return je->name[0] != '\0' && !je->doomed &&
	    vnf_find(&dm->vnfs, je->name) == NULL;
}

static void
recover_entry(struct daemon *dm, const struct journal_entry *je, int domid)
{
	struct domain *d;

	if (domid != -1 && is_instance(dm, je)) {
		adopt(dm, je, domid);
		return;
	}
	if (je->name[0] != '\0' && !je->doomed)
		log_warn("vnf lost while uvnfd was away name=%s domain=%s",
		    je->name, je->domain_name);
	/* One that is gone may have left nodes: its end was cut short. */
	d = domain_of(dm, je, domid != -1 ? domid : je->domid);
	if (domid != -1)
		log_info("orphan destroyed domain=%s domid=%d", d->name,
		    domid);
	if (domid != -1 && je->owner != 0) {
		d->payer = je->owner;
		d->owed_mb = je->memory_mb;
	}
	reap(dm, d, NULL, NULL);
}

static int
recover_all(struct daemon *dm, struct uvnf_error *e)
{
	struct backend_found *found = NULL;
	struct journal_entry *je;
	size_t n = 0;
	int rc;

	rc = dm->backend->list(dm->backend, &found, &n, e);
	if (rc != 0)
		return rc;
	if (n > 0)
		qsort(found, n, sizeof(*found), compare_found);
	TAILQ_FOREACH(je, journal_entries(dm->journal), entry) {
		struct backend_found key, *f = NULL;

		memcpy(key.uuid, je->uuid, sizeof(key.uuid));
		if (n > 0)
			f = bsearch(&key, found, n, sizeof(*found),
			    compare_found);
		recover_entry(dm, je, f != NULL ? f->domid : -1);
	}
	free(found);
	return 0;
}

int
recover(struct daemon *dm, struct uvnf_error *e)
{
	int rc = recover_all(dm, e);

	while (rc == 0 && dm->adopting > 0)
		event_base_loop(dm->base, EVLOOP_ONCE);
	return rc;
}
