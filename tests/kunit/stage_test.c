// SPDX-License-Identifier: GPL-2.0
#include <linux/net.h>
#include <linux/netlink.h>

#include "control/stage.h"
#include "fixture.h"

#define PORT 0xfffe0000u	/* of no socket */

static void end(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, levee_stages_open(), 0ULL);
	KUNIT_EXPECT_EQ(test, levee_feed_stages_open(), 0ULL);
	/* What was dropped is freed. */
	KUNIT_EXPECT_EQ(test, levee_feeds_bytes(), (size_t)0);
}

static int take(u32 portid, u64 cookie, struct netlink_ext_ack *extack)
{
	struct levee_staged staged;
	int err = levee_stage_take(portid, cookie, &staged, extack);

	if (!err)
		levee_staged_free(&staged);
	return err;
}

static void stage_is_of_one_socket(struct kunit *test)
{
	struct netlink_ext_ack extack = {};
	struct levee_draft *draft;
	u64 cookie;

	KUNIT_ASSERT_EQ(test, levee_stage_open(PORT, true, 1, &cookie, &extack), 0);
	KUNIT_EXPECT_EQ(test, levee_stages_open(), 1ULL);
	draft = levee_stage_get(PORT, cookie, &extack);
	KUNIT_ASSERT_FALSE(test, IS_ERR(draft));
	KUNIT_EXPECT_TRUE(test, draft->alert_only);
	KUNIT_EXPECT_EQ(test, draft->require, 1U);
	levee_stage_put();
	KUNIT_EXPECT_EQ(test, PTR_ERR(levee_stage_get(PORT + 1, cookie, &extack)), -ENOENT);
	KUNIT_EXPECT_STREQ(test, extack._msg, "this socket has no such stage");
	KUNIT_EXPECT_EQ(test, PTR_ERR(levee_stage_get(PORT, cookie + 1, &extack)), -ENOENT);
	KUNIT_EXPECT_EQ(test, take(PORT + 1, cookie, &extack), -ENOENT);
	KUNIT_EXPECT_EQ(test, take(PORT, cookie, &extack), 0);
	KUNIT_EXPECT_EQ(test, take(PORT, cookie, &extack), -ENOENT);
}

static void socket_has_one_stage(struct kunit *test)
{
	struct netlink_ext_ack extack = {};
	u64 cookie, other;

	KUNIT_ASSERT_EQ(test, levee_stage_open(PORT, false, 0, &cookie, &extack), 0);
	KUNIT_EXPECT_EQ(test, levee_stage_open(PORT, false, 0, &other, &extack), -EBUSY);
	KUNIT_EXPECT_STREQ(test, extack._msg, "this socket stages a policy already");
	KUNIT_EXPECT_EQ(test, take(PORT, cookie, &extack), 0);
	/* The next one has another number. */
	KUNIT_ASSERT_EQ(test, levee_stage_open(PORT, false, 0, &other, &extack), 0);
	KUNIT_EXPECT_NE(test, cookie, other);
	KUNIT_EXPECT_EQ(test, levee_stage_abandon(PORT, cookie, &extack), -ENOENT);
	KUNIT_EXPECT_STREQ(test, extack._msg, "this socket has no such stage");
	KUNIT_EXPECT_EQ(test, levee_stage_abandon(PORT, other, &extack), 0);
}

static void stages_are_bounded(struct kunit *test)
{
	struct netlink_ext_ack extack = {};
	u64 cookies[LEVEE_STAGES_MAX], cookie;
	u32 i;

	for (i = 0; i < LEVEE_STAGES_MAX; i++)
		KUNIT_ASSERT_EQ(test, levee_stage_open(PORT + i, false, 0, &cookies[i], NULL), 0);
	KUNIT_EXPECT_EQ(test, levee_stage_open(PORT + i, false, 0, &cookie, &extack), -ENOSPC);
	KUNIT_EXPECT_STREQ(test, extack._msg, "too many policies are being staged");
	KUNIT_EXPECT_EQ(test, take(PORT + 3, cookies[3], &extack), 0);
	KUNIT_EXPECT_EQ(test, levee_stage_open(PORT + i, false, 0, &cookie, &extack), 0);
	KUNIT_EXPECT_EQ(test, take(PORT + i, cookie, &extack), 0);
	while (i--)
		if (i != 3)
			KUNIT_EXPECT_EQ(test, take(PORT + i, cookies[i], &extack), 0);
}

