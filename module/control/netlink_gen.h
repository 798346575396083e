/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/levee.yaml */
/* YNL-GEN kernel header */
/* To regenerate run: tools/net/ynl/ynl-regen.sh */

#ifndef _LINUX_LEVEE_GEN_H
#define _LINUX_LEVEE_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/levee.h>

/* Common nested types */
extern const struct nla_policy levee_entry_nl_policy[LEVEE_A_ENTRY_NAME + 1];
extern const struct nla_policy levee_item_nl_policy[LEVEE_A_ITEM_PAD + 1];
extern const struct nla_policy levee_model_nl_policy[LEVEE_A_MODEL_KEY + 1];
extern const struct nla_policy levee_pattern_nl_policy[LEVEE_A_PATTERN_TEXT + 1];
extern const struct nla_policy levee_scan_nl_policy[LEVEE_A_SCAN_SILENCE + 1];
extern const struct nla_policy levee_section_nl_policy[LEVEE_A_SECTION_SCAN + 1];

extern const struct nla_policy levee_status_get_nl_policy[LEVEE_A_STATUS_PAD + 1];

extern const struct nla_policy levee_policy_begin_nl_policy[LEVEE_A_POLICY_REQUIRE + 1];

extern const struct nla_policy levee_rule_add_nl_policy[LEVEE_A_POLICY_SOCKET_FAMILY + 1];

extern const struct nla_policy levee_entries_add_nl_policy[LEVEE_A_POLICY_ENTRY + 1];

extern const struct nla_policy levee_policy_commit_nl_policy[LEVEE_A_POLICY_GENERATION + 1];

extern const struct nla_policy levee_policy_abandon_nl_policy[LEVEE_A_POLICY_STAGE + 1];

extern const struct nla_policy levee_policy_flush_nl_policy[LEVEE_A_POLICY_GENERATION + 1];

extern const struct nla_policy levee_rule_get_nl_policy[LEVEE_A_POLICY_RULE + 1];

extern const struct nla_policy levee_entry_get_nl_policy[LEVEE_A_POLICY_ACTION + 1];

extern const struct nla_policy levee_workload_get_nl_policy[LEVEE_A_WORKLOAD_CGROUP_ID + 1];

extern const struct nla_policy levee_explain_nl_policy[LEVEE_A_ACT_QTYPE + 1];

extern const struct nla_policy levee_release_nl_policy[LEVEE_A_WORKLOAD_CGROUP_ID + 1];

extern const struct nla_policy levee_event_get_nl_policy[LEVEE_A_EVENT_SINCE + 1];

extern const struct nla_policy levee_feed_begin_nl_policy[LEVEE_A_FEED_COUNT6 + 1];

extern const struct nla_policy levee_feed_add_nl_policy[LEVEE_A_FEED_PREFIXES6 + 1];

extern const struct nla_policy levee_feed_commit_nl_policy[LEVEE_A_FEED_STAGE + 1];

extern const struct nla_policy levee_feed_abandon_nl_policy[LEVEE_A_FEED_STAGE + 1];

extern const struct nla_policy levee_feed_unload_nl_policy[LEVEE_A_FEED_NAME + 1];

extern const struct nla_policy levee_feed_get_nl_policy[LEVEE_A_FEED_NAME + 1];

extern const struct nla_policy levee_bind_nl_policy[LEVEE_A_WORKLOAD_IMAGE + 1];

extern const struct nla_policy levee_unbind_nl_policy[LEVEE_A_WORKLOAD_CGROUP_ID + 1];

extern const struct nla_policy levee_label_get_nl_policy[LEVEE_A_WORKLOAD_CGROUP_ID + 1];

extern const struct nla_policy levee_model_get_nl_policy[LEVEE_A_MODELS_KEY + 1];

extern const struct nla_policy levee_model_item_get_nl_policy[LEVEE_A_MODELS_KEY + 1];

