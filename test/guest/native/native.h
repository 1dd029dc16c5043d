/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef GUEST_NATIVE_H
#define GUEST_NATIVE_H

#include "../click/router.h"

/* Tests of the guest's Click on the host, with devices that are arrays. */
#define DEVICES		2

/* What the last router printed, and the time that routers see. */
extern char	printed[16384];
extern uint64_t	now_ms;

void	check(int ok, const char *what, const char *got);
void	expect(const char *what, const char *got, const char *wanted);

/* A router that runs, or NULL; it ends with its devices closed. */
struct router	*begin(const char *config);
void		 end(struct router *rt);

/* Puts a frame into device 0 and runs; what comes out of id, in hex. */
const char	*pass(struct router *rt, const char *hex, int id);

const char	*read_handler(struct router *rt, const char *element,
		    const char *name);
void		 write_handler(struct router *rt, const char *element,
		    const char *name, const char *value);

void	test_configs(void);
void	test_elements(void);
void	test_patterns(void);
void	test_limits(void);

#endif
