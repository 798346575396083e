/* SPDX-License-Identifier: GPL-2.0 */
/* The live feeds. */
#ifndef LEVEECTL_FEED_LIST_H
#define LEVEECTL_FEED_LIST_H

#include "netlink.h"

/* Prints them, a line each, or as one object; LEVEECTL_DONE, or LEVEECTL_FAILED, printed. */
int feed_list_show(struct netlink *nl, bool json);

#endif /* LEVEECTL_FEED_LIST_H */
