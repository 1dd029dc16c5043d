/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_H
#define UVNF_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * libuvnf: a client of uvnfd.  libuvnf(3) tells how the calls go together,
 * uvnf-protocol(7) has the verbs, fields, error words and limits.
 *
 * A connection, and all that belongs to it, must be used by one thread at a
 * time; two connections know nothing of each other.  Functions that may fail
 * return 0 or a negative number; which number is no part of the interface:
 * uvnf_error_word and uvnf_error_text tell what was wrong.  Nothing here
 * ends the program, prints, or touches a signal.
 */
struct uvnf;				/* a connection */
struct uvnf_reply;			/* the whole reply to a request */
struct uvnf_data;			/* the fields of one line of it */

/* --- connections --------------------------------------------------------- */

/*
 * Connects to the daemon's socket and waits for its greeting; path NULL means
 * $UVNF_SOCKET or else the default.  timeout_ms bounds this call and, with
 * 2 s of grace for the daemon's own limit, each later request that has no
 * timeout_ms= of its own.  Returns 0 and a connection that uvnf_close ends,
 * or a negative number; *out is then a connection that can only tell
 * uvnf_error_word and uvnf_error_text and be closed (NULL when there is no
 * memory even for this).
 */
int uvnf_open(const char *path, unsigned timeout_ms, struct uvnf **out);

/*
 * The same without waiting: the greeting is awaited by uvnf_process, for
 * timeout_ms, and requests may be submitted at once, to be sent after it.
 * When the daemon's queue of connections is full, this fails with the word
 * "timeout": try again later.
 */
int uvnf_start(const char *path, unsigned timeout_ms, struct uvnf **out);

/*
 * Ends the connection and whatever is under way on it: each callback is
 * called for the last time, with "cancelled", before this returns.  May be
 * called inside a callback; u must not be used afterwards.  NULL is ignored.
 */
void uvnf_close(struct uvnf *u);

/* The time limit, as of uvnf_open, of the requests to come. */
void uvnf_set_timeout(struct uvnf *u, unsigned timeout_ms);

/* Fields of the greeting: "0.1.0", "xen"; "" until it has come. */
const char *uvnf_daemon_version(const struct uvnf *u);
const char *uvnf_daemon_backend(const struct uvnf *u);

/*
 * The error of the last call on this connection that returned a negative
 * number: its word as in uvnf-protocol(7) ("name-taken"; "ok" when there was
 * none yet, or the last uvnf_request went well), its sentence, and the exit
 * status that uvnfctl gives it, 0 to 4.  u NULL: out of memory.
 */
const char *uvnf_error_word(const struct uvnf *u);
const char *uvnf_error_text(const struct uvnf *u);
int uvnf_exit_status(const struct uvnf *u);

/* --- one request at a time ----------------------------------------------- */

/* One data line of a reply, valid during the callback. */
typedef void (*uvnf_data_cb)(const struct uvnf_data *data, void *arg);

/*
 * Sends one request and waits for its reply.  argv has the verb, its
 * arguments and key=value pairs, unescaped (not config=, which comes from
 * payload and len; payload NULL means none).  cb is called for each data line
 * as it comes, before the function returns, and must not use the connection;
 * without cb the lines are kept for uvnf_last_reply.  0 on OK, else negative.
 * When the daemon broke the protocol or hung up, the connection is lost, and
 * every later request fails.  Requests that were submitted go on meanwhile
 * and call back.  Not to be called inside a callback.
 */
int uvnf_request(struct uvnf *u, const char *const *argv, size_t argc,
    const char *payload, size_t len, uvnf_data_cb cb, void *arg);

/* The reply to the last uvnf_request, valid until the next, or uvnf_close. */
const struct uvnf_reply *uvnf_last_reply(const struct uvnf *u);

/* --- many requests, and the caller's own event loop ---------------------- */

/*
 * The end of a request: called exactly once for each uvnf_submit and
 * uvnf_subscribe that returned 0, never before those return.  The reply is
 * valid during the call.  It may submit, subscribe, cancel and close, but not
 * wait.
 */
typedef void (*uvnf_done_cb)(struct uvnf *u, const struct uvnf_reply *reply,
    void *arg);

/*
 * A line that the daemon sent by itself: its first word, "EVENT" in version 1
 * of the protocol, and its fields, both valid during the call.  The last call,
 * when the subscription ends, has NULL for both.  It may do what a
 * uvnf_done_cb may.
 */
