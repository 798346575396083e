// SPDX-License-Identifier: GPL-2.0
#include <linux/genetlink.h>
#include <stdlib.h>

#include "feed_file.h"
#include "leveectl.h"
#include "policy_pull.h"

#define PULL_TRIES 16

/* @mixed: messages of more than one generation came, so a commit fell between. */
struct pull {
	struct policy *policy;
	bool mixed;
};

/* A name that is none makes an entry that is shown as invalid. */
static void read_name(struct levee_entry *entry, const struct nlattr *attr)
{
	struct levee_dns_name name;

	if (!attr || levee_dns_name_read(&name, mnl_attr_get_payload(attr),
					 mnl_attr_get_payload_len(attr), 0, 0) !=
		     mnl_attr_get_payload_len(attr)) {
		entry->target = 0;
		return;
	}
	entry->name = mnl_attr_get_payload(attr);
	entry->name_len = name.len;
}

void policy_read_entry(struct levee_entry *entry, const struct nlattr *nest)
{
	const struct nlattr *attrs[LEVEE_A_ENTRY_MAX + 1];
	const struct nlattr *address;

	attr_parse_nested(nest, attrs, LEVEE_A_ENTRY_MAX);
	memset(entry, 0, sizeof(*entry));
	entry->target = attr_number(attrs, LEVEE_A_ENTRY_TARGET, 0);
	address = attrs[LEVEE_A_ENTRY_ADDRESS];
	if (levee_entry_is_domain(entry)) {
		read_name(entry, attrs[LEVEE_A_ENTRY_NAME]);
	} else if (address && mnl_attr_get_payload_len(address) <= sizeof(entry->addr)) {
		entry->addr_len = mnl_attr_get_payload_len(address);
		memcpy(entry->addr, mnl_attr_get_payload(address), entry->addr_len);
		entry->prefix_len = entry->addr_len * 8;
	}
	entry->prefix_len = attr_number(attrs, LEVEE_A_ENTRY_PREFIX_LEN, entry->prefix_len);
	entry->proto = attr_number(attrs, LEVEE_A_ENTRY_PROTO, LEVEE_PROTO_ANY);
	entry->has_ports = attrs[LEVEE_A_ENTRY_PORT_FIRST];
	entry->port_first = attr_number(attrs, LEVEE_A_ENTRY_PORT_FIRST, 0);
	entry->port_last = attr_number(attrs, LEVEE_A_ENTRY_PORT_LAST, 65535);
}

static bool read_pattern(struct policy_rule *rule, const struct nlattr *nest)
{
	const struct nlattr *attrs[LEVEE_A_PATTERN_MAX + 1];
	const char *text;

	attr_parse_nested(nest, attrs, LEVEE_A_PATTERN_MAX);
	text = attr_text(attrs, LEVEE_A_PATTERN_TEXT);
	return policy_add_pattern(rule, attr_number(attrs, LEVEE_A_PATTERN_FIELD, 0),
				  attrs[LEVEE_A_PATTERN_NEGATED], text ? text : "",
				  (struct mark){ 0 });
}

static void read_dns(struct policy_dns *dns, const struct nlattr *const *attrs,
		     const struct nlattr *nest)
{
	const struct nlattr *attr;

	dns->servers_only = attrs[LEVEE_A_SECTION_SERVERS_ONLY];
	dns->has_grace = attrs[LEVEE_A_SECTION_GRACE];
	dns->grace = attr_number(attrs, LEVEE_A_SECTION_GRACE, 0);
	mnl_attr_for_each_nested(attr, nest) {
		struct policy_server server = { .at.line = 0 };
		u16 type = mnl_attr_get_type(attr), len = mnl_attr_get_payload_len(attr);

		if (type == LEVEE_A_SECTION_PORT && len == sizeof(u32) &&
		    dns->port_count < LEVEE_DNS_PORTS_MAX)
			dns->ports[dns->port_count++] = mnl_attr_get_u32(attr);
		if (type == LEVEE_A_SECTION_SERVER && dns->server_count < LEVEE_DNS_SERVERS_MAX &&
		    levee_addr_read(&server.addr, mnl_attr_get_payload(attr), len))
			dns->servers[dns->server_count++] = server;
	}
}

static void read_scan(struct policy_scan *scan, const struct nlattr *nest)
{
	const struct nlattr *attrs[LEVEE_A_SCAN_MAX + 1];

	if (!nest)
		return;
	attr_parse_nested(nest, attrs, LEVEE_A_SCAN_MAX);
	for (u32 attr = 1; attr <= LEVEE_A_SCAN_MAX; attr++)
		if (attrs[attr])
			policy_scan_set(scan, attr, attr_number(attrs, attr, 0));
}

