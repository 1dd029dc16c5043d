/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <config.h>

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "daemon/daemon.h"

#define CONFIG_DEFAULT SYSCONFDIR "/uvnf/uvnf.yaml"
#define STATE_DIR_DEFAULT RUNSTATEDIR "/uvnf"

static const char usage[] =
    "usage: uvnfd [-dhnVv] [-b xen|sim] [-f FILE] [-s SOCKET] [-S STATEDIR]\n";

/* What anybody tries on a program that they do not know yet. */
static const struct option long_options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static void
parse(int argc, char **argv, struct daemon_options *o)
{
	int c;

	while ((c = getopt_long(argc, argv, "b:df:hnS:s:Vv", long_options,
	    NULL)) != -1) {
		switch (c) {
		case 'b': o->backend = optarg; break;
		case 'd': o->detach = true; break;
		case 'f': o->config_path = optarg; break;
		case 'n': o->check_only = true; break;
		case 'S': o->state_dir = optarg; break;
		case 's': o->socket_path = optarg; break;
		case 'v': o->verbose++; break;
		case 'V':
			printf("uvnfd %s\n", PACKAGE_VERSION);
			exit(0);
		case 'h':
			fputs(usage, stdout);
			exit(0);
		default:
			fputs(usage, stderr);
			exit(2);
		}
	}
	if (optind < argc) {
		fprintf(stderr, "uvnfd: unexpected argument '%s'\n%s",
		    argv[optind], usage);
		exit(2);
	}
}

int
main(int argc, char **argv)
{
	struct daemon_options o = {
		.config_path = CONFIG_DEFAULT,
		.state_dir = STATE_DIR_DEFAULT,
	};

	parse(argc, argv, &o);
	log_init("uvnfd", o.verbose > 0 ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO);
	return daemon_run(&o);
}
