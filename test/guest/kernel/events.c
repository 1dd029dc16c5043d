/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "events.h"
#include "hypercall.h"
#include "memory.h"

#define PORTS_MAX	64

static evtchn_port_t ports[PORTS_MAX];
static unsigned int nports;

int
events_add(unsigned int port)
{
	if (nports == PORTS_MAX)
		return -1;
	ports[nports++] = port;
	return 0;
}

void
events_remove(unsigned int port)
{
	unsigned int i;

	for (i = 0; i < nports; i++)
		if (ports[i] == port) {
			ports[i] = ports[--nports];
			return;
		}
}

void
events_clear(void)
{
	unsigned int i;

	for (i = 0; i < nports; i++)
		__atomic_fetch_and(&shared_info->evtchn_pending[ports[i] / 64],
		    ~(1ul << ports[i] % 64), __ATOMIC_SEQ_CST);
}

void
events_wait(uint64_t until_ns)
{
	struct sched_poll poll = { .nr_ports = nports, .timeout = until_ns };

	set_xen_guest_handle(poll.ports, ports);
	hypercall_sched(SCHEDOP_poll, &poll);
}

int
event_open(unsigned int remote_domid)
{
	struct evtchn_alloc_unbound op = {
		.dom = DOMID_SELF, .remote_dom = remote_domid
	};
	int rc = hypercall_event(EVTCHNOP_alloc_unbound, &op);

	return rc < 0 ? rc : (int)op.port;
}

void
event_close(unsigned int port)
{
	struct evtchn_close op = { .port = port };

	hypercall_event(EVTCHNOP_close, &op);
}

void
event_notify(unsigned int port)
{
	struct evtchn_send op = { .port = port };

	hypercall_event(EVTCHNOP_send, &op);
}

static uint64_t
tsc(void)
{
	uint32_t lo, hi;

	__asm__ volatile("rdtsc" : "=a" (lo), "=d" (hi));
	return (uint64_t)hi << 32 | lo;
}

uint64_t
clock_ns(void)
{
	volatile struct vcpu_time_info *t = &shared_info->vcpu_info[0].time;
	uint64_t delta, base;
	uint32_t version;

	do {
		version = t->version & ~1u;
		rmb();
		delta = tsc() - t->tsc_timestamp;
		if (t->tsc_shift < 0)
			delta >>= -t->tsc_shift;
		else
			delta <<= t->tsc_shift;
		base = t->system_time;
		delta = (uint64_t)((unsigned __int128)delta *
		    t->tsc_to_system_mul >> 32);
		rmb();
	} while (version != t->version);
	return base + delta;
}

void
clock_sleep_ms(unsigned int ms)
{
	uint64_t until = clock_ns() + ms * 1000000ull;

	while (clock_ns() < until) {
		events_clear();
		events_wait(until);
	}
}
