// SPDX-License-Identifier: GPL-2.0
/*
 * A cuckoo table. The 64 bits of a name's hash are its fingerprint, and choose its
 * two buckets; so a fingerprint can be moved without its name.
 */
#include "domain_feed.h"

#include "domain_suffix.h"

#define BUCKET_WORDS	8	/* of one cache line */
/* In front of the buckets, so that they are aligned as the feed is. */
#define HEADER_SIZE	sizeof(struct domain_bucket)
/*
 * Buckets for a number of names: 9.6 bytes a name, 5/6 of it full, and some more, so
 * that few names find room, too.
 */
#define BUCKETS_OF(names)	((size_t)(names) * 3 / 20 + BUCKETS_MIN)
#define BUCKETS_MIN		4
/* Suffixes that are fetched at once: nearly all names are one round. */
#define ROUND_SUFFIXES		16

struct domain_bucket {
	u64 words[BUCKET_WORDS];	/* 0: free, and so are those behind it */
};

struct levee_domain_feed {
	u64 seed[2];
	u32 buckets;
	u32 count;
	u32 deepest;	/* most labels of a name */
};

static_assert(sizeof(struct levee_domain_feed) <= HEADER_SIZE);

size_t levee_domain_feed_size(u32 count)
{
	return HEADER_SIZE + BUCKETS_OF(count) * sizeof(struct domain_bucket);
}

int levee_domain_feed_init(void *mem, size_t size, const u64 seed[2])
{
	struct levee_domain_feed *feed = mem;

	/* A bucket's number has 32 bits. */
	if (size < levee_domain_feed_size(0) || size > levee_domain_feed_size((u32)-1))
		return -EINVAL;
	memset(mem, 0, size);
	feed->seed[0] = seed[0];
	feed->seed[1] = seed[1];
	feed->buckets = (u32)((size - HEADER_SIZE) / sizeof(struct domain_bucket));
	return 0;
}

/* The hash of a suffix as it is kept: never 0. */
static u64 word_of(u64 hash)
{
	return hash ? hash : 1;
}

/* Of the two, one is chosen by each half of the word; they may be the same. */
static struct domain_bucket *bucket_of(const struct levee_domain_feed *feed, u32 half)
{
	u32 number = (u32)((u64)half * feed->buckets >> 32);

	return (struct domain_bucket *)((u8 *)feed + HEADER_SIZE) + number;
}

static struct domain_bucket *first_of(const struct levee_domain_feed *feed, u64 word)
{
	return bucket_of(feed, (u32)(word >> 32));
}

static struct domain_bucket *second_of(const struct levee_domain_feed *feed, u64 word)
{
	return bucket_of(feed, (u32)word);
}

/* All words are compared: which one it is cannot be guessed. */
static bool has_word(const struct domain_bucket *bucket, u64 word)
{
	bool found = false;
	u32 i;

	for (i = 0; i < BUCKET_WORDS; i++)
		found |= bucket->words[i] == word;
	return found;
}

static u32 words_in(const struct domain_bucket *bucket)
{
	u32 count = 0;

	while (count < BUCKET_WORDS && bucket->words[count])
		count++;
	return count;
}

static bool put(struct domain_bucket *bucket, u64 word)
{
	u32 count = words_in(bucket);

	if (count == BUCKET_WORDS)
		return false;
	bucket->words[count] = word;
	return true;
}

/* Puts a word in the place of one that has room in its other bucket. */
static bool put_for_another(struct levee_domain_feed *feed, struct domain_bucket *bucket, u64 word)
{
	u32 i;

	for (i = 0; i < BUCKET_WORDS; i++) {
		u64 another = bucket->words[i];

		/* There is none in this one, which is one of the two. */
		if (put(first_of(feed, another), another) ||
		    put(second_of(feed, another), another)) {
			bucket->words[i] = word;
			return true;
		}
	}
	return false;
}

int levee_domain_feed_add(struct levee_domain_feed *feed, const u8 *wire, size_t len)
{
	struct domain_bucket *first, *second;
	u8 starts[LEVEE_DOMAIN_LABELS_MAX];
	u64 hash = feed->seed[0];
	int labels, i;
	bool is_put;
	u64 word;

	labels = levee_domain_split(wire, len, starts);
	if (labels <= 0 || !levee_domain_is_folded(wire, len))
		return -EINVAL;
	for (i = labels - 1; i >= 0; i--)
		hash = levee_domain_hash(hash, wire + starts[i], feed->seed[1]);
	word = word_of(hash);
	first = first_of(feed, word);
	second = second_of(feed, word);
	if (has_word(first, word) || has_word(second, word))
		return -EEXIST;

	is_put = words_in(first) <= words_in(second) ? put(first, word) : put(second, word);
	if (!is_put && !put_for_another(feed, first, word) &&
	    !put_for_another(feed, second, word))
		return -ENOSPC;
	feed->count++;
	if (feed->deepest < (u32)labels)
		feed->deepest = labels;
	return 0;
}

u32 levee_domain_feed_count(const struct levee_domain_feed *feed)
{
	return feed->count;
}

u32 levee_domain_feed_find(const struct levee_domain_feed *feed, const u8 *wire, size_t len)
{
	u8 starts[LEVEE_DOMAIN_LABELS_MAX] __uninitialized;
	u64 words[ROUND_SUFFIXES] __uninitialized;
	u64 hash = feed->seed[0];
	int labels, depth, end, i;

	labels = levee_domain_split(wire, len, starts);
	end = min_t(int, labels, feed->deepest);
	for (depth = 0; depth < end; depth += i) {
		int count = min(end - depth, ROUND_SUFFIXES);

		for (i = 0; i < count; i++) {
			const u8 *label = wire + starts[labels - 1 - depth - i];

			hash = levee_domain_hash(hash, label, feed->seed[1]);
			words[i] = word_of(hash);
			prefetch(first_of(feed, words[i]));
			prefetch(second_of(feed, words[i]));
		}
		for (i = 0; i < count; i++)
			if (has_word(first_of(feed, words[i]), words[i]) ||
			    has_word(second_of(feed, words[i]), words[i]))
				return depth + i + 1;
	}
	return 0;
}
