/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A committed policy: built whole, then frozen. Readers reach it under RCU and
 * take no lock, because nothing in it but counters and the negative cache ever
 * changes again.
 */
#ifndef LEVEE_POLICY_RULESET_H
#define LEVEE_POLICY_RULESET_H

#include <linux/netlink.h>
#include <linux/percpu.h>
#include <linux/workqueue.h>

#include "../lib/addr.h"
#include "../lib/domain_table.h"
#include "../lib/limits.h"
#include "../lib/port_set.h"
#include "../lib/prefix_table.h"
#include "../lib/scan_estimator.h"

/* Few ways: a governed packet looks at all of them in vain. */
#define LEVEE_NEGATIVE_BITS 11
#define LEVEE_NEGATIVE_WAYS 2

/* Socket families; a u64 holds every AF_* that exists (46 in Linux 7.3). */
#define LEVEE_FAMILIES_ALL (~0ULL)

enum levee_stat {
	LEVEE_STAT_ALLOWED,
	LEVEE_STAT_AUDITED,
	LEVEE_STAT_PREVENTED,
	LEVEE_STAT_BLOCKED,
	LEVEE_STAT_UNENFORCED,
	LEVEE_STAT_MAX,
};

/* Per CPU, so that acts of one rule on many CPUs do not share a cache line. */
struct levee_rule_stats {
	u64 count[LEVEE_FEATURE_MAX + 1][LEVEE_STAT_MAX];
};

/**
 * struct levee_list - the allow or the deny list of a section, compiled
 * @entries: as they were sent, for reports and dumps
 * @count: number of @entries
 * @prefixes: outbound, the address entries; NULL when there is none
 * @domains: outbound and dns, the domain entries; NULL when there is none
 * @first_domain: index of the first of them; no other entry follows
 * @ports: listen and raw-sockets, protocols and ports; outbound and dns, those
 *	of each domain entry, disjoint among those of one name and target
 * @nr_ports: number of @ports
 * @ephemeral: listen, protocols of the entries for the ephemeral range
 * @nr_ephemeral: number of @ephemeral
 * @packet: raw-sockets, index of the entry for AF_PACKET or LEVEE_ENTRY_NONE
 * @xdp: raw-sockets, index of the entry for AF_XDP or LEVEE_ENTRY_NONE
 */
struct levee_list {
	struct levee_entry *entries;
	u32 count;
	struct levee_prefix_table *prefixes;
	struct levee_domain_table *domains;
	u32 first_domain;
	struct levee_interval *ports;
	u32 nr_ports;
	struct levee_interval *ephemeral;
	u32 nr_ephemeral;
	u32 packet;
	u32 xdp;
};

struct levee_section {
	u8 effect;		/* in force: @written, capped by alert-only */
	u8 written;		/* as the policy has it */
	u8 fallback;		/* enum levee_action, 0 when the policy gives none */
	u32 hold;		/* port-scan, seconds; 0 when the policy gives none */
	u8 feed_use;		/* enum levee_feed_use: outbound and dns */
	u8 nr_feeds;
	char (*feeds)[LEVEE_NAME_MAX + 1];	/* with LEVEE_FEED_USE_NAMED */
	struct levee_list lists[LEVEE_ACTION_MAX + 1];
};

struct levee_scope_pattern {
	u8 field;		/* enum levee_scope_field */
	bool negated;
	char text[LEVEE_PATTERN_MAX + 1];
};

struct levee_model_settings {
	u32 mode, learn_for, dry_run_for, adapt, key;
	bool given;
	bool has_dry_run;	/* 0 s is not the default */
};

/**
 * struct levee_dns_settings - how a rule's workloads speak DNS
 * @nr_ports: number of @ports, at least one
 * @nr_servers: number of @servers; none is any server
 * @servers_only: nobody else is asked
 * @has_grace: @grace is the policy's own, not the default
 * @has_ports: @ports are the policy's own, not the default
 * @grace: seconds for which an answer counts beyond its TTL
 * @ports: ascending
 * @servers: ascending, as levee_addr_compare() says
 */
struct levee_dns_settings {
	u8 nr_ports;
	u8 nr_servers;
	bool servers_only;
	bool has_grace;
	bool has_ports;
	u32 grace;
	u16 ports[LEVEE_DNS_PORTS_MAX];
	struct levee_addr servers[LEVEE_DNS_SERVERS_MAX];
};

/* Whether the rule gives this server. */
bool levee_dns_is_server(const struct levee_dns_settings *dns, const struct levee_addr *addr);

