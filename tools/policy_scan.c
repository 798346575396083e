// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>

#include "lib/scan_estimator.h"
#include "policy_scan.h"

#define AT(member) offsetof(struct levee_scan_settings, member)

/* The bounds are those of the netlink spec, attribute set scan. */
const struct policy_scan_key policy_scan_keys[LEVEE_A_SCAN_MAX + 1] = {
	[LEVEE_A_SCAN_VERTICAL_PORTS] = {
		"ports", 1, LEVEE_SCAN_CONTACTS, false, AT(vertical_ports) },
	[LEVEE_A_SCAN_VERTICAL_FAILURES] = {
		"failures", 1, LEVEE_SCAN_CONTACTS, false, AT(vertical_failures) },
	[LEVEE_A_SCAN_VERTICAL_WITHIN] = { "within", 1, 65535, true, AT(vertical_seconds) },
	[LEVEE_A_SCAN_HORIZONTAL_HOSTS] = {
		"hosts", 1, LEVEE_SCAN_CONTACTS, false, AT(horizontal_hosts) },
	[LEVEE_A_SCAN_HORIZONTAL_FAILURES] = {
		"failures", 1, LEVEE_SCAN_CONTACTS, false, AT(horizontal_failures) },
	[LEVEE_A_SCAN_HORIZONTAL_WITHIN] = { "within", 1, 65535, true, AT(horizontal_seconds) },
	[LEVEE_A_SCAN_FAST_WEIGHT] = { "weight", 1, 65535, false, AT(fast_weight) },
	[LEVEE_A_SCAN_FAST_GAP] = { "gap", 1, 65535, true, AT(fast_gap) },
	[LEVEE_A_SCAN_SLOW_FAILURES] = { "failures", 1, 65535, false, AT(slow_failures) },
	[LEVEE_A_SCAN_SILENCE] = { "silence", 1, 600, true, AT(silence) },
};

const struct policy_scan_form policy_scan_forms[POLICY_SCAN_FORMS] = {
	{ "vertical", LEVEE_A_SCAN_VERTICAL_PORTS, 3 },
	{ "horizontal", LEVEE_A_SCAN_HORIZONTAL_HOSTS, 3 },
	{ "fast", LEVEE_A_SCAN_FAST_WEIGHT, 2 },
	{ "slow", LEVEE_A_SCAN_SLOW_FAILURES, 1 },
};

bool policy_scan_gives(const struct policy_scan *scan, u32 attr)
{
	return scan->given >> attr & 1;
}

u32 policy_scan_value(const struct policy_scan *scan, u32 attr)
{
	const char *defaults = (const char *)&levee_scan_defaults;

	if (policy_scan_gives(scan, attr))
		return scan->values[attr];
	return *(const u16 *)(defaults + policy_scan_keys[attr].offset);
}

void policy_scan_set(struct policy_scan *scan, u32 attr, u32 value)
{
	scan->given |= 1u << attr;
	scan->values[attr] = value;
}

bool policy_scan_is_off(const struct policy_scan *scan, const struct policy_scan_form *form)
{
	return !policy_scan_value(scan, form->first);
}

void policy_scan_finish(struct policy_scan *scan)
{
	for (u32 i = 0; i < POLICY_SCAN_FORMS; i++) {
		const struct policy_scan_form *form = &policy_scan_forms[i];

		if (!policy_scan_is_off(scan, form))
			continue;
		for (u32 n = 1; n < form->count; n++)
			scan->given &= ~(1u << (form->first + n));
	}
}

bool policy_scan_equal(const struct policy_scan *a, const struct policy_scan *b)
{
	if (a->given != b->given)
		return false;
	for (u32 attr = 1; attr <= LEVEE_A_SCAN_MAX; attr++)
		if (policy_scan_value(a, attr) != policy_scan_value(b, attr))
			return false;
	return true;
}
