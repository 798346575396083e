// SPDX-License-Identifier: GPL-2.0
/* Text to policy and back; entries, durations and times as text. The argument is the top folder. */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>

#include "cgroup.h"
#include "entry_text.h"
#include "leveectl.h"
#include "policy_text.h"
#include "policy_yaml.h"
#include "text.h"

static u32 passed, failed;

/* Of main.c, which holds the other main(). */
int usage_error(const char *command, const char *what, const char *word)
{
	fprintf(stderr, "%s: %s %s\n", command, what, word ? word : "");
	return LEVEECTL_USAGE;
}

static void expect(bool good, const char *name)
{
	printf("%s ctl/policy: %s\n", good ? "ok" : "not ok", name);
	if (good)
		passed++;
	else
		failed++;
}

/* The policy as text, read again: the same policy. */
static bool survives(const struct policy *policy, bool resultant)
{
	struct diag diag = { .file = "printed" };
	struct policy *again;
	size_t len = 0;
	char *text = NULL;
	bool same;
	FILE *out;

	out = open_memstream(&text, &len);
	policy_text_print(out, policy, resultant);
	fclose(out);
	again = policy_yaml_parse(text, len, &diag);
	same = again && (resultant || policy_equal(policy, again));
	policy_free(again);
	free(text);
	return same;
}

static void test_file(const char *top, const char *name)
{
	struct diag diag = { .out = NULL };
	struct policy *policy;
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", top, name);
	diag.file = path;
	policy = policy_yaml_load(&diag);
	expect(policy && survives(policy, false) && survives(policy, true), name);
	policy_free(policy);
}

static u64 random_state = 0x9e3779b97f4a7c15;

static u32 below(u32 bound)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % bound;
}

/* Mostly such as people have, with every byte among the rest, and labels that look like more. */
static void random_name(struct levee_dns_name *name)
{
	static const char *const labels[] = {
		"com", "example", "any", "internet", "loopback", "10", "a-b_c", "*", "a.b", "\\", "\"",
	};

	name->len = 0;
	name->labels = below(5);
	for (u32 i = 0; i < name->labels; i++) {
		const char *label = labels[below(ARRAY_SIZE(labels))];
		u8 *count = name->wire + name->len++;

		*count = strlen(label);
		memcpy(name->wire + name->len, label, *count);
		if (!below(4)) {
			*count = 1 + below(50);
			for (u32 n = 0; n < *count; n++)
				name->wire[name->len + n] = below(256);
		}
		for (u32 n = 0; n < *count; n++)
			if (name->wire[name->len + n] >= 'A' && name->wire[name->len + n] <= 'Z')
				name->wire[name->len + n] |= 0x20;
		name->len += *count;
	}
	name->wire[name->len++] = 0;
}

/* The entry's name, if it has one, is good until the next call. */
static void random_entry(struct levee_entry *entry, u32 feature)
{
	static const u16 protos[] = { 6, 17, 132, 1, 58, 99, 0, 255, LEVEE_PROTO_ANY };
	static struct levee_dns_name name;
	struct levee_entry_fault fault;

	do {
		memset(entry, 0, sizeof(*entry));
		entry->target = 1 + below(LEVEE_TARGET_MAX);
		entry->proto = protos[below(ARRAY_SIZE(protos))];
		entry->port_last = 65535;
		if (below(2)) {
			entry->has_ports = true;
			entry->port_first = 1 + below(65535);
			entry->port_last = entry->port_first + below(65536 - entry->port_first);
		}
		if (levee_entry_is_domain(entry)) {
			random_name(&name);
			entry->name = name.wire;
			entry->name_len = name.len;
		}
		if (entry->target != LEVEE_TARGET_PREFIX)
			continue;
		entry->addr_len = below(2) ? 4 : 16;
		entry->prefix_len = below(entry->addr_len * 8 + 1);
		for (u32 i = 0; i < entry->prefix_len; i++)
			entry->addr[i / 8] |= below(2) << (7 - i % 8);
	} while (levee_entry_check(entry, feature, &fault));
}

