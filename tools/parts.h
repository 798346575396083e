/* SPDX-License-Identifier: GPL-2.0 */
/* Which part of a request stands for which place of a file: a refusal is told there. */
#ifndef LEVEECTL_PARTS_H
#define LEVEECTL_PARTS_H

#include "diag.h"
#include "netlink.h"

/* Above the parts of any request: entries of one chunk, patterns and sections of one rule. */
#define PARTS_MAX (LEVEE_ENTRY_CHUNK_MAX + 1)

/* In ascending order of their offsets. */
struct parts {
	struct {
		u32 offset;
		struct mark at;
	} list[PARTS_MAX];
	u32 count;
};

/* What is in no other part stands for this place. */
void parts_begin(struct parts *parts, struct mark at);
/* What is put next in the request stands for this one. */
void parts_add(struct parts *parts, const struct nlmsghdr *msg, struct mark at);
/* Tells a refusal at the place of the attribute that is at fault. */
void parts_blame(const struct parts *parts, const struct netlink_error *error, struct diag *diag);

#endif /* LEVEECTL_PARTS_H */
