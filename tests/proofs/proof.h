/* SPDX-License-Identifier: GPL-2.0 */
/* What proofs share: inputs that may be anything, what must hold of them, what must be possible. */
#ifndef LEVEE_TESTS_PROOF_H
#define LEVEE_TESTS_PROOF_H

#include "lib/types.h"

/* Has no body: cbmc takes every value for what it returns. */
size_t nondet_size(void);

#define assume(condition) __CPROVER_assume(condition)
/*
 * A proof about nothing proves nothing: with REACH, where cbmc must find a way to
 * each reached(), nothing is held.
 */
#ifdef REACH
#define hold(condition)	do { } while (0)
#define reached(what) __CPROVER_assert(false, what)
#else
#define hold(condition) __CPROVER_assert(condition, #condition)
#define reached(what)	do { } while (0)
#endif

/* Bytes that may be anything, in a block of just that size: a read behind them is a fault. */
static inline u8 *any_bytes(size_t size)
{
	u8 *bytes = malloc(size);

	assume(bytes);
	return bytes;
}

#endif /* LEVEE_TESTS_PROOF_H */
