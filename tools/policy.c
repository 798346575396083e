// SPDX-License-Identifier: GPL-2.0
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>

#include "policy.h"

struct policy *policy_new(void)
{
	return calloc(1, sizeof(struct policy));
}

void policy_drop_entry(struct levee_entry *entry)
{
	if (levee_entry_is_domain(entry))
		free((void *)entry->name);
}

static void clear_list(struct policy_list *list)
{
	while (list->count)
		policy_drop_entry(&list->entries[--list->count].entry);
}

void policy_rule_clear_entries(struct policy_rule *rule)
{
	for (u32 feature = 1; feature <= LEVEE_FEATURE_MAX; feature++)
		for (u32 action = 1; action <= LEVEE_ACTION_MAX; action++)
			clear_list(&rule->sections[feature].lists[action]);
}

static void free_sections(struct policy_rule *rule)
{
	policy_rule_clear_entries(rule);
	for (u32 feature = 1; feature <= LEVEE_FEATURE_MAX; feature++) {
		for (u32 action = 1; action <= LEVEE_ACTION_MAX; action++)
			free(rule->sections[feature].lists[action].entries);
		free(rule->sections[feature].feeds);
	}
}

void policy_free(struct policy *policy)
{
	if (!policy)
		return;
	for (u32 i = 0; i < policy->rule_count; i++) {
		struct policy_rule *rule = &policy->rules[i];

		for (u32 p = 0; p < rule->pattern_count; p++)
			free(rule->patterns[p].text);
		free(rule->patterns);
		free_sections(rule);
	}
	for (u32 i = 0; i < policy->feed_count; i++)
		free(policy->feeds[i].path);
	free(policy->feeds);
	free(policy->rules);
	free(policy);
}

struct policy_rule *policy_add_rule(struct policy *policy)
{
	struct policy_rule *rules, *rule;

	rules = realloc(policy->rules, (policy->rule_count + 1) * sizeof(*rules));
	if (!rules)
		return NULL;
	policy->rules = rules;
	rule = &rules[policy->rule_count++];
	memset(rule, 0, sizeof(*rule));
	for (u32 feature = 1; feature <= LEVEE_FEATURE_MAX; feature++) {
		rule->sections[feature].effect = LEVEE_EFFECT_DISABLE;
		rule->sections[feature].feed_use = LEVEE_FEED_USE_ALL;
	}
	rule->sections[LEVEE_FEATURE_RAW_SOCKETS].effect = LEVEE_EFFECT_ALERT;
	rule->model.learn_for = POLICY_LEARN_FOR;
	rule->model.dry_run_for = POLICY_DRY_RUN_FOR;
	return rule;
}

bool policy_add_pattern(struct policy_rule *rule, u32 field, bool negated, const char *text,
			struct mark at)
{
	struct policy_pattern *patterns;
	char *copy = strdup(text);

	patterns = realloc(rule->patterns, (rule->pattern_count + 1) * sizeof(*patterns));
	if (patterns)
		rule->patterns = patterns;
	if (!copy || !patterns) {
		free(copy);
		return false;
	}
	patterns[rule->pattern_count++] = (struct policy_pattern){
		.field = field, .negated = negated, .text = copy, .at = at,
	};
	return true;
}

bool policy_add_feed(struct policy *policy, const char *name, u32 kind, const char *path,
		     struct mark at)
{
	struct policy_feed *feeds = realloc(policy->feeds,
					    (policy->feed_count + 1) * sizeof(*feeds));
	char *copy = strdup(path);

	if (feeds)
		policy->feeds = feeds;
	if (!copy || !feeds) {
		free(copy);
		return false;
	}
	feeds += policy->feed_count++;
	*feeds = (struct policy_feed){ .kind = kind, .path = copy, .at = at };
	snprintf(feeds->name, sizeof(feeds->name), "%s", name);
	return true;
}

const struct policy_feed *policy_find_feed(const struct policy *policy, const char *name)
{
	for (u32 i = 0; i < policy->feed_count; i++)
		if (!strcmp(policy->feeds[i].name, name))
			return &policy->feeds[i];
	return NULL;
}

bool policy_section_add_feed(struct policy_section *section, const char *name, struct mark at)
{
	struct policy_label *feeds = realloc(section->feeds,
					     (section->feed_count + 1) * sizeof(*feeds));

	if (!feeds)
		return false;
	section->feeds = feeds;
	feeds += section->feed_count++;
	snprintf(feeds->text, sizeof(feeds->text), "%s", name);
	feeds->at = at;
	return true;
}

