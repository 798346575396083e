/* SPDX-License-Identifier: GPL-2.0 */
/* What covers a name, the obvious way, and whether a table of domains says the same. */
#ifndef LEVEE_TESTS_DOMAIN_ORACLE_H
#define LEVEE_TESTS_DOMAIN_ORACLE_H

#include "lib/domain_table.h"
#include "name.h"

struct entry {
	struct name name;
	u8 kind;
};

/* How near an entry is to the name; -1: it does not cover it. */
static inline int rank_of(const struct entry *entry, const struct name *name)
{
	bool is_name = entry->name.labels == name->labels;

	if (!name_is_at_or_below(name, &entry->name) ||
	    (entry->kind == LEVEE_DOMAIN_EXACT && !is_name) ||
	    (entry->kind == LEVEE_DOMAIN_BELOW && is_name))
		return -1;
	return entry->name.labels * LEVEE_DOMAIN_KINDS + LEVEE_DOMAIN_KINDS - 1 - entry->kind;
}

/* Every entry that covers the name is found once, group by group, the nearest first. */
static inline bool agrees(const struct levee_domain_table *table, const struct entry *entries, u32 count,
		   const struct name *name)
{
	struct levee_domain_match match;
	u32 covering = 0, found = 0;
	int before = 1 << 30;

	for (u32 i = 0; i < count; i++)
		covering += rank_of(&entries[i], name) >= 0;
	for (bool more = levee_domain_table_first(table, name->wire, name->len, &match); more;
	     more = levee_domain_table_next(table, &match)) {
		int rank;

		if (!match.count || match.first >= count || match.count > count - match.first)
			return false;
		rank = rank_of(&entries[match.first], name);
		if (rank < 0 || rank >= before)
			return false;
		for (u32 i = 0; i < match.count; i++)
			if (rank_of(&entries[match.first + i], name) != rank)
				return false;
		before = rank;
		found += match.count;
	}
	return found == covering;
}

#endif /* LEVEE_TESTS_DOMAIN_ORACLE_H */
