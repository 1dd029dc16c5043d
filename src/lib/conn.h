/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_CONN_H
#define UVNF_CONN_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/proto.h"
#include "lib/uvnf.h"

/*
 * Inside libuvnf: a connection and what is under way on it.  Nothing here
 * ends the program: memory is allocated with malloc, not with the x-functions
 * of common/util.h (proto_buf only ever gets a buffer that is large enough).
 */

/* A request of PROTO_LINE_MAX bytes, were each of them escaped. */
#define LINE_SIZE (4 * PROTO_LINE_MAX + 8 * PROTO_WORDS_MAX + 256)
#define WORD_SIZE 32			/* a code may be newer than this file */
#define BUCKETS 256

struct uvnf_data {
	struct uvnf_field *fields;
	size_t count;
	size_t size;
};

/* The data lines of one reply, each in one block of memory. */
struct rows {
	struct uvnf_data **data;
	size_t count;
	size_t size;
	size_t bytes;
};

struct uvnf_reply {
	struct uvnf_error error;
	char word[WORD_SIZE];
	struct rows rows;
	struct uvnf_data *closing;	/* NULL: no fields */
};

/* A request line and its payload, on their way out. */
struct chunk {
	TAILQ_ENTRY(chunk) entry;
	struct pending *owner;		/* NULL: it no longer waits for it */
	size_t len;
	size_t sent;
	char bytes[];
};

TAILQ_HEAD(pending_list, pending);

/*
 * A request under way, or a subscription.  Its id is its tag: a reply that
 * comes after its time limit is known by it and skipped, and the connection
 * stays useful.
 */
struct pending {
	TAILQ_ENTRY(pending) entry;
	struct pending_list *list;	/* that it is in: all, or due */
	LIST_ENTRY(pending) same_bucket;
	uint64_t id;
	uint64_t deadline_us;
	unsigned limit_ms;
	bool subscribed;		/* its OK came; only events follow */
	struct chunk *chunk;		/* NULL: all sent, or dropped */
	bool never_sent;		/* not a byte of it */
	uvnf_data_cb on_data;		/* NULL: lines are kept in rows */
	uvnf_done_cb done;
	uvnf_event_cb event;		/* NULL: no subscription */
	void *arg;
	struct rows rows;
	bool *waiting;			/* a uvnf_request's, instead of done */
};

struct uvnf {
	int fd;				/* -1: lost, nothing more goes */
	unsigned timeout_ms;
	unsigned depth;			/* of calls that may call back */
	bool closed;			/* freed when depth is 0 again */
	bool greeted;
	bool cut;			/* the other side reads no more */
	bool hung_up;
	unsigned greeting_ms;
	uint64_t greeting_deadline_us;
	uint64_t serial;		/* the last id */
	struct uvnf_error error;
	char word[WORD_SIZE];
	struct uvnf_reply last;
	char version[64];
	char backend[64];

	struct pending_list all;
	struct pending_list due;	/* out of time, not yet called back */
	LIST_HEAD(, pending) buckets[BUCKETS];
	size_t npending;
	size_t nanswers;		/* of them, to come: not subscribed */
	uint64_t next_us;		/* no deadline is before this */

	TAILQ_HEAD(, chunk) out;
	char *in;			/* what was read and not yet used */
	size_t in_start;
	size_t in_scanned;		/* no line feed before this */
	size_t in_end;
	size_t in_size;
	struct uvnf_data data;		/* of the line being read */
	char line[LINE_SIZE];		/* of the request being built */
};

/* Record the error and return -code. */
int conn_fail(struct uvnf *u, enum uvnf_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
int conn_fail_protocol(struct uvnf *u, const char *what, const char *line);

/*
 * Around whatever may call back: a connection that is closed meanwhile is
 * freed by the outermost conn_leave, which then returns true.
 */
void conn_enter(struct uvnf *u);
bool conn_leave(struct uvnf *u);

/* reply.c */

/* Cuts off the word at *p; what follows its one space is left there. */
char *cut_word(char **p);
/* Fills u->data with pointers into the text, which is changed. */
int data_parse(struct uvnf *u, char *text);
/* One block that free() frees; NULL without memory. */
struct uvnf_data *data_copy(const struct uvnf_data *d, size_t *bytes);
int rows_add(struct uvnf *u, struct rows *rows);	/* a copy of u->data */
void rows_clear(struct rows *rows);
void reply_clear(struct uvnf_reply *r);

/* request.c: a chunk that free() frees, or NULL with the error recorded. */
struct chunk *request_build(struct uvnf *u, uint64_t id,
    const char *const *argv, size_t argc, const void *payload, size_t len);
/* The time limit of a request in ms, the grace included. */
unsigned request_limit(const struct uvnf *u, const char *const *argv,
    size_t argc);

/* pending.c: what is under way, its lines and its ends. */

/*
 * Queues a request.  like has its callbacks; the rest is filled in.  The id
 * is stored where id points, if not NULL.  0, or a recorded error.
 */
int pending_submit(struct uvnf *u, const char *const *argv, size_t argc,
    const void *payload, size_t len, const struct pending *like,
    uint64_t *id);
/* Handles a line behind the greeting; negative: the connection is broken. */
int pending_line(struct uvnf *u, char *line);
/* Ends all that is under way. */
void pending_end_all(struct uvnf *u, const struct uvnf_error *why);
/* Ends what is out of time. */
void pending_expire(struct uvnf *u, uint64_t now);

#endif