static bool read_feed_names(struct policy_section *section, const struct nlattr *nest)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest) {
		const struct nlattr *attrs[] = { attr };
		const char *name = attr_text(attrs, 0);

		if (mnl_attr_get_type(attr) == LEVEE_A_SECTION_FEED && name &&
		    !policy_section_add_feed(section, name, (struct mark){ 0 }))
			return false;
	}
	return true;
}

static bool read_section(struct policy_rule *rule, const struct nlattr *nest)
{
	const struct nlattr *attrs[LEVEE_A_SECTION_MAX + 1];
	struct policy_section *section;
	u64 feature, effect;

	attr_parse_nested(nest, attrs, LEVEE_A_SECTION_MAX);
	feature = attr_number(attrs, LEVEE_A_SECTION_FEATURE, 0);
	effect = attr_number(attrs, LEVEE_A_SECTION_EFFECT, 0);
	if (feature > LEVEE_FEATURE_MAX || !levee_effect_name(effect))
		return true;
	section = &rule->sections[feature];
	section->effect = effect;
	section->action = attr_number(attrs, LEVEE_A_SECTION_DEFAULT, 0);
	section->hold = attr_number(attrs, LEVEE_A_SECTION_HOLD, 0);
	section->feed_use = attr_number(attrs, LEVEE_A_SECTION_FEED_USE, LEVEE_FEED_USE_ALL);
	if (feature == LEVEE_FEATURE_PORT_SCAN)
		read_scan(&rule->scan, attrs[LEVEE_A_SECTION_SCAN]);
	if (feature == LEVEE_FEATURE_DNS)
		read_dns(&rule->dns, attrs, nest);
	return read_feed_names(section, nest);
}

static void read_stats(struct policy_rule *rule, const struct nlattr *nest)
{
	const struct nlattr *attrs[LEVEE_A_STATS_MAX + 1];
	u64 feature;

	attr_parse_nested(nest, attrs, LEVEE_A_STATS_MAX);
	feature = attr_number(attrs, LEVEE_A_STATS_FEATURE, 0);
	if (feature > LEVEE_FEATURE_MAX)
		return;
	rule->stats[feature] = (struct policy_stats){
		.given = true,
		.allowed = attr_number(attrs, LEVEE_A_STATS_ALLOWED, 0),
		.audited = attr_number(attrs, LEVEE_A_STATS_AUDITED, 0),
		.prevented = attr_number(attrs, LEVEE_A_STATS_PREVENTED, 0),
		.blocked = attr_number(attrs, LEVEE_A_STATS_BLOCKED, 0),
		.unenforced = attr_number(attrs, LEVEE_A_STATS_UNENFORCED, 0),
	};
}

static void read_model(struct policy_rule *rule, const struct nlattr *nest)
{
	const struct nlattr *attrs[LEVEE_A_MODEL_MAX + 1];
	struct policy_model *model = &rule->model;

	attr_parse_nested(nest, attrs, LEVEE_A_MODEL_MAX);
	model->mode = attr_number(attrs, LEVEE_A_MODEL_MODE, 0);
	model->learn_for = attr_number(attrs, LEVEE_A_MODEL_LEARN_FOR, model->learn_for);
	model->dry_run_for = attr_number(attrs, LEVEE_A_MODEL_DRY_RUN_FOR, model->dry_run_for);
	model->adapt = attr_number(attrs, LEVEE_A_MODEL_ADAPT, 0);
	model->key = attr_number(attrs, LEVEE_A_MODEL_KEY, 0);
}

static void note_generation(struct pull *pull, const struct nlattr *const *attrs)
{
	u64 generation = attr_number(attrs, LEVEE_A_POLICY_GENERATION, 0);

	if (pull->policy->generation && pull->policy->generation != generation)
		pull->mixed = true;
	pull->policy->generation = generation;
}

static bool take_rule(const struct nlattr *const *attrs, void *data)
{
	const struct nlmsghdr *msg = (const struct nlmsghdr *)attrs[0];
	struct pull *pull = data;
	const struct nlattr *attr;
	struct policy_rule *rule;
	const char *name = attr_text(attrs, LEVEE_A_POLICY_NAME);

	if (!pull->policy)
		return false;
	rule = policy_add_rule(pull->policy);
	if (!rule)
		return false;
	note_generation(pull, attrs);
	pull->policy->alert_only |= !!attrs[LEVEE_A_POLICY_ALERT_ONLY];
	pull->policy->require |= attr_number(attrs, LEVEE_A_POLICY_REQUIRE, 0);
	snprintf(rule->name, sizeof(rule->name), "%s", name ? name : "");
	mnl_attr_for_each(attr, msg, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attr)) {
		case LEVEE_A_POLICY_PATTERN:
			if (!read_pattern(rule, attr))
				return false;
			break;
		case LEVEE_A_POLICY_SECTION:
			if (!read_section(rule, attr))
				return false;
			break;
		case LEVEE_A_POLICY_STATS:
			read_stats(rule, attr);
			break;
		case LEVEE_A_POLICY_MODEL:
			read_model(rule, attr);
			break;
		case LEVEE_A_POLICY_SOCKET_FAMILY:
			if (mnl_attr_get_u32(attr) < POLICY_FAMILIES)
				rule->families |= 1ULL << mnl_attr_get_u32(attr);
			break;
		}
	}
	policy_rule_finish(rule);
	return true;
}

