// SPDX-License-Identifier: GPL-2.0
#define _POSIX_C_SOURCE 200809L
#include <linux/genetlink.h>
#include <time.h>
#include <unistd.h>

#include "cgroup.h"
#include "entry_text.h"
#include "event.h"
#include "lib/addr.h"
#include "lib/dns_message.h"
#include "policy_pull.h"
#include "text.h"

#define FAMILY_PACKET 17	/* AF_PACKET, linux/socket.h */
#define FAMILY_XDP 44		/* AF_XDP */
#define FAMILY_INET 2
#define FAMILY_INET6 10

static const char *const type_names[] = {
	[LEVEE_EVENT_TYPE_AUDIT] = "audit",
	[LEVEE_EVENT_TYPE_INCIDENT] = "incident",
	[LEVEE_EVENT_TYPE_NOTICE] = "notice",
};

static const char *const kind_names[] = {
	[LEVEE_INCIDENT_KIND_PORT_SCAN_VERTICAL] = "port-scan-vertical",
	[LEVEE_INCIDENT_KIND_PORT_SCAN_HORIZONTAL] = "port-scan-horizontal",
	[LEVEE_INCIDENT_KIND_PORT_SCAN_SLOW] = "port-scan-slow",
	[LEVEE_INCIDENT_KIND_DNS_EXFILTRATION] = "dns-exfiltration",
};

static_assert(ARRAY_SIZE(kind_names) == LEVEE_INCIDENT_KIND_MAX + 1, "a name for each kind");
static_assert(ARRAY_SIZE(type_names) == LEVEE_EVENT_TYPE_MAX + 1, "a name for each type");

static void put_attr_text(struct json_object *event, const char *key,
			  const struct nlattr *const *attrs, u16 type)
{
	json_put_text(event, key, attr_text(attrs, type));
}

static void put_attr_number(struct json_object *event, const char *key,
			    const struct nlattr *const *attrs, u16 type)
{
	if (attrs[type])
		json_put_number(event, key, attr_number(attrs, type, 0));
}

/* The first line of a file of a process; false if there is none. */
static bool read_proc(u32 pid, const char *name, char *line, size_t size)
{
	char path[64];
	FILE *in;
	bool got;

	snprintf(path, sizeof(path), "/proc/%u/%s", pid, name);
	in = fopen(path, "r");
	if (!in)
		return false;
	got = fgets(line, size, in);
	fclose(in);
	if (got)
		line[strcspn(line, "\n")] = 0;
	return got;
}

/* Whether the process of that id still is the one of the event: its name and its cgroup agree. */
static bool is_same_process(u32 pid, const char *comm, const char *workload)
{
	char line[CGROUP_PATH_MAX], path[64];
	size_t len = strlen(workload);
	bool same = false;
	FILE *in;

	if (!read_proc(pid, "comm", line, sizeof(line)) || strcmp(line, comm))
		return false;
	snprintf(path, sizeof(path), "/proc/%u/cgroup", pid);
	in = fopen(path, "r");
	if (!in)
		return false;
	while (fgets(line, sizeof(line), in)) {
		line[strcspn(line, "\n")] = 0;
		if (!strncmp(line, "0::", 3) && !strncmp(line + 3, workload, len) &&
		    (!line[3 + len] || line[3 + len] == '/'))
			same = true;
	}
	fclose(in);
	return same;
}

static void put_exe(struct json_object *event, const struct nlattr *const *attrs, bool live)
{
	const char *comm = attr_text(attrs, LEVEE_A_EVENT_COMM);
	const char *workload = attr_text(attrs, LEVEE_A_EVENT_WORKLOAD);
	u32 pid = attr_number(attrs, LEVEE_A_EVENT_PID, 0);
	char path[64], exe[4096];
	ssize_t len;

	if (attrs[LEVEE_A_EVENT_EXE]) {
		put_attr_text(event, "exe", attrs, LEVEE_A_EVENT_EXE);
		return;
	}
	if (!live || !pid || !comm || !workload || !is_same_process(pid, comm, workload))
		return;
	snprintf(path, sizeof(path), "/proc/%u/exe", pid);
	len = readlink(path, exe, sizeof(exe) - 1);
	if (len <= 0)
		return;
	exe[len] = 0;
	json_put_text(event, "exe", exe);
}

