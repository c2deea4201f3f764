/* reception_test.c - who waits, who is let through, who is sent away.
 *
 * Real sockets, and in civetweb's place a thread that polls and accepts as civetweb's does. What it
 * was given, a test takes for itself. */

#include "reception.h"

#include "clock.h"
#include "http_guard.h"
#include "loopback.h"
#include "mappings.h"
#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define TIMEOUT_MS 1500
#define SOON_MS \
	3000 /* patience for what takes no time, on a machine that may stand still for a while */
#define AGAIN_MAX   20 /* tries of what has RECEPTION_WAIT_MAX_MS, on such a machine */
#define GIVEN_MAX   4096
#define SPINNING_MS 40 /* of CPU in 400 ms: who spins gets more, on any machine */
#define GET         "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST        "POST / HTTP/1.1\r\nHost: a\r\n"

/* In civetweb's place */

struct desk {
	struct reception *reception;
	int listening;
	uint16_t port;
	char listen[32];
	pthread_t thread;
	atomic_bool stops;
	atomic_bool dozes; /* does not come, though it should */
	atomic_int given_count, taken;
	int given[GIVEN_MAX];
	struct sockaddr_in peers[GIVEN_MAX];
};

static const char *
refuse(void *context, const char *source, enum result why, size_t *ret_size)
{
	static char text[128];

	assert_non_null(context);
	assert_string_equal(source, "127.0.0.1");
	assert_true(text_format(text, sizeof text, "refused: %s", result_code(why)));
	*ret_size = strlen(text);
	return text;
}

static int
listen_on(uint16_t port)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	const int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(fd, 1024), 0);
	return fd;
}

static void
desk_accept(struct desk *desk)
{
	const int at = atomic_load(&desk->given_count);
	socklen_t size = sizeof desk->peers[0];
	const int fd = accept(desk->listening, (struct sockaddr *)&desk->peers[at], &size);

	if (fd < 0)
		return;
	assert_true(at < GIVEN_MAX - 1);
	desk->given[at] = fd;
	atomic_store(&desk->given_count, at + 1);
}

static void *
be_civetweb(void *context)
{
	struct desk *desk = context;
	struct pollfd polled = { .fd = desk->listening, .events = POLLIN };

	reception_take_over(desk->reception);
	while (!atomic_load(&desk->stops)) {
		const int ready = poll(&polled, 1, 10);
		if (ready > 0 && atomic_load(&desk->dozes))
			usleep(10000);
		else
			desk_accept(
			    desk); /* also when there is nothing: it must not get anything */
	}
	close(desk->listening);
	return NULL;
}

static struct desk *
desk_open(unsigned workers)
{
	struct desk *desk = calloc(1, sizeof *desk);
	char why[WHY_MAX + 1] = "";

	assert_non_null(desk);
	desk->port = loopback_free_port();
	assert_true(text_format(desk->listen, sizeof desk->listen, "127.0.0.1:%u", desk->port));
	desk->listening = listen_on(desk->port);
	const struct reception_options options = { desk->listen, workers, TIMEOUT_MS, refuse,
		desk };
	desk->reception = reception_new(&options);
	assert_non_null(desk->reception);
	assert_int_equal(pthread_create(&desk->thread, NULL, be_civetweb, desk), 0);
	if (!reception_open(desk->reception, why))
		fail_msg("reception_open: %s", why);
	return desk;
}

/* The next connection that civetweb was given; -1: none within that time. */
static int
desk_take(struct desk *desk, int64_t within_ms)
{
	const int64_t until_ms = clock_monotonic_ms() + within_ms;

	while (atomic_load(&desk->given_count) == atomic_load(&desk->taken)) {
		if (clock_monotonic_ms() >= until_ms)
			return -1;
		usleep(500);
	}
	return desk->given[atomic_fetch_add(&desk->taken, 1)];
}

/* A worker has done with one. */
static void
desk_done(struct desk *desk, int fd)
{
	close(fd);
	reception_worker_is_free(desk->reception);
}

static struct reception_totals
totals_of(const struct desk *desk)
{
	struct reception_totals totals;

	reception_totals(desk->reception, &totals);
	return totals;
}

