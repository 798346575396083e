/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a workload has asked and was told: queries without an answer, names of
 * addresses, and how far its DNS connections were read.
 *
 * Lifetime. A state is made at its workload's first DNS packet and goes with
 * it. Its tables are bounded for each workload, so that no one can push out
 * what is another's, and share a budget: who is at a bound loses his own oldest.
 * Writers hold the state's lock; names are read under rcu_read_lock() alone.
 */
#ifndef LEVEE_DETECT_DNS_STATE_H
#define LEVEE_DETECT_DNS_STATE_H

#include "../lib/dns_message.h"
#include "../policy/workload.h"
#include "flow_cache.h"

#define LEVEE_DNS_ASKS_MAX 1024		/* queries of a workload that wait for an answer */
#define LEVEE_DNS_ASK_SECONDS 60	/* resolvers give up sooner: glibc 5 s, BIND 10 s */
#define LEVEE_DNS_KNOWN_MAX 4096	/* pairs of address and name of a workload */
#define LEVEE_DNS_NAMES_MAX 16		/* names of an address */
#define LEVEE_DNS_ADDRS_MAX 64		/* addresses of a name */
#define LEVEE_DNS_CONNECTIONS_MAX 256	/* of a workload */
#define LEVEE_DNS_ANSWER_MAX 4096	/* bytes of an answer that are read */

struct levee_dns_state;

/*
 * The state of a workload, made where there is none; NULL without memory or
 * budget. Any context but hard interrupts; under rcu_read_lock(), and valid as
 * long as the workload.
 */
struct levee_dns_state *levee_dns_state_of(struct levee_workload *workload);

/**
 * struct levee_dns_ask - a query that was sent, as its answer must show it
 * @server: who was asked
 * @name: for what
 * @server_port: of the server
 * @local_port: from where
 * @id: of the message
 * @proto: IPPROTO_UDP or IPPROTO_TCP
 */
struct levee_dns_ask {
	struct levee_addr server;
	struct levee_name name;
	u16 server_port;
	u16 local_port;
	u16 id;
	u8 proto;
};

/* Keyed, so that a workload cannot make names that meet. Any context. */
u64 levee_dns_name_hash(const struct levee_name *name);

/* These take the state's lock. Any context but hard interrupts. */

/* The answer may come. */
void levee_dns_ask_note(struct levee_dns_state *state, const struct levee_dns_ask *ask);
/* Whether it was asked and not answered yet; then it is now. */
bool levee_dns_ask_take(struct levee_dns_state *state, const struct levee_dns_ask *ask);
/* An answer that the workload makes itself counts as none: whoever is asked for it, by this id. */
void levee_dns_ask_spoil(struct levee_dns_state *state, u16 id, const struct levee_name *name);

/*
 * The address has this name for so many seconds. An alias is a name that the one
 * that was asked for stands for: it can make an address denied, never allowed. A
 * name that was both is an alias again when the time for which it was asked is over.
 */
void levee_dns_learn(struct levee_dns_state *state, const struct levee_addr *addr,
		     const struct levee_name *name, bool alias, u64 seconds);
/*
 * The names by which the workload knows an address, the latest first, at most
 * LEVEE_DNS_NAMES_MAX; those whose time is over only when @outlasting. Takes no
 * lock; what is returned lives until rcu_read_unlock().
 */
u32 levee_dns_names_of(const struct levee_workload *workload, const struct levee_addr *addr,
		       bool outlasting, struct levee_name names[LEVEE_DNS_NAMES_MAX]);

/**
 * struct levee_dns_connection - a TCP connection to a DNS server
 * @node: in the state's hash
 * @age: among the state's connections, the longest unused first
 * @key: tells it; the tag is 1 for what the second look has read, else 0
 * @next: sequence number behind what was read
 * @lost: it cannot be read any more
 * @hearing: @next_heard is known
 * @deaf: answers cannot be read any more
 * @next_heard: the same, of what came
 * @prefix: length of the answer that comes, big endian
 * @nr_heard: bytes of the answer, its prefix included, that have come
 * @answer: LEVEE_DNS_ANSWER_MAX bytes, made for the first answer
 * @stream: queries
 */
struct levee_dns_connection {
	struct hlist_node node;
	struct list_head age;
	struct levee_flow_key key;
	u32 next;
	bool lost;
	bool hearing;
	bool deaf;
	u32 next_heard;
	u8 prefix[2];
	u32 nr_heard;
	u8 *answer;
	struct levee_dns_stream stream;
};

/* Around these, and what is done with a connection. */
void levee_dns_state_lock(struct levee_dns_state *state) __acquires(state);
void levee_dns_state_unlock(struct levee_dns_state *state) __releases(state);
/* NULL when there is none. */
struct levee_dns_connection *levee_dns_connection_find(struct levee_dns_state *state,
						       const struct levee_flow_key *key);
/* In place of the one that may be there; NULL without room. */
struct levee_dns_connection *levee_dns_connection_new(struct levee_dns_state *state,
						      const struct levee_flow_key *key);
/* Where its answers go; false without memory or budget. */
bool levee_dns_connection_listen(struct levee_dns_connection *connection);

/* Over all workloads: memory, and what it may be. */
u64 levee_dns_state_bytes(void);
u64 levee_dns_state_budget(void);
/* Queries, names and connections that gave way before their time, or found no room. */
u64 levee_dns_state_evicted(void);
u64 levee_dns_state_refused(void);

int levee_dns_state_init(void);
/* No hook runs any more. */
void levee_dns_state_exit(void);

#endif /* LEVEE_DETECT_DNS_STATE_H */
