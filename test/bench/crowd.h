/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef BENCH_CROWD_H
#define BENCH_CROWD_H

struct bench;

/* VNFs that run beside those that are measured, on a bridge of their own. */
struct crowd;

struct crowd *crowd_new(void);

#define CROWD_MAX 2000

/*
 * Makes or destroys some until there are so many (CROWD_MAX at most); waits for
 * their routers.
 */
void crowd_resize(struct bench *b, struct crowd *c, unsigned size);

/*
 * Says how much memory uvnfd holds beside them: its own resident set, the
 * console texts in it, and the Pss of uvnfd with its spawner and workers.
 */
void crowd_say_memory(struct bench *b, const struct crowd *c);

void crowd_free(struct crowd *c);

#endif
