/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "common/util.h"
#include "floor.h"

#define NAME "bench"			/* in all the tools' files, too */
#define LIMIT_MS 60000

/* Of all domains that are not uvnfd's, one after the other. */
static const uint8_t uuid[16] = { 0xb0, 0, 0, 0, 0, 0, 0x40, 0, 0x80, 0, 0, 0,
	0, 0, 0, 1 };

/* --- uvnfd --------------------------------------------------------------- */

/* What the daemon says of it: is it what it should be? */
static int
check_source(const struct launcher *how, struct launch *l,
    const struct uvnf_reply *r)
{
	const struct uvnf_data *d = uvnf_reply_data(r, 0);
	const char *source = d != NULL ? uvnf_data_get(d, "source") : NULL;
	int64_t domid = 0;

	if (d != NULL && uvnf_data_number(d, "domid", &domid) == 0)
		l->domid = (int)domid;
	if (source != NULL && strcmp(source, how->source) == 0 &&
	    l->domid > 0)
		return 0;
	return failed(how, "it came from %s", source != NULL ? source :
	    "nowhere");
}

/* A create under way. */
struct asked {
	const struct launcher *how;
	struct launch *l;
	bool done;
	int rc;
};

static void
on_created(struct uvnf *u, const struct uvnf_reply *r, void *arg)
{
	struct asked *a = arg;

	(void)u;
	a->l->started = now_us();
	a->done = true;
	if (strcmp(uvnf_reply_word(r), "ok") != 0)
		a->rc = failed(a->how, "not created: %s", uvnf_reply_text(r));
	else
		a->rc = check_source(a->how, a->l, r);
}

/*
 * Until it is started.  A paused shell may boot for longer than its pool
 * waits for, which is told to keep still then.
 */
static int
await_created(struct bench *b, struct asked *a)
{
	while (!a->done) {
		if (uvnf_wait(b->uvnf, a->l->keep >= 0 ?
		    KEEP_US / 1000 : -1) < 0)
			fatal("%s", uvnf_error_text(b->uvnf));
		if (!a->done && now_us() - a->l->begin >= KEEP_US)
			keep_pool(b, a->how, a->l);
	}
	return a->rc;
}

/* Some shells have their configuration, which is the same, ahead. */
static bool
has_config(const struct launcher *how)
{
	return strcmp(how->source, "armed") == 0 ||
	    strcmp(how->tool, "uvnfd-known") == 0;
}

/* What may be left of one that failed is not to be there for the next. */
static int
discard(struct bench *b)
{
	daemon_discard(b->uvnf, NAME);
	return -1;
}

static int
uvnfd_start(struct bench *b, const struct launcher *how, struct launch *l)
{
	struct asked a = { .how = how, .l = l };
	const char *argv[] = { "create", how->template, NAME, "wait=started",
		"timeout_ms=60000" };
	bool ahead = has_config(how);

	l->begin = now_us();
	if (uvnf_submit(b->uvnf, argv, 5, ahead ? NULL : b->config,
	    ahead ? 0 : b->config_len, on_created, &a, NULL) < 0 ||
	    uvnf_process(b->uvnf) != 0)
		fatal("%s", uvnf_error_text(b->uvnf));
	return await_created(b, &a) == 0 ? 0 : discard(b);
}

static int
uvnfd_stop(struct bench *b, const struct launcher *how,
    const struct launch *l, uint64_t *us)
{
	uint64_t begin = now_us();

	daemon_must(b->uvnf, "destroy " NAME " wait=freed timeout_ms=60000");
	if (dom_await_gone(b->dom, l->domid, LIMIT_MS) != 0)
		return failed(how, "domain %d stays", l->domid);
	*us = now_us() - begin;
	return 0;
}

static int
uvnfctl_start(struct bench *b, const struct launcher *how, struct launch *l)
{
	const char *argv[] = { "uvnfctl", "-t", "60", "create", how->template,
		NAME, "--wait", "started", NULL, NULL, NULL };
	char path[256];
	int status;

	if (!has_config(how)) {
		snprintf(path, sizeof(path), "%s/bench.click", b->dir);
		argv[8] = "-c";
		argv[9] = path;
	}
	l->begin = now_us();
	status = run(argv);
	l->started = now_us();
	if (status != 0) {
		failed(how, "status %d", status);
		return discard(b);
	}
	prober_send(b->prober);		/* not to wait for what follows */
	daemon_must(b->uvnf, "show " NAME);
	return check_source(how, l, uvnf_last_reply(b->uvnf)) == 0 ? 0 :
	    discard(b);
}

