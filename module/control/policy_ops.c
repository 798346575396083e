// SPDX-License-Identifier: GPL-2.0
/* A policy as a whole: begun, committed, abandoned, flushed. */
#include "commit.h"
#include "ops.h"
#include "stage.h"

int levee_nl_policy_begin_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *require = info->attrs[LEVEE_A_POLICY_REQUIRE];
	struct sk_buff *reply;
	void *header;
	u64 cookie;
	int err;

	reply = levee_reply_new(info, GENLMSG_DEFAULT_SIZE, &header);
	if (!reply)
		return -ENOMEM;
	err = levee_stage_open(info->snd_portid, info->attrs[LEVEE_A_POLICY_ALERT_ONLY],
			       require ? nla_get_u32(require) : 0, &cookie, info->extack);
	if (!err)
		err = nla_put_u64_64bit(reply, LEVEE_A_POLICY_STAGE, cookie, LEVEE_A_POLICY_PAD);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	return levee_reply_send(reply, header, info);
}

/* NULL flushes. */
static int change(struct levee_staged *staged, struct genl_info *info)
{
	struct nlattr *expected = info->attrs[LEVEE_A_POLICY_GENERATION];
	struct sk_buff *reply;
	u64 wanted, generation;
	void *header;
	int err;

	reply = levee_reply_new(info, GENLMSG_DEFAULT_SIZE, &header);
	if (!reply)
		return -ENOMEM;
	if (expected)
		wanted = nla_get_u64(expected);
	err = levee_commit(staged, expected ? &wanted : NULL, &generation, info->extack);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	/* A new reply has room for one number. */
	nla_put_u64_64bit(reply, LEVEE_A_POLICY_GENERATION, generation, LEVEE_A_POLICY_PAD);
	return levee_reply_send(reply, header, info);
}

int levee_nl_policy_commit_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct levee_staged staged;
	int err;

	if (levee_missing(info, LEVEE_A_POLICY_STAGE, "stage is missing"))
		return -EINVAL;
	err = levee_stage_take(info->snd_portid, nla_get_u64(info->attrs[LEVEE_A_POLICY_STAGE]),
			       &staged, info->extack);
	if (err)
		return err;
	err = change(&staged, info);
	levee_staged_free(&staged);
	return err;
}

int levee_nl_policy_abandon_doit(struct sk_buff *skb, struct genl_info *info)
{
	if (levee_missing(info, LEVEE_A_POLICY_STAGE, "stage is missing"))
		return -EINVAL;
	return levee_stage_abandon(info->snd_portid,
				   nla_get_u64(info->attrs[LEVEE_A_POLICY_STAGE]), info->extack);
}

int levee_nl_policy_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	return change(NULL, info);
}
