/* SPDX-License-Identifier: GPL-2.0 */
/* What is wrong with a file, said as FILE:LINE:COLUMN. */
#ifndef LEVEECTL_DIAG_H
#define LEVEECTL_DIAG_H

#include <stdio.h>

#include "lib/types.h"

/* A place in a file, both counted from 1; line 0 is no place, column 0 a whole line. */
struct mark {
	u32 line;
	u32 column;
};

/**
 * struct diag - where findings go
 * @file: name of the file
 * @out: stream, or NULL to count only
 * @errors: errors so far
 */
struct diag {
	const char *file;
	FILE *out;
	u32 errors;
};

void diag_error(struct diag *diag, struct mark at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void diag_warning(struct diag *diag, struct mark at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* "note: FILE:LINE: ..." */
void diag_note(struct diag *diag, struct mark at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* LEVEECTL_DIAG_H */
