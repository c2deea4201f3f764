/* guests_test.c - who is due, who goes first when there is no room, and whose row is used again.
 *
 * Most rows are told by a script of guests, a to z, and what becomes of each: 'w' it waits (and
 * enters, if it is not here), 'd' it drips, 'l' it is leaving, 'x' it has gone. The first step is
 * at 0 ms, each of the others 1 ms later. */

#include "guests.h"

#include "bounds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOBODY '-'
#define ROOM   4

static const int64_t stay_ms[GUEST__LISTS] = {
	[GUEST_WAITING] = 10,
	[GUEST_DRIPPING] = 2,
	[GUEST_LEAVING] = 5,
};

struct story {
	struct guests *guests;
	struct guest *here[26];
	int64_t now_ms;
};

static void
step(struct story *story, char name, char what)
{
	static const enum guest_list lists[] = {
		['w'] = GUEST_WAITING,
		['d'] = GUEST_DRIPPING,
		['l'] = GUEST_LEAVING,
	};
	struct guest **guest = &story->here[name - 'a'];

	if (what == 'x') {
		guests_leave(story->guests, *guest);
		*guest = NULL;
	} else if (*guest != NULL) {
		guests_move(story->guests, *guest, lists[(unsigned char)what], story->now_ms);
	} else {
		*guest = guests_enter(story->guests, story->now_ms);
		assert_non_null(*guest);
		(*guest)->fd = (unsigned char)name;
	}
	story->now_ms++;
}

static struct story
tell(const char *script)
{
	struct story story = { .guests = guests_new(ROOM, stay_ms) };

	assert_non_null(story.guests);
	for (; *script != '\0'; script += script[2] == ' ' ? 3 : 2)
		step(&story, script[0], script[1]);
	return story;
}

static char
name_of(const struct guest *guest)
{
	return guest != NULL ? (char)guest->fd : NOBODY;
}

