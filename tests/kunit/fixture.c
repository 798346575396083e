// SPDX-License-Identifier: GPL-2.0
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/inet.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/net.h>
#include <linux/netfilter.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "control/commit.h"
#include "fixture.h"
#include "lib/dns_name.h"
#include "policy/registry.h"

#define DRAFTS_MAX 16
#define CGROUPS_MAX 400
#define SOCKS_MAX 64

static struct levee_draft *drafts[DRAFTS_MAX];
static struct levee_ruleset *rulesets[DRAFTS_MAX];
static struct cgroup *cgroups[CGROUPS_MAX];
static char paths[CGROUPS_MAX][FIXTURE_PATH_MAX];
static struct socket *sockets[SOCKS_MAX];
static u32 nr_drafts, nr_rulesets, nr_cgroups, nr_sockets;
static atomic_t nr_tasks;

/* Policies. */

struct levee_draft *fixture_draft(struct kunit *test)
{
	KUNIT_ASSERT_LT(test, nr_drafts, DRAFTS_MAX);
	drafts[nr_drafts] = levee_draft_new();
	KUNIT_ASSERT_NOT_NULL(test, drafts[nr_drafts]);
	return drafts[nr_drafts++];
}

u32 fixture_rule(struct kunit *test, struct levee_draft *draft, const char *pattern)
{
	struct levee_rule *rule = kunit_kzalloc(test, sizeof(*rule), GFP_KERNEL);
	u32 feature;

	KUNIT_ASSERT_NOT_NULL(test, rule);
	snprintf(rule->name, sizeof(rule->name), "rule-%u", draft->nr_rules);
	for (feature = 1; feature <= LEVEE_FEATURE_MAX; feature++)
		rule->sections[feature].written = LEVEE_EFFECT_DISABLE;
	rule->patterns = kvzalloc(sizeof(*rule->patterns), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, rule->patterns);
	rule->nr_patterns = 1;
	rule->patterns->field = LEVEE_SCOPE_FIELD_CGROUP;
	strscpy(rule->patterns->text, pattern, sizeof(rule->patterns->text));
	KUNIT_ASSERT_EQ(test, levee_draft_add_rule(draft, rule, NULL), 0);
	return draft->nr_rules - 1;
}

struct levee_section *fixture_section(struct levee_draft *draft, u32 rule, u8 feature)
{
	return &draft->rules[rule]->rule.sections[feature];
}

void fixture_entry(struct kunit *test, struct levee_draft *draft, u32 rule, u8 feature, u8 action,
		   struct levee_entry entry)
{
	const struct levee_draft_mark mark = levee_draft_at(draft, rule, feature, action);
	struct levee_entry_fault fault = {};

	KUNIT_ASSERT_EQ_MSG(test, levee_entry_check(&entry, feature, &fault), 0, "%s", fault.text);
	KUNIT_ASSERT_EQ(test, levee_draft_add_entry(draft, &mark, &entry, NULL), 0);
}

struct levee_ruleset *fixture_build(struct kunit *test, const struct levee_draft *draft)
{
	struct levee_ruleset *rs;

	KUNIT_ASSERT_LT(test, nr_rulesets, DRAFTS_MAX);
	rs = levee_ruleset_build(draft, NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(rs));
	rulesets[nr_rulesets++] = rs;
	return rs;
}

int fixture_try_commit(struct levee_draft *draft, const u64 *expected, u64 *generation,
		       struct netlink_ext_ack *extack)
{
	struct levee_staged staged = { .draft = draft };

	return levee_commit(draft ? &staged : NULL, expected, generation, extack);
}

u64 fixture_commit(struct kunit *test, struct levee_draft *draft)
{
	u64 generation = 0;

	KUNIT_ASSERT_EQ(test, fixture_try_commit(draft, NULL, &generation, NULL), 0);
	return generation;
}

struct levee_entry fixture_word(u8 target, u16 proto)
{
	return (struct levee_entry){ .target = target, .proto = proto, .port_last = 65535 };
}

struct levee_entry fixture_ports(u8 target, u16 proto, u16 first, u16 last)
{
	return (struct levee_entry){ .target = target, .proto = proto, .has_ports = true,
				     .port_first = first, .port_last = last };
}

