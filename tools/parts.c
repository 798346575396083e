// SPDX-License-Identifier: GPL-2.0
#include "parts.h"

void parts_begin(struct parts *parts, struct mark at)
{
	parts->list[0].offset = 0;
	parts->list[0].at = at;
	parts->count = 1;
}

void parts_add(struct parts *parts, const struct nlmsghdr *msg, struct mark at)
{
	if (parts->count == PARTS_MAX)
		return;
	parts->list[parts->count].offset = msg->nlmsg_len;
	parts->list[parts->count++].at = at;
}

void parts_blame(const struct parts *parts, const struct netlink_error *error, struct diag *diag)
{
	struct mark at = parts->list[0].at;

	for (u32 i = 0; i < parts->count && parts->list[i].offset <= error->offset; i++)
		at = parts->list[i].at;
	if (error->err == EPERM && !*error->text)
		at.line = 0;
	diag_error(diag, at, "the kernel refuses it: %s", netlink_error_text(error));
}
