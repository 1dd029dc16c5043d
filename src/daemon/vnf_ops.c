/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/pool.h"
#include "daemon/probes.h"
#include "daemon/timer.h"
#include "daemon/vnf_later.h"
#include "daemon/vnf_ops.h"
#include "daemon/vnf_routers.h"
#include "daemon/vnf_task.h"
#include "daemon/vnf_text.h"

struct vnf *
vnf_named(struct daemon *dm, const char *name, struct uvnf_error *e)
{
	struct vnf *v = vnf_find(&dm->vnfs, name);

	if (v == NULL)
		uvnf_error_set(e, UVNF_E_NO_VNF, "no VNF is called '%.80s'; "
		    "'list' shows those there are", name);
	return v;
}

/* --- create and config --------------------------------------------------- */

/* Ends a request that was refused before it touched anything. */
static void
refuse(struct vnf_request *rq, const struct vnf *about,
    const struct uvnf_error *e)
{
	free(rq->config);
	rq->config = NULL;
	params_free(rq->set);
	rq->set = NULL;
	free(rq->net);
	rq->net = NULL;
	rq->answer(rq->arg, about, e);
}

static int
no_template(const struct daemon *dm, const char *name, struct uvnf_error *e)
{
	if (config_is_abstract(dm->config, name))
		return uvnf_error_set(e, UVNF_E_NO_TEMPLATE, "template '%s' is "
		    "abstract: it serves only those that extend it", name);
	return uvnf_error_set(e, UVNF_E_NO_TEMPLATE,
	    "no template is called '%.80s'; 'templates' shows those there "
	    "are", name);
}

/* What can be said without looking at the configuration. */
static int
check_create(struct daemon *dm, const struct template *t, const char *template,
    const char *name, struct vnf_request *rq, struct uvnf_error *e)
{
	int rc;

	if (dm->stopping)
		return uvnf_error_set(e, UVNF_E_STOPPING,
		    "the daemon is going down");
	if (!name_valid(name))
		return uvnf_error_set(e, UVNF_E_BAD_NAME,
		    "'%.80s' is no name for a VNF: a letter or digit, then up "
		    "to 62 letters, digits, '.', '_' or '-'", name);
	if (t == NULL)
		return no_template(dm, template, e);
	if (vnf_find(&dm->vnfs, name) != NULL)
		return uvnf_error_set(e, UVNF_E_NAME_TAKEN,
		    "a VNF is called '%s' already; destroy it or take "
		    "another name", name);
	if (rq->label.spec[0] != '\0' && rq->label.chain[0] == '\0')
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST,
		    "spec= goes with chain=");
	if (rq->net != NULL && (rc = net_wish_check(rq->net, t, e)) != 0)
		return rc;
	if (rq->config == NULL && t->config == NULL &&
	    t->guest == GUEST_CLICKOS && rq->wait != WAIT_CLAIMED)
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST,
		    "neither the request nor template '%s' has a "
		    "configuration to wait for", t->name);
	return 0;
}

static int
check_quotas(const struct daemon *dm, const struct template *t,
    const struct vnf_request *rq, struct uvnf_error *e)
{
	const struct quotas *q = &dm->config->quotas;
	const struct accounts *a = &dm->vnfs.accounts;
	int rc;

	if (!rq->limited)
		return 0;
	if ((rc = quota_check(q, a, rq->owner, QUOTA_VNFS, 1, e)) != 0 ||
	    (rc = quota_check(q, a, rq->owner, QUOTA_MEMORY_MB, t->memory_mb,
	    e)) != 0)
		return rc;
	return quota_check(q, a, rq->owner, QUOTA_VCPUS, t->vcpus, e);
}

void
vnf_create(struct daemon *dm, const char *template, const char *name,
    struct vnf_request *rq)
{
	const struct template *t = config_template(dm->config, template);
	enum armed_miss miss = ARMED_NO_MATTER;
	struct domain *armed = NULL;
	struct uvnf_error e;
	struct vnf *v;
	int rc = check_create(dm, t, template, name, rq, &e);

	rq->act = ACT_CREATE;
	if (rc == 0)
		rc = check_quotas(dm, t, rq, &e);
	if (rc == 0 && (armed = armed_take(dm, t, rq, &miss)) == NULL)
		rc = text_prepare(t, name, NULL, &rq->set, rq, &e);
	if (rc != 0) {
		refuse(rq, NULL, &e);
		return;
	}
	v = vnf_new(&dm->vnfs, name, t);
	PROBE(create, v->name, t->name, rq->read_us);
	v->set = rq->set;
	vnf_label_keep(&v->label, &rq->label);
	vnf_own(&dm->vnfs, v, rq->owner, t->memory_mb, t->vcpus);
	v->armed_miss = miss;
	if (armed != NULL)
		task_create_armed(dm, v, armed, rq);
	else
		task_create(dm, v, rq);
}

