/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_TEST_PEER_H
#define UVNF_TEST_PEER_H

#include <sys/types.h>
#include <sys/wait.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "lib/uvnf.h"

/*
 * A forked peer that plays a daemon from a script, on one connection, for the
 * tests of libuvnf.
 */

#define HELLO "HELLO protocol=1 version=\"0.9\" backend=\"sim\" new=1\n"

#define PEER_TEST(f) cmocka_unit_test_setup_teardown(f, peer_setup, \
	peer_teardown)

extern char dir[];			/* made by main */
extern char path[64];			/* the socket */
extern int listener;
extern pid_t peer;			/* 0: none to wait for */
extern struct uvnf *u;			/* closed by peer_teardown */

int peer_setup(void **state);
/* The peer's exit status tells whether it, too, saw what it expected. */
int peer_teardown(void **state);

/* Forks: the script runs in the peer, with the connection it accepted. */
void play(void (*script)(int));
/* The same, and opens u. */
int open_peer(void (*script)(int));

/* In the peer: these end it when something else happens. */
void say(int fd, const char *text);
void hear(int fd, const char *expected);
void wait_for_eof(int fd);

int request(const char *a, const char *b, const char *c);
void assert_error(int rc, enum uvnf_code code, const char *part);

#endif
