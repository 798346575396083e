// SPDX-License-Identifier: GPL-2.0
/* Build, prepare, arm, publish: whatever can fail comes before the publishing, and is undone. */
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/workqueue.h>

#include "../hook/egress_hooks.h"
#include "../hook/packet_hooks.h"
#include "../hook/socket_hooks.h"
#include "../lib/model_item.h"
#include "../policy/feed.h"
#include "../policy/labels.h"
#include "../policy/registry.h"
#include "../policy/workload.h"
#include "../report/event.h"
#include "commit.h"
#include "missing.h"
#include "sysfs.h"

/* Whether the module holds a reference to itself, because it has something to enforce. */
static bool held;

/* Without a cgroup v2 hierarchy every socket is the root's, and nothing would be governed. */
static bool has_cgroup2(void)
{
	struct file_system_type *type = get_fs_type("cgroup2");

	return type && !hlist_empty(&type->fs_supers);
}

static int arm(const struct levee_ruleset *rs, struct netlink_ext_ack *extack)
{
	int err;

	if (!has_cgroup2()) {
		NL_SET_ERR_MSG(extack, "no cgroup v2 hierarchy is mounted");
		return -EOPNOTSUPP;
	}
	err = levee_packet_hooks_arm();
	if (err) {
		NL_SET_ERR_MSG(extack, "the netfilter hooks cannot be registered");
		return err;
	}
	/* Where that cannot be had, the status says so. */
	levee_egress_hooks_arm();
	err = levee_socket_hooks_arm();
	if (err && rs->require & LEVEE_REQUIRE_SOCKET_HOOKS) {
		NL_SET_ERR_MSG(extack, "the policy requires socket-hooks: not to be had here");
		return err;
	}
	return 0;
}

/* Nothing to enforce: nothing is hooked, and the module may go. */
static void settle(void)
{
	lockdep_assert_held(&levee_registry_mutex);
	if (levee_live()->nr_rules || levee_workloads_quarantined())
		return;
	/* Socket hooks first: they note namespaces with the others. The last judge frames, too. */
	levee_socket_hooks_disarm();
	levee_egress_hooks_disarm();
	levee_packet_hooks_disarm();
	if (held)
		module_put(THIS_MODULE);
	held = false;
}

static void settle_fn(struct work_struct *work)
{
	mutex_lock(&levee_registry_mutex);
	settle();
	mutex_unlock(&levee_registry_mutex);
}

static DECLARE_WORK(settle_work, settle_fn);

/* Packets are looked at on delivery only where governed workloads live. */
static void mark_namespaces(struct levee_ruleset *rs)
{
	struct task_struct *process, *thread;

	rcu_read_lock();
	for_each_process_thread(process, thread) {
		/* data_race: its own word, but this bit of it never changes */
		if (data_race(thread->flags) & PF_KTHREAD ||
		    !levee_subject_of(rs, task_dfl_cgroup(thread)).workload)
			continue;
		task_lock(thread);
		if (thread->nsproxy)
			levee_packet_hooks_mark(thread->nsproxy->net_ns);
		task_unlock(thread);
	}
	rcu_read_unlock();
}

static int unprotect(struct levee_workload *workload, void *arg)
{
	clear_bit(LEVEE_WORKLOAD_PROTECTED, &workload->flags);
	return 0;
}

/* The hand that holds the policy is not to be cut off by it; who held an older one is no longer. */
static void protect_committer(struct levee_ruleset *rs)
{
	struct levee_subject subject;
	u32 bucket = 0;

	rcu_read_lock();
	levee_workloads_walk(&bucket, unprotect, NULL);
	subject = levee_subject_of(rs, task_dfl_cgroup(current));
	if (subject.workload)
		set_bit(LEVEE_WORKLOAD_PROTECTED, &subject.workload->flags);
	rcu_read_unlock();
}

