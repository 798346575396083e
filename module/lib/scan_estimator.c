// SPDX-License-Identifier: GPL-2.0
/*
 * A short list of what was contacted, in the order of time. It is read from end to
 * end for each first contact, and for nothing else: a few cache lines for what
 * happens now and then, and no table whose buckets somebody could fill.
 */
#include "scan_estimator.h"

#define PRIVILEGED	1024	/* ports below weigh more, as in scanlogd and xt_psd */
#define WEIGHT_LOW	3
#define WEIGHT_HIGH	1
#define OTHERS_MAX	31	/* five bits */

enum { PENDING, FAILED, ANSWERED };

const struct levee_scan_settings levee_scan_defaults = {
	.vertical_ports = 15,
	.vertical_failures = 10,
	.vertical_seconds = 90,
	.horizontal_hosts = 25,
	.horizontal_failures = 7,
	.horizontal_seconds = 300,
	.fast_weight = 21,
	.fast_gap = 3,
	.slow_failures = 7,
	.silence = 3,
};

static u32 age(const struct levee_scan_contact *contact, u32 now)
{
	return now - contact->time;
}

static bool same_host(const struct levee_scan_contact *contact,
		      const struct levee_scan_target *target)
{
	return contact->lo == target->addr.lo && contact->hi == target->addr.hi &&
	       contact->is_v4 == target->addr.is_v4;
}

static bool same_port(const struct levee_scan_contact *contact,
		      const struct levee_scan_target *target)
{
	return contact->port == target->port && contact->proto == target->proto;
}

/* Its place; the count where it is not there. */
static u32 find(const struct levee_scan_state *state, const struct levee_scan_target *target)
{
	u32 i;

	for (i = 0; i < state->count; i++)
		if (same_port(&state->contacts[i], target) &&
		    same_host(&state->contacts[i], target))
			break;
	return i;
}

static void fail(struct levee_scan_state *state, struct levee_scan_contact *contact)
{
	contact->outcome = FAILED;
	state->failed++;
}

static void step(struct levee_scan_state *state, const struct levee_scan_settings *settings,
		 const struct levee_scan_contact *contact)
{
	if (contact->outcome == ANSWERED) {
		if (state->walk)
			state->walk--;
		return;
	}
	if (!state->walk)
		state->walk_since = contact->time;
	if (state->walk < settings->slow_failures)
		state->walk++;
}

/*
 * In the order in which they were tried: answers come at once, and silence later, so
 * that otherwise a few that are silent among many would come in a row.
 */
static void walk_on(struct levee_scan_state *state, const struct levee_scan_settings *settings)
{
	while (state->walked < state->count &&
	       state->contacts[state->walked].outcome != PENDING)
		step(state, settings, &state->contacts[state->walked++]);
}

/* Nobody wakes us for silence: it is seen at the next contact. Whether there was some. */
static bool settle(struct levee_scan_state *state, const struct levee_scan_settings *settings,
		   u32 now)
{
	u32 i, silence = settings->silence * 1000u, before = state->failed;

	for (i = 0; i < state->count; i++)
		if (state->contacts[i].outcome == PENDING &&
		    age(&state->contacts[i], now) >= silence)
			fail(state, &state->contacts[i]);
	walk_on(state, settings);
	return state->failed != before;
}

/* The oldest of an outcome that is in the walk; the number of those if there is none. */
static u32 find_walked(const struct levee_scan_state *state, u32 outcome)
{
	u32 i;

	for (i = 0; i < state->walked && state->contacts[i].outcome != outcome; i++)
		;
	return i;
}

static u32 count_failed(const struct levee_scan_state *state)
{
	u32 i, n = 0;

	for (i = 0; i < state->count; i++)
		n += state->contacts[i].outcome == FAILED;
	return n;
}

/*
 * What gives way is no less an answer: who talks to more than is remembered would
 * seem to fail mostly. The next contact of its port stands for it.
 */
static void pass_on(struct levee_scan_state *state, const struct levee_scan_settings *settings,
		    u32 from, u32 now)
{
	const struct levee_scan_contact *gone = &state->contacts[from];
	u32 left = gone->others + (gone->outcome == ANSWERED), i, more;
	struct levee_scan_contact *next;

	if (age(gone, now) > settings->horizontal_seconds * 1000u)
		return;
	for (i = 1; left && i < state->count; i++) {
		next = &state->contacts[(from + i) % state->count];
		if (next->port != gone->port || next->proto != gone->proto)
			continue;
		more = min_t(u32, left, OTHERS_MAX - next->others);
		next->others += more;
		left -= more;
	}
}

/*
 * False where nothing may give way. What is not in the walk yet does not, nor what was
 * in vain as long as there is little of it: a sweep that is faster than silence would
 * drive out each before it is old enough, or before the next is.
 */
static bool make_room(struct levee_scan_state *state, const struct levee_scan_settings *settings,
		      u32 now)
{
	bool many;
	u32 i;

	if (state->count < LEVEE_SCAN_CONTACTS)
		return true;
	many = count_failed(state) > LEVEE_SCAN_FAILED;
	i = find_walked(state, many ? FAILED : ANSWERED);
	if (many || i == state->walked)
		state->forgotten++;
	if (i == state->walked)
		return false;
	pass_on(state, settings, i, now);
	state->walked--;
	memmove(&state->contacts[i], &state->contacts[i + 1],
		(state->count - i - 1) * sizeof(state->contacts[0]));
	state->count--;
	return true;
}

/* Of one group within a time: how many, and how they ended. */
struct tally {
	u32 all;
	u32 failed;
	u32 answered;
};

