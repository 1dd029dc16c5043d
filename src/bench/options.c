/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <sys/random.h>

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/options.h"
#include "bench/result.h"
#include "common/log.h"
#include "common/proto.h"
#include "common/util.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0"
#endif

const char *const kind_names[KIND_COUNT] = { "cycle", "create", "config",
	"destroy" };

static const char usage[] =
    "usage: uvnf-bench [OPTION]... TEMPLATE\n"
    "       uvnf-bench --compare A.json B.json\n"
    "\n"
    "Load, one of:\n"
    "  -k, --clients N           closed loop of N clients (1)\n"
    "  -r, --rate N              open loop: N operations a second, Poisson\n"
    "\n"
    "What is done:\n"
    "  -m, --mix KIND=WEIGHT,... cycle, create, config, destroy (cycle=1)\n"
    "  -c, --config FILE         Click configuration (the template's own);\n"
    "                            -: stdin\n"
    "      --set KEY=VALUE       a parameter of the template\n"
    "      --wait WHEN           claimed, started or ready\n"
    "      --destroy-wait WHEN   name or freed (name)\n"
    "      --ready               behind the answer, wait for the router\n"
    "      --population N        VNFs at a time, in mixes (100)\n"
    "\n"
    "How much:\n"
    "  -n, --operations N        measured ones (1000, without -d)\n"
    "  -d, --duration SECONDS    time that is measured\n"
    "  -w, --warm-up N           operations ahead, not measured (10)\n"
    "      --connections N       (a client has its own; 1 in open loop)\n"
    "      --seed N              of arrivals and choices (random)\n"
    "\n"
    "What must be:\n"
    "      --source SOURCE       armed, booted, paused or cold\n"
    "      --expect CODE,...     errors that are no failure\n"
    "\n"
    "Else:\n"
    "      --json FILE           results with all buckets (-: stdout)\n"
    "      --plot FILE           data for gnuplot (-: stdout)\n"
    "      --compare A B         ratios of two results\n"
    "      --prefix TEXT         of names (bench-)\n"
    "  -s, --socket SOCKET       the daemon's socket\n"
    "  -t, --timeout SECONDS     of each request (10)\n"
    "  -h, --help                this text\n"
    "  -V, --version             the version of this program\n"
    "\n"
    "Exit status: 0 all went as it should; 1 errors, or another source;\n"
    "2 usage; 3 no daemon; 4 no greeting in time.";

enum { OPT_SET = 256, OPT_WAIT, OPT_DESTROY_WAIT, OPT_READY, OPT_POPULATION,
	OPT_CONNECTIONS, OPT_SEED, OPT_SOURCE, OPT_EXPECT, OPT_JSON, OPT_PLOT,
	OPT_COMPARE, OPT_PREFIX };

static const struct option long_options[] = {
	{ "clients", required_argument, NULL, 'k' },
	{ "rate", required_argument, NULL, 'r' },
	{ "mix", required_argument, NULL, 'm' },
	{ "config", required_argument, NULL, 'c' },
	{ "set", required_argument, NULL, OPT_SET },
	{ "wait", required_argument, NULL, OPT_WAIT },
	{ "destroy-wait", required_argument, NULL, OPT_DESTROY_WAIT },
	{ "ready", no_argument, NULL, OPT_READY },
	{ "population", required_argument, NULL, OPT_POPULATION },
	{ "operations", required_argument, NULL, 'n' },
	{ "duration", required_argument, NULL, 'd' },
	{ "warm-up", required_argument, NULL, 'w' },
	{ "connections", required_argument, NULL, OPT_CONNECTIONS },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "source", required_argument, NULL, OPT_SOURCE },
	{ "expect", required_argument, NULL, OPT_EXPECT },
	{ "json", required_argument, NULL, OPT_JSON },
	{ "plot", required_argument, NULL, OPT_PLOT },
	{ "compare", required_argument, NULL, OPT_COMPARE },
	{ "prefix", required_argument, NULL, OPT_PREFIX },
	{ "socket", required_argument, NULL, 's' },
	{ "timeout", required_argument, NULL, 't' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

int
bench_fail(const char *word, const char *text, int status)
{
	struct proto_buf b = { 0 };

	proto_buf_printf(&b, "uvnf-bench: %s: ", word);
	proto_buf_escape(&b, text, strlen(text));
	proto_buf_add(&b, "\n", 1);
	(void)fflush(stdout);
	(void)fwrite(b.data, 1, b.len, stderr);
	proto_buf_free(&b);
	return status;
}

static int wrong(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static int
wrong(const char *fmt, ...)
{
	char text[UVNF_ERROR_TEXT_MAX];
	size_t len;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text) - 32, fmt, ap);
	va_end(ap);
	len = strlen(text);
	snprintf(text + len, sizeof(text) - len, "; try 'uvnf-bench --help'");
	return bench_fail(uvnf_code_word(UVNF_E_USAGE), text, 2);
}