static void
test_who_goes_first(void **state)
{
	static const struct {
		const char *why, *script, *order;
	} rows[] = {
		{ "nobody is here", "", "" },
		{ "who came first", "aw bw cw", "abc" },
		{ "not who is waited for anew", "aw bw cw aw", "bca" },
		{ "nor the last one, which stays the last", "aw bw bw", "ab" },
		{ "who drips before who waits", "aw bw cw bd", "bac" },
		{ "of those who drip who was not looked at", "aw bw cw ad bd ad", "bac" },
		{ "who was answered before who drips", "aw bw cw ad bl", "bac" },
		{ "of those who were answered the first", "aw bw cw bl al", "bac" },
		{ "one that left from the front", "aw bw cw ax", "bc" },
		{ "one that left from between", "aw bw cw bx", "ac" },
		{ "one that left from the end", "aw bw cw cx", "ab" },
		{ "the only one left", "aw ax", "" },
		{ "behind one that left", "aw ax bw cw", "bc" },
		{ "one that comes again is new", "aw bw cw ax aw", "bca" },
		{ "one from each list, and back", "aw ad bw bl aw", "ba" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct story story = tell(rows[i].script);
		char order[ROOM + 2] = "";
		struct guest *guest;
		for (size_t n = 0; (guest = guests_first_to_go(story.guests)) != NULL; n++) {
			assert_true(n <= ROOM);
			order[n] = name_of(guest);
			guests_leave(story.guests, guest);
		}
		if (strcmp(order, rows[i].order) != 0)
			fail_msg("%s: went %s", rows[i].why, order);
		guests_free(story.guests);
	}
}

static void
test_who_is_due(void **state)
{
	static const struct {
		const char *why, *script;
		enum guest_list list;
		int64_t now_ms;
		char due;
	} rows[] = {
		{ "nobody is here", "", GUEST_WAITING, 1000, NOBODY },
		{ "a moment early", "aw", GUEST_WAITING, 9, NOBODY },
		{ "in time", "aw", GUEST_WAITING, 10, 'a' },
		{ "the first of two", "aw bw", GUEST_WAITING, 1000, 'a' },
		{ "the second alone is early", "aw bw ax", GUEST_WAITING, 10, NOBODY },
		{ "the second alone", "aw bw ax", GUEST_WAITING, 11, 'b' },
		{ "a time that began anew", "aw aw", GUEST_WAITING, 10, NOBODY },
		{ "a time that began anew is over", "aw aw", GUEST_WAITING, 11, 'a' },
		{ "who is waited for anew is behind", "aw bw aw", GUEST_WAITING, 1000, 'b' },
		{ "one that drips, early", "aw ad", GUEST_DRIPPING, 2, NOBODY },
		{ "one that drips", "aw ad", GUEST_DRIPPING, 3, 'a' },
		{ "one that drips does not wait", "aw ad", GUEST_WAITING, 1000, NOBODY },
		{ "one that leaves, early", "aw al", GUEST_LEAVING, 5, NOBODY },
		{ "one that leaves", "aw al", GUEST_LEAVING, 6, 'a' },
		{ "one that leaves does not drip", "aw ad al", GUEST_DRIPPING, 1000, NOBODY },
		{ "one that has gone", "aw al ax", GUEST_LEAVING, 1000, NOBODY },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct story story = tell(rows[i].script);
		const char due = name_of(guests_due(story.guests, rows[i].list, rows[i].now_ms));
		if (due != rows[i].due)
			fail_msg("%s: due is %c", rows[i].why, due);
		guests_free(story.guests);
	}
}

static void
test_when_the_next_is_due(void **state)
{
	static const struct {
		const char *why, *script;
		int64_t next_ms;
	} rows[] = {
		{ "nobody is here", "", INT64_MAX },
		{ "one waits", "aw", 10 },
		{ "two wait", "aw bw", 10 },
		{ "the second of them", "aw bw ax", 11 },
		{ "one drips", "aw ad", 3 },
		{ "one leaves", "aw al", 6 },
		{ "one that drips, before one that waits", "aw bw bd", 4 },
		{ "one that waits, before one that drips", "aw bw bd bd bd bd bd bd bd bd", 10 },
		{ "one that leaves, before one that waits", "aw bw bl", 7 },
		{ "one that waits, before one that leaves", "aw bw bd bd bd bd bl", 10 },
		{ "one that leaves, before one that drips", "aw al bw bd bd bd", 6 },
		{ "all have gone", "aw bw ad ax bl bx", INT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct story story = tell(rows[i].script);
		const int64_t next_ms = guests_next_due_ms(story.guests);
		if (next_ms != rows[i].next_ms)
			fail_msg("%s: at %lld ms", rows[i].why, (long long)next_ms);
		guests_free(story.guests);
	}
}

/* What the last guest left behind is no business of the next. */
static void
test_row_is_used_again(void **state)
{
	struct story story = tell("aw bw cw dw");
	struct guest *was = story.here['b' - 'a'];
	const uint16_t row = guests_row(story.guests, was);

	(void)state;
	assert_ptr_equal(guests_at(story.guests, row), was);
	assert_int_equal(was->list, GUEST_WAITING);
	assert_null(guests_enter(story.guests, 4)); /* there is no room */
	was->watched = true;
	was->looks = 1;
	was->known = was->wanted = 1;
	was->since_ms = 1;
	step(&story, 'b', 'x');
	assert_int_equal(was->list, GUEST_GONE);
	const struct guest *is = guests_enter(story.guests, 5);
	assert_non_null(is);
	assert_int_equal(guests_row(story.guests, is), row);
	assert_true(!is->watched && is->looks == 0 && is->fd == 0 && is->known == 0 &&
		    is->wanted == 0 && is->since_ms == 0);
	assert_int_equal(is->list, GUEST_WAITING);
	assert_int_equal(is->due_ms, 15);
	assert_null(guests_enter(story.guests, 6));
	guests_free(story.guests);
}

/* However many come one after the other, no more rows are touched than guests were here at once. */
static void
test_new_rows_are_touched_last(void **state)
{
	struct guests *guests = guests_new(100, stay_ms);
	struct guest *two[2] = { guests_enter(guests, 0), guests_enter(guests, 0) };
	struct guest *const rows[2] = { two[0], two[1] };

	(void)state;
	assert_ptr_not_equal(two[0], two[1]);
	for (int i = 1; i < 1000; i++) {
		guests_leave(guests, two[i % 2]);
		if (i % 3 == 0) {
			guests_leave(guests, two[1 - i % 2]);
			two[1 - i % 2] = guests_enter(guests, i);
		}
		two[i % 2] = guests_enter(guests, i);
		assert_true((two[0] == rows[0] && two[1] == rows[1]) ||
			    (two[0] == rows[1] && two[1] == rows[0]));
	}
	guests_free(guests);
}

/* Enters as many as there is room for, each with a number of its own; the last. */
static struct guest *
fill(struct guests *guests, unsigned room)
{
	bool *taken = calloc(UINT16_MAX + 1, sizeof *taken);
	struct guest *guest = NULL;

	assert_non_null(taken);
	for (unsigned n = 0; n < room; n++) {
		guest = guests_enter(guests, 0);
		assert_non_null(guest);
		const uint16_t row = guests_row(guests, guest);
		assert_false(taken[row]);
		taken[row] = true;
		assert_ptr_equal(guests_at(guests, row), guest);
	}
	assert_null(guests_enter(guests, 0));
	free(taken);
	return guest;
}

/* Room for one, and for as many as there can be. */
static void
test_all_the_room(void **state)
{
	static const unsigned rooms[] = { 1, 2, GUESTS_MAX };

	(void)state;
	for (size_t i = 0; i < LENGTH(rooms); i++) {
		struct guests *guests = guests_new(rooms[i], stay_ms);
		assert_non_null(guests);
		struct guest *last = fill(guests, rooms[i]);
		guests_move(guests, last, GUEST_DRIPPING, 0);
		assert_ptr_equal(guests_first_to_go(guests), last);
		guests_leave(guests, last);
		assert_ptr_equal(guests_enter(guests, 0), last);
		if (rooms[i] == GUESTS_MAX)
			assert_int_equal(guests_row(guests, last), UINT16_MAX);
		guests_free(guests);
	}
	guests_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_goes_first),
		cmocka_unit_test(test_who_is_due),
		cmocka_unit_test(test_when_the_next_is_due),
		cmocka_unit_test(test_row_is_used_again),
		cmocka_unit_test(test_new_rows_are_touched_last),
		cmocka_unit_test(test_all_the_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
