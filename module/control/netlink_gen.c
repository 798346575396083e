// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/levee.yaml */
/* YNL-GEN kernel source */
/* To regenerate run: tools/net/ynl/ynl-regen.sh */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink_gen.h"

#include <uapi/linux/levee.h>

/* Integer value ranges */
static const struct netlink_range_validation levee_a_section_hold_range = {
	.min	= 1ULL,
	.max	= 604800ULL,
};

static const struct netlink_range_validation levee_a_section_port_range = {
	.min	= 1ULL,
	.max	= 65535ULL,
};

static const struct netlink_range_validation levee_a_section_grace_range = {
	.max	= 86400ULL,
};

static const struct netlink_range_validation levee_a_scan_vertical_within_range = {
	.min	= 1ULL,
	.max	= 65535ULL,
};

static const struct netlink_range_validation levee_a_scan_horizontal_within_range = {
	.min	= 1ULL,
	.max	= 65535ULL,
};

static const struct netlink_range_validation levee_a_scan_fast_weight_range = {
	.max	= 65535ULL,
};

static const struct netlink_range_validation levee_a_scan_fast_gap_range = {
	.min	= 1ULL,
	.max	= 65535ULL,
};

static const struct netlink_range_validation levee_a_scan_slow_failures_range = {
	.max	= 65535ULL,
};

static const struct netlink_range_validation levee_a_entry_port_first_range = {
	.max	= 65535ULL,
};

static const struct netlink_range_validation levee_a_entry_port_last_range = {
	.max	= 65535ULL,
};

static const struct netlink_range_validation levee_a_act_port_range = {
	.max	= 65535ULL,
};

static const struct netlink_range_validation levee_a_act_qtype_range = {
	.max	= 65535ULL,
};

/* Common nested types */
const struct nla_policy levee_entry_nl_policy[LEVEE_A_ENTRY_NAME + 1] = {
	[LEVEE_A_ENTRY_TARGET] = NLA_POLICY_RANGE(NLA_U32, 1, 12),
	[LEVEE_A_ENTRY_ADDRESS] = NLA_POLICY_MAX_LEN(LEVEE_ADDR_MAX),
	[LEVEE_A_ENTRY_PREFIX_LEN] = NLA_POLICY_MAX(NLA_U32, 128),
	[LEVEE_A_ENTRY_PROTO] = NLA_POLICY_MAX(NLA_U32, 255),
	[LEVEE_A_ENTRY_PORT_FIRST] = NLA_POLICY_FULL_RANGE(NLA_U32, &levee_a_entry_port_first_range),
	[LEVEE_A_ENTRY_PORT_LAST] = NLA_POLICY_FULL_RANGE(NLA_U32, &levee_a_entry_port_last_range),
	[LEVEE_A_ENTRY_NAME] = NLA_POLICY_MAX_LEN(LEVEE_DOMAIN_MAX),
};

const struct nla_policy levee_item_nl_policy[LEVEE_A_ITEM_PAD + 1] = {
	[LEVEE_A_ITEM_FEATURE] = NLA_POLICY_RANGE(NLA_U32, 1, 6),
	[LEVEE_A_ITEM_ENTRY] = NLA_POLICY_NESTED(levee_entry_nl_policy),
	[LEVEE_A_ITEM_FIRST] = { .type = NLA_U64, },
	[LEVEE_A_ITEM_LAST] = { .type = NLA_U64, },
	[LEVEE_A_ITEM_USES] = { .type = NLA_U64, },
	[LEVEE_A_ITEM_COMM] = { .type = NLA_NUL_STRING, .len = 15, },
	[LEVEE_A_ITEM_MEMBERS] = { .type = NLA_U32, },
};

const struct nla_policy levee_model_nl_policy[LEVEE_A_MODEL_KEY + 1] = {
	[LEVEE_A_MODEL_MODE] = NLA_POLICY_MAX(NLA_U32, 1),
	[LEVEE_A_MODEL_LEARN_FOR] = NLA_POLICY_MIN(NLA_U32, 1),
	[LEVEE_A_MODEL_DRY_RUN_FOR] = { .type = NLA_U32, },
	[LEVEE_A_MODEL_ADAPT] = NLA_POLICY_MAX(NLA_U32, 1),
	[LEVEE_A_MODEL_KEY] = NLA_POLICY_MAX(NLA_U32, 1),
};

