// SPDX-License-Identifier: GPL-2.0
/*
 * Nanoseconds of one levee_prefix_table_find(), each waiting for the one before
 * it, beside a linear scan of the same list. Run by ./run.
 */
#include <math.h>
#include <time.h>

#include "lib/prefix_table.h"
#include "oracle.h"
#include "random.h"

#define ACTS 4096	/* a power of two */
#define RUNS 20
#define LOOKUPS 100000

struct case_of_bench {
	const char *name;
	u8 addr_len;
	bool has_ports;
};

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

static void fill(struct levee_entry *entries, u32 count, const struct case_of_bench *c)
{
	for (u32 i = 0; i < count; i++) {
		struct levee_entry *entry = &entries[i];

		*entry = (struct levee_entry){ .target = LEVEE_TARGET_PREFIX, .port_last = 65535,
					       .proto = LEVEE_PROTO_ANY, .addr_len = c->addr_len };
		for (u32 j = 0; j < c->addr_len; j++)
			entry->addr[j] = random_u64();
		if (c->addr_len == 16) {
			/* Crowded as real ones are: most are in a few blocks of the registries. */
			static const u8 blocks[] = { 0x20, 0x24, 0x26, 0x28, 0x2a };

			entry->addr[0] = blocks[random_below(ARRAY_SIZE(blocks))];
			entry->addr[1] = random_below(8);
		}
		entry->prefix_len = c->addr_len == 4 ? 16 + random_below(17) : 32 + random_below(33);
		oracle_mask(entry->addr, entry->addr_len, entry->prefix_len);
		if (c->has_ports) {
			entry->proto = 6;
			entry->has_ports = true;
			entry->port_first = 443;
			entry->port_last = 443;
		}
	}
}

static void measure(const struct case_of_bench *c, u32 wanted)
{
	struct levee_entry *entries = calloc(wanted, sizeof(*entries));
	static struct levee_addr addrs[ACTS];
	static struct act acts[ACTS];
	u32 scans = 20000000 / (wanted + 20), next = 0, count;
	struct levee_prefix_table *table;
	double start, find, scan, build;
	size_t size;
	long used;

	fill(entries, wanted, c);
	count = oracle_arrange(entries, wanted);
	size = levee_prefix_table_size(entries, count);
	table = malloc(size);
	start = now_ns();
	used = levee_prefix_table_build(table, size, entries, count);
	build = now_ns() - start;
	if (used < 0)
		abort();

	for (u32 i = 0; i < ACTS; i++) {
		const struct levee_entry *entry = &entries[random_below(count)];

		acts[i] = (struct act){ .len = c->addr_len, .proto = 6, .port = 443 };
		memcpy(acts[i].wire, entry->addr, 16);
		for (u32 bit = entry->prefix_len; bit < c->addr_len * 8u; bit++)
			acts[i].wire[bit / 8] ^= random_below(2) << (7 - bit % 8);
		if (i % 2)	/* every second one is in no prefix, most likely */
			acts[i].wire[2] ^= 0x55;
		levee_addr_read(&addrs[i], acts[i].wire, acts[i].len);
	}

	/* The best of some runs: what else the machine does only adds. */
	find = INFINITY;
	for (u32 run = 0; run < RUNS; run++) {
		start = now_ns();
		for (u32 i = 0; i < LOOKUPS; i++)
			next = (next + 1 +
				(levee_prefix_table_find(table, &addrs[next], 6, 443) & 64)) & (ACTS - 1);
		find = fmin(find, (now_ns() - start) / LOOKUPS);
	}

	start = now_ns();
	for (u32 i = 0; i < scans; i++)
		next = (next + 1 + (oracle_best(entries, count, &acts[next]) & 64)) & (ACTS - 1);
	scan = (now_ns() - start) / (scans ? scans : 1);

	printf("%-9s %6u entries: find %6.1f ns, scan %10.1f ns, %5.1f bytes an entry, built in %.1f ms\n",
	       c->name, count, find, scan, (double)used / count, build / 1e6);
	free(table);
	free(entries);
}

int main(void)
{
	static const struct case_of_bench cases[] = {
		{ "v4", 4, false }, { "v4:ports", 4, true },
		{ "v6", 16, false }, { "v6:ports", 16, true },
	};
	static const u32 counts[] = { 2, 10000, 100000 };

	random_seed(NULL);
	for (u32 i = 0; i < ARRAY_SIZE(cases); i++)
		for (u32 j = 0; j < ARRAY_SIZE(counts); j++)
			measure(&cases[i], counts[j]);
	return 0;
}
