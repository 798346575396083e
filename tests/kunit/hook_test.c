// SPDX-License-Identifier: GPL-2.0
/* Packets through netfilter's own hooks, under a committed policy, from sockets in real cgroups. */
#include <linux/delay.h>
#include <linux/icmpv6.h>
#include <linux/inet.h>
#include <linux/inetdevice.h>
#include <linux/net.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/rtnetlink.h>
#include <linux/sched/task.h>
#include <net/inet_sock.h>
#include <net/tcp.h>

#include "control/commit.h"
#include "detect/flow.h"
#include "detect/peers.h"
#include "fixture.h"
#include "hook/gate.h"
#include "hook/packet_hooks.h"
#include "hook/stop.h"
#include "packet.h"
#include "policy/registry.h"

#define OUT LEVEE_FEATURE_OUTBOUND
#define IN LEVEE_FEATURE_LISTEN
#define RAW LEVEE_FEATURE_RAW_SOCKETS
#define ALLOW LEVEE_ACTION_ALLOW
#define DENY LEVEE_ACTION_DENY
#define ANY LEVEE_PROTO_ANY
#define HOME "/kunit_hook"

/*
 * One rule for HOME: outbound to 192.0.2.0/24 and 2001:db8::/32 but not to .66,
 * listening on 8080.
 */
static struct levee_draft *policy(struct kunit *test, u8 effect)
{
	struct levee_draft *draft = fixture_draft(test);
	u32 rule = fixture_rule(test, draft, HOME);

	fixture_section(draft, rule, OUT)->written = effect;
	fixture_entry(test, draft, rule, OUT, ALLOW, fixture_prefix("192.0.2.0", 24, ANY));
	fixture_entry(test, draft, rule, OUT, ALLOW, fixture_prefix("2001:db8::", 32, ANY));
	fixture_entry(test, draft, rule, OUT, DENY, fixture_prefix("192.0.2.66", 32, ANY));
	fixture_section(draft, rule, IN)->written = effect;
	fixture_entry(test, draft, rule, IN, ALLOW,
		      fixture_ports(LEVEE_TARGET_PORTS, 6, 8080, 8080));
	return draft;
}

static struct cgroup *begin(struct kunit *test, u8 effect)
{
	struct cgroup *cgroup = fixture_mkdir(test, HOME);

	fixture_commit(test, policy(test, effect));
	fixture_listen(test);
	return cgroup;
}

static struct sock *udp(struct kunit *test)
{
	return fixture_sock(test, HOME, AF_INET, SOCK_DGRAM, IPPROTO_UDP);
}

static struct sock *tcp(struct kunit *test)
{
	return fixture_sock(test, HOME, AF_INET, SOCK_STREAM, IPPROTO_TCP);
}

static int okfn(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	return 0;
}

static int send(struct kunit *test, struct sock *sk, const struct packet *p)
{
	struct sk_buff *skb = fixture_skb(test, p->bytes, p->len, p->len);

	return fixture_pass(&init_net, NF_INET_LOCAL_OUT, sk, skb, p->family, NULL,
		       init_net.loopback_dev);
}

static int deliver(struct kunit *test, struct sock *sk, const struct packet *p,
		   struct net_device *in)
{
	struct sk_buff *skb = fixture_skb(test, p->bytes, p->len, p->len);

	skb->dev = in;
	return fixture_pass(&init_net, NF_INET_LOCAL_IN, sk, skb, p->family, in, NULL);
}

/* One that is not loopback; it stays as long as the kernel. */
static struct net_device *other_device(void)
{
	struct net_device *dev = dev_get_by_name(&init_net, "dummy0");

	if (dev)
		dev_put(dev);
	return dev;
}

static struct packet datagram(const char *source, u16 sport, const char *dest, u16 dport)
{
	struct packet p = strchr(dest, ':') ? packet_ipv6(IPPROTO_UDP) :
					      packet_ipv4(IPPROTO_UDP, 0, 0);

	packet_put_ports(&p, sport, dport);
	packet_set_ends(&p, source, dest);
	return p;
}

/* From 10.0.0.1 or fd00::1; @sport tells flows apart. */
static struct packet udp_to(const char *dest, u16 sport)
{
	return datagram(strchr(dest, ':') ? "fd00::1" : "10.0.0.1", sport, dest, 53);
}

static struct packet segment_to(const char *dest, bool syn, bool ack, bool rst)
{
	struct packet p = strchr(dest, ':') ? packet_ipv6(IPPROTO_TCP) :
					      packet_ipv4(IPPROTO_TCP, 0, 0);

	packet_put_tcp(&p, syn, ack, rst);
	packet_set_ends(&p, strchr(dest, ':') ? "fd00::1" : "10.0.0.1", dest);
	return p;
}

static int send_udp(struct kunit *test, struct sock *sk, const char *dest, u16 sport)
{
	struct packet p = udp_to(dest, sport);

	return send(test, sk, &p);
}

static u64 stat(u8 feature, enum levee_stat stat)
{
	u64 value;

	rcu_read_lock();
	value = levee_rule_stat(&levee_live_rcu()->rules[0], feature, stat);
	rcu_read_unlock();
	return value;
}

static void expect_audit(struct kunit *test, u8 reason, bool enforced)
{
	const struct fixture_events *heard = fixture_heard();
	u32 i;

	for (i = 0; i < heard->count; i++)
		if (heard->list[i].type == LEVEE_EVENT_TYPE_AUDIT)
			break;
	KUNIT_ASSERT_LT(test, i, heard->count);
	KUNIT_EXPECT_EQ(test, heard->list[i].reason, reason);
	KUNIT_EXPECT_EQ(test, heard->list[i].enforced, enforced);
	KUNIT_EXPECT_STREQ(test, heard->list[i].text, HOME);
}

static void allowed_datagram_passes(struct kunit *test)
{
	struct sock *sk;

	begin(test, LEVEE_EFFECT_PREVENT);
	sk = udp(test);
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "192.0.2.1", 1), 0);
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "2001:db8::1", 1), 0);
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "127.0.0.1", 1), 0);
	KUNIT_EXPECT_EQ(test, stat(OUT, LEVEE_STAT_ALLOWED), 3ULL);
	KUNIT_EXPECT_EQ(test, stat(OUT, LEVEE_STAT_AUDITED), 0ULL);
	KUNIT_EXPECT_EQ(test, fixture_heard_of(LEVEE_EVENT_TYPE_AUDIT), 0U);
}

