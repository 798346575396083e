// SPDX-License-Identifier: GPL-2.0
/* What Documentation/log-format.rst says of a line, asked of the kernel's own log. */
#include <linux/kmsg_dump.h>

#include "fixture.h"

struct log {
	struct levee_event event;
	char line[1100];
	char raw[1100];
	char expected[1100];
};

static int begin(struct kunit *test)
{
	struct log *log = kunit_kzalloc(test, sizeof(*log), GFP_KERNEL);

	if (!log)
		return -ENOMEM;
	log->event = (struct levee_event){
		.seq = 38,
		.type = LEVEE_EVENT_TYPE_AUDIT,
		.count = 1,
		.feature = LEVEE_FEATURE_OUTBOUND,
		.effect = LEVEE_EFFECT_PREVENT,
		.reason = LEVEE_REASON_NOT_ALLOWED,
		.enforced = true,
		.proto = 6,
	};
	strscpy(log->event.rule, "payments", sizeof(log->event.rule));
	strscpy(log->event.text, "/docker-1.scope", sizeof(log->event.text));
	test->priv = log;
	/* The rate of others is theirs. */
	levee_report_flush();
	fixture_sleep_jiffies(6);
	return 0;
}

/* Writes the event and returns its line, without the log's own prefix. */
static const char *write(struct kunit *test)
{
	struct log *log = test->priv;
	struct kmsg_dump_iter iter;
	char *at;
	size_t n;

	KUNIT_ASSERT_TRUE(test, levee_klog(&log->event));
	log->line[0] = 0;
	kmsg_dump_rewind(&iter);
	while (kmsg_dump_get_line(&iter, false, log->raw, sizeof(log->raw) - 1, &n)) {
		log->raw[n] = 0;
		at = strstr(log->raw, "levee: ");
		if (at)
			strscpy(log->line, at, sizeof(log->line));
	}
	n = strlen(log->line);
	if (n && log->line[n - 1] == '\n')
		log->line[n - 1] = 0;
	return log->line;
}

#define START "levee: audit seq=38 rule=\"payments\" workload=\"/docker-1.scope\" feature=outbound"

static void keys_come_in_their_order(struct kunit *test)
{
	struct log *log = test->priv;

	KUNIT_EXPECT_STREQ(test, write(test), START
			   " effect=prevent enforced=yes reason=not-allowed proto=tcp");
	log->event.reason = LEVEE_REASON_DENIED;
	log->event.enforced = false;
	log->event.has_entry = true;
	log->event.entry = fixture_prefix("169.254.169.254", 32, LEVEE_PROTO_ANY);
	log->event.addr_len = 4;
	memcpy(log->event.addr, log->event.entry.addr, 4);
	log->event.has_port = true;
	log->event.port = 80;
	log->event.has_actor = true;
	log->event.pid = 412;
	log->event.uid = 1000;
	strscpy(log->event.comm, "curl", sizeof(log->event.comm));
	log->event.count = 7;
	KUNIT_EXPECT_STREQ(test, write(test), START
			   " effect=prevent enforced=no reason=denied entry=\"169.254.169.254\" proto=tcp addr=169.254.169.254 port=80 pid=412 comm=\"curl\" uid=1000 count=7");
}

static void notice_has_its_text(struct kunit *test)
{
	struct log *log = test->priv;

	log->event.type = LEVEE_EVENT_TYPE_NOTICE;
	strscpy(log->event.text, "policy flushed, generation 7", sizeof(log->event.text));
	KUNIT_EXPECT_STREQ(test, write(test),
			   "levee: notice seq=38 text=\"policy flushed, generation 7\"");
}

static void ipv6_is_compressed(struct kunit *test)
{
	struct log *log = test->priv;

	log->event.addr_len = 16;
	memcpy(log->event.addr, fixture_prefix("2001:db8::1", 128, 6).addr, 16);
	KUNIT_EXPECT_NOT_NULL(test, strstr(write(test), " proto=tcp addr=2001:db8::1"));
}

