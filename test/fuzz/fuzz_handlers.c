/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * Handler calls on Xen, against a xenstored and a guest that this plays: a
 * line of the input is
 *
 *	r ELEMENT.HANDLER	a read is called for
 *	w ELEMENT.HANDLER=VALUE	a write
 *	a TEXT			the guest answers what it was asked
 *	x TEXT			the same, without the lock behind it
 *	l			the lock alone
 *	e			xenstored answers the next read with an error
 *	d			the domain is given up, with a reason
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>
#include <xen/io/xs_wire.h>

#include "common/proto.h"
#include "common/util.h"
#include "daemon/handler.h"
#include "daemon/xen/clickos.h"
#include "fuzz.h"

const char fuzz_target[] = "handlers";

#define ROOT "/local/domain/7/data/clickos/0/"
#define NODES_MAX 64
#define CALLS_MAX 32
#define TEXT_MAX 2000

/* --- a xenstored --------------------------------------------------------- */

struct node {
	char *path;			/* NULL: free */
	char *text;
	size_t len;
};

static struct node nodes[NODES_MAX];
static struct node watches[NODES_MAX];	/* their text is the token */
static bool read_fails;
static int peer;
static char in[256 * 1024];
static size_t in_len;

static struct node *
find(struct node *list, const char *path)
{
	unsigned i;

	for (i = 0; i < NODES_MAX; i++)
		if (list[i].path == NULL ? path == NULL :
		    path != NULL && strcmp(list[i].path, path) == 0)
			return &list[i];
	return NULL;
}

static void
forget(struct node *n)
{
	free(n->path);
	free(n->text);
	memset(n, 0, sizeof(*n));
}

static void
put(struct node *list, const char *path, const char *text, size_t len)
{
	struct node *n = find(list, path);

	if (n == NULL)
		n = find(list, NULL);
	REQUIRE(n != NULL);
	forget(n);
	n->path = xstrdup(path);
	n->text = xmemdup0(text, len);
	n->len = len;
}

static void
say(uint32_t type, uint32_t id, const void *data, size_t len)
{
	struct xsd_sockmsg msg = { type, id, 0, (uint32_t)len };

	REQUIRE(send(peer, &msg, sizeof(msg), MSG_NOSIGNAL) == sizeof(msg));
	if (len > 0)
		REQUIRE(send(peer, data, len, MSG_NOSIGNAL) == (ssize_t)len);
}

static void
fire(const struct node *w, const char *path)
{
	struct proto_buf b = { 0 };

	proto_buf_add(&b, path, strlen(path) + 1);
	proto_buf_add(&b, w->text, strlen(w->text) + 1);
	say(XS_WATCH_EVENT, 0, b.data, b.len);
	proto_buf_free(&b);
}

/* A watch is told of its node and of what is below it. */
static void
changed(const char *path)
{
	unsigned i;
	size_t len;

	for (i = 0; i < NODES_MAX; i++) {
		if (watches[i].path == NULL)
			continue;
		len = strlen(watches[i].path);
		if (strncmp(path, watches[i].path, len) == 0 &&
		    (path[len] == '\0' || path[len] == '/'))
			fire(&watches[i], path);
	}
}

static bool
remove_all(const char *path)
{
	size_t len = strlen(path);
	bool any = false;
	unsigned i;

	for (i = 0; i < NODES_MAX; i++) {
		if (nodes[i].path == NULL ||
		    strncmp(nodes[i].path, path, len) != 0 ||
		    (nodes[i].path[len] != '\0' && nodes[i].path[len] != '/'))
			continue;
		forget(&nodes[i]);
		any = true;
	}
	return any;
}

static void
guest_writes(const char *path, const char *text, size_t len)
{
	if (find(nodes, path) == NULL && find(nodes, NULL) == NULL)
		return;			/* its quota */
	put(nodes, path, text, len);
	changed(path);
}

static void
serve_read(const struct xsd_sockmsg *m, const char *path)
{
	const struct node *n = find(nodes, path);

	if (read_fails || n == NULL) {
		say(XS_ERROR, m->req_id, read_fails ? "EIO" : "ENOENT",
		    read_fails ? 4 : 7);
		read_fails = false;
		return;
	}
	say(XS_READ, m->req_id, n->text, n->len);
}

