// SPDX-License-Identifier: GPL-2.0
/* explain: what would be decided of an act. */
#include <linux/cgroup.h>

#include "../detect/flow.h"
#include "../hook/gate.h"
#include "../lib/dns_message.h"
#include "../policy/feed.h"
#include "../policy/registry.h"
#include "ops.h"

/* What a feature cannot do without, and what only it has. */
static const struct {
	u8 feature;
	u8 attr;
	bool needed;
	const char *missing, *alien;
} parts[] = {
	{ LEVEE_FEATURE_OUTBOUND, LEVEE_A_ACT_ADDRESS, true, "address is missing" },
	{ LEVEE_FEATURE_RAW_SOCKETS, LEVEE_A_ACT_SOCKET_FAMILY, true, "socket-family is missing" },
	{ LEVEE_FEATURE_DNS, LEVEE_A_ACT_NAME, true, "name is missing",
	  "only dns asks for a name" },
	{ LEVEE_FEATURE_DNS, LEVEE_A_ACT_QTYPE, false, NULL, "only dns asks for a type" },
};

static int check_parts(u32 feature, struct genl_info *info)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		if (parts[i].feature == feature) {
			if (parts[i].needed && levee_missing(info, parts[i].attr, parts[i].missing))
				return -EINVAL;
		} else if (parts[i].alien && info->attrs[parts[i].attr]) {
			levee_refuse(info->extack, info->attrs[parts[i].attr], parts[i].alien);
			return -EINVAL;
		}
	}
	return 0;
}

static int parse_address(struct levee_act *act, struct levee_addr *addr, struct genl_info *info)
{
	struct nlattr *address = info->attrs[LEVEE_A_ACT_ADDRESS];

	if (!address)
		return 0;
	if (!levee_addr_read(addr, nla_data(address), nla_len(address))) {
		NL_SET_ERR_MSG_ATTR(info->extack, address, "an address has 4 or 16 bytes");
		return -EINVAL;
	}
	act->addr = addr;
	return 0;
}

/* A name as an entry could have it; it stays where the message has it. */
static int parse_name(struct levee_act *act, struct genl_info *info)
{
	struct levee_entry entry = { .target = LEVEE_TARGET_DOMAIN, .proto = LEVEE_PROTO_ANY,
				     .port_last = 65535 };
	struct nlattr *name = info->attrs[LEVEE_A_ACT_NAME];
	struct levee_entry_fault fault;
	int err;

	if (!name)
		return 0;
	entry.name_len = nla_len(name);
	entry.name = nla_data(name);
	err = levee_entry_check(&entry, LEVEE_FEATURE_DNS, &fault);
	if (err) {
		levee_refuse(info->extack, name, fault.text);
		return err;
	}
	act->name.len = entry.name_len;
	act->name.wire = entry.name;
	act->qtype = levee_u32_or(info->attrs[LEVEE_A_ACT_QTYPE], LEVEE_DNS_TYPE_A);
	return 0;
}

/* @addr is where an address goes that the act has. */
static int parse_act(struct levee_act *act, struct levee_addr *addr, struct genl_info *info)
{
	int err;

	if (levee_missing(info, LEVEE_A_ACT_CGROUP_ID, "cgroup-id is missing") ||
	    levee_missing(info, LEVEE_A_ACT_FEATURE, "feature is missing"))
		return -EINVAL;
	act->feature = nla_get_u32(info->attrs[LEVEE_A_ACT_FEATURE]);
	act->proto = levee_u32_or(info->attrs[LEVEE_A_ACT_PROTO], 0);
	act->port = levee_u32_or(info->attrs[LEVEE_A_ACT_PORT], 0);
	act->socket_family = levee_u32_or(info->attrs[LEVEE_A_ACT_SOCKET_FAMILY], 0);
	if (act->feature > LEVEE_FEATURE_RAW_SOCKETS && act->feature != LEVEE_FEATURE_DNS) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[LEVEE_A_ACT_FEATURE],
				    "this feature is not supported by this version");
		return -EOPNOTSUPP;
	}
	err = check_parts(act->feature, info) ?:
	      parse_address(act, addr, info) ?:
	      parse_name(act, info);
	if (err)
		return err;
	act->ephemeral = act->feature == LEVEE_FEATURE_LISTEN &&
			 levee_port_is_ephemeral(genl_info_net(info), act->port);
	return 0;
}

static int put_outcome(struct sk_buff *skb, const struct levee_ruleset *rs,
		       const struct levee_outcome *outcome, const struct levee_act *act)
{
	const struct levee_verdict *verdict = &outcome->verdict;
	const struct levee_subject *subject = outcome->subject;

	if (nla_put_u64_64bit(skb, LEVEE_A_ACT_GENERATION, rs->generation, LEVEE_A_ACT_PAD) ||
	    nla_put_u32(skb, LEVEE_A_ACT_FEATURE, act->feature) ||
	    nla_put_u32(skb, LEVEE_A_ACT_REASON, outcome->quarantined ?
			LEVEE_REASON_QUARANTINED : verdict->reason))
		return -EMSGSIZE;
	if (!subject->workload)
		return 0;
	if (nla_put_string(skb, LEVEE_A_ACT_WORKLOAD, subject->workload->path) ||
	    (outcome->quarantined && nla_put_flag(skb, LEVEE_A_ACT_QUARANTINED)))
		return -EMSGSIZE;
	if (!subject->rule)
		return 0;
	if (nla_put_string(skb, LEVEE_A_ACT_RULE, subject->rule->name) ||
	    nla_put_u32(skb, LEVEE_A_ACT_EFFECT, verdict->effect) ||
	    (verdict->entry && (levee_entry_put(skb, LEVEE_A_ACT_MATCHED, verdict->entry) ||
				nla_put_u32(skb, LEVEE_A_ACT_ACTION, verdict->action))) ||
	    (verdict->feed && nla_put_string(skb, LEVEE_A_ACT_FEED, verdict->feed->name)) ||
	    (verdict->model_state &&
	     (nla_put_u32(skb, LEVEE_A_ACT_MODEL_STATE, verdict->model_state) ||
	      (verdict->item && nla_put_flag(skb, LEVEE_A_ACT_KNOWN)))) ||
	    (verdict->name.len &&
	     nla_put(skb, LEVEE_A_ACT_NAME, verdict->name.len, verdict->name.wire)))
		return -EMSGSIZE;
	return 0;
}

int levee_nl_explain_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct levee_subject subject, nobody = {};
	struct levee_outcome outcome;
	struct levee_act act = {};
	struct levee_ruleset *rs;
	struct levee_addr addr;
	struct sk_buff *reply;
	struct cgroup *cgroup;
	void *header;
	int err;

	err = parse_act(&act, &addr, info);
	if (err)
		return err;
	cgroup = cgroup_get_from_id(nla_get_u64(info->attrs[LEVEE_A_ACT_CGROUP_ID]));
	if (IS_ERR_OR_NULL(cgroup)) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[LEVEE_A_ACT_CGROUP_ID],
				    "there is no such cgroup");
		return -ENOENT;
	}
	reply = levee_reply_new(info, GENLMSG_DEFAULT_SIZE, &header);
	if (!reply) {
		cgroup_put(cgroup);
		return -ENOMEM;
	}
	rcu_read_lock();
	rs = levee_live_rcu();
	subject = levee_subject_of(rs, cgroup);
	levee_gate_decide(&outcome, &subject, &nobody, &act);
	err = put_outcome(reply, rs, &outcome, &act);
	rcu_read_unlock();
	cgroup_put(cgroup);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	return levee_reply_send(reply, header, info);
}
