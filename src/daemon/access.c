/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/util.h"
#include "daemon/access.h"

/* --- who it is ----------------------------------------------------------- */

/* Most users are in a few groups; the kernel says how many did not fit. */
static int
read_groups(struct peer *p, int fd)
{
	socklen_t size = 32 * sizeof(gid_t);
	int rc;

	p->groups = xmalloc(size);
	rc = getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, p->groups, &size);
	if (rc != 0 && errno == ERANGE) {
		p->groups = xrealloc(p->groups, size);
		rc = getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, p->groups,
		    &size);
	}
	p->ngroups = rc == 0 ? size / sizeof(gid_t) : 0;
	return rc;
}

int
peer_read(struct peer *p, int fd)
{
	struct ucred u;
	socklen_t size = sizeof(u);

	memset(p, 0, sizeof(*p));
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &u, &size) != 0)
		return -1;
	p->uid = u.uid;
	p->gid = u.gid;
	p->pid = u.pid;
	return read_groups(p, fd);
}

void
peer_free(struct peer *p)
{
	free(p->groups);
	p->groups = NULL;
	p->ngroups = 0;
}

/* --- what it may --------------------------------------------------------- */

/* Where id is, or belongs. */
static size_t
place_of(const struct id_list *l, unsigned id)
{
	size_t low = 0, high = l->n, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (l->ids[middle] < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool
id_list_has(const struct id_list *l, unsigned id)
{
	size_t i = place_of(l, id);

	return i < l->n && l->ids[i] == id;
}

void
id_list_add(struct id_list *l, unsigned id)
{
	size_t i = place_of(l, id);

	if (i < l->n && l->ids[i] == id)
		return;
	l->ids = xrealloc(l->ids, (l->n + 1) * sizeof(*l->ids));
	memmove(l->ids + i + 1, l->ids + i, (l->n - i) * sizeof(*l->ids));
	l->ids[i] = id;
	l->n++;
}

static bool
has_level(const struct access *a, const struct peer *p,
    enum access_level level)
{
	const struct id_list *groups = &a->levels[level].groups;
	size_t i;

	if (id_list_has(&a->levels[level].users, p->uid) ||
	    id_list_has(groups, p->gid))
		return true;
	for (i = 0; groups->n > 0 && i < p->ngroups; i++)
		if (id_list_has(groups, p->groups[i]))
			return true;
	return false;
}

enum access_level
access_level(const struct access *a, const struct peer *p)
{
	int level;

	if (!a->given || p->uid == 0 || p->uid == a->self)
		return ACCESS_ADMIN;
	for (level = ACCESS_ADMIN; level > ACCESS_NONE; level--)
		if (has_level(a, p, (enum access_level)level))
			break;
	return (enum access_level)level;
}

static struct access_grant *
grant_find(const struct access *a, uid_t who)
{
	size_t i;

	for (i = 0; i < a->ngrants; i++)
		if (a->grants[i].who == who)
			return &a->grants[i];
	return NULL;
}

bool
access_owns(const struct access *a, const struct peer *p, uid_t owner)
{
	const struct access_grant *g;

	if (p->uid == owner || access_level(a, p) == ACCESS_ADMIN)
		return true;
	g = grant_find(a, p->uid);
	return g != NULL && id_list_has(&g->of, owner);
}

struct id_list *
access_grants(struct access *a, uid_t who)
{
	struct access_grant *g = grant_find(a, who);

	if (g != NULL)
		return &g->of;
	a->grants = xrealloc(a->grants, (a->ngrants + 1) * sizeof(*g));
	g = &a->grants[a->ngrants++];
	memset(g, 0, sizeof(*g));
	g->who = who;
	return &g->of;
}

const char *
access_level_word(enum access_level level)
{
	static const char *const words[ACCESS_COUNT] = {
		[ACCESS_NONE] = "none",
		[ACCESS_OBSERVER] = "observer",
		[ACCESS_OPERATOR] = "operator",
		[ACCESS_ADMIN] = "admin",
	};

	return words[level];
}

void
access_clear(struct access *a)
{
	size_t i;

	for (i = 0; i < ACCESS_COUNT; i++) {
		free(a->levels[i].users.ids);
		free(a->levels[i].groups.ids);
	}
	for (i = 0; i < a->ngrants; i++)
		free(a->grants[i].of.ids);
	free(a->grants);
	memset(a, 0, sizeof(*a));
}