/* Whatever is called for, no request leaves the guest's tree. */
static void
serve(const struct xsd_sockmsg *m, const char *path, const char *rest,
    size_t len)
{
	struct node *w;

	REQUIRE(strncmp(path, ROOT, strlen(ROOT)) == 0);
	REQUIRE(strstr(path, "//") == NULL && path[strlen(path) - 1] != '/');
	switch (m->type) {
	case XS_READ:
		serve_read(m, path);
		return;
	case XS_WRITE:
		put(nodes, path, rest, len);
		changed(path);
		break;
	case XS_RM:
		if (!remove_all(path)) {
			say(XS_ERROR, m->req_id, "ENOENT", 7);
			return;
		}
		changed(path);
		break;
	case XS_WATCH:
		REQUIRE(find(watches, path) == NULL);
		put(watches, path, rest, strlen(rest));
		break;
	case XS_UNWATCH:
		w = find(watches, path);
		REQUIRE(w != NULL && strcmp(w->text, rest) == 0);
		forget(w);
		break;
	default:
		REQUIRE(!"a request that handlers make");
	}
	say(m->type, m->req_id, "OK", 3);
	if (m->type == XS_WATCH)
		fire(find(watches, path), path);
}

/* Serves what has come; false where nothing has. */
static bool
serve_all(void)
{
	ssize_t n = recv(peer, in + in_len, sizeof(in) - in_len, MSG_DONTWAIT);
	struct xsd_sockmsg m;
	char *body;
	size_t at = 0, path_len;

	if (n <= 0)
		return false;
	in_len += (size_t)n;
	while (in_len - at >= sizeof(m)) {
		memcpy(&m, in + at, sizeof(m));
		if (in_len - at < sizeof(m) + m.len)
			break;
		body = xmemdup0(in + at + sizeof(m), m.len);
		path_len = strlen(body) + 1;
		REQUIRE(path_len <= m.len);
		serve(&m, body, body + path_len, m.len - path_len);
		free(body);
		at += sizeof(m) + m.len;
	}
	in_len -= at;
	memmove(in, in + at, in_len);
	return true;
}

/* --- the calls ----------------------------------------------------------- */

struct call {
	char *value;			/* NULL: a read */
	unsigned done;
};

static struct xen xen;
static struct guest *guest;
static struct call calls[CALLS_MAX];
static unsigned ncalls;
static struct proto_buf answered;	/* the last that the guest gave */
static bool dropped;

static void
on_lost(void *arg, const struct uvnf_error *e)
{
	(void)arg;
	REQUIRE(e == NULL);		/* it is not */
}

/* What a reply to a client makes of it is what the guest had said. */
static void
require_field(const char *text, size_t len)
{
	struct proto_buf b = { 0 };
	struct proto_field f;
	char *at;

	proto_add_bytes(&b, "value", text, len);
	at = b.data;
	REQUIRE(proto_field_next(&at, &f) == 1);
	REQUIRE(f.type == PROTO_STRING && f.len == len);
	REQUIRE(memcmp(f.value, text, len) == 0);
	REQUIRE(proto_field_next(&at, &f) == 0);
	proto_buf_free(&b);
}

static void
on_text(void *arg, const char *text, size_t len, const struct uvnf_error *e)
{
	struct call *c = arg;

	REQUIRE(c->done++ == 0);
	if (e != NULL) {
		fuzz_require_error(-(int)e->code, e);
		return;
	}
	if (c->value != NULL) {
		REQUIRE(len == 0);
		return;
	}
	REQUIRE(len > 0 && len == answered.len);
	REQUIRE(memcmp(text, answered.data, len) == 0);
	require_field(text, len);
}

static void
run(void)
{
	do {
		event_base_loop(xen.base, EVLOOP_NONBLOCK);
		event_base_loop(xen.base, EVLOOP_NONBLOCK);
	} while (serve_all());
	event_base_loop(xen.base, EVLOOP_NONBLOCK);
}

