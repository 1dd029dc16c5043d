/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * libxenstore's functions for nodes, in bursts.  libxl makes some 190 requests
 * for a domain, two thirds of which are changes in four transactions, and
 * libxenstore waits for the answer to each.  Nobody sees a transaction before
 * it ends: here its changes are kept, leave together, and their answers are
 * the end's, which fails as the first of them did.
 *
 * A program's functions come before those of the same name in a shared
 * library, so these are what libxl calls.  They are all that take a
 * transaction (xenstore.h says what they do), and the path of a domain, for
 * which nobody has to be asked.  They have a connection of their own, not that
 * of the handle; watches stay libxenstore's.  For workers: one thread calls
 * them, and no child that it forks.
 */

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <xen/io/xs_wire.h>
#include <xenstore.h>

#include "common/util.h"
#include "daemon/xen/burst.h"
#include "daemon/xen/xenstore.h"

/*
 * xenstored is not nice, and works on a burst when a claim would have the CPU,
 * too: longer ones make builds no quicker, and late claims later.
 */
#define BURST 6

#define MESSAGE_MAX (sizeof(struct xsd_sockmsg) + XENSTORE_PAYLOAD_MAX)

/* oxenstored lists a folder also where that is longer than the protocol has. */
#define ANSWER_MAX (16 * 1024 * 1024)

struct answer {
	uint32_t type;
	size_t len;
	char data[XENSTORE_PAYLOAD_MAX + 1];	/* a NUL behind it */
};

static int connection = -1;		/* or none, yet */

static struct {
	xs_transaction_t open;		/* whose changes are kept; or none */
	bool dead;			/* that ended with its connection */
	int failed;			/* the first error of its changes */
	struct {
		uint32_t type;
		size_t at;		/* of its body in out */
	} asked[BURST];			/* the requests in out */
	unsigned nasked;
	size_t out_len, in_at, in_len;
	char out[BURST * MESSAGE_MAX];
	char in[2 * MESSAGE_MAX];
	char refused[256];		/* for burst_refused; "" */
} burst;

/* --- the connection ------------------------------------------------------ */

static void
forget_connection(void)
{
	if (connection >= 0)
		close(connection);
	connection = -1;
	burst.nasked = 0;
	burst.out_len = burst.in_at = burst.in_len = 0;
}

/* What was asked has no answer; the next request connects anew. */
static bool
lost(void)
{
	forget_connection();
	burst.dead = burst.open != XBT_NULL;
	errno = EIO;
	return false;
}

/* A child of libxl's shares it until then, and would hold it open. */
static bool
connect_first(void)
{
	static bool forgets;
	struct uvnf_error e;

	if (!forgets)
		forgets = pthread_atfork(NULL, NULL, forget_connection) == 0;
	connection = xenstore_connect(&e);
	return connection >= 0 || lost();
}

static bool
send_all(void)
{
	size_t at = 0;
	ssize_t n;

	if (connection < 0 && !connect_first())
		return false;
	while (at < burst.out_len) {
		n = send(connection, burst.out + at, burst.out_len - at,
		    MSG_NOSIGNAL);
		if (n < 0 && errno != EINTR)
			return lost();
		at += n > 0 ? (size_t)n : 0;
	}
	burst.out_len = 0;
	return true;
}

/* The next len bytes, of at most a message. */
static bool
receive(void *to, size_t len)
{
	ssize_t n;

	if (burst.in_at > MESSAGE_MAX) {
		burst.in_len -= burst.in_at;
		memmove(burst.in, burst.in + burst.in_at, burst.in_len);
		burst.in_at = 0;
	}
	while (burst.in_len - burst.in_at < len) {
		n = recv(connection, burst.in + burst.in_len,
		    sizeof(burst.in) - burst.in_len, 0);
		if (n == 0 || (n < 0 && errno != EINTR))
			return lost();
		burst.in_len += n > 0 ? (size_t)n : 0;
	}
	memcpy(to, burst.in + burst.in_at, len);
	burst.in_at += len;
	return true;
}

/* One that is too long, as C xenstored would have put it. */
static bool
skip_answer(size_t len, struct answer *a)
{
	size_t n;

	for (; len > 0; len -= n) {
		n = len < XENSTORE_PAYLOAD_MAX ? len : XENSTORE_PAYLOAD_MAX;
		if (!receive(a->data, n))
			return false;
	}
	a->type = XS_ERROR;
	strcpy(a->data, "E2BIG");
	a->len = strlen(a->data) + 1;
	return true;
}