const struct nla_policy levee_pattern_nl_policy[LEVEE_A_PATTERN_TEXT + 1] = {
	[LEVEE_A_PATTERN_FIELD] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
	[LEVEE_A_PATTERN_NEGATED] = { .type = NLA_FLAG, },
	[LEVEE_A_PATTERN_TEXT] = { .type = NLA_NUL_STRING, .len = LEVEE_PATTERN_MAX, },
};

const struct nla_policy levee_scan_nl_policy[LEVEE_A_SCAN_SILENCE + 1] = {
	[LEVEE_A_SCAN_VERTICAL_PORTS] = NLA_POLICY_MAX(NLA_U32, 128),
	[LEVEE_A_SCAN_VERTICAL_FAILURES] = NLA_POLICY_RANGE(NLA_U32, 1, 128),
	[LEVEE_A_SCAN_VERTICAL_WITHIN] = NLA_POLICY_FULL_RANGE(NLA_U32, &levee_a_scan_vertical_within_range),
	[LEVEE_A_SCAN_HORIZONTAL_HOSTS] = NLA_POLICY_MAX(NLA_U32, 128),
	[LEVEE_A_SCAN_HORIZONTAL_FAILURES] = NLA_POLICY_RANGE(NLA_U32, 1, 128),
	[LEVEE_A_SCAN_HORIZONTAL_WITHIN] = NLA_POLICY_FULL_RANGE(NLA_U32, &levee_a_scan_horizontal_within_range),
	[LEVEE_A_SCAN_FAST_WEIGHT] = NLA_POLICY_FULL_RANGE(NLA_U32, &levee_a_scan_fast_weight_range),
	[LEVEE_A_SCAN_FAST_GAP] = NLA_POLICY_FULL_RANGE(NLA_U32, &levee_a_scan_fast_gap_range),
	[LEVEE_A_SCAN_SLOW_FAILURES] = NLA_POLICY_FULL_RANGE(NLA_U32, &levee_a_scan_slow_failures_range),
	[LEVEE_A_SCAN_SILENCE] = NLA_POLICY_RANGE(NLA_U32, 1, 600),
};

const struct nla_policy levee_section_nl_policy[LEVEE_A_SECTION_SCAN + 1] = {
	[LEVEE_A_SECTION_FEATURE] = NLA_POLICY_RANGE(NLA_U32, 1, 6),
	[LEVEE_A_SECTION_EFFECT] = NLA_POLICY_RANGE(NLA_U32, 1, 4),
	[LEVEE_A_SECTION_DEFAULT] = NLA_POLICY_RANGE(NLA_U32, 1, 2),
	[LEVEE_A_SECTION_HOLD] = NLA_POLICY_FULL_RANGE(NLA_U32, &levee_a_section_hold_range),
	[LEVEE_A_SECTION_PORT] = NLA_POLICY_FULL_RANGE(NLA_U32, &levee_a_section_port_range),
	[LEVEE_A_SECTION_SERVER] = NLA_POLICY_MAX_LEN(LEVEE_ADDR_MAX),
	[LEVEE_A_SECTION_SERVERS_ONLY] = { .type = NLA_FLAG, },
	[LEVEE_A_SECTION_GRACE] = NLA_POLICY_FULL_RANGE(NLA_U32, &levee_a_section_grace_range),
	[LEVEE_A_SECTION_FEED_USE] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
	[LEVEE_A_SECTION_FEED] = { .type = NLA_STRING, .len = LEVEE_NAME_MAX, },
	[LEVEE_A_SECTION_SCAN] = NLA_POLICY_NESTED(levee_scan_nl_policy),
};

/* LEVEE_CMD_STATUS_GET - do */
const struct nla_policy levee_status_get_nl_policy[LEVEE_A_STATUS_PAD + 1] = {
};

/* LEVEE_CMD_POLICY_BEGIN - do */
const struct nla_policy levee_policy_begin_nl_policy[LEVEE_A_POLICY_REQUIRE + 1] = {
	[LEVEE_A_POLICY_ALERT_ONLY] = { .type = NLA_FLAG, },
	[LEVEE_A_POLICY_REQUIRE] = NLA_POLICY_MASK(NLA_U32, 0x1),
};

