/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <search.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/journal.h"

#define LINE_MAX_LEN 8192		/* all parameters, and more */
#define CRC_LEN 9			/* eight digits and a space */
#define FIELDS_MAX (4 + 3 * TEMPLATE_VIFS_MAX)
#define COMPACT_MIN (256 * 1024)	/* bytes; below, it is not worth it */
#define COMPACT_FACTOR 4

struct journal {
	char *path;
	int lock_fd;
	int fd;
	off_t size;
	off_t compacted;		/* size after the last compaction */
	bool failed;			/* a write did, since this was reset */
	struct journal_entries entries;	/* as of journal_open */
	void *by_uuid;			/* a tree of tsearch(3) over them */
};

/* --- reading ------------------------------------------------------------- */

static int
compare_uuids(const void *a, const void *b)
{
	const struct journal_entry *x = a, *y = b;

	return memcmp(x->uuid, y->uuid, sizeof(x->uuid));
}

static void
keep_tree_node(void *node)
{
	(void)node;			/* the list owns the entries */
}

static void
entries_clear(struct journal *j)
{
	struct journal_entry *e;

	tdestroy(j->by_uuid, keep_tree_node);
	j->by_uuid = NULL;
	while ((e = TAILQ_FIRST(&j->entries)) != NULL) {
		TAILQ_REMOVE(&j->entries, e, entry);
		params_clear(&e->set);
		free(e);
	}
}

static struct journal_entry *
entry_find(struct journal *j, const uint8_t uuid[16])
{
	struct journal_entry key, **node;

	memcpy(key.uuid, uuid, sizeof(key.uuid));
	node = tfind(&key, &j->by_uuid, compare_uuids);
	return node != NULL ? *node : NULL;
}

static int
copy_field(char *to, size_t size, const char *from)
{
	if (strlen(from) >= size)
		return -1;
	strcpy(to, from);
	return 0;
}

static int
apply_build(struct journal *j, const uint8_t uuid[16], char **f, size_t n)
{
	struct journal_entry *e;
	int kind;

	if ((n != 5 && n != 6) || entry_find(j, uuid) != NULL)
		return -1;
	for (kind = 0; kind < KIND_COUNT; kind++) {
		if (strcmp(f[3], domain_kind_word(kind)) == 0)
			break;
	}
	if (kind == KIND_COUNT)
		return -1;
	e = xcalloc(1, sizeof(*e));
	e->kind = kind;
	if (n == 6 && strcmp(f[5], "generic") == 0)
		e->guest = GUEST_GENERIC;
	else if (n == 6 && strcmp(f[5], "root") == 0)
		e->layout = LAYOUT_ROOT;
	e->domid = -1;
	memcpy(e->uuid, uuid, sizeof(e->uuid));
	if (copy_field(e->template, sizeof(e->template), f[2]) != 0 ||
	    copy_field(e->domain_name, sizeof(e->domain_name), f[4]) != 0) {
		free(e);
		return -1;
	}
	TAILQ_INSERT_TAIL(&j->entries, e, entry);
	tsearch(e, &j->by_uuid, compare_uuids);
	return 0;
}

static int
apply_built(struct journal_entry *e, char **f, size_t n)
{
	uint64_t domid, nvifs;
	size_t i;

	if (n < 4 || parse_uint(f[2], 1, 65535, &domid) != 0 ||
	    parse_uint(f[3], 0, TEMPLATE_VIFS_MAX, &nvifs) != 0 ||
	    n != 4 + 3 * nvifs)
		return -1;
	for (i = 0; i < nvifs; i++) {
		struct domain_vif *vif = &e->vifs[i];

		if (mac_parse(f[4 + 3 * i], vif->mac) != 0 ||
		    place_parse(f[5 + 3 * i], &vif->place) != 0 ||
		    copy_field(vif->dev, sizeof(vif->dev), f[6 + 3 * i]) != 0)
			return -1;
	}
	e->domid = (int)domid;
	e->nvifs = (unsigned)nvifs;
	return 0;
}

