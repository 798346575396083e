// SPDX-License-Identifier: GPL-2.0
/* Frames of packet sockets, by a real device, under a committed policy. */
#include <linux/if_arp.h>
#include <linux/if_packet.h>
#include <linux/if_vlan.h>
#include <linux/net.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/udp.h>

#include "fixture.h"
#include "hook/egress_hooks.h"
#include "hook/packet_hooks.h"
#include "packet.h"
#include "policy/registry.h"

#define OUT LEVEE_FEATURE_OUTBOUND
#define ALLOW LEVEE_ACTION_ALLOW
#define DENY LEVEE_ACTION_DENY
#define ANY LEVEE_PROTO_ANY
#define HOME "/kunit_frame"
#define OTHER "/kunit_frame_other"
#define GOOD "192.0.2.1"
#define BAD "192.0.2.66"

static struct net_device *device(void)
{
	struct net_device *dev = dev_get_by_name(&init_net, "dummy0");

	if (dev)
		dev_put(dev);
	return dev;
}

static int bring_up(struct kunit *test)
{
	int err;

	KUNIT_ASSERT_NOT_NULL(test, device());
	rtnl_lock();
	err = dev_open(device(), NULL);
	rtnl_unlock();
	KUNIT_ASSERT_EQ(test, err, 0);
	return 0;
}

static void take_down(struct kunit *test)
{
	fixture_exit(test);
	rtnl_lock();
	dev_close(device());
	rtnl_unlock();
}

/* Outbound to 192.0.2.0/24, but not to .66; what is not listed is by @fallback. */
static struct levee_draft *policy(struct kunit *test, u8 fallback)
{
	struct levee_draft *draft = fixture_draft(test);
	u32 rule = fixture_rule(test, draft, HOME);

	fixture_section(draft, rule, OUT)->written = LEVEE_EFFECT_PREVENT;
	fixture_section(draft, rule, OUT)->fallback = fallback;
	fixture_entry(test, draft, rule, OUT, ALLOW, fixture_prefix("192.0.2.0", 24, ANY));
	fixture_entry(test, draft, rule, OUT, ALLOW, fixture_prefix("2001:db8::", 32, ANY));
	fixture_entry(test, draft, rule, OUT, DENY, fixture_prefix(BAD, 32, ANY));
	return draft;
}

/* The socket is older than the policy, which hooks its devices. */
static struct sock *begin(struct kunit *test, u8 fallback)
{
	struct sock *sk;

	fixture_mkdir(test, HOME);
	sk = fixture_sock(test, HOME, AF_PACKET, SOCK_RAW, 0);
	fixture_commit(test, policy(test, fallback));
	if (!levee_egress_hooks_armed())
		kunit_skip(test, "no netdev egress");
	/* No task of the workload lives here. */
	levee_packet_hooks_mark(&init_net);
	fixture_commit(test, policy(test, fallback));
	fixture_listen(test);
	return sk;
}

struct frame {
	struct sock *sk;
	u8 bytes[400];
	size_t len;
};

static void put(struct frame *frame, const void *bytes, size_t len)
{
	memcpy(frame->bytes + frame->len, bytes, len);
	frame->len += len;
}

static void put_type(struct frame *frame, u16 type)
{
	const __be16 wire = htons(type);

	put(frame, &wire, sizeof(wire));
}

/* Addresses; what comes next is the type. */
static struct frame frame_of(struct sock *sk)
{
	struct frame frame = { .sk = sk, .len = 2 * ETH_ALEN };

	memset(frame.bytes, 2, frame.len);
	return frame;
}

static int send(void *arg)
{
	struct frame *frame = arg;
	struct kvec vec = { .iov_base = frame->bytes, .iov_len = frame->len };
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = device()->ifindex,
		.sll_halen = ETH_ALEN,
	};
	struct msghdr msg = { .msg_name = &to, .msg_namelen = sizeof(to),
			      .msg_flags = MSG_DONTWAIT };
	int n = kernel_sendmsg(frame->sk->sk_socket, &msg, &vec, 1, frame->len);

	return n < 0 ? n : 0;
}

static struct packet datagram(const char *dest)
{
	const bool v6 = strchr(dest, ':');
	struct packet p = v6 ? packet_ipv6(IPPROTO_UDP) : packet_ipv4(IPPROTO_UDP, 0, 0);

	packet_put_ports(&p, 5000, 443);
	packet_set_ends(&p, v6 ? "fd00::1" : "10.0.0.1", dest);
	return p;
}

static struct frame frame_to(struct sock *sk, const char *dest)
{
	struct frame frame = frame_of(sk);
	struct packet p = datagram(dest);

	put_type(&frame, p.family == NFPROTO_IPV4 ? ETH_P_IP : ETH_P_IPV6);
	put(&frame, p.bytes, p.len);
	return frame;
}

