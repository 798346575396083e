// SPDX-License-Identifier: GPL-2.0
#include <linux/icmpv6.h>
#include <net/tcp.h>

#include "detect/flow.h"
#include "fixture.h"
#include "packet.h"
#include "random.h"

/* IP has pulled its header before any hook sees a packet. */
static size_t header_len(const struct packet *p)
{
	return p->family == NFPROTO_IPV4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
}

static bool read_split(struct kunit *test, struct levee_flow *flow, const struct packet *p,
		       size_t linear)
{
	struct sk_buff *skb = fixture_skb(test, p->bytes, p->len, linear);
	bool readable = levee_flow_read(flow, skb, p->family);

	kfree_skb(skb);
	return readable;
}

/* What the quick reader takes, it reads as the thorough one; what it does not take is no error. */
static void expect_plain_agrees(struct kunit *test, const struct packet *p, size_t linear,
				const struct levee_flow *flow)
{
	struct sk_buff *skb = fixture_skb(test, p->bytes, p->len, linear);
	struct levee_flow plain = {};

	if (levee_flow_read_plain(&plain, skb, p->family))
		KUNIT_EXPECT_EQ(test, memcmp(&plain, flow, sizeof(plain)), 0);
	kfree_skb(skb);
}

/* Wherever the linear part ends behind the IP header, the packet says the same. */
static struct levee_flow read(struct kunit *test, const struct packet *p)
{
	struct levee_flow flow, other;
	size_t linear = min(p->len, header_len(p));

	KUNIT_ASSERT_TRUE(test, read_split(test, &flow, p, p->len));
	expect_plain_agrees(test, p, p->len, &flow);
	for (; linear < p->len; linear++) {
		KUNIT_ASSERT_TRUE_MSG(test, read_split(test, &other, p, linear), "split at %zu",
				      linear);
		KUNIT_ASSERT_EQ_MSG(test, memcmp(&flow, &other, sizeof(flow)), 0, "split at %zu",
				    linear);
		expect_plain_agrees(test, p, linear, &flow);
	}
	return flow;
}

/* Every packet that is cut before @needed is refused, and no longer one is. */
static void expect_needed(struct kunit *test, struct packet p, size_t needed)
{
	struct levee_flow flow;
	size_t whole = p.len;

	KUNIT_ASSERT_LE(test, needed, whole);
	for (p.len = 0; p.len <= whole; p.len++)
		KUNIT_EXPECT_EQ_MSG(test, read_split(test, &flow, &p, p.len), p.len >= needed,
				    "cut at %zu", p.len);
}

static void ipv4_tcp(struct kunit *test)
{
	struct packet p = packet_ipv4(IPPROTO_TCP, 0, 0);
	struct levee_flow flow;

	packet_put_tcp(&p, false, true, false);
	flow = read(test, &p);
	KUNIT_EXPECT_TRUE(test, flow.src.is_v4 && flow.dst.is_v4);
	KUNIT_EXPECT_EQ(test, flow.src.lo, 0xc0000201ULL);
	KUNIT_EXPECT_EQ(test, flow.dst.lo, 0xc6336407ULL);
	KUNIT_EXPECT_EQ(test, flow.dst.hi, 0ULL);
	KUNIT_EXPECT_EQ(test, flow.proto, IPPROTO_TCP);
	KUNIT_EXPECT_EQ(test, flow.sport, 40000);
	KUNIT_EXPECT_EQ(test, flow.dport, 443);
	KUNIT_EXPECT_EQ(test, flow.hop_limit, 64);
	KUNIT_EXPECT_EQ(test, flow.flags, 0);
	expect_needed(test, p, sizeof(struct iphdr) + sizeof(struct tcphdr));
}

static void tcp_flags(struct kunit *test)
{
	static const struct { bool syn, ack, rst; u8 flags; } cases[] = {
		{ false, true, false, 0 },
		{ true, false, false, LEVEE_FLOW_SYN },
		{ true, true, false, LEVEE_FLOW_SYNACK },
		{ false, false, true, LEVEE_FLOW_RST },
		{ false, true, true, LEVEE_FLOW_RST },
		{ true, false, true, LEVEE_FLOW_SYN | LEVEE_FLOW_RST },
	};
	struct packet p;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		p = packet_ipv4(IPPROTO_TCP, 0, 0);
		packet_put_tcp(&p, cases[i].syn, cases[i].ack, cases[i].rst);
		KUNIT_EXPECT_EQ(test, read(test, &p).flags, cases[i].flags);
		p = packet_ipv6(IPPROTO_TCP);
		packet_put_tcp(&p, cases[i].syn, cases[i].ack, cases[i].rst);
		KUNIT_EXPECT_EQ(test, read(test, &p).flags, cases[i].flags);
	}
}

