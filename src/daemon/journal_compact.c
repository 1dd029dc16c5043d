/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * A shorter journal in the place of a long one.  What the file says is read
 * into a model, that is written to another file, and what was appended to the
 * old one meanwhile is copied behind it; then the other one takes its name.
 * Killed at any point, uvnfd finds either the old file or the new one whole.
 */

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/journal_impl.h"
#include "daemon/timer.h"

#define COMPACT_MIN (256 * 1024)	/* bytes; below, it is not worth it */
#define COMPACT_FACTOR 4
#define ENTRY_BYTES 512			/* some, of a domain in a short one */
/* A piece takes some 0.1 ms. */
#define PIECE_LINES 64
#define PIECE_BYTES (64 * 1024)

enum phase {
	PHASE_READ, PHASE_WRITE, PHASE_COPY, PHASE_FORGET
};

struct compaction {
	struct journal *journal;
	struct journal model;		/* what is read, and the new file */
	char *tmp;			/* that one's name */
	FILE *in;			/* the old one, NULL: there is none */
	enum phase phase;
	off_t at;			/* so much of it was read or copied */
	off_t end;			/* of what is read */
	size_t lines;			/* that were read */
	long live;			/* domains then, as counted */
	long written;			/* of them */
	const struct journal_entry *next;	/* to be written */
	bool doomed;			/* those come first */
	struct event *event;
};

static void
close_files(struct compaction *c)
{
	if (c->in != NULL)
		fclose(c->in);
	c->in = NULL;
	if (c->model.fd == -1)
		return;
	close(c->model.fd);
	c->model.fd = -1;
	unlink(c->tmp);
}

void
compaction_free(struct compaction *c)
{
	if (c == NULL)
		return;
	close_files(c);
	journal_clear(&c->model);
	free(c->tmp);
	if (c->event != NULL)
		event_free(c->event);
	free(c);
}

/* Whether somebody has put another file in its place, or taken it away. */
static bool
is_another(const struct journal *j, const struct stat *read)
{
	struct stat written;

	return j->fd != -1 && (fstat(j->fd, &written) != 0 ||
	    read->st_ino != written.st_ino || read->st_dev != written.st_dev);
}

/* Of the journal as it is now; NULL with errno. */
static struct compaction *
compaction_new(struct journal *j)
{
	struct compaction *c = xcalloc(1, sizeof(*c));
	struct stat st = { 0 };

	c->journal = j;
	c->live = j->live;
	c->model.fd = -1;
	c->model.path = j->path;
	c->tmp = xasprintf("%s.tmp", j->path);
	TAILQ_INIT(&c->model.entries);
	TAILQ_INIT(&c->model.bridges);
	TAILQ_INIT(&c->model.processes);
	c->in = fopen(j->path, "re");
	if ((c->in == NULL && errno != ENOENT) ||
	    (c->in != NULL && fstat(fileno(c->in), &st) != 0)) {
		compaction_free(c);
		return NULL;
	}
	if (is_another(j, &st)) {
		log_error("journal was removed or replaced while it was in "
		    "use file=%s", j->path);
		compaction_free(c);
		errno = ESTALE;
		return NULL;
	}
	c->end = c->in != NULL ? st.st_size : 0;
	return c;
}

static int
begin_write(struct compaction *c)
{
	struct journal *m = &c->model;

	/* Not to be rewritten as if nothing else were in it. */
	if (m->version > JOURNAL_VERSION) {
		errno = EPROTONOSUPPORT;
		return -1;
	}
	m->fd = open(c->tmp, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND |
	    O_CLOEXEC, 0600);
	if (m->fd == -1)
		return -1;
	journal_stream(m);
	journal_probe(m);
	c->doomed = true;
	c->next = TAILQ_FIRST(&m->entries);
	c->phase = PHASE_WRITE;
	return 0;
}

static int
read_lines(struct compaction *c, unsigned n)
{
	size_t len;

	while (n-- > 0 && c->at < c->end) {
		len = journal_read_line(&c->model, c->in, ++c->lines);
		c->at = len > 0 ? c->at + (off_t)len : c->end;
	}
	return c->at < c->end ? 0 : begin_write(c);
}