static void
call(char *text, bool write)
{
	char *value = write ? strchr(text, '=') : NULL, *element, *handler;
	struct call *c = &calls[ncalls];
	struct uvnf_error e;
	int rc;

	if (ncalls == CALLS_MAX || dropped || (write && value == NULL))
		return;
	if (write)
		*value++ = '\0';
	if ((rc = handler_split(text, &element, &handler, &e)) != 0) {
		fuzz_require_error(rc, &e);
		return;
	}
	if (write && strlen(value) > PROTO_VALUE_MAX)
		return;			/* what cmd_handler refuses */
	ncalls++;
	c->value = write ? xstrdup(value) : NULL;
	clickos_handler(guest, element, handler, value, 600000, on_text, c);
}

/* --- the guest ----------------------------------------------------------- */

/* The node to be answered; NULL: it was asked nothing. */
static char *
asked(void)
{
	const char *what;
	unsigned i;

	for (i = 0; i < NODES_MAX; i++)
		if (nodes[i].path != NULL && strncmp(nodes[i].path,
		    ROOT "control/read/", strlen(ROOT "control/read/")) == 0) {
			what = nodes[i].path + strlen(ROOT "control/read/");
			return xasprintf(ROOT "elements/%s", what);
		}
	return NULL;
}

static void
answer(char kind, char *text)
{
	char *path = asked(), *lock;
	size_t len;

	if (path == NULL)
		return;
	if (kind != 'l' && proto_unescape(text, &len) == 0 &&
	    len <= TEXT_MAX) {
		answered.len = 0;
		proto_buf_add(&answered, text, len);
		guest_writes(path, text, len);
	}
	lock = xasprintf("%s/lock", path);
	if (kind != 'x')
		guest_writes(lock, "1", 1);
	free(lock);
	free(path);
}

static void
drop(void)
{
	struct uvnf_error e;

	uvnf_error_set(&e, UVNF_E_DESTROYED, "it was given up");
	clickos_drop_calls(guest, &e);
	dropped = true;
}

static void
step(char *line)
{
	char *text = line[0] != '\0' && line[1] == ' ' ? line + 2 : line + 1;

	switch (line[0]) {
	case 'r':
	case 'w':
		call(text, line[0] == 'w');
		break;
	case 'a':
	case 'x':
	case 'l':
		answer(line[0], text);
		break;
	case 'e':
		read_fails = true;
		break;
	case 'd':
		drop();
		break;
	default:
		return;
	}
	run();
}

/* --- an input ------------------------------------------------------------ */

static void
begin(void)
{
	static char name[] = "t";
	static struct template template = { .name = name };
	static struct domain domain = { .template = &template };
	int pair[2];

	REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	peer = pair[1];
	memset(&xen, 0, sizeof(xen));
	xen.base = event_base_new();
	REQUIRE(xen.base != NULL);
	xen.later = later_new(xen.base);
	xen.xs = xenstore_new(xen.base, pair[0], on_lost, NULL);
	guest = guest_new(&xen, &domain);
	guest->domid = 7;
	ncalls = 0;
	in_len = 0;
	dropped = read_fails = false;
	memset(calls, 0, sizeof(calls));
}

static void
end(void)
{
	unsigned i;

	drop();
	run();
	for (i = 0; i < ncalls; i++) {
		REQUIRE(calls[i].done == 1);
		free(calls[i].value);
	}
	for (i = 0; i < NODES_MAX; i++) {
		REQUIRE(watches[i].path == NULL);
		forget(&nodes[i]);
	}
	REQUIRE(guest->refs == 1);
	guest_unref(guest);
	xenstore_close(xen.xs);
	later_free(xen.later);
	event_base_free(xen.base);
	close(peer);
	proto_buf_free(&answered);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { (const char *)data,
	    (const char *)data + size };
	struct fuzz_line line;
	char *text;

	fuzz_quiet();
	begin();
	while (fuzz_next_line(&input, &line)) {
		text = xmemdup0(line.text, line.len);
		step(text);
		free(text);
	}
	end();
	return 0;
}
