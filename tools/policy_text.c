// SPDX-License-Identifier: GPL-2.0
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
		fprintf(out, "        - \"%s\"\n", entry);
	}
}

static void print_section(FILE *out, const struct policy_rule *rule, u32 feature, bool resultant)
{
	const struct policy_section *section = &rule->sections[feature];
	u32 action = section->action;
	char hold[TEXT_DURATION_MAX];

	/* Exfiltration has its place inside dns, which can only be off in this version. */
	if (feature == LEVEE_FEATURE_DNS_EXFILTRATION)
		return;
	fprintf(out, "    %s:\n", levee_feature_name(feature));
	fprintf(out, "      effect: %s\n", levee_effect_name(section->effect));
	if (section->hold)
		fprintf(out, "      hold: %s\n", text_duration_format(hold, section->hold));
	if (!policy_has_lists(feature))
		return;
	if (resultant && rule->model.mode == LEVEE_MODEL_MODE_OFF)
		action = policy_section_action(rule, feature);
	if (action)
		fprintf(out, "      default: %s\n", levee_action_name(action));
	print_list(out, "allow", &section->lists[LEVEE_ACTION_ALLOW]);
	print_list(out, "deny", &section->lists[LEVEE_ACTION_DENY]);
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

void policy_text_print(FILE *out, const struct policy *policy, bool resultant)
{
	if (policy->alert_only)
		fputs("# alert-only: every effect is capped at alert\n", out);
	if (policy->require & LEVEE_REQUIRE_SOCKET_HOOKS)
		fputs("require: [socket-hooks]\n", out);
	fprintf(out, "rules:%s\n", policy->rule_count ? "" : " []");
	for (u32 i = 0; i < policy->rule_count; i++) {
		const struct policy_rule *rule = &policy->rules[i];

		fputs("  - name: ", out);
		text_print_quoted(out, rule->name);
		putc('\n', out);
		print_scope(out, rule);
		print_model(out, &rule->model);
		for (u32 feature = 1; feature <= LEVEE_FEATURE_MAX; feature++)
			print_section(out, rule, feature, resultant);
		if (!rule->families)
			continue;
		fputs("    families:\n", out);
		for (u32 family = 0; family < POLICY_FAMILIES; family++)
			if (rule->families >> family & 1 && levee_family_name(family))
				fprintf(out, "      - %s\n", levee_family_name(family));
	}
}
