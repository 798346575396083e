/* SPDX-License-Identifier: GPL-2.0 */
/* A policy goes to the kernel: one transaction, all of it or none of it. */
#ifndef LEVEECTL_POLICY_PUSH_H
#define LEVEECTL_POLICY_PUSH_H

#include "netlink.h"
#include "policy.h"

/*
 * Stages and commits the policy. 0 with the new generation, or -1: why is in
 * @diag, at the line that the kernel refused. Nothing changed then.
 */
int policy_push(struct netlink *nl, const struct policy *policy, struct diag *diag,
		u64 *generation);
/* Puts an entry in a request, as an attribute of that type; policy_read_entry() is its inverse. */
void policy_put_entry(struct nlmsghdr *msg, u16 type, const struct levee_entry *entry);

#endif /* LEVEECTL_POLICY_PUSH_H */