static void
desk_close(struct desk *desk)
{
	reception_close(desk->reception);
	atomic_store(&desk->stops, true);
	pthread_join(desk->thread, NULL);
	reception_free(desk->reception);
	free(desk);
}

/* Clients */

static int
come(const struct desk *desk)
{
	const int fd = loopback_connect(desk->port);

	assert_true(fd >= 0);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	return fd;
}

static void
say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

static int
come_and_say(const struct desk *desk, const char *text)
{
	const int fd = come(desk);

	say(fd, text);
	return fd;
}

/* All that comes until the other side ends it, or for that long. */
static const char *
hear(int fd, int within_ms)
{
	static char text[256];
	struct pollfd polled = { .fd = fd, .events = POLLIN };
	size_t size = 0;
	ssize_t more;

	do {
		if (poll(&polled, 1, within_ms) <= 0)
			return "(silence)";
		more = recv(fd, text + size, sizeof text - 1 - size, 0);
		size += more > 0 ? (size_t)more : 0;
	} while (more > 0);
	text[size] = '\0';
	return more < 0 ? "(reset)" : text;
}

static bool
is_open(int fd)
{
	struct pollfd polled = { .fd = fd, .events = POLLIN };

	return poll(&polled, 1, 0) == 0;
}

/* Is this who was taken last? */
static bool
is_peer(const struct desk *desk, int client)
{
	const int last = atomic_load(&desk->taken) - 1;
	struct sockaddr_in own;
	socklen_t size = sizeof own;

	assert_int_equal(getsockname(client, (struct sockaddr *)&own, &size), 0);
	assert_int_equal(desk->peers[last].sin_addr.s_addr, own.sin_addr.s_addr);
	return desk->peers[last].sin_port == own.sin_port;
}

/* Until nobody is held any more, or for that long. */
static bool
all_have_gone(const struct desk *desk, int within_ms)
{
	const int64_t until_ms = clock_monotonic_ms() + within_ms;

	while (totals_of(desk).held > 0 && clock_monotonic_ms() < until_ms)
		usleep(1000);
	return totals_of(desk).held == 0;
}

/* The other side ends it, soon. */
static bool
ends_soon(int fd)
{
	struct pollfd polled = { .fd = fd, .events = POLLIN };

	return poll(&polled, 1, SOON_MS) > 0;
}

/* Let through */

static void
test_whole_requests(void **state)
{
	static const char *const rows[] = {
		GET,
		GET GET,
		POST "Content-Length: 2\r\n\r\n{}",
		POST "Content-Length: 8193\r\n\r\n",
		POST "Transfer-Encoding: chunked\r\n\r\n",
		"\026\003\001",
	};
	struct desk *desk = desk_open(2);
	char seen[256];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const int client = come_and_say(desk, rows[i]);
		const int given = desk_take(desk, SOON_MS);
		if (given < 0)
			fail_msg("not let through: %s", rows[i]);
		assert_true(is_peer(desk, client));
		const ssize_t size = recv(given, seen, sizeof seen - 1, MSG_DONTWAIT);
		assert_int_equal(size, strlen(rows[i])); /* not a byte of it was taken away */
		assert_memory_equal(seen, rows[i], (size_t)size);
		desk_done(desk, given);
		close(client);
	}
	assert_int_equal(totals_of(desk).handed_over, LENGTH(rows));
	desk_close(desk);
}

/* The worker of a request has not to wait for a byte of it: it comes with the last. */
static void
test_requests_in_pieces(void **state)
{
	static const struct {
		const char *why;
		const char *pieces[4];
	} rows[] = {
		{ "a head in two", { "GET / HTTP/1.1\r\nHo", "st: a\r\n\r\n" } },
		{ "between the last two bytes", { "GET / HTTP/1.1\r\nHost: a\r\n\r", "\n" } },
		{ "silence, then a request", { "", GET } },
		{ "a body behind its head", { POST "Content-Length: 2\r\n\r\n", "{}" } },
		{ "a body in two", { POST "Content-Length: 2\r\n\r\n{", "}" } },
		{ "all of it in four",
		    { "POST", " / HTTP/1.1\r\n", "Content-Length: 2\r\n\r\n{", "}" } },
	};
	struct desk *desk = desk_open(2);

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const int client = come(desk);
		for (size_t j = 0; j < 4 && rows[i].pieces[j] != NULL; j++) {
			if (desk_take(desk, 50) >= 0)
				fail_msg("%s: let through before its piece %zu", rows[i].why, j);
			say(client, rows[i].pieces[j]);
		}
		const int given = desk_take(desk, SOON_MS);
		if (given < 0)
			fail_msg("%s: not let through", rows[i].why);
		desk_done(desk, given);
		close(client);
	}
	desk_close(desk);
}

