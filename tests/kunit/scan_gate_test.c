// SPDX-License-Identifier: GPL-2.0
/* Which acts are first contacts, and what follows from a scan: through netfilter's own hooks. */
#include <linux/netdevice.h>

#include "fixture.h"
#include "packet.h"
#include "policy/registry.h"

#define OUT LEVEE_FEATURE_OUTBOUND
#define DNS LEVEE_FEATURE_DNS
#define SCAN LEVEE_FEATURE_PORT_SCAN
#define ALLOW LEVEE_ACTION_ALLOW
#define ANY LEVEE_PROTO_ANY
#define HOME "/kunit_scan_gate"
#define FAR "203.0.113.1"

/* Four ports of one address, three of them in vain; fast: four low ports. */
static const struct levee_scan_settings settings = {
	.vertical_ports = 4,
	.vertical_failures = 3,
	.vertical_seconds = 90,
	.fast_weight = 12,
	.fast_gap = 3,
	.silence = 3,
};

/* Outbound to 192.0.2.0/24; what is not listed is by @outbound. */
static struct levee_draft *policy(struct kunit *test, u8 outbound, u8 scan)
{
	struct levee_draft *draft = fixture_draft(test);
	u32 rule = fixture_rule(test, draft, HOME);

	fixture_section(draft, rule, OUT)->written = outbound;
	fixture_entry(test, draft, rule, OUT, ALLOW, fixture_prefix("192.0.2.0", 24, ANY));
	fixture_section(draft, rule, SCAN)->written = scan;
	fixture_section(draft, rule, SCAN)->hold = 60;
	draft->rules[rule]->rule.scan = settings;
	return draft;
}

/* The same, and what is not listed is allowed. */
static struct levee_draft *lax(struct kunit *test, u8 scan)
{
	struct levee_draft *draft = policy(test, LEVEE_EFFECT_PREVENT, scan);

	fixture_section(draft, 0, OUT)->fallback = ALLOW;
	return draft;
}

static struct sock *begin(struct kunit *test, struct levee_draft *draft)
{
	fixture_mkdir(test, HOME);
	fixture_commit(test, draft);
	fixture_listen(test);
	return fixture_sock(test, HOME, AF_INET, SOCK_STREAM, IPPROTO_TCP);
}

static int send(struct kunit *test, struct sock *sk, const struct packet *p)
{
	struct sk_buff *skb = fixture_skb(test, p->bytes, p->len, p->len);

	return fixture_pass(&init_net, NF_INET_LOCAL_OUT, sk, skb, p->family, NULL,
			    init_net.loopback_dev);
}

static int syn(struct kunit *test, struct sock *sk, const char *dest, u16 port)
{
	struct packet p = packet_ipv4(IPPROTO_TCP, 0, 0);
	struct tcphdr *header = (struct tcphdr *)(p.bytes + p.len);

	packet_put_tcp(&p, true, false, false);
	header->dest = htons(port);
	packet_set_ends(&p, "10.0.0.1", dest);
	return send(test, sk, &p);
}

static int datagram(struct kunit *test, struct sock *sk, const char *dest, u16 port)
{
	struct packet p = packet_ipv4(IPPROTO_UDP, 0, 0);

	packet_put_ports(&p, 5000, port);
	packet_set_ends(&p, "10.0.0.1", dest);
	return send(test, sk, &p);
}

static const struct levee_event *first(u8 type)
{
	const struct fixture_events *heard = fixture_heard();
	u32 i;

	for (i = 0; i < heard->count; i++)
		if (heard->list[i].type == type)
			return &heard->list[i];
	return NULL;
}

static u64 stat(u8 feature, enum levee_stat stat)
{
	u64 value;

	rcu_read_lock();
	value = levee_rule_stat(&levee_live_rcu()->rules[0], feature, stat);
	rcu_read_unlock();
	return value;
}