static int
uvnfctl_stop(struct bench *b, const struct launcher *how,
    const struct launch *l, uint64_t *us)
{
	const char *argv[] = { "uvnfctl", "-t", "60", "destroy", NAME,
		"--wait", "freed", NULL };
	uint64_t begin = now_us();
	int status = run(argv);

	if (status != 0 || dom_await_gone(b->dom, l->domid, LIMIT_MS) != 0)
		fatal("uvnfctl destroys nothing: status %d", status);
	*us = now_us() - begin;
	(void)how;
	return 0;
}

/* --- xl and virsh -------------------------------------------------------- */

/*
 * What is left of a launch that failed goes, by xl whoever made it, for the
 * next one has the same name.
 */
static int
clean_up(struct bench *b, const struct launcher *how, int status)
{
	const char *argv[] = { "xl", "destroy", NAME, NULL };
	int domid = dom_find(b->dom, uuid);

	failed(how, "status %d", status);
	if (domid >= 0)
		run(argv);
	if (domid >= 0 && dom_await_gone(b->dom, domid, LIMIT_MS) != 0)
		fatal("domain %d stays", domid);
	return -1;
}

static int
tool_start(struct bench *b, const struct launcher *how, struct launch *l)
{
	bool is_xl = strncmp(how->tool, "xl", 2) == 0;
	char path[256];
	const char *xl[] = { "xl", "create", "-q", path, NULL };
	const char *virsh[] = { "virsh", "-q", "-c", "xen:///system",
		"create", path, NULL };
	int status;

	snprintf(path, sizeof(path), "%s/%s.%s", b->dir, how->tool,
	    is_xl ? "cfg" : "xml");
	l->begin = now_us();
	status = run(is_xl ? xl : virsh);
	l->started = now_us();
	l->domid = dom_find(b->dom, uuid);
	if (status != 0 || l->domid < 0 || configure(b, l->domid) != 0)
		return clean_up(b, how, status);
	return 0;
}

static int
tool_stop(struct bench *b, const struct launcher *how, const struct launch *l,
    uint64_t *us)
{
	const char *xl[] = { "xl", "destroy", NAME, NULL };
	const char *virsh[] = { "virsh", "-q", "-c", "xen:///system",
		"destroy", NAME, NULL };
	uint64_t begin = now_us();
	int status = run(strncmp(how->tool, "xl", 2) == 0 ? xl : virsh);

	if (status != 0)
		return clean_up(b, how, status);
	if (dom_await_gone(b->dom, l->domid, LIMIT_MS) != 0)
		fatal("domain %d stays", l->domid);
	*us = now_us() - begin;
	return 0;
}

/* --- libvirt's API ------------------------------------------------------- */

static int
api_start(struct bench *b, const struct launcher *how, struct launch *l)
{
	int rc = helper_do(b->libvirt, "create", &l->begin, &l->started);

	l->domid = dom_find(b->dom, uuid);
	if (rc != 0 || l->domid < 0 || configure(b, l->domid) != 0)
		return clean_up(b, how, rc);
	return 0;
}

static int
api_stop(struct bench *b, const struct launcher *how, const struct launch *l,
    uint64_t *us)
{
	uint64_t begin, end;

	if (helper_do(b->libvirt, "destroy", &begin, &end) != 0)
		return clean_up(b, how, -1);
	if (dom_await_gone(b->dom, l->domid, LIMIT_MS) != 0)
		fatal("domain %d stays", l->domid);
	*us = now_us() - begin;
	return 0;
}

/* --- all of them --------------------------------------------------------- */

static const struct launcher launchers[] = {
	{ "uvnfd", "armed", "armed", true, uvnfd_start, uvnfd_stop },
	{ "uvnfd", "booted", "booted", true, uvnfd_start, uvnfd_stop },
	{ "uvnfd", "paused", "paused", true, uvnfd_start, uvnfd_stop },
	{ "uvnfd", "cold", "cold", true, uvnfd_start, uvnfd_stop },
	{ "uvnfd-known", "booted", "known", true, uvnfd_start, uvnfd_stop },
	{ "uvnfctl", "armed", "armed", true, uvnfctl_start, uvnfctl_stop },
	{ "uvnfctl", "booted", "booted", true, uvnfctl_start, uvnfctl_stop },
	{ "xl", NULL, NULL, false, tool_start, tool_stop },
	{ "xl-fast", NULL, NULL, false, tool_start, tool_stop },
	{ "virsh", NULL, NULL, false, tool_start, tool_stop },
	{ "libvirt-fast", NULL, NULL, false, api_start, api_stop },
	{ NULL, NULL, NULL, false, NULL, NULL }
};

const struct launcher *
launcher_find(const char *tool, const char *source)
{
	const struct launcher *l;

	for (l = launchers; l->tool != NULL; l++)
		if (strcmp(l->tool, tool) == 0 && (source == NULL ||
		    strcmp(l->source, source) == 0))
			return l;
	fatal("no launcher %s %s", tool, source != NULL ? source : "");
}
