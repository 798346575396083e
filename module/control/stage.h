/* SPDX-License-Identifier: GPL-2.0 */
/* Policies that are being staged, one a netlink socket. */
#ifndef LEVEE_CONTROL_STAGE_H
#define LEVEE_CONTROL_STAGE_H

#include <linux/netlink.h>

#include "../policy/ruleset.h"

/* All of these may sleep. A socket is told by its port id. */

/* Opens a stage; *cookie names it. -EBUSY when the socket has one, -ENOSPC when all are taken. */
int levee_stage_open(u32 portid, bool alert_only, u32 require, u64 *cookie,
		     struct netlink_ext_ack *extack);
/*
 * The draft of this socket's stage of that number, with the stages locked, or
 * an ERR_PTR with the extack set and nothing locked. Unlock with levee_stage_put().
 */
struct levee_draft *levee_stage_get(u32 portid, u64 cookie, struct netlink_ext_ack *extack);
void levee_stage_put(void);
/* Takes the draft out: the stage is over, the caller frees the draft. ERR_PTR as above. */
struct levee_draft *levee_stage_close(u32 portid, u64 cookie, struct netlink_ext_ack *extack);
/* Stages that are open. */
u64 levee_stages_open(void);

int levee_stage_init(void);
void levee_stage_exit(void);

#endif /* LEVEE_CONTROL_STAGE_H */
