// SPDX-License-Identifier: GPL-2.0
/* The kernel log: one line an event, the same keys in the same order, nothing in it forged. */
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/socket.h>
#include <linux/string_helpers.h>

#include "event.h"

/* At most 10 lines a second, in bursts of 50. */
static struct ratelimit_state rate =
	RATELIMIT_STATE_INIT_FLAGS(rate, 5 * HZ, 50, RATELIMIT_MSG_ON_RELEASE);

/*
 * printk() cuts a line at 976 bytes: strings get so much of it, escaped, that
 * the keys behind them are never cut.
 */
#define PATH_ESCAPED_MAX 400
#define NAME_ESCAPED_MAX 130

/* Only the work item writes: one buffer serves. */
static char line[976];
static char escaped[PATH_ESCAPED_MAX + 1];

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
static size_t put_string(size_t at, const char *key, const char *text, size_t room)
{
	static const char hex[] = "0123456789abcdef";
	size_t length = 0, n = 0;
	const char *c;

	for (c = text; *c; c++)
		length += is_plain(*c) ? 1 : 4;
	if (length > room) {
		for (; length > room - 3; text++)
			length -= is_plain(*text) ? 1 : 4;
		n = scnprintf(escaped, sizeof(escaped), "...");
	}
	for (c = text; *c; c++) {
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

static size_t put_audit(size_t at, const struct levee_event *event)
{
	char text[LEVEE_ENTRY_TEXT_MAX];

	at = put_string(at, "rule", event->rule, NAME_ESCAPED_MAX);
	at = put_string(at, "workload", event->text, PATH_ESCAPED_MAX);
	at = put(at, " feature=%s effect=%s enforced=%s reason=%s",
		 levee_feature_name(event->feature), levee_effect_name(event->effect),
		 str_yes_no(event->enforced), levee_reason_name(event->reason));
	if (event->has_entry) {
		levee_entry_format(text, sizeof(text), &event->entry);
		at = put_string(at, "entry", text, NAME_ESCAPED_MAX);
	}
	at = put(at, " proto=%s", protocol(event, text, sizeof(text)));
	if (event->addr_len == 4)
		at = put(at, " addr=%pI4", event->addr);
	else if (event->addr_len == 16)
		at = put(at, " addr=%pI6c", event->addr);
	if (event->has_port)
		at = put(at, " port=%u", event->port);
	return at;
}

bool levee_klog(const struct levee_event *event)
{
	static const char * const types[] = {
		[LEVEE_EVENT_TYPE_AUDIT] = "audit",
		[LEVEE_EVENT_TYPE_INCIDENT] = "incident",
		[LEVEE_EVENT_TYPE_NOTICE] = "notice",
	};
	size_t at;

	static_assert(ARRAY_SIZE(types) == LEVEE_EVENT_TYPE_MAX + 1);
	if (!__ratelimit(&rate))
		return false;
	at = put(0, "%s seq=%llu", types[event->type], event->seq);
	if (event->type == LEVEE_EVENT_TYPE_NOTICE)
		at = put_string(at, "text", event->text, PATH_ESCAPED_MAX);
	else
		at = put_audit(at, event);
	if (event->has_actor) {
		at = put(at, " pid=%u", event->pid);
		at = put_string(at, "comm", event->comm, NAME_ESCAPED_MAX);
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