static bool
receive_answer(uint32_t asked, struct answer *a)
{
	struct xsd_sockmsg msg;

	if (!receive(&msg, sizeof(msg)))
		return false;
	if (msg.len > ANSWER_MAX ||
	    (msg.type != asked && msg.type != XS_ERROR))
		return lost();
	if (msg.len > XENSTORE_PAYLOAD_MAX)
		return skip_answer(msg.len, a);
	a->type = msg.type;
	a->len = msg.len;
	a->data[a->len] = '\0';
	return receive(a->data, a->len);
}

/* --- requests ------------------------------------------------------------ */

/*
 * What should go and was not there is gone; where somebody else removes it at
 * the same time, the end of the transaction says that it has to begin anew.
 */
static void
keep_failure(unsigned i, const struct answer *a)
{
	if (a->type != XS_ERROR || burst.asked[i].type == XS_RM ||
	    burst.failed != 0)
		return;
	burst.failed = xenstore_errno(a->data);
	snprintf(burst.refused, sizeof(burst.refused), "%.200s: %s",
	    burst.out + burst.asked[i].at, strerror(burst.failed));
}

const char *
burst_refused(void)
{
	return burst.refused[0] != '\0' ? burst.refused : NULL;
}

void
burst_reset(void)
{
	burst.refused[0] = '\0';
}

/* All that were asked leave; what comes back, but for the last one's. */
static bool
exchange(struct answer *last)
{
	unsigned i;

	if (!send_all())
		return false;
	for (i = 0; i < burst.nasked; i++) {
		if (i > 0)
			keep_failure(i - 1, last);
		if (!receive_answer(burst.asked[i].type, last))
			return false;
	}
	return true;
}

/* Puts a request behind those in out, where there is room for it. */
static bool
put(uint32_t type, xs_transaction_t t, const char *path, const void *data,
    size_t len)
{
	struct xsd_sockmsg msg = { .type = type, .tx_id = t };
	size_t path_len = path != NULL ? strlen(path) + 1 : 0;

	if (t != XBT_NULL && t == burst.open && burst.dead) {
		errno = EIO;
		return false;
	}
	/* A value has no NUL behind it, but one is in front. */
	if (path_len + len > XENSTORE_PAYLOAD_MAX) {
		errno = E2BIG;
		return false;
	}
	msg.len = (uint32_t)(path_len + len);
	memcpy(burst.out + burst.out_len, &msg, sizeof(msg));
	burst.out_len += sizeof(msg);
	burst.asked[burst.nasked].type = type;
	burst.asked[burst.nasked++].at = burst.out_len;
	if (path_len > 0)
		memcpy(burst.out + burst.out_len, path, path_len);
	burst.out_len += path_len;
	if (len > 0)
		memcpy(burst.out + burst.out_len, data, len);
	burst.out_len += len;
	return true;
}

/* Waits for the answer; false with errno. */
static bool
ask(uint32_t type, xs_transaction_t t, const char *path, const void *data,
    size_t len, struct answer *a)
{
	if (!put(type, t, path, data, len) || !exchange(a))
		return false;
	burst.nasked = 0;
	if (a->type != XS_ERROR)
		return true;
	errno = xenstore_errno(a->data);
	return false;
}

/* The answers to all changes that are kept. */
static bool
settle(void)
{
	struct answer a;

	if (burst.nasked == 0)
		return true;
	if (!exchange(&a))
		return false;
	keep_failure(burst.nasked - 1, &a);
	burst.nasked = 0;
	return true;
}

/* Kept, where it is part of the transaction whose changes are. */
static bool
change(uint32_t type, xs_transaction_t t, const char *path, const void *data,
    size_t len)
{
	struct answer a;

	if (t == XBT_NULL || t != burst.open)
		return ask(type, t, path, data, len, &a);
	if (!put(type, t, path, data, len))
		return false;
	/* The last place is for who waits. */
	return burst.nasked < BURST - 1 || settle();
}

/* The transaction is about to end: 0, or why it must not come true. */
static int
end_kept(bool abandon)
{
	bool settled = true;
	int failed;

	if (abandon)
		burst.out_len = burst.nasked = 0;
	else
		settled = !burst.dead && settle();
	failed = settled ? burst.failed : EIO;
	burst.open = XBT_NULL;
	burst.failed = 0;
	burst.dead = false;
	return abandon ? 0 : failed;
}

/* --- libxenstore's ------------------------------------------------------- */

void *
xs_read(struct xs_handle *h, xs_transaction_t t, const char *path,
    unsigned int *len)
{
	struct answer a;
	char *value;

	(void)h;
	if (!ask(XS_READ, t, path, NULL, 0, &a))
		return NULL;
	value = xmalloc(a.len + 1);
	memcpy(value, a.data, a.len + 1);
	if (len != NULL)
		*len = (unsigned)a.len;
	return value;
}

