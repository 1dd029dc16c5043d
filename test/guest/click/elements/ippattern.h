/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef CLICK_IPPATTERN_H
#define CLICK_IPPATTERN_H

#include "../report.h"
#include "program.h"

/* One test: what of the packet, compared how, with what. */
struct iptest {
	int		 type, data;	/* of ipname.h: wanted, and given */
	enum { EQ, GT, LT } op;
	int		 negated, side, proto;
	uint32_t	 value, mask;
};

/* A pattern while it is read: its words, and the steps so far. */
struct ippattern {
	char		**word;
	int		 n, at, depth;
	struct program	*pr;
	struct report	*r;
	struct iptest	 last;	/* gives what the next one leaves out */
};

/*
 * Adds the steps of the words from number first on; errors are reported, as
 * far as Click does one after the other.
 */
void	ippattern_parse(struct ippattern *p, int first);

/* Reads one test at p->at, if there is one; one that is wrong adds no steps. */
void	ipterm_parse(struct ippattern *p, int negated);

/*
 * Completes a test: what it leaves out is as in the last one, or as usual.
 * The mask is of that kind, a number or an address, or there is none.
 */
int	ipcheck(struct report *r, struct iptest *t, const struct iptest *last,
	    int mask_kind, uint32_t mask);

/* The steps of a complete test; -1 without room. */
int	ipsteps_add(struct program *pr, const struct iptest *t);

#endif
