/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <xen/io/xs_wire.h>

#include "store.h"

struct played played;

static char dir[] = "/tmp/uvnf-store-XXXXXX";
static struct sockaddr_un address = { .sun_family = AF_UNIX };
static int listener;
static pthread_t server;

static bool
take(int fd, void *to, size_t len)
{
	return recv(fd, to, len, MSG_WAITALL) == (ssize_t)len;
}

static void
answer(int fd, const struct xsd_sockmsg *asked, uint32_t type,
    const char *data, size_t len)
{
	struct xsd_sockmsg msg = *asked;

	msg.type = type;
	msg.len = (uint32_t)len;
	/* As xenstored does: apart. */
	send(fd, &msg, sizeof(msg), MSG_NOSIGNAL);
	send(fd, data, len, MSG_NOSIGNAL);
}

static void
answer_error(int fd, const struct xsd_sockmsg *asked, const char *name)
{
	answer(fd, asked, XS_ERROR, name, strlen(name) + 1);
}

/* Paths tell what comes of them. */
static void
play(int fd, const struct xsd_sockmsg *msg, const char *body)
{
	static const char long_list[10000];
	static const char names[] = "a\0bc", permissions[] = "n0\0r5\0w6\0b7";

	if (strstr(body, "missing") != NULL)
		answer_error(fd, msg, "ENOENT");
	else if (strstr(body, "full") != NULL)
		answer_error(fd, msg, "ENOSPC");
	else if (strstr(body, "other") != NULL)
		answer_error(fd, msg, "EIO");
	else if (strstr(body, "crowded") != NULL)
		answer(fd, msg, msg->type, long_list, sizeof(long_list));
	else if (msg->type == XS_READ)
		answer(fd, msg, msg->type, body, strlen(body));
	else if (msg->type == XS_DIRECTORY)
		answer(fd, msg, msg->type, names,
		    strstr(body, "empty") != NULL ? 0 : sizeof(names));
	else if (msg->type == XS_GET_PERMS)
		answer(fd, msg, msg->type, permissions, sizeof(permissions));
	else if (msg->type == XS_TRANSACTION_START)
		answer(fd, msg, msg->type, played.nlog == 1 ? "7" : "8", 2);
	else if (msg->type == XS_TRANSACTION_END && played.conflict)
		answer_error(fd, msg, "EAGAIN");
	else
		answer(fd, msg, msg->type, "OK", 3);
}

static void
keep(const struct xsd_sockmsg *msg, const char *body)
{
	char *line = played.log[played.nlog++];
	int at = snprintf(line, sizeof(played.log[0]), "%u %u ",
	    (unsigned)msg->type, (unsigned)msg->tx_id);
	uint32_t i;

	for (i = 0; i < msg->len && at < 299; i++)
		line[at++] = body[i] != '\0' ? body[i] : '|';
	line[at] = '\0';
}

static bool
is_change(uint32_t type)
{
	return type == XS_WRITE || type == XS_MKDIR || type == XS_RM ||
	    type == XS_SET_PERMS;
}

/* One connection: answers are held back until so many changes have come. */
static void
serve_one(int fd)
{
	static struct {
		struct xsd_sockmsg msg;
		char body[XENSTORE_PAYLOAD_MAX + 1];
	} held[16];
	unsigned n = 0, i;

	while (take(fd, &held[n].msg, sizeof(held[n].msg)) &&
	    take(fd, held[n].body, held[n].msg.len)) {
		held[n].body[held[n].msg.len] = '\0';
		keep(&held[n].msg, held[n].body);
		if (played.nlog == played.last)
			return;
		n++;
		if (is_change(held[n - 1].msg.type) && n < played.hold)
			continue;
		for (i = 0; i < n; i++)
			play(fd, &held[i].msg, held[i].body);
		n = 0;
	}
}

/* Until nobody can connect any more. */
static void *
serve(void *arg)
{
	int fd;

	(void)arg;
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		serve_one(fd);
		close(fd);
	}
	return NULL;
}

int
store_begin(void)
{
	memset(&played, 0, sizeof(played));
	strcpy(dir + sizeof(dir) - sizeof("XXXXXX"), "XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", dir);
	setenv("XENSTORED_PATH", address.sun_path, 1);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(listener, 4) < 0)
		return -1;
	return pthread_create(&server, NULL, serve, NULL);
}

void
store_end(void)
{
	shutdown(listener, SHUT_RDWR);
	pthread_join(server, NULL);
	close(listener);
	unlink(address.sun_path);
	rmdir(dir);
}
