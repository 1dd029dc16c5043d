/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_CONFIG_CPUS_H
#define UVNF_CONFIG_CPUS_H

#include "yaml/tree.h"
#include "daemon/template.h"

/* The taker of a template's key cpus, for config.c. */
int take_cpus(const struct yaml_file *f, const struct node_entry *kv,
    void *into);

/* When all keys were taken; n is the key's value, or NULL. */
int cpus_finish(const struct yaml_file *f, const struct node *n,
    const struct template *t);

#endif
