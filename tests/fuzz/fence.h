/* SPDX-License-Identifier: GPL-2.0 */
/* Input in a block that ends where it does, at the price of a copy: allocating one takes longer than reading it. */
#ifndef LEVEE_TESTS_FENCE_H
#define LEVEE_TESTS_FENCE_H

#include <sanitizer/asan_interface.h>

#define FENCE_SIZE	(1 << 17)
#define FENCE_GRANULE	8	/* bytes that ASan keeps one note of */

/* The bytes, until the next call; ASan reports a read behind them, and all but them is poison. */
static inline const u8 *fence(const u8 *data, size_t size)
{
	static _Alignas(FENCE_GRANULE) u8 block[FENCE_SIZE];
	static size_t open = FENCE_SIZE;

	if (size > FENCE_SIZE - FENCE_GRANULE)
		abort();
	ASAN_POISON_MEMORY_REGION(block, (open + FENCE_GRANULE - 1) / FENCE_GRANULE * FENCE_GRANULE);
	ASAN_UNPOISON_MEMORY_REGION(block, size);
	open = size;
	memcpy(block, data, size);
	return block;
}

#endif /* LEVEE_TESTS_FENCE_H */
