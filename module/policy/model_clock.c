// SPDX-License-Identifier: GPL-2.0
/* Ticks once a second while something is learning, else now and then, to drop old models. */
#include <linux/ktime.h>
#include <linux/workqueue.h>

#include "model.h"
#include "model_clock.h"
#include "workload.h"

#define SOON	HZ
#define LATER	(600 * HZ)
#define EXPIRE_EVERY	600	/* ticks */

static void tick(struct work_struct *work);
static DECLARE_DEFERRABLE_WORK(tick_work, tick);
static bool wanted;
static bool running;
/* Of the work item alone. */
static u32 ticks;
static u64 last_ns;

static bool spend(void)
{
	u64 now = ktime_get_ns();
	bool more;

	/* Not 0, in which no model was populated. */
	if (!++ticks)
		ticks++;
	more = levee_workloads_tick(ticks);
	/* While it stood, nobody looked who was populated. */
	levee_models_spend(ticks, running ? now - last_ns : 0);
	last_ns = now;
	return more;
}

static void tick(struct work_struct *work)
{
	bool more;

	WRITE_ONCE(wanted, false);
	/* Pairs with levee_model_clock_start(): it asks after what it asks for can be seen. */
	smp_mb();
	more = spend();
	WRITE_ONCE(running, more);
	/* Either it sees that we stop, or we see that it asks. */
	smp_mb();
	if (READ_ONCE(wanted))
		more = true;
	if (!more || ticks % EXPIRE_EVERY == 0)
		levee_models_expire(ktime_get_boottime_ns());
	if (more || levee_models_count())
		queue_delayed_work(system_wq, &tick_work, more ? SOON : LATER);
}

void levee_model_clock_start(void)
{
	/* Pairs with both of tick(). Who asks next must not put off what is queued. */
	if (!xchg(&wanted, true) && !READ_ONCE(running))
		mod_delayed_work(system_wq, &tick_work, SOON);
}

int levee_model_clock_init(void)
{
	return 0;
}

void levee_model_clock_exit(void)
{
	cancel_delayed_work_sync(&tick_work);
}
