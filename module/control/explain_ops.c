// SPDX-License-Identifier: GPL-2.0
/* explain: what would be decided of an act. */
#include <linux/cgroup.h>

#include "../detect/flow.h"
#include "../hook/gate.h"
#include "../policy/registry.h"
#include "ops.h"

/* @addr is where an address goes that the act has. */
static int parse_act(struct levee_act *act, struct levee_addr *addr, struct genl_info *info)
{
	struct nlattr *address = info->attrs[LEVEE_A_ACT_ADDRESS];

	if (levee_missing(info, LEVEE_A_ACT_CGROUP_ID, "cgroup-id is missing") ||
	    levee_missing(info, LEVEE_A_ACT_FEATURE, "feature is missing"))
		return -EINVAL;
	act->feature = nla_get_u32(info->attrs[LEVEE_A_ACT_FEATURE]);
	act->proto = levee_u32_or(info->attrs[LEVEE_A_ACT_PROTO], 0);
	act->port = levee_u32_or(info->attrs[LEVEE_A_ACT_PORT], 0);
	act->socket_family = levee_u32_or(info->attrs[LEVEE_A_ACT_SOCKET_FAMILY], 0);
	if (act->feature > LEVEE_FEATURE_RAW_SOCKETS) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[LEVEE_A_ACT_FEATURE],
				    "this feature is not supported by this version");
		return -EOPNOTSUPP;
	}
	if (act->feature == LEVEE_FEATURE_OUTBOUND &&
	    levee_missing(info, LEVEE_A_ACT_ADDRESS, "address is missing"))
		return -EINVAL;
	if (act->feature == LEVEE_FEATURE_RAW_SOCKETS &&
	    levee_missing(info, LEVEE_A_ACT_SOCKET_FAMILY, "socket-family is missing"))
		return -EINVAL;
	if (address) {
		if (!levee_addr_read(addr, nla_data(address), nla_len(address))) {
			NL_SET_ERR_MSG_ATTR(info->extack, address, "an address has 4 or 16 bytes");
			return -EINVAL;
		}
		act->addr = addr;
	}
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
				nla_put_u32(skb, LEVEE_A_ACT_ACTION, verdict->action))))
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
	reply = levee_reply_new(info, &header);
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
