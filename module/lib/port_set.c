// SPDX-License-Identifier: GPL-2.0
/* Sets of (protocol, port) as disjoint sorted intervals. */
#include "port_set.h"

static u32 key_of(u16 proto, u16 port)
{
	return (u32)proto << 16 | port;
}

struct levee_interval levee_interval_of(const struct levee_entry *entry, u32 index)
{
	struct levee_interval interval = {
		.first = key_of(entry->proto, entry->port_first),
		.last = key_of(entry->proto, entry->port_last),
		.entry = index,
	};

	return interval;
}

static int compare_intervals(const void *left, const void *right)
{
	const struct levee_interval *a = left, *b = right;

	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	if (a->last != b->last)
		return a->last > b->last ? -1 : 1;
	return a->entry < b->entry ? -1 : a->entry > b->entry;
}

static bool is_sorted(const struct levee_interval *set, u32 count)
{
	u32 i;

	for (i = 1; i < count; i++)
		if (compare_intervals(&set[i - 1], &set[i]) > 0)
			return false;
	return true;
}

u32 levee_port_set_build(struct levee_interval *set, u32 count)
{
	u32 i, kept = 0;

	/* Most sets have one interval, or come sorted; only the others pay for sort(). */
	if (!is_sorted(set, count))
		sort(set, count, sizeof(*set), compare_intervals, NULL);

	for (i = 0; i < count; i++) {
		struct levee_interval next = set[i];

		if (kept && next.last <= set[kept - 1].last)
			continue;
		if (kept && next.first <= set[kept - 1].last)
			next.first = set[kept - 1].last + 1;
		set[kept++] = next;
	}
	return kept;
}

static u32 find_key(const struct levee_interval *set, u32 count, u32 key)
{
	/* The last interval that starts at or below the key is the only one that can hold it. */
	while (count > 1) {
		u32 half = count / 2;

		set += set[half].first <= key ? half : 0;
		count -= half;
	}
	return set->first <= key && key <= set->last ? set->entry : LEVEE_ENTRY_NONE;
}

u32 levee_port_set_find(const struct levee_interval *set, u32 count, u16 proto, u16 port)
{
	u32 entry;

	if (!count)
		return LEVEE_ENTRY_NONE;
	/*
	 * A protocol without ports comes with port 0, which only the interval
	 * of an entry without ports holds: levee_entry_check() refuses port 0.
	 */
	entry = find_key(set, count, key_of(proto, port));
	if (entry != LEVEE_ENTRY_NONE)
		return entry;
	return find_key(set, count, key_of(LEVEE_PROTO_ANY, port));
}
