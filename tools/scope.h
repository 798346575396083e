/* SPDX-License-Identifier: GPL-2.0 */
/* What a policy means here: the cgroups it selects, the entries that shadow others. */
#ifndef LEVEECTL_SCOPE_H
#define LEVEECTL_SCOPE_H

#include "policy.h"

/* Prints, as comments, the live cgroups that each rule governs; warns of what looks wrong. */
void scope_print_selected(FILE *out, const struct policy *policy, struct diag *diag);
/* Warns of every allow entry that one deny entry covers whole. */
void scope_warn_shadowed(const struct policy *policy, struct diag *diag);

#endif /* LEVEECTL_SCOPE_H */
