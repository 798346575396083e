// SPDX-License-Identifier: GPL-2.0
/* From a draft to a frozen ruleset: one block for all tables, sized first, filled once. */
#include <linux/mm.h>
#include <linux/random.h>
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

static void uncharge(struct levee_draft *draft, size_t bytes)
{
	atomic_long_sub(bytes, &draft_bytes);
	draft->bytes -= bytes;
}

static void drop_names(struct levee_draft *draft, struct levee_draft_list *list,
		       const struct levee_draft_names *until)
{
	struct levee_draft_names *names;

	while (list->names != until) {
		names = list->names;
		list->names = names->older;
		kfree(names);
		uncharge(draft, sizeof(*names));
	}
}

static void free_tables(const struct levee_rule *rule)
{
	u32 feature;

	for (feature = 1; feature <= LEVEE_FEATURE_MAX; feature++)
		kvfree(rule->sections[feature].feeds);
	kvfree(rule->patterns);
}

static void draft_rule_free(struct levee_draft *draft, struct levee_draft_rule *rule)
{
	u32 feature, action;

	for (feature = 1; feature <= LEVEE_FEATURE_MAX; feature++) {
		for (action = 1; action <= LEVEE_ACTION_MAX; action++) {
			drop_names(draft, &rule->lists[feature][action], NULL);
			kvfree(rule->lists[feature][action].entries);
		}
	}
	free_tables(&rule->rule);
	kvfree(rule);
}

void levee_draft_free(struct levee_draft *draft)
{
	u32 i;

	if (!draft)
		return;
	for (i = 0; i < draft->nr_rules; i++)
		draft_rule_free(draft, draft->rules[i]);
	atomic_long_sub(draft->bytes, &draft_bytes);
	kvfree(draft->rules);
	kfree(draft);
}

static size_t feeds_bytes(const struct levee_section *section)
{
	return section->nr_feeds * sizeof(*section->feeds);
}

int levee_draft_add_rule(struct levee_draft *draft, const struct levee_rule *rule,
			 struct netlink_ext_ack *extack)
{
	size_t bytes = sizeof(struct levee_draft_rule) +
		       rule->nr_patterns * sizeof(*rule->patterns);
	struct levee_draft_rule *copy;
	u32 feature;
	int err;

	for (feature = 1; feature <= LEVEE_FEATURE_MAX; feature++)
		bytes += feeds_bytes(&rule->sections[feature]);
	if (draft->nr_rules == LEVEE_RULES_MAX) {
		NL_SET_ERR_MSG(extack, "a policy has at most 1024 rules");
		err = -E2BIG;
		goto err_tables;
	}
	if (!draft->rules) {
		draft->rules = kvcalloc(LEVEE_RULES_MAX, sizeof(*draft->rules),
					GFP_KERNEL_ACCOUNT);
		if (!draft->rules) {
			err = -ENOMEM;
			goto err_tables;
		}
	}
	err = charge(draft, bytes, extack);
	if (err)
		goto err_tables;
	copy = kvzalloc(sizeof(*copy), GFP_KERNEL_ACCOUNT);
	if (!copy) {
		/* The charge goes back with the draft. */
		err = -ENOMEM;
		goto err_tables;
	}
	copy->rule = *rule;
	copy->rule.index = draft->nr_rules;
	draft->rules[draft->nr_rules++] = copy;
	return 0;

err_tables:
	free_tables(rule);
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
	mark.names = mark.list->names;
	mark.names_used = mark.names ? mark.names->used : 0;
	return mark;
}

void levee_draft_back_to(struct levee_draft *draft, const struct levee_draft_mark *mark)
{
	mark->rule->nr_entries -= mark->list->count - mark->count;
	mark->list->count = mark->count;
	drop_names(draft, mark->list, mark->names);
	if (mark->names)
		mark->names->used = mark->names_used;
}

/* A copy of a name, as long as its list is. */
static const u8 *keep_name(struct levee_draft *draft, struct levee_draft_list *list,
			   const struct levee_entry *entry, struct netlink_ext_ack *extack)
{
	struct levee_draft_names *names = list->names;
	u8 *copy;
	int err;

	if (!names || sizeof(names->bytes) - names->used < entry->name_len) {
		err = charge(draft, sizeof(*names), extack);
		if (err)
			return ERR_PTR(err);
		names = kmalloc(sizeof(*names), GFP_KERNEL_ACCOUNT);
		if (!names) {
			uncharge(draft, sizeof(*names));
			return ERR_PTR(-ENOMEM);
		}
		names->used = 0;
		names->older = list->names;
		list->names = names;
	}
	copy = names->bytes + names->used;
	memcpy(copy, entry->name, entry->name_len);
	names->used += entry->name_len;
	return copy;
}

