/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* The commands about a VNF's router and domain, from start to reboot. */

#include <stdio.h>

#include "ctl/ctl.h"

/* VERB NAME [KEY=VALUE], whose answer is the VNF. */
static int
ask_vnf(struct ctl *c, const struct args *a, const char *key)
{
	struct ctl_request r = { .words = { a->cmd->name }, .nwords = 1 };
	int status;

	if (a->argc != 1)
		return ctl_usage(a->cmd, "%s needs a name", a->cmd->name);
	if ((status = ctl_check_word("VNF", a->argv[0])) != 0)
		return status;
	ctl_add_word(&r, a->argv[0]);
	ctl_add_wait(&r, a->wait);
	if (key != NULL)
		ctl_add_word(&r, key);
	return ctl_ask(c, &r, json_line_vnf, text_vnf, NULL);
}

int
cmd_start(struct ctl *c, const struct args *a)
{
	return ask_vnf(c, a, c->timeout_arg);
}

int
cmd_stop(struct ctl *c, const struct args *a)
{
	struct ctl_request r = { .words = { "stop" }, .nwords = 1 };
	int status;

	if (a->argc != 1)
		return ctl_usage(a->cmd, "stop needs a name");
	if ((status = ctl_check_word("VNF", a->argv[0])) != 0)
		return status;
	ctl_add_word(&r, a->argv[0]);
	ctl_add_router(&r, a->router);
	if (a->remove)
		ctl_add_word(&r, "remove=true");
	ctl_add_word(&r, c->timeout_arg);
	return ctl_ask(c, &r, json_line_vnf, text_vnf, NULL);
}

int
cmd_pause(struct ctl *c, const struct args *a)
{
	return ask_vnf(c, a, NULL);
}

int
cmd_resume(struct ctl *c, const struct args *a)
{
	return ask_vnf(c, a, NULL);
}

int
cmd_reboot(struct ctl *c, const struct args *a)
{
	return ask_vnf(c, a, c->timeout_arg);
}

static void
json_shutdown(const struct uvnf_data *d, void *arg)
{
	const struct args *a = arg;

	json_line_shutdown(a->argv[0], d);
}

static void
text_shutdown(const struct uvnf_data *d, void *arg)
{
	const struct args *a = arg;
	const char *how = uvnf_data_get(d, "how");

	printf("%s shut down: ", a->argv[0]);
	text_put_line(how != NULL ? how : "");
}

int
cmd_shutdown(struct ctl *c, const struct args *a)
{
	struct ctl_request r = { .words = { "shutdown" }, .nwords = 1 };
	struct args copy = *a;
	char force[32];
	long ms = -1;
	int status;

	if (a->argc != 1)
		return ctl_usage(a->cmd, "shutdown needs a name");
	if (a->force != NULL && (ms = ctl_parse_seconds(a->force, 0)) < 0)
		return ctl_usage(a->cmd, "'%s' is no time from 0 to 600 "
		    "seconds", a->force);
	if ((status = ctl_check_word("VNF", a->argv[0])) != 0)
		return status;
	ctl_add_word(&r, a->argv[0]);
	if (ms >= 0) {
		snprintf(force, sizeof(force), "force_ms=%ld", ms);
		ctl_add_word(&r, force);
	}
	ctl_add_word(&r, c->timeout_arg);
	return ctl_ask(c, &r, json_shutdown, text_shutdown, &copy);
}