/* --- config, start, stop, reboot ----------------------------------------- */

int
vnf_check_free(const struct vnf *v, struct uvnf_error *e)
{
	if (v->state == VNF_STOPPING)
		return uvnf_error_set(e, UVNF_E_BUSY,
		    "'%s' is being shut down", v->name);
	if (v->state == VNF_CREATING || (v->task != NULL &&
	    task_is_busy(v->task)))
		return uvnf_error_set(e, UVNF_E_BUSY,
		    "another request is changing '%s'; try again when it is "
		    "done", v->name);
	if (v->state == VNF_PAUSED)
		return uvnf_error_set(e, UVNF_E_BAD_STATE,
		    "'%s' is paused; resume it first", v->name);
	return 0;
}

/* Whatever is asked of a router. */
static int
check_alive(const struct vnf *v, struct uvnf_error *e)
{
	int rc = template_has_router(v->template, e);

	if (rc == 0)
		rc = vnf_check_free(v, e);
	if (rc == 0 && v->state == VNF_CRASHED)
		return uvnf_error_set(e, UVNF_E_BAD_STATE,
		    "'%s' has crashed; reboot it, or destroy it", v->name);
	return rc;
}

/* What must hold before a request about a router changes anything. */
static int
check_start(const struct vnf *v, struct uvnf_error *e)
{
	int rc = check_alive(v, e);

	if (rc != 0)
		return rc;
	if (v->state == VNF_STARTED || v->state == VNF_READY)
		return uvnf_error_set(e, UVNF_E_BAD_STATE,
		    "the router of '%s' runs already", v->name);
	if (v->domain->chunks == 0)
		return uvnf_error_set(e, UVNF_E_BAD_STATE,
		    "'%s' has no configuration to start with; 'config' gives "
		    "it one", v->name);
	if (v->torn)
		return uvnf_error_set(e, UVNF_E_BAD_STATE, "uvnfd was killed "
		    "while '%s' was being configured, perhaps half; 'config' "
		    "does it anew", v->name);
	return 0;
}

static int
check_reboot(const struct vnf *v, struct uvnf_error *e)
{
	int rc = vnf_check_free(v, e);

	/* A stand-in, see recover.c. */
	if (rc == 0 && v->template->kernel == NULL)
		return uvnf_error_set(e, UVNF_E_BAD_STATE, "uvnfd was started "
		    "without the template '%s' of '%s', or with one of other "
		    "guests, so nothing says what to build; put it back into "
		    "the configuration and restart uvnfd", v->template->name,
		    v->name);
	return rc != 0 ? rc : routers_check_reboot(v, e);
}

static int
check_stop(const struct vnf *v, struct uvnf_error *e)
{
	int rc = check_alive(v, e);

	if (rc == 0 && !vnf_may_run(v))
		return uvnf_error_set(e, UVNF_E_BAD_STATE,
		    "'%s' is %s: no router of it runs", v->name,
		    vnf_state_word(v->state));
	return rc;
}

static int
check_room(struct daemon *dm, const struct vnf *v, struct uvnf_error *e)
{
	if (journal_probe(dm->journal) == 0)
		return 0;
	return journal_refused(e, "what becomes of '%s'", v->name);
}

/* The VNF of a request, free for it, or NULL after the request's end. */
static struct vnf *
take(struct daemon *dm, const char *name, struct vnf_request *rq,
    int (*check)(const struct vnf *, struct uvnf_error *))
{
	struct uvnf_error e;
	struct vnf *v = vnf_named(dm, name, &e);

	if (v == NULL || check(v, &e) != 0 || check_room(dm, v, &e) != 0) {
		refuse(rq, v, &e);
		return NULL;
	}
	return v;
}

/* What the VNF was given before, and the request's over it; or NULL. */
static struct params *
merge_set(const struct vnf *v, const struct vnf_request *rq)
{
	struct params *set;

	if (v->set == NULL && rq->set == NULL)
		return NULL;
	set = xcalloc(1, sizeof(*set));
	if (v->set != NULL)
		params_copy(set, v->set);
	if (rq->set != NULL)
		params_copy(set, rq->set);
	return set;
}

static int
check_spec(const struct vnf *v, const struct vnf_request *rq,
    struct uvnf_error *e)
{
	if (rq->label.spec[0] == '\0' || v->label != NULL)
		return 0;
	return uvnf_error_set(e, UVNF_E_BAD_REQUEST, "'%s' belongs to no "
	    "chain, so it has no spec", v->name);
}

