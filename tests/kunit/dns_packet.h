/* SPDX-License-Identifier: GPL-2.0 */
/* DNS messages, and packets of them between a client and its server. */
#ifndef LEVEE_TESTS_KUNIT_DNS_PACKET_H
#define LEVEE_TESTS_KUNIT_DNS_PACKET_H

#include "packet.h"

#define CLIENT "10.0.0.1"
#define SERVER "192.0.2.53"
#define CLIENT_PORT 40000

#define TYPE_A 1
#define TYPE_CNAME 5
#define TYPE_TXT 16
#define TYPE_AAAA 28

/* Bytes of a message, or of a stream of them. */
struct dns_bytes {
	u8 bytes[6000];
	u32 len;
};

static inline void dns_put(struct dns_bytes *b, const void *bytes, u32 len)
{
	memcpy(b->bytes + b->len, bytes, len);
	b->len += len;
}

static inline void dns_put16(struct dns_bytes *b, u16 number)
{
	b->bytes[b->len++] = number >> 8;
	b->bytes[b->len++] = number;
}

static inline void dns_put_name(struct dns_bytes *b, const char *text)
{
	struct levee_name name = fixture_name(text);

	dns_put(b, name.wire, name.len);
}

/* A header and its question; @records answers follow. */
static inline void dns_put_question(struct dns_bytes *b, u16 id, u16 flags, u16 records,
				    const char *name, u16 type)
{
	const u16 header[6] = { id, flags, 1, records };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(header); i++)
		dns_put16(b, header[i]);
	dns_put_name(b, name);
	dns_put16(b, type);
	dns_put16(b, 1);
}

static inline void dns_put_query(struct dns_bytes *b, u16 id, const char *name, u16 type)
{
	dns_put_question(b, id, 0x0100, 0, name, type);
}

/* All of a record but its owner. */
static inline void dns_put_record(struct dns_bytes *b, u16 type, u32 ttl, const void *data, u16 len)
{
	dns_put16(b, type);
	dns_put16(b, 1);
	dns_put16(b, ttl >> 16);
	dns_put16(b, ttl);
	dns_put16(b, len);
	dns_put(b, data, len);
}

static inline void dns_put_a(struct dns_bytes *b, u32 ttl, u32 addr)
{
	const __be32 wire = htonl(addr);

	/* The owner is what was asked for. */
	dns_put16(b, 0xc00c);
	dns_put_record(b, TYPE_A, ttl, &wire, sizeof(wire));
}

/* With one address. */
static inline void dns_put_answer(struct dns_bytes *b, u16 id, const char *name, u32 ttl, u32 addr)
{
	dns_put_question(b, id, 0x8180, 1, name, TYPE_A);
	dns_put_a(b, ttl, addr);
}

/* What follows is a message over TCP: returns where it begins. */
static inline u32 dns_begin_message(struct dns_bytes *b)
{
	dns_put16(b, 0);
	return b->len;
}

static inline void dns_end_message(struct dns_bytes *b, u32 begin)
{
	b->bytes[begin - 2] = (b->len - begin) >> 8;
	b->bytes[begin - 1] = b->len - begin;
}

static inline void dns_put_tcp_query(struct dns_bytes *b, u16 id, const char *name, u16 type)
{
	u32 begin = dns_begin_message(b);

	dns_put_query(b, id, name, type);
	dns_end_message(b, begin);
}

static inline struct packet dns_ip(u8 proto, const char *source, const char *dest)
{
	struct packet p = strchr(dest, ':') ? packet_ipv6(proto) : packet_ipv4(proto, 0, 0);

	packet_set_ends(&p, source, dest);
	return p;
}

static inline struct packet dns_datagram(const char *source, u16 sport, const char *dest,
					 u16 dport, const struct dns_bytes *b)
{
	const __be16 udp[4] = { htons(sport), htons(dport), htons(8 + b->len) };
	struct packet p = dns_ip(IPPROTO_UDP, source, dest);

	packet_put(&p, udp, sizeof(udp));
	packet_put(&p, b->bytes, b->len);
	return p;
}

enum { SEG_SYN = 2, SEG_ACK = 16, SEG_URG = 32 };

static inline struct packet dns_segment(const char *source, u16 sport, const char *dest, u16 dport,
					u32 seq, u8 flags)
{
	struct packet p = dns_ip(IPPROTO_TCP, source, dest);
	struct tcphdr tcp = { .source = htons(sport), .dest = htons(dport), .seq = htonl(seq),
			      .doff = 5 };

	tcp_flag_word(&tcp) |= htonl(flags << 16);
	packet_put(&p, &tcp, sizeof(tcp));
	return p;
}

#endif /* LEVEE_TESTS_KUNIT_DNS_PACKET_H */
