/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/event.h>
#include <xen/io/xs_wire.h>
#include <xenstore.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/xen/backlog.h"
#include "daemon/xen/xenstore.h"

/*
 * What may be under way unanswered.  C xenstored reads the body of a request
 * with a blocking read, so that only whole ones may enter the socket, whose
 * buffer holds some 200 kB; oxenstored stops to read a client that has 1024
 * unread replies.  What else there is waits in the backlog, where its turn may
 * come before that of what waits longer.
 */
#define WINDOW_BYTES (64 * 1024)
#define WINDOW_REQUESTS 256		/* a power of two */

#define INPUT_SIZE (64 * 1024)

struct request {
	xenstore_reply reply;
	void *arg;
	uint32_t type;
	uint32_t size;			/* on the wire; 0: answered */
};

struct xenstore_watch {
	struct xenstore *x;
	char *path;
	xenstore_event event;
	void *arg;
	uint32_t slot;
	uint32_t generation;
};

/* A place in the table of watches; its token is "slot.generation". */
struct slot {
	struct xenstore_watch *watch;	/* NULL: free */
	uint32_t generation;
	uint32_t next_free;		/* slot + 1, 0 at the end */
};

struct xenstore {
	int fd;
	struct event *readable, *writable, *flush;
	xenstore_lost lost;
	void *lost_arg;
	bool broken, told;
	struct uvnf_error why;

	char *out;			/* what the kernel has not taken yet */
	size_t out_len, out_size;
	struct backlog backlog;		/* what is not in out yet */
	char in[INPUT_SIZE];
	size_t in_len;

	struct request ring[WINDOW_REQUESTS];	/* by id */
	uint32_t oldest, next;		/* ids, in the order of leaving */
	size_t in_flight;		/* bytes that are unanswered */

	struct slot *slots;
	uint32_t nslots, first_free;

	uint64_t requests, events, writes;
};

static void
broken(struct xenstore *x, const char *what, int err)
{
	if (x->broken)
		return;
	x->broken = true;
	uvnf_error_set(&x->why, UVNF_E_SYSTEM,
	    "the connection to xenstored is lost: %s%s%s", what,
	    err != 0 ? ": " : "", err != 0 ? strerror(err) : "");
	event_del(x->readable);
	event_del(x->writable);
	/* Told from the loop: we may be inside a call of the owner. */
	event_active(x->flush, EV_TIMEOUT, 0);
}

static struct request *
request_of(struct xenstore *x, uint32_t id)
{
	return &x->ring[id % WINDOW_REQUESTS];
}

static void
out_append(struct xenstore *x, const void *data, size_t len)
{
	if (x->out_len + len > x->out_size) {
		x->out_size = (x->out_len + len) * 2;
		x->out = xrealloc(x->out, x->out_size);
	}
	if (len > 0)
		memcpy(x->out + x->out_len, data, len);
	x->out_len += len;
}

/* Has the window room for one with a body of so many bytes? */
static bool
has_room(const struct xenstore *x, size_t len)
{
	return x->next - x->oldest < WINDOW_REQUESTS &&
	    x->in_flight + sizeof(struct xsd_sockmsg) + len <= WINDOW_BYTES;
}

/* It leaves with the next flush: its header here, its body from the caller. */
static void
let_go(struct xenstore *x, uint32_t type, size_t len, xenstore_reply reply,
    void *arg)
{
	struct xsd_sockmsg msg = { .type = type, .req_id = x->next };
	struct request *r = request_of(x, x->next++);

	msg.len = len;
	out_append(x, &msg, sizeof(msg));
	*r = (struct request){ .reply = reply, .arg = arg, .type = type,
	    .size = sizeof(msg) + msg.len };
	x->in_flight += r->size;
}

/* The domid that a path is about, or 0. */
static unsigned
guest_of(const char *path)
{
	unsigned domid = 0;

	if (sscanf(path, "/local/domain/0/backend/vif/%u/", &domid) != 1)
		sscanf(path, "/local/domain/%u/", &domid);
	return domid;
}

