/* SPDX-License-Identifier: GPL-2.0 */
/* Traces of what a workload tries, and detectors that are asked whether it is a scan. */
#ifndef LEVEE_TESTS_SCAN_H
#define LEVEE_TESTS_SCAN_H

#include "lib/types.h"

#define ICMP 1
#define TCP 6
#define UDP 17

enum outcome { SILENT, REFUSED, ANSWERED };

/**
 * struct probe - something that is tried
 * @time: milliseconds
 * @delay: until what comes back does
 * @host: IPv4
 * @port: 0 for a protocol without
 * @proto: IP protocol
 * @outcome: what comes of it
 */
struct probe {
	u64 time;
	u32 delay;
	u32 host;
	u16 port;
	u8 proto;
	u8 outcome;
};

struct trace {
	struct probe *probes;
	u32 count;
	u32 room;
};

void trace_add(struct trace *trace, const struct probe *probe);

/**
 * struct scenario - a trace by its name
 * @name: as the table has it
 * @is_scan: it is to be found
 * @make: makes it with the randomness of @random; NULL for a recorded one
 * @file: of a recorded one, in traces/
 */
struct scenario {
	const char *name;
	bool is_scan;
	void (*make)(struct trace *trace);
	const char *file;
};

/* Ends with one without a name. */
extern const struct scenario scenarios[];

void random_start(u64 seed);
/* Uniform, 0 to bound - 1. */
u32 random_below(u32 bound);

/**
 * struct detector - from published rules
 * @name: as the table has it
 * @reset: forgets everything
 * @begin: a probe is sent at a time, for the first time or again
 * @end: its outcome has come
 *
 * Each says whether that makes a scan.
 */
struct detector {
	const char *name;
	void (*reset)(void);
	bool (*begin)(const struct probe *probe, u64 now);
	bool (*end)(const struct probe *probe, u64 now);
};

#define DETECTORS 5

extern const struct detector detectors[DETECTORS];

#endif /* LEVEE_TESTS_SCAN_H */
