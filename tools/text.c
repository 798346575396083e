// SPDX-License-Identifier: GPL-2.0
#define _DEFAULT_SOURCE
#include <inttypes.h>
#include <time.h>

#include "text.h"

int utf8_next(const u8 **at, const u8 *end)
{
	const u8 *p = *at;
	int c = *p, more, min;

	*at = p + 1;
	if (c < 0x80)
		return c;
	if (c >= 0xc2 && c <= 0xdf) {
		more = 1;
		min = 0x80;
		c &= 0x1f;
	} else if (c >= 0xe0 && c <= 0xef) {
		more = 2;
		min = 0x800;
		c &= 0x0f;
	} else if (c >= 0xf0 && c <= 0xf4) {
		more = 3;
		min = 0x10000;
		c &= 0x07;
	} else {
		return -1;
	}
	if (end - p <= more)
		return -1;
	for (int i = 1; i <= more; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return -1;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < min || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return -1;
	*at = p + 1 + more;
	return c;
}

bool code_point_is_control(int c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029 || c == 0xfeff ||
	       (c & 0xfffe) == 0xfffe;
}

bool text_is_utf8(const char *text)
{
	const u8 *at = (const u8 *)text, *end = at + strlen(text);

	while (at < end)
		if (utf8_next(&at, end) < 0)
			return false;
	return true;
}

bool text_has_control(const char *text)
{
	const u8 *at = (const u8 *)text, *end = at + strlen(text);

	while (at < end)
		if (code_point_is_control(utf8_next(&at, end)))
			return true;
	return false;
}

char *text_escape(char *buf, size_t size, const char *text, size_t len)
{
	size_t used = 0;

	for (size_t i = 0; i < len; i++) {
		u8 c = text[i];

		if (used + 8 > size) {
			strcpy(buf + used, "...");
			return buf;
		}
		if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\')
			used += sprintf(buf + used, "\\x%02x", c);
		else
			buf[used++] = c;
	}
	buf[used] = 0;
	return buf;
}

void text_print(FILE *out, const char *text)
{
	for (; *text; text++) {
		u8 c = *text;

		if (c < 0x20 || c >= 0x7f || c == '\\')
			fprintf(out, "\\x%02x", c);
		else
			putc(c, out);
	}
}

void text_print_quoted(FILE *out, const char *text)
{
	const u8 *at = (const u8 *)text, *end = at + strlen(text);

	putc('"', out);
	while (at < end) {
		const u8 *from = at;
		int c = utf8_next(&at, end);

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < 0)
			fprintf(out, "\\x%02x", *from);
		else if (!code_point_is_control(c))
			fwrite(from, 1, at - from, out);
		else if (c < 0x100)
			fprintf(out, "\\x%02x", c);
		else if (c < 0x10000)
			fprintf(out, "\\u%04x", c);
		else
			fprintf(out, "\\U%08x", c);
	}
	putc('"', out);
}

bool text_fail(struct text_fault *fault, const char *what, const char *expected)
{
	snprintf(fault->what, sizeof(fault->what), "%s", what);
	snprintf(fault->expected, sizeof(fault->expected), "%s", expected);
	return false;
}

