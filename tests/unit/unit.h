/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests of floor 0 are KUnit suites. In a kernel they are that; in userspace
 * they are programs on top of cmocka, and this header is what stands between.
 * What the kernel and the C library call differently is here, too.
 */
#ifndef LEVEE_TESTS_UNIT_H
#define LEVEE_TESTS_UNIT_H

#ifdef __KERNEL__

#include <kunit/test.h>
#include <linux/inet.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/socket.h>
#include <linux/sort.h>
#include <linux/string.h>

static inline void *unit_alloc(size_t size)
{
	return kvzalloc(size, GFP_KERNEL);
}

static inline void unit_free(void *mem)
{
	kvfree(mem);
}

static inline u64 unit_ms(void)
{
	return ktime_to_ms(ktime_get());
}

/* From text to wire form: its length, 0 for no address. */
static inline u8 unit_read_addr(u8 wire[16], const char *text)
{
	if (in4_pton(text, -1, wire, -1, NULL))
		return 4;
	return in6_pton(text, -1, wire, -1, NULL) ? 16 : 0;
}

/* An address as somebody else writes it. */
static inline void unit_write_addr(char *text, size_t size, const u8 *wire, u8 len)
{
	if (len == 4)
		snprintf(text, size, "%pI4", wire);
	else
		snprintf(text, size, "%pI6c", wire);
}

#else /* __KERNEL__ */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <stdlib.h>
#include <time.h>

#include "lib/types.h"

struct kunit {
	const char *name;
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
};

struct kunit_suite {
	const char *name;
	int (*init)(struct kunit *test);
	struct kunit_case *test_cases;
};

static const struct kunit_suite *unit_suite;

static inline void unit_run_case(void **state)
{
	const struct kunit_case *test_case = *state;
	struct kunit test = { .name = test_case->name };

	if (unit_suite->init)
		assert_int_equal(unit_suite->init(&test), 0);
	test_case->run_case(&test);
}

static inline int unit_run(const struct kunit_suite *suite)
{
	struct CMUnitTest tests[64] = { };
	size_t count = 0;

	unit_suite = suite;
	for (struct kunit_case *c = suite->test_cases; c->run_case && count < 64; c++)
		tests[count++] = (struct CMUnitTest){ .name = c->name, .initial_state = c,
						      .test_func = unit_run_case };
	return _cmocka_run_group_tests(suite->name, tests, count, NULL, NULL);
}

#define kunit_test_suite(suite)		\
	int main(void)			\
	{				\
		return unit_run(&(suite));	\
	}

#define KUNIT_CASE(test) { .run_case = test, .name = #test }

#define KUNIT_ASSERT_TRUE(test, condition) ((void)(test), assert_true(condition))
#define KUNIT_ASSERT_FALSE(test, condition) ((void)(test), assert_false(condition))
#define KUNIT_ASSERT_EQ(test, a, b) ((void)(test), assert_int_equal(a, b))
#define KUNIT_ASSERT_NULL(test, pointer) ((void)(test), assert_null(pointer))
#define KUNIT_ASSERT_NOT_NULL(test, pointer) ((void)(test), assert_non_null(pointer))
#define KUNIT_ASSERT_STREQ(test, a, b) ((void)(test), assert_string_equal(a, b))
#define KUNIT_ASSERT_TRUE_MSG(test, condition, ...) do {	\
	(void)(test);						\
	if (!(condition))					\
		fail_msg(__VA_ARGS__);				\
} while (0)

static inline void *unit_alloc(size_t size)
{
	return calloc(1, size);
}

static inline void unit_free(void *mem)
{
	free(mem);
}

static inline u64 unit_ms(void)
{
	return (u64)clock() * 1000 / CLOCKS_PER_SEC;
}

static inline u8 unit_read_addr(u8 wire[16], const char *text)
{
	if (inet_pton(AF_INET, text, wire) == 1)
		return 4;
	return inet_pton(AF_INET6, text, wire) == 1 ? 16 : 0;
}

static inline void unit_write_addr(char *text, size_t size, const u8 *wire, u8 len)
{
	inet_ntop(len == 4 ? AF_INET : AF_INET6, wire, text, size);
}

#endif /* __KERNEL__ */

#define KUNIT_ASSERT_BYTES(test, a, b, size) KUNIT_ASSERT_EQ(test, memcmp(a, b, size), 0)

#endif /* LEVEE_TESTS_UNIT_H */
