/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * Drives the Xen backend through backend.h alone, in dom0, with each
 * template of a configuration: builds, configures, reads a handler and
 * destroys, or tells what error a build ends with.
 *
 *	backend-trial CONFIG [COUNT [TEMPLATE [HANDLER]]]
 *
 * HOLD in the environment is how many seconds the routers then run, for
 * something else to happen to them.
 */

#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/backend.h"

#define LIMIT_S 120

static struct backend *backend;
static struct event_base *base;
static struct backend_stats before;
static uint64_t began_us;
static unsigned pending;
static unsigned announced, ups, deaths;
static int failures;

static void
step(const char *what)
{
	struct backend_stats s;

	backend->stats(backend, &s);
	printf("  %-28s %8.1f ms  xenstore %3" PRIu64 "  events %3" PRIu64
	    "  hypercalls %3" PRIu64 "\n", what,
	    (now_us() - began_us) / 1000.0,
	    s.xenstore_requests - before.xenstore_requests,
	    s.xenstore_events - before.xenstore_events,
	    s.hypercalls - before.hypercalls);
	fflush(stdout);
}

static void
begin(void)
{
	backend->stats(backend, &before);
	began_us = now_us();
}

static void
fail(const char *what, const char *why)
{
	failures++;
	printf("  FAILED: %s: %s\n", what, why);
}

static char building[] = "build", configuring[] = "configure",
    starting[] = "start", destroying[] = "destroy", reading[] = "read";

static void
done(void *arg, const struct uvnf_error *e)
{
	pending--;
	if (e != NULL)
		fail(arg, e->text);
}

/* A start that comes before the guest's watch is lost: repeat it. */
static void
start_all(struct domain **d, unsigned n)
{
	unsigned i;

	pending += n;
	for (i = 0; i < n; i++)
		backend->set_status(backend, d[i], 0, true, done, starting);
}

static void
wait_for_routers(struct domain **d, unsigned n)
{
	uint64_t end = now_us() + LIMIT_S * UINT64_C(1000000), again = 0;
	struct timeval tv = { 0, 100000 };

	while (ups < n && now_us() < end) {
		if (now_us() > again) {
			start_all(d, n);
			again = now_us() + 2000000;
		}
		event_base_loopexit(base, &tv);
		event_base_loop(base, EVLOOP_ONCE);
	}
	if (ups < n)
		fail("router up", "not within the limit");
}

static int
wait_for(const unsigned *count, unsigned want, const char *what)
{
	uint64_t end = now_us() + LIMIT_S * UINT64_C(1000000);
	struct timeval tv = { 0, 100000 };

	while (count == &pending ? *count > want : *count < want) {
		if (now_us() > end) {
			fail(what, "not within the limit");
			return -1;
		}
		event_base_loopexit(base, &tv);
		event_base_loop(base, EVLOOP_ONCE);
	}
	return 0;
}

static void
on_announced(struct domain *d, void *arg)
{
	(void)arg;
	d->announced = true;
	announced++;
}

static void
on_vif_state(struct domain *d, unsigned i, void *arg)
{
	(void)arg;
	printf("  %s state %d\n", d->vifs[i].dev, d->vifs[i].state);
}

static void
on_sign(enum console_sign sign, void *arg)
{
	(void)arg;
	if (sign == CONSOLE_ROUTER_UP)
		ups++;
}

static void
on_console(struct domain *d, const char *text, size_t len, void *arg)
{
	(void)arg;
	console_feed(&d->console, text, len, on_sign, d);
}

static void
on_dead(struct domain *d, enum backend_death why, void *arg)
{
	(void)arg;
	deaths++;
	printf("  dead: domain %d, %d\n", d->domid, why);
}

static void
on_lost(const struct uvnf_error *e, void *arg)
{
	(void)arg;
	printf("lost: %s\n", e->text);
	exit(1);
}

static void
got_text(void *arg, const char *text, size_t len, const struct uvnf_error *e)
{
	pending--;
	if (e != NULL)
		fail(arg, e->text);
	else
		printf("  %s: \"%.*s\"\n", (const char *)arg, (int)len, text);
}

