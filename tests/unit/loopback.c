/* loopback.c - ports of 127.0.0.1, and connections to them. */

#include "loopback.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in
loopback(uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

uint16_t
loopback_free_port(void)
{
	struct sockaddr_in address = loopback(0);
	socklen_t size = sizeof address;
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return 0;
	const bool known = bind(fd, (struct sockaddr *)&address, size) == 0 &&
			   getsockname(fd, (struct sockaddr *)&address, &size) == 0;
	close(fd);
	return known ? ntohs(address.sin_port) : 0;
}

bool
loopback_connect_by(int fd, uint16_t port)
{
	const struct sockaddr_in address = loopback(port);

	return connect(fd, (const struct sockaddr *)&address, sizeof address) == 0;
}

int
loopback_connect(uint16_t port)
{
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && loopback_connect_by(fd, port))
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}
