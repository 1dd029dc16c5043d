/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/journal_impl.h"

/* --- writing ------------------------------------------------------------- */

static int
write_all(int fd, const char *p, size_t len)
{
	while (len > 0) {
		ssize_t r = write(fd, p, len);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return -1;
		p += r;
		len -= (size_t)r;
	}
	return 0;
}

/* A word that may be missing, for which "-" stands. */
static const char *
word(const char *text)
{
	return text[0] != '\0' ? text : "-";
}

static int
put(struct journal *j, const char *lines, size_t len)
{
	if (write_all(j->fd, lines, len) != 0) {
		log_error("journal write failed file=%s error=%s", j->path,
		    strerror(errno));
		/* Half a line must not spoil the next one. */
		if (ftruncate(j->fd, j->size) != 0)
			log_error("journal truncate failed file=%s", j->path);
		j->room = 0;
		j->failed = true;
		return -1;
	}
	j->size += (off_t)len;
	return 0;
}

static int
allocate(struct journal *j, off_t end)
{
	if (fallocate(j->fd, FALLOC_FL_KEEP_SIZE, j->size,
	    end - j->size) != 0)
		return errno == EOPNOTSUPP || errno == ENOSYS ? 0 : -1;
	j->room = end;
	return 0;
}

/*
 * A full file system must not keep alive what fills it: behind the lines there
 * is a reserve for those that tell of an end, and of processes.  0 when there
 * is room for so many bytes of other lines, and for that.
 */
int
journal_make_room(struct journal *j, size_t len)
{
	off_t end = j->size + (off_t)len + RESERVE;

	if (end <= j->room || allocate(j, end + ROOM_STEP) == 0 ||
	    allocate(j, end) == 0)
		return 0;
	log_error("journal has no room file=%s error=%s", j->path,
	    strerror(errno));
	return -1;
}

/* The one way for lines to the journal that is in use; may make it short. */
static int
append_lines(struct journal *j, bool ends, const char *lines, size_t len)
{
	int rc = ends || journal_make_room(j, len) == 0 ?
	    put(j, lines, len) : -1;

	journal_compact_if_long(j);
	return rc;
}

/* What is appended from here to release goes out in one write. */
static void
hold(struct journal *j)
{
	j->holding = true;
	j->held = 0;
}

static int
flush(struct journal *j)
{
	size_t held = j->held;

	j->held = 0;
	return put(j, j->hold, held);
}

static int
release(struct journal *j)
{
	bool streaming = j->streaming;

	j->holding = j->streaming = false;
	return streaming ? flush(j) :
	    append_lines(j, false, j->hold, j->held);
}

/* A bit each; the second is for short lines. */
enum how {
	ENDS = 1,	/* tells of an end, and may use the reserve */
	TWICE = 2	/* nothing else tells it: one may be damaged */
};

static int
append_line(struct journal *j, unsigned how, const char *fmt, va_list ap)
{
	char line[LINE_MAX_LEN];
	size_t len = journal_format(line, fmt, ap);

	if (how & TWICE) {
		assert(2 * len <= sizeof(line));
		memcpy(line + len, line, len);
		len *= 2;
	}
	if (!j->holding)
		return append_lines(j, how & ENDS, line, len);
	if (j->streaming && j->held + len > sizeof(j->hold) && flush(j) != 0)
		return -1;
	assert(j->held + len <= sizeof(j->hold));
	memcpy(j->hold + j->held, line, len);
	j->held += len;
	return 0;
}

static int append(struct journal *, const char *, ...)
    __attribute__((format(printf, 2, 3)));
static int append_as(struct journal *, unsigned how, const char *, ...)
    __attribute__((format(printf, 3, 4)));

static int
append(struct journal *j, const char *fmt, ...)
{
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = append_line(j, 0, fmt, ap);
	va_end(ap);
	return rc;
}

static int
append_as(struct journal *j, unsigned how, const char *fmt, ...)
{
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = append_line(j, how, fmt, ap);
	va_end(ap);
	return rc;
}

