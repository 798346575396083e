// SPDX-License-Identifier: GPL-2.0
/* Tables of what can be read; status_ops.c and sysfs.c only print them. */
#include "../detect/dns_state.h"
#include "../detect/flow_cache.h"
#include "../detect/peers.h"
#include "../detect/scan_guard.h"
#include "../hook/egress_hooks.h"
#include "../hook/packet_hooks.h"
#include "../hook/socket_hooks.h"
#include "../policy/feed.h"
#include "../policy/registry.h"
#include "../policy/workload.h"
#include "../report/event.h"
#include "import.h"
#include "netlink_gen.h"
#include "stage.h"
#include "status.h"

#define REPORT_COUNTER(field)					\
static u64 read_##field(void)					\
{								\
	struct levee_report_counters counters;			\
								\
	levee_report_read(&counters);				\
	return counters.field;					\
}

REPORT_COUNTER(events)
REPORT_COUNTER(lost)
REPORT_COUNTER(folded)
REPORT_COUNTER(held)
REPORT_COUNTER(unlogged)
REPORT_COUNTER(evicted)
REPORT_COUNTER(suppressed)

static u64 read_quarantined(void)
{
	return levee_workloads_quarantined();
}

struct feed_sums {
	u32 feeds, domains, prefixes;
	u32 most_domains, most_prefixes;	/* of one feed */
};

static struct feed_sums read_feed_sums(void)
{
	const struct levee_feeds *feeds;
	const struct levee_feed *feed;
	struct feed_sums sums = {};
	u32 i;

	rcu_read_lock();
	feeds = levee_feeds_live();
	sums.feeds = feeds->count;
	for (i = 0; i < feeds->count; i++) {
		feed = feeds->feed[i];
		if (feed->kind == LEVEE_FEED_KIND_DOMAINS) {
			sums.domains += feed->count;
			sums.most_domains = max(sums.most_domains, feed->count);
		} else {
			sums.prefixes += feed->count;
			sums.most_prefixes = max(sums.most_prefixes, feed->count);
		}
	}
	rcu_read_unlock();
	return sums;
}

#define FEED_SUM(field)						\
static u64 read_##field(void)					\
{								\
	return read_feed_sums().field;				\
}

FEED_SUM(feeds)
FEED_SUM(domains)
FEED_SUM(prefixes)
FEED_SUM(most_domains)
FEED_SUM(most_prefixes)

static u64 read_feed_bytes(void)
{
	return levee_feeds_bytes();
}

const struct levee_counter levee_counters[] = {
	{ "events", read_events },
	{ "lost", read_lost },
	{ "folded", read_folded },
	{ "held", read_held },
	{ "unlogged", read_unlogged },
	{ "folds_evicted", read_evicted },
	{ "suppressed", read_suppressed },
	{ "peers_evicted", levee_peers_evicted },
	{ "dns_evicted", levee_dns_state_evicted },
	{ "dns_refused", levee_dns_state_refused },
	{ "models_refused", levee_models_refused },
	{ "models_evicted", levee_models_evicted },
	{ "model_items_refused", levee_model_items_refused },
	{ "scan_refused", levee_scan_refused },
	{ "workloads_matched", levee_workloads_matched },
	{ "workloads_overflowed", levee_workloads_overflowed },
	{ "workloads_quarantined", read_quarantined },
	{ "feeds", read_feeds },
	{ "feed_domains", read_domains },
	{ "feed_prefixes", read_prefixes },
	{ "feed_bytes", read_feed_bytes },
	{}
};

static u64 read_live(u64 (*read)(const struct levee_ruleset *rs))
{
	u64 value;

	rcu_read_lock();
	value = read(levee_live_rcu());
	rcu_read_unlock();
	return value;
}

static u64 rules_of(const struct levee_ruleset *rs)
{
	return rs->nr_rules;
}

static u64 largest_of(const struct levee_ruleset *rs)
{
	u32 rule, feature, action, entries;
	u64 largest = 0;

	for (rule = 0; rule < rs->nr_rules; rule++) {
		entries = 0;
		for (feature = 1; feature <= LEVEE_FEATURE_MAX; feature++)
			for (action = 1; action <= LEVEE_ACTION_MAX; action++)
				entries += rs->rules[rule].sections[feature].lists[action].count;
		largest = max_t(u64, largest, entries);
	}
	return largest;
}

static u64 memory_of(const struct levee_ruleset *rs)
{
	return rs->bytes + levee_report_bytes() + levee_flow_cache_bytes() +
	       levee_peers_bytes() + levee_dns_state_bytes() + levee_models_bytes() +
	       levee_scan_bytes() +
	       (u64)levee_workloads_live() * sizeof(struct levee_workload);
}

static u64 generation_of(const struct levee_ruleset *rs)
{
	return rs->generation;
}

static u64 read_rules(void)
{
	return read_live(rules_of);
}

static u64 max_rules(void)
{
	return LEVEE_RULES_MAX;
}