bool text_number(const char *text, size_t len, u64 max, u64 *value)
{
	u64 n = 0;

	if (!len)
		return false;
	for (size_t i = 0; i < len; i++) {
		u64 digit = (u8)text[i] - '0';

		if (digit > 9 || digit > max || n > (max - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*value = n;
	return true;
}

#define DURATION_MAX (1ULL << 33)	/* 272 years, which as nanoseconds still fit */

static const struct {
	const char *name;
	u32 seconds;
} units[] = {
	{ "d", 86400 }, { "h", 3600 }, { "min", 60 }, { "m", 60 }, { "s", 1 },
};

bool text_duration(const char *text, u64 *seconds)
{
	u64 sum = 0;

	if (!*text)
		return false;
	while (*text) {
		size_t digits = strspn(text, "0123456789"), letters, i;
		u64 n;

		if (!text_number(text, digits, UINT32_MAX, &n))
			return false;
		text += digits;
		letters = strspn(text, "abcdefghijklmnopqrstuvwxyz");
		for (i = 0; i < ARRAY_SIZE(units); i++)
			if (strlen(units[i].name) == letters &&
			    !strncmp(units[i].name, text, letters))
				break;
		if (i == ARRAY_SIZE(units))
			return false;
		sum += n * units[i].seconds;
		if (sum > DURATION_MAX)
			sum = DURATION_MAX;
		text += letters;
	}
	*seconds = sum;
	return true;
}

char *text_duration_format(char buf[TEXT_DURATION_MAX], u64 seconds)
{
	size_t used = 0;

	if (!seconds)
		strcpy(buf, "0s");
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		u64 n = seconds / units[i].seconds;

		if (!n || !strcmp(units[i].name, "min"))
			continue;
		used += snprintf(buf + used, TEXT_DURATION_MAX - used, "%" PRIu64 "%s", n,
				 units[i].name);
		seconds -= n * units[i].seconds;
	}
	return buf;
}

char *text_time_format(char buf[TEXT_TIME_MAX], u64 ns)
{
	time_t seconds = ns / 1000000000;
	struct tm tm;
	size_t used;

	gmtime_r(&seconds, &tm);
	used = strftime(buf, TEXT_TIME_MAX, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf + used, TEXT_TIME_MAX - used, ".%09uZ", (unsigned int)(ns % 1000000000));
	return buf;
}

char *text_time_seconds(char buf[TEXT_TIME_MAX], u64 ns)
{
	time_t seconds = ns / 1000000000;
	struct tm tm;

	strftime(buf, TEXT_TIME_MAX, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &tm));
	return buf;
}

/* "2026-01-31T12:00:00": digits where digits are, and the marks between them. */
static bool has_date_form(const char *text)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd";

	for (const char *at = form; *at; at++, text++) {
		bool good = *at == 'd' ? *text >= '0' && *text <= '9' :
			    *at == 'T' ? *text == 'T' || *text == 't' || *text == ' ' :
					 *text == *at;

		if (!good)
			return false;
	}
	return true;
}

bool text_time_rfc3339(const char *text, u64 *ns)
{
	struct tm tm = { 0 };
	int used = 0, day;
	u64 fraction = 0, unit = 100000000;
	int64_t seconds;

	if (!has_date_form(text) ||
	    sscanf(text, "%4d-%2d-%2d%*1[Tt ]%2d:%2d:%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
		   &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &used) != 6 || used != 19)
		return false;
	if (tm.tm_year < 1970 || tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 ||
	    tm.tm_mday > 31 || tm.tm_hour < 0 || tm.tm_hour > 23 || tm.tm_min < 0 ||
	    tm.tm_min > 59 || tm.tm_sec < 0 || tm.tm_sec > 60)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	day = tm.tm_sec < 60 ? tm.tm_mday : 0;
	seconds = timegm(&tm);
	/* It makes the third of March of the 31st of February. */
	if (day && day != tm.tm_mday)
		return false;
	text += used;
	if (*text == '.') {
		if (text[1] < '0' || text[1] > '9')
			return false;
		for (text++; *text >= '0' && *text <= '9'; text++, unit /= 10)
			fraction += unit * (*text - '0');
	}
	if (*text == '+' || *text == '-') {
		int hours, minutes, sign = *text == '+' ? -1 : 1;

		used = 0;
		if (sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &used) != 2 || used != 5 ||
		    hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
			return false;
		seconds += sign * (hours * 3600 + minutes * 60);
		text += 6;
	} else if (*text == 'Z' || *text == 'z') {
		text++;
	} else {
		return false;
	}
	if (*text || seconds < 0 || (u64)seconds > UINT64_MAX / 1000000000 ||
	    fraction > UINT64_MAX - (u64)seconds * 1000000000)
		return false;
	*ns = (u64)seconds * 1000000000 + fraction;
	return true;
}

bool text_time(const char *text, u64 now_ns, u64 *ns)
{
	u64 n;

	if (*text == '@') {
		if (!text_number(text + 1, strlen(text + 1), UINT32_MAX, &n))
			return false;
		*ns = n * 1000000000;
		return true;
	}
	if (text_duration(text, &n)) {
		n *= 1000000000;
		*ns = n < now_ns ? now_ns - n : 0;
		return true;
	}
	return text_time_rfc3339(text, ns);
}
