/* SPDX-License-Identifier: GPL-2.0 */
/* A policy in the tool's memory, from a file or from the kernel. */
#ifndef LEVEECTL_POLICY_H
#define LEVEECTL_POLICY_H

#include "diag.h"
#include "lib/addr.h"
#include "lib/entry.h"
#include "lib/limits.h"
#include "policy_scan.h"

#define POLICY_FAMILIES 64

/* An entry and its place in the file. The list owns its name. */
struct policy_entry {
	struct levee_entry entry;
	struct mark at;
};

struct policy_list {
	struct policy_entry *entries;
	u32 count;
	u32 room;
};

struct policy_pattern {
	u32 field;		/* enum levee_scope_field */
	bool negated;
	char *text;
	struct mark at;
};

struct policy_label {
	char text[LEVEE_NAME_MAX + 1];
	struct mark at;
};

/**
 * struct policy_section - what a rule says of a feature
 * @effect: enum levee_effect, never 0
 * @action: enum levee_action of "default", 0 if none is given
 * @hold: port scan, seconds; 0 if not given
 * @feed_use: outbound and dns, enum levee_feed_use, never 0
 * @feed_count: number of @feeds
 * @feeds: with LEVEE_FEED_USE_NAMED, sorted
 * @lists: by enum levee_action
 * @at: where it is in the file
 * @default_at: where "default" is, if it is
 */
struct policy_section {
	u32 effect;
	u32 action;
	u32 hold;
	u32 feed_use;
	u32 feed_count;
	struct policy_label *feeds;
	struct policy_list lists[LEVEE_ACTION_MAX + 1];
	struct mark at;
	struct mark default_at;
};

struct policy_server {
	struct levee_addr addr;
	struct mark at;
};

/**
 * struct policy_dns - how a rule's workloads speak DNS
 * @port_count: number of @ports; 0 when not given
 * @server_count: number of @servers; 0 is any server
 * @servers_only: nobody else is asked
 * @has_grace: @grace was given
 * @grace: seconds for which an answer counts beyond its TTL
 * @ports: ascending
 * @servers: ascending
 */
struct policy_dns {
	u32 port_count;
	u32 server_count;
	bool servers_only;
	bool has_grace;
	u32 grace;
	u16 ports[LEVEE_DNS_PORTS_MAX];
	struct policy_server servers[LEVEE_DNS_SERVERS_MAX];
};

#define POLICY_DNS_PORT		53
#define POLICY_GRACE		60	/* DESIGN 8.1; seconds */
#define POLICY_GRACE_MAX	86400	/* netlink spec, attribute set section */

struct policy_model {
	u32 mode;		/* enum levee_model_mode */
	u32 learn_for;		/* seconds */
	u32 dry_run_for;
	u32 adapt;		/* enum levee_model_adapt */
	u32 key;		/* enum levee_model_key */
	struct mark at;
};

#define POLICY_LEARN_FOR	3600	/* DESIGN: 1 h of populated time */
#define POLICY_DRY_RUN_FOR	86400	/* DESIGN: 24 h */
#define POLICY_HOLD		600	/* DESIGN 3: 10 min */
#define POLICY_HOLD_MAX		604800	/* netlink spec, attribute set section */

struct policy_stats {
	bool given;
	u64 allowed;
	u64 audited;
	u64 prevented;
	u64 blocked;
	u64 unenforced;
};

/**
 * struct policy_rule - one rule
 * @name: its name
 * @patterns: sorted by (negated, field), else in the order of the file
 * @sections: by enum levee_feature
 * @stats: by enum levee_feature; only from the kernel
 * @families: bit N is socket family N; 0 permits every family
 */
struct policy_rule {
	char name[LEVEE_NAME_MAX + 1];
	struct mark at;
	struct policy_pattern *patterns;
	u32 pattern_count;
	struct policy_section sections[LEVEE_FEATURE_MAX + 1];
	struct policy_stats stats[LEVEE_FEATURE_MAX + 1];
	struct policy_dns dns;
	struct policy_scan scan;
	struct policy_model model;
	u64 families;
	struct mark families_at;
};

/* A feed that is committed with the policy. */
struct policy_feed {
	char name[LEVEE_NAME_MAX + 1];
	u32 kind;		/* enum levee_feed_kind */
	char *path;		/* from the root of the file system, wherever the policy lies */
	struct mark at;
};

struct policy {
	u32 require;		/* enum levee_require flags */
	struct mark require_at;
	bool alert_only;
	u64 generation;		/* only from the kernel */
	struct policy_rule *rules;
	u32 rule_count;
	struct policy_feed *feeds;
	u32 feed_count;
};

/* All functions return NULL or false when memory runs out. */
struct policy *policy_new(void);
void policy_free(struct policy *policy);
/* A new last rule, every section at its default. Earlier rules may move. */
struct policy_rule *policy_add_rule(struct policy *policy);
bool policy_add_pattern(struct policy_rule *rule, u32 field, bool negated, const char *text,
			struct mark at);
/* The entry with a name of its own, which policy_drop_entry() frees. */
bool policy_keep_entry(struct levee_entry *copy, const struct levee_entry *entry);
void policy_drop_entry(struct levee_entry *entry);
bool policy_list_add(struct policy_list *list, const struct levee_entry *entry, struct mark at);
bool policy_add_feed(struct policy *policy, const char *name, u32 kind, const char *path,
		     struct mark at);
/* Names a feed for a section that holds for those that are named. */
bool policy_section_add_feed(struct policy_section *section, const char *name, struct mark at);
/* Sorts what has an order of its own, and drops what is repeated. */
void policy_rule_finish(struct policy_rule *rule);
/* Whether both mean the same; places, stats and the generation are not compared. */
bool policy_equal(const struct policy *a, const struct policy *b);
/* Entries of all lists of a rule. */
u64 policy_rule_entries(const struct policy_rule *rule);
/* What a section does with acts that nothing lists: an action, never 0. */
u32 policy_section_action(const struct policy_rule *rule, u32 feature);
/* Whether a feature has lists, and whether feeds hold for it. */
bool policy_has_lists(u32 feature);
bool policy_has_feeds(u32 feature);
/* The feed of that name, or NULL. */
const struct policy_feed *policy_find_feed(const struct policy *policy, const char *name);
/* Drops all entries of all lists. */
void policy_rule_clear_entries(struct policy_rule *rule);

#endif /* LEVEECTL_POLICY_H */
