/* pages.h - memory that a thread touched and needs no more goes back to the system.
 *
 * There are hundreds of workers, and all take their turn: what one deep call, one long answer have
 * touched would stay with each of them. */

#ifndef PAGES_H
#define PAGES_H

#include <stddef.h>

/* Gives back the pages that lie wholly within these bytes. They are zeros afterwards. */
void pages_release(void *bytes, size_t size);

/* The lowest address of the calling thread's stack, for stack_release(). NULL: not known. */
void *stack_low(void);

/* Gives back what the calling thread's stack is not using at the moment. `low` is what stack_low()
 * told the same thread; for NULL nothing is done. */
void stack_release(void *low);

#endif
