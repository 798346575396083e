/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The LSM's socket hooks: they see the calling task before the act, so that a
 * refusal is an early EPERM and a report names who it was. The packet hooks do
 * without them.
 */
#ifndef LEVEE_HOOK_SOCKET_HOOKS_H
#define LEVEE_HOOK_SOCKET_HOOKS_H

#include <linux/errno.h>
#include <linux/types.h>

/* Room for the name of a function, and for why it could not be had. */
#define LEVEE_SOCKET_HOOK_TEXT 64

/**
 * struct levee_socket_hook_info - one hook, for status
 * @name: as in the LSM
 * @state: enum levee_hook_state
 * @text: the function in whose seat it sits, or why it could not be armed
 * @missed: calls of any of them that could not be judged
 */
struct levee_socket_hook_info {
	const char *name;
	u32 state;
	char text[LEVEE_SOCKET_HOOK_TEXT];
	u64 missed;
};

#ifdef CONFIG_DYNAMIC_FTRACE_WITH_ARGS
/* Arms all of the hooks, or none and -EOPNOTSUPP. Sleeps; under the registry mutex. */
int levee_socket_hooks_arm(void);
/* No task is in a hook when it returns. Sleeps; under the registry mutex. */
void levee_socket_hooks_disarm(void);
bool levee_socket_hooks_armed(void);
/* Fills @info for hook number @index; false beyond the last. In process context. */
bool levee_socket_hooks_info(u32 index, struct levee_socket_hook_info *info);
#else
static inline int levee_socket_hooks_arm(void)
{
	return -EOPNOTSUPP;
}

static inline void levee_socket_hooks_disarm(void) {}

static inline bool levee_socket_hooks_armed(void)
{
	return false;
}

static inline bool levee_socket_hooks_info(u32 index, struct levee_socket_hook_info *info)
{
	return false;
}
#endif

#endif /* LEVEE_HOOK_SOCKET_HOOKS_H */