static void set_name(struct log *log, const char *text)
{
	struct levee_name name = fixture_name(text);

	log->event.name_len = name.len;
	memcpy(log->event.name, name.wire, name.len);
}

static void domain_comes_behind_the_port(struct kunit *test)
{
	struct log *log = test->priv;

	log->event.feature = LEVEE_FEATURE_DNS;
	log->event.reason = LEVEE_REASON_DENIED;
	log->event.proto = 17;
	log->event.addr_len = 4;
	memcpy(log->event.addr, fixture_prefix("10.0.0.2", 32, 17).addr, 4);
	log->event.has_port = true;
	log->event.port = 53;
	log->event.qtype = 65;
	set_name(log, "www.bad.example");
	log->event.has_entry = true;
	log->event.entry = fixture_domain(LEVEE_TARGET_SUBDOMAINS, "bad.example",
					  LEVEE_PROTO_ANY);
	log->event.entry.name = NULL;
	log->event.has_actor = true;
	log->event.pid = 412;
	strscpy(log->event.comm, "curl", sizeof(log->event.comm));
	KUNIT_EXPECT_STREQ(test, write(test),
			   "levee: audit seq=38 rule=\"payments\" workload=\"/docker-1.scope\" feature=dns effect=prevent enforced=yes reason=denied entry=\"*.bad.example\" proto=udp addr=10.0.0.2 port=53 domain=\"www.bad.example\" qtype=HTTPS pid=412 comm=\"curl\" uid=0");
	/* A type without a name, the root, and a feed that decided. */
	log->event.qtype = 65399;
	log->event.has_entry = false;
	log->event.reason = LEVEE_REASON_FEED;
	strscpy(log->event.feed, "intel", sizeof(log->event.feed));
	set_name(log, ".");
	KUNIT_EXPECT_NOT_NULL(test, strstr(write(test), " reason=feed entry=\"intel\" proto=udp"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(log->line, " domain=\".\" qtype=TYPE65399 pid=412"));
	/* What could not be read has no name, thus no type. */
	log->event.name_len = 0;
	KUNIT_EXPECT_NOT_NULL(test, strstr(write(test), " port=53 pid=412"));
	/* The name of an address has no type. */
	log->event.feature = LEVEE_FEATURE_OUTBOUND;
	set_name(log, "cdn.example");
	KUNIT_EXPECT_NOT_NULL(test, strstr(write(test), " port=53 domain=\"cdn.example\" pid=412"));
}

/* Whatever is in a label stays in the string, and is one name only. */
static void name_cannot_forge(struct kunit *test)
{
	static const u8 wire[] = "\x0c" "a\" pid=1\nlev" "\x03" "a.b" "\x02" "\\x";
	struct log *log = test->priv;

	log->event.feature = LEVEE_FEATURE_DNS;
	log->event.qtype = 1;
	log->event.name_len = sizeof(wire);
	memcpy(log->event.name, wire, sizeof(wire));
	KUNIT_EXPECT_NOT_NULL(test, strstr(write(test),
		" domain=\"a\\x5c034\\x5c032pid\\x5c0611\\x5c010lev.a\\x5c.b.\\x5c\\x5cx\" qtype=A"));
}

static void protocols_have_names_or_numbers(struct kunit *test)
{
	static const struct { u8 family; u16 proto; const char *text; } cases[] = {
		{ 0, 17, " proto=udp" },
		{ 0, 99, " proto=99" },
		{ AF_INET, 1, " proto=icmp" },
		{ AF_INET6, 58, " proto=ipv6-icmp" },
		{ AF_PACKET, 0, " proto=packet" },
		{ AF_VSOCK, 0, " proto=vsock" },
		{ 60, 0, " proto=family-60" },
	};
	struct log *log = test->priv;
	const char *line;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		log->event.socket_family = cases[i].family;
		log->event.proto = cases[i].proto;
		line = write(test);
		KUNIT_EXPECT_STREQ(test, line + strlen(line) - strlen(cases[i].text),
				   cases[i].text);
	}
}

