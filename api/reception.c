/* reception.c - one thread in front of civetweb's workers, with whom connections wait that have not
 * asked for anything yet.
 *
 * A held connection is a guest; the table of them (guests.h) belongs to the thread alone. */

#define _GNU_SOURCE 1 /* accept4, EPOLLRDHUP */

#include "reception.h"

#include "clock.h"
#include "guests.h"
#include "handover.h"
#include "http_guard.h"
#include "http_reply.h"
#include "http_whole.h"
#include "secret.h"
#include "text.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define START_MAX_MS       5000
#define DESCRIPTORS_WANTED 32768 /* as many as ever help */

#define LOOKS_AT_ONCE     32 /* a whole request of 24 KiB comes in 17 segments */
#define LOOK_AGAIN_MS     100
#define LEAVING_MS        500   /* to read the answer, before a reset destroys it */
#define LEAVING_READS_MAX 64    /* of BUFFER_SIZE; then it goes at once */
#define BUFFER_SIZE       32768 /* a whole request is at most 24,578 bytes */
/* For the largest answer, in small segments; the kernel doubles it, up to net.core.wmem_max. */
#define SEND_ROOM    (3 * (HTTP_REPLY_HEAD_MAX + REPLY_MAX))
#define RECEIVE_ROOM 32768 /* what the kernel keeps of one that is not read; doubled too */

/* In one turn of the thread, so that who is honest waits for little. */
#define EVENTS_A_TURN   64
#define ACCEPTS_A_TURN  64
#define REFUSALS_A_TURN 32
#define LOOKS_A_TURN    256

#define WORKER_COMES_MS 5  /* to look again, while one is free and has not come yet */
#define REST_MS         20 /* after the system had no descriptor, and nobody could be sent away */
#define NEVER           INT64_MAX

static_assert(RECEPTION_HELD_MAX <= GUESTS_MAX, "there is room for all");
static_assert(HTTP_HEAD_SIZE_MAX + BODY_MAX < BUFFER_SIZE - 2 && BUFFER_SIZE <= UINT16_MAX,
    "a whole request is seen at once");

struct reception {
	struct reception_options options;
	struct handover *handover;
	struct guests *guests;
	pthread_t thread;
	bool runs; /* the thread */
	int door;  /* the listening socket */
	int bell;  /* an eventfd: the thread should end */
	int epoll;
	int64_t opens_ms; /* the door, closed as descriptors ran out; NEVER: it is open */
	int64_t now_ms;
	atomic_llong held, timed_out, shed, evicted;
	char buffer[BUFFER_SIZE];
};

/* What epoll tells: the row of a guest, or one of these. */
#define AT_DOOR (UINT16_MAX + 1U)
#define AT_BELL (UINT16_MAX + 2U)

/* Guests */

/* To the end of a list. */
static void
move(struct reception *reception, struct guest *guest, enum guest_list list)
{
	guests_move(reception->guests, guest, list, reception->now_ms);
}

static void
watch(struct reception *reception, struct guest *guest, uint32_t events)
{
	struct epoll_event event = {
		.events = events,
		.data.u32 = guests_row(reception->guests, guest),
	};
	const int operation = guest->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;

	/* Without memory for it the guest stays until its time is over. */
	guest->watched |= epoll_ctl(reception->epoll, operation, guest->fd, &event) == 0;
}

/* Before the connection, or its number, is somebody else's. */
static void
unwatch(struct reception *reception, struct guest *guest)
{
	if (guest->watched)
		epoll_ctl(reception->epoll, EPOLL_CTL_DEL, guest->fd, NULL);
	guest->watched = false;
}

/* The connection is not ours any more. */
static void
let_go(struct reception *reception, struct guest *guest)
{
	guests_leave(reception->guests, guest);
	atomic_fetch_sub(&reception->held, 1);
}

static void
dismiss(struct reception *reception, struct guest *guest)
{
	const int fd = guest->fd;

	unwatch(reception, guest);
	let_go(reception, guest);
	close(fd);
}

/* Somebody goes so that another can come. False: nobody is here. */
static bool
evict(struct reception *reception)
{
	struct guest *guest = guests_first_to_go(reception->guests);

	if (guest == NULL)
		return false;
	atomic_fetch_add(&reception->evicted, guest->list != GUEST_LEAVING);
	dismiss(reception, guest);
	return true;
}

