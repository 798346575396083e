// SPDX-License-Identifier: GPL-2.0
/* build: -I tests/unit module/lib/domain_suffix.c module/lib/userspace.c */
/* A count, entries, names: each is covered as the oracle says. Lists out of order are refused. */
#include "lib/domain_table.c"

#include "domain_oracle.h"
#include "fence.h"
#include "name_input.h"

#define ENTRIES_MAX	16
#define NAMES_MAX	16

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static int compare(const void *a, const void *b)
{
	return levee_domain_compare(a, b);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct entry entries[ENTRIES_MAX], sorted[ENTRIES_MAX];
	static struct levee_domain domains[ENTRIES_MAX];
	static u64 mem[4096];
	struct input in = { data, size };
	u8 head = take_byte(&in), count = head % (ENTRIES_MAX + 1);
	u64 seed[2] = { head, size };
	bool ascends = true;
	long used;
	u32 i;

	if (size > 4096)
		return 0;
	check_split(fence(data, size), size);
	for (i = 0; i < count; i++) {
		entries[i].kind = take_byte(&in) % LEVEE_DOMAIN_KINDS;
		entries[i].name = take_name(&in);
		domains[i] = (struct levee_domain){ entries[i].name.wire, entries[i].name.len,
						    entries[i].kind };
		ascends &= !i || levee_domain_compare(&domains[i - 1], &domains[i]) <= 0;
	}
	if (levee_domain_table_size(domains, count) > sizeof(mem))
		abort();
	used = levee_domain_table_build(mem, sizeof(mem), domains, count, seed);
	if ((used > 0) != ascends)
		abort();
	sort(domains, count, sizeof(*domains), compare, NULL);
	for (i = 0; i < count; i++) {
		memcpy(sorted[i].name.wire, domains[i].wire, domains[i].len);
		sorted[i].name.len = domains[i].len;
		sorted[i].name.labels = 0;
		for (u32 at = 0; domains[i].wire[at]; at += 1 + domains[i].wire[at])
			sorted[i].name.labels++;
		sorted[i].kind = domains[i].kind;
	}
	used = levee_domain_table_build(mem, levee_domain_table_size(domains, count), domains, count,
					seed);
	if (used <= 0 || (size_t)used > levee_domain_table_size(domains, count))
		abort();
	for (i = 0; i < NAMES_MAX && in.size; i++) {
		struct name name = take_name(&in);

		if (!agrees((const void *)fence((const u8 *)mem, used), sorted, count, &name))
			abort();
	}
	return 0;
}
