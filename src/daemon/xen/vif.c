/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * uvnf-vif: what libxl runs as the hotplug script of a vif in Open vSwitch, and
 * of any whose xl configuration says so.  "online" plugs the vif's net device
 * into its bridge and says so in xenstore; "offline" takes its port out of Open
 * vSwitch, and else has nothing to do, for a net device leaves a Linux bridge
 * as it goes.  It starts no process.
 */

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/domain.h"
#include "daemon/xen/nodes.h"
#include "daemon/xen/plug.h"

static const char *backend;		/* XENBUS_PATH, relative to dom0's */

static void
put(const char *key, const char *value)
{
	struct uvnf_error e;

	if (nodes_put(backend, key, value, &e) < 0)
		fprintf(stderr, "uvnf-vif: %s\n", e.text);
}

/* libxl logs hotplug-error, and so it gets into our user's error. */
static void __attribute__((noreturn, format(printf, 1, 2)))
fail(const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fprintf(stderr, "uvnf-vif: %s\n", text);
	put("hotplug-error", text);
	put("hotplug-status", "error");
	exit(1);
}

static char *
must_read(const char *path)
{
	char *value = nodes_get(path);

	if (value == NULL)
		fail("cannot read %s: %s", path, strerror(errno));
	return value;
}

/* Domains of xl have no node of uvnfd's, but name a Linux bridge. */
static void
read_bridge(struct place *p)
{
	char path[256], *name;

	snprintf(path, sizeof(path), "%s/bridge", backend);
	name = must_read(path);
	if (!bridge_name_valid(name))
		fail("'%s' is no name of a bridge", name);
	p->plug = PLUG_BRIDGE;
	strcpy(p->name, name);
	p->mtu = 0;
	free(name);
}

/* The node that uvnfd made, or NULL. */
static char *
read_node(unsigned domid, unsigned number, struct place *p)
{
	char path[256], *text;

	snprintf(path, sizeof(path), "/local/domain/%u/uvnf/vif/%u", domid,
	    number);
	text = nodes_get(path);
	if (text == NULL && errno != ENOENT)
		fail("cannot read %s: %s", path, strerror(errno));
	if (text != NULL && place_parse(text, p) != 0)
		fail("%s is no place for a vif: '%s'", path, text);
	return text;
}

/* What a controller is to see. */
static void
read_identity(unsigned domid, struct plug_vif *v)
{
	char path[256], *text;

	snprintf(path, sizeof(path), "%s/mac", backend);
	text = must_read(path);
	if (mac_parse(text, v->mac) != 0)
		fail("%s is no MAC address: '%s'", path, text);
	free(text);
	snprintf(path, sizeof(path), "/local/domain/%u/vm", domid);
	text = must_read(path);
	if (strncmp(text, "/vm/", 4) != 0 ||
	    uuid_parse(text + 4, v->uuid) != 0)
		fail("%s has no uuid: '%s'", path, text);
	free(text);
}

static void
online(unsigned domid, struct plug_vif *v)
{
	struct uvnf_error e;
	struct place place;
	struct links *l;
	char *text;

	text = read_node(domid, v->number, &place);
	if (text == NULL)
		read_bridge(&place);
	free(text);
	if (place.plug == PLUG_OVS)
		read_identity(domid, v);
	if ((l = links_open(&e)) == NULL ||
	    plug_in(l, v, &place, &e) < 0)
		fail("%s", e.text);
	links_close(l);
	put("hotplug-status", "connected");
}

static void
offline(unsigned domid, const struct plug_vif *v)
{
	struct uvnf_error e;
	struct place place;
	char *text = read_node(domid, v->number, &place);

	if (text != NULL && plug_out(v->dev, &place, &e) < 0)
		fprintf(stderr, "uvnf-vif: %s stays plugged in: %s\n", v->dev,
		    e.text);
	free(text);
}

int
main(int argc, char **argv)
{
	const char *dev = getenv("vif");
	struct plug_vif v = { 0 };
	struct uvnf_error e;
	unsigned domid;

	backend = getenv("XENBUS_PATH");
	if (argc < 2 || backend == NULL || sscanf(backend,
	    "backend/vif/%u/%u", &domid, &v.number) != 2) {
		fprintf(stderr, "uvnf-vif: this is run by libxl, with "
		    "XENBUS_PATH in the environment\n");
		return 2;
	}
	if (nodes_open(&e) < 0)
		fail("%s", e.text);
	if (dev == NULL || strlen(dev) >= sizeof(v.dev))
		fail("no name of a net device in the environment");
	strcpy(v.dev, dev);
	if (strcmp(argv[1], "online") == 0 || strcmp(argv[1], "add") == 0)
		online(domid, &v);
	else if (strcmp(argv[1], "offline") == 0 ||
	    strcmp(argv[1], "remove") == 0)
		offline(domid, &v);
	return 0;
}