/* A body has its own time, also after a head that was slow, or came byte by byte. */
static void
test_time_for_a_body(void **state)
{
	struct desk *desk = desk_open(2);

	(void)state;
	for (int pieces = 0; pieces <= 60; pieces += 60) {
		const int client = come_and_say(desk, POST "A: ");
		for (int i = 0; i < pieces; i++) {
			usleep(1000);
			say(client, "a");
		}
		usleep(TIMEOUT_MS * 500);
		say(client, "\r\nContent-Length: 2\r\n\r\n");
		usleep(TIMEOUT_MS * 600);
		say(client, "{}");
		const int given = desk_take(desk, SOON_MS);
		if (given < 0)
			fail_msg("not let through after %d pieces", pieces);
		desk_done(desk, given);
		close(client);
	}
	desk_close(desk);
}

/* Slow, but honest: the largest request there is, in 500 pieces. */
static void
test_largest_request_in_small_pieces(void **state)
{
	static char request[HTTP_HEAD_SIZE_MAX + 2 + BODY_MAX + 1];
	struct desk *desk = desk_open(2);
	const int length = snprintf(request, sizeof request, POST "Content-Length: 8192\r\nA: ");

	(void)state;
	memset(request + length, 'a', sizeof request - 1 - (size_t)length);
	memcpy(request + HTTP_HEAD_SIZE_MAX - 2, "\r\n\r\n", 4);
	const int client = come(desk);
	for (size_t at = 0; at < sizeof request - 1; at += 50) {
		const size_t rest = sizeof request - 1 - at;
		assert_true(send(client, request + at, rest < 50 ? rest : 50, 0) > 0);
		if (at % 1000 == 0)
			usleep(1000);
	}
	const int given = desk_take(desk, SOON_MS + 100);
	assert_true(given >= 0);
	desk_done(desk, given);
	close(client);
	desk_close(desk);
}

static void
test_body_that_is_held_back(void **state)
{
	struct desk *desk = desk_open(2);
	char heard[256] = "";
	struct pollfd polled;

	(void)state;
	const int client = come_and_say(
	    desk, POST "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
	polled = (struct pollfd){ .fd = client, .events = POLLIN };
	assert_int_equal(poll(&polled, 1, SOON_MS), 1);
	assert_true(recv(client, heard, sizeof heard - 1, 0) > 0);
	assert_string_equal(heard, "HTTP/1.1 100 Continue\r\n\r\n");
	assert_int_equal(desk_take(desk, 50), -1);
	say(client, "{}");
	const int given = desk_take(desk, SOON_MS);
	assert_true(given >= 0);
	assert_true(recv(given, heard, sizeof heard, 0) > 0); /* or close() resets */
	desk_done(desk, given);
	assert_string_equal(hear(client, SOON_MS), ""); /* asked once */
	close(client);
	desk_close(desk);
}

/* Nothing more will come of it: its reader says what it thinks of that. */
static void
test_half_closed(void **state)
{
	static const char *const rows[] = { GET, "GET /", POST "Content-Length: 9\r\n\r\n{" };
	struct desk *desk = desk_open(2);

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const int client = come_and_say(desk, rows[i]);
		if (i > 0)
			usleep(20000); /* it waits already */
		shutdown(client, SHUT_WR);
		const int given = desk_take(desk, SOON_MS);
		if (given < 0)
			fail_msg("not let through: %s", rows[i]);
		desk_done(desk, given);
		close(client);
	}
	close(come(desk)); /* came and went */
	assert_int_equal(desk_take(desk, 100), -1);
	assert_true(all_have_gone(desk, SOON_MS));
	desk_close(desk);
}

