/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef BENCH_PING_H
#define BENCH_PING_H

#include <stdbool.h>
#include <stdint.h>

/* How often a VNF is asked for its first answer. */
#define PROBE_US 1000

/*
 * Asks one address, whose neighbour entry is permanent, over a raw socket.
 * Each series of probes is told from those before it.
 */
struct prober;

struct prober *prober_open(const char *address);
int prober_socket(const struct prober *p);

/*
 * Begins another series, on another socket: what lies unread in the queue of
 * a guest that is gone counts against the one that sent it.
 */
void prober_begin(struct prober *p);
/* One more probe. */
void prober_send(struct prober *p);
/* True when a probe of this series has been answered. */
bool prober_answered(struct prober *p);

/* How many probes of this series the kernel did not take. */
unsigned prober_refused(const struct prober *p);

/* One ping, as a series of its own: its time, or 0 without an answer. */
uint64_t prober_ping(struct prober *p, unsigned limit_ms);

#endif
