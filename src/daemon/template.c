/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdlib.h>

#include "daemon/template.h"

const char *
domain_kind_word(enum domain_kind kind)
{
	switch (kind) {
	case KIND_COLD: return "cold";
	case KIND_PAUSED: return "paused";
	case KIND_BOOTED: return "booted";
	case KIND_COUNT: break;
	}
	return "unknown";
}

const char *
template_type_word(enum template_type type)
{
	switch (type) {
	case TYPE_PV: return "pv";
	case TYPE_PVH: return "pvh";
	}
	return "unknown";
}

const char *
template_layout_word(enum template_layout layout)
{
	return layout == LAYOUT_DATA ? "data" : "root";
}

const char *
template_after_word(enum template_after after)
{
	switch (after) {
	case AFTER_PRESERVE:
		break;
	case AFTER_DESTROY:
		return "destroy";
	case AFTER_RESTART:
		return "restart";
	}
	return "preserve";
}

const char *
template_ready_word(enum template_ready ready)
{
	switch (ready) {
	case READY_CONSOLE: return "console";
	case READY_RUNNING: return "running";
	case READY_HANDLER: return "handler";
	}
	return "unknown";
}

void
template_free(struct template *t)
{
	if (t == NULL)
		return;
	free(t->name);
	free(t->kernel);
	free(t->config);
	free(t->ready_element);
	free(t->ready_handler);
	free(t->config_path);
	free(t);
}
