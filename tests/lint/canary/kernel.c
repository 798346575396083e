// SPDX-License-Identifier: GPL-2.0
/*
 * Never built into the module: mistakes that a checker must see, or it is not
 * looking. Each line names who has to say what of it.
 */
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/tcp.h>

struct thing {
	int value;
};

static struct thing __rcu *live;
static DEFINE_MUTEX(mutex);
static DEFINE_SPINLOCK(lock);

int canary_byte_order(const struct tcphdr *th);
int canary_byte_order(const struct tcphdr *th)
{
	u16 port = th->dest;	/* sparse: different base types */

	return port == htons(53);	/* sparse: restricted __be16 */
}

int canary_rcu(void);
int canary_rcu(void)
{
	struct thing *thing = live;	/* sparse: different address spaces */

	return thing->value + live->value;	/* sparse: dereference of noderef expression */
}

int canary_lock(int value);
int canary_lock(int value)	/* sparse: context imbalance */
{
	spin_lock(&lock);
	if (value)
		return 1;
	spin_unlock(&lock);
	return 0;
}

int canary_mutex(int value);
int canary_mutex(int value)
{
	mutex_lock(&mutex);
	if (value)
		return 1;	/* coccicheck: preceding lock */
	mutex_unlock(&mutex);
	return 0;
}

int canary_null(const struct thing *thing);
int canary_null(const struct thing *thing)
{
	if (!thing)
		return thing->value;	/* clang: null pointer */ /* coccicheck: is NULL but dereferenced */
	return 0;
}

int canary_garbage(int value);
int canary_garbage(int value)
{
	int result;

	if (value > 3)
		result = 1;
	return result + value;	/* clang: garbage value */
}
