/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/bridges.h"
#include "daemon/cmd_vnf.h"
#include "daemon/console.h"

/* --- a VNF as a data line ------------------------------------------------ */

static void
add_vif(struct proto_buf *b, const struct domain_vif *v, unsigned i)
{
	bool ovs = v->place.plug == PLUG_OVS;
	char key[8 + UINT_TEXT_LEN + 8] = "vifs.", mac[18];
	char *last = stpcpy(put_uint(key + strlen(key), i), ".");

	strcpy(last, "mac");
	proto_add_string(b, key, mac_format(v->mac, mac));
	strcpy(last, ovs ? "ovs" : "bridge");
	proto_add_string(b, key, v->place.plug == PLUG_NONE ? "none" :
	    v->place.name);
	strcpy(last, "mtu");
	if (v->place.mtu != 0)
		proto_add_number(b, key, v->place.mtu);
	strcpy(last, "dev");
	proto_add_string(b, key, v->dev);
}

/* The values that hold for it, of those parameters that have one. */
static void
add_params(struct proto_buf *b, const struct vnf *v)
{
	const struct params *declared = &v->template->params;
	char key[PARAM_NAME_MAX + 8];
	unsigned i;

	for (i = 0; i < declared->n; i++) {
		const struct param *p = &declared->list[i], *set = NULL;

		if (v->set != NULL)
			set = params_get(v->set, p->name);
		if (set == NULL)
			set = p;
		if (set->value == NULL)
			continue;
		snprintf(key, sizeof(key), "params.%s", set->name);
		proto_add_string(b, key, set->value);
	}
}

static void
add_stages(struct proto_buf *b, const struct vnf *v)
{
	static const char *const keys[STAGE_COUNT] = {
		[STAGE_CLAIMED] = "stages_us.claimed",
		[STAGE_CONFIGURED] = "stages_us.configured",
		[STAGE_STARTED] = "stages_us.started",
		[STAGE_READY] = "stages_us.ready",
	};
	int i;

	if (v->stages.act == ACT_UNKNOWN)
		return;
	proto_add_string(b, "stages_of", vnf_act_word(v->stages.act));
	if (v->stages_kept)
		proto_add_bool(b, "stages_kept", true);
	for (i = 0; i < STAGE_COUNT; i++) {
		if (v->stages.us[i] != 0)
			proto_add_number(b, keys[i],
			    (int64_t)v->stages.us[i]);
	}
}

/* Those that run, where there are several. */
static void
add_routers(struct proto_buf *b, const struct vnf *v)
{
	char key[24];
	unsigned r, i = 0;

	for (r = 0; r < TEMPLATE_ROUTERS_MAX && v->routers != 0; r++) {
		if (r != 0 && (v->routers & UINT64_C(1) << r) == 0)
			continue;
		snprintf(key, sizeof(key), "routers.%u", i++);
		proto_add_number(b, key, r);
	}
}

/* A client that is gone reads nothing. */
static bool
reads_console(const struct request *rq, const struct vnf *v)
{
	return rq->session != NULL && request_owns(rq, v->owner);
}

static void
add_vnf(struct request *rq, const struct vnf *v, bool paused_by_other)
{
	const struct vnf_label *label = vnf_label(v->label);
	struct proto_buf *b = request_data(rq);
	const struct domain *d = v->domain;
	char uuid[UUID_TEXT_LEN + 1];
	unsigned i;

	proto_add_string(b, "name", v->name);
	if (d != NULL) {
		proto_add_string(b, "uuid", uuid_format(d->uuid, uuid));
		proto_add_number(b, "domid", d->domid);
		proto_add_string(b, "domain", d->name);
	}
	proto_add_string(b, "template", v->template->name);
	proto_add_number(b, "uid", (int64_t)v->owner);
	if (label->chain[0] != '\0')
		proto_add_string(b, "chain", label->chain);
	if (label->spec[0] != '\0')
		proto_add_string(b, "spec", label->spec);
	proto_add_string(b, "state", vnf_state_word(v->state));
	if (paused_by_other)
		proto_add_bool(b, "paused_by_other", true);
	proto_add_string(b, "source", domain_kind_word(v->source));
	if (v->armed_miss != ARMED_NO_MATTER)
		proto_add_string(b, "not_armed",
		    armed_miss_word(v->armed_miss));
	for (i = 0; d != NULL && i < d->nvifs; i++)
		add_vif(b, &d->vifs[i], i);
	add_routers(b, v);
	add_params(b, v);
	add_stages(b, v);
	if (v->error != NULL) {
		proto_add_string(b, "error.code",
		    uvnf_code_word(v->error->code));
		proto_add_bytes(b, "error.text", v->error->text,
		    reads_console(rq, v) ? strlen(v->error->text) :
		    console_public_len(v->error->text));
	}
	request_data_end(rq);
}

