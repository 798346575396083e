// SPDX-License-Identifier: GPL-2.0
/* Killing and destroying, both from work items: the hooks that ask for it cannot sleep. */
#include <linux/jiffies.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/workqueue.h>

#include "../policy/registry.h"
#include "../report/event.h"
#include "stop.h"

#define KILL_FOR (30 * HZ)
#define KILL_PERIOD (HZ / 100 ?: 1)
#define DOOMED_MAX 1024

static struct workqueue_struct *queue;

static void kill_fn(struct work_struct *work);
static DECLARE_DELAYED_WORK(kill_work, kill_fn);

/* Sockets that wait to be destroyed, each with a reference. */
static struct sock *doomed[DOOMED_MAX];
static u32 nr_doomed;
static DEFINE_SPINLOCK(doomed_lock);
static void destroy_fn(struct work_struct *work);
static DECLARE_WORK(destroy_work, destroy_fn);

void levee_stop_workload(struct levee_workload *workload)
{
	if (!levee_workload_quarantine(workload))
		return;
	WRITE_ONCE(workload->kill_until, jiffies + KILL_FOR);
	set_bit(LEVEE_WORKLOAD_KILL, &workload->flags);
	queue_delayed_work(queue, &kill_work, 0);
}

/* The workload to be killed that the cgroup is part of, or NULL. */
static struct levee_workload *condemned(struct cgroup *cgroup)
{
	struct levee_workload *workload;
	int level;

	for (level = 1; level <= cgroup->level; level++) {
		workload = levee_workload_by_id(cgroup_id(cgroup_ancestor(cgroup, level)));
		if (workload && test_bit(LEVEE_WORKLOAD_KILLING, &workload->flags))
			return workload;
	}
	return NULL;
}

/* Only who is told before the scan is judged by it. */
static int kill_begin(struct levee_workload *workload, void *arg)
{
	if (test_bit(LEVEE_WORKLOAD_KILL, &workload->flags)) {
		workload->tasks_found = 0;
		set_bit(LEVEE_WORKLOAD_KILLING, &workload->flags);
	}
	return 0;
}

/* A process whose main thread has exited is still one: look at every thread. */
static void kill_once(void)
{
	struct task_struct *process, *thread;
	struct levee_workload *workload;

	for_each_process_thread(process, thread) {
		/* data_race: its own word; who begins to exit meanwhile is killed for nothing */
		if (data_race(thread->flags) & (PF_KTHREAD | PF_EXITING) ||
		    is_global_init(thread))
			continue;
		workload = condemned(task_dfl_cgroup(thread));
		if (!workload)
			continue;
		workload->tasks_found++;
		kill_pid(task_tgid(thread), SIGKILL, 1);
	}
}

/* Ends the killing where nobody was left, or where time is up. */
static int kill_check(struct levee_workload *workload, void *arg)
{
	u32 *left = arg;

	if (!test_and_clear_bit(LEVEE_WORKLOAD_KILLING, &workload->flags) ||
	    !test_bit(LEVEE_WORKLOAD_KILL, &workload->flags))
		return 0;
	if (workload->tasks_found && time_before(jiffies, READ_ONCE(workload->kill_until))) {
		++*left;
		return 0;
	}
	clear_bit(LEVEE_WORKLOAD_KILL, &workload->flags);
	levee_report_notice(levee_live_rcu()->generation, workload->tasks_found ?
			    "workload %s is cut off, but still has tasks after 30 s" :
			    "workload %s is stopped: its network is cut, its tasks are killed",
			    workload->path);
	return 0;
}

static void kill_fn(struct work_struct *work)
{
	u32 bucket = 0, left = 0;

	rcu_read_lock();
	levee_workloads_walk(&bucket, kill_begin, NULL);
	kill_once();
	bucket = 0;
	levee_workloads_walk(&bucket, kill_check, &left);
	rcu_read_unlock();
	if (left)
		queue_delayed_work(queue, &kill_work, KILL_PERIOD);
}

bool levee_destroy_sock(struct sock *sk)
{
	bool added = false;
	u32 i;

	if (!sk->sk_prot->diag_destroy || !refcount_inc_not_zero(&sk->sk_refcnt))
		return false;
	spin_lock_bh(&doomed_lock);
	for (i = 0; i < nr_doomed; i++)
		if (doomed[i] == sk)
			break;
	if (i == nr_doomed && nr_doomed < DOOMED_MAX) {
		doomed[nr_doomed++] = sk;
		added = true;
	}
	spin_unlock_bh(&doomed_lock);
	if (!added) {
		sock_put(sk);
		return i < nr_doomed;
	}
	queue_work(queue, &destroy_work);
	return true;
}

static void destroy_fn(struct work_struct *work)
{
	struct sock *sk;

	for (;;) {
		spin_lock_bh(&doomed_lock);
		sk = nr_doomed ? doomed[--nr_doomed] : NULL;
		spin_unlock_bh(&doomed_lock);
		if (!sk)
			return;
		sk->sk_prot->diag_destroy(sk, ECONNABORTED);
		sock_put(sk);
		cond_resched();
	}
}

int levee_stop_init(void)
{
	queue = alloc_workqueue("levee_stop", WQ_UNBOUND | WQ_HIGHPRI | WQ_MEM_RECLAIM, 0);
	return queue ? 0 : -ENOMEM;
}

void levee_stop_exit(void)
{
	/* 1) no more kills; 2) every doomed socket is destroyed and put. */
	cancel_delayed_work_sync(&kill_work);
	flush_work(&destroy_work);
	destroy_workqueue(queue);
}
