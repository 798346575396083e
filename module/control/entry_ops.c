// SPDX-License-Identifier: GPL-2.0
/* Entries of lists: what entries-add takes, and entry-get gives back. */
#include "../policy/registry.h"
#include "ops.h"
#include "stage.h"

int levee_entry_parse(struct levee_entry *entry, u32 feature, const struct nlattr *nest,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[LEVEE_A_ENTRY_MAX + 1];
	struct levee_entry_fault fault;
	const struct nlattr *bad;
	int err;

	err = nla_parse_nested(attrs, LEVEE_A_ENTRY_MAX, nest, levee_entry_nl_policy, extack);
	if (err)
		return err;
	if (!attrs[LEVEE_A_ENTRY_TARGET]) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "an entry needs a target");
		return -EINVAL;
	}
	if (!attrs[LEVEE_A_ENTRY_PORT_FIRST] != !attrs[LEVEE_A_ENTRY_PORT_LAST]) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "an entry has both ports or none");
		return -EINVAL;
	}
	memset(entry, 0, sizeof(*entry));
	entry->target = nla_get_u32(attrs[LEVEE_A_ENTRY_TARGET]);
	entry->prefix_len = levee_u32_or(attrs[LEVEE_A_ENTRY_PREFIX_LEN], 0);
	entry->proto = levee_u32_or(attrs[LEVEE_A_ENTRY_PROTO], LEVEE_PROTO_ANY);
	entry->has_ports = attrs[LEVEE_A_ENTRY_PORT_FIRST];
	entry->port_first = levee_u32_or(attrs[LEVEE_A_ENTRY_PORT_FIRST], 0);
	entry->port_last = levee_u32_or(attrs[LEVEE_A_ENTRY_PORT_LAST], 65535);
	if (attrs[LEVEE_A_ENTRY_ADDRESS]) {
		entry->addr_len = nla_len(attrs[LEVEE_A_ENTRY_ADDRESS]);
		nla_memcpy(entry->addr, attrs[LEVEE_A_ENTRY_ADDRESS], sizeof(entry->addr));
	}
	/* It lies where an address does; one that has both is refused for that. */
	if (attrs[LEVEE_A_ENTRY_NAME]) {
		if (!nla_len(attrs[LEVEE_A_ENTRY_NAME])) {
			NL_SET_ERR_MSG_ATTR(extack, attrs[LEVEE_A_ENTRY_NAME], "empty name");
			return -EINVAL;
		}
		entry->name_len = nla_len(attrs[LEVEE_A_ENTRY_NAME]);
		entry->name = nla_data(attrs[LEVEE_A_ENTRY_NAME]);
	}
	err = levee_entry_check(entry, feature, &fault);
	if (err) {
		bad = fault.attr && attrs[fault.attr] ? attrs[fault.attr] : nest;
		levee_refuse(extack, bad, fault.text);
	}
	return err;
}

/* Everything about a chunk that can be known before any of it is taken. */
static int check_entries(const struct levee_draft *draft, struct genl_info *info)
{
	u32 feature = nla_get_u32(info->attrs[LEVEE_A_POLICY_FEATURE]);
	struct levee_entry entry, last;
	struct nlattr *attr;
	u32 count = 0;
	int left, err;

	if (nla_get_u32(info->attrs[LEVEE_A_POLICY_RULE]) >= draft->nr_rules) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[LEVEE_A_POLICY_RULE],
				    "the stage has no such rule");
		return -EINVAL;
	}
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, left) {
		if (nla_type(attr) != LEVEE_A_POLICY_ENTRY)
			continue;
		if (++count > LEVEE_ENTRY_CHUNK_MAX) {
			NL_SET_ERR_MSG_ATTR(info->extack, attr,
					    "a message has at most 1024 entries");
			return -E2BIG;
		}
		err = levee_entry_parse(&entry, feature, attr, info->extack);
		if (err)
			return err;
		if (count > 1 && levee_entry_compare(&last, &entry) >= 0) {
			NL_SET_ERR_MSG_ATTR(info->extack, attr,
					    "entries must be sent in strictly ascending order");
			return -EINVAL;
		}
		last = entry;
	}
	if (count)
		return 0;
	NL_SET_ERR_MSG(info->extack, "entry is missing");
	return -EINVAL;
}

static int add_entries(struct levee_draft *draft, struct genl_info *info)
{
	u32 feature = nla_get_u32(info->attrs[LEVEE_A_POLICY_FEATURE]);
	struct levee_draft_mark mark;
	struct levee_entry entry;
	struct nlattr *attr;
	int left, err = 0;

	mark = levee_draft_at(draft, nla_get_u32(info->attrs[LEVEE_A_POLICY_RULE]), feature,
			      nla_get_u32(info->attrs[LEVEE_A_POLICY_ACTION]));
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, left) {
		if (nla_type(attr) != LEVEE_A_POLICY_ENTRY)
			continue;
		err = levee_entry_parse(&entry, feature, attr, info->extack) ?:
		      levee_draft_add_entry(draft, &mark, &entry, info->extack);
		if (!err)
			continue;
		NL_SET_BAD_ATTR(info->extack, attr);
		levee_draft_back_to(draft, &mark);
		return err;
	}
	return 0;
}

int levee_nl_entries_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct levee_draft *draft;
	int err;

	if (levee_missing(info, LEVEE_A_POLICY_STAGE, "stage is missing") ||
	    levee_missing(info, LEVEE_A_POLICY_RULE, "rule is missing") ||
	    levee_missing(info, LEVEE_A_POLICY_FEATURE, "feature is missing") ||
	    levee_missing(info, LEVEE_A_POLICY_ACTION, "action is missing"))
		return -EINVAL;
	draft = levee_stage_get(info->snd_portid, nla_get_u64(info->attrs[LEVEE_A_POLICY_STAGE]),
				info->extack);
	if (IS_ERR(draft))
		return PTR_ERR(draft);
	err = check_entries(draft, info) ?: add_entries(draft, info);
	levee_stage_put();
	return err;
}

