/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_CHAIN_H
#define UVNF_CHAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"
#include "lib/uvnf.h"

/* Chains of VNFs: what a file of uvnf-chain(5) wants, what is to be done. */

#define CHAIN_VIFS_MAX 8
#define CHAIN_LINKS_MAX 64
#define CHAIN_VNFS_MAX 256
#define CHAIN_SETS_MAX 16
#define CHAIN_SPEC_LEN 33		/* CONFIG-SETS, 16 hexadecimal each */
#define CHAIN_NAME_MAX 63
#define CHAIN_BRIDGE_MAX 15

struct chain_link {
	char *name;
	char *bridge;			/* one there is, or ours to make */
	bool made;			/* it is to be made for the chain */
	bool transit;			/* VNFs pass on what comes from it */
	bool used;
};

struct chain_vnf {
	char name[CHAIN_NAME_MAX + 1];	/* "CHAIN.VNF" */
	const char *short_name;		/* its end */
	char *template;
	char *config;			/* text, or NULL: its template's own */
	size_t config_len;
	char *sets[CHAIN_SETS_MAX];	/* "set.NAME=VALUE" */
	size_t nsets;
	const struct chain_link *links[CHAIN_VIFS_MAX];	/* vif 0, 1, ... */
	size_t nlinks;
	char spec[CHAIN_SPEC_LEN + 1];
};

struct chain {
	char *name;
	struct chain_link *links;
	size_t nlinks;
	struct chain_vnf *vnfs;
	size_t nvnfs;
};

/*
 * Reads and checks a file, and the configurations it names.  NULL with e
 * filled ("FILE:LINE:COLUMN: sentence", UVNF_E_BAD_CONFIG).
 */
struct chain *chain_read(const char *path, struct uvnf_error *e);

/* The same, but for its name alone: the rest may have errors. */
struct chain *chain_read_name(const char *path, struct uvnf_error *e);

void chain_free(struct chain *c);

/* What is there now, as the daemon's replies to list and bridge have it. */
struct chain_now {
	const struct uvnf_reply *vnfs, *bridges, *templates;
};

enum chain_act {
	CHAIN_KEEP,
	CHAIN_CREATE,
	CHAIN_CONFIG,			/* another configuration */
	CHAIN_START,			/* its router was stopped */
	CHAIN_REPLACE,			/* destroyed, and made anew */
	CHAIN_DESTROY			/* it is no longer in the file */
};

struct chain_step {
	enum chain_act act;
	const struct chain_vnf *want;	/* NULL for CHAIN_DESTROY */
	const char *name;		/* the VNF's */
	bool done;			/* for whoever carries it out */
};

struct chain_plan {
	struct chain_step *steps;	/* one for each VNF of either side */
	size_t nsteps;
	const char **make;		/* bridges that are not there yet, */
	bool *made;			/* the same as done, */
	size_t nmake;
	const char **unmake;		/* and those to be deleted at the end */
	size_t nunmake;
};

/*
 * What makes now what c wants; with c->nvnfs 0, that nothing of it is left.
 * The strings are c's and now's.  NULL with e filled: somebody else has a
 * name, or a template is not there or does not fit.
 */
struct chain_plan *chain_plan(const struct chain *c,
    const struct chain_now *now, struct uvnf_error *e);
void chain_plan_free(struct chain_plan *p);

/* Is there anything to be done? */
bool chain_plan_is_empty(const struct chain_plan *p);

/* The bridge that a template has for a vif, or NULL. */
const char *chain_template_bridge(const struct chain_now *now,
    const char *template, size_t vif);

#endif
