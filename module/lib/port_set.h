/* SPDX-License-Identifier: GPL-2.0 */
/* Sets of (protocol, port) as disjoint sorted intervals, each of which knows its entry. */
#ifndef LEVEE_LIB_PORT_SET_H
#define LEVEE_LIB_PORT_SET_H

#include "entry.h"

/**
 * struct levee_interval - ports of one protocol
 * @first: protocol << 16 | lowest port; the protocol is LEVEE_PROTO_ANY for entries without one
 * @last: the same protocol << 16 | highest port
 * @entry: index of the entry that put it there
 */
struct levee_interval {
	u32 first;
	u32 last;
	u32 entry;
};

/* Where a protocol's port is in the order of intervals. */
static inline u32 levee_port_key(u16 proto, u16 port)
{
	return (u32)proto << 16 | port;
}

/**
 * levee_interval_of() - the interval of an entry
 * @entry: accepted by levee_entry_check()
 * @index: what levee_port_set_find() is to return for it
 */
struct levee_interval levee_interval_of(const struct levee_entry *entry, u32 index);

/**
 * levee_port_set_build() - make a set of intervals sorted and disjoint, in place
 * @set: the intervals, in any order
 * @count: how many
 *
 * Where intervals overlap, the one that starts first keeps the overlap, and of
 * those that start together the longest. Process context: it sorts. Allocates
 * nothing in the kernel.
 *
 * Return: the new count, never above @count.
 */
u32 levee_port_set_build(struct levee_interval *set, u32 count);

static inline u32 levee_port_set_find_key(const struct levee_interval *set, u32 count, u32 key)
{
	/* The last interval that starts at or below the key is the only one that can hold it. */
	while (count > 1) {
		u32 half = count / 2;

		set += set[half].first <= key ? half : 0;
		count -= half;
	}
	return set->first <= key && key <= set->last ? set->entry : LEVEE_ENTRY_NONE;
}

/**
 * levee_port_set_find() - which entry covers a protocol and port
 * @set: made by levee_port_set_build()
 * @count: what that returned
 * @proto: IP protocol, never LEVEE_PROTO_ANY
 * @port: 0 for a protocol without ports, which an entry with ports never covers
 *
 * An entry of the protocol is preferred to one of any. Any context, O(log @count).
 *
 * Return: the index of the entry, or LEVEE_ENTRY_NONE.
 */
static inline u32 levee_port_set_find(const struct levee_interval *set, u32 count, u16 proto,
				      u16 port)
{
	u32 entry;

	if (!count)
		return LEVEE_ENTRY_NONE;
	/*
	 * A protocol without ports comes with port 0, which only the interval
	 * of an entry without ports holds: levee_entry_check() refuses port 0.
	 */
	entry = levee_port_set_find_key(set, count, levee_port_key(proto, port));
	if (entry != LEVEE_ENTRY_NONE)
		return entry;
	return levee_port_set_find_key(set, count, levee_port_key(LEVEE_PROTO_ANY, port));
}

#endif /* LEVEE_LIB_PORT_SET_H */
