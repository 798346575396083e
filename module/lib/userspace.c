// SPDX-License-Identifier: GPL-2.0
/* The one function that floor 0 takes from the kernel; Kbuild does not compile this file. */
#include "types.h"

#include <stdarg.h>

/* The length written, without the NUL and never above size - 1, unlike snprintf(). */
int levee_scnprintf(char *buf, size_t size, const char *format, ...)
{
	va_list args;
	int len;

	if (!size)
		return 0;
	va_start(args, format);
	len = vsnprintf(buf, size, format, args);
	va_end(args);
	if (len < 0)
		len = 0;
	return (size_t)len < size ? len : (int)size - 1;
}
