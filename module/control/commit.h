/* SPDX-License-Identifier: GPL-2.0 */
/* The one way in which what is live changes. */
#ifndef LEVEE_CONTROL_COMMIT_H
#define LEVEE_CONTROL_COMMIT_H

#include <linux/netlink.h>

#include "stage.h"

/* All of these sleep. */

/*
 * Publishes what was staged, or flushes when it is NULL: rules, and with them
 * the feeds of the policy; those that were loaded on their own stay. *generation
 * is the new one. With @expected, only if that is the live one: -ESTALE. On any
 * error nothing changed, and the extack says why; else the feeds are taken out
 * of @staged.
 */
int levee_commit(struct levee_staged *staged, const u64 *expected, u64 *generation,
		 struct netlink_ext_ack *extack);
/*
 * Publishes a feed on its own, in place of its namesake. The module is not held
 * by it: without a policy nobody asks it. On error the caller still owns it, and
 * nothing changed.
 */
int levee_commit_feed(struct levee_feed *feed, struct netlink_ext_ack *extack);
/* Forgets a feed, a policy's or not: -ENOENT when there is none of the name. */
int levee_unload_feed(const char *name, struct netlink_ext_ack *extack);
/*
 * Labels a cgroup, in place of the labels that it had, and matches it and what is
 * below it again; either text may be NULL. -ENOENT when there is no such cgroup,
 * -EINVAL for the root, -ENOSPC at the bound, -ENOMEM; the extack says.
 */
int levee_bind(u64 cgroup_id, const char *container, const char *image,
	       struct netlink_ext_ack *extack);
/* Takes its own labels off: -ENOENT when it has none. */
int levee_unbind(u64 cgroup_id, struct netlink_ext_ack *extack);
/* Lifts the quarantine of the workload with this root: -ENOENT when there is none. */
int levee_release(u64 cgroup_id, struct netlink_ext_ack *extack);

int levee_commit_init(void);
/* Unhooks everything. The family is gone, so nobody commits. */
void levee_commit_exit(void);

#endif /* LEVEE_CONTROL_COMMIT_H */
