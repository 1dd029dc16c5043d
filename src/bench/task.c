/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* Operations: what is asked for, and what becomes of the answers. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/load.h"
#include "common/util.h"

struct task {
	struct load *l;
	struct conn *conn;
	struct vnf *vnf;
	enum kind kind;
	enum op op;			/* under way */
	bool client;			/* closed loop: the next one follows */
	bool measured;
	bool discarding;		/* a failed VNF is destroyed */
	bool erred;			/* an error of it was counted */
	bool answered;			/* and waits for the router */
	bool running;			/* the router, before the answer */
	char *failed, *why;		/* it failed, before the answer */
	uint64_t intended_ns;		/* 0: it has none */
	uint64_t sent_ns;
};

#define WORDS_MAX (SETS_MAX + 8)

static void destroy(struct task *t);

/* --- what is measured ---------------------------------------------------- */

static void
record(struct task *t, enum stage stage, uint64_t now)
{
	struct result *r = t->l->result;

	if (!t->measured)
		return;
	result_record(r, t->op, stage, SINCE_SENT, now - t->sent_ns);
	if (t->intended_ns != 0)
		result_record(r, t->op, stage, SINCE_INTENDED,
		    now - t->intended_ns);
}

static void
record_daemon(struct task *t, const struct uvnf_data *d)
{
	static const char *const keys[] = { "stages_us.claimed",
		"stages_us.configured", "stages_us.started",
		"stages_us.ready" };
	int64_t us;
	int i;

	for (i = 0; t->measured && i <= STAGE_READY; i++)
		if (uvnf_data_number(d, keys[i], &us) == 0 && us >= 0)
			result_record(t->l->result, t->op, (enum stage)i,
			    SINCE_DAEMON, (uint64_t)us * 1000);
}

static void
count_source(struct task *t, const struct uvnf_data *d)
{
	const char *source = uvnf_data_get(d, "source");
	int i = source != NULL ? name_index(source_names, SOURCE_COUNT,
	    source) : -1;

	if (t->measured && i >= 0)
		t->l->result->sources[i]++;
}

/* Which stage an answer is about: what was waited for. */
static enum stage
answer_stage(const struct task *t, const struct uvnf_data *d)
{
	int i = STAGE_CLAIMED;

	if (t->l->o->wait != NULL)
		i = name_index(stage_names, STAGE_COUNT, t->l->o->wait);
	else if (t->op == OP_CONFIG ||
	    uvnf_data_find(d, "stages_us.started") != NULL)
		i = STAGE_STARTED;
	return (enum stage)i;
}

static void
count_error(struct task *t, const char *code, const char *text)
{
	t->erred = true;
	result_error(t->l->result, t->op, code, text, t->l->o->expect);
}

/* --- from one to the next ------------------------------------------------ */

bool
tasks_more(const struct load *l)
{
	const struct options *o = l->o;

	if (l->stopping || load_interrupted() || (o->operations > 0 &&
	    l->begun >= o->warm_up + o->operations))
		return false;
	if (o->duration_ms == 0 || l->begin_ns == 0)
		return true;
	/* An arrival counts from when it is due, also if it is seen late. */
	return (l->timer >= 0 ? l->next_ns : now_ns()) <
	    l->begin_ns + o->duration_ms * 1000000;
}

static void
finish(struct task *t)
{
	struct load *l = t->l;
	struct conn *c = t->conn;
	bool client = t->client;

	if (t->vnf->task == t)
		t->vnf->task = NULL;
	if (t->measured) {
		l->result->operations++;
		l->result->failed += t->erred;
		if (!t->discarding)
			l->end_ns = now_ns();
	}
	l->under_way--;
	free(t->failed);
	free(t->why);
	free(t);
	/* On a connection that was lost nothing is begun. */
	if (client && tasks_more(l) && uvnf_fd(c->u) >= 0)
		task_begin(l, c, true, 0);
}

/* Where nothing can be asked any more, the VNF is left to the clean-up. */
static void
submit(struct task *t, const char *const *words, size_t n, bool payload,
    uvnf_done_cb done)
{
	const struct options *o = t->l->o;
	struct uvnf *u = t->conn->u;
	const char *word, *text;

	t->sent_ns = now_ns();
	t->conn->dirty = true;
	if (u != NULL && uvnf_submit(u, words, n, payload ? o->config : NULL,
	    payload ? o->config_len : 0, done, t, NULL) == 0)
		return;
	word = u != NULL ? uvnf_error_word(u) : "no-daemon";
	text = u != NULL ? uvnf_error_text(u) : "the connection was lost";
	if (!t->discarding)
		count_error(t, word, text);
	/* Whoever has lost it says so. */
	t->l->stopping = true;
	if (u != NULL && uvnf_fd(u) >= 0)
		load_cut(t->l, word, text);
	finish(t);
}

/* --- destroy ------------------------------------------------------------- */

