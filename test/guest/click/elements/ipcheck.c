/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "../lib.h"
#include "ipname.h"
#include "ippattern.h"

static int
type_error(struct report *r, const struct iptest *t, const char *why)
{
	char buf[64];
	struct text out;

	text_init(&out, buf, sizeof(buf));
	ipname_print_type(&out, t->side, t->type);
	return report_element(r, "'%s': %s", buf, why);
}

/* What was left out follows from the value, or from the test before. */
static int
infer_type(struct report *r, struct iptest *t, const struct iptest *last)
{
	if (t->data == IPNAME_INT) {
		if (last->type < IPNAME_FIELD && last->type != IPNAME_PROTO &&
		    last->type != IPNAME_PORT)
			return report_element(r,
			    "specify header field or 'port'");
		t->data = last->type;
	}
	if (t->data == IPNAME_NONE && t->proto == PROTO_UNKNOWN)
		return report_element(r, "partial directive");
	t->type = t->data == IPNAME_NONE ? IPNAME_PROTO : t->data;
	if (t->side == SIDE_NONE && (t->type == IPNAME_HOST ||
	    t->type == IPNAME_NET || t->type == IPNAME_TCPOPT ||
	    t->type == IPNAME_PORT))
		t->side = last->side;
	if (t->type == IPNAME_PORT && t->proto == PROTO_UNKNOWN)
		t->proto = last->proto;
	if (t->type >= IPNAME_FIELD && t->proto == PROTO_UNKNOWN)
		t->proto = ipname_field(t->type)->proto;
	return 0;
}

/* The relation holds for all values, or for none: no value is looked at. */
static int
is_settled(struct report *r, struct iptest *t, uint32_t max)
{
	static const char *const words[][2] = {
		[GT] = { ">", "<=" }, [LT] = { "<", ">=" }
	};
	int less = t->op == LT, truth;

	if (less ? t->value != 0 && t->value <= max : t->value < max)
		return 0;
	truth = less && t->value > max ? !t->negated : t->negated;
	report_warning(r, "relation '%s %u' is always %s (range 0-%u)",
	    words[t->op][t->negated], t->value, truth ? "true" : "false",
	    max);
	t->value = t->mask = 0;
	t->negated = !truth;
	t->op = EQ;
	return 1;
}

/* A number of a field that has the bits of full; mask 0 is all of them. */
static int
set_number(struct report *r, struct iptest *t, uint32_t full,
    uint32_t mask)
{
	char why[64];

	if (mask & ~full) {
		snprintf(why, sizeof(why), "mask out of range, bound 0x%X",
		    full);
		return type_error(r, t, why);
	}
	t->mask = mask != 0 ? mask : full;
	if (t->op != EQ) {
		if (is_settled(r, t, t->mask))
			return 0;
		/* Less than X is not greater than X - 1. */
		if (t->op == LT) {
			t->value--;
			t->negated = !t->negated;
			t->op = GT;
		}
		return 0;
	}
	if (t->value > full) {
		snprintf(why, sizeof(why), "out of range, bound %u", full);
		return type_error(r, t, why);
	}
	return 0;
}

static int
check_address(struct report *r, struct iptest *t, int mask_kind,
    uint32_t mask)
{
	if (t->data != t->type)
		return type_error(r, t, "address missing");
	if (t->op != EQ)
		return type_error(r, t, "operator not supported");
	if (t->type == IPNAME_HOST)
		t->mask = 0xffffffff;
	t->type = IPNAME_HOST;
	/* A number is taken as it lies in the packet's memory. */
	if (mask_kind != IPNAME_NONE)
		t->mask = mask_kind == IPNAME_INT ? __builtin_bswap32(mask) :
		    mask;
	return 0;
}

static int
check_proto(struct report *r, struct iptest *t, int mask_kind,
    uint32_t mask)
{
	int given = t->data == IPNAME_INT || t->data == IPNAME_PROTO;
	int proto = given ? (int)t->value : t->proto;
	char name[32];
	struct text out;

	if (given && t->proto != PROTO_UNKNOWN && t->proto != proto)
		return type_error(r, t, "specified twice");
	t->proto = PROTO_UNKNOWN;
	if ((!given && t->data != IPNAME_NONE) || proto == PROTO_UNKNOWN)
		return type_error(r, t, "value missing");
	t->value = proto;
	if (proto >= PROTO_TCPUDP) {
		text_init(&out, name, sizeof(name));
		ipname_print_proto(&out, proto);
		if (t->op != EQ || mask_kind != IPNAME_NONE)
			return report_element(r, "'%s': operator or mask "
			    "not supported", name);
		t->mask = 0xff;
	} else if (mask_kind == IPNAME_HOST)
		return type_error(r, t, "bad mask");
	else if (set_number(r, t, 0xff, mask) < 0)
		return -1;
	if (t->op == EQ && t->mask == 0xff && !t->negated)
		t->proto = proto;
	return 0;
}

