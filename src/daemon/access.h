/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_ACCESS_H
#define UVNF_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Who may do what: the key access of uvnf.yaml(5). */

/* Each includes those before it. */
enum access_level {
	ACCESS_NONE,
	ACCESS_OBSERVER,
	ACCESS_OPERATOR,
	ACCESS_ADMIN,
	ACCESS_COUNT
};

/* Who is at the other end of a Unix socket, as the kernel noted it. */
struct peer {
	uid_t uid;
	gid_t gid;
	pid_t pid;
	gid_t *groups;			/* the supplementary ones */
	size_t ngroups;
};

/* Users or groups, in ascending order. */
struct id_list {
	unsigned *ids;
	size_t n;
};

/* What a configuration says, all names resolved.  Zeroed: nothing. */
struct access {
	bool given;			/* else whoever connects is an admin */
	uid_t self;			/* the daemon's own user */
	struct {
		struct id_list users, groups;
	} levels[ACCESS_COUNT];
	struct access_grant {
		uid_t who;
		struct id_list of;	/* may touch what is theirs */
	} *grants;
	size_t ngrants;
};

/* 0, or -1 with errno set; what it filled is for peer_free. */
int peer_read(struct peer *p, int fd);
void peer_free(struct peer *p);

/* Looks nothing up outside memory: for every request. */
enum access_level access_level(const struct access *a, const struct peer *p);

/* May it touch what belongs to owner, if its level is enough for the act? */
bool access_owns(const struct access *a, const struct peer *p, uid_t owner);

/* The list of those whose things who may touch, made if need be. */
struct id_list *access_grants(struct access *a, uid_t who);

const char *access_level_word(enum access_level level);

void access_clear(struct access *a);

void id_list_add(struct id_list *l, unsigned id);
bool id_list_has(const struct id_list *l, unsigned id);

#endif
