/* SPDX-License-Identifier: GPL-2.0 */
/* A feed in memory to the kernel. */
#ifndef LEVEECTL_FEED_PUSH_H
#define LEVEECTL_FEED_PUSH_H

#include "feed_file.h"
#include "netlink.h"

/*
 * Stages the feed, as a part of the policy with that stage, or, with 0, on its
 * own. @path is told as its source, unless NULL. *stage, which may be NULL, is
 * what feed_commit() needs. 0, or -1 with the error.
 */
int feed_push(struct netlink *nl, const struct feed_file *feed, const char *name, const char *path,
	      u64 policy_stage, u64 *stage, struct netlink_error *error);
/* Publishes a feed that was staged on its own. 0, or -1 with the error. */
int feed_commit(struct netlink *nl, u64 stage, struct netlink_error *error);

#endif /* LEVEECTL_FEED_PUSH_H */
