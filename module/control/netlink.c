// SPDX-License-Identifier: GPL-2.0
/*
 * Requests in, replies, dumps and events out. Every handler checks everything
 * it was given, then changes anything.
 */
#include <linux/cgroup.h>
#include <linux/module.h>
#include <net/genetlink.h>

#include "../detect/flow.h"
#include "../hook/gate.h"
#include "../lib/pattern.h"
#include "../policy/registry.h"
#include "../report/event.h"
#include "commit.h"
#include "netlink.h"
#include "netlink_gen.h"
#include "stage.h"
#include "status.h"

static struct genl_family family;

static struct sk_buff *new_reply(struct genl_info *info, void **header)
{
	struct sk_buff *reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);

	if (!reply)
		return NULL;
	*header = genlmsg_put_reply(reply, info, &family, 0, info->genlhdr->cmd);
	if (*header)
		return reply;
	nlmsg_free(reply);
	return NULL;
}

static int send_reply(struct sk_buff *reply, void *header, struct genl_info *info)
{
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);
}

/* NL_SET_ERR_MSG() takes literals only. @text is static, like they are. */
static void set_error(struct netlink_ext_ack *extack, const struct nlattr *attr, const char *text)
{
	if (!extack)
		return;
	extack->_msg = text;
	if (attr)
		NL_SET_BAD_ATTR(extack, attr);
}

static bool missing(struct genl_info *info, int attr, const char *text)
{
	if (info->attrs[attr])
		return false;
	set_error(info->extack, NULL, text);
	return true;
}

/* status-get */

