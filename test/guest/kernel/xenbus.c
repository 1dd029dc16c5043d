/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdarg.h>

#include "../click/lib.h"
#include "events.h"
#include "hypercall.h"
#include "memory.h"
#include "xenbus.h"

#include <xen/io/xs_wire.h>

static volatile struct xenstore_domain_interface *ring;
static unsigned int port;
static xenbus_event_fn *on_event;
static int hung;

/* The message being received: header, body, and how much is there. */
static struct xsd_sockmsg header;
static char body[XENBUS_VALUE_MAX + 1];
static size_t have;

static uint32_t last_id;

void
xenbus_init(xenbus_event_fn *fn)
{
	ring = memory_va(start_info->store_mfn);
	port = start_info->store_evtchn;
	on_event = fn;
	events_add(port);
}

void
xenbus_hang(void)
{
	hung = 1;
	events_remove(port);
}

int
xenbus_is_hung(void)
{
	return hung;
}

static void
sleep(void)
{
	events_wait(EVENTS_FOREVER);
	events_clear();
}

static void
send(const void *data, size_t len)
{
	const char *s = data;
	XENSTORE_RING_IDX prod;

	while (len > 0) {
		prod = ring->req_prod;
		if (prod - ring->req_cons == XENSTORE_RING_SIZE) {
			event_notify(port);
			sleep();
			continue;
		}
		ring->req[MASK_XENSTORE_IDX(prod)] = *s++;
		len--;
		wmb();
		ring->req_prod = prod + 1;
	}
}

/* One byte of the ring, or -1. */
static int
take(void)
{
	XENSTORE_RING_IDX cons = ring->rsp_cons;
	char c;

	if (cons == ring->rsp_prod)
		return -1;
	rmb();
	c = ring->rsp[MASK_XENSTORE_IDX(cons)];
	mb();
	ring->rsp_cons = cons + 1;
	return (unsigned char)c;
}

/* True once a whole message is in header and body. */
static int
receive(void)
{
	size_t start = have, at;
	int c, whole = 0;

	while (!whole && (c = take()) >= 0) {
		if (have < sizeof(header))
			((char *)&header)[have] = c;
		else if ((at = have - sizeof(header)) < XENBUS_VALUE_MAX)
			body[at] = c;
		have++;
		whole = have >= sizeof(header) &&
		    have == sizeof(header) + header.len;
	}
	if (have != start)
		event_notify(port);
	if (whole) {
		body[header.len < XENBUS_VALUE_MAX ? header.len :
		    XENBUS_VALUE_MAX] = '\0';
		have = 0;
	}
	return whole;
}

static void
deliver_event(void)
{
	const char *path = body, *token = body + strlen(body) + 1;

	if (token < body + header.len)
		on_event(path, token);
}

int
xenbus_poll(void)
{
	int any = 0;

	while (!hung && receive()) {
		any = 1;
		if (header.type == XS_WATCH_EVENT)
			deliver_event();
	}
	return any;
}

/* Sends the parts as one request and waits; the reply's length, or -1. */
static int
request(uint32_t type, const char *const *parts, const size_t *lens,
    unsigned int n)
{
	struct xsd_sockmsg msg = { .type = type, .req_id = ++last_id };
	unsigned int i;

	while (hung)
		sleep();
	for (i = 0; i < n; i++)
		msg.len += lens[i];
	send(&msg, sizeof(msg));
	for (i = 0; i < n; i++)
		send(parts[i], lens[i]);
	event_notify(port);
	for (;;) {
		if (!receive())
			sleep();
		else if (header.type == XS_WATCH_EVENT)
			deliver_event();
		else if (header.req_id == last_id)
			return header.type == type ? (int)header.len : -1;
	}
}

int
xenbus_read(const char *path, char *buf, size_t size)
{
	size_t len = strlen(path) + 1;
	int n = request(XS_READ, &path, &len, 1);

	if (n < 0)
		return -1;
	if ((size_t)n >= size)
		n = size - 1;
	memcpy(buf, body, n);
	buf[n] = '\0';
	return n;
}

long
xenbus_read_number(const char *path, long otherwise)
{
	char buf[24], *p = buf;
	long v = 0;

	if (xenbus_read(path, buf, sizeof(buf)) <= 0)
		return otherwise;
	for (; *p >= '0' && *p <= '9'; p++)
		v = v * 10 + *p - '0';
	return *p == '\0' ? v : otherwise;
}

int
xenbus_write(const char *path, const char *value, size_t len)
{
	const char *parts[] = { path, value };
	size_t lens[] = { strlen(path) + 1, len };

	return request(XS_WRITE, parts, lens, 2) < 0 ? -1 : 0;
}

int
xenbus_printf(const char *path, const char *fmt, ...)
{
	char value[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(value, sizeof(value), fmt, ap);
	va_end(ap);
	return xenbus_write(path, value, strlen(value));
}

int
xenbus_remove(const char *path)
{
	size_t len = strlen(path) + 1;

	return request(XS_RM, &path, &len, 1) < 0 ? -1 : 0;
}

static int
watch(uint32_t type, const char *path, const char *token)
{
	const char *parts[] = { path, token };
	size_t lens[] = { strlen(path) + 1, strlen(token) + 1 };

	return request(type, parts, lens, 2) < 0 ? -1 : 0;
}

int
xenbus_watch(const char *path, const char *token)
{
	return watch(XS_WATCH, path, token);
}

int
xenbus_unwatch(const char *path, const char *token)
{
	return watch(XS_UNWATCH, path, token);
}
