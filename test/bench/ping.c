/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "common/util.h"

struct prober {
	int fd;
	struct sockaddr_in to;
	unsigned refused;
	uint16_t number;
	uint32_t series;
};

struct probe {
	struct icmphdr icmp;
	uint32_t series;
	char rest[24];
};

struct prober *
prober_open(const char *address)
{
	struct prober *p = xcalloc(1, sizeof(*p));

	p->fd = -1;
	p->to.sin_family = AF_INET;
	if (inet_pton(AF_INET, address, &p->to.sin_addr) != 1)
		fatal("no address: '%s'", address);
	prober_begin(p);
	return p;
}

int
prober_socket(const struct prober *p)
{
	return p->fd;
}

unsigned
prober_refused(const struct prober *p)
{
	return p->refused;
}

void
prober_begin(struct prober *p)
{
	if (p->fd >= 0)
		close(p->fd);
	p->fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
	if (p->fd < 0 || connect(p->fd, (struct sockaddr *)&p->to,
	    sizeof(p->to)) < 0)
		fatal("no raw socket for pings: %s", strerror(errno));
	p->series++;
	p->number = 0;
	p->refused = 0;
}

static uint16_t
checksum(const void *data, size_t len)
{
	const unsigned char *s = data;
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < len; i += 2)
		sum += (uint32_t)s[i] << 8 | s[i + 1];
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

void
prober_send(struct prober *p)
{
	struct probe out = { .series = p->series };

	out.icmp.type = ICMP_ECHO;
	out.icmp.un.echo.id = htons((uint16_t)getpid());
	out.icmp.un.echo.sequence = htons(++p->number);
	out.icmp.checksum = checksum(&out, sizeof(out));
	/* What the network drops here is a probe without an answer. */
	if (send(p->fd, &out, sizeof(out), MSG_DONTWAIT) >= 0)
		return;
	p->refused++;
	if (errno != ENOBUFS && errno != EAGAIN && errno != ENETDOWN)
		fatal("cannot send a ping: %s", strerror(errno));
}

static bool
is_answer(const struct prober *p, const char *packet, size_t len)
{
	struct iphdr ip;
	struct probe in;

	if (len < sizeof(ip))
		return false;
	memcpy(&ip, packet, sizeof(ip));
	if (len < ip.ihl * 4u + sizeof(in))
		return false;
	memcpy(&in, packet + ip.ihl * 4u, sizeof(in));
	return in.icmp.type == ICMP_ECHOREPLY && in.series == p->series &&
	    in.icmp.un.echo.id == htons((uint16_t)getpid());
}

bool
prober_answered(struct prober *p)
{
	char packet[1024];
	ssize_t n;

	while ((n = recv(p->fd, packet, sizeof(packet), MSG_DONTWAIT)) > 0)
		if (is_answer(p, packet, (size_t)n))
			return true;
	return false;
}

uint64_t
prober_ping(struct prober *p, unsigned limit_ms)
{
	struct pollfd pfd = { .events = POLLIN };
	uint64_t begin, end = now_us() + limit_ms * 1000ull, now;

	prober_begin(p);
	pfd.fd = p->fd;
	begin = now_us();
	prober_send(p);
	while ((now = now_us()) < end) {
		if (poll(&pfd, 1, (int)((end - now) / 1000) + 1) > 0 &&
		    prober_answered(p))
			return now_us() - begin;
	}
	return 0;
}
