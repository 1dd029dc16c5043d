/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_CTL_CONSOLE_H
#define UVNF_CTL_CONSOLE_H

#include "ctl/ctl.h"

/* A console's text on its way to standard output. */
struct console_view {
	bool json;
	struct text_stream text;
};

/* 0, or the exit status: raw text never goes to a terminal. */
int console_view_begin(struct console_view *v, const struct ctl *c,
    const struct args *a);

/* A data line, or a line that followed; not the one of its end. */
void console_view_put(struct console_view *v, const struct uvnf_data *d);

/* Is it the line that says that no more will come? */
bool console_is_end(const struct uvnf_data *d);

#endif
