// SPDX-License-Identifier: GPL-2.0
#include <linux/sort.h>

#include "fixture.h"
#include "lib/dns_name.h"
#include "oracle.h"
#include "policy/decide.h"
#include "random.h"

#define ENTRIES 12

static const u16 protos[] = { LEVEE_PROTO_ANY, 1, 6, 17, 58, 132 };
static const u16 ports[] = { 22, 53, 80, 443, 40000 };
/* Ascending. */
static const char * const hosts[] = { "8.8.8.8", "10.0.0.1", "10.0.0.2", "127.0.0.1", "127.0.0.53",
				      "::1", "2001:db8::1", "2a00:1450::1", "fe80::1" };
static const char * const names[] = { ".", "example", "a.example", "b.example", "x.a.example",
				      "y.x.a.example", "other.test", "\\042.a.example" };
static const u8 families[] = { AF_INET, AF_INET6, AF_PACKET, AF_XDP, AF_VSOCK, AF_NETLINK, AF_SMC };

#define PICK(array) ((array)[random_below(ARRAY_SIZE(array))])

static void random_ports(struct levee_entry *entry)
{
	if (entry->proto != LEVEE_PROTO_ANY && !levee_proto_has_ports(entry->proto))
		return;
	entry->has_ports = true;
	entry->port_first = PICK(ports);
	entry->port_last = entry->port_first + random_below(500);
}

static struct levee_entry random_entry(u8 feature)
{
	struct levee_entry entry = fixture_word(0, PICK(protos));

	switch (feature) {
	case LEVEE_FEATURE_DNS:
		return fixture_domain(LEVEE_TARGET_DOMAIN + random_below(3), PICK(names),
				      LEVEE_PROTO_ANY);
	case LEVEE_FEATURE_OUTBOUND:
		if (!random_below(3)) {
			entry = fixture_domain(LEVEE_TARGET_DOMAIN + random_below(3), PICK(names),
					       entry.proto);
		} else if (random_below(4)) {
			entry = fixture_prefix(PICK(hosts), 0, entry.proto);
			entry.prefix_len = entry.addr_len * 8 - random_below(3) * 8;
			oracle_mask(entry.addr, entry.addr_len, entry.prefix_len);
		} else {
			entry.target = LEVEE_TARGET_ANY + random_below(3);
		}
		if (random_below(2))
			random_ports(&entry);
		break;
	case LEVEE_FEATURE_LISTEN:
		entry.target = random_below(4) ? LEVEE_TARGET_PORTS : LEVEE_TARGET_EPHEMERAL;
		if (entry.target == LEVEE_TARGET_PORTS)
			random_ports(&entry);
		break;
	default:
		entry.target = LEVEE_TARGET_RAW + random_below(3);
		if (entry.target != LEVEE_TARGET_RAW)
			entry.proto = LEVEE_PROTO_ANY;
	}
	return entry;
}

static void random_list(struct kunit *test, struct levee_draft *draft, u8 feature, u8 action)
{
	struct levee_entry entries[ENTRIES];
	u32 i, count = random_below(ENTRIES + 1) >> random_below(4);
	struct levee_entry_fault fault;

	for (i = 0; i < count; i++)
		entries[i] = random_entry(feature);
	sort(entries, count, sizeof(*entries), oracle_compare, NULL);
	for (i = 0; i < count; i++) {
		const struct levee_draft_mark mark = levee_draft_at(draft, 0, feature, action);

		/* What is there twice is refused, and what has no meaning left out. */
		if (!levee_entry_check(&entries[i], feature, &fault))
			levee_draft_add_entry(draft, &mark, &entries[i], NULL);
	}
}

/* One of names[], where it stays. */
static struct levee_name name_of(u32 i)
{
	static struct levee_dns_name pool[ARRAY_SIZE(names)];
	size_t offset;

	if (!pool[i].len)
		WARN_ON(levee_dns_name_parse(&pool[i], names[i], strlen(names[i]), &offset));
	return (struct levee_name){ .wire = pool[i].wire, .len = pool[i].len };
}

/* Feeds, in the order of their names. */
struct feed {
	const char *name;
	u8 kind;
	u32 has;	/* bits of names or hosts */
};

static struct feed feeds[] = {
	{ "ads", LEVEE_FEED_KIND_ADDRESSES },
	{ "bots", LEVEE_FEED_KIND_DOMAINS },
	{ "crime", LEVEE_FEED_KIND_ADDRESSES },
	{ "drop", LEVEE_FEED_KIND_DOMAINS },
};

static struct levee_entry host_prefix(u32 host)
{
	struct levee_entry entry = fixture_prefix(hosts[host], 0, LEVEE_PROTO_ANY);

	entry.prefix_len = entry.addr_len * 8;
	return entry;
}

