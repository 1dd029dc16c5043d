/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef GUEST_ROUTERS_H
#define GUEST_ROUTERS_H

#include "../click/router.h"
#include "quirks.h"

#define ROUTERS_MAX	64

enum router_state {
	ROUTER_STOPPED,
	ROUTER_STARTING,	/* asked for, or on its way */
	ROUTER_RUNNING,
	ROUTER_STUCK		/* neither runs nor stops any more */
};

void			 routers_init(const struct options *o,
			    const char *root);
enum router_state	 routers_state(unsigned int id);
struct router		*routers_get(unsigned int id);

/* A start is asked for here and made by routers_start_next. */
void			 routers_ask_start(unsigned int id);
int			 routers_start_next(void);
int			 routers_starting(void);

void			 routers_stop(unsigned int id);
int			 routers_stop_all(void);

int			 routers_run(void);
int			 routers_count(enum router_state state);

#endif
