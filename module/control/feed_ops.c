// SPDX-License-Identifier: GPL-2.0
/* Feeds: staged, filled, committed, unloaded, told of. */
#include "../policy/feed.h"
#include "../policy/registry.h"
#include "commit.h"
#include "ops.h"
#include "stage.h"

/* A policy's feed is told by its source. */
static int check_source(struct genl_info *info)
{
	struct nlattr *source = info->attrs[LEVEE_A_FEED_SOURCE];

	if (!info->attrs[LEVEE_A_FEED_POLICY_STAGE]) {
		if (!source)
			return 0;
		NL_SET_ERR_MSG_ATTR(info->extack, source, "only a policy's feed has a source");
		return -EINVAL;
	}
	if (levee_missing(info, LEVEE_A_FEED_SOURCE, "source is missing"))
		return -EINVAL;
	return levee_text_check(source, info->extack);
}

static struct levee_feed *new_feed(struct genl_info *info)
{
	struct nlattr *source = info->attrs[LEVEE_A_FEED_SOURCE];
	struct nlattr *count6 = info->attrs[LEVEE_A_FEED_COUNT6];

	return levee_feed_new(nla_data(info->attrs[LEVEE_A_FEED_NAME]),
			      nla_get_u32(info->attrs[LEVEE_A_FEED_KIND]),
			      nla_get_u64(info->attrs[LEVEE_A_FEED_COUNT]),
			      count6 ? nla_get_u64(count6) : 0,
			      source ? nla_data(source) : "", info->extack);
}

static int begin(struct genl_info *info, u64 *cookie)
{
	struct nlattr *policy = info->attrs[LEVEE_A_FEED_POLICY_STAGE];
	struct levee_feed *feed;
	int err;

	/* 0 is nobody's number. */
	if (policy && !nla_get_u64(policy)) {
		NL_SET_ERR_MSG_ATTR(info->extack, policy, "this socket has no such stage");
		return -ENOENT;
	}
	feed = new_feed(info);
	if (IS_ERR(feed))
		return PTR_ERR(feed);
	err = levee_feed_stage_open(info->snd_portid, policy ? nla_get_u64(policy) : 0, feed,
				    cookie, info->extack);
	if (err)
		levee_feed_free(feed);
	return err;
}

int levee_nl_feed_begin_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *reply;
	void *header;
	u64 cookie;
	int err;

	if (levee_missing(info, LEVEE_A_FEED_NAME, "name is missing") ||
	    levee_missing(info, LEVEE_A_FEED_KIND, "kind is missing") ||
	    levee_missing(info, LEVEE_A_FEED_COUNT, "count is missing"))
		return -EINVAL;
	err = levee_text_check(info->attrs[LEVEE_A_FEED_NAME], info->extack) ?:
	      check_source(info);
	if (err)
		return err;
	reply = levee_reply_new(info, GENLMSG_DEFAULT_SIZE, &header);
	if (!reply)
		return -ENOMEM;
	err = begin(info, &cookie);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	/* A new reply has room for one number. */
	nla_put_u64_64bit(reply, LEVEE_A_FEED_STAGE, cookie, LEVEE_A_FEED_PAD);
	return levee_reply_send(reply, header, info);
}

static size_t bytes_of(struct nlattr *attr, const u8 **bytes)
{
	*bytes = attr ? nla_data(attr) : NULL;
	return attr ? nla_len(attr) : 0;
}

int levee_nl_feed_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct levee_feed_chunk chunk;

	if (levee_missing(info, LEVEE_A_FEED_STAGE, "stage is missing"))
		return -EINVAL;
	chunk.names_len = bytes_of(info->attrs[LEVEE_A_FEED_NAMES], &chunk.names);
	chunk.prefixes4_len = bytes_of(info->attrs[LEVEE_A_FEED_PREFIXES4], &chunk.prefixes4);
	chunk.prefixes6_len = bytes_of(info->attrs[LEVEE_A_FEED_PREFIXES6], &chunk.prefixes6);
	if (!chunk.names_len && !chunk.prefixes4_len && !chunk.prefixes6_len) {
		NL_SET_ERR_MSG(info->extack, "names or prefixes are missing");
		return -EINVAL;
	}
	return levee_feed_stage_add(info->snd_portid, nla_get_u64(info->attrs[LEVEE_A_FEED_STAGE]),
				    &chunk, info->extack);
}

