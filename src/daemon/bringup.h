/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_BRINGUP_H
#define UVNF_BRINGUP_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/daemon.h"

/*
 * Watches over a router from the order to start until it runs, as the
 * template's ready defines it, or the guest has refused it; repeats a start
 * that was lost.  Whoever begins one has the time limit.  It is the domain's
 * d->bringup, through which the backend's events come to it.
 */
struct bringup;

/*
 * How it ends, if it is not cancelled: with e NULL the router runs.  It is
 * gone then.  May be called by bringup_ordered and bringup_take_up.
 */
typedef void (*bringup_ended)(void *arg, const struct uvnf_error *e);

/*
 * Begins before the order is given, so that the guest's answer cannot come too
 * early; the console is marked here.  vifs_used: those that are to connect, a
 * bit each.  Of routers beside 0 the console tells what a handler would, for
 * handlers are router 0's; where it is silent, their vifs do.
 */
struct bringup *bringup_new(struct daemon *dm, struct domain *d,
    unsigned router, uint32_t vifs_used, bringup_ended ended, void *arg);

/* xenstored has acknowledged the order; a generic guest needs none. */
void bringup_ordered(struct bringup *b);

/*
 * In place of both for a router whose start was ordered by an earlier daemon:
 * what its console said then is lost, so its vifs must do.
 */
void bringup_take_up(struct bringup *b);

/* Ends it without a word; NULL is allowed. */
void bringup_cancel(struct bringup *b);

/* At the daemon's end, when the backend calls nobody any more. */
void bringups_drop_all(struct daemon *dm);

/* What it still waits for, for people: "a vif is not connected". */
const char *bringup_missing(const struct bringup *b);

/* The backend's events about its domain. */
void bringup_announced(struct bringup *b);
void bringup_vif_state(struct bringup *b);
void bringup_sign(struct bringup *b, enum console_sign sign);

#endif
