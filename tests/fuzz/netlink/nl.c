// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <linux/levee.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "nl.h"

static char buffer[512 * 1024] __attribute__((aligned(NLMSG_ALIGNTO)));
static uint16_t family;

void (*on_failure)(void);

void fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	if (on_failure)
		on_failure();
	fflush(stdout);
	_exit(1);
}

struct nlmsghdr *nl_header(struct nl_msg *msg)
{
	return (struct nlmsghdr *)msg->data;
}

static void begin(struct nl_msg *msg, uint16_t type, unsigned char cmd, unsigned int flags)
{
	struct genlmsghdr *genl = (struct genlmsghdr *)(msg->data + NLMSG_HDRLEN);

	memset(msg->data, 0, NL_HEADERS);
	msg->len = NL_HEADERS;
	nl_header(msg)->nlmsg_len = msg->len;
	nl_header(msg)->nlmsg_type = type;
	nl_header(msg)->nlmsg_flags = NLM_F_REQUEST | flags;
	genl->cmd = cmd;
	genl->version = 1;
}

void nl_begin(struct nl_msg *msg, unsigned char cmd, unsigned int flags)
{
	begin(msg, family, cmd, flags);
}

void nl_put(struct nl_msg *msg, unsigned int type, const void *data, unsigned int len)
{
	struct nlattr *attr = (struct nlattr *)(msg->data + msg->len);
	unsigned int whole = NLA_ALIGN(NLA_HDRLEN + len);

	if (msg->len + whole > NL_ROOM)
		fail("a message is too large");
	memset(attr, 0, whole);
	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	if (len)
		memcpy((char *)attr + NLA_HDRLEN, data, len);
	msg->len += whole;
	nl_header(msg)->nlmsg_len = msg->len;
}

void nl_u32(struct nl_msg *msg, unsigned int type, uint32_t value)
{
	nl_put(msg, type, &value, sizeof(value));
}

void nl_u64(struct nl_msg *msg, unsigned int type, uint64_t value)
{
	nl_put(msg, type, &value, sizeof(value));
}

void nl_text(struct nl_msg *msg, unsigned int type, const char *text)
{
	nl_put(msg, type, text, strlen(text) + 1);
}

unsigned int nl_nest(struct nl_msg *msg, unsigned int type)
{
	unsigned int at = msg->len;

	nl_put(msg, type | NLA_F_NESTED, NULL, 0);
	return at;
}

void nl_nest_end(struct nl_msg *msg, unsigned int at)
{
	((struct nlattr *)(msg->data + at))->nla_len = msg->len - at;
}

/* Of several, the last one, as in the kernel. */
static const struct nlattr *find_in(const char *data, int left, unsigned int type)
{
	const struct nlattr *attr = (const struct nlattr *)data, *found = NULL;

	while (left >= NLA_HDRLEN && attr->nla_len >= NLA_HDRLEN && attr->nla_len <= left) {
		if ((attr->nla_type & NLA_TYPE_MASK) == type)
			found = attr;
		left -= NLA_ALIGN(attr->nla_len);
		attr = (const struct nlattr *)((const char *)attr + NLA_ALIGN(attr->nla_len));
	}
	return found;
}

const struct nlattr *nl_find(const struct nlmsghdr *header, unsigned int type)
{
	return find_in((const char *)header + NL_HEADERS, (int)header->nlmsg_len - NL_HEADERS, type);
}

uint64_t nl_get_u64(const struct nlattr *attr)
{
	uint64_t value;

	memcpy(&value, (const char *)attr + NLA_HDRLEN, sizeof(value));
	return value;
}

int nl_send(int fd, const struct nl_msg *msg)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	return sendto(fd, msg->data, msg->len, 0, (struct sockaddr *)&kernel, sizeof(kernel)) < 0 ?
	       -errno : 0;
}

int nl_receive(int fd, void *to, size_t room)
{
	ssize_t len = recv(fd, to, room, MSG_DONTWAIT);

	return len < 0 ? -errno : (int)len;
}

void nl_drain(int fd)
{
	while (nl_receive(fd, buffer, sizeof(buffer)) > 0)
		;
}

bool nl_ok(const struct nlmsghdr *header, int left)
{
	return left >= NLMSG_HDRLEN && header->nlmsg_len >= NLMSG_HDRLEN &&
	       header->nlmsg_len <= (unsigned int)left;
}

const struct nlmsghdr *nl_next(const struct nlmsghdr *header, int *left)
{
	*left -= NLMSG_ALIGN(header->nlmsg_len);
	return (const struct nlmsghdr *)((const char *)header + NLMSG_ALIGN(header->nlmsg_len));
}

