// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "json.h"
#include "leveectl.h"
#include "text.h"

static bool out_of_memory;

static struct json_object *checked(struct json_object *object)
{
	if (!object)
		out_of_memory = true;
	return object;
}

struct json_object *json_new(void)
{
	return checked(json_object_new_object());
}

struct json_object *json_new_list(void)
{
	return checked(json_object_new_array());
}

void json_put(struct json_object *object, const char *key, struct json_object *value)
{
	if (!object || !value || json_object_object_add(object, key, value)) {
		out_of_memory = true;
		json_object_put(value);
	}
}

void json_append(struct json_object *list, struct json_object *value)
{
	if (!list || !value || json_object_array_add(list, value)) {
		out_of_memory = true;
		json_object_put(value);
	}
}

/* A byte that is no UTF-8 becomes U+FFFD: JSON has no other place for it. */
struct json_object *json_text(const char *text)
{
	const u8 *at = (const u8 *)text, *end = at + strlen(text);
	struct json_object *value;
	char *clean = malloc(3 * (end - at) + 1), *to = clean;

	if (!clean)
		return checked(NULL);
	while (at < end) {
		const u8 *from = at;

		if (utf8_next(&at, end) < 0) {
			memcpy(to, "\xef\xbf\xbd", 3);
			to += 3;
		} else {
			memcpy(to, from, at - from);
			to += at - from;
		}
	}
	value = json_object_new_string_len(clean, to - clean);
	free(clean);
	return checked(value);
}

void json_put_text(struct json_object *object, const char *key, const char *text)
{
	if (text)
		json_put(object, key, json_text(text));
}

struct json_object *json_number(u64 value)
{
	return checked(json_object_new_uint64(value));
}

void json_put_number(struct json_object *object, const char *key, u64 value)
{
	json_put(object, key, json_number(value));
}

void json_put_bool(struct json_object *object, const char *key, bool value)
{
	json_put(object, key, checked(json_object_new_boolean(value)));
}

/* json-c leaves DEL and the C1 controls as they are, and a terminal may obey them. */
static void print_escaped(const char *text)
{
	const u8 *at = (const u8 *)text, *end = at + strlen(text);

	while (at < end) {
		const u8 *from = at;
		int c = utf8_next(&at, end);

		if (c >= 0x7f && code_point_is_control(c) && c < 0x10000)
			printf("\\u%04x", c);
		else
			fwrite(from, 1, at - from, stdout);
	}
}

int json_print(struct json_object *object)
{
	const char *text = NULL;

	if (object && !out_of_memory)
		text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN |
						      JSON_C_TO_STRING_NOSLASHESCAPE);
	if (!text) {
		json_object_put(object);
		fprintf(stderr, "leveectl: out of memory\n");
		return LEVEECTL_FAILED;
	}
	print_escaped(text);
	putchar('\n');
	json_object_put(object);
	if (fflush(stdout) || ferror(stdout)) {
		perror("leveectl: standard output");
		return LEVEECTL_FAILED;
	}
	return LEVEECTL_DONE;
}