/* Of what belongs to a chain; else it is "". */
static void
set_spec(struct vnf *v, const char *spec)
{
	if (v->label != NULL)
		strcpy(v->label->spec, spec);
}

void
vnf_config(struct daemon *dm, const char *name, unsigned router,
    struct vnf_request *rq)
{
	struct vnf *v = take(dm, name, rq, check_alive);
	struct params *set;
	struct uvnf_error e;

	if (v == NULL)
		return;
	if (check_spec(v, rq, &e) != 0 ||
	    routers_check_config(v, router, &e) != 0) {
		refuse(rq, v, &e);
		return;
	}
	set = merge_set(v, rq);
	if (text_prepare(v->template, v->name, v->domain, &set, rq, &e) != 0) {
		params_free(set);
		refuse(rq, v, &e);
		return;
	}
	pools_make_room(dm->pools, v->template, rq->set);
	params_free(rq->set);
	params_free(v->set);
	v->set = set;
	set_spec(v, rq->label.spec);
	domain_set_values(v->domain, set);
	task_cancel(v, NULL, NULL, NULL, NULL);
	rq->act = ACT_CONFIG;
	if (router != 0)
		task_add_router(dm, v, router, rq);
	else
		task_configure(dm, v, rq);
}

void
vnf_start(struct daemon *dm, const char *name, struct vnf_request *rq)
{
	struct vnf *v = take(dm, name, rq, check_start);

	rq->act = ACT_START;
	if (v != NULL)
		task_start(dm, v, rq);
}

void
vnf_stop(struct daemon *dm, const char *name, unsigned router, bool remove,
    struct vnf_request *rq)
{
	struct vnf *v = take(dm, name, rq, check_stop);
	struct uvnf_error e;

	if (v == NULL)
		return;
	if (routers_check_stop(v, router, &e) != 0) {
		refuse(rq, v, &e);
		return;
	}
	task_cancel(v, NULL, NULL, NULL, NULL);
	rq->act = ACT_STOP;
	task_stop(dm, v, remove, rq);
}

void
vnf_reboot(struct daemon *dm, const char *name, struct vnf_request *rq)
{
	struct vnf *v = take(dm, name, rq, check_reboot);

	if (v == NULL)
		return;
	task_cancel(v, NULL, NULL, NULL, NULL);
	v->restarts = 0;
	rq->act = ACT_REBOOT;
	task_reboot(dm, v, rq);
}

/* --- destroy ------------------------------------------------------------- */

struct destroy {
	struct vnf_answer_slot {
		vnf_answer call;
		void *arg;
	} answer;			/* call is NULL once answered */
	char name[VNF_NAME_MAX + 1];
	unsigned left;			/* domains that are not gone yet */
	unsigned timeout_ms;
	struct event limit;
};

static void
destroy_answer(struct destroy *ds, const struct uvnf_error *e)
{
	vnf_answer call = ds->answer.call;

	ds->answer.call = NULL;
	event_del(&ds->limit);
	if (call != NULL)
		call(ds->answer.arg, NULL, e);
}

static void
destroy_limit(evutil_socket_t fd, short what, void *arg)
{
	struct destroy *ds = arg;
	struct uvnf_error e;

	(void)fd;
	(void)what;
	uvnf_error_set(&e, UVNF_E_TIMEOUT, "the name '%s' is free, but its "
	    "domain was not gone after %u ms; it goes on being destroyed",
	    ds->name, ds->timeout_ms);
	destroy_answer(ds, &e);
}

static void
destroy_gone(void *arg)
{
	struct destroy *ds = arg;

	if (--ds->left > 0)
		return;
	destroy_answer(ds, NULL);
	free(ds);
}

static struct destroy *
destroy_new(struct daemon *dm, const struct vnf *v, unsigned timeout_ms,
    vnf_answer answer, void *arg)
{
	struct destroy *ds = xcalloc(1, sizeof(*ds));

	strcpy(ds->name, v->name);
	ds->left = 1;			/* until all have been told */
	ds->timeout_ms = timeout_ms;
	ds->answer.call = answer;
	ds->answer.arg = arg;
	evtimer_assign(&ds->limit, dm->base, destroy_limit, ds);
	timer_arm_ms(&ds->limit, timeout_ms);
	return ds;
}

/*
 * Takes v out of everything; its domain, which the journal has as doomed, goes
 * to the reaper.  ds (may be NULL) hears of the domain's end.
 */
