// SPDX-License-Identifier: GPL-2.0
/* Queries and answers through netfilter's own hooks, under a committed policy. */
#include <linux/netfilter_ipv4.h>
#include <linux/netdevice.h>
#include <linux/sched/task.h>

#include "dns_packet.h"
#include "policy/registry.h"

#define OUT LEVEE_FEATURE_OUTBOUND
#define DNS LEVEE_FEATURE_DNS
#define ALLOW LEVEE_ACTION_ALLOW
#define DENY LEVEE_ACTION_DENY
#define ANY LEVEE_PROTO_ANY
#define HOME "/kunit_dns_gate"
#define OTHER "/kunit_dns_other"
#define ELSEWHERE "192.0.2.99"
#define TARGET "10.9.0.1"
#define TARGET_NUMBER 0x0a090001

/*
 * One rule for HOME: nobody asks for evil.example; outbound to api.example and
 * itself alone, and not to bad.example.
 */
static struct levee_draft *policy(struct kunit *test, u8 effect)
{
	struct levee_draft *draft = fixture_draft(test);
	u32 rule = fixture_rule(test, draft, HOME);
	struct levee_dns_settings *dns = &draft->rules[rule]->rule.dns;

	dns->servers[dns->nr_servers++] = fixture_addr(SERVER);
	fixture_section(draft, rule, DNS)->written = effect;
	fixture_entry(test, draft, rule, DNS, DENY,
		      fixture_domain(LEVEE_TARGET_DOMAIN_TREE, "evil.example", ANY));
	fixture_section(draft, rule, OUT)->written = effect;
	/* Where its own questions come from, for who answers himself. */
	fixture_entry(test, draft, rule, OUT, ALLOW, fixture_prefix(CLIENT, 32, ANY));
	fixture_entry(test, draft, rule, OUT, ALLOW,
		      fixture_domain(LEVEE_TARGET_DOMAIN, "api.example", ANY));
	fixture_entry(test, draft, rule, OUT, DENY,
		      fixture_domain(LEVEE_TARGET_DOMAIN, "bad.example", ANY));
	return draft;
}

static void begin(struct kunit *test, struct levee_draft *draft)
{
	fixture_mkdir(test, HOME);
	fixture_commit(test, draft);
	fixture_listen(test);
}

static struct sock *udp(struct kunit *test)
{
	return fixture_sock(test, HOME, AF_INET, SOCK_DGRAM, IPPROTO_UDP);
}

static struct sock *tcp(struct kunit *test)
{
	return fixture_sock(test, HOME, AF_INET, SOCK_STREAM, IPPROTO_TCP);
}

static int send_slices(struct kunit *test, struct sock *sk, const struct packet *p, u16 slice)
{
	struct sk_buff *skb = fixture_skb(test, p->bytes, p->len, p->len);

	if (slice) {
		skb_shinfo(skb)->gso_size = slice;
		skb_shinfo(skb)->gso_type = SKB_GSO_UDP_L4;
	}
	return fixture_pass(sock_net(sk), NF_INET_LOCAL_OUT, sk, skb, p->family, NULL,
			    sock_net(sk)->loopback_dev);
}

static int send(struct kunit *test, struct sock *sk, const struct packet *p)
{
	return send_slices(test, sk, p, 0);
}

/* By a device that is not loopback; it stays as long as the kernel. */
static void deliver(struct kunit *test, struct sock *sk, const struct packet *p)
{
	struct sk_buff *skb = fixture_skb(test, p->bytes, p->len, p->len);
	struct net_device *dev = dev_get_by_name(&init_net, "dummy0");

	KUNIT_ASSERT_NOT_NULL(test, dev);
	dev_put(dev);
	skb->dev = dev;
	KUNIT_EXPECT_EQ(test, fixture_pass(sock_net(sk), NF_INET_LOCAL_IN, sk, skb, p->family, dev,
					   NULL), 0);
}

