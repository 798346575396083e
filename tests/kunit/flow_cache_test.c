// SPDX-License-Identifier: GPL-2.0
#include "detect/flow_cache.h"
#include "fixture.h"
#include "random.h"

static const struct cgroup *nobody = &cgrp_dfl_root.cgrp;

/* Tags that no policy has: what other suites left is not found. */
static u64 next_tag = 1ULL << 48;

static struct levee_flow_key some_key(struct kunit *test)
{
	struct levee_flow flow = { .dst = fixture_addr("192.0.2.1"), .proto = 6, .dport = 443,
				   .sport = 40000 };
	struct levee_flow_key key;

	levee_flow_key_set(&key, test->priv, next_tag++, nobody, &flow);
	return key;
}

static int begin(struct kunit *test)
{
	test->priv = kunit_kzalloc(test, sizeof(struct sock), GFP_KERNEL);
	return test->priv ? random_seed(test) : -ENOMEM;
}

static void what_was_added_is_found(struct kunit *test)
{
	struct levee_flow_key key = some_key(test);

	KUNIT_EXPECT_EQ(test, levee_flow_cache_find(&key), LEVEE_FLOW_UNKNOWN);
	levee_flow_cache_add(&key, LEVEE_FLOW_PASS);
	KUNIT_EXPECT_EQ(test, levee_flow_cache_find(&key), LEVEE_FLOW_PASS);
	levee_flow_cache_add(&key, LEVEE_FLOW_DROP);
	KUNIT_EXPECT_EQ(test, levee_flow_cache_find(&key), LEVEE_FLOW_DROP);
}

static void every_part_of_a_key_counts(struct kunit *test)
{
	struct levee_flow_key key = some_key(test), other;
	u32 i;

	levee_flow_cache_add(&key, LEVEE_FLOW_PASS);
/* So often that some are of the same set. */
#define DIFFERS(change) do {								\
	for (i = 1, other = key; i < 5000; i++) {					\
		change;									\
		KUNIT_ASSERT_EQ(test, levee_flow_cache_find(&other), LEVEE_FLOW_UNKNOWN);	\
	}										\
} while (0)
	DIFFERS(other.sk++);
	DIFFERS(other.tag++);
	DIFFERS(other.cgroup_nr++);
	DIFFERS(other.hi++);
	DIFFERS(other.lo++);
	DIFFERS(other.ports++);
	DIFFERS(other.ports += 1ULL << 16);
	DIFFERS(other.ports += 1ULL << 32);
#undef DIFFERS
	KUNIT_EXPECT_EQ(test, levee_flow_cache_find(&key), LEVEE_FLOW_PASS);
}

static void ipv4_is_not_ipv6_of_the_same_bits(struct kunit *test)
{
	struct levee_flow v4 = { .dst = fixture_addr("1.2.3.4"), .proto = 6 };
	struct levee_flow v6 = { .dst = fixture_addr("::1.2.3.4"), .proto = 6 };
	struct levee_flow_key a, b;

	levee_flow_key_set(&a, NULL, 1, nobody, &v4);
	levee_flow_key_set(&b, NULL, 1, nobody, &v6);
	KUNIT_EXPECT_EQ(test, a.lo, b.lo);
	KUNIT_EXPECT_NE(test, a.ports, b.ports);
}

/* The epoch is the tag: a commit, and all is forgotten. */
static void next_epoch_knows_nothing(struct kunit *test)
{
	struct levee_flow_key key = some_key(test);

	levee_flow_cache_add(&key, LEVEE_FLOW_PASS);
	key.tag++;
	KUNIT_EXPECT_EQ(test, levee_flow_cache_find(&key), LEVEE_FLOW_UNKNOWN);
	key.tag--;
	KUNIT_EXPECT_EQ(test, levee_flow_cache_find(&key), LEVEE_FLOW_PASS);
}