static int
take_number(const char *option, uint64_t min, uint64_t max, uint64_t *out)
{
	if (parse_uint(optarg, min, max, out) == 0)
		return -1;
	return wrong("%s takes a number from %llu to %llu, which '%.80s' is "
	    "not", option, (unsigned long long)min, (unsigned long long)max,
	    optarg);
}

/* Digits, perhaps with a point among them, between min and max. */
static int
take_decimal(const char *option, double min, double max, double *out)
{
	const char *p = optarg + strspn(optarg, "0123456789");
	double x = strtod(optarg, NULL);

	if (*p == '.')
		p += 1 + strspn(p + 1, "0123456789");
	if (*p != '\0' || strpbrk(optarg, "0123456789") == NULL || x < min ||
	    x > max)
		return wrong("%s takes a number from %.7g to %.7g, perhaps "
		    "with a fraction, which '%.80s' is not", option, min, max,
		    optarg);
	*out = x;
	return -1;
}

/* words: each with a space before and behind it. */
static int
take_word(const char *option, const char *words, const char **out)
{
	char spaced[32];

	snprintf(spaced, sizeof(spaced), " %.16s ", optarg);
	if (strlen(optarg) > 16 || *optarg == '\0' ||
	    strchr(optarg, ' ') != NULL || strstr(words, spaced) == NULL)
		return wrong("%s takes one of:%s('%.80s' is none)", option,
		    words, optarg);
	*out = optarg;
	return -1;
}

static int
take_mix(struct options *o)
{
	char *copy = xstrdup(optarg), *save = NULL, *word, *value;
	uint64_t sum = 0;
	int kind;

	memset(o->weights, 0, sizeof(o->weights));
	for (word = strtok_r(copy, ",", &save); word != NULL;
	    word = strtok_r(NULL, ",", &save)) {
		value = strchr(word, '=');
		if (value != NULL)
			*value++ = '\0';
		kind = name_index(kind_names, KIND_COUNT, word);
		if (kind < 0 || value == NULL || o->weights[kind] != 0 ||
		    parse_uint(value, 0, 1000000, &o->weights[kind]) < 0) {
			sum = 0;
			break;
		}
		sum += o->weights[kind];
	}
	free(copy);
	o->mix = optarg;
	if (sum > 0)
		return -1;
	return wrong("--mix takes KIND=WEIGHT and more of them behind commas, "
	    "each KIND (cycle, create, config, destroy) once, WEIGHT from 0 "
	    "to 1000000, one above 0; '%.80s' is not so", optarg);
}

static int
take_config(struct options *o)
{
	ssize_t len;

	free(o->config);
	/* A byte more than there may be. */
	o->config = xmalloc(PROTO_CONFIG_MAX + 1);
	len = load_file(optarg, o->config, PROTO_CONFIG_MAX + 1);
	if (len < 0)
		return wrong("cannot read '%.200s': %s", optarg,
		    strerror(errno));
	if (len > PROTO_CONFIG_MAX)
		return wrong("'%.200s' has more than %d bytes", optarg,
		    PROTO_CONFIG_MAX);
	o->config_len = (size_t)len;
	return -1;
}