/* Feeds. */

static u64 open_policy(struct kunit *test, u32 portid)
{
	u64 cookie;

	KUNIT_ASSERT_EQ(test, levee_stage_open(portid, false, 0, &cookie, NULL), 0);
	return cookie;
}

/* Opens a stage for a feed of the name, which is whole, or frees it and says why not. */
static int open_feed(struct kunit *test, u32 portid, u64 policy, const char *name, u64 *cookie,
		     struct netlink_ext_ack *extack)
{
	struct levee_feed *feed = fixture_feed(test, name, policy ? "feeds/x" : "", "example.com");
	int err = levee_feed_stage_open(portid, policy, feed, cookie, extack);

	if (err)
		levee_feed_free(feed);
	return err;
}

static int add_names(u32 portid, u64 cookie, const char *text, struct netlink_ext_ack *extack)
{
	struct levee_name name = fixture_name(text);
	const struct levee_feed_chunk chunk = { .names = name.wire, .names_len = name.len };

	return levee_feed_stage_add(portid, cookie, &chunk, extack);
}

static void lone_feed_is_of_one_socket(struct kunit *test)
{
	struct netlink_ext_ack extack = {};
	struct levee_feed *feed;
	u64 cookie;

	KUNIT_ASSERT_EQ(test, open_feed(test, PORT, 0, "intel", &cookie, &extack), 0);
	KUNIT_EXPECT_EQ(test, levee_feed_stages_open(), 1ULL);
	KUNIT_EXPECT_EQ(test, levee_stages_open(), 0ULL);
	KUNIT_EXPECT_EQ(test, add_names(PORT + 1, cookie, "b", &extack), -ENOENT);
	KUNIT_EXPECT_STREQ(test, extack._msg, "this socket has no such stage");
	KUNIT_EXPECT_EQ(test, add_names(PORT, cookie + 1, "b", &extack), -ENOENT);
	KUNIT_EXPECT_EQ(test, PTR_ERR(levee_feed_stage_take(PORT + 1, cookie, &extack)), -ENOENT);
	KUNIT_EXPECT_EQ(test, levee_feed_stage_abandon(PORT + 1, cookie, &extack), -ENOENT);
	/* No stage of a policy goes by its number. */
	KUNIT_EXPECT_EQ(test, take(PORT, cookie, &extack), -ENOENT);
	feed = levee_feed_stage_take(PORT, cookie, &extack);
	KUNIT_ASSERT_FALSE(test, IS_ERR(feed));
	KUNIT_EXPECT_STREQ(test, feed->name, "intel");
	levee_feed_free(feed);
	KUNIT_EXPECT_EQ(test, PTR_ERR(levee_feed_stage_take(PORT, cookie, &extack)), -ENOENT);
	KUNIT_EXPECT_EQ(test, levee_feed_stage_abandon(PORT, cookie, &extack), -ENOENT);
}

