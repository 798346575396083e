// SPDX-License-Identifier: GPL-2.0
/* explain, release: about one workload. */
#include "cgroup.h"
#include "entry_text.h"
#include "leveectl.h"
#include "lib/dns_message.h"
#include "model_set.h"
#include "name_text.h"
#include "netlink.h"
#include "policy_pull.h"
#include "text.h"

#define FAMILY_INET 2		/* AF_INET, linux/socket.h */
#define FAMILY_INET6 10
#define FAMILY_PACKET 17
#define FAMILY_XDP 44

/* An act as the words of the command line have it. */
struct act {
	u32 feature;
	u16 proto;
	bool has_proto;
	bool has_address;
	struct levee_addr address;
	bool has_port;
	u16 port;
	u16 family;
	bool has_name;
	struct levee_dns_name name;
	u16 qtype;
};

static int parse_connect(struct act *act, int argc, char **argv)
{
	if (argc != 2)
		return usage_error("explain", argc < 2 ? "connect needs PROTO ADDR[:PORT]" :
				   "unexpected word", argc < 2 ? NULL : argv[2]);
	act->feature = LEVEE_FEATURE_OUTBOUND;
	if (!entry_text_proto(argv[0], &act->proto) || act->proto == LEVEE_PROTO_ANY)
		return usage_error("explain", "unknown protocol", argv[0]);
	act->has_proto = true;
	act->has_address = true;
	if (!entry_text_endpoint(argv[1], &act->address, &act->has_port, &act->port))
		return usage_error("explain", "bad address, expected ADDR or ADDR:PORT, IPv6 with "
				   "a port in brackets,", argv[1]);
	if (levee_proto_has_ports(act->proto) != act->has_port)
		return usage_error("explain", act->has_port ? "the protocol has no ports" :
				   "the port is missing", argv[1]);
	return 0;
}

static int parse_listen(struct act *act, int argc, char **argv)
{
	u64 port;

	if (argc != 2)
		return usage_error("explain", argc < 2 ? "listen needs PROTO PORT" :
				   "unexpected word", argc < 2 ? NULL : argv[2]);
	act->feature = LEVEE_FEATURE_LISTEN;
	if (!entry_text_proto(argv[0], &act->proto) || act->proto == LEVEE_PROTO_ANY ||
	    !levee_proto_has_ports(act->proto))
		return usage_error("explain", "no protocol with ports", argv[0]);
	if (!text_number(argv[1], strlen(argv[1]), 65535, &port))
		return usage_error("explain", "bad port", argv[1]);
	act->has_proto = true;
	act->has_port = true;
	act->port = port;
	return 0;
}

static int parse_raw(struct act *act, int argc, char **argv)
{
	int family;

	if (argc < 1 || argc > 2)
		return usage_error("explain", argc < 1 ? "raw needs FAMILY PROTO" :
				   "unexpected word", argc < 1 ? NULL : argv[2]);
	act->feature = LEVEE_FEATURE_RAW_SOCKETS;
	family = levee_family_number(argv[0]);
	if (family < 0)
		return usage_error("explain", "unknown socket family", argv[0]);
	act->family = family;
	if (family == FAMILY_INET || family == FAMILY_INET6) {
		if (argc < 2)
			return usage_error("explain", "a protocol is missing after", argv[0]);
		if (!entry_text_proto(argv[1], &act->proto) || act->proto == LEVEE_PROTO_ANY)
			return usage_error("explain", "unknown protocol", argv[1]);
		act->has_proto = true;
	} else if (argc > 1) {
		u64 proto;

		/* Outside IP, the protocol decides nothing: it is only checked. */
		if (strcmp(argv[1], "any") && !text_number(argv[1], strlen(argv[1]), 65535, &proto))
			return usage_error("explain", "bad protocol, expected a number or any,",
					   argv[1]);
	}
	return 0;
}

