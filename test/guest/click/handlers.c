/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "lib.h"
#include "router.h"

static void
read_name(struct element *e, struct text *out)
{
	text_printf(out, "%s", e->name);
}

static void
read_class(struct element *e, struct text *out)
{
	text_printf(out, "%s", e->class->name);
}

static void
read_config(struct element *e, struct text *out)
{
	text_printf(out, "%s", e->config);
}

static void
read_connections(struct element *e, int output, int port, struct text *out)
{
	const struct connection *c;
	const char *sep = "";
	int i;

	for (i = 0; i < e->router->nconn; i++) {
		c = &e->router->conn[i];
		if (output && c->from.element == e && c->from.port == port)
			text_printf(out, "%s[%d] %s", sep, c->to.port,
			    c->to.element->name);
		else if (!output && c->to.element == e && c->to.port == port)
			text_printf(out, "%s%s [%d]", sep,
			    c->from.element->name, c->from.port);
		else
			continue;
		sep = ", ";
	}
}

static void
read_side(struct element *e, int output, struct text *out)
{
	const struct port *ports = output ? e->out : e->in;
	int i, n = output ? e->nout : e->nin;

	text_printf(out, "%d %s%s\n", n, output ? "output" : "input",
	    n == 1 ? "" : "s");
	for (i = 0; i < n; i++) {
		text_printf(out, "%s%s\t-\t",
		    ports[i].processing == PULL ? "pull" : "push",
		    ports[i].declared == AGNOSTIC ? "~" : "");
		read_connections(e, output, i, out);
		text_printf(out, "\n");
	}
}

static void
read_ports(struct element *e, struct text *out)
{
	read_side(e, 0, out);
	read_side(e, 1, out);
}

static void	read_handlers(struct element *e, struct text *out);

static const struct handler common[] = {
	{ "name", HANDLER_READ | HANDLER_CALM, read_name, NULL },
	{ "class", HANDLER_READ | HANDLER_CALM, read_class, NULL },
	{ "config", HANDLER_READ | HANDLER_CALM, read_config, NULL },
	{ "ports", HANDLER_READ | HANDLER_CALM, read_ports, NULL },
	{ "handlers", HANDLER_READ | HANDLER_CALM, read_handlers, NULL },
	{ .name = NULL }
};

static const struct handler *
find(const struct handler *h, const char *name)
{
	for (; h != NULL && h->name != NULL; h++)
		if (strcmp(h->name, name) == 0)
			return h;
	return NULL;
}

/* Without those that the element has its own of. */
static void
list_handlers(const struct handler *h, const struct handler *own,
    struct text *out)
{
	static const struct {
		unsigned int	flag;
		const char	*letter;
	} letters[] = {
		{ HANDLER_READ, "r" }, { HANDLER_WRITE, "w" },
		{ HANDLER_CALM, "." }, { HANDLER_UNCOMMON, "U" },
		{ HANDLER_BUTTON, "b" }, { HANDLER_CHECKBOX, "c" },
	};
	unsigned int i;

	for (; h != NULL && h->name != NULL; h++) {
		if (find(own, h->name) != NULL)
			continue;
		text_printf(out, "%s\t", h->name);
		for (i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
			if (h->flags & letters[i].flag)
				text_printf(out, "%s", letters[i].letter);
		text_printf(out, "\n");
	}
}

static void
read_handlers(struct element *e, struct text *out)
{
	list_handlers(common, e->class->handlers, out);
	list_handlers(e->class->handlers, NULL, out);
}

const struct handler *
handler_find(const struct element *e, const char *name)
{
	const struct handler *h = find(e->class->handlers, name);

	return h != NULL ? h : find(common, name);
}