/* False: the machine stood still, and who waited was sent away. */
static bool
reset_while_waiting_costs_none(void)
{
	struct desk *desk = desk_open(1);
	const struct linger at_once = { .l_onoff = 1 };

	const int busy = come_and_say(desk, GET);
	const int given = desk_take(desk, SOON_MS);
	const int gone = come_and_say(desk, GET);
	setsockopt(gone, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	usleep(5000);
	close(gone);
	usleep(5000);
	const int patient = come_and_say(desk, GET);
	usleep(5000);
	desk_done(desk, given);
	const int next = desk_take(desk, SOON_MS);
	const bool in_time = totals_of(desk).shed == 0;
	if (in_time)
		assert_true(next >= 0 && is_peer(desk, patient));
	if (next >= 0)
		desk_done(desk, next);
	close(busy);
	close(patient);
	desk_close(desk);
	return in_time;
}

/* Who resets while he waits for a worker costs none. */
static void
test_reset_while_waiting(void **state)
{
	(void)state;
	for (int i = 0; i < AGAIN_MAX; i++)
		if (reset_while_waiting_costs_none())
			return;
	fail_msg("who waits is sent away");
}

/* Sent away */

/* asvs 4.2.1 15.4.4 */
static void
test_slow_clients(void **state)
{
	static const struct {
		const char *why;
		const char *head;
		char drop;
		useconds_t pause_us;
		const char *answer;
	} rows[] = {
		{ "nothing at all", "", '\0', 0, "" },
		{ "a head that stops", "GET /", '\0', 0, "refused: request_timeout" },
		{ "a head, byte by byte", "GET /", 'a', 5000, "refused: request_timeout" },
		{ "a head, a byte now and then", "GET /", 'a', 80000, "refused: request_timeout" },
		{ "a body that stops", POST "Content-Length: 8192\r\n\r\n", '\0', 0,
		    "refused: request_timeout" },
		{ "a body, byte by byte", POST "Content-Length: 8192\r\n\r\n", 'a', 5000,
		    "refused: request_timeout" },
	};
	struct desk *desk = desk_open(2);

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const int64_t start_ms = clock_monotonic_ms();
		const int client = come_and_say(desk, rows[i].head);
		while (rows[i].drop != '\0' && is_open(client)) {
			send(client, &rows[i].drop, 1, MSG_NOSIGNAL);
			usleep(rows[i].pause_us);
		}
		const char *heard = hear(client, TIMEOUT_MS + SOON_MS);
		const int64_t took_ms = clock_monotonic_ms() - start_ms;
		if (strcmp(heard, rows[i].answer) != 0)
			fail_msg("%s: heard \"%s\"", rows[i].why, heard);
		if (took_ms < TIMEOUT_MS - 20 || took_ms > TIMEOUT_MS + 100 + SOON_MS)
			fail_msg("%s: cut after %lld ms", rows[i].why, (long long)took_ms);
		close(client);
	}
	assert_int_equal(desk_take(desk, 0), -1); /* none of them cost a worker */
	assert_int_equal(totals_of(desk).timed_out, LENGTH(rows));
	desk_close(desk);
}

/* Who goes on sending still gets to read why it is over. */
static void
test_endless_head(void **state)
{
	static char block[4096];
	struct desk *desk = desk_open(2);
	const int client = come_and_say(desk, "GET / HTTP/1.1\r\nA: ");

	(void)state;
	memset(block, 'a', sizeof block);
	for (int i = 0; i < 20; i++)
		assert_true(send(client, block, sizeof block, MSG_NOSIGNAL) > 0);
	assert_string_equal(hear(client, SOON_MS), "refused: headers_too_large");
	assert_int_equal(desk_take(desk, 0), -1);
	close(client);
	desk_close(desk);
}

/* But not for ever, and not at any price. */
static void
test_flood_after_an_answer(void **state)
{
	static char block[65536];
	struct desk *desk = desk_open(2);
	const int client = come(desk);
	const int64_t start_ms = clock_monotonic_ms();
	size_t sent = 0;

	(void)state;
	memset(block, 'a', sizeof block);
	for (; send(client, block, sizeof block, MSG_NOSIGNAL) > 0; sent += sizeof block)
		assert_true(clock_monotonic_ms() - start_ms < 10000);
	assert_true(sent < 32U << 20);
	close(client);
	desk_close(desk);
}

