/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_WIRE_H
#define UVNF_WIRE_H

#include "lib/conn.h"

/*
 * Inside libuvnf: bytes and lines over the socket.  Only wire_connect may
 * wait, and only until its deadline.
 */

/* Opens u->fd; deadline_us 0: without waiting.  0, or a recorded error. */
int wire_connect(struct uvnf *u, const char *path, uint64_t deadline_us);

void wire_hang_up(struct uvnf *u);

/*
 * Writes what goes out now, once the greeting has come; a broken pipe sets
 * u->cut and drops the rest.
 */
void wire_send(struct uvnf *u);

/* Reads once what is there; 0, also when there is nothing, or an error. */
int wire_receive(struct uvnf *u);

/*
 * Cuts the next whole line out of what was read: 1 with the line, without its
 * end and valid until wire_receive, 0 when there is none, or an error.
 */
int wire_line(struct uvnf *u, char **line);

#endif
