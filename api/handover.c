/* handover.c - connections whose first request is whole, on their way to civetweb's workers. */

#define _GNU_SOURCE 1 /* accept4 */

#include "handover.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct waiting {
	int fd;
	int64_t since_ms;
};

struct handover {
	pthread_mutex_t lock;
	int signal; /* an eventfd: readable while civetweb should come */
	int door;   /* the number that civetweb takes for its listening socket */
	bool lit;   /* `signal` is readable */
	bool asked; /* civetweb should come once without a reason, to show that it does */
	bool came;  /* it did */
	bool ending;
	unsigned free; /* workers without a connection */
	int64_t given;
	unsigned room, count, first;
	struct waiting waiting[]; /* a ring */
};

/* Whose master thread this is. */
static _Thread_local struct handover *mine;

struct handover *
handover_new(unsigned workers, unsigned room)
{
	struct handover *handover = calloc(
	    1, sizeof *handover + (size_t)room * sizeof handover->waiting[0]);

	if (handover == NULL)
		return NULL;
	handover->signal = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (handover->signal < 0) {
		free(handover);
		return NULL;
	}
	pthread_mutex_init(&handover->lock, NULL);
	handover->door = -1;
	handover->free = workers;
	handover->room = room;
	return handover;
}

void
handover_free(struct handover *handover)
{
	if (handover == NULL)
		return;
	for (; handover->count > 0; handover->count--)
		close(handover->waiting[handover->first++ % handover->room].fd);
	close(handover->signal);
	pthread_mutex_destroy(&handover->lock);
	free(handover);
}

/* With the lock held: makes the signal say what is so. */
static void
tell(struct handover *handover)
{
	const bool should = handover->ending || handover->asked ||
			    (handover->count > 0 && handover->free > 0);
	eventfd_t count;

	if (should == handover->lit)
		return;
	/* Neither can fail: the count is 0 or 1. */
	if (should)
		(void)eventfd_write(handover->signal, 1);
	else
		(void)eventfd_read(handover->signal, &count);
	handover->lit = should;
}

int
handover_begin(struct handover *handover, int fd)
{
	const int socket = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	if (socket < 0)
		return -1;
	if (dup3(handover->signal, fd, O_CLOEXEC) < 0) {
		close(socket);
		return -1;
	}
	pthread_mutex_lock(&handover->lock);
	handover->door = fd;
	handover->asked = true;
	tell(handover);
	pthread_mutex_unlock(&handover->lock);
	mine = handover;
	return socket;
}

bool
handover_works(struct handover *handover)
{
	pthread_mutex_lock(&handover->lock);
	const bool came = handover->came;
	pthread_mutex_unlock(&handover->lock);
	return came;
}

bool
handover_put(struct handover *handover, int fd, int64_t now_ms)
{
	pthread_mutex_lock(&handover->lock);
	const bool fits = handover->count < handover->room;
	if (fits) {
		const unsigned last = (handover->first + handover->count++) % handover->room;
		handover->waiting[last] = (struct waiting){ fd, now_ms };
		tell(handover);
	}
	pthread_mutex_unlock(&handover->lock);
	return fits;
}

/* With the lock held, while one waits. */
static int
pop(struct handover *handover)
{
	const int fd = handover->waiting[handover->first].fd;

	handover->first = (handover->first + 1) % handover->room;
	handover->count--;
	return fd;
}

int
handover_take_back(struct handover *handover, int64_t before_ms)
{
	int fd = -1;

	pthread_mutex_lock(&handover->lock);
	if (handover->count > 0 && (handover->free == 0 || handover->ending) &&
	    handover->waiting[handover->first].since_ms < before_ms)
		fd = pop(handover);
	pthread_mutex_unlock(&handover->lock);
	return fd;
}

int64_t
handover_oldest_ms(struct handover *handover)
{
	int64_t since_ms = -1;

	pthread_mutex_lock(&handover->lock);
	if (handover->count > 0)
		since_ms = handover->waiting[handover->first].since_ms;
	pthread_mutex_unlock(&handover->lock);
	return since_ms;
}

void
handover_worker_is_free(struct handover *handover)
{
	pthread_mutex_lock(&handover->lock);
	handover->free++;
	tell(handover);
	pthread_mutex_unlock(&handover->lock);
}

void
handover_end(struct handover *handover)
{
	pthread_mutex_lock(&handover->lock);
	handover->ending = true;
	tell(handover);
	pthread_mutex_unlock(&handover->lock);
}

void
handover_totals(struct handover *handover, int64_t *ret_given, int64_t *ret_waiting)
{
	pthread_mutex_lock(&handover->lock);
	*ret_given = handover->given;
	*ret_waiting = handover->count;
	pthread_mutex_unlock(&handover->lock);
}

/* The next one for civetweb, which has a worker free for it; -1: none. */
static int
give(struct handover *handover)
{
	int fd = -1;

	pthread_mutex_lock(&handover->lock);
	handover->came = true;
	handover->asked = false;
	if (handover->count > 0 && handover->free > 0 && !handover->ending) {
		fd = pop(handover);
		handover->free--;
		handover->given++;
	}
	tell(handover);
	pthread_mutex_unlock(&handover->lock);
	return fd;
}

/* Until civetweb, whose master thread this is, looks whether it should stop. */
static void
wait_for_the_end(struct handover *handover)
{
	const struct timespec a_moment = { .tv_nsec = 1000000 };

	pthread_mutex_lock(&handover->lock);
	const bool ending = handover->ending;
	pthread_mutex_unlock(&handover->lock);
	if (ending)
		nanosleep(&a_moment, NULL);
}

static int
give_with_address(struct handover *handover, struct sockaddr *address, socklen_t *size)
{
	for (;;) {
		const int fd = give(handover);

		if (fd < 0)
			break;
		if (getpeername(fd, address, size) == 0)
			return fd;
		close(fd); /* reset while it waited */
		handover_worker_is_free(handover);
	}
	wait_for_the_end(handover);
	errno = EAGAIN;
	return -1;
}

/* accept(), for every library of the program. Named so for the linker alone: the C library's
 * declaration of it differs from system to system. */
__attribute__((visibility("default"))) int handover_accept(
    int fd, struct sockaddr *address, socklen_t *size) __asm__("accept");

int
handover_accept(int fd, struct sockaddr *address, socklen_t *size)
{
	if (mine == NULL || fd != mine->door)
		return accept4(fd, address, size, 0);
	return give_with_address(mine, address, size);
}
