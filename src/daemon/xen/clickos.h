/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_CLICKOS_H
#define UVNF_CLICKOS_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/backend.h"
#include "daemon/click.h"
#include "daemon/xen/guest.h"

/*
 * ClickOS's control tree, below D/data/clickos.  The guest owns it and can
 * write anything into it at any time.
 */

/*
 * A node that the guest reads may have 1008 bytes, what is left of its ring
 * of 1024 behind a header; a little less leaves room for the unforeseen.
 */
#define CLICKOS_CHUNK 992
/* So many has a configuration at most; a guest may have made others. */
#define CLICKOS_CHUNKS_MAX \
	((CLICK_CONFIG_MAX + CLICKOS_CHUNK - 1) / CLICKOS_CHUNK)

/* Paths, for the watches that others set. */
void clickos_root(const struct guest *g, char *buf, size_t size);
void clickos_config_dir(const struct guest *g, char *buf, size_t size);
void clickos_status(const struct guest *g, char *buf, size_t size);

/*
 * Marks the root of a tree whose guest has never run, and tells whether a
 * root's value is that mark: the guest has not booted then, although its tree
 * exists.
 */
void clickos_mark(struct guest *g);
bool clickos_is_mark(const char *data, size_t len);

/* Does a status node's value order the router to run? */
bool clickos_is_running(const char *data, size_t len);

/*
 * The layout "root": the tree is the toolstack's to make, before the guest
 * runs, with leave for the guest to write into it.
 */
void clickos_make_tree(struct guest *g);

/* As in backend.h. */
void clickos_configure(struct guest *g, unsigned router, const char *text,
    size_t len, bool start, backend_done done, void *arg);
void clickos_set_status(struct guest *g, unsigned router, bool running,
    backend_done done, void *arg);
void clickos_shutdown(struct guest *g, backend_done done, void *arg);
void clickos_fetch(struct guest *g, backend_text done, void *arg);
void clickos_handler(struct guest *g, const char *element,
    const char *handler, const char *value, unsigned timeout_ms,
    backend_text done, void *arg);

/* Ends all handler calls of g, from the loop, with e; with NULL silently. */
void clickos_drop_calls(struct guest *g, const struct uvnf_error *e);

#endif
