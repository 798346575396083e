// SPDX-License-Identifier: GPL-2.0
/* workload-get and release; labels. */
#include "../policy/registry.h"
#include "../policy/workload.h"
#include "commit.h"
#include "ops.h"

static int put_labels(struct sk_buff *skb, const struct levee_labels *labels)
{
	if ((labels->container &&
	     nla_put_string(skb, LEVEE_A_WORKLOAD_CONTAINER, labels->container)) ||
	    (labels->image && nla_put_string(skb, LEVEE_A_WORKLOAD_IMAGE, labels->image)))
		return -EMSGSIZE;
	return 0;
}

static int put_model(struct sk_buff *skb, const struct levee_model *model)
{
	if (!model)
		return 0;
	if (nla_put_u32(skb, LEVEE_A_WORKLOAD_MODEL_KIND, model->kind) ||
	    nla_put_string(skb, LEVEE_A_WORKLOAD_MODEL, model->key) ||
	    nla_put_u32(skb, LEVEE_A_WORKLOAD_MODEL_STATE, levee_model_state(model)))
		return -EMSGSIZE;
	return 0;
}

static int put_workload(struct sk_buff *skb, const struct levee_ruleset *rs,
			const struct levee_workload *workload)
{
	const struct levee_rule *rule = levee_workload_rule(rs, workload);
	const struct levee_labels labels = levee_workload_labels(workload);

	if (nla_put_u64_64bit(skb, LEVEE_A_WORKLOAD_CGROUP_ID, workload->cgroup_id,
			      LEVEE_A_WORKLOAD_PAD) ||
	    nla_put_string(skb, LEVEE_A_WORKLOAD_PATH, workload->path) ||
	    (rule && (nla_put_string(skb, LEVEE_A_WORKLOAD_RULE, rule->name) ||
		      nla_put_u32(skb, LEVEE_A_WORKLOAD_RULE_INDEX, rule->index))) ||
	    (levee_workload_quarantined(workload) &&
	     nla_put_flag(skb, LEVEE_A_WORKLOAD_QUARANTINED)) ||
	    nla_put_u64_64bit(skb, LEVEE_A_WORKLOAD_AUDITED, atomic64_read(&workload->audited),
			      LEVEE_A_WORKLOAD_PAD) ||
	    nla_put_u64_64bit(skb, LEVEE_A_WORKLOAD_PREVENTED, atomic64_read(&workload->prevented),
			      LEVEE_A_WORKLOAD_PAD) ||
	    nla_put_u64_64bit(skb, LEVEE_A_WORKLOAD_GENERATION, rs->generation,
			      LEVEE_A_WORKLOAD_PAD) ||
	    put_labels(skb, &labels) ||
	    put_model(skb, rcu_dereference(workload->model)))
		return -EMSGSIZE;
	return 0;
}

int levee_nl_workload_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct levee_workload *workload;
	struct sk_buff *reply;
	void *header;
	int err;

	if (levee_missing(info, LEVEE_A_WORKLOAD_CGROUP_ID, "cgroup-id is missing"))
		return -EINVAL;
	reply = levee_reply_new(info, GENLMSG_DEFAULT_SIZE, &header);
	if (!reply)
		return -ENOMEM;
	rcu_read_lock();
	workload = levee_workload_by_id(nla_get_u64(info->attrs[LEVEE_A_WORKLOAD_CGROUP_ID]));
	err = workload ? put_workload(reply, levee_live_rcu(), workload) : -ENOENT;
	rcu_read_unlock();
	if (err) {
		if (err == -ENOENT)
			NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[LEVEE_A_WORKLOAD_CGROUP_ID],
					    "no workload has this root");
		nlmsg_free(reply);
		return err;
	}
	return levee_reply_send(reply, header, info);
}

struct workload_dump {
	struct levee_dump_walk walk;
	const struct levee_ruleset *rs;
};

static bool is_wanted(struct netlink_callback *cb, u64 cgroup_id)
{
	struct nlattr *only = levee_dump_attr(cb, LEVEE_A_WORKLOAD_CGROUP_ID);

	return !only || nla_get_u64(only) == cgroup_id;
}

static int dump_workload(struct levee_workload *workload, void *arg)
{
	struct workload_dump *dump = arg;
	struct levee_dump_walk *walk = &dump->walk;
	void *header;

	if (!levee_dump_walk_is_new(walk) || !is_wanted(walk->cb, workload->cgroup_id))
		return 0;
	/* Gone but for a socket elsewhere, not matched again yet, or of another policy. */
	if (levee_workload_removed(workload))
		return 0;
	if (!levee_workload_rule(dump->rs, workload) && !levee_workload_quarantined(workload))
		return 0;
	header = levee_dump_header(walk->skb, walk->cb, LEVEE_CMD_WORKLOAD_GET);
	return levee_dump_walk_put(walk, header,
				   header ? put_workload(walk->skb, dump->rs, workload) : 0);
}

