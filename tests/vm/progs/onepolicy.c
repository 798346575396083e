// SPDX-License-Identifier: GPL-2.0
/*
 * Sends datagrams while policies A and B replace each other, and checks that
 * each was judged by one of the two, never by a mix:
 *
 *   onepolicy SECONDS A COUNT FILE
 *
 * A is any generation that is policy A; those of its parity are A, others B.
 * Of COUNT prefixes, the Nth is 10.128.0.0 + 2 * N. Each of them
 *   at 1500-1599: A allows and denies it, B knows nothing of it: never sent
 *   at 2500-2599: the same with A and B exchanged: never sent
 *   at 1000-1499: sent under A only
 *   at 2000-2499: sent under B only
 * and 10.255.255.1:53 is always sent. A mix of A's and B's lists would send
 * one of the first two. The third and the fourth are checked where the
 * generation before and after a round is the same.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static unsigned long rounds, settled[2], wrong;
static int generation_fd, sock;

static unsigned long generation(void)
{
	char text[32] = "";

	if (pread(generation_fd, text, sizeof(text) - 1, 0) <= 0) {
		perror("generation");
		exit(1);
	}
	return strtoul(text, NULL, 10);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

/* Whether a datagram to there was let out. */
static int sent(unsigned int address, unsigned int port)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(address),
	};

	if (sendto(sock, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)) == 1)
		return 1;
	if (errno == EPERM)
		return 0;
	perror("sendto");
	exit(1);
}

static void expect(const char *what, int got, int want, unsigned long before, unsigned long after)
{
	if (got == want)
		return;
	wrong++;
	printf("%s %s, generation %lu to %lu\n", what, got ? "was sent" : "was refused", before,
	       after);
}

static void round_of(unsigned int count, unsigned long a)
{
	unsigned int prefix = 0x0a800000 + 2 * (random() % count), more = random() % 500;
	int never_a, never_b, only_a, only_b, always, is_a;
	unsigned long before = generation(), after;

	never_a = sent(prefix, 1500 + more % 100);
	only_a = sent(prefix, 1000 + more);
	only_b = sent(prefix, 2000 + more);
	never_b = sent(prefix, 2500 + more % 100);
	always = sent(0x0affff01, 53);
	after = generation();

	rounds++;
	expect("what A denies and B does not allow", never_a, 0, before, after);
	expect("what B denies and A does not allow", never_b, 0, before, after);
	expect("what both allow", always, 1, before, after);
	if (before != after)
		return;
	is_a = before % 2 == a % 2;
	settled[is_a]++;
	expect("what A allows", only_a, is_a, before, after);
	expect("what B allows", only_b, !is_a, before, after);
}

int main(int argc, char **argv)
{
	double end, last, gap = 0, at;
	FILE *out;

	if (argc != 5) {
		fprintf(stderr, "usage: onepolicy SECONDS A COUNT FILE\n");
		return 2;
	}
	generation_fd = open("/sys/kernel/levee/generation", O_RDONLY);
	sock = socket(AF_INET, SOCK_DGRAM, 0);
	if (generation_fd < 0 || sock < 0) {
		perror("onepolicy");
		return 1;
	}
	srandom(getpid());
	last = now();
	end = last + atof(argv[1]);
	while ((at = now()) < end) {
		if (at - last > gap)
			gap = at - last;
		last = at;
		round_of(atoi(argv[3]), strtoul(argv[2], NULL, 10));
	}
	out = fopen(argv[4], "w");
	if (!out || fprintf(out, "rounds %lu A %lu B %lu wrong %lu longest %.3f\n", rounds,
			    settled[1], settled[0], wrong, gap) < 0 || fclose(out)) {
		perror(argv[4]);
		return 1;
	}
	return wrong ? 3 : 0;
}
