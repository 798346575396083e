// SPDX-License-Identifier: GPL-2.0
/* As kernel.c, for what looks at the tool. */
#include <stdlib.h>

int canary_leak(int value)
{
	char *text = malloc(4);

	if (!text)
		return 1;
	if (value)
		return 2;	/* cppcheck: Memory leak */ /* clang: Potential leak */
	free(text);
	return text[0];		/* clang: after it is freed */
}

int canary_index(void)
{
	int list[4] = { 0 };

	return list[4];		/* cppcheck: out of bounds */
}
