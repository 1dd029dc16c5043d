/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <string.h>

#include "common/log.h"
#include "daemon/events.h"
#include "daemon/pool.h"
#include "daemon/reload.h"

static int
cannot(const struct daemon *dm, const char *key, struct uvnf_error *e)
{
	return uvnf_error_set(e, UVNF_E_BAD_CONFIG, "%s: %s has changed, "
	    "which a daemon that runs cannot take over; put it back, or "
	    "restart uvnfd", dm->config_path, key);
}

/* What was put to use at the start, for good. */
static int
check_lasting(const struct daemon *dm, const struct config *c,
    struct uvnf_error *e)
{
	const struct config *old = dm->config;
	const char *group = c->socket_group != NULL ? c->socket_group : "";
	const char *old_group = old->socket_group != NULL ?
	    old->socket_group : "";

	if (strcmp(c->socket_path, old->socket_path) != 0)
		return cannot(dm, "path of socket", e);
	if (strcmp(group, old_group) != 0)
		return cannot(dm, "group of socket", e);
	if (c->socket_mode != old->socket_mode)
		return cannot(dm, "mode of socket", e);
	if (c->workers != old->workers)
		return cannot(dm, "workers", e);
	return 0;
}

static void
compare(const struct config *old, const struct config *new,
    struct reload_result *r)
{
	const struct template *before;
	unsigned i;

	memset(r, 0, sizeof(*r));
	r->templates = new->ntemplates;
	for (i = 0; i < new->ntemplates; i++) {
		before = config_template(old, new->templates[i]->name);
		if (before == NULL)
			r->added++;
		else if (!template_same_shell(before, new->templates[i],
		    before->pool_max[KIND_ARMED] > 0 ? KIND_ARMED :
		    KIND_BOOTED))
			r->changed++;
	}
	r->removed = old->ntemplates + r->added - new->ntemplates;
}

int
reload(struct daemon *dm, struct reload_result *r, struct uvnf_error *e)
{
	struct config *new, *old = dm->config;

	if (dm->stopping)
		return uvnf_error_set(e, UVNF_E_STOPPING,
		    "the daemon is going down");
	if ((new = config_read_again(dm->config_path, e)) == NULL)
		return -(int)e->code;
	if (check_lasting(dm, new, e) != 0) {
		config_free(new);
		return -UVNF_E_BAD_CONFIG;
	}
	compare(old, new, r);
	dm->config = new;
	r->shells = pools_reload(dm->pools);
	config_free(old);
	log_info("configuration reloaded templates=%u added=%u removed=%u "
	    "changed=%u shells=%u", r->templates, r->added, r->removed,
	    r->changed, r->shells);
	events_daemon(dm->events, EVENT_DAEMON_RELOADED);
	return 0;
}
