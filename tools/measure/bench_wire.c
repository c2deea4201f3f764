/* bench_wire.c - one kept HTTP/1.1 connection, as the load programs need it. */

#include "bench_wire.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

bool
wire_open(struct wire *wire, const char *address)
{
	char host[INET_ADDRSTRLEN];
	const char *colon = strrchr(address, ':');

	wire->fd = -1;
	if (colon == NULL || (size_t)(colon - address) >= sizeof host)
		return false;
	snprintf(host, sizeof host, "%.*s", (int)(colon - address), address);
	wire->to = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10)) };
	return inet_pton(AF_INET, host, &wire->to.sin_addr) == 1;
}

void
wire_close(struct wire *wire)
{
	if (wire->fd >= 0)
		close(wire->fd);
	wire->fd = -1;
}

static bool
connect_wire(struct wire *wire)
{
	const int on = 1;
	const struct timeval patience = { .tv_sec = WIRE_TIMEOUT_S };

	if (wire->fd >= 0)
		return true;
	wire->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return wire->fd >= 0 &&
	       setsockopt(wire->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0 &&
	       setsockopt(wire->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
	       connect(wire->fd, (const struct sockaddr *)&wire->to, sizeof wire->to) == 0;
}

/* In one write, as from a proxy that buffers. */
static bool
send_call(struct wire *wire, const struct wire_call *call)
{
	char *text = wire->request;
	const bool bears = strcmp(call->token, "-") != 0;
	const bool asks = call->body[0] == '\0';

	const int head = snprintf(text, WIRE_REQUEST_MAX,
	    "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s%s%s", call->method, call->path,
	    bears ? "Authorization: Bearer " : "", bears ? call->token : "", bears ? "\r\n" : "");
	if (head < 0 || head >= WIRE_REQUEST_MAX)
		return false;
	const size_t room = WIRE_REQUEST_MAX - (size_t)head;
	const int rest =
	    asks ? snprintf(text + head, room, "\r\n")
		 : snprintf(text + head, room,
		       "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
		       strlen(call->body), call->body);
	if (rest < 0 || (size_t)rest >= room)
		return false;
	const ssize_t all = head + rest;
	return send(wire->fd, text, (size_t)all, MSG_NOSIGNAL) == all;
}

/* The value of a header line, or NULL. */
static const char *
header(const char *head, const char *name)
{
	const size_t length = strlen(name);

	for (const char *line = strstr(head, "\r\n"); line != NULL; line = strstr(line, "\r\n")) {
		line += 2;
		if (strncasecmp(line, name, length) == 0 && line[length] == ':')
			return line + length + 1 + strspn(line + length + 1, " ");
	}
	return NULL;
}

/* Reads until `wanted` bytes are there, or, with 0, until the head's end is. Returns where the head
 * ends, 0 for a failure. */
static size_t
read_until(const struct wire *wire, char *text, size_t *size, size_t wanted)
{
	for (;;) {
		text[*size] = '\0';
		const char *end = strstr(text, "\r\n\r\n");
		if (end != NULL && *size >= wanted)
			return (size_t)(end - text) + 4;
		const ssize_t got = recv(wire->fd, text + *size, WIRE_ANSWER_MAX - *size, 0);
		if (got <= 0) /* also: no room left */
			return 0;
		*size += (size_t)got;
	}
}

static int
read_answer(struct wire *wire, const char **ret_body)
{
	char *text = wire->answer;
	static const char status_line[] = "HTTP/1.1 ";
	size_t size = 0;

	const size_t head = read_until(wire, text, &size, 0);
	if (head == 0 || strncmp(text, status_line, strlen(status_line)) != 0)
		return -1;
	const int status = (int)strtol(text + strlen(status_line), NULL, 10);
	/* The body must not be taken for a header. */
	const char kept = text[head - 2];
	text[head - 2] = '\0';
	const char *length = header(text, "Content-Length");
	const char *connection = header(text, "Connection");
	const bool ends = connection != NULL && strncasecmp(connection, "close", 5) == 0;
	const size_t whole = head + (length == NULL ? 0 : strtoul(length, NULL, 10));
	text[head - 2] = kept;
	if (whole > WIRE_ANSWER_MAX || read_until(wire, text, &size, whole) == 0 || size != whole)
		return -1;
	if (ends)
		wire_close(wire);
	*ret_body = text + head;
	return status;
}

int
wire_call(struct wire *wire, const struct wire_call *call, const char **ret_body)
{
	int status = -1;

	if (connect_wire(wire) && send_call(wire, call))
		status = read_answer(wire, ret_body);
	if (status < 0)
		wire_close(wire);
	return status;
}

bool
wire_member(const char *body, const char *name, char *ret, size_t size)
{
	char key[64];

	snprintf(key, sizeof key, "\"%s\":\"", name);
	const char *value = strstr(body, key);
	if (value == NULL)
		return false;
	value += strlen(key);
	const size_t length = strcspn(value, "\"");
	if (length >= size)
		return false;
	memcpy(ret, value, length);
	ret[length] = '\0';
	return true;
}
