/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_VNF_TASK_IMPL_H
#define UVNF_VNF_TASK_IMPL_H

/* What the files of a task share; nobody else includes this. */

#include <event2/event_struct.h>

#include "daemon/bringup.h"
#include "daemon/vnf_task.h"

enum task_goal {
	GOAL_CLAIM,		/* a domain, and no router */
	GOAL_CONFIG,		/* a router with t->config */
	GOAL_RUN,		/* a generic guest, which runs by itself */
	GOAL_START,		/* one with the configuration that is there */
	GOAL_STOP,		/* none any more */
	GOAL_REMOVE,		/* nor its configuration */
	GOAL_ROUTER,		/* another router beside router 0 */
	GOAL_REBOOT		/* another domain, with what this one has */
};

enum task_phase {
	PHASE_NONE,
	PHASE_FETCH,		/* reads the configuration back */
	PHASE_BUILD,		/* waits for a domain */
	PHASE_NET,		/* waits for its shell's vifs */
	PHASE_BOOT,		/* waits for the guest's announcement */
	PHASE_SETTLE,		/* waits for the old router's own start */
	PHASE_HALT,		/* waits for the old router to have stopped */
	PHASE_CALLS,		/* waits for handlers to have answered */
	PHASE_WRITE,		/* waits for xenstored's acknowledgements */
	PHASE_UP,		/* waits for the router to run */
	PHASE_GATE		/* waits for an armed one's ports to be open */
};

struct vnf_task {
	struct daemon *daemon;
	struct vnf *vnf;		/* NULL once the task was cancelled */
	enum task_goal goal;
	enum task_phase phase;
	unsigned router;		/* of GOAL_ROUTER; else 0 */
	enum vnf_wait wait;
	unsigned timeout_ms;
	vnf_answer answer;		/* NULL once answered */
	void *arg;

	const char *config;		/* text, or NULL */
	size_t config_len;
	char *config_owned;		/* it, unless it is the template's */
	bool macs;			/* it still lacks MAC addresses */
	uint32_t vifs_used;

	struct net_wish *net;		/* or NULL */
	struct pool_build *build;
	bool limited;			/* by its owner's quotas */
	struct domain *old;		/* in whose place another one comes */
	unsigned inflight;		/* operations of the backend */
	bool fresh;			/* the domain's first configuration */
	bool written;			/* chunks are acknowledged */
	bool opened_again;		/* PHASE_GATE has failed once */
	bool halt_by_vifs;		/* their fall back tells the halt */
	bool halted;
	struct bringup *bringup;	/* or NULL */
	struct event limit;
	struct event halt_limit;	/* of PHASE_SETTLE and PHASE_HALT */
	struct event open_behind;	/* PHASE_GATE, behind the answer */
	LIST_ENTRY(vnf_task) entry;	/* in the daemon's list */
};

/* vnf_task.c */
/* Takes over rq->config; sets v->task. */
struct vnf_task *task_new(struct daemon *dm, struct vnf *v,
    enum task_goal goal, struct vnf_request *rq);
void task_answer(struct vnf_task *t, const struct vnf *about,
    const struct uvnf_error *e);
/* Frees it now, or when its last operation has ended. */
void task_end(struct vnf_task *t);
/* At the head of each completion: is the task still wanted, and did it go
 * well?  If it did not, the VNF is failed. */
bool task_resumes(struct vnf_task *t, const struct uvnf_error *e);
/* The VNF is failed, and e is the answer; ends the task. */
void task_fail(struct vnf_task *t, const struct uvnf_error *e);

/* e is the answer, the VNF stays as it is; ends the task. */
void task_give_up(struct vnf_task *t, const struct uvnf_error *e);

/* May another domain be built for its owner? */
int task_check_build(const struct vnf_task *t, struct uvnf_error *e);

/* vnf_claim.c: gives the VNF its domain and lets it run. */
void task_claim(struct vnf_task *t, struct domain *d);
/* What was set for the VNF is d's, which nothing can refuse it any more; armed
 * shells that have one of the values go. */
void task_give_values(struct vnf_task *t, struct domain *d);
/* No domain is the VNF's: e is the answer, its name is free again. */
void task_unclaimed(struct vnf_task *t, const struct uvnf_error *e);

/* The same for an armed shell, which runs; -1: t has ended. */
int task_claim_running(struct vnf_task *t, struct domain *d);

/* vnf_armed.c: opens the ports of one that was claimed, or adopted. */
void task_open(struct vnf_task *t);
void task_open_behind(evutil_socket_t fd, short what, void *arg);

/*
 * vnf_net.c: gives the VNF a shell, with the vifs changed where the request or
 * the name wants it, and goes on as task_claim does.
 */
void task_take_shell(struct vnf_task *t, struct domain *d);

/* vnf_reboot.c: t->vnf has its new domain; the old one must go. */
void task_retire_old(struct vnf_task *t);

/* vnf_start.c: the configuration into a domain that has none that runs. */
void task_write(struct vnf_task *t);
void task_halted(struct vnf_task *t);
void task_halt_limit(struct vnf_task *t);
void task_start_if_booted(struct vnf_task *t);

/* vnf_routers.c: the task of GOAL_ROUTER has failed; the VNF has not. */
void task_router_failed(struct vnf_task *t, const struct uvnf_error *e);
/* No handler is being called any more. */
void task_calls_over(struct vnf_task *t);

/* vnf_ready.c, PHASE_UP: until the router runs. */
/* Before the order to start: from here on the guest may tell how it went. */
void task_expect(struct vnf_task *t);
/* The start was acknowledged. */
void task_started(struct vnf_task *t);
/* The router runs: the VNF is ready, the task at its end. */
void task_up(struct vnf_task *t);
/* Takes up PHASE_UP of a router whose start was ordered before. */
void task_take_up(struct vnf_task *t);

#endif