static void judged_flow_is_not_judged_again(struct kunit *test)
{
	struct sock *sk;
	u32 i;

	begin(test, LEVEE_EFFECT_PREVENT);
	sk = udp(test);
	for (i = 0; i < 5; i++)
		KUNIT_EXPECT_EQ(test, send_udp(test, sk, "192.0.2.1", 1), 0);
	KUNIT_EXPECT_EQ(test, stat(OUT, LEVEE_STAT_ALLOWED), 1ULL);
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "192.0.2.1", 2), 0);
	KUNIT_EXPECT_EQ(test, stat(OUT, LEVEE_STAT_ALLOWED), 2ULL);
	/* A commit reaches it. */
	fixture_commit(test, policy(test, LEVEE_EFFECT_PREVENT));
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "192.0.2.1", 1), 0);
	KUNIT_EXPECT_EQ(test, stat(OUT, LEVEE_STAT_ALLOWED), 1ULL);
}

static void refused_datagram_is_eperm_each_time(struct kunit *test)
{
	struct sock *sk;

	begin(test, LEVEE_EFFECT_PREVENT);
	sk = udp(test);
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "192.0.2.66", 1), -EPERM);
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "192.0.2.66", 1), -EPERM);
	KUNIT_EXPECT_EQ(test, stat(OUT, LEVEE_STAT_AUDITED), 2ULL);
	KUNIT_EXPECT_EQ(test, stat(OUT, LEVEE_STAT_PREVENTED), 2ULL);
	KUNIT_EXPECT_EQ(test, stat(OUT, LEVEE_STAT_ALLOWED), 0ULL);
	expect_audit(test, LEVEE_REASON_DENIED, true);
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "8.8.8.8", 1), -EPERM);
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "2606:4700::1111", 1), -EPERM);
}

static void refused_syn_is_econnrefused_and_one_act(struct kunit *test)
{
	struct packet p = segment_to("8.8.8.8", true, false, false);
	struct packet p6 = segment_to("2606:4700::1111", true, false, false);
	struct sock *sk;

	begin(test, LEVEE_EFFECT_PREVENT);
	sk = tcp(test);
	KUNIT_EXPECT_EQ(test, send(test, sk, &p), -ECONNREFUSED);
	KUNIT_EXPECT_EQ(test, send(test, sk, &p), -ECONNREFUSED);
	KUNIT_EXPECT_EQ(test, stat(OUT, LEVEE_STAT_AUDITED), 1ULL);
	expect_audit(test, LEVEE_REASON_NOT_ALLOWED, true);
	KUNIT_EXPECT_EQ(test, send(test, sk, &p6), -ECONNREFUSED);
	KUNIT_EXPECT_EQ(test, stat(OUT, LEVEE_STAT_AUDITED), 2ULL);
	p = segment_to("192.0.2.1", true, false, false);
	KUNIT_EXPECT_EQ(test, send(test, sk, &p), 0);
	/* What resets tells nobody anything. */
	p = segment_to("8.8.8.8", false, true, true);
	KUNIT_EXPECT_EQ(test, send(test, sk, &p), 0);
}

static void alert_lets_pass_and_tells(struct kunit *test)
{
	struct sock *sk;

	begin(test, LEVEE_EFFECT_ALERT);
	sk = udp(test);
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "192.0.2.66", 1), 0);
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "192.0.2.66", 1), 0);
	KUNIT_EXPECT_EQ(test, stat(OUT, LEVEE_STAT_AUDITED), 1ULL);
	KUNIT_EXPECT_EQ(test, stat(OUT, LEVEE_STAT_PREVENTED), 0ULL);
	expect_audit(test, LEVEE_REASON_DENIED, true);
}

static void alert_only_counts_what_it_would_stop(struct kunit *test)
{
	struct levee_draft *draft = policy(test, LEVEE_EFFECT_BLOCK);

	draft->alert_only = true;
	fixture_mkdir(test, HOME);
	fixture_commit(test, draft);
	KUNIT_EXPECT_EQ(test, send_udp(test, udp(test), "192.0.2.66", 1), 0);
	KUNIT_EXPECT_EQ(test, stat(OUT, LEVEE_STAT_UNENFORCED), 1ULL);
	KUNIT_EXPECT_EQ(test, stat(OUT, LEVEE_STAT_BLOCKED), 0ULL);
	KUNIT_EXPECT_EQ(test, levee_workloads_quarantined(), 0U);
}

static void others_are_left_alone(struct kunit *test)
{
	struct packet cut = udp_to("8.8.8.8", 1);
	struct sock *sk;

	begin(test, LEVEE_EFFECT_PREVENT);
	fixture_mkdir(test, "/kunit_free");
	sk = fixture_sock(test, "/kunit_free", AF_INET, SOCK_DGRAM, IPPROTO_UDP);
	cut.len = 12;
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "8.8.8.8", 1), 0);
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "8.8.8.8", 1), 0);
	KUNIT_EXPECT_EQ(test, send(test, sk, &cut), 0);
	sk = fixture_sock(test, "/", AF_INET, SOCK_DGRAM, IPPROTO_UDP);
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "8.8.8.8", 1), 0);
	KUNIT_EXPECT_EQ(test, send_udp(test, NULL, "8.8.8.8", 1), 0);
	KUNIT_EXPECT_EQ(test, fixture_heard_of(LEVEE_EVENT_TYPE_AUDIT), 0U);
}

static void malformed_is_not_let_through(struct kunit *test)
{
	struct packet p = udp_to("192.0.2.1", 1);
	struct sock *sk;
	size_t whole = p.len;

	begin(test, LEVEE_EFFECT_PREVENT);
	sk = fixture_sock(test, HOME, AF_INET, SOCK_RAW, IPPROTO_UDP);
	p.len = sizeof(struct iphdr) + 3;
	KUNIT_EXPECT_EQ(test, send(test, sk, &p), -EPERM);
	expect_audit(test, LEVEE_REASON_MALFORMED, true);
	p.len = whole;
	p.bytes[0] = 0x65;
	KUNIT_EXPECT_EQ(test, send(test, sk, &p), -EPERM);
	p = udp_to("2001:db8::1", 1);
	p.len = 30;
	KUNIT_EXPECT_EQ(test, send(test, sk, &p), -EPERM);
	KUNIT_EXPECT_EQ(test, stat(OUT, LEVEE_STAT_AUDITED), 3ULL);
	/* Alert: it goes on, and is told. */
	fixture_commit(test, policy(test, LEVEE_EFFECT_ALERT));
	KUNIT_EXPECT_EQ(test, send(test, sk, &p), 0);
	KUNIT_EXPECT_EQ(test, stat(OUT, LEVEE_STAT_AUDITED), 1ULL);
	/* Disabled: nobody looks. */
	fixture_commit(test, policy(test, LEVEE_EFFECT_DISABLE));
	KUNIT_EXPECT_EQ(test, send(test, sk, &p), 0);
	KUNIT_EXPECT_EQ(test, stat(OUT, LEVEE_STAT_AUDITED), 0ULL);
}