/* asvs 15.4.4 */
static void
test_no_worker_is_free(void **state)
{
	struct desk *desk = desk_open(2);
	int busy[2], given[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		busy[i] = come_and_say(desk, GET);
		given[i] = desk_take(desk, SOON_MS);
		assert_true(given[i] >= 0);
	}
	const int64_t start_ms = clock_monotonic_ms();
	const int excess = come_and_say(desk, GET);
	assert_string_equal(hear(excess, SOON_MS), "refused: overloaded");
	const int64_t took_ms = clock_monotonic_ms() - start_ms;
	print_message("             told after %lld ms\n", (long long)took_ms);
	assert_in_range(took_ms, RECEPTION_WAIT_MAX_MS - 2, RECEPTION_WAIT_MAX_MS + SOON_MS);
	assert_int_equal(totals_of(desk).shed, 1);
	for (int i = 0; i < 2; i++) {
		desk_done(desk, given[i]);
		close(busy[i]);
	}
	close(excess);
	desk_close(desk);
}

/* Of two who wait the first gets the worker that comes free. False: the machine stood still, and he was sent away before. */
static bool
first_is_next(void)
{
	struct desk *desk = desk_open(1);

	const int busy = come_and_say(desk, GET);
	const int given = desk_take(desk, SOON_MS);
	assert_true(given >= 0);
	const int first = come_and_say(desk, GET);
	usleep(2000);
	const int second = come_and_say(desk, GET);
	usleep(10000);
	assert_int_equal(desk_take(desk, 0), -1);
	desk_done(desk, given);
	const int next = desk_take(desk, SOON_MS);
	const bool is_first = next >= 0 && is_peer(desk, first);
	assert_string_equal(hear(is_first ? second : first, SOON_MS), "refused: overloaded");
	if (next >= 0)
		desk_done(desk, next);
	close(busy);
	close(first);
	close(second);
	desk_close(desk);
	return is_first;
}

static void
test_first_is_next(void **state)
{
	(void)state;
	for (int i = 0; i < AGAIN_MAX; i++)
		if (first_is_next())
			return;
	fail_msg("the first is sent away");
}

/* But while a worker is free, one that civetweb is slow to come for is not sent away. */
static void
test_civetweb_is_slow(void **state)
{
	struct desk *desk = desk_open(2);

	(void)state;
	atomic_store(&desk->dozes, true);
	const int client = come_and_say(desk, GET);
	assert_int_equal(desk_take(desk, 4 * RECEPTION_WAIT_MAX_MS), -1);
	atomic_store(&desk->dozes, false);
	const int given = desk_take(desk, SOON_MS);
	assert_true(given >= 0);
	desk_done(desk, given);
	close(client);
	desk_close(desk);
}

/* Beyond the room for those who wait it is said at once. */
static void
test_no_room_to_wait(void **state)
{
	enum { WAIT = RECEPTION_WAITING_A_WORKER };
	struct desk *desk = desk_open(1);
	int waiting[WAIT];

	(void)state;
	const int busy = come_and_say(desk, GET);
	const int given = desk_take(desk, SOON_MS);
	for (int i = 0; i < WAIT; i++)
		waiting[i] = come_and_say(desk, GET);
	const int64_t start_ms = clock_monotonic_ms();
	const int excess = come_and_say(desk, GET);
	assert_string_equal(hear(excess, SOON_MS), "refused: overloaded");
	print_message(
	    "             told after %lld ms\n", (long long)(clock_monotonic_ms() - start_ms));
	for (int i = 0; i < WAIT; i++) {
		assert_string_equal(hear(waiting[i], SOON_MS), "refused: overloaded");
		close(waiting[i]);
	}
	assert_int_equal(totals_of(desk).shed, WAIT + 1);
	desk_done(desk, given);
	close(excess);
	close(busy);
	desk_close(desk);
}

