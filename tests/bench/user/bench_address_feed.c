// SPDX-License-Identifier: GPL-2.0
/*
 * Nanoseconds of one levee_address_feed_contains(), each waiting for the one
 * before it, for addresses inside and outside; bytes a prefix against their bounds.
 * Run by ./run; an argument is a CSV file of ranges, FIRST,LAST,..., as the npm
 * registry has in @ip-location-db/asn-country: every second range becomes a feed.
 */
#include <arpa/inet.h>
#include <math.h>
#include <sys/mman.h>
#include <time.h>

#include "lib/address_feed.h"
#include "lib/limits.h"
#include "oracle.h"
#include "random.h"

#define ADDRS (1 << 18)	/* many, so that a large feed does not fit into a cache by them alone */
#define RUNS 15
#define HUGE (2 << 20)
#define LOOKUPS 100000

/* DESIGN: bytes of kernel memory a prefix. */
#define V4_BYTES 9.0
#define V6_BYTES 24.0

static struct levee_entry *entries;
static struct levee_addr addrs[ADDRS];

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

static void random_prefix(struct levee_entry *entry, u8 addr_len)
{
	/* What feeds list: hosts, most of all, and networks. */
	static const u8 v4_lens[] = { 32, 32, 32, 32, 32, 32, 30, 28, 24, 22 };
	static const u8 v6_lens[] = { 128, 128, 128, 64, 64, 64, 56, 48, 48, 40 };
	/* Crowded as real ones are: most are in a few blocks of the registries. */
	static const u8 v6_blocks[] = { 0x20, 0x24, 0x26, 0x28, 0x2a };

	*entry = (struct levee_entry){ .target = LEVEE_TARGET_PREFIX, .port_last = 65535,
				       .proto = LEVEE_PROTO_ANY, .addr_len = addr_len };
	for (u32 j = 0; j < addr_len; j++)
		entry->addr[j] = random_u64();
	if (addr_len == 4) {
		entry->addr[0] = 1 + random_below(223);
		entry->prefix_len = v4_lens[random_below(ARRAY_SIZE(v4_lens))];
	} else {
		entry->addr[0] = v6_blocks[random_below(ARRAY_SIZE(v6_blocks))];
		entry->addr[1] = random_below(8);
		entry->prefix_len = v6_lens[random_below(ARRAY_SIZE(v6_lens))];
	}
	oracle_mask(entry->addr, addr_len, entry->prefix_len);
}

/* Inside a prefix; or just anywhere beside one, and not inside any. */
static void fill_addrs(const struct levee_address_feed *feed, u32 count, bool inside)
{
	for (u32 i = 0; i < ADDRS; ) {
		const struct levee_entry *entry = &entries[random_below(count)];
		u32 bits = entry->addr_len * 8u;
		u8 wire[16];

		memcpy(wire, entry->addr, sizeof(wire));
		for (u32 bit = inside ? entry->prefix_len : bits / 4; bit < bits; bit++)
			wire[bit / 8] ^= random_below(2) << (7 - bit % 8);
		levee_addr_read(&addrs[i], wire, entry->addr_len);
		if (levee_address_feed_contains(feed, &addrs[i]) == inside)
			i++;
		else if (inside)
			abort();
	}
}

/* The best of some runs: what else the machine does only adds. */
static double find_ns(const struct levee_address_feed *feed)
{
	double best = INFINITY;
	u32 next = 0;

	for (u32 run = 0; run < RUNS; run++) {
		double start = now_ns();

		for (u32 i = 0; i < LOOKUPS; i++)
			next = (next + 1 + levee_address_feed_contains(feed, &addrs[next])) &
			       (ADDRS - 1);
		best = fmin(best, (now_ns() - start) / LOOKUPS);
	}
	return best;
}

