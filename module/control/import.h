/* SPDX-License-Identifier: GPL-2.0 */
/* Models that are being imported, one import a netlink socket. */
#ifndef LEVEE_CONTROL_IMPORT_H
#define LEVEE_CONTROL_IMPORT_H

#include "../policy/model.h"

/* All of these may sleep. A socket is told by its port id. */

/* Opens an import; *cookie names it. -EBUSY when the socket has one, -ENOSPC when all are taken. */
int levee_import_open(u32 portid, u64 *cookie, struct netlink_ext_ack *extack);
/*
 * Appends a model, which it owns from here; on error the caller still does.
 * -ENOENT, -E2BIG for more than there may be.
 */
int levee_import_add(u32 portid, u64 cookie, struct levee_model_draft *draft,
		     struct netlink_ext_ack *extack);
/*
 * The model that was appended last, with the imports locked, or an ERR_PTR with
 * the extack set and nothing locked: -ENOENT. Unlock with levee_import_put().
 */
struct levee_model_draft *levee_import_get(u32 portid, u64 cookie,
					   struct netlink_ext_ack *extack);
/* @spoiled: what was appended is not what it should be, and cannot be committed any more. */
void levee_import_put(u32 portid, u64 cookie, bool spoiled);
/* As levee_import_put() does it, where nothing was appended. Without such an import, nothing. */
void levee_import_spoil(u32 portid, u64 cookie);
/* Publishes it, *count models; the import is over, unless -ENOENT. */
int levee_import_commit(u32 portid, u64 cookie, u32 *count, struct netlink_ext_ack *extack);
/* Drops it. -ENOENT. */
int levee_import_abandon(u32 portid, u64 cookie, struct netlink_ext_ack *extack);
/* Imports that are open. */
u64 levee_imports_open(void);

/* Drops what the socket has open. */
void levee_import_close_socket(u32 portid);

int levee_import_init(void);
void levee_import_exit(void);

#endif /* LEVEE_CONTROL_IMPORT_H */
