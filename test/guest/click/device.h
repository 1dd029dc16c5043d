/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef CLICK_DEVICE_H
#define CLICK_DEVICE_H

#include <stddef.h>
#include <stdint.h>

/* Given by whoever runs the router: its network interfaces. */
struct device;

/* NULL when there is none of that number (or it does not come back). */
struct device	*device_open(int id);
void		 device_close(struct device *dev);

/* One received frame to fn, true; or false when there is none. */
int		 device_receive(struct device *dev,
		    void (*fn)(void *arg, const uint8_t *frame, size_t len),
		    void *arg);
void		 device_send(struct device *dev, const uint8_t *frame,
		    size_t len);

#endif
