/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* The vifs of a template, of a request, and what becomes of the two. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/util.h"
#include "daemon/config.h"
#include "daemon/mac.h"
#include "daemon/net.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A template that needs its rest, in the indentation of its keys. */
#define WEB "templates:\n  web:\n    kernel: /k\n"

struct refused {
	const char *text;
	const char *sentence;	/* behind FILE: */
};

static const struct refused bad_vifs[] = {
	{ WEB "    vifs: [{bridge: a, ovs: br0}]\n", "4:24: a vif is plugged "
	    "into one thing: it has bridge already, so leave out ovs" },
	{ WEB "    vifs: [{ovs: br0, bridge: none}]\n", "4:23: a vif is "
	    "plugged into one thing: it has ovs already, so leave out "
	    "bridge" },
	{ WEB "    vifs: [{mac: '00:16:3e:00:00:01'}]\n", "4:12: this vif "
	    "lacks the key bridge or ovs, the bridge to plug it into, or "
	    "'bridge: none'" },
	{ WEB "    vifs: [{ovs: 'a:b'}]\n", "4:18: ovs must be the name of a "
	    "bridge, at most 15 characters without '/', ':', '%' and space, "
	    "not 'a:b'" },
	{ WEB "    vifs: [{ovs: }]\n", "4:18: ovs must be a text, not "
	    "nothing" },
#define MAC_SENTENCE "mac must be derived, name, or an address like " \
	"00:16:3e:12:34:56 that is not multicast, not "
	{ WEB "    vifs: [{bridge: a, mac: '01:16:3e:00:00:01'}]\n",
	    "4:29: " MAC_SENTENCE "'01:16:3e:00:00:01'" },
	{ WEB "    vifs: [{bridge: a, mac: '00:00:00:00:00:00'}]\n",
	    "4:29: " MAC_SENTENCE "'00:00:00:00:00:00'" },
	{ WEB "    vifs: [{bridge: a, mac: 00163e000001}]\n", "4:29: "
	    MAC_SENTENCE "'00163e000001'" },
	{ WEB "    vifs: [{bridge: a, mac: '00:16:3e:00:00:01:02'}]\n",
	    "4:29: " MAC_SENTENCE "'00:16:3e:00:00:01:02'" },
	{ WEB "    vifs: [{bridge: a, mac: random}]\n", "4:29: "
	    MAC_SENTENCE "'random'" },
	{ WEB "    vifs: [{bridge: a, mac: [derived]}]\n", "4:29: mac must be "
	    "a text, not a list" },
	{ WEB "    vifs: [{bridge: a, mtu: 67}]\n", "4:29: mtu must be a "
	    "whole number from 68 to 65517, not '67'" },
	{ WEB "    vifs: [{bridge: a, mtu: 65518}]\n", "4:29: mtu must be a "
	    "whole number from 68 to 65517, not '65518'" },
	{ WEB "    vifs: [{bridge: a, mtu: 1k}]\n", "4:29: mtu must be a "
	    "whole number from 68 to 65517, not '1k'" },
	{ WEB "    vifs: [{bridge: a, rate_mbit: 0}]\n", "4:35: rate_mbit "
	    "must be a whole number from 1 to 100000, not '0'" },
	{ WEB "    vifs: [{bridge: a, rate_mbit: 100001}]\n", "4:35: "
	    "rate_mbit must be a whole number from 1 to 100000, not "
	    "'100001'" },
	{ WEB "    vifs: [{bridge: a, script: vif-bridge}]\n", "4:32: script "
	    "must be an absolute path, which 'vif-bridge' is not" },
	{ WEB "    vifs: [{bridge: a, mac: '00:16:3e:00:00:01'}]\n"
	    "    pool: {booted: 1, paused: 1}\n", "2:3: template web: 2 shells "
	    "cannot share the mac 00:16:3e:00:00:01 of vif 0; have one "
	    "shell, or take 'mac: derived' or 'mac: name'" },
};

