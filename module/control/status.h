/* SPDX-License-Identifier: GPL-2.0 */
/* What levee tells of itself, the same by netlink and by sysfs. */
#ifndef LEVEE_CONTROL_STATUS_H
#define LEVEE_CONTROL_STATUS_H

#include "../hook/socket_hooks.h"

struct levee_counter {
	const char *name;
	u64 (*read)(void);
};

/* A bounded thing. */
struct levee_limit {
	const char *name;
	u64 (*used)(void);
	u64 (*most)(void);
};

/* One place where the kernel is hooked; see the netlink attribute set hook. */
struct levee_hook_status {
	const char *name;
	u32 state;
	char text[LEVEE_SOCKET_HOOK_TEXT];
	u64 missed;
};

extern const struct levee_counter levee_counters[];
extern const struct levee_limit levee_limits[];
/* Both end with an element without a name. All of these may sleep; none needs a lock. */

/* Fills @status for hook number @index; false beyond the last. */
bool levee_hook_status(u32 index, struct levee_hook_status *status);
/* Sentence number @index about what cannot be enforced here, or NULL beyond the last. */
const char *levee_unenforced(u32 index);
u64 levee_generation(void);

#endif /* LEVEE_CONTROL_STATUS_H */
