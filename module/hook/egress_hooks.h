/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frames of packet sockets, which no hook of IP sees: netdev egress, on the devices
 * of namespaces in which a governed task has made such a socket.
 */
#ifndef LEVEE_HOOK_EGRESS_HOOKS_H
#define LEVEE_HOOK_EGRESS_HOOKS_H

#include <linux/errno.h>
#include <linux/types.h>
#include <net/net_namespace.h>

/* All but levee_egress_hooks_want() sleep, under the registry mutex. */

#ifdef CONFIG_NETFILTER_EGRESS
/* Follows devices from now on. */
int levee_egress_hooks_arm(void);
/* No frame is in a hook when it returns. */
void levee_egress_hooks_disarm(void);
bool levee_egress_hooks_armed(void);
/* Hooks where packet sockets are open already and governed workloads live. */
void levee_egress_hooks_catch_up(void);
/*
 * The calling task makes a packet socket: its namespace is hooked before it gets
 * it. False when that cannot be. Does not sleep.
 */
bool levee_egress_hooks_want(void);
/* Devices whose frames cannot be judged, because a hook was full or memory out. */
u32 levee_egress_hooks_missing(void);
/* No task is on its way through here any more when it returns. */
void levee_egress_hooks_exit(void);
#else
static inline int levee_egress_hooks_arm(void)
{
	return -EOPNOTSUPP;
}

static inline void levee_egress_hooks_disarm(void) {}

static inline bool levee_egress_hooks_armed(void)
{
	return false;
}

static inline void levee_egress_hooks_catch_up(void) {}

static inline bool levee_egress_hooks_want(void)
{
	return false;
}

static inline u32 levee_egress_hooks_missing(void)
{
	return 0;
}

static inline void levee_egress_hooks_exit(void) {}
#endif

#endif /* LEVEE_HOOK_EGRESS_HOOKS_H */