/* Every entry that the kernel takes has a text, which is read as that entry. */
static void test_entries(void)
{
	bool good = true;

	for (u32 i = 0; good && i < 300000; i++) {
		u32 feature = LEVEE_FEATURE_OUTBOUND + below(4);
		struct levee_entry entry, again;
		char text[LEVEE_ENTRY_TEXT_MAX];
		struct levee_dns_name name;
		struct text_fault fault;

		if (feature == LEVEE_FEATURE_PORT_SCAN)
			feature = LEVEE_FEATURE_DNS;

		random_entry(&entry, feature);
		levee_entry_format(text, sizeof(text), &entry);
		good = entry_text_parse(&again, &name, feature, text, &fault) &&
		       !levee_entry_compare(&entry, &again);
		if (!good)
			printf("    \"%s\" is read otherwise\n", text);
	}
	expect(good, "300000 random entries survive their text");
}

static const char *const feed_names[] = { "a", "\"b\" \\", "- c", "\xc3\xa9" };

static void random_feed_use(struct policy_section *section)
{
	section->feed_use = 1 + below(LEVEE_FEED_USE_MAX);
	if (section->feed_use == LEVEE_FEED_USE_NAMED)
		for (u32 i = 0; i <= below(ARRAY_SIZE(feed_names)); i++)
			policy_section_add_feed(section, feed_names[i], (struct mark){ 0 });
}

/* Servers always, without which no name may stand in outbound. */
static void random_dns(struct policy_rule *rule)
{
	struct policy_dns *dns = &rule->dns;

	for (u32 n = below(LEVEE_DNS_PORTS_MAX); n; n--)
		dns->ports[dns->port_count++] = 1 + below(65535);
	for (u32 n = 1 + below(LEVEE_DNS_SERVERS_MAX); n; n--) {
		struct levee_addr *addr = &dns->servers[dns->server_count++].addr;

		addr->is_v4 = below(2);
		addr->hi = addr->is_v4 ? 0 : 0x20010db800000000 + below(4);
		addr->lo = below(8);
	}
	dns->servers_only = below(2);
	dns->has_grace = below(2);
	dns->grace = below(POLICY_GRACE_MAX + 1);
}

static void random_scan(struct policy_scan *scan)
{
	for (u32 attr = 1; attr <= LEVEE_A_SCAN_MAX; attr++) {
		const struct policy_scan_key *key = &policy_scan_keys[attr];

		if (below(2))
			policy_scan_set(scan, attr, key->min + below(key->max - key->min + 1));
	}
	if (!below(4))
		policy_scan_set(scan, policy_scan_forms[below(POLICY_SCAN_FORMS)].first, 0);
}

