/* SPDX-License-Identifier: GPL-2.0 */
/* A policy as JSON, in the shape of its file. */
#ifndef LEVEECTL_POLICY_JSON_H
#define LEVEECTL_POLICY_JSON_H

#include "json.h"
#include "policy.h"

struct json_object *policy_json(const struct policy *policy);
/* A line for each rule: index, name, effects, sizes. */
struct json_object *policy_json_rules(const struct policy *policy);
/* What each rule's features counted. */
struct json_object *policy_json_stats(const struct policy *policy);

#endif /* LEVEECTL_POLICY_JSON_H */