static bool take_entries(const struct nlattr *const *attrs, void *data)
{
	const struct nlmsghdr *msg = (const struct nlmsghdr *)attrs[0];
	u64 rule = attr_number(attrs, LEVEE_A_POLICY_RULE, UINT64_MAX);
	u64 feature = attr_number(attrs, LEVEE_A_POLICY_FEATURE, 0);
	u64 action = attr_number(attrs, LEVEE_A_POLICY_ACTION, 0);
	struct pull *pull = data;
	const struct nlattr *attr;

	if (!pull->policy)
		return false;
	note_generation(pull, attrs);
	if (rule >= pull->policy->rule_count || !feature || feature > LEVEE_FEATURE_MAX ||
	    !action || action > LEVEE_ACTION_MAX) {
		pull->mixed = true;
		return true;
	}
	mnl_attr_for_each(attr, msg, sizeof(struct genlmsghdr)) {
		struct policy_section *section;
		struct levee_entry entry;

		if (mnl_attr_get_type(attr) != LEVEE_A_POLICY_ENTRY)
			continue;
		policy_read_entry(&entry, attr);
		section = &pull->policy->rules[rule].sections[feature];
		if (!policy_list_add(&section->lists[action], &entry, (struct mark){ 0 }))
			return false;
	}
	return true;
}

/* The dump of entries was cut off: the rules are still good, but their lists begin anew. */
static void restart_entries(void *data)
{
	struct pull *pull = data;

	for (u32 i = 0; pull->policy && i < pull->policy->rule_count; i++)
		policy_rule_clear_entries(&pull->policy->rules[i]);
	pull->mixed = true;
}

static bool take_feed(const struct nlattr *const *attrs, void *data)
{
	const char *name = attr_text(attrs, LEVEE_A_FEED_NAME);
	const char *source = attr_text(attrs, LEVEE_A_FEED_SOURCE);
	u64 kind = attr_number(attrs, LEVEE_A_FEED_KIND, 0);
	struct pull *pull = data;

	/* A feed without a source is no part of the policy. */
	if (!name || !source || !feed_kind_name(kind))
		return true;
	if (pull->policy->rule_count &&
	    attr_number(attrs, LEVEE_A_FEED_GENERATION, 0) != pull->policy->generation)
		pull->mixed = true;
	return policy_add_feed(pull->policy, name, kind, source, (struct mark){ 0 });
}

static void restart_feeds(void *data)
{
	struct pull *pull = data;

	pull->mixed = true;
}

/* Rule by rule: one with long patterns is larger than a message of a dump may be. */
static int pull_rules(struct netlink *nl, struct pull *pull, struct netlink_error *error)
{
	for (u32 i = 0; i < LEVEE_RULES_MAX; i++) {
		struct nlmsghdr *msg = netlink_request(nl, LEVEE_CMD_RULE_GET);

		mnl_attr_put_u32(msg, LEVEE_A_POLICY_RULE, i);
		if (netlink_do(nl, LEVEE_A_POLICY_MAX, take_rule, pull, error))
			return error->err == ENOENT ? 0 : -1;
	}
	return 0;
}

struct policy *policy_pull(struct netlink *nl, bool entries)
{
	struct netlink_error error = { .err = EINTR };
	struct pull pull = { 0 };

	for (u32 i = 0; i < PULL_TRIES; i++) {
		int err;

		policy_free(pull.policy);
		pull = (struct pull){ .policy = policy_new() };
		err = pull_rules(nl, &pull, &error);
		if (!err && entries) {
			netlink_request(nl, LEVEE_CMD_ENTRY_GET);
			err = netlink_dump(nl, LEVEE_A_POLICY_MAX, take_entries, restart_entries,
					   &pull, &error);
		}
		if (!err && entries) {
			netlink_request(nl, LEVEE_CMD_FEED_GET);
			err = netlink_dump(nl, LEVEE_A_FEED_MAX, take_feed, restart_feeds, &pull,
					   &error);
		}
		if (err) {
			policy_free(pull.policy);
			netlink_fail("cannot read the policy", &error);
			return NULL;
		}
		if (!pull.mixed)
			return pull.policy;
	}
	policy_free(pull.policy);
	netlink_fail("cannot read the policy", &(struct netlink_error){ .err = EINTR });
	return NULL;
}
