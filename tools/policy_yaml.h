/* SPDX-License-Identifier: GPL-2.0 */
/* The policy file: text to struct policy. */
#ifndef LEVEECTL_POLICY_YAML_H
#define LEVEECTL_POLICY_YAML_H

#include "policy.h"

/*
 * The policy that the text means, or NULL: every error of it is in @diag then,
 * or memory ran out, which is an error too. Free it with policy_free().
 */
struct policy *policy_yaml_parse(const char *text, size_t len, struct diag *diag);
/* The same of the file @diag->file; "-" is standard input. */
struct policy *policy_yaml_load(struct diag *diag);

#endif /* LEVEECTL_POLICY_YAML_H */
