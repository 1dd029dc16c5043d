/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <errno.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <event2/util.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/listener.h"
#include "daemon/session.h"
#include "daemon/timer.h"

#define BACKLOG 128
#define ACCEPT_TURN 16		/* then those who are here come first */
#define ACCEPT_PAUSE_MS 100	/* when there are no descriptors left */

struct client {
	struct listener *listener;
	struct session *session;
	uid_t uid;
	LIST_ENTRY(client) entry;
};

struct listener {
	struct daemon *daemon;
	struct sockaddr_un address;
	int lock;
	struct evconnlistener *accepting;
	struct event *resume;
	unsigned accepted;		/* in this turn */
	LIST_HEAD(, client) clients;
	unsigned nclients;
};

static void
client_left(void *arg)
{
	struct client *c = arg;
	struct listener *l = c->listener;

	LIST_REMOVE(c, entry);
	l->nclients--;
	account_take(&l->daemon->vnfs.accounts, c->uid, QUOTA_CONNECTIONS, 1);
	free(c);
}

/* May it come in?  Root can, whatever the others have taken. */
static int
check_place(const struct listener *l, const struct peer *p,
    struct uvnf_error *e)
{
	const struct daemon *dm = l->daemon;
	const struct config *c = dm->config;
	unsigned max = LISTENER_CLIENTS_MAX;

	if (p->uid == 0 || p->uid == c->access.self)
		max += LISTENER_ROOT_MAX;
	if (l->nclients >= max)
		return uvnf_error_set(e, UVNF_E_TOO_BIG, "%u connections are "
		    "open already, and no more are taken", l->nclients);
	if (access_level(&c->access, p) == ACCESS_ADMIN)
		return 0;
	return quota_check(&c->quotas, &dm->vnfs.accounts, p->uid,
	    QUOTA_CONNECTIONS, 1, e);
}

/* In the place of the greeting; whoever does not read it, does not. */
static void
refuse(int fd, const struct uvnf_error *e)
{
	struct proto_buf b = { 0 };

	proto_buf_printf(&b, "ERR %s ", uvnf_code_word(e->code));
	proto_buf_escape(&b, e->text, strlen(e->text));
	proto_buf_add(&b, "\n", 1);
	(void)!send(fd, b.data, b.len, MSG_DONTWAIT | MSG_NOSIGNAL);
	proto_buf_free(&b);
	close(fd);
}

static void
client_came(struct evconnlistener *el, evutil_socket_t fd,
    struct sockaddr *address, int len, void *arg)
{
	struct listener *l = arg;
	struct client *c;
	struct uvnf_error e;
	struct peer peer;

	(void)address;
	(void)len;
	/* It goes on as long as there are any, which may be for ever. */
	if (l->accepted++ == 0)
		timer_arm_ms(l->resume, 0);
	if (l->accepted == ACCEPT_TURN)
		evconnlistener_disable(el);
	if (peer_read(&peer, fd) != 0) {
		log_warn("client refused: the kernel does not say who it is "
		    "error=%s", strerror(errno));
		peer_free(&peer);
		close(fd);
		return;
	}
	if (check_place(l, &peer, &e) != 0) {
		peer_free(&peer);
		refuse(fd, &e);
		return;
	}
	c = xcalloc(1, sizeof(*c));
	c->listener = l;
	c->uid = peer.uid;
	account_add(&l->daemon->vnfs.accounts, c->uid, QUOTA_CONNECTIONS, 1);
	LIST_INSERT_HEAD(&l->clients, c, entry);
	l->nclients++;
	c->session = session_new(l->daemon, fd, &peer, client_left, c);
}

/* Without a free descriptor accept would fail again at once, for ever. */
static void
accept_failed(struct evconnlistener *el, void *arg)
{
	struct listener *l = arg;

	log_warn("accept failed error=%s",
	    evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR()));
	evconnlistener_disable(el);
	timer_arm_ms(l->resume, ACCEPT_PAUSE_MS);
}

static void
accept_again(evutil_socket_t fd, short what, void *arg)
{
	struct listener *l = arg;

	(void)fd;
	(void)what;
	l->accepted = 0;
	evconnlistener_enable(l->accepting);
}

/* --- the socket ---------------------------------------------------------- */

/*
 * Whether a socket is stale cannot be seen between bind(2) and listen(2) of the
 * one who has just made it, so only the holder of this lock touches the path.
 * Its file stays, for the next one.
 */
static int
lock_path(struct listener *l, const char *path, struct uvnf_error *e)
{
	char *name = xasprintf("%s.lock", path);
	int rc = 0;

	l->lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (l->lock == -1)
		rc = uvnf_error_set(e, UVNF_E_SYSTEM, "cannot open %s: %s",
		    name, strerror(errno));
	else if (flock(l->lock, LOCK_EX | LOCK_NB) != 0)
		rc = uvnf_error_set(e, UVNF_E_SYSTEM, "another uvnfd serves "
		    "%s, or is about to (%s is locked); stop it, or use -s",
		    path, name);
	free(name);
	return rc;
}

