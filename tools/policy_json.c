// SPDX-License-Identifier: GPL-2.0
#include "feed_file.h"
#include "policy_json.h"
#include "text.h"

static struct json_object *list_json(const struct policy_list *list)
{
	struct json_object *array = json_new_list();

	for (u32 i = 0; i < list->count; i++) {
		char text[LEVEE_ENTRY_TEXT_MAX];

		levee_entry_format(text, sizeof(text), &list->entries[i].entry);
		json_append(array, json_text(text));
	}
	return array;
}

/* true, false, or the names, as the policy file has it. */
static void put_feed_use(struct json_object *object, const struct policy_section *section)
{
	struct json_object *names;

	if (section->feed_use != LEVEE_FEED_USE_NAMED) {
		json_put_bool(object, "feeds", section->feed_use == LEVEE_FEED_USE_ALL);
		return;
	}
	names = json_new_list();
	for (u32 i = 0; i < section->feed_count; i++)
		json_append(names, json_text(section->feeds[i].text));
	json_put(object, "feeds", names);
}

static void put_dns(struct json_object *object, const struct policy_rule *rule)
{
	u32 effect = rule->sections[LEVEE_FEATURE_DNS_EXFILTRATION].effect;
	const struct policy_dns *dns = &rule->dns;
	struct json_object *ports = json_new_list(), *servers = json_new_list();
	struct json_object *exfiltration = json_new();
	char text[LEVEE_ADDR_TEXT_MAX];

	for (u32 i = 0; i < dns->port_count; i++)
		json_append(ports, json_number(dns->ports[i]));
	if (!dns->port_count)
		json_append(ports, json_number(POLICY_DNS_PORT));
	json_put(object, "ports", ports);
	for (u32 i = 0; i < dns->server_count; i++) {
		levee_addr_format(text, sizeof(text), &dns->servers[i].addr);
		json_append(servers, json_text(text));
	}
	json_put(object, "servers", servers);
	json_put_bool(object, "servers-only", dns->servers_only);
	json_put_number(object, "grace", dns->has_grace ? dns->grace : POLICY_GRACE);
	json_put_text(exfiltration, "effect", levee_effect_name(effect));
	json_put(object, "exfiltration", exfiltration);
}

/* By form, "off" for one that is. */
static void put_scan(struct json_object *object, const struct policy_rule *rule)
{
	u32 hold = rule->sections[LEVEE_FEATURE_PORT_SCAN].hold;
	const struct policy_scan *scan = &rule->scan;

	json_put_number(object, "hold", hold ? hold : POLICY_HOLD);
	for (u32 i = 0; i < POLICY_SCAN_FORMS; i++) {
		const struct policy_scan_form *form = &policy_scan_forms[i];
		struct json_object *values;

		if (policy_scan_is_off(scan, form)) {
			json_put_text(object, form->name, "off");
			continue;
		}
		values = json_new();
		for (u32 attr = form->first; attr < form->first + form->count; attr++)
			json_put_number(values, policy_scan_keys[attr].name,
					policy_scan_value(scan, attr));
		json_put(object, form->name, values);
	}
	json_put_number(object, "silence", policy_scan_value(scan, LEVEE_A_SCAN_SILENCE));
}

static struct json_object *section_json(const struct policy_rule *rule, u32 feature)
{
	const struct policy_section *section = &rule->sections[feature];
	struct json_object *object = json_new();

	json_put_text(object, "effect", levee_effect_name(section->effect));
	if (feature == LEVEE_FEATURE_PORT_SCAN)
		put_scan(object, rule);
	if (section->action)
		json_put_text(object, "default", levee_action_name(section->action));
	for (u32 action = 1; action <= LEVEE_ACTION_MAX; action++)
		if (section->lists[action].count)
			json_put(object, levee_action_name(action),
				 list_json(&section->lists[action]));
	if (policy_has_feeds(feature))
		put_feed_use(object, section);
	if (feature == LEVEE_FEATURE_DNS)
		put_dns(object, rule);
	return object;
}

static struct json_object *scope_json(const struct policy_rule *rule, bool negated)
{
	static const char *const names[] = {
		[LEVEE_SCOPE_FIELD_CGROUP] = "cgroup",
		[LEVEE_SCOPE_FIELD_CONTAINER] = "container",
		[LEVEE_SCOPE_FIELD_IMAGE] = "image",
	};
	struct json_object *object = json_new(), *list;
	bool inner = false;

