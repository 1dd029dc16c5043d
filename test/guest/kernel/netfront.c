/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "../click/lib.h"
#include "console.h"
#include "events.h"
#include "gnttab.h"
#include "hypercall.h"
#include "memory.h"
#include "netfront.h"
#include "xenbus.h"

#include <xen/io/netif.h>
#include <xen/io/xenbus.h>

#define VIFS_MAX	8
#define RX_BUFFERS	128
#define TX_BUFFERS	32
#define CLOSE_WAIT_NS	5000000000ull
#define RING_AGAIN_NS	100000000ull	/* between two of ring_again */

struct buffer {
	void		*page;
	uint32_t	 ref;
};

struct netfront {
	int			 id, users;
	unsigned int		 backend_id;
	int			 port;
	char			 node[32];
	char			 backend[96];
	netif_rx_front_ring_t	 rx;
	netif_tx_front_ring_t	 tx;
	struct buffer		 rx_ring, tx_ring;
	struct buffer		 rx_buf[RX_BUFFERS], tx_buf[TX_BUFFERS];
	uint16_t		 tx_free[TX_BUFFERS];
	unsigned int		 tx_nfree;
	uint64_t		 tx_moved_ns;	/* see ring_again */
	int			 tx_told;
	int			 skip;	/* in a frame of several slots */
};

static struct netfront *vifs[VIFS_MAX];

static int
buffer_make(struct netfront *nf, struct buffer *b, int readonly)
{
	if ((b->page = page_alloc()) == NULL)
		return -1;
	b->ref = gnttab_grant(nf->backend_id, b->page, readonly);
	return b->ref == GNTTAB_NONE ? -1 : 0;
}

static void
buffer_free(struct buffer *b)
{
	/* A page that the backend still maps is lost rather than reused. */
	if (b->ref == GNTTAB_NONE || gnttab_end(b->ref) == 0)
		page_free(b->page);
	*b = (struct buffer){ NULL, GNTTAB_NONE };
}

static int
make_buffers(struct netfront *nf)
{
	unsigned int i;

	if (buffer_make(nf, &nf->rx_ring, 0) < 0 ||
	    buffer_make(nf, &nf->tx_ring, 0) < 0)
		return -1;
	for (i = 0; i < RX_BUFFERS; i++)
		if (buffer_make(nf, &nf->rx_buf[i], 0) < 0)
			return -1;
	for (i = 0; i < TX_BUFFERS; i++) {
		if (buffer_make(nf, &nf->tx_buf[i], 1) < 0)
			return -1;
		nf->tx_free[nf->tx_nfree++] = i;
	}
	return 0;
}

static void
release(struct netfront *nf)
{
	unsigned int i;

	for (i = 0; i < RX_BUFFERS; i++)
		buffer_free(&nf->rx_buf[i]);
	for (i = 0; i < TX_BUFFERS; i++)
		buffer_free(&nf->tx_buf[i]);
	buffer_free(&nf->rx_ring);
	buffer_free(&nf->tx_ring);
	if (nf->port >= 0) {
		events_remove(nf->port);
		event_close(nf->port);
	}
	vifs[nf->id] = NULL;
	free(nf);
}

static void
post_rx(struct netfront *nf, unsigned int i)
{
	netif_rx_request_t *req;

	req = RING_GET_REQUEST(&nf->rx, nf->rx.req_prod_pvt);
	nf->rx.req_prod_pvt++;
	req->id = i;
	req->gref = nf->rx_buf[i].ref;
}

static void
push_rx(struct netfront *nf)
{
	int notify;

	RING_PUSH_REQUESTS_AND_CHECK_NOTIFY(&nf->rx, notify);
	if (notify)
		event_notify(nf->port);
}

