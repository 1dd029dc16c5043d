/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* Pause, resume, shutdown. */

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/timer.h"
#include "daemon/vnf_ops.h"
#include "daemon/vnf_task.h"

/* --- pause and resume ---------------------------------------------------- */

static int
check_pause(const struct vnf *v, struct uvnf_error *e)
{
	int rc;

	if (v->state == VNF_PAUSED)
		return uvnf_error_set(e, UVNF_E_BAD_STATE,
		    "'%s' is paused already", v->name);
	if ((rc = vnf_check_free(v, e)) != 0)
		return rc;
	if (v->state == VNF_CRASHED)
		return uvnf_error_set(e, UVNF_E_BAD_STATE,
		    "'%s' has crashed: there is nothing to pause", v->name);
	if (v->task != NULL)
		return uvnf_error_set(e, UVNF_E_BUSY,
		    "the router of '%s' is starting; pause it when it is "
		    "ready", v->name);
	return 0;
}

static int
begin_pause(struct daemon *dm, struct vnf *v, struct uvnf_error *e)
{
	if (journal_pausing(dm->journal, v->domain) != 0)
		return journal_refused(e, "that '%s' is paused", v->name);
	return dm->backend->pause(dm->backend, v->domain, e);
}

void
vnf_pause(struct daemon *dm, const char *name, vnf_answer answer, void *arg)
{
	struct uvnf_error e;
	struct vnf *v = vnf_named(dm, name, &e);

	if (v == NULL || check_pause(v, &e) != 0 ||
	    begin_pause(dm, v, &e) != 0) {
		answer(arg, v, &e);
		return;
	}
	v->pause_undone = false;
	vnf_set_state(&dm->vnfs, v, VNF_PAUSED);
	log_info("vnf paused name=%s domid=%d", v->name, v->domain->domid);
	answer(arg, v, NULL);
}

bool
vnf_paused_by_other(struct daemon *dm, const struct vnf *v)
{
	if (v->domain == NULL || v->domain->domid < 0 || v->domain->dead ||
	    (v->state == VNF_PAUSED && !v->pause_undone))
		return false;
	return dm->backend->is_paused(dm->backend, v->domain, NULL) > 0;
}

/* Gives back the one pause that is ours. */
static int
undo_pause(struct daemon *dm, struct vnf *v, struct uvnf_error *e)
{
	int rc;

	if (v->pause_undone)
		return 0;
	rc = dm->backend->unpause(dm->backend, v->domain, e);
	if (rc == -UVNF_E_BAD_STATE)
		log_warn("vnf was resumed by something else name=%s domid=%d",
		    v->name, v->domain->domid);
	else if (rc != 0)
		return rc;
	v->pause_undone = true;
	journal_routers(dm->journal, v);
	return 0;
}

static int
resume(struct daemon *dm, struct vnf *v, struct uvnf_error *e)
{
	int rc;

	if (v->state == VNF_PAUSED) {
		if ((rc = undo_pause(dm, v, e)) != 0)
			return rc;
	} else if (v->state == VNF_STOPPING) {
		return vnf_check_free(v, e);
	}
	if (vnf_paused_by_other(dm, v))
		return uvnf_error_set(e, UVNF_E_BAD_STATE,
		    "something else has paused domain %d of '%s', too, and "
		    "pauses nest: 'xl unpause %d' ends that one",
		    v->domain->domid, v->name, v->domain->domid);
	if (v->state != VNF_PAUSED)
		return uvnf_error_set(e, UVNF_E_BAD_STATE,
		    "'%s' is %s, not paused", v->name,
		    vnf_state_word(v->state));
	vnf_set_state(&dm->vnfs, v, v->paused_from);
	log_info("vnf resumed name=%s domid=%d", v->name, v->domain->domid);
	calls_begin(v);			/* those that waited behind one */
	return 0;
}

void
vnf_resume(struct daemon *dm, const char *name, vnf_answer answer, void *arg)
{
	struct uvnf_error e;
	struct vnf *v = vnf_named(dm, name, &e);

	if (v == NULL || resume(dm, v, &e) != 0)
		answer(arg, v, &e);
	else
		answer(arg, v, NULL);
}

/* --- shutdown ------------------------------------------------------------ */

/* v->shutdown, while it is VNF_STOPPING. */
struct vnf_shutdown {
	struct daemon *daemon;
	struct vnf *vnf;		/* NULL once it is gone */
	unsigned inflight;
	unsigned force_ms, timeout_ms;
	vnf_shut done;			/* NULL once called */
	void *arg;
	struct event force;
	struct event limit;
};

