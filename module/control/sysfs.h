/* SPDX-License-Identifier: GPL-2.0 */
/* /sys/kernel/levee: one value a file. Documentation/ABI/sysfs-kernel-levee lists them. */
#ifndef LEVEE_CONTROL_SYSFS_H
#define LEVEE_CONTROL_SYSFS_H

#include "../policy/ruleset.h"

struct levee_rules_dir;

/* All of these sleep; under the registry mutex. */

/*
 * The directory of a ruleset's rules, complete but not in its place yet; the
 * ruleset must outlive it. An ERR_PTR when it cannot be made.
 */
struct levee_rules_dir *levee_sysfs_prepare(const struct levee_ruleset *rs);
/*
 * Puts it in its place. The one that was there is returned in *old, still
 * readable; discard it before its ruleset is retired. On error nothing changed.
 */
int levee_sysfs_show(struct levee_rules_dir *dir, struct levee_rules_dir **old);
/* Removes it; nobody reads it when this returns. NULL is allowed. */
void levee_sysfs_discard(struct levee_rules_dir *dir);

int levee_sysfs_init(void);
void levee_sysfs_exit(void);

#endif /* LEVEE_CONTROL_SYSFS_H */