static int put_hooks(struct sk_buff *skb)
{
	struct levee_hook_status status;
	struct nlattr *nest;
	u32 i;

	for (i = 0; levee_hook_status(i, &status); i++) {
		nest = nla_nest_start(skb, LEVEE_A_STATUS_HOOK);
		if (!nest ||
		    nla_put_string(skb, LEVEE_A_HOOK_NAME, status.name) ||
		    nla_put_u32(skb, LEVEE_A_HOOK_STATE, status.state) ||
		    nla_put_string(skb, LEVEE_A_HOOK_TEXT, status.text) ||
		    nla_put_u64_64bit(skb, LEVEE_A_HOOK_MISSED, status.missed,
				      LEVEE_A_HOOK_PAD))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

static int put_limits(struct sk_buff *skb)
{
	const struct levee_limit *limit;
	struct nlattr *nest;

	for (limit = levee_limits; limit->name; limit++) {
		nest = nla_nest_start(skb, LEVEE_A_STATUS_LIMIT);
		if (!nest ||
		    nla_put_string(skb, LEVEE_A_LIMIT_NAME, limit->name) ||
		    nla_put_u64_64bit(skb, LEVEE_A_LIMIT_USED, limit->used(), LEVEE_A_LIMIT_PAD) ||
		    nla_put_u64_64bit(skb, LEVEE_A_LIMIT_BOUND, limit->most(), LEVEE_A_LIMIT_PAD))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

static int put_counters(struct sk_buff *skb)
{
	const struct levee_counter *counter;
	struct nlattr *nest;

	for (counter = levee_counters; counter->name; counter++) {
		nest = nla_nest_start(skb, LEVEE_A_STATUS_COUNTER);
		if (!nest ||
		    nla_put_string(skb, LEVEE_A_COUNTER_NAME, counter->name) ||
		    nla_put_u64_64bit(skb, LEVEE_A_COUNTER_VALUE, counter->read(),
				      LEVEE_A_COUNTER_PAD))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

static int put_status(struct sk_buff *skb)
{
	struct levee_report_counters counters;
	const char *sentence;
	bool alert_only;
	u64 generation;
	u32 i;

	rcu_read_lock();
	generation = levee_live_rcu()->generation;
	alert_only = levee_live_rcu()->alert_only;
	rcu_read_unlock();
	levee_report_read(&counters);
	if (nla_put_string(skb, LEVEE_A_STATUS_VERSION, LEVEE_VERSION) ||
	    nla_put_u64_64bit(skb, LEVEE_A_STATUS_GENERATION, generation, LEVEE_A_STATUS_PAD) ||
	    nla_put_u32(skb, LEVEE_A_STATUS_SEALED, 0) ||
	    nla_put_u32(skb, LEVEE_A_STATUS_ALERT_ONLY, alert_only) ||
	    put_hooks(skb) || put_limits(skb) || put_counters(skb) ||
	    nla_put_u64_64bit(skb, LEVEE_A_STATUS_LOST, counters.lost, LEVEE_A_STATUS_PAD))
		return -EMSGSIZE;
	for (i = 0; (sentence = levee_unenforced(i)); i++)
		if (nla_put_string(skb, LEVEE_A_STATUS_UNENFORCED, sentence))
			return -EMSGSIZE;
	return 0;
}

int levee_nl_status_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *reply;
	void *header;
	int err;

	reply = new_reply(info, &header);
	if (!reply)
		return -ENOMEM;
	err = put_status(reply);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	return send_reply(reply, header, info);
}

/* staging */

int levee_nl_policy_begin_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *require = info->attrs[LEVEE_A_POLICY_REQUIRE];
	struct sk_buff *reply;
	void *header;
	u64 cookie;
	int err;

	reply = new_reply(info, &header);
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
	return send_reply(reply, header, info);
}

/* A name or a pattern goes into logs and files: no control characters. */
static int check_text(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	const char *text = nla_data(attr);

	if (strlen(text) + 1 != nla_len(attr)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "something behind the end of the text");
		return -EINVAL;
	}
	if (!*text) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "empty text");
		return -EINVAL;
	}
	for (; *text; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f) {
			NL_SET_ERR_MSG_ATTR(extack, attr, "control character in text");
			return -EINVAL;
		}
	}
	return 0;
}

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
	err = check_text(attrs[LEVEE_A_PATTERN_TEXT], extack);
	if (err)
		return err;
	pattern->field = nla_get_u32(attrs[LEVEE_A_PATTERN_FIELD]);
	pattern->negated = attrs[LEVEE_A_PATTERN_NEGATED];
	nla_strscpy(pattern->text, attrs[LEVEE_A_PATTERN_TEXT], sizeof(pattern->text));
	fault = levee_pattern_check(pattern->text, &offset);
	if (!fault && pattern->field == LEVEE_SCOPE_FIELD_CGROUP && pattern->text[0] != '/')
		fault = "a cgroup pattern begins with /";
	if (fault) {
		set_error(extack, attrs[LEVEE_A_PATTERN_TEXT], fault);
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

static int parse_section(struct levee_rule *rule, const struct nlattr *nest,
			 struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[LEVEE_A_SECTION_MAX + 1];
	struct levee_section *section;
	u32 feature;
	int err;

	err = nla_parse_nested(attrs, LEVEE_A_SECTION_MAX, nest, levee_section_nl_policy, extack);
	if (err)
		return err;
	if (!attrs[LEVEE_A_SECTION_FEATURE] || !attrs[LEVEE_A_SECTION_EFFECT]) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "a section needs a feature and an effect");
		return -EINVAL;
	}
	feature = nla_get_u32(attrs[LEVEE_A_SECTION_FEATURE]);
	section = &rule->sections[feature];
	if (section->written) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[LEVEE_A_SECTION_FEATURE],
				    "the rule has this section already");
		return -EINVAL;
	}
	section->written = nla_get_u32(attrs[LEVEE_A_SECTION_EFFECT]);
	if (feature >= LEVEE_FEATURE_DNS && section->written != LEVEE_EFFECT_DISABLE) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[LEVEE_A_SECTION_FEATURE],
				    "this feature is not supported by this version");
		return -EOPNOTSUPP;
	}
	if (attrs[LEVEE_A_SECTION_DEFAULT]) {
		if (feature > LEVEE_FEATURE_RAW_SOCKETS) {
			NL_SET_ERR_MSG_ATTR(extack, attrs[LEVEE_A_SECTION_DEFAULT],
					    "this section has no default");
			return -EINVAL;
		}
		section->fallback = nla_get_u32(attrs[LEVEE_A_SECTION_DEFAULT]);
	}
	if (attrs[LEVEE_A_SECTION_HOLD]) {
		if (feature != LEVEE_FEATURE_PORT_SCAN) {
			NL_SET_ERR_MSG_ATTR(extack, attrs[LEVEE_A_SECTION_HOLD],
					    "only port-scan has a hold");
			return -EINVAL;
		}
		section->hold = nla_get_u32(attrs[LEVEE_A_SECTION_HOLD]);
	}
	return 0;
}

