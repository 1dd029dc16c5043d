/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_LATER_H
#define UVNF_LATER_H

#include <stddef.h>

#include "daemon/backend.h"

/*
 * Completions that are known at once but may not be told inside the call
 * that began the operation: they are told in the next pass of the loop.
 */
struct event_base;
struct later;

struct later *later_new(struct event_base *base);

/* Drops what is still to be told. */
void later_free(struct later *l);

/* e is copied; NULL for success. */
void later_done(struct later *l, backend_done done, void *arg,
    const struct uvnf_error *e);
/* The same for a read that failed. */
void later_text(struct later *l, backend_text done, void *arg,
    const struct uvnf_error *e);

#endif
