/* deadline.h - until when the work of a thread must be done.
 *
 * A request has one deadline for all that it waits for: a connection, a statement, COMMIT, a
 * repeat, a hash, a picture. gate.c sets it when the body has been read; whatever waits asks
 * deadline_left_ms(). It is the thread's and no argument, because the client library of the
 * database waits in a callback that knows nothing of the caller. A thread without a deadline waits
 * as long as each wait may.
 *
 * What must be put in order afterwards (a rollback, a try that is given back) may take
 * DEADLINE_TIDY_MS longer, in all. */

#ifndef DEADLINE_H
#define DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

#define DEADLINE_TIDY_MS 500

/* Sets the deadline of this thread, `ms` from now; ends it. */
void deadline_begin(int64_t ms);
void deadline_end(void);

/* Is what follows a putting in order? Returns what it was, to be set again afterwards. */
bool deadline_tidy(bool tidy);

/* `most_ms`, or what is left until the deadline if that is less; 0: it has passed. */
int64_t deadline_left_ms(int64_t most_ms);

#endif
