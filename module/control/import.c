// SPDX-License-Identifier: GPL-2.0
/* A fixed number of imports, one a socket. */
#include <linux/mutex.h>

#include "../lib/limits.h"
#include "import.h"

struct import {
	u64 cookie;			/* 0: free. Port ids are used again, these are not */
	u32 portid;
	u32 count;
	bool spoiled;			/* something was refused: it is not what it should be */
	struct list_head drafts;
};

static struct import imports[LEVEE_STAGES_MAX];
static DEFINE_MUTEX(imports_mutex);
static u64 last_cookie;

int levee_import_open(u32 portid, u64 *cookie, struct netlink_ext_ack *extack)
{
	struct import *free = NULL;
	int err = 0;
	u32 i;

	mutex_lock(&imports_mutex);
	for (i = 0; i < LEVEE_STAGES_MAX; i++) {
		if (!imports[i].cookie)
			free = &imports[i];
		else if (imports[i].portid == portid)
			err = -EBUSY;
	}
	if (err) {
		NL_SET_ERR_MSG(extack, "this socket imports models already");
	} else if (!free) {
		NL_SET_ERR_MSG(extack, "too many imports are open");
		err = -ENOSPC;
	} else {
		free->portid = portid;
		free->cookie = ++last_cookie;
		free->count = 0;
		free->spoiled = false;
		INIT_LIST_HEAD(&free->drafts);
		*cookie = free->cookie;
	}
	mutex_unlock(&imports_mutex);
	return err;
}

static struct import *find(u32 portid, u64 cookie, struct netlink_ext_ack *extack)
{
	u32 i;

	lockdep_assert_held(&imports_mutex);
	for (i = 0; cookie && i < LEVEE_STAGES_MAX; i++)
		if (imports[i].cookie == cookie && imports[i].portid == portid)
			return &imports[i];
	NL_SET_ERR_MSG(extack, "this socket has no such import");
	return NULL;
}

int levee_import_add(u32 portid, u64 cookie, struct levee_model_draft *draft,
		     struct netlink_ext_ack *extack)
{
	struct import *import;
	int err = 0;

	mutex_lock(&imports_mutex);
	import = find(portid, cookie, extack);
	if (!import) {
		err = -ENOENT;
	} else if (import->count == LEVEE_MODELS_MAX) {
		NL_SET_ERR_MSG(extack, "there would be too many models");
		err = -E2BIG;
	} else {
		list_add_tail(&draft->list, &import->drafts);
		import->count++;
	}
	mutex_unlock(&imports_mutex);
	return err;
}

struct levee_model_draft *levee_import_get(u32 portid, u64 cookie,
					   struct netlink_ext_ack *extack)
{
	struct import *import;

	mutex_lock(&imports_mutex);
	import = find(portid, cookie, extack);
	if (import && !import->count) {
		NL_SET_ERR_MSG(extack, "the import has no model yet");
		import = NULL;
	}
	if (!import) {
		mutex_unlock(&imports_mutex);
		return ERR_PTR(-ENOENT);
	}
	/* levee_import_put() unlocks. */
	return list_last_entry(&import->drafts, struct levee_model_draft, list);
}

void levee_import_put(u32 portid, u64 cookie, bool spoiled)
{
	struct import *import = find(portid, cookie, NULL);

	if (import && spoiled)
		import->spoiled = true;
	mutex_unlock(&imports_mutex);
}

void levee_import_spoil(u32 portid, u64 cookie)
{
	struct import *import;

	mutex_lock(&imports_mutex);
	import = find(portid, cookie, NULL);
	if (import)
		import->spoiled = true;
	mutex_unlock(&imports_mutex);
}

/* Empties it into a list, and closes it. */
static void close_import(struct import *import, struct list_head *drafts)
{
	lockdep_assert_held(&imports_mutex);
	list_splice_tail(&import->drafts, drafts);
	import->cookie = 0;
}

int levee_import_commit(u32 portid, u64 cookie, u32 *count, struct netlink_ext_ack *extack)
{
	struct import *import;
	LIST_HEAD(drafts);
	int err = 0;

	mutex_lock(&imports_mutex);
	import = find(portid, cookie, extack);
	if (import) {
		close_import(import, &drafts);
		*count = import->count;
		if (import->spoiled) {
			NL_SET_ERR_MSG(extack, "something of the import was refused");
			err = -EINVAL;
		}
	} else {
		err = -ENOENT;
	}
	mutex_unlock(&imports_mutex);
	if (!err)
		err = levee_models_import(&drafts, extack);
	levee_model_drafts_free(&drafts);
	return err;
}

int levee_import_abandon(u32 portid, u64 cookie, struct netlink_ext_ack *extack)
{
	struct import *import;
	LIST_HEAD(drafts);

	mutex_lock(&imports_mutex);
	import = find(portid, cookie, extack);
	if (import)
		close_import(import, &drafts);
	mutex_unlock(&imports_mutex);
	levee_model_drafts_free(&drafts);
	return import ? 0 : -ENOENT;
}

u64 levee_imports_open(void)
{
	u64 open = 0;
	u32 i;

	mutex_lock(&imports_mutex);
	for (i = 0; i < LEVEE_STAGES_MAX; i++)
		open += !!imports[i].cookie;
	mutex_unlock(&imports_mutex);
	return open;
}

/* What a socket imports, or everybody when it is NULL. */
static void drop(const u32 *portid)
{
	LIST_HEAD(drafts);
	u32 i;

	mutex_lock(&imports_mutex);
	for (i = 0; i < LEVEE_STAGES_MAX; i++)
		if (imports[i].cookie && (!portid || imports[i].portid == *portid))
			close_import(&imports[i], &drafts);
	mutex_unlock(&imports_mutex);
	levee_model_drafts_free(&drafts);
}

void levee_import_close_socket(u32 portid)
{
	drop(&portid);
}

int levee_import_init(void)
{
	return 0;
}

void levee_import_exit(void)
{
	drop(NULL);
}
