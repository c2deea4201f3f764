/* guests.h - the connections that the reception holds: how long each may stay, and who goes first
 * when there is no room. Pure: it knows no socket, and is told what time it is.
 *
 * A guest is a row of a table, in one of three lists. Each list has one length of time that its
 * guests may stay, so the first of it is always the next one that is due; the time that is told
 * must not go back. For one thread alone. */

#ifndef GUESTS_H
#define GUESTS_H

#include "result.h"

#include <stdbool.h>
#include <stdint.h>

enum guest_list {
	GUEST_GONE,     /* a row without a guest */
	GUEST_WAITING,  /* for the rest of a request */
	GUEST_DRIPPING, /* the same, so slow that it is looked at now and then */
	GUEST_LEAVING,  /* answered */
	GUEST__LISTS
};

#define GUESTS_MAX (UINT16_MAX + 1 - GUEST__LISTS) /* a list takes a row, too */

struct guest {
	/* The table's. */
	int64_t due_ms; /* in this list */
	uint16_t previous, next;
	uint8_t list; /* enum guest_list */

	/* The reception's; all 0 at first. */
	bool watched;  /* by epoll */
	uint8_t looks; /* at it, since it came or began to leave */
	int fd;
	uint16_t known;   /* bytes that were looked at and had no end of a head */
	uint16_t wanted;  /* bytes of head and body; 0: the head is not there */
	int64_t since_ms; /* the head, or now the body, is waited for */
};

struct guests;

/* Room for 1 to GUESTS_MAX guests, and how long one may stay in each list. Memory that never had a
 * guest is never touched. NULL: there is none. Free: guests_free(); NULL is fine. */
struct guests *guests_new(unsigned room, const int64_t stay_ms[static GUEST__LISTS]) MUST_USE;
void guests_free(struct guests *);

/* One more of those who wait, the last. NULL: there is no room. */
struct guest *guests_enter(struct guests *, int64_t now_ms) MUST_USE;

/* To the end of a list, the same or another, for as long as that list allows. */
void guests_move(struct guests *, struct guest *, enum guest_list, int64_t now_ms);

/* The row is free, and soon another's. */
void guests_leave(struct guests *, struct guest *);

/* The number of a guest's row, the same until it leaves; and who is there. */
uint16_t guests_row(const struct guests *, const struct guest *);
struct guest *guests_at(struct guests *, uint16_t row);

/* Whose time in a list is over, the longest of all. NULL: nobody's. */
struct guest *guests_due(struct guests *, enum guest_list, int64_t now_ms);

/* When the next of all guests is due; INT64_MAX: nobody is here. */
int64_t guests_next_due_ms(struct guests *);

/* Who goes so that another can come. Who was answered is done; who drips is nobody's loss; and
 * honest clients do not wait for long. Of several the first in the list. NULL: nobody is here. */
struct guest *guests_first_to_go(struct guests *);

#endif
