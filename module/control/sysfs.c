// SPDX-License-Identifier: GPL-2.0
/* Counters and states as files. */
#include <linux/capability.h>
#include <linux/kobject.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "../policy/registry.h"
#include "netlink_gen.h"
#include "status.h"
#include "sysfs.h"

#define RULES "rules"

static struct kobject *root;
static struct kobject *hooks_dir;
static struct kobject *stats_dir;
static struct levee_rules_dir *shown;

/*
 * Containers see the host's sysfs, and many run as its root: a file is for those
 * who could ask by netlink.
 */
static bool may_read(void)
{
	return capable(CAP_NET_ADMIN);
}

struct levee_rules_dir {
	struct kobject kobj;
	u32 nr_rules;
	struct rule_dir *rules[];
};

struct rule_dir {
	struct kobject kobj;
	const struct levee_rule *rule;
};

/* One file of a rule: the name, or a counter over all features. */
struct rule_file {
	struct attribute attr;
	int stat;	/* enum levee_stat, -1: the name */
};

#define RULE_FILE(file, which) \
	static struct rule_file rule_##file = { { .name = #file, .mode = 0400 }, which }

RULE_FILE(name, -1);
RULE_FILE(allowed, LEVEE_STAT_ALLOWED);
RULE_FILE(audited, LEVEE_STAT_AUDITED);
RULE_FILE(prevented, LEVEE_STAT_PREVENTED);
RULE_FILE(blocked, LEVEE_STAT_BLOCKED);
RULE_FILE(unenforced, LEVEE_STAT_UNENFORCED);

static struct attribute *rule_attrs[] = {
	&rule_name.attr,
	&rule_allowed.attr,
	&rule_audited.attr,
	&rule_prevented.attr,
	&rule_blocked.attr,
	&rule_unenforced.attr,
	NULL
};
ATTRIBUTE_GROUPS(rule);

static ssize_t rule_show(struct kobject *kobj, struct attribute *attr, char *buf)
{
	const struct rule_file *file = container_of(attr, struct rule_file, attr);
	const struct levee_rule *rule = container_of(kobj, struct rule_dir, kobj)->rule;
	u64 sum = 0;
	u32 feature;

	if (!may_read())
		return -EPERM;
	if (file->stat < 0)
		return sysfs_emit(buf, "%s\n", rule->name);
	for (feature = 1; feature <= LEVEE_FEATURE_MAX; feature++)
		sum += levee_rule_stat(rule, feature, file->stat);
	return sysfs_emit(buf, "%llu\n", sum);
}

static const struct sysfs_ops rule_ops = { .show = rule_show };

static void rule_release(struct kobject *kobj)
{
	kfree(container_of(kobj, struct rule_dir, kobj));
}

static const struct kobj_type rule_type = {
	.release = rule_release,
	.sysfs_ops = &rule_ops,
	.default_groups = rule_groups,
};

static void rules_release(struct kobject *kobj)
{
	kvfree(container_of(kobj, struct levee_rules_dir, kobj));
}

static const struct kobj_type rules_type = {
	.release = rules_release,
	.sysfs_ops = &kobj_sysfs_ops,
};

static int add_rule(struct levee_rules_dir *dir, const struct levee_rule *rule)
{
	struct rule_dir *rule_dir = kzalloc(sizeof(*rule_dir), GFP_KERNEL);
	int err;

	if (!rule_dir)
		return -ENOMEM;
	rule_dir->rule = rule;
	err = kobject_init_and_add(&rule_dir->kobj, &rule_type, &dir->kobj, "%u", rule->index);
	if (err) {
		kobject_put(&rule_dir->kobj);
		return err;
	}
	dir->rules[dir->nr_rules++] = rule_dir;
	return 0;
}

struct levee_rules_dir *levee_sysfs_prepare(const struct levee_ruleset *rs)
{
	struct levee_rules_dir *dir;
	int err;
	u32 i;

	dir = kvzalloc(struct_size(dir, rules, rs->nr_rules), GFP_KERNEL);
	if (!dir)
		return ERR_PTR(-ENOMEM);
	err = kobject_init_and_add(&dir->kobj, &rules_type, root, RULES ".new");
	for (i = 0; i < rs->nr_rules && !err; i++)
		err = add_rule(dir, &rs->rules[i]);
	if (err) {
		levee_sysfs_discard(dir);
		return ERR_PTR(err);
	}
	return dir;
}

