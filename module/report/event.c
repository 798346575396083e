// SPDX-License-Identifier: GPL-2.0
/*
 * Rings, folding, rates.
 *
 * Locks: folds -> ring. Both are taken with bottom halves off: hooks run in
 * process context and in softirqs.
 */
#include <linux/cred.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/uidgid.h>
#include <linux/workqueue.h>

#include "../policy/feed.h"
#include "event.h"

/* Duplicates fold for 10 s (KubeArmor), then for 600 s at a time (Prisma's summaries). */
#define FOLD_FIRST (10 * HZ)
#define FOLD_NEXT (600 * HZ)
#define FOLD_SETS 256
#define FOLD_WAYS 4
#define NOTICES_MAX 512

/* Events of one type; under ring_lock. */
struct ring {
	struct levee_event *events;
	u32 size;
	u64 head;		/* events ever put */
	u64 sent;		/* events ever handed to the sinks, or lost */
};

static struct ring rings[LEVEE_EVENT_TYPE_MAX + 1] = {
	[LEVEE_EVENT_TYPE_AUDIT] = { .size = LEVEE_AUDITS_MAX },
	[LEVEE_EVENT_TYPE_INCIDENT] = { .size = LEVEE_INCIDENTS_MAX },
	[LEVEE_EVENT_TYPE_NOTICE] = { .size = NOTICES_MAX },
};

/* The rings, the sequence, and of the counters events, lost, unlogged. */
static DEFINE_SPINLOCK(ring_lock);
static u64 last_seq;
static struct levee_report_counters counters;

/* An event that stands for its likes until @until. @pending acts are not reported yet. */
struct fold {
	u64 fingerprint;
	unsigned long until;
	unsigned long touched;
	u64 pending;
	struct levee_event event;
};

static struct fold *folds;
/* The folds, the tokens of workloads, and the other counters. */
static DEFINE_SPINLOCK(fold_lock);
static siphash_key_t fold_key;
static bool folds_armed;

static LIST_HEAD(sinks);
static DEFINE_MUTEX(sinks_mutex);
static struct workqueue_struct *queue;

static void deliver(struct work_struct *work);
static DECLARE_WORK(deliver_work, deliver);
static void sweep(struct work_struct *work);
static DECLARE_DELAYED_WORK(sweep_work, sweep);

void levee_sink_add(struct levee_sink *sink)
{
	mutex_lock(&sinks_mutex);
	list_add_tail(&sink->list, &sinks);
	mutex_unlock(&sinks_mutex);
}

void levee_sink_remove(struct levee_sink *sink)
{
	mutex_lock(&sinks_mutex);
	list_del(&sink->list);
	mutex_unlock(&sinks_mutex);
}

static void submit(struct levee_event *event)
{
	struct ring *ring = &rings[event->type];
	unsigned long flags;

	spin_lock_irqsave(&ring_lock, flags);
	event->seq = ++last_seq;
	event->time_ns = ktime_get_real_ns();
	ring->events[ring->head++ % ring->size] = *event;
	counters.events++;
	if (ring->head - ring->sent > ring->size) {
		ring->sent++;
		counters.lost++;
	}
	spin_unlock_irqrestore(&ring_lock, flags);
	queue_work(queue, &deliver_work);
}

/* The event of the lowest seq that the sinks have not had. */
static bool take(struct levee_event *event)
{
	struct ring *ring, *oldest = NULL;
	u64 seq = U64_MAX;
	u32 type;

	spin_lock_irq(&ring_lock);
	for (type = 1; type <= LEVEE_EVENT_TYPE_MAX; type++) {
		ring = &rings[type];
		if (ring->sent == ring->head ||
		    ring->events[ring->sent % ring->size].seq > seq)
			continue;
		oldest = ring;
		seq = ring->events[ring->sent % ring->size].seq;
	}
	if (oldest)
		*event = oldest->events[oldest->sent++ % oldest->size];
	spin_unlock_irq(&ring_lock);
	return oldest;
}

static void count_unlogged(void)
{
	spin_lock_irq(&ring_lock);
	counters.unlogged++;
	spin_unlock_irq(&ring_lock);
}

static void deliver(struct work_struct *work)
{
	static struct levee_event event;	/* one work item, and never itself at once */
	struct levee_sink *sink;

	while (take(&event)) {
		if (!levee_klog(&event))
			count_unlogged();
		mutex_lock(&sinks_mutex);
		list_for_each_entry(sink, &sinks, list)
			sink->emit(&event);
		mutex_unlock(&sinks_mutex);
		cond_resched();
	}
}