static void put_container(struct json_object *event, const struct nlattr *const *attrs)
{
	const char *workload = attr_text(attrs, LEVEE_A_EVENT_WORKLOAD), *id;
	char text[80];
	size_t len;

	if (attrs[LEVEE_A_EVENT_CONTAINER]) {
		put_attr_text(event, "container", attrs, LEVEE_A_EVENT_CONTAINER);
		return;
	}
	id = workload ? cgroup_container_id(workload, &len) : NULL;
	if (!id)
		return;
	snprintf(text, sizeof(text), "%.*s", (int)len, id);
	json_put_text(event, "container", text);
}

static void put_protocol(struct json_object *event, const struct nlattr *const *attrs)
{
	u64 family = attr_number(attrs, LEVEE_A_EVENT_SOCKET_FAMILY, FAMILY_INET);
	char text[PROTO_TEXT_MAX];
	const char *name;

	if (family == FAMILY_PACKET) {
		json_put_text(event, "protocol", "packet");
	} else if (family == FAMILY_XDP) {
		json_put_text(event, "protocol", "xdp");
	} else if (family != FAMILY_INET && family != FAMILY_INET6) {
		name = levee_family_name(family);
		snprintf(text, sizeof(text), "%llu", (unsigned long long)family);
		json_put_text(event, "protocol", name ? name : text);
	} else if (attrs[LEVEE_A_EVENT_PROTO]) {
		u16 proto = attr_number(attrs, LEVEE_A_EVENT_PROTO, 0);

		json_put_text(event, "protocol", entry_text_proto_name(text, proto));
	}
}

static void put_address(struct json_object *event, const struct nlattr *const *attrs)
{
	const struct nlattr *attr = attrs[LEVEE_A_EVENT_ADDRESS];
	char text[LEVEE_ADDR_TEXT_MAX];
	struct levee_addr addr;

	if (!attr || !levee_addr_read(&addr, mnl_attr_get_payload(attr),
				      mnl_attr_get_payload_len(attr)))
		return;
	levee_addr_format(text, sizeof(text), &addr);
	json_put_text(event, "address", text);
}

/* The name, as far as it is one, and for DNS the type. */
static void put_domain(struct json_object *event, const struct nlattr *const *attrs)
{
	const struct nlattr *attr = attrs[LEVEE_A_EVENT_NAME];
	char text[LEVEE_DNS_TEXT_MAX], type[LEVEE_DNS_TYPE_TEXT_MAX];
	struct levee_dns_name name;

	if (attr && levee_dns_name_read(&name, mnl_attr_get_payload(attr),
					mnl_attr_get_payload_len(attr), 0, 0) > 0) {
		levee_dns_name_format(text, sizeof(text), &name);
		json_put_text(event, "domain", text);
	}
	if (!attrs[LEVEE_A_EVENT_QTYPE])
		return;
	levee_dns_type_format(type, sizeof(type), attr_number(attrs, LEVEE_A_EVENT_QTYPE, 0));
	json_put_text(event, "qtype", type);
}

/* What decided: an entry of the policy, or a feed by its name. */
static void put_entry(struct json_object *event, const struct nlattr *const *attrs)
{
	struct levee_entry entry;
	char text[LEVEE_ENTRY_TEXT_MAX];

	if (!attrs[LEVEE_A_EVENT_MATCHED]) {
		put_attr_text(event, "entry", attrs, LEVEE_A_EVENT_FEED);
		return;
	}
	policy_read_entry(&entry, attrs[LEVEE_A_EVENT_MATCHED]);
	levee_entry_format(text, sizeof(text), &entry);
	json_put_text(event, "entry", text);
}

static void put_time(struct json_object *event, const char *key, u64 ns)
{
	char text[TEXT_TIME_MAX];

	json_put_text(event, key, text_time_format(text, ns));
}

/* "ADDRESS:PORT/PROTO", or without the port; an IPv6 address is in brackets. */
static struct json_object *endpoint_json(const struct nlattr *const *attrs)
{
	char text[LEVEE_ADDR_TEXT_MAX + PROTO_TEXT_MAX + 16], address[LEVEE_ADDR_TEXT_MAX];
	const struct nlattr *attr = attrs[LEVEE_A_EVIDENCE_ADDRESS];
	char proto[PROTO_TEXT_MAX], port[8] = "";
	struct levee_addr addr;

