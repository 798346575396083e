/* SPDX-License-Identifier: GPL-2.0 */
/* The one way in which what is live changes. */
#ifndef LEVEE_CONTROL_COMMIT_H
#define LEVEE_CONTROL_COMMIT_H

#include <linux/netlink.h>

#include "../policy/ruleset.h"

/* All of these sleep. */

/*
 * Publishes a draft, or flushes when @draft is NULL. *generation is the new
 * one. With @expected, only if that is the live one: -ESTALE. On any error
 * nothing changed, and the extack says why.
 */
int levee_commit(const struct levee_draft *draft, const u64 *expected, u64 *generation,
		 struct netlink_ext_ack *extack);
/* Lifts the quarantine of the workload with this root: -ENOENT when there is none. */
int levee_release(u64 cgroup_id, struct netlink_ext_ack *extack);

int levee_commit_init(void);
/* Unhooks everything. The family is gone, so nobody commits. */
void levee_commit_exit(void);

#endif /* LEVEE_CONTROL_COMMIT_H */