int levee_nl_workload_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct workload_dump dump;

	levee_dump_walk_begin(&dump.walk, skb, cb);
	rcu_read_lock();
	dump.rs = levee_live_rcu();
	cb->seq = dump.rs->generation + 1;
	levee_workloads_walk(&levee_dump_state(cb)->bucket, dump_workload, &dump);
	rcu_read_unlock();
	return skb->len;
}

int levee_nl_release_doit(struct sk_buff *skb, struct genl_info *info)
{
	if (levee_missing(info, LEVEE_A_WORKLOAD_CGROUP_ID, "cgroup-id is missing"))
		return -EINVAL;
	return levee_release(nla_get_u64(info->attrs[LEVEE_A_WORKLOAD_CGROUP_ID]), info->extack);
}

static int check_label(struct genl_info *info, int attr)
{
	return info->attrs[attr] ? levee_text_check(info->attrs[attr], info->extack) : 0;
}

static const char *text_or_null(const struct nlattr *attr)
{
	return attr ? nla_data(attr) : NULL;
}

int levee_nl_bind_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *container = info->attrs[LEVEE_A_WORKLOAD_CONTAINER];
	struct nlattr *image = info->attrs[LEVEE_A_WORKLOAD_IMAGE];
	int err;

	if (levee_missing(info, LEVEE_A_WORKLOAD_CGROUP_ID, "cgroup-id is missing"))
		return -EINVAL;
	if (!container && !image) {
		NL_SET_ERR_MSG(info->extack, "container or image is missing");
		return -EINVAL;
	}
	err = check_label(info, LEVEE_A_WORKLOAD_CONTAINER) ?:
	      check_label(info, LEVEE_A_WORKLOAD_IMAGE);
	if (err)
		return err;
	return levee_bind(nla_get_u64(info->attrs[LEVEE_A_WORKLOAD_CGROUP_ID]),
			  text_or_null(container), text_or_null(image), info->extack);
}

int levee_nl_unbind_doit(struct sk_buff *skb, struct genl_info *info)
{
	if (levee_missing(info, LEVEE_A_WORKLOAD_CGROUP_ID, "cgroup-id is missing"))
		return -EINVAL;
	return levee_unbind(nla_get_u64(info->attrs[LEVEE_A_WORKLOAD_CGROUP_ID]), info->extack);
}

static int put_bound(struct sk_buff *skb, const struct levee_bound *bound)
{
	if (nla_put_u64_64bit(skb, LEVEE_A_WORKLOAD_CGROUP_ID, bound->cgroup_id,
			      LEVEE_A_WORKLOAD_PAD))
		return -EMSGSIZE;
	return put_labels(skb, &bound->labels);
}

int levee_nl_label_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct levee_bound *bound;
	struct sk_buff *reply;
	void *header;
	int err;

	if (levee_missing(info, LEVEE_A_WORKLOAD_CGROUP_ID, "cgroup-id is missing"))
		return -EINVAL;
	reply = levee_reply_new(info, GENLMSG_DEFAULT_SIZE, &header);
	if (!reply)
		return -ENOMEM;
	rcu_read_lock();
	bound = levee_labels_find(nla_get_u64(info->attrs[LEVEE_A_WORKLOAD_CGROUP_ID]));
	err = bound ? put_bound(reply, bound) : -ENOENT;
	rcu_read_unlock();
	if (err) {
		if (err == -ENOENT)
			NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[LEVEE_A_WORKLOAD_CGROUP_ID],
					    "this cgroup has no labels of its own");
		nlmsg_free(reply);
		return err;
	}
	return levee_reply_send(reply, header, info);
}

static int dump_bound(const struct levee_bound *bound, void *arg)
{
	struct levee_dump_walk *walk = arg;
	void *header;

	if (!levee_dump_walk_is_new(walk) || !is_wanted(walk->cb, bound->cgroup_id))
		return 0;
	header = levee_dump_header(walk->skb, walk->cb, LEVEE_CMD_LABEL_GET);
	return levee_dump_walk_put(walk, header, header ? put_bound(walk->skb, bound) : 0);
}

int levee_nl_label_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct levee_dump_walk walk;

	levee_dump_walk_begin(&walk, skb, cb);
	rcu_read_lock();
	cb->seq = levee_labels_seq() + 1;
	levee_labels_walk(&levee_dump_state(cb)->bucket, dump_bound, &walk);
	rcu_read_unlock();
	return skb->len;
}