static char path[] = "/tmp/test_network.XXXXXX";

static struct config *
read_text(const char *text, struct uvnf_error *e)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	fclose(f);
	return config_read(path, e);
}

static struct config *
accept(const char *text)
{
	struct uvnf_error e;
	struct config *c = read_text(text, &e);

	if (c == NULL)
		fail_msg("%s", e.text);
	return c;
}

static void
test_vifs(void **state)
{
	static const uint8_t mac[6] = { 2, 0x16, 0x3e, 0xab, 0xcd, 0xef };
	struct config *c = accept(WEB "    vifs:\n"
	    "    - {bridge: none, mac: name}\n"
	    "    - {ovs: br-int, mac: 02:16:3E:ab:cd:ef, mtu: 65517}\n"
	    "    - {bridge: b, rate_mbit: 100000, mtu: 68, script: /a b}\n"
	    "    pool: {booted: 1}\n");
	const struct template_vif *v = c->templates[0]->vifs;

	(void)state;
	assert_int_equal(c->templates[0]->nvifs, 3);
	assert_int_equal(v[0].place.plug, PLUG_NONE);
	assert_string_equal(v[0].place.name, "");
	assert_int_equal(v[0].place.mtu, 0);
	assert_int_equal(v[0].mac_source, MAC_NAME);
	assert_int_equal(v[0].rate_mbit, 0);
	assert_null(v[0].script);
	assert_int_equal(v[1].place.plug, PLUG_OVS);
	assert_string_equal(v[1].place.name, "br-int");
	assert_int_equal(v[1].place.mtu, 65517);
	assert_int_equal(v[1].mac_source, MAC_GIVEN);
	assert_memory_equal(v[1].mac, mac, sizeof(mac));
	assert_int_equal(v[2].place.plug, PLUG_BRIDGE);
	assert_int_equal(v[2].place.mtu, 68);
	assert_int_equal(v[2].rate_mbit, 100000);
	assert_string_equal(v[2].script, "/a b");
	config_free(c);
}

static void
test_bad_vifs(void **state)
{
	struct uvnf_error e;
	char *sentence;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad_vifs); i++) {
		assert_null(read_text(bad_vifs[i].text, &e));
		sentence = xasprintf("%s:%s", path, bad_vifs[i].sentence);
		assert_string_equal(e.text, sentence);
		free(sentence);
	}
}

static void
test_places(void **state)
{
	static const struct {
		const char *text;
		struct place place;
	} good[] = {
		{ "xenbr0", { PLUG_BRIDGE, "xenbr0", 0 } },
		{ "none", { PLUG_BRIDGE, "none", 0 } },
		{ "ovs:br-int.12345678", { PLUG_OVS, "br-int.12345678", 0 } },
		{ "none:", { PLUG_NONE, "", 0 } },
		{ "b/1500", { PLUG_BRIDGE, "b", 1500 } },
		{ "ovs:a23456789012345/65517",
		    { PLUG_OVS, "a23456789012345", 65517 } },
		{ "none:/68", { PLUG_NONE, "", 68 } },
	};
	static const char *const bad[] = { "", "ovs:", "none:x", "/1500",
	    "a/", "a/67", "a/65518", "a/1500/1500", "a b", "vlan:a", "..",
	    "a234567890123456", "ovs:a234567890123456" };
	char buf[PLACE_TEXT_MAX];
	struct place p;
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(place_parse(good[i].text, &p), 0);
		assert_string_equal(place_format(&p, buf), good[i].text);
		for (j = 0; j < sizeof(good) / sizeof(good[0]); j++)
			assert_int_equal(place_equal(&p, &good[j].place),
			    i == j);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(place_parse(bad[i], &p), -1);
}

/* --- what a request says ------------------------------------------------- */

