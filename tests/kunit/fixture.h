/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What suites share: policies, real cgroups, tasks in them, packets, events.
 * Whatever a test makes with these is gone when fixture_exit() has run, which
 * is every such suite's exit.
 */
#ifndef LEVEE_TESTS_KUNIT_FIXTURE_H
#define LEVEE_TESTS_KUNIT_FIXTURE_H

#include <kunit/test.h>
#include <linux/cgroup.h>
#include <linux/netlink.h>
#include <linux/skbuff.h>
#include <net/sock.h>

#include "policy/feed.h"
#include "policy/ruleset.h"
#include "report/event.h"

void fixture_exit(struct kunit *test);

/* Policies. */

struct levee_draft *fixture_draft(struct kunit *test);
/* Appends a rule for the cgroups of a pattern, every feature disabled; returns its index. */
u32 fixture_rule(struct kunit *test, struct levee_draft *draft, const char *pattern);
struct levee_section *fixture_section(struct levee_draft *draft, u32 rule, u8 feature);
void fixture_entry(struct kunit *test, struct levee_draft *draft, u32 rule, u8 feature, u8 action,
		   struct levee_entry entry);
struct levee_ruleset *fixture_build(struct kunit *test, const struct levee_draft *draft);
/* As levee_commit(), of a policy without feeds; NULL flushes. */
int fixture_try_commit(struct levee_draft *draft, const u64 *expected, u64 *generation,
		       struct netlink_ext_ack *extack);
/* Makes it live; returns its generation. */
u64 fixture_commit(struct kunit *test, struct levee_draft *draft);

struct levee_entry fixture_word(u8 target, u16 proto);
struct levee_entry fixture_ports(u8 target, u16 proto, u16 first, u16 last);
struct levee_entry fixture_prefix(const char *address, u8 bits, u16 proto);
/* A name, and an entry for it: good for the next few dozen calls. */
struct levee_name fixture_name(const char *text);
struct levee_entry fixture_domain(u8 target, const char *name, u16 proto);
struct levee_addr fixture_addr(const char *text);
/* The same, for acts, which point to it: good for the next few calls. */
const struct levee_addr *fixture_target(const char *text);

/* Feeds. */

/* A feed of one domain, complete but for levee_feed_finish(); the caller owns it. */
struct levee_feed *fixture_feed(struct kunit *test, const char *name, const char *source,
				const char *domain);
/* Makes one live, in place of its namesake if there is one. */
void fixture_publish_feed(struct kunit *test, struct levee_feed *feed);

/* Cgroups of the v2 hierarchy; paths begin with a slash. */

#define FIXTURE_PATH_MAX 400

struct cgroup *fixture_mkdir(struct kunit *test, const char *path);
void fixture_rmdir(struct kunit *test, const char *path);
/* Lets the cgroup go: fixture_mkdir() keeps a reference. */
void fixture_put(struct cgroup *cgroup);
/*
 * Calls @fn as a task that is no kernel thread, in the cgroup, and returns what
 * it returned. @fn must not make assertions.
 */
int fixture_run_in(struct kunit *test, const char *path, int (*fn)(void *arg), void *arg);
/* Starts it and returns; fixture_exit() waits for it to end. */
void fixture_start_in(struct kunit *test, const char *path, int (*fn)(void *arg), void *arg);
/* Whether all that were started have ended, waiting at most so many milliseconds. */
bool fixture_wait_for_tasks(unsigned int ms);

/*
 * Time travels: these return at once, and so many seconds have gone by, no more,
 * by the clock or in jiffies. When time travels, the two do not keep step.
 */
void fixture_sleep_by_clock(unsigned int seconds);
void fixture_sleep_jiffies(unsigned int seconds);

/* Sockets, made by a task in the cgroup; released by fixture_exit(). */

struct sock *fixture_sock(struct kunit *test, const char *path, int family, int type, int protocol);

/* Packets. */

/*
 * A packet of these bytes, which begin with the IP header; only the first
 * @linear of them are in the linear part. kfree_skb() it.
 */
struct sk_buff *fixture_skb(struct kunit *test, const void *bytes, size_t len, size_t linear);
/*
 * Sends it through netfilter's hooks, and consumes it: 0 when it passes, else the
 * error that netfilter returns. What has @in is delivered.
 */
int fixture_pass(struct net *net, u32 hook, struct sock *sk, struct sk_buff *skb, u8 family,
		 struct net_device *in, struct net_device *out);

/* Events. */

#define FIXTURE_EVENTS_MAX 256

struct fixture_events {
	struct levee_event list[FIXTURE_EVENTS_MAX];
	u32 count;
};

/* Begins to listen, from nothing. */
void fixture_listen(struct kunit *test);
/* What was heard so far. */
const struct fixture_events *fixture_heard(void);
/* How many of that were audits, or notices. */
u32 fixture_heard_of(u8 type);

#endif /* LEVEE_TESTS_KUNIT_FIXTURE_H */
