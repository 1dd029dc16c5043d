/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "../click/clock.h"
#include "../click/device.h"
#include "../click/lib.h"
#include "console.h"
#include "events.h"
#include "netfront.h"
#include "routers.h"
#include "xenbus.h"

/* The configuration is joined from its chunks, up to the first missing. */
#define CONFIG_MAX	(512 << 10)

struct slot {
	enum router_state	 state;
	struct router		*router;
};

static struct slot slots[ROUTERS_MAX];
static const struct options *options;
static const char *root;

void
routers_init(const struct options *o, const char *path)
{
	options = o;
	root = path;
}

enum router_state
routers_state(unsigned int id)
{
	return slots[id].state;
}

struct router *
routers_get(unsigned int id)
{
	return slots[id].router;
}

int
routers_count(enum router_state state)
{
	int i, n = 0;

	for (i = 0; i < ROUTERS_MAX; i++)
		n += slots[i].state == state;
	return n;
}

int
routers_starting(void)
{
	return routers_count(ROUTER_STARTING) > 0;
}

/* The text so far; it doubles its room, so that little memory is torn up. */
struct joined {
	char	*text;
	size_t	 len, room;
};

static int
append(struct joined *j, const char *chunk, size_t n)
{
	size_t room = j->room > 0 ? j->room : 4096;
	char *more;

	if (j->len + n > CONFIG_MAX)
		return -1;
	while (room < j->len + n)
		room *= 2;
	if (room > j->room) {
		if ((more = malloc(room)) == NULL)
			return -1;
		if (j->len > 0)
			memcpy(more, j->text, j->len);
		free(j->text);
		j->text = more;
		j->room = room;
	}
	memcpy(j->text + j->len, chunk, n);
	j->len += n;
	return 0;
}

/* Without an end when a chunk is too long for the ring of ClickOS. */
static int
read_chunk(unsigned int id, int i, char *chunk, size_t size)
{
	char path[64];
	int n;

	snprintf(path, sizeof(path), "%s/%u/config/%d", root, id, i);
	n = xenbus_read(path, chunk, size);
	if (n > XENBUS_RING - XENBUS_HEADER &&
	    options->quirk[QUIRK_NODE_SIZE])
		xenbus_hang();
	return n;
}

static int
read_config(unsigned int id, struct joined *j)
{
	static char chunk[XENBUS_VALUE_MAX];
	int i, n;

	for (i = 0; (n = read_chunk(id, i, chunk, sizeof(chunk))) >= 0; i++)
		if (append(j, chunk, n) < 0)
			return -1;
	return 0;
}

static struct router *
make_router(unsigned int id)
{
	struct router *rt = NULL;
	struct joined config = { NULL, 0, 0 };

	if (read_config(id, &config) == 0)
		rt = router_parse(config.text, config.len);
	free(config.text);
	if (rt == NULL) {
		console_printf("out of memory\n");
		return NULL;
	}
	if (router_initialize(rt) == 0)
		return rt;
	router_free(rt);
	return NULL;
}

static void
start(unsigned int id)
{
	struct slot *s = &slots[id];

	s->router = make_router(id);
	if (s->router == NULL) {
		s->state = ROUTER_STOPPED;
		console_printf("[router_thread:149] Router init failed!\n");
		return;
	}
	s->state = ROUTER_RUNNING;
	console_printf("[router_thread:158] Starting driver...\n\n\n");
}

void
routers_ask_start(unsigned int id)
{
	if (slots[id].state == ROUTER_STOPPED)
		slots[id].state = ROUTER_STARTING;
}

int
routers_start_next(void)
{
	unsigned int i;

	for (i = 0; i < ROUTERS_MAX; i++)
		if (slots[i].state == ROUTER_STARTING) {
			start(i);
			return 1;
		}
	return 0;
}

static void
stop_one_of_two(struct slot *s)
{
	s->state = ROUTER_STUCK;
	xenbus_hang();
}

void
routers_stop(unsigned int id)
{
	struct slot *s = &slots[id];

	if (s->state != ROUTER_RUNNING)
		return;
	console_printf("[router_stop:181] Stopping instance = %u...\n\n\n",
	    id);
	if (routers_count(ROUTER_RUNNING) > 1 &&
	    options->quirk[QUIRK_TWO_ROUTERS]) {
		stop_one_of_two(s);
		return;
	}
	router_free(s->router);
	s->router = NULL;
	s->state = ROUTER_STOPPED;
	console_printf("[router_thread:162] Stopping driver...\n\n\n"
	    "[router_thread:166] Driver stopped, closing router_thread\n"
	    "[router_stop:188] Router %u stoped.\n\n", id);
}

/* 0, or -1 when one of them does not stop any more. */
int
routers_stop_all(void)
{
	int i;

	for (i = ROUTERS_MAX - 1; i >= 0; i--)
		routers_stop(i);
	return routers_count(ROUTER_STUCK) > 0 ? -1 : 0;
}

int
routers_run(void)
{
	int i, any = 0;

	for (i = 0; i < ROUTERS_MAX; i++)
		if (slots[i].state == ROUTER_RUNNING)
			any |= router_run(slots[i].router);
	return any;
}

/* What the elements need of their surroundings. */

void
click_print(const char *line)
{
	console_printf("%s\n", line);
}

uint64_t
clock_ms(void)
{
	return clock_ns() / 1000000;
}

static int
is_absent(int id)
{
	char path[48], value[64];

	snprintf(path, sizeof(path), "device/vif/%d/backend", id);
	return xenbus_read(path, value, sizeof(value)) <= 0;
}

struct device *
device_open(int id)
{
	if (is_absent(id)) {
		console_printf("_init_netfront: backend/mac failed\n");
		while (options->quirk[QUIRK_ABSENT_VIF]) {
			events_wait(EVENTS_FOREVER);
			events_clear();
		}
		return NULL;
	}
	return (struct device *)netfront_open(id);
}

void
device_close(struct device *dev)
{
	netfront_close((struct netfront *)dev);
}

int
device_receive(struct device *dev,
    void (*fn)(void *arg, const uint8_t *frame, size_t len), void *arg)
{
	return netfront_receive((struct netfront *)dev, fn, arg);
}

void
device_send(struct device *dev, const uint8_t *frame, size_t len)
{
	netfront_send((struct netfront *)dev, frame, len);
}