void
cmd_vnf_answer(void *arg, const struct vnf *v, const struct uvnf_error *e)
{
	struct request *rq = arg;

	if (v != NULL)
		add_vnf(rq, v, false);
	if (e != NULL)
		request_err(rq, e);
	else
		request_ok(rq);
}

/* --- create, config ------------------------------------------------------ */

static int
parse_wait(const struct request *rq, enum vnf_wait *wait,
    struct uvnf_error *e)
{
	const char *text = request_key(rq, "wait");

	if (text == NULL)
		return 0;
	if (strcmp(text, "claimed") == 0)
		*wait = WAIT_CLAIMED;
	else if (strcmp(text, "started") == 0)
		*wait = WAIT_STARTED;
	else if (strcmp(text, "ready") == 0)
		*wait = WAIT_READY;
	else
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST, "wait=%.40s is "
		    "none of claimed, started, ready", text);
	return 0;
}

#define SET "set."		/* set.NAME=VALUE */

/* One word of the request, if it is such a key. */
static int
parse_set(const struct proto_word *w, struct params **set,
    struct uvnf_error *e)
{
	const char *name;
	int rc;

	if (w->key == NULL || strncmp(w->key, SET, strlen(SET)) != 0)
		return 0;
	name = w->key + strlen(SET);
	if (!param_name_valid(name))
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST,
		    "'%.40s' is no name of a parameter", name);
	if (param_built_in(name))
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST, "the parameter "
		    "'%s' is built in and cannot be set", name);
	if ((rc = param_value_check(name, w->value, e)) != 0)
		return rc;
	if (*set == NULL)
		*set = xcalloc(1, sizeof(**set));
	if (params_set(*set, name, w->value) == 0)
		return 0;
	return uvnf_error_set(e, UVNF_E_BAD_REQUEST,
	    "no template has more than %d parameters", PARAMS_MAX);
}

static int
parse_sets(const struct request *rq, struct params **set,
    struct uvnf_error *e)
{
	unsigned i;
	int rc = 0;

	*set = NULL;
	for (i = 1; i < rq->line.nwords && rc == 0; i++)
		rc = parse_set(&rq->line.words[i], set, e);
	if (rc != 0) {
		params_free(*set);
		*set = NULL;
	}
	return rc;
}

/* The keys vifs.N.…, if there are any. */
static int
parse_net(const struct request *rq, struct net_wish **net,
    struct uvnf_error *e)
{
	const char *key, *value;
	unsigned i;
	int rc = 0;

	for (i = 0; rc == 0 && (key = request_key_at(rq, "vifs.", i,
	    &value)) != NULL; i++) {
		if (*net == NULL)
			*net = xcalloc(1, sizeof(**net));
		rc = net_wish_parse(*net, key, value, e);
	}
	return rc;
}

/*
 * A bridge that a request has made is its owner's link: nobody else listens
 * there, or speaks.
 */
static int
check_bridges(const struct request *rq, const struct net_wish *net,
    struct uvnf_error *e)
{
	const struct bridge *b;
	unsigned i;

	for (i = 0; net != NULL && i < net->nvifs; i++) {
		if (!net->vifs[i].placed ||
		    net->vifs[i].place.plug != PLUG_BRIDGE)
			continue;
		b = bridge_find(rq->daemon, net->vifs[i].place.name);
		if (b != NULL && !request_owns(rq, b->owner))
			return request_denied(rq, "bridge", b->name, b->owner,
			    e);
	}
	return 0;
}

