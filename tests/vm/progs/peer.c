// SPDX-License-Identifier: GPL-2.0
/*
 * The other end: writes down every IP packet that arrives, and echoes.
 *
 *   peer LOG|- [tcp:PORT|mptcp:PORT|sctp:PORT|udp:PORT]...
 *
 * One line a packet: PROTO DESTINATION PORT FLAGS SOURCE LENGTH, where PROTO is
 * tcp, udp, sctp, icmp, icmp6, a number, or frag for a fragment that is not the
 * first; for icmp the type stands for the port; FLAGS are TCP's letters, or -.
 * With - it only echoes. "ready" on standard output says that it listens; then
 * comes a line PROTO:PORT for each datagram or connection it gets.
 *
 * Packets are written down before echoes are sent: who has an echo knows that
 * all that was delivered before it is in the log.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

#define FDS_MAX 256

enum kind { RECORDER, LISTENER, CONNECTION, DATAGRAM };

static struct pollfd fds[FDS_MAX];
static const char *names[FDS_MAX];
static enum kind kinds[FDS_MAX];
static int count, log_fd = -1;

static void add(int fd, enum kind kind, const char *name)
{
	if (count == FDS_MAX) {
		close(fd);
		return;
	}
	kinds[count] = kind;
	names[count] = name;
	fds[count++] = (struct pollfd){ fd, POLLIN, 0 };
}

static void flags_text(char *text, uint8_t flags)
{
	static const char letters[] = "FSRPAU";

	for (int i = 0; letters[i]; i++)
		if (flags & 1 << i)
			*text++ = letters[i];
	*text = 0;
}

static void write_line(const char *dest, const char *source, int proto, bool later_fragment,
		       const uint8_t *transport, size_t left, size_t length)
{
	char name[16], flags[8] = "-", line[256];
	int port = 0, size;

	snprintf(name, sizeof(name), "%d", proto);
	if (left >= 4)
		port = transport[2] << 8 | transport[3];
	if (later_fragment) {
		strcpy(name, "frag");
		snprintf(flags, sizeof(flags), "%d", proto);
		port = 0;
	} else if (proto == IPPROTO_TCP) {
		strcpy(name, "tcp");
		if (left >= 14)
			flags_text(flags, transport[13]);
	} else if (proto == IPPROTO_UDP) {
		strcpy(name, "udp");
	} else if (proto == IPPROTO_SCTP) {
		strcpy(name, "sctp");
	} else if (proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6) {
		strcpy(name, proto == IPPROTO_ICMP ? "icmp" : "icmp6");
		port = left ? transport[0] : 0;
	} else {
		port = 0;
	}
	size = snprintf(line, sizeof(line), "%s %s %d %s %s %zu\n", name, dest, port, flags,
			source, length);
	if (write(log_fd, line, size) != size)
		perror("peer: log");
}

static void record_v4(const uint8_t *packet, size_t size)
{
	const struct iphdr *ip = (const void *)packet;
	char source[INET_ADDRSTRLEN], dest[INET_ADDRSTRLEN];
	size_t header;

	if (size < sizeof(*ip))
		return;
	header = ip->ihl * 4;
	inet_ntop(AF_INET, &ip->saddr, source, sizeof(source));
	inet_ntop(AF_INET, &ip->daddr, dest, sizeof(dest));
	if (header > size)
		header = size;
	write_line(dest, source, ip->protocol, ip->frag_off & htons(IP_OFFMASK), packet + header,
		   size - header, size);
}

static void record_v6(const uint8_t *packet, size_t size)
{
	const struct ip6_hdr *ip = (const void *)packet;
	char source[INET6_ADDRSTRLEN], dest[INET6_ADDRSTRLEN];
	const uint8_t *at = packet + sizeof(*ip);
	bool later_fragment = false;
	uint8_t proto;

	if (size < sizeof(*ip))
		return;
	inet_ntop(AF_INET6, &ip->ip6_src, source, sizeof(source));
	inet_ntop(AF_INET6, &ip->ip6_dst, dest, sizeof(dest));
	proto = ip->ip6_nxt;
	/* MLD hides behind hop-by-hop options. */
	while (at + 8 <= packet + size && !later_fragment) {
		if (proto == IPPROTO_FRAGMENT) {
			later_fragment = (at[2] << 8 | at[3]) & 0xfff8;
			proto = at[0];
			at += 8;
		} else if (proto == IPPROTO_HOPOPTS || proto == IPPROTO_ROUTING ||
			   proto == IPPROTO_DSTOPTS) {
			proto = at[0];
			at += (at[1] + 1) * 8;
		} else {
			break;
		}
	}
	if (at > packet + size)
		at = packet + size;
	write_line(dest, source, proto, later_fragment, at, packet + size - at, size);
}

