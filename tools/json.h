/* SPDX-License-Identifier: GPL-2.0 */
/* JSON output: valid UTF-8, no raw control character, and memory that runs out is told. */
#ifndef LEVEECTL_JSON_H
#define LEVEECTL_JSON_H

#include <json-c/json.h>

#include "lib/types.h"

/*
 * All give NULL or do nothing where memory ran out, and json_print() then
 * fails: @object may be NULL everywhere. Values are owned by the object.
 */
struct json_object *json_new(void);
struct json_object *json_new_list(void);
void json_put(struct json_object *object, const char *key, struct json_object *value);
void json_append(struct json_object *list, struct json_object *value);
void json_put_text(struct json_object *object, const char *key, const char *text);
void json_put_number(struct json_object *object, const char *key, u64 value);
void json_put_bool(struct json_object *object, const char *key, bool value);
struct json_object *json_text(const char *text);
struct json_object *json_number(u64 value);

/*
 * Prints the object on one line, flushes it, and frees it. LEVEECTL_DONE, or
 * LEVEECTL_FAILED, printed.
 */
int json_print(struct json_object *object);

#endif /* LEVEECTL_JSON_H */
