// SPDX-License-Identifier: GPL-2.0
/* build: module/lib/userspace.c */
/* An address, on the wire: its text and its wire form lead back to it, and it is at most one kind. */
#include "lib/addr.c"

#include <arpa/inet.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct levee_addr addr = { }, again = { };
	char text[LEVEE_ADDR_TEXT_MAX];
	u8 wire[16];
	size_t len;

	if (!levee_addr_read(&addr, data, size)) {
		if (size == 4 || size == 16)
			abort();
		return 0;
	}
	len = levee_addr_write(&addr, wire);
	if (memcmp(wire, data + size - len, len))
		abort();
	if (levee_addr_format(text, sizeof(text), &addr) != strlen(text))
		abort();
	if (inet_pton(addr.is_v4 ? AF_INET : AF_INET6, text, wire) != 1)
		abort();
	levee_addr_read(&again, wire, len);
	if (again.hi != addr.hi || again.lo != addr.lo || again.is_v4 != addr.is_v4)
		abort();
	if (levee_addr_is_loopback(&addr) && levee_addr_is_internet(&addr))
		abort();
	return 0;
}
