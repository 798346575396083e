// SPDX-License-Identifier: GPL-2.0
/*
 * A name is kept as a key: its labels from the last to the first, each ended by
 * a zero, so that bytewise order is the canonical one (RFC 4034 section 6.1),
 * and a name is below another exactly if its key begins with the other's. A
 * zero or one inside a label becomes two bytes.
 */
#include <stdlib.h>

#include "feed_names.h"
#include "lib/limits.h"

/* Kept before they are sorted and thinned out: half as many again as there may be. */
#define KEPT_MAX (LEVEE_FEED_DOMAINS_MAX + LEVEE_FEED_DOMAINS_MAX / 2)
#define KEY_MAX (2 * LEVEE_DNS_NAME_MAX)

/* The first bytes of a key decide most comparisons without a look at it. */
struct feed_name {
	u64 head;
	u32 at;
	u16 len;
};

static int compare_keys(const u8 *a, size_t a_len, const u8 *b, size_t b_len)
{
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	if (order)
		return order;
	return a_len < b_len ? -1 : a_len > b_len;
}

/* qsort() hands nothing through; one file is read at a time. */
static const u8 *sorted_keys;

static int compare_names(const void *a, const void *b)
{
	const struct feed_name *x = a, *y = b;

	if (x->head != y->head)
		return x->head < y->head ? -1 : 1;
	return compare_keys(sorted_keys + x->at, x->len, sorted_keys + y->at, y->len);
}

static bool thin(struct feed_names *list)
{
	u8 *keys = list->keys_len ? malloc(list->keys_len) : NULL;
	const struct feed_name *above = NULL;
	u32 kept = 0;
	size_t used = 0;

	if (!list->count)
		return true;
	if (!keys)
		return false;
	sorted_keys = list->keys;
	qsort(list->names, list->count, sizeof(*list->names), compare_names);
	for (u32 i = 0; i < list->count; i++) {
		struct feed_name name = list->names[i];

		if (above && above->len <= name.len &&
		    !memcmp(keys + above->at, list->keys + name.at, above->len)) {
			list->dropped++;
			continue;
		}
		memcpy(keys + used, list->keys + name.at, name.len);
		name.at = used;
		used += name.len;
		list->names[kept] = name;
		above = &list->names[kept++];
	}
	free(list->keys);
	list->keys_room = list->keys_len;
	list->keys = keys;
	list->keys_len = used;
	list->count = kept;
	return true;
}

int feed_names_thin(struct feed_names *list)
{
	if (!thin(list))
		return -ENOMEM;
	return list->count > LEVEE_FEED_DOMAINS_MAX ? -E2BIG : 0;
}

/* A key has at most two bytes for each of the name. */
static size_t make_key(u8 key[KEY_MAX], const struct levee_dns_name *name)
{
	u8 offsets[LEVEE_DNS_LABELS_MAX + 1];
	size_t used = 0;

	for (u32 i = levee_dns_name_offsets(name, offsets); i--;) {
		const u8 *label = name->wire + offsets[i];

		for (u32 n = 1; n <= *label; n++) {
			if (label[n] <= 1)
				key[used++] = 1;
			key[used++] = label[n] <= 1 ? label[n] + 1 : label[n];
		}
		key[used++] = 0;
	}
	return used;
}

static u64 key_head(const u8 *key, size_t len)
{
	u64 head = 0;

	for (size_t i = 0; i < sizeof(head); i++)
		head = head << 8 | (i < len ? key[i] : 0);
	return head;
}

static bool make_room(struct feed_names *list, size_t key_len)
{
	if (list->count == list->room) {
		u32 room = list->room ? list->room * 2 : 1024;
		struct feed_name *names;

		if (room > KEPT_MAX)
			room = KEPT_MAX;
		names = realloc(list->names, room * sizeof(*names));
		if (!names)
			return false;
		list->names = names;
		list->room = room;
	}
	if (list->keys_room - list->keys_len < key_len) {
		size_t room = list->keys_room ? list->keys_room * 2 : 65536;
		u8 *keys = realloc(list->keys, room);

		if (!keys)
			return false;
		list->keys = keys;
		list->keys_room = room;
	}
	return true;
}

int feed_names_add(struct feed_names *list, const struct levee_dns_name *name)
{
	u8 key[KEY_MAX];
	size_t len = make_key(key, name);

	if (list->count == KEPT_MAX) {
		int err = feed_names_thin(list);

		if (err)
			return err;
	}
	if (list->keys_len + len > UINT32_MAX)
		return -E2BIG;
	if (!make_room(list, len))
		return -ENOMEM;
	memcpy(list->keys + list->keys_len, key, len);
	list->names[list->count++] = (struct feed_name){
		.head = key_head(key, len), .at = list->keys_len, .len = len,
	};
	list->keys_len += len;
	return 0;
}

/* The wire form of a key, which is read from its end. */
static size_t key_wire(const u8 *key, size_t len, u8 wire[LEVEE_DNS_NAME_MAX])
{
	size_t used = 0;

	while (len) {
		size_t begin = len - 1;
		u8 *count = wire + used++;

		while (begin && key[begin - 1])
			begin--;
		*count = 0;
		for (size_t i = begin; i < len - 1; i++) {
			wire[used++] = key[i] == 1 ? key[++i] - 1 : key[i];
			++*count;
		}
		len = begin;
	}
	wire[used++] = 0;
	return used;
}

size_t feed_names_write(const struct feed_names *list, u32 *index, u8 *buf, size_t size)
{
	size_t used = 0;

	for (; *index < list->count; ++*index) {
		const struct feed_name *name = &list->names[*index];
		u8 wire[LEVEE_DNS_NAME_MAX];
		size_t len = key_wire(list->keys + name->at, name->len, wire);

		if (size - used < len)
			break;
		memcpy(buf + used, wire, len);
		used += len;
	}
	return used;
}

void feed_names_free(struct feed_names *list)
{
	free(list->keys);
	free(list->names);
	*list = (struct feed_names){ 0 };
}