static void publish_feed(struct kunit *test, const struct feed *content)
{
	bool names_of = content->kind == LEVEE_FEED_KIND_DOMAINS;
	u32 i, count = hweight32(content->has), count6 = 0;
	struct levee_feed *feed;
	struct levee_entry entries[ARRAY_SIZE(hosts)];
	u8 bytes[17];

	for (i = 0; i < ARRAY_SIZE(hosts); i++) {
		entries[i] = host_prefix(i);
		if (!names_of && content->has & BIT(i))
			count6 += entries[i].addr_len == 16;
	}
	feed = levee_feed_new(content->name, content->kind, count, count6, NULL, NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(feed));
	for (i = 0; names_of && i < ARRAY_SIZE(names); i++) {
		struct levee_name name = name_of(i);

		if (content->has & BIT(i))
			KUNIT_ASSERT_EQ(test, levee_feed_add_names(feed, name.wire, name.len, NULL), 0);
	}
	for (i = 0; !names_of && i < ARRAY_SIZE(hosts); i++) {
		memcpy(bytes, entries[i].addr, entries[i].addr_len);
		bytes[entries[i].addr_len] = entries[i].prefix_len;
		if (content->has & BIT(i))
			KUNIT_ASSERT_EQ(test,
					levee_feed_add_prefixes(feed, bytes, entries[i].addr_len + 1,
								entries[i].addr_len, NULL), 0);
	}
	KUNIT_ASSERT_EQ(test, levee_feed_finish(feed, NULL), 0);
	fixture_publish_feed(test, feed);
}

static void random_feeds(struct kunit *test)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(feeds); i++) {
		feeds[i].has = random_u64() & random_u64();
		/* The root is no name of a feed. */
		feeds[i].has &= feeds[i].kind == LEVEE_FEED_KIND_DOMAINS ?
				GENMASK(ARRAY_SIZE(names) - 1, 1) : GENMASK(ARRAY_SIZE(hosts) - 1, 0);
		publish_feed(test, &feeds[i]);
	}
}

static void random_dns(struct levee_dns_settings *dns)
{
	u32 i;

	dns->servers_only = !random_below(3);
	for (i = random_below(12); i < ARRAY_SIZE(hosts); i += 1 + random_below(4))
		dns->servers[dns->nr_servers++] = fixture_addr(hosts[i]);
	dns->has_ports = random_below(2);
	for (i = random_below(3); dns->has_ports && i < ARRAY_SIZE(ports); i++)
		dns->ports[dns->nr_ports++] = ports[i];
}

static void random_feed_use(struct kunit *test, struct levee_section *section)
{
	u32 i;

	section->feed_use = random_below(LEVEE_FEED_USE_MAX + 1);
	if (section->feed_use != LEVEE_FEED_USE_NAMED)
		return;
	section->nr_feeds = random_below(4);
	section->feeds = kvcalloc(4, sizeof(*section->feeds), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, section->feeds);
	for (i = 0; i < section->nr_feeds; i++)
		strscpy(section->feeds[i], random_below(5) ? PICK(feeds).name : "nobody's",
			sizeof(section->feeds[i]));
}

static bool has_names(const struct levee_draft *draft)
{
	const struct levee_draft_list *lists = draft->rules[0]->lists[LEVEE_FEATURE_OUTBOUND];
	u32 action, i;

	for (action = 1; action <= LEVEE_ACTION_MAX; action++)
		for (i = 0; i < lists[action].count; i++)
			if (levee_entry_is_domain(&lists[action].entries[i]))
				return true;
	return false;
}

static const u8 features[] = { LEVEE_FEATURE_OUTBOUND, LEVEE_FEATURE_LISTEN,
			       LEVEE_FEATURE_RAW_SOCKETS, LEVEE_FEATURE_DNS };

/* Who acts. */
static struct levee_workload home;

/* What its model was seen to learn, by the obvious way: a list of acts. */
#define KIND LEVEE_MODEL_KIND_CONTAINER
#define KEY "kunit_decide"

static struct levee_act learned[8];
static u32 nr_learned;

static struct levee_draft *random_draft(struct kunit *test)
{
	struct levee_draft *draft = levee_draft_new();
	struct levee_rule *rule;
	u32 i, action;
	u8 feature;

	KUNIT_ASSERT_NOT_NULL(test, draft);
	fixture_rule(test, draft, "/kunit");
	rule = &draft->rules[0]->rule;
	rule->model.mode = random_below(2) ? LEVEE_MODEL_MODE_LEARN : LEVEE_MODEL_MODE_OFF;
	rule->has_families = random_below(2);
	rule->families = random_u64();
	draft->alert_only = !random_below(4);
	random_dns(&rule->dns);
	for (i = 0; i < ARRAY_SIZE(features); i++) {
		feature = features[i];
		random_feed_use(test, &rule->sections[feature]);
		rule->sections[feature].written = 1 + random_below(LEVEE_EFFECT_MAX);
		rule->sections[feature].fallback = random_below(LEVEE_ACTION_MAX + 1);
		for (action = 1; action <= LEVEE_ACTION_MAX; action++)
			random_list(test, draft, feature, action);
	}
	/* Whose answers count must be said. */
	if (!rule->dns.nr_servers && (has_names(draft) || rule->dns.servers_only))
		rule->dns.servers[rule->dns.nr_servers++] = fixture_addr(PICK(hosts));
	return draft;
}

static struct levee_act random_act_of(u8 feature)
{
	struct levee_act act = { .feature = feature, .proto = protos[1 + random_below(5)] };
	static struct levee_name known[4];
	u32 i;

	switch (feature) {
	case LEVEE_FEATURE_OUTBOUND:
		act.addr = fixture_target(PICK(hosts));
		act.nr_names = random_below(2) ? 0 : random_below(4);
		act.names = known;
		for (i = 0; i < act.nr_names; i++) {
			known[i] = name_of(random_below(ARRAY_SIZE(names)));
			known[i].alias = !random_below(4);
		}
		break;
	case LEVEE_FEATURE_DNS:
		act.addr = random_below(3) ? fixture_target(PICK(hosts)) : NULL;
		if (random_below(5))
			act.name = name_of(random_below(ARRAY_SIZE(names)));
		act.proto = random_below(2) ? 6 : 17;
		break;
	case LEVEE_FEATURE_LISTEN:
		act.ephemeral = random_below(2);
		act.loopback_only = !random_below(4);
		break;
	default:
		act.socket_family = PICK(families);
	}
	if (levee_proto_has_ports(act.proto))
		act.port = PICK(ports) + random_below(2);
	return act;
}

