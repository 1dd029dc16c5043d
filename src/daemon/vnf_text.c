/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* From what a request gives to the text that the guest gets. */

#include <stdlib.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/click.h"
#include "daemon/vnf_text.h"

/* The request's own values are of parameters that the template has. */
static int
check_set(const struct template *t, const struct params *set,
    struct uvnf_error *e)
{
	char list[PARAMS_LIST_MAX];
	unsigned i;

	if (set == NULL)
		return 0;
	for (i = 0; i < set->n; i++)
		if (params_get(&t->params, set->list[i].name) == NULL)
			return uvnf_error_set(e, UVNF_E_BAD_REQUEST,
			    "template '%s' has no parameter '%s'; its "
			    "parameters are: %s", t->name, set->list[i].name,
			    params_list(&t->params, list));
	return template_allows(t, OVERRIDE_PARAMS, e);
}

/*
 * Fills raw, which becomes rq->config.  One that needs nothing stays where it
 * is: in the request, or in the template, which has it as its ahead.
 */
static int
fill(const struct param_source *from, const char *raw, size_t len,
    struct vnf_request *rq, struct uvnf_error *e)
{
	size_t filled_len;
	char *filled;
	int uses = params_fill(from, raw, len, &filled, &filled_len, e);

	if (uses <= 0)
		return uses;
	free(rq->config);
	rq->macs = (uses & USES_MAC) != 0 && from->domain == NULL;
	rq->config = filled;
	rq->config_len = filled_len;
	return 0;
}

static int
check_request(const struct template *t, const struct vnf_request *rq,
    struct uvnf_error *e)
{
	int rc;

	if (rq->config != NULL && ((rc = template_has_router(t, e)) != 0 ||
	    (rc = template_allows(t, OVERRIDE_CONFIG, e)) != 0))
		return rc;
	return check_set(t, rq->set, e);
}

static void
add_taken(struct params **set, const struct params *taken)
{
	if (taken->n == 0)
		return;
	if (*set == NULL)
		*set = xcalloc(1, sizeof(**set));
	params_copy(*set, taken);
}

int
text_prepare(const struct template *t, const char *name,
    const struct domain *d, struct params **set, struct vnf_request *rq,
    struct uvnf_error *e)
{
	unsigned nvifs = d != NULL ? d->nvifs : t->nvifs;
	struct params taken = { .n = 0 };
	const struct param_source from = { .declared = &t->params,
	    .set = *set, .taken = &taken, .name = name, .domain = d,
	    .nvifs = nvifs };
	int rc;

	if ((rc = check_request(t, rq, e)) != 0)
		return rc;		/* which names the template */
	if (rq->config != NULL)
		rc = fill(&from, rq->config, rq->config_len, rq, e);
	else if (t->config != NULL && (t->ahead == NULL || *set != NULL))
		rc = fill(&from, t->config, t->config_len, rq, e);
	if (rc == 0 && rq->config != NULL)
		rc = click_scan(rq->config, rq->config_len, nvifs,
		    &rq->vifs_used, e);
	else if (rc == 0 && t->ahead != NULL)
		rc = click_scan(t->ahead, t->ahead_len, nvifs, &rq->vifs_used,
		    e);
	if (rc == 0)
		add_taken(set, &taken);
	else
		uvnf_error_prefix(e, "template '%s'", t->name);
	params_clear(&taken);
	return rc;
}

char *
text_fill_macs(const struct domain *d, const char *text, size_t len,
    size_t *out_len)
{
	static const struct params none;
	const struct param_source from = { .declared = &none, .domain = d,
	    .nvifs = d->nvifs };
	struct uvnf_error e;
	char *filled;

	/* The vifs of the shell are its template's: this was checked. */
	if (params_fill(&from, text, len, &filled, out_len, &e) < 0)
		log_fatal("an unchecked configuration: %s", e.text);
	return filled;
}
