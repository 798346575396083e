// SPDX-License-Identifier: GPL-2.0
/*
 * One network act, in a cgroup and a network namespace of choice:
 *
 *   act [-g CGROUP] [-n NETNS] [-N] [-u UID] [-t PATH] [-m CGROUP] [-w MS]
 *       [-H SECONDS] VERB ARG...
 *
 *   -g  join /sys/fs/cgroup/CGROUP first      -n  join /run/netns/NETNS
 *   -N  unshare the network namespace, and bring its loopback up
 *   -t  take the socket from `act give` at PATH instead of making one
 *   -m  move to CGROUP between making the socket and using it
 *   -w  how long to wait for connections and echoes (1000 ms)
 *   -H  go on with a connection that succeeded, a byte each 50 ms
 *
 * Prints its pid and what came of it: "ok", "sent" where no echo came, or the
 * step that failed and the name of its error. With -H a line
 * "then STEP ERROR MILLISECONDS" follows when the connection ends.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/io_uring.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif
#ifndef TCP_FASTOPEN_CONNECT
#define TCP_FASTOPEN_CONNECT 30
#endif
#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef IPV6_HDRINCL
#define IPV6_HDRINCL 36
#endif
#define SCTP_CONNECTX 110	/* linux/sctp.h, SCTP_SOCKOPT_CONNECTX */

#define TEXT "levee-act-0123456789abcdef"

static const char *taken_from, *moved_to;
static int wait_ms = 1000, hold_seconds;

static void __attribute__((format(printf, 1, 2), noreturn)) bad(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("act: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	exit(2);
}

static void say(const char *step, int err)
{
	if (err)
		printf("%s %s\n", step, strerrorname_np(err));
	else
		printf("%s\n", step);
	fflush(stdout);
}

static void __attribute__((noreturn)) failed(const char *step)
{
	say(step, errno);
	exit(1);
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A port, or for raw sockets a protocol; no check beyond that it is a number. */
static int number(const char *text)
{
	char *end;
	long value = strtol(text, &end, 0);

	if (!*text || *end)
		bad("bad number %s", text);
	return value;
}

union address {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

static socklen_t parse_address(union address *address, const char *text, const char *port)
{
	char copy[INET6_ADDRSTRLEN + IF_NAMESIZE], *device;

	memset(address, 0, sizeof(*address));
	snprintf(copy, sizeof(copy), "%s", text);
	device = strchr(copy, '%');
	if (device)
		*device++ = 0;
	if (inet_pton(AF_INET, copy, &address->in.sin_addr) == 1) {
		address->in.sin_family = AF_INET;
		address->in.sin_port = htons(number(port));
		return sizeof(address->in);
	}
	if (inet_pton(AF_INET6, copy, &address->in6.sin6_addr) != 1)
		bad("bad address %s", text);
	address->in6.sin6_family = AF_INET6;
	address->in6.sin6_port = htons(number(port));
	if (device)
		address->in6.sin6_scope_id = if_nametoindex(device);
	return sizeof(address->in6);
}

static void join_cgroup(const char *name)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "/sys/fs/cgroup/%s/cgroup.procs", name);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, "0", 1) != 1)
		bad("cannot join cgroup %s: %m", name);
	close(fd);
}

static void join_netns(const char *name)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		bad("cannot join namespace %s: %m", name);
	close(fd);
}

static void new_netns(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	if (unshare(CLONE_NEWNET))
		bad("cannot unshare: %m");
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request))
		bad("cannot bring loopback up: %m");
	close(fd);
}

static struct sockaddr_un unix_address(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	return address;
}

union fd_message {
	struct cmsghdr header;
	char space[CMSG_SPACE(sizeof(int))];
};

static int take(const char *path)
{
	struct sockaddr_un address = unix_address(path);
	union fd_message control;
	char byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), got;
	long until = now_ms() + 5000;

	while (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		if (now_ms() > until)
			bad("nobody gives at %s", path);
		usleep(20000);
	}
	if (recvmsg(fd, &msg, 0) != 1 || !CMSG_FIRSTHDR(&msg))
		bad("nothing given at %s", path);
	memcpy(&got, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(got));
	close(fd);
	return got;
}

