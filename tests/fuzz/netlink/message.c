// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../unit/random.h"
#include "message.h"

void message_seed(uint64_t seed)
{
	random_state = (seed + 1) * 0x9e3779b97f4a7c15 | 1;
}

uint32_t pick(uint32_t bound)
{
	return random_below(bound);
}

bool chance(uint32_t percent)
{
	return pick(100) < percent;
}

/* A number that the spec permits, often at an edge. */
static uint64_t number(const struct nl_attr *attr)
{
	switch (pick(4)) {
	case 0:
		return attr->min;
	case 1:
		return attr->max;
	default:
		if (attr->max - attr->min >= UINT32_MAX)
			return random_u64() >> pick(64);
		return attr->min + pick(attr->max - attr->min + 1);
	}
}

/* Few of them, so that rules and acts meet. */
static unsigned int address(unsigned char *addr)
{
	static const char * const some[] = {
		"192.0.2.1", "192.0.2.0", "127.0.0.1", "0.0.0.0", "10.0.0.0", "255.255.255.255",
		"fd00::1", "fd00::", "::1", "::", "2001:db8::", "::ffff:10.0.0.1",
	};
	const char *text = some[pick(12)];

	if (inet_pton(AF_INET, text, addr) == 1)
		return 4;
	inet_pton(AF_INET6, text, addr);
	return 16;
}

static void pattern_text(char *text, size_t size)
{
	static const char * const some[] = {
		"/fuzz/a", "/fuzz/b*", "/fuzz/*", "/**", "/fuzz/[ab]", "/nowhere", "/fuzz/?", "/",
	};

	if (chance(90))
		snprintf(text, size, "%s", some[pick(8)]);
	else
		snprintf(text, size, "/%0*d", (int)pick(size - 2) + 1, (int)pick(10));
}

static void any_of(struct nl_msg *msg, const struct nl_set *set, unsigned int number_of);

static void any_nest(struct nl_msg *msg, const struct nl_attr *attr, unsigned int type)
{
	unsigned int at = nl_nest(msg, type), i;

	for (i = 1; i <= attr->nest->count; i++)
		if (chance(75))
			any_of(msg, attr->nest, i);
	nl_nest_end(msg, at);
}

static void any_of(struct nl_msg *msg, const struct nl_set *set, unsigned int type)
{
	const struct nl_attr *attr = &set->attrs[type];
	unsigned int times = attr->multi ? 1 + pick(3) : 1;
	unsigned char addr[16];
	char text[256];

	while (times--) {
		switch (attr->kind) {
		case NL_PAD:
		case NL_FLAG:
			nl_put(msg, type, NULL, 0);
			break;
		case NL_U32:
			nl_u32(msg, type, number(attr));
			break;
		case NL_U64:
			nl_u64(msg, type, number(attr));
			break;
		case NL_STRING:
			pattern_text(text, attr->max_len && attr->max_len < 255 ? attr->max_len + 1 : 256);
			nl_text(msg, type, text);
			break;
		case NL_BINARY:
			nl_put(msg, type, addr, address(addr));
			break;
		case NL_NEST:
			any_nest(msg, attr, type);
			break;
		}
	}
}

static void put_scope(struct nl_msg *msg)
{
	unsigned int count = 1 + pick(3), i, at;
	char text[LEVEE_PATTERN_MAX + 1];

	for (i = 0; i < count; i++) {
		at = nl_nest(msg, LEVEE_A_POLICY_PATTERN);
		nl_u32(msg, LEVEE_A_PATTERN_FIELD, chance(90) ? LEVEE_SCOPE_FIELD_CGROUP : 1 + pick(3));
		if (i && chance(40))
			nl_put(msg, LEVEE_A_PATTERN_NEGATED, NULL, 0);
		pattern_text(text, sizeof(text));
		nl_text(msg, LEVEE_A_PATTERN_TEXT, text);
		nl_nest_end(msg, at);
	}
}

