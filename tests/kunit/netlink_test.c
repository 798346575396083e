// SPDX-License-Identifier: GPL-2.0
/* The family, asked by a socket of its own: what is refused, and that it changes nothing. */
#include <linux/file.h>
#include <linux/genetlink.h>
#include <linux/net.h>
#include <net/genetlink.h>

#include "control/commit.h"
#include "control/import.h"
#include "control/status.h"
#include "control/stage.h"
#include "fixture.h"
#include "policy/model.h"
#include "policy/registry.h"
#include "policy/workload.h"

#define BUFFER (256 * 1024)

struct client {
	struct socket *socket;
	struct file *file;
	u16 family;
	u64 stage;
	char *buffer;
	const struct nlattr *attrs[64];	/* of the last answer's first message */
	u32 messages;			/* in the last answer */
	char said[160];			/* extack's words */
};

static struct sk_buff *request(struct kunit *test, u8 cmd, u16 flags)
{
	struct client *client = test->priv;
	struct sk_buff *skb = genlmsg_new(64 * 1024, GFP_KERNEL);
	struct nlmsghdr *header;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	header = nlmsg_put(skb, 0, 1, client->family, GENL_HDRLEN, NLM_F_REQUEST | flags);
	*(struct genlmsghdr *)nlmsg_data(header) = (struct genlmsghdr){ .cmd = cmd, .version = 1 };
	return skb;
}