static int parse_dns(struct act *act, int argc, char **argv)
{
	struct text_fault fault;
	int qtype;

	if (argc < 1 || argc > 2)
		return usage_error("explain", argc < 1 ? "dns needs NAME [TYPE]" :
				   "unexpected word", argc < 1 ? NULL : argv[2]);
	act->feature = LEVEE_FEATURE_DNS;
	if (!name_text_parse(&act->name, argv[0], strlen(argv[0]), &fault)) {
		char what[sizeof(fault.what) + sizeof(fault.expected) + 16];

		snprintf(what, sizeof(what), "%s, expected %s,", fault.what, fault.expected);
		return usage_error("explain", what, argv[0]);
	}
	act->has_name = true;
	qtype = levee_dns_type_number(argc > 1 ? argv[1] : "A");
	if (qtype < 0)
		return usage_error("explain", "unknown type, expected as AAAA or TYPE28,", argv[1]);
	act->qtype = qtype;
	return 0;
}

static int parse_act(struct act *act, int argc, char **argv)
{
	if (!strcmp(argv[0], "connect"))
		return parse_connect(act, argc - 1, argv + 1);
	if (!strcmp(argv[0], "listen"))
		return parse_listen(act, argc - 1, argv + 1);
	if (!strcmp(argv[0], "raw"))
		return parse_raw(act, argc - 1, argv + 1);
	if (!strcmp(argv[0], "dns"))
		return parse_dns(act, argc - 1, argv + 1);
	return usage_error("explain", "unknown act", argv[0]);
}

static void print_matched(const struct nlattr *const *attrs)
{
	struct levee_entry entry;
	char text[LEVEE_ENTRY_TEXT_MAX];
	const char *action = levee_action_name(attr_number(attrs, LEVEE_A_ACT_ACTION, 0));

	policy_read_entry(&entry, attrs[LEVEE_A_ACT_MATCHED]);
	levee_entry_format(text, sizeof(text), &entry);
	printf("entry      %s%s%s%s\n", text, action ? " (" : "", action ? action : "",
	       action ? ")" : "");
}

static void print_domain(const struct nlattr *attr)
{
	char text[LEVEE_DNS_TEXT_MAX];
	struct levee_dns_name name;

	if (!attr || levee_dns_name_read(&name, mnl_attr_get_payload(attr),
					 mnl_attr_get_payload_len(attr), 0, 0) <= 0)
		return;
	levee_dns_name_format(text, sizeof(text), &name);
	printf("domain     %s\n", text);
}

static bool print_answer(const struct nlattr *const *attrs, void *data)
{
	const char *workload = attr_text(attrs, LEVEE_A_ACT_WORKLOAD);
	const char *rule = attr_text(attrs, LEVEE_A_ACT_RULE);
	const char *effect = levee_effect_name(attr_number(attrs, LEVEE_A_ACT_EFFECT, 0));
	u64 reason = attr_number(attrs, LEVEE_A_ACT_REASON, LEVEE_REASON_NONE);
	const char *feed = attr_text(attrs, LEVEE_A_ACT_FEED);
	const char *model = model_state_name(attr_number(attrs, LEVEE_A_ACT_MODEL_STATE, 0));
	const struct act *act = data;

	if (!workload) {
		printf("no rule governs the cgroup: levee does not touch its traffic\n");
		return true;
	}
	fputs("workload   ", stdout);
	text_print(stdout, workload);
	putchar('\n');
	if (rule) {
		fputs("rule       ", stdout);
		text_print_quoted(stdout, rule);
		putchar('\n');
	}
	printf("feature    %s\n", levee_feature_name(act->feature));
	if (effect)
		printf("effect     %s\n", effect);
	if (attrs[LEVEE_A_ACT_QUARANTINED])
		printf("quarantine yes\n");
	if (reason == LEVEE_REASON_NONE)
		printf("verdict    allowed\n");
	else
		printf("verdict    deviates: %s\n",
		       levee_reason_name(reason) ? levee_reason_name(reason) : "unknown");
	if (attrs[LEVEE_A_ACT_MATCHED])
		print_matched(attrs);
	if (feed) {
		fputs("feed       ", stdout);
		text_print(stdout, feed);
		putchar('\n');
	}
	if (model)
		printf("model      %s, %s\n", model,
		       attrs[LEVEE_A_ACT_KNOWN] ? "known" : "unknown");
	/* What is asked of dns is known; by which name an address is, is not. */
	if (act->feature == LEVEE_FEATURE_OUTBOUND)
		print_domain(attrs[LEVEE_A_ACT_NAME]);
	printf("generation %llu\n",
	       (unsigned long long)attr_number(attrs, LEVEE_A_ACT_GENERATION, 0));
	return true;
}

