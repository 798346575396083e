// SPDX-License-Identifier: GPL-2.0
#include "feed_file.h"
#include "policy_text.h"
#include "text.h"

static void print_list(FILE *out, const char *name, const struct policy_list *list)
{
	if (!list->count)
		return;
	fprintf(out, "      %s:\n", name);
	for (u32 i = 0; i < list->count; i++) {
		char entry[LEVEE_ENTRY_TEXT_MAX];

		levee_entry_format(entry, sizeof(entry), &list->entries[i].entry);
		fputs("        - ", out);
		text_print_quoted(out, entry);
		putc('\n', out);
	}
}

static void print_feed_use(FILE *out, const struct policy_section *section, bool resultant)
{
	if (section->feed_use == LEVEE_FEED_USE_NONE)
		fputs("      feeds: false\n", out);
	else if (section->feed_use == LEVEE_FEED_USE_NAMED)
		fputs("      feeds:\n", out);
	else if (resultant)
		fputs("      feeds: true\n", out);
	for (u32 i = 0; i < section->feed_count; i++) {
		fputs("        - ", out);
		text_print_quoted(out, section->feeds[i].text);
		putc('\n', out);
	}
}

/* How DNS is spoken; what is left to defaults is written out in the resultant policy. */
static void print_dns(FILE *out, const struct policy_rule *rule, bool resultant)
{
	const struct policy_section *exfiltration = &rule->sections[LEVEE_FEATURE_DNS_EXFILTRATION];
	const struct policy_dns *dns = &rule->dns;
	char text[TEXT_DURATION_MAX], address[LEVEE_ADDR_TEXT_MAX];

	if (dns->port_count || resultant)
		fputs("      ports:\n", out);
	for (u32 i = 0; i < dns->port_count; i++)
		fprintf(out, "        - %u\n", dns->ports[i]);
	if (!dns->port_count && resultant)
		fprintf(out, "        - %d\n", POLICY_DNS_PORT);
	if (dns->server_count)
		fputs("      servers:\n", out);
	for (u32 i = 0; i < dns->server_count; i++) {
		levee_addr_format(address, sizeof(address), &dns->servers[i].addr);
		fprintf(out, "        - \"%s\"\n", address);
	}
	if (dns->servers_only || resultant)
		fprintf(out, "      servers-only: %s\n", dns->servers_only ? "true" : "false");
	if (dns->has_grace || resultant)
		fprintf(out, "      grace: %s\n",
			text_duration_format(text, dns->has_grace ? dns->grace : POLICY_GRACE));
	fprintf(out, "      exfiltration: {effect: %s}\n", levee_effect_name(exfiltration->effect));
}

/* One line a form; what is left to defaults is written out in the resultant policy. */
static void print_scan_form(FILE *out, const struct policy_scan *scan,
			    const struct policy_scan_form *form, bool resultant)
{
	char text[TEXT_DURATION_MAX];
	bool any = false;

	if (policy_scan_is_off(scan, form)) {
		fprintf(out, "      %s: off\n", form->name);
		return;
	}
	for (u32 attr = form->first; attr < form->first + form->count; attr++) {
		const struct policy_scan_key *key = &policy_scan_keys[attr];
		u32 value = policy_scan_value(scan, attr);

		if (!resultant && !policy_scan_gives(scan, attr))
			continue;
		if (any)
			fputs(", ", out);
		else
			fprintf(out, "      %s: {", form->name);
		any = true;
		if (key->is_time)
			fprintf(out, "%s: %s", key->name, text_duration_format(text, value));
		else
			fprintf(out, "%s: %u", key->name, value);
	}
	if (any)
		fputs("}\n", out);
}

static void print_scan(FILE *out, const struct policy_rule *rule, bool resultant)
{
	const struct policy_section *section = &rule->sections[LEVEE_FEATURE_PORT_SCAN];
	const struct policy_scan *scan = &rule->scan;
	char text[TEXT_DURATION_MAX];

	/* There is nothing to tell of what is off. */
	resultant &= section->effect != LEVEE_EFFECT_DISABLE;
	if (section->hold || resultant)
		fprintf(out, "      hold: %s\n",
			text_duration_format(text, section->hold ? section->hold : POLICY_HOLD));
	for (u32 i = 0; i < POLICY_SCAN_FORMS; i++)
		print_scan_form(out, scan, &policy_scan_forms[i], resultant);
	if (policy_scan_gives(scan, LEVEE_A_SCAN_SILENCE) || resultant)
		fprintf(out, "      silence: %s\n",
			text_duration_format(text, policy_scan_value(scan, LEVEE_A_SCAN_SILENCE)));
}

