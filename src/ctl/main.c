/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/util.h"
#include "ctl/ctl.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0"
#endif

const char ctl_version[] = PACKAGE_VERSION;

/* One write for the line, since others may write to the same stderr. */
int
ctl_report(const char *word, const char *text, int status)
{
	struct proto_buf b = { 0 };

	proto_buf_printf(&b, "uvnfctl: %s: ", word);
	text_escape(&b, text, strlen(text), false);
	proto_buf_add(&b, "\n", 1);
	(void)fflush(stdout);
	(void)fwrite(b.data, 1, b.len, stderr);
	proto_buf_free(&b);
	return status;
}

int
ctl_fail(enum uvnf_code code, const char *fmt, ...)
{
	char text[UVNF_ERROR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return ctl_report(uvnf_code_word(code), text,
	    uvnf_code_exit_status(code));
}

int
ctl_usage(const struct command *cmd, const char *fmt, ...)
{
	char text[UVNF_ERROR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return ctl_fail(UVNF_E_USAGE, "%.900s; try 'uvnfctl help%s%s'", text,
	    cmd != NULL ? " " : "", cmd != NULL ? cmd->name : "");
}

int
ctl_fail_conn(const struct ctl *c)
{
	return ctl_report(uvnf_error_word(c->conn), uvnf_error_text(c->conn),
	    uvnf_exit_status(c->conn));
}

int
ctl_fail_reply(const struct uvnf_reply *r)
{
	return ctl_report(uvnf_reply_word(r), uvnf_reply_text(r),
	    uvnf_reply_exit_status(r));
}

int
ctl_connect(struct ctl *c)
{
	int rc, status;

	rc = uvnf_open(c->socket, c->timeout_ms, &c->conn);
	if (rc == 0)
		return 0;
	status = ctl_fail_conn(c);
	uvnf_close(c->conn);
	c->conn = NULL;
	return status;
}

static const struct command *
find_command(const char *name)
{
	const struct command *cmd;

	for (cmd = commands; cmd->name != NULL; cmd++)
		if (strcmp(cmd->name, name) == 0)
			return cmd;
	return NULL;
}

static int
print_help(void)
{
	const struct command *cmd;

	puts("usage: uvnfctl [-s SOCKET] [-j] [-t SECONDS] COMMAND [ARG]...\n"
	    "\n"
	    "  -s, --socket SOCKET    the daemon's socket (else $UVNF_SOCKET, "
	    "else\n"
	    "                         " PROTO_SOCKET_DEFAULT ")\n"
	    "  -j, --json             JSON instead of text\n"
	    "  -t, --timeout SECONDS  time limit, 0.001 to 600 (10)\n"
	    "  -h, --help             this text, or a command's\n"
	    "  -V, --version          the version of this program\n"
	    "\n"
	    "Commands:");
	for (cmd = commands; cmd->name != NULL; cmd++)
		printf("  %-10s  %s\n", cmd->name, cmd->summary);
	puts("  help        tells more about a command: uvnfctl help COMMAND\n"
	    "\n"
	    "Exit status: 0 what was asked for happened; 1 the daemon refused "
	    "or it\nfailed; 2 usage; 3 no daemon; 4 time limit.");
	return 0;
}

static int
help_command(const char *name)
{
	const struct command *cmd = find_command(name);

	if (cmd == NULL)
		return strcmp(name, "help") == 0 ? print_help() :
		    ctl_usage(NULL, "there is no command '%s'", name);
	printf("usage: uvnfctl %s%s%s\n\nThis %s.\n", cmd->name,
	    cmd->synopsis[0] != '\0' ? " " : "", cmd->synopsis, cmd->summary);
	if (cmd->help != NULL)
		puts(cmd->help);
	return 0;
}

/* Seconds, perhaps with a fraction, as milliseconds rounded up. */
long
ctl_parse_seconds(const char *s, long min_ms)
{
	const char *digits = s + strspn(s, "0123456789");
	double ms;

	if (*digits == '.')
		digits += 1 + strspn(digits + 1, "0123456789");
	if (*digits != '\0' || strpbrk(s, "0123456789") == NULL)
		return -1;
	ms = strtod(s, NULL) * 1000;
	if (ms > PROTO_TIMEOUT_MS_MAX)
		return -1;
	if ((long)ms < ms)
		ms++;
	return (long)ms >= min_ms ? (long)ms : -1;
}

/* The options that may stand anywhere; -1: all is well, else the status. */
static int
common_option(struct ctl *c, const struct command *cmd, int opt)
{
	long ms;

	switch (opt) {
	case 'j':
		c->json = true;
		return -1;
	case 's':
		c->socket = optarg;
		return *optarg != '\0' ? -1 : ctl_usage(cmd, "the path of "
		    "the socket is empty");
	case 't':
		ms = ctl_parse_seconds(optarg, 1);
		c->timeout_ms = (unsigned)ms;
		if (ms > 0)
			return -1;
		return ctl_usage(cmd, "'%s' is no time limit from 0.001 to 600 "
		    "seconds", optarg);
	}
	return -1;
}

static int
wrong_option(const struct command *cmd, int opt, char **argv)
{
	const char *word = argv[optind - 1];

	if (opt == ':')
		return ctl_usage(cmd, "the option '%s' needs a value", word);
	if (strncmp(word, "--", 2) == 0)
		return ctl_usage(cmd, optopt != 0 ? "the option '%s' takes no "
		    "value" : "the option '%s' is unknown here", word);
	return ctl_usage(cmd, "the option '-%c' is unknown here", optopt);
}

#define COMMON_LONG_OPTIONS						\
	{ "help", no_argument, NULL, 'h' },				\
	{ "json", no_argument, NULL, 'j' },				\
	{ "socket", required_argument, NULL, 's' },			\
	{ "timeout", required_argument, NULL, 't' }

/* The daemon checks the rest; what is no key would be an argument to it. */
static int
add_set(struct args *a, const char *word)
{
	size_t len = strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_");

	if (len == 0 || word[len] != '=')
		return ctl_usage(a->cmd, "--set takes PARAMETER=VALUE, the "
		    "former in lower case, which '%.80s' is not", word);
	if (a->nsets == SETS_MAX)
		return ctl_usage(a->cmd, "--set may be given %d times",
		    SETS_MAX);
	a->sets[a->nsets++] = xasprintf("set.%s", word);
	return -1;
}

/* -1, or the exit status. */
static int
set_own_option(struct args *a, int opt)
{
	if (opt == 'S')
		return add_set(a, optarg);
	if (opt == 'c')
		a->config = optarg;
	else if (opt == 'w')
		a->wait = optarg != NULL ? optarg : "";
	else if (opt == 'a')
		a->all = true;
	else if (opt == 'r')
		a->remove = true;
	else if (opt == 'F')
		a->force = optarg;
	else if (opt == 'm')
		a->min = optarg;
	else if (opt == 'M')
		a->max = optarg;
	else if (opt == 'f')
		a->follow = true;
	else if (opt == 'R')
		a->raw = true;
	else if (opt == 'n')
		a->dry_run = true;
	else if (opt == 'C')
		a->reconnect = optarg;
	else if (opt == 'N')
		a->router = optarg;
	else if (opt == 'v' && a->nvifs < VIFS_MAX)
		a->vifs[a->nvifs] = optarg;
	if (opt == 'v')
		a->nvifs++;
	return -1;
}

/* An option that the command does not take is unknown to it. */
static bool
takes_option(const struct command *cmd, int opt)
{
	switch (opt) {
	case 'c': return (cmd->takes & TAKES_CONFIG) != 0;
	case 'w': return (cmd->takes & (TAKES_WAIT | TAKES_WAIT_FLAG)) != 0;
	case 'a': return (cmd->takes & TAKES_ALL) != 0;
	case 'r': return (cmd->takes & TAKES_REMOVE) != 0;
	case 'm':
	case 'M': return (cmd->takes & TAKES_BOUNDS) != 0;
	case 'S': return (cmd->takes & TAKES_SET) != 0;
	case 'v': return (cmd->takes & TAKES_VIF) != 0;
	case 'F': return (cmd->takes & TAKES_FORCE) != 0;
	case 'f': return (cmd->takes & TAKES_FOLLOW) != 0;
	case 'R': return (cmd->takes & TAKES_RAW) != 0;
	case 'n': return (cmd->takes & TAKES_DRY_RUN) != 0;
	case 'N': return (cmd->takes & TAKES_ROUTER) != 0;
	case 'C': return (cmd->takes & TAKES_RECONNECT) != 0;
	}
	return true;
}

static const char *
option_name(int opt)
{
	switch (opt) {
	case 'c': return "-c";
	case 'w': return "--wait";
	case 'a': return "--all";
	case 'r': return "--remove";
	case 'm': return "--min";
	case 'M': return "--max";
	case 'S': return "--set";
	case 'v': return "--vif";
	case 'F': return "--force";
	case 'f': return "-f";
	case 'R': return "--raw";
	case 'n': return "-n";
	case 'N': return "--router";
	case 'C': return "--reconnect";
	}
	return "";
}

/* What stands behind the command, in any order; -1, or the exit status. */
static int
parse_args(struct ctl *c, struct args *a, int argc, char **argv)
{
	const struct option options[] = {
		COMMON_LONG_OPTIONS,
		{ "config", required_argument, NULL, 'c' },
		{ "wait", a->cmd->takes & TAKES_WAIT_FLAG ? no_argument :
		    required_argument, NULL, 'w' },
		{ "all", no_argument, NULL, 'a' },
		{ "remove", no_argument, NULL, 'r' },
		{ "min", required_argument, NULL, 'm' },
		{ "max", required_argument, NULL, 'M' },
		{ "set", required_argument, NULL, 'S' },
		{ "vif", required_argument, NULL, 'v' },
		{ "force", required_argument, NULL, 'F' },
		{ "follow", no_argument, NULL, 'f' },
		{ "raw", no_argument, NULL, 'R' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "router", required_argument, NULL, 'N' },
		{ "reconnect", required_argument, NULL, 'C' },
		{ NULL, 0, NULL, 0 },
	};
	int opt, status;

	optind = 0;			/* glibc: begin anew, and permute */
	while ((opt = getopt_long(argc, argv, ":hjs:t:c:fn", options, NULL)) !=
	    -1) {
		if (opt == 'h')
			return help_command(a->cmd->name);
		if (opt == ':' || opt == '?')
			return wrong_option(a->cmd, opt, argv);
		if (!takes_option(a->cmd, opt))
			return ctl_usage(a->cmd, "%s takes no option %s",
			    a->cmd->name, option_name(opt));
		status = common_option(c, a->cmd, opt);
		if (status < 0)
			status = set_own_option(a, opt);
		if (status >= 0)
			return status;
	}
	a->argc = argc - optind;
	a->argv = argv + optind;
	return -1;
}

/* Every word that --wait takes stands between spaces in waits. */
static bool
wait_known(const struct command *cmd, const char *word)
{
	char spaced[32];

	if (strlen(word) > 16 || strchr(word, ' ') != NULL || *word == '\0')
		return false;
	snprintf(spaced, sizeof(spaced), " %s ", word);
	return strstr(cmd->waits, spaced) != NULL;
}

static int
parse_and_run(struct ctl *c, struct args *a, int argc, char **argv)
{
	int status = parse_args(c, a, argc, argv);

	if (status >= 0)
		return status;
	if (a->wait != NULL && (a->cmd->takes & TAKES_WAIT) != 0 &&
	    !wait_known(a->cmd, a->wait))
		return ctl_usage(a->cmd, "--wait takes one of:%s('%s' is none)",
		    a->cmd->waits, a->wait);
	snprintf(c->timeout_arg, sizeof(c->timeout_arg), "timeout_ms=%u",
	    c->timeout_ms);
	status = a->cmd->run(c, a);
	uvnf_close(c->conn);
	return status;
}

static int
run_command(struct ctl *c, int argc, char **argv)
{
	struct args a = { .cmd = find_command(argv[0]) };
	int status;

	if (strcmp(argv[0], "help") == 0) {
		if (argc > 2)
			return ctl_usage(NULL, "help takes one command");
		return argc == 2 ? help_command(argv[1]) : print_help();
	}
	if (a.cmd == NULL)
		return ctl_usage(NULL, "there is no command '%s'", argv[0]);
	status = parse_and_run(c, &a, argc, argv);
	while (a.nsets > 0)
		free(a.sets[--a.nsets]);
	return status;
}

static int
ctl_main(int argc, char **argv)
{
	static const struct option options[] = {
		COMMON_LONG_OPTIONS,
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	struct ctl c = { .timeout_ms = PROTO_TIMEOUT_MS_DEFAULT };
	int opt, status;

	opterr = 0;
	while ((opt = getopt_long(argc, argv, "+:hVjs:t:", options, NULL)) !=
	    -1) {
		if (opt == 'h')
			return print_help();
		if (opt == 'V') {
			printf("uvnfctl %s\n", ctl_version);
			return 0;
		}
		if (opt == ':' || opt == '?')
			return wrong_option(NULL, opt, argv);
		status = common_option(&c, NULL, opt);
		if (status >= 0)
			return status;
	}
	if (optind == argc)
		return ctl_usage(NULL, "a command is missing");
	return run_command(&c, argc - optind, argv + optind);
}

/*
 * A standard descriptor that is closed must not become the socket.  What
 * takes its place fails to be read or written, as it itself would.
 */
static void
fill_descriptors(void)
{
	int fd;

	for (fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
}

int
main(int argc, char **argv)
{
	int status, bad;

	fill_descriptors();
	signal(SIGPIPE, SIG_IGN);
	status = ctl_main(argc, argv);
	bad = ferror(stdout);
	errno = 0;
	if ((fclose(stdout) != 0 || bad) && status == 0)
		status = ctl_fail(UVNF_E_SYSTEM, "cannot write the output%s%s",
		    errno != 0 ? ": " : "", errno != 0 ? strerror(errno) : "");
	return status;
}
