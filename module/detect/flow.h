/* SPDX-License-Identifier: GPL-2.0 */
/* From packets and socket addresses to acts. Nothing here decides or sleeps. */
#ifndef LEVEE_DETECT_FLOW_H
#define LEVEE_DETECT_FLOW_H

#include <linux/cgroup.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/socket.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/inet_sock.h>
#include <net/ip.h>
#include <net/sock.h>

#include "../policy/act.h"

enum levee_flow_flag {
	LEVEE_FLOW_SYN = 1,		/* TCP, a SYN without ACK */
	LEVEE_FLOW_SYNACK = 2,		/* TCP, a SYN with ACK */
	LEVEE_FLOW_RST = 4,		/* TCP, a reset */
	LEVEE_FLOW_SCTP_INIT = 8,	/* an INIT, which stands alone (RFC 9260 6.10) */
	LEVEE_FLOW_SCTP_INIT_ACK = 16,
	LEVEE_FLOW_FRAGMENT = 32,	/* not the first: there are no ports to see */
};

/**
 * struct levee_flow - what the headers of a packet say
 * @dst: destination
 * @src: source
 * @proto: IP protocol, extension headers skipped
 * @sport: source port, host order, 0 where the protocol has none
 * @dport: destination port, host order, 0 where the protocol has none
 * @icmp_type: ICMP and ICMPv6
 * @hop_limit: TTL or hop limit
 * @flags: enum levee_flow_flag
 */
struct levee_flow {
	struct levee_addr dst;
	struct levee_addr src;
	u16 proto;
	u16 sport;
	u16 dport;
	u8 icmp_type;
	u8 hop_limit;
	u8 flags;
};

/* Ports and flags of TCP and UDP, all of them in one piece; false for what is not. */
static __always_inline bool levee_flow_read_ports(struct levee_flow *flow, const void *transport,
						  unsigned int room)
{
	const struct tcphdr *tcp = transport;
	const struct udphdr *udp = transport;

	if (flow->proto == IPPROTO_TCP) {
		if (unlikely(room < sizeof(*tcp)))
			return false;
		if (unlikely(tcp->syn))
			flow->flags = tcp->ack ? LEVEE_FLOW_SYNACK : LEVEE_FLOW_SYN;
		if (unlikely(tcp->rst))
			flow->flags |= LEVEE_FLOW_RST;
	} else if (flow->proto != IPPROTO_UDP || room < sizeof(*udp)) {
		return false;
	}
	/* The ports are in the same place. */
	flow->sport = ntohs(udp->source);
	flow->dport = ntohs(udp->dest);
	return true;
}

static __always_inline u64 levee_half_of_in6(const struct in6_addr *addr, u32 first)
{
	return (u64)ntohl(addr->s6_addr32[first]) << 32 | ntohl(addr->s6_addr32[first + 1]);
}

/*
 * What nearly every packet is: TCP or UDP, headers in one piece, no options and no
 * extension headers. In registers, where @flow goes nowhere else.
 */
static __always_inline bool levee_flow_read_plain(struct levee_flow *flow,
						  const struct sk_buff *skb, u8 family)
{
	unsigned int room = skb_headlen(skb) - skb_network_offset(skb);
	const void *header = skb_network_header(skb);
	const struct ipv6hdr *ip6 = header;
	const struct iphdr *ip = header;

	flow->icmp_type = 0;
	flow->flags = 0;
	if (likely(family == NFPROTO_IPV4)) {
		if (room < sizeof(*ip) || *(const u8 *)header != 0x45 ||
		    ip->frag_off & htons(IP_OFFSET))
			return false;
		flow->dst.hi = 0;
		flow->dst.lo = ntohl(ip->daddr);
		flow->dst.is_v4 = true;
		flow->src.hi = 0;
		flow->src.lo = ntohl(ip->saddr);
		flow->src.is_v4 = true;
		flow->hop_limit = ip->ttl;
		flow->proto = ip->protocol;
		return levee_flow_read_ports(flow, ip + 1, room - sizeof(*ip));
	}
	if (room < sizeof(*ip6) || *(const u8 *)header >> 4 != 6)
		return false;
	flow->dst.hi = levee_half_of_in6(&ip6->daddr, 0);
	flow->dst.lo = levee_half_of_in6(&ip6->daddr, 2);
	flow->dst.is_v4 = false;
	flow->src.hi = levee_half_of_in6(&ip6->saddr, 0);
	flow->src.lo = levee_half_of_in6(&ip6->saddr, 2);
	flow->src.is_v4 = false;
	/* One half of zeros is rare: IPv4-mapped, loopback, unspecified. */
	if (!flow->dst.hi || !flow->src.hi)
		return false;
	flow->hop_limit = ip6->hop_limit;
	flow->proto = ip6->nexthdr;
	return levee_flow_read_ports(flow, ip6 + 1, room - sizeof(*ip6));
}

