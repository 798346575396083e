// SPDX-License-Identifier: GPL-2.0
#include "feed_push.h"

/*
 * The kernel's table of names is built with a seed, and one in many thousands
 * does not fit: another seed does.
 */
#define PLACE_TRIES 8

struct push {
	struct netlink *nl;
	const struct feed_file *feed;
	const char *name;
	const char *path;
	u64 policy_stage;
	u64 stage;
	struct netlink_error *error;
	u8 chunk[LEVEE_FEED_CHUNK_MAX];
};

static bool take_stage(const struct nlattr *const *attrs, void *data)
{
	u64 *stage = data;

	*stage = attr_number(attrs, LEVEE_A_FEED_STAGE, 0);
	return true;
}

static int request(struct push *push)
{
	return netlink_do(push->nl, LEVEE_A_FEED_MAX, NULL, NULL, push->error);
}

static int begin(struct push *push)
{
	struct nlmsghdr *msg = netlink_request(push->nl, LEVEE_CMD_FEED_BEGIN);

	mnl_attr_put_strz(msg, LEVEE_A_FEED_NAME, push->name);
	mnl_attr_put_u32(msg, LEVEE_A_FEED_KIND, push->feed->kind);
	mnl_attr_put_u64(msg, LEVEE_A_FEED_COUNT, push->feed->count);
	if (push->feed->v6.count)
		mnl_attr_put_u64(msg, LEVEE_A_FEED_COUNT6, feed_ranges_prefixes(&push->feed->v6));
	if (push->path)
		mnl_attr_put_strz(msg, LEVEE_A_FEED_SOURCE, push->path);
	if (push->policy_stage)
		mnl_attr_put_u64(msg, LEVEE_A_FEED_POLICY_STAGE, push->policy_stage);
	return netlink_do(push->nl, LEVEE_A_FEED_MAX, take_stage, &push->stage, push->error);
}

static struct nlmsghdr *stage_request(struct push *push, u8 cmd)
{
	struct nlmsghdr *msg = netlink_request(push->nl, cmd);

	mnl_attr_put_u64(msg, LEVEE_A_FEED_STAGE, push->stage);
	return msg;
}

static int add_chunk(struct push *push, u16 type, size_t len)
{
	mnl_attr_put(stage_request(push, LEVEE_CMD_FEED_ADD), type, len, push->chunk);
	return request(push);
}

static int add_ranges(struct push *push, const struct feed_ranges *ranges, u16 type)
{
	struct feed_cursor cursor = { 0 };
	size_t len;

	while ((len = feed_ranges_write(ranges, &cursor, push->chunk, sizeof(push->chunk))))
		if (add_chunk(push, type, len))
			return -1;
	return 0;
}

static int add_all(struct push *push)
{
	u32 index = 0;
	size_t len;

	while ((len = feed_names_write(&push->feed->names, &index, push->chunk,
				       sizeof(push->chunk))))
		if (add_chunk(push, LEVEE_A_FEED_NAMES, len))
			return -1;
	if (add_ranges(push, &push->feed->v4, LEVEE_A_FEED_PREFIXES4))
		return -1;
	return add_ranges(push, &push->feed->v6, LEVEE_A_FEED_PREFIXES6);
}

/* Drops what the kernel would not have; why it would not is kept. */
static void abandon(struct push *push)
{
	struct netlink_error kept = *push->error;

	stage_request(push, LEVEE_CMD_FEED_ABANDON);
	request(push);
	*push->error = kept;
}

int feed_push(struct netlink *nl, const struct feed_file *feed, const char *name, const char *path,
	      u64 policy_stage, u64 *stage, struct netlink_error *error)
{
	struct push push = {
		.nl = nl, .feed = feed, .name = name, .path = path, .policy_stage = policy_stage,
		.error = error,
	};

	for (u32 i = 0; i < PLACE_TRIES; i++) {
		if (begin(&push))
			return -1;
		if (!add_all(&push)) {
			if (stage)
				*stage = push.stage;
			return 0;
		}
		abandon(&push);
		if (error->err != EAGAIN)
			break;
	}
	return -1;
}

int feed_commit(struct netlink *nl, u64 stage, struct netlink_error *error)
{
	struct nlmsghdr *msg = netlink_request(nl, LEVEE_CMD_FEED_COMMIT);

	mnl_attr_put_u64(msg, LEVEE_A_FEED_STAGE, stage);
	return netlink_do(nl, LEVEE_A_FEED_MAX, NULL, NULL, error);
}
