/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/bridges.h"
#include "daemon/journal.h"
#include "daemon/net.h"
#include "daemon/vnf_task.h"

static struct bridge *
find(const struct daemon *dm, const char *name)
{
	struct bridge *b;

	TAILQ_FOREACH(b, &dm->bridges, entry)
		if (strcmp(b->name, name) == 0)
			return b;
	return NULL;
}

static struct bridge *
add(struct daemon *dm, const char *name, const char *chain, uid_t owner)
{
	struct bridge *b = xcalloc(1, sizeof(*b));

	snprintf(b->name, sizeof(b->name), "%s", name);
	snprintf(b->chain, sizeof(b->chain), "%s", chain);
	b->owner = owner;
	TAILQ_INSERT_TAIL(&dm->bridges, b, entry);
	account_add(&dm->vnfs.accounts, owner, QUOTA_BRIDGES, 1);
	return b;
}

static void
drop(struct daemon *dm, struct bridge *b)
{
	TAILQ_REMOVE(&dm->bridges, b, entry);
	account_take(&dm->vnfs.accounts, b->owner, QUOTA_BRIDGES, 1);
	free(b);
}

static void
forget(struct daemon *dm, struct bridge *b)
{
	journal_nobridge(dm->journal, b->name);
	drop(dm, b);
}

void
bridges_recover(struct daemon *dm)
{
	const struct journal_bridge *jb;

	TAILQ_FOREACH(jb, journal_bridges(dm->journal), entry)
		add(dm, jb->name, jb->chain, jb->owner);
}

void
bridges_free(struct daemon *dm)
{
	struct bridge *b;

	while ((b = TAILQ_FIRST(&dm->bridges)) != NULL) {
		free(b->task);
		drop(dm, b);
	}
}

const struct bridge *
bridge_find(const struct daemon *dm, const char *name)
{
	return find(dm, name);
}

unsigned
bridge_vifs(const struct daemon *dm, const char *name)
{
	const struct vnf *v;
	unsigned i, n = 0;

	TAILQ_FOREACH(v, &dm->vnfs.list, entry)
		for (i = 0; v->domain != NULL && i < v->domain->nvifs; i++)
			if (v->domain->vifs[i].place.plug == PLUG_BRIDGE &&
			    strcmp(v->domain->vifs[i].place.name, name) == 0)
				n++;
	return n;
}

static bool
is_bridge(const struct place *p, const char *name)
{
	return p->plug == PLUG_BRIDGE && strcmp(p->name, name) == 0;
}

static bool
wants_bridge(const struct vnf *v, const char *name)
{
	const struct net_wish *w = task_net_wish(v->task);
	unsigned i;

	for (i = 0; v->domain != NULL && i < v->domain->nvifs; i++)
		if (is_bridge(&v->domain->vifs[i].place, name))
			return true;
	for (i = 0; w != NULL && i < w->nvifs; i++)
		if (w->vifs[i].placed && is_bridge(&w->vifs[i].place, name))
			return true;
	return false;
}

const struct vnf *
bridge_wanted(const struct daemon *dm, const char *name, uid_t owner)
{
	const struct vnf *v;

	TAILQ_FOREACH(v, &dm->vnfs.list, entry)
		if (v->owner != owner && wants_bridge(v, name))
			return v;
	return NULL;
}

/* --- an operation -------------------------------------------------------- */

struct bridge_task {
	struct daemon *daemon;
	struct bridge *bridge;
	bool make;
	bool known;			/* it was there before */
	bridge_done done;
	void *arg;
};

static void
ended(void *arg, const struct uvnf_error *e)
{
	struct bridge_task *t = arg;
	struct bridge *b = t->bridge;

	b->task = NULL;
	if (e != NULL)
		log_warn("bridge %s failed name=%s error=%s",
		    t->make ? "create" : "delete", b->name, e->text);
	else
		log_info("bridge %s name=%s", t->make ? "created" : "deleted",
		    b->name);
	if (t->make && e == NULL) {
		t->done(t->arg, b, !t->known, NULL);
	} else {
		if (!t->known || e == NULL)
			forget(t->daemon, b);
		t->done(t->arg, NULL, false, e);
	}
	free(t);
}