/* Whether a model may know it. */
static bool is_learnable(const struct levee_act *act)
{
	switch (act->feature) {
	case LEVEE_FEATURE_OUTBOUND:
		return true;
	case LEVEE_FEATURE_LISTEN:
		return act->proto == 6 || act->proto == 17 || act->proto == 132;
	case LEVEE_FEATURE_DNS:
		return act->name.len;
	}
	return false;
}

/* Whether one that was learned lets the other pass. */
static bool is_like(const struct levee_act *act, const struct levee_act *known)
{
	if (act->feature != known->feature)
		return false;
	if (act->feature == LEVEE_FEATURE_DNS)
		return act->name.len == known->name.len &&
		       !memcmp(act->name.wire, known->name.wire, act->name.len);
	if (act->proto != known->proto)
		return false;
	if (act->feature == LEVEE_FEATURE_LISTEN)
		return known->ephemeral ? act->ephemeral : act->port == known->port;
	return act->port == known->port &&
	       ((levee_addr_is_internet(act->addr) && levee_addr_is_internet(known->addr)) ||
		!levee_addr_compare(act->addr, known->addr));
}

static bool is_learned(const struct levee_act *act)
{
	u32 i;

	for (i = 0; i < nr_learned; i++)
		if (is_like(act, &learned[i]))
			return true;
	return false;
}

static void random_model(struct kunit *test, struct levee_model *model)
{
	static struct levee_addr addrs[ARRAY_SIZE(learned)];
	struct levee_act act;

	KUNIT_ASSERT_EQ(test, levee_model_relearn(KIND, KEY), 0);
	for (nr_learned = 0; nr_learned < ARRAY_SIZE(learned);) {
		act = random_act_of(PICK(features));
		rcu_read_lock();
		levee_model_learn(model, &act, NULL);
		rcu_read_unlock();
		if (!is_learnable(&act))
			continue;
		if (act.addr) {
			addrs[nr_learned] = *act.addr;
			act.addr = &addrs[nr_learned];
		}
		learned[nr_learned++] = act;
	}
	if (random_below(3))
		KUNIT_ASSERT_EQ(test, levee_model_freeze(KIND, KEY), 0);
	rcu_assign_pointer(home.model, random_below(4) ? model : NULL);
}

static struct levee_model *begin_model(void)
{
	const struct levee_model_settings settings = { .mode = LEVEE_MODEL_MODE_LEARN };
	struct levee_model *model;

	local_irq_disable();
	model = levee_model_attach(KIND, KEY, &settings);
	local_irq_enable();
	return model;
}

static void end_model(struct levee_model *model)
{
	rcu_assign_pointer(home.model, NULL);
	local_irq_disable();
	levee_model_detach(model);
	local_irq_enable();
}

/* The obvious way. */
static bool covers(const struct levee_entry *entry, const struct levee_act *act)
{
	struct act flat = { .proto = act->proto, .port = act->port };
	bool of_proto = entry->proto == LEVEE_PROTO_ANY || entry->proto == act->proto;
	bool inet = act->socket_family == AF_INET || act->socket_family == AF_INET6;

	switch (entry->target) {
	case LEVEE_TARGET_PORTS:
		return oracle_covers_port(entry, act->proto, act->port);
	case LEVEE_TARGET_EPHEMERAL:
		return act->ephemeral && of_proto;
	case LEVEE_TARGET_RAW:
		return inet && of_proto;
	case LEVEE_TARGET_PACKET:
		return act->socket_family == AF_PACKET;
	case LEVEE_TARGET_XDP:
		return act->socket_family == AF_XDP;
	}
	if (levee_entry_is_domain(entry))
		return false;
	flat.len = levee_addr_write(act->addr, flat.wire);
	return oracle_rank(entry, &flat) >= 0;
}

/* How near the entry is to a name of the act: -1, it does not cover it. */
static int name_rank(const struct levee_entry *entry, const struct levee_act *act,
		     const struct levee_name *of)
{
	struct levee_dns_name name, top;
	bool covered;

	if (!levee_entry_is_domain(entry) || !oracle_covers_port(entry, act->proto, act->port))
		return -1;
	levee_dns_name_read(&name, of->wire, of->len, 0, 0);
	levee_dns_name_read(&top, entry->name, entry->name_len, 0, 0);
	if (levee_dns_name_equal(&name, &top))
		covered = entry->target != LEVEE_TARGET_SUBDOMAINS;
	else
		covered = entry->target != LEVEE_TARGET_DOMAIN &&
			  levee_dns_name_is_below(&name, &top);
	if (!covered)
		return -1;
	return top.labels * 8 + (LEVEE_TARGET_MAX - entry->target) * 2 +
	       (entry->proto != LEVEE_PROTO_ANY);
}

static int best_rank(const struct levee_list *list, const struct levee_act *act,
		     const struct levee_name *name)
{
	int best = -1;
	u32 i;

	for (i = 0; i < list->count; i++)
		best = max(best, name_rank(&list->entries[i], act, name));
	return best;
}