static int
take_set(struct options *o)
{
	size_t len = strspn(optarg, "abcdefghijklmnopqrstuvwxyz0123456789_");

	if (len == 0 || optarg[len] != '=')
		return wrong("--set takes PARAMETER=VALUE, the former in lower "
		    "case, which '%.80s' is not", optarg);
	if (o->nsets == SETS_MAX)
		return wrong("--set may be given %d times", SETS_MAX);
	o->sets[o->nsets++] = xasprintf("set.%s", optarg);
	return -1;
}

/* Behind it come 8 random digits and two numbers. */
#define PREFIX_MAX 24

static int
take_prefix(struct options *o)
{
	o->prefix = optarg;
	if (name_valid(optarg) && strlen(optarg) <= PREFIX_MAX)
		return -1;
	return wrong("--prefix takes what a name may begin with, at most %d "
	    "characters out of A-Za-z0-9._-, a letter or digit first, which "
	    "'%.80s' is not", PREFIX_MAX, optarg);
}

static int
take_expect(struct options *o)
{
	char *copy = xstrdup(optarg), *save = NULL, *word;
	int status = -1;

	o->expect = optarg;
	if (strspn(optarg, ",") == strlen(optarg))
		status = wrong("--expect takes codes of errors, and there is "
		    "none");
	for (word = strtok_r(copy, ",", &save); word != NULL && status < 0;
	    word = strtok_r(NULL, ",", &save))
		if (uvnf_code_from_word(word) <= 0)
			status = wrong("--expect takes codes of errors as "
			    "uvnf-protocol(7) has them, which '%.80s' is not",
			    word);
	free(copy);
	return status;
}

static int
take_seconds(const char *option, double max, uint64_t *ms)
{
	double seconds;
	int status = take_decimal(option, 0.001, max, &seconds);

	if (status < 0)
		*ms = (uint64_t)ceil(seconds * 1000);
	return status;
}

static int
take_count_option(struct options *o, int opt)
{
	uint64_t ms;
	int status;

	switch (opt) {
	case 'k':
		return take_number("--clients", 1, CLIENTS_MAX, &o->clients);
	case 'r':
		return take_decimal("--rate", 0.001, 1e6, &o->rate);
	case 'n':
		return take_number("--operations", 1, 1000000000,
		    &o->operations);
	case 'd':
		return take_seconds("--duration", 86400, &o->duration_ms);
	case 'w':
		return take_number("--warm-up", 0, 1000000000, &o->warm_up);
	case 't':
		status = take_seconds("--timeout", 600, &ms);
		if (status < 0)
			o->timeout_ms = (unsigned)ms;
		return status;
	case OPT_POPULATION:
		return take_number("--population", 1, 1000000,
		    &o->population);
	case OPT_CONNECTIONS:
		return take_number("--connections", 1, CLIENTS_MAX,
		    &o->connections);
	default:
		return take_number("--seed", 0, UINT64_MAX >> 11, &o->seed);
	}
}

static int
take_option(struct options *o, int opt)
{
	switch (opt) {
	case 's':
		o->socket = optarg;
		return -1;
	case 'm':
		return take_mix(o);
	case 'c':
		return take_config(o);
	case OPT_SET:
		return take_set(o);
	case OPT_WAIT:
		return take_word("--wait", " claimed started ready ",
		    &o->wait);
	case OPT_DESTROY_WAIT:
		return take_word("--destroy-wait", " name freed ",
		    &o->destroy_wait);
	case OPT_READY:
		o->ready = true;
		return -1;
	case OPT_SOURCE:
		return take_word("--source", " armed booted paused cold ",
		    &o->source);
	case OPT_EXPECT:
		return take_expect(o);
	case OPT_PREFIX:
		return take_prefix(o);
	case OPT_JSON:
		o->json = optarg;
		return -1;
	case OPT_PLOT:
		o->plot = optarg;
		return -1;
	case OPT_COMPARE:
		o->compare = optarg;
		return -1;
	}
	return take_count_option(o, opt);
}