static void put_sections(struct nl_msg *msg)
{
	unsigned int feature, at;

	for (feature = 1; feature <= LEVEE_FEATURE_MAX; feature++) {
		if (chance(30))
			continue;
		at = nl_nest(msg, LEVEE_A_POLICY_SECTION);
		nl_u32(msg, LEVEE_A_SECTION_FEATURE, feature);
		nl_u32(msg, LEVEE_A_SECTION_EFFECT, feature >= LEVEE_FEATURE_DNS ? LEVEE_EFFECT_DISABLE :
		       1 + pick(LEVEE_EFFECT_MAX));
		if (feature <= LEVEE_FEATURE_RAW_SOCKETS && chance(50))
			nl_u32(msg, LEVEE_A_SECTION_DEFAULT, 1 + pick(LEVEE_ACTION_MAX));
		if (feature == LEVEE_FEATURE_PORT_SCAN && chance(50))
			nl_u32(msg, LEVEE_A_SECTION_HOLD, 1 + pick(604800));
		nl_nest_end(msg, at);
	}
}

static void valid_rule(struct nl_msg *msg, const struct nl_op *op, const struct message_world *world)
{
	char name[LEVEE_NAME_MAX + 1];

	nl_u64(msg, LEVEE_A_POLICY_STAGE, world->stage);
	nl_u32(msg, LEVEE_A_POLICY_RULE, world->staged_rules);
	snprintf(name, sizeof(name), "rule-%0*u", chance(5) ? 58 : 1, pick(10000));
	nl_text(msg, LEVEE_A_POLICY_NAME, name);
	put_scope(msg);
	put_sections(msg);
	if (chance(20))
		any_of(msg, op->set, LEVEE_A_POLICY_MODEL);
	if (chance(20))
		any_of(msg, op->set, LEVEE_A_POLICY_SOCKET_FAMILY);
}

static struct levee_entry random_entry(uint32_t feature)
{
	struct levee_entry entry = { .proto = LEVEE_PROTO_ANY, .port_last = 65535 };
	static const uint16_t protos[] = { 1, 6, 17, 58, 132, 136, 255, 0 };

	entry.target = feature == LEVEE_FEATURE_OUTBOUND ? LEVEE_TARGET_PREFIX + pick(4) :
		       feature == LEVEE_FEATURE_LISTEN ? LEVEE_TARGET_PORTS + pick(2) :
		       LEVEE_TARGET_RAW + pick(3);
	if (entry.target == LEVEE_TARGET_PREFIX) {
		entry.addr_len = address(entry.addr);
		entry.prefix_len = chance(50) ? entry.addr_len * 8 : pick(entry.addr_len * 8 + 1);
	}
	if (chance(60))
		entry.proto = protos[pick(8)];
	if (chance(40)) {
		entry.has_ports = true;
		entry.port_first = 1 + pick(65535);
		entry.port_last = chance(50) ? entry.port_first : entry.port_first + pick(65536 - entry.port_first);
	}
	return entry;
}

static int compare(const void *a, const void *b)
{
	return levee_entry_compare(a, b);
}

static void put_entry(struct nl_msg *msg, const struct levee_entry *entry)
{
	unsigned int at = nl_nest(msg, LEVEE_A_POLICY_ENTRY);

	nl_u32(msg, LEVEE_A_ENTRY_TARGET, entry->target);
	if (entry->addr_len) {
		nl_put(msg, LEVEE_A_ENTRY_ADDRESS, entry->addr, entry->addr_len);
		nl_u32(msg, LEVEE_A_ENTRY_PREFIX_LEN, entry->prefix_len);
	}
	if (entry->proto != LEVEE_PROTO_ANY)
		nl_u32(msg, LEVEE_A_ENTRY_PROTO, entry->proto);
	if (entry->has_ports) {
		nl_u32(msg, LEVEE_A_ENTRY_PORT_FIRST, entry->port_first);
		nl_u32(msg, LEVEE_A_ENTRY_PORT_LAST, entry->port_last);
	}
	nl_nest_end(msg, at);
}