	if (!attr || !levee_addr_read(&addr, mnl_attr_get_payload(attr),
				      mnl_attr_get_payload_len(attr)))
		return NULL;
	levee_addr_format(address, sizeof(address), &addr);
	if (attrs[LEVEE_A_EVIDENCE_PORT])
		snprintf(port, sizeof(port), ":%u",
			 (u16)attr_number(attrs, LEVEE_A_EVIDENCE_PORT, 0));
	snprintf(text, sizeof(text), addr.is_v4 ? "%s%s/%s" : "[%s]%s/%s", address, port,
		 entry_text_proto_name(proto, attr_number(attrs, LEVEE_A_EVIDENCE_PROTO, 0)));
	return json_text(text);
}

/* An endpoint, or a domain; NULL for what is neither. */
static struct json_object *evidence_json(const struct nlattr *nest)
{
	const struct nlattr *attrs[LEVEE_A_EVIDENCE_MAX + 1], *wire;
	struct levee_dns_name name;
	char text[LEVEE_DNS_TEXT_MAX];

	attr_parse_nested(nest, attrs, LEVEE_A_EVIDENCE_MAX);
	wire = attrs[LEVEE_A_EVIDENCE_NAME];
	if (!wire || levee_dns_name_read(&name, mnl_attr_get_payload(wire),
					 mnl_attr_get_payload_len(wire), 0, 0) <= 0)
		return endpoint_json(attrs);
	levee_dns_name_format(text, sizeof(text), &name);
	return json_text(text);
}

static void put_evidence(struct json_object *event, const struct nlattr *const *attrs)
{
	const struct nlmsghdr *msg = (const struct nlmsghdr *)attrs[0];
	struct json_object *list = json_new_list();
	const struct nlattr *attr;

	mnl_attr_for_each(attr, msg, sizeof(struct genlmsghdr)) {
		struct json_object *evidence = NULL;

		if (mnl_attr_get_type(attr) == LEVEE_A_EVENT_EVIDENCE)
			evidence = evidence_json(attr);
		if (evidence)
			json_append(list, evidence);
	}
	json_put(event, "evidence", list);
}

/* What was concluded, since when, and from what. */
static void put_incident(struct json_object *event, const struct nlattr *const *attrs)
{
	u64 kind = attr_number(attrs, LEVEE_A_EVENT_KIND, 0);

	if (kind && kind <= LEVEE_INCIDENT_KIND_MAX)
		json_put_text(event, "kind", kind_names[kind]);
	if (attrs[LEVEE_A_EVENT_FIRST])
		put_time(event, "first", attr_number(attrs, LEVEE_A_EVENT_FIRST, 0));
	if (attrs[LEVEE_A_EVENT_EVIDENCE])
		put_evidence(event, attrs);
}

struct json_object *event_json(const struct nlattr *const *attrs, bool live)
{
	struct json_object *event = json_new();
	u64 type = attr_number(attrs, LEVEE_A_EVENT_TYPE, 0);

	if (type && type <= LEVEE_EVENT_TYPE_MAX)
		json_put_text(event, "type", type_names[type]);
	put_attr_number(event, "seq", attrs, LEVEE_A_EVENT_SEQ);
	put_time(event, "time", attr_number(attrs, LEVEE_A_EVENT_TIME, 0));
	put_attr_number(event, "generation", attrs, LEVEE_A_EVENT_GENERATION);
	put_attr_text(event, "workload", attrs, LEVEE_A_EVENT_WORKLOAD);
	put_container(event, attrs);
	put_attr_text(event, "image", attrs, LEVEE_A_EVENT_IMAGE);
	put_attr_text(event, "rule", attrs, LEVEE_A_EVENT_RULE);
	json_put_text(event, "feature",
		      levee_feature_name(attr_number(attrs, LEVEE_A_EVENT_FEATURE, 0)));
	json_put_text(event, "effect",
		      levee_effect_name(attr_number(attrs, LEVEE_A_EVENT_EFFECT, 0)));
	if (attrs[LEVEE_A_EVENT_ENFORCED])
		json_put_bool(event, "enforced", attr_number(attrs, LEVEE_A_EVENT_ENFORCED, 0));
	if (attrs[LEVEE_A_EVENT_REASON])
		json_put_text(event, "reason",
			      levee_reason_name(attr_number(attrs, LEVEE_A_EVENT_REASON, 0)));
	put_entry(event, attrs);
	put_attr_number(event, "pid", attrs, LEVEE_A_EVENT_PID);
	put_attr_text(event, "comm", attrs, LEVEE_A_EVENT_COMM);
	put_exe(event, attrs, live);
	put_attr_number(event, "uid", attrs, LEVEE_A_EVENT_UID);
	put_protocol(event, attrs);
	put_address(event, attrs);
	put_attr_number(event, "port", attrs, LEVEE_A_EVENT_PORT);
	put_domain(event, attrs);
	put_attr_number(event, "count", attrs, LEVEE_A_EVENT_COUNT);
	put_incident(event, attrs);
	put_attr_text(event, "text", attrs, LEVEE_A_EVENT_TEXT);
	return event;
}

