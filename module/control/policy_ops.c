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

	reply = levee_reply_new(info, &header);
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

static int change(const struct levee_draft *draft, struct genl_info *info)
{
	struct nlattr *expected = info->attrs[LEVEE_A_POLICY_GENERATION];
	struct sk_buff *reply;
	u64 wanted, generation;
	void *header;
	int err;

	reply = levee_reply_new(info, &header);
	if (!reply)
		return -ENOMEM;
	if (expected)
		wanted = nla_get_u64(expected);
	err = levee_commit(draft, expected ? &wanted : NULL, &generation, info->extack);
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
	struct levee_draft *draft;
	int err;

	if (levee_missing(info, LEVEE_A_POLICY_STAGE, "stage is missing"))
		return -EINVAL;
	draft = levee_stage_close(info->snd_portid, nla_get_u64(info->attrs[LEVEE_A_POLICY_STAGE]),
				  info->extack);
	if (IS_ERR(draft))
		return PTR_ERR(draft);
	err = change(draft, info);
	levee_draft_free(draft);
	return err;
}

int levee_nl_policy_abandon_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct levee_draft *draft;

	if (levee_missing(info, LEVEE_A_POLICY_STAGE, "stage is missing"))
		return -EINVAL;
	draft = levee_stage_close(info->snd_portid, nla_get_u64(info->attrs[LEVEE_A_POLICY_STAGE]),
				  info->extack);
	if (IS_ERR(draft))
		return PTR_ERR(draft);
	levee_draft_free(draft);
	return 0;
}

int levee_nl_policy_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	return change(NULL, info);
}