static void fragment_of_a_raw_socket_hides_its_ports(struct kunit *test)
{
	struct packet p = packet_ipv4(IPPROTO_UDP, 8, 0);
	struct sock *raw;

	begin(test, LEVEE_EFFECT_PREVENT);
	packet_set_ends(&p, "10.0.0.1", "192.0.2.1");
	raw = fixture_sock(test, HOME, AF_INET, SOCK_RAW, IPPROTO_RAW);
	KUNIT_EXPECT_EQ(test, send(test, raw, &p), -EPERM);
	expect_audit(test, LEVEE_REASON_MALFORMED, true);
	KUNIT_EXPECT_EQ(test, send(test, udp(test), &p), 0);
}

/* Here no route says that it stays: it says loopback and goes elsewhere. */
static void raw_header_may_lie_about_loopback(struct kunit *test)
{
	begin(test, LEVEE_EFFECT_PREVENT);
	KUNIT_EXPECT_EQ(test, send_udp(test, udp(test), "127.0.0.1", 1), 0);
	KUNIT_EXPECT_EQ(test, send_udp(test, fixture_sock(test, HOME, AF_INET, SOCK_RAW,
							  IPPROTO_RAW), "127.0.0.1", 1), -EPERM);
	expect_audit(test, LEVEE_REASON_MALFORMED, true);
}

static void link_control_passes(struct kunit *test)
{
	const u8 icmp[8] = { 135 };
	struct packet p = packet_ipv6(IPPROTO_ICMPV6);
	struct sock *sk;

	begin(test, LEVEE_EFFECT_PREVENT);
	packet_put(&p, icmp, sizeof(icmp));
	packet_set_ends(&p, "fe80::1", "fe80::2");
	((struct ipv6hdr *)p.bytes)->hop_limit = 255;
	sk = fixture_sock(test, HOME, AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
	KUNIT_EXPECT_EQ(test, send(test, sk, &p), 0);
	((struct ipv6hdr *)p.bytes)->hop_limit = 64;
	KUNIT_EXPECT_EQ(test, send(test, sk, &p), -EPERM);
}

static void quarantine_cuts_everything(struct kunit *test)
{
	struct packet reset = segment_to("192.0.2.1", false, true, true);
	struct packet cut = udp_to("192.0.2.1", 1);
	struct cgroup *cgroup = begin(test, LEVEE_EFFECT_PREVENT);
	struct sock *sk = udp(test);
	struct packet p;

	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "192.0.2.1", 1), 0);
	rcu_read_lock();
	levee_workload_quarantine(levee_workload_by_id(cgroup_id(cgroup)));
	rcu_read_unlock();
	/* A flow that was let through, loopback, resets, what cannot be read. */
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "192.0.2.1", 1), -EPERM);
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "127.0.0.1", 1), -EPERM);
	KUNIT_EXPECT_EQ(test, send(test, tcp(test), &reset), -EPERM);
	cut.len = 12;
	KUNIT_EXPECT_EQ(test, send(test, sk, &cut), -EPERM);
	/* In the other direction, too. */
	p = datagram("192.0.2.1", 53, "10.0.0.1", 1);
	KUNIT_EXPECT_EQ(test, deliver(test, sk, &p, init_net.loopback_dev), -EPERM);
	p = segment_to("10.0.0.1", false, true, false);
	KUNIT_EXPECT_EQ(test, deliver(test, tcp(test), &p, init_net.loopback_dev), -EPERM);
	/* Nothing of that is reported or counted. */
	KUNIT_EXPECT_EQ(test, stat(OUT, LEVEE_STAT_AUDITED), 0ULL);
	KUNIT_EXPECT_EQ(test, fixture_heard_of(LEVEE_EVENT_TYPE_AUDIT), 0U);
	KUNIT_EXPECT_EQ(test, levee_release(cgroup_id(cgroup), NULL), 0);
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "192.0.2.1", 1), 0);
}

/* The port was chosen and the peer has sent: an answer. Without either it is outbound. */
static void answer_to_a_peer_passes(struct kunit *test)
{
	struct levee_draft *draft = policy(test, LEVEE_EFFECT_PREVENT);
	struct packet query = datagram("8.8.8.8", 999, "10.0.0.1", 5000);
	struct packet answer = datagram("10.0.0.1", 5000, "8.8.8.8", 999);
	struct sock *bound, *unbound;

	fixture_mkdir(test, HOME);
	fixture_entry(test, draft, 0, IN, ALLOW, fixture_ports(LEVEE_TARGET_PORTS, 17, 5000, 5000));
	fixture_commit(test, draft);
	bound = udp(test);
	bound->sk_userlocks |= SOCK_BINDPORT_LOCK;
	inet_sk(bound)->inet_num = 5000;
	unbound = udp(test);
	KUNIT_EXPECT_EQ(test, send(test, bound, &answer), -EPERM);
	KUNIT_EXPECT_EQ(test, deliver(test, bound, &query, init_net.loopback_dev), 0);
	/* He came by loopback, so only there he is answered. */
	KUNIT_EXPECT_EQ(test, send(test, bound, &answer), -EPERM);
	KUNIT_EXPECT_EQ(test, deliver(test, bound, &query, other_device()), 0);
	KUNIT_EXPECT_EQ(test, send(test, bound, &answer), 0);
	KUNIT_EXPECT_EQ(test, send(test, unbound, &answer), -EPERM);
	fixture_sleep_jiffies(LEVEE_PEER_SECONDS + 1);
	KUNIT_EXPECT_EQ(test, send(test, bound, &answer), -EPERM);
	inet_sk(bound)->inet_num = 0;
	bound->sk_userlocks = 0;
}

