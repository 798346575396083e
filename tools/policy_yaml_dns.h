/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of a policy file that are about names: how DNS is spoken, and feeds. */
#ifndef LEVEECTL_POLICY_YAML_DNS_H
#define LEVEECTL_POLICY_YAML_DNS_H

#include "yaml_read.h"

/* Each reads the value of a key; what is wrong is told. */
void policy_yaml_ports(struct yaml_reader *r, const struct yaml_node *node,
		       struct policy_dns *dns);
void policy_yaml_servers(struct yaml_reader *r, const struct yaml_node *node,
			 struct policy_dns *dns);
/* feeds of a section: true, false, or names. */
void policy_yaml_feed_use(struct yaml_reader *r, const struct yaml_node *node,
			  struct policy_section *section);
/* feeds of the file: {name: NAME, domains: FILE} or {name: NAME, addresses: FILE}. */
void policy_yaml_feeds(struct yaml_reader *r, const struct yaml_node *node);

#endif /* LEVEECTL_POLICY_YAML_DNS_H */
