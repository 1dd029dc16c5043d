/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "daemon/config_cpus.h"
#include "yaml/value.h"

#define WEIGHT_MAX 65535	/* both of them Xen's own limits */
#define CAP_EACH_MAX 100

static void
set_range(struct template_cpus *c, uint64_t from, uint64_t to, bool in)
{
	uint64_t i;

	for (i = from; i <= to; i++) {
		if (in)
			c->affinity[i / 8] |= (uint8_t)(1u << i % 8);
		else
			c->affinity[i / 8] &= (uint8_t)~(1u << i % 8);
	}
}

/* "all", "N" or "N-M", perhaps with a '^' before it; word is changed. */
static int
take_range(struct template_cpus *c, char *word)
{
	uint64_t from = 0, to = CPUS_MAX - 1;
	bool in = word[0] != '^';
	char *dash;

	if (!in)
		word++;
	if (strcmp(word, "all") != 0) {
		if ((dash = strchr(word, '-')) != NULL)
			*dash++ = '\0';
		if (parse_uint(word, 0, CPUS_MAX - 1, &from) != 0 ||
		    parse_uint(dash != NULL ? dash : word, from,
		    CPUS_MAX - 1, &to) != 0)
			return -1;
	}
	set_range(c, from, to, in);
	return 0;
}

static bool
names_any(const struct template_cpus *c)
{
	size_t i;

	for (i = 0; i < sizeof(c->affinity); i++)
		if (c->affinity[i] != 0)
			return true;
	return false;
}

/* From left to right, as xl.cfg(5) has it. */
static int
take_affinity(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	struct template *t = into;
	char shown[NODE_SHOW_MAX];
	char *copy, *word, *rest;
	int r;

	if ((r = take_text(f, kv, &t->affinity)) < 0)
		return r;
	memset(t->cpus.affinity, 0, sizeof(t->cpus.affinity));
	rest = copy = xstrdup(t->affinity);
	while (r == 0 && (word = strsep(&rest, ",")) != NULL)
		r = take_range(&t->cpus, word);
	free(copy);
	if (r < 0)
		return node_error(f, kv->value, "affinity must be a list of "
		    "CPUs as in \"0-3,^2\" or \"all,^0\", from 0 to %d, not "
		    "%s", CPUS_MAX - 1, node_show(kv->value, shown));
	if (!names_any(&t->cpus))
		return node_error(f, kv->value, "affinity %s leaves no CPU",
		    node_show(kv->value, shown));
	return 0;
}

static int
take_weight(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	struct template *t = into;

	return take_uint(f, kv, 1, WEIGHT_MAX, &t->cpus.weight);
}

static int
take_cap(const struct yaml_file *f, const struct node_entry *kv, void *into)
{
	struct template *t = into;

	return take_uint(f, kv, 0, CAP_EACH_MAX * 128, &t->cpus.cap);
}

static const struct key cpus_keys[] = {
	{ "affinity", take_affinity },
	{ "weight", take_weight },
	{ "cap", take_cap },
};

int
take_cpus(const struct yaml_file *f, const struct node_entry *kv, void *into)
{
	return take_map(f, kv->value, "cpus", cpus_keys, COUNT(cpus_keys),
	    into);
}

int
cpus_finish(const struct yaml_file *f, const struct node *n,
    const struct template *t)
{
	if (t->cpus.cap <= CAP_EACH_MAX * t->vcpus)
		return 0;
	return node_error(f, n, "template %s: a cap of %u is more than its %u "
	    "vcpus can use; %d is one whole CPU", t->name, t->cpus.cap,
	    t->vcpus, CAP_EACH_MAX);
}
