// SPDX-License-Identifier: GPL-2.0
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>

#include "scan_guard.h"

#define WAIT_BITS	11
#define WAIT_WAYS	4
#define LOCK_BITS	6
#define WAIT_FOR	(10 * HZ)	/* longer than the longest silence that is a default */
#define SAY_AGAIN_MS	(24 * 3600 * 1000ULL)	/* Prisma: one incident a day */

struct levee_scan {
	spinlock_t lock;		/* all below */
	u64 held_until;			/* jiffies; read without */
	u64 said[LEVEE_SCAN_KINDS];	/* milliseconds; 0: never */
	u64 folded[LEVEE_SCAN_KINDS];	/* since then */
	struct levee_scan_target refused;	/* by it the hold began */
	struct levee_scan_state state;
};

/* A keyed fingerprint: a false match makes somebody's silence an answer, no more. */
struct wait {
	u64 fingerprint;
	u64 workload;			/* its cgroup's id */
	u64 since : 63;			/* jiffies */
	u64 by_loopback : 1;		/* it left */
};

static struct wait *waits;
static spinlock_t wait_locks[1 << LOCK_BITS];
static siphash_key_t key;
static u64 wait_until;			/* jiffies: nobody waits any more */
static atomic_long_t bytes;
static atomic64_t refused_contacts;

static const u8 kinds[LEVEE_SCAN_KINDS] = {
	LEVEE_INCIDENT_KIND_PORT_SCAN_VERTICAL,
	LEVEE_INCIDENT_KIND_PORT_SCAN_HORIZONTAL,
	LEVEE_INCIDENT_KIND_PORT_SCAN_SLOW,
};

u64 levee_scan_budget(void)
{
	/* A 128th of memory. */
	return (u64)(totalram_pages() / 128) << PAGE_SHIFT;
}

u64 levee_scan_bytes(void)
{
	return atomic_long_read(&bytes) + (sizeof(*waits) * WAIT_WAYS << WAIT_BITS);
}

u64 levee_scan_refused(void)
{
	return atomic64_read(&refused_contacts);
}

static void free_scan(struct levee_scan *scan)
{
	atomic_long_sub(sizeof(*scan), &bytes);
	kfree(scan);
}

static struct levee_scan *new_scan(void)
{
	struct levee_scan *scan = NULL;

	if (atomic_long_add_return(sizeof(*scan), &bytes) <= levee_scan_budget())
		scan = kzalloc(sizeof(*scan), GFP_ATOMIC | __GFP_NOWARN);
	if (scan)
		spin_lock_init(&scan->lock);
	else
		atomic_long_sub(sizeof(*scan), &bytes);
	return scan;
}

static struct levee_scan *scan_of(struct levee_workload *workload)
{
	struct levee_scan *scan = rcu_dereference(workload->scan), *other;

	/* Of all that are beyond the bound together nothing could be said. */
	if (scan || test_bit(LEVEE_WORKLOAD_OVERFLOW, &workload->flags))
		return scan;
	scan = new_scan();
	if (!scan) {
		atomic64_inc(&refused_contacts);
		return NULL;
	}
	other = unrcu_pointer(cmpxchg(&workload->scan, NULL, RCU_INITIALIZER(scan)));
	if (!other)
		return scan;
	free_scan(scan);
	return other;
}

static u64 now_ms(void)
{
	return ktime_to_ms(ktime_get());
}

static void describe(struct levee_scan *scan, u32 kind, const struct levee_scan_target *target,
		     struct levee_scan_finding *finding)
{
	u32 oldest = now_ms();

	finding->kind = kinds[kind];
	finding->count = scan->folded[kind];
	finding->nr_evidence = levee_scan_evidence(&scan->state, BIT(kind), target,
						   finding->evidence, LEVEE_SCAN_EVIDENCE_MAX,
						   &oldest);
	finding->first_ns = ktime_get_real_ns() -
			    ((u32)now_ms() - oldest) * (u64)NSEC_PER_MSEC;
}

/* One incident a kind and day; the others are counted. */
static void conclude(struct levee_scan *scan, u32 found, const struct levee_scan_target *target,
		     struct levee_scan_finding *findings, u32 *nr)
{
	u64 now = now_ms();
	u32 kind;

	for (kind = 0; kind < LEVEE_SCAN_KINDS; kind++) {
		if (!(found & BIT(kind)))
			continue;
		scan->folded[kind]++;
		if (scan->said[kind] && now - scan->said[kind] < SAY_AGAIN_MS)
			continue;
		describe(scan, kind, target, &findings[(*nr)++]);
		scan->said[kind] = now;
		scan->folded[kind] = 0;
	}
}

bool levee_scan_try(struct levee_workload *workload, const struct levee_scan_settings *settings,
		    const struct levee_scan_target *target, bool refused,
		    struct levee_scan_finding findings[LEVEE_SCAN_KINDS], u32 *nr)
{
	struct levee_scan *scan = scan_of(workload);
	u32 found;

