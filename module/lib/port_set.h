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
u32 levee_port_set_find(const struct levee_interval *set, u32 count, u16 proto, u16 port);

#endif /* LEVEE_LIB_PORT_SET_H */