static struct frame tagged(struct sock *sk, u32 tags, const char *dest)
{
	struct frame frame = frame_of(sk);
	struct packet p = datagram(dest);

	while (tags--) {
		put_type(&frame, tags ? ETH_P_8021AD : ETH_P_8021Q);
		put_type(&frame, 100);
	}
	put_type(&frame, ETH_P_IP);
	put(&frame, p.bytes, p.len);
	return frame;
}

static struct frame foreign(struct sock *sk, u16 type)
{
	struct frame frame = frame_of(sk);

	put_type(&frame, type);
	frame.len += 46;
	return frame;
}

static int send_to(struct sock *sk, const char *dest)
{
	struct frame frame = frame_to(sk, dest);

	return send(&frame);
}

static u8 last_reason(void)
{
	const struct fixture_events *heard = fixture_heard();

	return heard->count ? heard->list[heard->count - 1].reason : 0;
}

static void frame_is_the_packet_in_it(struct kunit *test)
{
	struct sock *sk = begin(test, 0);
	struct frame frame;
	u32 tags;

	KUNIT_EXPECT_EQ(test, send_to(sk, GOOD), 0);
	KUNIT_EXPECT_EQ(test, send_to(sk, "2001:db8::1"), 0);
	KUNIT_EXPECT_EQ(test, send_to(sk, BAD), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, last_reason(), LEVEE_REASON_DENIED);
	KUNIT_EXPECT_EQ(test, send_to(sk, "8.8.8.8"), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, send_to(sk, "2606:4700::1111"), -ENOBUFS);
	for (tags = 1; tags < 3; tags++) {
		frame = tagged(sk, tags, GOOD);
		KUNIT_EXPECT_EQ(test, send(&frame), 0);
		frame = tagged(sk, tags, BAD);
		KUNIT_EXPECT_EQ(test, send(&frame), -ENOBUFS);
	}
	/* More tags than anybody reads. */
	frame = tagged(sk, 3, GOOD);
	KUNIT_EXPECT_EQ(test, send(&frame), -ENOBUFS);
}

static void what_is_no_ip_is_by_the_default(struct kunit *test)
{
	struct sock *sk = begin(test, 0);
	struct frame lldp = foreign(sk, 0x88cc), arp = foreign(sk, ETH_P_ARP);
	struct frame llc = foreign(sk, 46);

	KUNIT_EXPECT_EQ(test, send(&lldp), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, last_reason(), LEVEE_REASON_NOT_ALLOWED);
	KUNIT_EXPECT_EQ(test, send(&llc), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, send(&arp), 0);
	fixture_commit(test, policy(test, ALLOW));
	KUNIT_EXPECT_EQ(test, send(&lldp), 0);
	KUNIT_EXPECT_EQ(test, send(&llc), 0);
}

static void cut_header_is_malformed(struct kunit *test)
{
	struct sock *sk = begin(test, ALLOW);
	struct frame frame = frame_to(sk, GOOD);

	for (frame.len = ETH_HLEN + 1; frame.len < ETH_HLEN + 20 + 4; frame.len++) {
		KUNIT_EXPECT_EQ(test, send(&frame), -ENOBUFS);
		KUNIT_EXPECT_EQ(test, last_reason(), LEVEE_REASON_MALFORMED);
	}
	/* Ports are all that is read. */
	KUNIT_EXPECT_EQ(test, send(&frame), 0);
	/* Four that says it is six. */
	frame = frame_to(sk, GOOD);
	frame.bytes[ETH_HLEN] = 0x65;
	KUNIT_EXPECT_EQ(test, send(&frame), -ENOBUFS);
}

static void arp_does_not_leave_a_quarantine(struct kunit *test)
{
	struct sock *sk = begin(test, 0);
	struct frame arp = foreign(sk, ETH_P_ARP), good = frame_to(sk, GOOD);
	struct levee_workload *workload;

	rcu_read_lock();
	workload = levee_workload_by_id(cgroup_id(sock_cgroup_ptr(&sk->sk_cgrp_data)));
	if (workload)
		levee_workload_quarantine(workload);
	rcu_read_unlock();
	KUNIT_ASSERT_EQ(test, levee_workloads_quarantined(), 1U);
	KUNIT_EXPECT_EQ(test, send(&arp), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, send(&good), -ENOBUFS);
}

