/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events: from the hook that saw an act to the rings and everyone who reads
 * them. A hook fills an event and submits it; a work item hands it to the
 * kernel log and to the sinks that registered from above.
 */
#ifndef LEVEE_REPORT_EVENT_H
#define LEVEE_REPORT_EVENT_H

#include <linux/sched.h>

#include "../policy/act.h"
#include "../policy/workload.h"

#define LEVEE_EVIDENCE_MAX 16	/* of an incident */

/**
 * struct levee_evidence - something that an incident was concluded from
 * @addr: network order
 * @port: host order, 0 where the protocol has none
 * @proto: IP protocol
 * @addr_len: 4 or 16
 */
struct levee_evidence {
	u8 addr[16];
	u16 port;
	u8 proto;
	u8 addr_len;
};

/**
 * struct levee_incident - a conclusion from what a workload was seen doing
 * @feature: enum levee_feature
 * @kind: enum levee_incident_kind
 * @nr_evidence: number of @evidence
 * @count: conclusions that it stands for
 * @first_ns: when the oldest of what is counted was seen, since the epoch
 * @evidence: the latest first
 */
struct levee_incident {
	u8 feature;
	u8 kind;
	u8 nr_evidence;
	u64 count;
	u64 first_ns;
	struct levee_evidence evidence[LEVEE_EVIDENCE_MAX];
};

/**
 * struct levee_event - one event, whole: nothing in it points elsewhere
 * @seq: counts events of every type from 1
 * @time_ns: since the epoch
 * @generation: of the policy that was live
 * @cgroup_id: of the workload's root, 0 if none
 * @count: acts that the event stands for
 * @type: enum levee_event_type
 * @feature: enum levee_feature
 * @effect: enum levee_effect
 * @reason: enum levee_reason
 * @enforced: the effect was carried out
 * @has_actor: @pid, @uid and @comm are set
 * @has_entry: @entry decided
 * @has_port: the act is of a protocol with ports
 * @addr_len: 0, 4 or 16
 * @socket_family: AF_*, raw-sockets only
 * @proto: IP protocol
 * @port: host order
 * @qtype: dns, the type that was asked for
 * @name_len: bytes of @name, 0 if none
 * @addr: network order
 * @pid: in the initial pid namespace
 * @uid: in the initial user namespace
 * @entry: the entry that decided, as levee_event_entry() completes it
 * @comm: as the task has it: container-controlled
 * @rule: name of the rule
 * @kind: incidents, enum levee_incident_kind
 * @nr_evidence: incidents, number of @evidence
 * @first_ns: incidents, as in struct levee_incident
 * @evidence: incidents, which have no @feed and no @name
 * @feed: name of the feed that decided, empty if none did
 * @container: label of the workload, empty if none; one that is too long keeps its
 *	end, after "...", as does @image
 * @image: label of the workload, empty if none
 * @name: dns, what was asked for; outbound, by which name the workload knows
 *	@addr; in wire form, lower case, container-controlled
 * @text: path of the workload (container-controlled), or what a notice says
 */
struct levee_event {
	u64 seq;
	u64 time_ns;
	u64 generation;
	u64 cgroup_id;
	u64 count;
	u8 type;
	u8 feature;
	u8 effect;
	u8 reason;
	bool enforced;
	bool has_actor;
	bool has_entry;
	bool has_port;
	u8 addr_len;
	u8 socket_family;
	u16 proto;
	u16 port;
	u16 qtype;
	u8 name_len;
	u8 kind;
	u8 nr_evidence;
	u8 addr[16];
	u32 pid;
	u32 uid;
	struct levee_entry entry;
	char comm[TASK_COMM_LEN];
	char rule[LEVEE_NAME_MAX + 1];
	char container[64];
	char image[128];
	u64 first_ns;
	union {
		struct {
			char feed[LEVEE_NAME_MAX + 1];
			u8 name[LEVEE_DOMAIN_MAX];
		};
		struct levee_evidence evidence[LEVEE_EVIDENCE_MAX];
	};
	char text[LEVEE_TEXT_MAX + 1];
};

/*
 * The entry that decided, which has_entry says that there is. A domain entry
 * decides about its own name or those below it, so its name is how the event's
 * ends: it lives as long as the event.
 */
static inline struct levee_entry levee_event_entry(const struct levee_event *event)
{
	struct levee_entry entry = event->entry;

	if (levee_entry_is_domain(&entry))
		entry.name = event->name + event->name_len - entry.name_len;
	return entry;
}

/* Who reads events as they come; called from one work item, may sleep. */
struct levee_sink {
	struct list_head list;
	void (*emit)(const struct levee_event *event);
};

void levee_sink_add(struct levee_sink *sink);
void levee_sink_remove(struct levee_sink *sink);

/*
 * Reports a deviation: folded with its likes, held to the workload's rate.
 * @actor is NULL when the acting task is not known. Any context but hard
 * interrupts; under rcu_read_lock().
 */
void levee_report_audit(const struct levee_ruleset *rs, const struct levee_subject *subject,
			const struct levee_act *act, const struct levee_verdict *verdict,
			u8 effect, bool enforced, struct task_struct *actor);
/*
 * Reports an incident, which is not folded, and which no flood of audits holds
 * back. As above.
 */
void levee_report_incident(const struct levee_ruleset *rs, const struct levee_subject *subject,
			   const struct levee_incident *incident, u8 effect, bool enforced,
			   struct task_struct *actor);
/* Reports what happened to levee itself, with the calling task as the actor. Any context. */
__printf(2, 3)
void levee_report_notice(u64 generation, const char *format, ...);
/* Sends what was folded, and forgets it. Any context. */
void levee_report_end_folds(void);
/* Waits until every event submitted so far is with the sinks. Sleeps. */
void levee_report_flush(void);

/*
 * Copies the oldest event of a type whose seq is above *seq into @event, and
 * sets *seq to its number. False when there is none. Any context.
 */
bool levee_report_next(u8 type, u64 *seq, struct levee_event *event);

/* What happened to events, for status. */
struct levee_report_counters {
	u64 events;	/* put into the rings */
	u64 lost;	/* overwritten before the sinks had them */
	u64 folded;	/* acts that went into another's event */
	u64 held;	/* audits held back by a workload's rate, sent in a summary */
	u64 unlogged;	/* left out of the kernel log by its rate */
	u64 evicted;	/* folds sent early to make room */
	u64 suppressed;	/* acts that are in counters only: no room, and the rate spent */
};

void levee_report_read(struct levee_report_counters *counters);
size_t levee_report_bytes(void);

int levee_report_init(void);
/* No hook runs any more. Sleeps. */
void levee_report_exit(void);

/* klog.c: one line in the kernel log. Returns false when the rate held it back. */
bool levee_klog(const struct levee_event *event);

#endif /* LEVEE_REPORT_EVENT_H */
