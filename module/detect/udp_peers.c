// SPDX-License-Identifier: GPL-2.0
/* A set-associative table of fixed size; a full set forgets the peer that was silent longest. */
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>

#include "udp_peers.h"

#define SET_BITS 12
#define WAYS 4
#define LOCK_BITS 6

struct slot {
	struct levee_udp_peer peer;
	u64 second;	/* 0: free */
};

static struct slot *slots;
static spinlock_t locks[1 << LOCK_BITS];
static siphash_key_t key;
static atomic64_t evicted;

static u32 set_of(const struct levee_udp_peer *peer)
{
	u64 hash = siphash_4u64(peer->addr.hi, peer->addr.lo, peer->cgroup_id,
				(u64)peer->port << 16 | peer->local_port, &key);

	return hash >> (64 - SET_BITS);
}

static bool same(const struct levee_udp_peer *a, const struct levee_udp_peer *b)
{
	return a->addr.hi == b->addr.hi && a->addr.lo == b->addr.lo &&
	       a->addr.is_v4 == b->addr.is_v4 && a->cgroup_id == b->cgroup_id &&
	       a->port == b->port && a->local_port == b->local_port;
}

static bool is_fresh(const struct slot *slot, u64 now)
{
	return slot->second && now - slot->second <= LEVEE_UDP_PEER_SECONDS;
}

void levee_udp_peer_note(const struct levee_udp_peer *peer)
{
	u64 now = ktime_get_seconds();
	u32 index = set_of(peer), way;
	struct slot *set = &slots[index * WAYS], *slot = set;
	spinlock_t *lock = &locks[index & (BIT(LOCK_BITS) - 1)];

	spin_lock_bh(lock);
	for (way = 0; way < WAYS; way++) {
		if (set[way].second && same(&set[way].peer, peer)) {
			slot = &set[way];
			goto note;
		}
		if (set[way].second < slot->second)
			slot = &set[way];
	}
	if (is_fresh(slot, now))
		atomic64_inc(&evicted);
	slot->peer = *peer;
note:
	slot->second = max(now, 1ULL);
	spin_unlock_bh(lock);
}

bool levee_udp_peer_known(const struct levee_udp_peer *peer)
{
	u64 now = ktime_get_seconds();
	u32 index = set_of(peer), way;
	struct slot *set = &slots[index * WAYS];
	spinlock_t *lock = &locks[index & (BIT(LOCK_BITS) - 1)];
	bool known = false;

	spin_lock_bh(lock);
	for (way = 0; way < WAYS && !known; way++)
		known = is_fresh(&set[way], now) && same(&set[way].peer, peer);
	spin_unlock_bh(lock);
	return known;
}

u64 levee_udp_peers_evicted(void)
{
	return atomic64_read(&evicted);
}

size_t levee_udp_peers_bytes(void)
{
	return sizeof(*slots) * WAYS << SET_BITS;
}

int levee_udp_peers_init(void)
{
	u32 i;

	get_random_bytes(&key, sizeof(key));
	for (i = 0; i < 1 << LOCK_BITS; i++)
		spin_lock_init(&locks[i]);
	slots = kvcalloc(WAYS << SET_BITS, sizeof(*slots), GFP_KERNEL);
	return slots ? 0 : -ENOMEM;
}

void levee_udp_peers_exit(void)
{
	kvfree(slots);
}