/* The socket of the act. */
static int get_socket(int family, int type, int proto)
{
	struct timeval wait = { wait_ms / 1000, wait_ms % 1000 * 1000 };
	int fd = taken_from ? take(taken_from) : socket(family, type, proto);

	if (fd < 0)
		failed("socket");
	if (moved_to)
		join_cgroup(moved_to);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	return fd;
}

/* give PATH FAMILY TYPE PROTO [ADDR PORT]: make a socket, connect it if told so, hand it to who asks. */
static int family_number(const char *name)
{
	static const struct { const char *name; int number; } families[] = {
		{ "unix", AF_UNIX }, { "inet", AF_INET }, { "inet6", AF_INET6 },
		{ "netlink", AF_NETLINK }, { "packet", AF_PACKET }, { "vsock", AF_VSOCK },
		{ "can", AF_CAN }, { "tipc", AF_TIPC }, { "smc", 43 }, { "xdp", 44 },
		{ "alg", AF_ALG }, { "bluetooth", AF_BLUETOOTH }, { "key", AF_KEY },
		{ "qipcrtr", 42 }, { "rds", 21 }, { "kcm", 41 },
	};

	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++)
		if (!strcmp(families[i].name, name))
			return families[i].number;
	return number(name);
}

static int type_number(const char *name)
{
	if (!strcmp(name, "stream"))
		return SOCK_STREAM;
	if (!strcmp(name, "dgram"))
		return SOCK_DGRAM;
	if (!strcmp(name, "raw"))
		return SOCK_RAW;
	if (!strcmp(name, "seqpacket"))
		return SOCK_SEQPACKET;
	return number(name);
}

static int verb_give(int argc, char **argv)
{
	struct sockaddr_un address;
	union fd_message control = {
		.header = { CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS },
	};
	struct iovec iov = { "x", 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	union address peer;
	socklen_t len;
	int server, fd, to;

	if (argc != 4 && argc != 6)
		bad("give PATH FAMILY TYPE PROTO [ADDR PORT]");
	fd = get_socket(family_number(argv[1]), type_number(argv[2]), number(argv[3]));
	if (argc == 6) {
		len = parse_address(&peer, argv[4], argv[5]);
		if (connect(fd, &peer.sa, len))
			failed("connect");
	}
	address = unix_address(argv[0]);
	unlink(argv[0]);
	server = socket(AF_UNIX, SOCK_STREAM, 0);
	if (bind(server, (struct sockaddr *)&address, sizeof(address)) || listen(server, 1))
		failed("give");
	to = accept(server, NULL, NULL);
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	if (sendmsg(to, &msg, 0) != 1)
		failed("give");
	say("ok", 0);
	/* The giver lives on a while, as a real one would. */
	sleep(hold_seconds);
	return 0;
}

static int hold(int fd)
{
	long start = now_ms();
	struct pollfd poll_fd = { fd, POLLIN, 0 };
	char buffer[4096];
	ssize_t got;

	say("ok", 0);
	while (now_ms() - start < hold_seconds * 1000L) {
		if (send(fd, "x", 1, MSG_NOSIGNAL) < 0) {
			printf("then send %s %ld\n", strerrorname_np(errno), now_ms() - start);
			return 1;
		}
		if (poll(&poll_fd, 1, 50) <= 0)
			continue;
		got = recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT);
		if (got < 0 && errno != EAGAIN) {
			printf("then recv %s %ld\n", strerrorname_np(errno), now_ms() - start);
			return 1;
		}
		if (!got) {
			printf("then recv EOF %ld\n", now_ms() - start);
			return 1;
		}
		usleep(50000);
	}
	printf("then alive %ld\n", now_ms() - start);
	return 0;
}

static int exchange(int fd, bool sent)
{
	char buffer[sizeof(TEXT)];
	ssize_t got;

	if (!sent && send(fd, TEXT, sizeof(TEXT), MSG_NOSIGNAL) < 0)
		failed("send");
	got = recv(fd, buffer, sizeof(buffer), 0);
	if (got < 0)
		failed("recv");
	if (!got) {
		say("recv EOF", 0);
		return 1;
	}
	if (hold_seconds)
		return hold(fd);
	say("ok", 0);
	return 0;
}