static void ipv4_options_are_skipped(struct kunit *test)
{
	struct packet p;
	u8 words;

	for (words = 1; words <= 10; words++) {
		p = packet_ipv4(IPPROTO_TCP, 0, words);
		packet_put_tcp(&p, true, false, false);
		KUNIT_EXPECT_EQ(test, read(test, &p).dport, 443);
		KUNIT_EXPECT_EQ(test, read(test, &p).flags, LEVEE_FLOW_SYN);
		expect_needed(test, p, 20 + words * 4 + sizeof(struct tcphdr));
	}
}

static void ipv4_header_must_be_one(struct kunit *test)
{
	struct levee_flow flow;
	struct packet p;
	u8 first;

	for (first = 0; first < 255; first++) {
		p = packet_ipv4(IPPROTO_UDP, 0, 0);
		packet_put_ports(&p, 1, 2);
		memset(p.bytes + p.len, 0, 60);
		p.len += 60;
		p.bytes[0] = first;
		KUNIT_EXPECT_EQ_MSG(test, read_split(test, &flow, &p, p.len),
				    first >> 4 == 4 && (first & 15) >= 5, "%x", first);
	}
}

static void ipv4_fragments(struct kunit *test)
{
	struct packet p = packet_ipv4(IPPROTO_UDP, IP_MF, 0);
	struct levee_flow flow;

	packet_put_ports(&p, 5353, 53);
	flow = read(test, &p);
	KUNIT_EXPECT_EQ(test, flow.flags, 0);
	KUNIT_EXPECT_EQ(test, flow.dport, 53);
	/* What a later one has in that place are no ports. */
	p = packet_ipv4(IPPROTO_UDP, IP_MF | 1, 0);
	packet_put_ports(&p, 5353, 53);
	flow = read(test, &p);
	KUNIT_EXPECT_EQ(test, flow.flags, LEVEE_FLOW_FRAGMENT);
	KUNIT_EXPECT_EQ(test, flow.dport, 0);
	KUNIT_EXPECT_EQ(test, flow.proto, IPPROTO_UDP);
	/* The last one, and one without data. */
	p = packet_ipv4(IPPROTO_TCP, 185, 0);
	KUNIT_EXPECT_EQ(test, read(test, &p).flags, LEVEE_FLOW_FRAGMENT);
	expect_needed(test, p, sizeof(struct iphdr));
}

static void ports_of_datagram_protocols(struct kunit *test)
{
	static const u8 protos[] = { IPPROTO_UDP, IPPROTO_UDPLITE, IPPROTO_DCCP };
	struct packet p;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(protos); i++) {
		p = packet_ipv4(protos[i], 0, 0);
		packet_put_ports(&p, 5353, 53);
		KUNIT_EXPECT_EQ(test, read(test, &p).sport, 5353);
		KUNIT_EXPECT_EQ(test, read(test, &p).dport, 53);
		expect_needed(test, p, sizeof(struct iphdr) + 4);
		p = packet_ipv6(protos[i]);
		packet_put_ports(&p, 5353, 53);
		KUNIT_EXPECT_EQ(test, read(test, &p).dport, 53);
		KUNIT_EXPECT_EQ(test, read(test, &p).proto, protos[i]);
	}
}

static void other_protocols_have_no_ports(struct kunit *test)
{
	struct packet p = packet_ipv4(IPPROTO_GRE, 0, 0);

	KUNIT_EXPECT_EQ(test, read(test, &p).proto, IPPROTO_GRE);
	expect_needed(test, p, sizeof(struct iphdr));
	packet_put_ports(&p, 5353, 53);
	KUNIT_EXPECT_EQ(test, read(test, &p).dport, 0);
}

