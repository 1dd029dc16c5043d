/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <dirent.h>
#include <errno.h>
#include <linux/if.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <zlib.h>

#include <libmnl/libmnl.h>

#include "common/util.h"
#include "daemon/xen/link.h"

#define DEVICE_LIMIT_MS 10000
#define ANSWER_LIMIT_MS 10000

struct links {
	struct mnl_socket *nl;
	unsigned seq;
};

static int
netlink_failed(struct uvnf_error *e)
{
	return uvnf_error_set(e, UVNF_E_SYSTEM, "netlink: %s",
	    strerror(errno));
}

static struct mnl_socket *
open_socket(unsigned groups)
{
	struct mnl_socket *nl;

	nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (nl != NULL && mnl_socket_bind(nl, groups,
	    MNL_SOCKET_AUTOPID) == 0)
		return nl;
	if (nl != NULL)
		mnl_socket_close(nl);
	return NULL;
}

struct links *
links_open(struct uvnf_error *e)
{
	struct links *l = xcalloc(1, sizeof(*l));

	l->nl = open_socket(0);
	if (l->nl != NULL)
		return l;
	netlink_failed(e);
	free(l);
	return NULL;
}

void
links_close(struct links *l)
{
	if (l == NULL)
		return;
	mnl_socket_close(l->nl);
	free(l);
}

/* --- talking to the kernel ----------------------------------------------- */

/* One datagram: its length, 0 when the time is up, -1 with errno. */
static ssize_t
receive(struct mnl_socket *nl, char *buf, size_t size, uint64_t end_us)
{
	struct pollfd pfd = { .fd = mnl_socket_get_fd(nl), .events = POLLIN };
	uint64_t now = now_us();
	ssize_t n;
	int r;

	if (now >= end_us)
		return 0;
	r = poll(&pfd, 1, (int)((end_us - now) / 1000 + 1));
	if (r <= 0)
		return r;
	n = mnl_socket_recvfrom(nl, buf, size);
	return n == 0 ? -1 : n;
}

static bool
is_transient(int err)
{
	/* An overrun of notices: the state is asked for again anyway. */
	return err == ENOBUFS || err == EINTR;
}

static void
parse_port(const struct nlattr *data, struct link *out)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, data)
		if (mnl_attr_get_type(attr) == IFLA_BRPORT_STATE)
			out->is_closed = mnl_attr_get_u8(attr) ==
			    BR_STATE_DISABLED;
}

static void
parse_info(const struct nlattr *info, struct link *out)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, info) {
		switch (mnl_attr_get_type(attr)) {
		case IFLA_INFO_KIND:
			if (strcmp(mnl_attr_get_str(attr), "bridge") == 0)
				out->kind = LINK_BRIDGE;
			break;
		case IFLA_INFO_SLAVE_KIND:
			out->is_port = strcmp(mnl_attr_get_str(attr),
			    "bridge") == 0;
			break;
		case IFLA_INFO_SLAVE_DATA:
			if (out->is_port)
				parse_port(attr, out);
			break;
		}
	}
}

static void
parse_link(const struct nlmsghdr *nlh, struct link *out)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;

	out->index = (unsigned)ifi->ifi_index;
	mnl_attr_for_each(attr, nlh, sizeof(*ifi)) {
		switch (mnl_attr_get_type(attr)) {
		case IFLA_ADDRESS:
			if (mnl_attr_get_payload_len(attr) == 6)
				memcpy(out->mac, mnl_attr_get_payload(attr),
				    6);
			break;
		case IFLA_MTU:
			out->mtu = mnl_attr_get_u32(attr);
			break;
		case IFLA_MASTER:
			out->master = mnl_attr_get_u32(attr);
			break;
		case IFLA_LINKINFO:
			parse_info(attr, out);
			break;
		}
	}
}