static unsigned
count_strings(const struct answer *a)
{
	unsigned n = 0;
	size_t i;

	for (i = 0; i < a->len; i++)
		n += a->data[i] == '\0';
	return n;
}

/* The names lie behind the pointers to them, in the same block. */
char **
xs_directory(struct xs_handle *h, xs_transaction_t t, const char *path,
    unsigned int *num)
{
	struct answer a;
	char **list, *names;
	unsigned n, i;

	(void)h;
	if (!ask(XS_DIRECTORY, t, path, NULL, 0, &a))
		return NULL;
	n = count_strings(&a);
	list = xmalloc((n + 1) * sizeof(*list) + a.len + 1);
	names = memcpy(list + n + 1, a.data, a.len + 1);
	for (i = 0; i < n; i++, names += strlen(names) + 1)
		list[i] = names;
	list[n] = NULL;
	*num = n;
	return list;
}

bool
xs_write(struct xs_handle *h, xs_transaction_t t, const char *path,
    const void *data, unsigned int len)
{
	(void)h;
	return change(XS_WRITE, t, path, data, len);
}

bool
xs_mkdir(struct xs_handle *h, xs_transaction_t t, const char *path)
{
	(void)h;
	return change(XS_MKDIR, t, path, NULL, 0);
}

bool
xs_rm(struct xs_handle *h, xs_transaction_t t, const char *path)
{
	(void)h;
	return change(XS_RM, t, path, NULL, 0);
}

struct xs_permissions *
xs_get_permissions(struct xs_handle *h, xs_transaction_t t, const char *path,
    unsigned int *num)
{
	struct xs_permissions *list;
	struct answer a;
	const char *s;
	unsigned i;

	(void)h;
	if (!ask(XS_GET_PERMS, t, path, NULL, 0, &a))
		return NULL;
	*num = count_strings(&a);
	list = xcalloc(*num + 1, sizeof(*list));
	for (i = 0, s = a.data; i < *num; i++, s += strlen(s) + 1) {
		list[i].id = (unsigned)strtoul(s + 1, NULL, 10);
		list[i].perms = (*s == 'r' || *s == 'b' ? XS_PERM_READ : 0) |
		    (*s == 'w' || *s == 'b' ? XS_PERM_WRITE : 0);
	}
	return list;
}

bool
xs_set_permissions(struct xs_handle *h, xs_transaction_t t, const char *path,
    struct xs_permissions *perms, unsigned int num_perms)
{
	char text[XENSTORE_PAYLOAD_MAX];
	size_t len = 0;
	unsigned i;

	(void)h;
	for (i = 0; i < num_perms && len < sizeof(text); i++)
		len += 1 + (size_t)snprintf(text + len, sizeof(text) - len,
		    "%c%u", "nrwb"[perms[i].perms & 3], perms[i].id);
	if (len > sizeof(text)) {
		errno = E2BIG;
		return false;
	}
	return change(XS_SET_PERMS, t, path, text, len);
}

xs_transaction_t
xs_transaction_start(struct xs_handle *h)
{
	xs_transaction_t t;
	struct answer a;

	(void)h;
	if (!ask(XS_TRANSACTION_START, XBT_NULL, "", NULL, 0, &a))
		return XBT_NULL;
	t = (xs_transaction_t)strtoul(a.data, NULL, 10);
	if (burst.open == XBT_NULL || burst.dead) {
		burst.open = t;
		burst.failed = 0;
		burst.dead = false;
	}
	return t;
}

bool
xs_transaction_end(struct xs_handle *h, xs_transaction_t t, bool abandon)
{
	struct answer a;
	int failed;
	bool ended;

	(void)h;
	failed = t != XBT_NULL && t == burst.open ? end_kept(abandon) : 0;
	ended = ask(XS_TRANSACTION_END, t, NULL,
	    abandon || failed != 0 ? "F" : "T", 2, &a);
	if (failed != 0)
		errno = failed;
	if (ended && failed == 0)
		return true;
	/* libxl begins anew after a conflict, and may miss all else. */
	if (!abandon && errno != EAGAIN && burst.refused[0] == '\0')
		snprintf(burst.refused, sizeof(burst.refused),
		    "a transaction: %s", strerror(errno));
	return false;
}

char *
xs_get_domain_path(struct xs_handle *h, unsigned int domid)
{
	(void)h;
	return xasprintf("/local/domain/%u", domid);
}
