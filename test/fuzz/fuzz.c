/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* What the targets have in common. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "fuzz.h"

#define FILES_MAX 4

void
fuzz_failed(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

bool
fuzz_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

void
fuzz_require_error(int rc, const struct uvnf_error *e)
{
	REQUIRE(rc < 0);
	REQUIRE(e->code == (enum uvnf_code)-rc);
	REQUIRE(e->text[0] != '\0');
	REQUIRE(strlen(e->text) < sizeof(e->text));
}

void
fuzz_quiet(void)
{
	static bool quiet;

	if (!quiet)
		log_init("fuzz", LOG_LEVEL_ERROR);
	quiet = true;
}

bool
fuzz_next_line(struct fuzz_input *in, struct fuzz_line *line)
{
	const char *nl;

	if (in->at == in->end)
		return false;
	nl = memchr(in->at, '\n', (size_t)(in->end - in->at));
	line->text = in->at;
	line->len = (size_t)((nl != NULL ? nl : in->end) - in->at);
	in->at = nl != NULL ? nl + 1 : in->end;
	return true;
}

/* xorshift, of which 0 is no state. */
unsigned
fuzz_random(struct fuzz_random *r, unsigned below)
{
	if (r->state == 0)
		r->state = 2463534242u;
	r->state ^= r->state << 13;
	r->state ^= r->state >> 17;
	r->state ^= r->state << 5;
	return r->state % below;
}

/* --- files --------------------------------------------------------------- */

static char folder[256];
static char paths[FILES_MAX][320];
static pid_t owner;

static void
remove_files(void)
{
	unsigned i;

	if (getpid() != owner)
		return;			/* a fork of whoever made them */
	for (i = 0; i < FILES_MAX && paths[i][0] != '\0'; i++)
		unlink(paths[i]);
	rmdir(folder);
}

static void
make_folder(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(folder, sizeof(folder), "%s/uvnf-fuzz-XXXXXX",
	    tmp != NULL && strlen(tmp) < 200 ? tmp : "/tmp");
	REQUIRE(mkdtemp(folder) != NULL);
	owner = getpid();
	atexit(remove_files);
}

static char *
path_of(const char *name)
{
	char path[sizeof(paths[0])];
	unsigned i;

	if (folder[0] == '\0')
		make_folder();
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	for (i = 0; i < FILES_MAX; i++) {
		if (paths[i][0] == '\0')
			strcpy(paths[i], path);
		if (strcmp(paths[i], path) == 0)
			return paths[i];
	}
	REQUIRE(i < FILES_MAX);
	return NULL;
}

const char *
fuzz_file(const char *name, const void *data, size_t size)
{
	const char *path = path_of(name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	REQUIRE(fd >= 0);
	REQUIRE(write(fd, data, size) == (ssize_t)size);
	REQUIRE(close(fd) == 0);
	return path;
}
