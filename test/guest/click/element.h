/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef CLICK_ELEMENT_H
#define CLICK_ELEMENT_H

#include <stddef.h>

#include "packet.h"
#include "report.h"
#include "text.h"

struct args;
struct element;
struct router;

#define HANDLER_READ		0x01
#define HANDLER_WRITE		0x02
#define HANDLER_CALM		0x04
#define HANDLER_UNCOMMON	0x08
#define HANDLER_BUTTON		0x10
#define HANDLER_CHECKBOX	0x20

struct handler {
	const char	*name;
	unsigned int	 flags;
	void		(*read)(struct element *e, struct text *out);
	int		(*write)(struct element *e, const char *value,
			    struct report *r);
};

/*
 * A class of elements.  ports and processing are codes of Click: "1/1-2", and
 * h (push), l (pull) or a (agnostic) for each input / each output, the last
 * one going for all that follow.  What is NULL is left out; a class
 * with action needs neither push nor pull.  cleanup is called for every
 * element, however far it got, and perhaps more than once.
 */
struct class {
	const char	*name, *ports, *processing;
	size_t		 size;		/* of the state, zeroed at the start */
	int		 apart;		/* inputs and outputs do not meet */
	int		 early;		/* configured before the others */
	int		(*configure)(struct element *e, struct args *a,
			    struct report *r);
	int		(*initialize)(struct element *e, struct report *r);
	void		(*cleanup)(struct element *e);
	void		(*push)(struct element *e, int port, struct packet *p);
	struct packet	*(*pull)(struct element *e, int port);
	struct packet	*(*action)(struct element *e, struct packet *p);
	int		(*run)(struct element *e);	/* true: it worked */
	const struct handler *handlers;	/* up to one without a name */
};

enum processing { AGNOSTIC, PUSH, PULL };

struct port {
	enum processing	 processing, declared;
	struct element	*peer;		/* of a push output or pull input */
	int		 peer_port;
	int		 used;		/* by some connection */
};

struct element {
	const struct class *class;
	char		*name, *config;
	unsigned int	 line;
	int		 index;
	struct router	*router;
	struct element	*next;		/* of the same bucket of names */
	int		 nin, nout;
	struct port	*in, *out;
	int		 initialized;
	void		*state;
};

/* The classes that the guest knows; NULL for others. */
const struct class *class_find(const char *name, size_t len);

/* What an undeclared element or unknown class becomes: it never starts. */
extern const struct class class_error;

/* The packet goes to a push output, or is dropped where there is none. */
void		 element_push(struct element *e, int out, struct packet *p);
struct packet	*element_pull(struct element *e, int in);

#endif
