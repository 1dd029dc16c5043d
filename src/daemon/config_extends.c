/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdio.h>
#include <string.h>

#include "daemon/config_extends.h"
#include "daemon/template.h"

static const struct node_entry *
entry_get(const struct node *map, const char *key)
{
	size_t i;

	for (i = 0; i < map->nentries; i++)
		if (strcmp(map->entries[i].key->text, key) == 0)
			return &map->entries[i];
	return NULL;
}

/* "a -> b -> a": from the template that comes again, to itself. */
static int
cycle(const struct yaml_file *f, const struct node *at,
    const struct lineage *l, size_t first)
{
	char path[512] = "";
	size_t i, len = 0;

	for (i = first; i < l->n && len < sizeof(path); i++)
		len += (size_t)snprintf(path + len, sizeof(path) - len,
		    "%s -> ", l->of[i]->key->text);
	return node_error(f, at, "template %s extends itself: %s%s",
	    l->of[first]->key->text, path, l->of[first]->key->text);
}

static void
reverse(struct lineage *l)
{
	const struct node_entry *kv;
	size_t i;

	for (i = 0; i < l->n / 2; i++) {
		kv = l->of[i];
		l->of[i] = l->of[l->n - 1 - i];
		l->of[l->n - 1 - i] = kv;
	}
}

/* Adds the template that n, the value of an extends, names. */
static int
lineage_add(const struct yaml_file *f, const struct node *templates,
    const struct node *n, struct lineage *l)
{
	const struct node_entry *kv;
	char shown[NODE_SHOW_MAX];
	size_t i;

	if (n->kind != NODE_SCALAR || node_is_null(n))
		return node_error(f, n, "extends must be the name of a "
		    "template, not %s", node_show(n, shown));
	if ((kv = entry_get(templates, n->text)) == NULL)
		return node_error(f, n, "no template is called %s, which this "
		    "one extends", node_show(n, shown));
	for (i = 0; i < l->n; i++)
		if (l->of[i] == kv)
			return cycle(f, n, l, i);
	if (l->n == LINEAGE_MAX)
		return node_error(f, n, "more than %d templates extend one "
		    "another here", LINEAGE_MAX);
	l->of[l->n++] = kv;
	return 0;
}

int
lineage_find(const struct yaml_file *f, const struct node *templates,
    const struct node_entry *kv, struct lineage *l)
{
	const struct node *n;
	int r;

	l->of[0] = kv;
	l->n = 1;
	/* One that is no map is complained about when its keys are taken. */
	while (kv->value->kind == NODE_MAP &&
	    (n = node_get(kv->value, "extends")) != NULL) {
		if ((r = lineage_add(f, templates, n, l)) < 0)
			return r;
		kv = l->of[l->n - 1];
	}
	reverse(l);
	return 0;
}

const struct node *
lineage_get(const struct lineage *l, const char *key)
{
	const struct node *n;
	size_t i;

	for (i = l->n; i-- > 0;)
		if ((n = node_get(l->of[i]->value, key)) != NULL)
			return n;
	return NULL;
}

int
lineage_take(const struct yaml_file *f, const struct lineage *l,
    const struct key *keys, size_t nkeys, struct template *t)
{
	char where[TEMPLATE_NAME_MAX + sizeof("template ")];
	size_t i;
	int r = 0;

	for (i = 0; i < l->n && r == 0; i++) {
		snprintf(where, sizeof(where), "template %s",
		    l->of[i]->key->text);
		r = take_map(f, l->of[i]->value, where, keys, nkeys, t);
	}
	return r;
}

int
lineage_abstract(const struct yaml_file *f, const struct node_entry *kv,
    bool *abstract)
{
	static const struct choice choices[] = {
		{ "false", true }, { "true", true } };
	const struct node_entry *own = NULL;
	unsigned i = 0;
	int r = 0;

	if (kv->value->kind == NODE_MAP)
		own = entry_get(kv->value, "abstract");
	if (own != NULL)
		r = take_choice(f, own, choices, COUNT(choices), &i);
	*abstract = i == 1;
	return r;
}

int
take_placed(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	(void)f;
	(void)kv;
	(void)into;
	return 0;
}
