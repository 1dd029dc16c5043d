/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_VNF_TEXT_H
#define UVNF_VNF_TEXT_H

#include "daemon/template.h"
#include "daemon/vnf_ops.h"

/*
 * The configuration that a request is about, checked before anything is
 * touched: that its template lets the request give what it gives, that every
 * parameter is known and has a value, that there is each vif it names.
 *
 * rq->config becomes the text with its parameters filled in, but for MAC
 * addresses where d is NULL: rq->macs says that it has some.  It stays NULL
 * where the template's own text is the same for every VNF (template->ahead),
 * and where there is no configuration at all.  rq->vifs_used are the vifs that
 * its devices name.  *set: all values that hold for the VNF, or NULL; those
 * that ranges give it are added, and are in use once its domain has them
 * (domain_set_values).
 */
int text_prepare(const struct template *t, const char *name,
    const struct domain *d, struct params **set, struct vnf_request *rq,
    struct uvnf_error *e);

/*
 * Puts the MAC addresses of a domain that is known now into a text of
 * text_prepare's with rq->macs.  The new text is malloc'ed.
 */
char *text_fill_macs(const struct domain *d, const char *text, size_t len,
    size_t *out_len);

#endif
