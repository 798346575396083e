/* SPDX-License-Identifier: GPL-2.0 */
/* When it is a port scan: thresholds, told by the attributes of the netlink spec's set scan. */
#ifndef LEVEECTL_POLICY_SCAN_H
#define LEVEECTL_POLICY_SCAN_H

#include <linux/levee.h>

#include "lib/types.h"

/**
 * struct policy_scan - what a rule says of it
 * @given: bit N: attribute N is given
 * @values: by attribute; numbers, or seconds
 */
struct policy_scan {
	u32 given;
	u32 values[LEVEE_A_SCAN_MAX + 1];
};

/**
 * struct policy_scan_key - a threshold in the policy file
 * @name: its key
 * @min: the least that may be written
 * @max: the most
 * @is_time: of seconds
 * @offset: in struct levee_scan_settings
 */
struct policy_scan_key {
	const char *name;
	u32 min;
	u32 max;
	bool is_time;
	u32 offset;
};

/**
 * struct policy_scan_form - thresholds that hold together
 * @name: its key
 * @first: attribute of the first of them, which is 0 where the form is off
 * @count: how many
 */
struct policy_scan_form {
	const char *name;
	u32 first;
	u32 count;
};

#define POLICY_SCAN_FORMS	4
#define POLICY_SCAN_WEIGHT	3	/* of a port below 1024: lib/scan_estimator.c */

/* By attribute. */
extern const struct policy_scan_key policy_scan_keys[LEVEE_A_SCAN_MAX + 1];
extern const struct policy_scan_form policy_scan_forms[POLICY_SCAN_FORMS];

bool policy_scan_gives(const struct policy_scan *scan, u32 attr);
/* What is given, or the default. */
u32 policy_scan_value(const struct policy_scan *scan, u32 attr);
void policy_scan_set(struct policy_scan *scan, u32 attr, u32 value);
bool policy_scan_is_off(const struct policy_scan *scan, const struct policy_scan_form *form);
/* Forgets the other thresholds of a form that is off. */
void policy_scan_finish(struct policy_scan *scan);
bool policy_scan_equal(const struct policy_scan *a, const struct policy_scan *b);

#endif /* LEVEECTL_POLICY_SCAN_H */
