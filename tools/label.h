/* SPDX-License-Identifier: GPL-2.0 */
/* Container names and images that are bound to cgroups. */
#ifndef LEVEECTL_LABEL_H
#define LEVEECTL_LABEL_H

#include "netlink.h"

/* What is bound to a cgroup; a label that is not is "". */
struct label {
	u64 cgroup_id;
	char container[LEVEE_TEXT_MAX + 1];
	char image[LEVEE_TEXT_MAX + 1];
};

struct label_set {
	struct label *labels;
	u32 count;
};

/* Why a text can be no label, in words without a full stop; NULL when it can be one. */
const char *label_fault(const char *text);

/* All labels that are bound, 0, or -1 with the error. In both cases label_set_free() them. */
int label_pull(struct netlink *nl, struct label_set *set, struct netlink_error *error);
void label_set_free(struct label_set *set);
/* What is bound to that very cgroup, or NULL. */
const struct label *label_find(const struct label_set *set, u64 cgroup_id);

#endif /* LEVEECTL_LABEL_H */
