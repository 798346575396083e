/* SPDX-License-Identifier: GPL-2.0 */
/* Text in and out: escapes, numbers, durations, times. */
#ifndef LEVEECTL_TEXT_H
#define LEVEECTL_TEXT_H

#include <stdio.h>

#include "lib/types.h"

/*
 * The next code point of [*at, end), *at moved behind it; -1 for a byte that
 * begins no valid sequence (*at is moved by that byte).
 */
int utf8_next(const u8 **at, const u8 *end);
/* Whether a code point is a control character, a line break, or otherwise not to be printed. */
bool code_point_is_control(int c);
/* Whether a text is UTF-8. */
bool text_is_utf8(const char *text);
/* Whether a text has one, or a byte that is no UTF-8. */
bool text_has_control(const char *text);

/*
 * Copies text as it may be shown on a terminal: bytes outside printable ASCII,
 * '"' and '\' become \xNN. Cut with "..." when it does not fit. Returns @buf.
 */
char *text_escape(char *buf, size_t size, const char *text, size_t len);
#define TEXT_QUOTE_MAX 96
/* The same of a NUL-terminated text for a FILE, without a bound, quotes kept as they are. */
void text_print(FILE *out, const char *text);
/* A YAML or C string in double quotes. */
void text_print_quoted(FILE *out, const char *text);

/* What is wrong with a text, and what was expected; both without a full stop. */
struct text_fault {
	char what[80];
	char expected[160];
};

/* Fills it in; returns false. */
bool text_fail(struct text_fault *fault, const char *what, const char *expected);

/* A decimal number of 0 to @max, nothing else. */
bool text_number(const char *text, size_t len, u64 max, u64 *value);
/* NUMBER with unit s, m, min, h, d, several in a row ("1h30m"), as seconds, at most 272 years. */
bool text_duration(const char *text, u64 *seconds);
#define TEXT_DURATION_MAX 32
/* The canonical text of a duration. */
char *text_duration_format(char buf[TEXT_DURATION_MAX], u64 seconds);

/* RFC 3339, nanoseconds, UTC. */
#define TEXT_TIME_MAX 40
char *text_time_format(char buf[TEXT_TIME_MAX], u64 ns);
/* The same without the fraction. */
char *text_time_seconds(char buf[TEXT_TIME_MAX], u64 ns);
/* RFC 3339 alone, in nanoseconds since the epoch. */
bool text_time_rfc3339(const char *text, u64 *ns);
/* RFC 3339, "@SECONDS" since the epoch, or a duration before @now_ns; *ns is since the epoch. */
bool text_time(const char *text, u64 now_ns, u64 *ns);

#endif /* LEVEECTL_TEXT_H */