static int parse_sections(struct levee_rule *rule, struct genl_info *info)
{
	struct nlattr *attr;
	int left, err;
	u32 feature;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, left) {
		if (nla_type(attr) != LEVEE_A_POLICY_SECTION)
			continue;
		err = parse_section(rule, attr, info->extack);
		if (err)
			return err;
	}
	for (feature = 1; feature <= LEVEE_FEATURE_MAX; feature++)
		if (!rule->sections[feature].written)
			rule->sections[feature].written = feature == LEVEE_FEATURE_RAW_SOCKETS ?
							  LEVEE_EFFECT_ALERT : LEVEE_EFFECT_DISABLE;
	return 0;
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

int levee_nl_rule_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct levee_draft *draft;
	struct levee_rule *rule;
	int err;

	if (missing(info, LEVEE_A_POLICY_STAGE, "stage is missing") ||
	    missing(info, LEVEE_A_POLICY_RULE, "rule is missing") ||
	    missing(info, LEVEE_A_POLICY_NAME, "name is missing"))
		return -EINVAL;
	err = check_text(info->attrs[LEVEE_A_POLICY_NAME], info->extack);
	if (err)
		return err;
	rule = kzalloc(sizeof(*rule), GFP_KERNEL);
	if (!rule)
		return -ENOMEM;
	nla_strscpy(rule->name, info->attrs[LEVEE_A_POLICY_NAME], sizeof(rule->name));
	err = parse_sections(rule, info) ?:
	      parse_model(&rule->model, info->attrs[LEVEE_A_POLICY_MODEL], info->extack) ?:
	      parse_patterns(rule, info);
	if (err)
		goto err_patterns;
	parse_families(rule, info);
	draft = levee_stage_get(info->snd_portid, nla_get_u64(info->attrs[LEVEE_A_POLICY_STAGE]),
				info->extack);
	if (IS_ERR(draft)) {
		err = PTR_ERR(draft);
		goto err_patterns;
	}
	if (nla_get_u32(info->attrs[LEVEE_A_POLICY_RULE]) != draft->nr_rules) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[LEVEE_A_POLICY_RULE],
				    "rules are added in order, from 0");
		levee_stage_put();
		err = -EINVAL;
		goto err_patterns;
	}
	/* The draft owns the patterns from here, whatever it answers. */
	err = levee_draft_add_rule(draft, rule, info->extack);
	levee_stage_put();
	kfree(rule);
	return err;

err_patterns:
	kvfree(rule->patterns);
	kfree(rule);
	return err;
}

static u32 get_u32(struct nlattr *attr, u32 absent)
{
	return attr ? nla_get_u32(attr) : absent;
}