/* What one datagram has about seq: 1 with *err, or 0. */
static int
take_answer(const char *buf, ssize_t n, unsigned seq, struct link *link,
    int *err)
{
	const struct nlmsghdr *nlh;
	const struct nlmsgerr *nack;
	int len = (int)n;

	for (nlh = (const struct nlmsghdr *)buf; mnl_nlmsg_ok(nlh, len);
	    nlh = mnl_nlmsg_next(nlh, &len)) {
		if (nlh->nlmsg_seq != seq)
			continue;
		if (nlh->nlmsg_type == NLMSG_ERROR) {
			nack = mnl_nlmsg_get_payload(nlh);
			*err = -nack->error;
			return 1;
		}
		if (nlh->nlmsg_type == RTM_NEWLINK && link != NULL) {
			parse_link(nlh, link);
			*err = 0;
			return 1;
		}
	}
	return 0;
}

/* Sends a request and waits for its answer: 0 or an errno. */
static int
ask(struct links *l, struct nlmsghdr *nlh, struct link *link)
{
	uint64_t end = now_us() + ANSWER_LIMIT_MS * 1000;
	_Alignas(struct nlmsghdr) char buf[16 * 1024];
	ssize_t n;
	int err;

	nlh->nlmsg_seq = ++l->seq;
	if (mnl_socket_sendto(l->nl, nlh, nlh->nlmsg_len) < 0)
		return errno;
	while ((n = receive(l->nl, buf, sizeof(buf), end)) != 0) {
		if (n < 0 && !is_transient(errno))
			return errno;
		if (n > 0 && take_answer(buf, n, l->seq, link, &err))
			return err;
	}
	return ETIMEDOUT;
}

static struct nlmsghdr *
begin(char *buf, uint16_t type, uint16_t flags, uint8_t family,
    unsigned index)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *ifi;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	ifi->ifi_family = family;
	ifi->ifi_index = (int)index;
	return nlh;
}

/* --- finding ------------------------------------------------------------- */

int
link_find(struct links *l, const char *name, struct link *out,
    struct uvnf_error *e)
{
	_Alignas(struct nlmsghdr) char buf[256];
	struct nlmsghdr *nlh = begin(buf, RTM_GETLINK, 0, AF_UNSPEC, 0);
	int err;

	memset(out, 0, sizeof(*out));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	err = ask(l, nlh, out);
	if (err == 0 || err == ENODEV)
		return 0;
	return uvnf_error_set(e, UVNF_E_SYSTEM,
	    "cannot look for net device '%s': %s", name, strerror(err));
}

/*
 * Notices come on a socket of their own, so that a flood of them loses no
 * answer; whatever they say, look again.
 */
static int
await(struct links *l, const char *name, bool (*done)(const struct link *),
    struct link *out, bool *seen, struct uvnf_error *e)
{
	uint64_t end = now_us() + DEVICE_LIMIT_MS * 1000;
	_Alignas(struct nlmsghdr) char buf[16 * 1024];
	struct mnl_socket *notices;
	ssize_t n = 1;
	int rc;

	rc = link_find(l, name, out, e);
	if (rc < 0 || (*seen = done(out)))
		return rc;
	notices = open_socket(RTMGRP_LINK);
	if (notices == NULL)
		return netlink_failed(e);
	while ((rc = link_find(l, name, out, e)) == 0 &&
	    !(*seen = done(out)) && n != 0) {
		n = receive(notices, buf, sizeof(buf), end);
		if (n < 0 && !is_transient(errno)) {
			rc = netlink_failed(e);
			break;
		}
	}
	mnl_socket_close(notices);
	return rc;
}

static bool
is_there(const struct link *link)
{
	return link->index != 0;
}

int
link_await(struct links *l, const char *name, struct link *out,
    struct uvnf_error *e)
{
	bool seen = false;
	int rc = await(l, name, is_there, out, &seen, e);

	if (rc == 0 && !seen)
		return uvnf_error_set(e, UVNF_E_SYSTEM,
		    "net device '%s' does not appear", name);
	return rc;
}

static bool
has_no_master(const struct link *link)
{
	return link->master == 0;
}

int
link_await_free(struct links *l, const char *name, struct uvnf_error *e)
{
	struct link link;
	bool seen = false;
	int rc = await(l, name, has_no_master, &link, &seen, e);

	if (rc == 0 && !seen)
		return uvnf_error_set(e, UVNF_E_SYSTEM, "net device '%s' is "
		    "not let go of by what it is plugged into", name);
	return rc;
}

