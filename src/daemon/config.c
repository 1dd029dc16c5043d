/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "daemon/config.h"
#include "daemon/config_access.h"
#include "daemon/config_router.h"
#include "daemon/config_cpus.h"
#include "daemon/config_extends.h"
#include "daemon/config_guest.h"
#include "daemon/config_params.h"
#include "daemon/config_pool.h"
#include "daemon/config_quotas.h"
#include "daemon/config_socket.h"
#include "yaml/value.h"
#include "daemon/config_vif.h"
#include "yaml/tree.h"

#define MEMORY_RESERVE_MAX_MB (1024 * 1024)
#define MEMORY_MAX_MB (64 * 1024)
#define VCPUS_MAX 128
#define WORKERS_MAX 8
#define PATH_BYTES_MAX 4095

/* The keys of a template. */

static int
take_kernel(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	struct template *t = into;

	return take_absolute_path(f, kv, PATH_BYTES_MAX, &t->kernel);
}

static int
take_type(const struct yaml_file *f, const struct node_entry *kv, void *into)
{
	static const struct choice types[] = {
		[TYPE_PV] = { "pv", true }, [TYPE_PVH] = { "pvh", true } };
	struct template *t = into;
	unsigned i;
	int r;

	if ((r = take_choice(f, kv, types, COUNT(types), &i)) == 0)
		t->type = (enum template_type)i;
	return r;
}

static int
take_memory(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	struct template *t = into;

	return take_uint(f, kv, 1, MEMORY_MAX_MB, &t->memory_mb);
}

static int
take_vcpus(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	struct template *t = into;

	return take_uint(f, kv, 1, VCPUS_MAX, &t->vcpus);
}

/* Only the path: what it says is checked when the vifs are known. */
static int
take_config(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	const char *slash = strrchr(f->path, '/');
	struct template *t = into;
	char *path = NULL;
	int r;

	if ((r = take_text(f, kv, &path)) < 0)
		return r;
	free(t->config_path);
	if (path[0] == '/' || slash == NULL) {
		t->config_path = path;
		return 0;
	}
	t->config_path = xasprintf("%.*s/%s", (int)(slash - f->path), f->path,
	    path);
	free(path);
	return 0;
}

static const struct key template_keys[] = {
	{ "extends", take_placed },
	{ "abstract", take_placed },
	{ "guest", take_guest },
	{ "kernel", take_kernel },
	{ "ramdisk", take_ramdisk },
	{ "cmdline", take_cmdline },
	{ "type", take_type },
	{ "memory_mb", take_memory },
	{ "vcpus", take_vcpus },
	{ "cpus", take_cpus },
	{ "layout", take_layout },
	{ "vifs", take_vifs },
	{ "config", take_config },
	{ "params", take_params },
	{ "override", take_override },
	{ "pool", take_pool },
	{ "ready", take_ready },
	{ "handlers", take_handlers },
	{ "routers", take_routers },
	{ "on_failure", take_on_failure },
	{ "on_crash", take_on_crash },
};

/* The keys of the file. */

static int
take_on_exit(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	static const struct choice choices[] = {
		{ "leave", true }, { "destroy", true } };
	struct config *c = into;
	unsigned i;
	int r;

	if ((r = take_choice(f, kv, choices, COUNT(choices), &i)) == 0)
		c->destroy_on_exit = i == 1;
	return r;
}

static int
take_memory_reserve(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	struct config *c = into;

	return take_uint(f, kv, 0, MEMORY_RESERVE_MAX_MB,
	    &c->memory_reserve_mb);
}

static int
take_workers(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	struct config *c = into;

	return take_uint(f, kv, 1, WORKERS_MAX, &c->workers);
}

/* What can only be judged when all keys were taken. */
static int
finish_template(const struct yaml_file *f, const struct node_entry *kv,
    const struct lineage *l, struct template *t)
{
	int r;

	if (t->kernel == NULL)
		return node_error(f, kv->key, "template %s lacks the key "
		    "kernel, the absolute path of its image", t->name);
	if ((r = guest_finish(f, l, t)) < 0 ||
	    (r = check_vifs(f, kv->key, t)) < 0 ||
	    (r = cpus_finish(f, lineage_get(l, "cpus"), t)) < 0)
		return r;
	if (t->config_path != NULL &&
	    (r = params_finish(f, lineage_get(l, "config"), t)) < 0)
		return r;
	return pool_finish(f, lineage_get(l, "pool"), t);
}

