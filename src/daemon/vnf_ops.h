/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_VNF_OPS_H
#define UVNF_VNF_OPS_H

#include <stdint.h>

#include "common/err.h"
#include "daemon/backend.h"
#include "daemon/daemon.h"
#include "daemon/net.h"
#include "daemon/vnf.h"

/*
 * What can be done with a VNF.  Each call answers exactly once, perhaps
 * before it returns.  e is NULL on success.  v is the VNF that the answer is
 * about, NULL when none is left; it is valid during the callback only.
 */
typedef void (*vnf_answer)(void *arg, const struct vnf *v,
    const struct uvnf_error *e);

/* When a create or a config is answered. */
enum vnf_wait {
	WAIT_CLAIMED,
	WAIT_STARTED,
	WAIT_READY
};

struct vnf_request {
	enum vnf_act act;		/* by vnf_create and so on */
	uint64_t read_us;		/* when it was read */
	unsigned timeout_ms;
	enum vnf_wait wait;
	char *config;			/* malloc'ed, taken over; or NULL */
	size_t config_len;
	struct params *set;		/* the same */
	bool macs;			/* vnf_text.h: config lacks them */
	uint32_t vifs_used;		/* vnf_text.h: by the configuration */
	struct net_wish *net;		/* the same; of a create */
	struct vnf_label label;		/* "" is left as it is */
	uid_t owner;			/* of a create: whose it is to be */
	bool limited;			/* by quotas */
	vnf_answer answer;
	void *arg;
};

/* The VNF of that name, or NULL with e filled. */
struct vnf *vnf_named(struct daemon *dm, const char *name,
    struct uvnf_error *e);

void vnf_create(struct daemon *dm, const char *template, const char *name,
    struct vnf_request *rq);

/* Router 0's, or that of another one beside it, where there may be more. */
void vnf_config(struct daemon *dm, const char *name, unsigned router,
    struct vnf_request *rq);

/* The router alone; a stop is answered when it has stopped. */
void vnf_start(struct daemon *dm, const char *name, struct vnf_request *rq);
void vnf_stop(struct daemon *dm, const char *name, unsigned router,
    bool remove, struct vnf_request *rq);

/* A new domain in the place of its own; also for one that crashed. */
void vnf_reboot(struct daemon *dm, const char *name, struct vnf_request *rq);

/* Freezes and thaws the domain; answered before they return. */
void vnf_pause(struct daemon *dm, const char *name, vnf_answer answer,
    void *arg);
void vnf_resume(struct daemon *dm, const char *name, vnf_answer answer,
    void *arg);

/*
 * Lets the guest power itself off; after force_ms it is destroyed.  Answered
 * when the name is free; how is "clean" or "forced", or what else its end
 * was, and NULL with an error.
 */
typedef void (*vnf_shut)(void *arg, const char *how,
    const struct uvnf_error *e);
void vnf_shutdown(struct daemon *dm, const char *name, unsigned force_ms,
    unsigned timeout_ms, vnf_shut done, void *arg);

/* freed: answer when the memory is free, too; else when the name is. */
void vnf_destroy(struct daemon *dm, const char *name, bool freed,
    unsigned timeout_ms, vnf_answer answer, void *arg);

/*
 * Reads (value NULL) or writes a handler of a router that runs, or as soon as
 * it does; as backend->handler.
 */
void vnf_handler(struct daemon *dm, const char *name, const char *element,
    const char *handler, const char *value, unsigned timeout_ms,
    backend_text done, void *arg);

/* Does something else hold it paused, beside a pause of ours? */
bool vnf_paused_by_other(struct daemon *dm, const struct vnf *v);

/* A VNF that recovery adopted: takes up the watch over its start. */
void vnf_adopted(struct daemon *dm, struct vnf *v);

/* The backend's events about a domain that is a VNF's. */
void vnf_announced(struct daemon *dm, struct vnf *v);
void vnf_vif_state(struct daemon *dm, struct vnf *v);
void vnf_console_sign(struct daemon *dm, struct vnf *v,
    enum console_sign sign);
void vnf_dead(struct daemon *dm, struct vnf *v, enum backend_death why);

#endif