static void policy_takes_its_feeds_along(struct kunit *test)
{
	struct netlink_ext_ack extack = {};
	u64 policy = open_policy(test, PORT), intel, other;
	struct levee_staged staged;

	KUNIT_EXPECT_EQ(test, open_feed(test, PORT, policy + 1, "intel", &intel, &extack), -ENOENT);
	KUNIT_EXPECT_STREQ(test, extack._msg, "this socket has no such stage");
	KUNIT_EXPECT_EQ(test, open_feed(test, PORT + 1, policy, "intel", &intel, &extack), -ENOENT);
	KUNIT_ASSERT_EQ(test, open_feed(test, PORT, policy, "intel", &intel, &extack), 0);
	KUNIT_EXPECT_EQ(test, open_feed(test, PORT, policy, "intel", &other, &extack), -EEXIST);
	KUNIT_EXPECT_STREQ(test, extack._msg, "the policy has a feed of this name already");
	KUNIT_ASSERT_EQ(test, open_feed(test, PORT, policy, "other", &other, &extack), 0);
	KUNIT_EXPECT_EQ(test, levee_feed_stages_open(), 0ULL);
	/* It goes live with its policy alone, but may be dropped. */
	KUNIT_EXPECT_EQ(test, PTR_ERR(levee_feed_stage_take(PORT, intel, &extack)), -EPERM);
	KUNIT_EXPECT_STREQ(test, extack._msg, "the feed is committed with its policy");
	KUNIT_EXPECT_EQ(test, levee_feed_stage_abandon(PORT, other, &extack), 0);
	KUNIT_ASSERT_EQ(test, levee_stage_take(PORT, policy, &staged, &extack), 0);
	KUNIT_ASSERT_EQ(test, staged.nr_feeds, 1U);
	KUNIT_EXPECT_STREQ(test, staged.feeds[0]->name, "intel");
	levee_staged_free(&staged);
	KUNIT_EXPECT_EQ(test, add_names(PORT, intel, "b", &extack), -ENOENT);
	/* Abandoned, it takes them along, too. */
	policy = open_policy(test, PORT);
	KUNIT_ASSERT_EQ(test, open_feed(test, PORT, policy, "intel", &intel, &extack), 0);
	KUNIT_EXPECT_EQ(test, levee_stage_abandon(PORT, policy, &extack), 0);
	KUNIT_EXPECT_EQ(test, levee_feed_stage_abandon(PORT, intel, &extack), -ENOENT);
}

static void staged_feeds_are_bounded(struct kunit *test)
{
	struct netlink_ext_ack extack = {};
	u64 policy = open_policy(test, PORT), cookie, cookies[LEVEE_STAGES_MAX];
	char name[16];
	u32 i;

	for (i = 0; i < LEVEE_FEEDS_MAX; i++) {
		snprintf(name, sizeof(name), "feed-%u", i);
		KUNIT_ASSERT_EQ(test, open_feed(test, PORT, policy, name, &cookie, NULL), 0);
	}
	KUNIT_EXPECT_EQ(test, open_feed(test, PORT, policy, "more", &cookie, &extack), -E2BIG);
	KUNIT_EXPECT_STREQ(test, extack._msg, "a policy has at most 64 feeds");
	/* Those of policies take no place of the others; one socket may have them all. */
	for (i = 0; i < LEVEE_STAGES_MAX; i++)
		KUNIT_ASSERT_EQ(test, open_feed(test, PORT, 0, "same", &cookies[i], NULL), 0);
	KUNIT_EXPECT_EQ(test, open_feed(test, PORT + 1, 0, "more", &cookie, &extack), -ENOSPC);
	KUNIT_EXPECT_STREQ(test, extack._msg, "too many feeds are being staged");
	KUNIT_EXPECT_EQ(test, levee_feed_stage_abandon(PORT, cookies[5], NULL), 0);
	KUNIT_EXPECT_EQ(test, open_feed(test, PORT + 1, 0, "more", &cookies[5], &extack), 0);
	KUNIT_EXPECT_EQ(test, levee_feed_stage_abandon(PORT + 1, cookies[5], NULL), 0);
	for (i = 0; i < LEVEE_STAGES_MAX; i++)
		if (i != 5)
			KUNIT_EXPECT_EQ(test, levee_feed_stage_abandon(PORT, cookies[i], NULL), 0);
	KUNIT_EXPECT_EQ(test, levee_stage_abandon(PORT, policy, NULL), 0);
}

