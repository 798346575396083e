/* SPDX-License-Identifier: GPL-2.0 */
/* The address entries of one list, frozen: which entry covers (address, protocol, port)? */
#ifndef LEVEE_LIB_PREFIX_TABLE_H
#define LEVEE_LIB_PREFIX_TABLE_H

#include "addr.h"
#include "entry.h"

struct levee_prefix_table;

/**
 * levee_prefix_table_size() - bytes that levee_prefix_table_build() wants for these entries
 * @entries: as levee_prefix_table_build() takes them
 * @count: how many
 */
size_t levee_prefix_table_size(const struct levee_entry *entries, u32 count);

/**
 * levee_prefix_table_build() - build a table
 * @mem: 8-byte aligned
 * @size: bytes of @mem, from levee_prefix_table_size()
 * @entries: of targets prefix, any, internet, loopback, strictly ascending as
 *	levee_entry_compare() says, each accepted by levee_entry_check(); all of
 *	that is verified
 * @count: at most LEVEE_ENTRIES_MAX
 *
 * Process context: O(@count log @count). Allocates nothing, does not recurse.
 * The table keeps no pointer, neither to @entries nor into itself: the bytes
 * used may be copied elsewhere.
 *
 * Return: the bytes used, or -EINVAL for a bad entry, order, count or size.
 */
long levee_prefix_table_build(void *mem, size_t size, const struct levee_entry *entries, u32 count);

/**
 * levee_prefix_table_find() - which entry covers an act
 * @table: built by levee_prefix_table_build()
 * @addr: the destination
 * @proto: IP protocol, never LEVEE_PROTO_ANY
 * @port: 0 for a protocol without ports, which an entry with ports never covers
 *
 * The most specific prefix that has such an entry wins, then the word internet,
 * then any; in one prefix, an entry of the protocol wins over one of any. A
 * loopback address is covered by entries that lie inside loopback, then the
 * word loopback, and by no other. Any context, no lock.
 *
 * Return: the index of the entry in the list that was built, or LEVEE_ENTRY_NONE.
 */
u32 levee_prefix_table_find(const struct levee_prefix_table *table, const struct levee_addr *addr,
			    u16 proto, u16 port);

#endif /* LEVEE_LIB_PREFIX_TABLE_H */
