/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_SIM_HOST_H
#define UVNF_SIM_HOST_H

/*
 * Simulated domains that outlive the daemon, as Xen's do: a file for each in a
 * folder, written by rename whenever something of it changes, and one for each
 * bridge.  Their guests stand still while no daemon runs.  Without a folder
 * ($UVNF_SIM has no host=) nothing here does anything.
 */

#include "daemon/sim/sim.h"

/* What a simulated domain is, beside what its struct domain has. */
struct host_domain {
	int domid;
	uint8_t uuid[16];
	unsigned flags;			/* domain.c's own */
	unsigned act;			/* what its guest does next */
	uint64_t others;
	unsigned pauses, starting;
	char *config, *other;		/* NUL-terminated, or NULL */
	size_t config_len, other_len;
};

/* Makes the folder if need be; sets sim->next_domid behind what is there. */
int host_open(struct sim *sim, struct uvnf_error *e);

/* Keeps it as it is now; a folder that cannot be written ends the daemon. */
void host_keep(struct sim *sim, const struct host_domain *hd);
void host_remove(struct sim *sim, int domid);

/* Is that domain there? */
bool host_has(struct sim *sim, int domid, const uint8_t uuid[16]);

/* Reads one; false when there is none.  Freed by host_clear. */
bool host_read(struct sim *sim, int domid, struct host_domain *hd);
void host_clear(struct host_domain *hd);

/* As backend->list. */
int host_list(struct sim *sim, struct backend_found **found, size_t *n,
    struct uvnf_error *e);

void host_bridge(struct sim *sim, const char *name, bool make);

#endif
