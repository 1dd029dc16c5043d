/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "yaml/value.h"

#define DISTANCE_MAX 32		/* more than the longest key that there is */

/* A list for people: "a, b, c". */
static void
list_add(char *list, size_t size, const char *word)
{
	size_t len = strlen(list);

	snprintf(list + len, size - len, "%s%s", len > 0 ? ", " : "", word);
}

static unsigned
min3(unsigned a, unsigned b, unsigned c)
{
	if (b < a)
		a = b;
	return c < a ? c : a;
}

/* How many characters to add, drop or change (Levenshtein). */
static unsigned
distance(const char *a, const char *b)
{
	unsigned row[DISTANCE_MAX], diagonal, above;
	size_t i, j, n = strlen(b);

	if (n >= DISTANCE_MAX)
		return DISTANCE_MAX;
	for (j = 0; j <= n; j++)
		row[j] = (unsigned)j;
	for (i = 0; a[i] != '\0'; i++) {
		diagonal = row[0];
		row[0]++;
		for (j = 1; j <= n; j++) {
			above = row[j];
			row[j] = min3(above + 1, row[j - 1] + 1,
			    diagonal + (a[i] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[n];
}

static int
unknown_key(const struct yaml_file *f, const struct node *key,
    const char *where, const struct key *keys, size_t nkeys)
{
	char shown[NODE_SHOW_MAX], list[512] = "", hint[64] = "";
	unsigned d, best = 3;	/* more is no slip of the finger */
	size_t i;

	for (i = 0; i < nkeys; i++) {
		if (keys[i].take == take_unsupported)
			continue;
		list_add(list, sizeof(list), keys[i].name);
		d = distance(key->text, keys[i].name);
		if (d < best && d * 2 < strlen(keys[i].name)) {
			best = d;
			snprintf(hint, sizeof(hint), "did you mean %s? ",
			    keys[i].name);
		}
	}
	return node_error(f, key, "unknown key %s in %s; %sthe keys are: %s",
	    node_show(key, shown), where, hint, list);
}

static const struct key *
key_find(const struct key *keys, size_t nkeys, const char *name)
{
	size_t i;

	for (i = 0; i < nkeys; i++)
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}

int
take_map(const struct yaml_file *f, const struct node *map, const char *where,
    const struct key *keys, size_t nkeys, void *into)
{
	char shown[NODE_SHOW_MAX];
	const struct key *key;
	size_t i;
	int r;

	if (map->kind != NODE_MAP)
		return node_error(f, map, "%s must be a map with keys, not %s",
		    where, node_show(map, shown));
	for (i = 0; i < map->nentries; i++) {
		key = key_find(keys, nkeys, map->entries[i].key->text);
		if (key == NULL)
			return unknown_key(f, map->entries[i].key, where,
			    keys, nkeys);
		if ((r = key->take(f, &map->entries[i], into)) < 0)
			return r;
	}
	return 0;
}

/* A leading zero is refused: to some readers of YAML it means base 8. */
int
take_uint(const struct yaml_file *f, const struct node_entry *kv,
    unsigned min, unsigned max, unsigned *out)
{
	const struct node *n = kv->value;
	char shown[NODE_SHOW_MAX];
	uint64_t value;

	if (n->kind != NODE_SCALAR || n->quoted ||
	    (n->text[0] == '0' && n->text[1] != '\0') ||
	    parse_uint(n->text, min, max, &value) < 0)
		return node_error(f, n, "%s must be a whole number from %u to "
		    "%u%s, not %s", kv->key->text, min, max,
		    n->quoted ? " without quotes" : "", node_show(n, shown));
	*out = (unsigned)value;
	return 0;
}

int
take_text(const struct yaml_file *f, const struct node_entry *kv, char **out)
{
	const struct node *n = kv->value;
	char shown[NODE_SHOW_MAX];
	const char *s;

	if (n->kind != NODE_SCALAR || node_is_null(n) || n->text[0] == '\0')
		return node_error(f, n, "%s must be a text, not %s",
		    kv->key->text, node_show(n, shown));
	for (s = n->text; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return node_error(f, n, "%s has a control character: "
			    "%s", kv->key->text, node_show(n, shown));
	free(*out);
	*out = xstrdup(n->text);
	return 0;
}

int
take_absolute_path(const struct yaml_file *f, const struct node_entry *kv,
    size_t max, char **out)
{
	char shown[NODE_SHOW_MAX];
	int r;

	if ((r = take_text(f, kv, out)) < 0)
		return r;
	if ((*out)[0] != '/')
		return node_error(f, kv->value, "%s must be an absolute path, "
		    "which %s is not", kv->key->text,
		    node_show(kv->value, shown));
	if (strlen(*out) > max)
		return node_error(f, kv->value, "%s may have at most %zu "
		    "bytes, this has %zu", kv->key->text, max, strlen(*out));
	return 0;
}

int
take_choice(const struct yaml_file *f, const struct node_entry *kv,
    const struct choice *choices, size_t nchoices, unsigned *out)
{
	const struct node *n = kv->value;
	char shown[NODE_SHOW_MAX], list[64] = "";
	const char *later = "";
	size_t i;

	for (i = 0; i < nchoices; i++) {
		if (choices[i].supported)
			list_add(list, sizeof(list), choices[i].word);
		if (n->kind != NODE_SCALAR ||
		    strcmp(n->text, choices[i].word) != 0)
			continue;
		*out = (unsigned)i;
		if (choices[i].supported)
			return 0;
		later = ", which is not supported by this version";
	}
	return node_error(f, n, "%s must be %s%s, not %s%s", kv->key->text,
	    strchr(list, ',') != NULL ? "one of " : "", list,
	    node_show(n, shown), later);
}

int
take_unsupported(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	(void)into;
	return node_error(f, kv->key, "the key %s is not supported by this "
	    "version; leave it out", kv->key->text);
}
