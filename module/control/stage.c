// SPDX-License-Identifier: GPL-2.0
/* A fixed number of stages; the netlink notifier drops the one of a socket that closes. */
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <net/net_namespace.h>

#include "../lib/limits.h"
#include "stage.h"

struct stage {
	struct levee_draft *draft;	/* NULL: free */
	u32 portid;
	u64 cookie;			/* port ids are used again, these are not */
};

static struct stage stages[LEVEE_STAGES_MAX];
static DEFINE_MUTEX(stages_mutex);
static u64 last_cookie;

int levee_stage_open(u32 portid, bool alert_only, u32 require, u64 *cookie,
		     struct netlink_ext_ack *extack)
{
	struct levee_draft *draft = levee_draft_new();
	struct stage *free = NULL;
	int err = 0;
	u32 i;

	if (!draft)
		return -ENOMEM;
	draft->alert_only = alert_only;
	draft->require = require;
	mutex_lock(&stages_mutex);
	for (i = 0; i < LEVEE_STAGES_MAX; i++) {
		if (!stages[i].draft)
			free = &stages[i];
		else if (stages[i].portid == portid)
			err = -EBUSY;
	}
	if (err) {
		NL_SET_ERR_MSG(extack, "this socket stages a policy already");
	} else if (!free) {
		NL_SET_ERR_MSG(extack, "too many policies are being staged");
		err = -ENOSPC;
	} else {
		free->draft = draft;
		free->portid = portid;
		free->cookie = ++last_cookie;
		*cookie = free->cookie;
	}
	mutex_unlock(&stages_mutex);
	if (err)
		levee_draft_free(draft);
	return err;
}

static struct stage *find(u32 portid, u64 cookie)
{
	u32 i;

	lockdep_assert_held(&stages_mutex);
	for (i = 0; i < LEVEE_STAGES_MAX; i++)
		if (stages[i].draft && stages[i].portid == portid && stages[i].cookie == cookie)
			return &stages[i];
	return NULL;
}

struct levee_draft *levee_stage_get(u32 portid, u64 cookie, struct netlink_ext_ack *extack)
{
	struct stage *stage;

	mutex_lock(&stages_mutex);
	stage = find(portid, cookie);
	if (!stage) {
		mutex_unlock(&stages_mutex);
		NL_SET_ERR_MSG(extack, "this socket has no such stage");
		return ERR_PTR(-ENOENT);
	}
	/* levee_stage_put() and levee_stage_close() unlock. */
	return stage->draft;
}

void levee_stage_put(void)
{
	mutex_unlock(&stages_mutex);
}

struct levee_draft *levee_stage_close(u32 portid, u64 cookie, struct netlink_ext_ack *extack)
{
	struct levee_draft *draft = levee_stage_get(portid, cookie, extack);

	if (IS_ERR(draft))
		return draft;
	find(portid, cookie)->draft = NULL;
	mutex_unlock(&stages_mutex);
	return draft;
}

u64 levee_stages_open(void)
{
	u64 open = 0;
	u32 i;

	mutex_lock(&stages_mutex);
	for (i = 0; i < LEVEE_STAGES_MAX; i++)
		open += !!stages[i].draft;
	mutex_unlock(&stages_mutex);
	return open;
}

static int on_netlink_event(struct notifier_block *block, unsigned long event, void *data)
{
	const struct netlink_notify *notify = data;
	struct levee_draft *draft = NULL;
	u32 i;

	if (event != NETLINK_URELEASE || notify->protocol != NETLINK_GENERIC ||
	    notify->net != &init_net)
		return NOTIFY_DONE;
	mutex_lock(&stages_mutex);
	for (i = 0; i < LEVEE_STAGES_MAX; i++) {
		if (stages[i].draft && stages[i].portid == notify->portid) {
			draft = stages[i].draft;
			stages[i].draft = NULL;
			break;
		}
	}
	mutex_unlock(&stages_mutex);
	levee_draft_free(draft);
	return NOTIFY_DONE;
}

static struct notifier_block netlink_notifier = { .notifier_call = on_netlink_event };

int levee_stage_init(void)
{
	return netlink_register_notifier(&netlink_notifier);
}

void levee_stage_exit(void)
{
	u32 i;

	netlink_unregister_notifier(&netlink_notifier);
	for (i = 0; i < LEVEE_STAGES_MAX; i++)
		levee_draft_free(stages[i].draft);
}
