/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_CONFIG_QUOTAS_H
#define UVNF_CONFIG_QUOTAS_H

#include "yaml/tree.h"

/* The taker of the file's key quotas, for config.c; into a struct config. */
int take_quotas(const struct yaml_file *f, const struct node_entry *kv,
    void *into);

#endif
