// SPDX-License-Identifier: GPL-2.0
#include <linux/net.h>
#include <linux/netlink.h>

#include "control/stage.h"
#include "fixture.h"

#define PORT 0xfffe0000u	/* of no socket */

static void end(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, levee_stages_open(), 0ULL);
}

static int close_stage(u32 portid, u64 cookie, struct netlink_ext_ack *extack)
{
	struct levee_draft *draft = levee_stage_close(portid, cookie, extack);

	if (IS_ERR(draft))
		return PTR_ERR(draft);
	levee_draft_free(draft);
	return 0;
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
	KUNIT_EXPECT_EQ(test, close_stage(PORT + 1, cookie, &extack), -ENOENT);
	KUNIT_EXPECT_EQ(test, close_stage(PORT, cookie, &extack), 0);
	KUNIT_EXPECT_EQ(test, close_stage(PORT, cookie, &extack), -ENOENT);
}

static void socket_has_one_stage(struct kunit *test)
{
	struct netlink_ext_ack extack = {};
	u64 cookie, other;

	KUNIT_ASSERT_EQ(test, levee_stage_open(PORT, false, 0, &cookie, &extack), 0);
	KUNIT_EXPECT_EQ(test, levee_stage_open(PORT, false, 0, &other, &extack), -EBUSY);
	KUNIT_EXPECT_STREQ(test, extack._msg, "this socket stages a policy already");
	KUNIT_EXPECT_EQ(test, close_stage(PORT, cookie, &extack), 0);
	/* The next one has another number. */
	KUNIT_ASSERT_EQ(test, levee_stage_open(PORT, false, 0, &other, &extack), 0);
	KUNIT_EXPECT_NE(test, cookie, other);
	KUNIT_EXPECT_EQ(test, close_stage(PORT, cookie, &extack), -ENOENT);
	KUNIT_EXPECT_EQ(test, close_stage(PORT, other, &extack), 0);
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
	KUNIT_EXPECT_EQ(test, close_stage(PORT + 3, cookies[3], &extack), 0);
	KUNIT_EXPECT_EQ(test, levee_stage_open(PORT + i, false, 0, &cookie, &extack), 0);
	KUNIT_EXPECT_EQ(test, close_stage(PORT + i, cookie, &extack), 0);
	while (i--)
		if (i != 3)
			KUNIT_EXPECT_EQ(test, close_stage(PORT + i, cookies[i], &extack), 0);
}

/* By the netlink notifier, as when a tool is killed. */
static void closed_socket_takes_its_stage_along(struct kunit *test)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };
	struct socket *socket;
	u64 cookie, other;

	KUNIT_ASSERT_EQ(test, sock_create_kern(&init_net, AF_NETLINK, SOCK_RAW, NETLINK_GENERIC,
					       &socket), 0);
	KUNIT_EXPECT_EQ(test, kernel_bind(socket, (struct sockaddr *)&addr, sizeof(addr)), 0);
	KUNIT_EXPECT_GT(test, kernel_getsockname(socket, (struct sockaddr *)&addr), 0);
	KUNIT_EXPECT_EQ(test, levee_stage_open(addr.nl_pid, false, 0, &cookie, NULL), 0);
	KUNIT_EXPECT_EQ(test, levee_stage_open(PORT, false, 0, &other, NULL), 0);
	sock_release(socket);
	KUNIT_EXPECT_EQ(test, levee_stages_open(), 1ULL);
	KUNIT_EXPECT_EQ(test, close_stage(PORT, other, NULL), 0);
}

static struct kunit_case stage_cases[] = {
	KUNIT_CASE(stage_is_of_one_socket),
	KUNIT_CASE(socket_has_one_stage),
	KUNIT_CASE(stages_are_bounded),
	KUNIT_CASE(closed_socket_takes_its_stage_along),
	{}
};

static struct kunit_suite stage_suite = {
	.name = "levee_stage",
	.exit = end,
	.test_cases = stage_cases,
};

kunit_test_suite(stage_suite);