static void sctp_chunks(struct kunit *test)
{
	static const struct { u8 chunk, flags; } cases[] = {
		{ SCTP_CID_DATA, 0 },
		{ SCTP_CID_INIT, LEVEE_FLOW_SCTP_INIT },
		{ SCTP_CID_INIT_ACK, LEVEE_FLOW_SCTP_INIT_ACK },
		{ SCTP_CID_COOKIE_ECHO, 0 },
	};
	struct packet p;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		p = packet_ipv4(IPPROTO_SCTP, 0, 0);
		packet_put_sctp(&p, cases[i].chunk);
		KUNIT_EXPECT_EQ(test, read(test, &p).flags, cases[i].flags);
		KUNIT_EXPECT_EQ(test, read(test, &p).dport, 2906);
		p = packet_ipv6(IPPROTO_SCTP);
		packet_put_sctp(&p, cases[i].chunk);
		KUNIT_EXPECT_EQ(test, read(test, &p).flags, cases[i].flags);
	}
	/* Without a chunk there are ports all the same. */
	p = packet_ipv4(IPPROTO_SCTP, 0, 0);
	packet_put_sctp(&p, SCTP_CID_INIT);
	expect_needed(test, p, sizeof(struct iphdr) + 4);
	p.len = sizeof(struct iphdr) + sizeof(struct sctphdr);
	KUNIT_EXPECT_EQ(test, read(test, &p).flags, 0);
	KUNIT_EXPECT_EQ(test, read(test, &p).sport, 2905);
}

static void icmp_types(struct kunit *test)
{
	const u8 icmp[8] = { 8 }, icmp6[8] = { ICMPV6_MLD2_REPORT };
	struct packet p = packet_ipv4(IPPROTO_ICMP, 0, 0);

	packet_put(&p, icmp, sizeof(icmp));
	KUNIT_EXPECT_EQ(test, read(test, &p).icmp_type, 8);
	KUNIT_EXPECT_EQ(test, read(test, &p).dport, 0);
	expect_needed(test, p, sizeof(struct iphdr) + 4);
	p = packet_ipv6(IPPROTO_HOPOPTS);
	packet_put_extension(&p, IPPROTO_ICMPV6);
	packet_put(&p, icmp6, sizeof(icmp6));
	KUNIT_EXPECT_EQ(test, read(test, &p).icmp_type, ICMPV6_MLD2_REPORT);
	KUNIT_EXPECT_EQ(test, read(test, &p).proto, IPPROTO_ICMPV6);
}

static void ipv6_extension_headers_are_skipped(struct kunit *test)
{
	static const struct { u8 headers[4], count; } chains[] = {
		{ { IPPROTO_HOPOPTS }, 1 },
		{ { IPPROTO_DSTOPTS }, 1 },
		{ { IPPROTO_ROUTING }, 1 },
		{ { IPPROTO_HOPOPTS, IPPROTO_DSTOPTS, IPPROTO_ROUTING, IPPROTO_DSTOPTS }, 4 },
	};
	struct levee_flow flow;
	struct packet p;
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(chains); i++) {
		p = packet_ipv6(chains[i].headers[0]);
		for (j = 1; j <= chains[i].count; j++)
			packet_put_extension(&p, j < chains[i].count ? chains[i].headers[j] :
					     IPPROTO_TCP);
		packet_put_tcp(&p, true, false, false);
		flow = read(test, &p);
		KUNIT_EXPECT_EQ(test, flow.proto, IPPROTO_TCP);
		KUNIT_EXPECT_EQ(test, flow.dport, 443);
		KUNIT_EXPECT_EQ(test, flow.flags, LEVEE_FLOW_SYN);
		KUNIT_EXPECT_EQ(test, flow.hop_limit, 33);
		expect_needed(test, p, p.len);
	}
}

static void ipv6_fragments(struct kunit *test)
{
	struct packet p = packet_ipv6(IPPROTO_FRAGMENT);
	struct levee_flow flow;

	packet_put_fragment_header(&p, IPPROTO_UDP, 0, true);
	packet_put_ports(&p, 5353, 53);
	flow = read(test, &p);
	KUNIT_EXPECT_EQ(test, flow.flags, 0);
	KUNIT_EXPECT_EQ(test, flow.dport, 53);
	p = packet_ipv6(IPPROTO_FRAGMENT);
	packet_put_fragment_header(&p, IPPROTO_UDP, 1, false);
	packet_put_ports(&p, 5353, 53);
	flow = read(test, &p);
	KUNIT_EXPECT_EQ(test, flow.flags, LEVEE_FLOW_FRAGMENT);
	KUNIT_EXPECT_EQ(test, flow.proto, IPPROTO_UDP);
	KUNIT_EXPECT_EQ(test, flow.dport, 0);
}

