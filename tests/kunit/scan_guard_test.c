// SPDX-License-Identifier: GPL-2.0
/* What a workload tries and what comes back, with packets made by hand. */
#include <linux/delay.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>

#include "detect/scan_guard.h"
#include "fixture.h"
#include "packet.h"
#include "policy/registry.h"

#define HOME "/kunit_scan"
#define OTHER "/kunit_scan_other"
#define SELF "10.0.0.1"
#define FAR "198.51.100.7"
#define SELF6 "fd00::1"
#define FAR6 "2001:db8::2"

static const struct levee_scan_settings settings = {
	.vertical_ports = 4,
	.vertical_failures = 3,
	.vertical_seconds = 90,
	.silence = 3,
};

struct guard {
	struct levee_scan_finding findings[LEVEE_SCAN_KINDS];
	u32 nr;
	u64 home;
	u64 other;
};

static int begin(struct kunit *test)
{
	struct guard *guard = kunit_kzalloc(test, sizeof(*guard), GFP_KERNEL);
	struct levee_draft *draft = fixture_draft(test);

	KUNIT_ASSERT_NOT_NULL(test, guard);
	test->priv = guard;
	fixture_rule(test, draft, HOME);
	fixture_rule(test, draft, OTHER);
	guard->home = cgroup_id(fixture_mkdir(test, HOME));
	guard->other = cgroup_id(fixture_mkdir(test, OTHER));
	fixture_commit(test, draft);
	rcu_read_lock();
	KUNIT_EXPECT_NOT_NULL(test, levee_workload_by_id(guard->home));
	KUNIT_EXPECT_NOT_NULL(test, levee_workload_by_id(guard->other));
	rcu_read_unlock();
	return 0;
}

static struct levee_scan_target target_of(const char *addr, u16 port)
{
	struct levee_scan_target target = {
		.addr = fixture_addr(addr),
		.port = port,
		.proto = IPPROTO_TCP,
	};

	return target;
}

/* HOME is refused. */
static bool try(struct kunit *test, u16 port)
{
	const struct levee_scan_target target = target_of(FAR, port);
	struct guard *guard = test->priv;
	bool found;

	rcu_read_lock();
	found = levee_scan_try(levee_workload_by_id(guard->home), &settings, &target, true,
			       guard->findings, &guard->nr);
	rcu_read_unlock();
	return found;
}

static struct levee_flow flow_of(struct kunit *test, const struct packet *p)
{
	struct sk_buff *skb = fixture_skb(test, p->bytes, p->len, p->len);
	struct levee_flow flow;

	KUNIT_EXPECT_TRUE(test, levee_flow_read(&flow, skb, p->family));
	kfree_skb(skb);
	return flow;
}

static void wait_for(struct kunit *test, u64 workload, const struct packet *p, bool by_loopback)
{
	struct levee_flow flow = flow_of(test, p);

	rcu_read_lock();
	levee_scan_wait(&init_net, &flow, levee_workload_by_id(workload), 3, by_loopback);
	rcu_read_unlock();
}

static bool hear(struct kunit *test, const struct packet *p, bool by_loopback,
		 struct levee_scan_reply *reply)
{
	struct sk_buff *skb = fixture_skb(test, p->bytes, p->len, p->len);
	struct levee_flow flow = flow_of(test, p);
	bool heard;

	rcu_read_lock();
	heard = levee_scan_hear(&init_net, skb, p->family, &flow, by_loopback, reply);
	rcu_read_unlock();
	kfree_skb(skb);
	return heard;
}

/* Whether it is an answer, or turns away; -1 for neither. */
static int outcome(struct kunit *test, const struct packet *p)
{
	struct levee_scan_reply reply;

	if (!hear(test, p, false, &reply))
		return -1;
	return reply.answered;
}

static struct packet tcp(const char *from, u16 sport, const char *to, u16 dport, bool syn,
			 bool ack, bool rst)
{
	struct packet p = strchr(to, ':') ? packet_ipv6(IPPROTO_TCP) :
					    packet_ipv4(IPPROTO_TCP, 0, 0);
	struct tcphdr *header = (struct tcphdr *)(p.bytes + p.len);

	packet_put_tcp(&p, syn, ack, rst);
	header->source = htons(sport);
	header->dest = htons(dport);
	packet_set_ends(&p, from, to);
	return p;
}