/* No byte that a container chooses can end a string, begin a key, or begin a line. */
static void every_byte_has_one_reading(struct kunit *test)
{
	struct log *log = test->priv;
	unsigned int c, n = 0, at = 0;
	bool plain;

	log->event.type = LEVEE_EVENT_TYPE_NOTICE;
	/* 85 bytes a line: escaped, they fit. */
	for (c = 1; c < 256; c++) {
		log->event.text[n++] = c;
		plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
		at += scnprintf(log->expected + at, sizeof(log->expected) - at,
				plain ? "%c" : "\\x%02x", c);
		if (n < 85)
			continue;
		log->event.text[n] = 0;
		write(test);
		KUNIT_ASSERT_TRUE(test, strstarts(log->line, "levee: notice seq=38 text=\""));
		KUNIT_EXPECT_EQ(test, strlen(log->line), 28 + at);
		log->line[27 + at] = 0;
		KUNIT_EXPECT_STREQ(test, log->line + 27, log->expected);
		n = 0;
		at = 0;
	}
}

static void forged_keys_stay_in_their_string(struct kunit *test)
{
	struct log *log = test->priv;
	static const char forged[] = "a\" reason=none pid=1\nlevee: audit seq=1";

	log->event.has_actor = true;
	strscpy(log->event.comm, "x\" uid=0", sizeof(log->event.comm));
	strscpy(log->event.text, forged, sizeof(log->event.text));
	write(test);
	KUNIT_EXPECT_NOT_NULL(test, strstr(log->line, " workload=\"a\\x22 reason=none pid=1\\x0a"
					   "levee: audit seq=1\" feature="));
	KUNIT_EXPECT_NOT_NULL(test, strstr(log->line, " comm=\"x\\x22 uid=0\" uid=0"));
}

static void long_string_keeps_its_end(struct kunit *test)
{
	struct log *log = test->priv;
	const char *value;
	u32 i;

	/* Plain ones of any length fit. */
	memset(log->event.text, 'a', LEVEE_TEXT_MAX);
	snprintf(log->expected, sizeof(log->expected), "workload=\"%s\"", log->event.text);
	KUNIT_EXPECT_NOT_NULL(test, strstr(write(test), log->expected));
	/* What has to be escaped is cut to 400 bytes, between two bytes of the string. */
	for (i = 0; i < LEVEE_TEXT_MAX; i++)
		log->event.text[i] = i % 3 ? 0x80 + i % 0x70 : 'b';
	memcpy(log->event.text + LEVEE_TEXT_MAX - 3, "end", 3);
	value = strstr(write(test), "workload=\"");
	KUNIT_ASSERT_NOT_NULL(test, value);
	value += strlen("workload=\"");
	KUNIT_EXPECT_TRUE(test, strstarts(value, "..."));
	KUNIT_EXPECT_LE(test, (int)(strchr(value, '"') - value), 400);
	KUNIT_EXPECT_GE(test, (int)(strchr(value, '"') - value), 397);
	KUNIT_EXPECT_TRUE(test, value[3] == 'b' || value[3] == '\\');
	KUNIT_EXPECT_NOT_NULL(test, strstr(value, "end\" feature=outbound"));
	/* The others have 130. */
	memset(log->event.rule, 0xff, LEVEE_NAME_MAX);
	value = strstr(write(test), "rule=\"") + strlen("rule=\"");
	KUNIT_EXPECT_EQ(test, (int)(strchr(value, '"') - value), 3 + 31 * 4);
}

