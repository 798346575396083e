// SPDX-License-Identifier: GPL-2.0
/*
 * Nanoseconds of one lookup of a name of three labels or four, each waiting for the
 * one before it, in feeds and in tables of a list's entries; and of one label more.
 * Run by ./run.
 */
#include <math.h>
#include <sys/mman.h>
#include <time.h>

#include "lib/domain_feed.h"
#include "lib/domain_table.h"
#include "lib/limits.h"
#include "name.h"
#include "random.h"

#define QUERIES 262144	/* a power of two; so many that a large feed is not in a cache */
#define LOOKUPS 65536
#define RUNS 100
#define FEED_MAX 2000000
#define LABELS_MORE 5
#define HUGE_PAGE ((size_t)2 << 20)

/* One cache line each. */
struct query {
	u8 wire[63];
	u8 len;
};

static struct query queries[QUERIES] __attribute__((aligned(64)));

struct figure {
	double hit;
	double miss;
	double label;
	double bytes;
};

/* Time of this processor alone: others may want it, too. */
static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

/* Of the names, the first has more labels than any that is asked for: none is left out for its length. */
static struct name listed(u32 number)
{
	return number ? name_numbered(number) : name_of("a.b.c.d.e.f.g.h.i.j.com");
}

/* Names some labels below one of the @count listed, or, to miss, below others. */
static void ask_for(u32 count, bool hit, u32 below)
{
	for (u32 i = 0; i < QUERIES; i++) {
		struct name name = hit ? listed(1 + random_below(count - 1)) :
					name_numbered(FEED_MAX + i);

		for (u32 labels = 0; labels < below; labels++)
			name_prepend(&name, "www", 3);
		if (name.len > sizeof(queries[i].wire))
			abort();
		memcpy(queries[i].wire, name.wire, name.len);
		queries[i].len = name.len;
	}
}

static u32 find_in_feed(const void *feed, const struct query *query)
{
	return levee_domain_feed_find(feed, query->wire, query->len);
}

static u32 find_in_table(const void *table, const struct query *query)
{
	struct levee_domain_match match;

	return levee_domain_table_first(table, query->wire, query->len, &match);
}

/* The best of some runs: what else the machine does only adds. */
static double time_lookups(u32 (*find)(const void *, const struct query *), const void *table, bool hit)
{
	double best = INFINITY;
	u32 next = 0;

	for (u32 run = 0; run < RUNS; run++) {
		double start = now_ns();
		u32 found = 0;

		for (u32 i = 0; i < LOOKUPS; i++) {
			u32 labels = find(table, &queries[next]);

			found += !!labels;
			/* No name has that many: it is the next one, once the answer is there. */
			next = (next + 1 + (labels >> 8)) & (QUERIES - 1);
		}
		best = fmin(best, (now_ns() - start) / LOOKUPS);
		if (found != (hit ? LOOKUPS : 0))
			abort();
	}
	return best;
}

/* In huge pages where it is large, as the kernel's kvmalloc() has it. */
static void *room_of(size_t size)
{
	size_t room = (size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
	void *mem = aligned_alloc(HUGE_PAGE, room);

	if (!mem || madvise(mem, room, MADV_HUGEPAGE))
		abort();
	return mem;
}

static struct figure measure(const char *what, u32 count,
			     u32 (*find)(const void *, const struct query *), const void *table,
			     size_t size, double build)
{
	struct figure figure = { .bytes = (double)size / count };

	ask_for(count, true, 1);
	figure.hit = time_lookups(find, table, true);
	ask_for(count, false, 1);
	figure.miss = time_lookups(find, table, false);
	ask_for(count, false, 1 + LABELS_MORE);
	figure.label = (time_lookups(find, table, false) - figure.miss) / LABELS_MORE;
	printf("%-6s %7u names: hit %5.0f ns, miss %5.0f ns, a label more %4.0f ns, "
	       "%5.2f bytes a name, built in %6.2f ms\n",
	       what, count, figure.hit, figure.miss, figure.label, figure.bytes, build / 1e6);
	return figure;
}

static struct figure measure_feed(u32 count)
{
	size_t size = levee_domain_feed_size(count);
	u64 seed[2] = { random_u64(), random_u64() };
	struct levee_domain_feed *feed = room_of(size);
	struct name *names = calloc(count, sizeof(*names));
	struct figure figure;
	double start;

	for (u32 i = 0; i < count; i++)
		names[i] = listed(i);
	start = now_ns();
	if (levee_domain_feed_init(feed, size, seed))
		abort();
	for (u32 i = 0; i < count; i++)
		if (levee_domain_feed_add(feed, names[i].wire, names[i].len))
			abort();
	figure = measure("feed", count, find_in_feed, feed, size, now_ns() - start);
	free(names);
	free(feed);
	return figure;
}

static int compare_domains(const void *a, const void *b)
{
	return levee_domain_compare(a, b);
}

static void measure_table(u32 count)
{
	u64 seed[2] = { random_u64(), random_u64() };
	struct levee_domain *domains = calloc(count, sizeof(*domains));
	struct name *names = calloc(count, sizeof(*names));
	void *table;
	double start;
	size_t size;

	for (u32 i = 0; i < count; i++) {
		names[i] = listed(i);
		domains[i] = (struct levee_domain){ names[i].wire, names[i].len, LEVEE_DOMAIN_BOTH };
	}
	qsort(domains, count, sizeof(*domains), compare_domains);
	start = now_ns();
	size = levee_domain_table_size(domains, count);
	table = room_of(size);
	if (levee_domain_table_build(table, size, domains, count, seed) < 0)
		abort();
	measure("table", count, find_in_table, table, size, now_ns() - start);
	free(table);
	free(names);
	free(domains);
}

static int figure_line(const char *name, double ratio, double goal)
{
	bool ok = ratio <= goal;

	printf("%s ratio %.2f goal %g %s\n", name, ratio, goal, ok ? "ok" : "SHORT");
	return !ok;
}

int main(void)
{
	struct figure small, large;
	int is_short = 0;

	random_seed(NULL);
	measure_table(10);
	measure_table(1000);
	measure_table(LEVEE_ENTRIES_MAX);
	small = measure_feed(1000);
	measure_feed(100000);
	large = measure_feed(FEED_MAX);

	is_short |= figure_line("feed-bytes-a-name-1k", small.bytes, 10);
	is_short |= figure_line("feed-bytes-a-name-2m", large.bytes, 10);
	is_short |= figure_line("feed-label-2m-against-1k", large.label / small.label, 1.5);
	/* A large one waits for memory, once: a small one is in the cache. */
	is_short |= figure_line("feed-hit-2m-against-1k", large.hit / small.hit, 3);
	is_short |= figure_line("feed-miss-2m-against-1k", large.miss / small.miss, 3);
	return is_short;
}
