/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "element.h"
#include "lib.h"

#define DEPTH_MAX	100

void
element_push(struct element *e, int out, struct packet *p)
{
	static int depth;	/* a loop of elements must end somewhere */
	struct element *to;
	int in;

	if (out < 0 || out >= e->nout || (to = e->out[out].peer) == NULL ||
	    depth == DEPTH_MAX) {
		packet_kill(p);
		return;
	}
	depth++;
	in = e->out[out].peer_port;
	if (to->class->push != NULL)
		to->class->push(to, in, p);
	else if (to->class->action == NULL)
		packet_kill(p);
	else if ((p = to->class->action(to, p)) != NULL)
		element_push(to, 0, p);
	depth--;
}

struct packet *
element_pull(struct element *e, int in)
{
	struct element *from = e->in[in].peer;
	struct packet *p;

	if (from == NULL)
		return NULL;
	if (from->class->pull != NULL)
		return from->class->pull(from, e->in[in].peer_port);
	if (from->class->action == NULL || from->nin == 0)
		return NULL;
	p = element_pull(from, 0);
	return p != NULL ? from->class->action(from, p) : NULL;
}