struct json_object *event_own_notice(const char *text)
{
	struct json_object *event = json_new();
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	json_put_text(event, "type", "notice");
	put_time(event, "time", (u64)now.tv_sec * 1000000000 + now.tv_nsec);
	json_put_text(event, "text", text);
	return event;
}

/* The text of a key, or NULL. */
static const char *get(const struct json_object *event, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(event, key, &value))
		return NULL;
	return json_object_get_string(value);
}

static void print_key(const struct json_object *event, const char *key, const char *before,
		      const char *after)
{
	const char *text = get(event, key);

	if (!text)
		return;
	fputs(before, stdout);
	text_print(stdout, text);
	fputs(after, stdout);
}

/* Whether the entry is the name of a feed. */
static bool is_feed(const struct json_object *event)
{
	const char *reason = get(event, "reason");

	return reason && !strcmp(reason, levee_reason_name(LEVEE_REASON_FEED));
}

/* "ADDRESS:PORT", "[ADDRESS]:PORT", "port PORT", or nothing. */
static void print_endpoint(const struct json_object *event)
{
	const char *address = get(event, "address"), *port = get(event, "port");
	bool bracket = address && port && strchr(address, ':');

	if (address)
		printf(" %s%s%s", bracket ? "[" : "", address, bracket ? "]" : "");
	if (port)
		printf(address ? ":%s" : " port %s", port);
}

/* Of an incident: what it was concluded from. */
static void print_evidence(const struct json_object *event)
{
	struct json_object *list;

	if (!json_object_object_get_ex(event, "evidence", &list))
		return;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		fputs(i ? ", " : ": ", stdout);
		text_print(stdout, json_object_get_string(json_object_array_get_idx(list, i)));
	}
}

void event_print(const struct json_object *event)
{
	const char *enforced = get(event, "enforced"), *count = get(event, "count");

	print_key(event, "time", "", " ");
	print_key(event, "type", "", "");
	print_key(event, "seq", " ", "");
	/* The kind names the feature. */
	print_key(event, get(event, "kind") ? "kind" : "feature", " ", "");
	print_key(event, "reason", " ", "");
	print_key(event, "effect", ", effect ", "");
	if (enforced)
		fputs(!strcmp(enforced, "true") ? ", enforced" : ", not enforced", stdout);
	print_key(event, "text", ": ", "");
	print_key(event, "protocol", ": ", "");
	print_endpoint(event);
	print_key(event, "domain", " ", "");
	print_key(event, "qtype", " ", "");
	print_key(event, "entry", is_feed(event) ? ", feed " : ", entry ", "");
	print_evidence(event);
	print_key(event, "first", ", since ", "");
	print_key(event, "comm", ", by ", "");
	print_key(event, "pid", " pid ", "");
	print_key(event, "exe", " exe ", "");
	print_key(event, "uid", " uid ", "");
	print_key(event, "workload", ", in ", "");
	print_key(event, "container", " container ", "");
	print_key(event, "image", " image ", "");
	print_key(event, "rule", ", rule \"", "\"");
	print_key(event, "generation", ", generation ", "");
	if (count && strcmp(count, "1"))
		printf(", %s times", count);
	putchar('\n');
}
