/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * create-many TEMPLATE COUNT [FILE]: makes COUNT VNFs at once, waits until
 * their routers run, shows how long each stage took, and destroys them.
 * FILE is their Click configuration; without it they get the template's own.
 *
 *     cc -o create-many create-many.c $(pkg-config --cflags --libs uvnf)
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uvnf.h>

#define COUNT_MAX 1000
#define CONFIG_MAX (256 * 1024)
#define LIMIT "timeout_ms=60000"

struct fleet {
	const char *template;
	char *config;			/* NULL: the template's own */
	size_t len;
	int count;
	int ready;
	int destroyed;
	int status;			/* the worst exit status so far */
};

/*
 * The text may quote a guest's console: what steers a terminal is not to
 * reach one.
 */
static void
failed(struct fleet *f, const char *what, const char *word, const char *text,
    int status)
{
	fprintf(stderr, "create-many: %s: %s: ", what, word);
	for (; *text != '\0'; text++)
		fputc(*text >= ' ' && *text <= '~' ? *text : ' ', stderr);
	fputc('\n', stderr);
	if (status > f->status)
		f->status = status;
}

static void
conn_failed(struct fleet *f, struct uvnf *u, const char *what)
{
	failed(f, what, uvnf_error_word(u), uvnf_error_text(u),
	    uvnf_exit_status(u));
}

static void
on_destroyed(struct uvnf *u, const struct uvnf_reply *r, void *arg)
{
	struct fleet *f = arg;

	(void)u;
	if (strcmp(uvnf_reply_word(r), "ok") == 0)
		f->destroyed++;
	else
		failed(f, "destroy", uvnf_reply_word(r), uvnf_reply_text(r),
		    uvnf_reply_exit_status(r));
}

static void
show_stages(const struct uvnf_data *d)
{
	static const char *const stages[] = { "claimed", "configured",
		"started", "ready" };
	char key[32];
	int64_t us;
	size_t i;

	printf("%-12s %-7s", uvnf_data_get(d, "name"),
	    uvnf_data_get(d, "source"));
	for (i = 0; i < 4; i++) {
		snprintf(key, sizeof(key), "stages_us.%s", stages[i]);
		if (uvnf_data_number(d, key, &us) == 0)
			printf(" %10" PRId64, us);
		else
			printf(" %10s", "-");
	}
	putchar('\n');
}

/*
 * A VNF that failed to start is there all the same, which its data line
 * tells: it is destroyed, too.
 */
static void
on_created(struct uvnf *u, const struct uvnf_reply *r, void *arg)
{
	const struct uvnf_data *d = uvnf_reply_data(r, 0);
	const char *argv[] = { "destroy", NULL, "wait=freed", LIMIT };
	struct fleet *f = arg;

	if (strcmp(uvnf_reply_word(r), "ok") == 0)
		f->ready++;
	else
		failed(f, "create", uvnf_reply_word(r), uvnf_reply_text(r),
		    uvnf_reply_exit_status(r));
	if (d == NULL || uvnf_data_get(d, "name") == NULL)
		return;
	show_stages(d);
	argv[1] = uvnf_data_get(d, "name");
	if (uvnf_submit(u, argv, 4, NULL, 0, on_destroyed, f, NULL) < 0)
		conn_failed(f, u, argv[1]);
}

static void
run(struct fleet *f, struct uvnf *u)
{
	const char *argv[] = { "create", f->template, NULL, "wait=ready",
		LIMIT };
	char name[32];
	int i;

	for (i = 1; i <= f->count; i++) {
		snprintf(name, sizeof(name), "many-%d", i);
		argv[2] = name;
		if (uvnf_submit(u, argv, 5, f->config, f->len, on_created, f,
		    NULL) < 0) {
			conn_failed(f, u, name);
			break;
		}
	}
	while (uvnf_pending(u) > 0)
		if (uvnf_wait(u, -1) < 0) {
			conn_failed(f, u, "the connection");
			break;
		}
}

static int
read_config(struct fleet *f, const char *path)
{
	FILE *in = fopen(path, "r");

	f->config = malloc(CONFIG_MAX + 1);
	if (in == NULL || f->config == NULL) {
		perror(path);
		return -1;
	}
	f->len = fread(f->config, 1, CONFIG_MAX + 1, in);
	if (ferror(in) || f->len > CONFIG_MAX) {
		fprintf(stderr, "%s: cannot be read, or is too large\n", path);
		fclose(in);
		return -1;
	}
	fclose(in);
	return 0;
}

int
main(int argc, char **argv)
{
	struct fleet f = { 0 };
	struct uvnf *u;
	char *end;

	if (argc == 3 || argc == 4)
		f.count = (int)strtol(argv[2], &end, 10);
	if (f.count < 1 || f.count > COUNT_MAX || *end != '\0') {
		fprintf(stderr, "usage: create-many TEMPLATE COUNT [FILE], "
		    "with a COUNT from 1 to %d\n", COUNT_MAX);
		return 2;
	}
	f.template = argv[1];
	if (argc == 4 && read_config(&f, argv[3]) < 0) {
		free(f.config);
		return 2;
	}
	printf("%-12s %-7s %10s %10s %10s %10s\n", "VNF", "source",
	    "claimed us", "configured", "started", "ready");
	if (uvnf_open(NULL, 60000, &u) < 0)
		conn_failed(&f, u, "connecting");
	else
		run(&f, u);
	uvnf_close(u);
	free(f.config);
	printf("%d ready, %d destroyed\n", f.ready, f.destroyed);
	return f.status;
}
