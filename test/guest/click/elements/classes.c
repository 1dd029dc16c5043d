/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "../lib.h"
#include "classes.h"

static const struct class *const classes[] = {
	&class_arp_responder, &class_check_ip_header, &class_classifier,
	&class_counter, &class_dec_ip_ttl, &class_discard, &class_error,
	&class_ether_mirror, &class_from_device, &class_icmp_ping_responder,
	&class_idle, &class_ip_classifier, &class_ip_filter,
	&class_mark_ip_header, &class_null, &class_print, &class_queue,
	&class_rated_splitter, &class_strip, &class_strip_ip_header,
	&class_tee, &class_to_device, &class_unstrip,
};

const struct class *
class_find(const char *name, size_t len)
{
	unsigned int i;

	for (i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (strlen(classes[i]->name) == len &&
		    memcmp(classes[i]->name, name, len) == 0)
			return classes[i];
	return NULL;
}

static int
initialize(struct element *e, struct report *r)
{
	(void)e;
	(void)r;
	return -1;
}

const struct class class_error = {
	.name = "Error",
	.ports = "-/-",
	.processing = "a/a",
	.apart = 1,
	.initialize = initialize,
};
