/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/util.h"
#include "ctl/ctl.h"

void
ctl_add_word(struct ctl_request *r, const char *word)
{
	r->words[r->nwords++] = word;
}

static void
add_sets(struct ctl_request *r, const struct args *a)
{
	size_t i;

	for (i = 0; i < a->nsets; i++)
		ctl_add_word(r, a->sets[i]);
}

void
ctl_add_wait(struct ctl_request *r, const char *when)
{
	if (when == NULL)
		return;
	snprintf(r->wait, sizeof(r->wait), "wait=%s", when);
	ctl_add_word(r, r->wait);
}

void
ctl_add_router(struct ctl_request *r, const char *number)
{
	if (number == NULL)
		return;
	snprintf(r->router, sizeof(r->router), "router=%s", number);
	ctl_add_word(r, r->router);
}

/*
 * The library takes a word with '=' for a key.  No name, template or handler
 * has one, so that what would be mistaken for a key is refused here.
 */
int
ctl_check_word(const char *what, const char *word)
{
	if (strchr(word, '=') == NULL)
		return 0;
	return ctl_fail(UVNF_E_BAD_NAME, "'%s' is no name of a %s", word, what);
}

static int
send_request(struct ctl *c, const struct ctl_request *r, uvnf_data_cb cb,
    void *arg)
{
	int rc;

	rc = uvnf_request(c->conn, r->words, r->nwords, r->payload, r->len, cb,
	    arg);
	return rc < 0 ? ctl_fail_conn(c) : 0;
}

int
ctl_ask(struct ctl *c, const struct ctl_request *r, uvnf_data_cb json,
    uvnf_data_cb text, void *arg)
{
	int status = ctl_connect(c);

	if (status != 0)
		return status;
	return send_request(c, r, c->json ? json : text, arg);
}

static int
read_config(const char *file, struct ctl_request *r)
{
	const char *name = strcmp(file, "-") == 0 ? "standard input" : file;
	ssize_t len;

	/* A byte more than there may be. */
	r->payload = xmalloc(PROTO_CONFIG_MAX + 1);
	len = load_file(file, r->payload, PROTO_CONFIG_MAX + 1);
	if (len < 0)
		return ctl_fail(UVNF_E_USAGE, "cannot read '%s': %s", name,
		    strerror(errno));
	if (len > PROTO_CONFIG_MAX)
		return ctl_fail(UVNF_E_TOO_BIG, "'%s' is larger than %d "
		    "bytes, the limit for a configuration", name,
		    PROTO_CONFIG_MAX);
	r->len = (size_t)len;
	return 0;
}

int
ctl_make_create(const struct args *a, const char *wait, const char *timeout,
    struct ctl_request *r, struct words *vifs)
{
	int status;
	size_t i;

	if (a->argc < 2)
		return ctl_usage(a->cmd, "%s needs a template and a name",
		    a->cmd->name);
	if (a->argc > 2)
		return ctl_usage(a->cmd, "%s takes a template and a name, and "
		    "not '%s'; a configuration goes with -c FILE",
		    a->cmd->name, a->argv[2]);
	status = ctl_check_word("template", a->argv[0]);
	if (status == 0)
		status = ctl_check_word("VNF", a->argv[1]);
	if (status == 0 && a->config != NULL)
		status = read_config(a->config, r);
	ctl_add_word(r, "create");
	ctl_add_word(r, a->argv[0]);
	ctl_add_word(r, a->argv[1]);
	add_sets(r, a);
	ctl_add_wait(r, wait);
	ctl_add_word(r, timeout);
	if (status == 0)
		status = vif_words(a, vifs);
	for (i = 0; i < vifs->n; i++)
		ctl_add_word(r, vifs->words[i]);
	return status;
}

