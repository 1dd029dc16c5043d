/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* What templates inherit from one another, and their parameters. */

#include "config_file.h"

static const struct refused lineages[] = {
	{ WEB "    extends: base\n", "4:14: no template is called 'base', "
	    "which this one extends" },
	{ WEB "    extends:\n", "4:13: extends must be the name of a "
	    "template, not nothing" },
	{ WEB "    extends: [web]\n", "4:14: extends must be the name of a "
	    "template, not a list" },
	{ WEB "    extends: web\n", "4:14: template web extends itself: web "
	    "-> web" },
	{ "templates:\n  a: {extends: b}\n  b: {extends: c}\n"
	    "  c: {extends: b}\n", "4:16: template b extends itself: b -> c "
	    "-> b" },
	{ WEB "    abstract: 1\n", "4:15: abstract must be one of false, "
	    "true, not '1'" },
	{ WEB "    abstract: true\n", "2:3: every template here is abstract; "
	    "the file needs at least one that is not" },
	/* what is inherited is wrong where it stands */
	{ "templates:\n  a: {extends: b}\n  b: {vcpus: 0, kernel: /k}\n",
	    "3:14: vcpus must be a whole number from 1 to 128, not '0'" },
	{ "templates:\n  a: {extends: b}\n  b: [c]\n", "3:6: template b "
	    "must be a map with keys, not a list" },
	{ WEB "  b: {abstract: true, vcpu: 1}\n", "4:23: unknown key 'vcpu' "
	    "in template b; did you mean vcpus? the keys are: ..." },
	/* being abstract is not inherited, so that this lacks a kernel */
	{ "templates:\n  a: {extends: b}\n  b: {abstract: true}\n",
	    "2:3: template a lacks the key kernel, the absolute path of its "
	    "image" },
};

static void
test_lineages(void **state)
{
	char *text = xmalloc(4096);
	size_t len;
	int i;

	(void)state;
	REFUSE_ALL(lineages);
	len = (size_t)sprintf(text, "templates:\n");
	for (i = 0; i < 17; i++)
		len += (size_t)sprintf(text + len,
		    " t%d: {extends: t%d, kernel: /k}\n", i, i + 1);
	sprintf(text + len, " t%d: {kernel: /k}\n", i);
	refuse(text, "17:17: more than 16 templates extend one another "
	    "here");
	free(text);
}

/* Later keys win, whatever the order in the file; maps go key by key. */
static void
test_extends(void **state)
{
	struct config *c = accept("templates:\n"
	    "  leaf: {extends: middle, memory_mb: 16, pool: {booted: 3}}\n"
	    "  middle: {extends: root, vifs: [{bridge: b}], vcpus: 2,\n"
	    "    ready: running}\n"
	    "  other: {extends: root, ready: {handler: b.c}}\n"
	    "  root: {abstract: true, ready: {handler: x.y}, kernel: /r, memory_mb: 9, vcpus: 4,\n"
	    "    vifs: [{bridge: x}, {bridge: y}],\n"
	    "    pool: {paused: 1, booted: 2}}\n");
	const struct template *leaf = config_template(c, "leaf");
	const struct template *middle = config_template(c, "middle");

	(void)state;
	assert_int_equal(c->ntemplates, 3);
	assert_null(config_template(c, "root"));
	assert_true(config_is_abstract(c, "root"));
	assert_false(config_is_abstract(c, "leaf"));
	assert_int_equal(leaf->index, 0);
	assert_int_equal(middle->index, 1);
	assert_string_equal(leaf->name, "leaf");
	assert_string_equal(leaf->kernel, "/r");
	assert_int_equal(leaf->memory_mb, 16);
	assert_int_equal(leaf->vcpus, 2);
	assert_int_equal(leaf->nvifs, 1);
	assert_string_equal(leaf->vifs[0].bridge, "b");
	assert_string_equal(leaf->vifs[1].bridge, "");
	assert_int_equal(leaf->pool[KIND_PAUSED], 1);
	assert_int_equal(leaf->pool[KIND_BOOTED], 3);
	assert_int_equal(leaf->ready, READY_RUNNING);
	assert_null(leaf->ready_element);
	assert_string_equal(config_template(c, "other")->ready_element, "b");
	assert_int_equal(middle->memory_mb, 9);
	assert_int_equal(middle->pool[KIND_BOOTED], 2);
	config_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lineages),
		cmocka_unit_test(test_extends),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
