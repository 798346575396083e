// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "feed_push.h"
#include "parts.h"
#include "policy_push.h"

#define CHUNK_BYTES 30000	/* of entries in a message */
#define ENTRY_BYTES 320		/* above an entry's nest: six attributes, one of them a name */

struct push {
	struct netlink *nl;
	struct diag *diag;
	u64 stage;
	u64 generation;
	struct parts parts;
};

static bool take_answer(const struct nlattr *const *attrs, void *data)
{
	struct push *push = data;

	push->stage = attr_number(attrs, LEVEE_A_POLICY_STAGE, push->stage);
	push->generation = attr_number(attrs, LEVEE_A_POLICY_GENERATION, push->generation);
	return true;
}

static int send_parts(struct push *push)
{
	struct netlink_error error;

	if (!netlink_do(push->nl, LEVEE_A_POLICY_MAX, take_answer, push, &error))
		return 0;
	parts_blame(&push->parts, &error, push->diag);
	return -1;
}

static int push_begin(struct push *push, const struct policy *policy)
{
	struct nlmsghdr *msg = netlink_request(push->nl, LEVEE_CMD_POLICY_BEGIN);

	parts_begin(&push->parts, policy->require_at);
	if (policy->alert_only)
		mnl_attr_put(msg, LEVEE_A_POLICY_ALERT_ONLY, 0, NULL);
	if (policy->require)
		mnl_attr_put_u32(msg, LEVEE_A_POLICY_REQUIRE, policy->require);
	return send_parts(push);
}

static void put_dns(struct nlmsghdr *msg, const struct policy_dns *dns)
{
	for (u32 i = 0; i < dns->port_count; i++)
		mnl_attr_put_u32(msg, LEVEE_A_SECTION_PORT, dns->ports[i]);
	for (u32 i = 0; i < dns->server_count; i++) {
		u8 wire[16];

		mnl_attr_put(msg, LEVEE_A_SECTION_SERVER,
			     levee_addr_write(&dns->servers[i].addr, wire), wire);
	}
	if (dns->servers_only)
		mnl_attr_put(msg, LEVEE_A_SECTION_SERVERS_ONLY, 0, NULL);
	if (dns->has_grace)
		mnl_attr_put_u32(msg, LEVEE_A_SECTION_GRACE, dns->grace);
}

static void put_scan(struct nlmsghdr *msg, const struct policy_scan *scan)
{
	struct nlattr *nest;

	if (!scan->given)
		return;
	nest = mnl_attr_nest_start(msg, LEVEE_A_SECTION_SCAN);
	for (u32 attr = 1; attr <= LEVEE_A_SCAN_MAX; attr++)
		if (policy_scan_gives(scan, attr))
			mnl_attr_put_u32(msg, attr, policy_scan_value(scan, attr));
	mnl_attr_nest_end(msg, nest);
}

static void put_feed_use(struct nlmsghdr *msg, const struct policy_section *section)
{
	if (section->feed_use == LEVEE_FEED_USE_ALL)
		return;
	mnl_attr_put_u32(msg, LEVEE_A_SECTION_FEED_USE, section->feed_use);
	for (u32 i = 0; i < section->feed_count; i++)
		mnl_attr_put_strz(msg, LEVEE_A_SECTION_FEED, section->feeds[i].text);
}

static void put_sections(struct push *push, struct nlmsghdr *msg, const struct policy_rule *rule)
{
	for (u32 feature = 1; feature <= LEVEE_FEATURE_MAX; feature++) {
		const struct policy_section *section = &rule->sections[feature];
		struct nlattr *nest;

		parts_add(&push->parts, msg, section->at.line ? section->at : rule->at);
		nest = mnl_attr_nest_start(msg, LEVEE_A_POLICY_SECTION);
		mnl_attr_put_u32(msg, LEVEE_A_SECTION_FEATURE, feature);
		mnl_attr_put_u32(msg, LEVEE_A_SECTION_EFFECT, section->effect);
		if (section->action)
			mnl_attr_put_u32(msg, LEVEE_A_SECTION_DEFAULT, section->action);
		if (section->hold)
			mnl_attr_put_u32(msg, LEVEE_A_SECTION_HOLD, section->hold);
		if (feature == LEVEE_FEATURE_PORT_SCAN)
			put_scan(msg, &rule->scan);
		if (feature == LEVEE_FEATURE_DNS)
			put_dns(msg, &rule->dns);
		if (policy_has_feeds(feature))
			put_feed_use(msg, section);
		mnl_attr_nest_end(msg, nest);
	}
}