/* The reply that describes the family, in buffer. */
static const struct nlmsghdr *ask_controller(int fd)
{
	static struct nl_msg msg;
	const struct nlmsghdr *header = (struct nlmsghdr *)buffer;
	int len;

	begin(&msg, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	nl_text(&msg, CTRL_ATTR_FAMILY_NAME, LEVEE_FAMILY_NAME);
	if (nl_send(fd, &msg))
		return NULL;
	len = nl_receive(fd, buffer, sizeof(buffer));
	return nl_ok(header, len) && header->nlmsg_type == GENL_ID_CTRL ? header : NULL;
}

int nl_open(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	struct sockaddr_nl self = { .nl_family = AF_NETLINK };
	const struct nlmsghdr *header;
	int one = 1, room = 1 << 20;

	if (fd < 0 || bind(fd, (struct sockaddr *)&self, sizeof(self)))
		fail("no netlink socket: %s", strerror(errno));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	if (!family) {
		header = ask_controller(fd);
		if (!header || !nl_find(header, CTRL_ATTR_FAMILY_ID))
			fail("no family %s: is the module loaded?", LEVEE_FAMILY_NAME);
		memcpy(&family, (const char *)nl_find(header, CTRL_ATTR_FAMILY_ID) + NLA_HDRLEN,
		       sizeof(family));
	}
	return fd;
}

int nl_join(int fd, const char *group)
{
	const struct nlmsghdr *header = ask_controller(fd);
	const struct nlattr *groups = header ? nl_find(header, CTRL_ATTR_MCAST_GROUPS) : NULL;
	const struct nlattr *nest, *name, *id;
	int left, number;

	if (!groups)
		return -ENOENT;
	nest = (const struct nlattr *)((const char *)groups + NLA_HDRLEN);
	for (left = groups->nla_len - NLA_HDRLEN; left >= NLA_HDRLEN;
	     left -= NLA_ALIGN(nest->nla_len),
	     nest = (const struct nlattr *)((const char *)nest + NLA_ALIGN(nest->nla_len))) {
		name = find_in((const char *)nest + NLA_HDRLEN, nest->nla_len - NLA_HDRLEN,
			       CTRL_ATTR_MCAST_GRP_NAME);
		id = find_in((const char *)nest + NLA_HDRLEN, nest->nla_len - NLA_HDRLEN,
			     CTRL_ATTR_MCAST_GRP_ID);
		if (!name || !id || strcmp((const char *)name + NLA_HDRLEN, group))
			continue;
		memcpy(&number, (const char *)id + NLA_HDRLEN, sizeof(number));
		return setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &number,
				  sizeof(number)) ? -errno : 0;
	}
	return -ENOENT;
}

