/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's models. */
#ifndef LEVEECTL_MODEL_PULL_H
#define LEVEECTL_MODEL_PULL_H

#include "model_set.h"
#include "netlink.h"

/*
 * All models, sorted, without what they know. 0, or -1 with the error. In both
 * cases model_set_free() them.
 */
int model_pull(struct netlink *nl, struct model_set *set, struct netlink_error *error);
/*
 * What one of them knows, sorted. 0, or -1 with the error, which is ENOENT for
 * a model that is no more.
 */
int model_pull_items(struct netlink *nl, struct model *model, struct netlink_error *error);

#endif /* LEVEECTL_MODEL_PULL_H */
