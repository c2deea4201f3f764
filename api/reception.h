/* reception.h - one thread in front of civetweb's workers, with whom connections wait that have not
 * asked for anything yet.
 *
 * civetweb gives a worker to every connection as soon as it is there; a few dozen silent ones would
 * keep everybody else out. Here a connection costs a descriptor and 32 bytes until its first
 * request is whole, head and body, or is one that can be refused at once (http_whole.h). Then it
 * goes to a worker (handover.h), which does not wait for a byte of it. Nothing is taken out of the
 * socket here, so the worker reads it all itself.
 *
 * What ends here, without a worker:
 *   - a head, and then a body, that is not whole within request_timeout_ms: TIMED_OUT; without an
 *     answer if not a byte came;
 *   - a head that goes on over HTTP_HEAD_SIZE_MAX: HEADERS_TOO_LARGE;
 *   - a whole request for which no worker was free for RECEPTION_WAIT_MAX_MS, or that finds
 *     RECEPTION_WAITING_A_WORKER others waiting per worker: OVERLOADED;
 *   - when no more can be held (RECEPTION_HELD_A_WORKER per worker, RECEPTION_HELD_MAX in all,
 *     three quarters of the process's descriptors), or the system has none left: one that was
 *     answered, else one that is slow, else the one that is waited for longest, is closed.
 *
 * A client that sends byte by byte is looked at 32 times at once and then ten times a second. One
 * that holds its body back until it is asked for it (Expect: 100-continue) is asked. The sockets
 * have room for the largest answer, so that no worker waits for who takes none of it. */

#ifndef RECEPTION_H
#define RECEPTION_H

#include "bounds.h"
#include "result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECEPTION_HELD_A_WORKER    512
#define RECEPTION_HELD_MAX         16384
#define RECEPTION_WAITING_A_WORKER 8
#define RECEPTION_WAIT_MAX_MS      40 /* with the answer on its way, below 50 ms */

struct reception;

struct reception_options {
	const char *listen; /* what civetweb was told: "127.0.0.1:8080" or "8080" */
	unsigned workers;
	int request_timeout_ms;
	/* Writes a whole answer, head and all, that says `why` and that the connection ends. Called
	 * on the reception's thread alone; the bytes are good until the next call. */
	const char *(*refuse)(void *context, const char *source, enum result why, size_t *ret_size);
	void *context;
};

/* `held` are here now, the others are counts since the start. */
struct reception_totals {
	int64_t held;
	int64_t handed_over;
	int64_t timed_out; /* with an answer or without */
	int64_t shed;      /* OVERLOADED */
	int64_t evicted;
};

/* How many descriptors the process may have, its limit raised as far as it may: what is in the
 * sandbox can raise none, so main calls it before. */
unsigned reception_descriptors(void);

/* Before civetweb starts. NULL: no memory or descriptors. Free, once civetweb has stopped: reception_free(); NULL is fine. */
struct reception *reception_new(const struct reception_options *) MUST_USE;
void reception_free(struct reception *);

/* On civetweb's master thread, before it polls: takes its listening socket over. */
void reception_take_over(struct reception *);

/* Once civetweb has started: begins to receive. False, and `why`: civetweb is not as it should be
 * (handover.h), or there is no thread. */
bool reception_open(struct reception *, char why[static WHY_MAX + 1]) MUST_USE;

/* Before civetweb stops: stops listening, and closes all that is held here; whole requests are
 * answered UNAVAILABLE. Also before reception_free() of one that did not open. */
void reception_close(struct reception *);

/* One of civetweb's workers is done with its connection. Any thread. */
void reception_worker_is_free(struct reception *);

/* Any thread. */
void reception_totals(const struct reception *, struct reception_totals *ret);

#endif
