// SPDX-License-Identifier: GPL-2.0
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <stdlib.h>

#include "cgroup.h"
#include "lib/addr.h"
#include "lib/pattern.h"
#include "scope.h"
#include "text.h"

/* Comparisons in one policy, after which shadowing is looked for no more: a second or two. */
#define SHADOW_BUDGET 50000000

struct selection {
	const struct policy *policy;
	struct diag *diag;
	char **paths;		/* a list for each rule, joined by newlines */
	bool out_of_memory;
};

/* A label is bound to no cgroup in this version, so a pattern of one matches nothing. */
static bool scope_matches(const struct policy_rule *rule, const char *path)
{
	bool wanted[LEVEE_SCOPE_FIELD_MAX + 1] = { false };
	bool found[LEVEE_SCOPE_FIELD_MAX + 1] = { false };

	for (u32 i = 0; i < rule->pattern_count; i++) {
		const struct policy_pattern *pattern = &rule->patterns[i];
		bool match = pattern->field == LEVEE_SCOPE_FIELD_CGROUP &&
			     levee_pattern_match(pattern->text, path);

		if (match && pattern->negated)
			return false;
		wanted[pattern->field] |= !pattern->negated;
		found[pattern->field] |= match;
	}
	for (u32 field = 1; field <= LEVEE_SCOPE_FIELD_MAX; field++)
		if (wanted[field] && !found[field])
			return false;
	return true;
}

static bool looks_like_container(const char *path)
{
	const char *name = strrchr(path, '/') + 1;
	const char *id;
	size_t len;

	id = cgroup_container_id(name, &len);
	return id || !strncmp(name, "lxc.payload.", 12);
}

static bool count_containers(const char *path, void *data)
{
	u32 *count = data;

	if (!looks_like_container(path))
		return true;
	++*count;
	return false;
}

static void warn_selected(struct selection *selection, const struct policy_rule *rule,
			  const char *path)
{
	char *quote = malloc(CGROUP_PATH_MAX);
	u32 containers = 0;

	if (!quote) {
		selection->out_of_memory = true;
		return;
	}
	text_escape(quote, CGROUP_PATH_MAX, path, strlen(path));
	if (cgroup_holds_init(path))
		diag_warning(selection->diag, rule->at,
			     "the scope selects \"%s\", which holds process 1", quote);
	if (!looks_like_container(path))
		cgroup_walk(path, count_containers, &containers);
	if (containers > 1)
		diag_warning(selection->diag, rule->at, "the scope selects \"%s\", which contains "
			     "%u containers: they would be one workload", quote, containers);
	free(quote);
}

static bool select_cgroup(const char *path, void *data)
{
	struct selection *selection = data;

	for (u32 i = 0; i < selection->policy->rule_count; i++) {
		const struct policy_rule *rule = &selection->policy->rules[i];
		size_t used, len = strlen(path);
		char *list;

		if (!scope_matches(rule, path))
			continue;
		used = selection->paths[i] ? strlen(selection->paths[i]) : 0;
		list = realloc(selection->paths[i], used + len + 2);
		if (!list) {
			selection->out_of_memory = true;
			return false;
		}
		sprintf(list + used, "%s\n", path);
		selection->paths[i] = list;
		warn_selected(selection, rule, path);
		return false;
	}
	return true;
}

static void print_paths(FILE *out, const struct policy_rule *rule, char *paths)
{
	char *save = NULL;

	fputs("# rule ", out);
	text_print_quoted(out, rule->name);
	if (!paths) {
		fputs(" selects no cgroup that exists now\n", out);
		return;
	}
	fputs(" selects:\n", out);
	for (char *path = strtok_r(paths, "\n", &save); path; path = strtok_r(NULL, "\n", &save)) {
		fputs("#   ", out);
		text_print(out, path);
		putc('\n', out);
	}
}

void scope_print_selected(FILE *out, const struct policy *policy, struct diag *diag)
{
	struct selection selection = { .policy = policy, .diag = diag };
	bool walked;

	selection.paths = calloc(policy->rule_count + 1, sizeof(*selection.paths));
	if (!selection.paths) {
		diag_error(diag, (struct mark){ 0 }, "out of memory");
		return;
	}
	walked = cgroup_walk("", select_cgroup, &selection);
	if (!walked && errno == ENOMEM)
		selection.out_of_memory = true;
	else if (!walked)
		fputs("# cgroup v2 is not mounted: no scope selects anything here\n", out);
	else
		for (u32 i = 0; i < policy->rule_count; i++)
			print_paths(out, &policy->rules[i], selection.paths[i]);
	if (selection.out_of_memory)
		diag_error(diag, (struct mark){ 0 }, "out of memory");
	for (u32 i = 0; i < policy->rule_count; i++)
		free(selection.paths[i]);
	free(selection.paths);
}

static bool covers_ports(const struct levee_entry *deny, const struct levee_entry *allow)
{
	if (deny->proto != LEVEE_PROTO_ANY && deny->proto != allow->proto)
		return false;
	if (!deny->has_ports)
		return true;
	/* Ports of every protocol still leave out the protocols that have none. */
	return allow->has_ports && deny->port_first <= allow->port_first &&
	       deny->port_last >= allow->port_last;
}

