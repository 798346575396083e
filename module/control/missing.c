// SPDX-License-Identifier: GPL-2.0
/* A list of names, made anew at each change of rules or feeds. */
#include <linux/sched.h>

#include "../policy/feed.h"
#include "../policy/registry.h"
#include "../report/event.h"
#include "missing.h"

/* As many as can be loaded; under the registry mutex. */
struct names {
	u32 count;
	char name[LEVEE_FEEDS_MAX][LEVEE_NAME_MAX + 1];
};

static struct names lists[2];
static struct names *missing = &lists[0];

static bool has(const struct names *names, const char *name)
{
	u32 i;

	for (i = 0; i < names->count; i++)
		if (!strcmp(names->name[i], name))
			return true;
	return false;
}

static void look_at(struct names *names, const struct levee_section *section)
{
	const struct levee_feeds *live = levee_feeds_live();
	u32 i;

	for (i = 0; i < section->nr_feeds && names->count < LEVEE_FEEDS_MAX; i++)
		if (!levee_feeds_find(live, section->feeds[i]) && !has(names, section->feeds[i]))
			strscpy(names->name[names->count++], section->feeds[i],
				sizeof(names->name[0]));
}

void levee_missing_update(const struct levee_ruleset *rs)
{
	struct names *now = missing == &lists[0] ? &lists[1] : &lists[0];
	u32 i;

	lockdep_assert_held(&levee_registry_mutex);
	now->count = 0;
	for (i = 0; i < rs->nr_rules; i++) {
		look_at(now, &rs->rules[i].sections[LEVEE_FEATURE_OUTBOUND]);
		look_at(now, &rs->rules[i].sections[LEVEE_FEATURE_DNS]);
		cond_resched();
	}
	for (i = 0; i < now->count; i++)
		if (!has(missing, now->name[i]))
			levee_report_notice(rs->generation,
					    "feed %s: a rule names it, and it is not loaded",
					    now->name[i]);
	missing = now;
}

bool levee_missing_feed(u32 index, char name[LEVEE_NAME_MAX + 1])
{
	bool found;

	mutex_lock(&levee_registry_mutex);
	found = index < missing->count;
	if (found)
		strscpy(name, missing->name[index], LEVEE_NAME_MAX + 1);
	mutex_unlock(&levee_registry_mutex);
	return found;
}