/* UDP sockets that are older than the policy are judged when something comes. */
static void delivery_to_a_port_that_may_not_listen(struct kunit *test)
{
	struct packet query = datagram("8.8.8.8", 999, "10.0.0.1", 5001);
	struct sock *sk;

	begin(test, LEVEE_EFFECT_PREVENT);
	sk = udp(test);
	sk->sk_userlocks |= SOCK_BINDPORT_LOCK;
	inet_sk(sk)->inet_num = 5001;
	KUNIT_EXPECT_EQ(test, deliver(test, sk, &query, init_net.loopback_dev), -EPERM);
	KUNIT_EXPECT_EQ(test, deliver(test, sk, &query, init_net.loopback_dev), -EPERM);
	KUNIT_EXPECT_EQ(test, stat(IN, LEVEE_STAT_AUDITED), 1ULL);
	fixture_commit(test, policy(test, LEVEE_EFFECT_ALERT));
	KUNIT_EXPECT_EQ(test, deliver(test, sk, &query, init_net.loopback_dev), 0);
	inet_sk(sk)->inet_num = 0;
	sk->sk_userlocks = 0;
}

static void dhcp_client_passes_where_packet_sockets_do(struct kunit *test)
{
	struct levee_draft *draft = policy(test, LEVEE_EFFECT_PREVENT);
	struct packet p = datagram("0.0.0.0", 68, "255.255.255.255", 67);
	struct sock *sk;

	fixture_mkdir(test, HOME);
	fixture_section(draft, 0, RAW)->written = LEVEE_EFFECT_PREVENT;
	fixture_commit(test, draft);
	sk = udp(test);
	KUNIT_EXPECT_EQ(test, send(test, sk, &p), -EPERM);
	draft = policy(test, LEVEE_EFFECT_PREVENT);
	fixture_section(draft, 0, RAW)->written = LEVEE_EFFECT_PREVENT;
	fixture_entry(test, draft, 0, RAW, ALLOW, fixture_word(LEVEE_TARGET_PACKET, ANY));
	fixture_commit(test, draft);
	KUNIT_EXPECT_EQ(test, send(test, sk, &p), 0);
	p = datagram("0.0.0.0", 68, "255.255.255.255", 68);
	KUNIT_EXPECT_EQ(test, send(test, sk, &p), -EPERM);
}

static void sctp_is_an_act_at_its_init(struct kunit *test)
{
	struct packet init = packet_ipv4(IPPROTO_SCTP, 0, 0), data = init, peers = init;
	struct sock *sk;

	begin(test, LEVEE_EFFECT_PREVENT);
	packet_put_sctp(&init, SCTP_CID_INIT);
	packet_put_sctp(&data, SCTP_CID_DATA);
	packet_put_sctp(&peers, SCTP_CID_INIT);
	packet_set_ends(&init, "10.0.0.1", "8.8.8.8");
	packet_set_ends(&data, "10.0.0.1", "8.8.8.8");
	packet_set_ends(&peers, "8.8.8.8", "10.0.0.1");
	swap(peers.bytes[20], peers.bytes[22]);
	swap(peers.bytes[21], peers.bytes[23]);
	sk = fixture_sock(test, HOME, AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP);
	KUNIT_EXPECT_EQ(test, send(test, sk, &init), -EPERM);
	KUNIT_EXPECT_EQ(test, send(test, sk, &init), -EPERM);
	KUNIT_EXPECT_EQ(test, stat(OUT, LEVEE_STAT_AUDITED), 1ULL);
	KUNIT_EXPECT_EQ(test, send(test, sk, &data), -EPERM);
	/* The peer begins one: what follows is his. */
	KUNIT_EXPECT_EQ(test, deliver(test, NULL, &peers, other_device()), 0);
	KUNIT_EXPECT_EQ(test, send(test, sk, &data), 0);
	KUNIT_EXPECT_EQ(test, send(test, sk, &init), -EPERM);
	/* Answering him is listening, on a port that is not allowed. */
	data.bytes[sizeof(struct iphdr) + sizeof(struct sctphdr)] = SCTP_CID_INIT_ACK;
	KUNIT_EXPECT_EQ(test, send(test, sk, &data), -EPERM);
	KUNIT_EXPECT_EQ(test, stat(IN, LEVEE_STAT_AUDITED), 1ULL);
}

/* The outer packet of the host's own tunnel has the inner one's socket. */
static void hosts_own_tunnel_is_trusted(struct kunit *test)
{
	struct packet p = udp_to("8.8.8.8", 1);
	struct sk_buff *skb;
	struct sock *sk;

	begin(test, LEVEE_EFFECT_PREVENT);
	sk = udp(test);
	skb = fixture_skb(test, p.bytes, p.len, p.len);
	skb_set_owner_w(skb, sk);
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, nf_hook(NFPROTO_IPV4, NF_INET_LOCAL_OUT, &init_net, NULL, skb, NULL,
				      init_net.loopback_dev, okfn), 1);
	rcu_read_unlock();
	kfree_skb(skb);
}

/* Tasks. */

struct sending {
	struct kunit *test;
	struct sock *sk;
	struct packet p;
};

static int send_as_task(void *arg)
{
	struct sending *sending = arg;

	return send(sending->test, sending->sk, &sending->p);
}