bool levee_report_next(u8 type, u64 *seq, struct levee_event *event)
{
	struct ring *ring = &rings[type];
	u64 low, high, mid;
	unsigned long flags;
	bool found;

	spin_lock_irqsave(&ring_lock, flags);
	low = ring->head > ring->size ? ring->head - ring->size : 0;
	high = ring->head;
	while (low < high) {
		mid = low + (high - low) / 2;
		if (ring->events[mid % ring->size].seq > *seq)
			high = mid;
		else
			low = mid + 1;
	}
	found = low < ring->head;
	if (found) {
		*event = ring->events[low % ring->size];
		*seq = event->seq;
	}
	spin_unlock_irqrestore(&ring_lock, flags);
	return found;
}

/* Sends the acts that a fold still owes, as one event. */
static void send_fold(struct fold *fold)
{
	lockdep_assert_held(&fold_lock);
	if (!fold->pending)
		return;
	fold->event.count = fold->pending;
	fold->pending = 0;
	submit(&fold->event);
}

static bool take_token(struct levee_workload *workload)
{
	unsigned long gained = (jiffies - workload->token_stamp) * LEVEE_AUDIT_RATE / HZ;

	lockdep_assert_held(&fold_lock);
	if (!workload->tokens && !gained)
		return false;
	if (gained) {
		workload->tokens = min_t(unsigned long, workload->tokens + gained,
					 LEVEE_AUDIT_BURST);
		workload->token_stamp = jiffies;
	}
	workload->tokens--;
	return true;
}

/* Whether the workload may send an audit now; what no workload is left for may go. */
static bool may_send(const struct levee_event *event)
{
	struct levee_workload *workload = levee_workload_by_id(event->cgroup_id);

	return !workload || take_token(workload);
}

static void sweep(struct work_struct *work)
{
	bool busy = false;
	struct fold *fold;
	u32 i;

	/* First, so that a fold that is made behind our back arms us again. */
	spin_lock_bh(&fold_lock);
	folds_armed = false;
	spin_unlock_bh(&fold_lock);
	rcu_read_lock();
	for (i = 0; i < FOLD_SETS * FOLD_WAYS; i++) {
		fold = &folds[i];
		spin_lock_bh(&fold_lock);
		if (fold->fingerprint && time_after_eq(jiffies, fold->until)) {
			if (!fold->pending) {
				fold->fingerprint = 0;
			} else if (may_send(&fold->event)) {
				send_fold(fold);
				fold->until = jiffies + FOLD_NEXT;
			}
		}
		busy |= fold->fingerprint;
		spin_unlock_bh(&fold_lock);
	}
	rcu_read_unlock();
	if (!busy)
		return;
	spin_lock_bh(&fold_lock);
	folds_armed = true;
	spin_unlock_bh(&fold_lock);
	queue_delayed_work(queue, &sweep_work, HZ);
}

void levee_report_end_folds(void)
{
	u32 i;

	for (i = 0; i < FOLD_SETS * FOLD_WAYS; i++) {
		spin_lock_bh(&fold_lock);
		send_fold(&folds[i]);
		folds[i].fingerprint = 0;
		spin_unlock_bh(&fold_lock);
	}
}

/*
 * What makes two audits alike. Padding is zero, so that it can be hashed whole.
 * What is asked of DNS is a name and a type, whichever server is asked, and how.
 */
struct fold_identity {
	u64 cgroup_id;
	u64 generation;
	u64 name;	/* its hash */
	u64 subject;	/* of the rule and the labels, which change when a cgroup is bound */
	u8 addr[16];
	u8 feature;
	u8 reason;
	u8 socket_family;
	u8 enforced;
	u16 proto;
	u16 port;
	u16 qtype;
} __aligned(8);

static u64 hash_text(const char *text)
{
	return siphash(text, strlen(text), &fold_key);
}

static u64 fingerprint_of(const struct levee_event *event)
{
	struct fold_identity identity;

	memset(&identity, 0, sizeof(identity));
	identity.cgroup_id = event->cgroup_id;
	identity.generation = event->generation;
	identity.name = siphash(event->name, event->name_len, &fold_key);
	identity.subject = siphash_3u64(hash_text(event->rule), hash_text(event->container),
					hash_text(event->image), &fold_key);
	identity.qtype = event->qtype;
	identity.feature = event->feature;
	identity.reason = event->reason;
	identity.socket_family = event->socket_family;
	identity.enforced = event->enforced;
	if (event->feature != LEVEE_FEATURE_DNS) {
		memcpy(identity.addr, event->addr, sizeof(identity.addr));
		identity.proto = event->proto;
		identity.port = event->port;
	}
	/* 0 marks a free slot. */
	return siphash(&identity, sizeof(identity), &fold_key) | 1;
}

