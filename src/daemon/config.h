/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_CONFIG_H
#define UVNF_CONFIG_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/err.h"
#include "daemon/access.h"
#include "daemon/quota.h"
#include "daemon/template.h"

/* The whole configuration file, uvnf.yaml(5). */
struct config {
	char *socket_path;
	char *socket_group;		/* or NULL: the daemon's own group */
	mode_t socket_mode;
	struct access access;
	struct quotas quotas;
	bool destroy_on_exit;		/* on_exit: destroy */
	unsigned memory_reserve_mb;
	unsigned workers;
	struct template **templates;	/* in the order of the file */
	unsigned ntemplates;
	char **abstract;		/* names of those that only serve */
	unsigned nabstract;		/* others to extend */
};

/*
 * Reads and validates the file.  A relative path in it (a template's config)
 * is relative to the file's own folder.  Returns a configuration that the
 * caller frees with config_free, or NULL with e filled: its sentence begins
 * with FILE:LINE:COLUMN (both counted from 1).  Neither kernels nor bridges
 * need to exist: that shows when a domain is built.
 */
struct config *config_read(const char *path, struct uvnf_error *e);

/*
 * The same for a daemon that serves: a file that would make it wait, a FIFO,
 * is refused.
 */
struct config *config_read_again(const char *path, struct uvnf_error *e);

void config_free(struct config *c);

/* The template of that name, or NULL. */
struct template *config_template(const struct config *c, const char *name);

/* There is one of that name, but no VNF can be made of it. */
bool config_is_abstract(const struct config *c, const char *name);

#endif
