/* tcp_proxy.c - a wire between a client and a server, to be cut at a chosen word.
 *
 * One thread serves all connections. It writes without asking whether there is room: what passes
 * here is a few hundred bytes at a time. */

#include "tcp_proxy.h"

#include "bounds.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define WIRES_MAX 16
#define CHUNK     4096

struct wire {
	int client, server; /* -1: not in use */
	bool doomed;        /* to be cut when the server answers */
};

struct tcp_proxy {
	pthread_t thread;
	int listener;
	int ending[2]; /* a pipe: closing one end ends the thread */
	unsigned to_port;
	struct wire wires[WIRES_MAX]; /* the thread's own */
	pthread_mutex_t mutex;        /* guards all below */
	const char *word;             /* NULL: nothing is to be cut */
	enum tcp_cut cut;
	int drip_ms;
	unsigned calls;
	unsigned cuts;
	size_t sent;
};

static struct sockaddr_in
address_of(const char *host, unsigned port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };

	inet_pton(AF_INET, host, &address.sin_addr);
	return address;
}

/* What is small must not wait until what was sent before it is acknowledged (Nagle's algorithm). */
static void
send_at_once(int fd)
{
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(const int){ 1 }, sizeof(int));
}

static void
wire_close(struct wire *wire)
{
	close(wire->client);
	close(wire->server);
	*wire = (struct wire){ .client = -1, .server = -1 };
}

static void
wire_open(struct tcp_proxy *proxy)
{
	const struct sockaddr_in address = address_of("127.0.0.1", proxy->to_port);
	const int client = accept(proxy->listener, NULL, NULL);
	const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	size_t i = 0;

	pthread_mutex_lock(&proxy->mutex);
	proxy->calls++;
	pthread_mutex_unlock(&proxy->mutex);
	while (i < WIRES_MAX && proxy->wires[i].client >= 0)
		i++;
	if (i < WIRES_MAX && client >= 0 && server >= 0 &&
	    connect(server, (const struct sockaddr *)&address, sizeof address) == 0) {
		send_at_once(client);
		send_at_once(server);
		proxy->wires[i] = (struct wire){ .client = client, .server = server };
		return;
	}
	close(client);
	close(server);
}

static bool
holds(const char *bytes, size_t size, const char *word)
{
	const size_t length = strlen(word);

	for (size_t i = 0; i + length <= size; i++)
		if (memcmp(bytes + i, word, length) == 0)
			return true;
	return false;
}

/* Counts what a client sent; is the wire to be cut for it now? Marks one to be cut later. */
static bool
cut_now(struct tcp_proxy *proxy, struct wire *wire, const char *bytes, size_t size)
{
	bool now = false;

	pthread_mutex_lock(&proxy->mutex);
	proxy->sent += size;
	if (proxy->word != NULL && holds(bytes, size, proxy->word)) {
		proxy->word = NULL;
		proxy->cuts++;
		now = proxy->cut == TCP_CUT_BEFORE;
		wire->doomed = !now;
	}
	pthread_mutex_unlock(&proxy->mutex);
	return now;
}

static int
drip_of(struct tcp_proxy *proxy)
{
	pthread_mutex_lock(&proxy->mutex);
	const int drip_ms = proxy->drip_ms;
	pthread_mutex_unlock(&proxy->mutex);
	return drip_ms;
}

static void
pass_on(struct tcp_proxy *proxy, struct wire *wire, bool from_client)
{
	char bytes[CHUNK];
	const int from = from_client ? wire->client : wire->server;
	const int to = from_client ? wire->server : wire->client;
	const int drip_ms = from_client ? 0 : drip_of(proxy);
	const ssize_t size = recv(from, bytes, drip_ms > 0 ? 1 : sizeof bytes, 0);

	nanosleep(&(const struct timespec){ .tv_nsec = drip_ms * 1000000L }, NULL);
	if (size <= 0 || (!from_client && wire->doomed) ||
	    (from_client && cut_now(proxy, wire, bytes, (size_t)size)) ||
	    send(to, bytes, (size_t)size, MSG_NOSIGNAL) != size)
		wire_close(wire);
}

