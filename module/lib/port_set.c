// SPDX-License-Identifier: GPL-2.0
/* Sets of (protocol, port) as disjoint sorted intervals. */
#include "port_set.h"

struct levee_interval levee_interval_of(const struct levee_entry *entry, u32 index)
{
	struct levee_interval interval = {
		.first = levee_port_key(entry->proto, entry->port_first),
		.last = levee_port_key(entry->proto, entry->port_last),
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