static void test_random_policies(void)
{
	static const char *const names[] = {
		"a", "with \"quotes\" and \\", "off", "- : {", "\xc3\xa9t\xc3\xa9", "#", "1",
	};
	bool good = true;

	for (u32 i = 0; good && i < 300; i++) {
		struct policy *policy = policy_new();

		policy->require = below(2);
		for (u32 f = 0; f < below(ARRAY_SIZE(feed_names) + 1); f++)
			policy_add_feed(policy, feed_names[f], 1 + below(LEVEE_FEED_KIND_MAX),
					"/a \"b\"\\", (struct mark){ 0 });
		for (u32 r = below(ARRAY_SIZE(names)) + 1; r; r--) {
			struct policy_rule *rule = policy_add_rule(policy);
			struct mark nowhere = { 0 };

			strcpy(rule->name, names[r - 1]);
			policy_add_pattern(rule, 1 + below(3), false, "/a\"\\[b-c] *", nowhere);
			if (below(2))
				policy_add_pattern(rule, 1 + below(3), true, "/?", nowhere);
			rule->model.mode = below(2);
			rule->model.learn_for = 1 + below(100000);
			rule->model.dry_run_for = below(100000);
			rule->model.adapt = below(2);
			rule->model.key = below(2);
			rule->families = below(1000);
			random_dns(rule);
			for (u32 feature = 1; feature <= LEVEE_FEATURE_MAX; feature++) {
				struct policy_section *section = &rule->sections[feature];

				section->effect = 1 + below(LEVEE_EFFECT_MAX);
				if (feature == LEVEE_FEATURE_PORT_SCAN) {
					section->hold = below(POLICY_HOLD_MAX + 1);
					random_scan(&rule->scan);
				}
				if (policy_has_feeds(feature))
					random_feed_use(section);
				if (!policy_has_lists(feature))
					continue;
				section->action = below(LEVEE_ACTION_MAX + 1);
				for (u32 n = below(20); n; n--) {
					struct levee_entry entry;

					random_entry(&entry, feature);
					policy_list_add(&section->lists[1 + below(2)], &entry,
							nowhere);
				}
			}
			policy_rule_finish(rule);
		}
		good = survives(policy, false);
		policy_free(policy);
	}
	expect(good, "300 random policies survive their text");
}

static void test_large(void)
{
	struct diag diag = { .file = "large", .out = stderr };
	size_t len = 0;
	char *text = NULL;
	FILE *out = open_memstream(&text, &len);
	struct policy *policy;

	fprintf(out, "rules:\n- name: r\n  scope: {cgroup: [/a]}\n  outbound:\n    effect: alert\n"
		"    allow:\n");
	for (u32 i = 0; i < LEVEE_ENTRIES_MAX; i++)
		fprintf(out, "    - 10.%u.%u.%u:443/tcp\n", i >> 16, i >> 8 & 255, i & 255);
	fflush(out);
	policy = policy_yaml_parse(text, len, &diag);
	expect(policy && policy_rule_entries(&policy->rules[0]) == LEVEE_ENTRIES_MAX,
	       "as many entries as a rule may have");
	policy_free(policy);
	fprintf(out, "    - 192.0.2.1\n");
	fclose(out);
	diag.out = NULL;
	policy = policy_yaml_parse(text, len, &diag);
	expect(!policy && diag.errors == 1, "one entry more is refused");
	policy_free(policy);
	free(text);
}

static void test_many_rules(void)
{
	struct diag diag = { .file = "rules", .out = NULL };
	size_t len = 0;
	char *text = NULL;
	FILE *out = open_memstream(&text, &len);
	struct policy *policy;

	fprintf(out, "rules:\n");
	for (u32 i = 0; i <= LEVEE_RULES_MAX; i++)
		fprintf(out, "- {name: r%u, scope: {cgroup: [/a]}}\n", i);
	fclose(out);
	policy = policy_yaml_parse(text, len, &diag);
	expect(!policy && diag.errors == 1, "one rule too many is refused");
	policy_free(policy);
	free(text);
}

static bool is_duration(const char *text, u64 want)
{
	u64 got;

	return text_duration(text, &got) && got == want;
}

static bool is_time(const char *text, u64 now, u64 want)
{
	u64 got;

	return text_time(text, now, &got) && got == want;
}

