/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * Net devices and bridges of the kernel's own, in a network namespace of this
 * process.  Where none can be had, the tests are skipped.
 */

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <libmnl/libmnl.h>

#include "common/util.h"
#include "daemon/xen/plug.h"

static struct links *links;
static bool alone;			/* the namespace is our own */

/* "bridge", or "veth", whose other ends are veth0, veth1 and so on; 0 or an
 * errno. */
static int
add_link(const char *name, const char *kind)
{
	struct mnl_socket *nl = mnl_socket_open(NETLINK_ROUTE);
	_Alignas(struct nlmsghdr) char buf[8192];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	const struct nlmsgerr *err;
	struct ifinfomsg *ifi;
	struct nlattr *info;
	int e;

	nlh->nlmsg_type = RTM_NEWLINK;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE |
	    NLM_F_EXCL;
	ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	ifi->ifi_family = AF_UNSPEC;
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, kind);
	mnl_attr_nest_end(nlh, info);
	mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID);
	mnl_socket_sendto(nl, nlh, nlh->nlmsg_len);
	mnl_socket_recvfrom(nl, buf, sizeof(buf));
	err = mnl_nlmsg_get_payload((struct nlmsghdr *)buf);
	e = -err->error;
	mnl_socket_close(nl);
	return e;
}

static struct link
found(const char *name)
{
	struct uvnf_error e;
	struct link link;

	if (link_find(links, name, &link, &e) != 0)
		fail_msg("%s", e.text);
	return link;
}

static void
need_namespace(void)
{
	if (!alone)
		skip();
}

static void
test_find(void **state)
{
	struct uvnf_error e;
	struct link link;

	(void)state;
	need_namespace();
	assert_int_equal(found("nothing").index, 0);
	assert_int_not_equal(found("br0").index, 0);
	assert_int_equal(found("br0").kind, LINK_BRIDGE);
	assert_int_equal(found("d0").kind, LINK_OTHER);
	assert_int_equal(found("d0").mtu, 1500);
	assert_int_equal(link_find_bridge(links, "br1", &link, &e), 0);
	assert_int_equal(link_find_bridge(links, "br9", &link, &e),
	    -UVNF_E_BUILD_FAILED);
	assert_string_equal(e.text, "bridge 'br9' does not exist");
	assert_int_equal(link_find_bridge(links, "d0", &link, &e),
	    -UVNF_E_BUILD_FAILED);
	assert_string_equal(e.text, "'d0' is no Linux bridge");
}

