/* SPDX-License-Identifier: GPL-2.0 */
/* Entries, addresses and protocols as people write them. */
#ifndef LEVEECTL_ENTRY_TEXT_H
#define LEVEECTL_ENTRY_TEXT_H

#include "lib/addr.h"
#include "lib/entry.h"

/* What is wrong with an entry, and what was expected; both without a full stop. */
struct entry_fault {
	char what[80];
	char expected[160];
};

/*
 * Reads an entry of a list of that feature into its canonical form, accepted
 * by levee_entry_check(). False with the fault filled.
 */
bool entry_text_parse(struct levee_entry *entry, enum levee_feature feature, const char *text,
		      struct entry_fault *fault);
/* A protocol's name or number, or "any" (LEVEE_PROTO_ANY). */
bool entry_text_proto(const char *text, u16 *proto);
/* ADDR or ADDR:PORT, IPv6 with a port in brackets; *has_port tells. IPv4-mapped becomes IPv4. */
bool entry_text_endpoint(const char *text, struct levee_addr *addr, bool *has_port, u16 *port);
/* "PROTO" for people: its name or its number. */
#define PROTO_TEXT_MAX 24
const char *entry_text_proto_name(char buf[PROTO_TEXT_MAX], u16 proto);

#endif /* LEVEECTL_ENTRY_TEXT_H */
