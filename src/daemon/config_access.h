/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_CONFIG_ACCESS_H
#define UVNF_CONFIG_ACCESS_H

#include "yaml/tree.h"

/* The taker of the file's key access, for config.c; into a struct config. */
int take_access(const struct yaml_file *f, const struct node_entry *kv,
    void *into);

/*
 * The user or group that a node names: 1 and *id, 0 for one that this host
 * does not know, which is logged, or -UVNF_E_BAD_CONFIG.
 */
int user_find(const struct yaml_file *f, const struct node *n, unsigned *id);
int group_find(const struct yaml_file *f, const struct node *n, unsigned *id);

#endif
