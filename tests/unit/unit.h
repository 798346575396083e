/* SPDX-License-Identifier: GPL-2.0 */
/* cmocka, with the headers that it wants before itself. */
#ifndef LEVEE_TESTS_UNIT_H
#define LEVEE_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif /* LEVEE_TESTS_UNIT_H */