static u8 read_addr(u8 wire[16], const char *text)
{
	if (in4_pton(text, -1, wire, -1, NULL))
		return 4;
	return in6_pton(text, -1, wire, -1, NULL) ? 16 : 0;
}

struct levee_entry fixture_prefix(const char *address, u8 bits, u16 proto)
{
	struct levee_entry entry = fixture_word(LEVEE_TARGET_PREFIX, proto);

	entry.addr_len = read_addr(entry.addr, address);
	entry.prefix_len = bits;
	return entry;
}

struct levee_addr fixture_addr(const char *text)
{
	struct levee_addr addr = {};
	u8 wire[16];

	WARN_ON(!levee_addr_read(&addr, wire, read_addr(wire, text)));
	return addr;
}

const struct levee_addr *fixture_target(const char *text)
{
	static struct levee_addr targets[16];
	static u32 next;
	struct levee_addr *target = &targets[next++ % ARRAY_SIZE(targets)];

	*target = fixture_addr(text);
	return target;
}

struct levee_name fixture_name(const char *text)
{
	static struct levee_dns_name names[64];
	static u32 next;
	struct levee_dns_name *name = &names[next++ % ARRAY_SIZE(names)];
	size_t offset;

	WARN_ON(levee_dns_name_parse(name, text, strlen(text), &offset));
	return (struct levee_name){ .wire = name->wire, .len = name->len };
}

struct levee_entry fixture_domain(u8 target, const char *name, u16 proto)
{
	struct levee_entry entry = fixture_word(target, proto);
	struct levee_name wire = fixture_name(name);

	entry.name = wire.wire;
	entry.name_len = wire.len;
	return entry;
}

/* Feeds. */

struct levee_feed *fixture_feed(struct kunit *test, const char *name, const char *source,
				const char *domain)
{
	struct levee_name wire = fixture_name(domain);
	struct levee_feed *feed;

	feed = levee_feed_new(name, LEVEE_FEED_KIND_DOMAINS, 1, 0, source, NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(feed));
	KUNIT_ASSERT_EQ(test, levee_feed_add_names(feed, wire.wire, wire.len, NULL), 0);
	return feed;
}

void fixture_publish_feed(struct kunit *test, struct levee_feed *feed)
{
	struct levee_feeds *feeds;

	mutex_lock(&levee_registry_mutex);
	feeds = levee_feeds_prepare(&feed, 1, false, NULL);
	if (!IS_ERR(feeds))
		levee_feeds_publish(feeds);
	mutex_unlock(&levee_registry_mutex);
	KUNIT_ASSERT_FALSE(test, IS_ERR(feeds));
}

static void unload_feeds(struct kunit *test)
{
	struct levee_feeds *feeds;

	mutex_lock(&levee_registry_mutex);
	while (levee_feeds_live()->count) {
		feeds = levee_feeds_without(levee_feeds_live()->feed[0]->name, NULL);
		if (IS_ERR(feeds))
			break;
		levee_feeds_publish(feeds);
	}
	KUNIT_EXPECT_EQ(test, levee_feeds_live()->count, 0U);
	mutex_unlock(&levee_registry_mutex);
}

/* Cgroups. */

static struct vfsmount *mount(void)
{
	static struct vfsmount *mnt;

	if (!mnt)
		mnt = kern_mount(get_fs_type("cgroup2"));
	return mnt;
}

/* What is at @path, of which @length counts. */
static struct file *open_at(const char *path, size_t length, int flags)
{
	const struct path root = { .mnt = mount(), .dentry = mount()->mnt_root };
	char relative[FIXTURE_PATH_MAX];

	snprintf(relative, sizeof(relative), ".%.*s", (int)length, path);
	return file_open_root(&root, relative, flags, 0);
}

/* Makes or removes the last name of @path. */
static int change(const char *path, bool make)
{
	const char *name = strrchr(path, '/') + 1;
	struct dentry *dentry;
	struct inode *dir;
	struct file *above;
	int err = -ENOENT;

	above = open_at(path, name - path, O_RDONLY | O_DIRECTORY);
	if (IS_ERR(above))
		return PTR_ERR(above);
	dir = file_inode(above);
	inode_lock_nested(dir, I_MUTEX_PARENT);
	dentry = lookup_one_len(name, above->f_path.dentry, strlen(name));
	if (IS_ERR(dentry)) {
		err = PTR_ERR(dentry);
	} else {
		if (make)
			err = vfs_mkdir(&init_user_ns, dir, dentry, 0755);
		else if (d_is_positive(dentry))
			err = vfs_rmdir(&init_user_ns, dir, dentry);
		dput(dentry);
	}
	inode_unlock(dir);
	fput(above);
	return err;
}

