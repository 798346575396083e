// SPDX-License-Identifier: GPL-2.0
/* Events as the kernel sends them, as JSON and as a line for people. */
#define _POSIX_C_SOURCE 200809L
#include <linux/genetlink.h>
#include <stdlib.h>
#include <unistd.h>

#include "event.h"
#include "leveectl.h"
#include "lib/limits.h"

static u32 passed, failed;

/* Of main.c, which holds the other main(). */
int usage_error(const char *command, const char *what, const char *word)
{
	fprintf(stderr, "%s: %s %s\n", command, what, word ? word : "");
	return LEVEECTL_USAGE;
}

static void expect(bool good, const char *name)
{
	printf("%s ctl/event: %s\n", good ? "ok" : "not ok", name);
	if (good)
		passed++;
	else
		failed++;
}

union message {
	struct nlmsghdr header;
	char bytes[4096];
};

static struct nlmsghdr *begin(union message *message, u32 type, u32 feature)
{
	struct nlmsghdr *msg = mnl_nlmsg_put_header(message->bytes);

	mnl_nlmsg_put_extra_header(msg, sizeof(struct genlmsghdr));
	mnl_attr_put_u32(msg, LEVEE_A_EVENT_TYPE, type);
	mnl_attr_put_u64(msg, LEVEE_A_EVENT_SEQ, 7);
	mnl_attr_put_u64(msg, LEVEE_A_EVENT_TIME, 1700000000123456789);
	mnl_attr_put_u64(msg, LEVEE_A_EVENT_GENERATION, 3);
	mnl_attr_put_strz(msg, LEVEE_A_EVENT_WORKLOAD, "/a");
	mnl_attr_put_strz(msg, LEVEE_A_EVENT_RULE, "r");
	mnl_attr_put_u32(msg, LEVEE_A_EVENT_FEATURE, feature);
	mnl_attr_put_u32(msg, LEVEE_A_EVENT_EFFECT, LEVEE_EFFECT_PREVENT);
	mnl_attr_put_u32(msg, LEVEE_A_EVENT_ENFORCED, 1);
	return msg;
}

static void put_endpoint(struct nlmsghdr *msg, u32 proto, size_t len, const void *addr, u32 port)
{
	struct nlattr *nest = mnl_attr_nest_start(msg, LEVEE_A_EVENT_EVIDENCE);

	mnl_attr_put_u32(msg, LEVEE_A_EVIDENCE_PROTO, proto);
	mnl_attr_put(msg, LEVEE_A_EVIDENCE_ADDRESS, len, addr);
	if (port)
		mnl_attr_put_u32(msg, LEVEE_A_EVIDENCE_PORT, port);
	mnl_attr_nest_end(msg, nest);
}

struct table {
	const struct nlattr *attrs[LEVEE_A_EVENT_MAX + 1];
};