static void ipv6_without_a_transport(struct kunit *test)
{
	struct packet p = packet_ipv6(IPPROTO_NONE);

	KUNIT_EXPECT_EQ(test, read(test, &p).proto, IPPROTO_NONE);
	p = packet_ipv6(IPPROTO_ESP);
	KUNIT_EXPECT_EQ(test, read(test, &p).proto, IPPROTO_ESP);
	expect_needed(test, p, sizeof(struct ipv6hdr));
	p = packet_ipv6(IPPROTO_TCP);
	p.bytes[0] = 0x45;
	packet_put_tcp(&p, true, false, false);
	expect_needed(test, packet_ipv6(IPPROTO_GRE), sizeof(struct ipv6hdr));
	p.family = NFPROTO_IPV6;
	KUNIT_EXPECT_FALSE(test, read_split(test, &(struct levee_flow){}, &p, p.len));
}

static void ipv4_mapped_destination_is_ipv4(struct kunit *test)
{
	struct packet p = packet_ipv6(IPPROTO_UDP);

	memcpy(p.bytes + offsetof(struct ipv6hdr, daddr),
	       (&(struct in6_addr){ .s6_addr = { [10] = 0xff, 0xff, 10, 0, 0, 1 } }), 16);
	packet_put_ports(&p, 1, 2);
	KUNIT_EXPECT_TRUE(test, read(test, &p).dst.is_v4);
	KUNIT_EXPECT_EQ(test, read(test, &p).dst.lo, 0x0a000001ULL);
	KUNIT_EXPECT_FALSE(test, read(test, &p).src.is_v4);
}

/* Whatever comes, it is read within its bounds: KASAN watches. */
static void random_bytes_are_read_safely(struct kunit *test)
{
	u32 round, i, readable = 0, linear;
	struct levee_flow flow;
	struct packet p;

	for (round = 0; round < 50000; round++) {
		p = round % 2 ? packet_ipv4(random_u64(), 0, random_below(11)) :
				packet_ipv6(random_u64());
		if (!(round % 2) && random_below(2))
			p.bytes[6] = ((u8 []){ 0, 43, 44, 51, 60, 135 })[random_below(6)];
		for (i = p.len; i < sizeof(p.bytes); i++)
			p.bytes[i] = random_below(3) ? random_below(8) : random_u64();
		p.len = random_below(160);
		linear = min(p.len, header_len(&p));
		linear += random_below(p.len - linear + 1);
		if (read_split(test, &flow, &p, linear))
			readable++;
		else
			memset(&flow, 0xff, sizeof(flow));
		expect_plain_agrees(test, &p, linear, &flow);
	}
	KUNIT_EXPECT_GT(test, readable, 1000U);
	KUNIT_EXPECT_LT(test, readable, 49000U);
}

/* Enough of a socket to be asked about itself. */
static struct sock *bare_sock(struct kunit *test, u16 family)
{
	struct sock *sk = kunit_kzalloc(test, sizeof(struct tcp6_sock), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, sk);
	sk->sk_family = family;
	return sk;
}

static void socket_addresses(struct kunit *test)
{
	struct sock *v4 = bare_sock(test, AF_INET), *v6 = bare_sock(test, AF_INET6);
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(80),
				    .sin6_addr.s6_addr = { 0x20, 1, [15] = 1 } };
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(443),
				  .sin_addr.s_addr = htonl(0x0a000001) };
	const struct sockaddr *sa = (struct sockaddr *)&in, *sa6 = (struct sockaddr *)&in6;
	struct levee_addr addr;
	u16 port = 0;
	int len;

	for (len = 0; len < sizeof(in); len++)
		KUNIT_EXPECT_EQ(test, levee_addr_of_sockaddr(&addr, &port, v4, sa, len), -EINVAL);
	KUNIT_EXPECT_EQ(test, levee_addr_of_sockaddr(&addr, &port, v4, sa, sizeof(in)), 0);
	KUNIT_EXPECT_EQ(test, addr.lo, 0x0a000001ULL);
	KUNIT_EXPECT_EQ(test, port, 443);
	KUNIT_EXPECT_EQ(test, levee_addr_of_sockaddr(&addr, &port, v6, sa, sizeof(in)), 0);
	for (len = 0; len < SIN6_LEN_RFC2133; len++)
		KUNIT_EXPECT_EQ(test, levee_addr_of_sockaddr(&addr, &port, v6, sa6, len), -EINVAL);
	KUNIT_EXPECT_EQ(test, levee_addr_of_sockaddr(&addr, &port, v6, sa6, SIN6_LEN_RFC2133), 0);
	KUNIT_EXPECT_EQ(test, addr.hi, 0x2001000000000000ULL);
	KUNIT_EXPECT_EQ(test, port, 80);
	/* bind() takes it for AF_INET, on an IPv4 socket alone. */
	in.sin_family = AF_UNSPEC;
	KUNIT_EXPECT_EQ(test, levee_addr_of_sockaddr(&addr, &port, v4, sa, sizeof(in)), 0);
	KUNIT_EXPECT_EQ(test, levee_addr_of_sockaddr(&addr, &port, v6, sa, sizeof(in)),
			-EAFNOSUPPORT);
	in.sin_family = AF_UNIX;
	KUNIT_EXPECT_EQ(test, levee_addr_of_sockaddr(&addr, &port, v4, sa, sizeof(in)),
			-EAFNOSUPPORT);
}

