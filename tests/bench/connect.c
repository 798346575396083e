// SPDX-License-Identifier: GPL-2.0
/* What a TCP connect() to a closed loopback port costs, with its socket: nanoseconds, best of several runs. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

int main(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(1) };
	int loops = argc > 1 ? atoi(argv[1]) : 2000, run, i, fd;
	double start, best = 1e18;

	inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
	for (run = 0; run < 9; run++) {
		start = now();
		for (i = 0; i < loops; i++) {
			fd = socket(AF_INET, SOCK_STREAM, 0);
			if (fd < 0 || !connect(fd, (struct sockaddr *)&to, sizeof(to)) ||
			    errno != ECONNREFUSED) {
				perror("connect: not refused");
				return 1;
			}
			close(fd);
		}
		start = now() - start;
		if (start < best)
			best = start;
	}
	printf("%.0f\n", best / loops);
	return 0;
}
