/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef CLICK_CLASSES_H
#define CLICK_CLASSES_H

#include "../element.h"

extern const struct class class_arp_responder, class_check_ip_header,
    class_classifier, class_counter, class_dec_ip_ttl, class_discard,
    class_ether_mirror, class_from_device, class_icmp_ping_responder,
    class_idle, class_ip_classifier, class_ip_filter, class_mark_ip_header,
    class_null, class_print, class_queue, class_rated_splitter, class_strip,
    class_strip_ip_header, class_tee, class_to_device, class_unstrip;

#endif
