/* SPDX-License-Identifier: GPL-2.0 */
/* Where in a name begins what somebody could register: example.com in www.example.com. */
#ifndef LEVEE_LIB_REGISTERED_DOMAIN_H
#define LEVEE_LIB_REGISTERED_DOMAIN_H

#include "types.h"

/**
 * levee_registered_domain() - where the registered domain of a name begins
 * @wire: a name in wire form, not compressed, lower case, well formed
 * @len: its bytes, the root's zero included
 *
 * Without a list of public suffixes: the last two labels, or three where the
 * last but one has at most three bytes (co.uk, com.au), and never more than the
 * name has. Any context.
 *
 * Return: the offset of its first label; that of the root for a name of one
 * label, which is a top-level domain, or none.
 */
u32 levee_registered_domain(const u8 *wire, u32 len);

#endif /* LEVEE_LIB_REGISTERED_DOMAIN_H */
