/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * The daemon's configuration file.  Behind a line "=====" the input has the
 * Click text that templates may name as a.click.
 */

#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "daemon/click.h"
#include "daemon/config.h"
#include "fuzz.h"

const char fuzz_target[] = "config";

#define MARK "\n=====\n"

/* Where in the file it is, and what. */
static void
require_placed(const struct uvnf_error *e, const char *path)
{
	size_t len = strlen(path);

	fuzz_require_error(-UVNF_E_BAD_CONFIG, e);
	REQUIRE(strncmp(e->text, path, len) == 0);
	REQUIRE(e->text[len] == ':' && e->text[len + 1] >= '1' &&
	    e->text[len + 1] <= '9');
}

static void
require_pool(const struct template *t)
{
	int kind;

	REQUIRE(t->pool[KIND_COLD] == 0);
	for (kind = 0; kind < KIND_COUNT; kind++) {
		REQUIRE(t->pool_min[kind] <= t->pool[kind]);
		REQUIRE(t->pool[kind] <= t->pool_max[kind]);
		REQUIRE(t->pool_max[kind] <= POOL_MAX);
	}
	if (t->pool[KIND_ARMED] > 0)
		REQUIRE(template_can_arm(t, NULL) == 0);
}

static void
require_config(const struct template *t)
{
	uint32_t vifs;
	unsigned i;

	REQUIRE(t->config_len <= CLICK_CONFIG_MAX);
	REQUIRE(t->ahead == NULL || t->config != NULL);
	if (t->ahead != NULL)
		REQUIRE(click_scan(t->ahead, t->ahead_len, t->nvifs, &vifs,
		    NULL) == 0);
	for (i = 0; i < t->params.n; i++) {
		const struct param *p = &t->params.list[i];

		REQUIRE(param_name_valid(p->name) && !param_built_in(p->name));
		REQUIRE(params_get(&t->params, p->name) == p);
		if (p->value != NULL)
			REQUIRE(param_value_check(p->name, p->value, NULL) ==
			    0);
	}
}

static void
require_vifs(const struct template *t)
{
	char text[PLACE_TEXT_MAX];
	struct place same;
	unsigned i;

	REQUIRE(t->nvifs <= TEMPLATE_VIFS_MAX);
	for (i = 0; i < t->nvifs; i++) {
		/* As the journal will have it. */
		place_format(&t->vifs[i].place, text);
		REQUIRE(strchr(text, ' ') == NULL);
		REQUIRE(place_parse(text, &same) == 0);
		REQUIRE(place_equal(&same, &t->vifs[i].place));
	}
}

static void
require_template(const struct config *c, unsigned i)
{
	const struct template *t = c->templates[i];

	REQUIRE(t->index == i && t->refs == 0);
	REQUIRE(name_valid(t->name) && config_template(c, t->name) == t);
	REQUIRE(!config_is_abstract(c, t->name));
	REQUIRE(t->kernel != NULL && t->kernel[0] == '/');
	REQUIRE(t->ramdisk == NULL || t->ramdisk[0] == '/');
	REQUIRE(t->memory_mb > 0 && t->vcpus > 0);
	REQUIRE(t->routers >= 1 && t->routers <= TEMPLATE_ROUTERS_MAX);
	REQUIRE((t->ready == READY_HANDLER) == (t->ready_handler != NULL));
	REQUIRE(t->ready != READY_TEXT || t->guest == GUEST_GENERIC);
	require_vifs(t);
	require_pool(t);
	require_config(t);
}

/* Read again, it is the same: no shell would have to go at a reload. */
static void
require_same(const struct config *a, const struct config *b)
{
	unsigned i;
	int kind;

	REQUIRE(a->ntemplates == b->ntemplates && a->nabstract == b->nabstract);
	REQUIRE(fuzz_same(a->socket_path, b->socket_path));
	REQUIRE(fuzz_same(a->socket_group, b->socket_group));
	REQUIRE(a->socket_mode == b->socket_mode);
	for (i = 0; i < a->ntemplates; i++) {
		const struct template *s = a->templates[i];
		const struct template *t = b->templates[i];

		REQUIRE(params_equal(&s->params, &t->params));
		for (kind = 0; kind < KIND_COUNT; kind++)
			REQUIRE(template_same_shell(s, t, kind));
	}
}

static void
read_it(const char *path)
{
	struct uvnf_error e = { 0 }, f = { 0 };
	struct config *c = config_read(path, &e);
	struct config *again = config_read_again(path, &f);
	unsigned i;

	REQUIRE((c == NULL) == (again == NULL));
	if (c == NULL) {
		require_placed(&e, path);
		REQUIRE(fuzz_same(e.text, f.text));
		return;
	}
	REQUIRE(c->ntemplates > 0 && c->socket_path[0] != '\0');
	for (i = 0; i < c->ntemplates; i++)
		require_template(c, i);
	require_same(c, again);
	config_free(c);
	config_free(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *click = memmem(data, size, MARK, strlen(MARK));
	size_t len = click != NULL ? (size_t)(click - data) + 1 : size;

	fuzz_quiet();
	if (click != NULL)
		click += strlen(MARK);
	else
		click = data + size;
	(void)fuzz_file("a.click", click, (size_t)(data + size - click));
	read_it(fuzz_file("uvnf.yaml", data, len));
	return 0;
}