static int
append_built(struct journal *j, const uint8_t uuid[16], int domid,
    const struct domain_vif *vifs, unsigned nvifs)
{
	char text[UUID_TEXT_LEN + 1], list[TEMPLATE_VIFS_MAX * 72] = "";
	char mac[18], place[PLACE_TEXT_MAX];
	size_t len = 0;
	unsigned i;

	for (i = 0; i < nvifs; i++)
		len += (size_t)snprintf(list + len, sizeof(list) - len,
		    " %s %s %s", mac_format(vifs[i].mac, mac),
		    place_format(&vifs[i].place, place), vifs[i].dev);
	return append(j, "built %s %d %u%s", uuid_format(uuid, text), domid,
	    nvifs, list);
}

static int
append_claim(struct journal *j, const uint8_t uuid[16], const char *name,
    uint32_t vifs_used, const struct params *set)
{
	char text[UUID_TEXT_LEN + 1], list[PARAMS_TEXT_MAX];

	params_format(set, list);
	return append(j, "claim %s %s %" PRIu32 "%s",
	    uuid_format(uuid, text), name, vifs_used, list);
}

static int
append_config(struct journal *j, const uint8_t uuid[16], uint32_t vifs_used,
    const struct params *set)
{
	char text[UUID_TEXT_LEN + 1], list[PARAMS_TEXT_MAX];

	params_format(set, list);
	return append(j, "config %s %" PRIu32 "%s", uuid_format(uuid, text),
	    vifs_used, list);
}

/* What has no label needs no line. */
static int
append_label(struct journal *j, const uint8_t uuid[16],
    const struct vnf_label *l)
{
	char text[UUID_TEXT_LEN + 1];

	if (l->chain[0] == '\0' && l->spec[0] == '\0')
		return 0;
	return append(j, "label %s %s %s", uuid_format(uuid, text),
	    word(l->chain), word(l->spec));
}

/* What is root's needs no line. */
static int
append_owner(struct journal *j, const uint8_t uuid[16], uid_t owner,
    unsigned memory_mb, unsigned vcpus)
{
	char text[UUID_TEXT_LEN + 1];

	return owner == 0 ? 0 : append_as(j, TWICE, "owner %s %u %u %u",
	    uuid_format(uuid, text), (unsigned)owner, memory_mb, vcpus);
}

/* Those that were reached, and when; the clock is the host's. */
static int
append_stages(struct journal *j, const uint8_t uuid[16],
    const struct vnf_stages *s)
{
	char text[UUID_TEXT_LEN + 1];

	if (s->act == ACT_UNKNOWN)
		return 0;
	return append(j, "stages %s %s %" PRIu64 " %" PRIu64 " %" PRIu64
	    " %" PRIu64 " %" PRIu64, uuid_format(uuid, text),
	    vnf_act_word(s->act), s->since_us, s->us[STAGE_CLAIMED],
	    s->us[STAGE_CONFIGURED], s->us[STAGE_STARTED],
	    s->us[STAGE_READY]);
}

/* It is whole then, see append_config. */
static int
append_state(struct journal *j, const uint8_t uuid[16], enum vnf_state state,
    uint64_t routers, bool pause_undone)
{
	char text[UUID_TEXT_LEN + 1];

	uuid_format(uuid, text);
	if (append_as(j, state == VNF_PAUSED ? TWICE : 0, "state %s %s %"
	    PRIu64, text, vnf_state_word(state), routers) != 0)
		return -1;
	return state == VNF_PAUSED && pause_undone ?
	    append(j, "resumed %s", text) : 0;
}

static int
append_bridge(struct journal *j, const char *name, const char *chain,
    uid_t owner)
{
	if (owner == 0)
		return append(j, "bridge %s %s", name, word(chain));
	return append(j, "bridge %s %s %u", name, word(chain),
	    (unsigned)owner);
}