static bool is_near(const struct levee_act *act)
{
	static const char * const near[] = { "127.0.0.1", "127.0.0.53", "::1", "fe80::1" };
	struct levee_addr addr;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(near); i++) {
		addr = fixture_addr(near[i]);
		if (!levee_addr_compare(&addr, act->addr))
			return true;
	}
	return false;
}

/* Whether the list covers the act; *by is the name by which, or stays. */
static bool any_covers(const struct levee_rule *rule, u8 action, const struct levee_act *act,
		       struct levee_name *by)
{
	const struct levee_list *list = &rule->sections[act->feature].lists[action];
	u32 i;

	if (act->feature == LEVEE_FEATURE_DNS)
		return act->name.len && best_rank(list, act, &act->name) >= 0;
	for (i = 0; i < list->count; i++)
		if (covers(&list->entries[i], act))
			return true;
	if (act->feature != LEVEE_FEATURE_OUTBOUND ||
	    (action == LEVEE_ACTION_ALLOW && is_near(act)))
		return false;
	for (i = 0; i < act->nr_names; i++) {
		if (action == LEVEE_ACTION_ALLOW && act->names[i].alias)
			continue;
		if (best_rank(list, act, &act->names[i]) >= 0) {
			*by = act->names[i];
			return true;
		}
	}
	return false;
}

static bool feed_lists(const struct feed *feed, const struct levee_act *act)
{
	struct levee_dns_name name, top;
	struct levee_name entry;
	struct levee_addr addr;
	u32 i;

	for (i = 0; i < 32; i++) {
		if (!(feed->has & BIT(i)))
			continue;
		if (act->feature == LEVEE_FEATURE_OUTBOUND &&
		    feed->kind == LEVEE_FEED_KIND_ADDRESSES) {
			addr = fixture_addr(hosts[i]);
			if (!levee_addr_compare(&addr, act->addr))
				return true;
		}
		if (act->feature == LEVEE_FEATURE_DNS && feed->kind == LEVEE_FEED_KIND_DOMAINS) {
			entry = name_of(i);
			levee_dns_name_read(&name, act->name.wire, act->name.len, 0, 0);
			levee_dns_name_read(&top, entry.wire, entry.len, 0, 0);
			if (levee_dns_name_equal(&name, &top) ||
			    levee_dns_name_is_below(&name, &top))
				return true;
		}
	}
	return false;
}

/* The name of the feed, or NULL. */
static const char *find_feed(const struct levee_section *section, const struct levee_act *act)
{
	u32 i, j;

	if (section->feed_use == LEVEE_FEED_USE_NONE)
		return NULL;
	if (section->feed_use != LEVEE_FEED_USE_NAMED) {
		for (i = 0; i < ARRAY_SIZE(feeds); i++)
			if (feed_lists(&feeds[i], act))
				return feeds[i].name;
		return NULL;
	}
	for (j = 0; j < section->nr_feeds; j++)
		for (i = 0; i < ARRAY_SIZE(feeds); i++)
			if (!strcmp(feeds[i].name, section->feeds[j]) && feed_lists(&feeds[i], act))
				return feeds[i].name;
	return NULL;
}

static bool is_server(const struct levee_rule *rule, const struct levee_addr *addr)
{
	u32 i;

	for (i = 0; i < rule->dns.nr_servers; i++)
		if (!levee_addr_compare(addr, &rule->dns.servers[i]))
			return true;
	return false;
}

static bool is_dns_port(const struct levee_rule *rule, const struct levee_act *act)
{
	u32 i;

	if (!rule->dns.has_ports)
		return act->port == 53;
	for (i = 0; i < rule->dns.nr_ports; i++)
		if (rule->dns.ports[i] == act->port)
			return true;
	return false;
}

static bool is_exempt(const struct levee_act *act)
{
	bool inet = act->socket_family == AF_INET || act->socket_family == AF_INET6;

	if (act->feature == LEVEE_FEATURE_OUTBOUND && levee_addr_is_loopback(act->addr))
		return true;
	if (act->feature == LEVEE_FEATURE_LISTEN && act->loopback_only)
		return true;
	return act->feature == LEVEE_FEATURE_RAW_SOCKETS && !inet &&
	       act->socket_family != AF_PACKET && act->socket_family != AF_XDP;
}

static bool default_allows(const struct levee_section *section, const struct levee_act *act)
{
	if (section->fallback)
		return section->fallback == LEVEE_ACTION_ALLOW;
	return act->feature != LEVEE_FEATURE_RAW_SOCKETS &&
	       !section->lists[LEVEE_ACTION_ALLOW].count;
}

static u8 oracle_unknown(const struct levee_section *section, bool learns,
			 const struct levee_act *act, u8 *model_state)
{
	const struct levee_model *model = rcu_access_pointer(home.model);

	if (is_exempt(act))
		return LEVEE_REASON_NONE;
	if (!learns || !model || act->feature == LEVEE_FEATURE_RAW_SOCKETS)
		return default_allows(section, act) ? LEVEE_REASON_NONE : LEVEE_REASON_NOT_ALLOWED;
	*model_state = model->state;
	return model->state != LEVEE_MODEL_STATE_ACTIVE || is_learned(act) ?
	       LEVEE_REASON_NONE : LEVEE_REASON_NOT_IN_MODEL;
}