static int
apply_vif(struct journal_entry *e, char **f, size_t n)
{
	struct place place;
	uint8_t mac[6];
	uint64_t i;

	if (n != 5 || e->nvifs == 0 ||
	    parse_uint(f[2], 0, e->nvifs - 1, &i) != 0 ||
	    mac_parse(f[3], mac) != 0 || place_parse(f[4], &place) != 0)
		return -1;
	memcpy(e->vifs[i].mac, mac, sizeof(mac));
	e->vifs[i].place = place;
	return 0;
}

static int
apply_vifs_used(struct journal_entry *e, const char *text)
{
	uint64_t used;

	if (parse_uint(text, 0, UINT32_MAX, &used) != 0)
		return -1;
	e->vifs_used = (uint32_t)used;
	return 0;
}

/* The name goes from one domain to another when a VNF is rebooted. */
static void
supersede(struct journal *j, const char *name)
{
	struct journal_entry *e;

	TAILQ_FOREACH(e, &j->entries, entry) {
		if (strcmp(e->name, name) == 0)
			e->doomed = true;
	}
}

static int
apply_claim(struct journal *j, struct journal_entry *e, char **f, size_t n)
{
	if (n >= 4)
		supersede(j, f[2]);
	if (n < 4 || !name_valid(f[2]) ||
	    copy_field(e->name, sizeof(e->name), f[2]) != 0)
		return -1;
	/* An armed one runs as soon as it is claimed. */
	e->state = e->kind == KIND_ARMED ? VNF_STARTED : VNF_CLAIMED;
	if (apply_vifs_used(e, f[3]) != 0)
		return -1;
	return params_parse(&e->set, f + 4, n - 4);
}

static int
apply_config(struct journal_entry *e, char **f, size_t n)
{
	if (n < 3 || apply_vifs_used(e, f[2]) != 0)
		return -1;
	return params_parse(&e->set, f + 3, n - 3);
}

static int
apply_state(struct journal_entry *e, char **f, size_t n)
{
	if (n != 3 || vnf_state_from_word(f[2]) == VNF_NONE)
		return -1;
	if (vnf_state_from_word(f[2]) == VNF_PAUSED)
		e->paused_from = e->state;
	e->state = vnf_state_from_word(f[2]);
	return 0;
}

static int
apply_gone(struct journal *j, struct journal_entry *e)
{
	tdelete(e, &j->by_uuid, compare_uuids);
	TAILQ_REMOVE(&j->entries, e, entry);
	params_clear(&e->set);
	free(e);
	return 0;
}

/* One line's fields: what happened, to which uuid, and more. */
static int
apply(struct journal *j, char **f, size_t n)
{
	struct journal_entry *e;
	uint8_t uuid[16];

	if (n < 2 || uuid_parse(f[1], uuid) != 0)
		return -1;
	if (strcmp(f[0], "build") == 0)
		return apply_build(j, uuid, f, n);
	if ((e = entry_find(j, uuid)) == NULL)
		return -1;
	if (strcmp(f[0], "built") == 0)
		return apply_built(e, f, n);
	if (strcmp(f[0], "vif") == 0)
		return apply_vif(e, f, n);
	if (strcmp(f[0], "claim") == 0)
		return apply_claim(j, e, f, n);
	if (strcmp(f[0], "config") == 0)
		return apply_config(e, f, n);
	if (strcmp(f[0], "state") == 0)
		return apply_state(e, f, n);
	if (strcmp(f[0], "gone") == 0)
		return apply_gone(j, e);
	if (strcmp(f[0], "doom") != 0)
		return -1;
	e->doomed = true;
	return 0;
}

