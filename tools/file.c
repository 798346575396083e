// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "text.h"

/* The whole stream; NULL, told, when it cannot be read or is too long. */
static char *read_stream(FILE *in, size_t *len, struct diag *diag)
{
	size_t room = 65536, used = 0;
	char *text = malloc(room);

	if (!text)
		diag_error(diag, (struct mark){ 0 }, "out of memory");
	while (text) {
		char *larger;

		used += fread(text + used, 1, room - used, in);
		if (ferror(in)) {
			diag_error(diag, (struct mark){ 0 }, "%s", strerror(errno));
			break;
		}
		if (used > FILE_READ_MAX) {
			diag_error(diag, (struct mark){ 0 }, "the file is too long, expected at "
				   "most 64 MiB");
			break;
		}
		if (used < room) {
			*len = used;
			return text;
		}
		room *= 2;
		larger = realloc(text, room);
		if (!larger)
			diag_error(diag, (struct mark){ 0 }, "out of memory");
		if (!larger)
			break;
		text = larger;
	}
	free(text);
	return NULL;
}

char *file_read(struct diag *diag, size_t *len)
{
	bool is_stdin = !strcmp(diag->file, "-");
	FILE *in = stdin;
	char *text;

	if (!is_stdin)
		in = fopen(diag->file, "r");
	if (!in) {
		diag_error(diag, (struct mark){ 0 }, "%s", strerror(errno));
		return NULL;
	}
	text = read_stream(in, len, diag);
	if (!is_stdin)
		fclose(in);
	return text;
}

static bool fail(const char *path, const char *what)
{
	char quote[TEXT_QUOTE_MAX];

	fprintf(stderr, "leveectl: cannot write \"%s\": %s\n",
		text_escape(quote, sizeof(quote), path, strlen(path)), what);
	return false;
}

/* Whether all of it is on the disk; errno says why not. Closes the file. */
static bool write_out(int file, void (*print)(FILE *out, const void *data), const void *data)
{
	FILE *out = fdopen(file, "w");
	bool good;
	int err;

	if (!out) {
		err = errno;
		close(file);
		errno = err;
		return false;
	}
	print(out, data);
	good = !fflush(out) && !ferror(out) && !fsync(file);
	err = errno;
	if (fclose(out) && good)
		return false;
	errno = err;
	return good;
}

/* The new name is as lasting as the file. */
static bool sync_folder(const char *folder)
{
	int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good = file >= 0 && !fsync(file);
	int err = errno;

	if (file >= 0)
		close(file);
	errno = err;
	return good;
}

bool file_replace(const char *path, void (*print)(FILE *out, const void *data), const void *data)
{
	char folder[PATH_MAX], name[PATH_MAX], fresh[2 * PATH_MAX];
	struct stat old;
	int file, err;

	if (strlen(path) >= PATH_MAX)
		return fail(path, strerror(ENAMETOOLONG));
	if (!lstat(path, &old) && !S_ISREG(old.st_mode))
		return fail(path, "it is there and is no regular file");
	snprintf(fresh, sizeof(fresh), "%s/.%s.XXXXXX", dirname(strcpy(folder, path)),
		 basename(strcpy(name, path)));
	file = mkostemp(fresh, O_CLOEXEC);
	if (file < 0)
		return fail(path, strerror(errno));
	if (!write_out(file, print, data) || rename(fresh, path)) {
		err = errno;
		unlink(fresh);
		return fail(path, strerror(err));
	}
	return sync_folder(dirname(strcpy(folder, path))) || fail(path, strerror(errno));
}
