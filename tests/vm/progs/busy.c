// SPDX-License-Identifier: GPL-2.0
/*
 * Every hook, without rest, whatever comes of it, until killed:
 *
 *   busy ADDRESS       sockets of several kinds, bind, listen, connect, accept
 *                      and datagrams to ADDRESS and loopback, of both families
 *   busy -s ADDRESS    datagrams alone, of two sockets
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORTS 64

static struct sockaddr_in6 address6(const char *text, int port)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	inet_pton(AF_INET6, text, &address.sin6_addr);
	return address;
}

static struct sockaddr_in address4(const char *text, int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };

	inet_pton(AF_INET, text, &address.sin_addr);
	return address;
}

static void datagrams(const char *text, int port)
{
	struct sockaddr_in near = address4("127.0.0.1", port), far = address4(text, port);
	struct sockaddr_in6 near6 = address6("::1", port);
	int v4 = socket(AF_INET, SOCK_DGRAM, 0), v6 = socket(AF_INET6, SOCK_DGRAM, 0);
	char byte;

	bind(v4, (struct sockaddr *)&near, sizeof(near));
	sendto(v4, "x", 1, 0, (struct sockaddr *)&near, sizeof(near));
	recv(v4, &byte, 1, MSG_DONTWAIT);
	sendto(v4, "x", 1, 0, (struct sockaddr *)&far, sizeof(far));
	connect(v6, (struct sockaddr *)&near6, sizeof(near6));
	send(v6, "x", 1, 0);
	close(v4);
	close(v6);
}

static void only_send(const char *text)
{
	struct sockaddr_in near = address4("127.0.0.1", 9), far = address4(text, 9);
	struct sockaddr_in6 near6 = address6("::1", 9);
	int v4 = socket(AF_INET, SOCK_DGRAM, 0), v6 = socket(AF_INET6, SOCK_DGRAM, 0);

	for (;;) {
		sendto(v4, "x", 1, 0, (struct sockaddr *)&near, sizeof(near));
		sendto(v4, "x", 1, 0, (struct sockaddr *)&far, sizeof(far));
		sendto(v6, "x", 1, 0, (struct sockaddr *)&near6, sizeof(near6));
	}
}

static void streams(const char *text, int port)
{
	struct sockaddr_in near = address4("127.0.0.1", port), far = address4(text, port);
	int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
	int refused = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), accepted, on = 1;
	struct linger gone = { 1, 0 };
	char byte;

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (!bind(listener, (struct sockaddr *)&near, sizeof(near)) && !listen(listener, 1) &&
	    !connect(client, (struct sockaddr *)&near, sizeof(near))) {
		accepted = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
		send(client, "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
		recv(accepted, &byte, 1, MSG_DONTWAIT);
		send(accepted, "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
		close(accepted);
	}
	/* Else ports in TIME_WAIT pile up. */
	setsockopt(client, SOL_SOCKET, SO_LINGER, &gone, sizeof(gone));
	setsockopt(refused, SOL_SOCKET, SO_LINGER, &gone, sizeof(gone));
	connect(refused, (struct sockaddr *)&far, sizeof(far));
	close(client);
	close(refused);
	close(listener);
}

static void others(void)
{
	close(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
	close(socket(AF_PACKET, SOCK_RAW, 0));
	close(socket(AF_UNIX, SOCK_STREAM, 0));
}

int main(int argc, char **argv)
{
	int port = 0, base = 10000 + getpid() % 400 * PORTS;

	if (argc == 3 && !strcmp(argv[1], "-s"))
		only_send(argv[2]);
	if (argc != 2) {
		fprintf(stderr, "usage: busy [-s] ADDRESS\n");
		return 2;
	}
	for (;;) {
		port = (port + 1) % PORTS;
		datagrams(argv[1], base + port);
		streams(argv[1], base + port);
		others();
	}
}
