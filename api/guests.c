/* guests.c - the connections that the reception holds. */

#include "guests.h"

#include "bounds.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static_assert(sizeof(struct guest) == 32, "reception.h says so");

/* A list is a ring, closed by a row that is nobody's: behind its last guest, before its first. These
 * are the first rows of the table, each by the number of its list. */
struct guests {
	int64_t stay_ms[GUEST__LISTS];
	unsigned count, used; /* rows; of them were ever used */
	struct guest rows[];
};

struct guests *
guests_new(unsigned room, const int64_t stay_ms[static GUEST__LISTS])
{
	const unsigned count = GUEST__LISTS + room;
	struct guests *guests = calloc(1, sizeof *guests + count * sizeof guests->rows[0]);

	assert(room > 0 && room <= GUESTS_MAX);
	if (guests == NULL)
		return NULL;
	memcpy(guests->stay_ms, stay_ms, sizeof guests->stay_ms);
	guests->count = count;
	guests->used = GUEST__LISTS;
	for (enum guest_list list = GUEST_GONE; list < GUEST__LISTS; list++)
		guests->rows[list].previous = guests->rows[list].next = (uint16_t)list;
	return guests;
}

void
guests_free(struct guests *guests)
{
	free(guests);
}

uint16_t
guests_row(const struct guests *guests, const struct guest *guest)
{
	return (uint16_t)(guest - guests->rows);
}

struct guest *
guests_at(struct guests *guests, uint16_t row)
{
	return &guests->rows[row];
}

static struct guest *
first_of(struct guests *guests, enum guest_list list)
{
	const uint16_t first = guests->rows[list].next;

	return first != list ? &guests->rows[first] : NULL;
}

static void
take_out(struct guests *guests, const struct guest *guest)
{
	guests->rows[guest->previous].next = guest->next;
	guests->rows[guest->next].previous = guest->previous;
}

static void
put_last(struct guests *guests, struct guest *guest, enum guest_list list, int64_t now_ms)
{
	struct guest *nobody = &guests->rows[list];

	guest->list = (uint8_t)list;
	guest->due_ms = now_ms + guests->stay_ms[list];
	guest->previous = nobody->previous;
	guest->next = (uint16_t)list;
	guests->rows[guest->previous].next = guests_row(guests, guest);
	nobody->previous = guests_row(guests, guest);
}

/* A row in no list. A new one only if need be: it may be the first of a page of memory. */
static struct guest *
free_row(struct guests *guests)
{
	struct guest *guest = first_of(guests, GUEST_GONE);

	if (guest != NULL)
		take_out(guests, guest);
	else if (guests->used < guests->count)
		guest = &guests->rows[guests->used++];
	return guest;
}

struct guest *
guests_enter(struct guests *guests, int64_t now_ms)
{
	struct guest *guest = free_row(guests);

	if (guest == NULL)
		return NULL;
	*guest = (struct guest){ 0 };
	put_last(guests, guest, GUEST_WAITING, now_ms);
	return guest;
}

void
guests_move(struct guests *guests, struct guest *guest, enum guest_list list, int64_t now_ms)
{
	take_out(guests, guest);
	put_last(guests, guest, list, now_ms);
}

void
guests_leave(struct guests *guests, struct guest *guest)
{
	guests_move(guests, guest, GUEST_GONE, 0);
}

struct guest *
guests_due(struct guests *guests, enum guest_list list, int64_t now_ms)
{
	struct guest *guest = first_of(guests, list);

	return guest != NULL && guest->due_ms <= now_ms ? guest : NULL;
}

int64_t
guests_next_due_ms(struct guests *guests)
{
	int64_t next_ms = INT64_MAX;

	for (enum guest_list list = GUEST_WAITING; list < GUEST__LISTS; list++) {
		const struct guest *first = first_of(guests, list);

		if (first != NULL && first->due_ms < next_ms)
			next_ms = first->due_ms;
	}
	return next_ms;
}

struct guest *
guests_first_to_go(struct guests *guests)
{
	static const enum guest_list order[] = { GUEST_LEAVING, GUEST_DRIPPING, GUEST_WAITING };
	struct guest *guest = NULL;

	for (size_t i = 0; i < LENGTH(order) && guest == NULL; i++)
		guest = first_of(guests, order[i]);
	return guest;
}