#define BEGIN_AGAIN "a part of the feed was refused, it has to be begun again"

/* Half a feed would be a hole that nobody sees. */
static void feed_that_is_not_whole_goes_nowhere(struct kunit *test)
{
	struct netlink_ext_ack extack = {};
	u64 policy = open_policy(test, PORT), cookie;
	struct levee_feed *feed;

	/* One name too many. */
	KUNIT_ASSERT_EQ(test, open_feed(test, PORT, 0, "intel", &cookie, NULL), 0);
	KUNIT_EXPECT_EQ(test, add_names(PORT, cookie, "b", &extack), -E2BIG);
	KUNIT_EXPECT_STREQ(test, extack._msg, "more than the feed was begun for");
	KUNIT_EXPECT_EQ(test, add_names(PORT, cookie, "b", &extack), -EINVAL);
	KUNIT_EXPECT_STREQ(test, extack._msg, BEGIN_AGAIN);
	KUNIT_EXPECT_EQ(test, PTR_ERR(levee_feed_stage_take(PORT, cookie, &extack)), -EINVAL);
	KUNIT_EXPECT_STREQ(test, extack._msg, BEGIN_AGAIN);
	KUNIT_EXPECT_EQ(test, levee_feed_stages_open(), 0ULL);
	KUNIT_ASSERT_EQ(test, open_feed(test, PORT, policy, "intel", &cookie, NULL), 0);
	KUNIT_EXPECT_EQ(test, add_names(PORT, cookie, "b", &extack), -E2BIG);
	KUNIT_EXPECT_EQ(test, take(PORT, policy, &extack), -EINVAL);
	KUNIT_EXPECT_STREQ(test, extack._msg, BEGIN_AGAIN);
	KUNIT_EXPECT_EQ(test, levee_stages_open(), 0ULL);
	/* One too few. */
	feed = levee_feed_new("intel", LEVEE_FEED_KIND_DOMAINS, 1, 0, "", NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(feed));
	KUNIT_ASSERT_EQ(test, levee_feed_stage_open(PORT, 0, feed, &cookie, NULL), 0);
	KUNIT_EXPECT_EQ(test, PTR_ERR(levee_feed_stage_take(PORT, cookie, &extack)), -EINVAL);
	KUNIT_EXPECT_STREQ(test, extack._msg, "fewer than the feed was begun for");
	policy = open_policy(test, PORT);
	feed = levee_feed_new("intel", LEVEE_FEED_KIND_DOMAINS, 1, 0, "feeds/x", NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(feed));
	KUNIT_ASSERT_EQ(test, levee_feed_stage_open(PORT, policy, feed, &cookie, NULL), 0);
	KUNIT_EXPECT_EQ(test, take(PORT, policy, &extack), -EINVAL);
	KUNIT_EXPECT_STREQ(test, extack._msg, "fewer than the feed was begun for");
	KUNIT_EXPECT_EQ(test, levee_stages_open(), 0ULL);
}