static void
test_wish(void **state)
{
	struct net_wish w = { 0 };
	struct uvnf_error e;

	(void)state;
	assert_int_equal(net_wish_parse(&w, "vifs.2.ovs", "br-int", &e), 0);
	assert_int_equal(net_wish_parse(&w, "vifs.0.bridge", "none", &e), 0);
	assert_int_equal(net_wish_parse(&w, "vifs.0.mac",
	    "02:00:00:00:00:FF", &e), 0);
	assert_int_equal(w.nvifs, 3);
	assert_true(w.vifs[0].placed);
	assert_int_equal(w.vifs[0].place.plug, PLUG_NONE);
	assert_true(w.vifs[0].has_mac);
	assert_memory_equal(w.vifs[0].mac, "\2\0\0\0\0\377", 6);
	assert_false(w.vifs[1].placed);
	assert_false(w.vifs[1].has_mac);
	assert_int_equal(w.vifs[2].place.plug, PLUG_OVS);
	assert_string_equal(w.vifs[2].place.name, "br-int");
	assert_false(w.vifs[2].has_mac);
}

static void
test_bad_wishes(void **state)
{
	static const struct {
		const char *key, *value, *sentence;
	} bad[] = {
		{ "vifs.8.mac", "02:00:00:00:00:01", "'vifs.8.mac=' is no "
		    "key: a vif is vifs.0 to vifs.7" },
		{ "vifs.-1.mac", "02:00:00:00:00:01", "'vifs.-1.mac=' is no "
		    "key: a vif is vifs.0 to vifs.7" },
		{ "vifs.00.mac", "02:00:00:00:00:01", "'vifs.00.mac=' is no "
		    "key: a vif is vifs.0 to vifs.7" },
		{ "vifs.", "x", "'vifs.=' is no key: a vif is vifs.0 to "
		    "vifs.7" },
		{ "vifs.0", "x", "'vifs.0=' is no key: a vif is vifs.0 to "
		    "vifs.7" },
		{ "vifs.0.", "x", "'vifs.0.=' is no key: a request can say "
		    "bridge, ovs and mac of a vif" },
		{ "vifs.0.mtu", "1500", "'vifs.0.mtu=' is no key: a request "
		    "can say bridge, ovs and mac of a vif" },
		{ "vifs.1.bridge", "", "'' is no name of a bridge for vif 1: "
		    "at most 15 characters, without '/', ':', '%' and "
		    "space" },
		{ "vifs.1.ovs", "a b", "'a b' is no name of a bridge for vif "
		    "1: at most 15 characters, without '/', ':', '%' and "
		    "space" },
		{ "vifs.1.bridge", "br%d", "'br%d' is no name of a bridge for "
		    "vif 1: at most 15 characters, without '/', ':', '%' and "
		    "space" },
		{ "vifs.1.ovs", "a234567890123456", "'a234567890123456' is no "
		    "name of a bridge for vif 1: at most 15 characters, "
		    "without '/', ':', '%' and space" },
		{ "vifs.7.mac", "03:00:00:00:00:01", "'03:00:00:00:00:01' is "
		    "no MAC address for vif 7: one like 00:16:3e:12:34:56 "
		    "that is not multicast" },
		{ "vifs.7.mac", "name", "'name' is no MAC address for vif 7: "
		    "one like 00:16:3e:12:34:56 that is not multicast" },
		{ "vifs.3.ovs", "b", "vif 3 is to have a bridge= and an "
		    "ovs=; it is plugged into one thing" },
	};
	struct uvnf_error e;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		struct net_wish w = { 0 };

		w.vifs[3].placed = true;
		assert_int_equal(net_wish_parse(&w, bad[i].key, bad[i].value,
		    &e), -UVNF_E_BAD_REQUEST);
		assert_string_equal(e.text, bad[i].sentence);
	}
}