int
link_find_bridge(struct links *l, const char *name, struct link *out,
    struct uvnf_error *e)
{
	int rc = link_find(l, name, out, e);

	if (rc < 0)
		return rc;
	if (out->index == 0)
		return uvnf_error_set(e, UVNF_E_BUILD_FAILED,
		    "bridge '%s' does not exist", name);
	if (out->kind != LINK_BRIDGE)
		return uvnf_error_set(e, UVNF_E_BUILD_FAILED,
		    "'%s' is no Linux bridge", name);
	return 0;
}

/* --- changing ------------------------------------------------------------ */

void
link_quiet(struct links *l, unsigned index)
{
	_Alignas(struct nlmsghdr) char buf[256];
	struct nlmsghdr *nlh = begin(buf, RTM_NEWLINK, NLM_F_ACK, AF_UNSPEC,
	    index);
	struct nlattr *spec, *family;

	spec = mnl_attr_nest_start(nlh, IFLA_AF_SPEC);
	family = mnl_attr_nest_start(nlh, AF_INET6);
	mnl_attr_put_u8(nlh, IFLA_INET6_ADDR_GEN_MODE,
	    IN6_ADDR_GEN_MODE_NONE);
	mnl_attr_nest_end(nlh, family);
	mnl_attr_nest_end(nlh, spec);
	/* A kernel without IPv6 refuses, and does not need it. */
	ask(l, nlh, NULL);
}

int
link_plug(struct links *l, const char *name, unsigned index, unsigned master,
    uint32_t mtu, struct uvnf_error *e)
{
	_Alignas(struct nlmsghdr) char buf[256];
	struct nlmsghdr *nlh;
	struct ifinfomsg *ifi;
	int err;

	nlh = begin(buf, RTM_NEWLINK, NLM_F_ACK, AF_UNSPEC, index);
	ifi = mnl_nlmsg_get_payload(nlh);
	ifi->ifi_flags = IFF_UP | IFF_NOARP;
	ifi->ifi_change = IFF_UP | IFF_NOARP | IFF_MULTICAST;
	if (mtu != 0)
		mnl_attr_put_u32(nlh, IFLA_MTU, mtu);
	mnl_attr_put_u32(nlh, IFLA_MASTER, master);
	err = ask(l, nlh, NULL);
	if (err == 0)
		return 0;
	return uvnf_error_set(e, UVNF_E_SYSTEM, "cannot plug %s in: %s", name,
	    strerror(err));
}

int
link_gate(struct links *l, const char *name, unsigned index, bool open,
    struct uvnf_error *e)
{
	_Alignas(struct nlmsghdr) char buf[256];
	struct nlmsghdr *nlh = begin(buf, RTM_SETLINK, NLM_F_ACK, AF_BRIDGE,
	    index);
	struct nlattr *port;
	int err;

	port = mnl_attr_nest_start(nlh, IFLA_PROTINFO);
	mnl_attr_put_u8(nlh, IFLA_BRPORT_STATE,
	    open ? BR_STATE_FORWARDING : BR_STATE_DISABLED);
	mnl_attr_nest_end(nlh, port);
	err = ask(l, nlh, NULL);
	/* One without a carrier opens by itself when it gets one. */
	if (err == 0 || (open && err == ENETDOWN))
		return 0;
	return uvnf_error_set(e, UVNF_E_SYSTEM,
	    "cannot %s the bridge port of %s: %s", open ? "open" : "close",
	    name, strerror(err));
}

/* --- bridges of our own -------------------------------------------------- */

/*
 * The mark that a bridge is ours must come with it, at once, or one that is
 * half made when we are killed would be nobody's: a locally administered MAC
 * address, "uv" and the low three bytes of the name's CRC-32.
 */
static void
bridge_mark(const char *name, uint8_t mac[6])
{
	unsigned long crc = crc32(0, (const Bytef *)name,
	    (uInt)strlen(name));

	mac[0] = 0x02;
	mac[1] = 'u';
	mac[2] = 'v';
	mac[3] = (uint8_t)(crc >> 16);
	mac[4] = (uint8_t)(crc >> 8);
	mac[5] = (uint8_t)crc;
}

