// SPDX-License-Identifier: GPL-2.0
/* Headers, sockets, directions. */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/igmp.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/sctp.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/inet6_hashtables.h>
#include <net/inet_connection_sock.h>
#include <net/inet_hashtables.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/mld.h>
#include <net/ndisc.h>

#include "flow.h"

/* Ports and flags; @offset is where the transport header begins. */
static bool read_transport(struct levee_flow *flow, const struct sk_buff *skb, int offset)
{
	union {
		struct tcphdr tcp;
		__be16 ports[2];
		u8 icmp[4];
		u8 chunk;
	} buffer;
	const struct tcphdr *tcp;
	const __be16 *ports;
	const u8 *icmp, *chunk;

	switch (flow->proto) {
	case IPPROTO_TCP:
		tcp = skb_header_pointer(skb, offset, sizeof(buffer.tcp), &buffer.tcp);
		return tcp && levee_flow_read_ports(flow, tcp, sizeof(*tcp));
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		ports = skb_header_pointer(skb, offset, sizeof(buffer.ports), buffer.ports);
		if (!ports)
			return false;
		flow->sport = ntohs(ports[0]);
		flow->dport = ntohs(ports[1]);
		if (flow->proto != IPPROTO_SCTP)
			return true;
		chunk = skb_header_pointer(skb, offset + sizeof(struct sctphdr),
					   sizeof(buffer.chunk), &buffer.chunk);
		if (chunk && *chunk == SCTP_CID_INIT)
			flow->flags = LEVEE_FLOW_SCTP_INIT;
		else if (chunk && *chunk == SCTP_CID_INIT_ACK)
			flow->flags = LEVEE_FLOW_SCTP_INIT_ACK;
		return true;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		icmp = skb_header_pointer(skb, offset, sizeof(buffer.icmp), buffer.icmp);
		if (!icmp)
			return false;
		flow->icmp_type = icmp[0];
		return true;
	}
	return true;
}

static bool read_ipv4(struct levee_flow *flow, const struct sk_buff *skb)
{
	const struct iphdr *ip;
	struct iphdr buffer;

	ip = skb_header_pointer(skb, skb_network_offset(skb), sizeof(buffer), &buffer);
	if (!ip || ip->version != 4 || ip->ihl < 5)
		return false;
	flow->dst.is_v4 = true;
	flow->dst.lo = ntohl(ip->daddr);
	flow->src.is_v4 = true;
	flow->src.lo = ntohl(ip->saddr);
	flow->proto = ip->protocol;
	flow->hop_limit = ip->ttl;
	if (unlikely(ip->frag_off & htons(IP_OFFSET))) {
		flow->flags = LEVEE_FLOW_FRAGMENT;
		return true;
	}
	return read_transport(flow, skb, skb_network_offset(skb) + ip->ihl * 4);
}

static bool read_ipv6(struct levee_flow *flow, const struct sk_buff *skb)
{
	const struct ipv6hdr *ip;
	unsigned short frag = 0;
	unsigned int offset = 0;
	struct ipv6hdr buffer;
	int proto;

	ip = skb_header_pointer(skb, skb_network_offset(skb), sizeof(buffer), &buffer);
	if (!ip || ip->version != 6)
		return false;
	levee_addr_read(&flow->dst, ip->daddr.s6_addr, 16);
	levee_addr_read(&flow->src, ip->saddr.s6_addr, 16);
	flow->hop_limit = ip->hop_limit;
	/* The common case has no extension header. */
	if (ip->nexthdr == IPPROTO_TCP || ip->nexthdr == IPPROTO_UDP ||
	    ip->nexthdr == IPPROTO_ICMPV6) {
		flow->proto = ip->nexthdr;
		return read_transport(flow, skb, skb_network_offset(skb) + sizeof(buffer));
	}
	proto = ipv6_find_hdr(skb, &offset, -1, &frag, NULL);
	if (proto < 0)
		return false;
	flow->proto = proto;
	if (frag) {
		flow->flags = LEVEE_FLOW_FRAGMENT;
		return true;
	}
	return read_transport(flow, skb, offset);
}

bool levee_flow_read(struct levee_flow *flow, const struct sk_buff *skb, u8 family)
{
	memset(flow, 0, sizeof(*flow));
	return family == NFPROTO_IPV4 ? read_ipv4(flow, skb) : read_ipv6(flow, skb);
}

/* RFC 792 has 8 bytes of the transport header, RFC 4443 more; enough for the ports. */
static bool read_inner_ports(struct levee_flow *flow, const struct sk_buff *skb, int offset)
{
	__be16 buffer[2];
	const __be16 *ports;

	if (!levee_proto_has_ports(flow->proto))
		return true;
	ports = skb_header_pointer(skb, offset, sizeof(buffer), buffer);
	if (!ports)
		return false;
	flow->sport = ntohs(ports[0]);
	flow->dport = ntohs(ports[1]);
	return true;
}