extern const struct nla_policy levee_model_set_nl_policy[LEVEE_A_MODELS_CHANGE + 1];

extern const struct nla_policy levee_model_begin_nl_policy[LEVEE_A_MODELS_PAD + 1];

extern const struct nla_policy levee_model_add_nl_policy[LEVEE_A_MODELS_INCOMPLETE + 1];

extern const struct nla_policy levee_model_item_add_nl_policy[LEVEE_A_MODELS_ITEM + 1];

extern const struct nla_policy levee_model_commit_nl_policy[LEVEE_A_MODELS_STAGE + 1];

extern const struct nla_policy levee_model_abandon_nl_policy[LEVEE_A_MODELS_STAGE + 1];

/* Ops table for levee */
extern const struct genl_ops levee_nl_ops[30];

int levee_nl_status_get_doit(struct sk_buff *skb, struct genl_info *info);
int levee_nl_policy_begin_doit(struct sk_buff *skb, struct genl_info *info);
int levee_nl_rule_add_doit(struct sk_buff *skb, struct genl_info *info);
int levee_nl_entries_add_doit(struct sk_buff *skb, struct genl_info *info);
int levee_nl_policy_commit_doit(struct sk_buff *skb, struct genl_info *info);
int levee_nl_policy_abandon_doit(struct sk_buff *skb, struct genl_info *info);
int levee_nl_policy_flush_doit(struct sk_buff *skb, struct genl_info *info);
int levee_nl_rule_get_doit(struct sk_buff *skb, struct genl_info *info);
int levee_nl_rule_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int levee_nl_entry_get_doit(struct sk_buff *skb, struct genl_info *info);
int levee_nl_entry_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int levee_nl_workload_get_doit(struct sk_buff *skb, struct genl_info *info);
int levee_nl_workload_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int levee_nl_explain_doit(struct sk_buff *skb, struct genl_info *info);
int levee_nl_release_doit(struct sk_buff *skb, struct genl_info *info);
int levee_nl_event_get_doit(struct sk_buff *skb, struct genl_info *info);
int levee_nl_event_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int levee_nl_feed_begin_doit(struct sk_buff *skb, struct genl_info *info);
int levee_nl_feed_add_doit(struct sk_buff *skb, struct genl_info *info);
int levee_nl_feed_commit_doit(struct sk_buff *skb, struct genl_info *info);
int levee_nl_feed_abandon_doit(struct sk_buff *skb, struct genl_info *info);
int levee_nl_feed_unload_doit(struct sk_buff *skb, struct genl_info *info);
int levee_nl_feed_get_doit(struct sk_buff *skb, struct genl_info *info);
int levee_nl_feed_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int levee_nl_bind_doit(struct sk_buff *skb, struct genl_info *info);
int levee_nl_unbind_doit(struct sk_buff *skb, struct genl_info *info);
int levee_nl_label_get_doit(struct sk_buff *skb, struct genl_info *info);
int levee_nl_label_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int levee_nl_model_get_doit(struct sk_buff *skb, struct genl_info *info);
int levee_nl_model_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int levee_nl_model_item_get_doit(struct sk_buff *skb, struct genl_info *info);
int levee_nl_model_item_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb);
int levee_nl_model_set_doit(struct sk_buff *skb, struct genl_info *info);
int levee_nl_model_begin_doit(struct sk_buff *skb, struct genl_info *info);
int levee_nl_model_add_doit(struct sk_buff *skb, struct genl_info *info);
int levee_nl_model_item_add_doit(struct sk_buff *skb, struct genl_info *info);
int levee_nl_model_commit_doit(struct sk_buff *skb, struct genl_info *info);
int levee_nl_model_abandon_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	LEVEE_NLGRP_AUDIT,
	LEVEE_NLGRP_INCIDENT,
	LEVEE_NLGRP_NOTICE,
};

#endif /* _LINUX_LEVEE_GEN_H */
