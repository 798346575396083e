// SPDX-License-Identifier: GPL-2.0
/* build: -I tests/unit */
/* Pattern, NUL, text: the check and the matcher survive; what is short agrees with the oracle. */
#include "lib/pattern.c"

#include "oracle.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/* The oracle's time doubles with each star. */
static bool oracle_can(const char *pattern, const char *text)
{
	u32 stars = 0;

	for (const char *p = pattern; *p; p++)
		stars += *p == '*';
	return stars <= 4 && strlen(text) <= 32;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	size_t pattern_size = strnlen((const char *)data, size);
	size_t text_size = size > pattern_size ? size - pattern_size - 1 : 0;
	size_t offset = (size_t)-1;
	const char *fault;
	char *pattern, *text;
	bool matches;

	/* Blocks of their own, so that ASan sees a read behind either. */
	pattern = strndup((const char *)data, pattern_size);
	text = strndup((const char *)data + size - text_size, text_size);
	fault = levee_pattern_check(pattern, &offset);
	if (fault) {
		if (offset > pattern_size)
			abort();
	} else {
		if (pattern_size > LEVEE_PATTERN_MAX)
			abort();
		matches = levee_pattern_match(pattern, text);
		if (oracle_can(pattern, text) && matches != oracle_pattern(pattern, text))
			abort();
	}
	free(pattern);
	free(text);
	return 0;
}
