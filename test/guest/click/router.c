/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "args.h"
#include "lib.h"
#include "router.h"

static unsigned int
hash(const char *name, size_t len)
{
	unsigned int h = 2166136261u;

	while (len-- > 0)
		h = (h ^ (unsigned char)*name++) * 16777619u;
	return h;
}

static struct element **
bucket_of(struct router *rt, const char *name, size_t len)
{
	return &rt->buckets[hash(name, len) % rt->nbuckets];
}

struct element *
router_find(struct router *rt, const char *name, size_t len)
{
	struct element *e;

	if (rt->nbuckets == 0)
		return NULL;
	for (e = *bucket_of(rt, name, len); e != NULL; e = e->next)
		if (strlen(e->name) == len && memcmp(e->name, name, len) == 0)
			return e;
	return NULL;
}

static void
link_name(struct router *rt, struct element *e)
{
	struct element **at = bucket_of(rt, e->name, strlen(e->name));

	/* At the end: of two of one name the first is found. */
	while (*at != NULL)
		at = &(*at)->next;
	e->next = NULL;
	*at = e;
}

static void
unlink_name(struct router *rt, struct element *e)
{
	struct element **at = bucket_of(rt, e->name, strlen(e->name));

	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
}

int
router_rename(struct router *rt, struct element *e, const char *name)
{
	char *copy = text_copy(name, strlen(name));

	if (copy == NULL)
		return -1;
	unlink_name(rt, e);
	free(e->name);
	e->name = copy;
	link_name(rt, e);
	return 0;
}

/* An array with twice the room, or NULL; the old one is kept or freed. */
static void *
enlarge(void *old, int *room, size_t size)
{
	int more = *room > 0 ? 2 * *room : 64;
	void *array = malloc(more * size);

	if (array == NULL)
		return NULL;
	if (*room > 0)
		memcpy(array, old, *room * size);
	free(old);
	*room = more;
	return array;
}

/* As many buckets as there can be elements, all of them linked anew. */
static int
make_room(struct router *rt)
{
	struct element **more, **buckets;
	int i;

	if (rt->nelements < rt->elements_room)
		return 0;
	more = enlarge(rt->elements, &rt->elements_room, sizeof(*more));
	if (more == NULL)
		return -1;
	rt->elements = more;
	buckets = calloc(rt->elements_room, sizeof(*buckets));
	if (buckets == NULL)
		return -1;
	free(rt->buckets);
	rt->buckets = buckets;
	rt->nbuckets = rt->elements_room;
	for (i = 0; i < rt->nelements; i++)
		link_name(rt, rt->elements[i]);
	return 0;
}

static void
free_element(struct element *e)
{
	free(e->in);
	free(e->out);
	free(e->name);
	free(e->config);
	free(e->state);
	free(e);
}

struct element *
router_add(struct router *rt, const struct class *class, const char *name,
    const char *config, size_t config_len, unsigned int line)
{
	struct element *e;

	if (make_room(rt) < 0 || (e = calloc(1, sizeof(*e))) == NULL)
		return NULL;
	e->index = rt->nelements;
	e->class = class;
	e->router = rt;
	e->line = line;
	e->name = text_copy(name, strlen(name));
	e->config = text_copy(config, config_len);
	e->state = calloc(1, class->size > 0 ? class->size : 1);
	if (e->name == NULL || e->config == NULL || e->state == NULL) {
		free_element(e);
		return NULL;
	}
	rt->elements[rt->nelements++] = e;
	link_name(rt, e);
	return e;
}

int
router_connect(struct router *rt, struct end from, struct end to)
{
	struct connection *more;

	if (rt->nconn == rt->conn_room) {
		more = enlarge(rt->conn, &rt->conn_room, sizeof(*more));
		if (more == NULL)
			return -1;
		rt->conn = more;
	}
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

static int
list_tasks(struct router *rt)
{
	int i;

	rt->tasks = calloc(rt->nelements + 1, sizeof(*rt->tasks));
	if (rt->tasks == NULL)
		return -1;
	for (i = 0; i < rt->nelements; i++)
		if (rt->elements[i]->class->run != NULL)
			rt->tasks[rt->ntasks++] = rt->elements[i];
	return 0;
}

int
router_initialize(struct router *rt)
{
	/* ClickOS goes on after errors of syntax too, and says more. */
	if (hookup_check(rt) == 0 && configure_all(rt) == 0 &&
	    initialize_all(rt) == 0 && list_tasks(rt) == 0 &&
	    rt->report.errors == 0)
		return 0;
	cleanup_all(rt);
	click_print("Router could not be initialized!");
	return -1;
}

int
router_run(struct router *rt)
{
	int i, any = 0;

	for (i = 0; i < rt->ntasks; i++)
		if (rt->tasks[i]->class->run(rt->tasks[i]))
			any = 1;
	return any;
}

void
router_free(struct router *rt)
{
	int i;

	cleanup_all(rt);
	for (i = 0; i < rt->nelements; i++)
		free_element(rt->elements[i]);
	free(rt->elements);
	free(rt->conn);
	free(rt->buckets);
	free(rt->tasks);
	free(rt);
	packet_purge();
}
