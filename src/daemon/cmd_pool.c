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
	proto_add_number(b, "min", view->min);
	proto_add_number(b, "max", view->max);
	proto_add_number(b, "wanted", view->wanted);
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

/* The template that the second word names, or NULL when there is none. */
static int
parse_template(const struct request *rq, const struct template **of,
    struct uvnf_error *e)
{
	const char *name = request_arg(rq, 1);

	*of = NULL;
	if (name != NULL &&
	    (*of = config_template(rq->daemon->config, name)) == NULL)
		return uvnf_error_set(e, UVNF_E_NO_TEMPLATE,
		    "no template is called '%.80s'", name);
	return 0;
}

static void
run_fill(struct request *rq)
{
	const char *text = request_key(rq, "wait");
	const struct template *of;
	struct uvnf_error e;
	unsigned timeout_ms;

	if (parse_template(rq, &of, &e) != 0 ||
	    request_timeout(rq, &timeout_ms, &e) != 0) {
		request_err(rq, &e);
		return;
	}
	if (text != NULL && strcmp(text, "full") != 0 &&
	    strcmp(text, "no") != 0) {
		uvnf_error_set(&e, UVNF_E_BAD_REQUEST,
		    "wait=%.40s is none of full, no", text);
		request_err(rq, &e);
		return;
	}
	if (rq->daemon->stopping) {
		uvnf_error_set(&e, UVNF_E_STOPPING,
		    "the daemon is going down");
		request_err(rq, &e);
		return;
	}
	pools_fill(rq->daemon->pools, of);
	if (text != NULL && text[0] == 'f')
		fill_wait(rq, of, timeout_ms);
	else
		reply_pools(rq, of, NULL);
}

static void
run_drain(struct request *rq)
{
	const struct template *of;
	struct uvnf_error e;

	if (parse_template(rq, &of, &e) != 0) {
		request_err(rq, &e);
		return;
	}
	pools_drain(rq->daemon->pools, of);
	reply_pools(rq, of, NULL);
}

static void
run_show(struct request *rq)
{
	const struct template *of;
	struct uvnf_error e;

	if (parse_template(rq, &of, &e) != 0)
		request_err(rq, &e);
	else
		reply_pools(rq, of, NULL);
}

static int
parse_number(const char *what, const char *text, unsigned *n,
    struct uvnf_error *e)
{
	uint64_t value;

	if (parse_uint(text, 0, POOL_MAX, &value) != 0)
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST,
		    "the %s '%.40s' is no number from 0 to %d", what, text,
		    POOL_MAX);
	*n = (unsigned)value;
	return 0;
}

/* min and max, where they are not given, make room for the target. */
static int
parse_numbers(const struct request *rq, struct pool_numbers *n,
    struct uvnf_error *e)
{
	const char *min = request_key(rq, "min");
	const char *max = request_key(rq, "max");
	int rc = parse_number("target", request_arg(rq, 3), &n->target, e);

	if (rc != 0)
		return rc;
	n->min = 0;
	n->max = n->target;
	if (min != NULL && (rc = parse_number("min", min, &n->min, e)) != 0)
		return rc;
	return max != NULL ? parse_number("max", max, &n->max, e) : 0;
}

static int
parse_kind(const char *word, enum domain_kind *kind, struct uvnf_error *e)
{
	if (strcmp(word, "booted") == 0)
		*kind = KIND_BOOTED;
	else if (strcmp(word, "paused") == 0)
		*kind = KIND_PAUSED;
	else if (strcmp(word, "armed") == 0)
		*kind = KIND_ARMED;
	else
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST, "'%.40s' is no "
		    "kind of shells: armed, booted or paused", word);
	return 0;
}

static void
run_set(struct request *rq)
{
	const struct template *of;
	struct pool_numbers n;
	enum domain_kind kind = KIND_BOOTED;
	struct uvnf_error e;

	if (parse_template(rq, &of, &e) != 0 ||
	    parse_kind(request_arg(rq, 2), &kind, &e) != 0 ||
	    parse_numbers(rq, &n, &e) != 0 ||
	    pools_set(rq->daemon->pools, of, kind, &n, &e) != 0)
		request_err(rq, &e);
	else
		reply_pools(rq, of, NULL);
}

static void
run_pool(struct request *rq)
{
	const char *what = request_arg(rq, 0);
	struct uvnf_error e;

	if (what == NULL) {
		reply_pools(rq, NULL, NULL);
		return;
	}
	uvnf_error_set(&e, UVNF_E_BAD_REQUEST, "pool %.40s: only 'pool show', "
	    "'pool fill', 'pool set' and 'pool drain' exist", what);
	request_err(rq, &e);
}

const struct command pool_commands[] = {
	{ "pool", ACCESS_OBSERVER, 0, 0, 4, { NULL }, "pool", run_pool },
	{ "pool show", ACCESS_OBSERVER, 0, 1, 2, { NULL },
	    "pool show [TEMPLATE]", run_show },
	{ "pool fill", ACCESS_ADMIN, COMMAND_CHANGES, 1, 2,
	    { "wait", "timeout_ms" },
	    "pool fill [TEMPLATE] [wait=full|no] [timeout_ms=N]", run_fill },
	{ "pool set", ACCESS_ADMIN, COMMAND_CHANGES, 4, 4, { "min", "max" },
	    "pool set TEMPLATE armed|booted|paused TARGET [min=N] [max=N]",
	    run_set },
	{ "pool drain", ACCESS_ADMIN, COMMAND_CHANGES, 1, 2, { NULL },
	    "pool drain [TEMPLATE]", run_drain },
	{ .verb = NULL },
};