static struct guest *
welcome(struct reception *reception, int fd)
{
	struct guest *guest;

	while ((guest = guests_enter(reception->guests, reception->now_ms)) == NULL)
		evict(reception);
	guest->fd = fd;
	guest->since_ms = reception->now_ms;
	atomic_fetch_add(&reception->held, 1);
	return guest;
}

/* Refusals */

static void
name_source(int fd, char ret[static SOURCE_MAX + 1])
{
	struct sockaddr_in peer = { 0 };
	socklen_t size = sizeof peer;

	ret[0] = '\0';
	if (getpeername(fd, (struct sockaddr *)&peer, &size) == 0 && peer.sin_family == AF_INET)
		inet_ntop(AF_INET, &peer.sin_addr, ret, SOURCE_MAX + 1);
}

/* Takes what came; it is not even copied (tcp(7), MSG_TRUNC). As recv() answers. */
static ssize_t
throw_away(struct reception *reception, int fd)
{
	return recv(fd, reception->buffer, sizeof reception->buffer, MSG_TRUNC | MSG_DONTWAIT);
}

/* Answers, and sees the client out. */
static void
refuse(struct reception *reception, struct guest *guest, enum result why)
{
	char source[SOURCE_MAX + 1];
	size_t size;

	name_source(guest->fd, source);
	const char *answer = reception->options.refuse(
	    reception->options.context, source, why, &size);
	/* With unread bytes in the socket, close() would destroy the answer. */
	(void)throw_away(reception, guest->fd);
	/* A client that is gone, or has filled its own window, is no news. */
	(void)send(guest->fd, answer, size, MSG_NOSIGNAL | MSG_DONTWAIT);
	shutdown(guest->fd, SHUT_WR);
	guest->looks = 0;
	move(reception, guest, GUEST_LEAVING);
	watch(reception, guest, EPOLLIN | EPOLLRDHUP | EPOLLET);
}

/* Throws away what still comes, until the client has ended its side too. */
static void
see_out(struct reception *reception, struct guest *guest)
{
	ssize_t size;

	do
		size = throw_away(reception, guest->fd);
	while (size > 0 && ++guest->looks < LEAVING_READS_MAX);
	if (size < 0 && errno == EAGAIN)
		return;
	dismiss(reception, guest);
}

/* Requests */

/* To civetweb. */
static void
hand_over(struct reception *reception, struct guest *guest)
{
	unwatch(reception, guest);
	if (handover_put(reception->handover, guest->fd, reception->now_ms)) {
		let_go(reception, guest);
		return;
	}
	atomic_fetch_add(&reception->shed, 1);
	refuse(reception, guest, OVERLOADED);
}

