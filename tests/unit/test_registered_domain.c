// SPDX-License-Identifier: GPL-2.0
#include "unit.h"

#include "lib/registered_domain.h"
#include "name.h"
#include "random.h"

/* By the text: cut at the dots, from the right. */
static const char *oracle(const char *text)
{
	const char *last[3] = { }, *label = text;
	u32 labels = 0;

	while (*label) {
		const char *dot = strchr(label, '.');

		last[0] = last[1];
		last[1] = last[2];
		last[2] = label;
		labels++;
		label = dot ? dot + 1 : label + strlen(label);
	}
	if (labels < 2)
		return "";
	if (labels > 2 && last[2] - last[1] - 1 <= 3)
		return last[0];
	return last[1];
}

/* In memory of its own length, so that a read behind it is heard. */
static u32 offset_of(struct kunit *test, const struct name *name)
{
	u8 *copy = unit_alloc(name->len);
	u32 offset;

	KUNIT_ASSERT_NOT_NULL(test, copy);
	memcpy(copy, name->wire, name->len);
	offset = levee_registered_domain(copy, name->len);
	unit_free(copy);
	return offset;
}

static void expect(struct kunit *test, const char *text, const char *domain)
{
	struct name name = name_of(text), below = name_of(domain);
	u32 offset = offset_of(test, &name);

	KUNIT_ASSERT_TRUE_MSG(test, name.len - offset == below.len, "%s: %u", text, offset);
	KUNIT_ASSERT_BYTES(test, name.wire + offset, below.wire, below.len);
}

static void shapes_are_known(struct kunit *test)
{
	expect(test, "", "");
	expect(test, "com", "");
	expect(test, "localhost", "");
	expect(test, "example.com", "example.com");
	expect(test, "www.example.com", "example.com");
	expect(test, "a.b.c.d.example.com", "example.com");
	/* Three bytes are short, four are not. */
	expect(test, "example.co.uk", "example.co.uk");
	expect(test, "www.example.co.uk", "example.co.uk");
	expect(test, "www.example.com.au", "example.com.au");
	expect(test, "www.abcd.uk", "abcd.uk");
	expect(test, "www.abc.uk", "www.abc.uk");
	/* Never more than the name has. */
	expect(test, "co.uk", "co.uk");
	expect(test, "t.co", "t.co");
	expect(test, "a.t.co", "a.t.co");
	expect(test, "b.a.t.co", "a.t.co");
}

static void any_number_of_labels_is_read(struct kunit *test)
{
	struct name name = name_root();

	KUNIT_ASSERT_EQ(test, offset_of(test, &name), 0);
	for (u32 labels = 1; labels <= LEVEE_DOMAIN_LABELS_MAX; labels++) {
		name_prepend(&name, "x", 1);
		/* Labels of one byte are all short: two bytes each, and the root. */
		KUNIT_ASSERT_EQ(test, name.len - offset_of(test, &name),
				labels < 2 ? 1 : labels == 2 ? 5 : 7);
	}
	KUNIT_ASSERT_EQ(test, name.len, LEVEE_DOMAIN_LEN_MAX);
}

static void longest_labels_are_read(struct kunit *test)
{
	char label[63];
	struct name name = name_root();

	memset(label, 'y', sizeof(label));
	for (u32 labels = 1; labels <= 3; labels++) {
		name_prepend(&name, label, sizeof(label));
		KUNIT_ASSERT_EQ(test, name.len - offset_of(test, &name), labels < 2 ? 1 : 129);
	}
}

static void random_names_agree(struct kunit *test)
{
	u32 three = 0, none = 0;

	for (u32 round = 0; round < 20000; round++) {
		u32 labels = random_below(random_below(8) ? 6 : 60), at = 0;
		char text[256] = "";

		for (u32 i = 0; i < labels; i++) {
			u32 len = 1 + random_below(random_below(4) ? 6 : 40);

			if (at + len + 2 > 250)
				break;
			if (at)
				text[at++] = '.';
			for (u32 j = 0; j < len; j++)
				text[at++] = 'a' + random_below(26);
			text[at] = 0;
		}
		expect(test, text, oracle(text));
		none += !*oracle(text);
		three += strchr(oracle(text), '.') != strrchr(oracle(text), '.');
	}
	KUNIT_ASSERT_TRUE(test, none > 1000 && three > 1000);
}

static struct kunit_case registered_domain_cases[] = {
	KUNIT_CASE(shapes_are_known),
	KUNIT_CASE(any_number_of_labels_is_read),
	KUNIT_CASE(longest_labels_are_read),
	KUNIT_CASE(random_names_agree),
	{}
};

static struct kunit_suite registered_domain_suite = {
	.name = "levee_registered_domain",
	.init = random_seed,
	.test_cases = registered_domain_cases,
};

kunit_test_suite(registered_domain_suite);
