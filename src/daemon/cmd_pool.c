/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/command.h"
#include "daemon/pool.h"
#include "daemon/timer.h"

static void
add_shelf(const struct pool_view *view, void *arg)
{
	struct request *rq = arg;
	struct proto_buf *b = request_data(rq);

	proto_add_string(b, "template", view->template->name);
	proto_add_string(b, "kind", domain_kind_word(view->kind));
	proto_add_number(b, "target", view->target);
	proto_add_number(b, "have", view->have);
	proto_add_number(b, "building", view->building);
	proto_add_number(b, "failed", (int64_t)view->failed);
	proto_add_string(b, "last_error", view->last_error);
	request_data_end(rq);
}

static void
reply_pools(struct request *rq, const struct template *of,
    const struct uvnf_error *e)
{
	pools_each(rq->daemon->pools, of, add_shelf, rq);
	if (e != NULL)
		request_err(rq, e);
	else
		request_ok(rq);
}

/* --- pool fill wait=full ------------------------------------------------- */

struct fill {
	struct request *rq;
	const struct template *of;
	struct pool_wait *wait;
	unsigned timeout_ms;
	struct event limit;
};

static void
fill_end(struct fill *f, const struct uvnf_error *e)
{
	event_del(&f->limit);
	reply_pools(f->rq, f->of, e);
	template_unref(f->of);
	free(f);
}

static void
fill_waited(void *arg, const struct uvnf_error *e)
{
	fill_end(arg, e);
}

static void
fill_limit(evutil_socket_t fd, short what, void *arg)
{
	struct fill *f = arg;
	struct uvnf_error e;

	(void)fd;
	(void)what;
	pools_unwait(f->wait);
	uvnf_error_set(&e, UVNF_E_TIMEOUT,
	    "the pool was not full after %u ms; it goes on filling",
	    f->timeout_ms);
	fill_end(f, &e);
}

static void
fill_wait(struct request *rq, const struct template *of, unsigned timeout_ms)
{
	struct fill *f = xcalloc(1, sizeof(*f));

	f->rq = rq;
	f->of = template_ref(of);
	f->timeout_ms = timeout_ms;
	f->wait = pools_wait(rq->daemon->pools, of, fill_waited, f);
	evtimer_assign(&f->limit, rq->daemon->base, fill_limit, f);
	timer_arm_ms(&f->limit, timeout_ms);
}

/* --- the verb ------------------------------------------------------------ */

static int
parse_fill(struct request *rq, const struct template **of, bool *wait,
    unsigned *timeout_ms, struct uvnf_error *e)
{
	const char *name = request_arg(rq, 1);
	const char *text = request_key(rq, "wait");

	*of = NULL;
	if (strcmp(request_arg(rq, 0), "fill") != 0)
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST, "pool %.40s: "
		    "only 'pool' and 'pool fill' exist", request_arg(rq, 0));
	if (name != NULL &&
	    (*of = config_template(rq->daemon->config, name)) == NULL)
		return uvnf_error_set(e, UVNF_E_NO_TEMPLATE,
		    "no template is called '%.80s'", name);
	if (text != NULL && strcmp(text, "full") != 0 &&
	    strcmp(text, "no") != 0)
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST,
		    "wait=%.40s is none of full, no", text);
	*wait = text != NULL && text[0] == 'f';
	return request_timeout(rq, timeout_ms, e);
}

static void
run_pool(struct request *rq)
{
	const struct template *of;
	struct uvnf_error e;
	unsigned timeout_ms = 0;
	bool wait = false;

	if (request_arg(rq, 0) == NULL) {
		reply_pools(rq, NULL, NULL);
		return;
	}
	if (parse_fill(rq, &of, &wait, &timeout_ms, &e) != 0) {
		request_err(rq, &e);
		return;
	}
	pools_fill(rq->daemon->pools, of);
	if (wait)
		fill_wait(rq, of, timeout_ms);
	else
		reply_pools(rq, of, NULL);
}

const struct command pool_commands[] = {
	{ "pool", 0, 2, { "wait", "timeout_ms" },
	    "pool [fill [TEMPLATE] [wait=full|no] [timeout_ms=N]]", run_pool },
	{ NULL, 0, 0, { NULL }, NULL, NULL },
};