int levee_draft_add_entry(struct levee_draft *draft, const struct levee_draft_mark *mark,
			  const struct levee_entry *entry, struct netlink_ext_ack *extack)
{
	struct levee_draft_rule *draft_rule = mark->rule;
	struct levee_draft_list *list = mark->list;
	const u8 *name = NULL;
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
	if (levee_entry_is_domain(entry)) {
		name = keep_name(draft, list, entry, extack);
		if (IS_ERR(name))
			return PTR_ERR(name);
	}
	list->entries[list->count] = *entry;
	if (name)
		list->entries[list->count].name = name;
	list->count++;
	draft_rule->nr_entries++;
	return 0;
}

/* Where the next table of the block goes. */
struct cursor {
	u8 *at;
	size_t left;
	struct levee_domain *domains;	/* room for those of any one list */
};

#define TABLE_ALIGN 8

#define DNS_PORT 53	/* RFC 1035 section 4.2 */
#define DNS_GRACE 60	/* seconds: who resolved a name connects at once, or soon */

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

/* How many come before the domain entries, which are the last. */
static u32 count_others(const struct levee_draft_list *draft)
{
	u32 count = draft->count;

	while (count && levee_entry_is_domain(&draft->entries[count - 1]))
		count--;
	return count;
}

static u32 list_domains(struct levee_domain *domains, const struct levee_entry *entries, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++)
		domains[i] = levee_entry_domain(&entries[i]);
	return count;
}

static size_t names_bytes(const struct levee_entry *entries, u32 count)
{
	size_t bytes = 0;

	while (count--)
		bytes += entries++->name_len;
	return bytes;
}

static size_t domains_bytes(struct cursor *cursor, const struct levee_entry *entries, u32 count)
{
	list_domains(cursor->domains, entries, count);
	return ALIGN(names_bytes(entries, count), TABLE_ALIGN) +
	       ALIGN(count * sizeof(struct levee_interval), TABLE_ALIGN) +
	       ALIGN(levee_domain_table_size(cursor->domains, count), TABLE_ALIGN);
}