static void
keep_waiting(struct xenstore *x, uint32_t type, const char *head,
    size_t head_len, const void *data, size_t len, xenstore_reply reply,
    void *arg)
{
	struct waiting *w = backlog_add(&x->backlog, guest_of(head),
	    head_len + len);

	w->type = type;
	w->reply = reply;
	w->arg = arg;
	memcpy(w->body, head, head_len);
	if (len > 0)
		memcpy(w->body + head_len, data, len);
}

/* head has its length with its NUL, or without, as the request wants it. */
static void
submit(struct xenstore *x, uint32_t type, const char *head, size_t head_len,
    const void *data, size_t len, xenstore_reply reply, void *arg)
{
	assert(head_len + len > 0 && head_len + len <= XENSTORE_PAYLOAD_MAX);
	x->requests++;
	if (backlog_first(&x->backlog) == NULL &&
	    has_room(x, head_len + len)) {
		let_go(x, type, head_len + len, reply, arg);
		out_append(x, head, head_len);
		out_append(x, data, len);
	} else {
		keep_waiting(x, type, head, head_len, data, len, reply, arg);
	}
	event_active(x->flush, EV_TIMEOUT, 0);
}

/* Lets whole requests go as long as the window has room. */
static void
release(struct xenstore *x)
{
	const struct waiting *first;
	struct waiting *w;

	while ((first = backlog_first(&x->backlog)) != NULL &&
	    has_room(x, first->len)) {
		w = backlog_take(&x->backlog);
		let_go(x, w->type, w->len, w->reply, w->arg);
		out_append(x, w->body, w->len);
		free(w);
	}
}

void
xenstore_flush(struct xenstore *x)
{
	ssize_t n;

	if (x->broken)
		return;
	release(x);
	if (x->out_len == 0)
		return;
	n = send(x->fd, x->out, x->out_len, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		broken(x, "send", errno);
		return;
	}
	x->writes++;
	if (n > 0) {
		x->out_len -= n;
		memmove(x->out, x->out + n, x->out_len);
	}
	if (x->out_len > 0)
		event_add(x->writable, NULL);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	xenstore_flush(arg);
}

static void
on_flush(evutil_socket_t fd, short what, void *arg)
{
	struct xenstore *x = arg;

	(void)fd;
	(void)what;
	xenstore_flush(x);
	if (x->broken && !x->told) {
		x->told = true;
		x->lost(x->lost_arg, &x->why);
	}
}

int
xenstore_errno(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(xsd_errors) / sizeof(xsd_errors[0]); i++)
		if (strcmp(xsd_errors[i].errstring, name) == 0)
			return xsd_errors[i].errnum;
	return EIO;
}

static void
on_reply(struct xenstore *x, const struct xsd_sockmsg *msg, const char *data)
{
	struct request *r, done;
	int err = 0;

	if (msg->req_id - x->oldest >= x->next - x->oldest ||
	    (r = request_of(x, msg->req_id))->size == 0) {
		broken(x, "it answered what was not asked", 0);
		return;
	}
	done = *r;
	r->size = 0;
	x->in_flight -= done.size;
	while (x->oldest != x->next && request_of(x, x->oldest)->size == 0)
		x->oldest++;
	if (msg->type == XS_ERROR)
		err = xenstore_errno(data);
	else if (msg->type != done.type)
		err = EIO;
	if (done.reply != NULL)
		done.reply(done.arg, err, data, msg->len);
	else if (err != 0 && err != ENOENT)
		log_warn("xenstore request failed type=%u error=%s",
		    (unsigned)done.type, strerror(err));
}

/* data is PATH NUL TOKEN NUL. */
static void
on_event(struct xenstore *x, const char *data, size_t len)
{
	size_t path_len = strnlen(data, len) + 1;
	unsigned slot, generation;
	struct xenstore_watch *w;

	x->events++;
	if (path_len >= len || sscanf(data + path_len, "%u.%u", &slot,
	    &generation) != 2 || slot >= x->nslots)
		return;
	w = x->slots[slot].watch;
	/* An event may come after its watch was given up. */
	if (w != NULL && w->generation == generation)
		w->event(w->arg, data);
}