static int parse_entry(struct levee_entry *entry, u32 feature, const struct nlattr *nest,
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
	entry->prefix_len = get_u32(attrs[LEVEE_A_ENTRY_PREFIX_LEN], 0);
	entry->proto = get_u32(attrs[LEVEE_A_ENTRY_PROTO], LEVEE_PROTO_ANY);
	entry->has_ports = attrs[LEVEE_A_ENTRY_PORT_FIRST];
	entry->port_first = get_u32(attrs[LEVEE_A_ENTRY_PORT_FIRST], 0);
	entry->port_last = get_u32(attrs[LEVEE_A_ENTRY_PORT_LAST], 65535);
	if (attrs[LEVEE_A_ENTRY_ADDRESS]) {
		entry->addr_len = nla_len(attrs[LEVEE_A_ENTRY_ADDRESS]);
		nla_memcpy(entry->addr, attrs[LEVEE_A_ENTRY_ADDRESS], sizeof(entry->addr));
	}
	err = levee_entry_check(entry, feature, &fault);
	if (err) {
		bad = fault.attr && attrs[fault.attr] ? attrs[fault.attr] : nest;
		set_error(extack, bad, fault.text);
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
		err = parse_entry(&entry, feature, attr, info->extack);
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
		err = parse_entry(&entry, feature, attr, info->extack) ?:
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

	if (missing(info, LEVEE_A_POLICY_STAGE, "stage is missing") ||
	    missing(info, LEVEE_A_POLICY_RULE, "rule is missing") ||
	    missing(info, LEVEE_A_POLICY_FEATURE, "feature is missing") ||
	    missing(info, LEVEE_A_POLICY_ACTION, "action is missing"))
		return -EINVAL;
	draft = levee_stage_get(info->snd_portid, nla_get_u64(info->attrs[LEVEE_A_POLICY_STAGE]),
				info->extack);
	if (IS_ERR(draft))
		return PTR_ERR(draft);
	err = check_entries(draft, info) ?: add_entries(draft, info);
	levee_stage_put();
	return err;
}

static int change(const struct levee_draft *draft, struct genl_info *info)
{
	struct nlattr *expected = info->attrs[LEVEE_A_POLICY_GENERATION];
	struct sk_buff *reply;
	u64 wanted, generation;
	void *header;
	int err;

	reply = new_reply(info, &header);
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
	return send_reply(reply, header, info);
}

int levee_nl_policy_commit_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct levee_draft *draft;
	int err;

	if (missing(info, LEVEE_A_POLICY_STAGE, "stage is missing"))
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

	if (missing(info, LEVEE_A_POLICY_STAGE, "stage is missing"))
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

/* rule-get, entry-get */

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

static int put_section(struct sk_buff *skb, u32 feature, const struct levee_section *section)
{
	struct nlattr *nest = nla_nest_start(skb, LEVEE_A_POLICY_SECTION);

	if (!nest ||
	    nla_put_u32(skb, LEVEE_A_SECTION_FEATURE, feature) ||
	    nla_put_u32(skb, LEVEE_A_SECTION_EFFECT, section->written) ||
	    (section->fallback &&
	     nla_put_u32(skb, LEVEE_A_SECTION_DEFAULT, section->fallback)) ||
	    (section->hold && nla_put_u32(skb, LEVEE_A_SECTION_HOLD, section->hold)))
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
		if (put_section(skb, i, &rule->sections[i]) || put_stats(skb, rule, i))
			return -EMSGSIZE;
	for (i = 0; rule->has_families && i < 64; i++)
		if (rule->families & BIT_ULL(i) &&
		    nla_put_u32(skb, LEVEE_A_POLICY_SOCKET_FAMILY, i))
			return -EMSGSIZE;
	return 0;
}

/* A rule with 256 patterns needs more than a page. */
#define RULE_MESSAGE_MAX (LEVEE_PATTERNS_MAX * (LEVEE_PATTERN_MAX + 32) + 4096)

int levee_nl_rule_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct levee_ruleset *rs;
	struct sk_buff *reply;
	void *header;
	int err;
	u32 rule;

	if (missing(info, LEVEE_A_POLICY_RULE, "rule is missing"))
		return -EINVAL;
	rule = nla_get_u32(info->attrs[LEVEE_A_POLICY_RULE]);
	reply = genlmsg_new(RULE_MESSAGE_MAX, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	header = genlmsg_put_reply(reply, info, &family, 0, info->genlhdr->cmd);
	rcu_read_lock();
	rs = levee_live_rcu();
	err = !header ? -EMSGSIZE : rule < rs->nr_rules ? put_rule(reply, rs, &rs->rules[rule]) :
	      -ENOENT;
	rcu_read_unlock();
	if (err) {
		if (err == -ENOENT)
			NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[LEVEE_A_POLICY_RULE],
					    "the live policy has no such rule");
		nlmsg_free(reply);
		return err;
	}
	return send_reply(reply, header, info);
}

/*
 * Where a dump goes on. A dump that began under another generation is marked
 * inconsistent by the core, because cb->seq is the generation.
 */
struct dump {
	u64 seq;	/* events */
	u32 started;
	u32 rule;
	u32 feature;
	u32 action;
	u32 entry;
	u32 bucket;
	u32 skip;
};

static struct dump *dump_state(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct dump) > sizeof_field(struct netlink_callback, ctx));
	return (struct dump *)cb->ctx;
}

static void *dump_header(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd)
{
	void *header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, &family,
				   NLM_F_MULTI, cmd);

	if (header)
		genl_dump_check_consistent(cb, header);
	return header;
}

