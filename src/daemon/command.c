/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/bridges.h"
#include "daemon/command.h"
#include "daemon/session.h"

const struct command *const command_groups[] = {
	vnf_commands,
	bridge_commands,
	console_commands,
	events_commands,
	handler_commands,
	life_commands,
	pool_commands,
	quota_commands,
	info_commands,
	stats_commands,
	NULL
};

static const struct command *
command_find(const char *verb, const char *sub)
{
	const struct command *c, *found = NULL;
	size_t i, len = strlen(verb);

	if (strchr(verb, ' ') != NULL)	/* one word in quotes is not two */
		return NULL;
	for (i = 0; command_groups[i] != NULL; i++) {
		for (c = command_groups[i]; c->verb != NULL; c++) {
			if (strncmp(c->verb, verb, len) != 0)
				continue;
			if (c->verb[len] == '\0')
				found = c;
			else if (c->verb[len] == ' ' && sub != NULL &&
			    strcmp(c->verb + len + 1, sub) == 0)
				return c;
		}
	}
	return found;
}

static bool
is_key(const char *known, const char *key)
{
	size_t len = strlen(known);

	if (len > 0 && known[len - 1] == '.')
		return strncmp(known, key, len) == 0 && key[len] != '\0';
	return strcmp(known, key) == 0;
}

static bool
takes_key(const struct command *c, const char *key)
{
	unsigned i;

	for (i = 0; i < COMMAND_KEYS_MAX && c->keys[i] != NULL; i++) {
		if (is_key(c->keys[i], key))
			return true;
	}
	return false;
}

/* Counts the arguments and checks the keys against the command's row. */
static int
check_words(const struct command *c, const struct proto_line *line,
    struct uvnf_error *e)
{
	unsigned i, k, args = 0;

	for (i = 1; i < line->nwords; i++) {
		const struct proto_word *w = &line->words[i];

		if (w->key == NULL) {
			args++;
			continue;
		}
		if (!takes_key(c, w->key))
			return uvnf_error_set(e, UVNF_E_BAD_REQUEST,
			    "%s does not take '%.40s='; usage: %s", c->verb,
			    w->key, c->usage);
		for (k = 1; k < i; k++) {
			if (line->words[k].key != NULL &&
			    strcmp(line->words[k].key, w->key) == 0)
				return uvnf_error_set(e, UVNF_E_BAD_REQUEST,
				    "'%s=' is given twice", w->key);
		}
	}
	if (args < c->min_args || args > c->max_args)
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST,
		    "%s has too %s arguments; usage: %s", c->verb,
		    args < c->min_args ? "few" : "many", c->usage);
	return 0;
}

enum access_level
request_level(const struct request *rq)
{
	return access_level(&rq->daemon->config->access,
	    session_peer(rq->session));
}

/* Before anything else is said about the request. */
static int
check_level(const struct request *rq, const struct command *c,
    struct uvnf_error *e)
{
	enum access_level level = request_level(rq);

	if (level >= c->level)
		return 0;
	return uvnf_error_set(e, UVNF_E_DENIED, "%s needs the level %s, and "
	    "user %u has %s%s; 'access' in uvnf.yaml(5) gives levels",
	    c->verb, access_level_word(c->level), (unsigned)rq->uid,
	    level == ACCESS_NONE ? "" : "the level ",
	    access_level_word(level));
}

bool
request_owns(const struct request *rq, uid_t owner)
{
	return access_owns(&rq->daemon->config->access,
	    session_peer(rq->session), owner);
}

int
request_denied(const struct request *rq, const char *what, const char *name,
    uid_t owner, struct uvnf_error *e)
{
	return uvnf_error_set(e, UVNF_E_DENIED, "the %s '%s' belongs to user "
	    "%u, and user %u was not granted what is theirs; see grants of "
	    "'access' in uvnf.yaml(5)", what, name, (unsigned)owner,
	    (unsigned)rq->uid);
}

/* Whoever has the oldest VNF in it, or else the oldest bridge, has a chain. */
static bool
chain_owner(const struct daemon *dm, const char *chain, uid_t *owner)
{
	const struct vnf *v;
	const struct bridge *b;

	TAILQ_FOREACH(v, &dm->vnfs.list, entry)
		if (strcmp(vnf_label(v->label)->chain, chain) == 0) {
			*owner = v->owner;
			return true;
		}
	TAILQ_FOREACH(b, &dm->bridges, entry)
		if (strcmp(b->chain, chain) == 0) {
			*owner = b->owner;
			return true;
		}
	return false;
}

int
request_check_chain(const struct request *rq, struct uvnf_error *e)
{
	const char *chain = request_key(rq, "chain");
	uid_t owner;

	if (chain == NULL || chain[0] == '\0' ||
	    request_level(rq) == ACCESS_ADMIN ||
	    !chain_owner(rq->daemon, chain, &owner) ||
	    request_owns(rq, owner))
		return 0;
	return request_denied(rq, "chain", chain, owner, e);
}

int
request_check_quota(const struct request *rq, enum quota_kind kind,
    struct uvnf_error *e)
{
	const struct daemon *dm = rq->daemon;

	if (request_level(rq) == ACCESS_ADMIN)
		return 0;
	return quota_check(&dm->config->quotas, &dm->vnfs.accounts, rq->uid,
	    kind, 1, e);
}

/* One that is not there is for the command itself to say. */
static int
check_own(const struct request *rq, const struct command *c,
    struct uvnf_error *e)
{
	const struct vnf *v;

	if ((c->flags & COMMAND_OWN) == 0)
		return 0;
	v = vnf_find(&rq->daemon->vnfs, request_arg(rq, 0));
	if (v == NULL || request_owns(rq, v->owner))
		return 0;
	return request_denied(rq, "VNF", v->name, v->owner, e);
}