static void stricter_of_socket_and_task_decides(struct kunit *test)
{
	struct levee_draft *draft = policy(test, LEVEE_EFFECT_PREVENT);
	struct sending sending = { .test = test, .p = udp_to("192.0.2.1", 1) };
	u32 lax = fixture_rule(test, draft, "/kunit_lax");
	const struct levee_event *event;

	fixture_section(draft, lax, OUT)->written = LEVEE_EFFECT_PREVENT;
	fixture_entry(test, draft, lax, OUT, DENY, fixture_prefix("192.0.2.1", 32, ANY));
	fixture_mkdir(test, HOME);
	fixture_mkdir(test, "/kunit_lax");
	fixture_commit(test, draft);
	fixture_listen(test);
	sending.sk = udp(test);
	KUNIT_EXPECT_EQ(test, fixture_run_in(test, HOME, send_as_task, &sending), 0);
	KUNIT_EXPECT_EQ(test, fixture_run_in(test, "/", send_as_task, &sending), 0);
	/* What was let through for the socket's own is not for him. */
	KUNIT_EXPECT_EQ(test, fixture_run_in(test, "/kunit_lax", send_as_task, &sending), -EPERM);
	KUNIT_ASSERT_EQ(test, fixture_heard_of(LEVEE_EVENT_TYPE_AUDIT), 1U);
	event = &fixture_heard()->list[0];
	KUNIT_EXPECT_STREQ(test, event->text, "/kunit_lax");
	KUNIT_EXPECT_TRUE(test, event->has_actor);
	/* And the other way: the task may, the socket may not. */
	sending.p = udp_to("8.8.8.8", 1);
	KUNIT_EXPECT_EQ(test, fixture_run_in(test, "/kunit_lax", send_as_task, &sending), -EPERM);
	KUNIT_EXPECT_STREQ(test, fixture_heard()->list[1].text, HOME);
	/* A socket of nobody's, used by the workload, is the workload's act. */
	sending.sk = fixture_sock(test, "/", AF_INET, SOCK_DGRAM, IPPROTO_UDP);
	KUNIT_EXPECT_EQ(test, fixture_run_in(test, "/", send_as_task, &sending), 0);
	KUNIT_EXPECT_EQ(test, fixture_run_in(test, HOME, send_as_task, &sending), -EPERM);
}

static int sleep_until_killed(void *arg)
{
	atomic_inc(arg);
	while (!fatal_signal_pending(current))
		schedule_timeout_killable(HZ);
	return 0;
}

static void block_cuts_and_kills(struct kunit *test)
{
	static atomic_t sleeping;
	struct cgroup *cgroup;
	struct sock *sk;

	cgroup = begin(test, LEVEE_EFFECT_BLOCK);
	fixture_mkdir(test, HOME "/child");
	sk = udp(test);
	atomic_set(&sleeping, 0);
	fixture_start_in(test, HOME, sleep_until_killed, &sleeping);
	fixture_start_in(test, HOME "/child", sleep_until_killed, &sleeping);
	while (atomic_read(&sleeping) < 2)
		msleep(20);
	KUNIT_EXPECT_FALSE(test, fixture_wait_for_tasks(200));
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "192.0.2.1", 1), 0);
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "8.8.8.8", 1), -EPERM);
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "192.0.2.1", 1), -EPERM);
	KUNIT_EXPECT_EQ(test, levee_workloads_quarantined(), 1U);
	KUNIT_EXPECT_EQ(test, stat(OUT, LEVEE_STAT_BLOCKED), 1ULL);
	KUNIT_EXPECT_TRUE(test, fixture_wait_for_tasks(5000));
	msleep(200);
	expect_audit(test, LEVEE_REASON_NOT_ALLOWED, true);
	KUNIT_EXPECT_NOT_NULL(test, strstr(fixture_heard()->list[1].text, "is stopped"));
	/* It stays cut without its rule, and the hooks with it. */
	KUNIT_EXPECT_EQ(test, levee_commit(NULL, NULL, &(u64){ 0 }, NULL), 0);
	KUNIT_EXPECT_TRUE(test, levee_packet_hooks_armed());
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "127.0.0.1", 1), -EPERM);
	KUNIT_EXPECT_EQ(test, levee_release(cgroup_id(cgroup), NULL), 0);
	KUNIT_EXPECT_FALSE(test, levee_packet_hooks_armed());
	KUNIT_EXPECT_EQ(test, levee_release(cgroup_id(cgroup), NULL), -ENOENT);
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "8.8.8.8", 1), 0);
}

static int commit_as_task(void *arg)
{
	u64 generation;

	return fixture_try_commit(arg, NULL, &generation, NULL);
}

/* Who commits is not killed by what he commits. */
static void block_spares_who_holds_the_policy(struct kunit *test)
{
	struct levee_draft *draft = policy(test, LEVEE_EFFECT_BLOCK);
	struct sock *sk;

	fixture_mkdir(test, HOME);
	KUNIT_ASSERT_EQ(test, fixture_run_in(test, HOME, commit_as_task, draft), 0);
	fixture_listen(test);
	sk = udp(test);
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "8.8.8.8", 1), -EPERM);
	KUNIT_EXPECT_EQ(test, levee_workloads_quarantined(), 0U);
	expect_audit(test, LEVEE_REASON_NOT_ALLOWED, false);
	KUNIT_EXPECT_EQ(test, stat(OUT, LEVEE_STAT_BLOCKED), 0ULL);
	KUNIT_EXPECT_EQ(test, stat(OUT, LEVEE_STAT_UNENFORCED), 1ULL);
	/* Once somebody else has committed, he is one of all. */
	fixture_commit(test, draft);
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "8.8.8.8", 2), -EPERM);
	KUNIT_EXPECT_EQ(test, levee_workloads_quarantined(), 1U);
}

/* Real connections over loopback. */

static void loopback_up(struct kunit *test)
{
	rtnl_lock();
	KUNIT_EXPECT_EQ(test, dev_open(init_net.loopback_dev, NULL), 0);
	rtnl_unlock();
}