/* What fits together, and what was left out. */
static int
complete(struct options *o)
{
	if (o->clients > 0 && o->rate > 0)
		return wrong("--clients is for the closed loop, --rate for the "
		    "open one: give one of them");
	if (o->clients == 0 && o->rate == 0)
		o->clients = 1;
	if (o->connections == 0)
		o->connections = o->clients > 0 ? o->clients : 1;
	if (o->clients > 0 && o->connections > o->clients)
		return wrong("--connections %llu are more than there are "
		    "clients (--clients %llu), each of whom uses one",
		    (unsigned long long)o->connections,
		    (unsigned long long)o->clients);
	if (o->operations == 0 && o->duration_ms == 0)
		o->operations = 1000;
	if (o->weights[KIND_CONFIG] > 0 && o->config == NULL)
		return wrong("a mix with config takes --config FILE");
	if (o->weights[KIND_CONFIG] > 0 && o->wait != NULL &&
	    strcmp(o->wait, "claimed") == 0)
		return wrong("config cannot wait for 'claimed'");
	if (o->ready && o->wait != NULL && strcmp(o->wait, "ready") == 0)
		return wrong("--ready is for what does not wait for ready by "
		    "itself");
	if (o->json != NULL && o->plot != NULL &&
	    strcmp(o->json, "-") == 0 && strcmp(o->plot, "-") == 0)
		return wrong("only one of --json and --plot may be stdout");
	return -1;
}

static int
wrong_option(int opt, const char *word)
{
	if (opt == ':')
		return wrong("the option '%.80s' needs a value", word);
	/* A long one is named by its word, a short one by its letter. */
	if (optopt == 0)
		return wrong("the option '%.80s' is unknown", word);
	if (optopt < OPT_SET && strchr("krmcndwsthV", optopt) == NULL)
		return wrong("the option '-%c' is unknown", optopt);
	return wrong("the option '%.80s' takes no value", word);
}

static int
parse_all(struct options *o, int argc, char **argv)
{
	const char *word;
	bool others = false;
	int opt, status;

	opterr = 0;
	while ((opt = getopt_long(argc, argv, ":k:r:m:c:n:d:w:s:t:hV",
	    long_options, NULL)) != -1) {
		word = argv[optind - 1];
		if (opt == 'h' || opt == 'V') {
			puts(opt == 'h' ? usage : "uvnf-bench "
			    PACKAGE_VERSION);
			return 0;
		}
		if (opt == ':' || opt == '?')
			return wrong_option(opt, word);
		others |= opt != OPT_COMPARE;
		status = take_option(o, opt);
		if (status >= 0)
			return status;
	}
	if (argc - optind != 1)
		return wrong(o->compare != NULL ? "--compare takes two files" :
		    "one template must be named");
	if (o->compare != NULL)
		o->compare_with = argv[optind];
	else
		o->template = argv[optind];
	if (o->compare != NULL && others)
		return wrong("--compare goes without other options");
	return complete(o);
}

int
options_parse(struct options *o, int argc, char **argv)
{
	memset(o, 0, sizeof(*o));
	o->timeout_ms = PROTO_TIMEOUT_MS_DEFAULT;
	o->weights[KIND_CYCLE] = 1;
	o->mix = "cycle=1";
	o->destroy_wait = "name";
	o->warm_up = 10;
	o->population = 100;
	o->prefix = "bench-";
	if (getrandom(&o->seed, sizeof(o->seed), 0) != sizeof(o->seed))
		log_fatal("getrandom: %s", strerror(errno));
	o->seed >>= 32;			/* short enough to be typed */
	return parse_all(o, argc, argv);
}

void
options_free(struct options *o)
{
	unsigned i;

	free(o->config);
	for (i = 0; i < o->nsets; i++)
		free(o->sets[i]);
}
