// SPDX-License-Identifier: GPL-2.0
/* The addresses of names, by musl's resolver: lookup-musl NAME... */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>

static void print(const struct sockaddr *address)
{
	const struct sockaddr_in6 *v6 = (const void *)address;
	const struct sockaddr_in *v4 = (const void *)address;
	char text[INET6_ADDRSTRLEN];
	const void *bytes = &v4->sin_addr;

	if (address->sa_family == AF_INET6)
		bytes = &v6->sin6_addr;
	puts(inet_ntop(address->sa_family, bytes, text, sizeof(text)));
}

int main(int argc, char **argv)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found;
	int status = 0, err;

	for (int i = 1; i < argc; i++) {
		err = getaddrinfo(argv[i], NULL, &hints, &found);
		if (err) {
			printf("%s: %s\n", argv[i], gai_strerror(err));
			status = 1;
			continue;
		}
		for (struct addrinfo *at = found; at; at = at->ai_next)
			print(at->ai_addr);
		freeaddrinfo(found);
	}
	return status;
}
