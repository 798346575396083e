/* SPDX-License-Identifier: GPL-2.0 */
/* What a policy may say, and hardly means. */
#ifndef LEVEECTL_POLICY_WARN_H
#define LEVEECTL_POLICY_WARN_H

#include "policy.h"

/*
 * Warns of every allow entry that one deny entry covers whole, of feeds that
 * are unknown or of the other kind, of servers that nothing allows, and of scans
 * that are never found.
 */
void policy_warn(const struct policy *policy, struct diag *diag);

#endif /* LEVEECTL_POLICY_WARN_H */