/* It forgets, but never answers for another flow; and the last one is there. */
static void full_cache_forgets_only(struct kunit *test)
{
	struct levee_flow_key key = some_key(test);
	u64 first = key.lo;
	u32 i, known = 0;

	for (i = 0; i < 20000; i++) {
		key.lo = first + i;
		levee_flow_cache_add(&key, i % 2 ? LEVEE_FLOW_DROP : LEVEE_FLOW_PASS);
		KUNIT_ASSERT_EQ(test, levee_flow_cache_find(&key),
				i % 2 ? LEVEE_FLOW_DROP : LEVEE_FLOW_PASS);
	}
	for (i = 0; i < 20000; i++) {
		enum levee_flow_verdict verdict;

		key.lo = first + i;
		verdict = levee_flow_cache_find(&key);
		if (verdict == LEVEE_FLOW_UNKNOWN)
			continue;
		KUNIT_ASSERT_EQ(test, verdict, i % 2 ? LEVEE_FLOW_DROP : LEVEE_FLOW_PASS);
		known++;
	}
	KUNIT_EXPECT_GT(test, known, 100U);
	KUNIT_EXPECT_LT(test, known, 20000U);
}

/* What a softirq adds while the task that it interrupted fills a slot of the set. */
static void set_that_is_being_filled_is_left_alone(struct kunit *test)
{
	struct levee_flow_key key = some_key(test);
	u32 way;

	for (way = 0; way < LEVEE_FLOW_WAYS; way++) {
		struct levee_flow_slot *slot;

		preempt_disable();
		slot = &levee_flow_set(&key)[way];
		raw_write_seqcount_begin(&slot->seq);
		levee_flow_cache_add(&key, LEVEE_FLOW_PASS);
		raw_write_seqcount_end(&slot->seq);
		preempt_enable();
		KUNIT_EXPECT_EQ(test, levee_flow_cache_find(&key), LEVEE_FLOW_UNKNOWN);
	}
	levee_flow_cache_add(&key, LEVEE_FLOW_PASS);
	KUNIT_EXPECT_EQ(test, levee_flow_cache_find(&key), LEVEE_FLOW_PASS);
}

static void act_is_marked_once(struct kunit *test)
{
	struct levee_flow_key key = some_key(test), other = some_key(test);

	KUNIT_EXPECT_FALSE(test, levee_act_marked(&key, LEVEE_FEATURE_OUTBOUND, U64_MAX));
	KUNIT_EXPECT_FALSE(test, levee_act_mark(&key, LEVEE_FEATURE_OUTBOUND));
	KUNIT_EXPECT_TRUE(test, levee_act_mark(&key, LEVEE_FEATURE_OUTBOUND));
	KUNIT_EXPECT_TRUE(test, levee_act_marked(&key, LEVEE_FEATURE_OUTBOUND, 10));
	KUNIT_EXPECT_FALSE(test, levee_act_mark(&key, LEVEE_FEATURE_LISTEN));
	KUNIT_EXPECT_FALSE(test, levee_act_mark(&other, LEVEE_FEATURE_OUTBOUND));
}

static void mark_ages(struct kunit *test)
{
	struct levee_flow_key key = some_key(test);

	levee_act_mark(&key, LEVEE_FEATURE_OUTBOUND);
	fixture_sleep_by_clock(LEVEE_ACT_SECONDS - 2);
	KUNIT_EXPECT_TRUE(test, levee_act_marked(&key, LEVEE_FEATURE_OUTBOUND, LEVEE_ACT_SECONDS));
	KUNIT_EXPECT_FALSE(test, levee_act_marked(&key, LEVEE_FEATURE_OUTBOUND, 100));
	/* Asking keeps nothing fresh, marking does. */
	fixture_sleep_by_clock(3);
	KUNIT_EXPECT_FALSE(test, levee_act_marked(&key, LEVEE_FEATURE_OUTBOUND, LEVEE_ACT_SECONDS));
	KUNIT_EXPECT_TRUE(test, levee_act_marked(&key, LEVEE_FEATURE_OUTBOUND, U64_MAX));
	KUNIT_EXPECT_FALSE(test, levee_act_mark(&key, LEVEE_FEATURE_OUTBOUND));
	fixture_sleep_by_clock(LEVEE_ACT_SECONDS - 2);
	KUNIT_EXPECT_TRUE(test, levee_act_mark(&key, LEVEE_FEATURE_OUTBOUND));
	fixture_sleep_by_clock(LEVEE_ACT_SECONDS - 2);
	KUNIT_EXPECT_TRUE(test, levee_act_mark(&key, LEVEE_FEATURE_OUTBOUND));
}