static void await_connect(int fd)
{
	struct pollfd poll_fd = { fd, POLLOUT, 0 };
	socklen_t len = sizeof(errno);
	int err = 0;

	if (errno != EINPROGRESS)
		failed("connect");
	if (poll(&poll_fd, 1, wait_ms) != 1) {
		errno = ETIMEDOUT;
		failed("connect");
	}
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len);
	errno = err;
	if (err)
		failed("connect");
}

/*
 * tcp [-f|-F] [-p] [-n] [-a] [-b PORT] ADDR PORT: connect, send, read the echo.
 * -f MSG_FASTOPEN, -F TCP_FASTOPEN_CONNECT, -p MPTCP, -n non-blocking, -a ask
 * by a second connect() whether the first has succeeded.
 */
static int verb_tcp(int argc, char **argv)
{
	bool fast = false, fast_connect = false, mptcp = false, nonblock = false, again = false;
	union address peer, local = {};
	int fd, one = 1, option, flags;
	const char *port = NULL;
	socklen_t len;

	optind = 0;
	while ((option = getopt(argc + 1, argv - 1, "+fFpnab:")) != -1) {
		switch (option) {
		case 'f': fast = true; break;
		case 'F': fast_connect = true; break;
		case 'p': mptcp = true; break;
		case 'n': nonblock = true; break;
		case 'a': again = true; break;
		case 'b': port = optarg; break;
		default: exit(2);
		}
	}
	if (argc + 1 - optind != 2)
		bad("tcp ADDR PORT");
	argv += optind - 1;
	len = parse_address(&peer, argv[0], argv[1]);
	fd = get_socket(peer.sa.sa_family, SOCK_STREAM, mptcp ? IPPROTO_MPTCP : 0);
	flags = fcntl(fd, F_GETFL);
	if (port) {
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		local.sa.sa_family = peer.sa.sa_family;
		local.in.sin_port = htons(number(port));
		if (bind(fd, &local.sa, len))
			failed("bind");
	}
	if (fast_connect && setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &one, sizeof(one)))
		failed("setsockopt");
	if (fast) {
		if (sendto(fd, TEXT, sizeof(TEXT), MSG_FASTOPEN | MSG_NOSIGNAL, &peer.sa, len) < 0)
			failed("send");
		return exchange(fd, true);
	}
	if (nonblock)
		fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	if (connect(fd, &peer.sa, len)) {
		if (!nonblock)
			failed("connect");
		await_connect(fd);
	}
	if (again && connect(fd, &peer.sa, len) && errno != EISCONN)
		failed("again");
	fcntl(fd, F_SETFL, flags);
	return exchange(fd, false);
}

/* use: a taken socket that is connected already. */
static int verb_use(int argc, char **argv)
{
	(void)argv;
	if (argc || !taken_from)
		bad("use needs -t, and no words");
	return exchange(get_socket(0, 0, 0), false);
}

#define DATAGRAMS_MAX 8

static char echo[65536];

/* How many echoes come until the wait is over, an error comes, or all are there. */
static int echoes(int fd, int expected)
{
	ssize_t size;
	int got = 0;

	for (; got < expected; got++) {
		size = recv(fd, echo, sizeof(echo) - 1, 0);
		if (size < 0)
			break;
		echo[size] = 0;
	}
	return got;
}

