/* SPDX-License-Identifier: GPL-2.0 */
/* Models as people and programs look at them. */
#ifndef LEVEECTL_MODEL_LIST_H
#define LEVEECTL_MODEL_LIST_H

#include "model_set.h"
#include "netlink.h"

/* Shows all models of the kernel; LEVEECTL_DONE, or LEVEECTL_FAILED, printed. */
int model_list_show(struct netlink *nl, bool json);
/*
 * Shows one with what it knows; of that, only what was last seen before @before
 * (nanoseconds since the epoch), where that is not 0. LEVEECTL_DONE or LEVEECTL_FAILED.
 */
int model_list_show_one(const struct model *model, u64 before, bool json);

#endif /* LEVEECTL_MODEL_LIST_H */