static int
apply_line(struct journal *j, char *line)
{
	char *fields[FIELDS_MAX], *word, *save = NULL;
	size_t n = 0, len = strlen(line);
	char crc[CRC_LEN];

	if (len <= CRC_LEN || line[CRC_LEN - 1] != ' ')
		return -1;
	snprintf(crc, sizeof(crc), "%08lx", crc32(0,
	    (const Bytef *)line + CRC_LEN, (uInt)(len - CRC_LEN)));
	if (memcmp(crc, line, CRC_LEN - 1) != 0)
		return -1;
	for (word = strtok_r(line + CRC_LEN, " ", &save); word != NULL;
	    word = strtok_r(NULL, " ", &save)) {
		if (n == FIELDS_MAX)
			return -1;
		fields[n++] = word;
	}
	return apply(j, fields, n);
}

/*
 * A line that cannot be read is passed over: one bit that fell must not cost
 * the VNFs whose lines come after it.
 */
static void
replay(struct journal *j, FILE *in)
{
	char *line = NULL;
	size_t size = 0, number = 0;
	ssize_t len;

	while ((len = getline(&line, &size, in)) > 0) {
		number++;
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		if (apply_line(j, line) != 0)
			log_warn("journal line damaged file=%s line=%zu",
			    j->path, number);
	}
	free(line);
}

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

static int append(struct journal *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

static int
append(struct journal *j, const char *fmt, ...)
{
	char line[LINE_MAX_LEN];
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(line + CRC_LEN, sizeof(line) - CRC_LEN - 1, fmt, ap);
	va_end(ap);
	assert(len > 0 && (size_t)len < sizeof(line) - CRC_LEN - 1);
	snprintf(line, CRC_LEN, "%08lx",
	    crc32(0, (const Bytef *)line + CRC_LEN, (uInt)len));
	line[CRC_LEN - 1] = ' ';
	len += CRC_LEN;
	line[len++] = '\n';
	if (write_all(j->fd, line, (size_t)len) != 0) {
		log_error("journal write failed file=%s error=%s", j->path,
		    strerror(errno));
		/* Half a line must not spoil the next one. */
		if (ftruncate(j->fd, j->size) != 0)
			log_error("journal truncate failed file=%s", j->path);
		j->failed = true;
		return -1;
	}
	j->size += len;
	return 0;
}

static void
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
	append(j, "built %s %d %u%s", uuid_format(uuid, text), domid, nvifs,
	    list);
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

static void
append_entry(struct journal *j, const struct journal_entry *e)
{
	char uuid[UUID_TEXT_LEN + 1];

	uuid_format(e->uuid, uuid);
	append(j, "build %s %s %s %s%s", uuid, e->template,
	    domain_kind_word(e->kind), e->domain_name,
	    template_manner(e->guest, e->layout));
	if (e->domid != -1)
		append_built(j, e->uuid, e->domid, e->vifs, e->nvifs);
	if (e->name[0] != '\0')
		append_claim(j, e->uuid, e->name, e->vifs_used, &e->set);
	if (e->state == VNF_PAUSED)
		append(j, "state %s %s", uuid,
		    vnf_state_word(e->paused_from));
	if (e->state != VNF_NONE)
		append(j, "state %s %s", uuid, vnf_state_word(e->state));
	if (e->doomed)
		append(j, "doom %s", uuid);
}

/*
 * Reads the file and puts a shorter one in its place.  The entries stay in
 * memory for the caller.
 */
static int
rewrite(struct journal *j)
{
	char *tmp = xasprintf("%s.tmp", j->path);
	int old = j->fd, rc = -1;
	off_t old_size = j->size;
	struct journal_entry *e;
	FILE *in;

	if ((in = fopen(j->path, "re")) != NULL) {
		replay(j, in);
		fclose(in);
	} else if (errno != ENOENT) {
		goto out;
	}
	j->fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC,
	    0600);
	if (j->fd == -1)
		goto out;
	j->size = 0;
	j->failed = false;
	TAILQ_FOREACH(e, &j->entries, entry)
		append_entry(j, e);
	if (j->failed || rename(tmp, j->path) != 0)
		goto out;
	j->compacted = j->size;
	rc = 0;
out:
	if (rc != 0) {
		if (j->fd != old && j->fd != -1)
			close(j->fd);
		j->fd = old;
		j->size = old_size;
	} else if (old != -1) {
		close(old);
	}
	free(tmp);
	return rc;
}

