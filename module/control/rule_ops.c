// SPDX-License-Identifier: GPL-2.0
/* Rules: what rule-add takes, and rule-get gives back. */
#include "../lib/pattern.h"
#include "../policy/registry.h"
#include "ops.h"
#include "stage.h"

static int parse_pattern(struct levee_scope_pattern *pattern, const struct nlattr *nest,
			 struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[LEVEE_A_PATTERN_MAX + 1];
	const char *fault;
	size_t offset;
	int err;

	err = nla_parse_nested(attrs, LEVEE_A_PATTERN_MAX, nest, levee_pattern_nl_policy, extack);
	if (err)
		return err;
	if (!attrs[LEVEE_A_PATTERN_FIELD] || !attrs[LEVEE_A_PATTERN_TEXT]) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "a pattern needs a field and a text");
		return -EINVAL;
	}
	err = levee_text_check(attrs[LEVEE_A_PATTERN_TEXT], extack);
	if (err)
		return err;
	pattern->field = nla_get_u32(attrs[LEVEE_A_PATTERN_FIELD]);
	pattern->negated = attrs[LEVEE_A_PATTERN_NEGATED];
	nla_strscpy(pattern->text, attrs[LEVEE_A_PATTERN_TEXT], sizeof(pattern->text));
	fault = levee_pattern_check(pattern->text, &offset);
	if (!fault && pattern->field == LEVEE_SCOPE_FIELD_CGROUP && pattern->text[0] != '/')
		fault = "a cgroup pattern begins with /";
	if (fault) {
		levee_refuse(extack, attrs[LEVEE_A_PATTERN_TEXT], fault);
		return -EINVAL;
	}
	return 0;
}

static int parse_patterns(struct levee_rule *rule, struct genl_info *info)
{
	u32 count = 0, positive = 0, n = 0;
	struct nlattr *attr;
	int left, err;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, left)
		count += nla_type(attr) == LEVEE_A_POLICY_PATTERN;
	if (count > LEVEE_PATTERNS_MAX) {
		NL_SET_ERR_MSG(info->extack, "a rule has at most 256 scope patterns");
		return -E2BIG;
	}
	rule->patterns = kvcalloc(max(count, 1U), sizeof(*rule->patterns), GFP_KERNEL_ACCOUNT);
	if (!rule->patterns)
		return -ENOMEM;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, left) {
		if (nla_type(attr) != LEVEE_A_POLICY_PATTERN)
			continue;
		err = parse_pattern(&rule->patterns[n], attr, info->extack);
		if (err)
			return err;
		positive += !rule->patterns[n++].negated;
	}
	rule->nr_patterns = n;
	if (positive)
		return 0;
	NL_SET_ERR_MSG(info->extack, "a scope needs a pattern that is not negated");
	return -EINVAL;
}

static int parse_model(struct levee_model_settings *model, const struct nlattr *nest,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[LEVEE_A_MODEL_MAX + 1];
	int err;

	if (!nest)
		return 0;
	err = nla_parse_nested(attrs, LEVEE_A_MODEL_MAX, nest, levee_model_nl_policy, extack);
	if (err)
		return err;
	model->given = true;
	if (attrs[LEVEE_A_MODEL_MODE])
		model->mode = nla_get_u32(attrs[LEVEE_A_MODEL_MODE]);
	if (attrs[LEVEE_A_MODEL_LEARN_FOR])
		model->learn_for = nla_get_u32(attrs[LEVEE_A_MODEL_LEARN_FOR]);
	if (attrs[LEVEE_A_MODEL_DRY_RUN_FOR])
		model->dry_run_for = nla_get_u32(attrs[LEVEE_A_MODEL_DRY_RUN_FOR]);
	model->has_dry_run = attrs[LEVEE_A_MODEL_DRY_RUN_FOR];
	if (attrs[LEVEE_A_MODEL_ADAPT])
		model->adapt = nla_get_u32(attrs[LEVEE_A_MODEL_ADAPT]);
	if (attrs[LEVEE_A_MODEL_KEY])
		model->key = nla_get_u32(attrs[LEVEE_A_MODEL_KEY]);
	return 0;
}

static void parse_families(struct levee_rule *rule, struct genl_info *info)
{
	struct nlattr *attr;
	int left;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, left) {
		if (nla_type(attr) != LEVEE_A_POLICY_SOCKET_FAMILY)
			continue;
		rule->has_families = true;
		rule->families |= BIT_ULL(nla_get_u32(attr));
	}
}

