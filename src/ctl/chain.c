/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* The commands apply and delete. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "ctl/chain.h"
#include "ctl/ctl.h"

/* What was done, for people and for JSON. */
struct counts {
	unsigned kept, created, changed, destroyed, made, unmade;
};

struct applying {
	struct ctl *ctl;
	const struct chain *chain;
	const struct chain_now *now;
	struct chain_plan *plan;
	struct counts done;
	int status;			/* of the first that failed */
};

/* --- asking, many at once ------------------------------------------------ */

typedef void (*shown)(struct applying *a, const char *name,
    const struct uvnf_data *d);

/* A request under way. */
struct asked {
	struct applying *applying;
	char *name;			/* what it is about */
	unsigned *count;		/* of those that went well */
	shown show;
	bool *mine;			/* is it there, by this request? */
};

static void
failed(struct applying *a, const char *name, const char *word,
    const char *text, int status)
{
	(void)fflush(stdout);
	fprintf(stderr, "uvnfctl: %s: %s: ", word, name);
	(void)fflush(stderr);
	for (; *text != '\0'; text++)
		(void)fputc(*text >= ' ' && *text <= '~' ? *text : ' ',
		    stderr);
	(void)fputc('\n', stderr);
	if (a->status == 0)
		a->status = status;
}

/*
 * Did it make what it is about?  A VNF that failed has a line about it; behind
 * a time limit it may come yet.  One that was there says that it was not made.
 */
static bool
is_there(const struct uvnf_reply *r)
{
	const struct uvnf_data *d = uvnf_reply_data(r, 0);
	const char *made = d != NULL ? uvnf_data_get(d, "made") : NULL;

	if (made != NULL)
		return strcmp(made, "true") == 0;
	return d != NULL || strcmp(uvnf_reply_word(r), "timeout") == 0;
}

static void
answered(struct uvnf *u, const struct uvnf_reply *r, void *arg)
{
	struct asked *q = arg;
	struct applying *a = q->applying;

	(void)u;
	if (q->mine != NULL)
		*q->mine = is_there(r);
	if (strcmp(uvnf_reply_word(r), "ok") != 0) {
		failed(a, q->name, uvnf_reply_word(r), uvnf_reply_text(r),
		    uvnf_reply_exit_status(r));
	} else {
		(*q->count)++;
		q->show(a, q->name, uvnf_reply_data(r, 0));
	}
	free(q->name);
	free(q);
}

static void
ask(struct applying *a, const struct ctl_request *r, const char *name,
    unsigned *count, shown show, bool *mine)
{
	struct asked *q = xcalloc(1, sizeof(*q));

	q->applying = a;
	q->name = xstrdup(name);
	q->count = count;
	q->show = show;
	q->mine = mine;
	if (uvnf_submit(a->ctl->conn, r->words, r->nwords, r->payload, r->len,
	    answered, q, NULL) == 0)
		return;
	failed(a, name, uvnf_error_word(a->ctl->conn),
	    uvnf_error_text(a->ctl->conn), uvnf_exit_status(a->ctl->conn));
	free(q->name);
	free(q);
}

/* Until all have been answered; 0, or the status of a failure so far. */
static int
settle(struct applying *a)
{
	while (uvnf_pending(a->ctl->conn) > 0)
		if (uvnf_wait(a->ctl->conn, -1) < 0)
			break;		/* each was called back with why */
	return a->status;
}

/* --- what is shown ------------------------------------------------------- */

static void
show_vnf(struct applying *a, const char *name, const struct uvnf_data *d)
{
	(void)name;
	if (d == NULL)
		return;
	if (a->ctl->json)
		json_line_vnf(d, NULL);
	else
		text_vnf(d, NULL);
}

static void
show_destroyed(struct applying *a, const char *name,
    const struct uvnf_data *d)
{
	(void)d;
	if (a->ctl->json)
		json_line_destroyed(name);
	else
		printf("%s destroyed\n", name);
}

static void
show_nothing(struct applying *a, const char *name, const struct uvnf_data *d)
{
	(void)a;
	(void)name;
	(void)d;
}

static void
show_made(struct applying *a, const char *name, const struct uvnf_data *d)
{
	(void)d;
	if (!a->ctl->json)
		printf("bridge %s made\n", name);
}

static void
show_unmade(struct applying *a, const char *name, const struct uvnf_data *d)
{
	(void)d;
	if (!a->ctl->json)
		printf("bridge %s deleted\n", name);
}

/* --- the requests -------------------------------------------------------- */

static void
ask_bridge(struct applying *a, const char *verb, const char *name,
    bool *mine)
{
	struct ctl_request r = { .words = { "bridge", verb, name },
	    .nwords = 3 };
	bool make = strcmp(verb, "create") == 0;
	char *chain = xasprintf("chain=%s", a->chain->name);

	if (make)
		ctl_add_word(&r, chain);
	ask(a, &r, name, make ? &a->done.made : &a->done.unmade,
	    make ? show_made : show_unmade, mine);
	free(chain);
}

