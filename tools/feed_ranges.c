// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "feed_ranges.h"
#include "lib/addr.h"
#include "lib/limits.h"

/* Kept before they are merged: half as many again as there may be prefixes. */
#define KEPT_MAX (LEVEE_FEED_PREFIXES_MAX + LEVEE_FEED_PREFIXES_MAX / 2)

int feed_address_compare(struct feed_address a, struct feed_address b)
{
	if (a.hi != b.hi)
		return a.hi < b.hi ? -1 : 1;
	return a.lo < b.lo ? -1 : a.lo > b.lo;
}

/* The address after it; false behind the last. */
static bool step(struct feed_address *address)
{
	address->lo++;
	if (!address->lo)
		address->hi++;
	return address->lo || address->hi;
}

struct feed_address feed_address_fill(struct feed_address address, u32 bits)
{
	if (bits >= 64)
		address.lo = UINT64_MAX;
	else
		address.lo |= (1ULL << bits) - 1;
	if (bits >= 128)
		address.hi = UINT64_MAX;
	else if (bits > 64)
		address.hi |= (1ULL << (bits - 64)) - 1;
	return address;
}

bool feed_address_ends_in_zeros(struct feed_address address, u32 bits)
{
	struct feed_address filled = feed_address_fill((struct feed_address){ 0 }, bits);

	return !(address.lo & filled.lo) && !(address.hi & filled.hi);
}

/* Bits of the largest block that begins at @first and ends before or at @last. */
static u32 block_bits(struct feed_address first, struct feed_address last, u32 width)
{
	u32 bits = 0;

	while (bits < width && feed_address_ends_in_zeros(first, bits + 1) &&
	       feed_address_compare(feed_address_fill(first, bits + 1), last) <= 0)
		bits++;
	return bits;
}

static int compare_ranges(const void *a, const void *b)
{
	const struct feed_range *x = a, *y = b;

	return feed_address_compare(x->first, y->first);
}

/*
 * The next prefix of a range from *at on, which is moved behind it. Returns the
 * length, and in *more whether the range goes on.
 */
static u32 next_prefix(const struct feed_range *range, u32 width, struct feed_address *at,
		       bool *more)
{
	u32 bits = block_bits(*at, range->last, width);

	*at = feed_address_fill(*at, bits);
	*more = feed_address_compare(*at, range->last) < 0 && step(at);
	return width - bits;
}

void feed_ranges_merge(struct feed_ranges *list)
{
	u32 kept = 0;

	if (!list->count)
		return;
	qsort(list->ranges, list->count, sizeof(*list->ranges), compare_ranges);
	for (u32 i = 1; i < list->count; i++) {
		struct feed_range *last = &list->ranges[kept];
		struct feed_address behind = last->last;

		if (step(&behind) && feed_address_compare(list->ranges[i].first, behind) > 0)
			list->ranges[++kept] = list->ranges[i];
		else if (feed_address_compare(list->ranges[i].last, last->last) > 0)
			last->last = list->ranges[i].last;
	}
	list->count = kept + 1;
}

u64 feed_ranges_prefixes(const struct feed_ranges *list)
{
	u64 count = 0;

	for (u32 i = 0; i < list->count; i++) {
		struct feed_address at = list->ranges[i].first;
		bool more = true;

		for (; more; count++)
			next_prefix(&list->ranges[i], list->bytes * 8, &at, &more);
	}
	return count;
}

int feed_ranges_add(struct feed_ranges *list, const struct feed_range *range)
{
	if (list->count == KEPT_MAX) {
		feed_ranges_merge(list);
		/* A range makes one prefix at least. */
		if (list->count > LEVEE_FEED_PREFIXES_MAX)
			return -E2BIG;
	}
	if (list->count == list->room) {
		u32 room = list->room ? list->room * 2 : 1024;
		struct feed_range *ranges;

		if (room > KEPT_MAX)
			room = KEPT_MAX;
		ranges = realloc(list->ranges, room * sizeof(*ranges));
		if (!ranges)
			return -ENOMEM;
		list->ranges = ranges;
		list->room = room;
	}
	list->ranges[list->count++] = *range;
	return 0;
}

size_t feed_ranges_write(const struct feed_ranges *list, struct feed_cursor *cursor, u8 *buf,
			 size_t size)
{
	size_t used = 0;

	while (cursor->index < list->count && size - used > list->bytes) {
		const struct feed_range *range = &list->ranges[cursor->index];
		struct levee_addr addr = { .is_v4 = list->bytes == 4 };

		if (!cursor->inside)
			cursor->at = range->first;
		addr.hi = cursor->at.hi;
		addr.lo = cursor->at.lo;
		levee_addr_write(&addr, buf + used);
		buf[used + list->bytes] = next_prefix(range, list->bytes * 8, &cursor->at,
						      &cursor->inside);
		used += list->bytes + 1;
		if (!cursor->inside)
			cursor->index++;
	}
	return used;
}

void feed_ranges_free(struct feed_ranges *list)
{
	free(list->ranges);
	list->ranges = NULL;
	list->count = 0;
	list->room = 0;
}