static void full_table_of_marks_loses_the_oldest(struct kunit *test)
{
	struct levee_flow_key old = some_key(test), key = some_key(test), young;
	u64 first = key.lo;
	u32 i;

	levee_act_mark(&old, LEVEE_FEATURE_OUTBOUND);
	fixture_sleep_by_clock(2);
	for (i = 0; i < 100000; i++) {
		key.lo = first + i;
		levee_act_mark(&key, LEVEE_FEATURE_OUTBOUND);
	}
	young = key;
	KUNIT_EXPECT_TRUE(test, levee_act_marked(&young, LEVEE_FEATURE_OUTBOUND, U64_MAX));
	KUNIT_EXPECT_FALSE(test, levee_act_marked(&old, LEVEE_FEATURE_OUTBOUND, U64_MAX));
}

/* What connect() marks is what the packet asks for, the port that it had not yet left out. */
static void connect_key_has_no_source_port(struct kunit *test)
{
	struct levee_addr addr = fixture_addr("192.0.2.1");
	struct sock *sk = test->priv;
	struct levee_flow flow = { .dst = addr, .proto = 6, .dport = 443 };
	struct levee_flow_key key, expected;

	sk->sk_protocol = IPPROTO_TCP;
	sk->sk_type = SOCK_SEQPACKET;
	levee_connect_key_set(&key, sk, 3, nobody, &addr, 6, 443);
	levee_flow_key_set(&expected, sk, 3, nobody, &flow);
	KUNIT_EXPECT_EQ(test, memcmp(&key, &expected, sizeof(key)), 0);
	/* Which subflow sends is not told. */
	sk->sk_protocol = IPPROTO_MPTCP;
	levee_connect_key_set(&key, sk, 3, nobody, &addr, 6, 443);
	KUNIT_EXPECT_NULL(test, key.sk);
}

static void listen_key_is_of_cgroup_and_port(struct kunit *test)
{
	struct cgroup *other = kunit_kzalloc(test, sizeof(*other), GFP_KERNEL);
	struct levee_flow_key a, b;

	KUNIT_ASSERT_NOT_NULL(test, other);
	other->self.serial_nr = levee_cgroup_nr(nobody) + 1;
	levee_listen_key_set(&a, 3, nobody, 6, 80);
	levee_listen_key_set(&b, 3, nobody, 6, 80);
	KUNIT_EXPECT_EQ(test, memcmp(&a, &b, sizeof(a)), 0);
	levee_listen_key_set(&b, 3, nobody, 17, 80);
	KUNIT_EXPECT_NE(test, a.ports, b.ports);
	levee_listen_key_set(&b, 3, nobody, 6, 81);
	KUNIT_EXPECT_NE(test, a.ports, b.ports);
	levee_listen_key_set(&b, 3, other, 6, 80);
	KUNIT_EXPECT_NE(test, a.cgroup_nr, b.cgroup_nr);
}

static struct kunit_case flow_cache_cases[] = {
	KUNIT_CASE(what_was_added_is_found),
	KUNIT_CASE(every_part_of_a_key_counts),
	KUNIT_CASE(ipv4_is_not_ipv6_of_the_same_bits),
	KUNIT_CASE(next_epoch_knows_nothing),
	KUNIT_CASE(full_cache_forgets_only),
	KUNIT_CASE(set_that_is_being_filled_is_left_alone),
	KUNIT_CASE(act_is_marked_once),
	KUNIT_CASE(mark_ages),
	KUNIT_CASE(full_table_of_marks_loses_the_oldest),
	KUNIT_CASE(connect_key_has_no_source_port),
	KUNIT_CASE(listen_key_is_of_cgroup_and_port),
	{}
};

static struct kunit_suite flow_cache_suite = {
	.name = "levee_flow_cache",
	.init = begin,
	.test_cases = flow_cache_cases,
};

kunit_test_suite(flow_cache_suite);
