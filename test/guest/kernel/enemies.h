/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef GUEST_ENEMIES_H
#define GUEST_ENEMIES_H

#include <stddef.h>

#include "quirks.h"

/*
 * A guest that means ill, where its command line says enemy=WORD: to see
 * what becomes of the toolstack, and of its other guests.
 */

/* Before it has looked at its console, and before it announces itself. */
void	enemies_begin(const struct options *o);
void	enemies_boot(const struct options *o);

/* In each round; true if there was anything to do. */
int	enemies_step(const struct options *o);

/* What it answers with instead, or NULL. */
const char *enemies_answer(const struct options *o, size_t *len);

#endif
