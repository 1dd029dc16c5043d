/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_SPAWNER_H
#define UVNF_SPAWNER_H

#include <stdint.h>
#include <sys/types.h>

#include "common/err.h"
#include "daemon/xen/worker.h"

/*
 * The small process that forks workers, so that the daemon never forks once
 * it has sockets and Xen handles.  It ends, and takes its workers with it,
 * when the daemon's end of its socket is closed, however that happens.  With a
 * worker goes what libxl has forked in it.  One that is stopped is killed, and
 * so is one of whose processes any is, as long as it is watched.
 */
enum spawn_order_kind {
	SPAWN_START,			/* a worker under this id */
	SPAWN_KILL,			/* that worker, at once */
	SPAWN_WATCH,			/* it runs libxl from now on */
	SPAWN_UNWATCH
};

struct spawn_order {
	uint32_t kind;
	uint32_t id;
	uint32_t role;			/* of SPAWN_START: enum worker_role */
};

enum spawn_news_kind {
	SPAWN_STARTED,			/* comes with the worker's socket */
	SPAWN_FAILED,			/* status is errno */
	SPAWN_DIED			/* status as of waitpid(2), which also
					 * says if it was killed as stopped;
					 * SIGSTOP stands for all signals where
					 * it was one that it ran */
};

struct spawn_news {
	uint32_t kind;
	uint32_t id;
	int32_t pid;
	int32_t status;
};

/*
 * Forks it.  Returns the daemon's end of its socket (SOCK_SEQPACKET, not
 * blocking) and its pid, or -UVNF_E_SYSTEM with e filled.
 */
int spawner_fork(pid_t *pid, struct uvnf_error *e);

/* 0, or -errno when it is gone. */
int spawner_order(int fd, enum spawn_order_kind kind, uint32_t id,
    enum worker_role role);

/*
 * Takes one piece of news: 1, or 0 when there is none now, or -errno when
 * the spawner is gone.  *worker is the socket of SPAWN_STARTED, else -1.
 */
int spawner_news(int fd, struct spawn_news *news, int *worker);

#endif
