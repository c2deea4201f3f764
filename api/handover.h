/* handover.h - connections whose first request is whole, on their way to civetweb's workers.
 *
 * civetweb 1.15 has no call that takes a connection: its master thread polls the listening socket
 * and calls accept(). So the number of that socket becomes another descriptor's, readable exactly
 * while a connection is here and a worker is free for it; and accept() is ours: the program defines
 * it, so the linker gives that one to every library. On any other thread, and on any other
 * descriptor, it does what the C library's does.
 *
 * What is relied upon of civetweb: it calls init_thread with type 0 on its master thread, after the
 * sockets are open and before it polls; that thread polls and accepts one descriptor by its number,
 * through the dynamic symbol; goes on when accept() fails; closes that number itself; and calls
 * connection_closed once for every connection it got. handover_works() tells, at start, that this
 * is so.
 *
 * Unless said otherwise any thread may call. */

#ifndef HANDOVER_H
#define HANDOVER_H

#include "result.h"

#include <stdbool.h>
#include <stdint.h>

struct handover;

/* For so many workers, with room for `room` connections that wait for one. NULL: no memory or
 * descriptor. Free, once civetweb has stopped: handover_free(), which closes what still waits. */
struct handover *handover_new(unsigned workers, unsigned room) MUST_USE;
void handover_free(struct handover *);

/* On civetweb's master thread, before it polls: `fd`, its listening socket, is from now on the
 * number of something else. Returns the socket, the caller's to close; -1: no descriptor. */
int handover_begin(struct handover *, int fd) MUST_USE;

/* Has civetweb come for a connection as it should? False for the first moments. */
bool handover_works(struct handover *);

/* Takes over a connection. False: no room; the connection stays the caller's. */
bool handover_put(struct handover *, int fd, int64_t now_ms) MUST_USE;

/* A connection that was put before `before_ms`, while no worker is free for it or after
 * handover_end(): it is the caller's again. -1: there is none. */
int handover_take_back(struct handover *, int64_t before_ms) MUST_USE;

/* When the one that waits longest was put; -1: none waits. */
int64_t handover_oldest_ms(struct handover *);

/* One of the workers is done with its connection. */
void handover_worker_is_free(struct handover *);

/* Gives nothing more to civetweb, and keeps its master thread from sleeping, so that it notices at
 * once that it is being stopped. */
void handover_end(struct handover *);

/* How many civetweb was given since the start, and how many wait now. */
void handover_totals(struct handover *, int64_t *ret_given, int64_t *ret_waiting);

#endif