/* @feed: the name of the one that decided, or NULL */
static u8 oracle_unlisted(const struct levee_rule *rule, const struct levee_act *act,
			  const char **feed, u8 *model_state)
{
	const struct levee_section *section = &rule->sections[act->feature];
	bool asks = rule->sections[LEVEE_FEATURE_DNS].effect != LEVEE_EFFECT_DISABLE &&
		    (act->proto == 6 || act->proto == 17) && is_dns_port(rule, act);

	switch (act->feature) {
	case LEVEE_FEATURE_OUTBOUND:
		if (levee_addr_is_loopback(act->addr) || (asks && is_server(rule, act->addr)))
			return LEVEE_REASON_NONE;
		*feed = find_feed(section, act);
		if (*feed)
			return LEVEE_REASON_FEED;
		if (asks && !rule->dns.nr_servers)
			return LEVEE_REASON_NONE;
		break;
	case LEVEE_FEATURE_DNS:
		if (!act->name.len)
			return LEVEE_REASON_NONE;
		*feed = find_feed(section, act);
		if (*feed)
			return LEVEE_REASON_FEED;
		break;
	}
	return oracle_unknown(section, rule->model.mode == LEVEE_MODEL_MODE_LEARN, act,
			      model_state);
}

/* verdict->entry is left out; @feed as above */
static void oracle_decide(struct levee_verdict *verdict, const struct levee_rule *rule,
			  const struct levee_act *act, const char **feed)
{
	const struct levee_section *section = &rule->sections[act->feature];
	bool raw = act->feature == LEVEE_FEATURE_RAW_SOCKETS;
	bool listed = rule->has_families && rule->families & BIT_ULL(act->socket_family);
	bool has_entries = act->socket_family == AF_PACKET || act->socket_family == AF_XDP;

	verdict->name = act->feature == LEVEE_FEATURE_DNS ? act->name :
			act->nr_names ? act->names[0] : (struct levee_name){};
	if (raw && act->socket_family == AF_SMC && !listed &&
	    rule->sections[LEVEE_FEATURE_OUTBOUND].written >= LEVEE_EFFECT_PREVENT) {
		section = &rule->sections[LEVEE_FEATURE_OUTBOUND];
		verdict->reason = LEVEE_REASON_NOT_ALLOWED;
	} else if (section->effect == LEVEE_EFFECT_DISABLE) {
		verdict->reason = LEVEE_REASON_NONE;
	} else if (raw && rule->has_families && !has_entries && !listed) {
		verdict->reason = LEVEE_REASON_NOT_ALLOWED;
	} else if (any_covers(rule, LEVEE_ACTION_DENY, act, &verdict->name)) {
		verdict->reason = LEVEE_REASON_DENIED;
		verdict->action = LEVEE_ACTION_DENY;
	} else if (act->feature == LEVEE_FEATURE_DNS && rule->dns.servers_only && act->addr &&
		   !is_server(rule, act->addr)) {
		verdict->reason = LEVEE_REASON_NOT_ALLOWED;
	} else if (any_covers(rule, LEVEE_ACTION_ALLOW, act, &verdict->name)) {
		verdict->action = LEVEE_ACTION_ALLOW;
	} else {
		verdict->reason = oracle_unlisted(rule, act, feed, &verdict->model_state);
	}
	verdict->effect = section->effect;
	verdict->written = section->written;
}

static void decide_now(struct levee_verdict *verdict, const struct levee_rule *rule,
		       const struct levee_act *act)
{
	const struct levee_subject subject = { .workload = &home, .rule = rule };

	rcu_read_lock();
	levee_decide(verdict, &subject, act);
	rcu_read_unlock();
}

static void expect_agreement(struct kunit *test, const struct levee_rule *rule,
			     const struct levee_act *act)
{
	struct levee_verdict expected = {}, verdict;
	const struct levee_list *list;
	const char *feed = NULL;

	oracle_decide(&expected, rule, act, &feed);
	decide_now(&verdict, rule, act);
	KUNIT_ASSERT_EQ_MSG(test, verdict.reason, expected.reason,
			    "feature %u family %u proto %u port %u names %u", act->feature,
			    act->socket_family, act->proto, act->port, act->nr_names);
	KUNIT_ASSERT_EQ(test, verdict.effect, expected.effect);
	KUNIT_ASSERT_EQ(test, verdict.written, expected.written);
	KUNIT_ASSERT_EQ(test, verdict.action, expected.action);
	KUNIT_ASSERT_EQ(test, !verdict.entry, !expected.action);
	KUNIT_ASSERT_EQ(test, verdict.model_state, expected.model_state);
	KUNIT_ASSERT_EQ(test, !!verdict.item, expected.model_state && is_learned(act));
	KUNIT_ASSERT_EQ(test, verdict.name.len, expected.name.len);
	KUNIT_ASSERT_PTR_EQ(test, verdict.name.wire, expected.name.wire);
	/* Nobody replaces feeds in between. */
	KUNIT_ASSERT_EQ(test, !verdict.feed, !feed);
	if (feed)
		KUNIT_ASSERT_STREQ(test, verdict.feed->name, feed);
	if (!verdict.entry)
		return;
	list = &rule->sections[act->feature].lists[verdict.action];
	KUNIT_ASSERT_TRUE(test, verdict.entry >= list->entries &&
			  verdict.entry < list->entries + list->count);
	if (levee_entry_is_domain(verdict.entry))
		KUNIT_ASSERT_EQ(test, name_rank(verdict.entry, act, &verdict.name),
				best_rank(list, act, &verdict.name));
	else
		KUNIT_ASSERT_TRUE(test, covers(verdict.entry, act));
}