static void put_act(struct nlmsghdr *msg, const struct act *act, u64 id)
{
	u8 wire[16];

	mnl_attr_put_u64(msg, LEVEE_A_ACT_CGROUP_ID, id);
	mnl_attr_put_u32(msg, LEVEE_A_ACT_FEATURE, act->feature);
	if (act->has_proto)
		mnl_attr_put_u32(msg, LEVEE_A_ACT_PROTO, act->proto);
	if (act->has_address)
		mnl_attr_put(msg, LEVEE_A_ACT_ADDRESS, levee_addr_write(&act->address, wire), wire);
	if (act->has_port)
		mnl_attr_put_u32(msg, LEVEE_A_ACT_PORT, act->port);
	if (act->family)
		mnl_attr_put_u32(msg, LEVEE_A_ACT_SOCKET_FAMILY, act->family);
	if (act->has_name) {
		mnl_attr_put(msg, LEVEE_A_ACT_NAME, act->name.len, act->name.wire);
		mnl_attr_put_u32(msg, LEVEE_A_ACT_QTYPE, act->qtype);
	}
}

int cmd_explain(int argc, char **argv)
{
	char path[CGROUP_PATH_MAX];
	struct netlink_error error;
	struct act act = { 0 };
	struct netlink *nl;
	u64 id;
	int err;

	if (check_words("explain", argc, argv, 2, 5))
		return LEVEECTL_USAGE;
	err = parse_act(&act, argc - 1, argv + 1);
	if (err)
		return err;
	if (!cgroup_resolve(argv[0], path, &id))
		return LEVEECTL_FAILED;
	nl = netlink_open();
	if (!nl)
		return LEVEECTL_FAILED;
	put_act(netlink_request(nl, LEVEE_CMD_EXPLAIN), &act, id);
	err = netlink_do(nl, LEVEE_A_ACT_MAX, print_answer, &act, &error);
	netlink_close(nl);
	return err ? netlink_fail("cannot explain", &error) : LEVEECTL_DONE;
}

int cmd_release(int argc, char **argv)
{
	char path[CGROUP_PATH_MAX];
	struct netlink_error error;
	struct nlmsghdr *msg;
	struct netlink *nl;
	u64 id;
	int err;

	if (check_words("release", argc, argv, 1, 1))
		return LEVEECTL_USAGE;
	if (!cgroup_resolve(argv[0], path, &id))
		return LEVEECTL_FAILED;
	nl = netlink_open();
	if (!nl)
		return LEVEECTL_FAILED;
	msg = netlink_request(nl, LEVEE_CMD_RELEASE);
	mnl_attr_put_u64(msg, LEVEE_A_WORKLOAD_CGROUP_ID, id);
	err = netlink_do(nl, LEVEE_A_WORKLOAD_MAX, NULL, NULL, &error);
	netlink_close(nl);
	if (err) {
		fprintf(stderr, "leveectl: cannot release \"%s\": %s\n", path,
			netlink_error_text(&error));
		return LEVEECTL_FAILED;
	}
	return LEVEECTL_DONE;
}