static void announce(const struct levee_ruleset *rs)
{
	struct levee_socket_hook_info hook;

	if (!rs->nr_rules) {
		levee_report_notice(rs->generation, "policy flushed, generation %llu",
				    rs->generation);
		return;
	}
	levee_report_notice(rs->generation, "policy committed, generation %llu, %u rules%s",
			    rs->generation, rs->nr_rules,
			    rs->alert_only ? ", alert only" : "");
	if (levee_packet_hooks_outranked())
		levee_report_notice(rs->generation,
				    "in %u network namespaces a chain that is older than the policy has the last priority: governed packets there are malformed",
				    levee_packet_hooks_outranked());
	if (levee_packet_hooks_incomplete())
		levee_report_notice(rs->generation,
				    "in %u network namespaces a netfilter hook is full: governed packets there are malformed, if they are seen",
				    levee_packet_hooks_incomplete());
	if (!levee_socket_hooks_armed())
		levee_report_notice(rs->generation,
				    "the LSM socket hooks cannot be had (%s): raw-sockets is not enforced",
				    levee_socket_hooks_info(0, &hook) ? hook.text :
				    "no ftrace with arguments");
}

static void announce_loaded(const struct levee_feed *feed)
{
	levee_report_notice(levee_live()->generation, "feed %s loaded, %u %s", feed->name,
			    feed->count,
			    feed->kind == LEVEE_FEED_KIND_DOMAINS ? "domains" : "prefixes");
}

/* Before @feeds become live: then nobody can be told any more what is not among them. */
static void announce_unloaded(const struct levee_feeds *feeds)
{
	const struct levee_feeds *live = levee_feeds_live();
	u32 i;

	for (i = 0; i < live->count; i++)
		if (!levee_feeds_find(feeds, live->feed[i]->name))
			levee_report_notice(levee_live()->generation, "feed %s unloaded",
					    live->feed[i]->name);
}

/* Of whoever happens on something, in whatever context. */
static u64 live_generation(void)
{
	u64 generation;

	rcu_read_lock();
	generation = levee_live_rcu()->generation;
	rcu_read_unlock();
	return generation;
}

static int prepare(struct levee_ruleset *rs, struct levee_rules_dir *dir,
		   struct levee_rules_dir **old_dir, struct netlink_ext_ack *extack)
{
	int err = 0;

	if (rs->nr_rules)
		err = levee_workloads_fill_pool() ?: arm(rs, extack);
	return err ?: levee_sysfs_show(dir, old_dir);
}

static int publish(struct levee_ruleset *rs, struct levee_feeds *feeds,
		   struct netlink_ext_ack *extack)
{
	struct levee_rules_dir *dir, *old_dir = NULL;
	struct levee_ruleset *old;
	int err;

	if (rs->nr_rules && !held) {
		if (!try_module_get(THIS_MODULE))
			return -ENODEV;
		held = true;
	}
	dir = levee_sysfs_prepare(rs);
	if (IS_ERR(dir))
		return PTR_ERR(dir);
	err = prepare(rs, dir, &old_dir, extack);
	if (err) {
		levee_sysfs_discard(dir);
		return err;
	}
	levee_report_end_folds();
	/* From here on nothing fails. */
	announce_unloaded(feeds);
	levee_feeds_publish(feeds);
	old = levee_publish(rs);
	/*
	 * No reader of the old policy may stop or match a workload while it is
	 * matched by the new one.
	 */
	synchronize_rcu();
	levee_sysfs_discard(old_dir);
	levee_ruleset_retire(old);
	if (rs->nr_rules) {
		protect_committer(rs);
		mark_namespaces(rs);
		levee_egress_hooks_catch_up();
	}
	levee_workloads_match_all(rs);
	levee_workloads_prune(rs);
	announce(rs);
	return 0;
}

/* Both are live, or none is. @staged is NULL for a flush. */
static int build_and_publish(struct levee_staged *staged, u64 *generation,
			     struct netlink_ext_ack *extack)
{
	struct levee_ruleset *rs;
	struct levee_feeds *feeds;
	int err;