bool policy_keep_entry(struct levee_entry *copy, const struct levee_entry *entry)
{
	u8 *name;

	*copy = *entry;
	if (!levee_entry_is_domain(entry))
		return true;
	name = malloc(entry->name_len);
	if (!name)
		return false;
	memcpy(name, entry->name, entry->name_len);
	copy->name = name;
	return true;
}

bool policy_list_add(struct policy_list *list, const struct levee_entry *entry, struct mark at)
{
	struct policy_entry added = { .at = at };

	if (list->count == list->room) {
		u32 room = list->room ? list->room * 2 : 16;
		struct policy_entry *entries = realloc(list->entries, room * sizeof(*entries));

		if (!entries)
			return false;
		list->entries = entries;
		list->room = room;
	}
	if (!policy_keep_entry(&added.entry, entry))
		return false;
	list->entries[list->count++] = added;
	return true;
}

static int compare_entries(const void *a, const void *b)
{
	const struct policy_entry *x = a, *y = b;
	int order = levee_entry_compare(&x->entry, &y->entry);

	if (order)
		return order;
	if (x->at.line != y->at.line)
		return x->at.line < y->at.line ? -1 : 1;
	return x->at.column < y->at.column ? -1 : x->at.column > y->at.column;
}

static void finish_list(struct policy_list *list)
{
	u32 kept = 0;

	if (!list->count)
		return;
	qsort(list->entries, list->count, sizeof(*list->entries), compare_entries);
	for (u32 i = 1; i < list->count; i++) {
		struct policy_entry *entry = &list->entries[i];

		if (levee_entry_compare(&list->entries[kept].entry, &entry->entry))
			list->entries[++kept] = *entry;
		else
			policy_drop_entry(&entry->entry);
	}
	list->count = kept + 1;
}

static int compare_labels(const void *a, const void *b)
{
	const struct policy_label *x = a, *y = b;

	return strcmp(x->text, y->text);
}

static int compare_ports(const void *a, const void *b)
{
	const u16 *x = a, *y = b;

	return (int)*x - (int)*y;
}

static int compare_servers(const void *a, const void *b)
{
	const struct policy_server *x = a, *y = b;

	return levee_addr_compare(&x->addr, &y->addr);
}

/* Sorts an array, keeps one of each, returns how many are left. */
static u32 sort_unique(void *array, u32 count, size_t size,
		       int (*compare)(const void *, const void *))
{
	u8 *at = array;
	u32 kept = 0;

	if (!count)
		return 0;
	qsort(array, count, size, compare);
	for (u32 i = 1; i < count; i++)
		if (compare(at + kept * size, at + i * size))
			memmove(at + ++kept * size, at + i * size, size);
	return kept + 1;
}

static bool pattern_after(const struct policy_pattern *a, const struct policy_pattern *b)
{
	if (a->negated != b->negated)
		return a->negated;
	return a->field > b->field;
}

void policy_rule_finish(struct policy_rule *rule)
{
	struct policy_dns *dns = &rule->dns;

	policy_scan_finish(&rule->scan);
	for (u32 feature = 1; feature <= LEVEE_FEATURE_MAX; feature++)
		for (u32 action = 1; action <= LEVEE_ACTION_MAX; action++)
			finish_list(&rule->sections[feature].lists[action]);
	for (u32 feature = 1; feature <= LEVEE_FEATURE_MAX; feature++) {
		struct policy_section *section = &rule->sections[feature];

		section->feed_count = sort_unique(section->feeds, section->feed_count,
						  sizeof(*section->feeds), compare_labels);
	}
	dns->port_count = sort_unique(dns->ports, dns->port_count, sizeof(*dns->ports),
				      compare_ports);
	dns->server_count = sort_unique(dns->servers, dns->server_count, sizeof(*dns->servers),
					compare_servers);
	/* Insertion sort: stable, and there are at most LEVEE_PATTERNS_MAX. */
	for (u32 i = 1; i < rule->pattern_count; i++) {
		struct policy_pattern moved = rule->patterns[i];
		u32 j = i;

		for (; j && pattern_after(&rule->patterns[j - 1], &moved); j--)
			rule->patterns[j] = rule->patterns[j - 1];
		rule->patterns[j] = moved;
	}
}

static bool lists_equal(const struct policy_list *a, const struct policy_list *b)
{
	if (a->count != b->count)
		return false;
	for (u32 i = 0; i < a->count; i++)
		if (levee_entry_compare(&a->entries[i].entry, &b->entries[i].entry))
			return false;
	return true;
}