static struct packet udp(const char *from, u16 sport, const char *to, u16 dport)
{
	struct packet p = strchr(to, ':') ? packet_ipv6(IPPROTO_UDP) :
					    packet_ipv4(IPPROTO_UDP, 0, 0);

	packet_put_ports(&p, sport, dport);
	packet_set_ends(&p, from, to);
	return p;
}

/* What a router says of a packet. */
static struct packet error_about(const struct packet *sent, u8 type, u8 code)
{
	const bool v4 = sent->family == NFPROTO_IPV4;
	struct packet p = v4 ? packet_ipv4(IPPROTO_ICMP, 0, 0) : packet_ipv6(IPPROTO_ICMPV6);
	const u8 header[8] = { type, code };

	packet_put(&p, header, sizeof(header));
	packet_put(&p, sent->bytes, sent->len);
	packet_set_ends(&p, v4 ? "203.0.113.1" : "2001:db8::ffff", v4 ? SELF : SELF6);
	return p;
}

static void scan_that_goes_on_is_told_once(struct kunit *test)
{
	struct guard *guard = test->priv;
	u16 port;

	for (port = 1; port < 4; port++)
		KUNIT_EXPECT_FALSE(test, try(test, port));
	KUNIT_EXPECT_TRUE(test, try(test, 4));
	KUNIT_ASSERT_EQ(test, guard->nr, 1U);
	KUNIT_EXPECT_EQ(test, guard->findings[0].kind, LEVEE_INCIDENT_KIND_PORT_SCAN_VERTICAL);
	KUNIT_EXPECT_EQ(test, guard->findings[0].count, 1ULL);
	KUNIT_ASSERT_EQ(test, guard->findings[0].nr_evidence, 4U);
	KUNIT_EXPECT_EQ(test, guard->findings[0].evidence[0].port, 4);
	KUNIT_EXPECT_EQ(test, guard->findings[0].evidence[3].port, 1);
	KUNIT_EXPECT_LE(test, guard->findings[0].first_ns, ktime_get_real_ns());
	/* It goes on; a try of what was tried is nothing. */
	KUNIT_EXPECT_TRUE(test, try(test, 5));
	KUNIT_EXPECT_EQ(test, guard->nr, 0U);
	KUNIT_EXPECT_FALSE(test, try(test, 5));
}

static void evidence_is_at_most_sixteen(struct kunit *test)
{
	const struct levee_scan_target target = target_of(FAR, 100);
	struct levee_scan_settings high = settings;
	struct guard *guard = test->priv;
	u16 port;

	for (port = 1; port < 4; port++)
		try(test, port);
	high.vertical_ports = 21;
	for (port = 4; port < 21; port++) {
		const struct levee_scan_target next = target_of(FAR, port);

		rcu_read_lock();
		KUNIT_EXPECT_FALSE(test, levee_scan_try(levee_workload_by_id(guard->home), &high,
							&next, true, guard->findings, &guard->nr));
		rcu_read_unlock();
	}
	rcu_read_lock();
	KUNIT_EXPECT_TRUE(test, levee_scan_try(levee_workload_by_id(guard->home), &high, &target,
					       true, guard->findings, &guard->nr));
	rcu_read_unlock();
	KUNIT_ASSERT_EQ(test, guard->nr, 1U);
	KUNIT_EXPECT_EQ(test, guard->findings[0].nr_evidence, LEVEE_SCAN_EVIDENCE_MAX);
	KUNIT_EXPECT_EQ(test, guard->findings[0].evidence[15].port, 6);
}

