/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdlib.h>
#include <string.h>

#include "daemon/click.h"
#include "daemon/config_params.h"
#include "yaml/value.h"

/* --- params -------------------------------------------------------------- */

static int
check_name(const struct yaml_file *f, const struct node *key)
{
	char shown[NODE_SHOW_MAX];

	if (!param_name_valid(key->text))
		return node_error(f, key, "%s is no name for a parameter: it "
		    "takes a letter in lower case, then up to %d such "
		    "letters, digits, '_'", node_show(key, shown),
		    PARAM_NAME_MAX - 1);
	if (param_built_in(key->text))
		return node_error(f, key, "the parameter %s is built in; take "
		    "another name", key->text);
	return 0;
}

static int
take_range(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	char shown[NODE_SHOW_MAX], *text = NULL;
	int r;

	if ((r = take_text(f, kv, &text)) < 0)
		return r;
	r = range_parse(text, into);
	free(text);
	return r == 0 ? 0 : node_error(f, kv->value, "%s is no range: two "
	    "IPv4 addresses or two whole numbers with '-' between them, the "
	    "last not before the first, with at most %d values",
	    node_show(kv->value, shown), RANGE_VALUES_MAX);
}

static const struct key range_keys[] = {
	{ "range", take_range },
};

/* A default, or {range: FIRST-LAST}; r->given tells. */
static int
take_value(const struct yaml_file *f, const struct node_entry *kv,
    struct range *range)
{
	struct uvnf_error why = { .code = UVNF_OK };
	const struct node *n = kv->value;
	char shown[NODE_SHOW_MAX];

	if (n->kind == NODE_MAP && n->nentries == 1)
		return take_map(f, n, kv->key->text, range_keys,
		    COUNT(range_keys), range);
	if (n->kind != NODE_SCALAR)
		return node_error(f, n, "the default of parameter %s must be "
		    "a text, or {range: FIRST-LAST}, or nothing where every "
		    "request must set it, not %s", kv->key->text,
		    node_show(n, shown));
	if (!node_is_null(n) &&
	    param_value_check(kv->key->text, n->text, &why) < 0)
		return node_error(f, n, "%s", why.text);
	return 0;
}

int
take_params(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	const struct node *map = kv->value;
	struct template *t = into;
	char shown[NODE_SHOW_MAX];
	size_t i;
	int r;

	if (map->kind != NODE_MAP)
		return node_error(f, map, "params must be a map of defaults "
		    "by the names of parameters, not %s",
		    node_show(map, shown));
	for (i = 0; i < map->nentries; i++) {
		const struct node_entry *p = &map->entries[i];
		struct range range = { .given = false };

		if ((r = check_name(f, p->key)) < 0 ||
		    (r = take_value(f, p, &range)) < 0)
			return r;
		if (range.given)
			r = params_set_range(&t->params, p->key->text,
			    &range);
		else
			r = params_set(&t->params, p->key->text,
			    node_is_null(p->value) ? NULL : p->value->text);
		if (r < 0)
			return node_error(f, p->key, "a template may have at "
			    "most %d parameters", PARAMS_MAX);
	}
	return 0;
}

/* --- override ------------------------------------------------------------ */

static int
take_override_word(const struct yaml_file *f, const struct node_entry *kv,
    struct template *t)
{
	static const struct choice choices[] = {
		{ "config", true }, { "params", true }, { "vifs", true } };
	static const enum template_override bits[] = {
		OVERRIDE_CONFIG, OVERRIDE_PARAMS, OVERRIDE_VIFS };
	unsigned i;
	int r = take_choice(f, kv, choices, COUNT(choices), &i);

	if (r == 0 && (t->override & bits[i]) != 0)
		r = node_error(f, kv->value, "override has %s twice",
		    choices[i].word);
	if (r == 0)
		t->override |= bits[i];
	return r;
}

int
take_override(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	const struct node *list = kv->value;
	struct node_entry word = { .key = kv->key };
	struct template *t = into;
	char shown[NODE_SHOW_MAX];
	size_t i;
	int r = 0;

	if (list->kind != NODE_LIST)
		return node_error(f, list, "override must be a list of words "
		    "out of config, params, vifs, not %s",
		    node_show(list, shown));
	t->override = 0;
	for (i = 0; i < list->nentries && r == 0; i++) {
		word.value = list->entries[i].value;
		r = take_override_word(f, &word, t);
	}
	return r;
}

/* --- the configuration --------------------------------------------------- */

/*
 * A configuration that names a vif which the domain lacks wedges a ClickOS
 * guest without a word, so it is looked through here, not in the guest.
 */
static int
fill_and_scan(struct template *t, struct uvnf_error *why)
{
	const struct param_source fill = { .declared = &t->params,
	    .nvifs = t->nvifs, .ahead = true };
	size_t len = t->config_len;
	uint32_t vifs;
	char *filled;
	int uses, r;

	uses = params_fill(&fill, t->config, t->config_len, &filled, &len,
	    why);
	if (uses < 0)
		return uses;
	t->config_uses = (unsigned)uses;
	if (uses == 0)
		r = click_scan(t->config, t->config_len, t->nvifs, &vifs, why);
	else
		r = click_scan(filled, len, t->nvifs, &vifs, why);
	if (r == 0 && uses == 0) {
		t->ahead = t->config;
		t->ahead_len = t->config_len;
	} else if (r == 0 && uses == USES_PARAMS) {
		t->ahead = filled;
		t->ahead_len = len;
		return 0;
	}
	free(filled);
	return r;
}

int
params_finish(const struct yaml_file *f, const struct node *n,
    struct template *t)
{
	struct uvnf_error why = { .code = UVNF_OK };
	char cannot[FILE_WHY_MAX];

	t->config = file_read(f, t->config_path, CLICK_CONFIG_MAX,
	    &t->config_len, cannot);
	if (t->config == NULL)
		return node_error(f, n, "template %s: its config %s cannot be "
		    "read: %s", t->name, t->config_path, cannot);
	if (fill_and_scan(t, &why) < 0)
		return node_error(f, n, "template %s: its config %s cannot be "
		    "used: %s", t->name, t->config_path, why.text);
	return 0;
}