static struct sockaddr_in local(u16 port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static int bind_to(struct sock *sk, struct sockaddr_in addr)
{
	return kernel_bind(sk->sk_socket, (struct sockaddr *)&addr, sizeof(addr));
}

static int connect_to(struct sock *sk, struct sockaddr_in addr, int flags)
{
	return kernel_connect(sk->sk_socket, (struct sockaddr *)&addr, sizeof(addr), flags);
}

static int say(struct socket *socket)
{
	char byte = 'x';
	struct kvec vec = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = { .msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL };

	return kernel_sendmsg(socket, &msg, &vec, 1, 1);
}

/* The same rule, and loopback is denied. */
static struct levee_draft *policy_without_loopback(struct kunit *test)
{
	struct levee_draft *draft = policy(test, LEVEE_EFFECT_PREVENT);

	fixture_entry(test, draft, 0, OUT, DENY, fixture_word(LEVEE_TARGET_LOOPBACK, ANY));
	return draft;
}

static void live_udp_is_destroyed(struct kunit *test)
{
	struct sock *sk, *free_sk;

	loopback_up(test);
	begin(test, LEVEE_EFFECT_PREVENT);
	sk = udp(test);
	KUNIT_ASSERT_EQ(test, connect_to(sk, local(9), 0), 0);
	KUNIT_EXPECT_EQ(test, say(sk->sk_socket), 1);
	/* Nobody listens there: the kernel's ICMP error passes, and is told to the socket. */
	msleep(100);
	KUNIT_EXPECT_EQ(test, say(sk->sk_socket), -ECONNREFUSED);
	fixture_commit(test, policy_without_loopback(test));
	KUNIT_EXPECT_EQ(test, say(sk->sk_socket), -EPERM);
	msleep(100);
	KUNIT_EXPECT_EQ(test, sk->sk_state, TCP_CLOSE);
	KUNIT_EXPECT_EQ(test, sock_error(sk), -ECONNABORTED);
	/* One that has never sent is only refused. */
	free_sk = udp(test);
	KUNIT_ASSERT_EQ(test, connect_to(free_sk, local(9), 0), 0);
	KUNIT_EXPECT_EQ(test, say(free_sk->sk_socket), -EPERM);
	msleep(100);
	KUNIT_EXPECT_EQ(test, free_sk->sk_state, TCP_ESTABLISHED);
}

/* A connection from a socket in one cgroup to a listener in another, and what that accepted. */
static void connect_pair(struct kunit *test, const char *from, const char *to, u16 port,
			 struct sock **client, struct socket **accepted)
{
	struct sock *listener = fixture_sock(test, to, AF_INET, SOCK_STREAM, IPPROTO_TCP);

	KUNIT_ASSERT_EQ(test, bind_to(listener, local(port)), 0);
	KUNIT_ASSERT_EQ(test, kernel_listen(listener->sk_socket, 4), 0);
	*client = fixture_sock(test, from, AF_INET, SOCK_STREAM, IPPROTO_TCP);
	KUNIT_ASSERT_EQ(test, connect_to(*client, local(port), 0), 0);
	KUNIT_ASSERT_EQ(test, kernel_accept(listener->sk_socket, accepted, 0), 0);
}

static void live_tcp_is_destroyed(struct kunit *test)
{
	struct socket *accepted;
	struct sock *client;

	loopback_up(test);
	begin(test, LEVEE_EFFECT_PREVENT);
	connect_pair(test, HOME, "/", 7001, &client, &accepted);
	KUNIT_EXPECT_EQ(test, say(client->sk_socket), 1);
	KUNIT_EXPECT_EQ(test, say(accepted), 1);
	fixture_commit(test, policy_without_loopback(test));
	say(client->sk_socket);
	msleep(500);
	KUNIT_EXPECT_EQ(test, client->sk_state, TCP_CLOSE);
	KUNIT_EXPECT_EQ(test, say(accepted), -ECONNRESET);
	KUNIT_EXPECT_EQ(test, stat(OUT, LEVEE_STAT_AUDITED), 1ULL);
	sock_release(accepted);
}

static bool opened_by_peer(struct sock *sk)
{
	bool opened;

	lock_sock(sk);
	rcu_read_lock();
	opened = levee_tcp_opened_by_peer(&init_net, sk);
	rcu_read_unlock();
	release_sock(sk);
	return opened;
}

/* Who has accepted has not opened: the listen section governs it, and outbound does not. */
static void accepted_connection_is_the_listeners(struct kunit *test)
{
	struct socket *accepted;
	struct sock *client;

	loopback_up(test);
	begin(test, LEVEE_EFFECT_PREVENT);
	connect_pair(test, "/", HOME, 8080, &client, &accepted);
	KUNIT_EXPECT_EQ(test, say(accepted), 1);
	KUNIT_EXPECT_TRUE(test, opened_by_peer(accepted->sk));
	KUNIT_EXPECT_FALSE(test, opened_by_peer(client));
	/* What may not be opened may be answered. */
	fixture_commit(test, policy_without_loopback(test));
	KUNIT_EXPECT_EQ(test, say(accepted), 1);
	msleep(200);
	KUNIT_EXPECT_EQ(test, stat(IN, LEVEE_STAT_AUDITED), 0ULL);
	sock_release(accepted);
}

static void synack_of_a_forbidden_port_is_refused(struct kunit *test)
{
	struct sock *listener, *client;
	struct packet p;

	loopback_up(test);
	begin(test, LEVEE_EFFECT_PREVENT);
	listener = tcp(test);
	KUNIT_ASSERT_EQ(test, bind_to(listener, (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = htons(7002) }), 0);
	KUNIT_ASSERT_EQ(test, kernel_listen(listener->sk_socket, 4), 0);
	client = fixture_sock(test, "/", AF_INET, SOCK_STREAM, IPPROTO_TCP);
	KUNIT_EXPECT_EQ(test, connect_to(client, local(7002), O_NONBLOCK), -EINPROGRESS);
	msleep(3000);
	KUNIT_EXPECT_EQ(test, client->sk_state, TCP_SYN_SENT);
	/* However often it was tried. */
	KUNIT_EXPECT_EQ(test, stat(IN, LEVEE_STAT_AUDITED), 1ULL);
	/* With a SYN cookie there is no socket to the packet: the listener is looked for. */
	p = segment_to("192.0.2.1", true, true, false);
	((struct tcphdr *)(p.bytes + sizeof(struct iphdr)))->source = htons(7002);
	KUNIT_EXPECT_EQ(test, send(test, NULL, &p), -EPERM);
	((struct tcphdr *)(p.bytes + sizeof(struct iphdr)))->source = htons(7003);
	KUNIT_EXPECT_EQ(test, send(test, NULL, &p), 0);
}

/* The namespace of a container. */

struct sock_in_net {
	struct net *net;
	struct socket *socket;
};

static int make_tcp_in(void *arg)
{
	struct sock_in_net *job = arg;

	return __sock_create(job->net, AF_INET, SOCK_STREAM, IPPROTO_TCP, &job->socket, 0);
}

/* A socket of HOME in the namespace, as if it were connected to 192.0.2.1:443. */
static struct sock *connected_in(struct kunit *test, struct net *net)
{
	struct sock_in_net job = { .net = net };

	KUNIT_ASSERT_EQ(test, fixture_run_in(test, HOME, make_tcp_in, &job), 0);
	job.socket->sk->sk_daddr = in_aton("192.0.2.1");
	job.socket->sk->sk_dport = htons(443);
	return job.socket->sk;
}

static void release_connected(struct sock *sk)
{
	sk->sk_daddr = 0;
	sk->sk_dport = 0;
	sock_release(sk->sk_socket);
}

static struct net *new_net(struct kunit *test)
{
	struct net *net = copy_net_ns(CLONE_NEWNET, &init_user_ns, &init_net);

	KUNIT_ASSERT_FALSE(test, IS_ERR(net));
	return net;
}

static int leave(struct kunit *test, struct sock *sk, const struct packet *p,
		 struct net_device *out)
{
	return fixture_pass(sock_net(sk), NF_INET_POST_ROUTING, sk,
		       fixture_skb(test, p->bytes, p->len, p->len), NFPROTO_IPV4, NULL, out);
}

static void rewritten_packet_is_judged_again(struct kunit *test)
{
	struct packet p = segment_to("192.0.2.1", false, true, false);
	struct packet away = segment_to("8.8.8.8", false, true, false);
	struct net *net = new_net(test);
	struct sock *sk;

	begin(test, LEVEE_EFFECT_PREVENT);
	sk = connected_in(test, net);
	KUNIT_EXPECT_EQ(test, leave(test, sk, &p, NULL), 0);
	KUNIT_EXPECT_EQ(test, leave(test, sk, &away, NULL), -EPERM);
	/* What stays in the namespace does not leave it. */
	KUNIT_EXPECT_EQ(test, leave(test, sk, &away, net->loopback_dev), 0);
	KUNIT_EXPECT_EQ(test, stat(OUT, LEVEE_STAT_AUDITED), 1ULL);
	release_connected(sk);
	put_net(net);
}

static unsigned int rewrite(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	return NF_ACCEPT;
}

/* A chain that was there before the policy, with the last priority: what it does is not seen. */
static void chain_behind_the_last_hook_lets_nothing_out(struct kunit *test)
{
	struct nf_hook_ops chain = { .hook = rewrite, .pf = NFPROTO_IPV4,
				     .hooknum = NF_INET_POST_ROUTING, .priority = INT_MAX,
				     .hook_ops_type = NF_HOOK_OP_NF_TABLES };
	struct packet p = segment_to("192.0.2.1", false, true, false);
	struct net *net = new_net(test);
	struct sock *sk;

	KUNIT_ASSERT_EQ(test, nf_register_net_hook(net, &chain), 0);
	begin(test, LEVEE_EFFECT_PREVENT);
	KUNIT_EXPECT_EQ(test, levee_packet_hooks_outranked(), 1U);
	sk = connected_in(test, net);
	KUNIT_EXPECT_EQ(test, leave(test, sk, &p, NULL), -EPERM);
	expect_audit(test, LEVEE_REASON_MALFORMED, true);
	nf_unregister_net_hook(net, &chain);
	release_connected(sk);
	sk = connected_in(test, net);
	KUNIT_EXPECT_EQ(test, leave(test, sk, &p, NULL), 0);
	release_connected(sk);
	put_net(net);
}

/* Models. */

/* policy(), with a model that knows nothing yet. */
static void begin_learning(struct kunit *test, u8 effect, u8 adapt, bool alert_only)
{
	struct levee_draft *draft = policy(test, effect);

	draft->alert_only = alert_only;
	draft->rules[0]->rule.model.mode = LEVEE_MODEL_MODE_LEARN;
	draft->rules[0]->rule.model.adapt = adapt;
	fixture_commit(test, draft);
	KUNIT_ASSERT_EQ(test, levee_model_relearn(LEVEE_MODEL_KIND_CGROUP, HOME), 0);
	fixture_listen(test);
}

/* How often the model has seen it; 0: it does not know it. */
static u64 uses_of(struct levee_act act)
{
	const struct levee_model_item *item;
	u64 uses;

	rcu_read_lock();
	item = levee_model_find(levee_model_by_key(LEVEE_MODEL_KIND_CGROUP, HOME), &act);
	uses = item ? atomic64_read(&item->uses) : 0;
	rcu_read_unlock();
	return uses;
}

static u64 uses_of_udp(const char *host)
{
	return uses_of((struct levee_act){ .feature = OUT, .proto = IPPROTO_UDP, .port = 53,
					   .addr = fixture_target(host) });
}

static void model_learns_what_passes(struct kunit *test)
{
	struct sock *sk;

	fixture_mkdir(test, HOME);
	begin_learning(test, LEVEE_EFFECT_PREVENT, LEVEE_MODEL_ADAPT_OFF, false);
	sk = udp(test);
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "10.9.9.9", 1), 0);
	KUNIT_EXPECT_EQ(test, uses_of_udp("10.9.9.9"), 1ULL);
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "10.9.9.9", 1), 0);
	KUNIT_EXPECT_EQ(test, uses_of_udp("10.9.9.9"), 1ULL);
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "10.9.9.9", 2), 0);
	KUNIT_EXPECT_EQ(test, uses_of_udp("10.9.9.9"), 2ULL);
	/* What lists speak of, and what nothing has to allow, is not its business. */
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "192.0.2.66", 1), -EPERM);
	KUNIT_EXPECT_EQ(test, uses_of_udp("192.0.2.66"), 0ULL);
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "192.0.2.1", 1), 0);
	KUNIT_EXPECT_EQ(test, uses_of_udp("192.0.2.1"), 0ULL);
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "127.0.0.1", 1), 0);
	KUNIT_EXPECT_EQ(test, uses_of_udp("127.0.0.1"), 0ULL);
	KUNIT_ASSERT_EQ(test, levee_model_freeze(LEVEE_MODEL_KIND_CGROUP, HOME), 0);
	fixture_listen(test);
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "10.9.9.9", 3), 0);
	KUNIT_EXPECT_EQ(test, uses_of_udp("10.9.9.9"), 3ULL);
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "10.9.9.10", 1), -EPERM);
	KUNIT_EXPECT_EQ(test, uses_of_udp("10.9.9.10"), 0ULL);
	expect_audit(test, LEVEE_REASON_NOT_IN_MODEL, true);
}

