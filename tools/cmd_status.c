// SPDX-License-Identifier: GPL-2.0
/* status and stats: the module's own account. */
#include <inttypes.h>
#include <linux/genetlink.h>

#include "leveectl.h"
#include "netlink.h"
#include "policy_json.h"
#include "policy_pull.h"
#include "text.h"
#include "workload.h"

/* The parts of status that are lists, gathered while the message is walked. */
struct status {
	struct json_object *object;
	struct json_object *hooks;
	struct json_object *backend;
	struct json_object *missed;
	struct json_object *limits;
	struct json_object *counters;
	struct json_object *unenforced;
};

static void read_hook(struct status *status, const struct nlattr *nest)
{
	static const char *const states[] = { "idle", "armed", "failed" };
	const struct nlattr *attrs[LEVEE_A_HOOK_MAX + 1];
	const char *name;
	u64 state;

	attr_parse_nested(nest, attrs, LEVEE_A_HOOK_MAX);
	name = attr_text(attrs, LEVEE_A_HOOK_NAME);
	state = attr_number(attrs, LEVEE_A_HOOK_STATE, LEVEE_HOOK_STATE_IDLE);
	if (!name)
		return;
	json_put_text(status->hooks, name, state <= LEVEE_HOOK_STATE_MAX ? states[state] :
		      "unknown");
	json_put_text(status->backend, name, attr_text(attrs, LEVEE_A_HOOK_TEXT));
	json_put_number(status->missed, name, attr_number(attrs, LEVEE_A_HOOK_MISSED, 0));
}

static void read_limit(struct status *status, const struct nlattr *nest)
{
	const struct nlattr *attrs[LEVEE_A_LIMIT_MAX + 1];
	struct json_object *limit = json_new();
	const char *name;

	attr_parse_nested(nest, attrs, LEVEE_A_LIMIT_MAX);
	name = attr_text(attrs, LEVEE_A_LIMIT_NAME);
	json_put_number(limit, "used", attr_number(attrs, LEVEE_A_LIMIT_USED, 0));
	json_put_number(limit, "max", attr_number(attrs, LEVEE_A_LIMIT_BOUND, 0));
	json_put(status->limits, name ? name : "unknown", limit);
}

static void read_counter(struct status *status, const struct nlattr *nest)
{
	const struct nlattr *attrs[LEVEE_A_COUNTER_MAX + 1];
	const char *name;

	attr_parse_nested(nest, attrs, LEVEE_A_COUNTER_MAX);
	name = attr_text(attrs, LEVEE_A_COUNTER_NAME);
	if (name)
		json_put_number(status->counters, name,
				attr_number(attrs, LEVEE_A_COUNTER_VALUE, 0));
}

static bool take_status(const struct nlattr *const *attrs, void *data)
{
	const struct nlmsghdr *msg = (const struct nlmsghdr *)attrs[0];
	struct status *status = data;
	const struct nlattr *attr;

	json_put_text(status->object, "version", attr_text(attrs, LEVEE_A_STATUS_VERSION));
	json_put_number(status->object, "generation",
			attr_number(attrs, LEVEE_A_STATUS_GENERATION, 0));
	json_put_bool(status->object, "sealed", attr_number(attrs, LEVEE_A_STATUS_SEALED, 0));
	json_put_bool(status->object, "alert-only",
		      attr_number(attrs, LEVEE_A_STATUS_ALERT_ONLY, 0));
	json_put_number(status->object, "lost", attr_number(attrs, LEVEE_A_STATUS_LOST, 0));
	mnl_attr_for_each(attr, msg, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attr)) {
		case LEVEE_A_STATUS_HOOK:
			read_hook(status, attr);
			break;
		case LEVEE_A_STATUS_LIMIT:
			read_limit(status, attr);
			break;
		case LEVEE_A_STATUS_COUNTER:
			read_counter(status, attr);
			break;
		case LEVEE_A_STATUS_UNENFORCED:
			json_append(status->unenforced, json_text(mnl_attr_get_str(attr)));
			break;
		}
	}
	return true;
}

/* The status object, or NULL, printed. */
static struct json_object *get_status(struct netlink *nl)
{
	struct status status = {
		.object = json_new(), .hooks = json_new(), .backend = json_new(),
		.missed = json_new(), .limits = json_new(), .counters = json_new(),
		.unenforced = json_new_list(),
	};
	struct netlink_error error;
	int err;

	json_put(status.object, "hooks", status.hooks);
	json_put(status.object, "backend", status.backend);
	json_put(status.object, "missed", status.missed);
	json_put(status.object, "limits", status.limits);
	json_put(status.object, "counters", status.counters);
	json_put(status.object, "unenforced", status.unenforced);
	netlink_request(nl, LEVEE_CMD_STATUS_GET);
	err = netlink_do(nl, LEVEE_A_STATUS_MAX, take_status, &status, &error);
	if (!err)
		return status.object;
	json_object_put(status.object);
	netlink_fail("cannot read the status", &error);
	return NULL;
}