/* What is doomed first: its name may have another one now, claimed later. */
static int
write_entries(struct compaction *c, unsigned n)
{
	const struct journal_process *p;
	const struct journal_bridge *b;
	struct journal *m = &c->model;

	for (; n > 0 && c->next != NULL; n--) {
		if (c->next->doomed == c->doomed) {
			journal_put_entry(m, c->next);
			c->written++;
		}
		c->next = TAILQ_NEXT(c->next, entry);
		if (c->next == NULL && c->doomed) {
			c->doomed = false;
			c->next = TAILQ_FIRST(&m->entries);
		}
	}
	if (c->next != NULL)
		return 0;
	TAILQ_FOREACH(b, &m->bridges, entry)
		journal_put_bridge(m, b);
	TAILQ_FOREACH(p, &m->processes, entry)
		journal_process(m, p->pid, p->start);
	c->phase = PHASE_COPY;
	return journal_stream_end(m);
}

/* What came in since; 1 when that is all, and the new file has its name. */
static int
copy_tail(struct compaction *c)
{
	struct journal *j = c->journal, *m = &c->model;
	char buf[PIECE_BYTES];
	ssize_t n;

	if (c->at < j->size) {
		n = pread(fileno(c->in), buf, sizeof(buf), c->at);
		if (n <= 0 || journal_put_raw(m, buf, (size_t)n) != 0)
			return -1;
		c->at += n;
	}
	if (c->at < j->size)
		return 0;
	if (rename(c->tmp, j->path) != 0)
		return -1;
	if (j->fd != -1)
		close(j->fd);
	j->fd = m->fd;
	j->size = j->compacted = m->size;
	j->live += c->written - c->live;
	j->room = 0;
	m->fd = -1;
	/* What the old one had in reserve is free now, for anybody. */
	journal_make_room(j, 0);
	return 1;
}

/* 0: there is more to do; 1: done; -1 with errno. */
static int
piece(struct compaction *c, unsigned lines)
{
	switch (c->phase) {
	case PHASE_READ:
		return read_lines(c, lines);
	case PHASE_WRITE:
		return write_entries(c, lines);
	case PHASE_COPY:
		return copy_tail(c);
	case PHASE_FORGET:
		return journal_forget(&c->model, lines) ? 0 : 1;
	}
	return -1;
}

/*
 * At the start nobody appends, and what an earlier daemon had in reserve is for
 * the new file.
 */
static void
first_look(struct journal *j, off_t size)
{
	j->size = size;
	if (truncate(j->path, size) != 0 && errno != ENOENT)
		log_warn("journal truncate failed file=%s error=%s", j->path,
		    strerror(errno));
}

int
journal_rewrite(struct journal *j)
{
	struct compaction *c = compaction_new(j);
	int r = 0, error;

	if (c == NULL)
		return -1;
	if (j->fd == -1)
		first_look(j, c->end);
	while (r == 0)
		r = piece(c, UINT_MAX);
	error = errno;
	j->version = c->model.version;
	TAILQ_CONCAT(&j->entries, &c->model.entries, entry);
	TAILQ_CONCAT(&j->bridges, &c->model.bridges, entry);
	TAILQ_CONCAT(&j->processes, &c->model.processes, entry);
	compaction_free(c);
	errno = error;
	return r == 1 ? 0 : -1;
}

static void
gave_up(struct journal *j)
{
	log_warn("journal compaction failed file=%s error=%s", j->path,
	    strerror(errno));
	j->compacted = j->size;		/* not again at once */
}

static void
on_piece(evutil_socket_t fd, short what, void *arg)
{
	struct compaction *c = arg;
	struct journal *j = c->journal;
	int r = piece(c, PIECE_LINES);

	(void)fd;
	(void)what;
	if (r != 0 && c->phase == PHASE_FORGET) {
		j->compaction = NULL;
		compaction_free(c);
		return;
	}
	if (r < 0)
		gave_up(j);
	if (r != 0) {
		close_files(c);
		c->phase = PHASE_FORGET;
	}
	timer_arm_ms(c->event, 0);
}

/* Most of it is about what is gone, or was so before. */
static bool
is_long(const struct journal *j)
{
	off_t live = (off_t)j->live * ENTRY_BYTES;

	return j->size >= COMPACT_MIN &&
	    j->size >= j->compacted * COMPACT_FACTOR &&
	    j->size >= live * COMPACT_FACTOR;
}

void
journal_compact_if_long(struct journal *j)
{
	struct compaction *c;

	if (j->compaction != NULL || !is_long(j))
		return;
	if (j->base == NULL) {
		if (!TAILQ_EMPTY(&j->entries))
			return;		/* somebody may be looking at them */
		if (journal_rewrite(j) != 0)
			gave_up(j);
		journal_clear(j);
	} else if ((c = compaction_new(j)) == NULL) {
		gave_up(j);
	} else {
		j->compaction = c;
		c->event = evtimer_new(j->base, on_piece, c);
		if (c->event == NULL)
			log_fatal("out of memory");
		timer_arm_ms(c->event, 0);
	}
}