static bool read_inner_ipv4(struct levee_flow *flow, const struct sk_buff *skb, int offset)
{
	const struct iphdr *ip;
	struct iphdr buffer;

	ip = skb_header_pointer(skb, offset, sizeof(buffer), &buffer);
	if (!ip || ip->version != 4 || ip->ihl < 5)
		return false;
	flow->dst.is_v4 = true;
	flow->dst.lo = ntohl(ip->daddr);
	flow->src.is_v4 = true;
	flow->src.lo = ntohl(ip->saddr);
	flow->proto = ip->protocol;
	return read_inner_ports(flow, skb, offset + ip->ihl * 4);
}

/* Extension headers are rare in what anybody scans with: not read. */
static bool read_inner_ipv6(struct levee_flow *flow, const struct sk_buff *skb, int offset)
{
	const struct ipv6hdr *ip;
	struct ipv6hdr buffer;

	ip = skb_header_pointer(skb, offset, sizeof(buffer), &buffer);
	if (!ip || ip->version != 6)
		return false;
	levee_addr_read(&flow->dst, ip->daddr.s6_addr, 16);
	levee_addr_read(&flow->src, ip->saddr.s6_addr, 16);
	flow->proto = ip->nexthdr;
	return read_inner_ports(flow, skb, offset + sizeof(*ip));
}

bool levee_flow_read_inner(struct levee_flow *flow, const struct sk_buff *skb, u8 family)
{
	int offset = levee_flow_transport(skb, family);

	memset(flow, 0, sizeof(*flow));
	if (offset < 0)
		return false;
	/* The header of an error has 8 bytes in both. */
	offset += sizeof(struct icmphdr);
	return family == NFPROTO_IPV4 ? read_inner_ipv4(flow, skb, offset) :
					read_inner_ipv6(flow, skb, offset);
}

int levee_flow_transport(const struct sk_buff *skb, u8 family)
{
	unsigned short frag = 0;
	unsigned int offset = 0;
	const struct iphdr *ip;
	struct iphdr buffer;

	if (family == NFPROTO_IPV6)
		return ipv6_find_hdr(skb, &offset, -1, &frag, NULL) < 0 ? -EINVAL : offset;
	ip = skb_header_pointer(skb, skb_network_offset(skb), sizeof(buffer), &buffer);
	return ip ? skb_network_offset(skb) + ip->ihl * 4 : -EINVAL;
}

int levee_addr_of_sockaddr(struct levee_addr *addr, u16 *port, const struct sock *sk,
			   const struct sockaddr *sa, int len)
{
	const struct sockaddr_in6 *in6 = (const void *)sa;
	const struct sockaddr_in *in = (const void *)sa;

	if (len < offsetofend(struct sockaddr, sa_family))
		return -EINVAL;
	switch (sa->sa_family) {
	case AF_UNSPEC:
		if (sk->sk_family != AF_INET)
			return -EAFNOSUPPORT;
		fallthrough;
	case AF_INET:
		if (len < sizeof(*in))
			return -EINVAL;
		levee_addr_read(addr, (const u8 *)&in->sin_addr, 4);
		*port = ntohs(in->sin_port);
		break;
	case AF_INET6:
		if (len < SIN6_LEN_RFC2133)
			return -EINVAL;
		levee_addr_read(addr, in6->sin6_addr.s6_addr, 16);
		*port = ntohs(in6->sin6_port);
		break;
	default:
		return -EAFNOSUPPORT;
	}
	return 0;
}

u16 levee_sock_proto(const struct sock *sk)
{
	u16 proto = READ_ONCE(sk->sk_protocol);

	if (proto == IPPROTO_MPTCP || proto == IPPROTO_SMC || sk->sk_family == AF_SMC)
		return IPPROTO_TCP;
	return proto;
}

static void addr_of_sock(struct levee_addr *addr, const struct sock *sk, __be32 v4,
			 const struct in6_addr *v6)
{
	if (sk->sk_family == AF_INET)
		levee_addr_read(addr, (const u8 *)&v4, 4);
	else
		levee_addr_read(addr, v6->s6_addr, 16);
}

void levee_sock_peer(const struct sock *sk, struct levee_addr *addr, u16 *port)
{
	addr_of_sock(addr, sk, sk->sk_daddr, &sk->sk_v6_daddr);
	*port = ntohs(sk->sk_dport);
}