static void put_patterns(struct push *push, struct nlmsghdr *msg, const struct policy_rule *rule)
{
	for (u32 i = 0; i < rule->pattern_count; i++) {
		const struct policy_pattern *pattern = &rule->patterns[i];
		struct nlattr *nest;

		parts_add(&push->parts, msg, pattern->at);
		nest = mnl_attr_nest_start(msg, LEVEE_A_POLICY_PATTERN);
		mnl_attr_put_u32(msg, LEVEE_A_PATTERN_FIELD, pattern->field);
		if (pattern->negated)
			mnl_attr_put(msg, LEVEE_A_PATTERN_NEGATED, 0, NULL);
		mnl_attr_put_strz(msg, LEVEE_A_PATTERN_TEXT, pattern->text);
		mnl_attr_nest_end(msg, nest);
	}
}

static void put_model(struct push *push, struct nlmsghdr *msg, const struct policy_rule *rule)
{
	const struct policy_model *model = &rule->model;
	struct nlattr *nest;

	parts_add(&push->parts, msg, model->at.line ? model->at : rule->at);
	nest = mnl_attr_nest_start(msg, LEVEE_A_POLICY_MODEL);
	mnl_attr_put_u32(msg, LEVEE_A_MODEL_MODE, model->mode);
	mnl_attr_put_u32(msg, LEVEE_A_MODEL_LEARN_FOR, model->learn_for);
	mnl_attr_put_u32(msg, LEVEE_A_MODEL_DRY_RUN_FOR, model->dry_run_for);
	mnl_attr_put_u32(msg, LEVEE_A_MODEL_ADAPT, model->adapt);
	mnl_attr_put_u32(msg, LEVEE_A_MODEL_KEY, model->key);
	mnl_attr_nest_end(msg, nest);
}

static int push_rule(struct push *push, const struct policy_rule *rule, u32 index)
{
	struct nlmsghdr *msg = netlink_request(push->nl, LEVEE_CMD_RULE_ADD);

	parts_begin(&push->parts, rule->at);
	mnl_attr_put_u64(msg, LEVEE_A_POLICY_STAGE, push->stage);
	mnl_attr_put_u32(msg, LEVEE_A_POLICY_RULE, index);
	mnl_attr_put_strz(msg, LEVEE_A_POLICY_NAME, rule->name);
	put_patterns(push, msg, rule);
	put_sections(push, msg, rule);
	put_model(push, msg, rule);
	parts_add(&push->parts, msg, rule->families_at.line ? rule->families_at : rule->at);
	for (u32 family = 0; family < POLICY_FAMILIES; family++)
		if (rule->families >> family & 1)
			mnl_attr_put_u32(msg, LEVEE_A_POLICY_SOCKET_FAMILY, family);
	return send_parts(push);
}

void policy_put_entry(struct nlmsghdr *msg, u16 type, const struct levee_entry *entry)
{
	struct nlattr *nest = mnl_attr_nest_start(msg, type);

	mnl_attr_put_u32(msg, LEVEE_A_ENTRY_TARGET, entry->target);
	if (entry->target == LEVEE_TARGET_PREFIX) {
		mnl_attr_put(msg, LEVEE_A_ENTRY_ADDRESS, entry->addr_len, entry->addr);
		mnl_attr_put_u32(msg, LEVEE_A_ENTRY_PREFIX_LEN, entry->prefix_len);
	}
	if (levee_entry_is_domain(entry))
		mnl_attr_put(msg, LEVEE_A_ENTRY_NAME, entry->name_len, entry->name);
	if (entry->proto != LEVEE_PROTO_ANY)
		mnl_attr_put_u32(msg, LEVEE_A_ENTRY_PROTO, entry->proto);
	if (entry->has_ports) {
		mnl_attr_put_u32(msg, LEVEE_A_ENTRY_PORT_FIRST, entry->port_first);
		mnl_attr_put_u32(msg, LEVEE_A_ENTRY_PORT_LAST, entry->port_last);
	}
	mnl_attr_nest_end(msg, nest);
}

