/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_PROBES_H
#define UVNF_PROBES_H

/*
 * Static tracepoints of the provider uvnf, which uvnfd(8) lists: PROBE(name,
 * arguments...), 1 to 4 of them.  One costs an instruction that does nothing,
 * and without sys/sdt.h nothing at all; so its arguments must be at hand, not
 * be made for it.
 */
#include <config.h>

#ifdef HAVE_USDT
#define SDT_USE_VARIADIC
#include <sys/sdt.h>
#define PROBE(name, ...) STAP_PROBEV(uvnf, name, __VA_ARGS__)
#else
int probe_nowhere(const char *first, ...);	/* named, never called */
#define PROBE(name, ...) ((void)sizeof(probe_nowhere(__VA_ARGS__)))
#endif

#endif