/* A verdict that was kept goes with the state of the model. */
static void frozen_model_reaches_a_live_flow(struct kunit *test)
{
	struct sock *sk;

	fixture_mkdir(test, HOME);
	begin_learning(test, LEVEE_EFFECT_PREVENT, LEVEE_MODEL_ADAPT_OFF, false);
	sk = udp(test);
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "10.9.9.9", 1), 0);
	KUNIT_ASSERT_EQ(test, levee_model_relearn(LEVEE_MODEL_KIND_CGROUP, HOME), 0);
	KUNIT_ASSERT_EQ(test, levee_model_freeze(LEVEE_MODEL_KIND_CGROUP, HOME), 0);
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "10.9.9.9", 1), -EPERM);
}

static void model_adapts_to_what_is_only_reported(struct kunit *test)
{
	struct sock *sk;

	fixture_mkdir(test, HOME);
	begin_learning(test, LEVEE_EFFECT_ALERT, LEVEE_MODEL_ADAPT_ONCE, false);
	KUNIT_ASSERT_EQ(test, levee_model_freeze(LEVEE_MODEL_KIND_CGROUP, HOME), 0);
	sk = udp(test);
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "10.9.9.9", 1), 0);
	expect_audit(test, LEVEE_REASON_NOT_IN_MODEL, true);
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "10.9.9.9", 2), 0);
	KUNIT_EXPECT_EQ(test, stat(OUT, LEVEE_STAT_AUDITED), 1ULL);
	KUNIT_EXPECT_EQ(test, uses_of_udp("10.9.9.9"), 2ULL);
	/* Not to what is denied, nor to a cloud's metadata. */
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "192.0.2.66", 1), 0);
	KUNIT_EXPECT_EQ(test, uses_of_udp("192.0.2.66"), 0ULL);
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "169.254.169.254", 1), 0);
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "169.254.169.254", 2), 0);
	KUNIT_EXPECT_EQ(test, uses_of_udp("169.254.169.254"), 0ULL);
	KUNIT_EXPECT_EQ(test, stat(OUT, LEVEE_STAT_AUDITED), 4ULL);
	/* Nor to anything where the policy does not say so, */
	begin_learning(test, LEVEE_EFFECT_ALERT, LEVEE_MODEL_ADAPT_OFF, false);
	KUNIT_ASSERT_EQ(test, levee_model_freeze(LEVEE_MODEL_KIND_CGROUP, HOME), 0);
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "10.9.9.9", 3), 0);
	KUNIT_EXPECT_EQ(test, uses_of_udp("10.9.9.9"), 0ULL);
	/* or would stop it, were it not told to alert alone. */
	begin_learning(test, LEVEE_EFFECT_PREVENT, LEVEE_MODEL_ADAPT_ONCE, true);
	KUNIT_ASSERT_EQ(test, levee_model_freeze(LEVEE_MODEL_KIND_CGROUP, HOME), 0);
	KUNIT_EXPECT_EQ(test, send_udp(test, sk, "10.9.9.9", 4), 0);
	KUNIT_EXPECT_EQ(test, uses_of_udp("10.9.9.9"), 0ULL);
}

