// SPDX-License-Identifier: GPL-2.0
/*
 * Processes that are hard to kill all of:
 *
 *   herd fork N          N processes, each of which lives 2 to 6 s and leaves
 *                        a child in its place; two more hardly rest
 *   herd headless [FILE] a process whose main thread has exited while three
 *                        others live on, moved to cgroup.threads FILE first
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void rest(long ms)
{
	struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&time, NULL);
}

/* Lives, leaves a child in its place, and dies. The herd's first process reaps. */
static void live(unsigned int seed, long least, long more)
{
	pid_t child;

	for (;;) {
		rest(least + (more ? rand_r(&seed) % more : 0));
		do
			child = fork();
		while (child < 0 && (rest(10), 1));
		if (child)
			_exit(0);
	}
}

static int herd(int count)
{
	/* Else all the dead would be init's to reap. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (int i = 0; i < count + 2; i++) {
		switch (fork()) {
		case -1:
			rest(10);
			i--;
			break;
		case 0:
			if (i < count)
				live(i, 2000, 4000);
			else
				live(i, 5, 0);
		}
	}
	while (wait(NULL) > 0 || errno == EINTR)
		;
	return 0;
}

static void *headless_thread(void *file)
{
	FILE *threads;

	if (file) {
		threads = fopen(file, "w");
		/* 0 is the writing thread. */
		if (!threads || fputs("0\n", threads) < 0 || fclose(threads)) {
			perror(file);
			exit(1);
		}
	}
	for (;;)
		pause();
}

static int headless(char *file)
{
	pthread_t thread;

	for (int i = 0; i < 3; i++)
		if (pthread_create(&thread, NULL, headless_thread, file))
			return 1;
	pthread_exit(NULL);
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "fork"))
		return herd(atoi(argv[2]));
	if (argc >= 2 && !strcmp(argv[1], "headless"))
		return headless(argv[2]);
	fprintf(stderr, "usage: herd fork N | herd headless [FILE]\n");
	return 2;
}
