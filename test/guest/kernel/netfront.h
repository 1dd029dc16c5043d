/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef GUEST_NETFRONT_H
#define GUEST_NETFRONT_H

#include <stddef.h>
#include <stdint.h>

struct netfront;

/*
 * Attaches to the domain's vif id, or counts one user more of it; waits for
 * the backend without limit.  NULL when the vif is absent or memory is short.
 */
struct netfront	*netfront_open(int id);

/* The last user's close detaches, so that the vif can be attached again. */
void	netfront_close(struct netfront *nf);

/* Gives one received frame to fn and returns 1, or 0 when there is none. */
int	netfront_receive(struct netfront *nf,
	    void (*fn)(void *arg, const uint8_t *frame, size_t len),
	    void *arg);

/* 0, or -1 when the ring is full and the frame was dropped. */
int	netfront_send(struct netfront *nf, const uint8_t *frame, size_t len);

#endif