static void
on_destroyed(struct uvnf *u, const struct uvnf_reply *r, void *arg)
{
	const char *word = uvnf_reply_word(r);
	uint64_t now = now_ns();
	struct task *t = arg;
	bool ok = strcmp(word, "ok") == 0;

	(void)u;
	if (!t->discarding) {
		if (ok)
			record(t, STAGE_DESTROYED, now);
		else
			count_error(t, word, uvnf_reply_text(r));
	}
	if (ok || strcmp(word, "no-vnf") == 0)
		fleet_release(&t->l->fleet, t->vnf);
	finish(t);
}

static void
destroy(struct task *t)
{
	char limit[32], wait[32];
	const char *words[] = { "destroy", t->vnf->name, wait, limit };

	snprintf(limit, sizeof(limit), "timeout_ms=%u", t->l->o->timeout_ms);
	snprintf(wait, sizeof(wait), "wait=%s", t->l->o->destroy_wait);
	t->op = OP_DESTROY;
	submit(t, words, 4, false, on_destroyed);
}

/*
 * What failed may be there all the same, and is destroyed, but not when
 * another one has the name, or where one may make none and destroy none.
 */
static void
fail(struct task *t, const char *code, const char *text)
{
	count_error(t, code, text);
	if (t->op == OP_CREATE && (strcmp(code, "name-taken") == 0 ||
	    strcmp(code, "denied") == 0)) {
		fleet_release(&t->l->fleet, t->vnf);
		finish(t);
		return;
	}
	/* Here it has ended; what comes behind is not measured. */
	if (t->measured)
		t->l->end_ns = now_ns();
	t->discarding = true;
	destroy(t);
}

/* --- create and config --------------------------------------------------- */

static void
succeed(struct task *t)
{
	if (t->kind == KIND_CYCLE) {
		t->intended_ns = 0;
		destroy(t);
		return;
	}
	fleet_idle(&t->l->fleet, t->vnf);
	finish(t);
}

/* Whose answer came; is there a router that could run? */
static void
await_router(struct task *t, const struct uvnf_data *d)
{
	const char *wait = t->l->o->wait, *state = uvnf_data_get(d, "state");

	t->answered = true;
	if (!t->l->o->ready || t->running)
		succeed(t);
	else if (t->failed != NULL)
		fail(t, t->failed, t->why);
	else if (state != NULL && strcmp(state, "claimed") == 0 &&
	    (wait == NULL || strcmp(wait, "claimed") != 0))
		fail(t, "bad-request", "it has no configuration, so no router "
		    "will run: give --config FILE, or leave --ready out");
}

static void
on_answered(struct uvnf *u, const struct uvnf_reply *r, void *arg)
{
	const struct uvnf_data *d = uvnf_reply_data(r, 0);
	uint64_t now = now_ns();
	struct task *t = arg;

	(void)u;
	if (strcmp(uvnf_reply_word(r), "ok") != 0 || d == NULL) {
		fail(t, uvnf_reply_word(r), uvnf_reply_text(r));
		return;
	}
	record(t, answer_stage(t, d), now);
	record_daemon(t, d);
	if (t->op == OP_CREATE)
		count_source(t, d);
	await_router(t, d);
}

static void
ask(struct task *t)
{
	const struct options *o = t->l->o;
	const char *words[WORDS_MAX];
	char limit[32], wait[32];
	size_t n = 0;
	unsigned i;

	words[n++] = op_names[t->op];
	if (t->op == OP_CREATE)
		words[n++] = o->template;
	words[n++] = t->vnf->name;
	for (i = 0; i < o->nsets; i++)
		words[n++] = o->sets[i];
	snprintf(limit, sizeof(limit), "timeout_ms=%u", o->timeout_ms);
	words[n++] = limit;
	if (o->wait != NULL) {
		snprintf(wait, sizeof(wait), "wait=%s", o->wait);
		words[n++] = wait;
	}
	submit(t, words, n, o->config != NULL, on_answered);
}

/* --- which one ----------------------------------------------------------- */

static enum kind
draw(struct load *l)
{
	uint64_t sum = 0, x;
	int i;

	for (i = 0; i < KIND_COUNT; i++)
		sum += l->o->weights[i];
	x = rng_below(&l->kinds, sum);
	for (i = 0; x >= l->o->weights[i]; i++)
		x -= l->o->weights[i];
	return (enum kind)i;
}

/*
 * Without a VNF that is idle there is none to configure or to destroy: one is
 * made instead.  With enough of them, one is destroyed in place of a create.
 */
static struct vnf *
choose(struct load *l, enum kind *kind)
{
	enum kind wanted = *kind;
	struct vnf *v = NULL;

	if (wanted == KIND_CREATE && fleet_count(&l->fleet) >=
	    l->o->population)
		*kind = KIND_DESTROY;
	if (*kind == KIND_CONFIG || *kind == KIND_DESTROY)
		v = fleet_pick(&l->fleet, &l->picks);
	if (v == NULL) {
		if (*kind != KIND_CYCLE)
			*kind = KIND_CREATE;
		v = fleet_take(&l->fleet);
	}
	if (*kind != wanted && l->begun > l->o->warm_up)
		l->result->substituted++;
	return v;
}

