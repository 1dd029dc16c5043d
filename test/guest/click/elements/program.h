/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef CLICK_PROGRAM_H
#define CLICK_PROGRAM_H

#include "../packet.h"
#include "../text.h"

/*
 * What the patterns of a classifier become: steps over words of four bytes.
 * A word that matches leads to yes, another to no, and one that the packet
 * does not have to no, too, or to yes if short_yes says so.  A target of 0 or
 * more is a step; below 0 it is the output -1 - target, or one of these.
 * While a pattern is read, its success and failure are YES and NO.
 */
#define PROGRAM_DROP		(-1000)
#define PROGRAM_YES		(-1001)
#define PROGRAM_NO		(-1002)
#define PROGRAM_OUTPUT(slot)	(-1 - (slot))

/* In programs about IP: offsets into its header, and into what follows it. */
#define PROGRAM_IP		256
#define PROGRAM_TRANSP		512

struct step {
	unsigned int	 offset;
	uint8_t		 value[4], mask[4];
	int		 yes, no, short_yes;
};

struct program {
	struct step	*step;
	int		 n, room, about_ip;
};

/* A step that matches everything, to YES or NO; NULL when there is no room. */
struct step	*program_add(struct program *pr, unsigned int offset);

/* Of the steps first to end - 1: what led to one target leads to another. */
void		 program_redirect(struct program *pr, int first, int end,
		    int from, int to);

/* Of those from first on: what would succeed, or fail, goes on after them. */
void		 program_and(struct program *pr, int first);
void		 program_or(struct program *pr, int first);

/* YES becomes NO there, and the other way round; also for short packets. */
void		 program_negate(struct program *pr, int first, int flip_short);

/* Ends a pattern: its success is the target, its failure the next one. */
void		 program_finish(struct program *pr, int first, int target);

/* Ends the last pattern: what would go on is dropped. */
void		 program_close(struct program *pr);

void		 program_free(struct program *pr);

/* The output that a packet takes, or -1. */
int		 program_run(const struct program *pr, const struct packet *p);

/* As Click writes it, though Click's has been through an optimizer. */
void		 program_print(const struct program *pr, struct text *out);

#endif