/* LEVEE_CMD_RULE_ADD - do */
const struct nla_policy levee_rule_add_nl_policy[LEVEE_A_POLICY_SOCKET_FAMILY + 1] = {
	[LEVEE_A_POLICY_STAGE] = { .type = NLA_U64, },
	[LEVEE_A_POLICY_RULE] = { .type = NLA_U32, },
	[LEVEE_A_POLICY_NAME] = { .type = NLA_NUL_STRING, .len = LEVEE_NAME_MAX, },
	[LEVEE_A_POLICY_PATTERN] = NLA_POLICY_NESTED(levee_pattern_nl_policy),
	[LEVEE_A_POLICY_SECTION] = NLA_POLICY_NESTED(levee_section_nl_policy),
	[LEVEE_A_POLICY_MODEL] = NLA_POLICY_NESTED(levee_model_nl_policy),
	[LEVEE_A_POLICY_SOCKET_FAMILY] = NLA_POLICY_MAX(NLA_U32, 63),
};

/* LEVEE_CMD_ENTRIES_ADD - do */
const struct nla_policy levee_entries_add_nl_policy[LEVEE_A_POLICY_ENTRY + 1] = {
	[LEVEE_A_POLICY_STAGE] = { .type = NLA_U64, },
	[LEVEE_A_POLICY_RULE] = { .type = NLA_U32, },
	[LEVEE_A_POLICY_FEATURE] = NLA_POLICY_RANGE(NLA_U32, 1, 6),
	[LEVEE_A_POLICY_ACTION] = NLA_POLICY_RANGE(NLA_U32, 1, 2),
	[LEVEE_A_POLICY_ENTRY] = NLA_POLICY_NESTED(levee_entry_nl_policy),
};

/* LEVEE_CMD_POLICY_COMMIT - do */
const struct nla_policy levee_policy_commit_nl_policy[LEVEE_A_POLICY_GENERATION + 1] = {
	[LEVEE_A_POLICY_STAGE] = { .type = NLA_U64, },
	[LEVEE_A_POLICY_GENERATION] = { .type = NLA_U64, },
};

/* LEVEE_CMD_POLICY_ABANDON - do */
const struct nla_policy levee_policy_abandon_nl_policy[LEVEE_A_POLICY_STAGE + 1] = {
	[LEVEE_A_POLICY_STAGE] = { .type = NLA_U64, },
};

/* LEVEE_CMD_POLICY_FLUSH - do */
const struct nla_policy levee_policy_flush_nl_policy[LEVEE_A_POLICY_GENERATION + 1] = {
	[LEVEE_A_POLICY_GENERATION] = { .type = NLA_U64, },
};

/* LEVEE_CMD_RULE_GET - do */
const struct nla_policy levee_rule_get_nl_policy[LEVEE_A_POLICY_RULE + 1] = {
	[LEVEE_A_POLICY_RULE] = { .type = NLA_U32, },
};

/* LEVEE_CMD_ENTRY_GET - do */
const struct nla_policy levee_entry_get_nl_policy[LEVEE_A_POLICY_ACTION + 1] = {
	[LEVEE_A_POLICY_RULE] = { .type = NLA_U32, },
	[LEVEE_A_POLICY_FEATURE] = NLA_POLICY_RANGE(NLA_U32, 1, 6),
	[LEVEE_A_POLICY_ACTION] = NLA_POLICY_RANGE(NLA_U32, 1, 2),
};

/* LEVEE_CMD_WORKLOAD_GET - do */
const struct nla_policy levee_workload_get_nl_policy[LEVEE_A_WORKLOAD_CGROUP_ID + 1] = {
	[LEVEE_A_WORKLOAD_CGROUP_ID] = { .type = NLA_U64, },
};