static int
cmd_create(struct ctl *c, const struct args *a)
{
	struct ctl_request r = { .nwords = 0 };
	struct words vifs = { .n = 0 };
	int status = ctl_make_create(a, a->wait, c->timeout_arg, &r, &vifs);

	if (status == 0)
		status = ctl_ask(c, &r, json_line_vnf, text_vnf, NULL);
	words_free(&vifs);
	free(r.payload);
	return status;
}

static int
cmd_config(struct ctl *c, const struct args *a)
{
	struct ctl_request r = { .words = { "config" }, .nwords = 1 };
	int status;

	if (a->argc != 2)
		return ctl_usage(a->cmd, "config needs a name and a file");
	status = ctl_check_word("VNF", a->argv[0]);
	if (status == 0)
		status = read_config(a->argv[1], &r);
	ctl_add_word(&r, a->argv[0]);
	add_sets(&r, a);
	ctl_add_router(&r, a->router);
	ctl_add_wait(&r, a->wait);
	ctl_add_word(&r, c->timeout_arg);
	if (status == 0)
		status = ctl_ask(c, &r, json_line_vnf, text_vnf, NULL);
	free(r.payload);
	return status;
}

/* A VNF that is to be destroyed. */
struct victim {
	char *name;
	bool foreign;			/* of another user: left if need be */
};

struct victims {
	struct victim *list;
	size_t count;
	size_t left;
};

static void
victim_add(struct victims *v, const char *name, bool foreign)
{
	v->list = xrealloc(v->list, (v->count + 1) * sizeof(*v->list));
	v->list[v->count].name = xstrdup(name);
	v->list[v->count++].foreign = foreign;
}

static void
collect_victim(const struct uvnf_data *d, void *arg)
{
	const char *name = uvnf_data_get(d, "name");
	int64_t uid;

	if (name != NULL && name_valid(name))
		victim_add(arg, name, uvnf_data_number(d, "uid", &uid) == 0 &&
		    uid != (int64_t)geteuid());
}

static int
destroy_one(struct ctl *c, const struct args *a, const struct victim *v,
    size_t *left)
{
	struct ctl_request r = { .words = { "destroy", v->name },
	    .nwords = 2 };
	int rc;

	ctl_add_wait(&r, a->wait);
	ctl_add_word(&r, c->timeout_arg);
	rc = uvnf_request(c->conn, r.words, r.nwords, NULL, 0, NULL, NULL);
	/* Of all VNFs, one that has gone meanwhile is not missed. */
	if (rc == -UVNF_E_NO_VNF && a->all)
		return 0;
	if (rc == -UVNF_E_DENIED && v->foreign) {
		(*left)++;
		return 0;
	}
	if (rc < 0)
		return ctl_fail_conn(c);
	if (c->json)
		json_line_destroyed(v->name);
	else
		printf("%s destroyed\n", v->name);
	return 0;
}

/* Tries all, but not over a connection that is lost; the worst status. */
static int
destroy_victims(struct ctl *c, const struct args *a, struct victims *v)
{
	const char *word;
	int status, worst = 0;
	size_t i;

	for (i = 0; i < v->count; i++) {
		status = ctl_check_word("VNF", v->list[i].name);
		if (status == 0)
			status = destroy_one(c, a, &v->list[i], &v->left);
		if (status > worst)
			worst = status;
		word = uvnf_error_word(c->conn);
		if (strcmp(word, "protocol") == 0 ||
		    strcmp(word, "no-daemon") == 0)
			break;
	}
	return worst;
}

static int
destroy_all(struct ctl *c, const struct args *a, struct victims *v)
{
	struct ctl_request r = { .words = { "list" }, .nwords = 1 };
	int status = send_request(c, &r, collect_victim, v);

	if (status == 0)
		status = destroy_victims(c, a, v);
	if (v->left > 0)
		fprintf(stderr, "uvnfctl: left: %zu VNF%s of other users\n",
		    v->left, v->left == 1 ? "" : "s");
	return status;
}