static void measure(const char *name, u8 addr_len, u32 count)
{
	u32 v4_count = addr_len == 4 ? count : 0;
	double bound = addr_len == 4 ? V4_BYTES : V6_BYTES;
	double start, build, hit, ratio;
	struct levee_address_feed *feed;
	size_t size;

	size = levee_address_feed_size(v4_count, count - v4_count);
	/* Large pages, as the kernel's kvmalloc() takes them. */
	feed = aligned_alloc(HUGE, (size + HUGE - 1) & ~(size_t)(HUGE - 1));
	if (!feed)
		abort();
	madvise(feed, size, MADV_HUGEPAGE);
	start = now_ns();
	if (levee_address_feed_init(feed, size, v4_count, count - v4_count))
		abort();
	for (u32 i = 0; i < count; i++)
		if (levee_address_feed_add(feed, entries[i].addr, addr_len, entries[i].prefix_len))
			abort();
	levee_address_feed_finish(feed);
	build = now_ns() - start;

	fill_addrs(feed, count, true);
	hit = find_ns(feed);
	fill_addrs(feed, count, false);
	printf("%s %u prefixes: inside %.1f ns, outside %.1f ns, %.2f bytes a prefix, built in %.1f ms\n",
	       name, count, hit, find_ns(feed), (double)size / count, build / 1e6);
	ratio = size / bound / count;
	printf("address-feed-%s-bytes ratio %.2f goal 1.00 %s\n", name, ratio,
	       ratio <= 1 ? "ok" : "SHORT");
	free(feed);
}

static void measure_random(u8 addr_len, u32 wanted)
{
	char name[32];

	snprintf(name, sizeof(name), "%s-%u", addr_len == 4 ? "v4" : "v6", wanted);
	for (u32 i = 0; i < wanted; i++)
		random_prefix(&entries[i], addr_len);
	measure(name, addr_len, oracle_arrange(entries, wanted));
}

/* The prefixes of a range, the largest that fit. */
static u32 add_range(u32 count, u8 *first, const u8 *last, u8 addr_len)
{
	bool is_last = false;

	while (!is_last && count < LEVEE_FEED_PREFIXES_MAX) {
		u32 len = addr_len * 8;
		u8 end[16];

		for (; len; len--) {
			u8 wider[16], masked[16];

			memcpy(wider, first, addr_len);
			memcpy(masked, first, addr_len);
			oracle_mask(masked, addr_len, len - 1);
			oracle_fill(wider, addr_len, len - 1);
			if (memcmp(masked, first, addr_len) || memcmp(wider, last, addr_len) > 0)
				break;
		}
		entries[count] = (struct levee_entry){
			.target = LEVEE_TARGET_PREFIX, .port_last = 65535, .proto = LEVEE_PROTO_ANY,
			.addr_len = addr_len, .prefix_len = len };
		memcpy(entries[count++].addr, first, addr_len);
		memcpy(end, first, addr_len);
		oracle_fill(end, addr_len, len);
		is_last = !memcmp(end, last, addr_len);
		memcpy(first, end, addr_len);
		oracle_move(first, addr_len, true);
	}
	return count;
}

static void measure_file(const char *path)
{
	char line[256], first_text[64], last_text[64];
	u32 count = 0, number = 0;
	u8 addr_len = 0;
	FILE *file = fopen(path, "r");

	if (!file)
		abort();
	while (fgets(line, sizeof(line), file)) {
		u8 first[16], last[16];
		int family;

		if (number++ % 2 || sscanf(line, "%63[^,],%63[^,]", first_text, last_text) != 2)
			continue;
		family = strchr(first_text, ':') ? AF_INET6 : AF_INET;
		addr_len = family == AF_INET ? 4 : 16;
		if (inet_pton(family, first_text, first) != 1 || inet_pton(family, last_text, last) != 1)
			abort();
		count = add_range(count, first, last, addr_len);
	}
	fclose(file);
	measure(addr_len == 4 ? "v4-real" : "v6-real", addr_len, oracle_arrange(entries, count));
}

int main(int argc, char **argv)
{
	static const u32 counts[] = { 1000, 10000, 100000, LEVEE_FEED_PREFIXES_MAX };

	entries = calloc(LEVEE_FEED_PREFIXES_MAX, sizeof(*entries));
	if (!entries)
		abort();
	random_seed(NULL);
	for (u32 i = 0; i < ARRAY_SIZE(counts); i++)
		measure_random(4, counts[i]);
	for (u32 i = 0; i < ARRAY_SIZE(counts); i++)
		measure_random(16, counts[i]);
	for (int i = 1; i < argc; i++)
		measure_file(argv[i]);
	free(entries);
	return 0;
}