static int push_list(struct push *push, const struct policy_list *list, u32 rule, u32 feature,
		     u32 action)
{
	for (u32 i = 0; i < list->count;) {
		struct nlmsghdr *msg = netlink_request(push->nl, LEVEE_CMD_ENTRIES_ADD);
		u32 end = list->count - i < LEVEE_ENTRY_CHUNK_MAX ? list->count :
			  i + LEVEE_ENTRY_CHUNK_MAX;

		parts_begin(&push->parts, list->entries[i].at);
		mnl_attr_put_u64(msg, LEVEE_A_POLICY_STAGE, push->stage);
		mnl_attr_put_u32(msg, LEVEE_A_POLICY_RULE, rule);
		mnl_attr_put_u32(msg, LEVEE_A_POLICY_FEATURE, feature);
		mnl_attr_put_u32(msg, LEVEE_A_POLICY_ACTION, action);
		for (; i < end && msg->nlmsg_len + ENTRY_BYTES < CHUNK_BYTES; i++) {
			parts_add(&push->parts, msg, list->entries[i].at);
			policy_put_entry(msg, LEVEE_A_POLICY_ENTRY, &list->entries[i].entry);
		}
		if (send_parts(push))
			return -1;
	}
	return 0;
}

static int push_lists(struct push *push, const struct policy_rule *rule, u32 index)
{
	for (u32 feature = 1; feature <= LEVEE_FEATURE_MAX; feature++)
		for (u32 action = 1; action <= LEVEE_ACTION_MAX; action++)
			if (push_list(push, &rule->sections[feature].lists[action], index, feature,
				      action))
				return -1;
	return 0;
}

/* One feed is in memory at a time; the rest are read all the same when one is refused. */
static int push_feeds(struct push *push, const struct policy *policy)
{
	int err = 0;

	for (u32 i = 0; i < policy->feed_count; i++) {
		const struct policy_feed *listed = &policy->feeds[i];
		struct diag diag = *push->diag;
		struct netlink_error error;
		struct feed_file feed;

		diag.file = listed->path;
		diag.errors = 0;
		if (!feed_file_load(&feed, listed->kind, false, &diag)) {
			err = -1;
			continue;
		}
		if (!err && feed_push(push->nl, &feed, listed->name, listed->path, push->stage,
				      NULL, &error)) {
			diag_error(push->diag, listed->at, "the kernel refuses the feed: %s",
				   netlink_error_text(&error));
			err = -1;
		}
		feed_file_free(&feed);
	}
	return err;
}

static int push_commit(struct push *push, const struct policy *policy)
{
	struct nlmsghdr *msg = netlink_request(push->nl, LEVEE_CMD_POLICY_COMMIT);

	parts_begin(&push->parts, policy->require_at);
	mnl_attr_put_u64(msg, LEVEE_A_POLICY_STAGE, push->stage);
	return send_parts(push);
}

int policy_push(struct netlink *nl, const struct policy *policy, struct diag *diag,
		u64 *generation)
{
	struct push *push = calloc(1, sizeof(*push));
	int err;

	if (!push) {
		diag_error(diag, (struct mark){ 0 }, "out of memory");
		return -1;
	}
	push->nl = nl;
	push->diag = diag;
	/* A stage that is left behind is dropped when the socket closes. */
	err = push_begin(push, policy);
	for (u32 i = 0; !err && i < policy->rule_count; i++) {
		err = push_rule(push, &policy->rules[i], i);
		if (!err)
			err = push_lists(push, &policy->rules[i], i);
	}
	if (!err)
		err = push_feeds(push, policy);
	if (!err)
		err = push_commit(push, policy);
	*generation = push->generation;
	free(push);
	return err;
}
