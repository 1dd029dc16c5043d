/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_CONFIG_POOL_H
#define UVNF_CONFIG_POOL_H

#include "yaml/tree.h"

struct template;

/* The taker (config_value.h) of a template's key pool; into is the template. */
int take_pool(const struct yaml_file *f, const struct node_entry *kv,
    void *into);

/* When all keys of the template were taken; n is what pool was, or NULL. */
int pool_finish(const struct yaml_file *f, const struct node *n,
    const struct template *t);

#endif