static void count(struct tally *tally, const struct levee_scan_contact *contact)
{
	tally->all++;
	tally->failed += contact->outcome == FAILED;
	tally->answered += contact->outcome == ANSWERED;
}

/* More in vain than not: who talks to many hosts meets some that are down. */
static bool is_scan(const struct tally *tally, u32 all, u32 failed)
{
	return all && tally->all >= all && tally->failed >= failed &&
	       tally->failed > tally->answered;
}

static bool is_vertical(const struct levee_scan_state *state,
			const struct levee_scan_settings *settings,
			const struct levee_scan_target *target, u32 now)
{
	struct tally tally = {};
	u32 i;

	for (i = 0; i < state->count; i++)
		if (same_host(&state->contacts[i], target) &&
		    age(&state->contacts[i], now) <= settings->vertical_seconds * 1000u)
			count(&tally, &state->contacts[i]);
	return is_scan(&tally, settings->vertical_ports, settings->vertical_failures);
}

static bool is_horizontal(const struct levee_scan_state *state,
			  const struct levee_scan_settings *settings,
			  const struct levee_scan_target *target, u32 now)
{
	struct tally tally = {};
	u32 i;

	for (i = 0; i < state->count; i++) {
		if (!same_port(&state->contacts[i], target) ||
		    age(&state->contacts[i], now) > settings->horizontal_seconds * 1000u)
			continue;
		count(&tally, &state->contacts[i]);
		tally.all += state->contacts[i].others;
		tally.answered += state->contacts[i].others;
	}
	return is_scan(&tally, settings->horizontal_hosts, settings->horizontal_failures);
}

/* From the latest back, as long as each is close to the next. */
static bool is_fast(const struct levee_scan_state *state,
		    const struct levee_scan_settings *settings,
		    const struct levee_scan_target *target, u32 now)
{
	const struct levee_scan_contact *contact;
	u32 i, weight = 0, next = now;

	for (i = state->count; i--;) {
		contact = &state->contacts[i];
		if (!same_host(contact, target) || contact->outcome == ANSWERED)
			continue;
		if (next - contact->time > settings->fast_gap * 1000u)
			break;
		next = contact->time;
		weight += contact->port < PRIVILEGED ? WEIGHT_LOW : WEIGHT_HIGH;
	}
	return settings->fast_weight && weight >= settings->fast_weight;
}

static bool is_slow(const struct levee_scan_state *state,
		    const struct levee_scan_settings *settings, u32 now)
{
	return settings->slow_failures && state->walk >= settings->slow_failures &&
	       now - state->walk_since >= settings->vertical_seconds * 1000u;
}

static u32 judge(struct levee_scan_state *state, const struct levee_scan_settings *settings,
		 const struct levee_scan_target *target, u32 now)
{
	u32 found = 0;

	if (is_vertical(state, settings, target, now) || is_fast(state, settings, target, now))
		found |= LEVEE_SCAN_VERTICAL;
	if (is_horizontal(state, settings, target, now))
		found |= LEVEE_SCAN_HORIZONTAL;
	if (!found && is_slow(state, settings, now))
		found = LEVEE_SCAN_SLOW;
	if (found)
		state->walk = 0;
	return found;
}

u32 levee_scan_begin(struct levee_scan_state *state, const struct levee_scan_settings *settings,
		     const struct levee_scan_target *target, u32 now, bool refused)
{
	struct levee_scan_contact *contact;
	bool settled = settle(state, settings, now);

	/* A scanner's last probes are told by its retries. */
	if (find(state, target) < state->count)
		return settled ? judge(state, settings, target, now) : 0;
	state->seen++;
	if (!make_room(state, settings, now))
		return settled ? judge(state, settings, target, now) : 0;
	contact = &state->contacts[state->count++];
	contact->hi = target->addr.hi;
	contact->lo = target->addr.lo;
	contact->is_v4 = target->addr.is_v4;
	contact->port = target->port;
	contact->proto = target->proto;
	contact->time = now;
	contact->outcome = PENDING;
	contact->others = 0;
	if (refused) {
		fail(state, contact);
		walk_on(state, settings);
	}
	return judge(state, settings, target, now);
}

u32 levee_scan_end(struct levee_scan_state *state, const struct levee_scan_settings *settings,
		   const struct levee_scan_target *target, u32 now, bool answered)
{
	struct levee_scan_contact *contact;
	u32 at = find(state, target);

	contact = &state->contacts[at];
	if (at == state->count || contact->outcome != PENDING)
		return 0;
	if (answered)
		contact->outcome = ANSWERED;
	else
		fail(state, contact);
	walk_on(state, settings);
	return answered ? 0 : judge(state, settings, target, now);
}

u32 levee_scan_evidence(const struct levee_scan_state *state, u32 kind,
			const struct levee_scan_target *target,
			struct levee_scan_target *evidence, u32 max, u32 *oldest)
{
	const struct levee_scan_contact *contact;
	u32 i, n = 0;

	for (i = state->count; i-- && n < max;) {
		contact = &state->contacts[i];
		if (contact->outcome == ANSWERED ||
		    (kind == LEVEE_SCAN_VERTICAL && !same_host(contact, target)) ||
		    (kind == LEVEE_SCAN_HORIZONTAL && !same_port(contact, target)))
			continue;
		evidence[n].addr.hi = contact->hi;
		evidence[n].addr.lo = contact->lo;
		evidence[n].addr.is_v4 = contact->is_v4;
		evidence[n].port = contact->port;
		evidence[n].proto = contact->proto;
		*oldest = contact->time;
		n++;
	}
	return n;
}

bool levee_scan_is_known(const struct levee_scan_state *state,
			 const struct levee_scan_target *target)
{
	return find(state, target) < state->count;
}
