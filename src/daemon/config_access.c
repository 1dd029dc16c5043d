/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* The key access: names of users and groups, looked up here for good. */

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/config.h"
#include "daemon/config_access.h"
#include "yaml/value.h"

#define ID_MAX (UINT32_MAX - 1)		/* the last one means "none" */

/* --- one name ------------------------------------------------------------ */

/* 1 and *id: a number; 0: a name, to be looked up. */
static int
parse_id(const struct yaml_file *f, const struct node *n, const char *what,
    unsigned *id)
{
	char shown[NODE_SHOW_MAX];
	uint64_t value;
	const char *s;

	if (n->kind != NODE_SCALAR || node_is_null(n) || n->text[0] == '\0')
		return node_error(f, n, "a %s is a name or a number, not %s",
		    what, node_show(n, shown));
	for (s = n->text; *s != '\0'; s++)
		if ((unsigned char)*s <= ' ' || *s == 0x7f || *s == ':')
			return node_error(f, n, "%s is no name of a %s",
			    node_show(n, shown), what);
	if (n->text[strspn(n->text, "0123456789")] != '\0')
		return 0;
	if ((n->text[0] == '0' && n->text[1] != '\0') ||
	    parse_uint(n->text, 0, ID_MAX, &value) != 0)
		return node_error(f, n, "the number of a %s is from 0 to "
		    "%lu, without leading zeros, not %s", what,
		    (unsigned long)ID_MAX, node_show(n, shown));
	*id = (unsigned)value;
	return 1;
}

/* A host may lack what a file for several has. */
static int
unknown(const struct yaml_file *f, const struct node *n, const char *what)
{
	log_warn("%s:%u:%u: this host knows no %s '%.80s'; nothing is given "
	    "to it", f->path, n->line, n->column, what, n->text);
	return 0;
}

int
user_find(const struct yaml_file *f, const struct node *n, unsigned *id)
{
	const struct passwd *pw;
	int r = parse_id(f, n, "user", id);

	if (r != 0)
		return r;
	if ((pw = getpwnam(n->text)) == NULL)
		return unknown(f, n, "user");
	*id = pw->pw_uid;
	return 1;
}

int
group_find(const struct yaml_file *f, const struct node *n, unsigned *id)
{
	const struct group *gr;
	int r = parse_id(f, n, "group", id);

	if (r != 0)
		return r;
	if ((gr = getgrnam(n->text)) == NULL)
		return unknown(f, n, "group");
	*id = gr->gr_gid;
	return 1;
}

/* --- the levels ---------------------------------------------------------- */

struct level_lists {
	struct id_list *users, *groups;
};

static int
take_ids(const struct yaml_file *f, const struct node_entry *kv,
    int (*find)(const struct yaml_file *, const struct node *, unsigned *),
    struct id_list *into)
{
	const struct node *n = kv->value;
	char shown[NODE_SHOW_MAX];
	unsigned id;
	size_t i;
	int r;

	if (n->kind != NODE_LIST)
		return node_error(f, n, "%s must be a list of names or "
		    "numbers, not %s", kv->key->text, node_show(n, shown));
	for (i = 0; i < n->nentries; i++) {
		if ((r = find(f, n->entries[i].value, &id)) < 0)
			return r;
		if (r > 0)
			id_list_add(into, id);
	}
	return 0;
}

static int
take_users(const struct yaml_file *f, const struct node_entry *kv, void *into)
{
	struct level_lists *l = into;

	return take_ids(f, kv, user_find, l->users);
}

static int
take_groups(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	struct level_lists *l = into;

	return take_ids(f, kv, group_find, l->groups);
}

static const struct key level_keys[] = {
	{ "users", take_users },
	{ "groups", take_groups },
};

static int
take_level(const struct yaml_file *f, const struct node_entry *kv,
    struct config *c, enum access_level level)
{
	struct level_lists l = { &c->access.levels[level].users,
	    &c->access.levels[level].groups };

	return take_map(f, kv->value, kv->key->text, level_keys,
	    COUNT(level_keys), &l);
}

static int
take_observers(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	return take_level(f, kv, into, ACCESS_OBSERVER);
}

static int
take_operators(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	return take_level(f, kv, into, ACCESS_OPERATOR);
}

static int
take_admins(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	return take_level(f, kv, into, ACCESS_ADMIN);
}

/* Of one that is unknown the rest is looked at, and lost. */
static int
take_grant(const struct yaml_file *f, const struct node_entry *kv,
    struct access *a)
{
	struct id_list lost = { NULL, 0 };
	unsigned who;
	int r;

	if ((r = user_find(f, kv->key, &who)) < 0)
		return r;
	r = take_ids(f, kv, user_find, r > 0 ? access_grants(a, who) : &lost);
	free(lost.ids);
	return r;
}

static int
take_grants(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	const struct node *n = kv->value;
	struct config *c = into;
	char shown[NODE_SHOW_MAX];
	size_t i;
	int r = 0;

	if (n->kind != NODE_MAP)
		return node_error(f, n, "grants must be a map of lists of "
		    "users by the user who is granted them, not %s",
		    node_show(n, shown));
	for (i = 0; i < n->nentries && r == 0; i++)
		r = take_grant(f, &n->entries[i], &c->access);
	return r;
}

static const struct key access_keys[] = {
	{ "observers", take_observers },
	{ "operators", take_operators },
	{ "admins", take_admins },
	{ "grants", take_grants },
};

int
take_access(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	struct config *c = into;

	c->access.given = true;
	c->access.self = geteuid();
	return take_map(f, kv->value, "access", access_keys,
	    COUNT(access_keys), c);
}