static int send_many(int fd, union address *peers, const socklen_t *lens, int count)
{
	struct mmsghdr messages[DATAGRAMS_MAX] = {};
	struct iovec iov = { TEXT, sizeof(TEXT) };
	int sent = 0, done, errors = 0;

	for (int i = 0; i < count; i++) {
		messages[i].msg_hdr.msg_name = &peers[i];
		messages[i].msg_hdr.msg_namelen = lens[i];
		messages[i].msg_hdr.msg_iov = &iov;
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	/* An error says of the first message only; the rest is tried again. */
	for (int i = 0; i < count; i += done) {
		done = sendmmsg(fd, messages + i, count - i, 0);
		if (done > 0) {
			sent += done;
			for (int j = 0; j < done; j++)
				printf("sent ");
			continue;
		}
		printf("%s ", strerrorname_np(errno));
		errors++;
		done = 1;
	}
	printf("echoes %d\n", echoes(fd, sent));
	return errors;
}

/*
 * udp [-c] [-k] [-v] [-o] [-s SIZE] [-z SIZE] [-b PORT] [-d TEXT] ADDR PORT
 * [ADDR PORT]...: a datagram to each, and its echo. -c connected, -k corked, -v one sendmmsg(),
 * -s segmented by SIZE, -b bound to PORT, -z SIZE bytes long, -o with IPv4
 * options or an IPv6 extension header, -d send TEXT and print what comes back
 * instead of "ok". An error that is received is printed instead of "sent".
 */
static int verb_udp(int argc, char **argv)
{
	bool connected = false, cork = false, many = false;
	union address peers[DATAGRAMS_MAX], local = {};
	socklen_t lens[DATAGRAMS_MAX];
	/* Two no-operations and the end; two bytes of header, then padding. */
	static const uint8_t ip_options[4] = { 1, 1, 0, 0 }, ip6_options[8] = { 0, 0, 1, 4 };
	int fd, option, count = 0, segment = 0, length = 0, errors = 0, segments = 1, err = 0;
	const char *port = NULL, *text = NULL;
	bool options = false;
	static char data[65000];
	ssize_t got;

	optind = 0;
	while ((option = getopt(argc + 1, argv - 1, "+ckvos:z:b:d:")) != -1) {
		switch (option) {
		case 'c': connected = true; break;
		case 'k': cork = true; break;
		case 'v': many = true; break;
		case 's': segment = number(optarg); break;
		case 'b': port = optarg; break;
		case 'd': text = optarg; break;
		case 'z': length = number(optarg); break;
		case 'o': options = true; break;
		default: exit(2);
		}
	}
	argv += optind - 1;
	argc -= optind - 1;
	if (argc < 2 || argc % 2 || argc / 2 > DATAGRAMS_MAX)
		bad("udp ADDR PORT [ADDR PORT]...");
	for (int i = 0; i < argc; i += 2, count++)
		lens[count] = parse_address(&peers[count], argv[i], argv[i + 1]);
	fd = get_socket(peers[0].sa.sa_family, SOCK_DGRAM, 0);
	if (port) {
		local.sa.sa_family = peers[0].sa.sa_family;
		local.in.sin_port = htons(number(port));
		if (bind(fd, &local.sa, lens[0]))
			failed("bind");
	}
	if (options && peers[0].sa.sa_family == AF_INET)
		err = setsockopt(fd, IPPROTO_IP, IP_OPTIONS, ip_options, sizeof(ip_options));
	else if (options)
		err = setsockopt(fd, IPPROTO_IPV6, IPV6_DSTOPTS, ip6_options, sizeof(ip6_options));
	if (err)
		failed("setsockopt");
	if (segment) {
		segments = 3;
		if (setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof(segment)))
			failed("setsockopt");
	}
	if (many)
		return send_many(fd, peers, lens, count);
	memset(data, 'x', sizeof(data));
	for (int i = 0; i < count; i++) {
		const struct sockaddr *to = connected ? NULL : &peers[i].sa;
		socklen_t len = connected ? 0 : lens[i];
		size_t size = segment ? (size_t)segment * segments : text ? strlen(text) :
			      length ? (size_t)length : sizeof(TEXT);
		const char *end = i == count - 1 ? "\n" : " ";

		if (connected && connect(fd, &peers[i].sa, lens[i]))
			failed("connect");
		got = 0;
		if (cork)
			got = sendto(fd, TEXT, 5, MSG_MORE, to, len);
		if (got >= 0)
			got = sendto(fd, text ? text : data, size, 0, to, len);
		if (got < 0) {
			printf("%s%s", strerrorname_np(errno), end);
			errors++;
		} else if (echoes(fd, segments) == segments) {
			printf("%s%s", text ? echo : "ok", end);
		} else {
			printf("%s%s", errno == EAGAIN ? "sent" : strerrorname_np(errno), end);
		}
	}
	if (hold_seconds && !errors)
		return hold(fd);
	return errors;
}

