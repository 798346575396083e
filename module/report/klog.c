// SPDX-License-Identifier: GPL-2.0
/* The kernel log: one line an event, the same keys in the same order, nothing in it forged. */
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/socket.h>
#include <linux/string_helpers.h>

#include "../lib/dns_message.h"
#include "../lib/dns_name.h"
#include "event.h"

/* At most 10 lines a second, in bursts of 50. */
static struct ratelimit_state rate =
	RATELIMIT_STATE_INIT_FLAGS(rate, 5 * HZ, 50, RATELIMIT_MSG_ON_RELEASE);

/*
 * printk() cuts a line at 976 bytes, or at 960 where it tells the caller: strings
 * get so much of it, escaped, that the keys behind them are never cut. A domain
 * takes its share from the others; each that is plain still has room for all or
 * most of what it can be.
 */
struct shares {
	u16 path, name, entry, domain;
};

static const struct shares without_domain = { .path = 400, .name = 130, .entry = 130 };
static const struct shares with_domain = { .path = 256, .name = 64, .entry = 72, .domain = 200 };

#define SHARE_MAX 400
#define EVIDENCE_ROOM 240	/* and one more piece of it */

/* Only the work item writes: one of each buffer serves. */
static char line[976];
static char escaped[SHARE_MAX + 1];
static char text[LEVEE_ENTRY_TEXT_MAX];

static_assert(LEVEE_DNS_TEXT_MAX <= LEVEE_ENTRY_TEXT_MAX);

