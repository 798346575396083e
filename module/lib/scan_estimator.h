/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whether what somebody tries to reach looks like a scan. Fed with first contacts
 * (destination, protocol, port) and what became of them; fixed memory for each
 * scanner, no clock of its own.
 */
#ifndef LEVEE_LIB_SCAN_ESTIMATOR_H
#define LEVEE_LIB_SCAN_ESTIMATOR_H

#include "addr.h"

/* Contacts that are remembered: five times what a horizontal scan needs by default. */
#define LEVEE_SCAN_CONTACTS	128
/* Of them, those in vain for which all others give way; the rest is for what is new. */
#define LEVEE_SCAN_FAILED	96

/**
 * struct levee_scan_settings - when it is a scan
 * @vertical_ports: so many ports of one destination,
 * @vertical_failures: so many of them in vain,
 * @vertical_seconds: within so long (Zeek's scan.zeek: 15; Snort's medium: 90 s)
 * @horizontal_hosts: so many destinations on one port,
 * @horizontal_failures: so many of them in vain,
 * @horizontal_seconds: within so long (Zeek: 25 in 5 min; Snort's medium: 7 rejects)
 * @fast_weight: ports of one destination that have not answered, each within
 * @fast_gap: seconds of the one before: 3 for one below 1024, 1 for another (xt_psd:
 *	21, 3 s)
 * @slow_failures: first contacts in vain, less those that were answered (threshold
 *	random walk, Jung and others 2004, with a false positive rate of 1e-4: 7), once
 *	@vertical_seconds have passed in which the other forms would have found it
 * @silence: seconds after which no answer is one in vain
 *
 * A form of which the first number is 0 is off.
 */
struct levee_scan_settings {
	u16 vertical_ports;
	u16 vertical_failures;
	u16 vertical_seconds;
	u16 horizontal_hosts;
	u16 horizontal_failures;
	u16 horizontal_seconds;
	u16 fast_weight;
	u16 fast_gap;
	u16 slow_failures;
	u16 silence;
};

extern const struct levee_scan_settings levee_scan_defaults;

/* What was found; a bit each. A fast scan is a vertical one. */
enum levee_scan_kind {
	LEVEE_SCAN_VERTICAL = 1,
	LEVEE_SCAN_HORIZONTAL = 2,
	LEVEE_SCAN_SLOW = 4,
};

/**
 * struct levee_scan_target - what is contacted
 * @addr: the destination
 * @port: host order, 0 for a protocol without
 * @proto: IP protocol
 */
struct levee_scan_target {
	struct levee_addr addr;
	u16 port;
	u8 proto;
};

/* One contact; for the estimator alone. */
struct levee_scan_contact {
	u64 hi;
	u64 lo;
	u32 time;	/* milliseconds */
	u16 port;
	u8 proto;
	u8 is_v4 : 1;
	u8 outcome : 2;
	u8 others : 5;	/* answered ones of its port that gave way */
};

/**
 * struct levee_scan_state - of one scanner; zero is a new one
 * @count: of @contacts
 * @walk: the threshold random walk: failures less answers, never below 0
 * @walked: of @contacts, so many of the oldest are in @walk
 * @walk_since: when what took it from 0 was tried, in milliseconds
 * @seen: contacts ever
 * @failed: of them in vain
 * @forgotten: contacts in vain that had to give way, and new ones that found no room
 * @contacts: the oldest first
 */
struct levee_scan_state {
	u16 count;
	u16 walk;
	u16 walked;
	u32 seen;
	u32 failed;
	u32 forgotten;
	u32 walk_since;
	struct levee_scan_contact contacts[LEVEE_SCAN_CONTACTS];
};

/**
 * levee_scan_begin() - somebody tries to reach something
 * @state: his; the caller serialises
 * @settings: when it is a scan
 * @target: what
 * @now: milliseconds of a clock that goes on, modulo 2^32
 * @refused: the policy does not let him, which is an answer, too
 *
 * A target that is remembered counts once, however often it is tried. One that
 * was answered is forgotten before LEVEE_SCAN_FAILED in vain, and the older first,
 * but that it was answered still counts for its port. What is waited for stays, and
 * what was tried after it; without room, the new one is not remembered. Any
 * context: at most one pass over the contacts for each form.
 *
 * Return: enum levee_scan_kind's bits that are true now. What was found is found
 * once by the walk, and not by it where another form has found it.
 */
u32 levee_scan_begin(struct levee_scan_state *state, const struct levee_scan_settings *settings,
		     const struct levee_scan_target *target, u32 now, bool refused);

/**
 * levee_scan_end() - something came back
 * @state: whose
 * @settings: when it is a scan
 * @target: from where
 * @now: as above
 * @answered: he was let in; else he was turned away (a reset, an ICMP error)
 *
 * Nothing is done for what is not waited for. Any context, as above.
 *
 * Return: as above.
 */
u32 levee_scan_end(struct levee_scan_state *state, const struct levee_scan_settings *settings,
		   const struct levee_scan_target *target, u32 now, bool answered);

/**
 * levee_scan_evidence() - what was tried, the latest first
 * @state: whose
 * @kind: one of enum levee_scan_kind's bits
 * @target: what was tried last; for a vertical or horizontal scan, what they share with it
 * @evidence: filled in
 * @max: at most so many
 * @oldest: when the last of them was tried, in milliseconds; unset where there is none
 *
 * Only what was not answered.
 *
 * Return: how many.
 */
u32 levee_scan_evidence(const struct levee_scan_state *state, u32 kind,
			const struct levee_scan_target *target,
			struct levee_scan_target *evidence, u32 max, u32 *oldest);

/* Whether a target is remembered. */
bool levee_scan_is_known(const struct levee_scan_state *state,
			 const struct levee_scan_target *target);

#endif /* LEVEE_LIB_SCAN_ESTIMATOR_H */
