// SPDX-License-Identifier: GPL-2.0
/* From a draft to a frozen ruleset: one block for all tables, sized first, filled once. */
#include <linux/mm.h>
#include <linux/slab.h>

#include "ruleset.h"
#include "workload.h"

static atomic_long_t draft_bytes;
static struct workqueue_struct *retire_queue;

size_t levee_draft_budget(void)
{
	/* One 64th of memory for levee, as much again while a policy is staged. */
	return (size_t)(totalram_pages() / 64) << PAGE_SHIFT;
}

static int charge(struct levee_draft *draft, size_t bytes, struct netlink_ext_ack *extack)
{
	if (atomic_long_add_return(bytes, &draft_bytes) > levee_draft_budget()) {
		atomic_long_sub(bytes, &draft_bytes);
		NL_SET_ERR_MSG(extack, "staged policies exceed their memory budget");
		return -E2BIG;
	}
	draft->bytes += bytes;
	return 0;
}

struct levee_draft *levee_draft_new(void)
{
	return kzalloc(sizeof(struct levee_draft), GFP_KERNEL_ACCOUNT);
}

static void draft_rule_free(struct levee_draft_rule *rule)
{
	u32 feature, action;

	for (feature = 1; feature <= LEVEE_FEATURE_MAX; feature++)
		for (action = 1; action <= LEVEE_ACTION_MAX; action++)
			kvfree(rule->lists[feature][action].entries);
	kvfree(rule->rule.patterns);
	kvfree(rule);
}

void levee_draft_free(struct levee_draft *draft)
{
	u32 i;

	if (!draft)
		return;
	for (i = 0; i < draft->nr_rules; i++)
		draft_rule_free(draft->rules[i]);
	atomic_long_sub(draft->bytes, &draft_bytes);
	kvfree(draft->rules);
	kfree(draft);
}

int levee_draft_add_rule(struct levee_draft *draft, const struct levee_rule *rule,
			 struct netlink_ext_ack *extack)
{
	size_t bytes = sizeof(struct levee_draft_rule) +
		       rule->nr_patterns * sizeof(*rule->patterns);
	struct levee_draft_rule *copy;
	int err;

	if (draft->nr_rules == LEVEE_RULES_MAX) {
		NL_SET_ERR_MSG(extack, "a policy has at most 1024 rules");
		err = -E2BIG;
		goto err_patterns;
	}
	if (!draft->rules) {
		draft->rules = kvcalloc(LEVEE_RULES_MAX, sizeof(*draft->rules),
					GFP_KERNEL_ACCOUNT);
		if (!draft->rules) {
			err = -ENOMEM;
			goto err_patterns;
		}
	}
	err = charge(draft, bytes, extack);
	if (err)
		goto err_patterns;
	copy = kvzalloc(sizeof(*copy), GFP_KERNEL_ACCOUNT);
	if (!copy) {
		/* The charge goes back with the draft. */
		err = -ENOMEM;
		goto err_patterns;
	}
	copy->rule = *rule;
	copy->rule.index = draft->nr_rules;
	draft->rules[draft->nr_rules++] = copy;
	return 0;

err_patterns:
	kvfree(rule->patterns);
	return err;
}

static int grow(struct levee_draft *draft, struct levee_draft_list *list,
		struct netlink_ext_ack *extack)
{
	u32 capacity = list->capacity ? list->capacity * 2 : 16;
	struct levee_entry *entries;
	int err;

	err = charge(draft, (capacity - list->capacity) * sizeof(*entries), extack);
	if (err)
		return err;
	entries = kvmalloc_array(capacity, sizeof(*entries), GFP_KERNEL_ACCOUNT);
	if (!entries)
		return -ENOMEM;
	if (list->count)
		memcpy(entries, list->entries, list->count * sizeof(*entries));
	kvfree(list->entries);
	list->entries = entries;
	list->capacity = capacity;
	return 0;
}

struct levee_draft_mark levee_draft_at(struct levee_draft *draft, u32 rule, u8 feature, u8 action)
{
	struct levee_draft_mark mark = {
		.rule = draft->rules[rule],
		.list = &draft->rules[rule]->lists[feature][action],
	};

	mark.count = mark.list->count;
	return mark;
}

void levee_draft_back_to(struct levee_draft *draft, const struct levee_draft_mark *mark)
{
	mark->rule->nr_entries -= mark->list->count - mark->count;
	mark->list->count = mark->count;
}

