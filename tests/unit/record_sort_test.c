/* record_sort_test.c - records come back in order, all of them, from memory and from a file that
 * nobody can read. */

/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
#define _GNU_SOURCE 1 /* memmem */

#include "record_sort.h"

#include "bounds.h"
#include "cleanup.h"
#include "secret.h"
#include "text.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define MANY   150000 /* some eight megabytes: several runs */
#define MARKER "ミホン ハナコ"

static void
close_sort(struct record_sort **sort)
{
	record_sort_close(*sort);
}

static int
set_up(void **state)
{
	(void)state;
	return secret_start() ? 0 : -1;
}

/* What a text is, with its NUL. */
static bool
add_text(struct record_sort *sort, const char *text)
{
	return record_sort_add(sort, text, strlen(text) + 1);
}

static void
few_records_are_sorted_in_memory(void **state)
{
	static const char *const texts[] = { "b", "", "ab", "a", "ア", "a", "0" };
	static const char *const sorted[] = { "", "0", "a", "a", "ab", "b", "ア" };
	CLEANUP(close_sort) struct record_sort *sort = record_sort_open();
	size_t size;

	(void)state;
	for (size_t i = 0; i < LENGTH(texts); i++)
		assert_true(add_text(sort, texts[i]));
	assert_true(record_sort_finish(sort));
	for (size_t i = 0; i < LENGTH(sorted); i++) {
		assert_string_equal(record_sort_next(sort, &size), sorted[i]);
		assert_int_equal(size, strlen(sorted[i]) + 1);
	}
	assert_null(record_sort_next(sort, &size));
	assert_false(record_sort_failed(sort));
}

static void
the_shorter_of_two_comes_first(void **state)
{
	CLEANUP(close_sort) struct record_sort *sort = record_sort_open();
	size_t size;

	(void)state;
	assert_true(record_sort_add(sort, "abc", 3));
	assert_true(record_sort_add(sort, "ab", 2));
	assert_true(record_sort_finish(sort));
	assert_memory_equal(record_sort_next(sort, &size), "ab", 2);
	assert_int_equal(size, 2);
}

static void
nothing_is_sorted_to_nothing(void **state)
{
	CLEANUP(close_sort) struct record_sort *sort = record_sort_open();
	size_t size;

	(void)state;
	assert_true(record_sort_finish(sort));
	assert_null(record_sort_next(sort, &size));
	assert_false(record_sort_failed(sort));
	record_sort_close(NULL);
}

/* Adds each number once, in an order that jumps about, in records of many sizes. */
static void
add_many(struct record_sort *sort)
{
	char text[128];

	for (uint64_t i = 0; i < MANY; i++) {
		const uint64_t number = i * 7919 % MANY;

		assert_true(text_format(text, sizeof text, "%08lu %s%.*s", (unsigned long)number,
		    MARKER, (int)(number % 60),
		    "............................................................"));
		assert_true(add_text(sort, text));
	}
}

static void
many_records_come_back_in_order(void **state)
{
	CLEANUP(close_sort) struct record_sort *sort = record_sort_open();
	const char *text;
	uint64_t count = 0;
	size_t size;

	(void)state;
	add_many(sort);
	assert_true(record_sort_finish(sort));
	while ((text = record_sort_next(sort, &size)) != NULL) {
		assert_int_equal(strtoul(text, NULL, 10), count);
		assert_int_equal(size, 8 + 1 + strlen(MARKER) + count % 60 + 1);
		count++;
	}
	assert_false(record_sort_failed(sort));
	assert_int_equal(count, MANY);
}

/* Opens the file without a name that this process holds. */
static int
open_file_of_sort(void)
{
	char path[64], target[512];

	for (int fd = 3; fd < 64; fd++) {
		assert_true(text_format(path, sizeof path, "/proc/self/fd/%d", fd));
		const ssize_t length = readlink(path, target, sizeof target - 1);
		if (length <= 0)
			continue;
		target[length] = '\0';
		if (strstr(target, "(deleted)") != NULL)
			return open(path, O_RDWR | O_CLOEXEC);
	}
	return -1;
}

static void
nothing_legible_reaches_the_file(void **state)
{
	static char bytes[4000000];
	CLEANUP(close_sort) struct record_sort *sort = record_sort_open();

	(void)state;
	add_many(sort);
	CLEANUP(cleanup_close) const int fd = open_file_of_sort();
	assert_true(fd >= 0);
	const ssize_t size = read(fd, bytes, sizeof bytes);
	assert_int_equal(size, sizeof bytes);
	assert_null(memmem(bytes, (size_t)size, MARKER, strlen(MARKER)));
	assert_null(memmem(bytes, (size_t)size, "..........", 10));
}

static void
a_file_that_was_changed_is_noticed(void **state)
{
	CLEANUP(close_sort) struct record_sort *sort = record_sort_open();
	uint64_t count = 0;
	size_t size;

	(void)state;
	add_many(sort);
	CLEANUP(cleanup_close) const int fd = open_file_of_sort();
	assert_int_equal(pwrite(fd, "x", 1, 100000), 1);
	if (record_sort_finish(sort))
		while (record_sort_next(sort, &size) != NULL)
			count++;
	assert_true(count < MANY);
	assert_true(record_sort_failed(sort));
}

static void
a_folder_without_room_is_told(void **state)
{
	CLEANUP(close_sort) struct record_sort *sort = record_sort_open();
	char text[1024];
	bool added = true;

	(void)state;
	memset(text, 'x', sizeof text);
	assert_int_equal(setenv("TMPDIR", "/nowhere/at/all", 1), 0);
	for (unsigned i = 0; i < 4000 && added; i++)
		added = record_sort_add(sort, text, sizeof text);
	unsetenv("TMPDIR");
	assert_false(added);
	assert_true(record_sort_failed(sort));
	assert_false(record_sort_add(sort, text, sizeof text));
	assert_false(record_sort_finish(sort));
}

static void
the_longest_records_fit(void **state)
{
	CLEANUP(close_sort) struct record_sort *sort = record_sort_open();
	char bytes[RECORD_SORT_SIZE_MAX];
	size_t size;

	(void)state;
	for (unsigned i = 0; i < 3000; i++) {
		memset(bytes, (int)(255 - i % 256), sizeof bytes);
		assert_true(record_sort_add(sort, bytes, sizeof bytes - i % 3));
	}
	assert_true(record_sort_finish(sort));
	for (unsigned i = 0; i < 3000; i++)
		assert_non_null(record_sort_next(sort, &size));
	assert_null(record_sort_next(sort, &size));
	assert_false(record_sort_failed(sort));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_records_are_sorted_in_memory),
		cmocka_unit_test(the_shorter_of_two_comes_first),
		cmocka_unit_test(nothing_is_sorted_to_nothing),
		cmocka_unit_test(many_records_come_back_in_order),
		cmocka_unit_test(nothing_legible_reaches_the_file),
		cmocka_unit_test(a_file_that_was_changed_is_noticed),
		cmocka_unit_test(a_folder_without_room_is_told),
		cmocka_unit_test(the_longest_records_fit),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
