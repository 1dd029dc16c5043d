/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <string.h>

#include "daemon/config_guest.h"

#define PATH_BYTES_MAX 4095
#define CMDLINE_MAX 1023

int
take_guest(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	static const struct choice guests[] = {
		[GUEST_CLICKOS] = { "clickos", true },
		[GUEST_GENERIC] = { "generic", true } };
	struct template *t = into;
	unsigned i;
	int r;

	if ((r = take_choice(f, kv, guests, COUNT(guests), &i)) == 0)
		t->guest = (enum template_guest)i;
	return r;
}

int
take_ramdisk(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	struct template *t = into;

	return take_absolute_path(f, kv, PATH_BYTES_MAX, &t->ramdisk);
}

int
take_cmdline(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	struct template *t = into;
	int r = take_text(f, kv, &t->cmdline);

	if (r == 0 && strlen(t->cmdline) > CMDLINE_MAX)
		r = node_error(f, kv->value, "cmdline may have at most %d "
		    "bytes, this has %zu", CMDLINE_MAX, strlen(t->cmdline));
	return r;
}

/* Keys that are about a router. */
static int
refuse_clickos_keys(const struct yaml_file *f, const struct lineage *l,
    const struct template *t)
{
	static const char *const keys[] = { "config", "params", "layout",
	    "handlers", "routers" };
	const struct node *n;
	size_t i;

	for (i = 0; i < COUNT(keys); i++)
		if ((n = lineage_get(l, keys[i])) != NULL)
			return node_error(f, n, "template %s: a generic guest "
			    "takes no configuration; leave out %s, or say "
			    "'guest: clickos'", t->name, keys[i]);
	return 0;
}

int
guest_finish(const struct yaml_file *f, const struct lineage *l,
    struct template *t)
{
	const struct node *ready = lineage_get(l, "ready");

	file_identify(t->kernel, &t->kernel_id);
	file_identify(t->ramdisk, &t->ramdisk_id);
	if (t->guest == GUEST_CLICKOS && t->ready == READY_TEXT)
		return node_error(f, ready, "template %s: a text on the "
		    "console is what a generic guest is ready by; for ClickOS "
		    "say 'ready: console'", t->name);
	if (t->guest == GUEST_CLICKOS)
		return 0;
	if (ready == NULL)
		t->ready = READY_RUNNING;
	if (t->ready != READY_RUNNING && t->ready != READY_TEXT)
		return node_error(f, ready, "template %s: a generic guest is "
		    "ready when it runs ('ready: running'), or when its "
		    "console says some text ('ready: {console: TEXT}')",
		    t->name);
	return refuse_clickos_keys(f, l, t);
}
