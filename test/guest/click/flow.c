/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "element.h"
#include "lib.h"

/*
 * What a real stack could not bear ends here, and so does a packet that goes
 * round: elements within elements, and those that one packet passes.
 */
#define DEPTH_MAX	100
#define STEPS_MAX	20000
#define PULLS_MAX	400

static int depth, steps, pulls;

/* Through elements that only act on the packet, to one that is pushed. */
static void
forward(struct element *e, int out, struct packet *p)
{
	struct port *port;
	const struct class *class;

	while (out < e->nout && (port = &e->out[out])->peer != NULL &&
	    steps++ < STEPS_MAX) {
		e = port->peer;
		class = e->class;
		if (class->push != NULL) {
			class->push(e, port->peer_port, p);
			return;
		}
		if (class->action == NULL)
			break;
		if ((p = class->action(e, p)) == NULL)
			return;
		out = 0;
	}
	packet_kill(p);
}

void
element_push(struct element *e, int out, struct packet *p)
{
	if (out < 0 || depth == DEPTH_MAX) {
		packet_kill(p);
		return;
	}
	if (depth++ == 0)
		steps = 0;
	forward(e, out, p);
	depth--;
}

struct packet *
element_pull(struct element *e, int in)
{
	struct element *from = e->in[in].peer;
	struct packet *p;

	if (from == NULL || pulls == PULLS_MAX)
		return NULL;
	if (from->class->pull != NULL)
		return from->class->pull(from, e->in[in].peer_port);
	if (from->class->action == NULL || from->nin == 0)
		return NULL;
	pulls++;
	p = element_pull(from, 0);
	pulls--;
	return p != NULL ? from->class->action(from, p) : NULL;
}