	*nr = 0;
	if (!scan)
		return false;
	spin_lock_bh(&scan->lock);
	found = levee_scan_begin(&scan->state, settings, target, now_ms(), refused);
	conclude(scan, found, target, findings, nr);
	spin_unlock_bh(&scan->lock);
	return found;
}

bool levee_scan_answer(struct levee_workload *workload,
		       const struct levee_scan_settings *settings,
		       const struct levee_scan_target *target, bool answered,
		       struct levee_scan_finding findings[LEVEE_SCAN_KINDS], u32 *nr)
{
	struct levee_scan *scan = rcu_dereference(workload->scan);
	u32 found;

	*nr = 0;
	if (!scan)
		return false;
	spin_lock_bh(&scan->lock);
	found = levee_scan_end(&scan->state, settings, target, now_ms(), answered);
	conclude(scan, found, target, findings, nr);
	spin_unlock_bh(&scan->lock);
	return found;
}

static bool same_target(const struct levee_scan_target *a, const struct levee_scan_target *b)
{
	return a->addr.lo == b->addr.lo && a->addr.hi == b->addr.hi &&
	       a->addr.is_v4 == b->addr.is_v4 && a->port == b->port && a->proto == b->proto;
}

bool levee_scan_knows(struct levee_workload *workload, const struct levee_scan_target *target)
{
	struct levee_scan *scan = rcu_dereference(workload->scan);
	bool known = false;

	if (!scan)
		return false;
	spin_lock_bh(&scan->lock);
	known = levee_scan_is_known(&scan->state, target) &&
		!same_target(&scan->refused, target);
	spin_unlock_bh(&scan->lock);
	return known;
}

void levee_scan_hold(struct levee_workload *workload, const struct levee_scan_target *target,
		     u32 seconds)
{
	struct levee_scan *scan = rcu_dereference(workload->scan);

	if (!scan)
		return;
	spin_lock_bh(&scan->lock);
	if (!levee_scan_holds(workload))
		scan->refused = *target;
	WRITE_ONCE(scan->held_until, get_jiffies_64() + (u64)seconds * HZ);
	spin_unlock_bh(&scan->lock);
}

bool levee_scan_holds(const struct levee_workload *workload)
{
	const struct levee_scan *scan = rcu_dereference(workload->scan);

	return scan && time_before64(get_jiffies_64(), READ_ONCE(scan->held_until));
}

/* As a packet that comes back has it. */
struct wait_identity {
	u64 hi;
	u64 lo;
	u64 net;
	u16 port;
	u16 local_port;
	u8 proto;
	u8 is_v4;
	u8 pad[2];
} __aligned(8);

static u64 fingerprint_of(const struct net *net, const struct levee_addr *addr, u8 proto, u16 port,
			  u16 local_port)
{
	struct wait_identity identity;

	memset(&identity, 0, sizeof(identity));
	identity.hi = addr->hi;
	identity.lo = addr->lo;
	identity.is_v4 = addr->is_v4;
	identity.net = (unsigned long)net;
	identity.port = port;
	identity.local_port = local_port;
	identity.proto = proto;
	/* 0 marks a free slot. */
	return siphash(&identity, sizeof(identity), &key) | 1;
}

static struct wait *waits_of(u64 fingerprint)
{
	return &waits[(fingerprint >> (64 - WAIT_BITS)) * WAIT_WAYS];
}

static spinlock_t *lock_of(const struct wait *set)
{
	return &wait_locks[(set - waits) / WAIT_WAYS & (BIT(LOCK_BITS) - 1)];
}

/*
 * Where to put it. Others are not made to seem silent by who tries much: but for
 * places in which nobody waits any more, he has what he had.
 */
static struct wait *place_of(struct wait *set, u64 fingerprint, u64 workload, u64 now)
{
	struct wait *oldest = set, *own = NULL;
	u32 way;

	for (way = 0; way < WAIT_WAYS; way++) {
		if (set[way].fingerprint == fingerprint)
			return &set[way];
		if (set[way].since < oldest->since)
			oldest = &set[way];
		if (set[way].workload == workload && (!own || set[way].since < own->since))
			own = &set[way];
	}
	return own && now - oldest->since < WAIT_FOR ? own : oldest;
}

void levee_scan_wait(const struct net *net, const struct levee_flow *flow,
		     const struct levee_workload *workload, u32 seconds, bool by_loopback)
{
	u64 fingerprint = fingerprint_of(net, &flow->dst, flow->proto, flow->dport, flow->sport);
	struct wait *set = waits_of(fingerprint), *slot;
	u64 now = get_jiffies_64();

	spin_lock_bh(lock_of(set));
	slot = place_of(set, fingerprint, workload->cgroup_id, now);
	WRITE_ONCE(slot->fingerprint, fingerprint);
	slot->workload = workload->cgroup_id;
	slot->since = now;
	slot->by_loopback = by_loopback;
	spin_unlock_bh(lock_of(set));
	/* A second more: what comes late is of no use, what comes just in time is. */
	now += (u64)(seconds + 1) * HZ;
	if (time_after64(now, READ_ONCE(wait_until)))
		WRITE_ONCE(wait_until, now);
}

