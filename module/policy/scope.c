// SPDX-License-Identifier: GPL-2.0
/* Scopes: patterns on the cgroup's path, the container's name and its image. */
#include "../lib/pattern.h"
#include "scope.h"

static const char *field_text(u8 field, const char *path, const struct levee_labels *labels)
{
	switch (field) {
	case LEVEE_SCOPE_FIELD_CGROUP:
		return path;
	case LEVEE_SCOPE_FIELD_CONTAINER:
		return labels->container;
	case LEVEE_SCOPE_FIELD_IMAGE:
		return labels->image;
	}
	return NULL;
}

static bool selects(const struct levee_rule *rule, const char *path,
		    const struct levee_labels *labels)
{
	bool asked[LEVEE_SCOPE_FIELD_MAX + 1] = {}, matched[LEVEE_SCOPE_FIELD_MAX + 1] = {};
	const struct levee_scope_pattern *pattern;
	const char *text;
	u32 i;

	for (i = 0; i < rule->nr_patterns; i++) {
		pattern = &rule->patterns[i];
		if (!pattern->negated)
			asked[pattern->field] = true;
		if (!pattern->negated && matched[pattern->field])
			continue;
		text = field_text(pattern->field, path, labels);
		if (!text || !levee_pattern_match(pattern->text, text))
			continue;
		if (pattern->negated)
			return false;
		matched[pattern->field] = true;
	}
	for (i = 1; i <= LEVEE_SCOPE_FIELD_MAX; i++)
		if (asked[i] && !matched[i])
			return false;
	return true;
}

const struct levee_rule *levee_scope_find(const struct levee_ruleset *rs, const char *path,
					  const struct levee_labels *labels)
{
	u32 i;

	for (i = 0; i < rs->nr_rules; i++)
		if (selects(&rs->rules[i], path, labels))
			return &rs->rules[i];
	return NULL;
}
