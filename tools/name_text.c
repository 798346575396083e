// SPDX-License-Identifier: GPL-2.0
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <ctype.h>

#include "lib/entry.h"
#include "name_text.h"

#define EXPECT_NAME "a domain name as example.com"
#define EXPECT_ENTRY "example.com, \"*.example.com\" (below it) or .example.com (both)"

bool name_text_is_address(const char *text, size_t len)
{
	char copy[INET6_ADDRSTRLEN];
	u8 wire[16];

	/* Both kinds are short, and no name but a few ends in a digit or has a colon. */
	if (!len || len >= sizeof(copy) ||
	    (!isdigit((u8)text[len - 1]) && !memchr(text, ':', len)))
		return false;
	memcpy(copy, text, len);
	copy[len] = 0;
	return inet_pton(AF_INET, copy, wire) == 1 || inet_pton(AF_INET6, copy, wire) == 1;
}

/* The first byte that no name has as it stands, escapes left out; NULL if there is none. */
static const char *find_odd(const char *text, const char *end)
{
	for (; text < end; text++) {
		u8 c = *text;

		if (c == '\\')
			text++;
		else if (!isalnum(c) && c != '-' && c != '_' && c != '.')
			return text;
	}
	return NULL;
}

static bool odd_fault(struct text_fault *fault, const char *odd, const char *end)
{
	u8 c = *odd;

	if (c >= 0x80)
		return text_fail(fault, "the name is not ASCII",
				 "the A-labels of it, as xn--bcher-kva.example (idn2 gives them)");
	if (c == ':' && end - odd >= 3 && odd[1] == '/' && odd[2] == '/')
		return text_fail(fault, "a URL", "the domain name in it alone, as example.com");
	if (c == ':')
		return text_fail(fault, "a port behind a name", "the domain name alone");
	if (c == '/')
		return text_fail(fault, "a path behind a name", "the domain name alone");
	if (c == '*')
		return text_fail(fault, "a * inside the name", "it in front alone, as "
				 "\"*.example.com\"; the character is \\042");
	return text_fail(fault, "a character that names do not have",
			 "letters, digits, - and _, another as \\DDD");
}

bool name_text_parse(struct levee_dns_name *name, const char *text, size_t len,
		     struct text_fault *fault)
{
	const char *odd, *what;
	size_t offset;

	if (name_text_is_address(text, len))
		return text_fail(fault, "an address", EXPECT_NAME);
	odd = find_odd(text, text + len);
	if (odd)
		return odd_fault(fault, odd, text + len);
	what = levee_dns_name_parse(name, text, len, &offset);
	return !what || text_fail(fault, what, EXPECT_NAME);
}

bool name_text_entry(struct levee_dns_name *name, u32 *target, const char *text, size_t len,
		     struct text_fault *fault)
{
	*target = LEVEE_TARGET_DOMAIN;
	if (len == 1 && *text == '*')
		return text_fail(fault, "a * alone", EXPECT_ENTRY);
	if (len > 1 && *text == '*' && text[1] == '.') {
		*target = LEVEE_TARGET_SUBDOMAINS;
		/* "*." is all below the root, whose own text is the dot. */
		text += len > 2 ? 2 : 1;
		len -= len > 2 ? 2 : 1;
	} else if (len > 1 && *text == '.') {
		*target = LEVEE_TARGET_DOMAIN_TREE;
		text++;
		len--;
	}
	if (!len)
		return text_fail(fault, "the name is missing", EXPECT_ENTRY);
	if (!name_text_parse(name, text, len, fault))
		return false;
	return name->labels || *target != LEVEE_TARGET_DOMAIN_TREE ||
	       text_fail(fault, "two dots", EXPECT_ENTRY);
}
