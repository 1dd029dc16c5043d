/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* The journal's lines, from a file to what they say. */

#include <limits.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/journal_impl.h"

#define FIELDS_MAX (4 + 3 * TEMPLATE_VIFS_MAX)

static int
compare_uuids(const void *a, const void *b)
{
	const struct journal_entry *x = a, *y = b;

	return memcmp(x->uuid, y->uuid, sizeof(x->uuid));
}

static int
compare_names(const void *a, const void *b)
{
	const struct journal_entry *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static void
keep_tree_node(void *node)
{
	(void)node;			/* the list owns the entries */
}

static void
entry_free(struct journal_entry *e)
{
	params_clear(&e->set);
	free(e->label);
	free(e->vifs);
	free(e);
}

void
journal_clear(struct journal *j)
{
	struct journal_process *p;
	struct journal_bridge *b;
	struct journal_entry *e;

	while ((p = TAILQ_FIRST(&j->processes)) != NULL) {
		TAILQ_REMOVE(&j->processes, p, entry);
		free(p);
	}
	while ((b = TAILQ_FIRST(&j->bridges)) != NULL) {
		TAILQ_REMOVE(&j->bridges, b, entry);
		free(b);
	}
	tdestroy(j->by_uuid, keep_tree_node);
	j->by_uuid = NULL;
	tdestroy(j->by_name, keep_tree_node);
	j->by_name = NULL;
	while ((e = TAILQ_FIRST(&j->entries)) != NULL) {
		TAILQ_REMOVE(&j->entries, e, entry);
		entry_free(e);
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

static struct journal_entry *
entry_new(struct journal *j, const uint8_t uuid[16], enum domain_kind kind)
{
	struct journal_entry *e = xcalloc(1, sizeof(*e));

	e->kind = kind;
	e->domid = -1;
	memcpy(e->uuid, uuid, sizeof(e->uuid));
	TAILQ_INSERT_TAIL(&j->entries, e, entry);
	tsearch(e, &j->by_uuid, compare_uuids);
	return e;
}

/*
 * The line that said what was built is damaged.  Its domain is still there to
 * be adopted or destroyed; of which template it is nobody knows any more.
 */
static struct journal_entry *
entry_without_build(struct journal *j, const uint8_t uuid[16])
{
	struct journal_entry *e = entry_new(j, uuid, KIND_COLD);

	strcpy(e->template, "lost");
	snprintf(e->domain_name, sizeof(e->domain_name),
	    "uvnf-lost-%02x%02x%02x%02x", uuid[0], uuid[1], uuid[2], uuid[3]);
	return e;
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
	if (strlen(f[2]) > TEMPLATE_NAME_MAX || strlen(f[4]) > DOMAIN_NAME_MAX)
		return -1;
	e = entry_new(j, uuid, kind);
	strcpy(e->template, f[2]);
	strcpy(e->domain_name, f[4]);
	if (n == 6 && strcmp(f[5], "generic") == 0)
		e->guest = GUEST_GENERIC;
	else if (n == 6 && strcmp(f[5], "root") == 0)
		e->layout = LAYOUT_ROOT;
	return 0;
}

static int
apply_built(struct journal_entry *e, char **f, size_t n)
{
	struct domain_vif vifs[TEMPLATE_VIFS_MAX] = { 0 };
	uint64_t domid, nvifs;
	size_t i;

	if (n < 4 || parse_uint(f[2], 1, 65535, &domid) != 0 ||
	    parse_uint(f[3], 0, TEMPLATE_VIFS_MAX, &nvifs) != 0 ||
	    n != 4 + 3 * nvifs)
		return -1;
	for (i = 0; i < nvifs; i++) {
		struct domain_vif *vif = &vifs[i];

		if (mac_parse(f[4 + 3 * i], vif->mac) != 0 ||
		    place_parse(f[5 + 3 * i], &vif->place) != 0 ||
		    copy_field(vif->dev, sizeof(vif->dev), f[6 + 3 * i]) != 0)
			return -1;
	}
	/* All of it, or nothing: a second such line may be damaged. */
	e->vifs = xrealloc(e->vifs, nvifs * sizeof(*vifs));
	memcpy(e->vifs, vifs, nvifs * sizeof(*vifs));
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

/* Another one may have its name by now, and stays. */
static void
forget_name(struct journal *j, struct journal_entry *e)
{
	struct journal_entry **node = tfind(e, &j->by_name, compare_names);

	if (node != NULL && *node == e)
		tdelete(e, &j->by_name, compare_names);
}

/*
 * The name goes from one domain to another when a VNF is rebooted.  Those that
 * had it before the last one were doomed when that one got it.
 */
static void
supersede(struct journal *j, const char *name)
{
	struct journal_entry key, **node;

	if (copy_field(key.name, sizeof(key.name), name) != 0)
		return;
	node = tfind(&key, &j->by_name, compare_names);
	if (node != NULL)
		(*node)->doomed = true;
}

static int
take_name(struct journal *j, struct journal_entry *e, const char *name)
{
	struct journal_entry **node;

	forget_name(j, e);
	if (copy_field(e->name, sizeof(e->name), name) != 0)
		return -1;
	node = tsearch(e, &j->by_name, compare_names);
	if (node == NULL)
		log_fatal("out of memory");
	*node = e;
	return 0;
}

/* An armed one runs as soon as it is claimed. */
static void
as_claimed(struct journal_entry *e)
{
	e->state = e->kind == KIND_ARMED ? VNF_STARTED : VNF_CLAIMED;
	e->torn = true;
	e->pausing = e->pause_undone = false;
}

static int
apply_claim(struct journal *j, struct journal_entry *e, char **f, size_t n)
{
	if (n >= 4)
		supersede(j, f[2]);
	if (n < 4 || !name_valid(f[2]) || take_name(j, e, f[2]) != 0)
		return -1;
	memset(&e->stages, 0, sizeof(e->stages));
	as_claimed(e);
	if (apply_vifs_used(e, f[3]) != 0)
		return -1;
	return params_parse(&e->set, f + 4, n - 4);
}

/*
 * Only a VNF has a state or a configuration, so the line that gave this one
 * its name is damaged: it gets another.
 */
static void
name_the_nameless(struct journal *j, struct journal_entry *e)
{
	struct journal_entry key;

	snprintf(key.name, sizeof(key.name), "lost-%02x%02x%02x%02x",
	    e->uuid[0], e->uuid[1], e->uuid[2], e->uuid[3]);
	if (e->name[0] != '\0' ||
	    tfind(&key, &j->by_name, compare_names) != NULL)
		return;
	take_name(j, e, key.name);
	as_claimed(e);
	e->vifs_used = (uint32_t)((UINT64_C(1) << e->nvifs) - 1);
	log_warn("vnf's name is damaged in the journal domain=%s domid=%d "
	    "name=%s", e->domain_name, e->domid, e->name);
}

/* A word that may be missing, for which "-" stands. */
static int
copy_word(char *to, size_t size, const char *from)
{
	return copy_field(to, size, strcmp(from, "-") == 0 ? "" : from);
}

static int
apply_label(struct journal_entry *e, char **f, size_t n)
{
	struct vnf_label l;

	if (n != 4 || copy_word(l.chain, sizeof(l.chain), f[2]) != 0 ||
	    copy_word(l.spec, sizeof(l.spec), f[3]) != 0)
		return -1;
	vnf_label_keep(&e->label, &l);
	return 0;
}

static int
parse_owner(const char *text, uid_t *owner)
{
	uint64_t value;

	if (parse_uint(text, 0, UINT32_MAX - 1, &value) != 0)
		return -1;
	*owner = (uid_t)value;
	return 0;
}

static int
apply_owner(struct journal_entry *e, char **f, size_t n)
{
	uint64_t memory_mb, vcpus;

	if (n != 5 || parse_uint(f[3], 0, UINT32_MAX, &memory_mb) != 0 ||
	    parse_uint(f[4], 0, UINT32_MAX, &vcpus) != 0 ||
	    parse_owner(f[2], &e->owner) != 0)
		return -1;
	e->memory_mb = (unsigned)memory_mb;
	e->vcpus = (unsigned)vcpus;
	return 0;
}

static void
forget_bridge(struct journal *j, const char *name)
{
	struct journal_bridge *b;

	TAILQ_FOREACH(b, &j->bridges, entry)
		if (strcmp(b->name, name) == 0)
			break;
	if (b != NULL)
		TAILQ_REMOVE(&j->bridges, b, entry);
	free(b);
}

static int
apply_bridge(struct journal *j, char **f, size_t n)
{
	struct journal_bridge *b;

	uid_t owner = 0;

	if (n < 3 || n > 4 || !bridge_name_valid(f[1]) ||
	    (n == 4 && parse_owner(f[3], &owner) != 0))
		return -1;
	forget_bridge(j, f[1]);
	b = xcalloc(1, sizeof(*b));
	b->owner = owner;
	if (copy_field(b->name, sizeof(b->name), f[1]) != 0 ||
	    copy_word(b->chain, sizeof(b->chain), f[2]) != 0) {
		free(b);
		return -1;
	}
	TAILQ_INSERT_TAIL(&j->bridges, b, entry);
	return 0;
}

static int
apply_config(struct journal_entry *e, char **f, size_t n)
{
	if (n < 3 || apply_vifs_used(e, f[2]) != 0)
		return -1;
	memset(&e->stages, 0, sizeof(e->stages));
	e->torn = true;
	return params_parse(&e->set, f + 3, n - 3);
}

static int
apply_state(struct journal_entry *e, char **f, size_t n)
{
	enum vnf_state state;

	if (n < 3 || n > 4 ||
	    (state = vnf_state_from_word(f[2])) == VNF_NONE ||
	    (n == 4 && parse_uint(f[3], 0, UINT64_MAX, &e->routers) != 0))
		return -1;
	/* Another one says that the line before it was damaged. */
	if (state == VNF_PAUSED && e->state != VNF_PAUSED)
		e->paused_from = vnf_can_pause(e->state) ? e->state :
		    VNF_CLAIMED;
	e->state = state;
	e->torn = e->pausing = e->pause_undone = false;
	return 0;
}

static int
apply_stages(struct journal_entry *e, char **f, size_t n)
{
	struct vnf_stages s = { .act = ACT_UNKNOWN };
	int i;

	if (n != 4 + STAGE_COUNT ||
	    (s.act = vnf_act_from_word(f[2])) == ACT_UNKNOWN ||
	    parse_uint(f[3], 0, INT64_MAX, &s.since_us) != 0)
		return -1;
	for (i = 0; i < STAGE_COUNT; i++)
		if (parse_uint(f[4 + i], 0, INT64_MAX, &s.us[i]) != 0)
			return -1;
	e->stages = s;
	return 0;
}

static void
forget(struct journal *j, struct journal_entry *e)
{
	tdelete(e, &j->by_uuid, compare_uuids);
	forget_name(j, e);
	TAILQ_REMOVE(&j->entries, e, entry);
	entry_free(e);
}

bool
journal_forget(struct journal *j, unsigned n)
{
	struct journal_entry *e;

	while (n-- > 0 && (e = TAILQ_FIRST(&j->entries)) != NULL)
		forget(j, e);
	return !TAILQ_EMPTY(&j->entries);
}

static int
apply_gone(struct journal *j, struct journal_entry *e)
{
	forget(j, e);
	return 0;
}

static int
forget_process(struct journal *j, const char *text)
{
	struct journal_process *p;
	uint64_t pid;

	if (parse_uint(text, 1, INT_MAX, &pid) != 0)
		return -1;
	TAILQ_FOREACH(p, &j->processes, entry)
		if (p->pid == (pid_t)pid)
			break;
	if (p != NULL)
		TAILQ_REMOVE(&j->processes, p, entry);
	free(p);
	return 0;
}

static int
apply_process(struct journal *j, char **f)
{
	struct journal_process *p;
	uint64_t start;

	if (parse_uint(f[2], 1, UINT64_MAX, &start) != 0 ||
	    forget_process(j, f[1]) != 0)
		return -1;
	p = xcalloc(1, sizeof(*p));
	p->pid = atoi(f[1]);
	p->start = start;
	TAILQ_INSERT_TAIL(&j->processes, p, entry);
	return 0;
}

/* Lines that are not about a domain: 1 when f was none of them. */
static int
apply_other(struct journal *j, char **f, size_t n)
{
	if (n == 2 && strcmp(f[0], "version") == 0)
		return parse_uint(f[1], 1, UINT64_MAX, &j->version);
	if (n >= 2 && strcmp(f[0], "bridge") == 0)
		return apply_bridge(j, f, n);
	if (n == 3 && strcmp(f[0], "process") == 0)
		return apply_process(j, f);
	if (n == 2 && strcmp(f[0], "ended") == 0)
		return forget_process(j, f[1]);
	if (n != 2 || strcmp(f[0], "nobridge") != 0)
		return 1;
	forget_bridge(j, f[1]);
	return 0;
}

/* One line's fields: what happened, to which uuid, and more. */
static int
apply(struct journal *j, char **f, size_t n)
{
	struct journal_entry *e;
	uint8_t uuid[16];

	int rc = apply_other(j, f, n);

	if (rc != 1)
		return rc;
	if (n < 2 || uuid_parse(f[1], uuid) != 0)
		return -1;
	if (strcmp(f[0], "build") == 0)
		return apply_build(j, uuid, f, n);
	e = entry_find(j, uuid);
	if (e == NULL && (strcmp(f[0], "built") == 0 ||
	    strcmp(f[0], "claim") == 0))
		e = entry_without_build(j, uuid);
	if (e == NULL)
		return -1;
	if (strcmp(f[0], "state") == 0 || strcmp(f[0], "config") == 0)
		name_the_nameless(j, e);
	if (strcmp(f[0], "built") == 0)
		return apply_built(e, f, n);
	if (strcmp(f[0], "vif") == 0)
		return apply_vif(e, f, n);
	if (strcmp(f[0], "claim") == 0)
		return apply_claim(j, e, f, n);
	if (strcmp(f[0], "label") == 0)
		return apply_label(e, f, n);
	if (strcmp(f[0], "owner") == 0)
		return apply_owner(e, f, n);
	if (strcmp(f[0], "config") == 0)
		return apply_config(e, f, n);
	if (strcmp(f[0], "state") == 0)
		return apply_state(e, f, n);
	if (strcmp(f[0], "stages") == 0)
		return apply_stages(e, f, n);
	if (strcmp(f[0], "gone") == 0)
		return apply_gone(j, e);
	if (strcmp(f[0], "pausing") == 0)
		e->pausing = true;
	else if (strcmp(f[0], "resumed") == 0)
		e->pause_undone = e->state == VNF_PAUSED;
	else if (strcmp(f[0], "doom") == 0)
		e->doomed = true;
	else
		return -1;
	return 0;
}

static int
apply_line(struct journal *j, char *line)
{
	char *fields[FIELDS_MAX], *w, *save = NULL;
	size_t n = 0, len = strlen(line);
	char crc[CRC_LEN];

	if (len <= CRC_LEN || line[CRC_LEN - 1] != ' ')
		return -1;
	snprintf(crc, sizeof(crc), "%08lx", crc32(0,
	    (const Bytef *)line + CRC_LEN, (uInt)(len - CRC_LEN)));
	if (memcmp(crc, line, CRC_LEN - 1) != 0)
		return -1;
	for (w = strtok_r(line + CRC_LEN, " ", &save); w != NULL;
	    w = strtok_r(NULL, " ", &save)) {
		if (n == FIELDS_MAX)
			return -1;
		fields[n++] = w;
	}
	return apply(j, fields, n);
}

/*
 * A line that cannot be read is passed over: one bit that fell must not cost
 * the VNFs whose lines come after it.
 */
size_t
journal_read_line(struct journal *j, FILE *in, size_t n)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t len = getline(&line, &size, in);

	if (len > 0 && line[len - 1] == '\n')
		line[len - 1] = '\0';
	if (len > 0 && apply_line(j, line) != 0)
		log_warn("journal line damaged file=%s line=%zu", j->path, n);
	free(line);
	return len > 0 ? (size_t)len : 0;
}