static void
ask_destroy(struct applying *a, const char *name, unsigned *count, shown show)
{
	struct ctl_request r = { .words = { "destroy", name, "wait=freed",
	    a->ctl->timeout_arg }, .nwords = 4 };

	ask(a, &r, name, count, show, NULL);
}

static void
add_common(struct applying *a, const struct chain_vnf *v,
    struct ctl_request *r)
{
	size_t i;

	for (i = 0; i < v->nsets; i++)
		ctl_add_word(r, v->sets[i]);
	ctl_add_word(r, "wait=ready");
	ctl_add_word(r, a->ctl->timeout_arg);
	r->payload = v->config;
	r->len = v->config_len;
}

static void
ask_create(struct applying *a, const struct chain_vnf *v, unsigned *count,
    bool *mine)
{
	struct ctl_request r = { .words = { "create", v->template, v->name },
	    .nwords = 3 };
	char *made[CHAIN_VIFS_MAX + 2];
	size_t i, n = 0;

	add_common(a, v, &r);
	made[n++] = xasprintf("chain=%s", a->chain->name);
	made[n++] = xasprintf("spec=%s", v->spec);
	for (i = 0; i < v->nlinks; i++) {
		const char *has = chain_template_bridge(a->now, v->template,
		    i);

		if (has == NULL || strcmp(has, v->links[i]->bridge) != 0)
			made[n++] = xasprintf("vifs.%zu.bridge=%s", i,
			    v->links[i]->bridge);
	}
	for (i = 0; i < n; i++)
		ctl_add_word(&r, made[i]);
	ask(a, &r, v->name, count, show_vnf, mine);
	for (i = 0; i < n; i++)
		free(made[i]);
}

static void
ask_config(struct applying *a, const struct chain_vnf *v)
{
	struct ctl_request r = { .words = { "config", v->name },
	    .nwords = 2 };
	char *spec = xasprintf("spec=%s", v->spec);

	add_common(a, v, &r);
	ctl_add_word(&r, spec);
	ask(a, &r, v->name, &a->done.changed, show_vnf, NULL);
	free(spec);
}

static void
ask_start(struct applying *a, const struct chain_vnf *v)
{
	struct ctl_request r = { .words = { "start", v->name, "wait=ready",
	    a->ctl->timeout_arg }, .nwords = 4 };

	ask(a, &r, v->name, &a->done.changed, show_vnf, NULL);
}

/* --- one phase after the other ------------------------------------------- */

static void
each(struct applying *a, enum chain_act act,
    void (*do_it)(struct applying *, struct chain_step *))
{
	size_t i;

	for (i = 0; i < a->plan->nsteps; i++)
		if (a->plan->steps[i].act == act)
			do_it(a, &a->plan->steps[i]);
}

static void
step_create(struct applying *a, struct chain_step *s)
{
	ask_create(a, s->want, &a->done.created, &s->done);
}

static void
step_config(struct applying *a, struct chain_step *s)
{
	ask_config(a, s->want);
}

static void
step_start(struct applying *a, struct chain_step *s)
{
	ask_start(a, s->want);
}

static void
step_clear(struct applying *a, struct chain_step *s)
{
	static unsigned uncounted;

	ask_destroy(a, s->name, &uncounted, show_nothing);
}

static void
step_replace(struct applying *a, struct chain_step *s)
{
	ask_create(a, s->want, &a->done.changed, NULL);
}

static void
step_destroy(struct applying *a, struct chain_step *s)
{
	ask_destroy(a, s->name, &a->done.destroyed, show_destroyed);
}

static void
count_kept(struct applying *a, struct chain_step *s)
{
	(void)s;
	a->done.kept++;
}

static int
make_bridges(struct applying *a)
{
	size_t i;

	for (i = 0; i < a->plan->nmake; i++)
		ask_bridge(a, "create", a->plan->make[i], &a->plan->made[i]);
	return settle(a);
}

static void
unmake_bridges(struct applying *a)
{
	size_t i;

	for (i = 0; i < a->plan->nunmake; i++)
		ask_bridge(a, "delete", a->plan->unmake[i], NULL);
	settle(a);
}

/*
 * Takes back what this apply has made: all of it, or nothing, is there.  What
 * another one has made meanwhile is not touched.
 */
static void
undo(struct applying *a)
{
	unsigned undone = 0;
	size_t i;

	for (i = 0; i < a->plan->nsteps; i++)
		if (a->plan->steps[i].done)
			ask_destroy(a, a->plan->steps[i].name, &undone,
			    show_destroyed);
	settle(a);
	for (i = 0; i < a->plan->nmake; i++)
		if (a->plan->made[i])
			ask_bridge(a, "delete", a->plan->make[i], NULL);
	settle(a);
}

/*
 * First what is added, which can be taken back; then what is changed; what is
 * no longer wanted goes last.
 */