void
journal_put_entry(struct journal *j, const struct journal_entry *e)
{
	char uuid[UUID_TEXT_LEN + 1];

	uuid_format(e->uuid, uuid);
	append(j, "build %s %s %s %s%s", uuid, e->template,
	    domain_kind_word(e->kind), e->domain_name,
	    template_manner(e->guest, e->layout));
	if (e->domid != -1)
		append_built(j, e->uuid, e->domid, e->vifs, e->nvifs);
	append_label(j, e->uuid, vnf_label(e->label));
	append_owner(j, e->uuid, e->owner, e->memory_mb, e->vcpus);
	if (e->name[0] != '\0')
		append_claim(j, e->uuid, e->name, e->vifs_used, &e->set);
	if (e->state == VNF_PAUSED)
		append(j, "state %s %s", uuid,
		    vnf_state_word(e->paused_from));
	if (e->state != VNF_NONE)
		append_state(j, e->uuid, e->state, e->routers,
		    e->pause_undone);
	if (e->torn)
		append_config(j, e->uuid, e->vifs_used, &e->set);
	append_stages(j, e->uuid, &e->stages);
	if (e->pausing)
		append(j, "pausing %s", uuid);
	if (e->doomed)
		append_as(j, TWICE, "doom %s", uuid);
}

void
journal_put_bridge(struct journal *j, const struct journal_bridge *b)
{
	append_bridge(j, b->name, b->chain, b->owner);
}

void
journal_stream(struct journal *j)
{
	hold(j);
	j->streaming = true;
}

int
journal_stream_end(struct journal *j)
{
	release(j);
	return j->failed ? -1 : 0;
}

int
journal_put_raw(struct journal *j, const char *lines, size_t len)
{
	return put(j, lines, len);
}

/* --- the interface ------------------------------------------------------- */

static int
lock_dir(struct journal *j, const char *dir, struct uvnf_error *e)
{
	char *path = xasprintf("%s/lock", dir);
	int rc = 0;

	if (mkdir(dir, 0755) != 0 && errno != EEXIST)
		rc = uvnf_error_set(e, UVNF_E_SYSTEM,
		    "cannot make the state directory %s: %s", dir,
		    strerror(errno));
	else if ((j->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC,
	    0600)) == -1)
		rc = uvnf_error_set(e, UVNF_E_SYSTEM, "cannot open %s: %s",
		    path, strerror(errno));
	else if (flock(j->lock_fd, LOCK_EX | LOCK_NB) != 0)
		rc = uvnf_error_set(e, UVNF_E_SYSTEM,
		    "another uvnfd works in %s; stop it, or use -S and -s "
		    "for a second one", dir);
	free(path);
	return rc;
}

struct journal *
journal_open(const char *dir, struct uvnf_error *e)
{
	struct journal *j = xcalloc(1, sizeof(*j));

	j->fd = j->lock_fd = -1;
	TAILQ_INIT(&j->entries);
	TAILQ_INIT(&j->bridges);
	TAILQ_INIT(&j->processes);
	j->path = xasprintf("%s/journal", dir);
	if (lock_dir(j, dir, e) != 0) {
		journal_close(j);
		return NULL;
	}
	if (journal_rewrite(j) == 0)
		return j;
	if (j->version > JOURNAL_VERSION)
		uvnf_error_set(e, UVNF_E_SYSTEM, "%s was written by a later "
		    "version of uvnfd, which alone knows what is in it: start "
		    "that one", j->path);
	else
		uvnf_error_set(e, UVNF_E_SYSTEM, "cannot rewrite %s: %s",
		    j->path, strerror(errno));
	journal_close(j);
	return NULL;
}

void
journal_close(struct journal *j)
{
	compaction_free(j->compaction);
	journal_clear(j);
	if (j->fd != -1)
		close(j->fd);
	if (j->lock_fd != -1)
		close(j->lock_fd);
	free(j->path);
	free(j);
}

void
journal_in_pieces(struct journal *j, struct event_base *base)
{
	journal_clear(j);
	j->base = base;
}

struct journal_entries *
journal_entries(struct journal *j)
{
	return &j->entries;
}

struct journal_bridges *
journal_bridges(struct journal *j)
{
	return &j->bridges;
}

struct journal_processes *
journal_processes(struct journal *j)
{
	return &j->processes;
}

int
journal_build(struct journal *j, const struct domain *d)
{
	char uuid[UUID_TEXT_LEN + 1];

	if (append(j, "build %s %s %s %s%s", uuid_format(d->uuid, uuid),
	    d->template->name, domain_kind_word(d->kind), d->name,
	    template_manner(d->template->guest, d->template->layout)) != 0)
		return -1;
	j->live++;
	return 0;
}

int
journal_built(struct journal *j, const struct domain *d)
{
	return append_built(j, d->uuid, d->domid, d->vifs, d->nvifs);
}

