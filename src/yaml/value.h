/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_YAML_VALUE_H
#define UVNF_YAML_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "yaml/tree.h"

/*
 * Taking values out of a file's tree.  A taker gets a key with
 * its value and returns 0, or -UVNF_E_BAD_CONFIG with f->e filled.
 */

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A key that a map may have, and what takes its value. */
struct key {
	const char *name;
	int (*take)(const struct yaml_file *f, const struct node_entry *kv,
	    void *into);
};

/* A word that a value may be; some are for versions to come. */
struct choice {
	const char *word;
	bool supported;
};

/*
 * Hands each entry of a map to the taker of its key, with into; where is the
 * map's name for people ("template web").
 */
int take_map(const struct yaml_file *f, const struct node *map,
    const char *where, const struct key *keys, size_t nkeys, void *into);

/* A number in decimal digits, not in quotes. */
int take_uint(const struct yaml_file *f, const struct node_entry *kv,
    unsigned min, unsigned max, unsigned *out);

/*
 * Any text but an empty one and one with control characters.  What *out had
 * is freed first.
 */
int take_text(const struct yaml_file *f, const struct node_entry *kv,
    char **out);

/* The same, of at most max bytes and with a slash first. */
int take_absolute_path(const struct yaml_file *f, const struct node_entry *kv,
    size_t max, char **out);

/* One of the words; *out becomes its place in the list. */
int take_choice(const struct yaml_file *f, const struct node_entry *kv,
    const struct choice *choices, size_t nchoices, unsigned *out);

/* Refuses a key that is for versions to come. */
int take_unsupported(const struct yaml_file *f, const struct node_entry *kv,
    void *into);

#endif