static void what_nothing_permits_by_name_counts(struct kunit *test)
{
	struct levee_draft *draft = lax(test, LEVEE_EFFECT_ALERT);
	const struct levee_event *event;
	struct sock *sk, *udp;
	u16 port;

	fixture_section(draft, 0, DNS)->written = LEVEE_EFFECT_ALERT;
	sk = begin(test, draft);
	udp = fixture_sock(test, HOME, AF_INET, SOCK_DGRAM, IPPROTO_UDP);
	for (port = 1; port < 12; port++) {
		KUNIT_EXPECT_EQ(test, syn(test, sk, "192.0.2.1", port), 0);
		KUNIT_EXPECT_EQ(test, syn(test, sk, "127.0.0.1", port), 0);
		KUNIT_EXPECT_EQ(test, datagram(test, udp, "239.1.1.1", port), 0);
		KUNIT_EXPECT_EQ(test, datagram(test, udp, "255.255.255.255", port), 0);
	}
	/* One port, however often. */
	for (port = 1; port < 12; port++)
		KUNIT_EXPECT_EQ(test, syn(test, sk, FAR, 1), 0);
	KUNIT_EXPECT_EQ(test, fixture_heard_of(LEVEE_EVENT_TYPE_INCIDENT), 0U);
	for (port = 2; port < 12; port++)
		KUNIT_EXPECT_EQ(test, syn(test, sk, FAR, port), 0);
	KUNIT_ASSERT_EQ(test, fixture_heard_of(LEVEE_EVENT_TYPE_INCIDENT), 1U);
	event = first(LEVEE_EVENT_TYPE_INCIDENT);
	KUNIT_EXPECT_EQ(test, event->kind, LEVEE_INCIDENT_KIND_PORT_SCAN_VERTICAL);
	KUNIT_EXPECT_EQ(test, event->feature, SCAN);
	KUNIT_EXPECT_EQ(test, event->effect, LEVEE_EFFECT_ALERT);
	KUNIT_EXPECT_TRUE(test, event->enforced);
	KUNIT_EXPECT_STREQ(test, event->text, HOME);
	KUNIT_ASSERT_EQ(test, event->nr_evidence, 4);
	KUNIT_EXPECT_EQ(test, event->evidence[0].port, 4);
	KUNIT_EXPECT_EQ(test, event->evidence[0].proto, IPPROTO_TCP);
	KUNIT_EXPECT_EQ(test, event->evidence[0].addr_len, 4);
	KUNIT_EXPECT_EQ(test, event->evidence[0].addr[0], 203);
}

/* With servers, only they are permitted by the section of dns. */
static void dns_counts_but_to_its_servers(struct kunit *test)
{
	struct levee_draft *draft = lax(test, LEVEE_EFFECT_ALERT);
	struct levee_dns_settings *dns = &draft->rules[0]->rule.dns;
	struct levee_scan_settings *scan = &draft->rules[0]->rule.scan;
	char dest[16];
	struct sock *sk;
	u32 i;

	fixture_section(draft, 0, DNS)->written = LEVEE_EFFECT_ALERT;
	dns->servers[dns->nr_servers++] = fixture_addr("198.51.100.53");
	scan->horizontal_hosts = 4;
	scan->horizontal_failures = 1;
	scan->horizontal_seconds = 90;
	sk = begin(test, draft);
	for (i = 0; i < 6; i++)
		KUNIT_EXPECT_EQ(test, syn(test, sk, "198.51.100.53", 53), 0);
	for (i = 1; i < 6; i++) {
		snprintf(dest, sizeof(dest), "203.0.113.%u", i);
		KUNIT_EXPECT_EQ(test, syn(test, sk, dest, 53), 0);
	}
	/* Silence is seen at the next. */
	fixture_sleep_by_clock(4);
	KUNIT_EXPECT_EQ(test, fixture_heard_of(LEVEE_EVENT_TYPE_INCIDENT), 0U);
	KUNIT_EXPECT_EQ(test, syn(test, sk, "203.0.113.9", 53), 0);
	KUNIT_ASSERT_EQ(test, fixture_heard_of(LEVEE_EVENT_TYPE_INCIDENT), 1U);
	KUNIT_EXPECT_EQ(test, first(LEVEE_EVENT_TYPE_INCIDENT)->kind,
			LEVEE_INCIDENT_KIND_PORT_SCAN_HORIZONTAL);
}

