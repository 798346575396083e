/* SPDX-License-Identifier: GPL-2.0 */
/* For cppcheck, which does not read the headers of libraries: macros that are no functions. */
#define json_object_object_foreach(object, key, value) \
	char *key = key_of(object); \
	struct json_object *value = value_of(object); \
	while (key)
