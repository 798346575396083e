// SPDX-License-Identifier: GPL-2.0
/*
 * A fuzz target, driven by chance alone and as fast as it goes: what tests/fuzz/run has
 * found is changed a little, and again, with no look at what is reached by it.
 *
 *   soak COUNT SEED FILE...
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_MAX_INPUT	1024
#define CHANGES_MAX	6

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	uint8_t *bytes;
	size_t size;
};

static uint64_t state;

/* xorshift64*, Vigna 2016: any good generator serves. */
static uint64_t next(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1d;
}

static size_t below(size_t bound)
{
	return bound ? (next() >> 33) % bound : 0;
}

/* Bytes that mean something in what is tested: lengths, pointers, ends. */
static uint8_t telling(void)
{
	static const uint8_t bytes[] = { 0, 1, 2, 12, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xff };

	return bytes[below(sizeof(bytes))];
}

static size_t change(uint8_t *bytes, size_t size, const struct input *other)
{
	size_t at = below(size), count;

	switch (below(7)) {
	case 0:
		if (size)
			bytes[at] ^= 1 << below(8);
		return size;
	case 1:
		if (size)
			bytes[at] = telling();
		return size;
	case 2:
		if (size)
			bytes[at] = (uint8_t)next();
		return size;
	case 3:	/* cut */
		return at;
	case 4:	/* a byte more */
		if (size == SIZE_MAX_INPUT)
			return size;
		memmove(bytes + at + 1, bytes + at, size - at);
		bytes[at] = telling();
		return size + 1;
	case 5:	/* without some */
		count = below(size - at);
		memmove(bytes + at, bytes + at + count, size - at - count);
		return size - count;
	default: /* the end of another */
		count = below(other->size);
		if (at + other->size - count > SIZE_MAX_INPUT)
			return size;
		memcpy(bytes + at, other->bytes + count, other->size - count);
		return at + other->size - count;
	}
}

static int read_input(struct input *input, const char *path)
{
	FILE *in = fopen(path, "rb");

	input->bytes = malloc(SIZE_MAX_INPUT);
	if (!in || !input->bytes)
		return -1;
	input->size = fread(input->bytes, 1, SIZE_MAX_INPUT, in);
	fclose(in);
	return 0;
}

int main(int argc, char **argv)
{
	static uint8_t bytes[SIZE_MAX_INPUT];
	uint64_t count, done;
	struct input *inputs;
	size_t nr = argc > 3 ? argc - 3 : 0, size, i;

	if (!nr) {
		fprintf(stderr, "usage: soak COUNT SEED FILE...\n");
		return 2;
	}
	count = strtoull(argv[1], NULL, 10);
	state = strtoull(argv[2], NULL, 10) | 1;
	inputs = calloc(nr, sizeof(*inputs));
	for (i = 0; inputs && i < nr; i++) {
		if (read_input(&inputs[i], argv[3 + i])) {
			perror(argv[3 + i]);
			return 1;
		}
	}
	for (done = 0; inputs && done < count; done++) {
		i = below(nr);
		size = inputs[i].size;
		memcpy(bytes, inputs[i].bytes, size);
		for (i = 1 + below(CHANGES_MAX); i; i--)
			size = change(bytes, size, &inputs[below(nr)]);
		LLVMFuzzerTestOneInput(bytes, size);
	}
	printf("%" PRIu64 "\n", done);
	return 0;
}
