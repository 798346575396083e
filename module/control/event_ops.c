// SPDX-License-Identifier: GPL-2.0
/* Events: those that the rings hold, and each as it comes. */
#include "../report/event.h"
#include "ops.h"

static int put_target(struct sk_buff *skb, const struct levee_event *event)
{
	if (nla_put_u32(skb, LEVEE_A_EVENT_PROTO, event->proto) ||
	    (event->socket_family &&
	     nla_put_u32(skb, LEVEE_A_EVENT_SOCKET_FAMILY, event->socket_family)) ||
	    (event->addr_len &&
	     nla_put(skb, LEVEE_A_EVENT_ADDRESS, event->addr_len, event->addr)) ||
	    (event->has_port && nla_put_u32(skb, LEVEE_A_EVENT_PORT, event->port)))
		return -EMSGSIZE;
	if (!event->name_len)
		return 0;
	if (nla_put(skb, LEVEE_A_EVENT_NAME, event->name_len, event->name) ||
	    (event->feature == LEVEE_FEATURE_DNS &&
	     nla_put_u32(skb, LEVEE_A_EVENT_QTYPE, event->qtype)))
		return -EMSGSIZE;
	return 0;
}

/* Whose it is, and what follows. */
static int put_workload(struct sk_buff *skb, const struct levee_event *event)
{
	if (nla_put_u64_64bit(skb, LEVEE_A_EVENT_CGROUP_ID, event->cgroup_id,
			      LEVEE_A_EVENT_PAD) ||
	    nla_put_string(skb, LEVEE_A_EVENT_WORKLOAD, event->text) ||
	    (event->container[0] &&
	     nla_put_string(skb, LEVEE_A_EVENT_CONTAINER, event->container)) ||
	    (event->image[0] && nla_put_string(skb, LEVEE_A_EVENT_IMAGE, event->image)) ||
	    nla_put_string(skb, LEVEE_A_EVENT_RULE, event->rule) ||
	    nla_put_u32(skb, LEVEE_A_EVENT_FEATURE, event->feature) ||
	    nla_put_u32(skb, LEVEE_A_EVENT_EFFECT, event->effect) ||
	    nla_put_u32(skb, LEVEE_A_EVENT_ENFORCED, event->enforced))
		return -EMSGSIZE;
	return 0;
}

static int put_audit(struct sk_buff *skb, const struct levee_event *event)
{
	const struct levee_entry entry = levee_event_entry(event);

	if (put_workload(skb, event) ||
	    nla_put_u32(skb, LEVEE_A_EVENT_REASON, event->reason) ||
	    (event->has_entry && levee_entry_put(skb, LEVEE_A_EVENT_MATCHED, &entry)) ||
	    (event->feed[0] && nla_put_string(skb, LEVEE_A_EVENT_FEED, event->feed)))
		return -EMSGSIZE;
	return put_target(skb, event);
}