static void valid_entries(struct nl_msg *msg, const struct message_world *world)
{
	uint32_t rules = world->staged_rules < MESSAGE_RULES ? world->staged_rules : MESSAGE_RULES;
	uint32_t rule = pick(rules ? rules : 1), feature = 1 + pick(3), action = 1 + pick(LEVEE_ACTION_MAX);
	const struct levee_entry *last = &world->last[rule][feature][action];
	uint32_t wanted = chance(2) ? 1024 : 1 + pick(20), count = 0, i;
	static struct levee_entry entries[1024];
	struct levee_entry_fault fault;

	for (i = 0; i < wanted * 4 && count < wanted; i++) {
		entries[count] = random_entry(feature);
		if (!levee_entry_check(&entries[count], feature, &fault) &&
		    (!last->target || levee_entry_compare(last, &entries[count]) < 0))
			count++;
	}
	qsort(entries, count, sizeof(entries[0]), compare);
	nl_u64(msg, LEVEE_A_POLICY_STAGE, world->stage);
	nl_u32(msg, LEVEE_A_POLICY_RULE, rule);
	nl_u32(msg, LEVEE_A_POLICY_FEATURE, feature);
	nl_u32(msg, LEVEE_A_POLICY_ACTION, action);
	for (i = 0; i < count; i++)
		if (!i || levee_entry_compare(&entries[i - 1], &entries[i]) < 0)
			put_entry(msg, &entries[i]);
}

/* What a number refers to is known by its name, in any operation. */
static bool put_reference(struct nl_msg *msg, const char *name, unsigned int type,
			  const struct message_world *world)
{
	if (!strcmp(name, "stage"))
		nl_u64(msg, type, world->stage);
	else if (!strcmp(name, "rule"))
		nl_u32(msg, type, pick(world->live_rules ? world->live_rules : 1));
	else if (!strcmp(name, "generation"))
		nl_u64(msg, type, world->generation);
	else if (!strcmp(name, "cgroup-id"))
		nl_u64(msg, type, world->cgroups[pick(world->nr_cgroups)]);
	else
		return false;
	return true;
}

static bool may_be_absent(const char *name)
{
	return !strcmp(name, "generation") || !strcmp(name, "require") || !strcmp(name, "alert-only") ||
	       !strcmp(name, "since");
}

void message_valid(struct nl_msg *msg, const struct nl_op *op, const struct message_world *world)
{
	bool dump = op->dumpit && chance(50);
	unsigned int i, type;

	nl_begin(msg, op->cmd, dump ? NLM_F_DUMP : NLM_F_ACK);
	if (op->cmd == LEVEE_CMD_RULE_ADD) {
		valid_rule(msg, op, world);
		return;
	}
	if (op->cmd == LEVEE_CMD_ENTRIES_ADD) {
		valid_entries(msg, world);
		return;
	}
	for (i = 0; i < op->nr_request; i++) {
		type = op->request[i];
		if ((dump && chance(50)) || op->set->attrs[type].kind == NL_PAD)
			continue;
		if (may_be_absent(op->set->attrs[type].name) && chance(80))
			continue;
		if (!put_reference(msg, op->set->attrs[type].name, type, world))
			any_of(msg, op->set, type);
	}
}

void message_adapt(struct nl_msg *msg, const struct message_world *world)
{
	struct nlattr *attr = (struct nlattr *)nl_find(nl_header(msg), LEVEE_A_POLICY_STAGE);
	unsigned char cmd = msg->data[NLMSG_HDRLEN];
	uint32_t rule = world->staged_rules;

	if (msg->len < NL_HEADERS || cmd < LEVEE_CMD_RULE_ADD || cmd > LEVEE_CMD_POLICY_ABANDON)
		return;
	if (attr && attr->nla_len == NLA_HDRLEN + sizeof(world->stage))
		memcpy((char *)attr + NLA_HDRLEN, &world->stage, sizeof(world->stage));
	attr = (struct nlattr *)nl_find(nl_header(msg), LEVEE_A_POLICY_RULE);
	if (attr && attr->nla_len == NLA_HDRLEN + sizeof(rule) && cmd == LEVEE_CMD_RULE_ADD)
		memcpy((char *)attr + NLA_HDRLEN, &rule, sizeof(rule));
}

/* Where an attribute is, and the nests that it is in. */
struct place {
	unsigned int at, len;		/* the header included, unpadded */
	const struct nl_attr *attr;	/* NULL: not in the spec */
	const struct nl_set *set;
	unsigned int nests[4], nr_nests;
};

#define PLACES 512