static struct json_object *get(const struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(object, key, &value);
	return value;
}

static const char *get_text(const struct json_object *object, const char *key)
{
	struct json_object *value = get(object, key);

	return value ? json_object_get_string(value) : "-";
}

typedef void (*print_fn)(const struct json_object *status, const char *name,
			 struct json_object *value);

/* Calls @print for each member of an object. */
static void for_each(const struct json_object *status, const char *key, print_fn print)
{
	struct json_object *object = get(status, key);
	struct json_object_iterator at = json_object_iter_begin(object);
	struct json_object_iterator end = json_object_iter_end(object);

	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at))
		print(status, json_object_iter_peek_name(&at), json_object_iter_peek_value(&at));
}

static void print_hook(const struct json_object *status, const char *name,
		       struct json_object *state)
{
	const struct json_object *backend = get(status, "backend");

	printf("hook         %s: %s", name, json_object_get_string(state));
	if (get(backend, name))
		printf(", %s", get_text(backend, name));
	printf(", missed %s\n", get_text(get(status, "missed"), name));
}

static void print_limit(const struct json_object *status, const char *name,
			struct json_object *value)
{
	(void)status;
	printf("limit        %s: %s of %s\n", name, get_text(value, "used"),
	       get_text(value, "max"));
}

static void print_counter(const struct json_object *status, const char *name,
			  struct json_object *value)
{
	(void)status;
	printf("counter      %s: %s\n", name, json_object_get_string(value));
}

static void print_status(const struct json_object *status)
{
	struct json_object *list = get(status, "unenforced");

	printf("version      %s\n", get_text(status, "version"));
	printf("generation   %s\n", get_text(status, "generation"));
	printf("sealed       %s\n", json_object_get_boolean(get(status, "sealed")) ? "yes" : "no");
	printf("alert-only   %s\n",
	       json_object_get_boolean(get(status, "alert-only")) ? "yes" : "no");
	printf("lost         %s events\n", get_text(status, "lost"));
	for_each(status, "hooks", print_hook);
	for_each(status, "limits", print_limit);
	for_each(status, "counters", print_counter);
	for (size_t i = 0; i < json_object_array_length(list); i++)
		printf("unenforced   %s\n",
		       json_object_get_string(json_object_array_get_idx(list, i)));
}

int cmd_status(int argc, char **argv)
{
	bool json = take_option(&argc, argv, "--json");
	struct json_object *status;
	struct netlink *nl;

	if (check_words("status", argc, argv, 0, 0))
		return LEVEECTL_USAGE;
	nl = netlink_open();
	if (!nl)
		return LEVEECTL_FAILED;
	status = get_status(nl);
	netlink_close(nl);
	if (!status)
		return LEVEECTL_FAILED;
	if (json)
		return json_print(status);
	print_status(status);
	json_object_put(status);
	return LEVEECTL_DONE;
}

static void print_stats(const struct policy *policy, const struct json_object *workloads,
			const struct json_object *status)
{
	if (policy->alert_only)
		printf("alert-only: UNENFORCED counts what would have been stopped\n");
	printf("%10s %10s %10s %10s %10s FEATURE RULE\n", "ALLOWED", "AUDITED", "PREVENTED",
	       "BLOCKED", "UNENFORCED");
	for (u32 i = 0; i < policy->rule_count; i++) {
		for (u32 feature = 1; feature <= LEVEE_FEATURE_MAX; feature++) {
			const struct policy_stats *stats = &policy->rules[i].stats[feature];

			if (!stats->given)
				continue;
			printf("%10" PRIu64 " %10" PRIu64 " %10" PRIu64 " %10" PRIu64 " %10" PRIu64
			       " %s ", stats->allowed, stats->audited, stats->prevented,
			       stats->blocked, stats->unenforced, levee_feature_name(feature));
			text_print_quoted(stdout, policy->rules[i].name);
			putchar('\n');
		}
	}
	putchar('\n');
	workload_print(workloads);
	putchar('\n');
	for_each(status, "counters", print_counter);
}

int cmd_stats(int argc, char **argv)
{
	bool json = take_option(&argc, argv, "--json");
	struct json_object *status = NULL, *workloads = NULL, *object;
	struct policy *policy = NULL;
	int result = LEVEECTL_FAILED;
	struct netlink *nl;

	if (check_words("stats", argc, argv, 0, 0))
		return LEVEECTL_USAGE;
	nl = netlink_open();
	if (!nl)
		return LEVEECTL_FAILED;
	policy = policy_pull(nl, false);
	if (policy)
		workloads = workload_list(nl);
	if (workloads)
		status = get_status(nl);
	netlink_close(nl);
	if (status && json) {
		object = policy_json_stats(policy);
		json_put(object, "workloads", json_object_get(workloads));
		json_put(object, "counters", json_object_get(get(status, "counters")));
		result = json_print(object);
	} else if (status) {
		print_stats(policy, workloads, status);
		result = LEVEECTL_DONE;
	}
	json_object_put(status);
	json_object_put(workloads);
	policy_free(policy);
	return result;
}