static u64 read_entries(void)
{
	return read_live(largest_of);
}

static u64 max_entries(void)
{
	return LEVEE_ENTRIES_MAX;
}

static u64 read_workloads(void)
{
	return levee_workloads_live();
}

static u64 max_workloads(void)
{
	return LEVEE_WORKLOADS_MAX;
}

static u64 read_labels(void)
{
	return levee_labels_count();
}

static u64 max_labels(void)
{
	return LEVEE_LABELS_MAX;
}

static u64 read_models(void)
{
	return levee_models_count();
}

static u64 max_models(void)
{
	return LEVEE_MODELS_MAX;
}

static u64 max_stages(void)
{
	return LEVEE_STAGES_MAX;
}

static u64 max_feeds(void)
{
	return LEVEE_FEEDS_MAX;
}

static u64 max_domains(void)
{
	return LEVEE_FEED_DOMAINS_MAX;
}

static u64 max_prefixes(void)
{
	return LEVEE_FEED_PREFIXES_MAX;
}

static u64 max_feed_bytes(void)
{
	return levee_feeds_budget();
}

static u64 read_memory(void)
{
	return read_live(memory_of);
}

static u64 max_memory(void)
{
	return levee_draft_budget();
}

const struct levee_limit levee_limits[] = {
	{ "rules", read_rules, max_rules },
	{ "entries_of_a_rule", read_entries, max_entries },
	{ "workloads", read_workloads, max_workloads },
	{ "stages", levee_stages_open, max_stages },
	{ "feeds", read_feeds, max_feeds },
	{ "domains_of_a_feed", read_most_domains, max_domains },
	{ "prefixes_of_a_feed", read_most_prefixes, max_prefixes },
	{ "feed_stages", levee_feed_stages_open, max_stages },
	{ "feed_memory", read_feed_bytes, max_feed_bytes },
	{ "labels", read_labels, max_labels },
	{ "models", read_models, max_models },
	{ "model_memory", levee_models_bytes, levee_models_budget },
	{ "imports", levee_imports_open, max_stages },
	{ "scan_memory", levee_scan_bytes, levee_scan_budget },
	{ "dns_memory", levee_dns_state_bytes, levee_dns_state_budget },
	{ "memory", read_memory, max_memory },
	{}
};

u64 levee_generation(void)
{
	return read_live(generation_of);
}

bool levee_hook_status(u32 index, struct levee_hook_status *status)
{
	static const char * const packet_hooks[] = { "local_out", "post_routing", "local_in" };
	struct levee_socket_hook_info info;
	bool armed = levee_packet_hooks_armed();

	if (index < ARRAY_SIZE(packet_hooks)) {
		status->name = packet_hooks[index];
		status->state = armed ? LEVEE_HOOK_STATE_ARMED : LEVEE_HOOK_STATE_IDLE;
		strscpy(status->text, "netfilter", sizeof(status->text));
		status->missed = 0;
		return true;
	}
	index -= ARRAY_SIZE(packet_hooks);
	if (!index) {
		status->name = "egress";
		status->state = !armed ? LEVEE_HOOK_STATE_IDLE : levee_egress_hooks_armed() ?
				LEVEE_HOOK_STATE_ARMED : LEVEE_HOOK_STATE_FAILED;
		strscpy(status->text, "netdev", sizeof(status->text));
		status->missed = levee_egress_hooks_missing();
		return true;
	}
	if (!levee_socket_hooks_info(index - 1, &info))
		return false;
	status->name = info.name;
	status->state = info.state;
	memcpy(status->text, info.text, sizeof(status->text));
	status->missed = info.missed;
	return true;
}

const char *levee_unenforced(u32 index)
{
	static const char * const always[] = {
		"frames of AF_XDP sockets, unless raw-sockets prevents or blocks them",
		"packets that a container rewrites by tc or BPF, or forwards and rewrites",
		"tun, tap and tunnel devices that a container makes with its own capabilities",
		"processes that enter a container's namespaces without its cgroup",
		"names that another workload resolves over a unix socket",
		"dns-exfiltration: not active in this version",
	};
	static const char * const without_socket_hooks[] = {
		"raw sockets and other socket families: the LSM socket hooks are not to be had",
		"listen: seen at the first answer, not at listen() and bind()",
	};

	if (index < ARRAY_SIZE(always))
		return always[index];
	index -= ARRAY_SIZE(always);
	if (levee_packet_hooks_armed() && !levee_egress_hooks_armed() && !index--)
		return "frames of AF_PACKET sockets: netdev egress is not to be had";
	if (levee_egress_hooks_missing() && !index--)
		return "frames of AF_PACKET sockets by devices whose egress hook was full";
	if (levee_packet_hooks_incomplete() && !index--)
		return "packets in namespaces whose netfilter hooks were full before the policy";
	if (levee_packet_hooks_armed() && !levee_socket_hooks_armed() &&
	    index < ARRAY_SIZE(without_socket_hooks))
		return without_socket_hooks[index];
	return NULL;
}
