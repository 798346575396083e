// SPDX-License-Identifier: GPL-2.0
/* build: -I tests/unit module/lib/domain_suffix.c module/lib/userspace.c */
/* A count, names, more names: each is found as the shortest listed one that it is at or below. */
#include "lib/domain_feed.c"

#include "fence.h"
#include "name_input.h"

#define LISTED_MAX	48
#define NAMES_MAX	16

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static struct name listed[LISTED_MAX];

static bool is_listed(const struct name *name, u32 count)
{
	for (u32 i = 0; i < count; i++)
		if (listed[i].len == name->len && !memcmp(listed[i].wire, name->wire, name->len))
			return true;
	return false;
}

/* The labels of the shortest that covers the name; 0: none does. */
static u32 shortest(const struct name *name, u32 count)
{
	u32 labels = 0;

	for (u32 i = 0; i < count; i++)
		if (name_is_at_or_below(name, &listed[i]) && (!labels || listed[i].labels < labels))
			labels = listed[i].labels;
	return labels;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static u64 mem[1024];
	struct levee_domain_feed *feed = (void *)mem;
	struct input in = { data, size };
	u8 head = take_byte(&in), count = head % (LISTED_MAX + 1);
	size_t bytes = levee_domain_feed_size(count);
	u64 seed[2] = { head, size };
	u32 used = 0, i;

	if (size > 4096)
		return 0;
	check_split(fence(data, size), size);
	if (bytes > sizeof(mem) || levee_domain_feed_init(mem, bytes, seed))
		abort();
	for (i = 0; i < count; i++) {
		struct name name = take_name(&in);
		bool known = is_listed(&name, used);
		int status = levee_domain_feed_add(feed, name.wire, name.len);

		if (status != (!name.labels ? -EINVAL : known ? -EEXIST : 0))
			abort();
		if (!status)
			listed[used++] = name;
	}
	if (levee_domain_feed_count(feed) != used)
		abort();
	feed = (void *)fence((const u8 *)mem, bytes);
	for (i = 0; i < NAMES_MAX && in.size; i++) {
		struct name name = take_name(&in);

		if (levee_domain_feed_find(feed, name.wire, name.len) != shortest(&name, used))
			abort();
	}
	return 0;
}