	rs = staged ? levee_ruleset_build(staged->draft, extack) : levee_ruleset_empty();
	if (IS_ERR_OR_NULL(rs))
		return rs ? PTR_ERR(rs) : -ENOMEM;
	feeds = levee_feeds_prepare(staged ? staged->feeds : NULL, staged ? staged->nr_feeds : 0,
				    true, extack);
	if (IS_ERR(feeds)) {
		levee_ruleset_free(rs);
		return PTR_ERR(feeds);
	}
	err = publish(rs, feeds, extack);
	if (err) {
		levee_feeds_discard(feeds);
		levee_ruleset_free(rs);
		return err;
	}
	*generation = rs->generation;
	return 0;
}

int levee_commit(struct levee_staged *staged, const u64 *expected, u64 *generation,
		 struct netlink_ext_ack *extack)
{
	int err;
	u32 i;

	mutex_lock(&levee_registry_mutex);
	if (expected && *expected != levee_live()->generation) {
		NL_SET_ERR_MSG(extack, "another policy has become live");
		err = -ESTALE;
		goto out;
	}
	err = build_and_publish(staged, generation, extack);
	if (!err) {
		for (i = 0; staged && i < staged->nr_feeds; i++)
			announce_loaded(staged->feeds[i]);
		if (staged)
			staged->nr_feeds = 0;
		levee_missing_update(levee_live());
	}
	settle();
out:
	mutex_unlock(&levee_registry_mutex);
	return err;
}

int levee_commit_feed(struct levee_feed *feed, struct netlink_ext_ack *extack)
{
	struct levee_feeds *feeds;

	mutex_lock(&levee_registry_mutex);
	feeds = levee_feeds_prepare(&feed, 1, false, extack);
	if (!IS_ERR(feeds)) {
		levee_feeds_publish(feeds);
		announce_loaded(feed);
		levee_missing_update(levee_live());
	}
	mutex_unlock(&levee_registry_mutex);
	return PTR_ERR_OR_ZERO(feeds);
}

int levee_unload_feed(const char *name, struct netlink_ext_ack *extack)
{
	struct levee_feeds *feeds;

	mutex_lock(&levee_registry_mutex);
	feeds = levee_feeds_without(name, extack);
	if (!IS_ERR(feeds)) {
		announce_unloaded(feeds);
		levee_feeds_publish(feeds);
		levee_missing_update(levee_live());
	}
	mutex_unlock(&levee_registry_mutex);
	return PTR_ERR_OR_ZERO(feeds);
}

/* Who a cgroup's labels select may be another now, also of what is below it. */
static void match_again(struct cgroup *cgroup)
{
	struct levee_ruleset *rs = levee_live();

	lockdep_assert_held(&levee_registry_mutex);
	levee_workloads_forget_match(rs, cgroup);
	if (!rs->nr_rules)
		return;
	mark_namespaces(rs);
	levee_egress_hooks_catch_up();
	levee_workloads_match_below(rs, cgroup);
	/* What now belongs to an ancestor's, or to nobody's. */
	levee_workloads_prune(rs);
}

static void announce_labels(struct cgroup *cgroup, const char *what, const char *container,
			    const char *image)
{
	char *path = kmalloc(PATH_MAX, GFP_KERNEL);

	if (path && cgroup_path(cgroup, path, PATH_MAX) > 0)
		levee_report_notice(levee_live()->generation, "%s %s%s%s%s%s", path, what,
				    container ? ", container " : "", container ?: "",
				    image ? ", image " : "", image ?: "");
	kfree(path);
}

/* To be put; an ERR_PTR for what cannot have labels. */
static struct cgroup *get_cgroup(u64 cgroup_id, struct netlink_ext_ack *extack)
{
	struct cgroup *cgroup = cgroup_get_from_id(cgroup_id);

	if (IS_ERR_OR_NULL(cgroup)) {
		NL_SET_ERR_MSG(extack, "there is no such cgroup");
		return ERR_PTR(-ENOENT);
	}
	if (!cgroup->level) {
		cgroup_put(cgroup);
		NL_SET_ERR_MSG(extack, "the root cgroup is no workload");
		return ERR_PTR(-EINVAL);
	}
	return cgroup;
}

int levee_bind(u64 cgroup_id, const char *container, const char *image,
	       struct netlink_ext_ack *extack)
{
	struct cgroup *cgroup = get_cgroup(cgroup_id, extack);
	struct levee_bound *bound;
	int err;

