/* SPDX-License-Identifier: GPL-2.0 */
/* levee's netlink family for tests: the tables of the spec, messages, sockets, digests. */
#ifndef LEVEE_TESTS_NL_H
#define LEVEE_TESTS_NL_H

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What table.py writes. */
enum nl_kind { NL_PAD, NL_FLAG, NL_U32, NL_U64, NL_STRING, NL_BINARY, NL_NEST };

struct nl_set;

struct nl_attr {
	const char *name;
	enum nl_kind kind;
	bool multi;
	uint64_t min, max;
	unsigned int max_len;		/* 0: not bounded */
	const struct nl_set *nest;
};

struct nl_set {
	const char *name;
	const struct nl_attr *attrs;	/* by number, from 1 */
	unsigned int count;
};

struct nl_op {
	const char *name;
	unsigned char cmd;
	const struct nl_set *set;
	const unsigned char *request;	/* numbers of what it takes */
	unsigned int nr_request;
	bool doit, dumpit;
};

/* Messages: a buffer that holds the headers and the attributes. */
#define NL_ROOM		(128 * 1024)
#define NL_HEADERS	(NLMSG_HDRLEN + GENL_HDRLEN)

struct nl_msg {
	unsigned int len;
	char data[NL_ROOM] __attribute__((aligned(NLMSG_ALIGNTO)));
};

struct nlmsghdr *nl_header(struct nl_msg *msg);
void nl_begin(struct nl_msg *msg, unsigned char cmd, unsigned int flags);
void nl_put(struct nl_msg *msg, unsigned int type, const void *data, unsigned int len);
void nl_u32(struct nl_msg *msg, unsigned int type, uint32_t value);
void nl_u64(struct nl_msg *msg, unsigned int type, uint64_t value);
void nl_text(struct nl_msg *msg, unsigned int type, const char *text);
/* What is put until the end belongs to the nest. */
unsigned int nl_nest(struct nl_msg *msg, unsigned int type);
void nl_nest_end(struct nl_msg *msg, unsigned int at);

/* Sockets. All calls return what the kernel says, as -errno. */
int nl_open(void);
int nl_join(int fd, const char *group);
int nl_send(int fd, const struct nl_msg *msg);
/* One datagram that is there already; 0 or -EAGAIN when there is none. */
int nl_receive(int fd, void *buffer, size_t room);
void nl_drain(int fd);
/* For `for (h = first; nl_ok(h, left); h = nl_next(h, &left))`. */
bool nl_ok(const struct nlmsghdr *header, int left);
const struct nlmsghdr *nl_next(const struct nlmsghdr *header, int *left);
/* An attribute of a message's top level, or NULL. */
const struct nlattr *nl_find(const struct nlmsghdr *header, unsigned int type);
uint64_t nl_get_u64(const struct nlattr *attr);

/*
 * Send one request and read all that answers it. Returns 0, the error that the
 * kernel answered, or NL_LOST when it says that it could not answer. *number,
 * if not NULL, is the attribute of that type of the last reply, where there is one.
 */
#define NL_LOST 1
int nl_ask(int fd, struct nl_msg *msg, unsigned int type, uint64_t *number);

/* The live policy as it is dumped, without what counts. */
struct nl_policy {
	uint64_t generation;
	uint64_t digest;
	unsigned int rules, entries;
};

/* Exits with a message when it cannot be read, or is not of one generation. */
void nl_policy(struct nl_policy *policy);
bool nl_same(const struct nl_policy *a, const struct nl_policy *b);
/* The live feeds, and when each was loaded, in one number; without what counts. */
uint64_t nl_feeds(void);
/* A limit's use, as status-get says. */
uint64_t nl_limit_used(const char *name);

void fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
/* Called by fail() before it exits. */
extern void (*on_failure)(void);

#endif /* LEVEE_TESTS_NL_H */
