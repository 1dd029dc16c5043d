/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <errno.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "daemon/domain.h"
#include "daemon/xen/nodes.h"
#include "daemon/xen/ovsdb.h"
#include "daemon/xen/sweep.h"

#define PATH_LEN 256

/* Whether D's tree is that of our domain, or of none. */
static bool
tree_is_ours(int domid, const char *uuid)
{
	char path[PATH_LEN], ours[PATH_LEN];
	char *vm;
	bool same;

	snprintf(path, sizeof(path), "/local/domain/%d/vm", domid);
	snprintf(ours, sizeof(ours), "/vm/%s", uuid);
	vm = nodes_get(path);
	if (vm == NULL)
		return errno == ENOENT;
	same = strcmp(vm, ours) == 0;
	free(vm);
	return same;
}

static void
remove_tree(int domid)
{
	static const char *const paths[] = {
		"/local/domain/0/backend/vif/%d",
		"/local/domain/0/backend/console/%d",
		"/local/domain/%d",
		"/libxl/%d",
	};
	char path[PATH_LEN];
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(path, sizeof(path), paths[i], domid);
#pragma GCC diagnostic pop
		nodes_remove(path);
	}
}

/* libxl's userdata, and the locks of it, by domid and uuid. */
static void
remove_files(int domid, const char *uuid)
{
	char pattern[PATH_LEN];
	glob_t found;
	size_t i;

	snprintf(pattern, sizeof(pattern), "/var/lib/xen/userdata-?.%d.%s.*",
	    domid, uuid);
	if (glob(pattern, GLOB_NOSORT, NULL, &found) != 0)
		return;
	for (i = 0; i < found.gl_pathc; i++)
		unlink(found.gl_pathv[i]);
	globfree(&found);
}

int
sweep(struct hyper *h, int domid, const uint8_t uuid[16],
    struct uvnf_error *e)
{
	char text[UUID_TEXT_LEN + 1], path[PATH_LEN];
	struct hyper_domain other;

	uuid_format(uuid, text);
	if (nodes_open(e) < 0)
		return -UVNF_E_SYSTEM;
	if (domid > 0 && hyper_get(h, domid, &other) == 0 &&
	    tree_is_ours(domid, text))
		remove_tree(domid);
	if (domid > 0)
		remove_files(domid, text);
	snprintf(path, sizeof(path), "/vm/%s", text);
	nodes_remove(path);
	return 0;
}

void
sweep_ports(const uint8_t uuid[16])
{
	char text[UUID_TEXT_LEN + 1];
	struct uvnf_error e;
	struct ovsdb *o;

	if (!ovsdb_is_there())
		return;
	o = ovsdb_open(&e);
	if (o == NULL || ovsdb_sweep(o, uuid_format(uuid, text), &e) < 0)
		log_warn("ports may be left in Open vSwitch vm-id=%s "
		    "error=%s", uuid_format(uuid, text), e.text);
	ovsdb_close(o);
}