int nl_ask(int fd, struct nl_msg *msg, unsigned int type, uint64_t *number)
{
	const struct nlmsghdr *header;
	const struct nlattr *attr;
	int err = nl_send(fd, msg), answer = NL_LOST, len, left;
	bool dump = (nl_header(msg)->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;

	if (err)
		return err;
	for (;;) {
		len = nl_receive(fd, buffer, sizeof(buffer));
		if (len == -EAGAIN)
			return answer;
		if (len < 0)
			return len == -ENOBUFS ? NL_LOST : len;
		header = (struct nlmsghdr *)buffer;
		for (left = len; nl_ok(header, left); header = nl_next(header, &left)) {
			/* Both begin with the error. */
			if (header->nlmsg_type == NLMSG_ERROR || (dump && header->nlmsg_type == NLMSG_DONE)) {
				memcpy(&answer, NLMSG_DATA(header), sizeof(answer));
			} else if (number && type) {
				attr = nl_find(header, type);
				if (attr)
					*number = nl_get_u64(attr);
			}
		}
	}
}

/* Of all attributes but those that count, FNV-1a. */
#define DIGEST_OF_NOTHING 0xcbf29ce484222325ULL

static uint64_t hash_bytes(uint64_t hash, const void *data, size_t len)
{
	const unsigned char *at = data;

	while (len--)
		hash = (hash ^ *at++) * 0x100000001b3ULL;
	return hash;
}

static void digest_rule(struct nl_policy *policy, const struct nlmsghdr *header)
{
	const struct nlattr *attr = (const struct nlattr *)((const char *)header + NL_HEADERS);
	int left = (int)header->nlmsg_len - NL_HEADERS;
	unsigned int type;

	while (left >= NLA_HDRLEN && attr->nla_len >= NLA_HDRLEN && attr->nla_len <= left) {
		type = attr->nla_type & NLA_TYPE_MASK;
		if (type == LEVEE_A_POLICY_GENERATION && nl_get_u64(attr) != policy->generation)
			fail("a dump is of generation %llu, not %llu",
			     (unsigned long long)nl_get_u64(attr),
			     (unsigned long long)policy->generation);
		if (type == LEVEE_A_POLICY_ENTRY)
			policy->entries++;
		if (type != LEVEE_A_POLICY_GENERATION && type != LEVEE_A_POLICY_STATS)
			policy->digest = hash_bytes(policy->digest, attr, attr->nla_len);
		left -= NLA_ALIGN(attr->nla_len);
		attr = (const struct nlattr *)((const char *)attr + NLA_ALIGN(attr->nla_len));
	}
}

static void digest_feed(struct nl_policy *feeds, const struct nlmsghdr *header)
{
	const struct nlattr *attr = (const struct nlattr *)((const char *)header + NL_HEADERS);
	int left = (int)header->nlmsg_len - NL_HEADERS;
	unsigned int type;

	while (left >= NLA_HDRLEN && attr->nla_len >= NLA_HDRLEN && attr->nla_len <= left) {
		type = attr->nla_type & NLA_TYPE_MASK;
		if (type != LEVEE_A_FEED_HITS && type != LEVEE_A_FEED_GENERATION)
			feeds->digest = hash_bytes(feeds->digest, attr, attr->nla_len);
		left -= NLA_ALIGN(attr->nla_len);
		attr = (const struct nlattr *)((const char *)attr + NLA_ALIGN(attr->nla_len));
	}
}

static void digest_dump(struct nl_policy *policy, int fd, unsigned char cmd)
{
	static struct nl_msg msg;
	const struct nlmsghdr *header;
	int len, left, err;

	nl_begin(&msg, cmd, NLM_F_DUMP);
	err = nl_send(fd, &msg);
	if (err)
		fail("a dump is refused: %s", strerror(-err));
	for (;;) {
		len = nl_receive(fd, buffer, sizeof(buffer));
		if (len <= 0)
			fail("a dump breaks off: %s", strerror(-len));
		header = (struct nlmsghdr *)buffer;
		for (left = len; nl_ok(header, left); header = nl_next(header, &left)) {
			if (header->nlmsg_flags & NLM_F_DUMP_INTR)
				fail("a dump is marked as interrupted");
			if (header->nlmsg_type == NLMSG_DONE)
				return;
			if (header->nlmsg_type == NLMSG_ERROR)
				fail("a dump ends with an error");
			policy->rules += cmd == LEVEE_CMD_RULE_GET;
			if (cmd == LEVEE_CMD_FEED_GET)
				digest_feed(policy, header);
			else
				digest_rule(policy, header);
		}
	}
}

static uint64_t live_generation(void)
{
	static int fd = -1;
	char text[32];
	ssize_t len;

	if (fd < 0)
		fd = open("/sys/kernel/levee/generation", O_RDONLY | O_CLOEXEC);
	len = pread(fd, text, sizeof(text) - 1, 0);
	if (len <= 0) {
		/* The module was loaded again. */
		close(fd);
		fd = open("/sys/kernel/levee/generation", O_RDONLY | O_CLOEXEC);
		len = pread(fd, text, sizeof(text) - 1, 0);
	}
	if (len <= 0)
		fail("the generation cannot be read: %s", strerror(errno));
	text[len] = 0;
	return strtoull(text, NULL, 10);
}

void nl_policy(struct nl_policy *policy)
{
	static int fd = -1;

	if (fd < 0)
		fd = nl_open();
	*policy = (struct nl_policy){ .generation = live_generation(), .digest = DIGEST_OF_NOTHING };
	digest_dump(policy, fd, LEVEE_CMD_RULE_GET);
	digest_dump(policy, fd, LEVEE_CMD_ENTRY_GET);
}

uint64_t nl_feeds(void)
{
	struct nl_policy feeds = { .digest = DIGEST_OF_NOTHING };
	int fd = nl_open();

	digest_dump(&feeds, fd, LEVEE_CMD_FEED_GET);
	close(fd);
	return feeds.digest;
}

bool nl_same(const struct nl_policy *a, const struct nl_policy *b)
{
	return a->generation == b->generation && a->digest == b->digest &&
	       a->rules == b->rules && a->entries == b->entries;
}

uint64_t nl_limit_used(const char *limit)
{
	static struct nl_msg msg;
	const struct nlattr *attr, *name, *used;
	int fd = nl_open(), left, len;

	nl_begin(&msg, LEVEE_CMD_STATUS_GET, 0);
	if (nl_send(fd, &msg))
		fail("no status");
	len = nl_receive(fd, buffer, sizeof(buffer));
	close(fd);
	attr = (const struct nlattr *)(buffer + NL_HEADERS);
	for (left = len - NL_HEADERS; left >= NLA_HDRLEN; left -= NLA_ALIGN(attr->nla_len),
	     attr = (const struct nlattr *)((const char *)attr + NLA_ALIGN(attr->nla_len))) {
		if ((attr->nla_type & NLA_TYPE_MASK) != LEVEE_A_STATUS_LIMIT)
			continue;
		name = find_in((const char *)attr + NLA_HDRLEN, attr->nla_len - NLA_HDRLEN,
			       LEVEE_A_LIMIT_NAME);
		used = find_in((const char *)attr + NLA_HDRLEN, attr->nla_len - NLA_HDRLEN,
			       LEVEE_A_LIMIT_USED);
		if (name && used && !strcmp((const char *)name + NLA_HDRLEN, limit))
			return nl_get_u64(used);
	}
	fail("status-get knows no limit %s", limit);
}
