/* SPDX-License-Identifier: GPL-2.0 */
/* The workloads that the kernel knows. */
#ifndef LEVEECTL_WORKLOAD_H
#define LEVEECTL_WORKLOAD_H

#include "json.h"
#include "netlink.h"

/* A list of all workloads; NULL, printed, when that fails. */
struct json_object *workload_list(struct netlink *nl);
/* The same list as a table. */
void workload_print(const struct json_object *list);

#endif /* LEVEECTL_WORKLOAD_H */