static int put_evidence(struct sk_buff *skb, const struct levee_evidence *evidence)
{
	struct nlattr *nest = nla_nest_start(skb, LEVEE_A_EVENT_EVIDENCE);

	if (!nest || nla_put_u32(skb, LEVEE_A_EVIDENCE_PROTO, evidence->proto) ||
	    nla_put(skb, LEVEE_A_EVIDENCE_ADDRESS, evidence->addr_len, evidence->addr) ||
	    (evidence->port && nla_put_u32(skb, LEVEE_A_EVIDENCE_PORT, evidence->port)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_incident(struct sk_buff *skb, const struct levee_event *event)
{
	u32 i;

	if (put_workload(skb, event) ||
	    nla_put_u32(skb, LEVEE_A_EVENT_KIND, event->kind) ||
	    nla_put_u64_64bit(skb, LEVEE_A_EVENT_FIRST, event->first_ns, LEVEE_A_EVENT_PAD))
		return -EMSGSIZE;
	for (i = 0; i < event->nr_evidence; i++)
		if (put_evidence(skb, &event->evidence[i]))
			return -EMSGSIZE;
	return 0;
}

static int put_event(struct sk_buff *skb, const struct levee_event *event)
{
	int err;

	if (nla_put_u32(skb, LEVEE_A_EVENT_TYPE, event->type) ||
	    nla_put_u64_64bit(skb, LEVEE_A_EVENT_SEQ, event->seq, LEVEE_A_EVENT_PAD) ||
	    nla_put_u64_64bit(skb, LEVEE_A_EVENT_TIME, event->time_ns, LEVEE_A_EVENT_PAD) ||
	    nla_put_u64_64bit(skb, LEVEE_A_EVENT_GENERATION, event->generation,
			      LEVEE_A_EVENT_PAD) ||
	    nla_put_u64_64bit(skb, LEVEE_A_EVENT_COUNT, event->count, LEVEE_A_EVENT_PAD))
		return -EMSGSIZE;
	switch (event->type) {
	case LEVEE_EVENT_TYPE_AUDIT:
		err = put_audit(skb, event);
		break;
	case LEVEE_EVENT_TYPE_INCIDENT:
		err = put_incident(skb, event);
		break;
	default:
		err = nla_put_string(skb, LEVEE_A_EVENT_TEXT, event->text);
	}
	if (err)
		return err;
	if (event->has_actor &&
	    (nla_put_u32(skb, LEVEE_A_EVENT_PID, event->pid) ||
	     nla_put_string(skb, LEVEE_A_EVENT_COMM, event->comm) ||
	     nla_put_u32(skb, LEVEE_A_EVENT_UID, event->uid)))
		return -EMSGSIZE;
	return 0;
}

int levee_nl_event_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	u64 since = info->attrs[LEVEE_A_EVENT_SINCE] ?
		    nla_get_u64(info->attrs[LEVEE_A_EVENT_SINCE]) : 0;
	u32 type = levee_u32_or(info->attrs[LEVEE_A_EVENT_TYPE], LEVEE_EVENT_TYPE_AUDIT);
	struct levee_event *event = kmalloc(sizeof(*event), GFP_KERNEL);
	struct sk_buff *reply = NULL;
	u64 seq = 0;
	void *header;
	int err;

	if (!event)
		return -ENOMEM;
	do {
		err = levee_report_next(type, &seq, event) ? 0 : -ENOENT;
	} while (!err && event->time_ns < since);
	if (err) {
		NL_SET_ERR_MSG(info->extack, "no such event");
		goto out;
	}
	reply = levee_reply_new(info, GENLMSG_DEFAULT_SIZE, &header);
	err = reply ? put_event(reply, event) : -ENOMEM;
	if (err)
		nlmsg_free(reply);
	else
		err = levee_reply_send(reply, header, info);
out:
	kfree(event);
	return err;
}

int levee_nl_event_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr *since = levee_dump_attr(cb, LEVEE_A_EVENT_SINCE);
	u32 type = levee_u32_or(levee_dump_attr(cb, LEVEE_A_EVENT_TYPE), LEVEE_EVENT_TYPE_AUDIT);
	struct levee_event *event = kmalloc(sizeof(*event), GFP_KERNEL);
	struct levee_dump *dump = levee_dump_state(cb);
	void *header;
	u64 seq;

	if (!event)
		return -ENOMEM;
	for (seq = dump->seq; levee_report_next(type, &seq, event); dump->seq = seq) {
		if (since && event->time_ns < nla_get_u64(since))
			continue;
		header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				     &levee_family, NLM_F_MULTI, LEVEE_CMD_EVENT_GET);
		if (!header)
			break;
		if (put_event(skb, event)) {
			genlmsg_cancel(skb, header);
			break;
		}
		genlmsg_end(skb, header);
	}
	kfree(event);
	return skb->len;
}

void levee_event_multicast(const struct levee_event *event)
{
	static const u8 groups[] = {
		[LEVEE_EVENT_TYPE_AUDIT] = LEVEE_NLGRP_AUDIT,
		[LEVEE_EVENT_TYPE_INCIDENT] = LEVEE_NLGRP_INCIDENT,
		[LEVEE_EVENT_TYPE_NOTICE] = LEVEE_NLGRP_NOTICE,
	};
	u32 group = groups[event->type];
	struct sk_buff *skb;
	void *header;

	static_assert(ARRAY_SIZE(groups) == LEVEE_EVENT_TYPE_MAX + 1);
	if (!genl_has_listeners(&levee_family, &init_net, group))
		return;
	skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb)
		return;
	header = genlmsg_put(skb, 0, 0, &levee_family, 0, LEVEE_CMD_EVENT_NTF);
	if (!header || put_event(skb, event)) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, header);
	genlmsg_multicast(&levee_family, skb, 0, group, GFP_KERNEL);
}
