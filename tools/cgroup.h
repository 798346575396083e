/* SPDX-License-Identifier: GPL-2.0 */
/* The cgroup-v2 tree: where it is mounted, the ids of its cgroups, a walk over them. */
#ifndef LEVEECTL_CGROUP_H
#define LEVEECTL_CGROUP_H

#include "lib/types.h"

#define CGROUP_PATH_MAX 4096

/*
 * Where cgroup v2 is mounted (hybrid: "/sys/fs/cgroup/unified"); false if nowhere, which it also
 * seems to be when errno is ENOMEM.
 */
bool cgroup_mount(char mount[CGROUP_PATH_MAX]);
/* The id of the cgroup of a path from the root; false, with errno, where there is none. */
bool cgroup_find(const char *mount, const char *path, u64 *id);
/*
 * A CGROUP argument, a path from the cgroup root or below the mount, as path
 * from the cgroup root and id. False, printed, when there is no such cgroup.
 */
bool cgroup_resolve(const char *arg, char path[CGROUP_PATH_MAX], u64 *id);

/* Called with the path of a cgroup from the root; returns whether its children are wanted. */
typedef bool (*cgroup_visit_fn)(const char *path, void *data);
/*
 * Visits the cgroups below @path ("" is the root), parents first, in the order of their names.
 * False if cgroup v2 is not mounted, or with errno ENOMEM if some may be left out.
 */
bool cgroup_walk(const char *path, cgroup_visit_fn visit, void *data);

/* Whether a cgroup of that path, or one below it, is that of process 1. */
bool cgroup_holds_init(const char *path);
/* The container id in the outermost component of a path that has one, and its length; or NULL. */
const char *cgroup_container_id(const char *path, size_t *len);

#endif /* LEVEECTL_CGROUP_H */