static void socket_ends(struct kunit *test)
{
	struct sock *v4 = bare_sock(test, AF_INET), *v6 = bare_sock(test, AF_INET6);
	struct levee_addr addr;
	u16 port;

	v4->sk_daddr = htonl(0x0a000001);
	v4->sk_dport = htons(443);
	v4->sk_rcv_saddr = htonl(0x0a000002);
	v4->sk_num = 40000;
	levee_sock_peer(v4, &addr, &port);
	KUNIT_EXPECT_EQ(test, addr.lo, 0x0a000001ULL);
	KUNIT_EXPECT_EQ(test, port, 443);
	levee_sock_local(v4, &addr, &port);
	KUNIT_EXPECT_EQ(test, addr.lo, 0x0a000002ULL);
	KUNIT_EXPECT_EQ(test, port, 40000);

	v6->sk_v6_daddr.s6_addr[0] = 0x20;
	v6->sk_v6_rcv_saddr.s6_addr[15] = 1;
	levee_sock_peer(v6, &addr, &port);
	KUNIT_EXPECT_EQ(test, addr.hi, 0x2000000000000000ULL);
	levee_sock_local(v6, &addr, &port);
	KUNIT_EXPECT_TRUE(test, levee_addr_is_loopback(&addr));
}

static void protocols_that_are_tcp(struct kunit *test)
{
	struct sock *sk = bare_sock(test, AF_INET);

	sk->sk_protocol = IPPROTO_UDP;
	KUNIT_EXPECT_EQ(test, levee_sock_proto(sk), IPPROTO_UDP);
	sk->sk_protocol = IPPROTO_MPTCP;
	KUNIT_EXPECT_EQ(test, levee_sock_proto(sk), IPPROTO_TCP);
	sk->sk_protocol = 0;
	sk->sk_family = AF_SMC;
	KUNIT_EXPECT_EQ(test, levee_sock_proto(sk), IPPROTO_TCP);
}

static struct levee_flow control(const char *dst, u16 proto, u8 type, u8 hop_limit)
{
	return (struct levee_flow){ .dst = fixture_addr(dst), .proto = proto, .icmp_type = type,
				    .hop_limit = hop_limit };
}

