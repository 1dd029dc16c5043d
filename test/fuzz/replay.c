/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * fuzz_TARGET: puts each file of the target's corpus through it, each in a
 * process of its own, and says how many it stood.  There must be some.
 * fuzz_TARGET FILE...: these files, in this process, for a debugger.
 */

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/util.h"
#include "fuzz.h"

#define CPU_LIMIT_S 60			/* for one input */

static void
die(const char *what, const char *name)
{
	fprintf(stderr, "%s: ", what);
	perror(name);
	exit(1);
}

/* Without a byte more than there is, so that a sanitizer sees an overrun. */
static void
run(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data;
	long size;

	if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0)
		die("cannot open", path);
	rewind(f);
	data = xmalloc((size_t)size);
	if (fread(data, 1, (size_t)size, f) != (size_t)size)
		die("cannot read", path);
	fclose(f);
	(void)LLVMFuzzerTestOneInput(data, (size_t)size);
	free(data);
}

static bool
stands(const char *path)
{
	const struct rlimit limit = { CPU_LIMIT_S, CPU_LIMIT_S };
	int status;
	pid_t pid;

	fflush(NULL);
	if ((pid = fork()) < 0)
		die("cannot fork for", path);
	if (pid == 0) {
		setrlimit(RLIMIT_CPU, &limit);
		run(path);
		exit(0);
	}
	if (waitpid(pid, &status, 0) != pid)
		die("cannot wait for", path);
	if (status != 0)
		fprintf(stderr, "%s: %s ended it with status %#x\n",
		    fuzz_target, path, (unsigned)status);
	return status == 0;
}

static int
not_hidden(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static int
replay(const char *corpus)
{
	unsigned passed = 0, failed = 0;
	struct dirent **names;
	int i, n = scandir(corpus, &names, not_hidden, alphasort);

	if (n < 0)
		die("no corpus", corpus);
	for (i = 0; i < n; i++) {
		char *path = xasprintf("%s/%s", corpus, names[i]->d_name);

		if (stands(path))
			passed++;
		else
			failed++;
		free(path);
		free(names[i]);
	}
	free(names);
	if (n == 0)
		fprintf(stderr, "%s: the corpus %s is empty\n", fuzz_target,
		    corpus);
	printf("%s: %u passed, %u failed\n", fuzz_target, passed, failed);
	return failed > 0 || n == 0;
}

int
main(int argc, char **argv)
{
	const char *top = getenv("UVNF_SRCDIR");
	char *corpus;
	int i, rc;

	for (i = 1; i < argc; i++)
		run(argv[i]);
	if (argc > 1)
		return 0;
	corpus = xasprintf("%s/test/fuzz/corpus/%s", top != NULL ? top : ".",
	    fuzz_target);
	rc = replay(corpus);
	free(corpus);
	return rc;
}
