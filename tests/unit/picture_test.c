/* picture_test.c - what is promised of every picture: its form, its size, that no two are alike.
 * Who can read it is tools/measure/captcha-measure's question. */

#include "picture.h"

#include "auth_key.h"
#include "clock.h"
#include "start_secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define DRAWS     200
#define EMPTY_MAX 2000 /* bytes: without glyphs it is below, with six of L above */

struct png {
	uint8_t bytes[CAPTCHA_PNG_MAX];
	size_t size;
};

static struct painting *painting;

static uint32_t
big_endian(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
}

/* From chunk to chunk (PNG, 5.3: length, name, data, CRC): IEND must be the last, at the very end.
 */
static void
assert_chunks_end_it(const struct png *png)
{
	size_t at = 8;

	while (at + 12 <= png->size && memcmp(png->bytes + at + 4, "IEND", 4) != 0)
		at += 12 + big_endian(png->bytes + at);
	assert_int_equal(at + 12, png->size);
}

static void
assert_is_a_picture(const struct png *png)
{
	static const uint8_t signature[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
	static const uint8_t grey_of_8_bits[] = { 8, 0, 0, 0, 0 };

	assert_in_range(png->size, EMPTY_MAX, CAPTCHA_PNG_MAX);
	assert_memory_equal(png->bytes, signature, sizeof signature);
	assert_int_equal(big_endian(png->bytes + 8), 13);
	assert_memory_equal(png->bytes + 12, "IHDR", 4);
	assert_int_equal(big_endian(png->bytes + 16), PICTURE_WIDTH);
	assert_int_equal(big_endian(png->bytes + 20), PICTURE_HEIGHT);
	assert_memory_equal(png->bytes + 24, grey_of_8_bits, sizeof grey_of_8_bits);
	assert_chunks_end_it(png);
}

static void
every_character_is_drawn(void **state)
{
	static struct png png;
	char answer[CAPTCHA_LENGTH + 1] = { 0 };

	(void)state;
	for (const char *c = AUTH_KEY_ALPHABET; *c != '\0'; c++) {
		memset(answer, *c, CAPTCHA_LENGTH);
		if (picture_draw(painting, answer, png.bytes, &png.size) != OK)
			fail_msg("%s is not drawn", answer);
		assert_is_a_picture(&png);
	}
}

static void
every_picture_is_within_its_bound(void **state)
{
	static struct png png;
	char answer[CAPTCHA_LENGTH + 1];
	size_t largest = 0, sum = 0;
	const int64_t before_us = clock_monotonic_us();

	(void)state;
	for (int i = 0; i < DRAWS; i++) {
		captcha_answer_random(answer);
		assert_int_equal(picture_draw(painting, answer, png.bytes, &png.size), OK);
		assert_is_a_picture(&png);
		largest = png.size > largest ? png.size : largest;
		sum += png.size;
	}
	const int64_t spent_us = clock_monotonic_us() - before_us;
	print_message("%d pictures: mean %zu bytes, max %zu; %.1f ms each\n", DRAWS, sum / DRAWS,
	    largest, (double)spent_us / DRAWS / 1000);
}

static void
one_answer_is_never_drawn_twice_alike(void **state)
{
	static struct png drawn[16];

	(void)state;
	for (size_t i = 0; i < LENGTH(drawn); i++) {
		assert_int_equal(
		    picture_draw(painting, "K7QM4T", drawn[i].bytes, &drawn[i].size), OK);
		for (size_t j = 0; j < i; j++)
			if (drawn[i].size == drawn[j].size)
				assert_memory_not_equal(
				    drawn[i].bytes, drawn[j].bytes, drawn[i].size);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_character_is_drawn),
		cmocka_unit_test(every_picture_is_within_its_bound),
		cmocka_unit_test(one_answer_is_never_drawn_twice_alike),
	};

	painting = painting_new();
	const int failed = cmocka_run_group_tests(tests, start_secret, NULL);
	painting_free(painting);
	return failed;
}
