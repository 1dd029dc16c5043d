/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_SIM_H
#define UVNF_SIM_H

/* What the files of the simulated backend share; nobody else includes this. */

#include <sys/queue.h>

#include "daemon/backend.h"

struct event;
struct sim;
struct sim_op;

/* $UVNF_SIM's words, see uvnfd(8) and knobs.c. */
enum knob {
	BUILD_MS, BOOT_MS, WRITE_MS, START_MS, DESTROY_MS, MEMORY_MB,
	FAIL_BUILDS, SPOIL_BUILDS, FAIL_DESTROYS, LOSE_STARTS, CRASH_BOOTS,
	CRASH_STARTS, WEDGE_STARTS, CRASH_AFTER_MS, FOREIGN_PAUSES,
	CRASH_IDLE, VIF_MS, FAIL_VIFS, SPOIL_VIFS, FAIL_GATES, FAIL_BRIDGES,
	LOSE_WORDS,
	KNOB_COUNT
};

/* One simulated domain with its guest. */
struct sim_domain {
	struct sim *sim;
	struct domain *domain;
	struct event *guest;		/* what it does next is due then */
	void (*guest_act)(struct sim_domain *sd);
	char *config;
	size_t config_len;
	bool booted, wedged, running, dead;
	bool ordered;			/* its status node says Running */
	uint64_t others;		/* routers that run beside 0 */
	unsigned starting;		/* the router that starts */
	char *other;			/* its configuration, if not 0 */
	size_t other_len;
	unsigned pauses;		/* by us and others; it runs at 0 */
	bool held;			/* a pause held guest_act up */
	bool doomed;			/* it is being destroyed */
	uint64_t memory_mb;		/* its part of the sum below */
	LIST_ENTRY(sim_domain) entry;
};

struct sim {
	struct backend backend;
	struct event_base *base;
	struct backend_events events;
	uint64_t knob[KNOB_COUNT];
	char *host;			/* a folder, or NULL; host.h */
	int next_domid;
	LIST_HEAD(, sim_domain) domains;
	uint64_t used_mb;		/* by all of them */
	LIST_HEAD(, sim_op) ops;
	struct backend_stats stats;
};

/* How many chunks ClickOS's tree takes for a configuration. */
static inline unsigned
sim_chunks(size_t len)
{
	return (unsigned)((len + 991) / 992);
}

/* Sets all knobs, with those that text (or NULL) turns, and the host. */
int knobs_read(struct sim *sim, const char *text, struct uvnf_error *e);

/* Is one of so many faults due? */
bool sim_fault(struct sim *sim, enum knob k);

/* Now, that is from the event loop, or in so many milliseconds. */
void sim_arm_ms(struct event *ev, uint64_t ms);

/*
 * domain.c: what is built, and what its guest does.  It acts by itself, as
 * time passes, and tells through sim->events.
 */
struct sim_domain *sim_domain_new(struct sim *sim, struct domain *d);
/* What its guest was about to do, it does not do. */
void sim_domain_halt(struct sim_domain *sd);
/* Takes it away: what was built is gone. */
void sim_domain_destroy(struct sim_domain *sd);
/* Forgets it: what its host keeps of it stays. */
void sim_domain_free(struct sim_domain *sd);
/* Takes up d as its host kept it, and tells what is to be seen of it; false
 * where there is none. */
bool sim_domain_adopt(struct sim *sim, struct domain *d);
/* Keeps what has become of it. */
void sim_domain_keep(struct sim_domain *sd);
/* One pause more or less; false when there was none to undo.  It boots when
 * it runs for the first time. */
void sim_domain_pause(struct sim_domain *sd);
bool sim_domain_unpause(struct sim_domain *sd);
/* It was asked to power itself off. */
void sim_domain_shutdown(struct sim_domain *sd);
/* A router's status node was written. */
void sim_domain_status(struct sim_domain *sd, unsigned router, bool running);
/* A handler was written. */
void sim_domain_write(struct sim_domain *sd, const char *element,
    const char *handler, const char *value);

#endif