/*
 * The fold of this fingerprint, or a free one, or the set's least busy one,
 * emptied at the expense of the workload that needs it: NULL when it has spent
 * what it may send.
 */
static struct fold *fold_for(u64 fingerprint, struct levee_workload *workload)
{
	struct fold *set = &folds[(fingerprint >> 8) % FOLD_SETS * FOLD_WAYS], *best = NULL;
	u32 way;

	lockdep_assert_held(&fold_lock);
	for (way = 0; way < FOLD_WAYS; way++)
		if (set[way].fingerprint == fingerprint)
			return &set[way];
	for (way = 0; way < FOLD_WAYS; way++) {
		if (!set[way].fingerprint)
			return &set[way];
		if (!best || time_before(set[way].touched, best->touched))
			best = &set[way];
	}
	if (best->pending && !take_token(workload))
		return NULL;
	counters.evicted++;
	send_fold(best);
	best->fingerprint = 0;
	return best;
}

/* One more of the same: who did it last is told. */
static void fold_in(struct fold *fold, const struct levee_event *event)
{
	fold->pending++;
	counters.folded++;
	fold->event.has_actor = event->has_actor;
	fold->event.pid = event->pid;
	fold->event.uid = event->uid;
	memcpy(fold->event.comm, event->comm, sizeof(event->comm));
}

static void begin_fold(struct fold *fold, u64 fingerprint, struct levee_event *event,
		       struct levee_workload *workload)
{
	fold->fingerprint = fingerprint;
	fold->until = jiffies + FOLD_FIRST;
	fold->event = *event;
	fold->pending = !take_token(workload);
	if (fold->pending)
		counters.held++;
	else
		submit(event);
}

static void fold_or_submit(struct levee_event *event, struct levee_workload *workload)
{
	u64 fingerprint = fingerprint_of(event);
	struct fold *fold;
	bool arm;

	spin_lock_bh(&fold_lock);
	fold = fold_for(fingerprint, workload);
	if (!fold) {
		counters.suppressed++;
		spin_unlock_bh(&fold_lock);
		return;
	}
	if (fold->fingerprint)
		fold_in(fold, event);
	else
		begin_fold(fold, fingerprint, event, workload);
	fold->touched = jiffies;
	arm = !folds_armed;
	folds_armed = true;
	spin_unlock_bh(&fold_lock);
	if (arm)
		queue_delayed_work(queue, &sweep_work, HZ);
}

static void set_actor(struct levee_event *event, struct task_struct *actor)
{
	event->has_actor = true;
	event->pid = task_tgid_nr(actor);
	event->uid = from_kuid(&init_user_ns, task_uid(actor));
	/* data_race: while it is changed it may be half of each; its end stays */
	data_race(strscpy(event->comm, actor->comm, sizeof(event->comm)));
}

static void set_name(struct levee_event *event, const struct levee_name *name)
{
	event->name_len = name->len;
	if (name->len)
		memcpy(event->name, name->wire, name->len);
}

/*
 * The event keeps no pointer: the name of a domain entry is how its own ends. One
 * of which that is not so cannot be told.
 */
static void set_entry(struct levee_event *event, const struct levee_entry *entry)
{
	if (levee_entry_is_domain(entry) &&
	    (entry->name_len > event->name_len ||
	     memcmp(event->name + event->name_len - entry->name_len, entry->name,
		    entry->name_len)))
		return;
	event->has_entry = true;
	event->entry = *entry;
	if (levee_entry_is_domain(entry))
		event->entry.name = NULL;
}

static void set_label(char *label, size_t size, const char *text)
{
	size_t length = text ? strlen(text) : 0;

	if (length < size)
		memcpy(label, text ?: "", length + 1);
	else
		snprintf(label, size, "...%s", text + length - size + 4);
}

static void set_subject(struct levee_event *event, const struct levee_subject *subject,
			struct task_struct *actor)
{
	const struct levee_labels labels = levee_workload_labels(subject->workload);

	event->cgroup_id = subject->workload->cgroup_id;
	strscpy(event->text, subject->workload->path, sizeof(event->text));
	set_label(event->container, sizeof(event->container), labels.container);
	set_label(event->image, sizeof(event->image), labels.image);
	if (subject->rule)
		strscpy(event->rule, subject->rule->name, sizeof(event->rule));
	if (actor)
		set_actor(event, actor);
}