static struct nlattr *dump_attr(struct netlink_callback *cb, int attr)
{
	return genl_info_dump(cb)->attrs[attr];
}

int levee_nl_rule_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr *only = dump_attr(cb, LEVEE_A_POLICY_RULE);
	struct dump *dump = dump_state(cb);
	const struct levee_ruleset *rs;
	void *header;
	int err = 0;

	rcu_read_lock();
	rs = levee_live_rcu();
	cb->seq = rs->generation + 1;
	for (; dump->rule < rs->nr_rules; dump->rule++) {
		if (only && nla_get_u32(only) != dump->rule)
			continue;
		header = dump_header(skb, cb, LEVEE_CMD_RULE_GET);
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

static int put_entry(struct sk_buff *skb, int attr, const struct levee_entry *entry)
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
	      nla_put_u32(skb, LEVEE_A_ENTRY_PORT_LAST, entry->port_last)))) {
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
		if (put_entry(skb, LEVEE_A_POLICY_ENTRY, &list->entries[*entry]))
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

	if (missing(info, LEVEE_A_POLICY_RULE, "rule is missing") ||
	    missing(info, LEVEE_A_POLICY_FEATURE, "feature is missing") ||
	    missing(info, LEVEE_A_POLICY_ACTION, "action is missing"))
		return -EINVAL;
	rule = nla_get_u32(info->attrs[LEVEE_A_POLICY_RULE]);
	reply = new_reply(info, &header);
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
	return send_reply(reply, header, info);
}

static bool wanted(struct nlattr *only, u32 value)
{
	return !only || nla_get_u32(only) == value;
}

