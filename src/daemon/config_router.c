/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* The keys of a template about the router in its guest, and its ends. */

#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "daemon/config_router.h"
#include "yaml/value.h"
#include "daemon/console.h"
#include "daemon/handler.h"
#include "daemon/template.h"

int
take_layout(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	static const struct choice layouts[] = {
		[LAYOUT_DATA] = { "data", true },
		[LAYOUT_ROOT] = { "root", true } };
	struct template *t = into;
	unsigned i;
	int r;

	if ((r = take_choice(f, kv, layouts, COUNT(layouts), &i)) == 0)
		t->layout = (enum template_layout)i;
	return r;
}

static int
take_ready_handler(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	struct template *t = into;
	char *text = NULL, *element, *handler;
	struct uvnf_error why;
	int r;

	if ((r = take_text(f, kv, &text)) < 0)
		return r;
	r = handler_split(text, &element, &handler, &why);
	if (r < 0) {
		r = node_error(f, kv->value, "handler: %s", why.text);
	} else {
		t->ready = READY_HANDLER;
		t->ready_element = xstrdup(element);
		t->ready_handler = xstrdup(handler);
	}
	free(text);
	return r;
}

static int
take_ready_text(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	struct template *t = into;
	int r;

	if ((r = take_text(f, kv, &t->ready_text)) < 0)
		return r;
	t->ready = READY_TEXT;
	if (strlen(t->ready_text) < CONSOLE_LINE_MAX)
		return 0;
	return node_error(f, kv->value, "console may have at most %d bytes, "
	    "this has %zu", CONSOLE_LINE_MAX - 1, strlen(t->ready_text));
}

static const struct key ready_keys[] = {
	{ "handler", take_ready_handler },
	{ "console", take_ready_text },
};

int
take_ready(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	static const struct choice choices[] = {
		[READY_CONSOLE] = { "console", true },
		[READY_RUNNING] = { "running", true } };
	struct template *t = into;
	unsigned i;
	int r;

	/* What it inherits is no longer wanted. */
	free(t->ready_element);
	free(t->ready_handler);
	free(t->ready_text);
	t->ready_element = t->ready_handler = t->ready_text = NULL;
	if (kv->value->kind == NODE_MAP && kv->value->nentries != 1)
		return node_error(f, kv->value, "ready must have one key: "
		    "handler or console");
	if (kv->value->kind == NODE_MAP)
		return take_map(f, kv->value, "ready", ready_keys,
		    COUNT(ready_keys), into);
	if ((r = take_choice(f, kv, choices, COUNT(choices), &i)) == 0)
		t->ready = (enum template_ready)i;
	return r;
}

int
take_handlers(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	static const struct choice choices[] = {
		{ "stock", true }, { "mended", true } };
	struct template *t = into;
	unsigned i;
	int r;

	if ((r = take_choice(f, kv, choices, COUNT(choices), &i)) == 0)
		t->handlers_mended = i == 1;
	return r;
}

int
take_routers(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	struct template *t = into;

	return take_uint(f, kv, 1, TEMPLATE_ROUTERS_MAX, &t->routers);
}

int
take_on_failure(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	static const struct choice choices[] = {
		[AFTER_PRESERVE] = { "preserve", true },
		[AFTER_DESTROY] = { "destroy", true } };
	struct template *t = into;
	unsigned i;
	int r;

	if ((r = take_choice(f, kv, choices, COUNT(choices), &i)) == 0)
		t->on_failure = (enum template_after)i;
	return r;
}

int
take_on_crash(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	static const struct choice choices[] = {
		[AFTER_PRESERVE] = { "preserve", true },
		[AFTER_DESTROY] = { "destroy", true },
		[AFTER_RESTART] = { "restart", true } };
	struct template *t = into;
	unsigned i;
	int r;

	if ((r = take_choice(f, kv, choices, COUNT(choices), &i)) == 0)
		t->on_crash = (enum template_after)i;
	return r;
}
