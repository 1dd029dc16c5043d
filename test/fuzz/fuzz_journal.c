/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * The journal: whatever a file says, journal_open keeps what it understood
 * of it in the file that it writes anew.  Each line of the input becomes one
 * with its checksum in front, but for those that begin with a '!', which are
 * taken as they are.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "common/proto.h"
#include "common/util.h"
#include "daemon/journal_impl.h"
#include "fuzz.h"

const char fuzz_target[] = "journal";

static void
make_file(const uint8_t *data, size_t size, struct proto_buf *b)
{
	struct fuzz_input in = { (const char *)data,
	    (const char *)data + size };
	struct fuzz_line l;

	proto_buf_add(b, "", 0);
	while (fuzz_next_line(&in, &l)) {
		if (l.len > 0 && l.text[0] == '!')
			proto_buf_add(b, l.text + 1, l.len - 1);
		else {
			proto_buf_printf(b, "%08lx ", crc32(0,
			    (const Bytef *)l.text, (uInt)l.len));
			proto_buf_add(b, l.text, l.len);
		}
		if (in.at != in.end || in.at[-1] == '\n')
			proto_buf_add(b, "\n", 1);
	}
}

/* --- what it keeps ------------------------------------------------------- */

static void
require_sane(const struct journal_entry *e)
{
	unsigned i;

	REQUIRE(e->template[0] != '\0' && e->domain_name[0] != '\0');
	REQUIRE(e->kind < KIND_COUNT && e->nvifs <= TEMPLATE_VIFS_MAX);
	REQUIRE(e->domid == -1 || (e->domid > 0 && e->domid <= 65535));
	REQUIRE(e->state < VNF_STATE_COUNT);
	REQUIRE(e->name[0] == '\0' || name_valid(e->name));
	REQUIRE(e->state != VNF_PAUSED || vnf_can_pause(e->paused_from));
	for (i = 0; i < e->set.n; i++)
		REQUIRE(strlen(e->set.list[i].value) <= PARAM_VALUE_MAX);
}

static void
require_vifs(const struct journal_entry *a, const struct journal_entry *b)
{
	unsigned i;

	REQUIRE(a->domid == b->domid);
	REQUIRE(a->nvifs == b->nvifs);
	for (i = 0; i < a->nvifs; i++) {
		const struct domain_vif *x = &a->vifs[i], *y = &b->vifs[i];

		REQUIRE(memcmp(x->mac, y->mac, sizeof(x->mac)) == 0);
		REQUIRE(place_equal(&x->place, &y->place));
		REQUIRE(fuzz_same(x->dev, y->dev));
	}
}

/* A shell has no parameters, whatever was said of it. */
static void
require_vnf(const struct journal_entry *a, const struct journal_entry *b)
{
	REQUIRE(fuzz_same(a->name, b->name));
	REQUIRE(fuzz_same(vnf_label(a->label)->chain,
	    vnf_label(b->label)->chain));
	REQUIRE(fuzz_same(vnf_label(a->label)->spec,
	    vnf_label(b->label)->spec));
	REQUIRE(a->owner == b->owner);
	/* What is root's counts for nobody. */
	if (a->owner != 0)
		REQUIRE(a->memory_mb == b->memory_mb && a->vcpus == b->vcpus);
	if (a->name[0] == '\0')
		return;
	REQUIRE(a->state == b->state && a->routers == b->routers);
	REQUIRE(a->torn == b->torn && a->pausing == b->pausing);
	REQUIRE(a->pause_undone == b->pause_undone);
	if (a->state == VNF_PAUSED)
		REQUIRE(a->paused_from == b->paused_from);
	REQUIRE(a->vifs_used == b->vifs_used);
	REQUIRE(memcmp(&a->stages, &b->stages, sizeof(a->stages)) == 0);
	REQUIRE(params_equal(&a->set, &b->set));
}

static struct journal_entry *
find(const struct journal *j, const uint8_t uuid[16])
{
	struct journal_entry *e;

	TAILQ_FOREACH(e, &j->entries, entry)
		if (memcmp(e->uuid, uuid, sizeof(e->uuid)) == 0)
			break;
	return e;
}

/* What is of no domain, in the order in which it was. */
static void
require_others(const struct journal *j, const struct journal *k)
{
	struct journal_process *p, *q = TAILQ_FIRST(&k->processes);
	struct journal_bridge *a, *b = TAILQ_FIRST(&k->bridges);

	TAILQ_FOREACH(a, &j->bridges, entry) {
		REQUIRE(b != NULL && fuzz_same(a->name, b->name) &&
		    fuzz_same(a->chain, b->chain) && a->owner == b->owner);
		b = TAILQ_NEXT(b, entry);
	}
	REQUIRE(b == NULL);
	TAILQ_FOREACH(p, &j->processes, entry) {
		REQUIRE(p->pid > 0 && p->start > 0);
		REQUIRE(q != NULL && p->pid == q->pid && p->start == q->start);
		q = TAILQ_NEXT(q, entry);
	}
	REQUIRE(q == NULL);
}

static void
require_same(const struct journal *j, const struct journal *k)
{
	struct journal_entry *a, *b;
	size_t n = 0, m = 0;

	TAILQ_FOREACH(a, &j->entries, entry) {
		require_sane(a);
		b = find(k, a->uuid);
		REQUIRE(b != NULL);
		REQUIRE(fuzz_same(a->template, b->template));
		REQUIRE(fuzz_same(a->domain_name, b->domain_name));
		REQUIRE(a->kind == b->kind && a->guest == b->guest &&
		    a->layout == b->layout && a->doomed == b->doomed);
		require_vifs(a, b);
		require_vnf(a, b);
		n++;
	}
	TAILQ_FOREACH(b, &k->entries, entry)
		m++;
	REQUIRE(n == m);
	require_others(j, k);
}

/* --- files --------------------------------------------------------------- */

static void
replay(struct journal *j, struct proto_buf *b)
{
	FILE *in = fmemopen(b->data, b->len, "r");

	REQUIRE(in != NULL);
	j->path = xstrdup("memory");
	TAILQ_INIT(&j->entries);
	TAILQ_INIT(&j->bridges);
	TAILQ_INIT(&j->processes);
	while (journal_read_line(j, in, 0) > 0)
		continue;
	fclose(in);
}

/* The first time it is written anew, the second time what was written. */
static void
open_twice(struct journal *as_read, const char *dir)
{
	struct uvnf_error e = { 0 };
	struct journal *j;
	int i;

	for (i = 0; i < 2; i++) {
		if ((j = journal_open(dir, &e)) == NULL) {
			REQUIRE(as_read->version > JOURNAL_VERSION);
			fuzz_require_error(-(int)e.code, &e);
			return;
		}
		require_same(as_read, j);
		journal_close(j);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct journal as_read = { .version = 0 };
	struct proto_buf b = { 0 };
	const char *path;
	char *dir;

	fuzz_quiet();
	make_file(data, size, &b);
	replay(&as_read, &b);
	(void)fuzz_file("lock", "", 0);
	path = fuzz_file("journal", b.data, b.len);
	dir = xmemdup0(path, (size_t)(strrchr(path, '/') - path));
	open_twice(&as_read, dir);
	journal_clear(&as_read);
	free(as_read.path);
	free(dir);
	proto_buf_free(&b);
	return 0;
}
