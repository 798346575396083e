// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "leveectl.h"
#include "netlink.h"
#include "text.h"

#define ATTRS_MAX 64		/* above the highest attribute of any set */
#define DUMP_TRIES 16
#define GROUPS_MAX 8
#define RECEIVE_SIZE 131072	/* above the largest message, a rule with all its patterns */
#define LISTEN_BUFFER (4 << 20)

struct group {
	char name[GENL_NAMSIZ];
	u32 id;
};

struct netlink {
	struct mnl_socket *socket;
	u32 port;
	u32 seq;
	u16 family;
	struct group groups[GROUPS_MAX];
	u32 group_count;
	/* A buffer each, aligned for a header. */
	union {
		struct nlmsghdr header;
		char bytes[NETLINK_REQUEST_MAX];
	} request;
	union {
		struct nlmsghdr header;
		char bytes[RECEIVE_SIZE];
	} reply;
};

struct attr_table {
	const struct nlattr **attrs;
	u16 max;
};

static int store_attr(const struct nlattr *attr, void *data)
{
	struct attr_table *table = data;
	u16 type = mnl_attr_get_type(attr);

	if (type <= table->max)
		table->attrs[type] = attr;
	return MNL_CB_OK;
}

void attr_parse_nested(const struct nlattr *nest, const struct nlattr **attrs, u16 max)
{
	struct attr_table table = { attrs, max };

	memset(attrs, 0, (max + 1) * sizeof(*attrs));
	mnl_attr_parse_nested(nest, store_attr, &table);
}

u64 attr_number(const struct nlattr *const *attrs, u16 type, u64 otherwise)
{
	u64 value = 0;

	if (!attrs[type])
		return otherwise;
	switch (mnl_attr_get_payload_len(attrs[type])) {
	case 4:
		return mnl_attr_get_u32(attrs[type]);
	case 8:
		memcpy(&value, mnl_attr_get_payload(attrs[type]), sizeof(value));
		return value;
	default:
		return otherwise;
	}
}

const char *attr_text(const struct nlattr *const *attrs, u16 type)
{
	u16 len;
	const char *text;

	if (!attrs[type])
		return NULL;
	len = mnl_attr_get_payload_len(attrs[type]);
	text = mnl_attr_get_payload(attrs[type]);
	return len && memchr(text, 0, len) ? text : NULL;
}