static bool same_prefix(const u8 *a, const u8 *b, u32 bits)
{
	if (memcmp(a, b, bits / 8))
		return false;
	return !(bits % 8) || !((a[bits / 8] ^ b[bits / 8]) & (0xff00 >> bits % 8) & 0xff);
}

static bool in_loopback(const struct levee_entry *entry)
{
	struct levee_addr addr;

	if (entry->target == LEVEE_TARGET_LOOPBACK)
		return true;
	if (entry->target != LEVEE_TARGET_PREFIX || entry->prefix_len < 8 ||
	    (entry->addr_len == 16 && entry->prefix_len < 128))
		return false;
	return levee_addr_read(&addr, entry->addr, entry->addr_len) &&
	       levee_addr_is_loopback(&addr);
}

/* Whether the deny entry covers all that the allow entry does, by what is sure. */
static bool covers_target(const struct levee_entry *deny, const struct levee_entry *allow)
{
	if (deny->target == LEVEE_TARGET_ANY)
		return !in_loopback(allow);
	if (deny->target == LEVEE_TARGET_LOOPBACK)
		return in_loopback(allow);
	if (deny->target != allow->target)
		return false;
	if (deny->target != LEVEE_TARGET_PREFIX)
		return true;
	/* Loopback is denied only by an entry inside it. */
	return deny->addr_len == allow->addr_len && deny->prefix_len <= allow->prefix_len &&
	       same_prefix(deny->addr, allow->addr, deny->prefix_len) &&
	       (in_loopback(deny) || !in_loopback(allow));
}

/* The first entry that is not below (address, length), the first two that order prefixes. */
static u32 lower_bound(const struct policy_list *list, const struct levee_entry *key)
{
	u32 low = 0, high = list->count;

	while (low < high) {
		u32 middle = low + (high - low) / 2;

		if (levee_entry_compare(&list->entries[middle].entry, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const struct policy_entry *find_in(const struct policy_list *deny, u32 from,
					  const struct levee_entry *key,
					  const struct levee_entry *allow, u64 *budget)
{
	for (u32 i = from; i < deny->count && *budget; i++) {
		const struct levee_entry *entry = &deny->entries[i].entry;

		--*budget;
		if (entry->target != key->target || entry->addr_len != key->addr_len ||
		    entry->prefix_len != key->prefix_len ||
		    memcmp(entry->addr, key->addr, sizeof(key->addr)))
			break;
		if (covers_target(entry, allow) && covers_ports(entry, allow))
			return &deny->entries[i];
	}
	return NULL;
}

static const struct policy_entry *find_shadow(const struct policy_list *deny,
					      const struct levee_entry *allow, u64 *budget)
{
	const struct policy_entry *found = NULL;
	struct levee_entry key = { .proto = LEVEE_PROTO_ANY, .port_last = 65535 };

	/* The words and what has no address: a run of entries for each target. */
	for (u32 target = LEVEE_TARGET_ANY; !found && target <= LEVEE_TARGET_MAX; target++) {
		key.target = target;
		found = find_in(deny, lower_bound(deny, &key), &key, allow, budget);
	}
	if (found || allow->target != LEVEE_TARGET_PREFIX)
		return found;
	key.target = LEVEE_TARGET_PREFIX;
	key.addr_len = allow->addr_len;
	for (u32 bits = 0; !found && bits <= allow->prefix_len; bits++) {
		key.prefix_len = bits;
		memset(key.addr, 0, sizeof(key.addr));
		memcpy(key.addr, allow->addr, (bits + 7) / 8);
		if (bits % 8)
			key.addr[bits / 8] &= 0xff00 >> bits % 8;
		found = find_in(deny, lower_bound(deny, &key), &key, allow, budget);
	}
	return found;
}

void scope_warn_shadowed(const struct policy *policy, struct diag *diag)
{
	u64 budget = SHADOW_BUDGET;

	for (u32 i = 0; i < policy->rule_count; i++) {
		for (u32 feature = 1; feature <= LEVEE_FEATURE_MAX; feature++) {
			const struct policy_list *lists = policy->rules[i].sections[feature].lists;
			const struct policy_list *allow = &lists[LEVEE_ACTION_ALLOW];
			const struct policy_list *deny = &lists[LEVEE_ACTION_DENY];

			for (u32 a = 0; deny->count && a < allow->count; a++) {
				char text[LEVEE_ENTRY_TEXT_MAX], by[LEVEE_ENTRY_TEXT_MAX];
				const struct policy_entry *entry = &allow->entries[a], *shadow;

				shadow = find_shadow(deny, &entry->entry, &budget);
				if (!shadow)
					continue;
				levee_entry_format(text, sizeof(text), &entry->entry);
				levee_entry_format(by, sizeof(by), &shadow->entry);
				diag_warning(diag, entry->at, "the allow entry \"%s\" has no "
					     "effect: the deny entry \"%s\" of line %u covers it",
					     text, by, shadow->at.line);
			}
		}
	}
	if (!budget)
		diag_warning(diag, (struct mark){ 0 },
			     "too many entries: not every allow entry was held against deny");
}
