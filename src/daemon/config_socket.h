/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_CONFIG_SOCKET_H
#define UVNF_CONFIG_SOCKET_H

#include "yaml/tree.h"

/* The taker of the file's key socket, for config.c; into a struct config. */
int take_socket(const struct yaml_file *f, const struct node_entry *kv,
    void *into);

#endif
