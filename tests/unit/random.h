/* SPDX-License-Identifier: GPL-2.0 */
/* Repeatable randomness: LEVEE_SEED in the environment chooses another run. */
#ifndef LEVEE_TESTS_RANDOM_H
#define LEVEE_TESTS_RANDOM_H

#include <stdint.h>
#include <stdlib.h>

static uint64_t random_state;

static inline void random_seed(void)
{
	const char *seed = getenv("LEVEE_SEED");

	random_state = seed ? strtoull(seed, NULL, 0) : 1;
	random_state = random_state * 0x9e3779b97f4a7c15 | 1;
}

/* xorshift64*, Vigna 2016. */
static inline uint64_t random_u64(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return random_state * 0x2545f4914f6cdd1d;
}

static inline uint32_t random_below(uint32_t bound)
{
	return (uint32_t)((random_u64() >> 32) * bound >> 32);
}

#endif /* LEVEE_TESTS_RANDOM_H */