static int
make_rings(struct netfront *nf)
{
	netif_rx_sring_t *rx = nf->rx_ring.page;
	netif_tx_sring_t *tx = nf->tx_ring.page;
	unsigned int i;

	SHARED_RING_INIT(rx);
	FRONT_RING_INIT(&nf->rx, rx, PAGE_SIZE);
	SHARED_RING_INIT(tx);
	FRONT_RING_INIT(&nf->tx, tx, PAGE_SIZE);
	if ((nf->port = event_open(nf->backend_id)) < 0)
		return -1;
	events_add(nf->port);
	for (i = 0; i < RX_BUFFERS; i++)
		post_rx(nf, i);
	push_rx(nf);
	return 0;
}

/* The keys that netback reads before it connects; 0 only removes them. */
static void
publish(struct netfront *nf, int set)
{
	const struct {
		const char	*key;
		unsigned int	 value;
	} keys[] = {
		{ "tx-ring-ref", nf->tx_ring.ref },
		{ "rx-ring-ref", nf->rx_ring.ref },
		{ "event-channel", nf->port },
		{ "request-rx-copy", 1 },
		{ "feature-rx-notify", 1 },
		{ "feature-no-csum-offload", 1 },
	};
	char path[64];
	unsigned int i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", nf->node, keys[i].key);
		if (set)
			xenbus_printf(path, "%u", keys[i].value);
		else
			xenbus_remove(path);
	}
}

static void
set_state(struct netfront *nf, enum xenbus_state state)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/state", nf->node);
	xenbus_printf(path, "%d", state);
}

static int
wait_backend(struct netfront *nf, enum xenbus_state state, uint64_t until)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/state", nf->backend);
	while (xenbus_read_number(path, XenbusStateUnknown) != state) {
		if (until != EVENTS_FOREVER && clock_ns() >= until)
			return -1;
		/* What came with the answer raises its port no more. */
		if (xenbus_poll())
			continue;
		events_wait(until);
		events_clear();
	}
	return 0;
}

static void
watch_backend(struct netfront *nf, int on)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/state", nf->backend);
	if (on)
		xenbus_watch(path, "backend");
	else
		xenbus_unwatch(path, "backend");
}

static int
find_backend(struct netfront *nf)
{
	char path[64], mac[32];

	snprintf(path, sizeof(path), "%s/backend-id", nf->node);
	nf->backend_id = xenbus_read_number(path, 0);
	snprintf(path, sizeof(path), "%s/backend", nf->node);
	if (xenbus_read(path, nf->backend, sizeof(nf->backend)) <= 0)
		return -1;
	snprintf(path, sizeof(path), "%s/mac", nf->node);
	return xenbus_read(path, mac, sizeof(mac)) <= 0 ? -1 : 0;
}

static int
attach(struct netfront *nf)
{
	if (make_buffers(nf) < 0 || make_rings(nf) < 0)
		return -1;
	watch_backend(nf, 1);
	wait_backend(nf, XenbusStateInitWait, EVENTS_FOREVER);
	publish(nf, 1);
	set_state(nf, XenbusStateConnected);
	wait_backend(nf, XenbusStateConnected, EVENTS_FOREVER);
	watch_backend(nf, 0);
	return 0;
}

struct netfront *
netfront_open(int id)
{
	struct netfront *nf;

	if (id < 0 || id >= VIFS_MAX)
		return NULL;
	if ((nf = vifs[id]) != NULL) {
		nf->users++;
		return nf;
	}
	if ((nf = calloc(1, sizeof(*nf))) == NULL)
		return NULL;
	vifs[id] = nf;
	nf->id = id;
	nf->users = 1;
	nf->port = -1;
	snprintf(nf->node, sizeof(nf->node), "device/vif/%d", id);
	if (find_backend(nf) < 0 || attach(nf) < 0) {
		release(nf);
		return NULL;
	}
	return nf;
}

/* Down through Closing and Closed to Initialising, as a driver unloads. */
static void
detach(struct netfront *nf)
{
	uint64_t until = clock_ns() + CLOSE_WAIT_NS;

	watch_backend(nf, 1);
	set_state(nf, XenbusStateClosing);
	wait_backend(nf, XenbusStateClosing, until);
	set_state(nf, XenbusStateClosed);
	wait_backend(nf, XenbusStateClosed, until);
	publish(nf, 0);
	set_state(nf, XenbusStateInitialising);
	wait_backend(nf, XenbusStateInitWait, until);
	watch_backend(nf, 0);
}