static void
run_routers(struct domain **d, unsigned n, const struct template *t,
    const char *handler)
{
	char element[256];
	struct uvnf_error e;
	unsigned i;

	begin();
	for (i = 0, pending = n; i < n; i++)
		backend->configure(backend, d[i], 0, t->config, t->config_len,
		    false, done, configuring);
	wait_for(&pending, 0, "configure");
	step("configured ahead");
	begin();
	announced = ups = 0;
	for (i = 0; i < n; i++)
		if (backend->unpause(backend, d[i], &e) < 0)
			fail("unpause", e.text);
	step("unpaused");
	wait_for(&announced, n, "announced");
	step("announced");
	begin();
	start_all(d, n);
	wait_for(&pending, 0, "start");
	step("Running acknowledged");
	wait_for_routers(d, n);
	step("routers up");
	if (handler == NULL || strchr(handler, '.') == NULL)
		return;
	snprintf(element, sizeof(element), "%.*s",
	    (int)strcspn(handler, "."), handler);
	begin();
	for (i = 0, pending = 2 * n; i < n; i++) {
		backend->handler(backend, d[i], element,
		    strchr(handler, '.') + 1, NULL, 5000, got_text, reading);
		backend->handler(backend, d[i], element,
		    strchr(handler, '.') + 1, NULL, 5000, got_text, reading);
	}
	wait_for(&pending, 0, "read");
	step("read twice");
	begin();
	for (i = 0, pending = n; i < n; i++)
		backend->configure(backend, d[i], 0, t->config, t->config_len,
		    true, done, configuring);
	wait_for(&pending, 0, "configure and start");
	step("configured and started");
}

static void
hold(void)
{
	const char *seconds = getenv("HOLD");
	struct timeval tv = { 0, 100000 };
	uint64_t end;

	if (seconds == NULL)
		return;
	printf("  holding\n");
	fflush(stdout);
	end = now_us() + atoi(seconds) * UINT64_C(1000000);
	while (now_us() < end) {
		event_base_loopexit(base, &tv);
		event_base_loop(base, EVLOOP_ONCE);
	}
}

static void
try_template(const struct template *t, unsigned n, const char *handler)
{
	struct domain **d = xcalloc(n, sizeof(*d));
	unsigned i;
	int failed = failures;
	uint64_t mb = 0, mb_after = 0;

	printf("template %s, %u domains\n", t->name, n);
	backend->free_memory_mb(backend, &mb, NULL);
	begin();
	for (i = 0, pending = n; i < n; i++) {
		d[i] = domain_new(t, KIND_PAUSED);
		backend->build(backend, d[i], done, building);
	}
	wait_for(&pending, 0, "build");
	step("built");
	if (failures == failed && t->config != NULL)
		run_routers(d, n, t, handler);
	hold();
	begin();
	for (i = 0, pending = n; i < n; i++)
		backend->destroy(backend, d[i], done, destroying);
	wait_for(&pending, 0, "destroy");
	step("destroyed");
	backend->free_memory_mb(backend, &mb_after, NULL);
	printf("  free memory %" PRIu64 " -> %" PRIu64 " MiB\n", mb, mb_after);
	for (i = 0; i < n; i++)
		domain_free(d[i]);
	free(d);
}

int
main(int argc, char **argv)
{
	const struct backend_events events = { on_announced, on_vif_state,
	    on_console, on_dead, on_lost, NULL };
	struct config *c;
	struct uvnf_error e;
	struct backend_found *found;
	size_t n;
	unsigned i, count = argc > 2 ? atoi(argv[2]) : 1;

	if (argc < 2)
		return 2;
	log_init("trial", getenv("DEBUG") != NULL ? LOG_LEVEL_DEBUG :
	    LOG_LEVEL_INFO);
	c = config_read(argv[1], &e);
	if (c == NULL)
		log_fatal("%s", e.text);
	backend = backend_xen_new();
	if (backend->prepare(backend, c, &e) < 0)
		log_fatal("%s", e.text);
	base = event_base_new();
	if (backend->open(backend, base, &events, &e) < 0)
		log_fatal("%s", e.text);
	for (i = 0; i < c->ntemplates; i++)
		if (argc <= 3 || strcmp(argv[3], c->templates[i]->name) == 0)
			try_template(c->templates[i], count,
			    argc > 4 ? argv[4] : NULL);
	backend->list(backend, &found, &n, &e);
	printf("domains left: %zu, failures: %d\n", n, failures);
	free(found);
	backend->close(backend);
	event_base_free(base);
	config_free(c);
	return failures > 0 || n > 0;
}