/* The keys chain and spec. */
static int
parse_label(const struct request *rq, struct vnf_label *l,
    struct uvnf_error *e)
{
	const char *chain = request_key(rq, "chain");
	const char *spec = request_key(rq, "spec");

	if (chain != NULL && !name_valid(chain))
		return uvnf_error_set(e, UVNF_E_BAD_NAME,
		    "'%.80s' is no name of a chain", chain);
	if (spec != NULL && !name_valid(spec))
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST, "spec=%.80s: a "
		    "letter or digit, then up to 62 letters, digits, '.', "
		    "'_' or '-'", spec);
	snprintf(l->chain, sizeof(l->chain), "%s", chain != NULL ? chain : "");
	snprintf(l->spec, sizeof(l->spec), "%s", spec != NULL ? spec : "");
	return 0;
}

int
cmd_vnf_request(struct request *rq, enum vnf_wait wait,
    struct vnf_request *vr, struct uvnf_error *e)
{
	int rc;

	memset(vr, 0, sizeof(*vr));
	vr->wait = wait;
	if ((rc = parse_wait(rq, &vr->wait, e)) != 0 ||
	    (rc = parse_label(rq, &vr->label, e)) != 0 ||
	    (rc = request_timeout(rq, &vr->timeout_ms, e)) != 0 ||
	    (rc = parse_sets(rq, &vr->set, e)) != 0)
		return rc;
	if ((rc = parse_net(rq, &vr->net, e)) != 0 ||
	    (rc = check_bridges(rq, vr->net, e)) != 0) {
		free(vr->net);
		params_free(vr->set);
		return rc;
	}
	vr->owner = rq->uid;
	vr->limited = request_level(rq) < ACCESS_ADMIN;
	vr->read_us = rq->read_us;
	vr->config = rq->payload;
	vr->config_len = rq->payload_len;
	rq->payload = NULL;
	vr->answer = cmd_vnf_answer;
	vr->arg = rq;
	return 0;
}

int
cmd_vnf_router(const struct request *rq, unsigned *router,
    struct uvnf_error *e)
{
	const char *text = request_key(rq, "router");
	uint64_t n = 0;

	if (text != NULL &&
	    parse_uint(text, 0, TEMPLATE_ROUTERS_MAX - 1, &n) != 0)
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST, "router=%.40s is "
		    "not a number from 0 to %d: more than %d routers crash "
		    "ClickOS", text, TEMPLATE_ROUTERS_MAX - 1,
		    TEMPLATE_ROUTERS_MAX);
	*router = (unsigned)n;
	return 0;
}

static void
run_create(struct request *rq)
{
	const char *template = request_arg(rq, 0);
	const struct template *t = config_template(rq->daemon->config,
	    template);
	bool configured = rq->payload != NULL ||
	    (t != NULL && (t->config != NULL || t->guest == GUEST_GENERIC));
	struct vnf_request vr;
	struct uvnf_error e;

	if (request_check_chain(rq, &e) != 0 ||
	    cmd_vnf_request(rq, configured ? WAIT_STARTED : WAIT_CLAIMED,
	    &vr, &e) != 0)
		request_err(rq, &e);
	else
		vnf_create(rq->daemon, template, request_arg(rq, 1), &vr);
}

static void
run_config(struct request *rq)
{
	struct vnf_request vr;
	struct uvnf_error e;
	unsigned router;

	if (rq->payload == NULL)
		uvnf_error_set(&e, UVNF_E_BAD_REQUEST,
		    "config needs config=LENGTH and that many bytes");
	else if (cmd_vnf_router(rq, &router, &e) == 0 &&
	    cmd_vnf_request(rq, WAIT_STARTED, &vr, &e) == 0) {
		if (vr.wait != WAIT_CLAIMED) {
			vnf_config(rq->daemon, request_arg(rq, 0), router,
			    &vr);
			return;
		}
		free(vr.config);
		params_free(vr.set);
		uvnf_error_set(&e, UVNF_E_BAD_REQUEST,
		    "config can wait for started or ready");
	}
	request_err(rq, &e);
}

