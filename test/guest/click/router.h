/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef CLICK_ROUTER_H
#define CLICK_ROUTER_H

#include "element.h"

#define PORTS_MAX	256

struct end {
	struct element	*element;
	int		 port;
};

struct connection {
	struct end	 from, to;
};

struct router {
	struct element		**elements;
	int			 nelements, elements_room;
	struct connection	*conn;
	int			 nconn, conn_room;
	struct element		**buckets;	/* by name, chained */
	unsigned int		 nbuckets;
	struct element		**tasks;	/* what has something to run */
	int			 ntasks;
	struct report		 report;
};

/* Reads a configuration; errors are printed and counted in the report. */
struct router	*router_parse(const char *text, size_t len);

/* Checks, configures and initializes all; 0, or -1 after printing why. */
int		 router_initialize(struct router *rt);

/* Every task once; true if one of them did something. */
int		 router_run(struct router *rt);

void		 router_free(struct router *rt);

struct element	*router_find(struct router *rt, const char *name, size_t len);

/* Of the parser; NULL or -1 without memory. */
struct element	*router_add(struct router *rt, const struct class *class,
		    const char *name, const char *config, size_t config_len,
		    unsigned int line);
int		 router_connect(struct router *rt, struct end from,
		    struct end to);

/* The element's new name; -1 without memory. */
int		 router_rename(struct router *rt, struct element *e,
		    const char *name);

/* hookup.c: port numbers, processing, completeness; 0 or -1. */
int		 hookup_check(struct router *rt);

/* Handlers, an element's own and those that every element has. */
const struct handler *handler_find(const struct element *e, const char *name);

#endif