static void
shutdown_answer(struct vnf_shutdown *sd, const char *how,
    const struct uvnf_error *e)
{
	vnf_shut done = sd->done;

	sd->done = NULL;
	event_del(&sd->limit);
	if (done != NULL)
		done(sd->arg, how, e);
}

static void
shutdown_end(struct vnf_shutdown *sd)
{
	if (sd->vnf != NULL) {
		sd->vnf->shutdown = NULL;
		sd->vnf = NULL;
		event_del(&sd->force);
		event_del(&sd->limit);
	}
	if (sd->inflight == 0)
		free(sd);
}

/* The domain has ended, or has to. */
static void
shutdown_done(struct vnf_shutdown *sd, const char *how)
{
	struct vnf *v = sd->vnf;

	log_info("vnf shut down name=%s how=%s", v->name, how);
	shutdown_answer(sd, how, NULL);
	vnf_destroy_now(sd->daemon, v);	/* which ends sd */
}

static void
force_passed(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	shutdown_done(arg, "forced");
}

static void
shutdown_limit(evutil_socket_t fd, short what, void *arg)
{
	struct vnf_shutdown *sd = arg;
	struct uvnf_error e;

	(void)fd;
	(void)what;
	uvnf_error_set(&e, UVNF_E_TIMEOUT, "'%s' was not shut down after %u "
	    "ms; it is destroyed after %u ms", sd->vnf->name, sd->timeout_ms,
	    sd->force_ms);
	shutdown_answer(sd, NULL, &e);
}

static void
shutdown_asked(void *arg, const struct uvnf_error *e)
{
	struct vnf_shutdown *sd = arg;

	sd->inflight--;
	if (sd->vnf == NULL)
		shutdown_end(sd);
	else if (e != NULL)
		shutdown_done(sd, "forced");
}

static int
check_shutdown(const struct vnf *v, struct uvnf_error *e)
{
	int rc = vnf_check_free(v, e);

	if (rc == 0 && v->state == VNF_CRASHED)
		return uvnf_error_set(e, UVNF_E_BAD_STATE,
		    "'%s' has crashed: destroy it", v->name);
	return rc;
}

static int
record_shutdown(struct daemon *dm, const struct vnf *v, struct uvnf_error *e)
{
	if (journal_doom(dm->journal, v->domain) == 0)
		return 0;
	return journal_refused(e, "that '%s' is shut down", v->name);
}

void
vnf_shutdown(struct daemon *dm, const char *name, unsigned force_ms,
    unsigned timeout_ms, vnf_shut done, void *arg)
{
	struct vnf_shutdown *sd;
	struct uvnf_error e;
	struct vnf *v = vnf_named(dm, name, &e);

	if (v == NULL || check_shutdown(v, &e) != 0 ||
	    record_shutdown(dm, v, &e) != 0) {
		done(arg, NULL, &e);
		return;
	}
	uvnf_error_set(&e, UVNF_E_DESTROYED, "'%s' is being shut down",
	    v->name);
	task_cancel(v, v, &e, NULL, NULL);
	calls_fail(v, &e);
	vnf_set_state(&dm->vnfs, v, VNF_STOPPING);
	sd = xcalloc(1, sizeof(*sd));
	sd->daemon = dm;
	sd->vnf = v;
	sd->force_ms = force_ms;
	sd->timeout_ms = timeout_ms;
	sd->done = done;
	sd->arg = arg;
	v->shutdown = sd;
	evtimer_assign(&sd->force, dm->base, force_passed, sd);
	evtimer_assign(&sd->limit, dm->base, shutdown_limit, sd);
	timer_arm_ms(&sd->force, force_ms);
	timer_arm_ms(&sd->limit, timeout_ms);
	sd->inflight++;
	dm->backend->shutdown(dm->backend, v->domain, shutdown_asked, sd);
}

void
vnf_has_shut_down(struct daemon *dm, struct vnf *v, enum backend_death why)
{
	(void)dm;
	switch (why) {
	case DEATH_SHUTDOWN:
		shutdown_done(v->shutdown, "clean");
		break;
	case DEATH_CRASH:
		shutdown_done(v->shutdown, "crashed");
		break;
	case DEATH_GONE:
		shutdown_done(v->shutdown, "gone");
		break;
	}
}

void
vnf_shutdown_cancel(struct vnf *v, const struct uvnf_error *e)
{
	struct vnf_shutdown *sd = v->shutdown;

	if (sd == NULL)
		return;
	shutdown_answer(sd, NULL, e);
	shutdown_end(sd);
}
