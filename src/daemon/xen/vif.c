/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * uvnf-vif: what libxl runs as the hotplug script of a vif.  "online" plugs
 * the vif's net device into its bridge and says so in xenstore; everything
 * else has nothing to do, for a net device leaves its bridge as it goes.
 * It starts no process and makes two requests of xenstore.
 */

#include <errno.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <xenstore.h>

#define DEVICE_LIMIT_MS 10000
#define ANSWER_LIMIT_MS 10000

struct link {
	unsigned index;			/* 0: there is none of that name */
	uint32_t mtu;
	bool is_bridge;
};

static struct xs_handle *xs;
static const char *backend;		/* XENBUS_PATH, relative to dom0's */

/* One try: false, with errno, when it did not go through. */
static bool
try_put(const char *path, const char *value)
{
	xs_transaction_t t = xs_transaction_start(xs);
	unsigned len;
	void *there;
	bool written;

	if (t == XBT_NULL)
		return false;
	there = xs_read(xs, t, backend, &len);
	written = there != NULL && xs_write(xs, t, path, value,
	    strlen(value));
	free(there);
	return xs_transaction_end(xs, t, !written) && written;
}

/*
 * A write would make the node of a vif that is gone anew, for ever: a worker
 * that was killed leaves its helper behind, and others clean up meanwhile.
 */
static void
put(const char *key, const char *value)
{
	char path[256];
	bool done;

	if (xs == NULL)
		return;
	snprintf(path, sizeof(path), "%s/%s", backend, key);
	do {
		errno = 0;
		done = try_put(path, value);
	} while (!done && errno == EAGAIN);
	if (!done)
		fprintf(stderr, "uvnf-vif: cannot write %s: %s\n", path,
		    errno != 0 ? strerror(errno) : "its vif is gone");
}

/* libxl logs hotplug-error, and so it gets into our user's error. */
static void __attribute__((noreturn, format(printf, 1, 2)))
fail(const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fprintf(stderr, "uvnf-vif: %s\n", text);
	put("hotplug-error", text);
	put("hotplug-status", "error");
	exit(1);
}

static int64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000) + ts.tv_nsec / 1000000;
}

static char *
read_bridge(void)
{
	char path[256], *value;
	unsigned len;

	snprintf(path, sizeof(path), "%s/bridge", backend);
	value = xs_read(xs, XBT_NULL, path, &len);
	if (value == NULL)
		fail("cannot read %s: %s", path, strerror(errno));
	if (len == 0 || len >= IFNAMSIZ)
		fail("'%s' is no name of a bridge", value);
	return value;
}

/* One datagram, or false when the time is up. */
static bool
receive(struct mnl_socket *nl, char *buf, size_t size, ssize_t *n,
    int64_t end)
{
	struct pollfd pfd = { .fd = mnl_socket_get_fd(nl), .events = POLLIN };
	int64_t left = end - now_ms();

	if (left < 0 || poll(&pfd, 1, left) <= 0)
		return false;
	*n = mnl_socket_recvfrom(nl, buf, size);
	/* An overrun of notices: the state is asked for again anyway. */
	if (*n < 0 && errno != ENOBUFS && errno != EINTR)
		fail("netlink: %s", strerror(errno));
	return true;
}

static void
send_message(struct mnl_socket *nl, const struct nlmsghdr *nlh)
{
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		fail("netlink: %s", strerror(errno));
}

static bool
kind_is_bridge(const struct nlattr *info)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, info)
		if (mnl_attr_get_type(attr) == IFLA_INFO_KIND)
			return strcmp(mnl_attr_get_str(attr), "bridge") == 0;
	return false;
}

static void
parse_link(const struct nlmsghdr *nlh, struct link *out)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;

	out->index = ifi->ifi_index;
	mnl_attr_for_each(attr, nlh, sizeof(*ifi)) {
		if (mnl_attr_get_type(attr) == IFLA_MTU)
			out->mtu = mnl_attr_get_u32(attr);
		else if (mnl_attr_get_type(attr) == IFLA_LINKINFO)
			out->is_bridge = kind_is_bridge(attr);
	}
}

/* Waits for the answer to seq: 0 or an errno; *link as far as it tells. */
static int
answer(struct mnl_socket *nl, unsigned seq, struct link *link)
{
	static char buf[32 * 1024];
	const struct nlmsghdr *nlh;
	const struct nlmsgerr *err;
	int64_t end = now_ms() + ANSWER_LIMIT_MS;
	ssize_t n;
	int len;

	while (receive(nl, buf, sizeof(buf), &n, end)) {
		len = n;
		for (nlh = (struct nlmsghdr *)buf; mnl_nlmsg_ok(nlh, len);
		    nlh = mnl_nlmsg_next(nlh, &len)) {
			if (nlh->nlmsg_seq != seq)
				continue;
			if (nlh->nlmsg_type == NLMSG_ERROR) {
				err = mnl_nlmsg_get_payload(nlh);
				return -err->error;
			}
			if (nlh->nlmsg_type == RTM_NEWLINK && link != NULL) {
				parse_link(nlh, link);
				return 0;
			}
		}
	}
	return ETIMEDOUT;
}

