/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <limits.h>

#include "lib.h"
#include "router.h"

static const char *const side[] = { "input", "output" };

static struct end *
end_of(struct connection *c, int output)
{
	return output ? &c->from : &c->to;
}

static int
nports(const struct element *e, int output)
{
	return output ? e->nout : e->nin;
}

static struct port *
port_at(const struct end *at, int output)
{
	return output ? &at->element->out[at->port] :
	    &at->element->in[at->port];
}

static void
port_error(struct router *rt, const char *fmt, const struct element *e,
    const char *kind, int port)
{
	char text[512], name[256];

	snprintf(name, sizeof(name), "'%s :: %s'", e->name, e->class->name);
	snprintf(text, sizeof(text), fmt, name, kind, port);
	report_at(&rt->report, e->line, "%s", text);
}

/* Reads "1", "1-2", "0-" or "-" of a port count. */
static const char *
read_range(const char *s, int *low, int *high)
{
	*low = 0;
	for (; text_is_digit(*s); s++)
		*low = *low * 10 + *s - '0';
	*high = *low;
	if (*s != '-')
		return s;
	*high = text_is_digit(s[1]) ? 0 : INT_MAX;
	for (s++; text_is_digit(*s); s++)
		*high = *high * 10 + *s - '0';
	return s;
}

static int
clamp(int n, int low, int high)
{
	return n < low ? low : n > high ? high : n;
}

static void
declare_processing(struct port *ports, int n, const char *code)
{
	int i;

	for (i = 0; i < n; i++) {
		ports[i].declared = *code == 'h' ? PUSH :
		    *code == 'l' ? PULL : AGNOSTIC;
		ports[i].processing = ports[i].declared;
		if (code[1] != '\0' && code[1] != '/')
			code++;
	}
}

static int
make_ports(struct element *e)
{
	const char *s, *code = e->class->processing;
	int low, high;

	s = read_range(e->class->ports, &low, &high);
	e->nin = clamp(e->nin, low, high);
	read_range(s + 1, &low, &high);
	e->nout = clamp(e->nout, low, high);
	e->in = calloc(e->nin + 1, sizeof(*e->in));
	e->out = calloc(e->nout + 1, sizeof(*e->out));
	if (e->in == NULL || e->out == NULL)
		return -1;
	declare_processing(e->in, e->nin, code);
	declare_processing(e->out, e->nout, strchr(code, '/') + 1);
	return 0;
}

/* Up to the highest that is used, as far as the classes let them. */
static int
make_all_ports(struct router *rt)
{
	struct end *at;
	int i, k, *n;

	for (i = 0; i < rt->nconn; i++)
		for (k = 0; k < 2; k++) {
			at = end_of(&rt->conn[i], k);
			n = k ? &at->element->nout : &at->element->nin;
			if (at->port >= *n)
				*n = at->port + 1;
		}
	for (i = 0; i < rt->nelements; i++)
		if (make_ports(rt->elements[i]) < 0)
			return -1;
	return 0;
}

static int
check_range(struct router *rt)
{
	struct end *at;
	int i, k, before = rt->report.errors;

	if (make_all_ports(rt) < 0) {
		report_plain(&rt->report, "out of memory");
		return -1;
	}
	for (i = 0; i < rt->nconn; i++)
		for (k = 0; k < 2; k++) {
			at = end_of(&rt->conn[i], k);
			if (at->port >= nports(at->element, k))
				port_error(rt, "%s has no %s %d", at->element,
				    side[k], at->port);
		}
	return rt->report.errors == before ? 0 : -1;
}

/* Agrees the two ends: true if one took the other's; -1 if they differ. */
static int
settle(struct port *a, struct port *b)
{
	if (a->processing == b->processing)
		return 0;
	if (a->processing == AGNOSTIC)
		a->processing = b->processing;
	else if (b->processing == AGNOSTIC)
		b->processing = a->processing;
	else
		return -1;
	return 1;
}

/* Where both are true of it, the element itself; without a report quietly. */
static int
settle_inside(struct report *r, struct element *e)
{
	int i, o, rc, changed = 0;
	int push;

	for (i = 0; i < e->nin; i++)
		for (o = 0; o < e->nout; o++) {
			if (e->in[i].declared != AGNOSTIC ||
			    e->out[o].declared != AGNOSTIC || e->class->apart)
				continue;
			if ((rc = settle(&e->out[o], &e->in[i])) >= 0) {
				changed |= rc;
				continue;
			}
			push = e->out[o].processing == PUSH;
			if (r != NULL)
				report_plain(r, "agnostic '%s :: %s' in "
			    "mixed context: %s input %d, %s output %d",
			    e->name, e->class->name, push ? "pull" : "push",
			    i, push ? "push" : "pull", o);
			return -1;
		}
	return changed;
}

static int
settle_connection(struct report *r, struct connection *c)
{
	struct port *from = port_at(&c->from, 1), *to = port_at(&c->to, 0);
	int rc, push;

	if ((rc = settle(from, to)) >= 0)
		return rc;
	push = from->processing == PUSH;
	if (r == NULL)
		return -1;
	report_plain(r, "'%s :: %s' %s output %d connected to "
	    "'%s :: %s' %s input %d", c->from.element->name,
	    c->from.element->class->name, push ? "push" : "pull",
	    c->from.port, c->to.element->name, c->to.element->class->name,
	    push ? "pull" : "push", c->to.port);
	return -1;
}

static int
settle_element(struct element *e)
{
	int rc;

	do
		rc = settle_inside(NULL, e);
	while (rc > 0);
	return rc;
}

