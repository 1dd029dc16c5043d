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
make_ports(struct router *rt, struct element *e)
{
	const char *s, *code = e->class->processing;
	int low, high, i, used[2] = { 0, 0 }, k;

	for (i = 0; i < rt->nconn; i++)
		for (k = 0; k < 2; k++)
			if (end_of(&rt->conn[i], k)->element == e &&
			    end_of(&rt->conn[i], k)->port >= used[k])
				used[k] = end_of(&rt->conn[i], k)->port + 1;
	s = read_range(e->class->ports, &low, &high);
	e->nin = clamp(used[0], low, high);
	read_range(s + 1, &low, &high);
	e->nout = clamp(used[1], low, high);
	e->in = calloc(e->nin + 1, sizeof(*e->in));
	e->out = calloc(e->nout + 1, sizeof(*e->out));
	if (e->in == NULL || e->out == NULL)
		return -1;
	declare_processing(e->in, e->nin, code);
	declare_processing(e->out, e->nout, strchr(code, '/') + 1);
	return 0;
}

static int
check_range(struct router *rt)
{
	struct end *at;
	int i, k, before = rt->report.errors;

	for (i = 0; i < rt->nelements; i++)
		if (make_ports(rt, rt->elements[i]) < 0)
			return -1;
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

static int
settle_inside(struct router *rt, struct element *e)
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
			report_plain(&rt->report, "agnostic '%s :: %s' in "
			    "mixed context: %s input %d, %s output %d",
			    e->name, e->class->name, push ? "pull" : "push",
			    i, push ? "push" : "pull", o);
			return -1;
		}
	return changed;
}

static int
settle_connection(struct router *rt, struct connection *c)
{
	struct port *from = port_at(&c->from, 1), *to = port_at(&c->to, 0);
	int rc, push;

	if ((rc = settle(from, to)) >= 0)
		return rc;
	push = from->processing == PUSH;
	report_plain(&rt->report, "'%s :: %s' %s output %d connected to "
	    "'%s :: %s' %s input %d", c->from.element->name,
	    c->from.element->class->name, push ? "push" : "pull",
	    c->from.port, c->to.element->name, c->to.element->class->name,
	    push ? "pull" : "push", c->to.port);
	return -1;
}

static int
check_processing(struct router *rt)
{
	int i, rc, changed = 1, failed = 0;

	while (changed && !failed) {
		changed = 0;
		for (i = 0; i < rt->nconn; i++) {
			rc = settle_connection(rt, &rt->conn[i]);
			failed |= rc < 0;
			changed |= rc > 0;
		}
		for (i = 0; i < rt->nelements; i++) {
			rc = settle_inside(rt, rt->elements[i]);
			failed |= rc < 0;
			changed |= rc > 0;
		}
	}
	return failed ? -1 : 0;
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
	struct end *a, *b;
	int i, j;

	for (i = 0; i < rt->nconn; i++)
		for (j = 0; j < i; j++) {
			a = end_of(&rt->conn[i], output);
			b = end_of(&rt->conn[j], output);
			if (a->element != b->element || a->port != b->port ||
			    !is_active(a, output))
				continue;
			port_error(rt, "illegal reuse of %s %s %d",
			    a->element, output ? "push output" : "pull input",
			    a->port);
			break;
		}
}

static int
is_connected(struct router *rt, const struct end *at, int output)
{
	const struct end *end;
	int i;

	for (i = 0; i < rt->nconn; i++) {
		end = end_of(&rt->conn[i], output);
		if (end->element == at->element && end->port == at->port)
			return 1;
	}
	return 0;
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
			if (!is_connected(rt, &at, output))
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

/* Also drops what was said twice. */
static void
sort(struct router *rt)
{
	struct connection c;
	int i, j, n = 0;

	for (i = 1; i < rt->nconn; i++) {
		c = rt->conn[i];
		for (j = i; j > 0 && is_after(&rt->conn[j - 1], &c); j--)
			rt->conn[j] = rt->conn[j - 1];
		rt->conn[j] = c;
	}
	for (i = 0; i < rt->nconn; i++)
		if (n == 0 || !is_same(&rt->conn[i], &rt->conn[n - 1]))
			rt->conn[n++] = rt->conn[i];
	rt->nconn = n;
}

int
hookup_check(struct router *rt)
{
	sort(rt);
	if (check_range(rt) < 0 || check_processing(rt) < 0 ||
	    check_completeness(rt) < 0)
		return -1;
	set_peers(rt);
	return 0;
}
