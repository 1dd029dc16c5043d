/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "../click/lib.h"
#include "console.h"
#include "control.h"
#include "enemies.h"
#include "events.h"
#include "hypercall.h"
#include "routers.h"
#include "xenbus.h"

#define SHUTDOWN	"control/shutdown"
#define CONTROL		"control/read/"
#define ELEMENTS	"elements/"

static const struct options *options;
static const char *root;

/*
 * Paths below the root that were written, the oldest first.  Those that came
 * while a router was starting are early: ClickOS calls their handlers in a
 * router that is not there yet.
 */
struct event {
	struct event	*next;
	int		 early;
	char		 key[];
};

static struct event *pending, **last = &pending;
static int shutdown_asked;

void
control_crash(const char *why)
{
	struct sched_shutdown op = { .reason = SHUTDOWN_crash };

	console_printf("Page fault (%s)\n", why);
	hypercall_sched(SCHEDOP_shutdown, &op);
	for (;;)
		events_wait(EVENTS_FOREVER);
}

static int
starts_with(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

static void
on_event(const char *path, const char *token)
{
	struct event *ev;
	const char *key;

	if (strcmp(token, "shutdown") == 0)
		shutdown_asked = 1;
	if (strcmp(token, "router-watch") != 0 || !starts_with(path, root))
		return;
	key = path + strlen(root);
	if ((ev = malloc(sizeof(*ev) + strlen(key) + 1)) == NULL) {
		console_printf("out of memory: %s is not heard\n", path);
		return;
	}
	memcpy(ev->key, key, strlen(key) + 1);
	ev->early = routers_starting();
	ev->next = NULL;
	*last = ev;
	last = &ev->next;
}

/* To be freed; NULL when there is none. */
static struct event *
next_event(void)
{
	struct event *ev = pending;

	if (ev != NULL && (pending = ev->next) == NULL)
		last = &pending;
	return ev;
}

static void
ask_start(unsigned int id)
{
	struct event *ev;

	routers_ask_start(id);
	for (ev = pending; routers_starting() && ev != NULL; ev = ev->next)
		ev->early = 1;
}

static void
on_status(unsigned int id, const char *value)
{
	console_printf("[on_status:205] router id %u\n"
	    "[on_status:206] status change to %s\n", id, value);
	if (strcmp(value, "Running") == 0)
		ask_start(id);
	else if (strcmp(value, "Halted") == 0)
		routers_stop(id);
}

/* "E/H"; ClickOS too takes the first slash, so no E can have one. */
static const struct handler *
find_handler(struct router *rt, const char *name, struct element **e)
{
	const char *slash = strchr(name, '/');

	if (slash == NULL) {
		if (options->quirk[QUIRK_GLOBAL_HANDLER])
			control_crash("a global handler");
		return NULL;
	}
	*e = router_find(rt, name, slash - name);
	return *e != NULL ? handler_find(*e, slash + 1) : NULL;
}

static void
reply(unsigned int id, const char *name, const struct text *value)
{
	char path[XENBUS_PATH_MAX];
	const char *answer;
	size_t len;

	if (options->quirk[QUIRK_ROUTER_ZERO])
		id = 0;
	snprintf(path, sizeof(path), "%s/%u/elements/%s", root, id, name);
	if (XENBUS_HEADER + strlen(path) + 1 + value->len > XENBUS_RING &&
	    options->quirk[QUIRK_REPLY_SIZE]) {
		xenbus_hang();
		return;
	}
	if ((answer = enemies_answer(options, &len)) != NULL)
		xenbus_write(path, answer, len);
	else
		xenbus_write(path, value->buf, value->len);
	snprintf(path, sizeof(path), "%s/%u/elements/%s/lock", root, id, name);
	xenbus_write(path, "0", 1);
}

static void
on_read(unsigned int id, const char *name, const char *value)
{
	static char buf[XENBUS_VALUE_MAX - XENBUS_PATH_MAX];
	const struct handler *h;
	struct element *e;
	struct text out;

	if (routers_state(id) != ROUTER_RUNNING || *value == '\0')
		return;
	h = find_handler(routers_get(id), name, &e);
	if (h == NULL || h->read == NULL)
		return;
	text_init(&out, buf, sizeof(buf));
	h->read(e, &out);
	reply(id, name, &out);
}

static void
on_write(unsigned int id, const char *name, const char *value)
{
	const struct handler *h;
	struct element *e;
	struct report report = { 0 };

	if (routers_state(id) != ROUTER_RUNNING || *value == '\0')
		return;
	h = find_handler(routers_get(id), name, &e);
	if (h != NULL && h->write != NULL)
		h->write(e, options->quirk[QUIRK_WRITE_TRUE] ? "true" : value,
		    &report);
}

static void
on_handler(unsigned int id, const char *rest, const char *value, int early)
{
	if (early && *value != '\0' && options->quirk[QUIRK_EARLY_HANDLER])
		control_crash("a handler before its router");
	if (*rest == 'c')
		on_read(id, rest + strlen(CONTROL), value);
	else
		on_write(id, rest + strlen(ELEMENTS), value);
}

/* "/7/status", with what is written there. */
static void
on_router(const char *key, const char *value, int early)
{
	unsigned int id = 0;
	const char *rest = strchr(key + 1, '/');

	for (key++; *key >= '0' && *key <= '9'; key++)
		id = id * 10 + *key - '0';
	if (rest == NULL)
		return;
	rest++;
	if (id >= ROUTERS_MAX && !starts_with(rest, "config")) {
		if (options->quirk[QUIRK_ROUTER_IDS])
			control_crash("a router's number");
		return;
	}
	if (starts_with(rest, CONTROL) || starts_with(rest, ELEMENTS))
		on_handler(id, rest, value, early);
	else if (strcmp(rest, "status") == 0)
		on_status(id, value);
}

static void
on_key(const char *key, int early)
{
	static char value[XENBUS_VALUE_MAX];
	char path[XENBUS_PATH_MAX];
	int n;

	snprintf(path, sizeof(path), "%s%s", root, key);
	n = xenbus_read(path, value, sizeof(value));
	if (n > XENBUS_RING - XENBUS_HEADER &&
	    options->quirk[QUIRK_NODE_SIZE]) {
		xenbus_hang();
		return;
	}
	if (n >= 0 && *key != '\0')
		on_router(key, value, early);
}

/* What is not made, a suspend, is not acknowledged either, as on Linux. */
static void
on_shutdown(void)
{
	struct sched_shutdown op = { .reason = SHUTDOWN_poweroff };
	char value[32];

	shutdown_asked = 0;
	if (xenbus_read(SHUTDOWN, value, sizeof(value)) <= 0)
		return;
	if (strcmp(value, "reboot") == 0)
		op.reason = SHUTDOWN_reboot;
	else if (strcmp(value, "poweroff") != 0 && strcmp(value, "halt") != 0) {
		console_printf("the test guest does not know %s\n", value);
		return;
	}
	xenbus_write(SHUTDOWN, "", 0);
	console_printf("[router_stop_all:194] Stopping all routers...\n\n\n");
	if (routers_stop_all() < 0) {
		xenbus_hang();
		return;
	}
	console_printf("[main:359] Shutting down...\n");
	hypercall_sched(SCHEDOP_shutdown, &op);
}

/* With the quirk off: a start that was written before the watch counts. */
static void
look_back(void)
{
	char path[64], value[16];
	unsigned int id;

	for (id = 0; id < ROUTERS_MAX; id++) {
		snprintf(path, sizeof(path), "%s/%u/status", root, id);
		if (xenbus_read(path, value, sizeof(value)) > 0 &&
		    strcmp(value, "Running") == 0)
			ask_start(id);
	}
}

void
control_init(const struct options *o)
{
	options = o;
	root = o->layout_root ? "clickos" : "data/clickos";
	routers_init(o, root);
	xenbus_init(on_event);
	console_printf("xenbus initialised\n");
}

void
control_announce(void)
{
	if (!options->layout_root)
		xenbus_write(root, "", 0);
	clock_sleep_ms(options->watch_delay_ms);
	xenbus_watch(root, "router-watch");
	if (!options->quirk[QUIRK_LATE_WATCH])
		look_back();
	xenbus_watch(SHUTDOWN, "shutdown");
}

int
control_step(void)
{
	struct event *ev;

	xenbus_poll();
	if (xenbus_is_hung())
		return 0;
	if (routers_start_next())
		return 1;
	if (shutdown_asked)
		on_shutdown();
	else if ((ev = next_event()) != NULL) {
		on_key(ev->key, ev->early);
		free(ev);
	} else
		return 0;
	return 1;
}