static void
test_not_allowed(void **state)
{
	struct config *c = accept(WEB "    vifs:\n    - {bridge: a}\n"
	    "    - {bridge: b, script: /s}\n    override: [vifs]\n"
	    "  mail: {kernel: /k, vifs: [{bridge: a}]}\n");
	struct net_wish w = { .nvifs = 1, .vifs[1].has_mac = true };
	struct uvnf_error e;

	(void)state;
	assert_int_equal(net_wish_check(&w, c->templates[1], &e),
	    -UVNF_E_BAD_REQUEST);
	assert_string_equal(e.text, "template 'mail' does not let a request "
	    "give its own vifs; its key override would have to list vifs");
	assert_int_equal(net_wish_check(&w, c->templates[0], &e), 0);
	w.nvifs = 2;
	assert_int_equal(net_wish_check(&w, c->templates[0], &e), 0);
	w.vifs[1].placed = true;
	assert_int_equal(net_wish_check(&w, c->templates[0], &e),
	    -UVNF_E_BAD_REQUEST);
	assert_string_equal(e.text, "vif 1 of template 'web' is plugged in by "
	    "/s, which a request cannot change");
	w.nvifs = 3;
	assert_int_equal(net_wish_check(&w, c->templates[0], &e),
	    -UVNF_E_BAD_REQUEST);
	assert_string_equal(e.text, "template 'web' has 2 vifs, so there is "
	    "no vif 2");
	config_free(c);
}

/* --- what a VNF gets ----------------------------------------------------- */

static void
test_wanted(void **state)
{
	struct config *c = accept(WEB "    vifs:\n    - {bridge: a, mac: "
	    "name}\n    - {bridge: b, mtu: 1400}\n");
	struct template *t = c->templates[0];
	struct domain *d = domain_new(t, KIND_BOOTED);
	struct domain_vif vifs[TEMPLATE_VIFS_MAX];
	struct net_wish w = { .nvifs = 2 };
	struct uvnf_error e;
	uint8_t mac[6];

	(void)state;
	assert_false(net_is_plain(t, NULL));
	mac_of_name(mac, "web1", 0);
	assert_int_equal(net_wanted(d, "web1", NULL, vifs), 1);
	assert_memory_equal(vifs[0].mac, mac, 6);
	assert_string_equal(vifs[0].place.name, "a");
	assert_memory_equal(vifs[1].mac, d->vifs[1].mac, 6);
	assert_int_equal(net_wish_parse(&w, "vifs.1.ovs", "o", &e), 0);
	assert_int_equal(net_wish_parse(&w, "vifs.0.mac",
	    "02:00:00:00:00:01", &e), 0);
	assert_int_equal(net_wanted(d, "web1", &w, vifs), 3);
	assert_memory_equal(vifs[0].mac, "\2\0\0\0\0\1", 6);
	assert_int_equal(vifs[1].place.plug, PLUG_OVS);
	assert_string_equal(vifs[1].place.name, "o");
	assert_int_equal(vifs[1].place.mtu, 1400);
	net_apply(d, "web1", &w);
	assert_int_equal(net_wanted(d, "web1", &w, vifs), 0);
	assert_int_equal(net_wanted(d, "web2", &w, vifs), 0);
	assert_int_equal(net_wanted(d, "web2", NULL, vifs), 1);
	assert_true(mac_used((const uint8_t *)"\2\0\0\0\0\1"));
	domain_free(d);
	assert_false(mac_used((const uint8_t *)"\2\0\0\0\0\1"));
	config_free(c);
}

static void
test_plain(void **state)
{
	struct config *c = accept(WEB "    vifs: [{bridge: a, mac: "
	    "'02:00:00:00:00:01'}]\n");
	struct net_wish w = { 0 };

	(void)state;
	assert_true(net_is_plain(c->templates[0], NULL));
	assert_false(net_is_plain(c->templates[0], &w));
	config_free(c);
}

static int
set_up(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int
tear_down(void **state)
{
	(void)state;
	return unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vifs),
		cmocka_unit_test(test_bad_vifs),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_wish),
		cmocka_unit_test(test_bad_wishes),
		cmocka_unit_test(test_not_allowed),
		cmocka_unit_test(test_wanted),
		cmocka_unit_test(test_plain),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