static struct nlmsghdr *
begin(char *buf, uint16_t type, uint16_t flags, unsigned seq, unsigned index)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *ifi;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = seq;
	ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	ifi->ifi_family = AF_UNSPEC;
	ifi->ifi_index = index;
	return nlh;
}

static struct link
find_link(struct mnl_socket *nl, const char *name)
{
	static unsigned seq = 1000;
	char buf[256];
	struct link link = { 0 };
	struct nlmsghdr *nlh = begin(buf, RTM_GETLINK, 0, ++seq, 0);
	int err;

	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	send_message(nl, nlh);
	err = answer(nl, seq, &link);
	if (err != 0 && err != ENODEV)
		fail("cannot look for net device '%s': %s", name,
		    strerror(err));
	return link;
}

static struct mnl_socket *
open_netlink(unsigned groups)
{
	struct mnl_socket *nl;

	nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (nl == NULL || mnl_socket_bind(nl, groups, MNL_SOCKET_AUTOPID) < 0)
		fail("netlink: %s", strerror(errno));
	return nl;
}

/*
 * netback announces itself before its net device is registered.  Notices
 * come on a socket of their own, so that a flood of them loses no answer;
 * whatever they say, look again.
 */
static struct link
wait_for_device(struct mnl_socket *nl, const char *name)
{
	static char buf[32 * 1024];
	int64_t end = now_ms() + DEVICE_LIMIT_MS;
	struct link link = find_link(nl, name);
	struct mnl_socket *notices;
	ssize_t n;

	if (link.index != 0)
		return link;
	notices = open_netlink(RTMGRP_LINK);
	while ((link = find_link(nl, name)).index == 0)
		if (!receive(notices, buf, sizeof(buf), &n, end))
			fail("net device '%s' does not appear", name);
	return link;
}

/* A bridge's port needs no address: without this it sends IPv6 traffic. */
static void
quiet_ipv6(struct mnl_socket *nl, unsigned index)
{
	char buf[256];
	struct nlmsghdr *nlh = begin(buf, RTM_NEWLINK, NLM_F_ACK, 1, index);
	struct nlattr *spec, *family;

	spec = mnl_attr_nest_start(nlh, IFLA_AF_SPEC);
	family = mnl_attr_nest_start(nlh, AF_INET6);
	mnl_attr_put_u8(nlh, IFLA_INET6_ADDR_GEN_MODE,
	    IN6_ADDR_GEN_MODE_NONE);
	mnl_attr_nest_end(nlh, family);
	mnl_attr_nest_end(nlh, spec);
	send_message(nl, nlh);
	/* A kernel without IPv6 refuses, and does not need it. */
	answer(nl, 1, NULL);
}

static int
plug_in(struct mnl_socket *nl, const struct link *vif,
    const struct link *bridge)
{
	char buf[256];
	struct nlmsghdr *nlh = begin(buf, RTM_NEWLINK, NLM_F_ACK, 2,
	    vif->index);
	struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);

	ifi->ifi_flags = IFF_UP | IFF_NOARP;
	ifi->ifi_change = IFF_UP | IFF_NOARP | IFF_MULTICAST;
	mnl_attr_put_u32(nlh, IFLA_MASTER, bridge->index);
	/* A port with a smaller MTU would make the bridge's smaller. */
	if (vif->mtu != bridge->mtu)
		mnl_attr_put_u32(nlh, IFLA_MTU, bridge->mtu);
	send_message(nl, nlh);
	return answer(nl, 2, NULL);
}

static void
online(void)
{
	const char *dev = getenv("vif");
	struct mnl_socket *nl;
	struct link vif, bridge;
	char *name;
	int err;

	if (dev == NULL || strlen(dev) >= IFNAMSIZ)
		fail("no name of a net device in the environment");
	name = read_bridge();
	nl = open_netlink(0);
	vif = wait_for_device(nl, dev);
	bridge = find_link(nl, name);
	if (bridge.index == 0)
		fail("bridge '%s' does not exist", name);
	if (!bridge.is_bridge)
		fail("'%s' is no Linux bridge", name);
	quiet_ipv6(nl, vif.index);
	err = plug_in(nl, &vif, &bridge);
	if (err != 0)
		fail("cannot plug %s into bridge '%s': %s", dev, name,
		    strerror(err));
	put("hotplug-status", "connected");
}

int
main(int argc, char **argv)
{
	backend = getenv("XENBUS_PATH");
	if (argc < 2 || backend == NULL) {
		fprintf(stderr, "uvnf-vif: this is run by libxl, with "
		    "XENBUS_PATH in the environment\n");
		return 2;
	}
	if (strcmp(argv[1], "online") != 0 && strcmp(argv[1], "add") != 0)
		return 0;
	xs = xs_open(0);
	if (xs == NULL)
		fail("cannot reach xenstored: %s", strerror(errno));
	online();
	return 0;
}
