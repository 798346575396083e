/* SPDX-License-Identifier: GPL-2.0 */
/* A policy as YAML: valid input of policy_yaml_parse(), which makes the same policy of it. */
#ifndef LEVEECTL_POLICY_TEXT_H
#define LEVEECTL_POLICY_TEXT_H

#include "policy.h"

/* With @resultant, what the policy leaves to defaults is written out. */
void policy_text_print(FILE *out, const struct policy *policy, bool resultant);

#endif /* LEVEECTL_POLICY_TEXT_H */
