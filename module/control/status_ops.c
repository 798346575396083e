// SPDX-License-Identifier: GPL-2.0
/* status-get. */
#include "../policy/registry.h"
#include "../report/event.h"
#include "missing.h"
#include "ops.h"
#include "status.h"

static int put_hooks(struct sk_buff *skb)
{
	struct levee_hook_status status;
	struct nlattr *nest;
	u32 i;

	for (i = 0; levee_hook_status(i, &status); i++) {
		nest = nla_nest_start(skb, LEVEE_A_STATUS_HOOK);
		if (!nest ||
		    nla_put_string(skb, LEVEE_A_HOOK_NAME, status.name) ||
		    nla_put_u32(skb, LEVEE_A_HOOK_STATE, status.state) ||
		    nla_put_string(skb, LEVEE_A_HOOK_TEXT, status.text) ||
		    nla_put_u64_64bit(skb, LEVEE_A_HOOK_MISSED, status.missed,
				      LEVEE_A_HOOK_PAD))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

static int put_limits(struct sk_buff *skb)
{
	const struct levee_limit *limit;
	struct nlattr *nest;

	for (limit = levee_limits; limit->name; limit++) {
		nest = nla_nest_start(skb, LEVEE_A_STATUS_LIMIT);
		if (!nest ||
		    nla_put_string(skb, LEVEE_A_LIMIT_NAME, limit->name) ||
		    nla_put_u64_64bit(skb, LEVEE_A_LIMIT_USED, limit->used(), LEVEE_A_LIMIT_PAD) ||
		    nla_put_u64_64bit(skb, LEVEE_A_LIMIT_BOUND, limit->most(), LEVEE_A_LIMIT_PAD))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

static int put_counters(struct sk_buff *skb)
{
	const struct levee_counter *counter;
	struct nlattr *nest;

	for (counter = levee_counters; counter->name; counter++) {
		nest = nla_nest_start(skb, LEVEE_A_STATUS_COUNTER);
		if (!nest ||
		    nla_put_string(skb, LEVEE_A_COUNTER_NAME, counter->name) ||
		    nla_put_u64_64bit(skb, LEVEE_A_COUNTER_VALUE, counter->read(),
				      LEVEE_A_COUNTER_PAD))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

/* Room for a sentence about a feed that is missing. */
#define MISSING_MAX (LEVEE_NAME_MAX + 64)

static int put_unenforced(struct sk_buff *skb)
{
	char name[LEVEE_NAME_MAX + 1], text[MISSING_MAX];
	const char *sentence;
	u32 i;

	for (i = 0; (sentence = levee_unenforced(i)); i++)
		if (nla_put_string(skb, LEVEE_A_STATUS_UNENFORCED, sentence))
			return -EMSGSIZE;
	for (i = 0; levee_missing_feed(i, name); i++) {
		snprintf(text, sizeof(text), "feed %s: a rule names it, and it is not loaded",
			 name);
		if (nla_put_string(skb, LEVEE_A_STATUS_UNENFORCED, text))
			return -EMSGSIZE;
	}
	return 0;
}

static int put_status(struct sk_buff *skb)
{
	struct levee_report_counters counters;
	bool alert_only;
	u64 generation;

	rcu_read_lock();
	generation = levee_live_rcu()->generation;
	alert_only = levee_live_rcu()->alert_only;
	rcu_read_unlock();
	levee_report_read(&counters);
	if (nla_put_string(skb, LEVEE_A_STATUS_VERSION, LEVEE_VERSION) ||
	    nla_put_u64_64bit(skb, LEVEE_A_STATUS_GENERATION, generation, LEVEE_A_STATUS_PAD) ||
	    nla_put_u32(skb, LEVEE_A_STATUS_SEALED, 0) ||
	    nla_put_u32(skb, LEVEE_A_STATUS_ALERT_ONLY, alert_only) ||
	    put_hooks(skb) || put_limits(skb) || put_counters(skb) ||
	    nla_put_u64_64bit(skb, LEVEE_A_STATUS_LOST, counters.lost, LEVEE_A_STATUS_PAD))
		return -EMSGSIZE;
	return put_unenforced(skb);
}

/* Every feed that a rule names may be missing. */
#define STATUS_MESSAGE_MAX (8192 + LEVEE_FEEDS_MAX * MISSING_MAX)

int levee_nl_status_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *reply;
	void *header;
	int err;

	reply = levee_reply_new(info, STATUS_MESSAGE_MAX, &header);
	if (!reply)
		return -ENOMEM;
	err = put_status(reply);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	return levee_reply_send(reply, header, info);
}
