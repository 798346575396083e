// SPDX-License-Identifier: GPL-2.0
/*
 * The cheapest name server: the answer to the n-th question is one address, 10.n, for
 * 60 s. answer ADDRESS; says "ready" when it is.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* A pointer to the question's name, A, IN, 60 s, and an address: RFC 1035 4.1.3. */
static unsigned char record[] = { 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 0 };

int main(int argc, char **argv)
{
	struct sockaddr_in self = { .sin_family = AF_INET, .sin_port = htons(53) }, client;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	unsigned int serial = 0;
	unsigned char message[1024];
	socklen_t size;
	ssize_t len;

	if (argc != 2 || inet_pton(AF_INET, argv[1], &self.sin_addr) != 1 || fd < 0 ||
	    bind(fd, (struct sockaddr *)&self, sizeof(self))) {
		perror("answer");
		return 1;
	}
	puts("ready");
	fflush(stdout);
	for (;;) {
		size = sizeof(client);
		len = recvfrom(fd, message, sizeof(message) - sizeof(record), 0,
			       (struct sockaddr *)&client, &size);
		if (len < 12)
			continue;
		message[2] |= 0x84;	/* a response, authoritative */
		message[7] = 1;
		serial++;
		record[13] = serial >> 16;
		record[14] = serial >> 8;
		record[15] = serial;
		memcpy(message + len, record, sizeof(record));
		sendto(fd, message, len + sizeof(record), 0, (struct sockaddr *)&client, size);
	}
}
