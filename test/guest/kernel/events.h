/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef GUEST_EVENTS_H
#define GUEST_EVENTS_H

#include <stdint.h>

#define EVENTS_FOREVER	0

/*
 * The guest takes no interrupts.  It marks its ports as seen, looks at all
 * its rings, and sleeps until one of the ports is raised again.
 */
int	events_add(unsigned int port);
void	events_remove(unsigned int port);
void	events_clear(void);
void	events_wait(uint64_t until_ns);

/* A new port for the domain to bind; or a negative error. */
int	event_open(unsigned int remote_domid);
void	event_close(unsigned int port);
void	event_notify(unsigned int port);

/* Nanoseconds since Xen started. */
uint64_t clock_ns(void);
void	clock_sleep_ms(unsigned int ms);

#endif
