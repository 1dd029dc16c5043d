/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <config.h>

#include <stdio.h>
#include <stdlib.h>

#include "common/util.h"
#include "daemon/command.h"
#include "daemon/reload.h"
#include "daemon/session.h"

static void
run_version(struct request *rq)
{
	struct proto_buf *b = request_data(rq);

	proto_add_number(b, "protocol", PROTO_VERSION);
	proto_add_string(b, "version", PACKAGE_VERSION);
	proto_add_string(b, "backend", rq->daemon->backend->name);
	request_data_end(rq);
	request_ok(rq);
}

static void
run_ping(struct request *rq)
{
	request_ok(rq);
}

static void
run_quit(struct request *rq)
{
	struct session *s = rq->session;

	request_ok(rq);
	if (s != NULL)
		session_close_soon(s);
}

static void
add_cpus(struct proto_buf *b, const struct template *t)
{
	if (t->affinity != NULL)
		proto_add_string(b, "cpus.affinity", t->affinity);
	if (t->cpus.weight != 0)
		proto_add_number(b, "cpus.weight", t->cpus.weight);
	if (t->cpus.cap != 0)
		proto_add_number(b, "cpus.cap", t->cpus.cap);
}

static void
add_ranges(struct proto_buf *b, const struct template *t)
{
	char key[PARAM_NAME_MAX + 16], text[RANGE_TEXT_MAX];
	unsigned i;

	for (i = 0; i < t->params.n; i++) {
		const struct param *p = &t->params.list[i];

		snprintf(key, sizeof(key), "ranges.%s", p->name);
		if (p->range.given)
			proto_add_string(b, key, range_format(&p->range,
			    text));
	}
}

/* Defaults, then what has none, then what a request may give. */
static void
add_params(struct proto_buf *b, const struct template *t)
{
	static const enum template_override bits[] = { OVERRIDE_CONFIG,
	    OVERRIDE_PARAMS, OVERRIDE_VIFS };
	char key[PARAM_NAME_MAX + 16];
	unsigned i, n;

	for (i = n = 0; i < t->params.n; i++) {
		const struct param *p = &t->params.list[i];

		snprintf(key, sizeof(key), "params.%s", p->name);
		if (p->value != NULL)
			proto_add_string(b, key, p->value);
	}
	for (i = n = 0; i < t->params.n; i++) {
		snprintf(key, sizeof(key), "required.%u", n);
		if (t->params.list[i].value != NULL ||
		    t->params.list[i].range.given)
			continue;
		proto_add_string(b, key, t->params.list[i].name);
		n++;
	}
	for (i = n = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
		snprintf(key, sizeof(key), "override.%u", n);
		if ((t->override & bits[i]) == 0)
			continue;
		proto_add_string(b, key, template_override_word(bits[i]));
		n++;
	}
}

static void
add_ready(struct proto_buf *b, const struct template *t)
{
	char name[PROTO_HANDLER_MAX + 1];

	if (t->ready == READY_TEXT) {
		proto_add_string(b, "ready.console", t->ready_text);
		return;
	}
	if (t->ready != READY_HANDLER) {
		proto_add_string(b, "ready", template_ready_word(t->ready));
		return;
	}
	snprintf(name, sizeof(name), "%s.%s", t->ready_element,
	    t->ready_handler);
	proto_add_string(b, "ready.handler", name);
}