static void
compact_if_long(struct journal *j)
{
	if (j->size < COMPACT_MIN ||
	    j->size < j->compacted * COMPACT_FACTOR)
		return;
	entries_clear(j);
	if (rewrite(j) != 0) {
		log_warn("journal compaction failed file=%s error=%s",
		    j->path, strerror(errno));
		j->compacted = j->size;	/* not again at once */
	}
	entries_clear(j);
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
	j->path = xasprintf("%s/journal", dir);
	if (lock_dir(j, dir, e) != 0) {
		journal_close(j);
		return NULL;
	}
	if (rewrite(j) != 0) {
		uvnf_error_set(e, UVNF_E_SYSTEM, "cannot rewrite %s: %s",
		    j->path, strerror(errno));
		journal_close(j);
		return NULL;
	}
	return j;
}

void
journal_close(struct journal *j)
{
	entries_clear(j);
	if (j->fd != -1)
		close(j->fd);
	if (j->lock_fd != -1)
		close(j->lock_fd);
	free(j->path);
	free(j);
}

struct journal_entries *
journal_entries(struct journal *j)
{
	return &j->entries;
}

int
journal_build(struct journal *j, const struct domain *d)
{
	char uuid[UUID_TEXT_LEN + 1];

	return append(j, "build %s %s %s %s%s", uuid_format(d->uuid, uuid),
	    d->template->name, domain_kind_word(d->kind), d->name,
	    template_manner(d->template->guest, d->template->layout));
}

int
journal_built(struct journal *j, const struct domain *d)
{
	off_t before = j->size;

	append_built(j, d->uuid, d->domid, d->vifs, d->nvifs);
	return j->size != before ? 0 : -1;
}

int
journal_vif(struct journal *j, const struct domain *d, unsigned i,
    const struct domain_vif *vif)
{
	char uuid[UUID_TEXT_LEN + 1], mac[18], place[PLACE_TEXT_MAX];

	return append(j, "vif %s %u %s %s", uuid_format(d->uuid, uuid), i,
	    mac_format(vif->mac, mac), place_format(&vif->place, place));
}

int
journal_claim(struct journal *j, const struct vnf *v)
{
	return append_claim(j, v->domain->uuid, v->name, v->vifs_used, v->set);
}

int
journal_config(struct journal *j, const struct vnf *v)
{
	char uuid[UUID_TEXT_LEN + 1], list[PARAMS_TEXT_MAX];

	params_format(v->set, list);
	return append(j, "config %s %" PRIu32 "%s",
	    uuid_format(v->domain->uuid, uuid), v->vifs_used, list);
}

int
journal_doom(struct journal *j, const struct domain *d)
{
	char uuid[UUID_TEXT_LEN + 1];

	return append(j, "doom %s", uuid_format(d->uuid, uuid));
}

int
journal_gone(struct journal *j, const struct domain *d)
{
	char uuid[UUID_TEXT_LEN + 1];
	int rc = append(j, "gone %s", uuid_format(d->uuid, uuid));

	compact_if_long(j);
	return rc;
}

void
journal_observe(const struct vnf *v, enum vnf_state from, void *arg)
{
	char uuid[UUID_TEXT_LEN + 1];

	if (v->domain == NULL || v->state == VNF_STOPPING ||
	    v->state == VNF_NONE)
		return;			/* journal_doom tells these, */
	if (v->state == VNF_CLAIMED && from < VNF_CLAIMED)
		return;			/* and journal_claim this */
	append(arg, "state %s %s", uuid_format(v->domain->uuid, uuid),
	    vnf_state_word(v->state));
}
