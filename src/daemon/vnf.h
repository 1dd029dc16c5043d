/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_VNF_H
#define UVNF_VNF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/types.h>

#include "common/err.h"
#include "daemon/domain.h"
#include "daemon/quota.h"
#include "daemon/template.h"

#define VNF_NAME_MAX 63
#define VNF_SPEC_MAX 63

/* The states of uvnf-protocol(7), and VNF_NONE before and after them. */
enum vnf_state {
	VNF_NONE,
	VNF_CREATING,
	VNF_CLAIMED,
	VNF_STARTED,
	VNF_READY,
	VNF_PAUSED,
	VNF_FAILED,
	VNF_CRASHED,
	VNF_STOPPING,
	VNF_STATE_COUNT
};

enum vnf_stage {
	STAGE_CLAIMED,
	STAGE_CONFIGURED,
	STAGE_STARTED,
	STAGE_READY,
	STAGE_COUNT
};

/* The requests that lead a VNF through its stages. */
enum vnf_act {
	ACT_UNKNOWN,
	ACT_CREATE,
	ACT_CONFIG,
	ACT_START,
	ACT_STOP,
	ACT_REBOOT,
	ACT_COUNT
};

/* When a VNF reached which stage of the last such request. */
struct vnf_stages {
	enum vnf_act act;		/* ACT_UNKNOWN: nothing is known */
	uint64_t since_us;		/* when it was read, by now_us */
	uint64_t us[STAGE_COUNT];	/* since then; 0: not reached */
};

struct vnf_task;
struct vnf_call;
struct vnf_shutdown;

TAILQ_HEAD(vnf_calls, vnf_call);

/*
 * What whoever makes a chain of VNFs wants to find again with each: which one
 * it belongs to, and a digest of what it was made of.
 */
struct vnf_label {
	char chain[VNF_NAME_MAX + 1];	/* "": it belongs to none */
	char spec[VNF_SPEC_MAX + 1];	/* "": there is none */
};

/*
 * Most VNFs have none, which takes no memory: what is kept is NULL then.
 * vnf_label_keep puts a copy of a label in the place of what was kept (freed),
 * vnf_label tells what is kept, "" and "" for NULL.
 */
void vnf_label_keep(struct vnf_label **kept, const struct vnf_label *label);
const struct vnf_label *vnf_label(const struct vnf_label *kept);

/* A micro-VNF: a name that a client gave, and its domain. */
struct vnf {
	const char *name;		/* right behind this struct */
	const struct template *template;
	uid_t owner;			/* these three by vnf_own */
	unsigned memory_mb, vcpus;	/* count as the owner's */
	struct vnf_label *label;	/* as it is kept */
	struct params *set;		/* what requests gave, or NULL */
	struct domain *domain;		/* NULL while it is being built */
	enum domain_kind source;
	enum armed_miss armed_miss;	/* why source is not KIND_ARMED */
	enum vnf_state state;		/* written by vnf_set_state alone */
	enum vnf_state paused_from;	/* the state that it resumes to */
	uint32_t vifs_used;		/* by its configuration, a bit each */
	unsigned restarts;		/* after crashes, without a long life */
	/* Beside router 0: those that were ordered to start and may run. */
	uint64_t routers;		/* a bit each */
	struct vnf_stages stages;	/* by vnf_begin and vnf_stamp */
	struct uvnf_error *error;	/* why failed or crashed, or NULL */
	bool stages_kept;		/* by an earlier daemon, for this one */
	bool torn;			/* adopted while it was configured */
	bool dying;			/* vnf_dead sees to what comes next */
	bool to_start;			/* claimed with all it starts on */
	bool pause_undone;		/* but something else pauses it, too */
	uint64_t ready_us;		/* when it was ready last; 0: never */
	struct vnf_task *task;		/* what is under way, vnf_task.h */
	struct vnf_shutdown *shutdown;	/* the same, vnf_life.c */
	struct vnf_calls calls;		/* handlers, until it is up */
	TAILQ_ENTRY(vnf) entry;
};

TAILQ_HEAD(vnf_list, vnf);

/* Hears of every change of state, after it. */
typedef void (*vnf_observer)(const struct vnf *v, enum vnf_state from,
    void *arg);

/* Hears of every stage, after its stamp. */
typedef void (*vnf_stage_observer)(const struct vnf *v, enum vnf_stage stage,
    void *arg);

/*
 * A place in the order of creation that stays good while VNFs come and go:
 * the next one to be looked at, or NULL behind the last.
 */
struct vnf_cursor {
	struct vnf *next;
	LIST_ENTRY(vnf_cursor) entry;
};

#define VNF_OBSERVERS_MAX 6

/* All VNFs, by name and in the order of their creation. */
struct vnf_table {
	void *by_name;			/* a tree of tsearch(3) */
	struct vnf_list list;
	LIST_HEAD(, vnf_cursor) cursors;
	size_t count;
	struct accounts accounts;	/* what the owners have */
	struct {
		vnf_observer call;
		void *arg;
	} observers[VNF_OBSERVERS_MAX];
	unsigned nobservers;
	vnf_stage_observer stage_observer;	/* or NULL */
	void *stage_arg;
};

void vnf_table_init(struct vnf_table *t);
void vnf_observe(struct vnf_table *t, vnf_observer call, void *arg);
/* There is one place for this. */
void vnf_observe_stages(struct vnf_table *t, vnf_stage_observer call,
    void *arg);

/* At the first one, until it is ended. */
void vnf_cursor_begin(struct vnf_table *t, struct vnf_cursor *c);
void vnf_cursor_end(struct vnf_cursor *c);

struct vnf *vnf_find(const struct vnf_table *t, const char *name);

/*
 * A new VNF in state VNF_NONE under a valid name that is free, root's; the
 * table holds it until vnf_release takes it out of the table; one that was
 * stopping is in VNF_NONE then, which the observers hear of.  vnf_free frees
 * one that was released.
 */
struct vnf *vnf_new(struct vnf_table *t, const char *name,
    const struct template *template);
void vnf_release(struct vnf_table *t, struct vnf *v);
void vnf_free(struct vnf *v);

/*
 * It belongs to owner and counts, from now until it is released, with so much
 * as theirs: in place of what it counted before.
 */
void vnf_own(struct vnf_table *t, struct vnf *v, uid_t owner,
    unsigned memory_mb, unsigned vcpus);

/*
 * The only writer of v->state.  Asserts that the transition is one of the
 * table in vnf.c, drops the error of a state that is left behind, calls the
 * observers.
 */
void vnf_set_state(struct vnf_table *t, struct vnf *v, enum vnf_state to);

/* May a VNF be paused in that state? */
bool vnf_can_pause(enum vnf_state from);

/* Says why v is about to be failed or crashed; e is copied. */
void vnf_set_error(struct vnf *v, const struct uvnf_error *e);

/* A request that was read then begins: no stage of it is reached yet. */
void vnf_begin(struct vnf *v, enum vnf_act act, uint64_t read_us);

/*
 * Stamps a stage with the time since the request; the first stamp stays.
 * Calls the stages' observer.
 */
void vnf_stamp(struct vnf_table *t, struct vnf *v, enum vnf_stage stage,
    uint64_t now);

const char *vnf_state_word(enum vnf_state state);
/* The state of a word, or VNF_NONE. */
enum vnf_state vnf_state_from_word(const char *word);
const char *vnf_stage_word(enum vnf_stage stage);
const char *vnf_act_word(enum vnf_act act);
/* The act of a word, or ACT_UNKNOWN. */
enum vnf_act vnf_act_from_word(const char *word);

#endif
