/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/util.h"
#include "daemon/domain.h"
#include "daemon/mac.h"

#define MANY 2000

static struct template
template_of(const char *name, unsigned nvifs)
{
	struct template t = { .name = xstrdup(name), .nvifs = nvifs };
	unsigned i;

	for (i = 0; i < nvifs; i++)
		snprintf(t.vifs[i].place.name,
		    sizeof(t.vifs[i].place.name),
		    "xenbr%u", i);
	return t;
}

static void
test_new(void **state)
{
	struct template t = template_of("web", 2);
	struct domain *d = domain_new(&t, KIND_BOOTED);
	char uuid[UUID_TEXT_LEN + 1], name[64];

	(void)state;
	assert_ptr_equal(d->template, &t);
	assert_int_equal(d->kind, KIND_BOOTED);
	assert_int_equal(d->domid, -1);
	assert_int_equal(d->nvifs, 2);
	assert_string_equal(d->vifs[0].place.name, "xenbr0");
	assert_string_equal(d->vifs[1].place.name, "xenbr1");
	assert_string_equal(d->vifs[0].dev, "");
	assert_null(d->vnf);
	assert_null(d->backend);
	assert_false(d->announced);
	assert_false(d->dead);
	assert_int_equal(d->uuid[6] >> 4, 4);
	assert_int_equal(d->uuid[8] >> 6, 2);
	snprintf(name, sizeof(name), "uvnf-web-%.8s",
	    uuid_format(d->uuid, uuid));
	assert_string_equal(d->name, name);
	domain_free(d);
	domain_free(NULL);
	free(t.name);
}

static void
test_longest_name(void **state)
{
	char name[TEMPLATE_NAME_MAX + 1];
	struct template t;
	struct domain *d;

	(void)state;
	memset(name, 'n', TEMPLATE_NAME_MAX);
	name[TEMPLATE_NAME_MAX] = '\0';
	t = template_of(name, 0);
	d = domain_new(&t, KIND_COLD);
	assert_int_equal(strlen(d->name), 5 + TEMPLATE_NAME_MAX + 1 + 8);
	assert_memory_equal(d->name + 5, name, TEMPLATE_NAME_MAX);
	domain_free(d);
	free(t.name);
}

static int
compare_macs(const void *a, const void *b)
{
	return memcmp(a, b, 6);
}

/* No two of some hundred domains share a MAC while they are there. */
static void
test_macs(void **state)
{
	static uint8_t macs[MANY][6];
	struct domain *domains[MANY / TEMPLATE_VIFS_MAX], *d;
	struct template t = template_of("web", TEMPLATE_VIFS_MAX);
	unsigned i, j;

	(void)state;
	for (i = 0; i < MANY; i += TEMPLATE_VIFS_MAX) {
		d = domains[i / TEMPLATE_VIFS_MAX] = domain_new(&t,
		    KIND_PAUSED);
		for (j = 0; j < TEMPLATE_VIFS_MAX; j++) {
			memcpy(macs[i + j], d->vifs[j].mac, 6);
			assert_memory_equal(macs[i + j], "\x00\x16\x3e", 3);
			assert_true(mac_used(macs[i + j]));
		}
	}
	qsort(macs, MANY, 6, compare_macs);
	for (i = 1; i < MANY; i++)
		assert_memory_not_equal(macs[i - 1], macs[i], 6);
	for (i = 0; i < MANY / TEMPLATE_VIFS_MAX; i++)
		domain_free(domains[i]);
	for (i = 0; i < MANY; i++)
		assert_false(mac_used(macs[i]));
	free(t.name);
}

/* What a template gives may be in use several times. */
static void
test_given_mac(void **state)
{
	static const uint8_t given[6] = { 2, 0, 0, 0, 0, 1 };
	static const uint8_t other[6] = { 2, 0, 0, 0, 0, 2 };
	struct template t = template_of("web", 2);
	struct domain *a, *b;

	(void)state;
	t.vifs[1].mac_source = MAC_GIVEN;
	memcpy(t.vifs[1].mac, given, 6);
	a = domain_new(&t, KIND_COLD);
	b = domain_new(&t, KIND_COLD);
	assert_memory_equal(a->vifs[1].mac, given, 6);
	assert_memory_equal(b->vifs[1].mac, given, 6);
	domain_set_mac(a, 1, other);
	assert_true(mac_used(given));
	assert_true(mac_used(other));
	domain_free(b);
	assert_false(mac_used(given));
	domain_free(a);
	assert_false(mac_used(other));
	free(t.name);
}