static void refused_counts(struct kunit *test)
{
	struct sock *sk = begin(test, policy(test, LEVEE_EFFECT_PREVENT, LEVEE_EFFECT_ALERT));
	u16 port;

	for (port = 2001; port < 2004; port++)
		KUNIT_EXPECT_EQ(test, syn(test, sk, FAR, port), -ECONNREFUSED);
	KUNIT_EXPECT_EQ(test, fixture_heard_of(LEVEE_EVENT_TYPE_INCIDENT), 0U);
	KUNIT_EXPECT_EQ(test, syn(test, sk, FAR, 2004), -ECONNREFUSED);
	KUNIT_EXPECT_EQ(test, fixture_heard_of(LEVEE_EVENT_TYPE_INCIDENT), 1U);
}

/* Three pass, the fourth is a scan. */
static void scan(struct kunit *test, struct sock *sk, int err)
{
	u16 port;

	for (port = 1; port < 4; port++)
		KUNIT_EXPECT_EQ(test, syn(test, sk, FAR, port), 0);
	KUNIT_EXPECT_EQ(test, syn(test, sk, FAR, 4), err);
}

static void expect_held(struct kunit *test, struct sock *sk)
{
	const struct levee_event *event;

	KUNIT_EXPECT_EQ(test, syn(test, sk, "203.0.113.2", 80), -ECONNREFUSED);
	/* A second try is no less a first contact. */
	KUNIT_EXPECT_EQ(test, syn(test, sk, "203.0.113.2", 80), -ECONNREFUSED);
	KUNIT_EXPECT_EQ(test, syn(test, sk, FAR, 4), -ECONNREFUSED);
	event = first(LEVEE_EVENT_TYPE_INCIDENT);
	KUNIT_ASSERT_NOT_NULL(test, event);
	KUNIT_EXPECT_EQ(test, event->effect, LEVEE_EFFECT_PREVENT);
	KUNIT_EXPECT_EQ(test, fixture_heard_of(LEVEE_EVENT_TYPE_INCIDENT), 1U);
	KUNIT_EXPECT_GT(test, stat(SCAN, LEVEE_STAT_PREVENTED), 1ULL);
	/* What was before, and what is permitted by name, goes on. */
	KUNIT_EXPECT_EQ(test, syn(test, sk, FAR, 1), 0);
	KUNIT_EXPECT_EQ(test, syn(test, sk, "192.0.2.1", 80), 0);
	KUNIT_EXPECT_EQ(test, syn(test, sk, "127.0.0.1", 80), 0);
}

static void prevent_holds_for_its_time(struct kunit *test)
{
	struct sock *sk = begin(test, lax(test, LEVEE_EFFECT_PREVENT));
	const struct levee_event *event;
	char dest[16];
	u32 i;

	scan(test, sk, -ECONNREFUSED);
	expect_held(test, sk);
	event = first(LEVEE_EVENT_TYPE_AUDIT);
	KUNIT_ASSERT_NOT_NULL(test, event);
	KUNIT_EXPECT_EQ(test, event->reason, LEVEE_REASON_HELD);
	KUNIT_EXPECT_EQ(test, event->feature, SCAN);
	/* What is refused for that is no scan: else it would never end. */
	fixture_sleep_jiffies(50);
	for (i = 10; i < 20; i++) {
		snprintf(dest, sizeof(dest), "203.0.113.%u", i);
		KUNIT_EXPECT_EQ(test, syn(test, sk, dest, 443), -ECONNREFUSED);
		KUNIT_EXPECT_EQ(test, syn(test, sk, "203.0.113.99", i), -ECONNREFUSED);
	}
	fixture_sleep_jiffies(11);
	KUNIT_EXPECT_EQ(test, syn(test, sk, "203.0.113.2", 80), 0);
}

/* Outbound that only alerts is no way around. */
static void what_deviates_is_held_as_well(struct kunit *test)
{
	struct sock *sk = begin(test, policy(test, LEVEE_EFFECT_ALERT, LEVEE_EFFECT_PREVENT));

	scan(test, sk, -ECONNREFUSED);
	expect_held(test, sk);
}