static int
cmd_destroy(struct ctl *c, const struct args *a)
{
	struct victims v = { 0 };
	int i, status;

	if (a->all && a->argc > 0)
		return ctl_usage(a->cmd, "destroy takes names or --all, not "
		    "both");
	if (!a->all && a->argc == 0)
		return ctl_usage(a->cmd, "destroy needs a name, or --all");
	status = ctl_connect(c);
	if (status != 0)
		return status;
	for (i = 0; i < a->argc; i++)
		victim_add(&v, a->argv[i], false);
	status = a->all ? destroy_all(c, a, &v) : destroy_victims(c, a, &v);
	while (v.count > 0)
		free(v.list[--v.count].name);
	free(v.list);
	return status;
}

int
ctl_ask_table(struct ctl *c, const struct ctl_request *r, uvnf_data_cb json,
    struct text_table *t)
{
	int rc, status;

	status = ctl_connect(c);
	if (status != 0)
		return status;
	rc = uvnf_request(c->conn, r->words, r->nwords, NULL, 0,
	    c->json ? json : text_table_row, t);
	if (!c->json && (rc == 0 || text_table_rows(t) > 0))
		text_table_print(t);
	return rc < 0 ? ctl_fail_conn(c) : 0;
}

int
ctl_table_command(struct ctl *c, const struct args *a, struct text_table *t,
    uvnf_data_cb json)
{
	struct ctl_request r = { .words = { a->cmd->name }, .nwords = 1 };
	int status;

	if (a->argc > 0)
		status = ctl_usage(a->cmd, "%s takes no argument",
		    a->cmd->name);
	else
		status = ctl_ask_table(c, &r, json, t);
	text_table_free(t);
	return status;
}

static int
cmd_list(struct ctl *c, const struct args *a)
{
	return ctl_table_command(c, a, text_table_vnfs(), json_line_vnf);
}

static int
cmd_quota(struct ctl *c, const struct args *a)
{
	return ctl_table_command(c, a, text_table_quotas(), json_line);
}

static int
cmd_templates(struct ctl *c, const struct args *a)
{
	return ctl_table_command(c, a, text_table_templates(), json_line);
}

static int
cmd_show(struct ctl *c, const struct args *a)
{
	struct ctl_request r = { .words = { "show" }, .nwords = 1 };
	int status;

	if (a->argc != 1)
		return ctl_usage(a->cmd, "show needs a name");
	status = ctl_check_word("VNF", a->argv[0]);
	if (status != 0)
		return status;
	ctl_add_word(&r, a->argv[0]);
	return ctl_ask(c, &r, json_line_vnf, text_fields, NULL);
}

static int
cmd_reload(struct ctl *c, const struct args *a)
{
	struct ctl_request r = { .words = { "reload" }, .nwords = 1 };

	if (a->argc > 0)
		return ctl_usage(a->cmd, "reload takes no argument");
	return ctl_ask(c, &r, json_line, text_fields, NULL);
}

static int
cmd_ping(struct ctl *c, const struct args *a)
{
	struct ctl_request r = { .words = { "ping" }, .nwords = 1 };
	uint64_t start;
	int status;

	if (a->argc > 0)
		return ctl_usage(a->cmd, "ping takes no argument");
	status = ctl_connect(c);
	if (status != 0)
		return status;
	start = now_us();
	status = send_request(c, &r, NULL, NULL);
	if (status != 0)
		return status;
	if (c->json)
		json_line_ping((long long)(now_us() - start));
	else
		printf("ping_us: %lld\n", (long long)(now_us() - start));
	return 0;
}

/* The client's own version is told even when there is no daemon. */
static int
cmd_version(struct ctl *c, const struct args *a)
{
	int status;

	if (a->argc > 0)
		return ctl_usage(a->cmd, "version takes no argument");
	status = ctl_connect(c);
	if (c->json) {
		json_line_version(ctl_version, c->conn);
		return status;
	}
	printf("client: %s\n", ctl_version);
	if (c->conn == NULL)
		return status;
	fputs("daemon: ", stdout);
	text_put_line(uvnf_daemon_version(c->conn));
	printf("protocol: %d\nbackend: ", PROTO_VERSION);
	text_put_line(uvnf_daemon_backend(c->conn));
	return status;
}