static void
destroy_now(struct daemon *dm, struct vnf *v, struct destroy *ds)
{
	struct domain *d = v->domain;
	reap_done gone = ds != NULL ? destroy_gone : NULL;
	struct uvnf_error e;

	if (dm->stopping)
		uvnf_error_set(&e, UVNF_E_STOPPING, "the daemon goes down, "
		    "and '%s' is destroyed", v->name);
	else
		uvnf_error_set(&e, UVNF_E_DESTROYED,
		    "another request destroyed '%s' meanwhile", v->name);
	/* One that is being rebooted has two: its own, and one being built. */
	if (task_cancel(v, NULL, &e, gone, ds))
		ds->left++;
	vnf_shutdown_cancel(v, &e);
	calls_fail(v, &e);
	if (d != NULL)
		domain_owe(d, v->owner, v->memory_mb);
	if (v->state != VNF_STOPPING)
		vnf_set_state(&dm->vnfs, v, VNF_STOPPING);
	log_info("vnf destroyed name=%s domid=%d", v->name,
	    d != NULL ? d->domid : -1);
	vnf_release(&dm->vnfs, v);
	vnf_free(v);
	if (d != NULL) {
		if (ds != NULL)
			ds->left++;
		reap(dm, d, gone, ds);
	}
	if (ds != NULL)
		destroy_gone(ds);
}

/* What is not on record would be undone if the daemon were killed now. */
static int
destroy_record(struct daemon *dm, const struct vnf *v, struct uvnf_error *e)
{
	if (v->domain == NULL || journal_doom(dm->journal, v->domain) == 0)
		return 0;
	return journal_refused(e, "that '%s' is destroyed", v->name);
}

void
vnf_destroy(struct daemon *dm, const char *name, bool freed,
    unsigned timeout_ms, vnf_answer answer, void *arg)
{
	struct uvnf_error e;
	struct vnf *v = vnf_named(dm, name, &e);

	if (v == NULL || destroy_record(dm, v, &e) != 0) {
		answer(arg, NULL, &e);
	} else if (freed) {
		destroy_now(dm, v,
		    destroy_new(dm, v, timeout_ms, answer, arg));
	} else {
		destroy_now(dm, v, NULL);
		answer(arg, NULL, NULL);
	}
}

void
vnf_destroy_now(struct daemon *dm, struct vnf *v)
{
	if (v->domain != NULL)
		journal_doom(dm->journal, v->domain);
	destroy_now(dm, v, NULL);
}

void
vnf_destroy_failed(struct daemon *dm, struct vnf *v)
{
	/* Somebody may have mended it meanwhile. */
	if (v->task == NULL &&
	    (v->state == VNF_FAILED || v->state == VNF_CRASHED))
		vnf_destroy_now(dm, v);
}

/* --- a death ------------------------------------------------------------- */

static const char *
death_text(enum backend_death why)
{
	switch (why) {
	case DEATH_SHUTDOWN:
		return "shut itself down";
	case DEATH_CRASH:
		return "crashed";
	case DEATH_GONE:
		break;
	}
	return "is gone: something else destroyed it";
}

/* What the template wants to become of it. */
static void
after_death(struct daemon *dm, struct vnf *v, enum backend_death why)
{
	switch (v->template->on_crash) {
	case AFTER_PRESERVE:
		break;
	case AFTER_DESTROY:
		vnf_later(dm, v, 0, vnf_destroy_failed);
		break;
	case AFTER_RESTART:
		/* What was destroyed on purpose stays away, and its
		 * configuration went with it. */
		if (why != DEATH_GONE)
			vnf_restart_later(dm, v);
		break;
	}
}

void
vnf_dead(struct daemon *dm, struct vnf *v, enum backend_death why)
{
	struct uvnf_error e;

	if (v->state == VNF_STOPPING) {
		vnf_has_shut_down(dm, v, why);
		return;
	}
	uvnf_error_set(&e, UVNF_E_GUEST_DEAD, "the domain %s of '%s' %s",
	    v->domain->name, v->name, death_text(why));
	if (task_is_in_net(v->task)) {
		task_net_failed(v->task, &e);
		return;
	}
	if (v->state != VNF_CRASHED) {	/* adopted like that */
		log_warn("vnf crashed name=%s domid=%d error=%s", v->name,
		    v->domain->domid, e.text);
		PROBE(crashed, v->name, v->domain->domid);
		vnf_set_error(v, &e);
		vnf_set_state(&dm->vnfs, v, VNF_CRASHED);
	}
	v->dying = true;
	task_cancel(v, v, &e, NULL, NULL);
	v->dying = false;
	calls_fail(v, &e);
	after_death(dm, v, why);
}