static void datagrams_as_before_go_on(struct kunit *test)
{
	struct sock *sk = begin(test, lax(test, LEVEE_EFFECT_PREVENT));
	struct sock *udp = fixture_sock(test, HOME, AF_INET, SOCK_DGRAM, IPPROTO_UDP);

	KUNIT_EXPECT_EQ(test, datagram(test, udp, "203.0.113.7", 443), 0);
	scan(test, sk, -ECONNREFUSED);
	/* A commit has it judged again. */
	fixture_commit(test, lax(test, LEVEE_EFFECT_PREVENT));
	KUNIT_EXPECT_EQ(test, datagram(test, udp, "203.0.113.7", 443), 0);
	KUNIT_EXPECT_EQ(test, datagram(test, udp, "203.0.113.8", 443), -EPERM);
}

static void policy_that_alerts_ends_a_hold(struct kunit *test)
{
	struct sock *sk = begin(test, lax(test, LEVEE_EFFECT_PREVENT));

	scan(test, sk, -ECONNREFUSED);
	KUNIT_EXPECT_EQ(test, syn(test, sk, "203.0.113.2", 80), -ECONNREFUSED);
	fixture_commit(test, lax(test, LEVEE_EFFECT_ALERT));
	fixture_listen(test);
	KUNIT_EXPECT_EQ(test, syn(test, sk, "203.0.113.2", 80), 0);
	KUNIT_EXPECT_EQ(test, fixture_heard_of(LEVEE_EVENT_TYPE_AUDIT), 0U);
}

static void alert_only_holds_nobody(struct kunit *test)
{
	struct levee_draft *draft = lax(test, LEVEE_EFFECT_BLOCK);
	struct sock *sk;

	draft->alert_only = true;
	sk = begin(test, draft);
	scan(test, sk, 0);
	KUNIT_EXPECT_EQ(test, syn(test, sk, "203.0.113.2", 80), 0);
	KUNIT_EXPECT_EQ(test, fixture_heard_of(LEVEE_EVENT_TYPE_INCIDENT), 1U);
	KUNIT_EXPECT_EQ(test, stat(SCAN, LEVEE_STAT_UNENFORCED), 1ULL);
	KUNIT_EXPECT_EQ(test, levee_workloads_quarantined(), 0U);
}

static void block_cuts(struct kunit *test)
{
	struct sock *sk = begin(test, lax(test, LEVEE_EFFECT_BLOCK));

	scan(test, sk, -ECONNREFUSED);
	KUNIT_EXPECT_EQ(test, levee_workloads_quarantined(), 1U);
	KUNIT_ASSERT_EQ(test, fixture_heard_of(LEVEE_EVENT_TYPE_INCIDENT), 1U);
	KUNIT_EXPECT_EQ(test, first(LEVEE_EVENT_TYPE_INCIDENT)->effect, LEVEE_EFFECT_BLOCK);
	KUNIT_EXPECT_EQ(test, stat(SCAN, LEVEE_STAT_BLOCKED), 1ULL);
	KUNIT_EXPECT_NE(test, syn(test, sk, "192.0.2.1", 80), 0);
}

static struct kunit_case scan_gate_cases[] = {
	KUNIT_CASE(what_nothing_permits_by_name_counts),
	KUNIT_CASE(dns_counts_but_to_its_servers),
	KUNIT_CASE(refused_counts),
	KUNIT_CASE(prevent_holds_for_its_time),
	KUNIT_CASE(what_deviates_is_held_as_well),
	KUNIT_CASE(datagrams_as_before_go_on),
	KUNIT_CASE(policy_that_alerts_ends_a_hold),
	KUNIT_CASE(alert_only_holds_nobody),
	KUNIT_CASE(block_cuts),
	{}
};

static struct kunit_suite scan_gate_suite = {
	.name = "levee_scan_gate",
	.exit = fixture_exit,
	.test_cases = scan_gate_cases,
};

kunit_test_suite(scan_gate_suite);