static void tcp_is_answered_or_reset(struct kunit *test)
{
	struct packet syn = tcp(SELF, 40000, FAR, 443, true, false, false);
	struct packet synack = tcp(FAR, 443, SELF, 40000, true, true, false);
	struct packet reset = tcp(FAR, 443, SELF, 40000, false, true, true);
	struct packet ack = tcp(FAR, 443, SELF, 40000, false, true, false);
	struct packet other = tcp(FAR, 444, SELF, 40000, true, true, false);
	struct guard *guard = test->priv;
	struct levee_scan_reply reply;

	wait_for(test, guard->home, &syn, false);
	KUNIT_EXPECT_EQ(test, outcome(test, &ack), -1);
	KUNIT_EXPECT_EQ(test, outcome(test, &other), -1);
	KUNIT_ASSERT_TRUE(test, hear(test, &synack, false, &reply));
	KUNIT_EXPECT_TRUE(test, reply.answered);
	KUNIT_EXPECT_EQ(test, reply.target.port, 443);
	KUNIT_EXPECT_EQ(test, reply.target.proto, IPPROTO_TCP);
	KUNIT_EXPECT_EQ(test, reply.target.addr.lo, fixture_addr(FAR).lo);
	/* Once. */
	KUNIT_EXPECT_EQ(test, outcome(test, &synack), -1);
	wait_for(test, guard->home, &syn, false);
	KUNIT_EXPECT_EQ(test, outcome(test, &reset), 0);
	syn = tcp(SELF6, 40000, FAR6, 443, true, false, false);
	wait_for(test, guard->home, &syn, false);
	synack = tcp(FAR6, 443, SELF6, 40000, true, true, false);
	KUNIT_EXPECT_EQ(test, outcome(test, &synack), 1);
}

static void udp_is_answered_or_unreachable(struct kunit *test)
{
	struct packet sent = udp(SELF, 5000, FAR, 161), sent6 = udp(SELF6, 5000, FAR6, 161);
	struct packet answer = udp(FAR, 161, SELF, 5000);
	struct guard *guard = test->priv;
	struct packet error;

	wait_for(test, guard->home, &sent, false);
	KUNIT_EXPECT_EQ(test, outcome(test, &answer), 1);
	wait_for(test, guard->home, &sent, false);
	error = error_about(&sent, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH);
	KUNIT_EXPECT_EQ(test, outcome(test, &error), 0);
	wait_for(test, guard->home, &sent, false);
	error = error_about(&sent, ICMP_TIME_EXCEEDED, 0);
	KUNIT_EXPECT_EQ(test, outcome(test, &error), 0);
	wait_for(test, guard->home, &sent6, false);
	error = error_about(&sent6, ICMPV6_DEST_UNREACH, ICMPV6_PORT_UNREACH);
	KUNIT_EXPECT_EQ(test, outcome(test, &error), 0);
	/* Cut in the middle of the ports. */
	wait_for(test, guard->home, &sent, false);
	error = error_about(&sent, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH);
	error.len = 20 + 8 + 20 + 2;
	KUNIT_EXPECT_EQ(test, outcome(test, &error), -1);
}

/* The path is narrow; who was asked may still answer. */
static void too_big_is_no_outcome(struct kunit *test)
{
	struct packet sent = udp(SELF, 5000, FAR, 443), sent6 = udp(SELF6, 5000, FAR6, 443);
	struct packet error = error_about(&sent, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED);
	struct guard *guard = test->priv;
	struct packet answer = udp(FAR, 443, SELF, 5000);

	wait_for(test, guard->home, &sent, false);
	KUNIT_EXPECT_EQ(test, outcome(test, &error), -1);
	KUNIT_EXPECT_EQ(test, outcome(test, &answer), 1);
	wait_for(test, guard->home, &sent6, false);
	error = error_about(&sent6, ICMPV6_PKT_TOOBIG, 0);
	KUNIT_EXPECT_EQ(test, outcome(test, &error), -1);
	answer = udp(FAR6, 443, SELF6, 5000);
	KUNIT_EXPECT_EQ(test, outcome(test, &answer), 1);
}

static void loopback_answers_only_itself(struct kunit *test)
{
	struct packet syn = tcp(SELF, 40000, FAR, 443, true, false, false);
	struct packet synack = tcp(FAR, 443, SELF, 40000, true, true, false);
	struct guard *guard = test->priv;
	struct levee_scan_reply reply;

	wait_for(test, guard->home, &syn, false);
	KUNIT_EXPECT_FALSE(test, hear(test, &synack, true, &reply));
	/* The true one is waited for still. */
	KUNIT_EXPECT_TRUE(test, hear(test, &synack, false, &reply));
	wait_for(test, guard->home, &syn, true);
	KUNIT_EXPECT_TRUE(test, hear(test, &synack, true, &reply));
	wait_for(test, guard->home, &syn, true);
	KUNIT_EXPECT_TRUE(test, hear(test, &synack, false, &reply));
}

