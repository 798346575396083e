/* SPDX-License-Identifier: GPL-2.0 */
/* The domain entries of one list, frozen: which of them cover a name? Compared exactly. */
#ifndef LEVEE_LIB_DOMAIN_TABLE_H
#define LEVEE_LIB_DOMAIN_TABLE_H

#include "types.h"

/* What an entry covers, the more specific first. */
enum levee_domain_kind {
	LEVEE_DOMAIN_EXACT,	/* example.com: that name */
	LEVEE_DOMAIN_BOTH,	/* .example.com: that name and those below it */
	LEVEE_DOMAIN_BELOW,	/* *.example.com: the names below it */
	LEVEE_DOMAIN_KINDS
};

/**
 * struct levee_domain - the name of one entry
 * @wire: as levee_domain_split() and levee_domain_is_folded() accept it; the
 *	root alone is every name
 * @len: its bytes, the root's zero included
 * @kind: enum levee_domain_kind
 */
struct levee_domain {
	const u8 *wire;
	u8 len;
	u8 kind;
};

/**
 * struct levee_domain_match - entries of one name and kind that cover the name looked up
 * @first: the index of the first in the list that was built
 * @count: how many, at least 1
 * @node: the rest is where levee_domain_table_next() goes on
 * @kind: as @node
 * @last_kind: as @node
 */
struct levee_domain_match {
	u32 first;
	u32 count;
	u32 node;
	u8 kind;
	u8 last_kind;
};

struct levee_domain_table;

/**
 * levee_domain_compare() - the order in which a list must be sent
 * @a: a well-formed name and a kind
 * @b: another
 *
 * The canonical order of names, RFC 4034, 6.1: label by label from the right, as
 * unsigned bytes, a name in front of those below it. Then the kind.
 *
 * Return: below 0, 0, or above 0.
 */
int levee_domain_compare(const struct levee_domain *a, const struct levee_domain *b);

/**
 * levee_domain_table_size() - bytes that levee_domain_table_build() wants for these entries
 * @domains: as levee_domain_table_build() takes them
 * @count: how many
 */
size_t levee_domain_table_size(const struct levee_domain *domains, u32 count);

/**
 * levee_domain_table_build() - build a table
 * @mem: 8-byte aligned
 * @size: bytes of @mem, from levee_domain_table_size()
 * @domains: ascending as levee_domain_compare() says; equal ones (which differ in
 *	what this table does not know, such as ports) are a group. All of that is verified
 * @count: at most LEVEE_ENTRIES_MAX
 * @seed: secret and random, of this table alone: names that a container makes up
 *	must not meet in the index
 *
 * Process context: O(bytes of all names). Allocates nothing, does not recurse. The
 * table keeps no pointer, neither to @domains nor into itself: the bytes used may
 * be copied elsewhere.
 *
 * Return: the bytes used, or -EINVAL for a bad name, kind, order, count or size.
 */
long levee_domain_table_build(void *mem, size_t size, const struct levee_domain *domains, u32 count,
			      const u64 seed[2]);

/**
 * levee_domain_table_first() - the most specific entries that cover a name
 * @table: built by levee_domain_table_build()
 * @wire: the name, folded; what levee_domain_split() does not accept is covered by nothing
 * @len: its bytes
 * @match: filled in when true is returned
 *
 * Entries of the longest suffix come first; of one suffix, those of the first
 * kind. One hash and one probe a label, and none beyond the labels that entries
 * have; the number of entries does not matter. Any context, no lock.
 *
 * Return: whether there are any.
 */
bool levee_domain_table_first(const struct levee_domain_table *table, const u8 *wire, size_t len,
			      struct levee_domain_match *match);

/**
 * levee_domain_table_next() - the next less specific entries
 * @table: as it was given to levee_domain_table_first()
 * @match: filled in by levee_domain_table_first()
 *
 * Any context, no lock: at most two steps a label of the name.
 *
 * Return: whether there are any.
 */
bool levee_domain_table_next(const struct levee_domain_table *table,
			     struct levee_domain_match *match);

#endif /* LEVEE_LIB_DOMAIN_TABLE_H */