void
netfront_close(struct netfront *nf)
{
	if (nf == NULL || --nf->users > 0)
		return;
	detach(nf);
	release(nf);
}

/* A frame of several slots was not asked for: all of it is passed over. */
static int
is_whole(struct netfront *nf, const netif_rx_response_t *rsp)
{
	int more = (rsp->flags & (NETRXF_more_data | NETRXF_extra_info)) != 0;
	int whole = !more && !nf->skip;

	nf->skip = more;
	return whole && rsp->status > 0 && rsp->offset < PAGE_SIZE &&
	    rsp->offset + rsp->status <= (int)PAGE_SIZE &&
	    rsp->id < RX_BUFFERS;
}

int
netfront_receive(struct netfront *nf,
    void (*fn)(void *arg, const uint8_t *frame, size_t len), void *arg)
{
	netif_rx_response_t rsp;
	int more;

	for (;;) {
		RING_FINAL_CHECK_FOR_RESPONSES(&nf->rx, more);
		if (!more)
			return 0;
		rsp = *RING_GET_RESPONSE(&nf->rx, nf->rx.rsp_cons);
		nf->rx.rsp_cons++;
		more = is_whole(nf, &rsp);
		if (more)
			fn(arg, (uint8_t *)nf->rx_buf[rsp.id].page +
			    rsp.offset, rsp.status);
		post_rx(nf, rsp.id % RX_BUFFERS);
		push_rx(nf);
		if (more)
			return 1;
	}
}

static void
reap_tx(struct netfront *nf)
{
	netif_tx_response_t *rsp;
	int more;

	for (;;) {
		RING_FINAL_CHECK_FOR_RESPONSES(&nf->tx, more);
		if (!more)
			return;
		rsp = RING_GET_RESPONSE(&nf->tx, nf->tx.rsp_cons);
		nf->tx.rsp_cons++;
		nf->tx_moved_ns = 0;
		if (rsp->status != NETIF_RSP_NULL && rsp->id < TX_BUFFERS &&
		    nf->tx_nfree < TX_BUFFERS)
			nf->tx_free[nf->tx_nfree++] = rsp->id;
	}
}

/*
 * Very rarely netback misses the first notification, and none follows, since
 * its req_event has been passed: so older frames that it has not taken for
 * long are worth another.
 */
static int
ring_again(struct netfront *nf)
{
	unsigned int waiting = nf->tx.req_prod_pvt - nf->tx.rsp_cons;
	uint64_t now = clock_ns();

	if (waiting == 0 || nf->tx_moved_ns == 0)
		nf->tx_moved_ns = now;
	if (now - nf->tx_moved_ns < RING_AGAIN_NS)
		return 0;
	nf->tx_moved_ns = now;
	if (!nf->tx_told)
		console_printf("[netfront] vif %d: %u frames are not taken, "
		    "notified again\n", nf->id, waiting);
	nf->tx_told = 1;
	return 1;
}

int
netfront_send(struct netfront *nf, const uint8_t *frame, size_t len)
{
	netif_tx_request_t *req;
	unsigned int i;
	int notify;

	reap_tx(nf);
	if (ring_again(nf))
		event_notify(nf->port);
	if (nf->tx_nfree == 0 || len == 0 || len > PAGE_SIZE)
		return -1;
	i = nf->tx_free[--nf->tx_nfree];
	memcpy(nf->tx_buf[i].page, frame, len);
	req = RING_GET_REQUEST(&nf->tx, nf->tx.req_prod_pvt);
	nf->tx.req_prod_pvt++;
	*req = (netif_tx_request_t){
		.gref = nf->tx_buf[i].ref, .id = i, .size = len
	};
	RING_PUSH_REQUESTS_AND_CHECK_NOTIFY(&nf->tx, notify);
	if (notify)
		event_notify(nf->port);
	return 0;
}
