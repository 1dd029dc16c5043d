/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_CTL_H
#define UVNF_CTL_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"
#include "common/proto.h"
#include "lib/uvnf.h"

#define VIFS_MAX 8

/* What the options in front of the command say, and the connection. */
struct ctl {
	const char *socket;		/* NULL: the library's default */
	bool json;
	unsigned timeout_ms;
	char timeout_arg[32];		/* "timeout_ms=10000" */
	struct uvnf *conn;		/* NULL until ctl_connect */
};

#define SETS_MAX 16			/* no template has more parameters */

/* A command's own options; which ones it takes is in its row. */
struct args {
	const struct command *cmd;
	int argc;			/* of the arguments, the options gone */
	char **argv;
	const char *config;		/* -c FILE */
	const char *wait;		/* --wait, "" if it has no value */
	bool all;
	bool remove;
	const char *force;		/* --force SECONDS */
	const char *min, *max;		/* --min N, --max N */
	char *sets[SETS_MAX];		/* --set, as "set.KEY=VALUE" */
	size_t nsets;
	const char *vifs[VIFS_MAX];	/* --vif N,KEY=VALUE... */
	unsigned nvifs;
	bool follow;
	bool raw;
	bool dry_run;			/* -n */
	const char *router;		/* --router N */
	const char *reconnect;		/* --reconnect SECONDS */
};

enum {
	TAKES_CONFIG = 1,		/* -c FILE */
	TAKES_WAIT = 2,			/* --wait WHEN */
	TAKES_WAIT_FLAG = 4,		/* --wait, no value */
	TAKES_ALL = 8,			/* --all */
	TAKES_REMOVE = 16,		/* --remove */
	TAKES_FORCE = 32,		/* --force SECONDS */
	TAKES_BOUNDS = 2048,		/* --min N, --max N */
	TAKES_SET = 64,			/* --set KEY=VALUE */
	TAKES_VIF = 128,		/* --vif N,KEY=VALUE... */
	TAKES_FOLLOW = 256,		/* -f */
	TAKES_RAW = 512,		/* --raw */
	TAKES_ROUTER = 8192,		/* --router N */
	TAKES_RECONNECT = 1024,		/* --reconnect SECONDS */
	TAKES_DRY_RUN = 4096,		/* -n */
};

struct command {
	const char *name;
	const char *synopsis;		/* behind the name */
	const char *summary;
	const char *help;		/* sentences behind the summary */
	unsigned takes;
	const char *waits;		/* " claimed started ready " */
	/* Returns the exit status. */
	int (*run)(struct ctl *, const struct args *);
};

extern const char ctl_version[];
extern const struct command commands[];	/* ends with a NULL name */

