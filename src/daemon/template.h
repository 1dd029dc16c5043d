/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_TEMPLATE_H
#define UVNF_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "daemon/params.h"
#include "daemon/place.h"

#define TEMPLATE_VIFS_MAX 8
#define TEMPLATE_NAME_MAX 63
#define TEMPLATE_ROUTERS_MAX 64	/* more crash ClickOS */
#define POOL_MAX 1024		/* shells of one template and kind */
#define POOL_IDLE_S 60		/* without another word in the file */

/* How a domain came to be; for a VNF its "source". */
enum domain_kind {
	KIND_COLD,	/* built on demand */
	KIND_PAUSED,	/* a shell: built, never run */
	KIND_BOOTED,	/* a shell: running, idle, waits for its router */
	KIND_ARMED,	/* a shell: its router runs, but it is frozen */
	KIND_COUNT
};

/* Why a VNF was not made out of an armed shell. */
enum armed_miss {
	ARMED_NO_MATTER,	/* it was, or its template is to have none */
	ARMED_EMPTY,		/* none waited */
	ARMED_KEPT,		/* those that did are kept for other users */
	ARMED_CONFIG,		/* it has a configuration of its own */
	ARMED_PARAMS,		/* the request set what none had */
	ARMED_VIFS		/* it was to have other vifs */
};

enum template_type { TYPE_PV, TYPE_PVH };

/* What runs in the domain. */
enum template_guest {
	GUEST_CLICKOS,
	GUEST_GENERIC	/* anything: it takes no configuration */
};

/* Where a ClickOS guest looks for its control tree, below its domain's. */
enum template_layout {
	LAYOUT_DATA,	/* data/clickos */
	LAYOUT_ROOT	/* clickos: images of 2014 to early 2016 */
};

/* What must be seen before a router counts as ready. */
enum template_ready {
	READY_CONSOLE,	/* the guest's console says that its driver started */
	READY_RUNNING,	/* its used vifs are connected */
	READY_HANDLER,	/* a handler answers, too */
	READY_TEXT	/* a generic guest's console has said some text */
};

/* What becomes of a VNF whose domain crashed, or whose router failed. */
enum template_after {
	AFTER_PRESERVE,
	AFTER_DESTROY,
	AFTER_RESTART	/* for a crash alone */
};

#define CPUS_MAX 1024

/* Which physical CPUs it may use, and how much of them. */
struct template_cpus {
	uint8_t affinity[CPUS_MAX / 8];	/* a bit each, if there is a text */
	unsigned weight;		/* 0: as the scheduler has it */
	unsigned cap;			/* per cent of one; 0: none */
};

/* Which file a path meant when it was looked at; zero: there was none. */
struct file_id {
	uint64_t device, inode, size, mtime_ns;
};

/* What a request may give in the place of what the template has. */
enum template_override {
	OVERRIDE_CONFIG = 1,
	OVERRIDE_PARAMS = 2,
	OVERRIDE_VIFS = 4
};

/* Where a vif's MAC address comes from. */
enum mac_source {
	MAC_DERIVED,	/* from its domain's uuid */
	MAC_NAME,	/* from the VNF's name, at the claim */
	MAC_GIVEN	/* the file says it */
};

struct template_vif {
	struct place place;
	enum mac_source mac_source;
	uint8_t mac[6];			/* of MAC_GIVEN */
	unsigned rate_mbit;		/* of what the guest sends; 0: any */
	char *script;			/* that plugs it in; NULL: uvnfd does */
};

/*
 * A domain configuration as the YAML file gives it: parsed and validated
 * once, never changed afterwards.  All strings belong to the template.
 * Whoever keeps a pointer to it holds a reference: a configuration that is
 * read anew lets go of its templates, but VNFs may still be of them.
 */
struct template {
	unsigned refs;			/* beyond the first */
	char *name;
	char *kernel;			/* absolute path */
	struct file_id kernel_id;
	char *ramdisk;			/* absolute path, or NULL */
	struct file_id ramdisk_id;
	char *cmdline;			/* for the kernel, or NULL */
	enum template_guest guest;
	enum template_type type;
	unsigned memory_mb;
	unsigned vcpus;
	struct template_cpus cpus;
	char *affinity;			/* as the file has it, or NULL: any */
	struct template_vif vifs[TEMPLATE_VIFS_MAX];
	unsigned nvifs;
	char *config;			/* Click text, or NULL */
	size_t config_len;
	char *config_path;		/* where it was read from, or NULL */
	/* The same with its parameters filled in, where every VNF that sets
	 * none has the same; else NULL.  It is config where that has none. */
	char *ahead;
	size_t ahead_len;
	unsigned config_uses;		/* of params_fill, config's */
	struct params params;		/* declared, with their defaults */
	unsigned override;		/* bits of enum template_override */
	unsigned pool[KIND_COUNT];	/* targets; pool[KIND_COLD] is 0 */
	unsigned pool_min[KIND_COUNT];	/* min <= target <= max */
	unsigned pool_max[KIND_COUNT];
	unsigned pool_idle_s;		/* then a surplus goes */
	unsigned pool_max_age_s;	/* of a shell; 0: any */
	enum template_layout layout;
	enum template_ready ready;
	char *ready_element;		/* of READY_HANDLER, or NULL */
	char *ready_handler;
	char *ready_text;		/* of READY_TEXT, or NULL */
	enum template_after on_failure;
	enum template_after on_crash;
	bool handlers_mended;		/* a write handler gets its value */
	unsigned routers;		/* in one guest, at most */
	unsigned index;			/* place in the configuration's list */
};

/* The word for a kind ("cold", "paused", "booted", "armed"). */
const char *domain_kind_word(enum domain_kind kind);

/* "empty" and so on; NULL for ARMED_NO_MATTER. */
const char *armed_miss_word(enum armed_miss miss);

const char *template_guest_word(enum template_guest guest);
const char *template_type_word(enum template_type type);
const char *template_layout_word(enum template_layout layout);
/* " generic" or " root" for guests that are spoken to in their own way. */
const char *template_manner(enum template_guest guest,
    enum template_layout layout);
const char *template_after_word(enum template_after after);
const char *template_ready_word(enum template_ready ready);

/*
 * 0 where a request may give that, or -UVNF_E_BAD_REQUEST with e filled.
 */
int template_allows(const struct template *t, enum template_override what,
    struct uvnf_error *e);

/* The same for what only a ClickOS guest can do. */
int template_has_router(const struct template *t, struct uvnf_error *e);

/*
 * The same for armed shells: their router runs before anybody has asked for
 * it, with a configuration that is filled in already.
 */
int template_can_arm(const struct template *t, struct uvnf_error *e);

/* The word for one bit of them ("config", "params", "vifs"). */
const char *template_override_word(enum template_override what);

/* One with the defaults, of one reference. */
struct template *template_new(const char *name);

/* path may be NULL. */
void file_identify(const char *path, struct file_id *id);

/*
 * Would a shell of the one be the same as a shell of the other?  What matters
 * only from the claim on may differ.
 */
bool template_same_shell(const struct template *a, const struct template *b,
    enum domain_kind kind);

/* Another reference; and one less, the last frees it; NULL is allowed. */
const struct template *template_ref(const struct template *t);
void template_unref(const struct template *t);

#endif
