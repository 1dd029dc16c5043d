/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* Tests of the guest's Click on the host, with devices that are arrays. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../click/clock.h"
#include "../click/device.h"
#include "native.h"

#define FRAMES		4

struct frame {
	uint8_t	 data[PACKET_MAX];
	size_t	 len;
};

struct device {
	int		 users;
	struct frame	 rx[FRAMES], tx[FRAMES];
	int		 nrx, taken, ntx;
};

static struct device devices[DEVICES];
char printed[16384];
uint64_t now_ms = 1000000;
static int passed, failed;

void
click_print(const char *line)
{
	size_t n = strlen(printed);

	snprintf(printed + n, sizeof(printed) - n, "%s\n", line);
}

uint64_t
clock_ms(void)
{
	return now_ms;
}

struct device *
device_open(int id)
{
	if (id >= DEVICES)
		return NULL;
	devices[id].users++;
	return &devices[id];
}

void
device_close(struct device *dev)
{
	if (dev != NULL)
		dev->users--;
}

int
device_receive(struct device *dev,
    void (*fn)(void *arg, const uint8_t *frame, size_t len), void *arg)
{
	struct frame *f;

	if (dev->taken == dev->nrx)
		return 0;
	f = &dev->rx[dev->taken++];
	fn(arg, f->data, f->len);
	return 1;
}

void
device_send(struct device *dev, const uint8_t *frame, size_t len)
{
	if (dev->ntx == FRAMES)
		return;
	memcpy(dev->tx[dev->ntx].data, frame, len);
	dev->tx[dev->ntx++].len = len;
}

void
check(int ok, const char *what, const char *got)
{
	if (ok) {
		passed++;
		return;
	}
	failed++;
	printf("not ok: %s\n--- got:\n%s---\n", what, got);
}

struct router *
begin(const char *config)
{
	struct router *rt;

	memset(devices, 0, sizeof(devices));
	printed[0] = '\0';
	rt = router_parse(config, strlen(config));
	if (rt != NULL && router_initialize(rt) == 0)
		return rt;
	if (rt != NULL)
		router_free(rt);
	return NULL;
}

void
end(struct router *rt)
{
	int i;

	if (rt != NULL)
		router_free(rt);
	for (i = 0; i < DEVICES; i++)
		check(devices[i].users == 0, "devices are closed", "");
}

static size_t
parse_hex(const char *s, uint8_t *to)
{
	size_t n = 0;
	unsigned int v;

	for (; sscanf(s, "%2x", &v) == 1; s += 2 + (s[2] == ' '))
		to[n++] = v;
	return n;
}

/* Puts a frame into device 0 and runs; what comes out of id, in hex. */
const char *
pass(struct router *rt, const char *hex, int id)
{
	static char out[2 * PACKET_MAX + 1];
	struct device *dev = &devices[0];
	struct frame *f = &devices[id].tx[0];
	size_t i;

	dev->nrx = 1;
	dev->taken = 0;
	devices[id].ntx = 0;
	dev->rx[0].len = parse_hex(hex, dev->rx[0].data);
	while (router_run(rt))
		;
	out[0] = '\0';
	for (i = 0; devices[id].ntx > 0 && i < f->len; i++)
		snprintf(out + 2 * i, 3, "%02x", f->data[i]);
	return out;
}

const char *
read_handler(struct router *rt, const char *element, const char *name)
{
	static char buf[4096];
	struct element *e = router_find(rt, element, strlen(element));
	const struct handler *h = e != NULL ? handler_find(e, name) : NULL;
	struct text out;

	if (h == NULL || h->read == NULL)
		return "(none)";
	text_init(&out, buf, sizeof(buf));
	h->read(e, &out);
	return buf;
}

void
write_handler(struct router *rt, const char *element, const char *name,
    const char *value)
{
	struct element *e = router_find(rt, element, strlen(element));
	const struct handler *h = e != NULL ? handler_find(e, name) : NULL;
	struct report report = { 0 };

	if (h != NULL && h->write != NULL)
		h->write(e, value, &report);
}

void
expect(const char *what, const char *got, const char *wanted)
{
	check(strcmp(got, wanted) == 0, what, got);
}

/* With arguments: what is said of each of these configurations. */
static int
say(char **configs)
{
	struct router *rt;
	int rc = 0;

	for (; *configs != NULL; configs++) {
		if ((rt = begin(*configs)) == NULL)
			rc = 1;
		else
			router_free(rt);
		fputs(printed, stdout);
	}
	return rc;
}

int
main(int argc, char **argv)
{
	if (argc > 1)
		return say(argv + 1);
	test_configs();
	test_elements();
	test_patterns();
	test_limits();
	printf("test-click: %d passed, %d failed, 0 skipped\n", passed,
	    failed);
	return failed != 0 || passed == 0;
}