/* stderr's one line "uvnfctl: CODE: sentence"; returns the exit status. */
int ctl_fail(enum uvnf_code code, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The same for wrong usage of a command, with a hint where to read. */
int ctl_usage(const struct command *cmd, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The same for the connection's last error. */
int ctl_fail_conn(const struct ctl *c);
/* The same for a reply that is no OK. */
int ctl_fail_reply(const struct uvnf_reply *r);
/* The same with a code's word that came with an event, and a status. */
int ctl_report(const char *word, const char *text, int status);

/* 0, or the exit status of a failure that was reported. */
int ctl_connect(struct ctl *c);

/* Milliseconds of a text like "2.5", at least min_ms; -1 when it is none. */
long ctl_parse_seconds(const char *s, long min_ms);

/* A request under way, for the files of commands. */
#define REQUEST_WORDS_MAX 40	/* more than the daemon takes */

struct ctl_request {
	const char *words[REQUEST_WORDS_MAX];
	size_t nwords;
	char wait[32];
	char router[32];
	char *payload;			/* or NULL */
	size_t len;
};

void ctl_add_word(struct ctl_request *r, const char *word);
void ctl_add_wait(struct ctl_request *r, const char *when);
/* The option --router, if it was given; the daemon looks at the number. */
void ctl_add_router(struct ctl_request *r, const char *number);
/* 0, or the exit status: a word with '=' would be taken for a key. */
int ctl_check_word(const char *what, const char *word);
/* Connects, asks, prints what comes, reports a failure. */
int ctl_ask(struct ctl *c, const struct ctl_request *r, uvnf_data_cb json,
    uvnf_data_cb text, void *arg);

/* Asks and prints a table, even when the reply ends with an error. */
struct text_table;
int ctl_ask_table(struct ctl *c, const struct ctl_request *r,
    uvnf_data_cb json, struct text_table *t);
/* The same for a command without arguments; frees t. */
int ctl_table_command(struct ctl *c, const struct args *a,
    struct text_table *t, uvnf_data_cb json);

/* bridge.c */
int cmd_bridge(struct ctl *c, const struct args *a);

/* chain.c */
int cmd_apply(struct ctl *c, const struct args *a);
int cmd_delete(struct ctl *c, const struct args *a);

/* pool.c */
int cmd_pool(struct ctl *c, const struct args *a);

/* stats.c */
int cmd_stats(struct ctl *c, const struct args *a);

/* trace.c */
int cmd_trace(struct ctl *c, const struct args *a);

struct trace_stage {
	const char *name;
	long long from_us, to_us;	/* since the request was read */
	unsigned order;			/* as told, where two came at once */
};

/* handler.c */
int cmd_read(struct ctl *c, const struct args *a);
int cmd_write(struct ctl *c, const struct args *a);

/* Those that go on until something ends them: console, events, run. */
int cmd_console(struct ctl *c, const struct args *a);
int cmd_events(struct ctl *c, const struct args *a);
int cmd_run(struct ctl *c, const struct args *a);

/* life.c */
int cmd_start(struct ctl *c, const struct args *a);
int cmd_stop(struct ctl *c, const struct args *a);
int cmd_pause(struct ctl *c, const struct args *a);
int cmd_resume(struct ctl *c, const struct args *a);
int cmd_shutdown(struct ctl *c, const struct args *a);
int cmd_reboot(struct ctl *c, const struct args *a);
/* Words that were made, and are to be freed. */
#define WORDS_MADE_MAX 16

struct words {
	char *words[WORDS_MADE_MAX];
	size_t n;
};

/*
 * Makes the request's words out of the options --vif: "0,mac=M,bridge=B"
 * becomes vifs.0.mac=M and vifs.0.bridge=B.  Returns 0 or the exit status;
 * words_free is due in either case.
 */
int vif_words(const struct args *a, struct words *made);
void words_free(struct words *w);

/*
 * The request of create, for a command with its arguments and options; 0, or
 * the exit status.  The caller frees r->payload and vifs in either case.
 */
int ctl_make_create(const struct args *a, const char *wait,
    const char *timeout, struct ctl_request *r, struct words *vifs);

/* JSON: a line on stdout for each call. */
void json_line(const struct uvnf_data *d, void *unused);
void json_line_vnf(const struct uvnf_data *d, void *unused);
void json_line_read(const char *name, const char *handler,
    const struct uvnf_data *d);
void json_line_written(const char *name, const char *handler,
    const char *value);
void json_line_shutdown(const char *name, const struct uvnf_data *d);
void json_line_destroyed(const char *name);
void json_line_bridge(const char *name, bool made);
void json_line_chain(const char *name, unsigned kept, unsigned created,
    unsigned changed, unsigned destroyed, unsigned made, unsigned unmade);
/* What would be done to a VNF (kind is "name") or a bridge ("bridge"). */
void json_line_planned(const char *kind, const char *name, const char *verb);
void json_line_ping(long long us);
void json_line_reset(void);
void json_line_trace(const struct uvnf_data *d, const struct trace_stage *s,
    unsigned n);

/*
 * One object out of several data lines: the first one's fields, and those of
 * the others as the items of a list.  json_joined_print frees it, too.
 */
struct json_joined;
struct json_joined *json_joined_new(const char *list);
void json_joined_first(const struct uvnf_data *d, void *joined);
void json_joined_item(const struct uvnf_data *d, void *joined);
void json_joined_print(struct json_joined *j);
void json_joined_free(struct json_joined *j);
/* conn may be NULL: just the client's own version. */
void json_line_version(const char *client, const struct uvnf *conn);

/*
 * Text.  What is not printable ASCII is escaped, so that nobody's bytes steer
 * a terminal; with multiline, line feeds and tabs stay.
 */
void text_escape(struct proto_buf *b, const char *s, size_t len,
    bool multiline);
void text_put(const char *s, size_t len, bool multiline);
void text_put_line(const char *s);

/*
 * A console's text as it comes: with its line feeds and tabs, without the
 * carriage returns beside line feeds; or, raw, as it is.
 */
struct text_stream {
	bool raw;
	bool carriage_return;		/* not printed yet */
	bool line_feed;			/* printed last */
};

void text_stream_put(struct text_stream *ts, const char *s, size_t len);

/* "12 us", "3.4 ms", "5.67 s". */
#define TEXT_DURATION_MAX 32
const char *text_duration(double us, char buf[TEXT_DURATION_MAX]);

void text_fields(const struct uvnf_data *d, void *unused);
void text_vnf(const struct uvnf_data *d, void *unused);
/* Its first words: "web1 ready: booted shell, domid 7". */
void text_vnf_line(const struct uvnf_data *d);
void text_vnf_error(const struct uvnf_data *d);

/* A table with aligned columns: rows are kept until it is printed. */
struct text_table;

struct text_table *text_table_vnfs(void);
struct text_table *text_table_bridges(void);
struct text_table *text_table_pool(void);
struct text_table *text_table_quotas(void);
struct text_table *text_table_stages(void);
struct text_table *text_table_templates(void);
void text_table_row(const struct uvnf_data *d, void *table);
size_t text_table_rows(const struct text_table *t);
void text_table_print(const struct text_table *t);
void text_table_free(struct text_table *t);

#endif