int
journal_vif(struct journal *j, const struct domain *d, unsigned i,
    const struct domain_vif *vif)
{
	char uuid[UUID_TEXT_LEN + 1], mac[18], place[PLACE_TEXT_MAX];

	return append(j, "vif %s %u %s %s", uuid_format(d->uuid, uuid), i,
	    mac_format(vif->mac, mac), place_format(&vif->place, place));
}

/* One that is to start is brought up by the next daemon, if not by this. */
static enum vnf_state
state_on_record(const struct vnf *v)
{
	return v->state == VNF_CLAIMED && v->to_start ? VNF_STARTED : v->state;
}

int
journal_claim(struct journal *j, const struct vnf *v)
{
	const uint8_t *uuid = v->domain->uuid;

	/* The claim last: whoever reads it has read what it stands on. */
	hold(j);
	append_label(j, uuid, vnf_label(v->label));
	append_owner(j, uuid, v->owner, v->memory_mb, v->vcpus);
	append_claim(j, uuid, v->name, v->vifs_used, v->set);
	if (v->to_start)
		append_state(j, uuid, VNF_STARTED, v->routers, false);
	return release(j);
}

int
journal_config(struct journal *j, const struct vnf *v)
{
	if (append_label(j, v->domain->uuid, vnf_label(v->label)) != 0)
		return -1;
	return append_config(j, v->domain->uuid, v->vifs_used, v->set);
}

int
journal_pausing(struct journal *j, const struct domain *d)
{
	char uuid[UUID_TEXT_LEN + 1];

	return append(j, "pausing %s", uuid_format(d->uuid, uuid));
}

int
journal_doom(struct journal *j, const struct domain *d)
{
	char uuid[UUID_TEXT_LEN + 1];

	return append_as(j, ENDS | TWICE, "doom %s",
	    uuid_format(d->uuid, uuid));
}

int
journal_gone(struct journal *j, const struct domain *d)
{
	char uuid[UUID_TEXT_LEN + 1];

	j->live--;
	return append_as(j, ENDS, "gone %s", uuid_format(d->uuid, uuid));
}

int
journal_refused(struct uvnf_error *e, const char *fmt, ...)
{
	char what[UVNF_ERROR_TEXT_MAX / 2];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return uvnf_error_set(e, UVNF_E_SYSTEM, "%s cannot be recorded in the "
	    "journal; see the daemon's log", what);
}

int
journal_probe(struct journal *j)
{
	return append(j, "version %d", JOURNAL_VERSION);
}

int
journal_process(struct journal *j, pid_t pid, uint64_t start)
{
	return append_as(j, ENDS, "process %d %" PRIu64, (int)pid, start);
}

int
journal_process_ended(struct journal *j, pid_t pid)
{
	return append_as(j, ENDS, "ended %d", (int)pid);
}

int
journal_bridge(struct journal *j, const char *name, const char *chain,
    uid_t owner)
{
	return append_bridge(j, name, chain, owner);
}

int
journal_nobridge(struct journal *j, const char *name)
{
	return append_as(j, ENDS, "nobridge %s", name);
}

/* A configuration that was cut short stays so in whatever state. */
static int
append_vnf_state(struct journal *j, const struct vnf *v)
{
	const uint8_t *uuid = v->domain->uuid;

	if (append_state(j, uuid, state_on_record(v), v->routers,
	    v->pause_undone) != 0)
		return -1;
	return v->torn ? append_config(j, uuid, v->vifs_used, v->set) : 0;
}

int
journal_routers(struct journal *j, const struct vnf *v)
{
	hold(j);
	append_vnf_state(j, v);
	return release(j);
}

void
journal_observe(const struct vnf *v, enum vnf_state from, void *arg)
{
	struct journal *j = arg;

	if (v->domain == NULL || v->state == VNF_STOPPING ||
	    v->state == VNF_NONE)
		return;			/* journal_doom tells these, */
	if (v->state == VNF_CLAIMED && from < VNF_CLAIMED)
		return;			/* and journal_claim this */
	hold(j);
	append_vnf_state(j, v);
	append_stages(j, v->domain->uuid, &v->stages);
	release(j);
}