/* The table is full: who came first goes first, but for those who drip, who go before. */
static void
test_eviction(void **state)
{
	enum { HELD = RECEPTION_HELD_A_WORKER, MORE = 20 };
	struct desk *desk = desk_open(1);
	int silent[HELD + MORE];

	(void)state;
	for (int i = 0; i < HELD + MORE; i++)
		silent[i] = come(desk);
	const int client = come_and_say(
	    desk, GET); /* evicts once more, for the moment it is looked at */
	const int given = desk_take(desk, SOON_MS);
	assert_true(given >= 0);
	assert_int_equal(totals_of(desk).evicted, MORE + 1);
	assert_in_range(totals_of(desk).held, HELD - 1, HELD);
	for (int i = 0; i < HELD + MORE; i++)
		if (is_open(silent[i]) != (i > MORE))
			fail_msg("the one that came as number %d", i);
	say(silent[MORE + 1], "GET /");
	for (int i = 0; i < 60; i++) { /* this one drips */
		usleep(1000);
		say(silent[MORE + 1], "a");
	}
	const int last = come(desk), another = come(desk);
	assert_true(ends_soon(silent[MORE + 1]));
	assert_true(is_open(silent[MORE + 2]));
	for (int i = 0; i < HELD + MORE; i++)
		close(silent[i]);
	close(last);
	close(another);
	desk_done(desk, given);
	close(client);
	desk_close(desk);
}

static int64_t
cpu_ms(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (int64_t)used.tv_sec * 1000 + used.tv_nsec / 1000000;
}