int levee_nl_feed_commit_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct levee_feed *feed;
	int err;

	if (levee_missing(info, LEVEE_A_FEED_STAGE, "stage is missing"))
		return -EINVAL;
	feed = levee_feed_stage_take(info->snd_portid,
				     nla_get_u64(info->attrs[LEVEE_A_FEED_STAGE]), info->extack);
	if (IS_ERR(feed))
		return PTR_ERR(feed);
	err = levee_commit_feed(feed, info->extack);
	if (err)
		levee_feed_free(feed);
	return err;
}

int levee_nl_feed_abandon_doit(struct sk_buff *skb, struct genl_info *info)
{
	if (levee_missing(info, LEVEE_A_FEED_STAGE, "stage is missing"))
		return -EINVAL;
	return levee_feed_stage_abandon(info->snd_portid,
					nla_get_u64(info->attrs[LEVEE_A_FEED_STAGE]),
					info->extack);
}

int levee_nl_feed_unload_doit(struct sk_buff *skb, struct genl_info *info)
{
	if (levee_missing(info, LEVEE_A_FEED_NAME, "name is missing"))
		return -EINVAL;
	return levee_unload_feed(nla_data(info->attrs[LEVEE_A_FEED_NAME]), info->extack);
}

static int put_feed(struct sk_buff *skb, const struct levee_feed *feed)
{
	if (nla_put_string(skb, LEVEE_A_FEED_NAME, feed->name) ||
	    nla_put_u32(skb, LEVEE_A_FEED_KIND, feed->kind) ||
	    nla_put_u64_64bit(skb, LEVEE_A_FEED_COUNT, feed->count, LEVEE_A_FEED_PAD) ||
	    (feed->source[0] && nla_put_string(skb, LEVEE_A_FEED_SOURCE, feed->source)) ||
	    nla_put_u64_64bit(skb, LEVEE_A_FEED_BYTES, feed->bytes, LEVEE_A_FEED_PAD) ||
	    nla_put_u64_64bit(skb, LEVEE_A_FEED_HITS, atomic64_read(&feed->hits),
			      LEVEE_A_FEED_PAD) ||
	    nla_put_u64_64bit(skb, LEVEE_A_FEED_LOADED, feed->loaded_ns, LEVEE_A_FEED_PAD) ||
	    nla_put_u64_64bit(skb, LEVEE_A_FEED_GENERATION, levee_live_rcu()->generation,
			      LEVEE_A_FEED_PAD))
		return -EMSGSIZE;
	return 0;
}

int levee_nl_feed_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct levee_feed *feed;
	struct sk_buff *reply;
	void *header;
	int err;

	if (levee_missing(info, LEVEE_A_FEED_NAME, "name is missing"))
		return -EINVAL;
	reply = levee_reply_new(info, GENLMSG_DEFAULT_SIZE, &header);
	if (!reply)
		return -ENOMEM;
	rcu_read_lock();
	feed = levee_feeds_find(levee_feeds_live(), nla_data(info->attrs[LEVEE_A_FEED_NAME]));
	err = feed ? put_feed(reply, feed) : -ENOENT;
	rcu_read_unlock();
	if (err) {
		if (err == -ENOENT)
			NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[LEVEE_A_FEED_NAME],
					    "no feed has this name");
		nlmsg_free(reply);
		return err;
	}
	return levee_reply_send(reply, header, info);
}

int levee_nl_feed_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr *only = levee_dump_attr(cb, LEVEE_A_FEED_NAME);
	struct levee_dump *dump = levee_dump_state(cb);
	const struct levee_feeds *feeds;
	void *header;

	rcu_read_lock();
	/* Feeds come and go between policies, too; each time the epoch advances. */
	cb->seq = levee_epoch();
	feeds = levee_feeds_live();
	for (; dump->feed < feeds->count; dump->feed++) {
		if (only && strcmp(nla_data(only), feeds->feed[dump->feed]->name))
			continue;
		header = levee_dump_header(skb, cb, LEVEE_CMD_FEED_GET);
		if (!header || put_feed(skb, feeds->feed[dump->feed])) {
			if (header)
				genlmsg_cancel(skb, header);
			break;
		}
		genlmsg_end(skb, header);
	}
	rcu_read_unlock();
	return skb->len;
}