static void random_policies_agree(struct kunit *test)
{
	struct levee_model *model = begin_model();
	struct levee_ruleset *rs;
	struct levee_draft *draft;
	struct levee_act act;
	u32 round, i;

	KUNIT_ASSERT_NOT_NULL(test, model);
	for (round = 0; round < 1500; round++) {
		if (round % 30 == 0)
			random_feeds(test);
		random_model(test, model);
		draft = random_draft(test);
		rs = levee_ruleset_build(draft, NULL);
		KUNIT_ASSERT_FALSE(test, IS_ERR(rs));
		for (i = 0; i < 60; i++) {
			act = random_act_of(PICK(features));
			expect_agreement(test, &rs->rules[0], &act);
		}
		levee_ruleset_free(rs);
		levee_draft_free(draft);
	}
	end_model(model);
}

static u8 decide(const struct levee_ruleset *rs, struct levee_act act)
{
	struct levee_verdict verdict;

	decide_now(&verdict, &rs->rules[0], &act);
	return verdict.reason;
}

static struct levee_act outbound(const char *host, u16 proto, u16 port)
{
	return (struct levee_act){ .feature = LEVEE_FEATURE_OUTBOUND, .proto = proto,
				   .port = port, .addr = fixture_target(host) };
}

/* The example of Documentation/policy.rst: deny speaks before allow, both before the default. */
static void deny_is_stronger_than_allow(struct kunit *test)
{
	const u8 out = LEVEE_FEATURE_OUTBOUND;
	struct levee_draft *draft = fixture_draft(test);
	struct levee_ruleset *rs;

	fixture_rule(test, draft, "/kunit");
	fixture_section(draft, 0, out)->written = LEVEE_EFFECT_PREVENT;
	fixture_entry(test, draft, 0, out, LEVEE_ACTION_ALLOW,
		      fixture_prefix("10.0.0.0", 8, LEVEE_PROTO_ANY));
	fixture_entry(test, draft, 0, out, LEVEE_ACTION_ALLOW,
		      fixture_ports(LEVEE_TARGET_INTERNET, 6, 443, 443));
	fixture_entry(test, draft, 0, out, LEVEE_ACTION_DENY,
		      fixture_prefix("10.1.0.0", 16, LEVEE_PROTO_ANY));
	rs = fixture_build(test, draft);
	KUNIT_EXPECT_EQ(test, decide(rs, outbound("10.0.0.1", 17, 53)), LEVEE_REASON_NONE);
	KUNIT_EXPECT_EQ(test, decide(rs, outbound("10.1.2.3", 6, 443)), LEVEE_REASON_DENIED);
	KUNIT_EXPECT_EQ(test, decide(rs, outbound("8.8.8.8", 6, 443)), LEVEE_REASON_NONE);
	KUNIT_EXPECT_EQ(test, decide(rs, outbound("8.8.8.8", 17, 443)), LEVEE_REASON_NOT_ALLOWED);
	KUNIT_EXPECT_EQ(test, decide(rs, outbound("::ffff:8.8.8.8", 6, 443)), LEVEE_REASON_NONE);
	KUNIT_EXPECT_EQ(test, decide(rs, outbound("127.0.0.1", 6, 80)), LEVEE_REASON_NONE);
}

static struct levee_act outbound_to(const char *host, u16 port, const char *latest,
				    const char *older)
{
	static struct levee_name known[2];
	struct levee_act act = outbound(host, 6, port);

	known[0] = fixture_name(latest);
	known[1] = fixture_name(older);
	act.names = known;
	act.nr_names = 2;
	return act;
}