/* Nor does what he sends fast make others' peers silent. */
static void flood_of_another_hides_no_answer(struct kunit *test)
{
	struct guard *guard = test->priv;
	struct packet p;
	u32 i, heard = 0;

	for (i = 0; i < 64; i++) {
		p = tcp(SELF, 40000 + i, FAR, 443, true, false, false);
		wait_for(test, guard->home, &p, false);
	}
	for (i = 0; i < 30000; i++) {
		p = tcp(SELF, i, "203.0.113.9", 80, true, false, false);
		wait_for(test, guard->other, &p, false);
	}
	for (i = 0; i < 64; i++) {
		p = tcp(FAR, 443, SELF, 40000 + i, true, true, false);
		heard += outcome(test, &p) == 1;
	}
	/* Where two of HOME's are in one set, the older may have given way. */
	KUNIT_EXPECT_GE(test, heard, 60U);
}

static bool knows(struct kunit *test, u16 port)
{
	const struct levee_scan_target target = target_of(FAR, port);
	struct guard *guard = test->priv;
	bool known;

	rcu_read_lock();
	known = levee_scan_knows(levee_workload_by_id(guard->home), &target);
	rcu_read_unlock();
	return known;
}

static bool holds(struct kunit *test)
{
	struct guard *guard = test->priv;
	bool holds;

	rcu_read_lock();
	holds = levee_scan_holds(levee_workload_by_id(guard->home));
	rcu_read_unlock();
	return holds;
}

static void hold(struct kunit *test, u16 port)
{
	const struct levee_scan_target target = target_of(FAR, port);
	struct guard *guard = test->priv;

	rcu_read_lock();
	levee_scan_hold(levee_workload_by_id(guard->home), &target, 60);
	rcu_read_unlock();
}

static void hold_spares_what_was_tried_before(struct kunit *test)
{
	/* Of who has tried nothing there is nothing to hold. */
	hold(test, 1);
	KUNIT_EXPECT_FALSE(test, holds(test));
	try(test, 1);
	try(test, 2);
	KUNIT_EXPECT_FALSE(test, holds(test));
	hold(test, 2);
	KUNIT_EXPECT_TRUE(test, holds(test));
	KUNIT_EXPECT_TRUE(test, knows(test, 1));
	KUNIT_EXPECT_FALSE(test, knows(test, 2));
	KUNIT_EXPECT_FALSE(test, knows(test, 3));
	/* A hold that is made longer has begun when it began. */
	hold(test, 1);
	KUNIT_EXPECT_FALSE(test, knows(test, 2));
	fixture_sleep_jiffies(61);
	KUNIT_EXPECT_FALSE(test, holds(test));
}

static void state_is_made_once_and_goes_with_its_workload(struct kunit *test)
{
	u64 before, with;

	/* Those of the cases before are gone. */
	rcu_barrier();
	before = levee_scan_bytes();
	try(test, 1);
	with = levee_scan_bytes();
	KUNIT_EXPECT_GT(test, with, before);
	KUNIT_EXPECT_LE(test, with, levee_scan_budget());
	try(test, 2);
	KUNIT_EXPECT_EQ(test, levee_scan_bytes(), with);
	/* A flush frees who is governed no more. */
	fixture_commit(test, NULL);
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, levee_scan_bytes(), before);
}

static struct kunit_case scan_guard_cases[] = {
	KUNIT_CASE(scan_that_goes_on_is_told_once),
	KUNIT_CASE(evidence_is_at_most_sixteen),
	KUNIT_CASE(tcp_is_answered_or_reset),
	KUNIT_CASE(udp_is_answered_or_unreachable),
	KUNIT_CASE(too_big_is_no_outcome),
	KUNIT_CASE(loopback_answers_only_itself),
	KUNIT_CASE(flood_of_another_hides_no_answer),
	KUNIT_CASE(hold_spares_what_was_tried_before),
	KUNIT_CASE(state_is_made_once_and_goes_with_its_workload),
	{}
};

static struct kunit_suite scan_guard_suite = {
	.name = "levee_scan_guard",
	.init = begin,
	.exit = fixture_exit,
	.test_cases = scan_guard_cases,
};

kunit_test_suite(scan_guard_suite);