struct levee_rule {
	char name[LEVEE_NAME_MAX + 1];
	u32 index;
	bool has_families;
	u64 families;		/* bit AF_*; meaningful only with has_families */
	u32 nr_patterns;
	struct levee_scope_pattern *patterns;
	struct levee_model_settings model;
	struct levee_dns_settings dns;
	struct levee_scan_settings scan;
	u32 scan_given;		/* a bit for each of @scan's that is the policy's own */
	bool guards_dns;	/* DNS packets are parsed: the section's effect is not disable */
	bool resolves;		/* answers are followed: guards_dns, or names in outbound */
	bool opens;		/* an answer may allow an address: names in outbound's allow */
	bool learns;		/* its workloads have models */
	struct levee_section sections[LEVEE_FEATURE_MAX + 1];
	struct levee_rule_stats __percpu *stats;
	struct levee_workload *overflow;	/* stands for workloads beyond the bound */
};

struct levee_ruleset {
	u64 generation;
	bool alert_only;
	u32 require;
	u32 nr_rules;
	size_t bytes;		/* memory that the ruleset holds, counters left out */
	u64 dns_ports;		/* a bit (port % 64) for each on which DNS is heard */
	void *block;		/* every table of every rule */
	struct rcu_work retire;
	/* Numbers of cgroups that no rule governs; a lost race only costs a match. */
	u64 negative[1 << LEVEE_NEGATIVE_BITS][LEVEE_NEGATIVE_WAYS] ____cacheline_aligned;
	struct levee_rule rules[];
};

/* Names of the entries of a staged list, one after another. */
struct levee_draft_names {
	struct levee_draft_names *older;
	u32 used;
	u8 bytes[4000];
};

/* A rule while it is staged: a rule whose lists still grow. */
struct levee_draft_list {
	struct levee_entry *entries;
	u32 count;
	u32 capacity;
	struct levee_draft_names *names;	/* the newest */
};

struct levee_draft_rule {
	struct levee_rule rule;	/* lists unset */
	u32 nr_entries;
	struct levee_draft_list lists[LEVEE_FEATURE_MAX + 1][LEVEE_ACTION_MAX + 1];
};

/**
 * struct levee_draft - a policy that is being staged
 * @rules: in order
 * @nr_rules: number of @rules
 * @alert_only: cap every effect at alert
 * @require: enum levee_require flags
 * @bytes: memory held, bounded by levee_draft_budget()
 */
struct levee_draft {
	struct levee_draft_rule **rules;
	u32 nr_rules;
	bool alert_only;
	u32 require;
	size_t bytes;
};

/* All of these may sleep. */

/* Returns an empty draft, freed with levee_draft_free(); NULL without memory. */
struct levee_draft *levee_draft_new(void);
void levee_draft_free(struct levee_draft *draft);
/*
 * Appends @rule, whose patterns and sections' feeds (kvmalloc) the draft then
 * owns, success or not. -E2BIG beyond a bound, -ENOMEM; the extack says which.
 */
int levee_draft_add_rule(struct levee_draft *draft, const struct levee_rule *rule,
			 struct netlink_ext_ack *extack);

/* The end of a list of a draft, to append to, or to come back to. */
struct levee_draft_mark {
	struct levee_draft_rule *rule;
	struct levee_draft_list *list;
	u32 count;
	struct levee_draft_names *names;
	u32 names_used;
};

/* The draft has the rule. */
struct levee_draft_mark levee_draft_at(struct levee_draft *draft, u32 rule, u8 feature, u8 action);
/*
 * Appends an entry, with a copy of its name; it must follow the last one in
 * levee_entry_compare()'s order.
 */
int levee_draft_add_entry(struct levee_draft *draft, const struct levee_draft_mark *mark,
			  const struct levee_entry *entry, struct netlink_ext_ack *extack);
/* Takes back what was appended since. */
void levee_draft_back_to(struct levee_draft *draft, const struct levee_draft_mark *mark);
/* Bytes that all drafts together may hold. */
size_t levee_draft_budget(void);

/*
 * Compiles the draft. Returns a ruleset of generation 0 that nobody else can
 * reach, or an ERR_PTR with the extack set; the draft stays as it was.
 */
struct levee_ruleset *levee_ruleset_build(const struct levee_draft *draft,
					  struct netlink_ext_ack *extack);
/* A ruleset without rules. NULL without memory. */
struct levee_ruleset *levee_ruleset_empty(void);
/* Frees a ruleset that was never published. */
void levee_ruleset_free(struct levee_ruleset *rs);
/* Frees a ruleset that was published, after a grace period. Does not sleep. */
void levee_ruleset_retire(struct levee_ruleset *rs);
/* Sum over the CPUs. */
u64 levee_rule_stat(const struct levee_rule *rule, u8 feature, enum levee_stat stat);

static inline void levee_rule_count(const struct levee_rule *rule, u8 feature,
				    enum levee_stat stat)
{
	this_cpu_inc(rule->stats->count[feature][stat]);
}

/* Waits for every retired ruleset. */
int levee_ruleset_init(void);
void levee_ruleset_exit(void);

#endif /* LEVEE_POLICY_RULESET_H */
