/* SPDX-License-Identifier: GPL-2.0 */
/* The live policy comes from the kernel. */
#ifndef LEVEECTL_POLICY_PULL_H
#define LEVEECTL_POLICY_PULL_H

#include "netlink.h"
#include "policy.h"

/*
 * The rules, their statistics and, with @entries, their lists, all of one
 * generation. NULL, printed, when that fails; policy_free() it.
 */
struct policy *policy_pull(struct netlink *nl, bool entries);
/* Reads an entry's nest. */
void policy_read_entry(struct levee_entry *entry, const struct nlattr *nest);

#endif /* LEVEECTL_POLICY_PULL_H */