static void worst_line_is_whole(struct kunit *test)
{
	struct log *log = test->priv;

	memset(&log->event.text, 0xff, LEVEE_TEXT_MAX);
	memset(&log->event.rule, 0xff, LEVEE_NAME_MAX);
	memset(&log->event.comm, 0xff, TASK_COMM_LEN - 1);
	memset(&log->event.addr, 0xff, 16);
	log->event.seq = U64_MAX;
	log->event.count = U64_MAX;
	log->event.feature = LEVEE_FEATURE_RAW_SOCKETS;
	log->event.addr_len = 16;
	log->event.has_actor = true;
	log->event.has_port = true;
	log->event.has_entry = true;
	log->event.entry = fixture_prefix("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", 127, 136);
	log->event.proto = 136;
	log->event.port = 65535;
	log->event.pid = U32_MAX;
	log->event.uid = U32_MAX;
	write(test);
	KUNIT_EXPECT_LT(test, strlen(log->line), (size_t)960);
	KUNIT_EXPECT_NOT_NULL(test, strstr(log->line,
					   " uid=4294967295 count=18446744073709551615"));
}

/* A domain takes its share from the others. */
static void worst_line_with_a_domain_is_whole(struct kunit *test)
{
	struct log *log = test->priv;
	const char *value;
	u32 i;

	memset(&log->event.text, 0xff, LEVEE_TEXT_MAX);
	memset(&log->event.rule, 0xff, LEVEE_NAME_MAX);
	memset(&log->event.comm, 0xff, TASK_COMM_LEN - 1);
	memset(&log->event.addr, 0xff, 16);
	log->event.seq = U64_MAX;
	log->event.count = U64_MAX;
	log->event.feature = LEVEE_FEATURE_DNS;
	log->event.reason = LEVEE_REASON_NOT_IN_MODEL;
	log->event.addr_len = 16;
	log->event.has_actor = true;
	log->event.has_port = true;
	log->event.proto = 136;
	log->event.port = 65535;
	log->event.pid = U32_MAX;
	log->event.uid = U32_MAX;
	log->event.qtype = 61;	/* OPENPGPKEY */
	/* 127 labels of a byte each, and an entry that is all of them. */
	for (i = 0; i < 254; i++)
		log->event.name[i] = i % 2 ? 0xff : 1;
	log->event.name[254] = 0;
	log->event.name_len = 255;
	log->event.has_entry = true;
	log->event.entry = fixture_word(LEVEE_TARGET_SUBDOMAINS, LEVEE_PROTO_ANY);
	log->event.entry.name_len = 255;
	write(test);
	KUNIT_EXPECT_LT(test, strlen(log->line), (size_t)960);
	KUNIT_EXPECT_NOT_NULL(test, strstr(log->line,
					   " uid=4294967295 count=18446744073709551615"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(log->line, "\" qtype=OPENPGPKEY pid="));
	/* A path without escapes is whole all the same, and of the name the end is kept. */
	memset(log->event.text, 'a', LEVEE_TEXT_MAX);
	snprintf(log->expected, sizeof(log->expected), "workload=\"%s\"", log->event.text);
	KUNIT_EXPECT_NOT_NULL(test, strstr(write(test), log->expected));
	value = strstr(log->line, " domain=\"");
	KUNIT_ASSERT_NOT_NULL(test, value);
	value += strlen(" domain=\"");
	KUNIT_EXPECT_TRUE(test, strstarts(value, "..."));
	KUNIT_EXPECT_LE(test, (int)(strchr(value, '"') - value), 200);
}

static void rate_is_fifty_in_five_seconds(struct kunit *test)
{
	struct log *log = test->priv;
	u32 i, written = 0;

	for (i = 0; i < 200; i++)
		written += levee_klog(&log->event);
	KUNIT_EXPECT_EQ(test, written, 50U);
	fixture_sleep_jiffies(6);
	KUNIT_EXPECT_TRUE(test, levee_klog(&log->event));
}

static void set_incident(struct log *log, u32 nr, const char *addr, u16 port)
{
	struct levee_addr target = fixture_addr(addr);
	u32 i;

	log->event.type = LEVEE_EVENT_TYPE_INCIDENT;
	log->event.feature = LEVEE_FEATURE_PORT_SCAN;
	log->event.kind = LEVEE_INCIDENT_KIND_PORT_SCAN_VERTICAL;
	log->event.nr_evidence = nr;
	for (i = 0; i < nr; i++) {
		log->event.evidence[i].addr_len =
			levee_addr_write(&target, log->event.evidence[i].addr);
		log->event.evidence[i].port = port ? port + i : 0;
		log->event.evidence[i].proto = port ? 6 : 1;
	}
}

#define INCIDENT "levee: incident seq=38 rule=\"payments\" workload=\"/docker-1.scope\" feature=port-scan effect=prevent enforced=yes kind="

static void incident_has_its_evidence(struct kunit *test)
{
	struct log *log = test->priv;

	set_incident(log, 2, "10.0.0.5", 22);
	KUNIT_EXPECT_STREQ(test, write(test), INCIDENT
			   "port-scan-vertical evidence=\"10.0.0.5:22/tcp,10.0.0.5:23/tcp\"");
	set_incident(log, 1, "2001:db8::1", 22);
	log->event.kind = LEVEE_INCIDENT_KIND_PORT_SCAN_SLOW;
	log->event.count = 3;
	log->event.has_actor = true;
	log->event.pid = 412;
	strscpy(log->event.comm, "nmap", sizeof(log->event.comm));
	KUNIT_EXPECT_STREQ(test, write(test), INCIDENT
			   "port-scan-slow evidence=\"[2001:db8::1]:22/tcp\" pid=412 comm=\"nmap\" uid=0 count=3");
	/* No port where the protocol has none. */
	log->event.has_actor = false;
	log->event.count = 1;
	set_incident(log, 1, "10.0.0.5", 0);
	KUNIT_EXPECT_STREQ(test, write(test),
			   INCIDENT "port-scan-vertical evidence=\"10.0.0.5/icmp\"");
}

/* As much of it as has room; what is told is whole, and so is the line. */
static void worst_incident_is_whole(struct kunit *test)
{
	struct log *log = test->priv;
	const char *line, *evidence, *end;

	set_incident(log, LEVEE_EVIDENCE_MAX, "2001:db8:1111:2222:3333:4444:5555:6666", 50001);
	memset(log->event.text, '\n', sizeof(log->event.text) - 1);
	memset(log->event.rule, '"', sizeof(log->event.rule) - 1);
	memset(log->event.comm, '\n', sizeof(log->event.comm) - 1);
	log->event.has_actor = true;
	log->event.pid = U32_MAX;
	log->event.uid = U32_MAX;
	log->event.seq = U64_MAX;
	log->event.count = U64_MAX;
	line = write(test);
	evidence = strstr(line, " evidence=\"");
	KUNIT_ASSERT_NOT_NULL(test, evidence);
	end = strstr(evidence, "/tcp\" pid=");
	KUNIT_ASSERT_NOT_NULL(test, end);
	KUNIT_EXPECT_GT(test, end - evidence, 200);
	KUNIT_EXPECT_NOT_NULL(test, strstr(end, " uid=4294967295 count=18446744073709551615"));
}

static struct kunit_case klog_cases[] = {
	KUNIT_CASE(keys_come_in_their_order),
	KUNIT_CASE(notice_has_its_text),
	KUNIT_CASE(ipv6_is_compressed),
	KUNIT_CASE(domain_comes_behind_the_port),
	KUNIT_CASE(name_cannot_forge),
	KUNIT_CASE(protocols_have_names_or_numbers),
	KUNIT_CASE(every_byte_has_one_reading),
	KUNIT_CASE(forged_keys_stay_in_their_string),
	KUNIT_CASE(long_string_keeps_its_end),
	KUNIT_CASE(worst_line_is_whole),
	KUNIT_CASE(worst_line_with_a_domain_is_whole),
	KUNIT_CASE(incident_has_its_evidence),
	KUNIT_CASE(worst_incident_is_whole),
	KUNIT_CASE(rate_is_fifty_in_five_seconds),
	{}
};

static struct kunit_suite klog_suite = {
	.name = "levee_klog",
	.init = begin,
	.test_cases = klog_cases,
};

kunit_test_suite(klog_suite);