/* LEVEE_CMD_EXPLAIN - do */
const struct nla_policy levee_explain_nl_policy[LEVEE_A_ACT_QTYPE + 1] = {
	[LEVEE_A_ACT_CGROUP_ID] = { .type = NLA_U64, },
	[LEVEE_A_ACT_FEATURE] = NLA_POLICY_RANGE(NLA_U32, 1, 6),
	[LEVEE_A_ACT_PROTO] = NLA_POLICY_MAX(NLA_U32, 255),
	[LEVEE_A_ACT_ADDRESS] = NLA_POLICY_MAX_LEN(LEVEE_ADDR_MAX),
	[LEVEE_A_ACT_PORT] = NLA_POLICY_FULL_RANGE(NLA_U32, &levee_a_act_port_range),
	[LEVEE_A_ACT_SOCKET_FAMILY] = NLA_POLICY_MAX(NLA_U32, 63),
	[LEVEE_A_ACT_NAME] = NLA_POLICY_MAX_LEN(LEVEE_DOMAIN_MAX),
	[LEVEE_A_ACT_QTYPE] = NLA_POLICY_FULL_RANGE(NLA_U32, &levee_a_act_qtype_range),
};

/* LEVEE_CMD_RELEASE - do */
const struct nla_policy levee_release_nl_policy[LEVEE_A_WORKLOAD_CGROUP_ID + 1] = {
	[LEVEE_A_WORKLOAD_CGROUP_ID] = { .type = NLA_U64, },
};

/* LEVEE_CMD_EVENT_GET - do */
const struct nla_policy levee_event_get_nl_policy[LEVEE_A_EVENT_SINCE + 1] = {
	[LEVEE_A_EVENT_TYPE] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
	[LEVEE_A_EVENT_SINCE] = { .type = NLA_U64, },
};

/* LEVEE_CMD_FEED_BEGIN - do */
const struct nla_policy levee_feed_begin_nl_policy[LEVEE_A_FEED_COUNT6 + 1] = {
	[LEVEE_A_FEED_NAME] = { .type = NLA_NUL_STRING, .len = LEVEE_NAME_MAX, },
	[LEVEE_A_FEED_KIND] = NLA_POLICY_RANGE(NLA_U32, 1, 2),
	[LEVEE_A_FEED_COUNT] = { .type = NLA_U64, },
	[LEVEE_A_FEED_COUNT6] = { .type = NLA_U64, },
	[LEVEE_A_FEED_SOURCE] = { .type = NLA_NUL_STRING, .len = LEVEE_TEXT_MAX, },
	[LEVEE_A_FEED_POLICY_STAGE] = { .type = NLA_U64, },
};

/* LEVEE_CMD_FEED_ADD - do */
const struct nla_policy levee_feed_add_nl_policy[LEVEE_A_FEED_PREFIXES6 + 1] = {
	[LEVEE_A_FEED_STAGE] = { .type = NLA_U64, },
	[LEVEE_A_FEED_NAMES] = NLA_POLICY_MAX_LEN(LEVEE_FEED_CHUNK_MAX),
	[LEVEE_A_FEED_PREFIXES4] = NLA_POLICY_MAX_LEN(LEVEE_FEED_CHUNK_MAX),
	[LEVEE_A_FEED_PREFIXES6] = NLA_POLICY_MAX_LEN(LEVEE_FEED_CHUNK_MAX),
};

/* LEVEE_CMD_FEED_COMMIT - do */
const struct nla_policy levee_feed_commit_nl_policy[LEVEE_A_FEED_STAGE + 1] = {
	[LEVEE_A_FEED_STAGE] = { .type = NLA_U64, },
};

/* LEVEE_CMD_FEED_ABANDON - do */
const struct nla_policy levee_feed_abandon_nl_policy[LEVEE_A_FEED_STAGE + 1] = {
	[LEVEE_A_FEED_STAGE] = { .type = NLA_U64, },
};

/* LEVEE_CMD_FEED_UNLOAD - do */
const struct nla_policy levee_feed_unload_nl_policy[LEVEE_A_FEED_NAME + 1] = {
	[LEVEE_A_FEED_NAME] = { .type = NLA_NUL_STRING, .len = LEVEE_NAME_MAX, },
};

/* LEVEE_CMD_FEED_GET - do */
const struct nla_policy levee_feed_get_nl_policy[LEVEE_A_FEED_NAME + 1] = {
	[LEVEE_A_FEED_NAME] = { .type = NLA_NUL_STRING, .len = LEVEE_NAME_MAX, },
};