static void
test_mac_formulas(void **state)
{
	static const uint8_t uuid[16] = { [13] = 0xab, 0xcd, 0xe0 };
	static const uint8_t zeros[6], multicast[6] = { 0x01, 0, 0x5e };
	uint8_t mac[6];

	(void)state;
	mac_of_uuid(mac, uuid, 7);
	assert_memory_equal(mac, "\x00\x16\x3e\xab\xcd\xe7", 6);
	/* Python: hex(zlib.crc32(b"web1")) is 0x9fa547ed */
	mac_of_name(mac, "web1", 0);
	assert_memory_equal(mac, "\x00\x16\x3e\xa5\x47\xed", 6);
	mac_of_name(mac, "web1", 1);
	assert_memory_equal(mac, "\x00\x16\x3e\xa5\x47\xec", 6);
	assert_true(mac_is_usable(mac));
	assert_false(mac_is_usable(zeros));
	assert_false(mac_is_usable(multicast));
}

static void
test_uuid_text(void **state)
{
	static const uint8_t uuid[16] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab,
	    0x4d, 0xef, 0x80, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0xff };
	static const char text[] = "01234567-89ab-4def-8011-2233445566ff";
	static const char *const bad[] = { "", "0", "01234567",
	    "01234567-89ab-4def-8011-2233445566f",
	    "01234567-89ab-4def-8011-2233445566fff",
	    "01234567-89ab-4def-8011-2233445566f ",
	    "01234567-89ab-4def-8011-2233445566f-",
	    "0123456789ab4def80112233445566ff",
	    "01234567:89ab-4def-8011-2233445566ff",
	    "012345678-9ab-4def-8011-2233445566ff",
	    "g1234567-89ab-4def-8011-2233445566ff",
	    " 01234567-89ab-4def-8011-2233445566ff",
	    "{01234567-89ab-4def-8011-2233445566ff}" };
	char buf[UUID_TEXT_LEN + 1];
	uint8_t back[16];
	size_t i;

	(void)state;
	assert_ptr_equal(uuid_format(uuid, buf), buf);
	assert_string_equal(buf, text);
	assert_int_equal(uuid_parse(text, back), 0);
	assert_memory_equal(back, uuid, 16);
	memset(back, 0, sizeof(back));
	assert_int_equal(uuid_parse("01234567-89AB-4DEF-8011-2233445566FF",
	    back), 0);
	assert_memory_equal(back, uuid, 16);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(uuid_parse(bad[i], back), -1);
	assert_memory_equal(back, uuid, 16);
}

static void
test_mac_text(void **state)
{
	static const uint8_t mac[6] = { 0x00, 0x16, 0x3e, 0xab, 0xcd, 0x0f };
	static const char *const bad[] = { "", "00:16:3e:ab:cd",
	    "00:16:3e:ab:cd:", "00:16:3e:ab:cd:0f:", "00:16:3e:ab:cd:0f:00",
	    "00-16-3e-ab-cd-0f", "0:16:3e:ab:cd:0f", "00:16:3e:ab:cd:0g",
	    "00163eabcd0f" };
	char buf[18];
	uint8_t back[6];
	size_t i;

	(void)state;
	assert_ptr_equal(mac_format(mac, buf), buf);
	assert_string_equal(buf, "00:16:3e:ab:cd:0f");
	assert_int_equal(mac_parse("00:16:3E:AB:cd:0F", back), 0);
	assert_memory_equal(back, mac, 6);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(mac_parse(bad[i], back), -1);
	assert_memory_equal(back, mac, 6);
}

static void
test_words(void **state)
{
	(void)state;
	assert_string_equal(domain_kind_word(KIND_COLD), "cold");
	assert_string_equal(domain_kind_word(KIND_PAUSED), "paused");
	assert_string_equal(domain_kind_word(KIND_BOOTED), "booted");
	assert_string_equal(template_type_word(TYPE_PV), "pv");
	assert_string_equal(template_type_word(TYPE_PVH), "pvh");
	assert_string_equal(template_ready_word(READY_CONSOLE), "console");
	assert_string_equal(template_ready_word(READY_RUNNING), "running");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_new),
		cmocka_unit_test(test_longest_name),
		cmocka_unit_test(test_macs),
		cmocka_unit_test(test_given_mac),
		cmocka_unit_test(test_mac_formulas),
		cmocka_unit_test(test_uuid_text),
		cmocka_unit_test(test_mac_text),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
