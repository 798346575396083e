/* SPDX-License-Identifier: GPL-2.0 */
/* Whole files: read at once, and replaced at once. */
#ifndef LEVEECTL_FILE_H
#define LEVEECTL_FILE_H

#include "diag.h"

#define FILE_READ_MAX (64u << 20)

/*
 * All of the file @diag->file, "-" being standard input, to be freed; NULL,
 * told, when it cannot be read or is longer than FILE_READ_MAX.
 */
char *file_read(struct diag *diag, size_t *len);

/*
 * Puts what @print writes in the place of a file: whoever opens it, even after
 * a crash, finds the old or the new one, whole. False, printed, when that fails,
 * and the old one is there as it was.
 */
bool file_replace(const char *path, void (*print)(FILE *out, const void *data), const void *data);

#endif /* LEVEECTL_FILE_H */
