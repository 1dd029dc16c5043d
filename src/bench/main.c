/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/load.h"
#include "bench/options.h"
#include "bench/result.h"
#include "common/util.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0"
#endif

#define AGAIN_NS UINT64_C(500000000)

static int
fail(const struct uvnf_error *e)
{
	return bench_fail(uvnf_code_word(e->code), e->text,
	    uvnf_code_exit_status(e->code));
}

static int
compare(const struct options *o)
{
	struct result a = { 0 }, b = { 0 };
	struct uvnf_error e;
	int rc;

	rc = result_read_json(&a, o->compare, &e);
	if (rc == 0)
		rc = result_read_json(&b, o->compare_with, &e);
	if (rc == 0)
		rc = result_compare(&a, &b, stdout, &e);
	result_free(&a);
	result_free(&b);
	return rc == 0 ? 0 : fail(&e);
}

/* The parameters of the template. */
static void
set_parameters(struct result *r, const struct options *o)
{
	char *text = NULL, *longer;
	unsigned i;

	for (i = 0; i < o->nsets; i++) {
		longer = xasprintf("%s%s%s", text != NULL ? text : "",
		    text != NULL ? " " : "", o->sets[i] + strlen("set."));
		free(text);
		text = longer;
	}
	if (text != NULL)
		result_set_given(r, "set", text);
	free(text);
}

/* How much, and within which limits: what is cut off by them is not there. */
static void
set_limits(struct result *r, const struct options *o)
{
	if (o->operations > 0)
		result_set_number(r, "planned", (double)o->operations);
	if (o->duration_ms > 0)
		result_set_number(r, "duration_ms", (double)o->duration_ms);
	result_set_number(r, "timeout_ms", o->timeout_ms);
	if (o->expect != NULL)
		result_set_text(r, "expect", o->expect);
}

/* What a result has to be told with, before the run. */
static void
set(struct result *r, const struct options *o)
{
	result_set_text(r, "version", PACKAGE_VERSION);
	result_set_given(r, "template", o->template);
	result_set_text(r, "loop", o->clients > 0 ? "closed" : "open");
	if (o->clients > 0)
		result_set_number(r, "clients", (double)o->clients);
	else
		result_set_number(r, "rate", o->rate);
	result_set_number(r, "connections", (double)o->connections);
	result_set_text(r, "mix", o->mix);
	result_set_text(r, "wait", o->wait != NULL ? o->wait : "default");
	result_set_text(r, "destroy_wait", o->destroy_wait);
	if (o->ready)
		result_set_text(r, "ready", "by event");
	if (o->config != NULL)
		result_set_number(r, "config_bytes", (double)o->config_len);
	if (o->source != NULL)
		result_set_text(r, "source", o->source);
	set_parameters(r, o);
	result_set_number(r, "population", (double)o->population);
	result_set_number(r, "warm_up", (double)o->warm_up);
	set_limits(r, o);
	result_set_number(r, "seed", (double)o->seed);
}

/*
 * The first one ends the run; another one ends the program, but not what is
 * the same order twice: timeout(1) tells its child, and then all of its group.
 */
static void
on_signal(int sig)
{
	static volatile uint64_t first;
	uint64_t now = now_ns();

	load_interrupt();
	if (first == 0) {
		first = now;
	} else if (now - first > AGAIN_NS) {
		signal(sig, SIG_DFL);
		raise(sig);
	}
}

static void
catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal }, hup;

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	/* Unless nohup(1) was asked for. */
	if (sigaction(SIGHUP, NULL, &hup) == 0 && hup.sa_handler != SIG_IGN)
		sigaction(SIGHUP, &sa, NULL);
}

static int
check_source(const struct options *o, const struct result *r)
{
	uint64_t other = 0;
	char text[256];
	int i;

	for (i = 0; i < SOURCE_COUNT; i++)
		if (o->source != NULL && strcmp(o->source,
		    source_names[i]) != 0)
			other += r->sources[i];
	if (other == 0)
		return 0;
	snprintf(text, sizeof(text), "%" PRIu64 " creates were not from the "
	    "source '%s'; slow down, or have more shells in the pool", other,
	    o->source);
	return bench_fail("bad-state", text, 1);
}

static int
report(const struct options *o, const struct result *r)
{
	bool quiet = (o->json != NULL && strcmp(o->json, "-") == 0) ||
	    (o->plot != NULL && strcmp(o->plot, "-") == 0);
	struct uvnf_error e;
	char text[256];
	int status = 0;

	if (!quiet)
		result_print(r, stdout);
	if (o->json != NULL && result_write_json(r, o->json, &e) < 0)
		status = fail(&e);
	if (o->plot != NULL && result_write_plot(r, o->plot, &e) < 0)
		status = fail(&e);
	if (result_unexpected(r) > 0) {
		snprintf(text, sizeof(text), "%" PRIu64 " requests failed "
		    "that were expected to succeed, see the results",
		    result_unexpected(r));
		status = bench_fail("system", text, 1);
	}
	if (r->interrupted)
		status = bench_fail("cancelled", "interrupted", 1);
	return check_source(o, r) != 0 ? 1 : status;
}

/* Known before the run, not behind it. */
static int
check_output(const char *path)
{
	struct uvnf_error e;
	FILE *out;

	if (path == NULL || strcmp(path, "-") == 0)
		return 0;
	out = fopen(path, "a");
	if (out != NULL) {
		fclose(out);
		return 0;
	}
	uvnf_error_set(&e, UVNF_E_SYSTEM, "cannot write '%s': %s", path,
	    strerror(errno));
	return fail(&e);
}

static int
run(const struct options *o)
{
	struct result r = { 0 };
	int status, reported;

	if (check_output(o->json) != 0 || check_output(o->plot) != 0)
		return 1;
	set(&r, o);
	catch_signals();
	status = load_run(o, &r);
	if (status == 0 || r.operations > 0 || r.nerrors > 0) {
		reported = report(o, &r);
		status = status != 0 ? status : reported;
	}
	result_free(&r);
	return status;
}

int
main(int argc, char **argv)
{
	struct options o;
	int status, bad;

	signal(SIGPIPE, SIG_IGN);
	status = options_parse(&o, argc, argv);
	if (status < 0)
		status = o.compare != NULL ? compare(&o) : run(&o);
	options_free(&o);
	bad = ferror(stdout);
	if ((fclose(stdout) != 0 || bad) && status == 0)
		status = bench_fail("system", "cannot write the output", 1);
	return status;
}