static void model_learns_who_listens(struct kunit *test)
{
	const struct levee_act act = { .feature = IN, .proto = IPPROTO_UDP, .port = 5001 };
	struct packet query = datagram("8.8.8.8", 999, "10.0.0.1", 5001);
	struct sock *sk;

	fixture_mkdir(test, HOME);
	begin_learning(test, LEVEE_EFFECT_PREVENT, LEVEE_MODEL_ADAPT_OFF, false);
	sk = udp(test);
	sk->sk_userlocks |= SOCK_BINDPORT_LOCK;
	inet_sk(sk)->inet_num = 5001;
	KUNIT_EXPECT_EQ(test, deliver(test, sk, &query, init_net.loopback_dev), 0);
	KUNIT_EXPECT_EQ(test, deliver(test, sk, &query, init_net.loopback_dev), 0);
	/* It began to listen once, however many ask it. */
	KUNIT_EXPECT_EQ(test, uses_of(act), 1ULL);
	KUNIT_ASSERT_EQ(test, levee_model_freeze(LEVEE_MODEL_KIND_CGROUP, HOME), 0);
	KUNIT_EXPECT_EQ(test, deliver(test, sk, &query, init_net.loopback_dev), 0);
	inet_sk(sk)->inet_num = 5002;
	query = datagram("8.8.8.8", 999, "10.0.0.1", 5002);
	KUNIT_EXPECT_EQ(test, deliver(test, sk, &query, init_net.loopback_dev), -EPERM);
	inet_sk(sk)->inet_num = 0;
	sk->sk_userlocks = 0;
}

static struct kunit_case hook_cases[] = {
	KUNIT_CASE(allowed_datagram_passes),
	KUNIT_CASE(judged_flow_is_not_judged_again),
	KUNIT_CASE(refused_datagram_is_eperm_each_time),
	KUNIT_CASE(refused_syn_is_econnrefused_and_one_act),
	KUNIT_CASE(alert_lets_pass_and_tells),
	KUNIT_CASE(alert_only_counts_what_it_would_stop),
	KUNIT_CASE(others_are_left_alone),
	KUNIT_CASE(malformed_is_not_let_through),
	KUNIT_CASE(fragment_of_a_raw_socket_hides_its_ports),
	KUNIT_CASE(raw_header_may_lie_about_loopback),
	KUNIT_CASE(link_control_passes),
	KUNIT_CASE(quarantine_cuts_everything),
	KUNIT_CASE(answer_to_a_peer_passes),
	KUNIT_CASE(delivery_to_a_port_that_may_not_listen),
	KUNIT_CASE(dhcp_client_passes_where_packet_sockets_do),
	KUNIT_CASE(sctp_is_an_act_at_its_init),
	KUNIT_CASE(hosts_own_tunnel_is_trusted),
	KUNIT_CASE(stricter_of_socket_and_task_decides),
	KUNIT_CASE(block_cuts_and_kills),
	KUNIT_CASE(block_spares_who_holds_the_policy),
	KUNIT_CASE(live_udp_is_destroyed),
	KUNIT_CASE(live_tcp_is_destroyed),
	KUNIT_CASE(accepted_connection_is_the_listeners),
	KUNIT_CASE(synack_of_a_forbidden_port_is_refused),
	KUNIT_CASE(rewritten_packet_is_judged_again),
	KUNIT_CASE(chain_behind_the_last_hook_lets_nothing_out),
	KUNIT_CASE(model_learns_what_passes),
	KUNIT_CASE(frozen_model_reaches_a_live_flow),
	KUNIT_CASE(model_adapts_to_what_is_only_reported),
	KUNIT_CASE(model_learns_who_listens),
	{}
};

static struct kunit_suite hook_suite = {
	.name = "levee_hook",
	.exit = fixture_exit,
	.test_cases = hook_cases,
};

kunit_test_suite(hook_suite);