/* One list; false when the message is full before the list's end. */
static bool dump_list(struct sk_buff *skb, struct netlink_callback *cb,
		      const struct levee_ruleset *rs)
{
	struct dump *dump = dump_state(cb);
	u32 first = dump->entry;
	void *header;
	int err;

	if (!rs->rules[dump->rule].sections[dump->feature].lists[dump->action].count)
		return true;
	header = dump_header(skb, cb, LEVEE_CMD_ENTRY_GET);
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
	struct dump *dump = dump_state(cb);
	const struct levee_ruleset *rs;

	rcu_read_lock();
	rs = levee_live_rcu();
	cb->seq = rs->generation + 1;
	for (; dump->rule < rs->nr_rules; dump->rule++, dump->feature = 0) {
		if (!wanted(dump_attr(cb, LEVEE_A_POLICY_RULE), dump->rule))
			continue;
		for (dump->feature = max(dump->feature, 1U); dump->feature <= LEVEE_FEATURE_MAX;
		     dump->feature++, dump->action = 0) {
			if (!wanted(dump_attr(cb, LEVEE_A_POLICY_FEATURE), dump->feature))
				continue;
			for (dump->action = max(dump->action, 1U);
			     dump->action <= LEVEE_ACTION_MAX; dump->action++) {
				if (!wanted(dump_attr(cb, LEVEE_A_POLICY_ACTION), dump->action))
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

/* workload-get */

static int put_workload(struct sk_buff *skb, const struct levee_ruleset *rs,
			const struct levee_workload *workload)
{
	const struct levee_rule *rule = levee_workload_rule(rs, workload);

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
			      LEVEE_A_WORKLOAD_PAD))
		return -EMSGSIZE;
	return 0;
}

int levee_nl_workload_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct levee_workload *workload;
	struct sk_buff *reply;
	void *header;
	int err;

	if (missing(info, LEVEE_A_WORKLOAD_CGROUP_ID, "cgroup-id is missing"))
		return -EINVAL;
	reply = new_reply(info, &header);
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
	return send_reply(reply, header, info);
}

struct workload_dump {
	struct sk_buff *skb;
	struct netlink_callback *cb;
	const struct levee_ruleset *rs;
	struct nlattr *only;
	u32 bucket;
	u32 seen;	/* in this bucket */
};

static int dump_workload(struct levee_workload *workload, void *arg)
{
	struct workload_dump *walk = arg;
	struct dump *dump = dump_state(walk->cb);
	void *header;

	if (dump->bucket != walk->bucket) {
		walk->bucket = dump->bucket;
		walk->seen = 0;
		dump->skip = 0;
	}
	if (walk->seen++ < dump->skip)
		return 0;
	if (walk->only && nla_get_u64(walk->only) != workload->cgroup_id)
		return 0;
	/* Gone but for a socket elsewhere, not matched again yet, or of another policy. */
	if (levee_workload_removed(workload))
		return 0;
	if (!levee_workload_rule(walk->rs, workload) && !levee_workload_quarantined(workload))
		return 0;
	header = dump_header(walk->skb, walk->cb, LEVEE_CMD_WORKLOAD_GET);
	if (!header || put_workload(walk->skb, walk->rs, workload)) {
		if (header)
			genlmsg_cancel(walk->skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(walk->skb, header);
	dump->skip = walk->seen;
	return 0;
}

int levee_nl_workload_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct workload_dump walk = {
		.skb = skb,
		.cb = cb,
		.only = dump_attr(cb, LEVEE_A_WORKLOAD_CGROUP_ID),
		.bucket = dump_state(cb)->bucket,
	};

	rcu_read_lock();
	walk.rs = levee_live_rcu();
	cb->seq = walk.rs->generation + 1;
	levee_workloads_walk(&dump_state(cb)->bucket, dump_workload, &walk);
	rcu_read_unlock();
	return skb->len;
}

/* explain, release */

/* @addr is where an address goes that the act has. */
static int parse_act(struct levee_act *act, struct levee_addr *addr, struct genl_info *info)
{
	struct nlattr *address = info->attrs[LEVEE_A_ACT_ADDRESS];

	if (missing(info, LEVEE_A_ACT_CGROUP_ID, "cgroup-id is missing") ||
	    missing(info, LEVEE_A_ACT_FEATURE, "feature is missing"))
		return -EINVAL;
	act->feature = nla_get_u32(info->attrs[LEVEE_A_ACT_FEATURE]);
	act->proto = get_u32(info->attrs[LEVEE_A_ACT_PROTO], 0);
	act->port = get_u32(info->attrs[LEVEE_A_ACT_PORT], 0);
	act->socket_family = get_u32(info->attrs[LEVEE_A_ACT_SOCKET_FAMILY], 0);
	if (act->feature > LEVEE_FEATURE_RAW_SOCKETS) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[LEVEE_A_ACT_FEATURE],
				    "this feature is not supported by this version");
		return -EOPNOTSUPP;
	}
	if (act->feature == LEVEE_FEATURE_OUTBOUND &&
	    missing(info, LEVEE_A_ACT_ADDRESS, "address is missing"))
		return -EINVAL;
	if (act->feature == LEVEE_FEATURE_RAW_SOCKETS &&
	    missing(info, LEVEE_A_ACT_SOCKET_FAMILY, "socket-family is missing"))
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
	    (verdict->entry && (put_entry(skb, LEVEE_A_ACT_MATCHED, verdict->entry) ||
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
	reply = new_reply(info, &header);
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
	return send_reply(reply, header, info);
}

int levee_nl_release_doit(struct sk_buff *skb, struct genl_info *info)
{
	if (missing(info, LEVEE_A_WORKLOAD_CGROUP_ID, "cgroup-id is missing"))
		return -EINVAL;
	return levee_release(nla_get_u64(info->attrs[LEVEE_A_WORKLOAD_CGROUP_ID]), info->extack);
}

/* events */

static int put_target(struct sk_buff *skb, const struct levee_event *event)
{
	if (nla_put_u32(skb, LEVEE_A_EVENT_PROTO, event->proto) ||
	    (event->socket_family &&
	     nla_put_u32(skb, LEVEE_A_EVENT_SOCKET_FAMILY, event->socket_family)) ||
	    (event->addr_len &&
	     nla_put(skb, LEVEE_A_EVENT_ADDRESS, event->addr_len, event->addr)) ||
	    (event->has_port && nla_put_u32(skb, LEVEE_A_EVENT_PORT, event->port)))
		return -EMSGSIZE;
	return 0;
}

static int put_audit(struct sk_buff *skb, const struct levee_event *event)
{
	if (nla_put_u64_64bit(skb, LEVEE_A_EVENT_CGROUP_ID, event->cgroup_id,
			      LEVEE_A_EVENT_PAD) ||
	    nla_put_string(skb, LEVEE_A_EVENT_WORKLOAD, event->text) ||
	    nla_put_string(skb, LEVEE_A_EVENT_RULE, event->rule) ||
	    nla_put_u32(skb, LEVEE_A_EVENT_FEATURE, event->feature) ||
	    nla_put_u32(skb, LEVEE_A_EVENT_EFFECT, event->effect) ||
	    nla_put_u32(skb, LEVEE_A_EVENT_ENFORCED, event->enforced) ||
	    nla_put_u32(skb, LEVEE_A_EVENT_REASON, event->reason) ||
	    (event->has_entry && put_entry(skb, LEVEE_A_EVENT_MATCHED, &event->entry)))
		return -EMSGSIZE;
	return put_target(skb, event);
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
	err = event->type == LEVEE_EVENT_TYPE_NOTICE ?
	      nla_put_string(skb, LEVEE_A_EVENT_TEXT, event->text) : put_audit(skb, event);
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
	u32 type = get_u32(info->attrs[LEVEE_A_EVENT_TYPE], LEVEE_EVENT_TYPE_AUDIT);
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
	reply = new_reply(info, &header);
	err = reply ? put_event(reply, event) : -ENOMEM;
	if (err)
		nlmsg_free(reply);
	else
		err = send_reply(reply, header, info);
out:
	kfree(event);
	return err;
}

int levee_nl_event_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr *since = dump_attr(cb, LEVEE_A_EVENT_SINCE);
	u32 type = get_u32(dump_attr(cb, LEVEE_A_EVENT_TYPE), LEVEE_EVENT_TYPE_AUDIT);
	struct levee_event *event = kmalloc(sizeof(*event), GFP_KERNEL);
	struct dump *dump = dump_state(cb);
	void *header;
	u64 seq;

	if (!event)
		return -ENOMEM;
	for (seq = dump->seq; levee_report_next(type, &seq, event); dump->seq = seq) {
		if (since && event->time_ns < nla_get_u64(since))
			continue;
		header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				     &family, NLM_F_MULTI, LEVEE_CMD_EVENT_GET);
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

static void multicast(const struct levee_event *event)
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
	if (!genl_has_listeners(&family, &init_net, group))
		return;
	skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb)
		return;
	header = genlmsg_put(skb, 0, 0, &family, 0, LEVEE_CMD_EVENT_NTF);
	if (!header || put_event(skb, event)) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, header);
	genlmsg_multicast(&family, skb, 0, group, GFP_KERNEL);
}