static int
take_template(const struct yaml_file *f, const struct node *templates,
    const struct node_entry *kv, struct config *c)
{
	struct template *t = template_new(kv->key->text);
	struct lineage l;
	bool abstract = false;
	int r;

	if ((r = lineage_abstract(f, kv, &abstract)) == 0 &&
	    (r = lineage_find(f, templates, kv, &l)) == 0)
		r = lineage_take(f, &l, template_keys,
		    COUNT(template_keys), t);
	if (abstract && r == 0)
		c->abstract[c->nabstract++] = xstrdup(t->name);
	if (abstract || r < 0) {
		template_unref(t);
		return r;
	}
	t->index = c->ntemplates;
	c->templates[c->ntemplates++] = t;
	return finish_template(f, kv, &l, t);
}

static int
check_names(const struct yaml_file *f, const struct node *templates)
{
	char shown[NODE_SHOW_MAX];
	size_t i;

	for (i = 0; i < templates->nentries; i++) {
		const struct node *key = templates->entries[i].key;

		if (!name_valid(key->text))
			return node_error(f, key, "%s is no name for a "
			    "template: it takes a letter or digit, then up to "
			    "62 letters, digits, '.', '_', '-'",
			    node_show(key, shown));
	}
	return 0;
}

static int
take_templates(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	const struct node *n = kv->value;
	struct config *c = into;
	char shown[NODE_SHOW_MAX];
	size_t i;
	int r;

	if (n->kind != NODE_MAP || n->nentries == 0)
		return node_error(f, n, "templates must be a map of at least "
		    "one template by its name, not %s",
		    n->kind == NODE_MAP ? "an empty one" :
		    node_show(n, shown));
	c->templates = xcalloc(n->nentries, sizeof(struct template *));
	c->abstract = xcalloc(n->nentries, sizeof(char *));
	if ((r = check_names(f, n)) < 0)
		return r;
	for (i = 0; i < n->nentries; i++)
		if ((r = take_template(f, n, &n->entries[i], c)) < 0)
			return r;
	if (c->ntemplates == 0)
		return node_error(f, n, "every template here is abstract; "
		    "the file needs at least one that is not");
	return 0;
}

static const struct key file_keys[] = {
	{ "socket", take_socket },
	{ "access", take_access },
	{ "quotas", take_quotas },
	{ "on_exit", take_on_exit },
	{ "memory_reserve_mb", take_memory_reserve },
	{ "workers", take_workers },
	{ "templates", take_templates },
};

static struct config *
config_new(void)
{
	struct config *c = xcalloc(1, sizeof(*c));

	c->socket_path = xstrdup("/run/uvnf/uvnf.sock");
	c->socket_mode = 0660;
	c->memory_reserve_mb = 64;
	c->workers = 2;
	quota_give(&c->quotas.normal, QUOTA_CONNECTIONS,
	    QUOTA_CONNECTIONS_DEFAULT);
	quota_give(&c->quotas.normal, QUOTA_BRIDGES, QUOTA_BRIDGES_DEFAULT);
	quota_give(&c->quotas.normal, QUOTA_FOLLOWS, QUOTA_FOLLOWS_DEFAULT);
	return c;
}

static struct config *
read_file(const struct yaml_file *f)
{
	struct config *c;
	struct node *root;
	int r;

	if ((root = yaml_read(f)) == NULL)
		return NULL;
	c = config_new();
	r = take_map(f, root, "the file", file_keys, COUNT(file_keys), c);
	if (r == 0 && c->ntemplates == 0)
		r = node_error(f, root, "the key templates is missing; the "
		    "file needs at least one template");
	node_free(root);
	if (r == 0)
		return c;
	config_free(c);
	return NULL;
}

struct config *
config_read(const char *path, struct uvnf_error *e)
{
	const struct yaml_file f = { .path = path, .e = e };

	return read_file(&f);
}

struct config *
config_read_again(const char *path, struct uvnf_error *e)
{
	const struct yaml_file f = { .path = path, .e = e, .regular = true };

	return read_file(&f);
}

void
config_free(struct config *c)
{
	unsigned i;

	if (c == NULL)
		return;
	for (i = 0; i < c->ntemplates; i++)
		template_unref(c->templates[i]);
	free(c->templates);
	for (i = 0; i < c->nabstract; i++)
		free(c->abstract[i]);
	free(c->abstract);
	access_clear(&c->access);
	quotas_clear(&c->quotas);
	free(c->socket_path);
	free(c->socket_group);
	free(c);
}

struct template *
config_template(const struct config *c, const char *name)
{
	unsigned i;

	for (i = 0; i < c->ntemplates; i++)
		if (strcmp(c->templates[i]->name, name) == 0)
			return c->templates[i];
	return NULL;
}

bool
config_is_abstract(const struct config *c, const char *name)
{
	unsigned i;

	for (i = 0; i < c->nabstract; i++)
		if (strcmp(c->abstract[i], name) == 0)
			return true;
	return false;
}
