/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef BENCH_HELPER_H
#define BENCH_HELPER_H

#include <stdint.h>

/*
 * test/bench/libvirt-fast, a program that holds a connection to libvirtd: it
 * is told what to do on its stdin, and says on its stdout when it began and
 * ended the call.
 */
struct helper;

struct helper *helper_start(const char *path, const char *arg);
/* "create" or "destroy": 0 and the two times, or -1, said. */
int helper_do(struct helper *h, const char *what, uint64_t *begin,
    uint64_t *end);

/* Runs a program to its end, without stdin and stdout: its exit status. */
int run(const char *const *argv);

#endif