/* The head is there: the body has its own time. */
static void
wait_for_body(struct reception *reception, struct guest *guest, const struct http_extent *extent)
{
	static const char please_go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

	guest->wanted = (uint16_t)extent->size;
	guest->since_ms = reception->now_ms;
	if (guest->list == GUEST_WAITING)
		move(reception, guest, GUEST_WAITING);
	if (extent->is_held_back)
		(void)send(
		    guest->fd, please_go_on, strlen(please_go_on), MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Not whole so far. Who sends in small pieces is not looked at for each of them. */
static void
wait_for_more(struct reception *reception, struct guest *guest)
{
	if (guest->list == GUEST_DRIPPING) {
		move(reception, guest, GUEST_DRIPPING);
		return;
	}
	if (++guest->looks > LOOKS_AT_ONCE) {
		watch(reception, guest, EPOLLRDHUP | EPOLLET);
		move(reception, guest, GUEST_DRIPPING);
		return;
	}
	if (!guest->watched)
		watch(reception, guest, EPOLLIN | EPOLLRDHUP | EPOLLET);
}

/* What `size` bytes in the buffer, all that came of a request, are. */
static enum http_wholeness
judge(struct reception *reception, struct guest *guest, size_t size)
{
	struct http_extent extent;

	if (guest->wanted > 0)
		return size >= guest->wanted ? HTTP_WHOLE : HTTP_BODY_MISSING;
	const enum http_wholeness verdict = http_whole(
	    reception->buffer, size, guest->known, &extent);
	if (verdict == HTTP_HEAD_MISSING)
		guest->known = (uint16_t)size;
	if (verdict == HTTP_BODY_MISSING)
		wait_for_body(reception, guest, &extent);
	return verdict;
}

/* `ended`: nothing more will come. What did is civetweb's to answer. */
static void
look(struct reception *reception, struct guest *guest, bool ended)
{
	const ssize_t size = recv(
	    guest->fd, reception->buffer, sizeof reception->buffer, MSG_PEEK | MSG_DONTWAIT);

	if (size == 0 || (size < 0 && errno != EAGAIN)) {
		dismiss(reception, guest);
		return;
	}
	const enum http_wholeness verdict = judge(reception, guest, size > 0 ? (size_t)size : 0);
	if (size > 0)
		secret_wipe_bytes(reception->buffer, (size_t)size); /* tokens and passwords */
	switch (verdict) {
	case HTTP_WHOLE:
		hand_over(reception, guest);
		return;
	case HTTP_HEAD_ENDLESS:
		refuse(reception, guest, HEADERS_TOO_LARGE);
		return;
	case HTTP_HEAD_MISSING:
	case HTTP_BODY_MISSING:
		if (ended)
			hand_over(reception, guest);
		else
			wait_for_more(reception, guest);
		return;
	}
}

/* What happens */

static void
watch_door(struct reception *reception, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.u32 = AT_DOOR };

	epoll_ctl(reception->epoll, EPOLL_CTL_MOD, reception->door, &event);
}

/* The system has no descriptor or no memory for another connection. False: nor can we do anything
 * about it, so it is left in peace for a moment. */
static bool
make_room(struct reception *reception)
{
	if (evict(reception))
		return true;
	watch_door(reception, 0);
	reception->opens_ms = reception->now_ms + REST_MS;
	return false;
}

static void
receive(struct reception *reception)
{
	for (unsigned i = 0; i < ACCEPTS_A_TURN; i++) {
		const int fd = accept4(reception->door, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0)
			look(reception, welcome(reception, fd), false);
		else if (errno == EAGAIN)
			return;
		else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
			if (!make_room(reception))
				return;
	}
}

static void
attend_to(struct reception *reception, struct guest *guest, uint32_t events)
{
	if (guest->list == GUEST_LEAVING)
		see_out(reception, guest);
	else if (guest->list != GUEST_GONE)
		look(reception, guest, (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0);
}

/* Who comes in, comes last: nothing of this turn is about whoever had the row before. */
static void
attend_to_all(struct reception *reception, const struct epoll_event *events, int count)
{
	bool at_door = false;

	for (int i = 0; i < count; i++) {
		const uint32_t at = events[i].data.u32;

		if (at <= UINT16_MAX)
			attend_to(reception, guests_at(reception->guests, (uint16_t)at),
			    events[i].events);
		at_door |= at == AT_DOOR;
	}
	if (at_door)
		receive(reception);
}

/* What time brings */

static void
give_up(struct reception *reception, struct guest *guest)
{
	atomic_fetch_add(&reception->timed_out, 1);
	if (guest->known == 0 && guest->wanted == 0)
		dismiss(reception, guest);
	else
		refuse(reception, guest, TIMED_OUT);
}

static void
look_again(struct reception *reception, struct guest *guest)
{
	if (reception->now_ms - guest->since_ms >= reception->options.request_timeout_ms)
		give_up(reception, guest);
	else
		look(reception, guest, false);
}

/* Whole requests for which no worker was free in time. */
static void
shed(struct reception *reception)
{
	const int64_t before_ms = reception->now_ms - RECEPTION_WAIT_MAX_MS + 1;

	for (unsigned i = 0; i < REFUSALS_A_TURN; i++) {
		const int fd = handover_take_back(reception->handover, before_ms);

		if (fd < 0)
			return;
		atomic_fetch_add(&reception->shed, 1);
		refuse(reception, welcome(reception, fd), OVERLOADED);
	}
}

static void
tend(struct reception *reception)
{
	const int64_t now_ms = reception->now_ms;
	struct guest *guest;

	while ((guest = guests_due(reception->guests, GUEST_LEAVING, now_ms)) != NULL)
		dismiss(reception, guest);
	for (unsigned i = 0; i < REFUSALS_A_TURN; i++)
		if ((guest = guests_due(reception->guests, GUEST_WAITING, now_ms)) != NULL)
			give_up(reception, guest);
	for (unsigned i = 0; i < LOOKS_A_TURN; i++)
		if ((guest = guests_due(reception->guests, GUEST_DRIPPING, now_ms)) != NULL)
			look_again(reception, guest);
	shed(reception);
	if (reception->opens_ms <= now_ms) {
		reception->opens_ms = NEVER;
		watch_door(reception, EPOLLIN);
	}
}

static int64_t
earlier(int64_t one, int64_t other)
{
	return one < other ? one : other;
}

/* How long nothing is due: milliseconds, -1 for ever. */
static int
quiet_ms(struct reception *reception)
{
	const int64_t now_ms = reception->now_ms;
	const int64_t oldest_ms = handover_oldest_ms(reception->handover);
	int64_t due_ms = earlier(guests_next_due_ms(reception->guests), reception->opens_ms);

	/* One that is over its time but was not shed has a worker who is about to come for it. */
	if (oldest_ms >= 0)
		due_ms = earlier(due_ms, oldest_ms + RECEPTION_WAIT_MAX_MS > now_ms
					     ? oldest_ms + RECEPTION_WAIT_MAX_MS
					     : now_ms + WORKER_COMES_MS);
	if (due_ms == NEVER)
		return -1;
	return due_ms > now_ms ? (int)(due_ms - now_ms) : 0;
}

/* The thread */

static bool
should_end(const struct reception *reception)
{
	eventfd_t rung;

	return eventfd_read(reception->bell, &rung) == 0;
}

static void
send_all_away(struct reception *reception)
{
	int fd;

	while ((fd = handover_take_back(reception->handover, INT64_MAX)) >= 0)
		refuse(reception, welcome(reception, fd), UNAVAILABLE);
	while (evict(reception))
		;
}

static void *
attend(void *context)
{
	struct reception *reception = context;
	struct epoll_event events[EVENTS_A_TURN];

	while (!should_end(reception)) {
		const int count = epoll_wait(
		    reception->epoll, events, EVENTS_A_TURN, quiet_ms(reception));

		reception->now_ms = clock_monotonic_ms();
		attend_to_all(reception, events, count);
		tend(reception);
	}
	send_all_away(reception);
	return NULL;
}

/* Opening and closing */

/* Everything that counts is a descriptor here. A service manager may have set the soft limit to
 * 1024, which only select() needs, and nothing in this process calls that. */
unsigned
reception_descriptors(void)
{
	struct rlimit limit = { 0 };

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return 1024;
	const rlim_t more = limit.rlim_max < DESCRIPTORS_WANTED ? limit.rlim_max
								: DESCRIPTORS_WANTED;
	if (limit.rlim_cur < more &&
	    setrlimit(RLIMIT_NOFILE, &(struct rlimit){ more, limit.rlim_max }) == 0)
		limit.rlim_cur = more;
	return limit.rlim_cur < UINT32_MAX ? (unsigned)limit.rlim_cur : UINT32_MAX;
}

static unsigned
smaller(unsigned one, unsigned other)
{
	return one < other ? one : other;
}

static unsigned
held_max(unsigned workers)
{
	const unsigned of_descriptors = reception_descriptors() / 4 * 3;

	return smaller(smaller(workers * RECEPTION_HELD_A_WORKER, RECEPTION_HELD_MAX),
	    of_descriptors > 0 ? of_descriptors : 1);
}

struct reception *
reception_new(const struct reception_options *options)
{
	const int64_t stay_ms[GUEST__LISTS] = {
		[GUEST_WAITING] = options->request_timeout_ms,
		[GUEST_DRIPPING] = LOOK_AGAIN_MS,
		[GUEST_LEAVING] = LEAVING_MS,
	};
	struct reception *reception = calloc(1, sizeof *reception);

	if (reception == NULL)
		return NULL;
	reception->options = *options;
	reception->door = -1;
	reception->opens_ms = NEVER;
	reception->handover = handover_new(
	    options->workers, options->workers * RECEPTION_WAITING_A_WORKER);
	reception->guests = guests_new(held_max(options->workers), stay_ms);
	reception->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	reception->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (reception->handover != NULL && reception->guests != NULL && reception->bell >= 0 &&
	    reception->epoll >= 0)
		return reception;
	reception_free(reception);
	return NULL;
}

void
reception_free(struct reception *reception)
{
	if (reception == NULL)
		return;
	handover_free(reception->handover);
	guests_free(reception->guests);
	if (reception->bell >= 0)
		close(reception->bell);
	if (reception->epoll >= 0)
		close(reception->epoll);
	free(reception);
}

/* "127.0.0.1:8080", or a port of every address. */
static bool
read_address(const char *listen, struct sockaddr_in *ret)
{
	const char *colon = strchr(listen, ':');
	char host[INET_ADDRSTRLEN] = "0.0.0.0";
	int64_t port;

	if (colon != NULL && !text_format(host, sizeof host, "%.*s", (int)(colon - listen), listen))
		return false;
	if (!text_number(colon != NULL ? colon + 1 : listen, 1, UINT16_MAX, &port))
		return false;
	*ret = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	return inet_pton(AF_INET, host, &ret->sin_addr) == 1;
}

static bool
listens_on(int fd, const struct sockaddr_in *address)
{
	struct sockaddr_in own = { 0 };
	socklen_t size = sizeof own, flag_size = sizeof(int);
	int listening = 0;

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &flag_size) == 0 &&
	       listening != 0 && getsockname(fd, (struct sockaddr *)&own, &size) == 0 &&
	       own.sin_family == AF_INET && own.sin_port == address->sin_port &&
	       own.sin_addr.s_addr == address->sin_addr.s_addr;
}

static int
find_listening(const char *listen)
{
	const int limit = (int)reception_descriptors();
	struct sockaddr_in address;

	if (!read_address(listen, &address))
		return -1;
	for (int fd = 0; fd < limit; fd++)
		if (listens_on(fd, &address))
			return fd;
	return -1;
}

void
reception_take_over(struct reception *reception)
{
	static const int send_room = SEND_ROOM, receive_room = RECEIVE_ROOM;
	const int listening = find_listening(reception->options.listen);

	if (listening < 0)
		return;
	const int flags = fcntl(listening, F_GETFL);
	if (flags < 0 || fcntl(listening, F_SETFL, flags | O_NONBLOCK) < 0)
		return;
	/* What is accepted inherits both. Without them it works, only not as well. */
	setsockopt(listening, SOL_SOCKET, SO_SNDBUF, &send_room, sizeof send_room);
	setsockopt(listening, SOL_SOCKET, SO_RCVBUF, &receive_room, sizeof receive_room);
	reception->door = handover_begin(reception->handover, listening);
}

/* Which it can do only behind reception_take_over(), on the same thread. */
static bool
civetweb_comes(struct reception *reception)
{
	const struct timespec a_moment = { .tv_nsec = 1000000 };

	for (int ms = 0; ms < START_MAX_MS; ms++) {
		if (handover_works(reception->handover))
			return true;
		nanosleep(&a_moment, NULL);
	}
	return false;
}

static bool
watch_both(struct reception *reception)
{
	struct epoll_event door = { .events = EPOLLIN, .data.u32 = AT_DOOR };
	struct epoll_event bell = { .events = EPOLLIN, .data.u32 = AT_BELL };

	return epoll_ctl(reception->epoll, EPOLL_CTL_ADD, reception->door, &door) == 0 &&
	       epoll_ctl(reception->epoll, EPOLL_CTL_ADD, reception->bell, &bell) == 0;
}

bool
reception_open(struct reception *reception, char why[static WHY_MAX + 1])
{
	if (!civetweb_comes(reception)) {
		text_copy_cut(why, WHY_MAX + 1,
		    "civetweb does not take its connections from us: is it another version?");
		return false;
	}
	reception->now_ms = clock_monotonic_ms();
	reception->runs = watch_both(reception) &&
			  pthread_create(&reception->thread, NULL, attend, reception) == 0;
	if (!reception->runs)
		text_copy_cut(why, WHY_MAX + 1, "no thread to receive connections");
	return reception->runs;
}

void
reception_close(struct reception *reception)
{
	handover_end(reception->handover); /* what waits for a worker is ours to answer */
	if (reception->runs) {
		(void)eventfd_write(reception->bell, 1);
		pthread_join(reception->thread, NULL);
		reception->runs = false;
	}
	if (reception->door >= 0)
		close(reception->door);
	reception->door = -1;
}

void
reception_worker_is_free(struct reception *reception)
{
	handover_worker_is_free(reception->handover);
}

void
reception_totals(const struct reception *reception, struct reception_totals *ret)
{
	int64_t waiting;

	handover_totals(reception->handover, &ret->handed_over, &waiting);
	ret->held = atomic_load(&reception->held) + waiting;
	ret->timed_out = atomic_load(&reception->timed_out);
	ret->shed = atomic_load(&reception->shed);
	ret->evicted = atomic_load(&reception->evicted);
}