int levee_draft_add_entry(struct levee_draft *draft, const struct levee_draft_mark *mark,
			  const struct levee_entry *entry, struct netlink_ext_ack *extack)
{
	struct levee_draft_rule *draft_rule = mark->rule;
	struct levee_draft_list *list = mark->list;
	int err;

	if (draft_rule->nr_entries == LEVEE_ENTRIES_MAX) {
		NL_SET_ERR_MSG(extack, "a rule has at most 100000 entries");
		return -E2BIG;
	}
	if (list->count && levee_entry_compare(&list->entries[list->count - 1], entry) >= 0) {
		NL_SET_ERR_MSG(extack, "entries must be sent in strictly ascending order");
		return -EINVAL;
	}
	if (list->count == list->capacity) {
		err = grow(draft, list, extack);
		if (err)
			return err;
	}
	list->entries[list->count++] = *entry;
	draft_rule->nr_entries++;
	return 0;
}

/* Where the next table of the block goes. */
struct cursor {
	u8 *at;
	size_t left;
};

#define TABLE_ALIGN 8

static void *take(struct cursor *cursor, size_t bytes)
{
	void *at = cursor->at;

	bytes = ALIGN(bytes, TABLE_ALIGN);
	if (WARN_ON_ONCE(bytes > cursor->left))
		return NULL;
	cursor->at += bytes;
	cursor->left -= bytes;
	return at;
}

static bool list_is_outbound(u32 feature)
{
	return feature == LEVEE_FEATURE_OUTBOUND;
}

static size_t list_bytes(u32 feature, const struct levee_draft_list *draft)
{
	size_t bytes;

	if (!draft->count)
		return 0;
	bytes = ALIGN(draft->count * sizeof(struct levee_entry), TABLE_ALIGN);
	if (list_is_outbound(feature))
		return bytes + ALIGN(levee_prefix_table_size(draft->entries, draft->count),
				     TABLE_ALIGN);
	/* ports and ephemeral: together at most one interval an entry */
	return bytes + ALIGN(draft->count * sizeof(struct levee_interval), TABLE_ALIGN) +
	       TABLE_ALIGN;
}

/* The intervals of the entries of one target, sorted and disjoint. */
static int build_intervals(struct cursor *cursor, const struct levee_list *list, u8 target,
			   struct levee_interval **out, u32 *nr_out)
{
	struct levee_interval *set;
	u32 i, count = 0, n = 0;

	for (i = 0; i < list->count; i++)
		count += list->entries[i].target == target;
	if (!count)
		return 0;
	set = take(cursor, count * sizeof(*set));
	if (!set)
		return -EINVAL;
	for (i = 0; i < list->count; i++)
		if (list->entries[i].target == target)
			set[n++] = levee_interval_of(&list->entries[i], i);
	*out = set;
	*nr_out = levee_port_set_build(set, count);
	return 0;
}

static int build_list(struct cursor *cursor, u32 feature, struct levee_list *list,
		      const struct levee_draft_list *draft)
{
	size_t room;
	long used;
	u32 i;

	list->packet = LEVEE_ENTRY_NONE;
	list->xdp = LEVEE_ENTRY_NONE;
	if (!draft->count)
		return 0;
	list->entries = take(cursor, draft->count * sizeof(*list->entries));
	if (!list->entries)
		return -EINVAL;
	memcpy(list->entries, draft->entries, draft->count * sizeof(*list->entries));
	list->count = draft->count;
	if (list_is_outbound(feature)) {
		room = levee_prefix_table_size(list->entries, list->count);
		if (WARN_ON_ONCE(room > cursor->left))
			return -EINVAL;
		used = levee_prefix_table_build(cursor->at, room, list->entries, list->count);
		if (used < 0)
			return used;
		list->prefixes = take(cursor, used);
		return list->prefixes ? 0 : -EINVAL;
	}
	for (i = 0; i < list->count; i++) {
		if (list->entries[i].target == LEVEE_TARGET_PACKET)
			list->packet = i;
		if (list->entries[i].target == LEVEE_TARGET_XDP)
			list->xdp = i;
	}
	if (feature == LEVEE_FEATURE_RAW_SOCKETS)
		return build_intervals(cursor, list, LEVEE_TARGET_RAW,
				       &list->ports, &list->nr_ports);
	return build_intervals(cursor, list, LEVEE_TARGET_PORTS, &list->ports, &list->nr_ports) ?:
	       build_intervals(cursor, list, LEVEE_TARGET_EPHEMERAL,
			       &list->ephemeral, &list->nr_ephemeral);
}