struct cgroup *fixture_mkdir(struct kunit *test, const char *path)
{
	struct cgroup *cgroup;

	KUNIT_ASSERT_LT(test, nr_cgroups, CGROUPS_MAX);
	KUNIT_ASSERT_FALSE(test, IS_ERR(mount()));
	KUNIT_ASSERT_EQ_MSG(test, change(path, true), 0, "%s", path);
	cgroup = cgroup_get_from_path(path);
	KUNIT_ASSERT_FALSE(test, IS_ERR(cgroup));
	cgroups[nr_cgroups] = cgroup;
	strscpy(paths[nr_cgroups++], path, sizeof(paths[0]));
	return cgroup;
}

/* A task that has ended is still its cgroup's for a moment. */
static int rmdir_patiently(const char *path)
{
	int tries, err = -EBUSY;

	for (tries = 0; tries < 200 && err == -EBUSY; tries++) {
		if (tries)
			msleep(20);
		err = change(path, false);
	}
	return err;
}

void fixture_rmdir(struct kunit *test, const char *path)
{
	KUNIT_ASSERT_EQ_MSG(test, rmdir_patiently(path), 0, "%s", path);
}

void fixture_put(struct cgroup *cgroup)
{
	u32 i;

	for (i = 0; i < nr_cgroups; i++) {
		if (cgroups[i] != cgroup)
			continue;
		cgroup_put(cgroup);
		cgroups[i] = NULL;
	}
}

/* Tasks. */

struct job {
	const char *path;
	int (*fn)(void *arg);
	void *arg;
	int result;
	struct completion *done;	/* NULL: nobody waits, and the job is freed */
};

static int enter(const char *path)
{
	char procs[FIXTURE_PATH_MAX];
	struct file *file;
	loff_t at = 0;
	ssize_t n;

	n = snprintf(procs, sizeof(procs), "%s/cgroup.procs", path);
	file = open_at(procs, n, O_WRONLY);
	if (IS_ERR(file))
		return PTR_ERR(file);
	n = kernel_write(file, "0", 1, &at);
	fput(file);
	return n < 0 ? n : 0;
}

static int job_main(void *data)
{
	struct job *job = data;

	/* Children of kernel threads ignore signals. */
	spin_lock_irq(&current->sighand->siglock);
	flush_signal_handlers(current, 1);
	spin_unlock_irq(&current->sighand->siglock);
	job->result = enter(job->path) ?: job->fn(job->arg);
	if (job->done)
		complete(job->done);
	else
		kfree(job);
	atomic_dec(&nr_tasks);
	do_exit(0);
}

static void start(struct kunit *test, struct job *job)
{
	pid_t pid;

	atomic_inc(&nr_tasks);
	pid = user_mode_thread(job_main, job, SIGCHLD);
	if (pid < 0)
		atomic_dec(&nr_tasks);
	KUNIT_ASSERT_GT(test, pid, 0);
}

int fixture_run_in(struct kunit *test, const char *path, int (*fn)(void *arg), void *arg)
{
	DECLARE_COMPLETION_ONSTACK(done);
	struct job job = { .path = path, .fn = fn, .arg = arg, .done = &done };

	start(test, &job);
	wait_for_completion(&done);
	return job.result;
}

void fixture_start_in(struct kunit *test, const char *path, int (*fn)(void *arg), void *arg)
{
	struct job *job = kzalloc(sizeof(*job), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, job);
	*job = (struct job){ .path = path, .fn = fn, .arg = arg };
	start(test, job);
}

bool fixture_wait_for_tasks(unsigned int ms)
{
	unsigned int waited;

	for (waited = 0; atomic_read(&nr_tasks) && waited < ms; waited += 20)
		msleep(20);
	return !atomic_read(&nr_tasks);
}

