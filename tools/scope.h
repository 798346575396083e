/* SPDX-License-Identifier: GPL-2.0 */
/* What a policy means here: the cgroups that it selects. */
#ifndef LEVEECTL_SCOPE_H
#define LEVEECTL_SCOPE_H

#include "policy.h"

/* Prints, as comments, the live cgroups that each rule governs; warns of what looks wrong. */
void scope_print_selected(FILE *out, const struct policy *policy, struct diag *diag);

#endif /* LEVEECTL_SCOPE_H */