static void link_control_stays_on_the_link(struct kunit *test)
{
	static const struct {
		const char *dst;
		u16 proto;
		u8 type, hop_limit;
		bool kernel, user;	/* passes when it is sent by these */
	} cases[] = {
		{ "ff02::2", IPPROTO_ICMPV6, 133, 255, true, true },
		{ "ff02::1:ff00:1", IPPROTO_ICMPV6, 135, 255, true, true },
		{ "fe80::1", IPPROTO_ICMPV6, 136, 255, true, true },
		{ "fe80::1", IPPROTO_ICMPV6, 137, 255, true, true },
		{ "fe80::1", IPPROTO_ICMPV6, 135, 254, false, false },
		{ "2001:db8::1", IPPROTO_ICMPV6, 135, 255, true, false },
		{ "fe80::1", IPPROTO_ICMPV6, 128, 255, false, false },
		{ "ff02::16", IPPROTO_ICMPV6, 143, 1, true, true },
		{ "ff02::1", IPPROTO_ICMPV6, 130, 1, true, true },
		{ "ff02::2", IPPROTO_ICMPV6, 132, 1, true, true },
		{ "ff02::16", IPPROTO_ICMPV6, 143, 2, false, false },
		{ "ff12::1", IPPROTO_ICMPV6, 130, 1, true, true },
		{ "ff05::1", IPPROTO_ICMPV6, 130, 1, true, false },
		{ "febf::1", IPPROTO_ICMPV6, 135, 255, true, true },
		{ "fec0::1", IPPROTO_ICMPV6, 135, 255, true, false },
		{ "224.0.0.22", IPPROTO_IGMP, 0, 1, true, true },
		{ "224.0.0.22", IPPROTO_IGMP, 0, 2, false, false },
		{ "224.0.1.1", IPPROTO_IGMP, 0, 1, true, false },
		{ "224.0.0.1", IPPROTO_UDP, 0, 1, false, false },
	};
	struct sock *sk = bare_sock(test, AF_INET6);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct levee_flow flow = control(cases[i].dst, cases[i].proto, cases[i].type,
						 cases[i].hop_limit);

		sk->sk_kern_sock = true;
		KUNIT_EXPECT_EQ_MSG(test, levee_flow_is_link_control(&flow, sk), cases[i].kernel,
				    "case %u, of the kernel", i);
		sk->sk_kern_sock = false;
		KUNIT_EXPECT_EQ_MSG(test, levee_flow_is_link_control(&flow, sk), cases[i].user,
				    "case %u, of a user", i);
	}
}

static void icmp_of_the_kernel(struct kunit *test)
{
	struct levee_flow v4 = control("10.0.0.1", IPPROTO_ICMP, 3, 64);
	struct levee_flow v6 = control("2001:db8::1", IPPROTO_ICMPV6, 1, 64);
	struct levee_flow tcp = control("10.0.0.1", IPPROTO_TCP, 0, 64);
	struct sock *sk = bare_sock(test, AF_INET);

	KUNIT_EXPECT_FALSE(test, levee_flow_is_kernel_icmp(&v4, sk));
	sk->sk_kern_sock = true;
	KUNIT_EXPECT_TRUE(test, levee_flow_is_kernel_icmp(&v4, sk));
	KUNIT_EXPECT_TRUE(test, levee_flow_is_kernel_icmp(&v6, sk));
	KUNIT_EXPECT_FALSE(test, levee_flow_is_kernel_icmp(&tcp, sk));
}

static void ephemeral_ports(struct kunit *test)
{
	int low, high;

	inet_get_local_port_range(&init_net, &low, &high);
	KUNIT_EXPECT_TRUE(test, levee_port_is_ephemeral(&init_net, 0));
	KUNIT_EXPECT_FALSE(test, levee_port_is_ephemeral(&init_net, low - 1));
	KUNIT_EXPECT_TRUE(test, levee_port_is_ephemeral(&init_net, low));
	KUNIT_EXPECT_TRUE(test, levee_port_is_ephemeral(&init_net, high));
	KUNIT_EXPECT_FALSE(test, levee_port_is_ephemeral(&init_net, high + 1));
}

static struct kunit_case flow_cases[] = {
	KUNIT_CASE(ipv4_tcp),
	KUNIT_CASE(tcp_flags),
	KUNIT_CASE(ipv4_options_are_skipped),
	KUNIT_CASE(ipv4_header_must_be_one),
	KUNIT_CASE(ipv4_fragments),
	KUNIT_CASE(ports_of_datagram_protocols),
	KUNIT_CASE(other_protocols_have_no_ports),
	KUNIT_CASE(sctp_chunks),
	KUNIT_CASE(icmp_types),
	KUNIT_CASE(ipv6_extension_headers_are_skipped),
	KUNIT_CASE(ipv6_fragments),
	KUNIT_CASE(ipv6_without_a_transport),
	KUNIT_CASE(ipv4_mapped_destination_is_ipv4),
	KUNIT_CASE(random_bytes_are_read_safely),
	KUNIT_CASE(socket_addresses),
	KUNIT_CASE(socket_ends),
	KUNIT_CASE(protocols_that_are_tcp),
	KUNIT_CASE(link_control_stays_on_the_link),
	KUNIT_CASE(icmp_of_the_kernel),
	KUNIT_CASE(ephemeral_ports),
	{}
};

static struct kunit_suite flow_suite = {
	.name = "levee_flow",
	.init = random_seed,
	.test_cases = flow_cases,
};

kunit_test_suite(flow_suite);