int levee_sysfs_show(struct levee_rules_dir *dir, struct levee_rules_dir **old)
{
	int err = 0;

	lockdep_assert_held(&levee_registry_mutex);
	if (shown)
		err = kobject_rename(&shown->kobj, RULES ".old");
	if (err)
		return err;
	err = kobject_rename(&dir->kobj, RULES);
	if (err) {
		if (shown && kobject_rename(&shown->kobj, RULES))
			pr_warn("levee: sysfs keeps the rules in " RULES ".old\n");
		return err;
	}
	*old = shown;
	shown = dir;
	return 0;
}

void levee_sysfs_discard(struct levee_rules_dir *dir)
{
	u32 i;

	if (IS_ERR_OR_NULL(dir))
		return;
	for (i = 0; i < dir->nr_rules; i++) {
		kobject_del(&dir->rules[i]->kobj);
		kobject_put(&dir->rules[i]->kobj);
	}
	kobject_del(&dir->kobj);
	kobject_put(&dir->kobj);
}

static ssize_t generation_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return may_read() ? sysfs_emit(buf, "%llu\n", levee_generation()) : -EPERM;
}

static struct kobj_attribute generation_attr = __ATTR_RO_MODE(generation, 0400);

static ssize_t sealed_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return may_read() ? sysfs_emit(buf, "0\n") : -EPERM;
}

static struct kobj_attribute sealed_attr = __ATTR_RO_MODE(sealed, 0400);

static const struct attribute *root_attrs[] = {
	&generation_attr.attr,
	&sealed_attr.attr,
	NULL
};

/* Files whose names come from tables: made once, found again by name. */
static ssize_t hook_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	static const char * const states[] = {
		[LEVEE_HOOK_STATE_IDLE] = "idle",
		[LEVEE_HOOK_STATE_ARMED] = "armed",
		[LEVEE_HOOK_STATE_FAILED] = "failed",
	};
	struct levee_hook_status status;
	u32 i;

	static_assert(ARRAY_SIZE(states) == LEVEE_HOOK_STATE_MAX + 1);
	if (!may_read())
		return -EPERM;
	for (i = 0; levee_hook_status(i, &status); i++)
		if (!strcmp(status.name, attr->attr.name))
			return sysfs_emit(buf, "%s\n", states[status.state]);
	return -ENOENT;
}

static ssize_t stat_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	const struct levee_counter *counter;

	if (!may_read())
		return -EPERM;
	for (counter = levee_counters; counter->name; counter++)
		if (!strcmp(counter->name, attr->attr.name))
			return sysfs_emit(buf, "%llu\n", counter->read());
	return -ENOENT;
}

#define FILES_MAX 32
static struct kobj_attribute files[FILES_MAX];
static u32 nr_files;

static int add_file(struct kobject *dir, const char *name,
		    ssize_t (*show)(struct kobject *, struct kobj_attribute *, char *))
{
	struct kobj_attribute *file;

	if (WARN_ON_ONCE(nr_files == FILES_MAX))
		return -ENOSPC;
	file = &files[nr_files++];
	sysfs_attr_init(&file->attr);
	file->attr.name = name;
	file->attr.mode = 0400;
	file->show = show;
	return sysfs_create_file(dir, &file->attr);
}

int levee_sysfs_init(void)
{
	const struct levee_counter *counter;
	struct levee_hook_status status;
	int err = -ENOMEM;
	u32 i;

	root = kobject_create_and_add("levee", kernel_kobj);
	if (!root)
		return -ENOMEM;
	hooks_dir = kobject_create_and_add("hooks", root);
	stats_dir = kobject_create_and_add("stats", root);
	if (!hooks_dir || !stats_dir)
		goto err_remove;
	err = sysfs_create_files(root, root_attrs);
	for (i = 0; !err && levee_hook_status(i, &status); i++)
		err = add_file(hooks_dir, status.name, hook_show);
	for (counter = levee_counters; !err && counter->name; counter++)
		err = add_file(stats_dir, counter->name, stat_show);
	if (err)
		goto err_remove;
	return 0;

err_remove:
	levee_sysfs_exit();
	return err;
}

void levee_sysfs_exit(void)
{
	levee_sysfs_discard(shown);
	shown = NULL;
	kobject_put(stats_dir);
	kobject_put(hooks_dir);
	kobject_put(root);
}
