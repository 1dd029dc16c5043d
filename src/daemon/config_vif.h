/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_CONFIG_VIF_H
#define UVNF_CONFIG_VIF_H

#include "yaml/tree.h"
#include "daemon/template.h"

/* The taker of a template's key vifs; into is the struct template. */
int take_vifs(const struct yaml_file *f, const struct node_entry *kv,
    void *into);

/* What can be said of a template's vifs once all of it is known. */
int check_vifs(const struct yaml_file *f, const struct node *map,
    const struct template *t);

#endif
