/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of a policy file that tell when it is a port scan. */
#ifndef LEVEECTL_POLICY_YAML_SCAN_H
#define LEVEECTL_POLICY_YAML_SCAN_H

#include "yaml_read.h"

/* Each reads the value of a key; what is wrong is told. */
void policy_yaml_scan_form(struct yaml_reader *r, const struct yaml_node *node,
			   const struct policy_scan_form *form, struct policy_scan *scan);
/* A threshold, told by its attribute. */
void policy_yaml_scan_value(struct yaml_reader *r, const struct yaml_node *node, u32 attr,
			    struct policy_scan *scan);

#endif /* LEVEECTL_POLICY_YAML_SCAN_H */
