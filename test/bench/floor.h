/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef BENCH_FLOOR_H
#define BENCH_FLOOR_H

struct bench;
struct launcher;

/*
 * The least that a toolstack could do with a shell: the xenstore requests
 * that uvnfd sends for the same, in one round trip, with the hypercall where
 * one is due, and nothing else.
 */

/*
 * Collects shells, booted or never run, out of uvnfd's pool of the launcher's
 * template: nobody else uses that pool, and draining it ends them all.
 */
void floor_collect(struct bench *b, const struct launcher *how,
    unsigned count);
/* Gives them back, with all they have become; waits until they are gone. */
void floor_return(struct bench *b, const struct launcher *how);

/*
 * Makes one VNF by same, uvnfd's launcher of the same kind of shell, and says
 * how many xenstore requests and hypercalls uvnfd counted for it, and the
 * floor's.  A floor that does more ends the program.
 */
void floor_check(struct bench *b, const struct launcher *how,
    const struct launcher *same);

/* The last one's shells have their configuration: their start is written. */
extern const struct launcher floor_booted, floor_paused, floor_known;

#endif