/* --- destroy ------------------------------------------------------------- */

static void
run_destroy(struct request *rq)
{
	const char *wait = request_key(rq, "wait");
	struct uvnf_error e;
	unsigned timeout_ms;

	if (wait != NULL && strcmp(wait, "name") != 0 &&
	    strcmp(wait, "freed") != 0) {
		uvnf_error_set(&e, UVNF_E_BAD_REQUEST,
		    "wait=%.40s is none of name, freed", wait);
		request_err(rq, &e);
	} else if (request_timeout(rq, &timeout_ms, &e) != 0) {
		request_err(rq, &e);
	} else {
		vnf_destroy(rq->daemon, request_arg(rq, 0),
		    wait != NULL && wait[0] == 'f', timeout_ms,
		    cmd_vnf_answer, rq);
	}
}

/* --- list, show ---------------------------------------------------------- */

#define LIST_PIECE 16			/* VNFs */

/* No more than there were at its begin, so that it ends whatever comes. */
struct list {
	struct vnf_cursor cursor;
	uint64_t count, max;		/* that were listed, and may be */
};

static bool
list_more(struct request *rq, void *arg)
{
	struct list *l = arg;
	const struct vnf *v;
	unsigned i;

	for (i = 0; (v = l->cursor.next) != NULL && l->count < l->max; i++) {
		if (i == LIST_PIECE)
			return true;
		add_vnf(rq, v, false);
		l->cursor.next = TAILQ_NEXT(v, entry);
		l->count++;
	}
	request_ok_count(rq, l->count);
	return false;
}

static void
list_end(void *arg)
{
	struct list *l = arg;

	vnf_cursor_end(&l->cursor);
	free(l);
}

static void
run_list(struct request *rq)
{
	struct list *l = xcalloc(1, sizeof(*l));
	struct request_stream rest = { list_more, list_end, l };

	l->max = rq->daemon->vnfs.count;
	vnf_cursor_begin(&rq->daemon->vnfs, &l->cursor);
	if (list_more(rq, l))
		request_go_on(rq, &rest);
	else
		list_end(l);
}

static void
run_show(struct request *rq)
{
	struct uvnf_error e;
	const struct vnf *v = vnf_named(rq->daemon, request_arg(rq, 0), &e);

	if (v == NULL) {
		request_err(rq, &e);
		return;
	}
	add_vnf(rq, v, vnf_paused_by_other(rq->daemon, v));
	request_ok(rq);
}

const struct command vnf_commands[] = {
	{ "create", ACCESS_OPERATOR, COMMAND_CHANGES, 2, 2,
	    { "config", SET, "wait", "timeout_ms", "vifs.", "chain", "spec" },
	    "create TEMPLATE NAME [config=LENGTH] [set.PARAMETER=VALUE]... "
	    "[wait=claimed|started|ready] [timeout_ms=N] "
	    "[vifs.N.bridge|ovs|mac=VALUE]... [chain=CHAIN] [spec=DIGEST]",
	    run_create },
	{ "config", ACCESS_OPERATOR, COMMAND_OWN | COMMAND_CHANGES, 1, 1,
	    { "config", SET, "wait", "timeout_ms", "spec", "router" },
	    "config NAME config=LENGTH [set.PARAMETER=VALUE]... "
	    "[router=N] [wait=started|ready] [timeout_ms=N] [spec=DIGEST]",
	    run_config },
	{ "destroy", ACCESS_OPERATOR, COMMAND_OWN | COMMAND_CHANGES, 1, 1,
	    { "wait", "timeout_ms" },
	    "destroy NAME [wait=name|freed] [timeout_ms=N]", run_destroy },
	{ "list", ACCESS_OBSERVER, 0, 0, 0, { NULL }, "list", run_list },
	{ "show", ACCESS_OBSERVER, 0, 1, 1, { NULL }, "show NAME", run_show },
	{ .verb = NULL },
};
