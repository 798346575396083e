// SPDX-License-Identifier: GPL-2.0
/* A set-associative table of fixed size; a full set forgets the peer that was silent longest. */
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>

#include "peers.h"

#define SET_BITS 12
#define WAYS 8
#define LOCK_BITS 6

struct slot {
	struct levee_peer peer;
	u64 stamp;	/* jiffies, 0: free */
};

static struct slot *slots;
static spinlock_t locks[1 << LOCK_BITS];
static siphash_key_t key;
static atomic64_t evicted;

static u32 set_of(const struct levee_peer *peer)
{
	u64 hash = siphash_4u64(peer->addr.hi, peer->addr.lo, peer->cgroup_nr,
				(u64)peer->port << 48 | (u64)peer->local_port << 32 |
				(u32)(peer->proto << 24 ^ peer->ifindex), &key);

	return hash >> (64 - SET_BITS);
}

static spinlock_t *lock_of(u32 set)
{
	return &locks[set & (BIT(LOCK_BITS) - 1)];
}

static bool same(const struct levee_peer *a, const struct levee_peer *b)
{
	return a->addr.hi == b->addr.hi && a->addr.lo == b->addr.lo &&
	       a->addr.is_v4 == b->addr.is_v4 && a->cgroup_nr == b->cgroup_nr &&
	       a->port == b->port && a->local_port == b->local_port && a->proto == b->proto &&
	       a->ifindex == b->ifindex;
}

static bool is_fresh(const struct slot *slot, u64 now)
{
	return slot->stamp && now - slot->stamp <= LEVEE_PEER_SECONDS * HZ;
}

void levee_peer_note(const struct levee_peer *peer)
{
	u32 index = set_of(peer), way;
	struct slot *set = &slots[index * WAYS], *slot = set;
	u64 now = get_jiffies_64();

	spin_lock_bh(lock_of(index));
	for (way = 0; way < WAYS; way++) {
		if (set[way].stamp && same(&set[way].peer, peer)) {
			slot = &set[way];
			goto note;
		}
		if (set[way].stamp < slot->stamp)
			slot = &set[way];
	}
	if (is_fresh(slot, now))
		atomic64_inc(&evicted);
	slot->peer = *peer;
note:
	slot->stamp = now;
	spin_unlock_bh(lock_of(index));
}

bool levee_peer_known(const struct levee_peer *peer)
{
	u32 index = set_of(peer), way;
	struct slot *set = &slots[index * WAYS];
	u64 now = get_jiffies_64();
	bool known = false;

	spin_lock_bh(lock_of(index));
	for (way = 0; way < WAYS && !known; way++)
		known = is_fresh(&set[way], now) && same(&set[way].peer, peer);
	spin_unlock_bh(lock_of(index));
	return known;
}

u64 levee_peers_evicted(void)
{
	return atomic64_read(&evicted);
}

size_t levee_peers_bytes(void)
{
	return sizeof(*slots) * WAYS << SET_BITS;
}

int levee_peers_init(void)
{
	u32 i;

	get_random_bytes(&key, sizeof(key));
	for (i = 0; i < 1 << LOCK_BITS; i++)
		spin_lock_init(&locks[i]);
	slots = kvcalloc(WAYS << SET_BITS, sizeof(*slots), GFP_KERNEL);
	return slots ? 0 : -ENOMEM;
}

void levee_peers_exit(void)
{
	kvfree(slots);
}
