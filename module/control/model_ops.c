// SPDX-License-Identifier: GPL-2.0
/* Models: what they know, how they are changed, and their import. */
#include "../lib/model_item.h"
#include "../policy/model_clock.h"
#include "../policy/registry.h"
#include "../report/event.h"
#include "import.h"
#include "ops.h"
#include "status.h"

static u8 kind_of(struct nlattr *const *attrs)
{
	return nla_get_u32(attrs[LEVEE_A_MODELS_KIND]);
}

static int check_key(struct genl_info *info)
{
	struct nlattr *key = info->attrs[LEVEE_A_MODELS_KEY];

	if (levee_missing(info, LEVEE_A_MODELS_KIND, "kind is missing") ||
	    levee_missing(info, LEVEE_A_MODELS_KEY, "key is missing"))
		return -EINVAL;
	return kind_of(info->attrs) == LEVEE_MODEL_KIND_CGROUP ?
	       levee_path_check(key, info->extack) : levee_text_check(key, info->extack);
}

static const char *key_of(struct nlattr *const *attrs)
{
	return nla_data(attrs[LEVEE_A_MODELS_KEY]);
}

static int no_such_model(struct genl_info *info)
{
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[LEVEE_A_MODELS_KEY],
			    "there is no such model");
	return -ENOENT;
}

static u32 seconds_of(s64 ns)
{
	return ns > 0 ? min_t(u64, DIV_ROUND_UP_ULL(ns, NSEC_PER_SEC), U32_MAX) : 0;
}

static int put_model(struct sk_buff *skb, const struct levee_model *model)
{
	struct levee_model_summary summary;
	bool has_left;

	levee_model_read(model, &summary);
	has_left = summary.state != LEVEE_MODEL_STATE_ACTIVE &&
		   summary.left_ns != LEVEE_MODEL_LEFT_UNSET;
	if (nla_put_u32(skb, LEVEE_A_MODELS_KIND, model->kind) ||
	    nla_put_string(skb, LEVEE_A_MODELS_KEY, model->key) ||
	    nla_put_u32(skb, LEVEE_A_MODELS_STATE, summary.state) ||
	    (has_left &&
	     nla_put_u32(skb, LEVEE_A_MODELS_LEFT, seconds_of(summary.left_ns))) ||
	    (summary.incomplete && nla_put_flag(skb, LEVEE_A_MODELS_INCOMPLETE)) ||
	    nla_put_u32(skb, LEVEE_A_MODELS_WORKLOADS, summary.workloads) ||
	    (summary.used_ns && nla_put_u64_64bit(skb, LEVEE_A_MODELS_USED, summary.used_ns,
						  LEVEE_A_MODELS_PAD)) ||
	    nla_put_u32(skb, LEVEE_A_MODELS_ITEMS, summary.items) ||
	    nla_put_u64_64bit(skb, LEVEE_A_MODELS_BYTES, summary.bytes, LEVEE_A_MODELS_PAD) ||
	    nla_put_u64_64bit(skb, LEVEE_A_MODELS_GENERATION, levee_live_rcu()->generation,
			      LEVEE_A_MODELS_PAD))
		return -EMSGSIZE;
	return 0;
}

int levee_nl_model_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct levee_model *model;
	struct sk_buff *reply;
	void *header;
	int err;

	err = check_key(info);
	if (err)
		return err;
	reply = levee_reply_new(info, GENLMSG_DEFAULT_SIZE, &header);
	if (!reply)
		return -ENOMEM;
	rcu_read_lock();
	model = levee_model_by_key(kind_of(info->attrs), key_of(info->attrs));
	err = model ? put_model(reply, model) : no_such_model(info);
	rcu_read_unlock();
	if (!err)
		return levee_reply_send(reply, header, info);
	nlmsg_free(reply);
	return err;
}

/* Whether a dump is for one model; such a request names it whole. */
static bool is_for_one(struct netlink_callback *cb)
{
	return levee_dump_attr(cb, LEVEE_A_MODELS_KEY);
}

static bool is_wanted(struct netlink_callback *cb, const struct levee_model *model)
{
	struct nlattr *kind = levee_dump_attr(cb, LEVEE_A_MODELS_KIND);
	struct nlattr *key = levee_dump_attr(cb, LEVEE_A_MODELS_KEY);

	return (!kind || nla_get_u32(kind) == model->kind) &&
	       (!key || !nla_strcmp(key, model->key));
}