/* In small steps: a long one may take an eighth longer. */
void fixture_sleep_by_clock(unsigned int seconds)
{
	ktime_t until = ktime_add_ms(ktime_get(), seconds * MSEC_PER_SEC);

	while (ktime_before(ktime_get(), until))
		msleep(100);
}

void fixture_sleep_jiffies(unsigned int seconds)
{
	unsigned long until = jiffies + seconds * HZ;

	while (time_before(jiffies, until))
		msleep(100);
}

/* Sockets. */

struct sock_job {
	int family, type, protocol;
	struct socket *socket;
};

static int make_socket(void *arg)
{
	struct sock_job *job = arg;

	return sock_create(job->family, job->type, job->protocol, &job->socket);
}

struct sock *fixture_sock(struct kunit *test, const char *path, int family, int type, int protocol)
{
	struct sock_job job = { family, type, protocol };

	KUNIT_ASSERT_LT(test, nr_sockets, SOCKS_MAX);
	KUNIT_ASSERT_EQ(test, fixture_run_in(test, path, make_socket, &job), 0);
	sockets[nr_sockets++] = job.socket;
	return job.socket->sk;
}

/* Packets. */

struct sk_buff *fixture_skb(struct kunit *test, const void *bytes, size_t len, size_t linear)
{
	struct sk_buff *skb = alloc_skb(LL_MAX_HEADER + len, GFP_KERNEL);
	struct page *page;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_ASSERT_LE(test, len, PAGE_SIZE);
	skb_reserve(skb, LL_MAX_HEADER);
	skb_reset_network_header(skb);
	skb_put_data(skb, bytes, min(linear, len));
	if (linear < len) {
		page = alloc_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, page);
		memcpy(page_address(page), bytes + linear, len - linear);
		skb_add_rx_frag(skb, 0, page, 0, len - linear, PAGE_SIZE);
	}
	return skb;
}

static int okfn(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	return 0;
}

int fixture_pass(struct net *net, u32 hook, struct sock *sk, struct sk_buff *skb, u8 family,
		 struct net_device *in, struct net_device *out)
{
	int verdict;

	if (sk)
		skb_set_owner_w(skb, sk);
	/* What is delivered comes in a softirq, what is sent by a task. */
	if (in)
		local_bh_disable();
	verdict = nf_hook(family, hook, net, sk, skb, in, out, okfn);
	if (in)
		local_bh_enable();
	if (verdict != 1)
		return verdict;
	kfree_skb(skb);
	return 0;
}

/* Events. */

static struct fixture_events events;
static bool listening;

static void hear(const struct levee_event *event)
{
	if (events.count < FIXTURE_EVENTS_MAX)
		events.list[events.count++] = *event;
}

static struct levee_sink ear = { .emit = hear };

static void stop_listening(void)
{
	if (listening)
		levee_sink_remove(&ear);
	listening = false;
	events.count = 0;
}

void fixture_listen(struct kunit *test)
{
	levee_report_flush();
	stop_listening();
	levee_sink_add(&ear);
	listening = true;
}

const struct fixture_events *fixture_heard(void)
{
	levee_report_flush();
	return &events;
}

u32 fixture_heard_of(u8 type)
{
	u32 i, count = 0;

	levee_report_flush();
	for (i = 0; i < events.count; i++)
		count += events.list[i].type == type;
	return count;
}

static int release_one(struct levee_workload *workload, void *arg)
{
	levee_workload_release(workload);
	return 0;
}

void fixture_exit(struct kunit *test)
{
	u64 generation;
	u32 bucket = 0;

	while (nr_sockets)
		sock_release(sockets[--nr_sockets]);
	KUNIT_EXPECT_TRUE(test, fixture_wait_for_tasks(60000));
	rcu_read_lock();
	levee_workloads_walk(&bucket, release_one, NULL);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, levee_commit(NULL, NULL, &generation, NULL), 0);
	while (nr_cgroups) {
		rmdir_patiently(paths[--nr_cgroups]);
		if (cgroups[nr_cgroups])
			cgroup_put(cgroups[nr_cgroups]);
	}
	unload_feeds(test);
	while (nr_rulesets)
		levee_ruleset_free(rulesets[--nr_rulesets]);
	while (nr_drafts)
		levee_draft_free(drafts[--nr_drafts]);
	stop_listening();
}
