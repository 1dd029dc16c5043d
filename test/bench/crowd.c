/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <ctype.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "common/util.h"
#include "crowd.h"
#include "rest.h"

#define AT_ONCE 4		/* that are made or destroyed */
#define LOST_OF 50		/* of so many one may fail */

struct member {
	struct crowd *crowd;
	bool up;
};

struct crowd {
	unsigned wanted;
	unsigned at;		/* names up to here have been asked for */
	unsigned up;		/* members that are */
	struct member members[CROWD_MAX];
};

struct crowd *
crowd_new(void)
{
	struct crowd *c = xcalloc(1, sizeof(*c));
	unsigned i;

	for (i = 0; i < CROWD_MAX; i++)
		c->members[i].crowd = c;
	return c;
}

void
crowd_free(struct crowd *c)
{
	free(c);
}

/* --- its size ------------------------------------------------------------ */

static bool ask_next(struct crowd *c, struct uvnf *u);

static void
on_up(struct uvnf *u, const struct uvnf_reply *r, void *arg)
{
	struct member *m = arg;

	if (strcmp(uvnf_reply_word(r), "ok") == 0) {
		m->crowd->up += !m->up;
		m->up = true;
	} else
		printf("failed\tuvnfd\tcrowd\t%s: %s\n", uvnf_reply_word(r),
		    uvnf_reply_text(r));
	ask_next(m->crowd, u);
}

/* One that was lost on its way up may be there, or not: it does not count. */
static void
on_gone(struct uvnf *u, const struct uvnf_reply *r, void *arg)
{
	struct member *m = arg;

	if (m->up && strcmp(uvnf_reply_word(r), "ok") == 0) {
		m->up = false;
		m->crowd->up--;
	}
	ask_next(m->crowd, u);
}

/* One step towards the size that is wanted; false: there it is. */
static bool
ask_next(struct crowd *c, struct uvnf *u)
{
	const char *create[] = { "create", "crowd", NULL, "wait=ready",
		"timeout_ms=600000" };
	const char *destroy[] = { "destroy", NULL, "wait=freed",
		"timeout_ms=600000" };
	bool more = c->at < c->wanted;
	struct member *m;
	char name[32];
	int rc;

	if (c->at == c->wanted)
		return false;
	m = &c->members[more ? c->at++ : --c->at];
	snprintf(name, sizeof(name), "crowd-%td", m - c->members + 1);
	create[2] = destroy[1] = name;
	if (more)
		rc = uvnf_submit(u, create, 5, NULL, 0, on_up, m, NULL);
	else
		rc = uvnf_submit(u, destroy, 4, NULL, 0, on_gone, m, NULL);
	if (rc < 0)
		fatal("%s", uvnf_error_text(u));
	return true;
}

void
crowd_resize(struct bench *b, struct crowd *c, unsigned size)
{
	bool grows = size > c->at;
	unsigned i;

	c->wanted = size;
	for (i = 0; i < AT_ONCE && ask_next(c, b->uvnf); i++)
		;
	while (uvnf_pending(b->uvnf) > 0)
		if (uvnf_wait(b->uvnf, -1) < 0)
			fatal("%s", uvnf_error_text(b->uvnf));
	if (grows && c->up + size / LOST_OF < size)
		fatal("only %u of %u VNFs run", c->up, size);
	rest_settle(b);
}

/* --- what uvnfd holds ---------------------------------------------------- */

/* The name of a process: "uvnfd", "uvnfd: worker", or another. */
static void
read_name(const char *pid, char name[32])
{
	char path[300];
	FILE *in;

	name[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	in = fopen(path, "r");
	if (in == NULL)
		return;
	if (fgets(name, 32, in) == NULL)
		name[0] = '\0';
	fclose(in);
	name[strcspn(name, "\n")] = '\0';
}

/* "Rss" or "Pss" of a process; 0: it is gone. */
static unsigned
memory_kib(const char *pid, const char *what)
{
	char path[300], line[256], key[32];
	unsigned kib = 0, n;
	FILE *in;

	snprintf(path, sizeof(path), "/proc/%s/smaps_rollup", pid);
	in = fopen(path, "r");
	if (in == NULL)
		return 0;
	while (kib == 0 && fgets(line, sizeof(line), in) != NULL)
		if (sscanf(line, "%31[A-Za-z_]: %u", key, &n) == 2 &&
		    strcmp(key, what) == 0)
			kib = n;
	fclose(in);
	return kib;
}

/* What guests have said, which it keeps for each of them. */
static int64_t
console_bytes(struct bench *b, const struct crowd *c)
{
	const struct uvnf_data *d;
	int64_t n, total = 0;
	char words[64];
	unsigned i;

	for (i = 1; i <= c->at; i++) {
		snprintf(words, sizeof(words), "console crowd-%u", i);
		if (daemon_ask(b->uvnf, words, NULL, 0) != 0)
			continue;
		d = uvnf_reply_closing(uvnf_last_reply(b->uvnf));
		if (uvnf_data_number(d, "count", &n) == 0)
			total += n;
	}
	return total;
}

void
crowd_say_memory(struct bench *b, const struct crowd *c)
{
	unsigned resident = 0, family = 0;
	DIR *proc = opendir("/proc");
	struct dirent *e;
	char name[32];

	while (proc != NULL && (e = readdir(proc)) != NULL) {
		if (!isdigit((unsigned char)e->d_name[0]))
			continue;
		read_name(e->d_name, name);
		if (strcmp(name, "uvnfd") == 0)
			resident = memory_kib(e->d_name, "Rss");
		if (strcmp(name, "uvnfd") == 0 ||
		    strncmp(name, "uvnfd: ", 7) == 0)
			family += memory_kib(e->d_name, "Pss");
	}
	if (proc != NULL)
		closedir(proc);
	if (resident == 0)
		fatal("no uvnfd in /proc");
	printf("memory\t%u\t%u\t%" PRId64 "\t%u\n", c->up, resident,
	    console_bytes(b, c), family);
	fflush(stdout);
}