static struct levee_sink sink = { .emit = multicast };

/* Who may not change may not listen either; the generator leaves these flags out. */
static const struct genl_multicast_group groups[] = {
	[LEVEE_NLGRP_AUDIT] = { .name = LEVEE_MCGRP_AUDIT, .flags = GENL_MCAST_CAP_NET_ADMIN },
	[LEVEE_NLGRP_INCIDENT] = { .name = LEVEE_MCGRP_INCIDENT,
				   .flags = GENL_MCAST_CAP_NET_ADMIN },
	[LEVEE_NLGRP_NOTICE] = { .name = LEVEE_MCGRP_NOTICE, .flags = GENL_MCAST_CAP_NET_ADMIN },
};

/* The core gives a dump a page or two unless it is asked for more. */
static int rule_get_start(struct netlink_callback *cb)
{
	cb->min_dump_alloc = RULE_MESSAGE_MAX;
	return 0;
}

/* The generated table, with what the generator cannot say. */
static struct genl_ops ops[ARRAY_SIZE(levee_nl_ops)] __ro_after_init;

static void set_ops(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		ops[i] = levee_nl_ops[i];
		if (ops[i].cmd == LEVEE_CMD_RULE_GET)
			ops[i].start = rule_get_start;
	}
}

static struct genl_family family __ro_after_init = {
	.name = LEVEE_FAMILY_NAME,
	.version = LEVEE_FAMILY_VERSION,
	.module = THIS_MODULE,
	.netnsok = false,
	.parallel_ops = true,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
};

int levee_netlink_init(void)
{
	int err;

	set_ops();
	err = genl_register_family(&family);
	if (!err)
		levee_sink_add(&sink);
	return err;
}

void levee_netlink_exit(void)
{
	levee_sink_remove(&sink);
	genl_unregister_family(&family);
}