struct places {
	unsigned int count;
	struct place at[PLACES];
};

static void find_places(struct places *places, struct nl_msg *msg, unsigned int at, unsigned int end,
			const struct nl_set *set, const struct place *in)
{
	struct nlattr *attr;
	struct place *place;
	unsigned int type;

	while (at + NLA_HDRLEN <= end && places->count < PLACES) {
		attr = (struct nlattr *)(msg->data + at);
		if (attr->nla_len < NLA_HDRLEN || at + attr->nla_len > end)
			return;
		type = attr->nla_type & NLA_TYPE_MASK;
		place = &places->at[places->count++];
		*place = in ? *in : (struct place){};
		if (in)
			place->nests[place->nr_nests++] = in->at;
		place->at = at;
		place->len = attr->nla_len;
		place->set = set;
		place->attr = type && type <= set->count ? &set->attrs[type] : NULL;
		if (place->attr && place->attr->nest && place->nr_nests < 3)
			find_places(places, msg, at + NLA_HDRLEN, at + attr->nla_len, place->attr->nest, place);
		at += NLA_ALIGN(attr->nla_len);
	}
}

/* Remove bytes and make room for others; all lengths around are right again. */
static bool splice(struct nl_msg *msg, const struct place *place, unsigned int at, unsigned int remove,
		   unsigned int insert)
{
	struct nlattr *nest;
	unsigned int i;

	if (at + remove > msg->len || msg->len - remove + insert > NL_ROOM)
		return false;
	for (i = 0; i < place->nr_nests; i++) {
		nest = (struct nlattr *)(msg->data + place->nests[i]);
		if (nest->nla_len - remove + insert > UINT16_MAX)
			return false;
	}
	for (i = 0; i < place->nr_nests; i++) {
		nest = (struct nlattr *)(msg->data + place->nests[i]);
		nest->nla_len = nest->nla_len - remove + insert;
	}
	memmove(msg->data + at + insert, msg->data + at + remove, msg->len - at - remove);
	msg->len = msg->len - remove + insert;
	nl_header(msg)->nlmsg_len = msg->len;
	return true;
}

static void fill(char *at, unsigned int len)
{
	while (len--)
		*at++ = random_u64() >> 56;
}

/* Give the value another length, padded as it must be. */
static void resize(struct nl_msg *msg, const struct place *place, unsigned int len)
{
	unsigned int old = NLA_ALIGN(place->len), new = NLA_ALIGN(NLA_HDRLEN + len), kept;
	struct nlattr *attr = (struct nlattr *)(msg->data + place->at);

	kept = old < new ? old : new;
	if (NLA_HDRLEN + len > UINT16_MAX || place->at + old > msg->len ||
	    !splice(msg, place, place->at + kept, old - kept, new - kept))
		return;
	fill(msg->data + place->at + kept, new - kept);
	attr->nla_len = NLA_HDRLEN + len;
}

static void edge(struct nl_msg *msg, const struct place *place)
{
	static const uint64_t some[] = {
		0, 1, 127, 128, 255, 256, 65535, 65536, INT32_MAX, 1ULL << 31, UINT32_MAX, 1ULL << 32,
		INT64_MAX, UINT64_MAX,
	};
	uint64_t value = some[pick(14)];
	unsigned int len = place->len - NLA_HDRLEN;

	if (place->attr && chance(60)) {
		switch (pick(4)) {
		case 0: value = place->attr->min; break;
		case 1: value = place->attr->min - 1; break;
		case 2: value = place->attr->max; break;
		case 3: value = place->attr->max + 1; break;
		}
	}
	memcpy(msg->data + place->at + NLA_HDRLEN, &value, len < sizeof(value) ? len : sizeof(value));
}