static void names_speak_for_addresses(struct kunit *test)
{
	const u8 out = LEVEE_FEATURE_OUTBOUND;
	struct levee_draft *draft = fixture_draft(test);
	struct levee_entry entry = fixture_domain(LEVEE_TARGET_SUBDOMAINS, "pay.example", 6);
	struct levee_dns_settings *dns;
	struct levee_ruleset *rs;

	entry.has_ports = true;
	entry.port_first = 443;
	entry.port_last = 443;
	fixture_rule(test, draft, "/kunit");
	fixture_section(draft, 0, out)->written = LEVEE_EFFECT_PREVENT;
	fixture_section(draft, 0, LEVEE_FEATURE_DNS)->written = LEVEE_EFFECT_ALERT;
	dns = &draft->rules[0]->rule.dns;
	dns->servers[dns->nr_servers++] = fixture_addr("169.254.1.53");
	fixture_entry(test, draft, 0, out, LEVEE_ACTION_ALLOW, entry);
	fixture_entry(test, draft, 0, out, LEVEE_ACTION_DENY,
		      fixture_prefix("8.8.4.4", 32, LEVEE_PROTO_ANY));
	fixture_entry(test, draft, 0, out, LEVEE_ACTION_DENY,
		      fixture_domain(LEVEE_TARGET_DOMAIN, "bad.example", LEVEE_PROTO_ANY));
	rs = fixture_build(test, draft);

	KUNIT_EXPECT_EQ(test, decide(rs, outbound_to("8.8.8.8", 443, "a.pay.example", "x")),
			LEVEE_REASON_NONE);
	KUNIT_EXPECT_EQ(test, decide(rs, outbound_to("8.8.8.8", 443, "x", "a.pay.example")),
			LEVEE_REASON_NONE);
	KUNIT_EXPECT_EQ(test, decide(rs, outbound_to("8.8.8.8", 80, "x", "a.pay.example")),
			LEVEE_REASON_NOT_ALLOWED);
	KUNIT_EXPECT_EQ(test, decide(rs, outbound_to("8.8.8.8", 443, "x", "pay.example")),
			LEVEE_REASON_NOT_ALLOWED);
	KUNIT_EXPECT_EQ(test, decide(rs, outbound("8.8.8.8", 6, 443)), LEVEE_REASON_NOT_ALLOWED);
	/* Any that is denied denies, be it the older. */
	KUNIT_EXPECT_EQ(test, decide(rs, outbound_to("8.8.8.8", 443, "a.pay.example",
						     "bad.example")), LEVEE_REASON_DENIED);
	/* What a name never opens. */
	KUNIT_EXPECT_EQ(test, decide(rs, outbound_to("8.8.4.4", 443, "a.pay.example", "x")),
			LEVEE_REASON_DENIED);
	KUNIT_EXPECT_EQ(test, decide(rs, outbound_to("169.254.169.254", 443, "a.pay.example", "x")),
			LEVEE_REASON_NOT_ALLOWED);
	KUNIT_EXPECT_EQ(test, decide(rs, outbound_to("64:ff9b::a9fe:a9fe", 443, "a.pay.example",
						     "x")), LEVEE_REASON_NOT_ALLOWED);
	KUNIT_EXPECT_EQ(test, decide(rs, outbound_to("239.1.2.3", 443, "a.pay.example", "x")),
			LEVEE_REASON_NOT_ALLOWED);
	/* The servers that the rule gives, on their ports; also where names open nothing. */
	KUNIT_EXPECT_EQ(test, decide(rs, outbound("169.254.1.53", 17, 53)), LEVEE_REASON_NONE);
	KUNIT_EXPECT_EQ(test, decide(rs, outbound("169.254.1.53", 6, 53)), LEVEE_REASON_NONE);
	KUNIT_EXPECT_EQ(test, decide(rs, outbound("169.254.1.53", 132, 53)),
			LEVEE_REASON_NOT_ALLOWED);
	KUNIT_EXPECT_EQ(test, decide(rs, outbound("169.254.1.53", 6, 54)),
			LEVEE_REASON_NOT_ALLOWED);
	KUNIT_EXPECT_EQ(test, decide(rs, outbound("169.254.1.54", 17, 53)),
			LEVEE_REASON_NOT_ALLOWED);
}

static struct levee_act query(const char *name, const char *server)
{
	return (struct levee_act){ .feature = LEVEE_FEATURE_DNS, .proto = 17, .port = 53, .qtype = 1,
				   .name = name ? fixture_name(name) : (struct levee_name){},
				   .addr = server ? fixture_target(server) : NULL };
}

static void dns_is_pinned_and_listed(struct kunit *test)
{
	const u8 feature = LEVEE_FEATURE_DNS;
	struct levee_draft *draft = fixture_draft(test);
	struct levee_dns_settings *dns;
	struct levee_ruleset *rs;

	fixture_rule(test, draft, "/kunit");
	fixture_section(draft, 0, feature)->written = LEVEE_EFFECT_PREVENT;
	dns = &draft->rules[0]->rule.dns;
	dns->servers[dns->nr_servers++] = fixture_addr("10.0.0.2");
	dns->servers_only = true;
	fixture_entry(test, draft, 0, feature, LEVEE_ACTION_DENY,
		      fixture_domain(LEVEE_TARGET_SUBDOMAINS, "onion", LEVEE_PROTO_ANY));
	rs = fixture_build(test, draft);
	KUNIT_EXPECT_EQ(test, decide(rs, query("a.example", "10.0.0.2")), LEVEE_REASON_NONE);
	KUNIT_EXPECT_EQ(test, decide(rs, query("a.example", NULL)), LEVEE_REASON_NONE);
	KUNIT_EXPECT_EQ(test, decide(rs, query(NULL, "10.0.0.2")), LEVEE_REASON_NONE);
	KUNIT_EXPECT_EQ(test, decide(rs, query(NULL, "10.0.0.3")), LEVEE_REASON_NOT_ALLOWED);
	KUNIT_EXPECT_EQ(test, decide(rs, query("a.example", "10.0.0.3")),
			LEVEE_REASON_NOT_ALLOWED);
	KUNIT_EXPECT_EQ(test, decide(rs, query("a.onion", "10.0.0.3")), LEVEE_REASON_DENIED);

	/* With an allow list, the rest is refused; but a connection asks for nothing. */
	fixture_entry(test, draft, 0, feature, LEVEE_ACTION_ALLOW,
		      fixture_domain(LEVEE_TARGET_DOMAIN_TREE, "example", LEVEE_PROTO_ANY));
	rs = fixture_build(test, draft);
	KUNIT_EXPECT_EQ(test, decide(rs, query("a.example", "10.0.0.2")), LEVEE_REASON_NONE);
	KUNIT_EXPECT_EQ(test, decide(rs, query("a.test", "10.0.0.2")), LEVEE_REASON_NOT_ALLOWED);
	KUNIT_EXPECT_EQ(test, decide(rs, query(".", "10.0.0.2")), LEVEE_REASON_NOT_ALLOWED);
	KUNIT_EXPECT_EQ(test, decide(rs, query(NULL, "10.0.0.2")), LEVEE_REASON_NONE);
}

static void expect_model(struct kunit *test, const struct levee_ruleset *rs, struct levee_act act,
			 u8 reason, u8 state)
{
	struct levee_verdict verdict;

	decide_now(&verdict, &rs->rules[0], &act);
	KUNIT_EXPECT_EQ(test, verdict.reason, reason);
	KUNIT_EXPECT_EQ(test, verdict.model_state, state);
}