static void test_text(void)
{
	char buf[TEXT_TIME_MAX], escaped[TEXT_QUOTE_MAX];
	u64 n;

	expect(is_duration("60s", 60) && is_duration("10min", 600) && is_duration("10m", 600) &&
	       is_duration("1h30m", 5400) && is_duration("7d", 604800), "durations");
	expect(!text_duration("", &n) && !text_duration("10", &n) && !text_duration("h", &n) &&
	       !text_duration("-1s", &n) && !text_duration("1w", &n), "what is no duration");
	expect(!strcmp(text_time_format(buf, 1700000000123456789),
		       "2023-11-14T22:13:20.123456789Z"), "a time as text");
	expect(is_time("2023-11-14T22:13:20.123456789Z", 0, 1700000000123456789) &&
	       is_time("2023-11-14T23:13:20+01:00", 0, 1700000000000000000) &&
	       is_time("@1700000000", 0, 1700000000000000000) &&
	       is_time("10s", 20000000000, 10000000000) && is_time("10s", 5, 0), "text as a time");
	expect(!text_time("2023-11-14", 0, &n) && !text_time("2023-11-14T22:13:20", 0, &n) &&
	       !text_time("2023-13-14T22:13:20Z", 0, &n) && !text_time("now", 0, &n) &&
	       !text_time("2023-11-14T22:13:20.Z", 0, &n), "what is no time");
	expect(!strcmp(text_escape(escaped, sizeof(escaped), "a\n\x1b[\x9b\"", 6),
		       "a\\x0a\\x1b[\\x9b\\x22"), "control characters are escaped");
	expect(text_number("65535", 5, 65535, &n) && n == 65535 &&
	       !text_number("65536", 5, 65535, &n) && !text_number("", 0, 9, &n) &&
	       !text_number("18446744073709551616", 20, UINT64_MAX, &n), "numbers");
}

static bool has_id(const char *path, const char *id)
{
	size_t len;
	const char *found = cgroup_container_id(path, &len);

	return id ? found && len == strlen(id) && !strncmp(found, id, len) : !found;
}

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ID2 "1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void test_container_id(void)
{
	expect(has_id("/system.slice/docker-" ID ".scope", ID) &&
	       has_id("/machine.slice/libpod-" ID ".scope/container", ID) &&
	       has_id("/kubepods.slice/kubepods-pod1.slice/cri-containerd-" ID ".scope", ID) &&
	       has_id("/kubepods.slice/kubepods-pod1.slice/crio-" ID ".scope", ID) &&
	       has_id("/kubepods/burstable/pod1/" ID, ID) && has_id("/docker/" ID, ID),
	       "the container id of a path");
	expect(has_id("/machine.slice/libpod-conmon-" ID ".scope", NULL) &&
	       has_id("/machine.slice/crio-conmon-" ID ".scope", NULL) &&
	       has_id("/system.slice/docker-abc.scope", NULL) && has_id("/", NULL),
	       "what names no container");
	expect(has_id("/docker/" ID "/docker/" ID2, ID), "the outermost id counts");
}

static void test_endpoint(void)
{
	struct levee_addr addr;
	bool has_port;
	u16 port;

	expect(entry_text_endpoint("10.0.0.1:80", &addr, &has_port, &port) && has_port &&
	       port == 80 && addr.is_v4 && addr.lo == 0x0a000001, "ADDR:PORT");
	expect(entry_text_endpoint("[::ffff:10.0.0.1]:80", &addr, &has_port, &port) &&
	       addr.is_v4 && addr.lo == 0x0a000001, "an IPv4-mapped address is IPv4");
	expect(entry_text_endpoint("2001:db8::1", &addr, &has_port, &port) && !has_port &&
	       !addr.is_v4, "IPv6 without a port");
	expect(!entry_text_endpoint("10.0.0.1:", &addr, &has_port, &port) &&
	       !entry_text_endpoint("[::1]80", &addr, &has_port, &port) &&
	       !entry_text_endpoint("", &addr, &has_port, &port), "what is no endpoint");
}

int main(int argc, char **argv)
{
	const char *top = argc > 1 ? argv[1] : ".";

	test_file(top, "etc/levee/policy.yaml");
	test_file(top, "tests/ctl/policies/full.yaml");
	test_file(top, "tests/ctl/policies/dns.yaml");
	test_entries();
	test_random_policies();
	test_large();
	test_many_rules();
	test_text();
	test_container_id();
	test_endpoint();
	printf("%u passed, %u failed, 0 skipped\n", passed, failed);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