/* LEVEE_CMD_BIND - do */
const struct nla_policy levee_bind_nl_policy[LEVEE_A_WORKLOAD_IMAGE + 1] = {
	[LEVEE_A_WORKLOAD_CGROUP_ID] = { .type = NLA_U64, },
	[LEVEE_A_WORKLOAD_CONTAINER] = { .type = NLA_NUL_STRING, .len = LEVEE_TEXT_MAX, },
	[LEVEE_A_WORKLOAD_IMAGE] = { .type = NLA_NUL_STRING, .len = LEVEE_TEXT_MAX, },
};

/* LEVEE_CMD_UNBIND - do */
const struct nla_policy levee_unbind_nl_policy[LEVEE_A_WORKLOAD_CGROUP_ID + 1] = {
	[LEVEE_A_WORKLOAD_CGROUP_ID] = { .type = NLA_U64, },
};

/* LEVEE_CMD_LABEL_GET - do */
const struct nla_policy levee_label_get_nl_policy[LEVEE_A_WORKLOAD_CGROUP_ID + 1] = {
	[LEVEE_A_WORKLOAD_CGROUP_ID] = { .type = NLA_U64, },
};

/* LEVEE_CMD_MODEL_GET - do */
const struct nla_policy levee_model_get_nl_policy[LEVEE_A_MODELS_KEY + 1] = {
	[LEVEE_A_MODELS_KIND] = NLA_POLICY_RANGE(NLA_U32, 1, 4),
	[LEVEE_A_MODELS_KEY] = { .type = NLA_NUL_STRING, .len = LEVEE_TEXT_MAX, },
};

/* LEVEE_CMD_MODEL_ITEM_GET - do */
const struct nla_policy levee_model_item_get_nl_policy[LEVEE_A_MODELS_KEY + 1] = {
	[LEVEE_A_MODELS_KIND] = NLA_POLICY_RANGE(NLA_U32, 1, 4),
	[LEVEE_A_MODELS_KEY] = { .type = NLA_NUL_STRING, .len = LEVEE_TEXT_MAX, },
};

/* LEVEE_CMD_MODEL_SET - do */
const struct nla_policy levee_model_set_nl_policy[LEVEE_A_MODELS_CHANGE + 1] = {
	[LEVEE_A_MODELS_KIND] = NLA_POLICY_RANGE(NLA_U32, 1, 4),
	[LEVEE_A_MODELS_KEY] = { .type = NLA_NUL_STRING, .len = LEVEE_TEXT_MAX, },
	[LEVEE_A_MODELS_CHANGE] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
	[LEVEE_A_MODELS_LEFT] = { .type = NLA_U32, },
};

/* LEVEE_CMD_MODEL_BEGIN - do */
const struct nla_policy levee_model_begin_nl_policy[LEVEE_A_MODELS_PAD + 1] = {
};

/* LEVEE_CMD_MODEL_ADD - do */
const struct nla_policy levee_model_add_nl_policy[LEVEE_A_MODELS_INCOMPLETE + 1] = {
	[LEVEE_A_MODELS_STAGE] = { .type = NLA_U64, },
	[LEVEE_A_MODELS_KIND] = NLA_POLICY_RANGE(NLA_U32, 1, 4),
	[LEVEE_A_MODELS_KEY] = { .type = NLA_NUL_STRING, .len = LEVEE_TEXT_MAX, },
	[LEVEE_A_MODELS_STATE] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
	[LEVEE_A_MODELS_LEFT] = { .type = NLA_U32, },
	[LEVEE_A_MODELS_INCOMPLETE] = { .type = NLA_FLAG, },
};

/* LEVEE_CMD_MODEL_ITEM_ADD - do */
const struct nla_policy levee_model_item_add_nl_policy[LEVEE_A_MODELS_ITEM + 1] = {
	[LEVEE_A_MODELS_STAGE] = { .type = NLA_U64, },
	[LEVEE_A_MODELS_ITEM] = NLA_POLICY_NESTED(levee_item_nl_policy),
};

