/* SPDX-License-Identifier: GPL-2.0 */
/* Entries, addresses and protocols as people write them. */
#ifndef LEVEECTL_ENTRY_TEXT_H
#define LEVEECTL_ENTRY_TEXT_H

#include "lib/addr.h"
#include "lib/dns_name.h"
#include "lib/entry.h"
#include "text.h"

/*
 * Reads an entry of a list of that feature into its canonical form, accepted
 * by levee_entry_check(). A domain entry's name is kept in @name, to which the
 * entry points. False with the fault filled.
 */
bool entry_text_parse(struct levee_entry *entry, struct levee_dns_name *name,
		      enum levee_feature feature, const char *text, struct text_fault *fault);
/* A protocol's name or number, or "any" (LEVEE_PROTO_ANY). */
bool entry_text_proto(const char *text, u16 *proto);
/* An address and nothing else. IPv4-mapped becomes IPv4. */
bool entry_text_address(const char *text, struct levee_addr *addr);
/* ADDR or ADDR:PORT, IPv6 with a port in brackets; *has_port tells. */
bool entry_text_endpoint(const char *text, struct levee_addr *addr, bool *has_port, u16 *port);
/* "PROTO" for people: its name or its number. */
#define PROTO_TEXT_MAX 24
const char *entry_text_proto_name(char buf[PROTO_TEXT_MAX], u16 proto);

#endif /* LEVEECTL_ENTRY_TEXT_H */