static bool
is_ours(const struct link *link, const char *name)
{
	uint8_t mac[6];

	bridge_mark(name, mac);
	return link->kind == LINK_BRIDGE && memcmp(link->mac, mac, 6) == 0;
}

static int
not_ours(const char *name, struct uvnf_error *e)
{
	return uvnf_error_set(e, UVNF_E_NAME_TAKEN, "there is a net device "
	    "'%s' already, which uvnfd has not made; take another name",
	    name);
}

static int
add_bridge(struct links *l, const char *name)
{
	_Alignas(struct nlmsghdr) char buf[512];
	struct nlmsghdr *nlh = begin(buf, RTM_NEWLINK,
	    NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, AF_UNSPEC, 0);
	struct nlattr *info, *data;
	uint8_t mac[6];

	bridge_mark(name, mac);
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	mnl_attr_put(nlh, IFLA_ADDRESS, sizeof(mac), mac);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_str(nlh, IFLA_INFO_KIND, "bridge");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	mnl_attr_put_u32(nlh, IFLA_BR_STP_STATE, 0);
	mnl_attr_put_u32(nlh, IFLA_BR_FORWARD_DELAY, 0);
	/* Or what it does not see joined it would not deliver. */
	mnl_attr_put_u8(nlh, IFLA_BR_MCAST_SNOOPING, 0);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	return ask(l, nlh, NULL);
}

static int
set_up(struct links *l, unsigned index)
{
	_Alignas(struct nlmsghdr) char buf[256];
	struct nlmsghdr *nlh = begin(buf, RTM_NEWLINK, NLM_F_ACK, AF_UNSPEC,
	    index);
	struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);

	ifi->ifi_flags = ifi->ifi_change = IFF_UP;
	return ask(l, nlh, NULL);
}

int
link_make_bridge(struct links *l, const char *name, struct uvnf_error *e)
{
	struct link link;
	int rc, err;

	if ((rc = link_find(l, name, &link, e)) != 0)
		return rc;
	if (link.index == 0) {
		err = add_bridge(l, name);
		if (err != 0 && err != EEXIST)
			return uvnf_error_set(e, UVNF_E_SYSTEM, "cannot make "
			    "the bridge '%s': %s", name, strerror(err));
		if ((rc = link_find(l, name, &link, e)) != 0)
			return rc;
	}
	if (!is_ours(&link, name))
		return not_ours(name, e);
	link_quiet(l, link.index);
	if ((err = set_up(l, link.index)) != 0)
		return uvnf_error_set(e, UVNF_E_SYSTEM, "cannot set the "
		    "bridge '%s' up: %s", name, strerror(err));
	return 0;
}

/* The kernel would throw them off without a word. */
static bool
has_ports(const char *name)
{
	char path[64];
	struct dirent *entry;
	bool any = false;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/class/net/%s/brif", name);
	if ((dir = opendir(path)) == NULL)
		return false;
	while ((entry = readdir(dir)) != NULL)
		any |= entry->d_name[0] != '.';
	closedir(dir);
	return any;
}

int
link_unmake_bridge(struct links *l, const char *name, struct uvnf_error *e)
{
	_Alignas(struct nlmsghdr) char buf[256];
	struct link link;
	int rc, err;

	if ((rc = link_find(l, name, &link, e)) != 0 || link.index == 0)
		return rc;
	if (!is_ours(&link, name))
		return not_ours(name, e);
	if (has_ports(name))
		return uvnf_error_set(e, UVNF_E_BAD_STATE, "something is "
		    "plugged into the bridge '%s' still", name);
	err = ask(l, begin(buf, RTM_DELLINK, NLM_F_ACK, AF_UNSPEC,
	    link.index), NULL);
	if (err == 0 || err == ENODEV)
		return 0;
	return uvnf_error_set(e, UVNF_E_SYSTEM,
	    "cannot delete the bridge '%s': %s", name, strerror(err));
}
