/* SPDX-License-Identifier: GPL-2.0 */
/* Which rule's scope selects a cgroup. */
#ifndef LEVEE_POLICY_SCOPE_H
#define LEVEE_POLICY_SCOPE_H

#include "labels.h"
#include "ruleset.h"

/*
 * The first rule in order whose scope selects the cgroup, or NULL. Fields are
 * ANDed, patterns inside a field ORed, a negated pattern that matches excludes;
 * a label that is not known matches no pattern. Pure; any context.
 */
const struct levee_rule *levee_scope_find(const struct levee_ruleset *rs, const char *path,
					  const struct levee_labels *labels);

#endif /* LEVEE_POLICY_SCOPE_H */
