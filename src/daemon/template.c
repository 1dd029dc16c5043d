/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/util.h"
#include "daemon/template.h"

const char *
domain_kind_word(enum domain_kind kind)
{
	switch (kind) {
	case KIND_COLD: return "cold";
	case KIND_PAUSED: return "paused";
	case KIND_BOOTED: return "booted";
	case KIND_ARMED: return "armed";
	case KIND_COUNT: break;
	}
	return "unknown";
}

const char *
armed_miss_word(enum armed_miss miss)
{
	switch (miss) {
	case ARMED_NO_MATTER: return NULL;
	case ARMED_EMPTY: return "empty";
	case ARMED_KEPT: return "kept";
	case ARMED_CONFIG: return "config";
	case ARMED_PARAMS: return "params";
	case ARMED_VIFS: return "vifs";
	}
	return NULL;
}

const char *
template_guest_word(enum template_guest guest)
{
	return guest == GUEST_CLICKOS ? "clickos" : "generic";
}

const char *
template_type_word(enum template_type type)
{
	switch (type) {
	case TYPE_PV: return "pv";
	case TYPE_PVH: return "pvh";
	}
	return "unknown";
}

const char *
template_layout_word(enum template_layout layout)
{
	return layout == LAYOUT_DATA ? "data" : "root";
}

const char *
template_manner(enum template_guest guest, enum template_layout layout)
{
	return guest == GUEST_GENERIC ? " generic" :
	    layout == LAYOUT_ROOT ? " root" : "";
}

const char *
template_after_word(enum template_after after)
{
	switch (after) {
	case AFTER_PRESERVE:
		break;
	case AFTER_DESTROY:
		return "destroy";
	case AFTER_RESTART:
		return "restart";
	}
	return "preserve";
}

const char *
template_ready_word(enum template_ready ready)
{
	switch (ready) {
	case READY_CONSOLE: return "console";
	case READY_RUNNING: return "running";
	case READY_HANDLER: return "handler";
	case READY_TEXT: return "console";
	}
	return "unknown";
}

const char *
template_override_word(enum template_override what)
{
	switch (what) {
	case OVERRIDE_CONFIG: return "config";
	case OVERRIDE_PARAMS: return "params";
	case OVERRIDE_VIFS: return "vifs";
	}
	return "unknown";
}

int
template_allows(const struct template *t, enum template_override what,
    struct uvnf_error *e)
{
	const char *word = template_override_word(what);

	if ((t->override & what) != 0)
		return 0;
	return uvnf_error_set(e, UVNF_E_BAD_REQUEST, "template '%s' does not "
	    "let a request give its own %s; its key override would have to "
	    "list %s", t->name, word, word);
}

void
file_identify(const char *path, struct file_id *id)
{
	struct stat st;

	memset(id, 0, sizeof(*id));
	if (path == NULL || stat(path, &st) != 0)
		return;
	id->device = st.st_dev;
	id->inode = st.st_ino;
	id->size = (uint64_t)st.st_size;
	id->mtime_ns = (uint64_t)st.st_mtim.tv_sec * 1000000000u +
	    (uint64_t)st.st_mtim.tv_nsec;
}

static bool
same_file(const struct file_id *a, const struct file_id *b)
{
	return a->device == b->device && a->inode == b->inode &&
	    a->size == b->size && a->mtime_ns == b->mtime_ns;
}

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool
same_vif(const struct template_vif *a, const struct template_vif *b)
{
	return place_equal(&a->place, &b->place) &&
	    a->mac_source == b->mac_source &&
	    memcmp(a->mac, b->mac, sizeof(a->mac)) == 0 &&
	    a->rate_mbit == b->rate_mbit && same_text(a->script, b->script);
}

static bool
same_vifs(const struct template *a, const struct template *b)
{
	unsigned i;

	if (a->nvifs != b->nvifs)
		return false;
	for (i = 0; i < a->nvifs; i++)
		if (!same_vif(&a->vifs[i], &b->vifs[i]))
			return false;
	return true;
}

/* What a router's start depends on. */
static bool
same_router(const struct template *a, const struct template *b)
{
	return a->config_len == b->config_len && (a->config_len == 0 ||
	    memcmp(a->config, b->config, a->config_len) == 0) &&
	    params_equal(&a->params, &b->params) && a->ready == b->ready &&
	    same_text(a->ready_element, b->ready_element) &&
	    same_text(a->ready_handler, b->ready_handler);
}

