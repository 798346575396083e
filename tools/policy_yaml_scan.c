// SPDX-License-Identifier: GPL-2.0
#include "policy_yaml_scan.h"

void policy_yaml_scan_value(struct yaml_reader *r, const struct yaml_node *node, u32 attr,
			    struct policy_scan *scan)
{
	const struct policy_scan_key *key = &policy_scan_keys[attr];
	u32 value;

	if (key->is_time ? yaml_read_duration(r, node, key->name, key->min, key->max, &value) :
			   yaml_read_number(r, node, key->name, key->min, key->max, &value))
		policy_scan_set(scan, attr, value);
}

void policy_yaml_scan_form(struct yaml_reader *r, const struct yaml_node *node,
			   const struct policy_scan_form *form, struct policy_scan *scan)
{
	const char *names[LEVEE_A_SCAN_MAX];
	const struct yaml_node *value;
	struct yaml_walk walk = { 0 };
	char expected[64];

	if (node->kind == YAML_SCALAR && !strcmp(node->text, "off")) {
		policy_scan_set(scan, form->first, 0);
		return;
	}
	for (u32 i = 0; i < form->count; i++)
		names[i] = policy_scan_keys[form->first + i].name;
	snprintf(expected, sizeof(expected), "off or {%s: ...}", names[0]);
	if (!yaml_expect(r, node, YAML_MAP, form->name, expected))
		return;
	walk.at = node->first;
	while ((value = yaml_map_next(r, &walk, names, form->count)))
		policy_yaml_scan_value(r, value, form->first + walk.index, scan);
}
