// SPDX-License-Identifier: GPL-2.0
/* build: -Wl,--wrap=netlink_request,--wrap=netlink_do,--wrap=netlink_dump */
/*
 * A policy with its feeds to a kernel that is made up here, and back: what it was
 * sent is what it tells. The argument is the top folder.
 */
#define _POSIX_C_SOURCE 200809L
#include <linux/genetlink.h>
#include <stdlib.h>

#include "feed_push.h"
#include "leveectl.h"
#include "policy_pull.h"
#include "policy_push.h"
#include "policy_yaml.h"

#define MESSAGES_MAX 64
#define STAGE 7

static u32 passed, failed;

/* Of main.c, which holds the other main(). */
int usage_error(const char *command, const char *what, const char *word)
{
	fprintf(stderr, "%s: %s %s\n", command, what, word ? word : "");
	return LEVEECTL_USAGE;
}

static void expect(bool good, const char *name)
{
	printf("%s ctl/push: %s\n", good ? "ok" : "not ok", name);
	if (good)
		passed++;
	else
		failed++;
}

/* A feed as it was sent. */
struct staged {
	u64 stage;
	u64 policy_stage;
	u64 count;
	u64 count6;
	u8 *names;
	size_t names_len;
	size_t v4_len;
	size_t v6_len;
	struct nlmsghdr *begun;
};

/*
 * The kernel: rules and entries as the messages they came in, the feed that is
 * being staged, and those that were complete at the commit.
 */
static struct {
	struct nlmsghdr *rules[MESSAGES_MAX];
	struct nlmsghdr *entries[MESSAGES_MAX];
	struct staged feeds[MESSAGES_MAX];
	u32 rule_count;
	u32 entry_count;
	u32 feed_count;
	u32 begun;
	u32 abandoned;
	u32 refusals;		/* feed-adds that are still to fail with EAGAIN */
	bool committed;
	union {
		struct nlmsghdr header;
		char bytes[NETLINK_REQUEST_MAX];
	} request;
	u8 cmd;
} kernel;

struct nlmsghdr *__wrap_netlink_request(struct netlink *nl, u8 cmd);
int __wrap_netlink_do(struct netlink *nl, u16 max, netlink_message_fn message, void *data,
		      struct netlink_error *error);
int __wrap_netlink_dump(struct netlink *nl, u16 max, netlink_message_fn message,
			void (*restart)(void *), void *data, struct netlink_error *error);

struct nlmsghdr *__wrap_netlink_request(struct netlink *nl, u8 cmd)
{
	struct nlmsghdr *msg = mnl_nlmsg_put_header(kernel.request.bytes);

	(void)nl;
	kernel.cmd = cmd;
	mnl_nlmsg_put_extra_header(msg, sizeof(struct genlmsghdr));
	return msg;
}

struct table {
	const struct nlattr *attrs[64];
};

