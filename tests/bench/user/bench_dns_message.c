// SPDX-License-Identifier: GPL-2.0
/*
 * Nanoseconds to read one query or answer: those of every day, and the worst
 * that a peer can make. Run by ./run.
 */
#include <math.h>
#include <time.h>

#include "lib/dns_message.h"

#define RUNS 20

static u8 message[65536];
static u32 size;
static struct levee_dns_query query;
static struct levee_dns_answer answer;
static u32 found;

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

static void put(const void *bytes, u32 count)
{
	memcpy(message + size, bytes, count);
	size += count;
}

static void put_header(u16 flags, u16 answers)
{
	size = 0;
	put((u8[12]){ 0x12, 0x34, flags >> 8, flags, 0, 1, answers >> 8, answers }, 12);
}

/* A question of so many labels of so many bytes. */
static void put_question(u32 labels, u32 len)
{
	while (labels--) {
		message[size] = len;
		memset(message + size + 1, 'A', len);
		size += 1 + len;
	}
	put("\0\0\1\0\1", 5);
}

static void put_record(u16 owner, u8 type, const void *data, u8 count)
{
	put((u8[12]){ 0xc0 | owner >> 8, owner, 0, type, 0, 1, 0, 0, 1, 44, 0, count }, 12);
	put(data, count);
}

static bool read_query(void)
{
	return levee_dns_query_read(&query, message, size, size) == LEVEE_DNS_QUERY;
}

static bool read_stream(void)
{
	static struct levee_dns_stream stream;
	const u8 *data = message;
	size_t left = size;

	return levee_dns_stream_next(&stream, &query, &data, &left) == LEVEE_DNS_QUERY && !left;
}

static bool read_answer(void)
{
	struct levee_addr addr;
	u32 ttl;

	if (!levee_dns_answer_read(&answer, message, size, size) || answer.malformed)
		return false;
	while (levee_dns_answer_next(&answer, &addr, &ttl))
		found++;
	return true;
}

static void measure(const char *name, bool (*read)(void), u32 times)
{
	double best = INFINITY;

	/* The best of some runs: what else the machine does only adds. */
	for (u32 run = 0; run < RUNS; run++) {
		double start = now_ns();

		for (u32 i = 0; i < times; i++)
			if (!read())
				abort();
		best = fmin(best, (now_ns() - start) / times);
	}
	printf("%-44s %5u bytes: %8.1f ns\n", name, size, best);
}

/*
 * Every record with an owner of 255 bytes behind pointers, equal to the chain's
 * names but for its last label; the chain as long as may be, last link first.
 */
static void put_worst_answer(void)
{
	u16 names[17];

	put_header(0x8180, LEVEE_DNS_RECORDS_MAX);
	put_question(126, 1);
	names[0] = 12;
	for (u32 i = 1; i <= LEVEE_DNS_LINKS_MAX; i++) {
		u32 data = size + 12;
		u8 name[255];

		memcpy(name, message + 12, 250);
		memcpy(name + 250, (u8[3]){ 1, 'a' + i, 0 }, 3);
		put_record(names[i - 1], LEVEE_DNS_TYPE_CNAME, name, 253);
		names[i] = data;
	}
	for (u32 i = LEVEE_DNS_LINKS_MAX; i < LEVEE_DNS_RECORDS_MAX; i++)
		put_record(names[16], LEVEE_DNS_TYPE_A, "\1\2\3\4", 4);
}

int main(void)
{
	put_header(0x0100, 0);
	put_question(3, 8);
	measure("query, 3 labels of 8", read_query, 100000);
	put_header(0x0100, 0);
	put_question(127, 1);
	measure("query, 127 labels", read_query, 100000);
	put_header(0x0100, 0);
	put_question(4, 60);
	measure("query, 4 labels of 60", read_query, 100000);

	size = 0;
	put("\0\54", 2);
	put("\0\1\1\0\0\1\0\0\0\0\0\0", 12);
	put_question(3, 8);
	message[1] = size - 2;
	measure("query over TCP, 3 labels of 8", read_stream, 100000);

	put_header(0x8180, 3);
	put_question(3, 8);
	put_record(12, LEVEE_DNS_TYPE_CNAME, "\3cdn\300\25", 6);
	put_record(size - 6, LEVEE_DNS_TYPE_A, "\1\2\3\4", 4);
	put_record(size - 22, LEVEE_DNS_TYPE_A, "\1\2\3\5", 4);
	measure("answer, an alias and two addresses", read_answer, 100000);
	put_worst_answer();
	measure("answer, 16 aliases of 253 bytes, 240 more", read_answer, 1000);
	return found < 2;
}
