/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_CONFIG_EXTENDS_H
#define UVNF_CONFIG_EXTENDS_H

#include <stdbool.h>
#include <stddef.h>

#include "yaml/value.h"
#include "daemon/template.h"

/*
 * Inheritance between templates, for config.c.  A template is read by taking
 * the keys of the farthest one that it extends, then those of the next, and
 * its own last: what is taken later replaces what was taken before, and a map
 * does so key by key.
 */
#define LINEAGE_MAX 16

struct lineage {
	const struct node_entry *of[LINEAGE_MAX];	/* itself last */
	size_t n;
};

/*
 * Follows the key extends of kv, an entry of the map `templates`.  Returns 0,
 * or -UVNF_E_BAD_CONFIG with f->e filled: no such template, a cycle, or a
 * lineage that is too long.
 */
int lineage_find(const struct yaml_file *f, const struct node *templates,
    const struct node_entry *kv, struct lineage *l);

/* The value of a key where it was given last, or NULL. */
const struct node *lineage_get(const struct lineage *l, const char *key);

/* Hands all of their entries to the takers of their keys. */
int lineage_take(const struct yaml_file *f, const struct lineage *l,
    const struct key *keys, size_t nkeys, struct template *t);

/* The key abstract of kv itself, which nobody inherits. */
int lineage_abstract(const struct yaml_file *f, const struct node_entry *kv,
    bool *abstract);

/* The taker of extends and abstract, which the above have taken. */
int take_placed(const struct yaml_file *f, const struct node_entry *kv,
    void *into);

#endif