static void
add_template_vif(struct proto_buf *b, const struct template_vif *v,
    unsigned i)
{
	bool ovs = v->place.plug == PLUG_OVS;
	char key[32], mac[18];

	snprintf(key, sizeof(key), "vifs.%u.%s", i, ovs ? "ovs" : "bridge");
	proto_add_string(b, key, v->place.plug == PLUG_NONE ? "none" :
	    v->place.name);
	snprintf(key, sizeof(key), "vifs.%u.mac", i);
	proto_add_string(b, key, v->mac_source == MAC_GIVEN ?
	    mac_format(v->mac, mac) :
	    v->mac_source == MAC_NAME ? "name" : "derived");
	snprintf(key, sizeof(key), "vifs.%u.mtu", i);
	if (v->place.mtu != 0)
		proto_add_number(b, key, v->place.mtu);
	snprintf(key, sizeof(key), "vifs.%u.rate_mbit", i);
	if (v->rate_mbit != 0)
		proto_add_number(b, key, v->rate_mbit);
	snprintf(key, sizeof(key), "vifs.%u.script", i);
	if (v->script != NULL)
		proto_add_string(b, key, v->script);
}

static void
add_template(struct request *rq, const struct template *t)
{
	struct proto_buf *b = request_data(rq);
	unsigned i;

	proto_add_string(b, "name", t->name);
	proto_add_string(b, "guest", template_guest_word(t->guest));
	proto_add_string(b, "kernel", t->kernel);
	if (t->ramdisk != NULL)
		proto_add_string(b, "ramdisk", t->ramdisk);
	if (t->cmdline != NULL)
		proto_add_string(b, "cmdline", t->cmdline);
	proto_add_string(b, "type", template_type_word(t->type));
	proto_add_number(b, "memory_mb", t->memory_mb);
	proto_add_number(b, "vcpus", t->vcpus);
	add_cpus(b, t);
	proto_add_string(b, "layout", template_layout_word(t->layout));
	for (i = 0; i < t->nvifs; i++)
		add_template_vif(b, &t->vifs[i], i);
	if (t->config_path != NULL)
		proto_add_string(b, "config", t->config_path);
	add_params(b, t);
	add_ranges(b, t);
	proto_add_number(b, "pool.paused", t->pool[KIND_PAUSED]);
	proto_add_number(b, "pool.booted", t->pool[KIND_BOOTED]);
	proto_add_number(b, "pool.armed", t->pool[KIND_ARMED]);
	add_ready(b, t);
	proto_add_string(b, "handlers", t->handlers_mended ? "mended" :
	    "stock");
	proto_add_number(b, "routers", t->routers);
	proto_add_string(b, "on_failure",
	    template_after_word(t->on_failure));
	proto_add_string(b, "on_crash", template_after_word(t->on_crash));
	request_data_end(rq);
}

static void
run_templates(struct request *rq)
{
	const struct config *c = rq->daemon->config;
	unsigned i;

	for (i = 0; i < c->ntemplates; i++)
		add_template(rq, c->templates[i]);
	request_ok_count(rq, c->ntemplates);
}

static void
run_reload(struct request *rq)
{
	struct proto_buf *b;
	struct reload_result r;
	struct uvnf_error e;

	if (reload(rq->daemon, &r, &e) != 0) {
		request_err(rq, &e);
		return;
	}
	b = request_data(rq);
	proto_add_number(b, "templates", r.templates);
	proto_add_number(b, "added", r.added);
	proto_add_number(b, "removed", r.removed);
	proto_add_number(b, "changed", r.changed);
	proto_add_number(b, "shells", r.shells);
	request_data_end(rq);
	request_ok(rq);
}

const struct command info_commands[] = {
	{ "hello", ACCESS_NONE, 0, 0, 0, { NULL }, "hello", run_version },
	{ "version", ACCESS_NONE, 0, 0, 0, { NULL }, "version", run_version },
	{ "ping", ACCESS_NONE, 0, 0, 0, { NULL }, "ping", run_ping },
	{ "templates", ACCESS_OBSERVER, 0, 0, 0, { NULL }, "templates",
	    run_templates },
	{ "reload", ACCESS_ADMIN, COMMAND_CHANGES, 0, 0, { NULL }, "reload",
	    run_reload },
	{ "quit", ACCESS_NONE, 0, 0, 0, { NULL }, "quit", run_quit },
	{ .verb = NULL },
};