static void record(int fd)
{
	struct sockaddr_ll from;
	uint8_t packet[65536];
	socklen_t len;
	ssize_t size;

	for (;;) {
		len = sizeof(from);
		size = recvfrom(fd, packet, sizeof(packet), MSG_DONTWAIT, (void *)&from, &len);
		if (size < 0)
			return;
		/* What this end sends, and what its host says to itself, did not arrive. */
		if (from.sll_pkttype == PACKET_OUTGOING || from.sll_hatype == 772)
			continue;
		if (from.sll_protocol == htons(ETH_P_IP))
			record_v4(packet, size);
		else if (from.sll_protocol == htons(ETH_P_IPV6))
			record_v6(packet, size);
	}
}

static void say(const char *name)
{
	puts(name);
	fflush(stdout);
}

/* Back to the sender, from the address that it sent to. */
static void echo_datagram(int fd, const char *name)
{
	char data[65536], control[256];
	struct sockaddr_in6 from;
	struct iovec iov = { data, sizeof(data) };
	struct msghdr msg = {
		.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct in6_pktinfo *info;
	struct cmsghdr *cmsg;
	ssize_t size = recvmsg(fd, &msg, MSG_DONTWAIT);

	if (size < 0)
		return;
	say(name);
	for (cmsg = CMSG_FIRSTHDR(&msg); cmsg; cmsg = CMSG_NXTHDR(&msg, cmsg)) {
		if (cmsg->cmsg_level != IPPROTO_IPV6 || cmsg->cmsg_type != IPV6_PKTINFO)
			continue;
		info = (void *)CMSG_DATA(cmsg);
		if (!IN6_IS_ADDR_LINKLOCAL(&info->ipi6_addr))
			info->ipi6_ifindex = 0;
	}
	iov.iov_len = size;
	if (sendmsg(fd, &msg, 0) < 0)
		fprintf(stderr, "peer: echo: %m\n");
}

static bool echo_stream(int fd)
{
	char data[65536];
	ssize_t size = recv(fd, data, sizeof(data), MSG_DONTWAIT);

	if (size < 0)
		return errno == EAGAIN;
	return size && send(fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
}

static void open_server(const char *text)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6 };
	const char *colon = strchr(text, ':');
	int fd, one = 1, zero = 0, backlog = 16, proto = 0;
	bool dgram = !strncmp(text, "udp", 3);

	if (!colon)
		exit(2);
	if (!strncmp(text, "mptcp", 5))
		proto = IPPROTO_MPTCP;
	if (!strncmp(text, "sctp", 4))
		proto = IPPROTO_SCTP;
	address.sin6_port = htons(atoi(colon + 1));
	fd = socket(AF_INET6, dgram ? SOCK_DGRAM : SOCK_STREAM, proto);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero));
	if (dgram)
		setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &one, sizeof(one));
	if (fd < 0 || bind(fd, (void *)&address, sizeof(address)) || (!dgram && listen(fd, 64))) {
		fprintf(stderr, "peer: %s: %m\n", text);
		exit(1);
	}
	if (!dgram && !proto)
		setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN, &backlog, sizeof(backlog));
	add(fd, dgram ? DATAGRAM : LISTENER, text);
}

int main(int argc, char **argv)
{
	int fd, size = 4 << 20;

	if (argc < 2)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	if (strcmp(argv[1], "-")) {
		log_fd = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
		fd = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_ALL));
		if (log_fd < 0 || fd < 0) {
			perror("peer");
			return 1;
		}
		setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
		add(fd, RECORDER, NULL);
	}
	for (int i = 2; i < argc; i++)
		open_server(argv[i]);
	say("ready");
	for (;;) {
		poll(fds, count, -1);
		if (log_fd >= 0)
			record(fds[0].fd);
		for (int i = 0; i < count; i++) {
			if (!fds[i].revents)
				continue;
			if (kinds[i] == LISTENER) {
				fd = accept4(fds[i].fd, NULL, NULL, SOCK_CLOEXEC);
				if (fd >= 0) {
					say(names[i]);
					add(fd, CONNECTION, NULL);
				}
			} else if (kinds[i] == DATAGRAM) {
				/* What came before this one is written down before it is answered. */
				if (log_fd >= 0)
					record(fds[0].fd);
				echo_datagram(fds[i].fd, names[i]);
			} else if (kinds[i] == CONNECTION) {
				if (echo_stream(fds[i].fd))
					continue;
				close(fds[i].fd);
				count--;
				fds[i] = fds[count];
				kinds[i] = kinds[count];
				i--;
			}
		}
	}
}
