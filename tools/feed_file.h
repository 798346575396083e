/* SPDX-License-Identifier: GPL-2.0 */
/* The file of a feed: many names or many addresses, in any of the forms that lists come in. */
#ifndef LEVEECTL_FEED_FILE_H
#define LEVEECTL_FEED_FILE_H

#include "diag.h"
#include "feed_names.h"
#include "feed_ranges.h"

#define FEED_LINE_MAX 65535	/* bytes of a line; hosts files put many names on one */

/**
 * struct feed_file - what a file holds: sorted, and nothing that another part covers
 * @kind: enum levee_feed_kind
 * @count: names, or prefixes of both families
 * @lines: lines of the file
 * @skipped: bad ones, which are there only when they are let pass
 * @names: domains
 * @v4: addresses
 * @v6: addresses
 */
struct feed_file {
	u32 kind;
	u64 count;
	u64 lines;
	u64 skipped;
	struct feed_names names;
	struct feed_ranges v4;
	struct feed_ranges v6;
};

/*
 * Reads the file diag->file ("-" is standard input) of the kind, or, with 0, of
 * the kind that its first line tells. Bad lines go to @diag as FILE:LINE; they
 * are skipped and counted when @lenient, else the file is refused: false then,
 * and nothing is in @feed. Memory is bounded by what a feed may hold, whatever
 * the file's length. Free it with feed_file_free().
 */
bool feed_file_load(struct feed_file *feed, u32 kind, bool lenient, struct diag *diag);
/* The same of a stream. */
bool feed_file_parse(struct feed_file *feed, u32 kind, bool lenient, FILE *in, struct diag *diag);
void feed_file_free(struct feed_file *feed);

/* "domains" or "addresses". */
const char *feed_kind_name(u32 kind);

#endif /* LEVEECTL_FEED_FILE_H */
