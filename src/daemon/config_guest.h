/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_CONFIG_GUEST_H
#define UVNF_CONFIG_GUEST_H

#include "daemon/config_extends.h"

/* The takers of a template's keys guest, ramdisk and cmdline, for config.c. */
int take_guest(const struct yaml_file *f, const struct node_entry *kv,
    void *into);
int take_ramdisk(const struct yaml_file *f, const struct node_entry *kv,
    void *into);
int take_cmdline(const struct yaml_file *f, const struct node_entry *kv,
    void *into);

/* When all keys were taken: what goes with the guest, and its defaults. */
int guest_finish(const struct yaml_file *f, const struct lineage *l,
    struct template *t);

#endif
