/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <config.h>

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/bridges.h"
#include "daemon/bringup.h"
#include "daemon/cmd_console.h"
#include "daemon/cmd_events.h"
#include "daemon/daemon.h"
#include "daemon/detach.h"
#include "daemon/events.h"
#include "daemon/listener.h"
#include "daemon/pool.h"
#include "daemon/privileges.h"
#include "daemon/process.h"
#include "daemon/recover.h"
#include "daemon/reload.h"
#include "daemon/timer.h"
#include "daemon/vnf_later.h"
#include "daemon/vnf_ops.h"
#include "daemon/vnf_task.h"

#define LOG_DELAY_MS 1
#define LOG_AGAIN_MS 100	/* until somebody reads */
#define STOP_LIMIT_S 90		/* then what is left is left to recovery */

/* --- what the backend tells ---------------------------------------------- */

static void
on_announced(struct domain *d, void *arg)
{
	struct daemon *dm = arg;

	d->announced = true;
	if (d->bringup != NULL)
		bringup_announced(d->bringup);
	else if (d->vnf != NULL)
		vnf_announced(dm, d->vnf);
	else
		pool_announced(dm->pools, d);
}

static void
on_vif_state(struct domain *d, unsigned i, void *arg)
{
	(void)i;
	if (d->bringup != NULL)
		bringup_vif_state(d->bringup);
	else if (d->vnf != NULL)
		vnf_vif_state(arg, d->vnf);
}

struct sign_context {
	struct daemon *daemon;
	struct domain *domain;
};

/*
 * Most guests announce themselves in xenstore, but not where the tree is the
 * toolstack's, nor one that is no ClickOS at all.
 */
static bool
is_announcement(const struct template *t, enum console_sign sign)
{
	return t->guest == GUEST_GENERIC ? sign == CONSOLE_AWAITED :
	    sign == CONSOLE_BOOTED && t->layout == LAYOUT_ROOT;
}

static void
on_sign(enum console_sign sign, void *arg)
{
	struct sign_context *c = arg;
	const struct template *t = c->domain->template;

	if (is_announcement(t, sign) && !c->domain->announced)
		on_announced(c->domain, c->daemon);
	else if (c->domain->bringup != NULL && t->guest == GUEST_CLICKOS)
		bringup_sign(c->domain->bringup, sign);
	else if (c->domain->vnf != NULL && t->guest == GUEST_CLICKOS)
		vnf_console_sign(c->daemon, c->domain->vnf, sign);
}

static void
on_console(struct domain *d, const char *text, size_t len, void *arg)
{
	struct sign_context c = { arg, d };

	/* Text first, then what it means. */
	if (d->vnf != NULL)
		console_follows_tell(arg, d->vnf, text, len);
	console_feed(&d->console, text, len, on_sign, &c);
}

static void
on_dead(struct domain *d, enum backend_death why, void *arg)
{
	struct daemon *dm = arg;

	d->dead = true;
	if (d->vnf != NULL)
		vnf_dead(dm, d->vnf, why);
	else
		pool_dead(dm->pools, d);
}

/* The next daemon is to know whom it must outlive. */
static void
on_process(pid_t pid, bool began, void *arg)
{
	struct daemon *dm = arg;

	if (began)
		journal_process(dm->journal, pid, process_start(pid));
	else
		journal_process_ended(dm->journal, pid);
}

static void
on_lost(const struct uvnf_error *e, void *arg)
{
	(void)arg;
	/* A restart recovers; going on without xenstored would not. */
	log_fatal("backend lost error=%s", e->text);
}

/* --- stopping ------------------------------------------------------------ */

static void
stopped(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *dm = arg;

	(void)fd;
	(void)what;
	log_error("stopping took too long domains_left=%u building=%u",
	    dm->doomed, pools_building(dm->pools));
	event_base_loopbreak(dm->base);
}

void
daemon_stop(struct daemon *dm)
{
	struct timeval tv = { STOP_LIMIT_S, 0 };
	struct vnf *v, *next;

	if (dm->stopping)
		return;
	dm->stopping = true;
	detach_stopping();
	log_info("uvnfd stops vnfs=%zu on_exit=%s", dm->vnfs.count,
	    dm->config->destroy_on_exit ? "destroy" : "leave");
	events_daemon(dm->events, EVENT_DAEMON_STOPPING);
	event_base_once(dm->base, -1, EV_TIMEOUT, stopped, dm, &tv);
	for (v = TAILQ_FIRST(&dm->vnfs.list); v != NULL; v = next) {
		next = TAILQ_NEXT(v, entry);
		/* One that is being shut down has been given up already. */
		if (dm->config->destroy_on_exit || v->state == VNF_STOPPING)
			vnf_destroy_now(dm, v);
	}
	tasks_stop_net(dm);
	pools_stop(dm->pools);
	daemon_stop_progress(dm);
}

