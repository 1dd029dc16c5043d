/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_JOURNAL_IMPL_H
#define UVNF_JOURNAL_IMPL_H

/* What the two files of the journal share; nobody else includes this. */

#include <stdio.h>
#include <sys/types.h>

#include "daemon/journal.h"

#define LINE_MAX_LEN 8192		/* all parameters, and more */
#define HOLD_MAX (LINE_MAX_LEN + 512)	/* one such, and short ones */
#define CRC_LEN 9			/* eight digits and a space */

/* To be raised with a change that would make an older one go wrong. */
#define JOURNAL_VERSION 1

struct journal {
	char *path;
	int lock_fd;
	int fd;
	off_t size;
	off_t compacted;		/* size after the last compaction */
	bool failed;			/* a write did, since this was reset */
	uint64_t version;		/* as of journal_open */
	/* Lines that are to be written together, while there are any. */
	bool holding;
	bool streaming;			/* in as many writes as that takes */
	size_t held;
	char hold[HOLD_MAX];
	struct journal_entries entries;	/* as of journal_open */
	void *by_uuid;			/* a tree of tsearch(3) over them */
	void *by_name;			/* of each name the last that had it */
	struct journal_bridges bridges;	/* the same */
	struct journal_processes processes;	/* the same */
};

/* journal_read.c: what the lines of a file say, into the entries. */
void journal_replay(struct journal *j, FILE *in);
void journal_clear(struct journal *j);

#endif