/* One round; false: it is to end. */
static bool
serve_once(struct tcp_proxy *proxy)
{
	struct pollfd polled[2 + 2 * WIRES_MAX] = {
		{ .fd = proxy->listener, .events = POLLIN },
		{ .fd = proxy->ending[0], .events = POLLIN },
	};

	for (size_t i = 0; i < WIRES_MAX; i++) {
		polled[2 + 2 * i] = (struct pollfd){ proxy->wires[i].client, POLLIN, 0 };
		polled[3 + 2 * i] = (struct pollfd){ proxy->wires[i].server, POLLIN, 0 };
	}
	if (poll(polled, LENGTH(polled), -1) < 0 || polled[1].revents != 0)
		return false;
	for (size_t i = 0; i < WIRES_MAX; i++) {
		struct wire *const wire = &proxy->wires[i];

		if (polled[2 + 2 * i].revents != 0)
			pass_on(proxy, wire, true);
		if (polled[3 + 2 * i].revents != 0 && wire->server >= 0)
			pass_on(proxy, wire, false);
	}
	if (polled[0].revents != 0)
		wire_open(proxy);
	return true;
}

static void *
serve(void *argument)
{
	struct tcp_proxy *const proxy = argument;

	while (serve_once(proxy))
		;
	for (size_t i = 0; i < WIRES_MAX; i++)
		if (proxy->wires[i].client >= 0)
			wire_close(&proxy->wires[i]);
	return NULL;
}

static bool
listen_on(struct tcp_proxy *proxy, const char *host, unsigned *ret_port)
{
	struct sockaddr_in address = address_of(host, 0);
	socklen_t size = sizeof address;

	proxy->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (proxy->listener < 0 ||
	    bind(proxy->listener, (const struct sockaddr *)&address, size) != 0 ||
	    listen(proxy->listener, WIRES_MAX) != 0 ||
	    getsockname(proxy->listener, (struct sockaddr *)&address, &size) != 0)
		return false;
	*ret_port = ntohs(address.sin_port);
	return true;
}

struct tcp_proxy *
tcp_proxy_open(const char *host, unsigned to_port, unsigned *ret_port)
{
	struct tcp_proxy *const proxy = calloc(1, sizeof *proxy);

	if (proxy == NULL)
		return NULL;
	proxy->to_port = to_port;
	for (size_t i = 0; i < WIRES_MAX; i++)
		proxy->wires[i] = (struct wire){ .client = -1, .server = -1 };
	pthread_mutex_init(&proxy->mutex, NULL);
	if (listen_on(proxy, host, ret_port) && pipe(proxy->ending) == 0 &&
	    pthread_create(&proxy->thread, NULL, serve, proxy) == 0)
		return proxy;
	free(proxy);
	return NULL;
}

void
tcp_proxy_close(struct tcp_proxy *proxy)
{
	close(proxy->ending[1]);
	pthread_join(proxy->thread, NULL);
	close(proxy->ending[0]);
	close(proxy->listener);
	pthread_mutex_destroy(&proxy->mutex);
	free(proxy);
}

void
tcp_proxy_cut(struct tcp_proxy *proxy, const char *word, enum tcp_cut cut)
{
	pthread_mutex_lock(&proxy->mutex);
	proxy->word = word;
	proxy->cut = cut;
	pthread_mutex_unlock(&proxy->mutex);
}

void
tcp_proxy_drip(struct tcp_proxy *proxy, int ms)
{
	pthread_mutex_lock(&proxy->mutex);
	proxy->drip_ms = ms;
	pthread_mutex_unlock(&proxy->mutex);
}

unsigned
tcp_proxy_calls(struct tcp_proxy *proxy)
{
	pthread_mutex_lock(&proxy->mutex);
	const unsigned calls = proxy->calls;
	pthread_mutex_unlock(&proxy->mutex);
	return calls;
}

unsigned
tcp_proxy_cuts(struct tcp_proxy *proxy)
{
	pthread_mutex_lock(&proxy->mutex);
	const unsigned cuts = proxy->cuts;
	pthread_mutex_unlock(&proxy->mutex);
	return cuts;
}

size_t
tcp_proxy_sent(struct tcp_proxy *proxy)
{
	pthread_mutex_lock(&proxy->mutex);
	const size_t sent = proxy->sent;
	pthread_mutex_unlock(&proxy->mutex);
	return sent;
}