static void feed_takes_its_kind_alone(struct kunit *test)
{
	static const u8 prefixes4[] = { 192, 0, 2, 0, 24 };
	static const u8 prefixes6[17] = { 0x20, 0x01, 0x0d, 0xb8, [16] = 32 };
	const struct levee_feed_chunk chunk = {
		.prefixes4 = prefixes4, .prefixes4_len = sizeof(prefixes4),
		.prefixes6 = prefixes6, .prefixes6_len = sizeof(prefixes6),
	};
	struct netlink_ext_ack extack = {};
	struct levee_feed *feed;
	u64 cookie;

	feed = levee_feed_new("addresses", LEVEE_FEED_KIND_ADDRESSES, 2, 1, "", NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(feed));
	KUNIT_ASSERT_EQ(test, levee_feed_stage_open(PORT, 0, feed, &cookie, NULL), 0);
	KUNIT_EXPECT_EQ(test, levee_feed_stage_add(PORT, cookie, &chunk, NULL), 0);
	feed = levee_feed_stage_take(PORT, cookie, NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(feed));
	KUNIT_EXPECT_EQ(test, feed->count, 2U);
	levee_feed_free(feed);

	feed = levee_feed_new("domains", LEVEE_FEED_KIND_DOMAINS, 2, 0, "", NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(feed));
	KUNIT_ASSERT_EQ(test, levee_feed_stage_open(PORT, 0, feed, &cookie, NULL), 0);
	KUNIT_EXPECT_EQ(test, levee_feed_stage_add(PORT, cookie, &chunk, &extack), -EINVAL);
	KUNIT_EXPECT_STREQ(test, extack._msg, "prefixes in a feed of domains");
	KUNIT_EXPECT_EQ(test, levee_feed_stage_abandon(PORT, cookie, NULL), 0);
	feed = levee_feed_new("addresses", LEVEE_FEED_KIND_ADDRESSES, 2, 1, "", NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(feed));
	KUNIT_ASSERT_EQ(test, levee_feed_stage_open(PORT, 0, feed, &cookie, NULL), 0);
	KUNIT_EXPECT_EQ(test, add_names(PORT, cookie, "b", &extack), -EINVAL);
	KUNIT_EXPECT_STREQ(test, extack._msg, "names in a feed of addresses");
	KUNIT_EXPECT_EQ(test, levee_feed_stage_abandon(PORT, cookie, NULL), 0);
}

/* By the netlink notifier, as when a tool is killed. */
static void closed_socket_takes_its_stages_along(struct kunit *test)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };
	struct socket *socket;
	u64 cookie, other, feed, other_feed;

	KUNIT_ASSERT_EQ(test, sock_create_kern(&init_net, AF_NETLINK, SOCK_RAW, NETLINK_GENERIC,
					       &socket), 0);
	KUNIT_EXPECT_EQ(test, kernel_bind(socket, (struct sockaddr *)&addr, sizeof(addr)), 0);
	KUNIT_EXPECT_GT(test, kernel_getsockname(socket, (struct sockaddr *)&addr), 0);
	KUNIT_EXPECT_EQ(test, levee_stage_open(addr.nl_pid, false, 0, &cookie, NULL), 0);
	KUNIT_EXPECT_EQ(test, open_feed(test, addr.nl_pid, cookie, "intel", &feed, NULL), 0);
	KUNIT_EXPECT_EQ(test, open_feed(test, addr.nl_pid, 0, "intel", &feed, NULL), 0);
	KUNIT_EXPECT_EQ(test, levee_stage_open(PORT, false, 0, &other, NULL), 0);
	KUNIT_EXPECT_EQ(test, open_feed(test, PORT, 0, "intel", &other_feed, NULL), 0);
	sock_release(socket);
	KUNIT_EXPECT_EQ(test, levee_stages_open(), 1ULL);
	KUNIT_EXPECT_EQ(test, levee_feed_stages_open(), 1ULL);
	KUNIT_EXPECT_EQ(test, take(PORT, other, NULL), 0);
	KUNIT_EXPECT_EQ(test, levee_feed_stage_abandon(PORT, other_feed, NULL), 0);
}

static struct kunit_case stage_cases[] = {
	KUNIT_CASE(stage_is_of_one_socket),
	KUNIT_CASE(socket_has_one_stage),
	KUNIT_CASE(stages_are_bounded),
	KUNIT_CASE(lone_feed_is_of_one_socket),
	KUNIT_CASE(policy_takes_its_feeds_along),
	KUNIT_CASE(staged_feeds_are_bounded),
	KUNIT_CASE(feed_that_is_not_whole_goes_nowhere),
	KUNIT_CASE(feed_takes_its_kind_alone),
	KUNIT_CASE(closed_socket_takes_its_stages_along),
	{}
};

static struct kunit_suite stage_suite = {
	.name = "levee_stage",
	.exit = end,
	.test_cases = stage_cases,
};

kunit_test_suite(stage_suite);
