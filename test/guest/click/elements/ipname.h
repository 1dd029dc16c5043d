/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef CLICK_IPNAME_H
#define CLICK_IPNAME_H

#include "../report.h"
#include "../text.h"

/* What a word of a pattern can be, or say; IPNAME_FIELD and more are fields. */
enum ipname_type {
	IPNAME_AMBIGUOUS = -2,
	IPNAME_UNKNOWN = -1,
	IPNAME_NONE,
	IPNAME_TYPE,		/* of what follows */
	IPNAME_INT,
	IPNAME_HOST,
	IPNAME_NET,
	IPNAME_PROTO,
	IPNAME_PORT,
	IPNAME_TCPOPT,
	IPNAME_FRAG,
	IPNAME_UNFRAG,
	IPNAME_ECT,
	IPNAME_CE,
	IPNAME_FIELD,
	IPNAME_TOS = IPNAME_FIELD,
	IPNAME_ICMP_TYPE
};

/* Protocols; PROTO_TCPUDP is either of the two, and no number of IP's. */
#define PROTO_UNKNOWN	(-1)
#define PROTO_ICMP	1
#define PROTO_TCP	6
#define PROTO_UDP	17
#define PROTO_DCCP	33
#define PROTO_TCPUDP	256

enum { SIDE_NONE, SIDE_SRC, SIDE_DST, SIDE_BOTH, SIDE_EITHER };

/* Where a field lies: bits of the IP header, or of the protocol's. */
struct ipfield {
	const char	*word, *name;
	int		 proto;
	unsigned int	 offset, bits;
};

const struct ipfield	*ipname_field(int type);

/*
 * What a word means where a type and a protocol are wanted: the kind of its
 * value, IPNAME_TYPE when the word names a type, or IPNAME_UNKNOWN.  When it
 * does not fit or could be several, says so and is IPNAME_AMBIGUOUS; without
 * a report it says nothing.
 */
int	ipname_lookup(const char *word, int type, int proto, int *value,
	    struct report *r);

void	ipname_print_type(struct text *out, int side, int type);
void	ipname_print_proto(struct text *out, int proto);

#endif
