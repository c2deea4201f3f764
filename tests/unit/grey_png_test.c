/* grey_png_test.c - a PNG says what its pixels are, frames it right, and keeps to its room. */

#include "grey_png.h"

#include "secret.h"
#include "start_secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <zlib.h>

#define SIDE_MAX   250
#define PIXELS_MAX (SIDE_MAX * SIDE_MAX)
#define PNG_MAX    (PIXELS_MAX + 4096)

static uint8_t pixels[PIXELS_MAX];
static uint8_t png[PNG_MAX];

static uint32_t
big_endian(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
}

/* Fills the pixels so that they are all alike, rise, or are noise. */
static void
fill(char how, size_t size)
{
	if (how == 'n')
		secret_random(pixels, size);
	else
		for (size_t i = 0; i < size; i++)
			pixels[i] = how == 'r' ? (uint8_t)(i * 7) : 3;
}

/* The chunk at `at` has this name and a right CRC. Its length. */
static uint32_t
assert_chunk(const uint8_t *at, const char *name)
{
	const uint32_t length = big_endian(at);

	assert_memory_equal(at + 4, name, 4);
	assert_in_range(length, 0, PNG_MAX);
	assert_int_equal(crc32(0, at + 4, length + 4), big_endian(at + 8 + length));
	return length;
}

/* PNG 3rd ed., 7 and 9: each row is a filter's number, here none, and its pixels. */
static void
assert_holds_the_pixels(const uint8_t *data, uint32_t length, unsigned width, unsigned height)
{
	static uint8_t rows[PIXELS_MAX + SIDE_MAX];
	uLongf size = sizeof rows;

	assert_int_equal(uncompress(rows, &size, data, length), Z_OK);
	assert_int_equal(size, (width + 1) * height);
	for (size_t y = 0; y < height; y++) {
		assert_int_equal(rows[y * (width + 1)], 0);
		assert_memory_equal(rows + y * (width + 1) + 1, pixels + y * width, width);
	}
}

static void
what_is_written_can_be_read(void **state)
{
	static const struct row {
		const char *why;
		unsigned width, height;
		char fill;
		size_t size_max;
	} rows[] = {
		{ "a single pixel", 1, 1, 'a', 70 },
		{ "a row", 250, 1, 'r', 400 },
		{ "a column", 1, 250, 'r', 700 },
		{ "all alike is next to nothing", 250, 250, 'a', 600 },
		{ "no runs", 248, 80, 'r', 21000 },
		{ "noise becomes hardly larger", 248, 80, 'n', 20480 },
	};
	static const uint8_t before[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0,
		13 };
	static const uint8_t grey_of_8_bits[] = { 8, 0, 0, 0, 0 };

	(void)state;
	for (const struct row *row = rows; row < rows + sizeof rows / sizeof rows[0]; row++) {
		size_t size = 0;

		fill(row->fill, (size_t)row->width * row->height);
		if (grey_png_write(pixels, row->width, row->height, png, sizeof png, &size) != OK)
			fail_msg("%s: not written", row->why);
		if (size > row->size_max)
			fail_msg("%s: %zu bytes", row->why, size);
		assert_memory_equal(png, before, sizeof before);
		assert_int_equal(assert_chunk(png + 8, "IHDR"), 13);
		assert_int_equal(big_endian(png + 16), row->width);
		assert_int_equal(big_endian(png + 20), row->height);
		assert_memory_equal(png + 24, grey_of_8_bits, sizeof grey_of_8_bits);
		const uint32_t length = assert_chunk(png + 33, "IDAT");
		assert_holds_the_pixels(png + 41, length, row->width, row->height);
		assert_int_equal(assert_chunk(png + 45 + length, "IEND"), 0);
		assert_int_equal(size, 45 + length + 12);
	}
}

/* With every room from none to one byte less than needed: refused, and nothing behind it. */
static void
a_room_too_small_is_refused(void **state)
{
	size_t needed = 0, size = 99;

	(void)state;
	fill('r', sizeof pixels);
	assert_int_equal(grey_png_write(pixels, 40, 4, png, sizeof png, &needed), OK);
	assert_int_equal(grey_png_write(pixels, 40, 4, png, needed, &size), OK);
	assert_int_equal(size, needed);
	for (size_t room = 0; room < needed; room++) {
		memset(png, 0x5a, needed);
		size = 99;
		assert_int_equal(grey_png_write(pixels, 40, 4, png, room, &size), INTERNAL);
		assert_int_equal(size, 99);
		for (size_t i = room; i < needed; i++)
			assert_int_equal(png[i], 0x5a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_can_be_read),
		cmocka_unit_test(a_room_too_small_is_refused),
	};

	return cmocka_run_group_tests(tests, start_secret, NULL);
}