void
daemon_stop_progress(struct daemon *dm)
{
	if (dm->stopping && dm->doomed == 0 &&
	    pools_building(dm->pools) == 0)
		event_base_loopexit(dm->base, NULL);
}

static void
on_signal(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	daemon_stop(arg);
}

static void
on_hangup(evutil_socket_t fd, short what, void *arg)
{
	struct reload_result r;
	struct uvnf_error e;

	(void)fd;
	(void)what;
	if (reload(arg, &r, &e) != 0)
		log_error("configuration not reloaded, the old one holds: %s",
		    e.text);
}

/* --- wiring -------------------------------------------------------------- */

static struct backend *
backend_new(const char *name)
{
#ifdef HAVE_XEN
	if (name == NULL || strcmp(name, "xen") == 0)
		return backend_xen_new();
#endif
	if (name != NULL && strcmp(name, "sim") == 0)
		return backend_sim_new();
	if (name == NULL || strcmp(name, "xen") == 0)
		log_error("this uvnfd was built without Xen; use -b sim");
	else
		log_error("no backend is called '%s'; there are xen and sim",
		    name);
	return NULL;
}

static void
raise_descriptor_limit(void)
{
	struct rlimit rl;

	if (getrlimit(RLIMIT_NOFILE, &rl) != 0)
		return;
	rl.rlim_cur = rl.rlim_max;
	setrlimit(RLIMIT_NOFILE, &rl);
}

/* What recovery did to the states of VNFs is no news; that it did is. */
static void
begin_events(struct daemon *dm)
{
	const struct vnf *v;

	events_daemon(dm->events, EVENT_DAEMON_STARTED);
	TAILQ_FOREACH(v, &dm->vnfs.list, entry)
		events_adopted(dm->events, v);
	vnf_observe(&dm->vnfs, metrics_observe, &dm->metrics);
	vnf_observe_stages(&dm->vnfs, metrics_stage, &dm->metrics);
	events_listen(dm->events, event_follows_tell, dm);
	vnf_observe(&dm->vnfs, events_observe, dm->events);
	vnf_observe(&dm->vnfs, console_follows_observe, dm);
}

static int
open_all(struct daemon *dm, const struct daemon_options *o,
    struct uvnf_error *e)
{
	const struct backend_events events = {
		.announced = on_announced,
		.vif_state = on_vif_state,
		.console = on_console,
		.dead = on_dead,
		.process = on_process,
		.lost = on_lost,
		.arg = dm,
	};
	const struct config *c = dm->config;
	int rc;

	if ((dm->base = event_base_new()) == NULL)
		log_fatal("out of memory");
	dm->journal = journal_open(o->state_dir, e);
	if (dm->journal == NULL)
		return -e->code;
	if ((rc = processes_end(dm->journal, e)) != 0)
		return rc;
	vnf_observe(&dm->vnfs, journal_observe, dm->journal);
	if ((rc = dm->backend->open(dm->backend, dm->base, &events, e)) != 0)
		return rc;
	dm->pools = pools_new(dm);
	bridges_recover(dm);
	if ((rc = recover(dm, e)) != 0)
		return rc;
	journal_in_pieces(dm->journal, dm->base);
	begin_events(dm);
	turns_init(&dm->turns, dm->base);
	dm->listener = listener_new(dm, o->socket_path != NULL ?
	    o->socket_path : c->socket_path, c->socket_group, c->socket_mode,
	    e);
	return dm->listener != NULL ? 0 : -e->code;
}

static void
forget_vnfs(struct daemon *dm)
{
	struct vnf *v;

	while ((v = TAILQ_FIRST(&dm->vnfs.list)) != NULL) {
		vnf_release(&dm->vnfs, v);
		if (v->domain != NULL) {
			dm->backend->forget(dm->backend, v->domain);
			domain_free(v->domain);
		}
		vnf_free(v);
	}
}