static int dump_model(struct levee_model *model, void *arg)
{
	struct levee_dump_walk *walk = arg;
	void *header;

	if (!levee_dump_walk_is_new(walk) || !is_wanted(walk->cb, model))
		return 0;
	header = levee_dump_header(walk->skb, walk->cb, LEVEE_CMD_MODEL_GET);
	return levee_dump_walk_put(walk, header, header ? put_model(walk->skb, model) : 0);
}

int levee_nl_model_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct levee_dump_walk walk;

	levee_dump_walk_begin(&walk, skb, cb);
	rcu_read_lock();
	cb->seq = levee_models_seq() + 1;
	levee_models_walk(&levee_dump_state(cb)->bucket, dump_model, &walk);
	rcu_read_unlock();
	return skb->len;
}

static int put_item(struct sk_buff *skb, const struct levee_model_item *item)
{
	struct nlattr *nest = nla_nest_start(skb, LEVEE_A_MODELS_ITEM);

	if (!nest ||
	    nla_put_u32(skb, LEVEE_A_ITEM_FEATURE, item->feature) ||
	    levee_entry_put(skb, LEVEE_A_ITEM_ENTRY, &item->entry) ||
	    nla_put_u64_64bit(skb, LEVEE_A_ITEM_FIRST, item->first_ns, LEVEE_A_ITEM_PAD) ||
	    nla_put_u64_64bit(skb, LEVEE_A_ITEM_LAST, READ_ONCE(item->last) * NSEC_PER_SEC,
			      LEVEE_A_ITEM_PAD) ||
	    nla_put_u64_64bit(skb, LEVEE_A_ITEM_USES, atomic64_read(&item->uses),
			      LEVEE_A_ITEM_PAD) ||
	    (item->comm[0] && nla_put_string(skb, LEVEE_A_ITEM_COMM, item->comm)) ||
	    (item->members && nla_put_u32(skb, LEVEE_A_ITEM_MEMBERS, item->members))) {
		if (nest)
			nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int reply_item(const struct levee_model_item *item, void *skb)
{
	return put_item(skb, item);
}

int levee_nl_model_item_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct levee_model *model;
	struct sk_buff *reply;
	void *header;
	u32 skip = 0;
	int err;

	err = check_key(info);
	if (err)
		return err;
	reply = levee_reply_new(info, GENLMSG_DEFAULT_SIZE, &header);
	if (!reply)
		return -ENOMEM;
	rcu_read_lock();
	model = levee_model_by_key(kind_of(info->attrs), key_of(info->attrs));
	if (model)
		/* As many as fit. */
		levee_model_items_walk(model, &skip, reply_item, reply);
	else
		err = no_such_model(info);
	rcu_read_unlock();
	if (!err)
		return levee_reply_send(reply, header, info);
	nlmsg_free(reply);
	return err;
}

struct item_dump {
	struct sk_buff *skb;
	struct netlink_callback *cb;
};

static int dump_item(const struct levee_model_item *item, void *arg)
{
	struct item_dump *walk = arg;
	void *header = levee_dump_header(walk->skb, walk->cb, LEVEE_CMD_MODEL_ITEM_GET);

	if (!header || put_item(walk->skb, item)) {
		if (header)
			genlmsg_cancel(walk->skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(walk->skb, header);
	return 0;
}

int levee_nl_model_item_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr *kind = levee_dump_attr(cb, LEVEE_A_MODELS_KIND);
	struct levee_dump *dump = levee_dump_state(cb);
	struct item_dump walk = { .skb = skb, .cb = cb };
	const struct levee_model *model;

	if (!kind || !is_for_one(cb))
		return -EINVAL;
	rcu_read_lock();
	model = levee_model_by_key(nla_get_u32(kind),
				   nla_data(levee_dump_attr(cb, LEVEE_A_MODELS_KEY)));
	/* One that is gone has changed, too. */
	cb->seq = model ? levee_model_seq(model) : 0;
	if (model)
		levee_model_items_walk(model, &dump->skip, dump_item, &walk);
	rcu_read_unlock();
	return model || dump->skip ? skb->len : -ENOENT;
}

static int change(u32 what, struct genl_info *info)
{
	const char *key = key_of(info->attrs);
	u8 kind = kind_of(info->attrs);

	switch (what) {
	case LEVEE_MODEL_CHANGE_FREEZE:
		return levee_model_freeze(kind, key);
	case LEVEE_MODEL_CHANGE_EXTEND:
		return levee_model_extend(kind, key, nla_get_u32(info->attrs[LEVEE_A_MODELS_LEFT]));
	default:
		return levee_model_relearn(kind, key);
	}
}

static void announce_change(u32 what, struct genl_info *info)
{
	static const char * const words[] = {
		[LEVEE_MODEL_CHANGE_FREEZE] = "is frozen",
		[LEVEE_MODEL_CHANGE_EXTEND] = "learns longer",
		[LEVEE_MODEL_CHANGE_RELEARN] = "learns anew",
	};

	static_assert(ARRAY_SIZE(words) == LEVEE_MODEL_CHANGE_MAX + 1);
	levee_report_notice(levee_generation(), "model %s:%s %s",
			    levee_model_kind_name(kind_of(info->attrs)), key_of(info->attrs),
			    words[what]);
}

int levee_nl_model_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *left = info->attrs[LEVEE_A_MODELS_LEFT];
	u32 what;
	int err;

	err = check_key(info);
	if (err)
		return err;
	if (levee_missing(info, LEVEE_A_MODELS_CHANGE, "change is missing"))
		return -EINVAL;
	what = nla_get_u32(info->attrs[LEVEE_A_MODELS_CHANGE]);
	if (what == LEVEE_MODEL_CHANGE_EXTEND &&
	    levee_missing(info, LEVEE_A_MODELS_LEFT, "left is missing"))
		return -EINVAL;
	if (left && what != LEVEE_MODEL_CHANGE_EXTEND) {
		NL_SET_ERR_MSG_ATTR(info->extack, left, "only extend takes a time");
		return -EINVAL;
	}
	if (left && !nla_get_u32(left)) {
		NL_SET_ERR_MSG_ATTR(info->extack, left, "by no time at all");
		return -EINVAL;
	}
	err = change(what, info);
	if (err == -ENOENT)
		return no_such_model(info);
	if (err)
		return err;
	levee_model_clock_start();
	announce_change(what, info);
	return 0;
}

int levee_nl_model_begin_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *reply;
	void *header;
	u64 cookie;
	int err;

	reply = levee_reply_new(info, GENLMSG_DEFAULT_SIZE, &header);
	if (!reply)
		return -ENOMEM;
	err = levee_import_open(info->snd_portid, &cookie, info->extack);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	/* A new reply has room for one number. */
	nla_put_u64_64bit(reply, LEVEE_A_MODELS_STAGE, cookie, LEVEE_A_MODELS_PAD);
	return levee_reply_send(reply, header, info);
}