/* The message that the next packets are made of. */
static struct dns_bytes message;

static struct packet query_to(const char *server, u16 id, const char *name)
{
	message.len = 0;
	dns_put_query(&message, id, name, TYPE_AAAA);
	return dns_datagram(CLIENT, CLIENT_PORT, server, 53, &message);
}

static int ask(struct kunit *test, struct sock *sk, u16 id, const char *name)
{
	struct packet p = query_to(SERVER, id, name);

	return send(test, sk, &p);
}

static struct packet answer_from(const char *server, u16 id, const char *name, u32 addr)
{
	message.len = 0;
	dns_put_answer(&message, id, name, 30, addr);
	return dns_datagram(server, 53, CLIENT, CLIENT_PORT, &message);
}

static void answer(struct kunit *test, struct sock *sk, u16 id, const char *name)
{
	struct packet p = answer_from(SERVER, id, name, TARGET_NUMBER);

	deliver(test, sk, &p);
}

static int reach(struct kunit *test, struct sock *sk, const char *dest, u16 sport)
{
	struct packet p;

	message.len = 0;
	dns_put(&message, "hello", 5);
	p = dns_datagram(CLIENT, sport, dest, 443, &message);
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

static void expect_stats(struct kunit *test, u8 feature, u64 allowed, u64 audited, u64 prevented)
{
	KUNIT_EXPECT_EQ(test, stat(feature, LEVEE_STAT_ALLOWED), allowed);
	KUNIT_EXPECT_EQ(test, stat(feature, LEVEE_STAT_AUDITED), audited);
	KUNIT_EXPECT_EQ(test, stat(feature, LEVEE_STAT_PREVENTED), prevented);
}

/* The audit of the number; @name is NULL where none was asked for. */
static void expect_audit(struct kunit *test, u32 number, u8 feature, u8 reason, const char *name)
{
	const struct fixture_events *heard = fixture_heard();
	const struct levee_event *event = NULL;
	struct levee_name wire = {};
	u32 i;

	for (i = 0; i < heard->count; i++) {
		if (heard->list[i].type != LEVEE_EVENT_TYPE_AUDIT || number--)
			continue;
		event = &heard->list[i];
		break;
	}
	KUNIT_ASSERT_NOT_NULL(test, event);
	KUNIT_EXPECT_EQ(test, event->feature, feature);
	KUNIT_EXPECT_EQ(test, event->reason, reason);
	KUNIT_EXPECT_STREQ(test, event->text, HOME);
	if (name)
		wire = fixture_name(name);
	KUNIT_ASSERT_EQ(test, event->name_len, wire.len);
	KUNIT_EXPECT_EQ(test, memcmp(event->name, wire.wire, wire.len), 0);
}

static void denied_query_is_refused_and_told(struct kunit *test)
{
	const u8 server[4] = { 192, 0, 2, 53 };
	const struct levee_event *event;
	struct sock *sk;

	begin(test, policy(test, LEVEE_EFFECT_PREVENT));
	sk = udp(test);
	KUNIT_EXPECT_EQ(test, ask(test, sk, 1, "www.EVIL.example"), -EPERM);
	expect_stats(test, DNS, 0, 1, 1);
	expect_audit(test, 0, DNS, LEVEE_REASON_DENIED, "www.evil.example");
	event = fixture_heard()->list;
	KUNIT_EXPECT_EQ(test, event->qtype, TYPE_AAAA);
	KUNIT_EXPECT_EQ(test, event->proto, IPPROTO_UDP);
	KUNIT_EXPECT_EQ(test, event->port, 53);
	KUNIT_EXPECT_EQ(test, event->addr_len, 4);
	KUNIT_EXPECT_EQ(test, memcmp(event->addr, server, 4), 0);
	KUNIT_EXPECT_TRUE(test, event->enforced);
	KUNIT_EXPECT_TRUE(test, event->has_entry);
	/* Each is an act, and the socket lives on. */
	KUNIT_EXPECT_EQ(test, ask(test, sk, 2, "evil.example"), -EPERM);
	KUNIT_EXPECT_EQ(test, ask(test, sk, 3, "good.example"), 0);
	KUNIT_EXPECT_EQ(test, ask(test, sk, 3, "good.example"), 0);
	expect_stats(test, DNS, 2, 2, 2);
}

static void alert_tells_and_lets_ask(struct kunit *test)
{
	struct sock *sk;

	begin(test, policy(test, LEVEE_EFFECT_ALERT));
	sk = udp(test);
	KUNIT_EXPECT_EQ(test, ask(test, sk, 1, "evil.example"), 0);
	expect_stats(test, DNS, 0, 1, 0);
	expect_audit(test, 0, DNS, LEVEE_REASON_DENIED, "evil.example");
}

static void train_is_refused_for_one_of_it(struct kunit *test)
{
	struct packet p;
	struct sock *sk;
	u16 slice;

	begin(test, policy(test, LEVEE_EFFECT_PREVENT));
	sk = udp(test);
	message.len = 0;
	dns_put_query(&message, 1, "good.example", TYPE_A);
	slice = message.len;
	dns_put_query(&message, 2, "evil.example", TYPE_A);
	dns_put_query(&message, 3, "fine.example", TYPE_A);
	p = dns_datagram(CLIENT, CLIENT_PORT, SERVER, 53, &message);
	KUNIT_EXPECT_EQ(test, send_slices(test, sk, &p, slice), -EPERM);
	expect_stats(test, DNS, 2, 1, 1);
	expect_audit(test, 0, DNS, LEVEE_REASON_DENIED, "evil.example");
}

static void disabled_dns_is_outbound_like_others(struct kunit *test)
{
	struct levee_draft *draft = policy(test, LEVEE_EFFECT_PREVENT);
	struct sock *sk;

	fixture_section(draft, 0, DNS)->written = LEVEE_EFFECT_DISABLE;
	begin(test, draft);
	sk = udp(test);
	KUNIT_EXPECT_EQ(test, ask(test, sk, 1, "good.example"), -EPERM);
	expect_stats(test, OUT, 0, 1, 1);
	expect_stats(test, DNS, 0, 0, 0);
}

static void servers_are_exempt_from_outbound(struct kunit *test)
{
	struct packet p;
	struct sock *sk;

	begin(test, policy(test, LEVEE_EFFECT_PREVENT));
	sk = udp(test);
	KUNIT_EXPECT_EQ(test, ask(test, sk, 1, "good.example"), 0);
	expect_stats(test, DNS, 1, 0, 0);
	expect_stats(test, OUT, 1, 0, 0);
	/* Not by another port, nor others by this one. */
	KUNIT_EXPECT_EQ(test, reach(test, sk, SERVER, 1), -EPERM);
	p = query_to(ELSEWHERE, 2, "good.example");
	KUNIT_EXPECT_EQ(test, send(test, sk, &p), -EPERM);
	expect_stats(test, DNS, 1, 0, 0);
	expect_stats(test, OUT, 1, 2, 2);
}

static void nobody_but_servers_is_asked(struct kunit *test)
{
	struct packet syn = dns_segment(CLIENT, CLIENT_PORT, ELSEWHERE, 53, 1, SEG_SYN);
	struct levee_draft *draft = policy(test, LEVEE_EFFECT_PREVENT);
	struct packet p = query_to(ELSEWHERE, 1, "good.example");
	struct sock *sk;

	draft->rules[0]->rule.dns.servers_only = true;
	/* Outbound would let it. */
	fixture_section(draft, 0, OUT)->written = LEVEE_EFFECT_DISABLE;
	begin(test, draft);
	sk = udp(test);
	KUNIT_EXPECT_EQ(test, send(test, sk, &p), -EPERM);
	expect_stats(test, DNS, 0, 1, 1);
	expect_audit(test, 0, DNS, LEVEE_REASON_NOT_ALLOWED, "good.example");
	KUNIT_EXPECT_EQ(test, ask(test, sk, 2, "good.example"), 0);
	expect_stats(test, DNS, 1, 1, 1);
	/* A connection at its SYN, which asks nothing yet. However often that is sent. */
	sk = tcp(test);
	KUNIT_EXPECT_EQ(test, send(test, sk, &syn), -ECONNREFUSED);
	KUNIT_EXPECT_EQ(test, send(test, sk, &syn), -ECONNREFUSED);
	expect_stats(test, DNS, 1, 2, 2);
	expect_audit(test, 1, DNS, LEVEE_REASON_NOT_ALLOWED, NULL);
	syn = dns_segment(CLIENT, CLIENT_PORT, SERVER, 53, 1, SEG_SYN);
	KUNIT_EXPECT_EQ(test, send(test, sk, &syn), 0);
}

static void answer_opens_what_was_asked_for(struct kunit *test)
{
	struct packet forged = answer_from(ELSEWHERE, 1, "api.example", TARGET_NUMBER);
	struct sock *sk;

	begin(test, policy(test, LEVEE_EFFECT_PREVENT));
	sk = udp(test);
	KUNIT_EXPECT_EQ(test, reach(test, sk, TARGET, 1), -EPERM);
	answer(test, sk, 1, "api.example");
	KUNIT_EXPECT_EQ(test, reach(test, sk, TARGET, 1), -EPERM);
	KUNIT_EXPECT_EQ(test, ask(test, sk, 1, "api.example"), 0);
	KUNIT_EXPECT_EQ(test, reach(test, sk, TARGET, 1), -EPERM);
	deliver(test, sk, &forged);
	answer(test, sk, 2, "api.example");
	KUNIT_EXPECT_EQ(test, reach(test, sk, TARGET, 1), -EPERM);
	answer(test, sk, 1, "api.example");
	KUNIT_EXPECT_EQ(test, reach(test, sk, TARGET, 1), 0);
	KUNIT_EXPECT_EQ(test, reach(test, sk, "10.9.0.2", 1), -EPERM);
	/* For its time and grace; what was begun goes on. */
	fixture_sleep_jiffies(91);
	KUNIT_EXPECT_EQ(test, reach(test, sk, TARGET, 1), 0);
	KUNIT_EXPECT_EQ(test, reach(test, sk, TARGET, 2), -EPERM);
}

static void name_that_is_not_allowed_opens_nothing(struct kunit *test)
{
	struct packet p;
	struct sock *sk;

	begin(test, policy(test, LEVEE_EFFECT_PREVENT));
	sk = udp(test);
	KUNIT_EXPECT_EQ(test, ask(test, sk, 1, "good.example"), 0);
	answer(test, sk, 1, "good.example");
	KUNIT_EXPECT_EQ(test, reach(test, sk, TARGET, 1), -EPERM);
	/* The report has the name. */
	expect_audit(test, 0, OUT, LEVEE_REASON_NOT_ALLOWED, "good.example");
	/* An address of the link is opened by no name. */
	KUNIT_EXPECT_EQ(test, ask(test, sk, 2, "api.example"), 0);
	p = answer_from(SERVER, 2, "api.example", 0xa9fea9fe);
	deliver(test, sk, &p);
	KUNIT_EXPECT_EQ(test, reach(test, sk, "169.254.169.254", 1), -EPERM);
}

/* Of two names of an address, one allowed and one denied, the denied one counts. */
static void denied_name_of_an_address_denies_it(struct kunit *test)
{
	struct sock *sk;

	begin(test, policy(test, LEVEE_EFFECT_PREVENT));
	sk = udp(test);
	KUNIT_EXPECT_EQ(test, ask(test, sk, 1, "api.example"), 0);
	answer(test, sk, 1, "api.example");
	KUNIT_EXPECT_EQ(test, reach(test, sk, TARGET, 1), 0);
	KUNIT_EXPECT_EQ(test, ask(test, sk, 2, "bad.example"), 0);
	answer(test, sk, 2, "bad.example");
	KUNIT_EXPECT_EQ(test, reach(test, sk, TARGET, 2), -EPERM);
	expect_audit(test, 0, OUT, LEVEE_REASON_DENIED, "bad.example");
}

static struct packet segment_of(u8 flags, u32 from, u32 to)
{
	struct packet p = dns_segment(CLIENT, CLIENT_PORT, SERVER, 53,
				      (flags & SEG_SYN ? 100 : 101) + from, flags);

	packet_put(&p, message.bytes + from, to - from);
	return p;
}

static int send_bytes(struct kunit *test, struct sock *sk, u8 flags, u32 from, u32 to)
{
	struct packet p = segment_of(flags, from, to);

	return send(test, sk, &p);
}

static void queries_of_a_connection_are_judged(struct kunit *test)
{
	struct sock *sk;
	u32 first;

	begin(test, policy(test, LEVEE_EFFECT_ALERT));
	sk = tcp(test);
	message.len = 0;
	dns_put_tcp_query(&message, 1, "good.example", TYPE_A);
	first = message.len;
	dns_put_tcp_query(&message, 2, "evil.example", TYPE_A);
	KUNIT_EXPECT_EQ(test, send_bytes(test, sk, SEG_SYN, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, send_bytes(test, sk, SEG_ACK, 0, first + 20), 0);
	expect_stats(test, DNS, 1, 0, 0);
	KUNIT_EXPECT_EQ(test, send_bytes(test, sk, SEG_ACK, first + 20, message.len), 0);
	KUNIT_EXPECT_EQ(test, send_bytes(test, sk, SEG_ACK, first, message.len), 0);
	expect_stats(test, DNS, 1, 1, 0);
	expect_audit(test, 0, DNS, LEVEE_REASON_DENIED, "evil.example");
}

static void query_in_a_syn_is_counted_once(struct kunit *test)
{
	struct sock *sk;

	begin(test, policy(test, LEVEE_EFFECT_ALERT));
	sk = tcp(test);
	message.len = 0;
	dns_put_tcp_query(&message, 1, "evil.example", TYPE_A);
	KUNIT_EXPECT_EQ(test, send_bytes(test, sk, SEG_SYN, 0, message.len), 0);
	/* The server does not take it: SYN and data are sent again. */
	KUNIT_EXPECT_EQ(test, send_bytes(test, sk, SEG_SYN, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, send_bytes(test, sk, SEG_ACK, 0, message.len), 0);
	expect_stats(test, DNS, 0, 1, 0);
}

static void connection_is_malformed_once(struct kunit *test)
{
	struct sock *sk;
	u32 i;

	begin(test, policy(test, LEVEE_EFFECT_ALERT));
	sk = tcp(test);
	message.len = 0;
	dns_put_tcp_query(&message, 1, "good.example", TYPE_A);
	KUNIT_EXPECT_EQ(test, send_bytes(test, sk, SEG_SYN, 0, 0), 0);
	for (i = 0; i < 5; i++) {
		KUNIT_EXPECT_EQ(test, send_bytes(test, sk, SEG_ACK, 10, 20), 0);
		fixture_sleep_by_clock(3);
	}
	expect_stats(test, DNS, 0, 1, 0);
	expect_audit(test, 0, DNS, LEVEE_REASON_MALFORMED, NULL);
	/* A connection that is older than the policy is one, too. */
	sk = tcp(test);
	KUNIT_EXPECT_EQ(test, send_bytes(test, sk, SEG_ACK, 0, message.len), 0);
	KUNIT_EXPECT_EQ(test, send_bytes(test, sk, SEG_ACK, 0, message.len), 0);
	expect_stats(test, DNS, 0, 2, 0);
}

static void malformed_datagram_is_refused_each_time(struct kunit *test)
{
	struct packet p = query_to(SERVER, 1, "good.example");
	struct sock *sk;

	p.bytes[sizeof(struct iphdr) + sizeof(struct udphdr) + 5] = 2;
	begin(test, policy(test, LEVEE_EFFECT_PREVENT));
	sk = udp(test);
	KUNIT_EXPECT_EQ(test, send(test, sk, &p), -EPERM);
	KUNIT_EXPECT_EQ(test, send(test, sk, &p), -EPERM);
	expect_stats(test, DNS, 0, 2, 2);
	expect_audit(test, 0, DNS, LEVEE_REASON_MALFORMED, NULL);
	KUNIT_EXPECT_EQ(test, ask(test, sk, 1, "good.example"), 0);
}

/* Whom a bound port has heard of is its peer; what it asks him is read all the same. */
static void malformed_query_to_a_peer_is_refused(struct kunit *test)
{
	const u32 header = sizeof(struct iphdr) + sizeof(struct udphdr);
	struct packet p;
	struct sock *sk;

	begin(test, policy(test, LEVEE_EFFECT_PREVENT));
	sk = udp(test);
	sk->sk_userlocks |= SOCK_BINDPORT_LOCK;
	p = query_to(SERVER, 2, "good.example");
	p.bytes[header + 2] |= 0x80;
	KUNIT_EXPECT_EQ(test, send(test, sk, &p), -EPERM);
	KUNIT_EXPECT_EQ(test, ask(test, sk, 1, "good.example"), 0);
	answer(test, sk, 1, "good.example");
	/* A response is let through to him now, and nothing else. */
	KUNIT_EXPECT_EQ(test, send(test, sk, &p), 0);
	p = query_to(SERVER, 3, "good.example");
	p.bytes[header + 5] = 2;
	KUNIT_EXPECT_EQ(test, send(test, sk, &p), -EPERM);
}

/* The namespace of a container. */

struct sock_in_net {
	struct net *net;
	struct socket *socket;
};

static int make_udp_in(void *arg)
{
	struct sock_in_net *job = arg;

	return __sock_create(job->net, AF_INET, SOCK_DGRAM, IPPROTO_UDP, &job->socket, 0);
}

static struct sock *udp_in(struct kunit *test, struct net *net, const char *path)
{
	struct sock_in_net job = { .net = net };

	KUNIT_ASSERT_EQ(test, fixture_run_in(test, path, make_udp_in, &job), 0);
	return job.socket->sk;
}

static struct net *new_net(struct kunit *test)
{
	struct net *net = copy_net_ns(CLONE_NEWNET, &init_user_ns, &init_net);

	KUNIT_ASSERT_FALSE(test, IS_ERR(net));
	return net;
}

static unsigned int rewrite(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	return NF_ACCEPT;
}

static int leave(struct kunit *test, struct sock *sk, const struct packet *p)
{
	return fixture_pass(sock_net(sk), NF_INET_POST_ROUTING, sk,
			    fixture_skb(test, p->bytes, p->len, p->len), p->family, NULL, NULL);
}

static void two_looks_count_once(struct kunit *test)
{
	struct nf_hook_ops chain = { .hook = rewrite, .pf = NFPROTO_IPV4,
				     .hooknum = NF_INET_LOCAL_OUT };
	struct packet good = query_to(SERVER, 1, "good.example");
	struct packet evil = query_to(SERVER, 1, "evil.example");
	struct net *net = new_net(test);
	struct sock *sk;

	begin(test, policy(test, LEVEE_EFFECT_ALERT));
	sk = udp_in(test, net, HOME);
	KUNIT_ASSERT_EQ(test, nf_register_net_hook(net, &chain), 0);
	KUNIT_EXPECT_EQ(test, send(test, sk, &good), 0);
	KUNIT_EXPECT_EQ(test, leave(test, sk, &good), 0);
	expect_stats(test, DNS, 1, 0, 0);
	KUNIT_EXPECT_EQ(test, send(test, sk, &evil), 0);
	KUNIT_EXPECT_EQ(test, leave(test, sk, &evil), 0);
	expect_stats(test, DNS, 1, 1, 0);
	/* The same query once more is another act. */
	KUNIT_EXPECT_EQ(test, send(test, sk, &evil), 0);
	KUNIT_EXPECT_EQ(test, leave(test, sk, &evil), 0);
	expect_stats(test, DNS, 1, 2, 0);
	nf_unregister_net_hook(net, &chain);
	sock_release(sk->sk_socket);
	put_net(net);
}

/* What was asked is changed on its way. */
static void second_look_sees_another_query(struct kunit *test)
{
	struct nf_hook_ops chain = { .hook = rewrite, .pf = NFPROTO_IPV4,
				     .hooknum = NF_INET_LOCAL_OUT };
	struct packet good = query_to(SERVER, 1, "good.example");
	struct packet evil = query_to(SERVER, 1, "evil.example");
	struct net *net = new_net(test);
	struct sock *sk;

	begin(test, policy(test, LEVEE_EFFECT_PREVENT));
	sk = udp_in(test, net, HOME);
	KUNIT_ASSERT_EQ(test, nf_register_net_hook(net, &chain), 0);
	KUNIT_EXPECT_EQ(test, send(test, sk, &good), 0);
	KUNIT_EXPECT_EQ(test, leave(test, sk, &evil), -EPERM);
	expect_stats(test, DNS, 1, 1, 1);
	nf_unregister_net_hook(net, &chain);
	sock_release(sk->sk_socket);
	put_net(net);
}

/* AppArmor and SELinux have hooks in every namespace; a chain of nftables there is another matter. */
static void lsm_is_no_reason_to_look_again(struct kunit *test)
{
	struct nf_hook_ops chain = { .hook = rewrite, .pf = NFPROTO_IPV4,
				     .hooknum = NF_INET_POST_ROUTING,
				     .priority = NF_IP_PRI_SELINUX_FIRST };
	struct packet good = query_to(SERVER, 1, "good.example");
	struct packet evil = query_to(SERVER, 1, "evil.example");
	struct net *net = new_net(test);
	struct sock *sk;

	begin(test, policy(test, LEVEE_EFFECT_PREVENT));
	sk = udp_in(test, net, HOME);
	KUNIT_ASSERT_EQ(test, nf_register_net_hook(net, &chain), 0);
	KUNIT_EXPECT_EQ(test, send(test, sk, &good), 0);
	KUNIT_EXPECT_EQ(test, leave(test, sk, &evil), 0);
	nf_unregister_net_hook(net, &chain);
	chain.hook_ops_type = NF_HOOK_OP_NF_TABLES;
	KUNIT_ASSERT_EQ(test, nf_register_net_hook(net, &chain), 0);
	KUNIT_EXPECT_EQ(test, send(test, sk, &good), 0);
	KUNIT_EXPECT_EQ(test, leave(test, sk, &evil), -EPERM);
	nf_unregister_net_hook(net, &chain);
	sock_release(sk->sk_socket);
	put_net(net);
}

struct sending {
	struct kunit *test;
	struct sock *sk;
	struct packet p;
	u16 slice;
};

static int send_as_task(void *arg)
{
	struct sending *sending = arg;

	return send_slices(sending->test, sending->sk, &sending->p, sending->slice);
}

/* Asks, has something sent by a task of HOME, and hears the answer: whether that opens. */
static bool opens_after(struct kunit *test, struct sock *sk, struct sending *sending)
{
	static u16 sport = 1000;

	KUNIT_EXPECT_EQ(test, ask(test, sk, 1, "api.example"), 0);
	if (sending) {
		sending->test = test;
		KUNIT_EXPECT_EQ(test, fixture_run_in(test, HOME, send_as_task, sending), 0);
	}
	answer(test, sk, 1, "api.example");
	return !reach(test, sk, TARGET, ++sport);
}

/*
 * From a namespace of its own a workload can send what has the server's address. It
 * opens nothing: not as the second of a train, nor by a socket of another workload,
 * nor from the host's namespace by a raw one.
 */
static void who_answers_himself_opens_nothing(struct kunit *test)
{
	struct packet echo = answer_from(SERVER, 1, "api.example", TARGET_NUMBER);
	struct levee_draft *draft = policy(test, LEVEE_EFFECT_PREVENT);
	struct sending sending = {};
	struct net *net = new_net(test);
	struct sock *sk, *behind, *lent;
	u32 rule;

	rule = fixture_rule(test, draft, OTHER);
	fixture_section(draft, rule, OUT)->written = LEVEE_EFFECT_PREVENT;
	fixture_entry(test, draft, rule, OUT, ALLOW, fixture_word(LEVEE_TARGET_ANY, ANY));
	fixture_mkdir(test, OTHER);
	begin(test, draft);
	sk = udp(test);
	behind = udp_in(test, net, HOME);
	lent = udp_in(test, net, OTHER);

	sending.sk = behind;
	sending.p = echo;
	KUNIT_EXPECT_FALSE(test, opens_after(test, sk, &sending));

	message.len = 0;
	dns_put_answer(&message, 2, "xyz.example", 30, TARGET_NUMBER);
	sending.slice = message.len;
	dns_put_answer(&message, 1, "api.example", 30, TARGET_NUMBER);
	sending.p = dns_datagram(SERVER, 53, CLIENT, CLIENT_PORT, &message);
	KUNIT_EXPECT_FALSE(test, opens_after(test, sk, &sending));

	sending.slice = 0;
	sending.sk = lent;
	sending.p = echo;
	KUNIT_EXPECT_FALSE(test, opens_after(test, sk, &sending));

	sending.sk = fixture_sock(test, HOME, AF_INET, SOCK_RAW, IPPROTO_RAW);
	KUNIT_EXPECT_FALSE(test, opens_after(test, sk, &sending));

	/* What answers another question spoils nothing. */
	sending.sk = behind;
	sending.p = answer_from(SERVER, 2, "xyz.example", TARGET_NUMBER);
	KUNIT_EXPECT_TRUE(test, opens_after(test, sk, &sending));
	sock_release(behind->sk_socket);
	sock_release(lent->sk_socket);
	put_net(net);
}

static struct kunit_case dns_gate_cases[] = {
	KUNIT_CASE(denied_query_is_refused_and_told),
	KUNIT_CASE(alert_tells_and_lets_ask),
	KUNIT_CASE(train_is_refused_for_one_of_it),
	KUNIT_CASE(disabled_dns_is_outbound_like_others),
	KUNIT_CASE(servers_are_exempt_from_outbound),
	KUNIT_CASE(nobody_but_servers_is_asked),
	KUNIT_CASE(answer_opens_what_was_asked_for),
	KUNIT_CASE(name_that_is_not_allowed_opens_nothing),
	KUNIT_CASE(denied_name_of_an_address_denies_it),
	KUNIT_CASE(queries_of_a_connection_are_judged),
	KUNIT_CASE(query_in_a_syn_is_counted_once),
	KUNIT_CASE(connection_is_malformed_once),
	KUNIT_CASE(malformed_datagram_is_refused_each_time),
	KUNIT_CASE(malformed_query_to_a_peer_is_refused),
	KUNIT_CASE(two_looks_count_once),
	KUNIT_CASE(second_look_sees_another_query),
	KUNIT_CASE(lsm_is_no_reason_to_look_again),
	KUNIT_CASE(who_answers_himself_opens_nothing),
	{}
};

static struct kunit_suite dns_gate_suite = {
	.name = "levee_dns_gate",
	.exit = fixture_exit,
	.test_cases = dns_gate_cases,
};

kunit_test_suite(dns_gate_suite);
