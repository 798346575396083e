// SPDX-License-Identifier: GPL-2.0
/*
 * Linked into leveectl and its libraries with --wrap: the $LEVEE_FAIL_NTH'th
 * allocation fails, and with $LEVEE_FAIL_ON so does each one after it. Whether
 * it came to that is written to the file $LEVEE_FAIL_FILE.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t size);
int __real_vasprintf(char **text, const char *format, va_list args);
ssize_t __real_getline(char **line, size_t *size, FILE *file);
FILE *__real_fopen(const char *path, const char *mode);
int __real_scandir(const char *path, struct dirent ***names, int (*filter)(const struct dirent *),
		   int (*compare)(const struct dirent **, const struct dirent **));
/* libmnl is not linked statically, and allocates here alone. */
void *__real_mnl_socket_open(int bus);

static unsigned long nth;
static bool on;

static bool fails(void)
{
	static bool started;
	const char *text;
	int fd;

	if (!started) {
		started = true;
		text = getenv("LEVEE_FAIL_NTH");
		nth = text ? strtoul(text, NULL, 10) : 0;
		on = getenv("LEVEE_FAIL_ON");
	}
	if (!nth || (nth > 1 && nth--))
		return false;
	if (!on)
		nth = 0;
	text = getenv("LEVEE_FAIL_FILE");
	if (text) {
		fd = open(text, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (fd >= 0)
			close(fd);
	}
	errno = ENOMEM;
	return true;
}

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	return fails() ? NULL : __real_realloc(old, size);
}

char *__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t size)
{
	return fails() ? NULL : __real_strndup(text, size);
}

int __wrap_vasprintf(char **text, const char *format, va_list args)
{
	return fails() ? -1 : __real_vasprintf(text, format, args);
}

int __wrap_asprintf(char **text, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = __wrap_vasprintf(text, format, args);
	va_end(args);
	return len;
}

ssize_t __wrap_getline(char **line, size_t *size, FILE *file)
{
	return fails() ? -1 : __real_getline(line, size, file);
}

FILE *__wrap_fopen(const char *path, const char *mode)
{
	return fails() ? NULL : __real_fopen(path, mode);
}

int __wrap_scandir(const char *path, struct dirent ***names, int (*filter)(const struct dirent *),
		   int (*compare)(const struct dirent **, const struct dirent **))
{
	return fails() ? -1 : __real_scandir(path, names, filter, compare);
}

void *__wrap_mnl_socket_open(int bus)
{
	return fails() ? NULL : __real_mnl_socket_open(bus);
}