const struct command commands[] = {
	{ "create", "TEMPLATE NAME [-c FILE|-] [--set PARAMETER=VALUE]...\n"
	    "    [--vif N,KEY=VALUE[,...]]... [--wait claimed|started|ready]",
	    "makes a VNF out of a shell of TEMPLATE",
	    "With -c, the Click configuration in FILE (- is standard input) is "
	    "given to\nit; without, the template's own, where it has one.  "
	    "--set gives a value to a\nparameter that the template declares; "
	    "{{PARAMETER}} in the configuration becomes\nit.  --vif says "
	    "for vif N bridge=NAME, ovs=NAME or mac=ADDRESS instead of the\n"
	    "template.  --wait says "
	    "when the answer comes: when it is claimed (the default without\n"
	    "a configuration), started (the default with one) or ready.",
	    TAKES_CONFIG | TAKES_SET | TAKES_WAIT | TAKES_VIF,
	    " claimed started ready ", cmd_create },
	{ "config", "NAME FILE|- [--set PARAMETER=VALUE]... [--router N] "
	    "[--wait started|ready]",
	    "gives a VNF a new Click configuration",
	    "FILE is - for standard input.  A running router is stopped "
	    "first.  What was set\nbefore still holds where --set does not "
	    "set it anew.\n--router gives it another router beside router 0, "
	    "where its template allows that;\nnone can be stopped any more.",
	    TAKES_SET | TAKES_WAIT | TAKES_ROUTER, " started ready ",
	    cmd_config },
	{ "read", "NAME ELEMENT.HANDLER",
	    "reads a handler of an element of a VNF's router", NULL, 0, NULL,
	    cmd_read },
	{ "write", "NAME ELEMENT.HANDLER [VALUE|-]",
	    "writes a handler of an element of a VNF's router",
	    "Without VALUE it is written 'true', which is all that a stock "
	    "ClickOS can take;\n- reads the value from standard input.", 0,
	    NULL, cmd_write },
	{ "destroy", "NAME...|--all [--wait name|freed]",
	    "destroys VNFs",
	    "--wait says when: when the name is free (the default), or when "
	    "the domain's\nmemory is freed, too.  All names are tried; the "
	    "exit status is the worst.",
	    TAKES_WAIT | TAKES_ALL, " name freed ", cmd_destroy },
	{ "start", "NAME [--wait started|ready]",
	    "starts the router of a VNF with the configuration it has", NULL,
	    TAKES_WAIT, " started ready ", cmd_start },
	{ "stop", "NAME [--router N] [--remove]",
	    "stops the router of a VNF",
	    "With --remove its configuration is taken away, too.  While "
	    "several routers run,\nnone can be stopped.",
	    TAKES_REMOVE | TAKES_ROUTER, NULL, cmd_stop },
	{ "pause", "NAME", "freezes a VNF", NULL, 0, NULL, cmd_pause },
	{ "resume", "NAME", "lets a paused VNF go on", NULL, 0, NULL,
	    cmd_resume },
	{ "shutdown", "NAME [--force SECONDS]",
	    "lets a VNF shut itself down, and destroys what is left of it",
	    "A guest that has not done so after SECONDS (5) is destroyed.",
	    TAKES_FORCE, NULL, cmd_shutdown },
	{ "reboot", "NAME [--wait claimed|started|ready]",
	    "gives a VNF a new domain with the same configuration",
	    "Its name and MAC addresses stay.", TAKES_WAIT,
	    " claimed started ready ", cmd_reboot },
	{ "run", "TEMPLATE NAME [-c FILE|-] [--set PARAMETER=VALUE]...\n"
	    "    [--vif N,KEY=VALUE[,...]]... [--wait name|freed] [--raw]\n"
	    "    [--reconnect SECONDS]",
	    "runs a VNF in the foreground and prints its console",
	    "SIGTERM, SIGINT and SIGHUP destroy it; a second one ends at "
	    "once.  Exit status: 0\nended by a signal; 5 the guest is dead; 6 "
	    "somebody else destroyed it; else as\nusual, see uvnfctl(1).",
	    TAKES_CONFIG | TAKES_SET | TAKES_VIF | TAKES_WAIT | TAKES_RAW |
	    TAKES_RECONNECT,
	    " name freed ", cmd_run },
	{ "console", "NAME [-f] [--raw]", "prints what a VNF's guest said last",
	    "With -f, also what it says from now on.  What could steer a "
	    "terminal is escaped;\n--raw leaves it as it is, but for "
	    "terminals.",
	    TAKES_FOLLOW | TAKES_RAW, NULL, cmd_console },
	{ "events", "[NAME] [-f]", "prints what happened, to all VNFs or one",
	    "With -f, also what happens from now on.", TAKES_FOLLOW, NULL,
	    cmd_events },
	{ "apply", "FILE [-n]", "makes a chain of VNFs what its file says",
	    "Creates what is missing, changes what differs, destroys what is "
	    "no longer in it;\nsee uvnf-chain(5).  With -n, says what would "
	    "be done.", TAKES_DRY_RUN, NULL, cmd_apply },
	{ "delete", "FILE [-n]", "destroys a chain's VNFs and bridges",
	    "Only the chain's name is looked for in the file.  With -n, says "
	    "what would be done.", TAKES_DRY_RUN, NULL, cmd_delete },
	{ "bridge", "[create NAME | delete NAME]",
	    "shows the bridges that uvnfd made, makes or deletes one", NULL,
	    0, NULL, cmd_bridge },
	{ "list", "", "lists the VNFs", NULL, 0, NULL, cmd_list },
	{ "show", "NAME", "shows all there is to know about a VNF", NULL, 0,
	    NULL, cmd_show },
	{ "pool", "[show [TEMPLATE] | fill [TEMPLATE] [--wait] | "
	    "set TEMPLATE armed|booted|paused\n    TARGET [--min N] "
	    "[--max N] | drain [TEMPLATE]]",
	    "shows the pools of shells, or changes them",
	    "fill builds at once what is missing, of TEMPLATE or of all; "
	    "--wait waits for\nall of them.  set changes how many there are "
	    "to be, drain destroys them and wants\nnone until fill or set.",
	    TAKES_WAIT_FLAG | TAKES_BOUNDS, NULL, cmd_pool },
	{ "templates", "", "lists the templates", NULL, 0, NULL,
	    cmd_templates },
	{ "reload", "", "lets the daemon read its configuration anew",
	    "All of it is taken over, or, when it has an error, nothing.  VNFs "
	    "keep the\ntemplate that they were made of.", 0, NULL,
	    cmd_reload },
	{ "quota", "", "shows what each user has, and may have", NULL, 0, NULL,
	    cmd_quota },
	{ "stats", "[reset]", "shows what the daemon counted since it began",
	    "Counts, and how long creates took from the request to each stage: "
	    "the half of them,\n90 and 99 of 100 at most, and the longest.  "
	    "reset begins these times anew.", 0, NULL, cmd_stats },
	{ "trace", "NAME", "shows when a VNF reached which stage",
	    "Since its last create, config, start, stop or reboot was read: "
	    "how long it took to\neach stage, as a bar.  Of a request to an "
	    "earlier daemon, what that one had\nrecorded is known.", 0, NULL,
	    cmd_trace },
	{ "ping", "", "asks the daemon for a sign of life", NULL, 0, NULL,
	    cmd_ping },
	{ "version", "", "shows the client's and the daemon's version", NULL,
	    0, NULL, cmd_version },
	{ NULL, NULL, NULL, NULL, 0, NULL, NULL },
};