static bool feeds_used_equal(const struct policy_section *a, const struct policy_section *b)
{
	if (a->feed_use != b->feed_use || a->feed_count != b->feed_count)
		return false;
	for (u32 i = 0; i < a->feed_count; i++)
		if (strcmp(a->feeds[i].text, b->feeds[i].text))
			return false;
	return true;
}

static bool dns_equal(const struct policy_dns *a, const struct policy_dns *b)
{
	if (a->port_count != b->port_count || a->server_count != b->server_count ||
	    a->servers_only != b->servers_only || a->has_grace != b->has_grace ||
	    (a->has_grace && a->grace != b->grace) ||
	    memcmp(a->ports, b->ports, a->port_count * sizeof(*a->ports)))
		return false;
	for (u32 i = 0; i < a->server_count; i++)
		if (levee_addr_compare(&a->servers[i].addr, &b->servers[i].addr))
			return false;
	return true;
}

static bool feeds_equal(const struct policy *a, const struct policy *b)
{
	if (a->feed_count != b->feed_count)
		return false;
	/* The kernel has them in the order of their names. */
	for (u32 i = 0; i < a->feed_count; i++) {
		const struct policy_feed *feed = &a->feeds[i];
		const struct policy_feed *same = policy_find_feed(b, feed->name);

		if (!same || feed->kind != same->kind || strcmp(feed->path, same->path))
			return false;
	}
	return true;
}

static bool rules_equal(const struct policy_rule *a, const struct policy_rule *b)
{
	if (strcmp(a->name, b->name) || a->pattern_count != b->pattern_count ||
	    a->families != b->families || !dns_equal(&a->dns, &b->dns) ||
	    !policy_scan_equal(&a->scan, &b->scan) ||
	    a->model.mode != b->model.mode ||
	    a->model.learn_for != b->model.learn_for ||
	    a->model.dry_run_for != b->model.dry_run_for || a->model.adapt != b->model.adapt ||
	    a->model.key != b->model.key)
		return false;
	for (u32 i = 0; i < a->pattern_count; i++) {
		const struct policy_pattern *p = &a->patterns[i], *q = &b->patterns[i];

		if (p->field != q->field || p->negated != q->negated || strcmp(p->text, q->text))
			return false;
	}
	for (u32 feature = 1; feature <= LEVEE_FEATURE_MAX; feature++) {
		const struct policy_section *s = &a->sections[feature], *t = &b->sections[feature];

		if (s->effect != t->effect || s->action != t->action || s->hold != t->hold ||
		    !feeds_used_equal(s, t))
			return false;
		for (u32 action = 1; action <= LEVEE_ACTION_MAX; action++)
			if (!lists_equal(&s->lists[action], &t->lists[action]))
				return false;
	}
	return true;
}

bool policy_equal(const struct policy *a, const struct policy *b)
{
	if (a->require != b->require || a->alert_only != b->alert_only ||
	    a->rule_count != b->rule_count || !feeds_equal(a, b))
		return false;
	for (u32 i = 0; i < a->rule_count; i++)
		if (!rules_equal(&a->rules[i], &b->rules[i]))
			return false;
	return true;
}

u64 policy_rule_entries(const struct policy_rule *rule)
{
	u64 sum = 0;

	for (u32 feature = 1; feature <= LEVEE_FEATURE_MAX; feature++)
		for (u32 action = 1; action <= LEVEE_ACTION_MAX; action++)
			sum += rule->sections[feature].lists[action].count;
	return sum;
}

u32 policy_section_action(const struct policy_rule *rule, u32 feature)
{
	const struct policy_section *section = &rule->sections[feature];

	if (section->action)
		return section->action;
	if (feature == LEVEE_FEATURE_RAW_SOCKETS || section->lists[LEVEE_ACTION_ALLOW].count)
		return LEVEE_ACTION_DENY;
	return LEVEE_ACTION_ALLOW;
}

bool policy_has_lists(u32 feature)
{
	return feature == LEVEE_FEATURE_OUTBOUND || feature == LEVEE_FEATURE_LISTEN ||
	       feature == LEVEE_FEATURE_RAW_SOCKETS || feature == LEVEE_FEATURE_DNS;
}

bool policy_has_feeds(u32 feature)
{
	return feature == LEVEE_FEATURE_OUTBOUND || feature == LEVEE_FEATURE_DNS;
}