static int store(const struct nlattr *attr, void *data)
{
	struct table *table = data;

	table->attrs[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

static struct table parse(const struct nlmsghdr *msg)
{
	struct table table = { { NULL } };

	mnl_attr_parse(msg, sizeof(struct genlmsghdr), store, &table);
	table.attrs[0] = (const struct nlattr *)msg;
	return table;
}

static bool deliver(const struct nlmsghdr *msg, netlink_message_fn message, void *data)
{
	struct table table = parse(msg);

	return message(table.attrs, data);
}

static struct nlmsghdr *keep_request(void)
{
	struct nlmsghdr *copy = malloc(kernel.request.header.nlmsg_len);

	memcpy(copy, &kernel.request.header, kernel.request.header.nlmsg_len);
	return copy;
}

static void answer(u16 type, u64 value, netlink_message_fn message, void *data)
{
	union {
		struct nlmsghdr header;
		char bytes[256];
	} reply = { .bytes = "" };
	struct nlmsghdr *msg = mnl_nlmsg_put_header(reply.bytes);

	mnl_nlmsg_put_extra_header(msg, sizeof(struct genlmsghdr));
	mnl_attr_put_u64(msg, type, value);
	deliver(msg, message, data);
}

static struct staged *find_stage(u64 stage)
{
	for (u32 i = 0; i < kernel.feed_count; i++)
		if (kernel.feeds[i].stage == stage)
			return &kernel.feeds[i];
	return NULL;
}

static void forget(struct staged *feed)
{
	free(feed->begun);
	free(feed->names);
	*feed = kernel.feeds[--kernel.feed_count];
}

static int feed_begin(const struct table *table, netlink_message_fn message, void *data)
{
	struct staged *feed = &kernel.feeds[kernel.feed_count++];

	*feed = (struct staged){
		.stage = 100 + kernel.begun++,
		.policy_stage = attr_number(table->attrs, LEVEE_A_FEED_POLICY_STAGE, 0),
		.count = attr_number(table->attrs, LEVEE_A_FEED_COUNT, 0),
		.count6 = attr_number(table->attrs, LEVEE_A_FEED_COUNT6, 0),
		.begun = keep_request(),
	};
	answer(LEVEE_A_FEED_STAGE, feed->stage, message, data);
	return 0;
}

static int feed_add(const struct table *table)
{
	struct staged *feed = find_stage(attr_number(table->attrs, LEVEE_A_FEED_STAGE, 0));
	const struct nlattr *names = table->attrs[LEVEE_A_FEED_NAMES];
	const struct nlattr *v4 = table->attrs[LEVEE_A_FEED_PREFIXES4];
	const struct nlattr *v6 = table->attrs[LEVEE_A_FEED_PREFIXES6];

	if (!feed)
		return ENOENT;
	if (kernel.refusals) {
		kernel.refusals--;
		return EAGAIN;
	}
	feed->v4_len += v4 ? mnl_attr_get_payload_len(v4) : 0;
	feed->v6_len += v6 ? mnl_attr_get_payload_len(v6) : 0;
	if (!names)
		return 0;
	if (mnl_attr_get_payload_len(names) > LEVEE_FEED_CHUNK_MAX)
		return EMSGSIZE;
	feed->names = realloc(feed->names, feed->names_len + LEVEE_FEED_CHUNK_MAX);
	memcpy(feed->names + feed->names_len, mnl_attr_get_payload(names),
	       mnl_attr_get_payload_len(names));
	feed->names_len += mnl_attr_get_payload_len(names);
	return 0;
}

/* Whole names, as many as were announced; prefixes likewise. */
static bool is_complete(const struct staged *feed)
{
	u64 count = 0;

	for (size_t at = 0; at < feed->names_len; count++) {
		struct levee_dns_name name;
		int used = levee_dns_name_read(&name, feed->names, feed->names_len, at, 0);

		if (used <= 0)
			return false;
		at += used;
	}
	return feed->count6 == feed->v6_len / 17 &&
	       feed->count == count + feed->v4_len / 5 + feed->v6_len / 17;
}

static int commit(void)
{
	for (u32 i = 0; i < kernel.feed_count; i++)
		if (!is_complete(&kernel.feeds[i]))
			return EINVAL;
	kernel.committed = true;
	return 0;
}

/* A rule's own message is what is told of it, but for the stage. */
static int rule_get(const struct table *table, netlink_message_fn message, void *data)
{
	u64 index = attr_number(table->attrs, LEVEE_A_POLICY_RULE, 0);

	if (index >= kernel.rule_count)
		return ENOENT;
	return deliver(kernel.rules[index], message, data) ? 0 : ENOMEM;
}

static int serve(netlink_message_fn message, void *data)
{
	const struct table table = parse(&kernel.request.header);
	struct staged *feed;

	switch (kernel.cmd) {
	case LEVEE_CMD_POLICY_BEGIN:
		answer(LEVEE_A_POLICY_STAGE, STAGE, message, data);
		return 0;
	case LEVEE_CMD_RULE_ADD:
		kernel.rules[kernel.rule_count++] = keep_request();
		return 0;
	case LEVEE_CMD_ENTRIES_ADD:
		kernel.entries[kernel.entry_count++] = keep_request();
		return 0;
	case LEVEE_CMD_FEED_BEGIN:
		return feed_begin(&table, message, data);
	case LEVEE_CMD_FEED_ADD:
		return feed_add(&table);
	case LEVEE_CMD_FEED_ABANDON:
		feed = find_stage(attr_number(table.attrs, LEVEE_A_FEED_STAGE, 0));
		if (!feed)
			return ENOENT;
		kernel.abandoned++;
		forget(feed);
		return 0;
	case LEVEE_CMD_POLICY_COMMIT:
	case LEVEE_CMD_FEED_COMMIT:
		return commit();
	case LEVEE_CMD_RULE_GET:
		return rule_get(&table, message, data);
	}
	return EOPNOTSUPP;
}

int __wrap_netlink_do(struct netlink *nl, u16 max, netlink_message_fn message, void *data,
		      struct netlink_error *error)
{
	(void)nl;
	(void)max;
	*error = (struct netlink_error){ .err = serve(message, data) };
	return error->err ? -1 : 0;
}

int __wrap_netlink_dump(struct netlink *nl, u16 max, netlink_message_fn message,
			void (*restart)(void *), void *data, struct netlink_error *error)
{
	u8 cmd = kernel.cmd;

	(void)nl;
	(void)max;
	(void)restart;
	*error = (struct netlink_error){ 0 };
	for (u32 i = 0; cmd == LEVEE_CMD_ENTRY_GET && i < kernel.entry_count; i++)
		deliver(kernel.entries[i], message, data);
	/* A feed's first message has its name, kind and source. */
	for (u32 i = 0; cmd == LEVEE_CMD_FEED_GET && i < kernel.feed_count; i++)
		deliver(kernel.feeds[i].begun, message, data);
	return 0;
}

static void reset(void)
{
	while (kernel.feed_count)
		forget(&kernel.feeds[0]);
	for (u32 i = 0; i < kernel.rule_count; i++)
		free(kernel.rules[i]);
	for (u32 i = 0; i < kernel.entry_count; i++)
		free(kernel.entries[i]);
	memset(&kernel, 0, sizeof(kernel));
}

static int push(const struct policy *policy)
{
	struct diag diag = { .file = "policy", .out = stdout };
	u64 generation;

	return policy_push(NULL, policy, &diag, &generation);
}

static void test_policy(const char *top, const char *name)
{
	struct diag diag = { .out = NULL };
	struct policy *policy, *again;
	char path[4096];

	snprintf(path, sizeof(path), "%s/tests/ctl/policies/%s", top, name);
	diag.file = path;
	policy = policy_yaml_load(&diag);
	expect(policy && !push(policy) && kernel.committed, name);
	again = policy_pull(NULL, true);
	if (again && policy)
		again->require = policy->require;	/* is told with the commit, not with a rule */
	expect(policy && again && policy_equal(policy, again), "what was sent is what is told");
	policy_free(again);
	policy_free(policy);
	reset();
}

/* A file in the working directory with these names and addresses, and a policy that has it. */
static struct policy *policy_with_feeds(void)
{
	static const char text[] =
		"rules:\n- {name: r, scope: {cgroup: [/a]}}\n"
		"feeds:\n- {name: b, domains: names}\n- {name: a, addresses: addresses}\n";
	struct diag diag = { .file = "-", .out = stdout };
	FILE *out = fopen("names", "w");

	for (u32 i = 0; i < 20000; i++)
		fprintf(out, "n%u.example\n", i);
	fclose(out);
	out = fopen("addresses", "w");
	for (u32 i = 0; i < 10000; i++)
		fprintf(out, "10.%u.%u.1\n2001:db8:%x::/48\n", i >> 8, i & 255, 2 * i);
	fclose(out);
	return policy_yaml_parse(text, strlen(text), &diag);
}

static void test_feeds(void)
{
	struct policy *policy = policy_with_feeds(), *again;

	expect(policy && !push(policy) && kernel.committed && kernel.feed_count == 2 &&
	       kernel.feeds[0].count == 20000 && kernel.feeds[1].count == 20000 &&
	       kernel.feeds[1].count6 == 10000 && kernel.feeds[0].policy_stage == STAGE &&
	       kernel.feeds[1].policy_stage == STAGE, "feeds are sent with their policy");
	again = policy_pull(NULL, true);
	expect(policy && again && policy_equal(policy, again), "feeds are told with their policy");
	policy_free(again);
	reset();

	kernel.refusals = 3;
	expect(policy && !push(policy) && kernel.committed && kernel.begun == 5 &&
	       kernel.abandoned == 3 && kernel.feed_count == 2,
	       "a feed that finds no place is begun again");
	reset();

	kernel.refusals = UINT32_MAX;
	expect(policy && push(policy) && !kernel.committed && !kernel.feed_count,
	       "one that never finds a place is given up, and the policy with it");
	reset();

	remove("names");
	expect(policy && push(policy) && !kernel.committed, "a feed without its file is told");
	remove("addresses");
	policy_free(policy);
	reset();
}

int main(int argc, char **argv)
{
	const char *top = argc > 1 ? argv[1] : ".";

	test_policy(top, "full.yaml");
	test_policy(top, "dns.yaml");
	test_feeds();
	printf("%u passed, %u failed, 0 skipped\n", passed, failed);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