/* The process has no descriptor left: somebody goes, and the thread does not spin. */
static void
test_no_descriptors(void **state)
{
	enum { CLIENTS = 60, LEFT = 20 };
	struct desk *desk = desk_open(1);
	struct rlimit before;
	int clients[CLIENTS];

	(void)state;
	for (int i = 0; i < CLIENTS; i++)
		clients[i] = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	const struct rlimit low = { open_files() + LEFT, before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	for (int i = 0; i < CLIENTS; i++)
		assert_true(loopback_connect_by(clients[i], desk->port));
	say(clients[CLIENTS - 1], GET);
	const int given = desk_take(desk, SOON_MS);
	const int64_t cpu_before_ms = cpu_ms();
	usleep(400000);
	const int64_t cpu_used_ms = cpu_ms() - cpu_before_ms;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_true(given >= 0);
	assert_true(cpu_used_ms < SPINNING_MS);
	assert_true(totals_of(desk).evicted > 0);
	desk_done(desk, given);
	for (int i = 0; i < CLIENTS; i++)
		close(clients[i]);
	desk_close(desk);
}

/* The same while nobody is there who could go: those who come wait at the door. */
static void
test_no_descriptors_and_nobody_to_go(void **state)
{
	struct desk *desk = desk_open(1);
	struct rlimit before;

	(void)state;
	const int client = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	const struct rlimit low = { 3, before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	assert_true(loopback_connect_by(client, desk->port));
	say(client, GET);
	const int64_t cpu_before_ms = cpu_ms();
	usleep(400000);
	const int64_t cpu_used_ms = cpu_ms() - cpu_before_ms;
	assert_int_equal(desk_take(desk, 0), -1);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_true(cpu_used_ms < SPINNING_MS);
	const int given = desk_take(desk, SOON_MS);
	assert_true(given >= 0);
	desk_done(desk, given);
	close(client);
	desk_close(desk);
}

/* Opening, closing, and the rest of the program */

/* False: the machine stood still, and who waited was sent away before. */
static bool
closing_tells_who_waits(void)
{
	const unsigned files = open_files();
	struct desk *desk = desk_open(1);

	const int busy = come_and_say(desk, GET);
	const int given = desk_take(desk, SOON_MS);
	const int silent = come(desk), half = come_and_say(desk, "GET /");
	usleep(10000);
	const int whole = come_and_say(desk, GET);
	usleep(10000);
	const uint16_t port = desk->port;
	close(given);
	desk_close(desk);
	assert_string_equal(hear(silent, SOON_MS), "");
	assert_string_not_equal(hear(half, SOON_MS), "(silence)");
	const char *heard = hear(whole, SOON_MS);
	const bool in_time = strcmp(heard, "refused: overloaded") != 0;
	if (in_time)
		assert_string_equal(heard, "refused: unavailable");
	assert_int_equal(loopback_connect(port), -1);
	close(busy);
	close(silent);
	close(half);
	close(whole);
	assert_int_equal(open_files(), files);
	return in_time;
}

static void
test_closing(void **state)
{
	(void)state;
	for (int i = 0; i < AGAIN_MAX; i++)
		if (closing_tells_who_waits())
			return;
	fail_msg("who waits is sent away");
}

static void
test_nobody_takes_over(void **state)
{
	const struct reception_options options = { "127.0.0.1:1", 1, TIMEOUT_MS, refuse, NULL };
	struct reception *reception = reception_new(&options);
	char why[WHY_MAX + 1] = "";

	(void)state;
	assert_non_null(reception);
	reception_take_over(reception); /* nobody listens there */
	assert_false(reception_open(reception, why));
	assert_string_not_equal(why, "");
	reception_close(reception);
	reception_free(reception);
	reception_free(NULL);
}

/* What other libraries of the program get when they call accept(). */
static void
test_accept_of_others(void **state)
{
	struct sockaddr_in peer = { 0 }, own = { 0 };
	socklen_t size = sizeof peer;
	const uint16_t port = loopback_free_port();
	const int listening = listen_on(port);
	const int client = loopback_connect(port);

	(void)state;
	const int fd = accept(listening, (struct sockaddr *)&peer, &size);
	assert_true(fd >= 0);
	assert_int_equal(size, sizeof peer);
	assert_int_equal(getsockname(client, (struct sockaddr *)&own, &size), 0);
	assert_int_equal(peer.sin_port, own.sin_port);
	assert_int_equal(accept(fd, NULL, NULL), -1);
	close(fd);
	close(client);
	close(listening);
}

/* Many at once, with workers that end on threads of their own. */

#define CLIENT_THREADS 4
#define TIMES          500

static void *
work(void *context)
{
	struct desk *desk = context;
	int fd;

	while ((fd = desk_take(desk, 1000)) >= 0) {
		send(fd, "served", 6, MSG_NOSIGNAL);
		shutdown(fd, SHUT_WR);
		desk_done(desk, fd);
	}
	return NULL;
}

static void *
ask_often(void *context)
{
	struct desk *desk = context;
	char heard[32];
	uintptr_t answered = 0;

	for (int i = 0; i < TIMES; i++) {
		const int fd = come_and_say(desk, i % 3 == 0 ? "GET" : GET);
		if (i % 3 == 0)
			say(fd, " / HTTP/1.1\r\nHost: a\r\n\r\n");
		answered += recv(fd, heard, sizeof heard, 0) > 0;
		close(fd);
	}
	return (void *)answered;
}

static void
test_many(void **state)
{
	struct desk *desk = desk_open(2);
	pthread_t clients[CLIENT_THREADS], worker;
	void *answered;

	(void)state;
	assert_int_equal(pthread_create(&worker, NULL, work, desk), 0);
	for (int i = 0; i < CLIENT_THREADS; i++)
		assert_int_equal(pthread_create(&clients[i], NULL, ask_often, desk), 0);
	for (int i = 0; i < CLIENT_THREADS; i++) {
		pthread_join(clients[i], &answered);
		assert_int_equal((uintptr_t)answered, TIMES);
	}
	pthread_join(worker, NULL);
	const struct reception_totals totals = totals_of(desk);
	print_message("             %lld served, %lld shed\n", (long long)totals.handed_over,
	    (long long)totals.shed);
	assert_int_equal(totals.handed_over + totals.shed, CLIENT_THREADS * TIMES);
	desk_close(desk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_requests),
		cmocka_unit_test(test_requests_in_pieces),
		cmocka_unit_test(test_largest_request_in_small_pieces),
		cmocka_unit_test(test_time_for_a_body),
		cmocka_unit_test(test_body_that_is_held_back),
		cmocka_unit_test(test_half_closed),
		cmocka_unit_test(test_reset_while_waiting),
		cmocka_unit_test(test_slow_clients),
		cmocka_unit_test(test_endless_head),
		cmocka_unit_test(test_flood_after_an_answer),
		cmocka_unit_test(test_no_worker_is_free),
		cmocka_unit_test(test_first_is_next),
		cmocka_unit_test(test_civetweb_is_slow),
		cmocka_unit_test(test_no_room_to_wait),
		cmocka_unit_test(test_eviction),
		cmocka_unit_test(test_no_descriptors),
		cmocka_unit_test(test_no_descriptors_and_nobody_to_go),
		cmocka_unit_test(test_closing),
		cmocka_unit_test(test_nobody_takes_over),
		cmocka_unit_test(test_accept_of_others),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