static int build_rule(struct cursor *cursor, struct levee_rule *rule,
		      const struct levee_draft_rule *draft, bool alert_only)
{
	struct levee_section *section;
	u32 feature, action;
	int err;

	*rule = draft->rule;
	rule->patterns = take(cursor, rule->nr_patterns * sizeof(*rule->patterns));
	if (!rule->patterns)
		return -EINVAL;
	memcpy(rule->patterns, draft->rule.patterns, rule->nr_patterns * sizeof(*rule->patterns));
	for (feature = 1; feature <= LEVEE_FEATURE_MAX; feature++) {
		section = &rule->sections[feature];
		section->effect = section->written;
		if (alert_only)
			section->effect = min_t(u8, section->written, LEVEE_EFFECT_ALERT);
		for (action = 1; action <= LEVEE_ACTION_MAX; action++) {
			err = build_list(cursor, feature, &section->lists[action],
					 &draft->lists[feature][action]);
			if (err)
				return err;
		}
	}
	rule->stats = alloc_percpu_gfp(struct levee_rule_stats, GFP_KERNEL_ACCOUNT);
	if (!rule->stats)
		return -ENOMEM;
	rule->overflow = levee_workload_new_overflow(rule->name);
	return rule->overflow ? 0 : -ENOMEM;
}

static struct levee_ruleset *ruleset_alloc(u32 nr_rules)
{
	struct levee_ruleset *rs;

	rs = kvzalloc(struct_size(rs, rules, nr_rules), GFP_KERNEL_ACCOUNT);
	if (rs)
		rs->bytes = struct_size(rs, rules, nr_rules);
	return rs;
}

struct levee_ruleset *levee_ruleset_empty(void)
{
	return ruleset_alloc(0);
}

struct levee_ruleset *levee_ruleset_build(const struct levee_draft *draft,
					  struct netlink_ext_ack *extack)
{
	const struct levee_draft_rule *draft_rule;
	u32 i, feature, action;
	struct levee_ruleset *rs;
	struct cursor cursor;
	size_t bytes = 0;
	int err;

	for (i = 0; i < draft->nr_rules; i++) {
		draft_rule = draft->rules[i];
		bytes += ALIGN(draft_rule->rule.nr_patterns * sizeof(struct levee_scope_pattern),
			       TABLE_ALIGN);
		for (feature = 1; feature <= LEVEE_FEATURE_MAX; feature++)
			for (action = 1; action <= LEVEE_ACTION_MAX; action++)
				bytes += list_bytes(feature, &draft_rule->lists[feature][action]);
	}
	if (bytes > levee_draft_budget()) {
		NL_SET_ERR_MSG(extack, "the compiled policy exceeds the memory budget");
		return ERR_PTR(-E2BIG);
	}
	rs = ruleset_alloc(draft->nr_rules);
	if (!rs)
		return ERR_PTR(-ENOMEM);
	rs->block = kvzalloc(max_t(size_t, bytes, TABLE_ALIGN), GFP_KERNEL_ACCOUNT);
	if (!rs->block) {
		err = -ENOMEM;
		goto err_free;
	}
	rs->bytes += bytes;
	rs->alert_only = draft->alert_only;
	rs->require = draft->require;
	cursor.at = rs->block;
	cursor.left = bytes;
	for (i = 0; i < draft->nr_rules; i++) {
		rs->nr_rules = i + 1;
		err = build_rule(&cursor, &rs->rules[i], draft->rules[i], draft->alert_only);
		if (err)
			goto err_free;
		cond_resched();
	}
	return rs;

err_free:
	if (err != -ENOMEM)
		NL_SET_ERR_MSG(extack, "the entries do not compile");
	levee_ruleset_free(rs);
	return ERR_PTR(err);
}

void levee_ruleset_free(struct levee_ruleset *rs)
{
	u32 i;

	if (IS_ERR_OR_NULL(rs))
		return;
	for (i = 0; i < rs->nr_rules; i++) {
		free_percpu(rs->rules[i].stats);
		kfree(rs->rules[i].overflow);
	}
	kvfree(rs->block);
	kvfree(rs);
}

static void retire_fn(struct work_struct *work)
{
	levee_ruleset_free(container_of(to_rcu_work(work), struct levee_ruleset, retire));
}

void levee_ruleset_retire(struct levee_ruleset *rs)
{
	INIT_RCU_WORK(&rs->retire, retire_fn);
	queue_rcu_work(retire_queue, &rs->retire);
}

u64 levee_rule_stat(const struct levee_rule *rule, u8 feature, enum levee_stat stat)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(rule->stats, cpu)->count[feature][stat]);
	return sum;
}

int levee_ruleset_init(void)
{
	retire_queue = alloc_workqueue("levee_retire", WQ_UNBOUND, 0);
	return retire_queue ? 0 : -ENOMEM;
}

void levee_ruleset_exit(void)
{
	/* 1) rcu_barrier(): every retirement is queued; 2) destroy drains the queue. */
	rcu_barrier();
	destroy_workqueue(retire_queue);
}
