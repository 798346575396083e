/* SPDX-License-Identifier: GPL-2.0 */
/* Generic netlink to levee: requests with their replies, dumps, and the multicast groups. */
#ifndef LEVEECTL_NETLINK_H
#define LEVEECTL_NETLINK_H

#include <libmnl/libmnl.h>
#include <linux/levee.h>

#include "lib/types.h"

/* Largest request: a rule of LEVEE_PATTERNS_MAX patterns of the greatest length needs 70 KiB. */
#define NETLINK_REQUEST_MAX 131072
#define NETLINK_TEXT_MAX 256

/* Why a request was refused; err is 0 or a positive errno. */
struct netlink_error {
	int err;
	char text[NETLINK_TEXT_MAX];	/* the kernel's words, or "" */
	u32 offset;			/* of the attribute at fault in the request, or 0 */
	u32 missing;			/* type of the attribute that is missing, or 0 */
};

struct netlink;

/*
 * One message of a reply or dump: its attributes by type, and in slot 0 the
 * message itself, to walk multi-attr ones. Returns false to give up (out of
 * memory).
 */
typedef bool (*netlink_message_fn)(const struct nlattr *const *attrs, void *data);

/*
 * A connection to levee, or NULL: why is printed ("levee is not loaded
 * (modprobe levee)"). netlink_close() it.
 */
struct netlink *netlink_open(void);
/* The same without a word; err is ENOENT where levee is not loaded. */
struct netlink *netlink_try(struct netlink_error *error);
void netlink_close(struct netlink *nl);

/* A new request of a command (LEVEE_CMD_*), to be filled with mnl_attr_put_*(). */
struct nlmsghdr *netlink_request(struct netlink *nl, u8 cmd);
/*
 * Sends the request and waits for its end; @message, which may be NULL, gets
 * what is replied, with attributes up to @max. 0, or -1 with the error.
 */
int netlink_do(struct netlink *nl, u16 max, netlink_message_fn message, void *data,
	       struct netlink_error *error);
/*
 * The same of a dump. When what is dumped changes meanwhile, @restart is
 * called to drop what came so far, and it begins anew.
 */
int netlink_dump(struct netlink *nl, u16 max, netlink_message_fn message, void (*restart)(void *),
		 void *data, struct netlink_error *error);

/* Joins a multicast group; false, printed, when that fails. */
bool netlink_join(struct netlink *nl, const char *group);
/*
 * Waits for a notification of @cmd and gives it to @message. 1 for a message,
 * 0 when some were lost because they were not read in time, -1 for an error.
 */
int netlink_listen(struct netlink *nl, u8 cmd, u16 max, netlink_message_fn message, void *data);

/* Prints why a request was refused; returns LEVEECTL_FAILED. */
int netlink_fail(const char *what, const struct netlink_error *error);
/* The same as words, for a message with a place of its own. */
const char *netlink_error_text(const struct netlink_error *error);

/* Attributes, with a value for one that is absent. A string is cut at the first NUL. */
u64 attr_number(const struct nlattr *const *attrs, u16 type, u64 otherwise);
const char *attr_text(const struct nlattr *const *attrs, u16 type);
/* Reads a nest's attributes into @attrs, which has room for 0 to @max. */
void attr_parse_nested(const struct nlattr *nest, const struct nlattr **attrs, u16 max);

#endif /* LEVEECTL_NETLINK_H */
