/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/xen/child.h"
#include "daemon/xen/plug.h"
#include "daemon/xen/worker.h"

/* Kept for the mover's life. */
static struct links *links;

/* All places are looked for before the first vif is touched. */
static int
move(const struct work *w, bool *touched, struct uvnf_error *e)
{
	struct plug_vif v;
	bool this;
	unsigned i;
	int rc = 0;

	for (i = 0; i < w->nvifs && rc == 0; i++)
		if (w->mask & 1u << i)
			rc = plug_check(links, &w->vifs[i].place, e);
	for (i = 0; i < w->nvifs && rc == 0; i++) {
		if (!(w->mask & 1u << i))
			continue;
		worker_vif(w, w->domid, i, &v);
		rc = plug_move(links, &v, &w->vifs[i].from,
		    &w->vifs[i].place, &this, e);
		*touched |= this;
	}
	return rc;
}

/* A device that was looked up once is changed by a single request. */
static int
gate(const struct work *w, bool open, uint32_t *found, struct uvnf_error *e)
{
	struct link link = { 0 };
	struct plug_vif v;
	unsigned i;
	int rc = 0;

	for (i = 0; i < w->nvifs && rc == 0; i++) {
		if (!(w->mask & 1u << i))
			continue;
		worker_vif(w, w->domid, i, &v);
		link.index = w->vifs[i].link;
		if (link.index == 0)
			rc = link_find(links, v.dev, &link, e);
		found[i] = link.index;
		if (rc == 0)
			rc = link_gate(links, v.dev, link.index, open, e);
	}
	return rc;
}

static int
work(const struct work *w, struct work_result *res, bool *touched,
    struct uvnf_error *e)
{
	if (links == NULL && (links = links_open(e)) == NULL)
		return -UVNF_E_SYSTEM;
	if (w->kind == WORK_MAKE_BRIDGE)
		return link_make_bridge(links, w->name, e);
	if (w->kind == WORK_UNMAKE_BRIDGE)
		return link_unmake_bridge(links, w->name, e);
	if (w->kind == WORK_MOVE)
		return move(w, touched, e);
	return gate(w, w->kind == WORK_OPEN, res->links, e);
}

void
mover_run(int fd)
{
	struct work_result res;
	struct uvnf_error e;
	bool touched;
	struct work w;
	ssize_t n;

	child_begin("uvnfd: mover", fd);
	for (;;) {
		n = recv(fd, &w, sizeof(w), 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n != sizeof(w))
			_exit(n == 0 ? 0 : 1);
		memset(&res, 0, sizeof(res));
		memset(&e, 0, sizeof(e));
		touched = false;
		res.code = -work(&w, &res, &touched, &e);
		res.spoiled = res.code != 0 && touched;
		memcpy(res.text, e.text, sizeof(res.text));
		if (send(fd, &res, sizeof(res), MSG_NOSIGNAL) < 0)
			_exit(1);
	}
}