void levee_report_audit(const struct levee_ruleset *rs, const struct levee_subject *subject,
			const struct levee_act *act, const struct levee_verdict *verdict,
			u8 effect, bool enforced, struct task_struct *actor)
{
	struct levee_event event = {
		.type = LEVEE_EVENT_TYPE_AUDIT,
		.generation = rs->generation,
		.count = 1,
		.feature = levee_verdict_feature(verdict, act),
		.effect = effect,
		.reason = verdict->reason,
		.enforced = enforced,
		.socket_family = act->socket_family,
		.proto = act->proto,
		.port = act->port,
		.qtype = act->qtype,
	};

	/* No port is 0: it is that of a fragment, or not chosen yet. */
	event.has_port = act->port && act->feature != LEVEE_FEATURE_RAW_SOCKETS &&
			 levee_proto_has_ports(act->proto);
	if (act->addr)
		event.addr_len = levee_addr_write(act->addr, event.addr);
	set_name(&event, verdict->name.len ? &verdict->name : &act->name);
	if (verdict->entry)
		set_entry(&event, verdict->entry);
	if (verdict->feed)
		strscpy(event.feed, verdict->feed->name, sizeof(event.feed));
	set_subject(&event, subject, actor);
	fold_or_submit(&event, subject->workload);
}

void levee_report_incident(const struct levee_ruleset *rs, const struct levee_subject *subject,
			   const struct levee_incident *incident, u8 effect, bool enforced,
			   struct task_struct *actor)
{
	struct levee_event event = {
		.type = LEVEE_EVENT_TYPE_INCIDENT,
		.generation = rs->generation,
		.count = incident->count,
		.feature = incident->feature,
		.effect = effect,
		.enforced = enforced,
		.kind = incident->kind,
		.first_ns = incident->first_ns,
		.nr_evidence = incident->nr_evidence,
	};

	memcpy(event.evidence, incident->evidence, sizeof(event.evidence));
	set_subject(&event, subject, actor);
	submit(&event);
}

void levee_report_notice(u64 generation, const char *format, ...)
{
	struct levee_event event = {
		.type = LEVEE_EVENT_TYPE_NOTICE,
		.generation = generation,
		.count = 1,
	};
	va_list args;

	if (in_task() && !(current->flags & PF_KTHREAD))
		set_actor(&event, current);
	va_start(args, format);
	vscnprintf(event.text, sizeof(event.text), format, args);
	va_end(args);
	submit(&event);
}

void levee_report_flush(void)
{
	flush_work(&deliver_work);
}

void levee_report_read(struct levee_report_counters *out)
{
	spin_lock_bh(&fold_lock);
	spin_lock_irq(&ring_lock);
	*out = counters;
	spin_unlock_irq(&ring_lock);
	spin_unlock_bh(&fold_lock);
}

size_t levee_report_bytes(void)
{
	size_t bytes = FOLD_SETS * FOLD_WAYS * sizeof(*folds);
	u32 type;

	for (type = 1; type <= LEVEE_EVENT_TYPE_MAX; type++)
		bytes += rings[type].size * sizeof(struct levee_event);
	return bytes;
}

static void free_all(void)
{
	u32 type;

	for (type = 1; type <= LEVEE_EVENT_TYPE_MAX; type++)
		kvfree(rings[type].events);
	kvfree(folds);
}

int levee_report_init(void)
{
	struct ring *ring;
	u32 type;

	get_random_bytes(&fold_key, sizeof(fold_key));
	folds = kvcalloc(FOLD_SETS * FOLD_WAYS, sizeof(*folds), GFP_KERNEL);
	if (!folds)
		goto err_free;
	for (type = 1; type <= LEVEE_EVENT_TYPE_MAX; type++) {
		ring = &rings[type];
		ring->events = kvcalloc(ring->size, sizeof(*ring->events), GFP_KERNEL);
		if (!ring->events)
			goto err_free;
	}
	queue = alloc_ordered_workqueue("levee_report", 0);
	if (!queue)
		goto err_free;
	return 0;

err_free:
	free_all();
	return -ENOMEM;
}

void levee_report_exit(void)
{
	/* 1) nothing folds any more; 2) no timer; 3) the rest is delivered to the log; 4) free. */
	cancel_delayed_work_sync(&sweep_work);
	levee_report_end_folds();
	flush_work(&deliver_work);
	destroy_workqueue(queue);
	free_all();
}
