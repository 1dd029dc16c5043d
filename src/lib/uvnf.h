/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_H
#define UVNF_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * libuvnf: a client of uvnfd, see uvnf-protocol(7) for the verbs and fields.
 * This version has synchronous calls; one connection must not be used by two
 * threads at a time.
 */
struct uvnf;

/*
 * Connects to the daemon's socket; path NULL means $UVNF_SOCKET or else the
 * default.  timeout_ms bounds this call and, with some time of grace for the
 * daemon's own limit, each later one.  Returns 0 and a connection that
 * uvnf_close ends, or a negative error code; *out is then a connection that
 * can only tell uvnf_error_word and uvnf_error_text and be closed (NULL when
 * there is no memory even for this).
 */
int uvnf_open(const char *path, unsigned timeout_ms, struct uvnf **out);

void uvnf_close(struct uvnf *u);

/* Fields of the greeting: "0.1.0", "xen". */
const char *uvnf_daemon_version(const struct uvnf *u);
const char *uvnf_daemon_backend(const struct uvnf *u);

/* One data line of a reply, valid during the callback. */
struct uvnf_data;

typedef void (*uvnf_data_cb)(const struct uvnf_data *data, void *arg);

/*
 * Sends one request and waits for its reply.  argv has the verb, its
 * arguments and key=value pairs, unescaped (not config=, which comes from
 * payload and len; payload NULL means none).  cb, which may be NULL, is
 * called for each data line before the function returns and must not use the
 * connection.  0 on OK, else a negative code, with uvnf_error_word and
 * uvnf_error_text telling more.  When the daemon broke the protocol or hung
 * up, the connection is lost, and every later request fails.
 */
int uvnf_request(struct uvnf *u, const char *const *argv, size_t argc,
    const char *payload, size_t len, uvnf_data_cb cb, void *arg);

/* The last error: its word as in uvnf-protocol(7), and its sentence. */
const char *uvnf_error_word(const struct uvnf *u);
const char *uvnf_error_text(const struct uvnf *u);
/* The exit status that uvnfctl gives it: 0 to 4. */
int uvnf_exit_status(const struct uvnf *u);

/* The fields of a data line, in the order they came. */
enum uvnf_type { UVNF_STRING, UVNF_NUMBER, UVNF_BOOL };

struct uvnf_field {
	const char *key;		/* "vifs.0.mac" */
	enum uvnf_type type;
	const char *value;		/* its text, NUL behind it */
	size_t len;
};

size_t uvnf_data_count(const struct uvnf_data *d);
const struct uvnf_field *uvnf_data_at(const struct uvnf_data *d, size_t i);
/* The value of a key, or NULL. */
const char *uvnf_data_get(const struct uvnf_data *d, const char *key);

#ifdef __cplusplus
}
#endif

#endif
