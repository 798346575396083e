// SPDX-License-Identifier: GPL-2.0
/* The sections of a rule: what rule-add takes, and rule-get gives back. */
#include "ops.h"

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

int levee_sections_parse(struct levee_rule *rule, struct genl_info *info)
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

int levee_section_put(struct sk_buff *skb, u32 feature, const struct levee_section *section)
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