static void print_section(FILE *out, const struct policy_rule *rule, u32 feature, bool resultant)
{
	const struct policy_section *section = &rule->sections[feature];
	u32 action = section->action;

	/* Exfiltration has its place inside dns. */
	if (feature == LEVEE_FEATURE_DNS_EXFILTRATION)
		return;
	fprintf(out, "    %s:\n", levee_feature_name(feature));
	fprintf(out, "      effect: %s\n", levee_effect_name(section->effect));
	if (feature == LEVEE_FEATURE_PORT_SCAN)
		print_scan(out, rule, resultant);
	if (!policy_has_lists(feature))
		return;
	if (resultant && rule->model.mode == LEVEE_MODEL_MODE_OFF)
		action = policy_section_action(rule, feature);
	if (action)
		fprintf(out, "      default: %s\n", levee_action_name(action));
	print_list(out, "allow", &section->lists[LEVEE_ACTION_ALLOW]);
	print_list(out, "deny", &section->lists[LEVEE_ACTION_DENY]);
	if (policy_has_feeds(feature))
		print_feed_use(out, section, resultant);
	if (feature == LEVEE_FEATURE_DNS)
		print_dns(out, rule, resultant);
}

static void print_patterns(FILE *out, const struct policy_rule *rule, u32 field, bool negated)
{
	static const char *const names[] = {
		[LEVEE_SCOPE_FIELD_CGROUP] = "cgroup",
		[LEVEE_SCOPE_FIELD_CONTAINER] = "container",
		[LEVEE_SCOPE_FIELD_IMAGE] = "image",
	};
	const char *indent = negated ? "  " : "";
	bool first = true;

	for (u32 i = 0; i < rule->pattern_count; i++) {
		const struct policy_pattern *pattern = &rule->patterns[i];

		if (pattern->field != field || pattern->negated != negated)
			continue;
		if (first)
			fprintf(out, "%s      %s:\n", indent, names[field]);
		first = false;
		fprintf(out, "%s        - ", indent);
		text_print_quoted(out, pattern->text);
		putc('\n', out);
	}
}

static void print_scope(FILE *out, const struct policy_rule *rule)
{
	fputs("    scope:\n", out);
	for (u32 field = 1; field <= LEVEE_SCOPE_FIELD_MAX; field++)
		print_patterns(out, rule, field, false);
	/* The patterns are sorted: what is negated comes last. */
	if (!rule->pattern_count || !rule->patterns[rule->pattern_count - 1].negated)
		return;
	fputs("      not:\n", out);
	for (u32 field = 1; field <= LEVEE_SCOPE_FIELD_MAX; field++)
		print_patterns(out, rule, field, true);
}

static void print_model(FILE *out, const struct policy_model *model)
{
	char duration[TEXT_DURATION_MAX];

	fprintf(out, "    model: %s\n", model->mode == LEVEE_MODEL_MODE_LEARN ? "learn" : "off");
	if (model->learn_for != POLICY_LEARN_FOR)
		fprintf(out, "    learn-for: %s\n",
			text_duration_format(duration, model->learn_for));
	if (model->dry_run_for != POLICY_DRY_RUN_FOR)
		fprintf(out, "    dry-run-for: %s\n",
			text_duration_format(duration, model->dry_run_for));
	if (model->adapt == LEVEE_MODEL_ADAPT_ONCE)
		fputs("    adapt: once\n", out);
	if (model->key == LEVEE_MODEL_KEY_RULE)
		fputs("    model-key: rule\n", out);
}

static void print_feeds(FILE *out, const struct policy *policy)
{
	if (policy->feed_count)
		fputs("feeds:\n", out);
	for (u32 i = 0; i < policy->feed_count; i++) {
		const struct policy_feed *feed = &policy->feeds[i];

		fputs("  - name: ", out);
		text_print_quoted(out, feed->name);
		fprintf(out, "\n    %s: ", feed_kind_name(feed->kind));
		text_print_quoted(out, feed->path);
		putc('\n', out);
	}
}

static void print_rule(FILE *out, const struct policy_rule *rule, bool resultant)
{
	fputs("  - name: ", out);
	text_print_quoted(out, rule->name);
	putc('\n', out);
	print_scope(out, rule);
	print_model(out, &rule->model);
	for (u32 feature = 1; feature <= LEVEE_FEATURE_MAX; feature++)
		print_section(out, rule, feature, resultant);
	if (rule->families)
		fputs("    families:\n", out);
	for (u32 family = 0; family < POLICY_FAMILIES; family++)
		if (rule->families >> family & 1 && levee_family_name(family))
			fprintf(out, "      - %s\n", levee_family_name(family));
}

void policy_text_print(FILE *out, const struct policy *policy, bool resultant)
{
	if (policy->alert_only)
		fputs("# alert-only: every effect is capped at alert\n", out);
	if (policy->require & LEVEE_REQUIRE_SOCKET_HOOKS)
		fputs("require: [socket-hooks]\n", out);
	fprintf(out, "rules:%s\n", policy->rule_count ? "" : " []");
	for (u32 i = 0; i < policy->rule_count; i++)
		print_rule(out, &policy->rules[i], resultant);
	print_feeds(out, policy);
}