int levee_entry_put(struct sk_buff *skb, int attr, const struct levee_entry *entry)
{
	struct nlattr *nest = nla_nest_start(skb, attr);

	if (!nest ||
	    nla_put_u32(skb, LEVEE_A_ENTRY_TARGET, entry->target) ||
	    (entry->addr_len &&
	     (nla_put(skb, LEVEE_A_ENTRY_ADDRESS, entry->addr_len, entry->addr) ||
	      nla_put_u32(skb, LEVEE_A_ENTRY_PREFIX_LEN, entry->prefix_len))) ||
	    (entry->proto != LEVEE_PROTO_ANY &&
	     nla_put_u32(skb, LEVEE_A_ENTRY_PROTO, entry->proto)) ||
	    (entry->has_ports &&
	     (nla_put_u32(skb, LEVEE_A_ENTRY_PORT_FIRST, entry->port_first) ||
	      nla_put_u32(skb, LEVEE_A_ENTRY_PORT_LAST, entry->port_last))) ||
	    (entry->name_len &&
	     nla_put(skb, LEVEE_A_ENTRY_NAME, entry->name_len, entry->name))) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

/* Entries of one list from *entry on, as many as fit. -EMSGSIZE when some are left. */
static int put_entries(struct sk_buff *skb, const struct levee_ruleset *rs, u32 rule, u32 feature,
		       u32 action, u32 *entry)
{
	const struct levee_list *list = &rs->rules[rule].sections[feature].lists[action];

	if (nla_put_u32(skb, LEVEE_A_POLICY_RULE, rule) ||
	    nla_put_u32(skb, LEVEE_A_POLICY_FEATURE, feature) ||
	    nla_put_u32(skb, LEVEE_A_POLICY_ACTION, action) ||
	    nla_put_u64_64bit(skb, LEVEE_A_POLICY_GENERATION, rs->generation, LEVEE_A_POLICY_PAD))
		return -EMSGSIZE;
	for (; *entry < list->count; ++*entry)
		if (levee_entry_put(skb, LEVEE_A_POLICY_ENTRY, &list->entries[*entry]))
			return -EMSGSIZE;
	return 0;
}

int levee_nl_entry_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct levee_ruleset *rs;
	u32 rule, entry = 0;
	struct sk_buff *reply;
	void *header;
	int err = 0;

	if (levee_missing(info, LEVEE_A_POLICY_RULE, "rule is missing") ||
	    levee_missing(info, LEVEE_A_POLICY_FEATURE, "feature is missing") ||
	    levee_missing(info, LEVEE_A_POLICY_ACTION, "action is missing"))
		return -EINVAL;
	rule = nla_get_u32(info->attrs[LEVEE_A_POLICY_RULE]);
	reply = levee_reply_new(info, GENLMSG_DEFAULT_SIZE, &header);
	if (!reply)
		return -ENOMEM;
	rcu_read_lock();
	rs = levee_live_rcu();
	if (rule < rs->nr_rules)
		put_entries(reply, rs, rule, nla_get_u32(info->attrs[LEVEE_A_POLICY_FEATURE]),
			    nla_get_u32(info->attrs[LEVEE_A_POLICY_ACTION]), &entry);
	else
		err = -ENOENT;
	rcu_read_unlock();
	if (err) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[LEVEE_A_POLICY_RULE],
				    "the live policy has no such rule");
		nlmsg_free(reply);
		return err;
	}
	return levee_reply_send(reply, header, info);
}

static bool wanted(struct netlink_callback *cb, int attr, u32 value)
{
	struct nlattr *only = levee_dump_attr(cb, attr);

	return !only || nla_get_u32(only) == value;
}

/* One list; false when the message is full before the list's end. */
static bool dump_list(struct sk_buff *skb, struct netlink_callback *cb,
		      const struct levee_ruleset *rs)
{
	struct levee_dump *dump = levee_dump_state(cb);
	u32 first = dump->entry;
	void *header;
	int err;

	if (!rs->rules[dump->rule].sections[dump->feature].lists[dump->action].count)
		return true;
	header = levee_dump_header(skb, cb, LEVEE_CMD_ENTRY_GET);
	if (!header)
		return false;
	err = put_entries(skb, rs, dump->rule, dump->feature, dump->action, &dump->entry);
	if (err && dump->entry == first)
		genlmsg_cancel(skb, header);
	else
		genlmsg_end(skb, header);
	if (err)
		return false;
	dump->entry = 0;
	return true;
}

int levee_nl_entry_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct levee_dump *dump = levee_dump_state(cb);
	const struct levee_ruleset *rs;

	rcu_read_lock();
	rs = levee_live_rcu();
	cb->seq = rs->generation + 1;
	for (; dump->rule < rs->nr_rules; dump->rule++, dump->feature = 0) {
		if (!wanted(cb, LEVEE_A_POLICY_RULE, dump->rule))
			continue;
		for (dump->feature = max(dump->feature, 1U); dump->feature <= LEVEE_FEATURE_MAX;
		     dump->feature++, dump->action = 0) {
			if (!wanted(cb, LEVEE_A_POLICY_FEATURE, dump->feature))
				continue;
			for (dump->action = max(dump->action, 1U);
			     dump->action <= LEVEE_ACTION_MAX; dump->action++) {
				if (!wanted(cb, LEVEE_A_POLICY_ACTION, dump->action))
					continue;
				if (!dump_list(skb, cb, rs))
					goto out;
			}
		}
	}
out:
	rcu_read_unlock();
	return skb->len;
}