static int store(const struct nlattr *attr, void *data)
{
	struct table *table = data;

	table->attrs[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

static struct json_object *read_event(const struct nlmsghdr *msg)
{
	struct table table = { { NULL } };

	mnl_attr_parse(msg, sizeof(struct genlmsghdr), store, &table);
	table.attrs[0] = (const struct nlattr *)msg;
	return event_json(table.attrs, false);
}

static bool is_json(struct json_object *event, const char *want)
{
	const char *got = json_object_to_json_string_ext(event, JSON_C_TO_STRING_PLAIN |
							 JSON_C_TO_STRING_NOSLASHESCAPE);

	if (strcmp(got, want))
		printf("    %s\n", got);
	return !strcmp(got, want);
}

/* What event_print() writes to standard output. */
static bool is_line(const struct json_object *event, const char *want)
{
	FILE *file = tmpfile();
	int saved = dup(STDOUT_FILENO);
	char got[2048] = "";
	bool same;

	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	event_print(event);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	rewind(file);
	same = fgets(got, sizeof(got), file) && !strcmp(got, want);
	fclose(file);
	if (!same)
		printf("    %s\n", got);
	return same;
}

static void test_scan(void)
{
	static const u8 v4[4] = { 10, 0, 0, 5 }, v6[16] = { 0xfd, [15] = 1 };
	union message message = { .bytes = "" };
	struct nlmsghdr *msg = begin(&message, LEVEE_EVENT_TYPE_INCIDENT, LEVEE_FEATURE_PORT_SCAN);
	struct json_object *event;

	mnl_attr_put_u64(msg, LEVEE_A_EVENT_COUNT, 2);
	mnl_attr_put_u32(msg, LEVEE_A_EVENT_KIND, LEVEE_INCIDENT_KIND_PORT_SCAN_SLOW);
	mnl_attr_put_u64(msg, LEVEE_A_EVENT_FIRST, 1699999999000000000);
	put_endpoint(msg, 6, 4, v4, 22);
	put_endpoint(msg, 6, 16, v6, 22);
	put_endpoint(msg, 1, 4, v4, 0);
	put_endpoint(msg, 200, 16, v6, 0);
	put_endpoint(msg, 6, 3, v4, 1);		/* no address: left out */
	event = read_event(msg);
	expect(is_json(event, "{\"type\":\"incident\",\"seq\":7,"
		       "\"time\":\"2023-11-14T22:13:20.123456789Z\",\"generation\":3,"
		       "\"workload\":\"/a\",\"rule\":\"r\",\"feature\":\"port-scan\","
		       "\"effect\":\"prevent\",\"enforced\":true,\"count\":2,"
		       "\"kind\":\"port-scan-slow\",\"first\":\"2023-11-14T22:13:19.000000000Z\","
		       "\"evidence\":[\"10.0.0.5:22/tcp\",\"[fd00::1]:22/tcp\",\"10.0.0.5/icmp\","
		       "\"[fd00::1]/200\"]}"), "a scan as JSON");
	expect(is_line(event, "2023-11-14T22:13:20.123456789Z incident 7 port-scan-slow, "
		       "effect prevent, enforced: 10.0.0.5:22/tcp, [fd00::1]:22/tcp, "
		       "10.0.0.5/icmp, [fd00::1]/200, since 2023-11-14T22:13:19.000000000Z, in /a, "
		       "rule \"r\", generation 3, 2 times\n"), "a scan as a line");
	json_object_put(event);
}

static void test_kinds(void)
{
	static const char *const names[] = {
		"port-scan-vertical", "port-scan-horizontal", "port-scan-slow", "dns-exfiltration",
	};
	bool good = ARRAY_SIZE(names) == LEVEE_INCIDENT_KIND_MAX;

	/* One that a newer kernel may have is left out. */
	for (u32 kind = 1; good && kind <= LEVEE_INCIDENT_KIND_MAX + 1; kind++) {
		union message message = { .bytes = "" };
		struct nlmsghdr *msg = begin(&message, LEVEE_EVENT_TYPE_INCIDENT,
					     LEVEE_FEATURE_PORT_SCAN);
		struct json_object *event, *value = NULL;

		mnl_attr_put_u32(msg, LEVEE_A_EVENT_KIND, kind);
		event = read_event(msg);
		json_object_object_get_ex(event, "kind", &value);
		good = kind > LEVEE_INCIDENT_KIND_MAX ? !value :
		       value && !strcmp(json_object_get_string(value), names[kind - 1]);
		json_object_put(event);
	}
	expect(good, "kinds have their names");
}

static void test_name(void)
{
	static const u8 wire[] = "\1\x1b\3com";
	union message message = { .bytes = "" };
	struct nlmsghdr *msg = begin(&message, LEVEE_EVENT_TYPE_INCIDENT,
				     LEVEE_FEATURE_DNS_EXFILTRATION);
	struct nlattr *nest = mnl_attr_nest_start(msg, LEVEE_A_EVENT_EVIDENCE);
	struct json_object *event, *list = NULL;

	mnl_attr_put(msg, LEVEE_A_EVIDENCE_NAME, sizeof(wire), wire);
	mnl_attr_nest_end(msg, nest);
	event = read_event(msg);
	json_object_object_get_ex(event, "evidence", &list);
	expect(list && json_object_array_length(list) == 1 &&
	       !strcmp(json_object_get_string(json_object_array_get_idx(list, 0)), "\\027.com"),
	       "a name is evidence, escaped");
	json_object_put(event);
}

static void test_held(void)
{
	static const u8 v4[4] = { 10, 0, 0, 5 };
	union message message = { .bytes = "" };
	struct nlmsghdr *msg = begin(&message, LEVEE_EVENT_TYPE_AUDIT, LEVEE_FEATURE_PORT_SCAN);
	struct json_object *event;

	mnl_attr_put_u32(msg, LEVEE_A_EVENT_REASON, LEVEE_REASON_HELD);
	mnl_attr_put_u32(msg, LEVEE_A_EVENT_PROTO, 6);
	mnl_attr_put(msg, LEVEE_A_EVENT_ADDRESS, sizeof(v4), v4);
	mnl_attr_put_u32(msg, LEVEE_A_EVENT_PORT, 80);
	event = read_event(msg);
	expect(is_line(event, "2023-11-14T22:13:20.123456789Z audit 7 port-scan held, effect "
		       "prevent, enforced: tcp 10.0.0.5:80, in /a, rule \"r\", generation 3\n"),
	       "what is held after a scan");
	json_object_put(event);
}

int main(void)
{
	test_scan();
	test_kinds();
	test_name();
	test_held();
	printf("%u passed, %u failed, 0 skipped\n", passed, failed);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
