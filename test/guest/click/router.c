/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "args.h"
#include "lib.h"
#include "router.h"

struct element *
router_find(struct router *rt, const char *name, size_t len)
{
	struct element *e;
	int i;

	for (i = 0; i < rt->nelements; i++) {
		e = rt->elements[i];
		if (strlen(e->name) == len && memcmp(e->name, name, len) == 0)
			return e;
	}
	return NULL;
}

struct element *
router_add(struct router *rt, const struct class *class, const char *name,
    const char *config, size_t config_len, unsigned int line)
{
	struct element *e;

	if (rt->nelements == ELEMENTS_MAX ||
	    (e = calloc(1, sizeof(*e))) == NULL)
		return NULL;
	e->index = rt->nelements;
	rt->elements[rt->nelements++] = e;
	e->class = class;
	e->router = rt;
	e->line = line;
	e->name = text_copy(name, strlen(name));
	e->config = text_copy(config, config_len);
	e->state = calloc(1, class->size > 0 ? class->size : 1);
	if (e->name == NULL || e->config == NULL || e->state == NULL) {
		rt->nelements--;
		free(e->name);
		free(e->config);
		free(e->state);
		free(e);
		return NULL;
	}
	return e;
}

int
router_connect(struct router *rt, struct end from, struct end to)
{
	if (rt->nconn == CONNECTIONS_MAX)
		return -1;
	rt->conn[rt->nconn++] = (struct connection){ from, to };
	return 0;
}

static int
configure(struct element *e, struct report *r)
{
	static const struct arg_spec none[] = { { .name = NULL } };
	struct args a;
	int rc = -1;

	report_begin(r, "While configuring", e);
	if (e->class == &class_error)
		rc = 0;
	else if (args_split(&a, e->config) < 0)
		report_element(r, "too many arguments");
	else if (e->class->configure != NULL)
		rc = e->class->configure(e, &a, r);
	else
		rc = args_read(&a, none, r);
	if (e->class != &class_error)
		args_free(&a);
	report_end(r);
	return rc;
}

static int
configure_all(struct router *rt)
{
	int i, early, rc = 0;

	for (early = 1; early >= 0; early--)
		for (i = 0; i < rt->nelements; i++)
			if (rt->elements[i]->class->early == early &&
			    configure(rt->elements[i], &rt->report) < 0)
				rc = -1;
	return rc;
}

static int
initialize(struct element *e, struct report *r)
{
	int rc = 0;

	report_begin(r, "While initializing", e);
	if (e->class->initialize != NULL)
		rc = e->class->initialize(e, r);
	report_end(r);
	e->initialized = rc >= 0;
	return rc;
}

static int
initialize_all(struct router *rt)
{
	int i, early;

	for (early = 1; early >= 0; early--)
		for (i = 0; i < rt->nelements; i++)
			if (rt->elements[i]->class->early == early &&
			    initialize(rt->elements[i], &rt->report) < 0)
				return -1;
	return 0;
}

static void
cleanup_all(struct router *rt)
{
	struct element *e;
	int i;

	for (i = rt->nelements - 1; i >= 0; i--) {
		e = rt->elements[i];
		if (e->class->cleanup != NULL)
			e->class->cleanup(e);
		e->initialized = 0;
	}
}

int
router_initialize(struct router *rt)
{
	/* ClickOS goes on after errors of syntax too, and says more. */
	if (hookup_check(rt) == 0 && configure_all(rt) == 0 &&
	    initialize_all(rt) == 0 && rt->report.errors == 0)
		return 0;
	cleanup_all(rt);
	click_print("Router could not be initialized!");
	return -1;
}

int
router_run(struct router *rt)
{
	struct element *e;
	int i, any = 0;

	for (i = 0; i < rt->nelements; i++) {
		e = rt->elements[i];
		if (e->class->run != NULL && e->class->run(e))
			any = 1;
	}
	return any;
}

void
router_free(struct router *rt)
{
	struct element *e;
	int i;

	cleanup_all(rt);
	for (i = 0; i < rt->nelements; i++) {
		e = rt->elements[i];
		free(e->in);
		free(e->out);
		free(e->name);
		free(e->config);
		free(e->state);
		free(e);
	}
	free(rt);
	packet_purge();
}