static int
check_port(struct report *r, struct iptest *t, int mask_kind,
    uint32_t mask)
{
	if (t->data != IPNAME_INT && t->data != IPNAME_PORT)
		return type_error(r, t, "value missing");
	if (t->proto == PROTO_UNKNOWN)
		t->proto = PROTO_TCPUDP;
	else if (t->proto != PROTO_TCP && t->proto != PROTO_UDP &&
	    t->proto != PROTO_TCPUDP && t->proto != PROTO_DCCP)
		return report_element(r, "'port': bad protocol %d",
		    t->proto);
	else if (mask_kind == IPNAME_HOST)
		return type_error(r, t, "bad mask");
	return set_number(r, t, 0xffff, mask);
}

static int
check_tcpopt(struct report *r, struct iptest *t, int mask_kind)
{
	if (t->data != IPNAME_INT && t->data != IPNAME_TCPOPT)
		return type_error(r, t, "value missing");
	if (t->proto == PROTO_UNKNOWN)
		t->proto = PROTO_TCP;
	else if (t->proto != PROTO_TCP)
		return report_element(r, "'tcp opt': bad protocol %d",
		    t->proto);
	if (t->op != EQ || t->negated || mask_kind != IPNAME_NONE)
		return type_error(r, t, "operator or mask not supported");
	if (t->value > 255)
		return report_element(r, "'tcp opt': value %d out of "
		    "range", (int)t->value);
	t->mask = t->value;
	return 0;
}

/* The two low bits of the type of service: not none, or what is given. */
static int
check_ect(struct report *r, struct iptest *t, int mask_kind, uint32_t mask)
{
	if (t->data != IPNAME_NONE && t->data != IPNAME_INT)
		return type_error(r, t, "value missing");
	if (t->data == IPNAME_NONE) {
		t->value = 0;
		t->negated = 1;
	} else if (mask_kind == IPNAME_HOST)
		return type_error(r, t, "bad mask");
	if (set_number(r, t, 3, mask) < 0)
		return -1;
	t->type = IPNAME_TOS;
	return 0;
}

/* "frag", "unfrag" and "ce" stand alone. */
static int
check_alone(struct report *r, struct iptest *t, int mask_kind)
{
	if (t->data != IPNAME_NONE || mask_kind != IPNAME_NONE)
		return type_error(r, t, "value not supported");
	if (t->type == IPNAME_CE) {
		t->value = t->mask = 3;
		t->type = IPNAME_TOS;
		return 0;
	}
	if (t->type == IPNAME_UNFRAG)
		t->negated = 1;
	t->type = IPNAME_FRAG;
	return 0;
}

static int
check_field(struct report *r, struct iptest *t, int mask_kind,
    uint32_t mask)
{
	if (t->data != IPNAME_INT && t->data != t->type)
		return type_error(r, t, "value missing");
	if (mask_kind == IPNAME_HOST)
		return type_error(r, t, "bad mask");
	return set_number(r, t, (1u << ipname_field(t->type)->bits) - 1,
	    mask);
}

static int
check(struct report *r, struct iptest *t, int mask_kind, uint32_t mask)
{
	if (mask_kind == IPNAME_NONE)
		mask = 0;
	switch (t->type) {
	case IPNAME_HOST:
	case IPNAME_NET:
		return check_address(r, t, mask_kind, mask);
	case IPNAME_PROTO:
		return check_proto(r, t, mask_kind, mask);
	case IPNAME_PORT:
		return check_port(r, t, mask_kind, mask);
	case IPNAME_TCPOPT:
		return check_tcpopt(r, t, mask_kind);
	case IPNAME_ECT:
		return check_ect(r, t, mask_kind, mask);
	case IPNAME_FRAG:
	case IPNAME_UNFRAG:
	case IPNAME_CE:
		return check_alone(r, t, mask_kind);
	default:
		return check_field(r, t, mask_kind, mask);
	}
}

int
ipcheck(struct report *r, struct iptest *t, const struct iptest *last,
    int mask_kind, uint32_t mask)
{
	int had_side = t->side != SIDE_NONE;
	char buf[64];
	struct text out;

	if (t->type == IPNAME_AMBIGUOUS ||
	    (t->type == IPNAME_NONE && infer_type(r, t, last) < 0) ||
	    check(r, t, mask_kind, mask) < 0)
		return -1;
	if (t->type == IPNAME_HOST || t->type == IPNAME_PORT) {
		if (t->side == SIDE_NONE)
			t->side = SIDE_EITHER;
	} else if (had_side) {
		text_init(&out, buf, sizeof(buf));
		ipname_print_type(&out, t->side, t->type);
		report_warning(r, "'%s': 'src' or 'dst' ignored", buf);
	}
	return 0;
}
