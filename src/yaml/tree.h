/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_YAML_TREE_H
#define UVNF_YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"

/*
 * The YAML that uvnf's files may have, as a tree: one document of scalars,
 * lists and maps with unique keys; no anchors, aliases or tags; bounded in
 * size and depth.
 */
#define YAML_FILE_MAX (1024 * 1024)
#define YAML_ENTRIES_MAX 1024		/* of one list or map */
#define YAML_DEPTH_MAX 16

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node;

struct node_entry {
	struct node *key;		/* a scalar; NULL in a list */
	struct node *value;
};

struct node {
	enum node_kind kind;
	unsigned line, column;		/* both from 1 */
	char *text;			/* of a scalar; UTF-8, no NUL inside */
	bool quoted;			/* in the file, in whatever way */
	struct node_entry *entries;	/* of a list or map */
	size_t nentries;
};

/* A file that is being read, for those who must say where they found it. */
struct yaml_file {
	const char *path;
	struct uvnf_error *e;
	bool regular;			/* no FIFO: it might keep us waiting */
};

/*
 * Reads a file of at most max bytes, for f: a buffer with *len bytes and
 * nothing behind them, which the caller frees, or NULL with a text in why,
 * which has FILE_WHY_MAX bytes.
 */
#define FILE_WHY_MAX 128
char *file_read(const struct yaml_file *f, const char *path, size_t max,
    size_t *len, char *why);

/* The tree of the file, for node_free; NULL with f->e filled. */
struct node *yaml_read(const struct yaml_file *f);

void node_free(struct node *n);

/* The value of a map's key, or NULL. */
struct node *node_get(const struct node *map, const char *key);

/* True for nothing at all, null and ~ without quotes. */
bool node_is_null(const struct node *n);

/*
 * Fills f->e with "FILE:LINE:COLUMN: sentence" (of the file's first character
 * when n is NULL) and returns -UVNF_E_BAD_CONFIG.
 */
int node_error(const struct yaml_file *f, const struct node *n,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/*
 * What a node is, for such a sentence: "a list", "a map", "nothing", or its
 * text in quotes, escaped and shortened.  buf has NODE_SHOW_MAX bytes and is
 * returned.
 */
#define NODE_SHOW_MAX 64
char *node_show(const struct node *n, char *buf);

#endif
