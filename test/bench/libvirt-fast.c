/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * libvirt-fast FILE.xml: libvirt's API at its best, on a connection that
 * stays open.  For each line on stdin, "create" or "destroy", it makes or
 * destroys the domain of FILE, and says on stdout when the call began and
 * ended, in microseconds of CLOCK_MONOTONIC, or what was wrong.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

static uint64_t
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

static void
fatal(const char *what)
{
	fprintf(stderr, "libvirt-fast: %s: %s\n", what,
	    virGetLastErrorMessage());
	exit(1);
}

static char *
read_file(const char *path)
{
	static char text[16384];
	FILE *in = fopen(path, "r");
	size_t n;

	if (in == NULL) {
		perror(path);
		exit(1);
	}
	n = fread(text, 1, sizeof(text) - 1, in);
	fclose(in);
	text[n] = '\0';
	return text;
}

static void
on_error(void *arg, virErrorPtr e)
{
	(void)arg;
	(void)e;			/* said where it belongs */
}

static void
say(int rc, uint64_t begin, uint64_t end)
{
	if (rc == 0)
		printf("%" PRIu64 " %" PRIu64 "\n", begin, end);
	else
		printf("error: %s\n", virGetLastErrorMessage());
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	virDomainPtr dom = NULL;
	virConnectPtr conn;
	uint64_t begin, end;
	const char *xml;
	char line[64];
	int rc;

	if (argc != 2) {
		fprintf(stderr, "usage: libvirt-fast FILE.xml\n");
		return 2;
	}
	xml = read_file(argv[1]);
	virSetErrorFunc(NULL, on_error);
	conn = virConnectOpen("xen:///system");
	if (conn == NULL)
		fatal("xen:///system");
	while (fgets(line, sizeof(line), stdin) != NULL) {
		begin = now();
		if (strcmp(line, "create\n") == 0) {
			dom = virDomainCreateXML(conn, xml, 0);
			rc = dom != NULL ? 0 : -1;
		} else {
			rc = dom != NULL ? virDomainDestroy(dom) : -1;
		}
		end = now();
		say(rc, begin, end);
		if (strcmp(line, "create\n") != 0 && dom != NULL) {
			virDomainFree(dom);
			dom = NULL;
		}
	}
	virConnectClose(conn);
	return 0;
}