void
task_begin(struct load *l, struct conn *c, bool client, uint64_t intended_ns)
{
	struct task *t = xcalloc(1, sizeof(*t));

	t->l = l;
	t->conn = c;
	t->client = client;
	t->intended_ns = intended_ns;
	t->measured = ++l->begun > l->o->warm_up;
	if (t->measured && l->begin_ns == 0)
		l->begin_ns = now_ns();
	l->under_way++;
	t->kind = draw(l);
	t->vnf = choose(l, &t->kind);
	t->vnf->task = t;
	if (t->kind == KIND_CREATE || t->kind == KIND_CYCLE)
		t->vnf->conn = c;
	t->op = t->kind == KIND_CONFIG ? OP_CONFIG : OP_CREATE;
	if (t->kind == KIND_DESTROY)
		destroy(t);
	else
		ask(t);
}

/* --- routers that run, by event ------------------------------------------ */

/* It comes on another connection, perhaps ahead of the answer. */
static void
on_state(struct task *t, const char *to, const struct uvnf_data *d)
{
	const char *code = uvnf_data_get(d, "error.code");
	const char *text = uvnf_data_get(d, "error.text");

	if (t->running || t->failed != NULL)
		return;
	if (strcmp(to, "ready") == 0) {
		t->running = true;
		record(t, STAGE_READY, now_ns());
		if (t->answered)
			succeed(t);
		return;
	}
	if (strcmp(to, "stopping") == 0) {
		code = "destroyed";
		text = "somebody else destroys it";
	}
	if (strcmp(to, "stopping") == 0 || strcmp(to, "failed") == 0 ||
	    strcmp(to, "crashed") == 0) {
		t->failed = xstrdup(code != NULL ? code : "router-failed");
		t->why = xstrdup(text != NULL ? text : "");
		if (t->answered)
			fail(t, t->failed, t->why);
	}
}

/* Those whose event will not come: all, or those that waited for too long. */
static void
give_up(struct load *l, bool all, const char *code, const char *text)
{
	uint64_t now = now_ns(), limit = l->o->timeout_ms * UINT64_C(1000000);
	struct task *t;
	size_t i;

	for (i = 0; i < l->fleet.n; i++) {
		t = l->fleet.vnfs[i]->task;
		if (t == NULL || t->op == OP_DESTROY || !t->answered ||
		    t->running || t->failed != NULL ||
		    (!all && now - t->sent_ns < limit))
			continue;
		fail(t, code, text);
	}
}

void
tasks_tick(struct load *l)
{
	if (l->o->ready)
		give_up(l, false, "timeout", "the router did not run within "
		    "the time limit, or its event was lost");
}

static void
no_events(struct load *l)
{
	l->stopping = true;
	give_up(l, true, "cancelled", "the daemon sends no events");
}

static void
on_event(struct uvnf *u, const char *word, const struct uvnf_data *d,
    void *arg)
{
	const char *kind, *name, *to;
	struct load *l = arg;
	struct vnf *v;

	(void)u;
	if (word == NULL) {
		no_events(l);
		return;
	}
	kind = uvnf_data_get(d, "kind");
	if (kind != NULL && strcmp(kind, "end") == 0) {
		load_cut(l, "cancelled", "the daemon sends no more events, "
		    "which --ready needs");
		no_events(l);
		return;
	}
	name = uvnf_data_get(d, "name");
	to = uvnf_data_get(d, "to");
	if (kind == NULL || name == NULL || to == NULL ||
	    strcmp(kind, "state") != 0)
		return;
	v = fleet_find(&l->fleet, name);
	if (v != NULL && v->task != NULL &&
	    ((struct task *)v->task)->op != OP_DESTROY)
		on_state(v->task, to, d);
}

static void
on_follow(struct uvnf *u, const struct uvnf_reply *r, void *arg)
{
	struct load *l = arg;

	(void)u;
	if (strcmp(uvnf_reply_word(r), "ok") == 0)
		l->following = true;
	else
		bench_fail(uvnf_reply_word(r), uvnf_reply_text(r), 1);
}

int
tasks_follow(struct load *l)
{
	const char *words[] = { "events", "follow=true" };
	struct uvnf *u = l->conns[l->nconns].u;

	if (uvnf_subscribe(u, words, 2, on_follow, on_event, l, NULL) < 0)
		return bench_fail(uvnf_error_word(u), uvnf_error_text(u), 1);
	while (!l->following && uvnf_pending(u) > 0)
		if (uvnf_wait(u, -1) < 0)
			break;
	return l->following ? 0 : 1;
}
