/* SPDX-License-Identifier: GPL-2.0 */
/* Domain names made of the fuzzer's bytes. */
#ifndef LEVEE_TESTS_NAME_INPUT_H
#define LEVEE_TESTS_NAME_INPUT_H

#include "name.h"

struct input {
	const u8 *data;
	size_t size;
};

static inline u8 take_byte(struct input *in)
{
	if (!in->size)
		return 0;
	in->size--;
	return *in->data++;
}

/* Labels of few letters, so that names meet and nest; a long one now and then. */
static inline struct name take_name(struct input *in)
{
	u8 labels = take_byte(in) % 8;
	struct name name = name_root();

	while (labels--) {
		u8 label[LEVEE_DOMAIN_LABEL_MAX], shape = take_byte(in);
		u8 len = shape < 240 ? 1 + shape % 3 : shape % 16 * 4 + 3;

		memset(label, "abx\001"[shape / 4 % 4], len);
		label[0] = "abcd"[shape / 16 % 4];
		if (name.len + 1 + len <= LEVEE_DOMAIN_LEN_MAX)
			name_prepend(&name, label, len);
	}
	return name;
}

/* Whether the bytes as they are are a name is what the walk over them says. */
static inline void check_split(const u8 *wire, size_t len)
{
	u8 starts[LEVEE_DOMAIN_LABELS_MAX];
	int labels = levee_domain_split(wire, len, starts), count = 0;
	size_t at = 0;

	while (at < len && wire[at] && wire[at] <= LEVEE_DOMAIN_LABEL_MAX) {
		if (labels > count && starts[count] != at)
			abort();
		at += 1 + wire[at];
		count++;
	}
	if (labels != (at + 1 == len && !wire[at] && len <= LEVEE_DOMAIN_LEN_MAX ? count : -EINVAL))
		abort();
}

#endif /* LEVEE_TESTS_NAME_INPUT_H */