int
request_check_line(struct request *rq, struct uvnf_error *e)
{
	const struct command **c = &rq->command;
	const struct proto_word *verb = &rq->line.words[0];
	int rc;

	if (verb->key != NULL || (*c = command_find(verb->value,
	    request_arg(rq, 0))) == NULL)
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST,
		    "no verb is called '%.40s'; uvnf-protocol(7) lists them",
		    verb->key != NULL ? verb->key : verb->value);
	rc = check_level(rq, *c, e);
	return rc != 0 ? rc : check_words(*c, &rq->line, e);
}

void
request_run(struct request *rq)
{
	struct uvnf_error e;

	rq->daemon->metrics.requests++;
	if (rq->refused != NULL)
		request_err(rq, rq->refused);
	else if (request_check_line(rq, &e) != 0 ||
	    check_own(rq, rq->command, &e) != 0)
		request_err(rq, &e);
	else
		rq->command->run(rq);
}

const char *
request_arg(const struct request *rq, unsigned i)
{
	unsigned w;

	for (w = 1; w < rq->line.nwords; w++) {
		if (rq->line.words[w].key == NULL && i-- == 0)
			return rq->line.words[w].value;
	}
	return NULL;
}

const char *
request_key(const struct request *rq, const char *key)
{
	unsigned w;

	for (w = 1; w < rq->line.nwords; w++) {
		const struct proto_word *word = &rq->line.words[w];

		if (word->key != NULL && strcmp(word->key, key) == 0)
			return word->value;
	}
	return NULL;
}

const char *
request_key_at(const struct request *rq, const char *prefix, unsigned i,
    const char **value)
{
	unsigned w;

	for (w = 1; w < rq->line.nwords; w++) {
		const struct proto_word *word = &rq->line.words[w];

		if (word->key == NULL ||
		    strncmp(word->key, prefix, strlen(prefix)) != 0 ||
		    i-- > 0)
			continue;
		*value = word->value;
		return word->key;
	}
	return NULL;
}

int
request_timeout(const struct request *rq, unsigned *ms, struct uvnf_error *e)
{
	const char *text = request_key(rq, "timeout_ms");
	uint64_t value = PROTO_TIMEOUT_MS_DEFAULT;

	if (text != NULL &&
	    parse_uint(text, 1, PROTO_TIMEOUT_MS_MAX, &value) != 0)
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST,
		    "timeout_ms=%.40s is not a number from 1 to %d", text,
		    PROTO_TIMEOUT_MS_MAX);
	*ms = (unsigned)value;
	return 0;
}

/* --- replies ------------------------------------------------------------- */

static void
begin_line(struct request *rq, const char *word)
{
	if (rq->tagged)
		proto_buf_printf(&rq->out, "@%s ", rq->line.tag);
	proto_buf_add(&rq->out, word, strlen(word));
}

static void
end_line(struct request *rq)
{
	proto_buf_add(&rq->out, "\n", 1);
}

struct proto_buf *
request_data(struct request *rq)
{
	begin_line(rq, "DATA");
	return &rq->out;
}

void
request_data_end(struct request *rq)
{
	end_line(rq);
}

void
request_ok(struct request *rq)
{
	rq->result = UVNF_OK;
	begin_line(rq, "OK");
	end_line(rq);
	session_reply(rq);
}

void
request_ok_count(struct request *rq, uint64_t count)
{
	rq->result = UVNF_OK;
	begin_line(rq, "OK");
	proto_add_number(&rq->out, "count", (int64_t)count);
	end_line(rq);
	session_reply(rq);
}

void
request_err(struct request *rq, const struct uvnf_error *e)
{
	rq->daemon->metrics.refused++;
	rq->result = e->code;
	begin_line(rq, "ERR ");
	proto_buf_printf(&rq->out, "%s ", uvnf_code_word(e->code));
	proto_buf_escape(&rq->out, e->text, strlen(e->text));
	end_line(rq);
	session_reply(rq);
}

void
request_go_on(struct request *rq, const struct request_stream *stream)
{
	rq->stream = *stream;
	session_stream(rq);
}

/* --- who did what -------------------------------------------------------- */

bool
request_is_audited(const struct request *rq)
{
	return rq->command != NULL &&
	    (rq->command->flags & COMMAND_CHANGES) != 0;
}

static void
add_arg(struct proto_buf *b, const char *key, const char *arg)
{
	if (arg != NULL)
		proto_add_string(b, key, arg);
}

/* Words of the client come last, for a line that is too long is cut. */
void
request_audit(const struct request *rq)
{
	const char *verb = rq->command->verb;
	struct proto_buf b = { 0 };

	proto_add_number(&b, "uid", (int64_t)rq->uid);
	proto_add_number(&b, "pid", (int64_t)rq->pid);
	proto_add_string(&b, "verb", verb);
	proto_add_string(&b, "result", uvnf_code_word(rq->result));
	if (strcmp(verb, "create") == 0) {
		add_arg(&b, "name", request_arg(rq, 1));
		add_arg(&b, "template", request_arg(rq, 0));
	} else if (strncmp(verb, "pool ", 5) == 0) {
		add_arg(&b, "template", request_arg(rq, 1));
	} else if (strncmp(verb, "bridge ", 7) == 0) {
		add_arg(&b, "bridge", request_arg(rq, 1));
	} else if (strchr(verb, ' ') == NULL) {
		add_arg(&b, "name", request_arg(rq, 0));
	}
	log_info("request answered%s", b.data);
	proto_buf_free(&b);
}
