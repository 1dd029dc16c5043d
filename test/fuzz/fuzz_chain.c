/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * Files of chains.  Behind a line "=====" the input has the Click text that
 * VNFs may name as a.click.
 */

#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "ctl/chain.h"
#include "fuzz.h"

const char fuzz_target[] = "chain";

#define MARK "\n=====\n"

/* --- loops: another way to see that there is none ------------------------ */

static size_t parent[CHAIN_VNFS_MAX + CHAIN_LINKS_MAX];

static size_t
root_of(size_t i)
{
	while (parent[i] != i)
		i = parent[i];
	return i;
}

static void
require_no_loop(const struct chain *c)
{
	size_t i, j, v, l;

	for (i = 0; i < c->nvnfs + c->nlinks; i++)
		parent[i] = i;
	for (i = 0; i < c->nvnfs; i++) {
		for (j = 0; j < c->vnfs[i].nlinks; j++) {
			if (!c->vnfs[i].links[j]->transit)
				continue;
			v = root_of(i);
			l = root_of(c->nvnfs + (size_t)(c->vnfs[i].links[j] -
			    c->links));
			REQUIRE(v != l);
			parent[v] = l;
		}
	}
}

/* --- what was read ------------------------------------------------------- */

static void
require_links(const struct chain *c)
{
	size_t i, j;

	REQUIRE(c->nlinks <= CHAIN_LINKS_MAX);
	for (i = 0; i < c->nlinks; i++) {
		const struct chain_link *l = &c->links[i];

		REQUIRE(name_valid(l->name) && l->used);
		REQUIRE(l->bridge[0] != '\0');
		REQUIRE(strlen(l->bridge) <= CHAIN_BRIDGE_MAX);
		for (j = 0; j < i; j++)
			REQUIRE(!fuzz_same(l->name, c->links[j].name) &&
			    !fuzz_same(l->bridge, c->links[j].bridge));
	}
}

static void
require_vnf(const struct chain *c, const struct chain_vnf *v)
{
	size_t i, len = strlen(c->name);

	REQUIRE(name_valid(v->name) && strlen(v->name) <= CHAIN_NAME_MAX);
	REQUIRE(strncmp(v->name, c->name, len) == 0 && v->name[len] == '.');
	REQUIRE(v->short_name == v->name + len + 1);
	REQUIRE(name_valid(v->template));
	REQUIRE(v->config == NULL || v->config_len > 0);
	REQUIRE(strlen(v->spec) == CHAIN_SPEC_LEN && name_valid(v->spec));
	REQUIRE(v->nsets <= CHAIN_SETS_MAX && v->nlinks <= CHAIN_VIFS_MAX);
	for (i = 0; i < v->nsets; i++)
		REQUIRE(strncmp(v->sets[i], "set.", 4) == 0 &&
		    strchr(v->sets[i], '=') != NULL);
}

static void
require_same(const struct chain *a, const struct chain *b)
{
	size_t i;

	REQUIRE(a->nvnfs == b->nvnfs && a->nlinks == b->nlinks);
	for (i = 0; i < a->nvnfs; i++)
		REQUIRE(fuzz_same(a->vnfs[i].spec, b->vnfs[i].spec));
	for (i = 0; i < a->nlinks; i++)
		REQUIRE(fuzz_same(a->links[i].bridge, b->links[i].bridge));
}

static void
require_all(const struct chain *c, const char *path)
{
	struct chain *again = chain_read(path, NULL), *name;
	size_t i;

	REQUIRE(name_valid(c->name));
	REQUIRE(c->nvnfs > 0 && c->nvnfs <= CHAIN_VNFS_MAX);
	for (i = 0; i < c->nvnfs; i++)
		require_vnf(c, &c->vnfs[i]);
	require_links(c);
	require_no_loop(c);
	REQUIRE(again != NULL);
	require_same(c, again);
	chain_free(again);
	name = chain_read_name(path, NULL);
	REQUIRE(name != NULL && fuzz_same(name->name, c->name));
	chain_free(name);
}

static void
read_it(const char *path)
{
	struct uvnf_error e = { 0 };
	struct chain *c = chain_read(path, &e);
	size_t len = strlen(path);

	if (c != NULL) {
		require_all(c, path);
		chain_free(c);
		return;
	}
	fuzz_require_error(-UVNF_E_BAD_CONFIG, &e);
	REQUIRE(strncmp(e.text, path, len) == 0 && e.text[len] == ':');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *click = memmem(data, size, MARK, strlen(MARK));
	size_t len = click != NULL ? (size_t)(click - data) + 1 : size;

	if (click != NULL)
		click += strlen(MARK);
	else
		click = data + size;
	(void)fuzz_file("a.click", click, (size_t)(data + size - click));
	read_it(fuzz_file("chain.yaml", data, len));
	return 0;
}