/* Removes a socket that nobody listens on. */
static int
clear_path(const struct sockaddr_un *a, struct uvnf_error *e)
{
	struct stat st;
	int fd, r;

	if (lstat(a->sun_path, &st) != 0)
		return 0;
	if (!S_ISSOCK(st.st_mode))
		return uvnf_error_set(e, UVNF_E_SYSTEM,
		    "%s exists and is no socket", a->sun_path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return uvnf_error_set(e, UVNF_E_SYSTEM, "socket: %s",
		    strerror(errno));
	r = connect(fd, (const struct sockaddr *)a, sizeof(*a));
	if (r != 0 && errno == ECONNREFUSED)
		r = unlink(a->sun_path);
	else			/* EAGAIN: so many wait that it is full */
		r = r == 0 || errno == EAGAIN ? 1 : -1;
	close(fd);
	if (r == 1)
		return uvnf_error_set(e, UVNF_E_SYSTEM, "another program "
		    "serves %s; stop it, or use -s", a->sun_path);
	if (r != 0)
		return uvnf_error_set(e, UVNF_E_SYSTEM, "cannot tell whether "
		    "a program serves %s, or cannot remove it: %s",
		    a->sun_path, strerror(errno));
	return 0;
}

static int
set_owner(const char *path, const char *group, mode_t mode,
    struct uvnf_error *e)
{
	const struct group *g = group != NULL ? getgrnam(group) : NULL;

	if (group != NULL && g == NULL)
		log_warn("no such group group=%s socket=%s: only its owner "
		    "can connect; add the group or change socket.group",
		    group, path);
	if (g != NULL && chown(path, (uid_t)-1, g->gr_gid) != 0)
		return uvnf_error_set(e, UVNF_E_SYSTEM,
		    "cannot give %s to group '%s': %s", path, group,
		    strerror(errno));
	if (chmod(path, group != NULL && g == NULL ? mode & 0700 : mode) != 0)
		return uvnf_error_set(e, UVNF_E_SYSTEM,
		    "cannot set the mode of %s: %s", path, strerror(errno));
	return 0;
}

/* Nobody can connect before listen(2), so owner and mode come in time. */
static int
bind_socket(const struct sockaddr_un *a, const char *group, mode_t mode,
    struct uvnf_error *e)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	mode_t old;
	int r;

	if (fd == -1)
		return uvnf_error_set(e, UVNF_E_SYSTEM, "socket: %s",
		    strerror(errno));
	old = umask(0177);
	r = bind(fd, (const struct sockaddr *)a, sizeof(*a));
	umask(old);
	if (r != 0) {
		uvnf_error_set(e, UVNF_E_SYSTEM, "cannot bind %s: %s",
		    a->sun_path, strerror(errno));
		close(fd);
		return -UVNF_E_SYSTEM;
	}
	if (set_owner(a->sun_path, group, mode, e) != 0) {
		unlink(a->sun_path);
		close(fd);
		return -UVNF_E_SYSTEM;
	}
	return fd;
}

static int
listener_open(struct listener *l, const char *path, const char *group,
    mode_t mode, struct uvnf_error *e)
{
	int fd;

	if (strlen(path) >= sizeof(l->address.sun_path))
		return uvnf_error_set(e, UVNF_E_SYSTEM, "the socket's path "
		    "%s is longer than %zu bytes", path,
		    sizeof(l->address.sun_path) - 1);
	l->address.sun_family = AF_UNIX;
	strcpy(l->address.sun_path, path);
	if (lock_path(l, path, e) != 0)
		return -UVNF_E_SYSTEM;
	if (clear_path(&l->address, e) != 0)
		return -UVNF_E_SYSTEM;
	if ((fd = bind_socket(&l->address, group, mode, e)) < 0)
		return fd;
	l->accepting = evconnlistener_new(l->daemon->base, client_came, l,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, BACKLOG, fd);
	if (l->accepting == NULL)
		return uvnf_error_set(e, UVNF_E_SYSTEM,
		    "cannot listen on %s: %s", path, strerror(errno));
	evconnlistener_set_error_cb(l->accepting, accept_failed);
	return 0;
}

static void
end(struct listener *l)
{
	event_free(l->resume);
	if (l->lock != -1)
		close(l->lock);
	free(l);
}

struct listener *
listener_new(struct daemon *dm, const char *path, const char *group,
    mode_t mode, struct uvnf_error *e)
{
	struct listener *l = xcalloc(1, sizeof(*l));

	l->daemon = dm;
	l->lock = -1;
	LIST_INIT(&l->clients);
	l->resume = evtimer_new(dm->base, accept_again, l);
	if (l->resume == NULL)
		log_fatal("out of memory");
	if (listener_open(l, path, group, mode, e) != 0) {
		end(l);
		return NULL;
	}
	return l;
}

void
listener_free(struct listener *l, const struct uvnf_error *e)
{
	evconnlistener_free(l->accepting);
	l->accepting = NULL;
	unlink(l->address.sun_path);
	while (!LIST_EMPTY(&l->clients))
		session_end(LIST_FIRST(&l->clients)->session, e);
	end(l);
}
