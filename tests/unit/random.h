/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Repeatable randomness. LEVEE_SEED in the environment chooses another run; a
 * kernel has it from its command line.
 */
#ifndef LEVEE_TESTS_RANDOM_H
#define LEVEE_TESTS_RANDOM_H

#include "lib/types.h"

struct kunit;

#ifdef __KERNEL__
#include <linux/math64.h>

/* tests/kunit/seed.c */
extern unsigned long levee_test_seed;

static inline u64 random_first(void)
{
	return levee_test_seed;
}
#else
static inline u64 random_first(void)
{
	const char *seed = getenv("LEVEE_SEED");

	return seed ? strtoull(seed, NULL, 0) : 1;
}
#endif

static u64 random_state;

/* A suite's init: every case has the same randomness, whatever ran before. */
static inline int random_seed(struct kunit *test)
{
	(void)test;
	random_state = random_first() * 0x9e3779b97f4a7c15 | 1;
	return 0;
}

/* xorshift64*, Vigna 2016. */
static inline u64 random_u64(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return random_state * 0x2545f4914f6cdd1d;
}

static inline u32 random_below(u32 bound)
{
	return (u32)((random_u64() >> 32) * bound >> 32);
}

#endif /* LEVEE_TESTS_RANDOM_H */