static void bad_text(struct nl_msg *msg, const struct place *place)
{
	unsigned int len = place->len - NLA_HDRLEN, longest = place->attr ? place->attr->max_len : 0;
	char *text = msg->data + place->at + NLA_HDRLEN;
	static const char nasty[] = "*?[]\\-!/\n\t\x7f\x80\xff\0{}^";

	switch (pick(5)) {
	case 0:		/* about as long as may be */
		len = longest + pick(3);
		resize(msg, place, len);
		if (((struct nlattr *)(text - NLA_HDRLEN))->nla_len != NLA_HDRLEN + len || !len)
			return;
		memset(text, 'x', len);
		text[len - 1] = chance(50) ? 0 : 'x';
		break;
	case 1:		/* not ended */
		if (len)
			text[len - 1] = 'x';
		break;
	case 2:		/* ended early */
		if (len)
			text[pick(len)] = 0;
		break;
	default:
		for (unsigned int times = 1 + pick(4); len && times--;)
			text[pick(len)] = nasty[pick(sizeof(nasty) - 1)];
	}
}

static void mutate_headers(struct nl_msg *msg)
{
	struct genlmsghdr *genl = (struct genlmsghdr *)(msg->data + NLMSG_HDRLEN);

	switch (pick(6)) {
	case 0:
		genl->cmd = pick(20);
		break;
	case 1:
		genl->version = pick(256);
		break;
	case 2:
		genl->reserved = pick(65536);
		break;
	case 3:
		nl_header(msg)->nlmsg_flags ^= 1 << pick(12);
		break;
	case 4:
		nl_header(msg)->nlmsg_flags ^= NLM_F_DUMP;
		break;
	case 5:
		nl_header(msg)->nlmsg_len = pick(msg->len + 8);
		break;
	}
}

void message_mutate(struct nl_msg *msg, const struct nl_op *op)
{
	static struct places places;
	static struct nl_msg other;
	const struct place *place;
	struct nlattr *attr;
	unsigned int whole, type;

	places.count = 0;
	find_places(&places, msg, NL_HEADERS, msg->len, op->set, NULL);
	if (!places.count || chance(5)) {
		if (chance(50)) {
			mutate_headers(msg);
			return;
		}
		any_of(msg, op->set, 1 + pick(op->set->count));
		return;
	}
	place = &places.at[pick(places.count)];
	attr = (struct nlattr *)(msg->data + place->at);
	whole = NLA_ALIGN(place->len);
	if (place->at + whole > msg->len)
		whole = msg->len - place->at;
	switch (pick(14)) {
	case 0:
		splice(msg, place, place->at, whole, 0);
		break;
	case 1:		/* twice */
		if (splice(msg, place, place->at, 0, whole))
			memcpy(msg->data + place->at, msg->data + place->at + whole, whole);
		break;
	case 2:
		attr->nla_type = chance(50) ? pick(place->set->count + 3) : pick(65536);
		break;
	case 3:		/* a length that lies */
		attr->nla_len = chance(50) ? attr->nla_len + pick(9) - 4 : pick(65536);
		break;
	case 4:
		resize(msg, place, chance(50) ? pick(9) : pick(300));
		break;
	case 5:
		resize(msg, place, place->len - NLA_HDRLEN ? place->len - NLA_HDRLEN - 1 : 0);
		break;
	case 6:
	case 7:
	case 8:
		if (place->attr && place->attr->kind == NL_STRING)
			bad_text(msg, place);
		else
			edge(msg, place);
		break;
	case 9:
		attr->nla_type ^= chance(50) ? NLA_F_NESTED : NLA_F_NET_BYTEORDER;
		break;
	case 10:	/* cut short, whatever is in the middle */
		msg->len = NL_HEADERS + pick(msg->len - NL_HEADERS + 1);
		nl_header(msg)->nlmsg_len = msg->len;
		break;
	case 11:
		fill(msg->data + place->at + pick(whole), 1);
		break;
	case 12:	/* one more, of the same set */
		type = 1 + pick(place->set->count);
		nl_begin(&other, 0, 0);
		any_of(&other, place->set, type);
		if (splice(msg, place, place->at, 0, other.len - NL_HEADERS))
			memcpy(msg->data + place->at, other.data + NL_HEADERS, other.len - NL_HEADERS);
		break;
	case 13:	/* into a nest of itself */
		if (splice(msg, place, place->at, 0, NLA_HDRLEN)) {
			attr = (struct nlattr *)(msg->data + place->at);
			attr->nla_type = chance(50) ? (attr + 1)->nla_type : 1 + pick(place->set->count);
			attr->nla_len = NLA_HDRLEN + place->len;
		}
		break;
	}
}
