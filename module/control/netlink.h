/* SPDX-License-Identifier: GPL-2.0 */
/* The generic netlink family: Documentation/netlink/specs/levee.yaml says what it speaks. */
#ifndef LEVEE_CONTROL_NETLINK_H
#define LEVEE_CONTROL_NETLINK_H

/* Registers the family, last of all. */
int levee_netlink_init(void);
/* No request is running any more when it returns. */
void levee_netlink_exit(void);

#endif /* LEVEE_CONTROL_NETLINK_H */
