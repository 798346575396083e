// SPDX-License-Identifier: GPL-2.0
/* The family, asked by a socket of its own: what is refused, and that it changes nothing. */
#include <linux/file.h>
#include <linux/genetlink.h>
#include <linux/net.h>
#include <net/genetlink.h>

#include "control/status.h"
#include "control/stage.h"
#include "fixture.h"
#include "policy/registry.h"

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
	struct genlmsghdr *genl;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	header = nlmsg_put(skb, 0, 1, client->family, GENL_HDRLEN, NLM_F_REQUEST | flags);
	genl = nlmsg_data(header);
	genl->cmd = cmd;
	genl->version = 1;
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
				return 0;
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

static void expect_refused(struct kunit *test, struct sk_buff *skb, int error, const char *said)
{
	struct client *client = test->priv;
	u64 generation = levee_generation(), stages = levee_stages_open();

	KUNIT_EXPECT_EQ_MSG(test, ask(test, skb), error, "%s", said);
	KUNIT_EXPECT_STREQ(test, client->said, said);
	KUNIT_EXPECT_EQ(test, levee_generation(), generation);
	KUNIT_EXPECT_EQ(test, levee_stages_open(), stages);
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
	put_section(skb, LEVEE_FEATURE_DNS, LEVEE_EFFECT_ALERT, 0, 0);
	expect_refused(test, skb, -EOPNOTSUPP, "this feature is not supported by this version");
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
	nla_put_u32(skb, LEVEE_A_EVENT_TYPE, LEVEE_EVENT_TYPE_INCIDENT);
	expect_refused(test, skb, -ENOENT, "no such event");
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

static struct kunit_case netlink_cases[] = {
	KUNIT_CASE(whole_policy_becomes_live),
	KUNIT_CASE(model_and_families_come_back),
	KUNIT_CASE(rule_that_says_nonsense_is_refused),
	KUNIT_CASE(what_is_missing_is_named),
	KUNIT_CASE(entries_are_all_taken_or_none),
	KUNIT_CASE(stale_commit_ends_the_stage_alone),
	KUNIT_CASE(status_has_every_part),
	KUNIT_CASE(workloads_and_acts_are_explained),
	KUNIT_CASE(events_are_dumped),
	KUNIT_CASE(listener_hears_audits),
	{}
};

static struct kunit_suite netlink_suite = {
	.name = "levee_netlink",
	.init = begin,
	.exit = end,
	.test_cases = netlink_cases,
};

kunit_test_suite(netlink_suite);
