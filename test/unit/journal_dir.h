/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* A journal in a folder of its own, for the tests of what is in it. */

#ifndef UVNF_TEST_JOURNAL_DIR_H
#define UVNF_TEST_JOURNAL_DIR_H

#include "daemon/journal.h"

extern char dir[64];
extern char path[80];			/* of the journal in it */
extern struct template template;	/* with one vif */

/* Before a test, and after it: all is removed that a journal makes. */
int make_dir(void **state);
int remove_dir(void **state);

struct journal *open_it(void);

/* How many domains it knows. */
size_t count(struct journal *j);

/* Behind what is in the file. */
void append_text(const char *text, size_t len);

/* A domain of the template, with its build on record. */
struct domain *record_kind(struct journal *j, int domid,
    enum domain_kind kind);
/* A booted one. */
struct domain *record(struct journal *j, int domid);
/* By a new VNF, which has one vif of it. */
void claim(struct journal *j, struct vnf_table *t, struct domain *d,
    const char *name);

#endif
