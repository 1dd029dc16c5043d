/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_COMMAND_H
#define UVNF_COMMAND_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "common/err.h"
#include "common/proto.h"
#include "daemon/daemon.h"

struct command;
struct request;
struct session;

/*
 * The rest of a reply that is too long to be made at once.  more puts some
 * data lines and returns true, or ends the request with its closing line and
 * returns false; end is called when the request is over, whatever ended it.
 */
struct request_stream {
	bool (*more)(struct request *rq, void *arg);	/* NULL: none */
	void (*end)(void *arg);
	void *arg;
};

/*
 * One request from its line to its closing line.  A command's handler gets
 * it when it is complete and in its turn, and owes it exactly one
 * request_ok, request_ok_count or request_err, at once or later; each frees
 * it.  The handler never sees a socket: the client may be gone meanwhile.
 */
struct request {
	struct daemon *daemon;
	struct session *session;	/* NULL once the client hung up */
	const struct command *command;	/* NULL until it is found */
	uid_t uid;			/* whose it is */
	pid_t pid;
	enum uvnf_code result;		/* once it is answered */
	uint64_t read_us;		/* when its line was read */
	bool tagged;
	char *text;			/* the line, which `line` points into */
	struct proto_line line;
	char *payload;			/* NULL when none was announced */
	size_t payload_len;
	size_t payload_counted;		/* as the user's, until it is over */
	struct uvnf_error *refused;	/* found before its turn came */
	struct proto_buf out;
	struct request_stream stream;
	LIST_ENTRY(request) entry;
	STAILQ_ENTRY(request) answered;	/* in the session's list */
};

/* Finds the command and calls its handler, or refuses. */
void request_run(struct request *rq);

/* Is it to be logged once it is answered?  The line about it. */
bool request_is_audited(const struct request *rq);
void request_audit(const struct request *rq);

/* The i-th argument behind the verb, or NULL; the value of a key, or NULL. */
const char *request_arg(const struct request *rq, unsigned i);
const char *request_key(const struct request *rq, const char *key);

/* The i-th key that begins with prefix, and its value; NULL: no more. */
const char *request_key_at(const struct request *rq, const char *prefix,
    unsigned i, const char **value);

/* The key timeout_ms, or its default: 0, or -UVNF_E_BAD_REQUEST. */
int request_timeout(const struct request *rq, unsigned *ms,
    struct uvnf_error *e);

/* A data line: begin, proto_add_… on the result, end. */
struct proto_buf *request_data(struct request *rq);
void request_data_end(struct request *rq);

void request_ok(struct request *rq);
void request_ok_count(struct request *rq, uint64_t count);
void request_err(struct request *rq, const struct uvnf_error *e);

/*
 * What was put goes out; more is called, in this client's turns and as it
 * reads, until it has ended the request.
 */
void request_go_on(struct request *rq, const struct request_stream *stream);

/*
 * Whether there is such a verb, this client may use it, and it takes these
 * words; then rq->command is set.
 */
int request_check_line(struct request *rq, struct uvnf_error *e);

/* What this client may do now. */
enum access_level request_level(const struct request *rq);

/* May this client touch what belongs to owner? */
bool request_owns(const struct request *rq, uid_t owner);
/* The error where it may not: what is named, as in "the VNF 'web1'". */
int request_denied(const struct request *rq, const char *what,
    const char *name, uid_t owner, struct uvnf_error *e);

/* May it put something into the chain that it names, if it names one? */
int request_check_chain(const struct request *rq, struct uvnf_error *e);

/* May it have one more of these?  Admins are counted, and not limited. */
int request_check_quota(const struct request *rq, enum quota_kind kind,
    struct uvnf_error *e);

#define COMMAND_KEYS_MAX 8

/* Its first argument is a VNF, which must be the user's own. */
#define COMMAND_OWN 1
/* It changes something: once answered it is logged. */
#define COMMAND_CHANGES 2

/* A row of a command table; the module that owns a group has the table. */
struct command {
	/* With its first argument behind a space where that is another
	 * matter ("pool set"); the counts of arguments include it. */
	const char *verb;
	enum access_level level;	/* that it needs */
	unsigned flags;			/* COMMAND_… */
	unsigned min_args, max_args;
	/* Those it takes; one that ends with a dot stands for all that begin
	 * so, and the command looks at them itself. */
	const char *keys[COMMAND_KEYS_MAX];
	const char *usage;
	void (*run)(struct request *rq);
};

/* The groups; each table ends with a row whose verb is NULL. */
extern const struct command *const command_groups[];	/* then NULL */
extern const struct command bridge_commands[];	/* cmd_bridge.c */
extern const struct command console_commands[];	/* cmd_console.c */
extern const struct command events_commands[];	/* cmd_events.c */
extern const struct command handler_commands[];	/* cmd_handler.c */
extern const struct command info_commands[];	/* cmd_info.c */
extern const struct command life_commands[];	/* cmd_life.c */
extern const struct command pool_commands[];	/* cmd_pool.c */
extern const struct command quota_commands[];	/* cmd_quota.c */
extern const struct command stats_commands[];	/* cmd_stats.c */
extern const struct command vnf_commands[];	/* cmd_vnf.c */

#endif