/* Whichever comes first, the device or the wait for it. */
static void
test_await(void **state)
{
	struct uvnf_error e;
	struct link link;
	int status;
	pid_t pid;

	(void)state;
	need_namespace();
	pid = fork();
	if (pid == 0)
		_exit(add_link("late", "veth"));
	assert_int_equal(link_await(links, "late", &link, &e), 0);
	assert_int_not_equal(link.index, 0);
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

static void
test_plug(void **state)
{
	struct link dev, br0, br1;
	struct uvnf_error e;

	(void)state;
	need_namespace();
	br0 = found("br0");
	br1 = found("br1");
	dev = found("d0");
	link_quiet(links, dev.index);
	assert_int_equal(link_plug(links, "d0", dev.index, br0.index, 1400,
	    &e), 0);
	dev = found("d0");
	assert_int_equal(dev.master, br0.index);
	assert_int_equal(dev.mtu, 1400);
	assert_true(dev.is_port);
	assert_int_equal(link_plug(links, "d0", dev.index, br1.index, 0, &e),
	    0);
	assert_int_equal(found("d0").master, br1.index);
	assert_int_equal(found("d0").mtu, 1400);
	assert_int_equal(link_plug(links, "d0", dev.index, 0, 1500, &e), 0);
	assert_int_equal(found("d0").master, 0);
	assert_false(found("d0").is_port);
	assert_int_equal(link_await_free(links, "d0", &e), 0);
	assert_int_equal(link_plug(links, "d0", dev.index, 9999, 0, &e),
	    -UVNF_E_SYSTEM);
	assert_int_equal(link_plug(links, "d9", 9999, br0.index, 0, &e),
	    -UVNF_E_SYSTEM);
	assert_string_equal(e.text, "cannot plug d9 in: No such device");
}

static void
test_gate(void **state)
{
	uint64_t end = now_us() + 10000000;
	struct link dev, br0;
	struct uvnf_error e;

	(void)state;
	need_namespace();
	br0 = found("br0");
	dev = found("d0");
	assert_int_equal(link_plug(links, "br0", br0.index, 0, 0, &e), 0);
	assert_int_equal(link_plug(links, "veth0", found("veth0").index, 0,
	    0, &e), 0);
	assert_int_equal(link_plug(links, "d0", dev.index, br0.index, 0, &e),
	    0);
	/* The bridge opens it when it has seen the carrier, a bit later. */
	while (found("d0").is_closed && now_us() < end)
		;
	assert_false(found("d0").is_closed);
	assert_int_equal(link_gate(links, "d0", dev.index, false, &e), 0);
	assert_true(found("d0").is_closed);
	assert_int_equal(link_gate(links, "d0", dev.index, true, &e), 0);
	assert_false(found("d0").is_closed);
	assert_int_equal(link_plug(links, "d0", dev.index, 0, 0, &e), 0);
	assert_int_equal(link_gate(links, "d0", dev.index, false, &e),
	    -UVNF_E_SYSTEM);
}

/* Between Linux bridges and nowhere. */
static void
test_move(void **state)
{
	static const struct place br0 = { PLUG_BRIDGE, "br0", 0 };
	static const struct place br1 = { PLUG_BRIDGE, "br1", 1300 };
	static const struct place br9 = { PLUG_BRIDGE, "br9", 0 };
	static const struct place nowhere = { PLUG_NONE, "", 0 };
	struct plug_vif v = { .dev = "d1" };
	struct uvnf_error e;
	bool touched = true;

	(void)state;
	need_namespace();
	assert_int_equal(plug_in(links, &v, &br0, &e), 0);
	assert_int_equal(found("d1").master, found("br0").index);
	assert_int_equal(plug_move(links, &v, &br0, &br9, &touched, &e),
	    -UVNF_E_BUILD_FAILED);
	assert_false(touched);
	assert_int_equal(found("d1").master, found("br0").index);
	assert_int_equal(plug_move(links, &v, &br0, &br1, &touched, &e), 0);
	assert_int_equal(found("d1").master, found("br1").index);
	assert_int_equal(found("d1").mtu, 1300);
	assert_int_equal(plug_move(links, &v, &br1, &nowhere, &touched, &e),
	    0);
	assert_int_equal(found("d1").master, 0);
	assert_int_equal(plug_out("d1", &nowhere, &e), 0);
	strcpy(v.dev, "d9");
	assert_int_equal(plug_move(links, &v, &nowhere, &br0, &touched, &e),
	    -UVNF_E_SYSTEM);
	assert_false(touched);
	assert_string_equal(e.text, "net device 'd9' is not there");
}

static int
set_up(void **state)
{
	struct uvnf_error e;

	(void)state;
	alone = unshare(CLONE_NEWNET) == 0 ||
	    unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0;
	if (alone && add_link("br0", "bridge") == EOPNOTSUPP)
		alone = false;		/* a kernel without bridges */
	if (!alone) {
		printf("skipped: no network namespace with bridges\n");
		return 0;
	}
	if (add_link("br1", "bridge") != 0 || add_link("d0", "veth") != 0 ||
	    add_link("d1", "veth") != 0)
		return -1;
	links = links_open(&e);
	return links != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	links_close(links);
	return 0;
}

/* Bridges of our own: made twice, known by their mark, never somebody's. */
static void
test_bridges(void **state)
{
	static const uint8_t mark[] = { 0x02, 'u', 'v' };
	struct uvnf_error e;

	(void)state;
	need_namespace();
	assert_int_equal(link_make_bridge(links, "uv0", &e), 0);
	assert_int_equal(found("uv0").kind, LINK_BRIDGE);
	assert_memory_equal(found("uv0").mac, mark, sizeof(mark));
	assert_int_equal(link_make_bridge(links, "uv0", &e), 0);
	assert_int_equal(link_make_bridge(links, "br0", &e),
	    -UVNF_E_NAME_TAKEN);
	assert_int_equal(link_make_bridge(links, "d0", &e),
	    -UVNF_E_NAME_TAKEN);
	assert_int_equal(link_unmake_bridge(links, "br0", &e),
	    -UVNF_E_NAME_TAKEN);
	assert_string_equal(e.text, "there is a net device 'br0' already, "
	    "which uvnfd has not made; take another name");
	assert_int_not_equal(found("br0").index, 0);
	assert_int_equal(link_unmake_bridge(links, "uv0", &e), 0);
	assert_int_equal(found("uv0").index, 0);
	assert_int_equal(link_unmake_bridge(links, "uv0", &e), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_await),
		cmocka_unit_test(test_plug),
		cmocka_unit_test(test_gate),
		cmocka_unit_test(test_move),
		cmocka_unit_test(test_bridges),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