void levee_sock_local(const struct sock *sk, struct levee_addr *addr, u16 *port)
{
	addr_of_sock(addr, sk, sk->sk_rcv_saddr, &sk->sk_v6_rcv_saddr);
	*port = sk->sk_num;
}

static bool stays_on_link(const struct levee_addr *addr)
{
	if (addr->is_v4)
		return addr->lo >> 8 == 0xe00000;	/* 224.0.0.0/24, RFC 5771 4 */
	return addr->hi >> 54 == 0xfe80 >> 6 ||		/* fe80::/10, RFC 4291 2.5.6 */
	       (addr->hi >> 48 & 0xff0f) == 0xff02;	/* ff02::/16, RFC 4291 2.7 */
}

bool levee_flow_is_link_control(const struct levee_flow *flow, const struct sock *sk)
{
	if (!levee_sock_is_kernels(sk) && !stays_on_link(&flow->dst))
		return false;
	if (flow->proto == IPPROTO_ICMPV6) {
		switch (flow->icmp_type) {
		case NDISC_ROUTER_SOLICITATION ... NDISC_REDIRECT:
			return flow->hop_limit == 255;	/* RFC 4861 7.1: else discarded */
		case ICMPV6_MGM_QUERY ... ICMPV6_MGM_REDUCTION:
		case ICMPV6_MLD2_REPORT:
			return flow->hop_limit == 1;	/* RFC 3810 5 */
		}
		return false;
	}
	return flow->proto == IPPROTO_IGMP && flow->hop_limit == 1;	/* RFC 3376 4 */
}

bool levee_flow_is_kernel_icmp(const struct levee_flow *flow, const struct sock *sk)
{
	return levee_sock_is_kernels(sk) &&
	       (flow->proto == IPPROTO_ICMP || flow->proto == IPPROTO_ICMPV6);
}

static struct sock *find_listener(struct net *net, const struct levee_addr *local, u16 lport,
				  const struct levee_addr *remote, u16 rport, int ifindex)
{
	struct in6_addr local6, remote6;
	__be32 local4, remote4;

	if (local->is_v4) {
		local4 = htonl((u32)local->lo);
		remote4 = htonl((u32)remote->lo);
		return inet_lookup_listener(net, NULL, 0, remote4,
					    htons(rport), local4, htons(lport), ifindex, 0);
	}
	if (!IS_ENABLED(CONFIG_IPV6))
		return NULL;
	levee_addr_write(local, local6.s6_addr);
	levee_addr_write(remote, remote6.s6_addr);
	return inet6_lookup_listener(net, NULL, 0, &remote6,
				     htons(rport), &local6, lport, ifindex, 0);
}

struct sock *levee_synack_listener(struct net *net, const struct levee_flow *flow, int ifindex)
{
	struct sock *sk;

	sk = find_listener(net, &flow->src, flow->sport, &flow->dst, flow->dport, ifindex);
	/* Listeners are freed under RCU, and their lookup takes no reference. */
	if (sk && !refcount_inc_not_zero(&sk->sk_refcnt))
		sk = NULL;
	return sk;
}

bool levee_tcp_opened_by_peer(struct net *net, const struct sock *sk)
{
	const struct inet_bind_bucket *bucket;
	struct levee_addr local, remote;
	const struct sock *listener;
	u16 lport, rport;

	/* An accepted socket never chose its port itself: sk_clone() clears the lock. */
	if (levee_sock_chose_port(sk))
		return false;
	if (READ_ONCE(sk->sk_state) == TCP_SYN_SENT)
		return false;
#ifdef SOCK_CONNECT_BIND
	if (sk->sk_userlocks & SOCK_CONNECT_BIND)
		return false;
#endif
	levee_sock_local(sk, &local, &lport);
	levee_sock_peer(sk, &remote, &rport);
	listener = find_listener(net, &local, lport, &remote, rport, sk->sk_bound_dev_if);
	/* An accepted socket has its listener's cgroup. */
	if (listener && levee_sock_cgroup(listener) == levee_sock_cgroup(sk))
		return true;
	/*
	 * The listener may be closed: its bucket is one that connect() did not make.
	 * Nor did a bind() to port 0 before connect(), which takes an ephemeral one.
	 */
	bucket = inet_csk(sk)->icsk_bind_hash;
	/* data_race: a byte of a bucket that we keep alive, but whose lock is not ours */
	return bucket && data_race(bucket->fastreuse) >= 0 && !levee_port_is_ephemeral(net, lport);
}

bool levee_port_is_ephemeral(const struct net *net, u16 port)
{
	int low, high;

	if (!port)
		return true;
	inet_get_local_port_range((struct net *)net, &low, &high);
	return port >= low && port <= high;
}