/* A connection, and what follows inside of the elements at its ends. */
static int
settle_along(struct connection *c)
{
	int rc = settle_connection(NULL, c);

	if (rc <= 0)
		return rc;
	if (settle_element(c->to.element) < 0 ||
	    settle_element(c->from.element) < 0)
		return -1;
	return 1;
}

/* There and back, so that a long chain is settled in few rounds. */
static int
settle_all(struct router *rt)
{
	int i, rc, changed, back = 0;

	do {
		changed = 0;
		for (i = 0; i < rt->nconn; i++) {
			rc = settle_along(&rt->conn[back ?
			    rt->nconn - 1 - i : i]);
			if (rc < 0)
				return -1;
			changed |= rc;
		}
		back = !back;
	} while (changed);
	return 0;
}

static void
forget_processing(struct router *rt)
{
	struct element *e;
	int i, k;

	for (i = 0; i < rt->nelements; i++) {
		e = rt->elements[i];
		for (k = 0; k < e->nin; k++)
			e->in[k].processing = e->in[k].declared;
		for (k = 0; k < e->nout; k++)
			e->out[k].processing = e->out[k].declared;
	}
}

/* What does not agree is found again in the order in which Click finds it. */
static int
check_processing(struct router *rt)
{
	int i, failed = 0;

	if (settle_all(rt) == 0)
		return 0;
	forget_processing(rt);
	while (!failed) {
		for (i = 0; i < rt->nconn; i++)
			failed |= settle_connection(&rt->report,
			    &rt->conn[i]) < 0;
		for (i = 0; i < rt->nelements; i++)
			failed |= settle_inside(&rt->report,
			    rt->elements[i]) < 0;
	}
	return -1;
}

/* A push output and a pull input have one connection, others any number. */
static int
is_active(const struct end *at, int output)
{
	enum processing p = port_at(at, output)->processing;

	return output ? p != PULL : p == PULL;
}

static void
check_reuse(struct router *rt, int output)
{
	struct end *at;
	int i;

	for (i = 0; i < rt->nconn; i++) {
		at = end_of(&rt->conn[i], output);
		if (port_at(at, output)->used && is_active(at, output))
			port_error(rt, "illegal reuse of %s %s %d",
			    at->element, output ? "push output" :
			    "pull input", at->port);
		port_at(at, output)->used = 1;
	}
}

static void
check_unused(struct router *rt, int output)
{
	struct end at;
	int i;

	for (i = 0; i < rt->nelements; i++) {
		at.element = rt->elements[i];
		for (at.port = 0; at.port < nports(at.element, output);
		    at.port++)
			if (!port_at(&at, output)->used)
				port_error(rt, "%s %s %d unused", at.element,
				    side[output], at.port);
	}
}

static int
check_completeness(struct router *rt)
{
	int before = rt->report.errors;

	check_reuse(rt, 0);
	check_reuse(rt, 1);
	check_unused(rt, 0);
	check_unused(rt, 1);
	return rt->report.errors == before ? 0 : -1;
}

static void
set_peers(struct router *rt)
{
	struct connection *c;
	struct end *at, *other;
	int i, k;

	for (i = 0; i < rt->nconn; i++)
		for (k = 0; k < 2; k++) {
			c = &rt->conn[i];
			at = end_of(c, k);
			other = end_of(c, !k);
			if (!is_active(at, k))
				continue;
			port_at(at, k)->peer = other->element;
			port_at(at, k)->peer_port = other->port;
		}
}

/* Click looks at connections by where they go, then whence they come. */
static int
is_after(const struct connection *a, const struct connection *b)
{
	int by[] = {
		a->to.element->index - b->to.element->index,
		a->to.port - b->to.port,
		a->from.element->index - b->from.element->index,
		a->from.port - b->from.port
	};
	unsigned int i;

	for (i = 0; i < sizeof(by) / sizeof(by[0]); i++)
		if (by[i] != 0)
			return by[i] > 0;
	return 0;
}

static int
is_same(const struct connection *a, const struct connection *b)
{
	return !is_after(a, b) && !is_after(b, a);
}

/* Merges the two sorted halves of a piece into another place. */
static void
merge(const struct connection *from, int middle, int end,
    struct connection *to)
{
	int a = 0, b = middle;

	while (a < middle || b < end)
		if (b == end || (a < middle && !is_after(&from[a], &from[b])))
			*to++ = from[a++];
		else
			*to++ = from[b++];
}

static int
sort(struct router *rt)
{
	struct connection *from = rt->conn, *to, *old;
	int i, width, left;

	if (rt->nconn < 2)
		return 0;
	if ((to = malloc(rt->conn_room * sizeof(*to))) == NULL)
		return -1;
	for (width = 1; width < rt->nconn; width *= 2) {
		for (i = 0; i < rt->nconn; i += 2 * width) {
			left = rt->nconn - i;
			merge(from + i, left < width ? left : width,
			    left < 2 * width ? left : 2 * width, to + i);
		}
		old = from;
		from = to;
		to = old;
	}
	rt->conn = from;
	free(to);
	return 0;
}

static void
drop_repeated(struct router *rt)
{
	int i, n = 0;

	for (i = 0; i < rt->nconn; i++)
		if (n == 0 || !is_same(&rt->conn[i], &rt->conn[n - 1]))
			rt->conn[n++] = rt->conn[i];
	rt->nconn = n;
}

int
hookup_check(struct router *rt)
{
	if (sort(rt) < 0) {
		report_plain(&rt->report, "out of memory");
		return -1;
	}
	drop_repeated(rt);
	if (check_range(rt) < 0 || check_processing(rt) < 0 ||
	    check_completeness(rt) < 0)
		return -1;
	set_peers(rt);
	return 0;
}