	if (IS_ERR(cgroup))
		return PTR_ERR(cgroup);
	bound = levee_labels_new(cgroup_id, container, image);
	if (!bound) {
		cgroup_put(cgroup);
		return -ENOMEM;
	}
	mutex_lock(&levee_registry_mutex);
	err = levee_labels_bind(bound);
	if (!err) {
		match_again(cgroup);
		announce_labels(cgroup, "is bound", container, image);
	}
	mutex_unlock(&levee_registry_mutex);
	if (err) {
		NL_SET_ERR_MSG(extack, "too many cgroups have labels");
		kfree(bound);
	}
	cgroup_put(cgroup);
	return err;
}

int levee_unbind(u64 cgroup_id, struct netlink_ext_ack *extack)
{
	struct cgroup *cgroup = get_cgroup(cgroup_id, extack);
	bool bound;

	if (IS_ERR(cgroup))
		return PTR_ERR(cgroup);
	mutex_lock(&levee_registry_mutex);
	bound = levee_labels_unbind(cgroup_id);
	if (bound) {
		match_again(cgroup);
		announce_labels(cgroup, "is unbound", NULL, NULL);
	}
	mutex_unlock(&levee_registry_mutex);
	cgroup_put(cgroup);
	if (bound)
		return 0;
	NL_SET_ERR_MSG(extack, "this cgroup has no labels of its own");
	return -ENOENT;
}

int levee_release(u64 cgroup_id, struct netlink_ext_ack *extack)
{
	struct levee_workload *workload;
	int err = -ENOENT;

	mutex_lock(&levee_registry_mutex);
	rcu_read_lock();
	workload = levee_workload_by_id(cgroup_id);
	if (workload && levee_workload_release(workload)) {
		levee_report_notice(levee_live_rcu()->generation, "workload %s is released",
				    workload->path);
		err = 0;
	}
	rcu_read_unlock();
	if (err)
		NL_SET_ERR_MSG(extack, "no workload with this root is quarantined");
	settle();
	mutex_unlock(&levee_registry_mutex);
	return err;
}

static void on_overflow(u64 generation)
{
	levee_report_notice(generation,
			    "no room for more workloads: further ones have their lists alone");
}

static void on_model_state(const struct levee_model *model, u8 state)
{
	levee_report_notice(live_generation(), "model %s:%s is %s",
			    levee_model_kind_name(model->kind), model->key,
			    levee_model_state_name(state));
}

static void on_model_incomplete(const struct levee_model *model)
{
	levee_report_notice(live_generation(),
			    "model %s:%s is incomplete: there is no room for what is new",
			    levee_model_kind_name(model->kind), model->key);
}

static void on_model_refused(void)
{
	levee_report_notice(live_generation(),
			    "no room for more models: workloads without one have their lists alone");
}

static void on_quarantine_over(void)
{
	schedule_work(&settle_work);
}

static void ignore(void)
{
}

static const struct levee_workload_events workload_events = {
	.overflow = on_overflow,
	.quarantine_over = on_quarantine_over,
};

static const struct levee_model_events model_events = {
	.state = on_model_state,
	.incomplete = on_model_incomplete,
	.refused = on_model_refused,
};

/* Once nothing is hooked and nobody commits. */
static const struct levee_workload_events no_events = {
	.overflow = on_overflow,
	.quarantine_over = ignore,
};

int levee_commit_init(void)
{
	WRITE_ONCE(levee_workload_events, &workload_events);
	levee_model_events = &model_events;
	return 0;
}

void levee_commit_exit(void)
{
	/* 1) no new work; 2) what reads the old table is over; 3) no old work. */
	WRITE_ONCE(levee_workload_events, &no_events);
	synchronize_rcu();
	cancel_work_sync(&settle_work);
	mutex_lock(&levee_registry_mutex);
	levee_socket_hooks_disarm();
	levee_egress_hooks_disarm();
	levee_packet_hooks_disarm();
	mutex_unlock(&levee_registry_mutex);
	levee_egress_hooks_exit();
}
