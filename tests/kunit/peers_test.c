// SPDX-License-Identifier: GPL-2.0
#include "detect/peers.h"
#include "fixture.h"

/* Each case has a cgroup of its own, so that none sees another's peers. */
static u64 next_cgroup = 1ULL << 40;

static struct levee_peer some_peer(void)
{
	return (struct levee_peer){ .addr = fixture_addr("192.0.2.9"), .cgroup_nr = next_cgroup++,
				    .port = 53, .local_port = 5353, .proto = 17, .ifindex = 3 };
}

static void noted_peer_is_known(struct kunit *test)
{
	struct levee_peer peer = some_peer();

	KUNIT_EXPECT_FALSE(test, levee_peer_known(&peer));
	levee_peer_note(&peer);
	KUNIT_EXPECT_TRUE(test, levee_peer_known(&peer));
}

static void every_part_of_a_peer_counts(struct kunit *test)
{
	struct levee_peer peer = some_peer(), other;
	u32 i;

	levee_peer_note(&peer);
/* So often that some are of the same set. */
#define DIFFERS(change) do {						\
	for (i = 1, other = peer; i < 30000; i++) {			\
		change;							\
		KUNIT_ASSERT_FALSE(test, levee_peer_known(&other));	\
	}								\
} while (0)
	DIFFERS(other.addr.lo++);
	DIFFERS(other.addr.hi++);
	DIFFERS(other.cgroup_nr++);
	DIFFERS(other.port++);
	DIFFERS(other.local_port++);
	DIFFERS(other.proto++);
	DIFFERS(other.ifindex++);
#undef DIFFERS
}

static void silent_peer_is_forgotten(struct kunit *test)
{
	struct levee_peer peer = some_peer();

	levee_peer_note(&peer);
	fixture_sleep_jiffies(LEVEE_PEER_SECONDS - 1);
	KUNIT_EXPECT_TRUE(test, levee_peer_known(&peer));
	fixture_sleep_jiffies(2);
	KUNIT_EXPECT_FALSE(test, levee_peer_known(&peer));
	levee_peer_note(&peer);
	fixture_sleep_jiffies(LEVEE_PEER_SECONDS - 1);
	levee_peer_note(&peer);
	fixture_sleep_jiffies(LEVEE_PEER_SECONDS - 1);
	KUNIT_EXPECT_TRUE(test, levee_peer_known(&peer));
}

#define CROWD 60000	/* more than there is room for */

static void full_table_forgets_who_was_silent_longest(struct kunit *test)
{
	u64 evicted = levee_peers_evicted();
	struct levee_peer peer = some_peer();
	u64 first = peer.addr.lo;
	u32 i, known = 0;

	for (i = 0; i < CROWD; i++) {
		peer.addr.lo = first + i;
		levee_peer_note(&peer);
		KUNIT_ASSERT_TRUE(test, levee_peer_known(&peer));
	}
	for (i = 0; i < CROWD; i++) {
		peer.addr.lo = first + i;
		known += levee_peer_known(&peer);
	}
	KUNIT_EXPECT_LT(test, known, (u32)CROWD);
	KUNIT_EXPECT_LE(test, known * sizeof(struct levee_peer), levee_peers_bytes());
	/* Whoever was put out before his time is counted, the youngest of other cases with them. */
	KUNIT_EXPECT_GE(test, levee_peers_evicted() - evicted, (u64)CROWD - known);
	/* In time all of them make room, and nobody is put out. */
	fixture_sleep_jiffies(LEVEE_PEER_SECONDS + 1);
	evicted = levee_peers_evicted();
	peer = some_peer();
	levee_peer_note(&peer);
	KUNIT_EXPECT_EQ(test, levee_peers_evicted(), evicted);
}

static void device_matters_in_a_namespace_and_for_loopback(struct kunit *test)
{
	struct net *net = kunit_kzalloc(test, sizeof(*net), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, net);
	KUNIT_EXPECT_EQ(test, levee_peer_device(&init_net, 5), 0);
	KUNIT_EXPECT_EQ(test, levee_peer_device(&init_net, LEVEE_PEER_LOOPBACK),
			LEVEE_PEER_LOOPBACK);
	KUNIT_EXPECT_EQ(test, levee_peer_device(net, 5), 5);
	KUNIT_EXPECT_EQ(test, levee_peer_device(net, LEVEE_PEER_LOOPBACK), LEVEE_PEER_LOOPBACK);
}

static struct kunit_case peers_cases[] = {
	KUNIT_CASE(noted_peer_is_known),
	KUNIT_CASE(every_part_of_a_peer_counts),
	KUNIT_CASE(silent_peer_is_forgotten),
	KUNIT_CASE(full_table_forgets_who_was_silent_longest),
	KUNIT_CASE(device_matters_in_a_namespace_and_for_loopback),
	{}
};

static struct kunit_suite peers_suite = {
	.name = "levee_peers",
	.test_cases = peers_cases,
};

kunit_test_suite(peers_suite);
