/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_JOURNAL_IMPL_H
#define UVNF_JOURNAL_IMPL_H

/* What the files of the journal share; nobody else includes this. */

#include <stdarg.h>
#include <stdio.h>
#include <sys/types.h>

#include "daemon/journal.h"

#define LINE_MAX_LEN 8192		/* all parameters, and more */
#define HOLD_MAX (LINE_MAX_LEN + 512)	/* one such, and short ones */
#define CRC_LEN 9			/* eight digits and a space */
#define RESERVE (64 * 1024)		/* bytes: hundreds of ends */
#define ROOM_STEP (64 * 1024)		/* by which room is made for others */

/* To be raised with a change that would make an older one go wrong. */
#define JOURNAL_VERSION 1

struct compaction;

struct journal {
	char *path;
	int lock_fd;
	int fd;
	off_t size;
	off_t room;			/* up to here it is allocated */
	off_t compacted;		/* size after the last compaction */
	long live;			/* domains that are not gone */
	struct compaction *compaction;	/* under way, or NULL */
	struct event_base *base;	/* for it; NULL: all at once */
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

/*
 * journal_read.c: what the next line of a file says, into the entries; its
 * length, or 0 at the end.  It is number n, for whoever looks for what is
 * damaged.
 */
size_t journal_read_line(struct journal *j, FILE *in, size_t n);
void journal_clear(struct journal *j);
/* So many of the entries; whether there are more. */
bool journal_forget(struct journal *j, unsigned n);

/*
 * journal_line.c: a line with its checksum in front, which is LINE_MAX_LEN
 * bytes at most; its length.  Of printf's conversions it knows %s, %d, %u and
 * PRIu64.
 */
size_t journal_format(char line[LINE_MAX_LEN], const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

/*
 * journal.c: 0 when there is room for len bytes more and for the reserve; what
 * is put between the two next goes out in few writes; the second returns -1
 * when one of them failed.
 */
int journal_make_room(struct journal *j, size_t len);
void journal_stream(struct journal *j);
int journal_stream_end(struct journal *j);
void journal_put_entry(struct journal *j, const struct journal_entry *e);
void journal_put_bridge(struct journal *j, const struct journal_bridge *b);
/* Lines that have their checksums: 0, or -1. */
int journal_put_raw(struct journal *j, const char *lines, size_t len);

/*
 * journal_compact.c: reads the file, keeps what it says in memory for the
 * caller, and puts a shorter one in its place: 0, or -1 with errno.
 */
int journal_rewrite(struct journal *j);
/* The same when it has become long, at once or in pieces; keeps nothing. */
void journal_compact_if_long(struct journal *j);
/* Breaks it off; c may be NULL. */
void compaction_free(struct compaction *c);

#endif
