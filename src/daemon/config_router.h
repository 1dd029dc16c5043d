/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_CONFIG_ROUTER_H
#define UVNF_CONFIG_ROUTER_H

#include "yaml/tree.h"

/* Takers (config_value.h) of a template's keys; into is the template. */
int take_layout(const struct yaml_file *f, const struct node_entry *kv,
    void *into);
int take_ready(const struct yaml_file *f, const struct node_entry *kv,
    void *into);
int take_routers(const struct yaml_file *f, const struct node_entry *kv,
    void *into);
int take_handlers(const struct yaml_file *f, const struct node_entry *kv,
    void *into);
int take_on_failure(const struct yaml_file *f, const struct node_entry *kv,
    void *into);
int take_on_crash(const struct yaml_file *f, const struct node_entry *kv,
    void *into);

#endif
