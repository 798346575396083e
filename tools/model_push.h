/* SPDX-License-Identifier: GPL-2.0 */
/* Models go to the kernel: one transaction, all of them or none. */
#ifndef LEVEECTL_MODEL_PUSH_H
#define LEVEECTL_MODEL_PUSH_H

#include "model_set.h"
#include "netlink.h"

/*
 * Puts the models in the place of their namesakes. 0, or -1: why is in @diag, at
 * the line that the kernel refused. Nothing changed then.
 */
int model_push(struct netlink *nl, const struct model_set *set, struct diag *diag);

#endif /* LEVEECTL_MODEL_PUSH_H */