/* Nobody is left without an answer, and then the clients go. */
static void
dismiss_clients(struct daemon *dm)
{
	struct uvnf_error e;

	uvnf_error_set(&e, UVNF_E_STOPPING, "the daemon was stopped while "
	    "this was under way; the next one knows what became of it");
	tasks_drop_all(dm, &e);
	calls_drop_all(dm, &e);
	if (dm->listener != NULL)
		listener_free(dm->listener, &e);
}

static void
close_all(struct daemon *dm)
{
	dismiss_clients(dm);
	turns_clear(&dm->turns);
	if (dm->pools != NULL)
		pools_free(dm->pools);
	vnf_later_drop_all(dm);
	bringups_drop_all(dm);
	forget_vnfs(dm);
	bridges_free(dm);
	events_free(dm->events);
	metrics_free(&dm->metrics);
	dm->backend->close(dm->backend);
	if (dm->journal != NULL)
		journal_close(dm->journal);
	if (dm->base != NULL)
		event_base_free(dm->base);
}

static void
on_lines(evutil_socket_t fd, short what, void *event)
{
	(void)fd;
	(void)what;
	if (!log_flush())
		timer_arm_ms(event, LOG_AGAIN_MS);
}

/*
 * What is logged is written when this process has waited a little: whoever has
 * got an answer comes first, also where dom0 has a single CPU.
 */
static void
wake(void *event)
{
	timer_arm_ms(event, LOG_DELAY_MS);
}

static void
run_loop(struct daemon *dm)
{
	struct event *lines = evtimer_new(dm->base, on_lines,
	    event_self_cbarg());

	if (lines == NULL)
		log_fatal("out of memory");
	log_hold(wake, lines);
	while (event_base_loop(dm->base, EVLOOP_ONCE) == 0 &&
	    !event_base_got_exit(dm->base) && !event_base_got_break(dm->base))
		turns_next(&dm->turns);
	log_hold(NULL, NULL);
	event_free(lines);
}

static int
serve(struct daemon *dm, const struct daemon_options *o)
{
	struct event *term, *intr, *hup;
	struct uvnf_error e;

	vnf_table_init(&dm->vnfs);
	TAILQ_INIT(&dm->calls);
	metrics_init(&dm->metrics);
	dm->events = events_new();
	TAILQ_INIT(&dm->bridges);
	LIST_INIT(&dm->event_follows);
	LIST_INIT(&dm->console_follows);
	signal(SIGPIPE, SIG_IGN);
	raise_descriptor_limit();
	if (open_all(dm, o, &e) != 0 || privileges_drop(&e) != 0) {
		log_error("cannot start: %s", e.text);
		close_all(dm);
		return 1;
	}
	term = evsignal_new(dm->base, SIGTERM, on_signal, dm);
	intr = evsignal_new(dm->base, SIGINT, on_signal, dm);
	hup = evsignal_new(dm->base, SIGHUP, on_hangup, dm);
	evsignal_add(hup, NULL);
	evsignal_add(term, NULL);
	evsignal_add(intr, NULL);
	pools_start(dm->pools);
	log_info("uvnfd serves version=%s backend=%s templates=%u "
	    "adopted=%zu", PACKAGE_VERSION, dm->backend->name,
	    dm->config->ntemplates, dm->vnfs.count);
	detach_ready();
	run_loop(dm);
	log_info("uvnfd stopped");
	event_free(term);
	event_free(intr);
	event_free(hup);
	close_all(dm);
	return 0;
}

int
daemon_run(const struct daemon_options *o)
{
	struct daemon dm = { 0 };
	struct uvnf_error e;
	struct config *c = config_read(o->config_path, &e);
	int status = 1;

	if (c == NULL) {
		log_error("%s", e.text);
		return 1;
	}
	dm.config = c;
	dm.config_path = o->config_path;
	if (o->check_only) {
		printf("%s: %u templates, no errors\n", o->config_path,
		    c->ntemplates);
		config_free(c);
		return 0;
	}
	if (o->detach)
		detach_begin();
	dm.backend = backend_new(o->backend);
	if (dm.backend != NULL && dm.backend->prepare(dm.backend, c, &e) != 0) {
		log_error("cannot start: %s", e.text);
		dm.backend->close(dm.backend);
	} else if (dm.backend != NULL) {
		status = serve(&dm, o);
	}
	config_free(dm.config);
	return status;
}
