/* SPDX-License-Identifier: GPL-2.0 */
/* Domain names as people write them. */
#ifndef LEVEECTL_NAME_TEXT_H
#define LEVEECTL_NAME_TEXT_H

#include "lib/dns_name.h"
#include "text.h"

/*
 * Takes a name from its text: letters in any case, a dot at the end or none,
 * "." for the root. What DNS would take but nobody means (a URL, a port, an
 * address, a '*') is a fault, as is every character that host names lack and
 * that is not escaped. False with the fault filled.
 */
bool name_text_parse(struct levee_dns_name *name, const char *text, size_t len,
		     struct text_fault *fault);
/*
 * The same of a domain entry, "example.com", "*.example.com" or ".example.com":
 * *target is the LEVEE_TARGET_* that it has. "." is the root, "*." all below it.
 */
bool name_text_entry(struct levee_dns_name *name, u32 *target, const char *text, size_t len,
		     struct text_fault *fault);
/* Whether the text is an IPv4 or IPv6 address and nothing else. */
bool name_text_is_address(const char *text, size_t len);

#endif /* LEVEECTL_NAME_TEXT_H */
