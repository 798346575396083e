/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Scope patterns, as in AppArmor: '*' and '?' stay inside one path component,
 * '**' crosses '/', '[...]' is a set. Patterns and texts are bytes.
 */
#ifndef LEVEE_LIB_PATTERN_H
#define LEVEE_LIB_PATTERN_H

#include "types.h"

/**
 * levee_pattern_check() - whether a pattern is well formed
 * @pattern: the pattern
 * @offset: set to where the fault is, in bytes, if there is one
 *
 * Well formed: not empty, at most LEVEE_PATTERN_MAX bytes, sets closed and not
 * empty, ranges ascending, no backslash at the end.
 *
 * Return: NULL, or what is wrong, in words.
 */
const char *levee_pattern_check(const char *pattern, size_t *offset);

/**
 * levee_pattern_match() - whether the whole text matches
 * @pattern: accepted by levee_pattern_check()
 * @text: of any length
 *
 * A backslash takes the next character as it is; '[^a-c]' and '[!a-c]' negate;
 * a set never matches '/'; stars match nothing, too. Any context. No recursion,
 * O(pattern length * text length) whatever the pattern; a text that differs in
 * the pattern's literal beginning costs a compare.
 */
bool levee_pattern_match(const char *pattern, const char *text);

#endif /* LEVEE_LIB_PATTERN_H */
