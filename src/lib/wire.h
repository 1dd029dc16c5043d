/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_WIRE_H
#define UVNF_WIRE_H

#include <sys/uio.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/proto.h"
#include "lib/uvnf.h"

/*
 * Inside libuvnf: bytes and lines over the socket, within a time limit.
 * Nothing here ends the program: memory is allocated with malloc, not with
 * the x-functions of common/util.h.
 */

/* A request of PROTO_LINE_MAX bytes, were each of them escaped. */
#define OUT_SIZE (4 * PROTO_LINE_MAX + 8 * PROTO_WORDS_MAX + 256)

struct uvnf_data {
	struct uvnf_field *fields;
	size_t count;
	size_t size;
};

/*
 * Requests carry a tag, the number of the request: so a reply that comes
 * after its time limit is known and skipped, and the connection stays useful.
 */
struct uvnf {
	int fd;				/* -1: broken, nothing more goes */
	unsigned timeout_ms;
	unsigned long serial;
	struct uvnf_error error;
	char word[32];			/* may be one newer than this code */
	char version[64];
	char backend[64];
	char *in;			/* what was read and not yet used */
	size_t in_start;
	size_t in_scanned;		/* no line feed before this */
	size_t in_end;
	size_t in_size;
	struct uvnf_data data;
	char out[OUT_SIZE];
};

/* One greeting or reply to come, and what is still to be written for it. */
struct exchange {
	int (*on_line)(struct uvnf *, struct exchange *, char *);
	struct iovec out[2];		/* the line, the payload */
	size_t left;			/* bytes of both not yet written */
	bool cut;			/* the other side reads no more */
	bool done;
	int result;			/* once done */
	unsigned limit_ms;
	uint64_t deadline_us;
	uvnf_data_cb cb;
	void *arg;
};

/* Records the error and returns -code. */
int wire_fail(struct uvnf *u, enum uvnf_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
int wire_fail_protocol(struct uvnf *u, const char *what, const char *line);

/* Opens u->fd; 0 or a negative code, with the error recorded. */
int wire_connect(struct uvnf *u, const char *path, uint64_t deadline_us);

void wire_hang_up(struct uvnf *u);

/*
 * Writes x->out and hands the lines that come to x->on_line until it sets
 * x->done; returns x->result then, else a negative code.  The connection is
 * closed where it is of no more use.
 */
int wire_exchange(struct uvnf *u, struct exchange *x, unsigned limit_ms);

#endif