static void
begin(struct daemon *dm, struct bridge *b, bool make, bool known,
    bridge_done done, void *arg)
{
	struct bridge_task *t = xcalloc(1, sizeof(*t));

	t->daemon = dm;
	t->bridge = b;
	t->make = make;
	t->known = known;
	t->done = done;
	t->arg = arg;
	b->task = t;
	dm->backend->bridge(dm->backend, b->name, make, ended, t);
}

/* --- what people want ---------------------------------------------------- */

static int
check_free(const struct daemon *dm, const struct bridge *b,
    struct uvnf_error *e)
{
	if (dm->stopping)
		return uvnf_error_set(e, UVNF_E_STOPPING,
		    "the daemon is going down");
	if (b != NULL && b->task != NULL)
		return uvnf_error_set(e, UVNF_E_BUSY, "another request is "
		    "making or deleting the bridge '%s'", b->name);
	return 0;
}

static int
check_create(const struct daemon *dm, const struct bridge *b,
    const char *name, const char *chain, struct uvnf_error *e)
{
	if (!bridge_name_valid(name) || strcmp(name, "none") == 0)
		return uvnf_error_set(e, UVNF_E_BAD_NAME, "'%.40s' is no name "
		    "for a bridge: at most %d characters, without '/', ':', "
		    "'%%' and space", name, BRIDGE_NAME_MAX);
	/* Whose name a bridge has, netback could not make that device. */
	if (strncmp(name, "vif", 3) == 0)
		return uvnf_error_set(e, UVNF_E_BAD_NAME, "'%s' is no name "
		    "for a bridge: the net devices of domains are called "
		    "'vif' and numbers; take another one", name);
	if (b != NULL && strcmp(b->chain, chain) != 0)
		return uvnf_error_set(e, UVNF_E_NAME_TAKEN, "the bridge '%s' "
		    "was made for %s%s", name, b->chain[0] != '\0' ?
		    "the chain " : "no chain", b->chain);
	return check_free(dm, b, e);
}

void
bridge_create(struct daemon *dm, const char *name, const char *chain,
    uid_t owner, bridge_done done, void *arg)
{
	struct bridge *b = find(dm, name);
	bool known = b != NULL;
	struct uvnf_error e;

	if (check_create(dm, b, name, chain, &e) != 0) {
		done(arg, NULL, false, &e);
		return;
	}
	if (!known && journal_bridge(dm->journal, name, chain,
	    owner) != 0) {
		journal_refused(&e, "'%s'", name);
		done(arg, NULL, false, &e);
		return;
	}
	if (!known)
		b = add(dm, name, chain, owner);
	begin(dm, b, true, known, done, arg);
}

static int
check_delete(const struct daemon *dm, const struct bridge *b,
    const char *name, struct uvnf_error *e)
{
	unsigned n = bridge_vifs(dm, name);

	if (b == NULL)
		return uvnf_error_set(e, UVNF_E_BAD_NAME, "uvnfd has made no "
		    "bridge '%.40s'; 'bridge' shows those it has", name);
	if (n > 0)
		return uvnf_error_set(e, UVNF_E_BAD_STATE, "%u vif%s of VNFs "
		    "%s plugged into the bridge '%s'; destroy them first", n,
		    n == 1 ? "" : "s", n == 1 ? "is" : "are", name);
	return check_free(dm, b, e);
}

void
bridge_delete(struct daemon *dm, const char *name, bridge_done done,
    void *arg)
{
	struct bridge *b = find(dm, name);
	struct uvnf_error e;

	if (check_delete(dm, b, name, &e) != 0)
		done(arg, NULL, false, &e);
	else
		begin(dm, b, false, true, done, arg);
}
