/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xenstore.h>

#include "daemon/xen/nodes.h"

static struct xs_handle *xs;

int
nodes_open(struct uvnf_error *e)
{
	if (xs == NULL)
		xs = xs_open(0);
	return xs != NULL ? 0 : uvnf_error_set(e, UVNF_E_SYSTEM,
	    "cannot reach xenstored: %s", strerror(errno));
}

char *
nodes_get(const char *path)
{
	unsigned len;

	return xs_read(xs, XBT_NULL, path, &len);
}

void
nodes_remove(const char *path)
{
	xs_rm(xs, XBT_NULL, path);
}

/* One try: false, with errno, when it did not go through. */
static bool
try_put(const char *dir, const char *path, const char *value)
{
	xs_transaction_t t = xs_transaction_start(xs);
	unsigned len;
	void *there;
	bool written;

	if (t == XBT_NULL)
		return false;
	there = xs_read(xs, t, dir, &len);
	written = there != NULL && xs_write(xs, t, path, value,
	    (unsigned)strlen(value));
	free(there);
	return xs_transaction_end(xs, t, !written) && written;
}

int
nodes_put(const char *dir, const char *key, const char *value,
    struct uvnf_error *e)
{
	char path[256];
	bool done;

	if (nodes_open(e) < 0)
		return -UVNF_E_SYSTEM;
	snprintf(path, sizeof(path), "%s/%s", dir, key);
	do {
		errno = 0;
		done = try_put(dir, path, value);
	} while (!done && errno == EAGAIN);
	return done ? 0 : uvnf_error_set(e, UVNF_E_SYSTEM,
	    "cannot write %s: %s", path,
	    errno != 0 ? strerror(errno) : "its folder is gone");
}