static void free_tables(struct levee_rule *rule)
{
	u32 feature;

	for (feature = 1; feature <= LEVEE_FEATURE_MAX; feature++)
		kvfree(rule->sections[feature].feeds);
	kvfree(rule->patterns);
}

int levee_nl_rule_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct levee_draft *draft;
	struct levee_rule *rule;
	int err;

	if (levee_missing(info, LEVEE_A_POLICY_STAGE, "stage is missing") ||
	    levee_missing(info, LEVEE_A_POLICY_RULE, "rule is missing") ||
	    levee_missing(info, LEVEE_A_POLICY_NAME, "name is missing"))
		return -EINVAL;
	err = levee_text_check(info->attrs[LEVEE_A_POLICY_NAME], info->extack);
	if (err)
		return err;
	rule = kzalloc(sizeof(*rule), GFP_KERNEL);
	if (!rule)
		return -ENOMEM;
	nla_strscpy(rule->name, info->attrs[LEVEE_A_POLICY_NAME], sizeof(rule->name));
	err = levee_sections_parse(rule, info) ?:
	      parse_model(&rule->model, info->attrs[LEVEE_A_POLICY_MODEL], info->extack) ?:
	      parse_patterns(rule, info);
	if (err)
		goto err_tables;
	parse_families(rule, info);
	draft = levee_stage_get(info->snd_portid, nla_get_u64(info->attrs[LEVEE_A_POLICY_STAGE]),
				info->extack);
	if (IS_ERR(draft)) {
		err = PTR_ERR(draft);
		goto err_tables;
	}
	if (nla_get_u32(info->attrs[LEVEE_A_POLICY_RULE]) != draft->nr_rules) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[LEVEE_A_POLICY_RULE],
				    "rules are added in order, from 0");
		levee_stage_put();
		err = -EINVAL;
		goto err_tables;
	}
	/* The draft owns the tables from here, whatever it answers. */
	err = levee_draft_add_rule(draft, rule, info->extack);
	levee_stage_put();
	kfree(rule);
	return err;

err_tables:
	free_tables(rule);
	kfree(rule);
	return err;
}