/*
 * Reads the headers of an outgoing or delivered packet. False when they do not
 * parse: such a packet must not be let through for that. Any context.
 */
bool levee_flow_read(struct levee_flow *flow, const struct sk_buff *skb, u8 family);
/*
 * Reads the headers that an ICMP error carries: of what was sent. False when they
 * are cut before the ports.
 */
bool levee_flow_read_inner(struct levee_flow *flow, const struct sk_buff *skb, u8 family);
/* Where its transport header begins, from skb->data on; -EINVAL. Any context. */
int levee_flow_transport(const struct sk_buff *skb, u8 family);

/*
 * Reads a socket address that the kernel has copied, as a socket @sk would:
 * 0, or -EINVAL for one that is too short, -EAFNOSUPPORT for a family that is
 * no IP address. bind() of an IPv4 socket takes AF_UNSPEC for AF_INET.
 */
int levee_addr_of_sockaddr(struct levee_addr *addr, u16 *port, const struct sock *sk,
			   const struct sockaddr *sa, int len);
/* What an IPv4 or IPv6 socket is connected to, and bound to; zero where it is not. */
void levee_sock_peer(const struct sock *sk, struct levee_addr *addr, u16 *port);
void levee_sock_local(const struct sock *sk, struct levee_addr *addr, u16 *port);
/* The protocol that a socket speaks on the wire: MPTCP and SMC are TCP. */
u16 levee_sock_proto(const struct sock *sk);

/*
 * The full socket that a packet belongs to, or NULL.
 *
 * packet                     6.1, 6.12, 7.3
 * data of a connection       its socket
 * SYN-ACK                    the listener of its request socket
 * SYN-ACK with a SYN cookie  none: look the listener up
 * TIME_WAIT                  none (7.3 attaches the minisock, which is not full)
 * reset, ACK of the kernel   its control socket, of the root cgroup; 7.3 for a
 *                            reset the socket that is reset
 */
static __always_inline struct sock *levee_flow_sock(const struct sk_buff *skb)
{
	struct sock *sk = skb_to_full_sk(skb);

	return sk && sk_fullsock(sk) ? sk : NULL;
}

/*
 * IPv6 neighbour discovery and MLD, IGMP, that stay on the link by their own rules:
 * from the kernel, or to an address that no router forwards.
 */
bool levee_flow_is_link_control(const struct levee_flow *flow, const struct sock *sk);
/* ICMP that the kernel answers with by itself, from a socket of its own. */
bool levee_flow_is_kernel_icmp(const struct levee_flow *flow, const struct sock *sk);

/*
 * Whether the peer opened this TCP connection. The caller holds the socket's
 * lock, as the sender of any of its packets does; under rcu_read_lock().
 */
bool levee_tcp_opened_by_peer(struct net *net, const struct sock *sk);
/* The listener that a SYN-ACK without a socket answers for, or NULL; sock_gen_put() it. */
struct sock *levee_synack_listener(struct net *net, const struct levee_flow *flow, int ifindex);
/* Whether a local port is of the namespace's ephemeral range. */
bool levee_port_is_ephemeral(const struct net *net, u16 port);

/* Whether the kernel made the socket for itself; whether its port was asked for. Any context. */
static inline bool levee_sock_is_kernels(const struct sock *sk)
{
	/* data_race: set at birth; other bits of the byte change */
	return data_race(!!sk->sk_kern_sock);
}

static inline bool levee_sock_chose_port(const struct sock *sk)
{
	/* data_race: where the socket's lock is not held, by this packet or the next */
	return data_race(sk->sk_userlocks & SOCK_BINDPORT_LOCK);
}

/* The cgroup of the socket's creator, or of its listener's. Valid as long as the socket. */
static inline struct cgroup *levee_sock_cgroup(const struct sock *sk)
{
	return sock_cgroup_ptr((struct sock_cgroup_data *)&sk->sk_cgrp_data);
}

#endif /* LEVEE_DETECT_FLOW_H */
