/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "journal_dir.h"

char dir[64];
char path[80];
struct template template = {
	.name = (char[]){ "responder" },
	.kernel = (char[]){ "/k" },
	.nvifs = 1,
	.vifs = { { .place.name = "xenbr0" } },
};

int
make_dir(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/uvnf-journal-XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/journal", dir);
	return 0;
}

int
remove_dir(void **state)
{
	char lock[80];

	(void)state;
	snprintf(lock, sizeof(lock), "%s/lock", dir);
	unlink(path);
	unlink(lock);
	return rmdir(dir);
}

struct journal *
open_it(void)
{
	struct uvnf_error e;
	struct journal *j = journal_open(dir, &e);

	if (j == NULL)
		fail_msg("%s", e.text);
	return j;
}

struct domain *
record_kind(struct journal *j, int domid, enum domain_kind kind)
{
	struct domain *d = domain_new(&template, kind);

	assert_int_equal(journal_build(j, d), 0);
	d->domid = domid;
	snprintf(d->vifs[0].dev, sizeof(d->vifs[0].dev), "vif%d.0", domid);
	assert_int_equal(journal_built(j, d), 0);
	return d;
}

struct domain *
record(struct journal *j, int domid)
{
	return record_kind(j, domid, KIND_BOOTED);
}

void
claim(struct journal *j, struct vnf_table *t, struct domain *d,
    const char *name)
{
	struct vnf *v = vnf_new(t, name, &template);

	v->domain = d;
	v->vifs_used = 1;
	assert_int_equal(journal_claim(j, v), 0);
	vnf_set_state(t, v, VNF_CLAIMED);
}

size_t
count(struct journal *j)
{
	struct journal_entry *e;
	size_t n = 0;

	TAILQ_FOREACH(e, journal_entries(j), entry)
		n++;
	return n;
}

void
append_text(const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_APPEND);

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, text, len), (ssize_t)len);
	close(fd);
}