/* udp-connect ADDR PORT: nothing but connect(). */
static int verb_udp_connect(int argc, char **argv)
{
	union address peer;
	socklen_t len;
	int fd;

	if (argc != 2)
		bad("udp-connect ADDR PORT");
	len = parse_address(&peer, argv[0], argv[1]);
	fd = get_socket(peer.sa.sa_family, SOCK_DGRAM, 0);
	if (connect(fd, &peer.sa, len))
		failed("connect");
	say("ok", 0);
	return 0;
}

/* socket FAMILY TYPE PROTO */
static int verb_socket(int argc, char **argv)
{
	if (argc != 3)
		bad("socket FAMILY TYPE PROTO");
	if (socket(family_number(argv[0]), type_number(argv[1]), number(argv[2])) < 0)
		failed("socket");
	say("ok", 0);
	return 0;
}

static size_t fill_transport(void *at, int proto, int port)
{
	struct {
		uint16_t source, dest, length, check;
		char data[8];
	} *udp = at;
	struct tcphdr *tcp = at;

	if (proto == IPPROTO_TCP) {
		memset(tcp, 0, sizeof(*tcp));
		tcp->source = htons(40000);
		tcp->dest = htons(port);
		tcp->doff = sizeof(*tcp) / 4;
		tcp->syn = 1;
		tcp->window = htons(1024);
		return sizeof(*tcp);
	}
	memset(udp, 0, sizeof(*udp));
	udp->source = htons(40000);
	udp->dest = htons(port);
	udp->length = htons(sizeof(*udp));
	return sizeof(*udp);
}

static int proto_number(const char *name)
{
	return !strcmp(name, "tcp") ? IPPROTO_TCP : !strcmp(name, "udp") ? IPPROTO_UDP :
	       number(name);
}

/*
 * hdrincl [-d] [-o OFFSET] [-M] [-s SOURCE] PROTO ADDR PORT: a packet whose
 * IPv4 header is made here. -d IP_NODEFRAG, -o fragment offset, -M more
 * fragments.
 */
static int verb_hdrincl(int argc, char **argv)
{
	struct {
		struct iphdr ip;
		char payload[64];
	} packet = {};
	int fd, one = 1, option, offset = 0, more = 0, nodefrag = 0, proto;
	const char *source = "0.0.0.0";
	union address peer;
	socklen_t len;
	size_t size;

	optind = 0;
	while ((option = getopt(argc + 1, argv - 1, "+do:Ms:")) != -1) {
		switch (option) {
		case 'd': nodefrag = 1; break;
		case 'o': offset = number(optarg); break;
		case 'M': more = IP_MF; break;
		case 's': source = optarg; break;
		default: exit(2);
		}
	}
	if (argc + 1 - optind != 3)
		bad("hdrincl PROTO ADDR PORT");
	argv += optind - 1;
	proto = proto_number(argv[0]);
	len = parse_address(&peer, argv[1], argv[2]);
	fd = get_socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	if (nodefrag && setsockopt(fd, IPPROTO_IP, IP_NODEFRAG, &one, sizeof(one)))
		failed("setsockopt");
	size = sizeof(packet.ip) + fill_transport(packet.payload, proto, number(argv[2]));
	packet.ip.version = 4;
	packet.ip.ihl = 5;
	packet.ip.tot_len = htons(size);
	packet.ip.id = htons(4711);
	packet.ip.frag_off = htons(offset | more);
	packet.ip.ttl = 64;
	packet.ip.protocol = proto;
	packet.ip.daddr = peer.in.sin_addr.s_addr;
	inet_pton(AF_INET, source, &packet.ip.saddr);
	if (sendto(fd, &packet, size, 0, &peer.sa, len) < 0)
		failed("send");
	say("sent", 0);
	return 0;
}