static void
on_message(struct xenstore *x, const struct xsd_sockmsg *msg,
    const char *body)
{
	char data[XENSTORE_PAYLOAD_MAX + 1];

	memcpy(data, body, msg->len);
	data[msg->len] = '\0';
	if (msg->type == XS_WATCH_EVENT)
		on_event(x, data, msg->len);
	else
		on_reply(x, msg, data);
}

/* Takes the whole messages out of the input. */
static void
parse(struct xenstore *x)
{
	struct xsd_sockmsg msg;
	size_t at = 0;

	while (!x->broken && x->in_len - at >= sizeof(msg)) {
		memcpy(&msg, x->in + at, sizeof(msg));
		if (msg.len > XENSTORE_PAYLOAD_MAX) {
			broken(x, "it sent a message that is too long", 0);
			return;
		}
		if (x->in_len - at < sizeof(msg) + msg.len)
			break;
		on_message(x, &msg, x->in + at + sizeof(msg));
		at += sizeof(msg) + msg.len;
	}
	x->in_len -= at;
	memmove(x->in, x->in + at, x->in_len);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct xenstore *x = arg;
	ssize_t n;

	(void)what;
	n = recv(fd, x->in + x->in_len, sizeof(x->in) - x->in_len,
	    MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		broken(x, n < 0 ? "recv" : "it closed its end",
		    n < 0 ? errno : 0);
		return;
	}
	x->in_len += n;
	parse(x);
	if (backlog_first(&x->backlog) != NULL)
		event_active(x->flush, EV_TIMEOUT, 0);
}

struct xenstore *
xenstore_new(struct event_base *base, int fd, xenstore_lost lost, void *arg)
{
	struct xenstore *x = xcalloc(1, sizeof(*x));

	x->fd = fd;
	backlog_init(&x->backlog);
	x->lost = lost;
	x->lost_arg = arg;
	x->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable,
	    x);
	x->writable = event_new(base, fd, EV_WRITE, on_writable, x);
	x->flush = event_new(base, -1, 0, on_flush, x);
	if (x->readable == NULL || x->writable == NULL || x->flush == NULL ||
	    event_add(x->readable, NULL) < 0)
		log_fatal("no memory");
	return x;
}

int
xenstore_connect(struct uvnf_error *e)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	const char *path = xs_daemon_socket();
	int fd;

	if (path == NULL || strlen(path) >= sizeof(sun.sun_path))
		return uvnf_error_set(e, UVNF_E_SYSTEM,
		    "the path of xenstored's socket is too long");
	strcpy(sun.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == 0)
		return fd;
	uvnf_error_set(e, UVNF_E_SYSTEM, "cannot reach xenstored at %s: %s",
	    path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -UVNF_E_SYSTEM;
}

struct xenstore *
xenstore_open(struct event_base *base, xenstore_lost lost, void *arg,
    struct uvnf_error *e)
{
	int fd = xenstore_connect(e);

	return fd >= 0 ? xenstore_new(base, fd, lost, arg) : NULL;
}

/* The next one that nobody will answer. */
static bool
next_unanswered(struct xenstore *x, xenstore_reply *reply, void **arg)
{
	const struct request *r;
	struct waiting *w;

	if (x->oldest != x->next) {
		r = request_of(x, x->oldest++);
		*reply = r->size != 0 ? r->reply : NULL;
		*arg = r->arg;
		return true;
	}
	if ((w = backlog_take(&x->backlog)) == NULL)
		return false;
	*reply = w->reply;
	*arg = w->arg;
	free(w);
	return true;
}

void
xenstore_close(struct xenstore *x)
{
	xenstore_reply reply;
	uint32_t i;
	void *arg;

	if (x == NULL)
		return;
	x->broken = x->told = true;
	/* Replies may ask again; what they ask is cancelled as well. */
	while (next_unanswered(x, &reply, &arg))
		if (reply != NULL)
			reply(arg, ECANCELED, "", 0);
	event_free(x->readable);
	event_free(x->writable);
	event_free(x->flush);
	close(x->fd);
	for (i = 0; i < x->nslots; i++) {
		if (x->slots[i].watch != NULL)
			free(x->slots[i].watch->path);
		free(x->slots[i].watch);
	}
	free(x->slots);
	free(x->out);
	free(x);
}