static void read_error(struct client *client, const struct nlmsghdr *header)
{
	const struct nlmsgerr *error = nlmsg_data(header);
	const struct nlattr *attr;
	int left;

	if (!(header->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	attr = (void *)error + sizeof(*error);
	if (!(header->nlmsg_flags & NLM_F_CAPPED))
		attr = (void *)attr + error->msg.nlmsg_len - NLMSG_HDRLEN;
	left = (void *)header + header->nlmsg_len - (void *)attr;
	attr = nla_find(attr, left, NLMSGERR_ATTR_MSG);
	if (attr)
		nla_strscpy(client->said, attr, sizeof(client->said));
}

/* Sends it and reads the answer to its end; returns the error in it. */
static int ask(struct kunit *test, struct sk_buff *skb)
{
	struct client *client = test->priv;
	struct nlmsghdr *header = nlmsg_hdr(skb);
	struct kvec vec = { .iov_base = skb->data, .iov_len = skb->len };
	struct msghdr msg = {};
	const struct nlattr *attr;
	size_t used = 0;
	int n, left;

	memset(client->attrs, 0, sizeof(client->attrs));
	client->messages = 0;
	client->said[0] = 0;
	header->nlmsg_len = skb->len;
	n = kernel_sendmsg(client->socket, &msg, &vec, 1, skb->len);
	kfree_skb(skb);
	if (n < 0)
		return n;
	for (;;) {
		vec = (struct kvec){ .iov_base = client->buffer + used, .iov_len = BUFFER - used };
		n = kernel_recvmsg(client->socket, &msg, &vec, 1, vec.iov_len, MSG_DONTWAIT);
		if (n < 0)
			return n;
		header = (struct nlmsghdr *)(client->buffer + used);
		/* The first answer stays where its attributes are. */
		if (!used && header->nlmsg_type >= NLMSG_MIN_TYPE)
			used = NLMSG_ALIGN(n);
		for (; nlmsg_ok(header, n); header = nlmsg_next(header, &n)) {
			if (header->nlmsg_type == NLMSG_DONE)
				return *(int *)nlmsg_data(header);
			if (header->nlmsg_type == NLMSG_ERROR) {
				read_error(client, header);
				return ((struct nlmsgerr *)nlmsg_data(header))->error;
			}
			if (client->messages++)
				continue;
			nlmsg_for_each_attr(attr, header, GENL_HDRLEN, left)
				if (nla_type(attr) < ARRAY_SIZE(client->attrs))
					client->attrs[nla_type(attr)] = attr;
		}
	}
}

static int begin(struct kunit *test)
{
	struct client *client = kunit_kzalloc(test, sizeof(*client), GFP_KERNEL);
	int one = 1, err;
	struct sk_buff *skb;

	if (!client)
		return -ENOMEM;
	test->priv = client;
	client->buffer = kvzalloc(BUFFER, GFP_KERNEL);
	err = client->buffer ? sock_create(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC, &client->socket) :
	      -ENOMEM;
	if (err)
		return err;
	/* Who may ask is told by the file. */
	client->file = sock_alloc_file(client->socket, 0, NULL);
	if (IS_ERR(client->file))
		return PTR_ERR(client->file);
	err = client->socket->ops->setsockopt(client->socket, SOL_NETLINK, NETLINK_EXT_ACK,
					      KERNEL_SOCKPTR(&one), sizeof(one));
	if (err)
		return err;
	client->family = GENL_ID_CTRL;
	skb = request(test, CTRL_CMD_GETFAMILY, NLM_F_ACK);
	nla_put_string(skb, CTRL_ATTR_FAMILY_NAME, LEVEE_FAMILY_NAME);
	err = ask(test, skb);
	if (!err)
		client->family = nla_get_u16(client->attrs[CTRL_ATTR_FAMILY_ID]);
	return err;
}

static void end(struct kunit *test)
{
	struct client *client = test->priv;

	if (!IS_ERR_OR_NULL(client->file))
		fput(client->file);
	flush_delayed_fput();
	kvfree(client->buffer);
	fixture_exit(test);
}

static void open_stage(struct kunit *test)
{
	struct client *client = test->priv;

	KUNIT_ASSERT_EQ(test, ask(test, request(test, LEVEE_CMD_POLICY_BEGIN, NLM_F_ACK)), 0);
	KUNIT_ASSERT_NOT_NULL(test, client->attrs[LEVEE_A_POLICY_STAGE]);
	client->stage = nla_get_u64(client->attrs[LEVEE_A_POLICY_STAGE]);
}

static void put_pattern(struct sk_buff *skb, u32 field, bool negated, const char *text)
{
	struct nlattr *nest = nla_nest_start(skb, LEVEE_A_POLICY_PATTERN);

	if (field)
		nla_put_u32(skb, LEVEE_A_PATTERN_FIELD, field);
	if (negated)
		nla_put_flag(skb, LEVEE_A_PATTERN_NEGATED);
	nla_put_string(skb, LEVEE_A_PATTERN_TEXT, text);
	nla_nest_end(skb, nest);
}

static void put_section(struct sk_buff *skb, u32 feature, u32 effect, u32 fallback, u32 hold)
{
	struct nlattr *nest = nla_nest_start(skb, LEVEE_A_POLICY_SECTION);

	nla_put_u32(skb, LEVEE_A_SECTION_FEATURE, feature);
	if (effect)
		nla_put_u32(skb, LEVEE_A_SECTION_EFFECT, effect);
	if (fallback)
		nla_put_u32(skb, LEVEE_A_SECTION_DEFAULT, fallback);
	if (hold)
		nla_put_u32(skb, LEVEE_A_SECTION_HOLD, hold);
	nla_nest_end(skb, nest);
}

/* The beginning of a section, to be ended by nla_nest_end(). */
static struct nlattr *begin_section(struct sk_buff *skb, u32 feature)
{
	struct nlattr *nest = nla_nest_start(skb, LEVEE_A_POLICY_SECTION);

	nla_put_u32(skb, LEVEE_A_SECTION_FEATURE, feature);
	nla_put_u32(skb, LEVEE_A_SECTION_EFFECT, LEVEE_EFFECT_PREVENT);
	return nest;
}

static void put_entry(struct sk_buff *skb, const struct levee_entry *entry)
{
	struct nlattr *nest = nla_nest_start(skb, LEVEE_A_POLICY_ENTRY);

	nla_put_u32(skb, LEVEE_A_ENTRY_TARGET, entry->target);
	if (entry->addr_len) {
		nla_put(skb, LEVEE_A_ENTRY_ADDRESS, entry->addr_len, entry->addr);
		nla_put_u32(skb, LEVEE_A_ENTRY_PREFIX_LEN, entry->prefix_len);
	}
	if (entry->proto != LEVEE_PROTO_ANY)
		nla_put_u32(skb, LEVEE_A_ENTRY_PROTO, entry->proto);
	if (entry->has_ports) {
		nla_put_u32(skb, LEVEE_A_ENTRY_PORT_FIRST, entry->port_first);
		nla_put_u32(skb, LEVEE_A_ENTRY_PORT_LAST, entry->port_last);
	}
	if (entry->name_len)
		nla_put(skb, LEVEE_A_ENTRY_NAME, entry->name_len, entry->name);
	nla_nest_end(skb, nest);
}

/* nla_put_u64_64bit() pads, and what is padded is an attribute that a request has not. */
static void put_u64(struct sk_buff *skb, int attr, u64 value)
{
	nla_put(skb, attr, sizeof(value), &value);
}

static void put_stage(struct kunit *test, struct sk_buff *skb)
{
	struct client *client = test->priv;

	put_u64(skb, LEVEE_A_POLICY_STAGE, client->stage);
}

/* rule-add of rule @index, without its patterns and sections. */
static struct sk_buff *rule(struct kunit *test, u32 index, const char *name)
{
	struct sk_buff *skb = request(test, LEVEE_CMD_RULE_ADD, NLM_F_ACK);

	put_stage(test, skb);
	nla_put_u32(skb, LEVEE_A_POLICY_RULE, index);
	nla_put_string(skb, LEVEE_A_POLICY_NAME, name);
	return skb;
}

static struct sk_buff *good_rule(struct kunit *test, u32 index)
{
	struct sk_buff *skb = rule(test, index, "web");

	put_pattern(skb, LEVEE_SCOPE_FIELD_CGROUP, false, "/kunit_netlink");
	put_section(skb, LEVEE_FEATURE_OUTBOUND, LEVEE_EFFECT_PREVENT, 0, 0);
	return skb;
}

static struct sk_buff *entries(struct kunit *test, u32 rule, u32 feature, u32 action)
{
	struct sk_buff *skb = request(test, LEVEE_CMD_ENTRIES_ADD, NLM_F_ACK);

	put_stage(test, skb);
	nla_put_u32(skb, LEVEE_A_POLICY_RULE, rule);
	nla_put_u32(skb, LEVEE_A_POLICY_FEATURE, feature);
	nla_put_u32(skb, LEVEE_A_POLICY_ACTION, action);
	return skb;
}

static int commit(struct kunit *test)
{
	struct sk_buff *skb = request(test, LEVEE_CMD_POLICY_COMMIT, NLM_F_ACK);

	put_stage(test, skb);
	return ask(test, skb);
}

static u64 live_feeds(void)
{
	u64 count;

	rcu_read_lock();
	count = levee_feeds_live()->count;
	rcu_read_unlock();
	return count;
}

static void expect_refused(struct kunit *test, struct sk_buff *skb, int error, const char *said)
{
	struct client *client = test->priv;
	u64 generation = levee_generation(), stages = levee_stages_open();
	u64 feed_stages = levee_feed_stages_open(), feeds = live_feeds();
	u64 imports = levee_imports_open();
	u32 models = levee_models_count(), labels = levee_labels_count();

	KUNIT_EXPECT_EQ_MSG(test, ask(test, skb), error, "%s", said);
	KUNIT_EXPECT_STREQ(test, client->said, said);
	KUNIT_EXPECT_EQ(test, levee_generation(), generation);
	KUNIT_EXPECT_EQ(test, levee_stages_open(), stages);
	KUNIT_EXPECT_EQ(test, levee_feed_stages_open(), feed_stages);
	KUNIT_EXPECT_EQ(test, live_feeds(), feeds);
	KUNIT_EXPECT_EQ(test, levee_imports_open(), imports);
	KUNIT_EXPECT_EQ(test, levee_models_count(), models);
	KUNIT_EXPECT_EQ(test, levee_labels_count(), labels);
}

static void whole_policy_becomes_live(struct kunit *test)
{
	const struct levee_entry ten = fixture_prefix("10.0.0.0", 8, LEVEE_PROTO_ANY);
	const struct levee_entry web = fixture_ports(LEVEE_TARGET_INTERNET, 6, 443, 443);
	struct client *client = test->priv;
	u64 generation = levee_generation();
	struct sk_buff *skb;

	open_stage(test);
	KUNIT_ASSERT_EQ(test, ask(test, good_rule(test, 0)), 0);
	skb = entries(test, 0, LEVEE_FEATURE_OUTBOUND, LEVEE_ACTION_ALLOW);
	put_entry(skb, &ten);
	put_entry(skb, &web);
	KUNIT_ASSERT_EQ(test, ask(test, skb), 0);
	KUNIT_EXPECT_EQ(test, levee_generation(), generation);
	KUNIT_ASSERT_EQ(test, commit(test), 0);
	KUNIT_EXPECT_EQ(test, nla_get_u64(client->attrs[LEVEE_A_POLICY_GENERATION]),
			generation + 1);
	KUNIT_EXPECT_EQ(test, levee_generation(), generation + 1);
	KUNIT_EXPECT_EQ(test, levee_stages_open(), 0ULL);

	skb = request(test, LEVEE_CMD_RULE_GET, NLM_F_ACK);
	nla_put_u32(skb, LEVEE_A_POLICY_RULE, 0);
	KUNIT_ASSERT_EQ(test, ask(test, skb), 0);
	KUNIT_EXPECT_EQ(test, nla_strcmp(client->attrs[LEVEE_A_POLICY_NAME], "web"), 0);
	skb = request(test, LEVEE_CMD_RULE_GET, NLM_F_DUMP);
	KUNIT_EXPECT_EQ(test, ask(test, skb), 0);
	KUNIT_EXPECT_EQ(test, client->messages, 1U);
	skb = request(test, LEVEE_CMD_ENTRY_GET, NLM_F_DUMP);
	KUNIT_EXPECT_EQ(test, ask(test, skb), 0);
	KUNIT_EXPECT_EQ(test, client->messages, 1U);
	KUNIT_EXPECT_NOT_NULL(test, client->attrs[LEVEE_A_POLICY_ENTRY]);
	skb = request(test, LEVEE_CMD_RULE_GET, NLM_F_ACK);
	nla_put_u32(skb, LEVEE_A_POLICY_RULE, 1);
	expect_refused(test, skb, -ENOENT, "the live policy has no such rule");
	KUNIT_EXPECT_EQ(test, ask(test, request(test, LEVEE_CMD_POLICY_FLUSH, NLM_F_ACK)), 0);
	KUNIT_EXPECT_EQ(test, levee_generation(), generation + 2);
}

/* What is written comes back as it was written. */
static void model_and_families_come_back(struct kunit *test)
{
	struct client *client = test->priv;
	const struct nlattr *model;
	struct nlattr *nest;
	struct sk_buff *skb;

	open_stage(test);
	skb = good_rule(test, 0);
	put_section(skb, LEVEE_FEATURE_PORT_SCAN, LEVEE_EFFECT_ALERT, 0, 60);
	put_section(skb, LEVEE_FEATURE_LISTEN, LEVEE_EFFECT_ALERT, LEVEE_ACTION_DENY, 0);
	put_pattern(skb, LEVEE_SCOPE_FIELD_IMAGE, true, "evil/*");
	nla_put_u32(skb, LEVEE_A_POLICY_SOCKET_FAMILY, AF_INET);
	nest = nla_nest_start(skb, LEVEE_A_POLICY_MODEL);
	nla_put_u32(skb, LEVEE_A_MODEL_MODE, LEVEE_MODEL_MODE_LEARN);
	nla_put_u32(skb, LEVEE_A_MODEL_LEARN_FOR, 3600);
	nla_put_u32(skb, LEVEE_A_MODEL_DRY_RUN_FOR, 0);
	nla_put_u32(skb, LEVEE_A_MODEL_ADAPT, LEVEE_MODEL_ADAPT_ONCE);
	nla_put_u32(skb, LEVEE_A_MODEL_KEY, LEVEE_MODEL_KEY_RULE);
	nla_nest_end(skb, nest);
	KUNIT_ASSERT_EQ(test, ask(test, skb), 0);
	KUNIT_ASSERT_EQ(test, commit(test), 0);
	skb = request(test, LEVEE_CMD_RULE_GET, NLM_F_ACK);
	nla_put_u32(skb, LEVEE_A_POLICY_RULE, 0);
	KUNIT_ASSERT_EQ(test, ask(test, skb), 0);
	KUNIT_ASSERT_NOT_NULL(test, client->attrs[LEVEE_A_POLICY_SOCKET_FAMILY]);
	KUNIT_EXPECT_EQ(test, nla_get_u32(client->attrs[LEVEE_A_POLICY_SOCKET_FAMILY]), AF_INET);
	model = client->attrs[LEVEE_A_POLICY_MODEL];
	KUNIT_ASSERT_NOT_NULL(test, model);
	KUNIT_EXPECT_EQ(test, nla_get_u32(nla_find_nested(model, LEVEE_A_MODEL_LEARN_FOR)), 3600U);
	KUNIT_EXPECT_EQ(test, nla_get_u32(nla_find_nested(model, LEVEE_A_MODEL_DRY_RUN_FOR)), 0U);
	KUNIT_EXPECT_EQ(test, nla_get_u32(nla_find_nested(model, LEVEE_A_MODEL_KEY)),
			LEVEE_MODEL_KEY_RULE);
}

static void rule_that_says_nonsense_is_refused(struct kunit *test)
{
	static const struct { const char *text, *said; } patterns[] = {
		{ "/a[", "set without its closing bracket" },
		{ "a", "a cgroup pattern begins with /" },
		{ "", "empty text" },
		{ "/a\n", "control character in text" },
	};
	struct sk_buff *skb;
	u32 i;

	open_stage(test);
	for (i = 0; i < ARRAY_SIZE(patterns); i++) {
		skb = rule(test, 0, "web");
		put_pattern(skb, LEVEE_SCOPE_FIELD_CGROUP, false, patterns[i].text);
		expect_refused(test, skb, -EINVAL, patterns[i].said);
	}
	expect_refused(test, rule(test, 0, "a\tb"), -EINVAL, "control character in text");
	expect_refused(test, rule(test, 0, ""), -EINVAL, "empty text");
	expect_refused(test, rule(test, 0, "web"), -EINVAL,
		       "a scope needs a pattern that is not negated");
	skb = rule(test, 0, "web");
	put_pattern(skb, 0, false, "/a");
	expect_refused(test, skb, -EINVAL, "a pattern needs a field and a text");
	skb = rule(test, 0, "web");
	put_pattern(skb, LEVEE_SCOPE_FIELD_CGROUP, true, "/a");
	expect_refused(test, skb, -EINVAL, "a scope needs a pattern that is not negated");
	skb = good_rule(test, 0);
	put_section(skb, LEVEE_FEATURE_OUTBOUND, LEVEE_EFFECT_ALERT, 0, 0);
	expect_refused(test, skb, -EINVAL, "the rule has this section already");
	skb = good_rule(test, 0);
	put_section(skb, LEVEE_FEATURE_LISTEN, 0, 0, 0);
	expect_refused(test, skb, -EINVAL, "a section needs a feature and an effect");
	skb = good_rule(test, 0);
	put_section(skb, LEVEE_FEATURE_PORT_SCAN, LEVEE_EFFECT_ALERT, LEVEE_ACTION_DENY, 0);
	expect_refused(test, skb, -EINVAL, "this section has no default");
	skb = good_rule(test, 0);
	put_section(skb, LEVEE_FEATURE_LISTEN, LEVEE_EFFECT_ALERT, 0, 60);
	expect_refused(test, skb, -EINVAL, "only port-scan has a hold");
	expect_refused(test, good_rule(test, 1), -EINVAL, "rules are added in order, from 0");
	skb = rule(test, 0, "web");
	for (i = 0; i <= LEVEE_PATTERNS_MAX; i++)
		put_pattern(skb, LEVEE_SCOPE_FIELD_CGROUP, false, "/a");
	expect_refused(test, skb, -E2BIG, "a rule has at most 256 scope patterns");
	/* Nothing of all that has got into the stage. */
	KUNIT_EXPECT_EQ(test, ask(test, good_rule(test, 0)), 0);
}

/* DNS. */

/* A section of the last answer, by its feature. */
static const struct nlattr *section_of(struct kunit *test, u32 rule, u32 feature)
{
	struct client *client = test->priv;
	const struct nlmsghdr *header = (void *)client->buffer;
	struct sk_buff *skb = request(test, LEVEE_CMD_RULE_GET, NLM_F_ACK);
	const struct nlattr *attr;
	int left;

	nla_put_u32(skb, LEVEE_A_POLICY_RULE, rule);
	KUNIT_EXPECT_EQ(test, ask(test, skb), 0);
	nlmsg_for_each_attr(attr, header, GENL_HDRLEN, left)
		if (nla_type(attr) == LEVEE_A_POLICY_SECTION &&
		    nla_get_u32(nla_find_nested(attr, LEVEE_A_SECTION_FEATURE)) == feature)
			return attr;
	return NULL;
}

/* Number @n of the attributes of a type. */
static const struct nlattr *nth(const struct nlattr *nest, int type, u32 n)
{
	const struct nlattr *attr;
	int left;

	nla_for_each_nested(attr, nest, left)
		if (nla_type(attr) == type && !n--)
			return attr;
	return NULL;
}

static void put_server(struct sk_buff *skb, const char *text)
{
	const struct levee_entry entry = fixture_prefix(text, 32, 17);

	nla_put(skb, LEVEE_A_SECTION_SERVER, entry.addr_len, entry.addr);
}

static void dns_section_comes_back(struct kunit *test)
{
	const struct nlattr *section;
	struct nlattr *nest;
	struct sk_buff *skb;

	open_stage(test);
	skb = good_rule(test, 0);
	nest = begin_section(skb, LEVEE_FEATURE_DNS);
	nla_put_u32(skb, LEVEE_A_SECTION_DEFAULT, LEVEE_ACTION_DENY);
	nla_put_u32(skb, LEVEE_A_SECTION_PORT, 5353);
	nla_put_u32(skb, LEVEE_A_SECTION_PORT, 53);
	put_server(skb, "2001:db8::53");
	put_server(skb, "10.0.0.3");
	put_server(skb, "10.0.0.2");
	nla_put_flag(skb, LEVEE_A_SECTION_SERVERS_ONLY);
	nla_put_u32(skb, LEVEE_A_SECTION_GRACE, 0);
	nla_put_u32(skb, LEVEE_A_SECTION_FEED_USE, LEVEE_FEED_USE_NAMED);
	nla_put_string(skb, LEVEE_A_SECTION_FEED, "intel");
	nla_put_string(skb, LEVEE_A_SECTION_FEED, "other");
	nla_nest_end(skb, nest);
	put_section(skb, LEVEE_FEATURE_DNS_EXFILTRATION, LEVEE_EFFECT_BLOCK, 0, 0);
	KUNIT_ASSERT_EQ(test, ask(test, skb), 0);
	/* All of it left to the defaults, and to none of the feeds. */
	skb = good_rule(test, 1);
	nest = begin_section(skb, LEVEE_FEATURE_DNS);
	nla_put_u32(skb, LEVEE_A_SECTION_FEED_USE, LEVEE_FEED_USE_NONE);
	nla_nest_end(skb, nest);
	KUNIT_ASSERT_EQ(test, ask(test, skb), 0);
	KUNIT_ASSERT_EQ(test, ask(test, good_rule(test, 2)), 0);
	KUNIT_ASSERT_EQ(test, commit(test), 0);

	section = section_of(test, 0, LEVEE_FEATURE_DNS);
	KUNIT_ASSERT_NOT_NULL(test, section);
	KUNIT_EXPECT_EQ(test, nla_get_u32(nth(section, LEVEE_A_SECTION_DEFAULT, 0)),
			LEVEE_ACTION_DENY);
	KUNIT_EXPECT_EQ(test, nla_get_u32(nth(section, LEVEE_A_SECTION_PORT, 0)), 53U);
	KUNIT_EXPECT_EQ(test, nla_get_u32(nth(section, LEVEE_A_SECTION_PORT, 1)), 5353U);
	KUNIT_EXPECT_NULL(test, nth(section, LEVEE_A_SECTION_PORT, 2));
	KUNIT_EXPECT_EQ(test, nla_len(nth(section, LEVEE_A_SECTION_SERVER, 0)), 4);
	KUNIT_EXPECT_EQ(test, ((u8 *)nla_data(nth(section, LEVEE_A_SECTION_SERVER, 0)))[3], 2);
	KUNIT_EXPECT_EQ(test, ((u8 *)nla_data(nth(section, LEVEE_A_SECTION_SERVER, 1)))[3], 3);
	KUNIT_EXPECT_EQ(test, nla_len(nth(section, LEVEE_A_SECTION_SERVER, 2)), 16);
	KUNIT_EXPECT_NOT_NULL(test, nth(section, LEVEE_A_SECTION_SERVERS_ONLY, 0));
	KUNIT_EXPECT_EQ(test, nla_get_u32(nth(section, LEVEE_A_SECTION_GRACE, 0)), 0U);
	KUNIT_EXPECT_EQ(test, nla_get_u32(nth(section, LEVEE_A_SECTION_FEED_USE, 0)),
			LEVEE_FEED_USE_NAMED);
	KUNIT_EXPECT_EQ(test, nla_strcmp(nth(section, LEVEE_A_SECTION_FEED, 0), "intel"), 0);
	KUNIT_EXPECT_EQ(test, nla_strcmp(nth(section, LEVEE_A_SECTION_FEED, 1), "other"), 0);
	section = section_of(test, 0, LEVEE_FEATURE_DNS_EXFILTRATION);
	KUNIT_EXPECT_EQ(test, nla_get_u32(nth(section, LEVEE_A_SECTION_EFFECT, 0)),
			LEVEE_EFFECT_BLOCK);

	section = section_of(test, 1, LEVEE_FEATURE_DNS);
	KUNIT_EXPECT_NULL(test, nth(section, LEVEE_A_SECTION_PORT, 0));
	KUNIT_EXPECT_NULL(test, nth(section, LEVEE_A_SECTION_SERVER, 0));
	KUNIT_EXPECT_NULL(test, nth(section, LEVEE_A_SECTION_SERVERS_ONLY, 0));
	KUNIT_EXPECT_NULL(test, nth(section, LEVEE_A_SECTION_GRACE, 0));
	KUNIT_EXPECT_EQ(test, nla_get_u32(nth(section, LEVEE_A_SECTION_FEED_USE, 0)),
			LEVEE_FEED_USE_NONE);
	/* Wherever DNS is not disabled, exfiltration alerts. */
	section = section_of(test, 1, LEVEE_FEATURE_DNS_EXFILTRATION);
	KUNIT_EXPECT_EQ(test, nla_get_u32(nth(section, LEVEE_A_SECTION_EFFECT, 0)),
			LEVEE_EFFECT_ALERT);
	section = section_of(test, 2, LEVEE_FEATURE_DNS_EXFILTRATION);
	KUNIT_EXPECT_EQ(test, nla_get_u32(nth(section, LEVEE_A_SECTION_EFFECT, 0)),
			LEVEE_EFFECT_DISABLE);
	section = section_of(test, 2, LEVEE_FEATURE_OUTBOUND);
	KUNIT_EXPECT_NULL(test, nth(section, LEVEE_A_SECTION_FEED_USE, 0));
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, levee_live_rcu()->rules[2].dns.nr_ports, 1);
	KUNIT_EXPECT_EQ(test, levee_live_rcu()->rules[2].dns.ports[0], 53);
	KUNIT_EXPECT_EQ(test, levee_live_rcu()->rules[2].dns.grace, 60U);
	rcu_read_unlock();
}

/* A rule with a section that has these bytes as attributes. */
static void expect_section_refused(struct kunit *test, u32 feature, int attr, const void *value,
				   size_t len, u32 times, int error, const char *said)
{
	struct sk_buff *skb = rule(test, 0, "web");
	struct nlattr *nest;

	put_pattern(skb, LEVEE_SCOPE_FIELD_CGROUP, false, "/kunit_netlink");
	nest = begin_section(skb, feature);
	while (times--)
		nla_put(skb, attr, len, value);
	nla_nest_end(skb, nest);
	expect_refused(test, skb, error, said);
}

static void section_that_has_what_it_should_not_is_refused(struct kunit *test)
{
	static const u32 port = 53, named = LEVEE_FEED_USE_NAMED, none = LEVEE_FEED_USE_NONE;
	static const u8 server[16] = { 10, 0, 0, 2 };
	static const struct {
		u8 feature;
		u8 attr;
		const void *value;
		size_t len;
		u32 times;
		int error;
		const char *said;
	} cases[] = {
		{ LEVEE_FEATURE_OUTBOUND, LEVEE_A_SECTION_PORT, &port, 4, 1, -EINVAL,
		  "only dns has ports" },
		{ LEVEE_FEATURE_LISTEN, LEVEE_A_SECTION_SERVER, server, 4, 1, -EINVAL,
		  "only dns has servers" },
		{ LEVEE_FEATURE_OUTBOUND, LEVEE_A_SECTION_SERVERS_ONLY, NULL, 0, 1, -EINVAL,
		  "only dns has servers" },
		{ LEVEE_FEATURE_DNS_EXFILTRATION, LEVEE_A_SECTION_GRACE, &port, 4, 1, -EINVAL,
		  "only dns has a grace" },
		{ LEVEE_FEATURE_LISTEN, LEVEE_A_SECTION_FEED_USE, &none, 4, 1, -EINVAL,
		  "only outbound and dns use feeds" },
		{ LEVEE_FEATURE_RAW_SOCKETS, LEVEE_A_SECTION_FEED, "a", 2, 1, -EINVAL,
		  "only outbound and dns use feeds" },
		{ LEVEE_FEATURE_DNS_EXFILTRATION, LEVEE_A_SECTION_DEFAULT, &none, 4, 1, -EINVAL,
		  "this section has no default" },
		{ LEVEE_FEATURE_DNS, LEVEE_A_SECTION_HOLD, &port, 4, 1, -EINVAL,
		  "only port-scan has a hold" },
		{ LEVEE_FEATURE_DNS, LEVEE_A_SECTION_PORT, &port, 4, 2, -EINVAL,
		  "this port is given twice" },
		{ LEVEE_FEATURE_DNS, LEVEE_A_SECTION_SERVER, server, 4, 2, -EINVAL,
		  "this server is given twice" },
		{ LEVEE_FEATURE_DNS, LEVEE_A_SECTION_SERVER, server, 5, 1, -EINVAL,
		  "an address has 4 or 16 bytes" },
		{ LEVEE_FEATURE_DNS, LEVEE_A_SECTION_SERVERS_ONLY, NULL, 0, 1, -EINVAL,
		  "servers-only needs a server" },
		{ LEVEE_FEATURE_DNS, LEVEE_A_SECTION_FEED_USE, &named, 4, 1, -EINVAL,
		  "feed-use named needs a feed" },
		{ LEVEE_FEATURE_OUTBOUND, LEVEE_A_SECTION_FEED, "a", 2, 1, -EINVAL,
		  "feeds are named with feed-use named only" },
	};
	u32 i;

	open_stage(test);
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		expect_section_refused(test, cases[i].feature, cases[i].attr, cases[i].value,
				       cases[i].len, cases[i].times, cases[i].error,
				       cases[i].said);
	/* Nothing of all that has got into the stage. */
	KUNIT_EXPECT_EQ(test, ask(test, good_rule(test, 0)), 0);
}

static void expect_feeds_refused(struct kunit *test, const void *value, size_t len, u32 times,
				 int error, const char *said)
{
	struct sk_buff *skb = rule(test, 0, "web");
	struct nlattr *nest;
	char name[16];
	u32 i;

	put_pattern(skb, LEVEE_SCOPE_FIELD_CGROUP, false, "/kunit_netlink");
	nest = begin_section(skb, LEVEE_FEATURE_DNS);
	nla_put_u32(skb, LEVEE_A_SECTION_FEED_USE, LEVEE_FEED_USE_NAMED);
	for (i = 0; i < times; i++) {
		snprintf(name, sizeof(name), "feed-%u", i);
		nla_put_string(skb, LEVEE_A_SECTION_FEED, name);
	}
	if (value)
		nla_put(skb, LEVEE_A_SECTION_FEED, len, value);
	nla_nest_end(skb, nest);
	expect_refused(test, skb, error, said);
}

static void bounds_of_a_section_hold(struct kunit *test)
{
	struct sk_buff *skb;
	struct nlattr *nest;
	char text[16];
	u32 i;

	open_stage(test);
	skb = good_rule(test, 0);
	nest = begin_section(skb, LEVEE_FEATURE_DNS);
	for (i = 0; i <= LEVEE_DNS_PORTS_MAX; i++)
		nla_put_u32(skb, LEVEE_A_SECTION_PORT, 1000 - i);
	nla_nest_end(skb, nest);
	expect_refused(test, skb, -E2BIG, "a section has at most 16 ports");
	skb = good_rule(test, 0);
	nest = begin_section(skb, LEVEE_FEATURE_DNS);
	for (i = 0; i <= LEVEE_DNS_SERVERS_MAX; i++) {
		snprintf(text, sizeof(text), "10.0.0.%u", 200 - i);
		put_server(skb, text);
	}
	nla_nest_end(skb, nest);
	expect_refused(test, skb, -E2BIG, "a section has at most 64 servers");
	expect_feeds_refused(test, "a", 2, LEVEE_FEEDS_MAX, -E2BIG,
			     "a section names at most 64 feeds");
	expect_feeds_refused(test, "feed-1", 7, 2, -EINVAL, "this feed is named twice");
	expect_feeds_refused(test, "a\n", 3, 0, -EINVAL, "control character in text");
	expect_feeds_refused(test, "", 1, 0, -EINVAL, "empty text");
	expect_feeds_refused(test, "intel", 5, 0, -EINVAL, "text without its end");
	expect_feeds_refused(test, "in\0el", 6, 0, -EINVAL, "something behind the end of the text");
	/* As many as may be, and the rule still fits into its answer. */
	skb = good_rule(test, 0);
	nest = begin_section(skb, LEVEE_FEATURE_DNS);
	nla_put_u32(skb, LEVEE_A_SECTION_FEED_USE, LEVEE_FEED_USE_NAMED);
	for (i = 0; i < LEVEE_FEEDS_MAX; i++) {
		snprintf(text, sizeof(text), "10.0.0.%u", i);
		put_server(skb, text);
		nla_put_string(skb, LEVEE_A_SECTION_FEED, text);
	}
	for (i = 0; i < LEVEE_DNS_PORTS_MAX; i++)
		nla_put_u32(skb, LEVEE_A_SECTION_PORT, 1000 - i);
	nla_nest_end(skb, nest);
	KUNIT_ASSERT_EQ(test, ask(test, skb), 0);
	KUNIT_ASSERT_EQ(test, commit(test), 0);
	KUNIT_ASSERT_NOT_NULL(test, section_of(test, 0, LEVEE_FEATURE_DNS));
	KUNIT_EXPECT_NOT_NULL(test, nth(section_of(test, 0, LEVEE_FEATURE_DNS),
					LEVEE_A_SECTION_SERVER, 63));
}

static void names_come_back(struct kunit *test)
{
	const struct levee_entry com = fixture_domain(LEVEE_TARGET_DOMAIN, "example.com",
						      LEVEE_PROTO_ANY);
	const struct levee_entry below = fixture_domain(LEVEE_TARGET_SUBDOMAINS, "example.com",
							LEVEE_PROTO_ANY);
	const u8 dns = LEVEE_FEATURE_DNS, deny = LEVEE_ACTION_DENY;
	static const u8 upper[] = "\x01" "A", cut[] = { 3, 'a' };
	struct client *client = test->priv;
	const struct nlattr *attr;
	struct sk_buff *skb;
	struct levee_entry bad = com;
	struct nlattr *nest;

	open_stage(test);
	KUNIT_ASSERT_EQ(test, ask(test, good_rule(test, 0)), 0);
	skb = entries(test, 0, dns, deny);
	put_entry(skb, &com);
	put_entry(skb, &below);
	KUNIT_ASSERT_EQ(test, ask(test, skb), 0);
	skb = entries(test, 0, dns, deny);
	put_entry(skb, &com);
	expect_refused(test, skb, -EINVAL, "entries must be sent in strictly ascending order");
	skb = entries(test, 0, dns, deny);
	nest = nla_nest_start(skb, LEVEE_A_POLICY_ENTRY);
	nla_put_u32(skb, LEVEE_A_ENTRY_TARGET, LEVEE_TARGET_DOMAIN);
	nla_nest_end(skb, nest);
	expect_refused(test, skb, -EINVAL, "a domain entry needs its name");
	skb = entries(test, 0, dns, deny);
	nest = nla_nest_start(skb, LEVEE_A_POLICY_ENTRY);
	nla_put_u32(skb, LEVEE_A_ENTRY_TARGET, LEVEE_TARGET_DOMAIN);
	nla_put(skb, LEVEE_A_ENTRY_NAME, 0, NULL);
	nla_nest_end(skb, nest);
	expect_refused(test, skb, -EINVAL, "empty name");
	skb = entries(test, 0, LEVEE_FEATURE_OUTBOUND, deny);
	nest = nla_nest_start(skb, LEVEE_A_POLICY_ENTRY);
	nla_put_u32(skb, LEVEE_A_ENTRY_TARGET, LEVEE_TARGET_PREFIX);
	nla_put(skb, LEVEE_A_ENTRY_ADDRESS, 4, "\x0a\0\0\1");
	nla_put_u32(skb, LEVEE_A_ENTRY_PREFIX_LEN, 32);
	nla_put(skb, LEVEE_A_ENTRY_NAME, com.name_len, com.name);
	nla_nest_end(skb, nest);
	expect_refused(test, skb, -EINVAL, "only a domain entry has a name");
	skb = entries(test, 0, LEVEE_FEATURE_OUTBOUND, deny);
	nest = nla_nest_start(skb, LEVEE_A_POLICY_ENTRY);
	nla_put_u32(skb, LEVEE_A_ENTRY_TARGET, LEVEE_TARGET_DOMAIN);
	nla_put(skb, LEVEE_A_ENTRY_ADDRESS, 4, "\x0a\0\0\1");
	nla_put(skb, LEVEE_A_ENTRY_NAME, com.name_len, com.name);
	nla_nest_end(skb, nest);
	expect_refused(test, skb, -EINVAL, "only a prefix entry has an address");
	bad.name = upper;
	bad.name_len = sizeof(upper);
	skb = entries(test, 0, dns, deny);
	put_entry(skb, &bad);
	expect_refused(test, skb, -EINVAL, "domain name has letters in upper case");
	bad.name = cut;
	bad.name_len = sizeof(cut);
	skb = entries(test, 0, dns, deny);
	put_entry(skb, &bad);
	expect_refused(test, skb, -EINVAL, "no domain name in wire form");
	KUNIT_ASSERT_EQ(test, commit(test), 0);

	skb = request(test, LEVEE_CMD_ENTRY_GET, NLM_F_ACK);
	nla_put_u32(skb, LEVEE_A_POLICY_RULE, 0);
	nla_put_u32(skb, LEVEE_A_POLICY_FEATURE, dns);
	nla_put_u32(skb, LEVEE_A_POLICY_ACTION, deny);
	KUNIT_ASSERT_EQ(test, ask(test, skb), 0);
	attr = client->attrs[LEVEE_A_POLICY_ENTRY];	/* the last one */
	KUNIT_ASSERT_NOT_NULL(test, attr);
	KUNIT_EXPECT_EQ(test, nla_get_u32(nla_find_nested(attr, LEVEE_A_ENTRY_TARGET)),
			LEVEE_TARGET_SUBDOMAINS);
	attr = nla_find_nested(attr, LEVEE_A_ENTRY_NAME);
	KUNIT_ASSERT_NOT_NULL(test, attr);
	KUNIT_ASSERT_EQ(test, nla_len(attr), com.name_len);
	KUNIT_EXPECT_EQ(test, memcmp(nla_data(attr), com.name, com.name_len), 0);
}

/* Feeds. */

static struct sk_buff *feed_begin(struct kunit *test, const char *name, u32 kind, u64 count)
{
	struct sk_buff *skb = request(test, LEVEE_CMD_FEED_BEGIN, NLM_F_ACK);

	nla_put_string(skb, LEVEE_A_FEED_NAME, name);
	nla_put_u32(skb, LEVEE_A_FEED_KIND, kind);
	put_u64(skb, LEVEE_A_FEED_COUNT, count);
	return skb;
}

/* Sends a feed-begin; returns the number of the stage. */
static u64 open_feed(struct kunit *test, struct sk_buff *skb)
{
	struct client *client = test->priv;

	KUNIT_ASSERT_EQ(test, ask(test, skb), 0);
	KUNIT_ASSERT_NOT_NULL(test, client->attrs[LEVEE_A_FEED_STAGE]);
	return nla_get_u64(client->attrs[LEVEE_A_FEED_STAGE]);
}

static struct sk_buff *feed_request(struct kunit *test, u8 cmd, u64 stage)
{
	struct sk_buff *skb = request(test, cmd, NLM_F_ACK);

	put_u64(skb, LEVEE_A_FEED_STAGE, stage);
	return skb;
}

static struct sk_buff *feed_by_name(struct kunit *test, u8 cmd, const char *name)
{
	struct sk_buff *skb = request(test, cmd, NLM_F_ACK);

	nla_put_string(skb, LEVEE_A_FEED_NAME, name);
	return skb;
}

static void add_bad_example(struct kunit *test, u64 stage)
{
	const struct levee_name name = fixture_name("bad.example");
	struct sk_buff *skb = feed_request(test, LEVEE_CMD_FEED_ADD, stage);

	nla_put(skb, LEVEE_A_FEED_NAMES, name.len, name.wire);
	KUNIT_ASSERT_EQ(test, ask(test, skb), 0);
}

static void load_feed(struct kunit *test, const char *name)
{
	u64 stage = open_feed(test, feed_begin(test, name, LEVEE_FEED_KIND_DOMAINS, 1));

	add_bad_example(test, stage);
	KUNIT_ASSERT_EQ(test, ask(test, feed_request(test, LEVEE_CMD_FEED_COMMIT, stage)), 0);
}

static void feed_is_loaded_and_unloaded(struct kunit *test)
{
	static const u8 prefixes[] = { 10, 0, 0, 0, 8, 192, 0, 2, 0, 24 };
	struct client *client = test->priv;
	u64 generation = levee_generation(), stage;
	struct sk_buff *skb;

	load_feed(test, "intel");
	KUNIT_EXPECT_EQ(test, levee_feed_stages_open(), 0ULL);
	KUNIT_EXPECT_EQ(test, levee_generation(), generation);
	skb = feed_begin(test, "addresses", LEVEE_FEED_KIND_ADDRESSES, 3);
	put_u64(skb, LEVEE_A_FEED_COUNT6, 1);
	stage = open_feed(test, skb);
	skb = feed_request(test, LEVEE_CMD_FEED_ADD, stage);
	nla_put(skb, LEVEE_A_FEED_PREFIXES4, sizeof(prefixes), prefixes);
	nla_put(skb, LEVEE_A_FEED_PREFIXES6, 17, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\0\x20");
	KUNIT_ASSERT_EQ(test, ask(test, skb), 0);
	KUNIT_EXPECT_EQ(test, live_feeds(), 1ULL);
	KUNIT_ASSERT_EQ(test, ask(test, feed_request(test, LEVEE_CMD_FEED_COMMIT, stage)), 0);

	KUNIT_ASSERT_EQ(test, ask(test, feed_by_name(test, LEVEE_CMD_FEED_GET, "intel")), 0);
	KUNIT_EXPECT_EQ(test, nla_strcmp(client->attrs[LEVEE_A_FEED_NAME], "intel"), 0);
	KUNIT_EXPECT_EQ(test, nla_get_u32(client->attrs[LEVEE_A_FEED_KIND]),
			LEVEE_FEED_KIND_DOMAINS);
	KUNIT_EXPECT_EQ(test, nla_get_u64(client->attrs[LEVEE_A_FEED_COUNT]), 1ULL);
	KUNIT_EXPECT_NULL(test, client->attrs[LEVEE_A_FEED_SOURCE]);
	KUNIT_EXPECT_GT(test, nla_get_u64(client->attrs[LEVEE_A_FEED_BYTES]), 0ULL);
	KUNIT_EXPECT_EQ(test, nla_get_u64(client->attrs[LEVEE_A_FEED_HITS]), 0ULL);
	KUNIT_EXPECT_GT(test, nla_get_u64(client->attrs[LEVEE_A_FEED_LOADED]), 0ULL);
	KUNIT_EXPECT_EQ(test, nla_get_u64(client->attrs[LEVEE_A_FEED_GENERATION]), generation);
	KUNIT_ASSERT_EQ(test, ask(test, request(test, LEVEE_CMD_FEED_GET, NLM_F_DUMP)), 0);
	KUNIT_EXPECT_EQ(test, client->messages, 2U);
	KUNIT_EXPECT_EQ(test, nla_strcmp(client->attrs[LEVEE_A_FEED_NAME], "addresses"), 0);
	skb = request(test, LEVEE_CMD_FEED_GET, NLM_F_DUMP);
	nla_put_string(skb, LEVEE_A_FEED_NAME, "intel");
	KUNIT_ASSERT_EQ(test, ask(test, skb), 0);
	KUNIT_EXPECT_EQ(test, client->messages, 1U);

	KUNIT_EXPECT_EQ(test, ask(test, feed_by_name(test, LEVEE_CMD_FEED_UNLOAD, "intel")), 0);
	KUNIT_EXPECT_EQ(test, live_feeds(), 1ULL);
	expect_refused(test, feed_by_name(test, LEVEE_CMD_FEED_UNLOAD, "intel"), -ENOENT,
		       "no feed has this name");
	expect_refused(test, feed_by_name(test, LEVEE_CMD_FEED_GET, "intel"), -ENOENT,
		       "no feed has this name");
}

static void feed_that_says_nonsense_is_refused(struct kunit *test)
{
	const u32 domains = LEVEE_FEED_KIND_DOMAINS;
	struct client *client = test->priv;
	struct sk_buff *skb;
	u64 stage;

	expect_refused(test, feed_begin(test, "", domains, 1), -EINVAL, "empty text");
	expect_refused(test, feed_begin(test, "a\tb", domains, 1), -EINVAL,
		       "control character in text");
	expect_refused(test, feed_begin(test, "intel", domains, LEVEE_FEED_DOMAINS_MAX + 1),
		       -E2BIG, "a feed has at most 2000000 domains");
	skb = feed_begin(test, "intel", domains, 1);
	nla_put_string(skb, LEVEE_A_FEED_SOURCE, "feeds/x");
	expect_refused(test, skb, -EINVAL, "only a policy's feed has a source");
	open_stage(test);
	skb = feed_begin(test, "intel", domains, 1);
	put_u64(skb, LEVEE_A_FEED_POLICY_STAGE, client->stage);
	expect_refused(test, skb, -EINVAL, "source is missing");
	skb = feed_begin(test, "intel", domains, 1);
	nla_put_string(skb, LEVEE_A_FEED_SOURCE, "a\n");
	put_u64(skb, LEVEE_A_FEED_POLICY_STAGE, client->stage);
	expect_refused(test, skb, -EINVAL, "control character in text");
	skb = feed_begin(test, "intel", domains, 1);
	nla_put_string(skb, LEVEE_A_FEED_SOURCE, "feeds/x");
	put_u64(skb, LEVEE_A_FEED_POLICY_STAGE, client->stage + 1);
	expect_refused(test, skb, -ENOENT, "this socket has no such stage");
	skb = feed_begin(test, "intel", domains, 1);
	nla_put_string(skb, LEVEE_A_FEED_SOURCE, "feeds/x");
	put_u64(skb, LEVEE_A_FEED_POLICY_STAGE, 0);
	expect_refused(test, skb, -ENOENT, "this socket has no such stage");
	stage = open_feed(test, feed_begin(test, "intel", domains, 1));
	expect_refused(test, feed_request(test, LEVEE_CMD_FEED_ADD, stage), -EINVAL,
		       "names or prefixes are missing");
	skb = feed_request(test, LEVEE_CMD_FEED_ADD, stage);
	nla_put(skb, LEVEE_A_FEED_NAMES, 2, "\x05" "a");
	expect_refused(test, skb, -EINVAL,
		       "no domain name below the root, in wire form and lower case");
	KUNIT_EXPECT_EQ(test, ask(test, feed_request(test, LEVEE_CMD_FEED_COMMIT, stage)), -EINVAL);
	KUNIT_EXPECT_STREQ(test, client->said,
			   "a part of the feed was refused, it has to be begun again");
	KUNIT_EXPECT_EQ(test, live_feeds(), 0ULL);
	stage = open_feed(test, feed_begin(test, "intel", domains, 1));
	KUNIT_EXPECT_EQ(test, ask(test, feed_request(test, LEVEE_CMD_FEED_ABANDON, stage)), 0);
	expect_refused(test, feed_request(test, LEVEE_CMD_FEED_ABANDON, stage), -ENOENT,
		       "this socket has no such stage");
	expect_refused(test, feed_request(test, LEVEE_CMD_FEED_COMMIT, stage), -ENOENT,
		       "this socket has no such stage");
}

static void policy_brings_its_feeds(struct kunit *test)
{
	struct client *client = test->priv;
	struct sk_buff *skb;
	u64 stage;

	load_feed(test, "own");
	open_stage(test);
	KUNIT_ASSERT_EQ(test, ask(test, good_rule(test, 0)), 0);
	skb = feed_begin(test, "intel", LEVEE_FEED_KIND_DOMAINS, 1);
	nla_put_string(skb, LEVEE_A_FEED_SOURCE, "feeds/intel.txt");
	put_u64(skb, LEVEE_A_FEED_POLICY_STAGE, client->stage);
	stage = open_feed(test, skb);
	expect_refused(test, feed_request(test, LEVEE_CMD_FEED_COMMIT, stage), -EPERM,
		       "the feed is committed with its policy");
	add_bad_example(test, stage);
	KUNIT_EXPECT_EQ(test, live_feeds(), 1ULL);
	KUNIT_ASSERT_EQ(test, commit(test), 0);
	KUNIT_ASSERT_EQ(test, ask(test, feed_by_name(test, LEVEE_CMD_FEED_GET, "intel")), 0);
	KUNIT_EXPECT_EQ(test, nla_strcmp(client->attrs[LEVEE_A_FEED_SOURCE], "feeds/intel.txt"), 0);
	KUNIT_EXPECT_EQ(test, live_feeds(), 2ULL);
	KUNIT_EXPECT_EQ(test, ask(test, request(test, LEVEE_CMD_POLICY_FLUSH, NLM_F_ACK)), 0);
	KUNIT_EXPECT_EQ(test, live_feeds(), 1ULL);
	KUNIT_EXPECT_EQ(test, ask(test, feed_by_name(test, LEVEE_CMD_FEED_GET, "own")), 0);
}

static void policy_of_an_unfinished_feed_is_refused(struct kunit *test)
{
	struct client *client = test->priv;
	u64 generation = levee_generation();
	struct sk_buff *skb;

	open_stage(test);
	KUNIT_ASSERT_EQ(test, ask(test, good_rule(test, 0)), 0);
	skb = feed_begin(test, "intel", LEVEE_FEED_KIND_DOMAINS, 1);
	nla_put_string(skb, LEVEE_A_FEED_SOURCE, "feeds/intel.txt");
	put_u64(skb, LEVEE_A_FEED_POLICY_STAGE, client->stage);
	open_feed(test, skb);
	KUNIT_EXPECT_EQ(test, commit(test), -EINVAL);
	KUNIT_EXPECT_STREQ(test, client->said, "fewer than the feed was begun for");
	KUNIT_EXPECT_EQ(test, levee_generation(), generation);
	KUNIT_EXPECT_EQ(test, levee_stages_open(), 0ULL);
	KUNIT_EXPECT_EQ(test, live_feeds(), 0ULL);
}

/* As many as status has to be able to tell. */
static void missing_feeds_are_in_the_status(struct kunit *test)
{
	struct client *client = test->priv;
	const struct nlmsghdr *header = (void *)client->buffer;
	const struct nlattr *attr;
	u32 i, missing = 0;
	struct sk_buff *skb;
	struct nlattr *nest;
	char name[LEVEE_NAME_MAX + 1];
	int left;

	open_stage(test);
	skb = good_rule(test, 0);
	nest = begin_section(skb, LEVEE_FEATURE_DNS);
	nla_put_u32(skb, LEVEE_A_SECTION_FEED_USE, LEVEE_FEED_USE_NAMED);
	for (i = 0; i < LEVEE_FEEDS_MAX; i++) {
		snprintf(name, sizeof(name), "%063u", i);
		nla_put_string(skb, LEVEE_A_SECTION_FEED, name);
	}
	nla_nest_end(skb, nest);
	KUNIT_ASSERT_EQ(test, ask(test, skb), 0);
	KUNIT_ASSERT_EQ(test, commit(test), 0);
	KUNIT_ASSERT_EQ(test, ask(test, request(test, LEVEE_CMD_STATUS_GET, NLM_F_ACK)), 0);
	nlmsg_for_each_attr(attr, header, GENL_HDRLEN, left)
		missing += nla_type(attr) == LEVEE_A_STATUS_UNENFORCED &&
			   strstr(nla_data(attr), ": a rule names it, and it is not loaded");
	KUNIT_EXPECT_EQ(test, missing, (u32)LEVEE_FEEDS_MAX);
}

static void what_is_missing_is_named(struct kunit *test)
{
	static const struct { u8 cmd; const char *said; } cases[] = {
		{ LEVEE_CMD_RULE_ADD, "stage is missing" },
		{ LEVEE_CMD_ENTRIES_ADD, "stage is missing" },
		{ LEVEE_CMD_POLICY_COMMIT, "stage is missing" },
		{ LEVEE_CMD_POLICY_ABANDON, "stage is missing" },
		{ LEVEE_CMD_RULE_GET, "rule is missing" },
		{ LEVEE_CMD_ENTRY_GET, "rule is missing" },
		{ LEVEE_CMD_WORKLOAD_GET, "cgroup-id is missing" },
		{ LEVEE_CMD_EXPLAIN, "cgroup-id is missing" },
		{ LEVEE_CMD_RELEASE, "cgroup-id is missing" },
		{ LEVEE_CMD_FEED_BEGIN, "name is missing" },
		{ LEVEE_CMD_FEED_ADD, "stage is missing" },
		{ LEVEE_CMD_FEED_COMMIT, "stage is missing" },
		{ LEVEE_CMD_FEED_ABANDON, "stage is missing" },
		{ LEVEE_CMD_FEED_UNLOAD, "name is missing" },
		{ LEVEE_CMD_FEED_GET, "name is missing" },
		{ LEVEE_CMD_BIND, "cgroup-id is missing" },
		{ LEVEE_CMD_UNBIND, "cgroup-id is missing" },
		{ LEVEE_CMD_LABEL_GET, "cgroup-id is missing" },
		{ LEVEE_CMD_MODEL_GET, "kind is missing" },
		{ LEVEE_CMD_MODEL_ITEM_GET, "kind is missing" },
		{ LEVEE_CMD_MODEL_SET, "kind is missing" },
		{ LEVEE_CMD_MODEL_ADD, "stage is missing" },
		{ LEVEE_CMD_MODEL_ITEM_ADD, "stage is missing" },
		{ LEVEE_CMD_MODEL_COMMIT, "stage is missing" },
		{ LEVEE_CMD_MODEL_ABANDON, "stage is missing" },
	};
	struct client *client = test->priv;
	struct sk_buff *skb;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		expect_refused(test, request(test, cases[i].cmd, NLM_F_ACK), -EINVAL,
			       cases[i].said);
	/* A stage that the socket does not have. */
	client->stage = 1ULL << 60;
	expect_refused(test, good_rule(test, 0), -ENOENT, "this socket has no such stage");
	skb = request(test, LEVEE_CMD_POLICY_COMMIT, NLM_F_ACK);
	put_stage(test, skb);
	expect_refused(test, skb, -ENOENT, "this socket has no such stage");
	open_stage(test);
	expect_refused(test, request(test, LEVEE_CMD_POLICY_BEGIN, NLM_F_ACK), -EBUSY,
		       "this socket stages a policy already");
}

static void entries_are_all_taken_or_none(struct kunit *test)
{
	const struct levee_entry ten = fixture_prefix("10.0.0.0", 8, LEVEE_PROTO_ANY);
	const struct levee_entry bits = fixture_prefix("10.0.0.1", 8, LEVEE_PROTO_ANY);
	const struct levee_entry eleven = fixture_prefix("11.0.0.0", 8, LEVEE_PROTO_ANY);
	const u8 out = LEVEE_FEATURE_OUTBOUND, allow = LEVEE_ACTION_ALLOW;
	struct sk_buff *skb;
	struct nlattr *nest;
	u32 i;

	open_stage(test);
	skb = entries(test, 0, out, allow);
	put_entry(skb, &ten);
	expect_refused(test, skb, -EINVAL, "the stage has no such rule");
	KUNIT_ASSERT_EQ(test, ask(test, good_rule(test, 0)), 0);
	expect_refused(test, entries(test, 0, out, allow), -EINVAL, "entry is missing");
	skb = entries(test, 0, out, allow);
	put_entry(skb, &eleven);
	put_entry(skb, &ten);
	expect_refused(test, skb, -EINVAL, "entries must be sent in strictly ascending order");
	skb = entries(test, 0, out, allow);
	put_entry(skb, &ten);
	put_entry(skb, &bits);
	expect_refused(test, skb, -EINVAL, "address has bits beyond the prefix");
	skb = entries(test, 0, LEVEE_FEATURE_LISTEN, allow);
	put_entry(skb, &ten);
	expect_refused(test, skb, -EINVAL, "listen lists hold ports and ephemeral only");
	skb = entries(test, 0, out, allow);
	nest = nla_nest_start(skb, LEVEE_A_POLICY_ENTRY);
	nla_put_u32(skb, LEVEE_A_ENTRY_TARGET, LEVEE_TARGET_ANY);
	nla_put_u32(skb, LEVEE_A_ENTRY_PORT_FIRST, 80);
	nla_nest_end(skb, nest);
	expect_refused(test, skb, -EINVAL, "an entry has both ports or none");
	skb = entries(test, 0, out, allow);
	for (i = 0; i <= LEVEE_ENTRY_CHUNK_MAX; i++) {
		struct levee_entry host = fixture_prefix("10.0.0.0", 32, LEVEE_PROTO_ANY);

		put_unaligned_be16(i, host.addr + 2);
		put_entry(skb, &host);
	}
	expect_refused(test, skb, -E2BIG, "a message has at most 1024 entries");
	/* The list is still empty: the lowest one fits. */
	skb = entries(test, 0, out, allow);
	put_entry(skb, &ten);
	KUNIT_EXPECT_EQ(test, ask(test, skb), 0);
	skb = entries(test, 0, out, allow);
	put_entry(skb, &ten);
	expect_refused(test, skb, -EINVAL, "entries must be sent in strictly ascending order");
}

static void stale_commit_ends_the_stage_alone(struct kunit *test)
{
	struct client *client = test->priv;
	u64 generation = levee_generation();
	struct sk_buff *skb;

	open_stage(test);
	KUNIT_ASSERT_EQ(test, ask(test, good_rule(test, 0)), 0);
	skb = request(test, LEVEE_CMD_POLICY_COMMIT, NLM_F_ACK);
	put_stage(test, skb);
	put_u64(skb, LEVEE_A_POLICY_GENERATION, generation + 5);
	KUNIT_EXPECT_EQ(test, ask(test, skb), -ESTALE);
	KUNIT_EXPECT_STREQ(test, client->said, "another policy has become live");
	KUNIT_EXPECT_EQ(test, levee_generation(), generation);
	KUNIT_EXPECT_EQ(test, levee_stages_open(), 0ULL);
	open_stage(test);
	skb = request(test, LEVEE_CMD_POLICY_ABANDON, NLM_F_ACK);
	put_stage(test, skb);
	KUNIT_EXPECT_EQ(test, ask(test, skb), 0);
	KUNIT_EXPECT_EQ(test, levee_stages_open(), 0ULL);
	KUNIT_EXPECT_EQ(test, levee_generation(), generation);
}

static void status_has_every_part(struct kunit *test)
{
	static const u8 parts[] = { LEVEE_A_STATUS_VERSION, LEVEE_A_STATUS_GENERATION,
				    LEVEE_A_STATUS_HOOK, LEVEE_A_STATUS_LIMIT,
				    LEVEE_A_STATUS_COUNTER, LEVEE_A_STATUS_UNENFORCED };
	struct client *client = test->priv;
	u32 i;

	KUNIT_ASSERT_EQ(test, ask(test, request(test, LEVEE_CMD_STATUS_GET, NLM_F_ACK)), 0);
	for (i = 0; i < ARRAY_SIZE(parts); i++)
		KUNIT_EXPECT_NOT_NULL_MSG(test, client->attrs[parts[i]], "%u", parts[i]);
	KUNIT_EXPECT_EQ(test, nla_get_u64(client->attrs[LEVEE_A_STATUS_GENERATION]),
			levee_generation());
}

static struct sk_buff *explain(struct kunit *test, u64 id, const char *host, u16 port)
{
	struct sk_buff *skb = request(test, LEVEE_CMD_EXPLAIN, NLM_F_ACK);
	const struct levee_entry entry = fixture_prefix(host, 32, 6);

	put_u64(skb, LEVEE_A_ACT_CGROUP_ID, id);
	nla_put_u32(skb, LEVEE_A_ACT_FEATURE, LEVEE_FEATURE_OUTBOUND);
	nla_put_u32(skb, LEVEE_A_ACT_PROTO, 6);
	nla_put_u32(skb, LEVEE_A_ACT_PORT, port);
	nla_put(skb, LEVEE_A_ACT_ADDRESS, entry.addr_len, entry.addr);
	return skb;
}

static void workloads_and_acts_are_explained(struct kunit *test)
{
	struct cgroup *cgroup = fixture_mkdir(test, "/kunit_netlink");
	struct levee_draft *draft = fixture_draft(test);
	struct client *client = test->priv;
	struct sk_buff *skb;

	fixture_rule(test, draft, "/kunit_netlink");
	fixture_section(draft, 0, LEVEE_FEATURE_OUTBOUND)->written = LEVEE_EFFECT_PREVENT;
	fixture_entry(test, draft, 0, LEVEE_FEATURE_OUTBOUND, LEVEE_ACTION_DENY,
		      fixture_prefix("10.0.0.0", 8, LEVEE_PROTO_ANY));
	fixture_commit(test, draft);
	KUNIT_ASSERT_EQ(test, ask(test, explain(test, cgroup_id(cgroup), "10.0.0.1", 443)), 0);
	KUNIT_EXPECT_EQ(test, nla_get_u32(client->attrs[LEVEE_A_ACT_REASON]), LEVEE_REASON_DENIED);
	KUNIT_EXPECT_NOT_NULL(test, client->attrs[LEVEE_A_ACT_MATCHED]);
	KUNIT_EXPECT_EQ(test, nla_strcmp(client->attrs[LEVEE_A_ACT_RULE], "rule-0"), 0);
	KUNIT_ASSERT_EQ(test, ask(test, explain(test, cgroup_id(cgroup), "11.0.0.1", 443)), 0);
	KUNIT_EXPECT_EQ(test, nla_get_u32(client->attrs[LEVEE_A_ACT_REASON]), LEVEE_REASON_NONE);
	/* Explaining is no act. */
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, levee_rule_stat(&levee_live_rcu()->rules[0], LEVEE_FEATURE_OUTBOUND,
					      LEVEE_STAT_AUDITED), 0ULL);
	rcu_read_unlock();
	expect_refused(test, explain(test, 1ULL << 50, "10.0.0.1", 443), -ENOENT,
		       "there is no such cgroup");
	skb = request(test, LEVEE_CMD_WORKLOAD_GET, NLM_F_ACK);
	put_u64(skb, LEVEE_A_WORKLOAD_CGROUP_ID, cgroup_id(cgroup));
	KUNIT_ASSERT_EQ(test, ask(test, skb), 0);
	KUNIT_EXPECT_EQ(test, nla_strcmp(client->attrs[LEVEE_A_WORKLOAD_PATH], "/kunit_netlink"),
			0);
	KUNIT_EXPECT_EQ(test, ask(test, request(test, LEVEE_CMD_WORKLOAD_GET, NLM_F_DUMP)), 0);
	KUNIT_EXPECT_EQ(test, client->messages, 1U);
	skb = request(test, LEVEE_CMD_RELEASE, NLM_F_ACK);
	put_u64(skb, LEVEE_A_WORKLOAD_CGROUP_ID, cgroup_id(cgroup));
	expect_refused(test, skb, -ENOENT, "no workload with this root is quarantined");
}

static struct sk_buff *explain_query(struct kunit *test, u64 id, const void *wire, size_t len)
{
	struct sk_buff *skb = request(test, LEVEE_CMD_EXPLAIN, NLM_F_ACK);

	put_u64(skb, LEVEE_A_ACT_CGROUP_ID, id);
	nla_put_u32(skb, LEVEE_A_ACT_FEATURE, LEVEE_FEATURE_DNS);
	if (wire)
		nla_put(skb, LEVEE_A_ACT_NAME, len, wire);
	return skb;
}

static void queries_are_explained(struct kunit *test)
{
	struct cgroup *cgroup = fixture_mkdir(test, "/kunit_netlink");
	const struct levee_name asked = fixture_name("www.bad.example");
	const struct levee_name listed = fixture_name("a.example.com");
	struct levee_draft *draft = fixture_draft(test);
	struct client *client = test->priv;
	const struct nlattr *entry;
	struct sk_buff *skb;
	u64 id = cgroup_id(cgroup);

	load_feed(test, "intel");
	fixture_rule(test, draft, "/kunit_netlink");
	fixture_section(draft, 0, LEVEE_FEATURE_DNS)->written = LEVEE_EFFECT_PREVENT;
	fixture_entry(test, draft, 0, LEVEE_FEATURE_DNS, LEVEE_ACTION_DENY,
		      fixture_domain(LEVEE_TARGET_SUBDOMAINS, "example.com", LEVEE_PROTO_ANY));
	fixture_commit(test, draft);

	skb = explain_query(test, id, asked.wire, asked.len);
	nla_put_u32(skb, LEVEE_A_ACT_QTYPE, 28);
	nla_put(skb, LEVEE_A_ACT_ADDRESS, 4, "\x0a\0\0\2");
	KUNIT_ASSERT_EQ(test, ask(test, skb), 0);
	KUNIT_EXPECT_EQ(test, nla_get_u32(client->attrs[LEVEE_A_ACT_REASON]), LEVEE_REASON_FEED);
	KUNIT_ASSERT_NOT_NULL(test, client->attrs[LEVEE_A_ACT_FEED]);
	KUNIT_EXPECT_EQ(test, nla_strcmp(client->attrs[LEVEE_A_ACT_FEED], "intel"), 0);
	KUNIT_EXPECT_NULL(test, client->attrs[LEVEE_A_ACT_MATCHED]);
	KUNIT_ASSERT_NOT_NULL(test, client->attrs[LEVEE_A_ACT_NAME]);
	KUNIT_ASSERT_EQ(test, nla_len(client->attrs[LEVEE_A_ACT_NAME]), asked.len);
	KUNIT_EXPECT_EQ(test, memcmp(nla_data(client->attrs[LEVEE_A_ACT_NAME]), asked.wire,
				     asked.len), 0);
	/* Explaining is no hit. */
	KUNIT_ASSERT_EQ(test, ask(test, feed_by_name(test, LEVEE_CMD_FEED_GET, "intel")), 0);
	KUNIT_EXPECT_EQ(test, nla_get_u64(client->attrs[LEVEE_A_FEED_HITS]), 0ULL);

	KUNIT_ASSERT_EQ(test, ask(test, explain_query(test, id, listed.wire, listed.len)), 0);
	KUNIT_EXPECT_EQ(test, nla_get_u32(client->attrs[LEVEE_A_ACT_REASON]), LEVEE_REASON_DENIED);
	KUNIT_EXPECT_NULL(test, client->attrs[LEVEE_A_ACT_FEED]);
	entry = client->attrs[LEVEE_A_ACT_MATCHED];
	KUNIT_ASSERT_NOT_NULL(test, entry);
	KUNIT_EXPECT_EQ(test, nla_len(nla_find_nested(entry, LEVEE_A_ENTRY_NAME)), listed.len - 2);

	expect_refused(test, explain_query(test, id, NULL, 0), -EINVAL, "name is missing");
	expect_refused(test, explain_query(test, id, "\1A", 3), -EINVAL,
		       "domain name has letters in upper case");
	expect_refused(test, explain_query(test, id, "\3a", 2), -EINVAL,
		       "no domain name in wire form");
	skb = explain(test, id, "10.0.0.1", 443);
	nla_put(skb, LEVEE_A_ACT_NAME, asked.len, asked.wire);
	expect_refused(test, skb, -EINVAL, "only dns asks for a name");
	skb = explain(test, id, "10.0.0.1", 443);
	nla_put_u32(skb, LEVEE_A_ACT_QTYPE, 1);
	expect_refused(test, skb, -EINVAL, "only dns asks for a type");
}

/* An audit of a workload that has it coming. */
static void make_audit(struct kunit *test)
{
	static const struct levee_entry entry = { .target = LEVEE_TARGET_ANY,
						  .proto = LEVEE_PROTO_ANY, .port_last = 65535 };
	const struct levee_verdict verdict = { .reason = LEVEE_REASON_DENIED, .entry = &entry };
	const struct levee_act act = { .feature = LEVEE_FEATURE_OUTBOUND, .proto = 6, .port = 443,
				       .addr = fixture_target("192.0.2.1") };
	struct cgroup *cgroup = fixture_mkdir(test, "/kunit_netlink");
	struct levee_draft *draft = fixture_draft(test);
	struct levee_subject subject;

	fixture_rule(test, draft, "/kunit_netlink");
	fixture_commit(test, draft);
	rcu_read_lock();
	subject = levee_subject_of(levee_live_rcu(), cgroup);
	if (subject.workload)
		levee_report_audit(levee_live_rcu(), &subject, &act, &verdict, LEVEE_EFFECT_ALERT,
				   true, current);
	rcu_read_unlock();
	levee_report_flush();
}

static void events_are_dumped(struct kunit *test)
{
	struct client *client = test->priv;
	struct sk_buff *skb;

	levee_report_notice(1, "a notice for the dump");
	levee_report_flush();
	skb = request(test, LEVEE_CMD_EVENT_GET, NLM_F_DUMP);
	nla_put_u32(skb, LEVEE_A_EVENT_TYPE, LEVEE_EVENT_TYPE_NOTICE);
	KUNIT_EXPECT_EQ(test, ask(test, skb), 0);
	KUNIT_EXPECT_GT(test, client->messages, 0U);
	KUNIT_EXPECT_NOT_NULL(test, client->attrs[LEVEE_A_EVENT_TEXT]);
	make_audit(test);
	skb = request(test, LEVEE_CMD_EVENT_GET, NLM_F_DUMP);
	KUNIT_EXPECT_EQ(test, ask(test, skb), 0);
	KUNIT_EXPECT_NOT_NULL(test, client->attrs[LEVEE_A_EVENT_ADDRESS]);
	skb = request(test, LEVEE_CMD_EVENT_GET, NLM_F_ACK);
	KUNIT_EXPECT_EQ(test, ask(test, skb), 0);
	KUNIT_EXPECT_EQ(test, client->messages, 1U);
	skb = request(test, LEVEE_CMD_EVENT_GET, NLM_F_ACK);
	nla_put_u64_64bit(skb, LEVEE_A_EVENT_SINCE, U64_MAX, LEVEE_A_EVENT_PAD);
	expect_refused(test, skb, -ENOENT, "no such event");
}

/* With all the evidence that there may be. */
static void make_incident(struct kunit *test)
{
	struct cgroup *cgroup = fixture_mkdir(test, "/kunit_netlink");
	struct levee_draft *draft = fixture_draft(test);
	static struct levee_incident incident;
	struct levee_subject subject;
	u32 i;

	incident = (struct levee_incident){
		.feature = LEVEE_FEATURE_PORT_SCAN,
		.kind = LEVEE_INCIDENT_KIND_PORT_SCAN_HORIZONTAL,
		.nr_evidence = LEVEE_EVIDENCE_MAX,
		.count = 5,
		.first_ns = 1234567,
	};
	for (i = 0; i < LEVEE_EVIDENCE_MAX; i++) {
		memset(incident.evidence[i].addr, 0x20 + i, 16);
		incident.evidence[i].addr_len = 16;
		incident.evidence[i].port = i;
		incident.evidence[i].proto = 6;
	}
	fixture_rule(test, draft, "/kunit_netlink");
	fixture_commit(test, draft);
	rcu_read_lock();
	subject = levee_subject_of(levee_live_rcu(), cgroup);
	if (subject.workload)
		levee_report_incident(levee_live_rcu(), &subject, &incident, LEVEE_EFFECT_ALERT,
				      true, current);
	rcu_read_unlock();
	levee_report_flush();
}

static void incident_is_dumped_whole(struct kunit *test)
{
	struct client *client = test->priv;
	u64 since = ktime_get_real_ns();
	struct sk_buff *skb;

	make_incident(test);
	skb = request(test, LEVEE_CMD_EVENT_GET, NLM_F_DUMP);
	nla_put_u64_64bit(skb, LEVEE_A_EVENT_SINCE, since, LEVEE_A_EVENT_PAD);
	nla_put_u32(skb, LEVEE_A_EVENT_TYPE, LEVEE_EVENT_TYPE_INCIDENT);
	KUNIT_EXPECT_EQ(test, ask(test, skb), 0);
	KUNIT_ASSERT_NOT_NULL(test, client->attrs[LEVEE_A_EVENT_KIND]);
	KUNIT_EXPECT_EQ(test, nla_get_u32(client->attrs[LEVEE_A_EVENT_KIND]),
			(u32)LEVEE_INCIDENT_KIND_PORT_SCAN_HORIZONTAL);
	KUNIT_EXPECT_EQ(test, nla_get_u64(client->attrs[LEVEE_A_EVENT_FIRST]), 1234567ULL);
	KUNIT_EXPECT_EQ(test, nla_get_u64(client->attrs[LEVEE_A_EVENT_COUNT]), 5ULL);
	/* The last of them: that many attributes had room. */
	KUNIT_EXPECT_EQ(test, nla_get_u32(nla_find_nested(client->attrs[LEVEE_A_EVENT_EVIDENCE],
							  LEVEE_A_EVIDENCE_PORT)),
			(u32)LEVEE_EVIDENCE_MAX - 1);
	KUNIT_EXPECT_NULL(test, client->attrs[LEVEE_A_EVENT_REASON]);
}

/* The number of a multicast group, out of what the family says of itself. */
static u32 group_of(struct kunit *test, const char *name)
{
	struct client *client = test->priv;
	const struct nlattr *group;
	u16 family = client->family;
	struct sk_buff *skb;
	int left;

	client->family = GENL_ID_CTRL;
	skb = request(test, CTRL_CMD_GETFAMILY, NLM_F_ACK);
	nla_put_string(skb, CTRL_ATTR_FAMILY_NAME, LEVEE_FAMILY_NAME);
	KUNIT_EXPECT_EQ(test, ask(test, skb), 0);
	client->family = family;
	nla_for_each_nested(group, client->attrs[CTRL_ATTR_MCAST_GROUPS], left)
		if (!nla_strcmp(nla_find_nested(group, CTRL_ATTR_MCAST_GRP_NAME), name))
			return nla_get_u32(nla_find_nested(group, CTRL_ATTR_MCAST_GRP_ID));
	return 0;
}

static void listener_hears_audits(struct kunit *test)
{
	struct client *client = test->priv;
	u32 group = group_of(test, LEVEE_MCGRP_AUDIT);
	struct kvec vec = { .iov_base = client->buffer, .iov_len = BUFFER };
	struct nlmsghdr *header = (void *)client->buffer;
	const struct nlattr *attr;
	struct msghdr msg = {};
	int n;

	KUNIT_ASSERT_GT(test, group, 0U);
	KUNIT_ASSERT_EQ(test, client->socket->ops->setsockopt(client->socket, SOL_NETLINK,
							      NETLINK_ADD_MEMBERSHIP,
							      KERNEL_SOCKPTR(&group),
							      sizeof(group)), 0);
	make_audit(test);
	/* Its own group, and no other: not the notice of the commit. */
	n = kernel_recvmsg(client->socket, &msg, &vec, 1, BUFFER, MSG_DONTWAIT);
	KUNIT_ASSERT_GT(test, n, 0);
	KUNIT_EXPECT_EQ(test, ((struct genlmsghdr *)nlmsg_data(header))->cmd, LEVEE_CMD_EVENT_NTF);
	attr = nlmsg_find_attr(header, GENL_HDRLEN, LEVEE_A_EVENT_WORKLOAD);
	KUNIT_ASSERT_NOT_NULL(test, attr);
	KUNIT_EXPECT_EQ(test, nla_strcmp(attr, "/kunit_netlink"), 0);
	attr = nlmsg_find_attr(header, GENL_HDRLEN, LEVEE_A_EVENT_PORT);
	KUNIT_ASSERT_NOT_NULL(test, attr);
	KUNIT_EXPECT_EQ(test, nla_get_u32(attr), 443U);
	KUNIT_EXPECT_NOT_NULL(test, nlmsg_find_attr(header, GENL_HDRLEN, LEVEE_A_EVENT_MATCHED));
	n = kernel_recvmsg(client->socket, &msg, &vec, 1, BUFFER, MSG_DONTWAIT);
	KUNIT_EXPECT_EQ(test, n, -EAGAIN);
}

/* Labels. */

static struct sk_buff *bind(struct kunit *test, u8 cmd, u64 id, const char *container,
			    const char *image)
{
	struct sk_buff *skb = request(test, cmd, NLM_F_ACK);

	put_u64(skb, LEVEE_A_WORKLOAD_CGROUP_ID, id);
	if (container)
		nla_put_string(skb, LEVEE_A_WORKLOAD_CONTAINER, container);
	if (image)
		nla_put_string(skb, LEVEE_A_WORKLOAD_IMAGE, image);
	return skb;
}

static void labels_come_back(struct kunit *test)
{
	u64 id = cgroup_id(fixture_mkdir(test, "/kunit_netlink"));
	struct levee_draft *draft = fixture_draft(test);
	u32 others = levee_labels_count();
	struct client *client = test->priv;
	struct sk_buff *skb;

	fixture_rule(test, draft, "/kunit_netlink");
	draft->rules[0]->rule.model.mode = LEVEE_MODEL_MODE_LEARN;
	fixture_commit(test, draft);
	expect_refused(test, bind(test, LEVEE_CMD_BIND, id, NULL, NULL), -EINVAL,
		       "container or image is missing");
	expect_refused(test, bind(test, LEVEE_CMD_BIND, id, "a\tb", NULL), -EINVAL,
		       "control character in text");
	expect_refused(test, bind(test, LEVEE_CMD_BIND, id, "a", ""), -EINVAL, "empty text");
	expect_refused(test, bind(test, LEVEE_CMD_BIND, 1ULL << 50, "a", NULL), -ENOENT,
		       "there is no such cgroup");
	expect_refused(test, bind(test, LEVEE_CMD_BIND, cgroup_id(&cgrp_dfl_root.cgrp), "a", NULL),
		       -EINVAL, "the root cgroup is no workload");
	expect_refused(test, bind(test, LEVEE_CMD_UNBIND, id, NULL, NULL), -ENOENT,
		       "this cgroup has no labels of its own");
	expect_refused(test, bind(test, LEVEE_CMD_LABEL_GET, id, NULL, NULL), -ENOENT,
		       "this cgroup has no labels of its own");
	KUNIT_ASSERT_EQ(test, ask(test, bind(test, LEVEE_CMD_BIND, id, "shop", "local/shop:1")), 0);
	KUNIT_ASSERT_EQ(test, ask(test, bind(test, LEVEE_CMD_LABEL_GET, id, NULL, NULL)), 0);
	KUNIT_EXPECT_EQ(test, nla_get_u64(client->attrs[LEVEE_A_WORKLOAD_CGROUP_ID]), id);
	KUNIT_EXPECT_EQ(test, nla_strcmp(client->attrs[LEVEE_A_WORKLOAD_CONTAINER], "shop"), 0);
	KUNIT_EXPECT_EQ(test, nla_strcmp(client->attrs[LEVEE_A_WORKLOAD_IMAGE], "local/shop:1"), 0);
	KUNIT_ASSERT_EQ(test, ask(test, bind(test, LEVEE_CMD_WORKLOAD_GET, id, NULL, NULL)), 0);
	KUNIT_EXPECT_EQ(test, nla_strcmp(client->attrs[LEVEE_A_WORKLOAD_CONTAINER], "shop"), 0);
	KUNIT_EXPECT_EQ(test, nla_get_u32(client->attrs[LEVEE_A_WORKLOAD_MODEL_KIND]),
			LEVEE_MODEL_KIND_IMAGE);
	KUNIT_EXPECT_EQ(test, nla_strcmp(client->attrs[LEVEE_A_WORKLOAD_MODEL], "local/shop:1"), 0);
	KUNIT_EXPECT_EQ(test, nla_get_u32(client->attrs[LEVEE_A_WORKLOAD_MODEL_STATE]),
			LEVEE_MODEL_STATE_LEARNING);
	KUNIT_EXPECT_EQ(test, ask(test, request(test, LEVEE_CMD_LABEL_GET, NLM_F_DUMP)), 0);
	KUNIT_EXPECT_EQ(test, client->messages, others + 1);
	skb = request(test, LEVEE_CMD_LABEL_GET, NLM_F_DUMP);
	put_u64(skb, LEVEE_A_WORKLOAD_CGROUP_ID, id);
	KUNIT_EXPECT_EQ(test, ask(test, skb), 0);
	KUNIT_EXPECT_EQ(test, client->messages, 1U);
	KUNIT_ASSERT_EQ(test, ask(test, bind(test, LEVEE_CMD_UNBIND, id, NULL, NULL)), 0);
	KUNIT_ASSERT_EQ(test, ask(test, bind(test, LEVEE_CMD_WORKLOAD_GET, id, NULL, NULL)), 0);
	KUNIT_EXPECT_NULL(test, client->attrs[LEVEE_A_WORKLOAD_CONTAINER]);
	KUNIT_EXPECT_EQ(test, nla_strcmp(client->attrs[LEVEE_A_WORKLOAD_MODEL], "/kunit_netlink"),
			0);
}

/* Models. */

#define MODEL "kunit-netlink"

static struct sk_buff *model(struct kunit *test, u8 cmd, u32 kind, const char *key)
{
	struct client *client = test->priv;
	struct sk_buff *skb = request(test, cmd, NLM_F_ACK);

	if (cmd == LEVEE_CMD_MODEL_ADD)
		put_u64(skb, LEVEE_A_MODELS_STAGE, client->stage);
	nla_put_u32(skb, LEVEE_A_MODELS_KIND, kind);
	if (key)
		nla_put_string(skb, LEVEE_A_MODELS_KEY, key);
	return skb;
}

static struct sk_buff *change(struct kunit *test, u32 what, u32 left)
{
	struct sk_buff *skb = model(test, LEVEE_CMD_MODEL_SET, LEVEE_MODEL_KIND_IMAGE, MODEL);

	nla_put_u32(skb, LEVEE_A_MODELS_CHANGE, what);
	if (left != U32_MAX)
		nla_put_u32(skb, LEVEE_A_MODELS_LEFT, left);
	return skb;
}

static void open_import(struct kunit *test)
{
	struct client *client = test->priv;

	KUNIT_ASSERT_EQ(test, ask(test, request(test, LEVEE_CMD_MODEL_BEGIN, NLM_F_ACK)), 0);
	KUNIT_ASSERT_NOT_NULL(test, client->attrs[LEVEE_A_MODELS_STAGE]);
	client->stage = nla_get_u64(client->attrs[LEVEE_A_MODELS_STAGE]);
}

static struct sk_buff *of_import(struct kunit *test, u8 cmd)
{
	struct client *client = test->priv;
	struct sk_buff *skb = request(test, cmd, NLM_F_ACK);

	put_u64(skb, LEVEE_A_MODELS_STAGE, client->stage);
	return skb;
}

static void put_item(struct sk_buff *skb, u32 feature, const struct levee_entry *entry)
{
	struct nlattr *nest = nla_nest_start(skb, LEVEE_A_MODELS_ITEM), *inner;

	nla_put_u32(skb, LEVEE_A_ITEM_FEATURE, feature);
	inner = nla_nest_start(skb, LEVEE_A_ITEM_ENTRY);
	nla_put_u32(skb, LEVEE_A_ENTRY_TARGET, entry->target);
	if (entry->proto != LEVEE_PROTO_ANY)
		nla_put_u32(skb, LEVEE_A_ENTRY_PROTO, entry->proto);
	if (entry->has_ports) {
		nla_put_u32(skb, LEVEE_A_ENTRY_PORT_FIRST, entry->port_first);
		nla_put_u32(skb, LEVEE_A_ENTRY_PORT_LAST, entry->port_last);
	}
	if (entry->name_len)
		nla_put(skb, LEVEE_A_ENTRY_NAME, entry->name_len, entry->name);
	nla_nest_end(skb, inner);
	put_u64(skb, LEVEE_A_ITEM_FIRST, 7 * NSEC_PER_SEC);
	put_u64(skb, LEVEE_A_ITEM_LAST, 8 * NSEC_PER_SEC);
	put_u64(skb, LEVEE_A_ITEM_USES, 9);
	nla_put_string(skb, LEVEE_A_ITEM_COMM, "fifteen-letters");
	nla_put_u32(skb, LEVEE_A_ITEM_MEMBERS, 10);
	nla_nest_end(skb, nest);
}

static void put_port(struct sk_buff *skb, u16 port)
{
	const struct levee_entry entry = fixture_ports(LEVEE_TARGET_PORTS, 6, port, port);

	put_item(skb, LEVEE_FEATURE_LISTEN, &entry);
}

static int commit_import(struct kunit *test)
{
	return ask(test, of_import(test, LEVEE_CMD_MODEL_COMMIT));
}

static void models_come_back(struct kunit *test)
{
	const struct levee_entry name = fixture_domain(LEVEE_TARGET_DOMAIN_TREE, "a.example",
						       LEVEE_PROTO_ANY);
	struct client *client = test->priv;
	u32 i, others = levee_models_count();
	const struct nlattr *item;
	struct sk_buff *skb;

	open_import(test);
	skb = model(test, LEVEE_CMD_MODEL_ADD, LEVEE_MODEL_KIND_IMAGE, MODEL);
	nla_put_u32(skb, LEVEE_A_MODELS_STATE, LEVEE_MODEL_STATE_DRY_RUN);
	nla_put_u32(skb, LEVEE_A_MODELS_LEFT, 77);
	nla_put_flag(skb, LEVEE_A_MODELS_INCOMPLETE);
	KUNIT_ASSERT_EQ(test, ask(test, skb), 0);
	skb = of_import(test, LEVEE_CMD_MODEL_ITEM_ADD);
	put_item(skb, LEVEE_FEATURE_DNS, &name);
	for (i = 1; i <= 200; i++)
		put_port(skb, i);
	KUNIT_ASSERT_EQ(test, ask(test, skb), 0);
	/* A path may hold anything. */
	skb = model(test, LEVEE_CMD_MODEL_ADD, LEVEE_MODEL_KIND_CGROUP, "/kunit\001netlink");
	KUNIT_ASSERT_EQ(test, ask(test, skb), 0);
	KUNIT_EXPECT_EQ(test, levee_models_count(), others);
	KUNIT_ASSERT_EQ(test, commit_import(test), 0);
	KUNIT_EXPECT_EQ(test, levee_imports_open(), 0ULL);
	KUNIT_EXPECT_EQ(test, levee_models_count(), others + 2);

	skb = model(test, LEVEE_CMD_MODEL_GET, LEVEE_MODEL_KIND_IMAGE, MODEL);
	KUNIT_ASSERT_EQ(test, ask(test, skb), 0);
	KUNIT_EXPECT_EQ(test, nla_get_u32(client->attrs[LEVEE_A_MODELS_KIND]),
			LEVEE_MODEL_KIND_IMAGE);
	KUNIT_EXPECT_EQ(test, nla_strcmp(client->attrs[LEVEE_A_MODELS_KEY], MODEL), 0);
	KUNIT_EXPECT_EQ(test, nla_get_u32(client->attrs[LEVEE_A_MODELS_STATE]),
			LEVEE_MODEL_STATE_DRY_RUN);
	KUNIT_EXPECT_EQ(test, nla_get_u32(client->attrs[LEVEE_A_MODELS_LEFT]), 77U);
	KUNIT_EXPECT_NOT_NULL(test, client->attrs[LEVEE_A_MODELS_INCOMPLETE]);
	KUNIT_EXPECT_EQ(test, nla_get_u32(client->attrs[LEVEE_A_MODELS_WORKLOADS]), 0U);
	KUNIT_EXPECT_EQ(test, nla_get_u32(client->attrs[LEVEE_A_MODELS_ITEMS]), 201U);
	skb = model(test, LEVEE_CMD_MODEL_GET, LEVEE_MODEL_KIND_CGROUP, "/kunit\001netlink");
	KUNIT_ASSERT_EQ(test, ask(test, skb), 0);
	KUNIT_EXPECT_EQ(test, nla_get_u32(client->attrs[LEVEE_A_MODELS_STATE]),
			LEVEE_MODEL_STATE_ACTIVE);
	KUNIT_EXPECT_EQ(test, ask(test, request(test, LEVEE_CMD_MODEL_GET, NLM_F_DUMP)), 0);
	KUNIT_EXPECT_EQ(test, client->messages, others + 2);

	/* Longer than one message, and in the order in which it was learned. */
	skb = model(test, LEVEE_CMD_MODEL_ITEM_GET, LEVEE_MODEL_KIND_IMAGE, MODEL);
	nlmsg_hdr(skb)->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	KUNIT_ASSERT_EQ(test, ask(test, skb), 0);
	KUNIT_EXPECT_EQ(test, client->messages, 201U);
	item = client->attrs[LEVEE_A_MODELS_ITEM];
	KUNIT_ASSERT_NOT_NULL(test, item);
	KUNIT_EXPECT_EQ(test, nla_get_u32(nla_find_nested(item, LEVEE_A_ITEM_FEATURE)),
			LEVEE_FEATURE_DNS);
	KUNIT_EXPECT_EQ(test, nla_get_u64(nla_find_nested(item, LEVEE_A_ITEM_FIRST)),
			7ULL * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, nla_get_u64(nla_find_nested(item, LEVEE_A_ITEM_LAST)),
			8ULL * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, nla_get_u64(nla_find_nested(item, LEVEE_A_ITEM_USES)), 9ULL);
	KUNIT_EXPECT_EQ(test, nla_get_u32(nla_find_nested(item, LEVEE_A_ITEM_MEMBERS)), 10U);
	KUNIT_EXPECT_EQ(test, nla_strcmp(nla_find_nested(item, LEVEE_A_ITEM_COMM),
					 "fifteen-letters"), 0);
	/* Of one answer, what fits. */
	skb = model(test, LEVEE_CMD_MODEL_ITEM_GET, LEVEE_MODEL_KIND_IMAGE, MODEL);
	KUNIT_ASSERT_EQ(test, ask(test, skb), 0);
	KUNIT_EXPECT_EQ(test, client->messages, 1U);
	KUNIT_EXPECT_NOT_NULL(test, client->attrs[LEVEE_A_MODELS_ITEM]);

	KUNIT_EXPECT_EQ(test, ask(test, change(test, LEVEE_MODEL_CHANGE_FREEZE, U32_MAX)), 0);
	skb = model(test, LEVEE_CMD_MODEL_GET, LEVEE_MODEL_KIND_IMAGE, MODEL);
	KUNIT_ASSERT_EQ(test, ask(test, skb), 0);
	KUNIT_EXPECT_EQ(test, nla_get_u32(client->attrs[LEVEE_A_MODELS_STATE]),
			LEVEE_MODEL_STATE_ACTIVE);
	KUNIT_EXPECT_NULL(test, client->attrs[LEVEE_A_MODELS_LEFT]);
	KUNIT_EXPECT_EQ(test, ask(test, change(test, LEVEE_MODEL_CHANGE_EXTEND, 12)), 0);
	skb = model(test, LEVEE_CMD_MODEL_GET, LEVEE_MODEL_KIND_IMAGE, MODEL);
	KUNIT_ASSERT_EQ(test, ask(test, skb), 0);
	KUNIT_EXPECT_EQ(test, nla_get_u32(client->attrs[LEVEE_A_MODELS_LEFT]), 12U);
	KUNIT_EXPECT_EQ(test, ask(test, change(test, LEVEE_MODEL_CHANGE_RELEARN, U32_MAX)), 0);
	skb = model(test, LEVEE_CMD_MODEL_GET, LEVEE_MODEL_KIND_IMAGE, MODEL);
	KUNIT_ASSERT_EQ(test, ask(test, skb), 0);
	KUNIT_EXPECT_EQ(test, nla_get_u32(client->attrs[LEVEE_A_MODELS_ITEMS]), 0U);
	KUNIT_EXPECT_NULL(test, client->attrs[LEVEE_A_MODELS_LEFT]);
}

static void change_that_says_nonsense_is_refused(struct kunit *test)
{
	struct sk_buff *skb;

	expect_refused(test, model(test, LEVEE_CMD_MODEL_GET, LEVEE_MODEL_KIND_IMAGE, NULL),
		       -EINVAL, "key is missing");
	expect_refused(test, model(test, LEVEE_CMD_MODEL_GET, LEVEE_MODEL_KIND_IMAGE, "a\nb"),
		       -EINVAL, "control character in text");
	expect_refused(test, model(test, LEVEE_CMD_MODEL_GET, LEVEE_MODEL_KIND_CGROUP, ""),
		       -EINVAL, "empty text");
	expect_refused(test, model(test, LEVEE_CMD_MODEL_GET, LEVEE_MODEL_KIND_RULE, MODEL),
		       -ENOENT, "there is no such model");
	expect_refused(test, model(test, LEVEE_CMD_MODEL_ITEM_GET, LEVEE_MODEL_KIND_RULE, MODEL),
		       -ENOENT, "there is no such model");
	expect_refused(test, model(test, LEVEE_CMD_MODEL_SET, LEVEE_MODEL_KIND_RULE, MODEL),
		       -EINVAL, "change is missing");
	expect_refused(test, change(test, LEVEE_MODEL_CHANGE_EXTEND, U32_MAX), -EINVAL,
		       "left is missing");
	expect_refused(test, change(test, LEVEE_MODEL_CHANGE_EXTEND, 0), -EINVAL,
		       "by no time at all");
	expect_refused(test, change(test, LEVEE_MODEL_CHANGE_FREEZE, 5), -EINVAL,
		       "only extend takes a time");
	skb = model(test, LEVEE_CMD_MODEL_SET, LEVEE_MODEL_KIND_RULE, MODEL);
	nla_put_u32(skb, LEVEE_A_MODELS_CHANGE, LEVEE_MODEL_CHANGE_FREEZE);
	expect_refused(test, skb, -ENOENT, "there is no such model");
	skb = request(test, LEVEE_CMD_MODEL_ITEM_GET, NLM_F_DUMP);
	KUNIT_EXPECT_EQ(test, ask(test, skb), -EINVAL);
}

static void import_that_says_nonsense_is_refused(struct kunit *test)
{
	const struct levee_entry wide = fixture_ports(LEVEE_TARGET_PORTS, 6, 1, 1024);
	const struct levee_entry raw = fixture_word(LEVEE_TARGET_RAW, 1);
	struct client *client = test->priv;
	u32 i, models = levee_models_count();
	struct sk_buff *skb;

	client->stage = 1ULL << 60;
	expect_refused(test, model(test, LEVEE_CMD_MODEL_ADD, LEVEE_MODEL_KIND_IMAGE, MODEL "-2"),
		       -ENOENT, "this socket has no such import");
	expect_refused(test, of_import(test, LEVEE_CMD_MODEL_COMMIT), -ENOENT,
		       "this socket has no such import");
	expect_refused(test, of_import(test, LEVEE_CMD_MODEL_ABANDON), -ENOENT,
		       "this socket has no such import");
	open_import(test);
	expect_refused(test, request(test, LEVEE_CMD_MODEL_BEGIN, NLM_F_ACK), -EBUSY,
		       "this socket imports models already");
	skb = of_import(test, LEVEE_CMD_MODEL_ITEM_ADD);
	put_port(skb, 1);
	expect_refused(test, skb, -ENOENT, "the import has no model yet");
	expect_refused(test, model(test, LEVEE_CMD_MODEL_ADD, LEVEE_MODEL_KIND_IMAGE, "a\nb"),
		       -EINVAL, "control character in text");
	skb = model(test, LEVEE_CMD_MODEL_ADD, LEVEE_MODEL_KIND_IMAGE, MODEL "-2");
	nla_put_u32(skb, LEVEE_A_MODELS_LEFT, 5);
	expect_refused(test, skb, -EINVAL, "an active model has no time left");
	skb = model(test, LEVEE_CMD_MODEL_ADD, LEVEE_MODEL_KIND_IMAGE, MODEL "-2");
	KUNIT_ASSERT_EQ(test, ask(test, skb), 0);
	expect_refused(test, of_import(test, LEVEE_CMD_MODEL_ITEM_ADD), -EINVAL,
		       "item is missing");
	skb = of_import(test, LEVEE_CMD_MODEL_ITEM_ADD);
	put_item(skb, LEVEE_FEATURE_LISTEN, &wide);
	expect_refused(test, skb, -EINVAL, "a model knows single ports, and 1024-65535");
	skb = of_import(test, LEVEE_CMD_MODEL_ITEM_ADD);
	put_item(skb, LEVEE_FEATURE_RAW_SOCKETS, &raw);
	expect_refused(test, skb, -EINVAL, "a model knows outbound, listen and dns");
	skb = of_import(test, LEVEE_CMD_MODEL_ITEM_ADD);
	nla_nest_end(skb, nla_nest_start(skb, LEVEE_A_MODELS_ITEM));
	expect_refused(test, skb, -EINVAL, "an item needs a feature and an entry");
	skb = of_import(test, LEVEE_CMD_MODEL_ITEM_ADD);
	put_port(skb, 1);
	put_port(skb, 1);
	expect_refused(test, skb, -EEXIST, "the model has this item already");
	skb = of_import(test, LEVEE_CMD_MODEL_ITEM_ADD);
	for (i = 0; i <= LEVEE_ITEM_CHUNK_MAX; i++)
		put_port(skb, 2 + i);
	expect_refused(test, skb, -E2BIG, "a message has at most 256 items");
	/* What was refused once is not what it should be, and ends with the import. */
	KUNIT_EXPECT_EQ(test, commit_import(test), -EINVAL);
	KUNIT_EXPECT_STREQ(test, client->said, "something of the import was refused");
	KUNIT_EXPECT_EQ(test, levee_imports_open(), 0ULL);
	KUNIT_EXPECT_EQ(test, levee_models_count(), models);
	open_import(test);
	KUNIT_EXPECT_EQ(test, ask(test, of_import(test, LEVEE_CMD_MODEL_ABANDON)), 0);
	KUNIT_EXPECT_EQ(test, levee_imports_open(), 0ULL);
}

/* Else its items would be those of the model before it. */
static void import_of_which_a_model_was_refused_is_refused(struct kunit *test)
{
	struct client *client = test->priv;
	u32 models = levee_models_count();
	struct sk_buff *skb;

	open_import(test);
	skb = model(test, LEVEE_CMD_MODEL_ADD, LEVEE_MODEL_KIND_IMAGE, MODEL "-4");
	KUNIT_ASSERT_EQ(test, ask(test, skb), 0);
	skb = model(test, LEVEE_CMD_MODEL_ADD, LEVEE_MODEL_KIND_IMAGE, "a\nb");
	expect_refused(test, skb, -EINVAL, "control character in text");
	skb = of_import(test, LEVEE_CMD_MODEL_ITEM_ADD);
	put_port(skb, 1);
	KUNIT_ASSERT_EQ(test, ask(test, skb), 0);
	KUNIT_EXPECT_EQ(test, commit_import(test), -EINVAL);
	KUNIT_EXPECT_STREQ(test, client->said, "something of the import was refused");
	KUNIT_EXPECT_EQ(test, levee_imports_open(), 0ULL);
	KUNIT_EXPECT_EQ(test, levee_models_count(), models);
}

static void import_goes_with_its_socket(struct kunit *test)
{
	struct client *client = test->priv;
	u64 bytes = levee_models_bytes();
	u32 models = levee_models_count();
	struct sk_buff *skb;

	open_import(test);
	skb = model(test, LEVEE_CMD_MODEL_ADD, LEVEE_MODEL_KIND_IMAGE, MODEL "-3");
	KUNIT_ASSERT_EQ(test, ask(test, skb), 0);
	skb = of_import(test, LEVEE_CMD_MODEL_ITEM_ADD);
	put_port(skb, 1);
	KUNIT_ASSERT_EQ(test, ask(test, skb), 0);
	KUNIT_EXPECT_EQ(test, levee_imports_open(), 1ULL);
	fput(client->file);
	client->file = NULL;
	flush_delayed_fput();
	KUNIT_EXPECT_EQ(test, levee_imports_open(), 0ULL);
	KUNIT_EXPECT_EQ(test, levee_models_bytes(), bytes);
	KUNIT_EXPECT_EQ(test, levee_models_count(), models);
}

static struct kunit_case netlink_cases[] = {
	KUNIT_CASE(whole_policy_becomes_live),
	KUNIT_CASE(model_and_families_come_back),
	KUNIT_CASE(rule_that_says_nonsense_is_refused),
	KUNIT_CASE(dns_section_comes_back),
	KUNIT_CASE(section_that_has_what_it_should_not_is_refused),
	KUNIT_CASE(bounds_of_a_section_hold),
	KUNIT_CASE(names_come_back),
	KUNIT_CASE(feed_is_loaded_and_unloaded),
	KUNIT_CASE(feed_that_says_nonsense_is_refused),
	KUNIT_CASE(policy_brings_its_feeds),
	KUNIT_CASE(policy_of_an_unfinished_feed_is_refused),
	KUNIT_CASE(missing_feeds_are_in_the_status),
	KUNIT_CASE(what_is_missing_is_named),
	KUNIT_CASE(entries_are_all_taken_or_none),
	KUNIT_CASE(stale_commit_ends_the_stage_alone),
	KUNIT_CASE(status_has_every_part),
	KUNIT_CASE(workloads_and_acts_are_explained),
	KUNIT_CASE(queries_are_explained),
	KUNIT_CASE(events_are_dumped),
	KUNIT_CASE(incident_is_dumped_whole),
	KUNIT_CASE(listener_hears_audits),
	KUNIT_CASE(labels_come_back),
	KUNIT_CASE(models_come_back),
	KUNIT_CASE(change_that_says_nonsense_is_refused),
	KUNIT_CASE(import_that_says_nonsense_is_refused),
	KUNIT_CASE(import_of_which_a_model_was_refused_is_refused),
	KUNIT_CASE(import_goes_with_its_socket),
	{}
};

static struct kunit_suite netlink_suite = {
	.name = "levee_netlink",
	.init = begin,
	.exit = end,
	.test_cases = netlink_cases,
};

kunit_test_suite(netlink_suite);