static int put_pattern(struct sk_buff *skb, const struct levee_scope_pattern *pattern)
{
	struct nlattr *nest = nla_nest_start(skb, LEVEE_A_POLICY_PATTERN);

	if (!nest ||
	    nla_put_u32(skb, LEVEE_A_PATTERN_FIELD, pattern->field) ||
	    (pattern->negated && nla_put_flag(skb, LEVEE_A_PATTERN_NEGATED)) ||
	    nla_put_string(skb, LEVEE_A_PATTERN_TEXT, pattern->text))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_stats(struct sk_buff *skb, const struct levee_rule *rule, u32 feature)
{
	static const int attrs[] = {
		[LEVEE_STAT_ALLOWED] = LEVEE_A_STATS_ALLOWED,
		[LEVEE_STAT_AUDITED] = LEVEE_A_STATS_AUDITED,
		[LEVEE_STAT_PREVENTED] = LEVEE_A_STATS_PREVENTED,
		[LEVEE_STAT_BLOCKED] = LEVEE_A_STATS_BLOCKED,
		[LEVEE_STAT_UNENFORCED] = LEVEE_A_STATS_UNENFORCED,
	};
	struct nlattr *nest = nla_nest_start(skb, LEVEE_A_POLICY_STATS);
	u32 i;

	static_assert(ARRAY_SIZE(attrs) == LEVEE_STAT_MAX);
	if (!nest || nla_put_u32(skb, LEVEE_A_STATS_FEATURE, feature))
		return -EMSGSIZE;
	for (i = 0; i < LEVEE_STAT_MAX; i++)
		if (nla_put_u64_64bit(skb, attrs[i], levee_rule_stat(rule, feature, i),
				      LEVEE_A_STATS_PAD))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_model(struct sk_buff *skb, const struct levee_model_settings *model)
{
	struct nlattr *nest;

	if (!model->given)
		return 0;
	nest = nla_nest_start(skb, LEVEE_A_POLICY_MODEL);
	if (!nest ||
	    nla_put_u32(skb, LEVEE_A_MODEL_MODE, model->mode) ||
	    (model->learn_for && nla_put_u32(skb, LEVEE_A_MODEL_LEARN_FOR, model->learn_for)) ||
	    (model->has_dry_run &&
	     nla_put_u32(skb, LEVEE_A_MODEL_DRY_RUN_FOR, model->dry_run_for)) ||
	    nla_put_u32(skb, LEVEE_A_MODEL_ADAPT, model->adapt) ||
	    nla_put_u32(skb, LEVEE_A_MODEL_KEY, model->key))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_rule(struct sk_buff *skb, const struct levee_ruleset *rs,
		    const struct levee_rule *rule)
{
	u32 i;

	if (nla_put_u32(skb, LEVEE_A_POLICY_RULE, rule->index) ||
	    nla_put_string(skb, LEVEE_A_POLICY_NAME, rule->name) ||
	    put_model(skb, &rule->model) ||
	    (rs->alert_only && nla_put_flag(skb, LEVEE_A_POLICY_ALERT_ONLY)) ||
	    nla_put_u32(skb, LEVEE_A_POLICY_REQUIRE, rs->require) ||
	    nla_put_u64_64bit(skb, LEVEE_A_POLICY_GENERATION, rs->generation, LEVEE_A_POLICY_PAD))
		return -EMSGSIZE;
	for (i = 0; i < rule->nr_patterns; i++)
		if (put_pattern(skb, &rule->patterns[i]))
			return -EMSGSIZE;
	for (i = 1; i <= LEVEE_FEATURE_MAX; i++)
		if (levee_section_put(skb, rule, i) || put_stats(skb, rule, i))
			return -EMSGSIZE;
	for (i = 0; rule->has_families && i < 64; i++)
		if (rule->families & BIT_ULL(i) &&
		    nla_put_u32(skb, LEVEE_A_POLICY_SOCKET_FAMILY, i))
			return -EMSGSIZE;
	return 0;
}

/* A rule with 256 patterns, and 64 feeds and servers, needs more than a page. */
#define RULE_MESSAGE_MAX (LEVEE_PATTERNS_MAX * (LEVEE_PATTERN_MAX + 32) + 4096 + \
			  2 * LEVEE_FEEDS_MAX * (LEVEE_NAME_MAX + 8) + \
			  LEVEE_DNS_SERVERS_MAX * (LEVEE_ADDR_MAX + 4) + LEVEE_DNS_PORTS_MAX * 8)

int levee_nl_rule_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct levee_ruleset *rs;
	struct sk_buff *reply;
	void *header;
	int err;
	u32 rule;

	if (levee_missing(info, LEVEE_A_POLICY_RULE, "rule is missing"))
		return -EINVAL;
	rule = nla_get_u32(info->attrs[LEVEE_A_POLICY_RULE]);
	reply = levee_reply_new(info, RULE_MESSAGE_MAX, &header);
	if (!reply)
		return -ENOMEM;
	rcu_read_lock();
	rs = levee_live_rcu();
	err = rule < rs->nr_rules ? put_rule(reply, rs, &rs->rules[rule]) : -ENOENT;
	rcu_read_unlock();
	if (err) {
		if (err == -ENOENT)
			NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[LEVEE_A_POLICY_RULE],
					    "the live policy has no such rule");
		nlmsg_free(reply);
		return err;
	}
	return levee_reply_send(reply, header, info);
}

int levee_nl_rule_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr *only = levee_dump_attr(cb, LEVEE_A_POLICY_RULE);
	struct levee_dump *dump = levee_dump_state(cb);
	const struct levee_ruleset *rs;
	void *header;
	int err = 0;

	rcu_read_lock();
	rs = levee_live_rcu();
	cb->seq = rs->generation + 1;
	for (; dump->rule < rs->nr_rules; dump->rule++) {
		if (only && nla_get_u32(only) != dump->rule)
			continue;
		header = levee_dump_header(skb, cb, LEVEE_CMD_RULE_GET);
		if (!header || put_rule(skb, rs, &rs->rules[dump->rule])) {
			if (header)
				genlmsg_cancel(skb, header);
			err = skb->len ? 0 : -EMSGSIZE;
			break;
		}
		genlmsg_end(skb, header);
	}
	rcu_read_unlock();
	return err ?: skb->len;
}

/* The core gives a dump a page or two unless it is asked for more. */
int levee_rule_get_start(struct netlink_callback *cb)
{
	cb->min_dump_alloc = RULE_MESSAGE_MAX;
	return 0;
}
