/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* Routers beside router 0: what is refused, and how one is started. */

#include <event2/event.h>
#include <inttypes.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/vnf_routers.h"
#include "daemon/vnf_task_impl.h"

static bool
may_run(const struct vnf *v, unsigned router)
{
	return router == 0 ? vnf_may_run(v) :
	    (v->routers & UINT64_C(1) << router) != 0;
}

/* --- what is refused ----------------------------------------------------- */

static int
check_number(const struct vnf *v, unsigned router, struct uvnf_error *e)
{
	const struct template *t = v->template;

	if (router < t->routers)
		return 0;
	if (t->routers == 1)
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST, "'%s' can have "
		    "router 0 alone; 'routers: %u' in template '%s' would "
		    "allow router %u", v->name, router + 1, t->name, router);
	return uvnf_error_set(e, UVNF_E_BAD_REQUEST, "'%s' has no router %u: "
	    "template '%s' allows 0 to %u", v->name, router, t->name,
	    t->routers - 1);
}

static int
check_alone(const struct vnf *v, unsigned router, struct uvnf_error *e)
{
	if (v->routers == 0 || !may_run(v, router))
		return 0;
	return uvnf_error_set(e, UVNF_E_BAD_STATE, "several routers run in "
	    "'%s', and ClickOS cannot stop one of them: that would end the "
	    "traffic of all, and the guest would react to nothing any more; "
	    "destroy it and create it anew", v->name);
}

int
routers_check_config(const struct vnf *v, unsigned router,
    struct uvnf_error *e)
{
	int rc;

	if ((rc = check_number(v, router, e)) != 0 ||
	    (rc = check_alone(v, router, e)) != 0)
		return rc;
	if (router != 0 && v->state != VNF_READY)
		return uvnf_error_set(e, UVNF_E_BAD_STATE, "'%s' is %s: "
		    "another router is started beside router 0, which must be "
		    "ready", v->name, vnf_state_word(v->state));
	return 0;
}

int
routers_check_stop(const struct vnf *v, unsigned router,
    struct uvnf_error *e)
{
	int rc;

	if ((rc = check_number(v, router, e)) != 0 ||
	    (rc = check_alone(v, router, e)) != 0 || router == 0)
		return rc;
	return uvnf_error_set(e, UVNF_E_BAD_STATE,
	    "router %u of '%s' does not run", router, v->name);
}

int
routers_check_reboot(const struct vnf *v, struct uvnf_error *e)
{
	if (v->routers == 0)
		return 0;
	return uvnf_error_set(e, UVNF_E_BAD_STATE, "several routers %s in "
	    "'%s', of which another domain would have router 0 alone; destroy "
	    "it, create it anew, and give it its other routers again",
	    v->state == VNF_CRASHED ? "ran" : "run", v->name);
}

/* --- one more ------------------------------------------------------------ */

bool
task_adds_router(const struct vnf_task *t)
{
	return t != NULL && t->goal == GOAL_ROUTER;
}

void
task_router_failed(struct vnf_task *t, const struct uvnf_error *e)
{
	struct daemon *dm = t->daemon;
	struct vnf *v = t->vnf;

	log_warn("router failed name=%s router=%u code=%s error=%s", v->name,
	    t->router, uvnf_code_word(e->code), e->text);
	/* The guest's own word; all else leaves open what becomes of it. */
	if (e->code == UVNF_E_ROUTER_FAILED) {
		v->routers &= ~(UINT64_C(1) << t->router);
		journal_routers(dm->journal, v);
	}
	task_give_up(t, e);
	calls_begin(v);
}

static void
start_acknowledged(void *arg, const struct uvnf_error *e)
{
	struct vnf_task *t = arg;

	if (task_resumes(t, e))
		task_started(t);
}

/*
 * A handler that is asked for while a router starts crashes the guest: those
 * that come now wait, and those under way are waited for.
 */
static void
order_start(struct vnf_task *t)
{
	struct backend *b = t->daemon->backend;
	struct vnf *v = t->vnf;
	struct uvnf_error e;

	t->phase = PHASE_CALLS;
	if (v->domain->calls > 0)
		return;
	v->routers |= UINT64_C(1) << t->router;
	if (journal_routers(t->daemon->journal, v) != 0) {
		v->routers &= ~(UINT64_C(1) << t->router);
		journal_refused(&e, "router %u of '%s'", t->router, v->name);
		task_router_failed(t, &e);
		return;
	}
	t->phase = PHASE_WRITE;
	task_expect(t);
	t->inflight++;
	b->set_status(b, v->domain, t->router, true, start_acknowledged, t);
}

void
task_calls_over(struct vnf_task *t)
{
	if (t->phase == PHASE_CALLS)
		order_start(t);
}

static void
chunks_written(void *arg, const struct uvnf_error *e)
{
	struct vnf_task *t = arg;

	if (!task_resumes(t, e))
		return;
	vnf_stamp(&t->daemon->vnfs, t->vnf, STAGE_CONFIGURED, now_us());
	order_start(t);
}

/*
 * Its start is ordered once all chunks are there, not along with them: one
 * that was refused could not be made good by a halt.
 */
void
task_add_router(struct daemon *dm, struct vnf *v, unsigned router,
    struct vnf_request *rq)
{
	struct vnf_task *t = task_new(dm, v, GOAL_ROUTER, rq);
	struct backend *b = dm->backend;

	t->router = router;
	journal_config(dm->journal, v);		/* values that were set */
	t->phase = PHASE_WRITE;
	t->inflight++;
	b->configure(b, v->domain, router, t->config, t->config_len, false,
	    chunks_written, t);
}