static size_t list_bytes(struct cursor *cursor, u32 feature, const struct levee_draft_list *draft)
{
	u32 others = count_others(draft);
	size_t bytes;

	if (!draft->count)
		return 0;
	bytes = ALIGN(draft->count * sizeof(struct levee_entry), TABLE_ALIGN);
	if (others < draft->count)
		bytes += domains_bytes(cursor, draft->entries + others, draft->count - others);
	if (!others)
		return bytes;
	if (list_is_outbound(feature))
		return bytes + ALIGN(levee_prefix_table_size(draft->entries, others), TABLE_ALIGN);
	/* ports and ephemeral: together at most one interval an entry */
	return bytes + ALIGN(others * sizeof(struct levee_interval), TABLE_ALIGN) + TABLE_ALIGN;
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

static int build_prefixes(struct cursor *cursor, struct levee_list *list)
{
	size_t room = levee_prefix_table_size(list->entries, list->first_domain);
	long used;

	if (WARN_ON_ONCE(room > cursor->left))
		return -EINVAL;
	used = levee_prefix_table_build(cursor->at, room, list->entries, list->first_domain);
	if (used < 0)
		return used;
	list->prefixes = take(cursor, used);
	return list->prefixes ? 0 : -EINVAL;
}

static int take_names(struct cursor *cursor, struct levee_entry *entries, u32 count)
{
	u8 *at = take(cursor, names_bytes(entries, count));
	u32 i;

	if (!at)
		return -EINVAL;
	for (i = 0; i < count; i++) {
		memcpy(at, entries[i].name, entries[i].name_len);
		entries[i].name = at;
		at += entries[i].name_len;
	}
	return 0;
}

static bool same_name(const struct levee_entry *a, const struct levee_entry *b)
{
	return a->target == b->target && a->name_len == b->name_len &&
	       !memcmp(a->name, b->name, a->name_len);
}

/* Ports and protocols of entries of one name and target, which the table finds together. */
static int build_name_ports(struct cursor *cursor, struct levee_list *list, u32 count)
{
	/* Behind all that is looked for: it stands where others were merged. */
	static const struct levee_interval none = { .first = ~0U };
	const struct levee_entry *entries = list->entries + list->first_domain;
	struct levee_interval *set = take(cursor, count * sizeof(*set));
	u32 begin, end, kept;

	if (!set)
		return -EINVAL;
	for (begin = 0; begin < count; begin = end) {
		for (end = begin; end < count && same_name(&entries[begin], &entries[end]); end++)
			set[end] = levee_interval_of(&entries[end], list->first_domain + end);
		kept = begin + levee_port_set_build(set + begin, end - begin);
		while (kept < end)
			set[kept++] = none;
	}
	list->ports = set;
	list->nr_ports = count;
	return 0;
}

static int build_domains(struct cursor *cursor, struct levee_list *list)
{
	u32 count = list->count - list->first_domain;
	size_t room;
	u64 seed[2];
	long used;
	int err;

	err = take_names(cursor, list->entries + list->first_domain, count) ?:
	      build_name_ports(cursor, list, count);
	if (err)
		return err;
	list_domains(cursor->domains, list->entries + list->first_domain, count);
	room = levee_domain_table_size(cursor->domains, count);
	if (WARN_ON_ONCE(room > cursor->left))
		return -EINVAL;
	get_random_bytes(seed, sizeof(seed));
	used = levee_domain_table_build(cursor->at, room, cursor->domains, count, seed);
	if (used < 0)
		return used;
	list->domains = take(cursor, used);
	return list->domains ? 0 : -EINVAL;
}

static int build_list(struct cursor *cursor, u32 feature, struct levee_list *list,
		      const struct levee_draft_list *draft)
{
	int err;
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
	list->first_domain = count_others(draft);
	if (list->first_domain < list->count) {
		err = build_domains(cursor, list);
		if (err)
			return err;
	}
	if (!list->first_domain)
		return 0;
	if (list_is_outbound(feature))
		return build_prefixes(cursor, list);
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

static int build_feeds(struct cursor *cursor, struct levee_section *section)
{
	char (*feeds)[LEVEE_NAME_MAX + 1];

	if (!section->nr_feeds)
		return 0;
	feeds = take(cursor, feeds_bytes(section));
	if (!feeds)
		return -EINVAL;
	memcpy(feeds, section->feeds, feeds_bytes(section));
	section->feeds = feeds;
	return 0;
}

/* Whether names decide what may be reached: in the allow or the deny list. */
static bool names_outbound(const struct levee_draft_rule *draft, u8 action)
{
	const struct levee_draft_list *list = &draft->lists[LEVEE_FEATURE_OUTBOUND][action];

	return draft->rule.sections[LEVEE_FEATURE_OUTBOUND].written > LEVEE_EFFECT_DISABLE &&
	       count_others(list) < list->count;
}

static bool resolves_outbound(const struct levee_draft_rule *draft)
{
	return names_outbound(draft, LEVEE_ACTION_ALLOW) ||
	       names_outbound(draft, LEVEE_ACTION_DENY);
}

static void complete_dns(struct levee_rule *rule, const struct levee_draft_rule *draft)
{
	struct levee_dns_settings *dns = &rule->dns;

	if (!dns->has_ports) {
		dns->nr_ports = 1;
		dns->ports[0] = DNS_PORT;
	}
	if (!dns->has_grace)
		dns->grace = DNS_GRACE;
	rule->guards_dns = rule->sections[LEVEE_FEATURE_DNS].written > LEVEE_EFFECT_DISABLE;
	rule->resolves = rule->guards_dns || resolves_outbound(draft);
	rule->opens = names_outbound(draft, LEVEE_ACTION_ALLOW);
	rule->learns = rule->model.mode == LEVEE_MODEL_MODE_LEARN;
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
	complete_dns(rule, draft);
	for (feature = 1; feature <= LEVEE_FEATURE_MAX; feature++) {
		section = &rule->sections[feature];
		section->effect = section->written;
		if (alert_only)
			section->effect = min_t(u8, section->written, LEVEE_EFFECT_ALERT);
		err = build_feeds(cursor, section);
		if (err)
			return err;
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

static int check_rule(const struct levee_draft_rule *draft, struct netlink_ext_ack *extack)
{
	const struct levee_dns_settings *dns = &draft->rule.dns;

	if (dns->servers_only && !dns->nr_servers) {
		NL_SET_ERR_MSG(extack, "servers-only without servers would refuse all DNS");
		return -EINVAL;
	}
	/* Else any host that a workload asks could open what it likes. */
	if (!dns->nr_servers && resolves_outbound(draft)) {
		NL_SET_ERR_MSG(extack, "names in outbound need the rule's dns servers");
		return -EINVAL;
	}
	return 0;
}

/* Of packets from all other ports nobody needs to know whose they are. */
static u64 heard_ports(const struct levee_rule *rule)
{
	u64 bits = 0;
	u32 i;

	for (i = 0; rule->resolves && i < rule->dns.nr_ports; i++)
		bits |= BIT_ULL(rule->dns.ports[i] % 64);
	return bits;
}

/* Room for the domains of the longest list, which no table keeps. */
static int alloc_domains(struct cursor *cursor, const struct levee_draft *draft)
{
	const struct levee_draft_list *list;
	u32 i, feature, action, most = 0;

	for (i = 0; i < draft->nr_rules; i++) {
		for (feature = 1; feature <= LEVEE_FEATURE_MAX; feature++) {
			for (action = 1; action <= LEVEE_ACTION_MAX; action++) {
				list = &draft->rules[i]->lists[feature][action];
				most = max(most, list->count - count_others(list));
			}
		}
	}
	if (!most)
		return 0;
	cursor->domains = kvmalloc_array(most, sizeof(*cursor->domains), GFP_KERNEL_ACCOUNT);
	return cursor->domains ? 0 : -ENOMEM;
}

static size_t rule_bytes(struct cursor *cursor, const struct levee_draft_rule *draft)
{
	size_t bytes = ALIGN(draft->rule.nr_patterns * sizeof(struct levee_scope_pattern),
			     TABLE_ALIGN);
	u32 feature, action;

	for (feature = 1; feature <= LEVEE_FEATURE_MAX; feature++) {
		bytes += ALIGN(feeds_bytes(&draft->rule.sections[feature]), TABLE_ALIGN);
		for (action = 1; action <= LEVEE_ACTION_MAX; action++)
			bytes += list_bytes(cursor, feature, &draft->lists[feature][action]);
	}
	return bytes;
}

/* The ruleset and its block, to be filled from the cursor. */
static struct levee_ruleset *ruleset_alloc_block(struct cursor *cursor,
						 const struct levee_draft *draft,
						 struct netlink_ext_ack *extack)
{
	struct levee_ruleset *rs;
	u32 i;

	cursor->left = 0;
	for (i = 0; i < draft->nr_rules; i++) {
		cursor->left += rule_bytes(cursor, draft->rules[i]);
		cond_resched();
	}
	if (cursor->left > levee_draft_budget()) {
		NL_SET_ERR_MSG(extack, "the compiled policy exceeds the memory budget");
		return ERR_PTR(-E2BIG);
	}
	rs = ruleset_alloc(draft->nr_rules);
	if (!rs)
		return ERR_PTR(-ENOMEM);
	rs->block = kvzalloc(max_t(size_t, cursor->left, TABLE_ALIGN), GFP_KERNEL_ACCOUNT);
	if (!rs->block) {
		levee_ruleset_free(rs);
		return ERR_PTR(-ENOMEM);
	}
	rs->bytes += cursor->left;
	cursor->at = rs->block;
	return rs;
}

static int build_rules(struct cursor *cursor, struct levee_ruleset *rs,
		       const struct levee_draft *draft, struct netlink_ext_ack *extack)
{
	u32 i;
	int err;

	for (i = 0; i < draft->nr_rules; i++) {
		rs->nr_rules = i + 1;
		err = build_rule(cursor, &rs->rules[i], draft->rules[i], draft->alert_only);
		if (err) {
			if (err != -ENOMEM)
				NL_SET_ERR_MSG(extack, "the entries do not compile");
			return err;
		}
		rs->dns_ports |= heard_ports(&rs->rules[i]);
		cond_resched();
	}
	return 0;
}

struct levee_ruleset *levee_ruleset_build(const struct levee_draft *draft,
					  struct netlink_ext_ack *extack)
{
	struct cursor cursor = {};
	struct levee_ruleset *rs;
	u32 i;
	int err;

	for (i = 0; i < draft->nr_rules; i++) {
		err = check_rule(draft->rules[i], extack);
		if (err)
			return ERR_PTR(err);
	}
	err = alloc_domains(&cursor, draft);
	if (err)
		return ERR_PTR(err);
	rs = ruleset_alloc_block(&cursor, draft, extack);
	if (IS_ERR(rs))
		goto out;
	rs->alert_only = draft->alert_only;
	rs->require = draft->require;
	err = build_rules(&cursor, rs, draft, extack);
	if (err) {
		levee_ruleset_free(rs);
		rs = ERR_PTR(err);
	}
out:
	kvfree(cursor.domains);
	return rs;
}

void levee_ruleset_free(struct levee_ruleset *rs)
{
	u32 i;

	if (IS_ERR_OR_NULL(rs))
		return;
	for (i = 0; i < rs->nr_rules; i++) {
		free_percpu(rs->rules[i].stats);
		levee_workload_free_overflow(rs->rules[i].overflow);
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

bool levee_dns_is_server(const struct levee_dns_settings *dns, const struct levee_addr *addr)
{
	u32 i;

	for (i = 0; i < dns->nr_servers; i++)
		if (!levee_addr_compare(&dns->servers[i], addr))
			return true;
	return false;
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