static void
carry_out(struct applying *a)
{
	each(a, CHAIN_KEEP, count_kept);
	if (make_bridges(a) == 0)
		each(a, CHAIN_CREATE, step_create);
	if (settle(a) != 0) {
		undo(a);
		return;
	}
	each(a, CHAIN_REPLACE, step_clear);
	if (settle(a) == 0) {
		each(a, CHAIN_CONFIG, step_config);
		each(a, CHAIN_START, step_start);
		each(a, CHAIN_REPLACE, step_replace);
	}
	if (settle(a) != 0)
		return;
	each(a, CHAIN_DESTROY, step_destroy);
	if (settle(a) == 0)
		unmake_bridges(a);
}

/* --- the commands -------------------------------------------------------- */

/* What a plan has for a VNF: for a program, and as a sentence. */
static const struct act_words {
	const char *verb, *text;
} act_words[] = {
	[CHAIN_KEEP] = { "keep", "stays as it is" },
	[CHAIN_CREATE] = { "create", "would be created" },
	[CHAIN_CONFIG] = { "config", "would be given another configuration" },
	[CHAIN_START] = { "start", "would be started" },
	[CHAIN_REPLACE] = { "replace", "would be destroyed and created anew" },
	[CHAIN_DESTROY] = { "destroy", "would be destroyed" },
};

static void
show_bridges(const struct ctl *c, const char *const *names, size_t n,
    const char *verb, const char *text)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (c->json)
			json_line_planned("bridge", names[i], verb);
		else
			printf("bridge %s %s\n", names[i], text);
}

static void
show_plan(const struct ctl *c, const struct chain_plan *p)
{
	const struct chain_step *s;

	show_bridges(c, p->make, p->nmake, "create", "would be made");
	for (s = p->steps; s < p->steps + p->nsteps; s++)
		if (c->json)
			json_line_planned("name", s->name,
			    act_words[s->act].verb);
		else
			printf("%s %s\n", s->name, act_words[s->act].text);
	show_bridges(c, p->unmake, p->nunmake, "delete", "would be deleted");
}

static void
show_counts(const struct applying *a)
{
	const struct counts *n = &a->done;

	if (a->ctl->json)
		json_line_chain(a->chain->name, n->kept, n->created,
		    n->changed, n->destroyed, n->made, n->unmade);
	else if (chain_plan_is_empty(a->plan))
		printf("%s: nothing to do\n", a->chain->name);
	else
		printf("%s: %u created, %u changed, %u destroyed, %u kept; "
		    "bridges: %u made, %u deleted\n", a->chain->name,
		    n->created, n->changed, n->destroyed, n->kept, n->made,
		    n->unmade);
}

/* What the daemon answers to a verb, in a connection's room of its own. */
struct asking {
	struct uvnf *conn;
	const struct uvnf_reply *reply;
};

static int
look(struct ctl *c, const char *verb, struct asking *q)
{
	struct ctl other = *c;
	int status;

	other.conn = NULL;
	if ((status = ctl_connect(&other)) != 0)
		return status;
	q->conn = other.conn;
	if (uvnf_request(q->conn, &verb, 1, NULL, 0, NULL, NULL) < 0)
		return ctl_fail_conn(&other);
	q->reply = uvnf_last_reply(q->conn);
	return 0;
}

static int
apply_chain(struct ctl *c, const struct chain *chain, bool dry)
{
	struct asking q[3] = { { NULL, NULL } };
	struct applying a = { .ctl = c, .chain = chain };
	struct chain_now now;
	struct chain_plan *p = NULL;
	struct uvnf_error e;
	int i, status = ctl_connect(c);

	if (status == 0 && (status = look(c, "list", &q[0])) == 0 &&
	    (status = look(c, "bridge", &q[1])) == 0 &&
	    (status = look(c, "templates", &q[2])) == 0) {
		now = (struct chain_now){ q[0].reply, q[1].reply, q[2].reply };
		if ((p = chain_plan(chain, &now, &e)) == NULL)
			status = ctl_fail(e.code, "%s", e.text);
		a.now = &now;
		a.plan = p;
	}
	if (p != NULL && dry) {
		show_plan(c, p);
	} else if (p != NULL) {
		carry_out(&a);
		if ((status = a.status) == 0)
			show_counts(&a);
	}
	if (p != NULL)
		chain_plan_free(p);
	for (i = 0; i < 3; i++)
		if (q[i].conn != NULL)
			uvnf_close(q[i].conn);
	return status;
}

int
cmd_apply(struct ctl *c, const struct args *a)
{
	struct uvnf_error e;
	struct chain *chain;
	int status;

	if (a->argc != 1)
		return ctl_usage(a->cmd, "apply needs a file");
	if ((chain = chain_read(a->argv[0], &e)) == NULL)
		return ctl_fail(e.code, "%s", e.text);
	status = apply_chain(c, chain, a->dry_run);
	chain_free(chain);
	return status;
}

/* A chain of which nothing is wanted. */
int
cmd_delete(struct ctl *c, const struct args *a)
{
	struct uvnf_error e;
	struct chain *chain;
	int status;

	if (a->argc != 1)
		return ctl_usage(a->cmd, "delete needs a file");
	if ((chain = chain_read_name(a->argv[0], &e)) == NULL)
		return ctl_fail(e.code, "%s", e.text);
	status = apply_chain(c, chain, a->dry_run);
	chain_free(chain);
	return status;
}