/* raw6 [-i SOURCE] PROTO ADDR PORT: a raw IPv6 socket; -i: with a header made here. */
static int verb_raw6(int argc, char **argv)
{
	struct {
		uint32_t flow;
		uint16_t length;
		uint8_t next, hops;
		struct in6_addr source, dest;
		char payload[64];
	} packet = { .flow = htonl(6u << 28), .hops = 64 };
	int fd, one = 1, option, proto, check = 6;
	const char *source = NULL;
	char payload[64];
	union address peer;
	socklen_t len;
	size_t size;

	optind = 0;
	while ((option = getopt(argc + 1, argv - 1, "+i:")) != -1) {
		if (option != 'i')
			exit(2);
		source = optarg;
	}
	if (argc + 1 - optind != 3)
		bad("raw6 PROTO ADDR PORT");
	argv += optind - 1;
	proto = proto_number(argv[0]);
	len = parse_address(&peer, argv[1], "0");
	fd = get_socket(AF_INET6, SOCK_RAW, source ? IPPROTO_RAW : proto);
	if (!source) {
		size = fill_transport(payload, proto, number(argv[2]));
		if (proto == IPPROTO_UDP &&
		    setsockopt(fd, IPPROTO_IPV6, IPV6_CHECKSUM, &check, sizeof(check)))
			failed("setsockopt");
		if (sendto(fd, payload, size, 0, &peer.sa, len) < 0)
			failed("send");
		say("sent", 0);
		return 0;
	}
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_HDRINCL, &one, sizeof(one)))
		failed("setsockopt");
	size = fill_transport(packet.payload, proto, number(argv[2]));
	packet.length = htons(size);
	packet.next = proto;
	packet.dest = peer.in6.sin6_addr;
	inet_pton(AF_INET6, source, &packet.source);
	if (sendto(fd, &packet, size + 40, 0, &peer.sa, len) < 0)
		failed("send");
	say("sent", 0);
	return 0;
}

static uint16_t checksum(const void *data, size_t size)
{
	const uint16_t *words = data;
	uint32_t sum = 0;

	for (; size > 1; size -= 2)
		sum += *words++;
	sum = (sum & 0xffff) + (sum >> 16);
	sum += sum >> 16;
	return ~sum;
}

/* ping [-r] ADDR: an echo request, from a ping socket or a raw one. */
static int verb_ping(int argc, char **argv)
{
	bool raw = argc && !strcmp(argv[0], "-r");
	struct icmphdr echo = { .type = ICMP_ECHO, .un.echo.sequence = htons(1) };
	union address peer;
	char buffer[1500];
	long until;
	socklen_t len;
	ssize_t got;
	int fd;

	if (argc != 1 + raw)
		bad("ping [-r] ADDR");
	len = parse_address(&peer, argv[raw], "0");
	if (peer.sa.sa_family == AF_INET6)
		echo.type = ICMP6_ECHO_REQUEST;
	fd = get_socket(peer.sa.sa_family, raw ? SOCK_RAW : SOCK_DGRAM,
			peer.sa.sa_family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6);
	if (raw && peer.sa.sa_family == AF_INET)
		echo.checksum = checksum(&echo, sizeof(echo));
	if (sendto(fd, &echo, sizeof(echo), 0, &peer.sa, len) < 0)
		failed("send");
	for (until = now_ms() + wait_ms; now_ms() < until;) {
		got = recv(fd, buffer, sizeof(buffer), 0);
		if (got < 0)
			break;
		/* A raw IPv4 socket gets the IP header too. */
		if (buffer[raw && peer.sa.sa_family == AF_INET ? 20 : 0] ==
		    (peer.sa.sa_family == AF_INET ? ICMP_ECHOREPLY : (char)ICMP6_ECHO_REPLY)) {
			say("ok", 0);
			return 0;
		}
	}
	say("sent", 0);
	return 0;
}

struct ring {
	int fd;
	bool polled;
	unsigned int *sq_tail, *sq_mask, *sq_array, *sq_flags, *cq_head, *cq_tail, *cq_mask;
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqes;
};

static void ring_open(struct ring *ring, bool polled)
{
	struct io_uring_params params = {
		.flags = polled ? IORING_SETUP_SQPOLL : 0,
		.sq_thread_idle = 2000,
	};
	char *sq, *cq;

	ring->polled = polled;
	ring->fd = syscall(SYS_io_uring_setup, 4, &params);
	if (ring->fd < 0)
		failed("io_uring_setup");
	sq = mmap(NULL, params.sq_off.array + params.sq_entries * sizeof(int),
		  PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_SQ_RING);
	cq = mmap(NULL, params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe),
		  PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_CQ_RING);
	ring->sqes = mmap(NULL, params.sq_entries * sizeof(struct io_uring_sqe),
			  PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_SQES);
	if (sq == MAP_FAILED || cq == MAP_FAILED || ring->sqes == MAP_FAILED)
		failed("mmap");
	ring->sq_tail = (void *)(sq + params.sq_off.tail);
	ring->sq_mask = (void *)(sq + params.sq_off.ring_mask);
	ring->sq_array = (void *)(sq + params.sq_off.array);
	ring->sq_flags = (void *)(sq + params.sq_off.flags);
	ring->cq_head = (void *)(cq + params.cq_off.head);
	ring->cq_tail = (void *)(cq + params.cq_off.tail);
	ring->cq_mask = (void *)(cq + params.cq_off.ring_mask);
	ring->cqes = (void *)(cq + params.cq_off.cqes);
}