/* Who waits for it; 0 for nobody. He waits no longer. */
static u64 take_wait(u64 fingerprint, bool by_loopback)
{
	struct wait *set = waits_of(fingerprint), *slot = set;
	u64 workload = 0;

	/* Most of what is delivered nobody waits for: that takes no lock. */
	while (READ_ONCE(slot->fingerprint) != fingerprint)
		if (++slot == set + WAIT_WAYS)
			return 0;
	spin_lock_bh(lock_of(set));
	if (slot->fingerprint == fingerprint && (slot->by_loopback || !by_loopback)) {
		workload = slot->workload;
		WRITE_ONCE(slot->fingerprint, 0);
		slot->workload = 0;
		slot->since = 0;
	}
	spin_unlock_bh(lock_of(set));
	return workload;
}

static bool is_icmp_error(const struct levee_flow *flow)
{
	if (flow->proto == IPPROTO_ICMP)
		return flow->icmp_type == ICMP_DEST_UNREACH ||
		       flow->icmp_type == ICMP_TIME_EXCEEDED ||
		       flow->icmp_type == ICMP_PARAMETERPROB;
	/* Errors are below 128 (RFC 4443 2.1). */
	return flow->proto == IPPROTO_ICMPV6 && flow->icmp_type < 128;
}

/* That the packet was too big tells of the path, not of who was tried (RFC 1191, 8201). */
static bool tells_path_mtu(const struct sk_buff *skb, u8 family, const struct levee_flow *flow)
{
	const u8 *icmp;
	u8 buffer[2];

	if (flow->proto == IPPROTO_ICMPV6)
		return flow->icmp_type == ICMPV6_PKT_TOOBIG;
	if (flow->icmp_type != ICMP_DEST_UNREACH)
		return false;
	icmp = skb_header_pointer(skb, levee_flow_transport(skb, family), sizeof(buffer), buffer);
	return icmp && icmp[1] == ICMP_FRAG_NEEDED;
}

/* The packet that turns a contact away, or answers it; false for any other. */
static bool read_reply(const struct sk_buff *skb, u8 family, const struct levee_flow *flow,
		       struct levee_flow *sent, bool *answered)
{
	*answered = false;
	if (is_icmp_error(flow))
		return !tells_path_mtu(skb, family, flow) &&
		       levee_flow_read_inner(sent, skb, family);
	/* Most of what comes, in a connection. */
	if (flow->proto == IPPROTO_TCP && !(flow->flags & (LEVEE_FLOW_SYNACK | LEVEE_FLOW_RST)))
		return false;
	memset(sent, 0, sizeof(*sent));
	sent->dst = flow->src;
	sent->proto = flow->proto;
	sent->dport = flow->sport;
	sent->sport = flow->dport;
	*answered = true;
	switch (flow->proto) {
	case IPPROTO_TCP:
		*answered = !(flow->flags & LEVEE_FLOW_RST);
		return true;
	case IPPROTO_SCTP:
		return flow->flags & LEVEE_FLOW_SCTP_INIT_ACK;
	case IPPROTO_ICMP:
		return flow->icmp_type == ICMP_ECHOREPLY || flow->icmp_type == ICMP_TIMESTAMPREPLY;
	case IPPROTO_ICMPV6:
		return flow->icmp_type == ICMPV6_ECHO_REPLY;
	}
	return true;
}

bool levee_scan_hear(const struct net *net, const struct sk_buff *skb, u8 family,
		     const struct levee_flow *flow, bool by_loopback,
		     struct levee_scan_reply *reply)
{
	struct levee_flow sent;
	u64 id;

	if (likely(!time_before64(get_jiffies_64(), READ_ONCE(wait_until))))
		return false;
	if (!read_reply(skb, family, flow, &sent, &reply->answered))
		return false;
	id = take_wait(fingerprint_of(net, &sent.dst, sent.proto, sent.dport, sent.sport),
		       by_loopback);
	reply->workload = id ? levee_workload_by_id(id) : NULL;
	reply->target.addr = sent.dst;
	reply->target.proto = sent.proto;
	reply->target.port = sent.dport;
	return reply->workload;
}

int levee_scan_guard_init(void)
{
	u32 i;

	get_random_bytes(&key, sizeof(key));
	for (i = 0; i < 1 << LOCK_BITS; i++)
		spin_lock_init(&wait_locks[i]);
	waits = kvcalloc(WAIT_WAYS << WAIT_BITS, sizeof(*waits), GFP_KERNEL);
	if (!waits)
		return -ENOMEM;
	levee_workload_free_scan = free_scan;
	return 0;
}

void levee_scan_guard_exit(void)
{
	kvfree(waits);
}
