/* SPDX-License-Identifier: GPL-2.0 */
/* What is done to a workload or a socket that must not go on. */
#ifndef LEVEE_HOOK_STOP_H
#define LEVEE_HOOK_STOP_H

#include <net/sock.h>

#include "../policy/workload.h"

/* Quarantines the workload at once and has every task in it killed. Any context; idempotent. */
void levee_stop_workload(struct levee_workload *workload);
/*
 * Has a TCP or connected UDP socket destroyed as ss -K does: the peer is reset,
 * the owner woken with ECONNABORTED. False when too many are waiting; the next
 * packet asks again. Any context.
 */
bool levee_destroy_sock(struct sock *sk);

int levee_stop_init(void);
/* No hook runs any more. Sleeps. */
void levee_stop_exit(void);

#endif /* LEVEE_HOOK_STOP_H */