/* One request, and its result. */
static int ring_do(struct ring *ring, const struct io_uring_sqe *request)
{
	unsigned int tail = *ring->sq_tail, head;
	long until = now_ms() + 5000;
	int res;

	ring->sqes[tail & *ring->sq_mask] = *request;
	ring->sq_array[tail & *ring->sq_mask] = tail & *ring->sq_mask;
	__atomic_store_n(ring->sq_tail, tail + 1, __ATOMIC_SEQ_CST);
	if (!ring->polled)
		syscall(SYS_io_uring_enter, ring->fd, 1, 0, 0, NULL, 0);
	else if (__atomic_load_n(ring->sq_flags, __ATOMIC_SEQ_CST) & IORING_SQ_NEED_WAKEUP)
		syscall(SYS_io_uring_enter, ring->fd, 0, 0, IORING_ENTER_SQ_WAKEUP, NULL, 0);
	while (__atomic_load_n(ring->cq_tail, __ATOMIC_ACQUIRE) == *ring->cq_head) {
		if (now_ms() > until)
			bad("no completion");
		usleep(1000);
	}
	head = *ring->cq_head;
	res = ring->cqes[head & *ring->cq_mask].res;
	__atomic_store_n(ring->cq_head, head + 1, __ATOMIC_RELEASE);
	return res;
}

/* uring [-s] [-a] tcp|udp ADDR PORT: by io_uring; -s with a polling kernel thread, -a from a worker. */
static int verb_uring(int argc, char **argv)
{
	struct iovec iov = { TEXT, sizeof(TEXT) };
	struct io_uring_sqe request = {};
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	bool polled = false, async = false, stream;
	struct ring ring;
	union address peer;
	socklen_t len;
	int fd, option, res;

	optind = 0;
	while ((option = getopt(argc + 1, argv - 1, "+sa")) != -1) {
		switch (option) {
		case 's': polled = true; break;
		case 'a': async = true; break;
		default: exit(2);
		}
	}
	if (argc + 1 - optind != 3)
		bad("uring tcp|udp ADDR PORT");
	argv += optind - 1;
	stream = !strcmp(argv[0], "tcp");
	len = parse_address(&peer, argv[1], argv[2]);
	fd = get_socket(peer.sa.sa_family, stream ? SOCK_STREAM : SOCK_DGRAM, 0);
	ring_open(&ring, polled);
	request.fd = fd;
	request.flags = async ? IOSQE_ASYNC : 0;
	if (stream) {
		request.opcode = IORING_OP_CONNECT;
		request.addr = (uintptr_t)&peer;
		request.off = len;
		res = ring_do(&ring, &request);
		if (res < 0) {
			say("connect", -res);
			return 1;
		}
		request.opcode = IORING_OP_SEND;
		request.addr = (uintptr_t)TEXT;
		request.len = sizeof(TEXT);
		request.off = 0;
	} else {
		msg.msg_name = &peer;
		msg.msg_namelen = len;
		request.opcode = IORING_OP_SENDMSG;
		request.addr = (uintptr_t)&msg;
		request.len = 1;
	}
	res = ring_do(&ring, &request);
	if (res < 0) {
		say("send", -res);
		return 1;
	}
	return exchange(fd, true);
}