/* Past all queues, with bottom halves on, by a task of another cgroup. */
static void bypass_names_its_sender(struct kunit *test)
{
	struct levee_draft *draft = policy(test, ALLOW);
	u32 other = fixture_rule(test, draft, OTHER);
	struct sock *sk = begin(test, ALLOW);
	struct frame good = frame_to(sk, GOOD), far = frame_to(sk, "198.51.100.1");
	int on = 1;

	fixture_section(draft, other, OUT)->written = LEVEE_EFFECT_PREVENT;
	fixture_entry(test, draft, other, OUT, ALLOW, fixture_prefix("192.0.2.0", 24, ANY));
	fixture_mkdir(test, OTHER);
	fixture_commit(test, draft);
	fixture_listen(test);
	KUNIT_ASSERT_EQ(test, sk->sk_socket->ops->setsockopt(sk->sk_socket, SOL_PACKET,
							     PACKET_QDISC_BYPASS,
							     KERNEL_SOCKPTR(&on), sizeof(on)), 0);
	KUNIT_EXPECT_EQ(test, fixture_run_in(test, HOME, send, &far), 0);
	KUNIT_EXPECT_EQ(test, fixture_run_in(test, OTHER, send, &good), 0);
	KUNIT_EXPECT_EQ(test, fixture_run_in(test, OTHER, send, &far), -ENOBUFS);
	KUNIT_ASSERT_GT(test, fixture_heard()->count, 0U);
	KUNIT_EXPECT_STREQ(test, fixture_heard()->list[0].text, OTHER);
}

/* As PACKET_VNET_HDR makes it: the checksum begins, and is put, where the sender says. */
static int judge(struct kunit *test, struct sock *sk, const struct frame *frame, u8 family,
		 int start, u16 offset)
{
	struct nf_hook_state state = {
		.hook = NF_NETDEV_EGRESS,
		.pf = NFPROTO_NETDEV,
		.net = &init_net,
		.out = device(),
	};
	struct sk_buff *skb = fixture_skb(test, frame->bytes, frame->len, frame->len);
	unsigned int verdict;

	skb_set_owner_w(skb, sk);
	skb_set_network_header(skb, ETH_HLEN);
	if (start) {
		skb->ip_summed = CHECKSUM_PARTIAL;
		skb->csum_start = skb_headroom(skb) + start;
		skb->csum_offset = offset;
	}
	rcu_read_lock();
	verdict = levee_packet_hooks_judge_frame(skb, family, &state);
	rcu_read_unlock();
	kfree_skb(skb);
	return verdict & NF_VERDICT_MASK;
}

static void checksum_overwrites_nothing(struct kunit *test)
{
	const int transport = ETH_HLEN + sizeof(struct iphdr);
	const u16 check = offsetof(struct udphdr, check);
	struct sock *sk = begin(test, ALLOW);
	struct frame good = frame_to(sk, GOOD), arp = foreign(sk, ETH_P_ARP);

	KUNIT_EXPECT_EQ(test, judge(test, sk, &good, NFPROTO_IPV4, 0, 0), NF_ACCEPT);
	KUNIT_EXPECT_EQ(test, judge(test, sk, &good, NFPROTO_IPV4, transport, check), NF_ACCEPT);
	/* The port; the address, from both ends; the type. */
	KUNIT_EXPECT_EQ(test, judge(test, sk, &good, NFPROTO_IPV4, transport, 2), NF_DROP);
	KUNIT_EXPECT_EQ(test, last_reason(), LEVEE_REASON_MALFORMED);
	KUNIT_EXPECT_EQ(test, judge(test, sk, &good, NFPROTO_IPV4, ETH_HLEN, 16), NF_DROP);
	KUNIT_EXPECT_EQ(test, judge(test, sk, &good, NFPROTO_IPV4, ETH_HLEN + 2, check), NF_DROP);
	KUNIT_EXPECT_EQ(test, judge(test, sk, &arp, NFPROTO_ARP, 0, 0), NF_ACCEPT);
	KUNIT_EXPECT_EQ(test, judge(test, sk, &arp, NFPROTO_ARP, 2, 10), NF_DROP);
	KUNIT_EXPECT_EQ(test, judge(test, sk, &arp, NFPROTO_UNSPEC, 2, 10), NF_DROP);
}

static void hooks_go_with_the_policy(struct kunit *test)
{
	struct sock *sk = begin(test, 0);

	KUNIT_EXPECT_EQ(test, levee_egress_hooks_missing(), 0U);
	KUNIT_EXPECT_EQ(test, send_to(sk, BAD), -ENOBUFS);
	fixture_commit(test, NULL);
	KUNIT_EXPECT_FALSE(test, levee_egress_hooks_armed());
	KUNIT_EXPECT_EQ(test, send_to(sk, BAD), 0);
}

static struct kunit_case frame_cases[] = {
	KUNIT_CASE(frame_is_the_packet_in_it),
	KUNIT_CASE(what_is_no_ip_is_by_the_default),
	KUNIT_CASE(cut_header_is_malformed),
	KUNIT_CASE(arp_does_not_leave_a_quarantine),
	KUNIT_CASE(bypass_names_its_sender),
	KUNIT_CASE(checksum_overwrites_nothing),
	KUNIT_CASE(hooks_go_with_the_policy),
	{}
};

static struct kunit_suite frame_suite = {
	.name = "levee_frame",
	.init = bring_up,
	.exit = take_down,
	.test_cases = frame_cases,
};

kunit_test_suite(frame_suite);