void
xenstore_read(struct xenstore *x, const char *path, xenstore_reply reply,
    void *arg)
{
	submit(x, XS_READ, path, strlen(path) + 1, NULL, 0, reply, arg);
}

void
xenstore_list(struct xenstore *x, const char *path, xenstore_reply reply,
    void *arg)
{
	submit(x, XS_DIRECTORY, path, strlen(path) + 1, NULL, 0, reply, arg);
}

void
xenstore_write(struct xenstore *x, const char *path, const void *data,
    size_t len, xenstore_reply reply, void *arg)
{
	submit(x, XS_WRITE, path, strlen(path) + 1, data, len, reply, arg);
}

void
xenstore_remove(struct xenstore *x, const char *path, xenstore_reply reply,
    void *arg)
{
	submit(x, XS_RM, path, strlen(path) + 1, NULL, 0, reply, arg);
}

void
xenstore_mkdir(struct xenstore *x, const char *path, xenstore_reply reply,
    void *arg)
{
	submit(x, XS_MKDIR, path, strlen(path) + 1, NULL, 0, reply, arg);
}

void
xenstore_share(struct xenstore *x, const char *path, int domid,
    xenstore_reply reply, void *arg)
{
	char perms[32] = "n0";		/* the owner, and what all others may */
	int len = 3;

	len += snprintf(perms + len, sizeof(perms) - (size_t)len, "b%d",
	    domid) + 1;
	submit(x, XS_SET_PERMS, path, strlen(path) + 1, perms, (size_t)len,
	    reply, arg);
}

static void
slot_release(struct xenstore *x, uint32_t slot)
{
	x->slots[slot].watch = NULL;
	x->slots[slot].next_free = x->first_free;
	x->first_free = slot + 1;
}

static uint32_t
slot_take(struct xenstore *x)
{
	uint32_t old = x->nslots, slot;

	if (x->first_free == 0) {
		x->nslots = old != 0 ? old * 2 : 16;
		x->slots = xrealloc(x->slots,
		    x->nslots * sizeof(*x->slots));
		memset(x->slots + old, 0,
		    (x->nslots - old) * sizeof(*x->slots));
		for (slot = x->nslots; slot > old; slot--)
			slot_release(x, slot - 1);
	}
	slot = x->first_free - 1;
	x->first_free = x->slots[slot].next_free;
	return slot;
}

/* Sets or ends w. */
static void
submit_watch(struct xenstore_watch *w, uint32_t type)
{
	char token[32];
	int len;

	len = snprintf(token, sizeof(token), "%u.%u", (unsigned)w->slot,
	    (unsigned)w->generation);
	submit(w->x, type, w->path, strlen(w->path) + 1, token, len + 1,
	    NULL, NULL);
}

struct xenstore_watch *
xenstore_watch(struct xenstore *x, const char *path, xenstore_event event,
    void *arg)
{
	struct xenstore_watch *w = xcalloc(1, sizeof(*w));

	w->x = x;
	w->path = xstrdup(path);
	w->event = event;
	w->arg = arg;
	w->slot = slot_take(x);
	w->generation = ++x->slots[w->slot].generation;
	x->slots[w->slot].watch = w;
	submit_watch(w, XS_WATCH);
	return w;
}

void
xenstore_unwatch(struct xenstore_watch *w)
{
	if (w == NULL)
		return;
	submit_watch(w, XS_UNWATCH);
	slot_release(w->x, w->slot);
	free(w->path);
	free(w);
}

uint64_t
xenstore_requests(const struct xenstore *x)
{
	return x->requests;
}

uint64_t
xenstore_events(const struct xenstore *x)
{
	return x->events;
}

uint64_t
xenstore_writes(const struct xenstore *x)
{
	return x->writes;
}

void
xenstore_keep_error(int *kept, int err)
{
	if (err == ECANCELED || *kept == 0)
		*kept = err;
}