/* What the kernel says beside the number: words, the attribute, what is missing. */
static void read_extack(const struct nlmsghdr *msg, struct netlink_error *error)
{
	const struct nlmsgerr *body = mnl_nlmsg_get_payload(msg);
	const struct nlattr *attrs[NLMSGERR_ATTR_MAX + 1] = { NULL };
	struct attr_table table = { attrs, NLMSGERR_ATTR_MAX };
	size_t header = sizeof(*body);
	const char *text;

	if (!(msg->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(msg->nlmsg_flags & NLM_F_CAPPED))
		header += MNL_ALIGN(body->msg.nlmsg_len) - MNL_NLMSG_HDRLEN;
	if (header > mnl_nlmsg_get_payload_len(msg))
		return;
	mnl_attr_parse(msg, header, store_attr, &table);
	text = attr_text(attrs, NLMSGERR_ATTR_MSG);
	if (text)
		snprintf(error->text, sizeof(error->text), "%s", text);
	error->offset = attr_number(attrs, NLMSGERR_ATTR_OFFS, 0);
	error->missing = attr_number(attrs, NLMSGERR_ATTR_MISS_TYPE, 0);
}

/* Calls @message with the attributes of a generic netlink message. */
static bool deliver(const struct nlmsghdr *msg, u16 max, netlink_message_fn message, void *data)
{
	const struct nlattr *attrs[ATTRS_MAX] = { NULL };
	struct attr_table table = { attrs, max < ATTRS_MAX ? max : ATTRS_MAX - 1 };

	if (mnl_nlmsg_get_payload_len(msg) < sizeof(struct genlmsghdr))
		return true;
	/* Slot 0 is no attribute; multi-attr ones are walked from the message. */
	mnl_attr_parse(msg, sizeof(struct genlmsghdr), store_attr, &table);
	attrs[0] = (const struct nlattr *)msg;
	return message(attrs, data);
}

static int own_error(struct netlink_error *error, int err)
{
	*error = (struct netlink_error){ .err = err };
	return -1;
}

/* Reads until the answer to the last request ends. *changed is set when a dump was inconsistent. */
static int receive(struct netlink *nl, u16 max, netlink_message_fn message, void *data,
		   bool *changed, struct netlink_error *error)
{
	*error = (struct netlink_error){ 0 };
	for (;;) {
		ssize_t got = mnl_socket_recvfrom(nl->socket, nl->reply.bytes,
						  sizeof(nl->reply.bytes));
		const struct nlmsghdr *msg = &nl->reply.header;
		int left = got;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return own_error(error, errno);
		for (; mnl_nlmsg_ok(msg, left); msg = mnl_nlmsg_next(msg, &left)) {
			int err = 0;

			if (msg->nlmsg_seq != nl->seq || msg->nlmsg_pid != nl->port)
				continue;
			if (msg->nlmsg_flags & NLM_F_DUMP_INTR)
				*changed = true;
			if (msg->nlmsg_type == NLMSG_ERROR) {
				if (mnl_nlmsg_get_payload_len(msg) < sizeof(struct nlmsgerr))
					return own_error(error, EBADMSG);
				memcpy(&err, mnl_nlmsg_get_payload(msg), sizeof(err));
				error->err = err < 0 ? -err : err;
				if (err)
					read_extack(msg, error);
				return err ? -1 : 0;
			}
			if (msg->nlmsg_type == NLMSG_DONE) {
				if (mnl_nlmsg_get_payload_len(msg) >= sizeof(err))
					memcpy(&err, mnl_nlmsg_get_payload(msg), sizeof(err));
				error->err = err < 0 ? -err : 0;
				return err < 0 ? -1 : 0;
			}
			if (msg->nlmsg_type < NLMSG_MIN_TYPE || !message)
				continue;
			if (!deliver(msg, max, message, data))
				return own_error(error, ENOMEM);
		}
	}
}

static int send_request(struct netlink *nl, u16 flags, struct netlink_error *error)
{
	struct nlmsghdr *msg = &nl->request.header;

	msg->nlmsg_flags = NLM_F_REQUEST | flags;
	msg->nlmsg_seq = ++nl->seq;
	if (mnl_socket_sendto(nl->socket, msg, msg->nlmsg_len) < 0)
		return own_error(error, errno);
	return 0;
}

int netlink_do(struct netlink *nl, u16 max, netlink_message_fn message, void *data,
	       struct netlink_error *error)
{
	bool changed;

	if (send_request(nl, NLM_F_ACK, error))
		return -1;
	return receive(nl, max, message, data, &changed, error);
}

int netlink_dump(struct netlink *nl, u16 max, netlink_message_fn message, void (*restart)(void *),
		 void *data, struct netlink_error *error)
{
	for (u32 i = 0; i < DUMP_TRIES; i++) {
		bool changed = false;
		int err = send_request(nl, NLM_F_DUMP, error);

		if (!err)
			err = receive(nl, max, message, data, &changed, error);
		if (err && error->err != EINTR)
			return -1;
		if (!err && !changed)
			return 0;
		restart(data);
	}
	return own_error(error, EINTR);
}

struct nlmsghdr *netlink_request(struct netlink *nl, u8 cmd)
{
	struct nlmsghdr *msg = mnl_nlmsg_put_header(nl->request.bytes);
	struct genlmsghdr *genl;

	msg->nlmsg_type = nl->family;
	genl = mnl_nlmsg_put_extra_header(msg, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = LEVEE_FAMILY_VERSION;
	return msg;
}

static bool take_family(const struct nlattr *const *attrs, void *data)
{
	struct netlink *nl = data;
	const struct nlattr *nest;

	if (attrs[CTRL_ATTR_FAMILY_ID])
		nl->family = mnl_attr_get_u16(attrs[CTRL_ATTR_FAMILY_ID]);
	if (!attrs[CTRL_ATTR_MCAST_GROUPS])
		return true;
	mnl_attr_for_each_nested(nest, attrs[CTRL_ATTR_MCAST_GROUPS]) {
		const struct nlattr *group[CTRL_ATTR_MCAST_GRP_MAX + 1];
		const char *name;

		attr_parse_nested(nest, group, CTRL_ATTR_MCAST_GRP_MAX);
		name = attr_text(group, CTRL_ATTR_MCAST_GRP_NAME);
		if (!name || nl->group_count == GROUPS_MAX)
			continue;
		snprintf(nl->groups[nl->group_count].name, GENL_NAMSIZ, "%s", name);
		nl->groups[nl->group_count++].id = attr_number(group, CTRL_ATTR_MCAST_GRP_ID, 0);
	}
	return true;
}

static int find_family(struct netlink *nl, struct netlink_error *error)
{
	struct nlmsghdr *msg;

	nl->family = GENL_ID_CTRL;
	msg = netlink_request(nl, CTRL_CMD_GETFAMILY);
	((struct genlmsghdr *)mnl_nlmsg_get_payload(msg))->version = 1;
	mnl_attr_put_strz(msg, CTRL_ATTR_FAMILY_NAME, LEVEE_FAMILY_NAME);
	return netlink_do(nl, CTRL_ATTR_MAX, take_family, nl, error);
}

struct netlink *netlink_try(struct netlink_error *error)
{
	struct netlink *nl = calloc(1, sizeof(*nl));
	int on = 1;

	if (!nl) {
		own_error(error, ENOMEM);
		return NULL;
	}
	nl->seq = time(NULL);
	nl->socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!nl->socket || mnl_socket_bind(nl->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		own_error(error, errno);
		netlink_close(nl);
		return NULL;
	}
	nl->port = mnl_socket_get_portid(nl->socket);
	/* Kernels that lack one of these still answer, with fewer words. */
	mnl_socket_setsockopt(nl->socket, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl->socket, NETLINK_CAP_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl->socket, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	if (!find_family(nl, error))
		return nl;
	netlink_close(nl);
	return NULL;
}

struct netlink *netlink_open(void)
{
	struct netlink_error error;
	struct netlink *nl = netlink_try(&error);

	if (nl)
		return nl;
	if (error.err == ENOENT)
		fprintf(stderr, "leveectl: levee is not loaded (modprobe levee)\n");
	else
		netlink_fail("cannot look for levee", &error);
	return NULL;
}

void netlink_close(struct netlink *nl)
{
	if (nl->socket)
		mnl_socket_close(nl->socket);
	free(nl);
}

bool netlink_join(struct netlink *nl, const char *group)
{
	int size = LISTEN_BUFFER;
	u32 id = 0;

	for (u32 i = 0; i < nl->group_count; i++)
		if (!strcmp(nl->groups[i].name, group))
			id = nl->groups[i].id;
	/* Without the right to a larger buffer, more events may be lost, and are told. */
	setsockopt(mnl_socket_get_fd(nl->socket), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (!mnl_socket_setsockopt(nl->socket, NETLINK_ADD_MEMBERSHIP, &id, sizeof(id)))
		return true;
	if (errno == EPERM)
		netlink_fail("cannot listen", &(struct netlink_error){ .err = EPERM });
	else
		fprintf(stderr, "leveectl: cannot listen to \"%s\": %s\n", group, strerror(errno));
	return false;
}

int netlink_listen(struct netlink *nl, u8 cmd, u16 max, netlink_message_fn message, void *data)
{
	const struct nlmsghdr *msg = &nl->reply.header;
	ssize_t got = mnl_socket_recvfrom(nl->socket, nl->reply.bytes, sizeof(nl->reply.bytes));
	int left = got;

	if (got < 0 && errno == ENOBUFS)
		return 0;
	if (got < 0)
		return errno == EINTR ? 1 : -1;
	for (; mnl_nlmsg_ok(msg, left); msg = mnl_nlmsg_next(msg, &left)) {
		const struct genlmsghdr *genl = mnl_nlmsg_get_payload(msg);

		if (msg->nlmsg_type != nl->family ||
		    mnl_nlmsg_get_payload_len(msg) < sizeof(*genl) || genl->cmd != cmd)
			continue;
		if (!deliver(msg, max, message, data)) {
			errno = ENOMEM;
			return -1;
		}
	}
	return 1;
}

const char *netlink_error_text(const struct netlink_error *error)
{
	if (*error->text)
		return error->text;
	if (error->err == EPERM)
		return "needs root (CAP_NET_ADMIN in the initial user namespace)";
	if (error->err == EINTR)
		return "the policy keeps changing, try again";
	return strerror(error->err);
}

int netlink_fail(const char *what, const struct netlink_error *error)
{
	fprintf(stderr, "leveectl: %s: %s", what, netlink_error_text(error));
	if (error->missing)
		fprintf(stderr, " (attribute %u is missing)", error->missing);
	putc('\n', stderr);
	return LEVEECTL_FAILED;
}