static int verb_listen(int argc, char **argv)
{
	union address local;
	int fd, one = 1, proto = 0, type = SOCK_STREAM;
	socklen_t len;
	bool dgram;

	if (argc != 3)
		bad("listen tcp|mptcp|sctp|udp ADDR|- PORT");
	dgram = !strcmp(argv[0], "udp");
	if (dgram)
		type = SOCK_DGRAM;
	else if (!strcmp(argv[0], "mptcp"))
		proto = IPPROTO_MPTCP;
	else if (!strcmp(argv[0], "sctp"))
		proto = IPPROTO_SCTP;
	len = parse_address(&local, strcmp(argv[1], "-") ? argv[1] : "0.0.0.0", argv[2]);
	fd = get_socket(local.sa.sa_family, type, proto);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (strcmp(argv[1], "-") && !taken_from && bind(fd, &local.sa, len))
		failed("bind");
	if (!dgram && listen(fd, 8))
		failed("listen");
	say("ok", 0);
	sleep(hold_seconds);
	return 0;
}

/* sctp [-x] [-q] ADDR PORT [ADDR PORT]: connect() or connectx(); -q one-to-many, by sending. */
static int verb_sctp(int argc, char **argv)
{
	bool extended = false, many = false;
	union address peers[2];
	char list[sizeof(peers)];
	int fd, option;
	socklen_t len[2] = {};

	optind = 0;
	while ((option = getopt(argc + 1, argv - 1, "+xq")) != -1) {
		switch (option) {
		case 'x': extended = true; break;
		case 'q': many = true; break;
		default: exit(2);
		}
	}
	argc -= optind - 1;
	argv += optind - 1;
	if (argc != 2 && argc != 4)
		bad("sctp ADDR PORT [ADDR PORT]");
	len[0] = parse_address(&peers[0], argv[0], argv[1]);
	memcpy(list, &peers[0], len[0]);
	if (argc == 4) {
		len[1] = parse_address(&peers[1], argv[2], argv[3]);
		memcpy(list + len[0], &peers[1], len[1]);
	}
	fd = get_socket(peers[0].sa.sa_family, many ? SOCK_SEQPACKET : SOCK_STREAM, IPPROTO_SCTP);
	if (many) {
		if (sendto(fd, TEXT, sizeof(TEXT), MSG_NOSIGNAL, &peers[0].sa, len[0]) < 0)
			failed("send");
		return exchange(fd, true);
	}
	if (extended) {
		/* Returns the association's id, 0 or more. */
		if (setsockopt(fd, IPPROTO_SCTP, SCTP_CONNECTX, list, len[0] + len[1]) < 0)
			failed("connectx");
	} else if (connect(fd, &peers[0].sa, len[0])) {
		failed("connect");
	}
	return exchange(fd, false);
}

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} verbs[] = {
	{ "tcp", verb_tcp }, { "use", verb_use }, { "udp", verb_udp }, { "udp-connect", verb_udp_connect },
	{ "socket", verb_socket }, { "hdrincl", verb_hdrincl }, { "raw6", verb_raw6 },
	{ "ping", verb_ping }, { "uring", verb_uring }, { "give", verb_give },
	{ "listen", verb_listen }, { "sctp", verb_sctp },
};

int main(int argc, char **argv)
{
	const char *uid = NULL, *netns = NULL, *cgroup = NULL;
	bool unshared = false;
	int option;

	while ((option = getopt(argc, argv, "+g:n:Nu:t:m:w:H:")) != -1) {
		switch (option) {
		case 'g': cgroup = optarg; break;
		case 'n': netns = optarg; break;
		case 'N': unshared = true; break;
		case 'u': uid = optarg; break;
		case 't': taken_from = optarg; break;
		case 'm': moved_to = optarg; break;
		case 'w': wait_ms = number(optarg); break;
		case 'H': hold_seconds = number(optarg); break;
		default: return 2;
		}
	}
	if (optind >= argc)
		bad("no verb");
	if (cgroup)
		join_cgroup(cgroup);
	if (netns)
		join_netns(netns);
	if (unshared)
		new_netns();
	if (uid && (setgid(number(uid)) || setuid(number(uid))))
		bad("setuid: %m");
	signal(SIGPIPE, SIG_IGN);
	/* Nothing here takes long; a test must not hang on it. */
	alarm(hold_seconds + 15);
	printf("%d ", getpid());
	fflush(stdout);
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (!strcmp(verbs[i].name, argv[optind]))
			return verbs[i].run(argc - optind - 1, argv + optind + 1);
	bad("no verb %s", argv[optind]);
}
