/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_EVENTS_H
#define UVNF_EVENTS_H

#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/proto.h"
#include "daemon/domain.h"
#include "daemon/vnf.h"

/*
 * What happened, for those who ask and for those who follow.  The last
 * EVENTS_KEPT_MAX events are kept.  They are put into words only when
 * somebody wants them: a claim that nobody watches pays for a copy.
 */
#define EVENTS_KEPT_MAX 1024

/* The kinds of uvnf-protocol(7); `lost` arises where lines are sent. */
enum event_kind {
	EVENT_STATE,
	EVENT_ADOPTED,
	EVENT_SHELL_FAILED,
	EVENT_SHELL_DIED,
	EVENT_DAEMON_STARTED,
	EVENT_DAEMON_RELOADED,
	EVENT_DAEMON_STOPPING
};

struct notice {
	uint64_t seq;			/* 1, 2, …, without gaps */
	uint64_t time_us;		/* since 1970, UTC */
	enum event_kind kind;
	char name[VNF_NAME_MAX + 1];	/* of the VNF; "": about none */
	uid_t owner;			/* its owner then */
	char template[TEMPLATE_NAME_MAX + 1];	/* "": about none */
	bool has_domain;
	uint8_t uuid[16];
	int domid;
	enum domain_kind source;
	enum vnf_state from, to;
	struct uvnf_error *error;	/* why, or NULL */
};

struct events;

/* Hears of each event, after it was kept. */
typedef void (*events_sink)(const struct notice *n, void *arg);

struct events *events_new(void);
void events_free(struct events *ev);
void events_listen(struct events *ev, events_sink sink, void *arg);

/* A vnf_observer; arg is the struct events. */
void events_observe(const struct vnf *v, enum vnf_state from, void *arg);

/* v was taken over from an earlier daemon in the state that it has. */
void events_adopted(struct events *ev, const struct vnf *v);

/* No shell of that kind could be made, or one that was there died. */
void events_shell_failed(struct events *ev, const struct template *t,
    enum domain_kind kind, const struct uvnf_error *e);
void events_shell_died(struct events *ev, const struct domain *d);

/* One of the EVENT_DAEMON_… kinds. */
void events_daemon(struct events *ev, enum event_kind kind);

/* Those that are kept, the oldest first. */
void events_each(const struct events *ev, events_sink visit, void *arg);

/*
 * Adds the fields of its line; without what the VNF's console said, unless
 * they are for somebody who may read that.
 */
void notice_format(const struct notice *n, bool console, struct proto_buf *b);

#endif