static size_t put(size_t at, const char *format, ...) __printf(2, 3);
static size_t put(size_t at, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	at += vscnprintf(line + at, sizeof(line) - at, format, args);
	va_end(args);
	return at;
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/*
 * What is not printable ASCII, quotes and backslashes become \xNN: a line has
 * one reading. Of a string that is too long the end is kept, behind "...".
 */
static size_t put_string(size_t at, const char *key, const char *value, size_t room)
{
	static const char hex[] = "0123456789abcdef";
	size_t length = 0, n = 0;
	const char *c;

	for (c = value; *c; c++)
		length += is_plain(*c) ? 1 : 4;
	if (length > room) {
		for (; length > room - 3; value++)
			length -= is_plain(*value) ? 1 : 4;
		n = scnprintf(escaped, sizeof(escaped), "...");
	}
	for (c = value; *c; c++) {
		if (is_plain(*c)) {
			escaped[n++] = *c;
			continue;
		}
		escaped[n++] = '\\';
		escaped[n++] = 'x';
		escaped[n++] = hex[(unsigned char)*c >> 4];
		escaped[n++] = hex[*c & 15];
	}
	escaped[n] = '\0';
	return put(at, " %s=\"%s\"", key, escaped);
}

static const char *protocol(const struct levee_event *event, char *number, size_t size)
{
	const char *name = NULL;

	if (event->socket_family && event->socket_family != AF_INET &&
	    event->socket_family != AF_INET6) {
		name = levee_family_name(event->socket_family);
		snprintf(number, size, "family-%u", event->socket_family);
	} else {
		name = levee_proto_name(event->proto);
		snprintf(number, size, "%u", event->proto);
	}
	return name ?: number;
}

/* Entries and names are text of their own escapes; what is a backslash there is escaped, too. */
static size_t put_reason(size_t at, const struct levee_event *event, const struct shares *shares)
{
	const struct levee_entry entry = levee_event_entry(event);

	if (event->feed[0])
		return put_string(at, "entry", event->feed, shares->entry);
	if (!event->has_entry)
		return at;
	levee_entry_format(text, sizeof(text), &entry);
	return put_string(at, "entry", text, shares->entry);
}

static size_t put_target(size_t at, const struct levee_event *event)
{
	char number[16];

	at = put(at, " proto=%s", protocol(event, number, sizeof(number)));
	if (event->addr_len == 4)
		at = put(at, " addr=%pI4", event->addr);
	else if (event->addr_len == 16)
		at = put(at, " addr=%pI6c", event->addr);
	if (event->has_port)
		at = put(at, " port=%u", event->port);
	return at;
}

static size_t put_domain(size_t at, const struct levee_event *event, const struct shares *shares)
{
	char type[LEVEE_DNS_TYPE_TEXT_MAX];
	struct levee_dns_name name;

	if (!event->name_len ||
	    levee_dns_name_read(&name, event->name, event->name_len, 0, 0) <= 0)
		return at;
	levee_dns_name_format(text, sizeof(text), &name);
	at = put_string(at, "domain", text, shares->domain);
	if (event->feature != LEVEE_FEATURE_DNS)
		return at;
	levee_dns_type_format(type, sizeof(type), event->qtype);
	return put(at, " qtype=%s", type);
}

static size_t put_audit(size_t at, const struct levee_event *event, const struct shares *shares)
{
	at = put_string(at, "rule", event->rule, shares->name);
	at = put_string(at, "workload", event->text, shares->path);
	at = put(at, " feature=%s effect=%s enforced=%s reason=%s",
		 levee_feature_name(event->feature), levee_effect_name(event->effect),
		 str_yes_no(event->enforced), levee_reason_name(event->reason));
	at = put_reason(at, event, shares);
	at = put_target(at, event);
	return put_domain(at, event, shares);
}

/* As many as have room; addresses and numbers alone, so nothing has to be escaped. */
static size_t put_evidence(size_t at, const struct levee_event *event)
{
	const struct levee_evidence *evidence;
	char port[8], number[8];
	const char *proto;
	size_t n = 0;
	u32 i;

	for (i = 0; i < event->nr_evidence && n < EVIDENCE_ROOM; i++) {
		evidence = &event->evidence[i];
		proto = levee_proto_name(evidence->proto);
		snprintf(number, sizeof(number), "%u", evidence->proto);
		snprintf(port, sizeof(port), ":%u", evidence->port);
		n += scnprintf(text + n, sizeof(text) - n,
			       evidence->addr_len == 4 ? "%s%pI4%s/%s" : "%s[%pI6c]%s/%s",
			       i ? "," : "", evidence->addr, evidence->port ? port : "",
			       proto ?: number);
	}
	return put(at, " evidence=\"%s\"", text);
}

static const char *incident_kind(u32 kind)
{
	static const char * const kinds[] = {
		[LEVEE_INCIDENT_KIND_PORT_SCAN_VERTICAL] = "port-scan-vertical",
		[LEVEE_INCIDENT_KIND_PORT_SCAN_HORIZONTAL] = "port-scan-horizontal",
		[LEVEE_INCIDENT_KIND_PORT_SCAN_SLOW] = "port-scan-slow",
		[LEVEE_INCIDENT_KIND_DNS_EXFILTRATION] = "dns-exfiltration",
	};

	static_assert(ARRAY_SIZE(kinds) == LEVEE_INCIDENT_KIND_MAX + 1);
	return kinds[kind];
}

static size_t put_incident(size_t at, const struct levee_event *event, const struct shares *shares)
{
	at = put_string(at, "rule", event->rule, shares->name);
	at = put_string(at, "workload", event->text, shares->path);
	at = put(at, " feature=%s effect=%s enforced=%s kind=%s",
		 levee_feature_name(event->feature), levee_effect_name(event->effect),
		 str_yes_no(event->enforced), incident_kind(event->kind));
	return put_evidence(at, event);
}

bool levee_klog(const struct levee_event *event)
{
	static const char * const types[] = {
		[LEVEE_EVENT_TYPE_AUDIT] = "audit",
		[LEVEE_EVENT_TYPE_INCIDENT] = "incident",
		[LEVEE_EVENT_TYPE_NOTICE] = "notice",
	};
	const struct shares *shares = event->name_len ? &with_domain : &without_domain;
	size_t at;

	static_assert(ARRAY_SIZE(types) == LEVEE_EVENT_TYPE_MAX + 1);
	if (!__ratelimit(&rate))
		return false;
	at = put(0, "%s seq=%llu", types[event->type], event->seq);
	if (event->type == LEVEE_EVENT_TYPE_NOTICE)
		at = put_string(at, "text", event->text, shares->path);
	else if (event->type == LEVEE_EVENT_TYPE_INCIDENT)
		at = put_incident(at, event, &with_domain);
	else
		at = put_audit(at, event, shares);
	if (event->has_actor) {
		at = put(at, " pid=%u", event->pid);
		at = put_string(at, "comm", event->comm, shares->name);
		at = put(at, " uid=%u", event->uid);
	}
	if (event->count > 1)
		put(at, " count=%llu", event->count);
	if (event->type == LEVEE_EVENT_TYPE_NOTICE)
		pr_notice("levee: %s\n", line);
	else
		pr_warn("levee: %s\n", line);
	return true;
}
