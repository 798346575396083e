/* SPDX-License-Identifier: GPL-2.0 */
/* Packets, header by header. */
#ifndef LEVEE_TESTS_KUNIT_PACKET_H
#define LEVEE_TESTS_KUNIT_PACKET_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/sctp.h>
#include <linux/tcp.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "fixture.h"

struct packet {
	u8 bytes[320];
	size_t len;
	u8 family;
};

static inline void packet_put(struct packet *p, const void *bytes, size_t len)
{
	memcpy(p->bytes + p->len, bytes, len);
	p->len += len;
}

/* 192.0.2.1 -> 198.51.100.7, with so many words of options. */
static inline struct packet packet_ipv4(u8 protocol, u16 frag_off, u8 options)
{
	struct packet p = { .family = NFPROTO_IPV4 };
	struct iphdr ip = {
		.version = 4,
		.ihl = 5 + options,
		.ttl = 64,
		.protocol = protocol,
		.frag_off = htons(frag_off),
		.saddr = htonl(0xc0000201),
		.daddr = htonl(0xc6336407),
	};

	packet_put(&p, &ip, sizeof(ip));
	/* what would be ports, were it taken for a transport header */
	memset(p.bytes + p.len, 0xee, options * 4);
	p.len += options * 4;
	return p;
}

/* 2001:db8::1 -> 2001:db8::2 */
static inline struct packet packet_ipv6(u8 nexthdr)
{
	struct packet p = { .family = NFPROTO_IPV6 };
	struct ipv6hdr ip = {
		.version = 6,
		.nexthdr = nexthdr,
		.hop_limit = 33,
		.saddr.s6_addr = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 },
		.daddr.s6_addr = { 0x20, 0x01, 0x0d, 0xb8, [15] = 2 },
	};

	packet_put(&p, &ip, sizeof(ip));
	return p;
}

static inline void packet_set_ends(struct packet *p, const char *source, const char *dest)
{
	struct levee_addr from = fixture_addr(source), to = fixture_addr(dest);
	struct ipv6hdr *v6 = (struct ipv6hdr *)p->bytes;
	struct iphdr *v4 = (struct iphdr *)p->bytes;

	if (p->family == NFPROTO_IPV4) {
		levee_addr_write(&from, (u8 *)&v4->saddr);
		levee_addr_write(&to, (u8 *)&v4->daddr);
	} else {
		levee_addr_write(&from, v6->saddr.s6_addr);
		levee_addr_write(&to, v6->daddr.s6_addr);
	}
}

static inline void packet_put_tcp(struct packet *p, bool syn, bool ack, bool rst)
{
	struct tcphdr tcp = { .source = htons(40000), .dest = htons(443), .doff = 5,
			      .syn = syn, .ack = ack, .rst = rst };

	packet_put(p, &tcp, sizeof(tcp));
}

static inline void packet_put_ports(struct packet *p, u16 source, u16 dest)
{
	const __be16 ports[4] = { htons(source), htons(dest), htons(8) };

	packet_put(p, ports, sizeof(ports));
}

static inline void packet_put_sctp(struct packet *p, u8 chunk)
{
	const struct sctphdr sctp = { .source = htons(2905), .dest = htons(2906) };
	const u8 header[4] = { chunk, 0, 0, 4 };

	packet_put(p, &sctp, sizeof(sctp));
	packet_put(p, header, sizeof(header));
}

/* An extension header of 8 bytes. */
static inline void packet_put_extension(struct packet *p, u8 nexthdr)
{
	const u8 header[8] = { nexthdr, 0, 1, 4 };

	packet_put(p, header, sizeof(header));
}

static inline void packet_put_fragment_header(struct packet *p, u8 nexthdr, u16 offset, bool more)
{
	const struct frag_hdr header = { .nexthdr = nexthdr,
					 .frag_off = htons(offset << 3 | more) };

	packet_put(p, &header, sizeof(header));
}

#endif /* LEVEE_TESTS_KUNIT_PACKET_H */
