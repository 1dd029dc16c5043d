/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_DOMAIN_H
#define UVNF_DOMAIN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/types.h>

#include "daemon/console.h"
#include "daemon/template.h"

#define DOMAIN_NAME_MAX 95
#define UUID_TEXT_LEN 36

/* The states of a vif's backend that matter, of xen/io/xenbus.h. */
#define VIF_INIT_WAIT 2
#define VIF_CONNECTED 4

struct bringup;
struct vnf;

struct domain_vif {
	uint8_t mac[6];
	struct place place;
	char dev[BRIDGE_NAME_MAX + 1];	/* its net device in dom0, "vif7.0" */
	int state;			/* xenbus state of its backend: 4 up */
};

/*
 * One Xen domain of ours, a shell or a VNF's.  Its identity is domid and uuid
 * together, for domids are used again.
 *
 * domain_new fills the first part; the backend fills the second when it
 * builds or adopts; the policy keeps the third.
 */
struct domain {
	const struct template *template;
	enum domain_kind kind;
	uint8_t uuid[16];
	char *name;			/* Xen's name of it, final */
	unsigned nvifs;
	struct domain_vif *vifs;
	struct params *values;		/* out of ranges, in use; or NULL */

	int domid;			/* -1 before it is built */
	void *backend;			/* the backend's own, or NULL */
	unsigned chunks;		/* of a configuration, in xenstore */
	uint32_t vifs_used;		/* by an armed shell, a bit each */

	struct vnf *vnf;		/* NULL for a shell */
	struct bringup *bringup;	/* while its router starts, or NULL */
	uint64_t shelved_us;		/* since when it is one */
	unsigned calls;			/* of handlers, at the backend */
	bool announced;			/* the guest said that it has booted */
	bool adopted;			/* and no router started since */
	bool ordered;			/* adopted with the order to start */
	bool dead;			/* crashed, shut down, or gone */
	bool spoiled;			/* half built or changed: to destroy */
	uid_t payer;			/* on its way out: whose memory_mb */
	unsigned owed_mb;		/* has so much of it until it is gone */
	struct console console;
	TAILQ_ENTRY(domain) entry;	/* in a pool's list */
};

/*
 * A domain that is still to be built: fresh random uuid, the name
 * "uvnf-TEMPLATE-" and 8 digits of the uuid; MACs that no other domain of
 * ours has, derived from the uuid, but for those that the template gives; the
 * template's places.  Freed by domain_free.
 */
struct domain *domain_new(const struct template *t, enum domain_kind kind);

/* It is on its way out: uid has so much memory of it until it is gone. */
void domain_owe(struct domain *d, uid_t uid, unsigned mb);

/* Puts it under another template, of which it would have been the same. */
void domain_retemplate(struct domain *d, const struct template *t);

/* Its vifs are those, n of them, and no longer what they were. */
void domain_take_vifs(struct domain *d, const struct domain_vif *vifs,
    unsigned n);

/* Gives d, which is still to be built, the MACs and bridges of another. */
void domain_copy_vifs(struct domain *d, const struct domain *from);

void domain_free(struct domain *d);

/* Are the vifs of the mask (a bit each) all in that state? */
bool domain_vifs_all_in(const struct domain *d, uint32_t mask, int state);

/*
 * The values that it has of parameters, of which those of its template's
 * ranges are in use until it has others, or is freed; NULL is none.
 */
void domain_set_values(struct domain *d, const struct params *values);

/* The only way to change a MAC. */
void domain_set_mac(struct domain *d, unsigned vif, const uint8_t mac[6]);

/* Text forms; buf has UUID_TEXT_LEN + 1 or 18 bytes.  Both return buf. */
char *uuid_format(const uint8_t uuid[16], char *buf);
char *mac_format(const uint8_t mac[6], char *buf);

/* 0, or -1 when text is no uuid / no MAC. */
int uuid_parse(const char *text, uint8_t uuid[16]);
int mac_parse(const char *text, uint8_t mac[6]);

#endif
