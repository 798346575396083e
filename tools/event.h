/* SPDX-License-Identifier: GPL-2.0 */
/* Audits, incidents and notices as the kernel reports them. */
#ifndef LEVEECTL_EVENT_H
#define LEVEECTL_EVENT_H

#include "json.h"
#include "netlink.h"

/*
 * An event with the keys of the contract; @live also looks up what only a
 * process that still runs can tell.
 */
struct json_object *event_json(const struct nlattr *const *attrs, bool live);
/* A notice of the tool's own. */
struct json_object *event_own_notice(const char *text);
/* One line for people; every string that a container controls is escaped. Does not free it. */
void event_print(const struct json_object *event);

#endif /* LEVEECTL_EVENT_H */
