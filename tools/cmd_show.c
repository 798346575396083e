// SPDX-License-Identifier: GPL-2.0
/* show: what is live. */
#include <inttypes.h>

#include "feed_list.h"
#include "leveectl.h"
#include "model_list.h"
#include "netlink.h"
#include "policy_json.h"
#include "policy_pull.h"
#include "policy_text.h"
#include "text.h"
#include "workload.h"

static int show_policy(struct netlink *nl, bool json)
{
	struct policy *policy = policy_pull(nl, true);
	int status = LEVEECTL_DONE;

	if (!policy)
		return LEVEECTL_FAILED;
	if (json)
		status = json_print(policy_json(policy));
	else
		policy_text_print(stdout, policy, false);
	policy_free(policy);
	return status;
}

static void print_rules(const struct policy *policy)
{
	for (u32 i = 0; i < policy->rule_count; i++) {
		const struct policy_rule *rule = &policy->rules[i];

		printf("%u ", i);
		text_print_quoted(stdout, rule->name);
		for (u32 feature = 1; feature <= LEVEE_FEATURE_DNS; feature++)
			printf("%s %s %s", feature == 1 ? ":" : ",", levee_feature_name(feature),
			       levee_effect_name(rule->sections[feature].effect));
		printf("; %u patterns, %" PRIu64 " entries\n", rule->pattern_count,
		       policy_rule_entries(rule));
	}
	if (!policy->rule_count)
		printf("no policy is loaded\n");
	if (policy->alert_only)
		printf("alert-only: every effect is capped at alert\n");
}

static int show_rules(struct netlink *nl, bool json)
{
	struct policy *policy = policy_pull(nl, true);
	int status = LEVEECTL_DONE;

	if (!policy)
		return LEVEECTL_FAILED;
	if (json)
		status = json_print(policy_json_rules(policy));
	else
		print_rules(policy);
	policy_free(policy);
	return status;
}

static int show_workloads(struct netlink *nl, bool json)
{
	struct json_object *list = workload_list(nl), *object;

	if (!list)
		return LEVEECTL_FAILED;
	if (json) {
		object = json_new();
		json_put(object, "workloads", list);
		return json_print(object);
	}
	workload_print(list);
	json_object_put(list);
	return LEVEECTL_DONE;
}

int cmd_show(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*show)(struct netlink *nl, bool json);
	} subjects[] = {
		{ "policy", show_policy }, { "rules", show_rules },
		{ "workloads", show_workloads }, { "models", model_list_show }, { "feeds", feed_list_show },
	};
	bool json = take_option(&argc, argv, "--json");
	const char *subject = "policy";
	struct netlink *nl;
	int status;
	size_t i;

	if (check_words("show", argc, argv, 0, 1))
		return LEVEECTL_USAGE;
	if (argc)
		subject = argv[0];
	for (i = 0; i < ARRAY_SIZE(subjects); i++)
		if (!strcmp(subjects[i].name, subject))
			break;
	if (i == ARRAY_SIZE(subjects))
		return usage_error("show", "unknown subject", subject);
	nl = netlink_open();
	if (!nl)
		return LEVEECTL_FAILED;
	status = subjects[i].show(nl, json);
	netlink_close(nl);
	return status;
}
