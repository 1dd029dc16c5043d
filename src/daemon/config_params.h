/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_CONFIG_PARAMS_H
#define UVNF_CONFIG_PARAMS_H

#include "yaml/tree.h"
#include "daemon/template.h"

/*
 * A template's configuration and its parameters, for config.c: the takers of
 * the keys params and override, into a struct template.
 */
int take_params(const struct yaml_file *f, const struct node_entry *kv,
    void *into);
int take_override(const struct yaml_file *f, const struct node_entry *kv,
    void *into);

/*
 * Reads t->config_path, whose key's value is n, and fills in what can be,
 * when all other keys were taken.
 */
int params_finish(const struct yaml_file *f, const struct node *n,
    struct template *t);

#endif
