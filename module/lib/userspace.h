/* SPDX-License-Identifier: GPL-2.0 */
/* What floor 0 takes from the kernel, for its userspace builds; included by types.h alone. */
#ifndef LEVEE_LIB_USERSPACE_H
#define LEVEE_LIB_USERSPACE_H

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#define noinline __attribute__((__noinline__))
#define __uninitialized
#define min(a, b) ((a) < (b) ? (a) : (b))
#define min_t(type, a, b) min((type)(a), (type)(b))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define sort(base, count, size, compare, swap) qsort(base, count, size, compare)
#define scnprintf levee_scnprintf
int levee_scnprintf(char *buf, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#define prefetch(address) __builtin_prefetch(address)

typedef struct {
	u64 key[2];
} siphash_key_t;

#define siphash levee_siphash
u64 levee_siphash(const void *data, size_t len, const siphash_key_t *key);

#endif /* LEVEE_LIB_USERSPACE_H */