static u64 stage_of(struct genl_info *info)
{
	return nla_get_u64(info->attrs[LEVEE_A_MODELS_STAGE]);
}

static int add_model(struct genl_info *info)
{
	u32 state = levee_u32_or(info->attrs[LEVEE_A_MODELS_STATE], LEVEE_MODEL_STATE_ACTIVE);
	struct nlattr *left = info->attrs[LEVEE_A_MODELS_LEFT];
	struct levee_model_draft *draft;
	s64 left_ns = LEVEE_MODEL_LEFT_UNSET;
	int err;

	err = check_key(info);
	if (err)
		return err;
	if (left && state == LEVEE_MODEL_STATE_ACTIVE) {
		NL_SET_ERR_MSG_ATTR(info->extack, left, "an active model has no time left");
		return -EINVAL;
	}
	if (left)
		left_ns = (s64)nla_get_u32(left) * NSEC_PER_SEC;
	draft = levee_model_draft_new(kind_of(info->attrs), key_of(info->attrs), state, left_ns,
				      info->attrs[LEVEE_A_MODELS_INCOMPLETE], info->extack);
	if (IS_ERR(draft))
		return PTR_ERR(draft);
	err = levee_import_add(info->snd_portid, stage_of(info), draft, info->extack);
	if (err)
		levee_model_draft_free(draft);
	return err;
}

int levee_nl_model_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	int err;

	if (levee_missing(info, LEVEE_A_MODELS_STAGE, "stage is missing"))
		return -EINVAL;
	err = add_model(info);
	/* Its items would be taken for those of the model before it. */
	if (err)
		levee_import_spoil(info->snd_portid, stage_of(info));
	return err;
}