bool
template_same_shell(const struct template *a, const struct template *b,
    enum domain_kind kind)
{
	return (kind != KIND_ARMED || same_router(a, b)) &&
	    same_text(a->kernel, b->kernel) &&
	    same_file(&a->kernel_id, &b->kernel_id) && a->type == b->type &&
	    a->memory_mb == b->memory_mb && a->vcpus == b->vcpus &&
	    a->guest == b->guest && same_text(a->ramdisk, b->ramdisk) &&
	    same_file(&a->ramdisk_id, &b->ramdisk_id) &&
	    same_text(a->cmdline, b->cmdline) &&
	    same_text(a->ready_text, b->ready_text) &&
	    same_text(a->affinity, b->affinity) &&
	    a->cpus.weight == b->cpus.weight && a->cpus.cap == b->cpus.cap &&
	    a->layout == b->layout && same_vifs(a, b) &&
	    a->ahead_len == b->ahead_len && (a->ahead_len == 0 ||
	    memcmp(a->ahead, b->ahead, a->ahead_len) == 0);
}

struct template *
template_new(const char *name)
{
	struct template *t = xcalloc(1, sizeof(*t));

	t->name = xstrdup(name);
	t->type = TYPE_PV;
	t->memory_mb = 8;
	t->vcpus = 1;
	t->pool_idle_s = POOL_IDLE_S;
	t->ready = READY_CONSOLE;
	t->routers = 1;
	t->override = OVERRIDE_CONFIG | OVERRIDE_PARAMS;
	return t;
}

int
template_has_router(const struct template *t, struct uvnf_error *e)
{
	if (t->guest == GUEST_CLICKOS)
		return 0;
	return uvnf_error_set(e, UVNF_E_BAD_REQUEST, "template '%s' is of "
	    "generic guests, which have no router: they take no configuration "
	    "and have no handlers", t->name);
}

static int
vifs_can_arm(const struct template *t, struct uvnf_error *e)
{
	unsigned i;

	for (i = 0; i < t->nvifs; i++) {
		if (t->vifs[i].mac_source == MAC_NAME)
			return uvnf_error_set(e, UVNF_E_BAD_REQUEST,
			    "template '%s' can have no armed shells: the MAC "
			    "address of its vif %u comes from the VNF's name",
			    t->name, i);
		if (t->vifs[i].place.plug == PLUG_OVS ||
		    t->vifs[i].script != NULL)
			return uvnf_error_set(e, UVNF_E_BAD_REQUEST,
			    "template '%s' can have no armed shells: its vif "
			    "%u is plugged into an Open vSwitch bridge or by "
			    "a script, and only the port of a Linux bridge "
			    "can be closed while they are frozen", t->name,
			    i);
	}
	return 0;
}

int
template_can_arm(const struct template *t, struct uvnf_error *e)
{
	int rc;

	if ((rc = template_has_router(t, e)) != 0)
		return rc;
	if (t->config == NULL)
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST, "template '%s' "
		    "can have no armed shells: it has no config for their "
		    "routers", t->name);
	if (t->config_uses & USES_NAME)
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST, "template '%s' "
		    "can have no armed shells: its config has {{name}}, which "
		    "they have none of", t->name);
	if (t->config_uses & USES_MISSING)
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST, "template '%s' "
		    "can have no armed shells: its config has a parameter "
		    "that has neither a default nor a range", t->name);
	return vifs_can_arm(t, e);
}

/* The count is all that ever changes. */
static struct template *
counted(const struct template *t)
{
	return (struct template *)(uintptr_t)t;
}

const struct template *
template_ref(const struct template *t)
{
	if (t != NULL)
		counted(t)->refs++;
	return t;
}

static void
template_free(struct template *t)
{
	unsigned i;

	for (i = 0; i < TEMPLATE_VIFS_MAX; i++)
		free(t->vifs[i].script);
	free(t->name);
	free(t->kernel);
	free(t->affinity);
	free(t->ramdisk);
	free(t->cmdline);
	free(t->ready_text);
	if (t->ahead != t->config)
		free(t->ahead);
	free(t->config);
	free(t->ready_element);
	free(t->ready_handler);
	params_clear(&t->params);
	free(t->config_path);
	free(t);
}

void
template_unref(const struct template *t)
{
	if (t != NULL && counted(t)->refs-- == 0)
		template_free(counted(t));
}
