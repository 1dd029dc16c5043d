/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * What a run leaves behind, which is nothing.  A destroy goes by the
 * connection that its VNF's create went by: the daemon reads them in their
 * order, so that a create which it has not read yet cannot come behind.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/load.h"
#include "common/util.h"

#define BATCH 64
#define LIMIT_MS 30000		/* of a destroy, the domain's end included */
#define GRACE_MS 1000		/* behind it, nobody answers */
#define PASSES 2		/* a limit, or a connection, may have passed */

struct clean {
	struct load *l;
	size_t next;			/* the first that was not looked at */
	size_t under_way;
	size_t lingering;		/* whose names are free, no more */
	bool silent;			/* no answer comes by a connection */
	bool nobody;			/* there is none to ask */
	char error[512];		/* of the first that is left, or "" */
};

/* A destroy that is under way. */
struct cleaned {
	struct clean *clean;
	struct vnf *vnf;
	uint64_t asked_ns;
};

static void
keep_error(struct clean *cl, const char *word, const char *text)
{
	if (cl->error[0] == '\0')
		snprintf(cl->error, sizeof(cl->error), "%s: %s", word, text);
}

static void
on_cleaned(struct uvnf *u, const struct uvnf_reply *r, void *arg)
{
	const char *word = uvnf_reply_word(r);
	struct cleaned *one = arg;
	struct clean *cl = one->clean;
	struct vnf *v = one->vnf;
	uint64_t waited = now_ns() - one->asked_ns;

	(void)u;
	free(one);
	cl->under_way--;
	if (strcmp(word, "ok") == 0 || strcmp(word, "no-vnf") == 0) {
		fleet_release(&cl->l->fleet, v);
		return;
	}
	keep_error(cl, word, uvnf_reply_text(r));
	if (strcmp(word, "timeout") != 0)
		return;
	/* The library's own limit, or the daemon's answer? */
	if (waited > (LIMIT_MS + GRACE_MS) * UINT64_C(1000000)) {
		cl->silent = true;
	} else {
		fleet_release(&cl->l->fleet, v);
		cl->lingering++;
	}
}

/* NULL: there is none, and none to be had. */
static struct conn *
conn_for(struct clean *cl, const struct vnf *v)
{
	struct load *l = cl->l;
	struct conn *c = v->conn;
	char why[sizeof(cl->error)];
	unsigned i;

	if (c != NULL && c->u != NULL)
		return c;
	for (i = 0; i < l->nconns; i++)
		if (l->conns[i].u != NULL)
			return &l->conns[i];
	if (conn_again(l, &l->conns[0], why, sizeof(why)) == 0)
		return &l->conns[0];
	memcpy(cl->error, why, sizeof(why));
	cl->nobody = true;
	return NULL;
}

static void
clean_one(struct clean *cl, struct conn *c, struct vnf *v)
{
	char limit[32];
	const char *words[] = { "destroy", v->name, "wait=freed", limit };
	struct cleaned *one = xmalloc(sizeof(*one));

	snprintf(limit, sizeof(limit), "timeout_ms=%u", LIMIT_MS);
	*one = (struct cleaned){ cl, v, now_ns() };
	c->dirty = true;
	if (uvnf_submit(c->u, words, 4, NULL, 0, on_cleaned, one,
	    NULL) == 0) {
		cl->under_way++;
		return;
	}
	keep_error(cl, uvnf_error_word(c->u), uvnf_error_text(c->u));
	free(one);
}

static void
clean_next(struct clean *cl)
{
	struct fleet *f = &cl->l->fleet;
	struct conn *c;
	struct vnf *v;

	for (; cl->next < f->n && cl->under_way < BATCH; cl->next++) {
		v = f->vnfs[cl->next];
		if (v->use == VNF_FREE)
			continue;
		c = cl->silent ? NULL : conn_for(cl, v);
		if (c == NULL) {
			cl->next = f->n;
			return;
		}
		clean_one(cl, c, v);
	}
}

/*
 * What went by a connection that is full of requests may come too late: what is
 * asked behind such a pass goes by another one.
 */
static void
pass(struct clean *cl)
{
	if (cl->silent)
		conns_drop(cl->l);
	cl->silent = false;
	cl->next = 0;
	if (cl->lingering == 0)
		cl->error[0] = '\0';
	clean_next(cl);
	while (cl->under_way > 0) {
		load_turn(cl->l);
		clean_next(cl);
	}
}

static int
say_what_is_left(const struct clean *cl)
{
	const struct fleet *f = &cl->l->fleet;
	size_t left = fleet_count(f);
	char text[1024];

	if (left > 0)
		snprintf(text, sizeof(text), "%zu VNFs named %s... could not "
		    "be destroyed: %s; 'uvnfctl list' shows what there is of "
		    "them, 'uvnfctl destroy NAME' ends one", left, f->stem,
		    cl->error);
	else if (cl->lingering > 0)
		snprintf(text, sizeof(text), "the domains of %zu VNFs have "
		    "not ended yet: %s", cl->lingering, cl->error);
	else
		return 0;
	return bench_fail("system", text, 1);
}

int
cleanup(struct load *l)
{
	struct clean cl = { .l = l };
	int i;

	l->stopping = true;		/* what comes late begins nothing */
	for (i = 0; i < PASSES && !cl.nobody && fleet_count(&l->fleet) > 0;
	    i++)
		pass(&cl);
	return say_what_is_left(&cl);
}