/* LEVEE_CMD_MODEL_COMMIT - do */
const struct nla_policy levee_model_commit_nl_policy[LEVEE_A_MODELS_STAGE + 1] = {
	[LEVEE_A_MODELS_STAGE] = { .type = NLA_U64, },
};

/* LEVEE_CMD_MODEL_ABANDON - do */
const struct nla_policy levee_model_abandon_nl_policy[LEVEE_A_MODELS_STAGE + 1] = {
	[LEVEE_A_MODELS_STAGE] = { .type = NLA_U64, },
};

/* Ops table for levee */
const struct genl_ops levee_nl_ops[30] = {
	{
		.cmd		= LEVEE_CMD_STATUS_GET,
		.doit		= levee_nl_status_get_doit,
		.policy		= levee_status_get_nl_policy,
		.maxattr	= LEVEE_A_STATUS_PAD,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= LEVEE_CMD_POLICY_BEGIN,
		.doit		= levee_nl_policy_begin_doit,
		.policy		= levee_policy_begin_nl_policy,
		.maxattr	= LEVEE_A_POLICY_REQUIRE,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= LEVEE_CMD_RULE_ADD,
		.doit		= levee_nl_rule_add_doit,
		.policy		= levee_rule_add_nl_policy,
		.maxattr	= LEVEE_A_POLICY_SOCKET_FAMILY,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= LEVEE_CMD_ENTRIES_ADD,
		.doit		= levee_nl_entries_add_doit,
		.policy		= levee_entries_add_nl_policy,
		.maxattr	= LEVEE_A_POLICY_ENTRY,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= LEVEE_CMD_POLICY_COMMIT,
		.doit		= levee_nl_policy_commit_doit,
		.policy		= levee_policy_commit_nl_policy,
		.maxattr	= LEVEE_A_POLICY_GENERATION,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= LEVEE_CMD_POLICY_ABANDON,
		.doit		= levee_nl_policy_abandon_doit,
		.policy		= levee_policy_abandon_nl_policy,
		.maxattr	= LEVEE_A_POLICY_STAGE,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= LEVEE_CMD_POLICY_FLUSH,
		.doit		= levee_nl_policy_flush_doit,
		.policy		= levee_policy_flush_nl_policy,
		.maxattr	= LEVEE_A_POLICY_GENERATION,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= LEVEE_CMD_RULE_GET,
		.doit		= levee_nl_rule_get_doit,
		.dumpit		= levee_nl_rule_get_dumpit,
		.policy		= levee_rule_get_nl_policy,
		.maxattr	= LEVEE_A_POLICY_RULE,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= LEVEE_CMD_ENTRY_GET,
		.doit		= levee_nl_entry_get_doit,
		.dumpit		= levee_nl_entry_get_dumpit,
		.policy		= levee_entry_get_nl_policy,
		.maxattr	= LEVEE_A_POLICY_ACTION,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= LEVEE_CMD_WORKLOAD_GET,
		.doit		= levee_nl_workload_get_doit,
		.dumpit		= levee_nl_workload_get_dumpit,
		.policy		= levee_workload_get_nl_policy,
		.maxattr	= LEVEE_A_WORKLOAD_CGROUP_ID,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= LEVEE_CMD_EXPLAIN,
		.doit		= levee_nl_explain_doit,
		.policy		= levee_explain_nl_policy,
		.maxattr	= LEVEE_A_ACT_QTYPE,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= LEVEE_CMD_RELEASE,
		.doit		= levee_nl_release_doit,
		.policy		= levee_release_nl_policy,
		.maxattr	= LEVEE_A_WORKLOAD_CGROUP_ID,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= LEVEE_CMD_EVENT_GET,
		.doit		= levee_nl_event_get_doit,
		.dumpit		= levee_nl_event_get_dumpit,
		.policy		= levee_event_get_nl_policy,
		.maxattr	= LEVEE_A_EVENT_SINCE,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= LEVEE_CMD_FEED_BEGIN,
		.doit		= levee_nl_feed_begin_doit,
		.policy		= levee_feed_begin_nl_policy,
		.maxattr	= LEVEE_A_FEED_COUNT6,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= LEVEE_CMD_FEED_ADD,
		.doit		= levee_nl_feed_add_doit,
		.policy		= levee_feed_add_nl_policy,
		.maxattr	= LEVEE_A_FEED_PREFIXES6,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= LEVEE_CMD_FEED_COMMIT,
		.doit		= levee_nl_feed_commit_doit,
		.policy		= levee_feed_commit_nl_policy,
		.maxattr	= LEVEE_A_FEED_STAGE,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= LEVEE_CMD_FEED_ABANDON,
		.doit		= levee_nl_feed_abandon_doit,
		.policy		= levee_feed_abandon_nl_policy,
		.maxattr	= LEVEE_A_FEED_STAGE,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= LEVEE_CMD_FEED_UNLOAD,
		.doit		= levee_nl_feed_unload_doit,
		.policy		= levee_feed_unload_nl_policy,
		.maxattr	= LEVEE_A_FEED_NAME,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= LEVEE_CMD_FEED_GET,
		.doit		= levee_nl_feed_get_doit,
		.dumpit		= levee_nl_feed_get_dumpit,
		.policy		= levee_feed_get_nl_policy,
		.maxattr	= LEVEE_A_FEED_NAME,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= LEVEE_CMD_BIND,
		.doit		= levee_nl_bind_doit,
		.policy		= levee_bind_nl_policy,
		.maxattr	= LEVEE_A_WORKLOAD_IMAGE,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= LEVEE_CMD_UNBIND,
		.doit		= levee_nl_unbind_doit,
		.policy		= levee_unbind_nl_policy,
		.maxattr	= LEVEE_A_WORKLOAD_CGROUP_ID,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= LEVEE_CMD_LABEL_GET,
		.doit		= levee_nl_label_get_doit,
		.dumpit		= levee_nl_label_get_dumpit,
		.policy		= levee_label_get_nl_policy,
		.maxattr	= LEVEE_A_WORKLOAD_CGROUP_ID,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= LEVEE_CMD_MODEL_GET,
		.doit		= levee_nl_model_get_doit,
		.dumpit		= levee_nl_model_get_dumpit,
		.policy		= levee_model_get_nl_policy,
		.maxattr	= LEVEE_A_MODELS_KEY,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= LEVEE_CMD_MODEL_ITEM_GET,
		.doit		= levee_nl_model_item_get_doit,
		.dumpit		= levee_nl_model_item_get_dumpit,
		.policy		= levee_model_item_get_nl_policy,
		.maxattr	= LEVEE_A_MODELS_KEY,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= LEVEE_CMD_MODEL_SET,
		.doit		= levee_nl_model_set_doit,
		.policy		= levee_model_set_nl_policy,
		.maxattr	= LEVEE_A_MODELS_CHANGE,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= LEVEE_CMD_MODEL_BEGIN,
		.doit		= levee_nl_model_begin_doit,
		.policy		= levee_model_begin_nl_policy,
		.maxattr	= LEVEE_A_MODELS_PAD,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= LEVEE_CMD_MODEL_ADD,
		.doit		= levee_nl_model_add_doit,
		.policy		= levee_model_add_nl_policy,
		.maxattr	= LEVEE_A_MODELS_INCOMPLETE,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= LEVEE_CMD_MODEL_ITEM_ADD,
		.doit		= levee_nl_model_item_add_doit,
		.policy		= levee_model_item_add_nl_policy,
		.maxattr	= LEVEE_A_MODELS_ITEM,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= LEVEE_CMD_MODEL_COMMIT,
		.doit		= levee_nl_model_commit_doit,
		.policy		= levee_model_commit_nl_policy,
		.maxattr	= LEVEE_A_MODELS_STAGE,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= LEVEE_CMD_MODEL_ABANDON,
		.doit		= levee_nl_model_abandon_doit,
		.policy		= levee_model_abandon_nl_policy,
		.maxattr	= LEVEE_A_MODELS_STAGE,
		.flags		= GENL_ADMIN_PERM,
	},
};

static const struct genl_multicast_group levee_nl_mcgrps[] = {
	[LEVEE_NLGRP_AUDIT] = { "audit", },
	[LEVEE_NLGRP_INCIDENT] = { "incident", },
	[LEVEE_NLGRP_NOTICE] = { "notice", },
};
