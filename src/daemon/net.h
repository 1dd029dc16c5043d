/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_NET_H
#define UVNF_NET_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "daemon/domain.h"
#include "daemon/template.h"

/* What a request wants of its VNF's vifs instead of what the template has. */
struct net_wish {
	unsigned nvifs;			/* one more than the last it is about */
	struct {
		bool placed;
		struct place place;	/* the template's MTU goes with it */
		bool has_mac;
		uint8_t mac[6];
	} vifs[TEMPLATE_VIFS_MAX];
};

/*
 * Takes a key of a request, "vifs.0.bridge", "vifs.0.ovs" or "vifs.0.mac",
 * into w, which begins as zeros.  0, or -UVNF_E_BAD_REQUEST with e filled.
 */
int net_wish_parse(struct net_wish *w, const char *key, const char *value,
    struct uvnf_error *e);

/* Whether t allows it; 0, or -UVNF_E_BAD_REQUEST with e filled. */
int net_wish_check(const struct net_wish *w, const struct template *t,
    struct uvnf_error *e);

/*
 * Whether a VNF of t takes a shell as it is; if not, net_wanted says what is
 * to be changed.  w may be NULL.
 */
bool net_is_plain(const struct template *t, const struct net_wish *w);

/*
 * What d's vifs are to be for a VNF called name, into vifs (an array of all);
 * returns a bit for each that is not so yet.
 */
uint32_t net_wanted(const struct domain *d, const char *name,
    const struct net_wish *w, struct domain_vif *vifs);

/* The same, applied to a domain that is still to be built. */
void net_apply(struct domain *d, const char *name, const struct net_wish *w);

#endif
