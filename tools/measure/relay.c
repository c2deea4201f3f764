/* relay.c - a mail relay that takes every mail at once and keeps none, to measure who sends them.
 *
 *   relay COUNT
 *
 * Listens on a free port of 127.0.0.1, prints it, and serves a connection after the other. After so
 * many mails it prints JSON and ends: `rate` is that of the mails after the first. */

#include "bench_times.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static struct {
	unsigned long wanted;
	unsigned long count;
	int64_t first_ns;
} relay;

static void
relay_error(const char *what)
{
	fprintf(stderr, "relay: %s\n", what);
	exit(2);
}

static void
print_relayed(void)
{
	const double seconds = (double)(times_now() - relay.first_ns) / 1e9;

	printf("{\"calls\":%lu,\"seconds\":%.3f,\"rate\":%.2f,\"errors\":0}\n", relay.count,
	    seconds, (double)(relay.count - 1) / seconds);
}

static bool
is_verb(const char *line, const char *verb)
{
	return strncasecmp(line, verb, 4) == 0;
}

/* Returns whether the mail came to its end. */
static bool
read_mail(FILE *from, char **line, size_t *room)
{
	while (getline(line, room, from) > 0)
		if (strcmp(*line, ".\r\n") == 0)
			return true;
	return false;
}

static bool
reply(int fd, const char *text)
{
	return send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text);
}

static bool
take_mail(int fd, FILE *from, char **line, size_t *room)
{
	if (!reply(fd, "354 go on\r\n") || !read_mail(from, line, room))
		return false;
	if (relay.count++ == 0)
		relay.first_ns = times_now();
	return true;
}

static void
relay_serve(int fd)
{
	const int on = 1;
	char *line = NULL;
	size_t room = 0;
	FILE *from = fdopen(fd, "r");

	if (from == NULL || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)
		relay_error("no memory");
	bool goes_on = reply(fd, "220 relay\r\n");
	while (goes_on && relay.count < relay.wanted && getline(&line, &room, from) > 0) {
		goes_on = !is_verb(line, "QUIT") &&
			  (!is_verb(line, "DATA") || take_mail(fd, from, &line, &room)) &&
			  reply(fd, "250 relay\r\n");
	}
	free(line);
	fclose(from);
}

static int
listen_somewhere(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof address;
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, size) != 0 ||
	    listen(fd, 16) != 0 || getsockname(fd, (struct sockaddr *)&address, &size) != 0)
		relay_error("can not listen");
	printf("%d\n", ntohs(address.sin_port));
	fflush(stdout);
	return fd;
}

int
main(int argc, char **argv)
{
	relay.wanted = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
	if (relay.wanted == 0)
		relay_error("usage: relay COUNT");
	const int listener = listen_somewhere();
	while (relay.count < relay.wanted) {
		const int fd = accept(listener, NULL, NULL);
		if (fd < 0)
			relay_error("can not accept");
		relay_serve(fd);
	}
	print_relayed();
	close(listener);
	return 0;
}