/* What is not there is not known. */
static u64 u64_or_0(const struct nlattr *attr)
{
	return attr ? nla_get_u64(attr) : 0;
}

static int add_item(struct levee_model_draft *draft, const struct nlattr *nest,
		    struct netlink_ext_ack *extack)
{
	struct levee_model_origin origin = {};
	struct nlattr *attrs[LEVEE_A_ITEM_MAX + 1];
	struct levee_entry_fault fault;
	struct levee_entry entry;
	u32 feature;
	int err;

	err = nla_parse_nested(attrs, LEVEE_A_ITEM_MAX, nest, levee_item_nl_policy, extack);
	if (err)
		return err;
	if (!attrs[LEVEE_A_ITEM_FEATURE] || !attrs[LEVEE_A_ITEM_ENTRY]) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "an item needs a feature and an entry");
		return -EINVAL;
	}
	feature = nla_get_u32(attrs[LEVEE_A_ITEM_FEATURE]);
	err = levee_entry_parse(&entry, feature, attrs[LEVEE_A_ITEM_ENTRY], extack);
	if (err)
		return err;
	err = levee_model_item_check(&entry, feature, &fault);
	if (err) {
		levee_refuse(extack, attrs[LEVEE_A_ITEM_ENTRY], fault.text);
		return err;
	}
	if (attrs[LEVEE_A_ITEM_COMM])
		origin.comm = nla_data(attrs[LEVEE_A_ITEM_COMM]);
	origin.first_ns = u64_or_0(attrs[LEVEE_A_ITEM_FIRST]);
	origin.last = div_u64(u64_or_0(attrs[LEVEE_A_ITEM_LAST]), NSEC_PER_SEC);
	origin.uses = u64_or_0(attrs[LEVEE_A_ITEM_USES]);
	origin.members = levee_u32_or(attrs[LEVEE_A_ITEM_MEMBERS], 0);
	err = levee_model_draft_add(draft, feature, &entry, &origin, extack);
	if (err)
		NL_SET_BAD_ATTR(extack, nest);
	return err;
}

static int count_items(struct genl_info *info)
{
	struct nlattr *attr;
	u32 count = 0;
	int left;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, left) {
		if (nla_type(attr) == LEVEE_A_MODELS_ITEM && ++count > LEVEE_ITEM_CHUNK_MAX) {
			NL_SET_ERR_MSG_ATTR(info->extack, attr, "a message has at most 256 items");
			return -E2BIG;
		}
	}
	if (count)
		return 0;
	NL_SET_ERR_MSG(info->extack, "item is missing");
	return -EINVAL;
}

static int add_items(struct levee_model_draft *draft, struct genl_info *info)
{
	struct nlattr *attr;
	int left, err = count_items(info);

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, left) {
		if (!err && nla_type(attr) == LEVEE_A_MODELS_ITEM)
			err = add_item(draft, attr, info->extack);
	}
	return err;
}

int levee_nl_model_item_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct levee_model_draft *draft;
	int err;

	if (levee_missing(info, LEVEE_A_MODELS_STAGE, "stage is missing"))
		return -EINVAL;
	draft = levee_import_get(info->snd_portid, stage_of(info), info->extack);
	if (IS_ERR(draft))
		return PTR_ERR(draft);
	err = add_items(draft, info);
	levee_import_put(info->snd_portid, stage_of(info), err);
	return err;
}

int levee_nl_model_commit_doit(struct sk_buff *skb, struct genl_info *info)
{
	u32 count;
	int err;

	if (levee_missing(info, LEVEE_A_MODELS_STAGE, "stage is missing"))
		return -EINVAL;
	err = levee_import_commit(info->snd_portid, stage_of(info), &count, info->extack);
	if (err)
		return err;
	levee_model_clock_start();
	levee_report_notice(levee_generation(), "%u models imported", count);
	return 0;
}

int levee_nl_model_abandon_doit(struct sk_buff *skb, struct genl_info *info)
{
	if (levee_missing(info, LEVEE_A_MODELS_STAGE, "stage is missing"))
		return -EINVAL;
	return levee_import_abandon(info->snd_portid, stage_of(info), info->extack);
}
