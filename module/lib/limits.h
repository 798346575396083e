/* SPDX-License-Identifier: GPL-2.0 */
/* Every bound of levee, in one place. Documentation/limits.rst says what happens at each edge. */
#ifndef LEVEE_LIB_LIMITS_H
#define LEVEE_LIB_LIMITS_H

#define LEVEE_RULES_MAX		1024	/* rules of a policy */
#define LEVEE_ENTRIES_MAX	100000	/* entries of a rule, all lists together */
#define LEVEE_PATTERNS_MAX	256	/* scope patterns of a rule */
#define LEVEE_DNS_PORTS_MAX	16	/* ports on which a rule's workloads speak DNS */
#define LEVEE_DNS_SERVERS_MAX	64	/* servers of a rule */
#define LEVEE_FEEDS_MAX		64	/* feeds, and names of feeds in a section */
#define LEVEE_FEED_DOMAINS_MAX	2000000	/* names of a feed */
#define LEVEE_FEED_PREFIXES_MAX	1000000	/* prefixes of a feed */
#define LEVEE_WORKLOADS_MAX	16384	/* live workloads */
#define LEVEE_LABELS_MAX	16384	/* cgroups with labels */
#define LEVEE_MODELS_MAX	16384	/* models, those that no workload has included */
#define LEVEE_MODEL_OUTBOUND_MAX	1024	/* items of a model */
#define LEVEE_MODEL_LISTEN_MAX	256
#define LEVEE_MODEL_DNS_MAX	4096
#define LEVEE_STAGES_MAX	16	/* policies being staged at a time */
#define LEVEE_AUDITS_MAX	8192	/* audits that the ring holds */
#define LEVEE_INCIDENTS_MAX	1024	/* incidents that the ring holds */
#define LEVEE_AUDIT_RATE	10	/* audits a second and workload: KubeArmor mutes at ten */
#define LEVEE_AUDIT_BURST	50	/* audits at once and workload */

#endif /* LEVEE_LIB_LIMITS_H */