/* Lists, then feeds, then the model; where it speaks, the default does not. */
static void model_stands_for_the_default(struct kunit *test)
{
	const u8 out = LEVEE_FEATURE_OUTBOUND, dns = LEVEE_FEATURE_DNS;
	const u8 raw = LEVEE_FEATURE_RAW_SOCKETS, in = LEVEE_FEATURE_LISTEN;
	const u8 learning = LEVEE_MODEL_STATE_LEARNING, active = LEVEE_MODEL_STATE_ACTIVE;
	const struct levee_act raw_icmp = { .feature = raw, .socket_family = AF_INET, .proto = 1 };
	const struct levee_act local = { .feature = in, .proto = 6, .port = 8080,
					 .loopback_only = true };
	const struct levee_act known = outbound("10.0.0.5", 6, 443);
	struct levee_draft *draft = fixture_draft(test);
	struct levee_model *model = begin_model();
	struct levee_feed *feed;
	struct levee_ruleset *rs;
	u8 feature;

	KUNIT_ASSERT_NOT_NULL(test, model);
	KUNIT_ASSERT_EQ(test, levee_model_relearn(KIND, KEY), 0);
	feed = fixture_feed(test, "intel", NULL, "bad.example");
	KUNIT_ASSERT_EQ(test, levee_feed_finish(feed, NULL), 0);
	fixture_publish_feed(test, feed);
	fixture_rule(test, draft, "/kunit");
	draft->rules[0]->rule.model.mode = LEVEE_MODEL_MODE_LEARN;
	for (feature = 1; feature <= LEVEE_FEATURE_DNS; feature++)
		fixture_section(draft, 0, feature)->written = LEVEE_EFFECT_PREVENT;
	fixture_section(draft, 0, dns)->feed_use = LEVEE_FEED_USE_ALL;
	fixture_section(draft, 0, dns)->fallback = LEVEE_ACTION_DENY;
	fixture_entry(test, draft, 0, out, LEVEE_ACTION_DENY,
		      fixture_prefix("10.0.0.66", 32, LEVEE_PROTO_ANY));
	fixture_entry(test, draft, 0, out, LEVEE_ACTION_ALLOW,
		      fixture_prefix("10.0.0.1", 32, LEVEE_PROTO_ANY));
	rs = fixture_build(test, draft);
	/* Beyond the bound there is none, and the default holds. */
	expect_model(test, rs, known, LEVEE_REASON_NOT_ALLOWED, 0);
	rcu_assign_pointer(home.model, model);
	expect_model(test, rs, known, LEVEE_REASON_NONE, learning);
	expect_model(test, rs, query("a.example", NULL), LEVEE_REASON_NONE, learning);
	expect_model(test, rs, query("x.bad.example", NULL), LEVEE_REASON_FEED, 0);
	expect_model(test, rs, outbound("10.0.0.66", 6, 443), LEVEE_REASON_DENIED, 0);
	expect_model(test, rs, outbound("10.0.0.1", 6, 443), LEVEE_REASON_NONE, 0);
	rcu_read_lock();
	levee_model_learn(model, &known, NULL);
	rcu_read_unlock();
	KUNIT_ASSERT_EQ(test, levee_model_freeze(KIND, KEY), 0);
	expect_model(test, rs, known, LEVEE_REASON_NONE, active);
	expect_model(test, rs, outbound("10.0.0.6", 6, 443), LEVEE_REASON_NOT_IN_MODEL, active);
	expect_model(test, rs, outbound("10.0.0.66", 6, 443), LEVEE_REASON_DENIED, 0);
	expect_model(test, rs, outbound("10.0.0.1", 6, 443), LEVEE_REASON_NONE, 0);
	expect_model(test, rs, query("a.example", NULL), LEVEE_REASON_NOT_IN_MODEL, active);
	expect_model(test, rs, query("bad.example", NULL), LEVEE_REASON_FEED, 0);
	/* What no list has to allow is not learned either; raw sockets have none. */
	expect_model(test, rs, outbound("127.0.0.1", 6, 80), LEVEE_REASON_NONE, 0);
	expect_model(test, rs, local, LEVEE_REASON_NONE, 0);
	expect_model(test, rs, raw_icmp, LEVEE_REASON_NOT_ALLOWED, 0);
	end_model(model);
}

static void disabled_feature_says_nothing(struct kunit *test)
{
	struct levee_draft *draft = fixture_draft(test);
	struct levee_ruleset *rs;

	fixture_rule(test, draft, "/kunit");
	fixture_entry(test, draft, 0, LEVEE_FEATURE_OUTBOUND, LEVEE_ACTION_DENY,
		      fixture_word(LEVEE_TARGET_ANY, LEVEE_PROTO_ANY));
	rs = fixture_build(test, draft);
	KUNIT_EXPECT_EQ(test, decide(rs, outbound("8.8.8.8", 6, 443)), LEVEE_REASON_NONE);
}

static struct kunit_case decide_cases[] = {
	KUNIT_CASE(deny_is_stronger_than_allow),
	KUNIT_CASE(names_speak_for_addresses),
	KUNIT_CASE(dns_is_pinned_and_listed),
	KUNIT_CASE(model_stands_for_the_default),
	KUNIT_CASE(disabled_feature_says_nothing),
	KUNIT_CASE(random_policies_agree),
	{}
};

static struct kunit_suite decide_suite = {
	.name = "levee_decide",
	.init = random_seed,
	.exit = fixture_exit,
	.test_cases = decide_cases,
};

kunit_test_suite(decide_suite);
