/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_NODES_H
#define UVNF_NODES_H

#include "common/err.h"

/*
 * Nodes of xenstore for processes that may wait: workers, and uvnf-vif.  One
 * blocking request after the other, over a connection that is kept; no watch
 * is set, so it starts no thread.
 */

/* 0, or -UVNF_E_SYSTEM with e filled. */
int nodes_open(struct uvnf_error *e);

/*
 * The node key of the folder dir, if there is such a folder: what is gone does
 * not come again because somebody was late.  0, or -UVNF_E_SYSTEM with e
 * filled.
 */
int nodes_put(const char *dir, const char *key, const char *value,
    struct uvnf_error *e);

/* Those below are for when nodes_open went well. */

/* NULL with errno set when it cannot be read; else the caller frees it. */
char *nodes_get(const char *path);

/* With all beneath it; one that is not there is no error. */
void nodes_remove(const char *path);

#endif