typedef void (*uvnf_event_cb)(struct uvnf *u, const char *word,
    const struct uvnf_data *data, void *arg);

/*
 * Queues a request, which is copied; nothing is sent and nothing called back
 * before uvnf_process or uvnf_wait.  Requests run side by side in the daemon
 * and end in any order; one that must follow another is submitted when that
 * one is done.  The time limit counts from here; one that passed ends with
 * "timeout", leaves the connection useful, and does not take back what was
 * sent.  done must be given; id, which cancels it, may be NULL.
 */
int uvnf_submit(struct uvnf *u, const char *const *argv, size_t argc,
    const void *payload, size_t len, uvnf_done_cb done, void *arg,
    uint64_t *id);

/*
 * The same for a request behind whose OK the daemon goes on to send lines by
 * itself.  done has the reply.  When that was OK, event is called for each
 * line, without a time limit, and for the last time with NULL: behind
 * uvnf_cancel, uvnf_close, or the loss of the connection.
 */
int uvnf_subscribe(struct uvnf *u, const char *const *argv, size_t argc,
    uvnf_done_cb done, uvnf_event_cb event, void *arg, uint64_t *id);

/*
 * Ends a request or a subscription on this side: it is called back for the
 * last time, with "cancelled" or NULL, before this returns.  What was sent
 * already is not taken back; its reply is skipped.  Negative when nothing
 * with this id is under way.
 */
int uvnf_cancel(struct uvnf *u, uint64_t id);

/* How many requests and subscriptions are under way. */
size_t uvnf_pending(const struct uvnf *u);

/*
 * What to wait for: uvnf_events has poll(2)'s flags for uvnf_fd, -1 when the
 * connection is lost; uvnf_timeout_ms is the longest time to wait for them,
 * -1 when there is no limit.  Ask again after each call on the connection.
 * The flags are about a level: do not poll for edges only.
 */
int uvnf_fd(const struct uvnf *u);
short uvnf_events(const struct uvnf *u);
int uvnf_timeout_ms(const struct uvnf *u);

/*
 * Writes and reads what is possible without waiting, calls back for what
 * came and for what ran out of time.  May be called at any time but inside a
 * callback.  0: go on.  1: a callback closed the connection, u is gone.
 * Negative: the connection is lost, everything under way was called back with
 * the reason, and only uvnf_close is left.
 */
int uvnf_process(struct uvnf *u);

/*
 * For callers without a loop of their own: waits with poll(2) for at most
 * limit_ms, -1 for as long as it takes, then as uvnf_process.  Returns early
 * when a signal came.
 */
int uvnf_wait(struct uvnf *u, int limit_ms);

/* --- replies ------------------------------------------------------------- */

/* The error of a reply; "ok", "" and 0 when there was none. */
const char *uvnf_reply_word(const struct uvnf_reply *r);
const char *uvnf_reply_text(const struct uvnf_reply *r);
int uvnf_reply_exit_status(const struct uvnf_reply *r);

/*
 * The data lines in the order they came, also those before an error, and
 * NULL behind the last.
 */
size_t uvnf_reply_count(const struct uvnf_reply *r);
const struct uvnf_data *uvnf_reply_data(const struct uvnf_reply *r, size_t i);

/* The fields of the closing OK; without any behind an error. */
const struct uvnf_data *uvnf_reply_closing(const struct uvnf_reply *r);

/* --- fields, in the order they came -------------------------------------- */

enum uvnf_type { UVNF_STRING, UVNF_NUMBER, UVNF_BOOL };

struct uvnf_field {
	const char *key;		/* "vifs.0.mac" */
	enum uvnf_type type;
	const char *value;		/* its text, NUL behind it */
	size_t len;			/* a string may have NUL bytes */
};

size_t uvnf_data_count(const struct uvnf_data *d);
/* The i-th field, or NULL behind the last. */
const struct uvnf_field *uvnf_data_at(const struct uvnf_data *d, size_t i);
/* The field of a key, or NULL. */
const struct uvnf_field *uvnf_data_find(const struct uvnf_data *d,
    const char *key);
/* The value of a key as text, whatever its type, or NULL. */
const char *uvnf_data_get(const struct uvnf_data *d, const char *key);
/* 0 and the value; -1, *out untouched, if it is missing or of another type. */
int uvnf_data_number(const struct uvnf_data *d, const char *key,
    int64_t *out);
int uvnf_data_bool(const struct uvnf_data *d, const char *key, int *out);

#ifdef __cplusplus
}
#endif

#endif
