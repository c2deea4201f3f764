/* grey_png_test.c - a PNG says what its pixels are, spends no time on a search, keeps to its
 * room. */

#include "grey_png.h"

#include "secret.h"
#include "start_secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <png.h>

#define SIDE_MAX   250
#define PIXELS_MAX (SIDE_MAX * SIDE_MAX)
#define PNG_MAX    (PIXELS_MAX + 4096)

static uint8_t pixels[PIXELS_MAX];
static uint8_t png[PNG_MAX];

/* Fills the pixels so that they are all alike, rise, or are noise. */
static void
fill_pixels(char how, size_t size)
{
	if (how == 'n')
		secret_random(pixels, size);
	else
		for (size_t i = 0; i < size; i++)
			pixels[i] = how == 'r' ? (uint8_t)(i * 7) : 3;
}

/* An 8 bit grey PNG, whose last chunk is the last of all. */
static void
assert_holds_the_pixels(size_t size, unsigned width, unsigned height)
{
	static const uint8_t grey_of_8_bits[] = { 8, 0, 0, 0, 0 };
	static const uint8_t end[] = { 0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82 };
	static uint8_t read[PIXELS_MAX];
	png_image image = { .version = PNG_IMAGE_VERSION };

	assert_true(png_image_begin_read_from_memory(&image, png, size));
	assert_int_equal(image.width, width);
	assert_int_equal(image.height, height);
	assert_int_equal(image.format, PNG_FORMAT_GRAY);
	assert_memory_equal(png + 24, grey_of_8_bits, sizeof grey_of_8_bits);
	assert_true(png_image_finish_read(&image, NULL, read, 0, NULL));
	assert_int_equal(image.warning_or_error, 0);
	assert_memory_equal(read, pixels, (size_t)width * height);
	assert_memory_equal(png + size - sizeof end, end, sizeof end);
}

static void
what_is_written_can_be_read(void **state)
{
	static const struct row {
		const char *why;
		unsigned width, height;
		char fill;
		size_t size_min, size_max;
	} rows[] = {
		{ "a single pixel", 1, 1, 'a', 67, 70 },
		{ "a row", 250, 1, 'r', 67, 400 },
		{ "a column", 1, 250, 'r', 67, 700 },
		{ "all alike is next to nothing", 250, 250, 'a', 67, 600 },
		{ "no runs: no filter and no search finds more", 248, 80, 'r', 248 * 80, 20480 },
		{ "noise becomes hardly larger", 248, 80, 'n', 248 * 80, 20480 },
	};

	(void)state;
	for (const struct row *row = rows; row < rows + sizeof rows / sizeof rows[0]; row++) {
		const struct grey_picture picture = { pixels, row->width, row->height };
		size_t size = 0;

		fill_pixels(row->fill, (size_t)row->width * row->height);
		if (grey_png_write(&picture, png, sizeof png, &size) != OK)
			fail_msg("%s: not written", row->why);
		if (size < row->size_min || size > row->size_max)
			fail_msg("%s: %zu bytes", row->why, size);
		assert_holds_the_pixels(size, row->width, row->height);
	}
}

/* With every room from none to one byte less than needed: refused, and nothing behind it. */
static void
a_room_too_small_is_refused(void **state)
{
	const struct grey_picture picture = { pixels, 40, 4 };
	size_t needed = 0, size = 99;

	(void)state;
	fill_pixels('r', sizeof pixels);
	assert_int_equal(grey_png_write(&picture, png, sizeof png, &needed), OK);
	memset(png, 0x5a, needed);
	assert_int_equal(grey_png_write(&picture, png, needed, &size), OK);
	assert_int_equal(size, needed);
	assert_holds_the_pixels(size, 40, 4);
	for (size_t room = 0; room < needed; room++) {
		memset(png, 0x5a, needed);
		size = 99;
		assert_int_equal(grey_png_write(&picture, png, room, &size), INTERNAL);
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