	for (u32 i = 0; i < rule->pattern_count; i++) {
		const struct policy_pattern *pattern = &rule->patterns[i];

		inner |= pattern->negated;
		if (pattern->negated != negated || !pattern->field ||
		    pattern->field > LEVEE_SCOPE_FIELD_MAX)
			continue;
		if (!json_object_object_get_ex(object, names[pattern->field], &list)) {
			list = json_new_list();
			json_put(object, names[pattern->field], list);
		}
		json_append(list, json_text(pattern->text));
	}
	if (!negated && inner)
		json_put(object, "not", scope_json(rule, true));
	return object;
}

static struct json_object *rule_json(const struct policy_rule *rule)
{
	struct json_object *object = json_new(), *families;

	json_put_text(object, "name", rule->name);
	json_put(object, "scope", scope_json(rule, false));
	json_put_text(object, "model", rule->model.mode ? "learn" : "off");
	json_put_number(object, "learn-for", rule->model.learn_for);
	json_put_number(object, "dry-run-for", rule->model.dry_run_for);
	json_put_text(object, "adapt", rule->model.adapt ? "once" : "off");
	json_put_text(object, "model-key", rule->model.key ? "rule" : "workload");
	for (u32 feature = 1; feature <= LEVEE_FEATURE_DNS; feature++)
		json_put(object, levee_feature_name(feature), section_json(rule, feature));
	if (!rule->families)
		return object;
	families = json_new_list();
	for (u32 family = 0; family < POLICY_FAMILIES; family++)
		if (rule->families >> family & 1 && levee_family_name(family))
			json_append(families, json_text(levee_family_name(family)));
	json_put(object, "families", families);
	return object;
}

static struct json_object *envelope(const struct policy *policy, struct json_object *rules)
{
	struct json_object *object = json_new();

	if (policy->rule_count)
		json_put_number(object, "generation", policy->generation);
	json_put_bool(object, "alert-only", policy->alert_only);
	json_put(object, "rules", rules);
	return object;
}

static struct json_object *feeds_json(const struct policy *policy)
{
	struct json_object *feeds = json_new_list();

	for (u32 i = 0; i < policy->feed_count; i++) {
		struct json_object *feed = json_new();

		json_put_text(feed, "name", policy->feeds[i].name);
		json_put_text(feed, feed_kind_name(policy->feeds[i].kind), policy->feeds[i].path);
		json_append(feeds, feed);
	}
	return feeds;
}

struct json_object *policy_json(const struct policy *policy)
{
	struct json_object *rules = json_new_list(), *object, *require = json_new_list();

	for (u32 i = 0; i < policy->rule_count; i++)
		json_append(rules, rule_json(&policy->rules[i]));
	object = envelope(policy, rules);
	if (policy->require & LEVEE_REQUIRE_SOCKET_HOOKS)
		json_append(require, json_text("socket-hooks"));
	json_put(object, "require", require);
	json_put(object, "feeds", feeds_json(policy));
	return object;
}

struct json_object *policy_json_rules(const struct policy *policy)
{
	struct json_object *rules = json_new_list();

	for (u32 i = 0; i < policy->rule_count; i++) {
		const struct policy_rule *rule = &policy->rules[i];
		struct json_object *object = json_new(), *effects = json_new();

		json_put_number(object, "index", i);
		json_put_text(object, "name", rule->name);
		for (u32 feature = 1; feature <= LEVEE_FEATURE_DNS; feature++)
			json_put_text(effects, levee_feature_name(feature),
				      levee_effect_name(rule->sections[feature].effect));
		json_put(object, "effects", effects);
		json_put_number(object, "patterns", rule->pattern_count);
		json_put_number(object, "entries", policy_rule_entries(rule));
		json_append(rules, object);
	}
	return envelope(policy, rules);
}

static struct json_object *stats_json(const struct policy_stats *stats)
{
	struct json_object *object = json_new();

	json_put_number(object, "allowed", stats->allowed);
	json_put_number(object, "audited", stats->audited);
	json_put_number(object, "prevented", stats->prevented);
	json_put_number(object, "blocked", stats->blocked);
	json_put_number(object, "unenforced", stats->unenforced);
	return object;
}

struct json_object *policy_json_stats(const struct policy *policy)
{
	struct json_object *rules = json_new_list();

	for (u32 i = 0; i < policy->rule_count; i++) {
		const struct policy_rule *rule = &policy->rules[i];
		struct json_object *object = json_new(), *features = json_new();

		json_put_text(object, "name", rule->name);
		for (u32 feature = 1; feature <= LEVEE_FEATURE_MAX; feature++)
			if (rule->stats[feature].given)
				json_put(features, levee_feature_name(feature),
					 stats_json(&rule->stats[feature]));
		json_put(object, "features", features);
		json_append(rules, object);
	}
	return envelope(policy, rules);
}
